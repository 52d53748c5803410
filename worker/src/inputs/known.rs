//! What rows name: agencies by code or name, measures, documents and procedures by code; read once an import.

use std::collections::{BTreeMap, HashMap};

use entity::import::Kind;
use entity::{AgencyId, ProcedureId, agency, document, dossier_table, measure, period, procedure};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use unicode_normalization::UnicodeNormalization;

use super::levels::{self, Levels};
use crate::imports::Order;

/// All of it.
pub(super) struct Known {
    pub(super) period: period::Model,
    agencies: HashMap<AgencyId, agency::Model>,
    by_code: HashMap<String, AgencyId>,
    by_name: HashMap<String, Vec<AgencyId>>,
    pub(super) measures: BTreeMap<String, measure::Model>,
    pub(super) levels: Levels,
    /// What is known of a document by its code, whoever owes it.
    pub(super) documents: HashMap<String, document::Model>,
    /// The catalogue of procedures by code, where rows name any.
    pub(super) procedures: HashMap<String, ProcedureId>,
    pub(super) chain: Chain,
}

/// The tables of the periods before and after.
#[derive(Default)]
pub(super) struct Chain {
    /// By agency what was pending at the end of each period that ended when this one began, with that period's code.
    pub(super) before: HashMap<AgencyId, Vec<(i64, String)>>,
    /// By agency what was carried over into each period that begins when this one ends, with that period's code.
    pub(super) after: HashMap<AgencyId, Vec<(i64, String)>>,
}

/// What a text names.
pub(super) enum Named<'a> {
    One(&'a agency::Model),
    Several,
    None,
}

impl Known {
    pub(super) async fn load<C: ConnectionTrait>(connection: &C, order: &Order) -> Result<Self, DbErr> {
        let unknown = || DbErr::RecordNotFound("the period of an import".to_owned());
        let id = order.period.ok_or_else(unknown)?;
        let period = period::Entity::find_by_id(id).one(connection).await?.ok_or_else(unknown)?;
        let (mut by_code, mut by_name) = (HashMap::new(), HashMap::<_, Vec<_>>::new());
        let mut agencies = HashMap::new();
        for agency in agency::in_order().all(connection).await? {
            by_code.insert(agency.code.clone(), agency.id);
            by_name.entry(plain(&agency.name_vi)).or_default().push(agency.id);
            agencies.insert(agency.id, agency);
        }
        let measures = measure::in_order().all(connection).await?;
        // Later versions come later, and stay.
        let documents =
            document::Entity::find().order_by_asc(document::Column::RecordedAt).all(connection).await?;
        let procedures = match order.kind {
            Kind::Procedures => procedures(connection).await?,
            _ => HashMap::new(),
        };
        Ok(Self {
            chain: Chain::load(connection, &period).await?,
            levels: levels::load(connection, period.id).await?,
            period,
            agencies,
            by_code,
            by_name,
            measures: measures.into_iter().map(|measure| (measure.code.clone(), measure)).collect(),
            documents: documents.into_iter().map(|row| (row.code.clone(), row)).collect(),
            procedures,
        })
    }

    pub(super) fn agency(&self, id: AgencyId) -> Option<&agency::Model> {
        self.agencies.get(&id)
    }

    /// The agency that a text names, by its code or its Vietnamese name; of several of that name the one that exists in
    /// the period.
    pub(super) fn named(&self, text: &str) -> Named<'_> {
        if let Some(agency) = self.by_code.get(text).and_then(|id| self.agency(*id)) {
            return Named::One(agency);
        }
        let ids = self.by_name.get(&plain(text)).into_iter().flatten();
        let named: Vec<_> = ids.filter_map(|id| self.agency(*id)).collect();
        let mut existing = named.iter().filter(|agency| self.exists(agency));
        match (existing.next(), existing.next(), named.as_slice()) {
            (Some(agency), None, _) | (None, _, [agency]) => Named::One(agency),
            (None, _, []) => Named::None,
            _ => Named::Several,
        }
    }

    /// Whether an agency exists on some day of the period.
    pub(super) fn exists(&self, agency: &agency::Model) -> bool {
        agency.valid_from < self.period.ends_before
            && agency.valid_to.is_none_or(|valid_to| valid_to > self.period.starts_on)
    }
}

impl Chain {
    async fn load<C: ConnectionTrait>(connection: &C, period: &period::Model) -> Result<Self, DbErr> {
        let mut chain = Self::default();
        let before = period::in_order().filter(period::Column::EndsBefore.eq(period.starts_on));
        for before in before.all(connection).await? {
            for table in dossier_table::latest_for(before.id).all(connection).await? {
                if let Some(pending) = table.pending_total {
                    let known = chain.before.entry(table.agency_id).or_default();
                    known.push((pending, before.code.clone()));
                }
            }
        }
        let after = period::in_order().filter(period::Column::StartsOn.eq(period.ends_before));
        for after in after.all(connection).await? {
            for table in dossier_table::latest_for(after.id).all(connection).await? {
                if let Some(carried_over) = table.carried_over {
                    let known = chain.after.entry(table.agency_id).or_default();
                    known.push((carried_over, after.code.clone()));
                }
            }
        }
        Ok(chain)
    }
}

async fn procedures<C: ConnectionTrait>(connection: &C) -> Result<HashMap<String, ProcedureId>, DbErr> {
    let rows: Vec<(String, ProcedureId)> = procedure::Entity::find()
        .select_only()
        .columns([procedure::Column::Code, procedure::Column::Id])
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// A name as it is compared.
pub(super) fn plain(text: &str) -> String {
    let lower: String = text.nfc().flat_map(char::to_lowercase).collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}
