//! Threads, keys, names and who we are, as they are read back.

use chrono::DateTime;

use super::*;
use crate::domain::ids::{Ts, UserId};

fn keyed(ts: &str, event: &str, key: &Value) -> Value {
    json!({ "ts": ts, "metadata": { "event_type": event, "event_payload": { "key": key, "n": 1 } } })
}

#[tokio::test]
async fn a_message_of_ours_is_found_by_its_key() {
    let first = Play::Json(json!({
        "ok": true,
        "messages": [
            { "ts": "1.1", "text": "no metadata" },
            keyed("1.2", "somebody_elses", &json!("key-1")),
            keyed("1.3", "switchboard_delivery", &json!("key-2")),
            keyed("1.4", "switchboard_delivery", &json!(7)),
            "not even a message",
        ],
        "response_metadata": { "next_cursor": "more==" },
    }));
    let second = Play::Json(json!({
        "ok": true, "messages": [keyed("1.5", "switchboard_delivery", &json!("key-1"))],
    }));
    let (slack, stage, _) = on_stage([first, second]).await;
    let since = DateTime::from_timestamp(1_700_000_000, 5_000).unwrap();
    let found = slack.find_by_key(&"C1".into(), Some(&"1.0".into()), "key-1", since).await.unwrap();
    assert_eq!(found, Some(Ts::from("1.5")));
    let calls = asked(&stage);
    assert_eq!(calls[0].path, "/api/conversations.replies");
    assert_eq!(
        calls[0].query,
        "channel=C1&limit=200&include_all_metadata=true&oldest=1699999700.000005&ts=1.0"
    );
    assert!(calls[1].query.ends_with("&cursor=more%3D%3D"), "{}", calls[1].query);
}

#[tokio::test]
async fn a_message_that_is_not_there_is_told_from_one_that_cannot_be_looked_for() {
    let since = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let empty =
        || Play::Json(json!({ "ok": true, "messages": [], "response_metadata": { "next_cursor": "" } }));
    let (slack, stage, _) = on_stage([empty(), Play::Http(500, &[], "")]).await;
    assert_eq!(slack.find_by_key(&"C1".into(), None, "k", since).await, Ok(None));
    let error = slack.find_by_key(&"C1".into(), None, "k", since).await.unwrap_err();
    assert!(matches!(error, SlackError::Retry { .. }));
    assert_eq!(asked(&stage)[0].path, "/api/conversations.history");
    let endless =
        || Play::Json(json!({ "ok": true, "messages": [], "response_metadata": { "next_cursor": "more" } }));
    let (slack, _, _) = on_stage((0..10).map(|_| endless())).await;
    let error = slack.find_by_key(&"C1".into(), None, "k", since).await.unwrap_err();
    assert_eq!(error, SlackError::Permanent { code: "too_many_messages".into() }, "nor will it be, later");
}

#[tokio::test]
async fn direct_messages_are_read_by_their_channel() {
    let opened = Play::Json(json!({ "ok": true, "channel": { "id": "D7" } }));
    let page = Play::Json(json!({ "ok": true, "messages": [] }));
    let (slack, stage, _) = on_stage([opened, page]).await;
    let since = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    assert_eq!(slack.find_by_key(&"U1".into(), None, "k", since).await, Ok(None));
    let calls = asked(&stage);
    assert_eq!(calls[0].json(), json!({ "users": "U1" }));
    assert!(calls[1].query.starts_with("channel=D7&"), "{}", calls[1].query);
}

