//! Events: signed, once per subscription, tried again on Slack's schedule.

use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;
use switchboard::sandbox::NotPossible;

use crate::bot::{SECRET, friday, section, workspace};

#[tokio::test]
async fn an_event_is_signed_with_the_sandboxs_time() -> Result<(), NotPossible> {
    let (ws, bot, _) = workspace().await;
    ws.person("ava").say("#field", "hello & welcome @ines").await?;
    let arrived = bot.last();
    let timestamp = arrived.header("x-slack-request-timestamp");
    assert_eq!(timestamp, friday().timestamp().to_string());
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("v0:{timestamp}:{}", arrived.body).as_bytes());
    assert_eq!(
        arrived.header("x-slack-signature"),
        format!("v0={}", hex::encode(mac.finalize().into_bytes()))
    );
    let envelope = arrived.json();
    assert_eq!(envelope["type"], "event_callback");
    assert_eq!(envelope["authorizations"][0]["user_id"], ws.bot_user_id());
    assert_eq!(envelope["event"]["channel_type"], "channel");
    assert_eq!(envelope["event"]["text"], format!("hello &amp; welcome <@{}>", ws.user_id("ines")));
    assert_eq!(ws.last_message("#field").plain(), "hello & welcome @Ines");
    assert_eq!(ws.last_message("#field").notified, ["ines"]);
    Ok(())
}

#[tokio::test]
async fn a_mention_arrives_twice_with_two_ids() -> Result<(), NotPossible> {
    let (ws, bot, _) = workspace().await;
    let ts = ws.person("ava").say("#field", "@switchboard who knows runners?").await?;
    let (mentions, messages) = (bot.events("app_mention"), bot.events("message"));
    assert_eq!((mentions.len(), messages.len()), (1, 1));
    assert_ne!(mentions[0]["event_id"], messages[0]["event_id"]);
    assert_eq!(mentions[0]["event"]["ts"], ts);
    Ok(())
}

#[tokio::test]
async fn channels_without_the_bot_are_silent() -> Result<(), NotPossible> {
    let (ws, bot, _) = workspace().await;
    ws.person("ava").say("#elsewhere", "@switchboard are you there?").await?;
    ws.person("ines").say("#sme-ci-internal", "only us").await?;
    assert!(bot.arrived().is_empty());
    let refused = ws.person("ava").say("#sme-ci-internal", "let me in").await;
    assert_eq!(refused, Err(NotPossible("ava is not in #sme-ci-internal".into())));
    ws.invite_bot("#sme-ci-internal");
    ws.person("ines").say("#sme-ci-internal", "hello").await?;
    assert_eq!(bot.events("member_joined_channel")[0]["event"]["channel_type"], "G");
    assert_eq!(bot.events("message")[0]["event"]["channel_type"], "group");
    Ok(())
}

#[tokio::test]
async fn a_refused_event_comes_again_at_once_after_one_and_after_five_minutes() -> Result<(), NotPossible> {
    let (ws, bot, _) = workspace().await;
    for _ in 0..4 {
        bot.next_status(503);
    }
    ws.person("ava").say("#field", "anybody?").await?;
    assert_eq!(bot.arrived().len(), 2);
    ws.pass(TimeDelta::seconds(59)).await;
    assert_eq!(bot.arrived().len(), 2);
    ws.pass(TimeDelta::hours(1)).await;
    let arrived = bot.arrived();
    let headers: Vec<(&str, &str, i64)> = arrived
        .iter()
        .map(|one| {
            let sent: i64 = one.header("x-slack-request-timestamp").parse().unwrap();
            let after = sent - friday().timestamp();
            (one.header("x-slack-retry-num"), one.header("x-slack-retry-reason"), after)
        })
        .collect();
    assert_eq!(
        headers,
        [("", "", 0), ("1", "http_error", 0), ("2", "http_error", 60), ("3", "http_error", 300)]
    );
    assert!(arrived.iter().all(|one| one.body == arrived[0].body), "the same event each time");
    assert!(!ws.deliveries()[0].arrived() && ws.pending().is_empty());
    Ok(())
}

#[tokio::test]
async fn no_retry_is_honoured() -> Result<(), NotPossible> {
    let (ws, bot, _) = workspace().await;
    bot.next_with_header(503, "x-slack-no-retry", "1");
    ws.person("ava").say("#field", "anybody?").await?;
    ws.pass(TimeDelta::hours(1)).await;
    assert_eq!(bot.arrived().len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_bot_that_was_down_gets_what_is_still_tried() -> Result<(), NotPossible> {
    let (ws, bot, api) = workspace().await;
    ws.disconnect_bot();
    ws.person("ava").say("#field", "anybody?").await?;
    assert!(bot.arrived().is_empty());
    assert_eq!(ws.pending()[0].attempts.len(), 2);
    assert_eq!(ws.pending()[0].attempts[0].failure, Some("connection_failed"));
    drop(api);
    Ok(())
}

#[tokio::test]
async fn an_event_can_be_delivered_twice() -> Result<(), NotPossible> {
    let (ws, bot, _) = workspace().await;
    assert!(ws.verify_url().await);
    ws.person("ava").say("#field", "once").await?;
    assert_eq!(ws.redeliver_last().await, Some(200));
    let messages = bot.events("message");
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0]["event_id"], messages[1]["event_id"]);
    Ok(())
}

