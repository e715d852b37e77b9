//! Messages, mentions, reactions and changes of names.

use serde_json::json;

use super::*;
use crate::domain::command::{Heard, Reacted, Via};
use crate::domain::ids::GroupId;

/// An event as a workspace of ours hears it.
fn event(event: &Value) -> Value {
    json!({
        "type": "event_callback", "event_id": "Ev1", "team_id": "T1", "api_app_id": "A1",
        "authorizations": [{"team_id": "T1", "enterprise_id": null, "user_id": "UBOT", "is_bot": true}],
        "is_ext_shared_channel": false, "event": event,
    })
}

/// A message in a channel, with these fields more or otherwise.
fn message(fields: &Value) -> Value {
    let mut message = json!({
        "type": "message", "user": "UINES", "text": "How?", "ts": "1700000000.000100", "channel": "C1",
        "channel_type": "channel", "team": "T1",
    });
    for (key, value) in fields.as_object().unwrap() {
        message[key] = value.clone();
    }
    event(&message)
}

fn heard(inbound: Inbound) -> Heard {
    match command(inbound).command {
        Command::Heard(heard) => heard,
        other => panic!("not heard: {other:?}"),
    }
}

fn ask(inbound: Inbound) -> crate::domain::command::Ask {
    match command(inbound).command {
        Command::Ask(ask) => *ask,
        other => panic!("not an ask: {other:?}"),
    }
}

#[test]
fn a_mention_is_an_ask_and_both_of_its_events_share_a_key() {
    let text = "<@UBOT> how do we keep runners warm, <@UAVA>? <https://a.example|this>";
    let mut incoming = Vec::new();
    for kind in ["app_mention", "message"] {
        let mut value = message(&json!({"type": kind, "text": text, "thread_ts": "1690000000.000100"}));
        value["event_id"] = json!(format!("Ev-{kind}"));
        incoming.push(command(json(&value)));
    }
    assert_eq!(incoming[0].command, incoming[1].command);
    assert_eq!(incoming[0].keys, ["event:Ev-app_mention", "message:T1:C1:1700000000.000100"]);
    assert_eq!(incoming[1].keys, ["event:Ev-message", "message:T1:C1:1700000000.000100"]);
    let first = incoming.remove(0);
    assert_eq!((first.by, first.outsider, first.shared_channel), (Some(UserId::from("UINES")), false, false));
    assert_eq!(
        first.answer,
        AnswerTo::Thread {
            user: UserId::from("UINES"),
            channel: ChannelId::from("C1"),
            thread: Ts::from("1690000000.000100")
        }
    );
    let Command::Ask(ask) = first.command else { panic!("not an ask") };
    assert_eq!(ask.text, "how do we keep runners warm, @Ava? this (https://a.example)");
    assert_eq!(ask.mentions, [UserId::from("UAVA")]);
    assert_eq!(ask.links, ["https://a.example"]);
    assert_eq!(
        ask.via,
        Via::Mention {
            channel: ChannelId::from("C1"),
            ts: Ts::from("1700000000.000100"),
            thread: Some(Ts::from("1690000000.000100"))
        }
    );
}

#[test]
fn a_mention_of_us_that_asks_about_ourselves_is_a_query() {
    for (fields, query) in [
        (json!({"text": "<@UBOT> help", "type": "app_mention"}), Query::Help),
        (json!({"text": "<@UBOT> mine", "type": "app_mention"}), Query::Mine),
        (
            json!({"text": "status K7Q", "channel": "D1", "channel_type": "im"}),
            Query::Status { id: "K7Q".into() },
        ),
    ] {
        match json(&message(&fields)) {
            Inbound::Query { query: got, by, answer, .. } => {
                assert_eq!((got, by.as_str()), (query, "UINES"));
                assert!(matches!(answer, AnswerTo::Thread { .. }));
            }
            other => panic!("{fields}: {other:?}"),
        }
    }
    // The other event of the same mention must not answer again.
    assert!(matches!(json(&message(&json!({"text": "<@UBOT> help"}))), Inbound::Ignored { .. }));
}

