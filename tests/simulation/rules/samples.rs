//! Samples on which each invariant is shown to hold and to fail.
#![cfg(test)]

use chrono::{DateTime, Duration, Utc};
use switchboard::domain::command::ClockKind;
use switchboard::domain::engagement::call::{CallStatus, StoredCallRules};
use switchboard::domain::engagement::{
    Body, Call, Engagement, Home, Inquiry, Origin, PmAsk, Question, State,
};
use switchboard::domain::ids::{AreaKey, EngagementId, UserId};
use switchboard::domain::names::Names;
use switchboard::domain::notice::{Address, Notice, What};
use switchboard::domain::org::{Org, PlaceId};
use switchboard::domain::reply_clock;
use switchboard::domain::rules::Rules;

use crate::rows::{Clock, Sent};
use crate::support;

pub use crate::support::monday;

/// Who is who, as if Slack knew everything that the example directory names.
pub fn org() -> Org {
    let directory = support::example();
    Org::resolve(&directory, &Names::assumed(&directory), &Rules::default(), None, &[]).0
}

/// A PM of the area.
pub fn pm() -> UserId {
    UserId::from("paul@example.com")
}

/// Who asked.
pub fn requester() -> UserId {
    UserId::from("ines@example.com")
}

fn engagement(state: State, body: Body) -> Engagement {
    Engagement {
        id: EngagementId(1),
        version: 0,
        state,
        requester: requester(),
        reason: None,
        place: Some(PlaceId("group/verify/runner".to_owned())),
        area: Some(AreaKey::from("ci")),
        text: "zq0q".to_owned(),
        customer: None,
        links: Vec::new(),
        details: Vec::new(),
        origin: Origin { channel: "C1".into(), message: None, thread: None, is_private: false },
        home: Some(Home { channel: "C1".into(), thread: None, card: Some("1.000100".into()) }),
        owner: None,
        moves: 0,
        parent: None,
        because: Vec::new(),
        body,
        asked_at: monday(),
        taken_at: None,
        answered_at: None,
        answered_by: None,
        closed_at: None,
    }
}

/// An inquiry whose clock began on Monday at nine.
pub fn inquiry() -> Engagement {
    let clock = reply_clock::start(&Rules::default().reply, monday());
    let inquiry = Inquiry { clock: Some(clock), ..Inquiry::default() };
    Engagement { owner: Some(pm()), ..engagement(State::Open, Body::Inquiry(inquiry)) }
}

/// A question to SMEs.
pub fn question(state: State) -> Engagement {
    engagement(state, Body::Question(Question::default()))
}

/// An ask of a PM.
pub fn pm_ask(needed_by: Option<DateTime<Utc>>) -> Engagement {
    engagement(State::Open, Body::PmAsk(PmAsk { needed_by, ..PmAsk::default() }))
}

/// A call that starts then.
pub fn call(start: DateTime<Utc>) -> Engagement {
    let call = Call {
        start,
        minutes: 30,
        status: CallStatus::Asked,
        notice_seconds: 0,
        second_day: false,
        rules: StoredCallRules::from(&Rules::default().call),
        goal: String::new(),
        attendees: String::new(),
        briefing: Vec::new(),
        briefing_link: None,
        agenda: None,
        agenda_asked: false,
        agenda_missed: false,
        earliest: None,
        exception: None,
        moving: None,
    };
    engagement(State::Open, Body::Call(Box::new(call)))
}

/// A clock that is due at eleven.
pub fn clock(engagement: &Engagement, kind: ClockKind) -> Clock {
    Clock { engagement: engagement.id, kind, due: monday() + Duration::hours(2) }
}

/// A notice that waits.
pub fn waiting() -> Sent {
    let to = Address::Channel { channel: "C1".into() };
    let notice = Notice { to, what: What::Card { mention: true }, engagement: None, urgent: false };
    Sent {
        id: 1,
        lane: "C1".to_owned(),
        state: "waiting".to_owned(),
        notice,
        decided_at: monday(),
        next_at: monday(),
        settled_at: Some(monday()),
        ts: None,
        reason: None,
    }
}
