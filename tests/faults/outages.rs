//! The database is full, locked, gone or replaced under the running bot. Whatever comes meanwhile is refused where Slack
//! repeats it and answered with "try again" where it does not, nothing of it is done later, and it goes on by itself.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use rusqlite::Connection;
use switchboard::domain::rules::Rules;
use switchboard::sandbox::{Delivery, Submission};
use switchboard::store::Store;
use tower::ServiceExt;

use crate::place::SmallDisk;
use crate::scene::{ask, beside, copies, lose_patience, not_sent, pass, start};
use crate::support::{Story, example, fill_request, minutes};

const CACHE: &str = "Do autoscaling runners share their cache?";
const SWIMLANES: &str = "How do swimlanes work on kanban boards?";
const SAST: &str = "Does SAST flag a false positive in semgrep rules?";

async fn ready(story: &Story) -> String {
    let request = Request::get("/readyz").body(Body::empty()).unwrap();
    let response = story.bot.router().oneshot(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8_lossy(&body).into_owned()
}

/// The database as it is on the disk, whoever else has it open.
fn engagements(story: &Story) -> i64 {
    beside(story).query_row("SELECT COUNT(*) FROM engagement", [], |row| row.get(0)).unwrap()
}

/// One question is asked and its card is there.
async fn before(story: &Story) {
    ask(story, CACHE).await;
    pass(story, minutes(1)).await;
    assert_eq!(copies(story, "#sme-ci", "share their cache"), 1);
}

/// A command, a click and an event, all at once, while nothing can be kept.
async fn meanwhile(story: &Story) {
    let (ava, ines, lin) = (story.person("ava"), story.person("ines"), story.person("raj"));
    let command = format!("/request-pm {SWIMLANES}");
    let mentioned = format!("@switchboard {SAST}");
    let (typed, clicked, said) = tokio::join!(
        ava.slash_in("#field", &command),
        ines.click_in("#sme-ci", "Take it"),
        lin.say("#field", &mentioned),
    );
    let (typed, clicked) = (typed.unwrap(), clicked.unwrap());
    said.unwrap();
    assert!(typed.ok() && typed.plain().contains("again"), "{:?} {}", typed.failed, typed.plain());
    assert!(clicked.ok(), "{:?}", clicked.failed);
    story.slack.deliver_due().await;
    let tried: Vec<Option<u16>> = story
        .slack
        .pending()
        .iter()
        .filter(|delivery| delivery.body.contains("semgrep"))
        .flat_map(|delivery| delivery.attempts.iter().map(|attempt| attempt.status))
        .collect();
    assert!(!tried.is_empty() && tried.iter().all(|status| *status == Some(503)), "{tried:?}");
}

/// What Slack repeats is done once, what people were told to do again is done when they do, and nothing else ever is.
async fn after(story: &Story) {
    // Whatever of the outage still waits for the writer is through when this is.
    let app = &story.bot.app;
    app.store().mark_alive(app.installation(), app.now()).await.unwrap();
    assert_eq!(engagements(story), 1, "told to try again, and done all the same");
    assert!(!story.last("#sme-ci").contains("Ines has it"));
    let told = story.slack.ephemerals_of("ines");
    assert!(told.iter().any(|told| told.plain().contains("again")), "{told:#?}");
    pass(story, minutes(7)).await;
    let repeated: Vec<Delivery> = story.slack.deliveries();
    let event = repeated.iter().rfind(|delivery| delivery.body.contains("semgrep")).unwrap();
    assert!(event.arrived(), "{:?}", event.attempts);
    assert_eq!(copies(story, "#sme-security", "semgrep"), 1, "asked once when Slack repeated it");
    ask(story, SWIMLANES).await;
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    pass(story, minutes(1)).await;
    assert_eq!(copies(story, "#sme-planning", "swimlanes"), 1);
    assert!(story.last("#sme-ci").contains("Ines has it"));
    assert_eq!(engagements(story), 3);
    assert_eq!(not_sent(story), []);
    assert!(!ready(story).await.contains("database"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk() {
    let Some(disk) = SmallDisk::mounted() else { return };
    let story = Story::in_folder(disk.folder(), example(), Rules::default()).await;
    before(&story).await;
    // The log keeps its room on the disk; emptied, it needs some for whatever comes next.
    let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
    beside(&story).query_row(checkpoint, [], |_| Ok(())).unwrap();
    disk.fill();
    meanwhile(&story).await;
    assert!(ready(&story).await.contains("database"), "a full database is not ready");
    let sent = story.slack.calls().len();
    let _ = story.bot.settle().await;
    assert_eq!(story.slack.calls().len(), sent, "what cannot be noted is not sent");
    disk.empty();
    after(&story).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_holds_the_lock() {
    let story = Story::begin().await;
    before(&story).await;
    let other = Connection::open(story.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    meanwhile(&story).await;
    other.execute_batch("ROLLBACK").unwrap();
    after(&story).await;
}

/// The database's files.
fn files(database: &Path) -> Vec<PathBuf> {
    ["", "-wal", "-shm"].iter().map(|end| PathBuf::from(format!("{}{end}", database.display()))).collect()
}

fn aside(file: &Path) -> PathBuf {
    PathBuf::from(format!("{}.aside", file.display()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_is_moved_away_and_put_back() {
    let story = Story::begin().await;
    before(&story).await;
    for file in files(&story.database()) {
        std::fs::rename(&file, aside(&file)).unwrap();
    }
    meanwhile(&story).await;
    assert!(ready(&story).await.contains("database"));
    for file in files(&story.database()) {
        std::fs::rename(aside(&file), &file).unwrap();
    }
    after(&story).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_is_deleted_and_nothing_is_acknowledged_that_would_be_lost() {
    let mut story = Story::begin().await;
    before(&story).await;
    for file in files(&story.database()) {
        std::fs::remove_file(&file).unwrap();
    }
    meanwhile(&story).await;
    assert!(ready(&story).await.contains("database"));
    // A start begins a new database, as on the first day, and what Slack still repeats is heard.
    story.slack.lose_pending();
    story.bot.app.store().close().await;
    story.bot = start(&story).await.unwrap();
    lose_patience(&mut story).await;
    story.bot.read_names().await.unwrap();
    ask(&story, SWIMLANES).await;
    pass(&story, minutes(1)).await;
    assert_eq!(copies(&story, "#sme-planning", "swimlanes"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_is_replaced_by_an_older_copy_and_nothing_is_written_to_either() {
    let story = Story::begin().await;
    let copy = story.database().with_extension("copy");
    beside(&story).execute("VACUUM INTO ?", [copy.display().to_string()]).unwrap();
    before(&story).await;
    for file in files(&story.database()) {
        std::fs::remove_file(&file).unwrap();
    }
    std::fs::rename(&copy, story.database()).unwrap();
    meanwhile(&story).await;
    assert!(ready(&story).await.contains("database"));
    assert_eq!(engagements(&story), 0, "the copy is as it was");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_file_is_said_at_the_start() {
    let Some(disk) = SmallDisk::mounted() else { return };
    let url = |disk: &SmallDisk| format!("sqlite://{}", disk.path().join("a.db").display());
    let store = Store::open(&url(&disk)).await.unwrap();
    store.installation("T1").await.unwrap();
    store.close().await;
    let refused = Store::open(&url(&disk.read_only())).await.unwrap_err().to_string();
    assert!(
        refused.contains("read-only") || refused.contains("readonly") || refused.contains("a.db"),
        "{refused}"
    );
    Store::open(&url(&disk)).await.unwrap().close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_is_sent_meanwhile_stays_open_and_can_be_sent_again() {
    let story = Story::begin().await;
    fill_request(&story, "ava", "Technical question", "Verify › Runner").await;
    for file in files(&story.database()) {
        std::fs::rename(&file, aside(&file)).unwrap();
    }
    let ava = story.person("ava");
    let Submission::Errors(said) = ava.submit().await.unwrap() else { panic!("it was not saved") };
    assert!(said.values().all(|words| words.contains("again")) && !said.is_empty(), "{said:?}");
    assert!(ava.open_view().is_some(), "nothing of what was filled in is lost");
    for file in files(&story.database()) {
        std::fs::rename(aside(&file), &file).unwrap();
    }
    let sent = ava.submit().await.unwrap();
    assert!(matches!(sent, Submission::Closed | Submission::Cleared), "{sent:?}");
    pass(&story, minutes(1)).await;
    assert_eq!(copies(&story, "#sme-ci", "stay warm"), 1);
    assert_eq!(engagements(&story), 1);
}
