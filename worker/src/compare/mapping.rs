//! The declared way from one criteria set to another, over the versions in between.

use entity::criteria_set;
use scoring::{CriteriaSetDocument, Mapping};
use sea_orm::{ConnectionTrait, DbErr};

/// The most versions that a way leads over.
const MOST_VERSIONS: usize = 50;

/// What of `after` takes the place of what of `before`, whichever of the two follows the other; `None` where neither
/// does.
pub(super) async fn find_mapping<C: ConnectionTrait>(
    connection: &C,
    before: &CriteriaSetDocument,
    after: &CriteriaSetDocument,
) -> Result<Option<Mapping>, DbErr> {
    if let Some(mapping) = way_back(connection, after, before).await? {
        return Ok(Some(mapping));
    }
    Ok(way_back(connection, before, after).await?.map(|mapping| mapping.reversed()))
}

/// From the set `later` back to `earlier`, version by version.
async fn way_back<C: ConnectionTrait>(
    connection: &C,
    later: &CriteriaSetDocument,
    earlier: &CriteriaSetDocument,
) -> Result<Option<Mapping>, DbErr> {
    let mut at = later.clone();
    let mut way = Mapping::of_itself(later);
    for _ in 0..MOST_VERSIONS {
        let Some((follows, step)) = at.follows.clone().zip(Mapping::declared(&at)) else { return Ok(None) };
        way = step.then(&way);
        if follows.is(earlier) {
            return Ok(Some(way));
        }
        let version = i32::try_from(follows.version).unwrap_or(i32::MAX);
        let row = criteria_set::with_version(&follows.code, version).one(connection).await?;
        let Some(before) = row.and_then(|row| serde_json::from_str(&row.document).ok()) else {
            return Ok(None);
        };
        at = before;
    }
    Ok(None)
}
