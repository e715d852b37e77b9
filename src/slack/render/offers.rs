//! The offer to whoever mentioned a PM: only they see it, it says why SMEs are the faster way, and leaves them the choice.

use super::Scene;
use super::blocks::{answers, said};
use super::line::line;
use super::times::span;
use crate::domain::pings::{Offer, OfferAnswer};
use crate::slack::outgoing::Message;

/// A day, in seconds.
const DAY: i64 = 86_400;

/// SMEs are offered with their message (A6).
pub(super) fn smes_offered(offer: &Offer, scene: &Scene<'_>) -> Message {
    let channel = scene.org.area(&offer.area).and_then(|area| area.channel.as_ref());
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
    let buttons = [
        ("Ask SMEs", OfferAnswer::AskSmes),
        ("It is about direction", OfferAnswer::AboutDirection),
        ("No", OfferAnswer::No),
    ];
    said(&line, Some(answers(offer, &buttons)))
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
