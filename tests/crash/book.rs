//! What Slack was told, against what there is: the comparison itself, plain data in and objections out.
//!
//! Invariant: what was acknowledged is there once; what nobody was answered may have happened, and then once; what nobody
//! asked for is not there at all. `checker.rs` shows that each of these can fail.

use std::collections::{BTreeMap, HashMap, HashSet};

/// What became of a request, as whoever made it knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Heard {
    /// It was never made.
    #[default]
    Nothing,
    /// It was made, perhaps several times, and no answer came.
    NoAnswer,
    /// It was acknowledged.
    Yes,
}

/// A step of an ask, and what the program calls it on its timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The timeline's event.
    pub event: &'static str,
    /// It is the inquiry's behind the question, not the question's own.
    pub of_inquiry: bool,
    pub heard: Heard,
    /// What the admins' log calls it, where it is on it.
    pub deed: Option<&'static str>,
}

/// An ask and its steps, as people know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The word that no other ask has.
    pub mark: String,
    pub asked: Heard,
    pub steps: Vec<Step>,
}

/// An engagement of the database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Engagement {
    /// As people see it.
    pub id: String,
    pub mark: String,
    pub kind: String,
    pub state: String,
    /// It is an inquiry behind another one.
    pub has_parent: bool,
    /// A clock of it runs.
    pub has_clock: bool,
    /// Its home has a card.
    pub has_card: bool,
    pub events: Vec<String>,
}

/// A message of ours in Slack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    pub channel: String,
    pub ts: String,
    pub thread: Option<String>,
    /// Our key in its metadata.
    pub key: Option<String>,
    /// As people read it now.
    pub body: String,
}

/// A row of the outbox.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    pub id: i64,
    pub key: String,
    pub state: String,
    /// The kind of address.
    pub to: String,
    pub ts: Option<String>,
    pub reason: String,
}

/// What there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    pub engagements: Vec<Engagement>,
    pub outbox: Vec<Row>,
    /// The admins' log: what was done to what.
    pub log: Vec<(String, String)>,
    pub messages: Vec<Message>,
    /// Whether all is delivered that will be: only then can a message be missing.
    pub is_settled: bool,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wrong {
    Lost,
    Doubled,
    /// There without a cause.
    Invented,
    /// Not as the database has it.
    Stale,
    /// Not delivered in time, or given up.
    Stuck,
}

/// One thing that is wrong, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection(pub Wrong, pub String);

/// Everything that is wrong.
pub fn objections(told: &[Told], seen: &Seen) -> Vec<Objection> {
    let mut found = Vec::new();
    for one in told {
        ask(one, seen, &mut found);
    }
    let marks: HashSet<&str> = told.iter().map(|one| one.mark.as_str()).collect();
    for stray in seen.engagements.iter().filter(|one| !marks.contains(one.mark.as_str())) {
        found.push(Objection(Wrong::Invented, format!("{} belongs to no ask", stray.id)));
    }
    for engagement in &seen.engagements {
        if matches!(engagement.state.as_str(), "open" | "taken") && !engagement.has_clock {
            found.push(Objection(
                Wrong::Lost,
                format!("the clock of {} ({})", engagement.id, engagement.mark),
            ));
        }
        card(engagement, seen, &mut found);
    }
    messages(seen, &mut found);
    rows(seen, &mut found);
    found
}

fn count(what: &str, heard: Heard, there: usize, found: &mut Vec<Objection>) {
    match (heard, there) {
        (Heard::Yes, 0) => found.push(Objection(Wrong::Lost, format!("{what}: acknowledged, not there"))),
        (Heard::Nothing, 1..) => {
            found.push(Objection(Wrong::Invented, format!("{what}: there, never asked for")));
        }
        (_, 2..) => found.push(Objection(Wrong::Doubled, format!("{what}: {there} times"))),
        (Heard::Nothing | Heard::NoAnswer, 0) | (Heard::NoAnswer | Heard::Yes, 1) => {}
    }
}

fn ask(told: &Told, seen: &Seen, found: &mut Vec<Objection>) {
    let own: Vec<&Engagement> = seen.engagements.iter().filter(|one| one.mark == told.mark).collect();
    let (inquiries, asks): (Vec<&Engagement>, Vec<&Engagement>) =
        own.into_iter().partition(|one| one.has_parent);
    count(&told.mark, told.asked, asks.len(), found);
    for step in &told.steps {
        let of = if step.of_inquiry { &inquiries } else { &asks };
        let times = of.iter().flat_map(|one| &one.events).filter(|event| *event == step.event).count();
        let what = format!("{} {}{}", told.mark, if step.of_inquiry { "inquiry " } else { "" }, step.event);
        count(&what, step.heard, times, found);
        if let Some(deed) = step.deed {
            let is_it =
                |(done, what): &&(String, String)| done == deed && asks.iter().any(|one| one.id == *what);
            let lines = seen.log.iter().filter(is_it).count();
            count(&format!("{} {deed} on the log", told.mark), step.heard, lines, found);
        }
        if step.event == "inquiry_opened" {
            count(&format!("{} inquiry", told.mark), step.heard, inquiries.len(), found);
        }
    }
}

