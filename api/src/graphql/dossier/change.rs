//! Handing dossiers in, and removing one.

use std::collections::BTreeSet;

use async_graphql::{Context, InputObject, Object};
use entity::token::Scope;
use entity::{AgencyId, ImportId, agency, import};
use reform_worker::audit::action::{IMPORT_DOSSIERS, REMOVE_DOSSIER};
use reform_worker::dossiers::{self, DossierRow, Read, RemoveError, Watch};
use reform_worker::imports::{ImportError, Order};
use reform_worker::{Clock, Signals};
use scoring::{canonical_json, sha256_hex};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::super::actor::{actor, record_refusal};
use super::super::codes::{DossierChannel, ImportMode};
use super::super::cost;
use super::super::plain::{Whole, plain_object};
use super::super::problem::{LONGEST_CODE, Problem, cut};
use super::super::procedure::load_procedures;
use super::super::user_error::UserError;
use super::super::viewer::with_scope;
use super::super::{data, database};
use super::record::{Import, shown_all};
use super::{Dossier, shown as shown_dossier};
use crate::policy::reports_for;

/// The most rows of a batch.
const MOST_ROWS: usize = 2_000;

/// The longest reason for a removal, in characters.
const LONGEST_REASON: usize = 500;

/// A dossier that is handed in.
#[derive(InputObject)]
struct DossierInput {
    /// Code of the agency that settles it; may be left out where the import is for one agency.
    agency: Option<String>,
    /// Its code, unique within the agency, at most 100 characters.
    code: String,
    /// The procedure's code.
    procedure: String,
    /// How it came in.
    channel: DossierChannel,
    /// When it was received: `dd/mm/yyyy` or ISO 8601, with a time or without; without an offset, in the province's time.
    received: String,
    /// When it is due; left out where no term was set.
    due: Option<String>,
    /// When it was completed; left out while it is not.
    completed: Option<String>,
    /// When it was withdrawn; left out while it is not.
    withdrawn: Option<String>,
    /// Whether it waits for a supplement.
    #[graphql(default)]
    awaiting_supplement: bool,
    /// Whether the applicant got a letter of apology.
    #[graphql(default)]
    apology_letter: bool,
}

impl DossierInput {
    fn row(&self, row: i32) -> DossierRow {
        let text = |text: &'_ Option<String>| text.clone().unwrap_or_default();
        let flag = |flag: bool| if flag { "1" } else { "" };
        DossierRow::new(
            row,
            [
                &text(&self.agency),
                &self.code,
                &self.procedure,
                self.channel.remote().as_str(),
                &self.received,
                &text(&self.due),
                &text(&self.completed),
                &text(&self.withdrawn),
                flag(self.awaiting_supplement),
                flag(self.apology_letter),
            ],
        )
    }
}

/// A batch of dossiers.
#[derive(InputObject)]
struct ImportDossiersInput {
    /// Code of the only agency whose dossiers are accepted. Whoever is no administrator of the province must name one
    /// for which he reports.
    agency: Option<String>,
    /// The dossiers, 1 to 2,000; larger files are uploaded.
    rows: Vec<DossierInput>,
    /// What becomes of the valid rows when others are refused.
    mode: ImportMode,
    /// Whether to find out only what would come of it.
    dry_run: bool,
}

/// The dossier that is to be removed.
#[derive(InputObject)]
struct RemoveDossierInput {
    /// The agency's code.
    agency: String,
    /// The dossier's code.
    code: String,
    /// Why, in your own words, 1 to 500 characters; it is kept with the dossier's last version.
    reason: String,
}

plain_object! {
    /// What became of a batch.
    pub(crate) struct ImportDossiersPayload {
        /// The import's record; null when the batch as a whole was refused. Which rows were refused, and why, is told by
        /// `importConflicts`.
        import: Option<Import>,
        /// Why the batch as a whole was refused; empty when it was not.
        errors: Vec<UserError>,
    }
}

plain_object! {
    /// What became of a removal.
    pub(crate) struct RemoveDossierPayload {
        /// The dossier as it was; null when nothing was removed.
        removed: Option<Dossier>,
        /// Why nothing was removed; empty when the dossier was.
        errors: Vec<UserError>,
    }
}

/// The agency with a code, if the viewer reports for it.
pub(crate) async fn reported_agency(
    ctx: &Context<'_>,
    code: &str,
    own: &Option<BTreeSet<AgencyId>>,
) -> Result<Result<agency::Model, UserError>, Problem> {
    let found = agency::with_code(code).one(database(ctx)?).await?;
    Ok(match (found, own) {
        (Some(agency), Some(own)) if !own.contains(&agency.id) => return Err(not_yours()),
        (Some(agency), _) => Ok(agency),
        (None, Some(_)) => return Err(not_yours()),
        (None, None) => {
            let code = cut(code, LONGEST_CODE);
            Err(UserError::new(
                "UNKNOWN_AGENCY",
                "agency",
                format!("Không có cơ quan `{code}`."),
                format!("There is no agency `{code}`."),
            ))
        }
    })
}

pub(crate) fn not_yours() -> Problem {
    Problem::Forbidden(
        "Tài khoản không báo cáo cho cơ quan này. / Your account does not report for this agency.",
    )
}

#[derive(Default)]
pub(crate) struct DossierMutation;

