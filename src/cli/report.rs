//! `switchboard report`: the numbers of areas in a period, in words or as comma-separated values. Beside a running bot.

use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use chrono::NaiveDate;
use clap::Args;

use super::{operate, setup};
use crate::clock::Clock;
use crate::config::{Environment, Purpose};
use crate::domain::calendar::weekly::Period;
use crate::domain::decide::report;
use crate::domain::ids::AreaKey;
use crate::domain::numbers::Whose;
use crate::domain::rules::Rules;
use crate::slack::render;
use crate::store::Beside;

/// The longest period, in days.
const MOST_DAYS: u32 = 3_660;

/// `switchboard report`
#[derive(Debug, Clone, Args)]
pub(super) struct ReportArgs {
    /// One SME area, by its key in the directory; else all of them
    #[arg(long, value_name = "AREA")]
    area: Option<String>,
    /// The last so many days
    #[arg(long, value_name = "N", default_value_t = 7, conflicts_with_all = ["since", "until"])]
    days: u32,
    /// From the beginning of that day, in the zone of `[reports]`
    #[arg(long, value_name = "YYYY-MM-DD", requires = "until")]
    since: Option<NaiveDate>,
    /// Until the beginning of that day, which is not counted itself
    #[arg(long, value_name = "YYYY-MM-DD", requires = "since")]
    until: Option<NaiveDate>,
    /// As comma-separated values, a line an area
    #[arg(long)]
    csv: bool,
}

/// Runs the command.
pub(super) fn run(args: &ReportArgs, env: Environment) -> anyhow::Result<ExitCode> {
    let (settings, directory) = setup::load(env, Purpose::Look)?;
    let beside = Beside::open(settings.database_url.expose())
        .context("nothing can be counted: the database cannot be opened. Has the bot run here?")?;
    let period = period(args, &settings.rules)?;
    let whose = match &args.area {
        Some(key) if directory.sme_areas.contains_key(&AreaKey(key.clone())) => {
            Whose::Areas(vec![AreaKey(key.clone())])
        }
        Some(key) => bail!("the directory has no SME area {key}"),
        None => Whose::All,
    };
    let written = setup::written(&settings, directory);
    let installations = beside.installations()?;
    if installations.is_empty() {
        eprintln!("Nothing is counted yet: no workspace has been served from this database.");
    }
    for installation in installations {
        let (policy, _) = written.policy(&operate::names(&beside, installation)?);
        let counted = beside.numbers(installation, period)?;
        let report = report::report(&policy, &whose, period, &counted);
        if args.csv {
            print!("{}", render::report_csv(&report));
        } else {
            for line in render::report_lines(&report, &policy.org) {
                println!("{line}");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn period(args: &ReportArgs, rules: &Rules) -> anyhow::Result<Period> {
    let zone = rules.reports.zone;
    if let (Some(since), Some(until)) = (args.since, args.until) {
        ensure!(since < until, "--until {until} is not after --since {since}");
        return Ok(Period::between(since, until, zone));
    }
    ensure!((1..=MOST_DAYS).contains(&args.days), "--days takes 1 to {MOST_DAYS}");
    Ok(Period::last_days(args.days, Clock::system().now(), zone))
}
