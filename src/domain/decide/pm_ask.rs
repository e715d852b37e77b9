//! An ask of a PM without a promised time (A3, A5, A12, D3, E9): reached in the group's channel, protected by *Redirect*.

use chrono::{DateTime, Utc};

use super::ask::LONGEST_TEXT;
use super::destination;
use super::draft::{Step, write};
use super::question::rehome;
use super::{Case, absence, question, requester};
use crate::domain::calendar::WorkCalendar;
use crate::domain::command::{Act, Action, ClockKind};
use crate::domain::decision::{Actor, Decision, Done, Event, Reply};
use crate::domain::engagement::{Body, Engagement, Home, PmAsk, Question, State};
use crate::domain::ids::{ChannelId, EngagementId, UserId};
use crate::domain::notice::{Address, Change, What};
use crate::domain::org::{PlaceId, Role};
use crate::domain::reason::{Because, Fact, Reason, Rule};
use crate::domain::refusal::Refusal;

/// Posts a draft where its PM is reached: group channel, stage channel, `#product`.
pub(super) fn send(mut draft: Engagement, step: Step<'_>, by: Actor) -> Decision {
    let org = &step.policy.org;
    let nowhere = |draft: &Engagement| {
        let place = draft.place.clone().unwrap_or_else(|| PlaceId(String::new()));
        Decision::refuse(Refusal::NowhereToSend { place })
    };
    let Some(place) = draft.place.as_ref().and_then(|id| org.place(id)) else { return nowhere(&draft) };
    let Some((channel, because)) = destination::to_pms(org, place, None) else { return nowhere(&draft) };
    let mut decision = Decision::default();
    let mut ask = PmAsk::default();
    if let Body::Question(question) = &draft.body {
        ask.needed_by = question.needed_by;
        ask.triage.clone_from(&question.triage);
        ask.exception.clone_from(&question.exception);
    }
    draft.because.extend(because);
    // D3: advice is assigned to the section's product leader; everything else has the first PM on duty.
    let (owner, why) = match (&draft.reason, &place.leader) {
        (Some(Reason::Advice), Some(leader)) => {
            let known = std::iter::once(leader).chain(&place.pms).chain(&place.cover).chain(&place.stage_pm);
            let on_duty = org.on_duty(known, |_| true, &[step.now]);
            let fact = on_duty.why(|pm| Fact::PmOnDuty { pm });
            let fact = fact.unwrap_or_else(|| Fact::NoPm { place: Some(place.id.clone()) });
            (on_duty.who, Because { rule: Rule::D3, fact })
        }
        _ => destination::pm_on_duty(org, place, step.now),
    };
    draft.because.push(why);
    let calendar = WorkCalendar::of(org, owner.as_ref(), Some(&place.id));
    if draft.reason == Some(Reason::Advice) {
        let due = calendar.add_working_days(step.now, step.policy.rules.advice_due.0);
        ask.due_at = Some(due);
        decision.set_clock(draft.id, ClockKind::AdviceDue, due);
    } else {
        let due = calendar.add_working_days(step.now, step.policy.rules.pm_remind_after.0);
        decision.set_clock(draft.id, ClockKind::PmReminder, due);
    }
    if !step.is_new {
        decision.stop_clock(draft.id, ClockKind::DraftLapse);
    }
    draft.owner = owner;
    draft.state = State::Open;
    draft.asked_at = step.now;
    draft.body = Body::PmAsk(ask);
    draft.home = Some(Home { channel: channel.clone(), thread: None, card: None });
    let event = Event::Sent { channel: channel.clone(), place: draft.place.clone() };
    decision.note(draft.id, step.now, by, event, draft.because.clone());
    decision.card(&draft, true);
    if draft.reason == Some(Reason::Escalation)
        && let Some(stage_channel) = place.stage_channel.clone().filter(|stage| *stage != channel)
    {
        let to = Address::Channel { channel: stage_channel };
        decision.tell(&draft, to, What::StageLink { link: draft.links.last().cloned() });
    }
    decision.reply = Reply::Asked { engagement: draft.id };
    write(&mut decision, draft, step.is_new);
    decision
}

