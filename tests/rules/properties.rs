//! Random stories of a question or a PM's ask: whatever people press, the core's promises hold after each step.

use std::collections::BTreeMap;

use chrono::Duration;
use proptest::prelude::*;
use switchboard::domain::command::{Action, ClockKind};
use switchboard::domain::decide::{Case, pm_ask, question};
use switchboard::domain::decision::{ClockChange, Decision, Reply, Write};
use switchboard::domain::engagement::{Body, Engagement, State};
use switchboard::domain::ids::EngagementId;
use switchboard::domain::notice::{Address, What};
use switchboard::domain::org::Policy;

use crate::world::{act, directory, monday, person, place, policy_of, runner_pm_ask, runner_question};

/// One step of a story.
#[derive(Debug, Clone)]
enum Step {
    Press(&'static str, Action),
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let people = prop::sample::select(vec!["ava", "raj", "ines", "sam", "lena", "paul", "petra", "oskar"]);
    let actions = prop::sample::select(vec![
        Action::Take,
        Action::HandBack,
        Action::Answered,
        Action::Withdraw,
        Action::Solved,
        Action::NotSolved { why: None },
        Action::Seen,
        Action::RedirectToSmes,
        Action::NotMine { to: person("petra") },
        Action::Move { to: place("group/plan/boards") },
        Action::Move { to: place("group/verify/runner") },
        Action::AddDetail { text: "more".to_owned() },
        Action::Close { why: "done".to_owned() },
        Action::Reassign { to: person("sam") },
    ]);
    let step = prop_oneof![
        4 => (people, actions).prop_map(|(by, action)| Step::Press(by, action)),
        1 => (1_i64..60).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..40)
}

/// The desk: an engagement and its clocks, as the store would keep them.
struct Desk<'a> {
    policy: &'a Policy,
    engagement: Engagement,
    clocks: BTreeMap<ClockKind, i64>,
    hours: i64,
}

impl Desk<'_> {
    fn apply(&mut self, decision: &Decision) {
        for change in &decision.clocks {
            match change {
                ClockChange::Set { engagement, kind, due } if *engagement == self.engagement.id => {
                    self.clocks.insert(*kind, (*due - monday()).num_hours());
                }
                ClockChange::Stop { engagement, kind } if *engagement == self.engagement.id => {
                    self.clocks.remove(kind);
                }
                ClockChange::StopAll { engagement } if *engagement == self.engagement.id => {
                    self.clocks.clear();
                }
                ClockChange::Set { .. } | ClockChange::Stop { .. } | ClockChange::StopAll { .. } => {}
            }
        }
        let mut written: Vec<_> = decision.writes.iter().map(|write| write.engagement().id).collect();
        let writes = written.len();
        written.sort();
        written.dedup();
        assert_eq!(written.len(), writes, "an engagement is written once a decision");
        for write in &decision.writes {
            if let Write::Change(changed) = write
                && changed.id == self.engagement.id
            {
                assert_eq!(changed.version, self.engagement.version, "the version that was read");
                self.engagement = Engagement { version: changed.version + 1, ..(**changed).clone() };
            }
        }
        if !decision.writes.is_empty() {
            assert!(!decision.timeline.is_empty() || decision.reply != Reply::default(), "{decision:?}");
        }
        let to_requester = decision.notices.iter().filter(|notice| {
            matches!(&notice.to, Address::Direct { user } if *user == self.engagement.requester)
                && notice.engagement == Some(self.engagement.id)
        });
        assert!(to_requester.count() <= 1, "one message a step");
    }

    fn check(&self) {
        let engagement = &self.engagement;
        match engagement.state {
            State::Open | State::Taken | State::Draft => {
                assert!(engagement.closed_at.is_none(), "{:?}", engagement.state);
            }
            State::Answered => assert_eq!(
                self.clocks.keys().collect::<Vec<_>>(),
                [&ClockKind::Close],
                "an answer waits for a dispute and nothing else"
            ),
            State::Closed
            | State::Withdrawn
            | State::Redirected
            | State::Declined
            | State::Lapsed
            | State::Deflected => {
                assert!(self.clocks.is_empty(), "no clock after the end: {:?}", self.clocks);
                assert!(engagement.closed_at.is_some());
            }
        }
        if let Body::Question(_) = engagement.body {
            assert_eq!(engagement.state == State::Taken, engagement.owner.is_some() && is_live(engagement));
            assert!(engagement.moves <= 2 || engagement.state != State::Draft);
        }
        if engagement.state == State::Open {
            assert!(
                !self.clocks.is_empty() || reminded(engagement),
                "an open ask has a clock or had its reminder"
            );
        }
    }

    /// Lets time pass; clocks that fall due are decided upon, each when it is.
    fn wait(&mut self, hours: i64) {
        let until = self.hours + hours;
        while let Some((kind, due)) = self
            .clocks
            .iter()
            .map(|(kind, due)| (*kind, *due))
            .filter(|(_, due)| *due <= until)
            .min_by_key(|(_, due)| *due)
        {
            self.hours = self.hours.max(due);
            self.clocks.remove(&kind);
            let case = Case {
                engagement: &self.engagement,
                parent: None,
                next_id: EngagementId(9),
                policy: self.policy,
                now: monday() + Duration::hours(self.hours),
                downtime: None,
            };
            let decision = match &self.engagement.body {
                Body::Question(_) => question::due(&case, kind, case.now),
                _ => pm_ask::due(&case, kind, case.now),
            };
            for notice in &decision.notices {
                let is_reminder = matches!(
                    notice.what,
                    What::NotTaken { .. } | What::TakenSilent { .. } | What::PmReminder { .. }
                );
                assert!(!is_reminder || notice.still_holds(&self.engagement), "a reminder of what is done");
            }
            self.apply(&decision);
            self.check();
        }
        self.hours = until;
    }
}

fn is_live(engagement: &Engagement) -> bool {
    matches!(engagement.state, State::Open | State::Taken)
}

fn reminded(engagement: &Engagement) -> bool {
    match &engagement.body {
        Body::Question(question) => question.raised >= 2,
        Body::PmAsk(_) => true,
        Body::Inquiry(_) | Body::Call(_) => false,
    }
}

fn run(engagement: Engagement, clock: ClockKind, policy: &Policy, steps: &[Step]) {
    let mut desk = Desk { policy, engagement, clocks: BTreeMap::from([(clock, 24)]), hours: 0 };
    for step in steps {
        match step {
            Step::Press(by, action) => {
                let decision = act(&desk.engagement, by, action.clone(), desk.hours, desk.policy);
                desk.apply(&decision);
                desk.check();
            }
            Step::Wait(hours) => desk.wait(*hours),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_question_keeps_its_promises(steps in steps()) {
        let policy = policy_of(&directory());
        run(runner_question(&policy), ClockKind::TakeBy, &policy, &steps);
    }

    #[test]
    fn an_ask_of_a_pm_keeps_its_promises(steps in steps()) {
        let policy = policy_of(&directory());
        run(runner_pm_ask(&policy), ClockKind::PmReminder, &policy, &steps);
    }
}
