//! Changing the registry with its audit event, in one transaction: the same for GraphQL and the terminal.

use async_graphql::ID;
use chrono::{DateTime, Utc};
use reform_worker::audit::action::IMPORT_REORGANISATION;
use reform_worker::audit::{Actor, Entry, record};
use reform_worker::database::begin_write;
use reform_worker::registry::{Complaint, Plan, Refused, Step, change, steps_of_csv};
use scoring::Exact;
use sea_orm::{DatabaseConnection, DbErr};
use serde_json::{Value, json};

use crate::graphql::NodeId;

/// A change of the registry.
pub(crate) struct Change<'a> {
    /// What is to be done.
    pub(crate) steps: &'a [Step],
    /// Under which action it is on record.
    pub(crate) action: &'static str,
    /// Whether it is only to be checked.
    pub(crate) dry_run: bool,
    /// When.
    pub(crate) now: DateTime<Utc>,
}

/// What a change did, or would do.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) blocks: usize,
    pub(crate) agencies: usize,
    pub(crate) closed: usize,
    pub(crate) successions: usize,
    pub(crate) placed: usize,
}

/// Takes the steps, all or none, and puts on record that `by` did.
///
/// # Errors
/// Inside, every step that cannot be; outside, when the database fails.
pub(crate) async fn change_registry(
    database: &DatabaseConnection,
    by: &Actor,
    asked: Change<'_>,
) -> Result<Result<Plan, Vec<Refused>>, DbErr> {
    let transaction = begin_write(database).await?;
    let plan = match change(&transaction, asked.steps, &by.name, asked.now).await? {
        Ok(plan) => plan,
        Err(refused) => {
            transaction.rollback().await?;
            return Ok(Err(refused));
        }
    };
    if asked.dry_run {
        transaction.rollback().await?;
        return Ok(Ok(plan));
    }
    let done = Entry::done(by, asked.action).leaving(told(&plan));
    let done = match plan.concerned.first() {
        Some(agency) => done.to(ID::from(NodeId::Agency(*agency)).0),
        None => done,
    };
    record(&transaction, done, asked.now).await?;
    transaction.commit().await?;
    Ok(Ok(plan))
}

/// Imports a file, or only checks it.
///
/// # Errors
/// Inside, everything that is wrong with the file, by row; outside, when the database fails.
pub(crate) async fn import(
    database: &DatabaseConnection,
    by: &Actor,
    file: &[u8],
    dry_run: bool,
    now: DateTime<Utc>,
) -> Result<Result<Counts, Vec<Complaint>>, DbErr> {
    let rows = match steps_of_csv(file) {
        Ok(rows) => rows,
        Err(complaints) => return Ok(Err(complaints)),
    };
    let steps: Vec<_> = rows.iter().map(|(_, step)| step.clone()).collect();
    let asked = Change { steps: &steps, action: IMPORT_REORGANISATION, dry_run, now };
    Ok(match change_registry(database, by, asked).await? {
        Ok(plan) => Ok(Counts {
            blocks: plan.blocks.len(),
            agencies: plan.agencies.len(),
            closed: plan.closed.len(),
            successions: plan.successions.len(),
            placed: plan.placed.len(),
        }),
        Err(refused) => {
            let complaint = |refused: &Refused| Complaint::of_refused(&rows, refused);
            let mut complaints: Vec<_> = refused.iter().map(complaint).collect();
            complaints.sort();
            complaints.dedup();
            Err(complaints)
        }
    })
}

/// What goes on record of a change.
fn told(plan: &Plan) -> Value {
    json!({
        "blocks": plan.blocks.iter().map(|(_, new)| &new.code).collect::<Vec<_>>(),
        "registered": plan.agencies.iter().map(|(_, _, _, new)| json!({
            "code": new.code, "name_vi": new.name_vi, "kind": new.kind, "block": new.block,
            "parent": new.parent, "valid_from": new.valid_from, "source": new.source,
        })).collect::<Vec<_>>(),
        "closed": plan.closed.iter().map(|(agency, on)| json!({
            "agency": ID::from(NodeId::Agency(*agency)).0, "on": on,
        })).collect::<Vec<_>>(),
        "successions": plan.successions.iter().map(|(recorded, asked)| json!({
            "kind": asked.kind, "from": asked.from, "to": asked.to, "effective_on": asked.effective_on,
            "decision_number": asked.decision_number, "decided_on": asked.decided_on,
            "share": recorded.share.as_ref().map(Exact::to_string),
        })).collect::<Vec<_>>(),
        "placed": plan.placed.iter().map(|(agency, left, entered, from)| json!({
            "agency": ID::from(NodeId::Agency(*agency)).0, "from": from,
            "left": ID::from(NodeId::Block(*left)).0, "entered": ID::from(NodeId::Block(*entered)).0,
        })).collect::<Vec<_>>(),
    })
}
