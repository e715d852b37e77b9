//! The numbers of a report (A11): what each of them counts, in this one place.
//!
//! A question counts in the period in which it was asked, a round of a reply clock in the one in which it began, whatever
//! becomes of them when. Per area; of people only where an admin switched that on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::baseline::Baseline;
use super::calendar::weekly::Period;
use super::ids::{AreaKey, UserId};
use super::rules::ClockMode;

/// What became of the questions to SMEs that were asked in a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asks {
    /// Posted to SMEs; drafts that were never sent are none.
    pub asked: u32,
    /// Of these, somebody took it.
    pub taken: u32,
    /// Of these, answered and not disputed since, with no PM asked about it.
    pub answered_by_smes: u32,
    /// Of these, sent here by a PM who was asked first (A5).
    pub redirected: u32,
    /// Of these, in a place without SMEs.
    pub no_sme_area: u32,
    /// Of these, a PM was asked about it in the end.
    pub reached_a_pm: u32,
}

/// One round of a reply clock (B1, B6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// The promise it began with, in seconds.
    pub within_seconds: i64,
    /// How that promise counts (B4).
    pub mode: ClockMode,
    /// The promise passed without an answer, as it counts.
    pub missed: bool,
    /// Who answered.
    pub by: Option<UserId>,
    /// How it ended; `None` while it runs.
    pub end: Option<RoundEnd>,
}

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundEnd {
    /// In which way.
    pub how: RoundEnded,
    /// Seconds of waiting, pauses left out.
    pub elapsed_seconds: i64,
    /// Seconds of the owner's working time in them.
    pub working_seconds: i64,
}

/// In which way a round ended, as far as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundEnded {
    /// Answered: here, elsewhere, or the asker says so.
    Answered,
    /// No question after all, deleted, or taken back: counted apart (B2).
    Cancelled,
    /// Asked again before there was an answer (B6): the new round counts on.
    AskedAgain,
}

impl RoundEnded {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Answered, Self::Cancelled, Self::AskedAgain];

    /// The name in the store.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Cancelled => "cancelled",
            Self::AskedAgain => "asked_again",
        }
    }

    /// The way of that name.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ended| ended.key() == key)
    }
}

/// How PMs kept the reply clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replies {
    /// Rounds that began, cancelled ones left out.
    pub asked: u32,
    /// Of these, answered.
    pub answered: u32,
    /// Of these, still waiting.
    pub open: u32,
    /// Of these, no answer within the promise, every minute counted. One that still waits counts where its own clock says so.
    pub missed_elapsed: u32,
    /// The same, counted in working time.
    pub missed_working: u32,
    /// How long the answered ones took.
    pub elapsed: Option<Spread>,
    /// The same, in working time.
    pub working: Option<Spread>,
    /// Rounds that were cancelled, counted apart.
    pub cancelled: u32,
}

/// How long something took, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// At least half took no longer.
    pub p50: i64,
    /// At least nine of ten took no longer.
    pub p90: i64,
}

/// Calls that were asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calls {
    /// Requests that a PM got.
    pub asked: u32,
    /// Of these, on the second day (C2).
    pub short_notice: u32,
    /// Exceptions to the notice, counted apart.
    #[serde(default)]
    pub exceptions: Exceptions,
}

/// Exceptions to a PM's notice (C12), by when the call or the answer was asked for; of each the last one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exceptions {
    /// Asked for.
    pub asked: u32,
    /// Of these, approved: a call is among those that a PM got.
    pub approved: u32,
    /// Of these, declined.
    pub declined: u32,
    /// Of these, the start came before an answer.
    pub lapsed: u32,
}

/// What is counted of an area in every mode, as so much a week (A11).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weekly {
    /// Threads in which PMs or protected people were asked directly, in tenths a week.
    pub pm_pings_tenths: i64,
    /// Asks that the SME channel got, in tenths a week.
    pub sme_asks_tenths: i64,
    /// How long PMs took in the internal channel.
    pub took: Option<Spread>,
}

/// An area against what was counted before anything was enforced there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// Before it was switched on.
    pub before: Weekly,
    /// In the period of the report.
    pub now: Weekly,
    /// How many areas are in both.
    pub areas: u32,
}

