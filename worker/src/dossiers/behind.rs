//! The dossiers behind a number: those that were counted, as they were known at an instant, by a query that is given
//! the page.
//!
//! What counts where is said once more here, in SQL, since an agency's dossiers are too many to be read for a page.
//! The number of dossiers found is that of [`DossierCounts::number`](scoring::DossierCounts::number) for every key and
//! every history; so a test holds.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::{AgencyId, DossierId, ImportId, ProcedureId, dossier};
use scoring::{DossierChannel, province_midnight};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, Value};

use super::counts::Span;
use super::stored::SAID;
use crate::database::day_of;

/// A dossier in the version that was known at an instant.
#[derive(Clone, Debug)]
pub struct CountedVersion {
    /// What it was.
    pub row: dossier::Model,
    /// Whether it is what the dossier is now.
    pub newest: bool,
    /// When the import that brought it ended.
    pub recorded_at: DateTime<Utc>,
    /// Who handed it in.
    pub recorded_by: String,
}

/// A part of a number: what is counted of an agency's dossiers within its span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedPart {
    /// Whose dossiers, and on which days.
    pub span: Span,
    /// What is counted of them.
    pub key: String,
}

/// The dossiers as they were known at an instant.
#[derive(Clone, Copy, Debug)]
pub struct KnownDossiers(pub DateTime<Utc>);

impl KnownDossiers {
    /// How many dossiers were counted for each part: one query, which reads the agencies' dossiers once. Zero for a key
    /// that there is not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count<C: ConnectionTrait>(
        &self,
        connection: &C,
        parts: &[CountedPart],
    ) -> Result<Vec<i64>, DbErr> {
        if parts.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = Query::new(connection.get_database_backend());
        let known = query.known(self.0, parts);
        let sums = parts.iter().map(|part| {
            let counts = query.counted(part);
            format!("CAST(COALESCE(SUM(CASE WHEN {counts} THEN 1 ELSE 0 END), 0) AS bigint)")
        });
        let sums = sums.collect::<Vec<_>>().join(", ");
        let row = connection.query_one_raw(query.said(&format!("SELECT {sums} FROM ({known}) d"))).await?;
        let Some(row) = row else { return Ok(vec![0; parts.len()]) };
        (0..parts.len()).map(|at| row.try_get_by_index(at)).collect()
    }

    /// A page of the dossiers that were counted for any of the parts, by agency and code.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page<C: ConnectionTrait>(
        &self,
        connection: &C,
        parts: &[CountedPart],
        (offset, limit): (u64, u64),
    ) -> Result<Vec<CountedVersion>, DbErr> {
        if parts.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = Query::new(connection.get_database_backend());
        let known = query.known(self.0, parts);
        let counts: Vec<String> = parts.iter().map(|part| query.counted(part)).collect();
        let sql = format!(
            "SELECT * FROM ({known}) d WHERE {} ORDER BY agency_id, code LIMIT {limit} OFFSET {offset}",
            counts.join(" OR ")
        );
        let rows = connection.query_all_raw(query.said(&sql)).await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &QueryResult) -> Result<CountedVersion, DbErr> {
    let channel: String = row.try_get("", "channel")?;
    let channel: DossierChannel = channel.parse().map_err(|error| DbErr::Type(format!("{error}")))?;
    Ok(CountedVersion {
        row: dossier::Model {
            id: DossierId(row.try_get("", "id")?),
            agency_id: AgencyId(row.try_get("", "agency_id")?),
            code: row.try_get("", "code")?,
            procedure_id: ProcedureId(row.try_get("", "procedure_id")?),
            channel,
            received_at: row.try_get("", "received_at")?,
            due_at: row.try_get("", "due_at")?,
            completed_at: row.try_get("", "completed_at")?,
            withdrawn_at: row.try_get("", "withdrawn_at")?,
            awaiting_supplement: row.try_get("", "awaiting_supplement")?,
            apology_letter: row.try_get("", "apology_letter")?,
            version: row.try_get("", "version")?,
            import_id: ImportId(row.try_get("", "import_id")?),
            import_row: row.try_get("", "import_row")?,
        },
        newest: row.try_get("", "newest")?,
        recorded_at: row.try_get("", "recorded_at")?,
        recorded_by: row.try_get("", "recorded_by")?,
    })
}

/// A statement as it is put together, with what is bound.
struct Query {
    backend: DbBackend,
    values: Vec<Value>,
}

impl Query {
    fn new(backend: DbBackend) -> Self {
        Self { backend, values: Vec::new() }
    }

    fn said(self, sql: &str) -> Statement {
        Statement::from_sql_and_values(self.backend, sql, self.values)
    }

