//! What holds from one day until before another: that rule, once.

use sea_orm::entity::prelude::Date;
use sea_orm::{ColumnTrait, Condition};

/// Whether a row holds on `date`: its first day has come, and the first day on
/// which it no longer holds, if there is one, has not.
pub(crate) fn holds_on<C: ColumnTrait>(valid_from: C, valid_to: C, date: Date) -> Condition {
    let not_ended = Condition::any().add(valid_to.is_null()).add(valid_to.gt(date));
    Condition::all().add(valid_from.lte(date)).add(not_ended)
}

/// Whether it holds on some day from `starts_on` until before `ends_before`.
pub(crate) fn holds_in<C: ColumnTrait>(
    valid_from: C,
    valid_to: C,
    starts_on: Date,
    ends_before: Date,
) -> Condition {
    let not_ended = Condition::any().add(valid_to.is_null()).add(valid_to.gt(starts_on));
    Condition::all().add(valid_from.lt(ends_before)).add(not_ended)
}
