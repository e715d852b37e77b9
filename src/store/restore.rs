//! Puts a backup in the place of the database, while no bot serves it; the old one is kept beside it.
//!
//! Slack has gone on since the backup was made: it may show what the backup still has waiting, and cards in a state that the
//! backup does not know. So before the copy gets its name, all that is pending is marked as perhaps delivered (it is
//! searched for before it is sent), what may be delivered only once is dropped, every live card is drawn again, ids given
//! out since are never given again, and the time between counts as one in which we were down (B7).
//! Invariant: under the database's name is the old one whole, or the new one whole.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::Store;
use super::beside::database_file;
use super::copying::{
    COMPANIONS, CopyError, Holdings, Unnamed, belong_like, check_integrity, folder_of, holdings,
    remove_companions, sync_folder_of, with_suffix,
};
use super::row::json;
use crate::domain::ids::{ChannelId, EngagementId};
use crate::domain::notice::{Address, Notice, What};

/// The note that no new engagement gets an id up to this one.
pub(super) const IDS_AFTER: &str = "ids_after";
/// How many ids are left out where nobody knows how many were given out since the backup.
const IDS_LEFT_OUT: i64 = 50_000;
/// How old the last sign of life is at least, so that the start sees a gap.
const SILENCE: TimeDelta = TimeDelta::minutes(2);
/// How long the old database's readers are waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

const MIGRATIONS: &str = "SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version";
const AT_MOST_ONCE: &str = "UPDATE outbox SET state = 'dropped', settled_at = ?, \
    reason = 'it may have been delivered before the database was restored' \
    WHERE state IN ('waiting', 'sending') AND installation_id IN (SELECT id FROM installation) \
    AND CASE WHEN json_valid(notice) THEN json_extract(notice, '$.to.to') IN ('only_to', 'answer') ELSE 0 END";
/// What a clock decides anew after the restore is not looked for: it tells of another instant than what was sent then, and a
/// key that both had would also find the reminder of an earlier round, and lose the new one. It may be told once more.
const UNSURE: &str = "UPDATE outbox SET unsure = 1 WHERE state IN ('waiting', 'sending', 'parked') \
    AND installation_id IN (SELECT id FROM installation)";
const LIVE_CARDS: &str = "SELECT installation_id, id, home_channel FROM engagement \
    WHERE state IN ('open', 'taken') AND home_card IS NOT NULL AND home_channel IS NOT NULL \
    AND installation_id IN (SELECT id FROM installation)";
const DRAW_AGAIN: &str = "INSERT INTO outbox (installation_id, lane, state, urgent, mention, card_of, notice, key, \
    attempts, unsure, decided_at, next_at) VALUES (?1, ?2, 'waiting', 0, 0, ?3, ?4, ?5, 0, 0, ?6, ?6) \
    ON CONFLICT (installation_id, card_of, lane) WHERE state = 'waiting' AND card_of IS NOT NULL DO NOTHING";
const TEAMS: &str = "SELECT id, team_id FROM installation ORDER BY id";
const HIGHEST_ID: &str = "SELECT MAX( \
    COALESCE((SELECT MAX(e.id) FROM engagement e WHERE e.installation_id = i.id), 0), \
    COALESCE((SELECT CAST(n.value AS INTEGER) FROM note n WHERE n.installation_id = i.id AND n.key = ?2), 0)) \
    FROM installation i WHERE i.team_id = ?1";
const KEEP_NOTE: &str = "INSERT INTO note (installation_id, key, value) VALUES (?, ?, ?) \
    ON CONFLICT (installation_id, key) DO UPDATE SET value = excluded.value";
const SILENT_SINCE: &str = "INSERT INTO note (installation_id, key, value) VALUES (?1, 'alive_at', ?2) \
    ON CONFLICT (installation_id, key) DO UPDATE SET \
    value = CAST(MIN(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER)) AS TEXT)";

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the database holds now.
    pub holds: Holdings,
    /// Where the old database is kept, if there was one.
    pub kept_aside: Option<PathBuf>,
    /// Answers that are not sent, since nobody knows whether they were.
    pub dropped: usize,
    /// Cards that are drawn again.
    pub cards: usize,
}

