//! Dossiers by the million: imported, versioned, removed, counted.
//!
//! [`import()`] takes a stream of [`DossierRow`]s as readers find them in a file and stores them in one
//! transaction, batch by batch: rows are checked (`check`), parted into added, changed, unchanged and refused, and
//! written with a few statements a batch; what they change in the counters is added up (`tally`) and written once a
//! counter. So whatever was killed or cancelled half-way left nothing, memory is flat whatever the size, and the
//! counters (`buckets`) never differ from the dossiers; [`recount()`] proves that they do not.
//!
//! Whoever writes dossiers first locks the agencies that he writes of (`lock`); so imports at the same time end as
//! if one had come after the other.
//!
//! To change … what a row must satisfy: `check`; what a dossier counts as: `scoring::contribution`; how counters are
//! read for a period: `counts`, and which dossiers are behind a number: `behind`; how rows reach the database: `stored` and
//! `crate::database::given`; in which table they lie, and how codes stay unique: `crate::database::codes`.

mod batch;
mod behind;
mod buckets;
mod check;
mod counts;
mod file;
mod import;
mod instant;
mod known;
mod lock;
mod recount;
mod remove;
mod row;
mod stored;
mod tally;

pub use behind::{CountedPart, CountedVersion, KnownDossiers};
pub use counts::{Span, load_counts, load_reporters};
pub use file::DossierFile;
pub use import::{BATCH, Watch, import};
pub(crate) use instant::read as read_instant;
pub(crate) use lock::{Turn, begin_in_turn};
pub use recount::{Bucket, Difference, Repaired, recount, repair};
pub use remove::{RemoveError, remove};
pub use row::{CELLS, Column, DossierRow, Read, in_chunks};

use crate::imports::{Conflict, Order, Progress, Unreadable};
