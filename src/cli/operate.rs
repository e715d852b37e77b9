//! How a command changes something: it asks the running bot, which alone may write; while none runs it takes the bot's place
//! for that moment and does it by the same code.
//!
//! Certainly not done, and perhaps done, are told apart in words and by the exit code.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::setup;
use crate::app::App;
use crate::bot::Bot;
use crate::clock::Clock;
use crate::config::{Environment, Purpose};
use crate::control::client::{self, AskError};
use crate::control::server::Socket;
use crate::control::{Ended, MOST_IDS, Operator, Wish, socket_of};
use crate::domain::ids::InstallationId;
use crate::domain::names::Names;
use crate::store::{self, Beside, Store};
use crate::worker::names as kept;

/// How often we look again for a bot that is starting or stopping, and how long after the last look.
const LOOKS: u32 = 50;
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Nobody knows whether it was done.
const NOT_KNOWN: u8 = 3;

/// Why not everything that was wanted was done.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Certainly not done.
    NotDone(String),
    /// Done or not.
    NotKnown(String),
}

/// What became of what was wanted, and what stopped the rest.
pub(super) type Performed = (Vec<Ended>, Option<Trouble>);

/// The database, to be looked at.
pub(super) fn look(env: Environment) -> anyhow::Result<(String, Beside)> {
    let settings = setup::settings(env, Purpose::Look)?;
    let url = settings.database_url.expose().to_owned();
    let beside = Beside::open(&url).context("the database cannot be looked at. Has the bot run here?")?;
    Ok((url, beside))
}

/// Has it done for these rows, in their order.
pub(super) async fn perform(
    env: &Environment,
    url: &str,
    wish: &Wish,
    ids: &[i64],
) -> anyhow::Result<Performed> {
    let mut done = Vec::with_capacity(ids.len());
    for some in ids.chunks(MOST_IDS) {
        match reach(env, url, wish, some).await? {
            Ok(ended) => done.extend(ended),
            Err(trouble) => return Ok((done, Some(trouble))),
        }
    }
    Ok((done, None))
}

/// Says what stopped it, and what that means to a script.
pub(super) fn exit_code(ended: &[Ended], trouble: Option<&Trouble>) -> ExitCode {
    match trouble {
        Some(Trouble::NotDone(sentence)) => {
            eprintln!("switchboard: {sentence}");
            ExitCode::FAILURE
        }
        Some(Trouble::NotKnown(sentence)) => {
            eprintln!("switchboard: {sentence}");
            ExitCode::from(NOT_KNOWN)
        }
        None if ended.iter().any(|ended| ended.end.is_refused()) => ExitCode::FAILURE,
        None => ExitCode::SUCCESS,
    }
}

/// Asks the bot, or takes its place; a bot that is starting or stopping is waited for.
async fn reach(
    env: &Environment,
    url: &str,
    wish: &Wish,
    ids: &[i64],
) -> anyhow::Result<Result<Vec<Ended>, Trouble>> {
    let socket = socket_of(&store::database_file(url)?);
    let question = client::question(wish.clone(), ids.to_vec());
    let mut looks = LOOKS;
    loop {
        let alone = Store::take_alone(url).context("run this as the user who runs the bot")?;
        if alone.is_some() {
            return do_it_alone(env, url, wish, ids).await.map(Ok);
        }
        match client::ask(&socket, &question).await {
            Ok(ended) => return Ok(Ok(ended)),
            Err(AskError::Nobody(_)) if looks > 0 => {
                looks -= 1;
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            Err(error) => return Ok(Err(trouble(&error))),
        }
    }
}

/// What to do now.
fn trouble(error: &AskError) -> Trouble {
    let not_done = |advice: &str| Trouble::NotDone(format!("{error}. Nothing was changed. {advice}"));
    match error {
        AskError::Nobody(_) => not_done(
            "Yet something serves this database: a bot that is just starting or stopping, or an older one. Try again \
             in a minute; else restart the bot with this version, or stop it and run this again.",
        ),
        AskError::TooLong(_) => {
            not_done("Stop the bot and run this again, or give the database a shorter path.")
        }
        AskError::NotYours(_) => not_done("Run this as the user who runs the bot."),
        AskError::OtherVersion => {
            not_done("Restart the bot with this version, or run its own version of this.")
        }
        AskError::Refused(..) => not_done("Stop the bot and run this again."),
        AskError::NoAnswer => Trouble::NotKnown(format!(
            "{error}; it may have stopped meanwhile, and may have done it or not. Run this again: what is done already is \
             not done twice."
        )),
    }
}

/// The caller serves the database alone.
async fn do_it_alone(env: &Environment, url: &str, wish: &Wish, ids: &[i64]) -> anyhow::Result<Vec<Ended>> {
    let (settings, directory) = setup::load(env.clone(), Purpose::Look)?;
    let written = setup::written(&settings, directory);
    let store = Store::open_beside(url).await.context("the database cannot be opened")?;
    let mut apps = Vec::new();
    for installation in store.installations().await? {
        let names = kept::kept_in(&store, installation).await?.unwrap_or_default();
        let (policy, _) = written.policy(&names);
        apps.push(App::new(store.clone(), installation, policy, Clock::system()));
    }
    let ended = Operator::new(apps).perform(wish, ids).await;
    store.close().await;
    Ok(ended)
}

/// The bot's ear for such commands; it serves without where there can be none.
pub(super) fn listen(url: &str, bot: &Bot, stop: watch::Receiver<bool>) -> Option<JoinHandle<()>> {
    let database = store::database_file(url).ok()?;
    match Socket::open(&socket_of(&database)) {
        Ok(socket) => {
            let operator = Operator::new(vec![Arc::clone(&bot.app)]);
            Some(tokio::spawn(socket.serve(operator, stop)))
        }
        Err(error) => {
            tracing::warn!(%error, "operators' commands cannot reach this bot");
            None
        }
    }
}

/// What Slack's ids are called, as far as the bot was told.
pub(super) fn names(beside: &Beside, installation: InstallationId) -> anyhow::Result<Names> {
    let known = beside.kept(installation, kept::KEPT_AS)?;
    Ok(known.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
}

/// An instant, for a list.
pub(super) fn when(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}
