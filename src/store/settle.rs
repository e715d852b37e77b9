//! How a delivery ended, in one write with what it means for its lane. States the expected previous state: a row that is no
//! longer in this flight is a conflict, and nothing changes.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::open::Store;
use super::told::lane_works;
use super::writer::{Ending, Work, execute};
use super::{Claimed, Ended, OutboxId, Settled, Settlement, StoreError};
use crate::domain::ids::{EngagementId, InstallationId, Ts};

/// The attempt tells this flight from a later one, after the lease ended.
pub(super) const END: &str = "UPDATE outbox SET state = ?, ts = ?, reason = ?, settled_at = ? \
    WHERE installation_id = ? AND id = ? AND state = 'sending' AND attempts = ?";
/// Only where the home is still where the card was posted, and has none.
pub(super) const SET_CARD: &str = "UPDATE engagement SET home_card = ?, version = version + 1, changed_at = ? \
    WHERE installation_id = ? AND id = ? AND home_channel = ? AND home_card IS NULL";
pub(super) const HOME: &str = "SELECT home_channel FROM engagement WHERE installation_id = ? AND id = ?";
/// A card that began to wait during the flight collapses into the one that goes back: its mention is not lost.
pub(super) const MERGE: &str = "UPDATE outbox SET \
    mention = MAX(mention, COALESCE((SELECT w.mention FROM outbox w WHERE w.installation_id = outbox.installation_id \
        AND w.card_of = outbox.card_of AND w.lane = ?4 AND w.state = 'waiting'), 0)), \
    urgent = MAX(urgent, COALESCE((SELECT w.urgent FROM outbox w WHERE w.installation_id = outbox.installation_id \
        AND w.card_of = outbox.card_of AND w.lane = ?4 AND w.state = 'waiting'), 0)) \
    WHERE installation_id = ?1 AND id = ?2 AND state = 'sending' AND attempts = ?3";
pub(super) const DROP_MERGED: &str = "DELETE FROM outbox WHERE installation_id = ? AND state = 'waiting' \
    AND card_of IS NOT NULL AND card_of = ? AND lane = ?";
pub(super) const BACK: &str = "UPDATE outbox SET state = 'waiting', next_at = ?, unsure = MAX(unsure, ?), reason = ? \
    WHERE installation_id = ? AND id = ? AND state = 'sending' AND attempts = ?";
/// What was no try is not counted as one.
pub(super) const DEFER: &str = "UPDATE outbox SET state = 'waiting', next_at = ?, lane = ?, reason = ?, attempts = attempts - 1 \
    WHERE installation_id = ? AND id = ? AND state = 'sending' AND attempts = ?";
pub(super) const ASIDE: &str = "UPDATE outbox SET state = 'waiting', next_at = ?, lane = ?, reason = ? \
    WHERE installation_id = ? AND id = ? AND state = 'sending' AND attempts = ?";
const HOLD: &str = "INSERT INTO lane_hold (installation_id, lane, until) VALUES (?, ?, ?) \
    ON CONFLICT (installation_id, lane) DO UPDATE SET until = MAX(until, excluded.until)";

impl Store {
    /// Writes down how the delivery of a claimed notice ended. A conflict when its lease ended and somebody else has it.
    pub async fn settle(
        &self,
        claimed: &Claimed,
        ended: impl Into<Ended>,
        now: DateTime<Utc>,
    ) -> Result<Settled, StoreError> {
        let Ended { settlement, rests } = ended.into();
        let work = Settle {
            flight: Flight::of(claimed),
            engagement: claimed.notice.engagement,
            home: claimed.notice.lane(),
            settlement,
            rests,
            now,
        };
        self.0.writer.write(work).await
    }

    /// Gives back what is in flight and will not be waited for: it may have been delivered, and is looked for before it is
    /// sent again, here or elsewhere. What was settled meanwhile is left as it is.
    pub async fn release(
        &self,
        flights: Vec<(Flight, DateTime<Utc>)>,
        reason: &'static str,
    ) -> Result<(), StoreError> {
        self.0.writer.write(Release { flights, reason }).await
    }
}

/// One try of one notice, told from every other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flight {
    installation: InstallationId,
    id: OutboxId,
    attempt: u32,
    lane: String,
    card: Option<EngagementId>,
}

impl Flight {
    /// The flight of a claimed notice.
    pub fn of(claimed: &Claimed) -> Self {
        Self {
            installation: claimed.installation,
            id: claimed.id,
            attempt: claimed.attempts + 1,
            lane: claimed.lane.clone(),
            card: claimed.notice.engagement.filter(|_| claimed.notice.is_card()),
        }
    }

