//! The small organisation of the stories: one area of two groups, and a stage far away.

use indexmap::IndexMap;

use super::{channel, user};
use crate::domain::directory::{ChannelRef, Directory, Group, PersonRef, Section, SmeArea, Stage};
use crate::domain::ids::AreaKey;
use crate::domain::names::{Channel, Names, Person};
use crate::domain::org::{Org, Policy};
use crate::domain::rules::Rules;

/// Names that Slack knows: everybody of the stories, and three channels.
fn names() -> Names {
    let person = |id: &str| Person {
        id: user(id),
        name: id.to_owned(),
        email: None,
        time_zone: None,
        is_gone: id == "GONE",
        is_bot: id == "BOT",
        is_guest: false,
    };
    let channel_of = |id: &str, is_private| Channel {
        id: channel(id),
        name: id.to_lowercase(),
        is_private,
        is_archived: false,
        is_shared: false,
        is_member: true,
    };
    let people =
        ["SME", "OTHER", "LEAD", "PM1", "PM2", "COVER", "STAGE", "BOSS", "FAR", "ADMIN", "AE", "GONE"];
    Names {
        bot_user: Some(user("BOT")),
        people: people.into_iter().chain(["BOT"]).map(person).collect(),
        channels: vec![
            channel_of("C_SME", false),
            channel_of("C_INT", true),
            channel_of("C_GROUP", false),
            channel_of("C_STAGE", false),
        ],
        ..Names::default()
    }
}

pub(in crate::domain::decide::inquiry) fn people(ids: &[&str]) -> Vec<PersonRef> {
    ids.iter().map(|id| PersonRef::Id(user(id))).collect()
}

/// One area of two groups, and a stage far away with a PM of its own.
pub(in crate::domain::decide::inquiry) fn directory() -> Directory {
    let place = |id: &str| Some(ChannelRef::Id(channel(id)));
    let runner = Group {
        name: "Runner".to_owned(),
        channel: place("C_GROUP"),
        pms: people(&["PM1"]),
        cover: people(&["COVER"]),
        ..Group::default()
    };
    let pipelines = Group { name: "Pipelines".to_owned(), pms: people(&["PM2"]), ..Group::default() };
    let verify = Stage {
        name: "Verify".to_owned(),
        section: Some("ops".to_owned()),
        channel: place("C_STAGE"),
        pm: people(&["STAGE"]).pop(),
        sme_area: Some(AreaKey::from("ci")),
        groups: IndexMap::from([("runner".to_owned(), runner), ("pipelines".to_owned(), pipelines)]),
        ..Stage::default()
    };
    let plan = Stage { name: "Plan".to_owned(), pm: people(&["FAR"]).pop(), ..Stage::default() };
    Directory {
        sme_areas: IndexMap::from([(
            AreaKey::from("ci"),
            SmeArea {
                name: "CI".to_owned(),
                channel: place("C_SME"),
                internal_channel: place("C_INT"),
                leads: people(&["LEAD"]),
                members: people(&["SME", "OTHER"]),
                pms: people(&["PM1", "PM2"]),
                ..SmeArea::default()
            },
        )]),
        sections: IndexMap::from([(
            "ops".to_owned(),
            Section { name: "Ops".to_owned(), leader: people(&["BOSS"]).pop() },
        )]),
        stages: IndexMap::from([("verify".to_owned(), verify), ("plan".to_owned(), plan)]),
        ..Directory::default()
    }
}

pub(in crate::domain::decide::inquiry) fn policy_of(directory: &Directory) -> Policy {
    let rules = Rules::default();
    let (org, _) = Org::resolve(directory, &names(), &rules, None, &people(&["ADMIN"]));
    Policy { rules, org }
}
