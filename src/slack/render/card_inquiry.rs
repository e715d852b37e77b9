//! The card of an SME's inquiry with a PM (section B): who owes the answer, until when, or why no clock runs.
//!
//! It lives in the internal channel. When the answer is due is the domain's arithmetic.

use chrono::{DateTime, Utc};

use super::Scene;
use super::blocks::{Buttons, acts, opens, shows};
use super::card::{Shown, ended, has_briefing, status};
use super::line::{Line, line};
use super::times::{date, from_now, span};
use crate::domain::command::Action;
use crate::domain::decide::inquiry::promised_at;
use crate::domain::engagement::inquiry::{ClockEnd, HowEnded, ReplyClock};
use crate::domain::engagement::{Engagement, Inquiry, State};
use crate::domain::reason::Fact;
use crate::domain::reply_clock::is_running;
use crate::domain::rules::ClockMode;
use crate::slack::vocabulary::{Form, Show};

/// The line of state. The owner is mentioned on the first post only.
pub fn state(engagement: &Engagement, inquiry: &Inquiry, scene: &Scene<'_>, shown: Shown) -> Line {
    match engagement.state {
        State::Draft => status(engagement, "not sent yet, it waits for the person who asked"),
        State::Open | State::Taken => waiting(engagement, inquiry, scene, shown),
        State::Answered => answered(engagement, inquiry, scene),
        State::Closed
        | State::Withdrawn
        | State::Redirected
        | State::Declined
        | State::Lapsed
        | State::Deflected => {
            match inquiry.clock.as_ref().and_then(|clock| clock.end.as_ref()).map(|end| &end.how) {
                Some(HowEnded::NotAQuestion) => ended(engagement, scene).then(" · it was no question"),
                Some(
                    HowEnded::Replied
                    | HowEnded::Elsewhere { .. }
                    | HowEnded::AskerSatisfied
                    | HowEnded::Withdrawn
                    | HowEnded::AskedAgain,
                )
                | None => ended(engagement, scene),
            }
        }
    }
}

fn waiting(engagement: &Engagement, inquiry: &Inquiry, scene: &Scene<'_>, shown: Shown) -> Line {
    let owner = engagement.owner.as_ref().map(|owner| scene.person(owner, shown == Shown::FirstPost));
    let Some(clock) = &inquiry.clock else { return without_clock(engagement, owner) };
    if let Some(pause) = clock.pauses.last().filter(|pause| pause.to.is_none()) {
        let waits =
            format!(": {} waits on {}, since ", scene.name(&pause.by), scene.name(&engagement.requester));
        return line!["‖ ", Line::bold("Paused"), waits, date(pause.from)];
    }
    let mut line = match shown {
        Shown::FirstPost | Shown::Update => status(engagement, asks(engagement, owner, clock, scene)),
        Shown::Elsewhere => status(engagement, owes(engagement, owner, clock, scene)),
    };
    if !inquiry.seen_by.is_empty() {
        let seen: Vec<String> = inquiry.seen_by.iter().map(|user| scene.name(user)).collect();
        line = line.then(format!(" · seen by {}", super::words::listed(&seen, "and")));
    }
    if clock.blind_since.is_some() {
        line = line.then(" · I cannot read this thread just now, so nothing is raised");
    }
    line
}

/// On the card, to the PM. It stands for hours, so it gives the promised time and not what is left of it.
fn asks(engagement: &Engagement, owner: Option<Line>, clock: &ReplyClock, scene: &Scene<'_>) -> Line {
    let asks = match owner {
        Some(owner) => line![owner, ", please reply here"],
        None => line!["please reply here"],
    };
    let within = within(clock);
    match due(engagement, clock, scene) {
        Some(due) if due > scene.now => line![asks, " by ", date(due), format!(" ({within})")],
        Some(due) => line![asks, "; it was due ", date(due)],
        None => line![asks, format!(" within {within}")],
    }
}

/// In lists and answers, to anybody.
fn owes(engagement: &Engagement, owner: Option<Line>, clock: &ReplyClock, scene: &Scene<'_>) -> Line {
    let with = owner.map_or_else(|| line!["with the PMs"], |owner| line!["with ", owner]);
    match due(engagement, clock, scene) {
        Some(due) if due > scene.now => {
            line![with, ", due ", date(due), format!(" ({})", from_now(due, scene.now))]
        }
        Some(due) => line![with, ", was due ", date(due)],
        None => line![with, format!(", due within {}", within(clock))],
    }
}

