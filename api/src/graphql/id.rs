//! The one owner of global ids: which nouns have one, and how it is written (`Agency:0192…`).

use async_graphql::ID;
use entity::{
    AccountId, AgencyId, BlockId, BuildId, CriteriaSetId, ImportId, InspectionId, PeriodId, PublicationId,
    RecommendationId, ScheduleId, ScorecardId, TokenId,
};

use super::problem::Problem;

macro_rules! node_ids {
    ($($variant:ident($id:ty),)+) => {
        /// The id of a node, with its noun.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum NodeId {
            $($variant($id),)+
        }

        impl From<NodeId> for ID {
            fn from(id: NodeId) -> Self {
                match id {
                    $(NodeId::$variant(id) => ID(format!("{}:{id}", stringify!($variant))),)+
                }
            }
        }

        impl NodeId {
            /// The noun, which is also the name of its GraphQL type.
            pub(crate) fn noun(self) -> &'static str {
                match self {
                    $(Self::$variant(_) => stringify!($variant),)+
                }
            }

            /// Reads a global id.
            pub(crate) fn read(field: &'static str, id: &ID) -> Result<Self, Problem> {
                let malformed = || Problem::bad_input(field, format!("`{field}` không phải là id của API này / is not an id of this API"));
                let (noun, id) = id.0.split_once(':').ok_or_else(malformed)?;
                match noun {
                    $(stringify!($variant) => id.parse().map(Self::$variant).map_err(|_| malformed()),)+
                    _ => Err(malformed()),
                }
            }
        }
    };
}

node_ids! {
    Account(AccountId),
    Agency(AgencyId),
    Block(BlockId),
    Build(BuildId),
    CriteriaSet(CriteriaSetId),
    Import(ImportId),
    Inspection(InspectionId),
    Period(PeriodId),
    Publication(PublicationId),
    Recommendation(RecommendationId),
    Schedule(ScheduleId),
    Scorecard(ScorecardId),
    Token(TokenId),
}

impl NodeId {
    /// The scorecard that a global id of this API is of.
    pub(crate) fn scorecard(id: &ID) -> Option<ScorecardId> {
        match Self::read("id", id) {
            Ok(Self::Scorecard(id)) => Some(id),
            _ => None,
        }
    }

    /// The agency that a global id of this API is of.
    pub(crate) fn agency(id: &ID) -> Option<AgencyId> {
        match Self::read("id", id) {
            Ok(Self::Agency(id)) => Some(id),
            _ => None,
        }
    }
}
