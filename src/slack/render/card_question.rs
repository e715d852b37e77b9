//! The card of a question to SMEs (A8, A9): its state in one line, and what can be done in that state.

use super::Scene;
use super::blocks::{Buttons, acts, opens, shows};
use super::card::{ended, has_briefing, status};
use super::line::{Line, line};
use super::times::date;
use crate::domain::command::Action;
use crate::domain::engagement::{Engagement, Question, State};
use crate::slack::vocabulary::{Form, Show};

/// The line of state. The area's handle is mentioned once, in the SME channel only.
pub fn state(engagement: &Engagement, question: &Question, scene: &Scene<'_>, notified: bool) -> Line {
    match engagement.state {
        State::Draft => status(engagement, "not sent yet, it waits for the person who asked"),
        State::Open => open(engagement, question, scene, notified),
        State::Taken => {
            let taker =
                engagement.owner.as_ref().map_or_else(|| "somebody".to_owned(), |user| scene.name(user));
            let mut line = status(engagement, format!("{taker} has it"));
            if let Some(at) = engagement.taken_at {
                line = line.then(", since ").then(date(at));
            }
            with_inquiry(line, question, scene)
        }
        State::Answered => answered(engagement, scene),
        State::Closed | State::Withdrawn | State::Declined | State::Lapsed | State::Deflected => {
            ended(engagement, scene)
        }
        State::Redirected => status(engagement, "another question goes on with it"),
    }
}

fn open(engagement: &Engagement, question: &Question, scene: &Scene<'_>, notified: bool) -> Line {
    let meaning = if question.with_lead {
        "moved twice, so the area lead places it"
    } else if question.no_sme_area {
        "no SMEs are known here, so nobody is called"
    } else {
        "nobody has taken it yet"
    };
    let line = with_inquiry(status(engagement, meaning), question, scene);
    let handle = scene.area_of(engagement).filter(|area| {
        notified && engagement.home.as_ref().is_some_and(|home| area.channel.as_ref() == Some(&home.channel))
    });
    match handle.and_then(|area| area.handle.as_ref().map(|group| (group, area))) {
        Some((group, area)) => line![line, " · ", Line::handle(group, format!("for SMEs of {}", area.name))],
        None => line,
    }
}

/// An SME asked the PM: said without the inquiry's text, which stays in the internal channel.
fn with_inquiry(line: Line, question: &Question, scene: &Scene<'_>) -> Line {
    let Some(inquiry) = question.inquiry.and_then(|id| scene.find(id)) else { return line };
    match inquiry.state {
        State::Open | State::Taken => line.then(" · the PM is asked"),
        State::Answered | State::Closed => line.then(" · the PM has answered the SME"),
        State::Draft
        | State::Withdrawn
        | State::Redirected
        | State::Declined
        | State::Lapsed
        | State::Deflected => line,
    }
}

/// Answered, by whom and when; shared with the PM's cards.
pub fn answered(engagement: &Engagement, scene: &Scene<'_>) -> Line {
    let who = engagement
        .answered_by
        .as_ref()
        .map_or_else(|| "answered".to_owned(), |by| format!("by {}", scene.name(by)));
    let line = status(engagement, who);
    match engagement.answered_at {
        Some(at) => line.then(", ").then(date(at)),
        None => line,
    }
}

/// What can be done now.
pub fn actions(engagement: &Engagement, question: &Question, buttons: Buttons) -> Buttons {
    let may_ask_pm = question.inquiry.is_none() && engagement.area.is_some();
    let buttons = match engagement.state {
        State::Open => buttons
            .first("Take it", "take", acts(Action::Take))
            .button_if(may_ask_pm, "Ask the PM", "ask_pm", opens(Form::AskPm))
            .button("Answered", "answered", acts(Action::Answered)),
        State::Taken => buttons
            .first("Answered", "answered", acts(Action::Answered))
            .button_if(may_ask_pm, "Ask the PM", "ask_pm", opens(Form::AskPm))
            .button("Hand back", "hand_back", acts(Action::HandBack)),
        State::Answered => {
            return buttons
                .button("Not solved", "not_solved", opens(Form::NotSolved))
                .more_if(has_briefing(engagement), "Show briefing", shows(Show::Briefing))
                .more("Why here", shows(Show::Why));
        }
        State::Draft
        | State::Closed
        | State::Withdrawn
        | State::Redirected
        | State::Declined
        | State::Lapsed
        | State::Deflected => return buttons.button("Why here", "why", shows(Show::Why)),
    };
    buttons
        .more("Wrong area", opens(Form::Move))
        .more("Add detail", opens(Form::Detail))
        .more_if(has_briefing(engagement), "Show briefing", shows(Show::Briefing))
        .more("Why here", shows(Show::Why))
        .more("Withdraw", acts(Action::Withdraw))
}
