//! The counters of dossiers: what one dossier adds on which day, and what the sums of days say of a period.
//!
//! Every number of the official table is a sum of [`Counter`]s over days, so that inserting, changing or removing a
//! dossier adds and subtracts exactly, and a period's numbers are the difference of two running sums. A dossier counts
//! as follows; days are those of the province ([`province_day`]), and a dossier is compared with its due day, not with
//! the hour.
//!
//! - **Received** on its day, by channel.
//! - **Ended** on the day of its completion or, where it was withdrawn, of its withdrawal: early before the due day, on
//!   time on it, overdue after it. So the identities of the table hold without exception; how many of the resolved were
//!   withdrawn is counted besides.
//! - **Without a due day** it is never overdue: ended it is on time, pending it is in time.
//! - **Waiting for a supplement** its due day does not run: while it waits it is pending in time. A dossier that has
//!   ended no longer waits.
//! - **A letter of apology** counts on the day on which a dossier ended overdue.

use std::ops::{AddAssign, Index, IndexMut, Sub, SubAssign};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

/// The province's hours ahead of UTC: Vietnam has one time zone and no summer time.
const HOURS_AHEAD: i64 = 7;

/// The day of an instant in the province.
#[must_use]
pub fn province_day(instant: DateTime<Utc>) -> NaiveDate {
    (instant.naive_utc() + TimeDelta::hours(HOURS_AHEAD)).date()
}

/// The instant at which a day begins in the province.
#[must_use]
pub fn province_midnight(day: NaiveDate) -> DateTime<Utc> {
    (day.and_time(chrono::NaiveTime::MIN) - TimeDelta::hours(HOURS_AHEAD)).and_utc()
}

crate::coded_enum! {
    /// How a dossier came in.
    pub enum DossierChannel {
        /// At the counter.
        Counter = "COUNTER",
        /// Online, every step of it.
        OnlineFull = "ONLINE_FULL",
        /// Online in part.
        OnlinePartial = "ONLINE_PARTIAL",
        /// By the public postal service.
        Postal = "POSTAL",
        /// Online, with the public postal service for papers or the result.
        OnlinePostal = "ONLINE_POSTAL",
    }
}

crate::coded_enum! {
    /// What is counted a day. The code is also the name of the column.
    pub enum Counter {
        /// Received at the counter.
        ReceivedCounter = "received_counter",
        /// Received online, every step of it.
        ReceivedOnlineFull = "received_online_full",
        /// Received online in part.
        ReceivedOnlinePartial = "received_online_partial",
        /// Received by post.
        ReceivedPostal = "received_postal",
        /// Received online with post.
        ReceivedOnlinePostal = "received_online_postal",
        /// Ended before the due day.
        ResolvedEarly = "resolved_early",
        /// Ended on the due day, or without one.
        ResolvedOnTime = "resolved_on_time",
        /// Ended after the due day.
        ResolvedOverdue = "resolved_overdue",
        /// Of those that ended: withdrawn.
        Withdrawn = "withdrawn",
        /// Of those that ended overdue: with a letter of apology.
        Apologised = "apologised",
        /// Due on that day.
        Due = "due",
        /// Of those due: due and ended by that day, and not by the day before.
        DueSettled = "due_settled",
    }
}

impl Counter {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    fn received(channel: DossierChannel) -> Self {
        match channel {
            DossierChannel::Counter => Self::ReceivedCounter,
            DossierChannel::OnlineFull => Self::ReceivedOnlineFull,
            DossierChannel::OnlinePartial => Self::ReceivedOnlinePartial,
            DossierChannel::Postal => Self::ReceivedPostal,
            DossierChannel::OnlinePostal => Self::ReceivedOnlinePostal,
        }
    }
}

/// What of a dossier is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedDossier {
    /// How it came in.
    pub channel: DossierChannel,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// When it is due; none where no term was set.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// When it was withdrawn; never beside a completion.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Whether it waits for a supplement.
    pub awaiting_supplement: bool,
    /// Whether the applicant got a letter of apology.
    pub apology_letter: bool,
}

/// What a dossier adds: each is one, on a day.
pub fn contribution(dossier: &CountedDossier) -> impl Iterator<Item = (NaiveDate, Counter)> + use<> {
    let received = province_day(dossier.received_at);
    let ended = dossier.completed_at.or(dossier.withdrawn_at).map(province_day);
    let runs = ended.is_some() || !dossier.awaiting_supplement;
    let due = dossier.due_at.filter(|_| runs).map(province_day);
    let mut adds = [None; 6];
    adds[0] = Some((received, Counter::received(dossier.channel)));
    adds[1] = due.map(|due| (due, Counter::Due));
    if let Some(ended) = ended {
        let overdue = due.is_some_and(|due| ended > due);
        let resolved = match due {
            Some(due) if ended < due => Counter::ResolvedEarly,
            _ if overdue => Counter::ResolvedOverdue,
            _ => Counter::ResolvedOnTime,
        };
        adds[2] = Some((ended, resolved));
        adds[3] = due.map(|due| (due.max(ended), Counter::DueSettled));
        adds[4] = dossier.completed_at.is_none().then_some((ended, Counter::Withdrawn));
        adds[5] = (overdue && dossier.apology_letter).then_some((ended, Counter::Apologised));
    }
    adds.into_iter().flatten()
}

