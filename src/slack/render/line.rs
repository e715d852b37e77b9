//! A line of words, in pieces: written once, shown as Slack's mark-up and as plain text that stands alone.
//!
//! Text pieces are always made safe, so no caller can forget it. Only pieces made here become tokens.

use chrono::{DateTime, Utc};

use super::escape::{escape, neutral_within, units, web_address};
use super::times::{DateForm, utc};
use crate::domain::ids::{ChannelId, EngagementId, GroupId, UserId};

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Bold(String),
    Code(String),
    Mention { user: UserId, name: String },
    Handle { group: GroupId, name: String },
    Channel { channel: ChannelId, name: String },
    Link { url: String, label: String },
    Date { at: DateTime<Utc>, form: DateForm },
    Aside(Line),
}

/// A line of words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(Vec<Piece>);

impl Line {
    /// Bold text.
    pub fn bold(text: impl Into<String>) -> Self {
        Self(vec![Piece::Bold(text.into())])
    }

    /// An id as people see it, in bold.
    pub fn id(id: EngagementId) -> Self {
        Self::bold(id.short())
    }

    /// Something to type.
    pub fn code(text: impl Into<String>) -> Self {
        Self(vec![Piece::Code(text.into())])
    }

    /// A person, who is notified.
    pub fn mention(user: &UserId, name: String) -> Self {
        Self(vec![Piece::Mention { user: user.clone(), name }])
    }

    /// A user group, whose members are notified.
    pub fn handle(group: &GroupId, name: String) -> Self {
        Self(vec![Piece::Handle { group: group.clone(), name }])
    }

    /// A channel; Slack shows its name only to those who may know it. `name` stands in the plain text.
    pub fn channel(channel: &ChannelId, name: String) -> Self {
        Self(vec![Piece::Channel { channel: channel.clone(), name }])
    }

    /// A link; its label alone where the address is none.
    pub fn link(url: &str, label: impl Into<String>) -> Self {
        let label = label.into();
        match web_address(url) {
            Some(url) => Self(vec![Piece::Link { url, label }]),
            None => Self(vec![Piece::Text(label)]),
        }
    }

    /// An instant, in the reader's zone.
    pub fn date(at: DateTime<Utc>, form: DateForm) -> Self {
        Self(vec![Piece::Date { at, form }])
    }

    /// Something to press, which says nothing in plain text.
    pub fn aside(line: Self) -> Self {
        Self(vec![Piece::Aside(line)])
    }

    /// This line and then that.
    #[must_use]
    pub fn then(mut self, more: impl Into<Self>) -> Self {
        self.0.extend(more.into().0);
        self
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Slack's mark-up, at most `limit` units long: text is cut, a token is whole or absent.
    pub fn mrkdwn(&self, limit: usize) -> String {
        let mut shown = String::new();
        for piece in &self.0 {
            let room = limit.saturating_sub(units(&shown));
            let next = piece.mrkdwn(room);
            if units(&next) <= room {
                shown.push_str(&next);
            }
        }
        shown
    }

    /// Plain text that stands alone: names instead of tokens, times with their zone.
    pub fn plain(&self) -> String {
        self.0.iter().map(Piece::plain).collect()
    }
}

impl Piece {
    fn mrkdwn(&self, room: usize) -> String {
        match self {
            Self::Text(text) => neutral_within(text, room),
            Self::Bold(text) if text.trim().is_empty() => String::new(),
            Self::Bold(text) => format!("*{}*", neutral_within(text.trim(), room.saturating_sub(2))),
            Self::Code(text) => format!("`{}`", escape(&text.replace('`', "'"))),
            Self::Mention { user, .. } => format!("<@{}>", bare(user.as_str())),
            Self::Handle { group, .. } => format!("<!subteam^{}>", bare(group.as_str())),
            Self::Channel { channel, .. } => format!("<#{}>", bare(channel.as_str())),
            Self::Link { url, label } => format!("<{}|{}>", escape(url), link_label(label)),
            Self::Aside(line) => line.mrkdwn(room),
            Self::Date { at, form } => {
                format!("<!date^{}^{}|{}>", at.timestamp(), form.format(), utc(*at))
            }
        }
    }

    fn plain(&self) -> String {
        match self {
            Self::Text(text) | Self::Bold(text) | Self::Code(text) => text.clone(),
            Self::Mention { name, .. } | Self::Handle { name, .. } | Self::Channel { name, .. } => {
                name.clone()
            }
            Self::Link { label, .. } => label.clone(),
            Self::Date { at, .. } => utc(*at),
            Self::Aside(_) => String::new(),
        }
    }
}

/// An id with nothing in it that could end its token.
fn bare(id: &str) -> String {
    id.chars().filter(char::is_ascii_alphanumeric).collect()
}

fn link_label(label: &str) -> String {
    neutral_within(&label.replace('|', "¦").replace('\n', " "), 200)
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self(vec![Piece::Text(text.to_owned())])
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Self(vec![Piece::Text(text)])
    }
}

/// A line of pieces, each a text or a line.
macro_rules! line {
    ($($piece:expr),* $(,)?) => {
        $crate::slack::render::line::Line::default()$(.then($piece))*
    };
}
pub(crate) use line;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_tamed_and_tokens_are_ours() {
        let line = line![
            "<!here> ",
            Line::bold("a*b"),
            " ",
            Line::mention(&UserId::from("U1"), "Ava".to_owned()),
            " ",
            Line::link("https://e.example/x", "open|<@U2>"),
        ];
        assert_eq!(line.mrkdwn(3_000), "&lt;!here&gt; *a∗b* <@U1> <https://e.example/x|open¦&lt;@U2&gt;>");
        assert_eq!(line.plain(), "<!here> a*b Ava open|<@U2>");
    }

    #[test]
    fn a_token_is_whole_or_absent() {
        let line = line!["abc ", Line::mention(&UserId::from("U123456"), "Ava".to_owned()), " def"];
        assert_eq!(line.mrkdwn(9), "abc  def");
    }
}
