//! `POST /imports/dossiers`, and the like for every other kind of input: a file, answered as soon as it is whole and its
//! header is understood; its rows are imported after that.

use std::collections::BTreeSet;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use entity::import::Kind;
use entity::{AgencyId, ImportId, PeriodId, agency, period};
use reform_worker::dossiers::DossierFile;
use reform_worker::files::{self, Problem};
use reform_worker::imports::{Order, action};
use reform_worker::inputs::{Choices, read_file};

use super::super::client::Client;
use super::super::crowd::{Who, too_many_at_once};
use super::super::door::By;
use super::super::{Refusal, Shared};
use super::form::{self, Form};
use super::{admitted, answer, internal, on_record, turned_away};
use crate::graphql::actor::actor_of;
use crate::imports::Handed;
use crate::people::Viewer;
use crate::policy::{Refused, reports_of};

/// Takes a file in.
pub(in super::super) async fn upload(
    State(shared): State<Shared>,
    Extension(client): Extension<Client>,
    request: Request,
) -> Response {
    if request.method() == Method::OPTIONS {
        return (StatusCode::NO_CONTENT, [(header::ALLOW, "POST, OPTIONS")]).into_response();
    }
    taken(&shared, client, request).await.unwrap_or_else(Refusal::into_response)
}

async fn taken(shared: &Shared, client: Client, request: Request) -> Result<Response, Refusal> {
    if request.method() != Method::POST {
        return Err(Refusal::method_not_allowed("Gửi bằng POST. / Send with POST.", "POST, OPTIONS"));
    }
    let (kind, operation) = kind_of(request.uri().path());
    let viewer = admitted(shared, request.headers(), client, ("Mutation", operation)).await?;
    let own = shared.crowd.uploads.take(Who::is(&viewer)).ok_or_else(too_many_at_once)?;
    let place = shared.uploads.clone().try_acquire_owned().map_err(|_| overloaded())?;
    let form = form::read(request, kind, &shared.settings.limits).await?;
    let (agency, may_verify) = match for_agency(shared, &viewer, form.agency.as_deref()).await {
        Ok(agency) => agency,
        Err(refusal) => {
            on_record(shared, &viewer, action(kind), "FORBIDDEN").await;
            return Err(refusal);
        }
    };
    let period = match kind {
        Kind::Dossiers => None,
        _ => Some(for_period(shared, form.period.as_deref()).await?),
    };
    let order = order(&viewer, &form, kind, agency, period);
    let choices = Choices { when_broken: form.when_broken, may_verify };
    let sha256 = form.sha256.clone();
    let opened = tokio::task::spawn_blocking(move || opened(kind, form, agency.is_some(), choices)).await;
    let mut response = match opened.map_err(|error| internal(&error))? {
        Ok((header, handed)) => {
            let order = Order { header: Some(header), ..order };
            let begun = answer::begun(order.id, &sha256);
            shared.imports.start(order, handed, (own, place));
            begun
        }
        Err(problems) => {
            let codes: BTreeSet<_> = problems.iter().map(|problem| problem.code).collect();
            let codes: Vec<_> = codes.into_iter().collect();
            on_record(shared, &viewer, action(kind), codes.join(", ")).await;
            answer::wrong(&problems)
        }
    };
    response.extensions_mut().insert(By(viewer.name().to_owned()));
    Ok(response)
}

/// What is handed in at a path, and the operation of GraphQL that does the same.
fn kind_of(path: &str) -> (Kind, &'static str) {
    match path.rsplit('/').next() {
        Some("tables") => (Kind::DossierTables, "importDossierTables"),
        Some("observations") => (Kind::Observations, "importObservations"),
        Some("documents") => (Kind::Documents, "importDocuments"),
        Some("listings") => (Kind::Listings, "importListings"),
        Some("procedures") => (Kind::Procedures, "importProcedures"),
        _ => (Kind::Dossiers, "importDossiers"),
    }
}

/// The names of a file's columns, and what is handed in by it. Blocks.
fn opened(
    kind: Kind,
    form: Form,
    of_one_agency: bool,
    choices: Choices,
) -> Result<(String, Handed), Vec<Problem>> {
    let Form { file, name, ignore_unknown_columns, .. } = form;
    let columns = files::Choices { ignore_unknown_columns };
    if kind == Kind::Dossiers {
        let file = DossierFile::of(file, &name, of_one_agency, columns)?;
        return Ok((file.header(), Handed::Dossiers(file)));
    }
    let (header, rows) = read_file(kind, file, &name, of_one_agency, columns)?;
    Ok((header, Handed::Inputs(rows, choices)))
}

fn order(
    viewer: &Viewer,
    form: &Form,
    kind: Kind,
    agency: Option<AgencyId>,
    period: Option<PeriodId>,
) -> Order {
    Order {
        id: ImportId::generate(),
        kind,
        period,
        agency,
        names: None,
        file_name: Some(form.name.clone()).filter(|name| !name.is_empty()),
        sha256: form.sha256.clone(),
        header: None,
        by: actor_of(viewer),
        account: viewer.signed_in.as_ref().map(|signed_in| signed_in.account),
        mode: form.mode,
        dry_run: form.dry_run,
    }
}

/// The period that the rows are about.
async fn for_period(shared: &Shared, code: Option<&str>) -> Result<PeriodId, Refusal> {
    let found = match code {
        Some(code) if !code.contains('\0') => {
            period::with_code(code).one(&shared.database).await.map_err(|error| internal(&error))?
        }
        _ => None,
    };
    found.map(|period| period.id).ok_or_else(|| {
        let message =
            "Trường `period` phải là mã của một kỳ. / The field `period` must be the code of a period.";
        Refusal::new(StatusCode::BAD_REQUEST, "UNKNOWN_PERIOD", message)
    })
}

/// The only agency whose rows are accepted, if the viewer reports for it; none for whoever reports for all. And whether
/// he does.
async fn for_agency(
    shared: &Shared,
    viewer: &Viewer,
    code: Option<&str>,
) -> Result<(Option<AgencyId>, bool), Refusal> {
    let database = &shared.database;
    let reports = reports_of(viewer, database, shared.imports.clock()).await;
    let reports = reports.map_err(|error| internal(&error))?;
    let found = match code {
        Some(code) => {
            let found = agency::with_code(code).one(database).await.map_err(|error| internal(&error))?;
            Some(found.map(|agency| agency.id))
        }
        None => None,
    };
    match (found, reports) {
        (None, None) => Ok((None, true)),
        (Some(Some(agency)), None) => Ok((Some(agency), true)),
        (Some(Some(agency)), Some(reports)) if reports.contains(&agency) => Ok((Some(agency), false)),
        (Some(None), None) => {
            let message =
                "Không có cơ quan mang mã ở trường `agency`. / There is no agency with the code in `agency`.";
            Err(Refusal::new(StatusCode::BAD_REQUEST, "UNKNOWN_AGENCY", message))
        }
        // To whoever reports only for some, an agency that there is not is one that is not his.
        (_, Some(_)) => Err(turned_away(Refused::Forbidden)),
    }
}

fn overloaded() -> Refusal {
    let message = "Quá nhiều tệp đang được nhập; hãy thử lại sau. / Too many files are being imported; try again later.";
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", message).retry_after(10)
}
