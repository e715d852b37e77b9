//! What is nothing to us must cost next to nothing: messages that nobody asked us in, and requests that are not Slack's.

use anyhow::{Result, bail};

use crate::Bench;
use crate::database;
use crate::load::Answer;
use crate::requests::{self, Signed};
use crate::site::{Setup, Site, is_ok};
use crate::table::Row;
use crate::versus::{self, Aim, Job};

/// Connections.
const CONNECTIONS: usize = 16;

fn is_refused(answer: &Answer) -> bool {
    answer.status == 401
}

/// A top-level message in some channel, and a reply in a thread that is none of ours.
pub fn unrelated(bench: &Bench) -> Result<Vec<Row>> {
    let site = Site::new(bench, &Setup::default())?;
    let bot = site.serve()?;
    let count = bench.scale(40_000, 400);
    let said = |run: &str, thread: bool| -> Vec<Vec<u8>> {
        let message = |number: usize| {
            let ts = format!("17950{:05}.{:06}", number % 100_000, number);
            let root = format!("17940{:05}.{:06}", number % 100_000, number);
            let words = format!("Lunch at {number}? The build is green again.");
            let event = format!("Ev{run}{number}");
            requests::message(site.asker(number), &words, &ts, thread.then_some(root.as_str()), &event)
        };
        (0..count).map(message).collect()
    };
    let mut table = Vec::new();
    for (name, thread, kind, rate) in [
        ("unrelated top-level message, answered", false, "message", 0.5),
        ("reply in an untracked thread, answered", true, "reply", 0.25),
    ] {
        let requests = |run: &str| said(run, thread);
        let job = Job {
            name: name.to_owned(),
            count,
            connections: CONNECTIONS,
            requests: &requests,
            kit: Some(&["--kind", kind]),
            is_good: &is_ok,
            yardstick_is_good: &is_ok,
            beside: vec![(0, Aim { rate, p99: None })],
        };
        table.extend(versus::measure(bench, &site, &bot, &job)?);
    }
    bot.stop()?;
    Ok(table)
}

/// Forged and stale requests: 401, and nothing of them is looked into.
pub fn forged(bench: &Bench) -> Result<Vec<Row>> {
    let site = Site::new(bench, &Setup::default())?;
    let bot = site.serve()?;
    let count = bench.scale(40_000, 400);
    let mut table = Vec::new();
    let cases: [(&str, Signed, Option<&[&str]>); 2] = [
        ("forged requests refused", Signed::Forged, Some(&["--bad-signature"])),
        ("stale requests refused", Signed::Stale, None),
    ];
    for (name, signed, kit) in cases {
        let requests = |run: &str| -> Vec<Vec<u8>> {
            // The yardstick answers what is well signed: it is the server that does the least.
            let signed = if run.starts_with('y') { Signed::Well } else { signed };
            let ask = |number| {
                let text = bench.town.question(number, number);
                requests::slash_signed(site.asker(number), &text, &format!("{run}-{number}"), signed)
            };
            (0..count).map(ask).collect()
        };
        let job = Job {
            name: name.to_owned(),
            count,
            connections: CONNECTIONS,
            requests: &requests,
            kit,
            is_good: &is_refused,
            yardstick_is_good: &is_ok,
            beside: vec![(0, Aim { rate: 0.5, p99: None })],
        };
        table.extend(versus::measure(bench, &site, &bot, &job)?);
    }
    let db = database::look(&site.database())?;
    let kept = database::count(&db, "SELECT COUNT(*) FROM dead_letter")?;
    let asked = database::count(&db, "SELECT COUNT(*) FROM engagement WHERE text NOT LIKE '%(warm-%'")?;
    if kept + asked > 0 {
        bail!("of refused requests {asked} became engagements and {kept} dead letters");
    }
    bot.stop()?;
    Ok(table)
}
