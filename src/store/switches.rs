//! What was switched: modes of areas, and who tries the bot out. Written with the decision that switches it.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::StoreError;
use super::open::Store;
use super::row::{Reading, all};
use super::writer::execute;
use crate::domain::directory::AreaMode;
use crate::domain::ids::{AreaKey, InstallationId, UserId};
use crate::domain::switches::{KeptMode, Switch, Switches};

pub(super) const MODES: &str = "SELECT area, directory, switched FROM area_mode WHERE installation_id = ?";
pub(super) const PILOTS: &str = "SELECT user_id FROM pilot WHERE installation_id = ?";
const KEEP_MODE: &str = "INSERT INTO area_mode (installation_id, area, directory, switched, switched_by, at) \
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (installation_id, area) DO UPDATE SET directory = excluded.directory, \
    switched = excluded.switched, switched_by = excluded.switched_by, at = excluded.at";
const JOIN_PILOT: &str = "INSERT INTO pilot (installation_id, user_id, at) VALUES (?, ?, ?) \
    ON CONFLICT (installation_id, user_id) DO NOTHING";
const LEAVE_PILOT: &str = "DELETE FROM pilot WHERE installation_id = ? AND user_id = ?";

impl Store {
    /// Everything that was switched. A row that cannot be read is an error: the bot must not work where it was switched off.
    pub async fn switches(&self, installation: InstallationId) -> Result<Switches, StoreError> {
        let read = move |db: &Connection| {
            let modes = all(db, MODES, params![installation.0], |row| Ok(read_mode(row)))?;
            let pilots = all(db, PILOTS, params![installation.0], |row| Ok(UserId(row.get(0)?)))?;
            let modes = modes.into_iter().collect::<Result<_, StoreError>>()?;
            Ok(Switches { modes, pilots: pilots.into_iter().collect() })
        };
        self.0.readers.read(read).await
    }
}

fn read_mode(row: &rusqlite::Row<'_>) -> Result<(AreaKey, KeptMode), StoreError> {
    let row = Reading::new(row, "area_mode", "area");
    let switched = match row.get::<Option<String>>("switched")? {
        None => None,
        Some(key) => Some(
            AreaMode::from_key(&key)
                .ok_or_else(|| row.corrupt("switched", "the name is unknown".to_owned()))?,
        ),
    };
    let directory = row.known("directory", AreaMode::from_key)?;
    Ok((AreaKey(row.get("area")?), KeptMode { directory, switched }))
}

/// Keeps one switch.
pub(super) fn keep(
    db: &Connection,
    installation: InstallationId,
    switch: &Switch,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let at = now.timestamp_micros();
    match switch {
        Switch::Pilot { user, on: true } => {
            execute(db, JOIN_PILOT, params![installation.0, user.as_str(), at])?;
        }
        Switch::Pilot { user, on: false } => {
            execute(db, LEAVE_PILOT, params![installation.0, user.as_str()])?;
        }
        Switch::Mode { area, kept, by } => {
            let switched = kept.switched.map(AreaMode::key);
            let by = by.as_ref().map(UserId::as_str);
            let row = params![installation.0, area.as_str(), kept.directory.key(), switched, by, at];
            execute(db, KEEP_MODE, row)?;
        }
    }
    Ok(())
}
