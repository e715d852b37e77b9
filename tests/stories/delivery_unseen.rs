//! What may have happened unseen: a card that moves while it is being posted, and deliveries that end with the process.

use std::sync::Arc;
use std::time::Duration as Wall;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;
use switchboard::domain::ids::ChannelId;
use switchboard::sandbox::{Fault, FaultRule};
use switchboard::slack::client::Slack;
use switchboard::slack::outgoing::{Destination, Message};
use switchboard::worker::pace::Pace;
use switchboard::worker::{Works, outbox};
use tokio::sync::watch;

use crate::support::{Story, minutes, seconds};

const POST: &str = "chat.postMessage";
const RUNNERS: &str = "How do we keep autoscaling runners warm in two regions?";

async fn ask(story: &Story) {
    let answer = story.person("ava").slash_in("#field", &format!("/request-pm {RUNNERS}")).await.unwrap();
    assert!(answer.plain().starts_with("Sent to #sme-ci"), "{}", answer.plain());
}

/// Waits for something that another task is about to do.
async fn until(done: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if done() {
            return;
        }
        tokio::time::sleep(Wall::from_millis(5)).await;
    }
    panic!("it never happened");
}

/// Ines sees that it is not theirs.
async fn move_to_security(story: &Story) {
    let ines = story.person("ines");
    ines.click_in("#sme-ci", "Wrong area").await.unwrap();
    ines.fill("Where it belongs", "Secure › Code Scanning › SAST").await.unwrap();
    ines.submit().await.unwrap();
}

fn nothing_stale(story: &Story) {
    assert_eq!(story.slack.messages("#sme-ci").len(), 1, "{}", story.all("#sme-ci"));
    assert!(story.last("#sme-ci").contains("*Moved*"), "{}", story.last("#sme-ci"));
    assert!(story.slack.last_message("#sme-ci").buttons().is_empty(), "nothing to press there");
    assert_eq!(story.slack.messages("#sme-security").len(), 1, "{}", story.all("#sme-security"));
    assert!(story.last("#sme-security").contains("two regions"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_moves_while_its_first_post_hangs_leaves_nothing_stale() {
    let story = Story::begin().await;
    story.slack.fail(FaultRule::on(POST, Fault::HangAfter).in_channel("#sme-ci").times(1));
    ask(&story).await;
    let bot = story.bot.clone();
    let sending = tokio::spawn(async move { bot.settle().await });
    until(|| !story.slack.messages("#sme-ci").is_empty()).await;
    move_to_security(&story).await;
    story.slack.release_hung();
    sending.await.unwrap().unwrap();
    story.pass(minutes(1)).await;
    nothing_stale(&story);
}

/// What stands between the bot and Slack: a message is posted, and the card moves before the bot hears of it.
#[derive(Clone)]
struct Between {
    story: Arc<Story>,
    slack: Slack,
}

async fn post_and_move(State(between): State<Between>, body: String) -> impl IntoResponse {
    let asked: serde_json::Value = serde_json::from_str(&body).unwrap();
    let channel = ChannelId(asked["channel"].as_str().unwrap().to_owned());
    let message = Message {
        text: asked["text"].as_str().unwrap().to_owned(),
        blocks: asked["blocks"].as_array().unwrap().clone(),
    };
    let place = Destination::Post { channel: channel.clone(), thread: None };
    let sent = between.slack.send(&place, &message, Some("a key")).await.unwrap();
    move_to_security(&between.story).await;
    let answer = serde_json::json!({ "ok": true, "channel": channel, "ts": sent.ts });
    ([(CONTENT_TYPE, "application/json; charset=utf-8")], answer.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_moves_before_its_post_is_noted_leaves_nothing_stale() {
    let story = Arc::new(Story::begin().await);
    ask(&story).await;
    let between = Between { story: Arc::clone(&story), slack: story.bot.slack.clone() };
    let router = Router::new().route("/api/chat.postMessage", post(post_and_move)).with_state(between);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let through = Slack::new(&url, story.slack.bot_token()).unwrap();
    outbox::tick(&story.bot.app, &through, &Arc::new(Pace::default())).await.unwrap();
    server.abort();
    story.settle().await;
    nothing_stale(&story);
    story.pass(minutes(10)).await;
    nothing_stale(&story);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_flight_when_we_are_told_to_stop_is_given_back() {
    let mut story = Story::begin().await;
    story.slack.fail(FaultRule::on(POST, Fault::HangAfter).in_channel("#sme-ci").times(1));
    ask(&story).await;
    let (stop, stopped) = watch::channel(false);
    let (app, slack, steps) = (Arc::clone(&story.bot.app), story.bot.slack.clone(), Arc::default());
    let works = Works { app, slack, steps };
    let pace = Arc::new(Pace::steady());
    let serving = tokio::spawn(async move { outbox::serve(&works, &pace, stopped, Wall::ZERO).await });
    until(|| !story.slack.messages("#sme-ci").is_empty()).await;
    stop.send_replace(true);
    serving.await.unwrap();
    let beside = rusqlite::Connection::open(story.database()).unwrap();
    let of = "SELECT state, unsure FROM outbox WHERE notice LIKE '%\"card\"%'";
    let (state, unsure): (String, bool) =
        beside.query_row(of, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!((state.as_str(), unsure), ("waiting", true));
    drop(beside);
    story.slack.release_hung();
    story.restart_after(seconds(6)).await;
    story.settle().await;
    assert_eq!(story.slack.messages("#sme-ci").len(), 1, "{}", story.all("#sme-ci"));
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.settle().await;
    assert!(story.last("#sme-ci").contains("Ines has it"), "{}", story.last("#sme-ci"));
}
