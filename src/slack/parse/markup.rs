//! Slack's mark-up as plain text, with the people and links found in it; and permalinks.
//!
//! For text that Slack escaped (messages and slash commands). What people type into a form comes raw and is never read
//! through this.

use crate::domain::ids::{ChannelId, Ts, UserId};
use crate::slack::vocabulary::COMMAND;

/// A message's text, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plain {
    /// As people saw it, a leading mention of us left out.
    pub text: String,
    /// People mentioned, each once, ourselves left out.
    pub mentions: Vec<UserId>,
    /// Whether we are mentioned.
    pub mentions_us: bool,
    /// Links in it, each once.
    pub links: Vec<String>,
}

impl Plain {
    /// Takes our command off the front, where it stands there: Slack takes none in a thread, so that it comes as words.
    /// Whether it stood there.
    pub fn take_command(&mut self) -> bool {
        let is_end = |rest: &&str| rest.is_empty() || rest.starts_with(char::is_whitespace);
        let Some(rest) = self.text.strip_prefix(COMMAND).filter(is_end) else { return false };
        self.text = rest.trim_start().to_owned();
        true
    }
}

/// Reads marked-up text. `us` are the users that are this app; `names` knows people.
pub fn plain(marked_up: &str, names: &dyn Fn(&UserId) -> Option<String>, us: &[UserId]) -> Plain {
    let mut read = Plain::default();
    let mut rest = marked_up;
    while let Some(open) = rest.find('<') {
        read.text.push_str(&unescaped(&rest[..open]));
        let inside = &rest[open + 1..];
        // Slack escapes every `<` that people typed; one without an end is kept as it is.
        let Some(close) = inside.find('>') else {
            read.text.push('<');
            rest = inside;
            continue;
        };
        token(&inside[..close], &mut read, names, us);
        rest = &inside[close + 1..];
    }
    read.text.push_str(&unescaped(rest));
    // "@switchboard: how …": the sign belongs to the mention that was left out.
    let spoken_to_us = us.iter().any(|user| marked_up.trim_start().starts_with(&format!("<@{user}")));
    let text = read.text.trim();
    let text = if spoken_to_us { text.trim_start_matches([':', ',']).trim_start() } else { text };
    read.text = text.to_owned();
    read
}

/// Adds what stands between `<` and `>`.
fn token(inside: &str, read: &mut Plain, names: &dyn Fn(&UserId) -> Option<String>, us: &[UserId]) {
    let (target, label) = match inside.split_once('|') {
        Some((target, label)) => (target, Some(unescaped(label)).filter(|label| !label.is_empty())),
        None => (inside, None),
    };
    if let Some(id) = target.strip_prefix('@') {
        mention(id, label, read, names, us);
    } else if target.starts_with('#') {
        // `should_escape` hides the name of a private channel from us; so do we.
        let name = label.unwrap_or_else(|| "private channel".to_owned());
        read.text.push('#');
        read.text.push_str(name.trim_start_matches('#'));
    } else if let Some(special) = target.strip_prefix('!') {
        read.text.push_str(&spoken(special, label));
    } else {
        link(target, label, read);
    }
}

fn mention(
    id: &str,
    label: Option<String>,
    read: &mut Plain,
    names: &dyn Fn(&UserId) -> Option<String>,
    us: &[UserId],
) {
    let user = UserId::from(id);
    let is_us = us.contains(&user);
    if is_us {
        read.mentions_us = true;
        if read.text.trim().is_empty() {
            read.text.clear();
            return;
        }
    } else if !id.is_empty() && !read.mentions.contains(&user) {
        read.mentions.push(user.clone());
    }
    let name = names(&user).or(label).unwrap_or_else(|| "someone".to_owned());
    read.text.push('@');
    read.text.push_str(name.trim_start_matches('@'));
}

/// `<!here>`, `<!subteam^S1|@x>`, `<!date^…|fallback>`: what people saw.
fn spoken(special: &str, label: Option<String>) -> String {
    let kind = special.split('^').next().unwrap_or(special);
    match kind {
        "here" | "channel" | "everyone" => format!("@{kind}"),
        "subteam" => match label {
            Some(label) => format!("@{}", label.trim_start_matches('@')),
            None => "@group".to_owned(),
        },
        _ => label.unwrap_or_default(),
    }
}

fn link(target: &str, label: Option<String>, read: &mut Plain) {
    let url = unescaped(target);
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    if is_web && !read.links.contains(&url) {
        read.links.push(url.clone());
    }
    // Slack links bare host names and addresses by itself: their label says it all.
    match label {
        None => read.text.push_str(url.strip_prefix("mailto:").unwrap_or(&url)),
        Some(label) if !is_web || label == url || url.ends_with(&format!("//{label}")) => {
            read.text.push_str(&label);
        }
        Some(label) => {
            read.text.push_str(&label);
            read.text.push_str(" (");
            read.text.push_str(&url);
            read.text.push(')');
        }
    }
}

/// Undoes Slack's escaping of the three signs that it escapes.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Whether it is a link that a person can follow.
pub fn is_link(text: &str) -> bool {
    url::Url::parse(text.trim()).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http") && url.host_str().is_some_and(|h| !h.is_empty())
    })
}

