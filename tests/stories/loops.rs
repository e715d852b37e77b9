//! The loops that wait for an instant: the nightly reading of the names and the post of the week, by the loops themselves. What the
//! clock is moved over is met when it comes, once, and not before.

use std::time::Duration;

use switchboard::domain::directory::ChannelRef;
use switchboard::domain::rules::Rules;
use switchboard::sandbox::ApiCall;
use tokio::sync::watch;

use crate::support::{Story, example, hours};

const LISTED: &str = "conversations.list";

/// Waits until that holds; it takes as long as some loops take.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_mins(1), waiting).await.is_ok(), "{what}");
}

fn channel_is_known_as(story: &Story, name: &str) -> bool {
    let id = story.slack.channel_id("#g_runners").as_str().into();
    story.bot.app.policy().org.channel(&id).is_some_and(|channel| channel.name == name)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_nightly_reading_finds_what_no_event_told() {
    let story = Story::begin().await;
    story.slack.clear_calls();
    let (stop, stopped) = watch::channel(false);
    let loops = story.bot.work(stopped).await.unwrap();
    until("the first reading", || !story.slack.calls_of(LISTED).is_empty()).await;
    story.slack.subscribe(&[]);
    story.slack.rename_channel("#g_runner", "g_runners");
    story.slack.clear_calls();
    // Hours pass; the loop is woken in each of them, and reads in none but one of a night.
    let mut passed = 0_usize;
    while !channel_is_known_as(&story, "g_runners") {
        story.clock.advance(hours(1));
        passed += 1;
        story.bot.app.names_stale.notify_one();
        assert!(passed < 24 * 100, "the reading of the night");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let is_first = |call: &&ApiCall| !call.args.contains_key("cursor");
    let readings = story.slack.calls_of(LISTED).iter().filter(is_first).count();
    assert!(readings <= passed / 24 + 1, "{readings} readings in {passed} h");
    stop.send_replace(true);
    for running in loops {
        running.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_week_is_posted_when_it_is_over_and_not_again_after_a_restart() {
    let mut rules = Rules::default();
    rules.reports.channel = Some(ChannelRef::Name("product".to_owned()));
    let mut story = Story::with(example(), rules).await;
    let posts = |story: &Story| {
        story.slack.messages("#product").iter().filter(|post| post.plain().contains("All areas")).count()
    };
    story.person("ava").slash_in("#field", "/request-pm how do runners scale?").await.unwrap();
    story.settle().await;
    for round in 0..2 {
        let (stop, stopped) = watch::channel(false);
        let loops = story.bot.work(stopped).await.unwrap();
        if round == 0 {
            // Of a week before us nothing is known; from here on the week counts.
            let app = &story.bot.app;
            let mut kept = None;
            while kept.is_none() {
                kept = app.store().kept(app.installation(), "weekly_report").await.unwrap();
                tokio::task::yield_now().await;
            }
            assert_eq!(posts(&story), 0);
            story.clock.advance(hours(24 * 7));
        }
        story.bot.app.health.hearing.heard.notify_one();
        until("the post of the week", || posts(&story) == 1).await;
        stop.send_replace(true);
        for running in loops {
            running.await.unwrap();
        }
        story.restart_after(hours(1)).await;
        assert_eq!(posts(&story), 1, "told once");
    }
}
