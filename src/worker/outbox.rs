//! The outbox: what was decided is told, in the order of each lane, exactly once where Slack lets us know.

use std::sync::Arc;

use chrono::Duration;
use tokio::task::{JoinError, JoinSet};

use super::delivery_plan::{self, Plan};
use super::pace::Pace;
use super::search;
use crate::app::{App, Envelope};
use crate::domain::command::Command;
use crate::domain::decision::Reply;
use crate::domain::ids::EngagementId;
use crate::domain::notice::{Notice, What};
use crate::slack::client::{Slack, SlackError};
use crate::slack::outgoing::Destination;
use crate::slack::render::{self, Scene};
use crate::store::{Claimed, Settlement, StoreError};

/// How many lanes are served at once.
const LANES_AT_ONCE: u32 = 32;
/// How long a claimed notice is ours; longer than any call to Slack may take.
const LEASE: std::time::Duration = std::time::Duration::from_mins(1);

/// Deliveries under way, one a lane.
pub type Deliveries = JoinSet<Result<(), StoreError>>;

/// Delivers what may be delivered now, one notice a lane, to its end; returns how many there were.
pub async fn tick(app: &Arc<App>, slack: &Slack, pace: &Arc<Pace>) -> Result<usize, StoreError> {
    let mut deliveries = Deliveries::new();
    let number = begin(app, slack, pace, &mut deliveries).await?;
    while let Some(done) = deliveries.join_next().await {
        ended(done);
    }
    Ok(number)
}

/// Begins to deliver what may be delivered now, beside what is under way: a lane that hangs holds up no other. Returns how
/// many it began.
pub async fn begin(
    app: &Arc<App>,
    slack: &Slack,
    pace: &Arc<Pace>,
    deliveries: &mut Deliveries,
) -> Result<usize, StoreError> {
    let under_way = u32::try_from(deliveries.len()).unwrap_or(u32::MAX);
    let room = LANES_AT_ONCE.saturating_sub(under_way);
    if room == 0 {
        return Ok(0);
    }
    let claimed = app.store().claim(app.installation(), app.now(), room, LEASE).await?;
    let number = claimed.len();
    for notice in claimed {
        let (app, slack, pace) = (Arc::clone(app), slack.clone(), Arc::clone(pace));
        deliveries.spawn(async move { deliver(&app, &slack, &pace, &notice).await });
    }
    Ok(number)
}

/// Notes a delivery that was not written down: its lease ends, and it is searched for before it is sent again.
pub fn ended(done: Result<Result<(), StoreError>, JoinError>) {
    match done {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "a notice was not settled"),
        Err(error) => tracing::error!(%error, "a delivery ended unexpectedly"),
    }
}

