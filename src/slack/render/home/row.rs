//! The rows of App Home: what it is, what is waited for and until when, and the buttons of its card that are the reader's.

use serde_json::Value;

use super::head;
use crate::domain::command::Action;
use crate::domain::engagement::{Body, Engagement, Pending, State};
use crate::domain::home::{AreaPart, AtRisk, Owe, Owed, Today};
use crate::slack::render::Scene;
use crate::slack::render::blocks::{Buttons, acts, opens, quote_within, shows};
use crate::slack::render::card;
use crate::slack::render::card_inquiry;
use crate::slack::render::drafts::PREVIEW_LIMIT;
use crate::slack::render::line::{Line, line};
use crate::slack::render::times::date;
use crate::slack::vocabulary::{Form, Show};

/// How much of a question a row shows.
pub(super) const SUBJECT_LIMIT: usize = 80;

/// Something owed, with what its card lets the reader do.
pub(super) fn owed(owed: &Owed, engagement: &Engagement, scene: &Scene<'_>) -> (Line, Option<Value>) {
    let who = scene.name(&engagement.requester);
    let is_late = owed.due.is_some_and(|due| due <= scene.now);
    let by = |before: &'static str| match owed.due {
        Some(due) if is_late => line!["; it was due ", date(due)],
        Some(due) => line![before, date(due)],
        None => Line::default(),
    };
    let starts = || owed.due.map_or_else(Line::default, |start| line![", it starts ", date(start)]);
    let pm = engagement.owner.as_ref().map_or_else(|| "the PM".to_owned(), |owner| scene.name(owner));
    let (what, buttons) = match owed.what {
        Owe::Reply | Owe::PmAnswer => {
            (line![format!("{who} waits for your answer"), by(", due ")], card::actions(engagement))
        }
        Owe::Answer => {
            let since = engagement.taken_at.map_or_else(Line::default, |at| line![" ", date(at)]);
            (line!["You took it", since, format!("; {who} waits for your answer")], card::actions(engagement))
        }
        Owe::Confirm => {
            (line![format!("{who} asks whether you come to the call"), starts()], card::actions(engagement))
        }
        Owe::Agenda => {
            let is_due = if is_late { " was due " } else { " is due " };
            let at = owed.due.map_or_else(Line::default, |due| line![is_due, date(due)]);
            (line!["The agenda of your call", at], of_a_call(engagement))
        }
        Owe::Proposal => {
            let (line, start) = (format!("{pm} proposes another time"), proposed(engagement));
            let start = start.map_or_else(Line::default, |at| line![", ", date(at)]);
            (line![line, start], of_a_proposal(engagement))
        }
        Owe::Context => {
            (line![format!("{pm} needs more context for your call"), starts()], of_a_call(engagement))
        }
        Owe::Word => (line![format!("{pm} waits for your word in its thread")], of_an_asker(engagement)),
    };
    (line![head(engagement, scene, is_own(owed.what)), "\n", what], buttons)
}

/// Whether the words are those of whoever owes.
const fn is_own(owe: Owe) -> bool {
    matches!(owe, Owe::Agenda | Owe::Proposal | Owe::Context | Owe::Word)
}

fn proposed(engagement: &Engagement) -> Option<chrono::DateTime<chrono::Utc>> {
    use crate::domain::engagement::call::CallStatus;
    match &engagement.body {
        Body::Call(call) => match &call.status {
            CallStatus::Proposed { start, .. } => Some(*start),
            CallStatus::Asked
            | CallStatus::Confirmed { .. }
            | CallStatus::ContextMissing { .. }
            | CallStatus::Declined { .. }
            | CallStatus::Cancelled { .. }
            | CallStatus::Held
            | CallStatus::Lapsed => None,
        },
        Body::Question(_) | Body::PmAsk(_) | Body::Inquiry(_) => None,
    }
}

fn of_a_call(engagement: &Engagement) -> Option<Value> {
    Buttons::of(engagement.id)
        .button("Add agenda", "agenda", opens(Form::Agenda))
        .button("Add detail", "detail", opens(Form::Detail))
        .button("Reschedule", "reschedule", opens(Form::Reschedule))
        .more("Show briefing", shows(Show::Briefing))
        .more("Cancel", opens(Form::CancelCall))
        .block()
}

fn of_a_proposal(engagement: &Engagement) -> Option<Value> {
    Buttons::of(engagement.id)
        .first("Use that time", "accept_proposal", acts(Action::AcceptProposal))
        .button("Reschedule", "reschedule", opens(Form::Reschedule))
        .button("Cancel the call", "cancel", opens(Form::CancelCall))
        .block()
}

fn of_an_asker(engagement: &Engagement) -> Option<Value> {
    Buttons::of(engagement.id)
        .button("Answered", "answered", acts(Action::Answered))
        .button("Not a question", "not_a_question", acts(Action::NotAQuestion))
        .block()
}