/// A number for each counter: of a day, a sum of days, or what changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts(pub [i64; Counter::COUNT]);

impl Counts {
    /// Whether every counter is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.iter().all(|count| *count == 0)
    }

    fn sum(&self, counters: &[Counter]) -> i64 {
        counters.iter().map(|counter| self[*counter]).sum()
    }

    /// Received so far.
    fn received(&self) -> i64 {
        use Counter::*;
        self.sum(&[
            ReceivedCounter,
            ReceivedOnlineFull,
            ReceivedOnlinePartial,
            ReceivedPostal,
            ReceivedOnlinePostal,
        ])
    }

    /// Ended so far.
    fn resolved(&self) -> i64 {
        self.sum(&[Counter::ResolvedEarly, Counter::ResolvedOnTime, Counter::ResolvedOverdue])
    }
}

impl Index<Counter> for Counts {
    type Output = i64;

    fn index(&self, counter: Counter) -> &i64 {
        &self.0[counter as usize]
    }
}

impl IndexMut<Counter> for Counts {
    fn index_mut(&mut self, counter: Counter) -> &mut i64 {
        &mut self.0[counter as usize]
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }
}

impl SubAssign for Counts {
    fn sub_assign(&mut self, other: Self) {
        for (count, less) in self.0.iter_mut().zip(other.0) {
            *count -= less;
        }
    }
}

impl Sub for Counts {
    type Output = Self;

    fn sub(mut self, other: Self) -> Self {
        self -= other;
        self
    }
}

/// The running sums at the two ends of a stretch of time: everything before its first day, and everything before the
/// day after its last. They add, agency by agency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DossierCounts {
    /// The sums of all days before the start.
    pub before_start: Counts,
    /// The sums of all days before the end.
    pub before_end: Counts,
}

impl AddAssign for DossierCounts {
    fn add_assign(&mut self, other: Self) {
        self.before_start += other.before_start;
        self.before_end += other.before_end;
    }
}

impl DossierCounts {
    /// The keys that [`number`](Self::number) knows.
    pub const KEYS: [&str; 20] = [
        "received_total",
        "received_new",
        "received_counter",
        "received_online",
        "received_online_full",
        "received_online_partial",
        "received_postal",
        "received_direct_or_postal",
        "carried_over",
        "resolved_total",
        "resolved_early",
        "resolved_on_time",
        "resolved_in_time",
        "resolved_overdue",
        "withdrawn",
        "apologised",
        "pending_total",
        "pending_in_time",
        "pending_overdue",
        "overdue_total",
    ];

    /// The number that a measure's `key` names; `None` for a key that there is not. The keys of the official table mean
    /// the same here.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<i64> {
        use Counter::*;
        let within = self.before_end - self.before_start;
        let carried_over = self.before_start.received() - self.before_start.resolved();
        let pending = self.before_end.received() - self.before_end.resolved();
        let pending_overdue = self.before_end[Due] - self.before_end[DueSettled];
        Some(match key {
            "received_total" => carried_over + within.received(),
            "received_new" => within.received(),
            "received_counter" => within[ReceivedCounter],
            "received_online_full" => within[ReceivedOnlineFull],
            "received_online_partial" => within[ReceivedOnlinePartial],
            "received_online" => {
                within.sum(&[ReceivedOnlineFull, ReceivedOnlinePartial, ReceivedOnlinePostal])
            }
            "received_postal" => within.sum(&[ReceivedPostal, ReceivedOnlinePostal]),
            "received_direct_or_postal" => within.sum(&[ReceivedCounter, ReceivedPostal]),
            "carried_over" => carried_over,
            "resolved_total" => within.resolved(),
            "resolved_early" => within[ResolvedEarly],
            "resolved_on_time" => within[ResolvedOnTime],
            "resolved_in_time" => within.sum(&[ResolvedEarly, ResolvedOnTime]),
            "resolved_overdue" => within[ResolvedOverdue],
            "withdrawn" => within[Withdrawn],
            "apologised" => within[Apologised],
            "pending_total" => pending,
            "pending_in_time" => pending - pending_overdue,
            "pending_overdue" => pending_overdue,
            "overdue_total" => within[ResolvedOverdue] + pending_overdue,
            _ => return None,
        })
    }
}
