//! One module a target, each with `check`: takes any bytes, panics where a promise of ours does not hold for them.
//!
//! Plain functions over the crate's public interface: no IO, no clock, no randomness, so that what fails once always does.

pub mod directory;
pub mod event;
pub mod form;
pub mod markup;
pub mod signature;

use switchboard::domain::ids::UserId;
use switchboard::slack::parse::{self, Inbound};

/// The longest input that is looked at: what comes from Slack is bounded before it is parsed, too.
const LONGEST: usize = 64 * 1024;

/// The start of the input that is looked at.
fn bounded(data: &[u8]) -> &[u8] {
    &data[..data.len().min(LONGEST)]
}

/// Reads a request as the edge does, twice: the same bytes always mean the same.
fn read(content_type: &str, body: &[u8]) -> Inbound {
    let names = |user: &UserId| (user.as_str() == "U1").then(|| "Ava".to_owned());
    let once = || parse::request(Some(content_type), body, &names, Some(&UserId::from("UBOT")));
    let first = once();
    assert!(first == once(), "read twice, it means two things");
    if let Inbound::DeadLetter { reason } = &first {
        // The reason goes to logs and lists: short, and nothing that people wrote.
        assert!(!reason.is_empty() && reason.len() <= 120, "{reason}");
        assert!(reason.chars().all(|sign| !sign.is_control()), "{reason:?}");
    }
    first
}
