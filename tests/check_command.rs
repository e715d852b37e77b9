//! `switchboard check` as people use it: files in a folder, an environment, and what it prints.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use switchboard::cli::check::{CheckArgs, CheckOutcome, errors, offline, report};
use switchboard::domain::rules::Rules;

fn check(toml: &Path, env: &[(&str, &str)]) -> CheckOutcome {
    let env: BTreeMap<String, String> =
        env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    offline(&CheckArgs { config: Some(toml.to_owned()), serve: false, live: false }, env)
}

#[test]
fn the_example_has_no_errors_and_says_what_its_gaps_cost() {
    let outcome = check(Path::new("examples/switchboard.toml"), &[]);
    assert_eq!(errors(&outcome, false), "");
    assert!(outcome.holds());
    insta::assert_snapshot!(report(&outcome), @r"
    examples/directory.yml:110:7: warning: Create › Editor: no channel
    examples/directory.yml:215:3: warning: Systems: no sme_area

    What is incomplete, and what happens instead:
      Create › Editor  no channel   its PMs are asked in #s_create
      Systems          no sme_area  its questions go to #subject-matter-experts

    4 SME areas, 3 sections, 6 stages, 15 groups, 38 categories
    0 errors, 2 warnings
    ");
}

/// A folder with a settings file and, if given, a directory.
fn folder(toml: &str, directory: Option<&str>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("switchboard.toml"), toml).expect("written");
    if let Some(directory) = directory {
        std::fs::write(folder.path().join("directory.yml"), directory).expect("written");
    }
    folder
}

/// What a check of that folder prints to standard error and standard output, the folder's own name left out.
fn printed(folder: &tempfile::TempDir, env: &[(&str, &str)]) -> (String, String) {
    let outcome = check(&folder.path().join("switchboard.toml"), env);
    let name = format!("{}/", folder.path().display());
    (errors(&outcome, false).replace(&name, ""), report(&outcome).replace(&name, ""))
}

