//! Reading directory and settings anew while the bot runs: by signal, by an operator's or an admin's command, and when a file
//! changed.
//!
//! What does not hold changes nothing: the last that did stays, admins are told once what is wrong where, and when it is well
//! again. A file that is just being written is left until it rests.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::setup;
use crate::app::{App, Reload, Reloaded, Reloading, StoreError};
use crate::bot::Bot;
use crate::config::{self, Environment, Problem, Purpose, Settings};
use crate::domain::directory::Directory;
use crate::domain::notice::What;
use crate::worker::names::{self, Source};

/// How often it is looked whether a file changed.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// How the topics of what does not hold begin.
const BROKEN: &str = "directory:";
/// How many problems admins are told.
const TOLD: usize = 5;

/// What a file is like: when it was written, its size, and which it is. Nothing where there is none.
type Stamp = Option<(i64, i64, u64, u64)>;

/// Reads directory and settings anew.
#[derive(Debug)]
pub struct Reloader {
    env: Environment,
    purpose: Purpose,
    source: Arc<Source>,
    seen: Mutex<Seen>,
    /// One reading at a time.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Seen {
    /// What we run with, of what cannot change while we do.
    settings: Settings,
    /// The files as they were when they were read last.
    read: Vec<(PathBuf, Stamp)>,
    /// The files as they were at the last look.
    looked: Vec<(PathBuf, Stamp)>,
    /// The calendars of holidays in files that were named by what held last.
    calendars: Vec<PathBuf>,
    /// What was read last did not hold.
    is_broken: bool,
}

impl Reloader {
    /// For the bot that began with these settings; it is who reads them anew from now on.
    pub fn begin(bot: &Bot, env: Environment, purpose: Purpose, settings: Settings) -> Arc<Self> {
        let calendars = calendars(&settings, &bot.source.load().directory);
        let files = stamps(&env, purpose, &calendars);
        let seen = Seen { settings, read: files.clone(), looked: files, calendars, is_broken: false };
        let reloader = Arc::new(Self {
            env,
            purpose,
            source: Arc::clone(&bot.source),
            seen: Mutex::new(seen),
            turn: tokio::sync::Mutex::new(()),
        });
        bot.app.reloads_by(Arc::clone(&reloader) as Arc<dyn Reload>);
        reloader
    }

    /// Looks whether a file changed, and reads all anew once it rests: it is as it was at the last look.
    pub async fn look(&self, app: &Arc<App>) -> Result<Option<Reloaded>, StoreError> {
        let now = stamps(&self.env, self.purpose, &self.calendars());
        let is_due = {
            let mut seen = self.lock();
            let rests = seen.looked == now;
            let is_new = seen.read != now;
            seen.looked = now;
            rests && is_new
        };
        if is_due { self.read(app).await.map(Some) } else { Ok(None) }
    }

    /// Reads all anew.
    pub async fn read(&self, app: &Arc<App>) -> Result<Reloaded, StoreError> {
        let _turn = self.turn.lock().await;
        let mut files = stamps(&self.env, self.purpose, &self.calendars());
        let read = setup::read(self.env.clone(), self.purpose);
        match read {
            Ok((settings, directory, warnings)) => {
                let calendars = calendars(&settings, &directory);
                let is_known = |calendar: &PathBuf| files.iter().any(|(file, _)| file == calendar);
                let new =
                    calendars.iter().filter(|calendar| !is_known(calendar)).cloned().collect::<Vec<_>>();
                // As if it had never been looked at: it was read at some moment since, and is read once more.
                files.extend(new.into_iter().map(|file| (file, None)));
                let written = setup::written(&settings, directory);
                names::replace(app, &self.source, written).await?;
                app.tell_admins_while(BROKEN, None).await?;
                if self.lock().is_broken {
                    app.tell_admins(What::DirectoryHolds).await?;
                }
                let mut seen = self.lock();
                (seen.read, seen.calendars, seen.is_broken) = (files, calendars, false);
                let after_restart = after_restart(&seen.settings, &settings);
                tracing::info!(warnings, ?after_restart, "directory and settings were read anew");
                Ok(Reloaded::Used { after_restart, warnings })
            }
            Err(problems) => {
                let problems = in_words(&problems);
                tracing::error!(number = problems.len(), "the old directory and settings stay");
                let told = problems.iter().take(TOLD).cloned().collect();
                let what = What::DirectoryBroken { problems: told, number: problems.len() };
                app.tell_admins_while(BROKEN, Some(what)).await?;
                let mut seen = self.lock();
                (seen.read, seen.is_broken) = (files, true);
                Ok(Reloaded::Broken { problems })
            }
        }
    }

