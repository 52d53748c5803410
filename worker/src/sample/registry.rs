//! `province.yaml`: blocks, periods, agencies, their tree, and which set scores which block.

use chrono::{Datelike, NaiveDate};
use entity::procedure::ProcedureLevel;
use entity::{
    AgencyEdgeId, AgencyId, BlockId, Codes, PeriodId, ProcedureId, agency, agency_edge, block, period,
    procedure,
};
use scoring::{AgencyKind, PeriodCode, Source};
use sea_orm::ConnectionTrait;
use serde::Deserialize;

use super::{Registered, SampleError, insert, look_up, parse};
use crate::schedule::insert_defaults;

const FILE: &str = "province.yaml";
const TEXT: &str = include_str!("../../sample/province.yaml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    province: Province,
    blocks: Vec<Block>,
    periods: Vec<Period>,
    agencies: Vec<Agency>,
    edges: Vec<Edge>,
    procedures: Vec<Procedure>,
    criteria_uses: Vec<CriteriaUse>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Province {
    code: String,
    #[serde(rename = "name_vi")]
    _name_vi: String,
    #[serde(rename = "name_en")]
    _name_en: String,
    time_zone: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    code: String,
    name_vi: String,
    name_en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Period {
    code: PeriodCode,
    starts_on: NaiveDate,
    ends_before: NaiveDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Agency {
    code: String,
    name_vi: String,
    name_en: String,
    kind: AgencyKind,
    block: String,
    valid_from: NaiveDate,
    tags: Vec<String>,
    source: Source,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edge {
    parent: String,
    child: String,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Procedure {
    code: String,
    name_vi: String,
    name_en: String,
    level: ProcedureLevel,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CriteriaUse {
    pub(super) period: String,
    pub(super) block: String,
    pub(super) criteria_set: String,
}

pub(super) async fn load<C: ConnectionTrait>(connection: &C) -> Result<Registered, SampleError> {
    let file: File = parse(FILE, TEXT)?;
    let mut registered = Registered::default();
    for (position, Block { code, name_vi, name_en }) in (1..).zip(file.blocks) {
        let id = BlockId::generate();
        registered.blocks.insert(code.clone(), id);
        insert(connection, block::Model { id, code, name_vi, name_en, position }).await?;
    }
    for Period { code, starts_on, ends_before } in file.periods {
        let id = PeriodId::generate();
        registered.periods.insert(code.to_string(), id);
        let row = period::Model {
            id,
            code: code.to_string(),
            kind: code.kind,
            year: starts_on.year(),
            starts_on,
            ends_before,
            time_zone: file.province.time_zone.clone(),
        };
        insert(connection, row).await?;
    }
    insert_defaults(connection, &file.province.code, &file.province.time_zone).await?;
    for agency in file.agencies {
        load_agency(connection, &mut registered, agency).await?;
    }
    for Edge { parent, child, valid_from, valid_to } in file.edges {
        let row = agency_edge::Model {
            id: AgencyEdgeId::generate(),
            parent_id: look_up(FILE, "agency", &registered.agencies, &parent)?,
            child_id: look_up(FILE, "agency", &registered.agencies, &child)?,
            valid_from,
            valid_to,
        };
        insert(connection, row).await?;
    }
    for Procedure { code, name_vi, name_en, level } in file.procedures {
        insert(connection, procedure::Model { id: ProcedureId::generate(), code, name_vi, name_en, level })
            .await?;
    }
    registered.uses = file.criteria_uses;
    Ok(registered)
}

async fn load_agency<C: ConnectionTrait>(
    connection: &C,
    registered: &mut Registered,
    agency: Agency,
) -> Result<(), SampleError> {
    let id = AgencyId::generate();
    registered.agencies.insert(agency.code.clone(), id);
    let row = agency::Model {
        id,
        block_id: look_up(FILE, "block", &registered.blocks, &agency.block)?,
        code: agency.code,
        name_vi: agency.name_vi,
        name_en: agency.name_en,
        kind: agency.kind,
        valid_from: agency.valid_from,
        valid_to: None,
        tags: agency.tags.into_iter().collect::<Codes>(),
        source: agency.source,
    };
    Ok(insert(connection, row).await?)
}
