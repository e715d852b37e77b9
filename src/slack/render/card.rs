//! The anatomy of a card: header, the person's own words, who and when, one line of reason, one line of state, actions.
//!
//! It never grows: history is behind *Why here*. What is confidential is behind *Show briefing*, everywhere.

use serde_json::Value;

use super::because::card_reason;
use super::blocks::{Buttons, context, message, quote, section};
use super::escape::{cut, fold, units};
use super::line::{Line, line};
use super::times::date;
use super::{Scene, card_call, card_inquiry, card_pm_ask, card_question, words};
use crate::domain::engagement::{Body, Engagement};
use crate::domain::ids::UserId;
use crate::slack::outgoing::Message;

/// How much of the text the header repeats as its subject.
const SUBJECT_LIMIT: usize = 60;
/// Up to here the quote is read at a glance, and the header would only repeat it.
const SHORT_TEXT_LIMIT: usize = 140;

/// Where a line of state is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// On a card's first post, which mentions whoever has to know.
    FirstPost,
    /// On a card that is updated in place, which mentions nobody.
    Update,
    /// Away from the card: in a list or an answer.
    Elsewhere,
}

/// The card of whatever kind. `notified`: whether it is the first post, which mentions whoever has to know.
pub fn card(engagement: &Engagement, scene: &Scene<'_>, notified: bool) -> Message {
    let state = state_of(engagement, scene, if notified { Shown::FirstPost } else { Shown::Update });
    let details = details(engagement, scene);
    let actions = actions(engagement);
    let header = header(engagement, scene);
    let mut fallback = vec![header.clone()];
    let mut blocks = vec![section(&header)];
    if repeats_words(engagement) {
        fallback.push(Line::from(cut(&fold(&engagement.text), super::blocks::QUOTE_LIMIT)));
        blocks.extend(quote(&engagement.text));
    }
    for detail in details {
        blocks.push(section(&detail));
        fallback.push(detail);
    }
    blocks.push(context(&who_and_when(engagement, scene)));
    blocks.extend(card_reason(engagement, scene, "Here").map(|reason| context(&reason)));
    blocks.push(section(&state));
    fallback.push(who_and_when(engagement, scene));
    fallback.push(state);
    blocks.extend(actions);
    message(&fallback, blocks)
}

/// One line of state: a sign, a word, and what it means now.
pub fn state_line(engagement: &Engagement, scene: &Scene<'_>) -> Line {
    state_of(engagement, scene, Shown::Elsewhere)
}

fn state_of(engagement: &Engagement, scene: &Scene<'_>, shown: Shown) -> Line {
    let notified = shown == Shown::FirstPost;
    match &engagement.body {
        Body::Question(question) => card_question::state(engagement, question, scene, notified),
        Body::PmAsk(ask) => card_pm_ask::state(engagement, ask, scene, notified),
        Body::Inquiry(inquiry) => card_inquiry::state(engagement, inquiry, scene, shown),
        Body::Call(call) => card_call::state(engagement, call, scene, notified),
    }
}

fn details(engagement: &Engagement, scene: &Scene<'_>) -> Vec<Line> {
    match &engagement.body {
        Body::Question(_) | Body::Inquiry(_) => Vec::new(),
        Body::PmAsk(ask) => card_pm_ask::details(engagement, ask, scene),
        Body::Call(call) => card_call::details(engagement, call, scene),
    }
}

/// What can be done in its state.
pub fn actions(engagement: &Engagement) -> Option<Value> {
    let buttons = Buttons::of(engagement.id);
    match &engagement.body {
        Body::Question(question) => card_question::actions(engagement, question, buttons),
        Body::PmAsk(_) => card_pm_ask::actions(engagement, buttons),
        Body::Inquiry(inquiry) => card_inquiry::actions(engagement, inquiry, buttons),
        Body::Call(call) => card_call::actions(engagement, call, buttons),
    }
    .block()
}

