//! What a query wants of its scorecards: the fields it selects, and so the columns to read. A column that
//! nobody asked for is not read.

use std::collections::BTreeSet;

use async_graphql::{Lookahead, SelectionField};
use entity::{agency, block, criteria_set, period, ranking_entry, scorecard, scorecard_line};
use sea_orm::{ColumnTrait, EntityTrait, QuerySelect, Select};

/// The selected fields as dotted paths from the card (`agency.block.code`); or simply everything.
#[derive(Clone, Debug)]
pub(super) struct Wanted(Option<BTreeSet<String>>);

impl Wanted {
    /// Everything.
    pub(super) fn everything() -> Self {
        Self(None)
    }

    /// What is selected of a card.
    pub(super) fn of(card: &Lookahead<'_>) -> Self {
        Self::of_fields(card.selection_fields())
    }

    /// What is selected of the cards on a page; `path` leads from a node to its card.
    pub(super) fn of_page(page: &Lookahead<'_>, path: &[&str]) -> Self {
        let nodes = [page.field("nodes"), page.field("edges").field("node")];
        let cards = nodes.map(|node| path.iter().fold(node, |at, field| at.field(field)));
        Self::of_fields(cards.iter().flat_map(Lookahead::selection_fields).collect())
    }

    /// And the field at `path`.
    pub(super) fn and(mut self, path: &str) -> Self {
        if let Some(paths) = &mut self.0 {
            paths.insert(path.to_owned());
        }
        self
    }

    fn of_fields(cards: Vec<SelectionField<'_>>) -> Self {
        let mut paths = BTreeSet::new();
        for field in cards.iter().flat_map(SelectionField::selection_set) {
            collect(&field, "", &mut paths);
        }
        Self(Some(paths))
    }

    /// Whether the field at `path` is wanted.
    pub(super) fn has(&self, path: &str) -> bool {
        self.0.as_ref().is_none_or(|paths| paths.contains(path))
    }

    /// The cards with the columns that are wanted.
    pub(super) fn of_cards(&self, cards: Select<scorecard::Entity>) -> Select<scorecard::Entity> {
        use scorecard::Column as Card;
        // What has no empty value is always read.
        let always = cards
            .select_only()
            .columns([Card::Id, Card::State])
            .column_as(agency::Column::Kind, "agency_kind")
            .column_as(agency::Column::Source, "agency_source");
        let cards = self.pick(always, "", &CARD);
        let cards = self.pick(cards, "", &[("period", "period", period::Column::Code)]);
        let cards = self.pick(cards, "", &[("rank", "rank", ranking_entry::Column::Rank)]);
        let cards = self.pick(cards, "", &SET);
        let cards = self.pick(cards, "agency.", &AGENCY);
        self.pick(cards, "agency.block.", &BLOCK)
    }

    /// The lines with the columns that are wanted.
    pub(super) fn of_lines(&self, lines: Select<scorecard_line::Entity>) -> Select<scorecard_line::Entity> {
        use scorecard_line::Column as Line;
        let always = lines.select_only().columns([Line::ScorecardId, Line::Level]);
        LINE.iter().filter(|(field, ..)| self.of_line(field)).fold(always, as_column)
    }

    /// Whether the field is wanted of any line.
    pub(super) fn of_line(&self, field: &str) -> bool {
        self.has(&format!("lines.{field}")) || self.has(&format!("pillars.{field}"))
    }

    fn pick<E: EntityTrait, C: ColumnTrait>(
        &self,
        select: Select<E>,
        path: &str,
        columns: &[Named<C>],
    ) -> Select<E> {
        columns.iter().filter(|(field, ..)| self.has(&format!("{path}{field}"))).fold(select, as_column)
    }
}

fn collect(field: &SelectionField<'_>, above: &str, paths: &mut BTreeSet<String>) {
    let path = format!("{above}{}", field.name());
    let below = format!("{path}.");
    for child in field.selection_set() {
        collect(&child, &below, paths);
    }
    paths.insert(path);
}

