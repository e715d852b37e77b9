//! The outbox: lanes, order, leases, settlements, and cards that collapse.

use std::time::Duration;

use super::*;
use crate::domain::ids::Ts;
use crate::store::{Claimed, Ended, Flight, Oldest, Room, Settled, Settlement, StoreError, UPDATES};

const LEASE: Duration = Duration::from_secs(30);

impl Bench {
    async fn claim(&self, now: DateTime<Utc>) -> Vec<Claimed> {
        self.store.claim(self.installation, now, Room::of(100), LEASE).await.unwrap().taken
    }

    async fn claim_said(&self, now: DateTime<Utc>) -> Vec<String> {
        self.claim(now).await.iter().map(|claimed| said(&claimed.notice).to_owned()).collect()
    }

    async fn sent(&self, claimed: &Claimed) {
        let sent = Settlement::Sent { ts: Some(Ts::from("1.1")), card_of: None };
        self.store.settle(claimed, sent, at(1)).await.unwrap();
    }

    async fn retry(&self, claimed: &Claimed, when: DateTime<Utc>, unsure: bool) {
        let retry = Settlement::Retry { at: when, unsure, reason: "timeout".to_owned() };
        self.store.settle(claimed, retry, at(1)).await.unwrap();
    }
}

#[tokio::test]
async fn one_of_a_lane_is_in_flight_urgent_first_then_in_order() {
    let bench = Bench::new().await;
    bench
        .tell(vec![message("CA", "a1", false), message("CB", "b1", false), message("CA", "a2", false)])
        .await;
    bench.tell(vec![message("CA", "a3", true)]).await;
    let first = bench.claim(at(0)).await;
    assert_eq!(first.iter().map(|one| said(&one.notice)).collect::<Vec<_>>(), ["a3", "b1"]);
    assert!(first[0].notice.urgent && !first[0].is_unsure && first[0].attempts == 0);
    assert_eq!(first[0].lane, "CA");
    assert_eq!(first[0].decided_at, at(0));
    assert_ne!(first[0].key, first[1].key);
    assert_eq!(first[0].key.len(), 32);
    assert_eq!(bench.claim(at(0)).await, []);
    bench.sent(&first[0]).await;
    let second = bench.claim(at(0)).await;
    assert_eq!(said(&second[0].notice), "a1");
    bench.sent(&second[0]).await;
    bench.sent(&first[1]).await;
    assert_eq!(bench.claim_said(at(0)).await, ["a2"]);
}

#[tokio::test]
async fn a_claim_takes_no_more_than_asked_for_the_most_urgent() {
    let bench = Bench::new().await;
    bench.tell(vec![message("CA", "a", false), message("CB", "b", false), message("CZ", "z", true)]).await;
    let claims = bench.store.claim(bench.installation, at(0), Room::of(2), LEASE).await.unwrap();
    assert_eq!(claims.taken.iter().map(|one| said(&one.notice)).collect::<Vec<_>>(), ["z", "a"]);
    assert_eq!((claims.posts, claims.left, claims.next), (2, 1, None));
}

#[tokio::test]
async fn a_lease_that_ended_is_claimed_again_and_unsure() {
    let bench = Bench::new().await;
    bench.tell(vec![message("CA", "a1", false), message("CA", "a2", true)]).await;
    let first = bench.claim(at(0)).await.remove(0);
    bench.tell(vec![message("CA", "a3", true)]).await;
    assert_eq!(bench.claim(at(29)).await, []);
    assert_eq!(bench.store.next_outbox_due(bench.installation).await.unwrap(), Some(at(30)));
    let again = bench.claim(at(30)).await.remove(0);
    assert_eq!((again.id, &again.key), (first.id, &first.key));
    assert_eq!((again.attempts, again.is_unsure), (1, true));
    // The first flight may no longer say how it ended.
    let late = Settlement::Sent { ts: None, card_of: None };
    assert!(matches!(bench.store.settle(&first, late.clone(), at(31)).await, Err(StoreError::Conflict)));
    bench.store.settle(&again, late.clone(), at(31)).await.unwrap();
    assert!(matches!(bench.store.settle(&again, late, at(31)).await, Err(StoreError::Conflict)));
}

