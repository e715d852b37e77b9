//! Why it is where it is: each fact as a clause, each rule as a sentence, linked to the handbook where one is configured.

use super::Scene;
use super::line::{Line, line};
use super::times::{day, span};
use super::words;
use crate::domain::engagement::{Body, Engagement};
use crate::domain::org::Org;
use crate::domain::reason::{Because, Fact, Reason, Rule};

/// The clause of a reason, to stand after "because".
pub fn because_sentence(because: &Because, org: &Org) -> String {
    clause(&because.fact, org).plain()
}

/// The clause of a fact, with channels as links.
pub fn clause(fact: &Fact, org: &Org) -> Line {
    let place = |place| words::place_name(place, org);
    let area = |area| words::area_name(area, org);
    match fact {
        Fact::NoReasonGiven => line!["no reason was given, so SMEs answer first"],
        Fact::ReasonGiven { reason } => reason_clause(*reason),
        Fact::TextNames { words: found, place: named } => {
            if let [only] = found.as_slice()
                && only.to_lowercase() == place(named).to_lowercase()
            {
                return line![format!("it names {only}")];
            }
            let verb = if found.len() == 1 { "is" } else { "are" };
            line![format!("{} {verb} {}", words::in_quotes(found), place(named))]
        }
        Fact::Chosen { place: chosen, by } => line![format!("{} chose {}", org.name_of(by), place(chosen))],
        Fact::AskedIn { channel, place: there } => {
            line![
                "it was asked in ",
                words::channel(channel, org),
                format!(", the channel of {}", place(there))
            ]
        }
        Fact::AskedInArea { channel, area: there } => {
            line![
                "it was asked in ",
                words::channel(channel, org),
                format!(", where SMEs of {} answer", area(there))
            ]
        }
        Fact::NoSmeArea { place: without } => line![format!("{} has no SMEs to ask yet", place(without))],
        Fact::NoGroupChannel { place: without } => {
            line![format!("{} has no channel of its own that I can post in", place(without))]
        }
        Fact::NoStageChannel { place: without } => {
            line![format!("neither {} nor its stage has a channel that I can post in", place(without))]
        }
        Fact::NoPm { place: Some(without) } => line![format!("no PM is known for {}", place(without))],
        Fact::NoPm { place: None } => line!["no PM is known for it"],
        Fact::NoInternalChannel { area: without } => {
            line![format!("{} has no internal channel, so no clock runs", area(without))]
        }
        Fact::OwnProcess { place: own } => line![format!("{} has its own way of being asked", place(own))],
        Fact::TriageProved { by: Some(by) } => {
            line![format!("{} looked at it first, as an SME", org.name_of(by))]
        }
        Fact::TriageProved { by: None } => line!["an SME looked at it first"],
        Fact::PmMentioned { pm } => line![format!("{} was mentioned in it", org.name_of(pm))],
        Fact::PmOnDuty { pm } => line![format!("{} is on duty", org.name_of(pm))],
        Fact::Covers { by, pm, until } => line![format!(
            "{} covers for {}, who is away until {}",
            org.name_of(by),
            org.name_of(pm),
            day(*until)
        )],
        Fact::NobodyCovers { pm, until } => {
            line![format!("{} is away until {} and nobody covers", org.name_of(pm), day(*until))]
        }
        Fact::Pressed { by } => line![format!("{} said so", org.name_of(by))],
        Fact::Gone { who, why } => line![words::gone(&org.name_of(who), *why)],
        Fact::RepliedInThread { by, late: false } => {
            line![format!("{} replied in the thread", org.name_of(by))]
        }
        Fact::RepliedInThread { by, late: true } => {
            line![format!("{} replied in the thread, after the promised time", org.name_of(by))]
        }
        Fact::TimePassed { seconds } => line![format!("{} had passed", span(*seconds))],
        Fact::ThreadUnreadable => line!["its thread cannot be read"],
        Fact::ThreadRead => line!["its thread was read again"],
        Fact::Notice { seconds, second_day: false } => {
            line![format!("it gives {} of notice", span(*seconds))]
        }
        Fact::Notice { seconds, second_day: true } => {
            line![format!("it gives {} of notice, but falls on the second day", span(*seconds))]
        }
        Fact::ExceptionApproved { by } => {
            line![format!("{} approved an exception to the notice", org.name_of(by))]
        }
        Fact::CalendarChanged => line!["working hours or days off have changed"],
        Fact::MessageDeleted => line!["the message was deleted"],
        Fact::Undeliverable { error } => {
            line![format!("it could not be posted where it belongs: {}", words::slack_error(error))]
        }
        Fact::AreaNotOn { area: off } => line![format!("I am not switched on for {} yet", area(off))],
    }
}

