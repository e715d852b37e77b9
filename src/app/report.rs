//! Numbers for whoever may have them, and for each week once.

use super::{App, Envelope, StoreError};
use crate::domain::calendar::weekly::Period;
use crate::domain::command::Command;
use crate::domain::decide::report;
use crate::domain::decision::Reply;
use crate::domain::directory::AreaMode;
use crate::domain::ids::UserId;

/// The end of the last week that was told, in microseconds.
const TOLD_UNTIL: &str = "weekly_report";

impl App {
    /// The numbers of the last so many days, of that area or of all that are this person's.
    pub(super) async fn report(
        &self,
        named: Option<&str>,
        days: u32,
        by: &UserId,
    ) -> Result<Reply, StoreError> {
        let policy = self.policy();
        let whose = match report::whose(&policy.org, by, named) {
            Ok(whose) => whose,
            Err(refusal) => return Ok(Reply::Refused(refusal)),
        };
        let period = Period::last_days(days, self.now(), policy.rules.reports.zone);
        let counted = self.store.numbers(self.installation, period).await?;
        Ok(Reply::Numbers { report: Box::new(report::report(&policy, &whose, period, &counted)) })
    }

    /// Keeps since when each area is not only observed: what was counted before then is its baseline (A11). Observed again, it
    /// gets a new one.
    async fn note_what_is_enforced(&self) -> Result<(), StoreError> {
        let policy = self.policy();
        let known = self.store.enforced(self.installation).await?;
        for area in policy.org.areas() {
            let topic = format!("enforced:{}", area.key);
            match (area.mode, known.contains(&area.key)) {
                (AreaMode::Observe, true) => self.store.forget_told(self.installation, &topic).await?,
                (AreaMode::Pilot | AreaMode::On, false) => {
                    self.store.tell_once(self.installation, &topic, self.now()).await?;
                }
                (AreaMode::Observe, false) | (AreaMode::Pilot | AreaMode::On, true) => {}
            }
        }
        Ok(())
    }

    /// Tells the numbers of the last week, if its end has come and they were not told; says whether. After a longer time in
    /// which we were down only the last week is told. Before the first week's end nothing is known of it, so nothing is told.
    pub async fn tell_the_week(&self) -> Result<bool, StoreError> {
        self.note_what_is_enforced().await?;
        let policy = self.policy();
        let rules = &policy.rules.reports;
        let Some(weekly) = rules.weekly else { return Ok(false) };
        let now = self.now();
        let week = weekly.last_week(now, rules.zone);
        let until = week.to.timestamp_micros();
        let told: Option<i64> =
            self.store.kept(self.installation, TOLD_UNTIL).await?.and_then(|text| text.parse().ok());
        match told {
            Some(told) if told >= until => return Ok(false),
            // Without names nobody can be told yet.
            Some(_) if !policy.org.knows_names() => return Ok(false),
            Some(_) => {
                let counted = self.store.numbers(self.installation, week).await?;
                let downtime = self.downtime.load_full();
                let late = downtime.as_ref().as_ref().filter(|downtime| downtime.explains(week.to, now));
                let decision = report::weekly(&policy, week, &counted, late);
                // Each post is told once, by the commit itself: what is kept below only saves the looking.
                self.commit_alone(decision, Envelope::internal(Command::Nothing)).await?;
            }
            None => {}
        }
        self.store.keep(self.installation, TOLD_UNTIL, &until.to_string()).await?;
        Ok(told.is_some())
    }
}
