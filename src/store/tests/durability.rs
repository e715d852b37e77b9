//! The writer: groups, one bad job in a group, many at once, opening and closing.

use std::sync::mpsc;

use rusqlite::Connection;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::*;
use crate::domain::command::ClockKind;
use crate::store::writer::{Ending, Work};
use crate::store::{Room, StoreError, Turn};

/// Keeps the writer busy until it is released, so that what is sent meanwhile becomes one group.
struct Busy {
    started: UnboundedSender<()>,
    released: mpsc::Receiver<()>,
}

impl Work for Busy {
    type Output = ();

    fn run(&self, _db: &Connection) -> Result<Ending<()>, StoreError> {
        self.started.send(()).unwrap();
        self.released.recv().unwrap();
        Ok(Ending::Keep(()))
    }
}

/// Keeps the writer busy; what is returned releases it.
async fn keep_busy(store: &Store) -> mpsc::Sender<()> {
    let (started, mut has_started) = unbounded_channel();
    let (release, released) = mpsc::channel();
    let store = store.clone();
    tokio::spawn(async move { store.0.writer.write(Busy { started, released }).await });
    has_started.recv().await.unwrap();
    release
}

#[tokio::test]
async fn one_bad_job_does_not_sink_its_group() {
    let bench = Bench::new().await;
    let release = keep_busy(&bench.store).await;
    let commits = (1..=60).map(|id| {
        let mut decision = Decision::default();
        decision.begin(question(EngagementId(id), "CSME"));
        if id % 10 == 0 {
            decision.set_clock(EngagementId(1_000), ClockKind::Close, at(1));
        }
        let (store, commit) = (bench.store.clone(), bench.commit_of(decision));
        (id, tokio::spawn(async move { store.commit(commit).await }))
    });
    let commits: Vec<_> = commits.collect();
    // On one thread every commit is sent before this goes on.
    tokio::task::yield_now().await;
    release.send(()).unwrap();
    for (id, commit) in commits {
        let ended = commit.await.unwrap();
        assert_eq!(ended.is_ok(), id % 10 != 0, "{id}: {ended:?}");
        let found = bench.store.engagement(bench.installation, EngagementId(id)).await.unwrap();
        assert_eq!(found.is_some(), id % 10 != 0, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_never_find_the_database_locked() {
    let bench = Bench::new().await;
    let workers = (0..16).map(|worker| {
        let (store, installation) = (bench.store.clone(), bench.installation);
        tokio::spawn(async move {
            for round in 0..25 {
                let new = question(store.next_id(installation).await.unwrap(), "CSME");
                let mut decision = Decision::default();
                decision.begin(new.clone());
                decision.card(&new, true);
                decision.set_clock(new.id, ClockKind::TakeBy, at(round));
                let keys = vec![format!("event:{worker}:{round}")];
                let commit = Commit {
                    installation,
                    keys,
                    fired: None,
                    decision,
                    now: at(0),
                    deadline: None,
                    turn: None,
                };
                assert_eq!(store.commit(commit).await.unwrap(), Committed::Done);
                assert_eq!(store.engagement(installation, new.id).await.unwrap(), Some(new));
                store.due_clocks(installation, at(100), 5).await.unwrap();
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    assert_eq!(bench.store.outbox_waiting(bench.installation).await.unwrap().number, 400);
}

#[tokio::test]
async fn a_group_that_cannot_be_committed_is_lost_and_the_next_one_is_not() {
    let bench = Bench::new().await;
    // A constraint that is checked at COMMIT only.
    bench
        .meddle(
            "CREATE TABLE late (id INTEGER REFERENCES engagement_gone (id) DEFERRABLE INITIALLY DEFERRED)",
        )
        .await;
    bench.meddle("CREATE TABLE engagement_gone (id INTEGER PRIMARY KEY)").await;
    bench
        .meddle(
            "CREATE TRIGGER late_failure AFTER INSERT ON engagement WHEN NEW.text = 'spoil' \
             BEGIN INSERT INTO late VALUES (1); END",
        )
        .await;
    let ask = |id, text: &str| {
        let mut decision = Decision::default();
        decision.begin(Engagement { text: text.to_owned(), ..question(EngagementId(id), "CSME") });
        bench.store.commit(bench.commit_of(decision))
    };
    let release = keep_busy(&bench.store).await;
    let (first, second, ()) =
        tokio::join!(biased; ask(1, "fine"), ask(2, "spoil"), async { release.send(()).unwrap() });
    for ended in [first, second] {
        assert!(matches!(ended, Err(StoreError::Unavailable(_))), "{ended:?}");
    }
    assert_eq!(bench.store.engagement(bench.installation, EngagementId(1)).await.unwrap(), None);
    assert_eq!(ask(3, "fine").await.unwrap(), Committed::Done);
}

#[tokio::test]
async fn closing_commits_what_waits_and_refuses_what_follows() {
    let bench = Bench::new().await;
    let mut decision = Decision::default();
    decision.begin(question(EngagementId(1), "CSME"));
    let (ended, ()) = tokio::join!(bench.store.commit(bench.commit_of(decision)), bench.store.close());
    assert_eq!(ended.unwrap(), Committed::Done);
    let after = bench.store.commit(bench.commit_of(Decision::default())).await;
    assert!(matches!(after, Err(StoreError::Unavailable(_))), "{after:?}");
    bench.store.close().await;
    let store = Store::open(&url(&bench.folder)).await.unwrap();
    assert!(store.engagement(bench.installation, EngagementId(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn durability_is_not_traded() {
    let bench = Bench::new().await;
    let settings = bench.store.0.readers.read(|db| {
        let setting =
            |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
        Ok((setting("journal_mode")?, setting("query_only")?))
    });
    assert_eq!(settings.await.unwrap(), ("wal".to_owned().into(), 1.into()));
    let write = bench.store.0.readers.read(|db| Ok(db.execute("DELETE FROM installation", [])?)).await;
    assert!(write.is_err(), "a reader must not write");
    bench.store.check_health().await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_opened_is_said_in_a_sentence() {
    let refusal = |url: String| async move {
        let Err(StoreError::Unavailable(sentence)) = Store::open(&url).await else { panic!("{url} opened") };
        sentence
    };
    insta::assert_snapshot!(refusal("postgres://u:p@h/db".to_owned()).await, @"PostgreSQL is not supported yet; set DATABASE_URL to sqlite://path/to/switchboard.db");
    insta::assert_snapshot!(refusal("mysql://u:p@h/db".to_owned()).await, @"DATABASE_URL must begin with sqlite://, such as sqlite://switchboard.db");
    insta::assert_snapshot!(refusal("sqlite::memory:".to_owned()).await, @"a database in memory would lose what was acknowledged; give DATABASE_URL a file");
    let nowhere = refusal("sqlite:///nowhere/at/all.db".to_owned()).await;
    assert!(nowhere.starts_with("/nowhere/at/all.db cannot be opened: "), "{nowhere}");

    let bench = Bench::new().await;
    bench.meddle("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 1").await;
    bench.store.close().await;
    insta::assert_snapshot!(refusal(url(&bench.folder)).await, @"the database was written by a newer version of switchboard (its migration 9999 is unknown here)");
}

#[tokio::test]
async fn opening_beside_and_migrating_take_nothing_back() {
    let bench = Bench::new().await;
    bench.tell(vec![message("CA", "a", false)]).await;
    let lease = std::time::Duration::from_secs(30);
    assert_eq!(
        bench.store.claim(bench.installation, at(0), Room::of(9), lease).await.unwrap().taken.len(),
        1
    );
    Store::migrate(&url(&bench.folder)).await.unwrap();
    let beside = Store::open_beside(&url(&bench.folder)).await.unwrap();
    assert_eq!(beside.outbox_waiting(bench.installation).await.unwrap().number, 1);
    assert_eq!(beside.claim(bench.installation, at(0), Room::of(9), lease).await.unwrap().taken, []);
    let missing = format!("sqlite://{}", bench.folder.path().join("missing.db").display());
    assert!(Store::open_beside(&missing).await.is_err());
    Store::migrate(&missing).await.unwrap();
    Store::open_beside(&missing).await.unwrap();
}

#[tokio::test]
async fn what_was_given_up_is_never_done_and_what_began_cannot_be_given_up() {
    let bench = Bench::new().await;
    let begin = |id: i64, turn: &Turn| {
        let mut decision = Decision::default();
        decision.begin(question(EngagementId(id), "CSME"));
        let commit = Commit { turn: Some(turn.clone()), ..bench.commit_of(decision) };
        let store = bench.store.clone();
        tokio::spawn(async move { store.commit(commit).await })
    };
    let (waits, begins) = (Turn::default(), Turn::default());
    let release = keep_busy(&bench.store).await;
    let given_up = begin(1, &waits);
    let begun = begin(2, &begins);
    // The group of these two is held up behind its second job, as by a slow disk.
    let (started, mut has_started) = unbounded_channel();
    let (release_group, released) = mpsc::channel();
    let store = bench.store.clone();
    tokio::spawn(async move { store.0.writer.write(Busy { started, released }).await });
    tokio::task::yield_now().await;
    assert!(waits.give_up(), "nothing of it has begun");
    release.send(()).unwrap();
    has_started.recv().await.unwrap();
    assert!(!begins.give_up(), "it has begun");
    release_group.send(()).unwrap();
    assert!(matches!(given_up.await.unwrap(), Err(StoreError::TooLate)));
    assert_eq!(begun.await.unwrap().unwrap(), Committed::Done);
    assert_eq!(bench.store.engagement(bench.installation, EngagementId(1)).await.unwrap(), None);
    assert!(bench.read(EngagementId(2)).await.state.is_live());
}

/// Panics, after it has written something.
struct Panics(InstallationId);

impl Work for Panics {
    type Output = ();

    fn run(&self, db: &Connection) -> Result<Ending<()>, StoreError> {
        db.execute("INSERT INTO told (installation_id, topic, at) VALUES (?, 'panic', 0)", [self.0.0])?;
        panic!("on purpose")
    }
}

#[tokio::test]
async fn a_write_or_a_read_that_panics_is_undone_and_harms_no_other() {
    let bench = Bench::new().await;
    let release = keep_busy(&bench.store).await;
    let (store, installation) = (bench.store.clone(), bench.installation);
    let panics = tokio::spawn(async move { store.0.writer.write(Panics(installation)).await });
    let (store, mut decision) = (bench.store.clone(), Decision::default());
    decision.begin(question(EngagementId(1), "CSME"));
    let commit = bench.commit_of(decision);
    let other = tokio::spawn(async move { store.commit(commit).await });
    tokio::task::yield_now().await;
    release.send(()).unwrap();
    assert!(matches!(panics.await.unwrap(), Err(StoreError::Unavailable(_))));
    assert_eq!(other.await.unwrap().unwrap(), Committed::Done);
    assert!(bench.store.tell_once(bench.installation, "panic", at(0)).await.unwrap(), "it was undone");
    let read: Result<(), _> = bench.store.read(bench.installation, |_| panic!("on purpose")).await;
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    assert!(bench.read(EngagementId(1)).await.state.is_live());
}
