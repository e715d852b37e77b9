//! `switchboard dead-letters`: what Slack signed and we did not understand, listed without what it says, read again, or dropped.
//!
//! What a letter says is private. It is shown only where it is asked for by name, and never so that it could steer a terminal.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::json;

use super::check::count;
use super::operate::{self, when};
use crate::config::Environment;
use crate::control::{End, Ended, LetterWish, Wish};
use crate::store::{Beside, Letter};

/// Rows read at once.
const PAGE: u32 = 500;

/// `switchboard dead-letters`
#[derive(Debug, Clone, Args)]
pub(super) struct DeadLettersArgs {
    #[command(subcommand)]
    command: DeadLettersCommand,
}

#[derive(Debug, Clone, Subcommand)]
enum DeadLettersCommand {
    /// List what could not be understood
    List(ListArgs),
    /// Tell what is known of one
    Show(ShowArgs),
    /// Read them again, as an upgrade may understand them, and do what they ask for
    Retry(RetryArgs),
    /// Throw them away
    Drop(DropArgs),
}

#[derive(Debug, Clone, Args)]
struct ListArgs {
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Args)]
struct ShowArgs {
    /// Which, by the first column of the list
    #[arg(value_name = "ID")]
    id: i64,
    /// Also print the whole of it, as it came: private
    #[arg(long)]
    body: bool,
}

#[derive(Debug, Clone, Args)]
struct RetryArgs {
    /// Which, by the first column of the list
    #[arg(value_name = "ID", required_unless_present = "all")]
    ids: Vec<i64>,
    /// All of them, the oldest first
    #[arg(long, conflicts_with = "ids")]
    all: bool,
}

#[derive(Debug, Clone, Args)]
struct DropArgs {
    /// Which, by the first column of the list
    #[arg(value_name = "ID", required = true)]
    ids: Vec<i64>,
}

/// Runs the command.
pub(super) async fn run(args: DeadLettersArgs, env: Environment) -> anyhow::Result<ExitCode> {
    let (url, beside) = operate::look(env.clone())?;
    let (wish, ids) = match args.command {
        DeadLettersCommand::List(args) => return list(&args, &beside),
        DeadLettersCommand::Show(args) => return show(&args, &beside),
        DeadLettersCommand::Retry(args) if args.all => {
            (Wish::RetryDeadLetters, letters(&beside)?.iter().map(|letter| letter.id).collect())
        }
        DeadLettersCommand::Retry(args) => (Wish::RetryDeadLetters, args.ids),
        DeadLettersCommand::Drop(args) => (Wish::DropDeadLetters, args.ids),
    };
    if ids.is_empty() {
        println!("There are no dead letters.");
        return Ok(ExitCode::SUCCESS);
    }
    let (ended, trouble) = operate::perform(&env, &url, &wish, &ids).await?;
    for ended in &ended {
        let sentence = sentence(ended);
        if ended.end.is_refused() { eprintln!("{sentence}") } else { println!("{sentence}") }
    }
    Ok(operate::exit_code(&ended, trouble.as_ref()))
}

fn sentence(Ended { id, end }: &Ended) -> String {
    match end {
        End::Letter(LetterWish::Understood) => format!("{id} is understood and done."),
        End::Letter(LetterWish::NothingToDo) => {
            format!("{id} is understood, and nothing is left to do about it; it is gone.")
        }
        End::Letter(LetterWish::Dropped) => format!("{id} is thrown away."),
        End::Letter(LetterWish::Stays { reason }) => format!("{id} stays: {reason}."),
        End::Letter(LetterWish::Doubtful) => format!(
            "{id} stays: an earlier retry of it was cut off more than a day ago, and whether it was done cannot be told any \
             more. Look in Slack, then drop it."
        ),
        End::Letter(LetterWish::Unknown) => format!("{id} is no dead letter here."),
        End::Notice(_) | End::Purged(_) | End::Reloaded(_) => format!("{id} was not what was asked for."),
        End::Failed { why } => format!("{id} stays: {why}"),
    }
}

