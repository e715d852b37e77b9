//! The Web API: who sees what, Slack's error codes, pages, faults.

use chrono::TimeDelta;
use serde_json::{Value, json};
use switchboard::sandbox::{Fault, FaultRule, LandedKind, NotPossible};

use crate::bot::{button, section, workspace};

fn error(answer: &Value) -> &str {
    assert_eq!(answer["ok"], false, "{answer}");
    answer["error"].as_str().unwrap()
}

#[tokio::test]
async fn tokens_and_scopes_are_checked() {
    let (ws, _, api) = workspace().await;
    let (_, headers, _) = api.raw("auth.test", "application/json", "{}".into()).await.unwrap();
    assert!(headers["x-oauth-scopes"].to_str().unwrap().contains("chat:write"));
    assert_eq!(error(&api.with_token("xoxb-other").form("auth.test", &[]).await), "invalid_auth");
    assert_eq!(error(&api.with_token("").form("auth.test", &[]).await), "not_authed");
    assert_eq!(error(&api.form("no.such", &[]).await), "unknown_method");
    ws.set_scopes(&["chat:write"]);
    let refused = api.form("users.list", &[]).await;
    assert_eq!((error(&refused), &refused["needed"]), ("missing_scope", &json!("users:read")));
    ws.revoke_token();
    assert_eq!(error(&api.form("auth.test", &[]).await), "token_revoked");
}

#[tokio::test]
async fn posting_is_refused_with_slacks_words() {
    let (ws, _, api) = workspace().await;
    ws.add_channel("#old").with_bot().archived();
    let post = |channel: &str, rest: Value| {
        let mut body = rest;
        body["channel"] = json!(ws.find_channel(channel).unwrap_or_else(|| channel.to_owned()));
        let api = api.clone();
        async move { api.call("chat.postMessage", &body).await }
    };
    let text = || json!({"text": "hi"});
    assert_eq!(error(&post("C0", text()).await), "channel_not_found");
    assert_eq!(
        error(&post("#sme-ci-internal", text()).await),
        "channel_not_found",
        "private channels are invisible"
    );
    assert_eq!(error(&post("#elsewhere", text()).await), "not_in_channel");
    assert_eq!(error(&post("#old", text()).await), "is_archived");
    assert_eq!(error(&post("#field", json!({})).await), "no_text");
    assert_eq!(error(&post("#field", json!({"text": "x".repeat(4001)})).await), "msg_too_long");
    assert_eq!(error(&post("#field", json!({"text": "x", "thread_ts": "1.0"})).await), "thread_not_found");
    assert_eq!(error(&post("#field", json!({"text": "x", "blocks": {}})).await), "invalid_blocks_format");
    let long = post("#field", json!({"text": "x", "blocks": [section(&"x".repeat(3001))]})).await;
    assert_eq!(error(&long), "invalid_blocks");
    assert!(long["response_metadata"]["messages"][0].as_str().unwrap().contains("/blocks/0/text/text"));
    let many: Vec<Value> = (0..5).map(|_| section(&"x".repeat(2900))).collect();
    assert_eq!(error(&post("#field", json!({"text": "x", "blocks": many})).await), "msg_blocks_too_long");
    let metadata = json!({"event_type": "card", "event_payload": {"key": null}});
    assert_eq!(
        error(&post("#field", json!({"text": "x", "metadata": metadata})).await),
        "invalid_metadata_format"
    );
    let metadata = json!({"event_type": "card", "event_payload": {"key": "x".repeat(20_000)}});
    assert_eq!(
        error(&post("#field", json!({"text": "x", "metadata": metadata})).await),
        "metadata_too_large"
    );
    assert!(ws.unread().is_empty(), "nothing was posted");
    ws.set_scopes(&["chat:write", "chat:write.public"]);
    assert_eq!(post("#elsewhere", text()).await["ok"], true);
}

