//! A year of a thousand engagements a day: how large the database is, and how long every query of the store takes that a
//! request, the worker or a report makes.
//!
//! The queries are the store's own, asked through its interface in this process, each with many different arguments.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use switchboard::domain::ids::{AreaKey, ChannelId, EngagementId, InstallationId, Ts, UserId};
use switchboard::store::{Store, StoreError};

use crate::Bench;
use crate::database;
use crate::numbers::{grouped, median, millis, quantile};
use crate::seed::{self, Full};
use crate::table::Row;

/// The aims, in milliseconds.
const ON_A_PATH: f64 = 5.0;
const REPORT: f64 = 1_000.0;
/// Queries that only reports make.
const REPORTS: [&str; 3] = ["counts", "outbox_waiting", "parked"];

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    let stored = bench.scale(365_000, 4_000);
    let path = seed::database(bench, Full::Year, stored)?;
    let copy = tempfile::tempdir_in(&bench.folder)?;
    let own = copy.path().join("year.db");
    std::fs::copy(&path, &own)?;
    let size = std::fs::metadata(&own)?.len();
    let mut rows = vec![size_row(&own, size, stored)?];
    let times = bench.scale(300, 30);
    let timed = bench.runtime.block_on(every_query(&own, times))?;
    let mut worst_on_path: (f64, &str) = (0.0, "");
    for (name, taken) in &timed {
        let p99 = quantile(taken, 0.99);
        let is_report = REPORTS.contains(name);
        if !is_report && p99 > worst_on_path.0 {
            worst_on_path = (p99, name);
        }
        let (most, aim) = if is_report { (REPORT, "≤ 1 s") } else { (ON_A_PATH, "≤ 5 ms") };
        rows.push(Row::alone(
            format!("year: `{name}`"),
            format!("p50 {}, p99 {}", millis(median(taken)), millis(p99)),
            aim,
            p99 <= most,
        ));
    }
    let (p99, name) = worst_on_path;
    rows.insert(
        1,
        Row::alone(
            format!("a year, every query on a request or worker path ({} kinds)", timed.len()),
            format!("slowest p99: {} (`{name}`)", millis(p99)),
            "≤ 5 ms",
            p99 <= ON_A_PATH,
        ),
    );
    Ok(rows)
}

fn size_row(path: &Path, bytes: u64, stored: usize) -> Result<Row> {
    let db = database::look(path)?;
    let mut tables = Vec::new();
    for table in ["engagement", "timeline", "outbox", "decided", "clock"] {
        let rows = database::count(&db, &format!("SELECT COUNT(*) FROM {table}"))?;
        tables.push(format!("{table} {}", grouped(rows)));
    }
    let mib = bytes / 1_048_576;
    let figure = format!("{mib} MiB, {} bytes an engagement ({})", bytes / stored as u64, tables.join(", "));
    Ok(Row::reported(format!("a year: {} engagements stored", grouped(stored)), figure))
}

/// What queries are asked about.
struct Known {
    store: Store,
    installation: InstallationId,
    now: DateTime<Utc>,
    /// Engagements from all over the year.
    ids: Vec<EngagementId>,
    people: Vec<UserId>,
    areas: Vec<AreaKey>,
    /// Cards: channel and timestamp.
    cards: Vec<(ChannelId, Ts)>,
}

impl Known {
    async fn read(path: &Path, times: usize) -> Result<Self> {
        let db = database::look(path)?;
        let mut statement = db.prepare(
            "SELECT id, requester, area, home_channel, home_card FROM engagement WHERE home_card IS NOT NULL \
             AND id % ?2 = 0 LIMIT ?1",
        )?;
        let highest = database::number(&db, "SELECT MAX(id) FROM engagement", [])?;
        let every = (highest / i64::try_from(times)?).max(1);
        let rows = statement.query_map([i64::try_from(times)?, every], |row| {
            let text = |at: usize| row.get::<_, Option<String>>(at).map(Option::unwrap_or_default);
            Ok((row.get::<_, i64>(0)?, text(1)?, text(2)?, text(3)?, text(4)?))
        })?;
        let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
        let store = Store::open(&format!("sqlite://{}", path.display())).await?;
        let installation = *store.installations().await?.first().context("an installation")?;
        Ok(Self {
            store,
            installation,
            now: switchboard::clock::Clock::system().now(),
            ids: rows.iter().map(|row| EngagementId(row.0)).collect(),
            people: rows.iter().map(|row| UserId(row.1.clone())).collect(),
            areas: rows.iter().map(|row| AreaKey(row.2.clone())).collect(),
            cards: rows.into_iter().map(|row| (ChannelId(row.3), Ts(row.4))).collect(),
        })
    }
}

