//! Sets that are refused, each by a dry run through the front door and by `criteria check` at the terminal: with the
//! place, the criterion, the rule and the reason, in both languages.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{App, Store, on_both};

use super::criteria_sets::import;
use super::process::{on, run};

/// A sound set of two leaves, worth 1 and 2, as it is written in `changes`' place.
const SOUND: &str = "code: SMALL
version: 1
name_vi: Bộ nhỏ
name_en: Small
max_points: 3
print_scale: 2
not_applicable: EXCLUDE_FROM_MAX
grades: [{code: ALL, name_vi: Tất cả, name_en: All, from_percent: 0}]
pillars:
  - code: I
    name_vi: Một
    name_en: One
    pillar: STEERING
    max_points: 1
    children:
      - {code: '1.1', name_vi: Báo cáo, name_en: Reports, max_points: 1, rule: {kind: BOOLEAN, measure: reports_complete_on_time}}
  - code: II
    name_vi: Hai
    name_en: Two
    pillar: INSTITUTIONS
    max_points: 2
    children:
      - code: '2.1'
        name_vi: Nhiệm vụ
        name_en: Tasks
        max_points: 2
        rule:
          kind: RATIO_BANDED
          ratio: {numerator: [plan_tasks_done], denominator: [plan_tasks], zero_denominator: ZERO}
          bands: [{below: '0.8', award: {POINTS: 0}}, {from: '0.8', award: {POINTS: 2}}]
";

/// The same as a table.
const TABLE: &str =
    "level,code,parent,name_vi,pillar,max_points,version,print_scale,not_applicable,from,rule,measure
SET,SMALL,,Bộ nhỏ,,1,1,2,EXCLUDE_FROM_MAX
GRADE,ALL,,Tất cả,,,,,,0
PILLAR,I,,Một,STEERING,1
CRITERION,1.1,I,Báo cáo,,1,,,,,BOOLEAN,reports_complete_on_time
";

