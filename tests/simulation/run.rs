//! Tells a story from its seed, looks after every step, and, when a rule breaks, says which, after what, and how to see it
//! again; then looks for a shorter story that breaks it too.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use tokio::runtime;
use tokio::task::LocalSet;

use crate::chance::Chance;
use crate::logs;
use crate::rules::Broken;
use crate::sim::{Sim, Telling};
use crate::{steps, watch};

/// How many of the last lines a failure shows.
const LAST: usize = 60;
/// How long a shorter story is looked for.
const SHRINK_FOR: Duration = Duration::from_mins(1);

/// What a story came to.
#[derive(Debug)]
pub struct Told {
    /// Everything that was seen, as one number.
    pub hash: String,
    /// Everything that was seen.
    pub transcript: Vec<String>,
    /// How often each kind of thing happened.
    pub counts: BTreeMap<String, usize>,
}

/// A story in which a rule broke.
#[derive(Debug)]
pub struct Failure {
    /// Its seed.
    pub seed: u64,
    /// Which steps were told.
    pub kept: Vec<usize>,
    /// What broke.
    pub broken: Vec<Broken>,
    /// What was told.
    pub telling: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.kept.last().map_or(0, |last| last + 1);
        writeln!(out, "seed {}, step {last}: {} rules broken", self.seed, self.broken.len())?;
        let shown = std::env::var("SWITCHBOARD_TELL").map_or(LAST, |_| usize::MAX);
        let from = self.telling.len().saturating_sub(shown);
        self.telling[from..].iter().try_for_each(|line| writeln!(out, "  {line}"))?;
        self.broken.iter().try_for_each(|broken| writeln!(out, "{broken}"))?;
        let kept: Vec<String> = self.kept.iter().map(ToString::to_string).collect();
        let only =
            if kept.len() == last { String::new() } else { format!(" SWITCHBOARD_KEEP={}", kept.join(",")) };
        write!(
            out,
            "again: SWITCHBOARD_SEED={} SWITCHBOARD_STEPS={last}{only} cargo test --test simulation -- --nocapture a_story",
            self.seed
        )
    }
}

/// Tells so many steps of a seed's story; all of them, or those that are kept.
pub fn tell(seed: u64, kept: &[usize]) -> Result<Told, Failure> {
    logs::listen();
    let mut runtime = runtime::Builder::new_multi_thread();
    let runtime =
        runtime.worker_threads(2).thread_name(logs::name()).enable_all().build().expect("a runtime");
    let telling = Telling::default();
    let told = {
        let telling = telling.clone();
        let kept = kept.to_vec();
        LocalSet::new().block_on(&runtime, async move {
            tokio::task::spawn_local(async move { Box::pin(play(seed, &kept, telling)).await }).await
        })
    };
    runtime.shutdown_timeout(Duration::from_secs(1));
    let failure = |broken, kept: &[usize]| Failure {
        seed,
        kept: kept.to_vec(),
        broken,
        telling: telling.lock().unwrap_or_else(PoisonError::into_inner).clone(),
    };
    match told {
        Ok(Ok(told)) => Ok(told),
        Ok(Err((broken, at))) => {
            let end = kept.iter().position(|step| *step == at).map_or(kept.len(), |end| end + 1);
            Err(failure(broken, &kept[..end]))
        }
        Err(panic) => Err(failure(vec![Broken::new("nothing panics", panic.to_string())], kept)),
    }
}

async fn play(seed: u64, kept: &[usize], telling: Telling) -> Result<Told, (Vec<Broken>, usize)> {
    let mut sim = Sim::begin(seed, telling).await;
    for step in kept {
        sim.tell(format!("— step {step}"));
        steps::play(&mut sim, &mut Chance::of_step(seed, *step)).await;
        watch::look(&mut sim);
        if !sim.broken.is_empty() {
            return Err((sim.broken, *step));
        }
    }
    steps::mend(&mut sim).await;
    watch::look(&mut sim);
    if !sim.broken.is_empty() {
        return Err((sim.broken, usize::MAX));
    }
    let mut hash = Sha256::new();
    sim.transcript.iter().for_each(|line| hash.update(line));
    let counts = counted(&sim);
    Ok(Told { hash: hex::encode(hash.finalize()), transcript: sim.transcript, counts })
}

/// What there was at the end, beside what happened.
fn counted(sim: &Sim) -> BTreeMap<String, usize> {
    let mut counts = sim.counts.clone();
    for engagement in sim.rows.engagements.values() {
        *counts.entry(format!("{} {}", engagement.body.kind(), engagement.state.key())).or_default() += 1;
    }
    counts
}

/// Looks for a shorter story that breaks the same rule, by leaving out ever smaller pieces.
pub fn shrink(failure: Failure) -> Failure {
    let begun = Instant::now();
    let rule = failure.broken[0].rule;
    let mut best = failure;
    let mut piece = best.kept.len() / 2;
    while piece > 0 && begun.elapsed() < SHRINK_FOR {
        let mut from = 0;
        while from < best.kept.len() && begun.elapsed() < SHRINK_FOR {
            let mut fewer = best.kept.clone();
            fewer.drain(from..(from + piece).min(fewer.len()));
            match tell(best.seed, &fewer) {
                Err(shorter) if shorter.broken.iter().any(|broken| broken.rule == rule) => best = shorter,
                Ok(_) | Err(_) => from += piece,
            }
        }
        piece /= 2;
    }
    best
}
