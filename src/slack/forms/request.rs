//! The request form: what everybody is asked, and what the deciding table wants for each reason.
//!
//! It opens short. When the chosen reason needs more, the submission is answered with the same form plus those fields, all
//! entries kept; a reason changed afterwards changes the fields again.

use serde_json::Value;

use super::fields::{self, Label, Need};
use super::state::State;
use super::{Prefill, Submitted, place_option, words};
use crate::domain::command::{Ask, CallAsk, Proof, Via};
use crate::domain::decision::{Field, FieldProblem, Problem};
use crate::domain::engagement::call::{BriefingAnswer, BriefingQuestion};
use crate::domain::engagement::{Engagement, Triage};
use crate::domain::ids::UserId;
use crate::domain::org::{Org, PlaceId};
use crate::domain::reason::Reason;
use crate::slack::parse::{Wire, is_link, permalink};
use crate::slack::vocabulary::{FormContext, briefing_id, field_id};

/// Minutes of a call that people usually want.
const USUAL_MINUTES: u32 = 30;
/// Shortest and longest call that can be asked for, in minutes.
const MINUTES: (u32, u32) = (5, 480);

/// The state of a new form. Customer and links of an engagement are not for everybody who can press its buttons
/// ("Confidentiality"): who may see them is decided by whoever gives them.
pub(super) fn prepared(prefill: &Prefill, org: &Org, engagement: Option<&Engagement>) -> State {
    let reason = prefill.reason.or_else(|| engagement.and_then(|e| e.reason));
    let place = prefill.place.as_ref().or_else(|| engagement.and_then(|e| e.place.as_ref()));
    let question = prefill.text.clone().or_else(|| engagement.map(|e| e.text.clone()));
    State::default()
        .with_option(
            field_id(Field::Reason),
            reason.map(|reason| (reason.key().to_owned(), words::reason(reason).to_owned())),
        )
        .with_option(field_id(Field::Area), place.and_then(|id| org.place(id)).and_then(place_option))
        .with_text(field_id(Field::Question), question)
        .with_text(field_id(Field::Customer), prefill.customer.clone())
        .with_text(field_id(Field::Links), Some(prefill.links.join("\n")))
}

/// The reason chosen in a form.
pub(super) fn reason_of(state: &State) -> Option<Reason> {
    let (key, _) = state.get(field_id(Field::Reason))?.option.as_ref()?;
    Reason::from_key(key)
}

fn label<'a>(field: Field, name: &'a str, hint: &'a str, need: Need) -> Label<'a> {
    Label { id: field_id(field), name, hint, need }
}

/// The form's blocks: what everybody is asked, then what this reason needs.
pub(super) fn blocks(state: &State, reason: Option<Reason>) -> Vec<Value> {
    let mut blocks = everybody(state);
    if let Some(reason) = reason {
        blocks.extend(more(reason, state));
    }
    blocks
}

/// What everybody is asked.
fn everybody(state: &State) -> Vec<Value> {
    let groups: Vec<(&str, Vec<(&str, &str)>)> = words::REASON_GROUPS
        .iter()
        .map(|(name, reasons)| {
            (*name, reasons.iter().map(|reason| (reason.key(), words::reason(*reason))).collect())
        })
        .collect();
    vec![
        fields::menu(label(Field::Reason, "What is it about?", "", Need::Required), state, &groups),
        fields::search(
            label(
                Field::Area,
                "Area",
                "Stage, group or category. Leave it empty if you are not sure: I go by your words.",
                Need::Optional,
            ),
            state,
        ),
        fields::paragraph(
            label(Field::Question, "Your question", "For a call: what to discuss.", Need::Required),
            state,
        ),
        fields::line(
            label(Field::Customer, "Customer", "Shown only to those who help you.", Need::Optional),
            state,
        ),
        fields::paragraph(label(Field::Links, "Links", "One a line.", Need::Optional), state),
    ]
}

/// The `block_id` of the sentence above a reason's own fields; it tells for which reason a form was drawn.
fn marker(reason: Reason) -> String {
    format!("for_{}", reason.key())
}

/// What a reason needs beside what everybody is asked.
fn more(reason: Reason, state: &State) -> Vec<Value> {
    let Some(explanation) = words::explanation(reason) else {
        return Vec::new();
    };
    let mut blocks = vec![fields::sentence(&marker(reason), explanation)];
    if let Some(name) = words::proof_link(reason) {
        blocks.push(fields::line(label(Field::ProofLink, name, "", need_of_link(reason)), state));
    }
    if reason == Reason::Evaluation {
        let hint =
            "A link to the thread, at most 30 days old, or the id of an answered question, such as K7Q.";
        blocks.push(fields::line(label(Field::Triage, "Where an SME answered", hint, Need::Optional), state));
    }
    if let Some(statement) = words::statement(reason) {
        let need = if reason == Reason::Evaluation { Need::Optional } else { Need::Required };
        blocks.push(fields::tick(
            label(Field::Confirm, "To confirm", "", need),
            state,
            reason.key(),
            statement,
        ));
    }
    if matches!(reason, Reason::Evaluation | Reason::Gap) {
        blocks.push(fields::instant(label(Field::NeededBy, "Needed by", "", Need::Optional), state));
    }
    if reason == Reason::CustomerMeeting {
        blocks.extend(call(state));
    }
    blocks
}

