//! Documents from the schema: operations, fragments, aliases, directives, variables, mostly right.

use proptest::prelude::RngExt;
use proptest::test_runner::TestRng;
use serde_json::{Map, Value, json};

use super::schema::{Field, Reference, Schema};
use super::value::{Values, literal, pick, variable};

/// How deep fields are nested; one more than is allowed, now and then.
const DEEPEST: usize = 7;

/// Writes one request.
#[derive(Debug)]
pub struct Author<'a> {
    values: Values<'a>,
    rng: &'a mut TestRng,
    /// Of the operation that is being written: its variables' declarations.
    declared: Vec<String>,
    variables: Map<String, Value>,
    fragments: Vec<String>,
    /// How many aliases were given.
    aliases: usize,
}

/// A request of one or more operations.
pub fn request(schema: &Schema, ids: &[String], rng: &mut TestRng) -> Value {
    let (declared, fragments) = (Vec::new(), Vec::new());
    // Of half of the requests everything but the texts and numbers is right, so that they get past validation.
    let values = Values { schema, ids, wild: rng.random_bool(0.5) };
    Author { values, rng, declared, variables: Map::new(), fragments, aliases: 0 }.write()
}

impl Author<'_> {
    fn write(mut self) -> Value {
        let count = if self.chance(1, 6) { self.rng.random_range(2..4) } else { 1 };
        let mut document = String::new();
        for number in 0..count {
            let (keyword, root) = match self.rng.random_range(0..20) {
                0 => ("subscription", "Subscription"),
                1..=6 => ("mutation", "Mutation"),
                _ => ("query", "Query"),
            };
            let selection = self.selection(root, 0);
            let declared = std::mem::take(&mut self.declared);
            let declared =
                if declared.is_empty() { String::new() } else { format!("({})", declared.join(", ")) };
            let directives = self.directives();
            document += &format!("{keyword} o{number}{declared}{directives} {selection}\n");
        }
        let mut fragments = std::mem::take(&mut self.fragments);
        if self.wrong(1, 30) {
            fragments.push("fragment round on Query { ...round }".to_owned());
        }
        document += &fragments.join("\n");
        if self.wrong(1, 25) {
            self.spoil(&mut document);
        }
        let mut body = json!({ "query": document, "variables": self.variables });
        if count > 1 && !self.chance(1, 8) || self.chance(1, 8) {
            let beyond = u32::from(self.chance(1, 8));
            body["operationName"] = json!(format!("o{}", self.rng.random_range(0..count + beyond)));
        }
        if self.wrong(1, 40) {
            body["extensions"] = json!({ "persistedQuery": { "version": 1, "sha256Hash": "0" } });
        }
        body
    }

    /// Takes a piece out of a document, or doubles it.
    fn spoil(&mut self, document: &mut String) {
        let characters: Vec<char> = document.chars().collect();
        let (mut from, mut to) =
            (self.rng.random_range(0..characters.len()), self.rng.random_range(0..characters.len()));
        if from > to {
            std::mem::swap(&mut from, &mut to);
        }
        let piece = &characters[from..to];
        let middle = if self.chance(1, 2) { [piece, piece].concat() } else { Vec::new() };
        *document = [&characters[..from], &middle, &characters[to..]].concat().into_iter().collect();
    }

    fn chance(&mut self, numerator: u32, denominator: u32) -> bool {
        self.rng.random_ratio(numerator, denominator)
    }

    /// As `chance`, but never in a request that is to be right.
    fn wrong(&mut self, numerator: u32, denominator: u32) -> bool {
        self.values.wild && self.chance(numerator, denominator)
    }

    fn selection(&mut self, name: &str, depth: usize) -> String {
        let known = self.values.schema.named(name);
        let mut parts = Vec::new();
        let most = if depth == 0 { 3 } else { 5 };
        for _ in 0..self.rng.random_range(1..=most) {
            if known.fields.is_empty() || self.chance(1, 25) {
                parts.push("__typename".to_owned());
                continue;
            }
            let field = pick(self.rng, &known.fields);
            parts.push(self.field(field, depth));
        }
        if !known.possible.is_empty() {
            let possible = pick(self.rng, &known.possible).clone();
            parts.push(format!("... on {possible} {}", self.selection(&possible, depth + 1)));
        }
        if depth == 0 && name == "Query" && self.chance(1, 12) {
            parts.push("__schema { types { name description } }".to_owned());
        }
        if depth < DEEPEST && self.chance(1, 12) {
            let inner = self.selection(name, depth + 1);
            let directives = self.directives();
            parts.push(match self.rng.random_range(0..3) {
                0 => format!("...{directives} {inner}"),
                1 => format!("... on {name}{directives} {inner}"),
                _ => {
                    let spread = format!("f{}", self.fragments.len());
                    self.fragments.push(format!("fragment {spread} on {name} {inner}"));
                    format!("...{spread}{directives}")
                }
            });
        }
        if self.wrong(1, 60) {
            parts.push(
                (*pick(
                    self.rng,
                    &["nothing", "__type(name: \"Query\") { name }", "...nowhere", "id: __typename"],
                ))
                .to_owned(),
            );
        }
        format!("{{ {} }}", parts.join(" "))
    }

    fn field(&mut self, field: &Field, depth: usize) -> String {
        let composite = self.values.schema.named(&field.is.name).is_composite();
        if composite && depth >= DEEPEST && !self.wrong(1, 20) {
            return "__typename".to_owned();
        }
        self.aliases += 1;
        let alias = if !self.values.wild {
            format!("a{}: ", self.aliases)
        } else if self.chance(1, 2) {
            format!("a{}: ", self.rng.random_range(0..60))
        } else {
            String::new()
        };
        let mut arguments = Vec::new();
        for (name, of) in &field.arguments {
            let given = if of.is_required() { !self.wrong(1, 60) } else { self.chance(1, 2) };
            // Hardly any text is a cursor.
            let given = given && (self.values.wild || name != "after" || self.chance(1, 10));
            if given {
                arguments.push(format!("{name}: {}", self.argument(of)));
            }
        }
        if self.wrong(1, 80) {
            arguments.push("nothing: 1".to_owned());
        }
        let arguments =
            if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        let directives = self.directives();
        let inner = if composite { self.selection(&field.is.name, depth + 1) } else { String::new() };
        format!("{alias}{}{arguments}{directives} {inner}", field.name)
    }

    fn argument(&mut self, of: &Reference) -> String {
        let value = self.values.value(self.rng, of);
        if !self.chance(1, 4) {
            return literal(&value);
        }
        let name = format!("v{}", self.declared.len());
        let is = if self.wrong(1, 15) { "[Int!]".to_owned() } else { of.written() };
        let default = if self.chance(1, 6) { format!(" = {}", literal(&value)) } else { String::new() };
        self.declared.push(format!("${name}: {is}{default}"));
        if !self.wrong(1, 10) {
            self.variables.insert(name.clone(), variable(value));
        }
        format!("${name}")
    }

    fn directives(&mut self) -> String {
        if !self.chance(1, 15) {
            return String::new();
        }
        let right = ["@skip(if: false)", "@include(if: true)", "@skip(if: true)"];
        if !self.values.wild {
            return format!(" {}", pick(self.rng, &right));
        }
        let written = [
            "@skip(if: false)",
            "@include(if: true)",
            "@skip(if: true)",
            "@include(if: false) @skip(if: null)",
            "@nothing",
            "@deprecated",
        ];
        format!(" {}", pick(self.rng, &written))
    }
}
