//! The commands, one file each. Errors go to stderr, one cause a line; exit codes are 0 for done, 1 for not, 2 for usage, and
//! 3 where the running bot did not answer, so that nobody knows.

mod backup;
pub mod check;
mod dead_letters;
pub mod demo;
pub mod directory;
pub mod directory_diff;
pub mod explain;
mod live;
mod log;
pub mod migrate;
mod operate;
mod outbox;
mod purge;
pub mod reload;
mod report;
pub mod serve;
mod setup;
mod telemetry;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Environment;

/// A Slack bot that puts subject-matter experts first and keeps everybody's promises
#[derive(Debug, Parser)]
#[command(name = "switchboard", version, about, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the bot
    Serve,
    /// See it work: the bot and a local Slack workspace in one process, without any account
    Demo(demo::DemoArgs),
    /// Find what is wrong with settings and directory, and with `--live` what Slack still lacks
    Check(check::CheckArgs),
    /// Work on the directory file
    Directory(directory::DirectoryArgs),
    /// Create or update the database, and stop
    Migrate,
    /// Look at messages that were not delivered; have them tried again, or drop them
    Outbox(outbox::OutboxArgs),
    /// Look at what could not be understood; have it read again, or drop it
    DeadLetters(dead_letters::DeadLettersArgs),
    /// Write out what admins and operators did
    Log(log::LogArgs),
    /// Copy the database to a file, also beside a running bot
    Backup(backup::BackupArgs),
    /// Put a backup in the place of the database, while the bot is stopped
    Restore(backup::RestoreArgs),
    /// Count questions, replies and calls, by area
    Report(report::ReportArgs),
    /// Forget people's words from before a day; times stay
    Purge(purge::PurgeArgs),
    /// Say why something went where it went, or where a text would go
    Explain(explain::ExplainArgs),
}

impl Command {
    /// Whether it tells what it did itself, so that only what goes wrong is logged.
    fn speaks_for_itself(&self) -> bool {
        match self {
            Self::Demo(_)
            | Self::Outbox(_)
            | Self::DeadLetters(_)
            | Self::Log(_)
            | Self::Backup(_)
            | Self::Restore(_)
            | Self::Report(_)
            | Self::Purge(_) => true,
            Self::Serve | Self::Check(_) | Self::Directory(_) | Self::Migrate | Self::Explain(_) => false,
        }
    }
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let env: Environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    telemetry::start(&env, arguments.command.speaks_for_itself());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::from(error)),
    };
    let done = match arguments.command {
        Command::Serve => runtime.block_on(serve::run(env)),
        Command::Demo(args) => runtime.block_on(demo::run(&args)),
        Command::Check(args) => runtime.block_on(live::check(&args, env)),
        Command::Directory(args) => runtime.block_on(directory::run(&args, env)),
        Command::Migrate => runtime.block_on(migrate::run(env)),
        Command::Outbox(args) => runtime.block_on(outbox::run(args, env)),
        Command::DeadLetters(args) => runtime.block_on(dead_letters::run(args, env)),
        Command::Log(args) => log::run(&args, env),
        Command::Backup(args) => backup::back_up(&args, env),
        Command::Restore(args) => backup::restore(&args, env),
        Command::Report(args) => report::run(&args, env),
        Command::Purge(args) => runtime.block_on(purge::run(&args, env)),
        Command::Explain(args) => runtime.block_on(explain::run(&args, env)),
    };
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    done.unwrap_or_else(|error| failed(&error))
}

/// One cause a line.
fn failed(error: &anyhow::Error) -> ExitCode {
    for (depth, cause) in error.chain().enumerate() {
        eprintln!("{}{cause}", if depth == 0 { "switchboard: " } else { "  because " });
    }
    ExitCode::FAILURE
}
