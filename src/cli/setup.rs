//! What the commands that work with the database begin with: settings and directory that hold, or every problem and no start.

use anyhow::bail;

use super::check;
use crate::config;
use crate::config::{Environment, Purpose, Settings, Source};
use crate::domain::directory::Directory;
use crate::worker::names::Written;

/// Reads settings and directory. Prints every problem; a broken configuration never starts.
pub(super) fn load(env: Environment, purpose: Purpose) -> anyhow::Result<(Settings, Directory)> {
    match read(env, purpose) {
        Ok((settings, directory, warnings)) => {
            if warnings > 0 {
                tracing::warn!(
                    warnings,
                    "the directory is incomplete; `switchboard check` says where and what happens instead"
                );
            }
            Ok((settings, directory))
        }
        Err(problems) => stop(&problems),
    }
}

/// Reads settings and directory, and counts the warnings; or everything that is wrong.
pub(super) fn read(
    env: Environment,
    purpose: Purpose,
) -> Result<(Settings, Directory, usize), Vec<config::Problem>> {
    let (settings, _) = Source::from_environment(env, purpose).and_then(|source| config::load(&source))?;
    let (directory, warnings) =
        config::load_directory_files(&settings.directory_files, &settings.rules.hours)?;
    Ok((settings, directory, warnings.len()))
}

/// Reads the settings alone: what only looks at the database, or saves it, must not need a directory that holds.
pub(super) fn settings(env: Environment, purpose: Purpose) -> anyhow::Result<Settings> {
    let loaded = Source::from_environment(env, purpose).and_then(|source| config::load(&source));
    match loaded {
        Ok((settings, _)) => Ok(settings),
        Err(problems) => stop(&problems),
    }
}

fn stop<T>(problems: &[config::Problem]) -> anyhow::Result<T> {
    use std::io::IsTerminal;
    eprint!("{}", check::drawn(problems, std::io::stderr().is_terminal()));
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    bail!("{errors} problem(s) in the configuration; nothing was started")
}

/// What people wrote down, for the bot.
pub(super) fn written(settings: &Settings, mut directory: Directory) -> Written {
    directory.holiday_dates.extend(settings.holiday_dates.clone());
    Written {
        directory,
        rules: settings.rules.clone(),
        admin_channel: settings.admin_channel.clone(),
        admins: settings.admins.clone(),
    }
}
