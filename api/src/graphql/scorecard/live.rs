//! `scorecardChanged`: the cards as they come, to whoever may see them at that moment.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use async_graphql::{Context, Subscription};
use entity::{AgencyId, ScorecardId, scorecard};
use futures_util::Stream;
use reform_worker::{Clock, Signals};
use sea_orm::{ColumnTrait, DatabaseConnection, QueryFilter, QuerySelect, QueryTrait};

use super::load::load;
use super::wanted::Wanted;
use super::{Scorecard, check_names, rows};
use crate::graphql::plain::Whole;
use crate::graphql::problem::Problem;
use crate::graphql::registry::known_agency;
use crate::graphql::viewer::viewer;
use crate::graphql::{data, database};
use crate::people::{People, Viewer};
use crate::policy::{Sight, sight_of};

/// A subscription looks for cards this often, whether or not it is woken.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct ScorecardSubscription;

#[Subscription]
impl ScorecardSubscription {
    /// The cards of an agency or of a block in a period: those that there are now, and each new one when it is
    /// compiled, or published to who sees only what is published. What is seen is decided anew at each sending;
    /// whoever may no longer ask is sent nothing more.
    async fn scorecard_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The period's code, for instance `2022-H1`.")] period: String,
        #[graphql(desc = "The agency's code; either this or the block.")] agency: Option<String>,
        #[graphql(desc = "The ranking block's code; either this or the agency.")] block: Option<String>,
    ) -> Result<impl Stream<Item = Result<Whole<Scorecard>, Problem>> + use<>, Problem> {
        if agency.is_some() == block.is_some() {
            let why = "cho `agency` hoặc `block` / give either `agency` or `block`";
            return Err(Problem::bad_input("agency", why.to_owned()));
        }
        let database = database(ctx)?.clone();
        let mut changed = data::<Signals>(ctx)?.listen();
        changed.mark_changed();
        check_names(&database, &period, block.as_deref()).await?;
        if let Some(code) = &agency {
            known_agency(&database, "agency", code).await?;
        }
        let watch = Watch {
            database,
            people: data::<People>(ctx)?.clone(),
            clock: data::<Clock>(ctx)?.clone(),
            viewer: viewer(ctx)?.clone(),
            changed,
            period,
            agency,
            block,
            wanted: Wanted::of(&ctx.look_ahead()),
            seen: HashMap::new(),
            new: VecDeque::new(),
            over: false,
        };
        Ok(futures_util::stream::unfold(watch, Watch::next))
    }
}

struct Watch {
    database: DatabaseConnection,
    people: People,
    clock: Clock,
    viewer: Viewer,
    changed: tokio::sync::watch::Receiver<u64>,
    period: String,
    agency: Option<String>,
    block: Option<String>,
    wanted: Wanted,
    /// The card of each agency that was sent last.
    seen: HashMap<AgencyId, ScorecardId>,
    /// What is yet to be sent.
    new: VecDeque<ScorecardId>,
    over: bool,
}

type Sent = Result<Whole<Scorecard>, Problem>;

impl Watch {
    /// Waits for the next card that the viewer may see.
    async fn next(mut self) -> Option<(Sent, Self)> {
        while !self.over {
            match self.look().await {
                Ok(Some(card)) => return Some((Ok(Whole(card)), self)),
                Ok(None) => {}
                Err(problem) => {
                    self.over = true;
                    return Some((Err(problem), self));
                }
            }
            if self.new.is_empty() {
                tokio::select! {
                    _ = self.changed.changed() => {}
                    () = tokio::time::sleep(LOOK_AGAIN) => {}
                }
            }
        }
        None
    }

    /// The next card to send, as far as the viewer sees it now.
    async fn look(&mut self) -> Result<Option<Scorecard>, Problem> {
        if let Some(before) = &self.viewer.signed_in {
            let still = self.people.still(before).await?;
            self.over = still.is_none();
            self.viewer.signed_in = still;
        }
        if self.over {
            return Ok(None);
        }
        let sight = sight_of(&self.viewer, &self.database, &self.clock).await?;
        if self.new.is_empty() {
            self.note_new(&sight).await?;
        }
        let Some(id) = self.new.pop_front() else { return Ok(None) };
        let card = sight.of_cards(&self.period, None).filter(scorecard::Column::Id.eq(id));
        let card = if self.wanted.has("rank") { sight.with_places(card) } else { card };
        Ok(load(&self.database, card, &self.wanted).await?.pop())
    }

    async fn note_new(&mut self, sight: &Sight) -> Result<(), Problem> {
        let cards = sight.of_cards(&self.period, self.block.as_deref());
        let mut cards = match &self.agency {
            Some(code) => rows::of_agency(cards, code),
            None => cards,
        };
        QueryTrait::query(&mut cards).clear_order_by();
        let present: Vec<(AgencyId, ScorecardId)> = cards
            .select_only()
            .column(scorecard::Column::AgencyId)
            .column(scorecard::Column::Id)
            .into_tuple()
            .all(&self.database)
            .await?;
        for (agency, card) in present {
            if self.seen.insert(agency, card) != Some(card) {
                self.new.push_back(card);
            }
        }
        Ok(())
    }
}
