//! The fuzz targets on a stable compiler: every seed is replayed, and each is changed a fixed number of times, always in the
//! same way. What cargo-fuzz finds becomes a seed (CONTRIBUTING.md).

#[path = "../fuzz/src/targets/mod.rs"]
mod targets;

use std::fs;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Words from which what is interesting is made, whatever the target.
const WORDS: &[&str] = &[
    "\n",
    "\0",
    "=",
    "&",
    "<",
    ">",
    "<@U1>",
    "<!here>",
    "<!subteam^S1|x>",
    "<#C1|>",
    "|",
    "&amp;",
    "&lt",
    "%00",
    "%",
    "+",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ":",
    ",",
    "null",
    "true",
    "-1",
    "1e999",
    "9223372036854775808",
    "\u{202e}",
    "é",
    "👩‍🚀",
    "payload=",
    "text=",
    "command=",
    "type",
    "event",
    "message",
    "subtype",
    "blocks",
    "elements",
    "ssl_check=1",
    "v0=",
    "- ",
    "  ",
    "\t",
    "&a ",
    "*a",
    "<<: ",
    "? ",
    "!!binary ",
    "|\n",
    "%YAML 1.2\n",
    "---\n",
    "...\n",
    "'",
    "# ",
    "@x",
    "~",
    "sme_areas",
    "stages",
    "groups",
    "categories",
    "channel",
    "pm",
    "mode",
    "\"on\"",
    "*b*",
    "`c`",
    "_i_",
    "https://a.example/",
];

/// A small generator of numbers that look like chance and are none (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (below.max(1) as u64)).expect("below a usize")
    }

    /// Changes an input a little, as a fuzzer would: a bit, a word, a piece left out, doubled, or taken from another seed.
    fn change(&mut self, input: &mut Vec<u8>, other: &[u8]) {
        let at = self.roll(input.len() + 1);
        let span = at..(at + self.roll(1 + input.len() / 4)).min(input.len());
        match self.roll(7) {
            0 if at < input.len() => input[at] ^= 1 << self.roll(8),
            0 | 1 => drop(input.splice(at..at, WORDS[self.roll(WORDS.len())].bytes())),
            2 => drop(input.drain(span)),
            3 => {
                let doubled = input[span].to_vec();
                input.splice(at..at, doubled);
            }
            4 => {
                let from = self.roll(other.len() + 1);
                let until = (from + self.roll(64)).min(other.len());
                input.splice(at..at, other[from..until].iter().copied());
            }
            5 => drop(input.splice(span, WORDS[self.roll(WORDS.len())].bytes())),
            _ => input.truncate(at),
        }
    }
}

fn seeds(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let seeds = files(&folder);
    assert!(seeds.len() >= 3, "{}: only {} seeds", folder.display(), seeds.len());
    seeds
}

fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(&path).expect("a file"))).collect()
}

/// Replays the seeds as they are, and each changed so many times, one change upon another.
fn replay(target: &str, check: fn(&[u8]), changes: usize) {
    let seeds = seeds(target);
    let mut dice = Dice(0x5eed_0001);
    for (path, seed) in &seeds {
        run(check, seed, &path.display().to_string());
        let mut input = seed.clone();
        for number in 0..changes / seeds.len() {
            // Now and then back to the seed: what is changed too often is noise.
            if number % 24 == 0 {
                input.clone_from(seed);
            }
            let other = dice.roll(seeds.len());
            dice.change(&mut input, &seeds[other].1);
            run(check, &input, &format!("{}, change {number}", path.display()));
        }
    }
}

fn run(check: fn(&[u8]), input: &[u8], what: &str) {
    let ended = catch_unwind(AssertUnwindSafe(|| check(input)));
    let shown = || String::from_utf8_lossy(input);
    assert!(ended.is_ok(), "{what}: {}\n(make it a seed: {input:?})", shown());
}

#[test]
fn signature() {
    replay("signature", targets::signature::check, 6_000);
}

#[test]
fn form() {
    replay("form", targets::form::check, 12_000);
}

#[test]
fn event() {
    replay("event", targets::event::check, 12_000);
}

#[test]
fn directory() {
    replay("directory", targets::directory::check, 2_000);
}

#[test]
fn markup() {
    replay("markup", targets::markup::check, 1_500);
}

#[test]
fn what_slack_really_sends() {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("SWITCHBOARD_SHARED").map_or_else(beside, PathBuf::from);
    let payloads = shared.join("data/slack/payloads");
    if !payloads.is_dir() {
        // Past the harness, which would keep it from whoever reads: a test that did not run is no test that passed.
        let _ = writeln!(std::io::stderr(), "shared folder absent: test did not run");
        return;
    }
    let mut dice = Dice(0x5eed_0002);
    for (path, payload) in files(&payloads) {
        let form =
            [b"payload=".to_vec(), form_urlencoded::byte_serialize(&payload).collect::<String>().into()]
                .concat();
        for (check, seed) in [(targets::event::check as fn(&[u8]), &payload), (targets::form::check, &form)] {
            let mut input = seed.clone();
            for number in 0..20 {
                run(check, &input, &format!("{}, change {number}", path.display()));
                dice.change(&mut input, seed);
            }
        }
    }
}

#[test]
fn a_broken_promise_is_noticed_and_the_same_changes_come_every_time() {
    let refuses: fn(&[u8]) = |data| assert!(!data.contains(&b'!'), "a sign");
    assert!(catch_unwind(|| run(refuses, b"ok", "a seed")).is_ok());
    assert!(catch_unwind(|| run(refuses, b"no!", "a seed")).is_err());
    let changed = || {
        let (mut dice, mut input) = (Dice(7), b"some text".to_vec());
        (0..50).for_each(|_| dice.change(&mut input, b"another"));
        input
    };
    assert_eq!(changed(), changed());
    assert_ne!(changed(), b"some text");
}
