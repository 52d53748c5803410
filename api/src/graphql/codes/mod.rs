//! The closed lists of codes as GraphQL enums, in the words of the glossary.

mod inputs;
mod scores;
mod sets;
mod work;

pub(crate) use inputs::*;
pub(crate) use scores::*;
pub(crate) use sets::*;
pub(crate) use work::*;

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident from $remote:ty { $($(#[$variant_meta:meta])* $variant:ident,)+ })+) => {$(
        $(#[$meta])*
        #[derive(async_graphql::Enum, Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl From<$remote> for $name {
            fn from(code: $remote) -> Self {
                match code {
                    $(<$remote>::$variant => Self::$variant,)+
                }
            }
        }

        impl From<$name> for $remote {
            fn from(code: $name) -> Self {
                match code {
                    $($name::$variant => <$remote>::$variant,)+
                }
            }
        }

        impl $name {
            /// The code as the data model has it.
            pub(crate) fn remote(self) -> $remote {
                match self {
                    $(Self::$variant => <$remote>::$variant,)+
                }
            }

            fn code(self) -> &'static str {
                self.remote().as_str()
            }
        }

        impl crate::graphql::plain::Answer for $name {
            fn answer(&self, _: &crate::graphql::plain::Plan) -> async_graphql::Value {
                async_graphql::Value::String(self.code().to_owned())
            }
        }

        #[cfg(test)]
        impl $name {
            /// The GraphQL names and the stored codes, which must be the same.
            fn names_and_codes() -> Vec<(&'static str, &'static str)> {
                use async_graphql::resolver_utils::EnumType;
                Self::items().iter().map(|item| (item.name, item.value.code())).collect()
            }
        }
    )+

        #[cfg(test)]
        mod tests {
            #[test]
            fn every_enum_value_is_named_as_its_code() {
                $(for (name, code) in super::$name::names_and_codes() {
                    assert_eq!(name, code, "{}", stringify!($name));
                })+
            }
        }
    };
}

use codes;
