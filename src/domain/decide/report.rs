//! Who is told which numbers (A11, "Confidentiality": by area, to those who answer for it), and the post of each week.

use crate::domain::calendar::weekly::Period;
use crate::domain::decision::Decision;
use crate::domain::directory::AreaMode;
use crate::domain::ids::{AreaKey, UserId};
use crate::domain::notice::{Address, Downtime, Notice, What};
use crate::domain::numbers::{ByArea, Numbers, Report, Whose};
use crate::domain::org::{Area, Org, Policy};
use crate::domain::refusal::Refusal;

/// Whose numbers this person is told: of the area they named, else of all that are theirs. Leads and PMs of an area, product
/// leaders among them, have its numbers; admins have all.
pub fn whose(org: &Org, by: &UserId, named: Option<&str>) -> Result<Whose, Refusal> {
    let is_theirs = |area: &&Area| org.may_oversee(by, Some(&area.key)) || org.answers_for(by, area);
    let Some(named) = named else {
        if org.is_admin(by) {
            return Ok(Whose::All);
        }
        let theirs: Vec<AreaKey> =
            org.areas().iter().filter(is_theirs).map(|area| area.key.clone()).collect();
        return if theirs.is_empty() {
            Err(Refusal::NumbersNotYours { area: None })
        } else {
            Ok(Whose::Areas(theirs))
        };
    };
    let is_named =
        |area: &&Area| area.key.as_str().eq_ignore_ascii_case(named) || area.name.eq_ignore_ascii_case(named);
    match org.areas().iter().find(is_named) {
        None => Err(Refusal::UnknownArea { typed: named.to_owned() }),
        Some(area) if is_theirs(&area) => Ok(Whose::Areas(vec![area.key.clone()])),
        Some(area) => Err(Refusal::NumbersNotYours { area: Some(area.key.clone()) }),
    }
}

/// A report of what was counted.
pub fn report(policy: &Policy, whose: &Whose, period: Period, counted: &ByArea) -> Report {
    let known: Vec<AreaKey> = policy.org.areas().iter().map(|area| area.key.clone()).collect();
    Report::of(period, &known, whose, counted, policy.rules.reports.per_person)
}

/// The post of a week: to each lead by direct message, one for all of their areas, since an internal channel with one PM in it
/// would read theirs out of the area's; and to the channel of the settings. Areas that are only observed post nothing, nor
/// does an area in which nothing happened. Nobody is ever named.
pub fn weekly(
    policy: &Policy,
    period: Period,
    counted: &ByArea,
    late_because: Option<&Downtime>,
) -> Decision {
    let org = &policy.org;
    let mut decision = Decision::default();
    let mut tell = |to: Address, whose: &Whose| {
        let known: Vec<AreaKey> = org.areas().iter().map(|area| area.key.clone()).collect();
        let report = Box::new(Report::of(period, &known, whose, counted, false));
        let what = What::WeeklyReport { report, late_because: late_because.cloned() };
        decision.notices.push(Notice { to, what, engagement: None, urgent: false });
    };
    let is_told = |area: &&Area| {
        area.mode != AreaMode::Observe
            && counted.get(&Some(area.key.clone())).is_some_and(|of| !Numbers::of(of).is_empty())
    };
    let told: Vec<&Area> = org.areas().iter().filter(is_told).collect();
    let mut leads: Vec<&UserId> = Vec::new();
    for lead in told.iter().flat_map(|area| &area.leads) {
        if !leads.contains(&lead) {
            leads.push(lead);
        }
    }
    for lead in leads {
        let theirs = told.iter().filter(|area| area.leads.contains(lead));
        let whose = Whose::Areas(theirs.map(|area| area.key.clone()).collect());
        tell(Address::Direct { user: lead.clone() }, &whose);
    }
    if let Some(channel) = &org.reports_channel {
        tell(Address::Channel { channel: channel.clone() }, &Whose::All);
    }
    decision
}
