//! Loading scorecards: one query for the cards with agency, block and rank, one for all their lines if any
//! are wanted, one for the measures' names if inputs are. Columns that nobody asked for are not read.

use std::collections::HashMap;

use async_graphql::{ID, Lookahead};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    AgencyId, BlockId, BuildId, Codes, ScorecardId, agency, block, criteria_set, measure, period, ranking,
    ranking_entry, scorecard, scorecard_line,
};
use scoring::{AgencyKind, CardState, Input, Level, LineState, Reason, RuleKind, Source};
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, RelationTrait, Select,
};

use super::line::{LineInput, ScorecardLine};
use super::{Grade, Scorecard};
use crate::graphql::id::NodeId;
use crate::graphql::problem::Problem;
use crate::graphql::registry::{Agency, Block};

/// What a query wants of its cards, beside their plain columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pillars: bool,
    lines: bool,
    inputs: bool,
    reasons: bool,
    facts: bool,
}

impl Wanted {
    /// Everything.
    pub(super) fn everything() -> Self {
        Self { pillars: true, lines: true, inputs: true, reasons: true, facts: true }
    }

    /// What is selected of a card.
    pub(super) fn of(card: &Lookahead<'_>) -> Self {
        let (pillars, lines) = (card.field("pillars"), card.field("lines"));
        Self {
            pillars: pillars.exists(),
            lines: lines.exists(),
            inputs: lines.field("inputs").exists() || pillars.field("inputs").exists(),
            reasons: lines.field("reason").exists() || pillars.field("reason").exists(),
            facts: card.field("facts").exists(),
        }
    }

    /// What is selected of the cards on a page; `path` leads from a node to its card.
    pub(super) fn of_page(page: &Lookahead<'_>, path: &[&str]) -> Self {
        let card = |node: Lookahead<'_>| {
            let card = path.iter().fold(node, |at, field| at.field(field));
            Self::of(&card)
        };
        let (nodes, edges) = (card(page.field("nodes")), card(page.field("edges").field("node")));
        Self {
            pillars: nodes.pillars || edges.pillars,
            lines: nodes.lines || edges.lines,
            inputs: nodes.inputs || edges.inputs,
            reasons: nodes.reasons || edges.reasons,
            facts: nodes.facts || edges.facts,
        }
    }
}

/// Scorecards joined with what is read of them, to be narrowed and ordered.
pub(super) fn cards() -> Select<scorecard::Entity> {
    let mut cards = scorecard::Entity::find()
        .join(JoinType::InnerJoin, scorecard::Relation::Agency.def())
        .join(JoinType::InnerJoin, scorecard::Relation::Block.def())
        .join(JoinType::InnerJoin, scorecard::Relation::Period.def())
        .join(JoinType::InnerJoin, scorecard::Relation::CriteriaSet.def());
    let same = |a: scorecard::Column, b: ranking::Column| {
        Expr::col((scorecard::Entity, a)).equals((ranking::Entity, b))
    };
    let current_ranking = Condition::all()
        .add(same(scorecard::Column::PeriodId, ranking::Column::PeriodId))
        .add(same(scorecard::Column::BlockId, ranking::Column::BlockId))
        .add(Expr::col((ranking::Entity, ranking::Column::Current)));
    let placed = Condition::all()
        .add(
            Expr::col((ranking_entry::Entity, ranking_entry::Column::RankingId))
                .equals((ranking::Entity, ranking::Column::Id)),
        )
        .add(
            Expr::col((ranking_entry::Entity, ranking_entry::Column::ScorecardId))
                .equals((scorecard::Entity, scorecard::Column::Id)),
        );
    QueryTrait::query(&mut cards)
        .left_join(ranking::Entity, current_ranking)
        .left_join(ranking_entry::Entity, placed);
    cards
}

#[derive(FromQueryResult)]
struct CardRow {
    id: ScorecardId,
    period_code: String,
    agency_id: AgencyId,
    agency_code: String,
    agency_name_vi: String,
    agency_name_en: String,
    agency_kind: AgencyKind,
    agency_valid_from: NaiveDate,
    agency_valid_to: Option<NaiveDate>,
    agency_tags: Codes,
    agency_source: Source,
    block_id: BlockId,
    block_code: String,
    block_name_vi: String,
    block_name_en: String,
    set_code: String,
    set_version: i32,
    build_id: BuildId,
    revision: i32,
    replaces_id: Option<ScorecardId>,
    revision_reason: Option<String>,
    current: bool,
    state: CardState,
    content_hash: String,
    engine_version: String,
    set_fingerprint: String,
    facts: Option<String>,
    points: Option<String>,
    effective_max: String,
    total: Option<String>,
    index_percent: Option<String>,
    points_print: Option<String>,
    effective_max_print: String,
    bonus_print: Option<String>,
    deduction_print: Option<String>,
    total_print: Option<String>,
    index_print: Option<String>,
    grade_code: Option<String>,
    grade_vi: Option<String>,
    grade_en: Option<String>,
    rank: Option<i32>,
    missing_count: i32,
    pending_count: i32,
    illustrative_count: i32,
    compiled_at: DateTime<Utc>,
}

