//! Changing the registry: agencies are registered, closed, succeed each other and are placed in blocks. Each change is
//! one transaction, all or nothing.

use std::collections::BTreeSet;

use async_graphql::{Context, InputObject, Object};
use chrono::NaiveDate;
use entity::token::Scope;
use reform_worker::audit::action::{CLOSE_AGENCY, PLACE_IN_BLOCK, REGISTER_AGENCY, SUCCEED_AGENCIES};
use reform_worker::registry::{NewAgency, Refused, Step, Succeed};

use super::Agency;
use super::history::agencies_by_id;
use crate::graphql::actor::{actor, record_refusal};
use crate::graphql::codes::{AgencyKind, Source, SuccessionKind};
use crate::graphql::cost;
use crate::graphql::plain::{Whole, plain_object};
use crate::graphql::problem::Problem;
use crate::graphql::user_error::UserError;
use crate::graphql::viewer::administrator;
use crate::graphql::{data, database};
use crate::reorganise::{Change, change_registry};

/// The most agencies on either side of a succession.
const MOST_AGENCIES: usize = 200;

/// The agency that is to be registered.
#[derive(InputObject)]
struct RegisterAgencyInput {
    /// Its code, which no agency has or had: 1 to 40 characters of A–Z, 0–9, `_` and `-`.
    code: String,
    /// The first day of its existence.
    valid_from: NaiveDate,
    /// What it is.
    agency: NewAgencyInput,
}

/// What is said of a new agency.
#[derive(Clone, InputObject)]
struct NewAgencyInput {
    /// Vietnamese name; another agency may have the same.
    name_vi: String,
    /// English name.
    name_en: String,
    /// What it is.
    kind: AgencyKind,
    /// The code of its ranking block.
    block: String,
    /// The code of the agency directly above it.
    parent: Option<String>,
    /// Applicability tags, for instance `HAS_TTHC`.
    #[graphql(default)]
    tags: Vec<String>,
    /// Where what is said of it comes from.
    source: Source,
}

impl NewAgencyInput {
    fn step(self, code: String, valid_from: NaiveDate) -> Step {
        Step::Register(NewAgency {
            code,
            name_vi: self.name_vi,
            name_en: self.name_en,
            kind: self.kind.into(),
            block: self.block,
            parent: self.parent,
            valid_from,
            tags: self.tags,
            source: self.source.into(),
        })
    }
}

/// The agency that is to be closed.
#[derive(InputObject)]
struct CloseAgencyInput {
    /// Its code.
    agency: String,
    /// The first day on which it no longer exists.
    on: NaiveDate,
}

/// Which agencies succeed which: each of `to` succeeds each of `from`.
#[derive(InputObject)]
struct SucceedAgenciesInput {
    /// How. By all but FUNCTION_TRANSFER the predecessors end on that day.
    kind: SuccessionKind,
    /// The predecessors' codes, 1 to 200.
    from: Vec<String>,
    /// The successors, 1 to 200.
    to: Vec<SuccessorInput>,
    /// The first day on which it holds.
    effective_on: NaiveDate,
    /// The decision's number.
    decision_number: String,
    /// The day of the decision.
    decided_on: NaiveDate,
}

/// A successor.
#[derive(InputObject)]
struct SuccessorInput {
    /// Its code.
    code: String,
    /// What part of each predecessor's counts from before that day goes over, exact, 0 to 1; null where they cannot be
    /// divided: then the successor's counts of the period are not known. By MERGE and RENAME all goes over.
    share: Option<String>,
    /// Registers it from that day on; null where it is registered already.
    register: Option<NewAgencyInput>,
}

/// Where an agency is to be ranked.
#[derive(InputObject)]
struct PlaceInBlockInput {
    /// The agency's code.
    agency: String,
    /// The block's code.
    block: String,
    /// From which day on: a period that ends later is ranked there.
    from: NaiveDate,
}

plain_object! {
    /// What became of a change of the registry.
    pub(crate) struct RegistryPayload {
        /// The agencies that are concerned, as they are now; empty when the change was refused.
        agencies: Vec<Agency> => cost::SUCCESSIONS,
        /// Why it was refused; empty when it was not.
        errors: Vec<UserError>,
    }
}

/// A refused step as its field's error.
fn told(refused: Refused, field: impl Fn(&Refused) -> String) -> UserError {
    let field = field(&refused);
    let rule = refused.rule;
    UserError::new(rule.code(), &field, rule.in_vietnamese(), rule.in_english())
}

/// Takes the steps, or tells each that cannot be, once.
async fn changed(
    ctx: &Context<'_>,
    action: &'static str,
    steps: Vec<Step>,
    field: impl Fn(&Refused) -> String,
) -> Result<Whole<RegistryPayload>, Problem> {
    let database = database(ctx)?;
    let change =
        Change { steps: &steps, action, dry_run: false, now: data::<reform_worker::Clock>(ctx)?.now() };
    match change_registry(database, &actor(ctx)?, change).await? {
        Ok(plan) => {
            let ids: BTreeSet<_> = plan.concerned.iter().copied().collect();
            let mut known = agencies_by_id(database, ids).await?;
            let agencies = plan.concerned.iter().filter_map(|id| known.remove(id)).collect();
            Ok(Whole(RegistryPayload { agencies, errors: Vec::new() }))
        }
        Err(refused) => {
            let mut errors: Vec<UserError> = Vec::new();
            for error in refused.into_iter().map(|refused| told(refused, &field)) {
                let again = |other: &UserError| (&other.code, &other.field) == (&error.code, &error.field);
                if !errors.iter().any(again) {
                    errors.push(error);
                }
            }
            refuse(ctx, action, errors).await
        }
    }
}

