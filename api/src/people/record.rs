//! What is done with people goes on record, in the transaction that does it; what is refused, bounded.

use async_graphql::ID;
use chrono::{DateTime, Utc};
use entity::{AccountId, AgencyId, TokenId, account, agency, audit_event};
use reform_worker::audit::{Actor, Entry, Refusals, record};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait};
use serde_json::{Value, json};

use super::People;
use super::refusal::Declined;
use crate::graphql::NodeId;

impl People {
    /// Where refusals are recorded and counted.
    pub(crate) fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    /// Puts a refusal on record. Whoever was refused hears of it whether or not it could be recorded.
    pub(crate) async fn refuse(&self, refused: Entry) {
        let action = refused.action;
        if let Err(error) = self.refusals.refuse(refused).await {
            tracing::error!(%error, action, "a refusal could not be recorded");
        }
    }

    /// Passes on what was decided. Where it was refused, the attempt goes on record with the codes of the
    /// rules that it broke.
    pub(crate) async fn noting<T>(
        &self,
        attempt: Entry,
        decided: Result<T, Declined>,
    ) -> Result<T, Declined> {
        if let Err(Declined::Refused(refusals)) = &decided {
            let codes: Vec<_> = refusals.iter().map(|refusal| refusal.code).collect();
            self.refuse(Entry { detail: Some(codes.join(", ")), ..attempt }).await;
        }
        decided
    }
}

/// Something that is being tried, to be recorded only if it is refused.
pub(crate) fn attempt(by: &Actor, action: &'static str) -> Entry {
    Entry::refused(by, action, "")
}

/// Records what was done, and commits it.
pub(crate) async fn commit(
    transaction: DatabaseTransaction,
    done: Entry,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    record(&transaction, done, now).await?;
    transaction.commit().await
}

/// The account that acts, if one does.
pub(crate) fn account_of(by: &Actor) -> Option<AccountId> {
    by.id.as_deref().and_then(|id| id.parse().ok())
}

/// Whoever asks, now that he has proved to be this account.
pub(crate) fn proved(by: &Actor, account: &account::Model) -> Actor {
    let (id, name) = (Some(account.id.to_string()), account.name.clone());
    Actor { id, name, via: audit_event::Via::Session, ..by.clone() }
}

/// An account's global id.
pub(crate) fn account_object(id: AccountId) -> String {
    ID::from(NodeId::Account(id)).0
}

/// A token's global id.
pub(crate) fn token_object(id: TokenId) -> String {
    ID::from(NodeId::Token(id)).0
}

/// What of an account goes on record.
pub(crate) async fn told<C: ConnectionTrait>(
    connection: &C,
    account: &account::Model,
) -> Result<Value, DbErr> {
    Ok(json!({
        "name": account.name,
        "display_name": account.display_name,
        "agency": agency_code(connection, account.agency_id).await?,
        "state": account.state,
        "oidc_subject": account.oidc_subject,
    }))
}

async fn agency_code<C: ConnectionTrait>(
    connection: &C,
    id: Option<AgencyId>,
) -> Result<Option<String>, DbErr> {
    let Some(id) = id else { return Ok(None) };
    Ok(agency::Entity::find_by_id(id).one(connection).await?.map(|agency| agency.code))
}
