//! What is owed and what is at risk, as tables.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};

use super::*;
use crate::domain::engagement::Call;
use crate::domain::engagement::call::{CallStatus, StoredCallRules};
use crate::domain::engagement::{Body, Home as Place, Origin, PmAsk, Question};
use crate::domain::ids::{ChannelId, Ts};
use crate::domain::rules::NoticeMode;

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 14, 0, 0).single().expect("an instant")
}

fn user(id: &str) -> UserId {
    UserId::from(id)
}

fn engagement(id: i64, state: State, body: Body) -> Engagement {
    Engagement {
        id: EngagementId(id),
        version: 1,
        state,
        requester: user("UAVA"),
        reason: None,
        place: None,
        area: Some(AreaKey::from("ci")),
        text: "words".to_owned(),
        customer: None,
        links: Vec::new(),
        details: Vec::new(),
        origin: Origin { channel: ChannelId::from("CFLD"), message: None, thread: None, is_private: false },
        home: Some(Place {
            channel: ChannelId::from("CSME"),
            thread: None,
            card: Some(Ts("1.1".to_owned())),
        }),
        owner: Some(user("UPAT")),
        moves: 0,
        parent: None,
        because: Vec::new(),
        body,
        asked_at: now() - TimeDelta::hours(1),
        taken_at: None,
        answered_at: None,
        answered_by: None,
        closed_at: None,
    }
}

fn pm_ask(id: i64, due_in: Option<i64>) -> Engagement {
    let due_at = due_in.map(|hours| now() + TimeDelta::hours(hours));
    engagement(id, State::Open, Body::PmAsk(PmAsk { due_at, ..PmAsk::default() }))
}

fn call(id: i64, status: CallStatus, has_agenda: bool) -> Engagement {
    let agenda = has_agenda.then(|| crate::domain::engagement::call::Agenda {
        link: "https://docs.example.com".to_owned(),
        by: user("UAVA"),
        at: now(),
    });
    let call = Call {
        start: now() + TimeDelta::hours(72),
        minutes: 30,
        status,
        notice_seconds: 72 * 3_600,
        second_day: false,
        rules: StoredCallRules { agenda_before_seconds: 24 * 3_600, mode: NoticeMode::Elapsed },
        goal: String::new(),
        attendees: String::new(),
        briefing: Vec::new(),
        briefing_link: None,
        agenda,
        agenda_asked: false,
        agenda_missed: false,
        earliest: None,
        exception: None,
        moving: None,
    };
    engagement(id, State::Open, Body::Call(Box::new(call)))
}

fn owed_by(reader: &str, read: &Read) -> Vec<(i64, Owe)> {
    let found = owe::owed(&user(reader), read, &Policy::default());
    found.iter().map(|owed| (owed.engagement.0, owed.what)).collect()
}

#[test]
fn what_is_due_first_comes_first_and_what_has_no_time_comes_last() {
    let older = Engagement { asked_at: now() - TimeDelta::hours(9), ..pm_ask(1, None) };
    let read = Read {
        owned: vec![pm_ask(2, None), older, pm_ask(3, Some(5)), pm_ask(4, Some(-1))],
        ..Read::default()
    };
    let order: Vec<i64> = owed_by("UPAT", &read).iter().map(|(id, _)| *id).collect();
    assert_eq!(order, [4, 3, 1, 2]);
}

#[test]
fn a_call_is_owed_by_whose_turn_it_is() {
    let (by, what) = (user("UPAT"), String::new());
    for (status, has_agenda, pm, requester) in [
        (CallStatus::Asked, false, Some(Owe::Confirm), Some(Owe::Agenda)),
        (CallStatus::Asked, true, Some(Owe::Confirm), None),
        (CallStatus::Confirmed { by: by.clone() }, false, None, Some(Owe::Agenda)),
        (CallStatus::Confirmed { by: by.clone() }, true, None, None),
        (CallStatus::Proposed { start: now(), by: by.clone() }, false, None, Some(Owe::Proposal)),
        (CallStatus::ContextMissing { by: by.clone(), what }, false, None, Some(Owe::Context)),
        (CallStatus::Held, false, None, None),
    ] {
        let one = call(1, status.clone(), has_agenda);
        let owned = Read { owned: vec![one.clone()], ..Read::default() };
        let asked = Read { asked: vec![one], ..Read::default() };
        let only = |what: Option<Owe>| what.map(|what| (1, what)).into_iter().collect::<Vec<_>>();
        assert_eq!(owed_by("UPAT", &owned), only(pm), "{status:?}");
        assert_eq!(owed_by("UAVA", &asked), only(requester), "{status:?}");
    }
}

#[test]
fn what_is_over_or_not_sent_is_not_owed() {
    for state in [State::Draft, State::Answered, State::Closed, State::Withdrawn, State::Lapsed] {
        let owned = vec![Engagement { state, ..pm_ask(1, Some(1)) }];
        assert_eq!(owed_by("UPAT", &Read { owned, ..Read::default() }), [], "{state:?}");
    }
    let open = engagement(1, State::Open, Body::Question(Question::default()));
    assert_eq!(owed_by("UPAT", &Read { owned: vec![open], ..Read::default() }), [], "nobody took it");
}

#[test]
fn somebody_we_know_nothing_of_is_a_guest_and_is_told_of_nothing() {
    let read = Read { owned: vec![pm_ask(1, None)], asked: vec![pm_ask(2, None)], ..Read::default() };
    let home = Home::of(&user("UPAT"), &read, &Policy::default(), now());
    assert_eq!(home, Home::of_a_guest(&user("UPAT")));
    assert_eq!(home.names().count(), 0);
}
