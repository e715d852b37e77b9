//! Pauses and the clocks that they hold; the log of admins.

use super::*;
use crate::domain::admin::{DONE, Deed, LogEntry};
use crate::domain::command::ClockKind;
use crate::domain::decision::ClockChange;
use crate::domain::ids::{AreaKey, UserId};
use crate::domain::pause::Pause;

fn pause(area: Option<&str>, from: i64, until: Option<i64>) -> Pause {
    let by = UserId::from("UADM");
    Pause { area: area.map(AreaKey::from), by, from: at(from), until: until.map(at), ended: None }
}

fn entry(deed: Deed, seconds: i64) -> LogEntry {
    LogEntry::of(at(seconds), &UserId::from("UADM"), deed, "ci")
}

#[tokio::test]
async fn a_pause_is_one_of_its_kind_outlives_a_restart_and_ends_once() {
    let bench = Bench::new().await;
    let (store, whose) = (&bench.store, bench.installation);
    store.pause(whose, pause(None, 0, None), entry(Deed::Pause, 0)).await.unwrap();
    store.pause(whose, pause(Some("ci"), 1, Some(60)), entry(Deed::Pause, 1)).await.unwrap();
    store.pause(whose, pause(None, 2, Some(90)), entry(Deed::Pause, 2)).await.unwrap();
    let bench = bench.reopened().await;
    let (store, whose) = (&bench.store, bench.installation);
    let known = store.pauses(whose, at(0)).await.unwrap();
    assert_eq!(known.len(), 2, "the second pause of all moved the end of the first: {known:?}");
    assert_eq!((known[0].from, known[0].until), (at(0), Some(at(90))));
    assert!(store.resume(whose, None, at(10), entry(Deed::Resume, 10)).await.unwrap());
    assert!(!store.resume(whose, None, at(11), entry(Deed::Resume, 11)).await.unwrap());
    assert_eq!(store.end_pauses(whose, at(59)).await.unwrap(), 0);
    assert_eq!(store.end_pauses(whose, at(61)).await.unwrap(), 1);
    assert_eq!(store.end_pauses(whose, at(61)).await.unwrap(), 0);
    let ended: Vec<_> = store.pauses(whose, at(0)).await.unwrap().iter().map(|pause| pause.ended).collect();
    assert_eq!(ended, [Some(at(10)), Some(at(60))]);
    assert_eq!(store.pauses(whose, at(59)).await.unwrap().len(), 1, "what ended earlier is not read");
    // A new one of the same is another one, also where nobody has written down the end of the last.
    store.pause(whose, pause(Some("ci"), 100, Some(110)), entry(Deed::Pause, 100)).await.unwrap();
    store.pause(whose, pause(Some("ci"), 120, None), entry(Deed::Pause, 120)).await.unwrap();
    assert_eq!(store.pauses(whose, at(59)).await.unwrap().len(), 3);
    let log = store.log_since(whose, at(0), 10).await.unwrap();
    let deeds: Vec<&str> = log.iter().map(|line| line.deed.as_str()).collect();
    assert_eq!(
        deeds,
        ["pause", "pause", "resume", "pause", "pause", "pause"],
        "what changed nothing is not on it"
    );
}

#[tokio::test]
async fn a_held_clock_keeps_its_instant_and_is_nobodys_until_it_is_released() {
    let bench = Bench::new().await;
    let id = bench.begin("C1").await.id;
    let (store, whose) = (&bench.store, bench.installation);
    let set = |kind, seconds| ClockChange::Set { engagement: id, kind, due: at(seconds) };
    let clocks = vec![set(ClockKind::TakeBy, 5), set(ClockKind::Reply, 6)];
    bench.commit(Decision { clocks, ..Decision::default() }).await;
    for clock in store.clocks_of(whose, id).await.unwrap() {
        store.hold_clock(whose, &clock).await.unwrap();
    }
    assert_eq!(store.held_clocks(whose).await.unwrap(), 2);
    assert_eq!(store.due_clocks(whose, at(9), 10).await.unwrap(), []);
    assert_eq!(store.due_errands(whose, at(9), 10).await.unwrap(), []);
    assert_eq!(store.next_due(whose).await.unwrap(), None);
    assert_eq!(store.overdue(whose, at(9), 10).await.unwrap().number, 0);
    assert_eq!(store.clocks_of(whose, id).await.unwrap().len(), 2, "they run");
    // One that is set anew is not held any more.
    let clocks = vec![set(ClockKind::TakeBy, 8)];
    bench.commit(Decision { clocks, ..Decision::default() }).await;
    assert_eq!(store.held_clocks(whose).await.unwrap(), 1);
    store.pause(whose, pause(None, 0, Some(7)), entry(Deed::Pause, 0)).await.unwrap();
    store.end_pauses(whose, at(7)).await.unwrap();
    let due = store.due_errands(whose, at(9), 10).await.unwrap();
    assert_eq!(due.iter().map(|clock| clock.due).collect::<Vec<_>>(), [at(6)]);
}

#[tokio::test]
async fn the_log_is_kept_with_what_it_tells_of_and_forgotten_by_age() {
    let bench = Bench::new().await;
    let (store, whose) = (&bench.store, bench.installation);
    for seconds in 0..3 {
        let log = vec![entry(Deed::Close, seconds)];
        bench.commit(Decision { log, ..Decision::default() }).await;
    }
    store.log(whose, entry(Deed::Resend, 3).ending("refused")).await.unwrap();
    let log = store.log_since(whose, at(1), 10).await.unwrap();
    assert_eq!(log.iter().map(|line| line.at).collect::<Vec<_>>(), [at(3), at(2), at(1)]);
    assert_eq!((log[0].outcome.as_str(), log[1].outcome.as_str()), ("refused", DONE));
    store.forget_log(whose, at(2), 1).await.unwrap();
    assert_eq!(store.log_since(whose, at(0), 10).await.unwrap().len(), 3, "never more than asked for");
    store.forget_log(whose, at(2), 10).await.unwrap();
    assert_eq!(store.log_since(whose, at(0), 10).await.unwrap().len(), 2);
}