/// Milliseconds by query.
type Timed = BTreeMap<&'static str, Vec<f64>>;

/// Asks once for each argument; the first few answers only warm up.
async fn time<'k, T, F>(
    timed: &mut Timed,
    name: &'static str,
    known: &'k Known,
    ask: impl Fn(&'k Known, usize) -> F,
) -> Result<()>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let taken = timed.entry(name).or_default();
    for number in 0..known.ids.len() {
        let began = Instant::now();
        ask(known, number).await.with_context(|| name)?;
        if number >= 5 {
            taken.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    Ok(())
}

async fn every_query(path: &Path, times: usize) -> Result<Timed> {
    let known = Known::read(path, times).await?;
    let mut timed = Timed::new();
    of_requests(&mut timed, &known).await?;
    of_the_worker(&mut timed, &known).await?;
    known.store.close().await;
    Ok(timed)
}

async fn of_requests(t: &mut Timed, known: &Known) -> Result<()> {
    let hour = known.now - TimeDelta::hours(1);
    let month = known.now - TimeDelta::days(30);
    time(t, "engagement", known, |k, n| k.store.engagement(k.installation, k.ids[n])).await?;
    time(t, "engagements (20)", known, |k, n| {
        let from = n.min(k.ids.len().saturating_sub(20));
        k.store.engagements(k.installation, &k.ids[from..(from + 20).min(k.ids.len())])
    })
    .await?;
    time(t, "by_thread", known, |k, n| k.store.by_thread(k.installation, &k.cards[n].0, &k.cards[n].1))
        .await?;
    time(t, "live_of", known, |k, n| k.store.live_of(k.installation, &k.people[n], month)).await?;
    time(t, "owed_by", known, |k, n| k.store.owed_by(k.installation, &k.people[n])).await?;
    time(t, "children", known, |k, n| k.store.children(k.installation, k.ids[n])).await?;
    time(t, "asks_since", known, |k, n| k.store.asks_since(k.installation, &k.people[n], hour)).await?;
    time(t, "duplicate_of", known, |k, n| {
        k.store.duplicate_of(k.installation, &k.people[n], "is it there?", hour)
    })
    .await?;
    time(t, "answered_in_area", known, |k, n| {
        k.store.answered_in_area(k.installation, &k.people[n], &k.areas[n], month)
    })
    .await?;
    time(t, "timeline", known, |k, n| k.store.timeline(k.installation, k.ids[n])).await?;
    time(t, "clocks_of", known, |k, n| k.store.clocks_of(k.installation, k.ids[n])).await?;
    time(t, "next_id", known, |k, _| k.store.next_id(k.installation)).await
}

async fn of_the_worker(t: &mut Timed, known: &Known) -> Result<()> {
    let long_ago = known.now - TimeDelta::days(400);
    time(t, "next_due", known, |k, _| k.store.next_due(k.installation)).await?;
    time(t, "due_clocks", known, |k, _| k.store.due_clocks(k.installation, k.now, 200)).await?;
    time(t, "live_inquiries", known, |k, _| k.store.live_inquiries(k.installation)).await?;
    time(t, "next_outbox_due", known, |k, _| k.store.next_outbox_due(k.installation)).await?;
    time(t, "claim", known, |k, _| {
        k.store.claim(k.installation, k.now, switchboard::store::Room::of(32), Duration::from_mins(1))
    })
    .await?;
    // Another instant each: what does not change is not written.
    time(t, "mark_alive", known, |k, n| {
        let at = k.now + TimeDelta::seconds(i64::try_from(n).unwrap_or_default());
        k.store.mark_alive(k.installation, at)
    })
    .await?;
    time(t, "forget_keys", known, move |k, _| k.store.forget_keys(k.installation, long_ago, 5_000)).await?;
    time(t, "counts", known, |k, _| k.store.counts(k.installation)).await?;
    time(t, "oldest_waiting", known, |k, _| k.store.oldest_waiting(k.installation)).await?;
    time(t, "outbox_waiting", known, |k, _| k.store.outbox_waiting(k.installation)).await?;
    time(t, "parked", known, |k, _| k.store.parked(k.installation)).await
}
