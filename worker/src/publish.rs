//! Publishing: the present ranking of a block becomes what the public sees of it in a period.
//!
//! Nothing is copied: a ranking and its cards never change, so a publication names a ranking. What is compiled
//! later stays unpublished until it is published in its turn.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::{PublicationId, RankingId, block, period, publication, ranking, ranking_entry, scorecard};
use scoring::Facts;
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, JoinType,
    QueryFilter, QuerySelect, RelationTrait,
};

/// What is to be published.
#[derive(Clone, Copy, Debug)]
pub struct Publish<'a> {
    /// The period's code.
    pub period: &'a str,
    /// The block's code.
    pub block: &'a str,
    /// Why an earlier publication is replaced; not kept with a first one.
    pub reason: &'a str,
    /// Who publishes: a sign-in name.
    pub by: &'a str,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// What is published now.
    pub publication: publication::Model,
    /// What it replaces; none where it is the first, or nothing was done.
    pub replaced: Option<publication::Model>,
    /// Whether the present ranking was published already; then nothing was done.
    pub already_published: bool,
}

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// No period has this code.
    #[error("there is no period `{0}`")]
    UnknownPeriod(String),
    /// No block has this code.
    #[error("there is no block `{0}`")]
    UnknownBlock(String),
    /// The block was not compiled in the period.
    #[error("the block has no ranking in the period yet")]
    NotCompiled,
    /// A replacement needs a reason.
    #[error("a publication that replaces another needs a reason")]
    NoReason,
    /// Whoever publishes has appraised the cards, and nobody else has.
    #[error("nobody publishes what he alone appraised")]
    AloneAppraised,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Publishes the present ranking of a block, in the caller's transaction.
///
/// # Errors
/// When the period or the block does not exist or was not compiled, when a replacement has no reason, when
/// the publisher alone appraised what is to be published, or when the database fails.
pub async fn publish<C: ConnectionTrait>(
    connection: &C,
    publish: Publish<'_>,
    now: DateTime<Utc>,
) -> Result<Published, PublishError> {
    let period = period::with_code(publish.period).one(connection).await?;
    let period = period.ok_or_else(|| PublishError::UnknownPeriod(publish.period.to_owned()))?;
    // Whoever publishes for this block does so one after the other.
    let block = block::with_code(publish.block).lock(LockType::NoKeyUpdate).one(connection).await?;
    let block = block.ok_or_else(|| PublishError::UnknownBlock(publish.block.to_owned()))?;
    let ranking = ranking::current_of(period.id, block.id).one(connection).await?;
    let ranking = ranking.ok_or(PublishError::NotCompiled)?;
    let before = publication::current_of(period.id, block.id).one(connection).await?;
    if let Some(publication) = before.as_ref().filter(|before| before.ranking_id == ranking.id) {
        return Ok(Published { publication: publication.clone(), replaced: None, already_published: true });
    }
    if before.is_some() && publish.reason.trim().is_empty() {
        return Err(PublishError::NoReason);
    }
    if alone_appraised(&appraisers(connection, ranking.id).await?, publish.by) {
        return Err(PublishError::AloneAppraised);
    }
    if let Some(before) = &before {
        publication::Entity::update_many()
            .col_expr(publication::Column::Current, Expr::value(false))
            .filter(publication::Column::Id.eq(before.id))
            .exec(connection)
            .await?;
    }
    let publication = publication::Model {
        id: PublicationId::generate(),
        period_id: period.id,
        block_id: block.id,
        ranking_id: ranking.id,
        revision: before.as_ref().map_or(1, |before| before.revision + 1),
        current: true,
        published_by: publish.by.to_owned(),
        published_at: now,
        reason: before.is_some().then(|| publish.reason.trim().to_owned()),
    };
    publication.clone().into_active_model().reset_all().insert(connection).await?;
    Ok(Published { publication, replaced: before, already_published: false })
}

/// Who appraised points of the ranking's cards.
async fn appraisers<C: ConnectionTrait>(
    connection: &C,
    ranking: RankingId,
) -> Result<BTreeSet<String>, DbErr> {
    let facts: Vec<String> = scorecard::Entity::find()
        .join_rev(JoinType::InnerJoin, ranking_entry::Relation::Scorecard.def())
        .filter(ranking_entry::Column::RankingId.eq(ranking))
        .select_only()
        .column(scorecard::Column::Facts)
        .into_tuple()
        .all(connection)
        .await?;
    let mut appraisers = BTreeSet::new();
    for facts in facts {
        let facts: Facts = serde_json::from_str(&facts).map_err(|error| DbErr::Json(error.to_string()))?;
        appraisers.extend(facts.appraisals.into_values().map(|appraisal| appraisal.appraised_by));
    }
    Ok(appraisers)
}

/// Separation of duties: whether `by` appraised, and nobody else did.
fn alone_appraised(appraisers: &BTreeSet<String>, by: &str) -> bool {
    appraisers.len() == 1 && appraisers.contains(by)
}

#[cfg(test)]
mod tests {
    use super::alone_appraised;

    #[test]
    fn nobody_publishes_what_he_alone_appraised() {
        let appraisers = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        assert!(alone_appraised(&appraisers(&["an"]), "an"));
        for others in [&[][..], &["binh"], &["an", "binh"]] {
            assert!(!alone_appraised(&appraisers(others), "an"), "{others:?}");
        }
    }
}
