//! The interactive elements' limits: buttons, menus, inputs, their options and confirmations.

use serde_json::Value;

use super::{Check, Surface, TextKind};

/// Where an element stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Accessory,
    Actions,
    Input,
}

impl Check {
    pub(super) fn element(&mut self, element: &Value, block: &Value, at: &str, place: Place) {
        let kind = element["type"].as_str().unwrap_or_default();
        if !element.is_object() {
            return self.find("missing required element", at);
        }
        if !allowed(kind, place) {
            return self.find(&format!("unsupported element here: {kind}"), &format!("{at}/type"));
        }
        if kind == "image" {
            self.string(element, at, "alt_text", 2000);
            return;
        }
        self.known_keys(element, kind, at);
        self.action_id(element, block, at);
        if !element["confirm"].is_null() {
            self.confirm(&element["confirm"], &format!("{at}/confirm"));
        }
        if !element["placeholder"].is_null() {
            self.text(&element["placeholder"], &format!("{at}/placeholder"), 150, TextKind::Plain);
        }
        self.own_limits(element, kind, at);
    }

    fn own_limits(&mut self, element: &Value, kind: &str, at: &str) {
        match kind {
            "button" => self.button(element, at),
            "overflow" => self.options(element, at, "options", 5),
            "checkboxes" | "radio_buttons" => self.options(element, at, "options", 10),
            "static_select" | "multi_static_select" => self.menu(element, at),
            "external_select" | "multi_external_select" => {
                self.whole_number(element, at, "min_query_length", 0, 3000);
            }
            "plain_text_input" => {
                self.whole_number(element, at, "min_length", 0, 3000);
                self.whole_number(element, at, "max_length", 1, 3000);
                self.optional_string(element, at, "initial_value", 3000);
            }
            "number_input" if !element["is_decimal_allowed"].is_boolean() => {
                self.find("missing required field: is_decimal_allowed", at);
            }
            "datetimepicker" => {
                let initial = &element["initial_date_time"];
                if !initial.is_null() && initial.as_i64().is_none_or(|unix| unix.to_string().len() != 10) {
                    self.find("must be a ten-digit timestamp", &format!("{at}/initial_date_time"));
                }
            }
            _ => {}
        }
    }

    fn action_id(&mut self, element: &Value, block: &Value, at: &str) {
        self.optional_string(element, at, "action_id", 255);
        let Some(action) = element["action_id"].as_str() else { return };
        let block_id = block["block_id"].as_str().unwrap_or_default();
        // In a message an action_id must be unique within its block; a block without an id gets its own.
        let block_key = if block_id.is_empty() { at.to_owned() } else { block_id.to_owned() };
        if !self.action_ids.insert((block_key, action.to_owned())) {
            self.find(&format!("action_id already exists: {action}"), &format!("{at}/action_id"));
        }
    }

    fn button(&mut self, button: &Value, at: &str) {
        self.text(&button["text"], &format!("{at}/text"), 75, TextKind::Plain);
        self.optional_string(button, at, "value", 2000);
        self.optional_string(button, at, "url", 3000);
        self.optional_string(button, at, "accessibility_label", 75);
        match button["style"].as_str() {
            None if button["style"].is_null() => {}
            Some("primary" | "danger") => {}
            None | Some(_) => self.find("must be primary or danger", &format!("{at}/style")),
        }
    }

    fn menu(&mut self, menu: &Value, at: &str) {
        match (menu["options"].is_null(), menu["option_groups"].is_null()) {
            (true, true) => self.find("missing required field: options or option_groups", at),
            (false, false) => self.find("options and option_groups exclude each other", at),
            (false, true) => self.options(menu, at, "options", 100),
            (true, false) => {
                for (position, group) in self.items(menu, at, "option_groups", 100).iter().enumerate() {
                    let at = format!("{at}/option_groups/{position}");
                    self.text(&group["label"], &format!("{at}/label"), 75, TextKind::Plain);
                    self.options(group, &at, "options", 100);
                }
            }
        }
        self.initial_option(menu, at);
    }

