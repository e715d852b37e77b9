//! What admins and area leads see when they ask the bot about itself: the admin card, its lists, and what became of a deed.
//!
//! Only whoever asked sees it. Ids, places and times; never what somebody wrote.

use chrono::{DateTime, Utc};

use super::Scene;
use super::blocks::{Buttons, administers, context, menu, message, said, section};
use super::line::{Line, line};
use super::times::{DateForm, date};
use super::words;
use crate::domain::admin::{Card, LetterRow, LogEntry, OPERATOR, ParkedRow, RowOutcome, Told, Until, Wish};
use crate::domain::directory::AreaMode;
use crate::domain::ids::{AreaKey, ChannelId, EngagementId, UserId};
use crate::domain::pause::Pause;
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::{COMMAND, Pressed};

/// How the reason of a message begins that Slack refused; its own word follows.
const REFUSED: &str = "Slack refuses it: ";
/// What is about no ask.
const NONE: EngagementId = EngagementId(0);
/// The pauses that a button offers.
const OFFERED: [(&str, &str, Until); 3] = [
    ("1 h", "hour", Until::Minutes(60)),
    ("Until the next working morning", "morning", Until::Tomorrow),
    ("Until resumed", "resumed", Until::Resumed),
];

/// The message of what whoever asked hears.
pub(super) fn told(told: &Told, scene: &Scene<'_>) -> Message {
    match told {
        Told::Card(card) => admin_card(card, scene),
        Told::Paused(pause) => {
            let ends = "Cards and answers still go out and clocks go on. What waits comes when it is over, and says why it is late.";
            let line = line![paused(pause, scene), " ", ends];
            said(&line, resume_button(pause.area.as_ref()))
        }
        Told::Resumed { area } => said(
            &line![whose(area.as_ref(), scene), " go on. What waited comes now, and says why it is late."],
            None,
        ),
        Told::NotPaused { area } => said(&line![whose(area.as_ref(), scene), " are not paused."], None),
        Told::Parked { rows, number } => parked(rows, *number, scene),
        Told::Letters { rows, number } => letters(rows, *number),
        Told::Row { row, outcome } => said(&row_done(*row, outcome), None),
        Told::Modes(modes) => said(&areas(modes, scene), None),
        Told::Health(wrong) => said(&health(wrong), None),
        Told::Log { days, counts, last } => log(*days, counts, last, scene),
        Told::Resent { id } => said(&line!["The card of ", Line::id(*id), " is on its way again."], None),
        Told::CardStands { id } => said(
            &line![
                "The card of ",
                scene.linked_id(*id),
                " is where it was, so nothing was sent. I would post it again if it were gone."
            ],
            None,
        ),
        Told::DoneBefore => said(&line!["That was done already, so nothing was changed."], None),
        Told::Usage => said(&usage(), None),
        Told::Help => help(),
    }
}

fn admin_card(card: &Card, scene: &Scene<'_>) -> Message {
    let head = Line::bold("Switchboard, for admins");
    let mut lines = vec![head.clone()];
    let mut blocks = vec![section(&head)];
    let mut part = |line: Line, buttons: Option<serde_json::Value>| {
        blocks.push(section(&line));
        blocks.extend(buttons);
        lines.push(line);
    };
    for pause in &card.pauses {
        let may = card.areas.is_empty() || pause.area.as_ref().is_some_and(|area| card.areas.contains(area));
        let resume = if may { resume_button(pause.area.as_ref()) } else { None };
        part(paused(pause, scene), resume);
    }
    let is_paused = |area: Option<&AreaKey>| card.pauses.iter().any(|pause| pause.area.as_ref() == area);
    if card.areas.is_empty() && !is_paused(None) {
        part(line!["Reminders are sent."], pause_buttons(None, "Pause reminders: "));
    }
    if card.areas.is_empty() {
        let choices: Vec<(String, Pressed)> = scene
            .org
            .areas()
            .iter()
            .map(|area| (area.name.clone(), administers(Wish::CardOf { area: area.key.to_string() })))
            .collect();
        part(line!["Of one area alone:"], menu("Choose an area", "admin_area", &choices));
    }
    for area in card.areas.iter().filter(|area| !is_paused(Some(area))) {
        let line = line![format!("Reminders of {} are sent.", words::area_name(area, scene.org))];
        part(line, pause_buttons(Some(area), "Pause: "));
    }
    if card.areas.is_empty() {
        let counts = format!("{} · {}", counted(card.parked, "message"), not_understood(card.letters));
        part(line![counts, " · ", health(&card.wrong)], buttons_of_lists());
    }
    let hint = line![
        "More: ",
        Line::code(format!("{COMMAND} admin pause AREA for 2h")),
        ", ",
        Line::code("admin help"),
        "."
    ];
    blocks.push(context(&hint));
    lines.push(hint);
    message(&lines, blocks)
}

fn counted(number: usize, what: &str) -> String {
    match number {
        0 => format!("No {what} waits for a person"),
        1 => format!("1 {what} could not be delivered"),
        number => format!("{number} {what}s could not be delivered"),
    }
}

