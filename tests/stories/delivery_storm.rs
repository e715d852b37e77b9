//! Noise falls: what waits together is told together, in its own place, once, and says why it is late (B5, B7).

use chrono::TimeZone;
use switchboard::domain::rules::Rules;
use switchboard::sandbox::{Fault, FaultRule, Message};

use crate::support::{Story, example, hours, minutes, seconds};

const POST: &str = "chat.postMessage";

async fn busy() -> Story {
    Story::with(example(), Rules { asks_per_person_per_hour: 10_000, ..Rules::default() }).await
}

/// So many questions in #sme-ci, each of its own.
async fn ask_many(story: &Story, number: usize) {
    let ava = story.person("ava");
    for number in 0..number {
        let words = format!("/request-pm How do autoscaling runners keep cache number {number} warm?");
        let answer = ava.slash_in("#field", &words).await.unwrap();
        assert!(answer.plain().starts_with("Sent to #sme-ci"), "{}", answer.plain());
    }
    story.settle().await;
}

/// What was posted in a channel and is no card.
fn reminders(story: &Story, channel: &str) -> Vec<Message> {
    let mut all = Vec::new();
    for message in story.slack.messages(channel) {
        let in_thread = story.slack.thread(channel, &message.ts);
        all.extend(in_thread.into_iter().filter(|reply| reply.ts != message.ts));
        if message.plain().contains("reminders in one") || message.plain().contains("One reminder") {
            all.push(message);
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_after_we_were_down_is_one_message_that_says_why() {
    let mut story = busy().await;
    ask_many(&story, 230).await;
    story.slack.take_unread();
    story.restart_after(hours(30)).await;
    story.pass(seconds(2)).await;
    let told = reminders(&story, "#sme-ci");
    assert_eq!(told.len(), 1, "one message instead of 230");
    insta::assert_snapshot!(told[0].plain(), @r"
    *230 reminders in one*: I was down from yesterday 09:00 to today 15:00, so they come late.
    • @Lena: not taken by anybody yet: ‹HFJ›, ‹VJC›, ‹HN6›, ‹VQZ›, ‹HTT› and 225 more.
    `/request-pm mine` lists what waits for you; each card says where it stands.
    ");
    assert_eq!(told[0].notified, ["lena"], "once");
    story.pass(hours(10)).await;
    assert_eq!(reminders(&story, "#sme-ci").len(), 1, "none of them comes again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_longer_holds_is_left_out_of_what_is_told_together() {
    let story = busy().await;
    ask_many(&story, 12).await;
    story.pass(hours(24) - minutes(1)).await;
    // The reminders are decided and put together while Slack takes nothing; meanwhile all but two are taken.
    story
        .slack
        .fail(FaultRule::on(POST, Fault::TooMany { retry_after: Some(600) }).in_channel("#sme-ci").times(1));
    story.pass(minutes(2)).await;
    assert!(reminders(&story, "#sme-ci").is_empty());
    let cards = story.slack.messages("#sme-ci");
    for card in &cards[2..] {
        story.person("ines").click_on(card, "Take it").await.unwrap();
    }
    story.settle().await;
    story.pass(minutes(10)).await;
    let told = reminders(&story, "#sme-ci");
    assert_eq!(told.len(), 1, "{told:#?}");
    insta::assert_snapshot!(told[0].plain(), @r"
    *2 reminders in one*: waiting since today 09:00, 10 min ago, for Slack to take them.
    • @Lena: not taken by anybody yet: ‹HFJ›, ‹VJC›.
    `/request-pm mine` lists what waits for you; each card says where it stands.
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_told_together_is_sent_once_even_when_its_fate_is_unknown() {
    for fault in [Fault::ResetAfter, Fault::ResetBefore] {
        let mut story = busy().await;
        ask_many(&story, 12).await;
        story.pass(hours(24) - minutes(1)).await;
        story.slack.fail(FaultRule::on(POST, fault.clone()).in_channel("#sme-ci").times(1));
        story.pass(minutes(1)).await;
        story.restart_after(seconds(10)).await;
        story.pass(minutes(2)).await;
        assert_eq!(reminders(&story, "#sme-ci").len(), 1, "after {fault:?}");
        let beside = rusqlite::Connection::open(story.database()).unwrap();
        let merged = "SELECT COUNT(*) FROM outbox WHERE state = 'dropped' AND reason LIKE 'told together%'";
        assert_eq!(beside.query_row(merged, [], |row| row.get::<_, i64>(0)).unwrap(), 12);
        let waiting = story.bot.app.store().outbox_waiting(story.bot.app.installation()).await.unwrap();
        assert_eq!(waiting.number, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_few_reminders_for_several_people_stay_in_their_threads() {
    let story = busy().await;
    ask_many(&story, 2).await;
    story.pass(hours(24) + minutes(1)).await;
    for card in story.slack.messages("#sme-ci") {
        let thread = story.slack.thread("#sme-ci", &card.ts);
        assert_eq!(thread.len(), 2, "each under its card");
        assert!(thread[1].plain().contains("nobody has taken this for 24 h"), "{}", thread[1].plain());
    }
    assert_eq!(story.clock.now(), chrono::Utc.with_ymd_and_hms(2026, 11, 17, 9, 1, 0).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admins_hear_of_reminders_that_slack_refuses_together() {
    let story = busy().await;
    ask_many(&story, 12).await;
    story.pass(hours(24) - minutes(1)).await;
    story.slack.fail(FaultRule::on(POST, Fault::error("is_archived")).in_channel("#sme-ci"));
    story.pass(minutes(2)).await;
    insta::assert_snapshot!(story.all("#switchboard-admins"), @"Could not post a message in #sme-ci: the channel is archived. It was not sent anywhere else; the directory wants a new channel.");
}
