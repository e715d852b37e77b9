//! References to channels, people and user groups as people write them.
//!
//! Nothing is looked up and no name is ever made up: a form is right or wrong.

use crate::domain::directory::{ChannelRef, GroupRef, PersonRef};
use crate::domain::ids::{ChannelId, GroupId, UserId};

use super::node::{Node, Value};
use super::reader::{Reader, shown};

/// Words that stand for "nobody yet" in real taxonomies.
const NOBODY: [&str; 9] = ["tbd", "tba", "tbh", "n/a", "none", "-", "vacant", "open", "unknown"];

/// Whether a text stands for nobody, or nothing, yet.
pub(super) fn is_to_be_decided(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    text.is_empty() || NOBODY.contains(&text.as_str())
}

/// A name without a remark such as `(Acting)`.
pub(super) fn without_remark(text: &str) -> &str {
    match text.split_once('(') {
        Some((name, remark)) if remark.trim_end().ends_with(')') => name.trim(),
        Some(_) | None => text.trim(),
    }
}

/// Whether this is an id of Slack's that begins with one of these letters.
fn is_slack_id(text: &str, first: &[char]) -> bool {
    text.len() >= 3
        && text.starts_with(first)
        && text.chars().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit())
}

impl Reader {
    /// A channel: `"#name"` or an id.
    pub(super) fn channel(&mut self, node: Option<&Node>, what: &str) -> Option<ChannelRef> {
        let node = node?;
        let text = self.text(Some(node), what)?;
        if is_to_be_decided(&text) {
            self.warn(node, format!("{what} is still {}", shown(&text)), "Fill it in, or leave it out");
            return None;
        }
        if is_slack_id(&text, &['C', 'G']) {
            return Some(ChannelRef::Id(ChannelId(text)));
        }
        let Some(name) = text.strip_prefix('#') else {
            let help = format!("A channel begins with `#`: \"#{}\"", text.to_lowercase());
            self.error(node, format!("{what} is {}, neither \"#name\" nor an id", shown(&text)), help);
            return None;
        };
        let is_a_name = !name.is_empty()
            && name.chars().count() <= 80
            && !name.contains(|sign: char| {
                sign.is_whitespace()
                    || sign.is_uppercase()
                    || (sign.is_ascii_punctuation() && !"-_".contains(sign))
            });
        if is_a_name {
            return Some(ChannelRef::Name(name.to_owned()));
        }
        self.error(
            node,
            format!("{what} is {}, which cannot be a channel's name", shown(&text)),
            "Slack's channel names have lower-case letters, digits, - and _, at most 80 of them",
        );
        None
    }

    /// A person: an e-mail address or an id.
    pub(super) fn person(&mut self, node: Option<&Node>, what: &str) -> Option<PersonRef> {
        let node = node?;
        if let Value::List(items) = &node.value {
            self.warn(node, format!("{what} is a list: the first one counts"), "Name one person");
            return self.person(items.first(), what);
        }
        let text = self.text(Some(node), what)?;
        let text = without_remark(&text).trim_start_matches("mailto:");
        if is_to_be_decided(text) {
            self.warn(node, format!("{what} is still to be decided"), "Fill it in, or leave it out");
            return None;
        }
        if is_slack_id(text, &['U', 'W']) {
            return Some(PersonRef::Id(UserId(text.to_owned())));
        }
        if is_email(text) {
            return Some(PersonRef::Email(text.to_lowercase()));
        }
        self.error(
            node,
            format!("{what} is {}, neither an e-mail address nor an id", shown(text)),
            "Write the e-mail address that Slack knows them by, or their member id (U…)",
        );
        None
    }

    /// A list of people; nobody yet is left out with a warning.
    pub(super) fn people(&mut self, node: Option<&Node>, what: &str) -> Vec<PersonRef> {
        let mut people = Vec::new();
        for item in self.list(node, what) {
            if matches!(item.value, Value::Null) {
                self.warn(item, format!("{what} has an empty place"), "Fill it in, or leave it out");
            } else if let Some(person) = self.person(Some(item), what) {
                if people.contains(&person) {
                    self.warn(item, format!("{what} names the same person twice"), "Once is enough");
                } else {
                    people.push(person);
                }
            }
        }
        people
    }

