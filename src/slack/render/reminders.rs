//! Reminders: to the area lead when nobody takes a question, to the taker, the PM, and up the ladder.
//!
//! Each mentions only whom the table names: a nudge the owner, a miss owner and second, a raise the product leader alone.

use chrono::{DateTime, Utc};

use super::Scene;
use super::blocks::{Buttons, acts, opens, said};
use super::line::{Line, line};
use super::notices::Told;
use super::times::{appointment, date, day, from_now, range, span, working_days};
use super::words;
use crate::domain::command::Action;
use crate::domain::engagement::{Body, Inquiry};
use crate::domain::ids::UserId;
use crate::domain::notice::{Address, Downtime};
use crate::domain::reason::{Because, Fact};
use crate::domain::rules::ClockMode;
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::Form;

/// A sentence after an opening that may mention somebody; it begins large where nobody is.
fn after(opening: Line, sentence: &str) -> Line {
    if opening.is_empty() {
        Line::from(words::sentence_case(sentence))
    } else {
        line![opening, ": ", sentence]
    }
}

/// The same, with why it comes late where it does (B7).
fn after_late(scene: &Scene<'_>, opening: Line, because: Option<&Downtime>, sentence: &str) -> Line {
    match (because, opening.is_empty()) {
        (None, _) => after(opening, sentence),
        (Some(_), true) => line![late(scene, because), sentence],
        (Some(_), false) => line![opening, ": ", late(scene, because), sentence],
    }
}

/// How long nobody took it: the rule's hours as they are written, and what came on top of them as people say it.
fn waited(hours: i64, because: Option<&Downtime>) -> String {
    if because.is_some() { span(hours * 3_600) } else { format!("{hours} h") }
}

/// Nobody took it in time: the area leads (A8).
pub(super) fn not_taken(
    told: Told<'_>,
    leads: &[UserId],
    again: bool,
    hours: i64,
    because: Option<&Downtime>,
) -> Message {
    let waited = waited(hours, because);
    let sentence = if again {
        format!("{waited} now, and nobody has taken this. Who could answer it?")
    } else {
        format!("nobody has taken this for {waited}. Could you take it, or find somebody who can?")
    };
    said(&after_late(told.scene, told.scene.mentions(leads), because, &sentence), None)
}

/// Nobody took it even then: to the fallback channel (A8), by its link.
pub(super) fn not_taken_anywhere(told: Told<'_>, hours: i64, because: Option<&Downtime>) -> Message {
    let scene = told.scene;
    let home = told
        .engagement
        .home
        .as_ref()
        .map_or_else(Line::default, |home| line![" in ", scene.channel(&home.channel)]);
    said(
        &line![
            late(scene, because),
            scene.linked_id(told.engagement.id),
            home,
            format!(
                ", about {}, has waited {} and nobody has taken it. Who could answer it there?",
                scene.place_of(told.engagement),
                waited(hours, because)
            ),
        ],
        None,
    )
}

/// Taken and silent: the taker is asked (A8).
pub(super) fn taken_silent(told: Told<'_>, taker: &UserId, days: u32, because: Option<&Downtime>) -> Message {
    let buttons = Buttons::of(told.engagement.id)
        .button("Answered", "answered", acts(Action::Answered))
        .button("Hand back", "hand_back", acts(Action::HandBack));
    let when = match (because, told.engagement.taken_at) {
        (Some(_), Some(taken)) => date(taken),
        (Some(_) | None, _) => Line::from(format!("{} ago", working_days(days))),
    };
    let line = line![
        told.scene.mention(taker),
        ": ",
        late(told.scene, because),
        "you took this ",
        when,
        ". Is it answered, or shall somebody else have it?",
    ];
    said(&line, buttons.block())
}

/// Moved twice: the area lead places it (A9).
pub(super) fn lead_to_place(told: Told<'_>, leads: &[UserId]) -> Message {
    let opening = if leads.is_empty() { Line::default() } else { told.scene.mentions(leads).then(": ") };
    let buttons = Buttons::of(told.engagement.id).button("Place it", "move", opens(Form::Move));
    said(
        &line![opening, Line::id(told.engagement.id), " has moved twice. Where does it belong?"],
        buttons.block(),
    )
}

/// The one reminder of a PM's ask (A12).
pub(super) fn pm_reminder(told: Told<'_>, owner: &UserId, days: u32, because: Option<&Downtime>) -> Message {
    let who = told.scene.name(&told.engagement.requester);
    let when = match because {
        Some(_) => date(told.engagement.asked_at),
        None => Line::from(format!("{} ago", working_days(days))),
    };
    let asked = line![format!("{who} asked this "), when, ". Could you answer, or say who can?"];
    said(&line![told.scene.mention(owner), ": ", late(told.scene, because), asked], None)
}

