//! The ids: one type per noun, so that an agency's id can never stand where a
//! period's is meant.
//!
//! All are UUID v7: they sort by the time of their making, which keeps the
//! primary keys' indexes compact. A same-named successor agency is another id.

use std::fmt;
use std::str::FromStr;

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident,)+) => {$(
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            DeriveValueType,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh id. It carries the present time, but nothing may read
            /// the time from it.
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        /// sea-orm asks every primary key for this; a UUID is never a row count.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )+};
}

ids! {
    /// Of an [`account`](crate::account).
    AccountId,
    /// Of an [`agency`](crate::agency).
    AgencyId,
    /// Of an [`agency_edge`](crate::agency_edge).
    AgencyEdgeId,
    /// Of an [`agency_procedure`](crate::agency_procedure).
    AgencyProcedureId,
    /// Of a [`block`](crate::block).
    BlockId,
    /// Of a [`build`](crate::build).
    BuildId,
    /// Of a [`build_part`](crate::build_part).
    BuildPartId,
    /// Of a [`criteria_set`](crate::criteria_set).
    CriteriaSetId,
    /// Of a [`criteria_use`](crate::criteria_use).
    CriteriaUseId,
    /// Of a [`criterion`](crate::criterion).
    CriterionId,
    /// Of a [`delegation`](crate::delegation).
    DelegationId,
    /// Of a [`document`](crate::document).
    DocumentId,
    /// Of a [`dossier`](crate::dossier).
    DossierId,
    /// Of a [`dossier_table`](crate::dossier_table).
    DossierTableId,
    /// Of a [`finding`](crate::finding).
    FindingId,
    /// Of a [`former_block`](crate::former_block).
    FormerBlockId,
    /// Of a [`handover`](crate::handover).
    HandoverId,
    /// Of an [`import`](crate::import).
    ImportId,
    /// Of an [`inspected_agency`](crate::inspected_agency).
    InspectedAgencyId,
    /// Of an [`inspection`](crate::inspection).
    InspectionId,
    /// Of a [`listing`](crate::listing).
    ListingId,
    /// Of a [`measure`](crate::measure).
    MeasureId,
    /// Of a [`member`](crate::member).
    MemberId,
    /// Of an [`observation`](crate::observation).
    ObservationId,
    /// Of a [`period`](crate::period).
    PeriodId,
    /// Of a [`procedure`](crate::procedure).
    ProcedureId,
    /// Of a [`publication`](crate::publication).
    PublicationId,
    /// Of a [`ranking`](crate::ranking).
    RankingId,
    /// Of a [`recommendation`](crate::recommendation).
    RecommendationId,
    /// Of a [`role_grant`](crate::role_grant).
    RoleGrantId,
    /// Of a [`schedule`](crate::schedule).
    ScheduleId,
    /// Of a [`scorecard`](crate::scorecard).
    ScorecardId,
    /// Of a [`session`](crate::session).
    SessionId,
    /// Of a [`sign_in_link`](crate::sign_in_link).
    SignInLinkId,
    /// Of a [`succession`](crate::succession).
    SuccessionId,
    /// Of a [`token`](crate::token).
    TokenId,
}
