//! What is asked: what a page of the public site asks, and what an administrator's console does.

use serde_json::json;
use tests::App;

/// What anybody asks.
pub const PUBLIC: [&str; 5] = [
    r#"{ scorecards(period: "2022-H1", orderBy: RANK) {
        totalCount nodes { rank indexPercent state grade { nameVi } agency { code nameVi } } } }"#,
    r#"{ scorecard(agency: "KKT", period: "2022-H1") {
        total indexPercent lines { code nameVi points maxPoints state reason { band formula because } } } }"#,
    "{ agencies(first: 50) { totalCount nodes { code nameVi block { code } } } blocks { code nameVi } }",
    r#"{ criteriaSet(period: "2022-H1", block: "DEPARTMENTS") { id } publications { nodes { revision period } } }"#,
    r#"{ agency(code: "no such agency") { id } }"#,
];

/// What whoever is signed in asks besides.
pub const SIGNED_IN: [&str; 5] = [
    "{ me { account { name grants { role } } scopes } }",
    "{ builds(first: 10) { nodes { id state cardsWritten parts { state } } } }",
    "{ auditEvents(first: 20) { nodes { seq action actor object } } }",
    "{ accounts(first: 20) { totalCount nodes { name grants { role } } } }",
    r#"mutation { requestBuild(input: { period: "2022-H1", agencies: ["KKT"], reason: "x" }) {
        alreadyQueued errors { code } } }"#,
];

/// The body of a client's request, by its number.
pub fn body(signed_in: bool, number: usize) -> String {
    let count = PUBLIC.len() + if signed_in { SIGNED_IN.len() } else { 0 };
    let at = number % count;
    let query = PUBLIC.get(at).unwrap_or_else(|| &SIGNED_IN[at - PUBLIC.len()]);
    json!({ "query": query }).to_string()
}

/// Publishes the cards, so that the public is shown some.
pub async fn publish(app: &App) {
    for block in ["DEPARTMENTS", "MANAGEMENT_BOARDS"] {
        let query = format!(
            r#"mutation {{ publishRanking(input: {{ period: "2022-H1", block: "{block}" }}) {{ errors {{ code }} }} }}"#
        );
        app.ask(&query).await;
    }
}
