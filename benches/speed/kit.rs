//! A measuring kit from elsewhere: a folder with `slackload` and `axumref`, used in place of our own load and yardstick where
//! it can do what a row needs.
//!
//! Its requests come from channels and people that the local Slack does not have, so that they are added to the names which
//! the bot keeps, and the reading of names is made to fail meanwhile: the last known ones are used then.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use switchboard::sandbox::{Fault, FaultRule};

use crate::database;
use crate::machine::Cores;
use crate::requests::SECRET;
use crate::site::Site;

/// Channels and people that its requests come from.
const CHANNELS: usize = 997;
const PEOPLE: usize = 4_999;

/// The tools.
pub struct Kit {
    load: String,
    reference: String,
}

/// What the load says of a run.
pub struct Loaded {
    /// Good answers a second.
    pub rate: f64,
    /// Milliseconds.
    pub p50: f64,
    /// Milliseconds.
    pub p99: f64,
    /// Answers that are not as they should be, and what the last said.
    pub bad: Option<String>,
}

impl Kit {
    /// The kit of that folder.
    #[expect(clippy::needless_pass_by_value, reason = "it is handed over by the arguments")]
    pub fn find(folder: PathBuf) -> Result<Self> {
        let tool = |name: &str| {
            let path = folder.join(name);
            let found = path.is_file().then(|| path.to_string_lossy().into_owned());
            found.with_context(|| format!("there is no {}", path.display()))
        };
        Ok(Self { load: tool("slackload")?, reference: tool("axumref")? })
    }

    /// Its yardstick, with so many rows, about to be started in that folder.
    pub fn yardstick(&self, cores: Cores, rows: usize, folder: &Path) -> Result<Command> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        std::fs::write(folder.join("address"), address.to_string())?;
        let mut command = cores.server(&self.reference);
        command
            .env("STORE", if rows == 0 { "none" } else { "sqlite-batch" })
            .env("SYNC", "FULL")
            .env("ROWS", rows.to_string())
            .env("DB", folder.join("yardstick.db"))
            .env("PORT", address.port().to_string())
            .env("SLACK_SIGNING_SECRET", SECRET);
        Ok(command)
    }

    /// A run of its load; `more` are its own arguments, in which `RUN` stands for the run's name.
    pub fn load(&self, to: SocketAddr, size: (usize, usize), run: &str, more: &[&str]) -> Result<Loaded> {
        let (count, connections) = size;
        let mut command = Command::new(&self.load);
        command
            .args(["--addr", &to.to_string(), "--secret", SECRET, "--json", "--max-seconds", "120"])
            .args(["--count", &count.to_string(), "--concurrency", &connections.to_string()])
            .args(["--teams", "1", "--channels", &CHANNELS.to_string(), "--users", &PEOPLE.to_string()])
            .args(["--tag", run])
            .args(more.iter().map(|argument| argument.replace("RUN", run)));
        let output = command.output().context("slackload does not start")?;
        if !output.status.success() {
            bail!("slackload: {}", String::from_utf8_lossy(&output.stderr));
        }
        let said: Value = serde_json::from_slice(&output.stdout)?;
        let number = |name: &str| said[name].as_f64().unwrap_or_default();
        let bad = said["bad"].as_u64().unwrap_or(1);
        let why = || format!("{bad} bad: {}", said["why"].as_str().unwrap_or_default());
        Ok(Loaded {
            rate: number("rps"),
            p50: number("p50_ms"),
            p99: number("p99_ms"),
            bad: (bad > 0).then(why),
        })
    }
}

/// Makes the bot know the channels and people from which the kit's requests come: for a database that knows its own names
/// already, while nobody serves it.
pub fn introduce(site: &Site<'_>) -> Result<()> {
    site.slack.fail(FaultRule::on("conversations.list", Fault::Status(503)));
    let db = database::open(&site.database())?;
    let kept: String = db.query_row("SELECT value FROM note WHERE key = 'names'", [], |row| row.get(0))?;
    let mut names: Value = serde_json::from_str(&kept)?;
    let channels = names["channels"].as_array_mut().context("channels")?;
    channels.extend((0..CHANNELS).map(|number| {
        json!({"id": format!("C{number:08}"), "name": format!("customer-{number}"), "is_private": false,
            "is_archived": false, "is_shared": false, "is_member": true})
    }));
    let people = names["people"].as_array_mut().context("people")?;
    people.extend((0..PEOPLE).map(|number| {
        json!({"id": format!("U{number:08}"), "name": format!("Person {number}"), "email": null,
            "time_zone": null, "is_gone": false, "is_bot": false, "is_guest": false})
    }));
    db.execute("UPDATE note SET value = ?1 WHERE key = 'names'", [names.to_string()])?;
    Ok(())
}
