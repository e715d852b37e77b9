//! Faults on demand: what can go wrong between the bot and Slack's Web API, by method and channel.
//! A rule fires a number of times or until cleared; the first rule that matches wins.

use std::collections::VecDeque;
use std::time::Duration;

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An HTTP status without a usable body; nothing happened in the workspace.
    Status(u16),
    /// HTTP 429 with or without `Retry-After` (seconds); nothing happened.
    TooMany {
        /// The `Retry-After` header, in seconds.
        retry_after: Option<u64>,
    },
    /// HTTP 200 with an HTML page; nothing happened.
    Html,
    /// No answer until `Workspace::release_hung`, and then the connection is dropped; nothing happened.
    Hang,
    /// `{"ok": false, "error": …}`; nothing happened.
    Error(String),
    /// The connection is dropped before anything happened.
    ResetBefore,
    /// The call takes effect, then the connection is dropped without an answer.
    ResetAfter,
    /// The call takes effect, then the answer is `internal_error`.
    InternalErrorAfter,
    /// The call takes effect, then no answer until `Workspace::release_hung`.
    HangAfter,
    /// The call takes effect; its answer comes a byte at a time with this pause (real time) before each.
    Drip {
        /// The pause.
        every: Duration,
    },
    /// The call takes effect; the connection is dropped in the middle of its answer.
    ResetAmid,
    /// The call takes effect; its answer ends in the middle, as if it were whole.
    HalfAnswer,
}

impl Fault {
    /// `Fault::Error` from a literal.
    pub fn error(code: &str) -> Self {
        Self::Error(code.to_owned())
    }

    /// Whether the call does in the workspace what it asks for, however its answer ends.
    pub fn takes_effect(&self) -> bool {
        match self {
            Self::ResetAfter
            | Self::InternalErrorAfter
            | Self::HangAfter
            | Self::Drip { .. }
            | Self::ResetAmid
            | Self::HalfAnswer => true,
            Self::Status(_)
            | Self::TooMany { .. }
            | Self::Html
            | Self::Hang
            | Self::Error(_)
            | Self::ResetBefore => false,
        }
    }
}

/// When a fault fires.
#[derive(Clone, Debug)]
pub struct FaultRule {
    pub(super) method: String,
    pub(super) channel: Option<String>,
    pub(super) after: u32,
    pub(super) times: Option<u32>,
    pub(super) fault: Fault,
}

impl FaultRule {
    /// On every call of `method` (`"chat.postMessage"`, or `"*"` for any) until cleared.
    pub fn on(method: &str, fault: Fault) -> Self {
        Self { method: method.to_owned(), channel: None, after: 0, times: None, fault }
    }

    /// Only for calls about this channel (`"#name"`, id, or a person's `"@name"` for their DM).
    #[must_use]
    pub fn in_channel(mut self, channel: &str) -> Self {
        self.channel = Some(channel.to_owned());
        self
    }

    /// Only so many times.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Lets so many matching calls pass first.
    #[must_use]
    pub fn after(mut self, calls: u32) -> Self {
        self.after = calls;
        self
    }
}

/// The rules in force.
#[derive(Default)]
pub struct Faults(VecDeque<FaultRule>);

impl Faults {
    pub fn add(&mut self, rule: FaultRule) {
        self.0.push_back(rule);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The fault for this call, counted. `is_channel` says whether a rule's channel is the call's.
    pub fn take(&mut self, method: &str, is_channel: impl Fn(&str) -> bool) -> Option<Fault> {
        let position = self.0.iter_mut().position(|rule| {
            let wanted = (rule.method == "*" || rule.method == method)
                && rule.channel.as_deref().is_none_or(&is_channel);
            if wanted && rule.after > 0 {
                rule.after -= 1;
                return false;
            }
            wanted
        })?;
        let rule = self.0.get_mut(position)?;
        let fault = rule.fault.clone();
        if let Some(times) = &mut rule.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.0.remove(position);
            }
        }
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_fires_as_often_as_it_says_and_only_where_it_says() {
        let mut faults = Faults::default();
        faults.add(FaultRule::on("chat.postMessage", Fault::Status(500)).in_channel("#a").times(2));
        assert_eq!(faults.take("chat.update", |_| true), None);
        assert_eq!(faults.take("chat.postMessage", |channel| channel == "#b"), None);
        assert_eq!(faults.take("chat.postMessage", |channel| channel == "#a"), Some(Fault::Status(500)));
        assert_eq!(faults.take("chat.postMessage", |channel| channel == "#a"), Some(Fault::Status(500)));
        assert_eq!(faults.take("chat.postMessage", |channel| channel == "#a"), None);
    }

    #[test]
    fn a_rule_can_let_calls_pass_first() {
        let mut faults = Faults::default();
        faults.add(FaultRule::on("*", Fault::Html).after(1).times(1));
        assert_eq!(faults.take("x", |_| true), None);
        assert_eq!(faults.take("x", |_| true), Some(Fault::Html));
        assert_eq!(faults.take("x", |_| true), None);
    }
}