/// Without the issue an evaluation still goes to SMEs; the other rows stand on theirs.
fn need_of_link(reason: Reason) -> Need {
    if reason == Reason::Evaluation { Need::Optional } else { Need::Required }
}

/// Time, goal and attendees (C5), the documents, and the questions that are asked "as applicable".
fn call(state: &State) -> Vec<Value> {
    use Need::{Optional, Required};
    let mut blocks = vec![
        fields::instant(label(Field::Start, "Start", "In your own time zone.", Required), state),
        fields::number(label(Field::Minutes, "Minutes", "", Required), state, MINUTES, USUAL_MINUTES),
        fields::line(label(Field::Goal, "Goal of the call", "In one sentence.", Required), state),
        fields::paragraph(label(Field::Attendees, "Who comes, in which role", "", Required), state),
        fields::line(
            label(
                Field::BriefingLink,
                "Briefing",
                "A link to a filled one stands for the questions below.",
                Optional,
            ),
            state,
        ),
        fields::line(label(Field::Agenda, "Agenda", "A link; due a day before the call.", Optional), state),
    ];
    for question in BriefingQuestion::ALL {
        let id = briefing_id(question);
        let label = Label { id: &id, name: words::briefing(question), hint: "", need: Optional };
        blocks.push(fields::line(label, state));
    }
    blocks
}

/// Whether the form that was sent had the fields of this reason.
fn shows(view: &Value, state: &State, reason: Reason) -> bool {
    if words::explanation(reason).is_none() {
        return true;
    }
    let blocks: Vec<_> =
        Wire::new(view).at("blocks").items().filter_map(|block| block.text("block_id")).collect();
    if blocks.is_empty() {
        // A view without its blocks: then its state tells.
        return more(reason, &State::default())
            .iter()
            .filter(|block| block["type"] == "input")
            .all(|block| block["block_id"].as_str().is_some_and(|id| state.get(id).is_some()));
    }
    blocks.contains(&marker(reason))
}

/// Reads a request form that was sent.
pub(super) fn submitted(view: &Value, context: &FormContext, by: &UserId) -> Submitted {
    let state = State::of_view(view);
    let mut reading = Reading { state: &state, problems: Vec::new() };
    let reason = reason_of(&state);
    if reason.is_none() {
        reading.wrong(Field::Reason, Problem::Missing);
    }
    let text = reading.required(Field::Question);
    let links = reading.links();
    let Some(reason) = reason.filter(|_| reading.problems.is_empty()) else {
        return Submitted::Problems(reading.problems);
    };
    if !shows(view, &state, reason) {
        return Submitted::NeedsMore(Box::new(super::modal(
            crate::slack::vocabulary::Form::Request,
            context,
            &blocks(&state, Some(reason)),
        )));
    }
    let proof = reading.proof(reason);
    let call = (reason == Reason::CustomerMeeting).then(|| reading.call()).flatten();
    if !reading.problems.is_empty() {
        return Submitted::Problems(reading.problems);
    }
    Submitted::Ask(Box::new(Ask {
        by: by.clone(),
        via: Via::Form { channel: context.channel.clone() },
        text: text.unwrap_or_default(),
        reason: Some(reason),
        place: state.get(field_id(Field::Area)).and_then(|f| f.option.clone()).map(|(id, _)| PlaceId(id)),
        mentions: Vec::new(),
        customer: state.text(field_id(Field::Customer)).map(ToOwned::to_owned),
        links,
        proof,
        call,
        in_shared_channel: false,
    }))
}

/// Reads fields and collects what is wrong with them.
pub(super) struct Reading<'a> {
    pub(super) state: &'a State,
    pub(super) problems: Vec<FieldProblem>,
}

