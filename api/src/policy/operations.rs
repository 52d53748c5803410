//! The policy, as two lists: who may call each operation, and who may ever be shown an object of each type.
//! An operation or type that stands in neither is closed; a test sees to it that none is forgotten.

use entity::role_grant::Role;
use entity::token::Scope;
use reform_worker::audit::action;

use crate::people::Viewer;

/// Who may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Anybody, even where the public may not read.
    Everybody,
    /// Anybody, unless the public may not read; then whoever is signed in.
    Public,
    /// Whoever is signed in; of data he sees what his grants cover.
    SignedIn,
    /// Whoever reads the whole province: an administrator, appraiser, inspector or viewer of it.
    Province,
    /// An administrator of the whole province.
    Administrator,
}

/// The roles that see unpublished results wherever they are held.
pub(crate) const PROVINCIAL: [Role; 4] =
    [Role::Administrator, Role::Appraiser, Role::Inspector, Role::Viewer];

/// An operation: a field of the query, mutation or subscription type.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Type and field, for instance `Mutation.requestBuild`.
    pub(crate) name: &'static str,
    /// The action under which it is on record that it was refused: the same as when it is done.
    pub(crate) action: &'static str,
    /// Who may call it.
    pub(crate) who: Who,
    /// What a token must be good for.
    pub(crate) scope: Scope,
}

const fn reads(name: &'static str, action: &'static str, who: Who) -> Operation {
    Operation { name, action, who, scope: Scope::Read }
}

const fn changes(name: &'static str, action: &'static str, who: Who, scope: Scope) -> Operation {
    Operation { name, action, who, scope }
}

