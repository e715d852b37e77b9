//! Observe, pilot, on, and what is overheard (A6, A11): who is offered what, whose area it is, and whose switch wins.

use switchboard::domain::baseline::Count;
use switchboard::domain::command::{Command, Heard};
use switchboard::domain::decide::switching;
use switchboard::domain::decision::Reply;
use switchboard::domain::directory::{AreaMode, GroupRef};
use switchboard::domain::ids::{AreaKey, ChannelId, Ts, UserId};
use switchboard::domain::names::{Channel, Names, Person};
use switchboard::domain::notice::Address;
use switchboard::domain::org::{Org, Policy};
use switchboard::domain::pings::{self, Said};
use switchboard::domain::refusal::Refusal;
use switchboard::domain::rules::Rules;
use switchboard::domain::switches::{KeptMode, Switch, Switches, Switching, Wish};

use super::world::{directory, monday, person, policy_of};

/// The example company; Ava and the SME Ines are in a group that faces customers, `#town` is nobody's channel.
fn policy() -> Policy {
    let directory = directory();
    let mut names = Names::assumed(&directory);
    let field = names.groups.iter_mut().find(|group| group.handle == "ae").expect("a group of the field");
    assert!(directory.field.contains(&GroupRef::Handle("ae".to_owned())));
    field.members = vec![person("ava"), person("ines"), person("petra")];
    names.people.push(Person {
        id: person("ava"),
        name: "Ava".to_owned(),
        email: None,
        time_zone: None,
        is_gone: false,
        is_bot: false,
        is_guest: false,
    });
    for (name, is_shared) in [("#town", false), ("#ext", true)] {
        names.channels.push(Channel {
            id: ChannelId::from(name),
            name: name.trim_start_matches('#').to_owned(),
            is_private: false,
            is_archived: false,
            is_shared,
            is_member: true,
        });
    }
    let rules = Rules::default();
    let (org, _) = Org::resolve(&directory, &names, &rules, None, &[]);
    Policy { rules, org }
}

fn heard(by: &str, channel: &str, thread: Option<&str>, mentions: &[&str], text: &str) -> Command {
    Command::Heard(Heard {
        channel: ChannelId::from(channel),
        ts: Ts::from("1795000000.000100"),
        thread: thread.map(Ts::from),
        by: Some(person(by)),
        bot: None,
        text: text.to_owned(),
        mentions: mentions.iter().map(|name| person(name)).collect(),
        mentions_us: false,
        is_note: false,
        thread_by: None,
        types_command: false,
    })
}

#[test]
fn who_is_offered_smes_and_where() {
    let policy = policy();
    let words = "how do shared runners cache?";
    for (by, channel, mentions, is_ping, offered) in [
        ("ava", "#town", &["paul"][..], true, Some("ci")),
        ("ava", "#town", &["sam", "paul"], true, Some("ci")),
        // Protected, though no PM.
        ("ava", "#town", &["fieldcto"], true, Some("ci")),
        ("ava", "#town", &["sam"], false, None),
        ("ava", "#town", &[], false, None),
        // Not of the field; a PM among the field is nobody's to correct.
        ("raj", "#town", &["paul"], false, None),
        ("petra", "#town", &["paul"], false, None),
        // An SME of the area asks its PM as they like; what is counted says so below.
        ("ines", "#town", &["paul"], true, None),
        // Where PMs are at home, where SMEs answer, where others read along, and with us alone.
        ("ava", "#g_runner", &["paul"], true, None),
        ("ava", "#s_verify", &["paul"], true, None),
        ("ava", "#product", &["paul"], true, None),
        ("ava", "#sme-ci", &["paul"], true, None),
        ("ava", "#sme-ci-internal", &["paul"], false, None),
        ("ava", "#ext", &["paul"], false, None),
        ("ava", "D1", &["paul"], false, None),
    ] {
        let command = heard(by, channel, None, mentions, words);
        let said = Said::of(&command).expect("somebody said it");
        let what = format!("{by} in {channel} to {mentions:?}");
        assert_eq!(pings::is_ping(&said, &policy.org), is_ping, "{what}");
        let area = pings::area_of(&said, &policy.org).filter(|_| is_ping);
        let count = area.and_then(|area| pings::ping_counted(&said, Some(area), &policy.org));
        assert_eq!(count.is_some(), is_ping && by != "ines", "{what}");
        let offer = count.and(area).and_then(|area| pings::offer(&said, area, &policy));
        assert_eq!(offer.is_some(), offered.is_some(), "{what}");
        if let Some(notice) = offer {
            let only = Address::OnlyTo { user: person(by), channel: ChannelId::from(channel), thread: None };
            assert_eq!(notice.to, only, "{what}: nobody else sees it");
            assert_eq!(area.map(|area| area.key.as_str()), offered, "{what}");
        }
    }
}

