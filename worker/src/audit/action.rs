//! The codes of what can be done, one a constant. The list is open: whoever makes a new thing possible adds
//! its code here. A code, once recorded, never changes its meaning.

/// A build was asked for.
pub const REQUEST_BUILD: &str = "REQUEST_BUILD";
/// The sample province was loaded into an empty database.
pub const LOAD_SAMPLE: &str = "LOAD_SAMPLE";
/// Anything at all: stands where refusals of many kinds are counted together.
pub const ANYTHING: &str = "ANYTHING";
