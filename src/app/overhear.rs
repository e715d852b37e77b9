//! What is counted of a message beside what is decided of it, and the offer to whoever asked a PM directly (A6, A11).

use super::load::Known;
use crate::domain::baseline::Count;
use crate::domain::command::{Ask, Command, Via};
use crate::domain::decision::{Decision, Reply};
use crate::domain::pings::{self, OfferAnswer, OfferAnswered, Said};
use crate::domain::reason::Reason;
use crate::store::StoreError;

impl Known<'_> {
    /// Adds what is counted of it, and the offer, if one is made.
    pub(super) fn overhear(&self, command: &Command, decision: &mut Decision) -> Result<(), StoreError> {
        let org = &self.policy.org;
        pings::sent_counted(decision, org);
        let Some(said) = Said::of(command) else { return Ok(()) };
        decision.counts.extend(pings::sme_ask(&said, org));
        if let Some(area) = pings::internal_ask(&said, org) {
            decision.counts.push(pings::ask_counted(&said, area, self.now));
        }
        if pings::internal_reply(&said, org).is_some()
            && let Some(asked) = self.view.awaited(said.channel, said.root())?
        {
            decision.counts.push(pings::reply_counted(&said, asked, org, self.now));
        }
        if pings::is_ping(&said, org) {
            self.pinged(&said, decision)?;
        }
        Ok(())
    }

    /// A6. Where something of ours runs in the thread, people work on it: nobody is told to ask elsewhere.
    fn pinged(&self, said: &Said<'_>, decision: &mut Decision) -> Result<(), StoreError> {
        let org = &self.policy.org;
        if !self.view.by_thread(said.channel, said.root())?.is_empty() {
            return Ok(());
        }
        let area = pings::area_of(said, org);
        let Some(count) = pings::ping_counted(said, area, org) else { return Ok(()) };
        decision.counts.push(count);
        let offer = area.and_then(|area| pings::offer(said, area, self.policy));
        if let Some(offer) = offer
            && !self.view.was_offered(said.channel, said.root(), said.by)?
        {
            let (channel, root, user) = (said.channel.clone(), said.root().clone(), said.by.clone());
            decision.counts.push(Count::Offered { channel, root, user });
            decision.notices.push(offer);
        }
        Ok(())
    }

    /// What whoever was offered SMEs says to it: the ask is made from their message, as if they had mentioned us on it.
    pub(super) fn offer_answered(&self, answered: &OfferAnswered) -> Result<Decision, StoreError> {
        let offer = &answered.offer;
        let (reason, area) = match answered.answer {
            OfferAnswer::No => {
                return Ok(Decision { reply: Reply::OfferAnswered { taken: false }, ..Decision::default() });
            }
            OfferAnswer::AskSmes => (None, offer.area.clone()),
            OfferAnswer::AboutDirection => (Some(Reason::Direction), None),
        };
        let via = Via::Offered {
            channel: offer.channel.clone(),
            ts: offer.ts.clone(),
            thread: offer.thread.clone(),
            area,
        };
        self.ask(&Ask { reason, ..Ask::of(answered.by.clone(), via, String::new()) })
    }
}
