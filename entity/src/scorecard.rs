//! Scorecards (*bảng điểm*): the compiled result of an agency in a period.
//!
//! A card is never changed but for `current`: new data or a correction makes
//! a new revision that names the one it replaces. Its content hash is over
//! everything that went into it, and the facts are kept, so that it can be
//! scored again.

use scoring::CardState;
use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, BlockId, BuildId, CriteriaSetId, PeriodId, ScorecardId};
use crate::version::newest;

/// One revision of the scorecard of an agency in a period.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "scorecard")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScorecardId,
    /// The agency.
    pub agency_id: AgencyId,
    /// The period.
    pub period_id: PeriodId,
    /// The block of the agency when the card was compiled.
    pub block_id: BlockId,
    /// The set that it was scored by.
    pub criteria_set_id: CriteriaSetId,
    /// The build that wrote it.
    pub build_id: BuildId,
    /// Revision, from 1; unique with the agency and period.
    pub revision: i32,
    /// The revision that it replaces; none for the first.
    pub replaces_id: Option<ScorecardId>,
    /// Why it replaces it; none for the first.
    pub revision_reason: Option<String>,
    /// Whether it counts: the newest revision does, unless it was withdrawn because its agency
    /// turned out not to exist in the period. The database allows one per agency and period.
    pub current: bool,
    /// Whether it has a total.
    pub state: CardState,
    /// SHA-256 of all that went into it, in hexadecimal.
    pub content_hash: String,
    /// Version of the scoring engine.
    pub engine_version: String,
    /// Fingerprint of the criteria set.
    pub set_fingerprint: String,
    /// The facts that it was scored from, as canonical JSON.
    pub facts: String,
    /// Points without bonus and deduction: an exact number as text; none if
    /// incomplete.
    pub points: Option<String>,
    /// Maximum points less those of leaves that do not count: an exact number
    /// as text.
    pub effective_max: String,
    /// Bonus points after their cap: an exact number as text; none if the card is incomplete.
    pub bonus: Option<String>,
    /// Deducted points after their cap: an exact number as text, not negative; none if the card is
    /// incomplete.
    pub deduction: Option<String>,
    /// Points with bonus, less deduction: an exact number as text; none if
    /// incomplete.
    pub total: Option<String>,
    /// Points in percent of the effective maximum: an exact number as text;
    /// none if incomplete or if nothing counts.
    pub index_percent: Option<String>,
    /// The points as a decimal, rounded to print; none with them.
    pub points_print: Option<String>,
    /// The effective maximum as a decimal, rounded to print.
    pub effective_max_print: String,
    /// The bonus as a decimal, rounded to print; none with it.
    pub bonus_print: Option<String>,
    /// The deduction as a decimal, rounded to print; none with it.
    pub deduction_print: Option<String>,
    /// The total as a decimal, rounded to print; none with it.
    pub total_print: Option<String>,
    /// The index as a decimal, rounded to print; none with it.
    pub index_print: Option<String>,
    /// The index as a whole number that sorts like it, for lists only; none
    /// with it.
    pub index_sort: Option<i64>,
    /// Code of the grade; none if there is no index.
    pub grade_code: Option<String>,
    /// The grade in Vietnamese; none with its code.
    pub grade_vi: Option<String>,
    /// The grade in English; none with its code.
    pub grade_en: Option<String>,
    /// Lines that miss an input.
    pub missing_count: i32,
    /// Lines that await appraisal.
    pub pending_count: i32,
    /// Lines that read an illustrative input.
    pub illustrative_count: i32,
    /// When it was written.
    pub compiled_at: DateTimeUtc,
    /// The agency.
    #[sea_orm(belongs_to, from = "agency_id", to = "id")]
    pub agency: BelongsTo<super::agency::Entity>,
    /// The period.
    #[sea_orm(belongs_to, from = "period_id", to = "id")]
    pub period: BelongsTo<super::period::Entity>,
    /// The block.
    #[sea_orm(belongs_to, from = "block_id", to = "id")]
    pub block: BelongsTo<super::block::Entity>,
    /// The set that it was scored by.
    #[sea_orm(belongs_to, from = "criteria_set_id", to = "id")]
    pub criteria_set: BelongsTo<super::criteria_set::Entity>,
    /// The build that wrote it.
    #[sea_orm(belongs_to, from = "build_id", to = "id")]
    pub build: BelongsTo<super::build::Entity>,
    /// The revision that it replaces.
    #[sea_orm(self_ref, relation_enum = "Replaces", from = "replaces_id", to = "id")]
    pub replaces: BelongsTo<Option<Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The current cards of a period.
#[must_use]
pub fn current_for(period: PeriodId) -> Select<Entity> {
    current().filter(Column::PeriodId.eq(period))
}

/// The newest revision of each agency's card in a period, current or withdrawn.
#[must_use]
pub fn newest_for(period: PeriodId) -> Select<Entity> {
    newest(Entity::find(), &[Column::AgencyId, Column::PeriodId], Column::Revision)
        .filter(Column::PeriodId.eq(period))
}

/// The current card of an agency in a period.
#[must_use]
pub fn current_of(agency: AgencyId, period: PeriodId) -> Select<Entity> {
    current_for(period).filter(Column::AgencyId.eq(agency))
}

/// The column itself is the condition, as it is in the partial index: with
/// `= ?` neither database could use that index.
fn current() -> Select<Entity> {
    Entity::find().filter(Expr::col((Entity, Column::Current)))
}

/// That a card is current, bare as in the partial index.
#[must_use]
pub fn is_current() -> Expr {
    Expr::col((Entity, Column::Current))
}
