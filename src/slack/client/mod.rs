//! Calls to Slack's Web API: one method here is one thing we want from Slack, with a time limit and a typed end.
//!
//! Knows nothing of lanes, retries of sends or the store: `worker` decides when and whether to call again. Tokens,
//! bodies and `response_url`s are never logged, and the SDK's errors never leave `error`.

mod beacon;
mod error;
mod names;
mod page;
mod read;
mod send;
mod socket;
mod transport;
mod views;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use slack_morphism::hyper_tokio::SlackClientHyperHttpsConnector;
use slack_morphism::{SlackApiToken, SlackApiTokenValue, SlackClient};
use tokio::time::timeout;

use error::{Again, from_code, from_sdk};
use transport::{Raw, Reach};

pub use beacon::{Beacon, BeaconError};
pub use error::SlackError;
pub use names::Auth;
pub(in crate::slack) use names::person;
pub use page::{PageError, page};
pub use read::ThreadMessage;
pub use send::Sent;
pub use socket::{AppSlack, Lost, Received, Socket};
pub use transport::SetupError;

/// How long calls may take; a call that takes longer ends as if the connection had been lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Sending or changing a message.
    pub send: Duration,
    /// Opening a form: Slack's trigger dies after three seconds.
    pub view: Duration,
    /// One page of a list.
    pub list: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { send: Duration::from_secs(5), view: Duration::from_secs(2), list: Duration::from_secs(10) }
    }
}

/// Slack, as one installation's bot sees it. Cheap to clone.
#[derive(Clone)]
pub struct Slack {
    sdk: Arc<SlackClient<SlackClientHyperHttpsConnector>>,
    raw: Raw,
    reach: Reach,
    api_url: Arc<str>,
    token: Arc<SlackApiToken>,
    limits: Limits,
}

impl fmt::Debug for Slack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slack").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

/// Named arguments of a reading method.
type Arguments = Vec<(&'static str, Option<String>)>;

impl Slack {
    /// The client for the API at `api_url` (`https://slack.com/api`) with a bot's token.
    pub fn new(api_url: &str, token: String) -> Result<Self, SetupError> {
        Self::with_limits(api_url, token, Limits::default())
    }

    /// The same with other time limits.
    pub fn with_limits(api_url: &str, token: String, limits: Limits) -> Result<Self, SetupError> {
        let api_url = api_url.trim_end_matches('/');
        let reach = Reach::of(api_url).ok_or(SetupError::Address)?;
        let connector = transport::connector(reach)?;
        let raw = Raw::new(connector.clone());
        let sdk = SlackClientHyperHttpsConnector::from(connector).with_slack_api_url(api_url);
        Ok(Self {
            sdk: Arc::new(SlackClient::new(sdk)),
            raw,
            reach,
            api_url: api_url.into(),
            token: Arc::new(SlackApiToken::new(SlackApiTokenValue(token))),
            limits,
        })
    }

    /// Calls a method that takes JSON.
    async fn post<T: DeserializeOwned>(
        &self,
        method: &str,
        body: &Value,
        again: Again,
        limit: Duration,
    ) -> Result<T, SlackError> {
        let session = self.sdk.open_session(&self.token);
        let call = session.http_session_api.http_post::<Value, Value>(method, body, None);
        let answer = timeout(limit, call)
            .await
            .map_err(|_| again.unknown(late(limit)))?
            .map_err(|error| from_sdk(&error, again))?;
        open_envelope(answer, again)
    }

    /// Calls a reading method: these take form fields, and some drop JSON in silence.
    async fn get<T: DeserializeOwned>(&self, method: &str, arguments: &Arguments) -> Result<T, SlackError> {
        let again = Again::Harmless;
        let session = self.sdk.open_session(&self.token);
        let fields = arguments.iter().map(|(name, value)| (*name, value.as_deref())).collect::<Vec<_>>();
        let call = session.http_session_api.http_get::<Value, _, &str>(method, &fields, None);
        let answer = timeout(self.limits.list, call)
            .await
            .map_err(|_| again.unknown(late(self.limits.list)))?
            .map_err(|error| from_sdk(&error, again))?;
        open_envelope(answer, again)
    }
}

/// Why a call ended at its time limit.
fn late(limit: Duration) -> String {
    format!("no answer within {} ms", limit.as_millis())
}

/// Believes only `"ok": true`: the SDK takes a web page sent with status 200 for an empty success.
fn open_envelope<T: DeserializeOwned>(answer: Value, again: Again) -> Result<T, SlackError> {
    match (answer.get("ok").and_then(Value::as_bool), answer.get("error").and_then(Value::as_str)) {
        (Some(true), _) => {
            serde_json::from_value(answer).map_err(|_| again.unknown("the answer has an unknown form"))
        }
        (_, Some(code)) => Err(from_code(code, again)),
        (_, None) => Err(again.unknown("the answer says neither yes nor no")),
    }
}
