//! No clock without an owner, none on what has ended, and one wherever the rules promise something (B1, B3, A8, A12, C6).

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use switchboard::domain::command::ClockKind;
use switchboard::domain::decision::Event;
use switchboard::domain::engagement::{Body, Engagement, Inquiry, State};
use switchboard::domain::ids::{EngagementId, UserId};
use switchboard::domain::org::Org;
use switchboard::domain::reason::Fact;

use super::Broken;
use crate::rows::{Clock, Line};

/// Message timestamps run a little ahead of a clock that stands still.
const TICKS: Duration = Duration::seconds(1);

/// The clocks of one engagement, with all that it is known by.
pub struct Clocked<'a> {
    /// The engagement.
    pub engagement: &'a Engagement,
    /// Its clocks.
    pub clocks: Vec<&'a Clock>,
    /// Its timeline.
    pub timeline: &'a [Line],
    /// Who is who.
    pub org: &'a Org,
    /// Who has left, and since when the bot knows.
    pub left: &'a BTreeMap<UserId, DateTime<Utc>>,
}

/// Checks every engagement's clocks.
pub fn check(
    engagements: &BTreeMap<EngagementId, Engagement>,
    clocks: &[Clock],
    timelines: &BTreeMap<EngagementId, Vec<Line>>,
    org: &Org,
    left: &BTreeMap<UserId, DateTime<Utc>>,
) -> Vec<Broken> {
    let mut of: BTreeMap<EngagementId, Vec<&Clock>> = BTreeMap::new();
    for clock in clocks {
        of.entry(clock.engagement).or_default().push(clock);
    }
    let empty = Vec::new();
    engagements
        .values()
        .filter(|engagement| {
            engagement.state.is_live() || of.contains_key(&engagement.id) || is_answered(engagement)
        })
        .flat_map(|engagement| {
            one(&Clocked {
                engagement,
                clocks: of.get(&engagement.id).cloned().unwrap_or_default(),
                timeline: timelines.get(&engagement.id).unwrap_or(&empty),
                org,
                left,
            })
        })
        .collect()
}

fn is_answered(engagement: &Engagement) -> bool {
    engagement.state == State::Answered
}

/// Checks one engagement's clocks.
pub fn one(clocked: &Clocked<'_>) -> Vec<Broken> {
    let engagement = clocked.engagement;
    let mut broken = Vec::new();
    for clock in &clocked.clocks {
        if !fits(clock.kind, engagement) {
            let how = format!("{:?} runs on {}", clock.kind, described(engagement));
            broken.push(Broken::new("a clock runs only on what it is for", how));
        }
        if clock.kind == ClockKind::Reply && !has_fitting_owner(clocked) {
            let how = format!("{} is owned by {:?}", described(engagement), engagement.owner);
            broken.push(Broken::new("no reply clock without an owner", how));
        }
    }
    if let Some(missing) = missing(clocked) {
        broken.push(Broken::new("what is owed has a clock", format!("{}: {missing}", described(engagement))));
    }
    broken
}

/// Clocks that were due and are still there after everything has settled.
pub fn overdue(clocks: &[Clock], now: DateTime<Utc>) -> Vec<Broken> {
    let late = clocks.iter().filter(|clock| clock.due <= now);
    late.map(|clock| Broken::new("a due clock is decided upon", format!("{clock:?}, now {now}"))).collect()
}

fn described(engagement: &Engagement) -> String {
    let (id, number) = (engagement.id, engagement.id.0);
    format!("{} {id} ({number}), {}", engagement.body.kind(), engagement.state.key())
}

fn fits(kind: ClockKind, engagement: &Engagement) -> bool {
    let posted = matches!(engagement.state, State::Open | State::Taken);
    match kind {
        ClockKind::TakeBy | ClockKind::TakeAgain => {
            engagement.state == State::Open && matches!(engagement.body, Body::Question(_))
        }
        ClockKind::TakenSilent => {
            engagement.state == State::Taken
                && engagement.owner.is_some()
                && matches!(engagement.body, Body::Question(_))
        }
        ClockKind::Close => engagement.state == State::Answered,
        ClockKind::PmReminder | ClockKind::AdviceDue | ClockKind::AdviceOverdue => {
            posted && matches!(engagement.body, Body::PmAsk(_))
        }
        ClockKind::Reply => match &engagement.body {
            Body::Inquiry(inquiry) => posted && runs(inquiry),
            Body::Question(_) | Body::PmAsk(_) | Body::Call(_) => false,
        },
        ClockKind::ReadThread => {
            (posted || is_answered(engagement)) && matches!(engagement.body, Body::Inquiry(_))
        }
        ClockKind::AgendaAsk | ClockKind::AgendaMissed | ClockKind::CallStart => {
            posted && matches!(engagement.body, Body::Call(_))
        }
        ClockKind::ExceptionNext => engagement.state.is_live() && engagement.open_exception().is_some(),
        ClockKind::DraftLapse | ClockKind::ReadRoot | ClockKind::ReadProof => {
            engagement.state == State::Draft
        }
    }
}

