//! What operators do: a parked message is tried again, a dead letter is heard again, and yesterday's backup comes back while
//! Slack has gone on.

use std::sync::Arc;

use serde_json::json;
use switchboard::control::{End, Ended, LetterWish, Operator, Wish};
use switchboard::domain::command::Action;
use switchboard::domain::ids::EngagementId;
use switchboard::sandbox::{Fault, FaultRule, Message};
use switchboard::slack::vocabulary::{Press, Pressed};
use switchboard::store::{self, Beside, Existing, NoticeWish, OutboxId};

use crate::support::{Story, hours, minutes, seconds};

const POST: &str = "chat.postMessage";
const RUNNERS: &str = "How do we keep autoscaling runners warm in two regions?";
const CACHE: &str = "Do autoscaling runners share their cache?";
const SWIMLANES: &str = "How do swimlanes work on kanban boards?";

/// Asks and returns the id that was acknowledged.
async fn ask(story: &Story, words: &str) -> EngagementId {
    let answer = story.person("ava").slash_in("#field", &format!("/request-pm {words}")).await.unwrap();
    let said = answer.plain();
    let after = said.split(" as ").nth(1).unwrap_or_else(|| panic!("no id in {said}"));
    let id: String = after
        .trim_start_matches(|sign: char| !sign.is_ascii_alphanumeric())
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    id.parse().unwrap()
}

/// The cards of ours in a channel that hold these words.
fn cards(story: &Story, channel: &str, words: &str) -> usize {
    let holds = |message: &&Message| message.by_bot && message.plain().contains(words);
    story.slack.messages(channel).iter().filter(holds).count()
}

fn beside(story: &Story) -> Beside {
    Beside::open(&format!("sqlite://{}", story.database().display())).unwrap()
}

async fn operate(story: &Story, wish: Wish, ids: &[i64]) -> Vec<End> {
    let ended = Operator::new(vec![Arc::clone(&story.bot.app)]).perform(&wish, ids).await;
    ended.into_iter().map(|Ended { id: _, end }| end).collect()
}

fn parked(story: &Story) -> Vec<i64> {
    let rows = beside(story).parked(story.bot.app.installation(), OutboxId(0), 100).unwrap();
    rows.iter().map(|row| row.id.0).collect()
}

fn letters(story: &Story) -> Vec<(i64, String)> {
    let letters = beside(story).letters(story.bot.app.installation(), 0, 100).unwrap();
    letters.into_iter().map(|letter| (letter.id, letter.reason)).collect()
}

