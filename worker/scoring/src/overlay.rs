//! Facts as they would be: what is laid over an agency's facts to see what would come of it.

use chrono::NaiveDate;

use crate::facts::{Appraisal, Fact, FactValue, Facts};
use crate::rule::MeasureCode;
use crate::{Exact, Source};

/// One thing that is taken to be otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// A measure has this value; `None`: it was not reported.
    Value {
        /// The measure.
        measure: MeasureCode,
        /// Its value.
        value: Option<FactValue>,
    },
    /// An applicability tag holds, or does not.
    Tag {
        /// The tag.
        tag: String,
        /// Whether it holds.
        holds: bool,
    },
    /// The agency is exempt from a leaf, for this reason; `None`: it is not.
    Exemption {
        /// The leaf's code.
        criterion: String,
        /// The reason.
        reason: Option<String>,
    },
    /// An appraiser gave a MANUAL leaf these points; `None`: nobody appraised it.
    Appraisal {
        /// The leaf's code.
        criterion: String,
        /// The points.
        points: Option<Exact>,
    },
}

impl Facts {
    /// Lays `overlay` over the facts. What is new holds on `as_of`; a value that was there keeps its source and day.
    pub fn overlay(&mut self, overlay: &Overlay, as_of: NaiveDate) {
        if let Overlay::Value { measure, .. } = overlay {
            self.succession.remove(measure);
            self.broken.remove(measure);
        }
        match overlay {
            Overlay::Value { measure, value: None } => _ = self.values.remove(measure),
            Overlay::Value { measure, value: Some(value) } => {
                let new = Fact { value: value.clone(), source: Source::AgencyReport, as_of };
                self.values.entry(measure.clone()).or_insert(new).value = value.clone();
            }
            Overlay::Tag { tag, holds: true } => _ = self.tags.insert(tag.clone()),
            Overlay::Tag { tag, holds: false } => _ = self.tags.remove(tag),
            Overlay::Exemption { criterion, reason: Some(reason) } => {
                self.exemptions.insert(criterion.clone(), reason.clone());
            }
            Overlay::Exemption { criterion, reason: None } => _ = self.exemptions.remove(criterion),
            Overlay::Appraisal { criterion, points: None } => _ = self.appraisals.remove(criterion),
            Overlay::Appraisal { criterion, points: Some(points) } => {
                let (points, note) = (points.clone(), "mô phỏng / simulated".to_owned());
                let appraisal = Appraisal { points, note, appraised_by: "–".to_owned(), as_of };
                self.appraisals.insert(criterion.clone(), appraisal);
            }
        }
    }
}
