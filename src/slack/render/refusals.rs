//! Refusals: what was not done, by which rule, and what the person can do now. Never blames.

use super::Scene;
use super::blocks::{Buttons, acts, form_button, opens, said};
use super::line::{Line, line};
use super::times::{appointment, date, day, in_zone};
use super::{modes, report, words};
use crate::domain::command::Action;
use crate::domain::engagement::{Body, State};
use crate::domain::ids::EngagementId;
use crate::domain::org::{PlaceId, Role};
use crate::domain::reason::Reason;
use crate::domain::refusal::Refusal;
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::{COMMAND, Form};

/// The refusal as a message, with buttons where something can be done at once.
pub(super) fn refused(refusal: &Refusal, scene: &Scene<'_>) -> Message {
    let buttons = match refusal {
        Refusal::NotYours { engagement, is_requester, who }
            if can_do_else(*is_requester, who, *engagement, scene) =>
        {
            let buttons = Buttons::of(*engagement);
            let detail = buttons.clone().button("Add detail", "detail", opens(Form::Detail));
            match scene.find(*engagement).map(|found| &found.body) {
                Some(Body::Call(_)) => detail.button("Cancel the call", "cancel", opens(Form::CancelCall)),
                Some(Body::Inquiry(_)) => buttons.button("Withdraw", "withdraw", acts(Action::Withdraw)),
                Some(Body::Question(_) | Body::PmAsk(_)) | None => {
                    detail.button("Withdraw", "withdraw", acts(Action::Withdraw))
                }
            }
            .block()
        }
        Refusal::SharedChannel | Refusal::StaysInside | Refusal::AskPmInside | Refusal::CommandInThread => {
            Some(form_button())
        }
        Refusal::Unknown { .. }
        | Refusal::NotYours { .. }
        | Refusal::AlreadyTaken { .. }
        | Refusal::NotNow { .. }
        | Refusal::TooMany { .. }
        | Refusal::Empty
        | Refusal::TooLong { .. }
        | Refusal::AreaNotOn { .. }
        | Refusal::NowhereToSend { .. }
        | Refusal::NoPm { .. }
        | Refusal::CannotAnswer { .. }
        | Refusal::IsAway { .. }
        | Refusal::Absence { .. }
        | Refusal::NoInternalChannel { .. }
        | Refusal::PmAskedAlready { .. }
        | Refusal::MovedTwice { .. }
        | Refusal::SamePlace { .. }
        | Refusal::TooLateToReopen { .. }
        | Refusal::NotALink
        | Refusal::TooSoon { .. }
        | Refusal::ExceptionStands { .. }
        | Refusal::NobodyApproves { .. }
        | Refusal::InThePast
        | Refusal::ReasonNotTaken { .. }
        | Refusal::NothingToRedirect
        | Refusal::OnlyAdmins
        | Refusal::DirectoryBroken { .. }
        | Refusal::NoReload
        | Refusal::NotUnderstood
        | Refusal::NotSaved
        | Refusal::StillSaving
        | Refusal::FormNotOpened
        | Refusal::OnlyFor { .. }
        | Refusal::UnknownArea { .. }
        | Refusal::UnknownMode { .. }
        | Refusal::ClockNotOn { .. }
        | Refusal::NumbersNotYours { .. }
        | Refusal::Outsider => None,
    };
    said(&refusal_sentence(refusal, scene), buttons)
}

