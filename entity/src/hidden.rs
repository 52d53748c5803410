//! Text that no log may show.

use std::fmt;

use sea_orm::DeriveValueType;

/// A text that guards something, such as a hash of a secret. Its `Debug` does
/// not tell it.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}
