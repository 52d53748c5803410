//! What becomes of a criteria set: drafted by an import or as another's clone, frozen when it is activated, used by a
//! block in a period, retired. Each step is a function in the caller's transaction.

use chrono::{DateTime, Utc};
use entity::criteria_set::State;
use entity::{CriteriaSetId, CriteriaUseId, agency, block, criteria_set, criteria_use, period};
use scoring::{
    Catalogue, CriteriaSet, CriteriaSetDocument, Criterion, Defect, Defects, Fault, SetVersion, Unfollowed,
    check_follows,
};
use sea_orm::sea_query::{ExprTrait, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, Set,
};

use super::problem::Problem;
use super::store::{replace, store};
use super::{CriteriaError, load_measures, read_set, units};
use crate::live::mark_block;

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// The set has problems: all of them.
    #[error("the criteria set has problems")]
    Problems(Vec<Problem>),
    /// There is no such set.
    #[error("there is no such criteria set")]
    UnknownSet,
    /// The set is frozen, and is not what it is to become.
    #[error("the criteria set {code} version {version} is {state}")]
    Frozen {
        /// Its code.
        code: String,
        /// Its version.
        version: i32,
        /// ACTIVE or RETIRED.
        state: State,
    },
    /// The set is in another state than the step needs.
    #[error("the criteria set is {0}")]
    WrongState(State),
    /// The draft is not what was reviewed any more; its fingerprint now.
    #[error("the draft has changed")]
    Changed(String),
    /// No period has this code.
    #[error("there is no period `{0}`")]
    UnknownPeriod(String),
    /// No block has this code.
    #[error("there is no block `{0}`")]
    UnknownBlock(String),
    /// The set is for other years.
    #[error("the criteria set is not for {0}")]
    OtherYear(i32),
    /// The set is for other blocks.
    #[error("the criteria set is not for the block `{0}`")]
    OtherBlock(String),
    /// The set is for other kinds of agency than these of the block.
    #[error("the criteria set is not for {}", .0.join(", "))]
    OtherKind(Vec<String>),
    /// The years end before they begin.
    #[error("the years {0} to {1} end before they begin")]
    Years(i32, i32),
    /// What is stored cannot be read.
    #[error("{0}")]
    Damaged(String),
}

impl From<CriteriaError> for ManageError {
    fn from(error: CriteriaError) -> Self {
        match error {
            CriteriaError::Database(error) => Self::Database(error),
            other => Self::Damaged(other.to_string()),
        }
    }
}

/// What came of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The set as it is stored.
    pub row: criteria_set::Model,
    /// The draft that it replaced.
    pub replaced: Option<criteria_set::Model>,
    /// Whether it was stored just so already; then nothing was done.
    pub unchanged: bool,
}

/// Stores `set` as a draft, or in the place of the draft with its code and version.
///
/// # Errors
/// When a frozen set has its code and version, or it names blocks that there are not, or follows what there is not.
pub async fn import<C: ConnectionTrait>(
    connection: &C,
    set: &CriteriaSet,
    now: DateTime<Utc>,
) -> Result<Imported, ManageError> {
    let mut problems = unknown_blocks(connection, set.document()).await?;
    problems.extend(unfollowed(connection, set.document()).await?);
    if !problems.is_empty() {
        return Err(ManageError::Problems(problems));
    }
    let document = set.document();
    let version = i32::try_from(document.version).unwrap_or(i32::MAX);
    let stored = criteria_set::with_version(&document.code, version);
    match stored.lock(LockType::Update).one(connection).await? {
        Some(row) if row.fingerprint == set.fingerprint() => {
            Ok(Imported { row, replaced: None, unchanged: true })
        }
        Some(draft) if draft.state == State::Draft => {
            let row = replace(connection, draft.id, set).await?;
            Ok(Imported { row, replaced: Some(draft), unchanged: false })
        }
        Some(criteria_set::Model { code, version, state, .. }) => {
            Err(ManageError::Frozen { code, version, state })
        }
        None => {
            let row = store(connection, set, State::Draft, now).await?;
            Ok(Imported { row, replaced: None, unchanged: false })
        }
    }
}

