//! What is probed: at least one request for each operation.

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
    probes.extend(changes());
    probes.extend(input_changes());
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

fn changes() -> Vec<Probe> {
    const NOBODY: &str = "Account:01890000-0000-7000-8000-000000000000";
    const NO_BUILD: &str = "Build:01890000-0000-7000-8000-000000000000";
    const NO_SCHEDULE: &str = "Schedule:01890000-0000-7000-8000-000000000000";
    const NO_SET: &str = "CriteriaSet:01890000-0000-7000-8000-000000000000";
    let change = |operation: &'static str, field: &str, payload: &str| {
        Probe::new(operation, "", format!("mutation {{ {field} {{ {payload} }} }}"), admitted)
    };
    let errors = "errors { code }";
    let mut changes = dossier_changes();
    changes.extend(vec![
        change("Mutation.requestBuild", r#"requestBuild(input: { period: "1999-H1", reason: "x" })"#, errors),
        change(
            "Mutation.cancelBuild",
            &format!(r#"cancelBuild(input: {{ build: "{NO_BUILD}", reason: "x" }})"#),
            errors,
        ),
        change("Mutation.closePeriod", r#"closePeriod(input: { period: "1999-H1", reason: "x" })"#, errors),
        change("Mutation.reopenPeriod", r#"reopenPeriod(input: { period: "1999-H1", reason: "x" })"#, errors),
        change(
            "Mutation.changeSchedule",
            &format!(r#"changeSchedule(input: {{ schedule: "{NO_SCHEDULE}", cron: "never" }})"#),
            errors,
        ),
        change(
            "Mutation.fireSchedule",
            &format!(r#"fireSchedule(input: {{ schedule: "{NO_SCHEDULE}" }})"#),
            errors,
        ),
        change(
            "Mutation.publishRanking",
            r#"publishRanking(input: { period: "1999-H1", block: "X" })"#,
            errors,
        ),
        change(
            "Mutation.defineMeasure",
            r#"defineMeasure(input: { code: "", unit: COUNT, nameVi: "", nameEn: "", gathering: OBSERVATION })"#,
            errors,
        ),
        change(
            "Mutation.defineProcedure",
            r#"defineProcedure(input: { code: "", nameVi: "", nameEn: "", level: PROVINCE })"#,
            errors,
        ),
        change(
            "Mutation.importCriteriaSet",
            r#"importCriteriaSet(input: { format: YAML, content: "", dryRun: true })"#,
            errors,
        ),
        change(
            "Mutation.activateCriteriaSet",
            &format!(r#"activateCriteriaSet(input: {{ criteriaSet: "{NO_SET}", fingerprint: "" }})"#),
            errors,
        ),
        change(
            "Mutation.cloneCriteriaSet",
            &format!(r#"cloneCriteriaSet(input: {{ criteriaSet: "{NO_SET}", firstYear: 2023 }})"#),
            errors,
        ),
        change(
            "Mutation.retireCriteriaSet",
            &format!(r#"retireCriteriaSet(input: {{ criteriaSet: "{NO_SET}" }})"#),
            errors,
        ),
        change(
            "Mutation.useCriteriaSet",
            &format!(r#"useCriteriaSet(input: {{ criteriaSet: "{NO_SET}", period: "X", block: "X" }})"#),
            errors,
        ),
        change(
            "Mutation.registerAgency",
            r#"registerAgency(input: { code: "", validFrom: "2022-01-01", agency: {
                nameVi: "", nameEn: "", kind: DEPARTMENT, block: "X", source: ILLUSTRATIVE } })"#,
            errors,
        ),
        change("Mutation.closeAgency", r#"closeAgency(input: { agency: "X", on: "2022-01-01" })"#, errors),
        change(
            "Mutation.succeedAgencies",
            r#"succeedAgencies(input: { kind: MERGE, from: [], to: [], effectiveOn: "2022-01-01",
                decisionNumber: "", decidedOn: "2022-01-01" })"#,
            errors,
        ),
        change(
            "Mutation.placeInBlock",
            r#"placeInBlock(input: { agency: "X", block: "X", from: "2022-01-01" })"#,
            errors,
        ),
        change(
            "Mutation.importReorganisation",
            r#"importReorganisation(input: { content: "", dryRun: true })"#,
            "stored",
        ),
        change(
            "Mutation.handOverRecommendation",
            r#"handOverRecommendation(input: {
                recommendation: "Recommendation:01890000-0000-7000-8000-000000000000", to: "X", on: "2022-01-01" })"#,
            errors,
        ),
        change("Mutation.createAccount", r#"createAccount(input: { name: " ", displayName: " " })"#, errors),
        change(
            "Mutation.changeAccount",
            &format!(r#"changeAccount(input: {{ account: "{NOBODY}" }})"#),
            errors,
        ),
        change(
            "Mutation.createSignInLink",
            &format!(r#"createSignInLink(input: {{ account: "{NOBODY}" }})"#),
            errors,
        ),
        change(
            "Mutation.grantRole",
            &format!(r#"grantRole(input: {{ account: "{NOBODY}", role: VIEWER }})"#),
            errors,
        ),
        change(
            "Mutation.revokeRole",
            &format!(r#"revokeRole(input: {{ account: "{NOBODY}", role: VIEWER }})"#),
            errors,
        ),
        change(
            "Mutation.createToken",
            r#"createToken(input: { name: " ", scopes: [], expiresAt: "2000-01-01T00:00:00Z" })"#,
            errors,
        ),
        change(
            "Mutation.revokeToken",
            r#"revokeToken(input: { token: "Token:01890000-0000-7000-8000-000000000000" })"#,
            errors,
        ),
        change("Mutation.setPassword", r#"setPassword(input: { newPassword: "short" })"#, errors),
        change("Mutation.signIn", r#"signIn(input: { name: "nobody", password: "wrong" })"#, errors),
        change("Mutation.signOut", "signOut", "signedOut"),
    ]);
    changes
}

/// Dossiers handed in and removed, of agencies by whose they are.
fn dossier_changes() -> Vec<Probe> {
    let mut probes = Vec::new();
    for (agency, whose) in [("KKT", "own"), ("SNGV", "other")] {
        let query = format!(
            r#"mutation {{ importDossiers(input: {{ agency: "{agency}", mode: ACCEPT_VALID, dryRun: true, rows: [{ROW}] }}) {{
                errors {{ code }} }} }}"#
        );
        probes.push(Probe::new("Mutation.importDossiers", whose, query, admitted));
        let query = format!(
            r#"mutation {{ removeDossier(input: {{ agency: "{agency}", code: "x", reason: "x" }}) {{ errors {{ code }} }} }}"#
        );
        probes.push(Probe::new("Mutation.removeDossier", whose, query, admitted));
    }
    let query = format!(
        r#"mutation {{ importDossiers(input: {{ mode: ACCEPT_VALID, dryRun: true, rows: [{ROW}] }}) {{ errors {{ code }} }} }}"#
    );
    probes.push(Probe::new("Mutation.importDossiers", "any agency", query, admitted));
    probes
}

/// Other inputs handed in, of agencies by whose they are.
fn input_changes() -> Vec<Probe> {
    const ROWS: [(&str, &str, &str); 5] = [
        (
            "Mutation.importDossierTables",
            "importDossierTables",
            "whenBroken: REFUSE, rows: [{ receivedTotal: 1 }]",
        ),
        (
            "Mutation.importObservations",
            "importObservations",
            r#"rows: [{ measure: "none", value: "1", asOf: "2022-06-30" }]"#,
        ),
        (
            "Mutation.importDocuments",
            "importDocuments",
            r#"rows: [{ code: "PAR_PLAN", dueOn: "2022-01-31", asOf: "2022-06-30" }]"#,
        ),
        (
            "Mutation.importListings",
            "importListings",
            r#"rows: [{ channel: AGENCY_WEBSITE, listed: 1, required: 2, asOf: "2022-06-30" }]"#,
        ),
        (
            "Mutation.importProcedures",
            "importProcedures",
            r#"rows: [{ procedure: "X.000001", agencyWebsite: true, asOf: "2022-06-30" }]"#,
        ),
    ];
    let mut probes = Vec::new();
    for (operation, field, rows) in ROWS {
        for (agency, whose) in
            [(r#"agency: "KKT","#, "own"), (r#"agency: "SNGV","#, "other"), ("", "any agency")]
        {
            let query = format!(
                r#"mutation {{ {field}(input: {{ {agency} period: "2022-H1", mode: ACCEPT_VALID, dryRun: true, {rows} }}) {{
                    errors {{ code }} }} }}"#
            );
            probes.push(Probe::new(operation, whose, query, admitted));
        }
    }
    probes
}
