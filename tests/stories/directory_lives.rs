//! The directory lives: names are followed at once, files are read anew while the bot runs, and a broken one changes nothing.

use std::path::PathBuf;
use std::sync::Arc;

use switchboard::app::Reloaded;
use switchboard::cli::reload::Reloader;
use switchboard::config::{self, Environment, Purpose, Source};
use switchboard::control::{End, Ended, Operator, Wish};
use switchboard::domain::directory::PersonRef;
use switchboard::domain::ids::ChannelId;
use switchboard::domain::rules::Rules;

use crate::support::{Story, example, hours};

const SETTINGS: &str = "directory = \"who.yml\"\noverlay = \"who.overlay.yml\"\n\n[admin]\nchannel = \"#switchboard-admins\"\n\
    people = [\"admin@example.com\"]\n";

/// Files beside the bot, and who reads them anew.
struct Files {
    folder: tempfile::TempDir,
    reloader: Arc<Reloader>,
}

impl Files {
    fn of(story: &Story) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("switchboard.toml"), SETTINGS).unwrap();
        std::fs::write(path("who.yml"), config::example_directory()).unwrap();
        std::fs::write(path("who.overlay.yml"), "{}\n").unwrap();
        let env = Environment::from([(
            "SWITCHBOARD_CONFIG".to_owned(),
            path("switchboard.toml").display().to_string(),
        )]);
        let source = Source::from_environment(env.clone(), Purpose::Look).unwrap();
        let (settings, _) = config::load(&source).unwrap();
        let reloader = Reloader::begin(&story.bot, env, Purpose::Look, settings);
        Self { folder, reloader }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Looks as often as it takes for a file that rests to be read.
    async fn look(&self, story: &Story) -> Option<Reloaded> {
        assert_eq!(
            self.reloader.look(&story.bot.app).await.unwrap(),
            None,
            "a file that just changed may be half"
        );
        self.reloader.look(&story.bot.app).await.unwrap()
    }
}

fn masked(story: &Story, files: &Files, told: &str) -> String {
    let _ = story;
    told.replace(&files.folder.path().display().to_string(), "…")
}

