//! What is probed: at least one request for each operation.

mod changes;

use serde_json::{Value, json};
use tests::App;

/// A request, and how its answer is told in a cell.
pub struct Probe {
    /// The operation that it calls.
    pub operation: &'static str,
    /// The row's name.
    pub what: String,
    /// How an answer without errors is told.
    pub read: fn(&Value) -> String,
    pub query: String,
}

impl Probe {
    fn new(operation: &'static str, about: &str, query: String, read: fn(&Value) -> String) -> Self {
        let what = if about.is_empty() { operation.to_owned() } else { format!("{operation}: {about}") };
        Self { operation, what, read, query }
    }

    /// The request's body.
    pub fn body(&self) -> Value {
        json!({ "query": self.query })
    }
}

/// Agencies by whose they are and whether they are published.
const TARGETS: [(&str, &str); 4] = [
    ("STC", "own, unpublished"),
    ("KKT", "own, published"),
    ("SNGV", "other, unpublished"),
    ("BQLDAGT", "other, published"),
];

/// Every request.
pub async fn probes(app: &App) -> Vec<Probe> {
    let mut probes = cards();
    probes.extend(nodes(app).await);
    probes.extend(imports(app).await);
    probes.extend(lists());
    probes.extend(changes::changes());
    probes.extend(changes::input_changes());
    probes
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn admitted(_: &Value) -> String {
    "admitted".to_owned()
}

fn card(card: &Value) -> String {
    if card.is_null() {
        return "null".to_owned();
    }
    format!("revision {}, rank {}", shown(&card["revision"]), shown(&card["rank"]))
}

fn cards() -> Vec<Probe> {
    let mut probes = Vec::new();
    for (agency, whose) in TARGETS {
        let query = format!(r#"{{ scorecard(agency: "{agency}", period: "2022-H1") {{ revision rank }} }}"#);
        probes.push(Probe::new("Query.scorecard", whose, query, |data| card(&data["scorecard"])));
    }
    for block in ["DEPARTMENTS", "MANAGEMENT_BOARDS"] {
        for order in ["RANK", "INDEX"] {
            let query = format!(
                r#"{{ scorecards(period: "2022-H1", block: "{block}", orderBy: {order}) {{
                    totalCount nodes {{ revision rank agency {{ code }} }} }} }}"#
            );
            let about = format!("{block} by {order}");
            probes.push(Probe::new("Query.scorecards", &about, query, |data| page(&data["scorecards"])));
        }
        let query = format!(
            r#"{{ ranking(period: "2022-H1", block: "{block}") {{
                totalCount nodes {{ rank scorecard {{ revision rank agency {{ code }} }} }} }} }}"#
        );
        probes.push(Probe::new("Query.ranking", block, query, |data| ranking(&data["ranking"])));
    }
    probes
}

/// The page's cards, each with its revision, and how many of them show a rank.
fn page(page: &Value) -> String {
    let nodes = page["nodes"].as_array().cloned().unwrap_or_default();
    let ranked = nodes.iter().filter(|node| !node["rank"].is_null()).count();
    let told: Vec<_> = match nodes.len() {
        0..=3 => nodes
            .iter()
            .map(|node| format!("{} r{}", shown(&node["agency"]["code"]), node["revision"]))
            .collect(),
        _ => Vec::new(),
    };
    format!("{} cards, {ranked} ranked {}", page["totalCount"], told.join(", ")).trim_end().to_owned()
}

fn ranking(ranking: &Value) -> String {
    let nodes = ranking["nodes"].as_array().cloned().unwrap_or_default();
    let ranked = nodes.iter().filter(|node| !node["rank"].is_null()).count();
    let revisions: Vec<_> = match nodes.len() {
        0..=3 => nodes.iter().map(|node| format!("r{}", node["scorecard"]["revision"])).collect(),
        _ => Vec::new(),
    };
    format!("{} entries, {ranked} ranked {}", ranking["totalCount"], revisions.join(", "))
        .trim_end()
        .to_owned()
}

