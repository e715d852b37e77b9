//! Looking into the bot's database from beside it, and preparing one while nobody serves it.
//!
//! Plain `rusqlite`; what is counted here is counted in the rows themselves, never in what the bot says of them.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use rusqlite::{Connection, OpenFlags, Params};
use switchboard::clock::Clock;

/// Counts the rows that a decision writes: all that it inserts, and engagements, clocks and counts that it changes or removes. What
/// the worker does later (claims, settlements, signs of life) is left out.
const COUNTERS: &str = "
    CREATE TABLE speed_written (what TEXT NOT NULL);
    CREATE TRIGGER speed_1 AFTER INSERT ON engagement BEGIN INSERT INTO speed_written VALUES ('engagement'); END;
    CREATE TRIGGER speed_2 AFTER UPDATE ON engagement WHEN NEW.home_card IS OLD.home_card
        BEGIN INSERT INTO speed_written VALUES ('engagement'); END;
    CREATE TRIGGER speed_3 AFTER INSERT ON clock BEGIN INSERT INTO speed_written VALUES ('clock'); END;
    CREATE TRIGGER speed_4 AFTER UPDATE ON clock BEGIN INSERT INTO speed_written VALUES ('clock'); END;
    CREATE TRIGGER speed_5 AFTER DELETE ON clock BEGIN INSERT INTO speed_written VALUES ('clock'); END;
    CREATE TRIGGER speed_6 AFTER INSERT ON timeline BEGIN INSERT INTO speed_written VALUES ('timeline'); END;
    CREATE TRIGGER speed_7 AFTER INSERT ON outbox BEGIN INSERT INTO speed_written VALUES ('outbox'); END;
    CREATE TRIGGER speed_8 AFTER INSERT ON decided BEGIN INSERT INTO speed_written VALUES ('decided'); END;
    CREATE TRIGGER speed_9 AFTER INSERT ON baseline_day BEGIN INSERT INTO speed_written VALUES ('baseline_day'); END;
    CREATE TRIGGER speed_10 AFTER UPDATE ON baseline_day BEGIN INSERT INTO speed_written VALUES ('baseline_day'); END;
    CREATE TRIGGER speed_11 AFTER INSERT ON reply_round BEGIN INSERT INTO speed_written VALUES ('reply_round'); END;
    CREATE TRIGGER speed_12 AFTER UPDATE ON reply_round BEGIN INSERT INTO speed_written VALUES ('reply_round'); END;";
const NO_COUNTERS: &str = "DROP TRIGGER speed_1; DROP TRIGGER speed_2; DROP TRIGGER speed_3; DROP TRIGGER speed_4;
    DROP TRIGGER speed_5; DROP TRIGGER speed_6; DROP TRIGGER speed_7; DROP TRIGGER speed_8; DROP TRIGGER speed_9;
    DROP TRIGGER speed_10; DROP TRIGGER speed_11; DROP TRIGGER speed_12; DROP TABLE speed_written;";

/// A connection that may write.
pub fn open(path: &Path) -> Result<Connection> {
    let db = Connection::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    db.busy_timeout(Duration::from_secs(30))?;
    Ok(db)
}

/// A connection that only looks.
pub fn look(path: &Path) -> Result<Connection> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    db.busy_timeout(Duration::from_secs(30))?;
    Ok(db)
}

/// The one number that a statement gives.
pub fn number(db: &Connection, sql: &str, arguments: impl Params) -> Result<i64> {
    Ok(db.query_row(sql, arguments, |row| row.get(0))?)
}

/// The same as a count.
pub fn count(db: &Connection, sql: &str) -> Result<usize> {
    Ok(usize::try_from(number(db, sql, [])?)?)
}

/// Begins to count the rows that decisions write.
pub fn begin_counting(path: &Path) -> Result<()> {
    Ok(open(path)?.execute_batch(COUNTERS)?)
}

/// How many rows were written since, and stops counting.
pub fn written(path: &Path) -> Result<usize> {
    let db = open(path)?;
    let rows = count(&db, "SELECT COUNT(*) FROM speed_written")?;
    db.execute_batch(NO_COUNTERS)?;
    Ok(rows)
}

/// Nothing leaves the outbox for an hour: for what is prepared, and for rows that measure deciding alone. Every lane is held
/// by itself, as the store knows them: in the transaction that puts its first notice there, before anybody can claim it.
pub fn hold_everything(path: &Path) -> Result<()> {
    let until = Clock::system().now().timestamp_micros() + 3_600_000_000;
    open(path)?.execute_batch(&format!(
        "CREATE TRIGGER speed_hold AFTER INSERT ON outbox WHEN NOT EXISTS (SELECT 1 FROM lane_hold h \
            WHERE h.installation_id = NEW.installation_id AND h.lane = NEW.lane AND h.until >= {until}) \
         BEGIN \
            INSERT INTO lane_hold (installation_id, lane, until) VALUES (NEW.installation_id, NEW.lane, {until}) \
            ON CONFLICT (installation_id, lane) DO UPDATE SET until = excluded.until; \
         END; \
         INSERT INTO lane_hold (installation_id, lane, until) \
            SELECT DISTINCT installation_id, lane, {until} FROM outbox WHERE state IN ('sending', 'waiting') \
            ON CONFLICT (installation_id, lane) DO UPDATE SET until = excluded.until;"
    ))?;
    Ok(())
}

/// What was held may leave.
pub fn release_everything(path: &Path) -> Result<()> {
    Ok(open(path)?.execute_batch("DROP TRIGGER speed_hold; DELETE FROM lane_hold;")?)
}

/// The bot was alive just now: a seeded database is no outage.
pub fn mark_alive(path: &Path) -> Result<()> {
    let now = Clock::system().now().timestamp_micros().to_string();
    open(path)?.execute("UPDATE note SET value = ?1 WHERE key = 'alive_at'", [now])?;
    Ok(())
}
