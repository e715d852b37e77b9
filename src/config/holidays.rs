//! The iCalendar files of holidays that settings and directory name, read beside the file that names them.
//!
//! One that cannot be read is a warning with its line, never a reason not to start: its days are those of its last good copy.

use std::io;
use std::path::Path;

use crate::domain::directory::{HolidayDates, HolidaySource};
use crate::ical::{self, Fault};

use super::problem::{Problem, SourceText};

/// What follows from a calendar that cannot be read.
const INSTEAD: &str = "Its last good copy is used; without one, its days are working days";
/// What follows from an event that cannot be read.
const LEFT_OUT: &str = "The other events count; this one's days are working days";
/// So many events are told of one by one.
const TOLD: usize = 5;

/// What these calendars hold, as far as they are files that can be read.
pub(super) fn read_files<'a>(
    sources: impl Iterator<Item = &'a HolidaySource>,
    folder: &Path,
    problems: &mut Vec<Problem>,
) -> HolidayDates {
    let mut found = HolidayDates::new();
    for source in sources {
        let HolidaySource::Local(name) = source else { continue };
        if found.contains_key(source) {
            continue;
        }
        let path = folder.join(name);
        let shown = path.display().to_string();
        let text = match read(&path) {
            Ok(text) => text,
            Err(cause) => {
                problems.push(Problem::warning(format!("{shown} cannot be read: {cause}")).help(INSTEAD));
                continue;
            }
        };
        match ical::days_off(&text) {
            Ok(days) => {
                let left_out = days.left_out.iter().take(TOLD);
                problems.extend(left_out.map(|fault| problem(&shown, &text, fault, LEFT_OUT)));
                found.insert(source.clone(), days.dates);
            }
            Err(fault) => problems.push(problem(&shown, &text, &fault, INSTEAD)),
        }
    }
    found
}

fn read(path: &Path) -> io::Result<String> {
    let size = std::fs::metadata(path)?.len();
    if size > ical::LARGEST as u64 {
        return Err(io::Error::other(format!("it is larger than {} KiB", ical::LARGEST / 1_024)));
    }
    // Names of holidays in another encoding are no reason to refuse their dates.
    Ok(String::from_utf8_lossy(&std::fs::read(path)?).into_owned())
}

fn problem(name: &str, text: &str, fault: &Fault, help: &str) -> Problem {
    let before: usize = text.split_inclusive('\n').take(fault.line - 1).map(str::len).sum();
    let line = text[before..].lines().next().unwrap_or_default();
    Problem::warning(fault.what.clone())
        .help(help)
        .at(&SourceText::new(name, text), before..before + line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_beside_the_one_that_names_it_and_a_broken_one_says_where() {
        let folder = tempfile::tempdir().unwrap();
        let event = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\n";
        let whole = format!("BEGIN:VCALENDAR\n{event}END:VCALENDAR\n");
        let odd = whole.replace(event, &format!("{event}{}", event.replace("DATE:2026", "DATE:x")));
        for (name, text) in [("good.ics", &whole), ("odd.ics", &odd), ("cut.ics", &event.to_owned())] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let name = |name: &str| HolidaySource::Local(name.to_owned());
        let address = HolidaySource::Address("https://example.com/good.ics".to_owned());
        let sources = ["good.ics", "odd.ics", "cut.ics", "none.ics", "good.ics"].map(name);
        let mut problems = Vec::new();
        let found = read_files(sources.iter().chain([&address]), folder.path(), &mut problems);
        assert_eq!(found.keys().cloned().collect::<Vec<_>>(), [name("good.ics"), name("odd.ics")]);
        assert!(problems.iter().all(|problem| !problem.is_error()), "never a reason not to start");
        let lines: Vec<_> = problems.iter().map(|problem| Some(problem.at.as_ref()?.line())).collect();
        assert_eq!(lines, [Some(5), Some(1), None]);
        assert!(problems[2].message.contains("none.ics cannot be read: No such file"));
    }
}