#[tracing::instrument(name = "outbox.deliver", skip_all, fields(outbox = claimed.id.0, lane = %claimed.lane))]
async fn deliver(app: &App, slack: &Slack, pace: &Pace, claimed: &Claimed) -> Result<(), StoreError> {
    let notice = &claimed.notice;
    let policy = app.policy();
    let settle = |settlement| app.store().settle(claimed, settlement, app.now());
    let read = app.scene(notice.engagement, &reply_of(notice), &named_by(notice)).await;
    let (engagement, related) = match read {
        Ok(scene) => scene,
        Err(error @ StoreError::Corrupt { .. }) => {
            // Waiting would stop its lane for ever.
            app.report_unreadable(&error).await?;
            return settle(Settlement::Parked { reason: error.to_string() }).await;
        }
        Err(error) => return Err(error),
    };
    if engagement.as_ref().is_some_and(|engagement| !notice.still_holds(engagement)) {
        return settle(Settlement::Dropped { reason: "its condition no longer holds".to_owned() }).await;
    }
    let plan = delivery_plan::destination(notice, engagement.as_ref(), policy.org.admin_channel.as_ref());
    let destination = match plan {
        Plan::Send(destination) => destination,
        Plan::Drop(reason) => return settle(Settlement::Dropped { reason: reason.to_owned() }).await,
        Plan::Wait(reason) => return settle(delivery_plan::waiting(claimed, reason, app.now())).await,
    };
    if let Some(wait) = delivery_plan::wait_for_link(claimed, engagement.as_ref(), &related, app.now()) {
        return settle(wait).await;
    }
    let scene = Scene {
        org: &policy.org,
        rules: &policy.rules,
        engagement: engagement.as_ref(),
        related: &related,
        now: app.now(),
    };
    let message = render::notice(notice, &scene);
    let tried = search::send_once(app, slack, claimed, &destination, &message).await?;
    let last_word = tried.last_word();
    let result = tried.result;
    let refused = match &result {
        Err(SlackError::Permanent { code }) => Some(code.clone()),
        Err(SlackError::RateLimited { after }) => {
            slow_down(app, pace, claimed, *after).await?;
            None
        }
        Err(SlackError::Auth { code }) => {
            app.health.token_refused.store(true, std::sync::atomic::Ordering::Relaxed);
            tracing::error!(code, "Slack does not accept the bot's token or its scopes");
            None
        }
        Ok(_) => {
            app.health.token_refused.store(false, std::sync::atomic::Ordering::Relaxed);
            app.health.delivered(app.now());
            None
        }
        Err(SlackError::Ambiguous { .. } | SlackError::Retry { .. }) => None,
    };
    let was_posted = result.is_ok() && matches!(destination, Destination::Post { .. });
    let settlement =
        last_word.unwrap_or_else(|| delivery_plan::settlement(result, claimed, &destination, app.now()));
    if let (Some(error), Settlement::Parked { .. }) = (refused, &settlement) {
        // Before it is parked: were we to end in between, nobody would ever hear of it. Deciding twice changes nothing.
        undeliverable(app, notice, &destination, error).await?;
    }
    if was_posted && let Some(until) = pace.posted(&claimed.lane, app.now()) {
        app.store().hold_lane(app.installation(), &claimed.lane, until).await?;
    }
    settle(settlement).await
}

/// 429: this lane waits; a second lane's within a breath pauses them all.
async fn slow_down(
    app: &App,
    pace: &Pace,
    claimed: &Claimed,
    after: std::time::Duration,
) -> Result<(), StoreError> {
    let now = app.now();
    let until = now + Duration::from_std(after).unwrap_or(Duration::minutes(1));
    let another_lane = pace.limited(&claimed.lane, now);
    tracing::warn!(
        lane = claimed.lane,
        seconds = after.as_secs(),
        all = another_lane,
        "Slack asks us to wait"
    );
    if another_lane {
        app.store().hold_all(app.installation(), until).await
    } else {
        app.store().hold_lane(app.installation(), &claimed.lane, until).await
    }
}

/// Slack will never take it: the rules' fallback, and the admins hear of it once.
async fn undeliverable(
    app: &App,
    notice: &Notice,
    destination: &Destination,
    error: String,
) -> Result<(), StoreError> {
    let channel = match destination {
        Destination::Post { channel, .. }
        | Destination::Update { channel, .. }
        | Destination::Ephemeral { channel, .. } => channel.clone(),
        Destination::Respond { .. } => return Ok(()),
    };
    tracing::warn!(%channel, error, "a message cannot be delivered");
    if app.policy().org.admin_channel.as_ref() == Some(&channel) {
        return Ok(());
    }
    let Some(engagement) = notice.engagement else {
        return app.tell_admins(What::Parked { channel, error, went_to: None }).await;
    };
    let is_card = notice.is_card() && matches!(destination, Destination::Post { .. });
    let command = Command::Undeliverable { engagement, is_card, channel, error };
    app.handle(Envelope::internal(command)).await.map(|_| ())
}

/// The reply inside a notice, if it is one.
fn reply_of(notice: &Notice) -> Reply {
    match &notice.what {
        What::Reply { reply } => reply.clone(),
        _ => Reply::Nothing,
    }
}

/// Other engagements that the notice names.
fn named_by(notice: &Notice) -> Vec<EngagementId> {
    use crate::domain::notice::Change;
    match &notice.what {
        What::Redirected { to } | What::ChangedToRequester { change: Change::Redirected { to, .. } } => {
            vec![*to]
        }
        What::RelayToSme { inquiry, .. } => vec![*inquiry],
        _ => Vec::new(),
    }
}