impl Reading<'_> {
    pub(super) fn wrong(&mut self, field: Field, problem: Problem) {
        self.problems.push(FieldProblem { field, problem });
    }

    /// A text that may be absent.
    pub(super) fn optional(&mut self, field: Field) -> Option<String> {
        let text = self.state.text(field_id(field))?;
        if text.chars().count() > fields::TYPED {
            self.wrong(field, Problem::TooLong { limit: fields::TYPED });
        }
        Some(text.to_owned())
    }

    /// A text that has to be there.
    pub(super) fn required(&mut self, field: Field) -> Option<String> {
        let text = self.optional(field);
        if text.is_none() {
            self.wrong(field, Problem::Missing);
        }
        text
    }

    /// A link, if there is one.
    pub(super) fn link(&mut self, field: Field, need: Need) -> Option<String> {
        let text = match need {
            Need::Required => self.required(field),
            Need::Optional => self.optional(field),
        }?;
        if !is_link(&text) {
            self.wrong(field, Problem::NotALink);
        }
        Some(text)
    }

    fn links(&mut self) -> Vec<String> {
        let text = self.optional(Field::Links).unwrap_or_default();
        let links: Vec<String> = text
            .split(|sign: char| sign.is_whitespace() || sign == ',')
            .filter(|link| !link.is_empty())
            .map(ToOwned::to_owned)
            .collect();
        if !links.iter().all(|link| is_link(link)) {
            self.wrong(Field::Links, Problem::NotALink);
        }
        links
    }

    /// What the reason's proof needs; fields of other reasons do not count.
    fn proof(&mut self, reason: Reason) -> Proof {
        let mut proof = Proof::default();
        if words::proof_link(reason).is_some() {
            proof.link = self.link(Field::ProofLink, need_of_link(reason));
        }
        let confirmed = self.is_confirmed(reason);
        if matches!(reason, Reason::Evaluation | Reason::Gap) {
            proof.needed_by = self.state.get(field_id(Field::NeededBy)).and_then(|filled| filled.instant);
        }
        match reason {
            Reason::Evaluation => proof.triage = self.triage().or(confirmed.then_some(Triage::Ticked)),
            Reason::Escalation => proof.escalation_steps_done = self.confirmed(confirmed),
            Reason::Advice => proof.csm_could_not = self.confirmed(confirmed),
            Reason::Technical
            | Reason::BestPractice
            | Reason::Demo
            | Reason::Discovery
            | Reason::Roadmap
            | Reason::Direction
            | Reason::Gap
            | Reason::CustomerMeeting
            | Reason::GapToResolve
            | Reason::HighPriority => {}
        }
        proof
    }

    fn is_confirmed(&self, reason: Reason) -> bool {
        self.state
            .get(field_id(Field::Confirm))
            .is_some_and(|filled| filled.ticked.iter().any(|ticked| ticked == reason.key()))
    }

    fn confirmed(&mut self, confirmed: bool) -> bool {
        if !confirmed {
            self.wrong(Field::Confirm, Problem::NotConfirmed);
        }
        confirmed
    }

    /// A thread or an answered question (A4); whether it proves anything is checked later.
    fn triage(&mut self) -> Option<Triage> {
        let text = self.optional(Field::Triage)?;
        if let Some((channel, ts)) = permalink(&text) {
            return Some(Triage::Thread { channel, ts });
        }
        if let Ok(engagement) = text.parse() {
            return Some(Triage::Answered { engagement });
        }
        self.wrong(Field::Triage, Problem::NotATriage);
        None
    }

    fn call(&mut self) -> Option<CallAsk> {
        let start = self.instant(Field::Start);
        let minutes = self.minutes();
        let goal = self.required(Field::Goal);
        let attendees = self.required(Field::Attendees);
        let briefing_link = self.link(Field::BriefingLink, Need::Optional);
        let agenda_link = self.link(Field::Agenda, Need::Optional);
        let briefing = BriefingQuestion::ALL
            .into_iter()
            .filter_map(|question| {
                let answer = self.state.text(&briefing_id(question))?;
                Some(BriefingAnswer { question, answer: fields::cut(answer, fields::TYPED) })
            })
            .collect();
        Some(CallAsk {
            start: start?,
            minutes: minutes?,
            goal: goal?,
            attendees: attendees?,
            briefing,
            briefing_link,
            agenda_link,
        })
    }

    /// A date and time that has to be there; whether it is soon enough is the domain's.
    pub(super) fn instant(&mut self, field: Field) -> Option<chrono::DateTime<chrono::Utc>> {
        let instant = self.state.get(field_id(field)).and_then(|filled| filled.instant);
        if instant.is_none() {
            self.wrong(field, Problem::Missing);
        }
        instant
    }

    fn minutes(&mut self) -> Option<u32> {
        let minutes = self
            .state
            .text(field_id(Field::Minutes))
            .and_then(|digits| digits.parse().ok())
            .filter(|minutes| (MINUTES.0..=MINUTES.1).contains(minutes));
        if minutes.is_none() {
            self.wrong(Field::Minutes, Problem::Missing);
        }
        minutes
    }
}
