//! What happens to a question without a button: messages, reactions, clocks, and Slack's refusals (A8).

use chrono::{DateTime, Utc};

use super::{acts, body, mark_silence, may_take, watch_silence};
use crate::domain::command::{ClockKind, Heard, Reacted};
use crate::domain::decide::{Case, destination, requester};
use crate::domain::decision::{Actor, Decision, Event};
use crate::domain::engagement::{Body, Engagement, Home, State};
use crate::domain::ids::{ChannelId, UserId};
use crate::domain::notice::{Address, Change, What};
use crate::domain::reason::{Because, Fact, Rule};

/// A message in the thread: a taker who writes is not silent. Text is never judged.
pub fn heard(case: &Case<'_>, heard: &Heard) -> Decision {
    let question = case.engagement;
    let mut decision = Decision::default();
    if question.state == State::Taken && heard.by.is_some() && heard.by == question.owner && !heard.is_note {
        watch_silence(question, case.policy, case.now, &mut decision);
    }
    decision
}

/// ✅ (a list of emoji) by an SME takes it (A8). Anybody else's reaction, and any other emoji, is just a reaction.
pub fn reacted(case: &Case<'_>, reacted: &Reacted) -> Decision {
    let question = case.engagement;
    let takes = reacted.added
        && question.state == State::Open
        && case.policy.org.taken_emoji.contains(&reacted.emoji)
        && may_take(question, &reacted.by, case.policy);
    if takes { acts::take_it(case, &reacted.by) } else { Decision::default() }
}

/// A clock of a question is due since then.
pub fn due(case: &Case<'_>, clock: ClockKind, since: DateTime<Utc>) -> Decision {
    match (clock, case.engagement.state) {
        (ClockKind::TakeBy, State::Open) => not_taken(case, false, since),
        (ClockKind::TakeAgain, State::Open) => not_taken(case, true, since),
        (ClockKind::TakenSilent, State::Taken) => taken_silent(case, since),
        (ClockKind::Close, State::Answered) => requester::close_undisputed(case),
        // The condition no longer holds, or the clock is another kind's.
        (
            ClockKind::TakeBy
            | ClockKind::TakeAgain
            | ClockKind::TakenSilent
            | ClockKind::Close
            | ClockKind::PmReminder
            | ClockKind::AdviceDue
            | ClockKind::AdviceOverdue
            | ClockKind::Reply
            | ClockKind::AgendaAsk
            | ClockKind::AgendaMissed
            | ClockKind::CallStart
            | ClockKind::DraftLapse
            | ClockKind::ExceptionNext
            | ClockKind::ReadRoot
            | ClockKind::ReadProof
            | ClockKind::ReadThread,
            _,
        ) => Decision::default(),
    }
}

/// Nobody took it: the area leads in its thread, again later, and then the fallback channel. Come too late for the first
/// reminder, only the second is given (B7).
fn not_taken(case: &Case<'_>, again: bool, since: DateTime<Utc>) -> Decision {
    let mut question = case.engagement.clone();
    let rules = &case.policy.rules.sme;
    let org = &case.policy.org;
    let area = question.area.as_ref().and_then(|key| org.area(key));
    let leads: Vec<UserId> = area.map(|area| area.leads.clone()).unwrap_or_default();
    let clock = if again { ClockKind::TakeAgain } else { ClockKind::TakeBy };
    let late_because = case.late_because(since);
    let passed = if again { rules.raise_again } else { rules.take_within };
    let late = late_because.as_ref().map_or(0, |_| (case.now - since).num_seconds().max(0));
    let waited = passed.0 + late;
    let again = again || waited >= rules.raise_again.0;
    let hours = waited / 3_600;
    let mut decision = Decision::default();
    let mut kept = body(&question);
    // Both reminders in one, where the first comes that late.
    kept.raised += if again && clock == ClockKind::TakeBy { 2 } else { 1 };
    question.body = Body::Question(kept);
    if !leads.is_empty() {
        decision.tell_thread(
            &question,
            What::NotTaken { leads: leads.clone(), again, hours, late_because: late_because.clone() },
        );
    }
    if !again {
        let due = case.now + (rules.raise_again.span() - rules.take_within.span());
        decision.set_clock(question.id, ClockKind::TakeAgain, due);
    }
    // Without a lead nobody would hear, so the fallback channel hears at once.
    if (again || leads.is_empty())
        && let Some(channel) = &org.sme_fallback_channel
        && question.home.as_ref().is_some_and(|home| home.channel != *channel)
    {
        let to = Address::Channel { channel: channel.clone() };
        decision.tell(&question, to, What::NotTakenAnywhere { hours, late_because });
    }
    let because = vec![Because { rule: Rule::A8, fact: Fact::TimePassed { seconds: waited } }];
    let event = Event::Raised { whom: leads, clock };
    decision.note(question.id, case.now, Actor::Clock(clock), event, because);
    decision.change(question);
    decision
}

