//! Signing in and out, and the own password.

use async_graphql::{Context, InputObject, Object};
use reform_worker::audit::action::SET_PASSWORD;
use secrecy::SecretString;

use super::revealed::Revealed;
use super::{Account, account_by_id};
use crate::graphql::actor::{actor, actor_of, record_refusal};
use crate::graphql::plain::{Whole, plain_object};
use crate::graphql::problem::Problem;
use crate::graphql::user_error::{UserError, outcome};
use crate::graphql::viewer::{signed_in, viewer};
use crate::graphql::{data, database};
use crate::people::{Browser, People, Refusal, SignIn};

/// Who wants to sign in.
#[derive(Debug, InputObject)]
struct SignInInput {
    /// The account's name; capitals and Unicode forms do not matter.
    name: String,
    /// The account's password.
    password: SecretString,
}

plain_object! {
    /// What became of a sign-in.
    pub(crate) struct SignInPayload {
        /// The account; null when the sign-in was refused.
        account: Option<Account>,
        /// What the header `x-csrf-token` of a mutation must repeat from now on.
        csrf_token: Option<Revealed>,
        /// Why it was refused; empty when it was not. It does not tell whether there is such an account.
        errors: Vec<UserError>,
    }
}

plain_object! {
    /// What became of a sign-out.
    pub(crate) struct SignOutPayload {
        /// Whether there was a session, which has now ended.
        signed_out: bool,
    }
}

/// The own password.
#[derive(Debug, InputObject)]
struct SetPasswordInput {
    /// The password until now; not needed once in a session that a one-time link opened.
    old_password: Option<SecretString>,
    /// The password from now on, 12 to 200 characters.
    new_password: SecretString,
}

plain_object! {
    /// What became of a new password.
    pub(crate) struct SetPasswordPayload {
        /// Why it was refused; empty when it was set.
        errors: Vec<UserError>,
    }
}

#[derive(Default)]
pub(crate) struct SignInMutation;

#[Object]
impl SignInMutation {
    /// Signs in by name and password, over HTTP: the session comes as a cookie, and replaces the one that the
    /// browser had. Five wrong passwords lock the account for a minute, further ones for up to fifteen.
    async fn sign_in(&self, ctx: &Context<'_>, input: SignInInput) -> Result<Whole<SignInPayload>, Problem> {
        let browser = over_http(ctx)?;
        let viewer = viewer(ctx)?;
        let replaces = viewer.signed_in.as_ref().and_then(|signed_in| signed_in.session());
        let people = data::<People>(ctx)?;
        let by = actor_of(viewer);
        let signed_in = people.sign_in(&by, viewer.from, &input.name, &input.password, replaces).await?;
        let refusal = match signed_in {
            SignIn::Opened(session) => {
                ctx.append_http_header("set-cookie", browser.cookie_of(&session));
                let account = account_by_id(database(ctx)?, session.account).await?;
                let csrf_token = Some(Revealed(session.csrf_token));
                return Ok(Whole(SignInPayload { account, csrf_token, errors: Vec::new() }));
            }
            SignIn::Refused => Refusal::sign_in(),
            SignIn::TooMany => Refusal::too_many_attempts(),
        };
        Ok(Whole(SignInPayload { account: None, csrf_token: None, errors: vec![refusal.into()] }))
    }

    /// Ends the session, and takes the cookie back.
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<Whole<SignOutPayload>, Problem> {
        let browser = over_http(ctx)?;
        let me = viewer(ctx)?.signed_in.as_ref();
        let session = me.and_then(|me| Some((me.account, me.session()?)));
        if let Some((account, session)) = session {
            data::<People>(ctx)?.end_session(&actor(ctx)?, account, session).await?;
        }
        ctx.append_http_header("set-cookie", browser.no_cookie());
        Ok(Whole(SignOutPayload { signed_out: session.is_some() }))
    }

    /// Sets your own password and ends your other sessions. By session only, never by token.
    async fn set_password(
        &self,
        ctx: &Context<'_>,
        input: SetPasswordInput,
    ) -> Result<Whole<SetPasswordPayload>, Problem> {
        let me = signed_in(ctx)?;
        if me.session().is_none() {
            record_refusal(ctx, SET_PASSWORD, "FORBIDDEN".to_owned()).await?;
            return Err(Problem::Forbidden(
                "Mã truy cập không được đặt mật khẩu. / A token may not set a password.",
            ));
        }
        let (by, from) = (actor(ctx)?, viewer(ctx)?.from);
        let people = data::<People>(ctx)?;
        let set = people.set_password(&by, from, me, input.old_password.as_ref(), &input.new_password).await;
        let errors = outcome(set)?.err().unwrap_or_default();
        Ok(Whole(SetPasswordPayload { errors }))
    }
}

/// The browser or program at the other end of an HTTP request; a WebSocket cannot be given cookies.
fn over_http<'a>(ctx: &Context<'a>) -> Result<&'a Browser, Problem> {
    ctx.data_opt::<Browser>().filter(|browser| browser.takes_cookies()).ok_or(Problem::Forbidden(
        "Hãy đăng nhập và đăng xuất qua HTTP. / Sign in and out over HTTP, not over a WebSocket.",
    ))
}