/// The blocks that a set names and the registry does not have.
async fn unknown_blocks<C: ConnectionTrait>(
    connection: &C,
    document: &CriteriaSetDocument,
) -> Result<Vec<Problem>, DbErr> {
    let mut problems = Vec::new();
    for (at, code) in document.blocks.iter().enumerate() {
        if block::with_code(code).one(connection).await?.is_none() {
            let problem =
                Problem::of_whole(format!("không có khối `{code}`"), format!("there is no block `{code}`"));
            let (path, criterion) = (format!("blocks[{at}]"), Some(document.code.clone()));
            problems.push(Problem { path, criterion, ..problem });
        }
    }
    Ok(problems)
}

/// What a set says of the one that it follows and that cannot be, as that set is stored now.
async fn unfollowed<C: ConnectionTrait>(
    connection: &C,
    document: &CriteriaSetDocument,
) -> Result<Vec<Problem>, DbErr> {
    let Some(follows) = &document.follows else { return Ok(Vec::new()) };
    let version = i32::try_from(follows.version).unwrap_or(i32::MAX);
    let earlier = criteria_set::with_version(&follows.code, version).one(connection).await?;
    let earlier = earlier.and_then(|row| serde_json::from_str::<CriteriaSetDocument>(&row.document).ok());
    let defects = match earlier {
        Some(earlier) => check_follows(document, &earlier),
        None => vec![Defect {
            path: "follows".to_owned(),
            criterion: document.code.clone(),
            rule: None,
            fault: Fault::Follows(Unfollowed::UnknownSet(follows.clone())),
        }],
    };
    Ok(defects.into_iter().map(Problem::of_stored).collect())
}

/// Freezes a draft and puts it in force. `fingerprint` is that of the draft as it was reviewed.
///
/// # Errors
/// When the set is no draft, or not the reviewed one any more, or the catalogue or the set that it follows no longer
/// has what it names.
pub async fn activate<C: ConnectionTrait>(
    connection: &C,
    id: CriteriaSetId,
    fingerprint: &str,
    now: DateTime<Utc>,
) -> Result<criteria_set::Model, ManageError> {
    let draft = locked(connection, id).await?;
    if draft.state != State::Draft {
        return Err(ManageError::WrongState(draft.state));
    }
    if draft.fingerprint != fingerprint {
        return Err(ManageError::Changed(draft.fingerprint));
    }
    let set = read_set(&draft, &catalogue(connection).await?)?;
    let problems = unfollowed(connection, set.document()).await?;
    if !problems.is_empty() {
        return Err(ManageError::Problems(problems));
    }
    let mut active = draft.into_active_model();
    (active.state, active.activated_at) = (Set(State::Active), Set(Some(now)));
    Ok(active.update(connection).await?)
}

/// Takes a set out of use for what is to come; what it scores already, it goes on scoring.
///
/// # Errors
/// When the set is retired already.
pub async fn retire<C: ConnectionTrait>(
    connection: &C,
    id: CriteriaSetId,
    now: DateTime<Utc>,
) -> Result<(criteria_set::Model, criteria_set::Model), ManageError> {
    let before = locked(connection, id).await?;
    if before.state == State::Retired {
        return Err(ManageError::WrongState(before.state));
    }
    let mut retired = before.clone().into_active_model();
    (retired.state, retired.retired_at) = (Set(State::Retired), Set(Some(now)));
    Ok((before, retired.update(connection).await?))
}

/// Drafts the next version of a set, for other years; everything in it follows what it is a copy of.
///
/// # Errors
/// When there is no such set, or the years end before they begin.
pub async fn clone_set<C: ConnectionTrait>(
    connection: &C,
    id: CriteriaSetId,
    (first_year, last_year): (i32, i32),
    now: DateTime<Utc>,
) -> Result<criteria_set::Model, ManageError> {
    if first_year > last_year {
        return Err(ManageError::Years(first_year, last_year));
    }
    let row = locked(connection, id).await?;
    let catalogue = catalogue(connection).await?;
    let mut document = read_set(&row, &catalogue)?.document().clone();
    document.follows = Some(SetVersion { code: document.code.clone(), version: document.version });
    follow_themselves(&mut document.pillars);
    for adjustment in [&mut document.bonus, &mut document.deduction].into_iter().flatten() {
        follow_themselves(&mut adjustment.leaves);
    }
    let newest = criteria_set::with_code(&document.code).one(connection).await?;
    let newest = newest.map_or(document.version, |newest| u32::try_from(newest.version).unwrap_or_default());
    document.version = newest + 1;
    (document.first_year, document.last_year) = (Some(first_year), Some(last_year));
    let set = CriteriaSet::new(document, &catalogue)
        .map_err(|defects: Defects| ManageError::Damaged(defects.to_string()))?;
    Ok(store(connection, &set, State::Draft, now).await?)
}

