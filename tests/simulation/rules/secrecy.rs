//! Whose words are seen where ("Confidentiality"): nothing of an internal channel elsewhere, nothing of a private place
//! before its author agreed, customer and briefing only to those who help, nothing at all in shared channels.

use super::Broken;
use crate::cast::{Given, Marks, Place, RENAMED, Source, marks_in};

/// Something of ours that people can see.
pub struct Shown<'a> {
    /// Where.
    pub place: &'a str,
    /// What kind of place that is.
    pub kind: Place,
    /// The only person who sees it.
    pub only_for: Option<&'a str>,
    /// All of its text: what is read, and what notifications say.
    pub text: &'a str,
    /// It stays: neither an ephemeral nor a form.
    pub is_message: bool,
    /// It is the link to an escalation, in the stage's channel.
    pub is_stage_link: bool,
    /// It raises an inquiry by direct message.
    pub is_direct_raise: bool,
}

/// Who is there: whoever may read a place, and whoever may see briefings.
pub trait Readers {
    /// Whether this person is in that channel.
    fn is_in(&self, person: &str, channel: &str) -> bool;
    /// Whether this person helps somebody: SME, PM or admin.
    fn helps(&self, person: &str) -> bool;
    /// Whether these words are part of what this person asked.
    fn asked(&self, person: &str, mark: usize) -> bool;
}

/// Checks one message, ephemeral or form.
pub fn check(shown: &Shown<'_>, marks: &Marks, readers: &dyn Readers) -> Vec<Broken> {
    let mut broken = Vec::new();
    let seen = |rule, source: &Source| {
        let who = shown.only_for.map_or(String::new(), |who| format!(" (only @{who})"));
        let how = format!("{source:?} is seen in {}{who}:\n{}", shown.place, shown.text);
        Broken::new(rule, how)
    };
    if shown.kind == Place::Shared && shown.is_message {
        broken.push(Broken::new("nothing is posted in shared channels", shown.text));
    }
    for mark in marks_in(shown.text) {
        let Some(source) = marks.source(mark) else {
            broken.push(Broken::new("words are somebody's", format!("zq{mark}q in {}", shown.place)));
            continue;
        };
        if shown.is_direct_raise {
            broken.push(seen("a raise by direct message holds no text", source));
        } else if let Some(rule) = breaks((mark, source), shown, readers) {
            broken.push(seen(rule, source));
        }
    }
    broken
}

/// A channel is the same one when it has another name.
fn home(place: &str) -> &str {
    place.trim_end_matches(RENAMED)
}

/// Which rule it breaks that these words are seen there, if any.
fn breaks(
    (mark, source): (usize, &Source),
    shown: &Shown<'_>,
    readers: &dyn Readers,
) -> Option<&'static str> {
    let reader = shown.only_for.or_else(|| shown.place.strip_prefix('@'));
    let is_at_home = home(shown.place) == home(&source.place);
    if reader == Some(source.author.as_str()) {
        return None;
    }
    let reads_there = reader.is_some_and(|reader| readers.is_in(reader, &source.place));
    let is_helper = reader.is_some_and(|reader| readers.helps(reader) || readers.asked(reader, mark));
    let is_inside = matches!(shown.kind, Place::Internal | Place::Private);
    match (source.given, source.kind) {
        (Given::Briefing | Given::Proof, _) => {
            let is_link = source.given == Given::Proof && shown.is_stage_link;
            (!is_helper && !is_inside && !is_link).then_some("customer and briefing are for those who help")
        }
        (Given::Said | Given::Note, Place::Internal) => (!is_at_home && (!reads_there || shown.is_message))
            .then_some("nothing of an internal channel elsewhere"),
        (Given::Question, Place::Internal)
        | (Given::Said | Given::Question, Place::Private | Place::Direct | Place::Shared) => {
            (!is_at_home && !reads_there && !source.released)
                .then_some("private words only after their author agreed")
        }
        (Given::Said | Given::Question, Place::Public) | (Given::Note | Given::Form, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nobody;

    impl Readers for Nobody {
        fn is_in(&self, person: &str, channel: &str) -> bool {
            (person, channel) == ("ines", "#sme-ci-internal")
        }

        fn helps(&self, person: &str) -> bool {
            person == "paul"
        }

        fn asked(&self, _: &str, _: usize) -> bool {
            false
        }
    }

    fn shown<'a>(place: &'a str, kind: Place, only_for: Option<&'a str>) -> Shown<'a> {
        Shown {
            place,
            kind,
            only_for,
            text: "said zq0q",
            is_message: only_for.is_none(),
            is_stage_link: false,
            is_direct_raise: false,
        }
    }

    fn rules(given: Given, kind: Place, shown: &Shown<'_>) -> Vec<&'static str> {
        let mut marks = Marks::default();
        let place = match kind {
            Place::Internal => "#sme-ci-internal",
            Place::Direct => "@ava",
            Place::Private | Place::Shared | Place::Public => "#there",
        };
        marks.new_mark(Source {
            author: "ava".to_owned(),
            place: place.to_owned(),
            kind,
            given,
            released: false,
        });
        check(shown, &marks, &Nobody).into_iter().map(|broken| broken.rule).collect()
    }

    #[test]
    fn text_of_an_internal_channel_elsewhere_is_seen() {
        let leak = ["nothing of an internal channel elsewhere"];
        assert_eq!(rules(Given::Said, Place::Internal, &shown("#sme-ci", Place::Public, None)), leak);
        assert_eq!(rules(Given::Said, Place::Internal, &shown("@raj", Place::Direct, None)), leak);
        assert_eq!(rules(Given::Note, Place::Internal, &shown("@raj", Place::Direct, None)), leak);
        let home = shown("#sme-ci-internal", Place::Internal, None);
        assert_eq!(rules(Given::Said, Place::Internal, &home), Vec::<&str>::new());
        let form = shown("", Place::Direct, Some("ines"));
        assert_eq!(rules(Given::Said, Place::Internal, &form), Vec::<&str>::new());
    }

    #[test]
    fn private_words_without_consent_are_seen() {
        let early = ["private words only after their author agreed"];
        assert_eq!(rules(Given::Question, Place::Direct, &shown("#sme-ci", Place::Public, None)), early);
        assert_eq!(rules(Given::Said, Place::Private, &shown("#sme-ci", Place::Public, None)), early);
        let own = shown("@ava", Place::Direct, None);
        assert_eq!(rules(Given::Question, Place::Private, &own), Vec::<&str>::new());
    }

    #[test]
    fn a_customer_on_a_public_card_is_seen() {
        let open = ["customer and briefing are for those who help"];
        assert_eq!(rules(Given::Briefing, Place::Public, &shown("#g_runner", Place::Public, None)), open);
        assert_eq!(rules(Given::Briefing, Place::Public, &shown("#g", Place::Public, Some("gwen"))), open);
        let helper = shown("#g_runner", Place::Public, Some("paul"));
        assert_eq!(rules(Given::Briefing, Place::Public, &helper), Vec::<&str>::new());
    }

    #[test]
    fn a_post_in_a_shared_channel_and_a_raise_with_text_are_seen() {
        let posted = shown("#acme", Place::Shared, None);
        assert_eq!(rules(Given::Said, Place::Public, &posted), ["nothing is posted in shared channels"]);
        let raise = Shown { is_direct_raise: true, ..shown("@leo", Place::Direct, None) };
        assert_eq!(rules(Given::Said, Place::Public, &raise), ["a raise by direct message holds no text"]);
    }
}
