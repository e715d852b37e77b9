//! The crash proof: the real program is killed (`SIGKILL`) in every phase of its life, under load and beside a Slack that
//! fails, and after each kill and each restart what people were told is compared with what there is. 0 lost, 0 doubled.
//!
//! `cargo test --test crash` runs a few dozen kills; `SWITCHBOARD_KILLS=1000` any number, `SWITCHBOARD_SEED` the same ones
//! again. A failure prints both. What is promised and what was measured: `docs/reliability.md`.
//!
//! | file | holds |
//! |---|---|
//! | `plan`, `chance`, `cases` | what a seed decides: kills, faults, asks and their steps |
//! | `run`, `moment` | one site through its lives; waiting for the moment of a kill |
//! | `world`, `play`, `shown` | the people: what is under way, what they do, what they see |
//! | `deeds` | what admins do to the whole, and people who go away and come back |
//! | `look`, `book`, `checker` | what there is; the comparison; the comparison's own test |

mod book;
mod cases;
mod chance;
mod checker;
mod deeds;
mod look;
mod moment;
mod plan;
mod play;
mod run;
mod shown;
mod world;

#[path = "../stories/support/mod.rs"]
#[expect(
    dead_code,
    reason = "the stories' stage; here it gives the example directory and the signing secret"
)]
mod support;

#[path = "../program/mod.rs"]
#[expect(dead_code, reason = "shared with the tests of the program's commands")]
mod program;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

use book::{Objection, Wrong};
use chance::Chance;
use run::Tally;

/// Kills of a run that nobody asked to be longer, and how long they may take before the rest is left out.
const USUAL_KILLS: usize = 30;
const USUAL_TIME: Duration = Duration::from_secs(45);
/// Kills of one site; a longer run has several, one after the other.
const KILLS_OF_A_SITE: usize = 50;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_every_phase_it_loses_nothing_and_doubles_nothing() {
    let asked = number("SWITCHBOARD_KILLS").map(|kills| usize::try_from(kills).expect("a number of kills"));
    let kills = asked.unwrap_or(USUAL_KILLS);
    let seed = number("SWITCHBOARD_SEED").unwrap_or_else(|| RandomState::new().build_hasher().finish());
    let until = asked.is_none().then(|| Instant::now() + USUAL_TIME);
    let (mut whole, begun) = (Tally::default(), Instant::now());
    for site in 0..kills.div_ceil(KILLS_OF_A_SITE) {
        let kills = (kills - site * KILLS_OF_A_SITE).min(KILLS_OF_A_SITE);
        let seed = if site == 0 { seed } else { Chance::part(seed, 1_000_000 + site as u64).next() };
        let road = if plan::is_by_sockets(seed) { "websockets" } else { "HTTP" };
        eprintln!("site {site}, by {road}: SWITCHBOARD_SEED={seed} SWITCHBOARD_KILLS={kills}");
        let lives = plan::lives(seed, kills);
        let tally = run::run(seed, &lives, until).await;
        report_wrong(seed, kills, &lives, &tally);
        whole.add(tally);
        // So far, for whoever has to stop a long run.
        eprintln!("{}", table(&whole, begun.elapsed()));
    }
    assert!(whole.kills() >= kills.min(10), "only {} kills in that time", whole.kills());
    assert!(whole.acknowledged > whole.kills(), "hardly anything was acknowledged: {whole:?}");
    assert!(whole.settled_within <= Duration::from_mins(1), "in flight for {:?}", whole.settled_within);
}

/// Fails with what is wrong, the plan that led there, and how to run it again.
fn report_wrong(seed: u64, kills: usize, lives: &[plan::Life], tally: &Tally) {
    if tally.wrong.is_empty() && tally.mistakes.is_empty() {
        return;
    }
    for (life, Objection(wrong, what)) in &tally.wrong {
        eprintln!("after life {life}: {wrong:?}: {what}");
    }
    tally.kept.iter().for_each(|kept| eprintln!("the database then: {}", kept.display()));
    tally.mistakes.iter().for_each(|mistake| eprintln!("the harness was wrong about {mistake}"));
    let reached = tally.wrong.iter().map(|(life, _)| *life).min().unwrap_or(lives.len());
    for (number, life) in lives.iter().enumerate().take(reached + 1) {
        eprintln!("life {number}: {life}");
    }
    panic!(
        "{} wrong, {} mistakes. The same plan again: \
        SWITCHBOARD_SEED={seed} SWITCHBOARD_KILLS={kills} cargo test --test crash killed -- --nocapture",
        tally.wrong.len(),
        tally.mistakes.len()
    );
}

fn table(tally: &Tally, took: Duration) -> String {
    let mut lines = vec!["| killed … | kills | moment did not come |".to_owned(), "|---|---|---|".to_owned()];
    for phase in plan::PHASES {
        let (kills, missed) = tally.kills.get(phase).copied().unwrap_or_default();
        lines.push(format!("| {phase} | {kills} | {missed} |"));
    }
    let of = |kind: Wrong| tally.wrong.iter().filter(|(_, Objection(wrong, _))| *wrong == kind).count();
    let (unanswered, committed) = tally.unanswered;
    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    for (what, measured) in [
        ("kills", tally.kills().to_string()),
        ("asks", tally.asks.to_string()),
        ("acknowledged: asks, clicks, forms, events", tally.acknowledged.to_string()),
        ("beside these, of admins and of who is away", tally.deeds.to_string()),
        ("tries without an answer; committed all the same", format!("{unanswered}; {committed}")),
        ("messages of the bot in Slack", tally.messages.to_string()),
        ("in flight at a kill", tally.in_flight.to_string()),
        ("of unknown end, then searched for", tally.of_unknown_end.to_string()),
        ("**lost**", of(Wrong::Lost).to_string()),
        ("**doubled**", of(Wrong::Doubled).to_string()),
        ("in flight settled, longest after a kill", seconds(tally.settled_within)),
        ("all delivered, longest after the last word", seconds(tally.drained_within)),
        ("the whole run", seconds(took)),
    ] {
        lines.push(format!("| {what} | {measured} | |"));
    }
    lines.join("\n")
}
