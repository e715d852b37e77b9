//! `switchboard outbox`: messages that were not delivered, listed without what they say, tried again, or dropped.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::check::count;
use super::operate::{self, when};
use crate::config::Environment;
use crate::control::{End, Ended, Wish};
use crate::domain::ids::{EngagementId, InstallationId};
use crate::domain::names::Names;
use crate::store::{Beside, NoticeWish, OutboxId, Standing, StoreError, Undelivered};

/// Rows read at once.
const PAGE: u32 = 500;

/// `switchboard outbox`
#[derive(Debug, Clone, Args)]
pub(super) struct OutboxArgs {
    #[command(subcommand)]
    command: OutboxCommand,
}

#[derive(Debug, Clone, Subcommand)]
enum OutboxCommand {
    /// List messages that were not delivered: the parked ones, unless told otherwise
    List(ListArgs),
    /// Let parked messages wait for delivery again
    Retry(RetryArgs),
    /// Drop messages that wait or are parked
    Drop(DropArgs),
}

#[derive(Debug, Clone, Args)]
struct ListArgs {
    /// Those that were given up and wait for a person (the default)
    #[arg(long, conflicts_with_all = ["waiting", "all"])]
    parked: bool,
    /// Those that wait for their turn, or are being sent
    #[arg(long, conflicts_with = "all")]
    waiting: bool,
    /// Both
    #[arg(long)]
    all: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Args)]
struct RetryArgs {
    /// Which, by the first column of the list
    #[arg(value_name = "ID", required_unless_present = "all_parked")]
    ids: Vec<i64>,
    /// Every parked message
    #[arg(long, conflicts_with = "ids")]
    all_parked: bool,
}

#[derive(Debug, Clone, Args)]
struct DropArgs {
    /// Which, by the first column of the list
    #[arg(value_name = "ID", required = true)]
    ids: Vec<i64>,
    /// Why, for whoever looks later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Runs the command.
pub(super) async fn run(args: OutboxArgs, env: Environment) -> anyhow::Result<ExitCode> {
    let (url, beside) = operate::look(env.clone())?;
    let (wish, ids) = match args.command {
        OutboxCommand::List(args) => return list(&args, &beside),
        OutboxCommand::Retry(args) if args.all_parked => (Wish::RetryNotices, all_parked(&beside)?),
        OutboxCommand::Retry(args) => (Wish::RetryNotices, args.ids),
        OutboxCommand::Drop(args) => (Wish::DropNotices { why: args.reason }, args.ids),
    };
    if ids.is_empty() {
        println!("Nothing is parked.");
        return Ok(ExitCode::SUCCESS);
    }
    let (ended, trouble) = operate::perform(&env, &url, &wish, &ids).await?;
    for ended in &ended {
        let sentence = sentence(ended, &wish);
        if ended.end.is_refused() { eprintln!("{sentence}") } else { println!("{sentence}") }
    }
    Ok(operate::exit_code(&ended, trouble.as_ref()))
}

fn sentence(Ended { id, end }: &Ended, wish: &Wish) -> String {
    let is_retry = *wish == Wish::RetryNotices;
    let said = match end {
        End::Notice(NoticeWish::Done) if is_retry => "waits for delivery again.",
        End::Notice(NoticeWish::Done) => "is dropped.",
        End::Notice(NoticeWish::WasSo) if is_retry => "is not parked: it waits already, or is being sent.",
        End::Notice(NoticeWish::WasSo) => "was dropped before.",
        End::Notice(NoticeWish::Overtaken) => "is dropped: a newer card of the same waits in its place.",
        End::Notice(NoticeWish::InFlight) => {
            "is in flight, or was when the bot stopped: wait for its end. Nothing was changed."
        }
        End::Notice(NoticeWish::Sent) => "was delivered already. Nothing was changed.",
        End::Notice(NoticeWish::Dropped) => {
            "was dropped, and what it said may not be true any more. Nothing was changed."
        }
        End::Notice(NoticeWish::Unreadable) => {
            "cannot be read, so that it would be parked again; drop it. Nothing was changed."
        }
        End::Notice(NoticeWish::Unknown) => "is no message here; delivered ones are forgotten after a while.",
        End::Letter(_) | End::Purged(_) | End::Reloaded(_) => "was not what was asked for.",
        End::Failed { why } => return format!("{id} was left as it is: {why}"),
    };
    format!("{id} {said}")
}

fn all_parked(beside: &Beside) -> anyhow::Result<Vec<i64>> {
    let mut ids = Vec::new();
    for installation in beside.installations()? {
        ids.extend(every(installation, Beside::parked, beside)?.iter().map(|row| row.id.0));
    }
    Ok(ids)
}

type Page = fn(&Beside, InstallationId, OutboxId, u32) -> Result<Vec<Undelivered>, StoreError>;

fn every(installation: InstallationId, page: Page, beside: &Beside) -> Result<Vec<Undelivered>, StoreError> {
    let mut all = Vec::new();
    loop {
        let after = all.last().map_or(OutboxId(0), |row: &Undelivered| row.id);
        let rows = page(beside, installation, after, PAGE)?;
        if rows.is_empty() {
            return Ok(all);
        }
        all.extend(rows);
    }
}

fn list(args: &ListArgs, beside: &Beside) -> anyhow::Result<ExitCode> {
    let mut objects = Vec::new();
    let mut lines = Vec::new();
    for installation in beside.installations()? {
        let names = operate::names(beside, installation)?;
        let mut rows = Vec::new();
        if !args.waiting {
            rows.extend(every(installation, Beside::parked, beside)?);
        }
        if args.waiting || args.all {
            rows.extend(every(installation, Beside::pending, beside)?);
        }
        rows.sort_by_key(|row| row.id);
        objects.extend(rows.iter().map(object));
        lines.extend(rows.iter().map(|row| line(row, &names)));
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&objects)?);
        return Ok(ExitCode::SUCCESS);
    }
    for line in &lines {
        println!("{line}");
    }
    println!(
        "{}",
        match (lines.len(), args.waiting || args.all) {
            (0, false) => "Nothing is parked.".to_owned(),
            (0, true) => "Everything was delivered.".to_owned(),
            (number, _) => format!("{}.", count(number, "message")),
        }
    );
    Ok(ExitCode::SUCCESS)
}

