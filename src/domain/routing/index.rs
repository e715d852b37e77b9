//! The words of the taxonomy, indexed once for each directory, and how well a text fits each place.
//!
//! A name, alias or keyword counts by how telling its words are, whether all of them are there, and whether they stand
//! together. A group also counts what its categories hold. Nothing depends on the order of a map.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::phrase::{Hit, Outline, Phrase, PhraseKind, Telling, add_up, reasons};
use super::suggest::TypeAhead;
use super::text::Read;
use super::vocabulary::{Vocabulary, WordNumber};
use super::words::{Word, words};
use crate::domain::org::{Place, PlaceId, PlaceKind};

/// What one category must hold of all that its group holds, to be meant instead of the group.
const MOST_OF_IT: f64 = 0.75;

/// A word that more names and keywords have finds nothing by itself; looking at all of them would only take time.
const TOO_COMMON: usize = 500;

/// Where in the taxonomy a place stands, as far as scoring asks.
#[derive(Debug, Clone)]
struct Entry {
    /// The number of its group (its own for a group).
    group: Option<usize>,
    kind: PlaceKind,
    /// Where its id stands among all: what decides between places that fit as well.
    rank: usize,
}

/// The words of the taxonomy, indexed once for each directory.
#[derive(Debug, Clone, Default)]
pub struct WordIndex {
    entries: Vec<Entry>,
    phrases: Vec<Phrase>,
    /// What is asked of them first, in the same order.
    outlines: Vec<Outline>,
    /// The words of all of them, one after the other.
    phrase_words: Vec<WordNumber>,
    vocabulary: Vocabulary,
    /// The phrases that hold each word.
    by_word: Vec<Vec<usize>>,
    type_ahead: TypeAhead,
}

/// How well a place fits, before anybody judges.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    /// The number of the place.
    pub place: usize,
    /// How well.
    pub score: f64,
    /// Whether a whole name, alias or keyword stands in the text, and is no everyday word.
    pub telling: Telling,
    /// Which of the sorted hits are its own.
    hits: Range<usize>,
}

/// Every place that a text touches, and why.
#[derive(Debug)]
pub(super) struct Fits<'a> {
    /// How well each fits.
    pub all: Vec<Fit>,
    read: Read,
    hits: Vec<Hit<'a>>,
    /// The numbers of the hits, those of one place side by side and its weightiest first.
    sorted: Vec<usize>,
}

impl Fits<'_> {
    /// The names, aliases and keywords that count for a place, the weightiest first.
    pub(super) fn words(&self, fit: &Fit) -> Vec<String> {
        reasons(self.of(fit.hits.clone()), &self.read)
    }

    fn of(&self, hits: Range<usize>) -> impl Iterator<Item = &Hit<'_>> + Clone {
        self.sorted[hits].iter().map(|number| &self.hits[*number])
    }

    /// Takes up the hits of each place: `owners` names places and their hits.
    fn take_up(&mut self, mut owners: Vec<(usize, usize)>) -> Vec<Fit> {
        // A stable sort: hits of a place that weigh the same stay in the directory's order, in which they mostly are.
        owners.sort_by_key(|(place, _)| *place);
        let mut fits = Vec::with_capacity(owners.len());
        for own in owners.chunk_by_mut(|a, b| a.0 == b.0) {
            if own.len() > 1 {
                own.sort_by(|(_, a), (_, b)| self.hits[*b].score.total_cmp(&self.hits[*a].score));
            }
            let start = self.sorted.len();
            self.sorted.extend(own.iter().map(|(_, hit)| *hit));
            let hits = start..self.sorted.len();
            let sum = add_up(self.of(hits.clone()), &self.read);
            fits.push(Fit { place: own[0].0, score: sum.score, telling: sum.telling, hits });
        }
        fits
    }
}

