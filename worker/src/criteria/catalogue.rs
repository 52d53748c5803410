//! The catalogue of measures as officers extend it. A measure that a criteria set names keeps its unit, so that no
//! stored set becomes unsound; how it is gathered and what it is called may change.

use chrono::{DateTime, Utc};
use entity::measure::{self, Gathering, with_code};
use entity::{Codes, MeasureId, agency, criteria_set, criteria_use, period};
use scoring::{Course, CriteriaSetDocument, DossierCounts, Unit};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};

use crate::database::insert_unless_there;
use crate::live::mark;

/// The longest code or key, in bytes.
const LONGEST_CODE: usize = 100;
/// The longest name, in characters.
const LONGEST_NAME: usize = 300;
/// What of the official dossier table may be counted: its columns, and the sums that are formed of them.
const DOSSIER_KEYS: [&str; 14] = [
    "received_total",
    "received_online",
    "received_postal",
    "received_direct_or_postal",
    "carried_over",
    "resolved_total",
    "resolved_early",
    "resolved_on_time",
    "resolved_in_time",
    "resolved_overdue",
    "pending_total",
    "pending_in_time",
    "pending_overdue",
    "overdue_total",
];
/// What of a public listing may be counted.
const LISTING_KEYS: [&str; 2] = ["listed", "required"];
/// What of the findings of inspections may be counted.
const FINDING_KEYS: [&str; 2] =
    [entity::finding::Kind::Limitation.as_str(), entity::finding::Kind::Achievement.as_str()];

/// A measure as it is to be.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its code: small Latin letters, digits and `_`.
    pub code: String,
    /// The unit of its values.
    pub unit: Unit,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// How it is gathered.
    pub gathering: Gathering,
    /// What the gathering looks up.
    pub key: Option<String>,
}

/// Why a measure is not defined so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undefinable {
    /// The code is no code.
    Code,
    /// The Vietnamese name is empty or too long.
    NameVi,
    /// The English name is empty or too long.
    NameEn,
    /// What is gathered so has other units: these.
    Unit(&'static [Unit]),
    /// The gathering looks up one of these; empty: any code.
    Key(&'static [&'static str]),
    /// An observation is found by the measure's code and has no key.
    KeyOfObservation,
    /// This set names the measure by its present unit.
    UnitInUse {
        /// The set's code.
        set: String,
        /// Its version.
        version: i32,
        /// The measure's present unit.
        unit: Unit,
    },
}

/// Why nothing was defined.
#[derive(Debug, thiserror::Error)]
pub enum DefineError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// Everything that is wrong with the definition.
    #[error("the measure cannot be defined so")]
    Refused(Vec<Undefinable>),
}

/// A measure, and what it was before; `None`: it is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defined {
    /// As it is now.
    pub row: measure::Model,
    /// As it was.
    pub before: Option<measure::Model>,
}

/// Adds a measure to the catalogue, or changes the one with its code. Which way it may go and of which it is a part stays
/// as it was; a new one grows and is part of none.
///
/// # Errors
/// Everything that is wrong with it at once.
pub async fn define<C: ConnectionTrait>(
    connection: &C,
    definition: Definition,
    now: DateTime<Utc>,
) -> Result<Defined, DefineError> {
    let mut wrong = undefinable(&definition);
    let before = with_code(&definition.code).lock(LockType::Update).one(connection).await?;
    if let Some(before) = before.as_ref().filter(|before| before.unit != definition.unit) {
        wrong.extend(named_by(connection, before).await?);
    }
    if !wrong.is_empty() {
        return Err(DefineError::Refused(wrong));
    }
    let again = definition.clone();
    let Definition { code, unit, name_vi, name_en, gathering, key } = definition;
    let id = before.as_ref().map_or_else(MeasureId::generate, |before| before.id);
    let kept = before.as_ref().map(|before| (before.course, before.part_of.clone()));
    let (course, part_of) = kept.unwrap_or_else(|| (Course::Grows, Codes(Vec::new())));
    let row = measure::Model { id, code, unit, name_vi, name_en, gathering, key, course, part_of };
    if before.as_ref() != Some(&row) {
        let active = row.clone().into_active_model().reset_all();
        match before {
            Some(_) => {
                active.update(connection).await?;
            }
            None if insert_unless_there(connection, active, measure::Column::Code).await? => {}
            // Somebody else has just added it.
            None => return Box::pin(define(connection, again, now)).await,
        }
    }
    if before.as_ref().is_some_and(|before| (before.gathering, &before.key) != (row.gathering, &row.key)) {
        mark_scored_by(connection, &row, now).await?;
    }
    Ok(Defined { row, before })
}

