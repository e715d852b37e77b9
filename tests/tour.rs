//! The demo as a newcomer runs it: the tour on the bundled example and on a real public taxonomy, and lines typed at its
//! prompt. The tour looks at what it shows, so its exit code is a test of everything on the way.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const BINARY: &str = env!("CARGO_BIN_EXE_switchboard");

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn tour(extra: &[&str]) -> Output {
    Command::new(BINARY)
        .args(["demo", "--tour-only"])
        .args(extra)
        .stdin(Stdio::null())
        .output()
        .expect("the demo starts")
}

fn holds(output: &Output, wanted: &[&str]) {
    let out = text(&output.stdout);
    assert!(output.status.success(), "{out}\n{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "the log disturbs the tour");
    for words in wanted {
        assert!(out.contains(words), "“{words}” is not in\n{out}");
    }
    let widest = out.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "a line is {widest:?} columns wide");
    assert!(!out.contains('\u{1b}'), "colours where nobody sees them");
    assert!(out.lines().count() < 240, "{} lines are too many", out.lines().count());
}

/// What the tour shows on any directory.
const EVERYWHERE: [&str; 12] = [
    "http://127.0.0.1:",
    "nobody has taken it yet",
    "has waited 2 h",
    "has waited 3 h",
    "4 h have passed",
    "8 h",
    "after the promised time",
    "the promised time passed",
    "An SME is the faster way",
    "The earliest is",
    "on the second day",
    "No agenda, 24 h before",
];

#[test]
fn the_tour_plays_on_the_example() {
    let output = tour(&[]);
    holds(&output, &EVERYWHERE);
    holds(&output, &["#sme-ci-internal", "Ines took", "Paul comes", "40 h", "That was the tour"]);
    let out = text(&output.stdout);
    assert!(!out.contains("invents"), "the example lacks nothing that the tour needs:\n{out}");
}

#[test]
fn nothing_of_the_tour_stays_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(BINARY)
        .args(["demo", "--tour-only"])
        .env("TMPDIR", folder.path())
        .stdin(Stdio::null())
        .output()
        .expect("the demo starts");
    assert!(output.status.success());
    assert!(text(&output.stdout).contains(&folder.path().display().to_string()), "the database is elsewhere");
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_tour_plays_on_a_public_taxonomy_and_says_what_it_invents() {
    let Some(data) = shared("data/gitlab") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let directory = folder.path().join("directory.yml");
    let imported = Command::new(BINARY)
        .args(["directory", "import", "--stages"])
        .arg(data.join("stages.yml"))
        .arg("--categories")
        .arg(data.join("categories.yml"))
        .arg("--sections")
        .arg(data.join("sections.yml"))
        .arg("--output")
        .arg(&directory)
        .output()
        .expect("the import starts");
    assert!(imported.status.success(), "{}", text(&imported.stderr));
    let output = tour(&["--directory", &directory.display().to_string()]);
    holds(&output, &EVERYWHERE);
    assert!(text(&output.stdout).contains("so the tour invents:"), "{}", text(&output.stdout));
}

#[test]
fn a_directory_that_is_none_is_refused_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = folder.path().join("directory.yml");
    for (written, words) in [("stages: [", "directory.yml"), ("stages: {}", "no group")] {
        std::fs::write(&directory, written).expect("a file");
        let output = tour(&["--directory", &directory.display().to_string()]);
        assert_eq!(output.status.code(), Some(1), "{written}");
        assert!(text(&output.stderr).contains(words), "{}", text(&output.stderr));
    }
}

#[test]
fn the_newcomer_acts_as_anybody_and_odd_lines_get_a_sentence() {
    let typed = "AVA in #field: @Switchboard how do others set up Runner Fleet?\n\
                 click take it\n\
                 Ines clicks Ask the PM\n\
                 ines fills Your question = Is it planned?\n\
                 ines submits\n\
                 wait 2h\n\
                 paul in #sme-ci-internal thread: Yes, next quarter.\n\
                 raj in #field: /request-pm\n\
                 raj fills what is = roadmap\n\
                 raj picks runner\n\
                 raj submits\n\
                 raj closes\n\
                 ava dm: mine\n\
                 show #sme-ci\n\
                 who\n\
                 channels\n\
                 nobody in #field: hello\n\
                 ava in #nowhere: hello\n\
                 ava clicks Nonsense\n\
                 ava juggles\n\
                 wait forever\n\
                 explain K7Q\n\
                 explain nothing of the kind\n\
                 show @nobody\n\
                 \u{0} \u{1b}[2J @ # :\n\
                 quit\n";
    let mut demo = Command::new(BINARY)
        .arg("demo")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the demo starts");
    let mut stdin = demo.stdin.take().expect("its input");
    stdin.write_all(typed.as_bytes()).expect("the lines");
    stdin.write_all(b"\xff\xfe\n").expect("a line that is not text");
    drop(stdin);
    let output = demo.wait_with_output().expect("the demo ends");
    let out = text(&output.stdout);
    assert!(output.status.success(), "{out}\n{}", text(&output.stderr));
    assert!(!out.contains('\u{1b}'));
    let (_, prompt) = out.split_once("Now you.").expect("the prompt");
    for words in [
        "Runner Fleet · question",
        "» ines clicks [Take it] in #sme-ci",
        "> Is it planned?",
        "@Paul: Ines has waited 2 h",
        "✓ Answered: by Paul",
        "raj sees the form “Ask an expert”",
        "Not sent: Your question",
        "You asked",
        "SME of CI/CD and Runner",
        "Nobody is called nobody",
        "No channel is called #nowhere",
        "ava sees no button [Nonsense]",
        "I know NAME in #channel: TEXT",
        "Say how long",
        "No ask has the id K7Q",
        "is no id of an ask",
    ] {
        assert!(prompt.contains(words), "“{words}” is not in\n{prompt}");
    }
}

/// The shared data, where it is.
fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SWITCHBOARD_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let found = root.join(path);
    if found.exists() {
        return Some(found);
    }
    // Past the harness, which would keep it from whoever reads: a test that did not run is no test that passed.
    let _ = writeln!(std::io::stderr(), "shared folder absent: test did not run");
    None
}
