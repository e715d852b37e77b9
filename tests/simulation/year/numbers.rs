//! Every number that is told of the last week, area by area, against what people could have counted: cards, the instants of
//! messages in threads, and what was said without the bot, before as now.

use std::collections::BTreeMap;

use switchboard::domain::calendar::weekly::Period;
use switchboard::domain::decide::report;
use switchboard::domain::numbers::Whose;
use switchboard::slack::render;

use super::Year;
use super::book::{self, INQUIRY, QUESTION};
use super::company::{areas, channel_of, inside_of, key_of};
use super::habits::{a_week, micros};
use crate::ledger::Seen;
use crate::rules::Broken;

/// A PM's promise, in seconds.
const WITHIN: i64 = 4 * 3_600;

/// Values by the names of their columns.
type Values = BTreeMap<&'static str, String>;

impl Year {
    /// The values of each area are the year's own; the post has the same numbers in words.
    pub(super) async fn check_every_area(&mut self, week: Period, post: &str) {
        let app = &self.sim.story.bot.app;
        let counted = app.store().numbers(app.installation(), week).await.expect("numbers");
        let policy = app.policy();
        let report = report::report(&policy, &Whose::All, week, &counted);
        let csv = render::report_csv(&report);
        let mut wrong = Vec::new();
        for area in areas() {
            for (column, own) in self.own(area, week) {
                let told = value(&csv, &key_of(area), column);
                if told != own {
                    wrong.push(format!("{} {column}: counted {own}, told {told}", key_of(area)));
                }
            }
        }
        // Without the title, in which dates are written otherwise.
        for line in render::report_lines(&report, &policy.org).into_iter().skip(1) {
            let plain = post.replace('*', "");
            if !plain.contains(&line) {
                wrong.push(format!("not in the post: {line}"));
            }
        }
        let broken = wrong.into_iter().map(|how| Broken::new("every number is what people could count", how));
        self.sim.broken.extend(broken);
        print!("{csv}");
    }

    /// What was counted by hand of an area.
    fn own(&self, area: usize, week: Period) -> Values {
        let groups: Vec<&str> =
            self.company.groups_of(area).into_iter().map(|group| group.channel.as_str()).collect();
        let (asked_in, inside) = (channel_of(area), inside_of(area));
        let is_here = |place: &str| place == asked_in || place == inside || groups.contains(&place);
        let cards = book::count(&self.sim.ledger, &self.short, (week.from, week.to), is_here);
        let (answered, open, late) = self.rounds(&inside, week);
        let number = |count: usize| count.to_string();
        let mut own = Values::from([
            ("asked", number(cards.asked)),
            ("taken", number(cards.taken)),
            ("answered_by_smes", number(cards.alone)),
            ("reached_a_pm", number(cards.reached)),
            ("pm_asked", number(cards.inquiries)),
            ("pm_answered", number(answered.len())),
            ("pm_open", number(open)),
            ("pm_missed", number(late)),
            ("pm_p50_seconds", nearest(&answered, 5)),
            ("pm_p90_seconds", nearest(&answered, 9)),
            ("calls", number(cards.calls)),
            ("calls_short_notice", number(cards.short)),
        ]);
        own.extend(self.own_habits(area, week));
        own
    }

    /// The rounds that began inside in the week: how long the answered ones took, how many are open, how many are late. A round
    /// begins with the message that asked, or with the card where a form did.
    fn rounds(&self, inside: &str, week: Period) -> (Vec<i64>, usize, usize) {
        let (mut answered, mut open, mut late) = (Vec::new(), 0, 0);
        let here: Vec<(&str, &Seen)> = self
            .sim
            .ledger
            .standing
            .iter()
            .filter(|((place, _, only), _)| place == inside && only.is_none())
            .map(|((_, ts, _), seen)| (ts.as_str(), seen))
            .collect();
        let (from, to) = (week.from.timestamp_micros(), week.to.timestamp_micros());
        for (ts, card) in here.iter().filter(|(_, card)| card.by_bot && book::is(card, INQUIRY)) {
            let root = card.thread.as_deref().unwrap_or(ts);
            let begun = card.thread.as_deref().map_or_else(|| card.at.timestamp_micros(), micros);
            if !(from <= begun && begun < to) {
                continue;
            }
            let replies =
                here.iter().filter(|(_, said)| !said.by_bot && said.thread.as_deref() == Some(root));
            let seconds = |at: i64| (at - begun) / 1_000_000;
            if let Some(at) = replies.map(|(ts, _)| micros(ts)).min() {
                answered.push(seconds(at));
                late += usize::from(seconds(at) > WITHIN);
            } else {
                open += 1;
                late += usize::from(seconds(self.sim.now().timestamp_micros()) >= WITHIN);
            }
        }
        answered.sort_unstable();
        (answered, open, late)
    }

    /// What was said without the bot, now and before: so much a week.
    fn own_habits(&self, area: usize, week: Period) -> Values {
        let (from, to) = (week.from.date_naive(), week.to.date_naive());
        let switched = self.switched_at.date_naive();
        let names = [
            ("pm_pings_a_week", "pm_pings_a_week_before"),
            ("sme_asks_a_week", "sme_asks_a_week_before"),
            ("internal_p50_seconds", "internal_p50_seconds_before"),
            ("internal_p90_seconds", "internal_p90_seconds_before"),
        ];
        let Some(first) = self.habits.first_before(area, switched) else {
            return names
                .into_iter()
                .flat_map(|(now, before)| [now, before])
                .map(|name| (name, String::new()))
                .collect();
        };
        let (mut now, mut before) =
            (self.habits.between(area, (from, to)), self.habits.between(area, (first, switched)));
        // What was asked by us came to the same channel.
        let ours = self.sim.ledger.standing.iter().filter(|((place, _, only), seen)| {
            let day = seen.at.date_naive();
            let is_ours = only.is_none() && seen.by_bot && book::is(seen, QUESTION);
            is_ours && *place == channel_of(area) && from <= day && day < to
        });
        now.posted += i64::try_from(ours.count()).expect("a count");
        now.took.sort_unstable();
        before.took.sort_unstable();
        let (days, days_before) = ((to - from).num_days(), (switched - first).num_days());
        let values = [
            (a_week(now.pings, days), a_week(before.pings, days_before)),
            (a_week(now.posted, days), a_week(before.posted, days_before)),
            (nearest(&now.took, 5), nearest(&before.took, 5)),
            (nearest(&now.took, 9), nearest(&before.took, 9)),
        ];
        let pairs = names.into_iter().zip(values);
        pairs.flat_map(|((now, before), (value, was))| [(now, value), (before, was)]).collect()
    }
}

/// The one of these, which are in order, that so many tenths of them do not exceed; nothing of none.
fn nearest(sorted: &[i64], tenths: usize) -> String {
    let place = (sorted.len() * tenths).div_ceil(10);
    place.checked_sub(1).and_then(|at| sorted.get(at)).map(ToString::to_string).unwrap_or_default()
}

/// What stands in an area's line under that name.
fn value(csv: &str, area: &str, column: &str) -> String {
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let names = lines.next().expect("a line of names");
    let at = names.iter().position(|name| *name == column).expect("a column of that name");
    lines.find(|line| line[0] == area).map_or_else(|| "no line".to_owned(), |line| line[at].to_owned())
}