/// What follows from a button of a PM's card, or of the requester's messages about it.
pub fn act(case: &Case<'_>, act: &Act) -> Decision {
    match &act.action {
        Action::Seen => as_pm(case, &act.by, seen),
        Action::Answered => answered(case, &act.by),
        Action::NotMine { to } => as_pm(case, &act.by, |case, by| hand(case, by, to)),
        Action::RedirectToSmes => as_pm(case, &act.by, redirect),
        Action::Withdraw | Action::Discard => requester::withdraw(case, &act.by),
        Action::AddDetail { text } => requester::add_detail(case, &act.by, text),
        Action::NotSolved { why } => requester::reopen(case, &act.by, why.as_deref(), |ask, decision| {
            ask.state = State::Open;
            remind_later(case, ask, decision);
        }),
        Action::Solved => as_requester(case, &act.by, |case, by| finish(case, by, None)),
        Action::Close { why } => overseen(case, &act.by, |case, by| finish(case, by, Some(why))),
        Action::Reassign { to } => overseen(case, &act.by, |case, by| hand(case, by, to)),
        Action::Take
        | Action::HandBack
        | Action::AskPm { .. }
        | Action::Move { .. }
        | Action::PickPlace { .. }
        | Action::Post { .. }
        | Action::AskSmes
        | Action::AboutProduct { .. }
        | Action::UseSlot { .. }
        | Action::WaitOnSme { .. }
        | Action::AnsweredElsewhere { .. }
        | Action::NotAQuestion
        | Action::AskAgain { .. }
        | Action::AskException { .. }
        | Action::ApproveException
        | Action::DeclineException { .. }
        | Action::ConfirmCall
        | Action::DeclineCall { .. }
        | Action::ProposeTime { .. }
        | Action::AcceptProposal
        | Action::MissingContext { .. }
        | Action::Reschedule { .. }
        | Action::CancelCall { .. }
        | Action::AddAgenda { .. } => not_now(case.engagement),
    }
}

fn not_now(ask: &Engagement) -> Decision {
    Decision::refuse(Refusal::NotNow { engagement: ask.id, state: ask.state })
}

fn is_pm_here(case: &Case<'_>, by: &UserId) -> bool {
    let ask = case.engagement;
    ask.owner.as_ref() == Some(by)
        || ask.place.as_ref().is_some_and(|place| case.policy.org.is_pm_of_then(by, place, case.now))
}

fn only(case: &Case<'_>, by: &UserId, who: Role) -> Decision {
    let ask = case.engagement;
    Decision::refuse(Refusal::NotYours { engagement: ask.id, who, is_requester: *by == ask.requester })
}

fn as_pm(case: &Case<'_>, by: &UserId, then: impl Fn(&Case<'_>, &UserId) -> Decision) -> Decision {
    if !is_pm_here(case, by) {
        return only(case, by, Role::PmsOf(case.engagement.place.clone()));
    }
    if case.engagement.state == State::Open { then(case, by) } else { not_now(case.engagement) }
}

fn as_requester(case: &Case<'_>, by: &UserId, then: impl Fn(&Case<'_>, &UserId) -> Decision) -> Decision {
    if *by == case.engagement.requester { then(case, by) } else { only(case, by, Role::Requester) }
}

fn overseen(case: &Case<'_>, by: &UserId, then: impl Fn(&Case<'_>, &UserId) -> Decision) -> Decision {
    let ask = case.engagement;
    if !case.policy.org.may_oversee(by, ask.area.as_ref()) {
        return only(case, by, ask.area.clone().map_or(Role::Admins, Role::LeadsOf));
    }
    if ask.state == State::Open || ask.state == State::Answered { then(case, by) } else { not_now(ask) }
}

fn pressed(by: &UserId) -> Vec<Because> {
    vec![Because { rule: Rule::A12, fact: Fact::Pressed { by: by.clone() } }]
}

fn seen(case: &Case<'_>, by: &UserId) -> Decision {
    let mut ask = case.engagement.clone();
    let mut decision = Decision::default();
    if let Body::PmAsk(body) = &mut ask.body {
        if body.seen_by.is_some() {
            return decision;
        }
        body.seen_by = Some(by.clone());
    }
    let event = Event::Seen { by: by.clone() };
    decision.note(ask.id, case.now, Actor::Person(by.clone()), event, pressed(by));
    decision.card(&ask, false);
    decision.change(ask);
    decision
}

