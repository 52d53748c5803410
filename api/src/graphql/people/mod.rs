//! Accounts, the roles that they hold, and who is signed in.

mod account;
mod revealed;
mod sign_in;
mod token;

use std::collections::HashMap;

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use entity::token::Scope;
use entity::{AccountId, AgencyId, agency, block, role_grant};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

pub(super) use self::account::AccountMutation;
pub(super) use self::sign_in::SignInMutation;
pub(super) use self::token::{Token, TokenMutation, own_token};

use self::revealed::Revealed;
use self::token::tokens_of;
use super::codes::{AccountState, Role, TokenScope};
use super::cost;
use super::database;
use super::id::NodeId;
use super::paging::{Page, Window};
use super::plain::{Whole, plain_object};
use super::problem::Problem;
use super::registry::Agency;
use super::viewer::{administrator, signed_in, viewer};
use crate::people::{Browser, SignedIn};

plain_object! {
    /// An account: a person who may sign in.
    pub(crate) struct Account {
        /// Global id.
        id: ID,
        /// The name to sign in with, in lower case.
        name: String,
        /// The person's name.
        display_name: String,
        /// The agency to which the person belongs; null outside all of them.
        agency: Option<Agency>,
        /// Whether it may be used.
        state: AccountState,
        /// Who the person is to the OpenID Connect provider; null when the account is bound to nobody there.
        oidc_subject: Option<String>,
        /// When it was made.
        created_at: DateTime<Utc>,
        /// The roles that it holds now, oldest first.
        grants: Vec<RoleGrant>,
    }
}

plain_object! {
    /// A role, and where it is held.
    pub(crate) struct RoleGrant {
        /// The role.
        role: Role,
        /// Over this agency and those below it; null: over the whole province.
        agency: Option<Agency>,
        /// Since when.
        granted_at: DateTime<Utc>,
    }
}

plain_object! {
    /// The account that is signed in.
    pub(crate) struct Me {
        /// The account.
        account: Account,
        /// What the header `x-csrf-token` of a mutation must repeat; null when a token speaks for the account.
        csrf_token: Option<Revealed>,
        /// What the token that speaks for the account is good for; all that there is when none does.
        scopes: Vec<TokenScope>,
        /// The account's tokens, latest first, ended ones included; at most 200.
        tokens: Vec<Token>,
    }
}

type Agencies = HashMap<AgencyId, (agency::Model, block::Model)>;

/// Loads accounts whole: two queries more than the accounts themselves.
async fn whole(
    database: &DatabaseConnection,
    rows: Vec<entity::account::Model>,
) -> Result<Vec<Account>, Problem> {
    let ids = rows.iter().map(|account| account.id);
    let grants = role_grant::holding_of(ids).all(database).await?;
    let of_accounts = rows.iter().filter_map(|account| account.agency_id);
    let agencies = agencies(database, of_accounts.chain(grants.iter().filter_map(|grant| grant.agency_id)));
    let agencies = agencies.await?;
    let agency = |id: Option<AgencyId>| id.and_then(|id| agencies.get(&id)).map(|pair| pair.clone().into());
    let mut by_account: HashMap<AccountId, Vec<RoleGrant>> = HashMap::new();
    for grant in grants {
        by_account.entry(grant.account_id).or_default().push(RoleGrant {
            role: grant.role.into(),
            agency: agency(grant.agency_id),
            granted_at: grant.granted_at,
        });
    }
    let account = |row: entity::account::Model| Account {
        id: NodeId::Account(row.id).into(),
        name: row.name,
        display_name: row.display_name,
        agency: agency(row.agency_id),
        state: row.state.into(),
        oidc_subject: row.oidc_subject,
        created_at: row.created_at,
        grants: by_account.remove(&row.id).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(account).collect())
}

async fn agencies(
    database: &DatabaseConnection,
    ids: impl Iterator<Item = AgencyId>,
) -> Result<Agencies, Problem> {
    let rows = agency::Entity::find().filter(agency::Column::Id.is_in(ids));
    let rows = rows.find_also_related(block::Entity).all(database).await?;
    let keyed = |(agency, block): (agency::Model, Option<block::Model>)| Some((agency.id, (agency, block?)));
    Ok(rows.into_iter().filter_map(keyed).collect())
}

async fn account_by_id(database: &DatabaseConnection, id: AccountId) -> Result<Option<Account>, Problem> {
    let row = entity::account::Entity::find_by_id(id).one(database).await?;
    Ok(whole(database, row.into_iter().collect()).await?.pop())
}

/// The account with an id, for its owner and for administrators.
pub(super) async fn visible_account(ctx: &Context<'_>, id: AccountId) -> Result<Option<Account>, Problem> {
    let me = signed_in(ctx)?;
    if me.account != id && !me.is(entity::role_grant::Role::Administrator) {
        return Ok(None);
    }
    account_by_id(database(ctx)?, id).await
}

#[derive(Default)]
pub(crate) struct PeopleQuery;

#[Object]
impl PeopleQuery {
    /// The account that is signed in; null for the public.
    async fn me(&self, ctx: &Context<'_>) -> Result<Option<Whole<Me>>, Problem> {
        let Some(me) = &viewer(ctx)?.signed_in else { return Ok(None) };
        let database = database(ctx)?;
        let account = account_by_id(database, me.account).await?.ok_or(Problem::Internal)?;
        let tokens = match ctx.look_ahead().field("tokens").exists() {
            true => tokens_of(database, me.account).await?,
            false => Vec::new(),
        };
        let csrf_token = ctx.data_opt::<Browser>().and_then(Browser::csrf_token);
        let csrf_token = csrf_token.cloned().map(Revealed);
        Ok(Some(Whole(Me { account, csrf_token, scopes: scopes_of(me), tokens })))
    }

    /// The accounts, by name. For administrators.
    #[graphql(complexity = "cost::page(first, child_complexity)")]
    async fn accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size, 1 to 200; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Page<Account>, Problem> {
        administrator(ctx, Scope::Read)?;
        let database = database(ctx)?;
        let window = Window::new(first, after.as_deref())?;
        let accounts = entity::account::in_order();
        let total = match ctx.look_ahead().field("totalCount").exists() {
            true => Some(accounts.clone().count(database).await?),
            false => None,
        };
        let rows = accounts.offset(window.offset).limit(window.limit()).all(database).await?;
        Ok(Page::new(window, whole(database, rows).await?, total))
    }
}

fn scopes_of(me: &SignedIn) -> Vec<TokenScope> {
    let all = Scope::ALL.iter().copied();
    all.filter(|scope| me.has_scope(*scope)).map(TokenScope::from).collect()
}
