//! What each decision has to know, read from one snapshot of the store; then the pure decision itself.

use chrono::{DateTime, Duration, Utc};

use super::App;
use crate::domain::admin::{Deed, LogEntry};
use crate::domain::command::{Act, Action, Ask, ClockKind, Command, Errand, Heard, Shortcut, Via};
use crate::domain::decide::ask::{self, AskCase};
use crate::domain::decide::{
    Case, absence, call, card_gone, draft, exception, hand_over, inquiry, own_words, pm_ask, question,
    switching,
};
use crate::domain::decision::{Decision, Reply, Write};
use crate::domain::engagement::{Body, Engagement, State, Triage};
use crate::domain::ids::{ChannelId, EngagementId, Ts, UserId};
use crate::domain::notice::{Address, Downtime, Notice, What};
use crate::domain::org::{Org, Policy};
use crate::domain::pause::Pause;
use crate::domain::pings::{self, Said};
use crate::domain::refusal::Refusal;
use crate::domain::switches::Switch;
use crate::store::{StoreError, View};

/// How long a card that Slack has may be unknown to us before a mention under it counts as an ask of its own: Slack repeats an
/// event for five minutes.
const KNOWN_WITHIN: Duration = Duration::minutes(4);

/// What is at hand for every decision.
pub(super) struct Known<'a> {
    pub(super) view: &'a View<'a>,
    pub(super) policy: &'a Policy,
    pub(super) now: DateTime<Utc>,
    late: Late<'a>,
    /// Nothing will be committed: no id is used up.
    only_asks: bool,
}

/// What can make something late that is not late by itself.
#[derive(Clone, Copy)]
pub(super) struct Late<'a> {
    /// A time in which we were down and that just ended (B7).
    pub downtime: Option<&'a Downtime>,
    /// Pauses of reminders.
    pub pauses: &'a [Pause],
}