#[Object]
impl DossierMutation {
    /// Imports a batch of dossiers: new ones are added, changed ones become new versions, what is stored already stays.
    /// For administrators, and for whoever reports for the agency.
    #[graphql(complexity = "cost::IMPORT + child_complexity")]
    async fn import_dossiers(
        &self,
        ctx: &Context<'_>,
        input: ImportDossiersInput,
    ) -> Result<Whole<ImportDossiersPayload>, Problem> {
        with_scope(ctx, Scope::Administer)?;
        let own = reports_for(ctx).await?;
        let agency = match &input.agency {
            Some(code) => match reported_agency(ctx, code, &own).await? {
                Ok(agency) => Some(agency),
                Err(error) => return refused(ctx, error).await,
            },
            None if own.is_some() => return Err(not_yours()),
            None => None,
        };
        if !(1..=MOST_ROWS).contains(&input.rows.len()) {
            let error = UserError::new(
                "TOO_MANY_ROWS",
                "rows",
                format!("Mỗi lần từ 1 đến {MOST_ROWS} hồ sơ."),
                format!("1 to {MOST_ROWS} dossiers at a time."),
            );
            return refused(ctx, error).await;
        }
        let record = imported(ctx, &input, agency.as_ref()).await?;
        let import = shown_all(database(ctx)?, vec![(record, agency)]).await?.pop();
        Ok(Whole(ImportDossiersPayload { import, errors: Vec::new() }))
    }

    /// Removes a dossier: it counts no more, and stays readable among former versions. For administrators, and for
    /// whoever reports for the agency.
    async fn remove_dossier(
        &self,
        ctx: &Context<'_>,
        input: RemoveDossierInput,
    ) -> Result<Whole<RemoveDossierPayload>, Problem> {
        with_scope(ctx, Scope::Administer)?;
        let own = reports_for(ctx).await?;
        let agency = match reported_agency(ctx, &input.agency, &own).await? {
            Ok(agency) => agency,
            Err(error) => return not_removed(ctx, error).await,
        };
        let reason = input.reason.trim();
        if !(1..=LONGEST_REASON).contains(&reason.chars().count()) || reason.contains('\0') {
            let error = UserError::new(
                "INVALID_REASON",
                "reason",
                format!("Lý do phải có từ 1 đến {LONGEST_REASON} ký tự."),
                format!("The reason must have 1 to {LONGEST_REASON} characters."),
            );
            return not_removed(ctx, error).await;
        }
        if input.code.contains('\0') {
            return not_removed(ctx, unknown_dossier()).await;
        }
        let (database, now) = (database(ctx)?, data::<Clock>(ctx)?.now());
        let key = (agency.id, input.code.as_str());
        match dossiers::remove(database, key, &actor(ctx)?, reason, now).await {
            Ok(dossier) => {
                data::<Signals>(ctx)?.builds_changed();
                let procedures = load_procedures(database, [dossier.procedure_id]).await?;
                let removed = Some(shown_dossier(&agency.code, dossier, &procedures));
                Ok(Whole(RemoveDossierPayload { removed, errors: Vec::new() }))
            }
            Err(RemoveError::Unknown) => not_removed(ctx, unknown_dossier()).await,
            Err(RemoveError::Database(error)) => Err(error.into()),
        }
    }
}

fn unknown_dossier() -> UserError {
    UserError::new(
        "UNKNOWN_DOSSIER",
        "code",
        "Cơ quan không có hồ sơ mang mã này.".to_owned(),
        "The agency has no dossier with this code.".to_owned(),
    )
}

async fn refused(ctx: &Context<'_>, error: UserError) -> Result<Whole<ImportDossiersPayload>, Problem> {
    record_refusal(ctx, IMPORT_DOSSIERS, error.code.clone()).await?;
    Ok(Whole(ImportDossiersPayload { import: None, errors: vec![error] }))
}

async fn not_removed(ctx: &Context<'_>, error: UserError) -> Result<Whole<RemoveDossierPayload>, Problem> {
    record_refusal(ctx, REMOVE_DOSSIER, error.code.clone()).await?;
    Ok(Whole(RemoveDossierPayload { removed: None, errors: vec![error] }))
}

async fn imported(
    ctx: &Context<'_>,
    input: &ImportDossiersInput,
    agency: Option<&agency::Model>,
) -> Result<import::Model, Problem> {
    let database = database(ctx)?;
    let rows: Vec<DossierRow> = (1..).zip(&input.rows).map(|(row, dossier)| dossier.row(row)).collect();
    let cells: Vec<_> = rows.iter().map(DossierRow::cells).collect();
    let named: BTreeSet<&str> =
        input.rows.iter().filter_map(|row| row.agency.as_deref().map(str::trim)).collect();
    let names = match agency {
        Some(agency) => vec![agency.id],
        None => agency::with_codes(named).all(database).await?.into_iter().map(|row| row.id).collect(),
    };
    let order = Order {
        id: ImportId::generate(),
        kind: import::Kind::Dossiers,
        period: None,
        agency: agency.map(|agency| agency.id),
        names: Some(names),
        file_name: None,
        sha256: sha256_hex(&canonical_json(&json!(cells))),
        header: None,
        by: actor(ctx)?,
        account: Some(with_scope(ctx, Scope::Administer)?.account),
        mode: input.mode.remote(),
        dry_run: input.dry_run,
    };
    let watch = Watch { cancelled: CancellationToken::new(), progress: &|_| () };
    let rows = rows.into_iter().map(Read::Row).collect();
    let rows = futures_util::stream::iter([Ok(rows)]);
    match dossiers::import(database, &order, rows, &watch, data::<Clock>(ctx)?).await {
        Ok(record) => {
            data::<Signals>(ctx)?.builds_changed();
            Ok(record)
        }
        Err(ImportError::Database(error)) => Err(error.into()),
        Err(ImportError::Cancelled) => Err(Problem::internal(&"nobody cancels a batch")),
    }
}
