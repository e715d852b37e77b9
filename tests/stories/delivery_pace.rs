//! Delivery at Slack's pace: a lane at about one message a second, the workspace within its budgets, and each method as
//! Slack says (design, "Delivery").

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use switchboard::app::Counted;
use switchboard::domain::decision::Decision;
use switchboard::domain::ids::ChannelId;
use switchboard::domain::notice::{Address, Notice, What};
use switchboard::domain::rules::{DeliveryRules, Rules};
use switchboard::sandbox::{ApiCall, Fault, FaultRule};
use switchboard::store::Commit;

use crate::support::{Story, example, minutes, seconds};

const POST: &str = "chat.postMessage";
const UPDATE: &str = "chat.update";

/// A story in which both sides keep to Slack's limits.
async fn paced(delivery: DeliveryRules) -> Story {
    let rules = Rules { delivery, asks_per_person_per_hour: 1_000, ..Rules::default() };
    let mut story = Story::with(example(), rules).await;
    story.slack.limits(true);
    story.bot = story.bot.clone().at_slacks_pace();
    story
}

const UNLIMITED: DeliveryRules = DeliveryRules { messages_per_minute: 0, updates_per_minute: 0 };

/// Channels of the story's own.
fn channels(story: &Story, number: usize) -> Vec<ChannelId> {
    let add = |index| {
        let name = format!("#lane-{index}");
        story.slack.add_channel(&name).with_bot();
        ChannelId(story.slack.channel_id(&name))
    };
    (0..number).map(add).collect()
}

fn said(channel: &ChannelId, words: String, urgent: bool) -> Notice {
    let to = Address::Channel { channel: channel.clone() };
    Notice { to, what: What::Unresolved { what: vec![words] }, engagement: None, urgent }
}

/// Decides that this is told, without moving the clock.
async fn tell(story: &Story, notices: Vec<Notice>) {
    let app = &story.bot.app;
    let commit = Commit {
        installation: app.installation(),
        keys: Vec::new(),
        fired: None,
        decision: Decision { notices, ..Decision::default() },
        now: story.clock.now(),
        deadline: None,
        turn: None,
    };
    app.store().commit(commit).await.expect("it is kept");
}

/// So many for each of them, one round after the other.
async fn flood(story: &Story, channels: &[ChannelId], each: usize) {
    for round in 0..each {
        tell(story, channels.iter().map(|to| said(to, format!("round {round}"), false)).collect()).await;
    }
}

fn channel_of(call: &ApiCall) -> String {
    call.args["channel"].as_str().expect("a channel").to_owned()
}

fn count(story: &Story, what: Counted) -> u64 {
    story.bot.app.health.delivery.counted(what)
}