/// Marks the cards of all blocks that are scored by a measure: its values are found elsewhere now.
async fn mark_scored_by<C: ConnectionTrait>(
    connection: &C,
    measure: &measure::Model,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let why = format!("cách thu thập số liệu {} / measure", measure.code);
    for period in period::in_order().all(connection).await? {
        let uses = criteria_use::of_period(period.id).find_also_related(criteria_set::Entity);
        let uses = uses.all(connection).await?.into_iter();
        let named = uses.filter(|(_, set)| set.as_ref().is_some_and(|set| names(set, measure)));
        let blocks: Vec<_> = named.map(|(used, _)| used.block_id).collect();
        let agencies =
            agency::in_order().filter(agency::Column::BlockId.is_in(blocks)).all(connection).await?;
        mark(connection, agencies.into_iter().map(|agency| agency.id), period.id, &why, now).await?;
    }
    Ok(())
}

/// Whether a set names a measure. A damaged set may name anything.
fn names(set: &criteria_set::Model, measure: &measure::Model) -> bool {
    let document = serde_json::from_str::<CriteriaSetDocument>(&set.document);
    document.map_or(true, |document| document.names(&measure.code))
}

/// What is wrong with a definition by itself.
fn undefinable(definition: &Definition) -> Vec<Undefinable> {
    let Definition { code, unit, name_vi, name_en, gathering, key } = definition;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let is_name = |name: &str| !name.trim().is_empty() && name.chars().count() <= LONGEST_NAME;
    let mut wrong = Vec::new();
    if code.is_empty() || code.len() > LONGEST_CODE || !code.bytes().all(plain) {
        wrong.push(Undefinable::Code);
    }
    if !is_name(name_vi) {
        wrong.push(Undefinable::NameVi);
    }
    if !is_name(name_en) {
        wrong.push(Undefinable::NameEn);
    }
    let units: &'static [Unit] = match gathering {
        Gathering::DossierTable | Gathering::Dossiers | Gathering::Listing | Gathering::Finding => {
            &[Unit::Count]
        }
        Gathering::Document => &[Unit::Flag, Unit::Level],
        Gathering::Observation => &[],
    };
    if !units.is_empty() && !units.contains(unit) {
        wrong.push(Undefinable::Unit(units));
    }
    wrong.extend(wrong_key(*gathering, key.as_deref()));
    wrong
}

fn wrong_key(gathering: Gathering, key: Option<&str>) -> Option<Undefinable> {
    let keys: &'static [&'static str] = match gathering {
        Gathering::DossierTable => &DOSSIER_KEYS,
        Gathering::Dossiers => &DossierCounts::KEYS,
        Gathering::Listing => &LISTING_KEYS,
        Gathering::Finding => &FINDING_KEYS,
        Gathering::Document => &[],
        Gathering::Observation => return key.map(|_| Undefinable::KeyOfObservation),
    };
    let known = key.is_some_and(|key| match keys {
        [] => !key.trim().is_empty() && key.len() <= LONGEST_CODE,
        keys => keys.contains(&key),
    });
    (!known).then_some(Undefinable::Key(keys))
}

/// A set that names the measure, if there is one.
async fn named_by<C: ConnectionTrait>(
    connection: &C,
    measure: &measure::Model,
) -> Result<Option<Undefinable>, DbErr> {
    let sets = criteria_set::Entity::find().all(connection).await?;
    Ok(sets.into_iter().find(|set| names(set, measure)).map(|set| Undefinable::UnitInUse {
        set: set.code,
        version: set.version,
        unit: measure.unit,
    }))
}
