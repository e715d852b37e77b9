//! Puts the rooms together: the same bot for `serve`, for the demo, and for the tests.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};

use crate::app::App;
use crate::clock::Clock;
use crate::domain::ids::InstallationId;
use crate::domain::names::Names;
use crate::domain::org::Policy;
use crate::http::{self, Door};
use crate::inbound::{AfterAnswer, Edge};
use crate::slack::client::{AppSlack, Auth, Beacon, SetupError, Slack, SlackError};
use crate::slack::verify::Verifier;
use crate::socket::{Sockets, Timing};
use crate::store::{Store, StoreError};
use crate::worker::homes::Desk;
use crate::worker::names::{NamesError, Source, Written};
use crate::worker::pace::Pace;
use crate::worker::run::{self, Worker};
use crate::worker::steps::Steps;
use crate::worker::supervise::supervised;
use crate::worker::{
    absences, clocks, gap, health, holidays, homes, membership, names, outbox, replan, upkeep, watchdog,
};

/// What the bot is made of.
pub struct Parts {
    /// Where everything is kept.
    pub store: Store,
    /// Tells the time.
    pub clock: Clock,
    /// The Web API's address.
    pub api_url: String,
    /// The bot's token.
    pub bot_token: String,
    /// Slack's signing secrets.
    pub signing_secrets: Vec<String>,
    /// The directory and the rules.
    pub written: Written,
}

/// A bot that is ready to be served and worked.
#[derive(Clone)]
pub struct Bot {
    /// Its inner workings.
    pub app: Arc<App>,
    /// Its way out to Slack.
    pub slack: Slack,
    /// What people wrote down; replaced on reload.
    pub source: Arc<Source>,
    verifier: Arc<Verifier>,
    pace: Arc<Pace>,
    homes: Arc<Desk>,
    steps: Arc<Steps>,
    after_answer: AfterAnswer,
}

/// Why the bot could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum BotError {
    /// The address of Slack's API, or the machine's certificates.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Slack refuses the app's token.
    #[error(
        "Slack refuses SLACK_APP_TOKEN ({0}). Socket Mode needs an app-level token with connections:write: the app's page, Basic Information"
    )]
    AppToken(String),
    /// Slack did not say who we are, and no earlier run kept it.
    #[error("Slack did not tell who the bot is: {0}. Check SLACK_BOT_TOKEN and the network")]
    Unknown(SlackError),
}

/// How long a start waits for Slack to say who we are.
const AUTH_WITHIN: Duration = Duration::from_secs(4);

/// Whose bot this is: Slack says so, or, while it cannot be reached, the database, where it knows a single workspace.
async fn installation(slack: &Slack, store: &Store) -> Result<(InstallationId, Names), BotError> {
    let late = || SlackError::Retry { after: None, reason: "no answer in time".to_owned() };
    let said = tokio::time::timeout(AUTH_WITHIN, slack.auth()).await.unwrap_or_else(|_| Err(late()));
    let error = match said {
        Ok(auth) => {
            let installation = store.installation(&auth.team_id).await?;
            return Ok((installation, ourselves(auth)));
        }
        Err(error @ (SlackError::Permanent { .. } | SlackError::Auth { .. })) => {
            return Err(BotError::Unknown(error));
        }
        Err(
            error
            @ (SlackError::Retry { .. } | SlackError::Ambiguous { .. } | SlackError::RateLimited { .. }),
        ) => error,
    };
    let [only] = store.installations().await?[..] else { return Err(BotError::Unknown(error)) };
    tracing::warn!(%error, "Slack cannot be reached; the workspace that the database knows is served");
    Ok((only, Names::default()))
}

/// What is known before the first reading of the names: who we are, so that our own messages and mentions are told apart.
fn ourselves(auth: Auth) -> Names {
    Names { team_url: auth.url, bot_user: auth.bot_user, bot_id: auth.bot_id, ..Names::default() }
}

/// Where the database knows a single workspace, as nearly always: which, and its policy by the names that were kept.
async fn remember_the_only_one(
    store: Store,
    source: Arc<Source>,
) -> Result<Option<(InstallationId, Option<Policy>)>, StoreError> {
    let [only] = store.installations().await?[..] else { return Ok(None) };
    Ok(Some((only, remember(&store, only, &source).await?)))
}

