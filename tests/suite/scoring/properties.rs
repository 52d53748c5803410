//! What must hold for every set, every agency and every ranking, tried on random ones.

pub mod arbitrary;
mod bands;
mod better;
mod compare;
mod path;
mod ranking;
mod sums;
