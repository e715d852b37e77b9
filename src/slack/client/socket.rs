//! A websocket to Slack (Socket Mode): a fresh address by `apps.connections.open`, with the app's token, then the connection.
//!
//! The address is a secret, since whoever has it hears what we would: it is never logged, and plain `ws://` is taken for this
//! very machine only.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use hyper_rustls::ConfigBuilderExt;
use rustls::ClientConfig;
use rustls::crypto::ring;
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};
use url::Url;

use super::error::Again;
use super::transport::Reach;
use super::{SetupError, Slack, SlackError};

/// How long a connection may take to be made.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// How long a frame may take to leave; the other side does not read any more.
const SEND_WITHIN: Duration = Duration::from_secs(5);
/// How long a goodbye may take.
const GOODBYE_WITHIN: Duration = Duration::from_secs(1);
/// The largest frame that is read; Slack's own are far smaller.
const LARGEST_FRAME: usize = 4 * 1024 * 1024;

/// Slack, as the app itself sees it: it opens websockets.
#[derive(Clone)]
pub struct AppSlack {
    slack: Slack,
    tls: Arc<ClientConfig>,
}

impl std::fmt::Debug for AppSlack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppSlack").field("slack", &self.slack).finish_non_exhaustive()
    }
}

/// A websocket that is open.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What came over a websocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// Words.
    Text(String),
    /// A sign of life without words.
    Sign,
    /// Nothing more will come.
    Ended,
}

/// The connection is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the websocket is lost")]
pub struct Lost;

#[derive(Deserialize)]
struct Opened {
    url: String,
}

impl AppSlack {
    /// The client for the API at `api_url` with an app-level token.
    pub fn new(api_url: &str, app_token: String) -> Result<Self, SetupError> {
        let slack = Slack::new(api_url, app_token)?;
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks the default versions");
        let tls = match slack.reach {
            Reach::Tls => builder
                .with_native_roots()
                .map_err(|error| SetupError::Roots(error.to_string()))?
                .with_no_client_auth(),
            Reach::Loopback => {
                builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
            }
        };
        Ok(Self { slack, tls: Arc::new(tls) })
    }

    /// Asks Slack for an address, and forgets it: whether the token is good.
    pub async fn look(&self) -> Result<(), SlackError> {
        self.address().await.map(drop)
    }

    async fn address(&self) -> Result<String, SlackError> {
        let opened: Opened = self
            .slack
            .post("apps.connections.open", &json!({}), Again::Harmless, self.slack.limits.send)
            .await?;
        if is_safe(&opened.url) {
            Ok(opened.url)
        } else {
            Err(Again::Harmless.unknown("the websocket's address is neither wss:// nor on this machine"))
        }
    }

    /// Opens a websocket, by an address of its own.
    pub async fn connect(&self) -> Result<Socket, SlackError> {
        let address = self.address().await?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(LARGEST_FRAME))
            .max_frame_size(Some(LARGEST_FRAME));
        let connector = Connector::Rustls(Arc::clone(&self.tls));
        let connecting = connect_async_tls_with_config(&address, Some(config), true, Some(connector));
        // The library's own words may hold the address.
        match timeout(CONNECT_WITHIN, connecting).await {
            Ok(Ok((socket, _))) => Ok(Socket(socket)),
            Ok(Err(_)) => Err(Again::Harmless.unknown("the websocket was not taken")),
            Err(_) => Err(Again::Harmless.unknown("the websocket was not taken in time")),
        }
    }
}

impl Socket {
    /// What comes next. May be dropped and asked again: nothing is lost by that.
    pub async fn next(&mut self) -> Received {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Received::Text(text.as_str().to_owned()),
            Some(Ok(Message::Binary(bytes))) => Received::Text(String::from_utf8_lossy(&bytes).into_owned()),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Received::Sign,
            Some(Ok(Message::Close(_)) | Err(_)) | None => Received::Ended,
        }
    }

    /// Sends a text.
    pub async fn send(&mut self, text: String) -> Result<(), Lost> {
        self.put(Message::text(text)).await
    }

    /// Asks for a sign of life.
    pub async fn ping(&mut self) -> Result<(), Lost> {
        self.put(Message::Ping(Bytes::new())).await
    }

    /// Says goodbye, and waits until that was heard: what was sent before has arrived then.
    pub async fn close(&mut self) {
        let goodbye = async {
            if self.0.close(None).await.is_ok() {
                while self.next().await != Received::Ended {}
            }
        };
        if timeout(GOODBYE_WITHIN, goodbye).await.is_err() {
            tracing::debug!("Slack did not say goodbye to a websocket");
        }
    }

    async fn put(&mut self, message: Message) -> Result<(), Lost> {
        timeout(SEND_WITHIN, self.0.send(message)).await.map_err(|_| Lost)?.map_err(|_| Lost)
    }
}

/// Whether what comes from there stays unread on its way.
fn is_safe(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    match url.scheme() {
        "wss" => url.host().is_some(),
        "ws" => Reach::is_here(&url),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_websocket_is_encrypted_or_stays_on_this_machine() {
        let table = [
            ("wss://wss-primary.slack.com/link/?ticket=1", true),
            ("ws://127.0.0.1:9/link/", true),
            ("ws://[::1]:9/link/", true),
            ("ws://localhost/link/", true),
            ("ws://wss-primary.slack.com/link/", false),
            ("ws://127.0.0.1.example.com/link/", false),
            ("https://slack.com/link/", false),
            ("", false),
        ];
        for (address, expected) in table {
            assert_eq!(is_safe(address), expected, "{address}");
        }
    }
}
