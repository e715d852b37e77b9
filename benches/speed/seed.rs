//! Databases with very many rows: some hundred engagements that the real bot wrote, copied by the database itself.
//!
//! Each row is as the bot wrote it but for what must differ (id, timestamps, who asked), so that the bot reads it like its
//! own. Kept below `target` under a name that changes with the migrations, the directory and this file; never changed there.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rusqlite::Connection;
use switchboard::clock::Clock;

use crate::Bench;
use crate::database;
use crate::load;
use crate::site::{Setup, Site, is_sent};

/// What makes a seeded database another one.
const MADE_OF: [&str; 2] = [include_str!("seed.rs"), include_str!("town.rs")];
/// A day in microseconds.
pub const DAY: i64 = 86_400_000_000;

/// What a database is full of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// Open questions, each with a running clock that is due in a month or later.
    Open,
    /// A year of questions that were asked, taken, answered and closed, with timelines and delivered notices; the last
    /// three days are not closed yet, and of the last day some are open.
    Year,
}

/// A seeded database with so many engagements; built where it is not there yet.
pub fn database(bench: &Bench, full: Full, engagements: usize) -> Result<PathBuf> {
    let kind = match full {
        Full::Open => "open",
        Full::Year => "year",
    };
    let path = bench.folder.join(format!("{kind}-{engagements}-{:016x}.db", fingerprint(bench)?));
    if path.exists() {
        return Ok(path);
    }
    let began = Instant::now();
    let template = template(bench, full)?;
    let building = path.with_extension("building");
    std::fs::copy(&template, &building)?;
    multiply(&building, full, engagements)?;
    std::fs::rename(&building, &path)?;
    eprintln!("  seeded {kind} {engagements} in {:.0} s", began.elapsed().as_secs_f64());
    Ok(path)
}