#[tokio::test]
async fn a_lane_that_waits_rests_as_a_whole() {
    let bench = Bench::new().await;
    bench.tell(vec![message("CA", "a1", false), message("CB", "b1", false)]).await;
    let claimed = bench.claim(at(0)).await;
    bench.retry(&claimed[0], at(20), true).await;
    bench.sent(&claimed[1]).await;
    // Even what is urgent does not overtake.
    bench.tell(vec![message("CA", "a2", true)]).await;
    assert_eq!(bench.claim(at(19)).await, []);
    assert_eq!(bench.store.next_outbox_due(bench.installation).await.unwrap(), Some(at(20)));
    let again = bench.claim(at(20)).await.remove(0);
    assert_eq!(said(&again.notice), "a2");
    bench.sent(&again).await;
    let unsure = bench.claim(at(20)).await.remove(0);
    assert_eq!((said(&unsure.notice), unsure.attempts, unsure.is_unsure), ("a1", 1, true));
}

#[tokio::test]
async fn a_settlement_can_let_a_lane_rest() {
    let bench = Bench::new().await;
    bench.tell(vec![message("CA", "a1", false), message("CA", "a2", false), message("CB", "b", false)]).await;
    let claimed = bench.claim(at(0)).await;
    let sent = Settlement::Sent { ts: Some(Ts::from("1.1")), card_of: None };
    let ended = |until| Ended { settlement: sent.clone(), rests: vec![("CA".to_owned(), until)] };
    bench.store.settle(&claimed[0], ended(at(10)), at(1)).await.unwrap();
    assert_eq!(bench.store.next_outbox_due(bench.installation).await.unwrap(), Some(at(10)));
    // A later and shorter rest does not shorten the first, and one can be of another lane.
    bench.store.settle(&claimed[1], ended(at(5)), at(1)).await.unwrap();
    let claims = bench.store.claim(bench.installation, at(9), Room::of(9), LEASE).await.unwrap();
    assert_eq!((claims.taken, claims.left, claims.next), (vec![], 0, Some(at(10))));
    assert_eq!(bench.claim_said(at(10)).await, ["a2"]);
}

#[tokio::test]
async fn a_settlement_that_comes_too_late_lets_no_lane_rest() {
    let bench = Bench::new().await;
    bench.tell(vec![message("CA", "a1", false)]).await;
    let first = bench.claim(at(0)).await.remove(0);
    let again = bench.claim(at(30)).await.remove(0);
    let settlement = Settlement::Sent { ts: None, card_of: None };
    let late = Ended { settlement, rests: vec![("CA".to_owned(), at(900))] };
    assert!(matches!(bench.store.settle(&first, late, at(31)).await, Err(StoreError::Conflict)));
    bench.retry(&again, at(32), false).await;
    assert_eq!(bench.claim_said(at(32)).await, ["a1"]);
}

#[tokio::test]
async fn a_clock_that_is_set_back_keeps_nothing_waiting() {
    let bench = Bench::new().await;
    bench.tell(vec![message("CA", "a", false), message("CB", "b", false), message("CB", "b2", false)]).await;
    let claimed = bench.claim(at(7_200)).await;
    bench.retry(&claimed[0], at(7_210), false).await;
    let settlement = Settlement::Sent { ts: None, card_of: None };
    let ended = Ended { settlement, rests: vec![("CB".to_owned(), at(7_201))] };
    bench.store.settle(&claimed[1], ended, at(7_200)).await.unwrap();
    // An hour and a half back: half past, instead of two.
    bench.store.clock_was_set(bench.installation, at(7_200), at(1_800)).await.unwrap();
    assert_eq!(bench.claim(at(1_800)).await, []);
    assert_eq!(bench.claim_said(at(1_801)).await, ["b2"]);
    assert_eq!(bench.claim_said(at(1_810)).await, ["a"]);
}

#[tokio::test]
async fn what_posts_nothing_needs_no_room_for_posts() {
    let bench = Bench::new().await;
    let begun = bench.begin("CA").await;
    let moved = bench.begin("CB").await;
    bench.tell(vec![card(begun.id, "CA", true)]).await;
    let posting = bench.claim(at(0)).await.remove(0);
    assert!(posting.posts, "a card without a message is posted");
    let sent = Settlement::Sent { ts: Some(Ts::from("7.7")), card_of: Some(begun.id) };
    bench.store.settle(&posting, sent, at(0)).await.unwrap();
    let update = card(begun.id, "CA", false);
    let old = Notice {
        to: Address::OldCard { channel: "COLD".into(), ts: "1.1".into() },
        ..card(moved.id, "CB", false)
    };
    let whisper = Notice {
        to: Address::OnlyTo { user: "U1".into(), channel: "CW".into(), thread: None },
        ..message("CW", "whisper", false)
    };
    let answer = Notice {
        to: Address::Answer { url: "https://x".to_owned(), user: "U1".into(), replaces: false },
        ..message("CX", "answer", false)
    };
    bench.tell(vec![message("CZ", "post", true), update, old, whisper, answer]).await;
    let room = Room { notices: 9, posts: 0 };
    let claims = bench.store.claim(bench.installation, at(0), room, LEASE).await.unwrap();
    assert!(claims.taken.iter().all(|one| !one.posts));
    assert_eq!((claims.taken.len(), claims.posts, claims.left), (4, 0, 1));
    assert_eq!(bench.claim_said(at(0)).await, ["post"]);
}

