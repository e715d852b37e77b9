//! Settings: the defaults are the rules' own, and every mistake is named with its line.

use proptest::prelude::*;

use super::*;
use crate::config::{Environment, Purpose, TextFile, example_settings};
use crate::domain::rules::{LadderRole, LadderStep};

fn environment(of: &[(&str, &str)]) -> Environment {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn source(toml: &str, env: &[(&str, &str)]) -> Source {
    let file = TextFile { name: "switchboard.toml".to_owned(), text: toml.to_owned() };
    Source { file: Some(file), env: environment(env), purpose: Purpose::Look }
}

fn loaded(toml: &str, env: &[(&str, &str)]) -> Settings {
    load(&source(toml, env)).expect(toml).0
}

/// What is wrong, one line each; a warning about absent admins is left out, for most files here have none.
fn wrong(toml: &str, env: &[(&str, &str)]) -> Vec<String> {
    let problems = match load(&source(toml, env)) {
        Ok((_, warnings)) => warnings,
        Err(problems) => problems,
    };
    let lines = problems.iter().map(Problem::one_line);
    lines.filter(|line| !line.contains("nobody is told")).collect()
}

#[test]
fn the_example_says_the_defaults() {
    let example = loaded(example_settings(), &[]);
    let nothing = loaded("", &[]);
    let handbook_base = Some("https://handbook.example.com".to_owned());
    assert_eq!(example.rules, Rules { handbook_base, ..Rules::default() });
    assert_eq!(nothing.rules, Rules::default());
    assert_eq!(example.admin_channel, Some(ChannelRef::Name("switchboard-admins".to_owned())));
    assert_eq!(example.admins, [PersonRef::Email("admin@example.com".to_owned())]);
    let admin_channel = None;
    let admins = vec![];
    assert_eq!(nothing, Settings { rules: Rules::default(), admin_channel, admins, ..example });
}

#[test]
fn the_defaults_of_the_rest() {
    let settings = loaded("", &[]);
    assert_eq!(settings.directory_files, [Path::new("directory.yml")]);
    assert_eq!(settings.database_url.expose(), "sqlite://switchboard.db");
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.slack.api_url, "https://slack.com/api");
    assert_eq!(settings.rules.keep_text_days, 400);
    assert_eq!(settings.feedback_no_answer_after, StoredDuration(604_800));
}

#[test]
fn every_setting_is_read() {
    let settings = loaded(
        r#"
directory = "people/who.yml"
[reply]
within = "2h"
clock = "working"
ladder = [{ at = "1h", to = ["owner"] }, { at = "2h", to = ["owner", "stage_pm"] }]
[sme]
take_within = "8h"
raise_again = "16h"
taken_silent = "1 working day"
proof_max_age = "2 weeks"
[pm]
remind_after = "4 business days"
[engagement]
close_after = "1 day"
reopen_within = "7 days"
duplicate_within = "90s"
[privacy]
keep_text = "30 days"
[call]
notice = "72h"
mode = "third_day"
agenda_before = "12h"
recommended = "5 business days"
[product_support]
advice_due = "10 business days"
[feedback]
no_answer_after = "3 days"
[hours]
hours = ["13:00-24:00", "08:00-12:00"]
days = ["sun", "mon"]
[limits]
engagements_per_person_per_hour = 5
[pings]
in_stage_channels = true
[delivery]
messages_per_minute = 0
updates_per_minute = 80
[admin]
people = ["U012345", "Ada@Example.com"]
[handbook]
base = "https://example.com/handbook/"
"#,
        &[],
    );
    let rules = &settings.rules;
    assert_eq!(settings.directory_files, [Path::new("people/who.yml")]);
    assert_eq!((rules.reply.within.0, rules.reply.clock), (7_200, ClockMode::Working));
    assert_eq!(rules.reply.ladder.len(), 2);
    assert_eq!((rules.sme.take_within.0, rules.sme.raise_again.0), (28_800, 57_600));
    assert_eq!((rules.sme.taken_silent, rules.sme.proof_max_age_days), (WorkingDays(1), 14));
    assert_eq!((rules.pm_remind_after, rules.advice_due), (WorkingDays(4), WorkingDays(10)));
    assert_eq!((rules.engagement.close_after.0, rules.engagement.reopen_within_days), (86_400, 7));
    assert_eq!(rules.engagement.duplicate_within.0, 90);
    assert_eq!((rules.call.notice.0, rules.call.mode), (259_200, NoticeMode::ThirdDay));
    assert_eq!((rules.call.agenda_before.0, rules.call.recommended), (43_200, WorkingDays(5)));
    assert_eq!((settings.rules.keep_text_days, settings.feedback_no_answer_after.0), (30, 259_200));
    assert_eq!(rules.hours.days(), [chrono::Weekday::Mon, chrono::Weekday::Sun]);
    assert_eq!(rules.hours.on(chrono::Weekday::Sun).len(), 2);
    assert_eq!(rules.hours.on(chrono::Weekday::Mon)[1].1, None, "24:00, and in order");
    assert_eq!(rules.asks_per_person_per_hour, 5);
    assert_eq!(rules.pings, PingRules { in_group_channels: false, in_stage_channels: true });
    assert_eq!(rules.delivery, DeliveryRules { messages_per_minute: 0, updates_per_minute: 80 });
    assert_eq!(rules.handbook_base.as_deref(), Some("https://example.com/handbook"));
    assert_eq!(settings.admins.len(), 2);
}