/// What would be decided if that were done now; nothing is to be committed of it.
pub(super) fn would_decide(
    view: &View<'_>,
    act: &Act,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Result<Decision, StoreError> {
    let late = Late { downtime: None, pauses: &[] };
    Known { view, policy, now, late, only_asks: true }.act(act)
}

/// Reads, and decides upon it; all that is read is of one instant.
pub(super) fn decide(
    view: &View<'_>,
    command: &Command,
    policy: &Policy,
    now: DateTime<Utc>,
    late: Late<'_>,
) -> Result<Decision, StoreError> {
    let known = Known { view, policy, now, late, only_asks: false };
    let mut decision = known.decide(command)?;
    known.free_pms(command, &mut decision)?;
    known.overhear(command, &mut decision)?;
    log_overseen(command, now, &mut decision);
    Ok(decision)
}

/// What an area lead or admin did to an ask is on their log, with the ask's change.
fn log_overseen(command: &Command, now: DateTime<Utc>, decision: &mut Decision) {
    for switch in &decision.switches {
        if let Switch::Mode { area, kept, by: Some(by) } = switch {
            let mode = kept.switched.unwrap_or(kept.directory);
            let entry = LogEntry::of(now, by, Deed::Mode, area.to_string());
            decision.log.push(entry.ending(mode.key()));
        }
    }
    let Command::Act(Act { engagement, by, action }) = command else { return };
    let deed = match action {
        Action::Close { .. } => Deed::Close,
        Action::Reassign { .. } => Deed::Reassign,
        _ => return,
    };
    if !decision.writes.is_empty() {
        decision.log.push(LogEntry::of(now, by, deed, engagement.short()));
    }
}

/// Whether it can be told without reading anything that nothing follows from it: most of what is said in a company.
pub(super) fn is_nothing_to_us(command: &Command, policy: &Policy) -> bool {
    match command {
        Command::Nothing => true,
        Command::Heard(heard) => {
            heard.thread.is_none()
                && Said::of(command).is_none_or(|said| !pings::concerns_us(&said, &policy.org))
                && !heard.bot.as_ref().is_some_and(|bot| policy.org.workflow_bots.contains(bot))
        }
        Command::Ask(_)
        | Command::Act(_)
        | Command::Reacted(_)
        | Command::Deleted { .. }
        | Command::Edited(_)
        | Command::Due { .. }
        | Command::Read { .. }
        | Command::Resend { .. }
        | Command::HandOver { .. }
        | Command::Away(_)
        | Command::Back { .. }
        | Command::StatusSays { .. }
        | Command::NotAway { .. }
        | Command::Switch(_)
        | Command::Offer(_)
        | Command::Undeliverable { .. } => false,
    }
}

/// B1: an SME who mentions a PM of the area in the internal channel asks, whether we are mentioned or not.
fn asks_a_pm(heard: &Heard, org: &Org) -> bool {
    let (Some(by), false) = (&heard.by, heard.is_note) else { return false };
    org.area_of_internal_channel(&heard.channel).is_some_and(|area| {
        org.is_sme_in_internal_channel(by, area)
            && heard.mentions.iter().any(|user| org.answers_for(user, area))
    })
}

impl Known<'_> {
    fn decide(&self, command: &Command) -> Result<Decision, StoreError> {
        match command {
            Command::Nothing => Ok(Decision::default()),
            Command::Ask(ask) => self.ask(ask),
            Command::Act(act) => self.act(act),
            Command::Heard(heard) => self.heard(heard),
            Command::Offer(answered) => self.offer_answered(answered),
            Command::Switch(switching) => Ok(switching::switch(switching, &self.policy.org)),
            Command::Reacted(reacted) => {
                self.each_at(&reacted.channel, &reacted.ts, |case| match &case.engagement.body {
                    Body::Question(_) => question::reacted(case, reacted),
                    Body::Inquiry(_) => inquiry::reacted(case, reacted),
                    Body::PmAsk(_) | Body::Call(_) => Decision::default(),
                })
            }
            Command::Deleted { channel, ts } => self.each_at(channel, ts, |case| {
                let decision = match &case.engagement.body {
                    Body::Inquiry(_) => inquiry::deleted(case, channel, ts),
                    Body::Question(_) | Body::PmAsk(_) | Body::Call(_) => {
                        own_words::deleted(case, channel, ts)
                    }
                };
                if decision.is_empty() { card_gone::deleted(case, channel, ts) } else { decision }
            }),
            Command::Edited(edited) => {
                self.each_at(&edited.channel, &edited.ts, |case| own_words::edited(case, edited))
            }
            Command::Due { engagement, clock, since } => {
                self.one(*engagement, |case| due(case, *clock, *since))
            }
            Command::Read { engagement, errand, messages } => {
                self.one(*engagement, |case| read(case, *errand, messages.as_deref()))
            }
            Command::Resend { engagement, by } => {
                let is_gone = self.card_is_gone(*engagement)?;
                self.one(*engagement, |case| card_gone::resend(case, by, is_gone))
            }
            Command::HandOver { engagement, from, why } => {
                let from = hand_over::From { who: from, why: *why };
                self.one(*engagement, |case| hand_over::hand_over(case, from))
            }
            Command::Away(wish) => Ok(absence::set(self.policy, wish, self.now)),
            Command::Back { by, who } => Ok(absence::end(self.policy, by, who.as_ref(), self.now)),
            Command::StatusSays { who, until, status } => {
                let owes = !self.view.owed_by(who)?.is_empty();
                Ok(absence::status_says(self.policy, who, (*until, status), owes, self.now))
            }
            Command::NotAway { .. } => Ok(absence::not_away()),
            Command::Undeliverable { engagement, is_card, channel, error } => {
                if !is_card {
                    let mut decision =
                        self.one(*engagement, |case| exception::unopened(case, channel, error))?;
                    decision.notices.extend(parked(*engagement, channel, error).notices);
                    return Ok(decision);
                }
                self.one(*engagement, |case| match &case.engagement.body {
                    Body::Question(_) => question::undeliverable(case, channel, error),
                    Body::PmAsk(_) => pm_ask::undeliverable(case, channel, error),
                    Body::Inquiry(_) => inquiry::undeliverable(case, channel, error),
                    Body::Call(_) => call::undeliverable(case, channel, error),
                })
            }
        }
    }

    /// A question that is over frees the PM who was asked for it.
    fn free_pms(&self, command: &Command, decision: &mut Decision) -> Result<(), StoreError> {
        let by = match command {
            Command::Act(act) => Some(&act.by),
            Command::Reacted(reacted) => Some(&reacted.by),
            Command::Heard(heard) => heard.by.as_ref(),
            Command::Nothing
            | Command::Ask(_)
            | Command::Deleted { .. }
            | Command::Edited(_)
            | Command::Due { .. }
            | Command::Read { .. }
            | Command::Resend { .. }
            | Command::HandOver { .. }
            | Command::Away(_)
            | Command::Back { .. }
            | Command::StatusSays { .. }
            | Command::NotAway { .. }
            | Command::Switch(_)
            | Command::Offer(_)
            | Command::Undeliverable { .. } => None,
        };
        let over: Vec<(EngagementId, State)> = decision
            .writes
            .iter()
            .map(Write::engagement)
            .filter(|written| !written.state.is_live())
            .filter_map(|written| match &written.body {
                Body::Question(question) => Some((question.inquiry?, written.state)),
                Body::PmAsk(_) | Body::Inquiry(_) | Body::Call(_) => None,
            })
            .collect();
        for (inquiry, state) in over {
            if decision.writes.iter().any(|write| write.engagement().id == inquiry) {
                continue;
            }
            let freed = self.one(inquiry, |case| inquiry::freed(case, state, by))?;
            decision.writes.extend(freed.writes);
            decision.notices.extend(freed.notices);
            decision.clocks.extend(freed.clocks);
            decision.timeline.extend(freed.timeline);
        }
        Ok(())
    }
}

