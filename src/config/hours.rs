//! Working days, hours, zones and holidays as people write them.

use chrono::{NaiveDate, NaiveTime, Weekday};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::node::Node;
use super::reader::{Reader, closest, shown};

/// An interval of a day; an end of 24:00 is `None`.
pub(super) type Interval = (NaiveTime, Option<NaiveTime>);

impl Reader {
    /// Days of the week, in the order of the week.
    pub(super) fn days(&mut self, node: Option<&Node>, what: &str) -> Option<Vec<Weekday>> {
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
    pub(super) fn intervals(&mut self, node: Option<&Node>, what: &str) -> Option<Vec<Interval>> {
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

    /// Whole days such as `2026-12-25`, in order.
    pub(super) fn dates(&mut self, node: Option<&Node>, what: &str) -> Vec<NaiveDate> {
        let mut dates = Vec::new();
        for item in self.list(node, what) {
            let Some(text) = self.text(Some(item), what) else { continue };
            match NaiveDate::parse_from_str(&text, "%Y-%m-%d") {
                Ok(date) => dates.push(date),
                Err(_) => {
                    self.error(
                        item,
                        format!("{what}: {} is no date", shown(&text)),
                        "Write it as 2026-12-25",
                    );
                }
            }
        }
        dates.sort_unstable();
        dates.dedup();
        dates
    }
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
