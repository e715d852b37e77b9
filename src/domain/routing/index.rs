//! The words of the taxonomy, indexed once for each directory, and how well a text fits each place.
//!
//! A name, alias or keyword counts by how telling its words are, whether all of them are there, and whether they stand
//! together. A group also counts what its categories hold. Nothing depends on the order of a map.

use std::collections::{BTreeSet, HashMap};

use super::phrase::{Hit, Outline, Phrase, PhraseKind, Sum, Tally, Telling, reasons};
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
}

/// Every place that a text touches, and why.
#[derive(Debug)]
pub(super) struct Fits<'a> {
    /// How well each fits.
    pub all: Vec<Fit>,
    index: &'a WordIndex,
    read: Read,
    /// The phrases of which the text has a word.
    touched: Vec<usize>,
}

impl Fits<'_> {
    /// The names, aliases and keywords that count for a place, the weightiest first. Found anew: of the hundreds that a text
    /// touches only those of the outcome are asked for.
    pub(super) fn words(&self, fit: &Fit) -> Vec<String> {
        let is_group = self.index.entries[fit.place].kind == PlaceKind::Group;
        let is_own = |outline: &Outline| {
            if is_group { outline.home == fit.place } else { outline.place == fit.place }
        };
        let own = self.touched.iter().filter(|number| is_own(&self.index.outlines[**number]));
        let mut hits: Vec<(Hit, &str)> = own
            .filter_map(|number| {
                let phrase = &self.index.phrases[*number];
                Some((self.index.hit(*number, &self.read)?, phrase.text.as_str()))
            })
            .collect();
        // A stable sort: what weighs the same stays in the directory's order.
        hits.sort_by(|(a, _), (b, _)| b.score.total_cmp(&a.score));
        reasons(&hits, &self.read)
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
        let mut spoken = spoken(places);
        let home = |place: usize| entries[place].group.unwrap_or(place);
        // What is summed up together stands together: the phrases of a group, and among them those of a place.
        spoken.sort_by_key(|(place, ..)| (home(*place), *place));
        let mut holders: HashMap<String, BTreeSet<usize>> = HashMap::new();
        for (place, _, words, _) in &spoken {
            for word in words {
                holders.entry(word.stem.clone()).or_default().insert(home(*place));
            }
        }
        let plain = spoken.iter().flat_map(|(_, _, words, _)| words).map(|word| word.plain.as_str());
        let vocabulary = Vocabulary::of(&holders, plain);
        let mut by_word = vec![Vec::new(); vocabulary.len()];
        let (mut phrases, mut outlines, mut phrase_words) = (Vec::new(), Vec::new(), Vec::new());
        for (place, kind, words, text) in spoken {
            let phrase = Phrase::new(home(place), kind, &words, text, &vocabulary);
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
        let touched = self.touched(&read);
        let mut all = Vec::new();
        let (mut of_place, mut of_group) = (Tally::default(), Tally::default());
        let home = |number: &usize| self.outlines[*number].home;
        for of_home in touched.chunk_by(|a, b| home(a) == home(b)) {
            let first = all.len();
            let place = |number: &usize| self.outlines[*number].place;
            for own in of_home.chunk_by(|a, b| place(a) == place(b)) {
                for hit in own.iter().filter_map(|number| self.hit(*number, &read)) {
                    of_place.add(&hit, &read);
                    of_group.add(&hit, &read);
                }
                let place = place(&own[0]);
                let sum = of_place.take(&read);
                if self.entries[place].kind != PlaceKind::Group {
                    all.extend(sum.map(|Sum { score, telling }| Fit { place, score, telling }));
                }
            }
            let group = self.entries[place(&of_home[0])].group;
            if let (Some(sum), Some(place)) = (of_group.take(&read), group) {
                for category in &mut all[first..] {
                    mean_the_category(category, sum.score);
                }
                all.push(Fit { place, score: sum.score, telling: sum.telling });
            }
        }
        Fits { all, index: self, read, touched }
    }

    /// The phrases of which the text has a word, in order.
    fn touched(&self, read: &Read) -> Vec<usize> {
        // A bit for each phrase puts them in order, each once, for less than sorting them costs.
        let mut bits = vec![0_u64; self.phrases.len().div_ceil(64)];
        for list in read.numbers().map(|word| &self.by_word[word]).filter(|list| list.len() <= TOO_COMMON) {
            for number in list {
                bits[number / 64] |= 1 << (number % 64);
            }
        }
        let mut touched = Vec::with_capacity(bits.iter().map(|bits| bits.count_ones() as usize).sum());
        for (base, mut rest) in (0..).step_by(64).zip(bits) {
            while rest != 0 {
                touched.push(base + rest.trailing_zeros() as usize);
                rest &= rest - 1;
            }
        }
        touched
    }

    /// How well the text holds a phrase.
    fn hit(&self, number: usize, read: &Read) -> Option<Hit> {
        self.outlines[number].hit(&self.phrases[number], &self.phrase_words, read, &self.vocabulary)
    }
}

/// Where one category alone holds most of what its group holds, the category is meant.
fn mean_the_category(category: &mut Fit, group: f64) {
    if category.telling > Telling::No && category.score >= group * MOST_OF_IT {
        category.score = group * 1.001;
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