    /// A user group: `"@handle"` or an id.
    pub(super) fn group_ref(&mut self, node: Option<&Node>, what: &str) -> Option<GroupRef> {
        let node = node?;
        let text = self.text(Some(node), what)?;
        if is_to_be_decided(&text) {
            self.warn(node, format!("{what} is still {}", shown(&text)), "Fill it in, or leave it out");
            return None;
        }
        if is_slack_id(&text, &['S']) {
            return Some(GroupRef::Id(GroupId(text)));
        }
        let handle = text.strip_prefix('@').filter(|handle| {
            !handle.is_empty() && handle.chars().all(|sign| sign.is_alphanumeric() || "-_.".contains(sign))
        });
        if let Some(handle) = handle {
            return Some(GroupRef::Handle(handle.to_lowercase()));
        }
        self.error(
            node,
            format!("{what} is {}, neither \"@handle\" nor an id", shown(&text)),
            "Write the user group's handle with its @, in quotes: \"@sme-ci\"",
        );
        None
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    !local.is_empty()
        && domain.contains('.')
        && !domain.contains('@')
        && domain.split('.').all(|part| !part.is_empty())
        && !text.contains(|sign: char| sign.is_whitespace() || "<>,;:\"()".contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::problem::SourceText;

    fn scalar(text: &str) -> Node {
        let source = SourceText::new("t", text);
        Node { value: Value::Scalar(text.to_owned()), span: 0..text.len(), source }
    }

    #[test]
    fn channels() {
        let mut reader = Reader::default();
        let name = |name: &str| Some(ChannelRef::Name(name.to_owned()));
        assert_eq!(reader.channel(Some(&scalar("#s_verify")), "it"), name("s_verify"));
        assert_eq!(reader.channel(Some(&scalar("#café-1")), "it"), name("café-1"));
        assert_eq!(reader.channel(Some(&scalar("C0CI")), "it"), Some(ChannelRef::Id("C0CI".into())));
        assert!(reader.problems.is_empty());
        for wrong in ["s_verify", "#S_verify", "#two words", "#", "#a.b", "D012", "c012"] {
            assert_eq!(reader.channel(Some(&scalar(wrong)), "it"), None, "{wrong}");
        }
        assert_eq!(reader.problems.iter().filter(|problem| problem.is_error()).count(), 7);
    }

    #[test]
    fn people() {
        let mut reader = Reader::default();
        let email = |email: &str| Some(PersonRef::Email(email.to_owned()));
        assert_eq!(reader.person(Some(&scalar("Ines@Example.com")), "it"), email("ines@example.com"));
        assert_eq!(reader.person(Some(&scalar("i@example.com (Acting)")), "it"), email("i@example.com"));
        assert_eq!(reader.person(Some(&scalar("U012AB")), "it"), Some(PersonRef::Id("U012AB".into())));
        assert!(reader.problems.is_empty());
        assert_eq!(reader.person(Some(&scalar("TBD")), "it"), None);
        assert!(!reader.problems[0].is_error());
        for wrong in ["Person 242", "@ines", "a@b", "a@b@c.de", "a b@c.de", "<a@b.cd>", "u012"] {
            assert_eq!(reader.person(Some(&scalar(wrong)), "it"), None, "{wrong}");
        }
        assert_eq!(reader.problems.iter().filter(|problem| problem.is_error()).count(), 7);
    }

    #[test]
    fn user_groups() {
        let mut reader = Reader::default();
        let handle = Some(GroupRef::Handle("sme-ci".to_owned()));
        assert_eq!(reader.group_ref(Some(&scalar("@sme-ci")), "it"), handle);
        assert_eq!(reader.group_ref(Some(&scalar("S012")), "it"), Some(GroupRef::Id("S012".into())));
        for wrong in ["sme-ci", "@", "@a b"] {
            assert_eq!(reader.group_ref(Some(&scalar(wrong)), "it"), None, "{wrong}");
        }
        assert_eq!(reader.problems.len(), 3);
    }
}
