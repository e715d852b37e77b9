//! The road to the bot: signed requests, and Slack's schedule of retries for events. It never decides
//! what to send; `events` and the people's acts do.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use sha2::Sha256;

/// After the first attempt and the immediate retry: when the others are due, from the first attempt on.
pub const LATER_RETRIES: [TimeDelta; 2] = [TimeDelta::minutes(1), TimeDelta::minutes(5)];
/// The most of an answer that is read.
const MOST_ANSWER_BYTES: usize = 4 << 20;

/// One event on its way to the bot, or arrived, or given up.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Slack's id of the event, the same in every retry.
    pub event_id: String,
    /// The event's type, e.g. `app_mention`.
    pub event_type: String,
    /// The JSON body, exactly as sent.
    pub body: String,
    /// When the next attempt is due.
    pub due: DateTime<Utc>,
    /// What was tried so far.
    pub attempts: Vec<Attempt>,
}

/// One try to deliver an event.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// When, on the sandbox's clock.
    pub at: DateTime<Utc>,
    /// 0 for the first, then the number in `x-slack-retry-num`.
    pub retry_num: usize,
    /// The HTTP status, `None` when there was no answer.
    pub status: Option<u16>,
    /// Slack's name for what went wrong: `http_error`, `http_timeout`, `connection_failed`.
    pub failure: Option<&'static str>,
}

impl Delivery {
    /// Whether the bot took it.
    pub fn arrived(&self) -> bool {
        self.attempts.last().is_some_and(|attempt| attempt.failure.is_none())
    }

    /// When the next attempt is due after a failure, with these waits for the later ones; `None` when Slack gives up.
    pub(super) fn next_due(&self, later: [TimeDelta; 2]) -> Option<DateTime<Utc>> {
        let first = self.attempts.first()?.at;
        match self.attempts.len() {
            1 => Some(first),
            made => later.get(made - 2).map(|wait| first + *wait),
        }
    }
}

/// Where the bot listens.
#[derive(Clone)]
pub struct BotAddress {
    pub events: String,
    pub commands: String,
    pub interactions: String,
    pub secret: String,
}

/// What the bot answered.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub no_retry: bool,
    pub body: String,
}

/// What is sent.
pub enum Letter<'a> {
    Json { body: &'a str, retry: Option<(usize, &'static str)> },
    Form { body: String },
}

/// Slack's end of the wire.
pub struct Sender {
    client: Client<HttpConnector, Full<Bytes>>,
    answer_within: Duration,
}

impl Sender {
    pub fn new(answer_within: Duration) -> Self {
        let client = Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
        Self { client, answer_within }
    }

    /// Sends a signed request; `Err` has Slack's name for the failure.
    pub async fn send(
        &self,
        url: &str,
        secret: &str,
        letter: Letter<'_>,
        now: DateTime<Utc>,
    ) -> Result<Reply, &'static str> {
        let (body, content_type, retry) = match letter {
            Letter::Json { body, retry } => (body.to_owned(), "application/json", retry),
            Letter::Form { body } => (body, "application/x-www-form-urlencoded", None),
        };
        let timestamp = now.timestamp();
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(url)
            .header("content-type", content_type)
            .header("user-agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
            .header("x-slack-request-timestamp", timestamp)
            .header("x-slack-signature", signature(secret, timestamp, &body));
        if let Some((number, reason)) = retry {
            request = request.header("x-slack-retry-num", number).header("x-slack-retry-reason", reason);
        }
        let request = request.body(Full::new(Bytes::from(body))).map_err(|_| "unknown_error")?;
        match tokio::time::timeout(self.answer_within, self.exchange(request)).await {
            Ok(answer) => answer,
            Err(_) => Err("http_timeout"),
        }
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Reply, &'static str> {
        let response = self.client.request(request).await.map_err(|_| "connection_failed")?;
        let status = response.status().as_u16();
        let no_retry = response.headers().get("x-slack-no-retry").is_some_and(|value| value == "1");
        let body = http_body_util::Limited::new(response.into_body(), MOST_ANSWER_BYTES);
        let body = body.collect().await.map_err(|_| "connection_failed")?.to_bytes();
        Ok(Reply { status, no_retry, body: String::from_utf8_lossy(&body).into_owned() })
    }
}

/// Slack's v0 signature over the raw body.
pub fn signature(secret: &str, timestamp: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(format!("v0:{timestamp}:{body}").as_bytes());
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_slacks() {
        // The example of Slack's documentation.
        let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
            &channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=\
            &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
            &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        assert_eq!(
            signature("8f742231b10e8888abcd99yyyzzz85a5", 1_531_420_618, body),
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
        );
    }

    #[test]
    fn retries_are_due_at_once_after_a_minute_and_after_five() {
        let first = DateTime::from_timestamp(1_795_165_200, 0).unwrap();
        let mut delivery = Delivery {
            event_id: "Ev1".into(),
            event_type: "message".into(),
            body: String::new(),
            due: first,
            attempts: Vec::new(),
        };
        let mut due = Vec::new();
        for retry_num in 0..4 {
            delivery.attempts.push(Attempt {
                at: first,
                retry_num,
                status: None,
                failure: Some("http_error"),
            });
            due.push(delivery.next_due(LATER_RETRIES).map(|next| (next - first).num_minutes()));
        }
        assert_eq!(due, [Some(0), Some(1), Some(5), None]);
    }
}
