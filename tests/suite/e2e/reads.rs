//! Reading: every query, nodes, pages, and that a page costs a fixed number of statements.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::FutureExt;
use reform_worker::database::begin_write;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use tests::{App, Kind, on_both};

fn codes(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().expect("nodes");
    nodes.iter().map(|node| node["code"].as_str().expect("a code").to_owned()).collect()
}

on_both! {
    async fn pages_cover_every_agency_once(kind) {
        let app = App::sample(kind).await;
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let query = format!(
                "{{ agencies(first: 5{after}) {{ totalCount nodes {{ code nameVi nameEn block {{ code }} }}
                   edges {{ cursor node {{ code }} }} pageInfo {{ hasNextPage hasPreviousPage endCursor }} }} }}"
            );
            let page = app.ask(&query).await["agencies"].clone();
            assert_eq!(page["totalCount"], 12);
            assert_eq!(page["edges"][0]["node"]["code"], page["nodes"][0]["code"]);
            assert_eq!(page["pageInfo"]["hasPreviousPage"], json!(!seen.is_empty()));
            seen.extend(codes(&page));
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = format!(", after: {}", page["pageInfo"]["endCursor"]);
        }
        assert_eq!(seen.len(), 12);
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 12);
        assert!(seen.is_sorted());
    }

    async fn a_line_says_why_in_both_languages(kind) {
        let app = App::compiled(kind).await;
        let said = async |agency: &str, fields: &str, code: &str| {
            let query = format!(
                r#"{{ scorecard(agency: "{agency}", period: "2022-H1") {{ lines {{ code reason {{ {fields} }} }} }} }}"#
            );
            let lines = app.ask(&query).await["scorecard"]["lines"].clone();
            let line = lines.as_array().expect("lines").iter().find(|line| line["code"] == code).cloned();
            line.unwrap_or_else(|| panic!("no {code} in {lines}"))["reason"].clone()
        };
        let reason = said("KKT", "sentenceVi sentenceEn", "3.2.1").await;
        assert_eq!(
            reason["sentenceVi"],
            "12/13 (Số hồ sơ giải quyết trước hạn và đúng hạn / Tổng số hồ sơ đã giải quyết) = 92,31 %, bậc 80–<95 %: 6 × 12/13 = 5,54 điểm"
        );
        let english = reason["sentenceEn"].as_str().unwrap_or_default();
        assert!(english.ends_with(" = 92.31 %, band 80–<95 %: 6 × 12/13 = 5.54 points"), "{english}");
        assert_eq!(said("KKT", "sentenceEn", "3.2.1").await["sentenceEn"], reason["sentenceEn"]);
        let missing = said("SNGV", "sentenceVi formula", "3.2.1").await;
        assert_eq!(
            missing["sentenceVi"],
            "Chưa có số liệu: Số hồ sơ giải quyết trước hạn và đúng hạn, Tổng số hồ sơ đã giải quyết"
        );
        assert_eq!(said("KKT", "sentenceVi", "3.2").await, Value::Null, "a sum has no reason of its own");
    }

    async fn every_noun_is_found_by_its_id(kind) {
        let app = App::compiled(kind).await;
        let data = app.ask(r#"{
            agency(code: "KKT") { id block { id } } periods { id code } blocks { id }
            criteriaSet(period: "2022-H1", block: "DEPARTMENTS") { id }
            inspections { nodes { id } } builds { nodes { id state } }
            scorecard(agency: "KKT", period: "2022-H1") { id build } }"#).await;
        let ids = [
            (&data["agency"]["id"], "Agency"), (&data["agency"]["block"]["id"], "Block"),
            (&data["periods"][0]["id"], "Period"), (&data["criteriaSet"]["id"], "CriteriaSet"),
            (&data["inspections"]["nodes"][0]["id"], "Inspection"), (&data["builds"]["nodes"][0]["id"], "Build"),
            (&data["scorecard"]["id"], "Scorecard"), (&data["scorecard"]["build"], "Build"),
        ];
        for (id, noun) in ids {
            let node = app.ask(&format!("{{ node(id: {id}) {{ __typename id }} }}")).await;
            assert_eq!(node["node"], json!({"__typename": noun, "id": id}));
        }
        assert_eq!(data["periods"].as_array().map(Vec::len), Some(2));
        let gone = app.ask(r#"{ node(id: "Agency:01890000-0000-7000-8000-000000000000") { id } }"#).await;
        assert_eq!(gone["node"], Value::Null);
    }

    async fn the_criteria_set_is_a_tree_that_adds_up(kind) {
        let app = App::sample(kind).await;
        let set = app.ask(r#"{ criteriaSet(period: "2022-H1", block: "DEPARTMENTS") {
            code version sample state nameVi nameEn fingerprint
            pillars { code level maxPoints children { code level maxPoints rule children { code rule maxPoints } } }
        } }"#).await["criteriaSet"].clone();
        assert_eq!((&set["sample"], &set["state"]), (&true.into(), &"ACTIVE".into()));
        let pillars = set["pillars"].as_array().expect("pillars");
        let points = |of: &Value| of["maxPoints"].as_str().expect("points").parse::<i64>().expect("whole");
        assert_eq!(pillars.iter().map(points).sum::<i64>(), 100);
        for pillar in pillars {
            let criteria = pillar["children"].as_array().expect("criteria");
            assert_eq!(criteria.iter().map(points).sum::<i64>(), points(pillar), "{}", pillar["code"]);
        }
    }

    async fn cards_come_in_the_order_that_is_asked_for(kind) {
        let app = App::compiled(kind).await;
        let order = async |order: &str| {
            let query = format!(
                r#"{{ scorecards(period: "2022-H1", block: "DEPARTMENTS", orderBy: {order}) {{
                    nodes {{ rank indexPercent agency {{ code nameVi }} pillars {{ code level points }} }} }} }}"#
            );
            app.ask(&query).await["scorecards"]["nodes"].as_array().expect("cards").clone()
        };
        let by_rank = order("RANK").await;
        assert_eq!(by_rank[0]["rank"], 1);
        assert_eq!(by_rank[9]["rank"], Value::Null);
        assert_eq!(by_rank[0]["pillars"].as_array().map(Vec::len), Some(8));
        let by_index = order("INDEX").await;
        assert_eq!(by_index[0]["agency"], by_rank[0]["agency"]);
        assert_eq!(by_index[9]["indexPercent"], Value::Null);
        let by_code = order("CODE").await;
        let codes: Vec<_> = by_code.iter().map(|card| card["agency"]["code"].as_str()).collect();
        assert!(codes.is_sorted());
        assert_eq!(order("NAME").await.len(), 10);
    }

    async fn aliases_fragments_and_directives_are_answered(kind) {
        let app = App::compiled(kind).await;
        let data = app.post(&json!({
            "query": r#"query($yes: Boolean!, $no: Boolean!) {
                card: scorecard(agency: "KKT", period: "2022-H1") {
                    __typename ...Head grade { ... on Grade { c: code } } lines @include(if: $no) { code }
                    agency { code } agency { nameEn @skip(if: $yes) nameVi } } }
                fragment Head on Scorecard { state total rank }"#,
            "variables": {"yes": true, "no": false},
        })).await.json["data"]["card"].clone();
        assert_eq!(data, json!({
            "__typename": "Scorecard", "state": "FINAL", "total": "95.54", "rank": 1, "grade": {"c": "EXCELLENT"},
            "agency": {"code": "KKT", "nameVi": "Ban Quản lý Khu kinh tế tỉnh"},
        }));
    }

    async fn a_page_of_cards_costs_the_same_few_statements_for_one_card_and_for_twelve(kind) {
        let app = App::compiled(kind).await;
        let count = async |first: usize| {
            app.statements().store(0, Ordering::SeqCst);
            let query = format!(
                r#"{{ scorecards(period: "2022-H1", first: {first}) {{ totalCount nodes {{
                    rank agency {{ code block {{ code }} }} pillars {{ points }}
                    lines {{ code points inputs {{ nameVi value }} reason {{ formula }} }} }} }} }}"#
            );
            let nodes = app.ask(&query).await["scorecards"]["nodes"].as_array().map(Vec::len);
            assert_eq!(nodes, Some(first));
            app.statements().load(Ordering::SeqCst)
        };
        // That a token is used is written once a minute.
        app.ask("{ me { scopes } }").await;
        let one = count(1).await;
        assert_eq!(one, count(12).await);
        // Who asks is one of them.
        assert!((4..=6).contains(&one), "{one} statements");
    }

    async fn a_field_that_is_asked_for_alone_answers_as_among_all(kind) {
        let app = App::compiled(kind).await;
        let objects = [
            (vec![], "Scorecard"),
            (vec!["agency"], "Agency"),
            (vec!["agency", "block"], "Block"),
            (vec!["grade"], "Grade"),
            (vec!["lines"], "ScorecardLine"),
            (vec!["pillars"], "ScorecardLine"),
        ];
        for (path, name) in objects {
            let fields = plain_fields(&app, name).await;
            let all = card_with(&app, &path, &fields.join(" ")).await;
            assert!(fields.len() >= 3, "{fields:?}");
            for field in &fields {
                let alone = values_of(&card_with(&app, &path, field).await, &path, field);
                assert_eq!(alone, values_of(&all, &path, field), "{path:?} {field}");
                assert!(!alone.contains(&json!("")), "{path:?} {field} was not read");
            }
        }
    }
}

