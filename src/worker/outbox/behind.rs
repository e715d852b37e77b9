//! A card whose engagement moved while its first post was under way: the message that it left behind is replaced in place.
//!
//! Invariant: the notice that replaces it is durable before the post is settled, and there is one of it however often we
//! end in between.

use super::deliver::{Desk, dropped, later, too_long};
use crate::domain::decision::Decision;
use crate::domain::engagement::Engagement;
use crate::domain::ids::{ChannelId, Ts};
use crate::domain::notice::{Address, Notice, What};
use crate::slack::client::SlackError;
use crate::slack::outgoing::Destination;
use crate::store::{Commit, Ended, Settlement, StoreError};
use crate::worker::delivery_plan;

/// How long Slack is looked through for it.
const SEARCH_WITHIN: std::time::Duration = std::time::Duration::from_secs(30);

/// The card is wanted elsewhere now, but a try of which we know nothing may have posted it: it is looked for.
pub(super) async fn look(desk: &Desk<'_>, engagement: Option<&Engagement>) -> Result<Settlement, StoreError> {
    const MOVED: &str = "the card moved to another channel";
    let claimed = desk.claimed;
    let (Address::Card { channel }, Some(engagement)) = (&claimed.notice.to, engagement) else {
        return Ok(dropped(MOVED));
    };
    let origin = &engagement.origin;
    let thread = origin.thread.as_ref().or(origin.message.as_ref()).filter(|_| origin.channel == *channel);
    let search = async {
        let in_channel = desk.slack.find_by_key(channel, None, &claimed.key, claimed.decided_at).await?;
        match (in_channel, thread) {
            (None, Some(thread)) => {
                desk.slack.find_by_key(channel, Some(thread), &claimed.key, claimed.decided_at).await
            }
            (found, _) => Ok(found),
        }
    };
    let found = tokio::time::timeout(SEARCH_WITHIN, search).await.unwrap_or_else(|_| Err(too_long()));
    match found.map_err(later) {
        Ok(Some(ts)) => {
            leave(desk, engagement, channel, &ts).await?;
            Ok(Settlement::Sent { ts: Some(ts), card_of: None })
        }
        Ok(None) => Ok(dropped(MOVED)),
        // Where nobody can look, nobody can mend it either.
        Err(SlackError::Permanent { code }) => Ok(dropped(&format!("{MOVED}; not looked for: {code}"))),
        Err(error) => {
            let place = Destination::Post { channel: channel.clone(), thread: None };
            Ok(delivery_plan::settlement(Err(error), claimed, &place, desk.app.now()))
        }
    }
}

/// The first card was posted where its engagement is no longer.
pub(super) async fn settle(desk: &Desk<'_>, ended: Ended) -> Result<(), StoreError> {
    let (app, claimed) = (desk.app, desk.claimed);
    if let (Address::Card { channel }, Settlement::Sent { ts: Some(ts), card_of: Some(id) }) =
        (&claimed.notice.to, &ended.settlement)
        && let Some(engagement) = app.engagement(*id).await?
    {
        leave(desk, &engagement, channel, ts).await?;
    }
    let settlement = match ended.settlement {
        Settlement::Sent { ts, card_of: _ } => Settlement::Sent { ts, card_of: None },
        other => other,
    };
    app.store().settle(claimed, Ended { settlement, rests: ended.rests }, app.now()).await.map(|_| ())
}

/// Has the message say where its card went.
async fn leave(
    desk: &Desk<'_>,
    engagement: &Engagement,
    channel: &ChannelId,
    ts: &Ts,
) -> Result<(), StoreError> {
    let app = desk.app;
    let what = engagement.place.clone().map_or(What::Card { mention: false }, |to| What::MovedAway { to });
    let to = Address::OldCard { channel: channel.clone(), ts: ts.clone() };
    let notice = Notice { to, what, engagement: Some(engagement.id), urgent: false };
    let commit = Commit {
        installation: app.installation(),
        keys: vec![format!("left-behind:{}", desk.claimed.key)],
        fired: None,
        decision: Decision { notices: vec![notice], ..Decision::default() },
        now: app.now(),
        deadline: None,
        turn: None,
    };
    app.store().commit(commit).await?;
    app.work.notify_one();
    Ok(())
}
