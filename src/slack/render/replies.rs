//! Answers to whoever acted: they alone see them, at once.

use chrono::{DateTime, Utc};

use super::Scene;
use super::because::card_reason;
use super::blocks::{context, message, said, section};
use super::card::{header, state_line};
use super::line::{Line, line};
use super::refusals::refused;
use super::times::{date, span};
use super::{admin_card, directory, drafts, modes, offers, report, sent};
use crate::domain::decision::{Done, Reply};
use crate::domain::engagement::{Body, Engagement, State};
use crate::domain::ids::EngagementId;
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::COMMAND;

/// How many asks a list shows.
const LISTED: usize = 15;

/// The message of an answer; `None` where the card shows it, or a form does.
pub fn reply(reply: &Reply, scene: &Scene<'_>) -> Option<Message> {
    match reply {
        Reply::Nothing | Reply::Form(_) => None,
        Reply::Refused(refusal) => Some(refused(refusal, scene)),
        Reply::Asked { engagement } => Some(with(*engagement, scene, sent::asked)),
        Reply::Draft { engagement } => Some(with(*engagement, scene, drafts::draft)),
        Reply::Duplicate { engagement } => Some(with(*engagement, scene, duplicate)),
        Reply::Done { engagement, done } => Some(done_message(*engagement, *done, scene)),
        Reply::Help => Some(help(scene)),
        Reply::Mine { asked, owed } => Some(mine(asked, owed, scene)),
        Reply::Away(away) => Some(super::absence::reply(away, scene)),
        Reply::Status { engagement, forgotten } => {
            let show = |engagement: &Engagement, scene: &Scene<'_>| status(engagement, *forgotten, scene);
            Some(with(*engagement, scene, show))
        }
        Reply::Admin(told) => Some(admin_card::told(told, scene)),
        Reply::Reloaded { after_restart, warnings } => Some(directory::reloaded(after_restart, *warnings)),
        Reply::OfferAnswered { taken } => Some(offers::answered(*taken)),
        Reply::Pilot { on, areas } => Some(modes::pilot(*on, areas, scene)),
        Reply::Mode { area, mode, was, switched } => Some(modes::mode(area, (*mode, *was), *switched, scene)),
        Reply::Numbers { report } => Some(report::numbers(report, scene)),
    }
}

fn with(id: EngagementId, scene: &Scene<'_>, show: impl Fn(&Engagement, &Scene<'_>) -> Message) -> Message {
    match scene.find(id) {
        Some(engagement) => show(engagement, scene),
        None => said(&line![Line::id(id), " is noted. Its card shows where it stands."], None),
    }
}

fn duplicate(engagement: &Engagement, scene: &Scene<'_>) -> Message {
    let line = line![
        "That was asked already ",
        date(engagement.asked_at),
        ": it is ",
        Line::id(engagement.id),
        scene.open_link(engagement, ", "),
        ". You can add to it instead."
    ];
    said(&line, sent::follow_up(engagement).block())
}

fn done_message(id: EngagementId, done: Done, scene: &Scene<'_>) -> Message {
    // Its card goes out beside this answer, so there is no link yet: the channel says where.
    let asked_in = scene.find(id).and_then(|found| found.home.as_ref());
    let asked_in = asked_in.map_or_else(Line::default, |home| line![" in ", scene.channel(&home.channel)]);
    let author = scene.find(id).map_or_else(|| "Its author".to_owned(), |found| scene.name(&found.requester));
    let plain = Line::id(id);
    if let (Done::ExceptionAsked | Done::ExceptionApproved | Done::ExceptionDeclined, Some(found)) =
        (done, scene.find(id))
        && let Some(line) = super::exceptions::done(found, done, scene)
    {
        return said(&line, None);
    }
    let is_call = scene.find(id).is_some_and(|found| matches!(found.body, Body::Call(_)));
    let id = scene.linked_id(id);
    let line = match done {
        Done::Discarded => line!["Dropped; nothing was sent."],
        Done::Withdrawn if is_call => line!["The call ", id, " is cancelled. Everybody concerned is told."],
        Done::Withdrawn => line![id, " is withdrawn. Its card says so."],
        Done::DetailAdded => line!["Added to the thread of ", id, "."],
        Done::Reopened => line![id, " is open again, and whoever answered it is told."],
        Done::Closed => line![id, " is closed."],
        Done::PmAsked => line!["The PM is asked", asked_in, ", as ", plain, "."],
        Done::Redirected => line!["SMEs have it now, as ", id, "."],
        Done::AgendaAdded => line!["The agenda is on the card of ", id, "."],
        Done::ShownToAuthor => line![author, " sees it first, and decides whether it is posted."],
        Done::ExceptionAsked => line!["I asked directly whether ", plain, " may come at short notice."],
        Done::ExceptionApproved => line!["Approved. ", plain, " is asked now", asked_in, "."],
        Done::ExceptionDeclined => {
            line!["Declined. ", author, " is told, with the earliest time for ", plain, "."]
        }
        Done::Noted => line!["Noted for ", id, "."],
    };
    said(&line, None)
}

