//! A stage for stories: the local workspace, a real bot on a real port with a real database, and a clock to move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, TimeZone, Utc};
use switchboard::bot::{Bot, Parts};
use switchboard::cli::demo::world;
use switchboard::clock::Clock;
use switchboard::config;
use switchboard::domain::directory::{ChannelRef, Directory, PersonRef};
use switchboard::domain::rules::Rules;
use switchboard::sandbox::{self, Input, Person, Submission, Workspace, WorkspaceSetup};
use switchboard::slack::client::AppSlack;
use switchboard::socket::Timing;
use switchboard::store::Store;
use switchboard::worker::names::Written;
use switchboard::worker::watchdog;
use tokio::sync::watch;

/// The secret with which the local workspace signs.
pub const SECRET: &str = "story-signing-secret";

/// A running story.
pub struct Story {
    /// The local workspace.
    pub slack: Workspace,
    /// The bot.
    pub bot: Bot,
    /// Where the bot listens.
    pub url: String,
    /// The clock of both.
    pub clock: sandbox::Clock,
    /// The directory and rules it began with.
    pub written: Written,
    /// Whether it counts as a failure when an engagement lacks a clock; not where the story takes one away.
    pub is_watched: bool,
    /// How far the bot's wall clock is from the time it is, in microseconds.
    wrong: Arc<AtomicI64>,
    server: tokio::task::JoinHandle<()>,
    /// Its websockets, where Slack reaches it by them.
    sockets: Option<Listening>,
    folder: Arc<tempfile::TempDir>,
}

/// Websockets of a bot, which end when `stop` says so.
struct Listening {
    stop: watch::Sender<bool>,
    timing: Timing,
    loops: Vec<tokio::task::JoinHandle<()>>,
}

/// How many websockets a story's bot keeps open.
pub const SOCKETS: usize = 2;

/// Waits that a story does not notice; everything that ends something is left as it is.
pub fn fast() -> Timing {
    let (soon, none) = (std::time::Duration::from_millis(20), std::time::Duration::ZERO);
    Timing {
        first_wait: soon,
        longest_wait: soon,
        settled_after: none,
        leaves_within: soon,
        ..Timing::default()
    }
}

/// Whether all stories are told by websockets: `SWITCHBOARD_STORIES=sockets`.
fn is_by_sockets() -> bool {
    std::env::var("SWITCHBOARD_STORIES").is_ok_and(|road| road == "sockets")
}

/// A Monday at nine in the morning, UTC.
pub fn monday() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 16, 9, 0, 0).single().expect("an instant")
}

/// The example directory.
pub fn example() -> Directory {
    let file = config::TextFile {
        name: "examples/directory.yml".to_owned(),
        text: config::example_directory().to_owned(),
    };
    let (directory, _) = config::load_directory(&file, &Rules::default().hours).expect("the example holds");
    directory
}

/// Hours to pass.
pub fn hours(hours: i64) -> Duration {
    Duration::hours(hours)
}

/// Seconds to pass.
pub fn seconds(seconds: i64) -> Duration {
    Duration::seconds(seconds)
}

/// Minutes to pass.
pub fn minutes(minutes: i64) -> Duration {
    Duration::minutes(minutes)
}

/// Opens the request form and fills what everybody is asked.
pub async fn fill_request(story: &Story, name: &str, reason: &str, area: &str) {
    story.fill_form(name, reason, area, "Can a fleet stay warm?").await;
    story.person(name).fill("Customer", "Contoso").await.expect("a customer");
}

impl Story {
    /// Begins with the example directory on a Monday morning.
    pub async fn begin() -> Self {
        Self::with(example(), Rules::default()).await
    }

    /// Begins with this directory and these rules.
    pub async fn with(directory: Directory, rules: Rules) -> Self {
        Self::in_folder(tempfile::tempdir().expect("a folder"), directory, rules).await
    }

