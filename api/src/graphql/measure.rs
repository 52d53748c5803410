//! The catalogue of measures: what criteria read, how it is gathered, and which criteria in use read it.

use std::collections::HashMap;

use async_graphql::{Context, ID, Lookahead, Object};
use entity::{criteria_set, measure};
use scoring::Rule;
use sea_orm::{DatabaseConnection, PaginatorTrait, QuerySelect};

use super::codes::{Gathering, Unit};
use super::cost;
use super::criteria::document;
use super::database;
use super::id::NodeId;
use super::paging::{Page, Window};
use super::plain::{Whole, plain_object};
use super::problem::{LONGEST_CODE, Problem, cut};

plain_object! {
    /// A measure: something that is counted or observed, which rules name by its code.
    pub(crate) struct Measure {
        /// Code, for instance `dossiers_resolved_total`.
        code: String,
        /// The unit of its values.
        unit: Unit,
        /// Vietnamese name.
        name_vi: String,
        /// English name.
        name_en: String,
        /// Where its value is found.
        gathering: Gathering,
        /// What is looked up there: a column of the dossier table, a document's code, or a side of the listings; null
        /// where nothing needs to be.
        key: Option<String>,
        /// The leaves of active criteria sets that read it, by set.
        read_by: Vec<MeasureReader> => cost::READERS,
    }
}

plain_object! {
    /// A leaf that reads a measure.
    pub(crate) struct MeasureReader {
        /// The set's global id.
        criteria_set: ID,
        /// The set's code.
        set_code: String,
        /// The set's version.
        set_version: i32,
        /// The leaf's number: `3.2.1`.
        criterion: String,
        /// Vietnamese name of the leaf.
        name_vi: String,
        /// English name of the leaf.
        name_en: String,
    }
}

#[derive(Default)]
pub(crate) struct MeasureQuery;

#[Object]
impl MeasureQuery {
    /// The catalogue of measures, by code.
    #[graphql(complexity = "cost::page(first, child_complexity)")]
    async fn measures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size, 1 to 200; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Page<Measure>, Problem> {
        let database = database(ctx)?;
        let window = Window::new(first, after.as_deref())?;
        let ahead = ctx.look_ahead();
        let total = match ahead.field("totalCount").exists() {
            true => Some(measure::in_order().count(database).await?),
            false => None,
        };
        let rows = measure::in_order().offset(window.offset).limit(window.limit()).all(database).await?;
        let mut readers =
            readers(database, &[ahead.field("nodes"), ahead.field("edges").field("node")]).await?;
        let measures = rows.into_iter().map(|row| shown(row, &mut readers));
        Ok(Page::new(window, measures.collect(), total))
    }

    /// The measure with this code.
    async fn measure(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its code, for instance `dossiers_resolved_total`.")] code: String,
    ) -> Result<Whole<Measure>, Problem> {
        let database = database(ctx)?;
        let found = measure::with_code(&code).one(database).await?;
        let row = found.ok_or_else(|| {
            let code = cut(&code, LONGEST_CODE);
            Problem::not_found("code", format!("không có chỉ tiêu / there is no measure `{code}`"))
        })?;
        let mut readers = readers(database, &[ctx.look_ahead()]).await?;
        Ok(Whole(shown(row, &mut readers)))
    }
}

fn shown(row: measure::Model, readers: &mut Readers) -> Measure {
    Measure {
        read_by: readers.remove(&row.code).unwrap_or_default(),
        code: row.code,
        unit: row.unit.into(),
        name_vi: row.name_vi,
        name_en: row.name_en,
        gathering: row.gathering.into(),
        key: row.key,
    }
}

/// The readers of each measure.
type Readers = HashMap<String, Vec<MeasureReader>>;

/// The leaves of the active sets by the measures that they read, where they are asked for.
async fn readers(database: &DatabaseConnection, asked: &[Lookahead<'_>]) -> Result<Readers, Problem> {
    let mut readers = Readers::new();
    if !asked.iter().any(|measure| measure.field("readBy").exists()) {
        return Ok(readers);
    }
    for set in criteria_set::active().all(database).await? {
        for leaf in document(&set)?.leaves() {
            let mut measures = leaf.rule.as_ref().map(Rule::measures).unwrap_or_default();
            measures.sort();
            measures.dedup();
            for measure in measures {
                readers.entry(measure.clone()).or_default().push(MeasureReader {
                    criteria_set: NodeId::CriteriaSet(set.id).into(),
                    set_code: set.code.clone(),
                    set_version: set.version,
                    criterion: leaf.code.clone(),
                    name_vi: leaf.name_vi.clone(),
                    name_en: leaf.name_en.clone(),
                });
            }
        }
    }
    Ok(readers)
}
