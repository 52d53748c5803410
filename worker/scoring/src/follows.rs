//! What a set says of the one that it follows: which of its criteria take the place of which. It is declared, never
//! guessed from codes or names, for it decides what is compared with what.

use std::collections::{BTreeMap, BTreeSet};

use crate::criteria::{CriteriaSetDocument, SetVersion};
use crate::fault::{Defect, Fault, cut};
use crate::validate::{Place, places};
use crate::{Language, Level};

/// Why something cannot take the place of what it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfollowed {
    /// The set follows none, so its criteria follow nothing.
    NoSet,
    /// The set follows itself, or a later version of itself.
    NotEarlier,
    /// A code that what stands above or below follows too: a part would be compared with its whole.
    AlsoAbove(String),
    /// There is no such set; its code and version.
    UnknownSet(SetVersion),
    /// The set that is followed has no such criterion.
    Unknown(String),
    /// A leaf of the bonus or deduction follows something of the tree, or the other way round.
    OtherKind(String),
    /// One of two that are followed stands below the other.
    WithItsPart(String),
}

impl Unfollowed {
    /// What is wrong, in a language.
    pub(crate) fn said(&self, language: Language) -> String {
        let (vi, en) = match self {
            Self::NoSet => (
                "bộ tiêu chí chưa ghi kế thừa bộ nào (follows)".to_owned(),
                "the set does not say which set it follows".to_owned(),
            ),
            Self::NotEarlier => (
                "bộ tiêu chí phải kế thừa một phiên bản trước".to_owned(),
                "a set follows an earlier version than itself".to_owned(),
            ),
            Self::AlsoAbove(code) => {
                let code = cut(code);
                (
                    format!("`{code}` đã được kế thừa bởi tiêu chí cấp trên hoặc cấp dưới"),
                    format!("`{code}` is followed by what stands above or below, too"),
                )
            }
            Self::UnknownSet(SetVersion { code, version }) => {
                let code = cut(code);
                (
                    format!("không có bộ tiêu chí `{code}` phiên bản {version}"),
                    format!("there is no criteria set `{code}` version {version}"),
                )
            }
            Self::Unknown(code) => {
                let code = cut(code);
                (
                    format!("bộ tiêu chí được kế thừa không có `{code}`"),
                    format!("the set that is followed has no `{code}`"),
                )
            }
            Self::OtherKind(code) => {
                let code = cut(code);
                (
                    format!("`{code}` không cùng loại (trong bảng, điểm thưởng, điểm trừ)"),
                    format!("`{code}` is not of the same kind (of the tree, bonus, deduction)"),
                )
            }
            Self::WithItsPart(code) => {
                let code = cut(code);
                (
                    format!("`{code}` là thành phần của một tiêu chí cũng được kế thừa"),
                    format!("`{code}` is a part of something that is followed, too"),
                )
            }
        };
        if language == Language::Vietnamese { vi } else { en }
    }
}

/// What is wrong with the set that `document` follows.
pub(crate) fn followed(document: &CriteriaSetDocument) -> Option<Fault> {
    let SetVersion { code, version } = document.follows.as_ref()?;
    let itself = *code == document.code && *version >= document.version;
    itself.then_some(Fault::Follows(Unfollowed::NotEarlier))
}

/// What is wrong with what the criteria of `document` follow, as far as it says itself.
pub(crate) fn following(document: &CriteriaSetDocument, places: &[Place<'_>]) -> Vec<Defect> {
    let mut defects = Vec::new();
    for place in places.iter().filter(|place| !place.criterion.follows.is_empty()) {
        if document.follows.is_none() {
            defects.push(place.defect(Fault::Follows(Unfollowed::NoSet)));
        }
        let above = places.iter().filter(|above| is_below(place, above));
        let above: BTreeSet<_> = above.flat_map(|above| &above.criterion.follows).collect();
        let twice = place.criterion.follows.iter().filter(|code| above.contains(code));
        defects.extend(twice.map(|code| place.defect(Fault::Follows(Unfollowed::AlsoAbove(code.clone())))));
    }
    defects
}

fn is_below(part: &Place<'_>, whole: &Place<'_>) -> bool {
    part.path.strip_prefix(&whole.path).is_some_and(|rest| rest.starts_with('.'))
}

/// Whether both stand in the tree, the bonus or the deduction.
pub(crate) fn is_same_kind(one: Level, other: Level) -> bool {
    let outside = |level| matches!(level, Level::Bonus | Level::Deduction).then_some(level);
    outside(one) == outside(other)
}

/// What `later` says of `earlier`, the set that it follows, that cannot be; in reading order.
pub fn check_follows(later: &CriteriaSetDocument, earlier: &CriteriaSetDocument) -> Vec<Defect> {
    let of_earlier = places(earlier);
    let of_earlier: BTreeMap<_, _> =
        of_earlier.iter().map(|place| (place.criterion.code.as_str(), place)).collect();
    let mut defects = Vec::new();
    for place in places(later) {
        let mut followed: Vec<&Place<'_>> = Vec::new();
        for code in &place.criterion.follows {
            let why = match of_earlier.get(code.as_str()) {
                None => Unfollowed::Unknown(code.clone()),
                Some(found) if !is_same_kind(found.level, place.level) => Unfollowed::OtherKind(code.clone()),
                Some(found) => {
                    followed.push(found);
                    continue;
                }
            };
            defects.push(place.defect(Fault::Follows(why)));
        }
        let parts = followed.iter().filter(|part| followed.iter().any(|whole| is_below(part, whole)));
        defects.extend(
            parts.map(|part| {
                place.defect(Fault::Follows(Unfollowed::WithItsPart(part.criterion.code.clone())))
            }),
        );
    }
    defects
}
