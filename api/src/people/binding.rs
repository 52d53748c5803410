//! Binding an account to a person whom the OpenID Connect provider knows. A subject counts only together with
//! the provider that the server is set up for at the time, and for one account.

use sea_orm::{DbErr, SqlErr};

use super::People;
use super::refusal::{Declined, Refusal};

/// The longest subject: OpenID Connect Core 1.0, section 2.
const LONGEST: usize = 255;

impl People {
    /// What is stored of a binding: the issuer and the subject, or neither.
    pub(super) fn binding(&self, subject: Option<&str>) -> Result<(Option<String>, Option<String>), Refusal> {
        let Some(subject) = subject else { return Ok((None, None)) };
        let Some(issuer) = &self.issuer else { return Err(no_provider()) };
        let looks =
            (1..=LONGEST).contains(&subject.len()) && subject.bytes().all(|byte| byte.is_ascii_graphic());
        match looks {
            true => Ok((Some(issuer.to_string()), Some(subject.to_owned()))),
            false => Err(invalid()),
        }
    }
}

/// The binding is the only unique thing of an account whose conflict is an error of the database.
pub(super) fn taken(error: DbErr) -> Declined {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Refusal::new(
            "OIDC_SUBJECT_TAKEN",
            FIELD,
            "Một tài khoản khác đã gắn với người này ở máy chủ đăng nhập.",
            "Another account is bound to this subject.",
        )
        .into(),
        _ => error.into(),
    }
}

/// The input's field.
const FIELD: &str = "oidcSubject";

fn no_provider() -> Refusal {
    Refusal::new(
        "NO_OIDC_PROVIDER",
        FIELD,
        "Máy chủ chưa được cấu hình để đăng nhập bằng OpenID Connect.",
        "The server is not set up for sign-in by OpenID Connect.",
    )
}

fn invalid() -> Refusal {
    Refusal::new(
        "INVALID_OIDC_SUBJECT",
        FIELD,
        format!("Phải có từ 1 đến {LONGEST} ký tự ASCII, không có dấu cách."),
        format!("It has 1 to {LONGEST} ASCII characters without spaces."),
    )
}
