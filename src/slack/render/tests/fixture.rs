//! A small organisation and one ask of each kind.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use crate::domain::decision::{Actor, Entry, Event};
use crate::domain::directory::{
    ChannelRef, DaysOff, Directory, Group, GroupCalendar, GroupRef, OfficeHours, PersonRef, Section, SmeArea,
    Stage,
};
use crate::domain::engagement::call::{BriefingAnswer, BriefingQuestion, CallStatus, StoredCallRules};
use crate::domain::engagement::inquiry::ReplyClock;
use crate::domain::engagement::{Body, Call, Engagement, Home, Inquiry, Origin, PmAsk, Question, State};
use crate::domain::ids::{AreaKey, ChannelId, EngagementId, GroupId, Ts, UserId};
use crate::domain::names::{Channel, Names, Person, UserGroup};
use crate::domain::notice::Downtime;
use crate::domain::org::{Org, PlaceId};
use crate::domain::reason::{Because, Fact, Reason, Rule};
use crate::domain::rules::{NoticeMode, Rules, WorkingHours};

use super::super::Scene;

/// Everything a scene borrows.
pub(super) struct World {
    pub org: Org,
    pub rules: Rules,
    pub related: Vec<Engagement>,
}

/// Friday, a little after two.
pub(super) fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 14, 10, 0).single().expect("an instant")
}

pub(super) fn hours(hours: i64) -> TimeDelta {
    TimeDelta::hours(hours)
}

pub(super) fn id(short: &str) -> EngagementId {
    short.parse().expect("a short id")
}

pub(super) fn user(id: &str) -> UserId {
    UserId::from(id)
}

pub(super) fn place(path: &str) -> PlaceId {
    PlaceId(path.to_owned())
}

pub(super) fn runner() -> PlaceId {
    place("group/verify/runner")
}

pub(super) fn downtime() -> Downtime {
    Downtime { from: now() - hours(3), to: now() - hours(1), blind: false, paused_by: None }
}

impl World {
    /// The organisation; `suffix` is part of every name in it.
    pub(super) fn named(suffix: &str) -> Self {
        let rules = Rules::default();
        let admins = [PersonRef::Id(user("ULIN"))];
        let (org, unresolved) = Org::resolve(
            &directory(suffix),
            &names(suffix),
            &rules,
            Some(&ChannelRef::Id("CADM".into())),
            &admins,
        );
        assert_eq!(unresolved, []);
        Self { org, rules, related: Vec::new() }
    }

    pub(super) fn new() -> Self {
        Self::named("")
    }

    pub(super) fn scene<'a>(&'a self, engagement: &'a Engagement) -> Scene<'a> {
        Scene {
            org: &self.org,
            rules: &self.rules,
            engagement: Some(engagement),
            related: &self.related,
            now: now(),
        }
    }
}

fn channel(id: &str) -> ChannelRef {
    ChannelRef::Id(ChannelId::from(id))
}

fn person(id: &str) -> PersonRef {
    PersonRef::Id(user(id))
}

fn directory(suffix: &str) -> Directory {
    let area = SmeArea {
        name: format!("CI/CD{suffix}"),
        channel: Some(channel("CSME")),
        internal_channel: Some(channel("CINT")),
        handle: Some(GroupRef::Id(GroupId::from("SSME"))),
        leads: vec![person("ULIN")],
        members: vec![person("UINES")],
        office_hours: Some(OfficeHours {
            text: format!("Tuesdays at 16:00{suffix}"),
            link: Some("https://meet.example/ci".to_owned()),
        }),
        ..SmeArea::default()
    };
    let calendar = GroupCalendar {
        time_zone: Some(chrono_tz::America::Los_Angeles),
        hours: WorkingHours::default(),
        holidays: DaysOff::default(),
    };
    let group =
        |name: &str| Group { name: format!("{name}{suffix}"), pms: vec![person("UPAT")], ..Group::default() };
    let groups = [
        (
            "runner".to_owned(),
            Group { channel: Some(channel("CGRP")), calendar: Some(calendar), ..group("Runner") },
        ),
        ("pipeline_execution".to_owned(), group("Pipeline Execution")),
    ];
    let stage = Stage {
        name: format!("Verify{suffix}"),
        section: Some("ops".to_owned()),
        channel: Some(channel("CSTG")),
        pm: Some(person("USAM")),
        sme_area: Some(AreaKey::from("ci")),
        groups: groups.into_iter().collect(),
        ..Stage::default()
    };
    Directory {
        fallback_channel: Some(channel("CPRD")),
        sme_areas: [(AreaKey::from("ci"), area)].into_iter().collect(),
        sections: [("ops".to_owned(), Section { name: "Ops".to_owned(), leader: Some(person("ULEE")) })]
            .into_iter()
            .collect(),
        stages: [("verify".to_owned(), stage)].into_iter().collect(),
        ..Directory::default()
    }
}

