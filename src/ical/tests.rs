//! What real programs write, what breaks, and that no text makes it panic.

use super::*;

/// A calendar with these events, each as lines.
fn calendar(events: &[&str]) -> String {
    let part = |event: &&str| ["BEGIN:VEVENT", event, "END:VEVENT\n"].join("\n").replace('\n', "\r\n");
    let events: String = events.iter().map(part).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Holidays//EN\r\n{events}END:VCALENDAR\r\n")
}

fn days(events: &[&str]) -> Vec<String> {
    let read = days_off(&calendar(events)).expect("it reads");
    assert_eq!(read.left_out, []);
    read.dates.iter().map(ToString::to_string).collect()
}

/// Of these years only.
fn days_in(years: std::ops::RangeInclusive<i32>, events: &[&str]) -> Vec<String> {
    let days = days(events);
    days.into_iter().filter(|day| years.contains(&day[..4].parse().unwrap())).collect()
}

#[test]
fn whole_days_are_off_and_the_end_is_not() {
    for (event, expected) in [
        ("DTSTART;VALUE=DATE:20261225", &["2026-12-25"][..]),
        ("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261226", &["2026-12-25"]),
        (
            "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227",
            &["2026-12-24", "2026-12-25", "2026-12-26"],
        ),
        ("DTSTART;VALUE=DATE:20261231\nDURATION:P2D", &["2026-12-31", "2027-01-01"]),
        // What some programs write for one day.
        ("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261225", &["2026-12-25"]),
        ("DTSTART:20261225\nSUMMARY:no VALUE\nTRANSP:TRANSPARENT", &["2026-12-25"]),
        ("DTSTART:20261225T000000\nDTEND:20261226T000000", &["2026-12-25"]),
        (
            "DTSTART;TZID=Europe/Berlin:20261225T000000\nDTEND;TZID=Europe/Berlin:20261226T000000",
            &["2026-12-25"],
        ),
        // An office that closes early is no holiday; neither is what was called off.
        ("DTSTART:20261224T130000Z\nDTEND:20261224T170000Z", &[]),
        ("DTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED", &[]),
        ("DTSTART;VALUE=DATE:20261225\nSUMMARY:a name that is fol\n ded: BEGIN:VEVENT", &["2026-12-25"]),
    ] {
        assert_eq!(days(&[event]), expected, "{event}");
    }
    assert_eq!(
        days(&["DTSTART;VALUE=DATE:20260101", "DTSTART;VALUE=DATE:20250101"]),
        ["2025-01-01", "2026-01-01"]
    );
}

#[test]
fn rules_are_followed() {
    // A fixed day, the fourth Thursday of November, the last Monday of May.
    for (rule, expected) in [
        ("DTSTART;VALUE=DATE:19700501\nRRULE:FREQ=YEARLY", &["2026-05-01", "2027-05-01"][..]),
        (
            "DTSTART;VALUE=DATE:20001123\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
            &["2026-11-26", "2027-11-25"],
        ),
        (
            "DTSTART;VALUE=DATE:20000529\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO",
            &["2026-05-25", "2027-05-31"],
        ),
        ("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;COUNT=1", &["2026-01-01"]),
        ("DTSTART;VALUE=DATE:20250101\nRRULE:FREQ=YEARLY;UNTIL=20261231", &["2026-01-01"]),
        (
            "UID:a\nDTSTART;VALUE=DATE:20250101\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20260101\nRDATE;VALUE=DATE:20270301",
            &["2027-01-01", "2027-03-01"],
        ),
    ] {
        assert_eq!(days_in(2026..=2027, &[rule]), expected, "{rule}");
    }
    // The instance of 2026 was moved to the Friday before.
    let moved = [
        "UID:x@example\nDTSTART;VALUE=DATE:20250103\nRRULE:FREQ=YEARLY",
        "UID:x@example\nRECURRENCE-ID;VALUE=DATE:20260103\nDTSTART;VALUE=DATE:20260102",
    ];
    assert_eq!(days_in(2025..=2027, &moved), ["2025-01-03", "2026-01-02", "2027-01-03"]);
    // One endless rule leaves the others their days.
    let many = ["DTSTART;VALUE=DATE:19900101\nRRULE:FREQ=YEARLY"; 30];
    assert_eq!(days(&many).len(), 110);
}

