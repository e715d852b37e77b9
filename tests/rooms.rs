//! The walls between the rooms: who may import whom (`ARCHITECTURE.md`), what the core must not touch, how long a file may be.
//!
//! Reads the source as tokens, comments and strings left out, and modules under `#[cfg(test)]` too: a test may look into
//! other rooms. Every check here is also run on a sample that breaks it, so that none can pass by seeing nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use May::{All, Only};

/// What a room may import.
#[derive(Debug, Clone, Copy)]
enum May {
    All,
    Only(&'static [&'static str]),
}

/// Who may import whom. A room that is not in the first column does not exist.
const MAY_IMPORT: [(&str, May); 17] = [
    ("main", All),
    ("lib", All),
    ("cli", All),
    ("bot", All),
    ("config", Only(&["domain", "ical"])),
    ("domain", Only(&[])),
    ("slack", Only(&["domain"])),
    ("store", Only(&["domain"])),
    ("app", Only(&["domain", "store", "clock"])),
    ("inbound", Only(&["app", "slack", "domain"])),
    ("http", Only(&["inbound", "app", "slack"])),
    ("socket", Only(&["inbound", "app", "slack"])),
    ("worker", Only(&["app", "slack", "store", "domain", "clock", "ical"])),
    ("control", Only(&["app", "inbound", "store", "domain"])),
    ("sandbox", Only(&[])),
    ("clock", Only(&[])),
    ("ical", Only(&[])),
];

/// Words that the pure core must not contain: it does no IO, waits for nothing, and reads no clock.
const NOT_IN_DOMAIN: [&str; 13] = [
    "async",
    "await",
    "tokio",
    "sqlx",
    "axum",
    "hyper",
    "hyper_util",
    "slack_morphism",
    "reqwest",
    "rusqlite",
    "SystemTime",
    "TcpStream",
    "File",
];

/// Libraries that one room has to itself.
const KEPT_IN: [(&str, &[&str]); 4] = [
    ("sqlx", &["store"]),
    ("slack_morphism", &["slack"]),
    ("tokio_tungstenite", &["slack", "sandbox"]),
    ("axum", &["http", "bot", "cli"]),
];

/// The most lines with code that a file may have outside its tests; about 400 is the aim, and the place to split.
const LONGEST: usize = 500;

/// One word or sign of the source, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    line: usize,
    text: String,
}

/// A wall that something goes through.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Breach {
    line: usize,
    what: String,
}

// --- reading -----------------------------------------------------------------------------------------------------------

/// The words and signs of a source text; comments, strings and lifetimes are left out.
fn tokens(source: &str) -> Vec<Token> {
    let signs: Vec<char> = source.chars().collect();
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < signs.len() {
        let start = at;
        match signs[at] {
            '/' if signs.get(at + 1) == Some(&'/') => at = end_of_line(&signs, at),
            '/' if signs.get(at + 1) == Some(&'*') => at = end_of_block_comment(&signs, at),
            '"' => at = end_of_string(&signs, at),
            '\'' => at = end_of_quote(&signs, at),
            sign if sign.is_alphanumeric() || sign == '_' => {
                while at < signs.len() && (signs[at].is_alphanumeric() || signs[at] == '_') {
                    at += 1;
                }
                let text: String = signs[start..at].iter().collect();
                if let Some(end) = end_of_raw_string(&signs, &text, at) {
                    at = end;
                } else {
                    found.push(Token { line, text });
                }
            }
            sign => {
                if !sign.is_whitespace() {
                    found.push(Token { line, text: sign.to_string() });
                }
                at += 1;
            }
        }
        line += signs[start..at].iter().filter(|sign| **sign == '\n').count();
    }
    found
}

fn end_of_line(signs: &[char], from: usize) -> usize {
    signs[from..].iter().position(|sign| *sign == '\n').map_or(signs.len(), |length| from + length)
}

