//! Exceptions to a PM's notice (C12): what the requester sees while somebody is asked, what that person reads, and how it
//! ended. Seen in direct messages and by the requester alone; nothing of it is a channel's.

use chrono::{DateTime, Utc};

use super::Scene;
use super::because::because_sentence;
use super::blocks::{Buttons, acts, message, opens, quote, said, section, shows};
use super::line::{Line, line};
use super::notices::Told;
use super::times::{appointment, day, span};
use super::words;
use crate::domain::command::Action;
use crate::domain::decision::Done;
use crate::domain::engagement::{
    Body, Engagement, ExceptionState, NoticeException, Pending, Question, State,
};
use crate::domain::ids::{EngagementId, UserId};
use crate::domain::org::PlaceId;
use crate::domain::reason::{Because, Fact};
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::{Form, Show};

/// What an exception is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    /// A call that waits as a draft.
    Call,
    /// Another start of a call that stands, which has this one.
    Move { from: DateTime<Utc> },
    /// When an answer is needed.
    Answer,
}

impl For {
    fn of(engagement: &Engagement) -> Self {
        match (engagement.exception().and_then(|exception| exception.moves_from), &engagement.body) {
            (Some(from), _) => Self::Move { from },
            (None, Body::Call(_)) => Self::Call,
            (None, Body::Question(_) | Body::PmAsk(_) | Body::Inquiry(_)) => Self::Answer,
        }
    }
}

/// Whether the requester may still ask for one: once for a start.
pub(super) fn may_ask(engagement: &Engagement, start: DateTime<Utc>) -> bool {
    engagement.exception().is_none_or(|exception| {
        exception.start != start
            || matches!(exception.state, ExceptionState::Withdrawn | ExceptionState::Lapsed)
    })
}

/// To the requester, while somebody is asked; the other ways stay open.
pub(super) fn waiting(
    engagement: &Engagement,
    exception: &NoticeException,
    earliest: Option<DateTime<Utc>>,
    scene: &Scene<'_>,
) -> Message {
    let what = match For::of(engagement) {
        For::Call | For::Move { .. } => " may come at short notice, ",
        For::Answer => " may be answered at short notice, by ",
    };
    let line = line![
        who_is_asked(exception, scene),
        Line::id(engagement.id),
        what,
        appointment(exception.start),
        ". Nothing is posted before they approve, and it lapses at that time."
    ];
    said(&line, other_ways(Buttons::of(engagement.id), earliest).block())
}

/// Who is asked, and in whose stead.
fn who_is_asked(exception: &NoticeException, scene: &Scene<'_>) -> Line {
    let asked = exception.asked.last().map_or_else(|| "the PM".to_owned(), |asked| scene.name(asked));
    let away = exception
        .because
        .iter()
        .rev()
        .find(|because| matches!(because.fact, Fact::Covers { .. } | Fact::NobodyCovers { .. }));
    let opening = away.map_or_else(Line::default, |away| {
        line![words::sentence_case(&because_sentence(away, scene.org)), ". "]
    });
    line![opening, format!("I asked {asked} directly whether ")]
}

/// The earliest time, an SME, or nothing.
fn other_ways(buttons: Buttons, earliest: Option<DateTime<Utc>>) -> Buttons {
    let buttons = match earliest {
        Some(start) => buttons.button("Use the earliest time", "use_slot", acts(Action::UseSlot { start })),
        None => buttons,
    };
    buttons.button("Ask an SME instead", "ask_smes", acts(Action::AskSmes)).button(
        "Drop it",
        "discard",
        acts(Action::Discard),
    )
}

/// To one who may approve: who asks, when, how short, and why; and why they are the one.
pub(super) fn asked(told: Told<'_>, whom: &UserId, because: &[Because]) -> Message {
    let Some(exception) = told.engagement.exception() else {
        return said(&Line::from("That request is no longer here."), None);
    };
    question(told, exception, why_you(whom, because, told.scene))
}

