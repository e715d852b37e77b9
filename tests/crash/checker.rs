//! The checker is checked: it objects to a sample with something lost, doubled, invented, stale or stuck, and to nothing
//! in the sample as it was. A check that saw nothing would fail here.

use crate::book::{Engagement, Heard, Message, Objection, Row, Seen, Step, Told, Wrong, objections};

const CARD: &str = "*Runner* · question · *HFJ*\n> case0001?\n◐ *Taken*: Ines has it";

/// One question that was asked and taken, its card, and what was said of it.
fn sample() -> (Vec<Told>, Seen) {
    let step = Step { event: "taken", of_inquiry: false, heard: Heard::Yes, deed: None };
    let told = Told { mark: "case0001".to_owned(), asked: Heard::Yes, steps: vec![step] };
    let engagement = Engagement {
        id: "HFJ".to_owned(),
        mark: "case0001".to_owned(),
        kind: "question".to_owned(),
        state: "taken".to_owned(),
        has_parent: false,
        has_clock: true,
        has_card: true,
        events: vec!["sent".to_owned(), "taken".to_owned()],
    };
    let rows = [("card", "1.1", "k1"), ("direct", "1.2", "k2"), ("card", "1.1", "k3")];
    let row = |(id, (to, ts, key)): (i64, (&str, &str, &str))| Row {
        id,
        key: key.to_owned(),
        state: "sent".to_owned(),
        to: to.to_owned(),
        ts: Some(ts.to_owned()),
        reason: String::new(),
    };
    let message = |channel: &str, ts: &str, key: &str, body: &str| Message {
        channel: channel.to_owned(),
        ts: ts.to_owned(),
        thread: None,
        key: Some(key.to_owned()),
        body: body.to_owned(),
    };
    let seen = Seen {
        engagements: vec![engagement],
        log: Vec::new(),
        outbox: (1..).zip(rows).map(row).collect(),
        messages: vec![message("C1", "1.1", "k1", CARD), message("D1", "1.2", "k2", "Ines took *HFJ*.")],
        is_settled: true,
    };
    (vec![told], seen)
}

/// What is found wrong once the sample was changed.
fn found(change: impl Fn(&mut Vec<Told>, &mut Seen)) -> Vec<Wrong> {
    let (mut told, mut seen) = sample();
    change(&mut told, &mut seen);
    let mut wrong: Vec<Wrong> =
        objections(&told, &seen).into_iter().map(|Objection(wrong, _)| wrong).collect();
    wrong.sort_unstable();
    wrong.dedup();
    wrong
}

#[test]
fn nothing_is_wrong_with_what_is_right() {
    assert_eq!(found(|_, _| {}), []);
    assert_eq!(found(|told, _| told[0].asked = Heard::NoAnswer), [], "it may have happened");
    let none = |_: &mut Vec<Told>, seen: &mut Seen| *seen = Seen { is_settled: true, ..Seen::default() };
    let unheard = |told: &mut Vec<Told>, seen: &mut Seen| {
        none(told, seen);
        told[0].asked = Heard::NoAnswer;
        told[0].steps[0].heard = Heard::NoAnswer;
    };
    assert_eq!(found(unheard), [], "or not");
    assert_eq!(found(none), [Wrong::Lost], "but not once it was acknowledged");
}

#[test]
fn what_is_lost_is_missed() {
    assert_eq!(found(|_, seen| seen.engagements[0].events.truncate(1)), [Wrong::Lost], "a step");
    assert_eq!(found(|_, seen| drop(seen.messages.remove(0))), [Wrong::Lost], "a card");
    assert_eq!(found(|_, seen| drop(seen.messages.remove(1))), [Wrong::Lost], "a message");
    assert_eq!(
        found(|_, seen| seen.outbox[1].state = "dropped".to_owned()),
        [Wrong::Lost],
        "given up silently"
    );
    assert_eq!(found(|_, seen| seen.engagements[0].has_clock = false), [Wrong::Lost], "a clock");
    let before = |_: &mut Vec<Told>, seen: &mut Seen| {
        seen.messages.clear();
        seen.outbox.iter_mut().for_each(|row| row.state = "waiting".to_owned());
        seen.is_settled = false;
    };
    assert_eq!(found(before), [], "nothing is lost while it is on its way");
}

#[test]
fn what_is_doubled_is_seen() {
    let again = |_: &mut Vec<Told>, seen: &mut Seen| {
        let twin = Engagement { id: "HN6".to_owned(), has_card: false, ..seen.engagements[0].clone() };
        seen.engagements.push(twin);
        seen.is_settled = false;
    };
    assert_eq!(found(again), [Wrong::Doubled], "an engagement");
    assert_eq!(
        found(|_, seen| seen.engagements[0].events.push("taken".to_owned())),
        [Wrong::Doubled],
        "a step"
    );
    let keyed = |_: &mut Vec<Told>, seen: &mut Seen| {
        let twin =
            Message { ts: "1.3".to_owned(), body: "Other words.".to_owned(), ..seen.messages[1].clone() };
        seen.messages.push(twin);
        seen.is_settled = false;
    };
    assert_eq!(found(keyed), [Wrong::Doubled], "a key");
    let unkeyed = |_: &mut Vec<Told>, seen: &mut Seen| {
        let twin = Message { ts: "1.3".to_owned(), key: None, ..seen.messages[1].clone() };
        seen.messages.push(twin);
    };
    assert_eq!(found(unkeyed), [Wrong::Doubled], "the same words");
    let card = |_: &mut Vec<Told>, seen: &mut Seen| {
        let body = CARD.replace("Taken", "Open");
        let twin = Message { ts: "1.3".to_owned(), key: None, body, ..seen.messages[0].clone() };
        seen.messages.push(twin);
    };
    assert_eq!(found(card), [Wrong::Doubled], "a card in another state");
}

#[test]
fn what_nobody_asked_for_is_seen() {
    assert_eq!(found(|told, _| told.clear()), [Wrong::Invented]);
    assert_eq!(found(|told, _| told[0].steps[0].heard = Heard::Nothing), [Wrong::Invented]);
    let uncommitted = |_: &mut Vec<Told>, seen: &mut Seen| {
        seen.outbox.remove(1);
        seen.is_settled = false;
    };
    assert_eq!(found(uncommitted), [Wrong::Invented], "sent before it was committed");
}

#[test]
fn what_is_stale_or_stuck_is_seen() {
    assert_eq!(found(|_, seen| seen.engagements[0].state = "answered".to_owned()), [Wrong::Stale]);
    assert_eq!(found(|_, seen| seen.engagements[0].has_card = false), [Wrong::Stale]);
    assert_eq!(found(|_, seen| seen.outbox[0].ts = None), [Wrong::Stale]);
    assert_eq!(found(|_, seen| seen.outbox[2].state = "waiting".to_owned()), [Wrong::Stuck]);
    assert_eq!(found(|_, seen| seen.outbox[2].state = "parked".to_owned()), [Wrong::Stuck]);
}
