//! Writing scorecards: a new revision that points to the one it replaces.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{AgencyId, BlockId, ScorecardId, agency, scorecard, scorecard_line};
use scoring::{ENGINE_VERSION, Exact, Facts, Line, LineState, Scorecard, canonical_json};
use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, Iterable,
    QueryFilter, QuerySelect, QueryTrait, Select,
};

use super::{Criteria, Decided, PartDone, PartError, Scope};
use crate::database::rows_per_insert;

/// Decimal digits of the index that the database orders by.
const SORT_DIGITS: u32 = 12;

/// A card that is to be written.
pub(crate) struct NewCard {
    pub(super) agency: AgencyId,
    pub(super) facts: Facts,
    pub(super) content_hash: String,
    pub(super) scored: Scorecard,
    pub(super) previous: Option<Previous>,
}

/// What a new revision must know of the newest one that there is.
#[derive(FromQueryResult)]
pub(crate) struct Previous {
    id: ScorecardId,
    agency_id: AgencyId,
    revision: i32,
    pub(super) block_id: BlockId,
    pub(super) current: bool,
    pub(super) content_hash: String,
}

/// The newest revision of each of the part's agencies.
pub(super) async fn newest<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
) -> Result<HashMap<AgencyId, Previous>, DbErr> {
    use scorecard::Column as Card;
    let newest = scorecard::newest_for(scope.period.id)
        .filter(Card::AgencyId.is_in(scope.agencies.iter().map(|agency| agency.id)))
        .select_only()
        .columns([Card::Id, Card::AgencyId, Card::Revision, Card::BlockId, Card::Current, Card::ContentHash])
        .into_model::<Previous>()
        .all(connection)
        .await?;
    Ok(newest.into_iter().map(|card| (card.agency_id, card)).collect())
}

/// Withdraws the block's cards whose agency, as the registry stands now, does not exist in the period.
pub(super) async fn withdraw<C: ConnectionTrait>(connection: &C, scope: &Scope) -> Result<(), DbErr> {
    let existing = agency::valid_in(scope.period.starts_on, scope.period.ends_before);
    let mut gone = scorecard::Entity::update_many()
        .col_expr(scorecard::Column::Current, Expr::value(false))
        .filter(scorecard::is_current())
        .filter(scorecard::Column::PeriodId.eq(scope.period.id))
        .filter(scorecard::Column::BlockId.eq(scope.block.id))
        .filter(scorecard::Column::AgencyId.not_in_subquery(ids(existing)));
    if let Some(codes) = &scope.build.agencies {
        let asked = agency::with_codes(codes.0.iter().map(String::as_str));
        gone = gone.filter(scorecard::Column::AgencyId.in_subquery(ids(asked)));
    }
    gone.exec(connection).await?;
    Ok(())
}

fn ids(agencies: Select<agency::Entity>) -> SelectStatement {
    agencies.select_only().column(agency::Column::Id).into_query()
}

/// Writes what was decided: cards, their lines, and that their predecessors are no longer current.
pub(super) async fn save<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    criteria: &Criteria,
    cards: &[Decided],
    now: DateTime<Utc>,
) -> Result<PartDone, PartError> {
    let new = cards.iter().filter_map(|card| match card {
        Decided::Write(card) => Some(&**card),
        Decided::Unchanged => None,
    });
    let mut replaced = Vec::new();
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    for card in new {
        let id = ScorecardId::generate();
        replaced.extend(card.previous.as_ref().map(|previous| previous.id));
        lines.extend(line_rows(id, &card.scored, criteria.set.document().print_scale)?);
        rows.push(card_row(id, scope, criteria, card, now));
    }
    let written = rows.len();
    if !replaced.is_empty() {
        scorecard::Entity::update_many()
            .col_expr(scorecard::Column::Current, Expr::value(false))
            .filter(scorecard::Column::Id.is_in(replaced))
            .exec(connection)
            .await?;
    }
    insert(connection, rows).await?;
    insert(connection, lines).await?;
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    Ok(PartDone { written: count(written), unchanged: count(cards.len() - written) })
}

/// Inserts `models` in statements that no database refuses for their size.
pub(super) async fn insert<C, M>(connection: &C, models: Vec<M>) -> Result<(), DbErr>
where
    C: ConnectionTrait,
    M: sea_orm::ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    <M::Entity as EntityTrait>::ActiveModel: sea_orm::ActiveModelTrait<Entity = M::Entity> + Send,
{
    use sea_orm::ActiveModelTrait as _;

    let columns = <M::Entity as EntityTrait>::Column::iter().count();
    let mut rows = models.into_iter().map(|model| model.into_active_model().reset_all()).peekable();
    while rows.peek().is_some() {
        let chunk: Vec<_> = rows.by_ref().take(rows_per_insert(columns)).collect();
        M::Entity::insert_many(chunk).exec_without_returning(connection).await?;
    }
    Ok(())
}