/// What was not done, and what can be done instead.
pub fn refusal_sentence(refusal: &Refusal, scene: &Scene<'_>) -> Line {
    match refusal {
        Refusal::Unknown { id } => line![
            format!("I know no question “{}”. ", super::escape::cut(id, 40)),
            Line::code(format!("{COMMAND} mine")),
            " lists yours."
        ],
        Refusal::NotYours { engagement, who, is_requester } => {
            not_yours(*engagement, who, *is_requester, scene)
        }
        Refusal::AlreadyTaken { engagement, by } => {
            let by = by.as_ref().map_or_else(|| "Somebody".to_owned(), |by| scene.name(by));
            line![format!("{by} has "), Line::id(*engagement), " already. You can add to its thread."]
        }
        Refusal::NotNow { engagement, state } => not_now(*engagement, *state, scene),
        Refusal::TooMany { limit, again_at } => line![
            format!(
                "You have asked {limit} times within an hour, which is as much as I take. I can take the next one "
            ),
            date(*again_at),
            "."
        ],
        Refusal::Empty => line!["There was no question in it, so nothing was sent. Please add a sentence."],
        Refusal::TooLong { limit } => {
            line![format!(
                "That is longer than the {limit} characters that fit, so nothing was sent. Please shorten it and link to the rest."
            )]
        }
        Refusal::SharedChannel => line![
            "This is shared with another organisation, so I do not post here and took nothing from here. You can ask in your own words with ",
            Line::code(COMMAND),
            ", which only you see."
        ],
        Refusal::CommandInThread => line![
            "Slack takes no commands in a thread, so that was only a message. Please mention me here, or use ",
            Line::bold("Ask an expert"),
            " on the message that asks."
        ],
        Refusal::OnlyAdmins => super::directory::only_admins(scene),
        Refusal::DirectoryBroken { problems } => super::directory::not_read(problems),
        Refusal::NoReload => line!["I cannot read the directory anew here; it is read when I start."],
        Refusal::AreaNotOn { area } => modes::area_not_on(area, scene),
        Refusal::ClockNotOn { area } => modes::clock_not_on(area, scene),
        Refusal::OnlyFor { who } => modes::only_for(who, scene),
        Refusal::UnknownArea { typed } => modes::unknown_area(typed, scene),
        Refusal::UnknownMode { area, typed } => modes::unknown_mode(area, typed, scene),
        Refusal::NowhereToSend { place } => line![
            format!("I have no channel to post in for {}, so nothing was sent. ", scene.place(place)),
            "An admin can add one to the directory."
        ],
        Refusal::NoPm { engagement } => line![
            "No PM is known for ",
            Line::id(*engagement),
            ", so nobody was asked. The area lead can say who it is."
        ],
        Refusal::CannotAnswer { engagement, user } => line![
            format!("{} cannot answer ", scene.name(user)),
            Line::id(*engagement),
            ", so nothing was changed. Please choose a PM."
        ],
        Refusal::IsAway { user, until } => line![
            format!("{} is away until {}, ", scene.name(user), day(*until)),
            "so nothing was changed. Please choose somebody else."
        ],
        Refusal::Absence { problem } => super::absence::refused(problem, scene),
        Refusal::NoInternalChannel { engagement } => line![
            "There is no internal channel to ask the PM in for ",
            Line::id(*engagement),
            ", so nobody was asked. The area lead can name one to an admin."
        ],
        Refusal::PmAskedAlready { inquiry } => {
            line!["The PM is asked already, as ", scene.linked_id(*inquiry), ". You can add to its thread."]
        }
        Refusal::MovedTwice { engagement } => moved_twice(*engagement, scene),
        Refusal::SamePlace { place } => {
            line![format!(
                "It is with {} already, so nothing moved. Please choose another area.",
                scene.place(place)
            )]
        }
        Refusal::TooLateToReopen { engagement, days } => line![
            Line::id(*engagement),
            format!(" was answered more than {} ago, so it stays closed. ", super::times::days(*days)),
            "Please ask anew and name it."
        ],
        Refusal::NotALink => {
            line!["That is no link, so nothing was changed. Please paste one that starts with https://."]
        }
        Refusal::TooSoon { start, notice_seconds, earliest, pm_zone } => {
            let for_pm = pm_zone.map_or_else(String::new, |zone| {
                let beside = scene.engagement.and_then(|engagement| scene.requester_zone(engagement));
                format!(" ({} for the PM)", in_zone(*earliest, zone, beside))
            });
            line![
                words::too_soon(*start, *notice_seconds, scene.rules),
                " The earliest is ",
                appointment(*earliest),
                for_pm,
                "."
            ]
        }
        Refusal::ExceptionStands { engagement, by, state } => {
            super::exceptions::stands(*engagement, by.as_ref(), *state, scene)
        }
        Refusal::NobodyApproves { place } => super::exceptions::nobody_approves(place.as_ref(), scene),
        Refusal::InThePast => line!["That time is past, so nothing was changed. Please choose a later one."],
        Refusal::ReasonNotTaken { reason, place } => reason_not_taken(*reason, place, scene),
        Refusal::StaysInside => line![
            "What is said in an internal channel stays there, so nothing was sent. You can ask in your own words with ",
            Line::code("/request-pm"),
            "."
        ],
        Refusal::AskPmInside => line![
            "SMEs put a message to the PM in their internal channel, so nothing was sent. ",
            Line::bold("Ask an expert"),
            " takes it to SMEs, and ",
            Line::code(COMMAND),
            " reaches a PM for roadmap, direction or a gap."
        ],
        Refusal::NothingToRedirect => line![
            "There is nobody to ask for behind that message, so nothing was sent. It works on a question that a colleague wrote."
        ],
        Refusal::NotUnderstood => super::replies::known(),
        Refusal::FormNotOpened => {
            line!["Slack was too slow to open the form. Please try again; nothing was sent."]
        }
        Refusal::NotSaved => line!["That was not saved and nothing was sent. Please try again."],
        Refusal::StillSaving => {
            line!["Saving takes longer than usual. I tell you here how it ends."]
        }
        Refusal::Outsider => {
            line!["I only work for members of this organisation. Please ask your contact here."]
        }
        Refusal::NumbersNotYours { area } => report::not_yours(area.as_ref(), scene),
    }
}

