//! `switchboard directory diff` on the real taxonomy: imported, left alone, and then changed as taxonomies change. The numbers are
//! those of the file; a change of a few lines has to stay a patch of a few lines.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use switchboard::cli::directory_diff::{Drift, from_taxonomy, patch, shown};
use switchboard::config::{Sources, TextFile, import, load_directory};
use switchboard::domain::rules::WorkingHours;

/// The real taxonomy, or nothing, said clearly.
fn taxonomy() -> Option<Sources> {
    let shared = std::env::var_os("SWITCHBOARD_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join("data/gitlab");
    if !folder.is_dir() {
        // Past the harness, which would keep it from whoever reads: a test that did not run is no test that passed.
        let _ = writeln!(std::io::stderr(), "shared folder absent: test did not run ({})", folder.display());
        return None;
    }
    let file = |name: &str| TextFile {
        name: name.to_owned(),
        text: std::fs::read_to_string(folder.join(name)).expect("a file of the taxonomy"),
    };
    Some(Sources {
        stages: file("stages.yml"),
        categories: file("categories.yml"),
        sections: Some(file("sections.yml")),
    })
}

fn changed(file: &mut TextFile, from: &str, to: &str) {
    assert!(file.text.contains(from), "the taxonomy has no {from:?} any more");
    file.text = file.text.replacen(from, to, 1);
}

/// What `directory diff` tells of a directory that was imported from the one taxonomy, beside the other.
fn drift(imported: &Sources, now: &Sources) -> (Vec<String>, Vec<String>, String) {
    let text = import(imported).expect("it comes through").yaml;
    let file = TextFile { name: "directory.yml".to_owned(), text };
    let (directory, _) = load_directory(&file, &WorkingHours::default()).expect("it loads");
    let before = vec![file];
    let mut drift = Drift { files: before.clone(), ..Drift::default() };
    from_taxonomy(&mut drift, now, &directory).expect("it comes through");
    let patch = patch(&before, &drift.files);
    let told = shown(&drift, &patch);
    assert!(told.ends_with(&patch), "`patch` passes over what stands before it");
    (drift.changed, drift.unsettled, patch)
}

#[test]
fn the_same_taxonomy_has_not_drifted_and_what_is_unsettled_is_told() {
    let Some(sources) = taxonomy() else { return };
    let (changed, unsettled, patch) = drift(&sources, &sources);
    assert_eq!((changed, patch), (Vec::new(), String::new()));
    let with = |words: &str| unsettled.iter().filter(|line| line.contains(words)).count();
    assert_eq!(
        (with("no channel is named"), with("nobody is named"), with("(Acting) stands in")),
        (30, 10, 5)
    );
    assert_eq!(unsettled.len(), 45, "{unsettled:?}");
}

#[test]
fn a_pm_a_channel_and_a_category_that_changed_are_told_in_a_line_each_and_a_short_patch() {
    let Some(sources) = taxonomy() else { return };
    let mut now = sources.clone();
    changed(&mut now.stages, "pm: \"Person 068\"", "pm: \"Person 999\"");
    changed(&mut now.stages, "pm: Person 151 (Acting)", "pm: Person 151");
    changed(&mut now.stages, "channel: g_manage_foundations", "channel: g_foundations");
    changed(&mut now.stages, "          - users\n", "");
    changed(&mut now.stages, "          - importers\n", "          - importers\n          - users\n");
    let (changed, _, patch) = drift(&sources, &now);
    insta::assert_snapshot!(changed.join("\n"), @r"
    category Manage › Workspace › User Profile moved: it is Manage › Import › User Profile now
    Manage › Foundations: its channel is #g_foundations now
    Person 151 (Acting) is not named any more
    Person 151 is named now
    Person 999 is named now
    ");
    insta::assert_snapshot!(patch, @r##"
    --- directory.yml
    +++ directory.yml
    @@ -66,15 +66,15 @@
             engineering_managers: [] # Person 168: add their e-mail address
             categories:
               subgroups: {name: Subgroups, keywords: [group templates]}
    -          users: {name: User Profile, aliases: [users], keywords: [user creation, user settings]}
               projects: {name: Projects}
           import:
             name: Import
             channel: # missing: its stage's is used
    -        pms: [] # Person 151 (Acting): add their e-mail address
    +        pms: [] # Person 151: add their e-mail address
             engineering_managers: [] # Person 162: add their e-mail address
             categories:
               importers: {name: Importers, keywords: [import, project export, project import]}
    +          users: {name: User Profile, aliases: [users], keywords: [user creation, user settings]}
               internationalization: {name: Internationalization}
           integrations:
             name: Integrations
    @@ -85,7 +85,7 @@
               integrations: {name: Integrations}
           foundations:
             name: Foundations
    -        channel: "#g_manage_foundations"
    +        channel: "#g_foundations"
             pms: [] # Person 052: add their e-mail address
             engineering_managers: [] # Person 211: add their e-mail address
             categories:
    @@ -255,7 +255,7 @@
           runner:
             name: Runner
             channel: # missing: its stage's is used
    -        pms: [] # Person 068: add their e-mail address
    +        pms: [] # Person 999: add their e-mail address
             engineering_managers: [] # Person 084, Person 211: add their e-mail addresses
             categories:
               runner: {name: GitLab Runner Core, aliases: [Runner Core, runner]}
    "##);
}
