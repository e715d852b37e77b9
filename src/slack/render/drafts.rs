//! Drafts: an ask that waits for its requester, who alone sees this. Nothing is posted meanwhile.

use chrono::{DateTime, Utc};

use super::Scene;
use super::blocks::{Buttons, acts, message, opens, quote_within, said, section};
use super::exceptions;
use super::line::{Line, line};
use super::words;
use crate::domain::command::Action;
use crate::domain::engagement::{Body, Call, Engagement, Pending, Question, State};
use crate::domain::org::PlaceId;
use crate::domain::reason::Reason;
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::Form;

/// How much of a text a preview shows: nearly all that is taken.
pub(super) const PREVIEW_LIMIT: usize = 2_800;
/// How many candidate places are offered as buttons.
const CANDIDATES_SHOWN: usize = 4;

/// What the draft waits for, and the ways on.
pub fn draft(engagement: &Engagement, scene: &Scene<'_>) -> Message {
    let buttons = Buttons::of(engagement.id);
    let pending = match &engagement.body {
        Body::Question(question) => question.pending.as_ref(),
        Body::Call(call) if engagement.state == State::Draft => {
            return too_soon(engagement, call, scene, buttons);
        }
        Body::PmAsk(_) | Body::Inquiry(_) | Body::Call(_) => None,
    };
    if engagement.state != State::Draft {
        return super::sent::asked(engagement, scene);
    }
    match pending {
        Some(Pending::Place { candidates }) => which_place(candidates, scene, buttons),
        Some(Pending::ShortNotice { notice_seconds, earliest }) => {
            answer_too_soon(engagement, (*notice_seconds, *earliest), scene, buttons)
        }
        Some(Pending::Preview) => preview(engagement, scene, buttons),
        Some(Pending::SmeFirst) => sme_first(engagement, scene, buttons),
        Some(Pending::Root) => {
            let line = line![
                "I am reading the thread to see what ",
                Line::id(engagement.id),
                " is about, then I say where it goes."
            ];
            said(&line, buttons.button("Drop it", "discard", acts(Action::Discard)).block())
        }
        Some(Pending::Message) => said(&line!["I am reading your message, then I say where it goes."], None),
        Some(Pending::Proof) => {
            let line = line![
                "I am checking the thread where an SME answered; then ",
                Line::id(engagement.id),
                " goes on by itself."
            ];
            let buttons = buttons.button("Ask SMEs", "ask_smes", acts(Action::AskSmes)).button(
                "Drop it",
                "discard",
                acts(Action::Discard),
            );
            said(&line, buttons.block())
        }
        None => {
            let line = line![Line::id(engagement.id), " is not sent yet. Post it, change it, or drop it."];
            said(&line, post_edit_drop(buttons).block())
        }
    }
}

fn post_edit_drop(buttons: Buttons) -> Buttons {
    buttons
        .first("Post", "post", acts(Action::Post { text: None }))
        .button("Edit", "edit", opens(Form::EditDraft))
        .button("Cancel", "discard", acts(Action::Discard))
}

fn which_place(candidates: &[PlaceId], scene: &Scene<'_>, mut buttons: Buttons) -> Message {
    let shown = &candidates[..candidates.len().min(CANDIDATES_SHOWN)];
    let names: Vec<String> = shown.iter().map(|place| scene.place(place)).collect();
    let (last, before) = match names.split_last() {
        Some((last, before)) => (Some(last.clone()), before.to_vec()),
        None => (None, Vec::new()),
    };
    let line = match (last, before.as_slice()) {
        (None, _) => line!["I cannot tell which area that is for. Which one fits?"],
        (Some(only), []) => line!["That could be ", Line::bold(only), ". Does it fit?"],
        (Some(last), before) => {
            let mut line = line!["That could be "];
            for (index, name) in before.iter().enumerate() {
                line = line.then(if index == 0 { "" } else { ", " }).then(Line::bold(name.clone()));
            }
            line![line, " or ", Line::bold(last), ". Which fits?"]
        }
    };
    for (index, (place, name)) in shown.iter().zip(names).enumerate() {
        let pick = acts(Action::PickPlace { place: place.clone() });
        buttons = buttons.button(name, format!("pick_place_{index}"), pick);
    }
    let other = if shown.is_empty() { "Choose an area" } else { "Something else" };
    let buttons = buttons.button(other, "pick_other", opens(Form::PickPlace)).button(
        "Drop it",
        "discard",
        acts(Action::Discard),
    );
    said(&line, buttons.block())
}

