//! Small edits of a directory file in place: a reference gets another name, or is taken out. All else, remarks and order too, stays
//! as people wrote it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::node::{Node, Value};
use super::problem::SourceText;
use super::{TextFile, yaml};

/// What becomes of a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// It is written like this now.
    Rename(String),
    /// It is taken out, for this reason.
    TakeOut(String),
}

/// The file with these references edited; they are given as they are written, without quotes. What is no YAML stays as it is.
pub fn edited(file: &TextFile, edits: &BTreeMap<String, Edit>) -> TextFile {
    let source = SourceText::new(&file.name, &file.text);
    let mut changes = Changes { text: &file.text, edits, all: Vec::new() };
    if let Some(tree) = yaml::parse(&source, &file.text, &mut Vec::new()) {
        changes.node(&tree);
    }
    let mut all = changes.all;
    // From the end, so that what comes before stays where it is.
    all.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut text = file.text.clone();
    for (range, new) in all {
        text.replace_range(range, &new);
    }
    TextFile { name: file.name.clone(), text }
}

struct Changes<'a> {
    text: &'a str,
    edits: &'a BTreeMap<String, Edit>,
    all: Vec<(Range<usize>, String)>,
}

impl Changes<'_> {
    fn node(&mut self, node: &Node) {
        match &node.value {
            Value::Null | Value::Scalar(_) => {}
            Value::List(items) => self.list(node, items),
            Value::Map(entries) => {
                for entry in entries {
                    match self.edit_of(&entry.node) {
                        Some(Edit::Rename(new)) => self.all.push((self.span(&entry.node), new)),
                        Some(Edit::TakeOut(why)) => self.empty(&entry.node, &why),
                        None => self.node(&entry.node),
                    }
                }
            }
        }
    }

    fn edit_of(&self, node: &Node) -> Option<Edit> {
        let Value::Scalar(written) = &node.value else { return None };
        self.edits.get(written).or_else(|| self.edits.get(&written.to_lowercase())).cloned()
    }

    fn list(&mut self, list: &Node, items: &[Node]) {
        let edits: Vec<Option<Edit>> = items.iter().map(|item| self.edit_of(item)).collect();
        for item in items {
            self.node(item);
        }
        if edits.iter().all(Option::is_none) {
            return;
        }
        if self.text[list.span.start..].starts_with('[') {
            self.in_brackets(list, items, &edits);
            return;
        }
        for (item, edit) in items.iter().zip(edits) {
            match edit {
                Some(Edit::Rename(new)) => self.all.push((self.span(item), new)),
                Some(Edit::TakeOut(_)) => self.all.push((self.line_of(item.span.start), String::new())),
                None => {}
            }
        }
    }

    /// `[a, b]` is written anew: what stays, as it was written.
    fn in_brackets(&mut self, list: &Node, items: &[Node], edits: &[Option<Edit>]) {
        let Some(length) = self.text[list.span.start..].find(']') else { return };
        let left: Vec<String> = items
            .iter()
            .zip(edits)
            .filter_map(|(item, edit)| match edit {
                Some(Edit::Rename(new)) => Some(new.clone()),
                Some(Edit::TakeOut(_)) => None,
                None => Some(self.text[self.span(item)].to_owned()),
            })
            .collect();
        self.all.push((list.span.start..list.span.start + length + 1, format!("[{}]", left.join(", "))));
    }

    /// A single value is emptied; where nothing else is on its line, the reason stands beside it.
    fn empty(&mut self, node: &Node, why: &str) {
        let span = self.span(node);
        let rest = self.text[span.end..].lines().next().unwrap_or_default();
        let remark = if rest.trim().is_empty() { format!(" # {why}") } else { String::new() };
        self.all.push((span, format!("null{remark}")));
    }

    /// The value with its quotes.
    fn span(&self, node: &Node) -> Range<usize> {
        let rest = &self.text[node.span.start..];
        let Some(quote) = rest.chars().next().filter(|sign| "\"'".contains(*sign)) else {
            let plain = match &node.value {
                Value::Scalar(written) if rest.starts_with(written.as_str()) => written.len(),
                Value::Scalar(_) | Value::Null | Value::List(_) | Value::Map(_) => node.span.len(),
            };
            return node.span.start..node.span.start + plain;
        };
        let end = rest[1..].find(quote).map_or(node.span.end, |at| node.span.start + at + 2);
        node.span.start..end
    }

    fn line_of(&self, at: usize) -> Range<usize> {
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline + 1);
        start..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(text: &str) -> String {
        let edits = BTreeMap::from([
            ("#g_old".to_owned(), Edit::Rename("\"#g_new\"".to_owned())),
            ("#g_gone".to_owned(), Edit::TakeOut("#g_gone is archived".to_owned())),
            ("pat@example.com".to_owned(), Edit::TakeOut("pat@example.com has left".to_owned())),
        ]);
        edited(&TextFile { name: "d.yml".to_owned(), text: text.to_owned() }, &edits).text
    }

    #[test]
    fn only_what_is_meant_changes() {
        for (before, after) in [
            ("channel: \"#g_old\" # theirs\n", "channel: \"#g_new\" # theirs\n"),
            ("channel: '#g_gone'\nname: x\n", "channel: null # #g_gone is archived\nname: x\n"),
            ("a: {pm: pat@example.com, name: A}\n", "a: {pm: null, name: A}\n"),
            ("a: {name: A, pm: pat@example.com}\n", "a: {name: A, pm: null}\n"),
            ("pm: Pat@Example.com\n", "pm: null # pat@example.com has left\n"),
            ("pms: [pat@example.com]\n", "pms: []\n"),
            ("pms: [a@b.c,   pat@example.com, \"d@e.f\"] # three\n", "pms: [a@b.c, \"d@e.f\"] # three\n"),
            ("pms:\n  - a@b.c\n  - pat@example.com # him\n  - d@e.f\n", "pms:\n  - a@b.c\n  - d@e.f\n"),
            ("note: write to pat@example.com\n", "note: write to pat@example.com\n"),
            ("not: [yaml\n", "not: [yaml\n"),
        ] {
            assert_eq!(edit(before), after);
        }
    }
}
