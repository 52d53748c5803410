//! Paths through random worlds: one that is returned leads there and no beginning of it does; where none is, taking
//! everything leads nowhere either; and no step says what cannot be.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use scoring::{
    CardState, Course, Exact, FactValue, Facts, Ground, MeasureCode, Moved, Nature, Overlay, PathOutcome,
    PathToTarget, Rule, Unit, path_to_target, score,
};

use super::arbitrary::{World, world};
use crate::scoring::given::day;

/// Courses by the number of a measure, and whether what is done is part of what is asked.
fn natures(world: &World, courses: &[Course], parts: bool) -> BTreeMap<MeasureCode, Nature> {
    let measures = world.catalogue.keys().zip(courses.iter().cycle());
    let nature = |(measure, course): (&MeasureCode, &Course)| {
        let whole = measure.strip_suffix("_done").map(|leaf| format!("{leaf}_asked"));
        let part_of = whole.filter(|_| parts).into_iter().collect();
        (measure.clone(), Nature { course: *course, part_of, ..Nature::default() })
    };
    measures.map(nature).collect()
}

#[derive(Debug)]
struct Way {
    world: World,
    natures: BTreeMap<MeasureCode, Nature>,
    target: Exact,
    appraisal: bool,
    closed: bool,
}

impl Way {
    fn found(&self) -> PathToTarget {
        let set = self.world.set();
        let ground = Ground {
            set: &set,
            period: self.world.period,
            facts: &self.world.facts,
            natures: &self.natures,
            day: day(),
            closed: self.closed,
            appraisal: self.appraisal,
        };
        path_to_target(&ground, &self.target)
    }

    fn facts(&self, overlays: &[Overlay]) -> Facts {
        let mut facts = self.world.facts.clone();
        for overlay in overlays {
            facts.overlay(overlay, day());
        }
        facts
    }

    fn index(&self, overlays: &[Overlay]) -> Option<Exact> {
        score(&self.world.set(), self.world.period, &self.facts(overlays)).index_percent
    }

    fn reaches(&self, overlays: &[Overlay]) -> bool {
        self.index(overlays).is_some_and(|index| index >= self.target)
    }
}

fn ways() -> impl Strategy<Value = Way> {
    let courses = prop::collection::vec(select(Course::ALL), 1..=7);
    let asked = (any::<bool>(), 0..=110_i64, any::<bool>(), prop::bool::weighted(0.1));
    (world(), courses, asked).prop_map(|(world, courses, (parts, target, appraisal, closed))| {
        let natures = natures(&world, &courses, parts);
        Way { world, natures, target: Exact::from(target), appraisal, closed }
    })
}

/// The ratios of a set: what is above, what is below.
fn ratios(world: &World) -> Vec<(MeasureCode, MeasureCode)> {
    let set = world.set();
    let leaves = set.nodes().into_iter().filter_map(|node| node.criterion.rule.clone());
    leaves
        .filter_map(|rule| match rule {
            Rule::RatioBanded { ratio, .. } | Rule::RatioLinear { ratio, .. } => {
                Some((ratio.numerator[0].clone(), ratio.denominator[0].clone()))
            }
            _ => None,
        })
        .collect()
}

fn number(facts: &Facts, measure: &str) -> Option<Exact> {
    match &facts.values.get(measure)?.value {
        FactValue::Number(number) => Some(number.clone()),
        _ => None,
    }
}

/// Nothing is counted below zero or in parts, and nothing is done that was not asked for unless it was so before.
fn assert_possible(way: &Way, facts: &Facts) {
    for (measure, unit) in &way.world.catalogue {
        let Some(value) = number(facts, measure) else { continue };
        assert!(!value.is_negative(), "{measure} is {value}");
        assert!(*unit != Unit::Count || value.is_whole(), "{measure} is {value}");
        assert!(*unit != Unit::Share || value <= Exact::one(), "{measure} is {value}");
        let known = number(&way.world.facts, measure).expect("what was not known stays unknown");
        match way.natures[measure].course {
            Course::Fixed => assert_eq!(value, known, "{measure}"),
            Course::Grows if *unit == Unit::Count => assert!(value >= known, "{measure} fell"),
            Course::Grows | Course::Varies => {}
        }
    }
    for (above, below) in ratios(&way.world) {
        let (Some(done), Some(asked)) = (number(facts, &above), number(facts, &below)) else { continue };
        let was = number(&way.world.facts, &above).zip(number(&way.world.facts, &below));
        let already = was.is_some_and(|(done, asked)| done > asked);
        assert!(done <= asked || already, "{above} is {done} of {asked}");
    }
}

