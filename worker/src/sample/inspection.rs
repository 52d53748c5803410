//! `inspection-2022-07-05.yaml`: the real inspection, every fact of its report.

use chrono::NaiveDate;
use entity::{
    Codes, DelegationId, FindingId, InspectedAgencyId, InspectionId, MemberId, RecommendationId, delegation,
    finding, inspected_agency, inspection, member, recommendation,
};
use sea_orm::ConnectionTrait;
use serde::Deserialize;

use super::{Registered, SampleError, insert, look_up, parse};

const FILE: &str = "inspection-2022-07-05.yaml";
const TEXT: &str = include_str!("../../sample/inspection-2022-07-05.yaml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    delegation: Delegation,
    inspection: Inspection,
    inspected_agencies: Vec<InspectedAgency>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Delegation {
    name_vi: String,
    name_en: String,
    members: Vec<Member>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    role: String,
    title_vi: String,
    title_en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inspection {
    period: String,
    kind: inspection::Kind,
    mode: Option<String>,
    inspected_on: NaiveDate,
    reported_by_vi: String,
    reported_by_en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InspectedAgency {
    agency: String,
    conclusion_vi: Option<String>,
    conclusion_en: Option<String>,
    follow_up_vi: Option<String>,
    follow_up_en: Option<String>,
    findings: Vec<Finding>,
    recommendations: Vec<Recommendation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Finding {
    kind: finding::Kind,
    pillar: String,
    subject: finding::Subject,
    subject_vi: String,
    subject_en: String,
    state_vi: Option<String>,
    state_en: Option<String>,
    value: Option<String>,
    out_of: Option<String>,
    channels: Option<Vec<String>>,
    note_vi: Option<String>,
    note_en: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recommendation {
    text_vi: String,
    text_en: String,
    coordinate_with_vi: Option<String>,
    coordinate_with_en: Option<String>,
    report_to_vi: Option<String>,
    report_to_en: Option<String>,
    due_on: Option<NaiveDate>,
    state: recommendation::State,
}

pub(super) async fn load<C: ConnectionTrait>(
    connection: &C,
    registered: &Registered,
) -> Result<(), SampleError> {
    let file: File = parse(FILE, TEXT)?;
    let delegation_id = load_delegation(connection, file.delegation).await?;
    let inspection_id = InspectionId::generate();
    let row = inspection::Model {
        id: inspection_id,
        delegation_id,
        period_id: look_up(FILE, "period", &registered.periods, &file.inspection.period)?,
        kind: file.inspection.kind,
        mode: file.inspection.mode,
        inspected_on: file.inspection.inspected_on,
        reported_by_vi: file.inspection.reported_by_vi,
        reported_by_en: file.inspection.reported_by_en,
    };
    insert(connection, row).await?;
    for (position, inspected) in (1..).zip(file.inspected_agencies) {
        let id = InspectedAgencyId::generate();
        let row = inspected_agency::Model {
            id,
            inspection_id,
            agency_id: look_up(FILE, "agency", &registered.agencies, &inspected.agency)?,
            position,
            conclusion_vi: inspected.conclusion_vi,
            conclusion_en: inspected.conclusion_en,
            follow_up_vi: inspected.follow_up_vi,
            follow_up_en: inspected.follow_up_en,
        };
        insert(connection, row).await?;
        load_findings(connection, id, inspected.findings).await?;
        load_recommendations(connection, id, inspected.recommendations).await?;
    }
    Ok(())
}

async fn load_delegation<C: ConnectionTrait>(
    connection: &C,
    delegation: Delegation,
) -> Result<DelegationId, SampleError> {
    let id = DelegationId::generate();
    let row = delegation::Model { id, name_vi: delegation.name_vi, name_en: delegation.name_en };
    insert(connection, row).await?;
    for (position, Member { role, title_vi, title_en }) in (1..).zip(delegation.members) {
        let row =
            member::Model { id: MemberId::generate(), delegation_id: id, role, title_vi, title_en, position };
        insert(connection, row).await?;
    }
    Ok(id)
}

async fn load_findings<C: ConnectionTrait>(
    connection: &C,
    inspected_agency_id: InspectedAgencyId,
    findings: Vec<Finding>,
) -> Result<(), SampleError> {
    for (position, finding) in (1..).zip(findings) {
        let row = finding::Model {
            id: FindingId::generate(),
            inspected_agency_id,
            position,
            kind: finding.kind,
            pillar: finding.pillar,
            subject: finding.subject,
            subject_vi: finding.subject_vi,
            subject_en: finding.subject_en,
            state_vi: finding.state_vi,
            state_en: finding.state_en,
            value: finding.value,
            out_of: finding.out_of,
            channels: finding.channels.map(Codes),
            note_vi: finding.note_vi,
            note_en: finding.note_en,
        };
        insert(connection, row).await?;
    }
    Ok(())
}

async fn load_recommendations<C: ConnectionTrait>(
    connection: &C,
    inspected_agency_id: InspectedAgencyId,
    recommendations: Vec<Recommendation>,
) -> Result<(), SampleError> {
    for (position, recommendation) in (1..).zip(recommendations) {
        let row = recommendation::Model {
            id: RecommendationId::generate(),
            inspected_agency_id,
            position,
            text_vi: recommendation.text_vi,
            text_en: recommendation.text_en,
            coordinate_with_vi: recommendation.coordinate_with_vi,
            coordinate_with_en: recommendation.coordinate_with_en,
            report_to_vi: recommendation.report_to_vi,
            report_to_en: recommendation.report_to_en,
            due_on: recommendation.due_on,
            state: recommendation.state,
        };
        insert(connection, row).await?;
    }
    Ok(())
}