/// The policy by the names that an earlier run kept, if it did.
async fn remember(
    store: &Store,
    installation: InstallationId,
    source: &Arc<Source>,
) -> Result<Option<Policy>, StoreError> {
    if source.load().holiday_calendars().next().is_some() {
        let mut written = Written::clone(&source.load());
        holidays::complete(store, installation, &mut written).await?;
        source.store(Arc::new(written));
    }
    let Some(known) = names::kept_in(store, installation).await? else { return Ok(None) };
    let written = source.load_full();
    // Some ten milliseconds of work: whoever waits for Slack meanwhile is not held up.
    let resolving = tokio::task::spawn_blocking(move || written.policy(&known).0);
    resolving.await.map(Some).map_err(|error| unexpected(&error))
}

fn unexpected(error: &JoinError) -> StoreError {
    StoreError::Unavailable(format!("what was known could not be read: {error}"))
}

impl Bot {
    /// Puts the bot together. What an earlier run knew of its workspace is made ready while Slack is asked who we are.
    pub async fn assemble(parts: Parts) -> Result<Self, BotError> {
        let Parts { store, clock, api_url, bot_token, signing_secrets, written } = parts;
        let source = Arc::new(Source::from_pointee(written));
        let remembering = tokio::spawn(remember_the_only_one(store.clone(), Arc::clone(&source)));
        let slack = Slack::new(&api_url, bot_token)?;
        let (installation, ourselves) = installation(&slack, &store).await?;
        let remembered = remembering.await.unwrap_or_else(|error| Err(unexpected(&error)))?;
        let remembered = match remembered {
            Some((known, policy)) if known == installation => policy,
            Some(_) | None => remember(&store, installation, &source).await?,
        };
        let policy = remembered.unwrap_or_else(|| source.load().policy(&ourselves).0);
        let app = App::new(store, installation, policy, clock);
        app.read_absences().await?;
        app.load_pauses().await?;
        app.learn_switches().await?;
        if let Err(error) = app.keep_directory_modes().await {
            tracing::error!(%error, "the directory's modes could not be kept");
        }
        Ok(Self {
            app,
            slack,
            source,
            verifier: Arc::new(Verifier::new(signing_secrets)),
            pace: Arc::default(),
            homes: Arc::default(),
            steps: Arc::default(),
            after_answer: AfterAnswer::default(),
        })
    }

    /// Its routes.
    pub fn router(&self) -> Router {
        http::router(Door {
            edge: self.edge(),
            verifier: Arc::clone(&self.verifier),
            refused: Arc::default(),
        })
    }

    fn edge(&self) -> Edge {
        Edge {
            app: Arc::clone(&self.app),
            slack: self.slack.clone(),
            after_answer: self.after_answer.clone(),
        }
    }

    /// Its loops; they end when `stop` says so.
    pub async fn work(&self, stop: watch::Receiver<bool>) -> Result<Vec<JoinHandle<()>>, StoreError> {
        let worker = Worker {
            app: Arc::clone(&self.app),
            slack: self.slack.clone(),
            source: Arc::clone(&self.source),
            steps: Arc::clone(&self.steps),
        };
        worker.start(stop).await
    }

    /// The client that opens websockets with that token. A token that Slack refuses is said at once; a Slack that does not
    /// answer is no reason not to start.
    pub async fn app_slack(api_url: &str, app_token: String) -> Result<AppSlack, BotError> {
        let client = AppSlack::new(api_url, app_token)?;
        match tokio::time::timeout(AUTH_WITHIN, client.look()).await {
            Ok(Err(SlackError::Permanent { code } | SlackError::Auth { code })) => {
                Err(BotError::AppToken(code))
            }
            Ok(
                Ok(())
                | Err(SlackError::Retry { .. } | SlackError::Ambiguous { .. } | SlackError::RateLimited { .. }),
            )
            | Err(_) => Ok(client),
        }
    }