fn follow_themselves(criteria: &mut [Criterion]) {
    for criterion in criteria {
        criterion.follows = vec![criterion.code.clone()];
        follow_themselves(&mut criterion.children);
    }
}

/// A set in use: the row, and the set that scored the block in the period before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// The set that scores now.
    pub set: criteria_set::Model,
    /// The set that did before; `None`: none did.
    pub before: Option<criteria_set::Model>,
}

/// Has a block scored in a period by an active set, from the next build on.
///
/// # Errors
/// When the set is not active, or is for other years, blocks or kinds of agency.
pub async fn use_in<C: ConnectionTrait>(
    connection: &C,
    id: CriteriaSetId,
    period_code: &str,
    block_code: &str,
    now: DateTime<Utc>,
) -> Result<Used, ManageError> {
    let set = locked(connection, id).await?;
    if set.state != State::Active {
        return Err(ManageError::WrongState(set.state));
    }
    let period = period::with_code(period_code).one(connection).await?;
    let period = period.ok_or_else(|| ManageError::UnknownPeriod(period_code.to_owned()))?;
    // Whoever decides what scores this block does so one after the other.
    let block = block::with_code(block_code).lock(LockType::NoKeyUpdate).one(connection).await?;
    let block = block.ok_or_else(|| ManageError::UnknownBlock(block_code.to_owned()))?;
    let document = read_set(&set, &catalogue(connection).await?)?.document().clone();
    is_for(connection, &document, &period, &block).await?;
    let before = criteria_set::in_use(period.id, block.id).one(connection).await?;
    criteria_use::Entity::delete_many()
        .filter(criteria_use::Column::PeriodId.eq(period.id))
        .filter(criteria_use::Column::BlockId.eq(block.id))
        .exec(connection)
        .await?;
    let row = criteria_use::Model {
        id: CriteriaUseId::generate(),
        period_id: period.id,
        block_id: block.id,
        criteria_set_id: set.id,
    };
    row.into_active_model().reset_all().insert(connection).await?;
    let why = format!("bộ tiêu chí {} / criteria set", set.code);
    mark_block(connection, block.id, period.id, &why, now).await?;
    Ok(Used { set, before })
}

/// Whether a set is for a block in a period.
async fn is_for<C: ConnectionTrait>(
    connection: &C,
    document: &CriteriaSetDocument,
    period: &period::Model,
    block: &block::Model,
) -> Result<(), ManageError> {
    let too_early = document.first_year.is_some_and(|first| period.year < first);
    if too_early || document.last_year.is_some_and(|last| period.year > last) {
        return Err(ManageError::OtherYear(period.year));
    }
    if !document.blocks.is_empty() && !document.blocks.contains(&block.code) {
        return Err(ManageError::OtherBlock(block.code.clone()));
    }
    if document.agency_kinds.is_empty() {
        return Ok(());
    }
    let agencies = agency::valid_in(period.starts_on, period.ends_before)
        .filter(agency::block_at_end(period.ends_before).eq(block.id))
        .all(connection)
        .await?;
    let others = agencies.into_iter().filter(|agency| !document.agency_kinds.contains(&agency.kind));
    let others: Vec<_> = others.map(|agency| agency.code).collect();
    if others.is_empty() { Ok(()) } else { Err(ManageError::OtherKind(others)) }
}

/// The set with an id, which nobody else changes until the transaction ends.
async fn locked<C: ConnectionTrait>(
    connection: &C,
    id: CriteriaSetId,
) -> Result<criteria_set::Model, ManageError> {
    let found = criteria_set::Entity::find_by_id(id).lock(LockType::Update).one(connection).await?;
    found.ok_or(ManageError::UnknownSet)
}

async fn catalogue<C: ConnectionTrait>(connection: &C) -> Result<Catalogue, DbErr> {
    Ok(units(&load_measures(connection).await?))
}