/// The line that is searched for: the place, what it is, the id.
pub fn header(engagement: &Engagement, scene: &Scene<'_>) -> Line {
    let subject = match &engagement.body {
        Body::Call(_) => "PM on a customer call".to_owned(),
        Body::Inquiry(_) => "a PM's answer".to_owned(),
        Body::Question(_) | Body::PmAsk(_) if has_long_text(engagement) => {
            cut(&fold(&engagement.text), SUBJECT_LIMIT)
        }
        Body::Question(_) | Body::PmAsk(_) => engagement.reason.map_or("question", words::reason).to_owned(),
    };
    line![Line::bold(scene.place_of(engagement)), " · ", subject, " · ", Line::id(engagement.id)]
}

/// A long text lends its first words to the header; a short one stands whole in the quote, so the header says its kind.
fn has_long_text(engagement: &Engagement) -> bool {
    units(&fold(&engagement.text)) > SHORT_TEXT_LIMIT
}

/// A card in the asker's own thread stands right under the question and does not say it again.
fn repeats_words(engagement: &Engagement) -> bool {
    let is_under_the_words = engagement.home.as_ref().is_some_and(|home| {
        home.thread.is_some()
            && home.channel == engagement.origin.channel
            && matches!(engagement.body, Body::Inquiry(_))
    });
    !is_under_the_words && !engagement.text.trim().is_empty()
}

/// Who asked, what for, and when.
fn who_and_when(engagement: &Engagement, scene: &Scene<'_>) -> Line {
    let mut line = Line::from(scene.name(&engagement.requester));
    if scene.org.person(&engagement.requester).is_some_and(|person| person.is_gone) {
        line = line.then(" (has left)");
    }
    if let Some(role) = role_of(&engagement.requester, engagement, scene) {
        line = line.then(" · ").then(role);
    }
    match (&engagement.body, engagement.reason) {
        (Body::Inquiry(_), _) => {
            if let Some(parent) = engagement.parent {
                line = line.then(" · for ").then(scene.linked_id(parent));
            }
        }
        (Body::Question(_) | Body::PmAsk(_), Some(reason)) if has_long_text(engagement) => {
            line = line.then(" · ").then(words::reason(reason));
        }
        (Body::Question(_) | Body::PmAsk(_) | Body::Call(_), _) => {}
    }
    line.then(" · asked ").then(date(engagement.asked_at))
}

fn role_of(user: &UserId, engagement: &Engagement, scene: &Scene<'_>) -> Option<&'static str> {
    if engagement.area.as_ref().is_some_and(|area| scene.org.is_sme(user, area)) {
        Some("SME")
    } else if scene.org.is_pm(user) {
        Some("PM")
    } else {
        None
    }
}

/// Whether there is anything behind *Show briefing*.
pub fn has_briefing(engagement: &Engagement) -> bool {
    engagement.customer.is_some()
        || !engagement.links.is_empty()
        || !engagement.details.is_empty()
        || units(engagement.text.trim()) > super::blocks::QUOTE_LIMIT
        || matches!(engagement.body, Body::Call(_))
}

/// The states that every kind ends in, in one line each.
pub fn ended(engagement: &Engagement, scene: &Scene<'_>) -> Line {
    let state = engagement.state;
    let mut line = line![words::symbol(state), " ", Line::bold(words::state(state))];
    if let Some(at) = engagement.closed_at {
        line = line.then(" ").then(date(at));
    }
    if let (true, Some(by)) = (state == crate::domain::engagement::State::Closed, &engagement.answered_by) {
        line = line.then(format!(" · answered by {}", scene.name(by)));
    }
    line
}

/// The sign and word of a state, and what it means now.
pub fn status(engagement: &Engagement, meaning: impl Into<Line>) -> Line {
    let state = engagement.state;
    line![words::symbol(state), " ", Line::bold(words::state(state)), ": ", meaning.into()]
}