/// All of them, each once, the oldest first.
fn letters(beside: &Beside) -> anyhow::Result<Vec<Letter>> {
    let mut all: Vec<Letter> = Vec::new();
    for installation in beside.installations()? {
        let mut after = 0;
        loop {
            let some = beside.letters(installation, after, PAGE)?;
            let Some(last) = some.last() else { break };
            after = last.id;
            all.extend(some);
        }
    }
    all.sort_by_key(|letter| letter.id);
    all.dedup_by_key(|letter| letter.id);
    Ok(all)
}

fn list(args: &ListArgs, beside: &Beside) -> anyhow::Result<ExitCode> {
    let letters = letters(beside)?;
    if args.json {
        let objects: Vec<_> = letters
            .iter()
            .map(|letter| {
                let Letter { id, kind, bytes, reason, at } = letter;
                json!({ "id": id, "kind": kind, "bytes": bytes, "reason": reason, "at": at })
            })
            .collect();
        println!("{}", serde_json::to_string_pretty(&objects)?);
        return Ok(ExitCode::SUCCESS);
    }
    for letter in &letters {
        println!("{}", line(letter));
    }
    match letters.len() {
        0 => println!("There are no dead letters."),
        number => println!("{}.", count(number, "dead letter")),
    }
    Ok(ExitCode::SUCCESS)
}

fn line(Letter { id, kind, bytes, reason, at }: &Letter) -> String {
    format!("{id:>6}  {}  {kind}, {bytes} bytes: {reason}", when(*at))
}

fn show(args: &ShowArgs, beside: &Beside) -> anyhow::Result<ExitCode> {
    let found = letters(beside)?.into_iter().find(|letter| letter.id == args.id);
    let Some(letter) = found else { bail!("{} is no dead letter here", args.id) };
    if !args.body {
        println!("{}", line(&letter));
        println!("What it says is private; `--body` prints it as it came.");
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!(
        "This is what somebody sent, whole: words of people, and addresses that let anybody answer as the bot. Do not paste it \
         where others read."
    );
    for installation in beside.installations()? {
        let Some(body) = beside.letter_body(installation, letter.id)? else { continue };
        let mut out = std::io::stdout();
        if out.is_terminal() {
            writeln!(out, "{}", harmless(&body))?;
        } else {
            out.write_all(&body)?;
        }
        break;
    }
    Ok(ExitCode::SUCCESS)
}

/// The text without what a terminal would obey.
fn harmless(body: &[u8]) -> String {
    let shown = |sign: char| {
        if sign.is_control() && sign != '\n' { sign.escape_default().to_string() } else { sign.to_string() }
    };
    String::from_utf8_lossy(body).chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_of_a_wish_is_a_sentence() {
        let ends = [
            LetterWish::Understood,
            LetterWish::NothingToDo,
            LetterWish::Dropped,
            LetterWish::Stays { reason: "an event of type zebra".to_owned() },
            LetterWish::Doubtful,
            LetterWish::Unknown,
        ];
        let said = ends.map(|end| sentence(&Ended { id: 7, end: End::Letter(end) })).join("\n");
        insta::assert_snapshot!(said, @"
        7 is understood and done.
        7 is understood, and nothing is left to do about it; it is gone.
        7 is thrown away.
        7 stays: an event of type zebra.
        7 stays: an earlier retry of it was cut off more than a day ago, and whether it was done cannot be told any more. Look in Slack, then drop it.
        7 is no dead letter here.
        ");
    }

    #[test]
    fn a_letter_cannot_steer_a_terminal() {
        assert_eq!(harmless(b"{\x1b]0;owned\x07\n\xff}"), "{\\u{1b}]0;owned\\u{7}\n\u{fffd}}");
    }
}
