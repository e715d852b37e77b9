//! `switchboard directory import` on a real, dirty taxonomy, and on small ones made to be worse.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use switchboard::cli::directory::{DirectoryArgs, DirectoryCommand, ImportArgs, report};
use switchboard::config::{
    Environment, Import, Severity, Sources, TextFile, ToFillIn, gaps, import, load_directory,
};
use switchboard::domain::directory::{ChannelRef, PersonRef};
use switchboard::domain::rules::WorkingHours;

/// The folder of shared data, or nothing, said clearly.
fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("SWITCHBOARD_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    // Past the harness, which would keep it from whoever reads: a test that did not run is no test that passed.
    let _ = writeln!(std::io::stderr(), "shared folder absent: test did not run ({})", folder.display());
    None
}

fn file(path: &Path) -> TextFile {
    TextFile { name: path.display().to_string(), text: std::fs::read_to_string(path).expect("a file") }
}

fn text(name: &str, text: &str) -> TextFile {
    TextFile { name: name.to_owned(), text: text.to_owned() }
}

fn real() -> Option<Import> {
    let folder = shared()?.join("data/gitlab");
    let sources = Sources {
        stages: file(&folder.join("stages.yml")),
        categories: file(&folder.join("categories.yml")),
        sections: Some(file(&folder.join("sections.yml"))),
    };
    Some(import(&sources).expect("the real taxonomy"))
}

#[test]
fn the_real_taxonomy_comes_through_whole() {
    let Some(import) = real() else { return };
    let groups = || import.directory.stages.values().flat_map(|stage| stage.groups.values());
    assert_eq!(import.directory.stages.len(), 20);
    assert_eq!(groups().count(), 60);
    let in_groups: usize = groups().map(|group| group.categories.len()).sum();
    let in_stages: usize = import.directory.stages.values().map(|stage| stage.categories.len()).sum();
    assert_eq!((in_groups + in_stages, in_stages), (139, 4));
    assert_eq!(import.directory.stages.values().filter(|stage| stage.channel.is_none()).count(), 8);
    // 20 give none or null, two say TBD.
    assert_eq!(groups().filter(|group| group.channel.is_none()).count(), 22);
}

#[test]
fn what_was_imported_loads_without_errors_and_is_the_same_directory() {
    let Some(import) = real() else { return };
    let (directory, problems) =
        load_directory(&text("directory.yml", &import.yaml), &WorkingHours::default()).expect("it loads");
    assert!(problems.iter().all(|problem| problem.severity == Severity::Warning));
    assert_eq!(directory, import.directory);
    assert!(gaps(&directory).len() > 80);
}

#[test]
fn nobody_and_no_channel_is_made_up() {
    let Some(import) = real() else { return };
    assert!(
        import.yaml.lines().all(|line| line.starts_with('#') || !line.contains('@')),
        "no address was given, so none can be there"
    );
    let runner = &import.directory.stages["verify"].groups["runner"];
    assert_eq!((runner.channel.clone(), runner.pms.clone()), (None, vec![]));
    let gitaly = &import.directory.stages["systems"].groups["gitaly_cluster"];
    assert_eq!(gitaly.channel, Some(ChannelRef::Name("g_gitaly".to_owned())));
    let wanted =
        ToFillIn::Email { person: "Person 151".to_owned(), role: "PM of Manage › Import".to_owned() };
    assert!(import.to_fill_in.contains(&wanted), "acting or not, it is them");
    assert!(import.yaml.contains("pms: [] # Person 151 (Acting): add their e-mail address"));
}