/// A set, and the complaints about it.
struct Refused {
    format: &'static str,
    text: String,
    /// Path, criterion and rule (`-`: none), Vietnamese, English.
    problems: Vec<[&'static str; 5]>,
}

fn yaml(changes: &[(&str, &str)], problems: &[[&'static str; 5]]) -> Refused {
    let text = changes.iter().fold(SOUND.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    Refused { format: "YAML", text, problems: problems.to_vec() }
}

fn table(more: &str, problems: &[[&'static str; 5]]) -> Refused {
    Refused { format: "CSV", text: format!("{TABLE}{more}"), problems: problems.to_vec() }
}

const BANDS: &str = "[{below: '0.8', award: {POINTS: 0}}, {from: '0.8', award: {POINTS: 2}}]";

fn bands(written: &str, vi: &'static str, en: &'static str) -> Refused {
    yaml(&[(BANDS, written)], &[["pillars[1].children[0].rule.bands", "2.1", "RATIO_BANDED", vi, en]])
}

fn sums() -> Vec<Refused> {
    let sum =
        ["các phần cộng lại được 99,55, tổng ghi là 100", "the parts add up to 99.55, the whole is 100"];
    vec![
        yaml(
            &[
                ("max_points: 3\n", "max_points: 100\n"),
                ("max_points: 1\n", "max_points: '97.55'\n"),
                ("max_points: 1,", "max_points: '97.55',"),
            ],
            &[["max_points", "SMALL", "-", sum[0], sum[1]]],
        ),
        yaml(
            &[("code: '2.1'", "code: '1.1'")],
            &[[
                "pillars[1].children[0].code",
                "1.1",
                "RATIO_BANDED",
                "mã số bị trùng",
                "the code stands more than once",
            ]],
        ),
        table(
            "CRITERION,1.1,I,Báo cáo,,1,,,,,BOOLEAN,reports_complete_on_time",
            &[["", "1.1", "BOOLEAN", "mã `1.1` bị trùng", "the code `1.1` stands more than once"]],
        ),
        yaml(
            &[("measure: reports_complete_on_time", "measure: nowhere")],
            &[[
                "pillars[0].children[0].rule",
                "1.1",
                "BOOLEAN",
                "danh mục số liệu không có `nowhere`",
                "the measure `nowhere` is not in the catalogue",
            ]],
        ),
    ]
}

fn holes() -> Vec<Refused> {
    vec![
        bands(
            "[{to: '0.8', award: {POINTS: 0}}, {from: '0.805', award: {POINTS: 2}}]",
            "không bậc nào chứa tỷ lệ trên 0,8",
            "no band covers ratios above 0.8",
        ),
        bands(
            "[{to: '0.8', award: {POINTS: 0}}, {from: '0.8', award: {POINTS: 2}}]",
            "hai bậc cùng chứa tỷ lệ từ 0,8",
            "two bands cover ratios from 0.8",
        ),
        bands(
            "[{below: '0.9', award: {POINTS: 0}}, {from: '0.8', award: {POINTS: 2}}]",
            "hai bậc cùng chứa tỷ lệ từ 0,8",
            "two bands cover ratios from 0.8",
        ),
        bands(
            "[{below: '0.15', award: {POINTS: 0}}, {above: '0.15', award: {POINTS: 2}}]",
            "không bậc nào chứa tỷ lệ từ 0,15",
            "no band covers ratios from 0.15",
        ),
    ]
}

fn numbers() -> Vec<Refused> {
    vec![
        yaml(
            &[
                ("max_points: 1\n", "max_points: -1\n"),
                ("max_points: 1,", "max_points: -1,"),
                ("max_points: 3", "max_points: 1"),
            ],
            &[
                [
                    "pillars[0].max_points",
                    "I",
                    "-",
                    "điểm tối đa phải lớn hơn 0, không phải -1",
                    "the maximum must be above 0, not -1",
                ],
                [
                    "pillars[0].children[0].max_points",
                    "1.1",
                    "BOOLEAN",
                    "điểm tối đa phải lớn hơn 0, không phải -1",
                    "the maximum must be above 0, not -1",
                ],
            ],
        ),
        yaml(
            &[("{below: '0.8', award: {POINTS: 0}}", "{below: '0.8', award: {POINTS: -1}}")],
            &[[
                "pillars[1].children[0].rule.bands[0]",
                "2.1",
                "RATIO_BANDED",
                "bậc 1 cho -1 điểm, ngoài khoảng 0 đến 2",
                "band 1 gives -1 points, outside 0 to 2",
            ]],
        ),
        yaml(
            &[(
                "{kind: BOOLEAN, measure: reports_complete_on_time}",
                "{kind: COUNT_CAPPED, measure: plan_tasks, unit_points: 1000000000000000000000000000000000000000000000000000000000000}",
            )],
            &[[
                "pillars[0].children[0].rule.unit_points",
                "1.1",
                "COUNT_CAPPED",
                "điểm mỗi đơn vị không thể là 100000000000000000000000000000000000000000000000000000000000…",
                "unit_points cannot be 100000000000000000000000000000000000000000000000000000000000…",
            ]],
        ),
    ]
}

fn cycles() -> Vec<Refused> {
    vec![table(
        "CRITERION,2.1,2.1.1,Vòng,,1\nSUB_CRITERION,2.1.1,2.1,Vòng,,1,,,,,BOOLEAN,reports_complete_on_time",
        &[[
            "",
            "2.1",
            "-",
            "dòng cấp CRITERION phải nằm dưới PILLAR, `2.1.1` là SUB_CRITERION",
            "a row of level CRITERION stands below PILLAR, `2.1.1` is SUB_CRITERION",
        ]],
    )]
}

fn shown(value: &Value) -> String {
    value.as_str().unwrap_or("-").to_owned()
}

async fn assert_refused(kind: tests::Kind, refused: Vec<Refused>) {
    let app = App::sample(kind).await;
    for Refused { format, text, problems } in refused {
        let payload = import(&app, format, &text, true).await;
        assert_eq!(
            (&payload["fingerprint"], &payload["criteriaSet"]),
            (&Value::Null, &Value::Null),
            "{text}"
        );
        let told: Vec<_> = payload["problems"]
            .as_array()
            .expect("problems")
            .iter()
            .map(|problem| {
                ["path", "criterion", "rule", "messageVi", "messageEn"].map(|field| shown(&problem[field]))
            })
            .collect();
        assert_eq!(told, problems, "{text}");
        let (printed, _) = checked(&app.store, format, text.as_bytes());
        let lines: Vec<_> = printed.lines().map(str::trim).collect();
        let expected = problems.iter().flat_map(|[.., vi, en]| [vi, en]);
        assert_eq!(lines.len(), 2 * problems.len(), "{printed}");
        for (line, said) in lines.iter().zip(expected) {
            assert!(line.ends_with(said), "{line} does not say {said}");
        }
    }
}

/// What the terminal prints of a file that it refuses, and its last word.
fn checked(store: &Store, format: &str, bytes: &[u8]) -> (String, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join(format!("set.{}", format.to_lowercase()));
    std::fs::write(&file, bytes).expect("a file");
    let output = run(&mut on("reform-api", store), &["criteria", "check", file.to_str().expect("a name")]);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    (text(&output.stdout), text(&output.stderr))
}

on_both! {
    async fn the_small_set_is_sound(kind) {
        let app = App::sample(kind).await;
        for (format, text) in [("YAML", SOUND), ("CSV", TABLE)] {
            assert_eq!(import(&app, format, text, true).await["problems"], json!([]), "{format}");
        }
    }

    async fn sums_codes_and_measures_that_do_not_fit_are_refused(kind) {
        assert_refused(kind, sums()).await;
    }

    async fn bands_with_a_hole_or_an_overlap_are_refused(kind) {
        assert_refused(kind, holes()).await;
    }

    async fn negative_and_absurd_numbers_are_refused(kind) {
        assert_refused(kind, numbers()).await;
    }

    async fn rows_that_lead_back_to_themselves_are_refused_by_name(kind) {
        assert_refused(kind, cycles()).await;
    }

    async fn nested_and_endless_documents_are_refused_at_once(kind) {
        let app = App::sample(kind).await;
        let aliases = (1..30).fold("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
            format!("{text}a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", "))
        });
        let large = 380 * 1024;
        for (bomb, about) in [
            ("[".repeat(large), "brackets"),
            ("{a: ".repeat(large / 4), "groups"),
            (aliases, "aliases of aliases"),
            ("pillars: &p [*p]".to_owned(), "an alias of itself"),
        ] {
            let begun = Instant::now();
            let payload = import(&app, "YAML", &bomb, true).await;
            let problems = payload["problems"].as_array().expect("problems").clone();
            assert_eq!(problems.len(), 1, "{about}: {problems:?}");
            let messages = ["messageVi", "messageEn"].map(|field| shown(&problems[0][field]));
            assert!(messages.iter().all(|message| message.len() < 1000 && message != "-"), "{about}: {messages:?}");
            checked(&app.store, "YAML", bomb.as_bytes());
            assert!(begun.elapsed() < Duration::from_secs(20), "{about}: {:?}", begun.elapsed());
        }
        let ten_megabytes = "[".repeat(10 * 1024 * 1024);
        let (printed, _) = checked(&app.store, "YAML", ten_megabytes.as_bytes());
        assert_eq!(printed, "tệp lớn hơn 384 KiB\n  the file is larger than 384 KiB\n");
        let request = json!({ "query": "{ me { csrfToken } }", "variables": { "x": ten_megabytes } });
        assert_eq!(app.as_administrator().post(&request).await.status.as_u16(), 413);
    }
}
