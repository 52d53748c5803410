//! Writing scorecards: a new revision that points to the one it replaces.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{AgencyId, BlockId, ScorecardId, agency, scorecard};
use scoring::{ENGINE_VERSION, Facts, Scorecard, canonical_json};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, QuerySelect, QueryTrait, Select,
};

use super::{Criteria, Decided, PartDone, PartError, Scope, stored};
use crate::database::insert;

/// A card that is to be written.
pub(crate) struct NewCard {
    pub(super) agency: AgencyId,
    pub(super) facts: Facts,
    pub(super) content_hash: String,
    pub(super) scored: Scorecard,
    pub(super) previous: Option<Previous>,
}

impl NewCard {
    /// Whether it gives another index than the card that it replaces.
    fn changes_index(&self) -> bool {
        let index = self.scored.index_percent.as_ref().map(ToString::to_string);
        self.previous.as_ref().is_some_and(|previous| previous.current && previous.index_percent != index)
    }
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
    index_percent: Option<String>,
}

/// The newest revision of each of the part's agencies.
pub(super) async fn newest<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
) -> Result<HashMap<AgencyId, Previous>, DbErr> {
    use scorecard::Column as Card;
    let newest = scorecard::newest_for(scope.cohort.period.id)
        .filter(Card::AgencyId.is_in(scope.cohort.agencies.iter().map(|agency| agency.id)))
        .select_only()
        .columns([
            Card::Id,
            Card::AgencyId,
            Card::Revision,
            Card::BlockId,
            Card::Current,
            Card::ContentHash,
            Card::IndexPercent,
        ])
        .into_model::<Previous>()
        .all(connection)
        .await?;
    Ok(newest.into_iter().map(|card| (card.agency_id, card)).collect())
}

/// Withdraws the block's cards whose agency, as the registry stands now, does not exist in the period.
pub(super) async fn withdraw<C: ConnectionTrait>(connection: &C, scope: &Scope) -> Result<(), DbErr> {
    let existing = agency::valid_in(scope.cohort.period.starts_on, scope.cohort.period.ends_before);
    let mut gone = scorecard::Entity::update_many()
        .col_expr(scorecard::Column::Current, Expr::value(false))
        .filter(scorecard::is_current())
        .filter(scorecard::Column::PeriodId.eq(scope.cohort.period.id))
        .filter(scorecard::Column::BlockId.eq(scope.cohort.block.id))
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
    let mut indexes_changed = 0;
    for card in new {
        let id = ScorecardId::generate();
        indexes_changed += usize::from(card.changes_index());
        replaced.extend(card.previous.as_ref().map(|previous| previous.id));
        let new = stored::lines(id, &card.scored, criteria.set.document().print_scale);
        lines.extend(
            new.map_err(PartError::GiveUp)?.into_iter().map(|line| line.into_active_model().reset_all()),
        );
        rows.push(row(id, scope, criteria, card, now));
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
    Ok(PartDone {
        written: count(written),
        unchanged: count(cards.len() - written),
        indexes_changed: count(indexes_changed),
    })
}

fn row(
    id: ScorecardId,
    scope: &Scope,
    criteria: &Criteria,
    card: &NewCard,
    now: DateTime<Utc>,
) -> scorecard::ActiveModel {
    let NewCard { agency, facts, content_hash, scored, previous } = card;
    let previous = previous.as_ref();
    scorecard::ActiveModel {
        id: Set(id),
        agency_id: Set(*agency),
        period_id: Set(scope.cohort.period.id),
        block_id: Set(scope.cohort.block.id),
        criteria_set_id: Set(criteria.set_row.id),
        build_id: Set(scope.build.id),
        revision: Set(previous.map_or(1, |previous| previous.revision + 1)),
        replaces_id: Set(previous.map(|previous| previous.id)),
        revision_reason: Set(previous.map(|_| scope.build.reason.clone())),
        current: Set(true),
        content_hash: Set(content_hash.clone()),
        engine_version: Set(ENGINE_VERSION.to_owned()),
        set_fingerprint: Set(criteria.set.fingerprint().to_owned()),
        facts: Set(canonical_json(facts)),
        compiled_at: Set(now),
        ..stored::results(scored, criteria.set.document().print_scale)
    }
}