impl Weekly {
    /// Of what was counted in so many days; of none there is nothing to tell.
    pub fn of(baseline: &Baseline, days: i64) -> Option<Self> {
        let tenths = |count: u32| (i64::from(count) * 70 + days / 2) / days;
        let took = baseline.internal_replies.iter().map(|took| took.elapsed_seconds).collect();
        (days > 0).then(|| Self {
            pm_pings_tenths: tenths(baseline.pm_pings),
            sme_asks_tenths: tenths(baseline.sme_asks),
            took: Spread::of(took),
        })
    }
}

impl Compared {
    /// Of several areas: only those with a baseline, before as now. How long PMs took is not added up.
    fn together<'a>(all: impl Iterator<Item = &'a Self>) -> Option<Self> {
        let mut sum = Self::default();
        for Self { before, now, areas } in all {
            sum.areas += areas;
            sum.before.pm_pings_tenths += before.pm_pings_tenths;
            sum.before.sme_asks_tenths += before.sme_asks_tenths;
            sum.now.pm_pings_tenths += now.pm_pings_tenths;
            sum.now.sme_asks_tenths += now.sme_asks_tenths;
        }
        (sum.areas > 0).then_some(sum)
    }
}

/// The numbers of an area, or of several together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    /// Questions to SMEs.
    pub asks: Asks,
    /// The reply clock.
    pub replies: Replies,
    /// Calls.
    pub calls: Calls,
    /// Against the baseline, where one was counted.
    pub compared: Option<Compared>,
}

/// What is stored of one area in a period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// Questions to SMEs.
    pub asks: Asks,
    /// Rounds of reply clocks, in no order.
    pub rounds: Vec<Round>,
    /// Calls.
    pub calls: Calls,
    /// Against the baseline, where one was counted.
    pub compared: Option<Compared>,
}

/// What is stored of each area; under `None` what belongs to none.
pub type ByArea = BTreeMap<Option<AreaKey>, Counted>;

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Every area, and what belongs to none.
    All,
    /// These areas.
    Areas(Vec<AreaKey>),
}

/// A report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// When.
    pub period: Period,
    /// Each area, those of the directory first and in its order; under `None` what belongs to none.
    pub areas: Vec<(Option<AreaKey>, Numbers)>,
    /// All of them together, where they are several.
    pub together: Option<Numbers>,
    /// How each PM kept the reply clock, where an admin switched that on and one area is told of.
    pub people: Vec<(UserId, Replies)>,
}

impl Numbers {
    /// Of what was counted.
    pub fn of(counted: &Counted) -> Self {
        Self {
            asks: counted.asks,
            replies: Replies::of(&counted.rounds),
            calls: counted.calls,
            compared: counted.compared,
        }
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        Self { compared: None, ..*self } == Self::default()
    }
}

impl Replies {
    /// Of these rounds.
    pub fn of<'a>(rounds: impl IntoIterator<Item = &'a Round>) -> Self {
        let mut replies = Self::default();
        let (mut elapsed, mut working) = (Vec::new(), Vec::new());
        for round in rounds {
            match round.end {
                Some(RoundEnd { how: RoundEnded::Cancelled, .. }) => {
                    replies.cancelled += 1;
                    continue;
                }
                Some(end) => {
                    replies.missed_elapsed += u32::from(end.elapsed_seconds > round.within_seconds);
                    replies.missed_working += u32::from(end.working_seconds > round.within_seconds);
                    if end.how == RoundEnded::Answered {
                        replies.answered += 1;
                        elapsed.push(end.elapsed_seconds);
                        working.push(end.working_seconds);
                    }
                }
                None => {
                    replies.open += 1;
                    match round.mode {
                        ClockMode::Elapsed => replies.missed_elapsed += u32::from(round.missed),
                        ClockMode::Working => replies.missed_working += u32::from(round.missed),
                    }
                }
            }
            replies.asked += 1;
        }
        Self { elapsed: Spread::of(elapsed), working: Spread::of(working), ..replies }
    }
}

impl Spread {
    /// Of these durations; nothing of none. Each is one of them, never a mean of two.
    pub fn of(mut seconds: Vec<i64>) -> Option<Self> {
        seconds.sort_unstable();
        let nearest = |tenths: usize| seconds.get((seconds.len() * tenths).div_ceil(10).max(1) - 1).copied();
        Some(Self { p50: nearest(5)?, p90: nearest(9)? })
    }
}

