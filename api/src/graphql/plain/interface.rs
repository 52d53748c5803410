//! Interfaces of plain objects: each object of a list may be of another type, and a fragment on one type selects
//! from the objects of that type only. What is selected is planned once for each type.

use async_graphql::parser::types::SelectionSet;
use async_graphql::registry::{MetaType, Registry};
use async_graphql::{OutputType, QueryEnv};

use super::{PlainObject, Plan};

impl Plan {
    /// Plans the selections of one of the types of an interface.
    pub(crate) fn of_member<T: PlainObject>(
        interface: &str,
        selections: &[&SelectionSet],
        query: &QueryEnv,
    ) -> Self {
        let own = T::type_name();
        Self::of_type::<T>(selections, query, &|on| on == own || on == interface)
    }

    /// The plan of an interface, by those of its types.
    pub(crate) fn of_types(types: Vec<Self>) -> Self {
        Self { types, ..Self::default() }
    }

    /// What is wanted of the type at a place; nothing where the plan is not one of an interface.
    pub(crate) fn of_type_at(&self, at: usize) -> Option<&Self> {
        self.types.get(at)
    }
}

/// The schema of an interface that has the fields of `S`.
pub(crate) fn registered<I: OutputType, S: OutputType>(
    registry: &mut Registry,
    types: &[String],
    description: &str,
) -> MetaType {
    for member in types {
        registry.add_implements(member, &I::type_name());
    }
    let fields = match registry.create_fake_output_type::<S>() {
        MetaType::Object { fields, .. } => fields,
        _ => Default::default(),
    };
    MetaType::Interface {
        name: I::type_name().into_owned(),
        description: Some(described(description)),
        fields,
        possible_types: types.iter().cloned().collect(),
        extends: false,
        inaccessible: false,
        tags: Vec::new(),
        keys: None,
        visible: None,
        rust_typename: Some(std::any::type_name::<I>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// A doc comment as a description: without the blank before each of its lines.
fn described(comment: &str) -> String {
    comment.trim().lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

/// Declares an interface: the object types of which it may be, all of them `of` the type whose fields they share.
macro_rules! plain_interface {
    ($(#[doc = $doc:literal])+ pub(crate) enum $name:ident of $shared:ident { $($member:ident,)+ }) => {
        $(#[doc = $doc])+
        #[allow(clippy::enum_variant_names, reason = "a variant is named as its type")]
        #[derive(Clone, Debug)]
        pub(crate) enum $name {
            $($member($member),)+
        }

        impl $name {
            /// What objects of every type have.
            #[allow(dead_code, reason = "not every interface is asked")]
            pub(crate) fn shared(&self) -> &$shared {
                match self {
                    $(Self::$member(member) => &member.shared,)+
                }
            }
        }

        $(
            impl From<$member> for $name {
                fn from(member: $member) -> Self {
                    Self::$member(member)
                }
            }
        )+

        impl async_graphql::OutputType for $name {
            fn type_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn introspection_type_name(&self) -> std::borrow::Cow<'static, str> {
                match self {
                    $(Self::$member(_) => <$member as async_graphql::OutputType>::type_name(),)+
                }
            }

            fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                let kind = async_graphql::registry::MetaTypeId::Interface;
                registry.create_output_type::<Self, _>(kind, |registry| {
                    $(<$member as async_graphql::OutputType>::create_type_info(registry);)+
                    let types = [$(<$member as async_graphql::OutputType>::type_name().into_owned(),)+];
                    let description = concat!($($doc, "\n"),+);
                    $crate::graphql::plain::registered::<Self, $shared>(registry, &types, description)
                })
            }

            async fn resolve(
                &self,
                ctx: &async_graphql::ContextSelectionSet<'_>,
                _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
            ) -> async_graphql::ServerResult<async_graphql::Value> {
                use $crate::graphql::plain::Answer;
                Ok(self.answer(&Self::plan(&[&ctx.item.node], ctx.query_env)))
            }
        }

        impl $crate::graphql::plain::Answer for $name {
            fn plan(
                selections: &[&async_graphql::parser::types::SelectionSet],
                query: &async_graphql::QueryEnv,
            ) -> $crate::graphql::plain::Plan {
                use $crate::graphql::plain::Plan;
                let name = stringify!($name);
                Plan::of_types(vec![$(Plan::of_member::<$member>(name, selections, query),)+])
            }

            #[allow(unused_assignments, reason = "the last count is not read")]
            fn answer(&self, plan: &$crate::graphql::plain::Plan) -> async_graphql::Value {
                let mut at = 0;
                $(
                    if let Self::$member(member) = self {
                        let wanted = plan.of_type_at(at);
                        return wanted.map_or(async_graphql::Value::Null, |plan| plan.answer_object(member));
                    }
                    at += 1;
                )+
                async_graphql::Value::Null
            }
        }
    };
}
pub(crate) use plain_interface;
