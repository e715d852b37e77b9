//! The card of a PM's ask (A12): it has an owner and no promised time, save where advice is due (D3).

use super::Scene;
use super::blocks::{Buttons, acts, opens, shows};
use super::card::{ended, has_briefing, status};
use super::card_question::answered;
use super::line::{Line, line};
use super::times::date;
use crate::domain::command::Action;
use crate::domain::engagement::{Engagement, NoticeException, PmAsk, State, Triage};
use crate::slack::vocabulary::{Form, Show};

/// The line of state. The owner is mentioned on the first post only.
pub fn state(engagement: &Engagement, ask: &PmAsk, scene: &Scene<'_>, notified: bool) -> Line {
    match engagement.state {
        State::Draft => status(engagement, "not sent yet, it waits for the person who asked"),
        State::Open | State::Taken => {
            let owner = match &engagement.owner {
                Some(owner) => line!["with ", scene.person(owner, notified)],
                None => line!["no PM is known here, so nobody is called"],
            };
            let line = status(engagement, owner);
            match &ask.seen_by {
                Some(by) if engagement.owner.as_ref() == Some(by) => line.then(", who has seen it"),
                Some(by) => line.then(format!(", seen by {}", scene.name(by))),
                None => line,
            }
        }
        State::Answered => answered(engagement, scene),
        State::Redirected => {
            let target = ask.redirected_to;
            let line = status(engagement, "SMEs go on with it");
            match target {
                Some(id) => line.then(" as ").then(scene.linked_id(id)),
                None => line,
            }
        }
        State::Closed | State::Withdrawn | State::Declined | State::Lapsed | State::Deflected => {
            ended(engagement, scene)
        }
    }
}

/// When it is needed or due, and whether an SME looked at it.
pub fn details(engagement: &Engagement, ask: &PmAsk, scene: &Scene<'_>) -> Vec<Line> {
    let mut parts = Vec::new();
    if let Some(at) = ask.due_at {
        parts.push(line!["Due ", date(at), "."]);
    }
    if let Some(at) = ask.needed_by {
        parts.push(line!["Answer needed by ", date(at), "."]);
    }
    let approver = engagement.exception().and_then(NoticeException::approver);
    if let Some(by) = approver.filter(|_| engagement.state.is_live()) {
        parts.push(line![format!("Exception: short notice, approved by {}.", scene.name(by))]);
    }
    match &ask.triage {
        Some(Triage::Answered { engagement }) => {
            parts.push(line!["An SME answered ", Line::id(*engagement), " first."]);
        }
        Some(Triage::Thread { .. }) => parts.push(line!["An SME looked at it first."]),
        Some(Triage::Ticked) => parts.push(line!["The asker, an SME, looked at it first."]),
        None => {}
    }
    let joined = parts.into_iter().reduce(|before, part| line![before, " ", part]);
    joined.into_iter().collect()
}

/// What can be done now.
pub fn actions(engagement: &Engagement, buttons: Buttons) -> Buttons {
    match engagement.state {
        State::Open | State::Taken => buttons
            .first("Answered", "answered", acts(Action::Answered))
            .button("Seen", "seen", acts(Action::Seen))
            .button("Not mine", "not_mine", opens(Form::NotMine))
            .button("Redirect to SMEs", "redirect", acts(Action::RedirectToSmes))
            .more("Add detail", opens(Form::Detail))
            .more_if(has_briefing(engagement), "Show briefing", shows(Show::Briefing))
            .more("Why here", shows(Show::Why))
            .more("Withdraw", acts(Action::Withdraw)),
        State::Answered => buttons
            .button("Not solved", "not_solved", opens(Form::NotSolved))
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
