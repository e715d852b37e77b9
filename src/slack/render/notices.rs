//! What notices say: every `What`, in the words of its moment. Who is mentioned, and where, is decided in the files that
//! this leads to and nowhere else ("Who is mentioned, and where"); what can wait mentions nobody.

use super::blocks::said;
use super::line::Line;
use super::{
    Scene, absence, admin, call_changes, card, digest, directory, exceptions, handed, modes, offers,
    reminders, replies, report, steps, threads,
};
use crate::domain::engagement::Engagement;
use crate::domain::notice::{Address, Notice, What};
use crate::slack::outgoing::Message;

/// What a notice about one ask is drawn from.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    /// The ask.
    pub engagement: &'a Engagement,
    /// Everything else.
    pub scene: &'a Scene<'a>,
    /// Where it goes.
    pub to: &'a Address,
}

/// The message of a notice.
pub fn notice(notice: &Notice, scene: &Scene<'_>) -> Message {
    match (&notice.what, scene.engagement) {
        (What::Reply { reply }, _) => {
            replies::reply(reply, scene).unwrap_or_else(|| said(&Line::from("Noted."), None))
        }
        (What::SetAway { absence }, _) => absence::set_for_you(absence, scene),
        (What::StatusSaysAway { until, .. }, _) => absence::status_says(*until),
        (What::Unresolved { what }, _) => admin::unresolved(what),
        (What::NobodyTakesOver { engagements, number }, _) => {
            directory::nobody_takes_over(engagements, *number)
        }
        (What::DirectoryBroken { problems, number }, _) => directory::broken(problems, *number),
        (What::DirectoryHolds, _) => directory::holds(),
        (What::PmsOutside { area, pms }, _) => directory::pms_outside(scene, area, pms),
        (What::ClocksSet { engagements, number }, _) => admin::clocks_set(engagements, *number),
        (What::ClocksLate { number, since }, _) => admin::clocks_late(*number, *since),
        (What::Unreadable { engagements, number }, _) => admin::unreadable(engagements, *number),
        (What::CardDeleted { channel, card: _ }, Some(about)) => admin::card_deleted(scene, about, channel),
        (What::Trouble { trouble }, _) => admin::trouble(scene, trouble),
        (What::WellAgain { trouble }, _) => admin::well_again(scene, trouble),
        (What::UnreadableRow { table, row }, _) => admin::unreadable_row(table, row),
        (What::SmesOffered { offer }, _) => offers::smes_offered(offer, scene),
        (What::ModeSwitched { area, mode, by }, _) => modes::mode_switched(area, *mode, by.as_ref(), scene),
        (What::Parked { channel, error, went_to }, about) => {
            admin::parked(scene, about, channel, error, went_to.as_ref())
        }
        (What::Unsearched { channel, error }, about) => admin::unsearched(scene, about, channel, error),
        (What::Digest { reminders, since, late_because }, _) => {
            digest::digest(scene, &notice.to, reminders, *since, late_because.as_ref())
        }
        (What::WeeklyReport { report, late_because }, _) => {
            report::weekly(report, late_because.as_ref(), scene)
        }
        (what, Some(engagement)) => about(what, Told { engagement, scene, to: &notice.to }),
        (_, None) => said(&Line::from("That question is no longer here."), None),
    }
}

