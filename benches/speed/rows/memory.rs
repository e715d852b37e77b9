//! Resident memory, idle and under load, with a real taxonomy where one is at hand: the shared folder's, imported by the
//! program itself as an operator would; else the generated directory.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use switchboard::config::{self, TextFile};
use switchboard::domain::directory::Directory;
use switchboard::domain::rules::Rules;

use crate::Bench;
use crate::load::{self, Plan};
use crate::numbers::median;
use crate::requests;
use crate::site::{Setup, Site, is_ok};
use crate::table::Row;

/// The aims, in MiB.
const IDLE: f64 = 30.0;
const LOADED: f64 = 80.0;

pub fn run(bench: &Bench) -> Result<Vec<Row>> {
    let real = real_taxonomy(bench)?;
    let what = if real.is_some() { "real taxonomy" } else { "generated directory, no real taxonomy here" };
    let (mut idle, mut loaded) = (Vec::new(), Vec::new());
    for _ in 0..bench.repeats() {
        let directory = real.as_ref().map(|(yaml, directory)| (yaml.as_str(), directory));
        let site = Site::new(bench, &Setup { directory, ..Setup::default() })?;
        let bot = site.serve()?;
        std::thread::sleep(Duration::from_secs(bench.scale(15, 2) as u64));
        idle.push(bot.memory()?.0);
        let count = bench.scale(30_000, 500);
        let ask = |number: usize| {
            let words = format!("{} ({number})", WORDS[number % WORDS.len()]);
            requests::slash(site.asker(number), &words, &format!("memory-{number}"))
        };
        let report = load::run(Plan::closed(bot.address, (0..count).map(ask).collect(), 64))?;
        if report.good(is_ok) != count {
            return Err(anyhow!("{:?}", report.complaint(is_ok)));
        }
        loaded.push(bot.memory()?.1);
        bot.stop()?;
    }
    let (idle, loaded) = (median(&idle), median(&loaded));
    Ok(vec![
        Row::alone(
            format!("resident memory, idle ({what})"),
            format!("{idle:.0} MiB"),
            "≤ 30 MiB",
            idle <= IDLE,
        ),
        Row::alone(
            format!("resident memory, at most, under load ({what})"),
            format!("{loaded:.0} MiB"),
            "≤ 80 MiB",
            loaded <= LOADED,
        ),
    ])
}

/// What people ask, some of it clear and some not.
const WORDS: [&str; 6] = [
    "How do we keep runners warm for a customer with bursts of pipelines?",
    "Does dependency scanning find vulnerable packages of a private registry?",
    "Can a merge train be paused while a release is cut?",
    "Is there a way to see deployment frequency for a group of projects?",
    "What happens to container images when their tags are cleaned up?",
    "Which of our features helps with an audit next month?",
];

/// The imported taxonomy, where the shared folder has one.
fn real_taxonomy(bench: &Bench) -> Result<Option<(String, Directory)>> {
    let named = std::env::var_os("SWITCHBOARD_SHARED").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = named.unwrap_or(beside).join("data/gitlab");
    if !folder.is_dir() {
        return Ok(None);
    }
    let written = bench.folder.join("imported.yml");
    if written.exists() {
        std::fs::remove_file(&written)?;
    }
    let file = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let output = std::process::Command::new(crate::PROGRAM)
        .args([
            "directory",
            "import",
            "--stages",
            &file("stages.yml"),
            "--categories",
            &file("categories.yml"),
        ])
        .args(["--sections", &file("sections.yml"), "-o", &written.to_string_lossy()])
        .output()?;
    let yaml = std::fs::read_to_string(&written)
        .with_context(|| format!("the import: {}", String::from_utf8_lossy(&output.stderr)))?;
    let text = TextFile { name: "imported.yml".to_owned(), text: yaml.clone() };
    let (directory, _) = config::load_directory(&text, &Rules::default().hours)
        .map_err(|problems| anyhow!("the imported directory does not hold: {problems:?}"))?;
    Ok(Some((yaml, directory)))
}
