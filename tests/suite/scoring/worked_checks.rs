//! The worked checks of the sample criteria set, computed by hand: effective maximum, points and index, as
//! exact fractions, for agencies that reach full points in everything that concerns them.

use scoring::{Catalogue, CriteriaSet, CriteriaSetDocument, Facts, LineState, PeriodKind, Scorecard, Unit};
use serde::Deserialize;

use super::given::{Knowing, exact, facts, half_year, line};

const SET: &str = include_str!("../../../worker/sample/criteria-set.department.sample.yaml");
const MEASURES: &str = include_str!("../../../worker/sample/measures.yaml");

#[derive(Deserialize)]
struct Measure {
    code: String,
    unit: Unit,
}

/// The project's own sample set, checked against its own catalogue.
fn sample() -> CriteriaSet {
    let measures: Vec<Measure> = serde_saphyr::from_str(MEASURES).expect("the catalogue");
    let catalogue: Catalogue = measures.into_iter().map(|measure| (measure.code, measure.unit)).collect();
    let document: CriteriaSetDocument = serde_saphyr::from_str(SET).expect("the sample set");
    CriteriaSet::new(document, &catalogue).unwrap_or_else(|defects| panic!("{defects}"))
}

/// Full points, as each leaf's rule says, for what concerns every agency.
const EVERYONE: &str = "
    annual_plan_issue=ISSUED_ON_TIME plan_tasks_done=20 plan_tasks=20
    reports_complete_on_time=true reports_content_sufficient=true
    assigned_tasks_on_time=30 assigned_tasks=30
    reviewed_documents_handled=4 reviewed_documents_to_handle=4
    law_enforcement_plan=FULL law_enforcement_results_handled=3 law_enforcement_results_to_handle=3
    petitions_handled_on_time=5 petitions_received=5
    headcount_within_quota=true deputies_as_regulated=true decentralisation_regulations=FULL
    posts_filled_as_regulated=40 posts_filled=40 staff_disciplined=0
    training_attended=12 training_quota=12
    asset_regulation_issued=true audit_recommendations_carried_out=2 audit_recommendations=2
    e_government_tasks_done=8 e_government_tasks=8
    documents_handled_online=90 documents_handled=100 iso_9001=MAINTAINED
    staff_survey_share=1";

/// Tags, and full points for what concerns only who carries the tag. Online dossiers reach full points at
/// one half, postal ones at a tenth, inspected sub-units at one half.
const CONCERNS: [(&str, &str); 6] = [
    (
        "HAS_TTHC",
        "procedures_listed=30 procedures_in_authority=30 procedure_review=COMPLETED
         dossiers_resolved_in_time=20 dossiers_resolved_total=20 apology_letters=0 dossiers_overdue=0
         one_stop_rating=18 dossiers_received_online=10 dossiers_received_postal=2
         dossiers_received_total=20 satisfaction_share=1",
    ),
    ("HAS_SUBUNITS", "subunits_inspected=1 subunits=2"),
    ("HAS_PSU", "service_units_autonomous=3 service_units=3"),
    ("INSPECTED_IN_PERIOD", "limitations_remedied=4 limitations_found=4 remediation_report_on_time=true"),
    ("HAS_LEGAL_DRAFTING", "legal_drafts_on_schedule=6 legal_drafts_assigned=6"),
    ("HAS_DECENTRALISED", "decentralisation_findings_handled=1 decentralisation_findings=1"),
];

/// An agency that carries every tag but those in `without`, with full points in all that concerns it and
/// nothing known of what does not. `but` overrides single measures.
fn agency(without: &[&str], but: &str) -> Facts {
    let concerns = CONCERNS.iter().filter(|(tag, _)| !without.contains(tag));
    let (tags, pairs): (Vec<_>, Vec<_>) = concerns.copied().unzip();
    facts(&format!("{EVERYONE} {} {but}", pairs.join(" "))).tagged(&tags.join(" "))
}

