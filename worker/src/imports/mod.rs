//! What every import has, whatever is imported: its order, its record, what it refuses and how that is handed back.
//! Dossiers, of which a file has millions, are imported by [`dossiers`](crate::dossiers); everything else that agencies
//! report by [`inputs`](crate::inputs).

mod conflict;
mod order;
mod reader;
mod record;
mod refusal;

pub use conflict::Conflict;
pub use order::{ImportError, Order, Progress, Unreadable, action};
pub use reader::REFUSAL_COLUMNS;
pub(crate) use reader::refused_row;
pub(crate) use record::{End, begin, conflicts, done, end, our_fault, settle};
pub use refusal::refused_csv;
