//! What changed of a call or a PM's ask: told to its requester, or in its thread.

use super::blocks::{Buttons, acts, opens, said_with};
use super::exceptions;
use super::line::{Line, line};
use super::notices::Told;
use crate::domain::command::Action;
use crate::domain::engagement::{Body, State};
use crate::domain::notice::{Address, Change};
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::Form;

/// The change, after an opening that may mention somebody.
pub(super) fn change(told: Told<'_>, opening: &Line, change: &Change) -> Message {
    let scene = told.scene;
    let engagement = told.engagement;
    let id = Line::id(engagement.id);
    let buttons = Buttons::of(engagement.id);
    let none = None::<&str>;
    let (line, text, buttons) = match change {
        Change::Confirmed { by } => {
            (line![scene.name(by), " comes to the call ", id, start(told), "."], none, buttons)
        }
        Change::Declined { by, why } => {
            let line = line![scene.name(by), " declined ", id, ":"];
            (line, Some(why.as_str()), buttons)
        }
        Change::Proposed { by, start } => (
            line![
                scene.name(by),
                " would come to ",
                id,
                " at another time: ",
                scene.both_zones(*start, engagement),
                "."
            ],
            none,
            buttons
                .first("Use that time", "accept_proposal", acts(Action::AcceptProposal))
                .button("Another time", "reschedule", opens(Form::Reschedule))
                .button("Cancel the call", "cancel", opens(Form::CancelCall)),
        ),
        Change::ContextMissing { by, what } => (
            line![scene.name(by), " needs more context for ", id, ":"],
            Some(what.as_str()),
            buttons.first("Add detail", "detail", opens(Form::Detail)),
        ),
        Change::Rescheduled { by, from, to } => (
            line![
                scene.name(by),
                " moved the call ",
                id,
                " from ",
                super::times::appointment(*from),
                " to ",
                scene.both_zones(*to, engagement),
                "."
            ],
            none,
            buttons,
        ),
        Change::Accepted { by, start } => (
            line![
                scene.name(by),
                " takes your time for the call ",
                id,
                ": ",
                super::times::appointment(*start),
                "."
            ],
            none,
            buttons,
        ),
        Change::Cancelled { by, why } => {
            (line![scene.name(by), " cancelled the call ", id, ":"], Some(why.as_str()), buttons)
        }
        Change::AgendaAdded { by, link } => {
            (line![scene.name(by), " added the ", agenda(told, link), " of ", id, "."], none, buttons)
        }
        Change::Lapsed => (
            line![
                "The start of the call ",
                id,
                " passed without a PM's word. ",
                Line::code(crate::slack::vocabulary::COMMAND),
                " asks for a new time."
            ],
            none,
            buttons,
        ),
        Change::Redirected { by, to } => {
            let target = scene.find(*to);
            let place = target
                .and_then(|target| target.home.as_ref())
                .map_or_else(|| scene.sme_channel(engagement), |home| scene.channel(&home.channel));
            let open = target.map_or_else(Line::default, |target| scene.open_link(target, ", "));
            let line = line![
                scene.name(by),
                " handed ",
                id,
                " to SMEs, who are faster here: it is in ",
                place,
                " now as ",
                Line::id(*to),
                open,
                "."
            ];
            (line, none, buttons)
        }
        Change::Handed { by, to } => {
            (line![scene.name(by), " handed ", id, format!(" to {}.", scene.name(to))], none, buttons)
        }
        Change::HandedOver { from, to, why } => {
            (super::handed::to_requester(told, from, to.as_ref(), *why), none, buttons)
        }
        Change::NobodyCovers { who, until } => (super::absence::may_wait(told, who, *until), none, buttons),
        Change::TriageProved => {
            (line!["An SME looked at ", id, " first, so the PM is asked now."], none, buttons)
        }
        Change::TriageNotProved => {
            let channel = scene.sme_channel(engagement);
            let is_draft = engagement.state == State::Draft;
            let next = if is_draft {
                line!["Give me the thread where an SME answered, or I ask ", channel, "."]
            } else {
                line!["It is in ", channel, " now, where an SME looks at it first."]
            };
            let buttons = if is_draft {
                buttons.first("Ask SMEs", "ask_smes", acts(Action::AskSmes)).button(
                    "Drop it",
                    "discard",
                    acts(Action::Discard),
                )
            } else {
                buttons
            };
            (line!["I found no SME's answer in the thread you gave for ", id, ". ", next], none, buttons)
        }
        Change::Rehomed { to } => (
            line!["I could not post ", id, " where it belongs; it is in ", scene.channel(to), " now."],
            none,
            buttons,
        ),
        Change::Closed { by, why } => {
            (line![scene.name(by), " closed ", id, ":"], Some(why.as_str()), buttons)
        }
        Change::ExceptionApproved { by } => {
            let (line, buttons) = exceptions::approved(told, by, buttons);
            (line, none, buttons)
        }
        Change::ExceptionDeclined { by, why } => {
            let (line, buttons) = exceptions::not_approved(told, Some(by), buttons);
            (line, Some(why.as_str()), buttons)
        }
        Change::ExceptionUnreachable => {
            let (line, buttons) = exceptions::not_approved(told, None, buttons);
            (line, none, buttons)
        }
        Change::ExceptionLapsed => (exceptions::lapsed(engagement, scene), none, buttons),
    };
    said_with(&line![opening.clone(), line], text.filter(|text| !text.trim().is_empty()), buttons.block())
}

/// Links are shown in direct messages only; the card has them behind *Show briefing*.
fn agenda(told: Told<'_>, link: &str) -> Line {
    match told.to {
        Address::Direct { .. } | Address::Asked { .. } => Line::link(link, "agenda"),
        Address::Card { .. }
        | Address::OldCard { .. }
        | Address::CardThread { .. }
        | Address::Thread { .. }
        | Address::Channel { .. }
        | Address::OnlyTo { .. }
        | Address::Answer { .. }
        | Address::Admins => Line::from("agenda"),
    }
}

fn start(told: Told<'_>) -> Line {
    match &told.engagement.body {
        Body::Call(call) => {
            line![", ", told.scene.both_zones(call.start, told.engagement)]
        }
        Body::Question(_) | Body::PmAsk(_) | Body::Inquiry(_) => Line::default(),
    }
}
