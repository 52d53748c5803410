//! The schema as a client sees it: read by introspection, so that whatever is added to it is tried as well.

use std::collections::BTreeMap;

use serde_json::Value;
use tests::App;

const INTROSPECTION: &str = "{ __schema { types { name kind possibleTypes { name } enumValues { name }
    inputFields { name type { ...Ref } }
    fields { name type { ...Ref } args { name type { ...Ref } } } } } }
  fragment Ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }";

/// A type reference: a named type, and what is around it from the outside in.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The named type.
    pub name: String,
    /// `NON_NULL` and `LIST`, outermost first.
    pub wraps: Vec<Wrap>,
}

/// What is around a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrap {
    /// `!`
    NonNull,
    /// `[]`
    List,
}

impl Reference {
    fn read(json: &Value) -> Self {
        let kind = json["kind"].as_str().unwrap_or_default();
        let wrap = match kind {
            "NON_NULL" => Wrap::NonNull,
            "LIST" => Wrap::List,
            _ => return Self { name: text(&json["name"]), wraps: Vec::new() },
        };
        let mut inner = Self::read(&json["ofType"]);
        inner.wraps.insert(0, wrap);
        inner
    }

    /// Whether a value must be given.
    pub fn is_required(&self) -> bool {
        self.wraps.first() == Some(&Wrap::NonNull)
    }

    /// As it is written in a document.
    pub fn written(&self) -> String {
        self.wraps.iter().rev().fold(self.name.clone(), |inner, wrap| match wrap {
            Wrap::NonNull => format!("{inner}!"),
            Wrap::List => format!("[{inner}]"),
        })
    }
}

/// A field of an object, or of an input object, which has no arguments.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub is: Reference,
    pub arguments: Vec<(String, Reference)>,
}

/// A named type.
#[derive(Clone, Debug)]
pub struct Type {
    pub kind: String,
    pub fields: Vec<Field>,
    pub values: Vec<String>,
    pub possible: Vec<String>,
}

impl Type {
    /// Whether fields are selected of it.
    pub fn is_composite(&self) -> bool {
        ["OBJECT", "INTERFACE", "UNION"].contains(&self.kind.as_str())
    }
}

/// Every type by its name.
#[derive(Clone, Debug)]
pub struct Schema(pub BTreeMap<String, Type>);

impl Schema {
    /// The schema of an application.
    pub async fn of(app: &App) -> Self {
        let answer = app.ask(INTROSPECTION).await;
        let types = list(&answer["__schema"]["types"], |json| (text(&json["name"]), read_type(json)));
        Self(types.into_iter().collect())
    }

    /// The type with a name.
    pub fn named(&self, name: &str) -> &Type {
        self.0.get(name).unwrap_or_else(|| panic!("the schema has no {name}"))
    }
}

fn read_type(json: &Value) -> Type {
    let arguments =
        |json: &Value| list(&json["args"], |it| (text(&it["name"]), Reference::read(&it["type"])));
    let field = |json: &Value| Field {
        name: text(&json["name"]),
        is: Reference::read(&json["type"]),
        arguments: arguments(json),
    };
    let mut fields = list(&json["fields"], field);
    fields.extend(list(&json["inputFields"], field));
    Type {
        kind: text(&json["kind"]),
        fields,
        values: list(&json["enumValues"], |it| text(&it["name"])),
        possible: list(&json["possibleTypes"], |it| text(&it["name"])),
    }
}

fn list<T>(json: &Value, each: impl Fn(&Value) -> T) -> Vec<T> {
    json.as_array().map(|items| items.iter().map(each).collect()).unwrap_or_default()
}

fn text(json: &Value) -> String {
    json.as_str().unwrap_or_default().to_owned()
}