#[test]
fn a_ladder_that_nobody_wrote_follows_the_promise() {
    let ladder = loaded("reply.within = \"8h\"", &[]).rules.reply.ladder;
    let hours: Vec<i64> = ladder.iter().map(|step| step.at.0 / 3_600).collect();
    assert_eq!(hours, [4, 6, 8, 16]);
    assert_eq!(ladder[3], LadderStep { at: StoredDuration::hours(16), to: vec![LadderRole::ProductLeader] });
}

#[test]
fn every_mistake_is_named_with_its_line() {
    for (toml, expected) in [
        ("[reply", "switchboard.toml:1:7: error: this is not TOML: unclosed table, expected `]`"),
        ("\n[repli]\n", "switchboard.toml:2:2: error: The file has no setting `repli`"),
        ("[reply]\nwitin = \"4h\"", "switchboard.toml:2:1: error: [reply] has no setting `witin`"),
        ("reply = 4", "switchboard.toml:1:9: error: [reply] is a single value, not a table of keys"),
        ("directory = {a = 1}", "switchboard.toml:1:13: error: directory is a table of keys, not a list"),
        ("[reply]\nwithin = 4", "switchboard.toml:2:10: error: within is \"4\": its unit is missing"),
        (
            "[reply]\nwithin = \"4 ours\"",
            "switchboard.toml:2:10: error: within is \"4 ours\": nobody knows the unit `ours`",
        ),
        (
            "[reply]\nwithin = \"2 working days\"",
            "switchboard.toml:2:10: error: within counts working days, but is a span of time",
        ),
        (
            "[pm]\nremind_after = \"48h\"",
            "switchboard.toml:2:16: error: remind_after is a span of time, but counts working days",
        ),
        (
            "[privacy]\nkeep_text = \"36h\"",
            "switchboard.toml:2:13: error: keep_text is not a number of whole days",
        ),
        ("[reply]\nclock = \"elasped\"", "switchboard.toml:2:9: error: clock cannot be \"elasped\""),
        (
            "[pings]\nin_group_channels = \"yes\"",
            "switchboard.toml:2:21: error: in_group_channels cannot be \"yes\"",
        ),
        ("[call]\nmode = \"weekend\"", "switchboard.toml:2:8: error: mode cannot be \"weekend\""),
        (
            "[call]\nagenda_before = \"48h\"",
            "switchboard.toml:2:17: error: agenda_before is not shorter than notice",
        ),
        (
            "[sme]\nraise_again = \"24h\"",
            "switchboard.toml:2:15: error: raise_again is not later than take_within",
        ),
        (
            "[hours]\ndays = [\"someday\"]",
            "switchboard.toml:2:9: error: days: \"someday\" is no day of the week",
        ),
        ("[hours]\ndays = []", "switchboard.toml:2:8: error: days is empty: nobody would ever work"),
        ("[hours]\nhours = []", "switchboard.toml:2:9: error: hours are empty: nobody would ever work"),
        (
            "[hours]\nhours = [\"17:00-09:00\"]",
            "switchboard.toml:2:10: error: hours: \"17:00-09:00\" ends before it starts",
        ),
        (
            "[hours]\nhours = [\"09:00-12:00\", \"11:00-17:00\"]",
            "switchboard.toml:2:25: error: hours overlap",
        ),
        (
            "[limits]\nengagements_per_person_per_hour = 1001",
            "switchboard.toml:2:35: error: engagements_per_person_per_hour is \"1001\", not a whole number from 0 to 1000",
        ),
        (
            "[admin]\nchannel = \"admins\"",
            "switchboard.toml:2:11: error: channel is \"admins\", neither \"#name\" nor an id",
        ),
        (
            "[admin]\npeople = [\"Ada\"]",
            "switchboard.toml:2:11: error: people is \"Ada\", neither an e-mail address nor an id",
        ),
        ("[handbook]\nbase = \"handbook\"", "switchboard.toml:2:8: error: base is \"handbook\", not a link"),
    ] {
        assert!(
            wrong(toml, &[]).contains(&expected.to_owned()),
            "{toml}\n{expected}\n{:#?}",
            wrong(toml, &[])
        );
    }
}

