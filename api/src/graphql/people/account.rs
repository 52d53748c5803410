//! What administrators do with accounts: make them, change them, grant and revoke roles.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::AccountId;
use entity::token::Scope;

use super::{Account, account_by_id};
use crate::graphql::actor::actor;
use crate::graphql::codes::{AccountState, Role};
use crate::graphql::id::NodeId;
use crate::graphql::plain::{Whole, plain_object};
use crate::graphql::problem::Problem;
use crate::graphql::user_error::{UserError, outcome};
use crate::graphql::viewer::administrator;
use crate::graphql::{data, database};
use crate::people::account::Change;
use crate::people::{Declined, People, link_path};

/// An account that is wanted.
#[derive(Debug, InputObject)]
struct CreateAccountInput {
    /// The name to sign in with: 1 to 100 characters without spaces; kept in Unicode's form NFKC and in lower
    /// case, and unique so.
    name: String,
    /// The person's name, 1 to 200 characters.
    display_name: String,
    /// The code of the agency to which the person belongs.
    agency: Option<String>,
    /// Who the person is to the OpenID Connect provider that the server is set up for (the claim `sub`): who
    /// signs in there as that is signed in here. 1 to 255 ASCII characters without spaces.
    oidc_subject: Option<String>,
}

/// What is to change of an account; what is not given stays.
#[derive(Debug, InputObject)]
struct ChangeAccountInput {
    /// The account.
    account: ID,
    /// The person's name, 1 to 200 characters.
    display_name: Option<String>,
    /// The code of the agency to which the person belongs; null: to none.
    agency: MaybeUndefined<String>,
    /// Whether the account may be used. Disabling ends its sessions, tokens and links for good.
    state: Option<AccountState>,
    /// Who the person is to the OpenID Connect provider that the server is set up for (the claim `sub`); null:
    /// nobody. 1 to 255 ASCII characters without spaces. A change ends the account's sessions.
    oidc_subject: MaybeUndefined<String>,
}

/// An account.
#[derive(Debug, InputObject)]
struct CreateSignInLinkInput {
    /// The account.
    account: ID,
}

/// A role, whose, and where.
#[derive(Debug, InputObject)]
struct RoleInput {
    /// The account.
    account: ID,
    /// The role.
    role: Role,
    /// The code of an agency: over it and those below it; null: over the whole province.
    agency: Option<String>,
}

plain_object! {
    /// What became of a change to an account.
    pub(crate) struct AccountPayload {
        /// The account as it is now; null when the change was refused.
        account: Option<Account>,
        /// Why it was refused; empty when it was not.
        errors: Vec<UserError>,
    }
}

plain_object! {
    /// An account, and how its owner gets in.
    pub(crate) struct SignInLinkPayload {
        /// The account; null when it was refused.
        account: Option<Account>,
        /// Path of a link that signs its owner in once, within 24 hours, to set a password. Hand it over as
        /// you would a key: it is told here and never again.
        sign_in_path: Option<String>,
        /// Why it was refused; empty when it was not.
        errors: Vec<UserError>,
    }
}

#[derive(Default)]
pub(crate) struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Makes an account without any role. For administrators.
    async fn create_account(
        &self,
        ctx: &Context<'_>,
        input: CreateAccountInput,
    ) -> Result<Whole<SignInLinkPayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let people = data::<People>(ctx)?;
        let (agency, subject) = (input.agency.as_deref(), input.oidc_subject.as_deref());
        let by = actor(ctx)?;
        let made = people.create_account(&by, &input.name, &input.display_name, agency, subject).await;
        Ok(Whole(match outcome(made)? {
            Ok((id, link)) => with_link(account(ctx, id).await?, link_path(&link)),
            Err(errors) => SignInLinkPayload { account: None, sign_in_path: None, errors },
        }))
    }

    /// Makes a one-time link for an account whose owner has lost the password; links made before count for
    /// nothing any more. For administrators.
    async fn create_sign_in_link(
        &self,
        ctx: &Context<'_>,
        input: CreateSignInLinkInput,
    ) -> Result<Whole<SignInLinkPayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let id = account_id(&input.account)?;
        Ok(Whole(match outcome(data::<People>(ctx)?.create_sign_in_link(&actor(ctx)?, id).await)? {
            Ok(link) => with_link(account(ctx, id).await?, link_path(&link)),
            Err(errors) => SignInLinkPayload { account: None, sign_in_path: None, errors },
        }))
    }

    /// Changes an account. The province's last administrator cannot be disabled. For administrators.
    async fn change_account(
        &self,
        ctx: &Context<'_>,
        input: ChangeAccountInput,
    ) -> Result<Whole<AccountPayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let id = account_id(&input.account)?;
        let (agency, oidc_subject) = (wanted(input.agency), wanted(input.oidc_subject));
        let state = input.state.map(AccountState::remote);
        let change = Change { display_name: input.display_name, agency, state, oidc_subject };
        let changed = data::<People>(ctx)?.change_account(&actor(ctx)?, id, &change).await;
        payload(ctx, id, changed).await
    }

    /// Grants a role; granting what is held already changes nothing. For administrators.
    async fn grant_role(
        &self,
        ctx: &Context<'_>,
        input: RoleInput,
    ) -> Result<Whole<AccountPayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let id = account_id(&input.account)?;
        let agency = input.agency.as_deref();
        let granted = data::<People>(ctx)?.grant_role(&actor(ctx)?, id, input.role.remote(), agency).await;
        payload(ctx, id, granted).await
    }

    /// Revokes a role that is held exactly there; the record of it stays. The province's last administrator
    /// stays administrator. For administrators.
    async fn revoke_role(
        &self,
        ctx: &Context<'_>,
        input: RoleInput,
    ) -> Result<Whole<AccountPayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let id = account_id(&input.account)?;
        let agency = input.agency.as_deref();
        let revoked = data::<People>(ctx)?.revoke_role(&actor(ctx)?, id, input.role.remote(), agency).await;
        payload(ctx, id, revoked).await
    }
}

/// What is to become of something that may be nothing; none leaves it as it is.
fn wanted(value: MaybeUndefined<String>) -> Option<Option<String>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

fn account_id(id: &ID) -> Result<AccountId, Problem> {
    match NodeId::read("account", id)? {
        NodeId::Account(id) => Ok(id),
        _ => Err(Problem::bad_input("account", "`account` is not an account's id".to_owned())),
    }
}

async fn account(ctx: &Context<'_>, id: AccountId) -> Result<Option<Account>, Problem> {
    account_by_id(database(ctx)?, id).await
}

fn with_link(account: Option<Account>, path: String) -> SignInLinkPayload {
    SignInLinkPayload { account, sign_in_path: Some(path), errors: Vec::new() }
}

async fn payload(
    ctx: &Context<'_>,
    id: AccountId,
    done: Result<(), Declined>,
) -> Result<Whole<AccountPayload>, Problem> {
    Ok(Whole(match outcome(done)? {
        Ok(()) => AccountPayload { account: account(ctx, id).await?, errors: Vec::new() },
        Err(errors) => AccountPayload { account: None, errors },
    }))
}