const SMALL: [&str; 2] = ["HAS_SUBUNITS", "HAS_PSU"];
/// Twelve of thirteen dossiers in time; a letter of apology for the thirteenth.
const ONE_LATE: &str = "dossiers_resolved_in_time=12 dossiers_resolved_total=13
                        dossiers_overdue=1 apology_letters=1";
const NO_LETTER: &str = "dossiers_resolved_in_time=12 dossiers_resolved_total=13
                         dossiers_overdue=1 apology_letters=0";

fn assert_card(card: &Scorecard, effective_max: &str, points: &str, index: &str, printed: &str) {
    assert_eq!(card.effective_max, exact(effective_max));
    assert_eq!(card.total, Some(exact(points)));
    assert_eq!(card.index_percent, Some(exact(index)));
    assert_eq!(card.index_percent.as_ref().map(|index| index.print(2)).as_deref(), Some(printed));
    assert_eq!(card.grade.as_ref().map(|grade| grade.code.as_str()), Some("EXCELLENT"));
}

fn half_year_card(facts: &Facts) -> Scorecard {
    scoring::score(&sample(), half_year().code.kind, facts)
}

#[test]
fn the_sample_set_has_8_pillars_18_criteria_35_leaves_and_100_points() {
    let set = sample();
    let count = |level| set.nodes().iter().filter(|node| node.level == level).count();
    assert_eq!(count(scoring::Level::Pillar), 8);
    assert_eq!(count(scoring::Level::Criterion), 18);
    assert_eq!(count(scoring::Level::SubCriterion), 35);
    assert_eq!(set.document().max_points, exact("100"));
    assert!(set.document().sample);
}

#[test]
fn what_does_not_concern_an_agency_leaves_its_maximum() {
    let not_inspected = "INSPECTED_IN_PERIOD";
    for (without, effective_max) in [
        (vec![], "100"),
        (vec![not_inspected], "97"),
        (vec![not_inspected, "HAS_SUBUNITS", "HAS_PSU"], "93"),
        (SMALL.to_vec(), "96"),
        (vec!["HAS_TTHC"], "68"),
        (vec!["HAS_TTHC", not_inspected, "HAS_SUBUNITS", "HAS_PSU"], "61"),
    ] {
        let card = half_year_card(&agency(&without, ""));
        assert_card(&card, effective_max, effective_max, "100", "100.00");
        for line in card.leaves_in(LineState::Scored) {
            assert_eq!(line.points.as_ref(), Some(&line.max_points), "{} without {without:?}", line.code);
        }
    }
}

#[test]
fn not_inspected_takes_out_the_two_leaves_that_follow_an_inspection() {
    let card = half_year_card(&agency(&["INSPECTED_IN_PERIOD"], ""));
    let out: Vec<_> = card.leaves_in(LineState::NotApplicable).map(|line| line.code.as_str()).collect();
    assert_eq!(out, ["1.3.2", "1.3.3"]);
}

#[test]
fn twelve_of_thirteen_dossiers_on_time_print_99_52() {
    let card = half_year_card(&agency(&SMALL, ONE_LATE));
    // 6 × 12/13 = 72/13 for the dossiers, 90 for all the rest; × 100/96.
    assert_eq!(line(&card, "3.2.1").points, Some(exact("72/13")));
    assert_card(&card, "96", "1242/13", "5175/52", "99.52");
}

#[test]
fn without_the_letter_of_apology_it_prints_97_44() {
    let card = half_year_card(&agency(&SMALL, NO_LETTER));
    // Two points less: 90 − 2 + 72/13; × 100/96.
    assert_eq!(line(&card, "3.2.2").points, Some(exact("0")));
    assert_card(&card, "96", "1216/13", "3800/39", "97.44");
}

#[test]
fn no_leaf_of_the_sample_waits_for_the_year_end() {
    let known = agency(&SMALL, ONE_LATE);
    assert_eq!(half_year_card(&known), scoring::score(&sample(), PeriodKind::FullYear, &known));
}