    /// Binds a value; its placeholder.
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// The versions that were known of the agencies of parts: of what a dossier is now or was formerly, that which no
    /// import or removal had ended by then. What was received after the parts is not among them: no key counts it, and
    /// the months that it lies in need not be read.
    fn known(&mut self, at: DateTime<Utc>, parts: &[CountedPart]) -> String {
        let agencies: BTreeSet<AgencyId> = parts.iter().map(|part| part.span.agency).collect();
        let ids: Vec<String> = agencies.into_iter().map(|agency| self.bind(agency.0)).collect();
        let (ids, at) = (ids.join(", "), self.bind(at));
        let last = parts.iter().map(|part| province_midnight(part.span.before)).max().unwrap_or_default();
        let last = self.bind(last);
        let columns = |id: &str| {
            format!(
                "v.{id} AS id, v.agency_id, v.code, v.{}, v.version, v.import_id, v.import_row,
                 i.ended_at AS recorded_at, i.recorded_by",
                SAID.replace(", ", ", v.")
            )
        };
        format!(
            "SELECT {}, true AS newest
             FROM dossier v JOIN import i ON i.id = v.import_id
             WHERE v.agency_id IN ({ids}) AND v.received_at < {last} AND i.ended_at <= {at}
             UNION ALL
             SELECT {}, false
             FROM dossier_version v JOIN import i ON i.id = v.import_id
                 LEFT JOIN import e ON e.id = v.ended_by_import_id
             WHERE v.agency_id IN ({ids}) AND v.received_at < {last} AND i.ended_at <= {at}
                 AND COALESCE(e.ended_at, v.ended_at) > {at}",
            columns("id"),
            columns("dossier_id")
        )
    }

    /// Whether a dossier is counted for a part.
    fn counted(&mut self, CountedPart { span, key }: &CountedPart) -> String {
        let agency = self.bind(span.agency.0);
        let start = self.bind(province_midnight(span.from));
        let end = self.bind(province_midnight(span.before));
        let last = self.bind(span.before);
        let counts = When::new(self.backend, [&start, &end, &last]).counts(key);
        format!("(agency_id = {agency} AND {})", counts.unwrap_or_else(|| "false".to_owned()))
    }
}

/// When a dossier ended.
const ENDED: &str = "COALESCE(completed_at, withdrawn_at)";

/// What is asked of a dossier, of a span whose first instant, the instant after its last, and the day after its last
/// are bound. It is said as [`scoring::contribution`] says it.
struct When<'a> {
    backend: DbBackend,
    start: &'a str,
    end: &'a str,
    end_day: &'a str,
}

impl<'a> When<'a> {
    fn new(backend: DbBackend, [start, end, end_day]: [&'a str; 3]) -> Self {
        Self { backend, start, end, end_day }
    }

    fn day(&self, instant: &str) -> String {
        day_of(self.backend, instant)
    }

    fn within(&self, instant: &str) -> String {
        format!("({instant} >= {} AND {instant} < {})", self.start, self.end)
    }

    /// Received before an instant, and not ended before it.
    fn open_at(at: &str) -> String {
        format!("(received_at < {at} AND ({ENDED} IS NULL OR {ENDED} >= {at}))")
    }

    fn received(&self, channels: &[DossierChannel]) -> String {
        let codes: Vec<String> = channels.iter().map(|channel| format!("'{channel}'")).collect();
        format!("({} AND channel IN ({}))", self.within("received_at"), codes.join(", "))
    }

    /// Ended within the span, and the day of it is so to the due day; with no due day only where `without` says so.
    fn resolved(&self, compared: &str, without: bool) -> String {
        let due = format!("due_at IS NOT NULL AND {} {compared} {}", self.day(ENDED), self.day("due_at"));
        let due = if without { format!("due_at IS NULL OR {due}") } else { due };
        format!("({} AND ({due}))", self.within(ENDED))
    }

    fn pending_overdue(&self) -> String {
        let runs = format!("({ENDED} IS NOT NULL OR NOT awaiting_supplement)");
        let due = self.day("due_at");
        format!(
            "({} AND {runs} AND due_at IS NOT NULL AND {due} < {})",
            Self::open_at(self.end),
            self.end_day
        )
    }

    /// What a dossier must satisfy to be counted for a key; `None` for a key that there is not.
    fn counts(&self, key: &str) -> Option<String> {
        use DossierChannel::*;
        Some(match key {
            "received_total" => {
                format!("(received_at < {} AND ({ENDED} IS NULL OR {ENDED} >= {}))", self.end, self.start)
            }
            "received_new" => self.within("received_at"),
            "received_counter" => self.received(&[Counter]),
            "received_online_full" => self.received(&[OnlineFull]),
            "received_online_partial" => self.received(&[OnlinePartial]),
            "received_online" => self.received(&[OnlineFull, OnlinePartial, OnlinePostal]),
            "received_postal" => self.received(&[Postal, OnlinePostal]),
            "received_direct_or_postal" => self.received(&[Counter, Postal]),
            "carried_over" => Self::open_at(self.start),
            "resolved_total" => self.within(ENDED),
            "resolved_early" => self.resolved("<", false),
            "resolved_on_time" => self.resolved("=", true),
            "resolved_in_time" => self.resolved("<=", true),
            "resolved_overdue" => self.resolved(">", false),
            "withdrawn" => format!("(completed_at IS NULL AND {})", self.within(ENDED)),
            "apologised" => format!("(apology_letter AND {})", self.resolved(">", false)),
            "pending_total" => Self::open_at(self.end),
            "pending_in_time" => {
                format!("({} AND NOT {})", Self::open_at(self.end), self.pending_overdue())
            }
            "pending_overdue" => self.pending_overdue(),
            "overdue_total" => format!("({} OR {})", self.resolved(">", false), self.pending_overdue()),
            _ => return None,
        })
    }
}
