//! What of a scored card is stored, column by column: written by a build, compared by a verification.

use entity::{ScorecardId, scorecard, scorecard_line};
use scoring::{Exact, Leaf, Line, LineState, Scorecard};
use sea_orm::ActiveValue::Set;

/// Decimal digits of the index that the database orders by.
const SORT_DIGITS: u32 = 12;

/// The columns of a card that follow from its scoring; the others are not set.
pub(crate) fn results(scored: &Scorecard, scale: u32) -> scorecard::ActiveModel {
    let exact = |number: &Option<Exact>| Set(number.as_ref().map(Exact::to_string));
    let print = |number: &Option<Exact>| Set(number.as_ref().map(|number| number.print(scale)));
    let count = |lines: usize| Set(i32::try_from(lines).unwrap_or(i32::MAX));
    let grade = scored.grade.as_ref();
    let illustrative =
        scored.lines.iter().filter(|line| line.leaf.as_ref().is_some_and(Leaf::is_illustrative));
    scorecard::ActiveModel {
        state: Set(scored.state),
        points: exact(&scored.points),
        effective_max: Set(scored.effective_max.to_string()),
        bonus: exact(&scored.bonus),
        deduction: exact(&scored.deduction),
        total: exact(&scored.total),
        index_percent: exact(&scored.index_percent),
        points_print: print(&scored.points),
        effective_max_print: Set(scored.effective_max.print(scale)),
        bonus_print: print(&scored.bonus),
        deduction_print: print(&scored.deduction),
        total_print: print(&scored.total),
        index_print: print(&scored.index_percent),
        index_sort: Set(scored.index_percent.as_ref().and_then(|index| index.sort_key(SORT_DIGITS))),
        grade_code: Set(grade.map(|grade| grade.code.clone())),
        grade_vi: Set(grade.map(|grade| grade.name_vi.clone())),
        grade_en: Set(grade.map(|grade| grade.name_en.clone())),
        missing_count: count(scored.leaves_in(LineState::Missing).count()),
        pending_count: count(scored.leaves_in(LineState::PendingAppraisal).count()),
        illustrative_count: count(illustrative.count()),
        ..Default::default()
    }
}

/// The lines of a card.
///
/// # Errors
/// Names the line that could not be written as JSON.
pub(crate) fn lines(
    card: ScorecardId,
    scored: &Scorecard,
    scale: u32,
) -> Result<Vec<scorecard_line::Model>, String> {
    let row = |(position, line): (i32, &Line)| {
        let unwritable = |error| format!("line {}: {error}", line.code);
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
