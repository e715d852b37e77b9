//! A call moves, is cancelled, gets its agenda, or loses its channel.

use chrono_tz::Tz;

use super::super::testing::*;
use crate::domain::command::{Action, ClockKind};
use crate::domain::decision::{Done, Event, Field, FieldProblem, Problem, Reply};
use crate::domain::engagement::State;
use crate::domain::engagement::call::CallStatus;
use crate::domain::ids::{ChannelId, UserId};
use crate::domain::notice::{Address, Change, What};
use crate::domain::reason::Fact;

/// Friday 18:00 in Berlin, 09:00 for the PM: when the call of the stories starts.
const FRIDAY: &str = "2026-11-20T17:00:00Z";

#[test]
fn moved_earlier_it_needs_a_new_notice() {
    let mut story = Story::asked();
    let start = at("2026-11-19T01:00:00Z");
    for by in [AVA, PETRA] {
        let decision = story.press(by, Action::Reschedule { start, why: None });
        let too_soon = Problem::TooSoon {
            notice_seconds: 40 * 3_600,
            earliest: at("2026-11-19T17:00:00Z"),
            pm_zone: Some(Tz::America__Los_Angeles),
        };
        let Reply::Form(problems) = decision.reply else { panic!("{by}: {:?}", decision.reply) };
        assert_eq!(problems[0], FieldProblem { field: Field::Start, problem: too_soon }, "{by}");
        // Whoever asked for the call may say why it cannot wait; a PM proposes a time.
        let may_say_why = problems.get(1).is_some_and(|second| second.problem == Problem::NeedsWhy);
        assert_eq!((may_say_why, problems.len() > 1), (by == AVA, by == AVA));
    }
    let start = at("2026-11-19T11:00:00Z");
    let decision = story.press(AVA, Action::Reschedule { start, why: None });
    assert_eq!(decision.reply, Reply::Nothing);
    assert_eq!((story.call().notice_seconds, story.call().second_day), (50 * 3_600, true));
    let notice = Fact::Notice { seconds: 50 * 3_600, second_day: true };
    assert!(decision.timeline[0].because.iter().any(|because| because.fact == notice));
    assert_eq!(
        story.clocks(),
        [
            (ClockKind::AgendaAsk, "Wed 05:00".to_owned()),
            (ClockKind::AgendaMissed, "Wed 11:00".to_owned()),
            (ClockKind::CallStart, "Thu 11:00".to_owned()),
        ]
    );
}

#[test]
fn moved_later_on_the_same_date_it_does_not() {
    // On Thursday, 26 h ahead.
    for (start, accepted) in [
        ("2026-11-20T20:00:00Z", true),  // later on Friday, also for the PM
        ("2026-11-21T07:30:00Z", true),  // Saturday in Berlin, still Friday in Los Angeles
        ("2026-11-21T08:30:00Z", false), // another date: 41.5 h
        ("2026-11-20T16:30:00Z", false), // earlier
        ("2026-11-21T15:00:00Z", true),  // another date, exactly 48 h
    ] {
        let mut story = Story::asked();
        story.now = at("2026-11-19T15:00:00Z");
        let decision = story.press(AVA, Action::Reschedule { start: at(start), why: None });
        assert_eq!(decision.reply == Reply::Nothing, accepted, "{start}");
        let expected = if accepted { at(start) } else { at(FRIDAY) };
        assert_eq!(story.call().start, expected);
    }
    let mut story = Story::asked();
    assert!(
        story.press(AVA, Action::Reschedule { start: at(FRIDAY), why: None }).is_empty(),
        "it does not move"
    );
    let decision = story.press(AVA, Action::Reschedule { start: story.now, why: None });
    assert_eq!(decision.reply, at_the_start(Problem::InThePast));
    story.press(AVA, Action::Reschedule { start: at("2026-11-20T18:00:00Z"), why: None });
    assert_eq!(story.call().notice_seconds, 81 * 3_600);
}

