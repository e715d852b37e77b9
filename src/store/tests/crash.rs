//! Killed at any moment, the process loses nothing that it had acknowledged. A process of its own commits until it is killed.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::*;
use crate::domain::command::ClockKind;
use crate::domain::decision::{Actor, Event};

/// Names the database to the process that is going to be killed.
const DATABASE: &str = "SWITCHBOARD_TEST_DATABASE";
/// Precedes each id that was acknowledged.
const ACKNOWLEDGED: &str = "acknowledged ";

#[test]
#[ignore = "commits for ever: it is the process that the other test starts and kills"]
fn the_process_that_is_killed() {
    let url = std::env::var(DATABASE).expect("started by the other test");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&url).await.unwrap();
        let installation = store.installation("T1").await.unwrap();
        let workers = (0..8).map(|_| tokio::spawn(commit_for_ever(store.clone(), installation)));
        for worker in workers.collect::<Vec<_>>() {
            worker.await.unwrap();
        }
    });
}

async fn commit_for_ever(store: Store, installation: InstallationId) {
    loop {
        let new = question(store.next_id(installation).await.unwrap(), "CSME");
        let mut decision = Decision::default();
        decision.begin(new.clone());
        decision.card(&new, true);
        decision.set_clock(new.id, ClockKind::TakeBy, at(60));
        decision.note(new.id, at(0), Actor::Slack, Event::Drafted, Vec::new());
        let keys = vec![format!("event:{}", new.id.0)];
        let commit =
            Commit { installation, keys, fired: None, decision, now: at(0), deadline: None, turn: None };
        store.commit(commit).await.unwrap();
        println!("\n{ACKNOWLEDGED}{}", new.id.0);
    }
}

/// Starts the process, kills it after so many acknowledgements, and returns all it had acknowledged.
fn acknowledged_until_killed(url: &str, kill_after: usize) -> Vec<EngagementId> {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "store::tests::crash::the_process_that_is_killed", "--nocapture"])
        .env(DATABASE, url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut acknowledged = Vec::new();
    for line in BufReader::new(process.stdout.take().unwrap()).lines() {
        let Some(id) = line.unwrap().strip_prefix(ACKNOWLEDGED).and_then(|id| id.parse().ok()) else {
            continue;
        };
        acknowledged.push(EngagementId(id));
        if acknowledged.len() == kill_after {
            process.kill().unwrap();
        }
    }
    process.wait().unwrap();
    acknowledged
}

#[test]
fn a_killed_process_loses_nothing_it_had_acknowledged() {
    let folder = TempDir::new().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut acknowledged = Vec::new();
    // The second process begins with what the first left behind.
    for kill_after in [1, 40, 150] {
        acknowledged.extend(acknowledged_until_killed(&url(&folder), kill_after));
        runtime.block_on(all_are_there(&url(&folder), &acknowledged));
    }
    assert!(acknowledged.len() >= 191);
}

async fn all_are_there(url: &str, acknowledged: &[EngagementId]) {
    let store = Store::open(url).await.unwrap();
    let installation = store.installation("T1").await.unwrap();
    for id in acknowledged {
        assert!(store.engagement(installation, *id).await.unwrap().is_some(), "{id:?} was acknowledged");
        assert_eq!(store.clocks_of(installation, *id).await.unwrap().len(), 1);
        assert_eq!(store.timeline(installation, *id).await.unwrap().len(), 1);
        let again = Commit {
            installation,
            keys: vec![format!("event:{}", id.0)],
            fired: None,
            decision: Decision::default(),
            now: at(1),
            deadline: None,
            turn: None,
        };
        assert_eq!(store.commit(again).await.unwrap(), Committed::Duplicate(Some(*id)));
    }
    // Whole or not at all: what was not acknowledged is there with its notice, or is not there.
    let notices = store.outbox_waiting(installation).await.unwrap().number;
    let counted: i64 = store.counts(installation).await.unwrap().iter().map(|count| count.number).sum();
    assert_eq!(notices, counted);
    store.close().await;
}
