//! App Home: what a person owes, what they asked, their areas, and how to begin.
//!
//! Times are date tokens and nothing is counted from now, so that a Home whose facts stay is the same text. Only rows whose
//! words stand in a channel for everybody, or are the reader's own, show words; nothing of an internal channel ever does.

mod list;
mod row;

use serde_json::{Value, json};

use super::Scene;
use super::blocks::{context, section};
use super::line::{Line, line};
use super::times::span;
use crate::domain::engagement::{Body, Engagement};
use crate::domain::home::{AreaPart, Everything, Greeting, Home, Pilot};
use crate::domain::ids::EngagementId;
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::{COMMAND, HomeList, HomePress, HomePressed};

pub use list::home_list;
use row::{asked, at_risk, owed, today, untaken, words_to_post};

/// Rows that a list shows before "and 12 more".
const SHOWN: usize = 8;
/// The same for the lists of an area.
const SHOWN_OF_AREA: usize = 5;

/// A Home, ready to be published.
pub fn home(home: &Home, scene: &Scene<'_>) -> Value {
    let mut blocks = greeting(home, scene);
    if home.greeting != Greeting::Guest {
        owe_part(home, scene, &mut blocks);
        asked_part(home, scene, &mut blocks);
        if let Some(area) = &home.area {
            area_part(area, scene, &mut blocks);
        }
        if let Some(pilot) = &home.pilot {
            pilot_part(pilot, scene, &mut blocks);
        }
        blocks.extend(home.in_all.map(|all| context(&everything(all))));
    }
    json!({ "type": "home", "blocks": blocks })
}

/// A message where there is no place for one: over the Home in which somebody pressed.
pub fn over_home(message: &Message) -> Value {
    modal(&message.blocks)
}

fn modal(blocks: &[Value]) -> Value {
    let words = |text: &str| json!({ "type": "plain_text", "text": text });
    json!({ "type": "modal", "title": words("Switchboard"), "close": words("Close"), "blocks": blocks })
}

fn greeting(home: &Home, scene: &Scene<'_>) -> Vec<Value> {
    let ask = actions(&[
        ("Ask a question", "home_ask", HomePressed::Ask),
        ("I am away", "home_away", HomePressed::Away),
    ]);
    let what_this_is = line![
        "Ask here and I bring it to the people who know: SMEs first, PMs for roadmap, direction and gaps."
    ];
    let how = line![
        Line::code(COMMAND),
        " opens the form in any channel, ",
        Line::code(format!("{COMMAND} your question")),
        " sends it right away. You see here where it stands and why."
    ];
    match home.greeting {
        Greeting::Guest => vec![section(&what_this_is), section(&how)],
        Greeting::First => {
            let times = line![format!(
                "SMEs are asked to take a question within {}; a PM needs {} of notice for a call.",
                span(scene.rules.sme.take_within.0),
                span(scene.rules.call.notice.0),
            )];
            vec![section(&what_this_is), section(&how), context(&times), ask]
        }
        Greeting::Back => vec![ask],
    }
}

fn owe_part(home: &Home, scene: &Scene<'_>, blocks: &mut Vec<Value>) {
    if home.greeting == Greeting::First {
        return;
    }
    if home.owe.is_empty() {
        blocks.push(section(&line![Line::bold("You owe"), " nothing: nobody waits for you."]));
        return;
    }
    blocks.push(title("You owe", home.owe.len(), false));
    for one in home.owe.iter().take(SHOWN) {
        let Some(engagement) = scene.find(one.engagement) else { continue };
        let (line, buttons) = owed(one, engagement, scene);
        push(blocks, &line, buttons);
    }
    more(HomeList::Owe, home.owe.len(), SHOWN, blocks);
}

fn asked_part(home: &Home, scene: &Scene<'_>, blocks: &mut Vec<Value>) {
    if home.greeting == Greeting::First {
        return;
    }
    if home.asked.is_empty() {
        blocks.push(section(&line![Line::bold("You asked"), ": nothing of yours is open."]));
        return;
    }
    blocks.push(title("You asked", home.asked.len(), false));
    for id in home.asked.iter().take(SHOWN) {
        let Some(engagement) = scene.find(*id) else { continue };
        let (line, buttons) = asked(engagement, scene);
        blocks.push(section(&line));
        blocks.extend(words_to_post(engagement));
        blocks.extend(buttons);
    }
    more(HomeList::Asked, home.asked.len(), SHOWN, blocks);
}

