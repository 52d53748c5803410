//! Builders: what a test needs beside the sample province, or otherwise than it is there.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    AgencyEdgeId, AgencyId, AgencyProcedureId, BlockId, BuildId, BuildPartId, CriteriaSetId, DocumentId,
    DossierTableId, ListingId, ObservationId, PeriodId, ProcedureId, agency, agency_edge, agency_procedure,
    block, build, build_part, criteria_set, criteria_use, document, dossier_table, listing, measure,
    observation, period, procedure,
};
use scoring::{CriteriaSet, CriteriaSetDocument, Source, canonical_json};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseConnection, EntityTrait, IntoActiveModel, QueryFilter};

use crate::app::start_of_test;

/// The sample's half-year.
pub const HALF_YEAR: &str = "2022-H1";

/// A day.
pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

/// The agency with a code.
pub async fn agency(database: &DatabaseConnection, code: &str) -> agency::Model {
    agency::with_code(code).one(database).await.expect("agencies are read").expect("the agency")
}

/// The id of the block with a code.
pub async fn block(database: &DatabaseConnection, code: &str) -> BlockId {
    block::with_code(code).one(database).await.expect("blocks are read").expect("the block").id
}

/// The id of the period with a code.
pub async fn period(database: &DatabaseConnection, code: &str) -> PeriodId {
    period::with_code(code).one(database).await.expect("periods are read").expect("the period").id
}

/// Changes an agency.
pub async fn change_agency(
    database: &DatabaseConnection,
    code: &str,
    change: impl FnOnce(&mut agency::Model),
) {
    let mut row = agency(database, code).await;
    change(&mut row);
    row.into_active_model().reset_all().update(database).await.expect("the agency is changed");
}

/// Puts one agency directly under another from `valid_from` until before `valid_to`.
pub async fn edge(
    database: &DatabaseConnection,
    parent: &str,
    child: &str,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
) {
    let row = agency_edge::Model {
        id: AgencyEdgeId::generate(),
        parent_id: agency(database, parent).await.id,
        child_id: agency(database, child).await.id,
        valid_from,
        valid_to,
    };
    row.into_active_model().reset_all().insert(database).await.expect("the edge is recorded");
}

/// Reports a value of a measure for an agency in the half-year, as the next version.
pub async fn observation(database: &DatabaseConnection, agency_code: &str, measure: &str, value: &str) {
    observation_at(database, agency_code, measure, value, start_of_test()).await;
}

/// The same, recorded at an instant.
pub async fn observation_at(
    database: &DatabaseConnection,
    agency_code: &str,
    measure: &str,
    value: &str,
    recorded_at: DateTime<Utc>,
) {
    let agency_id: AgencyId = agency(database, agency_code).await.id;
    let period_id = period(database, HALF_YEAR).await;
    let known = observation::latest_for(period_id)
        .filter(observation::Column::AgencyId.eq(agency_id))
        .filter(observation::Column::MeasureCode.eq(measure))
        .one(database)
        .await
        .expect("observations are read");
    let row = observation::Model {
        id: ObservationId::generate(),
        agency_id,
        period_id,
        version: known.map_or(1, |known| known.version + 1),
        source: Source::AgencyReport,
        as_of: day(2022, 6, 30),
        note: Some("corrected".to_owned()),
        recorded_by: "test".to_owned(),
        recorded_at,
        measure_code: measure.to_owned(),
        value: value.to_owned(),
        verified: false,
    };
    row.into_active_model().reset_all().insert(database).await.expect("the observation is recorded");
}

/// Has a block scored in the half-year by a set of its own: the present one, changed by `change`.
pub async fn criteria_set(
    database: &DatabaseConnection,
    block_code: &str,
    change: impl FnOnce(&mut CriteriaSetDocument),
) {
    let (period_id, block_id) = (period(database, HALF_YEAR).await, block(database, block_code).await);
    let present = criteria_set::in_use(period_id, block_id).one(database).await;
    let present = present.expect("sets are read").expect("a set is in use");
    let mut document: CriteriaSetDocument = serde_json::from_str(&present.document).expect("a document");
    document.code = format!("{}-{block_code}", document.code);
    change(&mut document);
    let measures = measure::in_order().all(database).await.expect("measures are read");
    let catalogue = measures.into_iter().map(|row| (row.code, row.unit)).collect();
    let set = CriteriaSet::new(document, &catalogue).expect("a valid set");
    let row = criteria_set::Model {
        id: CriteriaSetId::generate(),
        code: set.document().code.clone(),
        document: canonical_json(set.document()),
        fingerprint: set.fingerprint().to_owned(),
        ..present
    };
    let id = row.id;
    row.into_active_model().reset_all().insert(database).await.expect("the set is recorded");
    criteria_use::Entity::update_many()
        .col_expr(criteria_use::Column::CriteriaSetId, Expr::value(id))
        .filter(criteria_use::Column::PeriodId.eq(period_id))
        .filter(criteria_use::Column::BlockId.eq(block_id))
        .exec(database)
        .await
        .expect("the block is scored by it");
}

/// A procedure with a code.
pub async fn procedure(database: &DatabaseConnection, code: &str) {
    let row = procedure::Model {
        id: ProcedureId::generate(),
        code: code.to_owned(),
        name_vi: format!("Thủ tục {code}"),
        name_en: format!("Procedure {code}"),
        level: procedure::ProcedureLevel::Province,
    };
    row.into_active_model().reset_all().insert(database).await.expect("the procedure is recorded");
}

/// Takes the half-year's criteria set from a block.
pub async fn unused(database: &DatabaseConnection, block_code: &str) {
    let (period_id, block_id) = (period(database, HALF_YEAR).await, block(database, block_code).await);
    criteria_use::Entity::delete_many()
        .filter(criteria_use::Column::PeriodId.eq(period_id))
        .filter(criteria_use::Column::BlockId.eq(block_id))
        .exec(database)
        .await
        .expect("the block is scored by none");
}

