//! Random bands of RATIO_BANDED that a set may have: they meet, they never go backwards, they reach the
//! maximum.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use scoring::{Award, Band, Better, Exact, Ratio, Rule};

/// The recipe of a rule's bands, for a leaf of any maximum.
#[derive(Clone, Debug)]
pub struct Bands {
    pub better: Better,
    /// Where two bands meet, in hundredths, and whether the lower band holds that point itself.
    cuts: BTreeMap<i64, bool>,
    /// Shares of the maximum in percent, in any order; at least one more than there are cuts.
    shares: Vec<i64>,
    /// Whether a band would rather award the maximum times the ratio.
    proportional: Vec<bool>,
}

pub fn bands() -> impl Strategy<Value = Bands> {
    let better = select(vec![Better::Higher, Better::Lower]);
    let cuts = btree_map(1..=150_i64, any::<bool>(), 0..=4);
    (better, cuts, vec(0..=100_i64, 5), vec(any::<bool>(), 5))
        .prop_map(|(better, cuts, shares, proportional)| Bands { better, cuts, shares, proportional })
}

impl Bands {
    /// The rule over `ratio` for a leaf of `max` points.
    pub fn rule(&self, ratio: Ratio, max: &Exact) -> Rule {
        let cuts: Vec<_> = self.cuts.iter().map(|(at, closed)| (*at, *closed)).collect();
        let awards = self.awards(&cuts, max);
        let band = |(number, award): (usize, Award)| {
            let lower = number.checked_sub(1).and_then(|before| cuts.get(before)).copied();
            let upper = cuts.get(number).copied();
            let end = |cut: Option<(i64, bool)>, closed: bool| {
                cut.filter(|(_, by_lower)| *by_lower == closed).map(|(at, _)| hundredths(at))
            };
            Band {
                from: end(lower, false),
                above: end(lower, true),
                to: end(upper, true),
                below: end(upper, false),
                award,
            }
        };
        let bands = awards.into_iter().enumerate().map(band).collect();
        Rule::RatioBanded { ratio, better: self.better, bands }
    }

    /// One award a band, the best of them the maximum; none is worse than that of a worse band.
    fn awards(&self, cuts: &[(i64, bool)], max: &Exact) -> Vec<Award> {
        let mut shares = self.shares[..=cuts.len()].to_vec();
        shares.sort_unstable();
        shares[cuts.len()] = 100;
        if self.better == Better::Lower {
            shares.reverse();
            return shares.into_iter().map(|share| constant(share, max)).collect();
        }
        let (mut start, mut reached) = (0, 0);
        let mut awards = Vec::new();
        for (number, share) in shares.into_iter().enumerate() {
            let end = cuts.get(number).map(|(at, _)| *at);
            match end.filter(|end| self.proportional[number] && start >= reached && *end <= 100) {
                Some(end) => {
                    reached = end;
                    awards.push(Award::MaxTimesRatio);
                }
                None => {
                    reached = reached.max(share);
                    awards.push(constant(reached, max));
                }
            }
            start = end.unwrap_or(start);
        }
        awards
    }
}

/// `percent` of the maximum, said in the one way or in the other.
fn constant(percent: i64, max: &Exact) -> Award {
    if percent % 2 == 0 {
        Award::PercentOfMax(Exact::from(percent))
    } else {
        Award::Points(max * &hundredths(percent))
    }
}

pub fn hundredths(number: i64) -> Exact {
    Exact::ratio(&Exact::from(number), &Exact::hundred()).expect("a hundred is not zero")
}