/// The fields of a type that have no fields of their own.
async fn plain_fields(app: &App, name: &str) -> Vec<String> {
    let query =
        format!(r#"{{ __type(name: "{name}") {{ fields {{ name type {{ kind ofType {{ kind }} }} }} }} }}"#);
    let fields = app.ask(&query).await["__type"]["fields"].clone();
    let plain = |field: &&Value| {
        let kinds = [&field["type"]["kind"], &field["type"]["ofType"]["kind"]];
        !["OBJECT", "INTERFACE", "LIST"].iter().any(|composite| kinds.iter().any(|kind| *kind == composite))
    };
    let fields = fields.as_array().expect("fields").iter().filter(plain).map(|field| field["name"].clone());
    fields.map(|name| name.as_str().expect("a name").to_owned()).collect()
}

/// The card of the management board, with the fields at `path`.
async fn card_with(app: &App, path: &[&str], fields: &str) -> Value {
    let inner = path.iter().rev().fold(fields.to_owned(), |inner, name| format!("{name} {{ {inner} }}"));
    let query = format!(r#"{{ scorecard(agency: "KKT", period: "2022-H1") {{ {inner} }} }}"#);
    app.ask(&query).await["scorecard"].clone()
}

/// Every value of `field` in the objects at `path`.
fn values_of(card: &Value, path: &[&str], field: &str) -> Vec<Value> {
    let object = path.iter().fold(card, |at, name| &at[*name]);
    match object {
        Value::Array(rows) => rows.iter().map(|row| row[field].clone()).collect(),
        object => vec![object[field].clone()],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_plans_a_statement_once_a_connection() {
    let app = App::sample(Kind::Postgres).await;
    let pool = app.database.get_postgres_connection_pool();
    let (mode,): (String,) = sqlx::query_as("SHOW plan_cache_mode").fetch_one(pool).await.expect("a setting");
    assert_eq!(mode, "force_generic_plan");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_begin_that_was_cancelled_leaves_no_connection_in_a_transaction() {
    let app = App::sample(Kind::Postgres).await;
    let watching = app.store.connect().await;
    for _ in 0..20 {
        // Polled once, it has sent its BEGIN on an idle connection and waits for the answer.
        begin_write(&app.database).now_or_never();
    }
    let open =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'";
    let count = async || {
        let open = Statement::from_string(DbBackend::Postgres, open);
        let row = watching.query_one_raw(open).await.expect("a look").expect("a row");
        row.try_get_by_index::<i64>(0).expect("a count")
    };
    for _ in 0..50 {
        if count().await == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{} connections are left in a transaction", count().await);
}