async fn keep_letter(story: &Story, body: &str) {
    story.bot.app.keep_dead_letter(body.as_bytes(), "an older version".to_owned()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_backup_still_had_waiting_is_found_in_slack_and_not_posted_again() {
    let mut story = Story::begin().await;
    ask(&story, SWIMLANES).await;
    story.settle().await;
    // Everything but the swimlanes waits when the backup is made, one of it with an unknown end.
    for channel in ["#sme-ci", "@ava"] {
        story.slack.fail(FaultRule::on(POST, Fault::TooMany { retry_after: Some(30) }).in_channel(channel));
    }
    let first = ask(&story, RUNNERS).await;
    let second = ask(&story, CACHE).await;
    story.settle().await;
    story.person("mei").click_in("#sme-planning", "Take it").await.unwrap();
    let backup = story.database().with_file_name("backup.db");
    let held = beside(&story).back_up(&backup, Existing::Keep).unwrap();
    assert!(held.engagements == 3 && held.pending >= 3, "{held:?}");

    story.slack.clear_faults();
    story.pass(minutes(5)).await;
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    let since = ask(&story, "Do autoscaling runners survive an upgrade?").await;
    story.pass(minutes(5)).await;
    let posted = |story: &Story| {
        let calls = story.slack.calls_of(POST);
        calls.iter().filter(|call| call.fault.is_none()).count()
    };
    let before = posted(&story);
    assert_eq!(story.slack.messages("#sme-ci").len(), 3, "{}", story.all("#sme-ci"));

    story
        .restart_with(hours(2), |url| {
            let done = store::restore(url, &backup, crate::support::monday() + hours(3)).unwrap();
            assert_eq!(done.holds.engagements, 3);
        })
        .await;
    story.pass(minutes(30)).await;
    assert_eq!(posted(&story), before, "nothing is posted twice:\n{}", story.all("#sme-ci"));
    for words in ["two regions", "share their cache", "survive an upgrade"] {
        assert_eq!(cards(&story, "#sme-ci", words), 1, "{words}:\n{}", story.all("#sme-ci"));
    }
    let app = &story.bot.app;
    for id in [first, second] {
        let home = app.engagement(id).await.unwrap().unwrap().home.unwrap();
        assert!(home.card.is_some(), "{id}: its card is known again");
    }
    assert_eq!(app.store().outbox_waiting(app.installation()).await.unwrap().number, 0);
    assert!(app.engagement(since).await.unwrap().is_none(), "what came after the backup is not in it");
    // The card of what nobody remembers finds nothing, also after somebody else has asked.
    let again = ask(&story, "Do autoscaling runners log to disk?").await;
    assert!(again > since);
    story.settle().await;
    assert_eq!(cards(&story, "#sme-ci", "log to disk"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_card_shows_after_a_restore_what_the_bot_believes() {
    let mut story = Story::begin().await;
    ask(&story, RUNNERS).await;
    story.settle().await;
    let backup = story.database().with_file_name("backup.db");
    beside(&story).back_up(&backup, Existing::Keep).unwrap();
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.settle().await;
    assert!(story.last("#sme-ci").contains("Ines has it"), "{}", story.last("#sme-ci"));
    story
        .restart_with(minutes(10), |url| {
            store::restore(url, &backup, crate::support::monday() + minutes(10)).unwrap();
        })
        .await;
    story.pass(minutes(1)).await;
    assert!(!story.last("#sme-ci").contains("Ines has it"), "{}", story.last("#sme-ci"));
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.settle().await;
    assert!(story.last("#sme-ci").contains("Ines has it"), "{}", story.last("#sme-ci"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parked_post_that_may_have_arrived_is_looked_for_when_it_is_tried_again() {
    let story = Story::begin().await;
    ask(&story, RUNNERS).await;
    story.settle().await;
    let told = || story.slack.dms_of("ava").iter().filter(|dm| dm.plain().contains("Ines took")).count();
    // It arrives; nobody can look for it; and what became of the second try is not known either.
    story.slack.fail(FaultRule::on(POST, Fault::ResetAfter).in_channel("@ava").times(1));
    story.slack.fail(FaultRule::on(POST, Fault::ResetBefore).in_channel("@ava").times(1));
    story.slack.fail(FaultRule::on("conversations.history", Fault::error("channel_not_found")));
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.pass(minutes(2)).await;
    assert_eq!(told(), 1, "it arrived");
    story.slack.clear_faults();
    let ids = parked(&story);
    assert_eq!(ids.len(), 1, "there is no third");
    assert_eq!(operate(&story, Wish::RetryNotices, &ids).await, [End::Notice(NoticeWish::Done)]);
    story.pass(minutes(2)).await;
    assert_eq!(told(), 1, "it was found");
    assert!(parked(&story).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_click_that_is_heard_again_acts_once_and_answers_nobody() {
    let story = Story::begin().await;
    let id = ask(&story, RUNNERS).await;
    story.settle().await;
    let card = story.slack.last_message("#sme-ci");
    let press = Press { engagement: id, pressed: Pressed::Do(Action::Take) };
    let click = |who: &str, trigger: &str| {
        json!({
            "type": "block_actions", "team": {"id": story.slack.team_id()}, "trigger_id": trigger,
            "user": {"id": story.person(who).id().unwrap(), "team_id": story.slack.team_id()},
            "channel": {"id": card.channel}, "response_url": format!("{}/gone", story.slack.api_url()),
            "message": {"ts": card.ts}, "container": {"type": "message", "message_ts": card.ts},
            "actions": [{"type": "button", "value": serde_json::to_string(&press).unwrap()}],
        })
        .to_string()
    };
    let body = |click: &str| {
        format!("payload={}", url::form_urlencoded::byte_serialize(click.as_bytes()).collect::<String>())
    };
    // The same click twice, as after a retry that was cut off; and one of somebody who may not.
    for click in [click("ines", "1.1"), click("ines", "1.1"), click("ava", "1.2")] {
        keep_letter(&story, &body(&click)).await;
    }
    keep_letter(&story, "{\"type\":\"zebra\"}").await;
    story.slack.take_unread();
    let shown = || story.slack.ephemerals_of("ava").len() + story.slack.ephemerals_of("ines").len();
    let shown_before = shown();
    let ids: Vec<i64> = letters(&story).iter().map(|(id, _)| *id).collect();
    let ends = operate(&story, Wish::RetryDeadLetters, &ids).await;
    assert_eq!(ends[..3], [const { End::Letter(LetterWish::Understood) }; 3]);
    assert!(matches!(&ends[3], End::Letter(LetterWish::Stays { .. })), "{:?}", ends[3]);
    story.pass(seconds(30)).await;
    assert!(story.last("#sme-ci").contains("Ines has it"), "{}", story.last("#sme-ci"));
    assert_eq!(shown(), shown_before, "neither hears of a click that they have forgotten");
    let dms = [story.slack.dms_of("ava"), story.slack.dms_of("ines")].concat();
    let dms: Vec<String> = dms.iter().map(Message::plain).collect();
    assert_eq!(
        dms,
        [format!("Ines took *{id}*.")],
        "the asker is told that it was taken, and nobody else anything"
    );
    let (_, timeline) = story.bot.app.history(id).await.unwrap().unwrap();
    let events: Vec<String> = timeline.iter().map(|entry| format!("{:?}", entry.event)).collect();
    assert_eq!(events.iter().filter(|event| event.contains("Taken")).count(), 1, "{events:?}");
    assert_eq!(letters(&story).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_whose_retry_was_cut_off_is_not_done_after_its_keys_are_forgotten() {
    let story = Story::begin().await;
    keep_letter(&story, "{\"type\":\"zebra\"}").await;
    let app = &story.bot.app;
    // As if we had ended between what it led to and its going.
    app.store().begin_reread(app.installation(), 1, app.now()).await.unwrap().unwrap();
    story.pass(hours(24)).await;
    let ends = operate(&story, Wish::RetryDeadLetters, &[1]).await;
    assert!(matches!(ends[..], [End::Letter(LetterWish::Stays { .. })]), "{ends:?}");
    app.store().begin_reread(app.installation(), 1, app.now()).await.unwrap().unwrap();
    story.pass(hours(26)).await;
    assert_eq!(operate(&story, Wish::RetryDeadLetters, &[1]).await, [End::Letter(LetterWish::Doubtful)]);
    assert_eq!(operate(&story, Wish::DropDeadLetters, &[1]).await, [End::Letter(LetterWish::Dropped)]);
    assert_eq!(operate(&story, Wish::RetryDeadLetters, &[1]).await, [End::Letter(LetterWish::Unknown)]);
}

/// The messages on record that were sent, oldest first.
fn sent_on_record(story: &Story) -> Vec<i64> {
    let db = rusqlite::Connection::open(story.database()).unwrap();
    let mut statement = db.prepare("SELECT id FROM outbox WHERE state = 'sent' ORDER BY id").unwrap();
    let ids = statement.query_map([], |row| row.get(0)).unwrap();
    ids.map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_became_of_a_message_is_on_record_for_thirty_days() {
    let story = Story::begin().await;
    ask(&story, SWIMLANES).await;
    story.pass(minutes(1)).await;
    // What was sent on the first day, and what could not be.
    story.slack.fail(FaultRule::on(POST, Fault::error("channel_not_found")).in_channel("@ava"));
    story.person("mei").click_in("#sme-planning", "Take it").await.unwrap();
    story.person("mei").click_in("#sme-planning", "Answered").await.unwrap();
    story.pass(minutes(20)).await;
    let (sent, lost) = (sent_on_record(&story), parked(&story));
    assert!(!sent.is_empty() && !lost.is_empty(), "{sent:?} {lost:?}");
    let still_there = || sent_on_record(&story).iter().filter(|id| sent.contains(id)).count();
    story.bot.upkeep().await.unwrap();
    assert_eq!(still_there(), sent.len());
    // A clock that was set says nothing of how long ago that was.
    story.set_wall_clock(hours(31 * 24));
    story.bot.upkeep().await.unwrap();
    assert_eq!(still_there(), sent.len());
    story.set_wall_clock(-hours(31 * 24));
    story.pass(hours(29 * 24)).await;
    story.bot.upkeep().await.unwrap();
    assert_eq!(still_there(), sent.len(), "the thirtieth day is not over");
    story.pass(hours(25)).await;
    story.bot.upkeep().await.unwrap();
    assert_eq!(still_there(), 0, "sent, and forgotten");
    assert!(lost.iter().all(|id| parked(&story).contains(id)), "what waits for a person is not forgotten");
}
