//! `switchboard directory diff`: how far the directory has drifted from its taxonomy, and from Slack, as lines to read and a patch
//! to review.
//!
//! Changes nothing itself. Exit codes are `diff`'s: 0 where nothing drifted, 1 where something did, 2 where that could not be told.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::setup;
use crate::config::{self, Edit, Environment, Purpose, Secret, Settings, Sources, TextFile};
use crate::domain::directory::{ChannelRef, Directory, GroupRef, PersonRef};
use crate::domain::names::Names;
use crate::domain::org::Unresolved;
use crate::slack::client::Slack;
use crate::store::Beside;
use crate::worker::names as kept;

/// It could not be told.
const TROUBLE: u8 = 2;
/// Lines shown around each change.
const CONTEXT: usize = 3;

/// `switchboard directory diff`
#[derive(Debug, Clone, clap::Args)]
pub struct DiffArgs {
    /// Stages with their groups, as they are now
    #[arg(long, value_name = "FILE", requires = "categories")]
    pub stages: Option<PathBuf>,
    /// Categories, as they are now
    #[arg(long, value_name = "FILE", requires = "stages")]
    pub categories: Option<PathBuf>,
    /// Sections, as they are now
    #[arg(long, value_name = "FILE", requires = "stages")]
    pub sections: Option<PathBuf>,
    /// Also ask Slack who has left, and which channels were renamed, archived or are missing
    #[arg(long, required_unless_present = "stages")]
    pub live: bool,
}

/// What drifted.
#[derive(Debug, Default)]
pub struct Drift {
    /// What changed, a line each.
    pub changed: Vec<String>,
    /// What nobody settled yet; no drift by itself.
    pub unsettled: Vec<String>,
    /// The files as they should be.
    pub files: Vec<TextFile>,
}

/// Runs the command.
pub async fn run(args: &DiffArgs, env: Environment) -> ExitCode {
    match diff(args, env).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("switchboard: {error:#}");
            ExitCode::from(TROUBLE)
        }
    }
}

