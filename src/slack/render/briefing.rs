//! *Show briefing*: customer, links, attendees and answers, seen only by whoever pressed and may see them.

use super::Scene;
use super::blocks::{context, message, quote_within, section, section_within};
use super::card::header;
use super::escape::{cut, fold};
use super::line::{Line, line};
use super::times::date;
use super::words;
use crate::domain::engagement::{Body, Call, Engagement};
use crate::slack::outgoing::Message;

/// How much of the text is shown.
const TEXT_SHOWN: usize = 2_000;
/// How much of one answer is shown; with eleven of them a message still fits into what Slack takes in all.
const ANSWER_LIMIT: usize = 250;
/// How much of the list of attendees is shown.
const ATTENDEES_LIMIT: usize = 600;
/// How much one group of facts may hold, so that all of them fit into what Slack takes.
const GROUP_LIMIT: usize = 2_700;
/// How much of a link is shown.
const LINK_LIMIT: usize = 120;
/// How many links are shown.
const LINKS_SHOWN: usize = 10;
/// How many details are shown, the newest.
const DETAILS_SHOWN: usize = 5;

/// What stands behind *Show briefing*.
pub fn briefing(scene: &Scene<'_>) -> Message {
    let Some(engagement) = scene.engagement else {
        return super::blocks::said(&Line::from("That question is no longer here."), None);
    };
    let head = header(engagement, scene);
    let mut groups = vec![facts(engagement)];
    if let Body::Call(call) = &engagement.body {
        groups.push(stacked(call.briefing.iter().map(|answer| {
            let shown = cut(&fold(&answer.answer), ANSWER_LIMIT);
            line![Line::bold(words::briefing_question(answer.question)), " ", shown]
        })));
    }
    groups.push(links(&engagement.links));
    groups.retain(|group| !group.is_empty());
    if groups.is_empty() && engagement.details.is_empty() && engagement.text.trim().is_empty() {
        groups.push(Line::from("There is nothing more than the card shows."));
    }
    let mut blocks = vec![section(&head)];
    blocks.extend(quote_within(&engagement.text, TEXT_SHOWN));
    blocks.extend(groups.iter().map(|group| section_within(group, GROUP_LIMIT)));
    blocks.extend(details(engagement, scene));
    let mut fallback = vec![head];
    fallback.extend(groups);
    message(&fallback, blocks)
}

/// One below the other.
fn stacked(lines: impl Iterator<Item = Line>) -> Line {
    lines.reduce(|before, line| line![before, "\n", line]).unwrap_or_default()
}

/// Customer, and of a call who comes, what for, and its documents.
fn facts(engagement: &Engagement) -> Line {
    let mut lines = Vec::new();
    if let Some(customer) = &engagement.customer {
        lines.push(line![Line::bold("Customer"), " ", cut(&fold(customer), ANSWER_LIMIT)]);
    }
    if let Body::Call(call) = &engagement.body {
        lines.extend(of_call(call));
    }
    stacked(lines.into_iter())
}

fn of_call(call: &Call) -> Vec<Line> {
    let mut lines = vec![
        line![Line::bold("Attendees"), " ", cut(&fold(&call.attendees), ATTENDEES_LIMIT)],
        line![Line::bold("Goal"), " ", cut(&fold(&call.goal), ANSWER_LIMIT)],
    ];
    let documents = [
        ("Briefing", call.briefing_link.as_ref()),
        ("Agenda", call.agenda.as_ref().map(|agenda| &agenda.link)),
    ];
    for (title, link) in documents {
        lines.extend(link.map(|link| line![Line::bold(title), " ", Line::link(link, cut(link, LINK_LIMIT))]));
    }
    lines
}

fn links(links: &[String]) -> Line {
    if links.is_empty() {
        return Line::default();
    }
    let mut line = Line::bold("Links");
    for link in links.iter().take(LINKS_SHOWN) {
        line = line.then("\n• ").then(Line::link(link, cut(&fold(link), LINK_LIMIT)));
    }
    line
}

/// What was added later, the newest last.
fn details(engagement: &Engagement, scene: &Scene<'_>) -> Vec<serde_json::Value> {
    let newest = engagement.details.len().saturating_sub(DETAILS_SHOWN);
    let mut blocks = Vec::new();
    for detail in &engagement.details[newest..] {
        blocks.push(context(&line![scene.name(&detail.by), " added ", date(detail.at)]));
        blocks.extend(quote_within(&detail.text, ANSWER_LIMIT));
    }
    blocks
}
