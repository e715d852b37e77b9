//! What is ours, which day is meant, and what a status says.

use serde_json::json;

use super::*;

fn read(text: &str, mentions: &[&str]) -> Plain {
    Plain {
        text: text.to_owned(),
        mentions: mentions.iter().map(|user| UserId::from(*user)).collect(),
        ..Plain::default()
    }
}

fn wished(text: &str, mentions: &[&str]) -> Option<AwayWish> {
    match wish(&read(text, mentions), &UserId::from("UPAUL"))? {
        Command::Away(wish) => Some(*wish),
        other => panic!("{other:?}"),
    }
}

fn date(year: i32, month: u32, day: u32) -> DaySaid {
    DaySaid::Date(NaiveDate::from_ymd_opt(year, month, day).expect("a day"))
}

#[test]
fn days_are_read_however_they_are_written() {
    let of_year = |month, day| DaySaid::OfYear { month, day };
    for (said, meant) in [
        ("2026-12-24", date(2026, 12, 24)),
        ("2026-12-24.", date(2026, 12, 24)),
        ("24.12.2026", date(2026, 12, 24)),
        ("24 Dec 2026", date(2026, 12, 24)),
        ("24 December 2026", date(2026, 12, 24)),
        ("December 24, 2026", date(2026, 12, 24)),
        ("Thu 24 Dec 2026", date(2026, 12, 24)),
        ("24 dec", of_year(12, 24)),
        ("Dec 24", of_year(12, 24)),
        ("24.12.", of_year(12, 24)),
        ("29 Feb", of_year(2, 29)),
        ("tomorrow", DaySaid::Tomorrow),
        ("TODAY", DaySaid::Today),
        ("friday", DaySaid::Next(Weekday::Fri)),
        ("next Mon", DaySaid::Next(Weekday::Mon)),
        ("including Friday", DaySaid::Next(Weekday::Fri)),
        ("12/24/2026", DaySaid::Unknown("12/24/2026".to_owned())),
        ("2026-02-30", DaySaid::Unknown("2026-02-30".to_owned())),
        ("soon", DaySaid::Unknown("soon".to_owned())),
        ("", DaySaid::Unknown(String::new())),
    ] {
        let found = wished(&format!("away until {said}"), &[]).map(|wish| wish.until);
        assert_eq!(found, Some(WhenSaid::Day(meant)), "{said}");
    }
}

#[test]
fn people_and_parts_are_told_apart() {
    let id = |user: &str| Some(PersonSaid::Id(UserId::from(user)));
    let name = |name: &str| Some(PersonSaid::Name(name.to_owned()));
    let (day, from) = (date(2026, 12, 24), date(2026, 12, 21));
    for (text, mentions, who, cover, first) in [
        ("away until 2026-12-24", &[][..], None, None, None),
        ("Away until 2026-12-24 cover @Ines", &["UINES"], None, id("UINES"), None),
        ("away until 2026-12-24, covered by @Ines Ito", &["UINES"], None, id("UINES"), None),
        ("away @Paul until 2026-12-24", &["UPAUL"], id("UPAUL"), None, None),
        ("away @Paul Po until 2026-12-24 cover @Ines", &["UPAUL", "UINES"], id("UPAUL"), id("UINES"), None),
        ("away until 2026-12-24 cover @ines", &[], None, name("@ines"), None),
        ("away until 2026-12-24 cover", &[], None, name(""), None),
        (
            "away from 2026-12-21 until 2026-12-24 cover @Ines",
            &["UINES"],
            None,
            id("UINES"),
            Some(from.clone()),
        ),
        ("away until 2026-12-24 from 2026-12-21", &[], None, None, Some(from.clone())),
        ("away 2026-12-24 cover @Ines", &["UINES"], None, id("UINES"), None),
    ] {
        let by = UserId::from("UPAUL");
        let expected = AwayWish {
            by,
            who,
            from: first.map(WhenSaid::Day),
            until: WhenSaid::Day(day.clone()),
            cover,
            in_form: false,
        };
        assert_eq!(wished(text, mentions), Some(expected), "{text}");
    }
}

#[test]
fn a_question_that_begins_alike_is_a_question() {
    for text in [
        "away",
        "away list",
        "away messages are lost until the restart, why?",
        "away from keyboard detection in runners?",
        "back up a runner",
        "backups are slow",
        "how long until 2026?",
        "",
    ] {
        assert_eq!(wish(&read(text, &[]), &UserId::from("UPAUL")), None, "{text}");
    }
    let back = |who| Some(Command::Back { by: UserId::from("UPAUL"), who });
    assert_eq!(wish(&read("Back", &[]), &UserId::from("UPAUL")), back(None));
    let ines = PersonSaid::Id(UserId::from("UINES"));
    assert_eq!(wish(&read("back @Ines", &["UINES"]), &UserId::from("UPAUL")), back(Some(ines)));
}

#[test]
fn a_button_does_what_it_says_and_nothing_else() {
    let paul = UserId::from("UPAUL");
    let day = NaiveDate::from_ymd_opt(2026, 12, 24).expect("a day");
    let value = serde_json::to_string(&AwayPress { away: AwayPressed::Until(day) }).expect("json");
    let Some(Command::Away(wish)) = pressed(&value, &paul) else { panic!("{value}") };
    assert_eq!((wish.by, wish.who, wish.until), (paul.clone(), None, WhenSaid::Day(DaySaid::Date(day))));
    for (away, command) in [
        (AwayPressed::No, Command::NotAway { by: paul.clone() }),
        (AwayPressed::Back, Command::Back { by: paul.clone(), who: None }),
    ] {
        let value = serde_json::to_string(&AwayPress { away }).expect("json");
        assert_eq!(pressed(&value, &paul), Some(command));
    }
    for value in ["", "{}", r#"{"e":1,"p":{"do":{"action":"take"}}}"#, r#"{"away":"no","e":1}"#] {
        assert_eq!(pressed(value, &paul), None, "{value}");
    }
}

#[test]
fn a_status_counts_where_it_sounds_away_and_ends_by_itself() {
    let until = 1_800_000_000;
    let of = |emoji: &str, text: &str, expiration: serde_json::Value| {
        let profile = json!({"status_emoji": emoji, "status_text": text, "status_expiration": expiration});
        let event = json!({"user": {"id": "UPAUL", "profile": profile}});
        status(UserId::from("UPAUL"), Wire::new(&event))
    };
    let says = |emoji: &str, text: &str| of(emoji, text, json!(until)).is_some();
    assert!(says(":palm_tree:", ""));
    assert!(says("", "OOO until Monday"));
    assert!(says(":speech_balloon:", "On annual leave!"));
    assert!(says("", "Vacation 🌴"));
    assert!(!says(":speech_balloon:", "In a meeting"));
    assert!(!says("", "Looool, a great day"));
    assert!(!says("", ""));
    assert_eq!(of(":palm_tree:", "", json!(0)), None);
    assert_eq!(of(":palm_tree:", "", json!(null)), None);
    assert_eq!(of(":palm_tree:", "", json!("soon")), None);
    assert_eq!(of(":palm_tree:", "", json!(i64::MAX)), None);
    let found = of(":palm_tree:", "With my family in Rome", json!(until)).expect("away");
    assert_eq!(found.until.timestamp(), until);
    assert!(!found.mark.contains("Rome"), "{}", found.mark);
}
