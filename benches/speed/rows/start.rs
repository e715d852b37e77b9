//! From the start of the process to its first committed command, a million engagements stored, after a clean stop.

use anyhow::{Result, bail};

use crate::Bench;
use crate::database;
use crate::load::exchange;
use crate::numbers::{grouped, median};
use crate::requests;
use crate::seed::{self, Full};
use crate::site::{Setup, Site};
use crate::table::Row;

/// The aim, in milliseconds.
const AT_MOST: f64 = 100.0;

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    let stored = bench.scale(1_000_000, 10_000);
    let database = seed::database(bench, Full::Open, stored)?;
    let site = Site::new(bench, &Setup { database: Some(&database), ..Setup::default() })?;
    database::mark_alive(&site.database())?;
    // A clean stop first, so that nothing is left of the copying.
    site.serve()?.stop()?;
    let (mut took, mut listened) = (Vec::new(), Vec::new());
    for number in 0..bench.scale(7, 3) {
        let words = format!("{} (start)", bench.town.question(number, number));
        let request = requests::slash(site.asker(number), &words, &format!("start-{number}"));
        let bot = site.serve()?;
        listened.push(bot.started.elapsed().as_secs_f64() * 1_000.0);
        let mut connection = None;
        let answer = bench.runtime.block_on(exchange(&mut connection, bot.address, &request))?;
        took.push(bot.started.elapsed().as_secs_f64() * 1_000.0);
        if !answer.1.contains("Sent to") {
            bail!("the first command was answered {}: {}", answer.0, answer.1);
        }
        bot.stop()?;
        let kept = database::look(&site.database())?;
        let committed = database::count(&kept, "SELECT COUNT(*) FROM engagement WHERE text LIKE '%(start)'")?;
        if committed != number + 1 {
            bail!("the first command was answered and not committed");
        }
    }
    let (first, listening) = (median(&took), median(&listened));
    Ok(vec![Row::alone(
        format!("start to first committed command, {} engagements stored", grouped(stored)),
        format!("{first:.0} ms (listening after {listening:.0} ms)"),
        "≤ 100 ms",
        first <= AT_MOST,
    )])
}
