//! The schedule: when periods are compiled without anybody asking; changing it, and having it fire.

use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use entity::token::Scope;
use entity::{ScheduleId, schedule};
use reform_worker::audit::action::{CHANGE_SCHEDULE, FIRE_SCHEDULE};
use reform_worker::audit::{Entry, record};
use reform_worker::database::begin_write;
use reform_worker::schedule::{Change, FireError, NotATimetable, ScheduleError, Ticks, change, fire_now};
use reform_worker::{Clock, Signals};
use sea_orm::{DatabaseConnection, EntityTrait};
use serde_json::{Value, json};

use super::actor::{actor, record_refusal};
use super::build::{Build, build_by_id};
use super::codes::{CatchUp, PeriodKind};
use super::cost;
use super::id::NodeId;
use super::plain::{Whole, plain_object};
use super::problem::{LONGEST_CODE, Problem, cut};
use super::user_error::UserError;
use super::viewer::administrator;
use super::{data, database};

/// How many of its next ticks a schedule tells.
const NEXT_TICKS: usize = 5;

plain_object! {
    /// A schedule (lịch lập bảng điểm): when the periods of a kind are compiled without anybody asking. A tick
    /// compiles the period of its kind that ended last, on the tick's day or before.
    pub(crate) struct Schedule {
        /// Global id.
        id: ID,
        /// The province's code.
        province: String,
        /// What kind of period it compiles.
        kind: PeriodKind,
        /// When it ticks: minute, hour, day of the month, month, day of the week.
        cron: String,
        /// The IANA time zone in which that is meant.
        time_zone: String,
        /// What becomes of ticks that no worker was there for.
        catch_up: CatchUp,
        /// Whether it ticks.
        enabled: bool,
        /// Its next five ticks; empty while it does not tick, or until a worker has seen it.
        next_ticks: Vec<DateTime<Utc>>,
        /// The last tick that is dealt with, fired or let go.
        last_tick: Option<DateTime<Utc>>,
        /// The build of the last tick that fired; null if that one failed.
        last_build: Option<ID>,
        /// Why the last tick that fired gave no build; null if it did.
        last_error: Option<String>,
    }
}

impl From<schedule::Model> for Schedule {
    fn from(row: schedule::Model) -> Self {
        let ticks = Ticks::new(&row.cron, &row.time_zone).ok();
        let next_ticks = ticks.zip(row.next_tick_at).map(|(ticks, next)| ticks.from(next, NEXT_TICKS));
        Self {
            id: NodeId::Schedule(row.id).into(),
            province: row.province,
            kind: row.kind.into(),
            cron: row.cron,
            time_zone: row.time_zone,
            catch_up: row.catch_up.into(),
            enabled: row.enabled,
            next_ticks: next_ticks.unwrap_or_default(),
            last_tick: row.last_tick_at,
            last_build: row.last_build_id.map(|id| NodeId::Build(id).into()),
            last_error: row.last_error,
        }
    }
}

/// The schedule with an id.
pub(crate) async fn schedule_by_id(
    database: &DatabaseConnection,
    id: ScheduleId,
) -> Result<Option<Schedule>, Problem> {
    Ok(schedule::Entity::find_by_id(id).one(database).await?.map(Schedule::from))
}

#[derive(Default)]
pub(crate) struct ScheduleQuery;

#[Object]
impl ScheduleQuery {
    /// The schedules, by province, the half-year first.
    #[graphql(complexity = "cost::list(cost::BLOCKS, child_complexity)")]
    async fn schedules(&self, ctx: &Context<'_>) -> Result<Vec<Whole<Schedule>>, Problem> {
        let rows = schedule::in_order().all(database(ctx)?).await?;
        Ok(rows.into_iter().map(|row| Whole(row.into())).collect())
    }
}

/// What is to be otherwise with a schedule; what is not given stays.
#[derive(Debug, InputObject)]
struct ChangeScheduleInput {
    /// The schedule.
    schedule: ID,
    /// When it ticks, as five fields: minute, hour, day of the month, month, day of the week; for instance
    /// `0 2 5 7 *`, at two in the morning of 5 July.
    cron: Option<String>,
    /// The IANA time zone in which that is meant, for instance `Asia/Ho_Chi_Minh`.
    time_zone: Option<String>,
    /// What becomes of ticks that no worker was there for.
    catch_up: Option<CatchUp>,
    /// Whether it ticks.
    enabled: Option<bool>,
}

plain_object! {
    /// What became of changing a schedule.
    pub(crate) struct ChangeSchedulePayload {
        /// The schedule as it is now; null when the change was refused.
        schedule: Option<Schedule>,
        /// Why it was refused; empty when it was not.
        errors: Vec<UserError>,
    }
}

/// Which schedule is to fire.
#[derive(Debug, InputObject)]
struct FireScheduleInput {
    /// The schedule.
    schedule: ID,
}

plain_object! {
    /// What became of having a schedule fire.
    pub(crate) struct FireSchedulePayload {
        /// The build that will compile the period; null when it was refused.
        build: Option<Build>,
        /// Whether that build was already waiting.
        already_queued: bool,
        /// Why it was refused; empty when it was not.
        errors: Vec<UserError>,
    }
}

