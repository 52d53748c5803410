//! One table a rule kind: rows below, at and above each boundary, what an input that is absent or cannot be
//! right does, and every policy for a denominator of zero. Points, band and formula are compared exactly.

mod granted;
mod measured;
mod ratio;
mod sums;

use scoring::{Because, Criterion, Facts, Line, LineState, RuleKind, Step};

use super::given::{card, exact, facts, leaf, line, set_of};

/// `(facts, points, band or "", formula)`.
type ScoredRow<'a> = (&'a str, &'a str, &'a str, &'a str);

/// The line of the leaf 1.1 that is worth `max` points under `rule`.
fn line_of(kind: RuleKind, max: &str, rule: &str, facts: &Facts) -> Line {
    let leaf: Criterion = leaf("1.1", max, rule);
    let line = line(&card(&set_of(leaf), facts), "1.1").clone();
    assert_eq!(line.leaf.as_ref().map(|leaf| leaf.rule), Some(kind));
    line
}

fn step(line: &Line) -> &Step {
    let step = line.leaf.as_ref().and_then(|leaf| leaf.step.as_ref());
    step.unwrap_or_else(|| panic!("not scored: {line:?}"))
}

fn assert_scored(line: &Line, (given, points, band, formula): ScoredRow<'_>) {
    let step = step(line);
    assert_eq!(line.points, Some(exact(points)), "points for {given}");
    assert_eq!(step.band().as_deref().unwrap_or_default(), band, "band for {given}");
    assert_eq!(step.formula(&line.max_points), formula, "formula for {given}");
    assert_eq!(super::given::state(line), LineState::Scored);
    assert_eq!(line.effective_max, line.max_points);
}

fn assert_unscored(line: &Line, given: &str, state: LineState, because: &Because) {
    let leaf = line.leaf.as_ref().expect("a leaf");
    assert_eq!(leaf.because.as_ref(), Some(because), "reason for {given}");
    assert_eq!(leaf.state, state, "state for {given}");
    assert_eq!((&line.points, &leaf.step), (&None, &None), "no points and no step for {given}");
}

/// Asserts every row of a table whose facts are measures only.
fn scored_table(kind: RuleKind, max: &str, rule: &str, rows: &[ScoredRow<'_>]) {
    for row in rows {
        assert_scored(&line_of(kind, max, rule, &facts(row.0)), *row);
    }
}

/// Asserts that each row's facts leave the line MISSING, and why.
fn missing_table(kind: RuleKind, max: &str, rule: &str, rows: &[(&str, Because)]) {
    for (given, because) in rows {
        assert_unscored(&line_of(kind, max, rule, &facts(given)), given, LineState::Missing, because);
    }
}

fn not_reported(measures: &[&str]) -> Because {
    Because::NotReported { measures: measures.iter().map(|measure| (*measure).to_owned()).collect() }
}

fn invalid(measure: &str, value: &str, allowed: &str) -> Because {
    Because::Invalid { measure: measure.to_owned(), value: value.to_owned(), allowed: allowed.to_owned() }
}
