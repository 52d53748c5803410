//! Signing in by password, and setting one.

use std::net::IpAddr;

use entity::{AccountId, SessionId, account};
use reform_worker::audit::{Actor, Entry, action};
use reform_worker::database::begin_write;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::SecretString;
use serde_json::json;

use super::People;
use super::link::void_links;
use super::lockout::{forget_attempts, take_attempt};
use super::name;
use super::password;
use super::record::{account_object, attempt, commit};
use super::refusal::{Declined, Fault, Refusal};
use super::session::{OpenedBy, OpenedSession, end_all_but, forget_link};
use super::viewer::{SignedIn, Via};

/// What became of a sign-in.
#[derive(Debug)]
pub enum SignIn {
    /// A session was opened.
    Opened(OpenedSession),
    /// It was not, and nothing tells why.
    Refused,
    /// The client tried too often in too short a time.
    TooMany,
}

impl People {
    /// Signs in by name and password. `replaces` is the session that the browser has already.
    ///
    /// # Errors
    /// When the database, hashing or the system's randomness fails.
    pub async fn sign_in(
        &self,
        by: &Actor,
        from: IpAddr,
        name: &str,
        password: &SecretString,
        replaces: Option<SessionId>,
    ) -> Result<SignIn, Fault> {
        // The name that was tried is not recorded: now and then it is a password.
        let refused = |refusal: Refusal| Entry::refused(by, action::SIGN_IN, refusal.code);
        if !self.rate.allows(from) {
            self.refuse(refused(Refusal::too_many_attempts())).await;
            return Ok(SignIn::TooMany);
        }
        match self.prove(&name::normalised(name), password).await? {
            Some(account) => {
                let session = self.open_session(by, account, OpenedBy::Password, replaces).await?;
                Ok(SignIn::Opened(session))
            }
            None => {
                self.refuse(refused(Refusal::sign_in())).await;
                Ok(SignIn::Refused)
            }
        }
    }

    /// The account with that name, if it may be used, is not locked, and the password is its. Every refusal
    /// takes the same statements and one hash.
    async fn prove(&self, name: &str, password: &SecretString) -> Result<Option<AccountId>, Fault> {
        let open = take_attempt(&self.database, name, self.now()).await?;
        let account = account::with_name(name).one(&self.database).await?;
        let usable = account.filter(|account| open && account.state == account::State::Active);
        let hash = usable.as_ref().and_then(|account| account.password_hash.clone().map(|hash| hash.0));
        let right = self.passwords.is_right(password, hash).await?;
        let proved = usable.filter(|_| right);
        if let Some(account) = &proved {
            forget_attempts(&self.database, account.id).await?;
        }
        Ok(proved.map(|account| account.id))
    }

    /// Sets the own password and ends the account's other sessions and unused links. Who signed in by a
    /// one-time link need not know the old one, once.
    ///
    /// # Errors
    /// When the new password breaks a rule, the old one is wrong, or something of ours fails.
    pub async fn set_password(
        &self,
        by: &Actor,
        from: IpAddr,
        whose: &SignedIn,
        old: Option<&SecretString>,
        new: &SecretString,
    ) -> Result<(), Declined> {
        let set = self.replace_password(by, from, whose, old, new).await;
        self.noting(attempt(by, action::SET_PASSWORD).to(account_object(whose.account)), set).await
    }

    async fn replace_password(
        &self,
        by: &Actor,
        from: IpAddr,
        whose: &SignedIn,
        old: Option<&SecretString>,
        new: &SecretString,
    ) -> Result<(), Declined> {
        password::check("newPassword", new)?;
        let by_link = matches!(whose.via, Via::Session { by_link: true, .. });
        if !by_link {
            if !self.rate.allows(from) {
                return Err(Refusal::too_many_attempts().into());
            }
            let proved = self.prove(&whose.name, old.unwrap_or(&SecretString::default())).await?;
            if proved.is_none() {
                return Err(wrong_password().into());
            }
        }
        let hash = self.passwords.hash(new).await?;
        let now = self.now();
        let transaction = begin_write(&self.database).await?;
        let before = account::Entity::find_by_id(whose.account).one(&transaction).await?;
        account::Entity::update_many()
            .col_expr(account::Column::PasswordHash, Expr::val(hash))
            .filter(account::Column::Id.eq(whose.account))
            .exec(&transaction)
            .await?;
        forget_attempts(&transaction, whose.account).await?;
        if let Some(session) = whose.session() {
            forget_link(&transaction, session).await?;
        }
        let sessions = end_all_but(&transaction, whose.account, whose.session(), now).await?;
        let links = void_links(&transaction, whose.account, now).await?;
        let had_one = before.is_some_and(|account| account.password_hash.is_some());
        let done = Entry::done(by, action::SET_PASSWORD).to(account_object(whose.account));
        let done = done.instead_of(json!({ "password_is_set": had_one })).leaving(json!({
            "password_is_set": true,
            "ended": { "sessions": sessions, "links": links },
        }));
        commit(transaction, done, now).await?;
        Ok(())
    }
}

impl Refusal {
    /// The one answer to every sign-in that fails.
    pub(crate) fn sign_in() -> Self {
        Self::new(
            "SIGN_IN_REFUSED",
            "name",
            "Tên đăng nhập hoặc mật khẩu không đúng, hoặc tài khoản đang bị khóa. Hãy thử lại sau.",
            "The name or password is wrong, or the account is locked. Try again later.",
        )
    }

    /// A client that tries too often.
    pub(crate) fn too_many_attempts() -> Self {
        Self::new(
            "TOO_MANY_ATTEMPTS",
            "name",
            "Thử quá nhiều lần từ địa chỉ này; hãy đợi một phút.",
            "Too many attempts from this address; wait a minute.",
        )
    }
}

fn wrong_password() -> Refusal {
    Refusal::new(
        "WRONG_PASSWORD",
        "oldPassword",
        "Mật khẩu cũ không đúng, hoặc tài khoản đang bị khóa.",
        "The old password is wrong, or the account is locked.",
    )
}
