//! A row that cannot be read: what it is about rests, all else goes on, a person is told once, and nothing is given up that
//! mending the row would bring back.

use rusqlite::params;

use crate::scene::{RUNNERS, ask, beside, copies, not_sent, pass, settle, told_admins};
use crate::support::{Story, hours, minutes};
use switchboard::sandbox::{Fault, FaultRule};

const CACHE: &str = "Do autoscaling runners share their cache?";
const MENDS: &str = "UPDATE engagement SET body = ? WHERE id = ?";

/// Spoils the first engagement; returns what mends it.
fn spoil_engagement(story: &Story) -> (String, i64) {
    let beside = beside(story);
    let first = "SELECT body, id FROM engagement ORDER BY id LIMIT 1";
    let (body, id) = beside.query_row(first, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(beside.execute(MENDS, params![r#"{"kind":"gone"}"#, id]).unwrap(), 1);
    (body, id)
}

fn mend(story: &Story, (body, id): (String, i64)) {
    assert_eq!(beside(story).execute(MENDS, params![body, id]).unwrap(), 1);
}

fn dead_letters(story: &Story) -> i64 {
    beside(story).query_row("SELECT COUNT(*) FROM dead_letter", [], |row| row.get(0)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engagement_stops_neither_its_lane_nor_other_clocks() {
    let story = Story::begin().await;
    let limited = FaultRule::on("chat.postMessage", Fault::TooMany { retry_after: Some(30) });
    story.slack.fail(limited.in_channel("#sme-ci").times(1));
    ask(&story, RUNNERS).await;
    ask(&story, CACHE).await;
    settle(&story).await;
    spoil_engagement(&story);
    pass(&story, minutes(2)).await;
    assert_eq!(copies(&story, "#sme-ci", "share their cache"), 1, "the lane goes on");
    let parked = not_sent(&story);
    assert!(parked.iter().any(|(state, why)| state == "parked" && why.contains("body")), "{parked:?}");
    assert_eq!(told_admins(&story), 1, "{}", story.all("#switchboard-admins"));
    assert!(story.last("#switchboard-admins").contains("cannot be read"));
    // A day later the reminder of the other one comes; of this one nobody hears again.
    pass(&story, hours(25)).await;
    let cards = story.slack.messages("#sme-ci");
    assert_eq!(story.slack.thread("#sme-ci", &cards[0].ts).len(), 2, "{}", story.all("#sme-ci"));
    assert_eq!(told_admins(&story), 1, "{}", story.all("#switchboard-admins"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_do_with_an_engagement_is_answered_and_events_are_kept_for_later() {
    let story = Story::begin().await;
    ask(&story, RUNNERS).await;
    settle(&story).await;
    let card = story.slack.last_message("#sme-ci").ts;
    let spoiled = spoil_engagement(&story);
    let clicked = story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    assert!(clicked.ok(), "{:?}", clicked.failed);
    settle(&story).await;
    let told = story.slack.ephemerals_of("ines");
    assert!(told.iter().any(|told| told.plain().contains("again")), "{told:#?}");
    story.person("ines").react("#sme-ci", &card, "eyes").await.unwrap();
    settle(&story).await;
    let statuses: Vec<_> =
        story.slack.deliveries().last().unwrap().attempts.iter().map(|a| a.status).collect();
    assert_eq!(statuses, [Some(200)], "not refused again and again");
    assert_eq!(dead_letters(&story), 1, "kept whole for when the row is mended");
    pass(&story, minutes(10)).await;
    assert_eq!(told_admins(&story), 1, "{}", story.all("#switchboard-admins"));
    mend(&story, spoiled);
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    settle(&story).await;
    assert!(story.last("#sme-ci").contains("Ines has it"), "mended, it goes on without a restart");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_whose_engagement_is_mended_still_fires() {
    let story = Story::begin().await;
    ask(&story, RUNNERS).await;
    settle(&story).await;
    let card = story.slack.last_message("#sme-ci").ts;
    let spoiled = spoil_engagement(&story);
    pass(&story, hours(25)).await;
    assert_eq!(story.slack.thread("#sme-ci", &card).len(), 1);
    assert_eq!(told_admins(&story), 1);
    mend(&story, spoiled);
    pass(&story, hours(2)).await;
    assert_eq!(story.slack.thread("#sme-ci", &card).len(), 2, "late, but there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_is_parked_and_its_lane_goes_on() {
    let story = Story::begin().await;
    for (column, spoiled) in [("notice", "{}"), ("decided_at", "9223372036854775807")] {
        let limited = FaultRule::on("chat.postMessage", Fault::TooMany { retry_after: Some(30) });
        story.slack.fail(limited.in_channel("#sme-ci").times(1));
        let words = format!("{RUNNERS} And with {column}?");
        ask(&story, &words).await;
        settle(&story).await;
        let sql = format!("UPDATE outbox SET {column} = ? WHERE state = 'waiting'");
        assert_eq!(beside(&story).execute(&sql, [spoiled]).unwrap(), 1);
        let next = format!("{CACHE} And their {column}?");
        ask(&story, &next).await;
        pass(&story, minutes(2)).await;
        assert_eq!(copies(&story, "#sme-ci", &format!("their {column}")), 1, "{}", story.all("#sme-ci"));
    }
    let parked: Vec<_> = not_sent(&story);
    assert_eq!(parked.len(), 2, "{parked:?}");
    assert!(parked.iter().all(|(state, why)| state == "parked" && why == "cannot be read"), "{parked:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_of_an_unknown_kind_stands_in_nobodys_way() {
    let story = Story::begin().await;
    ask(&story, RUNNERS).await;
    settle(&story).await;
    let now = story.clock.now().timestamp_micros();
    let sql = "INSERT INTO clock (installation_id, engagement_id, kind, due) SELECT installation_id, id, 'tea_time', ?1 \
        FROM engagement";
    assert_eq!(beside(&story).execute(sql, [now]).unwrap(), 1);
    let card = story.slack.last_message("#sme-ci").ts;
    pass(&story, hours(25)).await;
    // The way to tell when something is due next ends at that row; what is due is done all the same.
    settle(&story).await;
    assert_eq!(story.slack.thread("#sme-ci", &card).len(), 2, "{}", story.all("#sme-ci"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn small_notes_that_cannot_be_read_stop_no_start() {
    let mut story = Story::begin().await;
    ask(&story, RUNNERS).await;
    settle(&story).await;
    let sql = "UPDATE note SET value = '}' WHERE key = ?";
    let spoil = |story: &Story, key: &str| assert_eq!(beside(story).execute(sql, [key]).unwrap(), 1, "{key}");
    spoil(&story, "names");
    story.restart_after(minutes(5)).await;
    // Nobody is known by name until they are read anew; then all is as ever.
    story.bot.read_names().await.unwrap();
    ask(&story, CACHE).await;
    settle(&story).await;
    assert_eq!(copies(&story, "#sme-ci", "share their cache"), 1);
    spoil(&story, "alive_at");
    story.bot.notice_gap().await.unwrap();
    let kept = story.bot.app.store().alive_at(story.bot.app.installation()).await.unwrap();
    assert_eq!(kept, Some(story.clock.now()));
}
