//! Exceptions to a PM's notice (C1, C12), whatever it is the notice of: a call's start, another start of a call that stands, or
//! when an answer is needed. Who is asked, in which order, and how it ends without a yes; what a yes leads to is its kind's.
//!
//! Asked by direct message, never of the requester, and nothing is posted before. Whoever is away is passed over for whom
//! they named, and the next one reads why it is them. Once it is decided, everybody who was asked reads how.

mod ladder;

use chrono::{DateTime, Utc};

use ladder::may_approve;

use super::Case;
use crate::domain::command::ClockKind;
use crate::domain::decision::{Actor, Decision, Done, Event, Reply};
use crate::domain::engagement::{Engagement, ExceptionState, NoticeException, State};
use crate::domain::ids::{ChannelId, EngagementId, UserId};
use crate::domain::notice::{Address, Change, What};
use crate::domain::org::Role;
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::refusal::Refusal;

/// What an exception is wanted for.
pub(super) struct Wanted<'a> {
    /// The start, or the instant an answer is needed.
    pub(super) start: DateTime<Utc>,
    /// Why it cannot wait.
    pub(super) why: &'a str,
    /// The start of a call that stands already.
    pub(super) moves_from: Option<DateTime<Utc>>,
}

/// Asks the first who may approve it, and only them. `before` is the exception that was asked for last: once for a start.
pub(super) fn ask(
    decision: &mut Decision,
    case: &Case<'_>,
    wanted: &Wanted<'_>,
    before: Option<&NoticeException>,
) -> Result<NoticeException, Refusal> {
    if wanted.why.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    if wanted.start <= case.now {
        return Err(Refusal::InThePast);
    }
    if let Some(before) = before
        && before.start == wanted.start
        && matches!(before.state, ExceptionState::Asked | ExceptionState::Declined)
    {
        return Err(stands(case.engagement.id, before));
    }
    let exception = NoticeException {
        why: wanted.why.trim().to_owned(),
        asked_at: case.now,
        start: wanted.start,
        asked: Vec::new(),
        because: Vec::new(),
        next_at: None,
        state: ExceptionState::Asked,
        decided_by: None,
        outgrown: false,
        moves_from: wanted.moves_from,
    };
    let by = Actor::Person(case.engagement.requester.clone());
    let place = case.engagement.place.clone();
    pass_on(decision, case, exception, (by, None)).ok_or(Refusal::NobodyApproves { place })
}

/// The open exception, where this person may decide upon it.
pub(super) fn to_decide<'a>(case: &Case<'a>, by: &UserId) -> Result<&'a NoticeException, Box<Decision>> {
    let engagement = case.engagement;
    let refuse = |refusal| Err(Box::new(Decision::refuse(refusal)));
    let not_now = |state| refuse(Refusal::NotNow { engagement: engagement.id, state });
    let Some(exception) = engagement.exception() else { return not_now(engagement.state) };
    let may = exception.asked.contains(by) || may_approve(&case.policy.org, engagement, by, case.now);
    if !may || *by == engagement.requester {
        let who = Role::Approvers(engagement.place.clone());
        return refuse(Refusal::NotYours { engagement: engagement.id, who, is_requester: false });
    }
    match exception.state {
        ExceptionState::Asked if !engagement.state.is_live() => not_now(engagement.state),
        ExceptionState::Asked if exception.start <= case.now => not_now(State::Lapsed),
        ExceptionState::Asked => Ok(exception),
        ExceptionState::Approved | ExceptionState::Declined | ExceptionState::Withdrawn => {
            refuse(stands(engagement.id, exception))
        }
        ExceptionState::Lapsed => not_now(State::Lapsed),
    }
}

/// Somebody who may has decided: nobody else is asked any longer, and those who were read it.
pub(super) fn settle(
    exception: &mut NoticeException,
    decision: &mut Decision,
    engagement: &Engagement,
    (state, by): (ExceptionState, &UserId),
) {
    exception.decided_by = Some(by.clone());
    end(exception, decision, engagement, state);
}