#[test]
fn a_ladder_that_contradicts_the_promise_is_refused() {
    let ladder = |steps: &str| wrong(&format!("[reply]\nladder = [\n{steps}\n]"), &[]);
    let at_4 = "{ at = \"4h\", to = [\"owner\"] }";
    for (steps, expected) in [
        (
            "{ at = \"2h\", to = [\"owner\"] }".to_owned(),
            "2:10: error: The ladder has no step at the promised 4h (`within`)",
        ),
        (
            format!("{at_4},\n{{ at = \"2h\", to = [\"owner\"] }}"),
            "4:1: error: The step at 2h comes after the one at 4h",
        ),
        (format!("{at_4},\n{at_4}"), "4:1: error: The step at 4h comes after the one at 4h"),
        (
            format!("{at_4},\n{{ at = \"8h\", to = [\"owner\"] }}"),
            "4:1: error: The step at 8h reminds the owner after the promised 4h (`within`)",
        ),
        (
            format!("{{ at = \"1h\", to = [\"product_leader\"] }},\n{at_4}"),
            "3:1: error: The step at 1h raises to the product leader before the promised 4h (`within`)",
        ),
        (
            "{ at = \"4h\", to = [\"owner\", \"owner\"] }".to_owned(),
            "3:29: error: A step reminds the same person twice",
        ),
        ("{ at = \"4h\", to = [\"boss\"] }".to_owned(), "3:20: error: to cannot be \"boss\""),
        ("{ at = \"4h\" }".to_owned(), "3:1: error: A step of the ladder reminds nobody"),
        ("{ to = [\"owner\"] }".to_owned(), "3:1: error: A step of the ladder has no time"),
        (
            format!("{at_4},\n{{ at = \"5h\", who = [\"stage_pm\"] }}"),
            "4:14: error: A step of the ladder has no setting `who`",
        ),
    ] {
        let expected = format!("switchboard.toml:{expected}");
        assert!(ladder(&steps).contains(&expected), "{steps}\n{expected}\n{:#?}", ladder(&steps));
    }
    assert_eq!(ladder(at_4), Vec::<String>::new());
    assert_eq!(wrong("reply.ladder = []", &[]).len(), 1, "an empty ladder never records a miss");
}

