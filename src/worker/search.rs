//! Sends a message, after a look whether an earlier try of it arrived where that is not known.
//!
//! Invariant: at most one message, as long as Slack lets us look. Where it refuses the look for good, one more is sent and no
//! third: a message that is there twice is seen and mended by whoever reads it, one that is not there by nobody. Admins hear
//! of it before the second one leaves.

use std::time::Duration;

use crate::app::App;
use crate::domain::ids::{ChannelId, Ts};
use crate::domain::notice::What;
use crate::slack::client::{Sent, Slack, SlackError};
use crate::slack::outgoing::{Destination, Message};
use crate::store::{Claimed, Settlement, StoreError};

/// How long a message is searched for: what is left of the lease must be enough to send it, or two would.
const SEARCH_WITHIN: Duration = Duration::from_secs(30);

/// How sending ended.
pub struct Tried {
    /// What Slack said.
    pub result: Result<Sent, SlackError>,
    /// It may be the second one: Slack did not let us look for the first.
    unsearched: bool,
}

impl Tried {
    /// What this end means where it may have been the second message: there is no third.
    pub fn last_word(&self) -> Option<Settlement> {
        match &self.result {
            Err(SlackError::Ambiguous { reason }) if self.unsearched => {
                let reason = format!("may be there, once or twice, and cannot be looked for: {reason}");
                Some(Settlement::Parked { reason })
            }
            Ok(_) | Err(_) => None,
        }
    }
}

/// What came of looking for an earlier try.
enum Look {
    NotNeeded,
    Found { channel: ChannelId, ts: Ts },
    NotThere,
    Refused { channel: ChannelId, code: String },
}

/// Sends it, unless an earlier try that we know nothing of turns out to have succeeded.
pub async fn send_once(
    app: &App,
    slack: &Slack,
    claimed: &Claimed,
    destination: &Destination,
    message: &Message,
) -> Result<Tried, StoreError> {
    let unsearched = match look(slack, claimed, destination).await {
        Ok(Look::NotNeeded | Look::NotThere) => false,
        Ok(Look::Found { channel, ts }) => {
            let result = found_again(slack, claimed, channel, ts, message).await;
            return Ok(Tried { result, unsearched: false });
        }
        Ok(Look::Refused { channel, code }) => {
            tracing::warn!(outbox = claimed.id.0, %channel, code, "sent again without a look whether it arrived");
            app.tell_admins_of(claimed.notice.engagement, What::Unsearched { channel, error: code }).await?;
            true
        }
        Err(error) => return Ok(Tried { result: Err(error), unsearched: false }),
    };
    let result = slack.send(destination, message, Some(&claimed.key)).await;
    Ok(Tried { result, unsearched })
}

async fn look(slack: &Slack, claimed: &Claimed, destination: &Destination) -> Result<Look, SlackError> {
    if !claimed.is_unsure {
        return Ok(Look::NotNeeded);
    }
    let (channel, thread) = match destination {
        Destination::Post { channel, thread } => (channel, thread),
        Destination::Update { .. } => return Ok(Look::NotNeeded),
        Destination::Ephemeral { .. } | Destination::Respond { .. } => {
            // Nothing that one person saw can be looked for, and it is sent at most once.
            return Err(SlackError::Ambiguous { reason: "an earlier try was not noted".to_owned() });
        }
    };
    let search = slack.find_by_key(channel, thread.as_ref(), &claimed.key, claimed.decided_at);
    let late = || SlackError::Retry { after: None, reason: "the search took too long".to_owned() };
    match tokio::time::timeout(SEARCH_WITHIN, search).await.unwrap_or_else(|_| Err(late())) {
        Ok(found) => Ok(found.map_or(Look::NotThere, |ts| Look::Found { channel: channel.clone(), ts })),
        // Where there is no such thread, there is no message of ours in it.
        Err(error) if error.is_gone() => Ok(Look::NotThere),
        Err(error) if is_refused(&error) => {
            let code = error.code().unwrap_or_default().to_owned();
            Ok(Look::Refused { channel: channel.clone(), code })
        }
        Err(error) => Err(error),
    }
}

/// An earlier try had arrived. A card that changed since collapsed into this one, and is drawn as it is now: nothing else
/// would ever show it.
async fn found_again(
    slack: &Slack,
    claimed: &Claimed,
    channel: ChannelId,
    ts: Ts,
    message: &Message,
) -> Result<Sent, SlackError> {
    if claimed.notice.is_card() {
        let update = Destination::Update { channel: channel.clone(), ts: ts.clone() };
        match slack.send(&update, message, None).await {
            // Where Slack takes no update for good, the message that is there is the card all the same.
            Ok(_) | Err(SlackError::Permanent { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Sent { channel, ts: Some(ts) })
}

/// Slack will not let us look, now or later. A token that is refused as a whole lets us do nothing, and is waited for.
fn is_refused(error: &SlackError) -> bool {
    matches!(error, SlackError::Permanent { .. }) || error.is_unreadable()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_for_good_is_told_from_what_passes() {
        let code = |code: &str| code.to_owned();
        let table = [
            (SlackError::Permanent { code: code("not_in_channel") }, true),
            (SlackError::Permanent { code: code("too_many_messages") }, true),
            (SlackError::Auth { code: code("missing_scope") }, true),
            (SlackError::Auth { code: code("no_permission") }, true),
            (SlackError::Auth { code: code("token_revoked") }, false),
            (SlackError::Auth { code: code("http_401") }, false),
            (SlackError::Retry { after: None, reason: code("HTTP 500") }, false),
            (SlackError::RateLimited { after: Duration::from_secs(1) }, false),
        ];
        for (error, expected) in table {
            assert_eq!(is_refused(&error), expected, "{error}");
        }
    }

    #[test]
    fn there_is_no_third() {
        let unknown = || Err(SlackError::Ambiguous { reason: "HTTP 500".to_owned() });
        let second = Tried { result: unknown(), unsearched: true };
        assert!(matches!(second.last_word(), Some(Settlement::Parked { .. })));
        assert_eq!(Tried { result: unknown(), unsearched: false }.last_word(), None);
        let limited = Err(SlackError::RateLimited { after: Duration::from_secs(1) });
        assert_eq!(Tried { result: limited, unsearched: true }.last_word(), None, "it was not sent");
    }
}
