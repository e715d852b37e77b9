//! What holds whatever happens to an inquiry, and in whatever order.

use chrono::TimeDelta;
use chrono_tz::Tz;
use proptest::prelude::*;

use super::testing::{Desk, directory, is_reminder, message, policy_of, question, start, ts, user};
use crate::domain::calendar::WorkCalendar;
use crate::domain::command::{Action, ClockKind, Heard};
use crate::domain::directory::{DaysOff, GroupCalendar};
use crate::domain::engagement::State;
use crate::domain::rules::{ClockMode, WorkingHours};

/// Something that happens.
#[derive(Debug, Clone)]
enum Happening {
    Passes { minutes: i64 },
    Writes { by: &'static str, mentions_us: bool },
    HeardLate { by: &'static str, minutes_ago: i64 },
    Acts { by: &'static str, action: Action },
    Reacts { by: &'static str },
    TurnsBlind,
    SeesAgain,
    ReadsThread,
}

fn happening() -> impl Strategy<Value = Happening> {
    let who = || prop::sample::select(vec!["SME", "OTHER", "PM1", "PM2", "STAGE", "BOSS", "LEAD", "BOT"]);
    let action = prop::sample::select(vec![
        Action::Seen,
        Action::WaitOnSme { why: "why".to_owned() },
        Action::NotMine { to: user("PM2") },
        Action::AskAgain { text: None },
        Action::Answered,
        Action::AnsweredElsewhere { link: "https://example.com/x".to_owned() },
        Action::NotAQuestion,
        Action::Reassign { to: user("STAGE") },
        Action::Withdraw,
    ]);
    prop_oneof![
        6 => (1_i64..300).prop_map(|minutes| Happening::Passes { minutes }),
        3 => (who(), any::<bool>()).prop_map(|(by, mentions_us)| Happening::Writes { by, mentions_us }),
        1 => (who(), 1_i64..400).prop_map(|(by, minutes_ago)| Happening::HeardLate { by, minutes_ago }),
        3 => (who(), action).prop_map(|(by, action)| Happening::Acts { by, action }),
        1 => who().prop_map(|by| Happening::Reacts { by }),
        1 => Just(Happening::TurnsBlind),
        2 => Just(Happening::SeesAgain),
        1 => Just(Happening::ReadsThread),
    ]
}

/// Lets it happen; whatever is told when the reply clock fires is looked at on the way.
fn happens(desk: &mut Desk, happening: &Happening) {
    match happening {
        Happening::Passes { minutes } => passes(desk, TimeDelta::minutes(*minutes)),
        Happening::Writes { by, mentions_us } => {
            let message = Heard { mentions_us: *mentions_us, ..message(by, desk.now) };
            desk.heard(&message);
            let before = desk.inquiry.clone();
            assert!(desk.heard(&message).is_empty(), "heard twice");
            assert_eq!(desk.inquiry, before);
        }
        Happening::HeardLate { by, minutes_ago } => {
            let message = message(by, desk.now - TimeDelta::minutes(*minutes_ago));
            desk.heard(&message);
        }
        Happening::Acts { by, action } => {
            desk.act(by, action.clone());
        }
        Happening::Reacts { by } => {
            desk.reacts(by, ts(start()));
        }
        Happening::TurnsBlind => desk.thread = None,
        Happening::SeesAgain => {
            desk.thread.get_or_insert_with(|| vec![message("SME", start())]);
        }
        Happening::ReadsThread => {
            desk.reads();
        }
    }
    // No two things happen at one instant.
    desk.now += TimeDelta::seconds(1);
}

fn passes(desk: &mut Desk, time: TimeDelta) {
    let until = desk.now + time;
    while let Some(due) = desk.reply_due().filter(|due| *due <= until) {
        desk.now = desk.now.max(due);
        fires(desk);
    }
    desk.now = until;
}

fn fires(desk: &mut Desk) {
    let reminders = desk.fires().iter().filter(|(_, what)| is_reminder(what)).count();
    assert!(reminders <= 1, "at most one reminder each time");
    if reminders == 1 {
        let clock = desk.clock();
        assert!(clock.end.is_none() && desk.inquiry.state == State::Open, "nobody is reminded after an end");
        assert!(clock.pauses.iter().all(|pause| pause.to.is_some()), "nor in a pause");
        if clock.rules.clock == ClockMode::Working {
            let (owner, place) = (desk.inquiry.owner.as_ref(), desk.inquiry.place.as_ref());
            let calendar = WorkCalendar::of(&desk.policy.org, owner, place);
            assert!(
                calendar.is_working(desk.now),
                "nobody is reminded outside the owner's working time (B4)"
            );
        }
        assert!(clock.blind_since.is_none() || clock.steps_done <= 2, "nor is anything raised while blind");
    }
    assert!(desk.reply_due().is_none_or(|due| due > desk.now), "it does not fire for ever");
}

fn clock() -> impl Strategy<Value = ClockMode> {
    prop::sample::select(vec![ClockMode::Elapsed, ClockMode::Working])
}

/// Asked from a question's card; one of the PMs works on the other side of the Earth.
fn asked(clock: ClockMode) -> Desk {
    let mut directory = directory();
    directory.stages["verify"].groups["pipelines"].calendar = Some(GroupCalendar {
        time_zone: Some(Tz::Pacific__Auckland),
        hours: WorkingHours::default(),
        holidays: DaysOff::default(),
    });
    let mut policy = policy_of(&directory);
    policy.rules.reply.clock = clock;
    Desk::opened(policy, |_| {}, Some(question()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn whatever_happens(clock in clock(), happenings in prop::collection::vec(happening(), 1..40)) {
        let mut desk = asked(clock);
        desk.now += TimeDelta::seconds(1);
        for happening in &happenings {
            let before = (desk.body().earlier.len(), desk.clock().steps_done);
            let ended = desk.body().earlier.clone();
            happens(&mut desk, happening);
            let after = (desk.body().earlier.len(), desk.clock().steps_done);
            prop_assert!(after >= before, "a step happens once: {before:?} then {after:?}");
            prop_assert_eq!(&desk.body().earlier[..ended.len()], &ended[..], "earlier rounds stay");
            prop_assert!(desk.body().earlier.iter().all(|clock| clock.end.is_some()));
            prop_assert_eq!(desk.clock().end.is_some(), desk.inquiry.state != State::Open);
            let may_fire = desk.inquiry.state == State::Open;
            prop_assert!(may_fire || !desk.clocks.contains_key(&ClockKind::Reply));
        }
    }
}