fn as_column<E: EntityTrait, C: ColumnTrait>(select: Select<E>, (_, name, column): &Named<C>) -> Select<E> {
    select.column_as(*column, *name)
}

/// A GraphQL field, the name under which its column is read, and the column.
type Named<C> = (&'static str, &'static str, C);

const CARD: [Named<scorecard::Column>; 27] = {
    use scorecard::Column as Card;
    [
        ("revision", "revision", Card::Revision),
        ("replaces", "replaces_id", Card::ReplacesId),
        ("revisionReason", "revision_reason", Card::RevisionReason),
        ("current", "current", Card::Current),
        ("points", "points_print", Card::PointsPrint),
        ("pointsExact", "points", Card::Points),
        ("effectiveMax", "effective_max_print", Card::EffectiveMaxPrint),
        ("effectiveMaxExact", "effective_max", Card::EffectiveMax),
        ("bonus", "bonus_print", Card::BonusPrint),
        ("deduction", "deduction_print", Card::DeductionPrint),
        ("total", "total_print", Card::TotalPrint),
        ("totalExact", "total", Card::Total),
        ("indexPercent", "index_print", Card::IndexPrint),
        ("indexPercentExact", "index_percent", Card::IndexPercent),
        ("grade", "grade_code", Card::GradeCode),
        ("grade", "grade_vi", Card::GradeVi),
        ("grade", "grade_en", Card::GradeEn),
        ("missingCount", "missing_count", Card::MissingCount),
        ("pendingCount", "pending_count", Card::PendingCount),
        ("illustrativeCount", "illustrative_count", Card::IllustrativeCount),
        ("contentHash", "content_hash", Card::ContentHash),
        ("engineVersion", "engine_version", Card::EngineVersion),
        ("setFingerprint", "set_fingerprint", Card::SetFingerprint),
        ("facts", "facts", Card::Facts),
        ("compiledAt", "compiled_at", Card::CompiledAt),
        ("build", "build_id", Card::BuildId),
        ("agency", "agency_id", Card::AgencyId),
    ]
};

const SET: [Named<criteria_set::Column>; 2] = [
    ("criteriaSet", "set_code", criteria_set::Column::Code),
    ("criteriaSet", "set_version", criteria_set::Column::Version),
];

const AGENCY: [Named<agency::Column>; 6] = {
    use agency::Column as Agency;
    [
        ("code", "agency_code", Agency::Code),
        ("nameVi", "agency_name_vi", Agency::NameVi),
        ("nameEn", "agency_name_en", Agency::NameEn),
        ("validFrom", "agency_valid_from", Agency::ValidFrom),
        ("validTo", "agency_valid_to", Agency::ValidTo),
        ("tags", "agency_tags", Agency::Tags),
    ]
};

const BLOCK: [Named<block::Column>; 4] = [
    ("id", "block_id", block::Column::Id),
    ("code", "block_code", block::Column::Code),
    ("nameVi", "block_name_vi", block::Column::NameVi),
    ("nameEn", "block_name_en", block::Column::NameEn),
];

const LINE: [Named<scorecard_line::Column>; 16] = {
    use scorecard_line::Column as Line;
    [
        ("code", "code", Line::Code),
        ("parentCode", "parent_code", Line::ParentCode),
        ("nameVi", "name_vi", Line::NameVi),
        ("nameEn", "name_en", Line::NameEn),
        ("state", "state", Line::State),
        ("points", "points_print", Line::PointsPrint),
        ("pointsExact", "points", Line::Points),
        ("maxPoints", "max_print", Line::MaxPrint),
        ("maxPointsExact", "max_points", Line::MaxPoints),
        ("effectiveMax", "effective_max_print", Line::EffectiveMaxPrint),
        ("effectiveMaxExact", "effective_max", Line::EffectiveMax),
        ("indexPercent", "index_print", Line::IndexPrint),
        ("indexPercentExact", "index_percent", Line::IndexPercent),
        ("rule", "rule_kind", Line::RuleKind),
        ("inputs", "inputs", Line::Inputs),
        ("reason", "reason", Line::Reason),
    ]
};
