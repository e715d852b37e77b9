//! Socket Mode: the same bot, reached by websockets that it opens itself. What is lost on the way happens once all the same,
//! what was not committed is not acknowledged, and a time without any connection is a gap (B7).

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};
use switchboard::sandbox::{Fault, FaultRule, SocketMishap, Submission};
use switchboard::socket::Timing;

use crate::support::{SOCKETS, Story, fast, fill_request, hours, minutes};

const WORDS: &str = "How do we keep autoscaling runners warm in two regions?";

/// Waits until that holds; it takes as long as some threads take.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(20), waiting).await.is_ok(), "{what}");
}

async fn heard_by(story: &Story, sockets: usize) {
    let open = tokio::time::timeout(Duration::from_secs(20), story.slack.sockets_are(sockets)).await;
    assert!(open.is_ok(), "{} are open", story.slack.sockets());
    until("as many are open for the bot as for Slack", || {
        story.bot.app.health.hearing.numbers().1 == sockets
    })
    .await;
}

async fn engagements(story: &Story) -> i64 {
    let app = &story.bot.app;
    app.store().counts(app.installation()).await.unwrap().iter().map(|count| count.number).sum()
}

async fn letters(story: &Story) -> Vec<(String, String)> {
    let app = &story.bot.app;
    let letters = app.store().dead_letters(Some(app.installation()), 100).await.unwrap();
    letters.into_iter().map(|one| (one.reason, String::from_utf8(one.body).unwrap())).collect()
}

