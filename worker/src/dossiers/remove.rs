//! Removing a dossier: it counts no more, and what it was stays readable.

use chrono::{DateTime, Utc};
use entity::dossier_version::EndedAs;
use entity::{AgencyId, dossier};
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::buckets;
use super::lock::{Turn, turn};
use super::stored::{self, Ended};
use super::tally::Tally;
use crate::audit::action::REMOVE_DOSSIER;
use crate::audit::{self, Actor, Entry};
use crate::database::Writing;
use crate::database::codes::{self, Place};

/// Why a dossier was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// The agency has no dossier with this code.
    #[error("the agency has no dossier with this code")]
    Unknown,
}

/// Removes a dossier, and puts on record who did and why. What it was is given back.
///
/// # Errors
/// When the agency has no such dossier, or the database fails; then nothing was done.
pub async fn remove(
    database: &DatabaseConnection,
    (agency, code): (AgencyId, &str),
    by: &Actor,
    because: &str,
    now: DateTime<Utc>,
) -> Result<dossier::Model, RemoveError> {
    let Turn::Ours(transaction) = turn(database, Writing::Of(&[agency]), &CancellationToken::new()).await?
    else {
        return Err(DbErr::Custom("nobody cancels a removal".to_owned()).into());
    };
    let found = dossier::with_code(agency, code).one(&transaction).await?;
    let dossier = found.ok_or(RemoveError::Unknown)?;
    let removed =
        Ended { how: EndedAs::Removed, at: now, import: None, by: Some(&by.name), because: Some(because) };
    let place = Place { id: dossier.id, agency, code: &dossier.code, received_at: dossier.received_at };
    stored::keep(&transaction, &[place], &removed).await?;
    dossier::delete(&dossier).exec(&transaction).await?;
    codes::free(&transaction, &[place]).await?;
    count_no_more(&transaction, &dossier, now).await?;
    let was = json!({
        "code": dossier.code,
        "version": dossier.version,
    });
    let entry = Entry { detail: Some(because.to_owned()), ..Entry::done(by, REMOVE_DOSSIER) };
    audit::record(&transaction, entry.to(format!("Agency:{}", dossier.agency_id)).instead_of(was), now)
        .await?;
    transaction.commit().await?;
    Ok(dossier)
}

async fn count_no_more(
    transaction: &DatabaseTransaction,
    dossier: &dossier::Model,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let mut tally = Tally::default();
    tally.subtract(dossier.agency_id, &dossier.counted());
    buckets::write_days(transaction, &mut tally).await?;
    buckets::finish(transaction, tally.touched(), now).await
}
