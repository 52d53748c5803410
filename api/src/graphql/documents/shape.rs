//! The shape of a parsed document with its fragments expanded: how much it selects, how deep it goes.
//!
//! Each fragment is measured once, so measuring costs as much as the document is long, whatever it would
//! expand to. All later walks cost at most what is admitted here.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Name, ServerError, ServerResult};

use super::{set_code, too_large};

/// The most fields and fragments that all operations together may select.
const MOST_SELECTIONS: usize = 1_000;
/// The most fields of one operation at its top: each is a query of its own to the database.
const MOST_AT_TOP: usize = 50;
/// How deep selections may be nested. Fields alone are bounded more tightly, by the schema.
const MOST_NESTED: usize = 32;
/// The most directives of one field, spread or fragment.
const MOST_DIRECTIVES: usize = 10;

/// The most that all questions about the schema together may come to; an editor's comes to half of it.
const MOST_INTROSPECTION: usize = 300_000;
/// The lists of the schema's description, and how long each is taken to be.
const LISTS: [(&str, usize); 8] = [
    ("types", 80),
    ("fields", 12),
    ("args", 3),
    ("inputFields", 4),
    ("enumValues", 6),
    ("possibleTypes", 10),
    ("interfaces", 2),
    ("directives", 6),
];

/// What a selection comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    selections: usize,
    /// Those among them that stand at the selection's own level.
    at_top: usize,
    nested: usize,
    /// How many values it would give, were it one of the schema's description.
    described: usize,
    /// How many values of the schema's description it gives.
    introspected: usize,
}

/// Checks the shape.
pub(super) fn check(document: &ExecutableDocument) -> ServerResult<()> {
    let mut measure = Measure { document, fragments: HashMap::new() };
    let (mut selections, mut introspected): (usize, usize) = (0, 0);
    for (_, operation) in document.operations.iter() {
        let size = measure.of(&operation.node.selection_set.node, 1)?;
        if size.at_top > MOST_AT_TOP {
            let message = format!("An operation may select at most {MOST_AT_TOP} fields at its top.");
            return Err(too_large(message));
        }
        selections = selections.saturating_add(size.selections);
        introspected = introspected.saturating_add(size.introspected);
        if operation.node.directives.len() > MOST_DIRECTIVES {
            return Err(too_many_directives());
        }
    }
    // Fragments that no operation spreads are validated all the same.
    for name in document.fragments.keys() {
        measure.of_fragment(name, 1)?;
    }
    if selections > MOST_SELECTIONS {
        let message =
            format!("The document selects {selections} fields; at most {MOST_SELECTIONS} are allowed.");
        return Err(too_large(message));
    }
    if introspected > MOST_INTROSPECTION {
        return Err(too_large("The document asks too much about the schema at once.".to_owned()));
    }
    Ok(())
}

/// The size of a field by that of what is selected below it.
fn of_field(name: &str, below: Size) -> Size {
    let size = Size { at_top: 1, ..below };
    if ["__schema", "__type"].contains(&name) {
        let introspected = size.introspected.saturating_add(below.described);
        return Size { described: 0, introspected, ..size };
    }
    let length = LISTS.iter().find(|(list, _)| *list == name).map_or(1, |(_, length)| *length);
    Size { described: below.described.saturating_add(1).saturating_mul(length), ..size }
}

struct Measure<'a> {
    document: &'a ExecutableDocument,
    /// What was measured; `None` for a fragment that is just being measured.
    fragments: HashMap<&'a Name, Option<Size>>,
}

impl<'a> Measure<'a> {
    /// The size of a selection that stands `depth` deep.
    fn of(&mut self, selections: &'a SelectionSet, depth: usize) -> ServerResult<Size> {
        if depth > MOST_NESTED {
            return Err(too_deep());
        }
        let mut size = Size { nested: 1, ..Size::default() };
        for item in &selections.items {
            if item.node.directives().len() > MOST_DIRECTIVES {
                return Err(too_many_directives());
            }
            let below = match &item.node {
                Selection::Field(field) => {
                    let inner = &field.node.selection_set.node;
                    let below = match inner.items.is_empty() {
                        true => Size::default(),
                        false => self.of(inner, depth + 1)?,
                    };
                    of_field(&field.node.name.node, below)
                }
                Selection::InlineFragment(fragment) => {
                    self.of(&fragment.node.selection_set.node, depth + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    self.of_fragment(&spread.node.fragment_name.node, depth + 1)?
                }
            };
            size.selections = size.selections.saturating_add(1).saturating_add(below.selections);
            size.at_top = size.at_top.saturating_add(below.at_top);
            size.nested = size.nested.max(below.nested + 1);
            size.described = size.described.saturating_add(below.described);
            size.introspected = size.introspected.saturating_add(below.introspected);
        }
        // A fragment that was measured before may now stand deeper than it did.
        if depth + size.nested > MOST_NESTED + 1 {
            return Err(too_deep());
        }
        Ok(size)
    }

    /// The size of a fragment; nothing for one that does not exist, which validation will say.
    fn of_fragment(&mut self, name: &'a Name, depth: usize) -> ServerResult<Size> {
        if let Some(measured) = self.fragments.get(name) {
            return measured.ok_or_else(|| spreads_itself(name));
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Size::default());
        };
        self.fragments.insert(name, None);
        let size = self.of(&fragment.node.selection_set.node, depth)?;
        self.fragments.insert(name, Some(size));
        Ok(size)
    }
}