    fn calendars(&self) -> Vec<PathBuf> {
        self.lock().calendars.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads anew at each SIGHUP and whenever a file changed, until `stop` says so.
    pub async fn serve(self: Arc<Self>, app: Arc<App>, mut stop: watch::Receiver<bool>) {
        let mut hangup = signal(SignalKind::hangup()).ok();
        if hangup.is_none() {
            tracing::warn!("SIGHUP cannot be heard; the files are looked at all the same");
        }
        while !*stop.borrow() {
            let done = tokio::select! {
                Some(()) = heard(hangup.as_mut()) => self.read(&app).await.map(Some),
                () = tokio::time::sleep(LOOK_EVERY) => self.look(&app).await,
                () = told(&mut stop) => return,
            };
            if let Err(error) = done {
                tracing::error!(%error, "the new directory could not be resolved");
            }
        }
    }
}

async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn heard(hangup: Option<&mut tokio::signal::unix::Signal>) -> Option<()> {
    match hangup {
        Some(hangup) => hangup.recv().await,
        None => std::future::pending().await,
    }
}

impl Reload for Reloader {
    fn reload<'a>(&'a self, app: &'a Arc<App>) -> Reloading<'a> {
        Box::pin(self.read(app))
    }
}

/// Every problem that is an error, with its place and what to do.
fn in_words(problems: &[Problem]) -> Vec<String> {
    let in_words = |problem: &Problem| {
        let place = problem.place().map_or_else(String::new, |place| format!("{place}: "));
        let help = problem.help.as_ref().map_or_else(String::new, |help| format!(". {help}"));
        format!("{place}{}{help}", problem.message)
    };
    problems.iter().filter(|problem| problem.is_error()).map(in_words).collect()
}

/// What changed that is only used after a restart, as people know it.
fn after_restart(running: &Settings, new: &Settings) -> Vec<String> {
    let changes = [
        ("SLACK_BOT_TOKEN", running.slack.bot_token != new.slack.bot_token),
        ("SLACK_SIGNING_SECRET", running.slack.signing_secrets != new.slack.signing_secrets),
        ("SLACK_APP_TOKEN", running.slack.app_token != new.slack.app_token),
        ("SLACK_API_URL", running.slack.api_url != new.slack.api_url),
        ("DATABASE_URL", running.database_url != new.database_url),
        ("SWITCHBOARD_LISTEN", running.listen != new.listen),
        ("the heartbeat's address", running.heartbeat_url != new.heartbeat_url),
    ];
    changes.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name.to_owned()).collect()
}

/// The files that matter now, and what each is like.
fn stamps(env: &Environment, purpose: Purpose, calendars: &[PathBuf]) -> Vec<(PathBuf, Stamp)> {
    let source = config::Source::from_environment(env.clone(), purpose).ok();
    let settings = config::settings_file(env);
    let of_directory = source.as_ref().map(config::directory_files).unwrap_or_default();
    let files = std::iter::once(settings).chain(of_directory).chain(calendars.iter().cloned());
    files
        .map(|file| {
            let stamp = stamp(&file);
            (file, stamp)
        })
        .collect()
}

/// The calendars of holidays in files that these name.
fn calendars(settings: &Settings, directory: &Directory) -> Vec<PathBuf> {
    let of_settings = settings.rules.holidays.calendars.iter();
    config::holiday_files(of_settings, directory.holiday_calendars(), &settings.directory_files)
}

fn stamp(file: &Path) -> Stamp {
    let found = std::fs::metadata(file).ok()?;
    Some((found.mtime(), found.mtime_nsec(), found.size(), found.ino()))
}
