//! What can go wrong when Slack is called, as its callers branch on it; decided here, where it is made.
//!
//! Bodies, tokens and `response_url`s never get into an error: the SDK's own errors print whole bodies, so they are taken
//! apart here and dropped.

use std::time::Duration;

use slack_morphism::errors::SlackClientError;

/// The wait when Slack says "too fast" and not for how long.
const DEFAULT_WAIT: Duration = Duration::from_secs(30);
/// The shortest wait that is believed: told to wait no time at all, we would ask again at once, for as long as it lasts.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait that is believed.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// The wait where an administrator or Slack itself has to finish something first.
const LONG_PAUSE: Duration = Duration::from_mins(1);

/// A call to Slack that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlackError {
    /// Too fast: nothing was done, and this method rests.
    #[error("Slack asks to wait {} s", after.as_secs())]
    RateLimited {
        /// For how long.
        after: Duration,
    },
    /// It may have been done or not: look before trying again.
    #[error("it is not known whether Slack did it: {reason}")]
    Ambiguous {
        /// How it ended.
        reason: String,
    },
    /// It was not done, or doing it twice does no harm: try again.
    #[error("Slack could not do it now: {reason}")]
    Retry {
        /// Not before then, where that is known.
        after: Option<Duration>,
        /// What happened.
        reason: String,
    },
    /// It will never be done like this.
    #[error("Slack refuses it: {code}")]
    Permanent {
        /// Slack's name for it.
        code: String,
    },
    /// Our token, or what it allows, is not enough: a person has to act, and then it goes on.
    #[error("Slack does not accept the bot's token or its scopes: {code}")]
    Auth {
        /// Slack's name for it.
        code: String,
    },
}

impl SlackError {
    /// The message or thread is no longer there.
    pub fn is_gone(&self) -> bool {
        matches!(self.code(), Some("thread_not_found" | "message_not_found"))
    }

    /// We cannot see into that channel, until somebody invites the bot or grants a scope.
    pub fn is_unreadable(&self) -> bool {
        matches!(
            self.code(),
            Some("channel_not_found" | "not_in_channel" | "missing_scope" | "is_archived" | "no_permission")
        )
    }

    /// The link between a click and the form it wants has been used up or is too old.
    pub fn is_expired_trigger(&self) -> bool {
        matches!(
            self.code(),
            Some("expired_trigger_id" | "trigger_expired" | "trigger_exchanged" | "exchanged_trigger_id")
        )
    }

    /// Slack's name for a refusal.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Permanent { code } | Self::Auth { code } => Some(code),
            Self::RateLimited { .. } | Self::Ambiguous { .. } | Self::Retry { .. } => None,
        }
    }

    /// "Too fast", with what the answer said about the wait.
    pub(super) fn rate_limited(after: Option<Duration>) -> Self {
        Self::RateLimited { after: after.unwrap_or(DEFAULT_WAIT).clamp(SHORTEST_WAIT, LONGEST_WAIT) }
    }
}

/// What a second try of the same call would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// Nothing more: reading, or replacing something by the same.
    Harmless,
    /// Do it a second time.
    Doubles,
}

impl Again {
    /// An end after which nobody knows whether it was done.
    pub(super) fn unknown(self, reason: impl Into<String>) -> SlackError {
        match self {
            Self::Harmless => SlackError::Retry { after: None, reason: reason.into() },
            Self::Doubles => SlackError::Ambiguous { reason: reason.into() },
        }
    }
}

/// Reads the SDK's error; nothing of its text survives.
pub(super) fn from_sdk(error: &SlackClientError, again: Again) -> SlackError {
    match error {
        SlackClientError::ApiError(refused) => from_code(&refused.code, again),
        SlackClientError::RateLimitError(limited) => SlackError::rate_limited(limited.retry_after),
        SlackClientError::HttpError(http) => from_status(http.status_code.as_u16(), again),
        SlackClientError::HttpProtocolError(protocol) => {
            let was_never_sent = protocol
                .cause
                .as_ref()
                .and_then(|cause| cause.downcast_ref::<hyper_util::client::legacy::Error>())
                .is_some_and(hyper_util::client::legacy::Error::is_connect);
            if was_never_sent { no_connection() } else { again.unknown("the connection was lost") }
        }
        SlackClientError::ProtocolError(_) => again.unknown("the answer is not Slack's JSON"),
        SlackClientError::SystemError(_)
        | SlackClientError::EndOfStream(_)
        | SlackClientError::SocketModeProtocolError(_) => again.unknown("the connection was lost"),
    }
}

/// Nothing was sent.
pub(super) fn no_connection() -> SlackError {
    SlackError::Retry { after: None, reason: "no connection".to_owned() }
}

/// Reads an HTTP status other than success, where the body says nothing.
pub(super) fn from_status(status: u16, again: Again) -> SlackError {
    match status {
        429 => SlackError::rate_limited(None),
        401 | 403 => SlackError::Auth { code: format!("http_{status}") },
        413 => SlackError::Permanent { code: format!("http_{status}") },
        408 | 500.. => again.unknown(format!("HTTP {status}")),
        // Slack's methods answer 200 even to refuse: another status is somebody's between us, and passes.
        _ => SlackError::Retry { after: Some(LONG_PAUSE), reason: format!("HTTP {status}") },
    }
}

