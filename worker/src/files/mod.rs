//! Rows out of the files that offices hold: CSV, NDJSON and XLSX, of any size, in flat memory.
//!
//! [`Rows`] reads a file row by row on a thread of its own, which waits when nobody takes its rows. What is wrong with
//! a row comes with the row; what is wrong with the file ends it. Nothing is guessed and nothing repaired: a file in
//! an old encoding, a formula, a row of other length than the header, a date that is none are refused, each with its
//! place and what to do about it.
//!
//! To read another kind of file, declare its [`Layout`]; what cells mean is in [`cell`].

pub mod cell;
mod format;
mod layout;
mod ndjson;
mod package;
mod problem;
mod rows;
mod sheet;
mod table;

pub use self::format::Format;
pub use self::layout::{Column, Header, Layout};
pub(crate) use self::package::{Bounds, open_workbook};
pub use self::problem::Problem;
pub use self::rows::{Choices, Row, Rows};
pub(crate) use self::sheet::{Formulas, SheetRows};
pub(crate) use self::table::TableRows;

/// The most bytes of one row.
pub(crate) const LARGEST_ROW: usize = 256 * 1024;
/// The most cells of one row.
pub(crate) const MOST_CELLS: usize = 500;
