//! Who is away, until when, and who stands in: what people say of it, and what is stored.
//!
//! Pure: the present instant and everybody's zone are arguments. A day is a day in the zone of whoever is away; an absence is
//! half-open, from its first instant to the first instant of the day after its last one.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::ids::{AreaKey, UserId};

/// The longest absence that is taken: more is a slip of the pen, or a matter for the directory.
pub const LONGEST_DAYS: u64 = 366;

/// Somebody's absence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// Who is away.
    pub who: UserId,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when: the first instant at which they are back.
    pub until: DateTime<Utc>,
    /// The last day of it, in their zone: what people read.
    pub last_day: NaiveDate,
    /// Who stands in for them, where they named somebody.
    pub cover: Option<UserId>,
    /// Who said so: they themselves, a lead, or an admin.
    pub set_by: UserId,
}

impl Absence {
    /// Whether they are away then.
    pub fn is_at(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && at < self.until
    }

    /// Whether they are away at any time of these.
    pub fn overlaps(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> bool {
        self.from < until && from < self.until
    }
}

/// A change of what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AbsenceChange {
    /// In place of any other of that person.
    Set(Absence),
    /// They are back.
    End {
        /// Who.
        who: UserId,
    },
}

/// Everybody's absence: at most one each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Absences(HashMap<UserId, Absence>);

impl FromIterator<Absence> for Absences {
    fn from_iter<T: IntoIterator<Item = Absence>>(all: T) -> Self {
        Self(all.into_iter().map(|absence| (absence.who.clone(), absence)).collect())
    }
}

impl Absences {
    /// What is set for this person, begun or not.
    pub fn of(&self, who: &UserId) -> Option<&Absence> {
        self.0.get(who)
    }

    /// The absence that this person is in then.
    pub fn at(&self, who: &UserId, at: DateTime<Utc>) -> Option<&Absence> {
        self.of(who).filter(|absence| absence.is_at(at))
    }

    /// All that are not over then, by their beginning.
    pub fn since(&self, now: DateTime<Utc>) -> Vec<&Absence> {
        let mut all: Vec<_> = self.0.values().filter(|absence| now < absence.until).collect();
        all.sort_by(|one, other| (one.from, &one.who).cmp(&(other.from, &other.who)));
        all
    }

    /// When the next one begins or ends after then.
    pub fn next_change(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let instants = self.0.values().flat_map(|absence| [absence.from, absence.until]);
        instants.filter(|at| *at > now).min()
    }
}

/// A day, as somebody says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DaySaid {
    /// In full.
    Date(NaiveDate),
    /// Without its year: the next one.
    OfYear {
        /// 1 to 12.
        month: u32,
        /// 1 to 31.
        day: u32,
    },
    /// Today.
    Today,
    /// Tomorrow.
    Tomorrow,
    /// The next such day after today.
    Next(Weekday),
    /// Nothing that we know; as it was typed.
    Unknown(String),
}

impl DaySaid {
    /// The day that is meant, where today is that.
    pub fn on(&self, today: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Date(date) => Some(*date),
            Self::OfYear { month, day } => {
                let of = |year| NaiveDate::from_ymd_opt(year, *month, *day);
                of(today.year()).filter(|date| *date >= today).or_else(|| of(today.year() + 1))
            }
            Self::Today => Some(today),
            Self::Tomorrow => today.succ_opt(),
            Self::Next(weekday) => today.iter_days().skip(1).take(7).find(|day| day.weekday() == *weekday),
            Self::Unknown(_) => None,
        }
    }
}

/// When an absence begins or ends, as somebody says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhenSaid {
    /// A day, the whole of it.
    Day(DaySaid),
    /// An instant, chosen in a form.
    At(DateTime<Utc>),
}

/// A person, as somebody says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonSaid {
    /// By a mention that Slack made an id of.
    Id(UserId),
    /// By a name that it did not.
    Name(String),
}

/// What somebody wants set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwayWish {
    /// Who says so.
    pub by: UserId,
    /// Of whom, where not of themselves.
    pub who: Option<PersonSaid>,
    /// From when, where not from now.
    pub from: Option<WhenSaid>,
    /// The last day of it, or when they are back.
    pub until: WhenSaid,
    /// Who stands in.
    pub cover: Option<PersonSaid>,
    /// Filled in in a form, where what is wrong is said at its field.
    pub in_form: bool,
}

/// What somebody hears about an absence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AwayReply {
    /// What is set for them.
    Shown {
        /// For whom.
        who: UserId,
        /// What, if anything.
        absence: Option<Absence>,
    },
    /// It is set.
    Set {
        /// What.
        absence: Absence,
        /// Who said so.
        by: UserId,
    },
    /// It ended early, or never began.
    Ended {
        /// What was set.
        absence: Absence,
        /// Who said so.
        by: UserId,
    },
    /// Their status does not mean that others should cover.
    NotAsked,
    /// Who is away in the areas that they look after.
    List {
        /// By area.
        areas: Vec<(AreaKey, Vec<Absence>)>,
    },
}