#[test]
fn a_broken_calendar_says_on_which_line() {
    let cut = |text: &str| text.lines().take(5).collect::<Vec<_>>().join("\n");
    let whole = calendar(&["DTSTART;VALUE=DATE:20261225\nSUMMARY:x"]);
    for (text, fault) in [
        (String::new(), "line 1: this is no iCalendar"),
        (
            "<!DOCTYPE html>\n<title>Sign in: please</title>".to_owned(),
            "line 1: this line has no name and value",
        ),
        (
            "hello: world".to_owned(),
            "line 1: a calendar begins with BEGIN:VCALENDAR and ends with END:VCALENDAR",
        ),
        (cut(&whole), "line 4: this VEVENT has no end"),
        (whole.replace("END:VEVENT\r\n", ""), "line 7: the VEVENT of line 4 does not end before this"),
        (whole.replace("SUMMARY:x", "SUMMARY"), "line 6: this line has no name and value"),
        (whole.repeat(2), "line 9: a calendar begins with BEGIN:VCALENDAR and ends with END:VCALENDAR"),
        (calendar(&vec!["SUMMARY:x"; 2_001]), "line 6004: there are more than 2000 events"),
        (format!("{whole}{}", " ".repeat(LARGEST)), "line 1: the calendar is larger than 1024 KiB"),
    ] {
        assert_eq!(days_off(&text).map_err(|fault| fault.to_string()), Err(fault.to_owned()));
    }
}

#[test]
fn a_broken_event_is_left_out_and_told() {
    for (event, what) in [
        ("SUMMARY:no start", "the event cannot be read: Missing DTSTART property"),
        ("DTSTART;VALUE=DATE:20261332", "the event's DTSTART cannot be read"),
        ("DTSTART;VALUE=DATE:tomorrow", "the event's DTSTART cannot be read"),
        ("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=SOMETIMES", "the event's RRULE cannot be read"),
        ("DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20280101", "the event lasts more than 366 days"),
    ] {
        let read = days_off(&calendar(&["DTSTART;VALUE=DATE:20261225", event])).expect("the rest holds");
        assert_eq!(read.dates.len(), 1, "{event}");
        assert_eq!(read.left_out, [Fault::at(7, what)], "{event}");
    }
}

#[test]
fn no_text_makes_it_panic() {
    let seed = calendar(&[
        "UID:a\nDTSTART;VALUE=DATE:20250101\nRRULE:FREQ=YEARLY;BYDAY=-1MO;UNTIL=20301231\nEXDATE:20260101",
        "UID:b\nDTSTART;TZID=Europe/Berlin:20261225T000000\nDURATION:P2D\nRDATE;VALUE=PERIOD:20260101T000000/P1D",
        "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270101\nDTSTART:20270102\nDTEND:99991231",
    ]);
    let mut dice: u64 = 7;
    let mut roll = |end: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(dice >> 33).unwrap() % end
    };
    let signs: Vec<char> = seed.chars().collect();
    let pieces =
        ["9", "-", ";", ":", "\n", "0", "FREQ=SECONDLY", "COUNT=", "T", "P", "Z", "65535", "é", "INTERVAL=0"];
    for _ in 0..3_000 {
        let mut text: Vec<char> = signs.clone();
        for _ in 0..=roll(4) {
            let at = roll(text.len());
            match roll(3) {
                0 => drop(text.remove(at)),
                1 => text.splice(at..at, pieces[roll(pieces.len())].chars()).for_each(drop),
                _ => text.splice(at..=at, pieces[roll(pieces.len())].chars()).for_each(drop),
            }
        }
        let _ = days_off(&text.into_iter().collect::<String>());
    }
}
