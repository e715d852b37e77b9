//! Buttons: whoever sees one may press it, whether they may or not.

use switchboard::sandbox::NotPossible;

use super::forms;
use crate::cast::marks_in;
use crate::chance::Chance;
use crate::ledger::{Seen, Spot};
use crate::sim::Sim;

/// How far back people scroll.
const RECENT: usize = 6;

/// Presses a button of a message that stands.
pub async fn press(sim: &mut Sim, chance: &mut Chance, twice: bool) -> Result<(), NotPossible> {
    let Some((spot, seen)) = choose(sim, chance) else { return Ok(()) };
    let labels = seen.labels();
    let Some(label) = chance.one(&labels).cloned() else { return Ok(()) };
    let who = presser(sim, chance, &spot, &seen);
    let (place, _, only) = &spot;
    // What only they see speaks of something that stands elsewhere.
    let at = if only.is_some() { format!("@{who}") } else { place.clone() };
    let alone = if only.is_some() { ", seen by them alone" } else { "" };
    let head = seen.body.lines().next().unwrap_or_default();
    let times = if twice { " twice" } else { "" };
    sim.tell(format!("{who} presses [{label}]{times} in {place}{alone}: {head}"));
    sim.count(&format!("[{label}]"));
    let person = sim.story.person(&who);
    let answer = match person.click(&seen.channel, &spot.1, &label).await {
        Ok(answer) => answer,
        Err(gone) => {
            if spot.2.is_some() {
                // Something else has taken its place since.
                sim.ledger.standing.remove(&spot);
            }
            return Err(gone);
        }
    };
    sim.answered(&who, &answer);
    if label == "Post" {
        release(sim, &who, &seen.body);
    }
    if twice {
        let again = person.click(&seen.channel, &spot.1, &label).await;
        if let Ok(again) = again {
            sim.answered(&who, &again);
        }
    }
    forms::fill(sim, chance, &who, &at).await
}

/// A message with buttons: first a place, then one of the last few there.
fn choose(sim: &Sim, chance: &mut Chance) -> Option<(Spot, Seen)> {
    let with_buttons = |seen: &Seen| seen.by_bot && seen.body.contains('[') && !seen.labels().is_empty();
    let mut places: Vec<&String> = sim
        .ledger
        .standing
        .iter()
        .filter(|(_, seen)| with_buttons(seen))
        .map(|((place, ..), _)| place)
        .collect();
    places.dedup();
    let place = *chance.one(&places)?;
    let here = sim.ledger.standing.iter().filter(|((at, ..), seen)| at == place && with_buttons(seen));
    let here: Vec<(&Spot, &Seen)> = here.collect();
    let recent = &here[here.len().saturating_sub(RECENT)..];
    chance.one(recent).map(|(spot, seen)| ((*spot).clone(), (*seen).clone()))
}

/// Who presses: whom it is for, mostly whoever belongs there or asked, sometimes anybody.
fn presser(sim: &Sim, chance: &mut Chance, spot: &Spot, seen: &Seen) -> String {
    let (place, _, only) = spot;
    if let Some(only) = only {
        return only.clone();
    }
    if let Some(one) = place.strip_prefix('@') {
        return one.to_owned();
    }
    match sim.requester_of(&seen.body) {
        Some(requester) if chance.percent(30) => requester,
        _ => sim.cast.somebody(chance, place),
    }
}

/// The author has seen the preview and posts it.
pub fn release(sim: &mut Sim, who: &str, shown: &str) {
    for mark in marks_in(shown) {
        if sim.marks.source(mark).is_some_and(|source| source.author == who) {
            sim.marks.release(mark);
        }
    }
}
