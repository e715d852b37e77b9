//! A card that somebody deleted: admins are told, once, and it is posted again when somebody who oversees the area says so.
//!
//! Never by itself: only an administrator of the workspace can delete a message of ours, and may have had a reason to.

use super::Case;
use crate::domain::admin::{Deed, LogEntry, Told};
use crate::domain::decision::{Actor, Decision, Event, Reply};
use crate::domain::ids::{ChannelId, Ts, UserId};
use crate::domain::notice::{Address, What};
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::refusal::Refusal;

/// A message was deleted: where it was the card of something that goes on, admins hear.
pub fn deleted(case: &Case<'_>, channel: &ChannelId, ts: &Ts) -> Decision {
    let engagement = case.engagement;
    let mut decision = Decision::default();
    let is_card = engagement
        .home
        .as_ref()
        .is_some_and(|home| home.channel == *channel && home.card.as_ref() == Some(ts));
    if is_card && engagement.state.is_live() {
        let what = What::CardDeleted { channel: channel.clone(), card: ts.clone() };
        decision.tell(engagement, Address::Admins, what);
    }
    decision
}

/// Somebody who oversees the area has the card posted again. `is_gone`: Slack told that it is not there any more; one that
/// may be there is left alone.
pub fn resend(case: &Case<'_>, by: &UserId, is_gone: bool) -> Decision {
    let mut engagement = case.engagement.clone();
    let id = engagement.id;
    let Some(home) = &mut engagement.home else {
        return Decision::refuse(Refusal::NotNow { engagement: id, state: engagement.state });
    };
    if home.card.is_some() && !is_gone {
        let reply = Reply::Admin(Box::new(Told::CardStands { id }));
        return Decision { reply, ..Decision::default() };
    }
    home.card = None;
    let mut decision = Decision::default();
    let why = vec![Because { rule: Rule::Roles, fact: Fact::Pressed { by: by.clone() } }];
    decision.note(id, case.now, Actor::Person(by.clone()), Event::CardResent, why);
    decision.card(&engagement, false);
    decision.change(engagement);
    decision.log.push(LogEntry::of(case.now, by, Deed::Resend, id.short()));
    decision.reply = Reply::Admin(Box::new(Told::Resent { id }));
    decision
}