#[test]
fn what_is_written_to_us_directly_is_an_ask_but_a_reply_there_is_not() {
    let asked = ask(json(&message(&json!({"channel": "D1", "channel_type": "im"}))));
    assert_eq!(asked.text, "How?");
    let reply =
        json!({"channel": "D1", "channel_type": "im", "thread_ts": "1690000000.000100", "text": "thanks"});
    assert_eq!(heard(json(&message(&reply))).text, "thanks");
    // A message that began a thread carries its own timestamp as the thread's.
    let root = json!({"channel": "D1", "channel_type": "im", "thread_ts": "1700000000.000100"});
    ask(json(&message(&root)));
}

#[test]
fn everything_else_that_people_write_is_heard() {
    let got =
        heard(json(&message(&json!({"text": "ask <@UAVA> &amp; me", "thread_ts": "1690000000.000100"}))));
    assert_eq!(
        got,
        Heard {
            channel: ChannelId::from("C1"),
            ts: Ts::from("1700000000.000100"),
            thread: Some(Ts::from("1690000000.000100")),
            by: Some(UserId::from("UINES")),
            bot: None,
            text: "ask @Ava & me".to_owned(),
            mentions: vec![UserId::from("UAVA")],
            mentions_us: false,
            is_note: false,
            thread_by: None,
            types_command: false,
        }
    );
    for subtype in ["thread_broadcast", "file_share", "me_message"] {
        assert_eq!(heard(json(&message(&json!({"subtype": subtype})))).by, Some(UserId::from("UINES")));
    }
    for fields in [
        json!({"subtype": "bot_message", "bot_id": "B7", "user": null}),
        json!({"bot_id": "B7", "user": "UOTHERBOT"}),
        json!({"bot_id": "B7", "text": "<@UBOT> hello"}),
        json!({"bot_id": "B7", "type": "app_mention", "text": "<@UBOT> hello"}),
    ] {
        let got = heard(json(&message(&fields)));
        assert_eq!((got.by, got.bot.as_deref()), (None, Some("B7")), "{fields}");
    }
}

#[test]
fn our_own_words_edits_and_notes_are_ignored() {
    for fields in [
        json!({"user": "UBOT"}),
        json!({"bot_id": "B1", "app_id": "A1", "user": null}),
        json!({"bot_id": "B1", "bot_profile": {"app_id": "A1"}}),
        json!({"subtype": "message_changed", "message": {"text": "<@UBOT> now with a mention"}}),
        json!({"subtype": "channel_join"}),
        json!({"subtype": "channel_topic"}),
        json!({"subtype": "something_new"}),
    ] {
        assert!(matches!(json(&message(&fields)), Inbound::Ignored { .. }), "{fields}");
    }
    // Nobody told us who we are: the envelope does.
    let value = message(&json!({"user": "UBOT"}));
    let inbound = request(Some("application/json"), value.to_string().as_bytes(), &names, None);
    assert!(matches!(inbound, Inbound::Ignored { .. }));
}

#[test]
fn a_deleted_message_is_told_also_where_replies_keep_its_place() {
    let deleted = Command::Deleted { channel: ChannelId::from("C1"), ts: Ts::from("1690000000.000100") };
    let changed = json!({"subtype": "tombstone", "ts": "1690000000.000100"});
    for fields in [
        json!({"subtype": "message_deleted", "deleted_ts": "1690000000.000100"}),
        json!({"subtype": "message_changed", "message": changed}),
    ] {
        let got = command(json(&message(&fields)));
        assert_eq!((got.command, got.by), (deleted.clone(), None));
        assert_eq!(got.keys, ["event:Ev1", "deleted:T1:C1:1690000000.000100"]);
    }
}

