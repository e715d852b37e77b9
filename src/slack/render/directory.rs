//! What admins and leads are told of the directory: it does not hold, it holds again, nobody takes over, PMs who are not where
//! they are asked. Shows places of files and what is wrong there, never a secret: `config` masked it.

use std::fmt::Write as _;

use super::Scene;
use super::admin::ids;
use super::blocks::{said, said_with};
use super::escape::cut;
use super::line::{Line, line};
use super::words;
use crate::domain::ids::{AreaKey, EngagementId, UserId};
use crate::slack::outgoing::Message;

/// The longest problem that is shown whole.
const LONGEST_PROBLEM: usize = 300;

/// The directory or the settings do not hold.
pub(super) fn broken(problems: &[String], number: usize) -> Message {
    let more = number.saturating_sub(problems.len());
    let mut all = problems.iter().map(|problem| cut(problem, LONGEST_PROBLEM)).collect::<Vec<_>>().join("\n");
    if more > 0 {
        let _ = write!(all, "\nand {more} more");
    }
    let line = line!["The directory and settings do not hold as they are now, so I keep to the last ones:"];
    said_with(&line, Some(&all), None)
}

/// They hold again.
pub(super) fn holds() -> Message {
    said(&line!["The directory and settings hold again, and I use them now."], None)
}

/// Whoever had these cannot go on, and nobody is named who could.
pub(super) fn nobody_takes_over(engagements: &[EngagementId], number: usize) -> Message {
    let line = line![
        "Whoever had these has left, and the directory names nobody else for them: ",
        ids(engagements, number),
        ". Name a PM or cover there and I hand them over.",
    ];
    said(&line, None)
}

/// PMs who are not in the internal channel of their area (B8).
pub(super) fn pms_outside(scene: &Scene<'_>, area: &AreaKey, pms: &[UserId]) -> Message {
    let names: Vec<String> = pms.iter().map(|pm| scene.name(pm)).collect();
    let area_of = scene.org.area(area);
    let channel = area_of.and_then(|area| area.internal_channel.as_ref());
    let channel =
        channel.map_or_else(|| Line::from("its internal channel"), |channel| scene.channel(channel));
    let verb = if pms.len() == 1 { "is" } else { "are" };
    let them = if pms.len() == 1 { "them" } else { "each of them" };
    let line = line![
        format!(
            "{} {verb} named as PM of {}, but not in ",
            words::listed(&names, "and"),
            words::area_name(area, scene.org)
        ),
        channel,
        format!(", where SMEs ask PMs. Could you invite {them}?"),
    ];
    said(&line, None)
}

/// Directory and settings were read anew.
pub(super) fn reloaded(after_restart: &[String], warnings: usize) -> Message {
    let line = line!["Directory and settings are read anew and in use."];
    let line = match warnings {
        0 => line,
        _ => line![
            line,
            format!(" {warnings} {} incomplete; ", if warnings == 1 { "place is" } else { "places are" }),
            Line::code("switchboard check"),
            " says where and what happens instead.",
        ],
    };
    let line = match after_restart {
        [] => line,
        changed => line![line, format!(" Only a restart changes {}.", words::listed(changed, "and"))],
    };
    said(&line, None)
}

/// How many problems are shown to whoever asked.
const PROBLEMS_SHOWN: usize = 5;

/// They do not hold, and whoever asked sees where.
pub(super) fn not_read(problems: &[String]) -> Line {
    let mut line =
        line!["The directory and settings do not hold as they are now, so I keep to the last ones:"];
    for problem in problems.iter().take(PROBLEMS_SHOWN) {
        line = line.then(format!("\n• {}", cut(problem, LONGEST_PROBLEM)));
    }
    let more = problems.len().saturating_sub(PROBLEMS_SHOWN);
    if more == 0 { line } else { line.then(format!("\nand {more} more")) }
}

/// Only admins can do that.
pub(super) fn only_admins(scene: &Scene<'_>) -> Line {
    let admins: Vec<String> = scene.org.admins.iter().take(3).map(|admin| scene.name(admin)).collect();
    match admins.as_slice() {
        [] => line!["Only admins can do that, and none are named in the settings."],
        admins => line![format!("Only admins can do that: {}.", words::listed(admins, "or"))],
    }
}
