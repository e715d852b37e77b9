//! Delivery on bad days: whatever Slack does, people see each message once, in order, and nothing is lost in silence
//! (design, "Delivery").

use std::time::Duration as Wall;

use switchboard::sandbox::{Fault, FaultRule, Message};

use crate::support::{Story, hours, minutes};

const POST: &str = "chat.postMessage";

/// Seconds to pass.
fn seconds(seconds: i64) -> chrono::Duration {
    chrono::Duration::seconds(seconds)
}

/// Asks and returns the id that was acknowledged.
async fn ask(story: &Story, words: &str) -> String {
    let ava = story.person("ava");
    let answer = ava.slash_in("#field", &format!("/request-pm {words}")).await.expect("an answer");
    let said = answer.plain();
    assert!(said.starts_with("Sent to #"), "{said}");
    let after = said.split(" as ").nth(1).unwrap_or_else(|| panic!("no id in {said}"));
    after
        .trim_start_matches(|sign: char| !sign.is_ascii_alphanumeric())
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect()
}

const RUNNERS: &str = "How do we keep autoscaling runners warm in two regions?";
const CACHE: &str = "Do autoscaling runners share their cache?";
const SWIMLANES: &str = "How do swimlanes work on kanban boards?";

/// The cards of ours in a channel that hold these words.
fn cards(story: &Story, channel: &str, words: &str) -> usize {
    let holds = |message: &&Message| message.by_bot && message.plain().contains(words);
    story.slack.messages(channel).iter().filter(holds).count()
}

fn exactly_one(story: &Story, channel: &str, words: &str) {
    assert_eq!(cards(story, channel, words), 1, "{}", story.all(channel));
}

