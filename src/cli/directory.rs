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
use crate::config::{self, Import, Problem, Sources, TextFile, ToFillIn};
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
    /// Where to write the directory; `-` for standard output
    #[arg(short, long, value_name = "FILE", default_value = "directory.yml")]
    pub output: PathBuf,
}

/// Runs the command.
pub fn run(args: &DirectoryArgs) -> anyhow::Result<ExitCode> {
    match &args.command {
        DirectoryCommand::Import(args) => run_import(args),
    }
}

fn run_import(args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let sources = Sources {
        stages: read(&args.stages)?,
        categories: read(&args.categories)?,
        sections: args.sections.as_deref().map(read).transpose()?,
    };
    let import = match config::import(&sources) {
        Ok(import) => import,
        Err(problems) => return Ok(refuse(&problems)),
    };
    // What cannot be read back must never reach a disk.
    let written = TextFile { name: args.output.display().to_string(), text: import.yaml.clone() };
    if let Err(problems) = config::load_directory(&written, &WorkingHours::default()) {
        return Ok(refuse(&problems));
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

fn read(path: &Path) -> anyhow::Result<TextFile> {
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
