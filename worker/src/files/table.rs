//! Rows of a CSV file, UTF-8, separated by commas, semicolons or tabs, whichever its first line has most of.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

use csv::{ErrorKind, StringRecord};

use super::format::{not_utf8, unreadable};
use super::layout::Numbered;
use super::problem::Problem;
use super::{LARGEST_ROW, MOST_CELLS};

/// What the reader reads ahead at a time.
const AHEAD: usize = 64 * 1024;

/// How far the file may be read before a row has ended.
const ROW_AND_AHEAD: u64 = (LARGEST_ROW + 2 * AHEAD) as u64;

/// The rows, one after the other.
pub(crate) struct TableRows<R> {
    reader: csv::Reader<Bounded<BufReader<R>>>,
    record: StringRecord,
    /// Line breaks so far, and those of them within cells, by which lines are ahead of rows.
    breaks: u64,
    within: u64,
    last: u32,
}

impl<R: Read> TableRows<R> {
    /// Opens a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn new(file: R) -> Result<Self, Problem> {
        let mut file = BufReader::with_capacity(AHEAD, file);
        let head = file.fill_buf().map_err(|error| unreadable(&error))?;
        let marked = head.starts_with(b"\xef\xbb\xbf");
        let delimiter = delimiter(head);
        if marked {
            file.consume(3);
        }
        let bounded = Bounded { file, read: 0, until: ROW_AND_AHEAD, quotes: 0, breaks: VecDeque::new() };
        let mut builder = csv::ReaderBuilder::new();
        builder.delimiter(delimiter).has_headers(false).flexible(true).buffer_capacity(AHEAD);
        let reader = builder.from_reader(bounded);
        Ok(Self { reader, record: StringRecord::new(), breaks: 0, within: 0, last: 0 })
    }

    /// The next row, with its number.
    ///
    /// # Errors
    /// When the file cannot be read any further.
    pub(crate) fn next(&mut self) -> Result<Option<Numbered>, Problem> {
        match self.reader.read_record(&mut self.record) {
            Ok(true) => {}
            Ok(false) if self.reader.get_ref().quotes % 2 == 1 => return Err(unclosed(self.last + 1)),
            Ok(false) => return Ok(None),
            Err(error) => return Err(self.broken(&error)),
        }
        let record = std::mem::take(&mut self.record);
        self.within += memchr::memchr_iter(b'\n', record.as_slice().as_bytes()).count() as u64;
        let end = self.reader.position().byte();
        let bounded = self.reader.get_mut();
        bounded.until = end + ROW_AND_AHEAD;
        let mut ended_by_break = false;
        while let Some(at) = bounded.breaks.front().filter(|at| **at < end) {
            ended_by_break = at + 1 == end;
            self.breaks += 1;
            bounded.breaks.pop_front();
        }
        let number = self.breaks.saturating_sub(self.within) + u64::from(!ended_by_break);
        self.last = u32::try_from(number).unwrap_or(u32::MAX).max(self.last.saturating_add(1));
        if record.len() > MOST_CELLS || record.as_slice().len() > LARGEST_ROW {
            return Err(too_large(self.last));
        }
        Ok(Some((self.last, record)))
    }

    fn broken(&self, error: &csv::Error) -> Problem {
        let row = self.last.saturating_add(1);
        match error.kind() {
            ErrorKind::Utf8 { .. } => not_utf8(row),
            ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => too_large(row),
            ErrorKind::Io(error) => unreadable(error),
            _ => Problem::of_row("UNREADABLE", row, "Không đọc được dòng.", "The row cannot be read."),
        }
    }
}

/// What separates the cells of the first line that has more than one.
fn delimiter(head: &[u8]) -> u8 {
    for line in head.split(|byte| *byte == b'\n') {
        let count = |delimiter: u8| memchr::memchr_iter(delimiter, line).count();
        let most = [b',', b';', b'\t'].into_iter().rev().max_by_key(|delimiter| count(*delimiter));
        if let Some(delimiter) = most.filter(|delimiter| count(*delimiter) > 0) {
            return delimiter;
        }
    }
    b','
}

pub(super) fn too_large(row: u32) -> Problem {
    let size = LARGEST_ROW / 1024;
    Problem::of_row(
        "ROW_TOO_LARGE",
        row,
        format!(
            "Dòng dài hơn {size} KiB hoặc nhiều hơn {MOST_CELLS} ô; có thể thiếu một dấu ngoặc kép đóng."
        ),
        format!(
            "The row is longer than {size} KiB or has more than {MOST_CELLS} cells; perhaps a closing quote is \
                 missing."
        ),
    )
}

fn unclosed(row: u32) -> Problem {
    Problem::of_row(
        "TRUNCATED_FILE",
        row,
        "Tệp kết thúc giữa một ô trong dấu ngoặc kép: tệp bị cắt cụt, hoặc có dấu ngoặc kép lẻ.",
        "The file ends within a quoted cell: it was cut off, or a quote stands alone.",
    )
}

/// A file of which no row is read further than the bound.
struct Bounded<R> {
    file: R,
    read: u64,
    until: u64,
    /// Quotes so far: an odd number at the end means that one was not closed.
    quotes: u64,
    /// Where lines break, as far as no row has ended behind them.
    breaks: VecDeque<u64>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read > self.until {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let read = self.file.read(buffer)?;
        self.quotes += memchr::memchr_iter(b'"', &buffer[..read]).count() as u64;
        self.breaks.extend(memchr::memchr_iter(b'\n', &buffer[..read]).map(|at| self.read + at as u64));
        self.read += read as u64;
        Ok(read)
    }
}
