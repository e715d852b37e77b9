//! A call is asked for: too soon, flagged, incomplete, and where it goes.

use chrono_tz::Tz;

use super::super::testing::*;
use crate::domain::command::{Action, ClockKind, Via};
use crate::domain::decision::{Actor, Done, Event, Field, FieldProblem, Problem, Reply};
use crate::domain::engagement::State;
use crate::domain::engagement::call::CallStatus;
use crate::domain::ids::{ChannelId, UserId};
use crate::domain::org::{PlaceId, Role};
use crate::domain::reason::{Fact, Rule};
use crate::domain::refusal::Refusal;

const RUNNER: &str = "group/verify/runner";
/// Tuesday, 10:00 in Berlin and 01:00 in Los Angeles.
const TUESDAY: &str = "2026-11-17T09:00:00Z";
/// 40 h later.
const TOO_SOON: &str = "2026-11-19T01:00:00Z";
/// The first half hour at work in Los Angeles that is 48 h away: Thursday 09:00 there.
const EARLIEST: &str = "2026-11-19T17:00:00Z";

#[test]
fn three_days_ahead_the_pm_is_asked_once_in_the_channel_of_the_group() {
    let mut story = Story::begins(TUESDAY);
    let decision = story.ask(RUNNER, &ask("2026-11-20T17:00:00Z"));
    assert_eq!(decision.reply, Reply::Asked { engagement: ID });
    assert_eq!(told(&decision), [card("C_G_RUNNER", true)]);
    let engagement = story.engagement();
    assert_eq!(engagement.owner, Some(UserId::from(PETRA)));
    assert_eq!((story.call().notice_seconds, story.call().second_day), (80 * 3_600, false));
    assert_eq!(
        story.clocks(),
        [
            (ClockKind::AgendaAsk, "Thu 11:00".to_owned()),
            (ClockKind::AgendaMissed, "Thu 17:00".to_owned()),
            (ClockKind::CallStart, "Fri 17:00".to_owned()),
        ]
    );
    let [entry] = &decision.timeline[..] else { panic!("one entry") };
    assert_eq!(entry.by, Actor::Person(UserId::from(AVA)));
    let place = Some(PlaceId(RUNNER.to_owned()));
    assert_eq!(entry.event, Event::Sent { channel: ChannelId::from("C_G_RUNNER"), place });
    let facts: Vec<_> = entry.because.iter().map(|because| because.fact.clone()).collect();
    assert_eq!(
        facts,
        [Fact::Notice { seconds: 80 * 3_600, second_day: false }, Fact::PmOnDuty { pm: UserId::from(PETRA) }]
    );
}

#[test]
fn fifty_hours_on_the_second_day_are_accepted_and_flagged() {
    let mut story = Story::begins(TUESDAY);
    let decision = story.ask(RUNNER, &ask("2026-11-19T11:00:00Z"));
    assert_eq!(told(&decision), [card("C_G_RUNNER", true)]);
    assert!(story.call().second_day);
    assert_eq!(story.engagement().because[0].rule, Rule::C2);
}

#[test]
fn forty_hours_are_kept_as_a_draft_with_the_earliest_slot() {
    let mut story = Story::begins(TUESDAY);
    let decision = story.ask(RUNNER, &ask(TOO_SOON));
    assert_eq!(decision.reply, Reply::Draft { engagement: ID });
    assert_eq!(told(&decision), [], "nothing is posted below the limit");
    assert_eq!(story.engagement().state, State::Draft);
    assert_eq!((story.call().notice_seconds, story.call().earliest), (40 * 3_600, Some(at(EARLIEST))));
    assert_eq!(story.clocks(), [(ClockKind::DraftLapse, "Thu 01:00".to_owned())]);
    let zone = super::super::pm_zone(&story.policy.org, story.engagement());
    assert_eq!(zone, Some(Tz::America__Los_Angeles), "shown in both zones");

    let decision = story.press(AVA, Action::UseSlot { start: at(EARLIEST) });
    assert_eq!(decision.reply, Reply::Asked { engagement: ID });
    assert_eq!(told(&decision), [card("C_G_RUNNER", true)]);
    assert_eq!(story.engagement().state, State::Open);
    assert_eq!((story.call().start, story.call().earliest), (at(EARLIEST), None));
    assert_eq!((story.call().notice_seconds, story.call().second_day), (56 * 3_600, true));
    let kinds: Vec<_> = story.clocks.keys().copied().collect();
    assert_eq!(kinds, [ClockKind::AgendaAsk, ClockKind::AgendaMissed, ClockKind::CallStart]);
    let notices = story.engagement().because.iter().filter(|b| matches!(b.fact, Fact::Notice { .. }));
    assert_eq!(notices.count(), 1, "what was true of the draft is not said of the call");
}

