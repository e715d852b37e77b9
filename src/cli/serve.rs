//! `switchboard serve`: the bot. Ready as soon as it listens; SIGHUP reads directory and settings anew, SIGTERM and
//! Ctrl-C let what runs come to its end.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::reload::Reloader;
use super::{operate, setup};
use crate::bot::{Bot, Parts};
use crate::clock::Clock;
use crate::config::{Environment, Purpose, Secret, Settings};
use crate::slack::client::AppSlack;
use crate::socket::Timing;
use crate::store::Store;

/// How long requests and deliveries may take to end once we are told to stop.
const GRACE: Duration = Duration::from_secs(6);
/// How long the database may take to close after that.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

/// How long the very first start waits for Slack's channels and people.
const FIRST_NAMES: Duration = Duration::from_mins(1);

/// Runs the bot until it is told to stop.
pub async fn run(env: Environment) -> anyhow::Result<ExitCode> {
    let (settings, directory) = setup::load(env.clone(), Purpose::Serve)?;
    let _alone =
        Store::serve_alone(settings.database_url.expose()).context("the database cannot be served")?;
    let store = Store::open(settings.database_url.expose()).await.context("the database cannot be opened")?;
    let bot_token = settings.slack.bot_token.as_ref().map(Secret::expose).unwrap_or_default();
    let bot = Bot::assemble(Parts {
        store: store.clone(),
        clock: Clock::system(),
        api_url: settings.slack.api_url.clone(),
        bot_token: bot_token.to_owned(),
        signing_secrets: settings
            .slack
            .signing_secrets
            .iter()
            .map(|secret| secret.expose().to_owned())
            .collect(),
        written: setup::written(&settings, directory),
    })
    .await
    .context("the bot cannot start")?;
    if !bot.app.policy().org.knows_names() {
        // The first start ever: until Slack has told its channels, no question has anywhere to go.
        match tokio::time::timeout(FIRST_NAMES, bot.read_names()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "names could not be read; they are tried again"),
            Err(_) => tracing::warn!("names are still being read; until then questions have nowhere to go"),
        }
    }
    let sockets = app_slack(&settings).await?;
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("cannot listen on {}", settings.listen))?;
    let (stop, stopped) = watch::channel(false);
    let mut loops = bot.work(stopped.clone()).await.context("the worker cannot start")?;
    if let Some(url) = &settings.heartbeat_url {
        loops.push(bot.beat(url.expose(), stopped.clone()).context("the heartbeat cannot be sent")?);
    }
    if let Some(client) = sockets {
        loops.extend(bot.listen(&client, settings.slack.sockets, Timing::default(), &stopped));
    }
    loops.extend(operate::listen(settings.database_url.expose(), &bot, stopped.clone()));
    tracing::info!(address = %listener.local_addr()?, "listening");
    let reloader = Reloader::begin(&bot, env, Purpose::Serve, settings);
    loops.push(tokio::spawn(reloader.serve(Arc::clone(&bot.app), stopped.clone())));
    let mut until = stopped;
    let server = axum::serve(listener, bot.router()).with_graceful_shutdown(async move {
        let _ = until.wait_for(|stop| *stop).await;
    });
    let served = tokio::spawn(async move { server.await });
    told_to_stop().await?;
    tracing::info!("stopping");
    stop.send_replace(true);
    let aborts: Vec<_> = loops.iter().map(tokio::task::JoinHandle::abort_handle).collect();
    let ended = tokio::time::timeout(GRACE, async {
        let _ = served.await;
        for running in loops {
            let _ = running.await;
        }
    });
    if ended.await.is_err() {
        tracing::warn!("some work did not end in time; it goes on at the next start");
        aborts.iter().for_each(tokio::task::AbortHandle::abort);
    }
    if tokio::time::timeout(CLOSE_WITHIN, store.close()).await.is_err() {
        tracing::warn!("the database did not close in time; what was acknowledged is on the disk");
    }
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// What opens websockets, in Socket Mode.
async fn app_slack(settings: &Settings) -> anyhow::Result<Option<AppSlack>> {
    let Some(token) = &settings.slack.app_token else { return Ok(None) };
    let client = Bot::app_slack(&settings.slack.api_url, token.expose().to_owned()).await;
    Ok(Some(client.context("the bot cannot start")?))
}

async fn told_to_stop() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be heard")?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted.context("Ctrl-C cannot be heard")?,
    }
    Ok(())
}
