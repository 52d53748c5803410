//! What becomes of a criteria set: activated, cloned, retired, used by a block in a period.

use async_graphql::{Context, ID, InputObject, Object};
use entity::criteria_set;
use entity::token::Scope;
use reform_worker::audit::action::{
    ACTIVATE_CRITERIA_SET, CLONE_CRITERIA_SET, RETIRE_CRITERIA_SET, USE_CRITERIA_SET,
};
use reform_worker::audit::{Entry, record};
use reform_worker::criteria::{ManageError, activate, clone_set, retire, use_in};
use reform_worker::database::begin_write;
use reform_worker::{Clock, Signals};
use sea_orm::DatabaseTransaction;
use serde_json::{Value, json};

use super::super::actor::{actor, record_refusal};
use super::super::id::NodeId;
use super::super::plain::{Whole, plain_object};
use super::super::problem::{LONGEST_CODE, Problem, cut};
use super::super::user_error::UserError;
use super::super::viewer::administrator;
use super::super::{data, database};
use super::{CriteriaSet, load};

/// The draft that is to be put in force.
#[derive(InputObject)]
struct ActivateCriteriaSetInput {
    /// The draft's global id.
    criteria_set: ID,
    /// The fingerprint of the draft as it was reviewed: another is not activated.
    fingerprint: String,
}

/// The set that is to be cloned, and for which years.
#[derive(InputObject)]
struct CloneCriteriaSetInput {
    /// The set's global id.
    criteria_set: ID,
    /// The first year whose periods the clone may score.
    first_year: i32,
    /// The last year; the first when not given.
    last_year: Option<i32>,
}

/// The set that is to be retired.
#[derive(InputObject)]
struct RetireCriteriaSetInput {
    /// The set's global id.
    criteria_set: ID,
}

/// What is to be scored by which set.
#[derive(InputObject)]
struct UseCriteriaSetInput {
    /// The set's global id; it is active.
    criteria_set: ID,
    /// The period's code, for instance `2022-H1`.
    period: String,
    /// The ranking block's code.
    block: String,
}

plain_object! {
    /// What became of a criteria set.
    pub(crate) struct CriteriaSetPayload {
        /// The set as it is now; null when it was refused.
        criteria_set: Option<CriteriaSet>,
        /// Why it was refused; empty when it was not.
        errors: Vec<UserError>,
    }
}

/// What goes on record of a set: its global id, and what it is.
pub(super) fn told(row: &criteria_set::Model) -> (String, Value) {
    let told = json!({
        "code": row.code,
        "version": row.version,
        "state": row.state,
        "fingerprint": row.fingerprint,
    });
    (ID::from(NodeId::CriteriaSet(row.id)).0, told)
}

/// Why a set was refused, as its field's error.
pub(super) fn refusal(field: &str, error: ManageError) -> Result<UserError, Problem> {
    let (code, field, vi, en) = match error {
        ManageError::Database(error) => return Err(error.into()),
        ManageError::Problems(problems) => {
            let first = problems.into_iter().next();
            let (vi, en) = first.map(|problem| (problem.vi, problem.en)).unwrap_or_default();
            (
                "PROBLEMS",
                field,
                format!("Bộ tiêu chí chưa hợp lệ: {vi}."),
                format!("The criteria set has problems: {en}."),
            )
        }
        ManageError::UnknownSet => (
            "UNKNOWN_CRITERIA_SET",
            field,
            "Không có bộ tiêu chí này.".to_owned(),
            "There is no such criteria set.".to_owned(),
        ),
        ManageError::Frozen { code, version, state } => (
            "FROZEN",
            field,
            format!("Bộ tiêu chí {code} phiên bản {version} đã khóa ({state}); hãy tạo phiên bản mới."),
            format!("The criteria set {code} version {version} is frozen ({state}); make a new version."),
        ),
        ManageError::WrongState(state) => (
            "WRONG_STATE",
            field,
            format!("Không thực hiện được khi bộ tiêu chí ở trạng thái {state}."),
            format!("This cannot be done while the criteria set is {state}."),
        ),
        ManageError::Changed(now) => (
            "CHANGED",
            "fingerprint",
            format!("Dự thảo đã thay đổi sau khi rà soát; nay là {now}."),
            format!("The draft has changed since it was reviewed; now it is {now}."),
        ),
        ManageError::UnknownPeriod(code) => {
            let code = cut(&code, LONGEST_CODE);
            let (vi, en) = (format!("Không có kỳ `{code}`."), format!("There is no period `{code}`."));
            ("UNKNOWN_PERIOD", "period", vi, en)
        }
        ManageError::UnknownBlock(code) => {
            let code = cut(&code, LONGEST_CODE);
            let (vi, en) = (format!("Không có khối `{code}`."), format!("There is no block `{code}`."));
            ("UNKNOWN_BLOCK", "block", vi, en)
        }
        ManageError::OtherYear(year) => (
            "OTHER_YEAR",
            "period",
            format!("Bộ tiêu chí không áp dụng cho năm {year}."),
            format!("The criteria set is not for {year}."),
        ),
        ManageError::OtherBlock(code) => (
            "OTHER_BLOCK",
            "block",
            format!("Bộ tiêu chí không áp dụng cho khối `{code}`."),
            format!("The criteria set is not for the block `{code}`."),
        ),
        ManageError::OtherKind(agencies) => {
            let agencies = agencies.join(", ");
            (
                "OTHER_KIND",
                "block",
                format!("Bộ tiêu chí không áp dụng cho loại cơ quan của: {agencies}."),
                format!("The criteria set is not for agencies of the kind of: {agencies}."),
            )
        }
        ManageError::Years(first, last) => (
            "INVALID_YEARS",
            "lastYear",
            format!("Năm cuối {last} trước năm đầu {first}."),
            format!("The last year {last} is before the first {first}."),
        ),
        ManageError::Damaged(why) => {
            tracing::error!(why, "a stored criteria set cannot be read");
            (
                "DAMAGED",
                field,
                "Không đọc được bộ tiêu chí đã lưu.".to_owned(),
                "The stored criteria set cannot be read.".to_owned(),
            )
        }
    };
    Ok(UserError::new(code, field, vi, en))
}

