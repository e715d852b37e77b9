//! A PM's reply stops its clock: as many inquiries are open as replies will come, each with its thread, its card and its
//! running clock; the row counts afterwards that each reply stopped one.
//!
//! The inquiries begin as in life, an expert mentioning the PM in the internal channel, and their cards are delivered
//! before anything is measured.

use std::cell::RefCell;

use anyhow::{Context, Result, bail};

use crate::Bench;
use crate::database;
use crate::load::{self, Plan};
use crate::requests::{self, From};
use crate::seed::delivered;
use crate::site::{Setup, Site, is_ok};
use crate::table::Row;
use crate::versus::{self, Aim, Job};

/// An inquiry that waits for its PM.
#[derive(Clone)]
struct Open {
    channel: String,
    pm: String,
    ts: String,
}

/// All that wait, and some that yardsticks may be told of again and again.
struct Inquiries {
    waiting: Vec<Open>,
    sample: Vec<Open>,
}

const RUNNING: &str = "SELECT COUNT(*) FROM clock WHERE kind = 'reply'";
/// Replies with which the rows of a decision are counted.
const COUNTED: usize = 20;

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    let site = Site::new(bench, &Setup::default())?;
    let count = bench.scale(1_000, 40);
    let connections = [16, 64];
    let bot = site.serve()?;
    let wanted = count * bench.repeats() * connections.len() + COUNTED;
    let waiting = open(bench, &site, wanted)?;
    let sample = waiting.iter().take(count).cloned().collect();
    let open = RefCell::new(Inquiries { waiting, sample });
    delivered(&site).context("the cards of the inquiries")?;
    bot.stop()?;
    let rows = rows_of_a_decision(&site, &open)?;
    let mut table = Vec::new();
    let bot = site.serve()?;
    for connections in connections {
        let requests = |run: &str| replies(&site, &mut open.borrow_mut(), count, run);
        let job = Job {
            name: format!("a PM's reply stops its clock ({rows} rows)"),
            count,
            connections,
            requests: &requests,
            kit: None,
            is_good: &is_ok,
            yardstick_is_good: &is_ok,
            beside: vec![(rows, Aim { rate: 0.7, p99: Some(2.0) }), (3, Aim { rate: 0.35, p99: None })],
        };
        table.extend(versus::measure(bench, &site, &bot, &job)?);
    }
    bot.stop()?;
    let running = database::count(&database::look(&site.database())?, RUNNING)?;
    if running > 0 {
        bail!("{running} of {wanted} reply clocks run on after their PM's reply");
    }
    Ok(table)
}

/// Experts ask their PMs, one after the other.
fn open(bench: &Bench, site: &Site<'_>, count: usize) -> Result<Vec<Open>> {
    let ask = |number: usize| {
        let circle = &bench.town.circles[number % bench.town.circles.len()];
        let words = format!("@{} is {} planned for customer {number}?", circle.pm, circle.categories[0]);
        let sme = site.slack.person(&circle.sme);
        let ts = bench.runtime.block_on(sme.say(&circle.internal, &words))?;
        let channel = site.slack.find_channel(&circle.internal).context("an internal channel")?;
        let pm = site.slack.find_user(&circle.pm).context("a PM")?;
        Ok(Open { channel, pm, ts })
    };
    let open = (0..count).map(ask).collect::<Result<Vec<_>>>()?;
    let running = database::count(&database::look(&site.database())?, RUNNING)?;
    if running != count {
        bail!("{count} experts asked, and {running} reply clocks run");
    }
    Ok(open)
}

/// The PMs of the next inquiries reply. A yardstick's run uses none of them up.
fn replies(site: &Site<'_>, open: &mut Inquiries, count: usize, run: &str) -> Vec<Vec<u8>> {
    let reply = |(number, inquiry): (usize, &Open)| {
        let who = From { team: &site.team, channel: &inquiry.channel, user: &inquiry.pm };
        let (seconds, _) = inquiry.ts.split_once('.').unwrap_or((&inquiry.ts, ""));
        let later = seconds.parse::<u64>().unwrap_or_default() + 1;
        let ts = format!("{later}.{number:06}");
        let event = format!("Ev{run}{number}");
        requests::message(who, "Yes, with the next release.", &ts, Some(&inquiry.ts), &event)
    };
    if run.starts_with('y') {
        return open.sample.iter().enumerate().map(reply).collect();
    }
    let from = open.waiting.len().saturating_sub(count);
    open.waiting.split_off(from).iter().enumerate().map(reply).collect()
}

fn rows_of_a_decision(site: &Site<'_>, open: &RefCell<Inquiries>) -> Result<usize> {
    database::begin_counting(&site.database())?;
    let bot = site.serve()?;
    let requests = replies(site, &mut open.borrow_mut(), COUNTED, "counted");
    let report = load::run(Plan::closed(bot.address, requests, 4))?;
    if report.good(is_ok) != COUNTED {
        bail!("a reply was not taken: {:?}", report.complaint(is_ok));
    }
    bot.stop()?;
    Ok(database::written(&site.database())? / COUNTED)
}
