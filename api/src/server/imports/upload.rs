//! `POST /imports/dossiers`: a file of dossiers, answered as soon as it is whole and its header is understood; its rows
//! are imported after that.

use std::collections::BTreeSet;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use entity::{AgencyId, ImportId, agency};
use reform_worker::audit::action::IMPORT_DOSSIERS;
use reform_worker::dossiers::{DossierFile, Order};
use reform_worker::files::Choices;

use super::super::client::Client;
use super::super::crowd::{Who, too_many_at_once};
use super::super::door::By;
use super::super::{Refusal, Shared};
use super::form::{self, Form};
use super::{admitted, answer, internal, on_record, turned_away};
use crate::graphql::actor::actor_of;
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
    let viewer = admitted(shared, request.headers(), client, ("Mutation", "importDossiers")).await?;
    let own = shared.crowd.uploads.take(Who::is(&viewer)).ok_or_else(too_many_at_once)?;
    let place = shared.uploads.clone().try_acquire_owned().map_err(|_| overloaded())?;
    let form = form::read(request, &shared.settings.limits).await?;
    let agency = match for_agency(shared, &viewer, form.agency.as_deref()).await {
        Ok(agency) => agency,
        Err(refusal) => {
            on_record(shared, &viewer, IMPORT_DOSSIERS, "FORBIDDEN").await;
            return Err(refusal);
        }
    };
    let order = order(&viewer, &form, agency);
    let choices = Choices { ignore_unknown_columns: form.ignore_unknown_columns };
    let Form { file, name, sha256, .. } = form;
    let opened =
        tokio::task::spawn_blocking(move || DossierFile::of(file, &name, agency.is_some(), choices)).await;
    let mut response = match opened.map_err(|error| internal(&error))? {
        Ok(file) => {
            let order = Order { header: Some(file.header()), ..order };
            let begun = answer::begun(order.id, &sha256);
            shared.imports.start(order, file, (own, place));
            begun
        }
        Err(problems) => {
            let codes: BTreeSet<_> = problems.iter().map(|problem| problem.code).collect();
            let codes: Vec<_> = codes.into_iter().collect();
            on_record(shared, &viewer, IMPORT_DOSSIERS, codes.join(", ")).await;
            answer::wrong(&problems)
        }
    };
    response.extensions_mut().insert(By(viewer.name().to_owned()));
    Ok(response)
}

fn order(viewer: &Viewer, form: &Form, agency: Option<AgencyId>) -> Order {
    Order {
        id: ImportId::generate(),
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

/// The only agency whose rows are accepted, if the viewer reports for it; none for whoever reports for all.
async fn for_agency(
    shared: &Shared,
    viewer: &Viewer,
    code: Option<&str>,
) -> Result<Option<AgencyId>, Refusal> {
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
        (None, None) => Ok(None),
        (Some(Some(agency)), None) => Ok(Some(agency)),
        (Some(Some(agency)), Some(reports)) if reports.contains(&agency) => Ok(Some(agency)),
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
