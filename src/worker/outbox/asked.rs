//! The direct message in which somebody was asked for an exception, as a place to change: found by what was sent, in a channel
//! that only Slack can name.
//!
//! Where they never got it there is nothing to change, and nothing is sent in its stead.

use super::deliver::{Desk, dropped};
use crate::domain::engagement::Engagement;
use crate::domain::ids::{ChannelId, UserId};
use crate::slack::outgoing::Destination;
use crate::store::{Settlement, StoreError};
use crate::worker::delivery_plan;

/// Where that message is, or how the change of it ends without one.
pub(super) async fn destination(
    desk: &Desk<'_>,
    engagement: &Engagement,
    user: &UserId,
) -> Result<Result<Destination, Settlement>, StoreError> {
    let app = desk.app;
    let Some(ts) = app.store().asked_in(app.installation(), engagement.id, user).await? else {
        return Ok(Err(dropped("they were never asked")));
    };
    let of = |channel| Destination::Update { channel, ts };
    Ok(match desk.slack.direct_channel(user).await {
        Ok(channel) => Ok(of(channel)),
        Err(error) => {
            let place = of(ChannelId(user.0.clone()));
            Err(delivery_plan::settlement(Err(error), desk.claimed, &place, app.now()))
        }
    })
}
