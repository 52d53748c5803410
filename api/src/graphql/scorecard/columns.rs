//! The columns that the fields of scorecards and their lines need, and how each is read. A column that nobody
//! asked for is not read.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    AgencyId, BlockId, BuildId, Codes, ScorecardId, agency, block, criteria_set, period, ranking_entry,
    scorecard, scorecard_line,
};
use scoring::{AgencyKind, CardState, Level, LineState, RuleKind, Source};
use sea_orm::{ColumnTrait, EntityTrait, Select};

use super::picked::{Picked, Read};
use super::wanted::Wanted;

/// A card as it is read. What was not asked for is `None`.
#[derive(Default)]
pub(super) struct CardRow {
    pub(super) id: Option<ScorecardId>,
    pub(super) state: Option<CardState>,
    pub(super) period: Option<String>,
    pub(super) agency_id: Option<AgencyId>,
    pub(super) agency_code: Option<String>,
    pub(super) agency_name_vi: Option<String>,
    pub(super) agency_name_en: Option<String>,
    pub(super) agency_kind: Option<AgencyKind>,
    pub(super) agency_valid_from: Option<NaiveDate>,
    pub(super) agency_valid_to: Option<NaiveDate>,
    pub(super) agency_tags: Option<Codes>,
    pub(super) agency_source: Option<Source>,
    pub(super) block_id: Option<BlockId>,
    pub(super) block_code: Option<String>,
    pub(super) block_name_vi: Option<String>,
    pub(super) block_name_en: Option<String>,
    pub(super) set_code: Option<String>,
    pub(super) set_version: Option<i32>,
    pub(super) build_id: Option<BuildId>,
    pub(super) revision: Option<i32>,
    pub(super) replaces_id: Option<ScorecardId>,
    pub(super) revision_reason: Option<String>,
    pub(super) current: Option<bool>,
    pub(super) content_hash: Option<String>,
    pub(super) engine_version: Option<String>,
    pub(super) set_fingerprint: Option<String>,
    pub(super) facts: Option<String>,
    pub(super) points: Option<String>,
    pub(super) effective_max: Option<String>,
    pub(super) total: Option<String>,
    pub(super) index_percent: Option<String>,
    pub(super) points_print: Option<String>,
    pub(super) effective_max_print: Option<String>,
    pub(super) bonus_print: Option<String>,
    pub(super) deduction_print: Option<String>,
    pub(super) total_print: Option<String>,
    pub(super) index_print: Option<String>,
    pub(super) grade_code: Option<String>,
    pub(super) grade_vi: Option<String>,
    pub(super) grade_en: Option<String>,
    pub(super) rank: Option<i32>,
    pub(super) missing_count: Option<i32>,
    pub(super) pending_count: Option<i32>,
    pub(super) illustrative_count: Option<i32>,
    pub(super) compiled_at: Option<DateTime<Utc>>,
}

/// A line as it is read. What was not asked for is `None`.
#[derive(Default)]
pub(super) struct LineRow {
    pub(super) scorecard_id: Option<ScorecardId>,
    pub(super) level: Option<Level>,
    pub(super) code: Option<String>,
    pub(super) parent_code: Option<String>,
    pub(super) name_vi: Option<String>,
    pub(super) name_en: Option<String>,
    pub(super) state: Option<LineState>,
    pub(super) points: Option<String>,
    pub(super) max_points: Option<String>,
    pub(super) effective_max: Option<String>,
    pub(super) index_percent: Option<String>,
    pub(super) points_print: Option<String>,
    pub(super) max_print: Option<String>,
    pub(super) effective_max_print: Option<String>,
    pub(super) index_print: Option<String>,
    pub(super) rule_kind: Option<RuleKind>,
    pub(super) inputs: Option<String>,
    pub(super) reason: Option<String>,
}

impl From<scorecard_line::Model> for LineRow {
    fn from(line: scorecard_line::Model) -> Self {
        Self {
            scorecard_id: Some(line.scorecard_id),
            level: Some(line.level),
            code: Some(line.code),
            parent_code: line.parent_code,
            name_vi: Some(line.name_vi),
            name_en: Some(line.name_en),
            state: line.state,
            points: line.points,
            max_points: Some(line.max_points),
            effective_max: Some(line.effective_max),
            index_percent: line.index_percent,
            points_print: line.points_print,
            max_print: Some(line.max_print),
            effective_max_print: Some(line.effective_max_print),
            index_print: line.index_print,
            rule_kind: line.rule_kind,
            inputs: line.inputs,
            reason: line.reason,
        }
    }
}

