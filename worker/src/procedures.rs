//! The catalogue of administrative procedures as officers extend it. Its code is a procedure's identity: what it is called
//! and who settles it may change.

use entity::ProcedureId;
use entity::procedure::{self, ProcedureLevel, with_code};
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, IntoActiveModel, QuerySelect};

use crate::database::insert_unless_there;

/// The longest code, in bytes.
const LONGEST_CODE: usize = 100;
/// The longest name, in characters; the names of procedures recite the law.
const LONGEST_NAME: usize = 1_000;

/// A procedure as it is to be.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its code, as the national database of procedures has it: Latin letters, digits, `.`, `-` and `_`.
    pub code: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// Which level settles it.
    pub level: ProcedureLevel,
}

/// Why a procedure is not defined so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undefinable {
    /// The code is no code.
    Code,
    /// The Vietnamese name is empty or too long, or holds control characters.
    NameVi,
    /// The English name is.
    NameEn,
}

/// Why nothing was defined.
#[derive(Debug, thiserror::Error)]
pub enum DefineError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// Everything that is wrong with the definition.
    #[error("the procedure cannot be defined so")]
    Refused(Vec<Undefinable>),
}

/// A procedure, and what it was before; `None`: it is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defined {
    /// As it is now.
    pub row: procedure::Model,
    /// As it was.
    pub before: Option<procedure::Model>,
}

/// Adds a procedure to the catalogue, or changes the one with its code. No card follows: none says what a procedure is
/// called.
///
/// # Errors
/// Everything that is wrong with it at once.
pub async fn define<C: ConnectionTrait>(
    connection: &C,
    definition: Definition,
) -> Result<Defined, DefineError> {
    let wrong = undefinable(&definition);
    if !wrong.is_empty() {
        return Err(DefineError::Refused(wrong));
    }
    let again = definition.clone();
    let Definition { code, name_vi, name_en, level } = definition;
    let before = with_code(&code).lock(LockType::Update).one(connection).await?;
    let id = before.as_ref().map_or_else(ProcedureId::generate, |before| before.id);
    let row = procedure::Model { id, code, name_vi, name_en, level };
    if before.as_ref() != Some(&row) {
        let active = row.clone().into_active_model().reset_all();
        match before {
            Some(_) => {
                active.update(connection).await?;
            }
            None if insert_unless_there(connection, active, procedure::Column::Code).await? => {}
            // Somebody else has just added it.
            None => return Box::pin(define(connection, again)).await,
        }
    }
    Ok(Defined { row, before })
}

/// What is wrong with a definition.
fn undefinable(definition: &Definition) -> Vec<Undefinable> {
    let Definition { code, name_vi, name_en, .. } = definition;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let is_name = |name: &str| {
        let is_short = name.chars().count() <= LONGEST_NAME;
        is_short && !name.trim().is_empty() && !name.chars().any(char::is_control)
    };
    let wrong = [
        (code.is_empty() || code.len() > LONGEST_CODE || !code.bytes().all(plain), Undefinable::Code),
        (!is_name(name_vi), Undefinable::NameVi),
        (!is_name(name_en), Undefinable::NameEn),
    ];
    wrong.into_iter().filter_map(|(is_wrong, why)| is_wrong.then_some(why)).collect()
}