fn runs(inquiry: &Inquiry) -> bool {
    inquiry.clock.as_ref().is_some_and(|clock| {
        clock.end.is_none() && clock.pauses.last().is_none_or(|pause| pause.to.is_some())
    })
}

/// A PM, whoever stands in for one, or whoever it was handed to; never the asker. Who leaves while a clock runs still has it;
/// no clock begins with somebody who has left.
fn has_fitting_owner(clocked: &Clocked<'_>) -> bool {
    let Some(owner) = &clocked.engagement.owner else { return false };
    if let (Some(left), Body::Inquiry(inquiry)) = (clocked.left.get(owner), &clocked.engagement.body) {
        return inquiry.clock.as_ref().is_some_and(|clock| clock.started_at <= *left + TICKS);
    }
    let handed =
        clocked.timeline.iter().any(|line| matches!(&line.event, Event::Handed { to } if to == owner));
    // Whom somebody who is away has named stands in for them, PM or not.
    let covers = clocked
        .engagement
        .because
        .iter()
        .any(|because| matches!(&because.fact, Fact::Covers { by, .. } if by == owner));
    *owner != clocked.engagement.requester && (handed || covers || clocked.org.is_pm(owner))
}

/// What an engagement owes and has no clock for.
fn missing(clocked: &Clocked<'_>) -> Option<String> {
    let engagement = clocked.engagement;
    let has = |kinds: &[ClockKind]| clocked.clocks.iter().any(|clock| kinds.contains(&clock.kind));
    match (engagement.state, &engagement.body) {
        (State::Draft, _) => (!has(&[ClockKind::DraftLapse, ClockKind::ReadRoot, ClockKind::ReadProof]))
            .then(|| "a draft that never lapses".to_owned()),
        (State::Answered, _) => (!has(&[ClockKind::Close])).then(|| "answered, and never closed".to_owned()),
        (State::Open, Body::Question(question)) => {
            let all_raised = question.raised >= 2 || question.with_lead;
            (!all_raised && !has(&[ClockKind::TakeBy, ClockKind::TakeAgain]))
                .then(|| "nobody would be told that nobody takes it".to_owned())
        }
        (State::Taken, Body::Question(_)) => {
            let reminded = clocked.timeline.iter().any(|line| {
                matches!(&line.event, Event::Reminded { clock: ClockKind::TakenSilent, .. })
                    && Some(line.at) >= engagement.taken_at
            });
            (!reminded && !has(&[ClockKind::TakenSilent])).then(|| "its taker is never asked".to_owned())
        }
        (State::Open | State::Taken, Body::PmAsk(ask)) => {
            let told = ask.reminded || ask.due_at.is_some();
            let advised = [ClockKind::AdviceDue, ClockKind::AdviceOverdue, ClockKind::PmReminder];
            (!told && !has(&advised)).then(|| "its PM is never reminded".to_owned())
        }
        (State::Open | State::Taken, Body::Call(_)) => {
            (!has(&[ClockKind::CallStart])).then(|| "its start is never noticed".to_owned())
        }
        (State::Open | State::Taken, Body::Inquiry(inquiry)) => missing_of_inquiry(clocked, inquiry, &has),
        (
            State::Closed
            | State::Withdrawn
            | State::Redirected
            | State::Declined
            | State::Lapsed
            | State::Deflected,
            _,
        ) => None,
    }
}

