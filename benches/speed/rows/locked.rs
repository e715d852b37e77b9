//! Sixteen readers and writers, the worker with due clocks and deliveries, and backups one after the other, for a minute:
//! nobody hears "locked".
//!
//! Half of the connections ask, half look at what is open of theirs; `switchboard backup` runs beside, and `explain` reads.
//! Counted: what the bot logs, what the commands say, and answers that are not as they should be.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::Bench;
use crate::database;
use crate::load::{self, Answer, Plan};
use crate::numbers::grouped;
use crate::requests;
use crate::seed::{self, DAY, Full};
use crate::site::{Setup, Site, is_sent};
use crate::table::Row;

const CONNECTIONS: usize = 16;

/// What a backup's runs came to.
#[derive(Default)]
struct Backups {
    done: usize,
    locked: usize,
    failed: Option<String>,
}

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    let open = bench.scale(100_000, 2_000);
    let database = seed::database(bench, Full::Open, open)?;
    let site = Site::new(bench, &Setup { database: Some(&database), ..Setup::default() })?;
    database::mark_alive(&site.database())?;
    // Some clocks fall due all the while.
    let now = site.slack.clock().now().timestamp_micros();
    database::open(&site.database())?.execute(
        "UPDATE clock SET due = ?1 + engagement_id % 60 * 1000000 WHERE engagement_id % 20 = 0 AND due < ?2",
        [now, now + 400 * DAY],
    )?;
    let span = Duration::from_secs(bench.scale(60, 5) as u64);
    let bot = site.serve()?;
    let stop = AtomicBool::new(false);
    let (report, backups) = std::thread::scope(|scope| {
        let beside = scope.spawn(|| back_up(&site, &stop));
        let report = load::run(Plan { for_at_most: span, ..mixed(bench, &site, bot.address) });
        stop.store(true, Ordering::Relaxed);
        (report, beside.join())
    });
    let (report, backups) = (report?, backups.map_err(|_| anyhow::anyhow!("the backups ended badly"))??);
    let logged = bot.log().lines().filter(|line| is_lock(line)).count();
    bot.stop()?;
    let odd = report.answers.len() - report.good(is_answered);
    let locked = logged + backups.locked + report.good(|answer| is_lock(&answer.body));
    let mut rows = vec![Row::alone(
        format!(
            "{CONNECTIONS} readers and writers, worker, {} backups, {:.0} s",
            backups.done, report.seconds
        ),
        format!(
            "{locked} \"locked\", {odd} of {} answers not as they should be",
            grouped(report.answers.len())
        ),
        "0 \"locked\"",
        locked == 0 && odd == 0 && backups.failed.is_none(),
    )];
    if let Some(said) = backups.failed {
        rows.push(Row::alone("`switchboard backup` meanwhile", said, "it succeeds", false));
    }
    Ok(rows)
}

/// Half ask, half look.
fn mixed(bench: &Bench, site: &Site<'_>, to: std::net::SocketAddr) -> Plan {
    let count = bench.scale(200_000, 2_000);
    let request = |number: usize| {
        let trigger = format!("mixed-{number}");
        if number.is_multiple_of(2) {
            return requests::slash(site.asker(number), "mine", &trigger);
        }
        let words = bench.town.question(number / 2, number);
        requests::slash(site.asker(number), &format!("{words} (mixed)"), &trigger)
    };
    Plan::closed(to, (0..count).map(request).collect(), CONNECTIONS)
}

fn is_answered(answer: &Answer) -> bool {
    if answer.index.is_multiple_of(2) {
        answer.status == 200 && !answer.body.contains("not saved")
    } else {
        is_sent(answer)
    }
}

fn is_lock(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains("is locked") || text.contains("database is busy") || text.contains("sqlite_busy")
}

/// Backups until told to stop, at least one; and a look at an engagement in between.
fn back_up(site: &Site<'_>, stop: &AtomicBool) -> Result<Backups> {
    let mut backups = Backups::default();
    let began = Instant::now();
    while !stop.load(Ordering::Relaxed) || backups.done == 0 {
        let to = site.file(&format!("backup-{}.db", backups.done % 2));
        if to.exists() {
            std::fs::remove_file(&to)?;
        }
        for arguments in
            [&["backup", &to.to_string_lossy()][..], &["explain", "is pipeline caching planned?"]]
        {
            let output = site.run(arguments)?;
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            backups.locked += usize::from(is_lock(&said));
            if !output.status.success() && arguments[0] == "backup" {
                backups.failed = Some(said.lines().next().unwrap_or_default().to_owned());
            }
        }
        backups.done += 1;
        if backups.failed.is_some() || began.elapsed() > Duration::from_mins(5) {
            break;
        }
    }
    Ok(backups)
}
