//! A piece of Slack's window as an SVG: messages, cards and Homes, drawn from the blocks that the bot sent.
//!
//! Knows Slack's look and none of our words. Everything is text and rectangles on a light ground of its own, so that it can be
//! read in dark mode, by a screen reader and in a diff; nothing is loaded from elsewhere. A block that it does not know fails.

use std::fmt::Write as _;

use chrono::DateTime;
use serde_json::Value;
use switchboard::sandbox::{Message, Workspace};

use crate::words::{Line, Style, lines, plain_lines, width_of};

/// How wide a picture is.
const WIDTH: f64 = 720.0;
/// The space at its edges.
const EDGE: f64 = 20.0;
/// The side of an avatar, and where the text beside it begins.
const AVATAR: f64 = 36.0;
const BESIDE: f64 = AVATAR + 10.0;
/// How far replies are set in.
const REPLY: f64 = 46.0;
/// The size of what is said, and of small print.
const TEXT: f64 = 15.0;
const SMALL: f64 = 12.5;
/// The height of a button.
const BUTTON: f64 = 30.0;

/// What is being drawn, from the top down.
pub struct Frame<'a> {
    slack: &'a Workspace,
    svg: String,
    y: f64,
    left: f64,
    said: Vec<String>,
}

impl<'a> Frame<'a> {
    /// An empty frame under the name of a place, such as a channel.
    pub fn of(slack: &'a Workspace, place: &str) -> Self {
        let mut frame = Self { slack, svg: String::new(), y: 32.0, left: EDGE, said: Vec::new() };
        frame.text_at(EDGE, "font-weight=\"700\"", TEXT, place);
        frame.y += 14.0;
        frame.rule(0.0, WIDTH);
        frame.y += 14.0;
        frame
    }

    /// A message as it stands now, below the others.
    pub fn message(&mut self, message: &Message) {
        let is_reply = message.thread_ts.as_ref().is_some_and(|thread| *thread != message.ts);
        self.left = if is_reply && message.only_for.is_none() { EDGE + REPLY } else { EDGE };
        if let Some(only) = &message.only_for {
            self.y += 14.0;
            let note = format!("Only visible to {}", named(only));
            self.text_at(self.left + BESIDE, "fill=\"#616061\"", SMALL, &note);
            self.y += 6.0;
        }
        self.head(message);
        self.left += BESIDE;
        let said = if message.blocks.is_empty() { message.text.clone() } else { message.fallback() };
        self.said.push(format!("{}: {}", named(&message.author), self.slack.plain(&said)));
        if message.blocks.is_empty() {
            let text = self.slack.plain(&message.text);
            self.paragraph(&lines(&text, self.width(), TEXT), TEXT, "#1d1c1d");
        } else {
            self.blocks(&message.blocks);
        }
        self.y += 14.0;
    }

    /// A person's Home.
    pub fn home(&mut self, blocks: &[Value]) {
        self.said.push(self.slack.plain_blocks(blocks));
        self.blocks(blocks);
        self.y += 6.0;
    }

