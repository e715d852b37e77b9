//! The database stalls for ten seconds (another process holds the write lock): everybody is answered in time, nobody who
//! was told to try again finds it done later, events are given back to Slack, memory stays, and it is well again at once.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rusqlite::Connection;

use crate::Bench;
use crate::database;
use crate::load::{self, Answer, Plan, Report};
use crate::requests;
use crate::site::{Bot, Setup, Site, is_sent};
use crate::table::Row;

/// What is offered in a second, before, while and after: an open loop.
const RATE: f64 = 60.0;
/// Every so many-th request is an event.
const EVENTS: usize = 3;
/// The aims: an answer within, in milliseconds; memory; and recovery, in seconds.
const IN_TIME: f64 = 2_500.0;
const MEMORY: f64 = 2.0;
const RECOVERED: f64 = 1.0;

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    let site = Site::new(bench, &Setup::default())?;
    let bot = site.serve()?;
    site.warm_up(&bot, "stalled")?;
    std::thread::sleep(Duration::from_secs(2));
    let (before, _) = bot.memory()?;
    let stall = Duration::from_secs(bench.scale(10, 4) as u64);
    let lead = Duration::from_secs(2);
    let span = stall + lead + Duration::from_secs(4);
    let plan = offered(bench, &site, bot.address, span);
    let began = Instant::now();
    let load = std::thread::spawn(move || load::run(plan));
    std::thread::sleep(lead);
    let blocker = database::open(&site.database())?;
    blocker.execute_batch("BEGIN IMMEDIATE")?;
    let from = began.elapsed();
    std::thread::sleep(stall);
    let to = began.elapsed();
    blocker.execute_batch("ROLLBACK")?;
    let report = load.join().map_err(|_| anyhow::anyhow!("the load ended badly"))??;
    let (_, highest) = bot.memory()?;
    // What was left to be done late has been by then.
    std::thread::sleep(Duration::from_secs(3));
    let rows = judged(&site, &report, (from, to))?;
    let memory = Row::alone(
        "memory meanwhile",
        format!("{before:.0} MiB before, {highest:.0} MiB at most"),
        "≤ 2 ×",
        highest <= before * MEMORY,
    );
    finish(bot, rows, memory)
}

fn finish(bot: Bot, mut rows: Vec<Row>, memory: Row) -> Result<Vec<Row>> {
    bot.stop()?;
    rows.push(memory);
    Ok(rows)
}

/// Questions, and between them mentions, as events.
fn offered(bench: &Bench, site: &Site<'_>, to: std::net::SocketAddr, span: Duration) -> Plan {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred requests")]
    let count = (RATE * span.as_secs_f64()) as usize;
    let us = site.slack.bot_user_id();
    let request = |number: usize| {
        let words = bench.town.question(number, number);
        if number.is_multiple_of(EVENTS) {
            let ts = format!("17951{number:05}.{number:06}");
            let text = format!("<@{us}> {words} (event)");
            return requests::message(site.asker(number), &text, &ts, None, &format!("EvStall{number}"));
        }
        requests::slash(site.asker(number), &format!("{words} (stall)"), &trigger(number))
    };
    let requests = (0..count).map(request).collect();
    Plan { rate: Some(RATE), ..Plan::closed(to, requests, 256) }
}

fn trigger(number: usize) -> String {
    format!("stall-{number}")
}

fn is_event(answer: &Answer) -> bool {
    answer.index.is_multiple_of(EVENTS)
}

fn judged(site: &Site<'_>, report: &Report, (from, to): (Duration, Duration)) -> Result<Vec<Row>> {
    let stalled = |answer: &&Answer| answer.sent >= from && answer.sent < to;
    let commands: Vec<&Answer> = report.answers.iter().filter(|answer| !is_event(answer)).collect();
    if commands.is_empty() {
        bail!("nothing was asked");
    }
    let slowest = commands.iter().map(|answer| answer.millis()).fold(0.0, f64::max);
    let unanswered = commands.iter().filter(|answer| answer.status != 200).count();
    let db = database::look(&site.database())?;
    let told: Vec<&&Answer> = commands.iter().filter(|answer| !is_sent(answer)).collect();
    let mut done_later = 0;
    for answer in &told {
        done_later += usize::from(was_decided(&db, &format!("trigger:{}", trigger(answer.index)))?);
    }
    let mut lost = 0;
    for answer in commands.iter().filter(|answer| is_sent(answer)) {
        lost += usize::from(!was_decided(&db, &format!("trigger:{}", trigger(answer.index)))?);
    }
    let events: Vec<&Answer> =
        report.answers.iter().filter(|answer| is_event(answer)).filter(stalled).collect();
    let refused = events.iter().filter(|answer| answer.status == 503).count();
    let mut taken = 0;
    for event in events.iter().filter(|event| event.status == 200) {
        taken += usize::from(was_decided(&db, &format!("event:EvStall{}", event.index))?);
    }
    let recovered = report
        .answers
        .iter()
        .filter(|answer| is_sent(answer) && answer.answered > to)
        .map(|answer| answer.answered.saturating_sub(to).as_secs_f64())
        .reduce(f64::min)
        .context("it did not recover")?;
    let seconds = to.saturating_sub(from).as_secs_f64();
    Ok(vec![
        Row::alone(
            format!("database stalled for {seconds:.0} s: commands answered"),
            format!("slowest {slowest:.0} ms, {unanswered} of {} unanswered", commands.len()),
            "< 2.5 s each",
            slowest < IN_TIME && unanswered == 0,
        ),
        Row::alone(
            "told to try again, and done later all the same",
            format!("{done_later} of {}; acknowledged and lost: {lost}", told.len()),
            "0",
            done_later == 0 && lost == 0 && !told.is_empty(),
        ),
        Row::alone(
            "events meanwhile",
            format!("{refused} of {} answered 503, {taken} answered 200 and kept", events.len()),
            "503, or 200 and kept",
            refused + taken == events.len() && refused > 0,
        ),
        Row::alone(
            "first question committed after the stall",
            format!("after {recovered:.2} s"),
            "< 1 s",
            recovered < RECOVERED,
        ),
    ])
}

fn was_decided(db: &Connection, key: &str) -> Result<bool> {
    Ok(database::number(db, "SELECT COUNT(*) FROM decided WHERE key = ?1", [key])? > 0)
}
