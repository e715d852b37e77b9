//! One delivery, from a claimed notice to its settlement: where it goes, whether it may go now, and what its end means.
//!
//! Never two calls that post the same: what may have arrived is looked for first. One write ends it.

use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};

use super::{asked, behind, gather, pauses};
use crate::app::{App, Counted, Envelope};
use crate::domain::command::Command;
use crate::domain::decision::Reply;
use crate::domain::engagement::Engagement;
use crate::domain::ids::EngagementId;
use crate::domain::notice::{Address, Change, Notice, What};
use crate::slack::client::{Sent, Slack, SlackError};
use crate::slack::outgoing::{Destination, Message};
use crate::slack::render::{self, Scene};
use crate::store::{Claimed, Ended, Settled, Settlement, StoreError, UPDATES};
use crate::worker::delivery_plan::{self, Plan};
use crate::worker::pace::{Method, Pace};
use crate::worker::search;

/// Slack's word for a channel that we are not in.
const NOT_IN_CHANNEL: &str = "not_in_channel";
/// Slack's word for a message that is not there any more.
const CARD_GONE: &str = "message_not_found";

/// What a delivery is done with.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    pub app: &'a App,
    pub slack: &'a Slack,
    pub pace: &'a Pace,
    pub claimed: &'a Claimed,
}

/// Delivers a claimed notice; the instant until which its lane rests, if it does.
#[tracing::instrument(name = "outbox.deliver", skip_all, fields(outbox = claimed.id.0, lane = %claimed.lane))]
pub(super) async fn deliver(
    app: &App,
    slack: &Slack,
    pace: &Pace,
    claimed: &Claimed,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let desk = Desk { app, slack, pace, claimed };
    let posted = &mut false;
    let ended = desk.end(posted).await;
    if claimed.posts && !*posted {
        pace.give_back_post();
    }
    ended
}

