//! `switchboard purge`: people's words from before a day are forgotten, by the process that may write. Says what it would do,
//! until it is told to do it.

use std::process::ExitCode;

use anyhow::ensure;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::Args;

use super::check::count;
use super::operate;
use crate::clock::Clock;
use crate::config::Environment;
use crate::control::{End, Wish};
use crate::store::{Beside, Purged};

/// `switchboard purge`
#[derive(Debug, Clone, Args)]
pub(super) struct PurgeArgs {
    /// What was asked before that day (UTC) loses its words
    #[arg(long, value_name = "YYYY-MM-DD")]
    before: NaiveDate,
    /// Do it; else only say what would be done
    #[arg(long)]
    yes: bool,
}

/// Runs the command.
pub(super) async fn run(args: &PurgeArgs, env: Environment) -> anyhow::Result<ExitCode> {
    let before = args.before.and_time(NaiveTime::MIN).and_utc();
    ensure!(before <= Clock::system().now(), "{} has not come yet, so nothing is forgotten", args.before);
    let (url, beside) = operate::look(env.clone())?;
    if !args.yes {
        println!("Would forget the words of {}.", told(&would(&beside, before)?));
        println!(
            "Times, people and states stay. Nothing was changed; `--yes` does it, and there is no way back."
        );
        return Ok(ExitCode::SUCCESS);
    }
    drop(beside);
    let mut all = Purged::default();
    loop {
        let (ended, trouble) = operate::perform(&env, &url, &Wish::Purge { before }, &[0]).await?;
        let mut is_over = true;
        for one in &ended {
            match &one.end {
                End::Purged(purged) => {
                    all.add(*purged);
                    is_over = purged.is_over;
                }
                End::Failed { why } => eprintln!("switchboard: the database did not do it: {why}"),
                End::Notice(_) | End::Letter(_) | End::Reloaded(_) => {}
            }
        }
        if is_over || trouble.is_some() {
            println!("Forgot the words of {}.", told(&all));
            println!("Backups, and messages in Slack, are not this command's: they keep theirs.");
            return Ok(operate::exit_code(&ended, trouble.as_ref()));
        }
    }
}

fn would(beside: &Beside, before: DateTime<Utc>) -> anyhow::Result<Purged> {
    let mut all = Purged::default();
    for installation in beside.installations()? {
        all.add(beside.would_purge(installation, before)?);
    }
    Ok(all)
}

fn told(purged: &Purged) -> String {
    let of = |number: u64, what| count(usize::try_from(number).unwrap_or(usize::MAX), what);
    format!(
        "{}, {} that were delivered or given up, and {}",
        of(purged.asks, "ask"),
        of(purged.messages, "message"),
        of(purged.letters, "dead letter")
    )
}
