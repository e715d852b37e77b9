//! The directory's commands as processes of their own: the running bot reads it anew, and drift is a patch that applies.

use std::io::Write as _;
use std::path::Path;

use super::*;

const TAXONOMY: [(&str, &str); 3] = [
    (
        "stages.yml",
        "stages:
  verify:
    display_name: Verify
    section: ops
    pm: Person 1
    slack: {channel: s_verify}
    groups:
      runner:
        name: Runner
        pm: [Person 7]
        slack: {channel: g_runner}
        categories: [runner_core, hosted]
      testing: {name: Testing, pm: TBD, categories: [coverage]}
",
    ),
    (
        "categories.yml",
        "runner_core: {name: Runner Core}\nhosted: {name: Hosted Runners}\ncoverage: {name: Coverage}\n",
    ),
    ("sections.yml", "sections: {ops: {name: Ops}}\n"),
];

fn taxonomy(site: &Site) {
    for (name, text) in TAXONOMY {
        std::fs::write(site.file(name), text).expect("written");
    }
}

async fn operate(site: &Site, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = site.run(arguments).await;
    let (out, errors) = said(&output);
    (output.status.code(), out, errors)
}

fn path(site: &Site, name: &str) -> String {
    site.file(name).display().to_string()
}

async fn diff(site: &Site) -> (Option<i32>, String, String) {
    let [stages, categories, sections] = TAXONOMY.map(|(name, _)| path(site, name));
    let files =
        ["--stages", stages.as_str(), "--categories", categories.as_str(), "--sections", sections.as_str()];
    operate(site, &[&["directory", "diff"], &files[..]].concat()).await
}