    /// Begins with a bot that Slack reaches by websockets, with these waits.
    pub async fn by_sockets(timing: Timing) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::on_stage(folder, example(), Rules::default(), Some(timing)).await
    }

    /// Begins with a database in that folder.
    pub async fn in_folder(folder: tempfile::TempDir, directory: Directory, rules: Rules) -> Self {
        Self::on_stage(folder, directory, rules, is_by_sockets().then(fast)).await
    }

    async fn on_stage(
        folder: tempfile::TempDir,
        directory: Directory,
        rules: Rules,
        by_sockets: Option<Timing>,
    ) -> Self {
        let clock = sandbox::Clock::at(monday());
        let slack = Workspace::start(WorkspaceSetup::default(), clock.clone()).await.expect("a port");
        world::populate(&slack, &directory);
        let written = Written {
            directory,
            rules,
            admin_channel: Some(ChannelRef::Name(world::ADMIN_CHANNEL.trim_start_matches('#').to_owned())),
            admins: vec![PersonRef::Email(world::ADMIN_EMAIL.to_owned())],
        };
        let folder = Arc::new(folder);
        let wrong = Arc::default();
        let (bot, url, server) = serve(&slack, (&clock, &wrong), &written, &folder).await;
        let sockets = if let Some(timing) = by_sockets {
            Some(listen(&bot, &slack, timing).await)
        } else {
            slack.connect_bot(&url, SECRET);
            None
        };
        bot.read_names().await.expect("names");
        bot.notice_gap().await.expect("a sign of life");
        bot.app.health.hearing.take_deafness();
        let story =
            Self { slack, bot, url, clock, written, is_watched: true, wrong, server, sockets, folder };
        story.settle().await;
        story.slack.take_unread();
        story
    }

    /// Somebody who acts.
    pub fn person(&self, name: &str) -> Person {
        self.slack.person(name)
    }

    /// Somebody opens the request form and fills what each reason asks for; without an area, that is left open.
    pub async fn fill_form(&self, name: &str, reason: &str, area: &str, question: &str) {
        let person = self.person(name);
        person.slash_in("#field", "/request-pm").await.expect("a form");
        person.fill("What is it about?", reason).await.expect("a reason");
        if !area.is_empty() {
            person.fill("Area", area).await.expect("an area");
        }
        person.fill("Your question", question).await.expect("a question");
    }

    /// Somebody presses a button of a channel's last message, fills the field of the form that opens, and sends it.
    pub async fn press_and_fill(
        &self,
        name: &str,
        (channel, button): (&str, &str),
        field: &str,
        value: impl Into<Input>,
    ) -> Submission {
        let person = self.person(name);
        person.click_in(channel, button).await.expect("a button that opens a form");
        person.fill(field, value).await.expect("a field");
        person.submit().await.expect("a form that can be sent")
    }

    /// Lets everything that is due happen, without moving the clock.
    pub async fn settle(&self) {
        for _ in 0..3 {
            self.slack.deliver_due().await;
            self.bot.settle().await.expect("the bot works");
        }
    }

    /// Lets time pass; what falls due meanwhile happens when it is due.
    pub async fn pass(&self, span: Duration) {
        let until = self.clock.now() + span;
        loop {
            self.settle().await;
            let app = &self.bot.app;
            let clock = app.store().next_due(app.installation()).await.expect("a due time");
            let told = app.store().next_outbox_due(app.installation()).await.expect("a due time");
            let wrong = self.bot.app.now() - self.clock.now();
            let due = clock.into_iter().chain(told).chain(app.next_absence()).map(|due| due - wrong);
            match due.filter(|due| *due > self.clock.now()).min() {
                Some(due) if due <= until => self.clock.advance_to(due),
                Some(_) | None => break,
            }
        }
        self.slack.pass(until - self.clock.now()).await;
        self.settle().await;
        if self.is_watched {
            // What the rules want and what the decisions set is the same, whatever happened.
            let lost = watchdog::lost_now(&self.bot.app).await.expect("a look");
            assert_eq!(lost, [], "clocks that should run");
        }
    }

    /// Sets the bot's wall clock, which nobody else's time follows.
    pub fn set_wall_clock(&self, by: Duration) {
        self.wrong.fetch_add(by.num_microseconds().expect("some hours"), Ordering::SeqCst);
    }

    /// Stops the bot, lets time pass, and starts another process' worth of it on the same database.
    pub async fn restart_after(&mut self, span: Duration) {
        self.restart_with(span, |_| {}).await;
    }

    /// The same; something happens to the database while nobody has it open.
    pub async fn restart_with(&mut self, span: Duration, meanwhile: impl FnOnce(&str)) {
        self.stop().await;
        self.clock.advance(span);
        meanwhile(&format!("sqlite://{}", self.database().display()));
        self.start_again().await;
    }

    /// Stops the bot, sets its wall clock, and starts another process' worth of it on the same database.
    pub async fn restart_with_the_clock_set(&mut self, by: Duration) {
        self.stop().await;
        self.set_wall_clock(by);
        self.start_again().await;
    }

    /// Stops the bot, with a last sign of life. Nothing of it may be used until it is started again.
    pub async fn stop(&mut self) {
        let app = &self.bot.app;
        app.store().mark_alive(app.installation(), app.now()).await.expect("a last sign of life");
        self.server.abort();
        if let Some(sockets) = &mut self.sockets {
            sockets.end().await;
        }
        self.bot.app.store().close().await;
        self.slack.disconnect_bot();
    }

    /// Tells the websockets to stop, and waits until they have.
    pub async fn stop_listening(&mut self) {
        self.sockets.as_mut().expect("a story by websockets").end().await;
    }

    /// Starts another process' worth of the bot on the same database.
    pub async fn start_again(&mut self) {
        let clocks = (&self.clock, &self.wrong);
        let (bot, url, server) = serve(&self.slack, clocks, &self.written, &self.folder).await;
        match &mut self.sockets {
            None => self.slack.connect_bot(&url, SECRET),
            Some(sockets) => *sockets = listen(&bot, &self.slack, sockets.timing).await,
        }
        self.bot = bot;
        self.url = url;
        self.server = server;
        self.bot.notice_gap().await.expect("a sign of life");
        self.settle().await;
    }

    /// Where the database is.
    pub fn database(&self) -> std::path::PathBuf {
        self.folder.path().join("story.db")
    }

    /// Fails when something was said that the story did not look at.
    pub fn nothing_unread(&self) {
        let unread: Vec<String> = self.slack.take_unread().iter().map(ToString::to_string).collect();
        assert!(unread.is_empty(), "said, but not looked at:\n{}", unread.join("\n"));
    }

    /// Everything that people saw since last time, each with whom it notified, place by place: what goes to different
    /// places goes side by side.
    pub fn read(&self) -> String {
        let shown = |landed: &sandbox::Landed| {
            let whom = landed.notified.iter().map(|name| format!("@{name}")).collect::<Vec<_>>();
            let whom =
                if whom.is_empty() { String::new() } else { format!("\n[notifies {}]", whom.join(" ")) };
            format!("{landed}{whom}")
        };
        let mut unread = self.slack.take_unread();
        unread.sort_by_key(|at| (at.place.clone(), at.only_for.clone()));
        unread.iter().map(shown).collect::<Vec<_>>().join("\n\n")
    }

    /// Lets everything that is due happen, then everything that people saw since last time.
    pub async fn hear(&self) -> String {
        self.settle().await;
        self.read()
    }

    /// The last message of a channel, as people see it.
    pub fn last(&self, channel: &str) -> String {
        self.slack.last_message(channel).plain()
    }

    /// Every message of a channel outside threads, as people see it.
    pub fn all(&self, channel: &str) -> String {
        let messages = self.slack.messages(channel);
        messages.iter().map(sandbox::Message::plain).collect::<Vec<_>>().join("\n---\n")
    }

    /// The last direct message of ours to somebody.
    pub fn last_dm(&self, name: &str) -> String {
        self.slack.dms_of(name).last().map(sandbox::Message::plain).unwrap_or_default()
    }
}