#[test]
fn whose_smes_would_have_been_asked() {
    let org = &policy().org;
    for (channel, mentions, words, area) in [
        ("#town", &["paul"][..], "how do shared runners cache?", Some("ci")),
        // The words count before the person.
        ("#town", &["paul"], "how does SAST handle monorepos?", Some("security")),
        // No clear words: the channel, then the person.
        ("#s_plan", &["paul"], "do you have a minute?", Some("planning")),
        ("#town", &["paul"], "do you have a minute?", Some("ci")),
        // The channel of SMEs before all.
        ("#sme-planning", &["paul"], "how do shared runners cache?", Some("planning")),
        ("#town", &["fieldcto"], "do you have a minute?", None),
    ] {
        let command = heard("ava", channel, None, mentions, words);
        let found = pings::area_of(&Said::of(&command).expect("said"), org);
        assert_eq!(found.map(|area| area.key.as_str()), area, "{channel}: {words}");
    }
}

#[test]
fn most_of_what_is_said_concerns_nobody() {
    let org = &policy().org;
    for (by, channel, thread, mentions, concerns) in [
        ("ava", "#town", None, &[][..], false),
        ("ava", "#town", Some("1.1"), &["sam"], false),
        ("raj", "#town", None, &["paul"], false),
        ("ava", "#town", None, &["paul"], true),
        // An ask in an SME channel: not by those who answer there, and not in a thread.
        ("ava", "#sme-ci", None, &[], true),
        ("ava", "#sme-ci", Some("1.1"), &[], false),
        ("ines", "#sme-ci", None, &[], false),
        ("paul", "#sme-ci", None, &[], false),
        ("ines", "#sme-planning", None, &[], true),
        // Asks and answers in an internal channel.
        ("ines", "#sme-ci-internal", None, &["paul"], true),
        ("ines", "#sme-ci-internal", None, &["sam"], false),
        ("paul", "#sme-ci-internal", Some("1.1"), &[], true),
        ("paul", "#sme-ci-internal", None, &["petra"], false),
    ] {
        let command = heard(by, channel, thread, mentions, "words");
        let said = Said::of(&command).expect("said");
        assert_eq!(pings::concerns_us(&said, org), concerns, "{by} in {channel}, {thread:?}, {mentions:?}");
    }
    let note = match heard("ava", "#sme-ci", None, &[], "joined") {
        Command::Heard(note) => Command::Heard(Heard { is_note: true, ..note }),
        other => other,
    };
    assert!(Said::of(&note).is_none(), "a note of Slack's is nobody's word");
}

#[test]
fn an_answer_is_measured_on_the_clock_and_in_working_time() {
    let policy = policy();
    let command = heard("paul", "#sme-ci-internal", Some("1.1"), &[], "Yes.");
    let said = Said::of(&command).expect("said");
    let at = said.ts.instant().expect("an instant");
    for (before, elapsed) in [(0, 0), (90, 90), (86_400, 86_400)] {
        let asked_at = at - chrono::Duration::seconds(before);
        let counted = pings::reply_counted(&said, (AreaKey::from("ci"), asked_at), &policy.org, monday());
        let Count::InternalReply { took, root, .. } = counted else { panic!("no answer") };
        assert_eq!((took.elapsed_seconds, root.as_str()), (elapsed, "1.1"));
        assert!((0..=elapsed).contains(&took.working_seconds), "{took:?}");
    }
}