/// The channel and the first message of the thread that a link to a message names: for a reply its thread's root.
pub fn permalink(link: &str) -> Option<(ChannelId, Ts)> {
    let url = url::Url::parse(link.trim()).ok()?;
    let host = url.host_str()?;
    if !(host == "slack.com" || host.ends_with(".slack.com") || host.ends_with(".slack-gov.com")) {
        return None;
    }
    let mut parts = url.path_segments()?;
    if parts.next() != Some("archives") {
        return None;
    }
    let channel = parts.next().filter(|id| is_id(id))?;
    let digits = parts.next()?.strip_prefix('p')?;
    let split = digits.len().checked_sub(6).filter(|seconds| *seconds > 0)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let own = Ts(format!("{}.{}", &digits[..split], &digits[split..]));
    let root = url.query_pairs().find(|(key, _)| key == "thread_ts").map(|(_, value)| Ts(value.into_owned()));
    let ts = root.filter(|root| root.instant().is_some()).unwrap_or(own);
    ts.instant()?;
    Some((ChannelId::from(channel), ts))
}

fn is_id(text: &str) -> bool {
    text.starts_with(['C', 'G', 'D'])
        && text.len() > 1
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(user: &UserId) -> Option<String> {
        (user.as_str() == "U1").then(|| "Ava".to_owned())
    }

    fn read(text: &str) -> Plain {
        plain(text, &names, &[UserId::from("UBOT")])
    }

    #[test]
    fn mark_up_becomes_what_people_saw() {
        for (marked_up, seen) in [
            ("plain", "plain"),
            ("  spaces  ", "spaces"),
            ("<@UBOT> how?", "how?"),
            ("<@UBOT|switchboard>: how?", "how?"),
            ("hey <@UBOT> how?", "hey @someone how?"),
            ("ask <@U1>", "ask @Ava"),
            ("ask <@U1|ava.old>", "ask @Ava"),
            ("ask <@U9|max>", "ask @max"),
            ("ask <@U9>", "ask @someone"),
            ("in <#C1|general>", "in #general"),
            ("in <#C1|>", "in #private channel"),
            ("in <#C1>", "in #private channel"),
            ("<!subteam^S1|@sme-ci> help", "@sme-ci help"),
            ("<!subteam^S1>", "@group"),
            ("<!here> <!channel|channel> <!everyone>", "@here @channel @everyone"),
            ("<!date^1392734382^{date} at {time}|Feb 18>", "Feb 18"),
            ("<!odd^x>", ""),
            ("<https://x.example/a?b=1&amp;c=2>", "https://x.example/a?b=1&c=2"),
            ("<https://x.example|the issue>", "the issue (https://x.example)"),
            ("<http://x.example|x.example>", "x.example"),
            ("<mailto:a@b.example|a@b.example>", "a@b.example"),
            ("<mailto:a@b.example>", "a@b.example"),
            ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
            ("if a < b", "if a < b"),
            ("<", "<"),
            ("<>", ""),
            ("<@>", "@someone"),
        ] {
            assert_eq!(read(marked_up).text, seen, "{marked_up}");
        }
    }

    #[test]
    fn people_and_links_are_found_once_and_we_are_not_among_them() {
        let found =
            read("<@UBOT> <@U1> <@U2|x> <@U1> <https://a.example> <https://a.example|b> <mailto:x@y>");
        assert_eq!(found.mentions, [UserId::from("U1"), UserId::from("U2")]);
        assert_eq!(found.links, ["https://a.example"]);
        assert!(found.mentions_us);
        assert!(!read("<@U1>").mentions_us);
    }

    #[test]
    fn a_permalink_names_the_first_message_of_its_thread() {
        let found = |link: &str| permalink(link).map(|(channel, ts)| format!("{channel} {ts}"));
        for (link, names) in [
            ("https://x.slack.com/archives/C024/p1700000000000100", Some("C024 1700000000.000100")),
            (
                "https://x.slack.com/archives/C024/p1700000009000200?thread_ts=1700000000.000100&cid=C024",
                Some("C024 1700000000.000100"),
            ),
            (
                "https://x.slack.com/archives/C024/p1700000009000200?thread_ts=soon",
                Some("C024 1700000009.000200"),
            ),
            (" https://x.enterprise.slack.com/archives/G1/p1700000000000100 ", Some("G1 1700000000.000100")),
            ("https://x.slack.com.evil.example/archives/C024/p1700000000000100", None),
            ("https://x.slack.com/archives/C024", None),
            ("https://x.slack.com/archives/C024/p12", None),
            ("https://x.slack.com/archives/C024/p17000000000é0100", None),
            ("https://x.slack.com/archives/hello/p1700000000000100", None),
            ("https://x.slack.com/messages/C024/p1700000000000100", None),
            ("K7Q", None),
            ("", None),
        ] {
            assert_eq!(found(link).as_deref(), names, "{link}");
        }
    }

    #[test]
    fn a_link_is_one_that_people_can_follow() {
        for (text, is) in [
            ("https://a.example/x", true),
            (" http://a.example ", true),
            ("a.example", false),
            ("javascript:alert(1)", false),
            ("https://", false),
            ("see the issue", false),
        ] {
            assert_eq!(is_link(text), is, "{text}");
        }
    }
}