impl Report {
    /// Of what was counted of these areas, in their order. `per_person`: people are told of, too, where it is one area.
    pub fn of(period: Period, known: &[AreaKey], whose: &Whose, counted: &ByArea, per_person: bool) -> Self {
        let none = Counted::default();
        let of = |area: &Option<AreaKey>| counted.get(area).unwrap_or(&none);
        let shown: Vec<Option<AreaKey>> = match whose {
            Whose::Areas(areas) => areas.iter().cloned().map(Some).collect(),
            Whose::All => {
                // What was counted under a name that the directory has no more is not lost.
                let named = known.iter().cloned().map(Some);
                let others =
                    counted.keys().filter(|area| area.as_ref().is_none_or(|key| !known.contains(key)));
                named.chain(others.rev().cloned()).collect()
            }
        };
        let areas: Vec<_> = shown.iter().map(|area| (area.clone(), Numbers::of(of(area)))).collect();
        let people = match shown.as_slice() {
            [only] if per_person => per_person_of(&of(only).rounds),
            _ => Vec::new(),
        };
        Self { period, together: (areas.len() > 1).then(|| together(shown.iter().map(of))), areas, people }
    }
}

fn together<'a>(counted: impl Iterator<Item = &'a Counted>) -> Numbers {
    let mut all = Numbers::default();
    let mut rounds = Vec::new();
    let counted: Vec<&Counted> = counted.collect();
    let compared = Compared::together(counted.iter().filter_map(|area| area.compared.as_ref()));
    for Counted { asks, rounds: some, calls, compared: _ } in counted {
        all.asks.asked += asks.asked;
        all.asks.taken += asks.taken;
        all.asks.answered_by_smes += asks.answered_by_smes;
        all.asks.redirected += asks.redirected;
        all.asks.no_sme_area += asks.no_sme_area;
        all.asks.reached_a_pm += asks.reached_a_pm;
        all.calls.asked += calls.asked;
        all.calls.short_notice += calls.short_notice;
        all.calls.exceptions.asked += calls.exceptions.asked;
        all.calls.exceptions.approved += calls.exceptions.approved;
        all.calls.exceptions.declined += calls.exceptions.declined;
        all.calls.exceptions.lapsed += calls.exceptions.lapsed;
        rounds.extend(some);
    }
    Numbers { replies: Replies::of(rounds), compared, ..all }
}

