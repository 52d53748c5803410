//! The explanation of a scorecard as an aligned tree: points of maximum, state, the band that was hit, the
//! arithmetic, and below each leaf its inputs with their sources. Beside a full year stands the half-year.

use std::collections::HashMap;

use anyhow::Context;
use comfy_table::{CellAlignment, Table, presets};
use entity::{agency, period, scorecard, scorecard_line};
use scoring::{Because, Exact, Input, Level, LineState, PeriodCode, PeriodKind, Reason};
use sea_orm::DatabaseConnection;

use super::say;

/// Decimals up to which an input is shown as one.
const SCALE: u32 = 4;

/// Prints why the agency has the points that it has.
pub(crate) async fn print_explanation(
    database: &DatabaseConnection,
    period: &period::Model,
    agency: &agency::Model,
    criterion: Option<&str>,
) -> anyhow::Result<()> {
    let card = scorecard::current_of(agency.id, period.id).one(database).await?;
    let card = card.with_context(|| {
        let (agency, period) = (&agency.code, &period.code);
        format!(
            "{agency} chưa có bảng điểm kỳ {period} / {agency} has no scorecard in {period} yet; compile it \
             with `compile {period}`"
        )
    })?;
    let lines = scorecard_line::of_card(card.id).all(database).await?;
    let shown: Vec<_> = match criterion {
        Some(code) => at_and_below(&lines, code),
        None => lines.iter().collect(),
    };
    if let Some(code) = criterion.filter(|_| shown.is_empty()) {
        anyhow::bail!("bảng điểm không có tiêu chí / the scorecard has no criterion `{code}`");
    }
    let half = half_year(database, period, agency).await?;
    let (head, tree) = (head(agency, period, &card), tree(&shown, half.as_ref())?);
    say(&format!("{head}\n{tree}"))
}

/// The lines of the half-year beside a full year, by code.
type HalfYear = HashMap<String, scorecard_line::Model>;

/// The agency's current half-year card of the year that `period` is; none where it is another period, or where there
/// is no such card.
async fn half_year(
    database: &DatabaseConnection,
    period: &period::Model,
    agency: &agency::Model,
) -> anyhow::Result<Option<HalfYear>> {
    let code: PeriodCode = period.code.parse()?;
    if code.kind != PeriodKind::FullYear {
        return Ok(None);
    }
    let code = PeriodCode { kind: PeriodKind::H1, ..code }.to_string();
    let Some(half) = period::with_code(&code).one(database).await? else { return Ok(None) };
    let Some(card) = scorecard::current_of(agency.id, half.id).one(database).await? else { return Ok(None) };
    let lines = scorecard_line::of_card(card.id).all(database).await?;
    Ok(Some(lines.into_iter().map(|line| (line.code.clone(), line)).collect()))
}

/// The line with this code, and every line below it.
fn at_and_below<'a>(lines: &'a [scorecard_line::Model], code: &str) -> Vec<&'a scorecard_line::Model> {
    let mut within: Vec<&str> = Vec::new();
    let mut shown = Vec::new();
    for line in lines {
        let below = line.parent_code.as_deref().is_some_and(|parent| within.contains(&parent));
        if line.code == code || below {
            within.push(&line.code);
            shown.push(line);
        }
    }
    shown
}

fn head(agency: &agency::Model, period: &period::Model, card: &scorecard::Model) -> String {
    let total = match (&card.total_print, &card.index_print) {
        (Some(total), Some(index)) => {
            let grade = card.grade_vi.as_deref().unwrap_or("–");
            format!("{total} / {} = {index} %, {grade}", card.effective_max_print)
        }
        _ => format!(
            "chưa có tổng điểm / no total: {} MISSING, {} PENDING_APPRAISAL",
            card.missing_count, card.pending_count
        ),
    };
    format!(
        "{} ({}) – {}, {}\n{} – {total}\nrevision {}, {}",
        agency.name_vi,
        agency.code,
        agency.name_en,
        period.code,
        card.state,
        card.revision,
        card.content_hash
    )
}

