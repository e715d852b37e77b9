//! Setting an absence, ending it early, and asking whether a status means one. What follows for what somebody owns is
//! `hand_over`'s, once the absence begins.
//!
//! Pure; days are days in the zone of whoever is away. Only they themselves, leads of their areas and admins say that they are
//! away; a status in Slack says it for nobody (it is asked about, once).

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};

use crate::domain::absence::{
    Absence, AbsenceChange, AwayProblem, AwayReply, AwayWish, DaySaid, LONGEST_DAYS, PersonSaid, WhenSaid,
    day_of, end_of, first_instant,
};
use crate::domain::decision::{Decision, Field, FieldProblem, Problem, Reply};
use crate::domain::ids::UserId;
use crate::domain::notice::{Address, Notice, What};
use crate::domain::org::{Org, Policy};
use crate::domain::refusal::Refusal;

/// Somebody is away, or will be: in place of whatever was set for them.
pub fn set(policy: &Policy, wish: &AwayWish, now: DateTime<Utc>) -> Decision {
    match absence(&policy.org, wish, now) {
        Ok(absence) => {
            let mut decision = Decision::default();
            if absence.who != wish.by {
                tell(&mut decision, &absence.who, What::SetAway { absence: absence.clone() });
            }
            decision.absences.push(AbsenceChange::Set(absence.clone()));
            decision.reply = said(AwayReply::Set { absence, by: wish.by.clone() });
            decision
        }
        Err(problem) if wish.in_form => {
            let problem =
                FieldProblem { field: field_of(&problem), problem: Problem::Absence { why: problem } };
            Decision { reply: Reply::Form(vec![problem]), ..Decision::default() }
        }
        Err(problem) => Decision::refuse(Refusal::Absence { problem }),
    }
}

/// The field of the form at which that is mended.
fn field_of(problem: &AwayProblem) -> Field {
    match problem {
        AwayProblem::CoversSelf
        | AwayProblem::CoverAway { .. }
        | AwayProblem::CannotCover { .. }
        | AwayProblem::Nobody { .. } => Field::Cover,
        AwayProblem::NotADay { .. }
        | AwayProblem::Past { .. }
        | AwayProblem::Backwards { .. }
        | AwayProblem::TooFar { .. }
        | AwayProblem::NotTheirs { .. }
        | AwayProblem::NoLead
        | AwayProblem::NotSet { .. } => Field::Until,
    }
}

/// Somebody is back, or will not be away. What was handed on stays where it is: its new owner may be at work on it.
pub fn end(policy: &Policy, by: &UserId, who: Option<&PersonSaid>, now: DateTime<Utc>) -> Decision {
    let refuse = |problem| Decision::refuse(Refusal::Absence { problem });
    let who = match whose(&policy.org, by, who) {
        Ok(who) => who,
        Err(problem) => return refuse(problem),
    };
    let Some(absence) = policy.org.absences().of(&who).filter(|absence| now < absence.until) else {
        return refuse(AwayProblem::NotSet { own: who == *by, who });
    };
    let reply = said(AwayReply::Ended { absence: absence.clone(), by: by.clone() });
    Decision { absences: vec![AbsenceChange::End { who }], reply, ..Decision::default() }
}

/// Somebody's status says that they are away until then. Asked once a status, and only whom others wait for: `owes` where
/// something that is live is theirs.
pub fn status_says(
    policy: &Policy,
    who: &UserId,
    (until, status): (DateTime<Utc>, &str),
    owes: bool,
    now: DateTime<Utc>,
) -> Decision {
    let org = &policy.org;
    let mut decision = Decision::default();
    // The moment before: a status that ends at midnight ends with the day before.
    let last_day = day_of(until - Duration::seconds(1), org.zone_of(who));
    let covers = |absence: &Absence| absence.last_day >= last_day && now < absence.until;
    let is_known = org.absences().of(who).is_some_and(covers);
    let is_soon_over = until <= now + Duration::hours(4);
    let too_far = now.checked_add_days(Days::new(LONGEST_DAYS)).is_none_or(|latest| until > latest);
    let concerns = org.is_with_us(who) && (owes || org.has_role(who));
    if concerns && !is_known && !is_soon_over && !too_far {
        tell(&mut decision, who, What::StatusSaysAway { until: last_day, status: status.to_owned() });
    }
    decision
}

/// Why nothing is handed to this person now, where they are away.
pub(super) fn refusal_of(policy: &Policy, to: &UserId, now: DateTime<Utc>) -> Option<Refusal> {
    let absence = policy.org.away(to, now)?;
    Some(Refusal::IsAway { user: to.clone(), until: absence.last_day })
}

/// Their status does not mean that others should cover; nothing changes.
pub fn not_away() -> Decision {
    Decision { reply: said(AwayReply::NotAsked), ..Decision::default() }
}

/// What is set for this person.
pub fn shown(policy: &Policy, who: &UserId, now: DateTime<Utc>) -> Reply {
    let absence = policy.org.absences().of(who).filter(|absence| now < absence.until).cloned();
    said(AwayReply::Shown { who: who.clone(), absence })
}

