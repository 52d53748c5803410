//! Importing a reorganisation from a file: all of it, or everything that is wrong with it.

use async_graphql::{Context, InputObject, Object};
use entity::token::Scope;
use reform_worker::Clock;
use reform_worker::audit::action::IMPORT_REORGANISATION;
use reform_worker::registry::Complaint;

use crate::graphql::actor::{actor, record_refusal};
use crate::graphql::cost;
use crate::graphql::plain::{Whole, plain_object};
use crate::graphql::problem::Problem;
use crate::graphql::viewer::administrator;
use crate::graphql::{data, database};
use crate::reorganise::{Counts, import};

/// The most complaints that are told.
const MOST_COMPLAINTS: usize = 500;

/// A reorganisation that is handed in.
#[derive(InputObject)]
struct ImportReorganisationInput {
    /// A CSV table, UTF-8, one row a step. Columns: `kind` (REGISTER_BLOCK, REGISTER, MERGE, SPLIT, RENAME,
    /// FUNCTION_TRANSFER, CLOSE, PLACE), `from`, `to`, `share`, `effective_on`, `decision_number`, `decided_on`; and of a
    /// new agency `name_vi`, `name_en`, `agency_kind`, `block`, `parent`, `tags` (with `+` between), `source`.
    content: String,
    /// Whether it is only to be checked: then nothing is stored.
    dry_run: bool,
}

plain_object! {
    /// One thing that is wrong with a file that was handed in.
    pub(crate) struct RowComplaint {
        /// The row, from 1; null where the whole file is to blame.
        row: Option<i32>,
        /// The column; null where the whole row is to blame.
        column: Option<String>,
        /// The rule that is broken, for instance `UNKNOWN_AGENCY`.
        code: String,
        /// What is wrong, in Vietnamese.
        message_vi: String,
        /// What is wrong, in English.
        message_en: String,
    }
}

impl From<Complaint> for RowComplaint {
    fn from(complaint: Complaint) -> Self {
        Self {
            row: i32::try_from(complaint.row).ok().filter(|row| *row > 0),
            column: (!complaint.column.is_empty()).then_some(complaint.column),
            code: complaint.code.to_owned(),
            message_vi: complaint.vi,
            message_en: complaint.en,
        }
    }
}

plain_object! {
    /// What became of an import.
    pub(crate) struct ImportReorganisationPayload {
        /// Whether it was stored: there was nothing wrong, and it was no dry run.
        stored: bool,
        /// How many blocks were, or would be, registered.
        blocks_registered: i32,
        /// How many agencies were, or would be, registered.
        agencies_registered: i32,
        /// How many agencies ended, or would.
        agencies_closed: i32,
        /// How many successions were, or would be, recorded.
        successions: i32,
        /// How many agencies were, or would be, placed in another block.
        agencies_placed: i32,
        /// Everything that is wrong, at most 500 complaints, by row; empty when nothing is.
        complaints: Vec<RowComplaint> => cost::LINES,
    }
}

#[derive(Default)]
pub(crate) struct ReorganisationMutation;

#[Object]
impl ReorganisationMutation {
    /// Checks a reorganisation and, unless it is only a dry run, stores all of it. Nothing is stored of a file with
    /// anything wrong.
    async fn import_reorganisation(
        &self,
        ctx: &Context<'_>,
        input: ImportReorganisationInput,
    ) -> Result<Whole<ImportReorganisationPayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let now = data::<Clock>(ctx)?.now();
        let imported =
            import(database(ctx)?, &actor(ctx)?, input.content.as_bytes(), input.dry_run, now).await?;
        let (counts, complaints) = match imported {
            Ok(counts) => (counts, Vec::new()),
            Err(complaints) => (Counts::default(), complaints),
        };
        if !complaints.is_empty() {
            record_refusal(ctx, IMPORT_REORGANISATION, "COMPLAINTS".to_owned()).await?;
        }
        let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        Ok(Whole(ImportReorganisationPayload {
            stored: complaints.is_empty() && !input.dry_run,
            blocks_registered: count(counts.blocks),
            agencies_registered: count(counts.agencies),
            agencies_closed: count(counts.closed),
            successions: count(counts.successions),
            agencies_placed: count(counts.placed),
            complaints: complaints.into_iter().take(MOST_COMPLAINTS).map(Into::into).collect(),
        }))
    }
}
