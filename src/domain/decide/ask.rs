//! Intake: what becomes of an ask (the deciding table, A1–A4, A7, A10, B1, C1).
//!
//! Refuses what cannot be, sends what is clear, keeps as a draft what waits for its author. Never guesses silently.

use chrono::{DateTime, Duration, Utc};

use super::draft::{self, Step};
use super::{call, destination, inquiry};
use crate::domain::calendar::WorkCalendar;
use crate::domain::call_notice::{self, CallNotice};
use crate::domain::command::{Ask, ClockKind, Shortcut, Via};
use crate::domain::decision::{Actor, Decision, Event, Field, FieldProblem, Problem, Reply};
use crate::domain::engagement::{Body, Engagement, Origin, Pending, Question, State, Triage};
use crate::domain::ids::{ChannelId, EngagementId, UserId};
use crate::domain::notice::{Address, What};
use crate::domain::org::{Org, Place, Policy, Role};
use crate::domain::reason::{Because, Fact, Reason, Rule};
use crate::domain::refusal::Refusal;
use crate::domain::routing::{self, Outcome};

/// Longest question that is taken, in characters.
pub const LONGEST_TEXT: usize = 3_000;

/// What is known when somebody asks.
#[derive(Debug, Clone, Copy)]
pub struct AskCase<'a> {
    /// The id for the engagement that begins.
    pub next_id: EngagementId,
    /// The rules, and who is who.
    pub policy: &'a Policy,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// When this person asked during the last hour, oldest first.
    pub recent: &'a [DateTime<Utc>],
    /// The same ask by the same person that is open.
    pub duplicate: Option<EngagementId>,
    /// The engagement given as an SME's triage, where one was (A4).
    pub triage: Option<&'a Engagement>,
}

/// What becomes of an ask.
pub fn ask(ask: &Ask, case: &AskCase<'_>) -> Decision {
    if let Some(reply) = turned_away(ask, case) {
        return Decision { reply, ..Decision::default() };
    }
    if let Some(decision) = asked_in_internal_channel(ask, case) {
        return decision;
    }
    if let Some(problems) = proof_problems(ask, case) {
        return Decision { reply: Reply::Form(problems), ..Decision::default() };
    }
    if ask.reason == Some(Reason::CustomerMeeting) {
        return customer_meeting(ask, case);
    }
    let draft = draft_of(ask, case);
    if is_mention_inside_thread(ask) {
        return read_the_thread_first(draft, case);
    }
    if is_offered(ask) {
        return read_the_message_first(draft, case);
    }
    // A PM who redirects has chosen SMEs already (A5); that the message names them is why they redirect it.
    let mentions_pm = ask.reason.is_none()
        && redirected_by(ask).is_none()
        && ask.mentions.iter().any(|user| case.policy.org.is_protected(user));
    draft::advance(
        draft,
        Step {
            is_new: true,
            confirmed: false,
            offers_smes_first: mentions_pm,
            policy: case.policy,
            now: case.now,
        },
        Actor::Person(ask.by.clone()),
    )
}

/// Refusals that need no place, and duplicates.
fn turned_away(ask: &Ask, case: &AskCase<'_>) -> Option<Reply> {
    let org = &case.policy.org;
    let refuse = |refusal| Some(Reply::Refused(refusal));
    if is_taken_from_shared_channel(ask, org) {
        return refuse(Refusal::SharedChannel);
    }
    if let Some(refusal) = shortcut_out_of_place(ask, case) {
        return refuse(refusal);
    }
    if let Via::Offered { area, .. } = &ask.via
        && let Some(area) = destination::not_on(org, area.as_ref(), &ask.by)
    {
        return refuse(Refusal::AreaNotOn { area });
    }
    if ask.text.trim().is_empty() && !is_mention_inside_thread(ask) && !is_offered(ask) {
        return refuse(Refusal::Empty);
    }
    if ask.text.chars().count() > LONGEST_TEXT {
        return refuse(Refusal::TooLong { limit: LONGEST_TEXT });
    }
    if let Some(engagement) = case.duplicate {
        return Some(Reply::Duplicate { engagement });
    }
    let limit = case.policy.rules.asks_per_person_per_hour;
    let hour = Duration::hours(1);
    let recent: Vec<_> = case.recent.iter().filter(|at| **at + hour > case.now).collect();
    if limit > 0 && recent.len() >= limit as usize {
        let oldest = recent.first().map_or(case.now, |at| **at);
        return refuse(Refusal::TooMany { limit, again_at: oldest + hour });
    }
    None
}

