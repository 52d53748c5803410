//! From steps to the rows that they write, or to everything that is wrong with them at once. Pure.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use entity::succession::Kind;
use entity::{AgencyId, BlockId};
use scoring::Exact;

use super::step::{NewAgency, NewBlock, Refused, Rule, Step, Succeed};

/// The longest text, in characters.
const LONGEST_TEXT: usize = 200;
/// The longest code.
const LONGEST_CODE: usize = 40;

/// The registry as far as a change looks at it.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    agencies: BTreeMap<String, Known>,
    blocks: BTreeMap<String, BlockId>,
    successions: BTreeMap<(AgencyId, NaiveDate, End), Vec<Recorded>>,
}

/// Which end of a succession an agency is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Predecessor,
    Successor,
}

/// An agency that there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its id.
    pub id: AgencyId,
    /// The first day of its existence.
    pub valid_from: NaiveDate,
    /// The day after the last.
    pub valid_to: Option<NaiveDate>,
    /// The block in which it is ranked last.
    pub block: BlockId,
    /// Since when, if it was in another before.
    pub placed_on: Option<NaiveDate>,
}

/// A succession that is on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// How.
    pub kind: Kind,
    /// The predecessor.
    pub from: AgencyId,
    /// The successor.
    pub to: AgencyId,
    /// From which day on.
    pub on: NaiveDate,
    /// The declared share.
    pub share: Option<Exact>,
}

/// What is to be written, in that order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Blocks to register.
    pub blocks: Vec<(BlockId, NewBlock)>,
    /// Agencies to register, with the ids of their blocks and of the agencies above them.
    pub agencies: Vec<(AgencyId, BlockId, Option<AgencyId>, NewAgency)>,
    /// Agencies that end, and the first day on which they no longer exist.
    pub closed: Vec<(AgencyId, NaiveDate)>,
    /// Successions to record.
    pub successions: Vec<(Recorded, Succeed)>,
    /// Agencies to place: the block that each leaves, the one that it enters, and the day.
    pub placed: Vec<(AgencyId, BlockId, BlockId, NaiveDate)>,
    /// The agencies that are concerned, in the order of the steps.
    pub concerned: Vec<AgencyId>,
}

impl Registry {
    /// These agencies and blocks, by code.
    pub fn new(agencies: BTreeMap<String, Known>, blocks: BTreeMap<String, BlockId>) -> Self {
        Self { agencies, blocks, successions: BTreeMap::new() }
    }

    /// Adds a succession that is on record.
    pub fn remember(&mut self, recorded: Recorded) {
        let predecessor = (recorded.from, recorded.on, End::Predecessor);
        self.successions.entry(predecessor).or_default().push(recorded.clone());
        let successor = (recorded.to, recorded.on, End::Successor);
        self.successions.entry(successor).or_default().push(recorded);
    }

    /// The successions of an agency on a day.
    fn recorded(&self, agency: AgencyId, on: NaiveDate, end: End) -> impl Iterator<Item = &Recorded> {
        self.successions.get(&(agency, on, end)).into_iter().flatten()
    }

    /// What `steps` write.
    ///
    /// # Errors
    /// Every step that cannot be, and why; nothing is to be written then.
    pub fn plan(mut self, steps: &[Step]) -> Result<Plan, Vec<Refused>> {
        let mut plan = Plan::default();
        let mut refused = Vec::new();
        for (step, what) in steps.iter().enumerate() {
            let broken = match what {
                Step::RegisterBlock(block) => self.register_block(block, &mut plan),
                Step::Register(agency) => self.register(agency, &mut plan),
                Step::Succeed(succeed) => self.succeed(succeed, &mut plan),
                Step::Close { agency, on } => self.close(agency, *on, &mut plan),
                Step::Place { agency, block, from } => self.place(agency, block, *from, &mut plan),
            };
            refused.extend(broken.into_iter().map(|(field, rule)| Refused { step, field, rule }));
        }
        if refused.is_empty() { Ok(plan) } else { Err(refused) }
    }

    fn register_block(&mut self, block: &NewBlock, plan: &mut Plan) -> Broken {
        let mut broken = names(&block.code, &block.name_vi, &block.name_en);
        if self.blocks.contains_key(&block.code) {
            broken.push(("code", Rule::CodeTaken(block.code.clone())));
        }
        if broken.is_empty() {
            let id = BlockId::generate();
            self.blocks.insert(block.code.clone(), id);
            plan.blocks.push((id, block.clone()));
        }
        broken
    }

