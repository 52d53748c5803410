//! Dossiers: what they are now and were before.

mod change;
mod progress;
mod record;

use async_graphql::{Context, Enum, ID, Object};
use chrono::{DateTime, NaiveDate, Utc};
use entity::dossier::Column;
use entity::{ProcedureId, agency, dossier, dossier_version, procedure};
use scoring::province_midnight;
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait, Select};

pub(crate) use self::change::{DossierMutation, not_yours, reported_agency};
pub(crate) use self::progress::{CancelMutation, ImportSubscription};
pub(crate) use self::record::{Import, ImportQuery, import_by_id, shown_all};
use super::codes::{DossierChannel, DossierVersionEnd};
use super::cost;
use super::database;
use super::id::NodeId;
use super::paging::{KeyWindow, Page};
use super::plain::{Whole, plain_object};
use super::problem::Problem;
use super::procedure::{Procedure, Procedures, load_procedures};
use super::registry::known_agency;
use crate::policy::sight;

plain_object! {
    /// A dossier (hồ sơ) as it is known now. How it counts: received on its day; ended on the day of its completion or
    /// withdrawal, early before the due day, on time on it or without one, overdue after it; pending until then, and
    /// overdue once its due day is past, unless it waits for a supplement.
    pub(crate) struct Dossier {
        /// Code of the agency that settles it.
        agency: String,
        /// Its code, unique within the agency.
        code: String,
        /// The procedure; null where it is no longer known.
        procedure: Option<Procedure>,
        /// How it came in.
        channel: DossierChannel,
        /// When it was received.
        received_at: DateTime<Utc>,
        /// When it is due; null where no term was set.
        due_at: Option<DateTime<Utc>>,
        /// When it was completed; null while it is not.
        completed_at: Option<DateTime<Utc>>,
        /// When it was withdrawn; null while it is not.
        withdrawn_at: Option<DateTime<Utc>>,
        /// Whether it waits for a supplement.
        awaiting_supplement: bool,
        /// Whether the applicant got a letter of apology.
        apology_letter: bool,
        /// Version, from 1.
        version: i32,
        /// Global id of the import that brought this version.
        import: ID,
        /// The row of that import.
        import_row: i32,
    }
}

plain_object! {
    /// What a dossier was before.
    pub(crate) struct DossierVersion {
        /// What it was.
        dossier: Dossier,
        /// How this version ended.
        ended_as: DossierVersionEnd,
        /// When.
        ended_at: DateTime<Utc>,
        /// Global id of the import whose row replaced it; null where it was removed.
        ended_by_import: Option<ID>,
        /// Who removed it; null where it was replaced.
        removed_by: Option<String>,
        /// Why it was removed; null where it was replaced.
        removed_because: Option<String>,
    }
}

plain_object! {
    /// All that is known under the code of a dossier.
    pub(crate) struct DossierHistory {
        /// What it is now; null when there is none any more.
        current: Option<Dossier>,
        /// What it was before, and what removed dossiers of the same code were; newest first, at most 200.
        versions: Vec<DossierVersion> => cost::VERSIONS,
    }
}

/// How far a dossier has come.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DossierState {
    /// Neither completed nor withdrawn.
    Pending,
    /// Completed.
    Completed,
    /// Withdrawn.
    Withdrawn,
}

/// A dossier of the agency with a code.
pub(crate) fn shown(agency: &str, row: dossier::Model, procedures: &Procedures) -> Dossier {
    Dossier {
        agency: agency.to_owned(),
        code: row.code,
        procedure: procedures.get(&row.procedure_id).cloned().map(Into::into),
        channel: row.channel.into(),
        received_at: row.received_at,
        due_at: row.due_at,
        completed_at: row.completed_at,
        withdrawn_at: row.withdrawn_at,
        awaiting_supplement: row.awaiting_supplement,
        apology_letter: row.apology_letter,
        version: row.version,
        import: NodeId::Import(row.import_id).into(),
        import_row: row.import_row,
    }
}

fn former(agency: &str, row: dossier_version::Model, procedures: &Procedures) -> DossierVersion {
    let was = dossier::Model {
        id: row.dossier_id,
        agency_id: row.agency_id,
        code: row.code,
        procedure_id: row.procedure_id,
        channel: row.channel,
        received_at: row.received_at,
        due_at: row.due_at,
        completed_at: row.completed_at,
        withdrawn_at: row.withdrawn_at,
        awaiting_supplement: row.awaiting_supplement,
        apology_letter: row.apology_letter,
        version: row.version,
        import_id: row.import_id,
        import_row: row.import_row,
    };
    DossierVersion {
        dossier: shown(agency, was, procedures),
        ended_as: row.ended_as.into(),
        ended_at: row.ended_at,
        ended_by_import: row.ended_by_import_id.map(|id| NodeId::Import(id).into()),
        removed_by: row.removed_by,
        removed_because: row.removed_because,
    }
}

/// The agency with a code, if the viewer sees its own inputs.
async fn seen_agency(ctx: &Context<'_>, code: &str) -> Result<agency::Model, Problem> {
    let agency = known_agency(database(ctx)?, "agency", code).await?;
    if sight(ctx).await?.covers(agency.id) {
        return Ok(agency);
    }
    Err(Problem::Forbidden(
        "Hồ sơ của cơ quan này không dành cho tài khoản của bạn. / This agency's dossiers are not for your account.",
    ))
}

