//! What people press ("Who may do what", B2, B6).

use super::{end_of, in_thread};
use crate::domain::command::{Action, ClockKind, Heard};
use crate::domain::decide::inquiry::testing::{Desk, at, message, refusal, told, user};
use crate::domain::engagement::State;
use crate::domain::engagement::inquiry::HowEnded;
use crate::domain::notice::{Change, What};
use crate::domain::org::Role;
use crate::domain::refusal::Refusal;

#[test]
fn waiting_needs_a_reason_and_is_pressed_once() {
    let mut desk = Desk::asked();
    let empty = desk.act("PM1", Action::WaitOnSme { why: " ".to_owned() });
    assert_eq!(refusal(&empty), Some(&Refusal::Empty));
    desk.act("PM1", Action::WaitOnSme { why: "why".to_owned() });
    assert!(desk.act("PM1", Action::WaitOnSme { why: "why".to_owned() }).is_empty());
    assert_eq!(desk.clock().pauses.len(), 1);
}

#[test]
fn ask_again_begins_a_new_round() {
    let mut desk = Desk::asked();
    desk.now = at(5, 0);
    desk.writes("PM1");
    desk.now = at(6, 0);
    let decision = desk.act("SME", Action::AskAgain { text: Some("and for two regions?".to_owned()) });
    let what = What::AskedAgain {
        owner: user("PM1"),
        text: Some("and for two regions?".to_owned()),
        due: Some(at(10, 0)),
    };
    assert_eq!(told(&decision), [(in_thread(), what)]);
    assert_eq!(desk.inquiry.state, State::Open);
    assert_eq!((desk.reply_due(), desk.clocks.contains_key(&ClockKind::Close)), (Some(at(8, 0)), false));
    assert!(desk.body().earlier[0].end.as_ref().unwrap().late, "late answers stay late");
    assert_eq!(desk.clock().rules, desk.body().earlier[0].rules, "the rules it began with (B4)");
}

#[test]
fn ask_again_while_it_runs_ends_that_round() {
    let mut desk = Desk::asked();
    desk.runs_until(at(5, 0));
    desk.act("SME", Action::AskAgain { text: None });
    let earlier = desk.body().earlier[0].end.clone().unwrap();
    assert_eq!((earlier.how, earlier.late), (HowEnded::AskedAgain, true));
    assert_eq!(desk.reply_due(), Some(at(7, 0)));
    let pm = desk.act("PM1", Action::AskAgain { text: None });
    assert!(matches!(refusal(&pm), Some(Refusal::NotYours { who: Role::Requester, .. })));
}

#[test]
fn answered_elsewhere_needs_a_link() {
    let mut desk = Desk::asked_for_question();
    desk.now = at(1, 0);
    for link in ["", "in the call", "https://", "javascript:alert(1)"] {
        let bare = desk.act("PM1", Action::AnsweredElsewhere { link: link.to_owned() });
        assert_eq!(refusal(&bare), Some(&Refusal::NotALink), "{link}");
    }
    let link = || "https://example.com/thread".to_owned();
    let sme = desk.act("SME", Action::AnsweredElsewhere { link: link() });
    assert!(matches!(refusal(&sme), Some(Refusal::NotYours { who: Role::PmsOf(_), is_requester: true, .. })));
    let decision = desk.act("PM1", Action::AnsweredElsewhere { link: link() });
    assert_eq!(end_of(&desk), (HowEnded::Elsewhere { link: link() }, false, 3_600));
    assert_eq!(told(&decision).len(), 2, "requester and SME");
}

#[test]
fn not_a_question_is_counted_apart() {
    for by in ["SME", "PM1"] {
        let mut desk = Desk::asked();
        desk.runs_until(at(1, 0));
        desk.act(by, Action::NotAQuestion);
        assert_eq!(end_of(&desk), (HowEnded::NotAQuestion, false, 3_600));
        assert_eq!((desk.inquiry.state, desk.clocks.len()), (State::Closed, 0));
        let mention = Heard { mentions_us: true, ..message("SME", at(1, 1)) };
        assert!(desk.heard(&mention).is_empty(), "a mention there is a new ask");
    }
    let mut desk = Desk::asked();
    assert!(refusal(&desk.act("OTHER", Action::NotAQuestion)).is_some());
}

#[test]
fn the_asker_may_say_answered_and_a_pm_may_not() {
    let mut desk = Desk::asked();
    desk.now = at(1, 0);
    let pm = desk.act("PM1", Action::Answered);
    assert!(matches!(
        refusal(&pm),
        Some(Refusal::NotYours { who: Role::Requester, is_requester: false, .. })
    ));
    desk.act("SME", Action::Answered);
    assert_eq!(end_of(&desk), (HowEnded::AskerSatisfied, false, 3_600));
    let again = desk.act("SME", Action::Answered);
    assert!(matches!(refusal(&again), Some(Refusal::NotNow { state: State::Answered, .. })));
}

#[test]
fn not_mine_hands_it_on_and_the_clock_runs_on() {
    let mut desk = Desk::asked();
    desk.now = at(1, 0);
    let decision = desk.act("PM1", Action::NotMine { to: user("FAR") });
    assert_eq!(told(&decision), [(in_thread(), What::OwnerChanged { to: user("FAR"), by: user("PM1") })]);
    assert_eq!((desk.inquiry.owner.clone(), desk.reply_due()), (Some(user("FAR")), Some(at(2, 0))));
    for to in ["OTHER", "AE", "SME", "GONE"] {
        let refused = desk.act("PM1", Action::NotMine { to: user(to) });
        assert!(matches!(refusal(&refused), Some(Refusal::CannotAnswer { .. })), "{to}");
    }
    assert!(refusal(&desk.act("SME", Action::NotMine { to: user("PM2") })).is_some());
    desk.writes("FAR");
    assert_eq!(end_of(&desk).0, HowEnded::Replied, "whoever owns it answers it");
}

#[test]
fn leads_and_admins_reassign_and_close() {
    let mut desk = Desk::asked();
    assert!(matches!(
        refusal(&desk.act("PM1", Action::Reassign { to: user("PM2") })),
        Some(Refusal::NotYours { who: Role::LeadsOf(_), .. })
    ));
    desk.act("LEAD", Action::Reassign { to: user("PM2") });
    assert_eq!(desk.inquiry.owner, Some(user("PM2")));
    let decision = desk.act("ADMIN", Action::Close { why: "asked twice".to_owned() });
    assert_eq!((desk.inquiry.state, desk.clocks.len()), (State::Closed, 0));
    let change = Change::Closed { by: user("ADMIN"), why: "asked twice".to_owned() };
    assert_eq!(told(&decision)[0].1, What::ChangedToRequester { change });
}

#[test]
fn only_the_asker_withdraws_and_only_what_is_open() {
    let mut desk = Desk::asked();
    assert!(refusal(&desk.act("PM1", Action::Withdraw)).is_some());
    desk.act("SME", Action::Withdraw);
    assert_eq!((desk.inquiry.state, desk.reply_due()), (State::Withdrawn, None));
    assert!(refusal(&desk.act("SME", Action::Withdraw)).is_some());
    assert!(refusal(&desk.act("PM1", Action::Seen)).is_some());
    assert!(refusal(&desk.act("SME", Action::Take)).is_some());
}
