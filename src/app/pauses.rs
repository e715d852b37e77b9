//! Pauses of reminders, as whoever decides and delivers meets them: what is held, why something comes late, and their end.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::{App, Envelope};
use crate::domain::command::{ClockKind, Command};
use crate::domain::decide::inquiry;
use crate::domain::decision::Decision;
use crate::domain::engagement::{Body, Engagement};
use crate::domain::ids::AreaKey;
use crate::domain::notice::Downtime;
use crate::domain::org::Org;
use crate::domain::pause::{self, Pause};
use crate::store::{DueClock, StoreError};

/// How long a pause that is over still explains why something comes late.
const EXPLAINS: TimeDelta = TimeDelta::days(7);

impl App {
    /// Pauses that run, and those that still explain something.
    pub fn pauses(&self) -> Arc<Vec<Pause>> {
        self.pauses.load_full()
    }

    /// Reads the pauses that are stored: a restart changes none.
    pub async fn load_pauses(&self) -> Result<(), StoreError> {
        let _learning = self.learning.lock().await;
        let known = self.store.pauses(self.installation, self.now() - EXPLAINS).await?;
        self.pauses.store(Arc::new(known));
        Ok(())
    }

    /// Whether any reminders are paused now.
    pub fn reminds_less(&self) -> bool {
        let now = self.now();
        let runs = |pause: &Pause| pause.from <= now && pause.over_at().is_none_or(|over| now < over);
        self.pauses.load().iter().any(runs)
    }

    /// Whether reminders of that engagement wait now.
    pub fn is_paused(&self, engagement: &Engagement) -> bool {
        let pauses = self.pauses.load();
        let now = self.now();
        !pauses.is_empty() && {
            let area = self.area_of(engagement);
            pauses.iter().any(|pause| pause.holds(area.as_ref(), now))
        }
    }

    /// Why something of that engagement comes late: the last pause of its reminders, or a time in which we were down.
    pub(super) fn late_because(
        pauses: &[Pause],
        org: &Org,
        engagement: &Engagement,
        down: Option<&Downtime>,
        now: DateTime<Utc>,
    ) -> Option<Downtime> {
        let area = area_in(org, engagement);
        pause::later(pause::last_paused(pauses, area.as_ref(), now), down)
    }

    /// The last time in which something that comes now could have become late: a pause, or a time in which we were down.
    pub fn last_gap(&self) -> Option<Downtime> {
        let now = self.now();
        let pauses = self.pauses.load();
        let over = pauses.iter().filter(|pause| pause.over_at().is_some_and(|over| over <= now));
        let last = over.max_by_key(|pause| pause.over_at()).and_then(|pause| {
            let to = pause.over_at()?;
            Some(Downtime { from: pause.from, to, blind: false, paused_by: Some(pause.by.clone()) })
        });
        pause::later(last, self.downtime().as_ref())
    }

    /// The last pause of that engagement's reminders that is over.
    pub fn last_pause_of(&self, engagement: &Engagement) -> Option<Downtime> {
        pause::last_paused(&self.pauses.load(), self.area_of(engagement).as_ref(), self.now())
    }

    fn area_of(&self, engagement: &Engagement) -> Option<AreaKey> {
        area_in(&self.policy().org, engagement)
    }

    /// Holds a clock that only reminds, where its reminders are paused; whether it is held.
    pub async fn held(&self, clock: &DueClock) -> Result<bool, StoreError> {
        let now = self.now();
        let runs = self.pauses.load().iter().any(|pause| pause.over_at().is_none_or(|over| now < over));
        if !runs || !pause::reminds(clock.kind) {
            return Ok(false);
        }
        let Some(engagement) = self.engagement(clock.engagement).await? else { return Ok(false) };
        if !self.is_paused(&engagement) {
            return Ok(false);
        }
        if clock.kind == ClockKind::Reply {
            self.look_when_promised(&engagement).await?;
        }
        self.store.hold_clock(self.installation, clock).await?;
        Ok(true)
    }

    /// A pause keeps reminders, not what is so: at the promised instant the thread is read, and the card shows a miss.
    async fn look_when_promised(&self, engagement: &Engagement) -> Result<(), StoreError> {
        let Body::Inquiry(inquiry) = &engagement.body else { return Ok(()) };
        let Some(clock) = inquiry.clock.as_ref().filter(|clock| !clock.missed) else { return Ok(()) };
        let policy = self.policy();
        let Some(promised) = inquiry::promised_at(&policy.org, engagement, clock) else { return Ok(()) };
        let mut decision = Decision::default();
        decision.set_clock(engagement.id, ClockKind::ReadThread, promised.max(self.now()));
        self.commit_alone(decision, Envelope::internal(Command::Nothing)).await
    }

    /// Writes down the end of pauses whose time is over; what they held is due at once.
    pub async fn end_pauses(&self) -> Result<(), StoreError> {
        let now = self.now();
        let is_past = |pause: &Pause| pause.ended.is_none() && pause.until.is_some_and(|until| until <= now);
        if !self.pauses.load().iter().any(is_past) {
            return Ok(());
        }
        let ended = self.store.end_pauses(self.installation, now).await?;
        self.load_pauses().await?;
        tracing::info!(ended, "a pause of reminders is over");
        self.ring_all();
        Ok(())
    }

    pub(super) fn ring_all(&self) {
        let now = self.now();
        self.clocks.due(now);
        self.errands.due(now);
        self.work.notify_one();
    }
}

/// The area whose reminders an engagement's are.
fn area_in(org: &Org, engagement: &Engagement) -> Option<AreaKey> {
    let of_place = || engagement.place.as_ref().and_then(|place| org.place(place)?.area.clone());
    engagement.area.clone().or_else(of_place)
}
