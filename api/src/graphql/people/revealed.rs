//! A secret in an answer: told once, to its owner, and to no log.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};

use crate::graphql::plain::{Answer, Plan};
use crate::people::Secret;

/// A secret's text; in the schema a `String`.
#[derive(Clone, Debug)]
pub(crate) struct Revealed(pub(crate) Secret);

impl Revealed {
    fn value(&self) -> Value {
        Value::String(self.0.expose().to_owned())
    }
}

impl OutputType for Revealed {
    fn type_name() -> Cow<'static, str> {
        <String as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <String as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(self.value())
    }
}

impl Answer for Revealed {
    fn answer(&self, _: &Plan) -> Value {
        self.value()
    }
}
