//! Handing in what agencies report besides dossiers: official tables, observations, documents, listings, the
//! state of procedures. A column more is a field of its row, in `rows`.

mod rows;

use async_graphql::{Context, Object};
use entity::import::Kind;
use entity::token::Scope;
use entity::{ImportId, period};
use reform_worker::imports::{ImportError, Order, action};
use reform_worker::inputs::{self, Choices, InputRow, Read};
use reform_worker::{Clock, Signals};
use scoring::{canonical_json, sha256_hex};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use self::rows::{
    Batch, ImportDocumentsInput, ImportDossierTablesInput, ImportListingsInput, ImportObservationsInput,
    ImportProceduresInput,
};
use super::actor::{actor, record_refusal};
use super::codes::WhenBroken;
use super::cost;
use super::dossier::{Import, not_yours, reported_agency, shown_all};
use super::plain::{Whole, plain_object};
use super::problem::{LONGEST_CODE, Problem, cut};
use super::user_error::UserError;
use super::viewer::with_scope;
use super::{data, database};
use crate::policy::reports_for;

/// The most rows of a batch.
const MOST_ROWS: usize = 2_000;

plain_object! {
    /// What became of a batch.
    pub(crate) struct ImportInputsPayload {
        /// The import's record; null when the batch as a whole was refused. Which rows were refused, and why, is told by
        /// `importConflicts`.
        import: Option<Import>,
        /// Why the batch as a whole was refused; empty when it was not.
        errors: Vec<UserError>,
    }
}

#[derive(Default)]
pub(crate) struct InputMutation;

#[Object]
impl InputMutation {
    /// Imports official tables of dossier statistics: a table that says something new is a new version, what is stored
    /// already stays. For administrators, and for whoever reports for the agency.
    #[graphql(complexity = "cost::IMPORT + child_complexity")]
    async fn import_dossier_tables(
        &self,
        ctx: &Context<'_>,
        input: ImportDossierTablesInput,
    ) -> Result<Whole<ImportInputsPayload>, Problem> {
        import(ctx, input.batch(Kind::DossierTables, input.when_broken)).await
    }

    /// Imports observations, in the same way.
    #[graphql(complexity = "cost::IMPORT + child_complexity")]
    async fn import_observations(
        &self,
        ctx: &Context<'_>,
        input: ImportObservationsInput,
    ) -> Result<Whole<ImportInputsPayload>, Problem> {
        import(ctx, input.batch(Kind::Observations, WhenBroken::Refuse)).await
    }

    /// Imports documents and plans, in the same way.
    #[graphql(complexity = "cost::IMPORT + child_complexity")]
    async fn import_documents(
        &self,
        ctx: &Context<'_>,
        input: ImportDocumentsInput,
    ) -> Result<Whole<ImportInputsPayload>, Problem> {
        import(ctx, input.batch(Kind::Documents, WhenBroken::Refuse)).await
    }

    /// Imports public listings, in the same way.
    #[graphql(complexity = "cost::IMPORT + child_complexity")]
    async fn import_listings(
        &self,
        ctx: &Context<'_>,
        input: ImportListingsInput,
    ) -> Result<Whole<ImportInputsPayload>, Problem> {
        import(ctx, input.batch(Kind::Listings, WhenBroken::Refuse)).await
    }

    /// Imports the state of procedures at agencies, in the same way: the decisions that published them and approved their
    /// internal processes, and where they are listed. At a channel of which an agency reports no listing, its listing is
    /// counted from these.
    #[graphql(complexity = "cost::IMPORT + child_complexity")]
    async fn import_procedures(
        &self,
        ctx: &Context<'_>,
        input: ImportProceduresInput,
    ) -> Result<Whole<ImportInputsPayload>, Problem> {
        import(ctx, input.batch(Kind::Procedures, WhenBroken::Refuse)).await
    }
}

async fn import(ctx: &Context<'_>, batch: Batch<'_>) -> Result<Whole<ImportInputsPayload>, Problem> {
    with_scope(ctx, Scope::Administer)?;
    let own = reports_for(ctx).await?;
    let agency = match batch.agency {
        Some(code) => match reported_agency(ctx, code, &own).await? {
            Ok(agency) => Some(agency),
            Err(error) => return refused(ctx, batch.kind, error).await,
        },
        None if own.is_some() => return Err(not_yours()),
        None => None,
    };
    if !(1..=MOST_ROWS).contains(&batch.rows.len()) {
        let vi = format!("Mỗi lần từ 1 đến {MOST_ROWS} dòng.");
        let error = UserError::new("TOO_MANY_ROWS", "rows", vi, format!("1 to {MOST_ROWS} rows at a time."));
        return refused(ctx, batch.kind, error).await;
    }
    let database = database(ctx)?;
    let Some(period) = period::with_code(batch.period).one(database).await? else {
        let code = cut(batch.period, LONGEST_CODE);
        let vi = format!("Không có kỳ `{code}`.");
        let error = UserError::new("UNKNOWN_PERIOD", "period", vi, format!("There is no period `{code}`."));
        return refused(ctx, batch.kind, error).await;
    };
    let rows = (1..).zip(batch.rows).map(|(number, cells)| InputRow::new(number, batch.kind, cells));
    let rows: Vec<InputRow> = rows.collect();
    let cells: Vec<_> = rows.iter().map(InputRow::cells).collect();
    let order = Order {
        id: ImportId::generate(),
        kind: batch.kind,
        period: Some(period.id),
        agency: agency.as_ref().map(|agency| agency.id),
        names: None,
        file_name: None,
        sha256: sha256_hex(&canonical_json(&json!(cells))),
        header: None,
        by: actor(ctx)?,
        account: Some(with_scope(ctx, Scope::Administer)?.account),
        mode: batch.mode.remote(),
        dry_run: batch.dry_run,
    };
    let choices = Choices { when_broken: batch.when_broken.remote(), may_verify: own.is_none() };
    let reads = rows.into_iter().map(Read::from).collect();
    let (never, clock) = (CancellationToken::new(), data::<Clock>(ctx)?);
    match inputs::import(database, &order, choices, reads, &never, clock).await {
        Ok(record) => {
            data::<Signals>(ctx)?.builds_changed();
            let import = shown_all(database, vec![(record, agency)]).await?.pop();
            Ok(Whole(ImportInputsPayload { import, errors: Vec::new() }))
        }
        Err(ImportError::Database(error)) => Err(error.into()),
        Err(ImportError::Cancelled) => Err(Problem::internal(&"nobody cancels a batch")),
    }
}

async fn refused(
    ctx: &Context<'_>,
    kind: Kind,
    error: UserError,
) -> Result<Whole<ImportInputsPayload>, Problem> {
    record_refusal(ctx, action(kind), error.code.clone()).await?;
    Ok(Whole(ImportInputsPayload { import: None, errors: vec![error] }))
}