fn reason_clause(reason: Reason) -> Line {
    let whose = match reason {
        Reason::Technical | Reason::BestPractice | Reason::Demo | Reason::Discovery => "go to SMEs first",
        Reason::Evaluation => "go to a PM once an SME has looked at them",
        Reason::Roadmap | Reason::Direction | Reason::Gap | Reason::HighPriority => "go to the PM",
        Reason::CustomerMeeting => "are asked in the group's channel",
        Reason::GapToResolve => "are raised by SMEs in the internal channel",
        Reason::Escalation => "go to the PM and the stage's channel",
        Reason::Advice => "go to the product leader",
    };
    line![format!("{} {whose}", words::reason_plural(reason))]
}

/// The one reason on a card: the fact that surprises most, else where it was found to belong, else what was asked for.
pub fn card_reason(engagement: &Engagement, scene: &Scene<'_>, opening: &'static str) -> Option<Line> {
    let (index, _) = engagement
        .because
        .iter()
        .enumerate()
        .min_by_key(|(index, because)| (weight(&because.fact, engagement), *index))?;
    let fact = &engagement.because[index].fact;
    let mut line = line![opening, " because ", clause(fact, scene.org)];
    let is_placed = matches!(fact, Fact::TextNames { .. } | Fact::Chosen { .. } | Fact::AskedIn { .. });
    let is_for_smes = matches!(&engagement.body, Body::Question(question) if !question.no_sme_area);
    if is_placed && is_for_smes && scene.area_of(engagement).is_some() {
        line = line.then(", whose SMEs answer first");
    }
    Some(line.then("."))
}

/// How little a fact says about where an ask is: the smallest is shown.
fn weight(fact: &Fact, engagement: &Engagement) -> u8 {
    let is_question = matches!(engagement.body, Body::Question(_));
    match fact {
        Fact::Undeliverable { .. } => 0,
        Fact::NoSmeArea { .. }
        | Fact::NoInternalChannel { .. }
        | Fact::NoPm { .. }
        | Fact::Covers { .. }
        | Fact::NobodyCovers { .. }
        | Fact::NoStageChannel { .. } => 1,
        Fact::NoGroupChannel { .. } | Fact::OwnProcess { .. } => 2,
        Fact::ReasonGiven { .. } | Fact::TriageProved { .. } if !is_question => 3,
        // Whoever meant to ask a PM and is sent to SMEs hears why first.
        Fact::ReasonGiven { reason: Reason::Evaluation | Reason::GapToResolve } => 3,
        Fact::PmMentioned { .. } | Fact::PmOnDuty { .. } => 4,
        Fact::TextNames { .. } | Fact::Chosen { .. } | Fact::AskedIn { .. } | Fact::AskedInArea { .. } => 5,
        Fact::ReasonGiven { .. } | Fact::TriageProved { .. } => 6,
        Fact::NoReasonGiven => 7,
        Fact::Notice { .. }
        | Fact::Pressed { .. }
        | Fact::Gone { .. }
        | Fact::RepliedInThread { .. }
        | Fact::TimePassed { .. }
        | Fact::ThreadUnreadable
        | Fact::ThreadRead
        | Fact::CalendarChanged
        | Fact::MessageDeleted
        | Fact::ExceptionApproved { .. }
        | Fact::AreaNotOn { .. } => 8,
    }
}

/// The rule as a sentence, linked to its explanation where a handbook is configured.
pub fn rule_line(rule: Rule, scene: &Scene<'_>) -> Line {
    let sentence = rule_sentence(rule);
    match (&scene.rules.handbook_base, handbook_path(rule)) {
        (Some(base), Some(path)) => Line::link(&format!("{}{path}", base.trim_end_matches('/')), sentence),
        (Some(_) | None, _) => Line::from(sentence),
    }
}

