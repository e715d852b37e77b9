//! A text as the directory reads it: its words by number, slips forgiven, and where each stands.

use super::everyday::{is_everyday, is_naming};
use super::vocabulary::{PlainNumber, Vocabulary, WordNumber};
use super::words::{Word, words};

/// What is read of a text: more says nothing new about where it belongs.
const MOST_LETTERS: usize = 3_000;
/// A misspelt word is worth less than a right one.
const MISSPELT: f64 = 0.8;
/// One of two words with a stroke between them (`CI/CD`) stands for either.
const ONE_OF_TWO: f64 = 0.6;
/// So many words tell what a text is about; what comes later is detail.
const OPENING: usize = 10;
/// The slot of a word that a text has not.
const ABSENT: u8 = u8::MAX;
/// So many different words of the directory are read of a text; each has a place in a set that is one number.
const MOST_WORDS: usize = 128;
/// What a word far behind the opening is worth.
const LATE: f64 = 0.5;

/// A word of the text that the directory has too.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub number: WordNumber,
    /// With its ending, where the directory has it so.
    pub plain: Option<PlainNumber>,
    /// Whether a slip or two made it this word; its ending then says nothing.
    pub is_misspelt: bool,
    /// How surely it is this word, and how much its position says.
    pub certainty: f64,
    /// How many words that say something stand before it.
    pub before: usize,
    /// Whether nothing but a space stands between it and the word before.
    pub is_next: bool,
    /// Whether a stroke joins it to another.
    pub is_one_of_two: bool,
    /// Whether "the" stands before it.
    pub has_article: bool,
}

/// A word of the directory that the text has.
#[derive(Debug)]
struct Held {
    number: WordNumber,
    /// Where it stands, in the text's order.
    at: Vec<usize>,
    /// How surely it is meant where it is meant most surely.
    certainty: f64,
    /// How telling it is.
    weight: f64,
}

/// Some of the directory's words that a text has: a bit each, in the order of their numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Words(u128);

impl Words {
    /// Those of these that are not among the others.
    pub(super) fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// These and the others.
    pub(super) fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether there are none.
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Adds one; whether it was not there yet.
    fn add(&mut self, slot: usize) -> bool {
        let before = self.0;
        self.0 |= 1 << slot;
        self.0 != before
    }
}

/// What a text has of some words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// Those that it has.
    pub held: Words,
    /// Whether it has all of them.
    pub is_complete: bool,
    /// How telling those are that it has, and how surely they are meant.
    pub says: f64,
}

/// A text as the directory reads it.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Every word in order; those that the directory has not, or that say nothing, are `None`.
    pub tokens: Vec<Option<Token>>,
    /// The directory's words that it has, by number.
    held: Vec<Held>,
    /// For each of the directory's words, which of those it is.
    slots: Vec<u8>,
    /// How many words say something.
    pub meaning: usize,
    /// Where a word stands that a hyphen joins to the one before.
    continuing: Vec<usize>,
    /// Where a word stands that says "a name is beside me".
    naming: Vec<usize>,
}

impl Read {
    /// Reads a text.
    pub(super) fn of(text: &str, vocabulary: &Vocabulary) -> Self {
        let end = text.char_indices().nth(MOST_LETTERS).map_or(text.len(), |(at, _)| at);
        let mut read = Self::default();
        for (at, word) in words(&text[..end]).into_iter().enumerate() {
            let token = word.as_ref().and_then(|word| token(word, read.meaning, vocabulary));
            if let Some(word) = &word {
                read.meaning += 1;
                if word.continues {
                    read.continuing.push(at);
                }
                if is_naming(&word.stem) {
                    read.naming.push(at);
                }
            }
            let token = token.filter(|token| read.hold(token, at, vocabulary));
            read.tokens.push(token);
        }
        read.slots = vec![ABSENT; vocabulary.len()];
        for (slot, held) in (0..).zip(&read.held) {
            read.slots[held.number] = slot;
        }
        read
    }