    /// The whole picture; what a screen reader says is its title and what notifications said.
    pub fn picture(self, title: &str) -> String {
        let height = self.y + 6.0;
        let said = self.said.join("\n");
        let said = said.replace(['*', '`', '‹', '›'], "");
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
             role=\"img\" aria-labelledby=\"title said\" \
             font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif\">\n\
             <title id=\"title\">{}</title>\n<desc id=\"said\">{}</desc>\n\
             <rect x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"8\" fill=\"#ffffff\" stroke=\"#c9c9c9\"/>\n{}</svg>\n",
            safe(title),
            safe(&said),
            WIDTH - 1.0,
            height - 1.0,
            self.svg
        )
    }

    fn width(&self) -> f64 {
        WIDTH - EDGE - self.left
    }

    /// Avatar, name, and the time at which it was posted.
    fn head(&mut self, message: &Message) {
        let (name, left, top) = (named(&message.author), self.left, self.y);
        let fill = if message.by_bot { "#4a2a63" } else { colour_of(&name) };
        let initial = name.chars().next().unwrap_or('?');
        self.rectangle((left, top, AVATAR, AVATAR), 6.0, &format!("fill=\"{fill}\""));
        let (middle, base) = (left + AVATAR / 2.0, top + AVATAR / 2.0 + 6.0);
        self.push(&format!(
            "<text x=\"{middle}\" y=\"{base}\" font-size=\"17\" font-weight=\"700\" fill=\"#ffffff\" text-anchor=\"middle\">{initial}</text>"
        ));
        let app = if message.by_bot {
            "<tspan font-size=\"10\" font-weight=\"600\" fill=\"#616061\">  APP</tspan>"
        } else {
            ""
        };
        let (x, y, time) = (left + BESIDE, top + 14.0, time_of(&message.ts));
        self.push(&format!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{TEXT}\" fill=\"#1d1c1d\" xml:space=\"preserve\"><tspan font-weight=\"700\">{}</tspan>{app}<tspan font-size=\"{SMALL}\" fill=\"#616061\">  {time}</tspan></text>",
            safe(&name)
        ));
        self.y = top + 20.0;
    }

    fn blocks(&mut self, blocks: &[Value]) {
        for block in blocks {
            self.block(block);
        }
    }

    fn block(&mut self, block: &Value) {
        let elements = || block["elements"].as_array().map(Vec::as_slice).unwrap_or_default();
        match block["type"].as_str().unwrap_or_default() {
            "section" => {
                assert!(block["accessory"].is_null() && block["fields"].is_null(), "not drawn: {block}");
                self.marked(&block["text"], TEXT, "#1d1c1d");
            }
            "context" => {
                for element in elements() {
                    self.marked(element, SMALL, "#616061");
                }
            }
            "rich_text" => {
                for element in elements() {
                    self.quote(element);
                }
            }
            "actions" => self.buttons(elements()),
            "divider" => {
                self.y += 10.0;
                self.rule(self.left, WIDTH - EDGE);
                self.y += 8.0;
            }
            other => panic!("a block of the type {other} is not drawn yet"),
        }
    }

    fn marked(&mut self, object: &Value, size: f64, fill: &str) {
        let text = self.slack.plain(object["text"].as_str().expect("a text"));
        self.paragraph(&lines(&text, self.width(), size), size, fill);
    }

    fn quote(&mut self, element: &Value) {
        assert_eq!(element["type"], "rich_text_quote", "not drawn yet: {element}");
        let inner = element["elements"].as_array().map(Vec::as_slice).unwrap_or_default();
        let said: String = inner.iter().map(|piece| piece["text"].as_str().expect("a text")).collect();
        let top = self.y + 4.0;
        self.left += 14.0;
        self.paragraph(&plain_lines(&said, self.width(), TEXT), TEXT, "#1d1c1d");
        self.left -= 14.0;
        let height = self.y - top + 4.0;
        self.rectangle((self.left, top, 4.0, height), 2.0, "fill=\"#dddddd\"");
        self.y += 4.0;
    }

    fn paragraph(&mut self, lines: &[Line], size: f64, fill: &str) {
        for line in lines {
            self.y += (size * 1.45).round();
            let (x, y) = (self.left, self.y);
            let mut runs = String::new();
            for run in line {
                let how = match run.style {
                    Style::Plain => "",
                    Style::Bold => " font-weight=\"700\"",
                    Style::Code => {
                        " font-family=\"ui-monospace, monospace\" font-size=\"0.88em\" fill=\"#b4103c\""
                    }
                    Style::Link => " fill=\"#1264a3\"",
                };
                write!(runs, "<tspan{how}>{}</tspan>", safe(&run.text)).expect("a string takes everything");
            }
            self.push(&format!(
                "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{fill}\" xml:space=\"preserve\">{runs}</text>"
            ));
        }
        self.y += 3.0;
    }

    fn buttons(&mut self, elements: &[Value]) {
        self.y += 7.0;
        let mut x = self.left;
        for element in elements {
            let (label, is_first) = match element["type"].as_str().unwrap_or_default() {
                "button" => {
                    let label = element["text"]["text"].as_str().expect("a label").to_owned();
                    (label, element["style"] == "primary")
                }
                "static_select" => {
                    (format!("{} ▾", element["placeholder"]["text"].as_str().expect("a label")), false)
                }
                "overflow" => ("⋯".to_owned(), false),
                other => panic!("an element of the type {other} is not drawn yet"),
            };
            let wide = (width_of(&label, Style::Bold, 13.0) + 22.0).round();
            if x > self.left && x + wide > WIDTH - EDGE {
                x = self.left;
                self.y += BUTTON + 7.0;
            }
            self.button(x, wide, &label, is_first);
            x += wide + 8.0;
        }
        self.y += BUTTON + 3.0;
    }

    fn button(&mut self, x: f64, wide: f64, label: &str, is_first: bool) {
        let (look, ink) = if is_first {
            ("fill=\"#007a5a\"", "#ffffff")
        } else {
            ("fill=\"#ffffff\" stroke=\"#b0b0b0\"", "#1d1c1d")
        };
        self.rectangle((x, self.y, wide, BUTTON), 5.0, look);
        let (middle, base) = (x + wide / 2.0, self.y + 19.5);
        self.push(&format!(
            "<text x=\"{middle}\" y=\"{base}\" font-size=\"13\" font-weight=\"600\" fill=\"{ink}\" text-anchor=\"middle\">{}</text>",
            safe(label)
        ));
    }

    fn text_at(&mut self, x: f64, look: &str, size: f64, text: &str) {
        let y = self.y;
        self.push(&format!("<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" {look}>{}</text>", safe(text)));
    }

    fn rule(&mut self, from: f64, to: f64) {
        let y = self.y;
        self.push(&format!("<path d=\"M{from} {y}H{to}\" stroke=\"#dddddd\"/>"));
    }

    fn rectangle(&mut self, (x, y, width, height): (f64, f64, f64, f64), round: f64, look: &str) {
        self.push(&format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{round}\" {look}/>"
        ));
    }

    fn push(&mut self, element: &str) {
        self.svg.push_str(element);
        self.svg.push('\n');
    }
}

/// A handle as people call them.
pub fn named(handle: &str) -> String {
    let mut letters = handle.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// The time of day of a message, in UTC.
fn time_of(ts: &str) -> String {
    let seconds = ts.split('.').next().and_then(|seconds| seconds.parse().ok()).expect("a timestamp");
    DateTime::from_timestamp(seconds, 0).expect("an instant").format("%H:%M").to_string()
}

/// Everybody has a colour of their own.
fn colour_of(name: &str) -> &'static str {
    const COLOURS: [&str; 5] = ["#a4472b", "#1f6f8b", "#8a5a00", "#2d7a46", "#7d3c6f"];
    COLOURS[name.bytes().map(usize::from).sum::<usize>() % COLOURS.len()]
}

/// Text that an XML reader takes for nothing else.
fn safe(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
