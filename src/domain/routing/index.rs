//! The words of the taxonomy, indexed once for each directory, and how well a text fits each place.
//!
//! A name, alias or keyword counts by how telling its words are, whether all of them are there, and whether they stand
//! together. A group also counts what its categories hold. Nothing depends on the order of a map.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::phrase::{Hit, Phrase, PhraseKind, Telling, add_up};
use super::suggest::TypeAhead;
use super::text::Read;
use super::vocabulary::Vocabulary;
use super::words::{Word, words};
use crate::domain::org::{Place, PlaceId, PlaceKind};

/// What one category must hold of all that its group holds, to be meant instead of the group.
const MOST_OF_IT: f64 = 0.75;

/// A word that more names and keywords have finds nothing by itself; looking at all of them would only take time.
const TOO_COMMON: usize = 500;

/// Where in the taxonomy a place stands, as far as scoring asks.
#[derive(Debug, Clone)]
struct Entry {
    id: PlaceId,
    /// The number of its group (its own for a group).
    group: Option<usize>,
    kind: PlaceKind,
}

/// The words of the taxonomy, indexed once for each directory.
#[derive(Debug, Clone, Default)]
pub struct WordIndex {
    entries: Vec<Entry>,
    phrases: Vec<Phrase>,
    vocabulary: Vocabulary,
    /// The phrases that hold each word.
    by_word: Vec<Vec<usize>>,
    type_ahead: TypeAhead,
}

/// How well a place fits, before anybody judges.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    /// Which place.
    pub place: PlaceId,
    /// How well.
    pub score: f64,
    /// The names, aliases and keywords that count, the weightiest first.
    pub words: Vec<String>,
    /// Whether a whole name, alias or keyword stands in the text, and is no everyday word.
    pub telling: Telling,
}

impl WordIndex {
    /// Indexes the places' names, aliases and keywords.
    pub fn of(places: &[Place]) -> Self {
        let numbers: HashMap<&PlaceId, usize> =
            places.iter().enumerate().map(|(number, place)| (&place.id, number)).collect();
        let entry = |place: &Place| Entry {
            id: place.id.clone(),
            group: place.group.as_ref().and_then(|group| numbers.get(group)).copied(),
            kind: place.kind,
        };
        let entries: Vec<Entry> = places.iter().map(entry).collect();
        let spoken = spoken(places);
        let mut holders: HashMap<String, BTreeSet<usize>> = HashMap::new();
        for (place, _, words, _) in &spoken {
            let home = entries[*place].group.unwrap_or(*place);
            for word in words {
                holders.entry(word.stem.clone()).or_default().insert(home);
            }
        }
        let vocabulary = Vocabulary::of(&holders);
        let mut by_word = vec![Vec::new(); vocabulary.len()];
        let mut phrases: Vec<Phrase> = Vec::new();
        for (place, kind, words, text) in spoken {
            let phrase =
                Phrase::new((place, entries[place].group.unwrap_or(place)), kind, &words, text, &vocabulary);
            for word in phrase.words.iter().collect::<BTreeSet<_>>() {
                by_word[*word].push(phrases.len());
            }
            phrases.push(phrase);
        }
        Self { entries, phrases, vocabulary, by_word, type_ahead: TypeAhead::of(places) }
    }

    /// Everything the places are called, for the type-ahead.
    pub(super) fn type_ahead(&self) -> &TypeAhead {
        &self.type_ahead
    }

    /// How well the text fits each place that it touches at all, in the directory's order.
    pub(super) fn fits(&self, text: &str) -> Vec<Fit> {
        let read = Read::of(text, &self.vocabulary);
        let hits = self.hits(&read);
        let mut by_place: BTreeMap<usize, Vec<&Hit<'_>>> = BTreeMap::new();
        let mut by_group: BTreeMap<usize, Vec<&Hit<'_>>> = BTreeMap::new();
        for hit in &hits {
            let entry = &self.entries[hit.phrase.place];
            if entry.kind != PlaceKind::Group {
                by_place.entry(hit.phrase.place).or_default().push(hit);
            }
            if let Some(group) = entry.group {
                by_group.entry(group).or_default().push(hit);
            }
        }
        let groups: BTreeMap<usize, Fit> =
            by_group.iter().map(|(group, hits)| (*group, self.fit(*group, hits))).collect();
        let mut fits: Vec<Fit> = Vec::new();
        for (place, hits) in &by_place {
            let mut fit = self.fit(*place, hits);
            let of_group = self.entries[*place].group.and_then(|group| groups.get(&group));
            // Where one category alone holds most of what its group holds, the category is meant.
            if let Some(group) = of_group
                && fit.telling > Telling::No
                && fit.score >= group.score * MOST_OF_IT
            {
                fit.score = group.score * 1.001;
            }
            fits.push(fit);
        }
        fits.extend(groups.into_values());
        fits
    }

    fn fit(&self, place: usize, hits: &[&Hit<'_>]) -> Fit {
        let sum = add_up(hits, &self.vocabulary);
        Fit {
            place: self.entries[place].id.clone(),
            score: sum.score,
            words: sum.words,
            telling: sum.telling,
        }
    }

    /// The phrases that the text holds, wholly or in part, the weightiest first.
    fn hits(&self, read: &Read) -> Vec<Hit<'_>> {
        let lists =
            read.places_of.keys().map(|word| &self.by_word[*word]).filter(|list| list.len() <= TOO_COMMON);
        let touched: HashSet<usize> = lists.flatten().copied().collect();
        let mut numbers: Vec<usize> = touched.into_iter().collect();
        numbers.sort_unstable();
        let mut hits: Vec<Hit<'_>> =
            numbers.iter().filter_map(|number| self.phrases[*number].hit(read, &self.vocabulary)).collect();
        // A stable sort: equals stay in the directory's order.
        hits.sort_by(|a, b| b.score.total_cmp(&a.score));
        hits
    }
}

/// Everything the places are called: place, kind, words, and as it is written.
fn spoken(places: &[Place]) -> Vec<(usize, PhraseKind, Vec<Word>, String)> {
    let mut spoken = Vec::new();
    for (number, place) in places.iter().enumerate() {
        let named = std::iter::once((&place.name, PhraseKind::Name));
        let aliases = place.aliases.iter().map(|text| (text, PhraseKind::Alias));
        let keywords = place.keywords.iter().map(|text| (text, PhraseKind::Keyword));
        for (text, kind) in named.chain(aliases).chain(keywords) {
            let words: Vec<Word> = words(text).into_iter().flatten().collect();
            if !words.is_empty() {
                spoken.push((number, kind, words, text.clone()));
            }
        }
    }
    spoken
}