/// Something else than a card cannot be delivered: admins hear of it, once.
fn parked(engagement: EngagementId, channel: &ChannelId, error: &str) -> Decision {
    let what = What::Parked { channel: channel.clone(), error: error.to_owned(), went_to: None };
    let notice = Notice { to: Address::Admins, what, engagement: Some(engagement), urgent: false };
    Decision { notices: vec![notice], ..Decision::default() }
}

fn due(case: &Case<'_>, clock: ClockKind, since: DateTime<Utc>) -> Decision {
    match (&case.engagement.body, clock) {
        (Body::Question(_), ClockKind::DraftLapse) => draft::lapse(case),
        (Body::Question(_), ClockKind::ExceptionNext) => exception::next(case),
        (Body::Question(_), clock) => question::due(case, clock, since),
        (Body::PmAsk(_), clock) => pm_ask::due(case, clock, since),
        (Body::Inquiry(_), ClockKind::Reply) => inquiry::due(case),
        (Body::Inquiry(_), ClockKind::Close) => inquiry::closing(case),
        (Body::Inquiry(_), _) => Decision::default(),
        (Body::Call(_), clock) => call::due(case, clock, since),
    }
}

fn read(case: &Case<'_>, errand: Errand, messages: Option<&[Heard]>) -> Decision {
    match (&case.engagement.body, errand) {
        (Body::Question(_), Errand::Root) => draft::root_read(case, messages),
        (Body::Question(_), Errand::Proof) => draft::proof_read(case, messages),
        (Body::Inquiry(_), Errand::Thread) => inquiry::read(case, messages),
        (Body::Question(_) | Body::PmAsk(_) | Body::Inquiry(_) | Body::Call(_), _) => Decision::default(),
    }
}