/// What is asked, with an opening or a word after it.
fn question(told: Told<'_>, exception: &NoticeException, after: Line) -> Message {
    let (engagement, scene) = (told.engagement, told.scene);
    let line = line![what_is_asked(engagement, exception, scene), after];
    let (reason, about) = (Line::bold("Why it cannot wait"), Line::bold("What it is about"));
    let mut blocks = vec![section(&line), section(&reason)];
    blocks.extend(quote(&exception.why));
    blocks.push(section(&about));
    blocks.extend(quote(&engagement.text));
    let buttons = Buttons::of(engagement.id)
        .first("Approve", "approve_exception", acts(Action::ApproveException))
        .button("Decline", "decline_exception", opens(Form::DeclineException))
        .button("Show briefing", "briefing", shows(Show::Briefing));
    blocks.extend(buttons.block());
    let words = |text: &str| Line::from(super::escape::cut(text.trim(), super::blocks::QUOTE_LIMIT));
    message(&[line, reason, words(&exception.why), about, words(&engagement.text)], blocks)
}

fn what_is_asked(engagement: &Engagement, exception: &NoticeException, scene: &Scene<'_>) -> Line {
    let notice = span((exception.start - scene.now).num_seconds().max(0));
    let required = span(scene.rules.call.notice.0);
    let (who, place) = (scene.name(&engagement.requester), scene.place_of(engagement));
    let (at, id) = (scene.both_zones(exception.start, engagement), Line::id(engagement.id));
    let first = format!(", where PMs need {required}. ");
    match For::of(engagement) {
        For::Call => line![
            format!("{who} asks for an exception for {place}: a customer call in {notice}, "),
            at,
            first,
            "Nothing is posted before somebody approves, as ",
            id,
            "."
        ],
        For::Answer => line![
            format!("{who} asks for an exception for {place}: an answer within {notice}, by "),
            at,
            first,
            "Nothing is posted before somebody approves, as ",
            id,
            "."
        ],
        For::Move { from } => line![
            format!("{who} asks to move the call for {place}, "),
            id,
            format!(", to a start in {notice}, "),
            at,
            first,
            "It stays ",
            appointment(from),
            " unless somebody approves."
        ],
    }
}

/// Why it is them who are asked; nothing where they are the first.
fn why_you(whom: &UserId, because: &[Because], scene: &Scene<'_>) -> Line {
    let said = |because: &Because| {
        your_turn(whom, &because.fact, scene).unwrap_or_else(|| because_sentence(because, scene.org))
    };
    let clauses: Vec<String> = because.iter().map(said).collect();
    if clauses.is_empty() {
        Line::default()
    } else {
        line![format!(" You are asked because {}.", clauses.join(" and "))]
    }
}

/// The reasons that read otherwise to the one they are about.
fn your_turn(whom: &UserId, fact: &Fact, scene: &Scene<'_>) -> Option<String> {
    if let Fact::TimePassed { seconds } = fact {
        return Some(format!("nobody has answered for {}", span(*seconds)));
    }
    if let Fact::Undeliverable { .. } = fact {
        return Some("whoever was asked before cannot be reached".to_owned());
    }
    let Fact::Covers { by, pm, until } = fact else { return None };
    let away = format!("you cover for {}, who is away until {}", scene.name(pm), day(*until));
    (by == whom).then_some(away)
}

/// In place of what somebody was asked: how it stands. While it is open they can still decide, and read who is asked beside them.
pub(super) fn as_it_stands(told: Told<'_>, whom: &UserId, start: DateTime<Utc>) -> Message {
    let (engagement, scene) = (told.engagement, told.scene);
    let exception = engagement.exception().filter(|exception| exception.start == start);
    let Some(exception) = exception.filter(|exception| exception.asked.contains(whom)) else {
        return said(&stands(engagement.id, None, ExceptionState::Withdrawn, scene), None);
    };
    match (exception.is_open(), exception.asked.last()) {
        (true, Some(last)) if last != whom => {
            let also = format!(" {} is asked now as well; you can still decide.", scene.name(last));
            question(told, exception, line![also])
        }
        (true, _) => question(told, exception, Line::default()),
        (false, _) => {
            let by = exception.decided_by.as_ref();
            said(&how_it_ended(engagement, by, exception.state, scene), None)
        }
    }
}

