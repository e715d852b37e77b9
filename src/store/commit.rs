//! One decision, one transaction: dedupe keys, the clock that fired, engagements, clocks, timeline and notices, whole or
//! not at all.

use std::sync::Arc;

use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use super::notes::TELL;
use super::open::Store;
use super::row::json;
use super::view::{DECIDED, View};
use super::writer::{Ending, Work, Worth, closed, execute};
use super::{Commit, Committed, DueClock, StoreError};
use super::{admin_log, baseline, engagements, numbers, switches};
use crate::domain::decision::{ClockChange, Decision, Entry, Write};
use crate::domain::ids::{EngagementId, InstallationId};
use crate::domain::notice::{Notice, What};

pub(super) const KEEP_KEY: &str = "INSERT INTO decided (installation_id, key, engagement_id, at) VALUES (?, ?, ?, ?) \
    ON CONFLICT (installation_id, key) DO NOTHING";
const FIRE_CLOCK: &str =
    "DELETE FROM clock WHERE installation_id = ? AND engagement_id = ? AND kind = ? AND due = ?";
const SET_CLOCK: &str = "INSERT INTO clock (installation_id, engagement_id, kind, due) VALUES (?, ?, ?, ?) \
    ON CONFLICT (installation_id, engagement_id, kind) DO UPDATE SET due = excluded.due, held = 0";
const STOP_CLOCK: &str = "DELETE FROM clock WHERE installation_id = ? AND engagement_id = ? AND kind = ?";
const STOP_CLOCKS: &str = "DELETE FROM clock WHERE installation_id = ? AND engagement_id = ?";
const ADD_ENTRY: &str = "INSERT INTO timeline (installation_id, engagement_id, seq, at, actor, event, because) \
    VALUES (?1, ?2, (SELECT COALESCE(MAX(seq), 0) + 1 FROM timeline WHERE installation_id = ?1 AND engagement_id = ?2), \
    ?3, ?4, ?5, ?6)";
/// A card that waits in the same lane already is drawn as the engagement is then; only its mention is not lost.
const ADD_NOTICE: &str = "INSERT INTO outbox (installation_id, lane, state, urgent, mention, card_of, notice, key, \
    attempts, unsure, decided_at, next_at) VALUES (?, ?, 'waiting', ?, ?, ?, ?, ?, 0, 0, ?, ?) \
    ON CONFLICT (installation_id, card_of, lane) WHERE state = 'waiting' AND card_of IS NOT NULL \
    DO UPDATE SET mention = MAX(mention, excluded.mention), urgent = MAX(urgent, excluded.urgent)";

impl Store {
    /// Commits a decision; returns when it is durable. An engagement may be written once in a decision.
    pub async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        let worth = Worth { deadline: commit.deadline, turn: commit.turn.clone() };
        self.0.writer.write_while(commit, worth).await
    }
}

/// What reading came to.
pub enum Planned<T> {
    /// There is nothing to commit.
    Nothing(T),
    /// This is to be committed; with what is needed once it is.
    Commit(Box<Commit>, T),
}

impl Store {
    /// Reads within one snapshot, decides there, and has the decision committed: queued where it was made, since a way back
    /// over whoever asked costs a wake-up and keeps groups small. How the commit ended, if there was one.
    pub async fn decide<T, F>(
        &self,
        installation: InstallationId,
        decide: F,
    ) -> Result<(T, Option<Committed>), StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&View<'_>) -> Result<Planned<T>, StoreError> + Send + 'static,
    {
        let (answer, committed) = oneshot::channel();
        let parts = Arc::clone(&self.0);
        let plan = move |db: &Connection| decide(&View::of(db, installation, &parts.fresh));
        let parts = Arc::clone(&self.0);
        let then = move |planned: Planned<T>| match planned {
            Planned::Nothing(carried) => carried,
            Planned::Commit(commit, carried) => {
                let worth = Worth { deadline: commit.deadline, turn: commit.turn.clone() };
                parts.writer.queue(*commit, worth, answer);
                carried
            }
        };
        let planned = self.0.readers.read_then(plan, then)?;
        // Heard first, since it comes last; it is given up where there is nothing to commit.
        let committed = committed.await.ok();
        let carried = planned.await.unwrap_or_else(|_| Err(closed()))?;
        Ok((carried, committed.transpose()?))
    }
}

impl Work for Commit {
    type Output = Committed;

    fn run(&self, db: &Connection) -> Result<Ending<Committed>, StoreError> {
        if let Some(key) = self.find_duplicate(db)? {
            return Ok(Ending::Undo(Committed::Duplicate(self.first_decided(db, key)?)));
        }
        if let Some(clock) = &self.fired {
            self.fire(db, clock)?;
        }
        self.write_decision(db)?;
        Ok(Ending::Keep(Committed::Done))
    }
}

