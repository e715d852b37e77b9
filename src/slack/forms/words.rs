//! What the forms say: names of fields, explanations, and what is wrong with an entry.
//!
//! The voice of the messages: calm, specific, what to do next. No rule is decided here.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::absence::AwayProblem;
use crate::domain::decision::{Field, Problem};
use crate::domain::engagement::call::BriefingQuestion;
use crate::domain::org::Org;
use crate::domain::reason::Reason;
use crate::domain::rules::{NoticeMode, Rules};
use crate::slack::vocabulary::Form;

/// A reason in the menu.
pub const fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Technical => "Technical question",
        Reason::BestPractice => "Best practice",
        Reason::Demo => "Demo or deep dive",
        Reason::Discovery => "Discovery with a customer",
        Reason::Evaluation => "Help in an evaluation (trial, POV)",
        Reason::Roadmap => "Roadmap",
        Reason::Direction => "Direction of the product",
        Reason::Gap => "Feedback or a question on a gap",
        Reason::CustomerMeeting => "A PM in a customer meeting",
        Reason::GapToResolve => "A product gap to resolve",
        Reason::HighPriority => "High-priority issue: work has stopped, or there is a deadline",
        Reason::Escalation => "Customer escalation",
        Reason::Advice => "Support configuring, prescriptive advice",
    }
}

/// The groups of the menu of reasons.
pub const REASON_GROUPS: [(&str, &[Reason]); 3] = [
    ("Experts (SMEs) answer", &[Reason::Technical, Reason::BestPractice, Reason::Demo, Reason::Discovery]),
    (
        "A PM can be asked",
        &[Reason::Evaluation, Reason::Roadmap, Reason::Direction, Reason::Gap, Reason::CustomerMeeting],
    ),
    (
        "Something stands in the customer's way",
        &[Reason::GapToResolve, Reason::HighPriority, Reason::Escalation, Reason::Advice],
    ),
];

/// Why a reason needs more; `None` where it needs nothing.
pub const fn explanation(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::Evaluation => Some(
            "In an evaluation an SME looks first. With the evaluation's issue and an SME's answer a PM can be asked; \
             without them this goes to the SMEs, who do that look.",
        ),
        Reason::Gap => {
            Some("A PM can answer this. If you need it by a certain time, say when: PMs are given notice.")
        }
        Reason::CustomerMeeting => Some(
            "PMs are given notice of a call, so that they come prepared. Time, goal and attendees are needed now; the \
             rest helps the PM and may follow.",
        ),
        Reason::GapToResolve => {
            Some("An SME raises this with the PM for you. They need the issue in the customer's project.")
        }
        Reason::HighPriority => Some("A PM is asked at once. They need the issue."),
        Reason::Escalation => {
            Some("The PM and the stage's channel are told. The issue comes first, with all that is known.")
        }
        Reason::Advice => Some("Product support steps in where the CSM could not give this advice."),
        Reason::Technical
        | Reason::BestPractice
        | Reason::Demo
        | Reason::Discovery
        | Reason::Roadmap
        | Reason::Direction => None,
    }
}

/// What a box beside a reason confirms.
pub const fn statement(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::Evaluation => Some("I am an SME of this area and have done the triage"),
        Reason::Escalation => Some("All information is in the issue, and I followed up there"),
        Reason::Advice => Some("The CSM could not give this advice"),
        Reason::Technical
        | Reason::BestPractice
        | Reason::Demo
        | Reason::Discovery
        | Reason::Roadmap
        | Reason::Direction
        | Reason::Gap
        | Reason::CustomerMeeting
        | Reason::GapToResolve
        | Reason::HighPriority => None,
    }
}

/// What a reason's link leads to.
pub const fn proof_link(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::Evaluation => Some("The evaluation's issue"),
        Reason::GapToResolve => Some("The issue in the customer's project"),
        Reason::HighPriority => Some("The issue"),
        Reason::Escalation => Some("The escalation's issue"),
        Reason::Technical
        | Reason::BestPractice
        | Reason::Demo
        | Reason::Discovery
        | Reason::Roadmap
        | Reason::Direction
        | Reason::Gap
        | Reason::CustomerMeeting
        | Reason::Advice => None,
    }
}

