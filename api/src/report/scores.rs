//! The short table of a period's scorecards, block by block in the order of their ranks.

use std::collections::HashMap;

use comfy_table::{CellAlignment, Table, presets};
use entity::{agency, block, period, ranking, ranking_entry, scorecard};
use scoring::CardState;
use sea_orm::{DatabaseConnection, EntityTrait};

use super::say;

/// Prints the period's current cards.
pub(crate) async fn print_scores(
    database: &DatabaseConnection,
    period: &period::Model,
) -> anyhow::Result<()> {
    let cards = scorecard::current_for(period.id).all(database).await?;
    if cards.is_empty() {
        return say(&format!("{}: chưa có bảng điểm / no scorecards yet", period.code));
    }
    let mut cards: HashMap<_, _> = cards.into_iter().map(|card| (card.id, card)).collect();
    let agencies = agency::Entity::find().all(database).await?;
    let agencies: HashMap<_, _> = agencies.into_iter().map(|agency| (agency.id, agency)).collect();

    let title = format!("\nBảng điểm cải cách {} / Reform scorecards {}", period.code, period.code);
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header([
        "Hạng\nRank",
        "Cơ quan\nAgency",
        "Chỉ số %\nIndex %",
        "Xếp loại\nGrade",
        "Trạng thái\nState",
    ]);
    let mut illustrative = false;
    for block in block::in_order().all(database).await? {
        let Some(ranking) = ranking::current_of(period.id, block.id).one(database).await? else {
            continue;
        };
        table.add_row(["", &format!("▸ {}", block.name_vi), "", "", ""]);
        for entry in ranking_entry::of_ranking(ranking.id).all(database).await? {
            let agency = agencies.get(&entry.agency_id);
            if let Some((card, agency)) = cards.remove(&entry.scorecard_id).zip(agency) {
                illustrative |= card.illustrative_count > 0;
                table.add_row(row(entry.rank, agency, &card));
            }
        }
    }
    for column in [0, 2] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let note = "\n* có số liệu minh họa (ILLUSTRATIVE) / uses figures made up to illustrate";
    say(&format!("{title}\n{table}{}", if illustrative { note } else { "" }))
}

fn row(rank: Option<i32>, agency: &agency::Model, card: &scorecard::Model) -> [String; 5] {
    let dash = || "–".to_owned();
    let state = match card.state {
        CardState::Final => card.state.to_string(),
        CardState::Incomplete => {
            let mut lacks = Vec::new();
            if card.missing_count > 0 {
                lacks.push(format!("{} MISSING", card.missing_count));
            }
            if card.pending_count > 0 {
                lacks.push(format!("{} PENDING_APPRAISAL", card.pending_count));
            }
            format!("{}: {}", card.state, lacks.join(", "))
        }
    };
    let mark = if card.illustrative_count > 0 { " *" } else { "" };
    [
        rank.map_or_else(dash, |rank| rank.to_string()),
        format!("{} ({}){mark}", agency.name_vi, agency.code),
        card.index_print.clone().unwrap_or_else(dash),
        card.grade_vi.clone().unwrap_or_else(dash),
        state,
    ]
}