impl Desk<'_> {
    async fn end(&self, posted: &mut bool) -> Result<Option<DateTime<Utc>>, StoreError> {
        if gather::gathered(self).await? {
            return Ok(None);
        }
        let notice = &self.claimed.notice;
        let named = named_by(notice);
        let read = self.app.scene(notice.engagement, &reply_of(notice), &named).await;
        let (engagement, related) = match read {
            Ok(scene) => scene,
            Err(error @ StoreError::Corrupt { .. }) => {
                // Waiting would stop its lane for ever.
                self.app.report_unreadable(&error).await?;
                return self.settle(Settlement::Parked { reason: error.to_string() }).await;
            }
            Err(error) => return Err(error),
        };
        let engagement = engagement.as_ref();
        let Some(notice) = holding(notice, engagement, &related) else {
            return self.settle(dropped("its condition no longer holds")).await;
        };
        if self.is_for_a_requester_who_left(engagement) {
            return self.settle(dropped("whoever asked has left")).await;
        }
        if let Some(settlement) = pauses::waits(self, &notice, engagement, &related) {
            return self.settle(settlement).await;
        }
        let notice = pauses::late(self, notice, engagement);
        let ended = match self.plan(engagement, &related).await? {
            Planned::Send(destination) => {
                *posted = matches!(destination, Destination::Post { .. });
                let message = self.drawn(&notice, engagement, &related);
                let ended = self.send(&destination, &message).await?;
                self.note_posted(&destination, &ended);
                ended
            }
            Planned::Settled(settlement) => settlement.into(),
        };
        self.settle(ended).await
    }

    /// Whether it would go to whoever asked, by direct message, and they are not there any more.
    fn is_for_a_requester_who_left(&self, engagement: Option<&Engagement>) -> bool {
        let Address::Direct { user } = &self.claimed.notice.to else { return false };
        engagement.is_some_and(|engagement| engagement.requester == *user)
            && self.app.policy().org.person(user).is_some_and(|person| person.is_gone)
    }

    /// Where it goes now; or how it ends without being sent.
    async fn plan(
        &self,
        engagement: Option<&Engagement>,
        related: &[Engagement],
    ) -> Result<Planned, StoreError> {
        let Self { app, claimed, .. } = self;
        let (notice, now) = (&claimed.notice, app.now());
        let admins = app.policy().org.admin_channel.clone();
        let planned = match (&notice.to, engagement) {
            (Address::Asked { user }, Some(engagement)) => {
                match asked::destination(self, engagement, user).await? {
                    Ok(destination) => Plan::Send(destination),
                    Err(settlement) => return Ok(Planned::Settled(settlement)),
                }
            }
            _ => delivery_plan::destination(notice, engagement, admins.as_ref()),
        };
        let destination = match planned {
            Plan::Send(destination) => destination,
            Plan::Drop(_) if claimed.is_unsure && notice.is_card() => {
                return Ok(Planned::Settled(behind::look(self, engagement).await?));
            }
            Plan::Drop(reason) => return Ok(Planned::Settled(dropped(reason))),
            Plan::Wait(reason) => {
                return Ok(Planned::Settled(delivery_plan::waiting(claimed, reason, now)));
            }
        };
        let waits = delivery_plan::wait_for_link(claimed, engagement, related, now);
        if let Some(settlement) = waits.or_else(|| self.not_now(&destination, now)) {
            return Ok(Planned::Settled(settlement));
        }
        Ok(Planned::Send(destination))
    }

    /// Why it is not its turn, where Slack or the workspace's budget has no room for it.
    fn not_now(&self, destination: &Destination, now: DateTime<Utc>) -> Option<Settlement> {
        let count = |what| self.app.health.delivery.count(what, 1);
        if let Destination::Update { .. } = destination {
            let at = self.pace.take_update(self.app.policy().rules.delivery, now).err()?;
            let is_paused = self.pace.paused_until(Method::Update, now).is_some();
            count(if is_paused { Counted::Paused } else { Counted::OverBudget });
            let reason = "the workspace's budget of updates is spent".to_owned();
            return Some(Settlement::Deferred { at, lane: Some(UPDATES.to_owned()), reason });
        }
        if self.claimed.lane == UPDATES {
            // Its message is gone: a new one keeps to the order of its channel.
            let (lane, reason) = (Some(self.claimed.notice.lane()), "it is no update any more".to_owned());
            return Some(Settlement::Deferred { at: now, lane, reason });
        }
        let until = self.pace.paused_until(Method::of(destination)?, now)?;
        count(Counted::Paused);
        delivery_plan::too_fast(until, self.claimed, destination)
    }

    fn drawn(&self, notice: &Notice, engagement: Option<&Engagement>, related: &[Engagement]) -> Message {
        let policy = self.app.policy();
        let scene =
            Scene { org: &policy.org, rules: &policy.rules, engagement, related, now: self.app.now() };
        render::notice(notice, &scene)
    }

    async fn send(&self, destination: &Destination, message: &Message) -> Result<Ended, StoreError> {
        let Self { app, slack, pace, claimed } = *self;
        let began = app.now();
        let tried = search::send_once(app, slack, claimed, destination, message).await?;
        let last_word = tried.last_word();
        let result = tried.result;
        self.note_token(&result);
        let now = app.now();
        let rests = match (&result, lane_of(destination)) {
            (Err(SlackError::RateLimited { after }), lane) => {
                self.slow_down(destination, lane, now + delivery_plan::delta(*after), now)
            }
            (Ok(_), Some(lane)) if matches!(destination, Destination::Post { .. }) => {
                pace.posted(&lane, began).map(|until| (lane, until))
            }
            (Ok(_) | Err(_), _) => None,
        };
        let refused = match &result {
            Err(SlackError::Permanent { code }) => Some(code.clone()),
            Ok(_) | Err(_) => None,
        };
        let settlement =
            last_word.unwrap_or_else(|| delivery_plan::settlement(result, claimed, destination, now));
        if let (Some(error), Settlement::Parked { .. }) = (refused, &settlement) {
            // Before it is parked: were we to end in between, nobody would ever hear of it. Deciding twice changes nothing.
            undeliverable(app, &claimed.notice, destination, error).await?;
        }
        Ok(Ended { settlement, rests: self.lanes_at_rest(rests) })
    }

    /// The channel's lane rests, and the one it came in where that is another (the admins', a reply that waited).
    fn lanes_at_rest(&self, rests: Option<(String, DateTime<Utc>)>) -> Vec<(String, DateTime<Utc>)> {
        let Some((lane, until)) = rests else { return Vec::new() };
        let came_in = (self.claimed.lane != lane).then(|| (self.claimed.lane.clone(), until));
        std::iter::once((lane, until)).chain(came_in).collect()
    }

    /// A new message in a channel comes back as an event, where events arrive.
    fn note_posted(&self, destination: &Destination, ended: &Ended) {
        let is_post = matches!(destination, Destination::Post { channel, .. } if channel.as_str().starts_with(['C', 'G']));
        if is_post && matches!(ended.settlement, Settlement::Sent { .. }) {
            self.app.health.posted(self.app.now());
        }
    }

    fn note_token(&self, result: &Result<Sent, SlackError>) {
        let health = &self.app.health;
        match result {
            Ok(_) => {
                health.token_refused.store(false, Ordering::Relaxed);
                health.delivered(self.app.now());
            }
            Err(SlackError::Auth { code }) => {
                health.token_refused.store(true, Ordering::Relaxed);
                tracing::error!(code, "Slack does not accept the bot's token or its scopes");
            }
            Err(
                SlackError::Permanent { .. }
                | SlackError::RateLimited { .. }
                | SlackError::Ambiguous { .. }
                | SlackError::Retry { .. },
            ) => {}
        }
    }

    /// 429: this lane waits; a second lane's within a breath pauses the method everywhere. The lane that rests, if it is
    /// not the message alone.
    fn slow_down(
        &self,
        destination: &Destination,
        lane: Option<String>,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<(String, DateTime<Utc>)> {
        let delivery = &self.app.health.delivery;
        let (method, lane) = (Method::of(destination)?, lane?);
        let everywhere = self.pace.limited(method, &lane, until, now);
        tracing::warn!(lane, method = method.name(), %until, everywhere, "Slack asks us to wait");
        delivery.count(Counted::RateLimited, 1);
        if everywhere {
            delivery.pause(method.name(), until);
        }
        // Posts go on where only an update has to wait.
        (method != Method::Update).then_some((lane, until))
    }

    /// Writes down how it ended; the instant until which its lane rests.
    async fn settle(&self, ended: impl Into<Ended>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let Self { app, claimed, .. } = self;
        let ended = ended.into();
        let rests = ended.rests.first().map(|(_, until)| *until);
        let rests = rests.or(match &ended.settlement {
            Settlement::Retry { at, .. } | Settlement::Deferred { at, .. } | Settlement::Aside { at, .. } => {
                Some(*at)
            }
            Settlement::Sent { .. } | Settlement::Dropped { .. } | Settlement::Parked { .. } => None,
        });
        match &ended.settlement {
            Settlement::Sent { .. } => app.health.delivery.count(Counted::Sent, 1),
            Settlement::Dropped { .. } => app.health.delivery.count(Counted::Dropped, 1),
            Settlement::Parked { .. }
            | Settlement::Retry { .. }
            | Settlement::Deferred { .. }
            | Settlement::Aside { .. } => {}
        }
        let is_card = claimed.notice.is_card() && matches!(ended.settlement, Settlement::Sent { .. });
        match app.store().settle(claimed, ended.clone(), app.now()).await? {
            Settled::Done => {
                // Homes link to it.
                app.homes.changed(claimed.notice.engagement.filter(|_| is_card));
                Ok(rests)
            }
            Settled::LeftBehind => {
                behind::settle(self, ended).await?;
                Ok(rests)
            }
        }
    }
}