#[tokio::test]
async fn edits_deletions_reactions_and_broadcasts_have_their_shapes() -> Result<(), NotPossible> {
    let (ws, bot, _) = workspace().await;
    let (ava, ines) = (ws.person("ava"), ws.person("ines"));
    let ts = ava.say("#field", "one").await?;
    ava.edit("#field", &ts, "two").await?;
    let changed = &bot.last().json()["event"];
    assert_eq!(changed["subtype"], "message_changed");
    assert_eq!(changed["previous_message"]["text"], "one");
    assert_eq!(changed["message"]["text"], "two");
    assert_eq!(changed["message"]["edited"]["user"], ws.user_id("ava"));
    ines.react("#field", &ts, "white_check_mark").await?;
    let reaction = &bot.last().json()["event"];
    assert_eq!((&reaction["type"], &reaction["item"]["ts"]), (&json!("reaction_added"), &json!(ts)));
    assert_eq!(ws.message("#field", &ts).unwrap().reactions["white_check_mark"], ["ines"]);
    ines.reply_broadcast("#field", &ts, "me too").await?;
    let broadcast = &bot.last().json()["event"];
    assert_eq!(broadcast["subtype"], "thread_broadcast");
    assert_eq!((&broadcast["thread_ts"], &broadcast["root"]["ts"]), (&json!(ts), &json!(ts)));
    assert_eq!(broadcast["parent_user_id"], ws.user_id("ava"));
    assert_eq!(ws.messages("#field").len(), 2);
    assert_eq!(ws.thread("#field", &ts).len(), 2);
    let reply = ines.reply("#field", &ts, "never mind").await?;
    ines.delete("#field", &reply).await?;
    let deleted = &bot.last().json()["event"];
    assert_eq!((&deleted["subtype"], &deleted["deleted_ts"]), (&json!("message_deleted"), &json!(reply)));
    Ok(())
}

#[tokio::test]
async fn the_bots_own_messages_come_back_marked_as_its_own() {
    let (ws, bot, api) = workspace().await;
    let blocks = json!([section("hello")]);
    api.call(
        "chat.postMessage",
        &json!({"channel": ws.channel_id("#field"), "text": "hello", "blocks": blocks}),
    )
    .await;
    ws.deliver_due().await;
    let event = &bot.last().json()["event"];
    assert_eq!((&event["bot_id"], &event["app_id"]), (&json!(ws.bot_id()), &json!(ws.app_id())));
}

#[tokio::test]
async fn strangers_and_workflows_look_like_in_slack() -> Result<(), NotPossible> {
    let (ws, bot, api) = workspace().await;
    ws.add_user("sam").stranger("T0CONTOSO");
    ws.add_user("workflow").bot("B0SMEFLOW");
    ws.add_channel("#contoso").shared().members(&["ava", "sam"]).with_bot();
    ws.person("sam").say("#contoso", "@switchboard hello").await?;
    let envelope = bot.events("app_mention").pop().unwrap();
    assert_eq!(envelope["is_ext_shared_channel"], true);
    assert_eq!(envelope["event"]["user_team"], "T0CONTOSO");
    let sam = api.form("users.info", &[("user", &ws.user_id("sam"))]).await;
    assert_eq!((&sam["user"]["is_stranger"], &sam["user"]["profile"]["email"]), (&json!(true), &json!(null)));
    ws.person("workflow").say("#field", "New question: …").await?;
    let event = bot.last().json()["event"].clone();
    assert_eq!((&event["bot_id"], &event["subtype"]), (&json!("B0SMEFLOW"), &json!("bot_message")));
    assert_eq!(event.get("user"), None);
    Ok(())
}

#[tokio::test]
async fn changes_of_the_workspace_are_told() {
    let (ws, bot, _) = workspace().await;
    ws.archive("#field");
    ws.unarchive("#field");
    ws.rename_channel("#field", "#fields");
    ws.set_group_members("@sme-ci", &["omar"]);
    ws.set_time_zone("ava", "Asia/Tokyo");
    ws.deactivate("omar");
    ws.remove("ines", "#fields");
    ws.remove_bot("#fields");
    ws.uninstall();
    ws.deliver_due().await;
    let arrived = bot.arrived();
    let kinds: Vec<String> =
        arrived.iter().map(|one| one.json()["event"]["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(
        kinds,
        [
            "channel_archive",
            "channel_unarchive",
            "channel_rename",
            "subteam_updated",
            "user_change",
            "user_change",
            "member_left_channel",
            "channel_left",
            "tokens_revoked",
            "app_uninstalled"
        ]
    );
    assert_eq!(arrived[4].json()["event"]["user"]["tz_offset"], 32_400);
    assert!(ws.person("omar").say("#fields", "hi").await.is_err(), "omar is gone");
}
