//! Backups beside a writer, and their way back.

use std::path::PathBuf;

use super::*;
use crate::domain::ids::Ts;
use crate::store::{Beside, CopyError, Existing, OutboxId, restore};

impl Bench {
    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn back_up(&self, name: &str, existing: Existing) -> Result<crate::store::Holdings, CopyError> {
        Beside::open(&url(&self.folder)).unwrap().back_up(&self.file(name), existing)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn opened(path: &std::path::Path) -> rusqlite::Connection {
    rusqlite::Connection::open(path).unwrap()
}

#[tokio::test]
async fn a_backup_beside_a_busy_writer_is_one_instant_and_holds_nobody_up() {
    let bench = Bench::new().await;
    for _ in 0..20 {
        bench.begin("C1").await;
    }
    let store = bench.store.clone();
    let installation = bench.installation;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let writer = tokio::spawn(async move {
        let mut written = 0;
        while !*stopped.borrow() {
            // An engagement and its card in one commit: a copy has both, or neither.
            let new = question(store.next_id(installation).await.unwrap(), "C1");
            let mut decision = Decision { notices: vec![card(new.id, "C1", true)], ..Decision::default() };
            decision.begin(new);
            let commit = Commit {
                installation,
                keys: Vec::new(),
                fired: None,
                decision,
                now: at(0),
                deadline: None,
                turn: None,
            };
            store.commit(commit).await.unwrap();
            written += 1;
        }
        written
    });
    for number in 0..5 {
        let name = format!("backup-{number}.db");
        let (url, path) = (url(&bench.folder), bench.file(&name));
        let held = tokio::task::spawn_blocking(move || {
            Beside::open(&url).unwrap().back_up(&path, Existing::Keep).unwrap()
        })
        .await
        .unwrap();
        assert_eq!(held.pending, held.engagements - 20, "each commit whole: {held:?}");
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(bench.file(&name)).unwrap().permissions(),
        );
        assert_eq!(mode & 0o777, 0o600);
    }
    stop.send_replace(true);
    assert!(writer.await.unwrap() > 0);
    let left: Vec<_> = bench.names().into_iter().filter(|name| name.starts_with("backup")).collect();
    assert_eq!(left, (0..5).map(|number| format!("backup-{number}.db")).collect::<Vec<_>>(), "one file each");
}

#[tokio::test]
async fn a_backup_never_writes_over_what_it_was_not_told_to() {
    let bench = Bench::new().await;
    bench.begin("C1").await;
    std::fs::write(bench.file("precious"), "words").unwrap();
    assert!(matches!(bench.back_up("precious", Existing::Keep), Err(CopyError::Exists(_))));
    assert_eq!(std::fs::read(bench.file("precious")).unwrap(), b"words");
    assert_eq!(bench.back_up("precious", Existing::Replace).unwrap().engagements, 1);
    std::os::unix::fs::symlink(bench.file("switchboard.db"), bench.file("another-name")).unwrap();
    for ours in
        ["switchboard.db", "switchboard.db-wal", "switchboard.db.lock", "another-name", "../switchboard.db"]
    {
        let name = if ours.starts_with("..") {
            format!("../{}/switchboard.db", bench.folder.path().file_name().unwrap().to_str().unwrap())
        } else {
            ours.to_owned()
        };
        let refused = bench.back_up(&name, Existing::Replace);
        assert!(matches!(refused, Err(CopyError::IsTheDatabase(_))), "{ours}: {refused:?}");
    }
    let nowhere = bench.back_up("no-such-folder/backup.db", Existing::Keep);
    assert!(matches!(nowhere, Err(CopyError::File { .. })), "{nowhere:?}");
    // What a killed attempt left is written over; one that is under way is not.
    std::fs::write(bench.file("late.db.part"), vec![7; 100_000]).unwrap();
    let other = std::fs::File::open(bench.file("late.db.part")).unwrap();
    other.lock().unwrap();
    assert!(matches!(bench.back_up("late.db", Existing::Keep), Err(CopyError::UnderWay(_))));
    drop(other);
    assert_eq!(bench.back_up("late.db", Existing::Keep).unwrap().engagements, 1);
    assert!(!bench.file("late.db.part").exists());
}

#[tokio::test]
async fn a_restored_database_expects_that_slack_has_gone_on() {
    let bench = Bench::new().await;
    let early = bench.begin("C1").await;
    let posted = bench.begin("C2").await;
    bench.meddle("UPDATE engagement SET home_card = '1.1' WHERE id = 2").await;
    let only_to = Notice {
        to: Address::OnlyTo { user: UserId::from("U1"), channel: ChannelId::from("C3"), thread: None },
        ..message("C3", "x", false)
    };
    bench.tell(vec![card(early.id, "C1", true), message("C4", "two", false), only_to]).await;
    bench.store.mark_alive(bench.installation, at(100)).await.unwrap();
    let held = bench.back_up("backup.db", Existing::Keep).unwrap();
    assert_eq!((held.engagements, held.pending), (2, 3));
    let late = bench.begin("C1").await;
    bench.store.close().await;

    let done = restore(&url(&bench.folder), &bench.file("backup.db"), at(130)).unwrap();
    assert_eq!((done.holds.engagements, done.dropped, done.cards), (2, 1, 1));
    let aside = done.kept_aside.unwrap();
    let kept: i64 =
        opened(&aside).query_row("SELECT COUNT(*) FROM engagement", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, 3, "the old one is whole");
    assert!(bench.file("backup.db").exists(), "and so is the backup");

    let bench = bench.reopened().await;
    let pending = bench.beside_pending();
    let unsure: Vec<_> = pending.iter().map(|row| (row.lane.as_str(), row.is_unsure)).collect();
    assert_eq!(
        unsure,
        [("C1", true), ("C4", true), ("C2", false)],
        "what waited is looked for; C2 is drawn again"
    );
    assert_eq!(pending[2].engagement, Some(posted.id));
    let alive = bench.store.alive_at(bench.installation).await.unwrap().unwrap();
    assert!(at(130) - alive >= TimeDelta::minutes(2), "the start sees a gap: {alive}");
    let next = bench.store.next_id(bench.installation).await.unwrap();
    assert!(next > late.id, "an id that people saw is never somebody else's");
    assert_eq!(bench.read(early.id).await.home.unwrap().card, None::<Ts>);
}

impl Bench {
    fn beside_pending(&self) -> Vec<crate::store::Undelivered> {
        Beside::open(&url(&self.folder)).unwrap().pending(self.installation, OutboxId(0), 100).unwrap()
    }
}

#[tokio::test]
async fn where_the_old_one_is_gone_or_broken_ids_are_left_out_and_it_is_kept_all_the_same() {
    for is_broken in [false, true] {
        let bench = Bench::new().await;
        bench.begin("C1").await;
        bench.back_up("backup.db", Existing::Keep).unwrap();
        bench.store.close().await;
        if is_broken {
            std::fs::write(bench.file("switchboard.db"), "this was a database").unwrap();
            std::fs::write(bench.file("switchboard.db-wal"), "and its log").unwrap();
        } else {
            std::fs::remove_file(bench.file("switchboard.db")).unwrap();
        }
        let done = restore(&url(&bench.folder), &bench.file("backup.db"), at(0)).unwrap();
        assert_eq!(done.kept_aside.is_some(), is_broken);
        if let Some(aside) = done.kept_aside {
            assert_eq!(std::fs::read(&aside).unwrap(), b"this was a database");
            let mut log = aside.into_os_string();
            log.push("-wal");
            assert_eq!(std::fs::read(log).unwrap(), b"and its log");
        }
        assert!(!bench.file("switchboard.db-wal").exists(), "an old log would be played into the new one");
        let bench = bench.reopened().await;
        assert!(bench.store.next_id(bench.installation).await.unwrap() > EngagementId(50_000));
    }
}

#[tokio::test]
async fn what_cannot_be_restored_changes_nothing() {
    let bench = Bench::new().await;
    bench.begin("C1").await;
    bench.back_up("backup.db", Existing::Keep).unwrap();
    let whole = std::fs::read(bench.file("backup.db")).unwrap();
    let files = [
        ("empty.db", Vec::new(), "no database of switchboard's"),
        ("words.db", b"these are only words, and quite a lot of them".repeat(200), "is damaged"),
        ("half.db", whole[..whole.len() / 2].to_vec(), "is damaged"),
        ("newer.db", whole.clone(), "newer version"),
        ("changed.db", whole.clone(), "is not the one of this version"),
    ];
    for (name, bytes, _) in &files {
        std::fs::write(bench.file(name), bytes).unwrap();
    }
    let newer = "UPDATE _sqlx_migrations SET version = 9999 WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)";
    opened(&bench.file("newer.db")).execute(newer, []).unwrap();
    opened(&bench.file("changed.db")).execute("UPDATE _sqlx_migrations SET checksum = X'00'", []).unwrap();
    let before = bench.names();
    let url = url(&bench.folder);
    for (name, _, expected) in &files {
        let error = restore(&url, &bench.file(name), at(0)).unwrap_err().to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
    assert!(matches!(restore(&url, &bench.file("nowhere.db"), at(0)), Err(CopyError::File { .. })));
    let itself = restore(&url, &bench.file("switchboard.db"), at(0));
    assert!(matches!(itself, Err(CopyError::IsTheDatabase(_))));
    let serving = Store::serve_alone(&url).unwrap();
    assert!(matches!(restore(&url, &bench.file("backup.db"), at(0)), Err(CopyError::Served)));
    drop(serving);
    let mut after = bench.names();
    after.retain(|name| name != "switchboard.db.lock");
    assert_eq!(after, before);
    assert_eq!(bench.back_up("again.db", Existing::Keep).unwrap().engagements, 1);
}
