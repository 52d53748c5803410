//! A file row by row, whatever its format.

use std::io::{self, BufReader};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use csv::StringRecord;

use super::format::{Format, unreadable};
use super::layout::{HEADER_WITHIN, Header, Layout, Numbered, find_header, is_total};
use super::ndjson::read_ndjson;
use super::package::{Bounds, open_workbook};
use super::problem::Problem;
use super::sheet::{Formulas, SheetRows};
use super::table::TableRows;

/// Rows go from hand to hand in batches of so many, or so many bytes.
const BATCH_ROWS: usize = 256;
const BATCH_BYTES: usize = 128 * 1024;
/// Batches that wait.
const BATCHES: usize = 4;

/// A row of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Its number in the file, from 1, as a spreadsheet numbers it.
    pub number: u32,
    /// Its cells, those of unknown columns left out; as many as the header has, unless that is what is wrong.
    pub cells: StringRecord,
    /// What is wrong with it already; such a row is to be refused.
    pub problems: Vec<Problem>,
}

impl Row {
    /// What stands in a column of the layout, without the spaces around it; empty where nothing does.
    pub fn text(&self, header: &Header, column: usize) -> &str {
        let place = header.places.get(column).copied().flatten();
        place.and_then(|place| self.cells.get(place)).unwrap_or_default().trim()
    }
}

/// What a row is on its way: before it is known which columns are whose.
pub(crate) struct Raw {
    pub(crate) number: u32,
    pub(crate) cells: StringRecord,
    /// The problems of cells, by place.
    pub(crate) problems: Vec<(usize, Problem)>,
}

/// What the caller chooses.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choices {
    /// Whether columns that the layout does not have are left out; otherwise they are refused.
    pub ignore_unknown_columns: bool,
}

type Batch = Vec<Result<Row, Problem>>;

/// The rows of a file. An error ends them.
#[derive(Debug)]
pub struct Rows {
    header: Header,
    batches: Receiver<Batch>,
    batch: std::vec::IntoIter<Result<Row, Problem>>,
}

impl Rows {
    /// Finds a file's header, and reads on behind it. `name` is what the file is called where it comes from. Blocks.
    ///
    /// # Errors
    /// Everything that is wrong with it before its first row.
    pub fn of<F: io::Read + io::Seek + Send + 'static>(
        mut file: F,
        name: &str,
        layout: &'static Layout,
        choices: Choices,
    ) -> Result<Self, Vec<Problem>> {
        let format = Format::of(&mut file, name).map_err(|problem| vec![problem])?;
        let (tell, told) = sync_channel(1);
        let (send, batches) = sync_channel(BATCHES);
        let thread = std::thread::Builder::new().name("rows".to_owned());
        let reading = thread.spawn(move || {
            let out = Out { batch: Vec::new(), bytes: 0, send };
            let short_rows = format == Format::Xlsx;
            let mut reading =
                Reading { layout, choices, first: Vec::new(), header: None, tell, short_rows, out };
            reading.read(file, format);
        });
        reading.map_err(|error| vec![unreadable(&error)])?;
        let header = told.recv().unwrap_or_else(|_| {
            Err(vec![Problem::of_file("UNREADABLE", "Không đọc được tệp.", "The file cannot be read.")])
        })?;
        Ok(Self { header, batches, batch: Vec::new().into_iter() })
    }

    /// Where the columns are.
    pub fn header(&self) -> &Header {
        &self.header
    }
}

impl Iterator for Rows {
    type Item = Result<Row, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.batch.next() {
                return Some(row);
            }
            self.batch = self.batches.recv().ok()?.into_iter();
        }
    }
}

/// Nobody takes the rows any more.
pub(super) struct Gone;

/// The thread's end.
struct Out {
    batch: Batch,
    bytes: usize,
    send: SyncSender<Batch>,
}

impl Out {
    fn put(&mut self, row: Result<Row, Problem>) -> Result<(), Gone> {
        self.bytes += row.as_ref().map_or(0, |row| row.cells.as_slice().len() + 512 * row.problems.len());
        self.batch.push(row);
        if self.batch.len() < BATCH_ROWS && self.bytes < BATCH_BYTES { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), Gone> {
        self.bytes = 0;
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH_ROWS));
        self.send.send(batch).map_err(|_| Gone)
    }
}

/// Why reading stops before the file ends.
pub(super) enum Stop {
    Gone,
    Broken(Problem),
}

impl From<Gone> for Stop {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Broken(problem)
    }
}

struct Reading {
    layout: &'static Layout,
    choices: Choices,
    /// The rows before the header is known.
    first: Vec<Raw>,
    header: Option<Header>,
    tell: SyncSender<Result<Header, Vec<Problem>>>,
    /// Whether rows may end before the header does.
    short_rows: bool,
    out: Out,
}

