//! The JSON Schema of criteria sets, from the very types that read them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::criteria::CriteriaSetDocument;
use crate::{AgencyKind, Exact};

impl JsonSchema for Exact {
    fn schema_name() -> Cow<'static, str> {
        "Exact".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An exact number: whole, or a decimal or fraction as a text, for instance \"2.5\" or \"72/13\".",
            "anyOf": [
                { "type": "integer" },
                { "type": "string", "pattern": "^-?[0-9]+([.][0-9]+|/[0-9]+)?$", "maxLength": 200 },
            ],
        })
    }
}

impl JsonSchema for AgencyKind {
    fn schema_name() -> Cow<'static, str> {
        "AgencyKind".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let codes: Vec<_> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
        json_schema!({ "description": "What an agency is.", "type": "string", "enum": codes })
    }
}

/// The JSON Schema of a criteria set's document, with a line break at its end.
pub fn criteria_set_schema() -> String {
    let schema = schemars::schema_for!(CriteriaSetDocument);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
