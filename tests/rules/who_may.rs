//! "Who may do what", row by row: each action by each person, allowed or refused with who can.

use switchboard::domain::command::Action;
use switchboard::domain::decision::{Decision, Reply};
use switchboard::domain::engagement::{Engagement, State};
use switchboard::domain::notice::What;
use switchboard::domain::org::Policy;
use switchboard::domain::refusal::Refusal;

use crate::world::{act, directory, person, place, policy_of, runner_pm_ask, runner_question, written};

/// Requester, bystander, SME of the area, its lead, PM of the group, stage PM, product leader, admin.
const PEOPLE: [&str; 8] = ["ava", "raj", "ines", "lena", "paul", "petra", "leo", "admin"];

fn is_refused_by_role(decision: &Decision) -> bool {
    matches!(decision.reply, Reply::Refused(Refusal::NotYours { .. }))
}

/// Who may do it, as a list of names.
fn may(engagement: &Engagement, action: &Action, policy: &Policy) -> Vec<&'static str> {
    PEOPLE
        .into_iter()
        .filter(|name| !is_refused_by_role(&act(engagement, name, action.clone(), 1, policy)))
        .collect()
}

fn text() -> String {
    "because".to_owned()
}

#[test]
fn the_sme_card() {
    let policy = policy_of(&directory());
    let open = runner_question(&policy);
    for (action, who) in [
        (Action::Take, vec!["ines", "lena", "admin"]),
        (Action::AskPm { text: text() }, vec!["ines", "lena"]),
        (Action::Answered, vec!["ava", "ines", "lena", "admin"]),
        (
            Action::Move { to: place("group/plan/boards") },
            vec!["ines", "lena", "paul", "petra", "leo", "admin"],
        ),
        (Action::Withdraw, vec!["ava"]),
        (Action::AddDetail { text: text() }, vec!["ava"]),
        (Action::Close { why: text() }, vec!["lena", "admin"]),
        (Action::Reassign { to: person("sam") }, vec!["lena", "admin"]),
    ] {
        assert_eq!(may(&open, &action, &policy), who, "{action:?}");
    }
    let taken = written(&act(&open, "ines", Action::Take, 1, &policy), 1).unwrap();
    assert_eq!(may(&taken, &Action::HandBack, &policy), ["ines", "lena", "admin"]);
    let answered = written(&act(&taken, "ines", Action::Answered, 2, &policy), 1).unwrap();
    assert_eq!(may(&answered, &Action::NotSolved { why: None }, &policy), ["ava"]);
    assert_eq!(may(&answered, &Action::Solved, &policy), ["ava"]);
}

#[test]
fn the_pm_card() {
    let policy = policy_of(&directory());
    let open = runner_pm_ask(&policy);
    let pms = vec!["paul", "petra", "leo"];
    for (action, who) in [
        (Action::Seen, pms.clone()),
        (Action::NotMine { to: person("petra") }, pms.clone()),
        (Action::RedirectToSmes, pms.clone()),
        (Action::Answered, vec!["ava", "paul", "petra", "leo"]),
        (Action::Withdraw, vec!["ava"]),
        (Action::AddDetail { text: text() }, vec!["ava"]),
        (Action::Close { why: text() }, vec!["lena", "admin"]),
        (Action::Reassign { to: person("petra") }, vec!["lena", "admin"]),
    ] {
        assert_eq!(may(&open, &action, &policy), who, "{action:?}");
    }
}

#[test]
fn an_action_out_of_place_is_refused_without_a_change() {
    let policy = policy_of(&directory());
    let question = runner_question(&policy);
    for action in [Action::Seen, Action::ConfirmCall, Action::NotAQuestion, Action::RedirectToSmes] {
        let decision = act(&question, "lena", action.clone(), 1, &policy);
        assert!(decision.is_empty(), "{action:?}");
        let refused = Refusal::NotNow { engagement: question.id, state: State::Open };
        assert_eq!(decision.reply, Reply::Refused(refused), "{action:?}");
    }
}

#[test]
fn the_second_to_take_it_hears_who_was_first() {
    let policy = policy_of(&directory());
    let taken = written(&act(&runner_question(&policy), "ines", Action::Take, 1, &policy), 1).unwrap();
    let second = act(&taken, "sam", Action::Take, 1, &policy);
    let refusal = Refusal::AlreadyTaken { engagement: taken.id, by: Some(person("ines")) };
    assert_eq!(second.reply, Reply::Refused(refusal));
}

#[test]
fn not_solved_reopens_within_fourteen_days_and_not_after() {
    let policy = policy_of(&directory());
    let taken = written(&act(&runner_question(&policy), "ines", Action::Take, 1, &policy), 1).unwrap();
    let answered = written(&act(&taken, "ines", Action::Answered, 2, &policy), 1).unwrap();
    let days = |days: i64| 2 + days * 24;
    let disputed = act(&answered, "ava", Action::NotSolved { why: None }, days(14) - 1, &policy);
    let disputed = written(&disputed, 1).unwrap();
    assert_eq!((disputed.state, disputed.owner), (State::Taken, Some(person("ines"))));
    let late = act(&answered, "ava", Action::NotSolved { why: None }, days(14), &policy);
    let refusal = Refusal::TooLateToReopen { engagement: answered.id, days: 14 };
    assert_eq!(late.reply, Reply::Refused(refusal), "half-open: on the last instant it is over");
}

#[test]
fn a_question_moves_twice_and_then_its_lead_decides() {
    let policy = policy_of(&directory());
    let mut question = runner_question(&policy);
    for (by, to) in [("ines", "group/plan/boards"), ("oskar", "group/verify/runner")] {
        let moved = act(&question, by, Action::Move { to: place(to) }, 1, &policy);
        question = written(&moved, 1).unwrap_or_else(|| panic!("{to}: {:?}", moved.reply));
    }
    assert_eq!(question.moves, 2);
    let third = act(&question, "ines", Action::Move { to: place("group/plan/boards") }, 1, &policy);
    assert_eq!(third.reply, Reply::Refused(Refusal::MovedTwice { engagement: question.id }));
    let to_lead = |decision: &Decision| {
        decision.notices.iter().filter(|notice| matches!(notice.what, What::LeadToPlace { .. })).count()
    };
    assert_eq!(to_lead(&third), 1, "the lead hears, once");
    let told = written(&third, 1).unwrap();
    let fourth = act(&told, "ines", Action::Move { to: place("group/plan/boards") }, 1, &policy);
    assert_eq!(to_lead(&fourth), 0);
    let by_lead = act(&told, "lena", Action::Move { to: place("group/plan/boards") }, 1, &policy);
    assert_eq!(written(&by_lead, 1).unwrap().moves, 3);
}
