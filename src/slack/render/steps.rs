//! The requester's steps: taken, answered, moved. Each once, mentioning only them, and never with text of an internal
//! channel ("Confidentiality").

use super::blocks::{Buttons, acts, opens, said};
use super::line::{Line, line};
use super::notices::Told;
use crate::domain::command::Action;
use crate::domain::ids::UserId;
use crate::domain::org::PlaceId;
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::Form;

fn opening(told: Told<'_>) -> (Line, Line) {
    (told.scene.to_requester(told.engagement, told.to), Line::id(told.engagement.id))
}

/// Somebody took it.
pub(super) fn taken(told: Told<'_>, by: &UserId) -> Message {
    let (opening, id) = opening(told);
    said(&line![opening, told.scene.name(by), " took ", id, "."], None)
}

/// It is answered; does that solve it?
pub(super) fn answered(told: Told<'_>, by: &UserId) -> Message {
    let (opening, id) = opening(told);
    let buttons = Buttons::of(told.engagement.id)
        .button("That solves it", "solved", acts(Action::Solved))
        .button("Not solved", "not_solved", opens(Form::NotSolved));
    let open = told.scene.open_link(told.engagement, ": ");
    said(&line![opening, told.scene.name(by), " answered ", id, open, "."], buttons.block())
}

/// It moved to another area.
pub(super) fn moved(told: Told<'_>, to: &PlaceId, by: &UserId) -> Message {
    let (opening, id) = opening(told);
    let scene = told.scene;
    let home = told
        .engagement
        .home
        .as_ref()
        .map_or_else(Line::default, |home| line![", in ", scene.channel(&home.channel)]);
    said(&line![opening, scene.name(by), " moved ", id, " to ", scene.place(to), home, "."], None)
}

/// The PM answered the SME, who will relay it (B6).
pub(super) fn pm_answered(told: Told<'_>, sme: &UserId) -> Message {
    let (opening, id) = opening(told);
    let who = told.scene.name(sme);
    said(&line![opening, "A PM answered what ", id, format!(" needed; {who} will tell you.")], None)
}
