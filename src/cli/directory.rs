//! `switchboard directory import`: a public taxonomy becomes a directory, and the list of what a person must fill in.
//!
//! Never loses what somebody wrote: a file that is in the way is kept beside the new one.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use indexmap::IndexMap;

use super::check::{count, size};
use super::directory_diff::{self, DiffArgs};
use super::{operate, setup};
use crate::app::Reloaded;
use crate::config::{self, Environment, Import, Problem, Purpose, Sources, TextFile, ToFillIn};
use crate::control::{End, Ended, Wish};
use crate::domain::rules::WorkingHours;

/// `switchboard directory`
#[derive(Debug, Clone, clap::Args)]
pub struct DirectoryArgs {
    /// What to do with the directory
    #[command(subcommand)]
    pub command: DirectoryCommand,
}

/// What to do with the directory.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum DirectoryCommand {
    /// Make a directory from a taxonomy of stages, groups and categories
    Import(ImportArgs),
    /// Show how far the directory has drifted from its taxonomy, and from Slack, as a patch
    Diff(DiffArgs),
    /// Have the running bot read directory and settings anew
    Reload,
}

/// `switchboard directory import`
#[derive(Debug, Clone, clap::Args)]
pub struct ImportArgs {
    /// Stages with their groups
    #[arg(long, value_name = "FILE")]
    pub stages: PathBuf,
    /// Categories
    #[arg(long, value_name = "FILE")]
    pub categories: PathBuf,
    /// Sections
    #[arg(long, value_name = "FILE")]
    pub sections: Option<PathBuf>,
    /// What people add by hand, laid over what is imported: checked with it, and left as it is
    #[arg(long, value_name = "FILE")]
    pub overlay: Option<PathBuf>,
    /// Where to write the directory; `-` for standard output
    #[arg(short, long, value_name = "FILE", default_value = "directory.yml")]
    pub output: PathBuf,
}

/// Runs the command.
pub async fn run(args: &DirectoryArgs, env: Environment) -> anyhow::Result<ExitCode> {
    match &args.command {
        DirectoryCommand::Import(args) => run_import(args),
        DirectoryCommand::Diff(args) => Ok(directory_diff::run(args, env).await),
        DirectoryCommand::Reload => run_reload(&env).await,
    }
}

async fn run_reload(env: &Environment) -> anyhow::Result<ExitCode> {
    let settings = setup::settings(env.clone(), Purpose::Look)?;
    let url = settings.database_url.expose();
    let (ended, trouble) = operate::perform(env, url, &Wish::Reload, &[0]).await?;
    for Ended { id: _, end } in &ended {
        match end {
            End::Reloaded(Reloaded::Used { after_restart, warnings }) => {
                println!(
                    "Directory and settings are read anew and in use, with {}.",
                    count(*warnings, "warning")
                );
                for changed in after_restart {
                    println!("Only a restart changes {changed}.");
                }
            }
            End::Reloaded(Reloaded::Broken { problems }) => {
                for problem in problems {
                    eprintln!("{problem}");
                }
                eprintln!("The bot keeps to what it read last.");
            }
            End::Reloaded(Reloaded::NotHere) => {
                eprintln!("No bot runs on this database; it reads the directory when it starts.");
            }
            End::Failed { why } => eprintln!("The bot could not use it: {why}"),
            End::Notice(_) | End::Letter(_) | End::Purged(_) => {}
        }
    }
    Ok(operate::exit_code(&ended, trouble.as_ref()))
}