impl WordIndex {
    /// Indexes the places' names, aliases and keywords.
    pub fn of(places: &[Place]) -> Self {
        let numbers: HashMap<&PlaceId, usize> =
            places.iter().enumerate().map(|(number, place)| (&place.id, number)).collect();
        let entry = |place: &Place| Entry {
            group: place.group.as_ref().and_then(|group| numbers.get(group)).copied(),
            kind: place.kind,
            rank: 0,
        };
        let mut entries: Vec<Entry> = places.iter().map(entry).collect();
        let mut by_id: Vec<usize> = (0..places.len()).collect();
        by_id.sort_by_key(|number| &places[*number].id);
        for (rank, number) in by_id.into_iter().enumerate() {
            entries[number].rank = rank;
        }
        let spoken = spoken(places);
        let mut holders: HashMap<String, BTreeSet<usize>> = HashMap::new();
        for (place, _, words, _) in &spoken {
            let home = entries[*place].group.unwrap_or(*place);
            for word in words {
                holders.entry(word.stem.clone()).or_default().insert(home);
            }
        }
        let plain = spoken.iter().flat_map(|(_, _, words, _)| words).map(|word| word.plain.as_str());
        let vocabulary = Vocabulary::of(&holders, plain);
        let mut by_word = vec![Vec::new(); vocabulary.len()];
        let (mut phrases, mut outlines, mut phrase_words) = (Vec::new(), Vec::new(), Vec::new());
        for (place, kind, words, text) in spoken {
            let home = entries[place].group.unwrap_or(place);
            let phrase = Phrase::new(home, kind, &words, text, &vocabulary);
            let start = phrase_words.len();
            phrase_words.extend_from_slice(&phrase.words);
            outlines.push(Outline::of(&phrase, place, start..phrase_words.len()));
            for word in phrase.words.iter().collect::<BTreeSet<_>>() {
                by_word[*word].push(phrases.len());
            }
            phrases.push(phrase);
        }
        let type_ahead = TypeAhead::of(places);
        Self { entries, phrases, outlines, phrase_words, vocabulary, by_word, type_ahead }
    }

    /// Where this place's id stands among all.
    pub(super) fn rank(&self, place: usize) -> usize {
        self.entries[place].rank
    }

    /// Everything the places are called, for the type-ahead.
    pub(super) fn type_ahead(&self) -> &TypeAhead {
        &self.type_ahead
    }

    /// How well the text fits each place that it touches at all.
    pub(super) fn fits(&self, text: &str) -> Fits<'_> {
        let read = Read::of(text, &self.vocabulary);
        let hits = self.hits(&read);
        let by_place: Vec<(usize, usize)> = hits
            .iter()
            .enumerate()
            .filter(|(_, hit)| self.entries[hit.place].kind != PlaceKind::Group)
            .map(|(number, hit)| (hit.place, number))
            .collect();
        let by_group: Vec<(usize, usize)> = hits
            .iter()
            .enumerate()
            .filter_map(|(number, hit)| Some((self.entries[hit.place].group?, number)))
            .collect();
        let mut fits = Fits { all: Vec::new(), read, hits, sorted: Vec::new() };
        let groups = fits.take_up(by_group);
        let mut all = fits.take_up(by_place);
        for fit in &mut all {
            // Where one category alone holds most of what its group holds, the category is meant.
            if let Some(group) = self.entries[fit.place].group
                && let Ok(at) = groups.binary_search_by_key(&group, |group| group.place)
                && fit.telling > Telling::No
                && fit.score >= groups[at].score * MOST_OF_IT
            {
                fit.score = groups[at].score * 1.001;
            }
        }
        all.extend(groups);
        fits.all = all;
        fits
    }

    /// The phrases that the text holds, wholly or in part, in the directory's order.
    fn hits(&self, read: &Read) -> Vec<Hit<'_>> {
        // A bit for each phrase puts them in order, each once, for less than sorting them costs.
        let mut touched = vec![0_u64; self.phrases.len().div_ceil(64)];
        for list in read.numbers().map(|word| &self.by_word[word]).filter(|list| list.len() <= TOO_COMMON) {
            for number in list {
                touched[number / 64] |= 1 << (number % 64);
            }
        }
        let mut hits = Vec::with_capacity(touched.iter().map(|bits| bits.count_ones() as usize).sum());
        for (base, bits) in (0..).step_by(64).zip(touched) {
            let mut rest = bits;
            while rest != 0 {
                let number: usize = base + rest.trailing_zeros() as usize;
                rest &= rest - 1;
                let phrase = &self.phrases[number];
                hits.extend(self.outlines[number].hit(phrase, &self.phrase_words, read, &self.vocabulary));
            }
        }
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
