//! Logging: one line an occurrence on stderr, `info` unless `RUST_LOG` says otherwise, JSON with `SWITCHBOARD_LOG=json`.
//!
//! Never bodies, tokens, message text or e-mail addresses. The SDK's own debug lines hold those, so they stay shut.

use std::io::IsTerminal;

use tracing_subscriber::filter::{EnvFilter, LevelFilter};

use crate::config::Environment;

/// Libraries whose debug lines hold bodies, headers or addresses.
const SHUT: [&str; 6] = ["slack_morphism", "hyper", "hyper_util", "h2", "rustls", "sqlx"];

/// What was asked for, without the directives that would open one of those.
fn allowed(wanted: &str) -> String {
    let is_shut = |directive: &&str| {
        let target = directive.trim().split(['=', '[']).next().unwrap_or_default();
        SHUT.contains(&target.split("::").next().unwrap_or_default())
    };
    wanted.split(',').filter(|directive| !is_shut(directive)).collect::<Vec<_>>().join(",")
}

/// Starts logging; what tells its story itself logs only what goes wrong.
pub(super) fn start(env: &Environment, is_quiet: bool) {
    let usual = if is_quiet { LevelFilter::ERROR } else { LevelFilter::INFO };
    let wanted = allowed(env.get("RUST_LOG").map_or("", String::as_str));
    let mut filter = EnvFilter::builder().with_default_directive(usual.into()).parse_lossy(wanted);
    for quiet in SHUT {
        if let Ok(directive) = format!("{quiet}=warn").parse() {
            filter = filter.add_directive(directive);
        }
    }
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let started = if env.get("SWITCHBOARD_LOG").is_some_and(|form| form == "json") {
        lines.json().try_init()
    } else {
        lines.try_init()
    };
    if started.is_err() {
        eprintln!("switchboard: logging was started already");
    }
}
