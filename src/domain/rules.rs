//! The numbers of the rules: every duration and limit that `process.md` names, with its default.
//!
//! Plain values, already validated by `config`; a decision takes them as they are.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{Duration, NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::calendar::weekly::Weekly;
use super::directory::{ChannelRef, DaysOff};

/// Every number and switch the rules depend on.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// The PM's clock in an internal channel (section B).
    pub reply: ReplyRules,
    /// What SMEs are asked to keep (A4, A8).
    pub sme: SmeRules,
    /// A PM's ask without a clock: one reminder after so many working days (A12).
    pub pm_remind_after: WorkingDays,
    /// Closing, reopening and duplicates.
    pub engagement: EngagementRules,
    /// Customer calls (section C).
    pub call: CallRules,
    /// Product support: advice is due after so many working days (D3).
    pub advice_due: WorkingDays,
    /// The working week where nobody has a better one.
    pub hours: WorkingHours,
    /// Days off where nobody has better ones.
    pub holidays: DaysOff,
    /// How many asks one person may make in an hour; above it they are asked to wait.
    pub asks_per_person_per_hour: u32,
    /// How much the workspace is sent at most.
    pub delivery: DeliveryRules,
    /// The log of what admins did is kept for so many days.
    pub keep_admin_log_days: i64,
    /// Where PMs who are asked directly are at home, and SMEs are offered all the same (A6).
    pub pings: PingRules,
    /// Where a rule's explanation links to; without it a rule shows its own sentence.
    pub handbook_base: Option<String>,
    /// The numbers, and who hears them (A11).
    pub reports: ReportRules,
    /// People's words are forgotten so many days after they were asked; times stay ("Confidentiality").
    pub keep_text_days: i64,
}

/// The numbers, and who hears them (A11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRules {
    /// Where the numbers of all areas are posted every week.
    pub channel: Option<ChannelRef>,
    /// When, for that channel and for the leads of each area; never where there is none.
    pub weekly: Option<Weekly>,
    /// The zone in which days and weeks are meant.
    pub zone: Tz,
    /// Reports of one area name its PMs with their times ("Confidentiality": only where an admin wants it).
    pub per_person: bool,
}

/// Where SMEs are offered to whoever asks a PM directly, beside channels that are nobody's (A6).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PingRules {
    /// In channels of groups.
    pub in_group_channels: bool,
    /// In channels of stages, and in `#product`.
    pub in_stage_channels: bool,
}

/// How much the workspace is sent at most, in all channels together; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryRules {
    /// New messages a minute.
    pub messages_per_minute: u32,
    /// Changes of messages a minute.
    pub updates_per_minute: u32,
}

/// So many days on which the person works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkingDays(pub u32);

/// The reply clock's numbers (B1, B4, B5). An engagement keeps those it began with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyRules {
    /// A PM answers within this (B1).
    pub within: StoredDuration,
    /// How the time is counted (B4).
    pub clock: ClockMode,
    /// Who is reminded when, in rising order (B5).
    pub ladder: Vec<LadderStep>,
}

/// How a reply clock counts (B4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockMode {
    /// The literal reading: every minute counts.
    Elapsed,
    /// Only the owner's working time counts.
    Working,
}

/// One step of the ladder (B5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LadderStep {
    /// So long after the ask.
    pub at: StoredDuration,
    /// Who is mentioned.
    pub to: Vec<LadderRole>,
}

/// Whom a step of the ladder mentions (B5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LadderRole {
    /// The PM who owes the answer.
    Owner,
    /// The stage PM, or the owner's cover where the stage has none or the owner is it.
    StagePm,
    /// The product leader of the section.
    ProductLeader,
}

/// A duration that is stored with an engagement, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StoredDuration(pub i64);

impl StoredDuration {
    /// So many hours.
    pub const fn hours(hours: i64) -> Self {
        Self(hours * 3_600)
    }

    /// As a span of time to add to an instant.
    pub fn span(self) -> Duration {
        Duration::seconds(self.0)
    }
}

/// What SMEs keep (A4, A8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmeRules {
    /// A question not taken within this goes to the area lead.
    pub take_within: StoredDuration,
    /// And again at this, and then to the fallback channel.
    pub raise_again: StoredDuration,
    /// Taken and silent for so many working days: the taker is asked.
    pub taken_silent: WorkingDays,
    /// How old an SME's triage may be to prove itself (A4), in days.
    pub proof_max_age_days: i64,
}