fn read_id(id: &ID) -> Result<ScheduleId, Problem> {
    match NodeId::read("schedule", id)? {
        NodeId::Schedule(id) => Ok(id),
        _ => Err(Problem::bad_input(
            "schedule",
            "`schedule` không phải là id của lịch / is not a schedule's id".to_owned(),
        )),
    }
}

fn refusal(error: ScheduleError) -> Result<UserError, Problem> {
    let (code, field, vi, en) = match error {
        ScheduleError::Unknown => (
            "UNKNOWN_SCHEDULE",
            "schedule",
            "Không có lịch này.".to_owned(),
            "There is no such schedule.".to_owned(),
        ),
        ScheduleError::Timetable(NotATimetable::Cron(text)) => {
            let text = cut(&text, LONGEST_CODE);
            (
                "INVALID_CRON",
                "cron",
                format!("`{text}` không phải là biểu thức cron năm trường, ví dụ `0 2 5 7 *`."),
                format!("`{text}` is no cron expression of five fields, for instance `0 2 5 7 *`."),
            )
        }
        ScheduleError::Timetable(NotATimetable::Never(text)) => {
            let text = cut(&text, LONGEST_CODE);
            ("INVALID_CRON", "cron", format!("`{text}` không bao giờ đến."), format!("`{text}` never comes."))
        }
        ScheduleError::Timetable(NotATimetable::Zone(text)) => {
            let text = cut(&text, LONGEST_CODE);
            (
                "INVALID_TIME_ZONE",
                "timeZone",
                format!("Không có múi giờ `{text}`."),
                format!("There is no time zone `{text}`."),
            )
        }
        ScheduleError::Fire(FireError::NoPeriod { kind, day }) => (
            "NO_PERIOD",
            "schedule",
            format!("Không có kỳ {kind} nào kết thúc trong năm trước ngày {}.", day.format("%d/%m/%Y")),
            format!("No period of kind {kind} ended in the year before {day}."),
        ),
        ScheduleError::Fire(FireError::Database(error)) => return Err(error.into()),
    };
    Ok(UserError::new(code, field, vi, en))
}

/// A schedule as it goes on record.
fn told(row: &schedule::Model) -> Value {
    json!({
        "cron": row.cron,
        "time_zone": row.time_zone,
        "catch_up": row.catch_up,
        "enabled": row.enabled,
        "next_tick_at": row.next_tick_at,
    })
}

#[derive(Default)]
pub(crate) struct ScheduleMutation;

#[Object]
impl ScheduleMutation {
    /// Changes when a kind of period is compiled without anybody asking. For administrators.
    async fn change_schedule(
        &self,
        ctx: &Context<'_>,
        input: ChangeScheduleInput,
    ) -> Result<Whole<ChangeSchedulePayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let id = read_id(&input.schedule)?;
        let asked = Change {
            cron: input.cron.as_deref().map(str::trim),
            time_zone: input.time_zone.as_deref().map(str::trim),
            catch_up: input.catch_up.map(CatchUp::remote),
            enabled: input.enabled,
        };
        let now = data::<Clock>(ctx)?.now();
        let transaction = begin_write(database(ctx)?).await?;
        let (before, after) = match change(&transaction, id, &asked, now).await {
            Ok(changed) => changed,
            Err(error) => {
                transaction.rollback().await?;
                let error = refusal(error)?;
                record_refusal(ctx, CHANGE_SCHEDULE, error.code.clone()).await?;
                return Ok(Whole(ChangeSchedulePayload { schedule: None, errors: vec![error] }));
            }
        };
        let entry = Entry::done(&actor(ctx)?, CHANGE_SCHEDULE).to(input.schedule.0);
        record(&transaction, entry.instead_of(told(&before)).leaving(told(&after)), now).await?;
        transaction.commit().await?;
        Ok(Whole(ChangeSchedulePayload { schedule: Some(after.into()), errors: Vec::new() }))
    }

    /// Has a schedule fire now, as if a tick were today: for a tick that failed or was let go. Its own ticks
    /// stay as they are. For administrators.
    async fn fire_schedule(
        &self,
        ctx: &Context<'_>,
        input: FireScheduleInput,
    ) -> Result<Whole<FireSchedulePayload>, Problem> {
        administrator(ctx, Scope::Build)?;
        let id = read_id(&input.schedule)?;
        let now = data::<Clock>(ctx)?.now();
        let database = database(ctx)?;
        let transaction = begin_write(database).await?;
        let fired = match fire_now(&transaction, id, &actor(ctx)?, now).await {
            Ok((_, fired)) => fired,
            Err(error) => {
                // What went wrong with the firing itself is on record in the transaction.
                let recorded = matches!(error, ScheduleError::Fire(FireError::NoPeriod { .. }));
                let error = refusal(error)?;
                if recorded {
                    transaction.commit().await?;
                } else {
                    transaction.rollback().await?;
                    record_refusal(ctx, FIRE_SCHEDULE, error.code.clone()).await?;
                }
                return Ok(Whole(FireSchedulePayload {
                    build: None,
                    already_queued: false,
                    errors: vec![error],
                }));
            }
        };
        transaction.commit().await?;
        data::<Signals>(ctx)?.builds_changed();
        let build = build_by_id(database, fired.id).await?;
        Ok(Whole(FireSchedulePayload { build, already_queued: fired.already_queued, errors: Vec::new() }))
    }
}