/// Advice is due, or overdue (D3).
pub(super) fn advice_due(
    told: Told<'_>,
    owner: Option<&UserId>,
    overdue: bool,
    because: Option<&Downtime>,
) -> Message {
    let opening = owner.map_or_else(Line::default, |owner| told.scene.mention(owner));
    let who = told.scene.name(&told.engagement.requester);
    let due = match &told.engagement.body {
        Body::PmAsk(ask) => ask.due_at,
        Body::Question(_) | Body::Inquiry(_) | Body::Call(_) => None,
    };
    let when = match (overdue, due) {
        (false, Some(due)) => line!["is due ", date(due)],
        (false, None) => line!["is due now"],
        (true, Some(due)) => line!["was due ", date(due)],
        (true, None) => line!["is overdue"],
    };
    said(
        &line![
            after_late(told.scene, opening, because, &format!("the advice that {who} asked for ")),
            when,
            ". Could you answer, or say who can?"
        ],
        None,
    )
}

/// What made something late, up to the time that it took.
pub(super) fn gap(scene: &Scene<'_>, down: &Downtime, unread: &str) -> String {
    match (&down.paused_by, down.blind) {
        (Some(by), _) => format!("{} paused reminders from ", scene.name(by)),
        (None, true) => format!("I could not read {unread} from "),
        (None, false) => "I was down from ".to_owned(),
    }
}

/// Why something comes late, where we were the cause (B7).
fn late(scene: &Scene<'_>, because: Option<&Downtime>) -> Line {
    because.map_or_else(Line::default, |down| {
        line![gap(scene, down, "the thread"), range(down.from, down.to), ", so this comes late: "]
    })
}

/// A step of the ladder before the time is up: the owner only (B5).
pub(super) fn nudge(
    told: Told<'_>,
    owner: &UserId,
    waited: i64,
    due: DateTime<Utc>,
    because: Option<&Downtime>,
) -> Message {
    let scene = told.scene;
    let who = scene.name(&told.engagement.requester);
    let promise = working_promise(told);
    let until = match promise {
        _ if due <= scene.now => line!["it was due ", date(due), "."],
        Some(promise) => {
            line!["it is due ", date(due), format!(", with {} of it left.", span(promise - waited))]
        }
        None => line!["it is due ", date(due), format!(", {}.", from_now(due, scene.now))],
    };
    let counts = if promise.is_some() { " of working time" } else { "" };
    let has_waited = format!("{who} has waited {}{counts} for this; ", span(waited));
    said(&line![scene.mention(owner), ": ", late(scene, because), has_waited, until], None)
}

/// What was promised, in seconds of working time; `None` where every minute counts (B4).
fn working_promise(told: Told<'_>) -> Option<i64> {
    match &told.engagement.body {
        Body::Inquiry(Inquiry { clock: Some(clock), .. }) if clock.rules.clock == ClockMode::Working => {
            Some(clock.rules.within.0)
        }
        Body::Inquiry(_) | Body::Question(_) | Body::PmAsk(_) | Body::Call(_) => None,
    }
}

/// How long it took, in the time that counts (B4).
fn counted(told: Told<'_>, waited: i64) -> String {
    working_promise(told).map_or_else(|| span(waited), |within| format!("{} of working time", span(within)))
}

/// The time is up: owner and second (B5).
pub(super) fn miss(
    told: Told<'_>,
    owner: &UserId,
    second: Option<&UserId>,
    waited: i64,
    because: Option<&Downtime>,
) -> Message {
    let scene = told.scene;
    let passed = format!("{} have passed. ", counted(told, waited));
    let asks = "could you or a colleague answer, or say who can?";
    let line = match second.filter(|second| *second != owner) {
        Some(second) => {
            line![scene.mention(owner), ": ", late(scene, because), passed, scene.mention(second), ", ", asks]
        }
        None => line![scene.mention(owner), ": ", late(scene, because), passed, words::sentence_case(asks)],
    };
    said(&line, None)
}

/// Raised to the product leader, in the thread (B5).
pub(super) fn raise(
    told: Told<'_>,
    leader: &UserId,
    (since, waited): (DateTime<Utc>, i64),
    (because, instead): (Option<&Downtime>, Option<&Because>),
) -> Message {
    let open = format!("open for {} now, since ", span(waited));
    let stead = in_the_stead(told, leader, instead);
    let late = late(told.scene, because);
    said(&line![told.scene.mention(leader), ": ", late, open, date(since), ".", stead], None)
}

/// Where an inquiry is that somebody cannot see.
const OUTSIDE: &str =
    "It is in the area's internal channel, which you are not in; the area lead can invite you.";

fn area_of(told: Told<'_>) -> String {
    let area = told.engagement.area.as_ref();
    area.map_or_else(|| told.scene.place_of(told.engagement), |area| words::area_name(area, told.scene.org))
}

