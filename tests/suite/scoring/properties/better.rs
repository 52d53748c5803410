//! A better input never lowers points, whatever the rule's numbers are.

use proptest::option;
use proptest::prelude::*;
use scoring::{Better, Criterion, Exact, Ratio, Rule, ZeroDenominator};

use super::arbitrary::positive;
use super::bands::{bands, hundredths};
use crate::scoring::given::{BOOLEAN, card, facts, leaf, line, set_of};

/// The points of a leaf of `max` points for the facts in `given`.
fn points(rule: &Rule, max: &Exact, given: &str) -> Exact {
    let leaf = Criterion { rule: Some(rule.clone()), max_points: max.clone(), ..leaf("1.1", "1", BOOLEAN) };
    let card = card(&set_of(leaf), &facts(given));
    line(&card, "1.1").points.clone().unwrap_or_else(|| panic!("{rule:?} does not score {given}"))
}

/// Points for a worse and for a better input; they lie between 0 and the maximum.
fn assert_better(rule: &Rule, max: &Exact, worse: &str, better: &str) {
    let (low, high) = (points(rule, max, worse), points(rule, max, better));
    assert!(low <= high, "{rule:?}: {low} for {worse}, {high} for {better}");
    assert!(!low.is_negative() && high <= *max, "{rule:?}: {low} and {high} of {max}");
}

fn ratio() -> Ratio {
    let measure = |code: &str| vec![code.to_owned()];
    let zero_denominator = ZeroDenominator::Zero;
    Ratio { numerator: measure("done"), denominator: measure("asked"), zero_denominator }
}

/// Counts that form a ratio, often one that is a boundary of a band.
fn counts() -> impl Strategy<Value = (i64, i64)> {
    prop_oneof![(0..=160_i64, Just(100_i64)), (0..=60_i64, 1..=30_i64)]
}

/// Two ratios, the lower one first.
fn two_ratios() -> impl Strategy<Value = (String, String)> {
    (counts(), counts()).prop_map(|(one, other)| {
        let (low, high) = if one.0 * other.1 <= other.0 * one.1 { (one, other) } else { (other, one) };
        let text = |(done, asked)| format!("done={done} asked={asked}");
        (text(low), text(high))
    })
}

/// Two counts, the lower one first.
fn two_counts() -> impl Strategy<Value = (u32, u32)> {
    (0..=500_u32, 0..=500_u32).prop_map(|(one, other)| (one.min(other), one.max(other)))
}

proptest! {
    #[test]
    fn bands_never_punish_a_better_ratio(
        bands in bands(),
        max in positive(),
        (low, high) in two_ratios(),
    ) {
        let rule = bands.rule(ratio(), &max);
        match bands.better {
            Better::Higher => assert_better(&rule, &max, &low, &high),
            Better::Lower => assert_better(&rule, &max, &high, &low),
        }
    }

    #[test]
    fn a_linear_ratio_never_punishes_a_higher_ratio(
        (target, floor) in (1..=100_i64).prop_flat_map(|target| (Just(target), option::of(0..=target))),
        max in positive(),
        (low, high) in two_ratios(),
    ) {
        let (target, floor) = (hundredths(target), floor.map(hundredths));
        assert_better(&Rule::RatioLinear { ratio: ratio(), target, floor }, &max, &low, &high);
    }

    #[test]
    fn a_capped_count_never_punishes_one_more(
        unit_points in positive(),
        max in positive(),
        (few, many) in two_counts(),
    ) {
        let rule = Rule::CountCapped { measure: "done".to_owned(), unit_points };
        assert_better(&rule, &max, &format!("done={few}"), &format!("done={many}"));
    }

    #[test]
    fn a_deducted_count_never_rewards_one_more(
        unit_points in positive(),
        max in positive(),
        floor_percent in 0..=100_i64,
        (few, many) in two_counts(),
    ) {
        let floor = &max * &hundredths(floor_percent);
        let rule = Rule::CountDeduct { measure: "late".to_owned(), unit_points, floor };
        assert_better(&rule, &max, &format!("late={many}"), &format!("late={few}"));
    }

    #[test]
    fn a_scale_and_a_survey_never_punish_the_better_value(
        max in positive(),
        (low, high) in two_counts(),
    ) {
        let (rising, falling) = ((Exact::zero(), Exact::from(500)), (Exact::from(500), Exact::zero()));
        for ((from, to), worse, better) in [(rising, low, high), (falling, high, low)] {
            let rule = Rule::LinearScale { measure: "index61".to_owned(), from, to };
            assert_better(&rule, &max, &format!("index61={worse}"), &format!("index61={better}"));
        }
        let rule = Rule::Survey { measure: "satisfied".to_owned() };
        assert_better(&rule, &max, &format!("satisfied={low}/500"), &format!("satisfied={high}/500"));
    }
}
