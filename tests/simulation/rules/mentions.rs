//! Whom a message of ours notifies: nobody but those whom its own rule names. User text notifies nobody, SME questions
//! mention no PM (A1–A3), the SME handle once, and after the end nobody.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use switchboard::domain::engagement::{Body, Engagement};
use switchboard::domain::ids::UserId;
use switchboard::domain::notice::What;
use switchboard::domain::org::Org;

use super::Broken;

/// A message of ours as it was posted.
pub struct Posted<'a> {
    /// What it says.
    pub what: &'a What,
    /// Which engagement it is about.
    pub engagement: Option<&'a Engagement>,
    /// Whom it notified.
    pub notified: &'a BTreeSet<UserId>,
    /// When: a reminder when it was posted, anything else when it was decided, since what has happened is told later too.
    pub at: DateTime<Utc>,
    /// Whether this area's handle was mentioned for it before.
    pub handle_again: bool,
}

/// Whether a message reminds of something, and so says nothing once that has passed (B5).
pub fn is_reminder(what: &What) -> bool {
    matches!(
        what,
        What::NotTaken { .. }
            | What::TakenSilent { .. }
            | What::PmReminder { .. }
            | What::AdviceDue { .. }
            | What::Nudge { .. }
            | What::Miss { .. }
            | What::Raise { .. }
            | What::PmAwaited { .. }
            | What::AgendaDue { .. }
            | What::AgendaMissed { .. }
    )
}

/// Checks whom a message notified.
pub fn check(posted: &Posted<'_>, org: &Org) -> Vec<Broken> {
    let mut broken = Vec::new();
    let mut breaks = |rule, how: String| {
        let id = posted.engagement.map_or("-".to_owned(), |engagement| engagement.id.to_string());
        broken.push(Broken::new(
            rule,
            format!("{id}: {:?} notified {:?}: {how}", posted.what, posted.notified),
        ));
    };
    let by_handle = handle_of(posted, org);
    let mut named = named(posted.what);
    named.extend(posted.engagement.filter(|_| is_requesters(posted.what)).map(|one| one.requester.clone()));
    let owners = card_mentions(posted, org);
    let allowed = |user: &UserId| by_handle.contains(user) || named.contains(user) || owners.contains(user);
    if let Some(user) = posted.notified.iter().find(|user| !allowed(user)) {
        breaks("a message notifies only whom its rule names", format!("{user} is not named"));
    }
    let is_card = matches!(posted.what, What::Card { .. });
    let is_question =
        posted.engagement.is_some_and(|engagement| matches!(engagement.body, Body::Question(_)));
    if is_card && is_question {
        let pm = posted.notified.iter().find(|user| org.is_protected(user) && !by_handle.contains(*user));
        if let Some(pm) = pm {
            breaks("no PM is mentioned for what SMEs answer", pm.to_string());
        }
        if posted.handle_again && !posted.notified.is_empty() {
            breaks("the SME handle is mentioned once", String::new());
        }
    }
    if let Some(closed) = posted.engagement.and_then(|engagement| engagement.closed_at)
        && closed + Duration::seconds(1) < posted.at
        && !posted.notified.is_empty()
    {
        breaks("nobody is mentioned after the end", format!("it ended at {closed}"));
    }
    broken
}

/// The SMEs of the question's area.
fn handle_of(posted: &Posted<'_>, org: &Org) -> BTreeSet<UserId> {
    let area = posted
        .engagement
        .filter(|engagement| matches!(engagement.body, Body::Question(_)))
        .filter(|_| matches!(posted.what, What::Card { .. }))
        .and_then(|engagement| org.area(engagement.area.as_ref()?));
    area.into_iter().flat_map(|area| area.members.iter().chain(&area.leads)).cloned().collect()
}

/// Who may be mentioned on the card of a PM's ask, an inquiry or a call: its owner, or a PM who was before.
fn card_mentions(posted: &Posted<'_>, org: &Org) -> BTreeSet<UserId> {
    let Some(engagement) = posted.engagement.filter(|_| matches!(posted.what, What::Card { .. })) else {
        return BTreeSet::new();
    };
    if matches!(engagement.body, Body::Question(_)) || posted.notified.len() > 1 {
        return BTreeSet::new();
    }
    let first = posted.notified.iter().find(|user| {
        engagement.owner.as_ref() == Some(user)
            || engagement.place.as_ref().is_some_and(|place| org.is_pm_of(user, place))
            || engagement
                .area
                .as_ref()
                .and_then(|key| org.area(key))
                .is_some_and(|area| org.answers_for(user, area))
    });
    first.into_iter().cloned().collect()
}

/// Whether a notice is a step of the requester's, who is mentioned where they hear in a thread.
fn is_requesters(what: &What) -> bool {
    matches!(
        what,
        What::TakenToRequester { .. }
            | What::AnsweredToRequester { .. }
            | What::MovedToRequester { .. }
            | What::PmAnsweredToRequester { .. }
            | What::ChangedToRequester { .. }
            | What::CallWhileAway { .. }
            | What::AgendaDue { .. }
    )
}

