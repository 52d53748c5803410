//! `measures.yaml` and the criteria set: the catalogue, the set's document, and its tree as rows.

use chrono::{DateTime, Utc};
use entity::measure::Gathering;
use entity::{Codes, CriteriaUseId, MeasureId, criteria_set, criteria_use, measure};
use scoring::{Catalogue, Course, CriteriaSet, CriteriaSetDocument, Unit, part_faults};
use sea_orm::ConnectionTrait;
use serde::Deserialize;

use crate::criteria::store;

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
    #[serde(default)]
    course: Option<Course>,
    #[serde(default)]
    part_of: Vec<String>,
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
    let id = store(connection, &set, criteria_set::State::Active, now).await?.id;
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
    let measures: Vec<Measure> = parse(MEASURES, MEASURES_TEXT)?;
    let catalogue: Catalogue = measures.iter().map(|measure| (measure.code.clone(), measure.unit)).collect();
    let parts = measures.iter().map(|measure| (measure.code.clone(), measure.part_of.clone())).collect();
    let faults = part_faults(&catalogue, &parts);
    if !faults.is_empty() {
        let detail = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        return Err(SampleError::Unreadable { file: MEASURES, detail });
    }
    for measure in measures {
        let row = measure::Model {
            id: MeasureId::generate(),
            code: measure.code,
            unit: measure.unit,
            name_vi: measure.name_vi,
            name_en: measure.name_en,
            gathering: measure.gathering,
            key: measure.key,
            course: measure.course.unwrap_or(Course::Grows),
            part_of: measure.part_of.into_iter().collect::<Codes>(),
        };
        insert(connection, row).await?;
    }
    Ok(catalogue)
}