    /// Notes where a word stands; `false` where there are too many already.
    fn hold(&mut self, token: &Token, at: usize, vocabulary: &Vocabulary) -> bool {
        match self.held.binary_search_by_key(&token.number, |held| held.number) {
            Ok(found) => {
                let held = &mut self.held[found];
                held.at.push(at);
                held.certainty = held.certainty.max(token.certainty);
            }
            Err(_) if self.held.len() >= MOST_WORDS => return false,
            Err(place) => {
                let (number, certainty) = (token.number, token.certainty);
                let weight = vocabulary.weight(number);
                self.held.insert(place, Held { number, at: vec![at], certainty: certainty.max(0.0), weight });
            }
        }
        true
    }

    fn slot(&self, word: WordNumber) -> Option<usize> {
        self.slots.get(word).filter(|slot| **slot != ABSENT).map(|slot| usize::from(*slot))
    }

    /// The directory's words that it has, by number.
    pub(super) fn numbers(&self) -> impl Iterator<Item = WordNumber> {
        self.held.iter().map(|held| held.number)
    }

    /// Where a word stands, in the text's order; nowhere, if it has it not.
    pub(super) fn places_of(&self, word: WordNumber) -> &[usize] {
        self.slot(word).map_or(&[], |slot| &self.held[slot].at)
    }

    /// What it has of these words.
    pub(super) fn part_of(&self, words: &[WordNumber]) -> Part {
        let mut part = Part { held: Words::default(), is_complete: true, says: 0.0 };
        for word in words {
            match self.slot(*word) {
                None => part.is_complete = false,
                Some(slot) if part.held.add(slot) => {
                    part.says += self.held[slot].weight * self.held[slot].certainty;
                }
                Some(_) => {}
            }
        }
        part
    }

    /// How telling these words are together.
    pub(super) fn weight_of(&self, words: Words) -> f64 {
        let mut rest = words.0;
        let mut weight = 0.0;
        while let Some(held) = self.held.get(rest.trailing_zeros() as usize) {
            weight += held.weight;
            rest &= rest - 1;
        }
        weight
    }

    /// Whether the words from `start` to before `end` stand in "the … team" or the like.
    pub(super) fn is_named_at(&self, start: usize, end: usize) -> bool {
        let has_article =
            self.tokens.get(start).and_then(Option::as_ref).is_some_and(|token| token.has_article);
        has_article && self.naming.contains(&end)
    }
}

impl Read {
    /// Whether the words from `start` to before `end` are cut out of a longer word (`security policy` of
    /// `Content-Security-Policy`).
    pub(super) fn is_cut_out(&self, start: usize, end: usize) -> bool {
        self.continuing.binary_search(&start).is_ok() || self.continuing.binary_search(&end).is_ok()
    }
}

fn token(word: &Word, before: usize, vocabulary: &Vocabulary) -> Option<Token> {
    let (number, spelling) = match vocabulary.number(&word.stem) {
        Some(number) => (number, 1.0),
        None if is_everyday(&word.stem) => return None,
        None => (vocabulary.nearest(&word.stem)?, MISSPELT),
    };
    let stroke = if word.is_one_of_two { ONE_OF_TWO } else { 1.0 };
    Some(Token {
        number,
        plain: vocabulary.plain(&word.plain),
        is_misspelt: spelling < 1.0,
        certainty: spelling * stroke * position(before),
        before,
        is_next: word.is_next,
        is_one_of_two: word.is_one_of_two,
        has_article: word.has_article,
    })
}

/// What the position says: the opening all, what follows less and less.
fn position(before: usize) -> f64 {
    let behind = f64::from(u32::try_from(before.saturating_sub(OPENING)).unwrap_or(u32::MAX));
    LATE + (1.0 - LATE) / (1.0 + behind / 10.0)
}
