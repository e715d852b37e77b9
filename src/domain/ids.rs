//! Identities: Slack's (opaque strings) and ours (short, speakable).
//!
//! Newtypes, so that a channel can never be passed for a person. Nothing here knows how Slack or the store spell them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! slack_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as Slack or the directory spells it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

slack_id!(
    /// A person in Slack (`U…` or `W…`).
    UserId
);
slack_id!(
    /// A channel, private channel or direct message in Slack (`C…`, `G…`, `D…`). As an address also a `U…`: Slack then
    /// opens the direct message itself.
    ChannelId
);
slack_id!(
    /// A message's timestamp, Slack's identity of a message inside its channel (`1700000000.000100`).
    Ts
);
slack_id!(
    /// A user group (`S…`).
    GroupId
);
slack_id!(
    /// The key of an SME area in the directory (`ci`).
    AreaKey
);

impl Ts {
    /// The instant this timestamp names, to the microsecond; `None` when it is not Slack's form.
    pub fn instant(&self) -> Option<chrono::DateTime<chrono::Utc>> {
        let (seconds, micros) = self.0.split_once('.')?;
        let micros: u32 = micros.parse().ok().filter(|m| *m < 1_000_000)?;
        chrono::DateTime::from_timestamp(seconds.parse().ok()?, micros * 1_000)
    }
}

/// One workspace (or organisation) in which the bot is installed; every stored row belongs to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InstallationId(pub i64);

/// One tracked ask. Counts up from 1 in an installation; people see and say its short form (`K7Q`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EngagementId(pub i64);

/// First letter of a short id: consonants only, so that no id spells a word or reads as a number.
const FIRST: &[u8; 20] = b"BCDFGHJKMNPQRSTVWXYZ";
/// The other letters: digits that look like no letter, and the same consonants.
const REST: &[u8; 28] = b"23456789BCDFGHJKMNPQRSTVWXYZ";
/// Shortest form: three signs, 15,680 ids; one sign more each time these are used up.
const SHORTEST: u32 = 3;

/// How many ids have exactly `signs` signs.
const fn room(signs: u32) -> i64 {
    20 * 28_i64.pow(signs - 1)
}

impl EngagementId {
    /// The form people see and say. Neighbouring ids look unlike, so that a slip of the tongue finds nothing.
    pub fn short(self) -> String {
        let mut rank = self.0.max(1) - 1;
        let mut signs = SHORTEST;
        while rank >= room(signs) && signs < 10 {
            rank -= room(signs);
            signs += 1;
        }
        let mut scrambled = i128::from(rank) * 7_919 + 4_242;
        scrambled %= i128::from(room(signs));
        let mut letters = Vec::new();
        for _ in 1..signs {
            letters.push(REST[usize::try_from(scrambled % 28).expect("below 28")]);
            scrambled /= 28;
        }
        letters.push(FIRST[usize::try_from(scrambled % 20).expect("below 20")]);
        letters.iter().rev().map(|letter| char::from(*letter)).collect()
    }
}

impl fmt::Display for EngagementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.short())
    }
}

/// The text is no short id; nothing can have that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct NotAnId;

impl FromStr for EngagementId {
    type Err = NotAnId;

    /// Reads the short form, in either case, with a leading `#` or `*` as people paste it.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let letters = text.trim().trim_matches(['#', '*', '`', '.']).to_ascii_uppercase();
        let signs = u32::try_from(letters.len()).map_err(|_| NotAnId)?;
        if !(SHORTEST..=10).contains(&signs) {
            return Err(NotAnId);
        }
        let mut scrambled: i128 = 0;
        for (place, letter) in letters.bytes().enumerate() {
            let alphabet: &[u8] = if place == 0 { FIRST } else { REST };
            let base = i128::try_from(alphabet.len()).expect("a small alphabet");
            let value = alphabet.iter().position(|known| *known == letter).ok_or(NotAnId)?;
            scrambled = scrambled * base + i128::try_from(value).expect("a small alphabet");
        }
        let room_here = i128::from(room(signs));
        let rank = (scrambled - 4_242).rem_euclid(room_here) * inverse(7_919, room_here) % room_here;
        let before: i64 = (SHORTEST..signs).map(room).sum();
        Ok(Self(before + i64::try_from(rank).map_err(|_| NotAnId)? + 1))
    }
}

/// The multiplicative inverse of `a` modulo `m`, which share no factor (extended Euclid).
fn inverse(a: i128, m: i128) -> i128 {
    let (mut r0, mut r1, mut t0, mut t1) = (m, a % m, 0_i128, 1_i128);
    while r1 != 0 {
        let q = r0 / r1;
        (r0, r1) = (r1, r0 - q * r1);
        (t0, t1) = (t1, t0 - q * t1);
    }
    t0.rem_euclid(m)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_short_id_reads_back(id in 1_i64..50_000_000) {
            let short = EngagementId(id).short();
            prop_assert_eq!(short.to_lowercase().parse(), Ok(EngagementId(id)));
            prop_assert!(short.len() <= 6);
        }
    }

    #[test]
    fn early_ids_have_three_signs_and_start_with_a_letter() {
        for id in 1..2_000 {
            let short = EngagementId(id).short();
            assert_eq!(short.len(), 3);
            assert!(short.as_bytes()[0].is_ascii_alphabetic(), "{short}");
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "K", "A7Q", "K0Q", "how are you", "KKKKKKKKKKKK", "K7é"] {
            assert_eq!(text.parse::<EngagementId>(), Err(NotAnId), "{text}");
        }
    }

    #[test]
    fn a_timestamp_is_an_instant() {
        let ts = Ts::from("1700000000.000100");
        assert_eq!(ts.instant().expect("an instant").timestamp_micros(), 1_700_000_000_000_100);
        assert_eq!(Ts::from("yesterday").instant(), None);
    }
}
