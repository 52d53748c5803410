//! The form of an upload, read as it comes: the file goes to a temporary file without a name, which is gone with the
//! process however it ends, and its SHA-256 is taken on the way.

use std::fmt::Write;
use std::io;
use std::time::Duration;

use axum::extract::Request;
use axum::http::{StatusCode, header};
use entity::import::{Kind, Mode};
use multer::{Constraints, Field, Multipart, SizeLimit};
use reform_worker::inputs::WhenBroken;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use tokio::time::{Instant, timeout};

use super::super::{Limits, Refusal};
use super::internal;

/// The most bytes of a field that is no file.
const LARGEST_FIELD: u64 = 256;

/// A form that was read to its end.
pub(super) struct Form {
    pub(super) file: std::fs::File,
    pub(super) name: String,
    pub(super) sha256: String,
    pub(super) mode: Mode,
    pub(super) dry_run: bool,
    pub(super) agency: Option<String>,
    pub(super) ignore_unknown_columns: bool,
    pub(super) period: Option<String>,
    pub(super) when_broken: WhenBroken,
}

/// A file that was received.
struct Received {
    file: std::fs::File,
    name: String,
    sha256: String,
}

/// What has come so far.
#[derive(Default)]
struct Fields {
    file: Option<Received>,
    mode: Option<Mode>,
    dry_run: Option<bool>,
    agency: Option<String>,
    ignore_unknown_columns: Option<bool>,
    period: Option<String>,
    when_broken: Option<WhenBroken>,
}

/// The fields that a form may have.
pub(super) fn known_fields(kind: Kind) -> Vec<&'static str> {
    let mut known = vec!["file", "mode", "dryRun", "agency", "unknownColumns"];
    if kind != Kind::Dossiers {
        known.push("period");
    }
    if kind == Kind::DossierTables {
        known.push("whenBroken");
    }
    known
}

/// Reads the form of a request that hands in such a file.
pub(super) async fn read(request: Request, kind: Kind, limits: &Limits) -> Result<Form, Refusal> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = content_type.and_then(|value| multer::parse_boundary(value).ok()).ok_or_else(|| {
        let message =
            "Gửi biểu mẫu `multipart/form-data`. / Send a form: `Content-Type: multipart/form-data`.";
        Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message)
    })?;
    let sizes = SizeLimit::new()
        .whole_stream(limits.upload_bytes + 64 * 1024)
        .per_field(LARGEST_FIELD)
        .for_field("file", limits.upload_bytes);
    let constraints = Constraints::new().allowed_fields(known_fields(kind)).size_limit(sizes);
    let body = request.into_body().into_data_stream();
    let mut form = Multipart::with_constraints(body, boundary, constraints);
    let pace = Pace { began: Instant::now(), limits };
    let mut fields = Fields::default();
    while let Some(field) = pace.wait(form.next_field()).await?.map_err(|error| broken(error, kind))? {
        fields.take(field, kind, &pace).await?;
    }
    fields.whole()
}

impl Fields {
    async fn take(&mut self, mut field: Field<'_>, kind: Kind, pace: &Pace<'_>) -> Result<(), Refusal> {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let received = receive(&mut field, kind, pace).await?;
            return once(&mut self.file, received, "file");
        }
        let text = pace.wait(field.text()).await?.map_err(|error| broken(error, kind))?;
        let text = text.trim();
        match name.as_str() {
            "mode" => once(
                &mut self.mode,
                text.parse().map_err(|_| unclear("mode", "ALL_OR_NOTHING, ACCEPT_VALID"))?,
                "mode",
            ),
            "dryRun" => once(&mut self.dry_run, flag("dryRun", text)?, "dryRun"),
            "agency" => once(&mut self.agency, text.to_owned(), "agency"),
            "period" => once(&mut self.period, text.to_owned(), "period"),
            "whenBroken" => {
                let chosen = text.parse().map_err(|_| unclear("whenBroken", "REFUSE, FLAG"))?;
                once(&mut self.when_broken, chosen, "whenBroken")
            }
            _ => {
                let ignored = match text {
                    "REFUSE" => false,
                    "IGNORE" => true,
                    _ => return Err(unclear("unknownColumns", "REFUSE, IGNORE")),
                };
                once(&mut self.ignore_unknown_columns, ignored, "unknownColumns")
            }
        }
    }

    fn whole(self) -> Result<Form, Refusal> {
        let Received { file, name, sha256 } = self.file.ok_or_else(|| {
            bad("MISSING_FILE", "Thiếu trường `file`. / The field `file` is missing.".to_owned())
        })?;
        Ok(Form {
            file,
            name,
            sha256,
            mode: self.mode.unwrap_or(Mode::AllOrNothing),
            dry_run: self.dry_run.unwrap_or(false),
            agency: self.agency.filter(|agency| !agency.is_empty()),
            ignore_unknown_columns: self.ignore_unknown_columns.unwrap_or(false),
            period: self.period.filter(|period| !period.is_empty()),
            when_broken: self.when_broken.unwrap_or(WhenBroken::Refuse),
        })
    }
}

