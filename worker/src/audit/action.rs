//! The codes of what can be done, one a constant. The list is open: whoever makes a new thing possible adds
//! its code here. A code, once recorded, never changes its meaning.
//!
//! Reading leaves no trace unless it is refused: then as `READ_BUILDS` or `WATCH_BUILD_PROGRESS`, by the
//! operation's name in the API's policy.

/// A build was asked for.
pub const REQUEST_BUILD: &str = "REQUEST_BUILD";
/// A build was called off.
pub const CANCEL_BUILD: &str = "CANCEL_BUILD";
/// A period was closed: its cards follow the data no longer.
pub const CLOSE_PERIOD: &str = "CLOSE_PERIOD";
/// A closed period was opened again.
pub const REOPEN_PERIOD: &str = "REOPEN_PERIOD";
/// A schedule was changed.
pub const CHANGE_SCHEDULE: &str = "CHANGE_SCHEDULE";
/// A schedule fired: by itself, or because somebody had it fire.
pub const FIRE_SCHEDULE: &str = "FIRE_SCHEDULE";
/// A block's ranking was published.
pub const PUBLISH_RANKING: &str = "PUBLISH_RANKING";
/// A measure was added to the catalogue, or changed.
pub const DEFINE_MEASURE: &str = "DEFINE_MEASURE";
/// A procedure was added to the catalogue, or changed.
pub const DEFINE_PROCEDURE: &str = "DEFINE_PROCEDURE";
/// A criteria set was stored as a draft.
pub const IMPORT_CRITERIA_SET: &str = "IMPORT_CRITERIA_SET";
/// A draft of a criteria set was frozen and put in force.
pub const ACTIVATE_CRITERIA_SET: &str = "ACTIVATE_CRITERIA_SET";
/// The next version of a criteria set was drafted.
pub const CLONE_CRITERIA_SET: &str = "CLONE_CRITERIA_SET";
/// A criteria set was retired.
pub const RETIRE_CRITERIA_SET: &str = "RETIRE_CRITERIA_SET";
/// A block is scored in a period by another criteria set.
pub const USE_CRITERIA_SET: &str = "USE_CRITERIA_SET";
/// An agency was registered.
pub const REGISTER_AGENCY: &str = "REGISTER_AGENCY";
/// An agency was closed, without a successor.
pub const CLOSE_AGENCY: &str = "CLOSE_AGENCY";
/// Agencies succeeded others.
pub const SUCCEED_AGENCIES: &str = "SUCCEED_AGENCIES";
/// An agency was placed in another block.
pub const PLACE_IN_BLOCK: &str = "PLACE_IN_BLOCK";
/// A reorganisation was imported from a file.
pub const IMPORT_REORGANISATION: &str = "IMPORT_REORGANISATION";
/// A recommendation was handed over to a succeeding agency.
pub const HAND_OVER_RECOMMENDATION: &str = "HAND_OVER_RECOMMENDATION";
/// The first administrator was made, with a one-time link and a token.
pub const MAKE_FIRST_ADMINISTRATOR: &str = "MAKE_FIRST_ADMINISTRATOR";
/// An account was made, with a one-time link.
pub const CREATE_ACCOUNT: &str = "CREATE_ACCOUNT";
/// An account was changed. Where it was disabled, its sessions, tokens and links ended with it.
pub const CHANGE_ACCOUNT: &str = "CHANGE_ACCOUNT";
/// A role was granted.
pub const GRANT_ROLE: &str = "GRANT_ROLE";
/// A role was revoked.
pub const REVOKE_ROLE: &str = "REVOKE_ROLE";
/// A one-time link was made.
pub const CREATE_SIGN_IN_LINK: &str = "CREATE_SIGN_IN_LINK";
/// Somebody signed in by a one-time link, which is used up.
pub const USE_SIGN_IN_LINK: &str = "USE_SIGN_IN_LINK";
/// Somebody signed in.
pub const SIGN_IN: &str = "SIGN_IN";
/// Somebody signed out.
pub const SIGN_OUT: &str = "SIGN_OUT";
/// Somebody set the own password, and ended the own other sessions and links.
pub const SET_PASSWORD: &str = "SET_PASSWORD";
/// A token was made.
pub const CREATE_TOKEN: &str = "CREATE_TOKEN";
/// A token was revoked.
pub const REVOKE_TOKEN: &str = "REVOKE_TOKEN";
/// Dossiers were imported.
pub const IMPORT_DOSSIERS: &str = "IMPORT_DOSSIERS";
/// Official tables of dossier statistics were imported.
pub const IMPORT_DOSSIER_TABLES: &str = "IMPORT_DOSSIER_TABLES";
/// Observations were imported.
pub const IMPORT_OBSERVATIONS: &str = "IMPORT_OBSERVATIONS";
/// Documents were imported.
pub const IMPORT_DOCUMENTS: &str = "IMPORT_DOCUMENTS";
/// Listings were imported.
pub const IMPORT_LISTINGS: &str = "IMPORT_LISTINGS";
/// The state of procedures at agencies was imported.
pub const IMPORT_PROCEDURES: &str = "IMPORT_PROCEDURES";
/// An import that was under way was told to stop.
pub const CANCEL_IMPORT: &str = "CANCEL_IMPORT";
/// A dossier was removed.
pub const REMOVE_DOSSIER: &str = "REMOVE_DOSSIER";
/// The counters of dossiers were made anew.
pub const REPAIR_COUNTERS: &str = "REPAIR_COUNTERS";
/// The sample province was loaded into an empty database.
pub const LOAD_SAMPLE: &str = "LOAD_SAMPLE";
/// A made-up province or nation was stored in an empty database.
pub const GENERATE: &str = "GENERATE";
/// Anything at all: stands where refusals of many kinds are counted together.
pub const ANYTHING: &str = "ANYTHING";
