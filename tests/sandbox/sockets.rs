//! Socket Mode, Slack's end: addresses that are good once, hello, up to ten connections, envelopes that go to one of them and
//! are sent again on another, and every mishap as a story orders it.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use switchboard::sandbox::{NotPossible, SocketMishap, Workspace};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::bot::{Api, workspace};

/// A websocket of an app, by hand.
struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Opens one; its first frame.
    async fn open(ws: &Workspace) -> (Self, Value) {
        let mut socket = Self(connect_async(address(ws).await).await.unwrap().0);
        let first = socket.next().await.unwrap();
        (socket, first)
    }

    /// The next frame; nothing when it ended.
    async fn next(&mut self) -> Option<Value> {
        loop {
            match self.0.next().await? {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    async fn say(&mut self, frame: Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    async fn acknowledge(&mut self, envelope: &Value) {
        self.say(json!({"envelope_id": envelope["envelope_id"]})).await;
    }
}

async fn address(ws: &Workspace) -> String {
    let api = Api::of(ws, &ws.app_token());
    let answer = api.call("apps.connections.open", &json!({})).await;
    answer["url"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[tokio::test]
async fn an_address_wants_the_apps_token_and_is_good_once() {
    let (ws, _, bots) = workspace().await;
    let refused = bots.call("apps.connections.open", &json!({})).await;
    assert_eq!(refused["error"], "not_allowed_token_type");
    let strange = Api::of(&ws, "xapp-other");
    assert_eq!(strange.call("apps.connections.open", &json!({})).await["error"], "invalid_auth");
    ws.set_app_scopes(&[]);
    let app = Api::of(&ws, &ws.app_token());
    assert_eq!(app.call("apps.connections.open", &json!({})).await["error"], "missing_scope");
    ws.set_app_scopes(&["connections:write"]);
    let address = address(&ws).await;
    assert!(address.starts_with("ws://127.0.0.1:"), "{address}");
    assert!(connect_async(&address).await.is_ok());
    assert!(connect_async(&address).await.is_err(), "twice");
    ws.lose_sockets(false);
    assert!(connect_async(self::address(&ws).await).await.is_err(), "unreachable");
}

#[tokio::test]
async fn ten_connections_are_taken_and_an_eleventh_is_sent_away() {
    let (ws, ..) = workspace().await;
    let mut open = Vec::new();
    for number in 1..=10 {
        let (socket, hello) = Socket::open(&ws).await;
        assert_eq!(
            (hello["type"].as_str(), hello["num_connections"].as_u64()),
            (Some("hello"), Some(number))
        );
        open.push(socket);
    }
    let (mut eleventh, first) = Socket::open(&ws).await;
    assert_eq!(first["reason"], "too_many_websockets");
    assert_eq!(eleventh.next().await, None);
    drop(eleventh);
    ws.sockets_are(10).await;
    drop(open);
    ws.sockets_are(0).await;
}

#[tokio::test]
async fn what_is_not_acknowledged_comes_again_on_another_connection() -> Result<(), NotPossible> {
    let (ws, bot, _) = workspace().await;
    ws.connect_bot_by_sockets();
    let (mut one, _) = Socket::open(&ws).await;
    let (mut two, _) = Socket::open(&ws).await;
    ws.mishap(SocketMishap::LoseAcknowledgement);
    let person = ws.person("ava");
    let saying = tokio::spawn(async move { person.say("#field", "anybody?").await });
    let (first, is_one) = tokio::select! {
        frame = one.next() => (frame.unwrap(), true),
        frame = two.next() => (frame.unwrap(), false),
    };
    let (lost, mut other) = if is_one { (&mut one, two) } else { (&mut two, one) };
    assert_eq!((first["type"].as_str(), first["retry_attempt"].as_u64()), (Some("events_api"), Some(0)));
    assert_eq!(first["accepts_response_payload"], false);
    lost.acknowledge(&first).await;
    assert_eq!(lost.next().await, None, "lost before Slack read it");
    let again = other.next().await.unwrap();
    assert_eq!(again["payload"]["event_id"], first["payload"]["event_id"]);
    assert_ne!(again["envelope_id"], first["envelope_id"]);
    assert_eq!((&again["retry_attempt"], &again["retry_reason"]), (&json!(1), &json!("connection_failed")));
    other.acknowledge(&again).await;
    saying.await.unwrap()?;
    assert!(ws.deliveries()[0].arrived() && bot.arrived().is_empty(), "nothing by HTTP");
    Ok(())
}

#[tokio::test]
async fn commands_are_answered_with_the_acknowledgement_and_clicks_are_not() -> Result<(), NotPossible> {
    let (ws, ..) = workspace().await;
    ws.connect_bot_by_sockets();
    let (mut socket, _) = Socket::open(&ws).await;
    let person = ws.person("ava");
    let asking = tokio::spawn(async move { person.slash_in("#field", "/request-pm a & b").await });
    let envelope = socket.next().await.unwrap();
    assert_eq!(
        (&envelope["type"], &envelope["accepts_response_payload"]),
        (&json!("slash_commands"), &json!(true))
    );
    assert_eq!(envelope["payload"]["text"], "a &amp; b");
    let answer = json!({"envelope_id": envelope["envelope_id"], "payload": {"text": "Sent."}});
    socket.say(answer).await;
    assert_eq!(asking.await.unwrap()?.plain(), "Sent.");

    let person = ws.person("ava");
    let using = tokio::spawn(async move { person.global_shortcut("ask").await });
    let envelope = socket.next().await.unwrap();
    assert_eq!(
        (&envelope["type"], &envelope["accepts_response_payload"]),
        (&json!("interactive"), &json!(false))
    );
    assert_eq!(envelope["payload"]["callback_id"], "ask");
    socket.say(json!({"envelope_id": envelope["envelope_id"], "payload": {"text": "no"}})).await;
    assert!(!using.await.unwrap()?.ok(), "an answer where Slack takes none");
    Ok(())
}

#[tokio::test]
async fn without_a_connection_commands_fail_and_events_wait() -> Result<(), NotPossible> {
    let (ws, ..) = workspace().await;
    ws.connect_bot_by_sockets();
    let answer = ws.person("ava").slash_in("#field", "/request-pm x").await?;
    assert_eq!(answer.failed.as_deref(), Some("dispatch_failed"));
    ws.person("ava").say("#field", "anybody?").await?;
    assert_eq!(ws.pending()[0].attempts.len(), 2);
    let (mut socket, _) = Socket::open(&ws).await;
    ws.ask_to_leave("warning");
    let leave = socket.next().await.unwrap();
    assert_eq!((&leave["type"], &leave["reason"]), (&json!("disconnect"), &json!("warning")));
    // One that is to leave still hears, where there is no other.
    let passing = {
        let ws = ws.clone();
        tokio::spawn(async move { ws.pass(chrono::TimeDelta::minutes(2)).await })
    };
    let envelope = socket.next().await.unwrap();
    assert_eq!(envelope["retry_attempt"], 2);
    socket.acknowledge(&envelope).await;
    passing.await.unwrap();
    assert!(ws.pending().is_empty());
    Ok(())
}
