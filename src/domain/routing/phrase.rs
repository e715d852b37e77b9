//! A name, alias or keyword, and how well a text holds it.

use std::collections::BTreeSet;
use std::ops::Range;

use super::everyday::is_everyday;
use super::text::{Read, Token, Words};
use super::vocabulary::{PlainNumber, Vocabulary, WordNumber};
use super::words::Word;

/// A keyword counts a little less than a name.
const KEYWORD: f64 = 0.9;
/// All words are there, with a word or two between them ("package and container registry").
const NEARLY: f64 = 0.8;
/// All words are there, near each other, but not side by side.
const NEAR: f64 = 0.7;
/// All words are there, anywhere.
const SCATTERED: f64 = 0.4;
/// Only some words of a name are there.
const PARTIAL: f64 = 0.45;
/// Less than this is not worth saying.
const LEAST: f64 = 0.03;
/// What words that stand together say beyond each of them.
const TOGETHER: f64 = 0.5;
/// The most that one phrase says.
const MOST: f64 = 1.5;
/// The same word with another ending ("logs" for "logging").
const OTHER_ENDING: f64 = 0.8;
/// What each further hit of a place adds, of what it would say alone.
const FURTHER: f64 = 0.5;
/// What a second mention adds.
const AGAIN: f64 = 0.15;
/// In a text of no more words that say something, even everyday words that stand together mean what they name.
const SHORT: usize = 12;
/// In a text of no more words that say something, part of a name is a hint.
const VERY_SHORT: usize = 2;
/// So many words may stand before a name that tells where the text belongs.
const EARLY: usize = 10;
/// The same for a single word that a longer text says only once, and for everyday words.
const VERY_EARLY: usize = 6;
/// The most phrases that are shown as the reason.
const MOST_REASONS: usize = 3;

/// What a phrase is to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PhraseKind {
    /// What it is called.
    Name,
    /// What else it is called.
    Alias,
    /// A word that points to it.
    Keyword,
}

/// Whether words in a text mean a place by themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Telling {
    /// They only hint at it.
    #[default]
    No,
    /// They do, but describe something that may be another's ("merge request analytics").
    Perhaps,
    /// They do.
    Yes,
}

/// A name, alias or keyword of a place.
#[derive(Debug, Clone)]
pub(super) struct Phrase {
    /// The number of its place's group, or of the place itself outside of groups.
    home: usize,
    /// Its words.
    pub words: Vec<WordNumber>,
    /// The same with their endings, so that "logs" is told from "logging".
    plain: Vec<PlainNumber>,
    kind: PhraseKind,
    /// As it is written.
    pub text: String,
    /// How telling all its words are together.
    whole: f64,
    is_everyday: bool,
}

/// What is asked first of a phrase that a text touches: so little, and side by side, because a text of common words touches
/// hundreds, of most of which it has a word or two.
#[derive(Debug, Clone)]
pub(super) struct Outline {
    /// The number of its place.
    pub place: usize,
    /// The number of its place's group, or of the place itself outside of groups.
    pub home: usize,
    /// Which of all phrases' words are its own.
    words: Range<usize>,
    /// How telling all its words are together.
    whole: f64,
    kind: PhraseKind,
}

/// A phrase that the text holds, wholly or in part.
#[derive(Debug)]
pub(super) struct Hit {
    /// How much it says.
    pub score: f64,
    /// Its words that the text holds.
    held: Words,
    /// Whether it stands there whole and means a place by itself.
    telling: Telling,
    /// Whether it stands there word for word: only such are given as reasons, where there are any.
    is_whole: bool,
}

impl Outline {
    /// Of a phrase of this place, whose words are these of all phrases'.
    pub(super) fn of(phrase: &Phrase, place: usize, words: Range<usize>) -> Self {
        Self { place, home: phrase.home, words, whole: phrase.whole, kind: phrase.kind }
    }

    /// How well the text holds the phrase.
    pub(super) fn hit(
        &self,
        phrase: &Phrase,
        all_words: &[WordNumber],
        read: &Read,
        vocabulary: &Vocabulary,
    ) -> Option<Hit> {
        let part = read.part_of(&all_words[self.words.clone()]);
        let (says, telling, is_whole) = if part.is_complete {
            phrase.complete(read, vocabulary)
        } else {
            (self.in_part(read, part.says)?, Telling::No, false)
        };
        let kind = if self.kind == PhraseKind::Keyword { KEYWORD } else { 1.0 };
        Some(Hit { score: says * kind, held: part.held, telling, is_whole })
    }