/// Applies it, where this machine can.
fn apply(site: &Site, patch: &str) -> bool {
    let mut command = std::process::Command::new("patch");
    command.args(["-p0", "--quiet"]).current_dir(site.folder.path()).stdin(std::process::Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        // Past the harness, which would keep it from whoever reads: a test that did not run is no test that passed.
        let _ = writeln!(std::io::stderr(), "`patch` is absent: whether the patch applies was not tried");
        return false;
    };
    // Absolute names are refused by it: the files are named as they are in their folder.
    let relative = patch.replace(&format!("{}/", site.folder.path().display()), "");
    child.stdin.take().expect("a pipe").write_all(relative.as_bytes()).expect("written");
    assert!(child.wait().expect("it ends").success(), "{relative}");
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_taxonomy_that_moved_on_is_a_patch() {
    let site = Site::begin().await;
    taxonomy(&site);
    std::fs::write(
        site.file("directory.overlay.yml"),
        "sme_areas: {ci: {name: CI, channel: \"#sme-ci\", members: [ines@example.com]}}\n\
         stages: {verify: {sme_area: ci, groups: {runner: {pms: [paul@example.com]}}}}\n",
    )
    .expect("written");
    let settings = format!("overlay = \"directory.overlay.yml\"\n{}", config::example_settings());
    std::fs::write(site.file("switchboard.toml"), settings).expect("written");
    let [stages, categories, sections] = TAXONOMY.map(|(name, _)| path(&site, name));
    let (overlay, output) = (path(&site, "directory.overlay.yml"), path(&site, "directory.yml"));
    let import = [
        "directory",
        "import",
        "--stages",
        &stages,
        "--categories",
        &categories,
        "--sections",
        &sections,
        "--overlay",
        &overlay,
        "-o",
        &output,
    ];
    let (code, out, errors) = operate(&site, &import).await;
    assert_eq!(code, Some(0), "{out}{errors}");
    assert!(!out.contains("Person 7: PM of Verify › Runner"), "the overlay has their address: {out}");
    let (code, out, errors) = diff(&site).await;
    assert_eq!(code, Some(0), "{out}{errors}");
    insta::assert_snapshot!(out, @r"
    # Not settled in the taxonomy (3):
    #   product leader of Ops: nobody is named, or only TBD
    #   Verify › Testing: no channel is named, or only TBD
    #   PM of Verify › Testing: nobody is named, or only TBD
    ");

    // A PM went, one stands in, a category moved, a group lost its channel.
    let changed = TAXONOMY[0].1.replace("pm: [Person 7]", "pm: [Person 9 (Acting)]");
    let changed = changed
        .replace("        slack: {channel: g_runner}\n", "")
        .replace("[runner_core, hosted]", "[runner_core]");
    let changed = changed.replace("[coverage]", "[coverage, hosted]");
    std::fs::write(site.file("stages.yml"), changed).expect("written");
    let (code, patch, errors) = diff(&site).await;
    assert_eq!(code, Some(1), "{patch}{errors}");
    insta::assert_snapshot!(patch.replace(&site.folder.path().display().to_string(), "…"), @r##"
    # Changed (4):
    #   category Verify › Runner › Hosted Runners moved: it is Verify › Testing › Hosted Runners now
    #   Verify › Runner: no channel is named any more
    #   Person 7 is not named any more
    #   Person 9 (Acting) is named now
    # Not settled in the taxonomy (4):
    #   product leader of Ops: nobody is named, or only TBD
    #   Verify › Testing: no channel is named, or only TBD
    #   PM of Verify › Testing: nobody is named, or only TBD
    #   Person 9 (Acting) stands in for somebody not named yet
    --- …/directory.yml
    +++ …/directory.yml
    @@ -21,14 +21,14 @@
         groups:
           runner:
             name: Runner
    -        channel: "#g_runner"
    -        pms: [] # Person 7: add their e-mail address
    +        channel: # missing: its stage's is used
    +        pms: [] # Person 9 (Acting): add their e-mail address
             categories:
               runner_core: {name: Runner Core}
    -          hosted: {name: Hosted Runners, aliases: [hosted]}
           testing:
             name: Testing
             channel: # missing: its stage's is used
             pms: [] # nobody yet: the stage PM is asked
             categories:
               coverage: {name: Coverage}
    +          hosted: {name: Hosted Runners, aliases: [hosted]}
    "##);
    if apply(&site, &patch) {
        let (code, out, errors) = diff(&site).await;
        assert_eq!((code, out.contains("---")), (Some(0), false), "{out}{errors}");
    }
    std::fs::write(site.file("stages.yml"), "stages: [").expect("written");
    let (code, _, errors) = diff(&site).await;
    assert_eq!(code, Some(2), "{errors}");
    assert!(errors.contains("stages.yml:1:"), "{errors}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_slack_knows_otherwise_is_a_patch_and_the_running_bot_takes_it() {
    let site = Site::begin().await;
    assert_eq!(site.run(&["migrate"]).await.status.code(), Some(0));
    let (code, out, errors) = operate(&site, &["directory", "reload"]).await;
    assert_eq!(code, Some(1), "{out}{errors}");
    assert!(errors.contains("No bot runs on this database"), "{errors}");
    let running = site.serve().await;
    let (code, out, errors) = operate(&site, &["directory", "diff", "--live"]).await;
    assert_eq!((code, out.as_str()), (Some(0), ""), "{errors}");
    site.slack.deactivate("paul");
    site.slack.rename_channel("#g_boards", "g_work_items");
    site.slack.archive("#s_plan");
    site.slack.deliver_due().await;
    let (code, patch, errors) = operate(&site, &["directory", "diff", "--live"]).await;
    assert_eq!(code, Some(1), "{patch}{errors}");
    insta::assert_snapshot!(patch.replace(&site.folder.path().display().to_string(), "…"), @r##"
    # Changed (3):
    #   #g_boards is #g_work_items now
    #   #s_plan is archived
    #   paul@example.com has left
    --- …/directory.yml
    +++ …/directory.yml
    @@ -20,7 +20,7 @@
         handle: "@sme-ci"
         leads: [lena@example.com]
         members: [ines@example.com, sam@example.com]
    -    pms: [paul@example.com, petra@example.com]
    +    pms: [petra@example.com]
         office_hours: {text: "Tuesdays 15:00 UTC", link: "https://meet.example.com/sme-ci"}
       planning:
         name: Planning and Portfolios
    @@ -55,13 +55,13 @@
       plan:
         name: Plan
         section: dev
    -    channel: "#s_plan"
    +    channel: null # #s_plan is archived
         pm: priya@example.com
         sme_area: planning
         groups:
           boards:
             name: Boards
    -        channel: "#g_boards"
    +        channel: "#g_work_items"
             pms: [bo@example.com]
             engineering_managers: [ellis@example.com]
             categories:
    @@ -125,7 +125,7 @@
           runner:
             name: Runner
             channel: "#g_runner"
    -        pms: [paul@example.com]
    +        pms: []
             cover: [pavel@example.com]
             engineering_managers: [edith@example.com]
             calendar:
    @@ -143,7 +143,7 @@
             name: Pipelines
             channel: "#g_pipelines"
             pms: [pavel@example.com]
    -        cover: [paul@example.com]
    +        cover: []
             keywords: [pipeline]
             categories:
               pipeline_execution: {name: Pipeline Execution, aliases: [CI pipelines], keywords: [job, stage order, needs, parallel, matrix]}
    "##);
    if apply(&site, &patch) {
        let (code, out, errors) = operate(&site, &["directory", "diff", "--live"]).await;
        assert_eq!((code, out.as_str()), (Some(0), ""), "{errors}");
    }
    let (code, out, errors) = operate(&site, &["directory", "reload"]).await;
    assert_eq!(code, Some(0), "{out}{errors}");
    assert!(out.contains("read anew and in use"), "{out}");
    // A change of the file is found by itself; a broken one is told and changes nothing.
    std::fs::write(Path::new(&site.file("directory.yml")), "stages: {plan: [}").expect("written");
    eventually("told", async || {
        site.slack.last_message("#switchboard-admins").plain().contains("do not hold")
    })
    .await;
    let (code, out, errors) = operate(&site, &["directory", "reload"]).await;
    assert_eq!(code, Some(1), "{out}{errors}");
    assert!(errors.contains("directory.yml:1:"), "{errors}");
    assert!(running.get("/readyz").await.starts_with("HTTP/1.1 200"));
}
