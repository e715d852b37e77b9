//! Every word that the directory has: its number, how telling it is, and which it is where a letter slipped.

use std::collections::{BTreeSet, HashMap};

use super::everyday::is_everyday;

/// The number of a word; words are numbered in the order of the alphabet, so that nothing hangs on a map's order.
pub(super) type WordNumber = usize;

/// The number of a word with its ending ("logs", "logging").
pub(super) type PlainNumber = usize;

/// Shortest word in which two letters may have changed places.
const SWAPPED_FROM: usize = 4;
/// Shortest word in which any slip is forgiven: shorter ones are other words too often (`slack`, `stack`).
const FORGIVEN_FROM: usize = 6;
/// Shortest word in which two slips are forgiven.
const TWICE_FORGIVEN_FROM: usize = 10;
/// What is left of a word that anybody uses.
const EVERYDAY: f64 = 0.3;

/// A word of the directory.
#[derive(Debug, Clone)]
struct Known {
    stem: String,
    letters: usize,
    /// Which letters it has, for a quick look.
    mask: u64,
    /// 1 where one group alone has it, towards 0 where all have it; less for everyday words.
    weight: f64,
    /// The groups, or places outside of groups, that have it.
    holders: BTreeSet<usize>,
}

/// Every word that the directory has.
#[derive(Debug, Clone, Default)]
pub(super) struct Vocabulary {
    known: Vec<Known>,
    numbers: HashMap<String, WordNumber>,
    plain: HashMap<String, PlainNumber>,
    by_first: HashMap<char, Vec<WordNumber>>,
}

impl Vocabulary {
    /// From each word's holders (groups, or places outside of groups), and all words with their endings.
    pub(super) fn of<'w>(
        holders: &HashMap<String, BTreeSet<usize>>,
        plain: impl Iterator<Item = &'w str>,
    ) -> Self {
        let all = number(holders.values().flatten().collect::<BTreeSet<_>>().len()).max(1.0);
        let mut stems: Vec<&String> = holders.keys().collect();
        stems.sort();
        let mut vocabulary = Self::default();
        for word in plain {
            let next = vocabulary.plain.len();
            vocabulary.plain.entry(word.to_owned()).or_insert(next);
        }
        for (at, stem) in stems.into_iter().enumerate() {
            let held_by = number(holders[stem].len()).max(1.0);
            let rare = (1.0 + all / held_by).ln() / (1.0 + all).ln();
            let weight = if is_everyday(stem) { rare * EVERYDAY } else { rare };
            if let Some(first) = stem.chars().next() {
                vocabulary.by_first.entry(first).or_default().push(at);
            }
            vocabulary.numbers.insert(stem.clone(), at);
            let letters = stem.chars().count();
            vocabulary.known.push(Known {
                stem: stem.clone(),
                letters,
                mask: mask(stem),
                weight,
                holders: holders[stem].clone(),
            });
        }
        vocabulary
    }

    /// The number of a word.
    pub(super) fn number(&self, stem: &str) -> Option<WordNumber> {
        self.numbers.get(stem).copied()
    }

    /// The number of a word with its ending.
    pub(super) fn plain(&self, plain: &str) -> Option<PlainNumber> {
        self.plain.get(plain).copied()
    }

    /// Whether this home (a group, or a place outside of groups) has the word.
    pub(super) fn is_held_by(&self, number: WordNumber, home: usize) -> bool {
        self.known.get(number).is_some_and(|known| known.holders.contains(&home))
    }

    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// How telling a word is.
    pub(super) fn weight(&self, number: WordNumber) -> f64 {
        self.known.get(number).map_or(0.0, |known| known.weight)
    }

    /// The word that a slip or two made this one of; the nearest, then the first of the alphabet. First letters are seldom
    /// wrong, and another number is another number.
    pub(super) fn nearest(&self, stem: &str) -> Option<WordNumber> {
        if stem.chars().all(|sign| sign.is_ascii_digit()) {
            return None;
        }
        let letters = stem.chars().count();
        let slips = match letters {
            0..SWAPPED_FROM => return None,
            SWAPPED_FROM..TWICE_FORGIVEN_FROM => 1,
            _ => 2,
        };
        let mask = mask(stem);
        let near = self.by_first.get(&stem.chars().next()?)?;
        near.iter()
            .filter(|number| {
                let known = &self.known[**number];
                let is_swapped = known.letters == letters && known.mask == mask;
                (is_swapped || (known.letters >= FORGIVEN_FROM && letters >= FORGIVEN_FROM))
                    && known.letters.abs_diff(letters) <= slips
                    && (known.mask & !mask).count_ones() as usize <= slips
                    && (mask & !known.mask).count_ones() as usize <= slips
            })
            .map(|number| (strsim::osa_distance(&self.known[*number].stem, stem), *number))
            .filter(|(distance, _)| *distance <= slips)
            .min()
            .map(|(_, number)| number)
    }
}

/// Which letters a word has: a slip brings at most one that the other has not.
pub(super) fn mask(word: &str) -> u64 {
    word.chars().fold(0, |mask, letter| mask | 1 << (u32::from(letter) % 64))
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