/// Whether its words stand where another organisation reads along. What is typed into a command or a form only we see: it is
/// taken wherever it was typed, and answered to its author alone.
fn is_taken_from_shared_channel(ask: &Ask, org: &Org) -> bool {
    match &ask.via {
        Via::Slash { .. } | Via::Form { .. } => false,
        Via::Mention { channel, .. } | Via::Offered { channel, .. } | Via::Shortcut { channel, .. } => {
            ask.in_shared_channel || org.is_shared(channel)
        }
    }
}

/// What a message shortcut cannot do there, with that message, or for that person: Slack shows it to everybody, everywhere.
fn shortcut_out_of_place(ask: &Ask, case: &AskCase<'_>) -> Option<Refusal> {
    let Via::Shortcut { channel, author, shortcut, .. } = &ask.via else { return None };
    let org = &case.policy.org;
    let only = |who| Some(Refusal::NotYours { engagement: case.next_id, who, is_requester: false });
    let is_ours = author.is_some() && *author == org.bot_user;
    match (shortcut, org.area_of_internal_channel(channel)) {
        (Shortcut::AskPm, None) => Some(Refusal::AskPmInside),
        (Shortcut::AskPm, Some(area)) if !org.is_sme_in_internal_channel(&ask.by, area) => {
            only(Role::SmesOf(area.key.clone()))
        }
        (Shortcut::AskExpert | Shortcut::RedirectToSmes, Some(_)) => Some(Refusal::StaysInside),
        (Shortcut::RedirectToSmes, None) if !org.is_protected(&ask.by) => only(Role::PmsOf(None)),
        (Shortcut::RedirectToSmes, None) => {
            author_of(ask, org).is_none().then_some(Refusal::NothingToRedirect)
        }
        // Somebody else's bot may have posted a question that a person takes up as theirs; our own messages ask nothing.
        (Shortcut::AskPm, Some(_)) | (Shortcut::AskExpert, None) => {
            is_ours.then_some(Refusal::NothingToRedirect)
        }
    }
}

/// The person who wrote the message of a shortcut; bots have an id like people, and nobody could ask them back.
fn author_of(ask: &Ask, org: &Org) -> Option<UserId> {
    let Via::Shortcut { author: Some(author), .. } = &ask.via else { return None };
    let is_bot =
        Some(author) == org.bot_user.as_ref() || org.person(author).is_some_and(|person| person.is_bot);
    (!is_bot).then(|| author.clone())
}

/// B1: an SME who asks in the internal channel asks the PM. What a PM says to us there is no ask.
fn asked_in_internal_channel(ask: &Ask, case: &AskCase<'_>) -> Option<Decision> {
    let org = &case.policy.org;
    let (Via::Mention { channel, ts, thread }
    | Via::Shortcut { channel, ts, thread, shortcut: Shortcut::AskPm, .. }) = &ask.via
    else {
        return None;
    };
    let area = org.area_of_internal_channel(channel)?;
    if !org.is_sme_in_internal_channel(&ask.by, area) {
        return Some(Decision { reply: Reply::Help, ..Decision::default() });
    }
    if !area.is_on_for(&ask.by, org) {
        return Some(Decision::refuse(Refusal::ClockNotOn { area: area.key.clone() }));
    }
    if ask.text.trim().is_empty() && thread.is_none() {
        return Some(Decision::refuse(Refusal::Empty));
    }
    let root = thread.clone().unwrap_or_else(|| ts.clone());
    Some(inquiry::open(&inquiry::Opening {
        id: case.next_id,
        asker: ask.by.clone(),
        area,
        place: ask.place.clone().or_else(|| clear_place(ask, case.policy, area)),
        text: ask.text.clone(),
        mentioned: ask.mentions.clone(),
        origin: Origin {
            channel: channel.clone(),
            message: Some(ts.clone()),
            thread: Some(root.clone()),
            is_private: true,
        },
        thread: Some(root),
        asked_in: Some(channel.clone()),
        parent: None,
        parent_inquiry_live: false,
        because: Vec::new(),
        policy: case.policy,
        now: case.now,
    }))
}

