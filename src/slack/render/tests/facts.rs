//! Every fact, event, notice and refusal there is, with the same text wherever people's words can stand.

use chrono::{DateTime, NaiveDate, Utc};

use super::fixture::{downtime, hours, id, now, place, runner, user};
use crate::domain::absence::{Absence, AwayProblem, AwayReply};
use crate::domain::calendar::weekly::Period;
use crate::domain::command::ClockKind;
use crate::domain::decision::{Event, Reply};
use crate::domain::directory::AreaMode;
use crate::domain::engagement::{ExceptionState, State};
use crate::domain::ids::{AreaKey, ChannelId, Ts};
use crate::domain::notice::{Change, Reminder, Trouble, What};
use crate::domain::numbers::{Asks, Calls, Compared, Exceptions, Numbers, Replies, Report, Spread, Weekly};
use crate::domain::org::Role;
use crate::domain::pings::Offer;
use crate::domain::reason::{Because, Fact, Gone, Reason, Rule};
use crate::domain::refusal::Refusal;

/// Every fact, each under a rule.
pub(super) fn facts(text: &str) -> Vec<Because> {
    let by = user("UINES");
    let facts = [
        Fact::NoReasonGiven,
        Fact::ReasonGiven { reason: Reason::Roadmap },
        Fact::TextNames { words: vec![text.to_owned(), "runner".to_owned()], place: runner() },
        Fact::Chosen { place: place(text), by: by.clone() },
        Fact::AskedIn { channel: ChannelId::from("CGRP"), place: runner() },
        Fact::AskedInArea { channel: ChannelId::from("CSME"), area: AreaKey::from("ci") },
        Fact::NoSmeArea { place: runner() },
        Fact::NoGroupChannel { place: runner() },
        Fact::NoStageChannel { place: runner() },
        Fact::NoPm { place: Some(runner()) },
        Fact::NoPm { place: None },
        Fact::NoInternalChannel { area: AreaKey::from("ci") },
        Fact::OwnProcess { place: runner() },
        Fact::TriageProved { by: Some(by.clone()) },
        Fact::TriageProved { by: None },
        Fact::PmMentioned { pm: by.clone() },
        Fact::PmOnDuty { pm: by.clone() },
        Fact::Pressed { by: by.clone() },
        Fact::Covers { by: by.clone(), pm: user("UPAT"), until: day() },
        Fact::NobodyCovers { pm: by.clone(), until: day() },
        Fact::Gone { who: by.clone(), why: Gone::Away { until: day() } },
        Fact::Gone { who: by.clone(), why: Gone::Left },
        Fact::Gone { who: by.clone(), why: Gone::Unlisted },
        Fact::RepliedInThread { by: by.clone(), late: true },
        Fact::RepliedInThread { by, late: false },
        Fact::TimePassed { seconds: 14_400 },
        Fact::ThreadUnreadable,
        Fact::ThreadRead,
        Fact::CalendarChanged,
        Fact::Notice { seconds: 144_000, second_day: false },
        Fact::Notice { seconds: 180_000, second_day: true },
        Fact::MessageDeleted,
        Fact::ExceptionApproved { by: user("UPAT") },
        Fact::Undeliverable { error: text.to_owned() },
        Fact::AreaNotOn { area: AreaKey::from("ci") },
    ];
    facts.into_iter().map(|fact| Because { rule: Rule::A1, fact }).collect()
}

/// The last day of somebody's absence.
pub(super) fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, 24).expect("a day")
}

/// Somebody's absence, with or without a cover.
pub(super) fn absence(cover: Option<&str>) -> Absence {
    Absence {
        who: user("UPAT"),
        from: now() - hours(1),
        until: now() + hours(48),
        last_day: day(),
        cover: cover.map(user),
        set_by: user("ULIN"),
    }
}