    /// Some words are there, which say so much.
    fn in_part(&self, read: &Read, got: f64) -> Option<f64> {
        // Whoever types a word or two has nothing else to be found by.
        let sure = if read.meaning <= VERY_SHORT { 1.0 } else { got.min(1.0) };
        let says = if self.whole > 0.0 { PARTIAL * sure * got / self.whole } else { 0.0 };
        (says >= LEAST).then_some(says)
    }
}

/// How the words of a phrase stand in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Standing {
    /// From which word.
    start: usize,
    /// To before which word.
    end: usize,
    /// How surely each word is meant, on average.
    certainty: f64,
}

impl Phrase {
    /// A phrase of these words.
    pub(super) fn new(
        home: usize,
        kind: PhraseKind,
        words: &[Word],
        text: String,
        vocabulary: &Vocabulary,
    ) -> Self {
        let numbers: Vec<WordNumber> =
            words.iter().filter_map(|word| vocabulary.number(&word.stem)).collect();
        let distinct: BTreeSet<WordNumber> = numbers.iter().copied().collect();
        Self {
            home,
            kind,
            text,
            whole: distinct.iter().map(|word| vocabulary.weight(*word)).sum(),
            is_everyday: words.iter().all(|word| is_everyday(&word.stem)),
            words: numbers,
            plain: words.iter().filter_map(|word| vocabulary.plain(&word.plain)).collect(),
        }
    }

    /// How much a text says of it that has all of its words, and whether it stands there word for word.
    fn complete(&self, read: &Read, vocabulary: &Vocabulary) -> (f64, Telling, bool) {
        match self.together(read) {
            Some(standing) => {
                let (says, telling) = self.whole_phrase(read, standing, vocabulary);
                (says, telling, true)
            }
            None => (self.scattered(read), Telling::No, false),
        }
    }

    /// It stands there, word for word.
    fn whole_phrase(&self, read: &Read, standing: Standing, vocabulary: &Vocabulary) -> (f64, Telling) {
        let is_meant = self.words.len() >= read.meaning || read.is_named_at(standing.start, standing.end);
        let mentions =
            self.words.iter().map(|word| read.places_of(*word).len()).filter(|times| *times > 0).min();
        let is_repeated = mentions.is_some_and(|times| times > 1);
        let says = if is_meant {
            1.0_f64.max(self.whole)
        } else if self.words.len() > 1 {
            TOGETHER + self.whole * (1.0 - TOGETHER)
        } else {
            self.whole
        };
        let again = if is_repeated { 1.0 + AGAIN } else { 1.0 };
        let telling = if is_meant {
            Telling::Yes
        } else if !self.is_sure(read, standing, is_repeated) {
            Telling::No
        } else if self.describes_another(read, standing, vocabulary) {
            Telling::Perhaps
        } else {
            Telling::Yes
        };
        ((says * again).min(MOST) * standing.certainty, telling)
    }

    /// Whether the place is meant: no everyday word alone, early enough, and no part of a longer word.
    fn is_sure(&self, read: &Read, standing: Standing, is_repeated: bool) -> bool {
        let (several, is_short) = (self.words.len() > 1, read.meaning <= SHORT);
        let is_keyword = self.kind == PhraseKind::Keyword;
        let is_own = !self.is_everyday || (several && (!is_keyword || is_short));
        let is_weak = self.is_everyday && is_keyword;
        let is_strong = !is_weak && (several || is_repeated || is_short);
        let most_before = if is_strong { EARLY } else { VERY_EARLY };
        let first = read.tokens.get(standing.start).and_then(Option::as_ref);
        is_own
            && first.is_some_and(|token| token.before < most_before && (several || !token.is_one_of_two))
            && !read.is_cut_out(standing.start, standing.end)
    }

    /// Whether it only describes the word behind it, which is another group's: "merge request analytics" are analytics.
    fn describes_another(&self, read: &Read, standing: Standing, vocabulary: &Vocabulary) -> bool {
        let next = read.tokens.get(standing.end).and_then(Option::as_ref).filter(|next| next.is_next);
        next.is_some_and(|next| !vocabulary.is_held_by(next.number, self.home))
    }

