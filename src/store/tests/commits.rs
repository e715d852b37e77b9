//! Commits: whole or not at all, once for a cause, against the version that was read, before their deadline.

use std::time::{Duration, Instant};

use super::*;
use crate::domain::command::ClockKind;
use crate::domain::decision::{Actor, Event};
use crate::domain::reason::{Because, Fact, Rule};
use crate::store::{DueClock, StoreError};

fn everything_about(new: &Engagement) -> Decision {
    let mut decision = Decision::default();
    decision.begin(new.clone());
    decision.card(new, true);
    decision.set_clock(new.id, ClockKind::TakeBy, at(60));
    let because = vec![Because { rule: Rule::A2, fact: Fact::NoReasonGiven }];
    decision.note(new.id, at(0), Actor::Person(new.requester.clone()), Event::Drafted, because.clone());
    decision.note(new.id, at(1), Actor::Clock(ClockKind::TakeBy), Event::Missed, because);
    decision
}

#[tokio::test]
async fn a_decision_is_kept_whole_and_over_a_restart() {
    let bench = Bench::new().await;
    let new = question(bench.store.next_id(bench.installation).await.unwrap(), "CSME");
    let decision = everything_about(&new);
    let expected = decision.timeline.clone();
    bench.commit(decision).await;

    let bench = bench.reopened().await;
    assert_eq!(bench.read(new.id).await, new);
    assert_eq!(bench.store.timeline(bench.installation, new.id).await.unwrap(), expected);
    let clocks = bench.store.due_clocks(bench.installation, at(60), 10).await.unwrap();
    assert_eq!(clocks, [DueClock { engagement: new.id, kind: ClockKind::TakeBy, due: at(60) }]);
    assert_eq!(bench.store.outbox_waiting(bench.installation).await.unwrap().number, 1);
    assert_eq!(bench.store.next_id(bench.installation).await.unwrap(), EngagementId(new.id.0 + 1));
}

#[tokio::test]
async fn a_decision_that_cannot_be_written_to_its_end_leaves_nothing() {
    let bench = Bench::new().await;
    let new = question(EngagementId(1), "CSME");
    let mut decision = everything_about(&new);
    // A clock of an engagement that is not there.
    decision.set_clock(EngagementId(99), ClockKind::Close, at(5));
    let commit = Commit { keys: vec!["event:E1".to_owned()], ..bench.commit_of(decision) };
    let error = bench.store.commit(commit).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");

    assert_eq!(bench.store.engagement(bench.installation, new.id).await.unwrap(), None);
    assert_eq!(bench.store.next_due(bench.installation).await.unwrap(), None);
    assert_eq!(bench.store.outbox_waiting(bench.installation).await.unwrap().number, 0);
    assert_eq!(bench.store.timeline(bench.installation, new.id).await.unwrap(), []);
    // Its key is free again.
    let mut decision = Decision::default();
    decision.begin(new);
    let commit = Commit { keys: vec!["event:E1".to_owned()], ..bench.commit_of(decision) };
    assert_eq!(bench.store.commit(commit).await.unwrap(), Committed::Done);
}

#[tokio::test]
async fn a_cause_is_decided_once_whichever_key_names_it() {
    let bench = Bench::new().await;
    let ask = |id: i64, keys: &[&str]| {
        let mut decision = Decision::default();
        decision.begin(question(EngagementId(id), "CSME"));
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        bench.store.commit(Commit { keys, ..bench.commit_of(decision) })
    };
    assert_eq!(ask(1, &["event:E1", "message:C:1", "event:E1"]).await.unwrap(), Committed::Done);
    let duplicate = Committed::Duplicate(Some(EngagementId(1)));
    assert_eq!(ask(2, &["event:E1"]).await.unwrap(), duplicate);
    assert_eq!(ask(3, &["event:E0", "message:C:1"]).await.unwrap(), duplicate);
    assert_eq!(ask(4, &["event:E9", "message:C:1"]).await.unwrap(), duplicate);
    // Even where the rest would fail.
    assert_eq!(ask(1, &["event:E1"]).await.unwrap(), duplicate);
    assert_eq!(bench.store.engagement(bench.installation, EngagementId(2)).await.unwrap(), None);
    // What a duplicate brought is not kept.
    assert_eq!(ask(5, &["event:E9"]).await.unwrap(), Committed::Done);
}

