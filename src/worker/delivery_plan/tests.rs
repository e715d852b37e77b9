//! Tables: where each address leads, and what each end means.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::domain::engagement::{Body, Origin, Question, State};
use crate::domain::ids::{InstallationId, UserId};
use crate::domain::notice::What;
use crate::store::OutboxId;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

fn engagement(home: Option<Home>) -> Engagement {
    Engagement {
        id: EngagementId(7),
        version: 1,
        state: State::Open,
        requester: "U1".into(),
        reason: None,
        place: None,
        area: None,
        text: "How?".to_owned(),
        customer: None,
        links: vec![],
        details: vec![],
        origin: Origin { channel: "C9".into(), message: None, thread: None, is_private: false },
        home,
        owner: None,
        moves: 0,
        parent: None,
        because: vec![],
        body: Body::Question(Question::default()),
        asked_at: now(),
        taken_at: None,
        answered_at: None,
        answered_by: None,
        closed_at: None,
    }
}

fn home(channel: &str, thread: Option<&str>, card: Option<&str>) -> Home {
    Home { channel: channel.into(), thread: thread.map(Ts::from), card: card.map(Ts::from) }
}

fn notice(to: Address) -> Notice {
    Notice { to, what: What::Card { mention: false }, engagement: Some(EngagementId(7)), urgent: false }
}

fn claimed(to: Address) -> Claimed {
    Claimed {
        id: OutboxId(1),
        installation: InstallationId(1),
        lane: "C1".to_owned(),
        notice: notice(to),
        key: "key-1".to_owned(),
        attempts: 0,
        is_unsure: false,
        decided_at: now(),
        posts: true,
        behind: 0,
    }
}

fn card_in(channel: &str) -> Address {
    Address::Card { channel: channel.into() }
}

fn under_card_in(channel: &str) -> Address {
    Address::CardThread { channel: channel.into() }
}

fn to_post(channel: &str, thread: Option<&str>) -> Destination {
    Destination::Post { channel: channel.into(), thread: thread.map(Ts::from) }
}

fn to_update() -> Destination {
    Destination::Update { channel: "C1".into(), ts: "1.1".into() }
}

fn to_one() -> Destination {
    Destination::Ephemeral { channel: "C1".into(), user: "U1".into(), thread: None }
}

fn to_url() -> Destination {
    Destination::Respond { url: "https://hooks.slack.com/x".to_owned(), replaces: false }
}

#[test]
fn cards_and_replies_follow_the_home() {
    let update_in_thread = Destination::Update { channel: "C1".into(), ts: "1.2".into() };
    let table = [
        (card_in("C1"), None, Plan::Drop(NO_HOME)),
        (card_in("C1"), Some(home("C1", None, None)), Plan::Send(to_post("C1", None))),
        (card_in("C1"), Some(home("C1", Some("1.0"), None)), Plan::Send(to_post("C1", Some("1.0")))),
        (card_in("C1"), Some(home("C1", None, Some("1.1"))), Plan::Send(to_update())),
        (card_in("C1"), Some(home("C1", Some("1.0"), Some("1.2"))), Plan::Send(update_in_thread)),
        (card_in("C1"), Some(home("C2", None, Some("1.1"))), Plan::Drop("the card moved to another channel")),
        (under_card_in("C1"), None, Plan::Drop(NO_HOME)),
        (under_card_in("C1"), Some(home("C1", None, None)), Plan::Wait("its card is not posted yet")),
        (under_card_in("C1"), Some(home("C1", None, Some("1.1"))), Plan::Send(to_post("C1", Some("1.1")))),
        (under_card_in("C1"), Some(home("C1", Some("1.0"), None)), Plan::Send(to_post("C1", Some("1.0")))),
        (
            under_card_in("C1"),
            Some(home("C1", Some("1.0"), Some("1.2"))),
            Plan::Send(to_post("C1", Some("1.0"))),
        ),
        (under_card_in("C1"), Some(home("C2", None, Some("2.1"))), Plan::Send(to_post("C2", Some("2.1")))),
    ];
    for (to, home, expected) in table {
        let planned = destination(&notice(to.clone()), Some(&engagement(home.clone())), None);
        assert_eq!(planned, expected, "{to:?} with {home:?}");
    }
    assert_eq!(destination(&notice(card_in("C1")), None, None), Plan::Drop(NO_HOME));
}