/// To a PM who is not in the channel where they are asked: who waits, how long, which area, no text (B8).
pub(super) fn pm_awaited(
    told: Told<'_>,
    whom: &UserId,
    waited: i64,
    due: Option<DateTime<Utc>>,
    because: Option<&Downtime>,
) -> Message {
    let (scene, area) = (told.scene, area_of(told));
    let who = scene.name(&told.engagement.requester);
    let whose = if told.engagement.owner.as_ref() == Some(whom) { "your" } else { "a PM's" };
    let waits = if waited < 60 {
        format!("{who} asks for {whose} answer in {area}")
    } else {
        format!("{who} has waited {} for {whose} answer in {area}", span(waited))
    };
    let until = match due {
        Some(due) if due <= scene.now => line!["; it was due ", date(due), ". "],
        Some(due) => line!["; it is due ", date(due), format!(", {}. ", from_now(due, scene.now))],
        None => line![". "],
    };
    said(&line![late(scene, because), waits, until, OUTSIDE], None)
}

/// Why it is raised to them, who are no product leaders.
fn in_the_stead(told: Told<'_>, whom: &UserId, instead: Option<&Because>) -> String {
    let name = |user| told.scene.name(user);
    match instead.map(|because| &because.fact) {
        Some(Fact::Covers { by, pm, until }) if by == whom => {
            format!(" You cover for {}, who is away until {}.", name(pm), day(*until))
        }
        Some(Fact::NobodyCovers { pm, until }) => {
            format!(" {} is away until {} and nobody covers, so it comes to you.", name(pm), day(*until))
        }
        Some(_) | None => String::new(),
    }
}

/// Raised to somebody who is not in the channel: who waits, how long, which area, no text (B8).
pub(super) fn raise_direct(
    told: Told<'_>,
    leader: &UserId,
    (since, waited): (DateTime<Utc>, i64),
    (because, instead): (Option<&Downtime>, Option<&Because>),
) -> Message {
    let scene = told.scene;
    let who = scene.name(&told.engagement.requester);
    let line = line![
        late(scene, because),
        format!("{who} has waited {} for a PM's answer in {}, since ", span(waited), area_of(told)),
        date(since),
        ". ",
        OUTSIDE,
        in_the_stead(told, leader, instead),
    ];
    said(&line, None)
}

/// The agenda is due soon: to the requester (C6). The customer is named in a direct message only.
pub(super) fn agenda_due(
    told: Told<'_>,
    start: DateTime<Utc>,
    due: DateTime<Utc>,
    because: Option<&Downtime>,
) -> Message {
    let scene = told.scene;
    let with = match (&told.engagement.customer, told.to) {
        (Some(customer), Address::Direct { .. }) => format!("with {}", super::escape::cut(customer, 100)),
        (Some(_) | None, _) => format!("on {}", scene.place_of(told.engagement)),
    };
    let buttons = Buttons::of(told.engagement.id).first("Add agenda", "agenda", opens(Form::Agenda));
    let line = line![
        scene.to_requester(told.engagement, told.to),
        late(scene, because),
        format!("{} call {with} is ", if because.is_some() { "your" } else { "Your" }),
        appointment(start),
        format!("; its agenda is due {}.", from_now(due, scene.now)),
    ];
    said(&line, buttons.block())
}

/// No agenda in time: who owes it is told, the PM may decline (C6).
pub(super) fn agenda_missed(
    told: Told<'_>,
    requester: &UserId,
    pm: Option<&UserId>,
    because: Option<&Downtime>,
) -> Message {
    let scene = told.scene;
    let before = match &told.engagement.body {
        Body::Call(call) => span(call.rules.agenda_before_seconds),
        Body::Question(_) | Body::PmAsk(_) | Body::Inquiry(_) => span(scene.rules.call.agenda_before.0),
    };
    let missing = match (because, &told.engagement.body) {
        (Some(_), Body::Call(call)) => {
            format!("no agenda, and the call is {}", from_now(call.start, scene.now))
        }
        (Some(_) | None, _) => format!("No agenda, {before} before"),
    };
    let pm = pm.map_or_else(|| "The PM".to_owned(), |pm| scene.name(pm));
    let opening = match told.to {
        Address::Direct { .. } | Address::Asked { .. } => Line::default(),
        Address::Card { .. }
        | Address::OldCard { .. }
        | Address::CardThread { .. }
        | Address::Thread { .. }
        | Address::Channel { .. }
        | Address::OnlyTo { .. }
        | Address::Answer { .. }
        | Address::Admins => scene.mention(requester).then(": "),
    };
    let buttons = Buttons::of(told.engagement.id).button("Add agenda", "agenda", opens(Form::Agenda));
    said(
        &line![opening, late(scene, because), format!("{missing}. {pm} may decline without it.")],
        buttons.block(),
    )
}