fn names(suffix: &str) -> Names {
    let channel = |id: &str, name: &str| Channel {
        id: ChannelId::from(id),
        name: format!("{name}{suffix}"),
        is_private: id == "CINT",
        is_archived: false,
        is_shared: false,
        is_member: true,
    };
    let person = |id: &str, name: &str| Person {
        id: user(id),
        name: format!("{name}{suffix}"),
        email: None,
        time_zone: (id == "UAVA").then_some(chrono_tz::Europe::Berlin),
        is_gone: false,
        is_bot: false,
        is_guest: false,
    };
    Names {
        team_url: Some("https://example.slack.com/".to_owned()),
        bot_user: Some(user("UBOT")),
        bot_id: None,
        channels: vec![
            channel("CSME", "sme-ci"),
            channel("CINT", "sme-ci-internal"),
            channel("CGRP", "g_runner"),
            channel("CSTG", "s_verify"),
            channel("CPRD", "product"),
            channel("CADM", "admins"),
        ],
        people: vec![
            person("UAVA", "Ava"),
            person("UINES", "Ines"),
            person("ULIN", "Lin"),
            person("UPAT", "Pat"),
            person("USAM", "Sam"),
            person("ULEE", "Lee"),
        ],
        groups: vec![UserGroup {
            id: GroupId::from("SSME"),
            handle: "sme-ci".to_owned(),
            members: Vec::new(),
        }],
        ..Names::default()
    }
}

fn home(channel: &str) -> Home {
    Home { channel: channel.into(), thread: None, card: Some(Ts::from("1700000000.000100")) }
}

fn named_in_text() -> Because {
    Because {
        rule: Rule::A1,
        fact: Fact::TextNames { words: vec!["autoscaling".to_owned()], place: runner() },
    }
}

/// Ava's question to the SMEs, open since now.
pub(super) fn question(text: &str) -> Engagement {
    Engagement {
        id: id("K7Q"),
        version: 1,
        state: State::Open,
        requester: user("UAVA"),
        reason: Some(Reason::Technical),
        place: Some(runner()),
        area: Some(AreaKey::from("ci")),
        text: text.to_owned(),
        customer: None,
        links: Vec::new(),
        details: Vec::new(),
        origin: Origin { channel: ChannelId::from("CPRD"), message: None, thread: None, is_private: false },
        home: Some(home("CSME")),
        owner: None,
        moves: 0,
        parent: None,
        because: vec![named_in_text()],
        body: Body::Question(Question::default()),
        asked_at: now(),
        taken_at: None,
        answered_at: None,
        answered_by: None,
        closed_at: None,
    }
}

/// Ava's ask of Pat.
pub(super) fn pm_ask(text: &str) -> Engagement {
    Engagement {
        id: id("P4M"),
        reason: Some(Reason::Roadmap),
        home: Some(home("CGRP")),
        owner: Some(user("UPAT")),
        because: vec![
            Because { rule: Rule::Table, fact: Fact::ReasonGiven { reason: Reason::Roadmap } },
            named_in_text(),
        ],
        body: Body::PmAsk(PmAsk::default()),
        ..question(text)
    }
}

/// Ines asks Pat in the internal channel, for Ava's question.
pub(super) fn inquiry(text: &str) -> Engagement {
    let clock = ReplyClock {
        rules: Rules::default().reply,
        started_at: now(),
        pauses: Vec::new(),
        earlier_owners: Vec::new(),
        steps_done: 0,
        missed: false,
        blind_since: None,
        blind_spell: None,
        end: None,
    };
    Engagement {
        id: id("N8V"),
        requester: user("UINES"),
        reason: None,
        home: Some(home("CINT")),
        owner: Some(user("UPAT")),
        parent: Some(id("K7Q")),
        because: vec![Because { rule: Rule::B3, fact: Fact::PmOnDuty { pm: user("UPAT") } }],
        body: Body::Inquiry(Inquiry { clock: Some(clock), ..Inquiry::default() }),
        ..question(text)
    }
}

/// Ava asks Pat on a call in two days and two hours.
pub(super) fn call(text: &str) -> Engagement {
    let call = Call {
        earliest: None,
        exception: None,
        moving: None,
        start: now() + hours(50),
        minutes: 45,
        status: CallStatus::Asked,
        notice_seconds: 50 * 3_600,
        second_day: true,
        rules: StoredCallRules { agenda_before_seconds: 24 * 3_600, mode: NoticeMode::Elapsed },
        goal: format!("agree on a plan {text}"),
        attendees: format!("two platform engineers {text}"),
        briefing: vec![
            BriefingAnswer { question: BriefingQuestion::Tier, answer: format!("Ultimate {text}") },
            BriefingAnswer { question: BriefingQuestion::Usage, answer: format!("POC {text}") },
        ],
        briefing_link: None,
        agenda: None,
        agenda_asked: false,
        agenda_missed: false,
    };
    Engagement {
        id: id("C5K"),
        reason: Some(Reason::CustomerMeeting),
        customer: Some(format!("Contoso {text}")),
        home: Some(home("CGRP")),
        owner: Some(user("UPAT")),
        because: vec![Because {
            rule: Rule::Table,
            fact: Fact::ReasonGiven { reason: Reason::CustomerMeeting },
        }],
        body: Body::Call(Box::new(call)),
        ..question(text)
    }
}

/// A line of history.
pub(super) fn entry(event: Event, because: Vec<Because>) -> Entry {
    Entry { engagement: id("K7Q"), at: now(), by: Actor::Person(user("UAVA")), event, because }
}
