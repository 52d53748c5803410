//! The rows that an import refused, as a CSV file with the reasons beside them: mended, it can be handed in as it is.

use entity::import::Kind;
use entity::{ImportId, import, import_conflict};
use futures_util::{Stream, stream};
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, QueryFilter, QuerySelect};

use super::REFUSAL_COLUMNS;
use crate::{dossiers, inputs};

/// So many conflicts are read at a time.
const PAGE: u64 = 2_000;

/// A row that was refused.
#[derive(Default)]
struct Refused {
    row: Option<i32>,
    cells: Vec<String>,
    reasons_vi: Vec<String>,
    reasons_en: Vec<String>,
}

impl Refused {
    fn take(&mut self, conflict: &import_conflict::Model) {
        let said = |why: &str| match (&conflict.column_name, &conflict.value) {
            (Some(column), Some(value)) => format!("{column} `{value}`: {why}"),
            (Some(column), None) => format!("{column}: {why}"),
            (None, _) => why.to_owned(),
        };
        self.reasons_vi.push(said(&conflict.message_vi));
        self.reasons_en.push(said(&conflict.message_en));
    }

    /// Its line: so many cells as there are columns, then those of [`REFUSAL_COLUMNS`].
    fn write(mut self, columns: usize, lines: &mut csv::Writer<Vec<u8>>) {
        self.cells.resize(columns, String::new());
        let row = self.row.map(|row| row.to_string()).unwrap_or_default();
        let reasons = [row, self.reasons_vi.join("; "), self.reasons_en.join("; ")];
        // Writing to memory does not fail.
        lines.write_record(self.cells.iter().chain(&reasons)).ok();
    }
}

/// What is still to be written.
struct Writing {
    database: DatabaseConnection,
    import: ImportId,
    /// The names of the columns of what was imported.
    columns: Vec<&'static str>,
    /// The conflict that was read last.
    seq: i32,
    /// The row under way: its conflicts may go on in the next page.
    refused: Option<Refused>,
    began: bool,
    ended: bool,
}

/// The file, piece by piece, UTF-8 with the mark by which spreadsheet programs know it.
pub fn refused_csv(
    database: &DatabaseConnection,
    import: &import::Model,
) -> impl Stream<Item = Result<Vec<u8>, DbErr>> + Send + 'static + use<> {
    let database = database.clone();
    let columns = columns_of(import.kind);
    let writing =
        Writing { database, import: import.id, columns, seq: 0, refused: None, began: false, ended: false };
    stream::try_unfold(writing, Writing::next)
}

fn columns_of(kind: Kind) -> Vec<&'static str> {
    match kind {
        Kind::Dossiers => dossiers::Column::ALL.iter().map(|column| column.as_str()).collect(),
        kind => inputs::columns(kind).iter().map(|column| column.code).collect(),
    }
}

impl Writing {
    async fn next(mut self) -> Result<Option<(Vec<u8>, Self)>, DbErr> {
        if self.ended {
            return Ok(None);
        }
        let conflicts = import_conflict::of_import(self.import)
            .filter(import_conflict::Column::Seq.gt(self.seq))
            .limit(PAGE)
            .all(&self.database)
            .await?;
        let mut head = Vec::new();
        if !self.began {
            head.extend_from_slice("\u{feff}".as_bytes());
        }
        let mut lines = csv::Writer::from_writer(head);
        if !self.began {
            self.began = true;
            lines.write_record(self.columns.iter().copied().chain(REFUSAL_COLUMNS)).ok();
        }
        for conflict in &conflicts {
            self.seq = conflict.seq;
            let is_next = conflict.cells.is_some() || conflict.row.is_none();
            if is_next || self.refused.is_none() {
                if let Some(refused) = self.refused.take() {
                    refused.write(self.columns.len(), &mut lines);
                }
                let cells = conflict.cells.as_deref().and_then(|cells| serde_json::from_str(cells).ok());
                let refused =
                    Refused { row: conflict.row, cells: cells.unwrap_or_default(), ..Refused::default() };
                self.refused = Some(refused);
            }
            if let Some(refused) = &mut self.refused {
                refused.take(conflict);
            }
        }
        if conflicts.is_empty() {
            self.ended = true;
            if let Some(refused) = self.refused.take() {
                refused.write(self.columns.len(), &mut lines);
            }
        }
        Ok(Some((lines.into_inner().unwrap_or_default(), self)))
    }
}
