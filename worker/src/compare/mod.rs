//! Comparing stored scorecards: two revisions, two periods or two agencies. Both are read with the facts that they
//! were scored from; `scoring` compares. Nothing is written.

mod mapping;
mod rank;

use entity::{scorecard, scorecard_line};
use scoring::{Comparison, Exact, Figure, Figures, PeriodKind, Side};
use sea_orm::{ConnectionTrait, DbErr};

use self::mapping::find_mapping;
pub use self::rank::{NoRankChange, Ranks, load_ranks};
use crate::origin::{Origins, Unreadable};

/// What a comparison of two stored cards gives.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What changed.
    pub comparison: Comparison,
    /// The earlier card.
    pub before: Card,
    /// The later card.
    pub after: Card,
    /// How the two sets are known to belong together.
    pub relation: SetRelation,
}

/// A card that is compared.
#[derive(Clone, Debug)]
pub struct Card {
    /// Its lines, in reading order.
    pub lines: Vec<scorecard_line::Model>,
    /// Decimals with which its set prints points.
    pub print_scale: u32,
    /// The kind of its period.
    pub period: PeriodKind,
    /// The grades of its set: code and lower bound.
    pub grades: Vec<(String, Exact)>,
    /// The codes of its pillars.
    pub pillars: Vec<String>,
}

scoring::coded_enum! {
    /// How two sets are known to belong together.
    pub enum SetRelation {
        /// They are one.
        Same = "SAME",
        /// One follows the other, over however many versions.
        Declared = "DECLARED",
        /// Neither says what of it takes the place of what.
        Undeclared = "UNDECLARED",
    }
}

/// Why two cards are not compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// What is stored of the first cannot be read.
    #[error("the first card cannot be read")]
    UnreadableBefore,
    /// What is stored of the second cannot be read.
    #[error("the second card cannot be read")]
    UnreadableAfter,
}

/// Compares the card `after` with the card `before`.
///
/// # Errors
/// When the database fails, or what is stored of a card cannot be read any more.
pub async fn compare<C: ConnectionTrait>(
    connection: &C,
    before: &scorecard::Model,
    after: &scorecard::Model,
) -> Result<Compared, CompareError> {
    let mut origins = Origins::load(connection).await?;
    origins.add_sets(connection, &[before, after]).await?;
    let a = origins.of(before).map_err(|_| CompareError::UnreadableBefore)?;
    let b = origins.of(after).map_err(|_| CompareError::UnreadableAfter)?;
    let of_before = scorecard_line::of_card(before.id).all(connection).await?;
    let of_after = scorecard_line::of_card(after.id).all(connection).await?;
    let stored_a = figures(before, &of_before).map_err(|_| CompareError::UnreadableBefore)?;
    let stored_b = figures(after, &of_after).map_err(|_| CompareError::UnreadableAfter)?;
    let (relation, mapping) = match a.set.fingerprint() == b.set.fingerprint() {
        true => (SetRelation::Same, None),
        false => match find_mapping(connection, a.set.document(), b.set.document()).await? {
            Some(mapping) => (SetRelation::Declared, Some(mapping)),
            None => (SetRelation::Undeclared, None),
        },
    };
    let side_a = Side { set: a.set, period: a.period.code.kind, facts: &a.facts, stored: &stored_a };
    let side_b = Side { set: b.set, period: b.period.code.kind, facts: &b.facts, stored: &stored_b };
    Ok(Compared {
        comparison: scoring::compare(&side_a, &side_b, mapping.as_ref()),
        before: card(&side_a, of_before),
        after: card(&side_b, of_after),
        relation,
    })
}

fn card(side: &Side<'_>, lines: Vec<scorecard_line::Model>) -> Card {
    let document = side.set.document();
    let grades = document.grades.iter().map(|grade| (grade.code.clone(), grade.from_percent.clone()));
    let pillars = document.pillars.iter().map(|pillar| pillar.code.clone());
    Card {
        lines,
        print_scale: document.print_scale,
        period: side.period,
        grades: grades.collect(),
        pillars: pillars.collect(),
    }
}

/// The figures of a card as they are stored.
fn figures(card: &scorecard::Model, lines: &[scorecard_line::Model]) -> Result<Figures, Unreadable> {
    let read = |column: &'static str, text: &str| {
        text.parse::<Exact>().map_err(|error| {
            tracing::warn!(card = %card.id, column, %error, "a scorecard's figure cannot be read");
            Unreadable { column }
        })
    };
    let some = |column, text: &Option<String>| text.as_deref().map(|text| read(column, text)).transpose();
    let line = |line: &scorecard_line::Model| {
        let points = some("points", &line.points)?;
        let effective_max = read("effective_max", &line.effective_max)?;
        Ok((line.code.clone(), Figure { points, effective_max }))
    };
    Ok(Figures {
        lines: lines.iter().map(line).collect::<Result<_, Unreadable>>()?,
        points: some("points", &card.points)?,
        bonus: some("bonus", &card.bonus)?,
        deduction: some("deduction", &card.deduction)?,
        total: some("total", &card.total)?,
        effective_max: read("effective_max", &card.effective_max)?,
        index_percent: some("index_percent", &card.index_percent)?,
    })
}
