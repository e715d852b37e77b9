//! Opening a call: what the form has to hold, whether the notice is enough, and the card that asks the PM.
//!
//! Complete is an accepted submission of topic, goal, attendees and time; agenda and briefing may follow (C1, C5).

use chrono::{DateTime, Utc};

use super::clocks;
use super::home::{self, Target};
use crate::domain::call_notice::{CallNotice, assess};
use crate::domain::command::{Ask, CallAsk, ClockKind, Via};
use crate::domain::decision::{Actor, Decision, Event, Field, FieldProblem, Problem, Reply};
use crate::domain::engagement::call::{Agenda, Call, CallStatus, StoredCallRules};
use crate::domain::engagement::{Body, Engagement, Home, Origin, State};
use crate::domain::ids::EngagementId;
use crate::domain::org::{Org, Place, Policy};
use crate::domain::reason::{Because, Fact, Reason, Rule};
use crate::domain::refusal::Refusal;

/// A call that is asked for. Its place, its reason and the group's own process (A10) are settled by the caller.
#[derive(Debug, Clone)]
pub struct Opening<'a> {
    /// The ask.
    pub ask: &'a Ask,
    /// The id that it gets.
    pub id: EngagementId,
    /// Where it was asked.
    pub origin: Origin,
    /// Whose PM is asked.
    pub place: &'a Place,
    /// Why that place.
    pub because: Vec<Because>,
    /// The rules, and who is who.
    pub policy: &'a Policy,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// Opens a call, keeps it as a draft where its start is too soon (C1), or says what is missing.
pub fn open(opening: Opening<'_>) -> Decision {
    let (ask, policy, now) = (opening.ask, opening.policy, opening.now);
    let is_form = matches!(ask.via, Via::Form { .. });
    let Some(asked) = complete(ask) else {
        return Decision { reply: Reply::Form(missing(ask)), ..Decision::default() };
    };
    let Some(target) = Target::of(&policy.org, opening.place, &ask.by, &[now, asked.start]) else {
        return Decision::refuse(Refusal::NowhereToSend { place: opening.place.id.clone() });
    };
    let call = new_call(ask, asked, policy, now);
    let engagement = new_engagement(opening);
    let calendar = home::pm_calendar(&policy.org, &engagement);
    let rules = &policy.rules.call;
    match assess(now, asked.start, rules.mode, rules.notice.span(), &calendar) {
        CallNotice::Enough { seconds, second_day } => {
            let call = Call { notice_seconds: seconds, second_day, ..call };
            let mut decision = Decision::default();
            let engagement = send(engagement, call, target, (&policy.org, now), &mut decision);
            decision.begin(engagement);
            decision
        }
        CallNotice::TooSoon { seconds, earliest } if is_form => {
            let call = Call { notice_seconds: seconds, earliest: Some(earliest), ..call };
            keep_draft(engagement, call, now)
        }
        CallNotice::TooSoon { seconds, earliest } => Decision::refuse(Refusal::TooSoon {
            start: asked.start,
            notice_seconds: seconds,
            earliest,
            pm_zone: home::pm_zone(&policy.org, &engagement),
        }),
        CallNotice::InThePast if is_form => {
            let problem = FieldProblem { field: Field::Start, problem: Problem::InThePast };
            Decision { reply: Reply::Form(vec![problem]), ..Decision::default() }
        }
        CallNotice::InThePast => Decision::refuse(Refusal::InThePast),
    }
}

/// Posts a call that has enough notice: the card with its one mention, the clocks, the timeline, the reply.
pub(super) fn send(
    mut engagement: Engagement,
    mut call: Call,
    target: Target,
    (org, now): (&Org, DateTime<Utc>),
    decision: &mut Decision,
) -> Engagement {
    call.earliest = None;
    let notice = notice_because(&call);
    engagement.because.retain(|because| !matches!(because.fact, Fact::Notice { .. }));
    engagement.because.extend(std::iter::once(notice).chain(target.because));
    engagement.state = State::Open;
    engagement.asked_at = now;
    engagement.owner = target.pm;
    engagement.home = Some(Home { channel: target.channel.clone(), thread: None, card: None });
    clocks::schedule(decision, &engagement, &call, (org, now));
    engagement.body = Body::Call(Box::new(call));
    decision.card(&engagement, true);
    let by = Actor::Person(engagement.requester.clone());
    let event = Event::Sent { channel: target.channel, place: engagement.place.clone() };
    decision.note(engagement.id, now, by, event, engagement.because.clone());
    decision.reply = Reply::Asked { engagement: engagement.id };
    engagement
}