/// The place that the words name, if clearly one of this area.
fn clear_place(
    ask: &Ask,
    policy: &Policy,
    area: &crate::domain::org::Area,
) -> Option<crate::domain::org::PlaceId> {
    let outcome = routing::route(&policy.org, &ask.text, Some(&area.key));
    match outcome {
        Outcome::Clear { place, .. } => policy
            .org
            .place(&place)
            .filter(|found| found.area.as_ref() == Some(&area.key))
            .map(|found| found.id.clone()),
        Outcome::Unclear { .. } | Outcome::Nothing => None,
    }
}

/// The place that was chosen, else the one that the words clearly name.
fn likely_place<'a>(ask: &Ask, policy: &'a Policy) -> Option<&'a Place> {
    let org = &policy.org;
    let chosen = ask.place.clone().or_else(|| match routing::route(org, &ask.text, None) {
        Outcome::Clear { place, .. } => Some(place),
        Outcome::Unclear { .. } | Outcome::Nothing => None,
    });
    org.place(&chosen?)
}

/// What a form's proofs lack (A4, A10, C1).
fn proof_problems(ask: &Ask, case: &AskCase<'_>) -> Option<Vec<FieldProblem>> {
    let reason = ask.reason?;
    let place = likely_place(ask, case.policy);
    let mut problems = Vec::new();
    if let Some(place) = place {
        let has_link = !ask.links.is_empty() || ask.proof.link.is_some();
        if let Some(obstacle) = own_process(place, reason, has_link) {
            let field = if obstacle == Obstacle::Excluded { Field::Reason } else { Field::Links };
            problems.push(FieldProblem { field, problem: Problem::OwnProcess { place: place.id.clone() } });
        }
    }
    if let Some(triage) = &ask.proof.triage {
        // Whose triage counts depends on the area, so it has to be known here.
        match place {
            None => problems.push(FieldProblem { field: Field::Area, problem: Problem::Missing }),
            Some(place) if !triage_is_plausible(triage, ask, place, case) => {
                problems.push(FieldProblem { field: Field::Triage, problem: Problem::NotATriage });
            }
            Some(_) => {}
        }
        // The table wants both: without the issue no PM is asked, and whoever shows a triage means to ask one.
        if ask.proof.link.is_none() {
            problems.push(FieldProblem { field: Field::ProofLink, problem: Problem::Missing });
        }
    }
    // Too soon for a PM, it waits as a draft: there is more to choose than another time (C1).
    if ask.proof.needed_by.is_some_and(|needed_by| needed_by <= case.now) {
        problems.push(FieldProblem { field: Field::NeededBy, problem: Problem::InThePast });
    }
    (!problems.is_empty()).then_some(problems)
}

/// Whether PMs are given their notice of when an answer is needed (C1).
pub(super) fn notice_of(
    policy: &Policy,
    place: Option<&Place>,
    needed_by: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let rules = &policy.rules.call;
    let pm = place.and_then(|place| destination::pm_on_duty(&policy.org, place, now).0);
    let calendar = WorkCalendar::of(&policy.org, pm.as_ref(), place.map(|place| &place.id));
    match call_notice::assess(now, needed_by, rules.mode, rules.notice.span(), &calendar) {
        CallNotice::Enough { .. } => Ok(()),
        CallNotice::InThePast => Err(Problem::InThePast),
        CallNotice::TooSoon { seconds: notice_seconds, earliest } => {
            let pm_zone = pm.is_some().then_some(calendar.zone);
            Err(Problem::TooSoon { notice_seconds, earliest, pm_zone })
        }
    }
}

/// What stands between a reason and the PMs of a group with its own way of being asked (A10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// The group is not asked for this here.
    Excluded,
    /// The group wants its own link first.
    NeedsLink,
}