fn taken_silent(case: &Case<'_>, since: DateTime<Utc>) -> Decision {
    let mut question = case.engagement.clone();
    let Some(taker) = question.owner.clone() else { return Decision::default() };
    mark_silence(&mut question, true);
    let mut decision = Decision::default();
    let days = case.policy.rules.sme.taken_silent.0;
    decision.tell(
        &question,
        Address::Direct { user: taker.clone() },
        What::TakenSilent { taker: taker.clone(), days, late_because: case.late_because(since) },
    );
    let because =
        vec![Because { rule: Rule::A8, fact: Fact::TimePassed { seconds: i64::from(days) * 24 * 3_600 } }];
    let event = Event::Reminded { whom: vec![taker], clock: ClockKind::TakenSilent };
    decision.note(question.id, case.now, Actor::Clock(ClockKind::TakenSilent), event, because);
    decision.change(question);
    decision
}

/// Slack will never take the card in that channel: the next channel of the rules has it.
pub fn undeliverable(case: &Case<'_>, channel: &ChannelId, error: &str) -> Decision {
    let org = &case.policy.org;
    let place = case.engagement.place.as_ref().and_then(|id| org.place(id));
    let known = org
        .sme_fallback_channel
        .iter()
        .chain(place.and_then(|place| place.channel.as_ref()))
        .chain(place.and_then(|place| place.stage_channel.as_ref()));
    let next = destination::after_refusal(known, case.engagement, channel);
    rehome(case, channel, next, error, Rule::A8)
}

/// Moves a card that Slack refused to the next channel, and tells the requester and the admins.
pub fn rehome(
    case: &Case<'_>,
    channel: &ChannelId,
    next: Option<ChannelId>,
    error: &str,
    rule: Rule,
) -> Decision {
    let mut engagement: Engagement = case.engagement.clone();
    let mut decision = Decision::default();
    let at_home = engagement.home.as_ref().is_some_and(|home| home.channel == *channel);
    if !at_home || !engagement.state.is_live() {
        return decision;
    }
    let parked = What::Parked { channel: channel.clone(), error: error.to_owned(), went_to: next.clone() };
    decision.tell(&engagement, Address::Admins, parked);
    let because = vec![Because { rule, fact: Fact::Undeliverable { error: error.to_owned() } }];
    if let Some(next) = next {
        let event = Event::Rehomed { from: channel.clone(), to: next.clone(), error: error.to_owned() };
        engagement.home = Some(Home { channel: next.clone(), thread: None, card: None });
        engagement.because.extend(because.clone());
        decision.note(engagement.id, case.now, Actor::Slack, event, because);
        decision.card(&engagement, true);
        let change = Change::Rehomed { to: next };
        decision.tell_requester(&engagement, What::ChangedToRequester { change });
        decision.change(engagement);
    }
    decision
}