#[test]
fn everything_wrong_is_named_at_once() {
    let toml = "[reply]\nwithin = 4\nlader = []\n[pm]\nremind_after = \"soon\"\n[colour]\nx = 1\n";
    insta::assert_snapshot!(wrong(toml, &[]).join("\n"), @r#"
    switchboard.toml:2:10: error: within is "4": its unit is missing
    switchboard.toml:3:1: error: [reply] has no setting `lader`
    switchboard.toml:5:16: error: remind_after is "soon": there is no whole number
    switchboard.toml:6:2: error: The file has no setting `colour`
    "#);
}

#[test]
fn the_environment_overrides_any_setting_and_is_named_when_it_is_wrong() {
    let settings = loaded(
        "[reply]\nwithin = \"4h\"\n",
        &[
            ("SWITCHBOARD__REPLY__WITHIN", "2h"),
            ("SWITCHBOARD__LIMITS__ENGAGEMENTS_PER_PERSON_PER_HOUR", "7"),
            ("SWITCHBOARD__DIRECTORY", "other.yml"),
            ("SWITCHBOARD__HOURS__DAYS", "[\"mon\", \"tue\"]"),
            ("SWITCHBOARD__ADMIN__CHANNEL", "#ops"),
        ],
    );
    assert_eq!(settings.rules.reply.within, StoredDuration::hours(2));
    assert_eq!(settings.rules.asks_per_person_per_hour, 7);
    assert_eq!(settings.directory_files, [Path::new("other.yml")]);
    assert_eq!(settings.rules.hours.days().len(), 2);
    assert_eq!(settings.admin_channel, Some(ChannelRef::Name("ops".to_owned())));
    assert_eq!(
        wrong("", &[("SWITCHBOARD__REPLY__WITHIN", "soon")]),
        ["SWITCHBOARD__REPLY__WITHIN:1:1: error: within is \"soon\": there is no whole number"]
    );
    assert_eq!(
        wrong("", &[("SWITCHBOARD__REPLY__WITIN", "2h")]),
        ["SWITCHBOARD__REPLY__WITIN:1:1: error: [reply] has no setting `witin`"]
    );
}

#[test]
fn a_secret_in_the_file_is_refused_and_never_shown() {
    let cases = [
        ("[slack]\nbot_token = \"hush-1\"\n", "SLACK_BOT_TOKEN"),
        ("signing_secret = \"hush-1\"\n", "SLACK_SIGNING_SECRET"),
        ("[admin]\nchannel = \"xoxb-hush-1\"\n", "_FILE"),
        ("[admin]\npeople = [\"xoxb-hush-1\"]\n", ""),
        ("[slack]\nbot_token = \"hush-1\"\nx = [\n", ""),
    ];
    for (toml, advice) in cases {
        let problems = load(&source(toml, &[])).expect_err(toml);
        let drawn: String =
            problems.iter().map(|problem| problem.drawn(false) + &problem.one_line()).collect();
        assert!(!drawn.contains("hush"), "{drawn}");
        assert!(drawn.contains(advice), "{drawn}");
    }
    let problems = load(&source("", &[("SWITCHBOARD__SLACK__BOT_TOKEN", "hush-1")])).expect_err("a secret");
    let drawn: String = problems.iter().map(|problem| problem.drawn(false)).collect();
    assert!(drawn.contains("SWITCHBOARD__SLACK__BOT_TOKEN") && !drawn.contains("hush"), "{drawn}");
}

#[test]
fn slack_is_told_by_the_environment() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("token");
    std::fs::write(&path, "xapp-3\n").expect("written");
    let settings = loaded(
        "",
        &[
            ("SLACK_BOT_TOKEN", "xoxb-1"),
            ("SLACK_SIGNING_SECRET", "new, old,"),
            ("SLACK_APP_TOKEN_FILE", path.to_str().expect("a path")),
            ("SLACK_API_URL", "http://127.0.0.1:9999/api/"),
            ("DATABASE_URL", "postgres://u:hush@db/x"),
            ("SWITCHBOARD_LISTEN", "0.0.0.0:80"),
        ],
    );
    let exposed: Vec<&str> = settings.slack.signing_secrets.iter().map(Secret::expose).collect();
    assert_eq!(exposed, ["new", "old"]);
    assert_eq!(settings.slack.bot_token, Some(Secret::new("xoxb-1")));
    assert_eq!(settings.slack.app_token, Some(Secret::new("xapp-3")));
    assert_eq!(settings.slack.api_url, "http://127.0.0.1:9999/api");
    assert_eq!(settings.listen.port(), 80);
    let local = loaded("", &[("SWITCHBOARD_LISTEN", "localhost:81")]);
    assert_eq!(local.listen.to_string(), "127.0.0.1:81");
    let shown = format!("{settings:?}");
    assert!(["xoxb", "xapp", "old", "hush"].iter().all(|secret| !shown.contains(secret)), "{shown}");
}

