//! The explanation of a scorecard as an aligned tree: points of maximum, state, the band that was hit, the
//! arithmetic, and below each leaf its inputs with their sources.

use anyhow::Context;
use comfy_table::{CellAlignment, Table, presets};
use entity::{agency, period, scorecard, scorecard_line};
use scoring::{Because, Exact, Input, Level, Reason};
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
    let (head, tree) = (head(agency, period, &card), tree(&shown)?);
    say(&format!("{head}\n{tree}"))
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

fn tree(lines: &[&scorecard_line::Model]) -> anyhow::Result<Table> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["Tiêu chí / Criterion", "Điểm / Points", "Trạng thái / State", "Vì sao / Why"]);
    for line in lines {
        let indent = indent(line.level);
        let of = line.points_print.as_deref().unwrap_or("–");
        table.add_row([
            format!("{indent}{} {}", line.code, line.name_vi),
            format!("{of} / {}", line.effective_max_print),
            line.state.map(|state| state.to_string()).unwrap_or_default(),
            why(line)?,
        ]);
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