/// A group's own way of being asked comes first (A10); questions to SMEs do not touch it.
pub(super) fn own_process(place: &Place, reason: Reason, has_link: bool) -> Option<Obstacle> {
    let process = place.process.as_ref().filter(|_| !reason.is_for_smes_only())?;
    if process.excludes.contains(&reason) {
        Some(Obstacle::Excluded)
    } else {
        (process.requires_link && !has_link).then_some(Obstacle::NeedsLink)
    }
}

/// Whether this triage may be one (A4). A thread is read later; everything else is judged now.
fn triage_is_plausible(triage: &Triage, ask: &Ask, place: &Place, case: &AskCase<'_>) -> bool {
    let org = &case.policy.org;
    let Some(area) = place.area.as_ref().and_then(|key| org.area(key)) else { return false };
    let oldest = case.now - Duration::days(case.policy.rules.sme.proof_max_age_days);
    match triage {
        Triage::Ticked => org.is_sme(&ask.by, &area.key),
        Triage::Thread { channel, ts } => {
            area.channel.as_ref() == Some(channel) && ts.instant().is_some_and(|at| at >= oldest)
        }
        Triage::Answered { engagement } => case.triage.is_some_and(|answered| {
            answered.id == *engagement
                && answered.area.as_ref() == Some(&area.key)
                && answered.answered_at.is_some_and(|at| at >= oldest)
                && answered.answered_by.as_ref().is_some_and(|by| *by != ask.by)
        }),
    }
}

/// A call is never a draft of words: the form has everything, and the call's own rules decide (section C).
fn customer_meeting(ask: &Ask, case: &AskCase<'_>) -> Decision {
    let Some(place) = ask.place.as_ref().and_then(|id| case.policy.org.place(id)) else {
        let missing = FieldProblem { field: Field::Area, problem: Problem::Missing };
        return Decision { reply: Reply::Form(vec![missing]), ..Decision::default() };
    };
    if let Some(area) = destination::not_on(&case.policy.org, place.area.as_ref(), &ask.by) {
        return Decision::refuse(Refusal::AreaNotOn { area });
    }
    if ask.call.is_none() {
        let missing = FieldProblem { field: Field::Start, problem: Problem::Missing };
        return Decision { reply: Reply::Form(vec![missing]), ..Decision::default() };
    }
    let because = vec![
        Because { rule: Rule::A3, fact: Fact::ReasonGiven { reason: Reason::CustomerMeeting } },
        Because { rule: Rule::C3, fact: Fact::Chosen { place: place.id.clone(), by: ask.by.clone() } },
    ];
    call::open(call::Opening {
        ask,
        id: case.next_id,
        origin: origin_of(ask, &case.policy.org),
        place,
        because,
        policy: case.policy,
        now: case.now,
    })
}

/// The draft that every other ask begins as.
fn draft_of(ask: &Ask, case: &AskCase<'_>) -> Engagement {
    let mut because = Vec::new();
    if let Some(place) = &ask.place {
        because.push(Because {
            rule: Rule::Table,
            fact: Fact::Chosen { place: place.clone(), by: ask.by.clone() },
        });
    }
    let mut links = ask.links.clone();
    links.extend(ask.proof.link.clone().filter(|link| !ask.links.contains(link)));
    Engagement {
        id: case.next_id,
        version: 0,
        state: State::Draft,
        requester: requester_of(ask, &case.policy.org),
        reason: ask.reason,
        place: ask.place.clone(),
        area: match &ask.via {
            Via::Offered { area, .. } => area.clone(),
            Via::Slash { .. } | Via::Form { .. } | Via::Mention { .. } | Via::Shortcut { .. } => None,
        },
        text: ask.text.trim().to_owned(),
        customer: ask.customer.clone(),
        links,
        details: Vec::new(),
        origin: origin_of(ask, &case.policy.org),
        home: None,
        owner: redirected_by(ask),
        moves: 0,
        parent: None,
        because,
        body: Body::Question(Question {
            triage: ask.proof.triage.clone(),
            needed_by: ask.proof.needed_by,
            ..Question::default()
        }),
        asked_at: case.now,
        taken_at: None,
        answered_at: None,
        answered_by: None,
        closed_at: None,
    }
}

/// A mention inside a thread carries only its own text: what is asked stands above it.
fn read_the_thread_first(draft: Engagement, case: &AskCase<'_>) -> Decision {
    read_first(draft, Pending::Root, case)
}