#[test]
fn what_is_odd_is_said() {
    let Some(import) = real() else { return };
    insta::assert_snapshot!(import.oddities.join("\n"), @r"
    category runner_saas is in two groups: kept in Verify › Runner, left out of Verify › Runner SaaS
    category gitaly is in two groups: kept in Systems › Gitaly:Cluster, left out of Systems › Gitaly:Git
    category dora_metrics is in no group: put under the stage Manage
    category gitlab_handbook is in no group: put under the stage Create
    category snippets is in no group: put under the stage Create
    category code_search is in no group: put under the stage Data Stores
    Systems › Distribution:Build and Systems › Distribution:Deploy share #g_distribution
    Systems › Gitaly:Cluster and Systems › Gitaly:Git share #g_gitaly
    ");
}

fn small(stages: &str, categories: &str) -> Import {
    let sources = Sources {
        stages: text("stages.yml", stages),
        categories: text("categories.yml", categories),
        sections: None,
    };
    import(&sources).expect("it comes through")
}

#[test]
fn whatever_shape_a_taxonomy_has_it_comes_through() {
    let import = small(
        "
stages:
  verify:
    display_name: Verify
    section: ops
    pm: [Petra@example.com, Somebody Else]
    slack: {channel: '#S Verify'}
    groups:
      runner:
        name: \"Runner: the fleet\"
        pm:
          - TBD
          -
          - U012345
        slack: {channel: TBD}
        em: {name: nobody}
        categories: [core, core, unknown]
      empty:
  nothing: ~
",
        "
core: {name: Runner Core, stage: verify, feature_labels: ['Category:Runner Core', executor]}
lost: {name: Lost, stage: nowhere}
under_stage: {name: Under Stage, stage: verify}
broken: just a text
",
    );
    let verify = &import.directory.stages["verify"];
    assert_eq!(verify.pm, Some(PersonRef::Email("petra@example.com".to_owned())));
    assert_eq!(verify.groups["runner"].pms, [PersonRef::Id("U012345".into())]);
    assert_eq!(verify.groups["runner"].categories["core"].keywords, ["executor"]);
    assert_eq!(import.directory.sections["ops"].name, "Ops");
    assert!(import.directory.stages.contains_key("nothing"));
    let (loaded, _) =
        load_directory(&text("directory.yml", &import.yaml), &WorkingHours::default()).expect("it loads");
    assert_eq!(loaded, import.directory);
    insta::assert_snapshot!(report(&import), @r##"
    0 SME areas, 1 section, 2 stages, 2 groups, 3 categories

    Odd in the taxonomy (7):
      Verify: "#S Verify" cannot be a channel: left out
      section ops of Verify is nowhere explained: made from its key
      category core is twice in Verify › Runner: the fleet: kept once
      category unknown is nowhere explained: named by its key
      category lost has neither group nor stage: left out
      category under_stage is in no group: put under the stage Verify
      category broken has neither group nor stage: left out

    E-mail addresses to fill in (the names are in the file, as remarks) (1):
      Somebody Else: PM of Verify

    Nobody is named (3):
      product leader of Ops
      PM of Verify › Empty
      PM of Nothing

    Channels to fill in (until then the next one up is used) (4):
      Verify
      Verify › Runner: the fleet
      Verify › Empty
      Nothing

    SME areas to write, and to name at their stages (2):
      Verify
      Nothing

    Also: fallback_channel, sme_fallback_channel and the user groups under field.
    10 places to fill in; `switchboard check` shows what happens until then.
    "##);
}

#[test]
fn a_key_written_twice_is_said_and_the_first_one_is_read() {
    let import = small("stages: {a: {display_name: First}, a: {display_name: Second}}", "{}");
    assert_eq!(import.directory.stages["a"].name, "First");
    assert_eq!(import.oddities.len(), 1, "{:?}", import.oddities);
    assert!(import.oddities[0].starts_with("stages.yml:1:"), "{:?}", import.oddities);
}

#[test]
fn what_is_not_yaml_stops_it_with_its_line() {
    let sources = Sources {
        stages: text("stages.yml", "stages:\n  a: [\n"),
        categories: text("categories.yml", "{}"),
        sections: None,
    };
    let problems = import(&sources).expect_err("not YAML");
    assert!(problems[0].one_line().starts_with("stages.yml:"), "{problems:?}");
}

async fn run(folder: &Path, output: &Path) -> std::process::ExitCode {
    let stages = folder.join("stages.yml");
    let categories = folder.join("categories.yml");
    std::fs::write(&stages, "stages: {a: {display_name: A}}").expect("written");
    std::fs::write(&categories, "{}").expect("written");
    let import = ImportArgs { stages, categories, sections: None, overlay: None, output: output.to_owned() };
    let args = DirectoryArgs { command: DirectoryCommand::Import(import) };
    switchboard::cli::directory::run(&args, Environment::new()).await.expect("it runs")
}

#[tokio::test]
async fn a_file_in_the_way_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = folder.path().join("directory.yml");
    std::fs::write(&output, "# mine\n").expect("written");
    for _ in 0..2 {
        assert_eq!(run(folder.path(), &output).await, std::process::ExitCode::SUCCESS);
    }
    let kept = std::fs::read_to_string(folder.path().join("directory.yml.old-1")).expect("kept");
    assert_eq!(kept, "# mine\n");
    assert!(!folder.path().join("directory.yml.old-2").exists(), "the same again moves nothing");
    assert!(std::fs::read_to_string(&output).expect("written").contains("name: A"));
}
