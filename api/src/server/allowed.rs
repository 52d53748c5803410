//! The list of the only documents that are executed, where there is one: known by the SHA-256 of their text.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use async_graphql::parser::{self, parse_query};

use crate::people::hashed;

/// The only documents that are executed.
#[derive(Clone, Debug, Default)]
pub struct AllowedQueries(HashMap<String, String>);

/// Why a list of documents is of no use.
#[derive(Debug, thiserror::Error)]
pub enum AllowedQueriesError {
    /// A file cannot be read.
    #[error("{0}: {1}")]
    File(PathBuf, #[source] io::Error),
    /// The file is no object of texts.
    #[error("{0}: not a JSON object from hashes to documents: {1}")]
    Json(PathBuf, #[source] serde_json::Error),
    /// A hash belongs to another document.
    #[error("`{0}` is not the SHA-256 of its document, which is {1}")]
    Hash(String, String),
    /// A document is none.
    #[error("{0}: not a GraphQL document: {1}")]
    Document(String, #[source] parser::Error),
    /// There is no document.
    #[error("{0}: there is no document in it")]
    Empty(PathBuf),
}

impl AllowedQueries {
    /// Reads a JSON object from SHA-256 to document, or every `.graphql` file of a folder.
    ///
    /// # Errors
    /// When something cannot be read, is no document, or has another hash; and when there is nothing.
    pub fn read(path: &Path) -> Result<Self, AllowedQueriesError> {
        let allowed = if path.is_dir() { Self::in_folder(path)? } else { Self::in_file(path)? };
        if allowed.0.is_empty() {
            return Err(AllowedQueriesError::Empty(path.to_owned()));
        }
        Ok(allowed)
    }

    fn in_file(path: &Path) -> Result<Self, AllowedQueriesError> {
        let json = read(path)?;
        let given = serde_json::from_str::<HashMap<String, String>>(&json);
        let given = given.map_err(|error| AllowedQueriesError::Json(path.to_owned(), error))?;
        let mut allowed = Self::default();
        for (hash, document) in given {
            let own = hashed(&document);
            if !own.eq_ignore_ascii_case(&hash) {
                return Err(AllowedQueriesError::Hash(hash, own));
            }
            allowed.add(&own, document)?;
        }
        Ok(allowed)
    }

    fn in_folder(folder: &Path) -> Result<Self, AllowedQueriesError> {
        let unreadable = |error| AllowedQueriesError::File(folder.to_owned(), error);
        let mut allowed = Self::default();
        for file in std::fs::read_dir(folder).map_err(unreadable)? {
            let path = file.map_err(unreadable)?.path();
            if path.extension().is_some_and(|extension| extension == "graphql") {
                let text = read(&path)?;
                // Editors end a file with a line feed, which clients do not send.
                allowed.add(&path.display().to_string(), text.trim_end().to_owned())?;
                allowed.add(&path.display().to_string(), text)?;
            }
        }
        Ok(allowed)
    }

    fn add(&mut self, name: &str, document: String) -> Result<(), AllowedQueriesError> {
        parse_query(&document).map_err(|error| AllowedQueriesError::Document(name.to_owned(), error))?;
        self.0.insert(hashed(&document), document);
        Ok(())
    }

    /// The document with that SHA-256 in small hexadecimal.
    pub(super) fn with_hash(&self, hash: &str) -> Option<&str> {
        self.0.get(hash).map(String::as_str)
    }
}

fn read(path: &Path) -> Result<String, AllowedQueriesError> {
    std::fs::read_to_string(path).map_err(|error| AllowedQueriesError::File(path.to_owned(), error))
}
