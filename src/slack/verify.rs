//! The trust boundary: whether a request was signed by Slack, and just now.
//!
//! Looks at the raw bytes only and never parses the body; what it lets through may still be nonsense. Several secrets are
//! good at once, since Slack gives no overlap while a signing secret is replaced. Never logs a signature or a secret.

use std::fmt;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// A timestamp further off than this, either way, is refused: a recorded request cannot be replayed later.
const WINDOW_SECONDS: i64 = 300;
/// Longer timestamps name no second that we live in; kept short, the arithmetic below cannot overflow.
const TIMESTAMP_DIGITS: usize = 12;

/// Checks signatures against the app's signing secrets.
pub struct Verifier {
    keys: Vec<Hmac<Sha256>>,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("secrets", &self.keys.len()).finish()
    }
}

/// Why a request is not let in. All of them are 401 outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// No timestamp was sent.
    #[error("no timestamp")]
    NoTimestamp,
    /// The timestamp is no number of seconds.
    #[error("a timestamp that is none")]
    BadTimestamp,
    /// The timestamp is more than 300 seconds off.
    #[error("a timestamp too far off")]
    Stale,
    /// No signature was sent.
    #[error("no signature")]
    NoSignature,
    /// The signature is none of ours.
    #[error("a wrong signature")]
    WrongSignature,
}

impl Verifier {
    /// For these secrets; empty ones are left out, so that a forgotten value never lets anybody in.
    pub fn new<S: AsRef<str>>(secrets: impl IntoIterator<Item = S>) -> Self {
        let keys = secrets
            .into_iter()
            .filter(|secret| !secret.as_ref().trim().is_empty())
            .map(|secret| key(secret.as_ref().trim()))
            .collect();
        Self { keys }
    }

    /// Whether anything can be let in at all.
    pub fn has_secrets(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Whether the request was signed by Slack within the last five minutes. The cheap checks come first: a flood of old
    /// requests costs no hashing.
    pub fn verify(
        &self,
        timestamp: Option<&str>,
        signature: Option<&str>,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), Rejection> {
        let timestamp = timestamp.ok_or(Rejection::NoTimestamp)?;
        let signature = signature.ok_or(Rejection::NoSignature)?;
        let is_number = !timestamp.is_empty()
            && timestamp.len() <= TIMESTAMP_DIGITS
            && timestamp.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number {
            return Err(Rejection::BadTimestamp);
        }
        let sent: i64 = timestamp.parse().map_err(|_| Rejection::BadTimestamp)?;
        if now.timestamp().abs_diff(sent) > WINDOW_SECONDS.unsigned_abs() {
            return Err(Rejection::Stale);
        }
        let mut matches = Choice::from(0);
        for key in &self.keys {
            matches |= signature_with(key, timestamp, body).as_bytes().ct_eq(signature.as_bytes());
        }
        if bool::from(matches) { Ok(()) } else { Err(Rejection::WrongSignature) }
    }
}

fn key(secret: &str) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length")
}

/// What Slack would have sent as the signature, with this key.
fn signature_with(key: &Hmac<Sha256>, timestamp: &str, body: &[u8]) -> String {
    let mut mac = key.clone();
    mac.update(b"v0:");
    mac.update(timestamp.as_bytes());
    mac.update(b":");
    mac.update(body);
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}

