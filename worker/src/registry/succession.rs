//! Whose counts an agency's count of a period is made of: its own, and its predecessors' for the part of the
//! period before the change.
//!
//! Of a predecessor counts what the succession declares: all of it (merge, rename), a declared share of it
//! (split, function transfer), or what is not known because nothing is declared. Shares divide counts and never
//! average scores. An agency that hands over a declared share of a function and goes on keeps the rest; what it
//! hands over undeclared, it keeps. An agency that ended in the period keeps its own card over its own counts.
//!
//! Dossiers stay with the agency that received them, so what becomes of those that an ended agency left pending is
//! counted with its successors, in whatever period ([`Successions::dossier_contributions`]).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use entity::{AgencyId, agency, succession};
use scoring::Exact;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// One succession, as counts see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whose work goes over.
    pub predecessor: AgencyId,
    /// To whom.
    pub successor: AgencyId,
    /// How.
    pub kind: succession::Kind,
    /// From which day on.
    pub effective_on: NaiveDate,
    /// What part of the predecessor's counts goes over; `None`: that is not declared.
    pub share: Option<Exact>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// What one agency contributes to the counts of another, or to its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// The agency that counted.
    pub agency: AgencyId,
    /// The first day that counts.
    pub from: NaiveDate,
    /// The day after the last.
    pub before: NaiveDate,
    /// The share of its count, above 0 and at most 1; `None`: it cannot be divided, so the sum is not known.
    pub share: Option<Exact>,
    /// Whether it is the agency itself under an earlier name.
    pub renamed: bool,
}

/// The successions that lead to some agencies, and the functions that these gave away.
#[derive(Clone, Debug, Default)]
pub struct Successions {
    by_predecessor: HashMap<AgencyId, Vec<Link>>,
    by_successor: HashMap<AgencyId, Vec<Link>>,
    agencies: HashMap<AgencyId, agency::Model>,
}

impl Successions {
    /// These successions, between these agencies.
    pub fn new(links: Vec<Link>, agencies: impl IntoIterator<Item = agency::Model>) -> Self {
        let agencies = agencies.into_iter().map(|agency| (agency.id, agency)).collect();
        let mut successions = Self { agencies, ..Self::default() };
        for link in links {
            successions.by_predecessor.entry(link.predecessor).or_default().push(link.clone());
            successions.by_successor.entry(link.successor).or_default().push(link);
        }
        successions
    }

    /// Reads those that are effective before a day and lead to one of the agencies, back to the first: a query for each
    /// generation, the last of which finds none, and where there are any another for their agencies.
    ///
    /// # Errors
    /// When the database fails or holds a share that is no number.
    pub async fn load<C: ConnectionTrait>(
        connection: &C,
        agencies: impl IntoIterator<Item = AgencyId>,
        before: NaiveDate,
    ) -> Result<Self, DbErr> {
        let mut found = BTreeMap::new();
        let mut asked = BTreeSet::new();
        let mut generation: BTreeSet<AgencyId> = agencies.into_iter().collect();
        while !generation.is_empty() {
            let rows = succession::of_agencies(generation.iter().copied())
                .filter(succession::Column::EffectiveOn.lt(before))
                .all(connection)
                .await?;
            asked.append(&mut generation);
            generation.extend(rows.iter().map(|row| row.predecessor_id).filter(|id| !asked.contains(id)));
            for row in rows {
                found.insert((row.effective_on, row.id), link(row)?);
            }
        }
        if found.is_empty() {
            return Ok(Self::default());
        }
        let links: Vec<_> = found.into_values().collect();
        let ids: BTreeSet<_> = links.iter().flat_map(|link| [link.predecessor, link.successor]).collect();
        let agencies = agency::Entity::find().filter(agency::Column::Id.is_in(ids)).all(connection).await?;
        Ok(Self::new(links, agencies))
    }