#[test]
fn without_the_form_forty_hours_are_refused() {
    let mut story = Story::begins(TUESDAY);
    let mut asked = ask(TOO_SOON);
    asked.via = Via::Slash { channel: ChannelId::from("C_G_RUNNER") };
    let decision = story.ask(RUNNER, &asked);
    let refusal = Refusal::TooSoon {
        start: at(TOO_SOON),
        notice_seconds: 40 * 3_600,
        earliest: at(EARLIEST),
        pm_zone: Some(Tz::America__Los_Angeles),
    };
    assert_eq!(decision.reply, Reply::Refused(refusal));
    assert!(decision.is_empty());
}

#[test]
fn a_slot_that_was_offered_too_long_ago_gets_the_next_one() {
    let mut story = Story::begins(TUESDAY);
    story.ask(RUNNER, &ask(TOO_SOON));
    story.now = at("2026-11-17T18:00:00Z");
    let decision = story.press(AVA, Action::UseSlot { start: at(EARLIEST) });
    assert_eq!(decision.reply, Reply::Draft { engagement: ID });
    assert_eq!(told(&decision), []);
    assert_eq!(story.call().earliest, Some(at("2026-11-19T18:00:00Z")));
    assert_eq!(story.clocks(), [(ClockKind::DraftLapse, "Thu 17:00".to_owned())]);
    let decision = story.press(AVA, Action::UseSlot { start: at("2026-11-17T12:00:00Z") });
    assert_eq!(decision.reply, Reply::Refused(Refusal::InThePast));
}

#[test]
fn a_draft_is_its_requesters_and_ends_in_silence() {
    let mut story = Story::begins(TUESDAY);
    story.ask(RUNNER, &ask(TOO_SOON));
    let decision = story.press(PETRA, Action::UseSlot { start: at(EARLIEST) });
    let refusal = Refusal::NotYours { engagement: ID, who: Role::Requester, is_requester: false };
    assert_eq!(decision.reply, Reply::Refused(refusal));
    for action in [
        Action::AskSmes,
        Action::CancelCall { why: String::new() },
        Action::Reschedule { start: at("2026-11-20T17:00:00Z"), why: None },
    ] {
        let decision = story.press(AVA, action);
        let refusal = Refusal::NotNow { engagement: ID, state: State::Draft };
        assert_eq!(decision.reply, Reply::Refused(refusal));
    }
    for action in [Action::Discard, Action::Withdraw] {
        let mut story = Story::begins(TUESDAY);
        story.ask(RUNNER, &ask(TOO_SOON));
        let decision = story.press(AVA, action);
        assert_eq!(decision.reply, Reply::Done { engagement: ID, done: Done::Discarded });
        assert_eq!(told(&decision), []);
        assert_eq!(story.engagement().state, State::Deflected);
        assert!(story.engagement().closed_at.is_some());
    }
    let decision = story.due_at(ClockKind::DraftLapse, TOO_SOON);
    assert_eq!(told(&decision), []);
    assert_eq!((story.engagement().state, &story.call().status), (State::Lapsed, &CallStatus::Lapsed));
}

