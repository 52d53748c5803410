//! One block of agencies, simulated through the front door and scored by the pure core.

use std::time::Instant;

use entity::{AgencyId, BlockId, MeasureId, ObservationId, agency, block, measure, observation};
use scoring::{AgencyKind, Exact, FactValue, Facts, PeriodKind, Source, score};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tests::make::{HALF_YEAR, day, period};
use tests::{App, Kind};

use super::nation;

/// Rows of an INSERT; no database refuses a statement for its size.
const ROWS: usize = 1_000;

/// The application with `agencies` agencies in a block of their own, scored by the set and compiled.
pub async fn compiled(kind: Kind, agencies: usize) -> App {
    let app = App::compiled(kind).await;
    report(&app, agencies).await;
    let imported = app.post(&json!({
        "query": "mutation ($content: String!) { importCriteriaSet(input: { format: JSON, content: $content, dryRun: false }) {
            criteriaSet { id fingerprint } problems { messageEn } errors { code } } }",
        "variables": { "content": nation::document() },
    })).await;
    let set = &imported.json["data"]["importCriteriaSet"]["criteriaSet"];
    let (id, fingerprint) = (&set["id"], &set["fingerprint"]);
    for step in [
        format!(
            "activateCriteriaSet(input: {{ criteriaSet: {id}, fingerprint: {fingerprint} }}) {{ errors {{ code }} }}"
        ),
        format!(
            r#"useCriteriaSet(input: {{ criteriaSet: {id}, period: "{HALF_YEAR}", block: "BENCH" }}) {{ errors {{ code }} }}"#
        ),
        format!(r#"requestBuild(input: {{ period: "{HALF_YEAR}", reason: "x" }}) {{ errors {{ code }} }}"#),
    ] {
        app.ask(&format!("mutation {{ {step} }}")).await;
    }
    app.drain().await;
    app
}

async fn report(app: &App, agencies: usize) {
    let database = &app.database;
    let block = block::Model {
        id: BlockId::generate(),
        code: "BENCH".to_owned(),
        name_vi: "Khối đo".to_owned(),
        name_en: "Bench".to_owned(),
        position: 99,
    };
    let block_id = block.id;
    block.into_active_model().reset_all().insert(database).await.expect("a block");
    let measures = nation::measures();
    let catalogue = measures.iter().map(|known| measure::Model {
        id: MeasureId::generate(),
        code: known.code.clone(),
        unit: known.unit,
        name_vi: format!("Số liệu {}", known.code),
        name_en: format!("Measure {}", known.code),
        gathering: measure::Gathering::Observation,
        key: None,
        course: scoring::Course::Varies,
        part_of: entity::Codes(Vec::new()),
    });
    let catalogue = catalogue.map(|row| row.into_active_model().reset_all());
    measure::Entity::insert_many(catalogue).exec_without_returning(database).await.expect("measures");
    let agencies: Vec<_> = (0..agencies)
        .map(|number| agency::Model {
            id: AgencyId::generate(),
            code: nation::agency(number),
            name_vi: format!("Xã {number}"),
            name_en: format!("Commune {number}"),
            kind: AgencyKind::PeoplesCommittee,
            block_id,
            valid_from: day(2022, 1, 1),
            valid_to: None,
            tags: Default::default(),
            source: Source::Illustrative,
        })
        .collect();
    let rows = agencies.iter().cloned().map(|row| row.into_active_model().reset_all());
    agency::Entity::insert_many(rows).exec_without_returning(database).await.expect("agencies");
    let period_id = period(database, HALF_YEAR).await;
    let mut observations = Vec::new();
    for (number, agency) in agencies.iter().enumerate() {
        observations.extend(measures.iter().map(|measure| observation::Model {
            id: ObservationId::generate(),
            agency_id: agency.id,
            period_id,
            version: 1,
            source: Source::AgencyReport,
            as_of: day(2022, 6, 30),
            note: None,
            recorded_by: "bench".to_owned(),
            recorded_at: app.clock.now(),
            measure_code: measure.code.clone(),
            value: nation::reported(number, measure),
            verified: false,
        }));
    }
    for rows in observations.chunks(ROWS) {
        let rows = rows.iter().cloned().map(|row| row.into_active_model().reset_all());
        observation::Entity::insert_many(rows).exec_without_returning(database).await.expect("observations");
    }
}

/// The request: one flag of the first agency is taken to be otherwise.
fn request() -> Value {
    json!({
        "query": format!(
            "query ($changes: [SimulationChangeInput!]) {{
                simulateScorecards(period: \"{HALF_YEAR}\", block: \"BENCH\", changes: $changes) {{
                    cards {{ agency {{ code }} state totalExact indexPercentExact rank grade {{ code }}
                             totalChangeExact indexChangeExact rankChange }} errors {{ code }} }} }}"
        ),
        "variables": { "changes": [
            { "agency": nation::agency(0), "what": { "value": { "measure": nation::measures()[0].code, "value": "true" } } }
        ] },
    })
}

/// The facts that the request is about.
pub fn facts(agencies: usize) -> Vec<Facts> {
    let measures = nation::measures();
    let mut facts: Vec<_> = (0..agencies).map(|number| nation::facts(number, &measures)).collect();
    if let Some(fact) = facts[0].values.get_mut(&measures[0].code) {
        fact.value = FactValue::Flag(true);
    }
    facts
}

/// Seconds of the request in each round; what it answers is what the pure core scores.
pub async fn simulate(app: &App, facts: &[Facts], rounds: usize) -> Vec<f64> {
    let request = request();
    let set = nation::set();
    let mut seconds = Vec::new();
    for round in 0..=rounds {
        let begun = Instant::now();
        let answer = app.post(&request).await;
        let taken = begun.elapsed().as_secs_f64();
        // The first round fills caches, and is looked at.
        if round > 0 {
            seconds.push(taken);
            continue;
        }
        let cards = answer.json["data"]["simulateScorecards"]["cards"].as_array().expect("cards");
        assert_eq!(cards.len(), facts.len(), "{}", answer.json["errors"]);
        for facts in facts {
            let card = cards.iter().find(|card| card["agency"]["code"] == facts.agency.code.as_str());
            let total = score(&set, PeriodKind::H1, facts).total.as_ref().map(Exact::to_string);
            assert_eq!(card.expect("the card")["totalExact"], json!(total), "{}", facts.agency.code);
        }
    }
    seconds
}
