//! Objects that are loaded whole and resolved without awaiting.
//!
//! async-graphql resolves an object field by field, each a boxed future. For an answer of a few thousand
//! fields that is most of the cost. Here a root resolver loads everything that the query wants (look-ahead
//! says what), and [`Whole`] turns it into the answer in one walk: the selection is planned once for a
//! type, not once for a row.
//!
//! [`plain_object!`](crate::graphql::plain::plain_object) declares such a type. It derives `SimpleObject`
//! as well, which gives the schema, the documentation and the ordinary way for the `Node` interface.

use std::borrow::Cow;
use std::collections::HashMap;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, FragmentDefinition, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, ID, Name, OutputType, Positioned, ServerResult, Value};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

/// The fragments of the document.
pub(crate) type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// What a selection wants of a type, in the order of the answer. Empty for a scalar.
#[derive(Default)]
pub(crate) struct Plan(Vec<Wanted>);

struct Wanted {
    key: Name,
    field: WantedField,
}

enum WantedField {
    TypeName,
    At(usize, Plan),
}

/// A value that answers a planned selection at once.
pub(crate) trait Answer: OutputType {
    /// Plans the selections of one response key.
    fn plan(_selections: &[&SelectionSet], _fragments: &Fragments) -> Plan {
        Plan::default()
    }

    /// The answer.
    fn answer(&self, plan: &Plan) -> Value;
}

/// An object of plain fields.
pub(crate) trait PlainObject: OutputType {
    /// The place of the field with this GraphQL name, and the plan of what is selected of it.
    fn plan_field(name: &str, selections: &[&SelectionSet], fragments: &Fragments) -> Option<(usize, Plan)>;

    /// The answer of the field at a place.
    fn answer_field(&self, at: usize, plan: &Plan) -> Value;
}

impl Plan {
    /// Plans the selections of an object. Fragments are merged in: validation admits only those that fit.
    pub(crate) fn of_object<T: PlainObject>(selections: &[&SelectionSet], fragments: &Fragments) -> Self {
        let mut by_key: IndexMap<&Name, (&str, Vec<&SelectionSet>)> = IndexMap::new();
        for selection in selections {
            collect(selection, fragments, &mut by_key);
        }
        let wanted = by_key.into_iter().filter_map(|(key, (name, selections))| {
            let field = match name {
                "__typename" => WantedField::TypeName,
                name => {
                    let (at, plan) = T::plan_field(name, &selections, fragments)?;
                    WantedField::At(at, plan)
                }
            };
            Some(Wanted { key: key.clone(), field })
        });
        Self(wanted.collect())
    }

    /// The answer of an object.
    pub(crate) fn answer_object<T: PlainObject>(&self, object: &T) -> Value {
        let mut answer = IndexMap::with_capacity(self.0.len());
        for wanted in &self.0 {
            let value = match &wanted.field {
                WantedField::TypeName => Value::String(T::type_name().into_owned()),
                WantedField::At(at, plan) => object.answer_field(*at, plan),
            };
            answer.insert(wanted.key.clone(), value);
        }
        Value::Object(answer)
    }
}

fn collect<'a>(
    selections: &'a SelectionSet,
    fragments: &'a Fragments,
    by_key: &mut IndexMap<&'a Name, (&'a str, Vec<&'a SelectionSet>)>,
) {
    for selection in &selections.items {
        match &selection.node {
            Selection::Field(field) => {
                let Field { name, selection_set, .. } = &field.node;
                let entry = by_key.entry(&field.node.response_key().node);
                entry.or_insert_with(|| (&name.node, Vec::new())).1.push(&selection_set.node);
            }
            Selection::InlineFragment(fragment) => {
                collect(&fragment.node.selection_set.node, fragments, by_key);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                    collect(&fragment.node.selection_set.node, fragments, by_key);
                }
            }
        }
    }
}

/// Whether `graphql` (`maxPoints`) is the GraphQL name of the Rust field `rust` (`max_points`).
pub(crate) fn is_name_of(rust: &str, graphql: &str) -> bool {
    let mut letters = graphql.bytes();
    let mut upper = false;
    for byte in rust.bytes() {
        if byte == b'_' {
            upper = true;
            continue;
        }
        let expected = if upper { byte.to_ascii_uppercase() } else { byte };
        if letters.next() != Some(expected) {
            return false;
        }
        upper = false;
    }
    letters.next().is_none()
}

