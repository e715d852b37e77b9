//! The stage of the demo: the local workspace, a real bot on a real port with a real database, and a clock that is moved.
//!
//! Shows what lands as it lands. The database lives in a folder of its own that is gone afterwards.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use tokio::task::JoinHandle;

use super::screen::Screen;
use super::world;
use crate::bot::{Bot, Parts};
use crate::clock::Clock;
use crate::domain::directory::{ChannelRef, Directory, PersonRef};
use crate::domain::ids::EngagementId;
use crate::domain::rules::Rules;
use crate::sandbox::{self, Landed, LandedKind, Message, Workspace, WorkspaceSetup};
use crate::slack::render;
use crate::slack::vocabulary::Press;
use crate::store::Store;
use crate::worker::names::Written;

/// The secret with which the local workspace signs.
const SECRET: &str = "the-demo-signs-with-this";

/// How long the local workspace waits for an answer: longer than Slack, since a busy machine is no fault of the bot.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// Everything that runs.
pub(super) struct Stage {
    /// The local workspace.
    pub(super) slack: Workspace,
    /// The bot.
    pub(super) bot: Bot,
    /// Where the bot listens.
    pub(super) url: String,
    /// Where its database is.
    pub(super) database: PathBuf,
    /// Where it is shown.
    pub(super) screen: Screen,
    /// Whether forms and buttons are shown whole, for somebody who is to use them.
    pub(super) whole: bool,
    clock: sandbox::Clock,
    shown: usize,
    scene: usize,
    bodies: HashMap<(String, String), String>,
    rows: HashSet<String>,
    server: JoinHandle<()>,
    _folder: Folder,
}

/// A folder that goes with the stage.
struct Folder(PathBuf);

impl Folder {
    fn make() -> std::io::Result<Self> {
        let name = format!("switchboard-demo-{}-{:08x}", std::process::id(), rand::random::<u32>());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(folder = %self.0.display(), %error, "the demo's folder was not removed");
        }
    }
}

/// A Monday at nine in the morning, UTC.
pub(super) fn monday() -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(2026, 11, 16)
        .and_then(|day| day.and_hms_opt(9, 0, 0))
        .expect("a date that exists")
        .and_utc()
}

impl Stage {
    /// Sets the stage for this directory.
    pub(super) async fn raise(directory: &Directory, screen: Screen) -> anyhow::Result<Self> {
        let clock = sandbox::Clock::at(monday());
        let slack = Workspace::start(WorkspaceSetup::default().answer_within(PATIENCE), clock.clone())
            .await
            .context("no free port on 127.0.0.1 for the local workspace")?;
        world::populate(&slack, directory);
        let folder = Folder::make().context("no folder for the database")?;
        let database = folder.0.join("switchboard.db");
        let written = Written {
            directory: directory.clone(),
            rules: Rules::default(),
            admin_channel: Some(ChannelRef::Name(world::ADMIN_CHANNEL.trim_start_matches('#').to_owned())),
            admins: vec![PersonRef::Email(world::ADMIN_EMAIL.to_owned())],
        };
        let bot = assemble(&slack, &clock, &database, written).await?;
        let (url, server) = serve(&bot).await?;
        slack.connect_bot(&url, SECRET);
        bot.read_names().await.context("the names of the local workspace")?;
        bot.notice_gap().await?;
        let mut stage = Self {
            slack,
            bot,
            url,
            database,
            screen,
            whole: false,
            clock,
            shown: 0,
            scene: 0,
            bodies: HashMap::new(),
            rows: HashSet::new(),
            server,
            _folder: folder,
        };
        stage.work().await?;
        stage.shown = stage.slack.landed().len();
        Ok(stage)
    }

    /// Takes everything down.
    pub(super) async fn strike(self) {
        self.slack.disconnect_bot();
        self.server.abort();
        self.bot.app.store().close().await;
    }

    /// What time it is.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Lets everything that is due happen, without moving the clock, and shows it.
    pub(super) async fn settle(&mut self) -> anyhow::Result<()> {
        self.work().await?;
        self.show_new();
        Ok(())
    }

    async fn work(&self) -> anyhow::Result<()> {
        for _ in 0..3 {
            self.slack.deliver_due().await;
            self.bot.settle().await.context("the bot stopped working")?;
        }
        Ok(())
    }

    /// Lets time pass; what falls due meanwhile happens, and is shown, when it is due.
    pub(super) async fn pass_until(&mut self, until: DateTime<Utc>) -> anyhow::Result<()> {
        loop {
            self.settle().await?;
            let app = &self.bot.app;
            let clock = app.store().next_due(app.installation()).await?;
            let told = app.store().next_outbox_due(app.installation()).await?;
            match clock.into_iter().chain(told).filter(|due| *due > self.now()).min() {
                Some(due) if due <= until => self.clock.advance_to(due),
                Some(_) | None => break,
            }
        }
        let left = (until - self.now()).max(Duration::zero());
        self.slack.pass(left).await;
        self.settle().await
    }

    /// What landed from here on counts as seen in this scene.
    pub(super) fn begin_scene(&mut self) {
        self.scene = self.shown;
    }

    /// Whether something like this landed there in this scene.
    pub(super) fn was_seen(&self, place: &str, words: &str) -> bool {
        let landed = self.slack.landed();
        landed.iter().skip(self.scene).any(|one| one.by_bot && one.place == place && one.body.contains(words))
    }

    /// Whether nothing of ours landed there in this scene.
    pub(super) fn was_quiet(&self, place: &str) -> bool {
        !self.slack.landed().iter().skip(self.scene).any(|one| one.by_bot && one.place == place)
    }

