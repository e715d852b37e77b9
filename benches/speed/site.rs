//! A place to measure in: a folder on the disk, the local Slack, and the real program as operators run it.
//!
//! The folder is below `target`, not in a folder of memory: a COMMIT must reach a disk. Its log goes to a file, where an
//! operator's would go, and is read at the end.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use switchboard::cli::demo::world;
use switchboard::sandbox::{Clock, Workspace, WorkspaceSetup};
use tempfile::TempDir;

use crate::Bench;
use crate::database;
use crate::load;
use crate::machine;
use crate::requests::{self, SECRET};

/// How long a start may take at most.
const START: Duration = Duration::from_mins(2);
/// How long the cards of a warm-up may take to leave.
const LEAVING: Duration = Duration::from_secs(6);

/// What differs from one place to another.
#[derive(Default)]
pub struct Setup<'a> {
    /// Settings beside those that every row has, as TOML.
    pub settings: &'a str,
    /// The directory instead of the generated one, with the people who ask.
    pub directory: Option<(&'a str, &'a switchboard::domain::directory::Directory)>,
    /// A database to begin with; it is copied.
    pub database: Option<&'a Path>,
    /// The local Slack enforces a message a second and channel.
    pub limits: bool,
    /// How many messages and updates may leave in a minute.
    pub budgets: Budgets,
}

/// The workspace-wide budgets of a row.
#[derive(Clone, Copy, Default)]
pub enum Budgets {
    /// None: whatever waits leaves as fast as it can be sent.
    #[default]
    Off,
    /// As the settings have them where nobody says anything.
    AsShipped,
    /// So many messages a minute, and as many updates as there are.
    Messages(u32),
}

/// The place.
pub struct Site<'b> {
    /// The local Slack.
    pub slack: Workspace,
    /// Ids of people who ask.
    pub askers: Vec<String>,
    /// The id of the channel in which they ask.
    pub field: String,
    /// The workspace's id.
    pub team: String,
    bench: &'b Bench,
    folder: TempDir,
    budgets: Budgets,
}

impl<'b> Site<'b> {
    /// Sets everything up; nothing runs yet but the local Slack.
    pub fn new(bench: &'b Bench, setup: &Setup<'_>) -> Result<Self> {
        let folder = tempfile::tempdir_in(&bench.folder)?;
        let (yaml, directory) = setup.directory.unwrap_or((&bench.town.yaml, &bench.town.directory));
        std::fs::write(folder.path().join("directory.yml"), yaml)?;
        let settings = format!(
            "directory = \"directory.yml\"\n{}\n[limits]\nengagements_per_person_per_hour = 0\n\
             [admin]\nchannel = \"{}\"\n{}",
            setup.settings,
            world::ADMIN_CHANNEL,
            delivery(setup.budgets)
        );
        std::fs::write(folder.path().join("switchboard.toml"), settings)?;
        if let Some(database) = setup.database {
            std::fs::copy(database, folder.path().join("switchboard.db"))?;
        }
        let workspace = WorkspaceSetup::default().limits(setup.limits).answer_within(Duration::from_secs(15));
        let slack = bench.runtime.block_on(Workspace::start(workspace, Clock::running()))?;
        world::populate(&slack, directory);
        let people = if setup.directory.is_some() { 500 } else { 4_000 };
        let askers = (0..people).map(|number| slack.add_user(&format!("field-{number:04}")).id()).collect();
        // The bot is in its channels already, as it is on any day but the first.
        for channel in slack.channel_names() {
            slack.invite_bot(&channel);
        }
        slack.lose_pending();
        let field = slack.find_channel(world::FIELD_CHANNEL).context("a channel to ask in")?;
        let team = slack.team_id();
        Ok(Self { slack, askers, field, team, bench, folder, budgets: setup.budgets })
    }

