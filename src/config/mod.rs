//! Settings and the directory file: read once, validated whole, every problem with file and line.
//!
//! Nothing here talks to Slack or to the store; what cannot be known from the files alone is `check --live`'s.

mod completeness;
mod directory;
mod drift;
mod duration;
mod edits;
mod environment;
mod holidays;
mod hours;
mod import;
mod ladder;
mod marks;
mod node;
mod overlay;
mod problem;
mod reader;
mod references;
mod secret;
mod settings;
mod toml_tree;
mod write;
mod yaml;

use std::io;
use std::path::{Path, PathBuf};

use crate::domain::directory::{Directory, HolidaySource};
use crate::domain::rules::WorkingHours;

pub use completeness::{Gap, gaps};
pub use drift::{changes, named_changes, still_to_fill_in, unsettled};
pub use edits::{Edit, edited};
pub use environment::Environment;
pub use import::{Import, Sources, ToFillIn, import};
pub use problem::{Location, Problem, Severity, SourceText};
pub use secret::Secret;
pub use settings::{Settings, SlackSettings};
pub use write::to_yaml;

/// The settings file where none is named.
const DEFAULT_FILE: &str = "switchboard.toml";

/// What the settings are read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To serve: Slack's secrets must be there.
    Serve,
    /// Anything else: Slack's secrets may be absent.
    Look,
}

/// A file with its text.
#[derive(Debug, Clone)]
pub struct TextFile {
    /// Its path, as people wrote it.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// Everything that settings are read from.
#[derive(Debug, Clone)]
pub struct Source {
    /// The settings file, where there is one.
    pub file: Option<TextFile>,
    /// The environment.
    pub env: Environment,
    /// What for.
    pub purpose: Purpose,
}

impl Source {
    /// Reads the settings file that the environment names. The default one may be absent: every setting has a default.
    pub fn from_environment(env: Environment, purpose: Purpose) -> Result<Self, Vec<Problem>> {
        let named = environment::variable(&env, "SWITCHBOARD_CONFIG");
        let name = named.unwrap_or(DEFAULT_FILE).to_owned();
        let file = match read_file(Path::new(&name)) {
            Ok(file) => Some(file),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound && named.is_none() => None,
            Err(cause) => return Err(vec![unreadable(&name, &cause)]),
        };
        Ok(Self { file, env, purpose })
    }
}

/// Where the settings file is, or would be.
pub fn settings_file(env: &Environment) -> PathBuf {
    PathBuf::from(environment::variable(env, "SWITCHBOARD_CONFIG").unwrap_or(DEFAULT_FILE))
}

/// Settings of a source with its warnings, or everything that is wrong with it.
pub fn load(source: &Source) -> Result<(Settings, Vec<Problem>), Vec<Problem>> {
    let (mut settings, mut warnings) = settings::load(source)?;
    let calendars = settings.rules.holidays.calendars.iter();
    settings.holiday_dates = holidays::read_files(calendars, Path::new(""), &mut warnings);
    Ok((settings, warnings))
}

/// Where the directory's files are, as far as settings that may be wrong elsewhere say it.
pub fn directory_files(source: &Source) -> Vec<PathBuf> {
    settings::directory_files(source)
}

/// A directory from its text, with warnings; or everything that is wrong with it. `defaults` are the settings' hours, for
/// calendars that name none.
pub fn load_directory(
    file: &TextFile,
    defaults: &WorkingHours,
) -> Result<(Directory, Vec<Problem>), Vec<Problem>> {
    directory::load(std::slice::from_ref(file), defaults)
}

/// A directory from several texts, each laid over those before it.
pub fn load_layers(
    files: &[TextFile],
    defaults: &WorkingHours,
) -> Result<(Directory, Vec<Problem>), Vec<Problem>> {
    directory::load(files, defaults)
}

/// Reads the files of a directory and loads it, with the calendars of holidays that are files.
pub fn load_directory_files(
    paths: &[PathBuf],
    defaults: &WorkingHours,
) -> Result<(Directory, Vec<Problem>), Vec<Problem>> {
    let (mut directory, mut warnings) = load_layers(&read_files(paths)?, defaults)?;
    let folder = paths.first().and_then(|path| path.parent()).unwrap_or(Path::new(""));
    directory.holiday_dates = holidays::read_files(directory.holiday_calendars(), folder, &mut warnings);
    Ok((directory, warnings))
}

/// The files of holidays that settings and directory name, where they are read.
pub fn holiday_files<'a>(
    of_settings: impl Iterator<Item = &'a HolidaySource>,
    of_directory: impl Iterator<Item = &'a HolidaySource>,
    directory_files: &[PathBuf],
) -> Vec<PathBuf> {
    let beside_directory = directory_files.first().and_then(|path| path.parent()).unwrap_or(Path::new(""));
    let at = |folder: &Path, source: &HolidaySource| match source {
        HolidaySource::Local(name) => Some(folder.join(name)),
        HolidaySource::Address(_) => None,
    };
    let of_settings = of_settings.filter_map(|source| at(Path::new(""), source));
    of_settings.chain(of_directory.filter_map(|source| at(beside_directory, source))).collect()
}

/// Reads files; every one that cannot be read is a problem.
pub fn read_files(paths: &[PathBuf]) -> Result<Vec<TextFile>, Vec<Problem>> {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        match read_file(path) {
            Ok(file) => files.push(file),
            Err(cause) => problems.push(unreadable(&path.display().to_string(), &cause)),
        }
    }
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

/// The example directory: an invented company, complete save for a few gaps that show what happens then.
pub fn example_directory() -> &'static str {
    include_str!("../../examples/directory.yml")
}

/// The example settings, every one with its default.
pub fn example_settings() -> &'static str {
    include_str!("../../examples/switchboard.toml")
}

fn read_file(path: &Path) -> io::Result<TextFile> {
    Ok(TextFile { name: path.display().to_string(), text: std::fs::read_to_string(path)? })
}

fn unreadable(name: &str, cause: &io::Error) -> Problem {
    match cause.kind() {
        io::ErrorKind::NotFound => Problem::error(format!("{name} does not exist"))
            .help("Copy the one in examples/, or look at the path; `switchboard demo` needs no files at all"),
        io::ErrorKind::InvalidData => Problem::error(format!("{name} is not text in UTF-8")),
        _ => Problem::error(format!("{name} cannot be read: {cause}")),
    }
}
