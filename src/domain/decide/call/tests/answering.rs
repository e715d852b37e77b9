//! What PMs say to a call, and who may not say it for them.

use super::super::testing::*;
use crate::domain::command::{Action, ClockKind};
use crate::domain::decision::{Event, Problem, Reply};
use crate::domain::engagement::State;
use crate::domain::engagement::call::CallStatus;
use crate::domain::ids::{AreaKey, UserId};
use crate::domain::notice::{Change, What};
use crate::domain::org::{PlaceId, Role};
use crate::domain::refusal::Refusal;

/// Monday after, 18:00 in Berlin.
const MONDAY: &str = "2026-11-23T17:00:00Z";

fn changed(change: Change) -> (crate::domain::notice::Address, What) {
    direct(What::ChangedToRequester { change })
}

#[test]
fn a_pm_confirms_and_the_requester_hears_it() {
    let mut story = Story::asked();
    let decision = story.press(PAUL, Action::ConfirmCall);
    let by = UserId::from(PAUL);
    assert_eq!(told(&decision), [card("C_G_RUNNER", false), changed(Change::Confirmed { by: by.clone() })]);
    assert_eq!(story.engagement().state, State::Taken);
    assert_eq!(story.engagement().owner, Some(by.clone()), "whoever says yes has it");
    assert_eq!(story.clocks.len(), 3, "the agenda is still owed");
    let decision = story.press(PETRA, Action::ConfirmCall);
    let refusal = Refusal::AlreadyTaken { engagement: ID, by: Some(by) };
    assert_eq!(decision.reply, Reply::Refused(refusal), "two PMs press: one wins, the other hears who");
}

#[test]
fn a_pm_declines_and_nothing_reminds_any_more() {
    let mut story = Story::confirmed();
    let why = "No agenda".to_owned();
    let decision = story.press(PETRA, Action::DeclineCall { why: why.clone() });
    let by = UserId::from(PETRA);
    assert_eq!(told(&decision), [card("C_G_RUNNER", false), changed(Change::Declined { by, why })]);
    assert_eq!(story.engagement().state, State::Declined);
    assert!(story.clocks.is_empty());
    let decision = story.press(PETRA, Action::ConfirmCall);
    assert_eq!(decision.reply, Reply::Refused(Refusal::NotNow { engagement: ID, state: State::Declined }));
}

#[test]
fn a_proposal_waits_for_the_requester_and_needs_no_notice() {
    let mut story = Story::asked();
    // 47 h ahead; the PM chose it.
    let start = at("2026-11-19T08:00:00Z");
    let decision = story.press(CLEO, Action::ProposeTime { start });
    let by = UserId::from(CLEO);
    assert_eq!(
        told(&decision),
        [card("C_G_RUNNER", false), changed(Change::Proposed { by: by.clone(), start })]
    );
    assert_eq!(story.clocks(), [(ClockKind::CallStart, "Fri 17:00".to_owned())], "the agenda can wait");
    let decision = story.press(PETRA, Action::AcceptProposal);
    assert!(matches!(decision.reply, Reply::Refused(Refusal::NotYours { who: Role::Requester, .. })));

    let decision = story.press(AVA, Action::AcceptProposal);
    let change = Change::Accepted { by: UserId::from(AVA), start };
    let mention = Some(by.clone());
    assert_eq!(told(&decision), [card("C_G_RUNNER", false), thread(What::CallChanged { change, mention })]);
    assert_eq!(story.call().status, CallStatus::Confirmed { by: by.clone() });
    assert_eq!((story.call().start, story.engagement().state), (start, State::Taken));
    assert_eq!(story.engagement().owner, Some(by));
    assert_eq!(
        story.clocks(),
        [
            (ClockKind::AgendaAsk, "Wed 02:00".to_owned()),
            (ClockKind::AgendaMissed, "Wed 08:00".to_owned()),
            (ClockKind::CallStart, "Thu 08:00".to_owned()),
        ]
    );
    let decision = story.press(AVA, Action::AcceptProposal);
    assert!(matches!(decision.reply, Reply::Refused(Refusal::NotNow { .. })), "accepted once");
}

#[test]
fn a_later_proposal_outlives_the_start_and_lapses_at_its_own() {
    let mut story = Story::asked();
    story.press(PETRA, Action::ProposeTime { start: at(MONDAY) });
    assert_eq!(story.clocks(), [(ClockKind::CallStart, "Mon 17:00".to_owned())]);
    let decision = story.due_at(ClockKind::CallStart, "2026-11-20T17:00:00Z");
    assert_eq!(decision.writes, [], "a clock that comes before its time is set again");
    assert_eq!(story.clocks(), [(ClockKind::CallStart, "Mon 17:00".to_owned())]);
    story.due_at(ClockKind::CallStart, MONDAY);
    assert_eq!(story.engagement().state, State::Lapsed);
}

#[test]
fn a_proposal_can_be_overtaken_by_a_yes_and_cannot_be_in_the_past() {
    let mut story = Story::asked();
    let decision = story.press(PETRA, Action::ProposeTime { start: story.now });
    assert_eq!(decision.reply, at_the_start(Problem::InThePast));
    story.press(PETRA, Action::ProposeTime { start: at(MONDAY) });
    story.press(PETRA, Action::ConfirmCall);
    assert_eq!(story.call().start, at("2026-11-20T17:00:00Z"));
    assert_eq!(story.clocks.len(), 3, "the agenda's reminders run again");
}

