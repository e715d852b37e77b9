//! Five thousand messages overdue over 200 channels, each another question's card so that none can be merged, against a
//! Slack that takes one a second in a channel: how near to the ideal they leave, how often Slack refuses, and whether what
//! is asked meanwhile is late. Then the same with the workspace's cap: the urgent ones go first.
//!
//! The backlog is the bot's own: questions asked while everything was held.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::Bench;
use crate::database;
use crate::load::{self, Plan};
use crate::numbers::{grouped, of, quantile};
use crate::requests;
use crate::site::{Bot, Budgets, Setup, Site, is_sent};
use crate::table::{Holds, Row};

/// What a channel takes at once before a second each: what all channels take so is no part of the ideal rate.
const BURST: usize = 3;
/// The aims.
const OF_IDEAL: f64 = 0.9;
const REFUSED: f64 = 0.01;
const LATE: f64 = 2.0;
/// The workspace-wide cap of the last row, in messages a minute.
const CAP: u32 = 300;
/// How many of its messages are urgent: the last of as many channels.
const URGENT: usize = 100;
/// Routine ones that may arrive before the last urgent one: as many as are under way at once.
const UNDER_WAY: usize = 32;

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    let number = bench.scale(5_000, 1_000);
    let (site, bot, began) = backlog(bench, number, Budgets::Off)?;
    let fresh = new_ones(bench, &site, &bot, began)?;
    let arrived = wait(&site, number + fresh.len())?;
    bot.stop()?;
    let mut late = Vec::new();
    for (words, asked) in &fresh {
        let Some(at) = arrived.iter().find(|post| post.text.contains(words)) else {
            bail!("`{words}` never arrived");
        };
        late.push(at.seconds - asked);
    }
    let old: Vec<f64> =
        arrived.iter().filter(|post| !post.text.contains("Handbook")).map(|post| post.seconds).collect();
    // The burst comes first and at once; then it is as many in a second as there are channels.
    let burst = bench.town.circles.len() * BURST;
    let (first, last) = (old[burst.min(old.len() - 1)], old[old.len() - 1]);
    let rate = of(old.len() - burst.min(old.len() - 1)) / (last - first).max(f64::EPSILON);
    let ideal = of(bench.town.circles.len());
    let calls = site.slack.calls_of("chat.postMessage");
    let refused = calls.iter().filter(|call| call.error() == "ratelimited").count();
    let share = of(refused) / of(calls.len());
    let worst = quantile(&late, 1.0);
    let mut rows = vec![
        Row {
            measure: format!("{} overdue over {ideal} channels", grouped(number)),
            figure: format!("{rate:.0}/s"),
            yardstick: format!("ideal: {ideal}/s"),
            ratio: Some(rate / ideal),
            aim: "≥ 0.9".to_owned(),
            holds: Holds::from(rate / ideal >= OF_IDEAL),
        },
        Row::alone(
            "answered 429 meanwhile",
            format!("{refused} of {}, {:.1} %", grouped(calls.len()), share * 100.0),
            "≤ 1 %",
            share <= REFUSED,
        ),
        Row::alone(
            format!("asked meanwhile in channels without a backlog ({})", late.len()),
            format!("late by p50 {:.2} s, at most {worst:.2} s", quantile(&late, 0.5)),
            "≤ 2 s",
            worst <= LATE,
        ),
    ];
    rows.push(with_cap(bench)?);
    Ok(rows)
}

/// Cards go first by themselves; here only those that are chosen do.
const MAKE_ROUTINE: &str = "UPDATE outbox SET urgent = 0 WHERE state = 'waiting'";
/// The newest message of so many channels is urgent, so that it has to overtake.
const MAKE_URGENT: &str = "UPDATE outbox SET urgent = 1 WHERE id IN \
    (SELECT MAX(id) FROM outbox WHERE state = 'waiting' GROUP BY lane ORDER BY lane LIMIT ?1)";
const URGENT_WORDS: &str = "SELECT e.text FROM outbox o JOIN engagement e ON e.id = o.card_of WHERE o.urgent = 1 AND o.decided_at < ?1";

