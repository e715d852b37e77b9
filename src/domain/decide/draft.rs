//! Drafts: asks that are kept but wait for their author (which place, whether to post, what proof), and the one way in
//! which every ask goes out.

mod acts;
mod notice;
mod reading;

pub use acts::{act, call_to_smes};
pub use reading::{proof_read, root_read};

use chrono::{DateTime, Duration, Utc};

use super::ask::{self, is_direct, set_pending, show_draft_to_author};
use super::destination;
use super::{Case, exception, inquiry, pm_ask, question};
use crate::domain::command::ClockKind;
use crate::domain::decision::{Actor, Decision, Done, Event, Problem, Reply};
use crate::domain::engagement::{Body, Engagement, Pending, Question, State, Triage};
use crate::domain::org::{Org, PlaceId, Policy};
use crate::domain::reason::{Because, Fact, Reason, Rule};
use crate::domain::refusal::Refusal;
use crate::domain::routing::{self, Outcome};

/// How a draft is moved on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'a> {
    /// It begins now; else it was read from the store.
    pub is_new: bool,
    /// Its author has seen what will be posted and where.
    pub confirmed: bool,
    /// A PM was named without a reason: SMEs are offered first (A1).
    pub offers_smes_first: bool,
    /// The rules, and who is who.
    pub policy: &'a Policy,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// Sends the draft if everything is known; else keeps it and says what it waits for.
pub(super) fn advance(mut draft: Engagement, step: Step<'_>, by: Actor) -> Decision {
    let org = &step.policy.org;
    if draft.place.is_none()
        && draft.area.is_none()
        && let Err(pending) = find_place(&mut draft, org)
    {
        return keep(draft, pending, step, by);
    }
    if let Some(place) = draft.place.as_ref().and_then(|id| org.place(id)) {
        draft.area = draft.area.clone().or_else(|| place.area.clone());
    }
    let acting = draft.owner.as_ref().unwrap_or(&draft.requester);
    if let Some(area) = destination::not_on(org, draft.area.as_ref(), acting) {
        return give_up(draft, Refusal::AreaNotOn { area }, step);
    }
    if step.offers_smes_first {
        return keep(draft, Pending::SmeFirst, step, by);
    }
    match way_of(&draft, org) {
        Way::Smes(because) => {
            let place = draft.place.as_ref().and_then(|id| org.place(id));
            let Some(to) = destination::to_smes(org, place, draft.area.as_ref()) else {
                let place = draft.place.clone().unwrap_or_else(|| PlaceId(String::new()));
                return give_up(draft, Refusal::NowhereToSend { place }, step);
            };
            if draft.origin.is_private && !step.confirmed && to.channel != draft.origin.channel {
                return keep(draft, Pending::Preview, step, by);
            }
            draft.because.extend(because);
            question::send(draft, to, step, by)
        }
        Way::Check => match short_notice(&draft, step, &by) {
            Err(refusal) => Decision::refuse(refusal),
            Ok(Some(short)) => keep(draft, short, step, by),
            Ok(None) => keep(draft, Pending::Proof, step, by),
        },
        Way::Pm(because) => {
            if draft.origin.is_private && !step.confirmed {
                return keep(draft, Pending::Preview, step, by);
            }
            let place = draft.place.as_ref().and_then(|id| org.place(id));
            // A10: a form is told at its fields; whoever comes another way is told here, and may still ask SMEs.
            if let (Some(place), Some(reason)) = (place, draft.reason)
                && ask::own_process(place, reason, !draft.links.is_empty()).is_some()
            {
                return Decision::refuse(Refusal::ReasonNotTaken { reason, place: place.id.clone() });
            }
            match short_notice(&draft, step, &by) {
                Err(refusal) => return Decision::refuse(refusal),
                Ok(Some(short)) => return keep(draft, short, step, by),
                Ok(None) => draft.because.push(because),
            }
            pm_ask::send(draft, step, by)
        }
        Way::InternalChannel => {
            if draft.origin.is_private && !step.confirmed {
                return keep(draft, Pending::Preview, step, by);
            }
            raise_gap(&draft, step)
        }
    }
}