/// The words of a draft that can be posted as it is, all of them: nothing is posted unread ("Confidentiality").
pub(super) fn words_to_post(engagement: &Engagement) -> Option<Value> {
    let Body::Question(question) = &engagement.body else { return None };
    let waits_for_a_word = matches!(question.pending, Some(Pending::Preview) | None);
    let is_postable = engagement.state == State::Draft && waits_for_a_word;
    if is_postable { quote_within(&engagement.text, PREVIEW_LIMIT) } else { None }
}

/// Something the reader asked, with what they can do about it.
pub(super) fn asked(engagement: &Engagement, scene: &Scene<'_>) -> (Line, Option<Value>) {
    let buttons = match engagement.state {
        State::Draft => of_a_draft(engagement, scene),
        State::Answered => Buttons::of(engagement.id)
            .button("Solved", "solved", acts(Action::Solved))
            .button("Not solved", "not_solved", opens(Form::NotSolved))
            .more("Why there", shows(Show::Why))
            .block(),
        State::Open
        | State::Taken
        | State::Closed
        | State::Withdrawn
        | State::Redirected
        | State::Declined
        | State::Lapsed
        | State::Deflected => crate::slack::render::sent::follow_up(engagement).block(),
    };
    (line![head(engagement, scene, true), "\n", state(engagement, scene)], buttons)
}

/// The way on that its author was shown when it began to wait.
fn of_a_draft(engagement: &Engagement, scene: &Scene<'_>) -> Option<Value> {
    let message = crate::slack::render::drafts::draft(engagement, scene);
    message.blocks.into_iter().rev().find(|block| block["type"] == "actions")
}

/// Where it stands, without anything that is counted from now.
fn state(engagement: &Engagement, scene: &Scene<'_>) -> Line {
    match &engagement.body {
        Body::Inquiry(inquiry) if matches!(engagement.state, State::Open | State::Taken) => {
            let with = engagement.owner.as_ref().map_or_else(
                || "no PM is known here".to_owned(),
                |owner| format!("with {}", scene.name(owner)),
            );
            let clock = inquiry.clock.as_ref().filter(|clock| crate::domain::reply_clock::is_running(clock));
            let due = clock.and_then(|clock| card_inquiry::due(engagement, clock, scene));
            let due = due.map_or_else(Line::default, |due| {
                let before = if due <= scene.now { ", was due " } else { ", due " };
                line![before, date(due)]
            });
            card::status(engagement, line![with, due])
        }
        Body::Question(_) | Body::PmAsk(_) | Body::Inquiry(_) | Body::Call(_) => {
            card::state_line(engagement, scene)
        }
    }
}

/// A question that nobody took; whoever may take it can do so here.
pub(super) fn untaken(engagement: &Engagement, area: &AreaPart, scene: &Scene<'_>) -> (Line, Option<Value>) {
    let may_take = engagement.area.as_ref().is_some_and(|key| area.expert_in.contains(key));
    let buttons = may_take.then(|| {
        Buttons::of(engagement.id)
            .button("Take it", "take", acts(Action::Take))
            .button("Wrong area", "move", opens(Form::Move))
            .more("Why here", shows(Show::Why))
            .block()
    });
    (waiting_since(engagement, scene), buttons.flatten())
}

/// The same in a list.
pub(super) fn waiting_since(engagement: &Engagement, scene: &Scene<'_>) -> Line {
    let who = scene.name(&engagement.requester);
    line![head(engagement, scene, false), format!("\n{who}, asked "), date(engagement.asked_at)]
}

/// Something that may come too late.
pub(super) fn at_risk(risk: &AtRisk, scene: &Scene<'_>) -> Option<Line> {
    let engagement = scene.find(risk.engagement)?;
    let with = match (&engagement.body, &engagement.owner) {
        (Body::Question(_), _) => line!["nobody has taken it"],
        (Body::PmAsk(_) | Body::Inquiry(_) | Body::Call(_), Some(owner)) => {
            line![format!("with {}", scene.name(owner))]
        }
        (Body::PmAsk(_) | Body::Inquiry(_) | Body::Call(_), None) => line!["with nobody"],
    };
    let due = if risk.is_late { ", was due " } else { ", due " };
    Some(line![head(engagement, scene, false), " · ", with, due, date(risk.due)])
}

/// Something of today.
pub(super) fn today(one: &Today, scene: &Scene<'_>) -> Option<Line> {
    let engagement = scene.find(one.engagement)?;
    let what = match one.due {
        None => "starts ",
        Some(Owe::Agenda) => "its agenda is due ",
        Some(
            Owe::Reply
            | Owe::Answer
            | Owe::PmAnswer
            | Owe::Confirm
            | Owe::Proposal
            | Owe::Context
            | Owe::Word,
        ) => "due ",
    };
    Some(line![head(engagement, scene, false), " · ", what, date(one.at)])
}
