//! Operators' commands as processes of their own, beside a running bot and without one.

use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use serde_json::Value;
use switchboard::domain::ids::InstallationId;
use switchboard::sandbox::Landed;
use switchboard::store::{DeadLetter, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use super::load::{Acknowledged, in_the_database, load, question};
use super::*;

impl Site {
    /// Runs a command; its exit code and what it said, on both ways.
    async fn operate(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.run(arguments).await;
        let (out, errors) = said(&output);
        (output.status.code(), out + &errors)
    }

    /// What the list of that kind holds.
    async fn listed(&self, arguments: &[&str]) -> Vec<Value> {
        let output = self.run(&[arguments, &["--json"]].concat()).await;
        assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    fn socket(&self) -> PathBuf {
        self.file("switchboard.db.sock")
    }

    /// A request that a newer program may understand, kept as the bot keeps it.
    async fn keep_letter(&self, store: &Store, body: &str) {
        let installation: InstallationId = store.installations().await.expect("installations")[0];
        let letter = DeadLetter {
            installation: Some(installation),
            kind: "slack.request".to_owned(),
            body: body.as_bytes().to_vec(),
            reason: "not understood by an older version".to_owned(),
            at: chrono::DateTime::from_timestamp(1_790_000_000, 0).expect("an instant"),
        };
        store.keep_dead_letter(letter).await.expect("kept");
    }

    /// The id of the channel in which everybody is.
    async fn field(&self) -> String {
        self.slack.person("ava").say("#field", "Good morning").await.expect("said");
        let landed = self.slack.landed();
        landed.iter().find(|landed| landed.place == "#field").expect("it landed").channel.clone()
    }

    fn slash_body(&self, field: &str, words: &str, trigger: &str) -> String {
        let user = self.slack.person("ava").id().expect("ava");
        url::form_urlencoded::Serializer::new(String::new())
            .append_pair("command", "/request-pm")
            .append_pair("text", words)
            .append_pair("user_id", &user)
            .append_pair("team_id", &self.slack.team_id())
            .append_pair("channel_id", field)
            .append_pair("channel_name", "field")
            .append_pair("trigger_id", trigger)
            .append_pair("response_url", "http://127.0.0.1:9/gone")
            .finish()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parked_message_is_listed_and_retried_beside_the_bot_and_dropped_without_it() {
    let site = Site::begin().await;
    let refused = FaultRule::on("chat.update", Fault::error("cant_update_message")).in_channel("#sme-ci");
    let running = site.serve().await;
    assert!(std::fs::symlink_metadata(site.socket()).unwrap().file_type().is_socket());
    assert_eq!(std::fs::symlink_metadata(site.socket()).unwrap().mode() & 0o777, 0o600);
    let ava = site.slack.person("ava");
    ava.slash_in("#field", &format!("/request-pm {WORDS}")).await.unwrap();
    eventually("the card", async || cards(&site, "#sme-ci", "warm for Contoso") == 1).await;
    assert_eq!(site.operate(&["outbox", "list"]).await, (Some(0), "Nothing is parked.\n".to_owned()));
    assert_eq!(site.operate(&["outbox", "retry", "--all-parked"]).await.0, Some(0));

    site.slack.fail(refused.clone());
    site.slack.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    eventually("parked", async || !site.listed(&["outbox", "list"]).await.is_empty()).await;
    let parked = site.listed(&["outbox", "list", "--parked"]).await;
    let [row] = &parked[..] else { panic!("{parked:?}") };
    assert_eq!((row["kind"].as_str(), row["state"].as_str()), (Some("card"), Some("parked")), "{row}");
    let id = row["id"].to_string();
    let (code, shown) = site.operate(&["outbox", "list"]).await;
    assert!(shown.contains("#sme-ci") && shown.contains("cant_update_message"), "{shown}");
    assert!(code == Some(0) && !shown.contains("Contoso"), "{shown}");
    assert_eq!(cards(&site, "#sme-ci", "Ines has it"), 0);

    site.slack.clear_faults();
    let (code, told) = site.operate(&["outbox", "retry", &id, "4711"]).await;
    assert_eq!(code, Some(1), "one of the two does not exist");
    assert!(told.contains(&format!("{id} waits for delivery again.")), "{told}");
    assert!(told.contains("4711 is no message here"), "{told}");
    eventually("the card's new state", async || cards(&site, "#sme-ci", "Ines has it") == 1).await;
    eventually("settled", async || {
        let (code, told) = site.operate(&["outbox", "retry", &id]).await;
        code == Some(1) && told.contains("was delivered already")
    })
    .await;

    site.slack.fail(refused);
    site.slack.person("ines").click_in("#sme-ci", "Hand back").await.unwrap();
    eventually("parked again", async || !site.listed(&["outbox", "list"]).await.is_empty()).await;
    let id = site.listed(&["outbox", "list"]).await[0]["id"].to_string();
    assert_eq!(running.stop().await.1, Some(0));
    assert!(!site.socket().exists(), "the socket goes with the bot");
    let drop = ["outbox", "drop", &id, "--reason", "the channel is gone"];
    assert_eq!(site.operate(&drop).await, (Some(0), format!("{id} is dropped.\n")));
    assert_eq!(site.operate(&drop).await, (Some(0), format!("{id} was dropped before.\n")));
    assert_eq!(site.operate(&["outbox", "retry", &id]).await.0, Some(1));
    let running = site.serve().await;
    assert!(site.listed(&["outbox", "list", "--all"]).await.is_empty());
    assert_eq!(running.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_letter_is_understood_once_whoever_hears_it_again() {
    let site = Site::begin().await;
    let running = site.serve().await;
    let store = Store::open_beside(&site.database()).await.unwrap();
    let field = site.field().await;
    let late = "How do swimlanes on boards behave in winter?";
    for body in [
        site.slash_body(&field, WORDS, "trigger-1"),
        site.slash_body(&field, WORDS, "trigger-1"),
        "{\"type\":\"zebra\"}".to_owned(),
        site.slash_body(&field, "help", "trigger-2"),
        site.slash_body(&field, late, "trigger-3"),
    ] {
        site.keep_letter(&store, &body).await;
    }
    store.close().await;
    let (code, list) = site.operate(&["dead-letters", "list"]).await;
    assert!(code == Some(0) && list.contains("5 dead letters.") && !list.contains("Contoso"), "{list}");
    let (_, shown) = site.operate(&["dead-letters", "show", "1"]).await;
    assert!(shown.contains("private") && !shown.contains("Contoso"), "{shown}");
    let (_, shown) = site.operate(&["dead-letters", "show", "1", "--body"]).await;
    assert!(shown.contains("Contoso") && shown.contains("This is what somebody sent"), "{shown}");
    assert_eq!(site.operate(&["dead-letters", "show", "77"]).await.0, Some(1));

    let (code, told) = site.operate(&["dead-letters", "retry", "1", "2", "3", "4"]).await;
    assert_eq!(code, Some(1), "{told}");
    for line in [
        "1 is understood and done.",
        "2 is understood and done.",
        "3 stays: ",
        "4 is understood, and nothing",
    ] {
        assert!(told.contains(line), "no `{line}` in:\n{told}");
    }
    eventually("the card", async || cards(&site, "#sme-ci", "warm for Contoso") == 1).await;
    let told_ava = |landed: &Landed| landed.place == "@ava" && landed.body.contains("Sent to #sme-ci");
    eventually("ava hears", async || site.slack.landed().iter().any(told_ava)).await;
    assert_eq!(running.stop().await.1, Some(0));

    // Without a bot it is decided just the same, and delivered at the next start.
    let (code, told) = site.operate(&["dead-letters", "retry", "--all"]).await;
    assert!(code == Some(1) && told.contains("5 is understood and done."), "{told}");
    assert_eq!(site.operate(&["dead-letters", "drop", "3"]).await.0, Some(0));
    assert_eq!(site.operate(&["dead-letters", "retry", "3"]).await.0, Some(1));
    assert!(site.listed(&["dead-letters", "list"]).await.is_empty());
    let running = site.serve().await;
    eventually("the late card", async || cards(&site, "#sme-planning", "in winter") == 1).await;
    assert_eq!(cards(&site, "#sme-ci", "warm for Contoso"), 1, "never twice");
    assert_eq!(running.stop().await.1, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_bot_cannot_be_asked_it_says_why_and_changes_nothing() {
    let site = Site::begin().await;
    let (code, told) = site.operate(&["outbox", "retry", "1"]).await;
    assert!(code == Some(1) && told.contains("Has the bot run here?"), "{told}");
    assert!(!site.file("switchboard.db.lock").exists(), "looking made nothing");
    assert_eq!(site.operate(&["outbox", "retry"]).await.0, Some(2), "usage");
    assert_eq!(site.operate(&["outbox", "retry", "1", "--all-parked"]).await.0, Some(2), "usage");
    assert_eq!(site.operate(&["migrate"]).await.0, Some(0));
    assert_eq!(site.operate(&["outbox", "retry", "1"]).await.0, Some(1), "no such message");

    // An older bot has no socket, a dead one's is stale: neither answers, and both are told apart from none.
    let lock = Store::serve_alone(&site.database()).unwrap();
    for stale in [false, true] {
        if stale {
            drop(UnixListener::bind(site.socket()).unwrap());
        }
        let (code, told) = site.operate(&["outbox", "drop", "1"]).await;
        assert!(code == Some(1) && told.contains("Nothing was changed"), "{told}");
        assert!(told.contains("an older one"), "{told}");
    }
    // One that ends before it answers: nobody knows. One that speaks otherwise: nothing was done.
    for (answer, expected_code, expected) in
        [("", 3, "Run this again"), ("{\"not_understood\":{\"version\":2}}\n", 1, "of another version")]
    {
        std::fs::remove_file(site.socket()).unwrap();
        let listener = UnixListener::bind(site.socket()).unwrap();
        let answers = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a command");
            let mut question = [0; 1024];
            let _ = stream.read(&mut question).await;
            stream.write_all(answer.as_bytes()).await.expect("answered");
        });
        let (code, told) = site.operate(&["outbox", "drop", "1"]).await;
        assert!(code == Some(expected_code) && told.contains(expected), "{told}");
        answers.await.unwrap();
    }
    drop(lock);
    assert_eq!(site.operate(&["outbox", "drop", "1"]).await.0, Some(1), "alone again: no such message");
    // A stale socket is replaced by the next bot, which answers, also beside those who only stand at the counter.
    let running = site.serve().await;
    let mut idle = Vec::new();
    for _ in 0..3 {
        idle.push(UnixStream::connect(site.socket()).await.unwrap());
    }
    let (code, told) = site.operate(&["outbox", "drop", "1"]).await;
    assert!(code == Some(1) && told.contains("no message here"), "{told}");
    for nonsense in ["\n", "{}\n", "no json at all\n", "{\"version\":1,\"wish\":\"dance\",\"ids\":[]}\n"] {
        let mut stream = UnixStream::connect(site.socket()).await.unwrap();
        stream.write_all(nonsense.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "{\"not_understood\":{\"version\":1}}\n", "{nonsense}");
    }
    let (took, code, log) = running.stop().await;
    assert!(code == Some(0) && took < Duration::from_secs(5), "{took:?}\n{log}");
    drop(idle);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_path_too_long_for_a_socket_is_served_and_says_what_to_do() {
    let mut site = Site::begin().await;
    let folder = site.folder.path().join("a".repeat(60)).join("b".repeat(60));
    std::fs::create_dir_all(&folder).unwrap();
    site.database_in = Some(folder);
    let running = site.serve().await;
    assert!(running.log().contains("too long for a socket"), "{}", running.log());
    let (code, told) = site.operate(&["outbox", "drop", "1"]).await;
    assert!(
        code == Some(1) && told.contains("too long for a socket") && told.contains("Stop the bot"),
        "{told}"
    );
    assert_eq!(site.operate(&["outbox", "list"]).await.0, Some(0), "looking needs no bot");
    assert_eq!(running.stop().await.1, Some(0));
    let (code, told) = site.operate(&["outbox", "drop", "1"]).await;
    assert!(code == Some(1) && told.contains("no message here"), "{told}");
}

/// Backs up while people ask; which questions were acknowledged before the backup began.
async fn back_up_under_load(site: &Site, acknowledged: &Acknowledged) -> Vec<(usize, Option<String>)> {
    let numbers = Arc::new(AtomicUsize::new(0));
    let backing_up = async {
        eventually("some load", async || acknowledged.lock().expect("a list").len() >= 8).await;
        let before = acknowledged.lock().expect("a list").clone();
        let backup = site.file("backup.db").display().to_string();
        let (code, told) = site.operate(&["backup", &backup]).await;
        assert!(code == Some(0) && told.contains("asks"), "{told}");
        before
    };
    tokio::join!(load(site, &numbers, 40, acknowledged), backing_up).1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_restored_and_nothing_is_there_twice() {
    let site = Site::begin().await;
    let running = site.serve().await;
    let acknowledged = Acknowledged::default();
    let before = back_up_under_load(&site, &acknowledged).await;
    let backup = site.file("backup.db");
    let (backup, again) = (backup.to_str().unwrap(), ["backup", backup.to_str().unwrap()]);
    let (code, told) = site.operate(&again).await;
    assert!(code == Some(1) && told.contains("--force"), "{told}");
    let (code, told) = site.operate(&["restore", backup]).await;
    assert!(code == Some(1) && told.contains("a bot serves this database"), "{told}");
    let all = acknowledged.lock().unwrap().clone();
    let is_there = |number: usize| {
        let (_, channel, mark) = question(number);
        cards(&site, channel, &mark) == 1
    };
    eventually("every card", async || all.iter().all(|(number, _)| is_there(*number))).await;
    assert_eq!(running.stop().await.1, Some(0));

    let (code, told) = site.operate(&["restore", backup]).await;
    assert!(code == Some(0) && told.contains("only there"), "{told}");
    let running = site.serve().await;
    // What it believed to wait was posted long ago: it is looked for, and found.
    eventually("all delivered", async || site.listed(&["outbox", "list", "--all"]).await.is_empty()).await;
    assert!(before.len() >= 8);
    in_the_database(&site, &before).await;
    for number in 0..40 {
        let (_, channel, mark) = question(number);
        assert!(cards(&site, channel, &mark) <= 1, "{mark} twice in {channel}");
    }
    // It goes on, and a new ask never gets an id that people have seen.
    let ava = site.slack.person("ava");
    let answer = ava.slash_in("#field", &format!("/request-pm {WORDS}")).await.unwrap();
    let id = id_in(answer.plain()).unwrap_or_else(|| panic!("{}", answer.plain()));
    assert!(all.iter().all(|(_, known)| known.as_deref() != Some(&id)), "{id} again");
    eventually("the card", async || cards(&site, "#sme-ci", "warm for Contoso") == 1).await;
    assert_eq!(running.stop().await.1, Some(0));
}
