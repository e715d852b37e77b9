//! Many reminders in one message: why they come together, then who owes what, person by person.
//!
//! Shows ids, times and areas, never anybody's words. Each person is mentioned once at most, and in a direct message nobody.

use super::blocks::{context, message, section};
use super::line::{Line, line};
use super::reminders::gap;
use super::scene::Scene;
use super::times::{date, from_now, range};
use super::words;
use crate::domain::engagement::Engagement;
use crate::domain::ids::UserId;
use crate::domain::notice::{Address, Downtime, Reminder, What};
use crate::slack::outgoing::Message;

use chrono::{DateTime, Duration, Utc};

/// The most lines of who owes what.
const LINES: usize = 20;
/// Lines in a paragraph, within what Slack takes.
const LINES_TOGETHER: usize = 5;
/// The most questions named in a line.
const NAMED: usize = 5;
/// The most people named who have no line of their own.
const OTHERS: usize = 30;
/// Shorter than this is no wait worth a word.
const AT_ONCE: Duration = Duration::minutes(2);

/// What somebody owes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Duty {
    Raised,
    Answer,
    AskAnswer,
    Advice,
    Take,
    TakenSilent,
    AgendaMissed,
    Agenda,
}

impl Duty {
    /// `None` for what is no reminder.
    fn of(what: &What) -> Option<Self> {
        match what {
            What::Raise { .. } => Some(Self::Raised),
            What::Nudge { .. } | What::Miss { .. } | What::PmAwaited { .. } => Some(Self::Answer),
            What::PmReminder { .. } => Some(Self::AskAnswer),
            What::AdviceDue { .. } => Some(Self::Advice),
            What::NotTaken { .. } | What::NotTakenAnywhere { .. } => Some(Self::Take),
            What::TakenSilent { .. } => Some(Self::TakenSilent),
            What::AgendaMissed { .. } => Some(Self::AgendaMissed),
            What::AgendaDue { .. } => Some(Self::Agenda),
            _ => None,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Raised => "no answer for too long",
            Self::Answer => "waiting for an answer",
            Self::AskAnswer => "asked and not answered yet",
            Self::Advice => "advice is due",
            Self::Take => "not taken by anybody yet",
            Self::TakenSilent => "taken, and silent since",
            Self::AgendaMissed => "no agenda yet",
            Self::Agenda => "the agenda is due",
        }
    }
}

/// What the same people owe.
struct Owed<'a> {
    duty: Duty,
    whom: Vec<&'a UserId>,
    what: Vec<(&'a Engagement, &'a What)>,
}

/// Many reminders at once.
pub(super) fn digest(
    scene: &Scene<'_>,
    to: &Address,
    reminders: &[Reminder],
    since: DateTime<Utc>,
    because: Option<&Downtime>,
) -> Message {
    let owed = owed(scene, reminders);
    let mut mentioned = match to {
        Address::Direct { .. } => owed.iter().flat_map(|one| one.whom.clone()).collect(),
        _ => Vec::new(),
    };
    let mut lines = vec![opening(scene, reminders.len(), since, because)];
    lines.extend(owed.iter().take(LINES).map(|one| told(scene, one, &mut mentioned)));
    lines.extend(left_out(scene, owed.get(LINES..).unwrap_or_default(), &mentioned));
    let mut blocks = vec![section(&lines[0])];
    for together in lines[1..].chunks(LINES_TOGETHER) {
        let mut paragraph = Line::default();
        for (index, line) in together.iter().enumerate() {
            paragraph = paragraph.then(if index == 0 { "" } else { "\n" }).then(line.clone());
        }
        blocks.push(section(&paragraph));
    }
    let mine = Line::code("/request-pm mine");
    let rest = match to {
        Address::Direct { .. } => line![mine, " lists all that waits for you."],
        _ => line![mine, " lists what waits for you; each card says where it stands."],
    };
    blocks.push(context(&rest));
    message(&lines, blocks)
}

