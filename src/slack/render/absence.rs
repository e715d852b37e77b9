//! What is said of absences: to whoever sets one, to whoever is away, to leads, and where nobody covers.
//!
//! A day is written as a day of whoever is away, never as an instant of the reader's zone: it would be another day for some.

use chrono::NaiveDate;

use super::Scene;
use super::blocks::{Buttons, away_buttons, message, opens, said, section};
use super::line::{Line, line};
use super::notices::Told;
use super::times::{day, from_now};
use super::words;
use crate::domain::absence::{Absence, AwayProblem, AwayReply, day_of, end_of};
use crate::domain::engagement::Body;
use crate::domain::ids::{AreaKey, UserId};
use crate::domain::notice::Address;
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::{AwayPressed, COMMAND, Form};

/// How many people a list shows of an area.
const LISTED: usize = 20;
/// How an absence is typed.
const EXAMPLE: &str = "away until 2026-12-24 cover @x";

/// What somebody hears about an absence.
pub(super) fn reply(reply: &AwayReply, scene: &Scene<'_>) -> Message {
    match reply {
        AwayReply::Shown { absence: None, .. } => said(
            &line![
                "You are not away, as far as I know. ",
                Line::code(format!("{COMMAND} {EXAMPLE}")),
                " has others asked meanwhile; ",
                Line::code("until tomorrow"),
                " or ",
                Line::code("until Friday"),
                " work, too."
            ],
            None,
        ),
        AwayReply::Shown { absence: Some(absence), .. } => {
            let line =
                line![you(absence, scene), ". ", Line::code(format!("{COMMAND} {EXAMPLE}")), " changes it."];
            said(&line, Some(back_button()))
        }
        AwayReply::Set { absence, by } => set(absence, by, scene),
        AwayReply::Ended { absence, by } => ended(absence, by, scene),
        AwayReply::NotAsked => {
            said(&line!["All right, you are asked as before. I say no more about this status."], None)
        }
        AwayReply::List { areas } => list(areas, scene),
    }
}

/// Somebody else set it: to whoever is away.
pub(super) fn set_for_you(absence: &Absence, scene: &Scene<'_>) -> Message {
    let line = line![
        format!("{} tells me: ", scene.name(&absence.set_by)),
        you(absence, scene),
        ". If that is not so, say that you are back."
    ];
    said(&line, Some(back_button()))
}

/// Their status says that they are away.
pub(super) fn status_says(until: NaiveDate) -> Message {
    let line = line![
        format!("Your status says that you are away until {}. ", day(until)),
        "Shall others cover what waits for you?"
    ];
    let yes = format!("Yes, away until {}", day(until));
    let buttons = away_buttons(&[
        (yes, "away", AwayPressed::Until(until)),
        ("Other days".to_owned(), "away_choose", AwayPressed::Choose),
        ("No".to_owned(), "not_away", AwayPressed::No),
    ]);
    said(&line, Some(buttons))
}

/// Nobody stands in: to the leads, in its thread.
pub(super) fn nobody_covers(told: Told<'_>, who: &UserId, until: NaiveDate, leads: &[UserId]) -> Message {
    let scene = told.scene;
    let opening = if leads.is_empty() { Line::default() } else { scene.mentions(leads).then(": ") };
    let ask = if leads.is_empty() { "Who could answer it?" } else { "Could you find somebody who can?" };
    let line = line![
        opening,
        format!("{} is away until {} and nobody covers, so ", scene.name(who), day(until)),
        Line::id(told.engagement.id),
        " waits for them. ",
        ask
    ];
    said(&line, None)
}

/// The same, to whoever asked.
pub(super) fn may_wait(told: Told<'_>, who: &UserId, until: NaiveDate) -> Line {
    line![
        format!("{} is away until {} and nobody covers, so ", told.scene.name(who), day(until)),
        Line::id(told.engagement.id),
        " may wait until then. I have asked for somebody else in its thread."
    ]
}

/// A promised call falls into an absence: to its PM, who chooses, and to whoever asked.
pub(super) fn call_while_away(told: Told<'_>, who: &UserId, until: NaiveDate) -> Message {
    let scene = told.scene;
    let id = Line::id(told.engagement.id);
    let start = match &told.engagement.body {
        Body::Call(call) => line![
            ", ",
            scene.both_zones(call.start, told.engagement),
            format!(", {}", from_now(call.start, scene.now))
        ],
        Body::Question(_) | Body::PmAsk(_) | Body::Inquiry(_) => Line::default(),
    };
    let buttons = Buttons::of(told.engagement.id);
    if matches!(told.to, Address::Direct { user } if user == who) {
        let line = line![
            format!("You are away until {}, and said that you come to the call ", day(until)),
            id,
            start,
            ". If you still come, nothing changes; else please hand it on."
        ];
        let buttons = buttons.button("Hand it on", "not_mine", opens(Form::NotMine)).button(
            "Decline",
            "decline",
            opens(Form::DeclineCall),
        );
        return said(&line, buttons.block());
    }
    let line = line![
        scene.to_requester(told.engagement, told.to),
        format!("{} is away until {}, and said to come to the call ", scene.name(who), day(until)),
        id,
        start,
        ". They are asked whether they still come; you can move it."
    ];
    said(&line, buttons.button("Another time", "reschedule", opens(Form::Reschedule)).block())
}

