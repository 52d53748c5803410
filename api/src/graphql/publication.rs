//! Publications: which rankings the public sees, and publishing one.

use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use entity::token::Scope;
use entity::{PublicationId, block, period, publication};
use reform_worker::Clock;
use reform_worker::audit::action::PUBLISH_RANKING;
use reform_worker::audit::{Actor, Entry, record};
use reform_worker::database::begin_write;
use reform_worker::publish::{Publish, PublishError, Published, publish};
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Select,
};
use serde_json::json;

use super::actor::{actor, record_refusal};
use super::cost;
use super::id::NodeId;
use super::paging::{Page, Window};
use super::plain::{Whole, plain_object};
use super::problem::Problem;
use super::registry::{Block, known_block, known_period};
use super::user_error::UserError;
use super::viewer::administrator;
use super::{data, database};

/// The longest reason that is kept.
const LONGEST_REASON: usize = 500;

plain_object! {
    /// A publication (công bố): a block's ranking of a period, with its cards, as the public sees it. It is never
    /// changed; a correction is published as the next revision.
    pub(crate) struct Publication {
        /// Global id.
        id: ID,
        /// The period's code.
        period: String,
        /// The block.
        block: Block,
        /// Revision, from 1.
        revision: i32,
        /// Whether no later revision replaces it.
        current: bool,
        /// When it was published.
        published_at: DateTime<Utc>,
        /// Why it replaces the revision before; null for the first.
        reason: Option<String>,
    }
}

/// Loads publications with their periods and blocks.
async fn load(
    database: &DatabaseConnection,
    publications: Select<publication::Entity>,
) -> Result<Vec<Publication>, Problem> {
    let rows =
        publications.find_also_related(period::Entity).find_also_related(block::Entity).all(database).await?;
    let whole = rows.into_iter().filter_map(|(row, period, block)| {
        Some(Publication {
            id: NodeId::Publication(row.id).into(),
            period: period?.code,
            block: block?.into(),
            revision: row.revision,
            current: row.current,
            published_at: row.published_at,
            reason: row.reason,
        })
    });
    Ok(whole.collect())
}

/// The publication with an id.
pub(crate) async fn publication_by_id(
    database: &DatabaseConnection,
    id: PublicationId,
) -> Result<Option<Publication>, Problem> {
    Ok(load(database, publication::Entity::find_by_id(id)).await?.pop())
}

#[derive(Default)]
pub(crate) struct PublicationQuery;

#[Object]
impl PublicationQuery {
    /// What was published, latest first.
    #[graphql(complexity = "cost::page(first, child_complexity)")]
    async fn publications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of this period, by its code.")] period: Option<String>,
        #[graphql(desc = "Only of this ranking block, by its code.")] block: Option<String>,
        #[graphql(desc = "Page size, 1 to 200; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Page<Publication>, Problem> {
        let database = database(ctx)?;
        let window = Window::new(first, after.as_deref())?;
        let mut publications = publication::latest_first();
        if let Some(code) = period {
            let period = known_period(database, "period", &code).await?;
            publications = publications.filter(publication::Column::PeriodId.eq(period.id));
        }
        if let Some(code) = block {
            let block = known_block(database, "block", &code).await?;
            publications = publications.filter(publication::Column::BlockId.eq(block.id));
        }
        let total = match ctx.look_ahead().field("totalCount").exists() {
            true => Some(publications.clone().count(database).await?),
            false => None,
        };
        let page = publications.offset(window.offset).limit(window.limit());
        Ok(Page::new(window, load(database, page).await?, total))
    }
}

/// What is to be published.
#[derive(Debug, InputObject)]
struct PublishRankingInput {
    /// The period's code, for instance `2022-H1`.
    period: String,
    /// The ranking block's code.
    block: String,
    /// Why, at most 500 characters; compulsory where it replaces an earlier publication.
    reason: Option<String>,
}

plain_object! {
    /// What became of publishing a ranking.
    pub(crate) struct PublishRankingPayload {
        /// What is published now; null when it was refused.
        publication: Option<Publication>,
        /// Whether the present ranking was published already; then nothing was done.
        already_published: bool,
        /// Why it was refused; empty when it was not.
        errors: Vec<UserError>,
    }
}

