//! Many reminders in one message: who owes what, each person mentioned once, and nothing that belongs elsewhere.

use super::super::notice;
use super::fixture::{World, call, downtime, hours, inquiry, now, pm_ask, question, user};
use super::samples::WORDS;
use super::shown::plain;
use crate::domain::engagement::Engagement;
use crate::domain::ids::EngagementId;
use crate::domain::notice::{Address, Downtime, Notice, Reminder, What};

fn told(to: Address, related: Vec<Engagement>, reminders: Vec<Reminder>, late: Option<Downtime>) -> String {
    let world = World { related, ..World::new() };
    let scene =
        super::super::Scene { engagement: None, related: &world.related, ..world.scene(&world.related[0]) };
    let what = What::Digest { reminders, since: now() - hours(1), late_because: late };
    plain(&notice(&Notice { to, what, engagement: None, urgent: true }, &scene))
}

fn channel() -> Address {
    Address::Channel { channel: "CINT".into() }
}

fn reminder(about: &Engagement, what: What) -> Reminder {
    Reminder { engagement: about.id, what }
}

fn nudge(owner: &str) -> What {
    What::Nudge { owner: user(owner), waited_seconds: 7_200, due: now() + hours(2), late_because: None }
}

#[test]
fn each_person_reads_in_one_line_what_they_owe_and_is_mentioned_once() {
    let (inquiry, question, ask, call) = (inquiry(WORDS), question(WORDS), pm_ask(WORDS), call(WORDS));
    let miss = What::Miss {
        owner: user("UPAT"),
        second: Some(user("USAM")),
        waited_seconds: 14_400,
        late_because: None,
    };
    let raise = What::Raise {
        instead: None,
        leader: user("ULEE"),
        since: now() - hours(8),
        waited_seconds: 28_800,
        direct: false,
        late_because: None,
    };
    let reminders = vec![
        reminder(
            &question,
            What::NotTaken { leads: vec![user("ULIN")], again: false, hours: 24, late_because: None },
        ),
        reminder(&question, What::NotTakenAnywhere { hours: 48, late_because: None }),
        reminder(&question, What::TakenSilent { taker: user("UINES"), days: 2, late_because: None }),
        reminder(&inquiry, nudge("UPAT")),
        reminder(&inquiry, nudge("UPAT")),
        reminder(&inquiry, miss),
        reminder(&inquiry, raise),
        reminder(&ask, What::PmReminder { owner: user("UPAT"), days: 2, late_because: None }),
        reminder(&ask, What::AdviceDue { owner: Some(user("UPAT")), overdue: true, late_because: None }),
        reminder(&call, What::AgendaMissed { requester: user("UAVA"), pm: None, late_because: None }),
    ];
    let related = vec![inquiry, question, ask, call];
    insta::assert_snapshot!(told(channel(), related, reminders, Some(downtime())), @r"
    *10 reminders in one*: I was down from Fri 20 Nov 11:10 UTC to Fri 20 Nov 13:10 UTC, so they come late.
    • <@ULEE>: no answer for too long: <https://example.slack.com/archives/CINT/p1700000000000100|N8V>.
    • <@UPAT>: waiting for an answer: <https://example.slack.com/archives/CINT/p1700000000000100|N8V>.
    • Pat, <@USAM>: waiting for an answer: <https://example.slack.com/archives/CINT/p1700000000000100|N8V>.
    • Pat: asked and not answered yet: <https://example.slack.com/archives/CGRP/p1700000000000100|P4M>.
    • Pat: advice is due: <https://example.slack.com/archives/CGRP/p1700000000000100|P4M>.
    • <@ULIN>: not taken by anybody yet: <https://example.slack.com/archives/CSME/p1700000000000100|K7Q>.
    • Not taken by anybody yet: <https://example.slack.com/archives/CSME/p1700000000000100|K7Q>.
    • <@UINES>: taken, and silent since: <https://example.slack.com/archives/CSME/p1700000000000100|K7Q>.
    • <@UAVA>: no agenda yet: <https://example.slack.com/archives/CGRP/p1700000000000100|C5K>.
    · `/request-pm mine` lists what waits for you; each card says where it stands.
    ");
}

#[test]
fn in_a_direct_message_nobody_is_mentioned_and_no_closed_door_is_linked() {
    let (inquiry, call) = (inquiry("text of the internal channel"), call(WORDS));
    let raise = What::Raise {
        instead: None,
        leader: user("UAVA"),
        since: now() - hours(8),
        waited_seconds: 28_800,
        direct: true,
        late_because: None,
    };
    let agenda = What::AgendaDue { start: now() + hours(30), due: now() + hours(6), late_because: None };
    let reminders = vec![reminder(&call, agenda), reminder(&inquiry, raise)];
    let to = Address::Direct { user: user("UAVA") };
    let said = told(to, vec![inquiry, call], reminders, None);
    assert!(!said.contains("internal channel") && !said.contains("<@"), "{said}");
    insta::assert_snapshot!(said, @r"
    *2 reminders in one*: waiting since Fri 20 Nov 13:10 UTC, 1 h ago, for Slack to take them.
    • No answer for too long: Ines in CI/CD since Fri 20 Nov 06:10 UTC.
    • The agenda is due: <https://example.slack.com/archives/CGRP/p1700000000000100|C5K> on Sat 21 Nov 20:10 UTC.
    · `/request-pm mine` lists all that waits for you.
    ");
}

#[test]
fn a_thousand_fit_into_one_message() {
    let of = |number: i64| Engagement { id: EngagementId(number), ..question(WORDS) };
    let all: Vec<_> = (1..=1_000).map(of).collect();
    let lead = |number: i64| user(&format!("U{}", number % 70));
    let reminders = all
        .iter()
        .map(|one| {
            reminder(
                one,
                What::NotTaken { leads: vec![lead(one.id.0)], again: false, hours: 24, late_because: None },
            )
        })
        .collect();
    let said = told(channel(), all, reminders, None);
    assert!(said.chars().count() < 12_000, "{}", said.chars().count());
    assert!(said.contains("*1000 reminders in one*"), "{said}");
    assert_eq!(said.matches("<@").count(), 50, "twenty with a line, thirty beside");
    let left = 1_000 - (1..=1_000).filter(|number| (1..=20).contains(&(number % 70))).count();
    assert!(said.contains(&format!("And {left} more, of ")), "{said}");
}