/// Signs a body as Slack does: for whatever plays Slack in tests and in the local workspace.
pub fn sign(secret: &str, timestamp: i64, body: &[u8]) -> String {
    signature_with(&key(secret), &timestamp.to_string(), body)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
    const TIMESTAMP: i64 = 1_531_420_618;
    const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    /// The request of Slack's own documentation.
    const BODY: &[u8] = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn verifier() -> Verifier {
        Verifier::new([SECRET])
    }

    #[test]
    fn the_documented_example_is_let_in() {
        assert_eq!(verifier().verify(Some("1531420618"), Some(SIGNATURE), BODY, at(TIMESTAMP)), Ok(()));
        assert_eq!(sign(SECRET, TIMESTAMP, BODY), SIGNATURE);
    }

    #[test]
    fn the_window_is_five_minutes_either_way_and_includes_its_ends() {
        for (off, outcome) in [
            (-301, Err(Rejection::Stale)),
            (-300, Ok(())),
            (299, Ok(())),
            (300, Ok(())),
            (301, Err(Rejection::Stale)),
        ] {
            let got = verifier().verify(Some("1531420618"), Some(SIGNATURE), BODY, at(TIMESTAMP + off));
            assert_eq!(got, outcome, "{off}");
        }
    }

    #[test]
    fn what_is_not_signed_is_refused() {
        let upper = SIGNATURE.to_uppercase();
        let half = &SIGNATURE[..30];
        let stamp = Some("1531420618");
        let table: [(Option<&str>, Option<&str>, Rejection); 12] = [
            (None, Some(SIGNATURE), Rejection::NoTimestamp),
            (stamp, None, Rejection::NoSignature),
            (None, None, Rejection::NoTimestamp),
            (stamp, Some(""), Rejection::WrongSignature),
            (stamp, Some(half), Rejection::WrongSignature),
            (stamp, Some(&upper), Rejection::WrongSignature),
            (Some(""), Some(SIGNATURE), Rejection::BadTimestamp),
            (Some("nan"), Some(SIGNATURE), Rejection::BadTimestamp),
            (Some("-1531420618"), Some(SIGNATURE), Rejection::BadTimestamp),
            (Some("+1531420618"), Some(SIGNATURE), Rejection::BadTimestamp),
            (Some("1531420618 "), Some(SIGNATURE), Rejection::BadTimestamp),
            (Some("9999999999999"), Some(SIGNATURE), Rejection::BadTimestamp),
        ];
        for (timestamp, signature, rejection) in table {
            let got = verifier().verify(timestamp, signature, BODY, at(TIMESTAMP));
            assert_eq!(got, Err(rejection), "{timestamp:?} {signature:?}");
        }
    }

    #[test]
    fn a_changed_byte_of_body_or_time_is_refused() {
        let mut body = BODY.to_vec();
        body[3] ^= 1;
        let wrong = Err(Rejection::WrongSignature);
        assert_eq!(verifier().verify(Some("1531420618"), Some(SIGNATURE), &body, at(TIMESTAMP)), wrong);
        assert_eq!(verifier().verify(Some("1531420619"), Some(SIGNATURE), BODY, at(TIMESTAMP)), wrong);
    }

    #[test]
    fn while_secrets_are_replaced_both_are_good_and_an_empty_one_never_is() {
        let both = Verifier::new(["new", "", SECRET]);
        for secret in ["new", SECRET] {
            let signature = sign(secret, TIMESTAMP, b"x");
            assert_eq!(both.verify(Some("1531420618"), Some(&signature), b"x", at(TIMESTAMP)), Ok(()));
        }
        let signature = sign("", TIMESTAMP, b"x");
        for verifier in [&both, &Verifier::new([" "]), &Verifier::new(Vec::<String>::new())] {
            assert_eq!(
                verifier.verify(Some("1531420618"), Some(&signature), b"x", at(TIMESTAMP)),
                Err(Rejection::WrongSignature)
            );
        }
    }

    #[test]
    fn the_body_may_be_any_bytes() {
        let body = [0xFF, 0x00, 0xC3];
        let signature = sign(SECRET, TIMESTAMP, &body);
        assert_eq!(verifier().verify(Some("1531420618"), Some(&signature), &body, at(TIMESTAMP)), Ok(()));
    }

    #[test]
    fn debugging_shows_no_secret() {
        assert_eq!(format!("{:?}", verifier()), "Verifier { secrets: 1 }");
    }
}
