//! *Why here*, and the same for operators: the reasons and the history of an ask.
//!
//! Seen by one person only. Beside what the card shows, nobody's words are in it.

use super::Scene;
use super::because::{because_sentence, clause, rule_line};
use super::blocks::{Buttons, context, message, opens, section};
use super::card::{header, state_line};
use super::line::{Line, line};
use super::times::date;
use super::words;
use crate::domain::command::ClockKind;
use crate::domain::decision::{Actor, Entry, Event};
use crate::domain::engagement::Engagement;
use crate::domain::ids::UserId;
use crate::domain::org::Org;
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::Form;

/// How many lines of history people see.
const HISTORY_SHOWN: usize = 12;

/// The reasons, then the latest of its history; for whoever oversees the area also what only they can do.
pub fn why(scene: &Scene<'_>, timeline: &[Entry], oversees: bool) -> Message {
    let Some(engagement) = scene.engagement else {
        return super::blocks::said(&Line::from("That question is no longer here."), None);
    };
    let head = if scene.hides_words(engagement) {
        line![Line::bold(scene.place_of(engagement)), " · ", Line::id(engagement.id)]
    } else {
        header(engagement, scene)
    };
    let mut reasons = Line::bold("Why");
    for because in engagement.because.iter().take(HISTORY_SHOWN) {
        let text = words::sentence_case(&clause(&because.fact, scene.org).plain());
        reasons = line![reasons, "\n• ", text, ". ", rule_line(because.rule, scene)];
    }
    if engagement.because.is_empty() {
        reasons = reasons.then("\n• No reason was kept.");
    }
    let mut blocks = vec![section(&head), section(&reasons)];
    if let Some(history) = history(timeline, scene.org) {
        blocks.push(section(&history));
    }
    let state = state_line(engagement, scene);
    blocks.push(section(&state));
    if oversees && engagement.state.is_live() {
        blocks.push(context(&Line::from("As you look after this area:")));
        let buttons = Buttons::of(engagement.id).button("Close", "close", opens(Form::Close)).button(
            "Give it to somebody",
            "reassign",
            opens(Form::Reassign),
        );
        blocks.extend(buttons.block());
    }
    message(&[head, reasons, state], blocks)
}

fn history(timeline: &[Entry], org: &Org) -> Option<Line> {
    let newest = timeline.len().saturating_sub(HISTORY_SHOWN);
    let mut line = Line::bold("So far");
    if newest > 0 {
        line = line.then(format!("\n• {newest} earlier steps"));
    }
    for entry in &timeline[newest..] {
        line = line![line, "\n• ", date(entry.at), " ", happened(entry, org)];
    }
    (!timeline.is_empty()).then_some(line)
}

/// The same in plain lines for a terminal: absolute times, every entry, every reason.
pub fn explain_lines(engagement: &Engagement, timeline: &[Entry], org: &Org) -> Vec<String> {
    let place = engagement.place.as_ref().map(|place| words::place_name(place, org));
    let mut lines = vec![format!(
        "{} · {} · {} · {}",
        engagement.id,
        place.as_deref().unwrap_or("no area"),
        engagement.reason.map_or("no reason given", words::reason),
        words::state(engagement.state),
    )];
    lines.push(format!("asked {} by {}", instant(engagement.asked_at), org.name_of(&engagement.requester)));
    if let Some(owner) = &engagement.owner {
        lines.push(format!("with {}", org.name_of(owner)));
    }
    if let Some(home) = &engagement.home {
        lines.push(format!("in {}", known_channel(home, org)));
    }
    for because in &engagement.because {
        lines.push(format!("because {} ({:?})", because_sentence(because, org), because.rule));
    }
    for entry in timeline {
        let reasons: Vec<String> = entry
            .because
            .iter()
            .map(|because| format!("{} ({:?})", because_sentence(because, org), because.rule))
            .collect();
        let because =
            if reasons.is_empty() { String::new() } else { format!(", because {}", reasons.join("; ")) };
        lines.push(format!("{} {}{because}", instant(entry.at), happened(entry, org).plain()));
    }
    lines
}

fn known_channel(home: &crate::domain::engagement::Home, org: &Org) -> String {
    org.channel(&home.channel)
        .map_or_else(|| home.channel.to_string(), |channel| format!("#{}", channel.name))
}

