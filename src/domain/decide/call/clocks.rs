//! A call's clocks: when the agenda is asked for, when it is missed, when the call begins (C6).
//!
//! A clock that no longer applies does nothing; one that comes before its time is set again, and one whose calendar changed is
//! moved.

use chrono::{DateTime, Duration, Utc};

use crate::domain::calendar::{WorkCalendar, WorkingDuration};
use crate::domain::command::ClockKind;
use crate::domain::decide::replan::{self, Running, moves};
use crate::domain::decide::{Case, exception};
use crate::domain::decision::{Actor, Decision, Event};
use crate::domain::engagement::call::{Call, CallStatus};
use crate::domain::engagement::{Body, Engagement, State};
use crate::domain::notice::{Address, Change, What};
use crate::domain::org::Org;
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::rules::NoticeMode;

/// The requester is asked for the agenda so long before it is due.
const ASK_AHEAD: Duration = Duration::hours(6);

/// When the agenda is due.
pub(super) fn agenda_deadline(call: &Call) -> DateTime<Utc> {
    let before = Duration::seconds(call.rules.agenda_before_seconds);
    call.start.checked_sub_signed(before).unwrap_or(call.start)
}

/// When the call is over for us: at its start; with a proposal that is later, at that.
fn end_of(call: &Call) -> DateTime<Utc> {
    match &call.status {
        CallStatus::Proposed { start, .. } => call.start.max(*start),
        CallStatus::Asked
        | CallStatus::Confirmed { .. }
        | CallStatus::ContextMissing { .. }
        | CallStatus::Declined { .. }
        | CallStatus::Cancelled { .. }
        | CallStatus::Held
        | CallStatus::Lapsed => call.start,
    }
}

/// Whether its agenda is owed. While a PM proposes another time it is not clear for when.
fn owes_agenda(call: &Call) -> bool {
    call.agenda.is_none() && !matches!(call.status, CallStatus::Proposed { .. })
}

/// When the requester is asked for the agenda. The agenda is due 24 h before the start, as C6 has it, whatever the mode; where
/// notice is not just elapsed time, the warning is subtracted in the requester's working time.
pub(super) fn asked_at(call: &Call, engagement: &Engagement, org: &Org) -> DateTime<Utc> {
    let deadline = agenda_deadline(call);
    match call.rules.mode {
        NoticeMode::Elapsed => deadline - ASK_AHEAD,
        NoticeMode::Weekdays | NoticeMode::ThirdDay => {
            let requester = Some(&engagement.requester);
            let calendar = WorkCalendar::of(org, requester, engagement.place.as_ref());
            calendar.subtract_working(deadline, WorkingDuration::seconds(ASK_AHEAD.num_seconds()))
        }
    }
}

/// Sets, moves or stops the clocks of a live call.
pub(in crate::domain::decide) fn schedule(
    decision: &mut Decision,
    engagement: &Engagement,
    call: &Call,
    (org, now): (&Org, DateTime<Utc>),
) {
    let (id, deadline) = (engagement.id, agenda_deadline(call));
    let owed = owes_agenda(call);
    if owed && now < deadline && !call.agenda_asked {
        decision.set_clock(id, ClockKind::AgendaAsk, now.max(asked_at(call, engagement, org)));
    } else {
        decision.stop_clock(id, ClockKind::AgendaAsk);
    }
    if owed && !call.agenda_missed {
        decision.set_clock(id, ClockKind::AgendaMissed, deadline);
    } else {
        decision.stop_clock(id, ClockKind::AgendaMissed);
    }
    decision.set_clock(id, ClockKind::CallStart, end_of(call));
}

/// Moves the question for the agenda to where the requester's calendar of now wants it.
pub fn replan(case: &Case<'_>, call: &Call, running: &[Running]) -> Decision {
    let mut decision = Decision::default();
    let ask = (ClockKind::AgendaAsk, asked_at(call, case.engagement, &case.policy.org));
    if let Some((from, to)) = moves(case, running, ask) {
        decision.set_clock(case.engagement.id, ClockKind::AgendaAsk, to);
        replan::note(&mut decision, case, (ClockKind::AgendaAsk, Rule::C6), (from, to));
        decision.change(case.engagement.clone());
    }
    decision
}

/// What follows when a clock of a call is due.
pub fn due(case: &Case<'_>, clock: ClockKind, since: DateTime<Utc>) -> Decision {
    let Body::Call(call) = &case.engagement.body else { return Decision::default() };
    let state = case.engagement.state;
    let is_posted = matches!(state, State::Open | State::Taken);
    match clock {
        ClockKind::AgendaAsk if is_posted => agenda_due(case, call, since),
        ClockKind::AgendaMissed if is_posted => agenda_missed(case, call, since),
        ClockKind::CallStart if is_posted => call_starts(case, call),
        ClockKind::DraftLapse if state == State::Draft => draft_lapses(case, call),
        ClockKind::ExceptionNext if state == State::Draft || is_posted => exception::next(case),
        ClockKind::AgendaAsk
        | ClockKind::AgendaMissed
        | ClockKind::CallStart
        | ClockKind::DraftLapse
        | ClockKind::ExceptionNext
        | ClockKind::TakeBy
        | ClockKind::TakeAgain
        | ClockKind::TakenSilent
        | ClockKind::Close
        | ClockKind::PmReminder
        | ClockKind::AdviceDue
        | ClockKind::AdviceOverdue
        | ClockKind::Reply
        | ClockKind::ReadRoot
        | ClockKind::ReadProof
        | ClockKind::ReadThread => Decision::default(),
    }
}