#[tokio::test]
async fn where_posts_are_few_the_urgent_go() {
    let bench = Bench::new().await;
    bench.tell(vec![message("CA", "a", false), message("CB", "b", true), message("CC", "c", true)]).await;
    let room = Room { notices: 9, posts: 2 };
    let claims = bench.store.claim(bench.installation, at(0), room, LEASE).await.unwrap();
    assert_eq!(claims.taken.iter().map(|one| said(&one.notice)).collect::<Vec<_>>(), ["b", "c"]);
}

#[tokio::test]
async fn a_claim_says_how_many_wait_behind() {
    let bench = Bench::new().await;
    bench.tell((0..40).map(|_| message("CA", "a", false)).collect()).await;
    bench.tell(vec![message("CB", "b", false), message("CB", "b", false)]).await;
    let claimed = bench.claim(at(0)).await;
    assert_eq!((claimed[0].behind, claimed[1].behind), (32, 1), "many are not counted to the end");
}

#[tokio::test]
async fn what_was_no_try_is_not_counted_as_one() {
    let bench = Bench::new().await;
    bench.tell(vec![message("CA", "a", false)]).await;
    for second in 0..5 {
        let claimed = bench.claim(at(second)).await.remove(0);
        assert_eq!(claimed.attempts, 0);
        let at = at(second + 1);
        let deferred = Settlement::Deferred { at, lane: None, reason: "not its turn".to_owned() };
        bench.store.settle(&claimed, deferred, at).await.unwrap();
    }
    let claimed = bench.claim(at(5)).await.remove(0);
    bench.retry(&claimed, at(6), true).await;
    let again = bench.claim(at(6)).await.remove(0);
    assert_eq!((again.attempts, again.is_unsure), (1, true));
    let deferred = Settlement::Deferred { at: at(7), lane: None, reason: "not its turn".to_owned() };
    bench.store.settle(&again, deferred, at(6)).await.unwrap();
    let again = bench.claim(at(7)).await.remove(0);
    assert_eq!((again.attempts, again.is_unsure), (1, true), "it is still looked for");
}

#[tokio::test]
async fn updates_that_leave_their_lane_hold_up_no_post_and_collapse() {
    let bench = Bench::new().await;
    let id = bench.begin("CA").await.id;
    let to_updates = || Settlement::Deferred {
        at: at(60),
        lane: Some(UPDATES.to_owned()),
        reason: "no budget".to_owned(),
    };
    bench.tell(vec![card(id, "CA", false), message("CA", "post", false)]).await;
    let update = bench.claim(at(0)).await.remove(0);
    bench.store.settle(&update, to_updates(), at(0)).await.unwrap();
    let post = bench.claim(at(0)).await.remove(0);
    assert_eq!(said(&post.notice), "post");
    bench.sent(&post).await;
    bench.tell(vec![card(id, "CA", true)]).await;
    let newer = bench.claim(at(1)).await.remove(0);
    assert_eq!(newer.lane, "CA");
    bench.store.settle(&newer, to_updates(), at(1)).await.unwrap();
    assert_eq!(bench.store.outbox_waiting(bench.installation).await.unwrap().number, 1);
    let waited = bench.claim(at(60)).await.remove(0);
    assert_eq!((waited.lane.as_str(), &waited.notice, waited.posts), (UPDATES, &card(id, "CA", true), false));
}