/// Everything that is said of absences.
pub(super) fn away_replies(text: &str) -> Vec<Reply> {
    let later = Absence { from: now() + hours(24), ..absence(None) };
    let all = [
        AwayReply::Shown { who: user("UPAT"), absence: None },
        AwayReply::Shown { who: user("UPAT"), absence: Some(absence(Some("UINES"))) },
        AwayReply::Set { absence: absence(Some("UINES")), by: user("UPAT") },
        AwayReply::Set { absence: later.clone(), by: user("UPAT") },
        AwayReply::Set { absence: absence(None), by: user("ULIN") },
        AwayReply::Ended { absence: absence(None), by: user("UPAT") },
        AwayReply::Ended { absence: later.clone(), by: user("ULIN") },
        AwayReply::NotAsked,
        AwayReply::List {
            areas: vec![
                (AreaKey::from("ci"), vec![absence(Some("UINES")), later]),
                (AreaKey::from(text), Vec::new()),
            ],
        },
    ];
    all.into_iter().map(|away| Reply::Away(Box::new(away))).collect()
}

/// Every way in which an absence is refused.
fn away_problems(text: &str) -> Vec<AwayProblem> {
    let who = user("UPAT");
    vec![
        AwayProblem::NotADay { said: text.to_owned() },
        AwayProblem::NotADay { said: String::new() },
        AwayProblem::Past { day: day() },
        AwayProblem::Backwards { from: day(), until: day() },
        AwayProblem::TooFar { days: 366 },
        AwayProblem::CoversSelf,
        AwayProblem::CoverAway { cover: who.clone(), until: day() },
        AwayProblem::CannotCover { cover: who.clone() },
        AwayProblem::Nobody { said: text.to_owned() },
        AwayProblem::NotTheirs { who: who.clone() },
        AwayProblem::NoLead,
        AwayProblem::NotSet { who: who.clone(), own: true },
        AwayProblem::NotSet { who, own: false },
    ]
}

pub(super) fn events(text: &str) -> Vec<Event> {
    let (by, text) = (user("UINES"), text.to_owned());
    let (channel, other) = (ChannelId::from("CSME"), id("N8V"));
    vec![
        Event::Drafted,
        Event::Sent { channel: channel.clone(), place: Some(runner()) },
        Event::Taken { by: by.clone() },
        Event::Moved { from: Some(runner()), to: place(&text) },
        Event::Answered { by: by.clone() },
        Event::Reminded { whom: vec![by.clone()], clock: ClockKind::Reply },
        Event::Raised { whom: vec![by.clone(), by.clone()], clock: ClockKind::Reply },
        Event::Paused { why: text.clone() },
        Event::Handed { to: by },
        Event::NobodyCovers,
        Event::PromisedWhileAway,
        Event::InquiryOpened { inquiry: other },
        Event::CallDeclined { why: text.clone() },
        Event::TimeProposed { start: now() },
        Event::ExceptionAsked { whom: vec![user("UPAT")] },
        Event::ExceptionAsked { whom: Vec::new() },
        Event::AskerLeft,
        Event::ExceptionApproved,
        Event::ExceptionDeclined { why: text.clone() },
        Event::ExceptionEnded,
        Event::Ended { state: State::Closed, why: Some(text.clone()) },
        Event::Replanned { clock: ClockKind::Reply, from: now(), to: now() + hours(20) },
        Event::CardResent,
        Event::Rehomed { from: channel.clone(), to: channel, error: text },
    ]
}

pub(super) fn changes(text: &str) -> Vec<Change> {
    let (by, why) = (user("UPAT"), text.to_owned());
    vec![
        Change::Confirmed { by: by.clone() },
        Change::Declined { by: by.clone(), why: why.clone() },
        Change::Proposed { by: by.clone(), start: now() + hours(70) },
        Change::ContextMissing { by: by.clone(), what: why.clone() },
        Change::Accepted { by: by.clone(), start: now() + hours(80) },
        Change::Rescheduled { by: by.clone(), from: now(), to: now() + hours(80) },
        Change::Cancelled { by: by.clone(), why: why.clone() },
        Change::AgendaAdded { by: by.clone(), link: format!("https://docs.example/{why}") },
        Change::Lapsed,
        Change::Redirected { by: by.clone(), to: id("K7Q") },
        Change::Handed { by: by.clone(), to: user("USAM") },
        Change::HandedOver { from: by.clone(), to: Some(user("USAM")), why: Gone::Left },
        Change::HandedOver { from: by.clone(), to: None, why: Gone::Unlisted },
        Change::HandedOver { from: by.clone(), to: Some(user("USAM")), why: Gone::Away { until: day() } },
        Change::NobodyCovers { who: by.clone(), until: day() },
        Change::TriageProved,
        Change::TriageNotProved,
        Change::Rehomed { to: ChannelId::from("CSTG") },
        Change::ExceptionApproved { by: by.clone() },
        Change::ExceptionDeclined { by: by.clone(), why: why.clone() },
        Change::ExceptionLapsed,
        Change::ExceptionUnreachable,
        Change::Closed { by, why },
    ]
}

