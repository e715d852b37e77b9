//! `switchboard check`: every problem of the settings and the directory, and what each gap costs.
//!
//! Offline: it reads files and asks nobody. Errors go to standard error with the line they are about; warnings and the
//! table of fallbacks to standard output. What only Slack knows is added behind [`offline`]'s outcome.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use crate::config::{self, Environment, Gap, Problem, Purpose, Settings, Source};
use crate::domain::directory::{Directory, HolidaySource};
use crate::domain::rules::WorkingHours;
use crate::worker::holidays;

/// `switchboard check`
#[derive(Debug, Clone, Default, clap::Args)]
pub struct CheckArgs {
    /// The settings file, instead of the one SWITCHBOARD_CONFIG names
    #[arg(long, value_name = "FILE")]
    pub config: Option<std::path::PathBuf>,
    /// Also report what only `serve` needs, and lacks, such as Slack's tokens
    #[arg(long)]
    pub serve: bool,
    /// Also ask Slack whether channels, people and scopes exist
    #[arg(long)]
    pub live: bool,
}

/// What the files say, before anybody asks Slack.
#[derive(Debug)]
pub struct CheckOutcome {
    /// The settings, if they hold.
    pub settings: Option<Settings>,
    /// The directory, if it holds.
    pub directory: Option<Directory>,
    /// Everything that is wrong or missing, settings first.
    pub problems: Vec<Problem>,
    /// What the directory lacks, and what happens instead.
    pub gaps: Vec<Gap>,
    /// Calendars of holidays on the web that nobody tried to read: their hosts.
    pub untried: BTreeSet<String>,
}

impl CheckOutcome {
    /// Whether `serve` would start.
    pub fn holds(&self) -> bool {
        !self.problems.iter().any(Problem::is_error)
    }
}

