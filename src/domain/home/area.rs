//! A person's areas: what nobody took, what is at risk, and what is today.
//!
//! At risk: a reply clock that is past half of its time or was missed (B5), a question that nobody took in half of the time
//! or whose lead was asked (A8). Today is the reader's day.

use std::ops::Range;

use chrono::{DateTime, Days, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::owe::agenda_due;
use super::{Owe, Read, is_open, is_out};
use crate::domain::absence::Absence;
use crate::domain::decide::inquiry::{half_way, promised_at};
use crate::domain::engagement::{Body, Engagement, State};
use crate::domain::ids::{AreaKey, EngagementId, UserId};
use crate::domain::org::{Area, Policy};
use crate::domain::reply_clock::is_running;

/// Their areas.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaPart {
    /// Which.
    pub areas: Vec<AreaKey>,
    /// Those of them whose expert the reader is: what is untaken there they may take.
    pub expert_in: Vec<AreaKey>,
    /// Questions that nobody took, oldest first.
    pub untaken: Vec<EngagementId>,
    /// What may come too late, the earliest due first.
    pub at_risk: Vec<AtRisk>,
    /// What is today, in order.
    pub today: Vec<Today>,
    /// There is more than was read.
    pub is_cut: bool,
    /// Who is away, or will be, in the areas that the reader leads; the first to go first.
    pub away: Vec<Absence>,
}

/// Something that may come too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtRisk {
    /// What.
    pub engagement: EngagementId,
    /// When it is, or was, due.
    pub due: DateTime<Utc>,
    /// That has passed.
    pub is_late: bool,
}

/// Something of today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Today {
    /// What.
    pub engagement: EngagementId,
    /// When.
    pub at: DateTime<Utc>,
    /// What is due then; `None` where a call starts.
    pub due: Option<Owe>,
}

impl AreaPart {
    pub(super) fn of(
        reader: &UserId,
        areas: &[&Area],
        read: &Read,
        policy: &Policy,
        now: DateTime<Utc>,
    ) -> Self {
        let org = &policy.org;
        let zone = org.person(reader).and_then(|person| person.time_zone).unwrap_or(chrono_tz::UTC);
        let day = day_of(now, zone);
        let live: Vec<&Engagement> =
            read.in_areas.iter().filter(|engagement| is_out(engagement) && is_open(engagement)).collect();
        let mut at_risk: Vec<AtRisk> =
            live.iter().filter_map(|engagement| at_risk(engagement, policy, now)).collect();
        at_risk.sort_by_key(|risk| (risk.due, risk.engagement.0));
        let mut today: Vec<Today> = live.iter().flat_map(|engagement| today(engagement, &day)).collect();
        today.sort_by_key(|one| (one.at, one.engagement.0));
        Self {
            areas: areas.iter().map(|area| area.key.clone()).collect(),
            expert_in: areas
                .iter()
                .filter(|area| org.is_sme(reader, &area.key))
                .map(|area| area.key.clone())
                .collect(),
            untaken: live
                .iter()
                .filter(|engagement| is_untaken(engagement))
                .map(|engagement| engagement.id)
                .collect(),
            at_risk,
            today,
            is_cut: read.is_cut,
            away: away(reader, areas, policy, now),
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = EngagementId> {
        let at_risk = self.at_risk.iter().map(|risk| risk.engagement);
        let today = self.today.iter().map(|one| one.engagement);
        self.untaken.iter().copied().chain(at_risk).chain(today)
    }
}

/// Each person once, though they may be of several areas.
fn away(reader: &UserId, areas: &[&Area], policy: &Policy, now: DateTime<Utc>) -> Vec<Absence> {
    let mut away: Vec<Absence> = Vec::new();
    for area in areas.iter().filter(|area| area.leads.contains(reader)) {
        for absence in policy.org.who_is_away(area, now) {
            if !away.contains(absence) {
                away.push(absence.clone());
            }
        }
    }
    away.sort_by(|one, two| (one.from, &one.who).cmp(&(two.from, &two.who)));
    away
}

fn is_untaken(engagement: &Engagement) -> bool {
    matches!(engagement.body, Body::Question(_)) && engagement.state == State::Open
}

fn at_risk(engagement: &Engagement, policy: &Policy, now: DateTime<Utc>) -> Option<AtRisk> {
    let id = engagement.id;
    match &engagement.body {
        Body::Question(question) => {
            let within = policy.rules.sme.take_within.span();
            let due = engagement.asked_at + within;
            let is_risk = is_untaken(engagement)
                && (question.raised > 0 || question.with_lead || engagement.asked_at + within / 2 <= now);
            is_risk.then_some(AtRisk { engagement: id, due, is_late: due <= now })
        }
        Body::Inquiry(inquiry) => {
            let clock = inquiry.clock.as_ref().filter(|clock| is_running(clock))?;
            let due = promised_at(&policy.org, engagement, clock)?;
            let half = half_way(&policy.org, engagement, clock)?;
            (clock.missed || half <= now).then_some(AtRisk { engagement: id, due, is_late: due <= now })
        }
        Body::PmAsk(ask) => {
            let due = ask.due_at?;
            (due <= now).then_some(AtRisk { engagement: id, due, is_late: true })
        }
        Body::Call(_) => None,
    }
}

fn today(engagement: &Engagement, day: &Range<DateTime<Utc>>) -> Vec<Today> {
    let one =
        |at: DateTime<Utc>, due| day.contains(&at).then_some(Today { engagement: engagement.id, at, due });
    match &engagement.body {
        Body::Question(_) | Body::Inquiry(_) => Vec::new(),
        Body::PmAsk(ask) => {
            let due = ask.due_at.into_iter().chain(ask.needed_by).min();
            due.and_then(|at| one(at, Some(Owe::PmAnswer))).into_iter().collect()
        }
        Body::Call(call) => {
            let agenda = if call.agenda.is_none() { one(agenda_due(call), Some(Owe::Agenda)) } else { None };
            one(call.start, None).into_iter().chain(agenda).collect()
        }
    }
}

/// The reader's day. Where its first instant does not exist, the day is counted from an hour later.
fn day_of(now: DateTime<Utc>, zone: Tz) -> Range<DateTime<Utc>> {
    let date = now.with_timezone(&zone).date_naive();
    let begins = |date: chrono::NaiveDate| {
        let midnight = date.and_time(chrono::NaiveTime::MIN);
        let found = zone.from_local_datetime(&midnight).earliest();
        found
            .or_else(|| zone.from_local_datetime(&(midnight + TimeDelta::hours(1))).earliest())
            .map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc))
    };
    begins(date)..begins(date + Days::new(1))
}