/// Opens the bot's websockets, and waits until they are.
async fn listen(bot: &Bot, slack: &Workspace, timing: Timing) -> Listening {
    let client = AppSlack::new(&slack.api_url(), slack.app_token()).expect("a client");
    let (stop, stopped) = watch::channel(false);
    slack.connect_bot_by_sockets();
    let loops = bot.listen(&client, SOCKETS, timing, &stopped);
    slack.sockets_are(SOCKETS).await;
    Listening { stop, timing, loops }
}

impl Listening {
    async fn end(&mut self) {
        self.stop.send_replace(true);
        for running in self.loops.drain(..) {
            running.await.expect("it ends by itself");
        }
    }
}

impl Drop for Story {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(
    slack: &Workspace,
    (clock, wrong): (&sandbox::Clock, &Arc<AtomicI64>),
    written: &Written,
    folder: &tempfile::TempDir,
) -> (Bot, String, tokio::task::JoinHandle<()>) {
    let path = folder.path().join("story.db");
    let store = Store::open(&format!("sqlite://{}", path.display())).await.expect("a database");
    let (told, steady, wrong) = (clock.clone(), clock.clone(), Arc::clone(wrong));
    let wall = move || told.now() + Duration::microseconds(wrong.load(Ordering::SeqCst));
    let bot = Bot::assemble(Parts {
        store,
        clock: Clock::from_fns(wall, move || steady.now() - DateTime::UNIX_EPOCH),
        api_url: slack.api_url(),
        bot_token: slack.bot_token(),
        signing_secrets: vec![SECRET.to_owned()],
        written: written.clone(),
    })
    .await
    .expect("a bot");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let router = bot.router();
    let server = tokio::spawn(async move {
        axum::serve(listener, router).await.expect("served");
    });
    (bot, url, server)
}
