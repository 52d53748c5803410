//! The dossiers in the database: how rows become new ones, versions, and what is found of those that are there.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::dossier_version::EndedAs;
use entity::{DossierId, ImportId, ProcedureId};
use scoring::CountedDossier;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use super::check::Checked;
use crate::database::codes::{self, PLACE, Place};
use crate::database::{Columns, Given, Type};

/// The columns that rows say, in the order in which they are sent and read.
pub(super) const SAID: &str = "procedure_id, channel, received_at, due_at, completed_at, withdrawn_at, awaiting_supplement, \
                    apology_letter";

/// A dossier that is stored under the agency and code of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) id: DossierId,
    pub(super) version: i32,
    pub(super) procedure: ProcedureId,
    pub(super) counted: CountedDossier,
    /// The row of the present import that said it already.
    pub(super) said_in: Option<i32>,
}

impl Stored {
    /// Where it lies, of which a row says something.
    fn place<'a>(&self, row: &'a Checked) -> Place<'a> {
        Place { id: self.id, agency: row.agency, code: &row.code, received_at: self.counted.received_at }
    }
}

/// Stores the dossiers of those rows whose code their agency does not have yet. Which of the rows these are is told
/// by [`find_others`]; here only how many.
pub(super) async fn add<C: ConnectionTrait>(
    connection: &C,
    import: ImportId,
    rows: &[(DossierId, &Checked)],
) -> Result<u64, DbErr> {
    const COLUMNS: Columns = &[
        ("id", Type::Uuid),
        ("agency_id", Type::Uuid),
        ("code", Type::Text),
        ("procedure_id", Type::Uuid),
        ("channel", Type::Text),
        ("received_at", Type::Instant),
        ("due_at", Type::Instant),
        ("completed_at", Type::Instant),
        ("withdrawn_at", Type::Instant),
        ("awaiting_supplement", Type::Flag),
        ("apology_letter", Type::Flag),
        ("import_row", Type::Integer),
    ];
    let mut given = Given::of(COLUMNS, rows.len());
    for (id, row) in rows {
        given.extend([id.0.into(), row.agency.0.into(), row.code.clone().into()]);
        given.extend(said(row));
        given.extend([row.row.into()]);
    }
    let sql = codes::insert_if_free(
        connection.get_database_backend(),
        &format!("id, agency_id, code, {SAID}, version, import_id, import_row"),
        &format!("id, agency_id, code, {SAID}, 1, :1, import_row"),
    );
    given.execute(connection, &sql, &[import.0.into()]).await
}

/// Of rows that [`add`] got, by their place: the dossiers that were there before. `seen` says whether there is a table
/// of what the import has seen.
pub(super) async fn find_others<C: ConnectionTrait>(
    connection: &C,
    import: ImportId,
    rows: &[(DossierId, &Checked)],
    seen: bool,
) -> Result<HashMap<usize, Stored>, DbErr> {
    const COLUMNS: Columns =
        &[("at", Type::Integer), ("id", Type::Uuid), ("agency_id", Type::Uuid), ("code", Type::Text)];
    let mut given = Given::of(COLUMNS, rows.len());
    for (at, (id, row)) in rows.iter().enumerate() {
        let at: i32 = at.try_into().unwrap_or(i32::MAX);
        given.push([at.into(), id.0.into(), row.agency.0.into(), row.code.clone().into()]);
    }
    let (seen_row, seen_table) = match seen {
        true => ("s.import_row", "LEFT JOIN import_seen s ON s.dossier_id = d.id"),
        false => ("NULL", ""),
    };
    let said: Vec<String> = SAID.split(", ").map(|column| format!("d.{column}")).collect();
    let sql = format!(
        "SELECT given.at, d.id, d.version, {},
                CASE WHEN d.import_id = :1 THEN d.import_row ELSE {seen_row} END
         FROM given {} {seen_table}
         WHERE d.id <> given.id",
        said.join(", "),
        codes::join_dossier(connection.get_database_backend())
    );
    let rows = given.query(connection, &sql, &[import.0.into()]).await?;
    rows.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<(usize, Stored), DbErr> {
    let at: i32 = row.try_get_by_index(0)?;
    let channel: String = row.try_get_by_index(4)?;
    let counted = CountedDossier {
        channel: channel.parse().map_err(|error| DbErr::Type(format!("{error}")))?,
        received_at: row.try_get_by_index(5)?,
        due_at: row.try_get_by_index(6)?,
        completed_at: row.try_get_by_index(7)?,
        withdrawn_at: row.try_get_by_index(8)?,
        awaiting_supplement: row.try_get_by_index(9)?,
        apology_letter: row.try_get_by_index(10)?,
    };
    let stored = Stored {
        id: DossierId(row.try_get_by_index(1)?),
        version: row.try_get_by_index(2)?,
        procedure: ProcedureId(row.try_get_by_index(3)?),
        counted,
        said_in: row.try_get_by_index(11)?,
    };
    Ok((at.try_into().unwrap_or_default(), stored))
}

/// Replaces dossiers by what rows say, and keeps what they were as versions.
pub(super) async fn replace<C: ConnectionTrait>(
    connection: &C,
    import: ImportId,
    rows: &[(&Stored, &Checked)],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    const COLUMNS: Columns = &[
        PLACE[0],
        PLACE[1],
        PLACE[2],
        PLACE[3],
        ("procedure_id", Type::Uuid),
        ("channel", Type::Text),
        ("received_at", Type::Instant),
        ("due_at", Type::Instant),
        ("completed_at", Type::Instant),
        ("withdrawn_at", Type::Instant),
        ("awaiting_supplement", Type::Flag),
        ("apology_letter", Type::Flag),
        ("import_row", Type::Integer),
    ];
    let places: Vec<Place<'_>> = rows.iter().map(|(stored, row)| stored.place(row)).collect();
    let end = Ended { how: EndedAs::Replaced, at: now, import: Some(import), by: None, because: None };
    keep(connection, &places, &end).await?;
    let mut given = Given::of(COLUMNS, rows.len());
    for (place, (_, row)) in places.iter().zip(rows) {
        given.extend(place.cells());
        given.extend(said(row));
        given.extend([row.row.into()]);
    }
    let new: Vec<String> = SAID.split(", ").map(|column| format!("{column} = given.{column}")).collect();
    let sql = format!(
        "UPDATE dossier SET {}, version = dossier.version + 1, import_id = :1, import_row = given.import_row
         FROM given WHERE {}",
        new.join(", "),
        codes::is_given(connection.get_database_backend())
    );
    given.execute_each(connection, &sql, &[import.0.into()]).await?;
    let moved =
        places.iter().zip(rows).filter(|(place, (_, row))| place.received_at != row.counted.received_at);
    let moved: Vec<_> =
        moved.map(|(place, (_, row))| Place { received_at: row.counted.received_at, ..*place }).collect();
    codes::relocate(connection, &moved).await
}

/// How versions end.
pub(super) struct Ended<'a> {
    pub(super) how: EndedAs,
    pub(super) at: DateTime<Utc>,
    pub(super) import: Option<ImportId>,
    pub(super) by: Option<&'a str>,
    pub(super) because: Option<&'a str>,
}