/// Loads the cards of [`cards`], narrowed and ordered, with what is wanted of them.
pub(super) async fn load(
    database: &DatabaseConnection,
    cards: Select<scorecard::Entity>,
    wanted: Wanted,
) -> Result<Vec<Scorecard>, Problem> {
    let rows = selected(cards, wanted).into_model::<CardRow>().all(database).await?;
    let mut lines = match wanted.lines || wanted.pillars {
        true => load_lines(database, rows.iter().map(|row| row.id), wanted).await?,
        false => HashMap::new(),
    };
    Ok(rows
        .into_iter()
        .map(|row| {
            let lines = lines.remove(&row.id).unwrap_or_default();
            row.into_card(lines, wanted)
        })
        .collect())
}

fn selected(cards: Select<scorecard::Entity>, wanted: Wanted) -> Select<scorecard::Entity> {
    use scorecard::Column as Card;
    let cards = cards.select_only().columns([
        Card::Id,
        Card::AgencyId,
        Card::BlockId,
        Card::BuildId,
        Card::Revision,
        Card::ReplacesId,
        Card::RevisionReason,
        Card::Current,
        Card::State,
        Card::ContentHash,
        Card::EngineVersion,
        Card::SetFingerprint,
        Card::Points,
        Card::EffectiveMax,
        Card::Total,
        Card::IndexPercent,
        Card::PointsPrint,
        Card::EffectiveMaxPrint,
        Card::BonusPrint,
        Card::DeductionPrint,
        Card::TotalPrint,
        Card::IndexPrint,
        Card::GradeCode,
        Card::GradeVi,
        Card::GradeEn,
        Card::MissingCount,
        Card::PendingCount,
        Card::IllustrativeCount,
        Card::CompiledAt,
    ]);
    let cards = cards
        .column_as(period::Column::Code, "period_code")
        .column_as(agency::Column::Code, "agency_code")
        .column_as(agency::Column::NameVi, "agency_name_vi")
        .column_as(agency::Column::NameEn, "agency_name_en")
        .column_as(agency::Column::Kind, "agency_kind")
        .column_as(agency::Column::ValidFrom, "agency_valid_from")
        .column_as(agency::Column::ValidTo, "agency_valid_to")
        .column_as(agency::Column::Tags, "agency_tags")
        .column_as(agency::Column::Source, "agency_source")
        .column_as(block::Column::Code, "block_code")
        .column_as(block::Column::NameVi, "block_name_vi")
        .column_as(block::Column::NameEn, "block_name_en")
        .column_as(criteria_set::Column::Code, "set_code")
        .column_as(criteria_set::Column::Version, "set_version")
        .column_as(ranking_entry::Column::Rank, "rank");
    optional(cards, scorecard::Column::Facts, "facts", wanted.facts)
}

/// The column if it is wanted, else nothing in its place.
fn optional<E: EntityTrait, C: ColumnTrait>(
    select: Select<E>,
    column: C,
    alias: &'static str,
    wanted: bool,
) -> Select<E> {
    if wanted { select.column_as(column, alias) } else { select }
}

impl CardRow {
    fn into_card(self, lines: Vec<ScorecardLine>, wanted: Wanted) -> Scorecard {
        let pillars = match wanted.pillars {
            true => lines.iter().filter(|line| line.level == Level::Pillar.into()).cloned().collect(),
            false => Vec::new(),
        };
        let grade = self.grade_code.zip(self.grade_vi).zip(self.grade_en);
        let block = Block {
            id: NodeId::Block(self.block_id).into(),
            code: self.block_code,
            name_vi: self.block_name_vi,
            name_en: self.block_name_en,
        };
        let agency = Agency {
            id: NodeId::Agency(self.agency_id).into(),
            code: self.agency_code,
            name_vi: self.agency_name_vi,
            name_en: self.agency_name_en,
            kind: self.agency_kind.into(),
            block,
            valid_from: self.agency_valid_from,
            valid_to: self.agency_valid_to,
            tags: self.agency_tags.0,
            source: self.agency_source.into(),
        };
        Scorecard {
            id: NodeId::Scorecard(self.id).into(),
            period: self.period_code,
            agency,
            criteria_set: format!("{} v{}", self.set_code, self.set_version),
            revision: self.revision,
            replaces: self.replaces_id.map(|id| ID::from(NodeId::Scorecard(id))),
            revision_reason: self.revision_reason,
            current: self.current,
            state: self.state.into(),
            points: self.points_print,
            points_exact: self.points,
            effective_max: self.effective_max_print,
            effective_max_exact: self.effective_max,
            bonus: self.bonus_print,
            deduction: self.deduction_print,
            total: self.total_print,
            total_exact: self.total,
            index_percent: self.index_print,
            index_percent_exact: self.index_percent,
            grade: grade.map(|((code, name_vi), name_en)| Grade { code, name_vi, name_en }),
            rank: self.rank,
            missing_count: self.missing_count,
            pending_count: self.pending_count,
            illustrative_count: self.illustrative_count,
            content_hash: self.content_hash,
            engine_version: self.engine_version,
            set_fingerprint: self.set_fingerprint,
            facts: self.facts.unwrap_or_default(),
            compiled_at: self.compiled_at,
            build: NodeId::Build(self.build_id).into(),
            pillars,
            lines: if wanted.lines { lines } else { Vec::new() },
        }
    }
}

