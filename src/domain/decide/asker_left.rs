//! Whoever asked has left the company: what they began and nobody saw yet ends, what others work on stays theirs.
//!
//! Told once, to whoever has it, who ends it by the button that is theirs anyway; its card says so from then on. Nothing is sent to
//! somebody who is not there any more (`worker::outbox`), and promises to those who read along stay promises.

use super::{Case, exception};
use crate::domain::decision::{Actor, Decision, Event};
use crate::domain::engagement::call::CallStatus;
use crate::domain::engagement::{Body, Engagement, State};
use crate::domain::notice::What;
use crate::domain::reason::{Because, Fact, Gone, Rule};

/// Its requester has left.
pub(super) fn asker_left(case: &Case<'_>) -> Decision {
    let before = case.engagement;
    let who = before.requester.clone();
    let reason = Because { rule: Rule::Roles, fact: Fact::Gone { who, why: Gone::Left } };
    if !before.state.is_live() || before.because.contains(&reason) {
        return Decision::default();
    }
    let mut engagement = before.clone();
    let mut decision = Decision::default();
    if before.state == State::Draft {
        drop_it(&mut engagement, case, &mut decision);
        let event = Event::Ended { state: State::Deflected, why: None };
        decision.note(before.id, case.now, Actor::Slack, event, vec![reason]);
    } else {
        engagement.because.push(reason.clone());
        decision.note(before.id, case.now, Actor::Slack, Event::AskerLeft, vec![reason]);
        decision.card(&engagement, false);
        let owner = engagement.owner.clone().filter(|owner| *owner != engagement.requester);
        decision.tell_thread(&engagement, What::AskerLeft { owner });
    }
    decision.change(engagement);
    decision
}

/// Nobody but its author knew of it, save those who were asked for an exception.
fn drop_it(draft: &mut Engagement, case: &Case<'_>, decision: &mut Decision) {
    exception::withdraw(draft.exception_mut(), decision, case.engagement);
    draft.state = State::Deflected;
    draft.closed_at = Some(case.now);
    if let Body::Call(call) = &mut draft.body {
        call.status = CallStatus::Cancelled { by: draft.requester.clone(), why: String::new() };
    }
    decision.stop_clocks(draft.id);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::Action;
    use crate::domain::decide::call::testing::*;
    use crate::domain::notice::Address;

    #[test]
    fn what_waits_for_them_ends_and_what_others_have_is_told_once() {
        let mut story = Story::asked();
        let left = story.with(asker_left);
        let told = told(&left);
        assert_eq!(told.len(), 2, "the card, and a word to whoever has it");
        assert!(
            matches!(&told[1], (Address::CardThread { .. }, What::AskerLeft { owner: Some(owner) }) if owner.as_str() == PETRA)
        );
        assert_eq!(story.engagement().state, State::Open, "it stays with them");
        assert!(story.with(asker_left).is_empty(), "once");

        let mut draft = Story::begins("2026-11-17T09:00:00Z");
        draft.ask("group/verify/runner", &ask("2026-11-19T01:00:00Z"));
        draft.press(AVA, Action::AskException { why: "They decide".to_owned() });
        let ended = draft.with(asker_left);
        assert!(
            ended.notices.iter().all(|notice| matches!(notice.to, Address::Asked { .. })),
            "who was asked"
        );
        assert_eq!((draft.engagement().state, draft.clocks.len()), (State::Deflected, 0));
    }
}
