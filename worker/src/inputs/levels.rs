//! The levels that the criteria sets of a period know: an observation of any other would be scored as missing.

use std::collections::{BTreeMap, BTreeSet};

use entity::{PeriodId, criteria_set, criteria_use};
use scoring::{CriteriaSetDocument, Rule};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// By the code of a measure the levels that some set in use in the period gives points for.
pub(super) type Levels = BTreeMap<String, BTreeSet<String>>;

/// Reads them. A stored set that cannot be read is left out here: the build that needs it says so.
pub(super) async fn load<C: ConnectionTrait>(connection: &C, period: PeriodId) -> Result<Levels, DbErr> {
    let in_use = Query::select()
        .column(criteria_use::Column::CriteriaSetId)
        .from(criteria_use::Entity)
        .and_where(criteria_use::Column::PeriodId.eq(period))
        .to_owned();
    let sets = criteria_set::Entity::find().filter(criteria_set::Column::Id.in_subquery(in_use));
    let mut levels = Levels::new();
    for set in sets.all(connection).await? {
        let Ok(document) = serde_json::from_str::<CriteriaSetDocument>(&set.document) else { continue };
        document.leaves().filter_map(|leaf| leaf.rule.as_ref()).for_each(|rule| add(&mut levels, rule));
    }
    Ok(levels)
}

fn add(levels: &mut Levels, rule: &Rule) {
    match rule {
        Rule::Tiered { measure, tiers } => {
            levels.entry(measure.clone()).or_default().extend(tiers.iter().map(|tier| tier.level.clone()));
        }
        Rule::Composite { terms } => terms.iter().for_each(|term| add(levels, &term.rule)),
        _ => {}
    }
}
