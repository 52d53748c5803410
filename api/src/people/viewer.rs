//! Who asks: nobody in particular, or an account with its roles, and how far it may be trusted.

use std::net::IpAddr;

use entity::role_grant::Role;
use entity::token::Scope;
use entity::{AccountId, AgencyId, SessionId, TokenId};
use uuid::Uuid;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// The account; none for the public.
    pub signed_in: Option<SignedIn>,
    /// The client's address.
    pub from: IpAddr,
    /// The request's id, as the answer's header `x-request-id` tells it.
    pub request_id: Uuid,
}

/// An account that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Its id.
    pub account: AccountId,
    /// The name that it signs in with.
    pub name: String,
    /// The person's name.
    pub display_name: String,
    /// The agency to which the person belongs.
    pub agency: Option<AgencyId>,
    /// By what it is known.
    pub via: Via,
    /// The roles that it holds now.
    pub grants: Vec<Grant>,
}

/// By what an account is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// A browser's session.
    Session {
        /// Which.
        id: SessionId,
        /// Whether a one-time link opened it, and it has set no password yet.
        by_link: bool,
    },
    /// A program's token.
    Token {
        /// Which.
        id: TokenId,
        /// What it is good for.
        scopes: Vec<Scope>,
    },
}

/// A role, and where it is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// This agency and those below it; none for the whole province.
    pub agency: Option<AgencyId>,
}

impl Viewer {
    /// The name for the record of what was done.
    pub fn name(&self) -> &str {
        self.signed_in.as_ref().map_or("public", |signed_in| &signed_in.name)
    }

    /// Whether the viewer is that for the whole province.
    pub fn is(&self, role: Role) -> bool {
        self.signed_in.as_ref().is_some_and(|signed_in| signed_in.is(role))
    }

    /// Whether the viewer may do such things as far as his token goes; without a token he may, the public
    /// may only read.
    pub fn has_scope(&self, scope: Scope) -> bool {
        self.signed_in.as_ref().map_or(scope == Scope::Read, |signed_in| signed_in.has_scope(scope))
    }
}

impl SignedIn {
    /// Whether the account holds the role for the whole province.
    pub fn is(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role && grant.agency.is_none())
    }

    /// Whether the account holds the role somewhere.
    pub fn is_somewhere(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }

    /// The agencies with whose subtrees the account holds the role.
    pub fn agencies_as(&self, role: Role) -> impl Iterator<Item = AgencyId> + '_ {
        self.grants.iter().filter(move |grant| grant.role == role).filter_map(|grant| grant.agency)
    }

    /// Whether a token lets the account do such things; a session lets it do all that its roles do.
    pub fn has_scope(&self, scope: Scope) -> bool {
        match &self.via {
            Via::Session { .. } => true,
            Via::Token { scopes, .. } => scopes.contains(&scope),
        }
    }

    /// The token, if one speaks for the account.
    pub fn token(&self) -> Option<TokenId> {
        match self.via {
            Via::Session { .. } => None,
            Via::Token { id, .. } => Some(id),
        }
    }

    /// The session, unless a token speaks for the account.
    pub fn session(&self) -> Option<SessionId> {
        match self.via {
            Via::Session { id, .. } => Some(id),
            Via::Token { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::role_grant::Role;
    use entity::token::Scope;
    use entity::{AccountId, AgencyId, TokenId};

    use super::{Grant, SignedIn, Via};

    #[test]
    fn a_role_over_an_agency_is_not_one_over_the_province() {
        let agency = AgencyId::generate();
        let inspector = SignedIn {
            account: AccountId::generate(),
            name: "an".to_owned(),
            display_name: "An".to_owned(),
            agency: None,
            via: Via::Token { id: TokenId::generate(), scopes: vec![Scope::Read] },
            grants: vec![
                Grant { role: Role::Inspector, agency: Some(agency) },
                Grant { role: Role::Viewer, agency: None },
            ],
        };
        assert!(inspector.is(Role::Viewer) && !inspector.is(Role::Inspector));
        assert!(inspector.is_somewhere(Role::Inspector) && !inspector.is_somewhere(Role::Appraiser));
        assert_eq!(inspector.agencies_as(Role::Inspector).collect::<Vec<_>>(), [agency]);
        assert!(inspector.has_scope(Scope::Read) && !inspector.has_scope(Scope::Build));
        assert_eq!(inspector.session(), None);
    }
}