#[test]
fn an_environment_that_cannot_be_meant_is_refused() {
    for (env, expected) in [
        (("SLACK_API_URL", "http://slack.example.com"), "error: SLACK_API_URL is no https address"),
        (
            ("SWITCHBOARD_HEARTBEAT_URL", "http://watcher.example.com/hush"),
            "error: SWITCHBOARD_HEARTBEAT_URL is no https address",
        ),
        (("SLACK_API_URL", "ftp://slack.com"), "error: SLACK_API_URL is no https address"),
        (("DATABASE_URL", "mysql://u:hush@db/x"), "error: DATABASE_URL is neither sqlite:// nor postgres://"),
        (("SWITCHBOARD_LISTEN", "8080"), "error: SWITCHBOARD_LISTEN is \"8080\", not an address and a port"),
        (("SLACK_BOT_TOKEN", "hush"), "warning: SLACK_BOT_TOKEN does not begin with xoxb-, as Slack's do"),
    ] {
        assert_eq!(wrong("", &[env]), [expected], "{env:?}");
    }
    let both = wrong("", &[("SLACK_BOT_TOKEN", "xoxb-1"), ("SLACK_BOT_TOKEN_FILE", "x")]);
    assert_eq!(both, ["error: both SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are set"]);
    let absent = wrong("", &[("SLACK_BOT_TOKEN_FILE", "/nowhere/token")]);
    assert!(absent[0].starts_with("error: SLACK_BOT_TOKEN_FILE names /nowhere/token, which cannot be read"));
}

#[test]
fn only_serving_needs_slack() {
    let serve = |env: &[(&str, &str)]| {
        let source = Source { purpose: Purpose::Serve, ..source("", env) };
        load(&source).err().map_or(0, |problems| problems.iter().filter(|problem| problem.is_error()).count())
    };
    assert_eq!(serve(&[]), 2);
    assert_eq!(serve(&[("SLACK_BOT_TOKEN", "xoxb-1")]), 1);
    assert_eq!(
        serve(&[("SLACK_BOT_TOKEN", "xoxb-1"), ("SLACK_APP_TOKEN", "xapp-1")]),
        0,
        "Socket Mode needs no signing secret"
    );
    assert_eq!(serve(&[("SLACK_BOT_TOKEN", "xoxb-1"), ("SLACK_SIGNING_SECRET", "s")]), 0);
    assert_eq!(wrong("", &[]), Vec::<String>::new());
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,200}", value in ".{0,20}") {
        let env = [("SWITCHBOARD__REPLY__WITHIN", value.as_str()), ("SWITCHBOARD____", value.as_str())];
        for problem in load(&source(&text, &env)).err().unwrap_or_default() {
            let _ = problem.drawn(false);
        }
    }

    #[test]
    fn any_small_damage_is_read_or_refused(at in 0_usize..2_000, with in "[\\PC\n]{0,3}") {
        let example = example_settings();
        let at = (0..=at.min(example.len())).rev().find(|at| example.is_char_boundary(*at)).unwrap_or(0);
        let damaged = format!("{}{with}{}", &example[..at], &example[at..]);
        for problem in load(&source(&damaged, &[])).err().unwrap_or_default() {
            let _ = problem.drawn(false);
        }
    }
}
