//! The record of every Web API call, for asserts.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::faults::Fault;

/// One call of the Web API or of a response URL (method `response_url`).
#[derive(Clone, Debug)]
pub struct ApiCall {
    /// The method, e.g. `chat.postMessage`.
    pub method: String,
    /// The arguments as understood, without the token.
    pub args: Map<String, Value>,
    /// When, on the sandbox's clock.
    pub at: DateTime<Utc>,
    /// What was answered; null when nothing was.
    pub answer: Value,
    /// The fault that hit it, if any.
    pub fault: Option<Fault>,
}

impl ApiCall {
    /// Whether Slack said `ok`.
    pub fn ok(&self) -> bool {
        self.answer["ok"] == true
    }

    /// The error code, empty when there is none.
    pub fn error(&self) -> &str {
        self.answer["error"].as_str().unwrap_or_default()
    }
}
