//! The text of a document, before it is parsed: one pass over its bytes that knows just enough of GraphQL
//! to tell tokens, strings and comments from each other. What it takes for a token need not be one; the
//! parser decides that.

use async_graphql::ServerResult;

use super::too_large;

/// The longest document, in bytes. Blanks and comments count: the parser goes over them several times.
const LONGEST_TEXT: usize = 64 * 1024;
/// The most tokens. It bounds everything that a document may have many of: fields, arguments, variables,
/// directives, values of a list, operations.
const MOST_TOKENS: usize = 5_000;
/// The longest token, a string for instance, in bytes.
const LONGEST_TOKEN: usize = 10_000;
/// The longest name, in bytes: names are repeated in answers and errors.
const LONGEST_NAME: usize = 200;
/// How deep brackets of all kinds may be nested.
const MOST_NESTED: usize = 50;

/// Checks the text.
pub(super) fn check(text: &str) -> ServerResult<()> {
    if text.len() > LONGEST_TEXT {
        return Err(too_large(format!("The document may have at most {LONGEST_TEXT} bytes.")));
    }
    let bytes = text.as_bytes();
    let (mut at, mut tokens, mut nested) = (0, 0, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let length = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => {
                at += 1;
                continue;
            }
            b'#' => {
                at += rest.iter().take_while(|byte| !matches!(byte, b'\r' | b'\n')).count();
                continue;
            }
            b'"' => string(rest),
            _ if is_of_name(byte) => name(rest)?,
            _ => 1,
        };
        match byte {
            b'(' | b'[' | b'{' => nested += 1,
            b')' | b']' | b'}' => nested = nested.saturating_sub(1),
            _ => {}
        }
        tokens += 1;
        at += length;
        if length > LONGEST_TOKEN {
            return Err(too_large(format!(
                "A string in the document may have at most {LONGEST_TOKEN} bytes."
            )));
        }
        if nested > MOST_NESTED {
            return Err(too_large(format!(
                "The document's brackets are nested more than {MOST_NESTED} deep."
            )));
        }
        if tokens > MOST_TOKENS {
            return Err(too_large(format!("The document may have at most {MOST_TOKENS} words and signs.")));
        }
    }
    Ok(())
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The length of the name or number that `rest` begins with.
fn name(rest: &[u8]) -> ServerResult<usize> {
    let length = rest.iter().take_while(|byte| is_of_name(**byte)).count();
    if length > LONGEST_NAME {
        return Err(too_large(format!("A name in the document may have at most {LONGEST_NAME} bytes.")));
    }
    Ok(length)
}

/// The length of the string that `rest` begins with, quotes included; all of it when it does not end.
fn string(rest: &[u8]) -> usize {
    if rest.starts_with(b"\"\"\"") {
        let mut at = 3;
        while at < rest.len() {
            if rest[at..].starts_with(b"\\\"\"\"") {
                at += 4;
            } else if rest[at..].starts_with(b"\"\"\"") {
                return at + 3;
            } else {
                at += 1;
            }
        }
        return rest.len();
    }
    let mut at = 1;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'"' => return at + 1,
            // A string ends with its line; the parser will say that this one is not closed.
            b'\r' | b'\n' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_NAME, LONGEST_TEXT, LONGEST_TOKEN, MOST_NESTED, MOST_TOKENS, check};

    fn refusal(text: &str) -> Option<String> {
        check(text).err().map(|error| error.message)
    }

    /// A text with so many of what is limited.
    type Text = fn(usize) -> String;

    #[test]
    fn each_limit_admits_what_it_names_and_no_more() {
        let rows: [(Text, usize, &str); 5] = [
            (|count| " ".repeat(count), LONGEST_TEXT, "bytes"),
            (|count| "a ".repeat(count), MOST_TOKENS, "words and signs"),
            (|count| format!("\"{}\"", "é".repeat(count / 2 - 1)), LONGEST_TOKEN, "string"),
            (|count| "a".repeat(count), LONGEST_NAME, "name"),
            (|count| "[{(".repeat(count / 3 + 1)[..count].to_owned(), MOST_NESTED, "brackets"),
        ];
        for (text, limit, word) in rows {
            assert_eq!(refusal(&text(limit)), None, "{word}");
            let refused = refusal(&text(limit + 2)).unwrap_or_default();
            assert!(refused.contains(word), "{word}: {refused}");
        }
    }

    #[test]
    fn what_stands_in_strings_and_comments_is_no_bracket() {
        let brackets = "[".repeat(MOST_NESTED + 1);
        for text in [
            format!("\"{brackets}\""),
            format!("\"\\\"{brackets}\""),
            format!("\"\"\"{brackets}\\\"\"\"{brackets}\"\"\""),
            format!("# \" {brackets}\n"),
        ] {
            assert_eq!(refusal(&text), None, "{text}");
            assert!(refusal(&format!("{text}{brackets}")).is_some(), "{text}");
        }
    }

    #[test]
    fn a_string_that_does_not_end_hides_nothing() {
        let brackets = "[".repeat(MOST_NESTED + 1);
        assert!(refusal(&format!("\"open\n{brackets}")).is_some());
        for text in ["\"", "\"\\", "\"\"", "\"\"\"", "\"\"\"\\"] {
            assert_eq!(refusal(text), None, "{text}");
        }
    }
}