/// Keeps what dossiers are now as versions that have ended.
pub(super) async fn keep<C: ConnectionTrait>(
    connection: &C,
    dossiers: &[Place<'_>],
    ended: &Ended<'_>,
) -> Result<(), DbErr> {
    let mut given = Given::of(PLACE, dossiers.len());
    for dossier in dossiers {
        given.push(dossier.cells());
    }
    let sql = format!(
        "INSERT INTO dossier_version (dossier_id, agency_id, code, {SAID}, version, import_id, import_row,
                                      ended_as, ended_at, ended_by_import_id, removed_by, removed_because)
         SELECT dossier.id, dossier.agency_id, dossier.code, {SAID}, version, import_id, import_row, :1, :2, :3, :4, :5
         FROM given JOIN dossier ON {}",
        codes::is_given(connection.get_database_backend())
    );
    let text = |text: Option<&str>| Value::from(text.map(ToOwned::to_owned));
    let others = [
        ended.how.as_str().into(),
        ended.at.into(),
        Value::Uuid(ended.import.map(|import| import.0)),
        text(ended.by),
        text(ended.because),
    ];
    given.execute_each(connection, &sql, &others).await
}

/// What a row says, in the order of [`SAID`].
fn said(row: &Checked) -> [Value; 8] {
    let counted = &row.counted;
    [
        row.procedure.0.into(),
        counted.channel.as_str().into(),
        counted.received_at.into(),
        counted.due_at.into(),
        counted.completed_at.into(),
        counted.withdrawn_at.into(),
        counted.awaiting_supplement.into(),
        counted.apology_letter.into(),
    ]
}

/// Remembers which dossiers rows said that changed nothing, until [`forget`]: those of other rows carry the import's
/// id. A table, since a file may say millions.
pub(super) async fn remember<C: ConnectionTrait>(
    connection: &C,
    first: bool,
    unchanged: &[(DossierId, i32)],
) -> Result<(), DbErr> {
    const COLUMNS: Columns = &[("dossier_id", Type::Uuid), ("import_row", Type::Integer)];
    if first {
        let table =
            "CREATE TEMPORARY TABLE import_seen (dossier_id uuid PRIMARY KEY, import_row integer NOT NULL)";
        connection.execute_unprepared(table).await?;
    }
    let mut given = Given::of(COLUMNS, unchanged.len());
    for (id, row) in unchanged {
        given.push([id.0.into(), (*row).into()]);
    }
    let sql = "INSERT INTO import_seen (dossier_id, import_row) SELECT dossier_id, import_row FROM given";
    given.execute(connection, sql, &[]).await?;
    Ok(())
}

/// Drops the table that [`remember`] made.
pub(super) async fn forget<C: ConnectionTrait>(connection: &C) -> Result<(), DbErr> {
    connection.execute_unprepared("DROP TABLE import_seen").await.map(drop)
}
