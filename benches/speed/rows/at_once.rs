//! A hundred thousand clocks due at once, after an outage say: how fast they are decided upon and committed, and what that
//! does to memory. Questions that nobody took, each of which is raised to its area's leads (A8).
//!
//! Deliveries are held meanwhile: at a message a second and channel they would take minutes, and are another row's.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::Bench;
use crate::database;
use crate::numbers::{grouped, of};
use crate::seed::{self, DAY, Full};
use crate::site::{Setup, Site};
use crate::table::Row;

/// The aim: decided and committed in a second.
const AT_LEAST: f64 = 5_000.0;
/// Memory is flat when it grows by no more than this, in MiB, over that of the idle bot.
const FLAT: f64 = 16.0;

const LEFT: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM clock WHERE installation_id = 1 AND kind = 'take_by' \
    AND due < (SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)))";

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    let number = bench.scale(100_000, 2_000);
    let database = seed::database(bench, Full::Open, number)?;
    let site = Site::new(bench, &Setup { database: Some(&database), ..Setup::default() })?;
    database::mark_alive(&site.database())?;
    database::hold_everything(&site.database())?;
    let bot = site.serve()?;
    std::thread::sleep(Duration::from_secs(bench.scale(5, 2) as u64));
    let (idle, _) = bot.memory()?;
    bot.stop()?;
    // Due soon rather than long ago, so that the start of the bot is no part of it.
    let due = site.slack.clock().now().timestamp_micros() + 4_000_000;
    let db = database::open(&site.database())?;
    let made = db.execute("UPDATE clock SET due = ?1 WHERE due < ?2", [due, due + 400 * DAY])?;
    let bot = site.serve()?;
    let wait = due - site.slack.clock().now().timestamp_micros();
    std::thread::sleep(Duration::from_micros(u64::try_from(wait).unwrap_or_default()));
    let (began, cpu) = (Instant::now(), bot.cpu()?);
    let left = || database::count(&db, LEFT);
    while left()? > 0 {
        if began.elapsed() > Duration::from_mins(5) {
            bail!("{} of {made} clocks are still not decided upon", left()?);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let seconds = began.elapsed().as_secs_f64();
    let (cpu, (_, highest)) = (bot.cpu()? - cpu, bot.memory()?);
    bot.stop()?;
    let raised = database::count(&db, "SELECT COUNT(*) FROM clock WHERE kind = 'take_again'")?;
    if raised != made {
        bail!("{made} clocks were due, and {raised} questions were raised");
    }
    let rate = of(made) / seconds;
    Ok(vec![
        Row::alone(
            format!("{} clocks due at once", grouped(made)),
            format!("{rate:.0}/s decided and committed, {:.0} µs CPU each", cpu / of(made) * 1e6),
            "≥ 5,000/s",
            rate >= AT_LEAST,
        ),
        Row::alone(
            "memory meanwhile",
            format!("{idle:.0} MiB idle, {highest:.0} MiB at most"),
            format!("flat (≤ {FLAT:.0} MiB more)"),
            highest - idle <= FLAT,
        ),
    ])
}