fn answered(case: &Case<'_>, by: &UserId) -> Decision {
    let ask = case.engagement;
    if *by == ask.requester && ask.state == State::Open {
        return finish(case, by, None);
    }
    as_pm(case, by, |case, by| {
        let mut ask = case.engagement.clone();
        let mut decision = Decision::default();
        ask.state = State::Answered;
        ask.answered_at = Some(case.now);
        ask.answered_by = Some(by.clone());
        decision.stop_clocks(ask.id);
        let close_at = case.now + case.policy.rules.engagement.close_after.span();
        decision.set_clock(ask.id, ClockKind::Close, close_at);
        let event = Event::Answered { by: by.clone() };
        decision.note(ask.id, case.now, Actor::Person(by.clone()), event, pressed(by));
        decision.card(&ask, false);
        decision.tell_requester(&ask, What::AnsweredToRequester { by: by.clone() });
        decision.change(ask);
        decision
    })
}

fn hand(case: &Case<'_>, by: &UserId, to: &UserId) -> Decision {
    if let Some(refusal) = absence::refusal_of(case.policy, to, case.now) {
        return Decision::refuse(refusal);
    }
    if case.engagement.owner.as_ref() == Some(to) {
        return Decision::refuse(Refusal::AlreadyTaken {
            engagement: case.engagement.id,
            by: Some(to.clone()),
        });
    }
    let mut ask = case.engagement.clone();
    let mut decision = Decision::default();
    ask.owner = Some(to.clone());
    let event = Event::Handed { to: to.clone() };
    decision.note(ask.id, case.now, Actor::Person(by.clone()), event, pressed(by));
    decision.card(&ask, false);
    decision.tell_thread(&ask, What::OwnerChanged { to: to.clone(), by: by.clone() });
    decision.change(ask);
    decision
}

/// A5: the ask goes to SMEs as a question of its own; the requester hears it kindly, and the PM is done with it.
fn redirect(case: &Case<'_>, by: &UserId) -> Decision {
    let org = &case.policy.org;
    let mut ask = case.engagement.clone();
    let place = ask.place.as_ref().and_then(|id| org.place(id));
    if let Some(area) = destination::not_on(org, ask.area.as_ref(), &ask.requester) {
        return Decision::refuse(Refusal::AreaNotOn { area });
    }
    let Some(to) = destination::to_smes(org, place, ask.area.as_ref()) else {
        let place = ask.place.clone().unwrap_or_else(|| PlaceId(String::new()));
        return Decision::refuse(Refusal::NowhereToSend { place });
    };
    let redirected = question_from(&ask, case.next_id, by);
    let step =
        Step { is_new: true, confirmed: true, offers_smes_first: false, policy: case.policy, now: case.now };
    let mut decision = question::send(redirected, to, step, Actor::Person(by.clone()));
    ask.state = State::Redirected;
    ask.closed_at = Some(case.now);
    if let Body::PmAsk(body) = &mut ask.body {
        body.redirected_to = Some(case.next_id);
    }
    decision.stop_clocks(ask.id);
    let because = vec![Because { rule: Rule::A5, fact: Fact::Pressed { by: by.clone() } }];
    let event = Event::Redirected { to: case.next_id };
    decision.note(ask.id, case.now, Actor::Person(by.clone()), event, because);
    decision.card(&ask, false);
    decision.tell_thread(&ask, What::Redirected { to: case.next_id });
    let change = Change::Redirected { by: by.clone(), to: case.next_id };
    decision.tell_requester(&ask, What::ChangedToRequester { change });
    decision.change(ask);
    decision.reply = Reply::Nothing;
    decision
}

/// The SME question that a redirected ask becomes: same words, same requester.
fn question_from(ask: &Engagement, id: EngagementId, by: &UserId) -> Engagement {
    let mut because = vec![Because { rule: Rule::A5, fact: Fact::Pressed { by: by.clone() } }];
    // Why it belongs to this place holds as before; why it went to a PM does not.
    because.extend(ask.because.iter().filter(|because| because.fact.places()).cloned());
    Engagement {
        id,
        version: 0,
        state: State::Draft,
        reason: None,
        home: None,
        owner: None,
        moves: 0,
        parent: Some(ask.id),
        because,
        body: Body::Question(Question::default()),
        taken_at: None,
        answered_at: None,
        answered_by: None,
        closed_at: None,
        text: ask.text.chars().take(LONGEST_TEXT).collect(),
        ..ask.clone()
    }
}

/// What is open again is still reminded of: once if it never was (A12), and when advice is due (D3).
fn remind_later(case: &Case<'_>, ask: &Engagement, decision: &mut Decision) {
    let Body::PmAsk(body) = &ask.body else { return };
    let calendar = WorkCalendar::of(&case.policy.org, ask.owner.as_ref(), ask.place.as_ref());
    if let Some(due) = body.due_at {
        let due = if due > case.now { due } else { calendar.add_working_days(case.now, 1) };
        decision.set_clock(ask.id, ClockKind::AdviceDue, due);
    } else if !body.reminded {
        let due = calendar.add_working_days(case.now, case.policy.rules.pm_remind_after.0);
        decision.set_clock(ask.id, ClockKind::PmReminder, due);
    }
}

