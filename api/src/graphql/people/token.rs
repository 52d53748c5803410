//! The own tokens: seeing, making and revoking them.

use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use entity::token::Scope;
use entity::{AccountId, TokenId};
use reform_worker::audit::action::REVOKE_TOKEN;
use sea_orm::{ColumnTrait, DatabaseConnection, QueryFilter, QuerySelect};

use super::revealed::Revealed;
use crate::graphql::actor::{actor, record_refusal};
use crate::graphql::codes::TokenScope;
use crate::graphql::id::NodeId;
use crate::graphql::paging::MOST_FIRST;
use crate::graphql::plain::{Whole, plain_object};
use crate::graphql::problem::Problem;
use crate::graphql::user_error::{UserError, outcome};
use crate::graphql::viewer::{signed_in, with_scope};
use crate::graphql::{data, database};
use crate::people::People;
use crate::people::token::NewToken;

plain_object! {
    /// A token: with it, a program acts for an account. Its secret is told once, by `createToken`.
    pub(crate) struct Token {
        /// Global id.
        id: ID,
        /// What it is for, in its owner's words.
        name: String,
        /// What it is good for.
        scopes: Vec<TokenScope>,
        /// When it was made.
        created_at: DateTime<Utc>,
        /// From when on it counts for nothing.
        expires_at: DateTime<Utc>,
        /// When it was last used, give or take a minute; null before.
        last_used_at: Option<DateTime<Utc>>,
        /// When it was revoked; null while it was not.
        revoked_at: Option<DateTime<Utc>>,
    }
}

impl From<entity::token::Model> for Token {
    fn from(row: entity::token::Model) -> Self {
        let scopes = row.scopes.0.iter().filter_map(|code| code.parse::<Scope>().ok());
        Self {
            id: NodeId::Token(row.id).into(),
            name: row.name,
            scopes: scopes.map(TokenScope::from).collect(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// The account's tokens, latest first, up to the largest page.
pub(super) async fn tokens_of(
    database: &DatabaseConnection,
    account: AccountId,
) -> Result<Vec<Token>, Problem> {
    let most = u64::try_from(MOST_FIRST).unwrap_or_default();
    let rows = entity::token::of_account(account).limit(most).all(database).await?;
    Ok(rows.into_iter().map(Token::from).collect())
}

async fn token_by_id(
    database: &DatabaseConnection,
    account: AccountId,
    id: TokenId,
) -> Result<Option<Token>, Problem> {
    let own = entity::token::of_account(account).filter(entity::token::Column::Id.eq(id));
    Ok(own.one(database).await?.map(Token::from))
}

/// The token with an id, if it is the viewer's own.
pub(in crate::graphql) async fn own_token(ctx: &Context<'_>, id: TokenId) -> Result<Option<Token>, Problem> {
    token_by_id(database(ctx)?, signed_in(ctx)?.account, id).await
}

/// A token that is wanted.
#[derive(Debug, InputObject)]
struct CreateTokenInput {
    /// What it is for, in your own words, 1 to 100 characters.
    name: String,
    /// What it is to be good for; at least one.
    scopes: Vec<TokenScope>,
    /// From when on it counts for nothing: within 366 days.
    expires_at: DateTime<Utc>,
}

plain_object! {
    /// What became of the wish for a token.
    pub(crate) struct CreateTokenPayload {
        /// The token; null when it was refused.
        token: Option<Token>,
        /// Its secret, for `Authorization: Bearer …`. It is told here and never again.
        secret: Option<Revealed>,
        /// Why it was refused; empty when it was not.
        errors: Vec<UserError>,
    }
}

/// The token that is to end.
#[derive(Debug, InputObject)]
struct RevokeTokenInput {
    /// One of your own tokens.
    token: ID,
}

plain_object! {
    /// What became of a revocation.
    pub(crate) struct RevokeTokenPayload {
        /// The token; null when the revocation was refused.
        token: Option<Token>,
        /// Why it was refused; empty when it was not.
        errors: Vec<UserError>,
    }
}

#[derive(Default)]
pub(crate) struct TokenMutation;

#[Object]
impl TokenMutation {
    /// Makes a token for your own account. Asked for by a token, which needs the scope ADMINISTER, the new
    /// one may neither do more nor last longer.
    async fn create_token(
        &self,
        ctx: &Context<'_>,
        input: CreateTokenInput,
    ) -> Result<Whole<CreateTokenPayload>, Problem> {
        let me = with_scope(ctx, Scope::Administer)?;
        let scopes = input.scopes.into_iter().map(TokenScope::remote).collect();
        let new = NewToken { name: input.name, scopes, expires_at: input.expires_at };
        Ok(Whole(match outcome(data::<People>(ctx)?.create_token(&actor(ctx)?, me, &new).await)? {
            Ok((id, secret)) => CreateTokenPayload {
                token: token_by_id(database(ctx)?, me.account, id).await?,
                secret: Some(Revealed(secret)),
                errors: Vec::new(),
            },
            Err(errors) => CreateTokenPayload { token: None, secret: None, errors },
        }))
    }

    /// Revokes one of your own tokens, at once. By a token, this needs the scope ADMINISTER, unless the token
    /// revokes itself.
    async fn revoke_token(
        &self,
        ctx: &Context<'_>,
        input: RevokeTokenInput,
    ) -> Result<Whole<RevokeTokenPayload>, Problem> {
        let me = signed_in(ctx)?;
        let NodeId::Token(id) = NodeId::read("token", &input.token)? else {
            return Err(Problem::bad_input("token", "`token` is not a token's id".to_owned()));
        };
        if me.token() != Some(id) && !me.has_scope(Scope::Administer) {
            record_refusal(ctx, REVOKE_TOKEN, "FORBIDDEN".to_owned()).await?;
            with_scope(ctx, Scope::Administer)?;
        }
        let revoked = data::<People>(ctx)?.revoke_token(&actor(ctx)?, me.account, id).await;
        Ok(Whole(match outcome(revoked)? {
            Ok(()) => RevokeTokenPayload {
                token: token_by_id(database(ctx)?, me.account, id).await?,
                errors: Vec::new(),
            },
            Err(errors) => RevokeTokenPayload { token: None, errors },
        }))
    }
}