pub(super) fn whats(text: &str) -> Vec<What> {
    let (by, text) = (user("UPAT"), text.to_owned());
    let since: DateTime<Utc> = now() - hours(8);
    let late = || Some(downtime());
    let owed = What::TakenSilent { taker: by.clone(), days: 2, late_because: None };
    let mut all = vec![
        What::Digest {
            reminders: vec![Reminder { engagement: id("K7Q"), what: owed }],
            since,
            late_because: late(),
        },
        What::Trouble {
            trouble: Trouble::HolidaysUnread { calendars: vec![text.clone(), "days.ics".to_owned()] },
        },
        What::Trouble { trouble: Trouble::AppTokenRefused },
        What::Trouble { trouble: Trouble::Deaf { since } },
        What::WellAgain { trouble: Trouble::Deaf { since } },
        What::WeeklyReport { report: numbers(&text), late_because: late() },
        What::Card { mention: true },
        What::ModeSwitched { area: AreaKey::from("ci"), mode: AreaMode::Observe, by: Some(by.clone()) },
        What::ModeSwitched { area: AreaKey::from(text.as_str()), mode: AreaMode::Pilot, by: None },
        What::ModeSwitched { area: AreaKey::from("ci"), mode: AreaMode::On, by: None },
        What::SmesOffered { offer: offer() },
        What::SmesOffered { offer: Offer { area: None, ..offer() } },
        What::Reply { reply: Reply::Nothing },
        What::Reply { reply: Reply::Help },
        What::TakenToRequester { by: by.clone() },
        What::AnsweredToRequester { by: by.clone() },
        What::MovedToRequester { to: place(&text), by: by.clone() },
        What::PmAnsweredToRequester { sme: user("UINES") },
        What::DetailAdded { by: by.clone(), text: text.clone() },
        What::NotSolved { by: by.clone(), why: Some(text.clone()), whom: Some(user("UINES")) },
        What::NotSolved { by: by.clone(), why: None, whom: None },
        What::NotTaken {
            leads: vec![user("ULIN"), user("USAM")],
            again: false,
            hours: 24,
            late_because: None,
        },
        What::NotTaken { leads: Vec::new(), again: true, hours: 48, late_because: None },
        What::NotTakenAnywhere { hours: 48, late_because: None },
        What::TakenSilent { taker: user("UINES"), days: 2, late_because: None },
        What::LeadToPlace { leads: vec![user("ULIN")] },
        What::MovedAway { to: place(&text) },
        What::RelayToSme { sme: user("UINES"), inquiry: id("N8V") },
        What::Redirected { to: id("K7Q") },
        What::PmReminder { owner: by.clone(), days: 2, late_because: None },
        What::AdviceDue { owner: Some(by.clone()), overdue: false, late_because: None },
        What::AdviceDue { owner: None, overdue: true, late_because: None },
        What::StageLink { link: Some(format!("https://x.example/{text}")) },
        What::StageLink { link: None },
        What::Nudge { owner: by.clone(), waited_seconds: 7_200, due: now() + hours(2), late_because: None },
        What::Nudge { owner: by.clone(), waited_seconds: 7_200, due: now() - hours(1), late_because: late() },
        What::Miss {
            owner: by.clone(),
            second: Some(user("USAM")),
            waited_seconds: 14_400,
            late_because: late(),
        },
        What::Miss { owner: by.clone(), second: None, waited_seconds: 14_400, late_because: None },
        What::OwnerChanged { to: user("USAM"), by: by.clone() },
        What::HandedOver { from: by.clone(), to: Some(user("USAM")), why: Gone::Left, leads: Vec::new() },
        What::HandedOver { from: by.clone(), to: None, why: Gone::Unlisted, leads: vec![user("ULIN")] },
        What::HandedOver { from: by.clone(), to: None, why: Gone::Left, leads: Vec::new() },
        What::NobodyCovers { who: by.clone(), until: day(), leads: vec![user("ULIN"), user("USAM")] },
        What::NobodyCovers { who: by.clone(), until: day(), leads: Vec::new() },
        What::CallWhileAway { who: by.clone(), until: day() },
        What::SetAway { absence: absence(Some("UINES")) },
        What::StatusSaysAway { until: day(), status: text.clone() },
        What::AskedAgain { owner: by.clone(), text: Some(text.clone()), due: Some(now() + hours(4)) },
        What::AskedAgain { owner: by.clone(), text: None, due: None },
        What::WaitingOnSme { asker: user("UINES"), why: text.clone() },
        What::Blind { channel: ChannelId::from("CINT") },
        What::AgendaDue { start: now() + hours(30), due: now() + hours(6), late_because: None },
        What::AgendaMissed { requester: user("UAVA"), pm: Some(by.clone()), late_because: None },
        What::AgendaMissed { requester: user("UAVA"), pm: None, late_because: None },
        What::ExceptionAsked {
            whom: user("UPAT"),
            because: vec![Because { rule: Rule::C12, fact: Fact::TimePassed { seconds: 14_400 } }],
        },
        What::ExceptionStands { whom: user("UPAT"), start: now() },
        What::AskerLeft { owner: Some(user("UPAT")) },
        What::Parked {
            channel: ChannelId::from("CGRP"),
            error: text.clone(),
            went_to: Some(ChannelId::from("CSTG")),
        },
        What::Parked { channel: ChannelId::from("CGRP"), error: "is_archived".to_owned(), went_to: None },
        What::Unsearched { channel: ChannelId::from("CGRP"), error: text.clone() },
        What::UnreadableRow { table: "outbox".to_owned(), row: text.clone() },
        What::Unresolved { what: vec![text.clone(); 30] },
        What::NobodyTakesOver { engagements: vec![id("K7Q")], number: 3 },
        What::DirectoryBroken { problems: vec![text.clone(); 3], number: 9 },
        What::DirectoryHolds,
        What::PmsOutside { area: AreaKey::from("ci"), pms: vec![by.clone(), user("USAM")] },
        What::PmsOutside { area: AreaKey::from(text.as_str()), pms: vec![by.clone()] },
        What::ClocksSet { engagements: vec![id("K7Q"), id("HFJ")], number: 30 },
        What::ClocksLate { number: 1, since: now() - hours(1) },
        What::Unreadable { engagements: vec![id("K7Q")], number: 1 },
    ];
    for direct in [true, false] {
        let leader = user("ULEE");
        let pm = user("ULEO");
        let until = NaiveDate::from_ymd_opt(2026, 12, 24).expect("a day");
        let instead = Some(Because { rule: Rule::B5, fact: Fact::NobodyCovers { pm, until } });
        all.push(What::Raise {
            instead,
            leader,
            since,
            waited_seconds: 28_800,
            direct,
            late_because: late(),
        });
    }
    for (waited_seconds, due) in [(0, Some(now())), (7_200, Some(now() + hours(2))), (7_200, None)] {
        let whom = user("UPAUL");
        all.push(What::PmAwaited { whom, waited_seconds, due, late_because: late() });
    }
    for change in changes(&text) {
        all.push(What::CallChanged { change: change.clone(), mention: Some(user("UAVA")) });
        all.push(What::ChangedToRequester { change });
    }
    all
}

