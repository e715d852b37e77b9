//! Slack refuses the inquiry's card for good: what was written for the internal channel stays unposted (B3).

use super::people::because;
use super::turn::Turn;
use crate::domain::command::ClockKind;
use crate::domain::decide::Case;
use crate::domain::decision::{Actor, Decision, Event, Reply};
use crate::domain::engagement::Home;
use crate::domain::ids::ChannelId;
use crate::domain::notice::{Address, Change, What};
use crate::domain::reason::{Because, Fact, Rule};
use crate::domain::refusal::Refusal;

/// Slack's word for a channel in which nobody can answer any more, even where the card is there already.
const ARCHIVED: &str = "is_archived";

/// The card was refused. One of a group's channel goes to the stage's, where no clock runs either (B3). Words that were
/// written for the internal channel never leave it ("Confidentiality"): then the asker and the admins are told, and no
/// clock runs. A card that was posted and cannot be updated stays where it is, and its clock runs on: people
/// see the question, and whether the thread can be read is found out before every step (B7).
pub fn undeliverable(case: &Case<'_>, channel: &ChannelId, error: &str) -> Decision {
    let Some(mut turn) = Turn::of(case) else { return Decision::default() };
    let why = because(Rule::B3, Fact::Undeliverable { error: error.to_owned() });
    let home = turn.engagement.home.clone().filter(|home| home.channel == *channel);
    let Some(home) = home else { return Decision::default() };
    let is_lost = turn.engagement.state.is_live() && (home.card.is_none() || error == ARCHIVED);
    let next = if is_lost { next_channel(case, &home) } else { None };
    let was_told = next.is_none() && turn.engagement.because.contains(&why);
    if was_told {
        return Decision::default();
    }
    let parked = What::Parked { channel: channel.clone(), error: error.to_owned(), went_to: next.clone() };
    turn.decision.tell(&turn.engagement, Address::Admins, parked);
    if !is_lost {
        return turn.finish();
    }
    turn.inquiry.clock = None;
    turn.decision.stop_clock(turn.engagement.id, ClockKind::ReadThread);
    if let Some(next) = next {
        turn.move_to(&home, next, error, why);
    } else {
        let refusal = Refusal::NoInternalChannel { engagement: turn.engagement.id };
        let to = Address::Direct { user: turn.engagement.requester.clone() };
        turn.decision.tell(&turn.engagement, to, What::Reply { reply: Reply::Refused(refusal) });
        turn.engagement.because.push(why);
    }
    turn.finish()
}

/// The next channel after the one that refused, if the words may go there.
fn next_channel(case: &Case<'_>, home: &Home) -> Option<ChannelId> {
    // What was written for a private channel is not posted in an open one: its asker is told instead.
    if home.thread.is_some() || case.policy.org.is_private(&home.channel) {
        return None;
    }
    let place = case.engagement.place.as_ref().and_then(|place| case.policy.org.place(place))?;
    let channels: Vec<&ChannelId> = place.channel.iter().chain(&place.stage_channel).collect();
    let after =
        channels.iter().position(|channel| **channel == home.channel).map_or(0, |refused| refused + 1);
    let can = |channel: &&&ChannelId| ***channel != home.channel && !case.policy.org.is_shared(channel);
    channels[after..].iter().find(can).map(|channel| (*channel).clone())
}

impl Turn<'_> {
    fn move_to(&mut self, from: &Home, to: ChannelId, error: &str, why: Because) {
        self.engagement.home = Some(Home { channel: to.clone(), thread: None, card: None });
        self.engagement.because.push(why.clone());
        let event = Event::Rehomed { from: from.channel.clone(), to: to.clone(), error: error.to_owned() };
        self.note(self.case.now, Actor::Slack, event, vec![why]);
        self.decision.card(&self.engagement, self.engagement.owner.is_some());
        let change = Change::Rehomed { to };
        self.decision.tell_requester(&self.engagement, What::ChangedToRequester { change });
    }
}
