//! Switching an area on, in words: what an area's mode means for people, who can change it, and how to take part in a pilot.

use super::Scene;
use super::blocks::said;
use super::line::{Line, line};
use super::words;
use crate::domain::directory::AreaMode;
use crate::domain::ids::{AreaKey, UserId};
use crate::domain::org::Role;
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::COMMAND;

/// How many areas are listed.
const LISTED: usize = 20;

/// Somebody takes part in the pilot from now on, or no longer.
pub(super) fn pilot(on: bool, areas: &[AreaKey], scene: &Scene<'_>) -> Message {
    let names: Vec<String> = areas.iter().map(|area| words::area_name(area, scene.org)).collect();
    let leave = Line::code(format!("{COMMAND} pilot off"));
    let line = match (on, names.is_empty()) {
        (true, false) => line![
            format!(
                "I work for you in {} from now on, where I am being tried out. ",
                words::listed(&names, "and")
            ),
            leave,
            " ends it."
        ],
        (true, true) => line![
            "Noted. No area is being tried out at the moment; when one is, I work for you there. ",
            leave,
            " ends it."
        ],
        (false, _) => {
            line!["You take no part in trying me out any more. What you asked already goes on as promised."]
        }
    };
    said(&line, None)
}

/// An area's mode, to the admin who switched it.
pub(super) fn mode(
    area: &AreaKey,
    (mode, was): (AreaMode, AreaMode),
    switched: bool,
    scene: &Scene<'_>,
) -> Message {
    let already = if mode == was { "already " } else { "" };
    let place = format!("In {}", words::area_name(area, scene.org));
    let line = means(&place, mode, already);
    let line = match mode {
        AreaMode::Observe | AreaMode::Pilot if mode != was => {
            line.then(" What runs already goes on as promised.")
        }
        AreaMode::Observe | AreaMode::Pilot | AreaMode::On => line,
    };
    let line = if switched {
        line![
            line,
            " This holds until the directory's line changes, or ",
            Line::code(format!("{COMMAND} admin mode {area} clear")),
            "."
        ]
    } else {
        line.then(" The directory says the same.")
    };
    said(&line, None)
}

/// An area was switched, to its leads and the admins.
pub(super) fn mode_switched(
    area: &AreaKey,
    mode: AreaMode,
    by: Option<&UserId>,
    scene: &Scene<'_>,
) -> Message {
    let by = by.map_or_else(|| "The directory".to_owned(), |by| scene.name(by));
    let opening = format!("{by} switched {} to {}. ", words::area_name(area, scene.org), mode.key());
    let kept = match mode {
        AreaMode::Observe | AreaMode::Pilot => " What runs already goes on as promised.",
        AreaMode::On => "",
    };
    said(&line![opening, means("There", mode, ""), kept], None)
}

/// What the mode means for people; `place` begins the sentence.
fn means(place: &str, mode: AreaMode, already: &str) -> Line {
    match mode {
        AreaMode::Observe => {
            line![format!("{place} I {already}only count: I post nothing unasked, and no reply time runs.")]
        }
        AreaMode::Pilot => line![
            format!("{place} I {already}work for people who opted in with "),
            Line::code(format!("{COMMAND} pilot on")),
            ", and only count for everybody else."
        ],
        AreaMode::On => line![format!("{place} I {already}work for everybody.")],
    }
}

/// The bot is not on in this area for whoever asked: where to ask by hand.
pub(super) fn area_not_on(area: &AreaKey, scene: &Scene<'_>) -> Line {
    let name = words::area_name(area, scene.org);
    let known = scene.org.area(area);
    let opening = format!("I am not switched on for {name} yet. ");
    let by_hand = match known.and_then(|area| area.channel.as_ref()) {
        Some(channel) => {
            line![opening, "Please ask in ", scene.channel(channel), " yourself; its SMEs answer there."]
        }
        None => line![opening, "Please ask its SMEs yourself."],
    };
    by_hand.then(try_out(area, scene))
}

/// No reply clock runs in this area for whoever asked.
pub(super) fn clock_not_on(area: &AreaKey, scene: &Scene<'_>) -> Line {
    let name = words::area_name(area, scene.org);
    line![
        format!("I am not switched on for {name} yet, so no reply time runs. Please ask the PM yourself."),
        try_out(area, scene)
    ]
}

/// Where an area is being tried out, how to take part.
fn try_out(area: &AreaKey, scene: &Scene<'_>) -> Line {
    match scene.org.area(area).map(|area| area.mode) {
        Some(AreaMode::Pilot) => {
            line![" I am being tried out there: ", Line::code(format!("{COMMAND} pilot on")), " takes part."]
        }
        Some(AreaMode::Observe | AreaMode::On) | None => Line::default(),
    }
}

/// Only others can do that.
pub(super) fn only_for(who: &Role, scene: &Scene<'_>) -> Line {
    line![format!("Only {} can do that, so nothing was changed.", words::role(who, scene.org))]
}

/// No area is called that; those that are, with their modes.
pub(super) fn unknown_area(typed: &str, scene: &Scene<'_>) -> Line {
    let areas = scene.org.areas();
    let mut known: Vec<String> =
        areas.iter().take(LISTED).map(|area| format!("{} ({})", area.key, area.mode.key())).collect();
    if areas.len() > LISTED {
        known.push(format!("{} more", areas.len() - LISTED));
    }
    let known = if known.is_empty() { "none".to_owned() } else { words::listed(&known, "and") };
    let opening = if typed.is_empty() {
        line![
            "Please name an area and a mode: ",
            Line::code(format!("{COMMAND} admin mode AREA pilot")),
            ". "
        ]
    } else {
        line![format!("I know no SME area “{}”, so nothing was changed. ", super::escape::cut(typed, 40))]
    };
    opening.then(format!("The areas are {known}."))
}

/// An area cannot be switched to that.
pub(super) fn unknown_mode(area: &AreaKey, typed: &str, scene: &Scene<'_>) -> Line {
    let is = scene.org.area(area).map_or("not in the directory", |area| area.mode.key());
    let opening = if typed.is_empty() {
        format!("{} is {is}. ", words::area_name(area, scene.org))
    } else {
        format!("“{}” is no mode, so nothing was changed. ", super::escape::cut(typed, 40))
    };
    line![
        opening,
        "It can be ",
        Line::code("observe"),
        ", ",
        Line::code("pilot"),
        " or ",
        Line::code("on"),
        "; ",
        Line::code("clear"),
        " goes back to the directory."
    ]
}