#[tokio::test]
async fn what_is_given_back_is_taken_again_and_looked_for() {
    let bench = Bench::new().await;
    let id = bench.begin("CA").await.id;
    bench.tell(vec![card(id, "CA", false), message("CB", "b", false)]).await;
    let claimed = bench.claim(at(0)).await;
    bench.sent(&claimed[1]).await;
    // Another state of the card began to wait meanwhile.
    bench.tell(vec![card(id, "CA", false)]).await;
    let flights = claimed.iter().map(|one| (Flight::of(one), at(5))).collect();
    bench.store.release(flights, "told to stop").await.unwrap();
    assert_eq!(bench.claim(at(4)).await, []);
    let again = bench.claim(at(5)).await;
    assert_eq!(again.len(), 1, "what was settled is left alone");
    assert_eq!((again[0].id, &again[0].key), (claimed[0].id, &claimed[0].key));
    assert!(again[0].is_unsure);
    let late = Settlement::Sent { ts: None, card_of: None };
    assert!(matches!(bench.store.settle(&claimed[0], late, at(6)).await, Err(StoreError::Conflict)));
}

#[tokio::test]
async fn a_first_card_gives_the_engagement_its_home() {
    let bench = Bench::new().await;
    let begun = bench.begin("CSME").await;
    bench.tell(vec![card(begun.id, "CSME", true)]).await;
    let claimed = bench.claim(at(0)).await.remove(0);
    let sent = |ts| Settlement::Sent { ts: Some(Ts::from(ts)), card_of: Some(begun.id) };
    bench.store.settle(&claimed, sent("7.7"), at(3)).await.unwrap();
    let now = bench.read(begun.id).await;
    assert_eq!((now.home.unwrap().card, now.version), (Some(Ts::from("7.7")), 1));
    let found = bench.store.by_thread(bench.installation, &"CSME".into(), &"7.7".into()).await.unwrap();
    assert_eq!(found, [begun.id]);
    // It is set once.
    bench.tell(vec![card(begun.id, "CSME", false)]).await;
    let claimed = bench.claim(at(4)).await.remove(0);
    bench.store.settle(&claimed, sent("8.8"), at(5)).await.unwrap();
    assert_eq!(bench.read(begun.id).await.home.unwrap().card, Some(Ts::from("7.7")));
}

#[tokio::test]
async fn a_card_posted_where_the_engagement_no_longer_is_does_not_become_its_home() {
    let bench = Bench::new().await;
    let begun = bench.begin("CA").await;
    bench.tell(vec![card(begun.id, "CA", true)]).await;
    let claimed = bench.claim(at(0)).await.remove(0);
    let mut decision = Decision::default();
    decision.change(Engagement { home: question(begun.id, "CB").home, ..begun.clone() });
    bench.commit(decision).await;
    let sent = |card_of| Settlement::Sent { ts: Some(Ts::from("7.7")), card_of };
    let settled = bench.store.settle(&claimed, sent(Some(begun.id)), at(3)).await.unwrap();
    assert_eq!(settled, Settled::LeftBehind, "and it is said so");
    assert_eq!(bench.read(begun.id).await.home.unwrap().card, None);
    assert_eq!(bench.store.settle(&claimed, sent(None), at(3)).await.unwrap(), Settled::Done);
}

#[tokio::test]
async fn cards_that_wait_collapse_and_keep_the_mention() {
    let bench = Bench::new().await;
    let id = bench.begin("CA").await.id;
    bench.tell(vec![card(id, "CA", false), message("CA", "after", false)]).await;
    bench.tell(vec![card(id, "CA", true)]).await;
    bench.tell(vec![card(id, "CA", false)]).await;
    assert_eq!(bench.store.outbox_waiting(bench.installation).await.unwrap().number, 2);
    // Another engagement's, and the same one's in another channel, are others.
    let other = bench.begin("CA").await.id;
    bench.tell(vec![card(other, "CA", false), card(id, "CB", false)]).await;
    assert_eq!(bench.store.outbox_waiting(bench.installation).await.unwrap().number, 4);
    let claimed = bench.claim(at(0)).await;
    assert_eq!(claimed.len(), 2);
    assert_eq!(claimed[0].notice, card(id, "CA", true));
    assert_eq!(claimed[1].notice, card(id, "CB", false));
    // One in flight is not touched: what follows waits anew.
    bench.tell(vec![card(id, "CA", false)]).await;
    assert_eq!(bench.store.outbox_waiting(bench.installation).await.unwrap().number, 5);
}

#[tokio::test]
async fn a_card_that_goes_back_takes_in_the_one_that_began_to_wait() {
    let bench = Bench::new().await;
    let id = bench.begin("CA").await.id;
    bench.tell(vec![card(id, "CA", false)]).await;
    let flying = bench.claim(at(0)).await.remove(0);
    bench.tell(vec![card(id, "CA", true)]).await;
    bench.retry(&flying, at(2), true).await;
    assert_eq!(bench.store.outbox_waiting(bench.installation).await.unwrap().number, 1);
    let again = bench.claim(at(2)).await.remove(0);
    assert_eq!((again.id, &again.key, again.is_unsure), (flying.id, &flying.key, true));
    assert_eq!(again.notice, card(id, "CA", true));
}