/// Checks, prints, and says by its exit code whether there are errors.
pub fn run(args: &CheckArgs, env: Environment) -> anyhow::Result<ExitCode> {
    let outcome = offline(args, env);
    print(&outcome)?;
    Ok(if outcome.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads settings and directory and judges both, also when the settings do not hold.
pub fn offline(args: &CheckArgs, mut env: Environment) -> CheckOutcome {
    if let Some(path) = &args.config {
        env.insert("SWITCHBOARD_CONFIG".to_owned(), path.display().to_string());
    }
    let purpose = if args.serve { Purpose::Serve } else { Purpose::Look };
    let mut outcome = CheckOutcome {
        settings: None,
        directory: None,
        problems: Vec::new(),
        gaps: Vec::new(),
        untried: BTreeSet::new(),
    };
    let source = match Source::from_environment(env, purpose) {
        Ok(source) => source,
        Err(problems) => {
            outcome.problems = problems;
            return outcome;
        }
    };
    match config::load(&source) {
        Ok((settings, warnings)) => {
            outcome.problems = warnings;
            add_directory(&mut outcome, &settings.directory_files, &settings.rules.hours);
            outcome.settings = Some(settings);
        }
        Err(problems) => {
            outcome.problems = problems;
            add_directory(&mut outcome, &config::directory_files(&source), &WorkingHours::default());
        }
    }
    if !args.live {
        outcome.untried = on_the_web(outcome.settings.as_ref(), outcome.directory.as_ref());
    }
    outcome
}

/// The hosts of the calendars of holidays that are on the web.
fn on_the_web(settings: Option<&Settings>, directory: Option<&Directory>) -> BTreeSet<String> {
    let of_settings = settings.into_iter().flat_map(|settings| &settings.rules.holidays.calendars);
    let of_directory = directory.into_iter().flat_map(Directory::holiday_calendars);
    let host = |calendar: &HolidaySource| match calendar {
        HolidaySource::Address(address) => Some(holidays::host(address)),
        HolidaySource::Local(_) => None,
    };
    of_settings.chain(of_directory).filter_map(host).collect()
}

fn add_directory(outcome: &mut CheckOutcome, files: &[std::path::PathBuf], hours: &WorkingHours) {
    match config::load_directory_files(files, hours) {
        Ok((directory, warnings)) => {
            outcome.problems.extend(warnings);
            outcome.gaps = config::gaps(&directory);
            outcome.directory = Some(directory);
        }
        Err(problems) => outcome.problems.extend(problems),
    }
}

/// Prints errors to standard error, the rest to standard output.
pub fn print(outcome: &CheckOutcome) -> std::io::Result<()> {
    let mut err = std::io::stderr().lock();
    err.write_all(errors(outcome, err.is_terminal()).as_bytes())?;
    std::io::stdout().lock().write_all(report(outcome).as_bytes())
}

/// Every error, drawn with its lines.
pub fn errors(outcome: &CheckOutcome, colour: bool) -> String {
    drawn(&outcome.problems, colour)
}

/// The errors among these problems, drawn with their lines.
pub fn drawn(problems: &[Problem], colour: bool) -> String {
    problems
        .iter()
        .filter(|problem| problem.is_error())
        .fold(String::new(), |all, problem| all + &problem.drawn(colour) + "\n")
}

/// Warnings, the table of fallbacks, and the sum.
pub fn report(outcome: &CheckOutcome) -> String {
    let mut out = String::new();
    let (errors, warnings): (Vec<_>, Vec<_>) =
        outcome.problems.iter().partition(|problem| problem.is_error());
    for problem in &warnings {
        let _ = writeln!(out, "{}", problem.one_line());
        // What a gap costs is in the table below.
        let in_table = |help: &String| outcome.gaps.iter().any(|gap| gap.instead == *help);
        if let Some(help) = problem.help.as_ref().filter(|help| !in_table(help)) {
            let _ = writeln!(out, "    {help}");
        }
    }
    if !outcome.gaps.is_empty() {
        let _ = write!(out, "\nWhat is incomplete, and what happens instead:\n{}", table(&outcome.gaps));
    }
    if !outcome.untried.is_empty() {
        let hosts = outcome.untried.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let _ = writeln!(
            out,
            "\nDays off on the web were not read: {hosts}. `switchboard check --live` tries them."
        );
    }
    if !out.is_empty() {
        out.push('\n');
    }
    if let Some(directory) = &outcome.directory {
        let _ = writeln!(out, "{}", size(directory));
    }
    let _ = writeln!(out, "{}, {}", count(errors.len(), "error"), count(warnings.len(), "warning"));
    out
}

fn table(gaps: &[Gap]) -> String {
    let width = |of: fn(&Gap) -> &str| gaps.iter().map(|gap| of(gap).chars().count()).max().unwrap_or(0);
    let (names, lacks) = (width(|gap| name_of(gap)), width(|gap| &gap.lacks));
    gaps.iter().fold(String::new(), |mut out, gap| {
        let _ = writeln!(out, "  {:names$}  {:lacks$}  {}", name_of(gap), gap.lacks, gap.instead);
        out
    })
}

fn name_of(gap: &Gap) -> &str {
    if gap.name.is_empty() { "the directory" } else { &gap.name }
}

/// How much a directory holds, in words.
pub(super) fn size(directory: &Directory) -> String {
    let groups = || directory.stages.values().flat_map(|stage| stage.groups.values());
    let categories = groups().map(|group| group.categories.len()).sum::<usize>()
        + directory.stages.values().map(|stage| stage.categories.len()).sum::<usize>();
    format!(
        "{}, {}, {}, {}, {}",
        count(directory.sme_areas.len(), "SME area"),
        count(directory.sections.len(), "section"),
        count(directory.stages.len(), "stage"),
        count(groups().count(), "group"),
        if categories == 1 { "1 category".to_owned() } else { format!("{categories} categories") },
    )
}

/// So many of something.
pub(super) fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
