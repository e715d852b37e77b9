//! What an operator may want of notices and letters, beside whatever the worker does.

use std::time::Duration;

use super::*;
use crate::store::{
    Beside, Claimed, DeadLetter, NoticeWish, OutboxId, RereadEnd, Room, Settlement, Standing, StoreError,
};

const LEASE: Duration = Duration::from_mins(1);

impl Bench {
    fn beside(&self) -> Beside {
        Beside::open(&url(&self.folder)).unwrap()
    }

    async fn take_now(&self, seconds: i64) -> Vec<Claimed> {
        self.store.claim(self.installation, at(seconds), Room::of(10), LEASE).await.unwrap().taken
    }

    async fn take_one(&self, seconds: i64) -> Claimed {
        let mut claimed = self.take_now(seconds).await;
        assert_eq!(claimed.len(), 1);
        claimed.remove(0)
    }

    async fn ended(&self, claimed: &Claimed, settlement: Settlement, seconds: i64) {
        self.store.settle(claimed, settlement, at(seconds)).await.unwrap();
    }

    async fn give_up(&self, claimed: &Claimed) {
        self.ended(claimed, Settlement::Parked { reason: "not_in_channel".to_owned() }, 1).await;
    }

    async fn try_again(&self, id: OutboxId, seconds: i64) -> NoticeWish {
        self.store.retry_parked(self.installation, id, at(seconds)).await.unwrap()
    }

    async fn drop_it(&self, id: OutboxId) -> NoticeWish {
        let reason = "an operator dropped it".to_owned();
        self.store.drop_undelivered(self.installation, id, reason, at(9)).await.unwrap()
    }
}

fn unknown_end(seconds: i64) -> Settlement {
    Settlement::Retry { at: at(seconds), unsure: true, reason: "no answer".to_owned() }
}

#[tokio::test]
async fn a_parked_notice_waits_again_as_if_it_were_new_and_stays_unsure() {
    let bench = Bench::new().await;
    bench.tell(vec![message("C1", "one", false)]).await;
    bench.ended(&bench.take_one(0).await, unknown_end(1), 0).await;
    let second = bench.take_one(1).await;
    bench.give_up(&second).await;
    let listed = bench.beside().parked(bench.installation, OutboxId(0), 10).unwrap();
    let [row] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!((row.id, row.standing, row.tries, row.is_unsure), (second.id, Standing::Parked, 2, true));
    assert_eq!((row.lane.as_str(), row.kind.as_deref()), ("C1", Some("parked")));
    assert_eq!((row.reason.as_deref(), row.parked_at), (Some("not_in_channel"), Some(at(1))));

    assert_eq!(bench.try_again(second.id, 5).await, NoticeWish::Done);
    assert_eq!(bench.try_again(second.id, 6).await, NoticeWish::WasSo, "wanting it twice changes nothing");
    assert!(bench.beside().parked(bench.installation, OutboxId(0), 10).unwrap().is_empty());
    assert!(bench.take_now(4).await.is_empty(), "not before it was wanted");
    let again = bench.take_one(5).await;
    assert_eq!((again.id, &again.key, again.attempts, again.is_unsure), (second.id, &second.key, 0, true));
    assert_eq!(bench.try_again(second.id, 6).await, NoticeWish::WasSo, "it is in flight");
    bench.ended(&again, Settlement::Sent { ts: None, card_of: None }, 6).await;
    assert_eq!(bench.try_again(second.id, 7).await, NoticeWish::Sent);
    assert_eq!(bench.try_again(OutboxId(99), 7).await, NoticeWish::Unknown);
}

#[tokio::test]
async fn only_what_is_not_in_flight_and_not_delivered_can_be_dropped() {
    let bench = Bench::new().await;
    bench.tell(vec![message("C1", "one", false), message("C1", "two", false)]).await;
    let first = bench.take_one(0).await;
    assert_eq!(bench.drop_it(first.id).await, NoticeWish::InFlight);
    bench.ended(&first, Settlement::Sent { ts: None, card_of: None }, 1).await;
    assert_eq!(bench.drop_it(first.id).await, NoticeWish::Sent);
    let waiting = bench.beside().pending(bench.installation, OutboxId(0), 10).unwrap();
    let [second] = &waiting[..] else { panic!("{waiting:?}") };
    assert_eq!(second.standing, Standing::Waiting);
    assert_eq!(bench.drop_it(second.id).await, NoticeWish::Done);
    assert_eq!(bench.drop_it(second.id).await, NoticeWish::WasSo);
    assert_eq!(bench.try_again(second.id, 9).await, NoticeWish::Dropped);
    assert!(bench.take_now(100).await.is_empty());
}

#[tokio::test]
async fn a_lane_that_is_parked_again_is_told_again() {
    let bench = Bench::new().await;
    let told = || Notice { to: Address::Admins, ..message("C1", "is_archived", false) };
    let other = || Notice { to: Address::Admins, ..message("C11", "is_archived", false) };
    bench.tell(vec![message("C1", "one", false), told(), other()]).await;
    for claimed in bench.take_now(0).await {
        if claimed.lane == "C1" {
            bench.give_up(&claimed).await;
            assert_eq!(bench.try_again(claimed.id, 2).await, NoticeWish::Done);
        }
    }
    bench.tell(vec![told(), other()]).await;
    let pending = bench.beside().pending(bench.installation, OutboxId(0), 10).unwrap();
    let admins = pending.iter().filter(|row| row.lane == "admins").count();
    assert_eq!(admins, 3, "of this channel a second time, of the other once: {pending:?}");
}

