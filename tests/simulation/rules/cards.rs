//! One card for each engagement, and it says what is stored. Each ask leads to one engagement.

use std::collections::BTreeMap;

use chrono::Duration;
use switchboard::domain::engagement::call::CallStatus;
use switchboard::domain::engagement::{Body, Engagement, State};
use switchboard::domain::ids::{EngagementId, UserId};

use super::Broken;
use crate::cast::marks_in;

/// The same text by the same person within this is the same ask.
const SAME_ASK: Duration = Duration::minutes(10);

/// Checks the card of an engagement that has a home: `standing` is the message at its card's place.
pub fn agrees(engagement: &Engagement, standing: Option<&str>) -> Vec<Broken> {
    let id = engagement.id;
    let Some(body) = standing else {
        return vec![Broken::new(
            "an engagement has its card",
            format!("{id} has none at {:?}", engagement.home),
        )];
    };
    let word = word_of(engagement);
    let says =
        body.contains(&format!("*{id}*")) && body.lines().any(|line| line.contains(&format!("*{word}*")));
    if says {
        return Vec::new();
    }
    let how = format!("{id} is {:?} and its card does not say {word}:\n{body}", engagement.state);
    vec![Broken::new("a card says what is stored", how)]
}

/// The word of state that a card shows.
fn word_of(engagement: &Engagement) -> &'static str {
    if let Body::Inquiry(inquiry) = &engagement.body {
        let paused = inquiry.clock.as_ref().is_some_and(|clock| {
            clock.end.is_none() && clock.pauses.last().is_some_and(|pause| pause.to.is_none())
        });
        if paused && engagement.state.is_live() {
            return "Paused";
        }
    }
    if let Body::Call(call) = &engagement.body {
        return match call.status {
            CallStatus::Asked => "Open",
            CallStatus::Proposed { .. } => "Another time proposed",
            CallStatus::Confirmed { .. } => "Confirmed",
            CallStatus::ContextMissing { .. } => "Context missing",
            CallStatus::Declined { .. } => "Declined",
            CallStatus::Cancelled { .. } => "Cancelled",
            CallStatus::Held => "Held",
            CallStatus::Lapsed => "Lapsed",
        };
    }
    match engagement.state {
        State::Draft => "Draft",
        State::Open => "Open",
        State::Taken => "Taken",
        State::Answered => "Answered",
        State::Closed => "Closed",
        State::Withdrawn => "Withdrawn",
        State::Redirected => "Redirected",
        State::Declined => "Declined",
        State::Lapsed => "Lapsed",
        State::Deflected => "Not sent",
    }
}

/// Checks that an engagement's cards are one for each time that it came to a channel: `posted` is how often a card of it
/// was posted there, `came` how often it came.
pub fn one_card(id: EngagementId, place: &str, posted: usize, came: usize) -> Vec<Broken> {
    let how = || format!("{id} has {posted} cards in {place}, where it came {came} times");
    let too_many = (posted > came).then(|| Broken::new("one card for each engagement and home", how()));
    too_many.into_iter().collect()
}

/// Checks that no words of somebody were made into two engagements of the same kind: an inquiry or a redirect behind
/// another one may repeat them, and so may what a draft became, and a message that is taken up again later.
pub fn one_engagement_an_ask(engagements: &BTreeMap<EngagementId, Engagement>) -> Vec<Broken> {
    let mut first: BTreeMap<(usize, &str, &UserId), &Engagement> = BTreeMap::new();
    let mut broken = Vec::new();
    for engagement in engagements.values().filter(|engagement| engagement.parent.is_none()) {
        if matches!(engagement.state, State::Draft | State::Deflected | State::Lapsed | State::Withdrawn) {
            continue;
        }
        for mark in marks_in(&engagement.text) {
            let key = (mark, engagement.body.kind(), &engagement.requester);
            let Some(other) = first.insert(key, engagement) else { continue };
            let is_soon = engagement.asked_at - other.asked_at < SAME_ASK;
            if is_soon || engagement.origin.message.is_none() {
                let how = format!("zq{mark}q is {} and {}", other.id, engagement.id);
                broken.push(Broken::new("each ask is one engagement", how));
            }
        }
    }
    broken
}

/// Checks that what was acknowledged is stored.
pub fn acknowledged(ids: &[String], engagements: &BTreeMap<EngagementId, Engagement>) -> Vec<Broken> {
    let stored: Vec<String> = engagements.keys().map(ToString::to_string).collect();
    let lost = ids.iter().filter(|id| !stored.contains(id));
    lost.map(|id| Broken::new("what is acknowledged is stored", id.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn a_card_that_is_missing_or_says_something_else_is_seen() {
        let question = samples::question(State::Taken);
        let card = format!("*Runner* · question · *{}*\n◐ *Taken*: Ines has it", question.id);
        assert_eq!(agrees(&question, Some(&card)).len(), 0);
        assert_eq!(agrees(&question, Some(&card.replace("Taken", "Open"))).len(), 1);
        assert_eq!(agrees(&question, Some("somebody else's")).len(), 1);
        assert_eq!(agrees(&question, None).len(), 1);
    }

    #[test]
    fn two_cards_or_two_engagements_of_one_ask_are_seen() {
        let question = samples::question(State::Open);
        assert_eq!(one_card(question.id, "#sme-ci", 2, 1).len(), 1);
        assert_eq!(one_card(question.id, "#sme-ci", 2, 2).len(), 0);
        let other = Engagement { id: EngagementId(2), ..question.clone() };
        let both = BTreeMap::from([(question.id, question.clone()), (other.id, other.clone())]);
        assert_eq!(one_engagement_an_ask(&both).len(), 1);
        let behind = Engagement { parent: Some(question.id), ..other };
        let both = BTreeMap::from([(question.id, question.clone()), (behind.id, behind)]);
        assert_eq!(one_engagement_an_ask(&both).len(), 0);
        assert_eq!(acknowledged(&["K7Q".to_owned()], &both).len(), 1);
        assert_eq!(acknowledged(&[question.id.to_string()], &both).len(), 0);
    }
}
