//! From words to a place of the taxonomy, with the trail of what was considered.
//!
//! Matches the names, aliases and keywords of the directory against the words of a text, weighs rare words above common
//! ones, and says *clear* only when one group leads by far. Never guesses: two that could be meant are both named.

mod everyday;
mod index;
mod phrase;
mod suggest;
mod text;
mod vocabulary;
mod words;

use super::ids::AreaKey;
use super::org::{Org, Place, PlaceId, PlaceKind};

pub use index::WordIndex;
use index::{Fit, Fits};
use phrase::Telling;
pub use suggest::suggest;

/// The least a place must score to be clear: about a name of two words, one of them misspelt.
const CLEAR_AT_LEAST: f64 = 0.65;
/// How far ahead of the next group a clear one is.
const CLEAR_LEAD: f64 = 1.7;
/// The same for words that may only describe what is another's ("merge request analytics").
const SURE_LEAD: f64 = 3.0;
/// The least a place must score to be offered as a candidate.
const WORTH_OFFERING: f64 = 0.15;
/// Places of one line that score this share of the best are as good.
const AS_GOOD: f64 = 0.9;
/// What scores less than this share of the best changes no outcome: a rival is nearer than that to count (`SURE_LEAD`), and
/// so is a candidate.
const BESIDE_THE_POINT: f64 = 0.2;
/// The most candidates that are offered.
const MOST_CANDIDATES: usize = 4;
/// What a place of the area in whose channel it was asked gains.
const HINT_GAIN: f64 = 1.5;

/// Where a text points.
#[derive(Debug, Clone, PartialEq)]
pub struct Routing {
    /// The outcome.
    pub outcome: Outcome,
    /// What was considered, the best first, for `explain`.
    pub trail: Vec<Considered>,
}

/// The outcome of routing a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// One place, clearly, because of these words of the directory.
    Clear {
        /// Which.
        place: PlaceId,
        /// The words of the directory that the text holds.
        words: Vec<String>,
    },
    /// Several could be meant, the best first.
    Unclear {
        /// Which.
        candidates: Vec<PlaceId>,
    },
    /// Nothing in the text names a place.
    Nothing,
}

/// A place that was considered.
#[derive(Debug, Clone, PartialEq)]
pub struct Considered {
    /// Which.
    pub place: PlaceId,
    /// How well it fits; only comparable within one routing.
    pub score: f64,
    /// The words of the directory that the text holds.
    pub words: Vec<String>,
}

/// Where this text points; `hint` is the area in whose channel it was asked.
pub fn route(org: &Org, text: &str, hint: Option<&AreaKey>) -> Outcome {
    judge(org, &best_first(org, text, hint, Trail::Short))
}

/// Where this text points, with everything that was considered.
pub fn route_with_trail(org: &Org, text: &str, hint: Option<&AreaKey>) -> Routing {
    let fits = best_first(org, text, hint, Trail::Whole);
    let considered = |fit: &Fit| Considered {
        place: org.places()[fit.place].id.clone(),
        score: fit.score,
        words: fits.words(fit),
    };
    Routing { outcome: judge(org, &fits), trail: fits.all.iter().map(considered).collect() }
}

/// How much is wanted of what was considered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trail {
    /// All of it.
    Whole,
    /// What the outcome can hang on.
    Short,
}

fn best_first<'a>(org: &'a Org, text: &str, hint: Option<&AreaKey>, trail: Trail) -> Fits<'a> {
    let mut fits = org.words().fits(text);
    let place = |fit: &Fit| &org.places()[fit.place];
    if hint.is_some() {
        for fit in &mut fits.all {
            if place(fit).area.as_ref() == hint {
                fit.score *= HINT_GAIN;
            }
        }
    }
    if trail == Trail::Short {
        let best = fits.all.iter().map(|fit| fit.score).fold(0.0, f64::max);
        fits.all.retain(|fit| fit.score >= best * BESIDE_THE_POINT);
    }
    let rank = |fit: &Fit| org.words().rank(fit.place);
    fits.all.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then_with(|| rank(a).cmp(&rank(b))));
    fits
}

/// Clear, unclear or nothing. Places of one group do not compete: whoever answers is the same.
fn judge(org: &Org, fits: &Fits<'_>) -> Outcome {
    let Some(top) = fits.all.first().filter(|top| top.score >= WORTH_OFFERING) else {
        return Outcome::Nothing;
    };
    let place = |fit: &Fit| &org.places()[fit.place];
    let is_same_line = |a: &Fit, b: &Fit| same_line(place(a), place(b));
    // Where a group is named outright and one of its categories only seems meant, the group is what is clear.
    let as_good = |fit: &&Fit| fit.score >= top.score * AS_GOOD && is_same_line(top, fit);
    let best = fits.all.iter().filter(as_good).rev().max_by_key(|fit| fit.telling).unwrap_or(top);
    let rival = fits.all.iter().skip(1).find(|other| !is_same_line(best, other));
    let leads = |lead: f64| rival.is_none_or(|rival| best.score >= rival.score * lead);
    let is_clear = match best.telling {
        Telling::No => false,
        Telling::Perhaps => leads(SURE_LEAD),
        Telling::Yes => leads(CLEAR_LEAD),
    };
    if is_clear && best.score >= CLEAR_AT_LEAST {
        return Outcome::Clear { place: place(best).id.clone(), words: fits.words(best) };
    }
    let mut candidates: Vec<&Fit> = Vec::new();
    for fit in &fits.all {
        let is_worth_it = fit.score >= WORTH_OFFERING && fit.score * 4.0 >= best.score;
        if !is_worth_it || candidates.len() >= MOST_CANDIDATES {
            break;
        }
        if !candidates.iter().any(|taken| is_same_line(taken, fit)) {
            candidates.push(fit);
        }
    }
    Outcome::Unclear { candidates: candidates.into_iter().map(|fit| place(fit).id.clone()).collect() }
}

/// Whether one of the two is the other, stands above it, or both stand in the same group.
fn same_line(a: &Place, b: &Place) -> bool {
    if a.group.is_some() && b.group.is_some() {
        return a.group == b.group;
    }
    match (a.kind, b.kind) {
        (PlaceKind::Section, _) | (_, PlaceKind::Section) => a.section == b.section,
        (PlaceKind::Stage, _) | (_, PlaceKind::Stage) => a.stage == b.stage,
        (PlaceKind::Group | PlaceKind::Category, PlaceKind::Group | PlaceKind::Category) => a.id == b.id,
    }
}