fn missing_of_inquiry(
    clocked: &Clocked<'_>,
    inquiry: &Inquiry,
    has: &dyn Fn(&[ClockKind]) -> bool,
) -> Option<String> {
    let engagement = clocked.engagement;
    match &inquiry.clock {
        None => {
            let area = engagement.area.as_ref().and_then(|key| clocked.org.area(key));
            let inside = area.and_then(|area| area.internal_channel.as_ref());
            let at_home = engagement.home.as_ref().is_some_and(|home| Some(&home.channel) == inside);
            (at_home && engagement.owner.is_some())
                .then(|| "asked in the internal channel, with an owner, and no reply clock".to_owned())
        }
        Some(clock) if runs(inquiry) => {
            let is_done = clock.steps_done >= clock.rules.ladder.len() && clock.missed;
            (!is_done && !has(&[ClockKind::Reply, ClockKind::ReadThread]))
                .then(|| "its reply clock runs, and nothing would notice".to_owned())
        }
        Some(clock) => clock.end.is_some().then(|| "it is open, though its clock has ended".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use switchboard::domain::reason::{Because, Rule};

    use super::super::samples;
    use super::*;

    fn broken(engagement: &Engagement, kinds: &[ClockKind]) -> Vec<&'static str> {
        let clocks: Vec<Clock> = kinds.iter().map(|kind| samples::clock(engagement, *kind)).collect();
        broken_after(engagement, &clocks, &BTreeMap::new())
    }

    fn broken_after(
        engagement: &Engagement,
        clocks: &[Clock],
        left: &BTreeMap<UserId, DateTime<Utc>>,
    ) -> Vec<&'static str> {
        let org = samples::org();
        let clocks = clocks.iter().collect();
        let clocked = Clocked { engagement, clocks, timeline: &[], org: &org, left };
        one(&clocked).into_iter().map(|broken| broken.rule).collect()
    }

    #[test]
    fn a_clock_that_begins_with_somebody_who_has_left_is_seen() {
        let inquiry = samples::inquiry();
        let clocks = [samples::clock(&inquiry, ClockKind::Reply)];
        let hour = Duration::hours(1);
        let since = |at| BTreeMap::from([(samples::pm(), at)]);
        let before = broken_after(&inquiry, &clocks, &since(samples::monday() - hour));
        assert_eq!(before, ["no reply clock without an owner"]);
        let after = broken_after(&inquiry, &clocks, &since(samples::monday() + hour));
        assert_eq!(after, Vec::<&str>::new());
    }

    #[test]
    fn a_clock_without_an_owner_or_on_what_has_ended_is_seen() {
        let mut inquiry = samples::inquiry();
        assert_eq!(broken(&inquiry, &[ClockKind::Reply]), Vec::<&str>::new());
        inquiry.owner = None;
        assert_eq!(broken(&inquiry, &[ClockKind::Reply]), ["no reply clock without an owner"]);
        inquiry.owner = Some(inquiry.requester.clone());
        assert_eq!(broken(&inquiry, &[ClockKind::Reply]), ["no reply clock without an owner"]);
        inquiry.state = State::Closed;
        assert!(broken(&inquiry, &[ClockKind::Reply]).contains(&"a clock runs only on what it is for"));
    }

    #[test]
    fn somebody_who_is_no_pm_owns_a_clock_only_in_a_pms_stead() {
        let mut inquiry = samples::inquiry();
        let by = UserId("U0NOPM".to_owned());
        inquiry.owner = Some(by.clone());
        assert_eq!(broken(&inquiry, &[ClockKind::Reply]), ["no reply clock without an owner"]);
        let fact = Fact::Covers { by, pm: samples::pm(), until: samples::monday().date_naive() };
        inquiry.because.push(Because { rule: Rule::B3, fact });
        assert_eq!(broken(&inquiry, &[ClockKind::Reply]), Vec::<&str>::new());
    }

    #[test]
    fn what_is_owed_and_has_no_clock_is_seen() {
        for engagement in
            [samples::inquiry(), samples::question(State::Open), samples::question(State::Answered)]
        {
            assert_eq!(broken(&engagement, &[]), ["what is owed has a clock"]);
        }
    }

    #[test]
    fn a_clock_that_was_due_and_stands_is_seen() {
        let clock = samples::clock(&samples::inquiry(), ClockKind::Reply);
        assert_eq!(overdue(std::slice::from_ref(&clock), clock.due).len(), 1);
        assert_eq!(overdue(std::slice::from_ref(&clock), clock.due - Duration::seconds(1)).len(), 0);
    }
}