    fn register(&mut self, agency: &NewAgency, plan: &mut Plan) -> Broken {
        let mut broken = names(&agency.code, &agency.name_vi, &agency.name_en);
        if self.agencies.contains_key(&agency.code) {
            broken.push(("code", Rule::CodeTaken(agency.code.clone())));
        }
        broken.extend(day("validFrom", agency.valid_from));
        if agency.tags.iter().any(|tag| !is_code(tag)) {
            broken.push(("tags", Rule::InvalidCode));
        }
        let block = self.blocks.get(&agency.block).copied();
        if block.is_none() {
            broken.push(("block", Rule::UnknownBlock(agency.block.clone())));
        }
        let parent = match &agency.parent {
            None => None,
            Some(code) if *code == agency.code => {
                broken.push(("parent", Rule::Itself(code.clone())));
                None
            }
            Some(code) => match self.valid(code, agency.valid_from) {
                Ok(known) => Some(known.id),
                Err(rule) => {
                    broken.push(("parent", rule));
                    None
                }
            },
        };
        if let (Some(block), true) = (block, broken.is_empty()) {
            let id = AgencyId::generate();
            let known = Known { id, valid_from: agency.valid_from, valid_to: None, block, placed_on: None };
            self.agencies.insert(agency.code.clone(), known);
            plan.agencies.push((id, block, parent, agency.clone()));
            plan.concerned.push(id);
        }
        broken
    }

    fn succeed(&mut self, succeed: &Succeed, plan: &mut Plan) -> Broken {
        let Succeed { kind, from, to, effective_on: on, .. } = succeed;
        let mut broken = Broken::new();
        broken.extend(day("effectiveOn", *on));
        broken.extend(day("decidedOn", succeed.decided_on));
        broken.extend(text("decisionNumber", &succeed.decision_number));
        let share = match share(*kind, succeed.share.as_deref()) {
            Ok(share) => share,
            Err(rule) => {
                broken.push(("share", rule));
                None
            }
        };
        if from == to {
            broken.push(("to", Rule::Itself(to.clone())));
            return broken;
        }
        let predecessor = self.predecessor(*kind, from, *on);
        let successor = self.valid(to, *on).map(|known| known.id);
        let (predecessor, successor) = match (predecessor, successor) {
            (Ok(predecessor), Ok(successor)) => (predecessor, successor),
            (predecessor, successor) => {
                broken.extend(predecessor.err().map(|rule| ("from", rule)));
                broken.extend(successor.err().map(|rule| ("to", rule)));
                return broken;
            }
        };
        let recorded = Recorded { kind: *kind, from: predecessor, to: successor, on: *on, share };
        broken.extend(self.beside(&recorded, from));
        if broken.is_empty() {
            if kind.ends_predecessor() {
                self.end(from, *on, plan);
            }
            plan.concerned.extend([predecessor, successor]);
            plan.successions.push((recorded.clone(), succeed.clone()));
            self.remember(recorded);
        }
        broken
    }

    /// The agency whose work goes over: it exists on the day before, and where it ends by it, not after that day
    /// by another record.
    fn predecessor(&self, kind: Kind, code: &str, on: NaiveDate) -> Result<AgencyId, Rule> {
        let known = self.valid(code, on.pred_opt().unwrap_or(on))?;
        let ends_otherwise = known.valid_to.is_some_and(|valid_to| valid_to != on);
        if kind.ends_predecessor() && ends_otherwise {
            return Err(not_valid(code, on, known));
        }
        Ok(known.id)
    }

    /// What a succession breaks beside those that are on record.
    fn beside(&self, new: &Recorded, from: &str) -> Broken {
        let of_predecessor = || self.recorded(new.from, new.on, End::Predecessor);
        if of_predecessor().any(|other| other.to == new.to) {
            return vec![("to", Rule::Twice)];
        }
        let is_whole = new.kind.is_whole() || of_predecessor().any(|other| other.kind.is_whole());
        let of_successor = || self.recorded(new.to, new.on, End::Successor);
        let renamed = of_successor().any(|other| other.kind == Kind::Rename)
            || (new.kind == Kind::Rename && of_successor().next().is_some());
        if (is_whole && of_predecessor().next().is_some()) || renamed {
            return vec![("to", Rule::NotAlone(from.to_owned()))];
        }
        let shares = of_predecessor().chain([new]).filter_map(|link| link.share.as_ref());
        if shares.sum::<Exact>() > Exact::one() {
            return vec![("share", Rule::SharesExceedOne(from.to_owned()))];
        }
        Broken::new()
    }