/// Calls of posting in this channel that no fault hit.
fn posts(story: &Story) -> usize {
    story.slack.calls_of(POST).iter().filter(|call| call.fault.is_none()).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lane_waits_as_long_as_slack_asks_and_keeps_its_order() {
    let story = Story::begin().await;
    story
        .slack
        .fail(FaultRule::on(POST, Fault::TooMany { retry_after: Some(17) }).in_channel("#sme-ci").times(1));
    ask(&story, RUNNERS).await;
    story.settle().await;
    ask(&story, CACHE).await;
    ask(&story, SWIMLANES).await;
    story.settle().await;
    assert_eq!(story.slack.messages("#sme-ci").len(), 0, "the lane rests");
    exactly_one(&story, "#sme-planning", "swimlanes");
    story.pass(seconds(16)).await;
    assert_eq!(story.slack.messages("#sme-ci").len(), 0, "the lane still rests");
    story.pass(seconds(2)).await;
    let seen = story.slack.messages("#sme-ci");
    assert_eq!(seen.len(), 2, "{}", story.all("#sme-ci"));
    assert!(seen[0].plain().contains("two regions") && seen[1].plain().contains("share their cache"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_that_slack_does_not_name_is_half_a_minute() {
    let story = Story::begin().await;
    story.slack.fail_once(POST, Fault::TooMany { retry_after: None });
    ask(&story, RUNNERS).await;
    story.settle().await;
    story.pass(seconds(29)).await;
    assert_eq!(story.slack.messages("#sme-ci").len(), 0);
    story.pass(seconds(2)).await;
    exactly_one(&story, "#sme-ci", "two regions");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_lane_told_to_wait_within_ten_seconds_pauses_all() {
    let story = Story::begin().await;
    for channel in ["#sme-ci", "#sme-planning"] {
        let told = FaultRule::on(POST, Fault::TooMany { retry_after: Some(40) });
        story.slack.fail(told.in_channel(channel).times(1));
    }
    ask(&story, RUNNERS).await;
    story.settle().await;
    story.pass(seconds(9)).await;
    ask(&story, SWIMLANES).await;
    story.settle().await;
    ask(&story, "Does SAST flag a false positive in semgrep rules?").await;
    story.settle().await;
    assert_eq!(story.slack.messages("#sme-security").len(), 0, "all lanes rest");
    story.pass(seconds(45)).await;
    for (channel, words) in
        [("#sme-ci", "two regions"), ("#sme-planning", "swimlanes"), ("#sme-security", "semgrep rules")]
    {
        exactly_one(&story, channel, words);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_whose_fate_is_unknown_is_looked_for_and_there_once() {
    for fault in [
        Fault::Status(500),
        Fault::Status(503),
        Fault::Html,
        Fault::ResetBefore,
        Fault::ResetAfter,
        Fault::InternalErrorAfter,
        Fault::HangAfter,
    ] {
        let story = Story::begin().await;
        story.slack.fail(FaultRule::on(POST, fault.clone()).in_channel("#sme-ci").times(1));
        story.slack.clear_calls();
        ask(&story, RUNNERS).await;
        story.settle().await;
        story.slack.release_hung();
        story.pass(seconds(30)).await;
        exactly_one(&story, "#sme-ci", "two regions");
        let arrived = matches!(fault, Fault::ResetAfter | Fault::InternalErrorAfter | Fault::HangAfter);
        assert_eq!(posts(&story), usize::from(!arrived), "sent again after {fault:?}");
        assert!(!story.slack.calls_of("conversations.history").is_empty(), "looked for after {fault:?}");
        // What was found can be changed: the home knows its card.
        story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
        story.settle().await;
        assert!(story.last("#sme-ci").contains("Ines has it"), "after {fault:?}: {}", story.last("#sme-ci"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_changed_while_its_fate_was_unknown_is_drawn_as_it_is_now() {
    let story = Story::begin().await;
    story.slack.fail(FaultRule::on(POST, Fault::InternalErrorAfter).in_channel("#sme-ci").times(1));
    ask(&story, RUNNERS).await;
    story.settle().await;
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.settle().await;
    assert!(story.last("#sme-ci").contains("*Open*"), "its lane rests: {}", story.last("#sme-ci"));
    story.pass(seconds(30)).await;
    exactly_one(&story, "#sme-ci", "two regions");
    assert!(story.last("#sme-ci").contains("Ines has it"), "{}", story.last("#sme-ci"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_at_a_card_whose_fate_is_unknown_is_not_overlooked() {
    let story = Story::begin().await;
    story.slack.fail(FaultRule::on(POST, Fault::ResetAfter).in_channel("#sme-ci").times(1));
    ask(&story, RUNNERS).await;
    story.settle().await;
    let card = story.slack.last_message("#sme-ci");
    story.person("ines").react("#sme-ci", &card.ts, "white_check_mark").await.unwrap();
    story.settle().await;
    assert!(story.last("#sme-ci").contains("*Open*"), "{}", story.last("#sme-ci"));
    assert_eq!(story.slack.pending().len(), 1, "Slack was asked to tell again");
    story.pass(minutes(2)).await;
    assert!(story.last("#sme-ci").contains("Ines has it"), "{}", story.last("#sme-ci"));
    // Nothing is asked to be told again once the card is known.
    let stray = story.person("raj").say("#sme-ci", "Lunch?").await.unwrap();
    story.person("raj").react("#sme-ci", &stray, "white_check_mark").await.unwrap();
    assert_eq!(story.slack.pending().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn direct_messages_are_looked_for_too() {
    let story = Story::begin().await;
    ask(&story, RUNNERS).await;
    story.settle().await;
    story.slack.fail(FaultRule::on(POST, Fault::ResetAfter).in_channel("@ava").times(1));
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.settle().await;
    story.pass(seconds(30)).await;
    let took = |message: &&Message| message.plain().starts_with("Ines took");
    assert_eq!(story.slack.dms_of("ava").iter().filter(took).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_between_sending_and_noting_it_doubles_nothing() {
    let mut story = Story::begin().await;
    ask(&story, RUNNERS).await;
    // The process takes the card, sends it, and dies before it can note that.
    story.slack.fail(FaultRule::on(POST, Fault::HangAfter).in_channel("#sme-ci").times(1));
    let bot = story.bot.clone();
    let sending = tokio::spawn(async move { bot.settle().await });
    until(|| cards(&story, "#sme-ci", "two regions") == 1).await;
    sending.abort();
    let _ = sending.await;
    let beside = rusqlite::Connection::open(story.database()).unwrap();
    let count = "SELECT COUNT(*) FROM outbox WHERE state = 'sending'";
    assert_eq!(beside.query_row(count, [], |row| row.get::<_, i64>(0)).unwrap(), 1, "it was in flight");
    drop(beside);
    story.restart_after(seconds(1)).await;
    story.slack.release_hung();
    story.pass(minutes(2)).await;
    exactly_one(&story, "#sme-ci", "two regions");
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.settle().await;
    assert!(story.last("#sme-ci").contains("Ines has it"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_before_sending_loses_nothing() {
    let mut story = Story::begin().await;
    ask(&story, RUNNERS).await;
    story.slack.fail(FaultRule::on(POST, Fault::Hang).in_channel("#sme-ci").times(1));
    let bot = story.bot.clone();
    let sending = tokio::spawn(async move { bot.settle().await });
    until(|| story.slack.calls_of(POST).iter().any(|call| call.fault.is_some())).await;
    sending.abort();
    let _ = sending.await;
    story.restart_after(seconds(1)).await;
    story.slack.release_hung();
    story.pass(minutes(2)).await;
    exactly_one(&story, "#sme-ci", "two regions");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_slack_refuses_goes_to_the_fallback_and_admins_hear_once() {
    for code in ["is_archived", "channel_not_found"] {
        let story = Story::begin().await;
        story.slack.fail(FaultRule::on(POST, Fault::error(code)).in_channel("#sme-ci"));
        ask(&story, RUNNERS).await;
        story.settle().await;
        exactly_one(&story, "#subject-matter-experts", "two regions");
        assert!(story.last_dm("ava").contains("#subject-matter-experts"), "{}", story.last_dm("ava"));
        let told = story.all("#switchboard-admins");
        assert!(told.contains("#sme-ci") && told.contains("#subject-matter-experts"), "{told}");
        assert_eq!(story.slack.messages("#switchboard-admins").len(), 1, "{told}");
        ask(&story, CACHE).await;
        story.settle().await;
        exactly_one(&story, "#subject-matter-experts", "share their cache");
        assert_eq!(story.slack.messages("#switchboard-admins").len(), 1, "told twice");
        // What moved goes on as ever.
        story.person("lena").click_in("#subject-matter-experts", "Take it").await.unwrap();
        story.settle().await;
        assert!(story.all("#subject-matter-experts").contains("Lena has it"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn channels_that_all_refuse_are_each_tried_once() {
    let story = Story::begin().await;
    for channel in ["#sme-ci", "#subject-matter-experts", "#g_runner", "#s_verify"] {
        story.slack.fail(FaultRule::on(POST, Fault::error("is_archived")).in_channel(channel));
    }
    ask(&story, RUNNERS).await;
    tokio::time::timeout(Wall::from_secs(20), story.settle()).await.expect("it comes to an end");
    let refused = story.slack.calls_of(POST).iter().filter(|call| call.fault.is_some()).count();
    assert!((2..=6).contains(&refused), "{refused} tries");
    assert!(!story.bot.app.store().parked(story.bot.app.installation()).await.unwrap().is_empty());
    assert!(!story.slack.messages("#switchboard-admins").is_empty(), "admins know");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pm_ask_that_every_channel_refuses_comes_to_rest() {
    let story = Story::begin().await;
    for channel in ["#g_runner", "#s_verify", "#product"] {
        story.slack.fail(FaultRule::on(POST, Fault::error("is_archived")).in_channel(channel));
    }
    let ava = story.person("ava");
    ava.slash_in("#field", "/request-pm").await.unwrap();
    ava.fill("What is it about?", "Roadmap").await.unwrap();
    ava.fill("Area", "Verify › Runner").await.unwrap();
    ava.fill("Your question", "When do runners learn to sleep?").await.unwrap();
    ava.submit().await.unwrap();
    tokio::time::timeout(Wall::from_secs(20), story.settle()).await.expect("it comes to an end");
    let refused: Vec<String> = story
        .slack
        .calls_of(POST)
        .into_iter()
        .filter(|call| call.fault.is_some())
        .map(|call| story.slack.plain(&format!("<#{}>", call.args["channel"].as_str().unwrap())))
        .collect();
    assert_eq!(refused, ["#g_runner", "#s_verify", "#product"], "each once");
    assert!(!story.slack.messages("#switchboard-admins").is_empty(), "admins know");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_token_loses_nothing_and_it_goes_on_after() {
    let story = Story::begin().await;
    story.slack.fail(FaultRule::on("*", Fault::error("token_revoked")));
    ask(&story, RUNNERS).await;
    ask(&story, CACHE).await;
    story.settle().await;
    story.pass(minutes(12)).await;
    assert_eq!(story.slack.messages("#sme-ci").len(), 0);
    assert!(story.bot.app.health.token_refused.load(std::sync::atomic::Ordering::Relaxed));
    story.slack.clear_faults();
    story.pass(minutes(6)).await;
    let seen = story.slack.messages("#sme-ci");
    assert_eq!(seen.len(), 2, "{}", story.all("#sme-ci"));
    assert!(seen[0].plain().contains("two regions"), "in order");
    assert!(!story.bot.app.health.token_refused.load(std::sync::atomic::Ordering::Relaxed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reminder_whose_reason_is_gone_is_dropped_before_it_is_sent() {
    let story = Story::begin().await;
    ask(&story, RUNNERS).await;
    story.settle().await;
    // The leads' reminder is decided, but its lane rests; meanwhile somebody takes the question.
    story.pass(hours(24) - minutes(1)).await;
    story.slack.take_unread();
    story.slack.fail(FaultRule::on(POST, Fault::TooMany { retry_after: Some(600) }));
    story.pass(minutes(2)).await;
    story.slack.clear_faults();
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.pass(minutes(15)).await;
    let said: Vec<String> = story.slack.take_unread().iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|said| said.contains("Ines has it")), "{said:#?}");
    assert!(!said.iter().any(|said| said.contains("hours ago") || said.contains("24 h")), "{said:#?}");
    let thread = story.slack.last_message("#sme-ci").ts;
    assert_eq!(story.slack.thread("#sme-ci", &thread).len(), 1, "no reminder under the card");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cards_that_wait_collapse_into_the_newest_state() {
    let story = Story::begin().await;
    ask(&story, RUNNERS).await;
    story.settle().await;
    story.slack.clear_calls();
    story.slack.fail_once("chat.update", Fault::TooMany { retry_after: Some(30) });
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.settle().await;
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.person("sam").react("#sme-ci", &story.slack.last_message("#sme-ci").ts, "eyes").await.unwrap();
    story.settle().await;
    story.pass(minutes(1)).await;
    let good = story.slack.calls_of("chat.update").iter().filter(|call| call.ok()).count();
    assert_eq!(good, 1, "one update for all that happened meanwhile");
    assert!(story.last("#sme-ci").contains("Ines has it"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_direct_message_that_cannot_be_delivered_is_parked_and_admins_know() {
    let story = Story::begin().await;
    ask(&story, RUNNERS).await;
    story.settle().await;
    story.slack.fail(FaultRule::on(POST, Fault::error("messages_tab_disabled")).in_channel("@ava"));
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.settle().await;
    assert!(story.all("#sme-ci").contains("Ines has it"), "the card is right all the same");
    let parked = story.bot.app.store().parked(story.bot.app.installation()).await.unwrap();
    assert_eq!(parked.len(), 1, "{parked:#?}");
    assert_eq!(story.slack.messages("#switchboard-admins").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_response_url_holds_up_nothing() {
    let story = Story::begin().await;
    ask(&story, RUNNERS).await;
    story.settle().await;
    story.slack.fail(FaultRule::on("response_url", Fault::Status(404)));
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.settle().await;
    // A second taker is told so, by a URL that is dead.
    let sam = story.person("sam");
    let _ = sam.click_in("#sme-ci", "Not mine").await;
    story.person("ines").click_in("#sme-ci", "Answered").await.unwrap();
    story.settle().await;
    assert!(story.last_dm("ava").starts_with("Ines answered"), "{}", story.last_dm("ava"));
    let waiting = story.bot.app.store().outbox_waiting(story.bot.app.installation()).await.unwrap();
    assert_eq!(waiting.number, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_that_waits_for_its_card_holds_up_no_other() {
    use switchboard::domain::notice::{Address, Notice, What};
    let story = Story::begin().await;
    story.slack.fail(FaultRule::on(POST, Fault::error("is_archived")).in_channel("#sme-ci").times(1));
    story.slack.fail(
        FaultRule::on(POST, Fault::TooMany { retry_after: Some(60) }).in_channel("#subject-matter-experts"),
    );
    let id = ask(&story, RUNNERS).await;
    story.settle().await;
    let (app, now) = (&story.bot.app, story.clock.now());
    let engagement = app.engagement(id.parse().unwrap()).await.unwrap().unwrap();
    let home = engagement.home.clone().unwrap();
    assert!(home.card.is_none(), "its card waits in the fallback channel's lane");
    let calls = story.slack.calls_of(POST);
    let refused = calls[0].args["channel"].as_str().unwrap();
    let channel = switchboard::domain::ids::ChannelId::from(refused);
    let mut decision = switchboard::domain::decision::Decision::default();
    let what = What::NotTaken { leads: Vec::new(), again: false, hours: 24, late_because: None };
    decision.notices.push(Notice {
        to: Address::CardThread { channel },
        what,
        engagement: Some(engagement.id),
        urgent: true,
    });
    let commit = switchboard::store::Commit {
        installation: app.installation(),
        keys: Vec::new(),
        fired: None,
        decision,
        now,
        deadline: None,
        turn: None,
    };
    app.store().commit(commit).await.unwrap();
    story.settle().await;
    ask(&story, CACHE).await;
    story.settle().await;
    exactly_one(&story, "#sme-ci", "share their cache");
    story.slack.clear_faults();
    story.pass(minutes(3)).await;
    exactly_one(&story, "#subject-matter-experts", "two regions");
    let card = story.slack.last_message("#subject-matter-experts").ts;
    assert_eq!(story.slack.thread("#subject-matter-experts", &card).len(), 2, "the reply followed its card");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_that_slack_never_answers_for_is_not_put_off_for_ever() {
    let story = Story::begin().await;
    story.pass(hours(3)).await;
    let inside = "#sme-ci-internal";
    story.person("ines").say(inside, "@switchboard can runners scale to zero?").await.unwrap();
    story.settle().await;
    story.slack.fail(FaultRule::on("conversations.replies", Fault::Status(503)));
    story.pass(hours(2) + minutes(1)).await;
    assert!(story.slack.messages("#switchboard-admins").is_empty(), "patience first");
    story.pass(minutes(3)).await;
    assert_eq!(story.slack.messages("#switchboard-admins").len(), 1, "then admins know");
}
