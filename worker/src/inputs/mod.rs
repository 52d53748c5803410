//! What agencies report besides dossiers, imported: official tables of dossier statistics, observations, documents and
//! plans, public listings, the state of procedures.
//!
//! A file or batch of these has thousands of rows at most, so that it is read whole, decided on in memory
//! (`decide`) and stored in one transaction ([`import()`]), with the record, the refusals and the modes of every
//! import. Rows are versions and only ever added: what says nothing new is unchanged.
//!
//! To change … which columns a file has: `columns`; what a row must satisfy: the noun's file; which rows of a table are
//! totals or notes: `totals`, `check`; how a new version is told from an old one: `stored`.

mod check;
mod columns;
mod decide;
mod document;
mod file;
mod import;
mod known;
mod levels;
mod listing;
mod observation;
mod procedure;
mod row;
mod stored;
mod table;
mod totals;

pub use columns::columns;
pub use file::{MOST_ROWS, read_file};
pub use import::{Choices, WhenBroken, import};
pub use row::{InputRow, Read};
