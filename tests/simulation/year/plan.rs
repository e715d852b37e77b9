//! What the year brings, planned ahead from its seed: asks, absences, outages, changes of the company, and the worker's own
//! round of each day. What people do about what they see is planned when they see it.

use chrono::{DateTime, Datelike, Duration, Utc, Weekday};
use switchboard::domain::ids::EngagementId;

use super::WEEKS;
use crate::chance::Chance;

/// For so many weeks the bot only counts.
pub const OBSERVED: i64 = 4;

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Somebody in the field asks by command.
    Ask,
    /// Somebody in the field asks for a call, with or without enough notice.
    Call,
    /// An SME asks in the internal channel.
    Inside,
    /// As it was before us: a PM is asked directly, an SME channel without us.
    Habit,
    /// Somebody presses a button of an engagement's card, and fills the form that opens.
    Press(EngagementId, String, &'static str),
    /// Somebody answers in an engagement's thread.
    Reply(EngagementId, String),
    /// A PM answers in that area's internal channel, in the thread of that message, where there is no engagement.
    Answer(usize, String, String),
    /// A helper goes away for so many days, and may say who covers.
    Away(i64),
    /// A helper leaves the company; another one comes.
    Leaver,
    /// The directory changes.
    Taxonomy,
    /// An admin pauses the reminders of an area.
    Pause,
    /// All areas are switched.
    Switch(&'static str),
    /// The bot stops, or Slack does not reach it.
    Outage(bool),
    /// It is back.
    Back,
    /// Slack wants less, or fails.
    Fault,
    /// It is well again.
    Well,
    /// What the worker does once a day.
    Round,
    /// The names are read, and the numbers told.
    Week,
}

/// The whole year from its first Monday at nine.
pub fn year(begin: DateTime<Utc>, asks: usize, chance: &mut Chance) -> Vec<(DateTime<Utc>, Act)> {
    let mut plan = Vec::new();
    for week in 0..WEEKS {
        let monday = begin + Duration::weeks(week);
        for day in 0..5 {
            of_day(&mut plan, monday + Duration::days(day), (week, asks), chance);
        }
        plan.push((monday + Duration::minutes(5), Act::Week));
        // The last weeks are calm, so that what is counted in them is what was asked.
        if week > 6 && week < WEEKS - 3 {
            of_week(&mut plan, monday, week, chance);
        }
    }
    plan.push((begin + Duration::weeks(OBSERVED), Act::Switch("pilot")));
    plan.push((begin + Duration::weeks(6), Act::Switch("on")));
    plan.push((begin + Duration::weeks(WEEKS) + Duration::minutes(5), Act::Week));
    plan
}

fn of_day(
    plan: &mut Vec<(DateTime<Utc>, Act)>,
    nine: DateTime<Utc>,
    (week, asks): (i64, usize),
    chance: &mut Chance,
) {
    let mut at = |chance: &mut Chance, act: Act| {
        plan.push((nine + Duration::seconds(chance.between(600, 8 * 3_600)), act));
    };
    let most = i64::try_from(asks).expect("some asks");
    for _ in 0..chance.between((most + 1) / 2, most) {
        let act = match chance.below(20) {
            0..=13 => Act::Ask,
            14 | 15 => Act::Call,
            16..=18 => Act::Inside,
            _ => Act::Habit,
        };
        at(chance, if week < OBSERVED && act != Act::Inside { Act::Habit } else { act });
    }
    if chance.percent(30) {
        let days = chance.between(1, 12);
        at(chance, Act::Away(days));
    }
    plan.push((nine - Duration::hours(3), Act::Round));
}

fn of_week(plan: &mut Vec<(DateTime<Utc>, Act)>, monday: DateTime<Utc>, week: i64, chance: &mut Chance) {
    let at = monday + Duration::minutes(chance.between(60, 4 * 24 * 60));
    match week % 6 {
        0 => {
            let hours = if chance.percent(70) { chance.between(1, 9) } else { chance.between(10, 60) };
            plan.push((at, Act::Outage(chance.percent(60))));
            plan.push((at + Duration::hours(hours), Act::Back));
        }
        1 => plan.push((at, Act::Leaver)),
        2 => plan.push((at, Act::Taxonomy)),
        3 => {
            plan.push((at, Act::Fault));
            plan.push((at + Duration::minutes(chance.between(5, 200)), Act::Well));
        }
        4 => plan.push((at, Act::Pause)),
        _ => {}
    }
}

/// So many minutes of working time later, as somebody who works from eight to five has it.
pub fn later(now: DateTime<Utc>, minutes: i64) -> DateTime<Utc> {
    let mut at = now + Duration::minutes(minutes);
    loop {
        let is_weekend = matches!(at.weekday(), Weekday::Sat | Weekday::Sun);
        let hour = at.time().signed_duration_since(chrono::NaiveTime::MIN).num_hours();
        if !is_weekend && (8..17).contains(&hour) {
            return at;
        }
        at += Duration::hours(1);
    }
}

#[test]
fn nobody_works_at_night_or_on_weekends() {
    let friday = "2026-11-20T16:30:00Z".parse().expect("an instant");
    assert_eq!(later(friday, 10).to_rfc3339(), "2026-11-20T16:40:00+00:00");
    assert_eq!(later(friday, 60).to_rfc3339(), "2026-11-23T08:30:00+00:00");
}