#[test]
fn a_reaction_is_told_without_its_skin_tone() {
    let item = json!({"type": "message", "channel": "C1", "ts": "1700000000.000100"});
    for (kind, name, added) in [
        ("reaction_added", "thumbsup::skin-tone-2", true),
        ("reaction_added", "thumbsup", true),
        ("reaction_removed", "thumbsup::skin-tone-6", false),
    ] {
        let value = event(&json!({"type": kind, "user": "UINES", "reaction": name, "item": item}));
        let got = command(json(&value));
        assert_eq!(
            got.command,
            Command::Reacted(Reacted {
                channel: ChannelId::from("C1"),
                ts: Ts::from("1700000000.000100"),
                by: UserId::from("UINES"),
                emoji: "thumbsup".to_owned(),
                added,
            })
        );
        assert_eq!((got.keys, got.answer), (vec!["event:Ev1".to_owned()], AnswerTo::Nowhere));
    }
    let on_a_file =
        json!({"type": "reaction_added", "user": "U1", "reaction": "x", "item": {"type": "file"}});
    assert!(matches!(json(&event(&on_a_file)), Inbound::Ignored { .. }));
    let ours = json!({"type": "reaction_added", "user": "UBOT", "reaction": "x", "item": item});
    assert!(matches!(json(&event(&ours)), Inbound::Ignored { .. }));
}

#[test]
fn people_of_other_organisations_are_told_apart() {
    let organisation = json!([{"team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": true}]);
    for (is_shared, fields, authorizations, outsider) in [
        (json!(true), json!({"user_team": "T2"}), None, true),
        (json!(true), json!({"source_team": "T2", "team": "T1"}), None, true),
        (json!(true), json!({"team": "T2"}), None, true),
        (json!(true), json!({"user_team": "T1"}), None, false),
        (json!(true), json!({"team": null}), None, false),
        (json!(false), json!({"user_team": "T2"}), None, false),
        (json!(null), json!({"user_team": "T2"}), None, true),
        (json!(true), json!({"user_team": "E1"}), Some(&organisation), false),
        (json!(true), json!({"user_team": "T2"}), Some(&json!([])), true),
    ] {
        let mut value = message(&fields);
        value["is_ext_shared_channel"] = is_shared.clone();
        if let Some(authorizations) = authorizations {
            value["authorizations"] = authorizations.clone();
        }
        let got = command(json(&value));
        assert_eq!(got.outsider, outsider, "{is_shared} {fields}");
        assert_eq!(got.shared_channel, is_shared == json!(true));
    }
}

#[test]
fn an_installation_for_an_organisation_comes_without_a_team() {
    let mut value = message(&json!({}));
    value["team_id"] = json!(null);
    value["enterprise_id"] = json!("E1");
    value["authorizations"] =
        json!([{"team_id": null, "enterprise_id": "E1", "user_id": "UBOT", "is_bot": true}]);
    assert_eq!(command(json(&value)).team.as_deref(), Some("E1"));
}