/// Why an absence was not set, or not ended, and what can be done.
pub(super) fn refused(problem: &AwayProblem, scene: &Scene<'_>) -> Line {
    let example = || line![" For example: ", Line::code(format!("{COMMAND} {EXAMPLE}")), "."];
    match problem {
        AwayProblem::NotADay { said } if said.trim().is_empty() => {
            line!["Until when? Nothing was changed.", example()]
        }
        AwayProblem::NotADay { said } => line![
            format!("I do not know which day “{}” is, so nothing was changed.", super::escape::cut(said, 40)),
            example()
        ],
        AwayProblem::Past { day: past } => {
            line![format!("{} is past, so nothing was changed. Please name a later day.", day(*past))]
        }
        AwayProblem::Backwards { from, until } => line![format!(
            "It would end on {}, before it begins on {}, so nothing was changed.",
            day(*until),
            day(*from)
        )],
        AwayProblem::TooFar { days } => line![format!(
            "That is more than {days} days ahead, so nothing was changed. An admin can take somebody out of the directory."
        )],
        AwayProblem::CoversSelf => {
            line!["Nobody covers for themselves. Please name somebody else, or leave the cover out."]
        }
        AwayProblem::CoverAway { cover, until } => line![format!(
            "{} is away until {}, too. Please name somebody else, or leave the cover out.",
            scene.name(cover),
            day(*until)
        )],
        AwayProblem::CannotCover { cover } => line![format!(
            "{} cannot cover: it has to be a full member of this workspace. Please name somebody else, or leave the cover out.",
            scene.name(cover)
        )],
        AwayProblem::Nobody { said } => line![format!(
            "I know no one person called “{}”, so nothing was changed. Please choose them from what Slack suggests after @.",
            super::escape::cut(said.trim_start_matches('@'), 40)
        )],
        AwayProblem::NotTheirs { who } => line![format!(
            "Only {}, the leads of their area and admins can say that. You can ask one of them.",
            scene.name(who)
        )],
        AwayProblem::NoLead => line![
            "Area leads and admins see who is away. ",
            Line::code(format!("{COMMAND} away")),
            " shows what is set for you."
        ],
        AwayProblem::NotSet { own: true, .. } => {
            line!["You are not away, as far as I know, so nothing was changed."]
        }
        AwayProblem::NotSet { who, own: false } => {
            line![format!("{} is not away, as far as I know, so nothing was changed.", scene.name(who))]
        }
    }
}

fn set(absence: &Absence, by: &UserId, scene: &Scene<'_>) -> Message {
    if absence.who != *by {
        let line = line![span_of(&scene.name(&absence.who), "is", absence, scene), ". They are told."];
        return said(&line, None);
    }
    let now = if absence.is_at(scene.now) { "goes on to " } else { "goes then to " };
    let whom = absence.cover.as_ref().map_or_else(
        || "whoever covers for your group, or to the stage PM".to_owned(),
        |cover| scene.name(cover),
    );
    let line = line![
        you(absence, scene),
        format!(". What waits for you {now}{whom}; "),
        Line::code(format!("{COMMAND} back")),
        " ends it early."
    ];
    said(&line, None)
}

fn ended(absence: &Absence, by: &UserId, scene: &Scene<'_>) -> Message {
    let (is, are) = if absence.who == *by {
        ("You are".to_owned(), "you are")
    } else {
        (format!("{} is", scene.name(&absence.who)), "they are")
    };
    if scene.now < absence.from {
        let line = line![format!("{is} not away after all; nothing had begun.")];
        return said(&line, None);
    }
    let line = line![
        format!("{is} back, so {are} asked again. "),
        "What was handed on stays with whoever has it; they can hand it back."
    ];
    said(&line, None)
}

fn list(areas: &[(AreaKey, Vec<Absence>)], scene: &Scene<'_>) -> Message {
    let mut blocks = Vec::new();
    let mut fallback = Vec::new();
    for (area, away) in areas {
        let mut line = Line::bold(words::area_name(area, scene.org));
        if away.is_empty() {
            line = line.then("\nnobody is away");
        }
        for absence in away.iter().take(LISTED) {
            line = line.then("\n• ").then(span_of(&scene.name(&absence.who), "is", absence, scene));
        }
        if away.len() > LISTED {
            line = line.then(format!("\nand {} more", away.len() - LISTED));
        }
        blocks.push(section(&line));
        fallback.push(line);
    }
    message(&fallback, blocks)
}

fn you(absence: &Absence, scene: &Scene<'_>) -> Line {
    span_of("You", "are", absence, scene)
}

/// Somebody's absence, as others read it.
pub(super) fn one(absence: &Absence, scene: &Scene<'_>) -> Line {
    span_of(&scene.name(&absence.who), "is", absence, scene)
}

/// "Paul is away until Thu 24 Dec; Ines covers".
fn span_of(who: &str, is: &str, absence: &Absence, scene: &Scene<'_>) -> Line {
    let from = if scene.now < absence.from {
        let first = day_of(absence.from, scene.org.zone_of(&absence.who));
        format!(" from {}", day(first))
    } else {
        String::new()
    };
    let cover =
        absence.cover.as_ref().map_or_else(String::new, |cover| format!("; {} covers", scene.name(cover)));
    line![format!("{who} {is} away{from} until {}{}{cover}", day(absence.last_day), back_at(absence, scene))]
}

/// When they are back on its last day, where it does not last to its end; in their zone.
fn back_at(absence: &Absence, scene: &Scene<'_>) -> String {
    let zone = scene.org.zone_of(&absence.who);
    if end_of(absence.last_day, zone) == Some(absence.until) {
        return String::new();
    }
    format!(", {}", absence.until.with_timezone(&zone).format("%H:%M"))
}

fn back_button() -> serde_json::Value {
    away_buttons(&[("I am back".to_owned(), "back", AwayPressed::Back)])
}
