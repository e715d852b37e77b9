//! The program itself for tests: a folder with configuration and database, the local Slack that goes with it, and the
//! process, started, signalled, killed. Nothing here judges what the program did.
//!
//! Invariant: a process that was started here is gone when its [`Running`] is.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use switchboard::cli::demo::world;
use switchboard::config;
use switchboard::sandbox::{Clock, Workspace, WorkspaceSetup};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{self, SECRET};

/// How long anything may take that has no limit of its own.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// What the kept log ends with once the process has.
const ENDED: &str = "(the process ended)";

/// A folder with configuration and database, and the Slack that goes with it.
pub struct Site {
    /// Slack.
    pub slack: Workspace,
    /// Where the database is, if not in the folder itself.
    pub database_in: Option<PathBuf>,
    /// Whether Slack reaches it by websockets.
    pub by_sockets: bool,
    pub folder: tempfile::TempDir,
}

impl Site {
    /// With the example directory and everybody in it.
    pub async fn begin() -> Self {
        Self::with(WorkspaceSetup::default()).await
    }

    /// The same in a workspace that was set up otherwise.
    pub async fn with(setup: WorkspaceSetup) -> Self {
        let slack = Workspace::start(setup, Clock::running()).await.expect("a port");
        world::populate(&slack, &support::example());
        Self::at(slack, config::example_settings(), config::example_directory())
    }

    pub fn at(slack: Workspace, settings: &str, directory: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("switchboard.toml"), settings).expect("written");
        std::fs::write(folder.path().join("directory.yml"), directory).expect("written");
        Self { slack, database_in: None, by_sockets: false, folder }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn database(&self) -> String {
        let folder = self.database_in.as_deref().unwrap_or(self.folder.path());
        format!("sqlite://{}", folder.join("switchboard.db").display())
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
        command
            .args(arguments)
            .env_clear()
            .env("SWITCHBOARD_CONFIG", self.file("switchboard.toml"))
            .env("DATABASE_URL", self.database())
            .env("SWITCHBOARD_LISTEN", "127.0.0.1:0")
            .env("SWITCHBOARD__LIMITS__ENGAGEMENTS_PER_PERSON_PER_HOUR", "1000")
            // How fast cards change is told in stories; here each has to be up to date when the outbox is empty.
            .env("SWITCHBOARD__DELIVERY__MESSAGES_PER_MINUTE", "0")
            .env("SWITCHBOARD__DELIVERY__UPDATES_PER_MINUTE", "0")
            .env("SLACK_API_URL", self.slack.api_url())
            .env("SLACK_BOT_TOKEN", self.slack.bot_token())
            .stdin(Stdio::null());
        if self.by_sockets {
            command.env("SLACK_APP_TOKEN", self.slack.app_token());
        } else {
            command.env("SLACK_SIGNING_SECRET", SECRET);
        }
        command
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments);
        tokio::task::spawn_blocking(move || command.output().expect("it runs")).await.expect("it ends")
    }

    /// Starts the bot, waits until it is ready, and tells Slack where it is.
    pub async fn serve(&self) -> Running {
        let running = self.serve_unready(&[]).await;
        eventually("readyz", async || running.get("/readyz").await.starts_with("HTTP/1.1 200")).await;
        running
    }

    /// Starts the bot, waits until it listens, and tells Slack where it is.
    pub async fn serve_unready(&self, env: &[(&str, &str)]) -> Running {
        if self.by_sockets {
            self.slack.connect_bot_by_sockets();
        }
        let mut running = self.launch(env);
        let up = async || running.address().is_some() || !running.is_alive();
        eventually("listening", up).await;
        assert!(running.address().is_some(), "it did not start:\n{}", running.log());
        running.url = format!("http://{}", running.address().expect("an address"));
        if !self.by_sockets {
            self.slack.connect_bot(&running.url, SECRET);
        }
        running
    }

    /// Starts the bot and waits for nothing.
    pub fn launch(&self, env: &[(&str, &str)]) -> Running {
        let mut command = self.command(&["serve"]);
        command.envs(env.iter().copied()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let pipe = child.stderr.take().expect("a pipe");
        let log = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                let mut kept = kept.lock().expect("a log");
                kept.push_str(&line);
                kept.push('\n');
            }
            kept.lock().expect("a log").push_str(ENDED);
        });
        Running { child, log, url: String::new() }
    }
}

/// A process of ours.
pub struct Running {
    child: Child,
    log: Arc<Mutex<String>>,
    /// Where it listens.
    pub url: String,
}

impl Running {
    pub fn log(&self) -> String {
        self.log.lock().expect("a log").clone()
    }

    /// Whether the log goes on: a process that ended closes its end.
    pub fn is_alive(&self) -> bool {
        !self.log().ends_with(ENDED)
    }

    pub fn address(&self) -> Option<String> {
        let log = without_colour(&self.log());
        let (_, after) = log.split_once("address=")?;
        Some(after.split_whitespace().next()?.to_owned())
    }

    pub async fn get(&self, path: &str) -> String {
        let address = self.url.trim_start_matches("http://").to_owned();
        let Ok(mut stream) = tokio::net::TcpStream::connect(&address).await else { return String::new() };
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        let mut answer = String::new();
        if stream.write_all(request.as_bytes()).await.is_ok() {
            let _ = stream.read_to_string(&mut answer).await;
        }
        answer
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status().expect("kill");
        assert!(sent.success(), "{name}");
    }

    /// Asks it to stop; how long it took, and the exit code.
    pub async fn stop(mut self) -> (Duration, Option<i32>, String) {
        let asked = Instant::now();
        self.signal("-TERM");
        while asked.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return (asked.elapsed(), status.code(), self.log());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it does not stop:\n{}", self.log());
    }

    /// Kills it (`SIGKILL`): it has no say in it.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn without_colour(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain + rest
}

pub async fn eventually(what: &str, holds: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !holds().await {
        assert!(started.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

pub fn said(output: &Output) -> (String, String) {
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// The id in "Sent to #… as ID."
pub fn id_in(answer: &str) -> Option<String> {
    let after = answer.strip_prefix("Sent to #")?.split(" as ").nth(1)?;
    let word = after.trim_start_matches(|sign: char| !sign.is_ascii_alphanumeric());
    Some(word.chars().take_while(char::is_ascii_alphanumeric).collect())
}

pub fn cards(site: &Site, channel: &str, words: &str) -> usize {
    let is_card =
        |message: &&switchboard::sandbox::Message| message.by_bot && message.plain().contains(words);
    site.slack.messages(channel).iter().filter(is_card).count()
}