#[tokio::test]
async fn a_thread_is_read_whole_and_raw() {
    let root = json!({ "ts": "1.0", "user": "U1", "text": "first &amp; <@U2>", "thread_ts": "1.0" });
    let odd = json!({ "ts": "1.1", "user": 7, "bot_id": "B1", "subtype": "bot_message", "text": null });
    let one = Play::Json(json!({
        "ok": true, "messages": [root, odd, { "no": "ts" }], "response_metadata": { "next_cursor": "n" },
    }));
    let two = Play::Json(json!({ "ok": true, "messages": [root, { "ts": "1.2", "text": "last" }] }));
    let (slack, stage, _) = on_stage([one, two]).await;
    let messages = slack.thread(&"C1".into(), &"1.0".into(), Some(&"0.5".into())).await.unwrap();
    assert_eq!(messages.iter().map(|message| message.ts.as_str()).collect::<Vec<_>>(), ["1.0", "1.1", "1.2"]);
    assert_eq!(messages[0].text, "first &amp; <@U2>");
    assert_eq!(messages[1].user, None);
    assert_eq!(messages[1].bot_id.as_deref(), Some("B1"));
    assert_eq!(asked(&stage)[0].query, "channel=C1&ts=1.0&limit=200&oldest=0.5");
}

#[tokio::test]
async fn a_thread_that_is_gone_is_told_from_one_we_may_not_read() {
    let (slack, _, _) = on_stage([
        refused("thread_not_found"),
        Play::Json(json!({ "ok": true, "messages": [] })),
        refused("not_in_channel"),
        refused("missing_scope"),
        Play::Json(json!({ "ok": true, "messages": [{ "ts": "1.0", "subtype": "tombstone" }] })),
    ])
    .await;
    let read = async || slack.thread(&"C1".into(), &"1.0".into(), None).await;
    assert!(read().await.unwrap_err().is_gone());
    assert!(read().await.unwrap_err().is_gone());
    assert!(read().await.unwrap_err().is_unreadable());
    assert!(read().await.unwrap_err().is_unreadable());
    assert!(read().await.unwrap()[0].is_deleted());
}

#[tokio::test]
async fn we_learn_who_we_are_and_what_we_may() {
    let answer = r#"{"ok":true,"url":"https://acme.slack.com/","team_id":"T1","user_id":"U9","bot_id":"B9"}"#;
    let (slack, stage, _) = on_stage([
        Play::Http(
            200,
            &[("content-type", "application/json"), ("x-oauth-scopes", "chat:write, users:read")],
            answer,
        ),
        Play::Http(200, &[], answer),
        refused("invalid_auth"),
        Play::Http(429, &[("retry-after", "4")], ""),
    ])
    .await;
    let auth = slack.auth().await.unwrap();
    assert_eq!(auth.team_id, "T1");
    assert_eq!(auth.bot_user, Some(UserId::from("U9")));
    assert_eq!(auth.scopes, Some(["chat:write", "users:read"].map(str::to_owned).into()));
    assert_eq!(slack.auth().await.unwrap().scopes, None);
    assert_eq!(slack.auth().await.unwrap_err(), SlackError::Auth { code: "invalid_auth".into() });
    assert_eq!(slack.auth().await.unwrap_err(), SlackError::RateLimited { after: Duration::from_secs(4) });
    let calls = asked(&stage);
    assert_eq!(calls[0].path, "/api/auth.test");
    assert_eq!(calls[0].headers["authorization"], format!("Bearer {TOKEN}"));
}

