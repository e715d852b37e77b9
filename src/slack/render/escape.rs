//! Text from people made safe: nothing they wrote can mention, link, format or overflow.
//!
//! Slack parses `<…>` and a few signs in its mark-up; everything that is not ours passes through here first. Lengths are
//! counted as Slack counts them at most: in UTF-16 units.

/// Escapes what Slack's mark-up reads as tokens: `&`, `<` and `>`, nothing else (its own rule).
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        push_escaped(&mut escaped, sign);
    }
    escaped
}

/// Escapes, and puts look-alikes in the place of signs that format, for text inside our own sentences.
///
/// An underscore between letters or digits stays: it formats nothing there and is part of many names.
pub fn neutral(text: &str) -> String {
    neutral_within(text, usize::MAX)
}

/// Like [`neutral`], but at most `limit` units long, with an ellipsis where something was cut.
pub fn neutral_within(text: &str, limit: usize) -> String {
    let mut safe = String::new();
    let mut used = 0;
    let mut before: Option<char> = None;
    let mut signs = text.chars().filter(|sign| is_shown(*sign)).peekable();
    while let Some(sign) = signs.next() {
        let inside_word = before.is_some_and(char::is_alphanumeric)
            && signs.peek().is_some_and(|after| after.is_alphanumeric());
        let tamed = tame(sign, inside_word);
        let room_for_ellipsis = usize::from(signs.peek().is_some());
        if used + escaped_units(tamed) + room_for_ellipsis > limit {
            if limit > used {
                safe.push('…');
            }
            return safe;
        }
        used += escaped_units(tamed);
        push_escaped(&mut safe, tamed);
        before = Some(sign);
    }
    safe
}

/// One line: every run of white space becomes one blank.
pub fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most `limit` units, cut at a blank where one is near, with an ellipsis where something was cut.
pub fn cut(text: &str, limit: usize) -> String {
    if units(text) <= limit {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 1;
    for sign in text.chars() {
        used += sign.len_utf16();
        if used > limit {
            break;
        }
        kept.push(sign);
    }
    if let Some(blank) = kept.rfind(char::is_whitespace)
        && units(&kept[blank..]) < limit / 3
    {
        kept.truncate(blank);
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// How long Slack takes the text to be, at most.
pub fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A web address that is safe inside a link token; `None` for anything else.
pub fn web_address(text: &str) -> Option<String> {
    let address = url::Url::parse(text.trim()).ok()?;
    if !matches!(address.scheme(), "http" | "https") {
        return None;
    }
    let safe = address.as_str().replace('|', "%7C").replace('<', "%3C").replace('>', "%3E");
    (units(&safe) <= 1_000).then_some(safe)
}

/// Signs that show as something; the marks that turn the reading direction around are left out with the others.
fn is_shown(sign: char) -> bool {
    (!sign.is_control() || sign == '\n' || sign == '\t')
        && !matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn tame(sign: char, inside_word: bool) -> char {
    match sign {
        '*' => '∗',
        '~' => '∼',
        '`' => 'ˋ',
        '_' if !inside_word => 'ˍ',
        other => other,
    }
}

fn escaped_units(sign: char) -> usize {
    match sign {
        '&' => 5,
        '<' | '>' => 4,
        other => other.len_utf16(),
    }
}

fn push_escaped(text: &mut String, sign: char) {
    match sign {
        '&' => text.push_str("&amp;"),
        '<' => text.push_str("&lt;"),
        '>' => text.push_str("&gt;"),
        other => text.push(other),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_formats_and_nothing_mentions() {
        assert_eq!(neutral("<!channel> & *b* ~s~ `c` _i_"), "&lt;!channel&gt; &amp; ∗b∗ ∼s∼ ˋcˋ ˍiˍ");
        assert_eq!(neutral("runner_core_v2"), "runner_core_v2");
        assert_eq!(neutral("a\u{202e}b"), "ab");
    }

    #[test]
    fn a_link_is_a_web_address() {
        assert_eq!(web_address("javascript:alert(1)"), None);
        assert_eq!(web_address("no link"), None);
        assert_eq!(web_address("https://e.example/a|b>c").as_deref(), Some("https://e.example/a%7Cb%3Ec"));
    }

    #[test]
    fn a_cut_ends_at_a_word() {
        assert_eq!(cut("keep a fleet of runners warm", 20), "keep a fleet of…");
        assert_eq!(cut("short", 5), "short");
    }

    proptest! {
        #[test]
        fn safe_text_holds_no_token_and_fits(text in ".*", limit in 1_usize..200) {
            let safe = neutral_within(&text, limit);
            prop_assert!(units(&safe) <= limit);
            prop_assert!(!safe.contains(['<', '>', '*', '`', '~']));
            prop_assert!(units(&cut(&text, limit)) <= limit);
        }
    }
}