    /// Those that were on record at an instant.
    #[must_use]
    pub fn known_at(&self, at: DateTime<Utc>) -> Self {
        let links = self.by_predecessor.values().flatten().filter(|link| link.recorded_at <= at);
        let mut links: Vec<_> = links.cloned().collect();
        links.sort_by_key(|link| link.effective_on);
        let changed: BTreeSet<_> = links.iter().flat_map(|link| [link.predecessor, link.successor]).collect();
        let agencies = changed.iter().filter_map(|id| self.agencies.get(id)).cloned().collect::<Vec<_>>();
        Self::new(links, agencies)
    }

    /// The agency with an id, if it succeeds or is succeeded.
    pub fn agency(&self, id: AgencyId) -> Option<&agency::Model> {
        self.agencies.get(&id)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_successor.is_empty()
    }

    /// What the counts of `agency` in [`from`, `before`) are made of: its own first, then by day. Where several
    /// ways lead to the same predecessor, what goes over on each adds up.
    pub fn contributions(&self, agency: AgencyId, from: NaiveDate, before: NaiveDate) -> Vec<Contribution> {
        let mut spans = Spans { agencies: &self.agencies, found: BTreeMap::new() };
        let mut ends = Ends::default();
        ends.add(agency, before, Some(Exact::one()), true);
        // From the last end back: whatever leads to an agency's end has been added when its turn comes.
        while let Some(((before, agency), (share, renamed))) = ends.0.pop_last() {
            self.follow(agency, &Way { from, before, share, renamed }, &mut spans, &mut ends);
        }
        spans.into_contributions(agency)
    }

    /// The same of what is counted over dossiers: those of a predecessor that ended are followed to the end of
    /// `agency`'s own, also where it ended before `from`.
    pub fn dossier_contributions(
        &self,
        agency: AgencyId,
        from: NaiveDate,
        before: NaiveDate,
    ) -> Vec<Contribution> {
        let ended_on = |id: AgencyId| self.agency(id).and_then(|row| row.valid_to);
        let end = ended_on(agency).map_or(before, |ended_on| ended_on.min(before));
        let mut contributions = self.contributions(agency, NaiveDate::MIN, before);
        for of in &mut contributions {
            if of.agency != agency && ended_on(of.agency) == Some(of.before) {
                of.before = end;
            }
            of.from = of.from.max(from);
        }
        contributions.retain(|of| of.from < of.before);
        contributions.sort_by_key(|of| (of.agency != agency, of.from, of.before));
        contributions
    }

    /// Adds what `agency` contributes before the end of `way`, and where its predecessors end before that.
    fn follow(&self, agency: AgencyId, way: &Way, spans: &mut Spans<'_>, ends: &mut Ends) {
        let mut since = way.from;
        // A function that went over for a declared share took it out of everything before.
        for link in self.handed_over(agency, way) {
            let kept = self.kept(agency, since, way);
            spans.add(
                agency,
                Way { from: since, before: link.effective_on, share: kept, renamed: way.renamed },
            );
            since = link.effective_on;
        }
        let rest = Way { from: since, before: way.before, share: way.share.clone(), renamed: way.renamed };
        spans.add(agency, rest);
        let within = |link: &&Link| link.effective_on > way.from && link.effective_on < way.before;
        let gives = |link: &&Link| !link.share.as_ref().is_some_and(Exact::is_zero);
        let links = self.by_successor.get(&agency).into_iter().flatten();
        for link in links.filter(within).filter(gives) {
            let share = way.share.as_ref().zip(link.share.as_ref()).map(|(so_far, share)| so_far * share);
            let renamed = way.renamed && link.kind == succession::Kind::Rename;
            ends.add(link.predecessor, link.effective_on, share, renamed);
        }
    }

