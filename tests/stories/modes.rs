//! Observe, pilot, on: who may switch an area, what that means for whoever asks, and what goes on as promised.

use insta::assert_snapshot;
use switchboard::domain::directory::AreaMode;
use switchboard::domain::ids::AreaKey;
use switchboard::domain::rules::Rules;

use crate::support::{Story, example, minutes, seconds};

const QUESTION: &str = "/request-pm how do runners scale?";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_switches_an_area_and_those_concerned_are_told_once() {
    let story = Story::begin().await;
    let admin = story.person("admin");
    let answer = admin.slash_in("#field", "/request-pm admin mode ci observe").await.unwrap();
    assert_snapshot!(answer.plain(), @"In CI/CD and Runner I only count: I post nothing unasked, and no reply time runs. What runs already goes on as promised. This holds until the directory's line changes, or `/request-pm admin mode ci clear`.");
    assert_snapshot!(story.hear().await, @r"
    #switchboard-admins Switchboard:
    Admin switched CI/CD and Runner to observe. There I only count: I post nothing unasked, and no reply time runs. What runs already goes on as promised.

    @lena Switchboard:
    Admin switched CI/CD and Runner to observe. There I only count: I post nothing unasked, and no reply time runs. What runs already goes on as promised.
    ");
    let answer = story.person("ava").slash_in("#field", QUESTION).await.unwrap();
    assert_snapshot!(answer.plain(), @"I am not switched on for CI/CD and Runner yet. Please ask in #sme-ci yourself; its SMEs answer there.");
    // Once more changes nothing, and nobody is told again. Its name and its channel mean the area, too.
    let answer = admin.slash_in("#field", "/request-pm admin mode CI/CD and Runner OBSERVE").await.unwrap();
    assert_snapshot!(answer.plain(), @"In CI/CD and Runner I already only count: I post nothing unasked, and no reply time runs. This holds until the directory's line changes, or `/request-pm admin mode ci clear`.");
    assert_snapshot!(story.hear().await, @"");
    let answer = admin.slash_in("#field", "/request-pm admin mode #sme-ci clear").await.unwrap();
    assert_snapshot!(answer.plain(), @"In CI/CD and Runner I work for everybody. The directory says the same.");
    assert_snapshot!(story.hear().await, @r"
    #switchboard-admins Switchboard:
    Admin switched CI/CD and Runner to on. There I work for everybody.

    @lena Switchboard:
    Admin switched CI/CD and Runner to on. There I work for everybody.
    ");
    let answer = story.person("ava").slash_in("#field", QUESTION).await.unwrap();
    assert!(answer.plain().starts_with("Sent to #sme-ci"), "{}", answer.plain());
    story.hear().await;
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_switched_is_refused_with_what_can() {
    let story = Story::begin().await;
    let admin = story.person("admin");
    let answer = story.person("lena").slash_in("#field", "/request-pm admin mode ci observe").await.unwrap();
    assert_snapshot!(answer.plain(), @"Only admins can do that, so nothing was changed.");
    let answer = admin.slash_in("#field", "/request-pm admin mode warehouse observe").await.unwrap();
    assert_snapshot!(answer.plain(), @"I know no SME area “warehouse”, so nothing was changed. The areas are ci (on), planning (on), security (on) and storage (pilot).");
    let answer = admin.slash_in("#field", "/request-pm admin mode ci off").await.unwrap();
    assert_snapshot!(answer.plain(), @"“off” is no mode, so nothing was changed. It can be `observe`, `pilot` or `on`; `clear` goes back to the directory.");
    let answer = admin.slash_in("#field", "/request-pm admin mode ci").await.unwrap();
    assert_snapshot!(answer.plain(), @"CI/CD and Runner is on. It can be `observe`, `pilot` or `on`; `clear` goes back to the directory.");
    let answer = admin.slash_in("#field", "/request-pm admin mode").await.unwrap();
    assert_snapshot!(answer.plain(), @"Please name an area and a mode: `/request-pm admin mode AREA pilot`. The areas are ci (on), planning (on), security (on) and storage (pilot).");
    assert_snapshot!(story.hear().await, @"");
    // In a direct message with us the same words do the same.
    admin.dm("admin mode ci observe").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #switchboard-admins Switchboard:
    Admin switched CI/CD and Runner to observe. There I only count: I post nothing unasked, and no reply time runs. What runs already goes on as promised.

    @admin Switchboard:
    In CI/CD and Runner I only count: I post nothing unasked, and no reply time runs. What runs already goes on as promised. This holds until the directory's line changes, or `/request-pm admin mode ci clear`.

    @lena Switchboard:
    Admin switched CI/CD and Runner to observe. There I only count: I post nothing unasked, and no reply time runs. What runs already goes on as promised.
    ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pilot_is_for_people_who_opted_in() {
    let story = Story::begin().await;
    let (ava, raj) = (story.person("ava"), story.person("raj"));
    let geo = "/request-pm how does failover of geo replicas work?";
    let answer = ava.slash_in("#field", "/request-pm pilot on").await.unwrap();
    assert_snapshot!(answer.plain(), @"I work for you in Storage and Self-Managed from now on, where I am being tried out. `/request-pm pilot off` ends it.");
    let answer = ava.slash_in("#field", geo).await.unwrap();
    assert_snapshot!(answer.plain(), @r"
    Sent to #sme-storage as *HFJ*. If nobody takes it by tomorrow 10:00, I ask the area lead.
    There because “geo replicas” and “failover” are Replication, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]
    ");
    assert_snapshot!(story.hear().await, @r"
    #sme-storage Switchboard:
    *Replication* · question · *HFJ*
    > how does failover of geo replicas work?
    Ava · asked today 09:00
    Here because “geo replicas” and “failover” are Replication, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-storage
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @hugo @greta]
    ");
    let answer = raj.slash_in("#field", geo).await.unwrap();
    assert_snapshot!(answer.plain(), @"I am not switched on for Storage and Self-Managed yet. Please ask in #sme-storage yourself; its SMEs answer there. I am being tried out there: `/request-pm pilot on` takes part.");
    // What Ava asked is worked on by everybody of the area, whether they opted in or not.
    story.person("hugo").click_in("#sme-storage", "Ask the PM").await.unwrap();
    story.person("hugo").fill("Your question to the PM", "Is failover automatic?").await.unwrap();
    story.person("hugo").submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-storage (updated) Switchboard:
    *Replication* · question · *HFJ*
    > how does failover of geo replicas work?
    Ava · asked today 09:00
    Here because “geo replicas” and “failover” are Replication, whose SMEs answer first.
    ◐ *Taken*: Hugo has it, since today 09:00 · the PM is asked
    [Answered] [Hand back] [… Wrong area · Add detail · Why here · Withdraw]

    #sme-storage (only @hugo) switchboard:
    The PM is asked in #sme-storage-internal, as *HN6*.

    #sme-storage-internal Switchboard:
    *Replication* · a PM's answer · *HN6*
    > Is failover automatic?
    Hugo · SME · for ‹HFJ› · asked today 09:00
    Here because Gus is on duty.
    ● *Open*: @Gus, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    [notifies @gus]

    @ava Switchboard:
    Hugo took *HFJ*.
    ");
    let answer = ava.slash_in("#field", "/request-pm pilot off").await.unwrap();
    assert_snapshot!(answer.plain(), @"You take no part in trying me out any more. What you asked already goes on as promised.");
    let again = "/request-pm why does failover of geo replicas lag?";
    let answer = ava.slash_in("#field", again).await.unwrap();
    assert!(answer.plain().starts_with("I am not switched on"), "{}", answer.plain());
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_runs_keeps_its_promises_and_nothing_new_is_enforced() {
    let story = Story::begin().await;
    story.person("ava").slash_in("#field", QUESTION).await.unwrap();
    story.person("ines").say("#sme-ci-internal", "@paul will runner fleet get quotas?").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci Switchboard:
    *Runner* · question · *HFJ*
    > how do runners scale?
    Ava · asked today 09:00
    Here because it names Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ines @sam @lena]

    #sme-ci-internal › thread Switchboard:
    *Runner Fleet* · a PM's answer · *VJC*
    Ines · SME · asked today 09:00
    Here because Paul was mentioned in it.
    ● *Open*: @Paul, please reply here by today 13:00 (4 h)
    [Seen] [Not mine] [Answered] [… Waiting on the SME · Answered elsewhere · Not a question · Why here]
    [notifies @paul]
    ");
    story.person("admin").slash_in("#field", "/request-pm admin mode ci observe").await.unwrap();
    story.hear().await;
    // The clock that runs goes on to its end: the PM was told until when.
    story.pass(minutes(121)).await;
    assert_snapshot!(story.hear().await, @r"
    #sme-ci-internal › thread Switchboard:
    @Paul: Ines has waited 2 h for this; it is due today 13:00, in 2 h.
    [notifies @paul]
    ");
    // A new ask in the internal channel starts none, and nobody is told; whoever speaks to us is.
    story.person("sam").say("#sme-ci-internal", "@paul and what of caches?").await.unwrap();
    assert_snapshot!(story.hear().await, @"");
    story.person("sam").say("#sme-ci-internal", "@switchboard what of caches?").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci-internal › thread (only @sam) switchboard:
    I am not switched on for CI/CD and Runner yet, so no reply time runs. Please ask the PM yourself.
    ");
    // The question is taken and answered as ever; only a new promise of the PM's is not made.
    story.person("ines").click_in("#sme-ci", "Take it").await.unwrap();
    story.hear().await;
    story.person("ines").click_in("#sme-ci", "Ask the PM").await.unwrap();
    assert!(story.person("ines").open_view().is_none(), "nobody fills in a form for nothing");
    assert_snapshot!(story.hear().await, @r"
    #sme-ci (only @ines) switchboard:
    I am not switched on for CI/CD and Runner yet, so no reply time runs. Please ask the PM yourself.
    ");
    story.person("ines").click_in("#sme-ci", "Answered").await.unwrap();
    assert!(story.hear().await.contains("Ines answered *HFJ*"));
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_switch_outlives_a_restart_until_the_directory_says_otherwise() {
    let mut story = Story::begin().await;
    story.person("admin").slash_in("#field", "/request-pm admin mode ci observe").await.unwrap();
    story.hear().await;
    story.restart_after(seconds(30)).await;
    let mode = |story: &Story| story.bot.app.policy().org.area(&AreaKey::from("ci")).unwrap().mode;
    assert_eq!(mode(&story), AreaMode::Observe);
    story.bot.read_names().await.unwrap();
    assert_eq!(mode(&story), AreaMode::Observe, "names that are read anew change no mode");
    // Another line of the directory is none of its business.
    let mut directory = example();
    directory.sme_areas[&AreaKey::from("planning")].mode = AreaMode::Pilot;
    let written = switchboard::worker::names::Written { directory, ..story.written.clone() };
    story.bot.reload(written.clone()).await.unwrap();
    assert_eq!(mode(&story), AreaMode::Observe);
    assert_snapshot!(story.hear().await, @r"
    #switchboard-admins Switchboard:
    The directory switched Planning and Portfolios to pilot. There I work for people who opted in with `/request-pm pilot on`, and only count for everybody else. What runs already goes on as promised.

    @noor Switchboard:
    The directory switched Planning and Portfolios to pilot. There I work for people who opted in with `/request-pm pilot on`, and only count for everybody else. What runs already goes on as promised.
    ");
    // Its own line wins, and saying the old thing again does not bring the switch back.
    for now in [AreaMode::Pilot, AreaMode::On] {
        let mut written = written.clone();
        written.directory.sme_areas[&AreaKey::from("ci")].mode = now;
        story.bot.reload(written).await.unwrap();
        assert_eq!(mode(&story), now);
    }
    assert_snapshot!(story.hear().await, @r"
    #switchboard-admins Switchboard:
    The directory switched CI/CD and Runner to pilot. There I work for people who opted in with `/request-pm pilot on`, and only count for everybody else. What runs already goes on as promised.

    #switchboard-admins Switchboard:
    The directory switched CI/CD and Runner to on. There I work for everybody.

    @lena Switchboard:
    The directory switched CI/CD and Runner to pilot. There I work for people who opted in with `/request-pm pilot on`, and only count for everybody else. What runs already goes on as promised.

    @lena Switchboard:
    The directory switched CI/CD and Runner to on. There I work for everybody.
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_it_is_not_on_only_whoever_asks_is_told() {
    let mut directory = example();
    directory.sme_areas[&AreaKey::from("ci")].mode = AreaMode::Observe;
    let story = Story::with(directory, Rules::default()).await;
    let ava = story.person("ava");
    let root = ava.say("#field", "How do shared runners cache?").await.unwrap();
    for (place, thread) in [("#field", Some(&root)), ("#field", None), ("#sme-ci", None)] {
        let text = "@switchboard how do shared runners cache?";
        match thread {
            Some(root) => ava.reply(place, root, text).await.unwrap(),
            None => ava.say(place, text).await.unwrap(),
        };
        let heard = story.hear().await;
        assert!(
            heard.starts_with(&format!("{place} › thread (only @ava) switchboard:\nI am not")),
            "{heard}"
        );
        assert_eq!(heard.lines().count(), 2, "{heard}");
    }
    ava.message_shortcut("ask_expert", "#field", &root).await.unwrap();
    assert!(story.hear().await.starts_with("#field (only @ava)"));
    story.person("paul").message_shortcut("redirect_to_smes", "#field", &root).await.unwrap();
    assert!(story.hear().await.starts_with("#field (only @paul)"));
    // Nothing comes later, either.
    story.pass(minutes(3 * 24 * 60)).await;
    assert_snapshot!(story.hear().await, @"");
    story.nothing_unread();
}
