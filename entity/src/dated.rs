//! What holds from one day until before another: that rule, once.

use sea_orm::entity::prelude::Date;
use sea_orm::{ColumnTrait, Condition};

/// Whether a row holds on `date`: its first day has come, and the first day on
/// which it no longer holds, if there is one, has not.
pub(crate) fn holds_on<C: ColumnTrait>(valid_from: C, valid_to: C, date: Date) -> Condition {
    let not_ended = Condition::any()
        .add(valid_to.is_null())
        .add(valid_to.gt(date));
    Condition::all().add(valid_from.lte(date)).add(not_ended)
}
