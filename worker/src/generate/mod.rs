//! A made-up province or nation of any size, the same for the same seed on every machine, so that everyone can try the
//! real size. Nothing of it is true, and everything says so: its source is `ILLUSTRATIVE`.
//!
//! To change … which agencies and procedures there are: `nation`; how their dossiers come and go: `dossiers`; what else
//! they report: `reports`.

mod dice;
mod dossiers;
mod nation;
mod reports;
mod store;

pub use dossiers::{Dossiers, reads, write_csv};
pub use nation::{Agency, Nation};
pub use store::{GenerateError, store, store_dossiers};

/// How large a nation is made, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Agencies, at least 1. Up to 150 are one province.
    pub agencies: u32,
    /// Dossiers of the year, over all agencies.
    pub dossiers: u64,
    /// The year.
    pub year: i32,
    /// The same seed makes the same nation.
    pub seed: u64,
}
