//! A person's message: whether it is said to us, and what it then asks.
//!
//! Said to us is a mention, a direct message, and in a thread our command, which Slack takes there as words. Of the two events
//! of a mention only one is answered where nothing is committed; of a command in a thread only what is about ourselves is done
//! unasked, since colleagues show each other what to type.

use super::super::away;
use super::super::commands::{about_ourselves, asked, switching};
use super::super::markup::Plain;
use super::super::{AnswerTo, Inbound, admin};
use super::Envelope;
use crate::domain::command::{Command, Heard, Via};
use crate::domain::ids::UserId;

/// A message, read.
pub(super) struct Words {
    pub heard: Heard,
    pub read: Plain,
    pub keys: Vec<String>,
    /// It came as a mention; the same comes as a message.
    pub is_mention: bool,
}

/// What somebody's message asks of us; most are only overheard.
pub(super) fn said(envelope: &Envelope<'_>, by: UserId, words: Words) -> Inbound {
    let heard = &words.heard;
    let is_direct =
        envelope.event.str("channel_type") == Some("im") || heard.channel.as_str().starts_with('D');
    // A reply in one of our own direct messages ("thanks") is not a new question.
    let is_for_us = heard.mentions_us || (is_direct && (heard.thread.is_none() || heard.types_command));
    let is_typed_in_thread = heard.types_command && heard.thread.is_some();
    if !is_for_us && !is_typed_in_thread {
        return envelope.incoming(words.keys, Command::Heard(words.heard), Some(by), AnswerTo::Nowhere);
    }
    let (channel, ts, thread) = (heard.channel.clone(), heard.ts.clone(), heard.thread.clone());
    let root = thread.clone().unwrap_or_else(|| ts.clone());
    let answer = AnswerTo::Thread { user: by.clone(), channel: channel.clone(), thread: root };
    let is_second = heard.mentions_us && !words.is_mention && !is_direct;
    match about_us(envelope, &by, &words, answer.clone()) {
        // Of its two events only one counts, whichever words the other one is read as.
        Some(About::Once(_)) if is_second => Inbound::Ignored { why: "its app_mention is answered" },
        Some(About::Once(inbound) | About::Kept(inbound)) => *inbound,
        None if is_for_us => {
            let ask = asked(&by, Via::Mention { channel, ts, thread }, words.read);
            envelope.incoming(words.keys, Command::Ask(Box::new(ask)), Some(by), answer)
        }
        None => envelope.incoming(words.keys, Command::Heard(words.heard), Some(by), AnswerTo::Nowhere),
    }
}

/// Something about ourselves.
enum About {
    /// Nothing keeps a second event of it from being answered, too.
    Once(Box<Inbound>),
    /// Its keys do.
    Kept(Box<Inbound>),
}

/// What the words ask of the bot itself, if anything.
fn about_us(envelope: &Envelope<'_>, by: &UserId, words: &Words, answer: AnswerTo) -> Option<About> {
    let Words { read, keys, .. } = words;
    let (keys, person, outsider) = (keys.clone(), by.clone(), envelope.outsider);
    let inbound = if let Some(command) = away::wish(read, by) {
        envelope.incoming(keys, command, Some(person), answer)
    } else if let Some(wish) = admin::wish(&read.text, &read.mentions) {
        Inbound::Admin { wish, keys, by: person, answer, outsider }
    } else if let Some(query) = about_ourselves(&read.text) {
        Inbound::Query { query, keys, by: person, answer, outsider }
    } else {
        let command = Command::Switch(switching(by, &read.text)?);
        return Some(About::Kept(Box::new(envelope.incoming(keys, command, Some(person), answer))));
    };
    Some(About::Once(Box::new(inbound)))
}