#[test]
fn context_is_asked_for_and_given() {
    let mut story = Story::confirmed();
    let what = "Which version?".to_owned();
    let decision = story.press(PETRA, Action::MissingContext { what: what.clone() });
    let by = UserId::from(PETRA);
    assert_eq!(
        told(&decision),
        [card("C_G_RUNNER", false), changed(Change::ContextMissing { by: by.clone(), what: what.clone() })]
    );
    assert_eq!(story.call().status, CallStatus::ContextMissing { by, what });
    assert_eq!(story.engagement().state, State::Open);
    let decision = story.press(AVA, Action::AddDetail { text: " 18.5 ".to_owned() });
    let what = What::DetailAdded { by: UserId::from(AVA), text: "18.5".to_owned() };
    assert_eq!(told(&decision), [card("C_G_RUNNER", false), thread(what)]);
    assert_eq!(story.call().status, CallStatus::Asked, "it is the PM's turn again");
    let decision = story.press(AVA, Action::AddDetail { text: " ".to_owned() });
    assert_eq!(decision.reply, Reply::Refused(Refusal::Empty));
}

#[test]
fn a_pm_hands_the_call_to_another_who_says_yes_themselves() {
    let mut story = Story::confirmed();
    let (by, to) = (UserId::from(PETRA), UserId::from(PAUL));
    let decision = story.press(PETRA, Action::NotMine { to: to.clone() });
    let change = Change::Handed { by, to: to.clone() };
    assert_eq!(
        told(&decision),
        [
            card("C_G_RUNNER", false),
            changed(change.clone()),
            thread(What::CallChanged { change, mention: Some(to.clone()) })
        ]
    );
    assert_eq!((&story.call().status, story.engagement().state), (&CallStatus::Asked, State::Open));
    assert_eq!(decision.timeline[0].event, Event::Handed { to: to.clone() });
    let decision = story.press(PETRA, Action::NotMine { to });
    assert!(matches!(decision.reply, Reply::Refused(Refusal::AlreadyTaken { .. })));
    for nobody in [AVA, INES] {
        let decision = story.press(PAUL, Action::NotMine { to: UserId::from(nobody) });
        assert_eq!(
            decision.reply,
            Reply::Refused(Refusal::CannotAnswer { engagement: ID, user: UserId::from(nobody) }),
            "{nobody}"
        );
    }
}

#[test]
fn leads_and_admins_close_and_reassign() {
    for overseer in [LEA, ADA] {
        let mut story = Story::confirmed();
        let decision = story.press(overseer, Action::Reassign { to: UserId::from(INES) });
        let change = Change::Handed { by: UserId::from(overseer), to: UserId::from(INES) };
        assert_eq!(told(&decision)[1], changed(change));
        let decision = story.press(INES, Action::ConfirmCall);
        assert_eq!(decision.reply, Reply::Nothing, "the owner may answer, listed or not");
        let why = "Cancelled by the customer".to_owned();
        let decision = story.press(overseer, Action::Close { why: why.clone() });
        let change = Change::Closed { by: UserId::from(overseer), why };
        let mention = Some(UserId::from(INES));
        assert_eq!(
            told(&decision),
            [
                card("C_G_RUNNER", false),
                thread(What::CallChanged { change: change.clone(), mention }),
                changed(change)
            ]
        );
        assert_eq!(story.engagement().state, State::Closed);
    }
}

#[test]
fn the_wrong_person_is_told_who_can() {
    let runner = || Some(PlaceId("group/verify/runner".to_owned()));
    let start = at(MONDAY);
    let text = String::new;
    for (action, who, wrong) in [
        (Action::ConfirmCall, Role::PmsOf(runner()), [AVA, INES]),
        (Action::DeclineCall { why: text() }, Role::PmsOf(runner()), [AVA, LEA]),
        (Action::ProposeTime { start }, Role::PmsOf(runner()), [AVA, INES]),
        (Action::MissingContext { what: text() }, Role::PmsOf(runner()), [AVA, ADA]),
        (Action::NotMine { to: UserId::from(PAUL) }, Role::PmsOf(runner()), [AVA, INES]),
        (Action::AcceptProposal, Role::Requester, [PETRA, INES]),
        (Action::AddDetail { text: text() }, Role::Requester, [PETRA, INES]),
        (Action::Withdraw, Role::Requester, [PETRA, INES]),
        (Action::Reschedule { start, why: None }, Role::Requester, [INES, LEA]),
        (Action::CancelCall { why: text() }, Role::Requester, [INES, ADA]),
        (Action::AddAgenda { link: text() }, Role::Requester, [INES, LEA]),
        (Action::Close { why: text() }, Role::LeadsOf(AreaKey::from("ci")), [AVA, PETRA]),
        (Action::Reassign { to: UserId::from(PAUL) }, Role::LeadsOf(AreaKey::from("ci")), [AVA, PETRA]),
    ] {
        for by in wrong {
            let mut story = Story::asked();
            let decision = story.press(by, action.clone());
            let refusal = Refusal::NotYours { engagement: ID, who: who.clone(), is_requester: by == AVA };
            assert_eq!(decision.reply, Reply::Refused(refusal), "{by}: {action:?}");
            assert!(decision.is_empty());
        }
    }
}

#[test]
fn what_is_no_action_of_a_call_is_refused() {
    for action in [Action::Take, Action::Answered, Action::AskSmes, Action::Seen, Action::Discard] {
        let decision = Story::asked().press(AVA, action.clone());
        let refusal = Refusal::NotNow { engagement: ID, state: State::Open };
        assert_eq!(decision.reply, Reply::Refused(refusal), "{action:?}");
    }
}