async fn refuse(
    ctx: &Context<'_>,
    action: &'static str,
    errors: Vec<UserError>,
) -> Result<Whole<RegistryPayload>, Problem> {
    let codes: BTreeSet<_> = errors.iter().map(|error| error.code.as_str()).collect();
    record_refusal(ctx, action, codes.into_iter().collect::<Vec<_>>().join(", ")).await?;
    Ok(Whole(RegistryPayload { agencies: Vec::new(), errors }))
}

/// The field of an input to which a step's field belongs.
fn in_new_agency(field: &str, below: &str) -> String {
    match field {
        "code" | "validFrom" => field.to_owned(),
        other => format!("{below}.{other}"),
    }
}

/// The steps of a succession, and the path of each one's fields.
fn steps_of(input: SucceedAgenciesInput) -> (Vec<Step>, Vec<(usize, usize)>) {
    let (mut steps, mut places) = (Vec::new(), Vec::new());
    for (at, to) in input.to.into_iter().enumerate() {
        if let Some(new) = to.register {
            steps.push(new.step(to.code.clone(), input.effective_on));
            places.push((at, 0));
        }
        for (from_at, from) in input.from.iter().enumerate() {
            steps.push(Step::Succeed(Succeed {
                kind: input.kind.into(),
                from: from.clone(),
                to: to.code.clone(),
                share: to.share.clone(),
                effective_on: input.effective_on,
                decision_number: input.decision_number.clone(),
                decided_on: input.decided_on,
            }));
            places.push((at, from_at));
        }
    }
    (steps, places)
}

/// The field of [`SucceedAgenciesInput`] to which a step's field belongs.
fn in_succession(step: &Step, field: &str, (to, from): (usize, usize)) -> String {
    match (step, field) {
        (_, "effectiveOn" | "validFrom") => "effectiveOn".to_owned(),
        (_, "decisionNumber" | "decidedOn") => field.to_owned(),
        (Step::Register(_), field) => format!("to.{to}.{}", in_new_agency(field, "register")),
        (_, "from") => format!("from.{from}"),
        (_, "to") => format!("to.{to}.code"),
        (_, field) => format!("to.{to}.{field}"),
    }
}

#[derive(Default)]
pub(crate) struct RegistryMutation;

#[Object]
impl RegistryMutation {
    /// Registers an agency. A successor is registered by `succeedAgencies`.
    async fn register_agency(
        &self,
        ctx: &Context<'_>,
        input: RegisterAgencyInput,
    ) -> Result<Whole<RegistryPayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let steps = vec![input.agency.step(input.code, input.valid_from)];
        changed(ctx, REGISTER_AGENCY, steps, |refused| in_new_agency(refused.field, "agency")).await
    }

    /// Ends an agency without a successor. Cards of periods in which it existed stay.
    async fn close_agency(
        &self,
        ctx: &Context<'_>,
        input: CloseAgencyInput,
    ) -> Result<Whole<RegistryPayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let steps = vec![Step::Close { agency: input.agency, on: input.on }];
        changed(ctx, CLOSE_AGENCY, steps, |refused| refused.field.to_owned()).await
    }

    /// Records that agencies succeed others, and registers the new ones. A successor with the name of a predecessor is
    /// another agency. What of the predecessors' counts goes over is added to the successors' counts of the period in
    /// which it happens; scores are never averaged.
    async fn succeed_agencies(
        &self,
        ctx: &Context<'_>,
        input: SucceedAgenciesInput,
    ) -> Result<Whole<RegistryPayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let bounds = [("from", input.from.len()), ("to", input.to.len())];
        let out_of_bounds = bounds.into_iter().filter(|(_, count)| !(1..=MOST_AGENCIES).contains(count));
        let errors: Vec<_> = out_of_bounds
            .map(|(field, _)| {
                let vi = format!("Phải có từ 1 đến {MOST_AGENCIES} cơ quan.");
                UserError::new(
                    "AGENCY_COUNT",
                    field,
                    vi,
                    format!("1 to {MOST_AGENCIES} agencies are needed."),
                )
            })
            .collect();
        if !errors.is_empty() {
            return refuse(ctx, SUCCEED_AGENCIES, errors).await;
        }
        let (steps, places) = steps_of(input);
        let of = steps.clone();
        changed(ctx, SUCCEED_AGENCIES, steps, move |refused| {
            let place = places.get(refused.step).copied().unwrap_or_default();
            of.get(refused.step).map_or_else(String::new, |step| in_succession(step, refused.field, place))
        })
        .await
    }

    /// Has an agency ranked in another block from a day on; periods that end before that day stay in the old one.
    async fn place_in_block(
        &self,
        ctx: &Context<'_>,
        input: PlaceInBlockInput,
    ) -> Result<Whole<RegistryPayload>, Problem> {
        administrator(ctx, Scope::Administer)?;
        let steps = vec![Step::Place { agency: input.agency, block: input.block, from: input.from }];
        changed(ctx, PLACE_IN_BLOCK, steps, |refused| refused.field.to_owned()).await
    }
}
