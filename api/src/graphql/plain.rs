//! Objects that are loaded whole and resolved without awaiting.
//!
//! async-graphql resolves an object field by field, each a boxed future. For an answer of a few thousand
//! fields that is most of the cost. Here a root resolver loads everything that the query wants (look-ahead
//! says what), and [`Whole`] turns it into the answer in one walk: the selection is planned once for a
//! type, not once for a row.
//!
//! [`plain_object!`](crate::graphql::plain::plain_object) declares such a type. It derives `SimpleObject`
//! as well, which gives the schema, the documentation and the ordinary way for the `Node` interface.
//! [`plain_interface!`](crate::graphql::plain::plain_interface) declares an interface of such types.

mod interface;

use std::borrow::Cow;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, ID, Name, OutputType, Positioned, QueryEnv, ServerResult, Value};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

pub(crate) use self::interface::{plain_interface, registered};
use super::paging::Window;

/// What a selection wants of a type, in the order of the answer. Empty for a scalar.
#[derive(Default)]
pub(crate) struct Plan {
    fields: Vec<Wanted>,
    /// Of an interface what is wanted of each of its types, in their order.
    types: Vec<Plan>,
    /// Of a list that is paged where it stands, which page.
    pub(crate) window: Option<Window>,
}

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
    fn plan(_selections: &[&SelectionSet], _query: &QueryEnv) -> Plan {
        Plan::default()
    }

    /// The same for a field that may have arguments.
    fn plan_field_of(_field: &Field, selections: &[&SelectionSet], query: &QueryEnv) -> Plan {
        Self::plan(selections, query)
    }

    /// The answer.
    fn answer(&self, plan: &Plan) -> Value;
}

/// An object of plain fields.
pub(crate) trait PlainObject: OutputType {
    /// The place of a field, and the plan of what is selected of it.
    fn plan_field(field: &Field, selections: &[&SelectionSet], query: &QueryEnv) -> Option<(usize, Plan)>;

    /// The answer of the field at a place.
    fn answer_field(&self, at: usize, plan: &Plan) -> Value;
}

impl Plan {
    /// Plans the selections of an object. Fragments are merged in: validation admits only those that fit.
    pub(crate) fn of_object<T: PlainObject>(selections: &[&SelectionSet], query: &QueryEnv) -> Self {
        Self::of_type::<T>(selections, query, &|_| true)
    }

    /// Plans the selections of an object, with the fragments on those types that it `is`.
    fn of_type<T: PlainObject>(
        selections: &[&SelectionSet],
        query: &QueryEnv,
        is: &dyn Fn(&str) -> bool,
    ) -> Self {
        let mut by_key = ByKey::new();
        for selection in selections {
            collect(selection, query, is, &mut by_key);
        }
        let wanted = by_key.into_iter().filter_map(|(key, (field, selections))| {
            let field = match field.name.node.as_str() {
                "__typename" => WantedField::TypeName,
                _ => {
                    let (at, plan) = T::plan_field(field, &selections, query)?;
                    WantedField::At(at, plan)
                }
            };
            Some(Wanted { key: key.clone(), field })
        });
        Self { fields: wanted.collect(), ..Self::default() }
    }

    /// The answer of an object.
    pub(crate) fn answer_object<T: PlainObject>(&self, object: &T) -> Value {
        let mut answer = IndexMap::with_capacity(self.fields.len());
        for wanted in &self.fields {
            let value = match &wanted.field {
                WantedField::TypeName => Value::String(T::type_name().into_owned()),
                WantedField::At(at, plan) => object.answer_field(*at, plan),
            };
            answer.insert(wanted.key.clone(), value);
        }
        Value::Object(answer)
    }
}

/// The first field of each response key, with the selections of all.
type ByKey<'a> = IndexMap<&'a Name, (&'a Field, Vec<&'a SelectionSet>)>;

fn collect<'a>(
    selections: &'a SelectionSet,
    query: &'a QueryEnv,
    is: &dyn Fn(&str) -> bool,
    by_key: &mut ByKey<'a>,
) {
    for selection in &selections.items {
        match &selection.node {
            Selection::Field(field) => {
                let entry = by_key.entry(&field.node.response_key().node);
                entry.or_insert_with(|| (&field.node, Vec::new())).1.push(&field.node.selection_set.node);
            }
            Selection::InlineFragment(fragment) => {
                let on = fragment.node.type_condition.as_ref();
                if on.is_none_or(|on| is(&on.node.on.node)) {
                    collect(&fragment.node.selection_set.node, query, is, by_key);
                }
            }
            Selection::FragmentSpread(spread) => {
                let fragment = query.fragments.get(&spread.node.fragment_name.node);
                if let Some(fragment) = fragment.filter(|it| is(&it.node.type_condition.node.on.node)) {
                    collect(&fragment.node.selection_set.node, query, is, by_key);
                }
            }
        }
    }
}

