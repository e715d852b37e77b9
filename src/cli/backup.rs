//! `switchboard backup` and `switchboard restore`: a copy of the database, beside a running bot; and its way back, while none
//! runs.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use super::check::count;
use super::operate;
use super::setup;
use crate::clock::Clock;
use crate::config::{Environment, Purpose};
use crate::store::{self, CopyError, Existing, Holdings};

/// `switchboard backup`
#[derive(Debug, Clone, Args)]
pub(super) struct BackupArgs {
    /// Where to
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace a file that is there, once the new one is whole
    #[arg(long)]
    force: bool,
}

/// `switchboard restore`
#[derive(Debug, Clone, Args)]
pub(super) struct RestoreArgs {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs `backup`.
pub(super) fn back_up(args: &BackupArgs, env: Environment) -> anyhow::Result<ExitCode> {
    let (_, beside) = operate::look(env)?;
    let existing = if args.force { Existing::Replace } else { Existing::Keep };
    match beside.back_up(&args.file, existing) {
        Ok(holds) => {
            println!("{}: {}.", args.file.display(), told(&holds));
            println!("It is whole and on the disk. It holds people's questions: keep it as you keep those.");
            Ok(ExitCode::SUCCESS)
        }
        Err(error @ CopyError::Exists(_)) => {
            Err(anyhow::Error::from(error).context("there is no backup; `--force` would replace that file"))
        }
        Err(error) => Err(anyhow::Error::from(error).context("there is no backup")),
    }
}

/// Runs `restore`.
pub(super) fn restore(args: &RestoreArgs, env: Environment) -> anyhow::Result<ExitCode> {
    let settings = setup::settings(env, Purpose::Look)?;
    let url = settings.database_url.expose();
    let restored = store::restore(url, &args.file, Clock::system().now())
        .context("nothing was restored, and the database is as it was")?;
    println!("The database is that backup now: {}.", told(&restored.holds));
    match restored.kept_aside {
        Some(old) => println!("The old one is {}; what came after the backup is only there.", old.display()),
        None => println!("There was none before."),
    }
    println!(
        "At its start the bot looks in Slack for each waiting message before it sends it, reads threads again, and draws {} \
         again.",
        count(restored.cards, "card"),
    );
    if restored.dropped > 0 {
        println!(
            "Not sent, since it may have been: {} to somebody who clicked.",
            count(restored.dropped, "answer")
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn told(holds: &Holdings) -> String {
    let Holdings { bytes, engagements, pending, parked, dead_letters } = holds;
    let of = |number: i64, what| count(usize::try_from(number).unwrap_or_default(), what);
    format!(
        "{}, {}, {} waiting, {parked} parked, {}",
        size(*bytes),
        of(*engagements, "ask"),
        of(*pending, "message"),
        of(*dead_letters, "dead letter"),
    )
}

/// A size as people say it.
fn size(bytes: u64) -> String {
    const KIB: u64 = 1024;
    const MIB: u64 = 1024 * KIB;
    match bytes {
        0..KIB => format!("{bytes} bytes"),
        KIB..MIB => format!("{}.{} KiB", bytes / KIB, bytes % KIB * 10 / KIB),
        _ => format!("{}.{} MiB", bytes / MIB, bytes % MIB * 10 / MIB),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_copy_holds_is_told_in_a_line() {
        let holds = Holdings { bytes: 4_404_019, engagements: 1, pending: 12, parked: 0, dead_letters: 2 };
        assert_eq!(told(&holds), "4.1 MiB, 1 ask, 12 messages waiting, 0 parked, 2 dead letters");
        assert_eq!([size(0), size(1023), size(1536)], ["0 bytes", "1023 bytes", "1.5 KiB"]);
    }
}