/// Whether the requester of a live ask meets another's button: they can add detail or end it.
fn can_do_else(is_requester: bool, who: &Role, engagement: EngagementId, scene: &Scene<'_>) -> bool {
    is_requester
        && *who != Role::Requester
        && scene.find(engagement).is_none_or(|found| {
            // The asker of an inquiry writes in its thread, like everybody there.
            let is_posted = found.state.is_live() && found.state != State::Draft;
            is_posted && !matches!(found.body, Body::Inquiry(_))
        })
}

fn not_yours(engagement: EngagementId, who: &Role, is_requester: bool, scene: &Scene<'_>) -> Line {
    // What was refused before it began has no id that anybody could look up.
    if scene.find(engagement).is_none() {
        return line![format!("Only {} can do that.", words::role(who, scene.org))];
    }
    let only = line![format!("Only {} can do that with ", words::role(who, scene.org)), Line::id(engagement)];
    // What is not posted has no thread.
    if scene.find(engagement).is_some_and(|found| found.home.is_none()) {
        return only.then(".");
    }
    if !can_do_else(is_requester, who, engagement, scene) {
        return only.then("; you can write in its thread.");
    }
    match scene.find(engagement).map(|found| &found.body) {
        Some(Body::Call(_)) => only.then("; you can add detail or cancel it."),
        Some(Body::Inquiry(_)) => only.then("; you can withdraw it."),
        Some(Body::Question(_) | Body::PmAsk(_)) | None => only.then("; you can add detail or withdraw it."),
    }
}

fn not_now(engagement: EngagementId, state: State, scene: &Scene<'_>) -> Line {
    let over = match state {
        State::Draft => Some(" is not sent yet. Please post it or drop it first."),
        State::Lapsed => Some(" waited too long and has lapsed, so nothing was sent. Please ask again."),
        State::Deflected => Some(" was dropped, so nothing was sent. Please ask again."),
        State::Open
        | State::Taken
        | State::Answered
        | State::Closed
        | State::Withdrawn
        | State::Redirected
        | State::Declined => None,
    };
    if let Some(over) = over {
        return line![Line::id(engagement), over];
    }
    let is = match state {
        State::Draft => "is not sent yet",
        State::Open => "is still open",
        State::Taken if scene.find(engagement).is_some_and(|found| matches!(found.body, Body::Call(_))) => {
            "is confirmed"
        }
        State::Taken => "is taken",
        State::Answered => "is answered",
        State::Closed => "is closed",
        State::Withdrawn => "was withdrawn",
        State::Redirected => "went on to SMEs",
        State::Declined => "was declined",
        State::Lapsed => "has lapsed",
        State::Deflected => "was never sent",
    };
    line![
        Line::id(engagement),
        format!(" {is}, so that does not apply now. Its card shows what can be done.")
    ]
}

fn moved_twice(engagement: EngagementId, scene: &Scene<'_>) -> Line {
    let leads: Vec<String> = scene
        .find(engagement)
        .and_then(|found| scene.area_of(found))
        .map(|area| area.leads.iter().map(|lead| scene.name(lead)).collect())
        .unwrap_or_default();
    let whom = if leads.is_empty() { "the area lead".to_owned() } else { words::listed(&leads, "or") };
    line![
        Line::id(engagement),
        format!(
            " has moved twice already, so {whom} places it now. You can say in its thread where it belongs."
        )
    ]
}

fn reason_not_taken(reason: Reason, place: &PlaceId, scene: &Scene<'_>) -> Line {
    let known = scene.org.place(place);
    let excluded = known
        .and_then(|place| place.process.as_ref())
        .is_some_and(|process| process.excludes.contains(&reason));
    if excluded {
        return line![
            format!("{} takes no {} here. ", scene.place(place), words::reason_plural(reason)),
            words::own_process(place, scene.org)
        ];
    }
    if let Some(process) = known.and_then(|place| place.process.as_ref()) {
        let start = process
            .link
            .as_deref()
            .map_or_else(Line::default, |link| line![" ", Line::link(link, "Start there"), "."]);
        let then = line![" Then use ", Line::code(COMMAND), " with its link."];
        return line![words::own_process(place, scene.org), start, then];
    }
    line![
        format!(
            "{} go to SMEs, not to PMs of {}. ",
            words::sentence_case(words::reason_plural(reason)),
            scene.place(place)
        ),
        Line::code(format!("{COMMAND} your question")),
        " asks them."
    ]
}
