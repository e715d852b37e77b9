//! The whole bot in random stories: router, store, core and worker, with the local workspace and a clock that the story
//! moves. Everything that happens comes from a seed; after every step the rules are checked as invariants, over what is
//! stored and over everything that anybody has seen.
//!
//! ```text
//! cargo test --test simulation                                             # the seeds of the gate
//! SWITCHBOARD_STEPS=20000 cargo test --test simulation -- --nocapture      # longer stories of these
//! SWITCHBOARD_SEED=7 SWITCHBOARD_STEPS=300 cargo test --test simulation -- --nocapture a_story
//! SWITCHBOARD_YEAR=full cargo test --test simulation -- --nocapture a_year # a company's year, as many asks as it has
//! ```
mod cast;
mod chance;
mod ledger;
mod logs;
mod rows;
mod rules;
mod run;
mod sim;
mod steps;
#[expect(dead_code, reason = "the stage of the stories, of which a simulation needs the half")]
#[path = "../stories/support/mod.rs"]
mod support;
mod watch;
mod year;

/// Steps of each story in the gate.
const STEPS: usize = 600;
/// Steps of the story that is told twice.
const TWICE: usize = 250;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

/// Which steps are told: so many, or those that a shorter story kept.
fn kept(steps: usize) -> Vec<usize> {
    match std::env::var("SWITCHBOARD_KEEP") {
        Ok(list) => list.split(',').map(|step| step.parse().expect("a step's number")).collect(),
        Err(_) => (0..steps).collect(),
    }
}

fn steps() -> usize {
    number("SWITCHBOARD_STEPS").map_or(STEPS, |steps| usize::try_from(steps).expect("a number of steps"))
}

fn hold(seed: u64) {
    let began = std::time::Instant::now();
    match run::tell(seed, &kept(steps())) {
        Ok(told) => {
            println!("seed {seed} holds after {} steps in {:?}: {:?}", steps(), began.elapsed(), told.counts);
        }
        Err(failure) => {
            let first = failure.to_string();
            println!("{first}");
            assert!(number("SWITCHBOARD_SHRINK") != Some(0), "{first}");
            panic!("first: {first}\n\nshortest: {}", run::shrink(failure));
        }
    }
}

/// The seed that somebody asked for, else these of the gate.
fn hold_all(seeds: &[u64]) {
    if number("SWITCHBOARD_SEED").is_none() {
        for seed in seeds {
            hold(*seed);
        }
    }
}

#[test]
fn a_story_keeps_the_rules() {
    hold(number("SWITCHBOARD_SEED").unwrap_or(1));
}

#[test]
fn stories_in_autumn_keep_the_rules() {
    hold_all(&[3, 63]);
}

#[test]
fn stories_at_the_change_of_clocks_keep_the_rules() {
    hold_all(&[2, 22, 46]);
}

#[test]
fn the_same_seed_tells_the_same_story() {
    if number("SWITCHBOARD_SEED").is_some() {
        return;
    }
    let steps: Vec<usize> = (0..TWICE).collect();
    let [first, second] =
        [(); 2].map(|()| run::tell(4, &steps).unwrap_or_else(|failure| panic!("{failure}")));
    let other = first.transcript.iter().zip(&second.transcript).find(|(one, other)| one != other);
    assert_eq!(first.hash, second.hash, "the first that differs: {other:#?}");
    assert!(first.transcript.len() > TWICE / 3, "a story in which nothing happens proves nothing");
    assert_ne!(first.hash, run::tell(7, &steps).unwrap_or_else(|failure| panic!("{failure}")).hash);
}
