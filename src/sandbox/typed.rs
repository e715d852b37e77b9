//! What a person types, as Slack sends it: `@ava`, `@sme-ci`, `#field` and links become markup, the
//! rest is escaped.

use super::mrkdwn::escape;
use super::state::{Kind, State};

/// Messages and commands mark mentions differently.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// `<@U1>`
    Message,
    /// `<@U1|ava>`, and private channels without their name.
    Command,
}

impl State {
    /// Turns typed text into Slack's markup. Markup that is already there (`<@U…>`, `<#C…>`) stays.
    pub fn typed(&self, text: &str, kind: Typed) -> String {
        let mut shown = String::new();
        let mut previous = ' ';
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let starts_word = !previous.is_alphanumeric();
            let taken = if starts_word { self.mention(rest, kind).or_else(|| address(rest)) } else { None };
            let (markup, length) = taken.unwrap_or_else(|| (escape(&first.to_string()), first.len_utf8()));
            shown.push_str(&markup);
            previous = rest[..length].chars().next_back().unwrap_or(' ');
            rest = &rest[length..];
        }
        shown
    }

    /// The markup for what `rest` begins with, and how many bytes it replaces.
    fn mention(&self, rest: &str, kind: Typed) -> Option<(String, usize)> {
        if rest.starts_with("https://") || rest.starts_with("http://") {
            let end = rest
                .find(|letter: char| letter.is_whitespace() || "<>|".contains(letter))
                .unwrap_or(rest.len());
            let url = rest[..end].trim_end_matches(['.', ',', ')', '!', '?', ';', ':']);
            return Some((format!("<{}>", escape(url)), url.len()));
        }
        if rest.starts_with("<@") || rest.starts_with("<#") || rest.starts_with("<!") {
            let end = rest.find('>')? + 1;
            return Some((rest[..end].to_owned(), end));
        }
        let sign = rest.chars().next().filter(|sign| matches!(sign, '@' | '#'))?;
        let is_name = |letter: char| letter.is_alphanumeric() || "._-".contains(letter);
        let end = rest[1..].find(|letter: char| !is_name(letter)).map_or(rest.len(), |end| end + 1);
        let mut name = &rest[1..end];
        while !name.is_empty() {
            if let Some(markup) = self.markup_of(sign, name, kind) {
                return Some((markup, name.len() + 1));
            }
            name = name.strip_suffix(['.', '-', '_'])?;
        }
        None
    }

    fn markup_of(&self, sign: char, name: &str, kind: Typed) -> Option<String> {
        if sign == '#' {
            let channel = self.channel_named(name)?;
            let label = match (kind, channel.kind) {
                (Typed::Command, Kind::Private) => "",
                (Typed::Command, Kind::Public | Kind::Direct) | (Typed::Message, _) => channel.name.as_str(),
            };
            return Some(format!("<#{}|{label}>", channel.id));
        }
        if matches!(name, "here" | "channel" | "everyone") {
            return Some(format!("<!{name}>"));
        }
        if let Some(user) = self.user_named(name) {
            return Some(match kind {
                Typed::Message => format!("<@{}>", user.id),
                Typed::Command => format!("<@{}|{}>", user.id, user.name),
            });
        }
        let group = self.group_named(name)?;
        Some(format!("<!subteam^{}|@{}>", group.id, group.handle))
    }
}

/// The markup for an e-mail address that `rest` begins with.
fn address(rest: &str) -> Option<(String, usize)> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "._+-@".contains(letter);
    let end = rest.find(|letter: char| !is_part(letter)).unwrap_or(rest.len());
    let word = rest[..end].trim_end_matches(['.', '-']);
    let (name, domain) = word.split_once('@')?;
    let plausible =
        !name.is_empty() && domain.contains('.') && !domain.contains('@') && !domain.starts_with('.');
    plausible.then(|| (format!("<mailto:{word}|{word}>"), word.len()))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::sandbox::setup::WorkspaceSetup;

    #[test]
    fn what_people_type_becomes_markup_and_the_rest_is_escaped() {
        let now = DateTime::from_timestamp(1_795_165_200, 0).unwrap();
        let (watchers, _) = tokio::sync::broadcast::channel(1);
        let state = WorkspaceSetup::default().into_state("http://127.0.0.1:1", watchers, now);
        let bot = &state.bot.user_id;
        for (typed, sent) in [
            ("@switchboard: hi", format!("<@{bot}>: hi")),
            ("me@switchboard", "me@switchboard".to_owned()),
            ("@nobody & <b>", "@nobody &amp; &lt;b&gt;".to_owned()),
            ("see https://x.test/a?b=1&c, ok", "see <https://x.test/a?b=1&amp;c>, ok".to_owned()),
            ("ask ava@example.com.", "ask <mailto:ava@example.com|ava@example.com>.".to_owned()),
            ("@here ünï", "<!here> ünï".to_owned()),
            ("@", "@".to_owned()),
        ] {
            assert_eq!(state.typed(typed, Typed::Message), sent);
        }
    }
}
