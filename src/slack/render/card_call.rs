//! The card of a PM on a customer call (section C): when in both zones, topic, completeness and agenda.
//!
//! Goal, attendees, customer, answers and every link are behind *Show briefing*.

use super::Scene;
use super::blocks::{Buttons, acts, opens, shows};
use super::card::status;
use super::escape::{cut, fold};
use super::line::{Line, line};
use super::times::span;
use crate::domain::command::Action;
use crate::domain::engagement::call::{BriefingQuestion, CallStatus};
use crate::domain::engagement::{Call, Engagement, State};
use crate::domain::rules::NoticeMode;
use crate::slack::vocabulary::{Form, Show};

/// How much of a goal a card shows.
const GOAL_LIMIT: usize = 300;

/// When, the goal, and what is there already.
pub fn details(engagement: &Engagement, call: &Call, scene: &Scene<'_>) -> Vec<Line> {
    let mut when = line![
        Line::bold("When"),
        " ",
        scene.on_a_card(call.start, engagement),
        format!(", {} min", call.minutes)
    ];
    let exception = call.exception.as_ref().and_then(|exception| exception.approver());
    if call.second_day && engagement.state.is_live() {
        when = when.then(match call.rules.mode {
            // Elapsed hours mean little where a weekend lies between.
            NoticeMode::Weekdays => ". Short notice: on the second working day.".to_owned(),
            NoticeMode::Elapsed | NoticeMode::ThirdDay => {
                format!(". Short notice: {}, but on the second day.", span(call.notice_seconds))
            }
        });
    }
    if let Some(by) = exception.filter(|_| engagement.state.is_live()) {
        when = when.then(format!(". Exception: short notice, approved by {}.", scene.name(by)));
    }
    let mut details = vec![when];
    // The goal is part of the briefing, which everybody may see in private channels only ("Confidentiality").
    if super::card_inquiry::is_in_private(engagement, scene) {
        details.push(line![Line::bold("Goal"), " ", cut(&fold(&call.goal), GOAL_LIMIT)]);
    }
    details.push(line![completeness(call), ". ", agenda(engagement, call, scene)]);
    details
}

fn completeness(call: &Call) -> Line {
    match &call.briefing_link {
        Some(_) => line!["Briefing: a document"],
        None => line![format!("Briefing: {} of {}", call.briefing.len(), BriefingQuestion::ALL.len())],
    }
}

fn agenda(engagement: &Engagement, call: &Call, scene: &Scene<'_>) -> Line {
    let due = call.start - chrono::Duration::seconds(call.rules.agenda_before_seconds);
    match &call.agenda {
        Some(agenda) => line![format!("Agenda: there, from {}.", scene.name(&agenda.by))],
        None if !engagement.state.is_live() => line!["Agenda: none."],
        None if call.agenda_missed || due <= scene.now => {
            line!["Agenda: missing."]
        }
        None => line!["Agenda: due ", super::times::date(due), "."],
    }
}

/// The line of state. The PM asked is mentioned on the first post only.
pub fn state(engagement: &Engagement, call: &Call, scene: &Scene<'_>, notified: bool) -> Line {
    if engagement.state == State::Draft {
        return status(engagement, "not sent yet, it waits for the person who asked");
    }
    let sign = super::words::symbol(engagement.state);
    let says = |word: &'static str, meaning: Line| line![sign, " ", Line::bold(word), ": ", meaning];
    match &call.status {
        CallStatus::Asked => {
            let meaning = match &engagement.owner {
                Some(owner) => line![scene.person(owner, notified), " is asked"],
                None => line!["no PM is known here, so nobody is called"],
            };
            says("Open", meaning)
        }
        CallStatus::Proposed { start, by } => says(
            "Another time proposed",
            line![format!("{} would come ", scene.name(by)), scene.on_a_card(*start, engagement)],
        ),
        CallStatus::Confirmed { by } => says("Confirmed", line![format!("{} comes", scene.name(by))]),
        CallStatus::ContextMissing { by, .. } => {
            says("Context missing", line![format!("{} needs more before they can say", scene.name(by))])
        }
        CallStatus::Declined { by, .. } => says("Declined", line![format!("by {}", scene.name(by))]),
        CallStatus::Cancelled { by, .. } => says("Cancelled", line![format!("by {}", scene.name(by))]),
        CallStatus::Held => says("Held", line!["the call has taken place"]),
        CallStatus::Lapsed => says("Lapsed", line!["its start passed without a PM's word"]),
    }
}

/// What can be done now.
pub fn actions(engagement: &Engagement, call: &Call, buttons: Buttons) -> Buttons {
    if !matches!(engagement.state, State::Open | State::Taken) {
        return buttons.button("Why here", "why", shows(Show::Why)).button(
            "Show briefing",
            "briefing",
            shows(Show::Briefing),
        );
    }
    let is_confirmed = matches!(call.status, CallStatus::Confirmed { .. });
    let is_proposed = matches!(call.status, CallStatus::Proposed { .. });
    let buttons =
        if is_confirmed { buttons } else { buttons.first("Confirm", "confirm", acts(Action::ConfirmCall)) };
    buttons
        .button_if(is_proposed, "Use that time", "accept_proposal", acts(Action::AcceptProposal))
        .button("Decline", "decline", opens(Form::DeclineCall))
        .button("Propose another time", "propose", opens(Form::ProposeTime))
        .button("Show briefing", "briefing", shows(Show::Briefing))
        .button_if(call.agenda.is_none(), "Add agenda", "agenda", opens(Form::Agenda))
        .more("Missing context", opens(Form::MissingContext))
        .more("Add detail", opens(Form::Detail))
        .more("Reschedule", opens(Form::Reschedule))
        .more("Cancel", opens(Form::CancelCall))
        .more("Why here", shows(Show::Why))
}
