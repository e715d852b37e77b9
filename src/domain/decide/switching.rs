//! Switching: an area's mode by an admin or by a line of the directory, and who tries the bot out.
//!
//! What runs goes on: an engagement that began keeps its promises. Only what begins afterwards meets the new mode.

use crate::domain::decision::{Decision, Reply};
use crate::domain::directory::AreaMode;
use crate::domain::ids::{AreaKey, UserId};
use crate::domain::notice::{Address, Notice, What};
use crate::domain::org::{Area, Org, Role};
use crate::domain::refusal::Refusal;
use crate::domain::switches::{KeptMode, Switch, Switches, Switching, Wish};

/// The word that takes back what was switched in Slack.
const CLEAR: &str = "clear";

/// What follows from somebody's wish to switch something.
pub fn switch(switching: &Switching, org: &Org) -> Decision {
    match &switching.wish {
        Wish::Pilot { on } => pilot(&switching.by, *on, org),
        Wish::Mode { area, mode } => mode_of(&switching.by, area, mode, org),
    }
}

fn pilot(by: &UserId, on: bool, org: &Org) -> Decision {
    let areas = org.areas().iter().filter(|area| area.mode == AreaMode::Pilot);
    let areas = areas.map(|area| area.key.clone()).collect();
    let mut decision = Decision { reply: Reply::Pilot { on, areas }, ..Decision::default() };
    if org.is_pilot(by) != on {
        decision.switches.push(Switch::Pilot { user: by.clone(), on });
    }
    decision
}

fn mode_of(by: &UserId, typed: &str, mode: &str, org: &Org) -> Decision {
    if !org.is_admin(by) {
        return Decision::refuse(Refusal::OnlyFor { who: Role::Admins });
    }
    let Some(area) = org.area_by_word(typed) else {
        return Decision::refuse(Refusal::UnknownArea { typed: typed.to_owned() });
    };
    let wanted = mode.trim().to_lowercase();
    let switched = match AreaMode::from_key(&wanted) {
        Some(mode) => Some(mode),
        None if wanted == CLEAR => None,
        None => {
            return Decision::refuse(Refusal::UnknownMode { area: area.key.clone(), typed: mode.to_owned() });
        }
    };
    let now_is = switched.unwrap_or(area.directory_mode);
    // What the directory says anyway needs no switch.
    let switched = switched.filter(|mode| *mode != area.directory_mode);
    let reply =
        Reply::Mode { area: area.key.clone(), mode: now_is, was: area.mode, switched: switched.is_some() };
    let mut decision = Decision { reply, ..Decision::default() };
    let kept = KeptMode { directory: area.directory_mode, switched };
    decision.switches.push(Switch::Mode { area: area.key.clone(), kept, by: Some(by.clone()) });
    if now_is != area.mode {
        tell(&mut decision, area, now_is, Some(by));
    }
    decision
}

/// What follows from the directory as it was read: a line that changed since it was last looked at wins over what was
/// switched in Slack.
pub fn directory_read(org: &Org, kept: &Switches) -> Decision {
    let mut decision = Decision::default();
    for area in org.areas() {
        let known = kept.modes.get(&area.key);
        if known.is_some_and(|known| known.directory == area.directory_mode) {
            continue;
        }
        let now = KeptMode { directory: area.directory_mode, switched: None };
        decision.switches.push(Switch::Mode { area: area.key.clone(), kept: now, by: None });
        let was = known.map(|known| known.switched.unwrap_or(known.directory));
        if was.is_some_and(|was| was != area.directory_mode) {
            tell(&mut decision, area, area.directory_mode, None);
        }
    }
    decision
}

/// Those who run the area and the bot hear of it, once a change; whoever did it knows already.
fn tell(decision: &mut Decision, area: &Area, mode: AreaMode, by: Option<&UserId>) {
    let what = |area: &AreaKey| What::ModeSwitched { area: area.clone(), mode, by: by.cloned() };
    let leads = area.leads.iter().filter(|lead| Some(*lead) != by);
    let directly = leads.map(|lead| Address::Direct { user: lead.clone() });
    for to in std::iter::once(Address::Admins).chain(directly) {
        decision.notices.push(Notice { to, what: what(&area.key), engagement: None, urgent: false });
    }
}
