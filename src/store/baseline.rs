//! Counts by area and day, written with the decision that they came with, so that an event that is heard twice counts once.
//!
//! No text and no person stands in them. Threads of which something is counted once are kept for a while, then forgotten.

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::{Connection, Params, params};

use super::StoreError;
use super::open::Store;
use super::row::{Reading, all, one};
use super::view::View;
use super::writer::{Ending, Work, execute};
use crate::domain::baseline::{Baseline, Count, Days, Took};
use crate::domain::ids::{AreaKey, ChannelId, InstallationId, Ts, UserId};

const COUNT_PING: &str = "INSERT INTO baseline_day (installation_id, area, day, pm_pings) VALUES (?, ?, ?, 1) \
    ON CONFLICT (installation_id, area, day) DO UPDATE SET pm_pings = pm_pings + 1";
const COUNT_SME_ASK: &str = "INSERT INTO baseline_day (installation_id, area, day, sme_asks) VALUES (?, ?, ?, 1) \
    ON CONFLICT (installation_id, area, day) DO UPDATE SET sme_asks = sme_asks + 1";
const COUNT_INTERNAL_ASK: &str = "INSERT INTO baseline_day (installation_id, area, day, internal_asks) \
    VALUES (?, ?, ?, 1) ON CONFLICT (installation_id, area, day) DO UPDATE SET internal_asks = internal_asks + 1";
const ADD_REPLY: &str = "INSERT INTO baseline_reply (installation_id, area, day, elapsed_seconds, working_seconds) \
    VALUES (?, ?, ?, ?, ?)";
const KEEP_THREAD: &str = "INSERT INTO counted_thread (installation_id, kind, channel, root, user_id, area, at) \
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (installation_id, kind, channel, root, user_id) DO NOTHING";
const END_THREAD: &str = "DELETE FROM counted_thread WHERE installation_id = ? AND kind = ? AND channel = ? \
    AND root = ? AND user_id = ''";
pub(super) const FIND_THREAD: &str = "SELECT area, at FROM counted_thread WHERE installation_id = ? AND kind = ? \
    AND channel = ? AND root = ? AND user_id = ?";
pub(super) const FORGET_THREADS: &str = "DELETE FROM counted_thread WHERE installation_id = ?1 \
    AND (kind, channel, root, user_id) IN (SELECT kind, channel, root, user_id FROM counted_thread \
    WHERE installation_id = ?1 AND at < ?2 ORDER BY at LIMIT ?3)";
pub(super) const COUNTED: &str = "SELECT COALESCE(SUM(pm_pings), 0) AS pm_pings, COALESCE(SUM(sme_asks), 0) AS sme_asks, \
    COALESCE(SUM(internal_asks), 0) AS internal_asks FROM baseline_day \
    WHERE installation_id = ? AND area = ? AND day BETWEEN ? AND ?";
pub(super) const REPLIES: &str = "SELECT id, elapsed_seconds, working_seconds FROM baseline_reply \
    WHERE installation_id = ? AND area = ? AND day BETWEEN ? AND ?";

/// The kinds of threads: a PM asked directly, SMEs offered, a PM's answer awaited.
const PING: &str = "ping";
const OFFER: &str = "offer";
const ASK: &str = "ask";
/// Nobody in particular, or no area.
const NONE: &str = "";

impl Store {
    /// What was counted of an area within these days; of what belongs to no area where none is given.
    pub async fn baseline(
        &self,
        installation: InstallationId,
        area: Option<&AreaKey>,
        days: Days,
    ) -> Result<Baseline, StoreError> {
        let area = area.map_or(NONE, AreaKey::as_str).to_owned();
        let days = (number_of(days.from), number_of(days.to));
        self.0.readers.read_long(move |db| counted(db, installation, &area, days)).await
    }