#[tokio::test]
async fn a_key_of_another_installation_is_no_duplicate() {
    let bench = Bench::new().await;
    let other = bench.store.installation("T2").await.unwrap();
    assert_ne!(other, bench.installation);
    assert_eq!(bench.store.installation("T2").await.unwrap(), other);
    assert_eq!(bench.store.installations().await.unwrap(), [bench.installation, other]);
    let keyed = |installation| Commit {
        installation,
        keys: vec!["trigger:1".to_owned()],
        ..bench.commit_of(Decision::default())
    };
    assert_eq!(bench.store.commit(keyed(bench.installation)).await.unwrap(), Committed::Done);
    assert_eq!(bench.store.commit(keyed(other)).await.unwrap(), Committed::Done);
    assert_eq!(bench.store.commit(keyed(other)).await.unwrap(), Committed::Duplicate(None));
    let begun = bench.begin("CSME").await;
    assert_eq!(bench.store.engagement(other, begun.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_change_of_what_changed_meanwhile_is_a_conflict() {
    let bench = Bench::new().await;
    let read = bench.begin("CSME").await;
    let change = |state| {
        let mut decision = Decision::default();
        decision.change(Engagement { state, ..read.clone() });
        bench.store.commit(bench.commit_of(decision))
    };
    change(State::Taken).await.unwrap();
    assert!(matches!(change(State::Withdrawn).await, Err(StoreError::Conflict)));
    let now = bench.read(read.id).await;
    assert_eq!((now.state, now.version), (State::Taken, 1));
}

#[tokio::test]
async fn a_clock_fires_once_and_only_as_it_stands() {
    let bench = Bench::new().await;
    let begun = bench.begin("CSME").await;
    let mut decision = Decision::default();
    decision.set_clock(begun.id, ClockKind::TakeBy, at(60));
    bench.commit(decision).await;
    let fire = |due| {
        let fired = Some(DueClock { engagement: begun.id, kind: ClockKind::TakeBy, due });
        bench.store.commit(Commit { fired, ..bench.commit_of(Decision::default()) })
    };
    assert!(matches!(fire(at(59)).await, Err(StoreError::Conflict)));
    assert_eq!(fire(at(60)).await.unwrap(), Committed::Done);
    assert!(matches!(fire(at(60)).await, Err(StoreError::Conflict)));
    assert_eq!(bench.store.next_due(bench.installation).await.unwrap(), None);
}

#[tokio::test]
async fn clocks_start_move_stop_and_are_put_off() {
    let bench = Bench::new().await;
    let begun = bench.begin("CSME").await;
    let mut decision = Decision::default();
    decision.set_clock(begun.id, ClockKind::TakeBy, at(60));
    decision.set_clock(begun.id, ClockKind::Close, at(30));
    decision.set_clock(begun.id, ClockKind::TakeBy, at(20));
    bench.commit(decision).await;
    let due = |now| bench.store.due_clocks(bench.installation, now, 10);
    assert_eq!(due(at(19)).await.unwrap(), []);
    let kinds: Vec<_> = due(at(30)).await.unwrap().into_iter().map(|clock| clock.kind).collect();
    assert_eq!(kinds, [ClockKind::TakeBy, ClockKind::Close]);
    assert_eq!(bench.store.next_due(bench.installation).await.unwrap(), Some(at(20)));

    let take_by = due(at(20)).await.unwrap().remove(0);
    bench.store.postpone_clock(bench.installation, &take_by, at(25)).await.unwrap();
    let again = bench.store.postpone_clock(bench.installation, &take_by, at(26)).await;
    assert!(matches!(again, Err(StoreError::Conflict)));
    assert_eq!(bench.store.next_due(bench.installation).await.unwrap(), Some(at(25)));

    let mut decision = Decision::default();
    decision.stop_clock(begun.id, ClockKind::TakeBy);
    decision.stop_clock(begun.id, ClockKind::Reply);
    bench.commit(decision).await;
    assert_eq!(bench.store.clocks_of(bench.installation, begun.id).await.unwrap().len(), 1);
    let mut decision = Decision::default();
    decision.stop_clocks(begun.id);
    decision.set_clock(begun.id, ClockKind::Reply, at(90));
    bench.commit(decision).await;
    assert_eq!(bench.store.next_due(bench.installation).await.unwrap(), Some(at(90)));
}

#[tokio::test]
async fn what_is_too_late_is_not_started() {
    let bench = Bench::new().await;
    let ask = |deadline| {
        let mut decision = Decision::default();
        decision.begin(question(EngagementId(1), "CSME"));
        bench.store.commit(Commit { deadline: Some(deadline), ..bench.commit_of(decision) })
    };
    assert!(matches!(ask(Instant::now()).await, Err(StoreError::TooLate)));
    assert_eq!(bench.store.engagement(bench.installation, EngagementId(1)).await.unwrap(), None);
    assert_eq!(ask(Instant::now() + Duration::from_mins(1)).await.unwrap(), Committed::Done);
}
