//! Each request four times, as Slack repeats what it thinks unanswered, and all of them once more after a restart: exactly
//! one engagement each, counted in the database; and a repeat is not slower than a first.

use anyhow::Result;

use crate::Bench;
use crate::database;
use crate::load::{self, Plan, Report};
use crate::numbers::{grouped, median, quantile};
use crate::site::{Setup, Site, is_ok};
use crate::table::Row;

/// How often each is sent.
const TIMES: usize = 4;
const CONNECTIONS: usize = 16;
/// A repeat may take so much longer than a first, for the jitter of two medians that are the same.
const SAME: f64 = 1.05;

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    let site = Site::new(bench, &Setup::default())?;
    let bot = site.serve()?;
    site.warm_up(&bot, "repeats")?;
    let distinct = bench.scale(5_000, 100);
    let questions = site.questions("repeated", distinct);
    let repeated: Vec<Vec<u8>> =
        questions.iter().flat_map(|question| std::iter::repeat_n(question.clone(), TIMES)).collect();
    let first = load::run(Plan::closed(bot.address, repeated, CONNECTIONS))?;
    bot.stop()?;
    let bot = site.serve()?;
    site.warm_up(&bot, "restarted")?;
    let again = load::run(Plan::closed(bot.address, questions, CONNECTIONS))?;
    // Firsts and repeats of the same moment beside each other: what is new is sent now.
    let new = load::run(Plan::closed(bot.address, site.questions("new", distinct), CONNECTIONS))?;
    bot.stop()?;
    let db = database::look(&site.database())?;
    let made = database::count(&db, "SELECT COUNT(*) FROM engagement WHERE text LIKE '%(repeated)'")?;
    let sent = distinct * (TIMES + 1);
    let bad = first.answers.len() + again.answers.len() - first.good(is_ok) - again.good(is_ok);
    let exactly = Row::alone(
        "each request sent 4 times, and once more after a restart",
        format!(
            "{} requests, {} distinct: {} engagements, {bad} not answered 200",
            grouped(sent),
            grouped(distinct),
            grouped(made)
        ),
        "exactly one engagement each",
        made == distinct && bad == 0,
    );
    let at = |report: &Report, wanted: &dyn Fn(usize) -> bool| -> Vec<f64> {
        let answers = report.answers.iter().filter(|answer| wanted(answer.index % TIMES));
        answers.map(load::Answer::millis).collect()
    };
    let (beside_first, beside_repeat) = (at(&first, &|turn| turn == 0), at(&first, &|turn| turn > 0));
    let (after, fresh) = (at(&again, &|_| true), at(&new, &|_| true));
    let row = |name: &str, repeats: &[f64], firsts: &[f64]| {
        let (repeat, first) = (median(repeats), median(firsts));
        let mut row = Row::alone(
            name,
            format!("p50 {repeat:.2} ms, p99 {:.2} ms", quantile(repeats, 0.99)),
            "not slower than a first (p50)",
            repeat <= first * SAME,
        );
        row.yardstick = format!("a first: p50 {first:.2} ms, p99 {:.2} ms", quantile(firsts, 0.99));
        row.ratio = Some(repeat / first.max(f64::EPSILON));
        row
    };
    Ok(vec![
        exactly,
        row("a repeat beside its first", &beside_repeat, &beside_first),
        row("a repeat after a restart", &after, &fresh),
    ])
}
