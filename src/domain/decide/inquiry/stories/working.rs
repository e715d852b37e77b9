//! A clock that counts the owner's working time (B4): over nights, weekends and holidays, from one owner to the next, and
//! after a time in which nobody could be reminded.

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::{end_of, lines};
use crate::domain::command::Action;
use crate::domain::decide::inquiry::promised_at;
use crate::domain::decide::inquiry::testing::{Desk, at, directory, message, policy_of, user};
use crate::domain::decision::Event;
use crate::domain::directory::{DaysOff, Directory, GroupCalendar};
use crate::domain::engagement::inquiry::HowEnded;
use crate::domain::notice::Downtime;
use crate::domain::rules::{ClockMode, WorkingHours};

fn calendar(directory: &mut Directory, group: &str, zone: Tz, holidays: &[&str]) {
    let dates: Vec<NaiveDate> = holidays.iter().map(|day| day.parse().unwrap()).collect();
    let holidays = DaysOff { dates, calendars: Vec::new() };
    let calendar = GroupCalendar { time_zone: Some(zone), hours: WorkingHours::default(), holidays };
    directory.stages["verify"].groups[group].calendar = Some(calendar);
}

/// PM1 works in UTC save on Wednesday, PM2 in California; asked on Monday at nine in UTC.
fn desk() -> Desk {
    let mut directory = directory();
    calendar(&mut directory, "runner", Tz::UTC, &["2026-11-18"]);
    calendar(&mut directory, "pipelines", Tz::America__Los_Angeles, &[]);
    let mut policy = policy_of(&directory);
    policy.rules.reply.clock = ClockMode::Working;
    Desk::opened(policy, |_| {}, None)
}

#[test]
fn a_step_that_falls_on_the_end_of_the_day_waits_for_the_next() {
    let mut desk = desk();
    let told = desk.runs_until(at(200, 0));
    insta::assert_snapshot!(lines(&told).join("\n"), @r"
    2:00 thread: nudge PM1 after 2h, due 4:00
    3:00 thread: nudge PM1 after 3h, due 4:00
    4:00 thread: miss PM1 and STAGE after 4h
    24:00 dm BOSS: raise BOSS after 24h direct=true
    ");
}

#[test]
fn asked_at_the_end_of_a_day_before_a_holiday_it_is_due_after_it() {
    let mut desk = desk();
    desk.now = at(4, 0);
    desk.writes("PM1");
    // Tuesday at four: an hour is left, and Wednesday is off.
    desk.now = at(31, 0);
    desk.act("SME", Action::AskAgain { text: None });
    let told = desk.runs_until(at(300, 0));
    insta::assert_snapshot!(lines(&told).join("\n"), @r"
    73:00 thread: nudge PM1 after 2h, due 75:00
    74:00 thread: nudge PM1 after 3h, due 75:00
    75:00 thread: miss PM1 and STAGE after 44h
    79:00 dm BOSS: raise BOSS after 48h direct=true
    ");
}

#[test]
fn handed_on_what_was_counted_stays_and_the_rest_is_the_new_owners() {
    let mut desk = desk();
    desk.runs_until(at(3, 0));
    desk.act("PM1", Action::NotMine { to: user("PM2") });
    // Nine in California is seventeen in UTC.
    assert_eq!(promised_at(&desk.policy.org, &desk.inquiry, desk.clock()), Some(at(9, 0)));
    let told = desk.runs_until(at(300, 0));
    insta::assert_snapshot!(lines(&told).join("\n"), @r"
    9:00 thread: miss PM2 and STAGE after 9h
    13:00 dm BOSS: raise BOSS after 13h direct=true
    ");
    desk.now = at(300, 0);
    desk.writes("PM2");
    let end = desk.clock().end.as_ref().unwrap();
    // Three hours of PM1's Monday, and two weeks of PM2's, until a Saturday.
    assert_eq!((end.working_seconds, end.elapsed_seconds), ((3 + 5 * 8 + 5 * 8) * 3_600, 300 * 3_600));
}

#[test]
fn handed_back_the_times_add_up() {
    let mut desk = desk();
    desk.now = at(1, 0);
    desk.act("PM1", Action::NotMine { to: user("PM2") });
    desk.runs_until(at(9, 30));
    desk.act("PM2", Action::NotMine { to: user("PM1") });
    // An hour of PM1's and one and a half of PM2's are counted; the rest is PM1's Tuesday.
    assert_eq!(promised_at(&desk.policy.org, &desk.inquiry, desk.clock()), Some(at(25, 30)));
    assert_eq!(desk.reply_due(), Some(at(24, 30)));
}

#[test]
fn an_answer_from_before_the_hand_over_is_judged_by_the_owner_of_then() {
    let mut desk = desk();
    desk.runs_until(at(2, 0));
    desk.act("PM1", Action::NotMine { to: user("PM2") });
    desk.now = at(20, 0);
    desk.heard(&message("PM1", at(1, 0)));
    assert_eq!(end_of(&desk), (HowEnded::Replied, false, 3_600));
    assert_eq!(desk.clock().end.as_ref().unwrap().working_seconds, 3_600);
}

#[test]
fn what_was_missed_is_made_up_for_when_the_owner_works_again() {
    let mut desk = desk();
    desk.now = at(10, 0);
    desk.downtime = Some(Downtime { from: at(1, 0), to: at(10, 0), blind: false, paused_by: None });
    let told = desk.runs_until(at(23, 59));
    assert_eq!(told, [], "nobody is woken");
    assert!(desk.clock().missed, "but it is known");
    let told = desk.runs_until(at(24, 0));
    insta::assert_snapshot!(lines(&told).join("\n"), @"24:00 dm BOSS: raise BOSS after 24h direct=true late");
    assert_eq!(desk.count(&Event::StepsMerged { count: 4 }), 1);
}

#[test]
fn a_clock_keeps_the_policy_it_began_with() {
    let mut desk = desk();
    desk.policy.rules.reply.clock = ClockMode::Elapsed;
    desk.policy.rules.reply.ladder.clear();
    desk.now = at(7, 0);
    desk.act("PM1", Action::WaitOnSme { why: "which version?".to_owned() });
    desk.now = at(23, 0);
    desk.writes("SME");
    // A second round too.
    desk.act("SME", Action::AskAgain { text: None });
    assert_eq!(desk.clock().rules.clock, ClockMode::Working);
    assert_eq!(promised_at(&desk.policy.org, &desk.inquiry, desk.clock()), Some(at(28, 0)));
    assert_eq!(desk.reply_due(), Some(at(26, 0)));
    assert_eq!(desk.runs_until(at(26, 0) - TimeDelta::seconds(1)), []);
}