fn read_first(mut draft: Engagement, what: Pending, case: &AskCase<'_>) -> Decision {
    let mut decision = Decision::default();
    set_pending(&mut draft, what);
    decision.set_clock(draft.id, ClockKind::ReadRoot, case.now);
    decision.note(draft.id, case.now, Actor::Person(draft.requester.clone()), Event::Drafted, Vec::new());
    decision.begin(draft);
    decision
}

/// Whoever was offered SMEs said yes: their message is read now, and was not before (A6).
fn read_the_message_first(draft: Engagement, case: &AskCase<'_>) -> Decision {
    let decision = read_first(draft, Pending::Message, case);
    Decision { reply: Reply::OfferAnswered { taken: true }, ..decision }
}

/// Makes a draft wait for something.
pub(super) fn set_pending(draft: &mut Engagement, pending: Pending) {
    if let Body::Question(question) = &mut draft.body {
        question.pending = Some(pending);
    }
}

/// The author of a message that was taken up asks; otherwise whoever asked us, also with a bot's message.
pub fn requester_of(ask: &Ask, org: &Org) -> UserId {
    let is_theirs = !matches!(ask.via, Via::Shortcut { shortcut: Shortcut::AskPm, .. });
    author_of(ask, org).filter(|_| is_theirs).unwrap_or_else(|| ask.by.clone())
}

/// The PM who redirects somebody's message; until it is sent they may choose its place as its author may (A5).
fn redirected_by(ask: &Ask) -> Option<UserId> {
    match &ask.via {
        Via::Shortcut { shortcut: Shortcut::RedirectToSmes, .. } => Some(ask.by.clone()),
        Via::Shortcut { shortcut: Shortcut::AskExpert | Shortcut::AskPm, .. }
        | Via::Slash { .. }
        | Via::Form { .. }
        | Via::Offered { .. }
        | Via::Mention { .. } => None,
    }
}

fn is_offered(ask: &Ask) -> bool {
    matches!(&ask.via, Via::Offered { .. })
}

fn is_mention_inside_thread(ask: &Ask) -> bool {
    matches!(&ask.via, Via::Mention { channel, thread: Some(_), .. } if !is_direct(channel))
}

pub(super) fn is_direct(channel: &ChannelId) -> bool {
    channel.as_str().starts_with('D')
}

/// Where the requester hears: their thread, or a direct message where there is none that we could write in.
fn origin_of(ask: &Ask, org: &crate::domain::org::Org) -> Origin {
    match &ask.via {
        Via::Slash { channel } => Origin {
            channel: channel.clone(),
            message: None,
            thread: None,
            is_private: org.is_private(channel) || org.is_shared(channel),
        },
        // What is written into a form is written to be posted: no preview.
        Via::Form { channel } => Origin {
            channel: channel.clone().unwrap_or_else(|| ChannelId(ask.by.to_string())),
            message: None,
            thread: None,
            is_private: false,
        },
        Via::Mention { channel, ts, thread }
        | Via::Offered { channel, ts, thread, .. }
        | Via::Shortcut { channel, ts, thread, .. } => Origin {
            channel: channel.clone(),
            message: Some(ts.clone()),
            thread: has_our_threads(&ask.via, org).then(|| thread.clone().unwrap_or_else(|| ts.clone())),
            is_private: org.is_private(channel),
        },
    }
}

/// Whether we can write in threads there. A message shortcut is shown where we are not, also between two people.
fn has_our_threads(via: &Via, org: &Org) -> bool {
    match via {
        Via::Shortcut { channel, .. } => org.channel(channel).is_some_and(|found| found.is_member),
        Via::Mention { channel, .. } | Via::Offered { channel, .. } => !is_direct(channel),
        Via::Slash { .. } | Via::Form { .. } => false,
    }
}

/// Tells a private author what would be posted, only to them.
pub(super) fn show_draft_to_author(decision: &mut Decision, draft: &Engagement) {
    decision.tell(
        draft,
        Address::Direct { user: draft.requester.clone() },
        What::Reply { reply: Reply::Draft { engagement: draft.id } },
    );
}
