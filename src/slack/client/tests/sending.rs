//! Messages, forms and answers: what is on the wire, and how bad days end.

use super::*;
use crate::domain::ids::{ChannelId, Ts};

#[tokio::test]
async fn a_post_carries_the_key_and_no_unfurling() {
    let (slack, stage, _) = on_stage([ok()]).await;
    let destination = Destination::Post { channel: "C1".into(), thread: Some("1.000001".into()) };
    let sent = slack.send(&destination, &message(), Some("key-1")).await.unwrap();
    assert_eq!(sent, Sent { channel: "C1".into(), ts: Some("1700000000.000100".into()) });
    let [call] = &asked(&stage)[..] else { panic!("one call") };
    assert_eq!(call.path, "/api/chat.postMessage");
    assert_eq!(call.headers["authorization"], format!("Bearer {TOKEN}"));
    assert_eq!(call.headers["content-type"], "application/json; charset=utf-8");
    assert_eq!(
        call.json(),
        json!({
            "channel": "C1",
            "thread_ts": "1.000001",
            "text": BODY,
            "blocks": [{ "type": "divider" }],
            "unfurl_links": false,
            "unfurl_media": false,
            "metadata": { "event_type": "switchboard_delivery", "event_payload": { "key": "key-1" } },
        })
    );
}

#[tokio::test]
async fn a_post_to_a_person_tells_the_channel_it_went_to() {
    let (slack, _, _) =
        on_stage([Play::Json(json!({ "ok": true, "channel": "D7", "ts": "2.000002" }))]).await;
    let destination = Destination::Post { channel: "U1".into(), thread: None };
    let sent = slack.send(&destination, &message(), None).await.unwrap();
    assert_eq!(sent.channel, ChannelId::from("D7"));
}

#[tokio::test]
async fn updates_and_ephemerals_say_what_they_are() {
    let (slack, stage, _) =
        on_stage([ok(), Play::Json(json!({ "ok": true, "message_ts": "3.000003" }))]).await;
    let sent = slack.send(&update(), &message(), Some("key-1")).await.unwrap();
    assert_eq!(sent.ts, Some(Ts::from("1.000001")));
    let only = Destination::Ephemeral { channel: "C1".into(), user: "U1".into(), thread: Some("4.0".into()) };
    assert_eq!(slack.send(&only, &message(), None).await.unwrap().ts, None);
    let [updated, shown] = &asked(&stage)[..] else { panic!("two calls") };
    let blocks = json!([{ "type": "divider" }]);
    assert_eq!(updated.path, "/api/chat.update");
    assert_eq!(updated.json(), json!({ "channel": "C1", "ts": "1.000001", "text": BODY, "blocks": blocks }));
    assert_eq!(shown.path, "/api/chat.postEphemeral");
    assert_eq!(
        shown.json(),
        json!({ "channel": "C1", "user": "U1", "thread_ts": "4.0", "text": BODY, "blocks": blocks })
    );
}

#[tokio::test]
async fn an_answer_by_its_url_goes_without_our_token() {
    let said_ok = Play::Http(200, &[("content-type", "text/plain")], "ok");
    let (slack, stage, base) = on_stage([said_ok, Play::Json(json!({ "ok": true }))]).await;
    let respond = Destination::Respond { url: format!("{base}/secret-path/1"), replaces: false };
    slack.send(&respond, &message(), Some("unused")).await.unwrap();
    slack.send(&respond, &message(), None).await.unwrap();
    let calls = asked(&stage);
    assert_eq!(calls[0].path, "/secret-path/1");
    assert!(!calls[0].headers.contains_key("authorization"));
    assert_eq!(
        calls[0].json(),
        json!({
            "text": BODY,
            "blocks": [{ "type": "divider" }],
            "response_type": "ephemeral",
            "replace_original": false,
        })
    );
}

#[tokio::test]
async fn an_answer_by_its_url_ends_in_many_ways() {
    let table = [
        (refused("expired_url"), SlackError::Permanent { code: "expired_url".into() }),
        (Play::Http(404, &[], "no"), SlackError::Permanent { code: "expired_url".into() }),
        (Play::Http(500, &[], BODY), SlackError::Ambiguous { reason: "HTTP 500".into() }),
        (
            Play::Http(200, &[("content-type", "text/html")], "<html>"),
            SlackError::Ambiguous { reason: "the answer says neither yes nor no".into() },
        ),
        (
            Play::Http(429, &[("retry-after", "7")], ""),
            SlackError::RateLimited { after: Duration::from_secs(7) },
        ),
        (Play::Silence, SlackError::Ambiguous { reason: "no answer within 300 ms".into() }),
    ];
    for (play, expected) in table {
        let (slack, _, base) = on_stage([play]).await;
        let respond = Destination::Respond { url: format!("{base}/secret-path/1"), replaces: false };
        let error = slack.send(&respond, &message(), None).await.unwrap_err();
        assert_discreet(&error);
        assert_eq!(error, expected);
    }
    let elsewhere =
        Destination::Respond { url: "http://example.com/secret-path".to_owned(), replaces: false };
    let (slack, _, _) = on_stage([]).await;
    let error = slack.send(&elsewhere, &message(), None).await.unwrap_err();
    assert_eq!(error, SlackError::Permanent { code: "response_url_is_not_valid".into() });
}

