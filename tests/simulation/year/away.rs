//! Who is away, as they said it, and that nobody who is away is given a clock to answer by (B3).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use switchboard::domain::engagement::Body;
use switchboard::domain::ids::{EngagementId, UserId};
use switchboard::domain::reason::Fact;

use crate::rules::Broken;
use crate::sim::Sim;

/// Who is away, from when until when.
#[derive(Default)]
pub struct Absences {
    spans: BTreeMap<UserId, (DateTime<Utc>, DateTime<Utc>)>,
    seen: BTreeSet<(EngagementId, DateTime<Utc>)>,
}

impl Absences {
    /// Somebody said that they are away; the last day is theirs in their own zone, so a day of it is left out here.
    pub fn begin(&mut self, who: UserId, from: DateTime<Utc>, days: i64) {
        self.spans.insert(who, (from, from + Duration::days(days - 1)));
    }

    /// Whether somebody is away.
    pub fn is_away(&self, who: &UserId, at: DateTime<Utc>) -> bool {
        self.spans.get(who).is_some_and(|(from, to)| *from <= at && at < *to)
    }

    /// Looks at every clock once: whoever owns it when it begins is there, unless nobody covers for them.
    pub fn check(&mut self, sim: &Sim) -> Vec<Broken> {
        let mut broken = Vec::new();
        for one in sim.rows.engagements.values().filter(|one| one.state.is_live()) {
            let Body::Inquiry(inquiry) = &one.body else { continue };
            let (Some(clock), Some(owner)) = (&inquiry.clock, &one.owner) else { continue };
            if !self.seen.insert((one.id, clock.started_at)) {
                continue;
            }
            let nobody = one.because.iter().any(|because| matches!(because.fact, Fact::NobodyCovers { .. }));
            let is_away = self.spans.get(owner).is_some_and(|(from, to)| {
                *from + Duration::minutes(1) < clock.started_at && clock.started_at < *to
            });
            if is_away && !nobody {
                let how = format!("{} began at {} with {owner}: {:?}", one.id, clock.started_at, one.because);
                broken.push(Broken::new("nobody who is away is given a clock", how));
            }
        }
        broken
    }
}
