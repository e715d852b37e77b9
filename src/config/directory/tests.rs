//! The directory file: what nobody can have meant is an error with its line, what is missing a warning with its cost.

use proptest::prelude::*;

use super::*;
use crate::config::{example_directory, gaps};
use crate::domain::directory::{ChannelRef, GroupRef, PersonRef};

fn read(text: &str) -> Result<(Directory, Vec<Problem>), Vec<Problem>> {
    let file = TextFile { name: "directory.yml".to_owned(), text: text.to_owned() };
    load(&[file], &WorkingHours::default())
}

fn wrong(text: &str) -> Vec<String> {
    let problems = match read(text) {
        Ok((_, warnings)) => warnings,
        Err(problems) => problems,
    };
    problems.iter().map(Problem::one_line).collect()
}

#[test]
fn the_example_is_read_as_it_is_meant() {
    let (directory, problems) = read(example_directory()).expect("the example");
    assert!(problems.iter().all(|problem| !problem.is_error()));
    let email = |name: &str| PersonRef::Email(format!("{name}@example.com"));
    let ci = &directory.sme_areas[&AreaKey::from("ci")];
    assert_eq!((ci.name.as_str(), ci.mode), ("CI/CD and Runner", AreaMode::On));
    assert_eq!(ci.handle, Some(GroupRef::Handle("sme-ci".to_owned())));
    assert_eq!(ci.members, [email("ines"), email("sam")]);
    assert_eq!(directory.sme_areas[&AreaKey::from("storage")].mode, AreaMode::Pilot);
    let verify = &directory.stages["verify"];
    let runner = &verify.groups["runner"];
    assert_eq!((verify.pm.clone(), runner.pms.clone()), (Some(email("petra")), vec![email("paul")]));
    assert_eq!(runner.channel, Some(ChannelRef::Name("g_runner".to_owned())));
    let calendar = runner.calendar.as_ref().expect("a calendar");
    assert_eq!(calendar.time_zone, Some(chrono_tz::Europe::Berlin));
    assert_eq!((calendar.hours.on(chrono::Weekday::Fri).len(), calendar.holidays.dates.len()), (2, 3));
    let process = directory.stages["release"].groups["deployments"].process.as_ref().expect("a process");
    assert_eq!((process.requires_link, process.excludes.clone()), (true, vec![Reason::CustomerMeeting]));
    assert_eq!(directory.sections["ops"].leader, Some(email("leo")));
    assert_eq!(directory.field.len(), 3);
    assert_eq!(directory.taken_emoji, ["white_check_mark", "heavy_check_mark"]);
}

