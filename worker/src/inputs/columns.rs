//! The columns that a file of each kind has: by code, or by the headers that offices use. Those of the official table
//! stand below merged cells, and are named by the way down to them.

use std::sync::LazyLock;

use entity::import::Kind;

use crate::files::{Column, Layout};
use crate::imports::REFUSAL_COLUMNS;

/// What may stand beside the columns and says nothing.
const IGNORED: [&str; 6] = ["STT", "TT", "Số TT", REFUSAL_COLUMNS[0], REFUSAL_COLUMNS[1], REFUSAL_COLUMNS[2]];

const fn must(code: &'static str, headers: &'static [&'static str]) -> Column {
    Column { code, headers, required: true }
}

const fn may(code: &'static str, headers: &'static [&'static str]) -> Column {
    Column { code, headers, required: false }
}

const AGENCY: Column = must(
    "agency",
    &[
        "Mã cơ quan",
        "Mã đơn vị",
        "Cơ quan",
        "Đơn vị",
        "Tên cơ quan",
        "Tên đơn vị",
        "Cơ quan, đơn vị",
        "Tên cơ quan, đơn vị",
        "Agency code",
    ],
);
const AS_OF: &[&str] = &["Tính đến ngày", "Ngày số liệu", "Số liệu đến ngày", "As of"];
const SOURCE: Column = may("source", &["Nguồn", "Nguồn số liệu"]);
const NOTE: Column = may("note", &["Ghi chú"]);

/// The headers of a column below one of several merged cells.
macro_rules! below {
    ([$a:literal, $b:literal, $c:literal, $d:literal], $($leaf:literal),+) => {
        &[$(
            concat!($a, " > ", $leaf),
            concat!($b, " > ", $leaf),
            concat!($c, " > ", $leaf),
            concat!($d, " > ", $leaf),
        )+]
    };
}

macro_rules! received {
    ($($leaf:literal),+) => {
        below!(["Số lượng hồ sơ tiếp nhận", "Số hồ sơ tiếp nhận", "Hồ sơ tiếp nhận", "Tiếp nhận"], $($leaf),+)
    };
}

macro_rules! resolved {
    ($($leaf:literal),+) => {
        below!(
            ["Số lượng hồ sơ đã giải quyết", "Số hồ sơ đã giải quyết", "Hồ sơ đã giải quyết", "Đã giải quyết"],
            $($leaf),+
        )
    };
}

macro_rules! pending {
    ($($leaf:literal),+) => {
        below!(
            ["Số lượng hồ sơ đang giải quyết", "Số hồ sơ đang giải quyết", "Hồ sơ đang giải quyết", "Đang giải quyết"],
            $($leaf),+
        )
    };
}

/// Forms II.06a and 06. The two columns before the counts are the row's number, in which a total is often written, and
/// the agency.
static TABLES: &[Column] = &[
    may("no", &["STT", "TT", "Số TT"]),
    AGENCY,
    may("received_total", received!("Tổng số")),
    may("received_online", received!("Trong kỳ > Trực tuyến", "Trực tuyến")),
    may(
        "received_postal",
        received!("Trong kỳ > Bưu chính công ích", "Trong kỳ > Dịch vụ bưu chính", "Bưu chính công ích"),
    ),
    may(
        "received_direct_or_postal",
        received!(
            "Trong kỳ > Trực tiếp, dịch vụ bưu chính",
            "Trong kỳ > Trực tiếp, bưu chính công ích",
            "Trực tiếp, dịch vụ bưu chính",
            "Trực tiếp, bưu chính công ích"
        ),
    ),
    may("carried_over", received!("Từ kỳ trước", "Từ kỳ trước chuyển sang", "Kỳ trước chuyển sang")),
    may("resolved_total", resolved!("Tổng số")),
    may("resolved_early", resolved!("Trước hạn")),
    may("resolved_on_time", resolved!("Đúng hạn")),
    may("resolved_early_or_on_time", resolved!("Trước hạn và đúng hạn", "Trước và đúng hạn")),
    may("resolved_overdue", resolved!("Quá hạn")),
    may("pending_total", pending!("Tổng số")),
    may("pending_in_time", pending!("Trong hạn")),
    may("pending_overdue", pending!("Quá hạn")),
    may("overdue_total", &["Tổng số hồ sơ quá hạn", "Tổng số quá hạn"]),
    may("as_of", AS_OF),
    SOURCE,
    NOTE,
];

static OBSERVATIONS: &[Column] = &[
    AGENCY,
    must("measure", &["Mã chỉ số", "Mã số liệu", "Chỉ số", "Measure code"]),
    must("value", &["Giá trị", "Số liệu", "Value"]),
    must("as_of", AS_OF),
    SOURCE,
    may("verified", &["Đã xác minh", "Verified"]),
    NOTE,
];

static DOCUMENTS: &[Column] = &[
    AGENCY,
    must("code", &["Mã văn bản", "Document code"]),
    may("pillar", &["Lĩnh vực", "Mã lĩnh vực", "Pillar"]),
    may("name_vi", &["Tên văn bản", "Vietnamese name"]),
    may("name_en", &["Tên tiếng Anh", "English name"]),
    may("state", &["Trạng thái", "State"]),
    must("issued_on", &["Ngày ban hành", "Issued on"]),
    must("due_on", &["Hạn ban hành", "Ngày phải ban hành", "Due on"]),
    must("as_of", AS_OF),
    SOURCE,
    NOTE,
];

static LISTINGS: &[Column] = &[
    AGENCY,
    must("channel", &["Kênh niêm yết", "Nơi niêm yết", "Channel"]),
    must("listed", &["Số TTHC đã niêm yết", "Đã niêm yết", "Listed"]),
    must("required", &["Số TTHC phải niêm yết", "Phải niêm yết", "Required"]),
    must("as_of", AS_OF),
    SOURCE,
    NOTE,
];

/// The columns of decisions and channels must be there, though their cells may be empty: what is empty is said to be so.
static PROCEDURES: &[Column] = &[
    AGENCY,
    must("procedure", &["Mã TTHC", "Mã thủ tục", "Mã thủ tục hành chính", "Procedure code"]),
    must(
        "publishing_decision",
        &["Quyết định công bố", "Số quyết định công bố", "QĐ công bố", "Publishing decision"],
    ),
    must("published_on", &["Ngày công bố", "Ngày quyết định công bố", "Published on"]),
    must(
        "internal_process",
        &[
            "Quy trình nội bộ",
            "Quyết định phê duyệt quy trình nội bộ",
            "QĐ phê duyệt quy trình nội bộ",
            "Quy trình nội bộ, quy trình điện tử",
            "Internal process",
        ],
    ),
    must(
        "process_approved_on",
        &[
            "Ngày phê duyệt quy trình nội bộ",
            "Ngày phê duyệt quy trình",
            "Ngày phê duyệt",
            "Process approved on",
        ],
    ),
    must("one_stop_unit", &["Niêm yết tại Bộ phận Một cửa", "Bộ phận Một cửa", "One-stop unit"]),
    must(
        "agency_website",
        &[
            "Niêm yết trên trang thông tin điện tử",
            "Công khai trên trang thông tin điện tử",
            "Niêm yết trên cổng thông tin điện tử",
            "Trang thông tin điện tử",
            "Cổng thông tin điện tử",
            "Agency website",
        ],
    ),
    must(
        "provincial_service_centre",
        &[
            "Niêm yết tại Trung tâm Phục vụ hành chính công",
            "Niêm yết tại Trung tâm Phục vụ hành chính công tỉnh",
            "Trung tâm Phục vụ hành chính công",
            "Trung tâm Phục vụ hành chính công tỉnh",
            "Provincial service centre",
        ],
    ),
    must("as_of", AS_OF),
    SOURCE,
    NOTE,
];

/// The columns of a kind, in the order of a row's cells; none of dossiers, which have columns of their own.
#[must_use]
pub fn columns(kind: Kind) -> &'static [Column] {
    match kind {
        Kind::DossierTables => TABLES,
        Kind::Observations => OBSERVATIONS,
        Kind::Documents => DOCUMENTS,
        Kind::Listings => LISTINGS,
        Kind::Procedures => PROCEDURES,
        Kind::Dossiers => &[],
    }
}

/// The layouts of every kind, of files that name the agency and of those of one agency, which need not.
static LAYOUTS: LazyLock<Vec<(Kind, bool, Layout)>> = LazyLock::new(|| {
    let of_one = |kind| {
        let columns = columns(kind).iter().copied();
        let columns: Vec<_> = columns
            .map(|column| Column { required: column.required && column.code != "agency", ..column })
            .collect();
        // Made once, and there as long as the process.
        &*Box::leak(columns.into_boxed_slice())
    };
    let layout = |kind, columns| Layout {
        columns,
        ignored: &IGNORED,
        header_rows: if kind == Kind::DossierTables { 3 } else { 1 },
        totals: &[],
    };
    let kinds = Kind::ALL.iter().copied();
    kinds
        .flat_map(|kind| {
            [(kind, false, layout(kind, columns(kind))), (kind, true, layout(kind, of_one(kind)))]
        })
        .collect()
});

/// How a file of a kind is laid out; of one agency, it need not name it.
pub(super) fn layout(kind: Kind, of_one_agency: bool) -> Option<&'static Layout> {
    let mut layouts = LAYOUTS.iter();
    layouts.find(|(of, one, _)| (*of, *one) == (kind, of_one_agency)).map(|(_, _, layout)| layout)
}