/// What was promised, in the time that counts (B4).
fn within(clock: &ReplyClock) -> String {
    let promised = span(clock.rules.within.0);
    match clock.rules.clock {
        ClockMode::Elapsed => promised,
        ClockMode::Working => format!("{promised} of working time"),
    }
}

/// No PM, or no internal channel: no clock runs, and the card says so (B3).
fn without_clock(engagement: &Engagement, owner: Option<Line>) -> Line {
    let has_no_channel =
        engagement.because.iter().any(|because| matches!(because.fact, Fact::NoInternalChannel { .. }));
    match owner {
        Some(owner) if has_no_channel => {
            // The reason above says why.
            status(engagement, line!["with ", owner, "; no clock runs"])
        }
        Some(owner) => status(engagement, line!["with ", owner, "; no clock runs"]),
        None if engagement
            .because
            .iter()
            .any(|because| matches!(because.fact, Fact::NobodyCovers { .. })) =>
        {
            status(engagement, "nobody is there to answer, so no clock runs")
        }
        None => status(engagement, "no PM is known here, so no clock runs"),
    }
}

fn answered(engagement: &Engagement, inquiry: &Inquiry, scene: &Scene<'_>) -> Line {
    let clock = inquiry.clock.as_ref();
    let Some((clock, end)) = clock.and_then(|clock| Some((clock, clock.end.as_ref()?))) else {
        return super::card_question::answered(engagement, scene);
    };
    let ClockEnd { how, by, at, late, .. } = end;
    let who = by.as_ref().map_or_else(|| "somebody".to_owned(), |by| scene.name(by));
    let how = match how {
        HowEnded::Replied => line![format!("by {who}")],
        HowEnded::Elsewhere { link } if is_in_private(engagement, scene) => {
            line![format!("by {who}, "), Line::link(link, "elsewhere")]
        }
        HowEnded::Elsewhere { .. } => line![format!("by {who}, elsewhere")],
        HowEnded::AskerSatisfied => line![format!("{who} has what they need")],
        HowEnded::NotAQuestion => line!["it was no question"],
        HowEnded::Withdrawn => line!["the question was taken back"],
        HowEnded::AskedAgain => line!["asked again"],
    };
    let late = if *late { ", after the promised time" } else { "" };
    status(engagement, line![how, ", ", date(*at), format!(" ({}{late})", took(clock, end))])
}

/// How long it took: in the time that counts, and in all where that is another (B4).
fn took(clock: &ReplyClock, end: &ClockEnd) -> String {
    let (worked, all) = (span(end.working_seconds), span(end.elapsed_seconds));
    match clock.rules.clock {
        ClockMode::Elapsed => all,
        ClockMode::Working if worked == all => format!("{worked} of working time"),
        ClockMode::Working => format!("{worked} of working time, {all} in all"),
    }
}

/// Links given with an answer are shown in private channels only ("Confidentiality").
pub fn is_in_private(engagement: &Engagement, scene: &Scene<'_>) -> bool {
    engagement.home.as_ref().is_some_and(|home| scene.org.is_private(&home.channel))
}

/// When the answer is promised, as the domain counts; `None` while a pause lasts.
pub fn due(engagement: &Engagement, clock: &ReplyClock, scene: &Scene<'_>) -> Option<DateTime<Utc>> {
    promised_at(scene.org, engagement, clock)
}

/// What can be done now.
pub fn actions(engagement: &Engagement, inquiry: &Inquiry, buttons: Buttons) -> Buttons {
    match engagement.state {
        State::Open | State::Taken => buttons
            .first("Seen", "seen", acts(Action::Seen))
            .button("Not mine", "not_mine", opens(Form::NotMine))
            .button("Answered", "answered", acts(Action::Answered))
            .more_if(
                inquiry.clock.as_ref().is_some_and(is_running),
                "Waiting on the SME",
                opens(Form::WaitOnSme),
            )
            .more("Answered elsewhere", opens(Form::AnsweredElsewhere))
            .more("Not a question", acts(Action::NotAQuestion))
            .more_if(has_briefing(engagement), "Show briefing", shows(Show::Briefing))
            .more("Why here", shows(Show::Why)),
        State::Answered => buttons
            .button("Ask again", "ask_again", acts(Action::AskAgain { text: None }))
            .more_if(has_briefing(engagement), "Show briefing", shows(Show::Briefing))
            .more("Why here", shows(Show::Why)),
        State::Draft
        | State::Closed
        | State::Withdrawn
        | State::Redirected
        | State::Declined
        | State::Lapsed
        | State::Deflected => buttons.button("Why here", "why", shows(Show::Why)),
    }
}
