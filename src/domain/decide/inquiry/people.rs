//! Who is who in an inquiry: whose word stops the clock, who owns it, who hears of a miss, to whom it is raised (B1, B3, B5).

use crate::domain::engagement::Engagement;
use crate::domain::ids::UserId;
use crate::domain::org::{Area, Place, PlaceId, Policy};
use crate::domain::reason::{Because, Fact, Rule};

/// Whether this person's message answers the inquiry (B1): a PM of the area or its place, cover, stage PM, product leader,
/// or whoever it was handed to. Never the asker (B2).
pub fn answers(policy: &Policy, engagement: &Engagement, user: &UserId) -> bool {
    if *user == engagement.requester {
        return false;
    }
    engagement.owner.as_ref() == Some(user)
        || area_of(policy, engagement).is_some_and(|area| policy.org.answers_for(user, area))
        || engagement.place.as_ref().is_some_and(|place| policy.org.is_pm_of(user, place))
}

/// The owner (B3) and why: the PM mentioned, else the PM of the chosen group, else the area's first PM on duty. The asker
/// owes themselves nothing.
pub fn choose_owner(
    policy: &Policy,
    area: &Area,
    place: Option<&PlaceId>,
    mentioned: &[UserId],
    asker: &UserId,
) -> (Option<UserId>, Because) {
    let place = place.and_then(|place| policy.org.place(place));
    let can = |user: &&UserId| *user != asker && is_on_duty(policy, user);
    let is_pm_here = |user: &&UserId| {
        policy.org.answers_for(user, area) || place.is_some_and(|place| policy.org.is_pm_of(user, &place.id))
    };
    if let Some(pm) = mentioned.iter().filter(can).find(is_pm_here) {
        return (Some(pm.clone()), because(Rule::B3, Fact::PmMentioned { pm: pm.clone() }));
    }
    let of_place =
        place.into_iter().flat_map(|place| place.pms.iter().chain(&place.cover).chain(&place.stage_pm));
    match of_place.chain(&area.pms).find(can) {
        Some(pm) => (Some(pm.clone()), because(Rule::B3, Fact::PmOnDuty { pm: pm.clone() })),
        None => (None, because(Rule::B3, Fact::NoPm { place: place.map(|place| place.id.clone()) })),
    }
}

/// Whether somebody can be asked at all.
pub(super) fn is_on_duty(policy: &Policy, user: &UserId) -> bool {
    policy.org.person(user).is_none_or(|person| !person.is_gone && !person.is_bot)
}

/// The engagement's area, while the directory has it.
pub(super) fn area_of<'a>(policy: &'a Policy, engagement: &Engagement) -> Option<&'a Area> {
    engagement.area.as_ref().and_then(|key| policy.org.area(key))
}

/// Who is mentioned beside the owner at a miss (B5): the stage PM, or the owner's cover where the stage has none or the
/// owner is it.
pub(super) fn second_of(policy: &Policy, engagement: &Engagement) -> Option<UserId> {
    let owner = engagement.owner.as_ref()?;
    let can = |user: &&UserId| *user != owner && **user != engagement.requester && is_on_duty(policy, user);
    let places = places_of(policy, engagement, owner);
    let stage_pm = places.iter().find_map(|place| place.stage_pm.as_ref());
    let cover = places.iter().flat_map(|place| &place.cover);
    stage_pm.into_iter().chain(cover).find(can).cloned()
}

/// The product leader to whom it is raised (B5), where known, and not the owner or the asker themselves.
pub(super) fn leader_of(policy: &Policy, engagement: &Engagement) -> Option<UserId> {
    let own = engagement.place.as_ref().and_then(|place| policy.org.place(place));
    let of_area =
        policy.org.places().iter().filter(|place| place.area.is_some() && place.area == engagement.area);
    own.into_iter()
        .chain(of_area)
        .filter_map(|place| place.leader.as_ref())
        .find(|leader| {
            engagement.owner.as_ref() != Some(*leader)
                && engagement.requester != **leader
                && is_on_duty(policy, leader)
        })
        .cloned()
}

/// Whether the leader reads the area's internal channel: a leader listed among its PMs is taken to be a member, unless we saw
/// that they are not; of anybody else we do not know, so they hear by direct message, which is never wrong (B8).
pub(super) fn reads_along(policy: &Policy, engagement: &Engagement, leader: &UserId) -> bool {
    area_of(policy, engagement).is_some_and(|area| {
        let is_outside =
            area.internal_channel.as_ref().is_some_and(|channel| policy.org.is_outside(leader, channel));
        area.pms.contains(leader) && !is_outside
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