/// Reads Slack's name for an error.
pub(super) fn from_code(code: &str, again: Again) -> SlackError {
    match code {
        "ratelimited" | "rate_limited" | "message_limit_exceeded" => SlackError::rate_limited(None),
        "internal_error" | "fatal_error" | "request_timeout" => again.unknown(code),
        "service_unavailable" => SlackError::Retry { after: None, reason: code.to_owned() },
        "team_added_to_org" | "org_login_required" => {
            SlackError::Retry { after: Some(LONG_PAUSE), reason: code.to_owned() }
        }
        "not_authed"
        | "invalid_auth"
        | "account_inactive"
        | "token_revoked"
        | "token_expired"
        | "no_permission"
        | "missing_scope"
        | "not_allowed_token_type"
        | "team_access_not_granted"
        | "access_denied" => SlackError::Auth { code: code.to_owned() },
        _ => SlackError::Permanent { code: tame(code) },
    }
}

/// A code is shown and stored, so that only what looks like one is kept.
fn tame(code: &str) -> String {
    let is_code = !code.is_empty()
        && code.len() <= 60
        && code.bytes().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'_');
    if is_code { code.to_owned() } else { "unrecognised_error".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_by_what_to_do() {
        let retry = |reason: &str, after| SlackError::Retry { after, reason: reason.to_owned() };
        let auth = |code: &str| SlackError::Auth { code: code.to_owned() };
        let permanent = |code: &str| SlackError::Permanent { code: code.to_owned() };
        let table = [
            ("ratelimited", SlackError::RateLimited { after: DEFAULT_WAIT }),
            ("rate_limited", SlackError::RateLimited { after: DEFAULT_WAIT }),
            ("internal_error", SlackError::Ambiguous { reason: "internal_error".into() }),
            ("fatal_error", SlackError::Ambiguous { reason: "fatal_error".into() }),
            ("request_timeout", SlackError::Ambiguous { reason: "request_timeout".into() }),
            ("service_unavailable", retry("service_unavailable", None)),
            ("team_added_to_org", retry("team_added_to_org", Some(LONG_PAUSE))),
            ("invalid_auth", auth("invalid_auth")),
            ("token_revoked", auth("token_revoked")),
            ("account_inactive", auth("account_inactive")),
            ("missing_scope", auth("missing_scope")),
            ("channel_not_found", permanent("channel_not_found")),
            ("is_archived", permanent("is_archived")),
            ("restricted_action_read_only_channel", permanent("restricted_action_read_only_channel")),
            ("org_login_required", retry("org_login_required", Some(LONG_PAUSE))),
            ("token_expired", auth("token_expired")),
            ("not_authed", auth("not_authed")),
            ("team_access_not_granted", auth("team_access_not_granted")),
            ("not_in_channel", permanent("not_in_channel")),
            ("restricted_action", permanent("restricted_action")),
            ("invalid_blocks", permanent("invalid_blocks")),
            ("invalid_blocks_format", permanent("invalid_blocks_format")),
            ("msg_blocks_too_long", permanent("msg_blocks_too_long")),
            ("no_text", permanent("no_text")),
            ("metadata_too_large", permanent("metadata_too_large")),
            ("invalid_metadata_format", permanent("invalid_metadata_format")),
            ("cannot_reply_to_message", permanent("cannot_reply_to_message")),
            ("messages_tab_disabled", permanent("messages_tab_disabled")),
            ("ekm_access_denied", permanent("ekm_access_denied")),
            ("never_heard_of", permanent("never_heard_of")),
            ("", permanent("unrecognised_error")),
            ("Our secret: xoxb-1", permanent("unrecognised_error")),
        ];
        for (code, expected) in table {
            assert_eq!(from_code(code, Again::Doubles), expected, "{code}");
        }
        assert_eq!(from_code("fatal_error", Again::Harmless), retry("fatal_error", None));
    }

    #[test]
    fn statuses_are_sorted_by_what_to_do() {
        assert_eq!(from_status(429, Again::Doubles), SlackError::RateLimited { after: DEFAULT_WAIT });
        for status in [408, 500, 502, 503, 504, 599] {
            assert!(matches!(from_status(status, Again::Doubles), SlackError::Ambiguous { .. }), "{status}");
            assert!(matches!(from_status(status, Again::Harmless), SlackError::Retry { .. }), "{status}");
        }
        for status in [301, 400, 404, 407] {
            assert!(matches!(from_status(status, Again::Doubles), SlackError::Retry { .. }), "{status}");
        }
        assert_eq!(from_status(401, Again::Doubles), SlackError::Auth { code: "http_401".into() });
        assert_eq!(from_status(413, Again::Doubles), SlackError::Permanent { code: "http_413".into() });
    }

    #[test]
    fn a_wait_is_believed_from_a_second_to_an_hour() {
        let error = SlackError::rate_limited(Some(Duration::from_hours(25)));
        assert_eq!(error, SlackError::RateLimited { after: LONGEST_WAIT });
        let error = SlackError::rate_limited(Some(Duration::ZERO));
        assert_eq!(error, SlackError::RateLimited { after: SHORTEST_WAIT });
    }

    #[test]
    fn callers_can_ask_what_a_refusal_means() {
        let permanent = |code: &str| SlackError::Permanent { code: code.to_owned() };
        assert!(permanent("thread_not_found").is_gone());
        assert!(permanent("not_in_channel").is_unreadable());
        assert!(permanent("expired_trigger_id").is_expired_trigger());
        assert!(!permanent("channel_not_found").is_gone());
        assert_eq!(no_connection().code(), None);
    }
}