/// Behind the head of each lane nothing is looked at; what a pause put aside is not late.
#[tokio::test]
async fn the_oldest_that_waits_is_told_by_urgency() {
    let bench = Bench::new().await;
    let oldest = async || bench.store.oldest_waiting(bench.installation).await.unwrap();
    assert_eq!(oldest().await, Oldest::default());
    let tell = async |second: i64, notice: Notice| {
        let decision = Decision { notices: vec![notice], ..Decision::default() };
        bench.store.commit(Commit { now: at(second), ..bench.commit_of(decision) }).await.unwrap();
    };
    tell(1, message("CB", "first", false)).await;
    tell(2, message("CA", "second", true)).await;
    tell(3, message("CB", "third", true)).await;
    tell(4, message("CA", "fourth", false)).await;
    let of = |urgent, routine| Oldest { urgent: Some(at(urgent)), routine: Some(at(routine)) };
    assert_eq!(oldest().await, of(2, 1));
    assert_eq!(oldest().await.of_all(), Some(at(1)));
    let claimed = bench.claim(at(5)).await;
    assert_eq!(oldest().await, of(2, 1), "what is in flight is not there yet");
    let second = claimed.iter().find(|one| said(&one.notice) == "second").unwrap();
    bench.store.settle(second, Settlement::Sent { ts: None, card_of: None }, at(6)).await.unwrap();
    assert_eq!(oldest().await, of(3, 1));
    let third = claimed.iter().find(|one| said(&one.notice) == "third").unwrap();
    let aside =
        Settlement::Deferred { at: at(60), lane: Some("paused:CB".to_owned()), reason: String::new() };
    bench.store.settle(third, aside, at(6)).await.unwrap();
    assert_eq!(oldest().await, Oldest { urgent: None, routine: Some(at(1)) });
    let backlog = bench.store.outbox_waiting(bench.installation).await.unwrap();
    assert_eq!((backlog.number, backlog.urgent, backlog.oldest), (3, 1, oldest().await));
}

#[tokio::test]
async fn what_is_given_up_is_listed_and_what_is_dropped_is_not() {
    let bench = Bench::new().await;
    bench.tell(vec![message("CA", "a", false), message("CB", "b", false)]).await;
    let claimed = bench.claim(at(0)).await;
    let parked = Settlement::Parked { reason: "is_archived".to_owned() };
    bench.store.settle(&claimed[0], parked, at(1)).await.unwrap();
    let dropped = Settlement::Dropped { reason: "answered meanwhile".to_owned() };
    bench.store.settle(&claimed[1], dropped, at(1)).await.unwrap();
    let listed = bench.store.parked(bench.installation).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((said(&listed[0].notice), listed[0].reason.as_str()), ("a", "is_archived"));
    assert_eq!((listed[0].decided_at, listed[0].parked_at), (at(0), at(1)));
    assert_eq!(bench.store.next_outbox_due(bench.installation).await.unwrap(), None);
    assert_eq!(bench.store.forget_delivered(bench.installation, at(2), 10).await.unwrap(), 1);
    assert_eq!(bench.store.parked(bench.installation).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_notice_that_cannot_be_read_is_parked_and_its_lane_goes_on() {
    let bench = Bench::new().await;
    bench.tell(vec![message("CA", "bad", false), message("CA", "good", false)]).await;
    bench.meddle("UPDATE outbox SET notice = '{}' WHERE id = 1").await;
    assert_eq!(bench.claim(at(0)).await, []);
    assert_eq!(bench.claim_said(at(0)).await, ["good"]);
}

#[tokio::test]
async fn what_was_in_flight_at_a_crash_is_looked_for_once_slack_is_done_with_it() {
    let bench = Bench::new().await;
    bench.tell(vec![message("CA", "a1", false)]).await;
    assert_eq!(bench.claim(at(0)).await.len(), 1);
    let bench = bench.reopened().await;
    assert_eq!(bench.claim(at(4)).await, [], "Slack may be at work on it");
    let bench = bench.reopened().await;
    assert_eq!(bench.claim(at(4)).await, [], "another crash changes nothing");
    let again = bench.claim(at(5)).await;
    assert_eq!(again.iter().map(|one| one.is_unsure).collect::<Vec<_>>(), [true]);
}