    /// Goes back to its lane; how many rows that was.
    fn back(
        &self,
        db: &Connection,
        at: DateTime<Utc>,
        unsure: bool,
        reason: &str,
    ) -> Result<usize, StoreError> {
        self.absorb(db, &self.lane)?;
        let row =
            params![at.timestamp_micros(), unsure, reason, self.installation.0, self.id.0, self.attempt];
        Ok(execute(db, BACK, row)?)
    }

    /// Takes in the same engagement's card that waits in the lane to which this one goes.
    fn absorb(&self, db: &Connection, lane: &str) -> Result<(), StoreError> {
        let Some(engagement) = self.card else { return Ok(()) };
        if execute(db, MERGE, params![self.installation.0, self.id.0, self.attempt, lane])? == 1 {
            execute(db, DROP_MERGED, params![self.installation.0, engagement.0, lane])?;
        }
        Ok(())
    }
}

struct Settle {
    flight: Flight,
    engagement: Option<EngagementId>,
    home: String,
    settlement: Settlement,
    rests: Vec<(String, DateTime<Utc>)>,
    now: DateTime<Utc>,
}

impl Work for Settle {
    type Output = Settled;

    fn run(&self, db: &Connection) -> Result<Ending<Settled>, StoreError> {
        for (lane, until) in &self.rests {
            execute(db, HOLD, params![self.flight.installation.0, lane, until.timestamp_micros()])?;
        }
        match &self.settlement {
            Settlement::Sent { ts, card_of } => {
                self.end(db, "sent", ts.as_ref(), None)?;
                lane_works(db, self.flight.installation, &self.flight.lane)?;
                if let (Some(ts), Some(engagement)) = (ts, card_of)
                    && self.set_card(db, ts, *engagement)? == Settled::LeftBehind
                {
                    return Ok(Ending::Undo(Settled::LeftBehind));
                }
            }
            Settlement::Dropped { reason } => self.end(db, "dropped", None, Some(reason))?,
            Settlement::Parked { reason } => self.end(db, "parked", None, Some(reason))?,
            Settlement::Retry { at, unsure, reason } => {
                expect_flight(self.flight.back(db, *at, *unsure, reason)?)?;
            }
            Settlement::Deferred { at, lane, reason } => {
                self.defer(db, *at, lane.as_ref().unwrap_or(&self.flight.lane), reason)?;
            }
            Settlement::Aside { at, reason } => self.aside(db, *at, reason)?,
        }
        Ok(Ending::Keep(Settled::Done))
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
        let Flight { installation, id, attempt, .. } = &self.flight;
        let row = params![
            state,
            ts.map(Ts::as_str),
            reason,
            self.now.timestamp_micros(),
            installation.0,
            id.0,
            attempt
        ];
        expect_flight(execute(db, END, row)?)
    }

    /// The home learns its card; `LeftBehind` where it is elsewhere by now.
    fn set_card(&self, db: &Connection, ts: &Ts, engagement: EngagementId) -> Result<Settled, StoreError> {
        let installation = self.flight.installation.0;
        let now = self.now.timestamp_micros();
        let row = params![ts.as_str(), now, installation, engagement.0, self.home];
        if execute(db, SET_CARD, row)? == 1 {
            return Ok(Settled::Done);
        }
        let mut statement = db.prepare_cached(HOME)?;
        let home: Option<Option<String>> =
            statement.query_row(params![installation, engagement.0], |row| row.get(0)).optional()?;
        Ok(match home {
            Some(home) if home.as_ref() != Some(&self.home) => Settled::LeftBehind,
            Some(_) | None => Settled::Done,
        })
    }

    fn defer(&self, db: &Connection, at: DateTime<Utc>, lane: &str, reason: &str) -> Result<(), StoreError> {
        self.flight.absorb(db, lane)?;
        let Flight { installation, id, attempt, .. } = &self.flight;
        let row = params![at.timestamp_micros(), lane, reason, installation.0, id.0, attempt];
        expect_flight(execute(db, DEFER, row)?)
    }

    /// Into a lane of its engagement's own, so that what it waits for can pass it.
    fn aside(&self, db: &Connection, at: DateTime<Utc>, reason: &str) -> Result<(), StoreError> {
        let engagement = self.engagement.map_or(0, |engagement| engagement.0);
        let lane = format!("aside:{engagement}");
        let Flight { installation, id, attempt, .. } = &self.flight;
        let row = params![at.timestamp_micros(), lane, reason, installation.0, id.0, attempt];
        expect_flight(execute(db, ASIDE, row)?)
    }
}

struct Release {
    flights: Vec<(Flight, DateTime<Utc>)>,
    reason: &'static str,
}

impl Work for Release {
    type Output = ();

    fn run(&self, db: &Connection) -> Result<Ending<()>, StoreError> {
        for (flight, at) in &self.flights {
            flight.back(db, *at, true, self.reason)?;
        }
        Ok(Ending::Keep(()))
    }
}

/// A flight that is not this one's any more is a conflict.
fn expect_flight(rows: usize) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}