fn end_of_block_comment(signs: &[char], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0_usize);
    while at < signs.len() {
        match (signs[at], signs.get(at + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                at += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    at
}

fn end_of_string(signs: &[char], from: usize) -> usize {
    let mut at = from + 1;
    while at < signs.len() && signs[at] != '"' {
        at += if signs[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(signs.len())
}

/// The end of `r"…"` or `br#"…"#`, when `word` began one.
fn end_of_raw_string(signs: &[char], word: &str, after_word: usize) -> Option<usize> {
    if !matches!(word, "r" | "br" | "cr") {
        return None;
    }
    let hashes = signs[after_word..].iter().take_while(|sign| **sign == '#').count();
    if signs.get(after_word + hashes) != Some(&'"') {
        return None;
    }
    let mut at = after_word + hashes + 1;
    while at < signs.len() {
        let closes =
            signs[at] == '"' && signs[at + 1..].iter().take(hashes).filter(|s| **s == '#').count() == hashes;
        if closes {
            return Some(at + 1 + hashes);
        }
        at += 1;
    }
    Some(at)
}

/// The end of a character, or of the quote that begins a lifetime.
fn end_of_quote(signs: &[char], from: usize) -> usize {
    if signs.get(from + 1) == Some(&'\\') {
        let closing = signs[from + 3..].iter().position(|sign| *sign == '\'');
        return closing.map_or(signs.len(), |length| from + 3 + length + 1);
    }
    if signs.get(from + 2) == Some(&'\'') { from + 3 } else { from + 1 }
}

/// What stands outside `#[cfg(test)]`, and the names of the modules declared under it (`#[cfg(test)] mod tests;`).
fn without_tests(tokens: &[Token]) -> (Vec<Token>, BTreeSet<String>) {
    let mut kept = Vec::new();
    let mut declared = BTreeSet::new();
    let mut at = 0;
    while at < tokens.len() {
        if !reads(&tokens[at..], &["#", "[", "cfg", "(", "test", ")", "]"]) {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        at += 7;
        let item = at;
        let mut depth = 0_usize;
        while at < tokens.len() {
            let sign = tokens[at].text.as_str();
            at += 1;
            match sign {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth = depth.saturating_sub(1),
                _ => {}
            }
            // Attributes below `#[cfg(test)]` belong to the same item, which ends with its block or its semicolon.
            if depth == 0 && matches!(sign, "}" | ";") {
                break;
            }
        }
        if at > item + 1
            && tokens[at - 1].text == ";"
            && tokens[item..at].iter().any(|token| token.text == "mod")
        {
            declared.insert(tokens[at - 2].text.clone());
        }
    }
    (kept, declared)
}

fn reads(tokens: &[Token], words: &[&str]) -> bool {
    tokens.len() >= words.len() && tokens.iter().zip(words).all(|(token, word)| token.text == *word)
}

// --- judging -----------------------------------------------------------------------------------------------------------

/// The rooms of the crate that this text names, with the line. `depth` is how many `super::` lead to the crate's root.
fn rooms_named(tokens: &[Token], depth: usize) -> Vec<(usize, String)> {
    let mut named = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let is_path_inside = at >= 2 && tokens[at - 1].text == ":" && tokens[at - 2].text == ":";
        if matches!(token.text.as_str(), "crate" | "switchboard") && !is_path_inside {
            if reads(&tokens[at + 1..], &[":", ":"]) {
                named.extend(first_names(&tokens[at + 3..]));
            } else if reads(&tokens[at + 1..], &["as"]) {
                named.push((token.line, "the whole crate".to_owned()));
            }
        }
        if token.text == "super" && !is_path_inside {
            let mut climbed = 1;
            let mut next = at + 1;
            while reads(&tokens[next..], &[":", ":", "super"]) {
                climbed += 1;
                next += 3;
            }
            if climbed >= depth && reads(&tokens[next..], &[":", ":"]) {
                let rooms =
                    first_names(&tokens[next + 2..]).into_iter().filter(|(_, name)| row(name).is_some());
                named.extend(rooms);
            }
        }
    }
    named
}

/// The first name of a path, or of each path in a group of them.
fn first_names(tokens: &[Token]) -> Vec<(usize, String)> {
    let Some(first) = tokens.first() else { return Vec::new() };
    if first.text != "{" {
        return vec![(first.line, first.text.clone())];
    }
    let mut names = Vec::new();
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        let begins = at > 0 && matches!(tokens[at - 1].text.as_str(), "{" | ",");
        if depth == 1 && begins && token.text != "}" {
            names.push((token.line, token.text.clone()));
        }
    }
    names
}

fn row(room: &str) -> Option<May> {
    MAY_IMPORT.iter().find(|(name, _)| *name == room).map(|(_, may)| *may)
}

/// Imports that the table does not allow to this room.
fn forbidden_imports(room: &str, depth: usize, tokens: &[Token]) -> Vec<Breach> {
    let may = match row(room) {
        None => return vec![Breach { line: 1, what: format!("room `{room}` is not in the table") }],
        Some(All) => return Vec::new(),
        Some(Only(may)) => may,
    };
    rooms_named(tokens, depth)
        .into_iter()
        .filter(|(_, named)| named != room && !may.contains(&named.as_str()))
        .map(|(line, named)| Breach { line, what: format!("room `{room}` must not import `{named}`") })
        .collect()
}

/// Words that do not belong into this room.
fn forbidden_words(room: &str, tokens: &[Token]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for token in tokens {
        let word = token.text.as_str();
        if room == "domain" && NOT_IN_DOMAIN.contains(&word) {
            breaches.push(Breach { line: token.line, what: format!("`domain` is pure, yet names `{word}`") });
        }
        let keepers = KEPT_IN.iter().find(|(library, _)| *library == word).map(|(_, keepers)| *keepers);
        if keepers.is_some_and(|keepers| !keepers.contains(&room)) {
            breaches.push(Breach { line: token.line, what: format!("room `{room}` must not name `{word}`") });
        }
    }
    breaches
}

/// How many lines hold code.
fn lines_of_code(tokens: &[Token]) -> usize {
    tokens.iter().map(|token| token.line).collect::<BTreeSet<_>>().len()
}

// --- the house as it stands --------------------------------------------------------------------------------------------

/// A source file outside the tests.
struct File {
    path: String,
    room: String,
    depth: usize,
    tokens: Vec<Token>,
}

fn source_files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    let mut tests = BTreeSet::new();
    let mut files = Vec::new();
    for path in &paths {
        let source = fs::read_to_string(path).expect("a source file can be read");
        let (tokens, declared) = without_tests(&tokens(&source));
        let inside = path.strip_prefix(&root).expect("below src").with_extension("");
        let mut names: Vec<String> = inside.iter().map(|name| name.to_string_lossy().into_owned()).collect();
        if names.len() > 1 && names.last().is_some_and(|last| last == "mod") {
            names.pop();
        }
        let module = names.join("/");
        tests.extend(declared.iter().map(|name| format!("{module}/{name}")));
        files.push((module, names, tokens, path));
    }
    files
        .into_iter()
        .filter(|(module, ..)| {
            !tests.iter().any(|test| module == test || module.starts_with(&format!("{test}/")))
        })
        .map(|(_, names, tokens, path)| File {
            path: path.display().to_string(),
            room: names.first().cloned().unwrap_or_default(),
            depth: names.len(),
            tokens,
        })
        .collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src can be read") {
        let path = entry.expect("an entry of src can be read").path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn breaches(judge: impl Fn(&File) -> Vec<Breach>) -> Vec<String> {
    let files = source_files();
    assert!(files.len() > 30, "only {} source files were found: the walls were not looked at", files.len());
    files
        .iter()
        .flat_map(|file| {
            judge(file).into_iter().map(|breach| format!("{}:{}: {}", file.path, breach.line, breach.what))
        })
        .collect()
}

#[test]
fn no_room_imports_what_the_table_forbids() {
    let found = breaches(|file| forbidden_imports(&file.room, file.depth, &file.tokens));
    assert!(found.is_empty(), "see the table in ARCHITECTURE.md:\n{}", found.join("\n"));
}

#[test]
fn the_core_is_pure_and_libraries_stay_in_their_rooms() {
    let found = breaches(|file| forbidden_words(&file.room, &file.tokens));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_file_outgrows_its_reader() {
    let found = breaches(|file| {
        let lines = lines_of_code(&file.tokens);
        let what = format!("{lines} lines of code; split it (at most {LONGEST}, about 400 is the aim)");
        if lines > LONGEST { vec![Breach { line: 1, what }] } else { Vec::new() }
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_measure_outgrows_its_reader_and_each_says_what_it_is() {
    let mut paths = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("benches"), &mut paths);
    assert!(paths.len() > 10, "only {} files of the benches were found", paths.len());
    for path in paths {
        let source = fs::read_to_string(&path).expect("a source file can be read");
        let lines = lines_of_code(&tokens(&source));
        assert!(lines <= LONGEST, "{}: {lines} lines of code; split it", path.display());
        assert!(source.starts_with("//! "), "{}: the first line should say what it is", path.display());
    }
}

#[test]
fn every_room_stands_in_the_table_and_every_row_is_in_the_document() {
    for file in source_files() {
        assert!(row(&file.room).is_some(), "{}: room `{}` is not in the table", file.path, file.room);
    }
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md"))
        .expect("ARCHITECTURE.md can be read");
    for (room, may) in MAY_IMPORT.iter().filter(|(room, _)| *room != "lib") {
        let cell = match may {
            All => "all".to_owned(),
            Only([]) => "nothing of ours".to_owned(),
            Only(rooms) => rooms.join(", "),
        };
        let is_drawn = document.lines().any(|line| {
            line.starts_with('|')
                && line.contains(&format!("src/{room}"))
                && line.ends_with(&format!("| {cell} |"))
        });
        assert!(is_drawn, "ARCHITECTURE.md: the row of `{room}` should end with `| {cell} |`");
    }
}

// --- the checks themselves ---------------------------------------------------------------------------------------------

fn judged(room: &str, depth: usize, source: &str) -> Vec<String> {
    let (tokens, _) = without_tests(&tokens(source));
    let mut found = forbidden_imports(room, depth, &tokens);
    found.extend(forbidden_words(room, &tokens));
    found.into_iter().map(|breach| format!("{}: {}", breach.line, breach.what)).collect()
}

#[test]
fn a_forbidden_import_is_found_however_it_is_written() {
    let cases = [
        ("use crate::store::Store;", "1: room `domain` must not import `store`"),
        (
            "\nuse crate::{\n    domain::ids::Ts,\n    slack::client,\n};",
            "4: room `domain` must not import `slack`",
        ),
        ("fn f() { crate::http::serve(); }", "1: room `domain` must not import `http`"),
        ("use super::super::worker::tick;", "1: room `domain` must not import `worker`"),
        ("use crate as everything;", "1: room `domain` must not import `the whole crate`"),
        ("use crate::*;", "1: room `domain` must not import `*`"),
        ("use tokio::time::sleep;", "1: `domain` is pure, yet names `tokio`"),
        ("pub async fn f() {}", "1: `domain` is pure, yet names `async`"),
    ];
    for (source, expected) in cases {
        assert_eq!(judged("domain", 2, source), [expected], "{source}");
    }
    let store = judged("store", 1, "use slack_morphism::prelude::*;\nuse super::slack::client;");
    assert_eq!(
        store,
        ["2: room `store` must not import `slack`", "1: room `store` must not name `slack_morphism`"]
    );
    assert_eq!(judged("attic", 1, ""), ["1: room `attic` is not in the table"]);
}

#[test]
fn what_is_allowed_is_not_reported() {
    let allowed = [
        ("domain", "use crate::domain::ids::Ts; use super::super::reason::Reason; pub(crate) fn f() {}"),
        (
            "domain",
            "// use crate::store::Store;\n/* use crate::slack; /* nested */ tokio */ const A: &str = \"crate::http\";",
        ),
        (
            "domain",
            "const A: &str = r#\"a \" crate::http\"#; const B: char = '\"'; const C: &str = \"crate::http\";",
        ),
        (
            "domain",
            "fn f<'a>(a: &'a str) {}\n#[cfg(test)]\nmod tests { use crate::store::Store; fn g() { async {} } }",
        ),
        ("domain", "#[cfg(test)]\n#[path = \"x.rs\"]\nmod tests;\nfn f() {}"),
        (
            "app",
            "use crate::{domain::{ids::Ts, org::Org}, store::{Store, StoreError}}; use crate::clock::Clock;",
        ),
        ("worker", "use crate::slack::client::Client;"),
        ("cli", "use crate::{sandbox, worker, http};"),
    ];
    for (room, source) in allowed {
        assert!(judged(room, 2, source).is_empty(), "{source}: {:?}", judged(room, 2, source));
    }
}

#[test]
fn a_test_module_in_a_file_of_its_own_is_told_apart() {
    let (kept, declared) = without_tests(&tokens("mod a;\n#[cfg(test)]\nmod tests;\nmod b;"));
    assert_eq!(declared.into_iter().collect::<Vec<_>>(), ["tests"]);
    assert_eq!(lines_of_code(&kept), 2);
}

#[test]
fn only_lines_with_code_are_counted() {
    assert_eq!(lines_of_code(&tokens("//! Head.\n\nfn f() {\n    // why\n    g(\"a\");\n}\n")), 3);
}