fn card_row(
    id: ScorecardId,
    scope: &Scope,
    criteria: &Criteria,
    card: &NewCard,
    now: DateTime<Utc>,
) -> scorecard::Model {
    let NewCard { agency, facts, content_hash, scored, previous } = card;
    let scale = criteria.set.document().print_scale;
    let exact = |number: &Option<Exact>| number.as_ref().map(Exact::to_string);
    let print = |number: &Option<Exact>| number.as_ref().map(|number| number.print(scale));
    let count = |lines: usize| i32::try_from(lines).unwrap_or(i32::MAX);
    let illustrative =
        scored.lines.iter().filter(|line| line.leaf.as_ref().is_some_and(scoring::Leaf::is_illustrative));
    scorecard::Model {
        id,
        agency_id: *agency,
        period_id: scope.period.id,
        block_id: scope.block.id,
        criteria_set_id: criteria.set_row.id,
        build_id: scope.build.id,
        revision: previous.as_ref().map_or(1, |previous| previous.revision + 1),
        replaces_id: previous.as_ref().map(|previous| previous.id),
        revision_reason: previous.as_ref().map(|_| scope.build.reason.clone()),
        current: true,
        state: scored.state,
        content_hash: content_hash.clone(),
        engine_version: ENGINE_VERSION.to_owned(),
        set_fingerprint: criteria.set.fingerprint().to_owned(),
        facts: canonical_json(facts),
        points: exact(&scored.points),
        effective_max: scored.effective_max.to_string(),
        bonus: exact(&scored.bonus),
        deduction: exact(&scored.deduction),
        total: exact(&scored.total),
        index_percent: exact(&scored.index_percent),
        points_print: print(&scored.points),
        effective_max_print: scored.effective_max.print(scale),
        bonus_print: print(&scored.bonus),
        deduction_print: print(&scored.deduction),
        total_print: print(&scored.total),
        index_print: print(&scored.index_percent),
        index_sort: scored.index_percent.as_ref().and_then(|index| index.sort_key(SORT_DIGITS)),
        grade_code: scored.grade.as_ref().map(|grade| grade.code.clone()),
        grade_vi: scored.grade.as_ref().map(|grade| grade.name_vi.clone()),
        grade_en: scored.grade.as_ref().map(|grade| grade.name_en.clone()),
        missing_count: count(scored.leaves_in(LineState::Missing).count()),
        pending_count: count(scored.leaves_in(LineState::PendingAppraisal).count()),
        illustrative_count: count(illustrative.count()),
        compiled_at: now,
    }
}

fn line_rows(
    card: ScorecardId,
    scored: &Scorecard,
    scale: u32,
) -> Result<Vec<scorecard_line::Model>, PartError> {
    let row = |(position, line): (i32, &Line)| {
        let unwritable = |error| PartError::GiveUp(format!("line {}: {error}", line.code));
        let leaf = line.leaf.as_ref();
        let inputs = leaf.map(|leaf| serde_json::to_string(&leaf.inputs)).transpose().map_err(unwritable)?;
        let reason = leaf.map(|leaf| serde_json::to_string(&leaf.reason(&line.max_points)));
        Ok(scorecard_line::Model {
            scorecard_id: card,
            position,
            code: line.code.clone(),
            parent_code: line.parent.clone(),
            level: line.level,
            name_vi: line.name_vi.clone(),
            name_en: line.name_en.clone(),
            state: leaf.map(|leaf| leaf.state),
            points: line.points.as_ref().map(Exact::to_string),
            max_points: line.max_points.to_string(),
            effective_max: line.effective_max.to_string(),
            index_percent: line.index_percent.as_ref().map(Exact::to_string),
            points_print: line.points.as_ref().map(|points| points.print(scale)),
            max_print: line.max_points.print(scale),
            effective_max_print: line.effective_max.print(scale),
            index_print: line.index_percent.as_ref().map(|index| index.print(scale)),
            rule_kind: leaf.map(|leaf| leaf.rule),
            inputs,
            reason: reason.transpose().map_err(unwritable)?,
        })
    };
    (0..).zip(&scored.lines).map(row).collect()
}
