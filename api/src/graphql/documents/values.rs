//! The values that come with a document: literals in it, and variables beside it.
//!
//! PostgreSQL stores no U+0000 and fails on a string that has one. That is refused here, once for every
//! argument of every field, on either database.

use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};
use async_graphql::{Name, Positioned, ServerError, ServerResult, Variables};
use async_graphql_value::{ConstValue, Value};

use super::super::problem::{Problem, cut};
use super::too_large;

/// The most values that the variables may hold, those within lists and objects included.
const MOST_VALUES: usize = 2_000;
/// The most bytes that their strings may have together.
const MOST_BYTES: usize = 512 * 1024;
/// How deep lists and objects may be nested in them.
const MOST_NESTED: usize = 20;
/// How much of an argument's path an error repeats.
const LONGEST_PATH: usize = 100;

/// Checks that the variables are not too many, too long or too deep.
pub(super) fn check_size(variables: &Variables) -> ServerResult<()> {
    let mut room = Room { values: MOST_VALUES, bytes: MOST_BYTES };
    let fits = variables.iter().all(|(name, value)| room.takes_text(name) && room.takes(value, 1));
    if fits {
        return Ok(());
    }
    Err(too_large(format!(
        "The variables may hold at most {MOST_VALUES} values and {MOST_BYTES} bytes of text, nested at most \
         {MOST_NESTED} deep."
    )))
}

struct Room {
    values: usize,
    bytes: usize,
}

impl Room {
    fn takes(&mut self, value: &ConstValue, depth: usize) -> bool {
        let Some(left) = self.values.checked_sub(1) else {
            return false;
        };
        self.values = left;
        depth <= MOST_NESTED
            && match value {
                ConstValue::String(text) => self.takes_text(text),
                ConstValue::Enum(name) => self.takes_text(name),
                ConstValue::List(items) => items.iter().all(|item| self.takes(item, depth + 1)),
                ConstValue::Object(fields) => {
                    fields.iter().all(|(name, value)| self.takes_text(name) && self.takes(value, depth + 1))
                }
                ConstValue::Number(_) | ConstValue::Boolean(_) | ConstValue::Null | ConstValue::Binary(_) => {
                    true
                }
            }
    }

    fn takes_text(&mut self, text: &str) -> bool {
        let left = self.bytes.checked_sub(text.len());
        self.bytes = left.unwrap_or_default();
        left.is_some()
    }
}

/// Refuses a document with U+0000 in an argument or in a variable's default.
pub(super) fn check_literals(document: &ExecutableDocument) -> ServerResult<()> {
    for (_, operation) in document.operations.iter() {
        for variable in &operation.node.variable_definitions {
            let variable = &variable.node;
            let default = variable.default_value.as_ref().and_then(|value| in_const(&value.node));
            if let Some(path) = default {
                return Err(refused(&joined(&variable.name.node, &path)));
            }
        }
    }
    refuse_first(document, &|_| None)
}

/// Refuses variables with U+0000 that an argument of the document uses.
pub(super) fn check_variables(document: &ExecutableDocument, variables: &Variables) -> ServerResult<()> {
    if variables.values().all(|value| in_const(value).is_none()) {
        return Ok(());
    }
    refuse_first(document, &|name| variables.get(name).and_then(in_const))
}

/// Refuses the first argument with U+0000, by its path; `variable` says where in a variable one is.
fn refuse_first(document: &ExecutableDocument, variable: InVariable<'_>) -> ServerResult<()> {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    match operations.chain(fragments).find_map(|selections| in_selections(selections, variable)) {
        Some(path) => Err(refused(&path)),
        None => Ok(()),
    }
}

fn refused(path: &str) -> ServerError {
    let path = cut(path, LONGEST_PATH);
    let message = format!("`{path}` không được chứa ký tự U+0000 / must not contain the character U+0000");
    Problem::bad_input(path, message).into_server_error()
}

/// Where in a variable's value U+0000 is, as a path of fields.
type InVariable<'a> = &'a dyn Fn(&Name) -> Option<String>;

fn in_selections(selections: &SelectionSet, variable: InVariable<'_>) -> Option<String> {
    selections.items.iter().find_map(|item| {
        let directives = item.node.directives().iter().flat_map(|directive| &directive.node.arguments);
        in_arguments(directives, variable).or_else(|| match &item.node {
            Selection::Field(field) => in_field(&field.node, variable),
            Selection::InlineFragment(inline) => in_selections(&inline.node.selection_set.node, variable),
            Selection::FragmentSpread(_) => None,
        })
    })
}

fn in_field(field: &Field, variable: InVariable<'_>) -> Option<String> {
    in_arguments(field.arguments.iter(), variable)
        .or_else(|| in_selections(&field.selection_set.node, variable))
}

fn in_arguments<'a>(
    mut arguments: impl Iterator<Item = &'a (Positioned<Name>, Positioned<Value>)>,
    variable: InVariable<'_>,
) -> Option<String> {
    arguments.find_map(|(name, value)| {
        let path = in_value(&value.node, variable)?;
        Some(joined(&name.node, &path))
    })
}

fn in_value(value: &Value, variable: InVariable<'_>) -> Option<String> {
    match value {
        Value::Variable(name) => variable(name),
        Value::String(text) => in_text(text),
        Value::List(items) => items.iter().find_map(|item| in_value(item, variable)),
        Value::Object(fields) => {
            fields.iter().find_map(|(name, value)| Some(joined(name, &in_value(value, variable)?)))
        }
        _ => None,
    }
}

fn in_const(value: &ConstValue) -> Option<String> {
    match value {
        ConstValue::String(text) => in_text(text),
        ConstValue::List(items) => items.iter().find_map(in_const),
        ConstValue::Object(fields) => {
            fields.iter().find_map(|(name, value)| Some(joined(name, &in_const(value)?)))
        }
        _ => None,
    }
}

fn in_text(text: &str) -> Option<String> {
    text.contains('\0').then(String::new)
}

fn joined(name: &str, path: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{name}.{path}") }
}
