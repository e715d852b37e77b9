//! `switchboard log`: what admins and operators did, for whoever has to show it. Looks beside a running bot.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clap::{Args, ValueEnum};

use super::operate;
use crate::clock::Clock;
use crate::config::Environment;
use crate::domain::admin::LogEntry;

/// The most lines that are written; more are asked for by a shorter time.
const MOST: u32 = 1_000_000;
/// The usual time.
const USUAL: TimeDelta = TimeDelta::days(30);

/// `switchboard log`
#[derive(Debug, Clone, Args)]
pub(super) struct LogArgs {
    /// Since when: a day (2026-11-01), an instant (2026-11-01T12:00:00Z), or so many days (30d); usually the last 30 days
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// One line each, for people
    Text,
    /// Comma-separated, with a line of names
    Csv,
    /// One JSON object a line
    Json,
}

/// Runs the command.
pub(super) fn run(args: &LogArgs, env: Environment) -> anyhow::Result<ExitCode> {
    let since = since(args.since.as_deref(), Clock::system().now())?;
    let (_, beside) = operate::look(env)?;
    if matches!(args.format, Format::Csv) {
        println!("at,by,deed,what,outcome");
    }
    let mut is_empty = true;
    for installation in beside.installations()? {
        let mut lines = beside.log_since(installation, since, MOST)?;
        lines.reverse();
        is_empty &= lines.is_empty();
        for line in &lines {
            println!("{}", written(line, args.format)?);
        }
    }
    if is_empty {
        eprintln!("Nothing is on the log since {}.", since.format("%F %H:%M UTC"));
    }
    Ok(ExitCode::SUCCESS)
}

fn since(typed: Option<&str>, now: DateTime<Utc>) -> anyhow::Result<DateTime<Utc>> {
    let Some(typed) = typed else { return Ok(now - USUAL) };
    if let Some(days) = typed.strip_suffix('d').and_then(|days| days.parse::<u32>().ok()) {
        return now.checked_sub_signed(TimeDelta::days(days.into())).context("that is too long ago");
    }
    if let Ok(day) = typed.parse::<NaiveDate>() {
        return Ok(day.and_time(chrono::NaiveTime::MIN).and_utc());
    }
    match typed.parse() {
        Ok(instant) => Ok(instant),
        Err(_) => bail!("--since wants a day (2026-11-01), an instant (2026-11-01T12:00:00Z) or days (30d)"),
    }
}

fn written(line: &LogEntry, format: Format) -> anyhow::Result<String> {
    let LogEntry { at, by, deed, what, outcome } = line;
    let at = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    Ok(match format {
        Format::Text if what.is_empty() => format!("{at}  {by}  {deed}: {outcome}"),
        Format::Text => format!("{at}  {by}  {deed} {what}: {outcome}"),
        Format::Csv => [at.as_str(), by, deed, what, outcome].map(field).join(","),
        Format::Json => serde_json::to_string(line)?,
    })
}

/// A field that every reader of CSV takes as one, and no spreadsheet as a formula.
fn field(text: &str) -> String {
    let safe = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() };
    if safe.contains([',', '"', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_day_an_instant_or_so_many_days() {
        let now: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().expect("an instant");
        for (typed, expected) in [
            (None, Some("2026-10-21T12:00:00Z")),
            (Some("2d"), Some("2026-11-18T12:00:00Z")),
            (Some("2026-11-01"), Some("2026-11-01T00:00:00Z")),
            (Some("2026-11-01T10:00:00+01:00"), Some("2026-11-01T09:00:00Z")),
            (Some("yesterday"), None),
            (Some("4294967295d"), None),
        ] {
            let expected = expected.map(|at| at.parse::<DateTime<Utc>>().expect("an instant"));
            assert_eq!(since(typed, now).ok(), expected, "{typed:?}");
        }
    }

    #[test]
    fn a_field_stays_one_and_is_no_formula() {
        for (text, expected) in [
            ("done", "done"),
            ("a,b", "\"a,b\""),
            ("say \"no\"", "\"say \"\"no\"\"\""),
            ("=1+1", "'=1+1"),
            ("", ""),
        ] {
            assert_eq!(field(text), expected);
        }
    }
}
