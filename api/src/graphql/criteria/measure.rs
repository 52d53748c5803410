//! The catalogue of measures: what a criteria set may name. It is extended here.

use async_graphql::{Context, InputObject, Object};
use entity::measure;
use entity::token::Scope;
use reform_worker::audit::action::DEFINE_MEASURE;
use reform_worker::audit::{Entry, record};
use reform_worker::criteria::{DefineError, Defined, Definition, Undefinable, define};
use reform_worker::database::begin_write;
use reform_worker::{Clock, Signals};
use serde_json::{Value, json};

use super::super::actor::{actor, record_refusal};
use super::super::codes::{Gathering, Unit};
use super::super::plain::{Whole, plain_object};
use super::super::problem::Problem;
use super::super::user_error::UserError;
use super::super::viewer::administrator;
use super::super::{data, database};

/// A measure as it is to be.
#[derive(InputObject)]
struct DefineMeasureInput {
    /// Its code, by which rules name it: small Latin letters, digits and `_`.
    code: String,
    /// The unit of its values.
    unit: Unit,
    /// Vietnamese name.
    name_vi: String,
    /// English name.
    name_en: String,
    /// Where its value is found.
    gathering: Gathering,
    /// What is looked up there: the dossier table's column, what is counted over the dossiers, `listed` or `required`, or
    /// the document's code; null for an observation.
    key: Option<String>,
}

plain_object! {
    /// What became of a measure.
    pub(crate) struct DefineMeasurePayload {
        /// The measure's code; null when it was refused.
        code: Option<String>,
        /// Whether it was in the catalogue just so already; then nothing was done.
        unchanged: bool,
        /// Everything for which it was refused; empty when it was not.
        errors: Vec<UserError>,
    }
}

#[derive(Default)]
pub(crate) struct MeasureMutation;

#[Object]
impl MeasureMutation {
    /// Adds a measure to the catalogue, or changes the one with its code. The unit of a measure that a criteria set
    /// names does not change.
    async fn define_measure(
        &self,
        ctx: &Context<'_>,
        input: DefineMeasureInput,
    ) -> Result<Whole<DefineMeasurePayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let now = data::<Clock>(ctx)?.now();
        let transaction = begin_write(database(ctx)?).await?;
        let Defined { row, before } = match define(&transaction, definition(input), now).await {
            Ok(defined) => defined,
            Err(DefineError::Database(error)) => return Err(error.into()),
            Err(DefineError::Refused(wrong)) => {
                transaction.rollback().await?;
                let errors: Vec<_> = wrong.iter().map(refusal).collect();
                let codes: Vec<_> = errors.iter().map(|error| error.code.as_str()).collect();
                record_refusal(ctx, DEFINE_MEASURE, codes.join(", ")).await?;
                return Ok(Whole(DefineMeasurePayload { code: None, unchanged: false, errors }));
            }
        };
        let unchanged = before.as_ref() == Some(&row);
        if !unchanged {
            let entry = Entry::done(&actor(ctx)?, DEFINE_MEASURE).leaving(told(&row));
            let entry = Entry { before: before.as_ref().map(told), ..entry };
            record(&transaction, entry, now).await?;
        }
        transaction.commit().await?;
        data::<Signals>(ctx)?.builds_changed();
        Ok(Whole(DefineMeasurePayload { code: Some(row.code), unchanged, errors: Vec::new() }))
    }
}

fn definition(input: DefineMeasureInput) -> Definition {
    let DefineMeasureInput { code, unit, name_vi, name_en, gathering, key } = input;
    Definition { code, unit: unit.into(), name_vi, name_en, gathering: gathering.into(), key }
}

/// What goes on record of a measure.
fn told(row: &measure::Model) -> Value {
    json!({
        "code": row.code,
        "unit": row.unit,
        "nameVi": row.name_vi,
        "nameEn": row.name_en,
        "gathering": row.gathering,
        "key": row.key,
    })
}

fn refusal(why: &Undefinable) -> UserError {
    let (code, field, vi, en) = match why {
        Undefinable::Code => (
            "INVALID_CODE",
            "code",
            "Mã gồm 1 đến 100 chữ cái Latinh thường, chữ số và dấu `_`.".to_owned(),
            "A code has 1 to 100 small Latin letters, digits and `_`.".to_owned(),
        ),
        Undefinable::NameVi | Undefinable::NameEn => (
            "INVALID_NAME",
            if *why == Undefinable::NameVi { "nameVi" } else { "nameEn" },
            "Tên có 1 đến 300 ký tự.".to_owned(),
            "A name has 1 to 300 characters.".to_owned(),
        ),
        Undefinable::Unit(units) => {
            let units: Vec<_> = units.iter().map(|unit| unit.as_str()).collect();
            let units = units.join(", ");
            (
                "INVALID_UNIT",
                "unit",
                format!("Số liệu thu thập theo cách này có đơn vị {units}."),
                format!("What is gathered so has the unit {units}."),
            )
        }
        Undefinable::Key([]) => (
            "INVALID_KEY",
            "key",
            "Phải ghi mã văn bản, nhiều nhất 100 ký tự.".to_owned(),
            "The document's code is needed, of at most 100 characters.".to_owned(),
        ),
        Undefinable::Key(keys) => {
            let keys = keys.join(", ");
            ("INVALID_KEY", "key", format!("Phải là một trong: {keys}."), format!("It is one of: {keys}."))
        }
        Undefinable::KeyOfObservation => (
            "INVALID_KEY",
            "key",
            "Số liệu báo cáo được tìm theo mã của chính nó, không có khóa.".to_owned(),
            "An observation is found by the measure's own code; it has no key.".to_owned(),
        ),
        Undefinable::UnitInUse { set, version, unit } => (
            "UNIT_IN_USE",
            "unit",
            format!("Bộ tiêu chí {set} phiên bản {version} dùng số liệu này với đơn vị {unit}."),
            format!("The criteria set {set} version {version} names this measure with the unit {unit}."),
        ),
    };
    UserError::new(code, field, vi, en)
}
