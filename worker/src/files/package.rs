//! Opening XLSX files of strangers. The library that reads them takes memory for whatever a part says of itself, so
//! every part that it may read is unpacked first, without being kept, and measured: how much it unpacks to, how often
//! that is more than it takes packed, how far one cell or text goes, how many texts all cells share.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use calamine::{Reader, Xlsx, XlsxError};

use super::LARGEST_ROW;
use super::format::unreadable;
use super::problem::Problem;

/// What a workbook may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// The most bytes of the file.
    file: u64,
    /// The most bytes that a sheet unpacks to.
    sheet: u64,
    /// The most bytes that the texts which cells share unpack to, and that any other part does.
    part: u64,
}

impl Bounds {
    /// A sheet of as many rows as a sheet can have.
    pub(crate) const LARGE: Self = Self { file: 256 << 20, sheet: 1 << 30, part: 64 << 20 };
    /// A table that a person writes.
    pub(crate) const SMALL: Self = Self { file: 8 << 20, sheet: 32 << 20, part: 8 << 20 };
}

/// The most parts of a file.
const MOST_PARTS: usize = 2_000;
/// From so many bytes on, a part may unpack to no more than so many times what it takes.
const SUSPECT_FROM: u64 = 16 << 20;
const MOST_TIMES: u64 = 100;
/// The most texts that cells share, counted at their beginning and end.
const MOST_TEXTS: u64 = 4_000_000;
/// The most elements of a part that are no rows, cells or texts, counted likewise.
const MOST_OTHERS: u64 = 1_000_000;

/// A workbook that can be read safely.
///
/// # Errors
/// When it is no workbook, is cut off, has a password, or is more than the bounds allow.
pub(crate) fn open_workbook<F: Read + Seek>(mut file: F, bounds: Bounds) -> Result<Xlsx<F>, Problem> {
    let headers = count_headers(&mut file, bounds)?;
    if headers > MOST_PARTS {
        return Err(bomb());
    }
    measure(&mut file, bounds)?;
    file.seek(SeekFrom::Start(0)).map_err(|error| unreadable(&error))?;
    Xlsx::new(file).map_err(|error| broken(&error))
}

/// How many headers of parts a file may have at most: its list of parts is read into memory as a whole.
fn count_headers<F: Read + Seek>(file: &mut F, bounds: Bounds) -> Result<usize, Problem> {
    let size = file.seek(SeekFrom::End(0)).and_then(|size| file.seek(SeekFrom::Start(0)).map(|_| size));
    if size.map_err(|error| unreadable(&error))? > bounds.file {
        return Err(bomb());
    }
    let signature = memchr::memmem::Finder::new(b"PK\x01\x02");
    let (mut found, mut kept) = (0, Vec::new());
    let mut reader = BufReader::with_capacity(64 * 1024, file);
    loop {
        let chunk = reader.fill_buf().map_err(|error| unreadable(&error))?;
        if chunk.is_empty() {
            return Ok(found);
        }
        let read = chunk.len();
        kept.extend_from_slice(chunk);
        found += signature.find_iter(&kept).count();
        // A signature may lie across two chunks.
        kept.drain(..kept.len().saturating_sub(3));
        reader.consume(read);
    }
}

fn measure<F: Read + Seek>(file: &mut F, bounds: Bounds) -> Result<(), Problem> {
    file.seek(SeekFrom::Start(0)).map_err(|error| unreadable(&error))?;
    let mut archive = zip::ZipArchive::new(file).map_err(|_| cut_off())?;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| cut_off())?;
        let name = part.name().map_err(|_| cut_off())?.to_ascii_lowercase();
        if !(name.ends_with(".xml") || name.ends_with(".rels")) {
            continue;
        }
        let packed = part.compressed_size();
        let is_sheet = name.starts_with("xl/worksheets/sheet");
        let most = if is_sheet { bounds.sheet } else { bounds.part };
        let mut scan = Scan::default();
        let (mut size, mut part) = (0, BufReader::with_capacity(64 * 1024, part));
        loop {
            let chunk = part.fill_buf().map_err(|_| cut_off())?;
            if chunk.is_empty() {
                break;
            }
            let read = chunk.len();
            size += read as u64;
            if size > most || (size > SUSPECT_FROM && size / MOST_TIMES > packed) {
                return Err(bomb());
            }
            scan.chunk(chunk)?;
            part.consume(read);
        }
    }
    Ok(())
}