/// C1: an answer that is needed below a PM's notice waits for its author: later, SMEs, or an exception, unless one was approved
/// for it. So does a draft that waited until PMs have less than their notice left; what only waited for us (A4) stays in time.
fn short_notice(draft: &Engagement, step: Step<'_>, by: &Actor) -> Result<Option<Pending>, Refusal> {
    let Body::Question(Question { needed_by: Some(at), exception, .. }) = &draft.body else {
        return Ok(None);
    };
    let is_approved = exception.as_ref().is_some_and(|it| it.start == *at && it.approver().is_some());
    if is_approved || !matches!(by, Actor::Person(_)) {
        return Ok(None);
    }
    let place = draft.place.as_ref().and_then(|id| step.policy.org.place(id));
    match ask::notice_of(step.policy, place, *at, step.now) {
        Err(Problem::TooSoon { notice_seconds, earliest, .. }) => {
            Ok(Some(Pending::ShortNotice { notice_seconds, earliest }))
        }
        Err(_) => Err(Refusal::InThePast),
        Ok(()) => Ok(None),
    }
}

/// The right-hand column of the deciding table.
enum Way {
    Smes(Vec<Because>),
    Pm(Because),
    /// An SME raises a gap in the internal channel (B1).
    InternalChannel,
    /// An SME's triage has to be read first (A4).
    Check,
}

fn way_of(draft: &Engagement, org: &Org) -> Way {
    let Some(reason) = draft.reason else {
        return Way::Smes(vec![Because { rule: Rule::A2, fact: Fact::NoReasonGiven }]);
    };
    let given = |rule| Because { rule, fact: Fact::ReasonGiven { reason } };
    match reason {
        Reason::Technical | Reason::BestPractice | Reason::Demo | Reason::Discovery => {
            Way::Smes(vec![given(Rule::A2)])
        }
        Reason::Evaluation => match triage_of(draft) {
            None => Way::Smes(vec![given(Rule::A4)]),
            Some(Triage::Thread { .. }) => Way::Check,
            Some(Triage::Ticked) => Way::Pm(Because {
                rule: Rule::A4,
                fact: Fact::TriageProved { by: Some(draft.requester.clone()) },
            }),
            Some(Triage::Answered { .. }) => {
                Way::Pm(Because { rule: Rule::A4, fact: Fact::TriageProved { by: None } })
            }
        },
        Reason::GapToResolve => {
            let is_sme = draft.area.as_ref().is_some_and(|area| org.is_sme(&draft.requester, area));
            if is_sme { Way::InternalChannel } else { Way::Smes(vec![given(Rule::Table)]) }
        }
        Reason::Roadmap
        | Reason::Direction
        | Reason::Gap
        | Reason::HighPriority
        | Reason::Escalation
        | Reason::CustomerMeeting => Way::Pm(given(Rule::A3)),
        Reason::Advice => Way::Pm(given(Rule::D3)),
    }
}

fn triage_of(draft: &Engagement) -> Option<&Triage> {
    match &draft.body {
        Body::Question(question) => question.triage.as_ref(),
        Body::PmAsk(ask) => ask.triage.as_ref(),
        Body::Inquiry(_) | Body::Call(_) => None,
    }
}

/// Finds the place: the SME channel it was asked in, then its words, then the group channel it was asked in.
fn find_place(draft: &mut Engagement, org: &Org) -> Result<(), Pending> {
    let asked_in = &draft.origin.channel;
    let area = org.area_of_channel(asked_in);
    let outcome = routing::route(org, &draft.text, area.map(|area| &area.key));
    if let Some(area) = area {
        draft.area = Some(area.key.clone());
        draft.because.push(Because {
            rule: Rule::A7,
            fact: Fact::AskedInArea { channel: asked_in.clone(), area: area.key.clone() },
        });
        if let Outcome::Clear { place, .. } = outcome
            && org.place(&place).is_some_and(|found| found.area.as_ref() == Some(&area.key))
        {
            draft.place = Some(place);
        }
        return Ok(());
    }
    match outcome {
        Outcome::Clear { place, words } => {
            let fact = Fact::TextNames { words, place: place.clone() };
            draft.because.push(Because { rule: Rule::A1, fact });
            draft.place = Some(place);
            Ok(())
        }
        Outcome::Unclear { candidates } => Err(Pending::Place { candidates }),
        Outcome::Nothing => {
            let Some(place) = org.place_of_channel(asked_in) else {
                return Err(Pending::Place { candidates: Vec::new() });
            };
            let fact = Fact::AskedIn { channel: asked_in.clone(), place: place.id.clone() };
            draft.because.push(Because { rule: Rule::A1, fact });
            draft.place = Some(place.id.clone());
            Ok(())
        }
    }
}