/// Closing, reopening and duplicates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngagementRules {
    /// Answered and not disputed for so long: closed.
    pub close_after: StoredDuration,
    /// *Not solved* reopens within so many days.
    pub reopen_within_days: i64,
    /// The same text by the same person within this is the same ask.
    pub duplicate_within: StoredDuration,
}

/// Customer calls (C1, C2, C6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRules {
    /// The notice a PM is given (C1).
    pub notice: StoredDuration,
    /// How it is counted (C2).
    pub mode: NoticeMode,
    /// The agenda is there so long before the start (C6).
    pub agenda_before: StoredDuration,
    /// What is recommended, in business days (C2).
    pub recommended: WorkingDays,
}

/// How call notice is counted (C2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeMode {
    /// Every hour counts; the second day is accepted and flagged.
    Elapsed,
    /// Only hours of working weekdays count.
    Weekdays,
    /// The date in the PM's zone is at least three days after the request's.
    ThirdDay,
}

/// Whole days off.
pub type Holidays = Arc<BTreeSet<NaiveDate>>;

/// An interval of a day, half-open; an end of 24:00 is `None`.
pub type Interval = (NaiveTime, Option<NaiveTime>);

/// Working hours in a week: the intervals of each day, in order, not overlapping; none on a day off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingHours {
    /// From Monday on. Shared, since every calendar has a copy.
    week: Arc<[Vec<Interval>; 7]>,
}

impl WorkingHours {
    /// The same intervals on each of these days.
    pub fn same(days: &[Weekday], hours: &[Interval]) -> Self {
        Self::of_week(days.iter().map(|day| (*day, hours.to_vec())))
    }

    /// The intervals of each day that is named.
    pub fn of_week(days: impl IntoIterator<Item = (Weekday, Vec<Interval>)>) -> Self {
        let mut week: [Vec<Interval>; 7] = Default::default();
        for (day, hours) in days {
            week[day.num_days_from_monday() as usize] = hours;
        }
        Self { week: Arc::new(week) }
    }

    /// The intervals of a day.
    pub fn on(&self, day: Weekday) -> &[Interval] {
        &self.week[day.num_days_from_monday() as usize]
    }

    /// The days on which people work, in the order of the week.
    pub fn days(&self) -> Vec<Weekday> {
        let week = (0_u8..7).filter_map(|day| Weekday::try_from(day).ok());
        week.filter(|day| !self.on(*day).is_empty()).collect()
    }

    /// Whether nobody ever works.
    pub fn is_empty(&self) -> bool {
        self.week.iter().all(Vec::is_empty)
    }
}

impl Default for WorkingHours {
    fn default() -> Self {
        let nine = NaiveTime::from_hms_opt(9, 0, 0).expect("a time of day");
        let days = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
        Self::same(&days, &[(nine, NaiveTime::from_hms_opt(17, 0, 0))])
    }
}

impl Default for Rules {
    fn default() -> Self {
        let step =
            |hours, to: &[LadderRole]| LadderStep { at: StoredDuration::hours(hours), to: to.to_vec() };
        Self {
            reply: ReplyRules {
                within: StoredDuration::hours(4),
                clock: ClockMode::Elapsed,
                ladder: vec![
                    step(2, &[LadderRole::Owner]),
                    step(3, &[LadderRole::Owner]),
                    step(4, &[LadderRole::Owner, LadderRole::StagePm]),
                    step(8, &[LadderRole::ProductLeader]),
                ],
            },
            sme: SmeRules {
                take_within: StoredDuration::hours(24),
                raise_again: StoredDuration::hours(48),
                taken_silent: WorkingDays(2),
                proof_max_age_days: 30,
            },
            pm_remind_after: WorkingDays(2),
            engagement: EngagementRules {
                close_after: StoredDuration::hours(72),
                reopen_within_days: 14,
                duplicate_within: StoredDuration(600),
            },
            call: CallRules {
                notice: StoredDuration::hours(48),
                mode: NoticeMode::Elapsed,
                agenda_before: StoredDuration::hours(24),
                recommended: WorkingDays(3),
            },
            advice_due: WorkingDays(5),
            hours: WorkingHours::default(),
            holidays: DaysOff::default(),
            asks_per_person_per_hour: 20,
            delivery: DeliveryRules { messages_per_minute: 300, updates_per_minute: 50 },
            keep_admin_log_days: 400,
            pings: PingRules::default(),
            handbook_base: None,
            reports: ReportRules {
                channel: None,
                weekly: NaiveTime::from_hms_opt(9, 0, 0).map(|at| Weekly { day: Weekday::Mon, at }),
                zone: Tz::UTC,
                per_person: false,
            },
            keep_text_days: 400,
        }
    }
}
