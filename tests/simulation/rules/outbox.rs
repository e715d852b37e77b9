//! What was decided is told: nothing waits without a reason, nothing is given up without one, nothing stays unread.

use chrono::{DateTime, Duration, Utc};

use super::Broken;
use crate::rows::Sent;

/// The longest that a notice waits for another one on which it depends.
const LONGEST: Duration = Duration::minutes(10);

/// Notices that may be sent now and are not, though nothing before them in their lane waits; and, where nothing has
/// happened that could delay them, those that wait for long.
pub fn waits(pending: &[Sent], now: DateTime<Utc>, is_calm: bool) -> Vec<Broken> {
    let is_behind = |sent: &Sent| {
        pending.iter().any(|other| other.lane == sent.lane && other.id != sent.id && other.next_at > now)
    };
    let is_late = |sent: &Sent| is_calm && sent.decided_at + LONGEST < now;
    let stuck = pending.iter().filter(|sent| (sent.next_at <= now && !is_behind(sent)) || is_late(sent));
    stuck
        .map(|sent| Broken::new("what was decided is told", format!("now {now}: {}", described(sent))))
        .collect()
}

/// Notices that were given up though no fault was played that late.
pub fn parked<'a>(parked: impl IntoIterator<Item = &'a Sent>, troubled_until: DateTime<Utc>) -> Vec<Broken> {
    let given_up = parked.into_iter().filter(|sent| sent.settled_at.is_some_and(|at| at > troubled_until));
    given_up.map(|sent| Broken::new("nothing is given up without a fault", described(sent))).collect()
}

/// What Slack sent and we could not understand: there is nothing of the kind in a story.
pub fn dead_letters(count: i64) -> Vec<Broken> {
    let unread =
        (count > 0).then(|| Broken::new("everything is understood", format!("{count} dead letters")));
    unread.into_iter().collect()
}

fn described(sent: &Sent) -> String {
    let (id, lane, state) = (sent.id, &sent.lane, &sent.state);
    let why = sent.reason.as_deref().unwrap_or("no reason");
    format!("{id} {state} in {lane} until {} ({why}): {:?}", sent.next_at, sent.notice.what)
}

#[test]
fn what_waits_is_given_up_or_unread_is_seen() {
    let sent = super::samples::waiting();
    assert_eq!(waits(std::slice::from_ref(&sent), sent.next_at, false).len(), 1, "it could be sent");
    let before = sent.next_at - Duration::seconds(1);
    assert_eq!(waits(std::slice::from_ref(&sent), before, false).len(), 0, "it is tried again");
    let first = Sent { id: 0, next_at: sent.next_at + LONGEST, ..sent.clone() };
    assert_eq!(waits(&[first.clone(), sent.clone()], sent.next_at, true).len(), 0, "one before it waits");
    let later = sent.next_at + LONGEST - Duration::seconds(1);
    assert_eq!(waits(std::slice::from_ref(&first), later, true).len(), 0, "it waits for another one");
    let later = sent.next_at + LONGEST + Duration::seconds(1);
    let long = Sent { next_at: later + LONGEST, ..first };
    assert_eq!(waits(&[long], later, true).len(), 1, "for too long");
    assert_eq!(parked([&sent], sent.next_at - LONGEST).len(), 1);
    assert_eq!(parked([&sent], sent.next_at).len(), 0);
    assert_eq!(dead_letters(1).len(), 1);
    assert_eq!(dead_letters(0).len(), 0);
}
