//! The bot beside the yardstick: the same load on both, in turn, several times; medians, and ratios of neighbours.
//!
//! The yardstick runs before and after the bot in every repeat, so that a machine that slows down slows both.

use std::net::SocketAddr;

use anyhow::{Result, bail};

use crate::Bench;
use crate::kit::Kit;
use crate::load::{self, Answer, Plan};
use crate::numbers::{median, of};
use crate::site::{Bot, Site};
use crate::table::{Holds, Row};
use crate::yardstick::Yardstick;

/// One run's figures.
#[derive(Clone, Copy, Default)]
pub struct Figures {
    /// Good answers a second.
    pub rate: f64,
    /// Milliseconds.
    pub p50: f64,
    /// Milliseconds.
    pub p99: f64,
    /// Processor time for a request, in microseconds.
    pub cpu: f64,
}

/// What is asked of a comparison.
pub struct Aim {
    /// Of the yardstick's rate.
    pub rate: f64,
    /// At most so often the yardstick's p99.
    pub p99: Option<f64>,
}

/// A load that both can be given.
pub struct Job<'a> {
    /// The row's name.
    pub name: String,
    /// Requests a run.
    pub count: usize,
    /// Connections.
    pub connections: usize,
    /// Makes the requests of a run, no two alike.
    pub requests: &'a dyn Fn(&str) -> Vec<Vec<u8>>,
    /// What the kit's load needs to do the same, where it can.
    pub kit: Option<&'a [&'a str]>,
    /// Which answers of the bot are good.
    pub is_good: &'a dyn Fn(&Answer) -> bool,
    /// Which answers of the yardstick are.
    pub yardstick_is_good: &'a dyn Fn(&Answer) -> bool,
    /// Rows that yardsticks insert, each with what is asked beside it.
    pub beside: Vec<(usize, Aim)>,
}

/// Measures it; a row for each yardstick.
pub fn measure(bench: &Bench, site: &Site<'_>, bot: &Bot, job: &Job<'_>) -> Result<Vec<Row>> {
    let mut ours = Vec::new();
    let mut theirs: Vec<Vec<Figures>> = job.beside.iter().map(|_| Vec::new()).collect();
    let mut ratios: Vec<Vec<f64>> = job.beside.iter().map(|_| Vec::new()).collect();
    for repeat in 0..bench.repeats() {
        let before = yardsticks(bench, job, repeat, "before")?;
        let figures = on_bot(bench, site, bot, job, repeat)?;
        let after = yardsticks(bench, job, repeat, "after")?;
        for at in 0..job.beside.len() {
            let both = [before[at], after[at]];
            theirs[at].extend(both);
            ratios[at].push(figures.rate / f64::midpoint(both[0].rate, both[1].rate));
        }
        ours.push(figures);
    }
    Ok(job
        .beside
        .iter()
        .enumerate()
        .map(|(at, beside)| row(job, beside, &ours, &theirs[at], &ratios[at]))
        .collect())
}

fn yardsticks(bench: &Bench, job: &Job<'_>, repeat: usize, when: &str) -> Result<Vec<Figures>> {
    let run = |(rows, _): &(usize, Aim)| {
        let yardstick = Yardstick::start(bench, *rows)?;
        let name = format!("y{rows}-{when}-{repeat}");
        let cpu = yardstick.cpu()?;
        let mut figures = match (&bench.kit, job.kit) {
            (Some(kit), Some(more)) => {
                with_kit(kit, yardstick.address, job, &name, without_expectation(more))?
            }
            (_, _) => own(yardstick.address, job, &name, job.yardstick_is_good)?,
        };
        figures.cpu = (yardstick.cpu()? - cpu) / of(job.count) * 1e6;
        Ok(figures)
    };
    job.beside.iter().map(run).collect()
}

/// The yardstick says nothing of what the bot's answer has to hold.
fn without_expectation<'a>(more: &'a [&'a str]) -> &'a [&'a str] {
    more.iter().position(|argument| *argument == "--expect").map_or(more, |at| &more[..at])
}

fn on_bot(bench: &Bench, site: &Site<'_>, bot: &Bot, job: &Job<'_>, repeat: usize) -> Result<Figures> {
    let name = format!("{}-{repeat}", job.connections);
    site.warm_up(bot, &name)?;
    let cpu = bot.cpu()?;
    let mut figures = match (&bench.kit, job.kit) {
        (Some(kit), Some(more)) => with_kit(kit, bot.address, job, &name, more)?,
        (_, _) => own(bot.address, job, &name, job.is_good)?,
    };
    figures.cpu = (bot.cpu()? - cpu) / of(job.count) * 1e6;
    Ok(figures)
}

fn with_kit(kit: &Kit, to: SocketAddr, job: &Job<'_>, run: &str, more: &[&str]) -> Result<Figures> {
    let loaded = kit.load(to, (job.count, job.connections), run, more)?;
    if let Some(bad) = loaded.bad {
        bail!("{bad}");
    }
    Ok(Figures { rate: loaded.rate, p50: loaded.p50, p99: loaded.p99, cpu: 0.0 })
}

fn own(to: SocketAddr, job: &Job<'_>, name: &str, is_good: &dyn Fn(&Answer) -> bool) -> Result<Figures> {
    let requests = (job.requests)(name);
    let count = requests.len();
    let report = load::run(Plan::closed(to, requests, job.connections))?;
    if report.good(is_good) != count {
        let said = report.complaint(is_good).unwrap_or_default();
        bail!("{} of {count} answers are as they should be; the first other: {said}", report.good(is_good));
    }
    Ok(Figures {
        rate: report.rate(is_good),
        p50: report.quantile(0.5),
        p99: report.quantile(0.99),
        cpu: 0.0,
    })
}

fn row(job: &Job<'_>, beside: &(usize, Aim), ours: &[Figures], theirs: &[Figures], ratios: &[f64]) -> Row {
    let (rows, aim) = beside;
    let middle = |runs: &[Figures]| {
        let of = |pick: fn(&Figures) -> f64| median(&runs.iter().map(pick).collect::<Vec<_>>());
        Figures {
            rate: of(|run| run.rate),
            p50: of(|run| run.p50),
            p99: of(|run| run.p99),
            cpu: of(|run| run.cpu),
        }
    };
    let (ours, theirs) = (middle(ours), middle(theirs));
    let ratio = median(ratios);
    let slower = ours.p99 / theirs.p99.max(f64::EPSILON);
    let holds = ratio >= aim.rate && aim.p99.is_none_or(|most| slower <= most);
    let asked = match aim.p99 {
        Some(most) => format!("≥ {}, p99 ≤ {most} × ({slower:.1} ×)", aim.rate),
        None => format!("≥ {}", aim.rate),
    };
    let against = if *rows == 0 { "verify, answer".to_owned() } else { format!("ROWS={rows}") };
    Row {
        measure: format!("{}, {} connections", job.name, job.connections),
        figure: shown(ours),
        yardstick: format!("{against}: {}", shown(theirs)),
        ratio: Some(ratio),
        aim: asked,
        holds: Holds::from(holds),
    }
}

fn shown(figures: Figures) -> String {
    let Figures { rate, p50, p99, cpu } = figures;
    format!("{rate:.0}/s, p50 {p50:.2} ms, p99 {p99:.2} ms, {cpu:.0} µs CPU")
}
