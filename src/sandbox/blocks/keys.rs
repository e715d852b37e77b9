//! The properties that each block, element and object may have: Slack refuses any other.

/// The allowed properties of this type; `None` when the type is not checked here.
pub fn known(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "plain_text" => &["emoji", "text", "type"],
        "mrkdwn" => &["text", "type", "verbatim"],
        "option" => &["description", "text", "url", "value"],
        "confirm" => &["confirm", "deny", "style", "text", "title"],
        "actions" | "context" | "rich_text" => &["block_id", "elements", "type"],
        "divider" => &["block_id", "type"],
        "header" | "markdown" => &["block_id", "text", "type"],
        "section" => &["accessory", "block_id", "expand", "fields", "text", "type"],
        "input" => &["block_id", "dispatch_action", "element", "hint", "label", "optional", "type"],
        "button" => &["accessibility_label", "action_id", "confirm", "style", "text", "type", "url", "value"],
        "overflow" => &["action_id", "confirm", "options", "type"],
        "checkboxes" => &["action_id", "confirm", "focus_on_load", "initial_options", "options", "type"],
        "radio_buttons" => &["action_id", "confirm", "focus_on_load", "initial_option", "options", "type"],
        "datetimepicker" => &["action_id", "confirm", "focus_on_load", "initial_date_time", "type"],
        "datepicker" => &["action_id", "confirm", "focus_on_load", "initial_date", "placeholder", "type"],
        "timepicker" => {
            &["action_id", "confirm", "focus_on_load", "initial_time", "placeholder", "timezone", "type"]
        }
        "static_select" => &[
            "action_id",
            "confirm",
            "focus_on_load",
            "initial_option",
            "option_groups",
            "options",
            "placeholder",
            "type",
        ],
        "external_select" => &[
            "action_id",
            "confirm",
            "focus_on_load",
            "initial_option",
            "min_query_length",
            "placeholder",
            "type",
        ],
        "users_select" => &["action_id", "confirm", "focus_on_load", "initial_user", "placeholder", "type"],
        "plain_text_input" => &[
            "action_id",
            "dispatch_action_config",
            "focus_on_load",
            "initial_value",
            "max_length",
            "min_length",
            "multiline",
            "placeholder",
            "type",
        ],
        "email_text_input" | "url_text_input" => {
            &["action_id", "dispatch_action_config", "focus_on_load", "initial_value", "placeholder", "type"]
        }
        "number_input" => &[
            "action_id",
            "dispatch_action_config",
            "focus_on_load",
            "initial_value",
            "is_decimal_allowed",
            "max_value",
            "min_value",
            "placeholder",
            "type",
        ],
        "modal" => &[
            "blocks",
            "callback_id",
            "clear_on_close",
            "close",
            "external_id",
            "notify_on_close",
            "private_metadata",
            "submit",
            "title",
            "type",
        ],
        "home" => &["blocks", "callback_id", "external_id", "private_metadata", "type"],
        _ => return None,
    })
}
