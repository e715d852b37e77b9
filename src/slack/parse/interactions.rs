//! Buttons, menus, shortcuts, forms and search fields.
//!
//! What a button does is in its value, written by us; a value that is none of ours is ignored, since other parts of a
//! message may be other people's.

use serde_json::Value;

use super::away;
use super::commands::{asked, keys};
use super::markup::{Plain, plain};
use super::message::marked_up;
use super::wire::Wire;
use super::{AnswerTo, Inbound, Incoming, OpenForm, Query, dead, shown};
use crate::domain::command::{Act, Command, Shortcut, Via};
use crate::domain::decision::Field;
use crate::domain::ids::{ChannelId, Ts, UserId};
use crate::domain::pings::{OfferAnswer, OfferAnswered};
use crate::domain::switches::{Switching, Wish};
use crate::slack::forms::{self, Prefill, Submitted};
use crate::slack::vocabulary::{
    Form, FormContext, HomePress, HomePressed, OfferPress, Press, Pressed, SHORTCUT_ASK_EXPERT,
    SHORTCUT_ASK_PM, SHORTCUT_REDIRECT, SHORTCUT_REQUEST, field_id,
};

/// The shortcuts that we know, by their `callback_id`.
pub const SHORTCUTS: &[&str] = &[SHORTCUT_REQUEST, SHORTCUT_ASK_EXPERT, SHORTCUT_ASK_PM, SHORTCUT_REDIRECT];

/// Interactions of Slack's older or other features, which we never offer.
const NOT_OURS: &[&str] = &[
    "dialog_cancellation",
    "dialog_submission",
    "dialog_suggestion",
    "interactive_message",
    "view_closed",
    "workflow_step_edit",
];

/// Who acted, where, and how to answer.
struct Acted<'a> {
    payload: Wire<'a>,
    by: UserId,
    team: Option<String>,
    channel: Option<ChannelId>,
    url: Option<String>,
    trigger: Option<String>,
    /// In App Home: there is no channel and no URL to answer in.
    in_home: bool,
    outsider: bool,
}

impl Acted<'_> {
    fn answer(&self) -> AnswerTo {
        let user = self.by.clone();
        match (&self.url, &self.trigger) {
            (Some(url), _) => AnswerTo::Url { user, url: url.clone(), channel: self.channel.clone() },
            (None, Some(trigger_id)) if self.in_home => {
                AnswerTo::Home { user, trigger_id: trigger_id.clone() }
            }
            (None, _) => AnswerTo::Direct { user },
        }
    }

    fn keys(&self) -> Vec<String> {
        keys(self.trigger.clone())
    }

    fn incoming(self, keys: Vec<String>, command: Command, answer: AnswerTo) -> Inbound {
        Inbound::Command(Box::new(Incoming {
            team: self.team,
            keys,
            command,
            answer,
            by: Some(self.by),
            outsider: self.outsider,
            shared_channel: false,
        }))
    }

    fn open(self, form: Form, engagement: Option<crate::domain::ids::EngagementId>) -> Inbound {
        let Some(trigger_id) = self.trigger else {
            return dead("a form to open, without a trigger");
        };
        let context = FormContext { engagement, channel: self.channel, response_url: self.url };
        Inbound::OpenForm(Box::new(OpenForm {
            form,
            context,
            trigger_id,
            by: self.by,
            in_home: self.in_home,
            outsider: self.outsider,
            prefill: Prefill::default(),
        }))
    }
}

/// The `payload` of an interaction.
pub(super) fn payload(
    value: &Value,
    names: &dyn Fn(&UserId) -> Option<String>,
    bot_user: Option<&UserId>,
) -> Inbound {
    let payload = Wire::new(value);
    let Some(kind) = payload.str("type") else {
        return dead("an interaction without a type");
    };
    if NOT_OURS.contains(&kind) {
        return Inbound::Ignored { why: "an interaction that we never offer" };
    }
    let read: fn(Acted<'_>, &Context<'_>) -> Inbound = match kind {
        "block_actions" => pressed,
        "view_submission" => submitted,
        "message_action" => message_shortcut,
        "shortcut" => global_shortcut,
        "block_suggestion" => return suggestion(payload),
        _ => return dead(format!("unknown interaction {}", shown(kind))),
    };
    match acted(payload) {
        Some(acted) => read(acted, &Context { names, bot_user }),
        None => dead(format!("{kind} by nobody")),
    }
}