/// When the one reminder of an ask is due that was asked then (A12).
pub(super) fn reminder_at(case: &Case<'_>, from: DateTime<Utc>) -> DateTime<Utc> {
    let ask = case.engagement;
    let calendar = WorkCalendar::of(&case.policy.org, ask.owner.as_ref(), ask.place.as_ref());
    calendar.add_working_days(from, case.policy.rules.pm_remind_after.0)
}

fn finish(case: &Case<'_>, by: &UserId, why: Option<&String>) -> Decision {
    let mut ask = case.engagement.clone();
    if !matches!(ask.state, State::Open | State::Answered) {
        return not_now(&ask);
    }
    let mut decision = Decision::default();
    ask.state = State::Closed;
    ask.closed_at = Some(case.now);
    ask.answered_at = ask.answered_at.or(Some(case.now));
    decision.stop_clocks(ask.id);
    let event = Event::Ended { state: State::Closed, why: why.cloned() };
    decision.note(ask.id, case.now, Actor::Person(by.clone()), event, pressed(by));
    decision.card(&ask, false);
    if let Some(why) = why.filter(|_| *by != ask.requester) {
        let change = Change::Closed { by: by.clone(), why: why.clone() };
        decision.tell_requester(&ask, What::ChangedToRequester { change });
    }
    decision.reply = Reply::Done { engagement: ask.id, done: Done::Closed };
    decision.change(ask);
    decision
}

/// A clock of a PM's ask is due: the one reminder (A12), or advice (D3).
pub fn due(case: &Case<'_>, clock: ClockKind, since: DateTime<Utc>) -> Decision {
    let mut ask = case.engagement.clone();
    let mut decision = Decision::default();
    match (clock, ask.state) {
        (ClockKind::PmReminder, State::Open) => {
            let Some(owner) = ask.owner.clone() else { return decision };
            if let Body::PmAsk(body) = &mut ask.body {
                body.reminded = true;
            }
            let days = case.policy.rules.pm_remind_after.0;
            decision.tell_thread(
                &ask,
                What::PmReminder { owner: owner.clone(), days, late_because: case.late_because(since) },
            );
            remind(case, clock, vec![owner], Rule::A12, &mut decision);
            decision.change(ask);
        }
        (ClockKind::AdviceDue | ClockKind::AdviceOverdue, State::Open) => {
            let calendar = WorkCalendar::of(&case.policy.org, ask.owner.as_ref(), ask.place.as_ref());
            // Come so late that it is overdue by now, only that is told (B7).
            let overdue =
                clock == ClockKind::AdviceOverdue || case.now >= calendar.add_working_days(since, 1);
            let late_because = case.late_because(since);
            decision.tell_thread(&ask, What::AdviceDue { owner: ask.owner.clone(), overdue, late_because });
            remind(case, clock, ask.owner.iter().cloned().collect(), Rule::D3, &mut decision);
            if !overdue {
                let due = calendar.add_working_days(case.now, 1);
                decision.set_clock(ask.id, ClockKind::AdviceOverdue, due);
            }
            decision.change(ask);
        }
        (ClockKind::Close, State::Answered) => return requester::close_undisputed(case),
        _ => {}
    }
    decision
}

fn remind(case: &Case<'_>, clock: ClockKind, whom: Vec<UserId>, rule: Rule, decision: &mut Decision) {
    let seconds = (case.now - case.engagement.asked_at).num_seconds();
    let because = vec![Because { rule, fact: Fact::TimePassed { seconds } }];
    let event = Event::Reminded { whom, clock };
    decision.note(case.engagement.id, case.now, Actor::Clock(clock), event, because);
}

/// Slack will never take the card in that channel: stage channel, then `#product`.
pub fn undeliverable(case: &Case<'_>, channel: &ChannelId, error: &str) -> Decision {
    let org = &case.policy.org;
    let place = case.engagement.place.as_ref().and_then(|id| org.place(id));
    let known = place
        .iter()
        .flat_map(|place| place.channel.iter().chain(&place.stage_channel))
        .chain(&org.fallback_channel);
    let next = destination::after_refusal(known, case.engagement, channel);
    rehome(case, channel, next, error, Rule::C3)
}