/// A question of the briefing (C4, C5).
pub const fn briefing(question: BriefingQuestion) -> &'static str {
    match question {
        BriefingQuestion::Familiarity => "How familiar are they with it?",
        BriefingQuestion::SeenDemo => "Have they seen a demo?",
        BriefingQuestion::Usage => "In production, in a POC, or not tried yet?",
        BriefingQuestion::ExistingOrRoadmap => "About what exists, or about the roadmap?",
        BriefingQuestion::Tier => "Their tier",
        BriefingQuestion::Deployment => "SaaS, or self-managed (which version)?",
        BriefingQuestion::Health => "The account's health, in one sentence",
        BriefingQuestion::NotesDocument => "The running notes",
        BriefingQuestion::CustomerQuestions => "The customer's own questions",
        BriefingQuestion::SpecificIssues => "Specific issues",
        BriefingQuestion::Attitude => "Their attitude towards us",
    }
}

/// A form's title and the word on its button.
pub const fn title(form: Form) -> (&'static str, &'static str) {
    match form {
        Form::Request => ("Ask an expert", "Send"),
        Form::Detail => ("Add detail", "Add"),
        Form::Move => ("Wrong area", "Move"),
        Form::AskPm => ("Ask the PM", "Ask"),
        Form::NotSolved => ("Not solved", "Reopen"),
        Form::EditDraft => ("Before it is posted", "Post"),
        Form::PickPlace => ("Where it belongs", "Use this"),
        Form::AnsweredElsewhere => ("Answered elsewhere", "Save"),
        Form::NotMine => ("Not mine", "Hand over"),
        Form::WaitOnSme => ("Waiting on the SME", "Pause"),
        Form::DeclineCall => ("Decline the call", "Decline"),
        Form::ProposeTime => ("Propose another time", "Propose"),
        Form::MissingContext => ("Missing context", "Ask"),
        Form::Reschedule => ("Reschedule the call", "Reschedule"),
        Form::CancelCall => ("Cancel the call", "Cancel the call"),
        Form::Agenda => ("Agenda", "Save"),
        Form::Close => ("Close", "Close it"),
        Form::Reassign => ("Give it to somebody", "Hand over"),
        Form::AskException => ("Ask for an exception", "Ask"),
        Form::DeclineException => ("Decline the exception", "Decline"),
        Form::Away => ("Away", "Save"),
    }
}

/// What is wrong with a field, and what to do.
pub fn problem(field: Field, problem: &Problem, org: &Org, rules: &Rules, reader: Option<Tz>) -> String {
    match problem {
        Problem::Missing => missing(field).to_owned(),
        Problem::NotALink if field == Field::Links => {
            "Only links here, one a line, each with its https://.".to_owned()
        }
        Problem::NotALink => "That is no link. Paste the whole address, with its https://.".to_owned(),
        Problem::NotATriage => format!(
            "Paste the link to the thread where an SME of this area answered, or the id of an answered question, such \
             as K7Q. It counts for {} days.",
            rules.sme.proof_max_age_days
        ),
        Problem::InThePast => "That time has passed. Choose a later one.".to_owned(),
        Problem::TooSoon { notice_seconds, earliest, pm_zone } => {
            let earliest = both_zones(*earliest, reader, *pm_zone);
            format!("{} The earliest is {earliest}.", too_soon(*notice_seconds, rules))
        }
        Problem::NeedsWhy => {
            "Or say here why it cannot wait: then I ask a PM for an exception, and the call stays until then."
                .to_owned()
        }
        Problem::Absence { why } => away(why, org),
        Problem::TooLong { limit } => format!("That is too long: {limit} characters fit."),
        Problem::NotConfirmed => "Tick this once it is so; until then an SME is the faster way.".to_owned(),
        Problem::StillSaving => {
            "Saving takes longer than usual. Please send it once more in a minute: it counts once.".to_owned()
        }
        Problem::NotSaved => "That was not saved and nothing was sent. Please try again.".to_owned(),
        Problem::OwnProcess { place } if field == Field::Reason => {
            format!("This is not asked here. {}", own_process(place, org))
        }
        Problem::OwnProcess { place } => own_process(place, org),
    }
}

