//! Sets as YAML and JSON.

use std::time::{Duration, Instant};

use reform_worker::criteria::Format;
use scoring::canonical_json;

use super::given::{SAMPLE, canonical, refused, sample};

#[test]
fn what_is_exported_is_read_again_to_the_same_bytes() {
    let exported = canonical_json(&sample());
    assert_eq!(canonical(SAMPLE, Format::Yaml), exported);
    assert_eq!(canonical(&exported, Format::Json), exported);
    assert_eq!(canonical(&format!("\u{feff}{exported}"), Format::Json), exported);
}

#[test]
fn a_set_that_follows_none_is_written_as_before_sets_could() {
    let set = super::given::checked(SAMPLE, Format::Yaml).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert!(!canonical_json(set.document()).contains("follows"));
    assert_eq!(set.fingerprint(), "a20a755a6cf0185d3d22150d492c6285e653fd78197d33b140f28853a362cc2a");
}

#[test]
fn what_follows_what_is_read_from_a_document_and_checked() {
    let follows = |set: &str, code: &str| {
        SAMPLE.replacen("version: 1", &format!("version: 2\nfollows: {set}"), 1).replacen(
            "code: \"1.1.1\"",
            &format!("code: \"1.1.1\"\n            follows: {code}"),
            1,
        )
    };
    let sound = follows("{code: PAR-DEPT-SAMPLE, version: 1}", "[\"1.1.1\"]");
    assert!(canonical(&sound, Format::Yaml).contains(r#""follows":["1.1.1"]"#));
    let later = refused(&follows("{code: PAR-DEPT-SAMPLE, version: 2}", "[]"), Format::Yaml);
    assert_eq!(later, ["follows | 6:10 | PAR-DEPT-SAMPLE | a set follows an earlier version than itself"]);
    let misfit = refused(&follows("PAR-DEPT-SAMPLE v1", "\"1.1.1\""), Format::Yaml);
    assert_eq!(misfit.len(), 2, "{misfit:?}");
}

#[test]
fn a_decimal_need_not_stand_in_quotes_to_be_exact() {
    let plain =
        SAMPLE.replace("{POINTS: \"0.5\"}", "{POINTS: 0.5}").replace("code: \"1.1.1\"", "code: 1.1.1");
    assert_ne!(plain, SAMPLE);
    assert_eq!(canonical(&plain, Format::Yaml), canonical_json(&sample()));
}

/// `UPDATE_SCHEMA=1` writes it anew.
#[test]
fn the_published_schema_is_that_of_the_types() {
    let schema = scoring::criteria_set_schema();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../worker/scoring/criteria-set.schema.json");
        std::fs::write(file, &schema).expect("the schema is written");
        return;
    }
    assert!(scoring::CRITERIA_SET_SCHEMA == schema, "run UPDATE_SCHEMA=1 cargo test -p tests schema");
}

/// The page that tells officers how a set is written; its two examples are one set.
#[test]
fn the_page_on_writing_a_set_shows_one_set_as_a_document_and_as_a_table() {
    const PAGE: &str = include_str!("../../../worker/scoring/criteria-sets.md");
    let example = |language: &str| {
        let (_, after) = PAGE.split_once(&format!("```{language}\n")).expect("an example");
        after.split_once("```").expect("its end").0
    };
    assert_eq!(canonical(example("yaml"), Format::Yaml), canonical(example("csv"), Format::Csv));
    for column in reform_worker::criteria::TABLE_COLUMNS {
        assert!(PAGE.contains(&format!("`{column}`")), "the page does not tell of {column}");
    }
    for kind in scoring::RuleKind::ALL {
        assert!(PAGE.contains(&format!("| `{kind}` |")), "the page does not tell of {kind}");
    }
}

/// The sample with the first `from` replaced.
fn spoilt(replacements: &[(&str, &str)]) -> String {
    replacements.iter().fold(SAMPLE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    })
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_line() {
    let text = spoilt(&[
        ("print_scale: 2", "print_scale: many\ncolour: red"),
        ("max_points: 12", "max_points: twelve"),
        ("kind: RATIO_BANDED", "kind: RATIO_BANDET"),
        ("from: \"0.7\", to: \"0.9\", award: {POINTS: 1}", "from: \"0.7\", to: \"0.9\", prize: {POINTS: 1}"),
        ("target: \"0.5\"", "target: \"0,5\""),
        ("measure: reports_complete_on_time", "measure: reports_complete"),
    ]);
    let number = "a whole number, or a decimal or fraction in quotes (\"2.5\", \"72/13\") is needed";
    let kinds = "BOOLEAN, TIERED, RATIO_BANDED, RATIO_LINEAR, LINEAR_SCALE, COUNT_CAPPED, COUNT_DEDUCT, SURVEY, \
                 MANUAL, COMPOSITE, INHERITED";
    let found = refused(&text, Format::Yaml);
    let (colour, found): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|problem| problem.starts_with("colour | 11:9 |"));
    assert_eq!(colour.len(), 1);
    assert_eq!(
        found,
        [
            "print_scale | 10:14 | PAR-DEPT-SAMPLE | a whole number is needed, not `many`".to_owned(),
            format!("pillars[0].max_points | 24:17 | I | {number}, not `twelve`"),
            format!(
                "pillars[0].children[0].children[1].rule.kind | 49:21 | 1.1.2 | `RATIO_BANDET` is none of {kinds}"
            ),
            "pillars[0].children[0].children[1].rule.bands[1].prize | 56:51 | 1.1.2 | there is no field `prize`; \
             the fields are from, above, to, below, award"
                .to_owned(),
            format!("pillars[0].children[2].children[0].rule.target | 96:23 | 1.3.1 | {number}, not `0,5`"),
            "pillars[0].children[1].children[0].rule | 69:15 | 1.2.1 | the measure `reports_complete` is not in \
             the catalogue"
                .to_owned(),
        ]
    );
}