/// *Decline*: the requester is told, with the other ways.
pub(super) fn decline(
    case: &Case<'_>,
    by: &UserId,
    why: &str,
    then: impl FnOnce(&mut Engagement),
) -> Decision {
    if let Err(refused) = to_decide(case, by) {
        return *refused;
    }
    let mut decision = Decision::default();
    let mut engagement = case.engagement.clone();
    then(&mut engagement);
    if let Some(exception) = engagement.exception_mut() {
        settle(exception, &mut decision, case.engagement, (ExceptionState::Declined, by));
    }
    let pressed = vec![Because { rule: Rule::Roles, fact: Fact::Pressed { by: by.clone() } }];
    let event = Event::ExceptionDeclined { why: why.to_owned() };
    decision.note(engagement.id, case.now, Actor::Person(by.clone()), event, pressed);
    let change = Change::ExceptionDeclined { by: by.clone(), why: why.to_owned() };
    decision.tell_requester(&engagement, What::ChangedToRequester { change });
    decision.reply = Reply::Done { engagement: engagement.id, done: Done::ExceptionDeclined };
    decision.change(engagement);
    decision
}

/// Its clock is due: nobody answered for a while, so that the next one is asked as well; or the start came first.
pub fn next(case: &Case<'_>) -> Decision {
    let Some(exception) = case.engagement.open_exception() else { return Decision::default() };
    let now = case.now;
    if exception.moves_from.is_some() && exception.start <= now {
        return lapsed(case);
    }
    if let Some(at) = exception.wakes_at().filter(|at| now < *at) {
        let mut decision = Decision::default();
        decision.set_clock(case.engagement.id, ClockKind::ExceptionNext, at);
        return decision;
    }
    let fact = Fact::TimePassed { seconds: (now - exception.asked_at).num_seconds() };
    handed_on(case, exception, (Actor::Clock(ClockKind::ExceptionNext), fact))
}

/// The direct message to somebody who was asked cannot be delivered: the next one is asked at once. Where none is left, the
/// requester is told, since nobody would answer.
pub fn unopened(case: &Case<'_>, channel: &ChannelId, error: &str) -> Decision {
    let Some(exception) = case.engagement.open_exception() else { return Decision::default() };
    // Of those who were asked, only the last one is waited for.
    if exception.asked.last().is_none_or(|last| last.as_str() != channel.as_str()) {
        return Decision::default();
    }
    let fact = Fact::Undeliverable { error: error.to_owned() };
    let decision = handed_on(case, exception, (Actor::Slack, fact));
    if decision.notices.is_empty() { nobody_left(case) } else { decision }
}

/// Asks the next one; changes only the clock where none is left.
fn handed_on(case: &Case<'_>, exception: &NoticeException, (by, fact): (Actor, Fact)) -> Decision {
    let mut decision = Decision::default();
    let why = Because { rule: Rule::C12, fact };
    let asked = (by.clone(), Some(why.clone()));
    let next = pass_on(&mut decision, case, exception.clone(), asked).unwrap_or_else(|| {
        let alone = NoticeException { next_at: None, ..exception.clone() };
        schedule(&mut decision, case.engagement.id, &alone);
        let nobody = Event::ExceptionAsked { whom: Vec::new() };
        decision.note(case.engagement.id, case.now, by, nobody, vec![why]);
        alone
    });
    decision.change(with(case.engagement, next));
    decision
}

/// Nobody who may approve can be reached: it ends, and the requester chooses again.
fn nobody_left(case: &Case<'_>) -> Decision {
    let mut decision = Decision::default();
    let mut engagement = case.engagement.clone();
    withdraw(engagement.exception_mut(), &mut decision, case.engagement);
    let change = Change::ExceptionUnreachable;
    decision.tell_requester(&engagement, What::ChangedToRequester { change });
    let because = vec![Because { rule: Rule::C12, fact: Fact::NoPm { place: engagement.place.clone() } }];
    decision.note(engagement.id, case.now, Actor::Slack, Event::ExceptionEnded, because);
    decision.change(engagement);
    decision
}

/// The requester takes another way, or what it was for ends: nobody is asked any longer.
pub(super) fn withdraw(
    exception: Option<&mut NoticeException>,
    decision: &mut Decision,
    engagement: &Engagement,
) {
    if let Some(exception) = exception.filter(|exception| exception.is_open()) {
        end(exception, decision, engagement, ExceptionState::Withdrawn);
    }
}

/// Its instant came first (C12). Tells the requester where somebody was asked.
pub(super) fn lapse(
    exception: Option<&mut NoticeException>,
    decision: &mut Decision,
    engagement: &Engagement,
) {
    if let Some(exception) = exception.filter(|exception| exception.is_open()) {
        end(exception, decision, engagement, ExceptionState::Lapsed);
        let change = Change::ExceptionLapsed;
        decision.tell_requester(engagement, What::ChangedToRequester { change });
    }
}

