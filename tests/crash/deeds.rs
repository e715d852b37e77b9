//! What is done to the whole and not to an ask, while the bot lives and dies: an admin pauses reminders and lets them go on,
//! switches an area; somebody goes away and is back. Each strand is one person's, deed after deed, round and round.
//!
//! Invariant: what holds is what was acknowledged last; a deed whose try had no answer may hold already. What was acknowledged
//! is on the log; nothing is there that nobody tried. `strands_are_judged` shows that each of these can fail.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use switchboard::sandbox::Answer;
use tokio::sync::watch;

use crate::book::{Objection, SWITCHED, Seen, Wrong};
use crate::cases::ADMIN;
use crate::play::is_not_saved;
use crate::world::{Outcome, World};

/// The area whose reminders are paused; none of its asks lasts long enough to be reminded of.
const PAUSED: &str = "ci";
/// The area that is switched; no case is asked there.
const SWITCHED_AREA: &str = "storage";
/// Who goes away, and who covers; nothing waits for either.
pub const AWAY: &str = "dina";
pub const COVER: &str = "stella";
/// A pause between two deeds.
const BETWEEN: Duration = Duration::from_millis(150);

/// What a strand is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Reminders of an area.
    Pause,
    /// The mode of an area.
    Mode,
    /// Somebody's absence.
    Absence,
}

/// One thing that is done: the words, and what it is called on the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deed {
    words: &'static str,
    /// How the answer begins or what is in it.
    yes: &'static str,
    /// What is answered where it holds already.
    already: &'static str,
    /// On the log, or nothing.
    log: &'static str,
    /// What holds then.
    holds: &'static str,
}

const fn deed(
    words: &'static str,
    (yes, already): (&'static str, &'static str),
    (log, holds): (&'static str, &'static str),
) -> Deed {
    Deed { words, yes, already, log, holds }
}

const PAUSES: [Deed; 2] = [
    deed("admin pause ci for 3h", ("are paused until", "no such answer"), ("pause", PAUSED)),
    deed("admin resume ci", ("go on.", "are not paused"), ("resume", "")),
];
const MODES: [Deed; 2] = [
    deed("admin mode storage observe", ("I only count", "I already only count"), ("mode", "observe")),
    deed("admin mode storage on", ("I work for everybody", "I already work for everybody"), ("mode", "on")),
];
const ABSENCE: [Deed; 2] = [
    deed("away until", ("You are away until", "no such answer"), ("", COVER)),
    deed("back", ("You are back", "You are not away"), ("", "")),
];

/// One person's deeds, as they know of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strand {
    pub about: About,
    /// What was acknowledged, in order.
    pub done: Vec<Deed>,
    /// The next one was tried so often without an answer.
    pub in_doubt: usize,
    /// How often each was tried, by its name on the log.
    tries: BTreeMap<&'static str, usize>,
}

/// What holds for the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// Areas whose reminders are paused.
    pub paused: Vec<String>,
    /// Areas that were switched, and to what.
    pub modes: BTreeMap<String, String>,
    /// Who is away, and who covers.
    pub covers: BTreeMap<String, String>,
}

/// All strands, before anything was done.
pub fn strands() -> Vec<Strand> {
    let strand = |about| Strand { about, done: Vec::new(), in_doubt: 0, tries: BTreeMap::new() };
    [About::Pause, About::Mode, About::Absence].map(strand).to_vec()
}

impl Strand {
    /// What comes next.
    fn next(&self) -> Deed {
        let round = match self.about {
            About::Pause => PAUSES,
            About::Mode => MODES,
            About::Absence => ABSENCE,
        };
        round[self.done.len() % round.len()]
    }

    /// The next was tried, and no answer came.
    pub fn tried(&mut self) {
        self.in_doubt += 1;
        *self.tries.entry(self.next().log).or_default() += 1;
    }

    /// The next was acknowledged.
    pub fn heard(&mut self) {
        let next = self.next();
        *self.tries.entry(next.log).or_default() += 1;
        self.done.push(next);
        self.in_doubt = 0;
    }

    fn who(&self) -> &'static str {
        if self.about == About::Absence { AWAY } else { ADMIN }
    }

    /// What holds, as far as that is known.
    fn holds(&self) -> Vec<&'static str> {
        let last = self.done.last().map_or("", |done| done.holds);
        if self.in_doubt > 0 { vec![last, self.next().holds] } else { vec![last] }
    }
}

/// Does one deed after the other until `stop` says so.
pub async fn go_on(world: &World, strand: usize, stop: &watch::Receiver<bool>) {
    while !*stop.borrow() {
        tokio::time::sleep(BETWEEN).await;
        let mine = world.deeds()[strand].clone();
        let (deed, hands) = (mine.next(), world.hands_of(mine.who()));
        let _one_thing_at_a_time = hands.lock().await;
        let words = match (mine.about, deed.holds) {
            (About::Absence, cover) if !cover.is_empty() => {
                let until = (world.slack.clock().now() + TimeDelta::days(9)).format("%Y-%m-%d");
                format!("{} {until} cover @{cover}", deed.words)
            }
            _ => deed.words.to_owned(),
        };
        let typed = world.slack.person(mine.who()).slash_in("#field", &format!("/request-pm {words}")).await;
        let outcome = match typed {
            Ok(answer) => heard(&answer, &[deed.yes], deed.already),
            Err(error) => Outcome::Mistake(error.0),
        };
        world.deed_heard(strand, &outcome);
    }
}