#[test]
fn a_broken_calendar_of_holidays_is_told_at_its_line_and_stops_nothing() {
    let directory = "stages: {a: {groups: {b: {calendar: {holidays: [cut.ics, odd.ics, none.ics]}}}}}";
    let folder = folder(&format!("{ADMINS}[hours]\nholidays = [\"whole.ics\"]\n"), Some(directory));
    let event = |date: &str| format!("BEGIN:VEVENT\nDTSTART;VALUE=DATE:{date}\nEND:VEVENT\n");
    let calendar = |events: &str| format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n");
    let write = |name, text: String| std::fs::write(folder.path().join(name), text).expect("written");
    write("whole.ics", calendar(&event("20261225")));
    write("cut.ics", format!("BEGIN:VCALENDAR\n{}", event("20261225")));
    write("odd.ics", calendar(&(event("20261225") + &event("someday"))));
    let outcome = check(&folder.path().join("switchboard.toml"), &[]);
    assert!(outcome.holds());
    let (errors, report) = printed(&folder, &[]);
    let of_calendars: Vec<&str> =
        report.lines().filter(|line| line.contains(".ics") || line.contains("working days")).collect();
    assert_eq!(errors, "");
    insta::assert_snapshot!(of_calendars.join("\n"), @r"
    cut.ics:1:1: warning: this VCALENDAR has no end
        Its last good copy is used; without one, its days are working days
    odd.ics:5:1: warning: the event's DTSTART cannot be read
        The other events count; this one's days are working days
    warning: none.ics cannot be read: No such file or directory (os error 2)
        Its last good copy is used; without one, its days are working days
    ");
    assert_eq!(outcome.settings.expect("settings").holiday_dates.len(), 1);
    assert_eq!(outcome.directory.expect("a directory").holiday_dates.len(), 1);
}

#[test]
fn days_off_on_the_web_are_said_to_be_untried_and_only_their_hosts_are_shown() {
    let directory =
        "stages: {a: {groups: {b: {calendar: {holidays: [\"https://b.example.com/secret.ics\"]}}}}}";
    let settings = format!(
        "{ADMINS}[hours]\nholidays = [\"https://a.example.com/x.ics\", \"https://b.example.com/y.ics\"]\n"
    );
    let folder = folder(&settings, Some(directory));
    let (_, report) = printed(&folder, &[]);
    let untried: Vec<&str> = report.lines().filter(|line| line.contains("Days off")).collect();
    assert_eq!(
        untried,
        [
            "Days off on the web were not read: a.example.com, b.example.com. `switchboard check --live` tries them."
        ]
    );
    assert!(!report.contains("secret"), "{report}");
    let file = folder.path().join("switchboard.toml");
    let live = CheckArgs { config: Some(file), live: true, ..CheckArgs::default() };
    assert!(offline(&live, BTreeMap::new()).untried.is_empty(), "these are tried");
}

const ADMINS: &str = "[admin]\nchannel = \"#admins\"\n";

#[test]
fn every_error_of_both_files_is_drawn_at_its_line() {
    let toml = "[reply]\nwitin = \"4h\"\nladder = [{ at = \"2h\", to = [\"owner\"] }]\n\n[admin]\npeople = [\"Ada\"]\n";
    let directory = "stages:\n  verify:\n    channel: #s_verify\n    sme_area: ci\n";
    let (errors, report) = printed(&folder(toml, Some(directory)), &[]);
    insta::assert_snapshot!(errors, @r##"
     × [reply] has no setting `witin`
      ╭─[switchboard.toml:2:1]
    1 │ [reply]
    2 │ witin = "4h"
      · ─────
    3 │ ladder = [{ at = "2h", to = ["owner"] }]
      ╰────
     help: Did you mean `within`?

     × The ladder has no step at the promised 4h (`within`)
      ╭─[switchboard.toml:3:10]
    2 │ witin = "4h"
    3 │ ladder = [{ at = "2h", to = ["owner"] }]
      ·          ───────────────────────────────
    4 │ 
      ╰────
     help: Add { at = "4h", to = ["owner", "stage_pm"] }: it is when a miss is recorded

     × people is "Ada", neither an e-mail address nor an id
      ╭─[switchboard.toml:6:11]
    5 │ [admin]
    6 │ people = ["Ada"]
      ·           ─────
      ╰────
     help: Write the e-mail address that Slack knows them by, or their member id (U…)

     × `#s_verify` is a comment here, so `channel` is empty
      ╭─[directory.yml:3:5]
    2 │   verify:
    3 │     channel: #s_verify
      ·     ───────
    4 │     sme_area: ci
      ╰────
     help: Put it in quotes: "#s_verify"

     × there is no SME area `ci`
      ╭─[directory.yml:4:15]
    3 │     channel: #s_verify
    4 │     sme_area: ci
      ·               ──
      ╰────
     help: The directory has no SME area at all
    "##);
    assert_eq!(report, "5 errors, 0 warnings\n");
}

#[test]
fn the_table_says_which_fallback_each_incomplete_group_uses() {
    let directory = "\
fallback_channel: \"#product\"
sme_fallback_channel: \"#smes\"
field: {groups: [\"@ae\"]}
sections: {ops: {name: Ops, leader: leo@example.com}}
stages:
  verify:
    name: Verify
    section: ops
    channel: \"#s_verify\"
    pm: petra@example.com
    groups:
      runner: {name: Runner, pms: [paul@example.com]}
      testing: {name: Testing, channel: \"#g_testing\", pms: []}
  release:
    name: Release
    section: ops
    groups:
      registry: {name: Registry, channel: TBD, cover: [rita@example.com]}
";
    let (errors, report) = printed(&folder(ADMINS, Some(directory)), &[]);
    assert_eq!(errors, "");
    insta::assert_snapshot!(report, @r#"
    directory.yml:6:3: warning: Verify: no sme_area
    directory.yml:12:7: warning: Verify › Runner: no channel
    directory.yml:13:7: warning: Verify › Testing: no PMs
    directory.yml:14:3: warning: Release: no channel
    directory.yml:14:3: warning: Release: no PM
    directory.yml:14:3: warning: Release: no sme_area
    directory.yml:18:7: warning: Release › Registry: no channel
    directory.yml:18:7: warning: Release › Registry: no PMs
    directory.yml:18:43: warning: channel is still "TBD"
        Fill it in, or leave it out

    What is incomplete, and what happens instead:
      Verify              no sme_area  its questions go to #smes
      Verify › Runner     no channel   its PMs are asked in #s_verify
      Verify › Testing    no PMs       the stage PM is asked
      Release             no channel   what belongs to no group with a channel goes to #product
      Release             no PM        the owner's cover is reminded in the stage PM's stead
      Release             no sme_area  its questions go to #smes
      Release › Registry  no channel   its PMs are asked in #product
      Release › Registry  no PMs       its cover is asked

    0 SME areas, 1 section, 2 stages, 3 groups, 0 categories
    0 errors, 9 warnings
    "#);
}

#[test]
fn a_file_that_is_not_there_is_an_error_that_helps() {
    let folder = folder(ADMINS, None);
    let (errors, report) = printed(&folder, &[]);
    insta::assert_snapshot!(errors, @r"
    × directory.yml does not exist
    help: Copy the one in examples/, or look at the path; `switchboard demo` needs no files at all
    ");
    assert_eq!(report, "1 error, 0 warnings\n");
    std::fs::remove_file(folder.path().join("switchboard.toml")).expect("removed");
    assert!(printed(&folder, &[]).0.contains("switchboard.toml does not exist"));
}

#[test]
fn the_directory_is_beside_the_settings_unless_its_path_says_otherwise() {
    let folder = folder(ADMINS, Some("stages: {a: {name: A}}"));
    let other = folder.path().join("other.yml");
    std::fs::write(&other, "stages: {a: {name: A}, b: {name: B}}").expect("written");
    let stages = |env: &[(&str, &str)]| {
        let outcome = check(&folder.path().join("switchboard.toml"), env);
        outcome.directory.map(|directory| directory.stages.len())
    };
    assert_eq!(stages(&[]), Some(1));
    assert_eq!(stages(&[("SWITCHBOARD__DIRECTORY", "other.yml")]), Some(2));
    assert_eq!(stages(&[("SWITCHBOARD__DIRECTORY", other.to_str().expect("a path"))]), Some(2));
}

#[test]
fn the_exit_code_says_whether_there_are_errors() {
    let run = |folder: &tempfile::TempDir, serve| {
        let args = CheckArgs { config: Some(folder.path().join("switchboard.toml")), serve, live: false };
        switchboard::cli::check::run(&args, BTreeMap::new()).expect("it prints")
    };
    let good = folder(ADMINS, Some("stages: {a: {name: A}}"));
    assert_eq!(run(&good, false), ExitCode::SUCCESS);
    assert_eq!(run(&good, true), ExitCode::FAILURE, "serve needs Slack's tokens");
    assert_eq!(run(&folder("[replay]\n", Some("stages: {}")), false), ExitCode::FAILURE);
    assert_eq!(run(&folder(ADMINS, Some("stagess: {}")), false), ExitCode::FAILURE);
}

#[test]
fn the_sample_of_the_environment_holds_no_secret_and_names_only_what_is_read() {
    let sample = std::fs::read_to_string("examples/env.sample").expect("the sample");
    let mut env = Vec::new();
    for line in sample.lines() {
        let line = line.strip_prefix("# ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else { continue };
        if name.chars().all(|sign| sign.is_ascii_uppercase() || sign == '_') && !name.is_empty() {
            let is_token = ["TOKEN", "SECRET"].iter().any(|end| name.ends_with(end));
            assert!(!is_token || value.is_empty(), "{line}");
            env.push((name, value));
        }
    }
    assert!(env.len() >= 9, "{env:?}");
    let env: Vec<_> = env.into_iter().filter(|(name, _)| *name != "SWITCHBOARD_CONFIG").collect();
    assert!(check(Path::new("examples/switchboard.toml"), &env).holds());
}

/// The first block of that language in a document.
fn block(document: &str, language: &str) -> String {
    let opening = format!("```{language}\n");
    let (_, after) = document.split_once(&opening).expect("a block");
    after.split("```").next().expect("split gives one").to_owned()
}

#[test]
fn the_files_of_the_contract_hold() {
    let shared = std::env::var_os("SWITCHBOARD_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let Ok(design) = std::fs::read_to_string(shared.join("design.md")) else {
        // Past the harness, which would keep it from whoever reads: a test that did not run is no test that passed.
        let _ = writeln!(std::io::stderr(), "shared folder absent: test did not run ({})", shared.display());
        return;
    };
    let folder = folder(&block(&design, "toml"), Some(&block(&design, "yaml")));
    let outcome = check(&folder.path().join("switchboard.toml"), &[]);
    assert_eq!(errors(&outcome, false), "");
    assert_eq!(
        report(&outcome),
        "1 SME area, 1 section, 1 stage, 1 group, 1 category\n0 errors, 0 warnings\n"
    );
    let settings = outcome.settings.expect("settings");
    let handbook_base = settings.rules.handbook_base.clone();
    assert!(handbook_base.is_some());
    assert_eq!(
        settings.rules,
        Rules { handbook_base, ..Rules::default() },
        "what it says is what nobody says"
    );
}
