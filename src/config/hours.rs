//! Working days, hours, zones and holidays as people write them.

use std::path::Path;

use chrono::{NaiveDate, NaiveTime, Weekday};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::node::{Entry, Node, Value};
use super::reader::{Reader, closest, shown};
use crate::domain::directory::{DaysOff, HolidaySource};
use crate::domain::rules::{Interval, WorkingHours};

/// The ways in which a day off is written.
const DAY_OFF: &str =
    "Write a day as 2026-12-25, a calendar of holidays as a file \"holidays.ics\" or an https:// address";

impl Reader {
    /// A working week: `hours` that hold on all `days`, or `hours` by day. What is not written is taken from `usual`.
    pub(super) fn week(
        &mut self,
        hours: Option<&Node>,
        days: Option<&Node>,
        usual: &WorkingHours,
    ) -> WorkingHours {
        if let Some(Node { value: Value::Map(entries), .. }) = hours {
            if let Some(days) = days {
                self.error(days, "days are written twice", "Leave `days` out where `hours` names each day");
            }
            return self.hours_by_day(hours, entries).unwrap_or_else(|| usual.clone());
        }
        let days = self.days(days, "days").unwrap_or_else(|| usual.days());
        if let Some(hours) = self.intervals(hours, "hours") {
            return WorkingHours::same(&days, &hours);
        }
        // A day on which nobody usually works has the hours of one on which they do.
        let any = usual.days().first().map_or(&[][..], |day| usual.on(*day));
        let of = |day: Weekday| if usual.on(day).is_empty() { any } else { usual.on(day) };
        WorkingHours::of_week(days.iter().map(|day| (*day, of(*day).to_vec())))
    }

    /// Hours under the names of days; a day with an empty list, or without any, is off.
    fn hours_by_day(&mut self, node: Option<&Node>, entries: &[Entry]) -> Option<WorkingHours> {
        let before = self.problems.len();
        let mut week: Vec<(Weekday, Vec<Interval>)> = Vec::new();
        for entry in entries {
            let what = format!("hours of {}", entry.key);
            match entry.key.parse::<Weekday>() {
                Ok(day) if week.iter().any(|(known, _)| *known == day) => {
                    self.error(&entry.node, format!("{what} are written twice"), "Name each day once");
                }
                Ok(day) => {
                    let is_off = matches!(&entry.node.value, Value::List(items) if items.is_empty())
                        || matches!(entry.node.value, Value::Null);
                    let hours = if is_off { None } else { self.intervals(Some(&entry.node), &what) };
                    week.push((day, hours.unwrap_or_default()));
                }
                Err(_) => self.error(
                    &entry.node,
                    format!("hours: {} is no day of the week", shown(&entry.key)),
                    "Known: mon, tue, wed, thu, fri, sat, sun",
                ),
            }
        }
        let found = WorkingHours::of_week(week);
        if found.is_empty() && self.problems.len() == before {
            self.error(node?, "hours are empty: nobody would ever work", "Write at least one interval");
        }
        (self.problems.len() == before).then_some(found)
    }

    /// Days of the week, in the order of the week.
    fn days(&mut self, node: Option<&Node>, what: &str) -> Option<Vec<Weekday>> {
        let node = node?;
        let mut days: Vec<Weekday> = Vec::new();
        for item in self.list(Some(node), what) {
            let Some(text) = self.text(Some(item), what) else { continue };
            let Ok(day) = text.parse::<Weekday>() else {
                self.error(
                    item,
                    format!("{what}: {} is no day of the week", shown(&text)),
                    "Known: mon, tue, wed, thu, fri, sat, sun",
                );
                continue;
            };
            if !days.contains(&day) {
                days.push(day);
            }
        }
        if days.is_empty() {
            self.error(node, format!("{what} is empty: nobody would ever work"), "Name at least one day");
            return None;
        }
        days.sort_by_key(Weekday::num_days_from_monday);
        Some(days)
    }

    /// Intervals such as `09:00-17:00`, in order and not overlapping.
    fn intervals(&mut self, node: Option<&Node>, what: &str) -> Option<Vec<Interval>> {
        let node = node?;
        let before = self.problems.len();
        let mut intervals: Vec<(Interval, &Node)> = Vec::new();
        for item in self.list(Some(node), what) {
            let Some(text) = self.text(Some(item), what) else { continue };
            match interval(&text) {
                Ok(found) => intervals.push((found, item)),
                Err(wrong) => self.error(
                    item,
                    format!("{what}: {} {wrong}", shown(&text)),
                    "Write it as \"09:00-17:00\"",
                ),
            }
        }
        intervals.sort_by_key(|((start, _), _)| *start);
        for pair in intervals.windows(2) {
            let (((_, end), _), ((start, _), later)) = (&pair[0], &pair[1]);
            if end.is_none_or(|end| end > *start) {
                self.error(
                    later,
                    format!("{what} overlap"),
                    "Begin each interval where the one before has ended",
                );
            }
        }
        if intervals.is_empty() && self.problems.len() == before {
            self.error(
                node,
                format!("{what} are empty: nobody would ever work"),
                "Write at least one interval",
            );
        }
        (self.problems.len() == before).then(|| intervals.into_iter().map(|(found, _)| found).collect())
    }

