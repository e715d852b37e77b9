//! Which reminders are told together, and why they are late.

use super::*;
use crate::domain::decision::Reply;
use crate::domain::ids::Ts;

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_165_200, 0).unwrap() + TimeDelta::minutes(minutes)
}

fn nudge(owner: &str, late_because: Option<Downtime>) -> What {
    What::Nudge { owner: owner.into(), waited_seconds: 7_200, due: at(120), late_because }
}

fn not_taken(lead: &str) -> What {
    What::NotTaken { leads: vec![lead.into()], again: false, hours: 24, late_because: None }
}

fn in_thread(engagement: i64, what: What) -> Notice {
    let to = Address::Thread { channel: "C1".into(), ts: Ts(format!("{engagement}.0")) };
    Notice { to, urgent: what.is_urgent(), what, engagement: Some(EngagementId(engagement)) }
}

fn directly(engagement: i64, what: What) -> Notice {
    Notice { to: Address::Direct { user: "U1".into() }, ..in_thread(engagement, what) }
}

fn merged(notices: &[Notice], downtime: Option<&Downtime>) -> Option<(Vec<usize>, Notice)> {
    let waiting: Vec<_> = notices.iter().map(|notice| Waiting { notice, since: at(0) }).collect();
    together(&waiting, downtime)
}

fn many(number: i64) -> Vec<Notice> {
    (0..number).map(|id| in_thread(id, not_taken(&format!("U{id}")))).collect()
}

#[test]
fn a_storm_in_a_channel_becomes_one_message_there() {
    let (chosen, told) = merged(&many(1_000), None).expect("a storm");
    assert_eq!(chosen.len(), 1_000);
    assert_eq!(told.to, Address::Channel { channel: "C1".into() });
    assert!(!told.urgent && told.engagement.is_none());
    let What::Digest { reminders, since, late_because: None } = &told.what else { panic!("{told:?}") };
    assert_eq!((reminders.len(), *since), (1_000, at(0)));
    assert_eq!(reminders[7], Reminder { engagement: EngagementId(7), what: not_taken("U7") });
}

#[test]
fn a_few_for_several_people_stand_alone() {
    assert_eq!(merged(&many(9), None), None);
    assert_eq!(merged(&[], None), None);
}

#[test]
fn a_few_for_one_person_are_told_together() {
    let paul = || nudge("UPAUL", None);
    let notices = [
        in_thread(1, paul()),
        in_thread(2, nudge("UPIA", None)),
        in_thread(3, paul()),
        in_thread(4, not_taken("ULENA")),
        in_thread(5, paul()),
    ];
    let (chosen, told) = merged(&notices, None).expect("three for Paul");
    assert_eq!(chosen, [0, 2, 4]);
    assert!(told.urgent, "as urgent as the most urgent of them");
    assert_eq!(merged(&notices[..4], None), None, "two are two");
}

#[test]
fn what_a_person_is_told_directly_is_told_once() {
    let raise = || What::Raise {
        instead: None,
        leader: "U1".into(),
        since: at(0),
        waited_seconds: 28_800,
        direct: true,
        late_because: None,
    };
    let (chosen, told) = merged(&[directly(1, raise()), directly(2, raise())], None).expect("two");
    assert_eq!((chosen.len(), told.to), (2, Address::Direct { user: "U1".into() }));
}

#[test]
fn what_is_no_reminder_stands_alone_and_is_waited_for_by_none() {
    let relay = |id| in_thread(id, What::RelayToSme { sme: "U1".into(), inquiry: EngagementId(1) });
    let detail = |id| in_thread(id, What::DetailAdded { by: "U1".into(), text: "words".to_owned() });
    let reply = |id| in_thread(id, What::Reply { reply: Reply::Nothing });
    let card = |id| Notice {
        to: Address::Card { channel: "C1".into() },
        ..in_thread(id, What::Card { mention: true })
    };
    for one in [relay, detail, reply, card] {
        let mut notices = many(12);
        notices.insert(3, one(77));
        let (chosen, _) = merged(&notices, None).expect("the others");
        assert!(!chosen.contains(&3) && chosen.len() == 12);
        let mut first = vec![one(77)];
        first.extend(many(12));
        assert_eq!(merged(&first, None), None, "its turn comes first");
    }
}

#[test]
fn nothing_leaves_its_channel() {
    let mut notices = many(12);
    notices[5].to = Address::Direct { user: "U1".into() };
    notices[6].to = Address::Thread { channel: "C2".into(), ts: "1.0".into() };
    let (chosen, told) = merged(&notices, None).expect("ten of one channel");
    assert!(!chosen.contains(&5) && !chosen.contains(&6));
    assert_eq!(told.lane(), "C1");
}

#[test]
fn late_for_the_reason_that_they_give_or_the_last_time_we_were_down() {
    let down = |from, to| Downtime { from: at(from), to: at(to), blind: false, paused_by: None };
    let said = |notices: &[Notice], downtime: Option<&Downtime>| {
        let Some((_, Notice { what: What::Digest { late_because, .. }, .. })) = merged(notices, downtime)
        else {
            panic!("a digest")
        };
        late_because
    };
    let mut notices = many(12);
    assert_eq!(said(&notices, Some(&down(-60, -5))), Some(down(-60, -5)));
    assert_eq!(said(&notices, Some(&down(-60, -30))), None, "too long ago");
    assert_eq!(said(&notices, None), None);
    notices[1] = in_thread(1, nudge("U1", Some(down(-90, -40))));
    notices[2] = in_thread(2, nudge("U2", Some(down(-80, -30))));
    assert_eq!(said(&notices, Some(&down(-60, -5))), Some(down(-90, -30)), "all of it");
}
