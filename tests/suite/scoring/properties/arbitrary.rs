//! Random sets with random facts. Every leaf has measures of its own, so that any leaf can be in any state
//! whatever its neighbours are.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use scoring::{
    Adjustment, Catalogue, CriteriaSet, CriteriaSetDocument, Criterion, Exact, Facts, LineState,
    NotApplicablePolicy, PeriodKind, Ratio, Rule, Unit, ZeroDenominator,
};

use super::bands::{Bands, bands, hundredths};
use crate::scoring::given::{BOOLEAN, Knowing, Saying, document, facts, group, leaf, pillar};

/// A tag that every agency here carries, and one that none does.
pub const CARRIED: &str = "CARRIED";
pub const ABSENT: &str = "ABSENT";

pub fn fraction(above: i64, below: i64) -> Exact {
    Exact::ratio(&Exact::from(above), &Exact::from(below)).expect("a denominator above zero")
}

/// A positive rational: whole, or with an awkward denominator.
pub fn positive() -> impl Strategy<Value = Exact> {
    (1..=400_i64, select(vec![1, 2, 3, 7, 13, 100])).prop_map(|(above, below)| fraction(above, below))
}

/// What a leaf is and what is known for it.
#[derive(Clone, Debug)]
struct Leaf {
    max: Exact,
    kind: Kind,
    tag: Option<&'static str>,
    due_at_year_end: bool,
    exempt: bool,
    policy: Option<NotApplicablePolicy>,
}

/// The rule of a leaf and its input; `None` where nothing was reported.
#[derive(Clone, Debug)]
enum Kind {
    Flag(Option<bool>),
    Linear(ZeroDenominator, Option<(u32, u32)>),
    Banded(Bands, Option<(u32, u32)>),
    Capped(Exact, Option<u32>),
    Deducted(Exact, Option<u32>),
    Survey { percent: Option<i64> },
    Manual { percent: Option<i64> },
    Inherited { parent: Option<(LineState, i64)> },
}

fn kind() -> impl Strategy<Value = Kind> {
    let count = || option::weighted(0.95, 0..=12_u32);
    let pair = || option::weighted(0.95, (0..=20_u32, 0..=15_u32));
    let percent = || option::weighted(0.95, 0..=100_i64);
    let policy = select(vec![ZeroDenominator::Zero, ZeroDenominator::Full, ZeroDenominator::NotApplicable]);
    let parent = option::weighted(0.95, (select(LineState::ALL), 0..=100_i64));
    prop_oneof![
        option::weighted(0.95, any::<bool>()).prop_map(Kind::Flag),
        (policy, pair()).prop_map(|(policy, pair)| Kind::Linear(policy, pair)),
        (bands(), pair()).prop_map(|(bands, pair)| Kind::Banded(bands, pair)),
        (positive(), count()).prop_map(|(unit, count)| Kind::Capped(unit, count)),
        (positive(), count()).prop_map(|(unit, count)| Kind::Deducted(unit, count)),
        percent().prop_map(|percent| Kind::Survey { percent }),
        percent().prop_map(|percent| Kind::Manual { percent }),
        parent.prop_map(|parent| Kind::Inherited { parent }),
    ]
}

fn policy() -> impl Strategy<Value = NotApplicablePolicy> {
    select(vec![NotApplicablePolicy::ExcludeFromMax, NotApplicablePolicy::AwardFull])
}

fn any_leaf() -> impl Strategy<Value = Leaf> {
    let tag = option::weighted(0.3, select(vec![CARRIED, ABSENT]));
    let said = (prop::bool::weighted(0.1), prop::bool::weighted(0.1), option::weighted(0.2, policy()));
    (positive(), kind(), tag, said).prop_map(|(max, kind, tag, (due_at_year_end, exempt, policy))| Leaf {
        max,
        kind,
        tag,
        due_at_year_end,
        exempt,
        policy,
    })
}

/// A set, what is known of an agency, and a period.
#[derive(Clone, Debug)]
pub struct World {
    pub document: CriteriaSetDocument,
    pub catalogue: Catalogue,
    pub facts: Facts,
    pub period: PeriodKind,
}

impl World {
    pub fn set(&self) -> CriteriaSet {
        CriteriaSet::new(self.document.clone(), &self.catalogue).unwrap_or_else(|defects| panic!("{defects}"))
    }
}

/// One to three pillars of one to three criteria, each a leaf or a group of up to three.
pub fn world() -> impl Strategy<Value = World> {
    let pillars = vec(vec(vec(any_leaf(), 1..=3), 1..=3), 1..=3);
    let outside = || option::weighted(0.4, (positive(), vec(any_leaf(), 1..=2)));
    (pillars, outside(), outside(), policy(), select(PeriodKind::ALL)).prop_map(
        |(pillars, bonus, deduction, policy, period)| {
            let mut known = Known { catalogue: Catalogue::new(), facts: facts("").tagged(CARRIED) };
            let pillars =
                (1..).zip(pillars).map(|(number, criteria)| known.pillar(number, criteria)).collect();
            let mut document = document(pillars);
            document.not_applicable = policy;
            document.bonus = bonus.map(|(cap, leaves)| known.adjustment("B", cap, leaves));
            document.deduction = deduction.map(|(cap, leaves)| known.adjustment("D", cap, leaves));
            World { document, catalogue: known.catalogue, facts: known.facts, period }
        },
    )
}