fn not_understood(number: usize) -> String {
    match number {
        0 => "nothing was not understood".to_owned(),
        1 => "1 request was not understood".to_owned(),
        number => format!("{number} requests were not understood"),
    }
}

fn buttons_of_lists() -> Option<serde_json::Value> {
    Buttons::of(NONE)
        .button("Parked messages", "parked", administers(Wish::Parked))
        .button("Dead letters", "letters", administers(Wish::Letters))
        .button("Modes", "modes", administers(Wish::Modes))
        .button("Health", "health", administers(Wish::Health))
        .button("Log", "log", administers(Wish::Log { days: 7 }))
        .block()
}

fn pause_buttons(area: Option<&AreaKey>, before: &str) -> Option<serde_json::Value> {
    let mut buttons = Buttons::of(NONE);
    for (label, id, until) in OFFERED {
        let area = area.map(ToString::to_string);
        let id = format!("pause_{}_{id}", area.as_deref().unwrap_or("all"));
        buttons = buttons.button(format!("{before}{label}"), id, administers(Wish::Pause { area, until }));
    }
    buttons.block()
}

fn resume_button(area: Option<&AreaKey>) -> Option<serde_json::Value> {
    let area = area.map(ToString::to_string);
    let id = format!("resume_{}", area.as_deref().unwrap_or("all"));
    Buttons::of(NONE).button("Resume reminders", id, administers(Wish::Resume { area })).block()
}

/// "Reminders of CI/CD": of that area, or all.
fn whose(area: Option<&AreaKey>, scene: &Scene<'_>) -> Line {
    match area {
        Some(area) => Line::from(format!("Reminders of {}", words::area_name(area, scene.org))),
        None => Line::from("All reminders"),
    }
}

fn paused(pause: &Pause, scene: &Scene<'_>) -> Line {
    let until = match pause.over_at() {
        Some(until) => line!["until ", Line::date(until, DateForm::Short)],
        None => Line::from("until somebody resumes them"),
    };
    line![
        whose(pause.area.as_ref(), scene),
        " are paused ",
        until,
        ", by ",
        scene.name(&pause.by),
        " since ",
        date(pause.from),
        "."
    ]
}

fn parked(rows: &[ParkedRow], number: usize, scene: &Scene<'_>) -> Message {
    if rows.is_empty() {
        return said(&line!["Every message was delivered, or waits for its turn."], None);
    }
    let one = |row: &ParkedRow| {
        let about = row.engagement.map_or_else(|| Line::from("A message"), |id| scene.linked_id(id));
        let refused = row.reason.strip_prefix(REFUSED).unwrap_or(&row.reason);
        let why = format!(": {}.", words::slack_error(refused));
        line![about, " to ", place(&row.lane, scene), why]
    };
    let act = |row: &ParkedRow| {
        Buttons::of(NONE)
            .button(
                "Try again",
                format!("retry_{}", row.row),
                administers(Wish::RetryNotice { row: row.row }),
            )
            .button("Drop", format!("drop_{}", row.row), administers(Wish::DropNotice { row: row.row }))
            .block()
    };
    listed(Line::bold(counted(number, "message")), rows, number, &one, &act)
}

fn letters(rows: &[LetterRow], number: usize) -> Message {
    if rows.is_empty() {
        return said(&line!["Everything that Slack sent was understood."], None);
    }
    let one = |row: &LetterRow| line![date(row.at), format!(": {}.", row.reason)];
    let act = |row: &LetterRow| {
        Buttons::of(NONE)
            .button(
                "Read again",
                format!("reread_{}", row.row),
                administers(Wish::RetryLetter { row: row.row }),
            )
            .button(
                "Throw away",
                format!("throw_{}", row.row),
                administers(Wish::DropLetter { row: row.row }),
            )
            .block()
    };
    listed(Line::bold(words::sentence_case(&not_understood(number))), rows, number, &one, &act)
}

fn listed<R>(
    head: Line,
    rows: &[R],
    number: usize,
    one: &dyn Fn(&R) -> Line,
    act: &dyn Fn(&R) -> Option<serde_json::Value>,
) -> Message {
    let mut blocks = vec![section(&head)];
    let mut lines = vec![head];
    for row in rows {
        let line = one(row);
        blocks.push(section(&line));
        blocks.extend(act(row));
        lines.push(line);
    }
    if number > rows.len() {
        let more =
            Line::from(format!("And {} more; the commands of the shell list all.", number - rows.len()));
        blocks.push(context(&more));
        lines.push(more);
    }
    message(&lines, blocks)
}

/// Where a message goes: a channel, a person, or nowhere that has a name.
fn place(lane: &str, scene: &Scene<'_>) -> Line {
    match lane.chars().next() {
        Some('C' | 'G') => scene.channel(&ChannelId::from(lane)),
        Some('U' | 'W') => Line::from(scene.name(&UserId::from(lane))),
        _ if lane == "admins" => Line::from("the admins"),
        Some(_) | None => Line::from("whoever acted"),
    }
}