/// Text from a private place is shown to its author before it is posted ("Confidentiality").
fn preview(engagement: &Engagement, scene: &Scene<'_>, buttons: Buttons) -> Message {
    let line = line![
        "This was said in a private place. It would go to ",
        destination(engagement, scene),
        " in these words:"
    ];
    let mut blocks = vec![section(&line)];
    blocks.extend(quote_within(&engagement.text, PREVIEW_LIMIT));
    blocks.extend(post_edit_drop(buttons).block());
    message(&[line, Line::from(super::escape::cut(&engagement.text, 600))], blocks)
}

/// Where the draft would go, as far as it shows: the deciding table has the last word.
fn destination(engagement: &Engagement, scene: &Scene<'_>) -> Line {
    if let Some(home) = &engagement.home {
        return scene.channel(&home.channel);
    }
    let is_for_smes = engagement.reason.is_none_or(Reason::is_for_smes_only);
    let place = engagement.place.as_ref().and_then(|place| scene.org.place(place));
    let of_group = place.and_then(|place| place.channel.as_ref().or(place.stage_channel.as_ref()));
    let of_area = scene.area_of(engagement).and_then(|area| area.channel.as_ref());
    let (first, second) = if is_for_smes {
        (of_area, scene.org.sme_fallback_channel.as_ref().or(of_group))
    } else {
        (of_group, scene.org.fallback_channel.as_ref())
    };
    first.or(second).map_or_else(|| Line::from("the area's channel"), |channel| scene.channel(channel))
}

/// The reason goes to SMEs first, or an evaluation lacks an SME's triage (A2, A4).
fn sme_first(engagement: &Engagement, scene: &Scene<'_>, buttons: Buttons) -> Message {
    let channel = scene.sme_channel(engagement);
    let buttons = buttons.first("Ask SMEs", "ask_smes", acts(Action::AskSmes));
    if engagement.reason == Some(Reason::Evaluation) {
        let line = line![
            "For an evaluation a PM needs an SME's triage first. Ask again with the thread where an SME answered, or I ask ",
            channel,
            "."
        ];
        return said(&line, buttons.button("Drop it", "discard", acts(Action::Discard)).block());
    }
    let kind = engagement
        .reason
        .map_or_else(|| "questions".to_owned(), |reason| words::reason_plural(reason).to_owned());
    let line = line![
        words::sentence_case(&kind),
        " go to SMEs first; PMs come in for roadmap, direction and gaps. I can ask ",
        channel,
        " now."
    ];
    let buttons = buttons
        .button(
            "It is about the roadmap",
            "about_product",
            acts(Action::AboutProduct { reason: Reason::Roadmap }),
        )
        .button("Drop it", "discard", acts(Action::Discard));
    said(&line, buttons.block())
}

/// Not enough notice (C1): the earliest start in both zones, SMEs, or nothing.
fn too_soon(engagement: &Engagement, call: &Call, scene: &Scene<'_>, buttons: Buttons) -> Message {
    if let Some(exception) = engagement.open_exception() {
        return exceptions::waiting(engagement, exception, call.earliest, scene);
    }
    let line = words::too_soon(call.start, call.notice_seconds, scene.rules);
    let may_ask = exceptions::may_ask(engagement, call.start);
    other_times(engagement, (line, call.earliest), may_ask, scene, buttons)
}

/// The same where an answer is needed too soon.
fn answer_too_soon(
    engagement: &Engagement,
    (notice_seconds, earliest): (i64, DateTime<Utc>),
    scene: &Scene<'_>,
    buttons: Buttons,
) -> Message {
    if let Some(exception) = engagement.open_exception() {
        return exceptions::waiting(engagement, exception, Some(earliest), scene);
    }
    let Body::Question(Question { needed_by: Some(at), .. }) = &engagement.body else {
        return said(&line![Line::id(engagement.id), " is not sent yet."], buttons.block());
    };
    let line = words::too_soon(*at, notice_seconds, scene.rules);
    let may_ask = exceptions::may_ask(engagement, *at);
    other_times(engagement, (line, Some(earliest)), may_ask, scene, buttons)
}

/// Why it is too soon, and what there is to choose.
fn other_times(
    engagement: &Engagement,
    (mut line, earliest): (Line, Option<DateTime<Utc>>),
    may_ask: bool,
    scene: &Scene<'_>,
    mut buttons: Buttons,
) -> Message {
    if let Some(earliest) = earliest {
        line = line![line, " The earliest is ", scene.both_zones(earliest, engagement), "."];
        buttons = buttons.first("Use that time", "use_slot", acts(Action::UseSlot { start: earliest }));
    }
    let buttons = buttons
        .button("Ask an SME instead", "ask_smes", acts(Action::AskSmes))
        .button_if(may_ask, "Ask for an exception", "ask_exception", opens(Form::AskException))
        .button("Drop it", "discard", acts(Action::Discard));
    said(&line, buttons.block())
}
