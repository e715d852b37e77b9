//! What is told once, notes, dead letters, and forgetting.

use super::*;
use crate::domain::command::ClockKind;
use crate::store::{DeadLetter, DueClock, StoreError};

#[tokio::test]
async fn something_is_told_once_until_it_is_forgotten() {
    let bench = Bench::new().await;
    let (store, installation) = (&bench.store, bench.installation);
    assert!(store.tell_once(installation, "archived:C1", at(0)).await.unwrap());
    assert!(!store.tell_once(installation, "archived:C1", at(1)).await.unwrap());
    assert!(store.tell_once(installation, "archived:C2", at(1)).await.unwrap());
    store.forget_told(installation, "archived:C1").await.unwrap();
    assert!(store.tell_once(installation, "archived:C1", at(2)).await.unwrap());
}

#[tokio::test]
async fn admins_are_told_once_and_a_commit_that_was_lost_has_not_told_them() {
    let bench = Bench::new().await;
    let parked = || Notice { to: Address::Admins, ..message("C1", "is_archived", false) };
    let clock = DueClock { engagement: EngagementId(1), kind: ClockKind::Close, due: at(0) };
    let tell = |fired| {
        let decision = Decision { notices: vec![parked()], ..Decision::default() };
        bench.store.commit(Commit { fired, ..bench.commit_of(decision) })
    };
    assert!(matches!(tell(Some(clock)).await, Err(StoreError::Conflict)), "no such clock");
    for _ in 0..2 {
        tell(None).await.unwrap();
    }
    bench.tell(vec![Notice { to: Address::Admins, ..message("C1", "channel_not_found", false) }]).await;
    assert_eq!(bench.store.outbox_waiting(bench.installation).await.unwrap().number, 2);
}

#[tokio::test]
async fn notes_and_signs_of_life_outlive_a_restart() {
    let bench = Bench::new().await;
    assert_eq!(bench.store.kept(bench.installation, "names").await.unwrap(), None);
    assert_eq!(bench.store.alive_at(bench.installation).await.unwrap(), None);
    bench.store.keep(bench.installation, "names", "{}").await.unwrap();
    bench.store.keep(bench.installation, "names", "{\"a\":1}").await.unwrap();
    bench.store.mark_alive(bench.installation, at(7)).await.unwrap();
    let bench = bench.reopened().await;
    assert_eq!(bench.store.kept(bench.installation, "names").await.unwrap().as_deref(), Some("{\"a\":1}"));
    assert_eq!(bench.store.alive_at(bench.installation).await.unwrap(), Some(at(7)));
}

#[tokio::test]
async fn dead_letters_are_kept_as_they_came() {
    let bench = Bench::new().await;
    let letter = |installation, seconds| DeadLetter {
        installation,
        kind: "event".to_owned(),
        body: vec![0xff, b'{', 0],
        reason: "no JSON".to_owned(),
        at: at(seconds),
    };
    for one in [letter(None, 1), letter(None, 2), letter(Some(bench.installation), 3)] {
        bench.store.keep_dead_letter(one).await.unwrap();
    }
    assert_eq!(bench.store.dead_letters(None, 1).await.unwrap(), [letter(None, 2)]);
    let mine = bench.store.dead_letters(Some(bench.installation), 9).await.unwrap();
    assert_eq!(mine, [letter(Some(bench.installation), 3)]);
}

#[tokio::test]
async fn old_keys_are_forgotten_and_new_ones_are_not() {
    let bench = Bench::new().await;
    let decide = |key: &str, seconds| {
        let keys = vec![key.to_owned()];
        bench.store.commit(Commit { keys, now: at(seconds), ..bench.commit_of(Decision::default()) })
    };
    for (key, seconds) in [("a", 0), ("b", 1), ("c", 2), ("d", 90_000)] {
        decide(key, seconds).await.unwrap();
    }
    assert_eq!(bench.store.forget_keys(bench.installation, at(10), 2).await.unwrap(), 2);
    assert_eq!(bench.store.forget_keys(bench.installation, at(10), 2).await.unwrap(), 1);
    assert_eq!(decide("a", 90_001).await.unwrap(), Committed::Done);
    assert_eq!(decide("d", 90_001).await.unwrap(), Committed::Duplicate(None));
}