/// Whatever has a global id, asked for by it.
async fn nodes(app: &App) -> Vec<Probe> {
    let mut probes = Vec::new();
    for (agency, whose) in TARGETS {
        let query = format!(r#"{{ scorecard(agency: "{agency}", period: "2022-H1") {{ id replaces }} }}"#);
        let known = app.ask(&query).await["scorecard"].clone();
        if let (Some(a), Some(b)) =
            (known["replaces"].as_str().or(known["id"].as_str()), known["id"].as_str())
        {
            let query = format!(
                r#"{{ compareScorecards(a: "{a}", b: "{b}", onlyChanged: true) {{
                    total {{ changeExact }} lines {{ kind }} rank {{ before after change }} }} }}"#
            );
            probes.push(Probe::new("Query.compareScorecards", whose, query, |data| {
                compared(&data["compareScorecards"])
            }));
        }
        for (which, id) in [("current", &known["id"]), ("replaced", &known["replaces"])] {
            if let Some(id) = id.as_str() {
                let query =
                    format!(r#"{{ node(id: "{id}") {{ id ... on Scorecard {{ revision rank }} }} }}"#);
                let about = format!("Scorecard, {which}, {whose}");
                probes.push(Probe::new("Query.node", &about, query, |data| card(&data["node"])));
                let query = format!(r#"{{ verifyScorecard(id: "{id}") {{ outcome moved {{ key }} }} }}"#);
                probes.push(Probe::new("Query.verifyScorecard", &about, query, |data| {
                    verified(&data["verifyScorecard"])
                }));
            }
        }
    }
    let query = r#"{ agency(code: "STC") { id block { id } } periods { id }
        criteriaSet(period: "2022-H1", block: "DEPARTMENTS") { id } publications { nodes { id } }
        recommendations(agency: "KKT") { nodes { recommendation { id } } }
        inspections { nodes { id } } builds(first: 1) { nodes { id } } schedules { id } me { account { id } tokens { id } } }"#;
    let known = app.ask(query).await;
    let set = known["criteriaSet"]["id"].as_str().expect("a set").to_owned();
    let draft = draft_of(app, &set).await;
    let drafted = draft.as_str().expect("a draft");
    for (which, id) in [("active", set.as_str()), ("draft", drafted)] {
        let query = format!(r#"{{ diffCriteriaSets(a: "{set}", b: "{id}") {{ kind }} }}"#);
        probes.push(Probe::new("Query.diffCriteriaSets", which, query, |data| {
            format!("{} changes", data["diffCriteriaSets"].as_array().map_or(0, Vec::len))
        }));
        let query = format!(r#"{{ criteriaSetTable(id: "{id}") }}"#);
        probes.push(Probe::new("Query.criteriaSetTable", which, query, admitted));
    }
    let import = import_of(app, "SNGV").await;
    let ids = [
        ("Agency", &known["agency"]["id"]),
        ("Block", &known["agency"]["block"]["id"]),
        ("Period", &known["periods"][0]["id"]),
        ("CriteriaSet", &known["criteriaSet"]["id"]),
        ("CriteriaSet, a draft", &draft),
        ("Recommendation", &known["recommendations"]["nodes"][0]["recommendation"]["id"]),
        ("Import of another", &import),
        ("Publication", &known["publications"]["nodes"][0]["id"]),
        ("Build", &known["builds"]["nodes"][0]["id"]),
        ("Schedule", &known["schedules"][0]["id"]),
        ("Account of another", &known["me"]["account"]["id"]),
        ("Token of another", &known["me"]["tokens"][0]["id"]),
    ];
    for (about, id) in ids {
        let id = id.as_str().unwrap_or("Build:01890000-0000-7000-8000-000000000000");
        let query = format!(r#"{{ node(id: "{id}") {{ id }} }}"#);
        let read = |data: &Value| if data["node"].is_null() { "null" } else { "shown" }.to_owned();
        probes.push(Probe::new("Query.node", about, query, read));
    }
    let inspection = known["inspections"]["nodes"][0]["id"].as_str().expect("the inspection");
    let query = format!(
        r#"{{ node(id: "{inspection}") {{ id ... on Inspection {{ agencies {{ agency {{ code }} findings {{ kind }} }} }} }} }}"#
    );
    probes.push(Probe::new("Query.node", "Inspection", query, |data| inspected(&data["node"])));
    probes
}

/// The record of an import for an agency, asked for by its id.
async fn imports(app: &App) -> Vec<Probe> {
    let mut probes = Vec::new();
    for (agency, whose) in [("KKT", "own"), ("SNGV", "other")] {
        let id = import_of(app, agency).await;
        let query = format!("{{ import(id: {id}) {{ refused }} }}");
        probes.push(Probe::new("Query.import", whose, query, admitted));
        let query = format!("{{ importConflicts(import: {id}) {{ totalCount }} }}");
        probes.push(Probe::new("Query.importConflicts", whose, query, admitted));
        let query = format!("mutation {{ cancelImport(input: {{ id: {id} }}) {{ errors {{ code }} }} }}");
        probes.push(Probe::new("Mutation.cancelImport", whose, query, admitted));
    }
    probes
}

/// A draft, the clone of a set.
async fn draft_of(app: &App, set: &str) -> Value {
    let query = format!(
        r#"mutation {{ cloneCriteriaSet(input: {{ criteriaSet: "{set}", firstYear: 2023 }}) {{ criteriaSet {{ id }} }} }}"#
    );
    app.ask(&query).await["cloneCriteriaSet"]["criteriaSet"]["id"].clone()
}

/// The record of an import of no use for an agency.
async fn import_of(app: &App, agency: &str) -> Value {
    let query = format!(
        r#"mutation {{ importDossiers(input: {{ agency: "{agency}", mode: ACCEPT_VALID, dryRun: true, rows: [{ROW}] }}) {{
            import {{ id }} }} }}"#
    );
    app.ask(&query).await["importDossiers"]["import"]["id"].clone()
}

