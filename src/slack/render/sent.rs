//! What the requester hears at once: where the ask went, by which rule, and what happens next and when.

use super::Scene;
use super::because::card_reason;
use super::blocks::{Buttons, acts, context, message, opens, section, shows};
use super::line::{Line, line};
use super::times::{date, from_now, span, working_days};
use crate::domain::command::Action;
use crate::domain::engagement::{Body, Call, Engagement, Inquiry, PmAsk, Question, State};
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::{Form, Show};

/// Where it went, why, and what happens next.
pub fn asked(engagement: &Engagement, scene: &Scene<'_>) -> Message {
    if engagement.state == State::Draft {
        return super::drafts::draft(engagement, scene);
    }
    let line = match &engagement.body {
        Body::Question(question) => of_question(engagement, question, scene),
        Body::PmAsk(ask) => of_pm_ask(engagement, ask, scene),
        Body::Inquiry(inquiry) => of_inquiry(engagement, inquiry, scene),
        Body::Call(call) => of_call(engagement, call, scene),
    };
    let mut blocks = vec![section(&line)];
    blocks.extend(card_reason(engagement, scene, "There").map(|reason| context(&reason)));
    blocks.extend(follow_up(engagement).block());
    message(&[line], blocks)
}

/// *Why there*, *Add detail*, *Withdraw*: what the requester can always do while it is open.
pub fn follow_up(engagement: &Engagement) -> Buttons {
    let buttons = Buttons::of(engagement.id).button("Why there", "why", shows(Show::Why));
    if !engagement.state.is_live() {
        return buttons;
    }
    match &engagement.body {
        Body::Question(_) | Body::PmAsk(_) => buttons
            .button("Add detail", "detail", opens(Form::Detail))
            .button("Withdraw", "withdraw", acts(Action::Withdraw)),
        Body::Inquiry(_) => buttons.button("Withdraw", "withdraw", acts(Action::Withdraw)),
        Body::Call(_) => buttons.button("Add detail", "detail", opens(Form::Detail)).button(
            "Cancel the call",
            "cancel",
            opens(Form::CancelCall),
        ),
    }
}

fn sent_to(engagement: &Engagement, scene: &Scene<'_>) -> Line {
    let channel = engagement
        .home
        .as_ref()
        .map_or_else(|| Line::from("its channel"), |home| scene.channel(&home.channel));
    line!["Sent to ", channel, " as ", Line::id(engagement.id)]
}

fn of_question(engagement: &Engagement, question: &Question, scene: &Scene<'_>) -> Line {
    let sent = sent_to(engagement, scene);
    if question.no_sme_area {
        return line![sent, ", where nobody is called by name."];
    }
    let by = engagement.asked_at + scene.rules.sme.take_within.span();
    let has_lead = scene.area_of(engagement).is_some_and(|area| !area.leads.is_empty());
    let then = if has_lead { ", I ask the area lead." } else { ", I ask again." };
    line![sent, ". If nobody takes it by ", date(by), then]
}

fn of_pm_ask(engagement: &Engagement, ask: &PmAsk, scene: &Scene<'_>) -> Line {
    let sent = sent_to(engagement, scene);
    let Some(owner) = &engagement.owner else {
        return line![sent, ". No PM is known for it, so nobody is called by name."];
    };
    let owner = scene.name(owner);
    match ask.due_at {
        Some(due) => line![sent, format!(", for {owner}. It is due "), date(due), "."],
        None => line![
            sent,
            format!(
                ", for {owner}. No time is promised; I remind {owner} after {}.",
                working_days(scene.rules.pm_remind_after.0)
            )
        ],
    }
}

fn of_inquiry(engagement: &Engagement, inquiry: &Inquiry, scene: &Scene<'_>) -> Line {
    let sent = sent_to(engagement, scene);
    let Some(owner) = &engagement.owner else {
        return line![sent, ". No PM is known for it, so no clock runs."];
    };
    let owner = scene.name(owner);
    let Some(clock) = &inquiry.clock else {
        return line![sent, format!(", for {owner}. There is no internal channel for it, so no clock runs.")];
    };
    match super::card_inquiry::due(engagement, clock, scene) {
        Some(due) => line![
            sent,
            format!(", for {owner}. The answer is due "),
            date(due),
            format!(", {}; I remind {owner} before.", from_now(due, scene.now))
        ],
        None => {
            line![sent, format!(", for {owner}. The answer is due within {}.", span(clock.rules.within.0))]
        }
    }
}

fn of_call(engagement: &Engagement, call: &Call, scene: &Scene<'_>) -> Line {
    let sent = sent_to(engagement, scene);
    let whom = engagement.owner.as_ref().map_or_else(
        || ". No PM is known for it, so nobody is called by name".to_owned(),
        |owner| format!(", for {}", scene.name(owner)),
    );
    let due = call.start - chrono::Duration::seconds(call.rules.agenda_before_seconds);
    let sent = sent.then(whom);
    let line = if call.agenda.is_some() {
        line![
            sent,
            format!(
                ". I tell you when {} says.",
                if engagement.owner.is_some() { "the PM" } else { "somebody" }
            )
        ]
    } else {
        line![sent, ". The agenda is due ", date(due), "; I ask you for it before."]
    };
    if call.second_day { line.then(recommended(scene)) } else { line }
}

/// What a PM is better given, where the notice is short (C2).
fn recommended(scene: &Scene<'_>) -> String {
    let days = working_days(scene.rules.call.recommended.0);
    format!(" Short notice: {days} are recommended.")
}