#[test]
fn every_mistake_is_an_error_with_its_line() {
    for (text, expected) in [
        ("stages: [", "1:9: error: this is not YAML: unclosed bracket"),
        ("field:\n  groups: [@ae]", "2:12: error: this is not YAML"),
        ("- a\n- b", "1:1: error: The directory is a list, not a table of keys"),
        ("stage: {}", "1:1: error: The directory has no setting `stage`"),
        ("stages:\n  a:\n    chanel: \"#a\"", "3:5: error: The stage a has no setting `chanel`"),
        (
            "stages:\n  a:\n    groups:\n      b: {pm: x@example.com}",
            "4:11: error: The group b has no setting `pm`",
        ),
        ("sections:\n  a: {}\n  a: {}", "3:3: error: the key `a` is there twice"),
        ("stages:\n  a b: {}", "2:3: error: `a b` cannot be a key"),
        (
            "stages:\n  a: {pm: Person 7}",
            "2:11: error: pm is \"Person 7\", neither an e-mail address nor an id",
        ),
        ("stages:\n  a: {channel: s_a}", "2:16: error: channel is \"s_a\", neither \"#name\" nor an id"),
        (
            "stages:\n  a: {channel: \"#S A\"}",
            "2:16: error: channel is \"#S A\", which cannot be a channel's name",
        ),
        ("stages:\n  a:\n    channel: #s_a", "3:5: error: `#s_a` is a comment here, so `channel` is empty"),
        ("field: {groups: [ae]}", "1:18: error: a group of `field` is \"ae\", neither \"@handle\" nor an id"),
        ("stages:\n  a: {sme_area: ci}", "2:17: error: there is no SME area `ci`"),
        ("sections: {ops: {}}\nstages:\n  a: {section: opps}", "3:16: error: there is no section `opps`"),
        ("sme_areas:\n  ci: {mode: of}", "2:14: error: mode cannot be \"of\""),
        (
            "sme_areas:\n  ci:\n    office_hours: {text: Tuesdays, link: somewhere}",
            "3:42: error: link is \"somewhere\", not a link",
        ),
        (
            "stages: {a: {groups: {b: {calendar: {time_zone: Europe/Berln}}}}}",
            "1:49: error: time_zone: there is no time zone \"Europe/Berln\"",
        ),
        (
            "stages: {a: {groups: {b: {calendar: {hours: [\"12:00-09:00\"]}}}}}",
            "1:46: error: hours: \"12:00-09:00\" ends before it starts",
        ),
        (
            "stages: {a: {groups: {b: {calendar: {hours: [\"09:00-12:00\", \"11:00-17:00\"]}}}}}",
            "1:61: error: hours overlap",
        ),
        (
            "stages: {a: {groups: {b: {calendar: {days: [monn]}}}}}",
            "1:45: error: days: \"monn\" is no day of the week",
        ),
        (
            "stages: {a: {groups: {b: {calendar: {holidays: [2026-02-30]}}}}}",
            "1:49: error: holidays: \"2026-02-30\" is no date",
        ),
        (
            "stages: {a: {groups: {b: {calendar: {hours: {monn: ['09:00-17:00']}}}}}}",
            "1:52: error: hours: \"monn\" is no day of the week",
        ),
        (
            "stages: {a: {groups: {b: {calendar: {hours: {mon: ['17:00-09:00']}}}}}}",
            "1:52: error: hours of mon: \"17:00-09:00\" ends before it starts",
        ),
        (
            "stages: {a: {groups: {b: {calendar: {hours: {mon: []}}}}}}",
            "1:45: error: hours are empty: nobody would ever work",
        ),
        (
            "stages: {a: {groups: {b: {calendar: {hours: {mon: ['09:00-17:00'], monday: ['09:00-17:00']}}}}}}",
            "1:76: error: hours of monday are written twice",
        ),
        (
            "stages: {a: {groups: {b: {calendar: {days: [mon], hours: {mon: ['09:00-17:00']}}}}}}",
            "1:44: error: days are written twice",
        ),
        (
            "stages: {a: {groups: {b: {calendar: {holidays: ['http://example.com/off.ics']}}}}}",
            "1:49: error: holidays: a calendar is read over https:// only",
        ),
        (
            "stages: {a: {groups: {b: {calendar: {holidays: [off.txt]}}}}}",
            "1:49: error: holidays: \"off.txt\" is no date",
        ),
        (
            "stages: {a: {groups: {b: {process: {excludes: [roadmp]}}}}}",
            "1:48: error: excludes cannot be \"roadmp\"",
        ),
        (
            "stages: {a: {groups: {b: {process: {requires_link: maybe}}}}}",
            "1:52: error: requires_link is \"maybe\", not true or false",
        ),
        (
            "stages: {a: {groups: {b: {process: {requires_link: true}}}}}",
            "1:36: error: `requires_link` is set, but nothing says which link",
        ),
        ("stages: {a: {aliases: {b: c}}}", "1:23: error: aliases is a table of keys, not a list"),
        ("stages: {a: {name: [b]}}", "1:20: error: name is a list, not one value"),
        ("stages: a", "1:9: error: `stages` is a single value, not a table of keys"),
    ] {
        let expected = format!("directory.yml:{expected}");
        let is_error = read(text).is_err();
        assert!(
            is_error && wrong(text).iter().any(|line| line.starts_with(&expected)),
            "{text}\n{expected}\n{:#?}",
            wrong(text)
        );
    }
}

#[test]
fn mistakes_are_answered_with_what_was_probably_meant() {
    for (text, expected) in [
        ("stages:\n  a: {chanel: \"#a\"}", "Did you mean `channel`?"),
        ("sme_areas: {runner: {}}\nstages: {a: {sme_area: runer}}", "Did you mean `runner`?"),
        ("stages: {a: {sme_area: ci}}", "The directory has no SME area at all"),
        ("stages: {a: {groups: {b: {calendar: {time_zone: Europe/Berln}}}}}", "Did you mean Europe/Berlin?"),
        ("stages: {a: {groups: {b: {process: {excludes: [roadmp]}}}}}", "Did you mean `roadmap`?"),
        ("stages:\n  a:\n    channel: #s_a", "Put it in quotes: \"#s_a\""),
        ("field:\n  groups: [@ae]", "A handle begins with `@`, so YAML wants it in quotes: \"@sme-ci\""),
    ] {
        let problems = read(text).expect_err(text);
        assert!(
            problems.iter().any(|problem| problem.help.as_deref() == Some(expected)),
            "{text}\n{problems:#?}"
        );
    }
}