/// The requester is asked for the agenda, by direct message first.
fn agenda_due(case: &Case<'_>, call: &Call, since: DateTime<Utc>) -> Decision {
    let (now, deadline) = (case.now, agenda_deadline(call));
    if !owes_agenda(call) || call.agenda_asked || now >= deadline {
        return Decision::default();
    }
    let asked_at = asked_at(call, case.engagement, &case.policy.org);
    if now < asked_at {
        return again(case, ClockKind::AgendaAsk, asked_at);
    }
    let mut decision = Decision::default();
    let requester = case.engagement.requester.clone();
    let what = What::AgendaDue { start: call.start, due: deadline, late_because: case.late_because(since) };
    decision.tell(case.engagement, Address::Direct { user: requester.clone() }, what);
    let event = Event::Reminded { whom: vec![requester], clock: ClockKind::AgendaAsk };
    note(&mut decision, case, ClockKind::AgendaAsk, Rule::C6, event);
    let call = Call { agenda_asked: true, ..call.clone() };
    decision.change(Engagement { body: Body::Call(Box::new(call)), ..case.engagement.clone() });
    decision
}

/// No agenda in time: the requester and then the PM, in the thread; the PM may decline.
fn agenda_missed(case: &Case<'_>, call: &Call, since: DateTime<Utc>) -> Decision {
    let (now, deadline) = (case.now, agenda_deadline(call));
    if !owes_agenda(call) || call.agenda_missed || now >= call.start {
        return Decision::default();
    }
    if now < deadline {
        return again(case, ClockKind::AgendaMissed, deadline);
    }
    let mut decision = Decision::default();
    let call = Call { agenda_missed: true, ..call.clone() };
    let engagement = Engagement { body: Body::Call(Box::new(call)), ..case.engagement.clone() };
    decision.card(&engagement, false);
    let what = What::AgendaMissed {
        requester: engagement.requester.clone(),
        pm: engagement.owner.clone(),
        late_because: case.late_because(since),
    };
    decision.tell_thread(&engagement, what);
    decision.stop_clock(engagement.id, ClockKind::AgendaAsk);
    note(&mut decision, case, ClockKind::AgendaMissed, Rule::C6, Event::AgendaMissed);
    decision.change(engagement);
    decision
}

/// The call begins: held where a PM said yes, else lapsed. No reminder outlives it.
fn call_starts(case: &Case<'_>, call: &Call) -> Decision {
    let end = end_of(call);
    if case.now < end {
        return again(case, ClockKind::CallStart, end);
    }
    let confirmed = matches!(call.status, CallStatus::Confirmed { .. });
    let (state, status) =
        if confirmed { (State::Closed, CallStatus::Held) } else { (State::Lapsed, CallStatus::Lapsed) };
    let mut decision = ended(case, call, ClockKind::CallStart, state, status);
    if !confirmed {
        let what = What::ChangedToRequester { change: Change::Lapsed };
        decision.tell_requester(case.engagement, what);
    }
    decision
}

/// A draft that nobody finished before its start.
fn draft_lapses(case: &Case<'_>, call: &Call) -> Decision {
    if case.now < call.start {
        return again(case, ClockKind::DraftLapse, call.start);
    }
    let mut lapsed = call.clone();
    let mut told = Decision::default();
    exception::lapse(lapsed.exception.as_mut(), &mut told, case.engagement);
    let mut decision = ended(case, &lapsed, ClockKind::DraftLapse, State::Lapsed, CallStatus::Lapsed);
    decision.notices.extend(told.notices);
    decision
}

/// It ends by this clock, and all its clocks with it.
fn ended(case: &Case<'_>, call: &Call, clock: ClockKind, state: State, status: CallStatus) -> Decision {
    let mut decision = Decision::default();
    let mut call = Call { status, ..call.clone() };
    super::exception::withdraw(&mut call, &mut decision, case.engagement);
    let engagement = Engagement {
        state,
        closed_at: Some(case.now),
        body: Body::Call(Box::new(call)),
        ..case.engagement.clone()
    };
    decision.card(&engagement, false);
    decision.stop_clocks(engagement.id);
    note(&mut decision, case, clock, Rule::C11, Event::Ended { state, why: None });
    decision.change(engagement);
    decision
}

/// The clock came before its time: the call was moved.
fn again(case: &Case<'_>, clock: ClockKind, due: DateTime<Utc>) -> Decision {
    let mut decision = Decision::default();
    decision.set_clock(case.engagement.id, clock, due);
    decision
}

/// Keeps on the timeline that a clock did it, under the rule that set the clock.
fn note(decision: &mut Decision, case: &Case<'_>, clock: ClockKind, rule: Rule, event: Event) {
    let seconds = (case.now - case.engagement.asked_at).num_seconds();
    let because = vec![Because { rule, fact: Fact::TimePassed { seconds } }];
    decision.note(case.engagement.id, case.now, Actor::Clock(clock), event, because);
}