fn runner_channel(story: &Story) -> Option<ChannelId> {
    let policy = story.bot.app.policy();
    let places = policy.org.places();
    places.iter().find(|place| place.id.0 == "group/verify/runner").unwrap().channel.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_file_is_used_and_a_broken_one_keeps_the_old_and_says_where() {
    let story = Story::begin().await;
    let files = Files::of(&story);
    assert_eq!(files.reloader.look(&story.bot.app).await.unwrap(), None, "nothing changed");
    files.write("who.overlay.yml", "sme_areas:\n  ci: {name: Pipelines}\n");
    let used = files.look(&story).await;
    assert!(matches!(used, Some(Reloaded::Used { .. })), "{used:?}");
    assert_eq!(story.bot.app.policy().org.areas()[0].name, "Pipelines");
    assert_eq!(story.told().await, "");

    // Broken: nothing changes, and admins hear once where.
    files.write("who.overlay.yml", "sme_areas:\n  ci: {name: Builds, mode: somtimes}\n");
    let broken = files.look(&story).await;
    assert!(matches!(broken, Some(Reloaded::Broken { .. })), "{broken:?}");
    assert_eq!(story.bot.app.policy().org.areas()[0].name, "Pipelines");
    insta::assert_snapshot!(masked(&story, &files, &story.told().await), @r#"
    — #switchboard-admins
    The directory and settings do not hold as they are now, so I keep to the last ones:
    > …/who.overlay.yml:2:28: mode cannot be "somtimes". Known: observe, pilot, on
    "#);
    assert_eq!(files.reloader.look(&story.bot.app).await.unwrap(), None);
    files.reloader.read(&story.bot.app).await.unwrap();
    assert_eq!(story.told().await, "", "said already");

    // Another mistake is news; gone is a mistake, too.
    std::fs::remove_file(files.path("who.overlay.yml")).unwrap();
    files.look(&story).await;
    insta::assert_snapshot!(masked(&story, &files, &story.told().await), @r"
    — #switchboard-admins
    The directory and settings do not hold as they are now, so I keep to the last ones:
    > …/who.overlay.yml does not exist. Copy the one in examples/, or look at the path; `switchboard demo` needs no files at all
    ");
    files.write("who.overlay.yml", "{}\n");
    files.look(&story).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #switchboard-admins
    The directory and settings hold again, and I use them now.
    ");
    assert_eq!(story.bot.app.policy().org.areas()[0].name, "CI/CD and Runner");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_that_can_change_do_and_the_rest_waits_for_a_restart() {
    let story = Story::begin().await;
    let files = Files::of(&story);
    files.write("switchboard.toml", &format!("{SETTINGS}\n[sme]\ntake_within = \"12h\"\n"));
    files.look(&story).await;
    assert_eq!(story.bot.app.policy().rules.sme.take_within.0, 12 * 3_600);
    files.write("switchboard.toml", "directory = [\n");
    assert!(matches!(files.look(&story).await, Some(Reloaded::Broken { .. })));
    assert_eq!(story.bot.app.policy().rules.sme.take_within.0, 12 * 3_600);
    assert!(story.told().await.contains("switchboard.toml:"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admins_reload_by_command_and_nobody_else_does() {
    let story = Story::begin().await;
    let answer = |name: &'static str| {
        let person = story.person(name);
        async move {
            let answer = person.slash_in("#field", "/request-pm admin reload").await.unwrap();
            answer.plain().to_string()
        }
    };
    insta::assert_snapshot!(answer("admin").await, @"I cannot read the directory anew here; it is read when I start.");
    let files = Files::of(&story);
    insta::assert_snapshot!(answer("ava").await, @"Only admins can do that: Admin.");
    insta::assert_snapshot!(answer("admin").await, @"Directory and settings are read anew and in use. 2 places are incomplete; `switchboard check` says where and what happens instead.");
    files.write("who.overlay.yml", "stages:\n  verify: {pm: [nobody]}\n");
    insta::assert_snapshot!(masked(&story, &files, &answer("admin").await), @r#"
    The directory and settings do not hold as they are now, so I keep to the last ones:
    • …/who.overlay.yml:2:17: pm is "nobody", neither an e-mail address nor an id. Write the e-mail address that Slack knows them by, or their member id (U…)
    "#);
    let operator = Operator::new(vec![Arc::clone(&story.bot.app)]);
    let ended = operator.perform(&Wish::Reload, &[0]).await;
    assert!(matches!(&ended[..], [Ended { end: End::Reloaded(Reloaded::Broken { .. }), .. }]), "{ended:?}");
    files.write("who.overlay.yml", "{}");
    let ended = operator.perform(&Wish::Reload, &[0]).await;
    assert!(matches!(&ended[..], [Ended { end: End::Reloaded(Reloaded::Used { .. }), .. }]), "{ended:?}");
    assert!(story.told().await.contains("hold again"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renamed_channel_and_handle_are_followed_at_once_without_asking_slack() {
    let story = Story::begin().await;
    let before = runner_channel(&story);
    story.slack.clear_calls();
    story.slack.rename_channel("#g_runner", "g_runners");
    assert_eq!(story.told().await, "");
    assert_eq!(runner_channel(&story), before, "the directory's name still finds it");
    assert_eq!(story.bot.app.policy().org.channel(&before.clone().unwrap()).unwrap().name, "g_runners");

    story.slack.archive("#g_runners");
    insta::assert_snapshot!(story.told().await, @r"
    — #switchboard-admins
    Slack does not know these names of the directory: #g_runner (archived, shared, or private without me). I work around them until the directory is corrected.
    ");
    assert_eq!(runner_channel(&story), None);
    story.slack.unarchive("#g_runners");
    assert_eq!(story.told().await, "");
    assert_eq!(runner_channel(&story), before);

    story.slack.set_group_members("@sme-ci", &["sam", "lena", "raj"]);
    story.settle().await;
    let policy = story.bot.app.policy();
    assert!(policy.org.areas()[0].members.iter().any(|user| user.as_str() == story.slack.user_id("raj")));
    assert!(story.slack.calls_of("users.list").is_empty(), "events said enough");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reading_finds_what_events_missed() {
    let story = Story::begin().await;
    story.slack.deactivate("noor");
    story.slack.rename_channel("#g_boards", "g_work_items");
    story.slack.lose_pending();
    story.settle().await;
    let noor = story.slack.user_id("noor");
    let leads = |story: &Story| story.bot.app.policy().org.areas()[1].leads.clone();
    assert!(leads(&story).iter().any(|lead| lead.as_str() == noor));
    story.bot.read_names().await.unwrap();
    assert!(!leads(&story).iter().any(|lead| lead.as_str() == noor));
    insta::assert_snapshot!(story.told().await, @r"
    — #switchboard-admins
    Slack does not know these names of the directory: noor@example.com (deactivated). I work around them until the directory is corrected.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lead_hears_once_of_a_pm_who_is_not_in_the_internal_channel() {
    let story = Story::begin().await;
    story.bot.look_who_is_inside().await.unwrap();
    story.told().await;
    story.slack.remove("petra", "#sme-ci-internal");
    story.bot.look_who_is_inside().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — @lena
    Petra is named as PM of CI/CD and Runner, but not in #sme-ci-internal, where SMEs ask PMs. Could you invite them?
    ");
    story.bot.look_who_is_inside().await.unwrap();
    assert_eq!(story.told().await, "", "once");
    story.slack.remove("paul", "#sme-ci-internal");
    story.bot.look_who_is_inside().await.unwrap();
    insta::assert_snapshot!(story.told().await, @r"
    — @lena
    Paul and Petra are named as PM of CI/CD and Runner, but not in #sme-ci-internal, where SMEs ask PMs. Could you invite each of them?
    ");
    for name in ["paul", "petra"] {
        story.slack.invite(name, "#sme-ci-internal");
    }
    story.bot.look_who_is_inside().await.unwrap();
    assert_eq!(story.told().await, "");
    story.slack.remove("petra", "#sme-ci-internal");
    story.bot.look_who_is_inside().await.unwrap();
    assert!(story.told().await.contains("Petra"), "it came back, which is news");
    story.pass(hours(1)).await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_who_is_listed_but_not_inside_is_told_directly() {
    let mut directory = example();
    directory.sme_areas[0].pms.push(PersonRef::Email("leo@example.com".to_owned()));
    let story = Story::with(directory, Rules::default()).await;
    let inside = "#sme-ci-internal";
    story.slack.remove("leo", inside);
    story.bot.look_who_is_inside().await.unwrap();
    assert!(story.told().await.contains("Leo is named as PM"));
    story.person("ines").say(inside, "@switchboard can a fleet scale to zero in one region?").await.unwrap();
    story.pass(hours(7)).await;
    story.told().await;
    story.pass(hours(2)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — @leo
    Ines has waited 8 h for a PM's answer in CI/CD and Runner, since today 04:00. It is in the area's internal channel, which you are not in; the area lead can invite you.
    ");
    story.nothing_unread();
}
