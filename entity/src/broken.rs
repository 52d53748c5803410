//! The identities that a table breaks, in one column.

use std::fmt;
use std::str::FromStr;

use scoring::BrokenIdentity;
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// The identities that a table breaks, stored as the text of a JSON array.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, DeriveValueType)]
#[sea_orm(value_type = "String", column_type = "Text")]
#[serde(transparent)]
pub struct BrokenIdentities(pub Vec<BrokenIdentity>);

impl fmt::Display for BrokenIdentities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for BrokenIdentities {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text)
    }
}