    fn close(&mut self, code: &str, on: NaiveDate, plan: &mut Plan) -> Broken {
        let mut broken: Broken = day("on", on).into_iter().collect();
        match self.valid(code, on.pred_opt().unwrap_or(on)) {
            Ok(known) if known.valid_to.is_none() => {}
            Ok(known) => broken.push(("agency", not_valid(code, on, known))),
            Err(rule) => broken.push(("agency", rule)),
        }
        if broken.is_empty() {
            self.end(code, on, plan);
        }
        broken
    }

    fn end(&mut self, code: &str, on: NaiveDate, plan: &mut Plan) {
        if let Some(known) = self.agencies.get_mut(code)
            && known.valid_to.is_none()
        {
            known.valid_to = Some(on);
            plan.closed.push((known.id, on));
            plan.concerned.push(known.id);
        }
    }

    fn place(&mut self, code: &str, block: &str, from: NaiveDate, plan: &mut Plan) -> Broken {
        let mut broken: Broken = day("from", from).into_iter().collect();
        let entered = self.blocks.get(block).copied();
        if entered.is_none() {
            broken.push(("block", Rule::UnknownBlock(block.to_owned())));
        }
        let known = match self.valid(code, from) {
            Ok(known) => known.clone(),
            Err(rule) => {
                broken.push(("agency", rule));
                return broken;
            }
        };
        let later = from > known.placed_on.unwrap_or(known.valid_from);
        if !later || entered == Some(known.block) {
            broken.push(("from", Rule::NotLater));
        }
        if let (Some(entered), true, Some(agency)) = (entered, broken.is_empty(), self.agencies.get_mut(code))
        {
            plan.placed.push((known.id, known.block, entered, from));
            plan.concerned.push(known.id);
            (agency.block, agency.placed_on) = (entered, Some(from));
        }
        broken
    }

    /// The agency with a code, if it exists on a day.
    fn valid(&self, code: &str, on: NaiveDate) -> Result<&Known, Rule> {
        let known = self.agencies.get(code).ok_or_else(|| Rule::UnknownAgency(code.to_owned()))?;
        let ended = known.valid_to.is_some_and(|valid_to| valid_to <= on);
        if known.valid_from > on || ended { Err(not_valid(code, on, known)) } else { Ok(known) }
    }
}

type Broken = Vec<(&'static str, Rule)>;

fn not_valid(code: &str, on: NaiveDate, known: &Known) -> Rule {
    Rule::NotValid { agency: code.to_owned(), on, valid_from: known.valid_from, valid_to: known.valid_to }
}

/// The share that a text declares.
fn share(kind: Kind, text: Option<&str>) -> Result<Option<Exact>, Rule> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(kind.is_whole().then(Exact::one));
    };
    let share: Exact = text.parse().map_err(|_| Rule::InvalidShare(text.to_owned()))?;
    if share.is_negative() || share > Exact::one() {
        return Err(Rule::InvalidShare(text.to_owned()));
    }
    if kind.is_whole() && share != Exact::one() {
        return Err(Rule::ShareNotWhole);
    }
    Ok(Some(share))
}

fn names(code: &str, name_vi: &str, name_en: &str) -> Broken {
    let mut broken = Broken::new();
    if !is_code(code) {
        broken.push(("code", Rule::InvalidCode));
    }
    broken.extend(text("nameVi", name_vi));
    broken.extend(text("nameEn", name_en));
    broken
}

fn is_code(code: &str) -> bool {
    let letter =
        |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    (1..=LONGEST_CODE).contains(&code.len()) && code.bytes().all(letter)
}

fn text(field: &'static str, text: &str) -> Option<(&'static str, Rule)> {
    let fits = (1..=LONGEST_TEXT).contains(&text.trim().chars().count()) && !text.contains('\0');
    (!fits).then_some((field, Rule::InvalidText))
}

fn day(field: &'static str, day: NaiveDate) -> Option<(&'static str, Rule)> {
    (!(1900..2200).contains(&day.year())).then_some((field, Rule::InvalidDay(day)))
}
