//! Block Kit from lines and buttons, within Slack's limits. Holds the limits; knows no words.
//!
//! What people wrote goes into a `rich_text` quote, which Slack never parses, or through [`Line`], which makes it safe.

use serde_json::{Value, json};
use slack_morphism::prelude::{
    SlackActionBlockElement, SlackActionId, SlackActionsBlock, SlackBlock, SlackBlockButtonElement,
    SlackBlockButtonStyle, SlackBlockChoiceItem, SlackBlockMarkDownText, SlackBlockOverflowElement,
    SlackBlockPlainText, SlackBlockPlainTextOnly, SlackContextBlock, SlackContextBlockElement,
    SlackRichTextBlock, SlackRichTextElement, SlackRichTextInlineElement, SlackRichTextQuote,
    SlackRichTextText, SlackSectionBlock,
};

use super::escape::{cut, neutral_within};
use super::line::Line;
use crate::domain::admin::Wish;
use crate::domain::command::Action;
use crate::domain::ids::EngagementId;
use crate::domain::pings::{Offer, OfferAnswer};
use crate::slack::outgoing::Message;
use crate::slack::vocabulary::{
    AwayPress, AwayPressed, Form, HomePress, HomePressed, OfferPress, Press, Pressed, Show,
};

/// Longest text of a section.
pub const SECTION_LIMIT: usize = 3_000;
/// Longest text of one element of a context block; far below Slack's, since it is small print.
pub const CONTEXT_LIMIT: usize = 1_500;
/// Longest fallback text, with room for what Slack counts differently.
pub const TEXT_LIMIT: usize = 3_900;
/// Longest label of a button or a choice.
pub const LABEL_LIMIT: usize = 75;
/// Longest value of a choice.
const CHOICE_LIMIT: usize = 150;
/// Most choices of a menu.
const CHOICES: usize = 100;
/// How much of somebody's words a card shows.
pub const QUOTE_LIMIT: usize = 600;
/// Most blocks of a message.
pub const BLOCK_LIMIT: usize = 50;

/// A message: the lines for its fallback text, and its blocks.
pub fn message(fallback: &[Line], mut blocks: Vec<Value>) -> Message {
    blocks.truncate(BLOCK_LIMIT);
    let lines: Vec<String> = fallback.iter().filter(|line| !line.is_empty()).map(Line::plain).collect();
    Message { text: neutral_within(&lines.join("\n"), TEXT_LIMIT), blocks }
}

/// A message of one paragraph, and buttons if there are any.
pub fn said(line: &Line, actions: Option<Value>) -> Message {
    said_with(line, None, actions)
}

/// A message of one paragraph, somebody's words, and buttons.
pub fn said_with(line: &Line, words: Option<&str>, actions: Option<Value>) -> Message {
    let mut fallback = vec![line.clone()];
    let mut blocks = vec![section(line)];
    if let Some(block) = words.and_then(quote) {
        fallback.extend(words.map(|words| Line::from(cut(words.trim(), QUOTE_LIMIT))));
        blocks.push(block);
    }
    blocks.extend(actions);
    message(&fallback, blocks)
}

/// A paragraph.
pub fn section(line: &Line) -> Value {
    section_within(line, SECTION_LIMIT)
}

/// A paragraph up to a length, for messages of many paragraphs.
pub fn section_within(line: &Line, limit: usize) -> Value {
    let text = SlackBlockMarkDownText::new(line.mrkdwn(limit.min(SECTION_LIMIT))).with_verbatim(true);
    value(SlackSectionBlock::new().with_text(text.into()).into())
}

/// Small print, its parts side by side.
pub fn context(line: &Line) -> Value {
    let text = SlackBlockMarkDownText::new(line.mrkdwn(CONTEXT_LIMIT)).with_verbatim(true);
    value(SlackContextBlock::new(vec![SlackContextBlockElement::MarkDown(text)]).into())
}

/// Somebody's own words, never parsed; `None` where there are none.
pub fn quote(words: &str) -> Option<Value> {
    quote_within(words, QUOTE_LIMIT)
}

/// Somebody's own words up to a length.
pub fn quote_within(words: &str, limit: usize) -> Option<Value> {
    let shown = cut(words.trim(), limit);
    if shown.is_empty() {
        return None;
    }
    let text = SlackRichTextInlineElement::Text(SlackRichTextText::new(shown));
    let quote = SlackRichTextElement::Quote(SlackRichTextQuote::new(vec![text]));
    Some(value(SlackRichTextBlock::new(vec![quote]).into()))
}

fn value(block: SlackBlock) -> Value {
    // The models hold strings, numbers and lists only; an empty divider stands in for what cannot happen.
    serde_json::to_value(block).unwrap_or_else(|_| json!({ "type": "divider" }))
}

/// Acts at once.
pub fn acts(action: Action) -> Pressed {
    Pressed::Do(action)
}

/// Opens a form.
pub fn opens(form: Form) -> Pressed {
    Pressed::Open(form)
}

/// Asks something of the bot itself.
pub fn administers(wish: Wish) -> Pressed {
    Pressed::Admin(wish)
}

/// Shows something to whoever pressed.
pub fn shows(show: Show) -> Pressed {
    Pressed::Show(show)
}

/// The row of buttons under a message, and its *More* menu.
#[derive(Debug, Clone)]
pub struct Buttons {
    engagement: EngagementId,
    row: Vec<(String, String, Pressed, bool)>,
    more: Vec<(&'static str, Pressed)>,
}

impl Buttons {
    /// A row of that engagement's, still empty.
    pub fn of(engagement: EngagementId) -> Self {
        Self { engagement, row: Vec::new(), more: Vec::new() }
    }

