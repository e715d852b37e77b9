//! `switchboard demo`: the bot and a local Slack workspace in one process, without any account.
//!
//! A tour first, then a prompt at which the newcomer acts as anybody. Everything happens over real HTTP on 127.0.0.1: only
//! Slack itself, the clock and the people are ours. The tour looks at what it shows and fails when that is not so.

mod cast;
mod place;
mod prompt;
mod screen;
mod stage;
mod tour;
pub mod world;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;

use crate::config::{self, Problem, TextFile};
use crate::domain::directory::Directory;
use crate::domain::rules::Rules;
use cast::Cast;
use screen::Screen;
use stage::Stage;

/// `switchboard demo`
#[derive(Debug, Clone, Default, clap::Args)]
pub struct DemoArgs {
    /// Another directory than the bundled example of an invented company
    #[arg(long, value_name = "FILE")]
    pub directory: Option<PathBuf>,
    /// Play the tour and stop, without the prompt
    #[arg(long)]
    pub tour_only: bool,
}

/// Plays the tour, then lets the newcomer act.
pub async fn run(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    tokio::select! {
        played = play(args) => played,
        _ = tokio::signal::ctrl_c() => Ok(ExitCode::SUCCESS),
    }
}

async fn play(args: &DemoArgs) -> anyhow::Result<ExitCode> {
    let directory = directory(args)?;
    let cast = Cast::choose(directory)?;
    let screen = Screen::for_stdout();
    let mut stage = Stage::raise(&cast.directory, screen).await?;
    opening(&stage, &cast, args);
    let toured = tour::play(&mut stage, &cast).await;
    if toured.is_ok() && !args.tour_only {
        prompt::run(&mut stage, &cast).await?;
    }
    stage.strike().await;
    toured?;
    Ok(ExitCode::SUCCESS)
}

fn opening(stage: &Stage, cast: &Cast, args: &DemoArgs) {
    let screen = &stage.screen;
    screen.heading("Switchboard, without any account");
    screen.text(
        "The bot, its database and a local Slack workspace run in this process; every step goes over HTTP.",
    );
    screen.text(&format!("the bot          {}", stage.url));
    screen.text(&format!("the workspace    {}", stage.slack.api_url()));
    screen.text(&format!("the database     {}", stage.database.display()));
    let written = args.directory.as_ref().map(|path| path.display().to_string());
    let named = written.unwrap_or_else(|| "an invented company (--directory FILE for yours)".to_owned());
    screen.text(&format!("the directory    {named}"));
    if !cast.invented.is_empty() {
        screen.text(&format!("Not in the directory, so the tour invents: {}.", cast.invented.join(", ")));
    }
    screen.text("Times at the left are UTC; a direct message has its reader's own.");
}

fn directory(args: &DemoArgs) -> anyhow::Result<Directory> {
    let hours = Rules::default().hours;
    let loaded = if let Some(path) = &args.directory {
        config::load_directory_files(std::slice::from_ref(path), &hours)
    } else {
        let text = config::example_directory().to_owned();
        config::load_directory(&TextFile { name: "the example directory".to_owned(), text }, &hours)
    };
    match loaded {
        Ok((directory, _)) => Ok(directory),
        Err(problems) => {
            let lines: Vec<String> = problems.iter().map(Problem::one_line).collect();
            bail!("the directory cannot be used:\n{}", lines.join("\n"))
        }
    }
}