#[test]
fn moved_by_the_requester_a_confirmed_call_is_asked_again() {
    let mut story = Story::confirmed();
    let to = at("2026-11-24T17:00:00Z");
    let decision = story.press(AVA, Action::Reschedule { start: to, why: None });
    let change = Change::Rescheduled { by: UserId::from(AVA), from: at(FRIDAY), to };
    let mention = Some(UserId::from(PETRA));
    assert_eq!(told(&decision), [card("C_G_RUNNER", false), thread(What::CallChanged { change, mention })]);
    assert_eq!((&story.call().status, story.engagement().state), (&CallStatus::Asked, State::Open));
}

#[test]
fn moved_by_the_pm_it_stays_confirmed() {
    let mut story = Story::confirmed();
    let to = at("2026-11-24T17:00:00Z");
    let decision = story.press(PETRA, Action::Reschedule { start: to, why: None });
    let change = Change::Rescheduled { by: UserId::from(PETRA), from: at(FRIDAY), to };
    assert_eq!(told(&decision), [card("C_G_RUNNER", false), direct(What::ChangedToRequester { change })]);
    assert_eq!(story.engagement().state, State::Taken);
    // By another PM: the one who comes hears of it too.
    let decision = story.press(STAN, Action::Reschedule { start: at("2026-11-25T17:00:00Z"), why: None });
    assert_eq!(told(&decision).len(), 3);
    assert_eq!(story.call().status, CallStatus::Confirmed { by: UserId::from(PETRA) });
}

#[test]
fn moved_after_the_agenda_was_missed_its_reminders_begin_anew() {
    let mut story = Story::asked();
    story.due_at(ClockKind::AgendaAsk, "2026-11-19T11:00:00Z");
    story.due_at(ClockKind::AgendaMissed, "2026-11-19T17:00:00Z");
    assert!(story.call().agenda_missed);
    story.press(AVA, Action::Reschedule { start: at("2026-11-24T17:00:00Z"), why: None });
    assert!(!story.call().agenda_missed && !story.call().agenda_asked);
    assert_eq!(
        story.clocks(),
        [
            (ClockKind::AgendaAsk, "Mon 11:00".to_owned()),
            (ClockKind::AgendaMissed, "Mon 17:00".to_owned()),
            (ClockKind::CallStart, "Tue 17:00".to_owned()),
        ]
    );
}

#[test]
fn moved_by_minutes_after_the_miss_nobody_is_reminded_twice() {
    let mut story = Story::asked();
    story.due_at(ClockKind::AgendaAsk, "2026-11-19T11:00:00Z");
    story.due_at(ClockKind::AgendaMissed, "2026-11-19T17:00:00Z");
    story.now = at("2026-11-20T09:00:00Z");
    story.press(AVA, Action::Reschedule { start: at("2026-11-20T17:30:00Z"), why: None });
    assert!(story.call().agenda_missed);
    assert_eq!(story.clocks(), [(ClockKind::CallStart, "Fri 17:30".to_owned())]);
}

#[test]
fn cancelling_tells_everyone_and_ends_every_reminder() {
    let why = "Customer is ill".to_owned();
    let change = |by: &str| Change::Cancelled { by: UserId::from(by), why: why.clone() };
    let mention = || Some(UserId::from(PETRA));
    let to_petra = |by: &str| thread(What::CallChanged { change: change(by), mention: mention() });
    let to_ava = |by: &str| direct(What::ChangedToRequester { change: change(by) });
    for (by, expected, done) in [
        (AVA, vec![card("C_G_RUNNER", false), to_petra(AVA)], true),
        (PETRA, vec![card("C_G_RUNNER", false), to_ava(PETRA)], false),
        (STAN, vec![card("C_G_RUNNER", false), to_petra(STAN), to_ava(STAN)], false),
    ] {
        let mut story = Story::confirmed();
        assert_eq!(story.clocks.len(), 3);
        let decision = story.press(by, Action::CancelCall { why: why.clone() });
        assert_eq!(told(&decision), expected, "{by}");
        assert_eq!(story.engagement().state, State::Withdrawn);
        assert!(story.clocks.is_empty());
        let reply = Reply::Done { engagement: ID, done: Done::Withdrawn };
        assert_eq!(decision.reply == reply, done, "{by}");
        for clock in [ClockKind::AgendaAsk, ClockKind::AgendaMissed, ClockKind::CallStart] {
            let decision = story.due_at(clock, FRIDAY);
            assert!(decision.is_empty(), "a clock that was on its way does nothing");
        }
    }
    let mut story = Story::asked();
    let decision = story.press(AVA, Action::Withdraw);
    assert_eq!(story.engagement().state, State::Withdrawn);
    let ended = Event::Ended { state: State::Withdrawn, why: None };
    assert_eq!(decision.timeline[0].event, ended);
}