/// What a look at where it goes came to.
enum Planned {
    Send(Destination),
    Settled(Settlement),
}

/// An end without a message.
pub(super) fn dropped(reason: &str) -> Settlement {
    Settlement::Dropped { reason: reason.to_owned() }
}

/// The notice, without what holds no longer; `None` when nothing of it does.
fn holding<'a>(
    notice: &'a Notice,
    engagement: Option<&Engagement>,
    related: &[Engagement],
) -> Option<std::borrow::Cow<'a, Notice>> {
    use std::borrow::Cow;
    match &notice.what {
        What::Digest { .. } => {
            let find = |id: EngagementId| related.iter().find(|engagement| engagement.id == id);
            crate::domain::digest::still_holding(notice, find).map(Cow::Owned)
        }
        _ => engagement
            .is_none_or(|engagement| notice.still_holds(engagement))
            .then_some(Cow::Borrowed(notice)),
    }
}

/// The lane whose pace a message there is under: its channel's.
fn lane_of(destination: &Destination) -> Option<String> {
    match destination {
        Destination::Post { channel, .. }
        | Destination::Update { channel, .. }
        | Destination::Ephemeral { channel, .. } => Some(channel.to_string()),
        Destination::Respond { .. } => None,
    }
}

pub(super) fn too_long() -> SlackError {
    SlackError::Retry { after: None, reason: "the search took too long".to_owned() }
}

/// A search that has to wait says nothing of how fast we may post.
pub(super) fn later(error: SlackError) -> SlackError {
    match error {
        SlackError::RateLimited { after } => {
            SlackError::Retry { after: Some(after), reason: "the search has to wait".to_owned() }
        }
        SlackError::Ambiguous { .. }
        | SlackError::Retry { .. }
        | SlackError::Auth { .. }
        | SlackError::Permanent { .. } => error,
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
    if error == NOT_IN_CHANNEL {
        app.came_or_went(&channel, false).await?;
    }
    if let Destination::Update { channel, ts } = destination
        && notice.is_card()
        && error == CARD_GONE
    {
        // Somebody deleted it, and the event of that has not come, or never will.
        let command = Command::Deleted { channel: channel.clone(), ts: ts.clone() };
        return app.handle(Envelope::internal(command)).await.map(|_| ());
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
    match &notice.what {
        What::Redirected { to } | What::ChangedToRequester { change: Change::Redirected { to, .. } } => {
            vec![*to]
        }
        What::RelayToSme { inquiry, .. } => vec![*inquiry],
        What::Digest { reminders, .. } => reminders.iter().map(|reminder| reminder.engagement).collect(),
        _ => Vec::new(),
    }
}