#[test]
fn what_changes_names_is_told() {
    let channel = || ChannelId::from("C1");
    let group = || GroupId::from("S1");
    let archived = |archived| Change::Archived { channel: channel(), archived };
    for (fields, change) in [
        (json!({"type": "user_change", "user": {"id": "U1"}}), Change::Unclear),
        (json!({"type": "channel_rename", "channel": {"id": "C1"}}), Change::Unclear),
        (
            json!({"type": "group_rename", "channel": {"id": "C1", "name": "x"}}),
            Change::Renamed { channel: channel(), name: "x".to_owned() },
        ),
        (json!({"type": "channel_archive", "channel": "C1"}), archived(true)),
        (json!({"type": "group_unarchive", "channel": "C1"}), archived(false)),
        (json!({"type": "channel_deleted", "channel": "C1"}), Change::Deleted { channel: channel() }),
        (json!({"type": "channel_shared", "channel": "C1"}), Change::Shared { channel: channel() }),
        (json!({"type": "channel_unshared", "channel": "C1"}), Change::Unclear),
        (
            json!({"type": "channel_id_changed", "old_channel_id": "C1", "new_channel_id": "C2"}),
            Change::Renumbered { from: channel(), to: ChannelId::from("C2") },
        ),
        (json!({"type": "subteam_updated", "subteam": {"id": "S1"}}), Change::Unclear),
        (
            json!({"type": "subteam_updated", "subteam": {"id": "S1", "handle": "sme-ci", "date_delete": 0}}),
            Change::Group { group: group(), handle: "sme-ci".to_owned(), members: None },
        ),
        (
            json!({"type": "subteam_created", "subteam":
                {"id": "S1", "handle": "sme-ci", "users": ["U1"], "user_count": "1", "date_delete": 0}}),
            Change::Group {
                group: group(),
                handle: "sme-ci".to_owned(),
                members: Some(vec![UserId::from("U1")]),
            },
        ),
        (
            json!({"type": "subteam_updated", "subteam":
                {"id": "S1", "handle": "sme-ci", "users": ["U1"], "user_count": 700}}),
            Change::Unclear,
        ),
        (
            json!({"type": "subteam_updated", "subteam": {"id": "S1", "handle": "sme-ci", "date_delete": 17}}),
            Change::GroupGone { group: group() },
        ),
        (
            json!({"type": "subteam_members_changed", "subteam_id": "S1", "added_users": ["U1"],
                "added_users_count": "1", "removed_users": [], "removed_users_count": 0}),
            Change::Members { group: group(), added: vec![UserId::from("U1")], removed: Vec::new() },
        ),
        (json!({"type": "subteam_members_changed", "subteam_id": "S1"}), Change::Unclear),
        (
            json!({"type": "member_joined_channel", "user": "UBOT", "channel": "C1"}),
            Change::Membership { channel: channel(), joined: true },
        ),
        (
            json!({"type": "group_left", "channel": "C1"}),
            Change::Membership { channel: channel(), joined: false },
        ),
    ] {
        let expected = Inbound::NamesChanged { change, status: None, keys: vec!["event:Ev1".to_owned()] };
        assert_eq!(json(&event(&fields)), expected, "{fields}");
    }
    let left = json!({"type": "user_change", "user": {"id": "U1", "name": "pat", "deleted": true,
        "profile": {"email": "Pat@Example.com", "real_name": "Pat"}}});
    let Inbound::NamesChanged { change: Change::Person(person), .. } = json(&event(&left)) else {
        panic!("a person");
    };
    assert_eq!((person.name.as_str(), person.email.as_deref()), ("Pat", Some("pat@example.com")));
    assert!(person.is_gone);
    let other = json!({"type": "member_joined_channel", "user": "U1", "channel": "C1"});
    assert!(matches!(json(&event(&other)), Inbound::Ignored { .. }));
}

#[test]
fn every_event_that_we_subscribe_to_is_handled() {
    for name in EVENTS {
        let kind = name.split('.').next().unwrap();
        let value = event(&json!({
            "type": kind, "channel": "C1", "user": if kind.starts_with("member") { "UBOT" } else { "U1" },
            "ts": "1700000000.000100", "text": "<@UBOT> How?", "reaction": "x",
            "item": {"type": "message", "channel": "C1", "ts": "1700000000.000100"},
        }));
        let inbound = json(&value);
        let is_handled = matches!(
            inbound,
            Inbound::Command(_) | Inbound::NamesChanged { .. } | Inbound::HomeOpened { .. }
        );
        assert!(is_handled, "{name}: {inbound:?}");
    }
}

#[test]
fn a_home_that_is_opened_says_whose_and_whether_slack_still_has_it() {
    let opened = |fields: &Value| {
        let mut value = json!({"type": "app_home_opened", "user": "UINES", "channel": "D1", "tab": "home"});
        for (key, field) in fields.as_object().unwrap() {
            value[key] = field.clone();
        }
        json(&event(&value))
    };
    let home = |has_view| Inbound::HomeOpened { user: UserId::from("UINES"), has_view, outsider: false };
    assert_eq!(opened(&json!({})), home(false));
    assert_eq!(opened(&json!({"view": {"id": "V1", "type": "home", "blocks": []}})), home(true));
    assert!(matches!(opened(&json!({"tab": "messages"})), Inbound::Ignored { .. }));
    assert!(matches!(opened(&json!({"user": null})), Inbound::DeadLetter { .. }));
}