/// The earlier start of a call that stands came before an answer: it stays as it is.
fn lapsed(case: &Case<'_>) -> Decision {
    let mut decision = Decision::default();
    let mut engagement = case.engagement.clone();
    lapse(engagement.exception_mut(), &mut decision, case.engagement);
    let seconds = engagement.exception().map_or(0, |it| (case.now - it.asked_at).num_seconds());
    let because = vec![Because { rule: Rule::C12, fact: Fact::TimePassed { seconds } }];
    let by = Actor::Clock(ClockKind::ExceptionNext);
    decision.note(engagement.id, case.now, by, Event::ExceptionEnded, because);
    decision.change(engagement);
    decision
}

/// Asks the first who was not asked yet, and says when the next one is; `None` where nobody is left.
fn pass_on(
    decision: &mut Decision,
    case: &Case<'_>,
    mut exception: NoticeException,
    (by, why): (Actor, Option<Because>),
) -> Option<NoticeException> {
    let engagement = case.engagement;
    let next = ladder::next(&case.policy.org, engagement, &exception.asked, case.now)?;
    let whom = next.who;
    for earlier in exception.asked.iter().rev().take(1) {
        tell_how_it_stands(decision, engagement, &exception, earlier);
    }
    exception.asked.push(whom.clone());
    exception.because = why.into_iter().chain(next.because).collect();
    exception.next_at = next.is_another_left.then(|| {
        // As long as a PM has for an answer, and never more than half of what is left.
        let patience = case.policy.rules.reply.within.span();
        case.now + patience.min((exception.start - case.now) / 2)
    });
    schedule(decision, engagement.id, &exception);
    let because = exception.because.clone();
    let noted = if let (true, Actor::Person(by)) = (because.is_empty(), &by) {
        vec![Because { rule: Rule::Roles, fact: Fact::Pressed { by: by.clone() } }]
    } else {
        because.clone()
    };
    decision.note(engagement.id, case.now, by, Event::ExceptionAsked { whom: vec![whom.clone()] }, noted);
    let what = What::ExceptionAsked { whom: whom.clone(), because };
    decision.tell(engagement, Address::Direct { user: whom }, what);
    Some(exception)
}

fn schedule(decision: &mut Decision, id: EngagementId, exception: &NoticeException) {
    match exception.wakes_at() {
        Some(at) => decision.set_clock(id, ClockKind::ExceptionNext, at),
        None => decision.stop_clock(id, ClockKind::ExceptionNext),
    }
}

/// It ends like this, and what was asked of people falls silent; whoever decided it reads that where they did.
fn end(
    exception: &mut NoticeException,
    decision: &mut Decision,
    engagement: &Engagement,
    state: ExceptionState,
) {
    exception.state = state;
    exception.next_at = None;
    decision.stop_clock(engagement.id, ClockKind::ExceptionNext);
    for asked in exception.asked.iter().filter(|asked| exception.decided_by.as_ref() != Some(asked)) {
        tell_how_it_stands(decision, engagement, exception, asked);
    }
}

/// The message in which somebody was asked says how it stands.
fn tell_how_it_stands(
    decision: &mut Decision,
    engagement: &Engagement,
    exception: &NoticeException,
    whom: &UserId,
) {
    let what = What::ExceptionStands { whom: whom.clone(), start: exception.start };
    decision.tell(engagement, Address::Asked { user: whom.clone() }, what);
}

/// It was decided, or is being decided, already.
fn stands(engagement: EngagementId, exception: &NoticeException) -> Refusal {
    let by = exception.decided_by.clone().or_else(|| exception.asked.last().cloned());
    Refusal::ExceptionStands { engagement, by, state: exception.state }
}

/// The engagement with its exception as it is now.
fn with(engagement: &Engagement, exception: NoticeException) -> Engagement {
    let mut changed = engagement.clone();
    if let Some(before) = changed.exception_mut() {
        *before = exception;
    }
    changed
}

/// When its clock is due.
pub(super) fn wakes_at(engagement: &Engagement) -> Option<DateTime<Utc>> {
    engagement.open_exception().and_then(NoticeException::wakes_at)
}

/// What ends an exception and what follows in its stead, as one decision; a refusal stays one.
pub(super) fn led_by(first: Decision, mut then: Decision) -> Decision {
    if !then.writes.is_empty() {
        then.notices.extend(first.notices);
        then.clocks.splice(0..0, first.clocks);
        then.timeline.splice(0..0, first.timeline);
    }
    then
}