#[tokio::test]
async fn bad_days_end_typed_and_discreet() {
    const JSON: (&str, &str) = ("content-type", "application/json");
    let ambiguous = |reason: &str| SlackError::Ambiguous { reason: reason.to_owned() };
    let limited = |seconds| SlackError::RateLimited { after: Duration::from_secs(seconds) };
    let table = [
        (Play::Http(429, &[JSON, ("retry-after", "3")], r#"{"ok":false,"error":"ratelimited"}"#), limited(3)),
        (Play::Http(429, &[("content-type", "text/plain"), ("retry-after", "0")], ""), limited(1)),
        (Play::Http(429, &[JSON], r#"{"ok":false,"error":"ratelimited"}"#), limited(30)),
        (Play::Http(429, &[("content-type", "text/html")], BODY), limited(30)),
        (refused("ratelimited"), limited(30)),
        (Play::Http(500, &[], BODY), ambiguous("HTTP 500")),
        (Play::Http(503, &[("content-type", "text/html")], BODY), ambiguous("HTTP 503")),
        (
            Play::Http(200, &[("content-type", "text/html")], BODY),
            ambiguous("the answer says neither yes nor no"),
        ),
        (Play::Http(200, &[JSON], "{\"ok\":tr"), ambiguous("the answer is not Slack's JSON")),
        (Play::Json(json!({ "ok": false })), ambiguous("the answer says neither yes nor no")),
        (Play::Silence, ambiguous("no answer within 300 ms")),
        (refused("fatal_error"), ambiguous("fatal_error")),
        (
            refused("service_unavailable"),
            SlackError::Retry { after: None, reason: "service_unavailable".into() },
        ),
        (refused("channel_not_found"), SlackError::Permanent { code: "channel_not_found".into() }),
        (refused("invalid_blocks"), SlackError::Permanent { code: "invalid_blocks".into() }),
        (refused(BODY), SlackError::Permanent { code: "unrecognised_error".into() }),
        (refused("token_revoked"), SlackError::Auth { code: "token_revoked".into() }),
        (refused("missing_scope"), SlackError::Auth { code: "missing_scope".into() }),
    ];
    for (play, expected) in table {
        let (slack, _, _) = on_stage([play]).await;
        let error = slack.send(&post(), &message(), Some("key-1")).await.unwrap_err();
        assert_discreet(&error);
        assert_eq!(error, expected);
    }
}

#[tokio::test]
async fn an_update_whose_end_is_unknown_is_simply_tried_again() {
    for play in [Play::Http(500, &[], ""), Play::Silence, refused("internal_error")] {
        let (slack, _, _) = on_stage([play]).await;
        let error = slack.send(&update(), &message(), None).await.unwrap_err();
        assert!(matches!(error, SlackError::Retry { .. }), "{error}");
    }
}

#[tokio::test]
async fn what_was_never_sent_is_not_in_doubt() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let slack = slack_at(&format!("http://{address}/api"), Duration::from_secs(20));
    let error = slack.send(&post(), &message(), None).await.unwrap_err();
    assert_discreet(&error);
    assert_eq!(error, SlackError::Retry { after: None, reason: "no connection".into() });
    let respond = Destination::Respond { url: format!("http://{address}/secret-path"), replaces: false };
    let error = slack.send(&respond, &message(), None).await.unwrap_err();
    assert_eq!(error, SlackError::Retry { after: None, reason: "no connection".into() });
}

#[tokio::test]
async fn a_connection_lost_after_sending_is_in_doubt() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let mut start = [0_u8; 64];
            stream.readable().await.unwrap();
            let _ = stream.try_read(&mut start);
        }
    });
    let slack = slack_at(&format!("http://{address}/api"), Duration::from_secs(20));
    let error = slack.send(&post(), &message(), None).await.unwrap_err();
    assert_discreet(&error);
    assert_eq!(error, SlackError::Ambiguous { reason: "the connection was lost".into() });
}

#[tokio::test]
async fn forms_are_opened_and_replaced() {
    let (slack, stage, _) = on_stage([ok(), ok(), refused("expired_trigger_id")]).await;
    let view = json!({ "type": "modal" });
    slack.open_view("T1", &view).await.unwrap();
    slack.update_view("V1", Some("h"), &view).await.unwrap();
    assert!(slack.open_view("T1", &view).await.unwrap_err().is_expired_trigger());
    let calls = asked(&stage);
    assert_eq!(calls[0].path, "/api/views.open");
    assert_eq!(calls[0].json(), json!({ "trigger_id": "T1", "view": view }));
    assert_eq!(calls[1].json(), json!({ "view_id": "V1", "hash": "h", "view": view }));
    let (slack, _, _) = on_stage([Play::Silence]).await;
    assert!(matches!(slack.open_view("T1", &view).await, Err(SlackError::Ambiguous { .. })));
}

#[tokio::test]
async fn a_token_is_sent_nowhere_unsafe_and_never_shown() {
    assert_eq!(Slack::new("http://slack.com/api", TOKEN.to_owned()).unwrap_err(), SetupError::Address);
    let shown = format!("{:?}", slack_at("http://127.0.0.1:9/api", Duration::from_secs(1)));
    assert!(!shown.contains(TOKEN), "{shown}");
}