fn refusal(error: PublishError) -> Result<UserError, Problem> {
    let (code, field, message_vi, message_en) = match error {
        PublishError::UnknownPeriod(code) => (
            "UNKNOWN_PERIOD",
            "period",
            format!("Không có kỳ `{code}`."),
            format!("There is no period `{code}`."),
        ),
        PublishError::UnknownBlock(code) => (
            "UNKNOWN_BLOCK",
            "block",
            format!("Không có khối `{code}`."),
            format!("There is no block `{code}`."),
        ),
        PublishError::NotCompiled => (
            "NOT_COMPILED",
            "block",
            "Khối chưa có bảng xếp hạng trong kỳ; hãy lập trước.".to_owned(),
            "The block has no ranking in the period yet; compile it first.".to_owned(),
        ),
        PublishError::NoReason => (
            "INVALID_REASON",
            "reason",
            "Công bố thay thế phải nêu lý do.".to_owned(),
            "A publication that replaces another needs a reason.".to_owned(),
        ),
        PublishError::AloneAppraised => (
            "ALONE_APPRAISED",
            "block",
            "Người thẩm định duy nhất không được tự công bố.".to_owned(),
            "Nobody publishes what he alone appraised.".to_owned(),
        ),
        PublishError::Database(error) => return Err(error.into()),
    };
    Ok(UserError::new(code, field, message_vi, message_en))
}

/// The answer to a publication that breaks a rule; which one goes on record.
async fn refused(ctx: &Context<'_>, error: UserError) -> Result<Whole<PublishRankingPayload>, Problem> {
    record_refusal(ctx, PUBLISH_RANKING, error.code.clone()).await?;
    Ok(Whole(PublishRankingPayload { publication: None, already_published: false, errors: vec![error] }))
}

/// The record of a publication.
fn done(by: &Actor, input: &PublishRankingInput, published: &Published) -> Entry {
    let told = |publication: &publication::Model| {
        json!({
            "publication": ID::from(NodeId::Publication(publication.id)).0,
            "period": input.period,
            "block": input.block,
            "ranking": publication.ranking_id,
            "revision": publication.revision,
            "reason": publication.reason,
        })
    };
    let object = ID::from(NodeId::Publication(published.publication.id)).0;
    let before = published.replaced.as_ref().map(told);
    Entry { before, ..Entry::done(by, PUBLISH_RANKING).to(object).leaving(told(&published.publication)) }
}

#[derive(Default)]
pub(crate) struct PublicationMutation;

#[Object]
impl PublicationMutation {
    /// Publishes the present ranking of a block in a period, and with it the cards that were ranked. What is
    /// compiled later stays unpublished until it is published in its turn.
    async fn publish_ranking(
        &self,
        ctx: &Context<'_>,
        input: PublishRankingInput,
    ) -> Result<Whole<PublishRankingPayload>, Problem> {
        let reason = input.reason.as_deref().unwrap_or_default();
        if reason.trim().chars().count() > LONGEST_REASON {
            let vi = format!("Lý do có nhiều nhất {LONGEST_REASON} ký tự.");
            let en = format!("The reason has at most {LONGEST_REASON} characters.");
            return refused(ctx, UserError::new("INVALID_REASON", "reason", vi, en)).await;
        }
        let database = database(ctx)?;
        let asked = Publish {
            period: &input.period,
            block: &input.block,
            reason,
            by: &administrator(ctx, Scope::Administer)?.name,
        };
        let transaction = begin_write(database).await?;
        let now = data::<Clock>(ctx)?.now();
        let published = match publish(&transaction, asked, now).await {
            Ok(published) => published,
            Err(error) => {
                transaction.rollback().await?;
                return refused(ctx, refusal(error)?).await;
            }
        };
        if !published.already_published {
            record(&transaction, done(&actor(ctx)?, &input, &published), now).await?;
        }
        transaction.commit().await?;
        let publication = publication_by_id(database, published.publication.id).await?;
        let already_published = published.already_published;
        Ok(Whole(PublishRankingPayload { publication, already_published, errors: Vec::new() }))
    }
}