    /// A file of the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.file("switchboard.db")
    }

    /// The database's address.
    pub fn database_url(&self) -> String {
        format!("sqlite://{}", self.database().display())
    }

    fn command(&self, mut command: Command, arguments: &[&str]) -> Command {
        command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("SWITCHBOARD_CONFIG", self.file("switchboard.toml"))
            .env("DATABASE_URL", self.database_url())
            .env("SWITCHBOARD_LISTEN", "127.0.0.1:0")
            .env("SLACK_API_URL", self.slack.api_url())
            .env("SLACK_BOT_TOKEN", self.slack.bot_token())
            .env("SLACK_SIGNING_SECRET", SECRET)
            .stdin(Stdio::null());
        command
    }

    /// Runs one of the program's other commands to its end, on our core.
    pub fn run(&self, arguments: &[&str]) -> Result<Output> {
        Ok(self.command(Command::new(crate::PROGRAM), arguments).output()?)
    }

    /// Starts the bot; it listens when this returns, and has read its names where it had none.
    pub fn serve(&self) -> Result<Bot> {
        self.serve_with(&[])
    }

    /// The same with more in its environment.
    pub fn serve_with(&self, env: &[(&str, &str)]) -> Result<Bot> {
        let log = self.file(&format!("log-{}", std::fs::read_dir(self.folder.path())?.count()));
        let mut command = self.command(self.bench.cores.server(crate::PROGRAM), &["serve"]);
        command.envs(env.iter().copied()).stdout(Stdio::null()).stderr(std::fs::File::create(&log)?);
        let started = Instant::now();
        let child = command.spawn().context("the program does not start")?;
        let mut bot = Bot { child, log, address: SocketAddr::from(([127, 0, 0, 1], 0)), started };
        while started.elapsed() < START {
            if let Some(address) = bot.listens() {
                bot.address = address;
                self.slack.connect_bot(&format!("http://{address}"), SECRET);
                return Ok(bot);
            }
            if bot.child.try_wait()?.is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        bail!("the bot did not start:\n{}", bot.log());
    }

    /// Where somebody asks; always somebody else.
    pub fn asker(&self, number: usize) -> requests::From<'_> {
        requests::From {
            team: &self.team,
            channel: &self.field,
            user: &self.askers[number % self.askers.len()],
        }
    }

    /// So many questions, no two alike, over all groups; `run` keeps them apart from another run's.
    pub fn questions(&self, run: &str, count: usize) -> Vec<Vec<u8>> {
        let ask = |number: usize| {
            let text = format!("{} ({run})", self.bench.town.question(number, number));
            requests::slash(self.asker(number), &text, &format!("{run}-{number}"))
        };
        (0..count).map(ask).collect()
    }

    /// Sends some questions that nobody counts, so that code, caches and statements are warm; their cards are no part of what is
    /// measured then, where they may leave at once.
    pub fn warm_up(&self, bot: &Bot, run: &str) -> Result<()> {
        let requests = self.questions(&format!("warm-{run}"), self.bench.scale(400, 20));
        load::run(load::Plan::closed(bot.address, requests, 8))?;
        if matches!(self.budgets, Budgets::Off) {
            self.let_leave()?;
        }
        Ok(())
    }

    /// Waits until nothing waits to leave; not for what an earlier run left in long lanes.
    fn let_leave(&self) -> Result<()> {
        let db = database::look(&self.database())?;
        let until = Instant::now() + LEAVING;
        while Instant::now() < until
            && database::count(&db, "SELECT COUNT(*) FROM outbox WHERE state IN ('sending', 'waiting')")? > 0
        {
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }
}

fn delivery(budgets: Budgets) -> String {
    let messages = match budgets {
        Budgets::AsShipped => return String::new(),
        Budgets::Off => 0,
        Budgets::Messages(messages) => messages,
    };
    format!("[delivery]\nmessages_per_minute = {messages}\nupdates_per_minute = 0\n")
}

/// Whether a question was sent on, as its answer tells.
pub fn is_sent(answer: &load::Answer) -> bool {
    answer.status == 200 && answer.body.contains("Sent to")
}

/// Whether the answer is a plain 200.
pub fn is_ok(answer: &load::Answer) -> bool {
    answer.status == 200
}

/// The running program.
pub struct Bot {
    /// Where it listens.
    pub address: SocketAddr,
    /// When it was started.
    pub started: Instant,
    child: Child,
    log: PathBuf,
}

impl Bot {
    /// Its process. `taskset` becomes the program, so that this is the bot's own.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn listens(&self) -> Option<SocketAddr> {
        let log = self.log();
        let (_, after) = log.split_once("address=")?;
        after.split_whitespace().next()?.parse().ok()
    }

    /// Processor seconds so far.
    pub fn cpu(&self) -> Result<f64> {
        machine::cpu_seconds(self.pid())
    }

    /// Resident memory now and at its highest, in MiB.
    pub fn memory(&self) -> Result<(f64, f64)> {
        machine::memory_mib(self.pid())
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) -> Result<()> {
        let pid = self.pid().to_string();
        Command::new("kill").args(["-TERM", &pid]).status()?;
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_secs(20) {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        bail!("it does not stop");
    }

    /// Kills it without warning.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        // Errors mean that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