/// Reports an agency's listing at a channel in the half-year, as the next version.
pub async fn listing(
    database: &DatabaseConnection,
    agency_code: &str,
    channel: &str,
    listed: i64,
    required: i64,
) {
    let agency_id = agency(database, agency_code).await.id;
    let period_id = period(database, HALF_YEAR).await;
    let channel: listing::Channel = channel.parse().expect("a channel");
    let known = listing::latest_for(period_id)
        .filter(listing::Column::AgencyId.eq(agency_id))
        .filter(listing::Column::Channel.eq(channel))
        .one(database)
        .await
        .expect("listings are read");
    let row = listing::Model {
        id: ListingId::generate(),
        agency_id,
        period_id,
        version: known.map_or(1, |known| known.version + 1),
        source: Source::AgencyReport,
        as_of: day(2022, 6, 30),
        note: None,
        recorded_by: "test".to_owned(),
        recorded_at: start_of_test(),
        channel,
        listed,
        required,
    };
    row.into_active_model().reset_all().insert(database).await.expect("the listing is recorded");
}

/// Enters an agency.
pub async fn insert_agency(database: &DatabaseConnection, row: agency::Model) {
    row.into_active_model().reset_all().insert(database).await.expect("the agency is entered");
}

/// Gives a waiting build, by its global id, one part that a worker elsewhere is at.
pub async fn run_elsewhere(database: &DatabaseConnection, build: &serde_json::Value) {
    let id = build.as_str().and_then(|id| id.strip_prefix("Build:")).expect("a build's id");
    let build_id: BuildId = id.parse().expect("an id");
    build::Entity::update_many()
        .col_expr(build::Column::State, Expr::value(build::State::Running))
        .filter(build::Column::Id.eq(build_id))
        .exec(database)
        .await
        .expect("the build runs");
    let row = build_part::Model {
        id: BuildPartId::generate(),
        build_id,
        block_id: block(database, "DEPARTMENTS").await,
        state: build_part::State::Running,
        agencies: 10,
        attempt: 1,
        due_at: start_of_test(),
        pushes: 1,
        pushed_at: Some(start_of_test()),
        claimed_by: Some("elsewhere".to_owned()),
        lease_until: Some(start_of_test() + chrono::TimeDelta::days(36_500)),
        started_at: Some(start_of_test()),
        ended_at: None,
        cards_written: 0,
        cards_unchanged: 0,
        indexes_changed: 0,
        error: None,
    };
    row.into_active_model().reset_all().insert(database).await.expect("the part is entered");
}

/// Reports another state of a document of an agency in the half-year, as the next version.
pub async fn document(database: &DatabaseConnection, agency_code: &str, state: document::State) {
    let agency_id = agency(database, agency_code).await.id;
    let period_id = period(database, HALF_YEAR).await;
    let known = document::latest_for(period_id)
        .filter(document::Column::AgencyId.eq(agency_id))
        .one(database)
        .await
        .expect("documents are read");
    let Some(known) = known else { return };
    let row = document::Model { id: DocumentId::generate(), version: known.version + 1, state, ..known };
    row.into_active_model().reset_all().insert(database).await.expect("the document is recorded");
}

/// Reports an agency's dossier table in the half-year, as the next version.
pub async fn dossier_table(
    database: &DatabaseConnection,
    agency_code: &str,
    counts: impl FnOnce(&mut dossier_table::Model),
) {
    let agency_id = agency(database, agency_code).await.id;
    let period_id = period(database, HALF_YEAR).await;
    let known = dossier_table::latest_for(period_id)
        .filter(dossier_table::Column::AgencyId.eq(agency_id))
        .one(database)
        .await
        .expect("tables are read");
    let mut row = dossier_table::Model {
        id: DossierTableId::generate(),
        agency_id,
        period_id,
        version: known.map_or(1, |known| known.version + 1),
        source: Source::DossierTable,
        as_of: day(2022, 6, 30),
        note: None,
        recorded_by: "test".to_owned(),
        recorded_at: start_of_test(),
        received_total: None,
        received_online: None,
        received_postal: None,
        received_direct_or_postal: None,
        carried_over: None,
        resolved_total: None,
        resolved_early: None,
        resolved_on_time: None,
        resolved_early_or_on_time: None,
        resolved_overdue: None,
        pending_total: None,
        pending_in_time: None,
        pending_overdue: None,
        overdue_total: None,
        broken: Default::default(),
    };
    counts(&mut row);
    row.into_active_model().reset_all().insert(database).await.expect("the table is recorded");
}

/// Has `to` report in the half-year whatever `from` did.
pub async fn same_reports(database: &DatabaseConnection, from: &str, to: &str) {
    macro_rules! copy {
        ($input:ident, $id:ident, $from:expr, $to:expr, $period:expr) => {
            let rows = $input::latest_for($period).filter($input::Column::AgencyId.eq($from));
            for row in rows.all(database).await.expect("inputs are read") {
                let row = $input::Model { id: $id::generate(), agency_id: $to, version: 1, ..row };
                row.into_active_model().reset_all().insert(database).await.expect("the input is recorded");
            }
        };
    }
    let (from, to) = (agency(database, from).await.id, agency(database, to).await.id);
    let period_id = period(database, HALF_YEAR).await;
    copy!(dossier_table, DossierTableId, from, to, period_id);
    copy!(listing, ListingId, from, to, period_id);
    copy!(agency_procedure, AgencyProcedureId, from, to, period_id);
    copy!(document, DocumentId, from, to, period_id);
    copy!(observation, ObservationId, from, to, period_id);
}
