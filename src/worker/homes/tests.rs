//! The desk: when a Home is looked at, and when one may be published.

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::store::OpenHome;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_165_200 + seconds, 0).unwrap()
}

fn user(name: &str) -> UserId {
    UserId::from(name)
}

fn nothing() -> std::collections::HashSet<EngagementId> {
    std::collections::HashSet::new()
}

fn loaded(desk: Desk, homes: &[(&str, i64)]) -> Desk {
    let home = |(name, opened): &(&str, i64)| OpenHome {
        user: user(name),
        opened_at: at(*opened),
        shown: Some("old".to_owned()),
    };
    desk.load(homes.iter().map(home).collect(), at(0));
    desk
}

#[test]
fn a_home_rests_after_a_look_save_for_whoever_waits_for_it() {
    let desk = loaded(Desk::steady(), &[("UA", 0)]);
    assert_eq!(desk.due(at(0), 9), [user("UA")], "after a start all are looked at");
    assert!(!desk.looked(&user("UA"), "old", nothing(), at(0)), "nothing changed");
    desk.changed(at(1), |_, _| true);
    assert!(desk.due(at(9), 9).is_empty());
    assert_eq!(desk.due(at(10), 9), [user("UA")]);
    desk.acted(&user("UA"), at(1));
    assert_eq!(desk.due(at(1), 9), [user("UA")]);
}

#[test]
fn one_that_differs_stays_due_until_it_was_shown() {
    let desk = loaded(Desk::steady(), &[("UA", 0)]);
    assert!(desk.looked(&user("UA"), "new", nothing(), at(0)));
    assert_eq!(desk.due(at(0), 9), [user("UA")]);
    desk.failed(&user("UA"), None, at(0));
    assert!(desk.due(at(0), 9).is_empty(), "it waits");
    desk.opened(user("UA"), true, at(0));
    assert!(desk.due(at(0), 9).is_empty(), "opening hurries no Slack that cannot");
    assert_eq!(desk.due(at(1), 9), [user("UA")]);
    desk.shown(&user("UA"), "new".to_owned(), at(1));
    assert!(!desk.looked(&user("UA"), "new", nothing(), at(1)));
    desk.opened(user("UA"), false, at(2));
    assert!(desk.looked(&user("UA"), "new", nothing(), at(2)), "Slack has lost it");
}

#[test]
fn whoever_waits_comes_first_then_what_is_due_for_longest() {
    let desk = loaded(Desk::default(), &[("UA", 0), ("UB", 1), ("UC", 2)]);
    for name in ["UA", "UB", "UC"] {
        assert!(!desk.looked(&user(name), "old", nothing(), at(0)));
    }
    desk.changed(at(1), |name, _| name.as_str() == "UB");
    desk.changed(at(2), |name, _| name.as_str() == "UC");
    desk.acted(&user("UA"), at(3));
    assert_eq!(desk.due(at(3), 9), [user("UA"), user("UB"), user("UC")]);
    assert_eq!(desk.due(at(3), 1), [user("UA")]);
}

#[test]
fn a_minute_has_room_for_so_many_and_then_all_wait() {
    let desk = loaded(Desk::steady(), &[("UA", 0)]);
    let shown = (0..100).take_while(|_| desk.may_publish(at(0))).count();
    assert_eq!(shown, 9, "a tenth of a minute's");
    assert!(desk.due(at(0), 9).is_empty());
    assert!(desk.may_publish(at(1)));
    desk.pause(at(60));
    assert!(desk.due(at(59), 9).is_empty());
    assert_eq!(desk.due(at(60), 9), [user("UA")]);
}

#[test]
fn those_opened_today_are_looked_at_each_minute_and_none_after_a_month() {
    let desk = loaded(Desk::default(), &[("UA", 0), ("UB", -100_000)]);
    for name in ["UA", "UB"] {
        assert!(!desk.looked(&user(name), "old", nothing(), at(0)));
    }
    assert!(desk.due(at(59), 9).is_empty());
    assert_eq!(desk.due(at(60), 9), [user("UA")]);
    assert_eq!(desk.due(at(1_800), 9).len(), 2);
    let month = TimeDelta::days(30);
    assert!(desk.due(at(1) + month, 9).is_empty());
    assert!(desk.is_empty());
}

#[test]
fn a_clock_that_was_set_back_holds_nothing_up() {
    let desk = loaded(Desk::steady(), &[("UA", 0)]);
    assert!(!desk.looked(&user("UA"), "old", nothing(), at(90_000)));
    desk.pause(at(93_000));
    assert_eq!(desk.due(at(0), 9), [user("UA")]);
}

#[test]
fn a_mark_is_the_same_for_the_same_view_only() {
    assert_eq!(mark_of("a"), mark_of("a"));
    assert_ne!(mark_of("a"), mark_of("b"));
    assert_eq!(mark_of("a").len(), 32);
}