/// Keeps a call whose start is too soon: nothing is posted, the requester chooses (C1).
fn keep_draft(mut engagement: Engagement, call: Call, now: DateTime<Utc>) -> Decision {
    let mut decision = Decision::default();
    engagement.because.push(notice_because(&call));
    decision.set_clock(engagement.id, ClockKind::DraftLapse, call.start);
    engagement.body = Body::Call(Box::new(call));
    let by = Actor::Person(engagement.requester.clone());
    decision.note(engagement.id, now, by, Event::Drafted, engagement.because.clone());
    decision.reply = Reply::Draft { engagement: engagement.id };
    decision.begin(engagement);
    decision
}

/// The notice as a reason: a start on the second day is C2's to flag, the hours are C1's.
pub(super) fn notice_because(call: &Call) -> Because {
    let rule = if call.second_day { Rule::C2 } else { Rule::C1 };
    Because { rule, fact: Fact::Notice { seconds: call.notice_seconds, second_day: call.second_day } }
}

/// The call of an ask that holds all that is required.
fn complete(ask: &Ask) -> Option<&CallAsk> {
    ask.call.as_ref().filter(|_| missing(ask).is_empty())
}

/// What is required and missing (C5): topic, goal, attendees, time.
fn missing(ask: &Ask) -> Vec<FieldProblem> {
    let call = ask.call.as_ref();
    let is_blank = |text: Option<&String>| text.is_none_or(|text| text.trim().is_empty());
    [
        (Field::Question, ask.text.trim().is_empty()),
        (Field::Start, call.is_none()),
        (Field::Goal, is_blank(call.map(|call| &call.goal))),
        (Field::Attendees, is_blank(call.map(|call| &call.attendees))),
    ]
    .into_iter()
    .filter(|(_, is_missing)| *is_missing)
    .map(|(field, _)| FieldProblem { field, problem: Problem::Missing })
    .collect()
}

fn new_call(ask: &Ask, asked: &CallAsk, policy: &Policy, now: DateTime<Utc>) -> Call {
    let agenda = |link: &String| Agenda { link: link.clone(), by: ask.by.clone(), at: now };
    Call {
        start: asked.start,
        minutes: asked.minutes,
        status: CallStatus::Asked,
        notice_seconds: 0,
        second_day: false,
        rules: StoredCallRules::from(&policy.rules.call),
        goal: asked.goal.clone(),
        attendees: asked.attendees.clone(),
        briefing: asked.briefing.clone(),
        briefing_link: asked.briefing_link.clone(),
        agenda: asked.agenda_link.as_ref().map(agenda),
        agenda_asked: false,
        agenda_missed: false,
        earliest: None,
        exception: None,
        moving: None,
    }
}

/// The engagement as a draft; its body is put in by whoever sends or keeps it.
fn new_engagement(opening: Opening<'_>) -> Engagement {
    let Opening { ask, id, origin, place, because, policy: _, now } = opening;
    Engagement {
        id,
        version: 0,
        state: State::Draft,
        requester: ask.by.clone(),
        reason: ask.reason.or(Some(Reason::CustomerMeeting)),
        place: Some(place.id.clone()),
        area: place.area.clone(),
        text: ask.text.clone(),
        customer: ask.customer.clone(),
        links: ask.links.clone(),
        details: Vec::new(),
        origin,
        home: None,
        owner: None,
        moves: 0,
        parent: None,
        because,
        body: Body::Question(crate::domain::engagement::Question::default()),
        asked_at: now,
        taken_at: None,
        answered_at: None,
        answered_by: None,
        closed_at: None,
    }
}
