//! What a draft learns from Slack: the first message of its thread, or the thread that should hold an SME's triage (A4).

use chrono::Duration;

use super::{Step, advance, end};
use crate::domain::command::Heard;
use crate::domain::decide::ask::{LONGEST_TEXT, set_pending};
use crate::domain::decide::{Case, pm_ask};
use crate::domain::decision::{Actor, Decision, Event, Reply};
use crate::domain::engagement::{Body, Engagement, Pending, State};
use crate::domain::notice::{Address, Change, What};
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::refusal::Refusal;
use crate::domain::routing::{self, Outcome};

/// The thread's first message came back: what was asked stands in it.
pub fn root_read(case: &Case<'_>, messages: Option<&[Heard]>) -> Decision {
    let mut draft = case.engagement.clone();
    if is_pending(&draft, &Pending::Message) {
        return message_read(draft, case, messages);
    }
    if !is_pending(&draft, &Pending::Root) {
        return Decision::default();
    }
    // What somebody else said in a private place is theirs to post, and is not taken from them by a mention.
    let may_take = |root: &&Heard| !draft.origin.is_private || root.by.as_ref() == Some(&draft.requester);
    let root = messages.and_then(<[Heard]>::first).filter(may_take);
    let root = root.map(|root| root.text.trim().to_owned());
    draft.text = match root {
        Some(root) if !root.is_empty() && draft.text.is_empty() => root,
        Some(root) if !root.is_empty() => format!("{}\n{root}", draft.text),
        Some(_) | None => draft.text,
    };
    let mut decision = if draft.text.is_empty() {
        let mut decision = Decision::default();
        end(&mut draft, State::Deflected, case.now, &mut decision);
        decision.tell_requester(&draft, What::Reply { reply: Reply::Refused(Refusal::Empty) });
        decision.change(draft.clone());
        return decision;
    } else {
        let step = Step {
            is_new: false,
            confirmed: false,
            offers_smes_first: false,
            policy: case.policy,
            now: case.now,
        };
        set_root_read(&mut draft);
        advance(draft.clone(), step, Actor::Slack)
    };
    // Nobody waits for an answer here: what they would hear at once goes into their thread.
    match std::mem::take(&mut decision.reply) {
        Reply::Nothing => {}
        // Where the bot is not on, nobody but whoever asked hears of it.
        reply @ Reply::Refused(Refusal::AreaNotOn { .. }) => {
            let (user, channel) = (draft.requester.clone(), draft.origin.channel.clone());
            let to = Address::OnlyTo { user, channel, thread: draft.origin.thread.clone() };
            decision.tell(&draft, to, What::Reply { reply });
        }
        reply => decision.tell_requester(&draft, What::Reply { reply }),
    }
    decision
}

/// Its author's own message came back, with which they let us ask (A6). What goes wrong they hear alone.
fn message_read(mut draft: Engagement, case: &Case<'_>, messages: Option<&[Heard]>) -> Decision {
    let is_it = |heard: &&Heard| {
        Some(&heard.ts) == draft.origin.message.as_ref() && heard.by.as_ref() == Some(&draft.requester)
    };
    let own = messages.unwrap_or_default().iter().find(is_it);
    own.map_or("", |own| own.text.trim()).clone_into(&mut draft.text);
    if draft.text.is_empty() {
        return drop_for(draft, Refusal::Empty, case);
    }
    if draft.text.chars().count() > LONGEST_TEXT {
        return drop_for(draft, Refusal::TooLong { limit: LONGEST_TEXT }, case);
    }
    set_root_read(&mut draft);
    let pressed = Fact::Pressed { by: draft.requester.clone() };
    draft.because.push(Because { rule: Rule::A1, fact: pressed });
    let org = &case.policy.org;
    if let Some(area) = &draft.area
        && let Outcome::Clear { place, words } = routing::route(org, &draft.text, Some(area))
        && org.place(&place).is_some_and(|found| found.area.as_ref() == Some(area))
    {
        let fact = Fact::TextNames { words, place: place.clone() };
        draft.because.push(Because { rule: Rule::A1, fact });
        draft.place = Some(place);
    }
    let step = Step {
        is_new: false,
        confirmed: false,
        offers_smes_first: false,
        policy: case.policy,
        now: case.now,
    };
    let mut decision = advance(draft.clone(), step, Actor::Slack);
    match std::mem::take(&mut decision.reply) {
        Reply::Nothing => {}
        Reply::Refused(refusal) => return drop_for(case.engagement.clone(), refusal, case),
        // Where it went concerns everybody in its thread; what it waits for, its author alone.
        reply @ Reply::Asked { .. } => decision.tell_requester(&draft, What::Reply { reply }),
        reply => decision.tell(&draft, only_its_author(&draft), What::Reply { reply }),
    }
    decision
}

/// Nothing comes of it, and its author hears why.
fn drop_for(mut draft: Engagement, refusal: Refusal, case: &Case<'_>) -> Decision {
    let mut decision = Decision::default();
    end(&mut draft, State::Deflected, case.now, &mut decision);
    let what = What::Reply { reply: Reply::Refused(refusal) };
    decision.tell(&draft, only_its_author(&draft), what);
    decision.change(draft);
    decision
}

fn only_its_author(draft: &Engagement) -> Address {
    Address::Direct { user: draft.requester.clone() }
}

fn set_root_read(draft: &mut Engagement) {
    if let Body::Question(question) = &mut draft.body {
        question.pending = None;
    }
}

/// The thread that should hold an SME's triage came back (A4).
pub fn proof_read(case: &Case<'_>, messages: Option<&[Heard]>) -> Decision {
    let mut draft = case.engagement.clone();
    if !is_pending(&draft, &Pending::Proof) {
        return Decision::default();
    }
    let oldest = case.now - Duration::days(case.policy.rules.sme.proof_max_age_days);
    let proved = draft.area.as_ref().is_some_and(|area| {
        messages.unwrap_or_default().iter().any(|message| {
            message.ts.instant().is_some_and(|at| at >= oldest)
                && message
                    .by
                    .as_ref()
                    .is_some_and(|by| *by != draft.requester && case.policy.org.is_sme(by, area))
                && message.thread.as_ref().is_some_and(|root| *root != message.ts)
        })
    });
    let event = Event::TriageChecked { proved };
    let mut decision = if proved {
        draft.because.push(Because { rule: Rule::A4, fact: Fact::TriageProved { by: None } });
        let step = Step {
            is_new: false,
            confirmed: true,
            offers_smes_first: false,
            policy: case.policy,
            now: case.now,
        };
        let mut decision = pm_ask::send(draft.clone(), step, Actor::Slack);
        decision.reply = Reply::Nothing;
        decision.tell_requester(&draft, What::ChangedToRequester { change: Change::TriageProved });
        decision
    } else {
        set_pending(&mut draft, Pending::SmeFirst);
        let mut decision = Decision::default();
        decision.tell_requester(&draft, What::ChangedToRequester { change: Change::TriageNotProved });
        decision.change(draft.clone());
        decision
    };
    decision.note(draft.id, case.now, Actor::Slack, event, Vec::new());
    decision
}

fn is_pending(draft: &Engagement, what: &Pending) -> bool {
    draft.state == State::Draft
        && matches!(&draft.body, Body::Question(question) if question.pending.as_ref() == Some(what))
}