#[test]
fn what_is_no_document_at_all_is_told_with_its_place() {
    let group = "a group of fields is needed";
    let syntax = "not valid YAML or JSON";
    for (text, why) in [
        ("", format!(" | 1:1 | - | {group}, not `null`")),
        ("- a\n- b\n", format!(" | 1:1 | - | {group}, not `[…]`")),
        ("just words", format!(" | 1:1 | - | {group}, not `just words`")),
        ("code: [", format!(" | 1:7 | - | {syntax}: unclosed bracket '[' at line 1, column 7")),
        (
            "code: A\ncode: B\n",
            format!(
                " | 2:1 | - | {syntax}: duplicate mapping key `code` is not allowed here at line 2, column 1"
            ),
        ),
    ] {
        assert_eq!(refused(text, Format::Yaml), [why], "{text}");
    }
}

#[test]
fn ten_megabytes_of_nested_yaml_are_refused_at_once() {
    let bombs = [
        "[".repeat(10 * 1024 * 1024),
        "{a: ".repeat(250_000),
        format!("{}x", "- ".repeat(400_000)),
        // An alias of an alias of an alias.
        (1..30).fold("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
            let below = format!("*a{}", level - 1);
            format!("{text}a{level}: &a{level} [{}]\n", vec![below; 10].join(", "))
        }),
        "pillars: &p [*p]".to_owned(),
        format!("a: {}", "9".repeat(1_000_000)),
        format!("pillars: [{}]", "{code: A}, ".repeat(90_000)),
    ];
    for bomb in bombs {
        let begun = Instant::now();
        let problems = refused(&bomb, Format::Yaml);
        assert!(!problems.is_empty(), "{}", &bomb[..40]);
        assert!(begun.elapsed() < Duration::from_secs(20), "{}: {:?}", &bomb[..40], begun.elapsed());
    }
}