impl Commit {
    /// Keeps the keys; the first that was there already, if any.
    fn find_duplicate(&self, db: &Connection) -> Result<Option<&str>, StoreError> {
        let engagement = first_engagement(&self.decision).map(|id| id.0);
        for (at, key) in self.keys.iter().enumerate() {
            // A key given twice is no duplicate of itself.
            if self.keys[..at].contains(key) {
                continue;
            }
            let row = params![self.installation.0, key, engagement, self.now.timestamp_micros()];
            if execute(db, KEEP_KEY, row)? != 1 {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    fn first_decided(&self, db: &Connection, key: &str) -> Result<Option<EngagementId>, StoreError> {
        let mut statement = db.prepare_cached(DECIDED)?;
        let first: Option<i64> = statement.query_row(params![self.installation.0, key], |row| row.get(0))?;
        Ok(first.map(EngagementId))
    }

    fn fire(&self, db: &Connection, clock: &DueClock) -> Result<(), StoreError> {
        let DueClock { engagement, kind, due } = clock;
        let row = params![self.installation.0, engagement.0, kind.key(), due.timestamp_micros()];
        if execute(db, FIRE_CLOCK, row)? == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }

    fn write_decision(&self, db: &Connection) -> Result<(), StoreError> {
        let decision = &self.decision;
        let Decision {
            writes,
            notices,
            clocks,
            timeline,
            absences,
            log,
            switches: switched,
            counts,
            reply: _,
        } = decision;
        for write in writes {
            match write {
                Write::Begin(new) => engagements::begin(db, self.installation, new, self.now)?,
                Write::Change(changed) => engagements::change(db, self.installation, changed, self.now)?,
            }
            numbers::keep_rounds(db, self.installation, write.engagement())?;
        }
        for change in clocks {
            change_clock(db, self.installation, change)?;
        }
        for entry in timeline {
            add_entry(db, self.installation, entry)?;
        }
        for change in absences {
            super::absences::change(db, self.installation, change, self.now)?;
        }
        for notice in notices {
            self.add_notice(db, notice)?;
        }
        for entry in log {
            admin_log::add(db, self.installation, entry)?;
        }
        for count in counts {
            baseline::keep(db, self.installation, count, self.now)?;
        }
        for switch in switched {
            switches::keep(db, self.installation, switch, self.now)?;
        }
        Ok(())
    }

    fn add_notice(&self, db: &Connection, notice: &Notice) -> Result<(), StoreError> {
        // In this transaction, so that a commit that is lost or made again never counts as told.
        if let Some(topic) = notice.told_once()
            && execute(db, TELL, params![self.installation.0, topic, self.now.timestamp_micros()])? == 0
        {
            return Ok(());
        }
        let card_of = notice.engagement.filter(|_| notice.is_card()).map(|id| id.0);
        let mention = matches!(notice.what, What::Card { mention: true });
        let key = hex::encode(rand::random::<[u8; 16]>());
        let now = self.now.timestamp_micros();
        let lane = notice.lane();
        let row =
            params![self.installation.0, lane, notice.urgent, mention, card_of, json(notice), key, now, now];
        execute(db, ADD_NOTICE, row)?;
        Ok(())
    }
}

fn change_clock(
    db: &Connection,
    installation: InstallationId,
    change: &ClockChange,
) -> Result<(), StoreError> {
    match change {
        ClockChange::Set { engagement, kind, due } => {
            let row = params![installation.0, engagement.0, kind.key(), due.timestamp_micros()];
            execute(db, SET_CLOCK, row)?;
        }
        ClockChange::Stop { engagement, kind } => {
            execute(db, STOP_CLOCK, params![installation.0, engagement.0, kind.key()])?;
        }
        ClockChange::StopAll { engagement } => {
            execute(db, STOP_CLOCKS, params![installation.0, engagement.0])?;
        }
    }
    Ok(())
}

fn add_entry(db: &Connection, installation: InstallationId, entry: &Entry) -> Result<(), StoreError> {
    let Entry { engagement, at, by, event, because } = entry;
    let at = at.timestamp_micros();
    let row = params![installation.0, engagement.0, at, json(by), json(event), json(because)];
    execute(db, ADD_ENTRY, row)?;
    Ok(())
}

/// The engagement a decision is about: the first it writes, else the first on its timeline.
fn first_engagement(decision: &Decision) -> Option<EngagementId> {
    let written = decision.writes.first().map(|write| write.engagement().id);
    written.or_else(|| decision.timeline.first().map(|entry| entry.engagement))
}