fn object(row: &Undelivered) -> Value {
    json!({
        "id": row.id.0,
        "state": state(row.standing),
        "lane": row.lane,
        "kind": row.kind,
        "engagement": row.engagement.map(EngagementId::short),
        "tries": row.tries,
        "may_have_been_delivered": row.is_unsure,
        "decided_at": row.decided_at,
        "next_at": row.next_at,
        "parked_at": row.parked_at,
        "reason": row.reason,
    })
}

fn line(row: &Undelivered, names: &Names) -> String {
    let kind = row.kind.as_deref().map_or_else(|| "cannot be read".to_owned(), |kind| kind.replace('_', " "));
    let of = row.engagement.map(|id| format!(" of {id}")).unwrap_or_default();
    let tries = if row.tries == 1 { "1 try".to_owned() } else { format!("{} tries", row.tries) };
    let unsure = if row.is_unsure { ", may have been delivered" } else { "" };
    let why = row.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!(
        "{:>6}  {:<7}  {:<20}  {kind}{of}, {tries}, since {}{unsure}{why}",
        row.id.0,
        state(row.standing),
        lane(&row.lane, names),
        when(row.parked_at.unwrap_or(row.decided_at)),
    )
}

fn state(standing: Standing) -> &'static str {
    match standing {
        Standing::Waiting => "waiting",
        Standing::Sending => "sending",
        Standing::Parked => "parked",
    }
}

/// A lane, as people call it.
fn lane(lane: &str, names: &Names) -> String {
    if let Some(channel) = names.channels.iter().find(|channel| channel.id.as_str() == lane) {
        return format!("#{}", channel.name);
    }
    if let Some(id) = lane.strip_prefix("aside:").and_then(|id| id.parse().ok()) {
        return format!("after {}'s card", EngagementId(id));
    }
    match names
        .people
        .iter()
        .find(|person| lane.strip_prefix("answer:").unwrap_or(lane) == person.id.as_str())
    {
        Some(person) => format!("@{}", person.name),
        None => lane.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_of_a_wish_is_a_sentence() {
        let ends = [
            NoticeWish::Done,
            NoticeWish::WasSo,
            NoticeWish::Overtaken,
            NoticeWish::InFlight,
            NoticeWish::Sent,
            NoticeWish::Dropped,
            NoticeWish::Unreadable,
            NoticeWish::Unknown,
        ];
        let said = |wish: Wish| {
            let of = |end| sentence(&Ended { id: 7, end: End::Notice(end) }, &wish);
            ends.map(of).join("\n")
        };
        insta::assert_snapshot!(said(Wish::RetryNotices), @"
        7 waits for delivery again.
        7 is not parked: it waits already, or is being sent.
        7 is dropped: a newer card of the same waits in its place.
        7 is in flight, or was when the bot stopped: wait for its end. Nothing was changed.
        7 was delivered already. Nothing was changed.
        7 was dropped, and what it said may not be true any more. Nothing was changed.
        7 cannot be read, so that it would be parked again; drop it. Nothing was changed.
        7 is no message here; delivered ones are forgotten after a while.
        ");
        insta::assert_snapshot!(said(Wish::DropNotices { why: None }), @"
        7 is dropped.
        7 was dropped before.
        7 is dropped: a newer card of the same waits in its place.
        7 is in flight, or was when the bot stopped: wait for its end. Nothing was changed.
        7 was delivered already. Nothing was changed.
        7 was dropped, and what it said may not be true any more. Nothing was changed.
        7 cannot be read, so that it would be parked again; drop it. Nothing was changed.
        7 is no message here; delivered ones are forgotten after a while.
        ");
    }
}
