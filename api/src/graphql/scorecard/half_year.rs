//! The half-year beside the full year: the same agency's half-year card as far as the viewer sees it, line by line.
//!
//! The two are never added up or averaged: the half-year is provisional, and the full year is scored from the inputs
//! of the whole year.

use std::collections::{BTreeSet, HashMap};

use async_graphql::ID;
use entity::scorecard;
use scoring::{PeriodCode, PeriodKind};
use sea_orm::{ColumnTrait, DatabaseConnection, QueryFilter};

use super::line::ScorecardLine;
use super::load::load;
use super::reason::LineReason;
use super::wanted::Wanted;
use super::{Scorecard, records};
use crate::graphql::codes::LineState;
use crate::graphql::id::NodeId;
use crate::graphql::plain::plain_object;
use crate::graphql::problem::Problem;
use crate::policy::Sight;

plain_object! {
    /// A line as it stood at the half-year.
    pub(crate) struct HalfYearLine {
        /// A leaf's state; NOT_YET_DUE where it is scored at the end of the year only. Null for pillars and criteria with
        /// parts.
        state: Option<LineState>,
        /// Points, printed; null where there were none.
        points: Option<String>,
        /// Points, exact.
        points_exact: Option<String>,
        /// Maximum points, printed.
        max_points: String,
        /// Maximum points, exact.
        max_points_exact: String,
        /// A leaf's reason in a Vietnamese sentence.
        sentence_vi: Option<String>,
        /// The same in English.
        sentence_en: Option<String>,
    }
}

/// What is read of a line at the half-year for each field of [`HalfYearLine`].
const NEEDS: [(&str, &[&str]); 7] = [
    ("state", &["state"]),
    ("points", &["points"]),
    ("pointsExact", &["pointsExact"]),
    ("maxPoints", &["maxPoints"]),
    ("maxPointsExact", &["maxPointsExact"]),
    ("sentenceVi", &["reason", "sentenceVi"]),
    ("sentenceEn", &["reason", "sentenceEn"]),
];

/// The cards, those of a full year with the half-year beside them where it is wanted.
pub(super) async fn beside(
    database: &DatabaseConnection,
    sight: &Sight,
    wanted: &Wanted,
    mut cards: Vec<Scorecard>,
) -> Result<Vec<Scorecard>, Problem> {
    if !wanted.has("halfYear") && !wanted.of_line("halfYear") {
        return Ok(cards);
    }
    // The cards that are read at once are of one period.
    let periods: BTreeSet<String> = cards.iter().filter_map(|card| half_year_of(&card.period)).collect();
    for period in periods {
        let of_period = |card: &&mut Scorecard| half_year_of(&card.period).as_ref() == Some(&period);
        let mut of_period: Vec<_> = cards.iter_mut().filter(of_period).collect();
        let agencies = of_period.iter().filter_map(|card| NodeId::agency(&card.agency.id));
        let agencies: Vec<_> = agencies.collect();
        let below = needed(wanted);
        let half = sight.of_cards(&period, None).filter(scorecard::Column::AgencyId.is_in(agencies));
        let half = if below.has("rank") { sight.with_places(half) } else { half };
        let half = load(database, half, &below).await?;
        let half = records::filled_in(database, sight, &below, half).await?;
        let half: HashMap<ID, Scorecard> =
            half.into_iter().map(|card| (card.agency.id.clone(), card)).collect();
        for card in &mut of_period {
            if let Some(half) = half.get(&card.agency.id) {
                put_beside(card, half);
            }
        }
    }
    Ok(cards)
}

/// The half-year of the year that a period is; none unless it is one.
fn half_year_of(period: &str) -> Option<String> {
    let period: PeriodCode = period.parse().ok()?;
    let half = PeriodCode { kind: PeriodKind::H1, ..period };
    (period.kind == PeriodKind::FullYear).then(|| half.to_string())
}

/// What is read of the half-year cards.
fn needed(wanted: &Wanted) -> Wanted {
    let mut below = wanted.below("halfYear").cloned().unwrap_or_default().and(&["agency"]);
    for lines in ["lines", "pillars"] {
        let Some(line) = wanted.below(lines).and_then(|line| line.below("halfYear")) else { continue };
        below = below.and(&[lines, "code"]);
        for (_, path) in NEEDS.iter().filter(|(field, _)| line.has(field)) {
            below = below.and(&[&[lines], *path].concat());
        }
    }
    below
}

fn put_beside(card: &mut Scorecard, half: &Scorecard) {
    for (own, others) in [(&mut card.lines, &half.lines), (&mut card.pillars, &half.pillars)] {
        let others: HashMap<&str, &ScorecardLine> =
            others.iter().map(|line| (line.code.as_str(), line)).collect();
        for line in own {
            line.half_year = others.get(line.code.as_str()).map(|other| HalfYearLine::from(*other));
        }
    }
    card.half_year = Some(Box::new(half.clone()));
}

impl From<&ScorecardLine> for HalfYearLine {
    fn from(line: &ScorecardLine) -> Self {
        let said = line.reason.as_ref().map(LineReason::shared);
        Self {
            state: line.state,
            points: line.points.clone(),
            points_exact: line.points_exact.clone(),
            max_points: line.max_points.clone(),
            max_points_exact: line.max_points_exact.clone(),
            sentence_vi: said.map(|said| said.sentence_vi.clone()),
            sentence_en: said.map(|said| said.sentence_en.clone()),
        }
    }
}
