//! iCalendar text → whole days off. Reading only: where the text comes from, and whose days they are, is the caller's.
//!
//! Every event that lasts whole days is a holiday, once or by its rule (RRULE, RDATE, EXDATE, a moved instance); one with a
//! time of day is none. A calendar that is broken as a whole gives nothing, so that an older good copy can be kept; an event
//! that is broken by itself is left out and told. No text makes it panic.

use std::collections::{BTreeMap, BTreeSet};

use calcard::common::PartialDateTime;
use calcard::common::timezone::Tz;
use calcard::icalendar::dates::TimeOrDelta;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarProperty, ICalendarStatus,
};
use calcard::{Entry, Parser};
use chrono::{Datelike, NaiveDate};

#[cfg(test)]
mod tests;

/// The most text that is read, in bytes.
pub const LARGEST: usize = 1024 * 1024;
/// The most events that are read.
const MOST_EVENTS: usize = 2_000;
/// The most times that one event is repeated.
const MOST_TIMES: usize = 1_000;
/// The longest holiday, in days.
const LONGEST: i64 = 366;
/// What lies after it is nobody's plan.
const LAST_YEAR: i32 = 2_099;

/// What a calendar holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DaysOff {
    /// In order, each once.
    pub dates: Vec<NaiveDate>,
    /// What was left out.
    pub left_out: Vec<Fault>,
}

/// Something wrong with a calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Fault {
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong, without a full stop.
    pub what: String,
}

impl Fault {
    fn at(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }
}

/// The days off of a calendar; or why it is none.
pub fn days_off(text: &str) -> Result<DaysOff, Fault> {
    let text = text.trim_start_matches('\u{feff}');
    if text.len() > LARGEST {
        return Err(Fault::at(1, format!("the calendar is larger than {} KiB", LARGEST / 1_024)));
    }
    let lines = structure(text)?;
    let Entry::ICalendar(calendar) = Parser::new(text).entry() else {
        return Err(Fault::at(1, "this is no iCalendar"));
    };
    let events =
        calendar.components.iter().filter(|one| one.component_type == ICalendarComponentType::VEvent);
    let mut found = DaysOff::default();
    let mut dates = BTreeSet::new();
    for (line, parts) in by_event(events.zip(lines)) {
        match days_of(parts) {
            Ok(days) => dates.extend(days),
            Err(what) => found.left_out.push(Fault::at(line, what)),
        }
    }
    found.dates = dates.into_iter().collect();
    Ok(found)
}

/// The lines on which events begin. Every part has to end, and in its turn: a text that was cut off holds half of the truth.
fn structure(text: &str) -> Result<Vec<usize>, Fault> {
    let (mut open, mut events) = (Vec::new(), Vec::new());
    let mut is_over = false;
    for (line, content) in (1..).zip(text.lines()) {
        let is_folded = content.starts_with([' ', '\t']);
        if is_folded || content.trim().is_empty() {
            continue;
        }
        let Some((name, value)) = content.split_once(':') else {
            return Err(Fault::at(line, "this line has no name and value"));
        };
        let part = value.trim().to_ascii_uppercase();
        if is_over || (open.is_empty() && !(name.eq_ignore_ascii_case("BEGIN") && part == "VCALENDAR")) {
            return Err(Fault::at(
                line,
                "a calendar begins with BEGIN:VCALENDAR and ends with END:VCALENDAR",
            ));
        }
        if name.eq_ignore_ascii_case("BEGIN") {
            if part == "VEVENT" {
                events.push(line);
            }
            open.push((part, line));
        } else if name.eq_ignore_ascii_case("END") {
            match open.pop() {
                Some((begun, _)) if begun == part => is_over = open.is_empty(),
                Some((begun, at)) => {
                    return Err(Fault::at(
                        line,
                        format!("the {begun} of line {at} does not end before this"),
                    ));
                }
                None => return Err(Fault::at(line, "nothing has begun that could end here")),
            }
        }
    }
    match open.pop() {
        Some((begun, line)) => Err(Fault::at(line, format!("this {begun} has no end"))),
        None if !is_over => Err(Fault::at(1, "this is no iCalendar")),
        None if events.len() > MOST_EVENTS => {
            Err(Fault::at(events[MOST_EVENTS], format!("there are more than {MOST_EVENTS} events")))
        }
        None => Ok(events),
    }
}

