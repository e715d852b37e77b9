//! `/request-pm text`, routed and committed: every question goes to the experts whom its words name, no two alike.
//!
//! Beside a yardstick that inserts as many rows as the bot's decision writes (counted in the database), and beside one that
//! inserts three.

use anyhow::{Result, bail};

use crate::Bench;
use crate::database;
use crate::kit;
use crate::load::{self, Plan};
use crate::site::{Budgets, Setup, Site, is_ok, is_sent};
use crate::table::Row;
use crate::versus::{self, Aim, Job};

/// Questions with which the rows of a decision are counted.
const COUNTED: usize = 50;
/// What the kit asks; every run has its own word, since the same words by the same person are the same question.
const KIT: [&str; 6] = [
    "--kind",
    "slash",
    "--text",
    "How do we set up Pipeline Caching for customer {} (RUN)?",
    "--expect",
    "Sent to",
];

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    let mut table = beside_budgets(bench, Budgets::AsShipped, "")?;
    table.extend(beside_budgets(bench, Budgets::Off, ", each card posted at once")?);
    Ok(table)
}

/// The rows beside so many cards as may leave.
fn beside_budgets(bench: &Bench, budgets: Budgets, note: &str) -> Result<Vec<Row>> {
    let site = Site::new(bench, &Setup { budgets, ..Setup::default() })?;
    let rows = rows_of_a_decision(&site)?;
    if bench.kit.is_some() {
        kit::introduce(&site)?;
    }
    let mut table = Vec::new();
    for connections in [16, 64] {
        let bot = site.serve()?;
        let count = bench.scale(20_000, 300);
        let requests = |run: &str| site.questions(run, count);
        let same = |rate| Aim { rate, p99: None };
        let job = Job {
            name: format!("`/request-pm text` routed and committed ({rows} rows){note}"),
            count,
            connections,
            requests: &requests,
            kit: Some(&KIT),
            is_good: &is_sent,
            yardstick_is_good: &is_ok,
            beside: vec![(rows, Aim { rate: 0.7, p99: Some(2.0) }), (3, same(0.35))],
        };
        table.extend(versus::measure(bench, &site, &bot, &job)?);
        bot.stop()?;
    }
    Ok(table)
}

/// How many rows the decision upon one question writes.
fn rows_of_a_decision(site: &Site<'_>) -> Result<usize> {
    // The first start reads the names and joins channels.
    site.serve()?.stop()?;
    database::begin_counting(&site.database())?;
    let bot = site.serve()?;
    let report = load::run(Plan::closed(bot.address, site.questions("counted", COUNTED), 4))?;
    if report.good(is_sent) != COUNTED {
        bail!("not every question was sent: {:?}", report.complaint(is_sent));
    }
    bot.stop()?;
    Ok(database::written(&site.database())? / COUNTED)
}
