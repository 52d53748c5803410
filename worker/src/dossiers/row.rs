//! A row of dossiers as it was handed in: text, not yet judged.

use futures_util::Stream;

use super::{BATCH, Conflict, Unreadable};

scoring::coded_enum! {
    /// What a cell says. The code is the column's name in files and in conflicts.
    pub enum Column {
        /// The code of the agency that settles the dossier.
        Agency = "agency",
        /// The dossier's code, unique within the agency.
        Code = "code",
        /// The code of the procedure.
        Procedure = "procedure",
        /// How it came in: a code of `DossierChannel`.
        Channel = "channel",
        /// When it was received: `dd/mm/yyyy` or ISO 8601, with a time or without.
        Received = "received",
        /// When it is due; empty where no term was set.
        Due = "due",
        /// When it was completed; empty while it is not.
        Completed = "completed",
        /// When it was withdrawn; empty while it is not.
        Withdrawn = "withdrawn",
        /// Whether it waits for a supplement: `true`, `1`, `x`, `có`; empty, `false`, `0`, `không`.
        AwaitingSupplement = "awaiting_supplement",
        /// Whether the applicant got a letter of apology, written in the same way.
        ApologyLetter = "apology_letter",
    }
}

/// The cells of a row, one a [`Column`].
pub const CELLS: usize = Column::ALL.len();

/// One row. Its cells stand in one text, since a file has millions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DossierRow {
    /// The row of the file, from 1, as a spreadsheet numbers it; of rows without a file, their number.
    pub row: i32,
    text: String,
    ends: [u32; CELLS],
}

impl DossierRow {
    /// A row of these cells, in the order of [`Column::ALL`]. White space around a cell is not part of it.
    #[must_use]
    pub fn new(row: i32, cells: [&str; CELLS]) -> Self {
        let mut text = String::with_capacity(cells.iter().map(|cell| cell.len()).sum());
        let mut ends = [0; CELLS];
        for (cell, end) in cells.into_iter().zip(&mut ends) {
            text.push_str(cell.trim());
            *end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        }
        Self { row, text, ends }
    }

    /// A cell; empty where nothing was written.
    #[must_use]
    pub fn cell(&self, column: Column) -> &str {
        let at = column as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        self.text.get(start as usize..self.ends[at] as usize).unwrap_or_default()
    }

    /// The cells as a JSON array of texts, for whoever wants the refused rows back.
    #[must_use]
    pub fn cells(&self) -> String {
        let cells: Vec<&str> = Column::ALL.iter().map(|column| self.cell(*column)).collect();
        serde_json::Value::from(cells).to_string()
    }
}

/// What a reader found: a row, or what is wrong with a row of the file that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// A row.
    Row(DossierRow),
    /// A row that cannot be one, for instance because it has too many cells.
    Refused(Conflict),
}

/// The rows of a reader that blocks, in chunks for [`import`](super::import()). The reader runs in a thread of its own,
/// two chunks ahead at most, and is dropped when nobody wants its rows any more.
pub fn in_chunks<I>(rows: I) -> impl Stream<Item = Result<Vec<Read>, Unreadable>> + Send + Unpin + use<I>
where
    I: IntoIterator<Item = Result<Read, Unreadable>> + Send + 'static,
{
    let (chunks, mut received) = tokio::sync::mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        let mut chunk = Vec::with_capacity(BATCH);
        for read in rows {
            let sent = match read {
                Ok(read) => {
                    chunk.push(read);
                    if chunk.len() < BATCH {
                        continue;
                    }
                    chunks.blocking_send(Ok(std::mem::replace(&mut chunk, Vec::with_capacity(BATCH))))
                }
                Err(unreadable) => {
                    chunks.blocking_send(Err(unreadable)).ok();
                    return;
                }
            };
            if sent.is_err() {
                return;
            }
        }
        if !chunk.is_empty() {
            chunks.blocking_send(Ok(chunk)).ok();
        }
    });
    futures_util::stream::poll_fn(move |context| received.poll_recv(context))
}
