//! `measures.yaml` and the criteria set: the catalogue, the set's document, and its tree as rows.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::measure::Gathering;
use entity::{
    CriteriaSetId, CriteriaUseId, CriterionId, MeasureId, criteria_set, criteria_use, criterion, measure,
};
use scoring::{Catalogue, CriteriaSet, CriteriaSetDocument, Unit, canonical_json};
use sea_orm::ConnectionTrait;
use serde::Deserialize;

use super::{Registered, SampleError, insert, look_up, parse};

const MEASURES: &str = "measures.yaml";
const MEASURES_TEXT: &str = include_str!("../../sample/measures.yaml");
const SET: &str = "criteria-set.department.sample.yaml";
const SET_TEXT: &str = include_str!("../../sample/criteria-set.department.sample.yaml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Measure {
    code: String,
    unit: Unit,
    name_vi: String,
    name_en: String,
    gathering: Gathering,
    key: Option<String>,
}

pub(super) async fn load<C: ConnectionTrait>(
    connection: &C,
    registered: &mut Registered,
    now: DateTime<Utc>,
) -> Result<(), SampleError> {
    let catalogue = load_measures(connection).await?;
    let document: CriteriaSetDocument = parse(SET, SET_TEXT)?;
    let set = CriteriaSet::new(document, &catalogue)
        .map_err(|defects| SampleError::Unreadable { file: SET, detail: defects.to_string() })?;
    let id = load_set(connection, &set, now).await?;
    for in_use in std::mem::take(&mut registered.uses) {
        if in_use.criteria_set != set.document().code {
            let code = in_use.criteria_set;
            return Err(SampleError::Unknown { file: "province.yaml", what: "criteria set", code });
        }
        let row = criteria_use::Model {
            id: CriteriaUseId::generate(),
            period_id: look_up("province.yaml", "period", &registered.periods, &in_use.period)?,
            block_id: look_up("province.yaml", "block", &registered.blocks, &in_use.block)?,
            criteria_set_id: id,
        };
        insert(connection, row).await?;
    }
    Ok(())
}

async fn load_measures<C: ConnectionTrait>(connection: &C) -> Result<Catalogue, SampleError> {
    let mut catalogue = Catalogue::new();
    for measure in parse::<Vec<Measure>>(MEASURES, MEASURES_TEXT)? {
        catalogue.insert(measure.code.clone(), measure.unit);
        let row = measure::Model {
            id: MeasureId::generate(),
            code: measure.code,
            unit: measure.unit,
            name_vi: measure.name_vi,
            name_en: measure.name_en,
            gathering: measure.gathering,
            key: measure.key,
        };
        insert(connection, row).await?;
    }
    Ok(catalogue)
}

async fn load_set<C: ConnectionTrait>(
    connection: &C,
    set: &CriteriaSet,
    now: DateTime<Utc>,
) -> Result<CriteriaSetId, SampleError> {
    let id = CriteriaSetId::generate();
    let document = set.document();
    let row = criteria_set::Model {
        id,
        code: document.code.clone(),
        version: i32::try_from(document.version).unwrap_or(i32::MAX),
        name_vi: document.name_vi.clone(),
        name_en: document.name_en.clone(),
        state: criteria_set::State::Active,
        sample: document.sample,
        fingerprint: set.fingerprint().to_owned(),
        document: canonical_json(document),
        print_scale: i32::try_from(document.print_scale).unwrap_or(i32::MAX),
        activated_at: Some(now),
    };
    insert(connection, row).await?;
    let mut ids = HashMap::new();
    for (position, node) in (0..).zip(set.nodes()) {
        let criterion_id = CriterionId::generate();
        ids.insert(node.criterion.code.as_str(), criterion_id);
        let row = criterion::Model {
            id: criterion_id,
            criteria_set_id: id,
            code: node.criterion.code.clone(),
            parent_id: node.parent.and_then(|parent| ids.get(parent).copied()),
            level: node.level,
            position,
            name_vi: node.criterion.name_vi.clone(),
            name_en: node.criterion.name_en.clone(),
            max_points: node.criterion.max_points.to_string(),
            rule_kind: node.criterion.rule.as_ref().map(scoring::Rule::kind),
        };
        insert(connection, row).await?;
    }
    Ok(id)
}