#[test]
fn other_addresses_need_no_engagement() {
    let user = UserId::from("U1");
    let table = [
        (Address::Thread { channel: "C1".into(), ts: "1.0".into() }, to_post("C1", Some("1.0"))),
        (Address::Channel { channel: "C1".into() }, to_post("C1", None)),
        (Address::Direct { user: user.clone() }, to_post("U1", None)),
        (Address::OnlyTo { user: user.clone(), channel: "C1".into(), thread: None }, to_one()),
        (Address::Answer { url: "https://hooks.slack.com/x".to_owned(), user, replaces: false }, to_url()),
        (Address::Admins, to_post("CADMIN", None)),
    ];
    for (to, expected) in table {
        let planned = destination(&notice(to.clone()), None, Some(&"CADMIN".into()));
        assert_eq!(planned, Plan::Send(expected), "{to:?}");
    }
    let planned = destination(&notice(Address::Admins), None, None);
    assert_eq!(planned, Plan::Drop("no admin channel is configured"));
}

#[test]
fn only_a_cards_first_post_tells_the_home() {
    let sent = || Ok(Sent { channel: "C1".into(), ts: Some("1.1".into()) });
    let table = [
        (card_in("C1"), to_post("C1", None), Some(EngagementId(7))),
        (card_in("C1"), to_update(), None),
        (under_card_in("C1"), to_post("C1", Some("1.0")), None),
        (Address::Channel { channel: "C1".into() }, to_post("C1", None), None),
    ];
    for (to, destination, card_of) in table {
        let settled = settlement(sent(), &claimed(to), &destination, now());
        assert_eq!(settled, Settlement::Sent { ts: Some("1.1".into()), card_of }, "{destination:?}");
    }
}

#[test]
fn a_card_that_slack_did_not_name_is_searched_for() {
    let nameless = Ok(Sent { channel: "C1".into(), ts: None });
    let settled = settlement(nameless, &claimed(card_in("C1")), &to_post("C1", None), now());
    assert!(matches!(settled, Settlement::Retry { unsure: true, .. }), "{settled:?}");
}

/// What a settlement comes to, without the words.
#[derive(Debug, PartialEq)]
enum Outcome {
    Again {
        seconds: i64,
        unsure: bool,
    },
    Soon {
        unsure: bool,
    },
    Aside {
        seconds: i64,
    },
    /// Later, and it was no try.
    Later {
        seconds: i64,
    },
    /// Later, among the updates, and it was no try.
    AmongUpdates {
        seconds: i64,
    },
    Parked,
    Dropped,
}

fn outcome(settled: &Settlement) -> Outcome {
    match settled {
        Settlement::Retry { at, unsure, .. } if *at - now() <= TimeDelta::seconds(1) => {
            assert!(*at > now());
            Outcome::Soon { unsure: *unsure }
        }
        Settlement::Retry { at, unsure, .. } => {
            Outcome::Again { seconds: (*at - now()).num_seconds(), unsure: *unsure }
        }
        Settlement::Aside { at, .. } => Outcome::Aside { seconds: (*at - now()).num_seconds() },
        Settlement::Deferred { at, lane: None, .. } => {
            Outcome::Later { seconds: (*at - now()).num_seconds() }
        }
        Settlement::Deferred { at, lane: Some(lane), .. } => {
            assert_eq!(lane, UPDATES);
            Outcome::AmongUpdates { seconds: (*at - now()).num_seconds() }
        }
        Settlement::Parked { .. } => Outcome::Parked,
        Settlement::Dropped { .. } => Outcome::Dropped,
        Settlement::Sent { .. } => panic!("an error is not sent"),
    }
}

fn limited(seconds: u64) -> SlackError {
    SlackError::RateLimited { after: Duration::from_secs(seconds) }
}

fn ambiguous() -> SlackError {
    SlackError::Ambiguous { reason: "HTTP 500".to_owned() }
}

fn retry(after: Option<u64>) -> SlackError {
    SlackError::Retry { after: after.map(Duration::from_secs), reason: "no connection".to_owned() }
}

