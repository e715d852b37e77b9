//! Somebody types into the area field: suggestions from 2,000 categories, while they type.

use anyhow::{Result, bail};

use crate::Bench;
use crate::load::{self, Answer, Plan};
use crate::numbers::{median, millis};
use crate::requests;
use crate::site::{Setup, Site};
use crate::table::Row;

/// People who type at the same moment.
const CONNECTIONS: usize = 4;
/// The aim, in milliseconds.
const AT_MOST: f64 = 5.0;

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    let site = Site::new(bench, &Setup::default())?;
    let bot = site.serve()?;
    let count = bench.scale(8_000, 200);
    let typed: Vec<String> = bench
        .town
        .circles
        .iter()
        .flat_map(|circle| &circle.categories)
        .flat_map(|name| (2..=name.len()).step_by(3).map(move |letters| name[..letters].to_lowercase()))
        .collect();
    let step = (typed.len() / count).max(1);
    let requests: Vec<Vec<u8>> = (0..count)
        .map(|number| requests::suggest(site.asker(number), &typed[number * step % typed.len()]))
        .collect();
    let mut worst = Vec::new();
    let mut middle = Vec::new();
    for _ in 0..bench.repeats() {
        let report = load::run(Plan::closed(bot.address, requests.clone(), CONNECTIONS))?;
        let is_good = |answer: &Answer| answer.status == 200 && answer.body.contains("\"value\"");
        if report.good(is_good) != count {
            bail!("nothing was suggested: {:?}", report.complaint(is_good));
        }
        worst.push(report.quantile(0.99));
        middle.push(report.quantile(0.5));
    }
    bot.stop()?;
    let p99 = median(&worst);
    Ok(vec![Row::alone(
        format!("type-ahead over 2,000 categories, {CONNECTIONS} people typing"),
        format!("p50 {}, p99 {}", millis(median(&middle)), millis(p99)),
        "p99 ≤ 5 ms",
        p99 <= AT_MOST,
    )])
}
