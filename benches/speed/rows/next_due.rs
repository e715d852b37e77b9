//! The next due clock among many open ones: the store's own queries, timed in this process, and what the idle bot costs.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use switchboard::clock::Clock;
use switchboard::store::Store;

use crate::Bench;
use crate::database;
use crate::numbers::{grouped, median, millis, quantile};
use crate::seed::{self, Full};
use crate::site::{Setup, Site};
use crate::table::Row;

/// The aims: milliseconds, and how much longer the largest may take than the smallest.
const AT_MOST: f64 = 0.1;
const FLAT: f64 = 2.0;
/// Of a core, idle.
const IDLE: f64 = 0.002;

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    let sizes: Vec<usize> =
        if bench.quick { vec![1_000, 10_000] } else { vec![1_000, 10_000, 100_000, 1_000_000] };
    let mut medians = Vec::new();
    let mut shown = Vec::new();
    for size in &sizes {
        let path = seed::database(bench, Full::Open, *size)?;
        let (next, due) = bench.runtime.block_on(queries(&path, bench.scale(2_000, 100)))?;
        shown.push(format!(
            "{}: p50 {}, p99 {} (due ones: p50 {})",
            grouped(*size),
            millis(median(&next)),
            millis(quantile(&next, 0.99)),
            millis(median(&due)),
        ));
        medians.push(median(&next).max(median(&due)));
    }
    let (first, last) = (medians[0], medians[medians.len() - 1]);
    let worst = medians.iter().copied().fold(0.0, f64::max);
    let next = Row::alone(
        "next due clock, by how many are open",
        shown.join("; "),
        "≤ 0.1 ms, flat",
        worst <= AT_MOST && last <= first * FLAT,
    );
    Ok(vec![next, idle(bench, sizes[sizes.len() - 1])?])
}

/// The two questions that the worker asks, in milliseconds each.
async fn queries(path: &std::path::Path, times: usize) -> Result<(Vec<f64>, Vec<f64>)> {
    // Beside its log, which opening makes, it stays as it is.
    let store = Store::open_beside(&format!("sqlite://{}", path.display())).await?;
    let installation = *store.installations().await?.first().context("an installation")?;
    let now = Clock::system().now();
    let (mut next, mut due) = (Vec::new(), Vec::new());
    for _ in 0..times {
        let began = Instant::now();
        let found = store.next_due(installation).await?;
        next.push(began.elapsed().as_secs_f64() * 1_000.0);
        let began = Instant::now();
        let now_due = store.due_clocks(installation, now, 200).await?;
        due.push(began.elapsed().as_secs_f64() * 1_000.0);
        if found.is_none() || !now_due.is_empty() {
            bail!("the seeded clocks are not as they should be");
        }
    }
    store.close().await;
    Ok((next, due))
}

/// The real bot with nothing to do.
fn idle(bench: &Bench, open: usize) -> Result<Row> {
    let database = seed::database(bench, Full::Open, open)?;
    let site = Site::new(bench, &Setup { database: Some(&database), ..Setup::default() })?;
    database::mark_alive(&site.database())?;
    let bot = site.serve()?;
    // What a start does comes to its end first: names are read, channels joined.
    std::thread::sleep(Duration::from_secs(bench.scale(10, 3) as u64));
    let (cpu, began) = (bot.cpu()?, Instant::now());
    std::thread::sleep(Duration::from_secs(bench.scale(60, 5) as u64));
    let share = (bot.cpu()? - cpu) / began.elapsed().as_secs_f64();
    bot.stop()?;
    Ok(Row::alone(
        format!("idle, {} clocks open", grouped(open)),
        format!("{:.2} % of a core", share * 100.0),
        "≤ 0.2 %",
        share <= IDLE,
    ))
}