/// What belongs together, with the line of its first part: an event that is repeated, and its instances that were moved.
fn by_event<'a>(
    events: impl Iterator<Item = (&'a ICalendarComponent, usize)>,
) -> impl Iterator<Item = (usize, Vec<ICalendarComponent>)> {
    let mut by_key: BTreeMap<String, (usize, Vec<ICalendarComponent>)> = BTreeMap::new();
    for (event, line) in events {
        // Two that are not repeated may have one UID by mistake, and are two holidays all the same.
        let uid = event.uid().filter(|_| event.is_recurrent_or_override());
        let key = uid.map_or_else(|| format!("line {line}"), |uid| format!("uid {uid}"));
        by_key.entry(key).or_insert_with(|| (line, Vec::new())).1.push(event.clone());
    }
    let mut all: Vec<_> = by_key.into_values().collect();
    all.sort_unstable_by_key(|(line, _)| *line);
    all.into_iter()
}

/// The days of one event; or why it is left out.
fn days_of(parts: Vec<ICalendarComponent>) -> Result<Vec<NaiveDate>, String> {
    let parts: Vec<_> = parts.into_iter().filter(|part| !is_cancelled(part)).collect();
    for part in &parts {
        check_written(part)?;
    }
    let calendar = ICalendar { components: parts };
    let expanded = calendar.expand_dates(Tz::Floating, MOST_TIMES);
    if let Some(wrong) = expanded.errors.first() {
        return Err(format!("the event cannot be read: {}", wrong.error));
    }
    let mut days = Vec::new();
    for event in expanded.events {
        let begins = event.start.naive_local();
        let lasts = match event.end {
            TimeOrDelta::Time(end) => end.naive_local() - begins,
            TimeOrDelta::Delta(lasts) => lasts,
        };
        if !calendar.components.get(event.comp_id as usize).is_some_and(is_whole_days) {
            continue;
        }
        if lasts.num_days() > LONGEST {
            return Err(format!("the event lasts more than {LONGEST} days"));
        }
        // One that ends where it begins is the day that its author meant.
        let length = usize::try_from(lasts.num_days()).unwrap_or(0).max(1);
        days.extend(begins.date().iter_days().take(length).filter(|day| is_near(*day)));
    }
    Ok(days)
}

fn is_cancelled(event: &ICalendarComponent) -> bool {
    matches!(event.status(), Some(ICalendarStatus::Cancelled))
}

/// What the library would read as nothing at all: a start or a rule that is none.
fn check_written(event: &ICalendarComponent) -> Result<(), String> {
    use calcard::icalendar::ICalendarValue;

    for entry in &event.entries {
        let is_read = match (&entry.name, entry.values.first()) {
            (
                ICalendarProperty::Dtstart | ICalendarProperty::Dtend,
                Some(ICalendarValue::PartialDateTime(at)),
            ) => date_of(at).is_some(),
            (ICalendarProperty::Dtstart | ICalendarProperty::Dtend, _) => false,
            (ICalendarProperty::Rrule, value) => matches!(value, Some(ICalendarValue::RecurrenceRule(_))),
            (_, _) => true,
        };
        if !is_read {
            return Err(format!("the event's {} cannot be read", entry.name.as_str()));
        }
    }
    Ok(())
}

fn date_of(at: &PartialDateTime) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(at.year?.into(), at.month?.into(), at.day?.into())
}

/// Whether it has no time of day, or, as some programs write whole days, lasts from midnight to midnight.
fn is_whole_days(event: &ICalendarComponent) -> bool {
    let at = |name| event.property(&name)?.values.first()?.as_partial_date_time();
    let is_midnight = |at: &PartialDateTime| {
        !at.has_time() || (at.hour, at.minute, at.second.unwrap_or(0)) == (Some(0), Some(0), 0)
    };
    match (at(ICalendarProperty::Dtstart), at(ICalendarProperty::Dtend)) {
        (Some(start), None) => !start.has_time(),
        (Some(start), Some(end)) => is_midnight(start) && is_midnight(end),
        (None, _) => false,
    }
}

fn is_near(day: NaiveDate) -> bool {
    (1_970..=LAST_YEAR).contains(&day.year())
}