/// Keeps the draft until its author does what it waits for, at most as long as an answer may be disputed.
fn keep(mut draft: Engagement, pending: Pending, step: Step<'_>, by: Actor) -> Decision {
    let mut decision = Decision::default();
    let asker = by.clone();
    let needs_reading = pending == Pending::Proof;
    let is_preview = pending == Pending::Preview;
    set_pending(&mut draft, pending);
    if needs_reading {
        // Its author hears *checking* first, then what was found.
        decision.set_clock(draft.id, ClockKind::ReadProof, step.now + Duration::seconds(1));
    }
    decision.set_clock(draft.id, ClockKind::DraftLapse, lapses_at(&draft, step.policy, step.now));
    if step.is_new {
        decision.note(draft.id, step.now, by, Event::Drafted, draft.because.clone());
    }
    // What was said in a private place is shown to its author alone, wherever it was said. In their direct messages with
    // us the message that they clicked becomes the preview.
    let is_alone = !step.is_new && is_direct(&draft.origin.channel);
    if is_preview && draft.origin.message.is_some() && !is_alone {
        show_draft_to_author(&mut decision, &draft);
        if matches!(&asker, Actor::Person(user) if *user != draft.requester) {
            decision.reply = Reply::Done { engagement: draft.id, done: Done::ShownToAuthor };
        }
    } else {
        decision.reply = Reply::Draft { engagement: draft.id };
    }
    write(&mut decision, draft, step.is_new);
    decision
}

/// When a draft that began to wait then lapses: it waits as long as an answer may be disputed; what has a short notice, until its
/// instant comes (C12).
pub(super) fn lapses_at(draft: &Engagement, policy: &Policy, since: DateTime<Utc>) -> DateTime<Utc> {
    let usual = since + policy.rules.engagement.close_after.span();
    match &draft.body {
        Body::Question(Question {
            pending: Some(Pending::ShortNotice { .. }), needed_by: Some(at), ..
        }) => *at,
        Body::Question(_) | Body::PmAsk(_) | Body::Inquiry(_) | Body::Call(_) => usual,
    }
}

/// There is nowhere to send it: a refusal, and a stored draft ends.
fn give_up(mut draft: Engagement, refusal: Refusal, step: Step<'_>) -> Decision {
    let mut decision = Decision::refuse(refusal);
    if !step.is_new {
        end(&mut draft, State::Deflected, step.now, &mut decision);
        decision.change(draft);
    }
    decision
}

/// An SME's gap goes to the internal channel as an inquiry; the draft becomes it under the same id (B1).
fn raise_gap(draft: &Engagement, step: Step<'_>) -> Decision {
    let org = &step.policy.org;
    let Some(area) = draft.area.as_ref().and_then(|key| org.area(key)) else {
        return Decision::refuse(Refusal::NowhereToSend {
            place: draft.place.clone().unwrap_or_else(|| PlaceId(String::new())),
        });
    };
    let mut decision = inquiry::open(&inquiry::Opening {
        id: draft.id,
        asker: draft.requester.clone(),
        area,
        place: draft.place.clone(),
        text: draft.text.clone(),
        mentioned: Vec::new(),
        origin: draft.origin.clone(),
        thread: None,
        asked_in: None,
        parent: None,
        parent_inquiry_live: false,
        because: draft.because.clone(),
        policy: step.policy,
        now: step.now,
    });
    for written in &mut decision.writes {
        if let crate::domain::decision::Write::Begin(engagement) = written
            && engagement.id == draft.id
        {
            engagement.customer.clone_from(&draft.customer);
            engagement.links.clone_from(&draft.links);
            engagement.reason = draft.reason;
            if !step.is_new {
                engagement.version = draft.version;
                *written = crate::domain::decision::Write::Change(engagement.clone());
            }
        }
    }
    decision
}

/// A draft that nobody finished.
pub fn lapse(case: &Case<'_>) -> Decision {
    let mut decision = Decision::default();
    if case.engagement.state == State::Draft {
        let mut draft = case.engagement.clone();
        exception::lapse(draft.exception_mut(), &mut decision, case.engagement);
        end(&mut draft, State::Lapsed, case.now, &mut decision);
        decision.change(draft);
    }
    decision
}

/// Ends an engagement: no clock goes on, and the timeline says so.
pub(super) fn end(engagement: &mut Engagement, state: State, now: DateTime<Utc>, decision: &mut Decision) {
    engagement.state = state;
    engagement.closed_at = Some(now);
    decision.stop_clocks(engagement.id);
    let event = Event::Ended { state, why: None };
    let by = Actor::Person(engagement.requester.clone());
    let by = if state == State::Lapsed { Actor::Clock(ClockKind::DraftLapse) } else { by };
    decision.note(engagement.id, now, by, event, Vec::new());
}

/// Begins a new engagement, or changes the one that was read.
pub(super) fn write(decision: &mut Decision, engagement: Engagement, is_new: bool) {
    if is_new {
        decision.begin(engagement);
    } else {
        decision.change(engagement);
    }
}
