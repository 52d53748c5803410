//! A way to a target: where the agency stands, each step in both languages, the path, and what cannot change.

use std::fmt::Write;

use chrono::NaiveDate;
use entity::{agency, period};
use reform_worker::path::Way;
use scoring::{Exact, Language, PathOutcome, StepSaying};

use super::say;

/// Prints the way.
pub(crate) fn print_way(
    period: &period::Model,
    agency: &agency::Model,
    as_of: NaiveDate,
    way: &Way,
) -> anyhow::Result<()> {
    say(&text(period, agency, as_of, way)?)
}

fn text(
    period: &period::Model,
    agency: &agency::Model,
    as_of: NaiveDate,
    way: &Way,
) -> Result<String, std::fmt::Error> {
    let name = |code: &str, language: Language| {
        let measure = way.measures.get(code)?;
        Some(if language == Language::Vietnamese { &measure.name_vi } else { &measure.name_en }.clone())
    };
    let saying = StepSaying { set: &way.set, name: &name };
    let both = |say: &dyn Fn(Language) -> String| {
        format!("{} / {}", say(Language::Vietnamese), say(Language::English))
    };
    let found = &way.found;
    let mut text = String::new();
    let agency_names = format!("{} ({}) – {}", agency.name_vi, agency.code, agency.name_en);
    writeln!(text, "{agency_names}, {}, {as_of}", period.code)?;
    let now = index(way, found.card.index_percent.as_ref());
    let target = index(way, Some(&way.target_index));
    writeln!(text, "{} – {now}; mục tiêu / target {target}", found.outcome)?;
    for step in &found.steps {
        let taken = if found.path.contains(&step.number) { "*" } else { " " };
        let said = both(&|language| saying.step(step, language));
        writeln!(text, "{taken}{:>3}. {:<7} {said}", step.number, step.line)?;
    }
    if let Some(index) = found.reached.as_ref().and_then(|card| card.index_percent.as_ref()) {
        writeln!(text, "{}", both(&|language| saying.path(&found.path, index, language)))?;
    }
    if found.outcome == PathOutcome::NotReachable {
        let best = index(way, found.best_index.as_ref());
        writeln!(text, "Không đạt được; cao nhất / cannot be reached; the best is {best}")?;
    }
    for leaf in &found.unsettled {
        writeln!(text, "  ?  {:<7} {}", leaf.line, both(&|language| saying.unsettled(leaf, language)))?;
    }
    for leaf in &found.unchangeable {
        writeln!(text, "  –  {:<7} {}", leaf.line, both(&|language| saying.why(&leaf.why, language)))?;
    }
    Ok(text.trim_end().to_owned())
}

/// `72.31 %, Khá / Fair`.
fn index(way: &Way, index: Option<&Exact>) -> String {
    let Some(index) = index else { return "–".to_owned() };
    let printed = index.print(way.set.document().print_scale);
    let grade = way.set.grade(index).map(|grade| format!(", {} / {}", grade.name_vi, grade.name_en));
    format!("{printed} %{}", grade.unwrap_or_default())
}