fn run_import(args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let sources = Sources {
        stages: read(&args.stages)?,
        categories: read(&args.categories)?,
        sections: args.sections.as_deref().map(read).transpose()?,
    };
    let mut import = match config::import(&sources) {
        Ok(import) => import,
        Err(problems) => return Ok(refuse(&problems)),
    };
    // What cannot be read back must never reach a disk.
    let written = TextFile { name: args.output.display().to_string(), text: import.yaml.clone() };
    let overlay = args.overlay.as_deref().map(read).transpose()?;
    let files: Vec<TextFile> = std::iter::once(written).chain(overlay).collect();
    let (directory, warnings) = match config::load_layers(&files, &WorkingHours::default()) {
        Ok(held) => held,
        Err(problems) => return Ok(refuse(&problems)),
    };
    import.to_fill_in = config::still_to_fill_in(import.to_fill_in, &directory);
    // What the overlay is about and the taxonomy has no longer.
    let name = args.overlay.as_deref().map(|path| path.display().to_string());
    let over = |problem: &&Problem| problem.at.as_ref().map(|at| &at.source.name) == name.as_ref();
    for warning in warnings.iter().filter(|_| name.is_some()).filter(over) {
        eprintln!("{}", warning.one_line());
    }
    if args.output == Path::new("-") {
        std::io::stdout().lock().write_all(import.yaml.as_bytes())?;
        std::io::stderr().lock().write_all(report(&import).as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    let kept = keep_old(&args.output, &import.yaml)?;
    std::fs::write(&args.output, &import.yaml)
        .with_context(|| format!("could not write {}", args.output.display()))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "Wrote {}.", args.output.display())?;
    if let Some(kept) = kept {
        writeln!(out, "What was there is kept as {}.", kept.display())?;
    }
    out.write_all(report(&import).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn read(path: &Path) -> anyhow::Result<TextFile> {
    let text = std::fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))?;
    Ok(TextFile { name: path.display().to_string(), text })
}

fn refuse(problems: &[Problem]) -> ExitCode {
    for problem in problems {
        eprintln!("{}", problem.drawn(false));
    }
    ExitCode::FAILURE
}

/// Moves a different file of that name out of the way, under a name that is free.
fn keep_old(path: &Path, new: &str) -> anyhow::Result<Option<PathBuf>> {
    let Ok(old) = std::fs::read(path) else { return Ok(None) };
    if old.is_empty() || old == new.as_bytes() {
        return Ok(None);
    }
    let beside = |number: usize| PathBuf::from(format!("{}.old-{number}", path.display()));
    let kept = (1..1_000)
        .map(beside)
        .find(|kept| !kept.exists())
        .with_context(|| format!("too many old copies beside {}", path.display()))?;
    std::fs::rename(path, &kept).with_context(|| format!("could not keep {}", path.display()))?;
    Ok(Some(kept))
}

/// What was read, what was odd, and what a person must fill in.
pub fn report(import: &Import) -> String {
    let mut out = format!("{}\n", size(&import.directory));
    list(&mut out, "Odd in the taxonomy", &import.oddities);
    let mut emails: IndexMap<&str, Vec<&str>> = IndexMap::new();
    let (mut people, mut channels, mut areas) = (Vec::new(), Vec::new(), Vec::new());
    for missing in &import.to_fill_in {
        match missing {
            ToFillIn::Email { person, role } => emails.entry(person).or_default().push(role),
            ToFillIn::Person { role } => people.push(role.clone()),
            ToFillIn::Channel { place } => channels.push(place.clone()),
            ToFillIn::SmeArea { place } => areas.push(place.clone()),
        }
    }
    let emails: Vec<String> =
        emails.into_iter().map(|(person, roles)| format!("{person}: {}", roles.join("; "))).collect();
    list(&mut out, "E-mail addresses to fill in (the names are in the file, as remarks)", &emails);
    list(&mut out, "Nobody is named", &people);
    list(&mut out, "Channels to fill in (until then the next one up is used)", &channels);
    list(&mut out, "SME areas to write, and to name at their stages", &areas);
    let _ = writeln!(out, "\nAlso: fallback_channel, sme_fallback_channel and the user groups under field.");
    let sum = count(import.to_fill_in.len(), "place");
    let _ = writeln!(out, "{sum} to fill in; `switchboard check` shows what happens until then.");
    out
}

fn list(out: &mut String, title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{title} ({}):", items.len());
    for item in items {
        let _ = writeln!(out, "  {item}");
    }
}
