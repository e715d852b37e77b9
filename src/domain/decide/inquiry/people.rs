//! Who is who in an inquiry: whose word stops the clock, who owns it, who hears of a miss, to whom it is raised (B1, B3, B5).

use chrono::{DateTime, Utc};

use crate::domain::engagement::Engagement;
use crate::domain::ids::UserId;
use crate::domain::org::{Area, OnDuty, Place, PlaceId, Policy};
use crate::domain::reason::{Because, Fact, Rule};

/// Whether this person's message answers the inquiry (B1): a PM of the area or its place, cover, stage PM, product leader,
/// whoever covers for one of these then, or whoever it was handed to. Never the asker (B2).
pub fn answers(policy: &Policy, engagement: &Engagement, user: &UserId, at: DateTime<Utc>) -> bool {
    if *user == engagement.requester {
        return false;
    }
    engagement.owner.as_ref() == Some(user)
        || area_of(policy, engagement).is_some_and(|area| policy.org.answers_for_then(user, area, at))
        || engagement.place.as_ref().is_some_and(|place| policy.org.is_pm_of_then(user, place, at))
}

/// What the choice of an owner rests on (B3).
#[derive(Debug, Clone, Copy)]
pub struct Choice<'a> {
    /// The rules, and who is who.
    pub policy: &'a Policy,
    /// The area whose PMs are asked.
    pub area: &'a Area,
    /// The chosen place, where one is known.
    pub place: Option<&'a PlaceId>,
    /// People mentioned in the ask, in order.
    pub mentioned: &'a [UserId],
    /// Who asks, and owes themselves nothing.
    pub asker: &'a UserId,
    /// The present instant.
    pub now: DateTime<Utc>,
}

impl Choice<'_> {
    /// The owner (B3) and why: the PM mentioned, else the PM of the chosen group, else the area's first PM on duty; whoever is
    /// away has their cover in their stead.
    pub fn owner(&self) -> (Option<UserId>, Because) {
        let org = &self.policy.org;
        let place = self.place.and_then(|place| org.place(place));
        let is_other = |user: &UserId| user != self.asker;
        let is_pm_here = |user: &&UserId| {
            org.answers_for(user, self.area) || place.is_some_and(|place| org.is_pm_of(user, &place.id))
        };
        let of_place =
            place.into_iter().flat_map(|place| place.pms.iter().chain(&place.cover).chain(&place.stage_pm));
        let mentioned = self.mentioned.iter().filter(is_pm_here);
        let known = mentioned.chain(of_place).chain(&self.area.pms);
        let on_duty = org.on_duty(known, is_other, &[self.now]);
        let fact = on_duty.why(|pm| {
            if self.mentioned.contains(&pm) { Fact::PmMentioned { pm } } else { Fact::PmOnDuty { pm } }
        });
        let none = || Fact::NoPm { place: place.map(|place| place.id.clone()) };
        (on_duty.who.clone(), because(Rule::B3, fact.unwrap_or_else(none)))
    }
}

/// Whether somebody can be asked at all: with us, and not away.
pub(super) fn is_on_duty(policy: &Policy, user: &UserId, now: DateTime<Utc>) -> bool {
    policy.org.is_with_us(user) && policy.org.away(user, now).is_none()
}

/// The engagement's area, while the directory has it.
pub(super) fn area_of<'a>(policy: &'a Policy, engagement: &Engagement) -> Option<&'a Area> {
    engagement.area.as_ref().and_then(|key| policy.org.area(key))
}

/// Who is mentioned beside the owner at a miss (B5): the stage PM, or the owner's cover where the stage has none or the
/// owner is it; whoever stands in where they are away.
pub(super) fn second_of(policy: &Policy, engagement: &Engagement, now: DateTime<Utc>) -> Option<UserId> {
    let owner = engagement.owner.as_ref()?;
    let can = |user: &UserId| user != owner && *user != engagement.requester;
    let places = places_of(policy, engagement, owner);
    let stage_pm = places.iter().find_map(|place| place.stage_pm.as_ref());
    let cover = places.iter().flat_map(|place| &place.cover);
    policy.org.on_duty(stage_pm.into_iter().chain(cover), can, &[now]).who
}

/// To whom it is raised (B5), and why where that is not the product leader, never the owner or the asker themselves: the product
/// leader; whom they named where they are away; else the area's lead, whose daily list it is on from then on. Without anybody
/// there it is raised to the leader all the same: there is nobody above.
pub(super) fn raised_to(
    policy: &Policy,
    engagement: &Engagement,
    now: DateTime<Utc>,
) -> Option<(UserId, Option<Because>)> {
    let org = &policy.org;
    let own = engagement.place.as_ref().and_then(|place| org.place(place));
    let of_area = org.places().iter().filter(|place| place.area.is_some() && place.area == engagement.area);
    let leaders: Vec<&UserId> =
        own.into_iter().chain(of_area).filter_map(|place| place.leader.as_ref()).collect();
    let can = |user: &UserId| engagement.owner.as_ref() != Some(user) && engagement.requester != *user;
    let OnDuty { who, instead_of } = org.on_duty(leaders.iter().copied(), can, &[now]);
    match (who, instead_of) {
        (Some(by), Some((pm, until))) => {
            let fact = Fact::Covers { by: by.clone(), pm, until };
            Some((by, Some(because(Rule::B5, fact))))
        }
        (Some(leader), None) => Some((leader, None)),
        (None, Some((pm, until))) => {
            let leads = area_of(policy, engagement).into_iter().flat_map(|area| &area.leads);
            match org.on_duty(leads, can, &[now]).who {
                Some(lead) => Some((lead, Some(because(Rule::B5, Fact::NobodyCovers { pm, until })))),
                None => Some((pm, None)),
            }
        }
        (None, None) => None,
    }
}

/// Whether they read the area's internal channel: whoever is listed among its PMs or leads is taken to be a member, unless we saw
/// that they are not; of anybody else we do not know, so they hear by direct message, which is never wrong (B8).
pub(super) fn reads_along(policy: &Policy, engagement: &Engagement, leader: &UserId) -> bool {
    area_of(policy, engagement).is_some_and(|area| {
        let is_outside =
            area.internal_channel.as_ref().is_some_and(|channel| policy.org.is_outside(leader, channel));
        (area.pms.contains(leader) || area.leads.contains(leader)) && !is_outside
    })
}

/// The chosen place; else the places of the area at which the owner is a PM; else all of the area.
fn places_of<'a>(policy: &'a Policy, engagement: &Engagement, owner: &UserId) -> Vec<&'a Place> {
    if let Some(place) = engagement.place.as_ref().and_then(|place| policy.org.place(place)) {
        return vec![place];
    }
    let of_area = |place: &&Place| place.area.is_some() && place.area == engagement.area;
    let mut places: Vec<&Place> = policy.org.places().iter().filter(of_area).collect();
    if places.iter().any(|place| place.pms.contains(owner)) {
        places.retain(|place| place.pms.contains(owner));
    }
    places
}

/// A reason, in short.
pub(super) fn because(rule: Rule, fact: Fact) -> Because {
    Because { rule, fact }
}