fn instant(at: chrono::DateTime<chrono::Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// What happened, in a few words, with who did it.
fn happened(entry: &Entry, org: &Org) -> Line {
    let event = event(&entry.event, org);
    let by = match &entry.by {
        Actor::Person(user) => org.name_of(user),
        Actor::Clock(kind) => clock(*kind).to_owned(),
        Actor::Slack => "seen in Slack".to_owned(),
        Actor::Directory => "the directory".to_owned(),
    };
    if event.plain().ends_with(&by) { event } else { line![event, format!(" · {by}")] }
}

fn names(users: &[UserId], org: &Org) -> String {
    if users.is_empty() {
        return "nobody".to_owned();
    }
    words::listed(&users.iter().map(|user| org.name_of(user)).collect::<Vec<_>>(), "and")
}

fn event(event: &Event, org: &Org) -> Line {
    let name = |user: &UserId| org.name_of(user);
    match event {
        Event::Drafted => line!["begun as a draft"],
        Event::Sent { channel, place } => {
            let place = place
                .as_ref()
                .map_or_else(String::new, |place| format!(" for {}", words::place_name(place, org)));
            line!["sent to ", words::channel(channel, org), place]
        }
        Event::Taken { by } => line![format!("taken by {}", name(by))],
        Event::HandedBack => line!["handed back"],
        Event::Moved { from, to } => {
            let from = from
                .as_ref()
                .map_or_else(String::new, |from| format!(" from {}", words::place_name(from, org)));
            line![format!("moved{from} to {}", words::place_name(to, org))]
        }
        Event::Answered { by } => line![format!("answered by {}", name(by))],
        Event::Reopened => line!["opened again, not solved"],
        Event::DetailAdded => line!["detail added"],
        Event::Edited => line!["its message was edited"],
        Event::Reminded { whom, .. } => line![format!("reminded {}", names(whom, org))],
        Event::Raised { whom, .. } => line![format!("raised to {}", names(whom, org))],
        Event::Missed => line!["the promised time passed"],
        Event::Seen { by } => line![format!("seen by {}", name(by))],
        Event::Paused { .. } => line!["paused, waiting on the SME"],
        Event::Resumed => line!["the clock runs again"],
        Event::Handed { to } => line![format!("handed to {}", name(to))],
        Event::AskedAgain => line!["asked again"],
        Event::WentBlind => line!["its thread cannot be read"],
        Event::SeesAgain => line!["its thread is read again"],
        Event::InquiryOpened { inquiry } => line!["the PM is asked as ", Line::id(*inquiry)],
        Event::InquiryAnswered { inquiry } => line!["the PM answered ", Line::id(*inquiry)],
        Event::Redirected { to } => line!["handed to SMEs as ", Line::id(*to)],
        Event::StepsMerged { count } => line![format!("{count} reminders became one, since they came late")],
        Event::CallConfirmed => line!["call confirmed"],
        Event::CallDeclined { .. } => line!["call declined"],
        Event::TimeProposed { start } => line!["another time proposed: ", date(*start)],
        Event::ContextMissing { .. } => line!["more context asked for"],
        Event::Rescheduled { from, to } => line!["moved from ", date(*from), " to ", date(*to)],
        Event::AgendaAdded { .. } => line!["agenda added"],
        Event::AgendaMissed => line!["agenda not there in time"],
        Event::Ended { state, .. } => line![words::state(*state).to_lowercase()],
        Event::AskerLeft => line!["whoever asked has left"],
        Event::ExceptionAsked { whom } if whom.is_empty() => {
            line!["found nobody else to ask for an exception"]
        }
        Event::ExceptionAsked { whom } => line![format!("asked {} for an exception", names(whom, org))],
        Event::ExceptionApproved => line!["exception approved"],
        Event::ExceptionDeclined { .. } => line!["exception declined"],
        Event::ExceptionEnded => line!["nobody could be asked for the exception"],
        Event::TriageChecked { proved: true } => line!["an SME's triage was found"],
        Event::TriageChecked { proved: false } => line!["no SME's triage was found"],
        Event::NobodyCovers => line!["nobody covers for its owner"],
        Event::PromisedWhileAway => line!["its PM promised to come, and is away then"],
        Event::Replanned { clock: of, from, to } => {
            line![format!("{} moved from ", moved(*of)), date(*from), " to ", date(*to)]
        }
        Event::CardResent => line!["its card was posted again"],
        Event::Rehomed { to, error, .. } => {
            line![format!("{}; posted in ", words::slack_error(error)), words::channel(to, org), " instead"]
        }
    }
}

/// What a person waits for who waits for that clock.
const fn moved(kind: ClockKind) -> &'static str {
    match kind {
        ClockKind::AgendaAsk => "the question for the agenda",
        ClockKind::AgendaMissed => "the agenda's due time",
        ClockKind::Reply
        | ClockKind::TakeBy
        | ClockKind::TakeAgain
        | ClockKind::TakenSilent
        | ClockKind::Close
        | ClockKind::PmReminder
        | ClockKind::AdviceDue
        | ClockKind::AdviceOverdue
        | ClockKind::CallStart
        | ClockKind::DraftLapse
        | ClockKind::ExceptionNext
        | ClockKind::ReadRoot
        | ClockKind::ReadProof
        | ClockKind::ReadThread => "the next reminder",
    }
}

const fn clock(kind: ClockKind) -> &'static str {
    match kind {
        ClockKind::TakeBy | ClockKind::TakeAgain => "nobody had taken it",
        ClockKind::TakenSilent => "taken and silent",
        ClockKind::Close => "not disputed",
        ClockKind::PmReminder => "no answer yet",
        ClockKind::AdviceDue | ClockKind::AdviceOverdue => "advice was due",
        ClockKind::Reply => "the reply clock",
        ClockKind::AgendaAsk | ClockKind::AgendaMissed => "the agenda was due",
        ClockKind::CallStart => "the call's start",
        ClockKind::DraftLapse => "nobody finished it",
        ClockKind::ExceptionNext => "nobody had decided",
        ClockKind::ReadRoot | ClockKind::ReadProof | ClockKind::ReadThread => "after reading the thread",
    }
}
