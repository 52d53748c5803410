//! Documents that ask about the schema itself, which is not answered in production: whoever writes a client
//! has `schema.graphql`.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{ServerError, ServerResult};

use super::set_code;

/// Refuses a document that asks for `__schema` or `__type`; `__typename` is no question about the schema.
pub(super) fn refuse(document: &ExecutableDocument) -> ServerResult<()> {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    if !operations.chain(fragments).any(asks) {
        return Ok(());
    }
    let message = "Không truy vấn được lược đồ ở đây. / Introspection is off here; see schema.graphql.";
    let mut error = ServerError::new(message, None);
    set_code(&mut error, "INTROSPECTION_DISABLED");
    Err(error)
}

/// The nesting was bounded before.
fn asks(selections: &SelectionSet) -> bool {
    selections.items.iter().any(|item| match &item.node {
        Selection::Field(field) => {
            ["__schema", "__type"].contains(&field.node.name.node.as_str())
                || asks(&field.node.selection_set.node)
        }
        Selection::InlineFragment(inline) => asks(&inline.node.selection_set.node),
        Selection::FragmentSpread(_) => false,
    })
}