    /// All words are there, but apart.
    fn scattered(&self, read: &Read) -> f64 {
        let firsts = self.words.iter().filter_map(|word| read.places_of(*word).first().copied());
        let (least, most) = (firsts.clone().min().unwrap_or(0), firsts.clone().max().unwrap_or(0));
        let apart = (most - least + 1).saturating_sub(self.words.len());
        let certainty = firsts.filter_map(|at| read.tokens[at].as_ref()).map(|token| token.certainty);
        let says = match apart {
            0..=2 => (TOGETHER + self.whole * (1.0 - TOGETHER)) * NEARLY,
            3..=4 => self.whole.min(1.0) * NEAR,
            _ => self.whole.min(1.0) * SCATTERED,
        };
        says * certainty.fold(1.0, f64::min)
    }

    /// Where it stands word for word, at its surest.
    fn together(&self, read: &Read) -> Option<Standing> {
        let mut best: Option<Standing> = None;
        for start in read.places_of(*self.words.first()?) {
            let end = start + self.words.len();
            let Some(window) = read.tokens.get(*start..end) else { continue };
            let Some(certainty) = self.certainty(window) else { continue };
            if best.is_none_or(|best| certainty > best.certainty) {
                best = Some(Standing { start: *start, end, certainty });
            }
        }
        best
    }

    fn certainty(&self, window: &[Option<Token>]) -> Option<f64> {
        let mut total = 0.0;
        let mut count = 0.0;
        for ((token, word), plain) in window.iter().zip(&self.words).zip(&self.plain) {
            let token = token.as_ref().filter(|token| token.number == *word)?;
            let same = token.is_misspelt || token.plain == Some(*plain);
            total += token.certainty * if same { 1.0 } else { OTHER_ENDING };
            count += 1.0;
        }
        Some(total / f64::max(count, 1.0))
    }
}

/// What the hits of a place say together.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Sum {
    /// How much.
    pub score: f64,
    /// Whether one of them means the place by itself.
    pub telling: Telling,
}

/// Some words of a text, and how much the best of the hits says that hold just these.
#[derive(Debug, Clone, Copy)]
struct Held {
    words: Words,
    /// How telling they are.
    weight: f64,
    score: f64,
    /// Which hit that was.
    number: usize,
}

/// Adds hits up, that come in the directory's order.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// A word counts once: of the hits that hold the same words the best counts alone.
    held: Vec<Held>,
    hits: usize,
    telling: Telling,
}

impl Tally {
    /// One more.
    pub(super) fn add(&mut self, hit: &Hit, read: &Read) {
        // A name that stands there whole means the place, also where a longer one has its word already.
        self.telling = self.telling.max(hit.telling);
        let (words, score, number) = (hit.held, hit.score, self.hits);
        self.hits += 1;
        match self.held.iter_mut().find(|known| known.words == words) {
            Some(known) if score > known.score => (known.score, known.number) = (score, number),
            Some(_) => {}
            None => self.held.push(Held { words, weight: read.weight_of(words), score, number }),
        }
    }

    /// What they say, if there were any; the next ones are counted anew. The weightiest counts whole, each further one less,
    /// by the words that it adds.
    pub(super) fn take(&mut self, read: &Read) -> Option<Sum> {
        let Self { held, hits, telling } = self;
        if std::mem::take(hits) == 0 {
            return None;
        }
        held.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.number.cmp(&b.number)));
        let (mut score, mut share, mut counted) = (0.0, 1.0, Words::default());
        for held in held.drain(..) {
            let fresh = held.words.without(counted);
            let new = if fresh == held.words { held.weight } else { read.weight_of(fresh) };
            if new <= 0.0 || held.weight <= 0.0 {
                continue;
            }
            score += held.score * share * new / held.weight;
            share *= FURTHER;
            counted = counted.and(held.words);
        }
        Some(Sum { score, telling: std::mem::take(telling) })
    }
}

/// The names, aliases and keywords that count, the weightiest first: what stands there word for word, where anything does.
/// Each adds a word that no weightier one gave.
pub(super) fn reasons(hits: &[(Hit, &str)], read: &Read) -> Vec<String> {
    let any_whole = hits.iter().any(|(hit, _)| hit.is_whole);
    let (mut counted, mut given) = (Words::default(), Words::default());
    let mut words: Vec<String> = Vec::new();
    for (hit, text) in hits {
        let adds = || read.weight_of(hit.held) > 0.0 && read.weight_of(hit.held.without(counted)) > 0.0;
        if !(if any_whole { hit.is_whole } else { adds() }) {
            continue;
        }
        counted = counted.and(hit.held);
        let is_new = !hit.held.without(given).is_empty();
        given = given.and(hit.held);
        if is_new && words.len() < MOST_REASONS && !words.iter().any(|word| word == text) {
            words.push((*text).to_owned());
        }
    }
    words
}
