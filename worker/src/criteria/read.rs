//! From what was read to a criteria set, or to everything that is wrong with it at once: each criterion and each
//! rule is read by itself, so that one that does not fit hides no other.

use scoring::{
    Adjustment, Band, Catalogue, CriteriaSet, CriteriaSetDocument, Criterion, Defect, Defects, Exact, Fault,
    Ratio, Rule, RuleKind, Term, Tier,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::problem::Problem;
use super::raw::{Place, Raw, Value};

/// The most fields of one group that are told.
const MOST_MISFITS: usize = 40;

/// The set that `raw` means.
///
/// # Errors
/// Every problem at once.
pub(super) fn read(raw: &Raw, catalogue: &Catalogue) -> Result<CriteriaSet, Vec<Problem>> {
    let mut reading = Reading { whole: raw, problems: Vec::new(), broken: Vec::new() };
    let Some(document) = reading.document() else { return Err(reading.problems) };
    match CriteriaSet::new(document, catalogue) {
        Ok(set) if reading.problems.is_empty() => Ok(set),
        Ok(_) => Err(reading.problems),
        Err(Defects(defects)) => Err(reading.with(defects)),
    }
}

struct Reading<'a> {
    whole: &'a Raw,
    problems: Vec<Problem>,
    /// The paths of the criteria that could not be read whole.
    broken: Vec<String>,
}

impl Reading<'_> {
    /// The document with a stand-in for what could not be read; `None` when too little could be.
    fn document(&mut self) -> Option<CriteriaSetDocument> {
        let mut frame = self.whole.clone();
        let pillars = frame.take("pillars");
        let bonus = frame.take("bonus");
        let deduction = frame.take("deduction");
        if let Value::Map(entries) = &mut frame.value
            && let Some(pillars) = &pillars
        {
            // The tree is read apart; that there is none is told by the frame.
            entries.push(("pillars".to_owned(), Raw::list(Vec::new(), &pillars.place)));
        }
        let document = self.frame::<CriteriaSetDocument>("", self.whole, frame);
        let pillars = pillars.map(|pillars| self.criteria("pillars", &pillars));
        let bonus = bonus.and_then(|bonus| self.adjustment("bonus", bonus));
        let deduction = deduction.and_then(|deduction| self.adjustment("deduction", deduction));
        let mut document = document?;
        document.pillars = pillars?;
        (document.bonus, document.deduction) = (bonus, deduction);
        Some(document)
    }

    fn adjustment(&mut self, path: &str, mut raw: Raw) -> Option<Adjustment> {
        if matches!(raw.value, Value::Nothing) {
            return None;
        }
        let leaves = raw.take("leaves");
        if let (Value::Map(entries), Some(leaves)) = (&mut raw.value, &leaves) {
            entries.push(("leaves".to_owned(), Raw::list(Vec::new(), &leaves.place)));
        }
        let adjustment = self.frame::<Adjustment>(path, self.whole, raw);
        let leaves = self.criteria(&format!("{path}.leaves"), &leaves?);
        Some(Adjustment { leaves, ..adjustment? })
    }

    fn criteria(&mut self, path: &str, raw: &Raw) -> Vec<Criterion> {
        let Value::List(items) = &raw.value else {
            // Tells that a list is needed.
            self.fitting::<Vec<Criterion>>(path, raw, raw);
            self.broken.extend(path.rsplit_once('.').map(|(node, _)| node.to_owned()));
            return Vec::new();
        };
        let items = items.iter().enumerate();
        items.map(|(at, item)| self.criterion(&format!("{path}[{at}]"), item)).collect()
    }

    fn criterion(&mut self, path: &str, raw: &Raw) -> Criterion {
        let told = self.problems.len();
        let mut frame = raw.clone();
        let (rule, children) = (frame.take("rule"), frame.take("children"));
        let criterion = self.frame::<Criterion>(path, raw, frame);
        let rule = rule.filter(|rule| !matches!(rule.value, Value::Nothing));
        let rule = rule.map(|rule| self.rule(&format!("{path}.rule"), raw, &rule));
        let is_whole = self.problems.len() == told;
        let children = children.filter(|children| !matches!(children.value, Value::Nothing));
        let children_path = format!("{path}.children");
        let children = children.map(|children| self.criteria(&children_path, &children)).unwrap_or_default();
        if !is_whole {
            self.broken.push(path.to_owned());
        }
        let read = criterion.unwrap_or_else(|| stand_in(raw, path));
        Criterion { rule, children, ..read }
    }

    /// The rule of the criterion `node`, or one in its place. What a rule is made of is read first by itself, for its
    /// own place is lost once the rule is read by its kind.
    fn rule(&mut self, path: &str, node: &Raw, raw: &Raw) -> Rule {
        let told = self.problems.len();
        if let Some(kind) = raw.under("kind") {
            self.fitting::<RuleKind>(&format!("{path}.kind"), node, kind);
        }
        let part = |name: &str| raw.under(name).map(|part| (format!("{path}.{name}"), part));
        if let Some((path, tiers)) = part("tiers") {
            self.fitting::<Vec<Tier>>(&path, node, tiers);
        }
        if let Some((path, bands)) = part("bands") {
            self.fitting::<Vec<Band>>(&path, node, bands);
        }
        if let Some((path, ratio)) = part("ratio") {
            self.fitting::<Ratio>(&path, node, ratio);
        }
        for number in ["target", "floor", "from", "to", "unit_points"] {
            if let Some((path, number)) = part(number) {
                self.fitting::<Option<Exact>>(&path, node, number);
            }
        }
        if let Some((path, Raw { value: Value::List(terms), .. })) = part("terms") {
            for (at, term) in terms.iter().enumerate() {
                self.term(&format!("{path}[{at}]"), node, term);
            }
        }
        let is_whole = self.problems.len() == told;
        let rule = is_whole.then(|| self.fitting::<Rule>(path, node, raw)).flatten();
        rule.unwrap_or(Rule::Manual {})
    }

    fn term(&mut self, path: &str, node: &Raw, raw: &Raw) {
        let mut frame = raw.clone();
        if let Some(rule) = frame.take("rule") {
            self.rule(&format!("{path}.rule"), node, &rule);
        }
        if let Value::Map(entries) = &mut frame.value {
            let manual = ("kind".to_owned(), Raw::text("MANUAL", &raw.place));
            entries.push(("rule".to_owned(), Raw::map(vec![manual], &raw.place)));
        }
        self.fitting::<Term>(path, node, &frame);
    }

    /// `frame` as a `T` with a stand-in for each field that does not fit, so that the next is found too; `None` when
    /// it is no group of fields.
    fn frame<T: DeserializeOwned>(&mut self, path: &str, node: &Raw, mut frame: Raw) -> Option<T> {
        for _ in 0..MOST_MISFITS {
            let misfit = match T::deserialize(&frame) {
                Ok(fitting) => return Some(fitting),
                Err(misfit) => misfit,
            };
            let problem = Problem::of_misfit(self.whole, path, node, &misfit);
            self.broken.push(problem.path.clone());
            self.problems.push(problem);
            let key = misfit.key()?.to_owned();
            frame.take(&key);
            if !misfit.is_superfluous()
                && let Some(value) = stand_in_for(&key)
                && let Value::Map(entries) = &mut frame.value
            {
                entries.push((key, Raw { value, place: Place::default() }));
            }
        }
        None
    }

    /// `frame` as a `T`; what does not fit is told as of `node`, at `path`.
    fn fitting<'f, T: Deserialize<'f>>(&mut self, path: &str, node: &Raw, frame: &'f Raw) -> Option<T> {
        let misfit = match T::deserialize(frame) {
            Ok(fitting) => return Some(fitting),
            Err(misfit) => misfit,
        };
        self.problems.push(Problem::of_misfit(self.whole, path, node, &misfit));
        None
    }

    /// The problems with those of `defects` that are not a mere consequence of what could not be read.
    fn with(mut self, defects: Vec<Defect>) -> Vec<Problem> {
        let follows = |defect: &Defect| {
            let owner = owner(&defect.path);
            let is_sum = matches!(defect.fault, Fault::Sum { .. });
            self.broken.iter().any(|broken| match owner.is_empty() {
                true => is_sum || is_within(&defect.path, broken),
                false => broken == owner || is_sum && is_within(broken, owner),
            })
        };
        let (_, own): (Vec<_>, Vec<_>) = defects.into_iter().partition(follows);
        let whole = self.whole;
        self.problems.extend(own.into_iter().map(|defect| Problem::of_defect(whole, defect)));
        self.problems
    }
}