/// What is known of a part so far. Of XML it takes no more than spreadsheet programs write: no comments, no
/// declarations, no `<` within values, so that a tag is one for every reader.
#[derive(Default)]
struct Scan {
    at: At,
    /// The tag's first bytes.
    tag: Vec<u8>,
    /// Bytes since the last row, cell or text began.
    stretch: usize,
    within_cell: bool,
    texts: u64,
    others: u64,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum At {
    #[default]
    Text,
    Tag,
    Quoted(u8),
}

/// How many bytes an element that is no row, cell or text may have, in the mean.
const MOST_OF_OTHER: usize = 1024;
/// How much of a tag is looked at.
const TAG_HEAD: usize = 512;

impl Scan {
    fn chunk(&mut self, chunk: &[u8]) -> Result<(), Problem> {
        let mut rest = chunk;
        while !rest.is_empty() {
            let next = match self.at {
                At::Text => memchr::memchr2(b'<', 0, rest),
                At::Tag => rest.iter().position(|byte| matches!(byte, b'>' | b'"' | b'\'' | b'<' | 0)),
                At::Quoted(quote) => memchr::memchr3(quote, b'<', 0, rest),
            };
            let end = next.map_or(rest.len(), |at| at + 1);
            self.stretch += end;
            if self.stretch > LARGEST_ROW {
                return Err(bomb());
            }
            if self.at != At::Text {
                let room = TAG_HEAD.saturating_sub(self.tag.len()).min(end);
                self.tag.extend_from_slice(&rest[..room]);
            }
            if let Some(at) = next {
                self.meet(rest[at])?;
            }
            rest = &rest[end..];
        }
        Ok(())
    }

    fn meet(&mut self, byte: u8) -> Result<(), Problem> {
        self.at = match (self.at, byte) {
            (At::Text, b'<') => {
                self.tag.clear();
                At::Tag
            }
            (At::Tag, b'>') => {
                self.tag_ended()?;
                At::Text
            }
            (At::Tag, quote @ (b'"' | b'\'')) => At::Quoted(quote),
            (At::Quoted(quote), byte) if byte == quote => At::Tag,
            _ => return Err(malformed()),
        };
        Ok(())
    }

    fn tag_ended(&mut self) -> Result<(), Problem> {
        let tag = self.tag.as_slice();
        let is_declaration = tag.starts_with(b"?");
        if tag.starts_with(b"!") || (is_declaration && !is_utf8(tag)) {
            return Err(malformed());
        }
        let (is_end, rest) = tag.strip_prefix(b"/").map_or((false, tag), |rest| (true, rest));
        let end = rest.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'));
        let name = &rest[..end.unwrap_or(rest.len())];
        let name = name.rsplit(|byte| *byte == b':').next().unwrap_or(name);
        match name {
            b"row" | b"c" | b"si" => {
                self.stretch = 0;
                self.within_cell = name != b"row" && !is_end && !tag.ends_with(b"/>");
                self.texts += u64::from(name == b"si");
            }
            // The number of texts that the part says it has is taken for granted when it is read.
            b"sst" if tag.split(|byte| !byte.is_ascii_digit()).any(|digits| digits.len() > 7) => {
                return Err(bomb());
            }
            b"v" | b"f" | b"is" | b"t" | b"r" => {}
            _ => {
                self.others += 1;
                // What has no cells has no long stretches either, but many short ones.
                if !self.within_cell {
                    self.stretch = self.stretch.saturating_sub(MOST_OF_OTHER);
                }
            }
        }
        if self.texts > MOST_TEXTS || self.others > MOST_OTHERS { Err(bomb()) } else { Ok(()) }
    }
}

fn is_utf8(declaration: &[u8]) -> bool {
    let text = String::from_utf8_lossy(declaration).to_ascii_lowercase();
    !text.contains("encoding") || text.contains("utf-8")
}

fn bomb() -> Problem {
    Problem::of_file(
        "TOO_LARGE",
        "Tệp XLSX quá lớn hoặc giải nén ra quá nhiều; hãy chia nhỏ hoặc lưu lại dưới dạng CSV UTF-8.",
        "The XLSX file is too large or unpacks to too much; split it, or save it as CSV UTF-8.",
    )
}

fn cut_off() -> Problem {
    Problem::of_file(
        "BROKEN_XLSX",
        "Tệp XLSX bị cắt cụt hoặc bị hỏng; hãy lưu lại bằng Excel và gửi lại.",
        "The XLSX file was cut off or is broken; save it again with Excel and send it again.",
    )
}

fn malformed() -> Problem {
    Problem::of_file(
        "BROKEN_XLSX",
        "Tệp XLSX không do Excel ghi ra theo cách thông thường; hãy mở bằng Excel và lưu lại.",
        "The XLSX file is not written as spreadsheet programs do; open it in Excel and save it again.",
    )
}

pub(super) fn broken(error: &XlsxError) -> Problem {
    tracing::debug!(%error, "a workbook could not be read");
    match error {
        XlsxError::Password => Problem::of_file(
            "PASSWORD",
            "Tệp XLSX có mật khẩu; hãy bỏ mật khẩu rồi gửi lại.",
            "The XLSX file has a password; remove it and send the file again.",
        ),
        _ => cut_off(),
    }
}
