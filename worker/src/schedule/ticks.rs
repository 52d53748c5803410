//! When a schedule ticks, and which of its ticks fire. Pure: the instant is given.

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use entity::schedule::CatchUp;

/// A tick that fires no later than this after its time was not missed.
const ON_TIME: TimeDelta = TimeDelta::minutes(5);

/// At most so many ticks fire at a time; what is left fires at the next look.
const MOST_AT_ONCE: usize = 50;

/// Why a text is no timetable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATimetable {
    /// No cron expression.
    #[error("`{0}` is no cron expression of five fields")]
    Cron(String),
    /// A cron expression of no day, such as the thirtieth of February.
    #[error("`{0}` never comes")]
    Never(String),
    /// No time zone.
    #[error("`{0}` is no time zone of the IANA database")]
    Zone(String),
}

/// The ticks of a schedule.
#[derive(Clone, Debug)]
pub struct Ticks {
    cron: Cron,
    zone: Tz,
}

impl Ticks {
    /// The ticks of a cron expression (minute, hour, day of the month, month, day of the week) in a time zone.
    ///
    /// # Errors
    /// When one of the two is none.
    pub fn new(cron: &str, zone: &str) -> Result<Self, NotATimetable> {
        let zone: Tz = zone.parse().map_err(|_| NotATimetable::Zone(zone.to_owned()))?;
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let parsed = parser.parse(cron).map_err(|_| NotATimetable::Cron(cron.to_owned()))?;
        let ticks = Self { cron: parsed, zone };
        match ticks.after(DateTime::UNIX_EPOCH) {
            Some(_) => Ok(ticks),
            None => Err(NotATimetable::Never(cron.to_owned())),
        }
    }

    /// The first tick after an instant; none when there is none in the years that there are.
    pub fn after(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let next = self.cron.find_next_occurrence(&self.local(instant), false).ok()?;
        Some(next.to_utc()).filter(|next| *next > instant)
    }

    /// The next `count` ticks, from `first` on.
    pub fn from(&self, first: DateTime<Utc>, count: usize) -> Vec<DateTime<Utc>> {
        std::iter::successors(Some(first), |tick| self.after(*tick)).take(count).collect()
    }

    /// The last tick at or before an instant.
    fn by(&self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let last = self.cron.find_previous_occurrence(&self.local(instant), true).ok()?;
        Some(last.to_utc()).filter(|last| *last <= instant)
    }

    /// The day of a tick where it is meant.
    pub fn day_of(&self, tick: DateTime<Utc>) -> NaiveDate {
        self.local(tick).date_naive()
    }

    /// A tick as it is read where it is meant: `2022-07-05 02:00`.
    pub fn read(&self, tick: DateTime<Utc>) -> String {
        self.local(tick).format("%Y-%m-%d %H:%M").to_string()
    }

    fn local(&self, instant: DateTime<Utc>) -> DateTime<Tz> {
        self.zone.from_utc_datetime(&instant.naive_utc())
    }
}

/// What is due of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Due {
    /// The ticks that fire, oldest first.
    pub(super) fire: Vec<DateTime<Utc>>,
    /// The last tick that is dealt with, whether it fires or not.
    pub(super) last: DateTime<Utc>,
    /// The next one.
    pub(super) next: Option<DateTime<Utc>>,
}

impl Due {
    /// What is due at `now` of a schedule whose next tick was to be `next`. Nothing before that instant,
    /// wherever the clock comes from: a clock that was put back comes to no tick a second time.
    pub(super) fn of(
        ticks: &Ticks,
        catch_up: CatchUp,
        next: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        if now < next {
            return None;
        }
        let latest = ticks.by(now).map_or(next, |latest| latest.max(next));
        let fire = match catch_up {
            CatchUp::All => {
                let mut missed = ticks.from(next, MOST_AT_ONCE);
                missed.retain(|tick| *tick <= now);
                missed
            }
            CatchUp::Skip if now - latest > ON_TIME => Vec::new(),
            CatchUp::Latest | CatchUp::Skip => vec![latest],
        };
        let last = fire.last().copied().unwrap_or(latest);
        Some(Self { fire, last, next: ticks.after(last) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn half_year() -> Ticks {
        Ticks::new("0 2 5 7 *", "Asia/Ho_Chi_Minh").expect("a timetable")
    }

    #[test]
    fn two_in_the_morning_is_meant_in_the_time_zone() {
        let tick = half_year().after(at("2026-11-27T00:00:00Z")).expect("a tick");
        assert_eq!(tick, at("2027-07-04T19:00:00Z"));
        assert_eq!(half_year().read(tick), "2027-07-05 02:00");
        assert_eq!(half_year().after(tick), Some(at("2028-07-04T19:00:00Z")));
    }

    #[test]
    fn what_is_no_timetable_is_refused_by_name() {
        let refused = |cron: &str, zone: &str| Ticks::new(cron, zone).expect_err("no timetable");
        for cron in ["", "0 2 5 7", "0 0 2 5 7 *", "61 2 5 7 *", "a b c d e", "@", "0 2 5 7 * 2026"] {
            assert_eq!(refused(cron, "UTC"), NotATimetable::Cron(cron.to_owned()));
        }
        assert_eq!(refused("0 0 30 2 *", "UTC"), NotATimetable::Never("0 0 30 2 *".to_owned()));
        assert_eq!(refused("0 2 5 7 *", "Asia/Hue"), NotATimetable::Zone("Asia/Hue".to_owned()));
    }

    #[test]
    fn ticks_that_nobody_was_there_for_are_caught_up_by_policy() {
        let ticks = Ticks::new("0 * * * *", "UTC").expect("a timetable");
        let (next, now) = (at("2022-07-01T01:00:00Z"), at("2022-07-01T04:30:00Z"));
        let due = |catch_up| Due::of(&ticks, catch_up, next, now).expect("ticks are due");
        let hours = |hours: &[u32]| -> Vec<_> {
            hours.iter().map(|hour| at(&format!("2022-07-01T0{hour}:00:00Z"))).collect()
        };
        assert_eq!(due(CatchUp::All).fire, hours(&[1, 2, 3, 4]));
        assert_eq!(due(CatchUp::Latest).fire, hours(&[4]));
        assert!(due(CatchUp::Skip).fire.is_empty());
        for catch_up in CatchUp::ALL {
            assert_eq!((due(*catch_up).last, due(*catch_up).next), (hours(&[4])[0], Some(hours(&[5])[0])));
        }
    }

    #[test]
    fn a_tick_that_is_on_time_fires_whatever_the_policy() {
        let ticks = Ticks::new("0 * * * *", "UTC").expect("a timetable");
        let next = at("2022-07-01T01:00:00Z");
        for catch_up in CatchUp::ALL {
            let due = Due::of(&ticks, *catch_up, next, next + TimeDelta::seconds(1)).expect("it is due");
            assert_eq!(due.fire, [next]);
            assert_eq!(Due::of(&ticks, *catch_up, next, next - TimeDelta::seconds(1)), None);
        }
    }

    #[test]
    fn after_a_long_time_not_everything_fires_at_once() {
        let ticks = Ticks::new("* * * * *", "UTC").expect("a timetable");
        let (next, now) = (at("2022-01-01T00:00:00Z"), at("2022-07-01T00:00:00Z"));
        let due = Due::of(&ticks, CatchUp::All, next, now).expect("ticks are due");
        assert_eq!(due.fire.len(), MOST_AT_ONCE);
        assert_eq!(due.next, Some(due.last + TimeDelta::minutes(1)));
    }
}