    fn initial_option(&mut self, menu: &Value, at: &str) {
        let initial = &menu["initial_option"];
        if initial.is_null() {
            return;
        }
        let groups = menu["option_groups"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|group| group["options"].as_array());
        let mut offered = menu["options"].as_array().into_iter().chain(groups).flatten();
        if !offered.any(|option| {
            option["value"] == initial["value"] && option["text"]["text"] == initial["text"]["text"]
        }) {
            self.find("initial_option is not among the options", &format!("{at}/initial_option"));
        }
    }

    pub(super) fn options(&mut self, holder: &Value, at: &str, key: &str, most: usize) {
        let kind = holder["type"].as_str().unwrap_or_default();
        let texts =
            if matches!(kind, "checkboxes" | "radio_buttons") { TextKind::Any } else { TextKind::Plain };
        for (position, option) in self.items(holder, at, key, most).iter().enumerate() {
            let at = format!("{at}/{key}/{position}");
            self.known_keys(option, "option", &at);
            self.text(&option["text"], &format!("{at}/text"), 75, texts);
            self.string(option, &at, "value", 150);
            if !option["description"].is_null() {
                self.text(&option["description"], &format!("{at}/description"), 75, texts);
            }
        }
    }

    fn confirm(&mut self, confirm: &Value, at: &str) {
        self.known_keys(confirm, "confirm", at);
        self.text(&confirm["title"], &format!("{at}/title"), 100, TextKind::Plain);
        self.text(&confirm["text"], &format!("{at}/text"), 300, TextKind::Any);
        self.text(&confirm["confirm"], &format!("{at}/confirm"), 30, TextKind::Plain);
        self.text(&confirm["deny"], &format!("{at}/deny"), 30, TextKind::Plain);
    }

    fn whole_number(&mut self, element: &Value, at: &str, key: &str, least: i64, most: i64) {
        let value = &element[key];
        if !value.is_null() && value.as_i64().is_none_or(|number| number < least || number > most) {
            self.find(&format!("must be between {least} and {most}"), &format!("{at}/{key}"));
        }
    }
}

const MENUS: [&str; 15] = [
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
    "multi_static_select",
    "multi_external_select",
    "multi_users_select",
    "multi_conversations_select",
    "multi_channels_select",
    "datepicker",
    "timepicker",
    "checkboxes",
    "radio_buttons",
    "datetimepicker",
];

fn allowed(kind: &str, place: Place) -> bool {
    let multi = kind.starts_with("multi_");
    match kind {
        "button" | "workflow_button" | "overflow" => place != Place::Input,
        "image" => place == Place::Accessory,
        "plain_text_input" | "number_input" | "email_text_input" | "url_text_input" | "rich_text_input"
        | "file_input" => place == Place::Input,
        "datetimepicker" => place != Place::Accessory,
        _ if multi => place != Place::Actions && MENUS.contains(&kind),
        _ => MENUS.contains(&kind),
    }
}

/// The options that an app may answer to a `block_suggestion` with.
pub fn check_suggestions(answer: &Value) -> Vec<String> {
    let mut check = Check {
        surface: Surface::Modal,
        block_ids: std::collections::BTreeSet::new(),
        action_ids: std::collections::BTreeSet::new(),
        findings: Vec::new(),
    };
    let key = if answer["option_groups"].is_null() { "options" } else { "option_groups" };
    match answer[key].as_array() {
        None => check.find(&format!("missing required field: {key}"), ""),
        Some(items) if items.is_empty() => {}
        Some(_) if key == "options" => check.options(answer, "", "options", 100),
        Some(_) => {
            for (position, group) in check.items(answer, "", key, 100).iter().enumerate() {
                let at = format!("/{key}/{position}");
                check.text(&group["label"], &format!("{at}/label"), 75, TextKind::Plain);
                check.options(group, &at, "options", 100);
            }
        }
    }
    check.findings
}
