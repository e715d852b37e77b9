//! What follows when the author of the message that an ask was made from edits or deletes it: the card and the row follow.
//!
//! Only words that were posted as they stood change: what was typed into a form, taken up with other words or shown to its
//! author before it was posted stays what they agreed to. An edit starts no clock, asks nobody and mentions nobody (B2).

use super::ask::LONGEST_TEXT;
use super::{Case, call};
use crate::domain::command::{Act, Action, Edited};
use crate::domain::decision::{Actor, Decision, Event, Write};
use crate::domain::engagement::{Body, Engagement, State};
use crate::domain::ids::{ChannelId, Ts};
use crate::domain::reason::{Because, Fact, Rule};

/// The message that asked was deleted: what was made from it is taken back, and lets go of its words.
pub fn deleted(case: &Case<'_>, channel: &ChannelId, ts: &Ts) -> Decision {
    let asked = case.engagement;
    if asked.origin.channel != *channel || asked.origin.message.as_ref() != Some(ts) {
        return Decision::default();
    }
    if asked.state.is_live() && matches!(asked.body, Body::Call(_)) {
        return call_gone(case);
    }
    let mut asked = asked.clone();
    let mut decision = Decision::default();
    // Its author took the words back: the card and the row let go of them, too, whatever has become of it.
    let had_words = forget(&mut asked);
    if !asked.state.is_live() {
        if had_words {
            decision.card(&asked, false);
            decision.change(asked);
        }
        return decision;
    }
    asked.state = State::Withdrawn;
    asked.closed_at = Some(case.now);
    decision.stop_clocks(asked.id);
    let because = vec![Because { rule: Rule::B2, fact: Fact::MessageDeleted }];
    let event = Event::Ended { state: State::Withdrawn, why: None };
    decision.note(asked.id, case.now, Actor::Slack, event, because);
    decision.card(&asked, false);
    decision.change(asked);
    decision
}

/// A call has a PM who keeps its time free: it is cancelled as its requester would.
fn call_gone(case: &Case<'_>) -> Decision {
    let by = case.engagement.requester.clone();
    let mut decision = call::act(case, &Act { engagement: case.engagement.id, by, action: Action::Withdraw });
    for Write::Begin(written) | Write::Change(written) in &mut decision.writes {
        forget(written);
    }
    decision
}

fn forget(asked: &mut Engagement) -> bool {
    let had_words = !asked.text.is_empty() || !asked.links.is_empty();
    asked.text.clear();
    asked.links.clear();
    had_words
}

/// The message that asked was edited by its author: the card shows what it says now.
pub fn edited(case: &Case<'_>, edited: &Edited) -> Decision {
    let mut asked = case.engagement.clone();
    let mut decision = Decision::default();
    if !was_posted_as_it_stood(&asked, edited) {
        return decision;
    }
    asked.text = edited.after.trim().chars().take(LONGEST_TEXT).collect();
    asked.links.retain(|link| !edited.links_before.contains(link));
    for link in &edited.links_after {
        if !asked.links.contains(link) {
            asked.links.push(link.clone());
        }
    }
    let by = edited.by.clone().map_or(Actor::Slack, Actor::Person);
    decision.note(asked.id, case.now, by, Event::Edited, Vec::new());
    // An inquiry's card in the message's own thread leaves the words to the message.
    let is_below_it = matches!(asked.body, Body::Inquiry(_))
        && asked.home.as_ref().is_some_and(|home| home.thread.is_some() && home.channel == edited.channel);
    if !is_below_it {
        decision.card(&asked, false);
    }
    decision.change(asked);
    decision
}

/// Whether the ask's words are the message's, and nobody was promised to see them before they are posted elsewhere. Words
/// that were purged or taken back do not come again with an edit.
fn was_posted_as_it_stood(asked: &Engagement, edited: &Edited) -> bool {
    let origin = &asked.origin;
    let ts = Some(&edited.ts);
    let is_origin =
        origin.channel == edited.channel && (origin.message.as_ref() == ts || origin.thread.as_ref() == ts);
    let stays_there = asked.home.as_ref().is_some_and(|home| home.channel == origin.channel);
    is_origin
        && !asked.text.is_empty()
        && asked.text == edited.before.trim()
        && (!origin.is_private || stays_there)
}