fn tree(lines: &[&scorecard_line::Model], half: Option<&HalfYear>) -> anyhow::Result<Table> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let head = ["Tiêu chí / Criterion", "Điểm / Points", "Trạng thái / State", "Vì sao / Why"];
    table.set_header(head.into_iter().chain(half.map(|_| "6 tháng / Half-year")));
    for line in lines {
        let indent = indent(line.level);
        let of = line.points_print.as_deref().unwrap_or("–");
        let own = [
            format!("{indent}{} {}", line.code, line.name_vi),
            format!("{of} / {}", line.effective_max_print),
            line.state.map(|state| state.to_string()).unwrap_or_default(),
            why(line)?,
        ];
        table.add_row(own.into_iter().chain(half.map(|half| at_half_year(half, &line.code))));
        let inputs: Vec<Input> =
            line.inputs.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
        for input in inputs {
            table.add_row([
                format!("{indent}  · {}", input.measure),
                String::new(),
                String::new(),
                known(&input),
            ]);
        }
    }
    if let Some(points) = table.column_mut(1) {
        points.set_cell_alignment(CellAlignment::Right);
    }
    Ok(table)
}

/// Points of maximum at the half-year, or why there were none.
fn at_half_year(half: &HalfYear, code: &str) -> String {
    let Some(line) = half.get(code) else { return "–".to_owned() };
    match (&line.points_print, line.state) {
        (Some(points), _) => format!("{points} / {}", line.max_print),
        (None, Some(LineState::NotYetDue)) => "chưa đến hạn / NOT_YET_DUE".to_owned(),
        (None, Some(state)) => format!("– / {} {state}", line.max_print),
        (None, None) => format!("– / {}", line.max_print),
    }
}

fn indent(level: Level) -> &'static str {
    match level {
        Level::Pillar | Level::Bonus | Level::Deduction => "",
        Level::Criterion => "  ",
        Level::SubCriterion => "    ",
    }
}

fn why(line: &scorecard_line::Model) -> anyhow::Result<String> {
    let Some(reason) = &line.reason else {
        return Ok(String::new());
    };
    let reason: Reason = serde_json::from_str(reason)?;
    let ratio = reason.step.as_ref().and_then(scoring::Step::ratio);
    let ratio = ratio.map(|ratio| format!("x = {} %", (&ratio.value * &Exact::hundred()).print(2)));
    let parts = [reason.because.as_ref().map(because), ratio, reason.band, reason.formula];
    Ok(parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

fn because(because: &Because) -> String {
    match because {
        Because::TagsAbsent { tags } => format!("không áp dụng / needs {}", tags.join(", ")),
        Because::NothingToCount {} => "không phát sinh / nothing to count".to_owned(),
        Because::DueAtYearEnd {} => "đến hạn cuối năm / due at year end".to_owned(),
        Because::Exempted { reason } => format!("được miễn / exempt: {reason}"),
        Because::NotReported { measures } => format!("chưa báo cáo / not reported: {}", measures.join(", ")),
        Because::Invalid { measure, value, allowed } => {
            format!("không hợp lệ / invalid: {measure} = {value}, allowed {allowed}")
        }
        Because::NotAppraised {} => "chờ thẩm định / not appraised yet".to_owned(),
        Because::AppraisalInvalid { rule } => format!("thẩm định không hợp lệ / appraisal invalid: {rule}"),
        Because::ParentUnknown {} => "cấp trên chưa có kết quả / no result of the parent".to_owned(),
        Because::ParentState { agency, state } => format!("theo cấp trên / as the parent {agency}: {state}"),
    }
}

fn known(input: &Input) -> String {
    let Some(value) = &input.value else {
        return "chưa báo cáo / not reported".to_owned();
    };
    let value = match value {
        scoring::FactValue::Number(number) => number.brief(SCALE),
        other => other.to_string(),
    };
    let source = input.source.map(|source| source.to_string()).unwrap_or_default();
    let as_of = input.as_of.map(|day| day.to_string()).unwrap_or_default();
    format!("{value}  [{source}, {as_of}]")
}
