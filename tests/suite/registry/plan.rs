//! Which changes of the registry can be: every step that cannot is told, with its field and rule.

use std::collections::BTreeMap;

use entity::succession::Kind::{self, FunctionTransfer, Merge, Rename, Split};
use entity::{AgencyId, BlockId};
use reform_worker::registry::{Known, NewAgency, Registry, Step, Succeed};
use scoring::{AgencyKind, Source};
use tests::make::day;
use uuid::Uuid;

/// Agencies `A` to `D` of 2022 in the block `ONE`, `GONE` that ended with 2023, and the block `TWO`.
fn registry() -> Registry {
    let block = BlockId(Uuid::from_u128(1));
    let known = |(at, code): (u128, &str)| {
        let ended = (code == "GONE").then(|| day(2024, 1, 1));
        let id = AgencyId(Uuid::from_u128(at));
        let known = Known { id, valid_from: day(2022, 1, 1), valid_to: ended, block, placed_on: None };
        (code.to_owned(), known)
    };
    let agencies = (10..).zip(["A", "B", "C", "D", "GONE"]).map(known).collect();
    let blocks = BTreeMap::from([("ONE".to_owned(), block), ("TWO".to_owned(), BlockId(Uuid::from_u128(2)))]);
    Registry::new(agencies, blocks)
}

fn succeed(kind: Kind, from: &str, to: &str, share: Option<&str>) -> Step {
    Step::Succeed(Succeed {
        kind,
        from: from.to_owned(),
        to: to.to_owned(),
        share: share.map(str::to_owned),
        effective_on: day(2025, 7, 1),
        decision_number: "1663/NQ-UBTVQH15".to_owned(),
        decided_on: day(2025, 6, 16),
    })
}

fn new(code: &str) -> NewAgency {
    NewAgency {
        code: code.to_owned(),
        name_vi: "Sở".to_owned(),
        name_en: "Department".to_owned(),
        kind: AgencyKind::Department,
        block: "ONE".to_owned(),
        parent: None,
        valid_from: day(2025, 7, 1),
        tags: vec!["HAS_TTHC".to_owned()],
        source: Source::Decision,
    }
}

/// `step field RULE` of each refusal.
fn refused(steps: &[Step]) -> Vec<String> {
    let refused = registry().plan(steps).err().unwrap_or_default();
    refused.iter().map(|of| format!("{} {} {}", of.step, of.field, of.rule.code())).collect()
}

#[test]
fn a_merger_and_a_part_are_one_plan() {
    let steps = [
        Step::Register(new("N")),
        succeed(Merge, "A", "N", None),
        succeed(Merge, "B", "N", None),
        succeed(Split, "C", "N", None),
    ];
    let plan = registry().plan(&steps).expect("a plan");
    assert_eq!((plan.agencies.len(), plan.closed.len(), plan.successions.len()), (1, 3, 3));
    assert!(plan.closed.iter().all(|(_, on)| *on == day(2025, 7, 1)));
    let shares: Vec<_> =
        plan.successions.iter().map(|(of, _)| of.share.as_ref().map(ToString::to_string)).collect();
    assert_eq!(shares, [Some("1".to_owned()), Some("1".to_owned()), None]);
    // A transfer ends nobody.
    let transfer = registry().plan(&[succeed(FunctionTransfer, "A", "B", Some("0.25"))]).expect("a plan");
    assert_eq!(transfer.closed, []);
}

#[test]
fn what_cannot_be_is_refused_with_its_field_and_rule() {
    let close = |agency: &str, on| Step::Close { agency: agency.to_owned(), on };
    let place = |block: &str, from| Step::Place { agency: "A".to_owned(), block: block.to_owned(), from };
    let cases: Vec<(&str, Vec<Step>, &[&str])> = vec![
        ("unknown", vec![succeed(Merge, "X", "Y", None)], &["0 from UNKNOWN_AGENCY", "0 to UNKNOWN_AGENCY"]),
        ("itself", vec![succeed(Rename, "A", "A", None)], &["0 to SAME_AGENCY"]),
        ("ended before", vec![succeed(Merge, "GONE", "A", None)], &["0 from AGENCY_NOT_VALID"]),
        ("to one that ended", vec![succeed(Merge, "A", "GONE", None)], &["0 to AGENCY_NOT_VALID"]),
        ("half a merger", vec![succeed(Merge, "A", "B", Some("1/2"))], &["0 share SHARE_NOT_WHOLE"]),
        ("no number", vec![succeed(Split, "A", "B", Some("half"))], &["0 share INVALID_SHARE"]),
        ("above one", vec![succeed(Split, "A", "B", Some("1.01"))], &["0 share INVALID_SHARE"]),
        ("below zero", vec![succeed(Split, "A", "B", Some("-1/2"))], &["0 share INVALID_SHARE"]),
        (
            "more than there is",
            vec![succeed(Split, "A", "B", Some("2/3")), succeed(Split, "A", "C", Some("0.34"))],
            &["1 share SHARES_EXCEED_ONE"],
        ),
        (
            "merged twice",
            vec![succeed(Merge, "A", "B", None), succeed(Merge, "A", "C", None)],
            &["1 to NOT_ALONE"],
        ),
        (
            "renamed and merged",
            vec![succeed(Rename, "A", "C", None), succeed(Merge, "B", "C", None)],
            &["1 to NOT_ALONE"],
        ),
        (
            "recorded already",
            vec![succeed(Split, "A", "B", None), succeed(Split, "A", "B", None)],
            &["1 to RECORDED_ALREADY"],
        ),
        (
            "after it ended",
            vec![close("A", day(2025, 1, 1)), succeed(Merge, "A", "B", None)],
            &["1 from AGENCY_NOT_VALID"],
        ),
        ("closed twice", vec![close("GONE", day(2023, 1, 1))], &["0 agency AGENCY_NOT_VALID"]),
        ("before it began", vec![close("A", day(2022, 1, 1))], &["0 agency AGENCY_NOT_VALID"]),
        ("far off", vec![close("A", day(9999, 1, 1))], &["0 on INVALID_DAY"]),
        ("taken", vec![Step::Register(new("A"))], &["0 code CODE_TAKEN"]),
        (
            "all wrong",
            vec![Step::Register(NewAgency {
                code: "sở".to_owned(),
                name_vi: " ".to_owned(),
                block: "NO".to_owned(),
                parent: Some("GONE".to_owned()),
                ..new("X")
            })],
            &[
                "0 code INVALID_CODE",
                "0 nameVi INVALID_TEXT",
                "0 block UNKNOWN_BLOCK",
                "0 parent AGENCY_NOT_VALID",
            ],
        ),
        (
            "below itself",
            vec![Step::Register(NewAgency { parent: Some("X".to_owned()), ..new("X") })],
            &["0 parent SAME_AGENCY"],
        ),
        ("no block", vec![place("THREE", day(2025, 1, 1))], &["0 block UNKNOWN_BLOCK"]),
        ("there already", vec![place("ONE", day(2025, 1, 1))], &["0 from NOT_LATER"]),
        (
            "out of order",
            vec![place("TWO", day(2025, 1, 1)), place("ONE", day(2025, 1, 1))],
            &["1 from NOT_LATER"],
        ),
    ];
    for (what, steps, expected) in cases {
        assert_eq!(refused(&steps), expected, "{what}");
    }
}