/// Why an absence cannot be set, or ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum AwayProblem {
    /// No day that we know.
    NotADay {
        /// As it was typed.
        said: String,
    },
    /// Its last day is past.
    Past {
        /// The day.
        day: NaiveDate,
    },
    /// It ends before it begins.
    Backwards {
        /// Its first day.
        from: NaiveDate,
        /// Its last day.
        until: NaiveDate,
    },
    /// It is longer, or further ahead, than we take.
    TooFar {
        /// At most so many days from now.
        days: u64,
    },
    /// Nobody covers for themselves.
    CoversSelf,
    /// Whoever should cover is away then, too.
    CoverAway {
        /// Who.
        cover: UserId,
        /// The last day of it.
        until: NaiveDate,
    },
    /// Whoever should cover is a bot, a guest, or gone.
    CannotCover {
        /// Who.
        cover: UserId,
    },
    /// No one person is called that.
    Nobody {
        /// As it was typed.
        said: String,
    },
    /// Only that person, the leads of their areas, and admins say so.
    NotTheirs {
        /// Who.
        who: UserId,
    },
    /// Leads and admins see who is away.
    NoLead,
    /// Nothing is set that could end.
    NotSet {
        /// For whom.
        who: UserId,
        /// Whether that is the person themselves.
        own: bool,
    },
}

/// Which day it is then, in that zone.
pub fn day_of(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// The first instant of a day in that zone; where the clocks skip it, the first instant after the gap.
pub fn first_instant(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    let midnight = day.and_time(NaiveTime::MIN);
    // A gap is shorter than two days anywhere, and ends on a minute.
    let later = |minutes: i64| zone.from_local_datetime(&(midnight + Duration::minutes(minutes))).earliest();
    (0..=2 * 24 * 60).find_map(later).map(|at| at.with_timezone(&Utc))
}

/// The first instant after a day in that zone.
pub fn end_of(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    first_instant(day.checked_add_days(Days::new(1))?, zone)
}

#[cfg(test)]
mod tests {
    use chrono_tz::{America, Asia, Europe, Pacific};

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a day")
    }

    #[test]
    fn days_are_meant_as_people_mean_them() {
        // A Friday.
        let today = day(2026, 11, 20);
        for (said, meant) in [
            (DaySaid::Today, Some(today)),
            (DaySaid::Tomorrow, Some(day(2026, 11, 21))),
            (DaySaid::Next(Weekday::Sat), Some(day(2026, 11, 21))),
            (DaySaid::Next(Weekday::Fri), Some(day(2026, 11, 27))),
            (DaySaid::OfYear { month: 11, day: 20 }, Some(today)),
            (DaySaid::OfYear { month: 12, day: 24 }, Some(day(2026, 12, 24))),
            (DaySaid::OfYear { month: 1, day: 5 }, Some(day(2027, 1, 5))),
            (DaySaid::OfYear { month: 2, day: 30 }, None),
            (DaySaid::Unknown("soon".to_owned()), None),
        ] {
            assert_eq!(said.on(today), meant, "{said:?}");
        }
    }

    #[test]
    fn a_day_ends_where_the_next_one_begins_in_every_zone() {
        let utc = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
        for (last, zone, end) in [
            (day(2026, 12, 24), Tz::UTC, "2026-12-25T00:00:00Z"),
            (day(2026, 12, 24), Europe::Berlin, "2026-12-24T23:00:00Z"),
            // The day on which summer time ends is an hour longer, the one on which it begins an hour shorter.
            (day(2026, 10, 25), Europe::Berlin, "2026-10-25T23:00:00Z"),
            (day(2026, 3, 29), Europe::Berlin, "2026-03-29T22:00:00Z"),
            (day(2026, 11, 1), America::Los_Angeles, "2026-11-02T08:00:00Z"),
            // Clocks that jump at midnight: that day begins at one.
            (day(2024, 4, 25), chrono_tz::Africa::Cairo, "2024-04-25T22:00:00Z"),
            // A day that there never was.
            (day(2011, 12, 29), Pacific::Apia, "2011-12-30T10:00:00Z"),
            (day(2026, 6, 1), Asia::Kathmandu, "2026-06-01T18:15:00Z"),
        ] {
            assert_eq!(end_of(last, zone), Some(utc(end)), "{last} in {zone}");
        }
    }

    #[test]
    fn an_absence_is_half_open() {
        let at = |hour| Utc.with_ymd_and_hms(2026, 11, 20, hour, 0, 0).single().expect("an instant");
        let absence = Absence {
            who: UserId::from("UPAUL"),
            from: at(9),
            until: at(17),
            last_day: day(2026, 11, 20),
            cover: None,
            set_by: UserId::from("UPAUL"),
        };
        assert!(
            absence.is_at(at(9)) && absence.is_at(at(16)) && !absence.is_at(at(17)) && !absence.is_at(at(8))
        );
        assert!(
            absence.overlaps(at(16), at(20))
                && !absence.overlaps(at(17), at(20))
                && !absence.overlaps(at(1), at(9))
        );
        let all: Absences = [absence].into_iter().collect();
        assert_eq!(all.next_change(at(8)), Some(at(9)));
        assert_eq!(all.next_change(at(9)), Some(at(17)));
        assert_eq!(all.next_change(at(17)), None);
        assert!(all.since(at(17)).is_empty() && all.since(at(8)).len() == 1);
    }
}
