//! The policy, as two lists: who may call each operation, and who may ever be shown an object of each type.
//! An operation or type that stands in neither is closed; a test sees to it that none is forgotten.

use entity::role_grant::Role;
use entity::token::Scope;

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
    /// Type and field, for instance `Mutation.requestBuild`; also the action under which a refusal is recorded.
    pub(crate) name: &'static str,
    /// Who may call it.
    pub(crate) who: Who,
    /// What a token must be good for.
    pub(crate) scope: Scope,
}

const fn reads(name: &'static str, who: Who) -> Operation {
    Operation { name, who, scope: Scope::Read }
}

const fn changes(name: &'static str, who: Who, scope: Scope) -> Operation {
    Operation { name, who, scope }
}

/// Every operation.
pub(crate) const OPERATIONS: &[Operation] = &[
    reads("Query.node", Who::Public),
    reads("Query.agencies", Who::Public),
    reads("Query.agency", Who::Public),
    reads("Query.blocks", Who::Public),
    reads("Query.periods", Who::Public),
    reads("Query.criteriaSet", Who::Public),
    reads("Query.scorecards", Who::Public),
    reads("Query.scorecard", Who::Public),
    reads("Query.ranking", Who::Public),
    reads("Query.publications", Who::Public),
    reads("Query.inspections", Who::SignedIn),
    reads("Query.builds", Who::Province),
    reads("Query.build", Who::Province),
    reads("Query.auditEvents", Who::Administrator),
    reads("Query.me", Who::Everybody),
    reads("Query.accounts", Who::Administrator),
    changes("Mutation.requestBuild", Who::Administrator, Scope::Build),
    changes("Mutation.publishRanking", Who::Administrator, Scope::Administer),
    changes("Mutation.signIn", Who::Everybody, Scope::Administer),
    changes("Mutation.signOut", Who::Everybody, Scope::Administer),
    changes("Mutation.setPassword", Who::SignedIn, Scope::Administer),
    changes("Mutation.createToken", Who::SignedIn, Scope::Administer),
    // Any token may revoke itself; the operation asks for more to revoke another.
    changes("Mutation.revokeToken", Who::SignedIn, Scope::Read),
    changes("Mutation.createAccount", Who::Administrator, Scope::Administer),
    changes("Mutation.changeAccount", Who::Administrator, Scope::Administer),
    changes("Mutation.createSignInLink", Who::Administrator, Scope::Administer),
    changes("Mutation.grantRole", Who::Administrator, Scope::Administer),
    changes("Mutation.revokeRole", Who::Administrator, Scope::Administer),
    reads("Subscription.buildProgress", Who::Province),
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
    ("Inspection", Who::SignedIn),
    ("Period", Who::Public),
    ("Publication", Who::Public),
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
