//! Inspections with their delegations, findings and recommendations: one query a level.

use std::collections::HashMap;
use std::hash::Hash;

use async_graphql::{Context, ID, Object};
use chrono::NaiveDate;
use entity::{
    agency, block, delegation, finding, inspected_agency, inspection, member, period, recommendation,
};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::codes::{FindingKind, FindingSubject, InspectionKind, RecommendationState};
use super::cost;
use super::database;
use super::id::NodeId;
use super::paging::{Page, Window};
use super::plain::plain_object;
use super::problem::Problem;
use super::registry::{Agency, known_agency, known_period};
use crate::policy::{Sight, sight};

plain_object! {
    /// An inspection (kiểm tra) of one or several agencies by a delegation.
    pub(crate) struct Inspection {
        /// Global id.
        id: ID,
        /// The period's code.
        period: String,
        /// Why it took place.
        kind: InspectionKind,
        /// On site, online or by report; null when not known.
        mode: Option<String>,
        /// The day of the session.
        inspected_on: NaiveDate,
        /// Who reported it, in Vietnamese.
        reported_by_vi: String,
        /// Who reported it, in English.
        reported_by_en: String,
        /// The delegation (đoàn kiểm tra).
        delegation: Delegation,
        /// The agencies that were inspected.
        agencies: Vec<InspectedAgency> => cost::INSPECTED,
    }
}

plain_object! {
    /// An inspection delegation.
    pub(crate) struct Delegation {
        /// Vietnamese name.
        name_vi: String,
        /// English name.
        name_en: String,
        /// Its members, as far as they are known.
        members: Vec<Member> => cost::MEMBERS,
    }
}

plain_object! {
    /// A member of a delegation, by title.
    pub(crate) struct Member {
        /// For instance `DEPUTY_HEAD`.
        role: String,
        /// Title in Vietnamese.
        title_vi: String,
        /// Title in English.
        title_en: String,
    }
}

plain_object! {
    /// What an inspection says of one agency.
    pub(crate) struct InspectedAgency {
        /// The agency.
        agency: Agency,
        /// The conclusion in Vietnamese; null when none was reported.
        conclusion_vi: Option<String>,
        /// The conclusion in English.
        conclusion_en: Option<String>,
        /// What became of the limitations found before, in Vietnamese.
        follow_up_vi: Option<String>,
        /// The same in English.
        follow_up_en: Option<String>,
        /// Achievements and limitations.
        findings: Vec<Finding> => cost::FINDINGS,
        /// The delegation's recommendations (kiến nghị của đoàn).
        recommendations: Vec<Recommendation> => cost::RECOMMENDATIONS,
    }
}

plain_object! {
    /// A finding: an achievement (kết quả đạt được) or a limitation (hạn chế).
    pub(crate) struct Finding {
        /// Good or bad.
        kind: FindingKind,
        /// The pillar's code.
        pillar: String,
        /// Whether it is about a document or a measured thing.
        subject: FindingSubject,
        /// What it is about, in Vietnamese.
        subject_vi: String,
        /// What it is about, in English.
        subject_en: String,
        /// What was found, in Vietnamese.
        state_vi: Option<String>,
        /// What was found, in English.
        state_en: Option<String>,
        /// The figure that was found, exact.
        value: Option<String>,
        /// Of how many.
        out_of: Option<String>,
        /// At which channels.
        channels: Vec<String>,
        /// A note in Vietnamese.
        note_vi: Option<String>,
        /// A note in English.
        note_en: Option<String>,
    }
}

plain_object! {
    /// A recommendation of the delegation.
    pub(crate) struct Recommendation {
        /// Global id.
        id: ID,
        /// The text in Vietnamese.
        text_vi: String,
        /// The text in English.
        text_en: String,
        /// With whom to coordinate, in Vietnamese.
        coordinate_with_vi: Option<String>,
        /// The same in English.
        coordinate_with_en: Option<String>,
        /// To whom to report, in Vietnamese.
        report_to_vi: Option<String>,
        /// The same in English.
        report_to_en: Option<String>,
        /// The day by which it is due.
        due_on: Option<NaiveDate>,
        /// Whether it was followed.
        state: RecommendationState,
    }
}

impl From<finding::Model> for Finding {
    fn from(row: finding::Model) -> Self {
        Self {
            kind: row.kind.into(),
            pillar: row.pillar,
            subject: row.subject.into(),
            subject_vi: row.subject_vi,
            subject_en: row.subject_en,
            state_vi: row.state_vi,
            state_en: row.state_en,
            value: row.value,
            out_of: row.out_of,
            channels: row.channels.map(|codes| codes.0).unwrap_or_default(),
            note_vi: row.note_vi,
            note_en: row.note_en,
        }
    }
}

impl From<recommendation::Model> for Recommendation {
    fn from(row: recommendation::Model) -> Self {
        Self {
            id: NodeId::Recommendation(row.id).into(),
            text_vi: row.text_vi,
            text_en: row.text_en,
            coordinate_with_vi: row.coordinate_with_vi,
            coordinate_with_en: row.coordinate_with_en,
            report_to_vi: row.report_to_vi,
            report_to_en: row.report_to_en,
            due_on: row.due_on,
            state: row.state.into(),
        }
    }
}

fn grouped<K: Eq + Hash, T>(rows: impl Iterator<Item = (K, T)>) -> HashMap<K, Vec<T>> {
    let mut groups: HashMap<K, Vec<T>> = HashMap::new();
    for (key, row) in rows {
        groups.entry(key).or_default().push(row);
    }
    groups
}

type Inspected = HashMap<entity::InspectionId, Vec<InspectedAgency>>;

