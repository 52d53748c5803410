//! Which columns a kind of file has, and where they are in a given one: by code, or by the headers that offices
//! write. A header may stand below titles, take several rows with merged cells, and be followed by a row that
//! numbers the columns.

use csv::StringRecord;
use unicode_normalization::UnicodeNormalization;

use super::problem::{Problem, short};

/// A column of a kind of file.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its code, for instance `received_at`.
    pub code: &'static str,
    /// What else its header may be, in Vietnamese and English, the usual first. Below a merged cell both are
    /// named: `Số hồ sơ đã giải quyết > Trước hạn`. Case, line breaks and what stands in brackets do not count.
    pub headers: &'static [&'static str],
    /// Whether a file must have it.
    pub required: bool,
}

/// What a kind of file looks like.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Its columns.
    pub columns: &'static [Column],
    /// Columns that it may have and that say nothing.
    pub ignored: &'static [&'static str],
    /// The most rows that its header takes.
    pub header_rows: usize,
    /// What the first text of a row begins with that only sums others: it is left out.
    pub totals: &'static [&'static str],
}

/// In how many rows the header is looked for.
pub(super) const HEADER_WITHIN: usize = 25;

/// Where the columns of a layout are in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The header of each cell, as in the file.
    pub names: Vec<String>,
    /// For each column of the layout, its cell.
    pub(super) places: Vec<Option<usize>>,
    /// For each cell, whether it belongs to a column of the layout.
    pub(super) known: Vec<bool>,
}

impl Header {
    /// That of a file which names columns by code in every row.
    pub(super) fn by_code(layout: &Layout) -> Self {
        let names = layout.columns.iter().map(|column| column.code.to_owned()).collect::<Vec<_>>();
        let known = vec![true; names.len()];
        Self { places: (0..names.len()).map(Some).collect(), names, known }
    }

    /// The same of rows that have lost the cells of unknown columns.
    pub(super) fn without_strangers(&self) -> Self {
        let kept: Vec<_> = (0..self.names.len()).filter(|place| self.known[*place]).collect();
        let moved = |place: usize| kept.iter().position(|kept| *kept == place);
        Self {
            names: kept.iter().map(|place| self.names[*place].clone()).collect(),
            places: self.places.iter().map(|place| place.and_then(moved)).collect(),
            known: vec![true; kept.len()],
        }
    }

    /// The name that a column of the layout has in the file; its code where the file has none.
    pub fn name(&self, layout: &Layout, column: usize) -> String {
        let place = self.places.get(column).copied().flatten();
        place.map_or_else(|| layout.columns[column].code.to_owned(), |place| self.names[place].clone())
    }
}

/// A row of cells with its number.
pub(super) type Numbered = (u32, StringRecord);

/// The header among the first rows, and how many rows it ends after.
///
/// # Errors
/// Everything that is wrong with what looks most like it. With `strangers` columns that the layout does not have
/// are let pass.
pub(super) fn find_header(
    layout: &Layout,
    rows: &[Numbered],
    strangers: bool,
) -> Result<(Header, usize), Vec<Problem>> {
    let mut best: Option<(usize, usize, usize)> = None;
    for start in 0..rows.len() {
        for length in 1..=layout.header_rows.min(rows.len() - start) {
            let names = joined(&rows[start..start + length]);
            let found = names.iter().filter(|name| column_of(layout, name).is_some()).count();
            if found > 0 && best.is_none_or(|(_, _, most)| found > most) {
                best = Some((start, length, found));
            }
        }
    }
    let Some((start, length, _)) = best else {
        let row = rows.first().map_or(1, |(number, _)| *number);
        return Err(vec![no_header(layout, row, rows)]);
    };
    let names = joined(&rows[start..start + length]);
    let row = rows[start + length - 1].0;
    let named = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
    let header = mapped(layout, names[..named].to_vec(), row, strangers)?;
    let numbering = rows.get(start + length).is_some_and(|(_, cells)| numbers_columns(cells));
    Ok((header, start + length + usize::from(numbering)))
}

fn no_header(layout: &Layout, row: u32, rows: &[Numbered]) -> Problem {
    let codes: Vec<_> = layout.columns.iter().map(|column| column.code).collect();
    if rows.iter().any(|(_, cells)| cells.iter().any(is_old_font)) {
        return old_font().at(row);
    }
    Problem::of_row(
        "NO_HEADER",
        row,
        format!("Không tìm thấy dòng tiêu đề; các cột là {}.", codes.join(", ")),
        format!("There is no header; the columns are {}.", codes.join(", ")),
    )
}