fn permanent() -> SlackError {
    SlackError::Permanent { code: "channel_not_found".to_owned() }
}

fn auth() -> SlackError {
    SlackError::Auth { code: "token_revoked".to_owned() }
}

#[test]
fn an_error_means_something_else_for_each_way_of_sending() {
    use Outcome::{Again, AmongUpdates, Dropped, Later, Parked, Soon};
    let sure = false;
    let table = [
        (limited(17), to_post("C1", None), Later { seconds: 17 }),
        (limited(17), to_update(), AmongUpdates { seconds: 17 }),
        (limited(17), to_one(), Later { seconds: 17 }),
        (limited(17), to_url(), Later { seconds: 17 }),
        (limited(3_600), to_url(), Dropped),
        (ambiguous(), to_post("C1", None), Again { seconds: 5, unsure: true }),
        (ambiguous(), to_update(), Again { seconds: 5, unsure: sure }),
        (ambiguous(), to_one(), Dropped),
        (ambiguous(), to_url(), Dropped),
        (retry(None), to_post("C1", None), Soon { unsure: sure }),
        (retry(None), to_update(), Soon { unsure: sure }),
        (retry(None), to_url(), Soon { unsure: sure }),
        (retry(Some(60)), to_post("C1", None), Again { seconds: 60, unsure: sure }),
        (permanent(), to_post("C1", None), Parked),
        (permanent(), to_update(), Parked),
        (permanent(), to_one(), Dropped),
        (permanent(), to_url(), Dropped),
        (auth(), to_post("C1", None), Again { seconds: 300, unsure: sure }),
        (auth(), to_update(), Again { seconds: 300, unsure: sure }),
    ];
    for (error, destination, expected) in table {
        let settled = settlement(Err(error.clone()), &claimed(card_in("C1")), &destination, now());
        assert_eq!(outcome(&settled), expected, "{error} at {destination:?}");
    }
}

#[test]
fn doubt_lasts_until_the_message_is_found_or_sent() {
    let doubtful = Claimed { is_unsure: true, ..claimed(card_in("C1")) };
    for error in [retry(None), auth(), ambiguous()] {
        let settled = settlement(Err(error.clone()), &doubtful, &to_post("C1", None), now());
        assert!(matches!(settled, Settlement::Retry { unsure: true, .. }), "{error}");
        let settled = settlement(Err(error.clone()), &doubtful, &to_update(), now());
        assert!(matches!(settled, Settlement::Retry { unsure: false, .. }), "{error}");
    }
}

#[test]
fn an_absurd_wait_is_no_overflow() {
    let settled = settlement(Err(limited(u64::MAX)), &claimed(card_in("C1")), &to_post("C1", None), now());
    assert_eq!(outcome(&settled), Outcome::Later { seconds: 3_600 });
}

#[test]
fn an_old_answer_is_not_tried_again() {
    let old = Claimed { decided_at: now() - ANSWER_LIFE, ..claimed(card_in("C1")) };
    let settled = settlement(Err(retry(None)), &old, &to_one(), now());
    assert_eq!(outcome(&settled), Outcome::Dropped);
}

#[test]
fn a_reply_waits_for_its_card_but_not_for_ever() {
    let mut reply = claimed(under_card_in("C1"));
    assert_eq!(outcome(&waiting(&reply, "why", now())), Outcome::Aside { seconds: 5 });
    reply.attempts = CARD_WAITS;
    assert_eq!(outcome(&waiting(&reply, "why", now())), Outcome::Parked);
}

proptest! {
    #[test]
    fn waits_grow_are_bounded_and_repeatable(attempts in 0_u32..2_000, key in "[a-z0-9]{0,24}") {
        let wait = backoff(attempts, &key);
        let full = TimeDelta::seconds(2_i64.pow(attempts.min(20)).min(300));
        prop_assert!(wait <= full && wait >= full * 3 / 4, "{wait} of {full}");
        prop_assert_eq!(wait, backoff(attempts, &key));
    }
}

#[test]
fn what_failed_together_is_not_tried_together() {
    let waits = (0..50).map(|n| backoff(8, &format!("key-{n}"))).collect::<std::collections::BTreeSet<_>>();
    assert!(waits.len() > 25, "{waits:?}");
}