/// A bot that was just let loose on so many overdue cards.
fn backlog(bench: &Bench, number: usize, budgets: Budgets) -> Result<(Site<'_>, Bot, Instant)> {
    let site = Site::new(bench, &Setup { budgets, limits: true, ..Setup::default() })?;
    site.serve()?.stop()?;
    database::hold_everything(&site.database())?;
    let bot = site.serve()?;
    let report = load::run(Plan::closed(bot.address, site.questions("overdue", number), 16))?;
    if report.good(is_sent) != number {
        bail!("a question was not sent: {:?}", report.complaint(is_sent));
    }
    bot.stop()?;
    let db = database::open(&site.database())?;
    db.execute("UPDATE outbox SET decided_at = decided_at - 3600000000 WHERE state = 'waiting'", [])?;
    if matches!(budgets, Budgets::Messages(_)) {
        let urgent = i64::try_from(URGENT)?;
        db.execute(MAKE_ROUTINE, [])?;
        db.execute(MAKE_URGENT, [urgent])?;
    }
    database::release_everything(&site.database())?;
    site.slack.clear_calls();
    let began = Instant::now();
    let bot = site.serve()?;
    Ok((site, bot, began))
}

/// A post, with the seconds since 1970 at which it arrived.
struct Post {
    text: String,
    seconds: f64,
}

fn posts(site: &Site<'_>) -> Vec<Post> {
    let calls = site.slack.calls_of("chat.postMessage");
    let arrived = calls.iter().filter(|call| call.ok());
    arrived
        .map(|call| Post {
            text: serde_json::Value::Object(call.args.clone()).to_string(),
            seconds: seconds(call.at.timestamp_micros()),
        })
        .collect()
}

/// Waits until so many have arrived; all of them, in order.
fn wait(site: &Site<'_>, number: usize) -> Result<Vec<Post>> {
    let began = Instant::now();
    let db = database::look(&site.database())?;
    let sent = "SELECT COUNT(*) FROM outbox WHERE state = 'sent' AND card_of IS NOT NULL";
    while database::count(&db, sent)? < number {
        if began.elapsed() > Duration::from_mins(10) {
            bail!("{} of {number} messages left", database::count(&db, sent)?);
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    Ok(posts(site))
}

/// One new question a second, in channels without a backlog; its words, and when its answer came.
fn new_ones(bench: &Bench, site: &Site<'_>, bot: &Bot, began: Instant) -> Result<HashMap<String, f64>> {
    let mut asked = HashMap::new();
    for number in 0..bench.scale(20, 4) {
        let words = bench.town.quiet_question(number);
        let request = requests::slash(site.asker(number), &words, &format!("meanwhile-{number}"));
        let report = load::run(Plan::closed(bot.address, vec![request], 1))?;
        if report.good(is_sent) != 1 {
            bail!("{:?}", report.complaint(is_sent));
        }
        asked.insert(words, seconds(site.slack.clock().now().timestamp_micros()));
        let next = Duration::from_secs(number as u64 + 1);
        std::thread::sleep(next.saturating_sub(began.elapsed()));
    }
    Ok(asked)
}

/// With the cap on, what is urgent leaves first.
fn with_cap(bench: &Bench) -> Result<Row> {
    let number = bench.scale(2_000, 400);
    let (site, bot, began) = backlog(bench, number, Budgets::Messages(CAP))?;
    let db = database::look(&site.database())?;
    let mut statement = db.prepare(URGENT_WORDS)?;
    let recent = site.slack.clock().now().timestamp_micros() - 1_800_000_000;
    let urgent: Vec<String> = statement.query_map([recent], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let is_urgent = |post: &Post| urgent.iter().any(|words| post.text.contains(words));
    while posts(&site).iter().filter(|post| is_urgent(post)).count() < urgent.len() {
        if began.elapsed() > Duration::from_mins(3) {
            bail!("of {} urgent messages not all arrived", urgent.len());
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    bot.stop()?;
    let posts = posts(&site);
    let last = posts.iter().rposition(is_urgent).unwrap_or_default();
    let routine = posts[..last].iter().filter(|post| !is_urgent(post)).count();
    let minutes = (posts[last].seconds - posts[0].seconds) / 60.0;
    let rate = of(last) / minutes.max(1.0 / 60.0);
    Ok(Row::alone(
        format!("the same with the cap on ({CAP} a minute), {} of {} urgent", urgent.len(), grouped(number)),
        format!("{routine} routine ones before the last urgent one; {rate:.0} a minute until then"),
        "urgent first",
        urgent.len() == URGENT && routine <= UNDER_WAY,
    ))
}

#[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 are below 2^53")]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}
