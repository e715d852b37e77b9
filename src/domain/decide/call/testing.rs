//! A small organisation and a story of one call: decisions are applied as the store would, so that each step sees the last.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{Opening, act, due, open, undeliverable};
use crate::domain::command::{Act, Action, Ask, CallAsk, ClockKind, Proof, Via};
use crate::domain::decide::Case;
use crate::domain::decide::exception::unopened;
use crate::domain::decision::{ClockChange, Decision, Field, FieldProblem, Problem, Reply, Write};
use crate::domain::directory::{ChannelRef, Directory, Group, PersonRef, Section, SmeArea, Stage};
use crate::domain::engagement::call::Call;
use crate::domain::engagement::{Body, Engagement, Origin, State};
use crate::domain::ids::{AreaKey, ChannelId, EngagementId, UserId};
use crate::domain::names::{Channel, Names, Person};
use crate::domain::notice::{Address, What};
use crate::domain::org::{Org, PlaceId, Policy};
use crate::domain::reason::Reason;
use crate::domain::rules::Rules;

/// The engagement of every story.
pub(in crate::domain::decide) const ID: EngagementId = EngagementId(7);
/// The requester, in Berlin.
pub(in crate::domain::decide) const AVA: &str = "U_AVA";
/// The PM of Runner, in Los Angeles.
pub(in crate::domain::decide) const PETRA: &str = "U_PETRA";
/// The other PM of Runner.
pub(in crate::domain::decide) const PAUL: &str = "U_PAUL";
/// Their cover.
pub(in crate::domain::decide) const CLEO: &str = "U_CLEO";
/// The stage's PM.
pub(in crate::domain::decide) const STAN: &str = "U_STAN";
/// An SME.
pub(in crate::domain::decide) const INES: &str = "U_INES";
/// The area's lead.
pub(in crate::domain::decide) const LEA: &str = "U_LEA";
/// An admin.
pub(in crate::domain::decide) const ADA: &str = "U_ADA";

pub(in crate::domain::decide) fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn person(id: &str, zone: Tz) -> Person {
    Person {
        id: UserId::from(id),
        name: id.to_owned(),
        email: None,
        time_zone: Some(zone),
        is_gone: false,
        is_bot: false,
        is_guest: false,
    }
}

fn channel(name: &str) -> Channel {
    Channel {
        id: ChannelId(format!("C_{}", name.to_uppercase())),
        name: name.to_owned(),
        is_private: false,
        is_archived: false,
        is_shared: false,
        is_member: true,
    }
}

fn by_name(name: &str) -> ChannelRef {
    ChannelRef::Name(name.to_owned())
}

fn by_id(id: &str) -> PersonRef {
    PersonRef::Id(UserId::from(id))
}

/// Verify has Runner (channel and PMs), Testing (neither of its own) and Execution (a PM whom Slack does not know); Plan
/// has nothing at all.
fn directory() -> Directory {
    let ci = Some(AreaKey::from("ci"));
    let group = |name: &str| Group { name: name.to_owned(), ..Group::default() };
    let runner = Group {
        channel: Some(by_name("g_runner")),
        pms: vec![by_id(PETRA), by_id(PAUL)],
        cover: vec![by_id(CLEO)],
        ..group("Runner")
    };
    let execution = Group { pms: vec![by_id("U_NOBODY")], cover: vec![by_id(CLEO)], ..group("Execution") };
    let groups = [("runner", runner), ("testing", group("Testing")), ("execution", execution)];
    let verify = Stage {
        name: "Verify".to_owned(),
        section: Some("ops".to_owned()),
        channel: Some(by_name("s_verify")),
        pm: Some(by_id(STAN)),
        sme_area: ci.clone(),
        groups: groups.into_iter().map(|(key, group)| (key.to_owned(), group)).collect(),
        ..Stage::default()
    };
    let plan = Stage { name: "Plan".to_owned(), ..Stage::default() };
    let area = SmeArea {
        name: "CI/CD".to_owned(),
        leads: vec![by_id(LEA)],
        members: vec![by_id(INES)],
        ..SmeArea::default()
    };
    Directory {
        fallback_channel: Some(by_name("product")),
        sme_areas: ci.into_iter().map(|key| (key, area.clone())).collect(),
        sections: [("ops".to_owned(), Section { name: "Ops".to_owned(), leader: None })]
            .into_iter()
            .collect(),
        stages: [("verify".to_owned(), verify), ("plan".to_owned(), plan)].into_iter().collect(),
        ..Directory::default()
    }
}