#[test]
fn many_mistakes_are_named_at_once_also_beside_a_key_that_is_there_twice() {
    let text = "\
stages:
  a:
    channel: general
    colour: red
    sme_area: nowhere
    groups:
      b: {pms: [Bo], pms: [x@example.com]}
      c: {pms: [nobody at all]}
";
    insta::assert_snapshot!(wrong(text).join("\n"), @r##"
    directory.yml:3:14: error: channel is "general", neither "#name" nor an id
    directory.yml:4:5: error: The stage a has no setting `colour`
    directory.yml:5:15: error: there is no SME area `nowhere`
    directory.yml:7:17: error: pms is "Bo", neither an e-mail address nor an id
    directory.yml:7:22: error: the key `pms` is there twice
    directory.yml:8:17: error: pms is "nobody at all", neither an e-mail address nor an id
    "##);
}

#[test]
fn what_is_missing_is_a_warning_and_says_what_happens_instead() {
    let text = "\
sme_areas:
  ci: {name: CI}
  lost: {name: Lost, channel: \"#lost\", internal_channel: \"#lost-in\", members: [a@example.com, TBD]}
sections:
  ops: {name: Ops, leader: TBD}
stages:
  verify:
    name: Verify
    sme_area: ci
    groups:
      runner: {name: Runner, pms: [TBD, null], categories: {core: {name: Core}}}
      fleet: {name: Fleet, channel: \"#g_same\", pms: [\"Bo@example.com (Acting)\"], cover: ~, categories: {core: {name: Core}}}
  empty:
    section: ops
    channel: TBD
    pm: [a@example.com, b@example.com]
    groups:
      same: {name: Same, channel: \"#g_same\"}
";
    let (directory, problems) = read(text).expect("only warnings");
    assert_eq!(
        directory.stages["verify"].groups["fleet"].pms,
        [PersonRef::Email("bo@example.com".to_owned())]
    );
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| format!("{} ({})", problem.one_line(), problem.help.as_deref().unwrap_or_default()))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    directory.yml:1:1: warning: no fallback_channel (PMs of a group and stage without a channel cannot be asked; admins are told)
    directory.yml:1:1: warning: no sme_fallback_channel (questions without an SME area go to the group's channel, no PM mentioned)
    directory.yml:1:1: warning: no user groups under `field` (nobody is offered the SME route when they mention a PM (A6))
    directory.yml:2:3: warning: CI: no channel (its questions go to the group's channel, no PM mentioned)
    directory.yml:2:3: warning: CI: no internal_channel (SMEs ask PMs in the group's channel, and no reply clock runs (B3))
    directory.yml:2:3: warning: CI: no handle, members or leads (it counts as an area without SMEs: its questions go to the group's channel, no PM mentioned)
    directory.yml:3:3: warning: Lost: no handle (new questions are posted in its channel, nobody is mentioned)
    directory.yml:3:3: warning: Lost: no leads (nobody is told of a question that nobody takes)
    directory.yml:3:3: warning: Lost: no stage or group names it (it is reached only by choosing it, or from its own channels)
    directory.yml:3:95: warning: members is still to be decided (Fill it in, or leave it out)
    directory.yml:5:3: warning: Ops: no leader (nobody is told when an inquiry stays open past the promised time)
    directory.yml:5:28: warning: leader is still to be decided (Fill it in, or leave it out)
    directory.yml:7:3: warning: Verify: no channel (what belongs to no group with a channel reaches nobody: there is no fallback_channel)
    directory.yml:7:3: warning: Verify: no PM (the owner's cover is reminded in the stage PM's stead)
    directory.yml:7:3: warning: Verify: no section (no product leader is told when an inquiry stays open past the promised time)
    directory.yml:11:7: warning: Verify › Runner: no channel (its PMs cannot be asked: there is no fallback_channel)
    directory.yml:11:7: warning: Verify › Runner: no PMs (nobody is mentioned, and no reply clock runs)
    directory.yml:11:36: warning: pms is still to be decided (Fill it in, or leave it out)
    directory.yml:11:41: warning: pms has an empty place (Fill it in, or leave it out)
    directory.yml:12:105: warning: Verify › Fleet › Core: also a category of Verify › Runner (whoever asks about it is asked which group is meant)
    directory.yml:13:3: warning: empty: no channel (what belongs to no group with a channel reaches nobody: there is no fallback_channel)
    directory.yml:13:3: warning: empty: no sme_area (its questions go to the group's channel, no PM mentioned)
    directory.yml:15:14: warning: channel is still "TBD" (Fill it in, or leave it out)
    directory.yml:16:9: warning: pm is a list: the first one counts (Name one person)
    directory.yml:18:7: warning: empty › Same: no PMs (the stage PM is asked)
    directory.yml:18:7: warning: empty › Same: #g_same is also the channel of Verify › Fleet (asked there, the words of the question decide which group it is)
    "#);
    assert!(problems.iter().all(|problem| problem.at.is_some()));
    assert!(gaps(&directory).len() < problems.len());
}

#[test]
fn fallbacks_are_named_as_they_are_written() {
    let text = "\
fallback_channel: \"#product\"
sme_fallback_channel: C0SME
field: {groups: [S0AE]}
stages:
  a: {name: A, pm: a@example.com, groups: {b: {name: B, pms: [U0BO]}}}
";
    let instead: Vec<String> =
        gaps(&read(text).expect("read").0).into_iter().map(|gap| gap.instead).collect();
    assert_eq!(
        instead,
        [
            "what belongs to no group with a channel goes to #product",
            "no product leader is told when an inquiry stays open past the promised time",
            "its questions go to C0SME",
            "its PMs are asked in #product",
        ]
    );
}

#[test]
fn an_empty_file_is_an_empty_directory() {
    for text in ["", "\n", "# nothing yet\n", "stages:\n", "---\n"] {
        let (directory, problems) = read(text).expect(text);
        assert!(directory.stages.is_empty() && !problems.is_empty(), "{text}");
    }
}

#[test]
fn words_that_yaml_takes_for_something_else_stay_words() {
    let text = "sme_areas:\n  on: {name: 2FA, mode: on}\nstages:\n  1.10: {name: 1.10, sme_area: on, aliases: [yes, 007, 1e3]}\n";
    let (directory, _) = read(text).expect(text);
    assert_eq!(directory.sme_areas[&AreaKey::from("on")].mode, AreaMode::On);
    let stage = &directory.stages["1.10"];
    assert_eq!(
        (stage.name.as_str(), stage.aliases.clone()),
        ("1.10", vec!["yes".into(), "007".into(), "1e3".into()])
    );
}

#[test]
fn two_thousand_categories_are_no_trouble() {
    use std::fmt::Write as _;
    let mut text =
        "stages:\n  a:\n    name: A\n    groups:\n      b:\n        name: B\n        categories:\n"
            .to_owned();
    for number in 0..2_000 {
        let _ = writeln!(
            text,
            "          c{number}: {{name: Category {number}, aliases: [one {number}, two {number}], keywords: [x, y, z]}}"
        );
    }
    assert_eq!(read(&text).expect("read").0.stages["a"].groups["b"].categories.len(), 2_000);
}

#[test]
fn aliases_of_yaml_are_read_and_bombs_are_not() {
    let (directory, _) = read("stages:\n  a: &a {name: A, pm: a@example.com}\n  b: *a\n").expect("an alias");
    assert_eq!(directory.stages["b"].pm, directory.stages["a"].pm);
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        use std::fmt::Write as _;
        let below = format!("*a{}", level - 1);
        let _ = writeln!(bomb, "a{level}: &a{level} [{}]", vec![below; 10].join(", "));
    }
    assert!(read(&bomb).is_err());
}

proptest! {
    // The example is long, and parsing it unoptimised is slow.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,200}") {
        for problem in read(&text).err().unwrap_or_default() {
            let _ = (problem.drawn(false), problem.one_line());
        }
    }

    #[test]
    fn any_small_damage_is_read_or_refused(at in 0_usize..10_000, with in "[\\PC\n]{0,3}") {
        let example = example_directory();
        let at = (0..=at.min(example.len())).rev().find(|at| example.is_char_boundary(*at)).unwrap_or(0);
        let damaged = format!("{}{with}{}", &example[..at], &example[at..]);
        let problems = match read(&damaged) {
            Ok((_, problems)) | Err(problems) => problems,
        };
        for problem in problems {
            let _ = (problem.drawn(false), problem.one_line());
        }
    }
}

#[test]
fn hours_by_day_and_what_is_not_written_is_usual() {
    let hours = |calendar: &str| {
        let (directory, _) =
            read(&format!("stages: {{a: {{groups: {{b: {{calendar: {calendar}}}}}}}}}")).unwrap();
        let hours = directory.stages["a"].groups["b"].calendar.clone().unwrap().hours;
        let all = hours.days().into_iter().map(|day| (day, hours.on(day).to_vec()));
        all.map(|(day, hours)| {
            let hours: Vec<_> = hours.iter().map(crate::config::hours::interval_in_words).collect();
            format!("{day} {}", hours.join(" "))
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(
        hours("{hours: {fri: '09:00-14:00', mon: ['13:00-24:00', '09:00-12:00'], sun: [], sat: }}"),
        ["Mon 09:00-12:00 13:00-24:00", "Fri 09:00-14:00"]
    );
    assert_eq!(hours("{days: [sun, mon]}"), ["Mon 09:00-17:00", "Sun 09:00-17:00"]);
    assert_eq!(hours("{hours: ['10:00-16:00']}").len(), 5);
}