fn act(case: &Case<'_>, act: &Act) -> Decision {
    match (&case.engagement.body, case.engagement.state) {
        (Body::Question(_), State::Draft) => draft::act(case, act),
        (Body::Question(_), _) => question::act(case, act),
        (Body::PmAsk(_), _) => pm_ask::act(case, act),
        (Body::Inquiry(_), _) => inquiry::act(case, act),
        (Body::Call(_), State::Draft) if act.action == Action::AskSmes => draft::call_to_smes(case, act),
        (Body::Call(_), _) => call::act(case, act),
    }
}

impl Known<'_> {
    fn engagement(&self, id: EngagementId) -> Result<Option<Engagement>, StoreError> {
        self.view.engagement(id)
    }

    fn parent(&self, engagement: &Engagement) -> Result<Option<Engagement>, StoreError> {
        match engagement.parent {
            Some(parent) => self.engagement(parent),
            None => Ok(None),
        }
    }

    fn case<'a>(
        &'a self,
        engagement: &'a Engagement,
        parent: Option<&'a Engagement>,
        next_id: EngagementId,
        downtime: Option<&'a Downtime>,
    ) -> Case<'a> {
        Case { engagement, parent, next_id, policy: self.policy, now: self.now, downtime }
    }

    /// Why something of that engagement comes late, where it does (B7).
    fn late_because(&self, engagement: &Engagement) -> Option<Downtime> {
        let Late { downtime, pauses } = self.late;
        App::late_because(pauses, &self.policy.org, engagement, downtime, self.now)
    }

    /// Whether Slack told that the engagement's card is not there any more.
    fn card_is_gone(&self, id: EngagementId) -> Result<bool, StoreError> {
        let Some(home) = self.engagement(id)?.and_then(|engagement| engagement.home) else {
            return Ok(false);
        };
        match home.card {
            Some(card) => self.view.was_told(&What::CardDeleted { channel: home.channel, card }),
            None => Ok(false),
        }
    }

    fn one(&self, id: EngagementId, decide: impl Fn(&Case<'_>) -> Decision) -> Result<Decision, StoreError> {
        let Some(engagement) = self.engagement(id)? else { return Ok(Decision::default()) };
        let parent = self.parent(&engagement)?;
        let late = self.late_because(&engagement);
        Ok(decide(&self.case(&engagement, parent.as_ref(), EngagementId(0), late.as_ref())))
    }

    /// Decides for every engagement that has this message as its card, its root or its question.
    fn each_at(
        &self,
        channel: &ChannelId,
        ts: &Ts,
        decide: impl Fn(&Case<'_>) -> Decision,
    ) -> Result<Decision, StoreError> {
        let mut whole = Decision::default();
        let view = self.view;
        let ids = view.by_thread(channel, ts)?;
        if ids.is_empty() && view.may_be_a_card(channel, ts)? {
            // Slack has it, and we do not know its name yet: told that nothing was kept, Slack tells us again.
            return Err(StoreError::Conflict);
        }
        for id in ids {
            // An engagement that a decision before this one changed is decided on when it happens again.
            if whole.writes.iter().any(|write| write.engagement().id == id) {
                continue;
            }
            let decision = self.one(id, &decide)?;
            whole.writes.extend(decision.writes);
            whole.notices.extend(decision.notices);
            whole.clocks.extend(decision.clocks);
            whole.timeline.extend(decision.timeline);
            if whole.reply == Reply::Nothing {
                whole.reply = decision.reply;
            }
        }
        Ok(whole)
    }

    pub(super) fn ask(&self, asked: &Ask) -> Result<Decision, StoreError> {
        if let Via::Mention { channel, ts, thread: Some(thread) } = &asked.via
            && let Some(decision) = self.mention_in_tracked_thread(asked, channel, ts, thread)?
        {
            return Ok(decision);
        }
        if let Via::Shortcut { channel, ts, thread, shortcut: Shortcut::AskPm, .. } = &asked.via {
            let root = thread.as_ref().unwrap_or(ts);
            let found = self.view.engagements(&self.view.by_thread(channel, root)?)?;
            let is_inquiry = |found: &&Engagement| matches!(found.body, Body::Inquiry(_));
            if let Some(open) = found.iter().filter(is_inquiry).find(|found| inquiry::takes_follow_ups(found))
            {
                return Ok(Decision::refuse(Refusal::PmAskedAlready { inquiry: open.id }));
            }
        }
        let view = self.view;
        let recent = match self.policy.rules.asks_per_person_per_hour {
            0 => Vec::new(),
            // Many people ask through a workflow.
            _ if self.policy.org.is_workflow(&asked.by) => Vec::new(),
            _ => view.asks_since(&asked.by, self.now - Duration::hours(1))?,
        };
        let since = self.now - self.policy.rules.engagement.duplicate_within.span();
        let text = asked.text.trim();
        let duplicate = if text.is_empty() {
            None
        } else {
            view.duplicate_of(&ask::requester_of(asked, &self.policy.org), text, since)?
        };
        // A call that was too soon is asked for again with another start: what was never sent is no earlier ask.
        let duplicate = match duplicate {
            Some(id) if asked.call.is_some() => {
                let is_draft = self.engagement(id)?.is_some_and(|found| found.state == State::Draft);
                Some(id).filter(|_| !is_draft)
            }
            other => other,
        };
        let triage = match &asked.proof.triage {
            Some(Triage::Answered { engagement }) => self.engagement(*engagement)?,
            Some(Triage::Thread { .. } | Triage::Ticked) | None => None,
        };
        let case = AskCase {
            next_id: view.next_id()?,
            policy: self.policy,
            now: self.now,
            recent: &recent,
            duplicate,
            triage: triage.as_ref(),
        };
        Ok(ask::ask(asked, &case))
    }

    /// We were mentioned in a thread that is an engagement's already: an inquiry hears it (B6); elsewhere its state is told.
    fn mention_in_tracked_thread(
        &self,
        asked: &Ask,
        channel: &ChannelId,
        ts: &Ts,
        thread: &Ts,
    ) -> Result<Option<Decision>, StoreError> {
        let ids = self.view.by_thread(channel, thread)?;
        // Young enough that Slack tells us again once we know what stands above it; later it is an ask all the same.
        let is_young = thread.instant().is_some_and(|began| self.now - began < KNOWN_WITHIN);
        if ids.is_empty() && is_young && self.view.may_be_a_card(channel, thread)? {
            return Err(StoreError::Conflict);
        }
        let found = self.view.engagements(&ids)?;
        // An inquiry that takes no follow-ups (withdrawn, no question) leaves its thread free for a new one.
        let is_open = |found: &&Engagement| match &found.body {
            Body::Inquiry(_) => inquiry::takes_follow_ups(found),
            // A draft is its author's alone: whoever else mentions us there asks anew.
            Body::Question(_) | Body::PmAsk(_) | Body::Call(_) => {
                found.state != State::Draft || found.requester == asked.by
            }
        };
        let Some(first) = found.iter().find(is_open) else { return Ok(None) };
        let heard = Heard {
            channel: channel.clone(),
            ts: ts.clone(),
            thread: Some(thread.clone()),
            by: Some(asked.by.clone()),
            bot: None,
            text: asked.text.clone(),
            mentions: asked.mentions.clone(),
            mentions_us: true,
            is_note: false,
            thread_by: None,
            types_command: false,
        };
        let mut decision = self.heard(&heard)?;
        if decision.is_empty() {
            let forgotten = self.view.forgotten_at(first.id)?;
            decision.reply = Reply::Status { engagement: first.id, forgotten };
        }
        Ok(Some(decision))
    }

    fn heard(&self, heard: &Heard) -> Result<Decision, StoreError> {
        let answered = match &heard.thread {
            Some(thread) => self.heard_in_thread(heard, thread)?,
            // Messages outside threads are nobody's reply; they are not even looked up.
            None => self.posted_by_workflow(heard)?,
        };
        if answered.is_empty() && asks_a_pm(heard, &self.policy.org) {
            return self.ask_pm_by_mention(heard);
        }
        if answered.is_empty() && heard.types_command {
            return self.typed_in_thread(heard);
        }
        Ok(answered)
    }

    fn ask_pm_by_mention(&self, heard: &Heard) -> Result<Decision, StoreError> {
        let Some(by) = heard.by.clone() else { return Ok(Decision::default()) };
        let view = self.view;
        if let Some(thread) = &heard.thread {
            let ids = view.by_thread(&heard.channel, thread)?;
            let live = view.engagements(&ids)?;
            if live.iter().any(inquiry::takes_follow_ups) {
                return Ok(Decision::default());
            }
        }
        let via = Via::Mention {
            channel: heard.channel.clone(),
            ts: heard.ts.clone(),
            thread: heard.thread.clone(),
        };
        let asked = Ask { mentions: heard.mentions.clone(), ..Ask::of(by, via, heard.text.clone()) };
        let case = AskCase {
            next_id: view.next_id()?,
            policy: self.policy,
            now: self.now,
            recent: &[],
            duplicate: None,
            triage: None,
        };
        let mut decision = ask::ask(&asked, &case);
        // Nobody spoke to us: the card in the thread says all there is to say.
        decision.reply = Reply::Nothing;
        Ok(decision)
    }

    fn heard_in_thread(&self, heard: &Heard, thread: &Ts) -> Result<Decision, StoreError> {
        self.each_at(&heard.channel, thread, |case| match &case.engagement.body {
            Body::Question(_) => question::heard(case, heard),
            Body::Inquiry(_) => inquiry::heard(case, heard),
            Body::PmAsk(_) | Body::Call(_) => Decision::default(),
        })
    }

    /// A8: what a listed workflow posts in an SME channel is a question of whom it names first; where it names nobody, of the
    /// workflow itself. Anything but a question that goes out at once is left alone: nobody would hear.
    fn posted_by_workflow(&self, heard: &Heard) -> Result<Decision, StoreError> {
        let org = &self.policy.org;
        let is_listed = heard.bot.as_ref().is_some_and(|bot| org.workflow_bots.contains(bot));
        let Some(bot) = heard.bot.as_ref().filter(|_| is_listed && !heard.is_note) else {
            return Ok(Decision::default());
        };
        let named = heard.mentions.iter().find(|user| org.person(user).is_some_and(|person| !person.is_bot));
        let asker = named.cloned().unwrap_or_else(|| UserId(bot.clone()));
        if org.area_of_channel(&heard.channel).is_none() {
            return Ok(Decision::default());
        }
        let via = Via::Mention { channel: heard.channel.clone(), ts: heard.ts.clone(), thread: None };
        let asked = Ask::of(asker, via, heard.text.clone());
        let decision = self.ask(&asked)?;
        Ok(if matches!(decision.reply, Reply::Asked { .. }) { decision } else { Decision::default() })
    }

    fn act(&self, acted: &Act) -> Result<Decision, StoreError> {
        let Some(mut engagement) = self.engagement(acted.engagement)? else {
            return Ok(Decision::refuse(Refusal::Unknown { id: acted.engagement.short() }));
        };
        if let Body::Question(question) = &mut engagement.body
            && let Some(inquiry) = question.inquiry
            && !self.engagement(inquiry)?.is_some_and(|inquiry| inquiry.state.is_live())
        {
            question.inquiry = None;
        }
        let parent = self.parent(&engagement)?;
        let next_id = if self.only_asks { EngagementId(0) } else { self.view.next_id()? };
        let late = self.late_because(&engagement);
        Ok(act(&self.case(&engagement, parent.as_ref(), next_id, late.as_ref()), acted))
    }
}
