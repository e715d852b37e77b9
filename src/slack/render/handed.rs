//! What is said when somebody cannot go on with what they had: to whoever has it next, in its thread, and to whoever asked.

use super::blocks::said;
use super::card_inquiry;
use super::line::{Line, line};
use super::notices::Told;
use super::times::{date, from_now};
use super::words;
use crate::domain::engagement::Body;
use crate::domain::ids::UserId;
use crate::domain::reason::Gone;
use crate::slack::outgoing::Message;

/// Whoever asked has left: to whoever has it, with the way to end it.
pub(super) fn asker_left(told: Told<'_>, owner: Option<&UserId>) -> Message {
    let scene = told.scene;
    let opening = owner.map_or_else(Line::default, |owner| scene.mention(owner).then(": "));
    let ends = match &told.engagement.body {
        Body::Question(_) | Body::PmAsk(_) => {
            line!["An answer still helps whoever reads along; ", Line::bold("Answered"), " ends it."]
        }
        Body::Inquiry(_) => line![
            "An answer here still helps the other SMEs; ",
            Line::bold("Not a question"),
            " ends it without one."
        ],
        Body::Call(_) => line!["Unless somebody else hosts the call, please cancel it."],
    };
    let who = format!("{}, who asked for ", scene.name(&told.engagement.requester));
    said(&line![opening, who, Line::id(told.engagement.id), ", has left. ", ends], None)
}

/// The next one has it, or the leads find somebody for a question that is open again.
pub(super) fn in_thread(
    told: Told<'_>,
    from: &UserId,
    to: Option<&UserId>,
    (why, leads): (Gone, &[UserId]),
) -> Message {
    let scene = told.scene;
    let id = Line::id(told.engagement.id);
    let gone = words::gone(&scene.name(from), why);
    let Some(to) = to else {
        let mut whom = Line::default();
        for (index, lead) in leads.iter().enumerate() {
            let end = if index + 1 == leads.len() { ": " } else { ", " };
            whom = whom.then(scene.mention(lead)).then(end);
        }
        let ask = if leads.is_empty() {
            "Who could take it?"
        } else {
            "Could you take it, or find somebody who can?"
        };
        return said(&line![whom, gone, ", so ", id, " is open again. ", ask], None);
    };
    let line = match &told.engagement.body {
        Body::Call(_) => line![scene.mention(to), ": ", gone, ", so the call ", id, " is put to you."],
        Body::Question(_) | Body::PmAsk(_) | Body::Inquiry(_) => {
            line![scene.mention(to), ": ", gone, ", so ", id, " is yours now."]
        }
    };
    let due = match &told.engagement.body {
        Body::Inquiry(inquiry) => {
            let due = inquiry.clock.as_ref();
            let due = due.and_then(|clock| card_inquiry::due(told.engagement, clock, scene));
            due.filter(|due| *due > scene.now)
        }
        Body::Question(_) | Body::PmAsk(_) | Body::Call(_) => None,
    };
    match due {
        Some(due) => {
            said(&line![line, " It is due ", date(due), format!(", {}.", from_now(due, scene.now))], None)
        }
        None => said(&line, None),
    }
}

/// Whoever asked hears who has it now.
pub(super) fn to_requester(told: Told<'_>, from: &UserId, to: Option<&UserId>, why: Gone) -> Line {
    let scene = told.scene;
    let id = Line::id(told.engagement.id);
    let gone = words::gone(&scene.name(from), why);
    match to {
        Some(to) => line![gone, format!(", so {} is asked for ", scene.name(to)), id, " now."],
        None => line![gone, ", so ", id, " is open again for the other SMEs."],
    }
}