impl Reading {
    fn read<F: io::Read + io::Seek>(&mut self, file: F, format: Format) {
        let read = match format {
            Format::Csv => self.csv(file),
            Format::Ndjson => {
                let header = Header::by_code(self.layout);
                self.header = Some(header.clone());
                self.tell.send(Ok(header)).ok();
                let (layout, choices) = (self.layout, self.choices);
                read_ndjson(BufReader::new(file), layout, choices, &mut |raw| self.take(raw))
            }
            Format::Xlsx => self.xlsx(file),
        };
        let read = read.and_then(|()| self.end());
        if let Err(Stop::Broken(problem)) = read {
            match self.header {
                Some(_) => {
                    self.out.put(Err(problem)).ok();
                }
                None => {
                    self.tell.send(Err(vec![problem])).ok();
                }
            }
        }
        self.out.flush().ok();
    }

    fn csv<F: io::Read>(&mut self, file: F) -> Result<(), Stop> {
        let mut rows = TableRows::new(file)?;
        while let Some((number, cells)) = rows.next()? {
            self.take(Raw { number, cells, problems: Vec::new() })?;
        }
        Ok(())
    }

    fn xlsx<F: io::Read + io::Seek>(&mut self, file: F) -> Result<(), Stop> {
        let mut workbook = open_workbook(BufReader::new(file), Bounds::LARGE)?;
        let mut rows = SheetRows::of_first_sheet(&mut workbook, Formulas::Refused)?;
        while let Some(raw) = rows.next()? {
            self.take(raw)?;
        }
        Ok(())
    }

    /// Takes a row: towards the header while there is none.
    fn take(&mut self, raw: Raw) -> Result<(), Stop> {
        if raw.cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        if self.header.is_some() {
            return Ok(self.pass(raw)?);
        }
        self.first.push(raw);
        if self.first.len() < HEADER_WITHIN { Ok(()) } else { self.decide() }
    }

    /// Finds the header among the first rows, and passes on those below it.
    fn decide(&mut self) -> Result<(), Stop> {
        let first = std::mem::take(&mut self.first);
        let numbered: Vec<Numbered> = first.iter().map(|raw| (raw.number, raw.cells.clone())).collect();
        let strangers = self.choices.ignore_unknown_columns;
        match find_header(self.layout, &numbered, strangers) {
            Ok((header, end)) => {
                self.tell.send(Ok(header.without_strangers())).map_err(|_| Gone)?;
                self.header = Some(header);
                for raw in first.into_iter().skip(end) {
                    self.pass(raw)?;
                }
                Ok(())
            }
            Err(problems) => {
                self.tell.send(Err(problems)).ok();
                Err(Stop::Gone)
            }
        }
    }

    fn end(&mut self) -> Result<(), Stop> {
        if self.header.is_some() {
            return Ok(());
        }
        if self.first.is_empty() {
            return Err(Problem::of_file("EMPTY_FILE", "Tệp trống.", "The file is empty.").into());
        }
        self.decide()
    }

    /// Passes on a row below the header.
    fn pass(&mut self, raw: Raw) -> Result<(), Gone> {
        let Some(header) = &self.header else { return Ok(()) };
        let mut raw = raw;
        if is_total(self.layout, &raw.cells) {
            return Ok(());
        }
        let width = header.names.len();
        // A sheet leaves out the empty cells at a row's end.
        while self.short_rows && raw.cells.len() < width {
            raw.cells.push_field("");
        }
        let surplus = raw.cells.iter().skip(width).any(|cell| !cell.trim().is_empty());
        if raw.cells.len() < width || surplus {
            let row = Row { number: raw.number, problems: vec![ragged(&raw, width)], cells: raw.cells };
            return self.out.put(Ok(row));
        }
        let known = |place: usize| header.known.get(place).copied().unwrap_or(false);
        let cells = raw.cells.iter().enumerate().filter(|(place, _)| known(*place)).map(|(_, cell)| cell);
        let cells = cells.collect();
        let problems = raw.problems.into_iter().filter(|(place, _)| known(*place));
        let problems = problems.map(|(place, problem)| {
            let column = problem.column.or_else(|| header.names.get(place).cloned());
            Problem { row: Some(raw.number), column, ..problem }
        });
        self.out.put(Ok(Row { number: raw.number, cells, problems: problems.collect() }))
    }
}

fn ragged(raw: &Raw, width: usize) -> Problem {
    let cells = raw.cells.len();
    Problem::of_row(
        "RAGGED_ROW",
        raw.number,
        format!("Dòng có {cells} ô, tiêu đề có {width} ô; kiểm tra dấu phân cách và dấu ngoặc kép."),
        format!("The row has {cells} cells, the header {width}; check separators and quotes."),
    )
}