/// Every operation.
pub(crate) const OPERATIONS: &[Operation] = &[
    reads("Query.node", "READ_NODE", Who::Public),
    reads("Query.agencies", "READ_AGENCIES", Who::Public),
    reads("Query.agency", "READ_AGENCY", Who::Public),
    reads("Query.agencyHistory", "READ_AGENCY_HISTORY", Who::Public),
    reads("Query.blocks", "READ_BLOCKS", Who::Public),
    reads("Query.periods", "READ_PERIODS", Who::Public),
    reads("Query.criteriaSet", "READ_CRITERIA_SET", Who::Public),
    reads("Query.criteriaSets", "READ_CRITERIA_SETS", Who::Public),
    reads("Query.criteriaSetTable", "READ_CRITERIA_SET_TABLE", Who::Public),
    reads("Query.diffCriteriaSets", "READ_DIFF_CRITERIA_SETS", Who::Public),
    reads("Query.measures", "READ_MEASURES", Who::Public),
    reads("Query.measure", "READ_MEASURE", Who::Public),
    reads("Query.scorecards", "READ_SCORECARDS", Who::Public),
    reads("Query.scorecard", "READ_SCORECARD", Who::Public),
    reads("Query.ranking", "READ_RANKING", Who::Public),
    reads("Query.publications", "READ_PUBLICATIONS", Who::Public),
    reads("Query.inspections", "READ_INSPECTIONS", Who::SignedIn),
    reads("Query.recommendations", "READ_RECOMMENDATIONS", Who::SignedIn),
    reads("Query.builds", "READ_BUILDS", Who::Province),
    reads("Query.build", "READ_BUILD", Who::Province),
    reads("Query.verifyScorecard", "READ_VERIFY_SCORECARD", Who::Public),
    reads("Query.compareScorecards", "READ_COMPARE_SCORECARDS", Who::Public),
    reads("Query.simulateScorecards", "READ_SIMULATE_SCORECARDS", Who::Province),
    reads("Query.pathToTarget", "READ_PATH_TO_TARGET", Who::SignedIn),
    reads("Query.verifyBuild", "READ_VERIFY_BUILD", Who::Province),
    reads("Query.procedures", "READ_PROCEDURES", Who::Public),
    reads("Query.agencyProcedures", "READ_AGENCY_PROCEDURES", Who::SignedIn),
    reads("Query.dossier", "READ_DOSSIER", Who::SignedIn),
    reads("Query.dossiers", "READ_DOSSIERS", Who::SignedIn),
    reads("Query.import", "READ_IMPORT", Who::SignedIn),
    reads("Query.imports", "READ_IMPORTS", Who::SignedIn),
    reads("Query.importConflicts", "READ_IMPORT_CONFLICTS", Who::SignedIn),
    reads("Query.closedPeriods", "READ_CLOSED_PERIODS", Who::Province),
    reads("Query.schedules", "READ_SCHEDULES", Who::Province),
    reads("Query.auditEvents", "READ_AUDIT_EVENTS", Who::Administrator),
    reads("Query.me", "READ_ME", Who::Everybody),
    reads("Query.accounts", "READ_ACCOUNTS", Who::Administrator),
    changes("Mutation.requestBuild", action::REQUEST_BUILD, Who::Administrator, Scope::Build),
    changes("Mutation.cancelBuild", action::CANCEL_BUILD, Who::Administrator, Scope::Build),
    changes("Mutation.closePeriod", action::CLOSE_PERIOD, Who::Administrator, Scope::Administer),
    changes("Mutation.reopenPeriod", action::REOPEN_PERIOD, Who::Administrator, Scope::Administer),
    changes("Mutation.changeSchedule", action::CHANGE_SCHEDULE, Who::Administrator, Scope::Administer),
    changes("Mutation.fireSchedule", action::FIRE_SCHEDULE, Who::Administrator, Scope::Build),
    changes("Mutation.publishRanking", action::PUBLISH_RANKING, Who::Administrator, Scope::Administer),
    changes("Mutation.defineMeasure", action::DEFINE_MEASURE, Who::Administrator, Scope::Administer),
    changes("Mutation.defineProcedure", action::DEFINE_PROCEDURE, Who::Administrator, Scope::Administer),
    changes("Mutation.importCriteriaSet", action::IMPORT_CRITERIA_SET, Who::Administrator, Scope::Administer),
    changes(
        "Mutation.activateCriteriaSet",
        action::ACTIVATE_CRITERIA_SET,
        Who::Administrator,
        Scope::Administer,
    ),
    changes("Mutation.cloneCriteriaSet", action::CLONE_CRITERIA_SET, Who::Administrator, Scope::Administer),
    changes("Mutation.retireCriteriaSet", action::RETIRE_CRITERIA_SET, Who::Administrator, Scope::Administer),
    changes("Mutation.useCriteriaSet", action::USE_CRITERIA_SET, Who::Administrator, Scope::Administer),
    changes("Mutation.registerAgency", action::REGISTER_AGENCY, Who::Administrator, Scope::Administer),
    changes("Mutation.closeAgency", action::CLOSE_AGENCY, Who::Administrator, Scope::Administer),
    changes("Mutation.succeedAgencies", action::SUCCEED_AGENCIES, Who::Administrator, Scope::Administer),
    changes("Mutation.placeInBlock", action::PLACE_IN_BLOCK, Who::Administrator, Scope::Administer),
    changes(
        "Mutation.importReorganisation",
        action::IMPORT_REORGANISATION,
        Who::Administrator,
        Scope::Administer,
    ),
    changes(
        "Mutation.handOverRecommendation",
        action::HAND_OVER_RECOMMENDATION,
        Who::Administrator,
        Scope::Administer,
    ),
    // Whose dossiers and other inputs a viewer may hand in or remove, the operations ask for themselves.
    changes("Mutation.importDossiers", action::IMPORT_DOSSIERS, Who::SignedIn, Scope::Administer),
    changes("Mutation.importDossierTables", action::IMPORT_DOSSIER_TABLES, Who::SignedIn, Scope::Administer),
    changes("Mutation.importObservations", action::IMPORT_OBSERVATIONS, Who::SignedIn, Scope::Administer),
    changes("Mutation.importDocuments", action::IMPORT_DOCUMENTS, Who::SignedIn, Scope::Administer),
    changes("Mutation.importListings", action::IMPORT_LISTINGS, Who::SignedIn, Scope::Administer),
    changes("Mutation.importProcedures", action::IMPORT_PROCEDURES, Who::SignedIn, Scope::Administer),
    changes("Mutation.cancelImport", action::CANCEL_IMPORT, Who::SignedIn, Scope::Administer),
    changes("Mutation.removeDossier", action::REMOVE_DOSSIER, Who::SignedIn, Scope::Administer),
    changes("Mutation.signIn", action::SIGN_IN, Who::Everybody, Scope::Administer),
    changes("Mutation.signOut", action::SIGN_OUT, Who::Everybody, Scope::Administer),
    changes("Mutation.setPassword", action::SET_PASSWORD, Who::SignedIn, Scope::Administer),
    changes("Mutation.createToken", action::CREATE_TOKEN, Who::SignedIn, Scope::Administer),
    // Any token may revoke itself; the operation asks for more to revoke another.
    changes("Mutation.revokeToken", action::REVOKE_TOKEN, Who::SignedIn, Scope::Read),
    changes("Mutation.createAccount", action::CREATE_ACCOUNT, Who::Administrator, Scope::Administer),
    changes("Mutation.changeAccount", action::CHANGE_ACCOUNT, Who::Administrator, Scope::Administer),
    changes("Mutation.createSignInLink", action::CREATE_SIGN_IN_LINK, Who::Administrator, Scope::Administer),
    changes("Mutation.grantRole", action::GRANT_ROLE, Who::Administrator, Scope::Administer),
    changes("Mutation.revokeRole", action::REVOKE_ROLE, Who::Administrator, Scope::Administer),
    reads("Subscription.importProgress", "WATCH_IMPORT_PROGRESS", Who::SignedIn),
    reads("Subscription.buildProgress", "WATCH_BUILD_PROGRESS", Who::Province),
    reads("Subscription.scorecardChanged", "WATCH_SCORECARD_CHANGED", Who::Public),
];