fn mapped(layout: &Layout, names: Vec<String>, row: u32, strangers: bool) -> Result<Header, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut places = vec![None; layout.columns.len()];
    let mut known = vec![false; names.len()];
    for (place, name) in names.iter().enumerate() {
        match column_of(layout, name) {
            Some(column) if places[column].is_some() => problems.push(
                Problem::of_row(
                    "DUPLICATE_COLUMN",
                    row,
                    format!("Cột `{}` xuất hiện hai lần.", layout.columns[column].code),
                    format!("The column `{}` stands twice.", layout.columns[column].code),
                )
                .with(letters(place), name),
            ),
            Some(column) => {
                places[column] = Some(place);
                known[place] = true;
            }
            None if name.is_empty() || strangers || layout.ignored.contains(&name.trim()) => {}
            None if is_old_font(name) => problems.push(old_font().at(row).with(letters(place), name)),
            None => problems.push(
                Problem::of_row(
                    "UNKNOWN_COLUMN",
                    row,
                    format!("Không có cột này; hãy xóa cột, đổi tên, hoặc chọn bỏ qua cột lạ. Các cột: {}.", codes(layout)),
                    format!("There is no such column; remove it, rename it, or choose to ignore unknown columns. The \
                             columns: {}.", codes(layout)),
                )
                .with(letters(place), name),
            ),
        }
    }
    for (column, place) in layout.columns.iter().zip(&places) {
        if column.required && place.is_none() {
            let usual = column.headers.first().unwrap_or(&column.code);
            problems.push(Problem {
                column: Some(column.code.to_owned()),
                ..Problem::of_row(
                    "MISSING_COLUMN",
                    row,
                    format!("Thiếu cột `{}` («{usual}»).", column.code),
                    format!("The column `{}` is missing.", column.code),
                )
            });
        }
    }
    if problems.is_empty() { Ok(Header { names, places, known }) } else { Err(problems) }
}

fn codes(layout: &Layout) -> String {
    layout.columns.iter().map(|column| column.code).collect::<Vec<_>>().join(", ")
}

fn column_of(layout: &Layout, name: &str) -> Option<usize> {
    let plain = plain(name);
    if plain.is_empty() {
        return None;
    }
    let is = |column: &Column| {
        column.code == plain || column.headers.iter().any(|header| self::plain(header) == plain)
    };
    layout.columns.iter().position(is)
}

/// A header as it is compared.
fn plain(name: &str) -> String {
    let mut depth = 0_u32;
    let outside = name.nfc().filter(|letter| {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' => {
                depth = depth.saturating_sub(1);
                return false;
            }
            _ => {}
        }
        depth == 0
    });
    let lower: String = outside.flat_map(char::to_lowercase).collect();
    let words: Vec<_> = lower.split_whitespace().collect();
    words.join(" ").trim_matches(['*', ':', '.', ' ']).to_owned()
}

/// The headers of several rows as one: what stands in an upper row holds for the empty cells to its right, as far
/// as the cells above them hold, for that is how a merged cell is read. Rows are joined by ` > `.
fn joined(rows: &[Numbered]) -> Vec<String> {
    let width = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or_default();
    let mut names = vec![String::new(); width];
    // For each cell, the cell of the row above from which it has its text.
    let mut above = vec![0_usize; width];
    for (level, (_, cells)) in rows.iter().enumerate() {
        let last = level + 1 == rows.len();
        let mut origins: Vec<usize> = (0..width).collect();
        for place in 0..width {
            let text = cells.get(place).unwrap_or_default().trim();
            let follows =
                place > 0 && text.is_empty() && !last && (level == 0 || above[place] == above[place - 1]);
            if follows {
                origins[place] = origins[place - 1];
            }
            let text = cells.get(origins[place]).unwrap_or_default().trim();
            if !text.is_empty() {
                let joint = if names[place].is_empty() { "" } else { " > " };
                names[place] = format!("{}{joint}{text}", names[place]);
            }
        }
        above = origins;
    }
    names
}

/// Whether a row only numbers the columns: `(1) (2) (3)=(4)+(5)` or `1 2 3`, `A B 1 2`.
fn numbers_columns(cells: &StringRecord) -> bool {
    let texts: Vec<_> = cells.iter().map(str::trim).filter(|text| !text.is_empty()).collect();
    let bracketed =
        |text: &&str| text.starts_with('(') && text[1..].starts_with(|letter: char| letter.is_ascii_digit());
    let ordinal = |text: &&str| {
        text.len() <= 2
            && (text.parse::<u8>().is_ok() || text.starts_with(|letter: char| letter.is_ascii_uppercase()))
    };
    let counted = texts.iter().filter(|text| ordinal(text)).filter_map(|text| text.parse::<u8>().ok());
    let counted: Vec<_> = counted.collect();
    let in_order = counted.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1));
    texts.len() > 1
        && (texts.iter().all(bracketed) || (counted.len() > 1 && in_order && texts.iter().all(ordinal)))
}

/// Whether a row only sums others.
pub(super) fn is_total(layout: &Layout, cells: &StringRecord) -> bool {
    if layout.totals.is_empty() {
        return false;
    }
    let first = cells.iter().map(plain).find(|text| text.chars().any(char::is_alphabetic));
    first.is_some_and(|text| layout.totals.iter().any(|total| text.starts_with(total)))
}

/// Letters that Vietnamese never has and a text in a TCVN3 (ABC) font is full of, whatever its file's encoding.
fn is_old_font(text: &str) -> bool {
    text.contains(['¸', '¶', '¹', '¨', '©', '®', '¬', 'µ', '\u{ad}'])
}

fn old_font() -> Problem {
    Problem::of_file(
        "OLD_FONT",
        "Chữ theo bảng mã TCVN3 (ABC, phông .VnTime…); hãy chuyển sang Unicode (ví dụ bằng UniKey) rồi lưu lại.",
        "The text is in TCVN3 (ABC, a .VnTime font); convert it to Unicode (for instance with UniKey) and save it again.",
    )
}

/// A column as a spreadsheet names it: A, B, …, Z, AA.
pub(super) fn letters(place: usize) -> String {
    let mut text = String::new();
    let mut rest = place + 1;
    while rest > 0 {
        text.insert(0, char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or_default()));
        rest = (rest - 1) / 26;
    }
    short(&text)
}
