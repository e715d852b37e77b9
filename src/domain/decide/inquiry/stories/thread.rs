//! What is heard and seen in the thread (B1, B2, B6).

use chrono::TimeDelta;

use super::end_of;
use crate::domain::command::{Action, ClockKind, Heard};
use crate::domain::decide::inquiry::testing::{Desk, at, channel, message, start, told, ts, user};
use crate::domain::decision::Event;
use crate::domain::engagement::inquiry::HowEnded;
use crate::domain::engagement::{Body, State};
use crate::domain::ids::EngagementId;
use crate::domain::notice::{Address, What};
use crate::domain::reason::Fact;

#[test]
fn a_pm_of_the_area_stops_it() {
    for by in ["PM1", "PM2", "COVER", "STAGE", "BOSS"] {
        let mut desk = Desk::asked();
        desk.now = at(1, 0);
        let decision = desk.writes(by);
        assert_eq!(end_of(&desk), (HowEnded::Replied, false, 3_600), "{by}");
        assert_eq!(desk.inquiry.answered_by, Some(user(by)));
        assert_eq!(desk.reply_due(), None);
        assert!(desk.clocks.contains_key(&ClockKind::Close));
        assert_eq!(told(&decision), [], "the SME reads along");
        assert_eq!(decision.timeline[0].because[0].fact, Fact::RepliedInThread { by: user(by), late: false });
    }
}

#[test]
fn what_does_not_stop_it() {
    let bot = Heard { by: None, bot: Some("B1".to_owned()), ..message("PM1", at(1, 0)) };
    let note = Heard { is_note: true, ..message("PM1", at(1, 0)) };
    let elsewhere = Heard { channel: channel("C_SME"), ..message("PM1", at(1, 0)) };
    let other_thread = Heard { thread: Some(ts(at(0, 30))), ..message("PM1", at(1, 0)) };
    let top_level = Heard { thread: None, ..message("PM1", at(1, 0)) };
    let older = message("PM1", start() - TimeDelta::minutes(5));
    let messages = [
        ("bot", bot),
        ("ourselves", message("BOT", at(1, 0))),
        ("note", note),
        ("asker", message("SME", at(1, 0))),
        ("other SME", message("OTHER", at(1, 0))),
        ("lead", message("LEAD", at(1, 0))),
        ("PM of elsewhere", message("FAR", at(1, 0))),
        ("other channel", elsewhere),
        ("other thread", other_thread),
        ("top level", top_level),
        ("older than the ask", older),
    ];
    for (who, message) in messages {
        let mut desk = Desk::asked();
        desk.now = at(1, 0);
        let decision = desk.heard(&message);
        assert!(decision.is_empty(), "{who}: {decision:?}");
        assert_eq!(desk.reply_due(), Some(at(2, 0)), "{who}");
    }
}

#[test]
fn an_answer_at_the_very_instant_is_in_time() {
    let cases = [(TimeDelta::zero(), false), (TimeDelta::microseconds(1), true)];
    for (after, late) in cases {
        let mut desk = Desk::asked();
        desk.runs_until(at(4, 0));
        assert!(desk.clock().missed, "the step fired without an answer");
        let answer = message("PM1", at(4, 0) + after);
        desk.heard(&answer);
        assert_eq!((desk.clock().end.as_ref().unwrap().late, desk.clock().missed), (late, late));
    }
}

#[test]
fn hearing_twice_changes_nothing() {
    let mut desk = Desk::asked();
    desk.now = at(1, 0);
    desk.writes("PM1");
    let before = desk.inquiry.clone();
    let again = message("PM1", at(1, 0));
    assert!(desk.heard(&again).is_empty());
    desk.now = at(2, 0);
    assert!(desk.writes("PM2").is_empty(), "a second PM adds nothing");
    assert!(desk.reads().is_empty());
    assert_eq!(desk.inquiry, before);
}

