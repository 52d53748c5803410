//! The catalogue of procedures, extended.

use async_graphql::{Context, InputObject, Object};
use entity::procedure;
use entity::token::Scope;
use reform_worker::Clock;
use reform_worker::audit::action::DEFINE_PROCEDURE;
use reform_worker::audit::{Entry, record};
use reform_worker::database::begin_write;
use reform_worker::procedures::{DefineError, Defined, Definition, Undefinable, define};
use serde_json::{Value, json};

use crate::graphql::actor::{actor, record_refusal};
use crate::graphql::codes::ProcedureLevel;
use crate::graphql::plain::{Whole, plain_object};
use crate::graphql::problem::Problem;
use crate::graphql::user_error::UserError;
use crate::graphql::viewer::administrator;
use crate::graphql::{data, database};

/// A procedure as it is to be.
#[derive(InputObject)]
struct DefineProcedureInput {
    /// Its code, as the national database of procedures has it, for instance `1.004203`: 1 to 100 Latin letters, digits,
    /// `.`, `-` and `_`.
    code: String,
    /// Vietnamese name, of 1 to 1,000 characters.
    name_vi: String,
    /// English name, of 1 to 1,000 characters.
    name_en: String,
    /// Which level settles it.
    level: ProcedureLevel,
}

plain_object! {
    /// What became of a procedure.
    pub(crate) struct DefineProcedurePayload {
        /// The procedure's code; null when it was refused.
        code: Option<String>,
        /// Whether it was in the catalogue just so already; then nothing was done.
        unchanged: bool,
        /// Everything for which it was refused; empty when it was not.
        errors: Vec<UserError>,
    }
}

#[derive(Default)]
pub(crate) struct ProcedureMutation;

#[Object]
impl ProcedureMutation {
    /// Adds a procedure to the catalogue, or changes the one with its code. For administrators of the province.
    async fn define_procedure(
        &self,
        ctx: &Context<'_>,
        input: DefineProcedureInput,
    ) -> Result<Whole<DefineProcedurePayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let now = data::<Clock>(ctx)?.now();
        let transaction = begin_write(database(ctx)?).await?;
        let Defined { row, before } = match define(&transaction, definition(input)).await {
            Ok(defined) => defined,
            Err(DefineError::Database(error)) => return Err(error.into()),
            Err(DefineError::Refused(wrong)) => {
                transaction.rollback().await?;
                let errors: Vec<_> = wrong.into_iter().map(refusal).collect();
                let codes: Vec<_> = errors.iter().map(|error| error.code.as_str()).collect();
                record_refusal(ctx, DEFINE_PROCEDURE, codes.join(", ")).await?;
                return Ok(Whole(DefineProcedurePayload { code: None, unchanged: false, errors }));
            }
        };
        let unchanged = before.as_ref() == Some(&row);
        if !unchanged {
            let entry = Entry::done(&actor(ctx)?, DEFINE_PROCEDURE).leaving(told(&row));
            let entry = Entry { before: before.as_ref().map(told), ..entry };
            record(&transaction, entry, now).await?;
        }
        transaction.commit().await?;
        Ok(Whole(DefineProcedurePayload { code: Some(row.code), unchanged, errors: Vec::new() }))
    }
}

fn definition(input: DefineProcedureInput) -> Definition {
    let DefineProcedureInput { code, name_vi, name_en, level } = input;
    Definition { code, name_vi, name_en, level: level.into() }
}

/// What goes on record of a procedure.
fn told(row: &procedure::Model) -> Value {
    json!({ "code": row.code, "nameVi": row.name_vi, "nameEn": row.name_en, "level": row.level })
}

fn refusal(why: Undefinable) -> UserError {
    const NAME: [&str; 2] = [
        "Tên có 1 đến 1.000 ký tự, không có ký tự điều khiển.",
        "A name has 1 to 1,000 characters, none of them for control.",
    ];
    const CODE: [&str; 2] = [
        "Mã gồm 1 đến 100 chữ cái Latinh, chữ số và các dấu `.`, `-`, `_`.",
        "A code has 1 to 100 Latin letters, digits, `.`, `-` and `_`.",
    ];
    let (code, field, [vi, en]) = match why {
        Undefinable::Code => ("INVALID_CODE", "code", CODE),
        Undefinable::NameVi => ("INVALID_NAME", "nameVi", NAME),
        Undefinable::NameEn => ("INVALID_NAME", "nameEn", NAME),
    };
    UserError::new(code, field, vi.to_owned(), en.to_owned())
}