#[derive(FromQueryResult)]
struct LineRow {
    scorecard_id: ScorecardId,
    code: String,
    parent_code: Option<String>,
    level: Level,
    name_vi: String,
    name_en: String,
    state: Option<LineState>,
    points: Option<String>,
    max_points: String,
    effective_max: String,
    index_percent: Option<String>,
    points_print: Option<String>,
    max_print: String,
    effective_max_print: String,
    index_print: Option<String>,
    rule_kind: Option<RuleKind>,
    inputs: Option<String>,
    reason: Option<String>,
}

async fn load_lines(
    database: &DatabaseConnection,
    cards: impl Iterator<Item = ScorecardId>,
    wanted: Wanted,
) -> Result<HashMap<ScorecardId, Vec<ScorecardLine>>, Problem> {
    use scorecard_line::Column as Line;
    let mut lines = scorecard_line::Entity::find()
        .filter(Line::ScorecardId.is_in(cards))
        .order_by_asc(Line::ScorecardId)
        .order_by_asc(Line::Position)
        .select_only()
        .columns([
            Line::ScorecardId,
            Line::Code,
            Line::ParentCode,
            Line::Level,
            Line::NameVi,
            Line::NameEn,
            Line::State,
            Line::Points,
            Line::MaxPoints,
            Line::EffectiveMax,
            Line::IndexPercent,
            Line::PointsPrint,
            Line::MaxPrint,
            Line::EffectiveMaxPrint,
            Line::IndexPrint,
            Line::RuleKind,
        ]);
    if !wanted.lines {
        lines = lines.filter(Line::Level.eq(Level::Pillar));
    }
    lines = optional(lines, Line::Inputs, "inputs", wanted.inputs);
    lines = optional(lines, Line::Reason, "reason", wanted.reasons);
    let rows = lines.into_model::<LineRow>().all(database).await?;
    let measures = match wanted.inputs {
        true => names_of_measures(database).await?,
        false => HashMap::new(),
    };
    let mut by_card: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        by_card.entry(row.scorecard_id).or_default().push(row.into_line(&measures)?);
    }
    Ok(by_card)
}

type Names = HashMap<String, (String, String)>;

async fn names_of_measures(database: &DatabaseConnection) -> Result<Names, Problem> {
    let measures = measure::in_order().all(database).await?;
    Ok(measures.into_iter().map(|row| (row.code, (row.name_vi, row.name_en))).collect())
}

impl LineRow {
    fn into_line(self, measures: &Names) -> Result<ScorecardLine, Problem> {
        let inputs: Vec<Input> = match &self.inputs {
            Some(text) => serde_json::from_str(text).map_err(|error| Problem::internal(&error))?,
            None => Vec::new(),
        };
        let reason: Option<Reason> = match &self.reason {
            Some(text) => Some(serde_json::from_str(text).map_err(|error| Problem::internal(&error))?),
            None => None,
        };
        Ok(ScorecardLine {
            code: self.code,
            parent_code: self.parent_code,
            level: self.level.into(),
            name_vi: self.name_vi,
            name_en: self.name_en,
            state: self.state.map(Into::into),
            points: self.points_print,
            points_exact: self.points,
            max_points: self.max_print,
            max_points_exact: self.max_points,
            effective_max: self.effective_max_print,
            effective_max_exact: self.effective_max,
            index_percent: self.index_print,
            index_percent_exact: self.index_percent,
            rule: self.rule_kind.map(Into::into),
            inputs: inputs.into_iter().map(|input| named(input, measures)).collect(),
            reason: reason.map(Into::into),
        })
    }
}

fn named(input: Input, measures: &Names) -> LineInput {
    let (name_vi, name_en) = measures.get(&input.measure).cloned().unwrap_or_default();
    LineInput {
        name_vi,
        name_en,
        measure: input.measure,
        value: input.value.map(|value| value.to_string()),
        source: input.source.map(Into::into),
        as_of: input.as_of,
    }
}