fn offer() -> Offer {
    let area = AreaKey::from("ci");
    Offer { channel: ChannelId::from("CASK"), ts: Ts::from("1.1"), thread: None, area: Some(area) }
}

/// Every refusal.
pub(super) fn refusals(text: &str) -> Vec<Refusal> {
    let engagement = id("K7Q");
    let area = AreaKey::from("ci");
    let mut all = vec![
        Refusal::Unknown { id: text.to_owned() },
        Refusal::AlreadyTaken { engagement, by: Some(user("UINES")) },
        Refusal::AlreadyTaken { engagement, by: None },
        Refusal::TooMany { limit: 20, again_at: now() + hours(1) },
        Refusal::NumbersNotYours { area: Some(AreaKey::from(text)) },
        Refusal::NumbersNotYours { area: None },
        Refusal::Empty,
        Refusal::TooLong { limit: 3_000 },
        Refusal::SharedChannel,
        Refusal::CommandInThread,
        Refusal::AreaNotOn { area: area.clone() },
        Refusal::AreaNotOn { area: AreaKey::from(text) },
        Refusal::NowhereToSend { place: place(text) },
        Refusal::NoPm { engagement },
        Refusal::CannotAnswer { engagement, user: user("UINES") },
        Refusal::NoInternalChannel { engagement },
        Refusal::PmAskedAlready { inquiry: id("N8V") },
        Refusal::MovedTwice { engagement },
        Refusal::SamePlace { place: runner() },
        Refusal::TooLateToReopen { engagement, days: 14 },
        Refusal::NotALink,
        Refusal::TooSoon {
            start: now() + hours(40),
            notice_seconds: 144_000,
            earliest: now() + hours(48),
            pm_zone: Some(chrono_tz::America::Los_Angeles),
        },
        Refusal::NobodyApproves { place: Some(place(text)) },
        Refusal::NobodyApproves { place: None },
        Refusal::InThePast,
        Refusal::ReasonNotTaken { reason: Reason::Technical, place: runner() },
        Refusal::StaysInside,
        Refusal::AskPmInside,
        Refusal::NothingToRedirect,
        Refusal::OnlyAdmins,
        Refusal::DirectoryBroken { problems: vec![text.to_owned(); 9] },
        Refusal::NoReload,
        Refusal::NotUnderstood,
        Refusal::NotSaved,
        Refusal::StillSaving,
        Refusal::FormNotOpened,
        Refusal::Outsider,
        Refusal::OnlyFor { who: Role::Admins },
        Refusal::UnknownArea { typed: text.to_owned() },
        Refusal::UnknownArea { typed: String::new() },
        Refusal::UnknownMode { area: area.clone(), typed: text.to_owned() },
        Refusal::UnknownMode { area: AreaKey::from(text), typed: String::new() },
        Refusal::ClockNotOn { area: area.clone() },
    ];
    all.push(Refusal::IsAway { user: user("UINES"), until: day() });
    all.extend(away_problems(text).into_iter().map(|problem| Refusal::Absence { problem }));
    all.extend(super::every::STATES.map(|state| Refusal::NotNow { engagement, state }));
    let states = [
        ExceptionState::Asked,
        ExceptionState::Approved,
        ExceptionState::Declined,
        ExceptionState::Withdrawn,
        ExceptionState::Lapsed,
    ];
    for state in states {
        all.push(Refusal::ExceptionStands { engagement, by: Some(user("UPAT")), state });
        all.push(Refusal::ExceptionStands { engagement, by: None, state });
    }
    let roles = [
        Role::Approvers(Some(runner())),
        Role::Approvers(None),
        Role::SmesOf(area.clone()),
        Role::LeadsOf(area),
        Role::PmsOf(Some(runner())),
        Role::PmsOf(None),
        Role::Requester,
        Role::Taker,
        Role::Admins,
    ];
    for who in roles {
        for is_requester in [true, false] {
            all.push(Refusal::NotYours { engagement, who: who.clone(), is_requester });
        }
    }
    all
}

/// A report in which every line stands.
pub(super) fn numbers(text: &str) -> Box<Report> {
    let took = Some(Spread { p50: 3_600, p90: 14_400 });
    let replies = Replies {
        asked: 4,
        answered: 2,
        open: 1,
        missed_elapsed: 1,
        elapsed: took,
        working: took,
        cancelled: 1,
        ..Replies::default()
    };
    let week = Weekly { pm_pings_tenths: 205, sme_asks_tenths: 0, took };
    let compared = Some(Compared { before: week, now: Weekly { pm_pings_tenths: 100, ..week }, areas: 1 });
    let asks = Asks { asked: 3, no_sme_area: 1, ..Asks::default() };
    let exceptions = Exceptions { asked: 3, approved: 1, declined: 1, lapsed: 1 };
    let calls = Calls { asked: 1, short_notice: 1, exceptions };
    let numbers = Numbers { asks, replies, calls, compared };
    Box::new(Report {
        period: Period { from: now() - hours(168), to: now() },
        areas: vec![
            (Some(AreaKey::from("ci")), numbers),
            (Some(AreaKey::from(text)), numbers),
            (None, numbers),
        ],
        together: Some(numbers),
        people: vec![(user("UPAT"), replies)],
    })
}