/// What I know, in one breath.
pub fn known() -> Line {
    line![
        "I know ",
        Line::code(COMMAND),
        ", ",
        Line::code(format!("{COMMAND} your question")),
        ", ",
        Line::code("mine"),
        ", ",
        Line::code("status K7Q"),
        ", ",
        Line::code("away until 2026-12-24 cover @x"),
        ", ",
        Line::code("back"),
        ", ",
        Line::code("help"),
        "."
    ]
}

fn help(scene: &Scene<'_>) -> Message {
    let opening = line![
        "Ask here and I bring it to the people who know: SMEs first, PMs for roadmap, direction and gaps."
    ];
    let commands = line![
        "• ",
        Line::code(COMMAND),
        " opens a form: choose what it is about, also for a PM on a customer call\n• ",
        Line::code(format!("{COMMAND} your question")),
        " sends it to SMEs\n• ",
        Line::code(format!("{COMMAND} mine")),
        " lists what you asked and what you owe\n• ",
        Line::code(format!("{COMMAND} status K7Q")),
        " says where a question stands and why\n• ",
        Line::code(format!("{COMMAND} away until 2026-12-24 cover @x")),
        " has others asked while you are away; ",
        Line::code(format!("{COMMAND} back")),
        " ends it early\n• ",
        Line::code(format!("{COMMAND} report")),
        " tells leads and PMs the numbers of their areas\n• Mention me in a thread, or use ",
        Line::bold("Ask an expert"),
        " on a message"
    ];
    let times = line![format!(
        "SMEs are asked to take a question within {}; a PM answers SMEs within {}; a PM needs {} of notice for a call.",
        span(scene.rules.sme.take_within.0),
        span(scene.rules.reply.within.0),
        span(scene.rules.call.notice.0),
    )];
    let mut blocks = vec![section(&opening), section(&commands), context(&times)];
    let hours = office_hours(scene);
    blocks.extend(hours.iter().map(context));
    message(&[opening, known()], blocks)
}

/// Where people can just come by.
fn office_hours(scene: &Scene<'_>) -> Option<Line> {
    let mut line = Line::default();
    for area in scene.org.areas().iter().take(LISTED) {
        let Some(hours) = &area.office_hours else { continue };
        let before = if line.is_empty() { "Office hours: " } else { "; " };
        line = line.then(before);
        let text = format!("{} {}", area.name, hours.text);
        line = line.then(
            hours
                .link
                .as_deref()
                .map_or_else(|| Line::from(text.clone()), |link| Line::link(link, text.clone())),
        );
    }
    (!line.is_empty()).then_some(line)
}

fn mine(asked: &[EngagementId], owed: &[EngagementId], scene: &Scene<'_>) -> Message {
    if asked.is_empty() && owed.is_empty() {
        let line = line![
            "Nothing of yours is open, and nobody waits for you. ",
            Line::code(COMMAND),
            " asks something."
        ];
        return said(&line, None);
    }
    let mut blocks = Vec::new();
    let mut fallback = Vec::new();
    for (title, ids) in [("You asked", asked), ("Others wait for you", owed)] {
        if ids.is_empty() {
            continue;
        }
        let mut line = Line::bold(title);
        for id in ids.iter().take(LISTED) {
            line = line.then("\n• ").then(list_item(*id, scene));
        }
        if ids.len() > LISTED {
            line = line.then(format!("\nand {} more", ids.len() - LISTED));
        }
        blocks.push(section(&line));
        fallback.push(line);
    }
    message(&fallback, blocks)
}

fn list_item(id: EngagementId, scene: &Scene<'_>) -> Line {
    let Some(engagement) = scene.find(id) else { return Line::id(id) };
    let age = match (scene.now - engagement.asked_at).num_seconds() {
        seconds if seconds < 60 => "just now".to_owned(),
        seconds => format!("{} ago", span(seconds)),
    };
    line![
        scene.linked_id(id),
        format!(" · {} · ", scene.place_of(engagement)),
        state_line(engagement, scene),
        format!(" · asked {age}")
    ]
}

/// State and reason. Whoever has the id may ask, so no text of a private place is shown.
fn status(engagement: &Engagement, forgotten: Option<DateTime<Utc>>, scene: &Scene<'_>) -> Message {
    // Only its author sees a draft, and here finds the way on again.
    if engagement.state == State::Draft {
        return drafts::draft(engagement, scene);
    }
    let head = if scene.hides_words(engagement) {
        line![Line::bold(scene.place_of(engagement)), " · ", Line::id(engagement.id)]
    } else {
        header(engagement, scene)
    };
    let asked = line![
        format!("{} · asked ", scene.name(&engagement.requester)),
        date(engagement.asked_at),
        scene.open_link(engagement, " · ")
    ];
    let state = state_line(engagement, scene);
    let mut blocks = vec![section(&head), context(&asked)];
    blocks.extend(card_reason(engagement, scene, "There").map(|reason| context(&reason)));
    blocks.push(section(&state));
    let gone = forgotten.map(|at| {
        line![
            "What was asked and answered is forgotten since ",
            date(at),
            ": words are kept for a set time, times and states stay."
        ]
    });
    blocks.extend(gone.as_ref().map(context));
    blocks.extend(sent::follow_up(engagement).block());
    message(&[head, asked, state, gone.unwrap_or_default()], blocks)
}