    /// Opens so many websockets to Slack, for what it would send by HTTP otherwise, and keeps them open until `stop` says so.
    pub fn listen(
        &self,
        client: &AppSlack,
        number: usize,
        timing: Timing,
        stop: &watch::Receiver<bool>,
    ) -> Vec<JoinHandle<()>> {
        self.app.health.hearing.expects(number);
        let sockets = Sockets { edge: self.edge(), client: client.clone(), timing };
        (0..number)
            .map(|_| {
                let (sockets, until) = (sockets.clone(), stop.clone());
                let begin = move || sockets.clone().keep(until.clone());
                supervised("websocket", Arc::clone(&self.app), stop.clone(), begin)
            })
            .collect()
    }

    /// Keeps a sign of life, if Slack can reach us; where it could not for a while, that was a gap (B7).
    pub async fn sign_of_life(&self) -> Result<(), StoreError> {
        gap::sign_of_life(&self.app).await
    }

    /// Tells that address again and again that all is well; until `stop` says so.
    pub fn beat(&self, address: &str, stop: watch::Receiver<bool>) -> Result<JoinHandle<()>, SetupError> {
        Ok(run::beat(&self.app, Beacon::new(address)?, stop))
    }

    /// Looks once at everything that is live, whether its clocks run.
    pub async fn audit(&self) -> Result<(), StoreError> {
        watchdog::tick(&self.app).await
    }

    /// Keeps to Slack's pace when it is settled by hand, as its loops do anyway.
    #[must_use]
    pub fn at_slacks_pace(self) -> Self {
        Self { pace: Arc::new(Pace::steady()), homes: Arc::new(Desk::steady()), ..self }
    }

    /// Reads the names at Slack and resolves the directory against them.
    pub async fn read_names(&self) -> Result<(), NamesError> {
        names::tick(&self.app, &self.slack, &self.source).await
    }

    /// Looks who is in the internal channels of the areas (B8).
    pub async fn look_who_is_inside(&self) -> Result<(), StoreError> {
        membership::tick(&self.app, &self.slack, &self.source).await
    }

    /// Reads the calendars of holidays on the web; says how many could not be read.
    pub async fn read_holidays(&self) -> Result<usize, StoreError> {
        holidays::tick(&self.app, &self.source).await
    }

    /// Looks whether we were down for long (B7).
    pub async fn notice_gap(&self) -> Result<(), StoreError> {
        gap::notice(&self.app).await
    }

    /// Looks how the bot runs, and which scopes Slack grants it.
    pub async fn look_at_health(&self) -> Result<(), StoreError> {
        health::look_at_scopes(&self.app, &self.slack).await?;
        health::tick(&self.app).await
    }

    /// Keeps a sign of life, and forgets some of what is old.
    pub async fn upkeep(&self) -> Result<(), StoreError> {
        upkeep::tick(&self.app, &self.steps).await
    }

    /// Tells the numbers of the last week, if that was not done yet; says whether.
    pub async fn tell_the_week(&self) -> Result<bool, StoreError> {
        self.app.tell_the_week().await
    }

    /// Decides upon what is due and delivers what can be delivered, until neither finds anything, and what is sent beside
    /// answers has ended.
    pub async fn settle(&self) -> Result<(), StoreError> {
        self.after_answer.ended().await;
        loop {
            self.steps.look(&self.app).await?;
            absences::tick(&self.app).await?;
            if names::follow(&self.app, &self.source).await? {
                self.app.names_stale.notify_one();
            }
            replan::tick(&self.app).await?;
            let due = clocks::tick(&self.app, &self.slack).await?;
            self.app.health.looked_at_clocks(self.app.now());
            let delivered = outbox::tick(&self.app, &self.slack, &self.pace).await?;
            let shown = homes::tick(&self.app, &self.slack, &self.homes).await?.published;
            if due == 0 && delivered == 0 && shown == 0 {
                return Ok(());
            }
        }
    }

    /// Replaces the directory and the rules; names are resolved anew at once, from what is known.
    pub async fn reload(&self, written: Written) -> Result<(), StoreError> {
        names::replace(&self.app, &self.source, written).await
    }
}
