//! `switchboard migrate`: create or update the database, and stop.

use std::process::ExitCode;

use anyhow::Context;

use super::setup;
use crate::config::{Environment, Purpose};
use crate::store::Store;

/// Runs the command.
pub async fn run(env: Environment) -> anyhow::Result<ExitCode> {
    let (settings, _) = setup::load(env, Purpose::Look)?;
    Store::migrate(settings.database_url.expose()).await.context("the database was not migrated")?;
    println!("The database is up to date.");
    Ok(ExitCode::SUCCESS)
}
