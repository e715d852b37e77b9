//! How a delivery ended, in one write. States the expected previous state: a row that is no longer in this flight is a
//! conflict, and nothing changes.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::open::Store;
use super::told::lane_works;
use super::writer::{Ending, Work, execute};
use super::{Claimed, OutboxId, Settlement, StoreError};
use crate::domain::ids::{EngagementId, InstallationId, Ts};

/// The attempt tells this flight from a later one, after the lease ended.
const END: &str = "UPDATE outbox SET state = ?, ts = ?, reason = ?, settled_at = ? \
    WHERE installation_id = ? AND id = ? AND state = 'sending' AND attempts = ?";
/// Only where the home is still where the card was posted, and has none.
const SET_CARD: &str = "UPDATE engagement SET home_card = ?, version = version + 1, changed_at = ? \
    WHERE installation_id = ? AND id = ? AND home_channel = ? AND home_card IS NULL";
/// A card that began to wait during the flight collapses into the one that goes back: its mention is not lost.
const MERGE: &str = "UPDATE outbox SET \
    mention = MAX(mention, COALESCE((SELECT w.mention FROM outbox w WHERE w.installation_id = outbox.installation_id \
        AND w.card_of = outbox.card_of AND w.lane = outbox.lane AND w.state = 'waiting'), 0)), \
    urgent = MAX(urgent, COALESCE((SELECT w.urgent FROM outbox w WHERE w.installation_id = outbox.installation_id \
        AND w.card_of = outbox.card_of AND w.lane = outbox.lane AND w.state = 'waiting'), 0)) \
    WHERE installation_id = ? AND id = ? AND state = 'sending' AND attempts = ?";
const DROP_MERGED: &str = "DELETE FROM outbox WHERE installation_id = ? AND state = 'waiting' \
    AND card_of IS NOT NULL AND card_of = ? AND lane = ?";
const BACK: &str = "UPDATE outbox SET state = 'waiting', next_at = ?, unsure = MAX(unsure, ?), reason = ? \
    WHERE installation_id = ? AND id = ? AND state = 'sending' AND attempts = ?";

const ASIDE: &str = "UPDATE outbox SET state = 'waiting', next_at = ?, lane = ?, reason = ? \
    WHERE installation_id = ? AND id = ? AND state = 'sending' AND attempts = ?";

impl Store {
    /// Writes down how the delivery of a claimed notice ended. A conflict when its lease ended and somebody else has it.
    pub async fn settle(
        &self,
        claimed: &Claimed,
        settlement: Settlement,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let work = Settle {
            installation: claimed.installation,
            id: claimed.id,
            attempt: claimed.attempts + 1,
            lane: claimed.lane.clone(),
            engagement: claimed.notice.engagement,
            card: claimed.notice.engagement.filter(|_| claimed.notice.is_card()),
            settlement,
            now,
        };
        self.0.writer.write(work).await
    }
}

struct Settle {
    installation: InstallationId,
    id: OutboxId,
    attempt: u32,
    lane: String,
    engagement: Option<EngagementId>,
    card: Option<EngagementId>,
    settlement: Settlement,
    now: DateTime<Utc>,
}

impl Work for Settle {
    type Output = ();

    fn run(&self, db: &Connection) -> Result<Ending<()>, StoreError> {
        match &self.settlement {
            Settlement::Sent { ts, card_of } => {
                self.end(db, "sent", ts.as_ref(), None)?;
                lane_works(db, self.installation, &self.lane)?;
                if let (Some(ts), Some(engagement)) = (ts, card_of) {
                    self.set_card(db, ts, *engagement)?;
                }
            }
            Settlement::Dropped { reason } => self.end(db, "dropped", None, Some(reason))?,
            Settlement::Parked { reason } => self.end(db, "parked", None, Some(reason))?,
            Settlement::Retry { at, unsure, reason } => self.back(db, *at, *unsure, reason)?,
            Settlement::Aside { at, reason } => self.aside(db, *at, reason)?,
        }
        Ok(Ending::Keep(()))
    }
}

impl Settle {
    fn end(
        &self,
        db: &Connection,
        state: &str,
        ts: Option<&Ts>,
        reason: Option<&str>,
    ) -> Result<(), StoreError> {
        let (ts, now) = (ts.map(Ts::as_str), self.now.timestamp_micros());
        let row = params![state, ts, reason, now, self.installation.0, self.id.0, self.attempt];
        expect_flight(execute(db, END, row)?)
    }

    fn set_card(&self, db: &Connection, ts: &Ts, engagement: EngagementId) -> Result<(), StoreError> {
        let now = self.now.timestamp_micros();
        let row = params![ts.as_str(), now, self.installation.0, engagement.0, self.lane];
        execute(db, SET_CARD, row)?;
        Ok(())
    }

    fn back(&self, db: &Connection, at: DateTime<Utc>, unsure: bool, reason: &str) -> Result<(), StoreError> {
        if let Some(engagement) = self.card {
            execute(db, MERGE, params![self.installation.0, self.id.0, self.attempt])?;
            execute(db, DROP_MERGED, params![self.installation.0, engagement.0, self.lane])?;
        }
        let at = at.timestamp_micros();
        let row = params![at, unsure, reason, self.installation.0, self.id.0, self.attempt];
        expect_flight(execute(db, BACK, row)?)
    }
}

impl Settle {
    /// Into a lane of its engagement's own, so that what it waits for can pass it.
    fn aside(&self, db: &Connection, at: DateTime<Utc>, reason: &str) -> Result<(), StoreError> {
        let engagement = self.engagement.map_or(0, |engagement| engagement.0);
        let lane = format!("aside:{engagement}");
        let row = params![at.timestamp_micros(), lane, reason, self.installation.0, self.id.0, self.attempt];
        expect_flight(execute(db, ASIDE, row)?)
    }
}

/// A flight that is not this one's any more is a conflict.
fn expect_flight(rows: usize) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}