/// Every object type that has a global id, and who may be shown one by it. What is seen of scorecards and
/// inspections is narrowed further by [`Sight`](super::Sight); of accounts and tokens everybody but an
/// administrator sees his own.
pub(crate) const NODES: &[(&str, Who)] = &[
    ("Account", Who::SignedIn),
    ("Agency", Who::Public),
    ("Block", Who::Public),
    ("Build", Who::Province),
    ("CriteriaSet", Who::Public),
    ("Import", Who::SignedIn),
    ("Inspection", Who::SignedIn),
    ("Period", Who::Public),
    ("Publication", Who::Public),
    ("Recommendation", Who::SignedIn),
    ("Schedule", Who::Province),
    ("Scorecard", Who::Public),
    ("Token", Who::SignedIn),
];

/// Why a viewer may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// He would have to sign in first.
    Unauthenticated,
    /// His roles, or his token, do not go so far.
    Forbidden,
}

impl Refused {
    /// The code that goes out, and on record.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
        }
    }
}

impl Who {
    /// Whether the viewer is one of them. `public_reads` says whether the public may read what is published.
    pub(crate) fn admits(self, viewer: &Viewer, public_reads: bool) -> Result<(), Refused> {
        let Some(signed_in) = &viewer.signed_in else {
            let open = self == Self::Everybody || (self == Self::Public && public_reads);
            return if open { Ok(()) } else { Err(Refused::Unauthenticated) };
        };
        let admitted = match self {
            Self::Everybody | Self::Public | Self::SignedIn => true,
            Self::Province => PROVINCIAL.iter().any(|role| signed_in.is(*role)),
            Self::Administrator => signed_in.is(Role::Administrator),
        };
        if admitted { Ok(()) } else { Err(Refused::Forbidden) }
    }
}

impl Operation {
    /// The operation with a name.
    pub(crate) fn named(parent: &str, field: &str) -> Option<&'static Self> {
        OPERATIONS.iter().find(|operation| operation.name.split_once('.') == Some((parent, field)))
    }

    /// Whether the viewer may call it.
    pub(crate) fn admits(&self, viewer: &Viewer, public_reads: bool) -> Result<(), Refused> {
        self.who.admits(viewer, public_reads)?;
        if viewer.has_scope(self.scope) || self.who == Who::Everybody {
            Ok(())
        } else {
            Err(Refused::Forbidden)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OPERATIONS;

    /// The action that a field's name makes: `requestBuild` and `REQUEST_BUILD`.
    fn action_of(name: &str) -> String {
        let (parent, field) = name.split_once('.').expect("type and field");
        let mut action = match parent {
            "Query" => "READ_".to_owned(),
            "Subscription" => "WATCH_".to_owned(),
            _ => String::new(),
        };
        for letter in field.chars() {
            if letter.is_ascii_uppercase() {
                action.push('_');
            }
            action.push(letter.to_ascii_uppercase());
        }
        action
    }

    #[test]
    fn an_operation_and_its_action_have_the_same_name() {
        for operation in OPERATIONS {
            assert_eq!(operation.action, action_of(operation.name));
        }
    }
}
