//! The trust boundary of the real router: what Slack did not sign is never looked at, what it signed is answered in time,
//! and whatever comes twice counts once. Also with a database or a Slack that does not answer.

#[path = "stories/support/mod.rs"]
#[expect(dead_code, reason = "the stories' stage; not every test plays every part of it")]
mod support;

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use support::{SECRET, Story};
use switchboard::bot::{Bot, Parts};
use switchboard::clock::Clock;
use switchboard::sandbox::{Fault, FaultRule, Submission};
use switchboard::slack::verify::sign;
use switchboard::store::Store;
use tower::ServiceExt;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
/// Slack waits no longer.
const SLACK_WAITS: Duration = Duration::from_secs(3);

/// A request to the bot's router.
struct Letter {
    path: &'static str,
    content_type: &'static str,
    timestamp: Option<String>,
    signature: Option<String>,
    body: Vec<u8>,
}

impl Letter {
    fn signed(story: &Story, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let timestamp = story.clock.now().timestamp();
        Self {
            path: "/slack/events",
            content_type,
            signature: Some(sign(SECRET, timestamp, &body)),
            timestamp: Some(timestamp.to_string()),
            body,
        }
    }

    async fn send(self, story: &Story) -> (StatusCode, String) {
        self.send_to(story.bot.router()).await
    }

    async fn send_to(self, router: Router) -> (StatusCode, String) {
        let mut request = Request::post(self.path).header("content-type", self.content_type);
        if let Some(timestamp) = self.timestamp {
            request = request.header("X-Slack-Request-Timestamp", timestamp);
        }
        if let Some(signature) = self.signature {
            request = request.header("X-Slack-Signature", signature);
        }
        let request = request.body(Body::from(self.body)).expect("a request");
        let response = router.oneshot(request).await.expect("an answer");
        let status = response.status();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (status, String::from_utf8_lossy(&body).into_owned())
    }
}

async fn post(story: &Story, content_type: &'static str, body: impl Into<Vec<u8>>) -> (StatusCode, String) {
    Letter::signed(story, content_type, body).send(story).await
}

/// The form of a slash command of Ava's in `#field`.
fn slash(story: &Story, text: &str, trigger: &str) -> String {
    form_urlencoded::Serializer::new(String::new())
        .append_pair("team_id", &story.slack.team_id())
        .append_pair("channel_id", &story.slack.channel_id("#field"))
        .append_pair("channel_name", "field")
        .append_pair("user_id", &story.person("ava").id().expect("ava"))
        .append_pair("command", "/request-pm")
        .append_pair("text", text)
        .append_pair("response_url", "http://127.0.0.1:9/hooks/none")
        .append_pair("trigger_id", trigger)
        .finish()
}

/// An event in its envelope.
fn event(story: &Story, id: &str, event: impl Into<Value>) -> String {
    let event = event.into();
    json!({"type": "event_callback", "team_id": story.slack.team_id(), "api_app_id": story.slack.app_id(),
        "event_id": id, "event_time": story.clock.now().timestamp(), "event": event,
        "authorizations": [{"team_id": story.slack.team_id(), "user_id": story.slack.bot_user_id(), "is_bot": true}]})
    .to_string()
}

/// Ava mentions us in `#field`.
fn mention(story: &Story, kind: &str, words: &str) -> Value {
    let field = story.slack.channel_id("#field");
    json!({"type": kind, "channel": field, "channel_type": "channel", "user": story.person("ava").id().expect("ava"),
        "ts": "1795165200.000100", "event_ts": "1795165200.000100", "team": story.slack.team_id(),
        "text": format!("<@{}> {words}", story.slack.bot_user_id())})
}

async fn engagements(story: &Story) -> i64 {
    let app = &story.bot.app;
    let counts = app.store().counts(app.installation()).await.expect("counts");
    counts.iter().map(|count| count.number).sum()
}

async fn dead_letters(story: &Story) -> usize {
    let app = &story.bot.app;
    app.store().dead_letters(Some(app.installation()), 1_000).await.expect("dead letters").len()
}