/// Which dossiers are wanted.
struct Wanted {
    procedure: Option<ProcedureId>,
    channel: Option<DossierChannel>,
    state: Option<DossierState>,
    received_from: Option<NaiveDate>,
    received_before: Option<NaiveDate>,
}

impl Wanted {
    fn of(self, agency: &agency::Model) -> Select<dossier::Entity> {
        let channel = self.channel.map(scoring::DossierChannel::from);
        dossier::of_agency(agency.id)
            .apply_if(self.procedure, |rows, id| rows.filter(Column::ProcedureId.eq(id)))
            .apply_if(channel, |rows, channel| rows.filter(Column::Channel.eq(channel)))
            .apply_if(self.state, |rows, state| rows.filter(in_state(state)))
            .apply_if(self.received_from, |rows, day| {
                rows.filter(Column::ReceivedAt.gte(province_midnight(day)))
            })
            .apply_if(self.received_before, |rows, day| {
                rows.filter(Column::ReceivedAt.lt(province_midnight(day)))
            })
    }
}

fn in_state(state: DossierState) -> Condition {
    match state {
        DossierState::Pending => {
            Condition::all().add(Column::CompletedAt.is_null()).add(Column::WithdrawnAt.is_null())
        }
        DossierState::Completed => Condition::all().add(Column::CompletedAt.is_not_null()),
        DossierState::Withdrawn => Condition::all().add(Column::WithdrawnAt.is_not_null()),
    }
}

/// Refuses a day that not every database can hold.
fn check_day(field: &'static str, day: Option<NaiveDate>) -> Result<(), Problem> {
    use chrono::Datelike;
    if day.is_none_or(|day| (1..=9999).contains(&day.year())) {
        return Ok(());
    }
    Err(Problem::bad_input(field, format!("`{field}` must be within the years 1 to 9999")))
}

#[derive(Default)]
pub(crate) struct DossierQuery;

#[Object]
impl DossierQuery {
    /// A dossier and its former versions. For those who see the agency's own inputs; null when no dossier ever had the
    /// code.
    #[graphql(complexity = "child_complexity + 1")]
    async fn dossier(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agency's code, for instance `STC`.")] agency: String,
        #[graphql(desc = "The dossier's code.")] code: String,
    ) -> Result<Option<Whole<DossierHistory>>, Problem> {
        let agency = seen_agency(ctx, &agency).await?;
        let database = database(ctx)?;
        let current = dossier::with_code(agency.id, &code).one(database).await?;
        let versions = dossier_version::with_code(agency.id, &code).limit(200).all(database).await?;
        let ids = versions.iter().map(|row| row.procedure_id);
        let ids = ids.chain(current.as_ref().map(|row| row.procedure_id));
        let procedures = load_procedures(database, ids).await?;
        if current.is_none() && versions.is_empty() {
            return Ok(None);
        }
        Ok(Some(Whole(DossierHistory {
            current: current.map(|row| shown(&agency.code, row, &procedures)),
            versions: versions.into_iter().map(|row| former(&agency.code, row, &procedures)).collect(),
        })))
    }

    /// The dossiers of an agency, by code. For those who see the agency's own inputs.
    #[graphql(complexity = "cost::page(first, child_complexity)")]
    #[allow(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn dossiers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agency's code, for instance `STC`.")] agency: String,
        #[graphql(desc = "Only of this procedure, by its code.")] procedure: Option<String>,
        #[graphql(desc = "Only those that came in so.")] channel: Option<DossierChannel>,
        #[graphql(desc = "Only those that have come so far.")] state: Option<DossierState>,
        #[graphql(desc = "Only those received on this day or later.")] received_from: Option<NaiveDate>,
        #[graphql(desc = "Only those received before this day.")] received_before: Option<NaiveDate>,
        #[graphql(desc = "Page size, 1 to 200; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Page<Dossier>, Problem> {
        let window = KeyWindow::<String>::new(first, after.as_deref())?;
        check_day("receivedFrom", received_from)?;
        check_day("receivedBefore", received_before)?;
        let agency = seen_agency(ctx, &agency).await?;
        let database = database(ctx)?;
        let procedure = match procedure {
            None => None,
            Some(code) => {
                let found = procedure::with_code(&code).one(database).await?;
                let unknown = || {
                    Problem::not_found(
                        "procedure",
                        "không có thủ tục này / there is no such procedure".to_owned(),
                    )
                };
                Some(found.ok_or_else(unknown)?.id)
            }
        };
        let rows = Wanted { procedure, channel, state, received_from, received_before }.of(&agency);
        let total = match ctx.look_ahead().field("totalCount").exists() {
            true => Some(rows.clone().count(database).await?),
            false => None,
        };
        let rows = rows.apply_if(window.after.clone(), |rows, code| rows.filter(Column::Code.gt(code)));
        let rows = rows.limit(window.limit()).all(database).await?;
        let procedures = load_procedures(database, rows.iter().map(|row| row.procedure_id)).await?;
        let rows = rows.into_iter().map(|row| (row.code.clone(), shown(&agency.code, row, &procedures)));
        Ok(Page::by_key(&window, rows.collect(), total))
    }
}
