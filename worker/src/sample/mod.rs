//! The sample province: Đồng Tháp 2022, from the data files beside this crate, loaded into an empty
//! database in one transaction. All of it or nothing, once, however many processes start at once.

mod document;
mod inputs;
mod inspection;
mod registry;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{AgencyId, BlockId, PeriodId, agency, build};
use scoring::CriteriaSet;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel, ModelTrait,
    PaginatorTrait,
};

use crate::audit::{self, Actor, Entry, action};
use crate::build::{Request, RequestError, request};
use crate::database::{begin_write, lock_agencies};

/// The period that the first start compiles.
pub const FIRST_PERIOD: &str = "2022-H1";

const RECORDED_BY: &str = "sample";

/// Why the sample province was not loaded. The data files are part of the program, so these are its
/// defects, or the database's.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// A data file does not read as what it should be.
    #[error("sample file {file}: {detail}")]
    Unreadable {
        /// The file.
        file: &'static str,
        /// Where and what.
        detail: String,
    },
    /// A data file names something that no other defines.
    #[error("sample file {file} names the {what} `{code}`, which does not exist")]
    Unknown {
        /// The file.
        file: &'static str,
        /// What kind of thing.
        what: &'static str,
        /// Its code.
        code: String,
    },
    /// A dossier table breaks an identity of the official table.
    #[error("sample file {file}: the dossier table of `{agency}` does not add up: {detail}")]
    BrokenIdentity {
        /// The file.
        file: &'static str,
        /// The code of the agency whose table it is.
        agency: String,
        /// Each broken identity with both sides.
        detail: String,
    },
    /// The first build could not be requested.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Loads the sample province and requests its first build, if the database holds no agency. Returns
/// whether it did.
///
/// # Errors
/// When a data file is wrong or the database fails; nothing is loaded then.
pub async fn load_if_empty(database: &DatabaseConnection, now: DateTime<Utc>) -> Result<bool, SampleError> {
    if agency::Entity::find().count(database).await? > 0 {
        return Ok(false);
    }
    let transaction = begin_write(database).await?;
    lock_agencies(&transaction).await?;
    if agency::Entity::find().count(&transaction).await? > 0 {
        return Ok(false);
    }
    let mut registered = registry::load(&transaction).await?;
    document::load(&transaction, &mut registered, now).await?;
    inspection::load(&transaction, &registered).await?;
    inputs::load(&transaction, &registered, now).await?;
    let first = Request {
        period: FIRST_PERIOD,
        agencies: &[],
        blocks: &[],
        trigger: build::Trigger::DataChange,
        reason: "Nạp dữ liệu tỉnh mẫu / Sample province loaded",
        requested_by: RECORDED_BY,
    };
    request(&transaction, &first, now).await?;
    let loaded = Entry::done(&Actor::terminal(), action::LOAD_SAMPLE);
    audit::record(&transaction, loaded, now).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Loads the sample's measures and criteria set into an empty database, in use for every block in every period.
pub(crate) async fn load_criteria<C: ConnectionTrait>(
    connection: &C,
    periods: &BTreeMap<String, PeriodId>,
    blocks: &BTreeMap<String, BlockId>,
    now: DateTime<Utc>,
) -> Result<CriteriaSet, SampleError> {
    let uses = periods.keys().flat_map(|period| blocks.keys().map(move |block| (period, block)));
    let uses = uses.map(|(period, block)| registry::CriteriaUse {
        period: period.clone(),
        block: block.clone(),
        criteria_set: document::SET_CODE.to_owned(),
    });
    let uses = uses.collect();
    let mut registered =
        Registered { periods: periods.clone(), blocks: blocks.clone(), uses, ..Registered::default() };
    document::load(connection, &mut registered, now).await
}

/// The ids that the files' codes stand for.
#[derive(Default)]
struct Registered {
    blocks: BTreeMap<String, BlockId>,
    periods: BTreeMap<String, PeriodId>,
    agencies: BTreeMap<String, AgencyId>,
    uses: Vec<registry::CriteriaUse>,
}

fn parse<T: serde::de::DeserializeOwned>(file: &'static str, text: &str) -> Result<T, SampleError> {
    serde_saphyr::from_str(text).map_err(|error| SampleError::Unreadable { file, detail: error.to_string() })
}

fn look_up<T: Copy>(
    file: &'static str,
    what: &'static str,
    among: &BTreeMap<String, T>,
    code: &str,
) -> Result<T, SampleError> {
    let found = among.get(code).copied();
    found.ok_or_else(|| SampleError::Unknown { file, what, code: code.to_owned() })
}

async fn insert<C, M>(connection: &C, model: M) -> Result<(), DbErr>
where
    C: ConnectionTrait,
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    <M::Entity as EntityTrait>::ActiveModel: ActiveModelTrait<Entity = M::Entity> + Send,
{
    M::Entity::insert(model.into_active_model().reset_all()).exec_without_returning(connection).await?;
    Ok(())
}