/// Whether the path `inner` leads to `outer` or below it.
fn is_within(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The criterion in which `path` leads; empty where it leads to the set itself.
fn owner(path: &str) -> &str {
    let tree = ["pillars[", "bonus.leaves[", "deduction.leaves["].iter().any(|root| path.starts_with(root));
    if !tree {
        return "";
    }
    let end = path.find(".rule").unwrap_or(path.len());
    match path[..end].rfind(']') {
        Some(last) => &path[..=last],
        None => "",
    }
}

/// What stands in for a field that every set, criterion or adjustment has.
fn stand_in_for(key: &str) -> Option<Value> {
    match key {
        "code" | "name_vi" | "name_en" => Some(Value::Text("–".to_owned())),
        "max_points" | "cap" | "version" | "print_scale" => Some(Value::Whole(1)),
        "not_applicable" => Some(Value::Text("EXCLUDE_FROM_MAX".to_owned())),
        "grades" | "pillars" | "leaves" => Some(Value::List(Vec::new())),
        _ => None,
    }
}

/// Something in the place of a criterion that could not be read, under its code.
fn stand_in(raw: &Raw, path: &str) -> Criterion {
    let code = raw.under("code").and_then(Raw::as_text).unwrap_or_else(|| path.to_owned());
    Criterion {
        name_vi: code.clone(),
        name_en: code.clone(),
        code,
        pillar: None,
        max_points: Exact::one(),
        rule: None,
        wording_vi: None,
        applies_only_to: Vec::new(),
        due: scoring::Due::EveryPeriod,
        not_applicable: None,
        follows: Vec::new(),
        children: Vec::new(),
    }
}
