//! How late a nudge is, with a million other clocks open: from the instant at which its clock is due to its arrival at
//! Slack, in lanes that are free. Never early.
//!
//! Real inquiries with a short ladder: experts ask, nobody answers, and twenty seconds later the PM is reminded. They are
//! spread over 200 channels, so that no lane is used up when a nudge is due.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::Bench;
use crate::database;
use crate::numbers::{grouped, of, quantile};
use crate::seed::{self, Full};
use crate::site::{Setup, Site};
use crate::table::Row;

/// The nudge comes after twenty seconds, and nothing else within the row.
const SETTINGS: &str = "[reply]\nwithin = \"10m\"\n\
    ladder = [{ at = \"20s\", to = [\"owner\"] }, { at = \"10m\", to = [\"owner\", \"stage_pm\"] }]\n";
/// Experts who ask in a second.
const RATE: f64 = 20.0;
/// Until the last nudge must have come.
const AFTER: Duration = Duration::from_secs(25);
/// The aim, in seconds.
const AT_MOST: f64 = 0.5;

/// What is due within a minute; a clock moves on when its step is taken, so that this is looked at meanwhile.
const DUE: &str = "SELECT e.home_thread, c.due FROM clock c JOIN engagement e \
    ON e.installation_id = c.installation_id AND e.id = c.engagement_id \
    WHERE c.installation_id = 1 AND c.due < ?1 AND c.kind = 'reply' AND e.home_thread IS NOT NULL";

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    let open = bench.scale(1_000_000, 10_000);
    let database = seed::database(bench, Full::Open, open)?;
    let setup = Setup { settings: SETTINGS, database: Some(&database), ..Setup::default() };
    let site = Site::new(bench, &setup)?;
    database::mark_alive(&site.database())?;
    let bot = site.serve()?;
    let asked = bench.scale(600, 40);
    let dues = ask(bench, &site, asked)?;
    std::thread::sleep(AFTER);
    bot.stop()?;
    if dues.len() != asked {
        bail!("{asked} experts asked, and {} clocks were seen before they were due", dues.len());
    }
    let posts = posts(&site);
    let mut late = Vec::new();
    for (thread, due) in &dues {
        // The first message in the thread is the card.
        let nudge = posts.get(thread).and_then(|posts| posts.get(1));
        late.push(nudge.with_context(|| format!("no nudge in thread {thread}"))? - due);
    }
    let late: Vec<f64> = late.into_iter().map(seconds).collect();
    let early = late.iter().filter(|late| **late < 0.0).count();
    let p99 = quantile(&late, 0.99);
    Ok(vec![Row::alone(
        format!("a nudge is late by, {} clocks open, {} nudges", grouped(open), late.len()),
        format!("p50 {:.0} ms, p99 {:.0} ms, {early} early", quantile(&late, 0.5) * 1e3, p99 * 1e3),
        "p99 ≤ 0.5 s, never early",
        p99 <= AT_MOST && early == 0,
    )])
}

/// Experts ask, so many in a second; when each reply clock is due first, by thread.
fn ask(bench: &Bench, site: &Site<'_>, count: usize) -> Result<HashMap<String, i64>> {
    let db = database::look(&site.database())?;
    let mut dues = HashMap::new();
    let began = Instant::now();
    for number in 0..count {
        let at = Duration::from_secs_f64(of(number) / RATE);
        std::thread::sleep(at.saturating_sub(began.elapsed()));
        let circle = &bench.town.circles[number % bench.town.circles.len()];
        let words = format!("@{} is {} planned for customer {number}?", circle.pm, circle.categories[1]);
        bench.runtime.block_on(site.slack.person(&circle.sme).say(&circle.internal, &words))?;
        if number % 40 == 39 || number + 1 == count {
            let soon = site.slack.clock().now().timestamp_micros() + 60_000_000;
            let mut statement = db.prepare_cached(DUE)?;
            let rows = statement.query_map([soon], |row| Ok((row.get(0)?, row.get(1)?)))?;
            for row in rows {
                let (thread, due) = row?;
                dues.entry(thread).or_insert(due);
            }
        }
    }
    Ok(dues)
}

/// When each message of ours arrived in its thread, in microseconds.
fn posts(site: &Site<'_>) -> HashMap<String, Vec<i64>> {
    let mut posts: HashMap<String, Vec<i64>> = HashMap::new();
    for call in site.slack.calls_of("chat.postMessage").iter().filter(|call| call.ok()) {
        if let Some(thread) = call.args.get("thread_ts").and_then(serde_json::Value::as_str) {
            posts.entry(thread.to_owned()).or_default().push(call.at.timestamp_micros());
        }
    }
    posts
}

#[expect(clippy::cast_precision_loss, reason = "a span of some seconds in microseconds")]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}