    /// A zone of the time zone database.
    pub(super) fn time_zone(&mut self, node: Option<&Node>, what: &str) -> Option<Tz> {
        let node = node?;
        let text = self.text(Some(node), what)?;
        if let Some(zone) = TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(&text)) {
            return Some(*zone);
        }
        let names: Vec<&str> = TZ_VARIANTS.iter().map(|zone| zone.name()).collect();
        let help = match closest(&text, &names) {
            Some(near) => format!("Did you mean {near}?"),
            None => "Write a zone of the time zone database, such as Europe/Berlin".to_owned(),
        };
        self.error(node, format!("{what}: there is no time zone {}", shown(&text)), help);
        None
    }

    /// Whole days such as `2026-12-25`, in order, and calendars of them.
    pub(super) fn days_off(&mut self, node: Option<&Node>, what: &str) -> DaysOff {
        let mut off = DaysOff::default();
        for item in self.list(node, what) {
            let Some(text) = self.text(Some(item), what) else { continue };
            if let Ok(date) = NaiveDate::parse_from_str(&text, "%Y-%m-%d") {
                off.dates.push(date);
            } else if let Some(calendar) = calendar(&text) {
                off.calendars.push(calendar);
            } else if text.contains("://") {
                self.error(item, format!("{what}: a calendar is read over https:// only"), DAY_OFF);
            } else {
                self.error(item, format!("{what}: {} is no date", shown(&text)), DAY_OFF);
            }
        }
        off.dates.sort_unstable();
        off.dates.dedup();
        off
    }
}

/// A calendar of holidays: an address that is encrypted or on this very machine, or a file.
fn calendar(text: &str) -> Option<HolidaySource> {
    let is_here = |text: &str| text.starts_with("http://127.0.0.1:") || text.starts_with("http://localhost:");
    if text.contains("://") {
        let is_fit = text.starts_with("https://") || is_here(text);
        return is_fit.then(|| HolidaySource::Address(text.to_owned()));
    }
    let is_file = Path::new(text).extension().is_some_and(|end| end.eq_ignore_ascii_case("ics"));
    is_file.then(|| HolidaySource::Local(text.to_owned()))
}

fn interval(text: &str) -> Result<Interval, &'static str> {
    let (start, end) = text.split_once(['-', '–']).ok_or("has no start and end")?;
    let start = time(start)?.ok_or("starts at the end of the day")?;
    let end = time(end)?;
    if end.is_some_and(|end| end <= start) {
        return Err("ends before it starts");
    }
    Ok((start, end))
}

/// A time of day; 24:00 is `None`.
fn time(text: &str) -> Result<Option<NaiveTime>, &'static str> {
    let text = text.trim();
    if text == "24:00" {
        return Ok(None);
    }
    NaiveTime::parse_from_str(text, "%H:%M").map(Some).map_err(|_| "has no time of day from 00:00 to 24:00")
}

/// An interval as it is written.
pub(super) fn interval_in_words((start, end): &Interval) -> String {
    let end = end.map_or_else(|| "24:00".to_owned(), |end| end.format("%H:%M").to_string());
    format!("{}-{end}", start.format("%H:%M"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_half_open_and_may_end_at_midnight() {
        for text in ["09:00-17:00", "00:00-24:00", "22:30-24:00"] {
            assert_eq!(interval_in_words(&interval(text).expect(text)), text);
        }
        assert_eq!(interval("9:00 – 17:00"), interval("09:00-17:00"));
        for (text, wrong) in [
            ("17:00-09:00", "ends before it starts"),
            ("09:00-09:00", "ends before it starts"),
            ("24:00-25:00", "starts at the end of the day"),
            ("09:00", "has no start and end"),
            ("09:00-25:00", "has no time of day from 00:00 to 24:00"),
            ("nine-five", "has no time of day from 00:00 to 24:00"),
        ] {
            assert_eq!(interval(text), Err(wrong), "{text}");
        }
    }
}
