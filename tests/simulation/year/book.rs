//! The year's own count of a week: by the cards that people saw, not by what is stored. The weekly post must say the same.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use switchboard::domain::ids::EngagementId;

use crate::ledger::{Ledger, Seen};

/// How the head of a card names a question, and what PMs are asked.
pub const QUESTION: &str = "question";
pub const INQUIRY: &str = "a PM's answer";

/// What is counted here of a week.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Questions to SMEs.
    pub asked: usize,
    /// Of these taken.
    pub taken: usize,
    /// Of these answered without a PM.
    pub alone: usize,
    /// Of these with a PM.
    pub reached: usize,
    /// What SMEs asked PMs.
    pub inquiries: usize,
    /// Of these answered.
    pub answered: usize,
    /// Calls.
    pub calls: usize,
    /// Of these on the second day.
    pub short: usize,
}

/// Counts the cards that were posted in that time in these places, as they stand; `short` are those that said so while it
/// mattered.
pub fn count(
    ledger: &Ledger,
    short: &BTreeSet<EngagementId>,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    is_here: impl Fn(&str) -> bool,
) -> Counted {
    let all: Vec<(&str, &Seen)> = ledger
        .standing
        .iter()
        .filter(|((.., only), seen)| only.is_none() && seen.by_bot && seen.at >= from)
        .map(|((place, ..), seen)| (place.as_str(), seen))
        .collect();
    let inside = all.iter().filter(|(_, card)| is(card, INQUIRY));
    let behind: BTreeSet<String> = inside.filter_map(|(_, card)| parent(card)).collect();
    let mut counted = Counted::default();
    let here = all.into_iter().filter(|(place, card)| card.at < to && is_here(place));
    for (_, card) in here {
        let ended = card.body.contains("*Answered*") || card.body.contains("· answered by");
        if is(card, QUESTION) {
            let reached = id(card).is_some_and(|id| behind.contains(&id));
            counted.asked += 1;
            counted.taken += usize::from(ended || card.body.contains("*Taken*"));
            counted.reached += usize::from(reached);
            counted.alone += usize::from(ended && !reached);
        } else if is(card, INQUIRY) {
            counted.inquiries += 1;
            counted.answered += usize::from(ended);
        } else if is(card, "PM on a customer call") {
            counted.calls += 1;
            counted.short += usize::from(short.iter().any(|call| id(card) == Some(call.to_string())));
        }
    }
    counted
}

/// The same numbers in the post's own words.
pub fn told(post: &str) -> Counted {
    let before = |word: &str| -> usize {
        let text = post.split(word).next().unwrap_or_default();
        let digits: String = text.chars().rev().take_while(char::is_ascii_digit).collect();
        digits
            .chars()
            .rev()
            .collect::<String>()
            .parse()
            .unwrap_or_else(|_| panic!("no number before {word}: {post}"))
    };
    let line =
        |start: &str| post.lines().find_map(|line| line.split_once(start)).map_or("", |(_, rest)| rest);
    let inquiries = match line("SMEs asked PMs: ") {
        once if once.starts_with("once") => 1,
        times => times.split(' ').next().and_then(|number| number.parse().ok()).expect("a number"),
    };
    let answered = line("SMEs asked PMs: ").split(" · ").nth(1).and_then(|part| part.split(' ').next());
    Counted {
        asked: before(" asked · "),
        taken: before(" taken"),
        alone: before(" answered by SMEs alone"),
        reached: before(" reached a PM"),
        inquiries,
        answered: answered.and_then(|number| number.parse().ok()).expect("a number"),
        calls: before(" asked for"),
        short: before(" at short notice"),
    }
}

fn head(card: &Seen) -> &str {
    card.body.lines().next().unwrap_or_default()
}

/// The kind in the head of a card.
pub fn is(card: &Seen, kind: &str) -> bool {
    head(card).split(" · ").nth(1) == Some(kind)
}

fn id(card: &Seen) -> Option<String> {
    head(card).rsplit(" · ").next().map(|id| id.trim_matches('*').to_owned())
}

/// The question behind what a PM was asked.
fn parent(card: &Seen) -> Option<String> {
    let (_, rest) = card.body.split_once("for ‹")?;
    rest.split('›').next().map(str::to_owned)
}

#[test]
fn a_post_is_read() {
    let post = "*All areas* · x\n• Questions: 12 asked · 9 taken · 7 answered by SMEs alone · 3 reached a PM · 0 sent over by a PM\n\
        • SMEs asked PMs: once · 1 answered · half\n• Calls: 2 asked for · 1 at short notice";
    let expected =
        Counted { asked: 12, taken: 9, alone: 7, reached: 3, inquiries: 1, answered: 1, calls: 2, short: 1 };
    assert_eq!(told(post), expected);
}
