//! A list of codes in one column.

use std::fmt;
use std::str::FromStr;

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// A list of codes, stored as the text of a JSON array: `["HAS_SUBUNITS"]`.
///
/// For short lists that are read and written whole and never searched in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String", column_type = "Text")]
#[serde(transparent)]
pub struct Codes(pub Vec<String>);

impl Codes {
    /// Whether `code` is in the list.
    #[must_use]
    pub fn contains(&self, code: &str) -> bool {
        self.0.iter().any(|held| held == code)
    }
}

impl<T: Into<String>> FromIterator<T> for Codes {
    fn from_iter<I: IntoIterator<Item = T>>(codes: I) -> Self {
        Self(codes.into_iter().map(Into::into).collect())
    }
}

impl fmt::Display for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::Value::from(self.0.as_slice()).to_string())
    }
}

impl FromStr for Codes {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text)
    }
}