/// A notice about one ask.
fn about(what: &What, told: Told<'_>) -> Message {
    match what {
        What::Card { mention } => card::card(told.engagement, told.scene, *mention),
        What::TakenToRequester { by } => steps::taken(told, by),
        What::AnsweredToRequester { by } => steps::answered(told, by),
        What::MovedToRequester { to, by } => steps::moved(told, to, by),
        What::PmAnsweredToRequester { sme } => steps::pm_answered(told, sme),
        What::ChangedToRequester { change } => {
            let opening = told.scene.to_requester(told.engagement, told.to);
            call_changes::change(told, &opening, change)
        }
        What::CallChanged { change, mention } => {
            let opening =
                mention.as_ref().map_or_else(Line::default, |user| told.scene.mention(user).then(": "));
            call_changes::change(told, &opening, change)
        }
        What::DetailAdded { by, text } => threads::detail_added(told, by, text),
        What::NotSolved { by, why, whom } => threads::not_solved(told, by, why.as_deref(), whom.as_ref()),
        What::RelayToSme { sme, inquiry } => threads::relay(told, sme, *inquiry),
        What::Redirected { to } => threads::redirected(told, *to),
        What::StageLink { link } => threads::stage_link(told, link.as_deref()),
        What::OwnerChanged { to, by } => threads::owner_changed(told, to, by),
        What::HandedOver { from, to, why, leads } => {
            handed::in_thread(told, from, to.as_ref(), (*why, leads))
        }
        What::AskerLeft { owner } => handed::asker_left(told, owner.as_ref()),
        What::NobodyCovers { who, until, leads } => absence::nobody_covers(told, who, *until, leads),
        What::CallWhileAway { who, until } => absence::call_while_away(told, who, *until),
        What::AskedAgain { owner, text, due } => threads::asked_again(told, owner, text.as_deref(), *due),
        What::WaitingOnSme { asker, why } => threads::waiting_on_sme(told, asker, why),
        What::NotTaken { leads, again, hours, late_because } => {
            reminders::not_taken(told, leads, *again, *hours, late_because.as_ref())
        }
        What::NotTakenAnywhere { hours, late_because } => {
            reminders::not_taken_anywhere(told, *hours, late_because.as_ref())
        }
        What::TakenSilent { taker, days, late_because } => {
            reminders::taken_silent(told, taker, *days, late_because.as_ref())
        }
        What::MovedAway { to } => threads::moved_away(told, to),
        What::LeadToPlace { leads } => reminders::lead_to_place(told, leads),
        What::PmReminder { owner, days, late_because } => {
            reminders::pm_reminder(told, owner, *days, late_because.as_ref())
        }
        What::AdviceDue { owner, overdue, late_because } => {
            reminders::advice_due(told, owner.as_ref(), *overdue, late_because.as_ref())
        }
        What::Nudge { owner, waited_seconds, due, late_because } => {
            reminders::nudge(told, owner, *waited_seconds, *due, late_because.as_ref())
        }
        What::Miss { owner, second, waited_seconds, late_because } => {
            reminders::miss(told, owner, second.as_ref(), *waited_seconds, late_because.as_ref())
        }
        What::Raise { leader, since, waited_seconds, direct, late_because, instead } => {
            let waited = (*since, *waited_seconds);
            let why = (late_because.as_ref(), instead.as_ref());
            if *direct {
                reminders::raise_direct(told, leader, waited, why)
            } else {
                reminders::raise(told, leader, waited, why)
            }
        }
        What::PmAwaited { whom, waited_seconds, due, late_because } => {
            reminders::pm_awaited(told, whom, *waited_seconds, *due, late_because.as_ref())
        }
        What::AgendaDue { start, due, late_because } => {
            reminders::agenda_due(told, *start, *due, late_because.as_ref())
        }
        What::AgendaMissed { requester, pm, late_because } => {
            reminders::agenda_missed(told, requester, pm.as_ref(), late_because.as_ref())
        }
        What::ExceptionAsked { whom, because } => exceptions::asked(told, whom, because),
        What::ExceptionStands { whom, start } => exceptions::as_it_stands(told, whom, *start),
        What::Blind { channel } => admin::blind(told, channel),
        What::Reply { .. }
        | What::Digest { .. }
        | What::Parked { .. }
        | What::Unsearched { .. }
        | What::UnreadableRow { .. }
        | What::Unresolved { .. }
        | What::SetAway { .. }
        | What::StatusSaysAway { .. }
        | What::NobodyTakesOver { .. }
        | What::DirectoryBroken { .. }
        | What::DirectoryHolds
        | What::PmsOutside { .. }
        | What::ClocksSet { .. }
        | What::ClocksLate { .. }
        | What::CardDeleted { .. }
        | What::Trouble { .. }
        | What::WellAgain { .. }
        | What::Unreadable { .. }
        | What::SmesOffered { .. }
        | What::ModeSwitched { .. }
        | What::WeeklyReport { .. } => said(&Line::from("Noted."), None),
    }
}
