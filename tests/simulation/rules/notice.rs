//! Notice is never under the limit: a call stands only with it, and so does a time by which a PM's answer is needed
//! (C1, C2, C11).

use chrono::{DateTime, Duration, Utc};
use switchboard::domain::decision::{Actor, Event};
use switchboard::domain::engagement::{Body, Call, Engagement, State};

use super::Broken;
use crate::rows::Line;

/// The notice that a PM is given.
const NOTICE: Duration = Duration::hours(48);
/// Within this a later start may still be on the same date.
const A_DAY: Duration = Duration::hours(24);

/// Checks one engagement against its timeline.
pub fn check(engagement: &Engagement, timeline: &[Line]) -> Vec<Broken> {
    if matches!(engagement.state, State::Draft | State::Deflected) {
        return Vec::new();
    }
    match &engagement.body {
        Body::Call(call) => of_call(engagement, call, timeline),
        Body::PmAsk(ask) => {
            let posted = timeline.iter().find(|line| matches!(line.event, Event::Sent { .. }));
            match (ask.needed_by, posted) {
                (Some(needed), Some(posted)) if needed - posted.at < NOTICE && !is_let_pass(timeline) => {
                    let how = format!("{}: asked {}, needed by {needed}", engagement.id, posted.at);
                    vec![Broken::new("notice is never under the limit", how)]
                }
                _ => Vec::new(),
            }
        }
        Body::Question(_) | Body::Inquiry(_) => Vec::new(),
    }
}

/// Somebody who may let it pass (C12).
fn is_let_pass(timeline: &[Line]) -> bool {
    timeline.iter().any(|line| matches!(line.event, Event::ExceptionApproved))
}

fn of_call(engagement: &Engagement, call: &Call, timeline: &[Line]) -> Vec<Broken> {
    let moves = |line: &&Line| matches!(line.event, Event::Rescheduled { .. });
    let first = timeline.iter().find(moves).map_or(call.start, |line| match line.event {
        Event::Rescheduled { from, .. } => from,
        _ => call.start,
    });
    let mut broken = Vec::new();
    let (mut approved, mut approved_at) = (false, None);
    let mut proposed: Vec<DateTime<Utc>> = Vec::new();
    for line in timeline {
        let given = match &line.event {
            Event::Sent { .. } => Some(first),
            Event::TimeProposed { start } => {
                proposed.push(*start);
                None
            }
            Event::Rescheduled { from, to } => {
                // A time that a PM proposed is one that the PM gives.
                let is_pms_own = proposed.contains(to) && is_requester(engagement, &line.by);
                (!is_pms_own && (to < from || *to - *from >= A_DAY)).then_some(*to)
            }
            _ => None,
        };
        match line.event {
            Event::ExceptionApproved => (approved, approved_at) = (true, Some(line.at)),
            // C12: another start than the approved one, and earlier, needs its own notice.
            Event::Rescheduled { from, to } if to < from => approved = approved_at == Some(line.at),
            _ => {}
        }
        if let Some(start) = given.filter(|start| *start - line.at < NOTICE && !approved) {
            let how = format!("{}: at {} for {start}", engagement.id, line.at);
            broken.push(Broken::new("notice is never under the limit", how));
        }
    }
    broken
}

fn is_requester(engagement: &Engagement, by: &Actor) -> bool {
    match by {
        Actor::Person(user) => *user == engagement.requester,
        Actor::Clock(_) | Actor::Slack | Actor::Directory => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn line(hour: i64, event: Event) -> Line {
        let by = Actor::Person(samples::requester());
        Line { at: samples::monday() + Duration::hours(hour), by, event }
    }

    fn start(hours: i64) -> DateTime<Utc> {
        samples::monday() + Duration::hours(hours)
    }

    fn posted() -> Event {
        Event::Sent { channel: "C1".into(), place: None }
    }

    #[test]
    fn a_call_under_the_limit_is_seen() {
        assert_eq!(check(&samples::call(start(48)), &[line(0, posted())]).len(), 0);
        assert_eq!(check(&samples::call(start(47)), &[line(0, posted())]).len(), 1);
    }

    #[test]
    fn a_start_that_moves_nearer_is_seen_unless_the_pm_proposed_it() {
        let moved = Event::Rescheduled { from: start(96), to: start(60) };
        let timeline = vec![line(0, posted()), line(20, moved.clone())];
        assert_eq!(check(&samples::call(start(60)), &timeline).len(), 1);
        let proposed = Event::TimeProposed { start: start(60) };
        let timeline = vec![line(0, posted()), line(19, proposed), line(20, moved)];
        assert_eq!(check(&samples::call(start(60)), &timeline).len(), 0);
    }

    #[test]
    fn an_answer_needed_too_soon_is_seen() {
        assert_eq!(check(&samples::pm_ask(Some(start(48))), &[line(0, posted())]).len(), 0);
        assert_eq!(check(&samples::pm_ask(Some(start(40))), &[line(0, posted())]).len(), 1);
    }
}
