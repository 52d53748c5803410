//! A made-up nation in an empty database: agencies, periods, the sample's criteria set and what everyone reports, in one
//! transaction; its dossiers are an import like any other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use entity::import::{Kind, Mode};
use entity::measure::Gathering;
use entity::{
    AgencyId, BlockId, Codes, ImportId, ObservationId, PeriodId, ProcedureId, agency, block, import, measure,
    observation, period, procedure,
};
use scoring::{CriteriaSet, PeriodKind, Source};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, ModelTrait, PaginatorTrait,
};

use super::dice::Dice;
use super::dossiers::reads;
use super::nation::{Agency, Nation};
use super::reports;
use crate::Clock;
use crate::audit::{self, Actor, Entry, action};
use crate::database::{begin_write, insert, lock_agencies};
use crate::dossiers::{Watch, import as import_dossiers, in_chunks};
use crate::imports::{ImportError, Order};
use crate::sample::{SampleError, load_criteria};
use crate::schedule::insert_defaults;

const RECORDED_BY: &str = "generate";
const TIME_ZONE: &str = "Asia/Ho_Chi_Minh";

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The database holds agencies already.
    #[error("the database is not empty: it has agencies already")]
    NotEmpty,
    /// The criteria set of the sample could not be loaded.
    #[error(transparent)]
    Criteria(#[from] SampleError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Stores a nation without its dossiers in a database that holds no agency.
///
/// # Errors
/// When the database is not empty or fails; then nothing is stored.
pub async fn store(
    database: &DatabaseConnection,
    nation: &Nation,
    now: DateTime<Utc>,
) -> Result<(), GenerateError> {
    let transaction = begin_write(database).await?;
    lock_agencies(&transaction).await?;
    if agency::Entity::find().count(&transaction).await? > 0 {
        return Err(GenerateError::NotEmpty);
    }
    let registered = register(&transaction, nation).await?;
    let set = load_criteria(&transaction, &registered.periods, &registered.blocks, now).await?;
    report(&transaction, nation, &registered, &set, now).await?;
    audit::record(&transaction, Entry::done(&Actor::terminal(), action::GENERATE), now).await?;
    transaction.commit().await?;
    Ok(())
}

/// Imports the dossiers of a nation that is stored, as an import like any other.
///
/// # Errors
/// When the database fails; then none is stored.
pub async fn store_dossiers(
    database: &DatabaseConnection,
    nation: &Arc<Nation>,
    watch: &Watch<'_>,
    clock: &Clock,
) -> Result<import::Model, ImportError> {
    let order = Order {
        id: ImportId::generate(),
        kind: Kind::Dossiers,
        period: None,
        agency: None,
        names: None,
        file_name: None,
        sha256: scoring::sha256_hex(&format!("{:?}", nation.size)),
        header: None,
        by: Actor::terminal(),
        account: None,
        mode: Mode::AllOrNothing,
        dry_run: false,
    };
    import_dossiers(database, &order, in_chunks(reads(Arc::clone(nation))), watch, clock).await
}

struct Registered {
    agencies: Vec<AgencyId>,
    blocks: BTreeMap<String, BlockId>,
    periods: BTreeMap<String, PeriodId>,
}

async fn register(transaction: &DatabaseTransaction, nation: &Nation) -> Result<Registered, DbErr> {
    let blocks: BTreeMap<_, _> =
        nation.blocks.iter().map(|(code, ..)| (code.clone(), BlockId::generate())).collect();
    let rows = (1..).zip(&nation.blocks).map(|(position, (code, name_vi, name_en))| block::Model {
        id: blocks[code],
        code: code.clone(),
        name_vi: name_vi.clone(),
        name_en: name_en.clone(),
        position,
    });
    insert_rows(transaction, rows).await?;
    let periods = periods(nation.size.year);
    insert_rows(transaction, periods.iter().cloned()).await?;
    let procedures = nation.procedures.iter().map(|known| procedure::Model {
        id: ProcedureId::generate(),
        code: known.code.clone(),
        name_vi: known.name_vi.to_owned(),
        name_en: known.name_en.to_owned(),
        level: known.level,
    });
    insert_rows(transaction, procedures).await?;
    let rows: Vec<_> = nation.agencies.iter().map(|made| row(made, &blocks, nation.size.year)).collect();
    let agencies = rows.iter().map(|row| row.id).collect();
    insert_rows(transaction, rows.into_iter()).await?;
    insert_defaults(transaction, "NATION", TIME_ZONE).await?;
    let periods = periods.into_iter().map(|period| (period.code, period.id)).collect();
    Ok(Registered { agencies, blocks, periods })
}

fn periods(year: i32) -> Vec<period::Model> {
    let day = |year, month| NaiveDate::from_ymd_opt(year, month, 1).unwrap_or_default();
    let period = |kind, code: &str, ends_before| period::Model {
        id: PeriodId::generate(),
        code: format!("{year}-{code}"),
        kind,
        year,
        starts_on: day(year, 1),
        ends_before,
        time_zone: TIME_ZONE.to_owned(),
    };
    vec![period(PeriodKind::H1, "H1", day(year, 7)), period(PeriodKind::FullYear, "FY", day(year + 1, 1))]
}

fn row(made: &Agency, blocks: &BTreeMap<String, BlockId>, year: i32) -> agency::Model {
    agency::Model {
        id: AgencyId::generate(),
        code: made.code.clone(),
        name_vi: made.name_vi.clone(),
        name_en: made.name_en.clone(),
        kind: made.kind,
        block_id: blocks[&made.block],
        valid_from: NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default(),
        valid_to: None,
        tags: ["HAS_TTHC", "HAS_LEGAL_DRAFTING", "HAS_DECENTRALISED"]
            .map(str::to_owned)
            .into_iter()
            .collect::<Codes>(),
        source: Source::Illustrative,
    }
}

/// What everyone reports for both periods. Of what is counted over dossiers nobody reports anything.
async fn report(
    transaction: &DatabaseTransaction,
    nation: &Nation,
    registered: &Registered,
    set: &CriteriaSet,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let measures = measure::in_order().all(transaction).await?.into_iter();
    let counted = |gathering| matches!(gathering, Gathering::DossierTable | Gathering::Dossiers);
    let counted: BTreeSet<String> =
        measures.filter(|measure| counted(measure.gathering)).map(|measure| measure.code).collect();
    let year = nation.size.year;
    for (number, (made, agency_id)) in (0..).zip(nation.agencies.iter().zip(&registered.agencies)) {
        // Streams above those of agencies and dossiers.
        let mut dice = Dice::new(nation.size.seed, (1 << 32) + number);
        let mut rows = Vec::new();
        for (code, period_id) in &registered.periods {
            let (month, day) = if code.ends_with("H1") { (6, 30) } else { (12, 31) };
            let reported = reports::of(set, made, &mut dice).into_iter();
            let reported = reported.filter(|(measure, _)| !counted.contains(measure));
            rows.extend(reported.map(|(measure_code, value)| observation::Model {
                id: ObservationId::generate(),
                agency_id: *agency_id,
                period_id: *period_id,
                version: 1,
                source: Source::Illustrative,
                as_of: NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default(),
                note: None,
                recorded_by: RECORDED_BY.to_owned(),
                recorded_at: now,
                measure_code,
                value,
                verified: false,
            }));
        }
        insert_rows(transaction, rows.into_iter()).await?;
    }
    Ok(())
}

async fn insert_rows<C, M>(connection: &C, rows: impl Iterator<Item = M>) -> Result<(), DbErr>
where
    C: ConnectionTrait,
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    <M::Entity as EntityTrait>::ActiveModel: ActiveModelTrait<Entity = M::Entity> + Send,
{
    insert(connection, rows.map(|row| row.into_active_model().reset_all()).collect()).await
}
