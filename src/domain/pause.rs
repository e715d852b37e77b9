//! Pauses of reminders: of all, or of one SME area's, by whom and until when. Pure.
//!
//! Clocks go on and cards and answers are sent; only what reminds waits. A clock that comes due in a pause is held, and decided
//! when no pause covers it any more, by what is so then (B5), late because of the pause (B7).

use chrono::{DateTime, Utc};

use super::command::ClockKind;
use super::ids::{AreaKey, UserId};
use super::notice::Downtime;

/// One pause, running or over.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Pause {
    /// The area whose reminders wait; `None` for all.
    pub area: Option<AreaKey>,
    /// Who paused them.
    pub by: UserId,
    /// Since when.
    pub from: DateTime<Utc>,
    /// Until when; `None` until somebody resumes them.
    pub until: Option<DateTime<Utc>>,
    /// When it was over, once that is written down.
    pub ended: Option<DateTime<Utc>>,
}

impl Pause {
    /// Whether reminders of that area (`None`: of no area) wait for it now.
    pub fn holds(&self, area: Option<&AreaKey>, now: DateTime<Utc>) -> bool {
        self.covers(area) && self.from <= now && self.over_at().is_none_or(|over| now < over)
    }

    /// Whether it is about that area's reminders, at whatever time.
    fn covers(&self, area: Option<&AreaKey>) -> bool {
        self.area.as_ref().is_none_or(|own| Some(own) == area)
    }

    /// When it is over, as far as that is known.
    pub fn over_at(&self) -> Option<DateTime<Utc>> {
        self.ended.or(self.until)
    }
}

/// Whether a clock only reminds: its step can wait. What closes, lapses or reads something cannot.
pub fn reminds(clock: ClockKind) -> bool {
    match clock {
        ClockKind::TakeBy
        | ClockKind::TakeAgain
        | ClockKind::TakenSilent
        | ClockKind::PmReminder
        | ClockKind::AdviceDue
        | ClockKind::AdviceOverdue
        | ClockKind::Reply
        | ClockKind::AgendaAsk
        | ClockKind::AgendaMissed => true,
        ClockKind::Close
        | ClockKind::CallStart
        | ClockKind::ExceptionNext
        | ClockKind::DraftLapse
        | ClockKind::ReadRoot
        | ClockKind::ReadProof
        | ClockKind::ReadThread => false,
    }
}

/// The last time in which that area's reminders were paused and are not any more: pauses that touch each other are one.
pub fn last_paused(pauses: &[Pause], area: Option<&AreaKey>, now: DateTime<Utc>) -> Option<Downtime> {
    if pauses.iter().any(|pause| pause.holds(area, now)) {
        return None;
    }
    let over = |pause: &&Pause| pause.covers(area) && pause.over_at().is_some_and(|over| over <= now);
    let mut past: Vec<&Pause> = pauses.iter().filter(over).collect();
    past.sort_by_key(|pause| pause.over_at());
    let last = past.pop()?;
    let mut from = last.from;
    while let Some(before) = past.pop() {
        if before.over_at().is_some_and(|over| over >= from) {
            from = from.min(before.from);
        }
    }
    Some(Downtime { from, to: last.over_at()?, blind: false, paused_by: Some(last.by.clone()) })
}

/// Why something comes late: the pause, or the time in which we were down, whichever ended last.
pub fn later(pause: Option<Downtime>, down: Option<&Downtime>) -> Option<Downtime> {
    match (pause, down) {
        (Some(pause), Some(down)) if down.to > pause.to => Some(down.clone()),
        (Some(pause), _) => Some(pause),
        (None, down) => down.cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + minutes * 60, 0).expect("an instant")
    }

    fn pause(area: Option<&str>, from: i64, until: Option<i64>, ended: Option<i64>) -> Pause {
        Pause {
            area: area.map(AreaKey::from),
            by: UserId::from("UADM"),
            from: at(from),
            until: until.map(at),
            ended: ended.map(at),
        }
    }

    #[test]
    fn a_pause_holds_its_own_area_while_it_lasts() {
        let (ci, plan) = (AreaKey::from("ci"), AreaKey::from("plan"));
        for (pause, area, now, holds) in [
            (pause(None, 0, None, None), Some(&ci), 5, true),
            (pause(None, 0, None, None), None, 5, true),
            (pause(Some("ci"), 0, None, None), Some(&ci), 5, true),
            (pause(Some("ci"), 0, None, None), Some(&plan), 5, false),
            (pause(Some("ci"), 0, None, None), None, 5, false),
            (pause(None, 0, Some(10), None), Some(&ci), 9, true),
            (pause(None, 0, Some(10), None), Some(&ci), 10, false),
            (pause(None, 0, Some(10), Some(4)), Some(&ci), 5, false),
            (pause(None, 6, None, None), Some(&ci), 5, false),
        ] {
            assert_eq!(pause.holds(area, at(now)), holds, "{pause:?} {area:?} {now}");
        }
    }

    #[test]
    fn pauses_that_touch_each_other_are_one_and_a_running_one_explains_nothing() {
        let ci = AreaKey::from("ci");
        let told =
            |pauses: &[Pause], now| last_paused(pauses, Some(&ci), at(now)).map(|down| (down.from, down.to));
        let all = pause(None, 0, Some(10), Some(10));
        let area = pause(Some("ci"), 8, Some(20), Some(20));
        let other = pause(Some("plan"), 0, Some(25), Some(25));
        assert_eq!(told(&[all.clone(), area.clone(), other.clone()], 30), Some((at(0), at(20))));
        assert_eq!(told(&[all.clone(), area.clone()], 15), None, "held still");
        assert_eq!(told(&[all.clone(), other.clone()], 30), Some((at(0), at(10))));
        let later = pause(Some("ci"), 12, Some(20), Some(20));
        assert_eq!(told(&[all, later], 30), Some((at(12), at(20))));
        assert_eq!(told(&[other], 30), None);
    }

    #[test]
    fn what_only_reminds_waits_and_what_ends_or_reads_something_does_not() {
        let waits: Vec<&str> =
            ClockKind::ALL.into_iter().filter(|kind| reminds(*kind)).map(ClockKind::key).collect();
        assert_eq!(waits.len(), 9, "{waits:?}");
        assert!(waits.contains(&"reply") && !waits.contains(&"close"));
    }
}