#[test]
fn a_follow_up_that_mentions_begins_a_new_round() {
    let plain = message("SME", at(2, 0));
    let us = Heard { mentions_us: true, ..message("SME", at(2, 0)) };
    let pm = Heard { mentions: vec![user("PM2")], ..message("SME", at(2, 0)) };
    let other_sme = Heard { mentions_us: true, ..message("OTHER", at(2, 0)) };
    let by_pm = Heard { mentions_us: true, ..message("PM2", at(2, 0)) };
    let edited = Heard { is_note: true, ..us.clone() };
    let cases = [
        ("plain", plain, None, 0),
        ("us", us, Some("PM1"), 1),
        ("a PM", pm, Some("PM2"), 0),
        ("another SME", other_sme, Some("PM1"), 1),
        ("a PM's own words", by_pm, None, 0),
        ("added by an edit", edited, None, 0),
    ];
    for (who, follow_up, owner, mentions) in cases {
        let mut desk = Desk::asked();
        desk.now = at(1, 0);
        desk.writes("PM1");
        desk.now = at(2, 5);
        let decision = desk.heard(&follow_up);
        assert_eq!(desk.reply_due(), owner.map(|_| at(4, 0)), "{who}");
        assert_eq!(told(&decision).len(), mentions, "{who}");
        if let Some(owner) = owner {
            assert_eq!(
                (desk.inquiry.owner.clone(), desk.clock().started_at),
                (Some(user(owner)), at(2, 0)),
                "{who}"
            );
            assert!(desk.heard(&follow_up).is_empty(), "{who}, heard again");
            assert!(desk.reads().is_empty(), "{who}: the whole thread shows nothing new");
        }
    }
}

#[test]
fn without_a_clock_an_answer_still_answers() {
    let mut desk = Desk::asked_for_question();
    if let Body::Inquiry(inquiry) = &mut desk.inquiry.body {
        inquiry.clock = None;
    }
    desk.now = at(1, 0);
    assert_eq!(told(&desk.writes("PM1")).len(), 2);
    assert_eq!(desk.inquiry.state, State::Answered);
    let follow_up = Heard { mentions_us: true, ..message("SME", at(2, 0)) };
    desk.heard(&follow_up);
    assert_eq!((desk.inquiry.state, desk.body().clock.is_none()), (State::Open, true));
}

#[test]
fn the_requester_is_told_and_the_sme_relays() {
    let mut desk = Desk::asked_for_question();
    desk.now = at(1, 0);
    let decision = desk.writes("PM1");
    let expected = [
        (Address::Direct { user: user("AE") }, What::PmAnsweredToRequester { sme: user("SME") }),
        (
            Address::CardThread { channel: channel("C_SME") },
            What::RelayToSme { sme: user("SME"), inquiry: EngagementId(8) },
        ),
    ];
    assert_eq!(told(&decision), expected);
    let relay = decision.notices.iter().find(|notice| matches!(notice.what, What::RelayToSme { .. }));
    assert_eq!(relay.unwrap().engagement, Some(EngagementId(7)), "in the thread of the question");
    assert_eq!(desk.count(&Event::InquiryAnswered { inquiry: EngagementId(8) }), 1);
}

#[test]
fn a_question_taken_back_hears_nothing_more() {
    let mut desk = Desk::asked_for_question();
    desk.parent.as_mut().unwrap().state = State::Withdrawn;
    desk.now = at(1, 0);
    assert_eq!(told(&desk.writes("PM1")), []);
}

#[test]
fn deleting_the_question_withdraws_it() {
    let mut desk = Desk::asked();
    desk.now = at(1, 0);
    assert!(desk.deletes(&ts(at(0, 30))).is_empty(), "another message");
    desk.deletes(&ts(start()));
    assert_eq!(end_of(&desk), (HowEnded::Withdrawn, false, 3_600));
    assert_eq!((desk.inquiry.state, desk.clocks.len()), (State::Withdrawn, 0));
    assert!(desk.writes("PM1").is_empty());
}

#[test]
fn a_question_found_gone_withdraws_it() {
    let gone = Heard { is_note: true, ..message("SME", start()) };
    for thread in [vec![message("OTHER", at(0, 30))], vec![gone, message("PM1", at(0, 40))]] {
        let mut desk = Desk::asked();
        desk.thread = Some(thread);
        assert_eq!(desk.runs_until(at(3, 0)), []);
        assert_eq!(desk.inquiry.state, State::Withdrawn);
    }
}

#[test]
fn a_reaction_of_a_pm_shows_as_seen_once() {
    let mut desk = Desk::asked();
    let card = desk.inquiry.home.as_ref().unwrap().card.clone().unwrap();
    assert!(desk.reacts("OTHER", ts(start())).is_empty());
    assert!(desk.reacts("PM1", ts(at(0, 5))).is_empty(), "on another message");
    desk.reacts("PM1", ts(start()));
    assert!(desk.reacts("PM1", card.clone()).is_empty());
    desk.reacts("PM2", card);
    assert!(desk.act("PM1", Action::Seen).is_empty());
    assert_eq!(desk.body().seen_by, [user("PM1"), user("PM2")]);
    assert_eq!(desk.reply_due(), Some(at(2, 0)), "a reaction stops nothing");
}