#[tokio::test]
async fn two_cards_of_the_same_become_one_and_the_one_that_may_be_there_stays() {
    for is_unsure in [false, true] {
        let bench = Bench::new().await;
        let id = bench.begin("C1").await.id;
        bench.tell(vec![card(id, "C1", true)]).await;
        let mut claimed = bench.take_one(0).await;
        if is_unsure {
            bench.ended(&claimed, unknown_end(0), 0).await;
            claimed = bench.take_one(0).await;
        }
        bench.give_up(&claimed).await;
        bench.tell(vec![card(id, "C1", false)]).await;
        assert_eq!(bench.try_again(claimed.id, 2).await, NoticeWish::Done);
        let again = bench.take_one(2).await;
        assert_eq!((again.id, again.is_unsure), (claimed.id, is_unsure));
        assert_eq!(again.notice.what, What::Card { mention: true }, "its mention is not lost");
        assert!(bench.take_now(3).await.is_empty());
    }
    // The newer one may be there, and the parked one is certainly not.
    let bench = Bench::new().await;
    let id = bench.begin("C1").await.id;
    bench.tell(vec![card(id, "C1", true)]).await;
    let parked = bench.take_one(0).await;
    bench.give_up(&parked).await;
    bench.tell(vec![card(id, "C1", false)]).await;
    let newer = bench.take_one(2).await;
    bench.ended(&newer, unknown_end(3), 2).await;
    assert_eq!(bench.try_again(parked.id, 3).await, NoticeWish::Overtaken);
    let again = bench.take_one(4).await;
    assert_eq!(
        (again.id, again.is_unsure, again.notice.what),
        (newer.id, true, What::Card { mention: true })
    );
}

#[tokio::test]
async fn a_notice_that_cannot_be_read_is_not_tried_again_but_can_be_dropped() {
    let bench = Bench::new().await;
    bench.tell(vec![message("C1", "one", false)]).await;
    bench.meddle("UPDATE outbox SET notice = '{\"what\":{\"zebra\":{\"text\":\"secret\"}}}'").await;
    assert!(bench.take_now(0).await.is_empty());
    let rows = bench.beside().parked(bench.installation, OutboxId(0), 10).unwrap();
    assert_eq!(rows[0].kind.as_deref(), Some("zebra"));
    assert_eq!(bench.try_again(rows[0].id, 1).await, NoticeWish::Unreadable);
    assert_eq!(bench.drop_it(rows[0].id).await, NoticeWish::Done);
}

#[tokio::test]
async fn a_letter_goes_only_after_it_was_heard_and_a_cut_off_hearing_is_remembered() {
    let bench = Bench::new().await;
    let (store, installation) = (&bench.store, bench.installation);
    for (number, installation) in [(1, Some(installation)), (2, None)] {
        let letter = DeadLetter {
            installation,
            kind: "slack.request".to_owned(),
            body: vec![b'{', number],
            reason: "an event of type zebra".to_owned(),
            at: at(i64::from(number)),
        };
        store.keep_dead_letter(letter).await.unwrap();
    }
    let letters = bench.beside().letters(installation, 0, 10).unwrap();
    assert_eq!(letters.iter().map(|letter| (letter.id, letter.bytes)).collect::<Vec<_>>(), [(1, 2), (2, 2)]);
    assert_eq!(bench.beside().letter_body(installation, 2).unwrap(), Some(vec![b'{', 2]));

    let first = store.begin_reread(installation, 1, at(10)).await.unwrap().unwrap();
    assert_eq!((first.body, first.begun_at), (vec![b'{', 1], at(10)));
    let again = store.begin_reread(installation, 1, at(500)).await.unwrap().unwrap();
    assert_eq!(again.begun_at, at(10), "since nobody wrote down its end");
    let stays = RereadEnd::Stays { reason: "an event of type yak".to_owned() };
    assert!(store.end_reread(installation, 1, stays).await.unwrap());
    assert_eq!(bench.beside().letters(installation, 0, 1).unwrap()[0].reason, "an event of type yak");
    let fresh = store.begin_reread(installation, 1, at(600)).await.unwrap().unwrap();
    assert_eq!(fresh.begun_at, at(600), "its end is known");

    for id in [1, 2] {
        assert!(store.end_reread(installation, id, RereadEnd::Gone).await.unwrap());
        assert!(!store.end_reread(installation, id, RereadEnd::Gone).await.unwrap());
        assert_eq!(store.begin_reread(installation, id, at(700)).await.unwrap(), None);
    }
    assert!(bench.beside().letters(installation, 0, 10).unwrap().is_empty());
}

#[tokio::test]
async fn looking_creates_and_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let missing = Beside::open(&url(&folder)).map(drop);
    assert!(
        matches!(&missing, Err(StoreError::Unavailable(why)) if why.contains("no such file")),
        "{missing:?}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let bench = Bench::new().await;
    assert!(bench.beside().db.execute("DELETE FROM note", []).is_err(), "it can only look");
}