/// A dossier of no procedure.
const ROW: &str = r#"{ code: "x", procedure: "none", channel: COUNTER, received: "01/02/2022" }"#;

fn verified(verified: &Value) -> String {
    if verified.is_null() {
        return "null".to_owned();
    }
    let moved = if verified["moved"].is_null() { "" } else { ", and what has moved" };
    format!("{}{moved}", shown(&verified["outcome"]))
}

fn compared(compared: &Value) -> String {
    if compared.is_null() {
        return "null".to_owned();
    }
    let lines = compared["lines"].as_array().map_or(0, Vec::len);
    let ranks = ["before", "after", "change"].map(|field| shown(&compared["rank"][field]));
    format!("{lines} lines, ranks {}", ranks.join(" "))
}

fn inspected(inspection: &Value) -> String {
    let Some(agencies) = inspection["agencies"].as_array() else { return "null".to_owned() };
    let codes: Vec<_> = agencies.iter().map(|agency| shown(&agency["agency"]["code"])).collect();
    codes.join(", ")
}

fn lists() -> Vec<Probe> {
    let count = |operation: &'static str, query: &str, read: fn(&Value) -> String| {
        Probe::new(operation, "", query.to_owned(), read)
    };
    let first = |data: &Value| -> String {
        let (_, value) = data.as_object().and_then(|data| data.iter().next()).expect("a field");
        format!("{}", value["totalCount"])
    };
    let some = |data: &Value| -> String {
        let (_, value) = data.as_object().and_then(|data| data.iter().next()).expect("a field");
        if value.is_null() { "null" } else { "shown" }.to_owned()
    };
    let mut probes = vec![
        count("Query.agencies", "{ agencies { totalCount } }", first),
        count("Query.agency", r#"{ agency(code: "STC") { code } }"#, some),
        count(
            "Query.agencyHistory",
            r#"{ agencyHistory(code: "STC") { blockMemberships { validFrom } } }"#,
            some,
        ),
        count("Query.blocks", "{ blocks { code } }", some),
        count("Query.periods", "{ periods { code } }", some),
        count("Query.measures", "{ measures { totalCount } }", first),
        count("Query.measure", r#"{ measure(code: "dossiers_resolved_total") { code } }"#, some),
        count(
            "Query.criteriaSet",
            r#"{ criteriaSet(period: "2022-H1", block: "DEPARTMENTS") { code } }"#,
            some,
        ),
        count("Query.criteriaSets", "{ criteriaSets { totalCount } }", first),
        count("Query.publications", "{ publications { totalCount } }", first),
        count("Query.inspections", "{ inspections { nodes { agencies { agency { code } } } } }", |data| {
            let nodes = data["inspections"]["nodes"].as_array().cloned().unwrap_or_default();
            nodes.first().map_or_else(|| "none".to_owned(), inspected)
        }),
        count("Query.builds", "{ builds { nodes { state } } }", some),
        count(
            "Query.build",
            r#"{ build(id: "Build:01890000-0000-7000-8000-000000000000") { state } }"#,
            some,
        ),
        count("Query.closedPeriods", "{ closedPeriods { period } }", some),
        count("Query.schedules", "{ schedules { cron } }", some),
        count(
            "Query.simulateScorecards",
            r#"{ simulateScorecards(period: "2022-H1", block: "DEPARTMENTS") { cards { rank } } }"#,
            |data| format!("{} cards", data["simulateScorecards"]["cards"].as_array().map_or(0, Vec::len)),
        ),
        count(
            "Query.verifyBuild",
            r#"{ verifyBuild(id: "Build:01890000-0000-7000-8000-000000000000") { cards } }"#,
            some,
        ),
        count("Query.procedures", "{ procedures { totalCount } }", first),
        count("Query.imports", "{ imports { totalCount } }", first),
        count("Query.auditEvents", "{ auditEvents { nodes { action } } }", some),
        count("Query.me", "{ me { account { name } } }", some),
        count("Query.accounts", "{ accounts { nodes { name } } }", some),
    ];
    for (agency, whose) in [("KKT", "own"), ("SNGV", "other")] {
        for target in ["grade: \"GOOD\"", "rank: 1"] {
            let query = format!(
                r#"{{ pathToTarget(agency: "{agency}", period: "2022-H1", target: {{ {target} }}) {{
                    outcome current {{ rank }} }} }}"#
            );
            let about = format!("{whose}, {target}");
            probes.push(Probe::new("Query.pathToTarget", &about, query, |data| {
                let path = &data["pathToTarget"];
                format!("{}, rank {}", shown(&path["outcome"]), shown(&path["current"]["rank"]))
            }));
        }
        let query = format!(r#"{{ dossier(agency: "{agency}", code: "x") {{ versions {{ endedAt }} }} }}"#);
        probes.push(Probe::new("Query.dossier", whose, query, admitted));
        let query = format!(r#"{{ dossiers(agency: "{agency}") {{ totalCount }} }}"#);
        probes.push(Probe::new("Query.dossiers", whose, query, first));
        let query =
            format!(r#"{{ agencyProcedures(agency: "{agency}", period: "2022-H1") {{ totalCount }} }}"#);
        probes.push(Probe::new("Query.agencyProcedures", whose, query, first));
        let query = format!(r#"{{ inspections(agency: "{agency}") {{ totalCount }} }}"#);
        probes.push(Probe::new("Query.inspections", whose, query, first));
        let query = format!(r#"{{ recommendations(agency: "{agency}") {{ totalCount }} }}"#);
        probes.push(Probe::new("Query.recommendations", whose, query, first));
    }
    probes
}