#[test]
fn what_is_required_is_asked_for_and_what_has_passed_is_refused() {
    let mut story = Story::begins(TUESDAY);
    let mut asked = ask("2026-11-20T17:00:00Z");
    if let Some(call) = &mut asked.call {
        call.goal = " ".to_owned();
    }
    let missing = |field| FieldProblem { field, problem: Problem::Missing };
    assert_eq!(story.ask(RUNNER, &asked).reply, Reply::Form(vec![missing(Field::Goal)]));
    asked.call = None;
    asked.text.clear();
    let all = [Field::Question, Field::Start, Field::Goal, Field::Attendees].map(missing);
    assert_eq!(story.ask(RUNNER, &asked).reply, Reply::Form(all.to_vec()));
    let past = FieldProblem { field: Field::Start, problem: Problem::InThePast };
    assert_eq!(story.ask(RUNNER, &ask(TUESDAY)).reply, Reply::Form(vec![past]));
    assert!(story.engagement.is_none());
}

#[test]
fn an_agenda_given_with_the_ask_is_not_asked_for() {
    let mut story = Story::begins(TUESDAY);
    let mut asked = ask("2026-11-20T17:00:00Z");
    if let Some(call) = &mut asked.call {
        call.agenda_link = Some("https://example.com/agenda".to_owned());
    }
    story.ask(RUNNER, &asked);
    assert_eq!(story.call().agenda.as_ref().unwrap().by, UserId::from(AVA));
    assert_eq!(story.clocks(), [(ClockKind::CallStart, "Fri 17:00".to_owned())]);
}

#[test]
fn without_a_channel_of_the_group_the_stage_is_asked_then_product_and_never_a_person() {
    for (place, channel, owner, facts) in [
        ("stage/verify", "C_S_VERIFY", Some(STAN), vec![Fact::PmOnDuty { pm: UserId::from(STAN) }]),
        (
            "group/verify/testing",
            "C_S_VERIFY",
            Some(STAN),
            vec![
                Fact::NoGroupChannel { place: PlaceId("group/verify/testing".to_owned()) },
                Fact::PmOnDuty { pm: UserId::from(STAN) },
            ],
        ),
        (
            "stage/plan",
            "C_PRODUCT",
            None,
            vec![
                Fact::NoStageChannel { place: PlaceId("stage/plan".to_owned()) },
                Fact::NoPm { place: Some(PlaceId("stage/plan".to_owned())) },
            ],
        ),
    ] {
        let mut story = Story::begins(TUESDAY);
        let decision = story.ask(place, &ask("2026-11-20T17:00:00Z"));
        assert_eq!(told(&decision), [card(channel, true)], "{place}");
        assert_eq!(story.engagement().owner, owner.map(UserId::from), "{place}");
        let found: Vec<_> = story.engagement().because.iter().skip(1).map(|b| b.fact.clone()).collect();
        assert_eq!(found, facts, "{place}");
    }
    let mut story = Story::begins(TUESDAY);
    story.ask("group/verify/execution", &ask("2026-11-20T17:00:00Z"));
    assert_eq!(
        story.engagement().owner,
        Some(UserId::from(CLEO)),
        "a PM whom Slack does not know is skipped"
    );

    let mut story = Story { policy: policy(false), ..Story::begins(TUESDAY) };
    let decision = story.ask("stage/plan", &ask("2026-11-20T17:00:00Z"));
    let place = PlaceId("stage/plan".to_owned());
    assert_eq!(decision.reply, Reply::Refused(Refusal::NowhereToSend { place }));
}

#[test]
fn a_pm_who_asks_does_not_ask_themselves() {
    let mut story = Story::begins(TUESDAY);
    let mut asked = ask("2026-11-20T17:00:00Z");
    asked.by = UserId::from(PETRA);
    story.ask(RUNNER, &asked);
    assert_eq!(story.engagement().owner, Some(UserId::from(PAUL)));
}
