//! How one criteria set differs from another.

use async_graphql::{Context, ID, Object};
use scoring::set_diff;

use super::super::codes::SetChangeKind;
use super::super::cost;
use super::super::plain::{Whole, plain_object};
use super::super::problem::Problem;
use super::{document, known_set};

plain_object! {
    /// One difference between two criteria sets.
    pub(crate) struct CriteriaChange {
        /// What is different.
        kind: SetChangeKind,
        /// The criterion's code in the earlier set; null: it has none, or the set itself is different.
        code_before: Option<String>,
        /// The criterion's code in the later set; null: it has none, or the set itself is different.
        code_after: Option<String>,
        /// The criterion's Vietnamese name; of the set itself the field's name.
        name_vi: String,
        /// The criterion's English name; of the set itself the field's name.
        name_en: String,
        /// What there was: an exact number, a name, a code, or canonical JSON; null: nothing.
        before: Option<String>,
        /// What there is.
        after: Option<String>,
    }
}

impl From<scoring::SetChange> for CriteriaChange {
    fn from(change: scoring::SetChange) -> Self {
        Self {
            kind: change.kind.into(),
            code_before: change.code_before,
            code_after: change.code_after,
            name_vi: change.name_vi,
            name_en: change.name_en,
            before: change.before,
            after: change.after,
        }
    }
}

#[derive(Default)]
pub(crate) struct DifferenceQuery;

#[Object]
impl DifferenceQuery {
    /// What is different in criteria set `b`, in reading order: of the set itself, then what `b` no longer has, then of
    /// each criterion. A criterion is the same where `b` follows `a` and says so; else where its code and Vietnamese name
    /// are; else where its name is, if no other has it; else where its code is.
    #[graphql(complexity = "cost::list(cost::LINES, child_complexity)")]
    async fn diff_criteria_sets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The earlier set's global id.")] a: ID,
        #[graphql(desc = "The later set's global id.")] b: ID,
    ) -> Result<Vec<Whole<CriteriaChange>>, Problem> {
        let before = document(&known_set(ctx, "a", &a).await?)?;
        let after = document(&known_set(ctx, "b", &b).await?)?;
        let changes = set_diff(&before, &after).into_iter();
        Ok(changes.map(|change| Whole(change.into())).collect())
    }
}
