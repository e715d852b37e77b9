//! Who is away: one row a person, replaced when it is set anew, gone when it is over. How far it was seen to survives a crash.

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::{Connection, Row, params};

use super::StoreError;
use super::open::Store;
use super::row::{Reading, all};
use super::writer::{Ending, Work, execute};
use crate::domain::absence::{Absence, AbsenceChange};
use crate::domain::ids::{InstallationId, UserId};

const SET: &str = "INSERT INTO absence (installation_id, person, from_at, until_at, last_day, cover, set_by, set_at, stage) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'set') ON CONFLICT (installation_id, person) DO UPDATE SET \
    from_at = excluded.from_at, until_at = excluded.until_at, last_day = excluded.last_day, cover = excluded.cover, \
    set_by = excluded.set_by, set_at = excluded.set_at, stage = excluded.stage";
const END: &str = "DELETE FROM absence WHERE installation_id = ? AND person = ?";
pub(super) const ABSENCES: &str = "SELECT person, from_at, until_at, last_day, cover, set_by, set_at, stage \
    FROM absence WHERE installation_id = ? ORDER BY person";
/// Only the absence that was seen to, and not one that took its place meanwhile.
const STAGE: &str =
    "UPDATE absence SET stage = ?4 WHERE installation_id = ?1 AND person = ?2 AND set_at = ?3";
const FORGET: &str = "DELETE FROM absence WHERE installation_id = ? AND until_at <= ?";

/// How far an absence was seen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Not at all.
    Set,
    /// Promises that fall into it were told.
    Told,
    /// It began, and what they own was handed on.
    Begun,
}

impl Stage {
    const ALL: [Self; 3] = [Self::Set, Self::Told, Self::Begun];

    const fn key(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Told => "told",
            Self::Begun => "begun",
        }
    }
}

/// An absence as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// What was said.
    pub absence: Absence,
    /// When it was said.
    pub set_at: DateTime<Utc>,
    /// How far it was seen to.
    pub stage: Stage,
}

impl Store {
    /// Everybody's absence, begun or not. One that cannot be read is left out: whoever it is of is asked as if they were there.
    pub async fn absences(&self, installation: InstallationId) -> Result<Vec<Stored>, StoreError> {
        self.0.readers.read(move |db| all(db, ABSENCES, params![installation.0], stored)).await
    }

    /// This absence was seen to as far as that; whether it is still what is set.
    pub async fn absence_seen_to(
        &self,
        installation: InstallationId,
        seen: &Stored,
        stage: Stage,
    ) -> Result<bool, StoreError> {
        let (who, set_at) = (seen.absence.who.clone(), seen.set_at);
        self.0.writer.write(SeenTo { installation, who, set_at, stage }).await
    }

    /// Forgets absences that are over; how many they were.
    pub async fn forget_absences(
        &self,
        installation: InstallationId,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        self.0.writer.write(Forget { installation, now }).await
    }
}

/// Within the transaction of a decision.
pub(super) fn change(
    db: &Connection,
    installation: InstallationId,
    change: &AbsenceChange,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    match change {
        AbsenceChange::Set(Absence { who, from, until, last_day, cover, set_by }) => {
            let cover = cover.as_ref().map(UserId::as_str);
            let (from, until) = (from.timestamp_micros(), until.timestamp_micros());
            let day = last_day.to_string();
            let set_at = now.timestamp_micros();
            let row = params![installation.0, who.as_str(), from, until, day, cover, set_by.as_str(), set_at];
            execute(db, SET, row)?;
        }
        AbsenceChange::End { who } => {
            // Ended twice at the same time it is over all the same.
            execute(db, END, params![installation.0, who.as_str()])?;
        }
    }
    Ok(())
}

fn stored(row: &Row<'_>) -> Result<Stored, StoreError> {
    let row = Reading::new(row, "absence", "person");
    let absence = Absence {
        who: UserId(row.get("person")?),
        from: row.at("from_at")?,
        until: row.at("until_at")?,
        last_day: row.known("last_day", |day| day.parse::<NaiveDate>().ok())?,
        cover: row.get::<Option<String>>("cover")?.map(UserId),
        set_by: UserId(row.get("set_by")?),
    };
    let stage = row.known("stage", |key| Stage::ALL.into_iter().find(|stage| stage.key() == key))?;
    Ok(Stored { absence, set_at: row.at("set_at")?, stage })
}

struct SeenTo {
    installation: InstallationId,
    who: UserId,
    set_at: DateTime<Utc>,
    stage: Stage,
}

impl Work for SeenTo {
    type Output = bool;

    fn run(&self, db: &Connection) -> Result<Ending<bool>, StoreError> {
        let set_at = self.set_at.timestamp_micros();
        let row = params![self.installation.0, self.who.as_str(), set_at, self.stage.key()];
        Ok(Ending::Keep(execute(db, STAGE, row)? == 1))
    }
}

struct Forget {
    installation: InstallationId,
    now: DateTime<Utc>,
}

impl Work for Forget {
    type Output = usize;

    fn run(&self, db: &Connection) -> Result<Ending<usize>, StoreError> {
        Ok(Ending::Keep(execute(db, FORGET, params![self.installation.0, self.now.timestamp_micros()])?))
    }
}
