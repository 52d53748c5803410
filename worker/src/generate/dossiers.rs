//! How dossiers come and go: rows as an office would hand them in, agency by agency, each by the time of receipt.

use std::io;
use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use scoring::DossierChannel;

use super::dice::Dice;
use super::nation::{Agency, Nation};
use crate::dossiers::{CELLS, Column, DossierRow, Read};
use crate::imports::Unreadable;

/// What is completed later is not known yet: the day in January on which the year is looked at.
const SEEN_ON: u32 = 20;

/// The cells of a row.
type Cells = [String; CELLS];

/// The dossiers of a nation, one after the other.
#[derive(Debug)]
pub struct Dossiers {
    nation: Arc<Nation>,
    shares: Vec<u64>,
    agency: usize,
    number: u64,
    office: Option<Office>,
}

/// What the dossiers of an agency are made from.
struct Office {
    dice: Dice,
    workdays: Vec<NaiveDate>,
    seen_at: NaiveDateTime,
}

impl std::fmt::Debug for Office {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Office")
    }
}

impl Dossiers {
    /// All dossiers of a nation.
    #[must_use]
    pub fn of(nation: Arc<Nation>) -> Self {
        Self { shares: nation.shares(), nation, agency: 0, number: 0, office: None }
    }
}

impl Iterator for Dossiers {
    type Item = Cells;

    fn next(&mut self) -> Option<Cells> {
        while self.number >= *self.shares.get(self.agency)? {
            (self.agency, self.number, self.office) = (self.agency + 1, 0, None);
        }
        let size = self.nation.size;
        let stream = u64::try_from(self.agency).unwrap_or_default() * 2 + 1;
        let office = self.office.get_or_insert_with(|| Office::new(Dice::new(size.seed, stream), size.year));
        let agency = &self.nation.agencies[self.agency];
        self.number += 1;
        Some(office.dossier(&self.nation, agency, self.number, self.shares[self.agency]))
    }
}

impl Office {
    fn new(dice: Dice, year: i32) -> Self {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
        let days = first.iter_days().take_while(|day| day.year() == year);
        let workdays = days.filter(|day| is_workday(*day)).collect();
        let seen_at = NaiveDate::from_ymd_opt(year + 1, 1, SEEN_ON).unwrap_or(first);
        Self { dice, workdays, seen_at: seen_at.and_time(NaiveTime::MIN) }
    }

    /// The dossier of that number of so many of the agency.
    fn dossier(&mut self, nation: &Nation, agency: &Agency, number: u64, of: u64) -> Cells {
        let settled = nation.settled_by(agency);
        let places = u32::try_from(settled.len()).unwrap_or(1);
        let procedure = &settled[self.dice.skewed(places) as usize];
        let received = self.received(number, of);
        let due = after_workdays(received.date(), procedure.working_days).and_time(hour(17));
        let ended = self.ended(agency, received, due);
        let withdrawn = ended.is_some() && self.dice.happens(8);
        let awaiting = ended.is_none() && self.dice.happens(700);
        let late = ended.is_some_and(|ended| ended.date() > due.date());
        let apology = late && self.dice.happens(agency.quality);
        let mut cells = Cells::default();
        let mut say = |column: Column, text: String| cells[column as usize] = text;
        say(Column::Agency, agency.code.clone());
        say(Column::Code, format!("{}-{:02}-{number:07}", agency.code, nation.size.year % 100));
        say(Column::Procedure, procedure.code.clone());
        say(Column::Channel, self.channel(agency).as_str().to_owned());
        say(Column::Received, iso(received));
        say(Column::Due, iso(due));
        if let Some(ended) = ended {
            say(if withdrawn { Column::Withdrawn } else { Column::Completed }, iso(ended));
        }
        if awaiting {
            say(Column::AwaitingSupplement, "1".to_owned());
        }
        if apology {
            say(Column::ApologyLetter, "1".to_owned());
        }
        cells
    }

    /// Dossiers come evenly over the year's working days, each in the hours of its counter.
    fn received(&mut self, number: u64, of: u64) -> NaiveDateTime {
        let days = self.workdays.len() as u64;
        let at = (number - 1) * days / of.max(1);
        let day = self.workdays[usize::try_from(at).unwrap_or_default().min(self.workdays.len() - 1)];
        day.and_time(hour(7)) + TimeDelta::seconds(i64::from(self.dice.below(10 * 3_600)))
    }