/// Ends a step: commits it with its record, or rolls it back and records the refusal.
async fn settled(
    ctx: &Context<'_>,
    transaction: DatabaseTransaction,
    action: &'static str,
    done: Result<(criteria_set::Model, Option<Value>, Option<Value>), ManageError>,
) -> Result<Whole<CriteriaSetPayload>, Problem> {
    let (row, before, more) = match done {
        Ok(done) => done,
        Err(error) => {
            transaction.rollback().await?;
            let error = refusal("criteriaSet", error)?;
            record_refusal(ctx, action, error.code.clone()).await?;
            return Ok(Whole(CriteriaSetPayload { criteria_set: None, errors: vec![error] }));
        }
    };
    let (object, mut after) = told(&row);
    if let (Value::Object(after), Some(Value::Object(more))) = (&mut after, more) {
        after.extend(more);
    }
    let entry = Entry { before, ..Entry::done(&actor(ctx)?, action).to(object).leaving(after) };
    record(&transaction, entry, data::<Clock>(ctx)?.now()).await?;
    transaction.commit().await?;
    data::<Signals>(ctx)?.builds_changed();
    let criteria_set = Some(load(database(ctx)?, row).await?);
    Ok(Whole(CriteriaSetPayload { criteria_set, errors: Vec::new() }))
}

/// The id that an input names; anything but a criteria set's is of no set.
fn named(id: &ID) -> Result<Result<entity::CriteriaSetId, ManageError>, Problem> {
    Ok(match NodeId::read("criteriaSet", id)? {
        NodeId::CriteriaSet(id) => Ok(id),
        _ => Err(ManageError::UnknownSet),
    })
}

#[derive(Default)]
pub(crate) struct CriteriaMutation;

#[Object]
impl CriteriaMutation {
    /// Freezes a draft and puts it in force. From then on it never changes; a change is a new version.
    async fn activate_criteria_set(
        &self,
        ctx: &Context<'_>,
        input: ActivateCriteriaSetInput,
    ) -> Result<Whole<CriteriaSetPayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let id = named(&input.criteria_set)?;
        let transaction = begin_write(database(ctx)?).await?;
        let now = data::<Clock>(ctx)?.now();
        let done = match id {
            Ok(id) => activate(&transaction, id, input.fingerprint.trim(), now).await,
            Err(error) => Err(error),
        };
        let done = done.map(|row| (row, Some(json!({ "state": criteria_set::State::Draft })), None));
        settled(ctx, transaction, ACTIVATE_CRITERIA_SET, done).await
    }

    /// Drafts the next version of a set for other years; then edit it by `importCriteriaSet`.
    async fn clone_criteria_set(
        &self,
        ctx: &Context<'_>,
        input: CloneCriteriaSetInput,
    ) -> Result<Whole<CriteriaSetPayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let years = (input.first_year, input.last_year.unwrap_or(input.first_year));
        let id = named(&input.criteria_set)?;
        let transaction = begin_write(database(ctx)?).await?;
        let now = data::<Clock>(ctx)?.now();
        let done = match id {
            Ok(id) => clone_set(&transaction, id, years, now).await,
            Err(error) => Err(error),
        };
        let done = done.map(|row| (row, None, Some(json!({ "clonedFrom": input.criteria_set.0 }))));
        settled(ctx, transaction, CLONE_CRITERIA_SET, done).await
    }

    /// Takes a set out of use for what is to come. What it scores already, it goes on scoring.
    async fn retire_criteria_set(
        &self,
        ctx: &Context<'_>,
        input: RetireCriteriaSetInput,
    ) -> Result<Whole<CriteriaSetPayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let id = named(&input.criteria_set)?;
        let transaction = begin_write(database(ctx)?).await?;
        let now = data::<Clock>(ctx)?.now();
        let done = match id {
            Ok(id) => retire(&transaction, id, now).await,
            Err(error) => Err(error),
        };
        let done = done.map(|(before, row)| (row, Some(told(&before).1), None));
        settled(ctx, transaction, RETIRE_CRITERIA_SET, done).await
    }

    /// Has a block scored in a period by an active set, from the next build on. What is published stays as it was
    /// published.
    async fn use_criteria_set(
        &self,
        ctx: &Context<'_>,
        input: UseCriteriaSetInput,
    ) -> Result<Whole<CriteriaSetPayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let id = named(&input.criteria_set)?;
        let transaction = begin_write(database(ctx)?).await?;
        let done = match id {
            Ok(id) => use_in(&transaction, id, &input.period, &input.block, data::<Clock>(ctx)?.now()).await,
            Err(error) => Err(error),
        };
        let place = json!({ "period": input.period, "block": input.block });
        let done = done.map(|used| (used.set, used.before.map(|before| told(&before).1), Some(place)));
        settled(ctx, transaction, USE_CRITERIA_SET, done).await
    }
}
