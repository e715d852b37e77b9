//! Secrets: values that are never shown, and the masking of texts that may hold one by mistake.
//!
//! Nothing here may ever print what it holds; `expose` is the only way out and is easy to search for.

use std::fmt;

/// A token, signing secret or address with a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret in.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The secret itself, for whoever must send or compare it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// How the names of keys end whose value is a secret.
const SECRET_NAMES: [&str; 5] = ["token", "secret", "password", "passwd", "api_key"];
/// How Slack's tokens begin.
const SECRET_STARTS: [&str; 5] = ["xoxb-", "xoxp-", "xoxa-", "xoxe", "xapp-"];

/// Whether a key of that name holds a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.trim().trim_matches(['"', '\'']).to_lowercase();
    SECRET_NAMES.iter().any(|end| name.trim_end_matches('s').ends_with(end))
}

/// Whether a value is one of Slack's tokens.
pub(super) fn is_secret_value(value: &str) -> bool {
    SECRET_STARTS.iter().any(|start| value.contains(start))
}

/// The text with everything that may be a secret replaced by stars, byte for byte, so that spans still fit.
pub(super) fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut open_until: Option<&str> = None;
    for line in text.split_inclusive('\n') {
        if let Some(end) = open_until {
            push_stars(&mut masked, line);
            open_until = Some(end).filter(|end| !line.contains(end));
            continue;
        }
        let named = line.find(['=', ':']).filter(|sign| is_secret_name(&line[..*sign]));
        match named {
            Some(sign) => {
                let (name, value) = line.split_at(sign + 1);
                masked.push_str(name);
                push_stars(&mut masked, value);
                open_until = still_open(value.trim());
            }
            None if is_secret_value(line) => push_stars(&mut masked, line),
            None => masked.push_str(line),
        }
    }
    masked
}

/// What ends a value that goes on in the next lines.
fn still_open(value: &str) -> Option<&'static str> {
    [("\"\"\"", "\"\"\""), ("'''", "'''"), ("[", "]")]
        .into_iter()
        .find(|(start, end)| value.strip_prefix(start).is_some_and(|rest| !rest.contains(end)))
        .map(|(_, end)| end)
}

fn push_stars(masked: &mut String, text: &str) {
    for sign in text.chars() {
        if sign.is_whitespace() {
            masked.push(sign);
        } else {
            masked.extend(std::iter::repeat_n('*', sign.len_utf8()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown() {
        let secret = Secret::new("hush");
        assert_eq!(format!("{secret} {secret:?}"), "… Secret(…)");
        assert_eq!(secret.expose(), "hush");
    }

    #[test]
    fn masking_keeps_every_byte_in_place() {
        let text = "[slack]\nbot_token = \"hüsh\"\nname: plain\nelse: [xoxb-1]\n";
        let masked = mask(text);
        assert_eq!(masked.len(), text.len());
        assert_eq!(masked, "[slack]\nbot_token = *******\nname: plain\n***** ********\n");
    }

    #[test]
    fn a_secret_over_several_lines_is_masked_to_its_end() {
        for text in [
            "signing_secret = [\n  'hush',\n]\nnext = 1\n",
            "token = \"\"\"\nhush\n\"\"\"\nnext = 1\n",
            "token = [\"hush\"]\nnext = 1\n",
        ] {
            let masked = mask(text);
            assert!(!masked.contains("hush") && masked.ends_with("\nnext = 1\n"), "{masked}");
        }
    }
}
