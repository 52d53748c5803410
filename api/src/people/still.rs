//! Whether somebody who asked a while ago may still ask: for what goes on after the request.

use entity::{account, role_grant, session, token};
use sea_orm::{DbErr, EntityTrait};

use super::{Grant, People, SignedIn, Via};

impl People {
    /// The account as it is now, with its roles, if it and what it was known by still hold.
    pub(crate) async fn still(&self, before: &SignedIn) -> Result<Option<SignedIn>, DbErr> {
        let now = self.now();
        let holds = match before.via {
            Via::Session { id, .. } => {
                let row = session::Entity::find_by_id(id).one(&self.database).await?;
                row.is_some_and(|row| row.ended_at.is_none() && row.expires_at > now)
            }
            Via::Token { id, .. } => {
                let row = token::Entity::find_by_id(id).one(&self.database).await?;
                row.is_some_and(|row| row.revoked_at.is_none() && row.expires_at > now)
            }
        };
        let account = account::Entity::find_by_id(before.account).one(&self.database).await?;
        if !holds || account.is_none_or(|account| account.state != account::State::Active) {
            return Ok(None);
        }
        let grants = role_grant::holding_of([before.account]).all(&self.database).await?;
        let grants = grants.into_iter().map(|grant| Grant { role: grant.role, agency: grant.agency_id });
        Ok(Some(SignedIn { grants: grants.collect(), ..before.clone() }))
    }
}