    /// The transfers of functions by which `agency` gave away a declared share, by day, one a day.
    fn handed_over<'a>(&'a self, agency: AgencyId, way: &Way) -> Vec<&'a Link> {
        let given = |link: &&Link| {
            !link.kind.ends_predecessor()
                && link.effective_on > way.from
                && link.effective_on < way.before
                && link.share.as_ref().is_some_and(|share| !share.is_zero())
        };
        let links = self.by_predecessor.get(&agency).into_iter().flatten();
        let by_day: BTreeMap<_, _> = links.filter(given).map(|link| (link.effective_on, link)).collect();
        by_day.into_values().collect()
    }

    /// What `agency` kept of its counts from `day` on: each day's transfers leave the rest.
    fn kept(&self, agency: AgencyId, day: NaiveDate, way: &Way) -> Option<Exact> {
        let mut kept = way.share.clone()?;
        let days: BTreeSet<_> = self.handed_over(agency, way).iter().map(|link| link.effective_on).collect();
        for given_on in days.into_iter().filter(|given_on| *given_on > day) {
            let links = self.by_predecessor.get(&agency).into_iter().flatten();
            let given = links.filter(|link| !link.kind.ends_predecessor() && link.effective_on == given_on);
            let given: Exact = given.filter_map(|link| link.share.as_ref()).sum();
            kept = &kept * &(Exact::one() - &given);
        }
        Some(kept)
    }
}

fn link(row: succession::Model) -> Result<Link, DbErr> {
    let share = row.share.map(|share| share.parse()).transpose();
    Ok(Link {
        predecessor: row.predecessor_id,
        successor: row.successor_id,
        kind: row.kind,
        effective_on: row.effective_on,
        share: share.map_err(|error: scoring::NotExact| DbErr::Type(error.to_string()))?,
        recorded_at: row.recorded_at,
    })
}

/// A part of the period, and how much of it counts.
struct Way {
    from: NaiveDate,
    before: NaiveDate,
    share: Option<Exact>,
    renamed: bool,
}

/// How much of each agency counts until before a day, and whether it is the agency itself under another name.
#[derive(Default)]
struct Ends(BTreeMap<(NaiveDate, AgencyId), Counts>);

type Counts = (Option<Exact>, bool);

impl Ends {
    fn add(&mut self, agency: AgencyId, before: NaiveDate, share: Option<Exact>, renamed: bool) {
        more(self.0.entry((before, agency)).or_insert_with(nothing), (share, renamed));
    }
}

fn nothing() -> Counts {
    (Some(Exact::zero()), true)
}

/// Adds what also counts; with a part that is not known the whole is not.
fn more(counts: &mut Counts, (share, renamed): Counts) {
    counts.0 = counts.0.take().zip(share).map(|(before, share)| before + &share);
    counts.1 &= renamed;
}

/// What was found so far, by days and agency.
struct Spans<'a> {
    agencies: &'a HashMap<AgencyId, agency::Model>,
    found: BTreeMap<(NaiveDate, NaiveDate, AgencyId), Counts>,
}

impl Spans<'_> {
    /// Adds the days of `way` on which the agency existed.
    fn add(&mut self, agency: AgencyId, mut way: Way) {
        if let Some(row) = self.agencies.get(&agency) {
            way.from = way.from.max(row.valid_from);
            way.before = way.before.min(row.valid_to.unwrap_or(way.before));
        }
        if way.from >= way.before || way.share.as_ref().is_some_and(Exact::is_zero) {
            return;
        }
        let counts = self.found.entry((way.from, way.before, agency)).or_insert_with(nothing);
        more(counts, (way.share, way.renamed));
    }

    fn into_contributions(self, own: AgencyId) -> Vec<Contribution> {
        let of = |((from, before, agency), (share, renamed))| Contribution {
            agency,
            from,
            before,
            share,
            renamed: renamed && agency != own,
        };
        let mut contributions: Vec<_> = self.found.into_iter().map(of).collect();
        contributions.sort_by_key(|of| (of.agency != own, of.from, of.before));
        contributions
    }
}
