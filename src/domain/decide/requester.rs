//! What whoever asked may do, alike for a question and for an ask of a PM ("Who may do what"): withdraw, add detail, say
//! *not solved*; and how an answer that nobody disputed closes.

use chrono::Duration;

use super::Case;
use crate::domain::command::ClockKind;
use crate::domain::decision::{Actor, Decision, Done, Event, Reply};
use crate::domain::engagement::{Detail, Engagement, State};
use crate::domain::ids::UserId;
use crate::domain::notice::What;
use crate::domain::org::Role;
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::refusal::Refusal;

/// Only the requester, while `holds`; what follows is `then`'s.
fn as_requester(case: &Case<'_>, by: &UserId, holds: bool, then: impl Fn() -> Decision) -> Decision {
    let engagement = case.engagement;
    if *by != engagement.requester {
        return Decision::refuse(Refusal::NotYours {
            engagement: engagement.id,
            who: Role::Requester,
            is_requester: false,
        });
    }
    if !holds {
        return Decision::refuse(Refusal::NotNow { engagement: engagement.id, state: engagement.state });
    }
    then()
}

fn pressed(by: &UserId) -> Vec<Because> {
    vec![Because { rule: Rule::Roles, fact: Fact::Pressed { by: by.clone() } }]
}

/// The requester takes it back: every clock ends.
pub(super) fn withdraw(case: &Case<'_>, by: &UserId) -> Decision {
    as_requester(case, by, case.engagement.state.is_live(), || {
        let mut engagement = case.engagement.clone();
        let mut decision = Decision::default();
        engagement.state = State::Withdrawn;
        engagement.closed_at = Some(case.now);
        decision.stop_clocks(engagement.id);
        let event = Event::Ended { state: State::Withdrawn, why: None };
        decision.note(engagement.id, case.now, Actor::Person(by.clone()), event, pressed(by));
        decision.card(&engagement, false);
        decision.reply = Reply::Done { engagement: engagement.id, done: Done::Withdrawn };
        decision.change(engagement);
        decision
    })
}

/// The requester adds something, which stands in the card's thread.
pub(super) fn add_detail(case: &Case<'_>, by: &UserId, text: &str) -> Decision {
    as_requester(case, by, case.engagement.state.is_live(), || {
        let mut engagement = case.engagement.clone();
        let mut decision = Decision::default();
        engagement.details.push(Detail { at: case.now, by: by.clone(), text: text.to_owned() });
        let actor = Actor::Person(by.clone());
        decision.note(engagement.id, case.now, actor, Event::DetailAdded, pressed(by));
        decision.tell_thread(&engagement, What::DetailAdded { by: by.clone(), text: text.to_owned() });
        decision.reply = Reply::Done { engagement: engagement.id, done: Done::DetailAdded };
        decision.change(engagement);
        decision
    })
}

/// *Not solved*: open again, within so many days of the answer; `again` sets its state and its clocks anew. Whoever
/// answered hears of it.
pub(super) fn reopen(
    case: &Case<'_>,
    by: &UserId,
    why: Option<&str>,
    again: impl Fn(&mut Engagement, &mut Decision),
) -> Decision {
    let answered_at = case
        .engagement
        .answered_at
        .filter(|_| matches!(case.engagement.state, State::Answered | State::Closed));
    as_requester(case, by, answered_at.is_some(), || {
        let mut engagement = case.engagement.clone();
        let days = case.policy.rules.engagement.reopen_within_days;
        if answered_at.is_some_and(|at| case.now >= at + Duration::days(days)) {
            return Decision::refuse(Refusal::TooLateToReopen { engagement: engagement.id, days });
        }
        let mut decision = Decision::default();
        let whom = engagement.answered_by.clone();
        engagement.answered_at = None;
        engagement.closed_at = None;
        decision.stop_clocks(engagement.id);
        again(&mut engagement, &mut decision);
        engagement.answered_by = None;
        let actor = Actor::Person(by.clone());
        decision.note(engagement.id, case.now, actor, Event::Reopened, pressed(by));
        decision.card(&engagement, false);
        let why = why.map(str::to_owned);
        decision.tell_thread(&engagement, What::NotSolved { by: by.clone(), why, whom });
        decision.reply = Reply::Done { engagement: engagement.id, done: Done::Reopened };
        decision.change(engagement);
        decision
    })
}

/// Answered, and not disputed for as long as the rules say.
pub(super) fn close_undisputed(case: &Case<'_>) -> Decision {
    let mut engagement = case.engagement.clone();
    let mut decision = Decision::default();
    engagement.state = State::Closed;
    engagement.closed_at = Some(case.now);
    decision.stop_clocks(engagement.id);
    let seconds = case.policy.rules.engagement.close_after.0;
    let because = vec![Because { rule: Rule::Roles, fact: Fact::TimePassed { seconds } }];
    let event = Event::Ended { state: State::Closed, why: None };
    decision.note(engagement.id, case.now, Actor::Clock(ClockKind::Close), event, because);
    decision.card(&engagement, false);
    decision.change(engagement);
    decision
}