#[test]
fn the_agenda_ends_its_reminders_and_mentions_nobody() {
    let mut story = Story::confirmed();
    let link = "https://example.com/agenda".to_owned();
    let decision = story.press(AVA, Action::AddAgenda { link: link.clone() });
    assert_eq!(decision.reply, Reply::Done { engagement: ID, done: Done::AgendaAdded });
    let change = Change::AgendaAdded { by: UserId::from(AVA), link };
    assert_eq!(
        told(&decision),
        [card("C_G_RUNNER", false), thread(What::CallChanged { change, mention: None })]
    );
    assert_eq!(story.clocks(), [(ClockKind::CallStart, "Fri 17:00".to_owned())]);
    assert!(story.due_at(ClockKind::AgendaAsk, "2026-11-19T11:00:00Z").is_empty());
    assert!(story.due_at(ClockKind::AgendaMissed, "2026-11-19T17:00:00Z").is_empty());
    story.press(AVA, Action::Reschedule { start: at("2026-11-24T17:00:00Z"), why: None });
    assert_eq!(story.clocks.len(), 1, "it moves with the call");
}

#[test]
fn refused_by_slack_the_card_goes_where_the_rules_say_next() {
    let mut story = Story::asked();
    for (channel, next) in [("C_G_RUNNER", "C_S_VERIFY"), ("C_S_VERIFY", "C_PRODUCT")] {
        let decision = story.refused_by_slack(channel);
        let to = ChannelId::from(next);
        let parked = What::Parked {
            channel: ChannelId::from(channel),
            error: "is_archived".to_owned(),
            went_to: Some(to.clone()),
        };
        assert_eq!(
            told(&decision),
            [
                card(next, true),
                direct(What::ChangedToRequester { change: Change::Rehomed { to: to.clone() } }),
                (Address::Admins, parked)
            ]
        );
        let error = "is_archived".to_owned();
        let from = ChannelId::from(channel);
        assert_eq!(decision.timeline[0].event, Event::Rehomed { from, to, error });
        let home = story.engagement().home.clone().unwrap();
        assert_eq!((home.channel, home.card), (ChannelId::from(next), None));
    }
    let decision = story.refused_by_slack("C_PRODUCT");
    assert_eq!(decision.writes, [], "none is left: it stays as it is");
    assert_eq!((decision.notices.len(), decision.timeline.len()), (1, 1));
    assert_eq!(story.engagement().state, State::Open);
    assert!(story.refused_by_slack("C_G_RUNNER").is_empty(), "it is not there any more");
}

#[test]
fn a_call_that_ended_is_not_posted_elsewhere() {
    let mut story = Story::asked();
    story.press(AVA, Action::Withdraw);
    let decision = story.refused_by_slack("C_G_RUNNER");
    let (channel, error) = (ChannelId::from("C_G_RUNNER"), "is_archived".to_owned());
    let parked = What::Parked { channel, error, went_to: None };
    assert_eq!(told(&decision), [(Address::Admins, parked)]);
    assert_eq!(decision.writes, []);
}