/// Who is away in the areas that this person looks after.
pub fn listed(policy: &Policy, by: &UserId, now: DateTime<Utc>) -> Reply {
    let org = &policy.org;
    let looks_after = org.areas().iter().filter(|area| org.may_oversee(by, Some(&area.key)));
    let areas: Vec<_> = looks_after
        .map(|area| (area.key.clone(), org.who_is_away(area, now).into_iter().cloned().collect()))
        .collect();
    if areas.is_empty() {
        return Reply::Refused(Refusal::Absence { problem: AwayProblem::NoLead });
    }
    said(AwayReply::List { areas })
}

fn said(reply: AwayReply) -> Reply {
    Reply::Away(Box::new(reply))
}

fn tell(decision: &mut Decision, who: &UserId, what: What) {
    let to = Address::Direct { user: who.clone() };
    decision.notices.push(Notice { to, what, engagement: None, urgent: false });
}

/// The absence that is wished for, or what is wrong with it.
fn absence(org: &Org, wish: &AwayWish, now: DateTime<Utc>) -> Result<Absence, AwayProblem> {
    let who = whose(org, &wish.by, wish.who.as_ref())?;
    let zone = org.zone_of(&who);
    let today = day_of(now, zone);
    let too_far = AwayProblem::TooFar { days: LONGEST_DAYS };
    let (until, last_day) = match &wish.until {
        // The moment before: who is back at midnight was away until the day before.
        WhenSaid::At(at) => (Some(*at), day_of(*at - Duration::seconds(1), zone)),
        WhenSaid::Day(said) => (None, day(said, today)?),
    };
    if last_day < today || until.is_some_and(|until| until <= now) {
        return Err(AwayProblem::Past { day: last_day });
    }
    let (from, first_day) = match &wish.from {
        None => (None, None),
        Some(WhenSaid::At(at)) => (Some(*at), Some(day_of(*at, zone))),
        Some(WhenSaid::Day(said)) => (None, Some(day(said, today)?)),
    };
    let is_backwards = from.zip(until).is_some_and(|(from, until)| until <= from);
    if let Some(from) = first_day.filter(|from| *from > last_day || is_backwards) {
        return Err(AwayProblem::Backwards { from, until: last_day });
    }
    if today.checked_add_days(Days::new(LONGEST_DAYS)).is_none_or(|latest| last_day > latest) {
        return Err(too_far);
    }
    let until = until.or_else(|| end_of(last_day, zone)).ok_or_else(|| too_far.clone())?;
    // A beginning that is over already is now: what was before is not changed.
    let from = match (from, first_day.filter(|from| *from > today)) {
        (Some(from), _) => from.max(now),
        (None, Some(first_day)) => first_instant(first_day, zone).ok_or(too_far)?,
        (None, None) => now,
    };
    let cover = wish.cover.as_ref().map(|said| person(org, said)).transpose()?;
    if let Some(cover) = &cover {
        check_cover(org, &who, cover, (from, until))?;
    }
    Ok(Absence { who, from, until, last_day, cover, set_by: wish.by.clone() })
}

fn day(said: &DaySaid, today: NaiveDate) -> Result<NaiveDate, AwayProblem> {
    said.on(today).ok_or_else(|| AwayProblem::NotADay {
        said: match said {
            DaySaid::Unknown(said) => said.clone(),
            DaySaid::OfYear { month, day } => format!("{day}.{month}."),
            // These are days, unless the calendar ends.
            DaySaid::Date(_) | DaySaid::Today | DaySaid::Tomorrow | DaySaid::Next(_) => "that day".to_owned(),
        },
    })
}

/// Whose absence it is: their own, or that of somebody of an area that they look after.
fn whose(org: &Org, by: &UserId, who: Option<&PersonSaid>) -> Result<UserId, AwayProblem> {
    let Some(said) = who else { return Ok(by.clone()) };
    let who = person(org, said)?;
    let looks_after = org.is_admin(by) || org.areas_of(&who).any(|area| org.may_oversee(by, Some(&area.key)));
    if who == *by || looks_after { Ok(who) } else { Err(AwayProblem::NotTheirs { who }) }
}

fn check_cover(
    org: &Org,
    who: &UserId,
    cover: &UserId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), AwayProblem> {
    if cover == who {
        return Err(AwayProblem::CoversSelf);
    }
    let can = org.person(cover).is_some_and(|person| !person.is_gone && !person.is_bot && !person.is_guest);
    if !can {
        return Err(AwayProblem::CannotCover { cover: cover.clone() });
    }
    match org.absences().of(cover).filter(|theirs| theirs.overlaps(from, until)) {
        Some(theirs) => Err(AwayProblem::CoverAway { cover: cover.clone(), until: theirs.last_day }),
        None => Ok(()),
    }
}

/// The person that is meant. A name counts where it is one person's alone.
fn person(org: &Org, said: &PersonSaid) -> Result<UserId, AwayProblem> {
    match said {
        PersonSaid::Id(id) => Ok(id.clone()),
        PersonSaid::Name(name) => {
            let mut called = org.people_called(name);
            match (called.next(), called.next()) {
                (Some(only), None) => Ok(only.id.clone()),
                (Some(_) | None, _) => Err(AwayProblem::Nobody { said: name.clone() }),
            }
        }
    }
}

#[cfg(test)]
#[path = "absence/tests.rs"]
mod tests;
