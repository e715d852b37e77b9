//! What was switched, and what is counted by area and day.

use super::*;
use crate::domain::baseline::{Baseline, Count, Days, Took};
use crate::domain::directory::AreaMode;
use crate::domain::ids::{AreaKey, Ts};
use crate::domain::switches::{KeptMode, Switch, Switches};
use crate::store::StoreError;

fn ci() -> AreaKey {
    AreaKey::from("ci")
}

fn days() -> Days {
    Days::last(1, at(0))
}

async fn keep(bench: &Bench, count: &Count) -> Result<Committed, StoreError> {
    let decision = Decision { counts: vec![count.clone()], ..Decision::default() };
    bench.store.commit(bench.commit_of(decision)).await
}

#[tokio::test]
async fn what_was_switched_outlives_a_restart_and_the_last_word_counts() {
    let bench = Bench::new().await;
    assert_eq!(bench.store.switches(bench.installation).await.unwrap(), Switches::default());
    let mode = |switched| {
        let kept = KeptMode { directory: AreaMode::On, switched };
        Switch::Mode { area: ci(), kept, by: Some(UserId::from("UADMIN")) }
    };
    let pilot = |user: &str, on| Switch::Pilot { user: UserId::from(user), on };
    for switch in [
        mode(Some(AreaMode::Observe)),
        pilot("U1", true),
        pilot("U1", true),
        pilot("U2", true),
        pilot("U2", false),
        pilot("U3", false),
        mode(Some(AreaMode::Pilot)),
    ] {
        bench.commit(Decision { switches: vec![switch], ..Decision::default() }).await;
    }
    let bench = bench.reopened().await;
    let kept = KeptMode { directory: AreaMode::On, switched: Some(AreaMode::Pilot) };
    let wanted = Switches { modes: [(ci(), kept)].into(), pilots: [UserId::from("U1")].into() };
    assert_eq!(bench.store.switches(bench.installation).await.unwrap(), wanted);
    let other = bench.store.installation("T2").await.unwrap();
    assert_eq!(bench.store.switches(other).await.unwrap(), Switches::default(), "each workspace has its own");
    bench.meddle("UPDATE area_mode SET switched = 'off'").await;
    let unreadable = bench.store.switches(bench.installation).await;
    assert!(matches!(unreadable, Err(StoreError::Corrupt { table: "area_mode", .. })), "never guessed");
}

#[tokio::test]
async fn what_counts_once_a_thread_is_counted_once() {
    let bench = Bench::new().await;
    let (channel, root) = (ChannelId::from("C1"), Ts::from("1.1"));
    let ping = |area: Option<AreaKey>, root: &str| Count::PmPing {
        area,
        channel: channel.clone(),
        root: Ts::from(root),
    };
    for count in
        [ping(Some(ci()), "1.1"), ping(Some(ci()), "1.1"), ping(Some(ci()), "2.2"), ping(None, "3.3")]
    {
        keep(&bench, &count).await.unwrap();
    }
    keep(&bench, &Count::SmeAsk { area: ci() }).await.unwrap();
    keep(&bench, &Count::SmeAsk { area: ci() }).await.unwrap();
    let offered = |user: &str| Count::Offered {
        channel: channel.clone(),
        root: root.clone(),
        user: UserId::from(user),
    };
    keep(&bench, &offered("U1")).await.unwrap();
    keep(&bench, &offered("U2")).await.unwrap();
    assert!(matches!(keep(&bench, &offered("U1")).await, Err(StoreError::Conflict)), "decided upon again");
    let read = |area: Option<AreaKey>| {
        let (store, installation) = (bench.store.clone(), bench.installation);
        async move { store.baseline(installation, area.as_ref(), days()).await.unwrap() }
    };
    let counted = Baseline { pm_pings: 2, sme_asks: 2, ..Baseline::default() };
    assert_eq!(read(Some(ci())).await, counted);
    assert_eq!(read(None).await, Baseline { pm_pings: 1, ..Baseline::default() });
    let known = |user: &str| {
        let (channel, root, user) = (channel.clone(), root.clone(), UserId::from(user));
        bench.store.read(bench.installation, move |view| view.was_offered(&channel, &root, &user))
    };
    assert!(known("U1").await.unwrap() && !known("U3").await.unwrap());
    assert_eq!(bench.store.forget_counted_threads(bench.installation, at(1), 100).await.unwrap(), 5);
    assert!(!known("U1").await.unwrap(), "old threads are forgotten");
    assert_eq!(read(Some(ci())).await, counted, "what was counted stays");
}

#[tokio::test]
async fn an_answer_counts_where_it_was_awaited() {
    let bench = Bench::new().await;
    let (channel, root) = (ChannelId::from("C1"), Ts::from("1.1"));
    let ask = |seconds| Count::InternalAsk {
        area: ci(),
        channel: channel.clone(),
        root: root.clone(),
        at: at(seconds),
    };
    let took = Took { elapsed_seconds: 60, working_seconds: 30 };
    let reply =
        Count::InternalReply { area: ci(), channel: channel.clone(), root: root.clone(), at: at(60), took };
    keep(&bench, &reply).await.unwrap();
    for seconds in [0, 10] {
        keep(&bench, &ask(seconds)).await.unwrap();
    }
    let awaited = || {
        let (channel, root) = (channel.clone(), root.clone());
        bench.store.read(bench.installation, move |view| view.awaited(&channel, &root))
    };
    assert_eq!(awaited().await.unwrap(), Some((ci(), at(0))), "since the first");
    keep(&bench, &reply).await.unwrap();
    keep(&bench, &reply).await.unwrap();
    assert_eq!(awaited().await.unwrap(), None);
    let baseline = bench.store.baseline(bench.installation, Some(&ci()), days()).await.unwrap();
    assert_eq!(baseline, Baseline { internal_asks: 1, internal_replies: vec![took], ..Baseline::default() });
    let earlier = Days { from: days().from - TimeDelta::days(9), to: days().to - TimeDelta::days(1) };
    let before = bench.store.baseline(bench.installation, Some(&ci()), earlier).await.unwrap();
    assert_eq!(before, Baseline::default(), "each day by itself");
}
