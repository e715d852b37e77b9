//! What is counted of an area, in every mode: PMs asked directly, asks that an SME channel got, and how long PMs take in
//! internal channels. The baseline against which everything later is measured (A11).
//!
//! Counts and durations by area and day. No text and no person is ever kept with them.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::ids::{AreaKey, ChannelId, Ts, UserId};

/// Something to be counted, with the decision that it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Count {
    /// An SME channel got an ask.
    SmeAsk {
        /// Of which area.
        area: AreaKey,
    },
    /// A PM or protected person was asked directly; counted once a thread.
    PmPing {
        /// Whose SMEs would have been asked, where that is known.
        area: Option<AreaKey>,
        /// Where.
        channel: ChannelId,
        /// In which thread; the message itself where it began none.
        root: Ts,
    },
    /// Whoever asked a PM directly was offered SMEs; once a thread and person.
    Offered {
        /// Where.
        channel: ChannelId,
        /// In which thread.
        root: Ts,
        /// To whom.
        user: UserId,
    },
    /// An SME asked a PM in the internal channel, and waits for an answer in that thread.
    InternalAsk {
        /// Of which area.
        area: AreaKey,
        /// Where.
        channel: ChannelId,
        /// In which thread.
        root: Ts,
        /// When.
        at: DateTime<Utc>,
    },
    /// A PM answered there.
    InternalReply {
        /// Of which area.
        area: AreaKey,
        /// Where.
        channel: ChannelId,
        /// In which thread.
        root: Ts,
        /// When.
        at: DateTime<Utc>,
        /// How long it took.
        took: Took,
    },
}

/// How long an answer took, on the clock and in the working time of whoever answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Took {
    /// Seconds that passed.
    pub elapsed_seconds: i64,
    /// Seconds of working time in it.
    pub working_seconds: i64,
}

/// What was counted of one area within some days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// PMs and protected people asked directly, threads.
    pub pm_pings: u32,
    /// Asks that the SME channel got.
    pub sme_asks: u32,
    /// Asks of PMs in the internal channel.
    pub internal_asks: u32,
    /// The answers there, in no order.
    pub internal_replies: Vec<Took>,
}

/// The days that are counted together, both ends included; days are those of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: NaiveDate,
    /// The last.
    pub to: NaiveDate,
}

impl Days {
    /// The last so many days up to that instant's, which counts as one.
    pub fn last(number: u32, now: DateTime<Utc>) -> Self {
        let to = now.date_naive();
        Self { from: to - TimeDelta::days(i64::from(number.saturating_sub(1))), to }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_days_end_today() {
        let now: DateTime<Utc> = "2026-11-20T23:59:59Z".parse().unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (number, from) in [(0, "2026-11-20"), (1, "2026-11-20"), (7, "2026-11-14")] {
            assert_eq!(Days::last(number, now), Days { from: day(from), to: day("2026-11-20") }, "{number}");
        }
    }
}