/// What reading a message's text needs.
struct Context<'a> {
    names: &'a dyn Fn(&UserId) -> Option<String>,
    bot_user: Option<&'a UserId>,
}

fn acted(payload: Wire<'_>) -> Option<Acted<'_>> {
    let by = UserId(payload.id("user")?);
    let (team, enterprise) = (payload.id("team"), payload.id("enterprise"));
    let of_team = payload.at("team").text("enterprise_id");
    let theirs = payload.at("user").text("team_id");
    let outsider = match (&theirs, &team) {
        (Some(theirs), Some(ours)) => {
            theirs != ours && Some(theirs) != enterprise.as_ref() && Some(theirs) != of_team.as_ref()
        }
        // Installed for a whole organisation: it comes without a team, and everybody in it is a colleague.
        (Some(_) | None, None) | (None, Some(_)) => false,
    };
    let container = payload.at("container");
    Some(Acted {
        payload,
        by,
        team: team.or(enterprise),
        channel: payload.id("channel").or_else(|| container.text("channel_id")).map(ChannelId),
        url: payload.text("response_url"),
        trigger: payload.text("trigger_id"),
        in_home: payload.at("view").str("type") == Some("home"),
        outsider,
    })
}

/// A button or a menu.
fn pressed(acted: Acted<'_>, _: &Context<'_>) -> Inbound {
    let action = acted.payload.at("actions").first();
    let value = action.str("value").or_else(|| action.at("selected_option").str("value"));
    if let Some(command) = value.and_then(|value| away::pressed(value, &acted.by)) {
        let (keys, answer) = (acted.keys(), acted.answer());
        return acted.incoming(keys, command, answer);
    }
    if value.is_some_and(away::chooses) {
        return acted.open(Form::Away, None);
    }
    if let Some(pressed) = value.and_then(|value| serde_json::from_str::<OfferPress>(value).ok()) {
        return offer_answered(acted, pressed);
    }
    let Some(press) = value.and_then(|value| serde_json::from_str::<Press>(value).ok()) else {
        return pressed_in_home(acted, value);
    };
    let engagement = press.engagement;
    match press.pressed {
        Pressed::Do(action) => {
            let act = Act { engagement, by: acted.by.clone(), action };
            let (keys, answer) = (acted.keys(), acted.answer());
            acted.incoming(keys, Command::Act(act), answer)
        }
        Pressed::Open(form) => acted.open(form, Some(engagement)),
        Pressed::Admin(wish) => Inbound::Admin {
            wish,
            keys: acted.keys(),
            answer: acted.answer(),
            outsider: acted.outsider,
            by: acted.by,
        },
        Pressed::Show(what) => {
            Inbound::Show { what, engagement, answer: acted.answer(), outsider: acted.outsider, by: acted.by }
        }
    }
}

/// A button of App Home that is about no engagement.
fn pressed_in_home(acted: Acted<'_>, value: Option<&str>) -> Inbound {
    let press = value.and_then(|value| serde_json::from_str::<HomePress>(value).ok());
    match press.map(|press| press.home) {
        Some(HomePressed::Ask) => acted.open(Form::Request, None),
        Some(HomePressed::List(list)) => match acted.trigger {
            Some(trigger_id) => {
                Inbound::HomeList { list, by: acted.by, trigger_id, outsider: acted.outsider }
            }
            None => dead("a list to show, without a trigger"),
        },
        Some(HomePressed::Pilot { on }) => {
            let switching = Switching { by: acted.by.clone(), wish: Wish::Pilot { on } };
            let (keys, answer) = (acted.keys(), acted.answer());
            acted.incoming(keys, Command::Switch(switching), answer)
        }
        Some(HomePressed::Away) => {
            let (keys, answer) = (acted.keys(), acted.answer());
            Inbound::Query { query: Query::Away, keys, by: acted.by, answer, outsider: acted.outsider }
        }
        None => Inbound::Ignored { why: "an action that is none of our buttons" },
    }
}

/// A button of an offer. Pressed twice before the first press is answered, it asks once.
fn offer_answered(acted: Acted<'_>, OfferPress { offer, answer }: OfferPress) -> Inbound {
    let mut keys = acted.keys();
    if answer != OfferAnswer::No {
        keys.push(format!("offer:{}:{}:{}", offer.channel, offer.ts, acted.by));
    }
    let (answered, to) = (OfferAnswered { by: acted.by.clone(), offer, answer }, acted.answer());
    acted.incoming(keys, Command::Offer(answered), to)
}

/// A form that was sent.
fn submitted(acted: Acted<'_>, _: &Context<'_>) -> Inbound {
    let view = acted.payload.at("view");
    let Some(value) = view.value() else {
        return dead("a submission without a view");
    };
    let root = view.text("root_view_id").or_else(|| view.text("id"));
    let keys: Vec<String> = root.map(|id| format!("view:{id}")).into_iter().collect();
    let context = forms::context(value);
    let answer = AnswerTo::Form { user: acted.by.clone(), url: context.response_url };
    match forms::submitted(value, &acted.by) {
        Submitted::Ask(ask) => acted.incoming(keys, Command::Ask(ask), answer),
        Submitted::Away(wish) => acted.incoming(keys, Command::Away(wish), answer),
        Submitted::Act(act) => acted.incoming(keys, Command::Act(act), answer),
        Submitted::NeedsMore(view) => Inbound::FormNeedsMore { view },
        Submitted::Problems(problems) => Inbound::FormProblems(problems),
        Submitted::NotOurs => Inbound::Ignored { why: "a form that is none of ours" },
        Submitted::NoEngagement => dead("a form of an engagement, without its id"),
    }
}

/// "Ask an expert", "Ask the PM" or "Redirect to SMEs" on somebody's message.
fn message_shortcut(acted: Acted<'_>, context: &Context<'_>) -> Inbound {
    let shortcut = match acted.payload.str("callback_id") {
        Some(SHORTCUT_ASK_EXPERT) => Shortcut::AskExpert,
        Some(SHORTCUT_ASK_PM) => Shortcut::AskPm,
        Some(SHORTCUT_REDIRECT) => Shortcut::RedirectToSmes,
        Some(_) | None => return Inbound::Ignored { why: "a shortcut that is none of ours" },
    };
    let message = acted.payload.at("message");
    let ts = message.text("ts").or_else(|| acted.payload.text("message_ts")).map(Ts);
    let (Some(channel), Some(ts)) = (acted.channel.clone(), ts) else {
        return dead("a message shortcut without a channel or a message");
    };
    let us: Vec<UserId> = context.bot_user.cloned().into_iter().collect();
    let mut read: Plain = plain(&marked_up(message), context.names, &us);
    read.take_command();
    let via = Via::Shortcut {
        channel,
        thread: message.text("thread_ts").map(Ts).filter(|root| *root != ts),
        ts,
        author: message.id("user").map(UserId),
        shortcut,
    };
    let mut ask = asked(&acted.by, via, read);
    ask.in_shared_channel = is_from_outside(&acted);
    let (keys, answer) = (acted.keys(), acted.answer());
    acted.incoming(keys, Command::Ask(Box::new(ask)), answer)
}

/// Whether another organisation's member wrote the message: it stands in a place that is shared, also where we cannot see it.
/// Inside one organisation people of other workspaces are colleagues.
fn is_from_outside(acted: &Acted<'_>) -> bool {
    let (payload, message) = (acted.payload, acted.payload.at("message"));
    let in_organisation =
        payload.at("enterprise").is_there() || payload.at("team").text("enterprise_id").is_some();
    let theirs =
        message.text("user_team").or_else(|| message.text("source_team")).or_else(|| message.text("team"));
    !in_organisation && theirs.is_some() && payload.id("team").is_some() && theirs != payload.id("team")
}

/// The shortcut that opens the request form.
fn global_shortcut(acted: Acted<'_>, _: &Context<'_>) -> Inbound {
    match acted.payload.str("callback_id") {
        Some(SHORTCUT_REQUEST) => acted.open(Form::Request, None),
        Some(_) | None => Inbound::Ignored { why: "a shortcut that is none of ours" },
    }
}

/// Letters typed into a search field.
fn suggestion(payload: Wire<'_>) -> Inbound {
    if payload.str("action_id") != Some(field_id(Field::Area)) {
        return Inbound::Ignored { why: "a search field that is none of ours" };
    }
    Inbound::Suggest { field: Field::Area, query: payload.text("value").unwrap_or_default() }
}
