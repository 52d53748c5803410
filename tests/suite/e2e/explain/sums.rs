//! The leaves of every card, as they are shown, add up again to everything that is shown above them.

use std::collections::BTreeMap;

use scoring::{Adjustment, Criterion, Exact, Rule};
use serde_json::Value;
use tests::{App, make, on_both};

fn exact(value: &Value) -> Exact {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no number"));
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

async fn cards(app: &App) -> Vec<Value> {
    let query = r#"{ scorecards(period: "2022-H1", first: 20) { nodes { state pointsExact totalExact points bonus deduction
        total effectiveMaxExact effectiveMax indexPercentExact indexPercent agency { code }
        lines { code parentCode level state points pointsExact effectiveMaxExact maxPointsExact } } } }"#;
    app.ask(query).await["scorecards"]["nodes"].as_array().expect("cards").clone()
}

/// What the leaves below each line come to: points, what could be reached, and whether all are settled.
fn added_up(lines: &[Value]) -> BTreeMap<String, (Exact, Exact, bool)> {
    let mut sums: BTreeMap<String, (Exact, Exact, bool)> = BTreeMap::new();
    let parents: BTreeMap<_, _> =
        lines.iter().map(|line| (line["code"].as_str(), line["parentCode"].as_str())).collect();
    for leaf in lines.iter().filter(|line| !line["state"].is_null()) {
        let settled = leaf["state"] != "MISSING" && leaf["state"] != "PENDING_APPRAISAL";
        let points = if leaf["pointsExact"].is_null() { Exact::zero() } else { exact(&leaf["pointsExact"]) };
        // Bonus and deduction stand outside of the tree, each under its level.
        let level = leaf["level"].as_str().expect("a level");
        let top = if ["BONUS", "DEDUCTION"].contains(&level) { level } else { "TREE" };
        let above =
            std::iter::successors(leaf["parentCode"].as_str(), |code| parents.get(&Some(code)).copied()?);
        for code in above.chain([top]) {
            let sum = sums.entry(code.to_owned()).or_insert((Exact::zero(), Exact::zero(), true));
            *sum = (
                sum.0.clone() + &points,
                sum.1.clone() + &exact(&leaf["effectiveMaxExact"]),
                sum.2 && settled,
            );
        }
    }
    sums
}

fn capped(sums: &BTreeMap<String, (Exact, Exact, bool)>, level: &str, cap: i64) -> Exact {
    sums.get(level).map_or_else(Exact::zero, |(points, ..)| points.clone().min(Exact::from(cap)))
}

/// Checks a card whose set caps bonus and deduction at so many points; whether it has a total.
fn assert_adds_up(card: &Value, bonus_cap: i64, deduction_cap: i64) -> bool {
    let agency = &card["agency"]["code"];
    let lines = card["lines"].as_array().expect("lines");
    let sums = added_up(lines);
    for line in lines.iter().filter(|line| line["state"].is_null()) {
        let (points, effective, settled) = &sums[line["code"].as_str().expect("a code")];
        assert_eq!(exact(&line["effectiveMaxExact"]), *effective, "{agency} {line}");
        match *settled && !effective.is_zero() {
            true => {
                assert_eq!(exact(&line["pointsExact"]), *points, "{agency} {line}");
                assert_eq!(line["points"], points.print(2), "{agency} {line}");
            }
            false => assert_eq!(line["pointsExact"], Value::Null, "{agency} {line}"),
        }
    }
    let (points, effective, _) = &sums["TREE"];
    assert_eq!(exact(&card["effectiveMaxExact"]), *effective, "{agency}");
    assert_eq!(card["effectiveMax"], effective.print(2), "{agency}");
    let settled = sums.values().all(|(.., settled)| *settled);
    assert_eq!(card["state"] == "FINAL", settled, "{agency}");
    if !settled {
        assert_eq!(card["totalExact"], Value::Null, "{agency}");
        return false;
    }
    let (bonus, deduction) = (capped(&sums, "BONUS", bonus_cap), capped(&sums, "DEDUCTION", deduction_cap));
    let total = (points.clone() + &bonus - &deduction).max(Exact::zero());
    let index = Exact::ratio(&(&total * &Exact::hundred()), effective).expect("something applies");
    assert_eq!(
        (exact(&card["pointsExact"]), exact(&card["totalExact"])),
        (points.clone(), total.clone()),
        "{agency}"
    );
    assert_eq!(exact(&card["indexPercentExact"]), index, "{agency}");
    let printed = [
        ("points", points),
        ("bonus", &bonus),
        ("deduction", &deduction),
        ("total", &total),
        ("indexPercent", &index),
    ];
    for (field, number) in printed {
        assert_eq!(card[field], number.print(2), "{agency} {field}");
    }
    true
}

fn leaf(code: &str, max_points: i64, unit_points: i64) -> Criterion {
    Criterion {
        code: code.to_owned(),
        name_vi: code.to_owned(),
        name_en: code.to_owned(),
        pillar: None,
        max_points: Exact::from(max_points),
        rule: Some(Rule::CountCapped {
            measure: "assigned_tasks".to_owned(),
            unit_points: Exact::from(unit_points),
        }),
        wording_vi: None,
        applies_only_to: Vec::new(),
        due: scoring::Due::EveryPeriod,
        not_applicable: None,
        follows: Vec::new(),
        children: Vec::new(),
    }
}

on_both! {
    async fn the_leaves_of_every_card_add_up_to_what_is_shown(kind) {
        let app = App::compiled(kind).await;
        let cards = cards(&app).await;
        assert_eq!(cards.len(), 12);
        let with_total = cards.iter().filter(|card| assert_adds_up(card, 0, 0)).count();
        assert_eq!(with_total, 10);
    }

    async fn bonus_and_deduction_count_up_to_their_caps(kind) {
        let app = App::compiled(kind).await;
        for block in ["DEPARTMENTS", "MANAGEMENT_BOARDS"] {
            make::criteria_set(&app.database, block, |document| {
                document.bonus = Some(Adjustment { cap: Exact::from(3), leaves: vec![leaf("T1", 2, 1), leaf("T2", 2, 1)] });
                document.deduction = Some(Adjustment { cap: Exact::from(2), leaves: vec![leaf("G1", 5, 1)] });
            }).await;
        }
        app.ask(r#"mutation { requestBuild(input: { period: "2022-H1", reason: "x" }) { errors { code } } }"#).await;
        app.drain().await;
        let cards = cards(&app).await;
        let with_total: Vec<_> = cards.iter().filter(|card| assert_adds_up(card, 3, 2)).collect();
        assert_eq!(with_total.len(), 10);
        // The caps are what was tested: the leaves alone come to more.
        for card in with_total {
            assert_eq!((&card["bonus"], &card["deduction"]), (&"3.00".into(), &"2.00".into()));
        }
    }
}