/// What becomes known while leaves are put into a set.
struct Known {
    catalogue: Catalogue,
    facts: Facts,
}

impl Known {
    fn pillar(&mut self, number: usize, criteria: Vec<Vec<Leaf>>) -> Criterion {
        let criteria = (1..).zip(criteria).map(|(second, mut leaves)| {
            let code = format!("{number}.{second}");
            match leaves.pop() {
                Some(only) if leaves.is_empty() => self.leaf(&code, only),
                last => {
                    let leaves = (1..).zip(leaves.into_iter().chain(last));
                    let children = leaves.map(|(third, leaf)| self.leaf(&format!("{code}.{third}"), leaf));
                    group(&code, children.collect())
                }
            }
        });
        let criteria = criteria.collect();
        pillar(&number.to_string(), criteria)
    }

    fn adjustment(&mut self, letter: &str, cap: Exact, leaves: Vec<Leaf>) -> Adjustment {
        // Outside the tree nothing is awarded for what does not apply.
        let leaves = leaves.into_iter().map(|leaf| Leaf { policy: None, ..leaf });
        let leaves = (1..).zip(leaves).map(|(number, leaf)| self.leaf(&format!("{letter}{number}"), leaf));
        Adjustment { cap, leaves: leaves.collect() }
    }

    fn leaf(&mut self, code: &str, spec: Leaf) -> Criterion {
        let Leaf { max, kind, tag, due_at_year_end, exempt, policy } = spec;
        if exempt {
            self.facts.exemptions.insert(code.to_owned(), "Quyết định 12".to_owned());
        }
        let mut criterion = leaf(code, "1", BOOLEAN);
        criterion.rule = Some(self.rule(code, kind, &max));
        criterion.max_points = max;
        criterion.not_applicable = policy;
        if let Some(tag) = tag {
            criterion = criterion.only_for(tag);
        }
        if due_at_year_end { criterion.due_at_year_end() } else { criterion }
    }

    /// The rule of the leaf `code`; its measures enter the catalogue, their values the facts.
    fn rule(&mut self, code: &str, kind: Kind, max: &Exact) -> Rule {
        match kind {
            Kind::Flag(flag) => Rule::Boolean { measure: self.measure(code, Unit::Flag, flag) },
            Kind::Linear(policy, pair) => {
                Rule::RatioLinear { ratio: self.ratio(code, policy, pair), target: Exact::one(), floor: None }
            }
            Kind::Banded(bands, pair) => bands.rule(self.ratio(code, ZeroDenominator::Full, pair), max),
            Kind::Capped(unit_points, count) => {
                Rule::CountCapped { measure: self.measure(code, Unit::Count, count), unit_points }
            }
            Kind::Deducted(unit_points, count) => {
                let measure = self.measure(code, Unit::Count, count);
                Rule::CountDeduct { measure, unit_points, floor: Exact::zero() }
            }
            Kind::Survey { percent } => {
                Rule::Survey { measure: self.measure(code, Unit::Share, percent.map(hundredths)) }
            }
            Kind::Manual { percent } => {
                let points = percent.map(|percent| max * &hundredths(percent));
                self.know(|facts| match points {
                    Some(points) => facts.appraised(code, &points.to_string(), "ghi chú"),
                    None => facts,
                });
                Rule::Manual {}
            }
            Kind::Inherited { parent } => {
                self.know(|facts| match parent {
                    Some((state, percent)) => facts.inherited(code, state, Some(&percent.to_string()), "100"),
                    None => facts,
                });
                Rule::Inherited {}
            }
        }
    }

    fn know(&mut self, more: impl FnOnce(Facts) -> Facts) {
        self.facts = more(self.facts.clone());
    }

    fn measure(&mut self, code: &str, unit: Unit, value: Option<impl ToString>) -> String {
        let measure = format!("of_{code}");
        self.catalogue.insert(measure.clone(), unit);
        if let Some(value) = value {
            self.facts.values.extend(facts(&format!("{measure}={}", value.to_string())).values);
        }
        measure
    }

    fn ratio(&mut self, code: &str, zero_denominator: ZeroDenominator, pair: Option<(u32, u32)>) -> Ratio {
        let (done, asked) = pair.unzip();
        let numerator = vec![self.measure(&format!("{code}_done"), Unit::Count, done)];
        let denominator = vec![self.measure(&format!("{code}_asked"), Unit::Count, asked)];
        Ratio { numerator, denominator, zero_denominator }
    }
}
