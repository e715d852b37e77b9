//! The machine: which core runs what, and what the system counts of a process.
//!
//! Pinning is `taskset`'s; where it is absent, or there is one core only, everything runs unpinned and the table says so.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

/// The core of whatever is measured.
const SERVER_CORE: &str = "0";
/// The core of the load, of the local Slack, and of everything else here.
const LOAD_CORE: &str = "1";
/// Clock ticks in a second, as `/proc` counts them on every Linux in use.
const TICKS: f64 = 100.0;

/// Who runs where.
#[derive(Clone, Copy)]
pub struct Cores {
    pinned: bool,
}

impl Cores {
    /// Puts ourselves on the load's core, if that can be done.
    pub fn claim() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let ours = std::process::id().to_string();
        let moved = cores > 1 && is_done("taskset", &["-a", "-c", "-p", LOAD_CORE, &ours]);
        Self { pinned: moved }
    }

    /// A command that runs on the server's core.
    pub fn server(self, program: &str) -> Command {
        if !self.pinned {
            return Command::new(program);
        }
        let mut command = Command::new("taskset");
        command.args(["-c", SERVER_CORE, program]);
        command
    }

    /// How it is, in a sentence for the report.
    pub fn sentence(self) -> &'static str {
        if self.pinned {
            "The server on core 0; load, local Slack and whatever else on core 1."
        } else {
            "NOT PINNED (no `taskset`, or one core only): server and load share what there is."
        }
    }
}

fn is_done(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Seconds of processor time that a process has used.
pub fn cpu_seconds(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("the process is gone")?;
    // The name in brackets may hold anything; what follows is plain.
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks: f64 =
        after.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS)
}

/// Resident memory now and at its highest, in MiB.
pub fn memory_mib(pid: u32) -> Result<(f64, f64)> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the process is gone")?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<f64>().ok()
    };
    let now = field("VmRSS:").context("no VmRSS")?;
    let highest = field("VmHWM:").context("no VmHWM")?;
    Ok((now / 1024.0, highest / 1024.0))
}
