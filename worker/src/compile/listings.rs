//! The public listing of procedures at each channel: as it was reported, or, at a channel of which an agency reported
//! none, counted over the state of its procedures: those that must be listed there, and those of them that are.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::agency_procedure::Listed;
use entity::listing::{self, Channel};
use entity::{AgencyId, measure};
use scoring::Source;

/// The channels in the order of their codes, in which reported listings are read as well; it settles a tie.
const CHANNELS: [Channel; 3] =
    [Channel::AgencyWebsite, Channel::OneStopUnit, Channel::ProvincialServiceCentre];

/// The listings of some agencies in one period.
#[derive(Default)]
pub(crate) struct Listings {
    reported: HashMap<AgencyId, Vec<listing::Model>>,
    counted: HashMap<AgencyId, Counted>,
}

/// What is counted over the procedures of an agency.
struct Counted {
    /// Of several the last in the list of sources, so that what is illustrative stays so.
    source: Source,
    /// The latest.
    as_of: NaiveDate,
    /// At each of [`CHANNELS`], those that are listed and those that must be.
    at: [(i64, i64); CHANNELS.len()],
}

/// A side of the listings: what of them a measure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The procedures that are listed.
    Listed,
    /// Those that must be.
    Required,
}

impl Side {
    /// That which a measure counts.
    pub(crate) fn of(measure: &measure::Model) -> Self {
        if measure.key.as_deref() == Some("listed") { Self::Listed } else { Self::Required }
    }

    /// Whether a procedure counts of which is said at a channel whether it is listed there.
    pub(crate) fn counts(self, listed: Option<bool>) -> bool {
        match self {
            Self::Listed => listed == Some(true),
            Self::Required => listed.is_some(),
        }
    }
}

/// An agency's listing at a channel.
#[derive(Clone, Copy)]
pub(crate) struct AtChannel<'a> {
    /// The channel.
    pub(crate) channel: Channel,
    listed: i64,
    required: i64,
    /// Where it comes from.
    pub(crate) source: Source,
    /// The day whose state it gives.
    pub(crate) as_of: NaiveDate,
    /// As it was reported; none where it was counted over the procedures.
    pub(crate) reported: Option<&'a listing::Model>,
}

impl AtChannel<'_> {
    /// How many procedures are on a side.
    pub(crate) fn count(&self, side: Side) -> i64 {
        match side {
            Side::Listed => self.listed,
            Side::Required => self.required,
        }
    }
}

impl Listings {
    pub(crate) fn add_reported(&mut self, listing: listing::Model) {
        self.reported.entry(listing.agency_id).or_default().push(listing);
    }

    pub(crate) fn add_procedure(&mut self, procedure: Listed) {
        let Listed { agency_id, source, as_of, .. } = procedure;
        let counted = self.counted.entry(agency_id);
        let counted = counted.or_insert(Counted { source, as_of, at: Default::default() });
        counted.source = counted.source.max(source);
        counted.as_of = counted.as_of.max(as_of);
        for (channel, (listed, required)) in CHANNELS.into_iter().zip(&mut counted.at) {
            let said = procedure.at(channel);
            *listed += i64::from(Side::Listed.counts(said));
            *required += i64::from(Side::Required.counts(said));
        }
    }

    /// The listings of an agency at every channel, and the one that decides.
    ///
    /// A procedure counts as listed when it is listed at every channel; how many are is not reported, only how many are at
    /// each. So the channel where the smallest share is listed decides, with both its numbers.
    pub(super) fn of(&self, agency: AgencyId) -> Option<(Vec<AtChannel<'_>>, AtChannel<'_>)> {
        let at_channels: Vec<_> =
            (0..CHANNELS.len()).filter_map(|place| self.at_channel(agency, place)).collect();
        let share = |one: &&AtChannel<'_>, other: &&AtChannel<'_>| {
            let cross = |one: &AtChannel<'_>, other: &AtChannel<'_>| {
                i128::from(one.listed) * i128::from(other.required)
            };
            cross(one, other).cmp(&cross(other, one))
        };
        let with_procedures = at_channels.iter().filter(|at| at.required > 0);
        let deciding = *with_procedures.min_by(share).or(at_channels.first())?;
        Some((at_channels, deciding))
    }

    /// The listing at one of [`CHANNELS`]. What was reported of the channel stands, whatever the procedures say.
    fn at_channel(&self, agency: AgencyId, place: usize) -> Option<AtChannel<'_>> {
        let channel = CHANNELS[place];
        let reported = self.reported.get(&agency).into_iter().flatten();
        if let Some(row) = reported.into_iter().find(|row| row.channel == channel) {
            let (listed, required, source, as_of) = (row.listed, row.required, row.source, row.as_of);
            return Some(AtChannel { channel, listed, required, source, as_of, reported: Some(row) });
        }
        let Counted { source, as_of, at } = self.counted.get(&agency)?;
        let (listed, required) = at[place];
        Some(AtChannel { channel, listed, required, source: *source, as_of: *as_of, reported: None })
    }
}