/// The policy of every story; without `#product` where a story needs a place without any channel.
pub(in crate::domain::decide) fn policy(has_fallback: bool) -> Policy {
    let mut directory = directory();
    if !has_fallback {
        directory.fallback_channel = None;
    }
    let berlin = [AVA, INES, LEA, ADA, PAUL, CLEO, STAN].map(|id| person(id, Tz::Europe__Berlin));
    let petra = person(PETRA, Tz::America__Los_Angeles);
    let names = Names {
        channels: ["g_runner", "s_verify", "product"].map(channel).to_vec(),
        people: berlin.into_iter().chain([petra]).collect(),
        ..Names::default()
    };
    let rules = Rules::default();
    let (org, _) = Org::resolve(&directory, &names, &rules, None, &[by_id(ADA)]);
    Policy { rules, org }
}

/// An ask of Ava's for a call on Runner's roadmap, through the form.
pub(in crate::domain::decide) fn ask(start: &str) -> Ask {
    Ask {
        by: UserId::from(AVA),
        via: Via::Form { channel: None },
        text: "Autoscaling roadmap".to_owned(),
        reason: Some(Reason::CustomerMeeting),
        place: None,
        mentions: Vec::new(),
        customer: Some("Contoso".to_owned()),
        links: Vec::new(),
        proof: Proof::default(),
        in_shared_channel: false,
        call: Some(CallAsk {
            start: at(start),
            minutes: 30,
            goal: "Decide on the fleet".to_owned(),
            attendees: "Their platform lead".to_owned(),
            briefing: Vec::new(),
            briefing_link: None,
            agenda_link: None,
        }),
    }
}

/// One call, from the ask on.
pub(in crate::domain::decide) struct Story {
    pub(in crate::domain::decide) policy: Policy,
    pub(in crate::domain::decide) now: DateTime<Utc>,
    pub(in crate::domain::decide) engagement: Option<Engagement>,
    pub(in crate::domain::decide) clocks: BTreeMap<ClockKind, DateTime<Utc>>,
}

impl Story {
    /// Nothing has happened yet.
    pub(in crate::domain::decide) fn begins(now: &str) -> Self {
        Self { policy: policy(true), now: at(now), engagement: None, clocks: BTreeMap::new() }
    }

    /// Asked on Tuesday 10:00 in Berlin for Friday 18:00, which is 80 h ahead and 09:00 for the PM.
    pub(in crate::domain::decide) fn asked() -> Self {
        let mut story = Self::begins("2026-11-17T09:00:00Z");
        story.ask("group/verify/runner", &ask("2026-11-20T17:00:00Z"));
        assert_eq!(story.engagement().state, State::Open);
        story
    }

    /// The same, and Petra said yes.
    pub(in crate::domain::decide) fn confirmed() -> Self {
        let mut story = Self::asked();
        story.press(PETRA, Action::ConfirmCall);
        assert_eq!(story.engagement().state, State::Taken);
        story
    }

    pub(in crate::domain::decide) fn ask(&mut self, place: &str, ask: &Ask) -> Decision {
        let place = self.policy.org.place(&PlaceId(place.to_owned())).unwrap();
        let origin = Origin { channel: ChannelId::from(AVA), message: None, thread: None, is_private: true };
        let because = Vec::new();
        let decision =
            open(Opening { ask, id: ID, origin, place, because, policy: &self.policy, now: self.now });
        self.apply(&decision);
        decision
    }

    /// Somebody presses a button, or sends its form.
    pub(in crate::domain::decide) fn press(&mut self, by: &str, action: Action) -> Decision {
        let act_of = Act { engagement: ID, by: UserId::from(by), action };
        let decision = self.with_case(|case| act(case, &act_of));
        self.apply(&decision);
        decision
    }