/// Declares an object type that is resolved whole. A list of objects says after `=>` how many rows it has
/// in practice (see [`cost`](crate::graphql::cost)).
macro_rules! plain_object {
    ($(#[$meta:meta])* pub(crate) struct $name:ident {
        $($(#[$field_meta:meta])* $field:ident: $ty:ty $(=> $rows:expr)?,)+
    }) => {
        #[derive(Clone, Debug, async_graphql::SimpleObject)]
        $(#[$meta])*
        pub(crate) struct $name {
            $(
                $(#[$field_meta])*
                $(#[graphql(complexity = $crate::graphql::cost::list($rows, child_complexity))])?
                pub(crate) $field: $ty,
            )+
        }

        impl $crate::graphql::plain::PlainObject for $name {
            #[allow(unused_assignments, reason = "the last count is not read")]
            fn plan_field(
                name: &str,
                selections: &[&async_graphql::parser::types::SelectionSet],
                fragments: &$crate::graphql::plain::Fragments,
            ) -> Option<(usize, $crate::graphql::plain::Plan)> {
                let mut at = 0;
                $(
                    if $crate::graphql::plain::is_name_of(stringify!($field), name) {
                        return Some((at, <$ty as $crate::graphql::plain::Answer>::plan(selections, fragments)));
                    }
                    at += 1;
                )+
                None
            }

            #[allow(unused_assignments, reason = "the last count is not read")]
            fn answer_field(&self, wanted: usize, plan: &$crate::graphql::plain::Plan) -> async_graphql::Value {
                let mut at = 0;
                $(
                    if wanted == at {
                        return $crate::graphql::plain::Answer::answer(&self.$field, plan);
                    }
                    at += 1;
                )+
                async_graphql::Value::Null
            }
        }

        impl $crate::graphql::plain::Answer for $name {
            fn plan(
                selections: &[&async_graphql::parser::types::SelectionSet],
                fragments: &$crate::graphql::plain::Fragments,
            ) -> $crate::graphql::plain::Plan {
                $crate::graphql::plain::Plan::of_object::<Self>(selections, fragments)
            }

            fn answer(&self, plan: &$crate::graphql::plain::Plan) -> async_graphql::Value {
                plan.answer_object(self)
            }
        }
    };
}
pub(crate) use plain_object;

/// An object that is resolved whole where it stands.
pub(crate) struct Whole<T>(pub(crate) T);

impl<T: Answer> OutputType for Whole<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        let plan = T::plan(&[&ctx.item.node], &ctx.query_env.fragments);
        Ok(self.0.answer(&plan))
    }
}

impl<T: Answer> Answer for Option<T> {
    fn plan(selections: &[&SelectionSet], fragments: &Fragments) -> Plan {
        T::plan(selections, fragments)
    }

    fn answer(&self, plan: &Plan) -> Value {
        self.as_ref().map_or(Value::Null, |value| value.answer(plan))
    }
}

impl<T: Answer> Answer for Vec<T> {
    fn plan(selections: &[&SelectionSet], fragments: &Fragments) -> Plan {
        T::plan(selections, fragments)
    }

    fn answer(&self, plan: &Plan) -> Value {
        Value::List(self.iter().map(|value| value.answer(plan)).collect())
    }
}

impl Answer for String {
    fn answer(&self, _: &Plan) -> Value {
        Value::String(self.clone())
    }
}

impl Answer for ID {
    fn answer(&self, _: &Plan) -> Value {
        Value::String(self.0.clone())
    }
}

impl Answer for i32 {
    fn answer(&self, _: &Plan) -> Value {
        Value::from(*self)
    }
}

impl Answer for bool {
    fn answer(&self, _: &Plan) -> Value {
        Value::Boolean(*self)
    }
}

impl Answer for DateTime<Utc> {
    fn answer(&self, _: &Plan) -> Value {
        Value::String(self.to_rfc3339_opts(SecondsFormat::AutoSi, false))
    }
}

impl Answer for NaiveDate {
    fn answer(&self, _: &Plan) -> Value {
        Value::String(self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::is_name_of;

    #[test]
    fn graphql_names_are_told_from_rust_names() {
        assert!(is_name_of("max_points", "maxPoints"));
        assert!(is_name_of("code", "code"));
        for other in ["maxpoints", "max_points", "maxPoint", "maxPointss", ""] {
            assert!(!is_name_of("max_points", other), "{other}");
        }
    }
}
