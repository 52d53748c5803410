//! For whom the server runs.

/// For whom the server runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Mode {
    /// For whoever works on this machine: introspection, the GraphiQL page, no limit on a single caller but
    /// those on all.
    #[default]
    Development,
    /// For everybody: neither introspection nor the GraphiQL page, and nobody may take all the room.
    Production,
}
