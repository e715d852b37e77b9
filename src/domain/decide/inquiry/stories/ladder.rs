//! The ladder, from its first step to after its last (B5, B7).

use chrono::TimeDelta;

use super::{end_of, in_thread, lines};
use crate::domain::absence::Absence;
use crate::domain::command::{Action, ClockKind};
use crate::domain::decide::inquiry::read_and_due;
use crate::domain::decide::inquiry::testing::{Desk, at, directory, message, policy_of, told, user};
use crate::domain::decision::Event;
use crate::domain::engagement::State;
use crate::domain::engagement::inquiry::HowEnded;
use crate::domain::notice::{Address, Downtime, What};
use crate::domain::reason::Fact;

#[test]
fn the_whole_ladder_then_a_late_answer() {
    let mut desk = Desk::asked();
    let told = desk.runs_until(at(8, 59));
    insta::assert_snapshot!(lines(&told).join("\n"), @r"
    2:00 thread: nudge PM1 after 2h, due 4:00
    3:00 thread: nudge PM1 after 3h, due 4:00
    4:00 thread: miss PM1 and STAGE after 4h
    8:00 dm BOSS: raise BOSS after 8h direct=true
    ");
    assert!(desk.clock().missed);
    assert_eq!(desk.count(&Event::Missed), 1);
    assert_eq!(desk.reply_due(), None, "after the last step it is the daily list's");
    desk.now = at(9, 0);
    desk.writes("PM2");
    assert_eq!(end_of(&desk), (HowEnded::Replied, true, 9 * 3_600));
    assert_eq!(desk.inquiry.state, State::Answered);
    assert_eq!(desk.count(&Event::Missed), 1, "noted once");
    assert_eq!(
        desk.clock().end.as_ref().unwrap().working_seconds,
        8 * 3_600,
        "9:00 to 17:00, of 9:00 to 18:00"
    );
}

#[test]
fn steps_missed_while_we_were_down_become_one() {
    let mut desk = Desk::asked();
    desk.now = at(9, 0);
    desk.downtime = Some(Downtime { from: at(1, 0), to: at(9, 0), blind: false, paused_by: None });
    let told = desk.runs_until(at(9, 0));
    insta::assert_snapshot!(lines(&told).join("\n"), @"9:00 dm BOSS: raise BOSS after 9h direct=true late");
    assert_eq!(desk.count(&Event::StepsMerged { count: 4 }), 1);
    assert_eq!(desk.count(&Event::Missed), 1);
    assert_eq!(desk.runs_until(at(30, 0)), []);
}

#[test]
fn merged_steps_reach_the_highest_who_is_known() {
    let mut headless = directory();
    headless.sections.clear();
    let mut desk = Desk::opened(policy_of(&headless), |_| {}, None);
    desk.now = at(9, 0);
    let told = desk.runs_until(at(9, 0));
    insta::assert_snapshot!(lines(&told).join("\n"), @"9:00 thread: miss PM1 and STAGE after 9h");
}

#[test]
fn without_a_leader_the_raise_is_only_kept() {
    let mut headless = directory();
    headless.sections.clear();
    let mut desk = Desk::opened(policy_of(&headless), |_| {}, None);
    desk.runs_until(at(7, 0));
    assert_eq!(desk.runs_until(at(9, 0)), []);
    assert_eq!(desk.count(&Event::Raised { whom: Vec::new(), clock: ClockKind::Reply }), 1);
}

#[test]
fn an_answer_we_did_not_hear_is_found_before_the_step() {
    let mut desk = Desk::asked();
    desk.thread.as_mut().unwrap().push(message("PM1", at(1, 30)));
    desk.now = at(9, 0);
    assert_eq!(desk.runs_until(at(9, 0)), []);
    assert_eq!(end_of(&desk), (HowEnded::Replied, false, 5_400));
    assert_eq!(desk.count(&Event::Missed), 0, "the instant is the message's own");
}

#[test]
fn blind_nothing_is_raised_until_the_thread_is_read() {
    let mut desk = Desk::asked();
    let thread = desk.thread.take();
    let told = desk.runs_until(at(8, 30));
    let reminders: Vec<_> = told.iter().filter(|(_, to, _)| *to != Address::Admins).cloned().collect();
    insta::assert_snapshot!(lines(&reminders).join("\n"), @r"
    2:00 thread: nudge PM1 after 2h, due 4:00
    3:00 thread: nudge PM1 after 3h, due 4:00
    ");
    assert_eq!(told.len() - reminders.len(), 1, "admins are told once");
    assert!(!desk.clock().missed, "we cannot know");
    assert!(desk.clocks.values().all(|due| *due <= desk.now + TimeDelta::minutes(10)));
    desk.thread = thread;
    let told = desk.runs_until(at(8, 45));
    insta::assert_snapshot!(lines(&told).join("\n"), @"8:40 dm BOSS: raise BOSS after 8h direct=true late");
    assert_eq!((desk.count(&Event::WentBlind), desk.count(&Event::SeesAgain)), (1, 1));
    assert_eq!(desk.clocks.len(), 0);
}

#[test]
fn a_miss_noted_in_error_is_corrected() {
    let mut desk = Desk::asked();
    desk.runs_until(at(4, 0));
    assert!(desk.clock().missed);
    desk.heard(&message("PM1", at(3, 59)));
    assert!(!desk.clock().missed, "the answer was there in time");
}

#[test]
fn the_second_at_a_miss_is_never_the_owner() {
    let mut desk = Desk::asked();
    desk.act("PM1", Action::NotMine { to: user("STAGE") });
    let told = desk.runs_until(at(4, 0));
    assert_eq!(lines(&told)[2], "4:00 thread: miss STAGE and COVER after 4h");
}

#[test]
fn answered_long_enough_it_closes() {
    let mut desk = Desk::asked();
    desk.now = at(1, 0);
    desk.writes("PM1");
    desk.runs_until(at(72, 59));
    assert_eq!(desk.inquiry.state, State::Answered);
    desk.runs_until(at(73, 0));
    assert_eq!((desk.inquiry.state, desk.clocks.len()), (State::Closed, 0));
}

#[test]
fn waiting_on_the_sme_moves_what_is_due() {
    let mut desk = Desk::asked();
    desk.now = at(1, 0);
    let why = || "which version?".to_owned();
    let decision = desk.act("PM1", Action::WaitOnSme { why: why() });
    assert_eq!(told(&decision), [(in_thread(), What::WaitingOnSme { asker: user("SME"), why: why() })]);
    assert_eq!(desk.reply_due(), None);
    assert_eq!(desk.runs_until(at(11, 0)), [], "nobody is reminded meanwhile");
    desk.writes("OTHER");
    assert_eq!(desk.reply_due(), None, "only the asker's message resumes");
    desk.writes("SME");
    assert_eq!(desk.count(&Event::Resumed), 1);
    assert_eq!(desk.reply_due(), Some(at(12, 0)));
    let told = desk.runs_until(at(15, 0));
    insta::assert_snapshot!(lines(&told).join("\n"), @r"
    12:00 thread: nudge PM1 after 2h, due 14:00
    13:00 thread: nudge PM1 after 3h, due 14:00
    14:00 thread: miss PM1 and STAGE after 4h
    ");
    desk.writes("PM1");
    assert_eq!(end_of(&desk), (HowEnded::Replied, true, 5 * 3_600));
}

#[test]
fn read_and_due_is_one_decision() {
    let mut desk = Desk::asked();
    desk.now = at(2, 0);
    let thread = desk.thread.clone();
    let nudged = read_and_due(&desk.case(), thread.as_deref());
    assert_eq!((nudged.writes.len(), told(&nudged).len(), nudged.clocks.len()), (1, 1, 1));
    let mut answered = thread.unwrap();
    answered.push(message("PM1", at(1, 59)));
    let decision = read_and_due(&desk.case(), Some(&answered));
    assert_eq!((decision.writes.len(), told(&decision)), (1, vec![]));
    assert_eq!(decision.writes[0].engagement().state, State::Answered);
}

#[test]
fn a_step_that_fires_too_early_waits_for_its_time() {
    let mut desk = Desk::asked();
    desk.now = at(1, 0);
    assert_eq!(desk.fires(), []);
    assert_eq!((desk.reply_due(), desk.clock().steps_done), (Some(at(2, 0)), 0));
}

#[test]
fn a_miss_is_recorded_where_no_step_marks_it() {
    let mut policy = policy_of(&directory());
    policy.rules.reply.ladder.truncate(1);
    let mut desk = Desk::opened(policy, |_| {}, None);
    let told = desk.runs_until(at(5, 0));
    assert_eq!(told.len(), 1);
    assert!(desk.clock().missed && desk.reply_due().is_none());
}

#[test]
fn a_product_leader_who_is_away_is_raised_to_whom_they_named_else_to_the_areas_lead() {
    let absence = |who: &str, cover: Option<&str>| Absence {
        who: user(who),
        from: at(-48, 0),
        until: at(480, 0),
        last_day: at(470, 0).date_naive(),
        cover: cover.map(user),
        set_by: user(who),
    };
    let until = at(470, 0).date_naive();
    let covers = |by: &str| Fact::Covers { by: user(by), pm: user("BOSS"), until };
    let nobody = Fact::NobodyCovers { pm: user("BOSS"), until };
    // Who is away with whom in their stead; to whom it is raised, whether directly, and why.
    for (away, whom, direct, fact) in [
        (vec![], "BOSS", true, None),
        (vec![("BOSS", Some("FAR"))], "FAR", true, Some(covers("FAR"))),
        (vec![("BOSS", None)], "LEAD", false, Some(nobody)),
        // Nobody is there at all: there is nobody above.
        (vec![("BOSS", None), ("LEAD", None)], "BOSS", true, None),
    ] {
        let mut policy = policy_of(&directory());
        let absences = away.iter().map(|(who, cover)| absence(who, *cover)).collect();
        policy.org = policy.org.with_absences(absences);
        let mut desk = Desk::opened(policy, |_| {}, None);
        desk.runs_until(at(7, 59));
        let told = desk.runs_until(at(8, 0));
        let Some((_, _, What::Raise { leader, direct: is_direct, instead, .. })) = told.first() else {
            panic!("{away:?}: {told:?}")
        };
        assert_eq!((leader, *is_direct), (&user(whom), direct), "{away:?}");
        assert_eq!(instead.as_ref().map(|because| &because.fact), fact.as_ref(), "{away:?}");
    }
}
