//! Type-ahead over every section, stage, group, category and alias, from memory.
//!
//! What begins as it was typed comes first, what only holds it later, and what a slip keeps apart last. Everything is
//! written small once for each directory, so that a keystroke costs a walk over texts and nothing more.

use std::collections::{BTreeMap, BTreeSet};

use super::vocabulary::mask;
use crate::domain::org::{Org, Place, PlaceKind};

/// What is read of what was typed.
const MOST_LETTERS: usize = 100;
/// Shortest word in which a slip is forgiven.
const FORGIVEN_FROM: usize = 4;
/// Shortest word in which two slips are forgiven.
const TWICE_FORGIVEN_FROM: usize = 7;
/// The rank of what a slip keeps apart: behind everything else.
const BEHIND: usize = 10;

/// A place's names as they are compared with what is typed.
#[derive(Debug, Clone)]
struct Spelled {
    name: String,
    full_name: String,
    aliases: Vec<String>,
    keywords: Vec<String>,
}

/// A word, and the places whose names, aliases or keywords hold it.
#[derive(Debug, Clone)]
struct HeldWord {
    letters: Vec<char>,
    mask: u64,
    places: Vec<usize>,
}

/// Everything the places are called, ready to be compared.
#[derive(Debug, Clone, Default)]
pub(super) struct TypeAhead {
    places: Vec<Spelled>,
    words: Vec<HeldWord>,
}

/// Places whose names, aliases or keywords begin with or hold what was typed, the best first, at most `limit`.
pub fn suggest<'a>(org: &'a Org, typed: &str, limit: usize) -> Vec<&'a Place> {
    let is_blank = typed.trim().is_empty();
    let typed = normal(&typed.chars().take(MOST_LETTERS).collect::<String>());
    if typed.is_empty() && !is_blank {
        return Vec::new();
    }
    let index = org.words().type_ahead();
    let mut ranks: BTreeMap<usize, usize> = BTreeMap::new();
    for (number, spelled) in index.places.iter().enumerate() {
        if let Some(rank) = rank(spelled, &typed) {
            ranks.insert(number, rank);
        }
    }
    if ranks.is_empty() {
        for (number, slips) in index.near(&typed) {
            ranks.entry(number).or_insert(BEHIND + slips);
        }
    }
    let mut found: Vec<(usize, u32, &Place)> = ranks
        .into_iter()
        .filter_map(|(number, rank)| org.places().get(number).map(|place| (rank, level(place.kind), place)))
        .collect();
    found.sort_by(|(rank, level, place), (other_rank, other_level, other)| {
        (rank, level, &place.full_name).cmp(&(other_rank, other_level, &other.full_name))
    });
    found.into_iter().take(limit).map(|(_, _, place)| place).collect()
}

impl TypeAhead {
    /// From the directory's places, in their order.
    pub(super) fn of(places: &[Place]) -> Self {
        let all = |texts: &[String]| texts.iter().map(|text| normal(text)).collect();
        let spelled = |place: &Place| Spelled {
            name: normal(&place.name),
            full_name: normal(&place.full_name),
            aliases: all(&place.aliases),
            keywords: all(&place.keywords),
        };
        let places: Vec<Spelled> = places.iter().map(spelled).collect();
        let mut held: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for (number, place) in places.iter().enumerate() {
            for text in [&place.full_name].into_iter().chain(&place.aliases).chain(&place.keywords) {
                for word in text.split(' ') {
                    held.entry(word).or_default().insert(number);
                }
            }
        }
        let word = |(word, places): (&str, BTreeSet<usize>)| HeldWord {
            letters: word.chars().collect(),
            mask: mask(word),
            places: places.into_iter().collect(),
        };
        let words = held.into_iter().map(word).collect();
        Self { places, words }
    }

    /// The places that hold all the words that were typed, give or take a slip, with the number of slips.
    fn near(&self, typed: &str) -> BTreeMap<usize, usize> {
        let mut left: Option<BTreeMap<usize, usize>> = None;
        for word in typed.split(' ') {
            let mut holding: BTreeMap<usize, usize> = BTreeMap::new();
            let letters: Vec<char> = word.chars().collect();
            let mask = mask(word);
            for held in &self.words {
                let Some(slips) = slips(&letters, mask, held) else { continue };
                for place in &held.places {
                    let before = left.as_ref().map_or(Some(0), |left| left.get(place).copied());
                    let Some(before) = before else { continue };
                    let fewest = holding.entry(*place).or_insert(before + slips);
                    *fewest = (*fewest).min(before + slips);
                }
            }
            left = Some(holding);
        }
        left.unwrap_or_default()
    }
}

/// How many slips keep the typed letters from beginning the word, or being it.
fn slips(typed: &[char], mask: u64, held: &HeldWord) -> Option<usize> {
    if held.letters.starts_with(typed) {
        return Some(0);
    }
    let most = match typed.len() {
        0..FORGIVEN_FROM => return None,
        FORGIVEN_FROM..TWICE_FORGIVEN_FROM => 1,
        _ => 2,
    };
    if (mask & !held.mask).count_ones() as usize > most || held.letters.len() + most < typed.len() {
        return None;
    }
    Some(distance_to_beginning(typed, &held.letters[..held.letters.len().min(typed.len() + most)]))
        .filter(|slips| *slips <= most)
}

/// The fewest slips between what was typed and any beginning of the word: letters left out, put in, changed or swapped.
fn distance_to_beginning(typed: &[char], word: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=word.len()).collect();
    for (row, letter) in typed.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in word.iter().enumerate() {
            let changed = last[column] + usize::from(letter != other);
            let mut fewest = changed.min(last[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && typed[row - 1] == *other && *letter == word[column - 1] {
                fewest = fewest.min(before_last[column - 1] + 1);
            }
            current.push(fewest);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.into_iter().min().unwrap_or(typed.len())
}

/// Groups first: they are what people mean most often.
fn level(kind: PlaceKind) -> u32 {
    match kind {
        PlaceKind::Group => 0,
        PlaceKind::Category => 1,
        PlaceKind::Stage => 2,
        PlaceKind::Section => 3,
    }
}

/// How well a place fits what was typed; smaller is better.
fn rank(place: &Spelled, typed: &str) -> Option<usize> {
    if typed.is_empty() {
        return Some(BEHIND - 1);
    }
    let is_alias = || place.aliases.iter().any(|alias| alias == typed);
    if place.name == typed {
        return Some(0);
    }
    if is_alias() {
        return Some(1);
    }
    if place.name.starts_with(typed) {
        return Some(2);
    }
    if begins_a_word(&place.name, typed) || place.aliases.iter().any(|alias| alias.starts_with(typed)) {
        return Some(3);
    }
    if place.aliases.iter().any(|alias| begins_a_word(alias, typed))
        || place.keywords.iter().any(|keyword| keyword.starts_with(typed))
    {
        return Some(4);
    }
    if begins_a_word(&place.full_name, typed) || place.keywords.iter().any(|word| begins_a_word(word, typed))
    {
        return Some(5);
    }
    (place.name.contains(typed) || place.aliases.iter().any(|alias| alias.contains(typed))).then_some(6)
}

fn begins_a_word(text: &str, typed: &str) -> bool {
    text.match_indices(typed).any(|(at, _)| at == 0 || text[..at].ends_with(' '))
}

/// Small letters, and one space wherever signs stood.
fn normal(text: &str) -> String {
    let lower = text.to_lowercase();
    let is_sign = |sign: char| !sign.is_alphanumeric() && sign != '+' && sign != '#';
    let words: Vec<&str> = lower.split(is_sign).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}