#[tokio::test]
async fn odd_requests_get_errors_not_silence() {
    let (_ws, _, api) = workspace().await;
    for (content_type, body, code) in [
        ("application/json", "{", "invalid_json"),
        ("application/json", "[]", "json_not_object"),
        ("text/plain", "hello", "invalid_post_type"),
        (
            "application/json",
            r#"{"channel": 7, "text": {"a": 1}, "blocks": "nonsense"}"#,
            "invalid_blocks_format",
        ),
        ("application/json", r#"{"channel": 7, "text": "x"}"#, "invalid_arguments"),
    ] {
        let (status, _, answer) = api.raw("chat.postMessage", content_type, body.to_owned()).await.unwrap();
        assert_eq!((status, error(&serde_json::from_str(&answer).unwrap())), (200, code), "{body}");
    }
    let odd =
        json!({"trigger_id": {}, "view": [1], "hash": 7, "view_id": [], "users": 5, "ts": 1, "limit": -4});
    for method in
        ["views.open", "views.update", "views.publish", "conversations.open", "chat.update", "chat.delete"]
    {
        assert_eq!(api.call(method, &odd).await["ok"], false, "{method}");
    }
    assert_eq!(error(&api.form("users.list", &[("cursor", "zz")]).await), "invalid_cursor");
    assert_eq!(error(&api.form("users.list", &[("limit", "-1")]).await), "invalid_limit");
}

#[tokio::test]
async fn read_methods_ignore_json() {
    let (ws, _, api) = workspace().await;
    let channel = ws.channel_id("#field");
    assert_eq!(
        error(&api.call("conversations.info", &json!({"channel": channel})).await),
        "invalid_arguments"
    );
    let info = api.form("conversations.info", &[("channel", &channel)]).await;
    assert_eq!((&info["channel"]["name"], &info["channel"]["is_member"]), (&json!("field"), &json!(true)));
}

#[tokio::test]
async fn lists_come_in_pages_and_private_channels_only_to_members() {
    let (ws, _, api) = workspace().await;
    let mut names = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = api.form("users.list", &[("limit", "3"), ("cursor", &cursor)]).await;
        let members = page["members"].as_array().unwrap();
        assert!(members.len() <= 3);
        names.extend(members.iter().map(|user| user["name"].as_str().unwrap().to_owned()));
        page["response_metadata"]["next_cursor"].as_str().unwrap().clone_into(&mut cursor);
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(names, ["switchboard", "ava", "ines", "omar"]);
    let types = [("types", "public_channel,private_channel")];
    assert_eq!(api.form("conversations.list", &types).await["channels"].as_array().unwrap().len(), 2);
    ws.invite_bot("#sme-ci-internal");
    assert_eq!(api.form("conversations.list", &types).await["channels"].as_array().unwrap().len(), 3);
    let groups = api.form("usergroups.list", &[("include_users", "true")]).await;
    assert_eq!(groups["usergroups"][0]["users"], json!([ws.user_id("ines"), ws.user_id("omar")]));
}

#[tokio::test]
async fn people_are_found_by_id_and_address() {
    let (ws, _, api) = workspace().await;
    let ava = api.form("users.lookupByEmail", &[("email", "AVA@example.com")]).await;
    assert_eq!((&ava["user"]["id"], &ava["user"]["tz_offset"]), (&json!(ws.user_id("ava")), &json!(3600)));
    assert_eq!(
        error(&api.form("users.lookupByEmail", &[("email", "no@example.com")]).await),
        "users_not_found"
    );
    assert_eq!(error(&api.form("users.info", &[("user", "U0")]).await), "user_not_found");
    ws.clock().advance(TimeDelta::days(200));
    let ava = api.form("users.info", &[("user", &ws.user_id("ava"))]).await;
    assert_eq!(ava["user"]["tz_offset"], 7200, "summer time");
}

#[tokio::test]
async fn a_thread_is_read_with_metadata_only_when_asked() -> Result<(), NotPossible> {
    let (ws, _, api) = workspace().await;
    let channel = ws.channel_id("#field");
    let metadata = json!({"event_type": "card", "event_payload": {"key": "k1"}});
    let posted = api
        .call("chat.postMessage", &json!({"channel": channel, "text": "card", "metadata": metadata}))
        .await;
    let ts = posted["ts"].as_str().unwrap().to_owned();
    for text in ["one", "two", "three"] {
        ws.person("ines").reply("#field", &ts, text).await?;
    }
    let fields = [("channel", channel.as_str()), ("ts", ts.as_str())];
    let bare = api.form("conversations.replies", &fields).await;
    assert_eq!(bare["messages"][0]["metadata"], Value::Null);
    assert_eq!(bare["messages"][0]["reply_count"], 3);
    let with = [fields[0], fields[1], ("include_all_metadata", "true"), ("limit", "2")];
    let first = api.form("conversations.replies", &with).await;
    assert_eq!(first["messages"][0]["metadata"], metadata);
    assert_eq!(first["has_more"], true);
    let cursor = first["response_metadata"]["next_cursor"].as_str().unwrap();
    let rest = api.form("conversations.replies", &[fields[0], fields[1], ("cursor", cursor)]).await;
    assert_eq!(rest["messages"].as_array().unwrap().len(), 2);
    assert_eq!(
        error(&api.form("conversations.replies", &[fields[0], ("ts", "1.0")]).await),
        "thread_not_found"
    );
    let history = api.form("conversations.history", &fields[..1]).await;
    assert_eq!(history["messages"].as_array().unwrap().len(), 1, "replies are not in the history");
    let since = api.form("conversations.history", &[fields[0], ("oldest", &ts)]).await;
    assert_eq!(since["messages"], json!([]));
    let since = api.form("conversations.history", &[fields[0], ("oldest", &ts), ("inclusive", "true")]).await;
    assert_eq!(since["messages"].as_array().unwrap().len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_card_is_updated_in_place() -> Result<(), NotPossible> {
    let (ws, bot, api) = workspace().await;
    let channel = ws.channel_id("#field");
    let card = |state: &str| {
        json!([section(&format!("*Runner* <@{}> {state}", ws.user_id("ines"))),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "<!date^1795168800^{date_short_pretty} {time}|later>"}]},
        {"type": "actions", "elements": [button("Take it", "take"), {"type": "overflow", "action_id": "more",
            "options": [{"text": {"type": "plain_text", "text": "Wrong area"}, "value": "w"}]}]}])
    };
    let posted = api
        .call("chat.postMessage", &json!({"channel": channel, "text": "card", "blocks": card("open")}))
        .await;
    insta::assert_snapshot!(ws.last_message("#field").plain(), @r"
    *Runner* @Ines open
    today 10:00
    [Take it] [… Wrong area]
    ");
    let update = json!({"channel": channel, "ts": posted["ts"], "text": "card", "blocks": card("taken")});
    assert_eq!(api.call("chat.update", &update).await["ok"], true);
    let message = ws.last_message("#field");
    assert!(message.edited && message.plain_in("Europe/Berlin").contains("taken\ntoday 11:00"));
    assert_eq!(
        (message.buttons(), message.notified),
        (vec!["Take it".into(), "Wrong area".into()], vec!["ines".into()])
    );
    let kinds: Vec<LandedKind> = ws.landed().iter().map(|landed| landed.kind).collect();
    assert_eq!(kinds, [LandedKind::Posted, LandedKind::Updated]);
    assert!(ws.landed()[1].notified.is_empty(), "an edit notifies nobody");
    assert!(ws.unread().is_empty(), "it was looked at");
    let theirs = ws.person("ava").say("#field", "mine").await?;
    let update = json!({"channel": channel, "ts": theirs, "text": "yours"});
    assert_eq!(error(&api.call("chat.update", &update).await), "cant_update_message");
    let update = json!({"channel": channel, "ts": "1.0", "text": "yours"});
    assert_eq!(error(&api.call("chat.update", &update).await), "message_not_found");
    assert_eq!(bot.events("message").len(), 3);
    Ok(())
}

#[tokio::test]
async fn a_direct_message_goes_by_the_persons_id() {
    let (ws, _, api) = workspace().await;
    let posted = api.call("chat.postMessage", &json!({"channel": ws.user_id("ava"), "text": "psst"})).await;
    assert!(posted["channel"].as_str().unwrap().starts_with('D'));
    let opened = api.call("conversations.open", &json!({"users": ws.user_id("ava")})).await;
    assert_eq!(opened["channel"]["id"], posted["channel"]);
    assert_eq!(ws.unread()[0].place, "@ava");
    assert_eq!(ws.dms_of("ava")[0].plain(), "psst");
}

#[tokio::test]
async fn an_ephemeral_is_for_one_person_who_is_there() {
    let (ws, _, api) = workspace().await;
    let channel = ws.channel_id("#field");
    let show = |user: &str| json!({"channel": channel, "user": ws.user_id(user), "text": "only you"});
    assert_eq!(api.call("chat.postEphemeral", &show("ava")).await["ok"], true);
    assert_eq!(error(&api.call("chat.postEphemeral", &show("omar")).await), "user_not_in_channel");
    assert!(ws.messages("#field").is_empty());
    assert_eq!(ws.unread().len(), 1, "looking at the channel does not show it");
    assert_eq!(ws.ephemerals_of("ava")[0].plain(), "only you");
    assert!(ws.unread().is_empty());
}

#[tokio::test]
async fn faults_hit_where_they_are_told_to() {
    let (ws, _, api) = workspace().await;
    let body = json!({"channel": ws.channel_id("#field"), "text": "once"});
    let raw = || api.raw("chat.postMessage", "application/json", body.to_string());
    for (fault, happened) in [
        (Fault::Status(500), false),
        (Fault::Html, false),
        (Fault::error("fatal_error"), false),
        (Fault::TooMany { retry_after: Some(7) }, false),
        (Fault::ResetBefore, false),
        (Fault::ResetAfter, true),
        (Fault::InternalErrorAfter, true),
    ] {
        ws.fail(FaultRule::on("chat.postMessage", fault.clone()).in_channel("#field").times(1));
        let before = ws.messages("#field").len();
        let answer = raw().await;
        assert_eq!(ws.messages("#field").len() - before, usize::from(happened), "{fault:?}");
        let call = ws.calls().pop().unwrap();
        assert_eq!((call.fault.as_ref(), call.ok()), (Some(&fault), false));
        match (fault, answer) {
            (Fault::ResetBefore | Fault::ResetAfter, answer) => assert!(answer.is_err()),
            (Fault::TooMany { .. }, answer) => {
                let (status, headers, _) = answer.unwrap();
                assert_eq!((status, headers["retry-after"].to_str().unwrap()), (429, "7"));
            }
            (Fault::Status(status), answer) => assert_eq!(answer.unwrap().0, status),
            (_, answer) => assert_eq!(answer.unwrap().0, 200),
        }
    }
    assert_eq!(
        serde_json::from_str::<Value>(&raw().await.unwrap().2).unwrap()["ok"],
        true,
        "faults are used up"
    );
}

#[tokio::test]
async fn a_hung_call_ends_when_released() {
    let (ws, _, api) = workspace().await;
    ws.fail_once("auth.test", Fault::Hang);
    let call = tokio::spawn(async move { api.raw("auth.test", "application/json", "{}".into()).await });
    while ws.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(!call.is_finished());
    ws.release_hung();
    assert!(call.await.unwrap().is_err());
}

#[tokio::test]
async fn the_posting_rate_holds_when_switched_on() {
    let (ws, _, api) = workspace().await;
    ws.limits(true);
    let body = json!({"channel": ws.channel_id("#field"), "text": "hi"}).to_string();
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(api.raw("chat.postMessage", "application/json", body.clone()).await.unwrap().0);
    }
    ws.clock().advance(TimeDelta::seconds(1));
    statuses.push(api.raw("chat.postMessage", "application/json", body.clone()).await.unwrap().0);
    assert_eq!(statuses, [200, 200, 200, 429, 200]);
}
