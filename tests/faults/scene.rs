//! A stage on which things go wrong: a bot without patience, what was promised, and what has become of it.

use std::time::Duration;

use rusqlite::Connection;
use switchboard::bot::{Bot, BotError, Parts};
use switchboard::clock::Clock;
use switchboard::sandbox::{Fault, Message};
use switchboard::slack::client::{Limits, Slack};
use switchboard::store::Store;

use crate::support::{SECRET, Story};

/// How long this bot waits for Slack, in real time: what hangs or drips takes longer, what works never does.
pub const PATIENCE: Duration = Duration::from_millis(700);
/// An answer that drips is far from whole by then.
pub const DRIP: Fault = Fault::Drip { every: Duration::from_millis(150) };
/// Nothing here takes longer, in real time, unless it goes round and round.
const ROUND_AND_ROUND: Duration = Duration::from_mins(1);

/// A question for `#sme-ci`, and a word of it.
pub const RUNNERS: &str = "How do we keep autoscaling runners warm in two regions?";
/// A word of [`RUNNERS`] that stands on its card.
pub const REGIONS: &str = "two regions";

/// A story whose bot gives up a call to Slack soon.
pub async fn impatient() -> Story {
    let mut story = Story::begin().await;
    lose_patience(&mut story).await;
    story
}

/// Has the story's bot give up calls to Slack soon, also those that it makes for forms.
pub async fn lose_patience(story: &mut Story) {
    let limits = Limits { send: PATIENCE, view: PATIENCE, list: PATIENCE };
    let slack = Slack::with_limits(&story.slack.api_url(), story.slack.bot_token(), limits);
    story.bot.slack = slack.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    story.url = format!("http://{}", listener.local_addr().unwrap());
    let router = story.bot.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    story.slack.connect_bot(&story.url, SECRET);
}

/// Starts another bot on the story's database.
pub async fn start(story: &Story) -> Result<Bot, BotError> {
    let store = Store::open(&format!("sqlite://{}", story.database().display())).await.unwrap();
    let told = story.clock.clone();
    Bot::assemble(Parts {
        store,
        clock: Clock::from_fn(move || told.now()),
        api_url: story.slack.api_url(),
        bot_token: story.slack.bot_token(),
        signing_secrets: vec![SECRET.to_owned()],
        written: story.written.clone(),
    })
    .await
}

/// Lets time pass, and fails where the bot goes round and round meanwhile.
pub async fn pass(story: &Story, span: chrono::Duration) {
    let passing = tokio::time::timeout(ROUND_AND_ROUND, story.pass(span));
    passing.await.expect("the bot goes round and round");
}

/// Lets what is due happen, and fails where the bot goes round and round.
pub async fn settle(story: &Story) {
    tokio::time::timeout(ROUND_AND_ROUND, story.settle()).await.expect("the bot goes round and round");
}

/// Ava asks; it was acknowledged.
pub async fn ask(story: &Story, words: &str) {
    let answer = story.person("ava").slash_in("#field", &format!("/request-pm {words}")).await.unwrap();
    assert!(answer.plain().starts_with("Sent to #"), "{}", answer.plain());
}

/// Our messages in a channel that hold these words.
pub fn copies(story: &Story, channel: &str, words: &str) -> usize {
    let holds = |message: &&Message| message.by_bot && message.plain().contains(words);
    story.slack.messages(channel).iter().filter(holds).count()
}

/// How often admins were told something.
pub fn told_admins(story: &Story) -> usize {
    story.slack.messages("#switchboard-admins").len()
}

/// The database, as somebody beside the bot sees it.
pub fn beside(story: &Story) -> Connection {
    let beside = Connection::open(story.database()).unwrap();
    beside.busy_timeout(Duration::from_secs(5)).unwrap();
    beside
}

/// The outbox: state and reason of every row that has ended otherwise than well, or has not ended.
pub fn not_sent(story: &Story) -> Vec<(String, String)> {
    let sql = "SELECT state, COALESCE(reason, '') FROM outbox WHERE state != 'sent' ORDER BY id";
    let beside = beside(story);
    let mut statement = beside.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}
