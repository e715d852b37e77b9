//! A channel has another id (Slack Connect gives one when a channel is shared or no longer shared): every row that names it by
//! the old one names it by the new one from then on, in one transaction.
//!
//! Told before the event is acknowledged, so that no crash loses it. Twice is once. An ask that is being decided upon meanwhile
//! meets another version and is decided upon again. People's words are never touched: an id is replaced where it is a whole
//! string of ours.

use rusqlite::{Connection, params};

use super::StoreError;
use super::open::Store;
use super::writer::{Ending, Work, execute};
use crate::domain::ids::{ChannelId, InstallationId};

/// Those that stand in the channel, and live ones that name it elsewhere: as proof, or as reason. Through the whole table, since
/// it happens to a channel once.
const ENGAGEMENTS: &str = "UPDATE engagement SET version = version + 1, \
    origin_channel = CASE origin_channel WHEN ?2 THEN ?3 ELSE origin_channel END, \
    home_channel = CASE home_channel WHEN ?2 THEN ?3 ELSE home_channel END, \
    because = replace(because, ?4, ?5), body = replace(body, ?4, ?5) \
    WHERE installation_id = ?1 AND (origin_channel = ?2 OR home_channel = ?2 \
    OR (state IN ('draft', 'open', 'taken') AND (instr(because, ?4) OR instr(body, ?4))))";
/// What is told of it, so that it still finds its name.
const TIMELINE: &str = "UPDATE timeline SET event = replace(event, ?3, ?4), because = replace(because, ?3, ?4) \
    WHERE installation_id = ?1 AND engagement_id IN (SELECT id FROM engagement \
    WHERE installation_id = ?1 AND (origin_channel = ?2 OR home_channel = ?2)) \
    AND (instr(event, ?3) OR instr(because, ?3))";
/// What was not delivered yet, or waits for a person. A card that waits in both lanes is one.
const OUTBOX: &str = "UPDATE OR REPLACE outbox SET lane = CASE lane WHEN ?2 THEN ?3 ELSE lane END, \
    notice = replace(notice, ?4, ?5) \
    WHERE installation_id = ?1 AND state IN ('waiting', 'sending', 'parked') AND (lane = ?2 OR instr(notice, ?4))";
const HOLDS: &str = "UPDATE OR REPLACE lane_hold SET lane = ?3 WHERE installation_id = ?1 AND lane = ?2";
const COUNTED: &str =
    "UPDATE OR REPLACE counted_thread SET channel = ?3 WHERE installation_id = ?1 AND channel = ?2";
const TOLD: &str = "UPDATE OR REPLACE told SET topic = replace(topic, ?2, ?3) \
    WHERE installation_id = ?1 AND instr(topic, ?2)";

impl Store {
    /// A channel has another id from now on; how many asks name it.
    pub async fn renumber_channel(
        &self,
        installation: InstallationId,
        from: &ChannelId,
        to: &ChannelId,
    ) -> Result<usize, StoreError> {
        self.0.writer.write(Renumber { installation, from: from.clone(), to: to.clone() }).await
    }
}

struct Renumber {
    installation: InstallationId,
    from: ChannelId,
    to: ChannelId,
}

impl Work for Renumber {
    type Output = usize;

    fn run(&self, db: &Connection) -> Result<Ending<usize>, StoreError> {
        let (of, from, to) = (self.installation.0, self.from.as_str(), self.to.as_str());
        let (old, new) = (format!("\"{from}\""), format!("\"{to}\""));
        let topic = |id: &str| format!(":{id}:");
        let asks = execute(db, ENGAGEMENTS, params![of, from, to, old, new])?;
        execute(db, TIMELINE, params![of, to, old, new])?;
        execute(db, OUTBOX, params![of, from, to, old, new])?;
        execute(db, HOLDS, params![of, from, to])?;
        execute(db, COUNTED, params![of, from, to])?;
        execute(db, TOLD, params![of, topic(from), topic(to)])?;
        Ok(Ending::Keep(asks))
    }
}