    /// When it is completed or withdrawn, as far as that is known yet.
    fn ended(
        &mut self,
        agency: &Agency,
        received: NaiveDateTime,
        due: NaiveDateTime,
    ) -> Option<NaiveDateTime> {
        // Some applicants never bring what is missing.
        if self.dice.happens(10) {
            return None;
        }
        let term = u32::try_from((due - received).num_minutes()).unwrap_or_default().max(1);
        let ended = match self.dice.happens(agency.quality) {
            true => received + TimeDelta::minutes(i64::from(self.dice.within(1, term))),
            false => {
                let day = after_workdays(due.date(), 1 + self.dice.skewed(30));
                day.and_time(hour(8)) + TimeDelta::minutes(i64::from(self.dice.below(8 * 60)))
            }
        };
        (ended < self.seen_at).then_some(ended)
    }

    fn channel(&mut self, agency: &Agency) -> DossierChannel {
        if self.dice.happens(agency.online) {
            return match self.dice.below(10) {
                0..7 => DossierChannel::OnlineFull,
                7..9 => DossierChannel::OnlinePartial,
                _ => DossierChannel::OnlinePostal,
            };
        }
        if self.dice.happens(80) { DossierChannel::Postal } else { DossierChannel::Counter }
    }
}

fn is_workday(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The day after so many working days. Holidays are not known here.
fn after_workdays(day: NaiveDate, workdays: u32) -> NaiveDate {
    let weeks = Days::new(u64::from(workdays / 5) * 7);
    let mut day = day.checked_add_days(weeks).unwrap_or(day);
    let mut left = workdays % 5;
    while left > 0 || !is_workday(day) {
        day = day.succ_opt().unwrap_or(day);
        left -= u32::from(left > 0 && is_workday(day));
    }
    day
}

fn hour(hour: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()
}

fn iso(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// The dossiers as a reader would give them, from row 1 on.
pub fn reads(nation: Arc<Nation>) -> impl Iterator<Item = Result<Read, Unreadable>> + Send + 'static {
    (1..).zip(Dossiers::of(nation)).map(|(row, cells)| {
        let cells = std::array::from_fn(|column| cells[column].as_str());
        Ok(Read::Row(DossierRow::new(row, cells)))
    })
}

/// Writes the dossiers as a file that `import dossiers` takes.
///
/// # Errors
/// When the file cannot be written.
pub fn write_csv(nation: Arc<Nation>, to: impl io::Write) -> io::Result<()> {
    let mut file = csv::Writer::from_writer(to);
    file.write_record(Column::ALL.iter().map(|column| column.as_str()))?;
    for cells in Dossiers::of(nation) {
        file.write_record(&cells)?;
    }
    file.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::Size;

    fn nation(seed: u64) -> Arc<Nation> {
        Arc::new(Nation::new(Size { agencies: 40, dossiers: 3_000, year: 2025, seed }))
    }

    #[test]
    fn the_same_seed_makes_the_same_file() {
        let file = |seed| {
            let mut file = Vec::new();
            write_csv(nation(seed), &mut file).expect("a file");
            String::from_utf8(file).expect("text")
        };
        assert_eq!(file(1), file(1));
        assert_ne!(file(1), file(2));
        assert_eq!(file(1).lines().count(), 3_001);
    }

    #[test]
    fn dossiers_are_of_every_sort() {
        let dossiers: Vec<_> = Dossiers::of(nation(3)).collect();
        let filled = |column: Column| {
            dossiers.iter().filter(|cells| !cells[column as usize].is_empty()).count() * 1_000
                / dossiers.len()
        };
        assert!((850..1_000).contains(&filled(Column::Completed)), "{}", filled(Column::Completed));
        for some in [Column::Withdrawn, Column::ApologyLetter, Column::AwaitingSupplement] {
            assert!((1..200).contains(&filled(some)), "{some} {}", filled(some));
        }
        for channel in DossierChannel::ALL {
            let code = channel.as_str();
            assert!(dossiers.iter().any(|cells| cells[Column::Channel as usize] == code), "{code}");
        }
    }

    #[test]
    fn working_days_skip_the_weekends() {
        let day = |day: u32| NaiveDate::from_ymd_opt(2025, 8, day).expect("a day");
        // 1 August 2025 is a Friday.
        for (workdays, expected) in [(0, 1), (1, 4), (4, 7), (5, 8), (6, 11), (10, 15)] {
            assert_eq!(after_workdays(day(1), workdays), day(expected), "{workdays}");
        }
    }
}