/// The cards with the columns that are wanted.
pub(super) fn of_cards(
    cards: Select<scorecard::Entity>,
    wanted: &Wanted,
) -> Picked<scorecard::Entity, CardRow> {
    let cards = Picked::of(cards)
        // What has no empty value is always read.
        .and(scorecard::Column::Id, |card: &mut CardRow, cell| cell.value(&mut card.id))
        .and(scorecard::Column::State, |card, cell| cell.code(&mut card.state))
        .and(agency::Column::Kind, |card, cell| cell.code(&mut card.agency_kind))
        .and(agency::Column::Source, |card, cell| cell.code(&mut card.agency_source));
    let agency = wanted.below("agency");
    let cards = pick(cards, Some(wanted), &CARD);
    let cards = pick(cards, Some(wanted), &PERIOD);
    let cards = pick(cards, Some(wanted), &PLACE);
    let cards = pick(cards, Some(wanted), &SET);
    let cards = pick(cards, agency, &AGENCY);
    pick(cards, agency.and_then(|agency| agency.below("block")), &BLOCK)
}

/// The lines with the columns that are wanted.
pub(super) fn of_lines(
    lines: Select<scorecard_line::Entity>,
    wanted: &Wanted,
) -> Picked<scorecard_line::Entity, LineRow> {
    let lines = Picked::of(lines)
        .and(scorecard_line::Column::ScorecardId, |line: &mut LineRow, cell| {
            cell.value(&mut line.scorecard_id)
        })
        .and(scorecard_line::Column::Level, |line, cell| cell.code(&mut line.level));
    let needed = LINE.iter().filter(|(field, ..)| {
        wanted.of_line(field) || (wanted.has_sentences() && OF_SENTENCES.contains(field))
    });
    needed.fold(lines, |lines, (_, column, read)| lines.and(*column, *read))
}

fn pick<E: EntityTrait, R: Default, C: ColumnTrait>(
    rows: Picked<E, R>,
    wanted: Option<&Wanted>,
    columns: &[Needed<C, R>],
) -> Picked<E, R> {
    let needed = columns.iter().filter(|(field, ..)| wanted.is_some_and(|wanted| wanted.has(field)));
    needed.fold(rows, |rows, (_, column, read)| rows.and(*column, *read))
}