/// Why an absence cannot be, at its field.
fn away(problem: &AwayProblem, org: &Org) -> String {
    let name = |user| org.name_of(user);
    match problem {
        AwayProblem::Past { .. } | AwayProblem::NotADay { .. } => {
            "That time has passed. Choose a later one.".to_owned()
        }
        AwayProblem::Backwards { .. } => {
            "You would be back before it begins. Choose a later time.".to_owned()
        }
        AwayProblem::TooFar { days } => {
            format!("That is more than {days} days ahead. An admin can take somebody out of the directory.")
        }
        AwayProblem::CoversSelf => {
            "Nobody covers for themselves. Choose somebody else, or nobody.".to_owned()
        }
        AwayProblem::CoverAway { cover, .. } => {
            format!("{} is away then, too. Choose somebody else, or nobody.", name(cover))
        }
        AwayProblem::CannotCover { cover } => {
            format!("{} cannot cover: choose a full member of this workspace, or nobody.", name(cover))
        }
        AwayProblem::Nobody { .. }
        | AwayProblem::NotTheirs { .. }
        | AwayProblem::NoLead
        | AwayProblem::NotSet { .. } => "That cannot be set here.".to_owned(),
    }
}

fn own_process(place: &crate::domain::org::PlaceId, org: &Org) -> String {
    let Some(place) = org.place(place) else {
        return "This group has its own way of being asked.".to_owned();
    };
    let process = place.process.as_ref();
    let note = process.and_then(|process| process.note.as_deref());
    let own = note.map_or_else(
        || format!("{} has its own way of being asked", place.name),
        |note| note.trim_end_matches('.').to_owned(),
    );
    match process.and_then(|process| process.link.as_deref()) {
        Some(link) => format!("{own}: {link}"),
        None => format!("{own}."),
    }
}

const fn missing(field: Field) -> &'static str {
    match field {
        Field::Reason => "Choose what it is about.",
        Field::From | Field::Until => "Choose when.",
        Field::Cover => "Choose who covers.",
        Field::Area => "Choose an area.",
        Field::Question => "Say what you would like to know.",
        Field::Customer => "Say which customer it is for.",
        Field::Links | Field::Link | Field::ProofLink => "A link is needed here.",
        Field::Triage => "Paste the link to the thread where an SME answered.",
        Field::Confirm => "Tick this once it is so.",
        Field::NeededBy => "Choose when you need it.",
        Field::Start => "Choose when it starts.",
        Field::Minutes => "Say how many minutes it takes, from 5 to 480.",
        Field::Goal => "Say in a sentence what the call is for.",
        Field::Attendees => "Say who comes, with their roles.",
        Field::BriefingLink => "Paste the link to the briefing.",
        Field::Agenda => "Paste the link to the agenda.",
        Field::Text => "A few words are needed here.",
        Field::Person => "Choose a person.",
    }
}

/// Why a time is too soon, in the mode that counts (C2).
fn too_soon(notice_seconds: i64, rules: &Rules) -> String {
    let need = rules.call.notice.0 / 3_600;
    match rules.call.mode {
        NoticeMode::Elapsed => format!("That is {} away and PMs need {need}.", hours(notice_seconds)),
        NoticeMode::Weekdays => format!("PMs need {need} h of weekdays; weekends and holidays do not count."),
        NoticeMode::ThirdDay => "PMs need three days: neither tomorrow nor the day after.".to_owned(),
    }
}

/// A span in whole hours, rounded down: nobody is promised more than there is.
fn hours(seconds: i64) -> String {
    if seconds < 3_600 { "less than 1 h".to_owned() } else { format!("{} h", seconds / 3_600) }
}

/// An instant as its reader has it, and as the PM has it where that differs.
fn both_zones(instant: DateTime<Utc>, reader: Option<Tz>, pm: Option<Tz>) -> String {
    let own_zone = reader.unwrap_or(Tz::UTC);
    let own = instant.with_timezone(&own_zone);
    let mut text = own.format("%a %-d %b %H:%M").to_string();
    text.push_str(if reader.is_some() { " your time" } else { " UTC" });
    if let Some(zone) = pm {
        let theirs = instant.with_timezone(&zone);
        if theirs.naive_local() != own.naive_local() {
            let same_day = theirs.date_naive() == own.date_naive();
            let format = if same_day { "%H:%M" } else { "%a %-d %b %H:%M" };
            let _ = write!(text, " ({} for the PM)", theirs.format(format));
        }
    }
    text
}
