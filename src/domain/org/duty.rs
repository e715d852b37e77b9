//! Who can be asked: neither gone nor away; and who stands in for whoever is away.
//!
//! The only place that says so. Owner away → whom they named → the next one of the list that the caller gives (cover, stage PM);
//! nobody is a normal answer, which the caller has to tell.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{Area, Org};
use crate::domain::absence::{Absence, Absences};
use crate::domain::ids::UserId;
use crate::domain::names::Person;
use crate::domain::reason::Fact;

/// Who it is, and in whose stead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnDuty {
    /// Who; nobody where everybody who could is away, or there is nobody.
    pub who: Option<UserId>,
    /// Whose turn it would have been, and the last day of their absence.
    pub instead_of: Option<(UserId, NaiveDate)>,
}

impl OnDuty {
    /// Why it is this person: the absence that led to them, else what would have been said anyway; `None` where nobody is
    /// known at all.
    pub fn why(&self, otherwise: impl FnOnce(UserId) -> Fact) -> Option<Fact> {
        match (&self.who, &self.instead_of) {
            (Some(by), Some((pm, until))) => {
                Some(Fact::Covers { by: by.clone(), pm: pm.clone(), until: *until })
            }
            (None, Some((pm, until))) => Some(Fact::NobodyCovers { pm: pm.clone(), until: *until }),
            (Some(who), None) => Some(otherwise(who.clone())),
            (None, None) => None,
        }
    }
}

impl Org {
    /// Everybody's absence.
    pub fn absences(&self) -> &Absences {
        &self.absences
    }

    /// The same organisation, with these absences.
    #[must_use]
    pub fn with_absences(self, absences: Absences) -> Self {
        Self { absences, ..self }
    }

    /// The absence that somebody is in then.
    pub fn away(&self, user: &UserId, at: DateTime<Utc>) -> Option<&Absence> {
        self.absences.at(user, at)
    }

    /// Whether somebody is with us: not gone, and no bot.
    pub fn is_with_us(&self, user: &UserId) -> bool {
        self.person(user).is_none_or(|person| !person.is_gone && !person.is_bot)
    }

    /// The zone in which somebody's days are meant.
    pub fn zone_of(&self, user: &UserId) -> Tz {
        self.person(user).and_then(|person| person.time_zone).unwrap_or(Tz::UTC)
    }

    /// The first of these who can, and is there at all these instants; in the stead of whoever is away, whom they named.
    pub fn on_duty<'a>(
        &self,
        candidates: impl Iterator<Item = &'a UserId>,
        can: impl Fn(&UserId) -> bool,
        at: &[DateTime<Utc>],
    ) -> OnDuty {
        let mut instead_of = None;
        for candidate in candidates.filter(|user| can(user) && self.is_with_us(user)) {
            let Some(absence) = at.iter().find_map(|at| self.away(candidate, *at)) else {
                return OnDuty { who: Some(candidate.clone()), instead_of };
            };
            instead_of.get_or_insert_with(|| (candidate.clone(), absence.last_day));
            if let Some(cover) = self.named_cover(absence, &can, at) {
                return OnDuty { who: Some(cover), instead_of };
            }
        }
        OnDuty { who: None, instead_of }
    }

    /// Whom somebody named for their absence; where those are away too, whom they named. Names that go round in a circle end.
    pub fn named_cover(
        &self,
        absence: &Absence,
        can: impl Fn(&UserId) -> bool,
        at: &[DateTime<Utc>],
    ) -> Option<UserId> {
        let mut asked = vec![&absence.who];
        let mut next = absence.cover.as_ref()?;
        loop {
            if asked.contains(&next) {
                return None;
            }
            let Some(too) = at.iter().find_map(|at| self.away(next, *at)) else {
                return (can(next) && self.is_with_us(next)).then(|| next.clone());
            };
            asked.push(next);
            next = too.cover.as_ref()?;
        }
    }

    /// The people for whom this person stands in then: who is away, and named them, or whom whoever they named did.
    pub fn covers_for<'a>(
        &'a self,
        user: &'a UserId,
        at: DateTime<Utc>,
    ) -> impl Iterator<Item = &'a UserId> + 'a {
        let away = self.absences.since(at).into_iter().filter(move |absence| absence.is_at(at));
        away.filter(move |absence| self.named_cover(absence, |_| true, &[at]).as_ref() == Some(user))
            .map(|absence| &absence.who)
    }

    /// Who of an area is away, or will be: its experts, leads and PMs, by the beginning of their absence.
    pub fn who_is_away(&self, area: &Area, now: DateTime<Utc>) -> Vec<&Absence> {
        let of_area = |user: &UserId| concerns(area, user) || self.answers_for(user, area);
        self.absences.since(now).into_iter().filter(|absence| of_area(&absence.who)).collect()
    }

    /// Everybody who is called that, and is with us.
    pub fn people_called<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Person> {
        let wanted = name.trim().trim_start_matches('@').to_lowercase();
        let is_called = move |person: &&Person| !person.is_gone && person.name.to_lowercase() == wanted;
        self.people.values().filter(is_called)
    }

    /// The areas of which this person is expert, lead or PM.
    pub fn areas_of<'a>(&'a self, user: &'a UserId) -> impl Iterator<Item = &'a Area> {
        self.areas.iter().filter(move |area| concerns(area, user) || self.answers_for(user, area))
    }
}

fn concerns(area: &Area, user: &UserId) -> bool {
    area.members.contains(user) || area.leads.contains(user) || area.pms.contains(user)
}