/// Whether a message is the card of that id: its first line ends with it, in bold.
fn is_card(body: &str, id: &str) -> bool {
    let first = body.lines().next().unwrap_or_default();
    first.starts_with('*') && first.trim_end().ends_with(&format!(" · *{id}*"))
}

fn card(engagement: &Engagement, seen: &Seen, found: &mut Vec<Objection>) {
    // A call that waits for its exception is posted nowhere.
    if engagement.state == "draft" {
        return;
    }
    let cards: Vec<&Message> =
        seen.messages.iter().filter(|message| is_card(&message.body, &engagement.id)).collect();
    let what = format!("the card of {} ({})", engagement.id, engagement.mark);
    match cards[..] {
        [] if seen.is_settled => found.push(Objection(Wrong::Lost, what)),
        [only] if seen.is_settled => {
            let (word, sentence) = (state_word(engagement), &only.body);
            if !sentence.contains(&format!("*{word}*")) {
                found.push(Objection(Wrong::Stale, format!("{what} is not {word}:\n{sentence}")));
            }
            if !engagement.has_card {
                found.push(Objection(Wrong::Stale, format!("{what} is not known to the database")));
            }
        }
        [] | [_] => {}
        [..] => found.push(Objection(Wrong::Doubled, format!("{what}: {} times", cards.len()))),
    }
}

/// How a card names a state.
fn state_word(engagement: &Engagement) -> String {
    if engagement.kind == "call" && engagement.state == "taken" {
        return "Confirmed".to_owned();
    }
    let mut letters = engagement.state.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

fn messages(seen: &Seen, found: &mut Vec<Objection>) {
    let known: HashMap<&str, &Row> = seen.outbox.iter().map(|row| (row.key.as_str(), row)).collect();
    let mut keys = HashSet::new();
    let mut said = BTreeMap::new();
    for message in &seen.messages {
        let Message { channel, ts, thread, key, body } = message;
        if let Some(key) = key.as_deref() {
            if !keys.insert(key) {
                found.push(Objection(Wrong::Doubled, format!("the key {key} again, at {channel} {ts}")));
            }
            match known.get(key) {
                None => {
                    let what = format!("{channel} {ts} was sent before it was committed:\n{body}");
                    found.push(Objection(Wrong::Invented, what));
                }
                // Nobody looks for what is not sent again: what it asked was done meanwhile.
                Some(row) if row.state == "dropped" && row.reason == OUTLIVED => {}
                Some(row) if seen.is_settled && row.ts.as_ref() != Some(ts) => {
                    let what = format!("row {} ({}) does not know its message {ts}", row.id, row.state);
                    found.push(Objection(Wrong::Stale, what));
                }
                Some(_) => {}
            }
        }
        // The same is told each time that somebody does the same again; the number of switches is counted with the deeds.
        if is_told_again(body) {
            continue;
        }
        if let Some(before) = said.insert((channel, thread, body), ts) {
            let what = format!("the same words at {channel} {before} and {ts}:\n{body}");
            found.push(Objection(Wrong::Doubled, what));
        }
    }
}

fn is_told_again(body: &str) -> bool {
    body.starts_with(SWITCHED) || body.starts_with(NOT_OPENED)
}

/// How the message begins by which an admin's switch is told.
pub const SWITCHED: &str = "Admin switched ";
/// How somebody is told whose form did not open, each time that they press: beside the answer, and nothing is decided by it.
const NOT_OPENED: &str = "Slack was too slow to open the form.";

/// Addresses at which a message arrives exactly once; the others are drawn again, or promised at most once.
const EXACTLY_ONCE: [&str; 5] = ["card_thread", "thread", "channel", "direct", "admins"];
/// Why a message of those may be dropped all the same.
const OUTLIVED: &str = "its condition no longer holds";

fn rows(seen: &Seen, found: &mut Vec<Objection>) {
    let shown: HashSet<&str> = seen.messages.iter().filter_map(|message| message.key.as_deref()).collect();
    for row in &seen.outbox {
        let Row { id, state, to, reason, key, .. } = row;
        let must_arrive = EXACTLY_ONCE.contains(&to.as_str());
        match state.as_str() {
            "parked" => found.push(Objection(Wrong::Stuck, format!("row {id} to {to} is parked: {reason}"))),
            "sent" if must_arrive && !shown.contains(key.as_str()) => {
                found.push(Objection(Wrong::Lost, format!("row {id} to {to} is sent, and not in Slack")));
            }
            "dropped" if must_arrive && reason != OUTLIVED => {
                found.push(Objection(Wrong::Lost, format!("row {id} to {to} was dropped: {reason}")));
            }
            "waiting" | "sending" if seen.is_settled => {
                found.push(Objection(Wrong::Stuck, format!("row {id} to {to} is {state}: {reason}")));
            }
            _ => {}
        }
    }
}