const WORDS: &str = "How do we keep autoscaling runners warm in two regions?";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_slack_signed_just_now_is_looked_at() {
    let story = Story::begin().await;
    let now = story.clock.now().timestamp();
    let body = slash(&story, WORDS, "1.1.forged");
    let good = sign(SECRET, now, body.as_bytes());
    let stale = |seconds: i64| {
        (Some((now + seconds).to_string()), Some(sign(SECRET, now + seconds, body.as_bytes())))
    };
    let at_now = Some(now.to_string());
    let table: Vec<(&str, Option<String>, Option<String>)> = vec![
        ("no signature", at_now.clone(), None),
        ("no timestamp", None, Some(good.clone())),
        ("neither", None, None),
        ("another secret", at_now.clone(), Some(sign("not-ours", now, body.as_bytes()))),
        ("an empty secret", at_now.clone(), Some(sign("", now, body.as_bytes()))),
        ("another body", at_now.clone(), Some(sign(SECRET, now, b"payload={}"))),
        ("another timestamp", Some((now - 1).to_string()), Some(good.clone())),
        ("capitals", at_now.clone(), Some(good.to_uppercase())),
        ("capital digits", at_now.clone(), Some(format!("v0={}", good[3..].to_uppercase()))),
        ("no version", at_now.clone(), Some(good[3..].to_owned())),
        ("a timestamp that is none", Some("soon".to_owned()), Some(good.clone())),
        ("a timestamp beyond all", Some("-9223372036854775808".to_owned()), Some(good.clone())),
        ("too old", stale(-301).0, stale(-301).1),
        ("too new", stale(301).0, stale(301).1),
    ];
    for (what, timestamp, signature) in table {
        for path in ["/slack/events", "/slack/commands", "/slack/interactions"] {
            let (timestamp, signature, body) = (timestamp.clone(), signature.clone(), body.clone().into());
            let letter = Letter { path, content_type: FORM, timestamp, signature, body };
            let (status, said) = letter.send(&story).await;
            assert_eq!((status, said.as_str()), (StatusCode::UNAUTHORIZED, ""), "{what} at {path}");
        }
    }
    // What is forged is not parsed either: garbage is as unauthorised as a command, and leaves no trace.
    let garbage = Letter { signature: None, ..Letter::signed(&story, JSON, "{not json") };
    assert_eq!(garbage.send(&story).await.0, StatusCode::UNAUTHORIZED);
    let unknown = Letter { signature: None, ..Letter::signed(&story, JSON, r#"{"type":"never_heard_of"}"#) };
    assert_eq!(unknown.send(&story).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!((engagements(&story).await, dead_letters(&story).await), (0, 0));
    for seconds in [-300, 300] {
        let (timestamp, signature) = stale(seconds);
        let letter = Letter { timestamp, signature, ..Letter::signed(&story, FORM, body.clone()) };
        assert_eq!(letter.send(&story).await.0, StatusCode::OK, "{seconds} s off");
    }
    assert_eq!(engagements(&story).await, 1, "the same trigger twice is one ask");
}

/// A bot beside the story's own, with these signing secrets.
async fn bot_with(story: &Story, secrets: &[&str]) -> (tempfile::TempDir, Router) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("other.db").display());
    let told = story.clock.clone();
    let bot = Bot::assemble(Parts {
        store: Store::open(&url).await.expect("a database"),
        clock: Clock::from_fn(move || told.now()),
        api_url: story.slack.api_url(),
        bot_token: story.slack.bot_token(),
        signing_secrets: secrets.iter().map(|secret| (*secret).to_owned()).collect(),
        written: story.written.clone(),
    });
    (folder, bot.await.expect("a bot").router())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_socket_mode_http_takes_nothing_of_slacks_and_says_so() {
    let story = Story::begin().await;
    let (_folder, router) = bot_with(&story, &[]).await;
    for secret in [SECRET, ""] {
        let body = b"ssl_check=1&token=x".to_vec();
        let signature = Some(sign(secret, story.clock.now().timestamp(), &body));
        let letter = Letter { signature, ..Letter::signed(&story, FORM, body) };
        let (status, said) = letter.send_to(router.clone()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{secret}");
        assert!(said.contains("Socket Mode") && said.contains("SLACK_SIGNING_SECRET"), "{said}");
    }
    let alive = Request::get("/healthz").body(Body::empty()).unwrap();
    assert_eq!(router.oneshot(alive).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_secrets_rotate_each_of_them_is_good() {
    let story = Story::begin().await;
    let (_folder, rotating) = bot_with(&story, &["old-secret", "new-secret"]).await;
    let now = story.clock.now().timestamp();
    for (secret, wanted) in
        [("old-secret", StatusCode::OK), ("new-secret", StatusCode::OK), (SECRET, StatusCode::UNAUTHORIZED)]
    {
        let body = b"ssl_check=1&token=x".to_vec();
        let signature = Some(sign(secret, now, &body));
        let letter = Letter { signature, ..Letter::signed(&story, FORM, body) };
        assert_eq!(letter.send_to(rotating.clone()).await.0, wanted, "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_may_be_a_mebibyte_and_no_more() {
    let story = Story::begin().await;
    let mut body = b"ssl_check=1&padding=".to_vec();
    body.resize(1024 * 1024, b'x');
    assert_eq!(post(&story, FORM, body.clone()).await.0, StatusCode::OK);
    body.push(b'x');
    assert_eq!(post(&story, FORM, body.clone()).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let unsigned = Letter { signature: None, ..Letter::signed(&story, FORM, body) };
    assert_eq!(unsigned.send(&story).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn probes_are_answered_and_what_cannot_be_read_is_malformed() {
    let story = Story::begin().await;
    assert_eq!(post(&story, FORM, "ssl_check=1&token=x").await, (StatusCode::OK, String::new()));
    let probe = json!({"type": "url_verification", "token": "x", "challenge": "3eZbrw1a"}).to_string();
    let (status, said) = post(&story, JSON, probe.clone()).await;
    assert!(status == StatusCode::OK && said.contains("3eZbrw1a"), "{said}");
    let unsigned = Letter { signature: None, ..Letter::signed(&story, JSON, probe) };
    assert_eq!(unsigned.send(&story).await.0, StatusCode::UNAUTHORIZED);
    assert!(story.slack.verify_url().await);
    for (content_type, body) in [
        (JSON, b"{\"type\": ".to_vec()),
        (JSON, b"".to_vec()),
        (JSON, vec![0xff, 0xfe, 0x00]),
        (FORM, b"nothing of the kind".to_vec()),
    ] {
        let shown = String::from_utf8_lossy(&body).into_owned();
        assert_eq!(post(&story, content_type, body).await.0, StatusCode::BAD_REQUEST, "{shown}");
    }
    let get = Request::get("/slack/events").body(Body::empty()).unwrap();
    let response = story.bot.router().oneshot(get).await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
}

fn shared() -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("SWITCHBOARD_SHARED").map_or_else(beside, PathBuf::from);
    let payloads = folder.join("data/slack/payloads");
    if payloads.is_dir() {
        return Some(payloads);
    }
    // Past the harness, which would keep it from whoever reads: a test that did not run is no test that passed.
    let _ = writeln!(std::io::stderr(), "shared folder absent: test did not run");
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_slack_really_sends_is_answered() {
    let Some(folder) = shared() else { return };
    let story = Story::begin().await;
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 50, "{} payloads", paths.len());
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let Ok(value) = serde_json::from_str::<Value>(&text) else { continue };
        let is_envelope = matches!(
            value["type"].as_str(),
            Some("event_callback" | "app_rate_limited" | "url_verification")
        );
        let form = || form_urlencoded::Serializer::new(String::new()).append_pair("payload", &text).finish();
        let sent = if is_envelope {
            post(&story, JSON, text.clone()).await
        } else {
            post(&story, FORM, form()).await
        };
        assert_eq!(sent.0, StatusCode::OK, "{}: {}", path.display(), sent.1);
    }
    story.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_signed_and_not_understood_is_kept_whole() {
    let story = Story::begin().await;
    let strange = event(&story, "Ev1", json!({"type": "moon_landed", "secret": "of the customer"}));
    assert_eq!(post(&story, JSON, strange.clone()).await.0, StatusCode::OK);
    assert_eq!(post(&story, JSON, r#"{"type":"never_heard_of"}"#).await.0, StatusCode::OK);
    assert_eq!(post(&story, FORM, "payload=%7Bnot+json").await.0, StatusCode::OK);
    let app = &story.bot.app;
    let kept = app.store().dead_letters(Some(app.installation()), 10).await.unwrap();
    assert_eq!(kept.len(), 3);
    let first = kept.last().expect("three");
    assert_eq!(first.body, strange.as_bytes());
    assert!(!first.reason.contains("customer"), "{}", first.reason);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_twice_counts_once_also_after_a_restart() {
    let mut story = Story::begin().await;
    let mentioned = mention(&story, "app_mention", WORDS);
    let first = event(&story, "Ev1", mentioned);
    for _ in 0..4 {
        assert_eq!(post(&story, JSON, first.clone()).await.0, StatusCode::OK);
    }
    assert_eq!(engagements(&story).await, 1, "four times the same event");
    let twin = mention(&story, "message", WORDS);
    let twin = event(&story, "Ev2", twin);
    assert_eq!(post(&story, JSON, twin.clone()).await.0, StatusCode::OK);
    assert_eq!(engagements(&story).await, 1, "its twin, the message event");
    let command = slash(&story, "Do swimlanes show wip limits?", "1.2.same");
    let said = post(&story, FORM, command.clone()).await;
    let id = said.1.split(" as ").nth(1).expect("an id")[..6].to_owned();
    let again = post(&story, FORM, command.clone()).await.1;
    assert!(again.contains(&id), "a repeat hears of the same: {again}");
    assert_eq!(engagements(&story).await, 2);
    story.settle().await;
    story.restart_after(support::minutes(3)).await;
    for body in [first, twin] {
        assert_eq!(post(&story, JSON, body).await.0, StatusCode::OK);
    }
    assert_eq!(post(&story, FORM, command).await.0, StatusCode::OK);
    assert_eq!(engagements(&story).await, 2, "after a restart");
    story.settle().await;
    assert_eq!(story.slack.messages("#sme-ci").len(), 1);
    assert_eq!(story.slack.messages("#sme-planning").len(), 1);
}

/// Stands between Slack and the bot and keeps what passes.
#[derive(Clone)]
struct Tap {
    bot: Router,
    passed: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
}

async fn pass(State(tap): State<Tap>, headers: HeaderMap, body: Bytes) -> axum::response::Response {
    tap.passed.lock().expect("what passed").push((headers.clone(), body.clone()));
    let mut request = Request::post("/slack/events").body(Body::from(body)).expect("a request");
    *request.headers_mut() = headers;
    tap.bot.oneshot(request).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_submission_twice_is_one_ask() {
    let mut story = Story::begin().await;
    let tap = Tap { bot: story.bot.router(), passed: Arc::default() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = Router::new().fallback(pass).with_state(tap.clone());
    tokio::spawn(async move { axum::serve(listener, served).await.unwrap() });
    story.slack.connect_bot(&url, SECRET);
    let ava = story.person("ava");
    ava.slash_in("#field", "/request-pm").await.unwrap();
    ava.fill("What is it about?", "Technical question").await.unwrap();
    ava.fill("Area", "Verify › Runner").await.unwrap();
    ava.fill("Your question", "Can a fleet of runners stay warm?").await.unwrap();
    let done = ava.submit().await.unwrap();
    assert!(matches!(done, Submission::Closed | Submission::Cleared), "{done:?}");
    assert_eq!(engagements(&story).await, 1);
    let is_submission =
        |(_, body): &&(HeaderMap, Bytes)| String::from_utf8_lossy(body).contains("view_submission");
    let (_, body) = tap.passed.lock().unwrap().iter().rfind(is_submission).cloned().expect("a submission");
    let (status, said) = post(&story, FORM, body.to_vec()).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    assert!(said.contains("clear"), "the form closes again: {said}");
    assert_eq!(engagements(&story).await, 1, "submitted twice");
    story.restart_after(support::minutes(1)).await;
    assert_eq!(post(&story, FORM, body.to_vec()).await.0, StatusCode::OK);
    assert_eq!(engagements(&story).await, 1, "submitted again after a restart");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mention_is_answered_once_however_often_it_is_delivered() {
    let story = Story::begin().await;
    let ts = story.person("ava").say("#field", &format!("@switchboard {WORDS}")).await.unwrap();
    let help = story.person("raj").say("#field", "@switchboard status ZZZ").await.unwrap();
    story.settle().await;
    let told = story.slack.thread("#field", &ts).len();
    let helped = |story: &Story| {
        story.slack.thread("#field", &help).len() - 1 + story.slack.ephemerals_of("raj").len()
    };
    assert_eq!((engagements(&story).await, told, helped(&story)), (1, 2, 1));
    for delivery in story.slack.deliveries() {
        assert_eq!(story.slack.redeliver(&delivery.event_id).await, Some(200), "{}", delivery.body);
    }
    story.settle().await;
    assert_eq!((engagements(&story).await, story.slack.thread("#field", &ts).len()), (1, 2));
    assert_eq!(helped(&story), 1, "a query is answered once, too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_slack_hangs_people_are_answered_all_the_same() {
    let story = Story::begin().await;
    story.slack.fail(FaultRule::on("*", Fault::Hang));
    let started = Instant::now();
    let (status, said) = post(&story, FORM, slash(&story, WORDS, "1.3.hang")).await;
    assert!(status == StatusCode::OK && said.contains("Sent to"), "{said}");
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    let started = Instant::now();
    let (status, said) = post(&story, FORM, slash(&story, "", "1.4.hang")).await;
    assert!(status == StatusCode::OK && said.contains("again"), "{said}");
    assert!(started.elapsed() < SLACK_WAITS, "{:?}", started.elapsed());
    story.slack.release_hung();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_stalls_is_said_in_time_and_does_nothing_later() {
    let story = Story::begin().await;
    let other = rusqlite::Connection::open(story.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mentioned = mention(&story, "app_mention", WORDS);
    let by_event = event(&story, "Ev1", mentioned);
    let strange = event(&story, "Ev2", json!({"type": "moon_landed"}));
    let started = Instant::now();
    let command = slash(&story, "Do swimlanes show wip limits?", "1.5.stall");
    let answers = tokio::join!(
        post(&story, FORM, command.clone()),
        post(&story, JSON, by_event.clone()),
        post(&story, JSON, strange),
    );
    assert!(started.elapsed() < SLACK_WAITS, "{:?}", started.elapsed());
    let ((status, said), (event_status, _), (strange_status, _)) = answers;
    assert_eq!(status, StatusCode::OK);
    assert!(said.contains("again"), "{said}");
    assert_eq!(event_status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(strange_status, StatusCode::SERVICE_UNAVAILABLE);
    other.execute_batch("ROLLBACK").unwrap();
    // A write that waits behind them is through: what was late was dropped unstarted.
    story.bot.app.store().mark_alive(story.bot.app.installation(), story.clock.now()).await.unwrap();
    assert_eq!(engagements(&story).await, 0, "told to try again, and done all the same");
    // Trying again is one ask each.
    assert!(post(&story, FORM, command).await.1.contains("Sent to"));
    assert_eq!(post(&story, JSON, by_event).await.0, StatusCode::OK);
    assert_eq!(engagements(&story).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_store_events_are_refused_and_people_are_told() {
    let story = Story::begin().await;
    let router_before = story.bot.clone();
    story.bot.app.store().close().await;
    let mentioned = mention(&story, "app_mention", WORDS);
    let by_event = event(&story, "Ev1", mentioned);
    assert_eq!(post(&story, JSON, by_event).await.0, StatusCode::SERVICE_UNAVAILABLE);
    for text in [WORDS, "mine", "status K7Q"] {
        let (status, said) = post(&story, FORM, slash(&story, text, "1.6.closed")).await;
        assert!(status == StatusCode::OK && said.contains("again"), "{text}: {said}");
    }
    let ready = Request::get("/readyz").body(Body::empty()).unwrap();
    let response = router_before.router().oneshot(ready).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let alive = Request::get("/healthz").body(Body::empty()).unwrap();
    assert_eq!(router_before.router().oneshot(alive).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outsiders_get_no_answer() {
    let story = Story::begin().await;
    let mut mentioned = mention(&story, "app_mention", WORDS);
    mentioned["user"] = json!("U0STRANGER");
    mentioned["team"] = json!("T0ELSEWHERE");
    mentioned["user_team"] = json!("T0ELSEWHERE");
    assert_eq!(post(&story, JSON, event(&story, "Ev1", mentioned)).await, (StatusCode::OK, String::new()));
    story.settle().await;
    assert_eq!(engagements(&story).await, 0);
    story.nothing_unread();
}