    /// The button that most people want here: at most one in a row.
    #[must_use]
    pub fn first(mut self, label: &str, id: &str, pressed: Pressed) -> Self {
        self.row.push((label.to_owned(), id.to_owned(), pressed, true));
        self
    }

    /// A button; `id` is unique in its message.
    #[must_use]
    pub fn button(mut self, label: impl Into<String>, id: impl Into<String>, pressed: Pressed) -> Self {
        self.row.push((label.into(), id.into(), pressed, false));
        self
    }

    /// A choice of *More*, of which Slack shows five.
    #[must_use]
    pub fn more(mut self, label: &'static str, pressed: Pressed) -> Self {
        self.more.push((label, pressed));
        self
    }

    /// A choice of *More*, where it applies.
    #[must_use]
    pub fn more_if(self, applies: bool, label: &'static str, pressed: Pressed) -> Self {
        if applies { self.more(label, pressed) } else { self }
    }

    /// A button, where it applies.
    #[must_use]
    pub fn button_if(self, applies: bool, label: &str, id: &str, pressed: Pressed) -> Self {
        if applies { self.button(label, id, pressed) } else { self }
    }

    /// The block; `None` without any button.
    pub fn block(self) -> Option<Value> {
        let Self { engagement, row, more } = self;
        let mut elements: Vec<SlackActionBlockElement> = Vec::new();
        for (label, id, pressed, is_first) in row {
            let mut button = SlackBlockButtonElement::new(label_text(&label))
                .with_action_id(SlackActionId(id))
                .with_value(press(engagement, pressed));
            if is_first {
                button = button.with_style(SlackBlockButtonStyle::Primary);
            }
            elements.push(button.into());
        }
        let choices: Vec<_> = more
            .into_iter()
            .take(5)
            .map(|(label, pressed)| SlackBlockChoiceItem::new(label_text(label), press(engagement, pressed)))
            .collect();
        if !choices.is_empty() {
            let menu =
                SlackBlockOverflowElement::new(choices).with_action_id(SlackActionId("more".to_owned()));
            elements.push(menu.into());
        }
        (!elements.is_empty()).then(|| value(SlackActionsBlock::new(elements).into()))
    }
}

/// A menu of the bot's own, in which one thing is chosen and done at once; `None` with nothing to choose.
pub fn menu(placeholder: &str, id: &str, choices: &[(String, Pressed)]) -> Option<Value> {
    let plain = |text: &str| json!({"type": "plain_text", "text": cut(text, LABEL_LIMIT)});
    let options: Vec<Value> = choices
        .iter()
        .map(|(label, pressed)| (label, press(EngagementId(0), pressed.clone())))
        .filter(|(_, value)| value.len() <= CHOICE_LIMIT)
        .take(CHOICES)
        .map(|(label, value)| json!({"text": plain(label), "value": value}))
        .collect();
    let element = json!({
        "type": "static_select", "action_id": id, "placeholder": plain(placeholder), "options": options,
    });
    (!options.is_empty()).then(|| json!({"type": "actions", "elements": [element]}))
}

/// A row of buttons about one's own absence: what each says, is called, and does.
pub fn away_buttons(buttons: &[(String, &'static str, AwayPressed)]) -> Value {
    let button = |(label, id, away): &(String, &'static str, AwayPressed)| {
        let value = serde_json::to_string(&AwayPress { away: *away })
            .expect("a press holds only strings, numbers and lists");
        SlackBlockButtonElement::new(label_text(label))
            .with_action_id(SlackActionId((*id).to_owned()))
            .with_value(value)
            .into()
    };
    value(SlackActionsBlock::new(buttons.iter().map(button).collect()).into())
}

/// A way on for whoever asked where nothing can be taken: the request form, whose words are theirs to post.
pub fn form_button() -> Value {
    let press = HomePress { home: HomePressed::Ask };
    let press = serde_json::to_string(&press).expect("a press holds only names of ours");
    let button = SlackBlockButtonElement::new(label_text("Ask in a form"))
        .with_action_id(SlackActionId("ask_in_form".to_owned()))
        .with_value(press);
    value(SlackActionsBlock::new(vec![button.into()]).into())
}

/// The buttons of an offer, the first of which most people want.
pub fn answers(offer: &Offer, labels: &[(&str, OfferAnswer)]) -> Value {
    let mut elements: Vec<SlackActionBlockElement> = Vec::new();
    for (number, (label, answer)) in labels.iter().enumerate() {
        let press = OfferPress { offer: offer.clone(), answer: *answer };
        let press = serde_json::to_string(&press).expect("a press holds only strings");
        let mut button = SlackBlockButtonElement::new(label_text(label))
            .with_action_id(SlackActionId(format!("offer_{number}")))
            .with_value(press);
        if number == 0 {
            button = button.with_style(SlackBlockButtonStyle::Primary);
        }
        elements.push(button.into());
    }
    value(SlackActionsBlock::new(elements).into())
}

fn label_text(label: &str) -> SlackBlockPlainTextOnly {
    SlackBlockPlainText::new(cut(label, LABEL_LIMIT)).into()
}

fn press(engagement: EngagementId, pressed: Pressed) -> String {
    serde_json::to_string(&Press { engagement, pressed })
        .expect("a press holds only strings, numbers and lists")
}
