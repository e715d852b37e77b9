//! Our command typed in a thread, where Slack takes none, so that everybody reads it as a message. Colleagues show each other
//! what to type: nothing is asked before whoever typed it says so, and only they hear of it.

use chrono::{DateTime, Utc};

use crate::domain::command::Heard;
use crate::domain::decision::{Decision, Reply};
use crate::domain::ids::EngagementId;
use crate::domain::notice::{Address, Notice, What};
use crate::domain::org::Org;
use crate::domain::pings::Offer;
use crate::domain::refusal::Refusal;

/// What runs in the thread.
#[derive(Debug, Clone, Copy)]
pub struct Open {
    /// Which.
    pub engagement: EngagementId,
    /// When its words were forgotten, where they were.
    pub forgotten: Option<DateTime<Utc>>,
}

/// What whoever typed it is told; `open` is what runs in that thread already.
pub fn typed(heard: &Heard, open: Option<Open>, org: &Org) -> Decision {
    let (Some(by), Some(thread)) = (&heard.by, &heard.thread) else { return Decision::default() };
    let refused = |refusal| What::Reply { reply: Reply::Refused(refusal) };
    let what = if org.is_shared(&heard.channel) {
        refused(Refusal::SharedChannel)
    } else if let Some(Open { engagement, forgotten }) = open {
        What::Reply { reply: Reply::Status { engagement, forgotten } }
    } else if org.area_of_internal_channel(&heard.channel).is_some() {
        refused(Refusal::StaysInside)
    } else if heard.text.is_empty() {
        refused(Refusal::CommandInThread)
    } else {
        let offer = Offer {
            channel: heard.channel.clone(),
            ts: heard.ts.clone(),
            thread: Some(thread.clone()),
            area: None,
        };
        What::SmesOffered { offer }
    };
    let to =
        Address::OnlyTo { user: by.clone(), channel: heard.channel.clone(), thread: Some(thread.clone()) };
    let notice = Notice { to, what, engagement: open.map(|open| open.engagement), urgent: true };
    Decision { notices: vec![notice], ..Decision::default() }
}
