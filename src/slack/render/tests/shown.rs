//! A message as a person would see it, compact: for snapshots.

use serde_json::Value;

use crate::slack::outgoing::Message;

/// The blocks in plain form: paragraphs as they are, small print after `·`, quotes after `>`, buttons in brackets.
pub(super) fn plain(message: &Message) -> String {
    message.blocks.iter().map(block).collect::<Vec<_>>().join("\n")
}

fn block(block: &Value) -> String {
    match block["type"].as_str() {
        Some("section") => dates(text(&block["text"])),
        Some("context") => format!("· {}", dates(text(&block["elements"][0]))),
        Some("rich_text") => format!("> {}", text(&block["elements"][0]["elements"][0])),
        Some("actions") => elements(block).iter().map(button).collect::<Vec<_>>().join(" "),
        other => format!("unknown block {other:?}"),
    }
}

fn button(element: &Value) -> String {
    if element["type"] == "overflow" {
        let choices: Vec<&str> =
            element["options"].as_array().expect("options").iter().map(|o| text(&o["text"])).collect();
        return format!("[More ▾ {}]", choices.join(" · "));
    }
    format!("[{}]", text(&element["text"]))
}

/// The elements of a block.
pub(super) fn elements(block: &Value) -> Vec<Value> {
    block["elements"].as_array().cloned().unwrap_or_default()
}

fn text(object: &Value) -> &str {
    object["text"].as_str().unwrap_or("")
}

/// Date tokens by what they fall back to.
fn dates(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!date^") {
        let (token, after) = after.split_once('>').expect("a token ends");
        shown.push_str(before);
        shown.push_str(token.split_once('|').expect("a fallback").1);
        rest = after;
    }
    shown + rest
}
