//! Clocks: those with an errand and those without wait apart, and one that cannot be read stands in nobody's way.

use super::*;
use crate::domain::command::ClockKind;

#[tokio::test]
async fn every_kind_is_in_exactly_one_of_the_two_queues() {
    let bench = Bench::new().await;
    let begun = bench.begin("CSME").await;
    let mut decision = Decision::default();
    for kind in ClockKind::ALL {
        decision.set_clock(begun.id, kind, at(10));
    }
    bench.commit(decision).await;
    let plain = bench.store.due_clocks(bench.installation, at(10), 100).await.unwrap();
    let errands = bench.store.due_errands(bench.installation, at(10), 100).await.unwrap();
    assert!(plain.iter().all(|clock| clock.kind.errand().is_none()), "{plain:?}");
    assert!(errands.iter().all(|clock| clock.kind.errand().is_some()), "{errands:?}");
    assert_eq!(plain.len() + errands.len(), ClockKind::ALL.len());
}

#[tokio::test]
async fn the_next_clock_of_all_is_the_earlier_of_the_two_queues() {
    let bench = Bench::new().await;
    let begun = bench.begin("CSME").await;
    let next = async || {
        let store = &bench.store;
        (
            store.next_due(bench.installation).await.unwrap(),
            store.next_plain_due(bench.installation).await.unwrap(),
            store.next_errand_after(bench.installation, at(0)).await.unwrap(),
        )
    };
    assert_eq!(next().await, (None, None, None));
    let mut decision = Decision::default();
    decision.set_clock(begun.id, ClockKind::Reply, at(30));
    bench.commit(decision).await;
    assert_eq!(next().await, (Some(at(30)), None, Some(at(30))));
    let mut decision = Decision::default();
    decision.set_clock(begun.id, ClockKind::TakeBy, at(20));
    bench.commit(decision).await;
    assert_eq!(next().await, (Some(at(20)), Some(at(20)), Some(at(30))));
    let later = bench.store.next_errand_after(bench.installation, at(30)).await.unwrap();
    assert_eq!(later, None, "what was due by then is under way");
}

#[tokio::test]
async fn a_clock_of_a_kind_that_we_do_not_know_hides_no_other() {
    let bench = Bench::new().await;
    let (stranger, ours) = (bench.begin("CSME").await, bench.begin("CSME").await);
    let mut decision = Decision::default();
    decision.set_clock(stranger.id, ClockKind::TakeBy, at(10));
    decision.set_clock(ours.id, ClockKind::TakeBy, at(20));
    bench.commit(decision).await;
    bench.meddle("UPDATE clock SET kind = 'from_the_future' WHERE engagement_id = 1").await;
    let due = |now| bench.store.due_clocks(bench.installation, now, 1);
    assert_eq!(due(at(20)).await.unwrap(), [], "the stranger comes first, and is set aside");
    let found = due(at(20)).await.unwrap();
    assert_eq!(found.iter().map(|clock| clock.engagement).collect::<Vec<_>>(), [ours.id]);
    let next = bench.store.next_due(bench.installation).await.unwrap();
    assert_eq!(next, Some(at(20)), "what was set aside waits for an hour");
}
