//! What the privacy page says is so: its scopes are those that are asked for, its tables those of the database.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use switchboard::slack::vocabulary::SCOPES;

fn text_of(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a file can be read")
}

/// The names in the first column of the table under that heading.
fn named(page: &str, heading: &str) -> BTreeSet<String> {
    let (_, rest) = page.split_once(&format!("## {heading}")).expect("the page has the heading");
    let part = rest.split("\n## ").next().expect("a part");
    part.lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[test]
fn every_scope_is_told_with_its_reason() {
    let told = named(&text_of("docs/privacy.md"), "Scopes, and why");
    assert_eq!(told, SCOPES.iter().map(ToString::to_string).collect());
}

#[test]
fn every_table_is_told_with_how_long_it_is_kept() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let mut tables = BTreeSet::new();
    for file in fs::read_dir(folder).expect("migrations") {
        let sql = fs::read_to_string(file.expect("a file").path()).expect("a migration");
        let created = sql.lines().filter_map(|line| line.strip_prefix("CREATE TABLE "));
        tables.extend(created.map(|rest| rest.trim_end_matches(" (").to_owned()));
        let dropped: Vec<_> = sql.lines().filter_map(|line| line.strip_prefix("DROP TABLE ")).collect();
        tables.retain(|table| !dropped.iter().any(|gone| gone.trim_end_matches(';') == table));
    }
    assert!(tables.contains("engagement"), "or the test sees nothing");
    assert_eq!(named(&text_of("docs/privacy.md"), "What is stored, and for how long"), tables);
}
