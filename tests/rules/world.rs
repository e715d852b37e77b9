//! The example company, with everything it names, and a desk to ask and act at.

use chrono::{DateTime, Duration, TimeZone, Utc};
use switchboard::config;
use switchboard::domain::command::{Act, Action, Ask, Via};
use switchboard::domain::decide::ask::{self, AskCase};
use switchboard::domain::decide::{Case, draft, inquiry, pm_ask, question};
use switchboard::domain::decision::{Decision, Write};
use switchboard::domain::directory::{ChannelRef, Directory, PersonRef};
use switchboard::domain::engagement::{Body, Engagement, State};
use switchboard::domain::ids::{ChannelId, EngagementId, UserId};
use switchboard::domain::names::{Names, Person};
use switchboard::domain::org::{Org, PlaceId, Policy};
use switchboard::domain::reason::Reason;
use switchboard::domain::rules::Rules;

/// A Monday at nine in the morning, UTC.
pub fn monday() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 16, 9, 0, 0).unwrap()
}

/// The example directory.
pub fn directory() -> Directory {
    let file = config::TextFile {
        name: "examples/directory.yml".to_owned(),
        text: config::example_directory().to_owned(),
    };
    config::load_directory(&file, &Rules::default().hours).expect("the example holds").0
}

/// The policy of a directory in which everything that it names exists; people beside it face customers.
pub fn policy_of(directory: &Directory) -> Policy {
    let mut names = Names::assumed(directory);
    for name in ["ava", "raj", "admin"] {
        names.people.push(Person {
            id: UserId::from(name),
            name: name.to_owned(),
            email: Some(format!("{name}@example.com")),
            time_zone: None,
            is_gone: false,
            is_bot: false,
            is_guest: false,
        });
    }
    let admins = [PersonRef::Email("admin@example.com".to_owned())];
    let admin_channel = ChannelRef::Name("product".to_owned());
    let rules = Rules::default();
    let (org, unresolved) = Org::resolve(directory, &names, &rules, Some(&admin_channel), &admins);
    assert_eq!(unresolved, Vec::new());
    Policy { rules, org }
}

/// Somebody of the example company, by the first part of their address; `ava` and `raj` face customers.
pub fn person(name: &str) -> UserId {
    match name {
        "ava" | "raj" | "admin" => UserId::from(name),
        name => UserId(format!("{name}@example.com")),
    }
}

pub fn channel(name: &str) -> ChannelId {
    ChannelId::from(name)
}

pub fn place(id: &str) -> PlaceId {
    PlaceId(id.to_owned())
}

/// An ask by form in a place of the example company.
pub fn form(by: &str, reason: Option<Reason>, at: &str) -> Ask {
    let words = "How do we keep them warm?".to_owned();
    Ask { reason, place: Some(place(at)), ..Ask::of(person(by), Via::Form { channel: None }, words) }
}

/// Decides upon an ask on Monday morning.
pub fn ask(asked: &Ask, policy: &Policy) -> Decision {
    let case = AskCase {
        next_id: EngagementId(1),
        policy,
        now: monday(),
        recent: &[],
        duplicate: None,
        triage: None,
    };
    ask::ask(asked, &case)
}

/// The engagement that a decision begins or changes under this id.
pub fn written(decision: &Decision, id: i64) -> Option<Engagement> {
    decision.writes.iter().map(Write::engagement).find(|written| written.id.0 == id).cloned()
}

/// A question that went to the SMEs of the runner group.
pub fn runner_question(policy: &Policy) -> Engagement {
    let decision = ask(&form("ava", Some(Reason::Technical), "group/verify/runner"), policy);
    written(&decision, 1).expect("a question")
}

/// An ask of the PM of the runner group.
pub fn runner_pm_ask(policy: &Policy) -> Engagement {
    let decision = ask(&form("ava", Some(Reason::Roadmap), "group/verify/runner"), policy);
    written(&decision, 1).expect("an ask")
}

/// Decides upon a button, so many hours after Monday morning.
pub fn act(engagement: &Engagement, by: &str, action: Action, hours: i64, policy: &Policy) -> Decision {
    let acted = Act { engagement: engagement.id, by: person(by), action };
    let case = Case {
        engagement,
        parent: None,
        next_id: EngagementId(2),
        policy,
        now: monday() + Duration::hours(hours),
        downtime: None,
    };
    match (&engagement.body, engagement.state) {
        (Body::Question(_), State::Draft) => draft::act(&case, &acted),
        (Body::Question(_), _) => question::act(&case, &acted),
        (Body::PmAsk(_), _) => pm_ask::act(&case, &acted),
        (Body::Inquiry(_), _) => inquiry::act(&case, &acted),
        (Body::Call(_), _) => unreachable!("calls have their own tests"),
    }
}