fn too_deep() -> ServerError {
    too_large(format!("The document's selections are nested more than {MOST_NESTED} deep."))
}

fn too_many_directives() -> ServerError {
    too_large(format!("A field or fragment may have at most {MOST_DIRECTIVES} directives."))
}

fn spreads_itself(name: &Name) -> ServerError {
    let mut error = ServerError::new(format!("The fragment `{name}` spreads itself."), None);
    set_code(&mut error, "GRAPHQL_VALIDATION_FAILED");
    error
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::{MOST_AT_TOP, MOST_DIRECTIVES, MOST_NESTED, MOST_SELECTIONS, check};

    fn refusal(text: &str) -> Option<String> {
        let document = parse_query(text).expect("a document");
        check(&document).err().map(|error| error.message)
    }

    /// `count` fragments, each of which spreads the next twice.
    fn doubling(count: usize) -> String {
        let fragments: String = (0..count)
            .map(|at| format!("fragment f{at} on T {{ ...f{} ...f{} }} ", at + 1, at + 1))
            .collect();
        format!("{{ a {{ ...f0 }} }} {fragments} fragment f{count} on T {{ b }}")
    }

    #[test]
    fn fragments_count_at_every_spread() {
        assert_eq!(refusal(&doubling(3)), None);
        assert!(refusal(&doubling(25)).expect("refused").contains("selects"));
    }

    #[test]
    fn a_chain_of_fragments_is_as_deep_as_it_is_long() {
        assert!(refusal(&doubling(200)).expect("refused").contains("deep"));
        // Measured shallow first, then spread at the end of a long way down.
        let deep = |way: usize| {
            let (open, close) = ("{ a ".repeat(way), " }".repeat(way));
            format!("{{ x {{ ...f }} y {open} {{ ...f }} {close} }} fragment f on T {{ p {{ q {{ r }} }} }}")
        };
        assert_eq!(refusal(&deep(MOST_NESTED - 6)), None);
        assert!(refusal(&deep(MOST_NESTED - 3)).expect("refused").contains("deep"));
    }

    #[test]
    fn a_fragment_that_spreads_itself_is_refused() {
        for text in [
            "{ ...a } fragment a on T { ...a ...a }",
            "{ ...a } fragment a on T { x { ...b } } fragment b on T { ...a }",
            "{ x } fragment a on T { ...a }",
        ] {
            assert!(refusal(text).expect("refused").contains("spreads itself"), "{text}");
        }
    }

    #[test]
    fn the_schema_is_told_once_and_not_as_a_tree() {
        let types = |inner: &str| {
            format!("__schema {{ types {{ fields {{ name args {{ name }} type {{ {inner} }} }} }} }}")
        };
        assert_eq!(refusal(&format!("{{ {} }}", types("name"))), None);
        let many: String = (0..40).map(|at| format!("a{at}: {} ", types("name"))).collect();
        assert!(refusal(&format!("{{ {many} }}")).expect("refused").contains("schema"));
        let deep = "fields { type { ".repeat(4);
        let deep = types(&format!("{deep} name {}", "} }".repeat(4)));
        assert!(
            refusal(&format!("{{ ...f }} fragment f on Query {{ {deep} }}"))
                .expect("refused")
                .contains("schema")
        );
        // Fields of ours with such names are no introspection.
        assert_eq!(refusal("{ types { types { types { types { types { types { a } } } } } } }"), None);
    }

    /// A document with so many of what is limited.
    type Text = fn(usize) -> String;

    fn fields(count: usize) -> String {
        (0..count).map(|at| format!("f{at} ")).collect()
    }

    #[test]
    fn each_limit_admits_what_it_names_and_no_more() {
        let rows: [(Text, usize, &str); 3] = [
            (|count| format!("{{ a {{ {} }} }}", fields(count - 1)), MOST_SELECTIONS, "selects"),
            (|count| format!("{{ ...f }} fragment f on T {{ {} }}", fields(count)), MOST_AT_TOP, "top"),
            (|count| format!("{{ a {} }}", "@x ".repeat(count)), MOST_DIRECTIVES, "directives"),
        ];
        for (text, limit, word) in rows {
            assert_eq!(refusal(&text(limit)), None, "{word}");
            assert!(refusal(&text(limit + 1)).expect("refused").contains(word), "{word}");
        }
    }
}