/// How many, and why together (B7).
fn opening(scene: &Scene<'_>, number: usize, since: DateTime<Utc>, because: Option<&Downtime>) -> Line {
    let many = if number == 1 { "One reminder".to_owned() } else { format!("{number} reminders in one") };
    let why = match because {
        Some(down) => {
            let gap = gap(scene, down, "threads");
            let ending = if number == 1 { ", so it comes late." } else { ", so they come late." };
            line![gap, range(down.from, down.to), ending]
        }
        None if scene.now - since >= AT_ONCE => {
            let them = if number == 1 { "it" } else { "them" };
            let waited = format!(", {}, for Slack to take {them}.", from_now(since, scene.now));
            line!["waiting since ", date(since), waited]
        }
        None => Line::from("they fell due together."),
    };
    line![Line::bold(many), ": ", why]
}

/// Grouped by duty and person, in the order of the duties, then of their first reminder; each question once in a line.
fn owed<'a>(scene: &Scene<'a>, reminders: &'a [Reminder]) -> Vec<Owed<'a>> {
    let mut owed: Vec<Owed<'a>> = Vec::new();
    for Reminder { engagement, what } in reminders {
        let (Some(duty), Some(about)) = (Duty::of(what), scene.find(*engagement)) else { continue };
        let whom = what.mentions();
        match owed.iter_mut().find(|one| one.duty == duty && one.whom == whom) {
            Some(one) if one.what.iter().any(|(known, _)| known.id == about.id) => {}
            Some(one) => one.what.push((about, what)),
            None => owed.push(Owed { duty, whom, what: vec![(about, what)] }),
        }
    }
    owed.sort_by_key(|one| one.duty);
    owed
}

/// "Pat, Sam: waiting for an answer: K7Q, N8V and 3 more."
fn told<'a>(scene: &Scene<'_>, one: &Owed<'a>, mentioned: &mut Vec<&'a UserId>) -> Line {
    let mut line = Line::from("• ");
    for (index, person) in one.whom.iter().enumerate() {
        let is_new = !mentioned.contains(person);
        if is_new {
            mentioned.push(person);
        }
        let before = if index == 0 { "" } else { ", " };
        line = line.then(before).then(scene.person(person, is_new));
    }
    let words = if one.whom.is_empty() {
        words::sentence_case(one.duty.words())
    } else {
        format!(": {}", one.duty.words())
    };
    line = line.then(words).then(": ");
    for (index, (about, what)) in one.what.iter().take(NAMED).enumerate() {
        line = line.then(if index == 0 { "" } else { ", " }).then(item(scene, about, what));
    }
    match one.what.len().saturating_sub(NAMED) {
        0 => line.then("."),
        more => line.then(format!(" and {more} more.")),
    }
}

/// One of them: its id, and what is to be known where its card cannot be opened (B8) or its time counts.
fn item(scene: &Scene<'_>, about: &Engagement, what: &What) -> Line {
    match what {
        What::Raise { direct: true, since, .. } => who_waits(scene, about, *since),
        What::PmAwaited { .. } => who_waits(scene, about, about.asked_at),
        What::AgendaDue { start, .. } => line![scene.linked_id(about.id), " on ", date(*start)],
        _ => scene.linked_id(about.id),
    }
}

/// Who waits, where and since when, for somebody who cannot open the card.
fn who_waits(scene: &Scene<'_>, about: &Engagement, since: DateTime<Utc>) -> Line {
    let area = about.area.as_ref().map(|area| words::area_name(area, scene.org));
    let area = area.unwrap_or_else(|| scene.place_of(about));
    line![format!("{} in {area} since ", scene.name(&about.requester)), date(since)]
}

/// What has no line any more, and who is to look all the same.
fn left_out<'a>(scene: &Scene<'_>, owed: &[Owed<'a>], mentioned: &[&'a UserId]) -> Option<Line> {
    let number: usize = owed.iter().map(|one| one.what.len()).sum();
    if number == 0 {
        return None;
    }
    let mut others: Vec<&UserId> = Vec::new();
    for person in owed.iter().flat_map(|one| &one.whom) {
        if !mentioned.contains(person) && !others.contains(person) && others.len() < OTHERS {
            others.push(person);
        }
    }
    let line = Line::from(format!("• And {number} more"));
    if others.is_empty() {
        return Some(line.then("."));
    }
    let others: Vec<UserId> = others.into_iter().cloned().collect();
    Some(line.then(", of ").then(scene.mentions(&others)).then("."))
}
