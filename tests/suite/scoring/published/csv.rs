//! Just enough CSV for the published tables: a header, and fields that may stand in quotes.

use scoring::Exact;

use crate::scoring::given::exact;

/// A line under its header.
#[derive(Debug)]
pub(crate) struct Row {
    cells: Vec<(String, String)>,
}

impl Row {
    pub(crate) fn text(&self, column: &str) -> &str {
        let cell = self.cells.iter().find(|(name, _)| name == column);
        cell.map(|(_, text)| text.as_str()).unwrap_or_else(|| panic!("no column {column} in {self:?}"))
    }

    pub(crate) fn number(&self, column: &str) -> Exact {
        exact(self.text(column))
    }

    /// `column=value` pairs of `columns`, as facts are built from.
    pub(crate) fn pairs(&self, columns: &[&str]) -> String {
        let pairs = columns.iter().map(|column| format!("{column}={}", self.text(column)));
        pairs.collect::<Vec<_>>().join(" ")
    }
}

/// The rows of `text` below its header; each has a cell for every column.
pub(crate) fn read(text: &str) -> Vec<Row> {
    let mut lines = text.lines();
    let header = fields(lines.next().expect("a header"));
    let row = |line: &str| {
        let fields = fields(line);
        assert_eq!(fields.len(), header.len(), "{line}");
        Row { cells: header.iter().cloned().zip(fields).collect() }
    };
    lines.map(row).collect()
}

fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().expect("a field").push(other),
        }
    }
    fields
}

#[test]
fn a_comma_in_quotes_is_text() {
    let rows = read("code,name,score\n1,\"Văn hóa, Thể thao\",19.62\n2,,0\n");
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].text("name"), rows[0].text("score")), ("Văn hóa, Thể thao", "19.62"));
    assert_eq!(rows[1].pairs(&["code", "name", "score"]), "code=2 name= score=0");
}