    /// What `switchboard explain` says about an ask.
    pub(super) async fn explain(&self, id: EngagementId) -> anyhow::Result<Option<Vec<String>>> {
        let Some((engagement, timeline)) = self.bot.app.history(id).await? else { return Ok(None) };
        Ok(Some(render::explain_lines(&engagement, &timeline, &self.bot.app.policy().org)))
    }

    /// What landed since is not worth a line.
    pub(super) fn skip_new(&mut self) {
        self.shown = self.slack.landed().len();
    }

    fn show_new(&mut self) {
        let mut landed = self.slack.landed();
        let mut new = landed.split_off(self.shown.min(landed.len()));
        self.shown += new.len();
        // Channels are written to at once; a reader wants the same order each time.
        new.sort_by(|a, b| (a.at, order(a), &a.place).cmp(&(b.at, order(b), &b.place)));
        for one in &new {
            self.show(one);
        }
    }

    fn show(&mut self, one: &Landed) {
        if !one.by_bot {
            return;
        }
        let is_body = !matches!(one.kind, LandedKind::Reaction | LandedKind::ReactionRemoved);
        let id = (one.channel.clone(), one.ts.clone());
        let before = if is_body { self.bodies.insert(id, one.body.clone()) } else { None };
        let mut place = one.place.clone();
        if one.in_thread_of.is_some() {
            place.push_str(" › thread");
        }
        if let Some(only) = one.only_for.as_ref().filter(|_| one.kind == LandedKind::Ephemeral) {
            place = format!("{place} (only {only})");
        }
        match one.kind {
            LandedKind::Posted | LandedKind::Ephemeral => {
                let body = self.without_known_buttons(&one.body);
                self.screen.landed(one.at, &place, &body);
            }
            LandedKind::Updated => {
                let changed = changed_lines(before.as_deref().unwrap_or_default(), &one.body, self.whole);
                if !changed.is_empty() {
                    self.screen.landed(one.at, &format!("{place} (updated)"), &changed);
                }
            }
            LandedKind::Deleted => self.screen.landed(one.at, &format!("{place} (taken away)"), ""),
            LandedKind::Modal => self.show_form(one, before.is_some()),
            LandedKind::Reaction => self.screen.landed(one.at, &format!("{place} {}", one.body), ""),
            LandedKind::Home | LandedKind::ReactionRemoved => {}
        }
    }

    /// A row of buttons is shown to a reader once, and always to somebody who is to use it.
    fn without_known_buttons(&mut self, body: &str) -> String {
        let mut kept = Vec::new();
        for line in body.lines() {
            let is_new = !line.starts_with('[') || self.rows.insert(line.to_owned());
            if is_new || self.whole {
                kept.push(line);
            }
        }
        kept.join("\n")
    }

    fn show_form(&self, one: &Landed, known: bool) {
        let who = one.only_for.clone().unwrap_or_default();
        let title = one.body.lines().next().unwrap_or_default().trim_matches(['=', ' ']).to_owned();
        let more = if known && !self.whole { ", with more fields" } else { "" };
        let body =
            if self.whole { one.body.lines().skip(1).collect::<Vec<_>>().join("\n") } else { String::new() };
        self.screen.landed(one.at, &format!("{who} sees the form “{title}”{more}"), &body);
    }
}

/// Serves the bot on a free port; its address.
async fn serve(bot: &Bot) -> anyhow::Result<(String, JoinHandle<()>)> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .context("no free port on 127.0.0.1 for the bot")?;
    let url = format!("http://{}", listener.local_addr()?);
    let router = bot.router();
    let server = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the bot's server ended");
        }
    });
    Ok((url, server))
}

/// The ask whose card this is, as its buttons say.
pub(super) fn engagement_of(card: &Message) -> Option<EngagementId> {
    let buttons = card.blocks.iter().filter_map(|block| block["elements"].as_array()).flatten();
    let mut values = buttons.filter_map(|button| button["value"].as_str());
    values.find_map(|value| serde_json::from_str::<Press>(value).ok()).map(|press| press.engagement)
}

async fn assemble(
    slack: &Workspace,
    clock: &sandbox::Clock,
    database: &Path,
    written: Written,
) -> anyhow::Result<Bot> {
    let store = Store::open(&format!("sqlite://{}", database.display())).await.context("no database")?;
    let told = clock.clone();
    let parts = Parts {
        store,
        clock: Clock::from_fn(move || told.now()),
        api_url: slack.api_url(),
        bot_token: slack.bot_token(),
        signing_secrets: vec![SECRET.to_owned()],
        written,
    };
    Bot::assemble(parts).await.context("the bot could not be put together")
}

/// What whoever acted sees comes first, then cards, then what follows from them.
fn order(one: &Landed) -> u8 {
    match one.kind {
        LandedKind::Modal | LandedKind::Ephemeral => 0,
        LandedKind::Posted if one.in_thread_of.is_none() && one.place.starts_with('#') => 1,
        LandedKind::Updated => 2,
        LandedKind::Posted | LandedKind::Reaction | LandedKind::ReactionRemoved => 3,
        LandedKind::Deleted | LandedKind::Home => 4,
    }
}

/// The lines that were not there before; buttons only where they are to be used.
fn changed_lines(before: &str, after: &str, buttons: bool) -> String {
    let old: Vec<&str> = before.lines().collect();
    let new = after.lines().filter(|line| !old.contains(line) && (buttons || !line.starts_with('[')));
    new.collect::<Vec<_>>().join("\n")
}