/// Whom the notice itself names.
fn named(what: &What) -> BTreeSet<UserId> {
    let some = |users: &[Option<&UserId>]| users.iter().flatten().map(|user| (*user).clone()).collect();
    match what {
        What::NotTaken { leads, .. } | What::LeadToPlace { leads } | What::NobodyCovers { leads, .. } => {
            leads.iter().cloned().collect()
        }
        What::NotSolved { whom, .. } => some(&[whom.as_ref()]),
        What::TakenSilent { taker, .. } => some(&[Some(taker)]),
        What::ExceptionAsked { whom, .. } | What::ExceptionStands { whom, .. } => some(&[Some(whom)]),
        What::RelayToSme { sme, .. } => some(&[Some(sme)]),
        What::PmReminder { owner, .. } | What::Nudge { owner, .. } | What::AskedAgain { owner, .. } => {
            some(&[Some(owner)])
        }
        What::AskerLeft { owner } | What::AdviceDue { owner, .. } => some(&[owner.as_ref()]),
        What::Miss { owner, second, .. } => some(&[Some(owner), second.as_ref()]),
        What::Raise { leader, .. } => some(&[Some(leader)]),
        What::OwnerChanged { to, .. } => some(&[Some(to)]),
        What::HandedOver { to, leads, .. } => to.iter().chain(leads).cloned().collect(),
        What::WaitingOnSme { asker, .. } => some(&[Some(asker)]),
        What::CallChanged { mention, .. } => some(&[mention.as_ref()]),
        What::AgendaMissed { requester, pm, .. } => some(&[Some(requester), pm.as_ref()]),
        What::Digest { reminders, .. } => reminders.iter().flat_map(|one| named(&one.what)).collect(),
        What::Card { .. }
        | What::Reply { .. }
        | What::TakenToRequester { .. }
        | What::AnsweredToRequester { .. }
        | What::MovedToRequester { .. }
        | What::PmAnsweredToRequester { .. }
        | What::ChangedToRequester { .. }
        | What::DetailAdded { .. }
        | What::NotTakenAnywhere { .. }
        | What::MovedAway { .. }
        | What::Redirected { .. }
        | What::StageLink { .. }
        | What::Blind { .. }
        | What::AgendaDue { .. }
        | What::PmAwaited { .. }
        | What::Parked { .. }
        | What::CardDeleted { .. }
        | What::Trouble { .. }
        | What::WellAgain { .. }
        | What::WeeklyReport { .. }
        | What::Unsearched { .. }
        | What::UnreadableRow { .. }
        | What::CallWhileAway { .. }
        | What::SetAway { .. }
        | What::StatusSaysAway { .. }
        | What::NobodyTakesOver { .. }
        | What::DirectoryBroken { .. }
        | What::DirectoryHolds
        | What::PmsOutside { .. }
        | What::ClocksSet { .. }
        | What::ClocksLate { .. }
        | What::Unreadable { .. }
        | What::SmesOffered { .. }
        | What::ModeSwitched { .. }
        | What::Unresolved { .. } => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use switchboard::domain::engagement::State;

    use super::super::samples;
    use super::*;

    fn rules(what: &What, engagement: &Engagement, notified: &[&str], again: bool) -> Vec<&'static str> {
        let notified = notified.iter().map(|user| UserId::from(*user)).collect();
        let at = samples::monday() + Duration::hours(1);
        let posted =
            Posted { what, engagement: Some(engagement), notified: &notified, at, handle_again: again };
        check(&posted, &samples::org()).into_iter().map(|broken| broken.rule).collect()
    }

    const CARD: What = What::Card { mention: true };

    #[test]
    fn a_pm_on_a_question_and_anybody_by_user_text_are_seen() {
        let question = samples::question(State::Open);
        assert_eq!(rules(&CARD, &question, &["ines@example.com"], false), Vec::<&str>::new());
        let stray = "a message notifies only whom its rule names";
        let pm = [stray, "no PM is mentioned for what SMEs answer"];
        assert_eq!(rules(&CARD, &question, &["paul@example.com"], false), pm);
        let added = What::DetailAdded { by: samples::requester(), text: String::new() };
        assert_eq!(rules(&added, &question, &["ines@example.com"], false), [stray]);
    }

    #[test]
    fn the_handle_twice_and_a_second_pm_are_seen() {
        let question = samples::question(State::Open);
        let again = rules(&CARD, &question, &["ines@example.com"], true);
        assert_eq!(again, ["the SME handle is mentioned once"]);
        let inquiry = samples::inquiry();
        assert_eq!(rules(&CARD, &inquiry, &["paul@example.com"], false), Vec::<&str>::new());
        let two = rules(&CARD, &inquiry, &["paul@example.com", "petra@example.com"], false);
        assert_eq!(two, ["a message notifies only whom its rule names"]);
    }

    #[test]
    fn a_mention_after_the_end_is_seen() {
        let mut inquiry = samples::inquiry();
        inquiry.state = State::Withdrawn;
        inquiry.closed_at = Some(samples::monday());
        let nudge = What::Nudge {
            owner: samples::pm(),
            waited_seconds: 0,
            due: samples::monday(),
            late_because: None,
        };
        assert_eq!(
            rules(&nudge, &inquiry, &["paul@example.com"], false),
            ["nobody is mentioned after the end"]
        );
    }
}
