//! The offer to whoever mentioned a PM: only they see it, it says why SMEs are the faster way, and leaves them the choice.

use super::Scene;
use super::blocks::{answers, said};
use super::line::line;
use super::times::span;
use crate::domain::pings::{Offer, OfferAnswer};
use crate::slack::outgoing::Message;

/// A day, in seconds.
const DAY: i64 = 86_400;

/// What can be said to it.
const ANSWERS: [(&str, OfferAnswer); 3] = [
    ("Ask SMEs", OfferAnswer::AskSmes),
    ("It is about direction", OfferAnswer::AboutDirection),
    ("No", OfferAnswer::No),
];

/// SMEs are offered with their message (A6), or with the command that Slack took for one.
pub(super) fn smes_offered(offer: &Offer, scene: &Scene<'_>) -> Message {
    let Some(area) = &offer.area else {
        let line = line![
            "Slack takes no commands in a thread, so that was only a message. Shall I ask SMEs with it?"
        ];
        return said(&line, Some(answers(offer, &ANSWERS)));
    };
    let channel = scene.org.area(area).and_then(|area| area.channel.as_ref());
    let there = channel.map_or_else(|| line!["its channel"], |channel| scene.channel(channel));
    let within = match scene.rules.sme.take_within.0 {
        DAY => "a day".to_owned(),
        seconds => span(seconds),
    };
    let line = line![
        "PMs here ask that technical questions go to SMEs first; ",
        there,
        format!(" answers within {within}. Shall I ask there with your message?")
    ];
    said(&line, Some(answers(offer, &ANSWERS)))
}

/// What follows from their answer.
pub(super) fn answered(taken: bool) -> Message {
    let line = if taken {
        line!["I am reading your message; then I say where it goes."]
    } else {
        line!["Fine, nothing was sent."]
    };
    said(&line, None)
}