async fn diff(args: &DiffArgs, env: Environment) -> anyhow::Result<ExitCode> {
    let (settings, directory) = setup::load(env, Purpose::Look)?;
    let files = match config::read_files(&settings.directory_files) {
        Ok(files) => files,
        Err(problems) => bail!("{}", problems[0].one_line()),
    };
    let mut drift = Drift { files: files.clone(), ..Drift::default() };
    if let (Some(stages), Some(categories)) = (&args.stages, &args.categories) {
        let read = super::directory::read;
        let sections = args.sections.as_deref().map(read).transpose()?;
        let sources = Sources { stages: read(stages)?, categories: read(categories)?, sections };
        from_taxonomy(&mut drift, &sources, &directory)?;
    }
    if args.live {
        let names = ask_slack(&settings).await?;
        from_slack(&mut drift, &settings, &directory, &names);
    }
    let patch = patch(&files, &drift.files);
    std::io::stdout().lock().write_all(shown(&drift, &patch).as_bytes())?;
    let has_drifted = !patch.is_empty() || !drift.changed.is_empty();
    Ok(if has_drifted { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The lines to read, as remarks, then the patch: `patch` passes over what stands before it.
pub fn shown(drift: &Drift, patch: &str) -> String {
    let mut out = String::new();
    for (title, lines) in [("Changed", &drift.changed), ("Not settled in the taxonomy", &drift.unsettled)] {
        if !lines.is_empty() {
            let _ = writeln!(out, "# {title} ({}):", lines.len());
            for line in lines {
                let _ = writeln!(out, "#   {line}");
            }
        }
    }
    out + patch
}

/// What the taxonomy would be imported as now, against the file that it was imported to: the first one.
pub fn from_taxonomy(drift: &mut Drift, sources: &Sources, written: &Directory) -> anyhow::Result<()> {
    let import = match config::import(sources) {
        Ok(import) => import,
        Err(problems) => bail!("{}", problems[0].one_line()),
    };
    let Some(base) = drift.files.first_mut() else { return Ok(()) };
    // Alone it need not hold: what it refers to may be in the overlay.
    let hours = crate::domain::rules::WorkingHours::default();
    let before = config::load_directory(base, &hours).map_or_else(|_| written.clone(), |(before, _)| before);
    drift.changed.extend(config::changes(&before, &import.directory));
    drift.changed.extend(config::named_changes(&base.text, &import.yaml));
    drift.unsettled = config::unsettled(import.to_fill_in, &import.yaml, written);
    base.text = import.yaml;
    Ok(())
}

async fn ask_slack(settings: &Settings) -> anyhow::Result<Names> {
    let token = settings.slack.bot_token.as_ref().map(Secret::expose);
    let token = token.context("SLACK_BOT_TOKEN is not set, so Slack cannot be asked")?;
    let slack = Slack::new(&settings.slack.api_url, token.to_owned())?;
    let names = slack.names().await.context("Slack did not tell channels and people")?;
    // The bot's database knows former names, where it runs here.
    let beside = Beside::open(settings.database_url.expose()).ok();
    let known = beside.and_then(|beside| {
        let installation = *beside.installations().ok()?.first()?;
        serde_json::from_str(&beside.kept(installation, kept::KEPT_AS).ok()??).ok()
    });
    Ok(match known {
        Some(known) => names.read_after(&known),
        None => names,
    })
}

/// What Slack knows otherwise than the directory.
pub fn from_slack(drift: &mut Drift, settings: &Settings, directory: &Directory, names: &Names) {
    let (_, unresolved) = setup::written(settings, directory.clone()).policy(names);
    let mut edits = renamed(directory, names);
    drift.changed.extend(edits.iter().filter_map(|(written, edit)| match edit {
        Edit::Rename(new) => Some(format!("{written} is {} now", new.trim_matches('"'))),
        Edit::TakeOut(_) => None,
    }));
    drift.changed.sort();
    for missing in &unresolved {
        let spelled = kept::spelled(missing);
        match missing {
            Unresolved::Left(PersonRef::Email(email)) => {
                let why = format!("{email} has left");
                drift.changed.push(why.clone());
                edits.insert(email.clone(), Edit::TakeOut(why));
            }
            Unresolved::UnusableChannel(ChannelRef::Name(name)) if is_archived(names, name) => {
                let why = format!("#{name} is archived");
                drift.changed.push(why.clone());
                edits.insert(format!("#{name}"), Edit::TakeOut(why));
            }
            // What is not seen may only lack an invitation: a person decides.
            Unresolved::Channel(_) => {
                drift.changed.push(format!("{spelled} is missing, or private without the bot"));
            }
            Unresolved::UnusableChannel(_) | Unresolved::Left(_) => drift.changed.push(spelled),
            Unresolved::Person(_) => drift.changed.push(format!("{spelled} is nobody in this workspace")),
            Unresolved::Group(_) => drift.changed.push(format!("{spelled} is no user group")),
        }
    }
    for file in &mut drift.files {
        *file = config::edited(file, &edits);
    }
}

fn is_archived(names: &Names, name: &str) -> bool {
    let mut of_name = names.channels.iter().filter(|channel| channel.name == name).peekable();
    of_name.peek().is_some() && of_name.all(|channel| channel.is_archived)
}

/// References whose name was given up for another.
fn renamed(directory: &Directory, names: &Names) -> BTreeMap<String, Edit> {
    let mut edits = BTreeMap::new();
    for reference in directory.channels() {
        let ChannelRef::Name(name) = reference else { continue };
        let now = names.former.channels.get(name).and_then(|id| {
            let is_there = names.channels.iter().any(|channel| channel.name == *name);
            names.channels.iter().find(|channel| channel.id == *id && !is_there)
        });
        if let Some(now) = now {
            edits.insert(format!("#{name}"), Edit::Rename(format!("\"#{}\"", now.name)));
        }
    }
    let of_areas = directory.sme_areas.values().filter_map(|area| area.handle.as_ref());
    for reference in directory.field.iter().chain(of_areas) {
        let GroupRef::Handle(handle) = reference else { continue };
        let now = names.former.groups.get(handle).and_then(|id| {
            let is_there = names.groups.iter().any(|group| group.handle == *handle);
            names.groups.iter().find(|group| group.id == *id && !is_there)
        });
        if let Some(now) = now {
            edits.insert(format!("@{handle}"), Edit::Rename(format!("\"@{}\"", now.handle)));
        }
    }
    edits
}

/// A patch from these files to those, as `patch -p0` takes it; empty where nothing differs.
pub fn patch(before: &[TextFile], after: &[TextFile]) -> String {
    let differ = before.iter().zip(after).filter(|(before, after)| before.text != after.text);
    differ.fold(String::new(), |mut out, (before, after)| {
        let diff = similar::TextDiff::from_lines(&before.text, &after.text);
        let _ =
            write!(out, "{}", diff.unified_diff().context_radius(CONTEXT).header(&before.name, &after.name));
        out
    })
}