/// Changes with everything that the rows depend on.
fn fingerprint(bench: &Bench) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    MADE_OF.hash(&mut hasher);
    bench.town.yaml.hash(&mut hasher);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let mut migrations: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    migrations.sort();
    for migration in migrations {
        std::fs::read(migration)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

/// A database in which the real bot wrote one engagement for each group.
fn template(bench: &Bench, full: Full) -> Result<PathBuf> {
    let kind = if full == Full::Open { "open" } else { "year" };
    let path = bench.folder.join(format!("template-{kind}-{:016x}.db", fingerprint(bench)?));
    if path.exists() {
        return Ok(path);
    }
    let site = Site::new(bench, &Setup::default())?;
    let bot = site.serve()?;
    let circles = bench.town.circles.len();
    let report = load::run(load::Plan::closed(bot.address, site.questions("seed", circles), 8))?;
    if report.good(is_sent) != circles {
        bail!("a question of the template was not sent: {:?}", report.complaint(is_sent));
    }
    delivered(&site)?;
    if full == Full::Year {
        for circle in &bench.town.circles {
            let sme = site.slack.person(&circle.sme);
            bench.runtime.block_on(async {
                sme.click_in(&circle.channel, "Take it").await?;
                sme.click_in(&circle.channel, "Answered").await
            })?;
        }
        delivered(&site)?;
    }
    bot.stop()?;
    let db = database::open(&site.database())?;
    // The first look at who is in the internal channels tells the leads of so many areas much at once. Copied, it would be a
    // backlog of hundreds of thousands of messages, which no year leaves.
    db.execute_batch(
        "DELETE FROM outbox WHERE state IN ('waiting', 'sending'); DELETE FROM lane_hold; \
         PRAGMA wal_checkpoint(TRUNCATE);",
    )?;
    drop(db);
    std::fs::copy(site.database(), &path)?;
    Ok(path)
}

/// Waits until the outbox is empty.
pub fn delivered(site: &Site<'_>) -> Result<()> {
    let began = Instant::now();
    let db = database::look(&site.database())?;
    while began.elapsed() < Duration::from_mins(3) {
        if database::count(&db, "SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'sending')")? == 0 {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    bail!("the outbox does not become empty")
}

/// Copies the template's rows until there are so many.
fn multiply(path: &Path, full: Full, engagements: usize) -> Result<()> {
    let db = database::open(path)?;
    db.execute_batch(
        "PRAGMA foreign_keys = OFF; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000;",
    )?;
    let made = database::count(&db, "SELECT COUNT(*) FROM engagement")?;
    let rounds = engagements / made.max(1);
    let now = Clock::system().now().timestamp_micros();
    let indexes = drop_indexes(&db)?;
    let copy = Copying { db: &db, made, rounds: rounds.saturating_sub(1), now };
    db.execute_batch("BEGIN")?;
    match full {
        Full::Open => copy.open()?,
        Full::Year => copy.year()?,
    }
    db.execute_batch("COMMIT")?;
    for index in indexes {
        db.execute_batch(&index)?;
    }
    // Whoever opens it sets its log and its syncs again.
    Ok(())
}

/// Indexes are built at the end, at once; what made them is returned.
fn drop_indexes(db: &Connection) -> Result<Vec<String>> {
    let mut statement =
        db.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")?;
    let found: Vec<(String, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    for (name, _) in &found {
        db.execute_batch(&format!("DROP INDEX {name}"))?;
    }
    Ok(found.into_iter().map(|(_, sql)| sql).collect())
}

struct Copying<'a> {
    db: &'a Connection,
    made: usize,
    rounds: usize,
    now: i64,
}

/// A message's timestamp that no other row has.
const ANOTHER_TS: &str =
    "CASE WHEN e.COLUMN IS NULL THEN NULL ELSE printf('17%08d.%06d', e.id + n.i * MADE, n.i % 1000000) END";
/// Somebody else asks, of those who asked in the originals.
const ANOTHER_ASKER: &str =
    "(SELECT a.requester FROM original a WHERE a.rowid = 1 + (e.id * 7 + n.i * 13) % MADE)";

impl Copying<'_> {
    /// Copies a table's rows once a round, in which `n.i` is the round and `e` the original; `changes` says what is not as
    /// in the original. The originals are read from beside, or the database would keep all copies apart first.
    fn table(&self, name: &str, only: &str, changes: &[(&str, String)]) -> Result<()> {
        if self.rounds == 0 {
            return Ok(());
        }
        let mut statement = self.db.prepare("SELECT name FROM pragma_table_info(?1)")?;
        let columns: Vec<String> =
            statement.query_map([name], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let values: Vec<String> = columns
            .iter()
            .map(|column| match changes.iter().find(|(changed, _)| changed == column) {
                Some((_, value)) => value.replace("COLUMN", column),
                None => format!("e.{column}"),
            })
            .collect();
        let sql = format!(
            "CREATE TEMP TABLE original AS SELECT * FROM {name}; \
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) \
             INSERT INTO {name} ({}) SELECT {} FROM n CROSS JOIN original e WHERE {only}; \
             DROP TABLE original;",
            self.rounds,
            columns.join(", "),
            values.join(", ")
        );
        let sql = sql.replace("MADE", &self.made.to_string());
        self.db.execute_batch(&sql).with_context(|| format!("copying {name}"))
    }

    fn engagements(&self, more: &[(&'static str, String)]) -> Result<()> {
        let mut changes = vec![
            ("id", "e.id + n.i * MADE".to_owned()),
            ("text", "e.text || ' (' || n.i || ')'".to_owned()),
            ("requester", ANOTHER_ASKER.to_owned()),
        ];
        for column in ["home_card", "home_thread", "origin_message", "origin_thread"] {
            changes.push((column, ANOTHER_TS.to_owned()));
        }
        changes.extend_from_slice(more);
        self.table("engagement", "TRUE", &changes)
    }

    fn of_engagement(&self, name: &str, only: &str, more: &[(&'static str, String)]) -> Result<()> {
        let mut changes = vec![("engagement_id", "e.engagement_id + n.i * MADE".to_owned())];
        changes.extend_from_slice(more);
        self.table(name, only, &changes)
    }

    fn open(&self) -> Result<()> {
        let now = self.now;
        let due = now + 30 * DAY;
        self.db.execute("UPDATE clock SET due = ?1 + engagement_id", [due])?;
        self.engagements(&[("asked_at", format!("{now} - (e.id + n.i * MADE) * 1000003 % {}", 300 * DAY))])?;
        self.of_engagement("timeline", "TRUE", &[])?;
        let due = format!("{due} + (e.engagement_id + n.i * MADE) * 1000003 % {}", 30 * DAY);
        self.of_engagement("clock", "TRUE", &[("due", due)])
    }

    /// The first rounds are the oldest; the originals are of now.
    fn year(&self) -> Result<()> {
        let span = 365 * DAY;
        let rounds = i64::try_from(self.rounds.max(1))?;
        let shift = format!("({} + n.i * {})", -span, span / (rounds + 1));
        let moved = |column: &'static str| (column, format!("e.{column} + {shift}"));
        let is_old = format!("{shift} < {}", -3 * DAY);
        let is_taken = format!("{shift} > {} AND e.id % 2 = 0", -DAY);
        let unless_taken = |value: String| format!("CASE WHEN {is_taken} THEN NULL ELSE {value} END");
        self.engagements(&[
            moved("asked_at"),
            moved("changed_at"),
            moved("taken_at"),
            ("answered_at", unless_taken(format!("e.answered_at + {shift}"))),
            ("answered_by", unless_taken("e.answered_by".to_owned())),
            ("closed_at", format!("CASE WHEN {is_old} THEN e.answered_at + {shift} + {} END", 3 * DAY)),
            (
                "state",
                format!("CASE WHEN {is_old} THEN 'closed' WHEN {is_taken} THEN 'taken' ELSE e.state END"),
            ),
        ])?;
        self.of_engagement("timeline", "TRUE", &[moved("at")])?;
        self.of_engagement("clock", &format!("NOT ({is_old})"), &[moved("due")])?;
        let notices = database::count(self.db, "SELECT MAX(id) FROM outbox")?;
        self.table(
            "outbox",
            "TRUE",
            &[
                ("id", format!("e.id + n.i * {notices}")),
                ("card_of", "e.card_of + n.i * MADE".to_owned()),
                moved("decided_at"),
                moved("next_at"),
                moved("settled_at"),
            ],
        )?;
        // The causes of a day and a bit are kept, as upkeep leaves them.
        let kept = format!("{rounds} - n.i <= {}", rounds * 26 / (365 * 24));
        self.table("decided", &kept, &[("key", "e.key || '-' || n.i".to_owned())])
    }
}
