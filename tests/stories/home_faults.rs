//! App Home when things break, and how little is published: never more than changed, never at the cost of a message.

use chrono::{DateTime, Utc};
use switchboard::domain::rules::Rules;
use switchboard::sandbox::{Fault, FaultRule};

use crate::home::{ask, look, shown};
use crate::support::{Story, example, hours, minutes, seconds};

const PUBLISH: &str = "views.publish";

/// How many Homes Slack was told of since the last time.
fn published(story: &Story) -> usize {
    let number = story.slack.calls_of(PUBLISH).len();
    story.slack.clear_calls();
    number
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_changed_is_published_and_only_to_those_it_concerns() {
    let story = Story::begin().await;
    for name in ["ines", "tomas", "raj"] {
        look(&story, name).await;
    }
    assert_eq!(published(&story), 3);
    ask(&story, "how do runners scale?").await;
    assert_eq!(published(&story), 1, "Ines alone sees it");
    for _ in 0..3 {
        look(&story, "ines").await;
    }
    assert_eq!(published(&story), 0, "opened again, it is there still");
    story.pass(hours(11)).await;
    assert_eq!(published(&story), 0, "time alone changes nothing");
    story.pass(hours(1) + minutes(1)).await;
    assert_eq!(published(&story), 1, "half of the time has passed: at risk");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_start_only_what_changed_meanwhile_is_published() {
    let mut story = Story::begin().await;
    ask(&story, "how do runners scale?").await;
    for name in ["ines", "ava"] {
        look(&story, name).await;
    }
    published(&story);
    story.restart_after(minutes(5)).await;
    assert_eq!(published(&story), 0);
    story.slack.fail(FaultRule::on(PUBLISH, Fault::Status(503)));
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.hear().await;
    story.slack.clear_faults();
    story.restart_after(seconds(1)).await;
    assert!(shown(&story, "ines").contains("*You owe* · 1"), "what Slack did not take is not lost");
    assert!(shown(&story, "ava").contains("Ines has it"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_slack_says_it_is_shown_in_the_end() {
    for (fault, wait) in [
        (Fault::TooMany { retry_after: Some(40) }, seconds(41)),
        (Fault::Status(500), seconds(10)),
        (Fault::ResetBefore, seconds(10)),
        (Fault::ResetAfter, seconds(10)),
        (Fault::error("hash_conflict"), seconds(10)),
        (Fault::error("internal_error"), seconds(10)),
        (Fault::error("token_revoked"), minutes(6)),
        (Fault::error("not_enabled"), minutes(61)),
    ] {
        let story = Story::begin().await;
        look(&story, "ava").await;
        story.slack.fail(FaultRule::on(PUBLISH, fault.clone()).times(1));
        ask(&story, "how do runners scale?").await;
        assert!(story.last("#sme-ci").contains("how do runners scale?"), "{fault:?}: messages go on");
        story.pass(wait).await;
        assert!(shown(&story, "ava").contains("how do runners scale?"), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_slack_asks_to_wait_no_home_is_tried() {
    let story = Story::begin().await;
    for name in ["ava", "ines"] {
        look(&story, name).await;
    }
    story.slack.clear_calls();
    story.slack.fail(FaultRule::on(PUBLISH, Fault::TooMany { retry_after: Some(120) }).times(1));
    ask(&story, "how do runners scale?").await;
    story.pass(seconds(119)).await;
    assert_eq!(published(&story), 1, "one was told to wait, so all do");
    story.pass(seconds(2)).await;
    assert_eq!(published(&story), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_without_a_home_tab_works_on() {
    let story = Story::begin().await;
    look(&story, "ava").await;
    story.slack.switch_home(false);
    published(&story);
    ask(&story, "how do runners scale?").await;
    story.pass(minutes(59)).await;
    assert_eq!(published(&story), 1, "an hour between two tries");
    story.slack.switch_home(true);
    story.pass(minutes(3)).await;
    assert!(shown(&story, "ava").contains("how do runners scale?"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_left_or_stay_away_are_forgotten() {
    let story = Story::begin().await;
    for name in ["sam", "ines"] {
        look(&story, name).await;
    }
    story.slack.deactivate("sam");
    // Before the names are read again, Slack refuses it; afterwards nobody tries.
    ask(&story, "how do runners scale?").await;
    story.slack.clear_calls();
    story.bot.read_names().await.expect("names");
    ask(&story, "how do runners shrink?").await;
    assert_eq!(published(&story), 1, "Ines alone");
    let homes = |story: &Story| {
        let app = std::sync::Arc::clone(&story.bot.app);
        async move {
            let since = DateTime::<Utc>::UNIX_EPOCH;
            app.store().open_homes(app.installation(), since, 10).await.expect("homes").len()
        }
    };
    assert_eq!(homes(&story).await, 1);
    story.pass(hours(24 * 31)).await;
    story.bot.upkeep().await.expect("upkeep");
    story.clock.advance(hours(1));
    for _ in 0..2 {
        story.bot.upkeep().await.expect("upkeep");
    }
    assert_eq!(homes(&story).await, 0, "not opened for a month");
    story.slack.clear_calls();
    ask(&story, "how do runners rest?").await;
    assert_eq!(published(&story), 0);
    assert!(look(&story, "ines").await.contains("how do runners rest?"), "opened, it is there again");
}

/// When each of many cards was posted while so many people have their Home open, all of them experts of the area.
async fn cards_of_a_storm(homes: usize) -> Vec<DateTime<Utc>> {
    let rules = Rules { asks_per_person_per_hour: 10_000, ..Rules::default() };
    let mut story = Story::with(example(), rules).await;
    let names: Vec<String> = (0..homes).map(|number| format!("expert-{number}")).collect();
    for name in &names {
        story.slack.add_user(name);
    }
    let mut members: Vec<&str> = names.iter().map(String::as_str).collect();
    members.extend(["ines", "sam"]);
    story.written.directory.sme_areas.values_mut().for_each(|area| {
        let ids = names.iter().map(|name| story.slack.user_id(name).as_str().into());
        area.members.extend(ids.map(switchboard::domain::directory::PersonRef::Id));
    });
    story.bot.reload(story.written.clone()).await.expect("a directory");
    story.bot.read_names().await.expect("names");
    story.slack.limits(true);
    story.bot = story.bot.clone().at_slacks_pace();
    for name in &names {
        story.person(name).open_home().await.expect("a Home tab");
    }
    story.slack.clear_calls();
    for number in 0..20 {
        let text = format!("/request-pm how do runners scale to {number} regions?");
        story.person("ava").slash_in("#field", &text).await.expect("an answer");
    }
    for _ in 0..25 {
        story.pass(seconds(1)).await;
    }
    let posts = story.slack.calls_of("chat.postMessage");
    let cards: Vec<DateTime<Utc>> = posts.iter().filter(|call| call.ok()).map(|call| call.at).collect();
    let of_homes = story.slack.calls_of(PUBLISH);
    assert!(of_homes.iter().all(switchboard::sandbox::ApiCall::ok), "Slack never complains of Homes");
    // All of them in the end, and none more often than it changed.
    for _ in 0..homes / 4 {
        story.pass(seconds(6)).await;
    }
    for name in &names {
        let home = shown(&story, name);
        assert!(home.contains("*Nobody has taken* · 20"), "{name}: {home}");
    }
    let all = story.slack.calls_of(PUBLISH).len();
    assert!(all <= homes * 2, "{all} for {homes}");
    cards
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_homes_delay_no_message() {
    let alone = cards_of_a_storm(0).await;
    assert_eq!(alone.len(), 20);
    assert_eq!(cards_of_a_storm(500).await, alone, "each card at the same instant");
}
