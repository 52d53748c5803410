//! The lines of a scorecard: one for each pillar, criterion and sub-criterion
//! of the set, with the evaluator's own reason.

use scoring::{Level, LineState, RuleKind};
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::ids::ScorecardId;

/// A line of a scorecard.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "scorecard_line")]
pub struct Model {
    /// The card.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scorecard_id: ScorecardId,
    /// Place in the card, depth first; ascending order prints the tree.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Code of the criterion.
    pub code: String,
    /// Code of what it stands under; none for a pillar.
    pub parent_code: Option<String>,
    /// How deep it stands.
    pub level: Level,
    /// Vietnamese name of the criterion.
    pub name_vi: String,
    /// English name of the criterion.
    pub name_en: String,
    /// What became of it; none for a line that only sums others.
    pub state: Option<LineState>,
    /// Points: an exact number as text; none if they are not settled or do
    /// not count.
    pub points: Option<String>,
    /// Maximum points by the set: an exact number as text.
    pub max_points: String,
    /// Maximum points that count in this card: an exact number as text.
    pub effective_max: String,
    /// Points in percent of the effective maximum: an exact number as text;
    /// none if either is not there.
    pub index_percent: Option<String>,
    /// The points as a decimal, rounded to print; none with them.
    pub points_print: Option<String>,
    /// The maximum as a decimal, rounded to print.
    pub max_print: String,
    /// The effective maximum as a decimal, rounded to print.
    pub effective_max_print: String,
    /// The index as a decimal, rounded to print; none with it.
    pub index_print: Option<String>,
    /// The rule's kind; none unless it is a leaf.
    pub rule_kind: Option<RuleKind>,
    /// The inputs that the rule read, with value, source and day, as JSON;
    /// none unless it is a leaf.
    pub inputs: Option<String>,
    /// How the points came about, as JSON; none unless it is a leaf.
    pub reason: Option<String>,
    /// The card.
    #[sea_orm(belongs_to, from = "scorecard_id", to = "id")]
    pub scorecard: BelongsTo<super::scorecard::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The lines of a card, depth first.
#[must_use]
pub fn of_card(card: ScorecardId) -> Select<Entity> {
    of_cards([card])
}

/// The lines of the cards, each card's depth first.
#[must_use]
pub fn of_cards(cards: impl IntoIterator<Item = ScorecardId>) -> Select<Entity> {
    Entity::find()
        .filter(Column::ScorecardId.is_in(cards))
        .order_by_asc(Column::ScorecardId)
        .order_by_asc(Column::Position)
}

/// The pillars among the lines of the cards.
#[must_use]
pub fn pillars_of(cards: impl IntoIterator<Item = ScorecardId>) -> Select<Entity> {
    of_cards(cards).filter(Column::Level.eq(Level::Pillar))
}