fn per_person_of(rounds: &[Round]) -> Vec<(UserId, Replies)> {
    let mut of: BTreeMap<&UserId, Vec<&Round>> = BTreeMap::new();
    for round in rounds {
        if let (Some(by), Some(RoundEnd { how: RoundEnded::Answered, .. })) = (&round.by, round.end) {
            of.entry(by).or_default().push(round);
        }
    }
    of.into_iter().map(|(user, rounds)| (user.clone(), Replies::of(rounds))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600;

    fn ended(how: RoundEnded, elapsed: i64, working: i64) -> Round {
        let end = RoundEnd { how, elapsed_seconds: elapsed, working_seconds: working };
        Round { end: Some(end), by: Some(UserId::from("UPAT")), ..open(ClockMode::Elapsed, false) }
    }

    fn open(mode: ClockMode, missed: bool) -> Round {
        Round { within_seconds: 4 * HOUR, mode, missed, by: None, end: None }
    }

    #[test]
    fn half_and_nine_of_ten_are_durations_that_were() {
        let spread = |p50, p90| Some(Spread { p50, p90 });
        for (seconds, expected) in [
            (vec![], None),
            (vec![7], spread(7, 7)),
            (vec![9, 1], spread(1, 9)),
            (vec![1, 2, 3], spread(2, 3)),
            ((1..=10).rev().collect(), spread(5, 9)),
            ((1..=11).collect(), spread(6, 10)),
        ] {
            assert_eq!(Spread::of(seconds.clone()), expected, "{seconds:?}");
        }
    }

    #[test]
    fn each_round_is_counted_once_and_cancelled_ones_apart() {
        let answered = |elapsed, working| ended(RoundEnded::Answered, elapsed, working);
        let base = Replies { asked: 1, ..Replies::default() };
        let took = |elapsed, working| Replies {
            answered: 1,
            elapsed: Spread::of(vec![elapsed]),
            working: Spread::of(vec![working]),
            ..base
        };
        for (round, expected) in [
            // The promised instant itself is in time.
            (answered(4 * HOUR, HOUR), took(4 * HOUR, HOUR)),
            (answered(4 * HOUR + 1, HOUR), Replies { missed_elapsed: 1, ..took(4 * HOUR + 1, HOUR) }),
            (
                answered(9 * HOUR, 5 * HOUR),
                Replies { missed_elapsed: 1, missed_working: 1, ..took(9 * HOUR, 5 * HOUR) },
            ),
            (ended(RoundEnded::AskedAgain, 5 * HOUR, HOUR), Replies { missed_elapsed: 1, ..base }),
            (ended(RoundEnded::AskedAgain, HOUR, HOUR), base),
            (ended(RoundEnded::Cancelled, 9 * HOUR, 9 * HOUR), Replies { asked: 0, cancelled: 1, ..base }),
            (open(ClockMode::Elapsed, false), Replies { open: 1, ..base }),
            (open(ClockMode::Elapsed, true), Replies { open: 1, missed_elapsed: 1, ..base }),
            (open(ClockMode::Working, true), Replies { open: 1, missed_working: 1, ..base }),
        ] {
            assert_eq!(Replies::of([&round]), expected, "{round:?}");
        }
    }

    #[test]
    fn a_baseline_is_told_as_so_much_a_week_and_added_up_over_the_same_areas() {
        let counted = Baseline { pm_pings: 20, sme_asks: 3, ..Baseline::default() };
        assert_eq!(Weekly::of(&counted, 0), None);
        let weekly = Weekly::of(&counted, 28).expect("28 days");
        assert_eq!((weekly.pm_pings_tenths, weekly.sme_asks_tenths, weekly.took), (50, 8, None));
        assert_eq!(Weekly::of(&counted, 7).expect("7 days").pm_pings_tenths, 200);
        assert_eq!(Compared::together([].iter()), None);
        let one = Compared { before: weekly, now: Weekly::default(), areas: 1 };
        let both = Compared::together([one, one].iter()).expect("two areas");
        assert_eq!((both.areas, both.before.pm_pings_tenths, both.now.pm_pings_tenths), (2, 100, 0));
    }

    const EXCEPTIONS: Exceptions = Exceptions { asked: 3, approved: 1, declined: 1, lapsed: 1 };

    #[test]
    fn areas_are_told_in_order_and_together_from_the_rounds_themselves() {
        let period = Period { from: chrono::DateTime::UNIX_EPOCH, to: chrono::DateTime::UNIX_EPOCH };
        let known = ["ci", "security"].map(AreaKey::from);
        let of = |asked, seconds: &[i64]| Counted {
            asks: Asks { asked, ..Asks::default() },
            rounds: seconds.iter().map(|took| ended(RoundEnded::Answered, *took, *took)).collect(),
            calls: Calls { asked: 1, short_notice: 1, exceptions: EXCEPTIONS },
            compared: None,
        };
        let counted = ByArea::from([
            (None, of(1, &[])),
            (Some(known[0].clone()), of(4, &[1, 1])),
            (Some(AreaKey::from("renamed")), of(2, &[9])),
        ]);
        let report = Report::of(period, &known, &Whose::All, &counted, true);
        let names: Vec<_> = report.areas.iter().map(|(area, _)| area.as_ref().map(AreaKey::as_str)).collect();
        assert_eq!(names, [Some("ci"), Some("security"), Some("renamed"), None]);
        let all = report.together.expect("several areas");
        assert_eq!((all.asks.asked, all.calls.short_notice), (7, 3));
        let exceptions = Exceptions { asked: 9, approved: 3, declined: 3, lapsed: 3 };
        assert_eq!(all.calls.exceptions, exceptions);
        assert_eq!(all.replies.elapsed, Some(Spread { p50: 1, p90: 9 }), "not a mean of the areas' own");
        assert_eq!(report.people, [], "of several areas nobody is named");
        let only = Whose::Areas(vec![known[0].clone()]);
        let report = Report::of(period, &known, &only, &counted, false);
        assert_eq!((report.together, report.people.len(), report.areas.len()), (None, 0, 1));
        let report = Report::of(period, &known, &only, &counted, true);
        assert_eq!(report.people.iter().map(|(_, replies)| replies.answered).collect::<Vec<_>>(), [2]);
    }
}
