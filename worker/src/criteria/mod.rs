//! Reading criteria sets and the measure catalogue from the database, checked again on the way in: a set
//! that no longer matches its fingerprint scores nothing.

mod catalogue;
mod file;
mod manage;
mod misfit;
mod problem;
mod raw;
mod read;
mod spreadsheet;
mod store;
mod table;

use std::collections::BTreeMap;

use entity::{criteria_set, measure};
use scoring::{Catalogue, CriteriaSet, CriteriaSetDocument};
use sea_orm::{ConnectionTrait, DbErr};

pub use catalogue::{DefineError, Defined, Definition, Undefinable, define};
pub use file::{Format, check, table_csv};
pub use manage::{Imported, ManageError, activate, clone_set, import, retire, use_in};
pub use problem::Problem;
pub use raw::Place;
pub use spreadsheet::LARGEST_FILE;
pub(crate) use store::store;
pub use table::COLUMNS as TABLE_COLUMNS;

/// Why there is no criteria set to score with.
#[derive(Debug, thiserror::Error)]
pub enum CriteriaError {
    /// The database could not be read.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// No set is in use for the block in the period.
    #[error("no criteria set is in use for block {block} in period {period}")]
    NotInUse {
        /// The block's code.
        block: String,
        /// The period's code.
        period: String,
    },
    /// The stored set is not what it was when it was activated.
    #[error("the stored criteria set {code} version {version} is damaged: {detail}")]
    Damaged {
        /// The set's code.
        code: String,
        /// Its version.
        version: i32,
        /// What is wrong with it.
        detail: String,
    },
}

/// The measure catalogue, by code.
pub async fn load_measures<C: ConnectionTrait>(
    connection: &C,
) -> Result<BTreeMap<String, measure::Model>, DbErr> {
    let measures = measure::in_order().all(connection).await?;
    Ok(measures.into_iter().map(|measure| (measure.code.clone(), measure)).collect())
}

/// The units of the catalogue, against which a set is checked.
pub fn units(measures: &BTreeMap<String, measure::Model>) -> Catalogue {
    measures.iter().map(|(code, measure)| (code.clone(), measure.unit)).collect()
}

/// The set that scores `block` in `period`, with its row.
///
/// # Errors
/// When none is in use, or the stored one is damaged.
pub async fn load_set_in_use<C: ConnectionTrait>(
    connection: &C,
    period: &entity::period::Model,
    block: &entity::block::Model,
    catalogue: &Catalogue,
) -> Result<(criteria_set::Model, CriteriaSet), CriteriaError> {
    let row = criteria_set::in_use(period.id, block.id).one(connection).await?;
    let row = row
        .ok_or_else(|| CriteriaError::NotInUse { block: block.code.clone(), period: period.code.clone() })?;
    let set = read_set(&row, catalogue)?;
    Ok((row, set))
}

/// The set that a row holds.
///
/// # Errors
/// When the row's document does not parse, does not validate or does not match its fingerprint.
pub fn read_set(row: &criteria_set::Model, catalogue: &Catalogue) -> Result<CriteriaSet, CriteriaError> {
    let damaged =
        |detail: String| CriteriaError::Damaged { code: row.code.clone(), version: row.version, detail };
    let document: CriteriaSetDocument =
        serde_json::from_str(&row.document).map_err(|error| damaged(error.to_string()))?;
    let set = CriteriaSet::new(document, catalogue).map_err(|defects| damaged(defects.to_string()))?;
    if set.fingerprint() != row.fingerprint {
        return Err(damaged("its fingerprint does not match".to_owned()));
    }
    Ok(set)
}