#[tokio::test]
async fn names_are_read_page_by_page_and_patiently() {
    let auth = json!({ "ok": true, "url": "https://acme.slack.com/", "team_id": "T1", "user_id": "U9" });
    let users = json!({ "ok": true, "members": [
        { "id": "U1", "team_id": "T1", "tz": "Europe/Vienna", "real_name": "Real",
          "profile": { "display_name": "ada", "email": "Ada@Example.COM" } },
        { "id": "U2", "team_id": "T1", "is_restricted": true, "tz": "Mars/Base",
          "profile": { "display_name": "", "real_name": "Guest Two" } },
        { "no": "id" },
    ], "response_metadata": { "next_cursor": "p2" } });
    let more = json!({ "ok": true, "members": [
        { "id": "U3", "team_id": "T2", "name": "stranger", "deleted": true },
        { "id": "U4", "team_id": "E1", "name": "grid", "is_bot": true, "enterprise_user": { "teams": ["T1"] } },
    ] });
    let channels = json!({ "ok": true, "channels": [
        { "id": "C1", "name": "ci", "is_member": true },
        { "id": "C2", "name": "acme-partner", "is_ext_shared": true, "is_shared": true },
        { "id": "C3", "name": "org", "is_shared": true, "is_org_shared": true, "is_private": true },
        { "id": "C4", "name": "old", "is_archived": true, "is_pending_ext_shared": true },
    ] });
    let groups = json!({ "ok": true, "usergroups": [
        { "id": "S1", "handle": "ci-experts", "users": ["U1", "U2"], "user_count": "2" },
        { "id": "S2", "handle": "empty" },
    ] });
    let too_fast = Play::Http(429, &[("content-type", "text/plain"), ("retry-after", "0")], "");
    let (slack, stage, _) = on_stage([
        Play::Json(auth),
        Play::Json(users),
        too_fast,
        Play::Json(more),
        Play::Json(channels),
        Play::Json(groups),
    ])
    .await;
    let names = slack.names().await.unwrap();
    insta::assert_snapshot!(brief(&names).join("\n"), @r#"
    U1 ada Some("ada@example.com") Some(Europe/Vienna) gone false bot false guest false
    U2 Guest Two None None gone false bot false guest true
    U3 stranger None None gone true bot false guest true
    U4 grid None None gone false bot true guest false
    C1 ci private false archived false shared false member true
    C2 acme-partner private false archived false shared true member false
    C3 org private true archived false shared false member false
    C4 old private false archived true shared true member false
    S1 ci-experts [UserId("U1"), UserId("U2")]
    S2 empty []
    "#);
    let queries = asked(&stage).into_iter().map(|call| format!("{}?{}", call.path, call.query));
    insta::assert_snapshot!(queries.collect::<Vec<_>>().join("\n"), @r"
    /api/auth.test?
    /api/users.list?team_id=T1&limit=200
    /api/users.list?team_id=T1&limit=200&cursor=p2
    /api/users.list?team_id=T1&limit=200&cursor=p2
    /api/conversations.list?types=public_channel%2Cprivate_channel&exclude_archived=false&team_id=T1&limit=200
    /api/usergroups.list?include_users=true&team_id=T1
    ");
}

/// The names in one line each.
fn brief(names: &crate::domain::names::Names) -> Vec<String> {
    let people = names.people.iter().map(|person| {
        format!(
            "{} {} {:?} {:?} gone {} bot {} guest {}",
            person.id,
            person.name,
            person.email,
            person.time_zone,
            person.is_gone,
            person.is_bot,
            person.is_guest
        )
    });
    let channels = names.channels.iter().map(|channel| {
        format!(
            "{} {} private {} archived {} shared {} member {}",
            channel.id,
            channel.name,
            channel.is_private,
            channel.is_archived,
            channel.is_shared,
            channel.is_member
        )
    });
    let groups =
        names.groups.iter().map(|group| format!("{} {} {:?}", group.id, group.handle, group.members));
    people.chain(channels).chain(groups).collect()
}

#[tokio::test]
async fn one_person_is_read_and_a_channel_joined() {
    let user = json!({ "ok": true, "user": { "id": "U1", "team_id": "T1", "name": "ada" } });
    let (slack, stage, _) = on_stage([Play::Json(user), ok(), refused("is_archived")]).await;
    assert_eq!(slack.user(&"U1".into(), "T1").await.unwrap().name, "ada");
    slack.join(&"C1".into()).await.unwrap();
    assert!(slack.join(&"C1".into()).await.is_err());
    let calls = asked(&stage);
    assert_eq!(calls[0].query, "user=U1");
    assert_eq!(calls[1].json(), json!({ "channel": "C1" }));
}
