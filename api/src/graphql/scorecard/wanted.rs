//! What a query wants of its scorecards: the fields it selects.

use std::collections::BTreeMap;

use async_graphql::{Lookahead, SelectionField};

/// The selected fields of an object with what is wanted of each.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted(BTreeMap<String, Wanted>);

impl Wanted {
    /// What is selected of a card.
    pub(super) fn of(card: &Lookahead<'_>) -> Self {
        Self::of_selections(card.selection_fields())
    }

    /// What is selected of the cards on a page; `path` leads from a node to its card.
    pub(super) fn of_page(page: &Lookahead<'_>, path: &[&str]) -> Self {
        let nodes = [page.field("nodes"), page.field("edges").field("node")];
        let cards = nodes.map(|node| path.iter().fold(node, |at, field| at.field(field)));
        Self::of_selections(cards.iter().flat_map(Lookahead::selection_fields).collect())
    }

    fn of_selections(selections: Vec<SelectionField<'_>>) -> Self {
        let mut wanted = Self::default();
        for field in selections.iter().flat_map(SelectionField::selection_set) {
            wanted.add(&field);
        }
        wanted.with_needs()
    }

    /// And what is needed to find what stands beside: the records of a card, the half-year of a year.
    fn with_needs(self) -> Self {
        let mut wanted = self;
        if wanted.has("halfYear") || wanted.of_line("halfYear") {
            wanted = wanted.and(&["period"]).and(&["agency"]);
        }
        for lines in ["lines", "pillars"] {
            if wanted.below(lines).is_some_and(|line| line.has("halfYear")) {
                wanted = wanted.and(&[lines, "code"]);
            }
        }
        if wanted.of_line("inputs") { wanted.and(&["agency"]) } else { wanted }
    }

    /// Whether the field is wanted of any input of a line.
    pub(super) fn of_input(&self, field: &str) -> bool {
        let lines = ["lines", "pillars"].into_iter().filter_map(|lines| self.below(lines));
        lines.filter_map(|line| line.below("inputs")).any(|input| input.has(field))
    }

    /// A field may be selected several times; then everything that any of them selects is wanted of it.
    fn add(&mut self, field: &SelectionField<'_>) {
        let below = self.0.entry(field.name().to_owned()).or_default();
        field.selection_set().for_each(|child| below.add(&child));
    }

    /// And the field at `path`, with nothing of it if it was not wanted.
    pub(super) fn and(mut self, path: &[&str]) -> Self {
        let mut at = &mut self;
        for field in path {
            at = at.0.entry((*field).to_owned()).or_default();
        }
        self
    }

    /// What is wanted of a field; `None` where the field is not wanted.
    pub(super) fn below(&self, field: &str) -> Option<&Self> {
        self.0.get(field)
    }

    /// Whether a field is wanted.
    pub(super) fn has(&self, field: &str) -> bool {
        self.below(field).is_some()
    }

    /// Whether the block of the card's agency is wanted.
    pub(super) fn has_block(&self) -> bool {
        self.below("agency").is_some_and(|agency| agency.has("block"))
    }

    /// Whether what is said of a line's reason is wanted of any line; it needs more than the reason.
    pub(super) fn has_sentences(&self) -> bool {
        let lines = ["lines", "pillars"].into_iter().filter_map(|lines| self.below(lines));
        lines.filter_map(|line| line.below("reason")).any(Self::says)
    }

    /// Whether a reason, or that of a term of a sum, is to be said.
    fn says(&self) -> bool {
        let term = self.below("terms").and_then(|term| term.below("reason"));
        self.has("sentenceVi") || self.has("sentenceEn") || term.is_some_and(Self::says)
    }

    /// Whether the field is wanted of any line.
    pub(super) fn of_line(&self, field: &str) -> bool {
        ["lines", "pillars"].into_iter().filter_map(|lines| self.below(lines)).any(|line| line.has(field))
    }
}