/// What was said of each agency that the viewer sees, by inspection.
async fn inspected(
    database: &DatabaseConnection,
    sight: &Sight,
    inspections: &[inspection::Model],
) -> Result<Inspected, Problem> {
    let ids = inspections.iter().map(|inspection| inspection.id);
    let rows = sight.of_inspected(inspected_agency::of_inspections(ids)).all(database).await?;
    let ids = || rows.iter().map(|row| row.id);
    let agencies = agency::Entity::find()
        .filter(agency::Column::Id.is_in(rows.iter().map(|row| row.agency_id)))
        .find_also_related(block::Entity);
    let (findings, recommendations, agencies) = futures_util::try_join!(
        finding::of_inspected(ids()).all(database),
        recommendation::of_inspected(ids()).all(database),
        agencies.all(database)
    )?;
    let mut findings = grouped(findings.into_iter().map(|row| (row.inspected_agency_id, Finding::from(row))));
    let mut recommendations =
        grouped(recommendations.into_iter().map(|row| (row.inspected_agency_id, Recommendation::from(row))));
    let agencies: HashMap<_, _> = agencies
        .into_iter()
        .filter_map(|(agency, block)| Some((agency.id, Agency::from((agency, block?)))))
        .collect();
    let whole = rows.into_iter().filter_map(|row| {
        let inspected = InspectedAgency {
            agency: agencies.get(&row.agency_id)?.clone(),
            conclusion_vi: row.conclusion_vi,
            conclusion_en: row.conclusion_en,
            follow_up_vi: row.follow_up_vi,
            follow_up_en: row.follow_up_en,
            findings: findings.remove(&row.id).unwrap_or_default(),
            recommendations: recommendations.remove(&row.id).unwrap_or_default(),
        };
        Some((row.inspection_id, inspected))
    });
    Ok(grouped(whole))
}

async fn delegations(
    database: &DatabaseConnection,
    inspections: &[inspection::Model],
) -> Result<HashMap<entity::DelegationId, Delegation>, Problem> {
    let ids = || inspections.iter().map(|inspection| inspection.delegation_id);
    let rows = delegation::Entity::find().filter(delegation::Column::Id.is_in(ids())).all(database).await?;
    let members = member::of_delegations(ids()).all(database).await?;
    let mut members = grouped(members.into_iter().map(|row| {
        (row.delegation_id, Member { role: row.role, title_vi: row.title_vi, title_en: row.title_en })
    }));
    let whole = rows.into_iter().map(|row| {
        let members = members.remove(&row.id).unwrap_or_default();
        (row.id, Delegation { name_vi: row.name_vi, name_en: row.name_en, members })
    });
    Ok(whole.collect())
}

async fn whole(
    database: &DatabaseConnection,
    sight: &Sight,
    rows: Vec<inspection::Model>,
) -> Result<Vec<Inspection>, Problem> {
    let periods: HashMap<_, _> =
        period::in_order().all(database).await?.into_iter().map(|row| (row.id, row.code)).collect();
    let delegations = delegations(database, &rows).await?;
    let mut inspected = inspected(database, sight, &rows).await?;
    let whole = rows.into_iter().filter_map(|row| {
        Some(Inspection {
            id: NodeId::Inspection(row.id).into(),
            period: periods.get(&row.period_id)?.clone(),
            kind: row.kind.into(),
            mode: row.mode,
            inspected_on: row.inspected_on,
            reported_by_vi: row.reported_by_vi,
            reported_by_en: row.reported_by_en,
            delegation: delegations.get(&row.delegation_id)?.clone(),
            agencies: inspected.remove(&row.id).unwrap_or_default(),
        })
    });
    Ok(whole.collect())
}

/// The inspection with an id, if the viewer sees what it says of any agency.
pub(crate) async fn inspection_by_id(
    database: &DatabaseConnection,
    sight: &Sight,
    id: entity::InspectionId,
) -> Result<Option<Inspection>, Problem> {
    let row = sight.of_inspections(inspection::Entity::find_by_id(id)).one(database).await?;
    Ok(whole(database, sight, row.into_iter().collect()).await?.pop())
}

#[derive(Default)]
pub(crate) struct InspectionQuery;

#[Object]
impl InspectionQuery {
    /// The inspections, latest first; of each what it says of the agencies whose unpublished results the viewer
    /// may see.
    #[graphql(complexity = "cost::page(first, child_complexity)")]
    async fn inspections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this period, by its code.")] period: Option<String>,
        #[graphql(desc = "Only those of this agency, by its code.")] agency: Option<String>,
        #[graphql(desc = "Page size, 1 to 200; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Page<Inspection>, Problem> {
        let sight = sight(ctx).await?;
        let database = database(ctx)?;
        let window = Window::new(first, after.as_deref())?;
        let mut inspections = sight.of_inspections(inspection::latest_first());
        if let Some(code) = period {
            let period = known_period(database, "period", &code).await?;
            inspections = inspections.filter(inspection::Column::PeriodId.eq(period.id));
        }
        if let Some(code) = agency {
            let agency = known_agency(database, "agency", &code).await?;
            let of_agency = sight.of_inspected(inspected_agency::of_agency(agency.id)).all(database).await?;
            let ids = of_agency.into_iter().map(|row| row.inspection_id);
            inspections = inspections.filter(inspection::Column::Id.is_in(ids));
        }
        let total = match ctx.look_ahead().field("totalCount").exists() {
            true => Some(inspections.clone().count(database).await?),
            false => None,
        };
        let rows = inspections.offset(window.offset).limit(window.limit()).all(database).await?;
        Ok(Page::new(window, whole(database, &sight, rows).await?, total))
    }
}