/// What came of a command, from what whoever typed it reads.
pub fn heard(answer: &Answer, yes: &[&str], already: &str) -> Outcome {
    let shown = answer.plain();
    if !answer.ok() || is_not_saved(shown) {
        Outcome::NoAnswer
    } else if shown.contains(already) {
        Outcome::Already
    } else if yes.iter().any(|yes| shown.contains(yes)) {
        Outcome::Yes
    } else {
        Outcome::Mistake(shown.to_owned())
    }
}

/// What is wrong with what holds and with the log.
pub fn objections(strands: &[Strand], kept: &Kept, seen: &Seen) -> Vec<Objection> {
    let mut found = Vec::new();
    for strand in strands {
        let there = match strand.about {
            About::Pause => kept.paused.first().cloned().unwrap_or_default(),
            About::Mode => kept.modes.get(SWITCHED_AREA).cloned().unwrap_or_default(),
            About::Absence => kept.covers.get(AWAY).cloned().unwrap_or_default(),
        };
        let expected = strand.holds();
        if !expected.contains(&there.as_str()) {
            let what = format!("{:?} is {there:?}, acknowledged as {expected:?}", strand.about);
            found.push(Objection(Wrong::Lost, what));
        }
        on_the_log(strand, seen, &mut found);
    }
    told(strands, seen, &mut found);
    found
}

/// Each acknowledged deed has its line, and none has more than it was tried.
fn on_the_log(strand: &Strand, seen: &Seen, found: &mut Vec<Objection>) {
    for (name, tries) in strand.tries.iter().filter(|(name, _)| !name.is_empty()) {
        let lines = seen.log.iter().filter(|(deed, _)| deed == name).count();
        let heard = strand.done.iter().filter(|done| done.log == *name).count();
        // What is typed again is on the log again; but nothing is resumed that is not paused.
        let most = if *name == "resume" { heard + usize::from(strand.in_doubt > 0) } else { *tries };
        if lines < heard {
            found.push(Objection(Wrong::Lost, format!("{name}: {heard} acknowledged, {lines} on the log")));
        } else if lines > most {
            found.push(Objection(Wrong::Doubled, format!("{name}: {lines} on the log, {most} at most")));
        }
    }
}

/// A switch is told to the admins and to the area's lead: once each, and not when it changed nothing.
fn told(strands: &[Strand], seen: &Seen, found: &mut Vec<Objection>) {
    let mut modes: Vec<&String> =
        seen.log.iter().filter(|(deed, _)| deed == "mode").map(|(_, mode)| mode).collect();
    modes.dedup();
    let switches = modes.len();
    let told = seen.messages.iter().filter(|message| message.body.starts_with(SWITCHED)).count();
    if told > 2 * switches {
        found.push(Objection(Wrong::Doubled, format!("{switches} switches told {told} times")));
    } else if seen.is_settled && told < 2 * switches && !strands.is_empty() {
        found.push(Objection(Wrong::Lost, format!("{switches} switches told {told} times")));
    }
}

#[test]
fn strands_are_judged() {
    let mut all = strands();
    let log = |deeds: &[&str]| deeds.iter().map(|deed| ((*deed).to_owned(), PAUSED.to_owned())).collect();
    let wrong = |all: &[Strand], kept: &Kept, deeds: &[&str]| -> Vec<Wrong> {
        let seen = Seen { log: log(deeds), ..Seen::default() };
        objections(all, kept, &seen).into_iter().map(|Objection(wrong, _)| wrong).collect()
    };
    let nothing = Kept::default();
    assert_eq!(wrong(&all, &nothing, &[]), []);
    all[0].tried();
    assert_eq!(wrong(&all, &nothing, &[]), [], "a try without an answer may be lost");
    let paused = Kept { paused: vec![PAUSED.to_owned()], ..Kept::default() };
    assert_eq!(wrong(&all, &paused, &["pause"]), [], "or not");
    all[0].heard();
    assert_eq!(wrong(&all, &paused, &["pause", "pause"]), [], "set twice, as it was tried twice");
    assert_eq!(wrong(&all, &nothing, &["pause"]), [Wrong::Lost], "acknowledged, and not there");
    assert_eq!(wrong(&all, &paused, &[]), [Wrong::Lost], "not on the log");
    assert_eq!(wrong(&all, &paused, &["pause"; 3]), [Wrong::Doubled], "more often than it was tried");
    all[0].heard();
    assert_eq!(wrong(&all, &paused, &["pause", "resume"]), [Wrong::Lost], "resumed, and still paused");
    assert_eq!(wrong(&all, &nothing, &["pause", "resume", "resume"]), [Wrong::Doubled]);
    let away = |who: &str| {
        let covers = BTreeMap::from([(who.to_owned(), COVER.to_owned())]);
        Kept { covers, ..Kept::default() }
    };
    let deeds = ["pause", "resume"];
    assert_eq!(wrong(&all, &away(AWAY), &deeds), [Wrong::Lost], "nobody said that they are away");
    assert_eq!(wrong(&all, &away("rui"), &deeds), [], "somebody else is");
}
