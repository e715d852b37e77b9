//! The directory file: every problem is at a line of it, their number is bounded by its length, and what is read is written
//! and read again as the same.

use switchboard::config::{self, TextFile};
use switchboard::domain::rules::Rules;

/// The longest file that is looked at here: a company's is longer, and no other.
const LONGEST: usize = 16 * 1024;

/// Checks one input.
pub fn check(data: &[u8]) {
    // A file that is no text is refused before it is parsed.
    let Ok(text) = std::str::from_utf8(&data[..data.len().min(LONGEST)]) else { return };
    let hours = Rules::default().hours;
    let load = |text: &str| {
        config::load_directory(&TextFile { name: "directory.yml".to_owned(), text: text.to_owned() }, &hours)
    };
    let problems = match load(text) {
        Ok((directory, warnings)) => {
            let written = config::to_yaml(&directory);
            match load(&written) {
                Ok((again, _)) => assert!(again == directory, "written, it reads otherwise:\n{written}"),
                Err(problems) => panic!("what we wrote is refused: {problems:#?}\n{written}"),
            }
            assert!(warnings.iter().all(|problem| !problem.is_error()));
            warnings
        }
        Err(problems) => {
            assert!(problems.iter().any(config::Problem::is_error), "refused without an error");
            problems
        }
    };
    let lines = text.lines().count().max(1) + usize::from(text.ends_with('\n'));
    assert!(problems.len() <= 8 * lines + text.len(), "{} problems in {lines} lines", problems.len());
    for problem in &problems {
        assert!(!problem.message.trim().is_empty());
        let at = problem.at.as_ref().unwrap_or_else(|| panic!("nowhere: {}", problem.message));
        assert!((1..=lines).contains(&at.line()), "line {} of {lines}: {}", at.line(), problem.message);
        assert!(at.column() >= 1 && problem.one_line().starts_with("directory.yml:"));
        assert!(!problem.drawn(false).is_empty());
    }
}