fn mention(story: &Story, id: &str) -> Value {
    json!({"type": "event_callback", "team_id": story.slack.team_id(), "event_id": id,
        "event": {"type": "app_mention", "channel": story.slack.channel_id("#field"), "channel_type": "channel",
            "user": story.person("ava").id().unwrap(), "ts": "1795165200.000100", "event_ts": "1795165200.000100",
            "team": story.slack.team_id(), "text": format!("<@{}> {WORDS}", story.slack.bot_user_id())}})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_is_asked_taken_and_answered() {
    let story = Story::by_sockets(fast()).await;
    let ava = story.person("ava");
    let answer = ava.slash_in("#field", &format!("/request-pm {WORDS}")).await.unwrap();
    assert_snapshot!(answer.plain(), @r"
    Sent to #sme-ci as *HFJ*. If nobody takes it by tomorrow 10:00, I ask the area lead.
    There because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]
    ");
    assert!(story.hear().await.contains("● *Open*: nobody has taken it yet · @sme-ci"));
    let ines = story.person("ines");
    ines.click_in("#sme-ci", "Take it").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (updated) Switchboard:
    *Runner* · question · *HFJ*
    > How do we keep autoscaling runners warm in two regions?
    Ava · asked today 09:00
    Here because “Runner” and “autoscaling” are Runner, whose SMEs answer first.
    ◐ *Taken*: Ines has it, since today 09:00
    [Answered] [Ask the PM] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]

    @ava Switchboard:
    Ines took *HFJ*.
    ");
    let card = story.slack.last_message("#sme-ci").ts;
    ines.react("#sme-ci", &card, "eyes").await.unwrap();
    ines.reply("#sme-ci", &card, "Keep one idle runner a region.").await.unwrap();
    ines.click_in("#sme-ci", "Answered").await.unwrap();
    assert!(story.hear().await.contains("✓ *Answered*: by Ines"));
    story.nothing_unread();
    assert!(story.slack.pending().is_empty());
    let attempts = story.slack.deliveries().into_iter().map(|delivery| delivery.attempts.len());
    assert!(attempts.into_iter().all(|attempts| attempts == 1), "each acknowledged when it came first");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forms_are_answered_with_the_acknowledgement() {
    let story = Story::by_sockets(fast()).await;
    let ava = story.person("ava");
    ava.slash_in("#field", "/request-pm").await.unwrap();
    assert_eq!(ava.type_ahead("Area", "veri").await.unwrap().first().map(String::as_str), Some("Verify"));
    ava.close().await.unwrap();
    fill_request(&story, "ava", "A PM in a customer meeting", "Verify › Runner").await;
    assert_eq!(ava.submit().await.unwrap(), Submission::Updated, "the fields of that reason");
    ava.fill("Start", "2026-11-25 10:00").await.unwrap();
    ava.fill("Goal of the call", "Decide").await.unwrap();
    ava.fill("Who comes, in which role", "Their CTO").await.unwrap();
    assert_eq!(ava.submit().await.unwrap(), Submission::Cleared);
    assert!(story.hear().await.contains("customer call"));
    assert_eq!(engagements(&story).await, 1);
    // A click is acknowledged without an answer, since Slack takes none with it.
    story.person("paul").click_in("#g_runner", "Confirm").await.unwrap();
    let last = story.slack.acknowledgements().pop().unwrap();
    assert!(last.get("envelope_id").is_some() && last.get("payload").is_none(), "{last}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_too_late_or_came_twice_happens_once() {
    for mishap in [SocketMishap::LoseAcknowledgement, SocketMishap::LoseEnvelope, SocketMishap::Double] {
        let story = Story::by_sockets(fast()).await;
        story.slack.mishap(mishap);
        story.person("ava").say("#field", &format!("@switchboard {WORDS}")).await.unwrap();
        story.pass(minutes(2)).await;
        heard_by(&story, SOCKETS).await;
        assert_eq!(engagements(&story).await, 1, "{mishap:?}");
        assert_eq!(story.slack.messages("#sme-ci").len(), 1, "{mishap:?}: shown once");
        assert!(story.slack.pending().is_empty(), "{mishap:?}");
        let tries: Vec<_> = story.slack.deliveries().iter().map(|delivery| delivery.attempts.len()).collect();
        assert_eq!(tries.contains(&2), mishap != SocketMishap::Double, "{mishap:?}: sent again, {tries:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_click_whose_acknowledgement_was_lost_counts_once() {
    let story = Story::by_sockets(fast()).await;
    let ava = story.person("ava");
    story.slack.mishap(SocketMishap::LoseAcknowledgement);
    let answer = ava.slash_in("#field", &format!("/request-pm {WORDS}")).await.unwrap();
    assert!(!answer.ok(), "Ava is shown that it failed");
    heard_by(&story, SOCKETS).await;
    // The same words again within ten minutes are the same question.
    let again = ava.slash_in("#field", &format!("/request-pm {WORDS}")).await.unwrap();
    assert!(again.ok() && again.plain().contains("HFJ"), "{}", again.plain());
    story.settle().await;
    assert_eq!(engagements(&story).await, 1);
    assert_eq!(story.slack.messages("#sme-ci").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_lost_socket_of_two_is_replaced_and_nobody_waits() {
    let story = Story::by_sockets(fast()).await;
    story.slack.mishap(SocketMishap::LoseEnvelope);
    assert_eq!(story.slack.send_envelope("events_api", mention(&story, "Ev1")).await.map(drop), Some(()));
    story.person("ava").say("#field", "@switchboard help").await.unwrap();
    heard_by(&story, SOCKETS).await;
    let (wanted, open, reconnects) = story.bot.app.health.hearing.numbers();
    assert_eq!((wanted, open, reconnects), (SOCKETS, SOCKETS, 1));
    assert!(!story.bot.app.health.hearing.take_deafness(), "there was always one open");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_has_to_end_is_replaced_before_it_does() {
    let story = Story::by_sockets(fast()).await;
    story.slack.fewest_sockets();
    for (index, reason) in ["warning", "refresh_requested", "something_new"].into_iter().enumerate() {
        story.slack.ask_to_leave(reason);
        until("another one is opened", || story.bot.app.health.hearing.numbers().2 == index as u64 + 1).await;
        heard_by(&story, SOCKETS).await;
        assert_eq!(story.slack.fewest_sockets(), SOCKETS, "{reason}");
        let answer = story.person("ava").slash_in("#field", "/request-pm help").await.unwrap();
        assert!(answer.ok(), "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_socket_is_noticed_and_replaced() {
    let (often, soon) = (Duration::from_millis(20), Duration::from_millis(300));
    let story = Story::by_sockets(Timing { ping_every: often, silent_after: soon, ..fast() }).await;
    story.slack.silence_a_socket();
    until("it is replaced", || story.bot.app.health.hearing.numbers().2 == 1).await;
    heard_by(&story, SOCKETS).await;
    for _ in 0..SOCKETS {
        assert!(story.person("ava").slash_in("#field", "/request-pm help").await.unwrap().ok());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_understood_is_kept_whole_and_acknowledged() {
    let story = Story::by_sockets(fast()).await;
    let strange = r#"{"envelope_id": "e1", "type": "moon_landed", "payload": {"a": 1}}"#;
    assert!(story.slack.send_frame(strange, "e1").await);
    let empty = r#"{"envelope_id": "e2", "type": "events_api"}"#;
    assert!(story.slack.send_frame(empty, "e2").await);
    let new = json!({"type": "event_callback", "event_id": "Ev9", "event": {"type": "moon_landed"}});
    assert!(story.slack.send_envelope("events_api", new.clone()).await.is_some());
    let click = json!({"type": "moon_pressed"});
    assert!(story.slack.send_envelope("interactive", click.clone()).await.is_some());
    story.slack.send_frame("no JSON at all", "none").await;
    story.settle().await;
    let letters = letters(&story).await;
    let body = |reason: &str| {
        let found = letters.iter().find(|(why, _)| why.contains(reason));
        found.map_or_else(|| panic!("{reason}: {letters:?}"), |(_, body)| body.clone())
    };
    assert_eq!(body("unknown type"), strange);
    assert_eq!(body("without a payload"), empty);
    assert_eq!(body("no JSON object"), "no JSON at all");
    assert!(
        letters.iter().any(|(_, body)| serde_json::from_str::<Value>(body).is_ok_and(|kept| kept == new))
    );
    // As HTTP would have brought it, so that it can be heard again.
    assert!(letters.iter().any(|(_, body)| body.starts_with("payload=")), "{letters:?}");
    assert_eq!(letters.len(), 5);
    story.slack.sockets_are(SOCKETS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_committed_is_not_acknowledged_and_people_are_told() {
    let story = Story::by_sockets(fast()).await;
    let other = rusqlite::Connection::open(story.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (ava, command) = (story.person("ava"), format!("/request-pm {WORDS}"));
    let strange = r#"{"envelope_id": "e1", "type": "moon_landed", "payload": {}}"#;
    let (told, event, kept) = tokio::join!(
        ava.slash_in("#field", &command),
        story.slack.send_envelope("events_api", mention(&story, "Ev1")),
        story.slack.send_frame(strange, "e1"),
    );
    let told = told.unwrap();
    assert!(told.ok() && told.plain().contains("again"), "{}", told.plain());
    assert_eq!(event, None, "Slack sends it again");
    assert!(!kept, "a letter that was not kept is not acknowledged");
    other.execute_batch("ROLLBACK").unwrap();
    assert!(story.slack.send_envelope("events_api", mention(&story, "Ev1")).await.is_some());
    story.settle().await;
    assert_eq!(engagements(&story).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_without_any_socket_is_a_gap() {
    let story = Story::by_sockets(fast()).await;
    story.pass(hours(3)).await;
    let inside = "#sme-ci-internal";
    let ts = story.person("ines").say(inside, "@switchboard can runners scale to zero?").await.unwrap();
    story.told().await;
    story.bot.sign_of_life().await.unwrap();
    story.slack.lose_sockets(false);
    heard_by(&story, 0).await;
    assert_eq!(story.bot.app.ailments().await.last(), Some(&"slack: no websocket is open"));
    story.person("paul").reply(inside, &ts, "They can, from 17.2 on.").await.unwrap();
    story.slack.lose_pending();
    story.clock.advance(minutes(10));
    let app = &story.bot.app;
    let alive = || async { app.store().alive_at(app.installation()).await.unwrap() };
    let before = alive().await;
    story.bot.sign_of_life().await.unwrap();
    assert_eq!(alive().await, before, "a crash now would be a gap since then");
    story.slack.connect_bot_by_sockets();
    heard_by(&story, SOCKETS).await;
    assert_snapshot!(story.told().await, @"");
    story.bot.sign_of_life().await.unwrap();
    assert_snapshot!(story.told().await, @r"
    — #sme-ci-internal › thread, updated
    *Runner* · a PM's answer · *HFJ*
    Ines · SME · asked today 12:00
    Here because Paul is on duty.
    ✓ *Answered*: by Paul, today 12:00 (less than a minute)
    [Ask again] [… Why here]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_token_is_said_and_tried_again() {
    let story = Story::by_sockets(fast()).await;
    story.slack.fail(FaultRule::on("apps.connections.open", Fault::error("invalid_auth")));
    story.slack.lose_sockets(true);
    let refused = "slack: app token refused, or Socket Mode is off";
    let hearing = &story.bot.app.health.hearing;
    until("the refusal is noted", || hearing.is_refused() && hearing.is_deaf()).await;
    assert!(story.bot.app.ailments().await.contains(&refused));
    story.slack.clear_faults();
    heard_by(&story, SOCKETS).await;
    assert!(!story.bot.app.ailments().await.contains(&refused));
    story.slack.ask_to_leave("link_disabled");
    until("it is opened again all the same", || hearing.numbers().2 > 2).await;
    heard_by(&story, SOCKETS).await;
}

/// What admins are told at the next looks at how the bot runs; a topic is told once, however often it is looked.
async fn told_of_health(story: &Story) -> String {
    for _ in 0..2 {
        story.bot.look_at_health().await.unwrap();
    }
    story.told().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admins_hear_in_slack_of_a_refused_token_and_of_deafness_once_each() {
    let story = Story::by_sockets(fast()).await;
    assert_eq!(told_of_health(&story).await, "");
    story.slack.fail(FaultRule::on("apps.connections.open", Fault::error("token_revoked")));
    story.slack.lose_sockets(true);
    let hearing = &story.bot.app.health.hearing;
    until("the refusal is noted", || hearing.is_refused() && hearing.is_deaf()).await;
    assert_snapshot!(told_of_health(&story).await, @r"
    — #switchboard-admins
    Slack refuses my app-level token, or Socket Mode is off. Without it I hear nothing of what is said, pressed or asked here. On the app's page switch Socket Mode on, or make another token with `connections:write`, set `SLACK_APP_TOKEN` and start me again. I then read the threads that I missed.
    ");
    story.pass(minutes(20)).await;
    assert_eq!(told_of_health(&story).await, "", "a deafness that it explains is not told beside");
    story.slack.clear_faults();
    heard_by(&story, SOCKETS).await;
    assert_snapshot!(told_of_health(&story).await, @r"
    — #switchboard-admins
    Slack takes my app-level token again, and I hear from it.
    ");

    // A network that lets nothing through: not told before it lasts.
    story.slack.fail(FaultRule::on("apps.connections.open", Fault::Status(503)));
    story.slack.lose_sockets(true);
    until("they are lost", || hearing.is_deaf()).await;
    assert_eq!(told_of_health(&story).await, "");
    story.pass(minutes(4)).await;
    assert_eq!(told_of_health(&story).await, "");
    story.pass(minutes(1)).await;
    assert_snapshot!(told_of_health(&story).await, @r"
    — #switchboard-admins
    I hear nothing from Slack since today 09:20: no websocket can be opened. I try again twice a minute. Look whether the network lets me reach Slack and whether Slack is well; I then read the threads that I missed.
    ");
    story.pass(minutes(60)).await;
    assert_eq!(told_of_health(&story).await, "");
    story.slack.clear_faults();
    heard_by(&story, SOCKETS).await;
    assert_snapshot!(told_of_health(&story).await, @r"
    — #switchboard-admins
    I hear from Slack again; what I missed in threads I read now.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outages_of_every_kind_end_with_open_sockets() {
    for fault in [Fault::Status(503), Fault::TooMany { retry_after: Some(1) }, Fault::Html, Fault::ResetAfter]
    {
        let story = Story::by_sockets(fast()).await;
        story.slack.fail(FaultRule::on("apps.connections.open", fault.clone()).times(2));
        story.slack.lose_sockets(true);
        until("they were lost", || story.bot.app.health.hearing.numbers().2 >= 2).await;
        heard_by(&story, SOCKETS).await;
        assert!(story.person("ava").slash_in("#field", "/request-pm help").await.unwrap().ok(), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_before_the_stop_is_answered() {
    let mut story = Story::by_sockets(fast()).await;
    story.slack.fail(FaultRule::on("views.open", Fault::HangAfter).times(1));
    let mut calls = story.slack.subscribe_calls();
    let ava = story.person("ava");
    let asking = tokio::spawn(async move { ava.slash_in("#field", "/request-pm").await });
    while calls.recv().await.unwrap().method != "views.open" {}
    story.stop_listening().await;
    let answer = asking.await.unwrap().unwrap();
    assert!(answer.ok(), "{:?}", answer.failed);
    story.slack.sockets_are(0).await;
}