proptest! {
    #[test]
    fn a_path_leads_to_its_target_and_no_beginning_of_it_does(way in ways()) {
        let found = way.found();
        prop_assert_eq!(found.outcome == PathOutcome::Reached, !found.path.is_empty());
        prop_assert_eq!(found.outcome == PathOutcome::AlreadyReached, way.reaches(&[]));
        if found.outcome != PathOutcome::Reached {
            return Ok(());
        }
        let overlays = found.overlays(&found.path);
        prop_assert!(way.reaches(&overlays));
        let reached = found.reached.as_ref().and_then(|card| card.index_percent.clone());
        prop_assert_eq!(way.index(&overlays), reached);
        for shorter in 0..found.path.len() {
            prop_assert!(!way.reaches(&found.overlays(&found.path[..shorter])), "the first {} are enough", shorter);
        }
    }

    #[test]
    fn where_no_path_is_taking_every_step_leads_nowhere(way in ways()) {
        let found = way.found();
        let everything: Vec<_> = found.steps.iter().map(|step| step.number).collect();
        let taken = way.index(&found.overlays(&everything));
        match found.outcome {
            PathOutcome::NotReachable => {
                prop_assert!(taken.is_none_or(|index| index < way.target));
                prop_assert!(found.best_index.is_none_or(|index| index < way.target));
            }
            PathOutcome::IncompleteCard => {
                prop_assert!(!found.unsettled.is_empty());
                prop_assert_eq!(found.card.state, CardState::Incomplete);
            }
            PathOutcome::Reached | PathOutcome::AlreadyReached => {}
        }
    }

    #[test]
    fn no_step_says_what_cannot_be(way in ways()) {
        let found = way.found();
        let numbers: Vec<_> = found.steps.iter().map(|step| step.number).collect();
        prop_assert_eq!(&numbers, &(1..=found.steps.len()).collect::<Vec<_>>());
        assert_possible(&way, &way.facts(&found.overlays(&numbers)));
        assert_possible(&way, &way.facts(&found.overlays(&found.path)));
        for step in &found.steps {
            assert_possible(&way, &way.facts(&found.overlays(&[step.number])));
            let appraised = matches!(step.moved, Moved::Appraisal { .. });
            prop_assert!(if appraised { way.appraisal } else { !way.closed }, "{:?}", step);
            prop_assert!(step.units > Exact::zero() || appraised, "{:?}", step);
        }
    }

    #[test]
    fn a_step_gains_what_it_says(way in ways()) {
        let found = way.found();
        if found.card.state == CardState::Incomplete {
            return Ok(());
        }
        let total = |numbers: &[usize]| {
            let facts = way.facts(&found.overlays(numbers));
            score(&way.world.set(), way.world.period, &facts).total.expect("a total")
        };
        for step in &found.steps {
            let same = |other: &&scoring::PathStep| other.moved == step.moved && other.number < step.number;
            let mut before: Vec<_> = found.steps.iter().filter(same).map(|other| other.number).collect();
            let without = total(&before);
            before.push(step.number);
            prop_assert_eq!(total(&before) - &without, step.gain.clone(), "{:?}", step);
        }
    }

    #[test]
    fn every_leaf_is_changed_or_waits_or_says_why_it_cannot(way in ways()) {
        let found = way.found();
        for line in found.card.lines.iter().filter(|line| line.leaf.is_some()) {
            let changed = found.steps.iter().any(|step| {
                step.line == line.code || step.effects.iter().any(|(code, _)| *code == line.code)
            });
            let waits = found.unsettled.iter().any(|leaf| leaf.line == line.code);
            let cannot = found.unchangeable.iter().any(|leaf| leaf.line == line.code);
            prop_assert!(changed || waits || cannot, "{}", line.code);
            prop_assert!(!(cannot && (changed || waits)), "{}", line.code);
        }
    }
}
