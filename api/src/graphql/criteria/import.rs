//! Importing criteria sets: everything that is wrong at once, or a draft.

use async_graphql::{Context, InputObject, Object};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entity::criteria_set;
use entity::token::Scope;
use reform_worker::Clock;
use reform_worker::audit::Entry;
use reform_worker::audit::action::IMPORT_CRITERIA_SET;
use reform_worker::audit::record;
use reform_worker::criteria::{Imported, ManageError, Problem as Found, check, import, load_measures, units};
use reform_worker::database::begin_write;
use scoring::{CriteriaSet as Set, set_diff};

use super::super::actor::{actor, record_refusal};
use super::super::codes::CriteriaSetFormat;
use super::super::cost;
use super::super::plain::{Whole, plain_object};
use super::super::problem::Problem;
use super::super::user_error::UserError;
use super::super::viewer::administrator;
use super::super::{data, database};
use super::difference::CriteriaChange;
use super::manage::{refusal, told};
use super::{CriteriaSet, document, load};

/// The most problems that are told; no file of an officer has so many.
const MOST_PROBLEMS: usize = 500;

/// A criteria set that is handed in.
#[derive(InputObject)]
struct ImportCriteriaSetInput {
    /// How it is written.
    format: CriteriaSetFormat,
    /// The file: its text, or for XLSX its bytes in base64; at most 384 KiB.
    content: String,
    /// Whether it is only to be checked: then nothing is stored.
    dry_run: bool,
}

plain_object! {
    /// One thing that is wrong with a criteria set that was handed in.
    pub(crate) struct CriteriaProblem {
        /// The place in the document: `pillars[0].children[1].rule.bands[2]`; empty where the whole is to blame.
        path: String,
        /// The line of a text, or the row of a table, from 1; null where it has none.
        row: Option<i32>,
        /// The column: of a text its number, of a table its name; null where it has none.
        column: Option<String>,
        /// The criterion's code; the set's own where no single criterion is to blame; null where it is not known.
        criterion: Option<String>,
        /// The kind of the criterion's rule, as it was written; null where it is not known.
        rule: Option<String>,
        /// What is wrong, in Vietnamese.
        message_vi: String,
        /// What is wrong, in English.
        message_en: String,
    }
}

impl From<Found> for CriteriaProblem {
    fn from(found: Found) -> Self {
        let (row, column) = found.place.map(|place| (place.row, place.column)).unzip();
        Self {
            path: found.path,
            row: row.and_then(|row| i32::try_from(row).ok()),
            column,
            criterion: found.criterion,
            rule: found.rule,
            message_vi: found.vi,
            message_en: found.en,
        }
    }
}

plain_object! {
    /// What became of an import.
    pub(crate) struct ImportCriteriaSetPayload {
        /// The draft as it is stored; null when nothing was stored.
        criteria_set: Option<CriteriaSet>,
        /// SHA-256 over the canonical document, in hex; null when there are problems.
        fingerprint: Option<String>,
        /// Whether it was stored just so already; then nothing was done.
        unchanged: bool,
        /// What is different from the newest version of the set before this one; empty when there is none.
        changes: Vec<CriteriaChange> => cost::LINES,
        /// Everything that is wrong with the set, at most 500 problems; empty when it is sound.
        problems: Vec<CriteriaProblem> => cost::LINES,
        /// Why a sound set was not stored; empty when it was, or was only checked.
        errors: Vec<UserError>,
    }
}

impl ImportCriteriaSetPayload {
    fn refused(problems: Vec<Found>, errors: Vec<UserError>) -> Self {
        let problems = problems.into_iter().take(MOST_PROBLEMS).map(Into::into).collect();
        Self {
            criteria_set: None,
            fingerprint: None,
            unchanged: false,
            changes: Vec::new(),
            problems,
            errors,
        }
    }
}

#[derive(Default)]
pub(crate) struct ImportMutation;

#[Object]
impl ImportMutation {
    /// Checks a criteria set and, unless it is only a dry run, stores it as a draft, in the place of the draft with its
    /// code and version if there is one. Nothing is stored of a set that has problems, and a frozen set never changes.
    async fn import_criteria_set(
        &self,
        ctx: &Context<'_>,
        input: ImportCriteriaSetInput,
    ) -> Result<Whole<ImportCriteriaSetPayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let set = match checked(ctx, &input).await? {
            Ok(set) => set,
            Err(problems) => {
                record_refusal(ctx, IMPORT_CRITERIA_SET, "PROBLEMS".to_owned()).await?;
                return Ok(Whole(ImportCriteriaSetPayload::refused(problems, Vec::new())));
            }
        };
        imported(ctx, &set, input.dry_run).await.map(Whole)
    }
}

/// The set that the input means, or everything that is wrong with it.
async fn checked(
    ctx: &Context<'_>,
    input: &ImportCriteriaSetInput,
) -> Result<Result<Set, Vec<Found>>, Problem> {
    let format = input.format.remote();
    let bytes = match input.format {
        CriteriaSetFormat::Xlsx => match STANDARD.decode(input.content.trim()) {
            Ok(bytes) => bytes,
            Err(_) => {
                let problem =
                    Found::of_whole("nội dung XLSX phải ở dạng base64", "the XLSX file must be in base64");
                return Ok(Err(vec![problem]));
            }
        },
        _ => input.content.clone().into_bytes(),
    };
    let catalogue = units(&load_measures(database(ctx)?).await?);
    let checking = tokio::task::spawn_blocking(move || check(&bytes, format, &catalogue));
    checking.await.map_err(|error| Problem::internal(&error))
}

async fn imported(ctx: &Context<'_>, set: &Set, dry_run: bool) -> Result<ImportCriteriaSetPayload, Problem> {
    let transaction = begin_write(database(ctx)?).await?;
    let code = &set.document().code;
    let newest = criteria_set::before(code, set.document().version).one(&transaction).await?;
    let now = data::<Clock>(ctx)?.now();
    let Imported { row, replaced, unchanged } = match import(&transaction, set, now).await {
        Ok(imported) => imported,
        Err(error) => {
            transaction.rollback().await?;
            let (problems, errors) = match error {
                ManageError::Problems(problems) => (problems, Vec::new()),
                other => (Vec::new(), vec![refusal("content", other)?]),
            };
            let why = errors.first().map_or("PROBLEMS".to_owned(), |error| error.code.clone());
            record_refusal(ctx, IMPORT_CRITERIA_SET, why).await?;
            return Ok(ImportCriteriaSetPayload::refused(problems, errors));
        }
    };
    let changes = match newest {
        Some(newest) => set_diff(&document(&newest)?, set.document()),
        None => Vec::new(),
    };
    let changes = changes.into_iter().map(Into::into).collect();
    let fingerprint = Some(row.fingerprint.clone());
    let criteria_set = if dry_run {
        transaction.rollback().await?;
        None
    } else {
        if !unchanged {
            let done = Entry::done(&actor(ctx)?, IMPORT_CRITERIA_SET).to(told(&row).0).leaving(told(&row).1);
            let before = replaced.as_ref().map(|replaced| told(replaced).1);
            record(&transaction, Entry { before, ..done }, now).await?;
        }
        transaction.commit().await?;
        Some(load(database(ctx)?, row).await?)
    };
    Ok(ImportCriteriaSetPayload {
        criteria_set,
        fingerprint,
        unchanged,
        changes,
        problems: Vec::new(),
        errors: Vec::new(),
    })
}