/// A GraphQL field, a column that it needs, and how that is read.
type Needed<C, R> = (&'static str, C, Read<R>);

const CARD: [Needed<scorecard::Column, CardRow>; 27] = {
    use scorecard::Column as Card;
    [
        ("revision", Card::Revision, |card, cell| cell.value(&mut card.revision)),
        ("replaces", Card::ReplacesId, |card, cell| cell.value(&mut card.replaces_id)),
        ("revisionReason", Card::RevisionReason, |card, cell| cell.text(&mut card.revision_reason)),
        ("current", Card::Current, |card, cell| cell.value(&mut card.current)),
        ("points", Card::PointsPrint, |card, cell| cell.text(&mut card.points_print)),
        ("pointsExact", Card::Points, |card, cell| cell.text(&mut card.points)),
        ("effectiveMax", Card::EffectiveMaxPrint, |card, cell| cell.text(&mut card.effective_max_print)),
        ("effectiveMaxExact", Card::EffectiveMax, |card, cell| cell.text(&mut card.effective_max)),
        ("bonus", Card::BonusPrint, |card, cell| cell.text(&mut card.bonus_print)),
        ("deduction", Card::DeductionPrint, |card, cell| cell.text(&mut card.deduction_print)),
        ("total", Card::TotalPrint, |card, cell| cell.text(&mut card.total_print)),
        ("totalExact", Card::Total, |card, cell| cell.text(&mut card.total)),
        ("indexPercent", Card::IndexPrint, |card, cell| cell.text(&mut card.index_print)),
        ("indexPercentExact", Card::IndexPercent, |card, cell| cell.text(&mut card.index_percent)),
        ("grade", Card::GradeCode, |card, cell| cell.text(&mut card.grade_code)),
        ("grade", Card::GradeVi, |card, cell| cell.text(&mut card.grade_vi)),
        ("grade", Card::GradeEn, |card, cell| cell.text(&mut card.grade_en)),
        ("missingCount", Card::MissingCount, |card, cell| cell.value(&mut card.missing_count)),
        ("pendingCount", Card::PendingCount, |card, cell| cell.value(&mut card.pending_count)),
        ("illustrativeCount", Card::IllustrativeCount, |card, cell| cell.value(&mut card.illustrative_count)),
        ("contentHash", Card::ContentHash, |card, cell| cell.text(&mut card.content_hash)),
        ("engineVersion", Card::EngineVersion, |card, cell| cell.text(&mut card.engine_version)),
        ("setFingerprint", Card::SetFingerprint, |card, cell| cell.text(&mut card.set_fingerprint)),
        ("facts", Card::Facts, |card, cell| cell.text(&mut card.facts)),
        ("compiledAt", Card::CompiledAt, |card, cell| cell.value(&mut card.compiled_at)),
        ("build", Card::BuildId, |card, cell| cell.value(&mut card.build_id)),
        ("agency", Card::AgencyId, |card, cell| cell.value(&mut card.agency_id)),
    ]
};

const PERIOD: [Needed<period::Column, CardRow>; 1] =
    [("period", period::Column::Code, |card, cell| cell.text(&mut card.period))];

const PLACE: [Needed<ranking_entry::Column, CardRow>; 1] =
    [("rank", ranking_entry::Column::Rank, |card, cell| cell.value(&mut card.rank))];

const SET: [Needed<criteria_set::Column, CardRow>; 2] = [
    ("criteriaSet", criteria_set::Column::Code, |card, cell| cell.text(&mut card.set_code)),
    ("criteriaSet", criteria_set::Column::Version, |card, cell| cell.value(&mut card.set_version)),
];

const AGENCY: [Needed<agency::Column, CardRow>; 6] = {
    use agency::Column as Agency;
    [
        ("code", Agency::Code, |card, cell| cell.text(&mut card.agency_code)),
        ("nameVi", Agency::NameVi, |card, cell| cell.text(&mut card.agency_name_vi)),
        ("nameEn", Agency::NameEn, |card, cell| cell.text(&mut card.agency_name_en)),
        ("validFrom", Agency::ValidFrom, |card, cell| cell.value(&mut card.agency_valid_from)),
        ("validTo", Agency::ValidTo, |card, cell| cell.value(&mut card.agency_valid_to)),
        ("tags", Agency::Tags, |card, cell| cell.value(&mut card.agency_tags)),
    ]
};

const BLOCK: [Needed<block::Column, CardRow>; 4] = [
    ("id", block::Column::Id, |card, cell| cell.value(&mut card.block_id)),
    ("code", block::Column::Code, |card, cell| cell.text(&mut card.block_code)),
    ("nameVi", block::Column::NameVi, |card, cell| cell.text(&mut card.block_name_vi)),
    ("nameEn", block::Column::NameEn, |card, cell| cell.text(&mut card.block_name_en)),
];

/// The fields of a line from whose columns its sentences are made.
const OF_SENTENCES: [&str; 3] = ["points", "inputs", "reason"];

const LINE: [Needed<scorecard_line::Column, LineRow>; 18] = {
    use scorecard_line::Column as Line;
    [
        ("code", Line::Code, |line, cell| cell.text(&mut line.code)),
        ("parentCode", Line::ParentCode, |line, cell| cell.text(&mut line.parent_code)),
        ("nameVi", Line::NameVi, |line, cell| cell.text(&mut line.name_vi)),
        ("nameEn", Line::NameEn, |line, cell| cell.text(&mut line.name_en)),
        ("state", Line::State, |line, cell| cell.code(&mut line.state)),
        ("points", Line::PointsPrint, |line, cell| cell.text(&mut line.points_print)),
        ("pointsExact", Line::Points, |line, cell| cell.text(&mut line.points)),
        ("maxPoints", Line::MaxPrint, |line, cell| cell.text(&mut line.max_print)),
        ("maxPointsExact", Line::MaxPoints, |line, cell| cell.text(&mut line.max_points)),
        ("effectiveMax", Line::EffectiveMaxPrint, |line, cell| cell.text(&mut line.effective_max_print)),
        ("effectiveMaxExact", Line::EffectiveMax, |line, cell| cell.text(&mut line.effective_max)),
        ("indexPercent", Line::IndexPrint, |line, cell| cell.text(&mut line.index_print)),
        ("indexPercentExact", Line::IndexPercent, |line, cell| cell.text(&mut line.index_percent)),
        ("rule", Line::RuleKind, |line, cell| cell.code(&mut line.rule_kind)),
        ("inputs", Line::Inputs, |line, cell| cell.text(&mut line.inputs)),
        ("reason", Line::Reason, |line, cell| cell.text(&mut line.reason)),
        // The type of a reason follows from these.
        ("reason", Line::State, |line, cell| cell.code(&mut line.state)),
        ("reason", Line::RuleKind, |line, cell| cell.code(&mut line.rule_kind)),
    ]
};
