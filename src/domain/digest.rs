//! Many reminders at once become one message: which of those that wait in a lane are told together.
//!
//! Pure. Only reminders are: a card, an answer, a relay, or what carries somebody's words stands alone. Nothing leaves its
//! lane, so that what belongs to a channel is told in that channel. What no longer holds is left out when it is sent.

use chrono::{DateTime, TimeDelta, Utc};

use super::engagement::Engagement;
use super::ids::{ChannelId, EngagementId, UserId};
use super::notice::{Address, Downtime, Notice, Reminder, What};

/// So many reminders that wait in one channel are a storm, and become one message.
pub const STORM: usize = 10;
/// So many for one person in one channel become one message.
pub const FOR_ONE: usize = 3;
/// So many direct messages that remind one person become one.
pub const DIRECT: usize = 2;
/// How long after a time in which we were down something comes late because of it.
const AFTERMATH: TimeDelta = TimeDelta::minutes(10);

/// A notice that waits, and since when.
#[derive(Debug, Clone, Copy)]
pub struct Waiting<'a> {
    /// The notice.
    pub notice: &'a Notice,
    /// When it was decided.
    pub since: DateTime<Utc>,
}

/// Which of those that wait in one lane, by their places, are told as one, and how; `None` when each stands alone. The first
/// is the lane's head: without it nothing is told together yet.
pub fn together(waiting: &[Waiting<'_>], downtime: Option<&Downtime>) -> Option<(Vec<usize>, Notice)> {
    let to = place(&waiting.first()?.notice.to)?;
    let alike = |one: &Waiting<'_>| {
        one.notice.what.is_reminder()
            && one.notice.engagement.is_some()
            && place(&one.notice.to).as_ref() == Some(&to)
    };
    let reminders: Vec<usize> = (0..waiting.len()).filter(|at| alike(&waiting[*at])).collect();
    if reminders.first() != Some(&0) {
        return None;
    }
    let enough = if matches!(to, Address::Direct { .. }) { DIRECT } else { STORM };
    let chosen = if reminders.len() >= enough { reminders } else { for_one(waiting, &reminders)? };
    let since = chosen.iter().map(|at| waiting[*at].since).min()?;
    let told = chosen.iter().map(|at| waiting[*at].notice);
    let what = What::Digest {
        reminders: told.clone().filter_map(reminder).collect(),
        since,
        late_because: late_because(told.clone(), since, downtime),
    };
    let urgent = told.clone().any(|notice| notice.urgent);
    Some((chosen, Notice { to, what, engagement: None, urgent }))
}

/// The digest without what holds no longer; `None` when nothing of it does.
pub fn still_holding<'a>(
    notice: &Notice,
    find: impl Fn(EngagementId) -> Option<&'a Engagement>,
) -> Option<Notice> {
    let What::Digest { reminders, since, late_because } = &notice.what else { return None };
    let holds = |one: &&Reminder| find(one.engagement).is_some_and(|it| one.what.still_holds(it));
    let reminders: Vec<Reminder> = reminders.iter().filter(holds).cloned().collect();
    if reminders.is_empty() {
        return None;
    }
    let what = What::Digest { reminders, since: *since, late_because: late_because.clone() };
    Some(Notice { what, ..notice.clone() })
}

/// Where one message for all that goes there stands.
fn place(to: &Address) -> Option<Address> {
    let channel = |channel: &ChannelId| Some(Address::Channel { channel: channel.clone() });
    match to {
        Address::CardThread { channel: at }
        | Address::Thread { channel: at, .. }
        | Address::Channel { channel: at } => channel(at),
        Address::Direct { user } => Some(Address::Direct { user: user.clone() }),
        Address::Card { .. }
        | Address::OldCard { .. }
        | Address::Asked { .. }
        | Address::OnlyTo { .. }
        | Address::Answer { .. }
        | Address::Admins => None,
    }
}

/// Those that mention the person whom the head mentions, where these are enough.
fn for_one(waiting: &[Waiting<'_>], reminders: &[usize]) -> Option<Vec<usize>> {
    let [person] = waiting.first()?.notice.what.mentions()[..] else { return None };
    let only = |at: &&usize| waiting[**at].notice.what.mentions() == [person] as [&UserId; 1];
    let theirs: Vec<usize> = reminders.iter().filter(only).copied().collect();
    (theirs.len() >= FOR_ONE).then_some(theirs)
}

fn reminder(notice: &Notice) -> Option<Reminder> {
    Some(Reminder { engagement: notice.engagement?, what: notice.what.clone() })
}

/// Why they are late (B7): what they say themselves, else a time in which we were down, just before they were decided or
/// while they waited.
fn late_because<'a>(
    told: impl Iterator<Item = &'a Notice>,
    since: DateTime<Utc>,
    downtime: Option<&Downtime>,
) -> Option<Downtime> {
    let said = told.filter_map(|notice| notice.what.late_because().cloned());
    let said = said.reduce(|one, other| Downtime {
        from: one.from.min(other.from),
        to: one.to.max(other.to),
        blind: one.blind && other.blind,
        paused_by: one.paused_by.filter(|_| other.paused_by.is_some()),
    });
    said.or_else(|| downtime.filter(|down| since <= down.to + AFTERMATH).cloned())
}

#[cfg(test)]
mod tests;