/// Puts the backup in the place of the database that the address names. `now` is the present instant.
pub fn restore(url: &str, backup: &Path, now: DateTime<Utc>) -> Result<Restored, CopyError> {
    let Some(_alone) = Store::take_alone(url)? else { return Err(CopyError::Served) };
    let place = database_file(url)?;
    let from = open_backup(backup, &place)?;
    let copy = Unnamed::begin(with_suffix(&place, ".restoring"))?;
    let db = copy.fill(&from)?;
    // Before it is looked at: SQLite throws away the log of a database that is too damaged to have one.
    let aside = if place.exists() { Some(Aside::keep(&place, now)?) } else { None };
    let (dropped, cards) = make_good(&db, aside.is_some().then_some(&*place), now)?;
    check_integrity(&db, &copy.path)?;
    let holds = holdings(&db, &copy.path)?;
    drop((db, from));
    if let Some(aside) = &aside {
        aside.make_alike(&copy.path)?;
        aside.make_one_file(&place);
    }
    belong_like(&copy.path, aside.as_ref().map_or(folder_of(&place), |aside| &aside.path));
    copy.sync()?;
    remove_companions(&place);
    copy.replace(&place)?;
    Ok(Restored { holds, kept_aside: aside.map(Aside::stay), dropped, cards })
}