    /// Forgets threads from before then of which something was counted, at most so many; how many it were. What was counted
    /// stays.
    pub async fn forget_counted_threads(
        &self,
        installation: InstallationId,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<usize, StoreError> {
        let rows = (installation.0, before.timestamp_micros(), limit);
        self.0.writer.write(Statement(FORGET_THREADS, rows)).await
    }
}

/// What was counted of an area within these days, both ends included.
pub(super) fn counted(
    db: &Connection,
    installation: InstallationId,
    area: &str,
    (from, to): (i64, i64),
) -> Result<Baseline, StoreError> {
    let of = params![installation.0, area, from, to];
    let counted = one(db, COUNTED, of, |row| {
        let row = Reading::new(row, "baseline_day", "pm_pings");
        Ok(Baseline {
            pm_pings: row.get("pm_pings")?,
            sme_asks: row.get("sme_asks")?,
            internal_asks: row.get("internal_asks")?,
            internal_replies: Vec::new(),
        })
    })?;
    let internal_replies = all(db, REPLIES, of, |row| {
        let row = Reading::new(row, "baseline_reply", "id");
        Ok(Took {
            elapsed_seconds: row.get("elapsed_seconds")?,
            working_seconds: row.get("working_seconds")?,
        })
    })?;
    Ok(Baseline { internal_replies, ..counted.unwrap_or_default() })
}

impl View<'_> {
    /// Since when a PM's answer is awaited in this thread, and in which area's internal channel.
    pub fn awaited(
        &self,
        channel: &ChannelId,
        root: &Ts,
    ) -> Result<Option<(AreaKey, DateTime<Utc>)>, StoreError> {
        self.one_of(FIND_THREAD, (ASK, channel.as_str(), root.as_str(), NONE), |row| {
            let row = Reading::new(row, "counted_thread", "area");
            Ok((AreaKey(row.get("area")?), row.at("at")?))
        })
    }

    /// Whether this person was offered SMEs in this thread already.
    pub fn was_offered(&self, channel: &ChannelId, root: &Ts, user: &UserId) -> Result<bool, StoreError> {
        let of = (OFFER, channel.as_str(), root.as_str(), user.as_str());
        Ok(self.one_of(FIND_THREAD, of, |_| Ok(()))?.is_some())
    }
}

/// Keeps one count. What was meanwhile counted or offered once is not counted again; an offer that was made is a conflict.
pub(super) fn keep(
    db: &Connection,
    installation: InstallationId,
    count: &Count,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let bump = |sql, area: &str, at: DateTime<Utc>| {
        execute(db, sql, params![installation.0, area, number_of(at.date_naive())]).map(|_| ())
    };
    let first = |kind, (channel, root): (&ChannelId, &Ts), user: &str, area: &str, at: DateTime<Utc>| {
        let at = at.timestamp_micros();
        let row = params![installation.0, kind, channel.as_str(), root.as_str(), user, area, at];
        Ok::<_, StoreError>(execute(db, KEEP_THREAD, row)? == 1)
    };
    match count {
        Count::SmeAsk { area } => bump(COUNT_SME_ASK, area.as_str(), now)?,
        Count::PmPing { area, channel, root } => {
            let area = area.as_ref().map_or(NONE, AreaKey::as_str);
            if first(PING, (channel, root), NONE, area, now)? {
                bump(COUNT_PING, area, now)?;
            }
        }
        Count::Offered { channel, root, user } => {
            if !first(OFFER, (channel, root), user.as_str(), NONE, now)? {
                return Err(StoreError::Conflict);
            }
        }
        Count::InternalAsk { area, channel, root, at } => {
            if first(ASK, (channel, root), NONE, area.as_str(), *at)? {
                bump(COUNT_INTERNAL_ASK, area.as_str(), *at)?;
            }
        }
        Count::InternalReply { area, channel, root, at, took } => {
            let thread = params![installation.0, ASK, channel.as_str(), root.as_str()];
            if execute(db, END_THREAD, thread)? == 1 {
                let (elapsed, working) = (took.elapsed_seconds, took.working_seconds);
                let day = number_of(at.date_naive());
                execute(db, ADD_REPLY, params![installation.0, area.as_str(), day, elapsed, working])?;
            }
        }
    }
    Ok(())
}

/// A day as it is kept: days since 1970-01-01.
pub(super) fn number_of(day: NaiveDate) -> i64 {
    (day - NaiveDate::default()).num_days()
}

/// One statement; its answer is how many rows it changed.
struct Statement<A>(&'static str, A);

impl<A: Params + Clone + Send + 'static> Work for Statement<A> {
    type Output = usize;

    fn run(&self, db: &Connection) -> Result<Ending<usize>, StoreError> {
        Ok(Ending::Keep(execute(db, self.0, self.1.clone())?))
    }
}