/// The value of a field's argument; null where it is not given.
pub(crate) fn argument(field: &Field, name: &str, query: &QueryEnv) -> Value {
    let variable = |name: Name| {
        let definitions = &query.operation.node.variable_definitions;
        let definition = definitions.iter().find(|it| it.node.name.node == name);
        let default = || definition.and_then(|it| it.node.default_value().cloned());
        Ok::<_, std::convert::Infallible>(
            query.variables.get(&name).cloned().or_else(default).unwrap_or_default(),
        )
    };
    let given = field.get_argument(name).map(|value| value.node.clone());
    match given.map(|value| value.into_const_with(variable)) {
        Some(Ok(value)) => value,
        None => Value::Null,
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
/// in practice, an interface after `|` what one of its types costs at most (see [`cost`](crate::graphql::cost)). With
/// `of Other` it has the fields of `Other` as well; with `beside { … }` fields that take arguments, whose schema a
/// `ComplexObject` gives.
macro_rules! plain_object {
    ($(#[$meta:meta])* pub(crate) struct $name:ident $(of $shared:ident)? {
        $($(#[$field_meta:meta])* $field:ident: $ty:ty $(=> $rows:path)? $(| $most:path)?,)+
    } $(beside {
        $($(#[$paged_meta:meta])* $paged:ident: $paged_ty:ty,)+
    })?) => {
        #[derive(Clone, Debug, async_graphql::SimpleObject)]
        $(#[$meta])*
        pub(crate) struct $name {
            $(
                $(#[$field_meta])*
                $(#[graphql(complexity = $crate::graphql::cost::list($rows, child_complexity))])?
                $(#[graphql(complexity = $crate::graphql::cost::one_of($most, child_complexity))])?
                pub(crate) $field: $ty,
            )+
            $($(
                $(#[$paged_meta])*
                #[graphql(skip)]
                pub(crate) $paged: $paged_ty,
            )+)?
            $(
                #[graphql(flatten)]
                pub(crate) shared: $shared,
            )?
        }

        impl $crate::graphql::plain::PlainObject for $name {
            #[allow(unused_assignments, reason = "the last count is not read")]
            fn plan_field(
                field: &async_graphql::parser::types::Field,
                selections: &[&async_graphql::parser::types::SelectionSet],
                query: &async_graphql::QueryEnv,
            ) -> Option<(usize, $crate::graphql::plain::Plan)> {
                let name = field.name.node.as_str();
                let mut at = 0;
                $(
                    if $crate::graphql::plain::is_name_of(stringify!($field), name) {
                        return Some((at, <$ty as $crate::graphql::plain::Answer>::plan(selections, query)));
                    }
                    at += 1;
                )+
                $($(
                    if $crate::graphql::plain::is_name_of(stringify!($paged), name) {
                        let plan = <$paged_ty as $crate::graphql::plain::Answer>::plan_field_of;
                        return Some((at, plan(field, selections, query)));
                    }
                    at += 1;
                )+)?
                $(
                    let shared = <$shared as $crate::graphql::plain::PlainObject>::plan_field;
                    if let Some((within, plan)) = shared(field, selections, query) {
                        return Some((at + within, plan));
                    }
                )?
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
                $($(
                    if wanted == at {
                        return $crate::graphql::plain::Answer::answer(&self.$paged, plan);
                    }
                    at += 1;
                )+)?
                $(
                    if wanted >= at {
                        let shared = <$shared as $crate::graphql::plain::PlainObject>::answer_field;
                        return shared(&self.shared, wanted - at, plan);
                    }
                )?
                async_graphql::Value::Null
            }
        }

        impl $crate::graphql::plain::Answer for $name {
            fn plan(
                selections: &[&async_graphql::parser::types::SelectionSet],
                query: &async_graphql::QueryEnv,
            ) -> $crate::graphql::plain::Plan {
                $crate::graphql::plain::Plan::of_object::<Self>(selections, query)
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
        let plan = T::plan(&[&ctx.item.node], ctx.query_env);
        Ok(self.0.answer(&plan))
    }
}

impl<T: Answer> Answer for Option<T> {
    fn plan(selections: &[&SelectionSet], query: &QueryEnv) -> Plan {
        T::plan(selections, query)
    }

    fn answer(&self, plan: &Plan) -> Value {
        self.as_ref().map_or(Value::Null, |value| value.answer(plan))
    }
}

impl<T: Answer> Answer for Vec<T> {
    fn plan(selections: &[&SelectionSet], query: &QueryEnv) -> Plan {
        T::plan(selections, query)
    }

    fn answer(&self, plan: &Plan) -> Value {
        Value::List(self.iter().map(|value| value.answer(plan)).collect())
    }
}

impl<T: Answer> Answer for Box<T> {
    fn plan(selections: &[&SelectionSet], query: &QueryEnv) -> Plan {
        T::plan(selections, query)
    }

    fn answer(&self, plan: &Plan) -> Value {
        T::answer(self, plan)
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

impl Answer for i64 {
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