/// A backup that is whole, and that this program understands.
fn open_backup(backup: &Path, place: &Path) -> Result<Connection, CopyError> {
    let unusable = |why: String| CopyError::Unknown { path: backup.to_owned(), why };
    let same =
        fs::canonicalize(backup).is_ok_and(|backup| fs::canonicalize(place).is_ok_and(|it| it == backup));
    if same {
        return Err(CopyError::IsTheDatabase(backup.to_owned()));
    }
    if let Err(cause) = fs::File::open(backup) {
        return Err(CopyError::File { path: backup.to_owned(), action: "read", cause });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(backup, flags).map_err(|error| unusable(error.to_string()))?;
    check_integrity(&db, backup)?;
    check_schema(&db).map_err(unusable)?;
    Ok(db)
}

/// Whether every migration of it is one of ours, unchanged. An older one is brought up to date by the next start.
fn check_schema(db: &Connection) -> Result<(), String> {
    let no_database_of_ours = |_| "it is no database of switchboard's".to_owned();
    let mut statement = db.prepare(MIGRATIONS).map_err(no_database_of_ours)?;
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .map_err(no_database_of_ours)?;
    let applied: Vec<(i64, Vec<u8>, bool)> = rows.collect::<Result<_, _>>().map_err(no_database_of_ours)?;
    if applied.is_empty() {
        return Err("it is empty: no bot ever used it".to_owned());
    }
    for (version, checksum, is_complete) in applied {
        let known = super::open::MIGRATIONS.iter().find(|known| known.version == version);
        match known {
            None => {
                return Err(format!(
                    "it was written by a newer version of switchboard (its migration {version} is unknown here)"
                ));
            }
            Some(known) if *known.checksum != *checksum => {
                return Err(format!("its migration {version} is not the one of this version of switchboard"));
            }
            Some(_) if !is_complete => return Err(format!("its migration {version} was never completed")),
            Some(_) => {}
        }
    }
    Ok(())
}

/// Makes the copy true to a Slack that has gone on; how many answers were dropped, and how many cards are drawn again.
fn make_good(db: &Connection, old: Option<&Path>, now: DateTime<Utc>) -> Result<(usize, usize), CopyError> {
    let tx = db.unchecked_transaction()?;
    let dropped = tx.execute(AT_MOST_ONCE, [now.timestamp_micros()])?;
    tx.execute(UNSURE, [])?;
    let cards = draw_again(&tx, now)?;
    for (installation, team) in teams(&tx)? {
        let highest = highest_id(&tx, &team)?;
        // Where the old one is gone, unreadable or younger than the backup, it tells nothing of what was given out since.
        let since = old.and_then(|old| highest_id(&looked_at(old).ok()?, &team).ok());
        let after = since.filter(|since| *since >= highest).unwrap_or(highest + IDS_LEFT_OUT);
        tx.execute(KEEP_NOTE, params![installation, IDS_AFTER, after.to_string()])?;
        tx.execute(SILENT_SINCE, params![installation, (now - SILENCE).timestamp_micros().to_string()])?;
    }
    tx.commit()?;
    Ok((dropped, cards))
}

fn draw_again(db: &Connection, now: DateTime<Utc>) -> Result<usize, CopyError> {
    let mut live = db.prepare(LIVE_CARDS)?;
    let live = live.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let live: Vec<(i64, i64, String)> = live.collect::<Result<_, _>>()?;
    let mut add = db.prepare(DRAW_AGAIN)?;
    let mut cards = 0;
    for (installation, engagement, channel) in live {
        let notice = Notice {
            to: Address::Card { channel: ChannelId(channel) },
            what: What::Card { mention: false },
            engagement: Some(EngagementId(engagement)),
            urgent: false,
        };
        let key = hex::encode(rand::random::<[u8; 16]>());
        let (lane, now) = (notice.lane(), now.timestamp_micros());
        cards += add.execute(params![installation, lane, engagement, json(&notice), key, now])?;
    }
    Ok(cards)
}

fn teams(db: &Connection) -> Result<Vec<(i64, String)>, rusqlite::Error> {
    let mut statement = db.prepare(TEAMS)?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// The highest id that the database knows to have been given out to that team's.
fn highest_id(db: &Connection, team: &str) -> Result<i64, rusqlite::Error> {
    let highest = db.query_row(HIGHEST_ID, params![team, IDS_AFTER], |row| row.get(0)).optional()?;
    Ok(highest.unwrap_or(0))
}

fn looked_at(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    Ok(db)
}

/// A second name for the old database and all that belongs to it; it goes again when nothing is restored.
struct Aside {
    path: PathBuf,
    stays: bool,
}

impl Aside {
    fn keep(place: &Path, now: DateTime<Utc>) -> Result<Self, CopyError> {
        let path = with_suffix(place, &format!(".before-{}", now.format("%Y%m%dT%H%M%SZ")));
        if path.exists() {
            return Err(CopyError::Exists(path));
        }
        let aside = Self { path, stays: false };
        for suffix in [""].into_iter().chain(COMPANIONS) {
            let (from, to) = (with_suffix(place, suffix), with_suffix(&aside.path, suffix));
            if from.exists() {
                second_name(&from, &to).map_err(|cause| CopyError::File {
                    path: to,
                    action: "written",
                    cause,
                })?;
            }
        }
        sync_folder_of(place)?;
        Ok(aside)
    }

    /// Whoever could read the old one can read the new one.
    fn make_alike(&self, copy: &Path) -> Result<(), CopyError> {
        let permissions = fs::metadata(&self.path).map(|old| old.permissions());
        permissions.and_then(|permissions| fs::set_permissions(copy, permissions)).map_err(|cause| {
            CopyError::File { path: copy.to_owned(), action: "made like the old one", cause }
        })
    }

    /// Folds the old one's log into it, so that one file is all of it, also for a moment in which we may be killed. One that
    /// is damaged, or being read, stays as it is.
    fn make_one_file(&self, place: &Path) {
        let folded = looked_at(place).and_then(|db| {
            db.pragma_update_and_check(None, "journal_mode", "DELETE", |mode| mode.get::<_, String>(0))
        });
        // A copy, where there are no links, is of before: it needs the log that was copied with it.
        let is_same = same_file(place, &self.path);
        if is_same && folded.is_ok_and(|mode| mode == "delete") {
            remove_companions(&self.path);
        }
    }

    /// It stays, under this name.
    fn stay(mut self) -> PathBuf {
        self.stays = true;
        self.path.clone()
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if !self.stays {
            // The first name is still there, so that nothing goes with this one.
            let _ = fs::remove_file(&self.path);
            remove_companions(&self.path);
        }
    }
}

/// Whether two names are one file's.
fn same_file(one: &Path, other: &Path) -> bool {
    let inode = |path: &Path| fs::metadata(path).map(|found| (found.dev(), found.ino())).ok();
    inode(one).is_some_and(|one| inode(other) == Some(one))
}

/// A link where the file system knows them, else a copy; never over anything.
fn second_name(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists && !to.exists() => {
            fs::copy(from, to)?;
            fs::File::open(to)?.sync_all()
        }
        linked => linked,
    }
}