async fn receive(field: &mut Field<'_>, kind: Kind, pace: &Pace<'_>) -> Result<Received, Refusal> {
    let name = field.file_name().unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.chars().filter(|letter| !letter.is_control()).take(200).collect();
    let mut file = File::from_std(tempfile::tempfile().map_err(|error| unstored(&error))?);
    let mut hash = Sha256::new();
    let mut received = 0;
    while let Some(chunk) = pace.wait(field.chunk()).await?.map_err(|error| broken(error, kind))? {
        received += chunk.len() as u64;
        pace.keep(received)?;
        hash.update(&chunk);
        file.write_all(&chunk).await.map_err(|error| unstored(&error))?;
    }
    file.flush().await.map_err(|error| unstored(&error))?;
    file.rewind().await.map_err(|error| unstored(&error))?;
    let mut sha256 = String::with_capacity(64);
    for byte in hash.finalize() {
        write!(sha256, "{byte:02x}").ok();
    }
    Ok(Received { file: file.into_std().await, name, sha256 })
}

/// How fast the form must come.
struct Pace<'a> {
    began: Instant,
    limits: &'a Limits,
}

impl Pace<'_> {
    /// Waits for the next piece, but not too long.
    async fn wait<T>(&self, next: impl Future<Output = T>) -> Result<T, Refusal> {
        let left = self.limits.upload_within.saturating_sub(self.began.elapsed());
        timeout(left.min(self.limits.body_within), next).await.map_err(|_| too_slow())
    }

    /// Whether so much has come in time.
    fn keep(&self, received: u64) -> Result<(), Refusal> {
        let counted = self.began.elapsed().saturating_sub(self.limits.body_within);
        let wanted = self.limits.upload_bytes_per_second.saturating_mul(counted.as_secs());
        if received >= wanted && counted < self.limits.upload_within.max(Duration::from_secs(1)) {
            return Ok(());
        }
        Err(too_slow())
    }
}

fn once<T>(place: &mut Option<T>, value: T, name: &str) -> Result<(), Refusal> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(bad(
            "BAD_REQUEST",
            format!("Trường `{name}` xuất hiện hai lần. / The field `{name}` stands twice."),
        )),
    }
}

fn flag(name: &'static str, text: &str) -> Result<bool, Refusal> {
    text.parse().map_err(|_| unclear(name, "true, false"))
}

fn unclear(name: &str, known: &str) -> Refusal {
    bad(
        "BAD_REQUEST",
        format!("Trường `{name}` phải là một trong: {known}. / The field `{name}` is one of {known}."),
    )
}

fn bad(code: &'static str, message: String) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, code, message)
}

fn too_slow() -> Refusal {
    let message = "Tệp đến quá chậm; hãy gửi lại. / The file came too slowly; send it again.";
    Refusal::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message).with(header::CONNECTION, "close")
}

fn broken(error: multer::Error, kind: Kind) -> Refusal {
    match error {
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => {
            let message = "Tệp hoặc trường quá lớn. / The file or a field is too large.";
            Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message)
                .with(header::CONNECTION, "close")
        }
        multer::Error::UnknownField { .. } => {
            let known = known_fields(kind).join(", ");
            bad("BAD_REQUEST", format!("Các trường là {known}. / The fields are {known}."))
        }
        error => {
            tracing::debug!(%error, "an upload was cut off");
            bad(
                "TRUNCATED_UPLOAD",
                "Biểu mẫu bị cắt cụt hoặc sai; hãy gửi lại. / The form was cut off or is malformed; send it again."
                    .to_owned(),
            )
            .with(header::CONNECTION, "close")
        }
    }
}

fn unstored(error: &io::Error) -> Refusal {
    if error.kind() == io::ErrorKind::StorageFull {
        tracing::error!(%error, "an upload could not be kept");
        let message =
            "Máy chủ hết chỗ chứa tệp tạm; hãy báo quản trị viên. / The server has no room for the file.";
        return Refusal::new(StatusCode::INSUFFICIENT_STORAGE, "INSUFFICIENT_STORAGE", message);
    }
    internal(error)
}