/// How it ended, for those who were asked beside whoever decided it.
fn how_it_ended(
    engagement: &Engagement,
    by: Option<&UserId>,
    state: ExceptionState,
    scene: &Scene<'_>,
) -> Line {
    let who = by.map_or_else(|| "Somebody".to_owned(), |by| scene.name(by));
    let id = Line::id(engagement.id);
    let done = " There is nothing left to decide.";
    match state {
        ExceptionState::Approved => line![format!("{who} approved the exception for "), id, ".", done],
        ExceptionState::Declined => line![format!("{who} declined the exception for "), id, ".", done],
        ExceptionState::Lapsed => line!["Nobody decided in time, so the exception for ", id, " has lapsed."],
        ExceptionState::Asked | ExceptionState::Withdrawn => stands(engagement.id, by, state, scene),
    }
}

/// What whoever asked to move, approved or declined hears, where it is another thing than of a call that waits.
pub(super) fn done(engagement: &Engagement, done: Done, scene: &Scene<'_>) -> Option<Line> {
    let exception = engagement.exception()?;
    let id = Line::id(engagement.id);
    let start = || scene.both_zones(exception.start, engagement);
    Some(match (For::of(engagement), done) {
        (For::Move { from }, Done::ExceptionAsked) => line![
            who_is_asked(exception, scene),
            id,
            " may move to ",
            appointment(exception.start),
            ". It stays ",
            appointment(from),
            " unless they approve before that."
        ],
        (For::Move { .. }, Done::ExceptionApproved) => line!["Approved. ", id, " moves to ", start(), "."],
        (For::Move { from }, Done::ExceptionDeclined) => {
            line!["Declined. ", id, " stays ", appointment(from), ", and its requester is told."]
        }
        (For::Call | For::Answer | For::Move { .. }, _) => return None,
    })
}

/// It was approved: where the call is asked now, and the agenda that it owes.
pub(super) fn approved(told: Told<'_>, by: &UserId, buttons: Buttons) -> (Line, Buttons) {
    let engagement = told.engagement;
    let id = Line::id(engagement.id);
    if let (For::Move { from }, Some(exception)) = (For::of(engagement), engagement.exception()) {
        let line = line![
            told.scene.name(by),
            " approved the exception, so the call ",
            id,
            " moves from ",
            appointment(from),
            " to ",
            told.scene.both_zones(exception.start, engagement),
            "."
        ];
        return (line, buttons);
    }
    if engagement.state == State::Draft {
        let line = line![
            told.scene.name(by),
            " approved the exception for ",
            id,
            ". An SME's answer is looked for first."
        ];
        return (line, buttons);
    }
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
    if let For::Move { from } = For::of(engagement) {
        return (line![opening, " The call stays ", scene.both_zones(from, engagement), "."], buttons);
    }
    let earliest = match &engagement.body {
        Body::Call(call) => call.earliest,
        Body::Question(Question { pending: Some(Pending::ShortNotice { earliest, .. }), .. }) => {
            Some(*earliest)
        }
        Body::Question(_) | Body::PmAsk(_) | Body::Inquiry(_) => None,
    };
    let line = match earliest {
        Some(earliest) => {
            line![opening, " The earliest without one is ", scene.both_zones(earliest, engagement), "."]
        }
        None => opening,
    };
    (line, other_ways(buttons, earliest))
}

/// The start, or the time of the answer, came first.
pub(super) fn lapsed(engagement: &Engagement, scene: &Scene<'_>) -> Line {
    let id = Line::id(engagement.id);
    let opening = line!["Nobody approved the exception for ", id];
    match For::of(engagement) {
        For::Call => line![opening, " before its start, so it has lapsed and nothing was posted."],
        For::Answer => line![opening, " in time, so it has lapsed and nothing was posted."],
        For::Move { from } => {
            line![opening, " in time, so the call stays ", scene.both_zones(from, engagement), "."]
        }
    }
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