/// What the rule asks, in one sentence.
pub const fn rule_sentence(rule: Rule) -> &'static str {
    match rule {
        Rule::Table => "The reason decides who is asked.",
        Rule::A1 => "SMEs are asked before PMs.",
        Rule::A2 => "Technical questions, best practice, demos and discovery are for SMEs.",
        Rule::A3 => "PMs come in for roadmap, direction and gaps.",
        Rule::A4 => "For an evaluation an SME looks first, and shows it.",
        Rule::A5 => "A PM who is asked directly can hand it to SMEs.",
        Rule::A7 => "Questions are asked in SME channels, where others can join.",
        Rule::A8 => "A question that nobody takes in time goes to the area lead.",
        Rule::A9 => "A question moves twice at most, then the area lead places it.",
        Rule::A10 => "Some groups have their own way of being asked.",
        Rule::A12 => "A PM's question has an owner and one reminder, and no promised time.",
        Rule::B1 => "PMs answer SMEs in the internal channel within a promised time.",
        Rule::B2 => "Only a PM's message in the thread, or a word from the asker, stops the clock.",
        Rule::B3 => "One PM owns the answer: the one mentioned, else the one on duty.",
        Rule::B4 => "A clock keeps the way of counting that it began with.",
        Rule::B5 => "Reminders go up step by step, each once.",
        Rule::B6 => "Waiting on the SME pauses the clock; a new question starts a new one.",
        Rule::B7 => "Before anything is raised, the thread is read.",
        Rule::B8 => "PMs belong in the internal channels.",
        Rule::C1 => "A PM needs notice before a customer call.",
        Rule::C2 => "A call is never tomorrow.",
        Rule::C3 => "A PM is asked for a call in the group's channel.",
        Rule::C4 => "A PM needs to know what the customer wants to discuss.",
        Rule::C5 => "A PM is prepared with topic, goal and attendees.",
        Rule::C6 => "The agenda is there well before the call.",
        Rule::C7 => "Discovery calls are not for PMs.",
        Rule::C11 => "Whoever cancels or moves a call tells everyone.",
        Rule::C12 => "A call at short notice needs a PM's word, given before anything is posted.",
        Rule::D3 => "Advice has a due day, once the CSM could not give it.",
        Rule::E9 => "A customer escalation follows the steps in its issue first.",
        Rule::Roles => "Each button has its people.",
        Rule::Confidentiality => "What is private stays where it was said.",
        Rule::Modes => "An area is switched on when its people are ready.",
    }
}

/// Where the handbook explains a rule, below its base address.
const fn handbook_path(rule: Rule) -> Option<&'static str> {
    match rule {
        Rule::Table | Rule::A1 | Rule::A2 | Rule::A4 | Rule::A5 | Rule::A7 | Rule::A8 | Rule::A9 => {
            Some("/solutions-architects/sa-practices/subject-matter-experts/sme-request/")
        }
        Rule::A3 => {
            Some("/solutions-architects/sa-practices/subject-matter-experts/sme-request/#sme-pm-alternative")
        }
        Rule::B1 | Rule::B2 | Rule::B3 | Rule::B5 | Rule::B6 | Rule::B8 => {
            Some("/solutions-architects/sa-practices/subject-matter-experts/sme-operations/#sme-slack")
        }
        Rule::C1 | Rule::C2 | Rule::C3 | Rule::C6 | Rule::C7 | Rule::C11 => {
            Some("/product/how-to-engage/#product-joining-customer-calls")
        }
        Rule::C4 => Some("/product/how-to-engage/#collecting-customer-context"),
        Rule::C5 => Some("/product/how-to-engage/#prep-the-pm"),
        Rule::D3 => Some("/product/how-to-engage/#requests-for-product-support"),
        Rule::E9 => Some("/product/how-to-engage/#how-do-i-escalate-a-feature-request"),
        Rule::C12
        | Rule::A10
        | Rule::A12
        | Rule::B4
        | Rule::B7
        | Rule::Roles
        | Rule::Confidentiality
        | Rule::Modes => None,
    }
}
