//! Killed in the middle of deliveries: how long until what was in flight is settled again, each message exactly once.
//!
//! The local Slack takes messages and never answers, so that they are in flight when the process dies: the worst case, in
//! which they arrived and nobody knows.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use switchboard::sandbox::{Fault, FaultRule};

use crate::Bench;
use crate::database;
use crate::load::{self, Plan};
use crate::numbers::median;
use crate::seed::delivered;
use crate::site::{Setup, Site, is_sent};
use crate::table::Row;

/// The aim, in seconds.
const AT_MOST: f64 = 60.0;
/// Messages that are in flight when it dies, at least.
const IN_FLIGHT: usize = 16;

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    let mut took = Vec::new();
    let mut flown = 0;
    for _ in 0..bench.repeats() {
        let (seconds, in_flight) = once(bench)?;
        took.push(seconds);
        flown = flown.max(in_flight);
    }
    let seconds = median(&took);
    Ok(vec![Row::alone(
        format!("in-flight messages settled after kill -9 ({flown} in flight)"),
        format!("{seconds:.1} s from the kill, each message once"),
        "≤ 60 s",
        seconds <= AT_MOST,
    )])
}

fn once(bench: &Bench) -> Result<(f64, usize)> {
    let site = Site::new(bench, &Setup::default())?;
    let bot = site.serve()?;
    site.slack.fail(FaultRule::on("chat.postMessage", Fault::HangAfter));
    let asked = bench.scale(200, 40);
    let report = load::run(Plan::closed(bot.address, site.questions("killed", asked), 8))?;
    if report.good(is_sent) != asked {
        bail!("a question was not sent: {:?}", report.complaint(is_sent));
    }
    let db = database::look(&site.database())?;
    let sending = || database::count(&db, "SELECT COUNT(*) FROM outbox WHERE state = 'sending'");
    let began = Instant::now();
    while sending()? < IN_FLIGHT && began.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let in_flight = sending()?;
    let killed = Instant::now();
    bot.kill()?;
    site.slack.clear_faults();
    site.slack.release_hung();
    let bot = site.serve()?;
    delivered(&site)?;
    let seconds = killed.elapsed().as_secs_f64();
    bot.stop()?;
    let calls = site.slack.calls_of("chat.postMessage");
    // A message that hung has no answer, and arrived all the same.
    let arrived = calls.iter().filter(|call| call.ok() || call.fault == Some(Fault::HangAfter)).count();
    if arrived != asked {
        bail!("{asked} cards, and {arrived} messages arrived");
    }
    Ok((seconds, in_flight))
}