fn area_part(area: &AreaPart, scene: &Scene<'_>, blocks: &mut Vec<Value>) {
    blocks.push(json!({ "type": "divider" }));
    let names: Vec<String> = area.areas.iter().map(|key| super::words::area_name(key, scene.org)).collect();
    blocks.push(section(&line![Line::bold(super::words::listed(&names, "and"))]));
    blocks.push(title("Nobody has taken", area.untaken.len(), area.is_cut));
    for id in area.untaken.iter().take(SHOWN_OF_AREA) {
        let Some(engagement) = scene.find(*id) else { continue };
        let (line, buttons) = untaken(engagement, area, scene);
        push(blocks, &line, buttons);
    }
    more(HomeList::Untaken, area.untaken.len(), SHOWN_OF_AREA, blocks);
    blocks.push(title("At risk", area.at_risk.len(), area.is_cut));
    rows(&area.at_risk, blocks, |one| at_risk(one, scene));
    more(HomeList::AtRisk, area.at_risk.len(), SHOWN_OF_AREA, blocks);
    blocks.push(title("Today", area.today.len(), area.is_cut));
    rows(&area.today, blocks, |one| today(one, scene));
    more(HomeList::Today, area.today.len(), SHOWN_OF_AREA, blocks);
    if !area.away.is_empty() {
        blocks.push(title("Away", area.away.len(), false));
        rows(&area.away, blocks, |absence| Some(super::absence::one(absence, scene)));
        if area.away.len() > SHOWN_OF_AREA {
            let list = Line::code(format!("{COMMAND} away list"));
            blocks.push(context(&line![format!("and {} more: ", area.away.len() - SHOWN_OF_AREA), list]));
        }
    }
}

fn pilot_part(pilot: &Pilot, scene: &Scene<'_>, blocks: &mut Vec<Value>) {
    let names: Vec<String> = pilot.areas.iter().map(|key| super::words::area_name(key, scene.org)).collect();
    let names = super::words::listed(&names, "and");
    let (says, label) = if pilot.is_on {
        (format!("{names}: tried out so far, and you take part."), "Stop taking part")
    } else {
        (format!("{names}: tried out so far, by those who take part."), "Take part")
    };
    blocks.push(context(&line![says]));
    blocks.push(actions(&[(label, "home_pilot", HomePressed::Pilot { on: !pilot.is_on })]));
}

/// The first few of a list, in one block.
fn rows<T>(items: &[T], blocks: &mut Vec<Value>, row: impl Fn(&T) -> Option<Line>) {
    let lines: Vec<Line> = items.iter().take(SHOWN_OF_AREA).filter_map(row).collect();
    let joined = lines.into_iter().reduce(|before, line| line![before, "\n", line]);
    blocks.extend(joined.map(|line| section(&line)));
}

fn title(words: &'static str, number: usize, is_cut: bool) -> Value {
    let number = match (number, is_cut) {
        (0, false) => " · none".to_owned(),
        (number, false) => format!(" · {number}"),
        (number, true) => format!(" · {number} or more"),
    };
    section(&line![Line::bold(words), number])
}

fn push(blocks: &mut Vec<Value>, line: &Line, buttons: Option<Value>) {
    blocks.push(section(line));
    blocks.extend(buttons);
}

/// "and 12 more", with the way to see them.
fn more(list: HomeList, number: usize, shown: usize, blocks: &mut Vec<Value>) {
    if number > shown {
        blocks.push(context(&line![format!("and {} more", number - shown)]));
        blocks.push(actions(&[("Show all", list.key(), HomePressed::List(list))]));
    }
}

fn everything(all: Everything) -> Line {
    let count =
        |number: i64, one: &str, many: &str| format!("{number} {}", if number == 1 { one } else { many });
    line![format!(
        "Open in all areas: {}, {}, {}, {}.",
        count(all.questions, "question", "questions"),
        count(all.pm_asks, "ask of a PM", "asks of PMs"),
        count(all.inquiries, "question of an SME to a PM", "questions of SMEs to PMs"),
        count(all.calls, "call", "calls"),
    )]
}

/// Buttons that are about no engagement.
fn actions(buttons: &[(&str, &str, HomePressed)]) -> Value {
    let elements: Vec<Value> = buttons
        .iter()
        .map(|(label, id, home)| {
            let value =
                serde_json::to_string(&HomePress { home: *home }).expect("a press holds only names of ours");
            json!({
                "type": "button",
                "action_id": id,
                "text": { "type": "plain_text", "text": label },
                "value": value,
            })
        })
        .collect();
    json!({ "type": "actions", "elements": elements })
}

/// What something is about, linked to its card. Words only where they are for everybody, or the reader's own.
fn head(engagement: &Engagement, scene: &Scene<'_>, is_own: bool) -> Line {
    let line = line![linked(engagement.id, scene), " · ", Line::bold(scene.place_of(engagement)), " · "];
    match &engagement.body {
        Body::Call(_) => line.then("PM on a customer call"),
        Body::Inquiry(_) => line.then("a PM's answer"),
        Body::Question(_) | Body::PmAsk(_) if is_own || !scene.hides_words(engagement) => {
            let words = super::escape::fold(&engagement.text);
            line.then(super::escape::cut(&words, row::SUBJECT_LIMIT))
        }
        Body::Question(_) | Body::PmAsk(_) => {
            line.then(engagement.reason.map_or("question", super::words::reason))
        }
    }
}

fn linked(id: EngagementId, scene: &Scene<'_>) -> Line {
    scene.linked_id(id)
}