    /// A clock is due, at that time.
    pub(in crate::domain::decide) fn due_at(&mut self, clock: ClockKind, now: &str) -> Decision {
        self.now = at(now);
        self.clocks.remove(&clock);
        let decision = self.with_case(|case| due(case, clock, case.now));
        self.apply(&decision);
        decision
    }

    /// Slack refuses the card.
    pub(in crate::domain::decide) fn refused_by_slack(&mut self, channel: &str) -> Decision {
        let decision = self.with_case(|case| undeliverable(case, &ChannelId::from(channel), "is_archived"));
        self.apply(&decision);
        decision
    }

    /// Slack refuses the direct message to somebody.
    pub(in crate::domain::decide) fn cannot_reach(&mut self, user: &str) -> Decision {
        let decision = self.with_case(|case| unopened(case, &ChannelId::from(user), "user_disabled"));
        self.apply(&decision);
        decision
    }

    pub(in crate::domain::decide) fn engagement(&self) -> &Engagement {
        self.engagement.as_ref().unwrap()
    }

    pub(in crate::domain::decide) fn call(&self) -> &Call {
        let Body::Call(call) = &self.engagement().body else { panic!("no call") };
        call
    }

    /// The running clocks with their times.
    pub(in crate::domain::decide) fn clocks(&self) -> Vec<(ClockKind, String)> {
        self.clocks.iter().map(|(kind, due)| (*kind, due.format("%a %H:%M").to_string())).collect()
    }

    /// Something else happens to it.
    pub(in crate::domain::decide) fn with(&mut self, decide: impl FnOnce(&Case<'_>) -> Decision) -> Decision {
        let decision = self.with_case(decide);
        self.apply(&decision);
        decision
    }

    fn with_case(&self, decide: impl FnOnce(&Case<'_>) -> Decision) -> Decision {
        decide(&Case {
            engagement: self.engagement(),
            parent: None,
            next_id: EngagementId(8),
            policy: &self.policy,
            now: self.now,
            downtime: None,
        })
    }

    /// As the store does it; each decision that stores anything says why.
    fn apply(&mut self, decision: &Decision) {
        for write in &decision.writes {
            match write {
                Write::Begin(engagement) => assert!(self.engagement.replace(*engagement.clone()).is_none()),
                Write::Change(engagement) => {
                    let mut engagement = *engagement.clone();
                    assert_eq!(engagement.version, self.engagement().version);
                    engagement.version += 1;
                    self.engagement = Some(engagement);
                }
            }
        }
        for clock in &decision.clocks {
            match clock {
                ClockChange::Set { kind, due, .. } => drop(self.clocks.insert(*kind, *due)),
                ClockChange::Stop { kind, .. } => drop(self.clocks.remove(kind)),
                ClockChange::StopAll { .. } => self.clocks.clear(),
            }
        }
        assert!(decision.writes.is_empty() || !decision.timeline.is_empty(), "what happened is kept");
        assert!(decision.timeline.iter().all(|entry| !entry.because.is_empty()), "reasons are kept");
        let ended = self.engagement.as_ref().is_some_and(|engagement| !engagement.state.is_live());
        assert!(!ended || self.clocks.is_empty(), "C11: a call that ended has no reminder left");
    }
}

/// What a decision tells, and where.
pub(in crate::domain::decide) fn told(decision: &Decision) -> Vec<(Address, What)> {
    decision.notices.iter().map(|notice| (notice.to.clone(), notice.what.clone())).collect()
}

/// The card in that channel.
pub(in crate::domain::decide) fn card(channel: &str, mention: bool) -> (Address, What) {
    (Address::Card { channel: ChannelId::from(channel) }, What::Card { mention })
}

/// In the thread of Runner's card.
pub(in crate::domain::decide) fn thread(what: What) -> (Address, What) {
    (Address::CardThread { channel: ChannelId::from("C_G_RUNNER") }, what)
}

/// To Ava, who asked without a thread.
pub(in crate::domain::decide) fn direct(what: What) -> (Address, What) {
    (Address::Direct { user: UserId::from(AVA) }, what)
}

/// What a form hears about its start.
pub(in crate::domain::decide) fn at_the_start(problem: Problem) -> Reply {
    Reply::Form(vec![FieldProblem { field: Field::Start, problem }])
}
