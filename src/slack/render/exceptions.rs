//! Exceptions to a call's notice (C12): what the requester sees while somebody is asked, what that person reads, and how it
//! ended. Seen in direct messages and by the requester alone; nothing of it is a channel's.

use super::Scene;
use super::blocks::{Buttons, acts, message, opens, quote, said, section, shows};
use super::line::{Line, line};
use super::notices::Told;
use super::times::{appointment, span};
use super::words;
use crate::domain::command::Action;
use crate::domain::engagement::{Body, Call, CallException, Engagement, ExceptionState};
use crate::domain::ids::{EngagementId, UserId};
use crate::domain::org::PlaceId;
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::{Form, Show};

/// Whether the requester may still ask for one: once for a start.
pub(super) fn may_ask(call: &Call) -> bool {
    call.exception.as_ref().is_none_or(|exception| {
        exception.start != call.start
            || matches!(exception.state, ExceptionState::Withdrawn | ExceptionState::Lapsed)
    })
}

/// To the requester, while somebody is asked; the other ways stay open.
pub(super) fn waiting(
    engagement: &Engagement,
    call: &Call,
    exception: &CallException,
    scene: &Scene<'_>,
) -> Message {
    let asked = exception.asked.last().map_or_else(|| "the PM".to_owned(), |asked| scene.name(asked));
    let line = line![
        format!("I asked {asked} directly whether "),
        Line::id(engagement.id),
        " may come at short notice, ",
        appointment(call.start),
        ". Nothing is posted before they approve, and it lapses at that time."
    ];
    said(&line, other_ways(Buttons::of(engagement.id), call).block())
}

/// The earliest time, an SME, or nothing.
fn other_ways(buttons: Buttons, call: &Call) -> Buttons {
    let buttons = match call.earliest {
        Some(start) => buttons.button("Use the earliest time", "use_slot", acts(Action::UseSlot { start })),
        None => buttons,
    };
    buttons.button("Ask an SME instead", "ask_smes", acts(Action::AskSmes)).button(
        "Drop it",
        "discard",
        acts(Action::Discard),
    )
}

/// To one who may approve: who asks, when, how short, and why.
pub(super) fn asked(told: Told<'_>) -> Message {
    let (engagement, scene) = (told.engagement, told.scene);
    let Body::Call(call) = &engagement.body else {
        return said(&Line::from("That request is no longer here."), None);
    };
    let notice = (call.start - scene.now).num_seconds().max(0);
    let required = scene.rules.call.notice.0;
    let line = line![
        scene.name(&engagement.requester),
        format!(" asks for an exception for {}: a customer call in ", scene.place_of(engagement)),
        span(notice),
        ", ",
        scene.both_zones(call.start, engagement),
        format!(", where PMs need {}. Nothing is posted before somebody approves, as ", span(required)),
        Line::id(engagement.id),
        "."
    ];
    let why = call.exception.as_ref().map(|exception| exception.why.clone()).unwrap_or_default();
    let (reason, about) = (Line::bold("Why it cannot wait"), Line::bold("What it is about"));
    let mut blocks = vec![section(&line), section(&reason)];
    blocks.extend(quote(&why));
    blocks.push(section(&about));
    blocks.extend(quote(&engagement.text));
    let buttons = Buttons::of(engagement.id)
        .first("Approve", "approve_exception", acts(Action::ApproveException))
        .button("Decline", "decline_exception", opens(Form::DeclineException))
        .button("Show briefing", "briefing", shows(Show::Briefing));
    blocks.extend(buttons.block());
    let words = |text: &str| Line::from(super::escape::cut(text.trim(), super::blocks::QUOTE_LIMIT));
    message(&[line, reason, words(&why), about, words(&engagement.text)], blocks)
}

/// It was approved: where the call is asked now, and the agenda that it owes.
pub(super) fn approved(told: Told<'_>, by: &UserId, buttons: Buttons) -> (Line, Buttons) {
    let engagement = told.engagement;
    let place = engagement.home.as_ref().map(|home| told.scene.channel(&home.channel));
    let line = line![
        told.scene.name(by),
        " approved the exception for ",
        Line::id(engagement.id),
        ", so it is asked in ",
        place.unwrap_or_else(|| Line::from("its channel")),
        " now."
    ];
    let owes = matches!(&engagement.body, Body::Call(call) if call.agenda.is_none());
    if owes {
        let line = line.then(" Please add its agenda soon.");
        (line, buttons.first("Add agenda", "agenda", opens(Form::Agenda)))
    } else {
        (line, buttons)
    }
}

/// It was declined, or nobody could be asked: the earliest slot, and an SME (C1).
pub(super) fn not_approved(told: Told<'_>, by: Option<&UserId>, buttons: Buttons) -> (Line, Buttons) {
    let (engagement, scene) = (told.engagement, told.scene);
    let id = Line::id(engagement.id);
    let opening = match by {
        Some(by) => line![scene.name(by), " declined the exception for ", id, "."],
        None => line!["I could reach nobody who may approve the exception for ", id, "."],
    };
    let Body::Call(call) = &engagement.body else { return (opening, buttons) };
    let line = match call.earliest {
        Some(earliest) => {
            line![opening, " The earliest without one is ", scene.both_zones(earliest, engagement), "."]
        }
        None => opening,
    };
    (line, other_ways(buttons, call))
}

/// The start came first.
pub(super) fn lapsed(engagement: &Engagement) -> Line {
    line![
        "Nobody approved the exception for ",
        Line::id(engagement.id),
        " before its start, so it has lapsed and nothing was posted."
    ]
}

/// It was asked for, or decided upon, already.
pub(super) fn stands(
    engagement: EngagementId,
    by: Option<&UserId>,
    state: ExceptionState,
    scene: &Scene<'_>,
) -> Line {
    let who = by.map_or_else(|| "Somebody".to_owned(), |by| scene.name(by));
    let id = Line::id(engagement);
    match state {
        ExceptionState::Asked => {
            line![format!("{who} is asked for the exception of "), id, " already; I tell you what they say."]
        }
        ExceptionState::Approved => line![
            format!("{who} has approved the exception for "),
            id,
            " already, and the call is asked for."
        ],
        ExceptionState::Declined => {
            line![
                format!("{who} has declined the exception for "),
                id,
                " already. Another start or an SME is open."
            ]
        }
        ExceptionState::Withdrawn => {
            line!["The exception for ", id, " is no longer asked for, so there is nothing to decide."]
        }
        ExceptionState::Lapsed => {
            line!["The start of ", id, " has passed, so there is nothing to decide."]
        }
    }
}

/// Nobody is known who could approve one.
pub(super) fn nobody_approves(place: Option<&PlaceId>, scene: &Scene<'_>) -> Line {
    let of = place.map_or_else(String::new, |place| format!(" for {}", words::place_name(place, scene.org)));
    line![format!(
        "I know nobody who could approve an exception{of}, so nobody was asked. The earliest time and an SME are still open."
    )]
}