/// When each channel's messages were posted.
fn posted(story: &Story) -> HashMap<String, Vec<DateTime<Utc>>> {
    let mut posted: HashMap<String, Vec<DateTime<Utc>>> = HashMap::new();
    for call in story.slack.calls_of(POST) {
        assert!(call.ok(), "Slack refused: {}", call.answer);
        posted.entry(channel_of(&call)).or_default().push(call.at);
    }
    posted
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lane_goes_at_one_a_second_in_order_and_slack_never_complains() {
    let story = paced(UNLIMITED).await;
    let channels = channels(&story, 12);
    story.slack.clear_calls();
    flood(&story, &channels, 6).await;
    story.pass(seconds(8)).await;
    let posted = posted(&story);
    assert_eq!(posted.len(), 12);
    for (channel, at) in &posted {
        assert_eq!(at.len(), 6, "{channel}");
        let last = *at.last().expect("six of them");
        assert!(last - at[0] <= seconds(6), "{channel} took {}", last - at[0]);
        let shown = story.slack.messages("#lane-0");
        let rounds: Vec<bool> =
            (0..6).map(|round| shown[round].plain().contains(&format!("round {round}"))).collect();
        assert_eq!(rounds, [true; 6], "in order");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_claimed_is_claimed_for_many_lanes_at_once() {
    let story = paced(UNLIMITED).await;
    let channels = channels(&story, 100);
    flood(&story, &channels, 4).await;
    let (claims, sent) = (count(&story, Counted::Claimed), count(&story, Counted::Sent));
    story.pass(seconds(6)).await;
    let (claims, sent) = (count(&story, Counted::Claimed) - claims, count(&story, Counted::Sent) - sent);
    assert_eq!(sent, 400);
    assert!(claims <= sent / 5, "{claims} claims for {sent} messages");
    assert_eq!(count(&story, Counted::RateLimited), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_and_urgent_one_waits_for_no_backlog() {
    let story = paced(UNLIMITED).await;
    let channels = channels(&story, 3);
    flood(&story, &channels, 30).await;
    story.pass(seconds(3)).await;
    let now = story.clock.now();
    tell(&story, vec![said(&channels[1], "right now".to_owned(), true)]).await;
    story.pass(seconds(2)).await;
    let calls = story.slack.calls_of(POST);
    let urgent = calls.iter().find(|call| call.args["text"].to_string().contains("right now"));
    assert!(urgent.is_some_and(|call| call.at - now <= seconds(2)), "it is late, or was not sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspaces_cap_lets_the_urgent_go_first() {
    let story = paced(DeliveryRules { messages_per_minute: 60, updates_per_minute: 0 }).await;
    let channels = channels(&story, 40);
    story.slack.clear_calls();
    flood(&story, &channels[..30], 1).await;
    story.settle().await;
    assert_eq!(posted(&story).len(), 6, "a tenth of a minute's at once");
    let urgent = channels[30..].iter().map(|to| said(to, "urgent".to_owned(), true)).collect();
    tell(&story, urgent).await;
    for _ in 0..20 {
        story.pass(seconds(1)).await;
    }
    let calls = story.slack.calls_of(POST);
    assert_eq!(calls.len(), 26, "then one a second");
    let order: Vec<bool> =
        calls.iter().map(|call| call.args["text"].to_string().contains("urgent")).collect();
    assert_eq!(order[6..16], [true; 10]);
    assert_eq!(order[16..], [false; 10]);
    story.pass(minutes(1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_lane_told_to_wait_within_ten_seconds_pauses_the_method_alone() {
    let story = paced(UNLIMITED).await;
    let id = asked(&story, "ava", "How do we keep autoscaling runners warm in two regions?").await;
    story.settle().await;
    let lanes = channels(&story, 3);
    for channel in ["#lane-0", "#lane-1"] {
        let told = FaultRule::on(POST, Fault::TooMany { retry_after: Some(40) });
        story.slack.fail(told.in_channel(channel).times(1));
    }
    tell(&story, vec![said(&lanes[0], "first".to_owned(), false)]).await;
    story.settle().await;
    story.pass(seconds(9)).await;
    tell(&story, vec![said(&lanes[1], "second".to_owned(), false)]).await;
    story.settle().await;
    tell(&story, vec![said(&lanes[2], "third".to_owned(), false)]).await;
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.settle().await;
    assert!(story.slack.messages("#lane-2").is_empty(), "no lane posts");
    assert!(story.last("#sme-ci").contains("Ines has it"), "what is updated goes on: {id}");
    let metrics = metrics(&story).await;
    assert!(
        metrics.contains("switchboard_slack_paused_seconds{method=\"chat.postMessage\"} 40"),
        "{metrics}"
    );
    assert!(metrics.contains("switchboard_outbox_total{what=\"rate_limited\"} 2"), "{metrics}");
    assert!(metrics.contains("switchboard_outbox_queue{urgency=\"routine\"}"), "{metrics}");
    story.pass(seconds(30)).await;
    assert!(story.slack.messages("#lane-0").is_empty(), "until it ends");
    story.pass(seconds(15)).await;
    for channel in ["#lane-0", "#lane-1", "#lane-2"] {
        assert_eq!(story.slack.messages(channel).len(), 1, "{channel}");
    }
    assert_eq!(tries(&story), [0], "waiting as Slack asks is no try");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn updates_have_a_budget_collapse_while_they_wait_and_hold_up_no_post() {
    let story = paced(DeliveryRules { messages_per_minute: 0, updates_per_minute: 10 }).await;
    for number in 0..4 {
        asked(&story, "ava", &format!("How do autoscaling runners keep cache number {number}?")).await;
        story.pass(seconds(5)).await;
    }
    story.pass(minutes(1)).await;
    story.slack.clear_calls();
    let cards = story.slack.messages("#sme-ci");
    assert_eq!(cards.len(), 4);
    for card in &cards {
        story.person("ines").click_on(card, "Take it").await.unwrap();
        story.settle().await;
    }
    for card in &cards {
        story.person("ines").click_on(card, "Answered").await.unwrap();
        story.settle().await;
    }
    assert_eq!(story.slack.calls_of(UPDATE).len(), 1, "the budget has one in hand");
    asked(&story, "ava", "Do autoscaling runners share what they learn?").await;
    story.settle().await;
    assert_eq!(story.slack.messages("#sme-ci").len(), 5, "a post goes on in the same channel");
    assert!(count(&story, Counted::OverBudget) > 0);
    for _ in 0..60 {
        story.pass(seconds(1)).await;
    }
    let calls = story.slack.calls_of(UPDATE);
    assert!(calls.iter().all(ApiCall::ok));
    assert_eq!(calls.len(), 5, "four cards, one of them twice: each in its newest state");
    for card in &story.slack.messages("#sme-ci")[..4] {
        assert!(card.plain().contains("*Answered*"), "{}", card.plain());
    }
}

/// Asks and returns what was said.
async fn asked(story: &Story, who: &str, words: &str) -> String {
    let answer = story.person(who).slash_in("#field", &format!("/request-pm {words}")).await;
    let said = answer.expect("an answer").plain().to_owned();
    assert!(said.starts_with("Sent to #"), "{said}");
    said
}

/// How often what was posted in the story's own channels had been tried in vain.
fn tries(story: &Story) -> Vec<i64> {
    let beside = rusqlite::Connection::open(story.database()).expect("the database");
    let tries =
        "SELECT DISTINCT attempts - 1 FROM outbox WHERE state = 'sent' AND notice LIKE '%unresolved%'";
    let mut statement = beside.prepare(tries).expect("a statement");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("numbers")
}

async fn metrics(story: &Story) -> String {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;
    let request = Request::get("/metrics").body(Body::empty()).expect("a request");
    let response = story.bot.router().oneshot(request).await.expect("an answer");
    let body = to_bytes(response.into_body(), 1_000_000).await.expect("a body");
    String::from_utf8(body.to_vec()).expect("text")
}