fn row_done(row: i64, outcome: &RowOutcome) -> Line {
    match outcome {
        RowOutcome::TriedAgain => line![format!("Message {row} is tried again.")],
        RowOutcome::Dropped => line![format!("{row} is dropped.")],
        RowOutcome::Overtaken => line![format!("A newer message takes the place of {row}.")],
        RowOutcome::Understood => line![format!("{row} is understood and done.")],
        RowOutcome::Stays { reason } => line![format!("{row} stays: {reason}.")],
        RowOutcome::Doubtful => {
            line![format!("{row} stays: it may have been done before. Look in Slack, then throw it away.")]
        }
        RowOutcome::Gone => line![format!("{row} is not there any more, so nothing was changed.")],
    }
}

fn areas(modes: &[(AreaKey, AreaMode)], scene: &Scene<'_>) -> Line {
    let mut line = Line::bold("Where I act");
    for (area, mode) in modes {
        let word = match mode {
            AreaMode::Observe => "observe: I only count",
            AreaMode::Pilot => "pilot: for people who opted in",
            AreaMode::On => "on",
        };
        line = line![line, format!("\n• {}: {word}", words::area_name(area, scene.org))];
    }
    line
}

fn health(wrong: &[String]) -> Line {
    if wrong.is_empty() {
        return line!["All is well."];
    }
    line!["Not well: ", words::listed(wrong, "and"), "."]
}

fn log(days: u32, counts: &[(String, usize)], last: &[LogEntry], scene: &Scene<'_>) -> Message {
    let span = super::times::days(i64::from(days));
    if last.is_empty() {
        return said(&line![format!("Nobody did anything here in {span}.")], None);
    }
    let counted: Vec<String> = counts.iter().map(|(deed, count)| format!("{deed} {count}")).collect();
    let mut line = line![Line::bold(format!("In {span}")), ": ", counted.join(" · ")];
    for entry in last {
        line = line![line, "\n• ", log_line(entry, scene)];
    }
    let export = line!["All of it: ", Line::code("switchboard log --format csv"), "."];
    message(&[line.clone(), export.clone()], vec![section(&line), context(&export)])
}

fn log_line(entry: &LogEntry, scene: &Scene<'_>) -> Line {
    let who =
        if entry.by == OPERATOR { OPERATOR.to_owned() } else { scene.name(&UserId::from(entry.by.as_str())) };
    let what = if entry.what.is_empty() { String::new() } else { format!(" {}", entry.what) };
    line![date(entry.at), format!(", {who}: {}{what} ({})", entry.deed, outcome(&entry.outcome))]
}

/// How a deed ended; an instant in it as people say it.
fn outcome(outcome: &str) -> String {
    let until = outcome.strip_prefix("until ").and_then(|at| at.parse::<DateTime<Utc>>().ok());
    until.map_or_else(|| outcome.to_owned(), |at| format!("until {}", super::times::utc(at)))
}

/// What can be typed after `admin`, and what it does. Area leads may do the first of them, for their area.
const KNOWN: [(&str, &str); 11] = [
    ("pause [AREA] [for 2h | until tomorrow]", "reminders wait; cards and clocks go on"),
    ("resume [AREA]", "reminders go on, and what waited comes"),
    ("close K7Q why", "closes it, and tells who asked"),
    ("reassign K7Q @somebody", "gives it to somebody"),
    ("resend K7Q", "posts a card again that is gone"),
    ("parked", "messages that could not be delivered"),
    ("letters", "what Slack sent and I did not understand"),
    ("modes", "where I act"),
    ("mode AREA observe|pilot|on", "switches an area"),
    ("health", "what is not well"),
    ("log [DAYS]", "what was done here"),
];
/// How many of them area leads may do.
const OF_LEADS: usize = 5;

fn usage() -> Line {
    let mut line = line!["Here I know: ", Line::code(format!("{COMMAND} admin"))];
    for (known, _) in KNOWN {
        line = line![line, ", ", Line::code(known)];
    }
    line![line, ". Nothing was changed."]
}

fn help() -> Message {
    let list = |known: &[(&str, &str)]| {
        let mut line = Line::default();
        for (words, does) in known {
            line = line![line, "\n• ", Line::code(format!("{COMMAND} admin {words}")), format!(" {does}")];
        }
        line
    };
    let (leads, admins) = KNOWN.split_at(OF_LEADS);
    let first = line![
        Line::bold("For admins, and for area leads in their area"),
        "\n• ",
        Line::code(format!("{COMMAND} admin")),
        " shows how things stand",
        list(leads)
    ];
    let second = line![
        Line::bold("For admins"),
        list(admins),
        "\n• ",
        Line::code(format!("{COMMAND} admin reload")),
        " reads directory and settings anew"
    ];
    message(&[first.clone(), second.clone()], vec![section(&first), section(&second)])
}
