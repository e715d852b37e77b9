//! Who may let something pass below its notice (C12), in the order in which they are asked: the PM who is asked, the stage PM,
//! the product leader; in the stead of whoever is away, whom they named.
//!
//! Never the requester, nor who cannot press a button. That somebody is away is `Org::on_duty`'s to say.

use chrono::{DateTime, Utc};

use crate::domain::engagement::Engagement;
use crate::domain::ids::UserId;
use crate::domain::org::{OnDuty, Org};
use crate::domain::reason::{Because, Fact, Rule};

/// The next one to ask.
pub(super) struct Next {
    pub(super) who: UserId,
    /// In whose stead, and who before them is away.
    pub(super) because: Vec<Because>,
    pub(super) is_another_left: bool,
}

/// The first on duty who was not asked yet.
pub(super) fn next(org: &Org, engagement: &Engagement, asked: &[UserId], now: DateTime<Utc>) -> Option<Next> {
    let mut rungs = rungs(org, engagement, now).into_iter();
    let mut because = Vec::new();
    let who = loop {
        let OnDuty { who, instead_of } = rungs.next()?;
        match (who, instead_of) {
            (Some(who), _) if asked.contains(&who) => because.clear(),
            (Some(who), instead_of) => {
                because.extend(instead_of.map(|(pm, until)| Fact::Covers { by: who.clone(), pm, until }));
                break who;
            }
            (None, Some((pm, until))) => because.push(Fact::NobodyCovers { pm, until }),
            (None, None) => {}
        }
    };
    let is_left = |other: OnDuty| other.who.is_some_and(|other| other != who && !asked.contains(&other));
    let is_another_left = rungs.any(is_left);
    let because = because.into_iter().map(|fact| Because { rule: Rule::C12, fact }).collect();
    Some(Next { who, because, is_another_left })
}

/// Whether this person may decide: who is on duty, and the stage PM and product leader also from where they are.
pub(super) fn may_approve(org: &Org, engagement: &Engagement, user: &UserId, now: DateTime<Utc>) -> bool {
    let place = engagement.place.as_ref().and_then(|id| org.place(id));
    let is_above = place
        .is_some_and(|place| place.stage_pm.as_ref() == Some(user) || place.leader.as_ref() == Some(user));
    *user != engagement.requester
        && (is_above || rungs(org, engagement, now).iter().any(|rung| rung.who.as_ref() == Some(user)))
}

fn rungs(org: &Org, engagement: &Engagement, now: DateTime<Utc>) -> Vec<OnDuty> {
    let Some(place) = engagement.place.as_ref().and_then(|id| org.place(id)) else { return Vec::new() };
    let can = |user: &UserId| *user != engagement.requester && org.person(user).is_some();
    let asked = place.pms.iter().chain(&place.cover).chain(&place.stage_pm);
    vec![
        org.on_duty(asked, can, &[now]),
        org.on_duty(place.stage_pm.iter(), can, &[now]),
        org.on_duty(place.leader.iter(), can, &[now]),
    ]
}
