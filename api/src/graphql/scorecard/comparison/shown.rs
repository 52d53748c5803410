//! A comparison as it is shown: numbers printed and exact, lines with their own reasons.

use std::collections::HashMap;

use entity::scorecard_line;
use reform_worker::compare::{Card, Compared, NoRankChange, Ranks};
use scoring::{Change, Exact, Language, LineChange, Parts, RankChange};

use super::super::columns::LineRow;
use super::super::line::ScorecardLine;
use super::super::load::Names;
use super::{ChangeParts, ComparedLine, NumberChange, RankComparison};
use crate::graphql::problem::Problem;

pub(super) fn points_change(change: &Change, scale: u32) -> NumberChange {
    let print = |number: &Option<Exact>| number.as_ref().map(|number| number.print(scale));
    let exact = |number: &Option<Exact>| number.as_ref().map(Exact::to_string);
    NumberChange {
        before: print(&change.before),
        before_exact: exact(&change.before),
        after: print(&change.after),
        after_exact: exact(&change.after),
        change: print(&change.whole),
        change_exact: exact(&change.whole),
        parts: change.parts.as_ref().map(|parts| shown(parts, scale)),
    }
}

fn shown(parts: &Parts, scale: u32) -> ChangeParts {
    let Parts { data, criteria, applicability, appraisal, engine } = parts;
    ChangeParts {
        data: data.print(scale),
        data_exact: data.to_string(),
        criteria: criteria.print(scale),
        criteria_exact: criteria.to_string(),
        applicability: applicability.print(scale),
        applicability_exact: applicability.to_string(),
        appraisal: appraisal.print(scale),
        appraisal_exact: appraisal.to_string(),
        engine: engine.print(scale),
        engine_exact: engine.to_string(),
    }
}

/// The compared lines, each with the lines of both cards.
pub(super) fn lines(compared: &Compared, names: &Names) -> Result<Vec<ComparedLine>, Problem> {
    let [mut before, mut after] = [&compared.before, &compared.after].map(by_code);
    let scale = compared.after.print_scale;
    let line = |line: &LineChange| {
        Ok(ComparedLine {
            kind: line.kind.into(),
            level: line.level.into(),
            a: own(&mut before, &line.before, names)?,
            b: own(&mut after, &line.after, names)?,
            points: points_change(&line.points, scale),
            effective_max: points_change(&line.effective_max, scale),
            sentence_vi: line.sentence(Language::Vietnamese, scale),
            sentence_en: line.sentence(Language::English, scale),
        })
    };
    compared.comparison.lines.iter().map(line).collect()
}

type ByCode<'a> = HashMap<&'a str, &'a scorecard_line::Model>;

fn by_code(card: &Card) -> ByCode<'_> {
    card.lines.iter().map(|line| (line.code.as_str(), line)).collect()
}

/// The stored lines with these codes. A code stands in one compared line only.
fn own(lines: &mut ByCode<'_>, codes: &[String], names: &Names) -> Result<Vec<ScorecardLine>, Problem> {
    let found = codes.iter().filter_map(|code| lines.remove(code.as_str()));
    found.map(|line| LineRow::from(line.clone()).into_line(line.level, names, true)).collect()
}

pub(super) fn rank_comparison(ranks: Ranks) -> RankComparison {
    let Ranks { before, after, change } = ranks;
    let moves = |change: RankChange| {
        let RankChange { own, others, .. } = change;
        let moved = |ranks: i64| i32::try_from(ranks).ok();
        (moved(own + others), moved(own), moved(others))
    };
    let ((change, own, others), reason) = match change {
        Ok(change) => (moves(change), None),
        Err(why) => (Default::default(), Some(said(why))),
    };
    RankComparison {
        before,
        after,
        change,
        own,
        others,
        reason_vi: reason.map(|(vi, _)| vi.to_owned()),
        reason_en: reason.map(|(_, en)| en.to_owned()),
    }
}

fn said(why: NoRankChange) -> (&'static str, &'static str) {
    match why {
        NoRankChange::OtherAgency => {
            ("Hai bảng điểm của hai cơ quan khác nhau.", "The cards are of two agencies.")
        }
        NoRankChange::OtherBlock => {
            ("Cơ quan được xếp hạng trong hai khối khác nhau.", "The agency was ranked in two blocks.")
        }
        NoRankChange::NoRanking => (
            "Có bảng điểm chưa được xếp hạng trong bảng xếp hạng nào, hoặc bảng xếp hạng chưa được công bố.",
            "One of the cards is in no ranking, or in none that is published.",
        ),
        NoRankChange::Unranked => (
            "Có bảng điểm chưa có chỉ số nên không được xếp hạng.",
            "One of the cards has no index, so no rank.",
        ),
    }
}