#[test]
fn the_bot_is_on_for_whom_the_mode_says() {
    let mut org = policy_of(&directory()).org;
    for (mode, pilots, is_on) in [
        (AreaMode::Observe, &["ava"][..], false),
        (AreaMode::Pilot, &["ava"], true),
        (AreaMode::Pilot, &["raj"], false),
        (AreaMode::On, &[], true),
    ] {
        let kept = KeptMode { directory: AreaMode::On, switched: Some(mode) };
        org.switch(&Switches {
            modes: [(AreaKey::from("ci"), kept)].into(),
            pilots: pilots.iter().map(|name| person(name)).collect(),
        });
        let area = org.area(&AreaKey::from("ci")).expect("an area");
        assert_eq!(area.is_on_for(&person("ava"), &org), is_on, "{mode:?} {pilots:?}");
    }
    org.switch(&Switches::default());
    let area = org.area(&AreaKey::from("ci")).expect("an area");
    assert_eq!(area.mode, AreaMode::On, "without a switch the directory counts");
}

#[test]
fn a_switch_holds_until_the_line_of_the_directory_changes() {
    let ci = AreaKey::from("ci");
    let mut directory = directory();
    for (line, kept, mode, tells) in [
        (AreaMode::On, None, AreaMode::On, false),
        (AreaMode::On, Some((AreaMode::On, Some(AreaMode::Observe))), AreaMode::Observe, false),
        (AreaMode::Pilot, Some((AreaMode::On, Some(AreaMode::Observe))), AreaMode::Pilot, true),
        (AreaMode::Observe, Some((AreaMode::On, Some(AreaMode::Observe))), AreaMode::Observe, false),
        (AreaMode::Observe, Some((AreaMode::On, None)), AreaMode::Observe, true),
    ] {
        directory.sme_areas[&ci].mode = line;
        let mut org = policy_of(&directory).org;
        let mut switches = Switches::default();
        for area in org.areas() {
            let same = KeptMode { directory: area.directory_mode, switched: None };
            switches.modes.insert(area.key.clone(), same);
        }
        switches.modes.remove(&ci);
        if let Some((directory, switched)) = kept {
            switches.modes.insert(ci.clone(), KeptMode { directory, switched });
        }
        org.switch(&switches);
        assert_eq!(org.area(&ci).expect("an area").mode, mode, "{line:?} {kept:?}");
        let decision = switching::directory_read(&org, &switches);
        let is_new = kept.is_none_or(|(directory, _)| directory != line);
        assert_eq!(decision.switches.len(), usize::from(is_new), "{line:?} {kept:?}");
        assert_eq!(
            !decision.notices.is_empty(),
            tells,
            "{line:?} {kept:?}: told where it changed for people"
        );
    }
}

#[test]
fn only_admins_switch_an_area() {
    let policy = policy_of(&directory());
    let wish = |by: UserId, area: &str, mode: &str| Switching {
        by,
        wish: Wish::Mode { area: area.to_owned(), mode: mode.to_owned() },
    };
    for by in ["ava", "ines", "lena", "paul"] {
        let decision = switching::switch(&wish(person(by), "ci", "observe"), &policy.org);
        assert!(
            matches!(decision.reply, Reply::Refused(Refusal::OnlyFor { .. })) && decision.is_empty(),
            "{by}"
        );
    }
    for area in ["ci", "CI", "ci/cd and runner", "#sme-ci", "sme-ci"] {
        let decision = switching::switch(&wish(person("admin"), area, "Observe"), &policy.org);
        let kept = KeptMode { directory: AreaMode::On, switched: Some(AreaMode::Observe) };
        let by = Some(person("admin"));
        assert_eq!(decision.switches, [Switch::Mode { area: AreaKey::from("ci"), kept, by }], "{area}");
    }
    for (area, mode) in [("", ""), ("nothing", "on"), ("ci", "off"), ("ci", "")] {
        let decision = switching::switch(&wish(person("admin"), area, mode), &policy.org);
        assert!(matches!(decision.reply, Reply::Refused(_)) && decision.is_empty(), "{area} {mode}");
    }
}
