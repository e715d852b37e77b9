//! Names, aliases and keywords out of a taxonomy's keys and labels.
//!
//! Only what differs from the name is kept: a word that says nothing new would only make routing slower to read.

use crate::domain::directory::Category;

/// What a label may begin with that is no part of its words.
const LABEL_PREFIXES: [&str; 4] = ["category:", "group::", "feature:", "devops::"];

/// So short is a scope that belongs to its label's words.
const SHORT_SCOPE: usize = 3;

/// A category with what its labels add to its name.
pub(super) fn category(key: &str, name: Option<&str>, label: Option<&str>, labels: &[String]) -> Category {
    let name = name.map_or_else(|| title(key), str::to_owned);
    let mut known = vec![normal(&name)];
    let mut aliases = Vec::new();
    let (long, short) = bracketed(&name);
    let key_words = key.replace(['_', '-'], " ");
    for alias in [long, short, label.map(bare_label), Some(key_words)].into_iter().flatten() {
        push_new(&mut known, &mut aliases, alias);
    }
    let mut keywords = Vec::new();
    for keyword in labels.iter().map(|label| bare_label(label)) {
        push_new(&mut known, &mut keywords, keyword);
    }
    Category { name, aliases, keywords }
}

/// Other names of a group, and the words that point to it.
pub(super) fn group(key: &str, name: &str, labels: &[String]) -> (Vec<String>, Vec<String>) {
    let Category { aliases, keywords, .. } = category(key, Some(name), None, labels);
    (aliases, keywords)
}

/// A key as a name: `code_search` → `Code search`.
pub(super) fn title(key: &str) -> String {
    let words = key.replace(['_', '-'], " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

fn push_new(known: &mut Vec<String>, words: &mut Vec<String>, new: String) {
    let normal = normal(&new);
    if normal.chars().count() > 1 && !known.contains(&normal) {
        known.push(normal);
        words.push(new);
    }
}

/// `Static Application Security Testing (SAST)` is known by either part.
fn bracketed(name: &str) -> (Option<String>, Option<String>) {
    let Some((long, short)) = name.trim_end().strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) else {
        return (None, None);
    };
    (Some(long.trim().to_owned()), Some(short.trim().to_owned()))
}

/// A label's own words: `Category:Web IDE` → `Web IDE`, `Web IDE::Live Preview` → `Live Preview`. A short scope stays:
/// `ci::usage` is about the usage of CI, not about any usage.
fn bare_label(label: &str) -> String {
    let lower = label.to_lowercase();
    let prefix = LABEL_PREFIXES.iter().find(|prefix| lower.starts_with(*prefix));
    let words = prefix.and_then(|prefix| label.get(prefix.len()..)).unwrap_or(label);
    let words = match words.rsplit_once("::") {
        Some((scope, last)) if (1..=SHORT_SCOPE).contains(&scope.trim().chars().count()) => {
            format!("{scope} {}", last.replace('-', " "))
        }
        Some((_, last)) => last.to_owned(),
        None => words.trim_start_matches(':').to_owned(),
    };
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn normal(words: &str) -> String {
    let plain = words.to_lowercase().replace(['_', '-'], " ").replace('&', "and");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(key: &str, name: &str, labels: &[&str]) -> (Vec<String>, Vec<String>) {
        let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
        let Category { aliases, keywords, .. } = category(key, Some(name), None, &labels);
        (aliases, keywords)
    }

    #[test]
    fn only_what_differs_from_the_name_is_kept() {
        assert_eq!(words("web_ide", "Web IDE", &["Category:Web IDE", "web ide"]), (vec![], vec![]));
        let labels = ["Web IDE::Live Preview", "VS Code", "vs code", "x"];
        let keywords = vec!["Live Preview".to_owned(), "VS Code".to_owned()];
        assert_eq!(words("web_ide", "Web IDE", &labels), (vec![], keywords));
    }

    #[test]
    fn a_short_form_in_brackets_is_another_name() {
        let (aliases, _) = words("sast", "Static Testing (SAST)", &[]);
        assert_eq!(aliases, ["Static Testing", "SAST"]);
        assert_eq!(words("scm", "Source Code", &[]).0, ["scm"]);
    }

    #[test]
    fn a_short_scope_stays_with_its_word() {
        assert_eq!(words("ci", "CI", &["ci::merge-request", "::usage"]).1, ["ci merge request", "usage"]);
    }

    #[test]
    fn a_key_without_a_name_becomes_one() {
        assert_eq!(category("code_search", None, None, &[]).name, "Code search");
        assert_eq!(title(""), "");
    }
}
