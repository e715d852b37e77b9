//! The signature header: only what was signed with the secret, just now and for this very body, is let in.
//!
//! Input: timestamp, newline, signature, newline, body.

use chrono::{DateTime, Utc};
use switchboard::slack::verify::{Verifier, sign};

const SECRET: &str = "the secret of nobody";
const NOW: i64 = 1_795_165_200;
const WINDOW: u64 = 300;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).expect("an instant")
}

/// Checks one input.
pub fn check(data: &[u8]) {
    let data = super::bounded(data);
    let mut parts = data.splitn(3, |byte| *byte == b'\n');
    let mut part = || parts.next().unwrap_or_default();
    let (timestamp, signature, body) = (part(), part(), part());
    let verifier = Verifier::new([SECRET]);
    // Headers that are no text are absent to us.
    let (timestamp, signature) = (std::str::from_utf8(timestamp).ok(), std::str::from_utf8(signature).ok());
    if verifier.verify(timestamp, signature, body, now()).is_ok() {
        let sent: i64 = timestamp.and_then(|text| text.parse().ok()).expect("a number");
        assert!(NOW.abs_diff(sent) <= WINDOW, "{sent} is not just now");
        assert_eq!(signature, Some(sign(SECRET, sent, body).as_str()), "nobody signed that");
    }
    for secrets in [&[][..], &["", " "][..], &["another"][..]] {
        let other = Verifier::new(secrets);
        assert!(other.verify(timestamp, signature, body, now()).is_err(), "another secret let it in");
    }
    what_is_signed_is_let_in_and_nothing_else(&verifier, data);
}

fn what_is_signed_is_let_in_and_nothing_else(verifier: &Verifier, body: &[u8]) {
    let good = sign(SECRET, NOW, body);
    let stamp = NOW.to_string();
    let verify = |stamp: &str, signature: &str, body: &[u8]| {
        verifier.verify(Some(stamp), Some(signature), body, now()).is_ok()
    };
    assert!(verify(&stamp, &good, body), "Slack's own was refused");
    // Where to change a bit is the input's choice.
    let at = body.iter().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    let mut forged = good.clone().into_bytes();
    let place = at % forged.len();
    forged[place] ^= 1;
    assert!(!verify(&stamp, &String::from_utf8_lossy(&forged), body), "a forged signature was let in");
    assert!(!verify(&stamp, &good[..good.len() - 1], body) && !verify(&stamp, &format!("{good}0"), body));
    let mut longer = body.to_vec();
    longer.push(0);
    assert!(!verify(&stamp, &good, &longer), "a longer body was let in");
    if !body.is_empty() {
        let mut changed = body.to_vec();
        changed[at % body.len()] ^= 1;
        assert!(!verify(&stamp, &good, &changed), "a changed body was let in");
    }
    assert!(!verify(&(NOW + 1).to_string(), &good, body), "another time was let in");
    assert!(!verify(&format!("0{stamp}"), &good, body), "the same time, written otherwise, was let in");
}
