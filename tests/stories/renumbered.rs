//! A channel gets another id, as Slack Connect does: what stands in it, waits for it, or names it goes on there.

use switchboard::domain::ids::ChannelId;
use switchboard::sandbox::{Fault, FaultRule};

use crate::support::{Story, hours, minutes};

const SMES: &str = "#sme-ci";
const INSIDE: &str = "#sme-ci-internal";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asks_clocks_and_what_waits_go_on_under_the_new_id() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    ava.slash_in("#field", "/request-pm How do runners scale?").await.unwrap();
    let root = story.person("ines").say(INSIDE, "@switchboard can a fleet scale to zero?").await.unwrap();
    story.told().await;
    // A second question is decided upon and cannot be posted yet.
    story.slack.fail(FaultRule::on("chat.postMessage", Fault::Status(503)).in_channel(SMES));
    ava.slash_in("#field", "/request-pm Do runners keep their cache?").await.unwrap();
    story.told().await;

    let smes = story.slack.renumber_channel(SMES);
    let inside = story.slack.renumber_channel(INSIDE);
    story.slack.clear_faults();
    story.settle().await;
    story.pass(minutes(1)).await;
    let told = story.told().await;
    assert!(told.contains("Do runners keep their cache?"), "what waited is posted there: {told}");

    // The cards are still what they were: buttons, replies and reminders find their asks.
    story.person("paul").reply(INSIDE, &root, "It can.").await.unwrap();
    let told = story.told().await;
    assert!(told.contains("*Answered*: by Paul"), "{told}");
    story.person("sam").click_in(SMES, "Take it").await.unwrap();
    let told = story.told().await;
    assert!(told.contains("*Taken*: Sam has it"), "{told}");
    story.pass(hours(25)).await;
    insta::assert_snapshot!(story.told().await, @r"
    — #sme-ci › thread, mentions @lena
    @Lena: nobody has taken this for 24 h. Could you take it, or find somebody who can?
    ");
    insta::assert_snapshot!(story.shown("lena", SMES, "Why here").await, @r"
    — #sme-ci, only @lena sees it
    *Runner* · question · *HN6*
    *Why*
    • It names Runner. SMEs are asked before PMs.
    • No reason was given, so SMEs answer first. Technical questions, best practice, demos and discovery are for SMEs.
    *So far*
    • yesterday 10:00 sent to #sme-ci for Runner · Ava
    • yesterday 10:01 taken by Sam
    ◐ *Taken*: Sam has it, since yesterday 10:01
    As you look after this area:
    [Close] [Give it to somebody]
    ");

    // Nothing is left of the old ids, and hearing it again changes nothing.
    let app = &story.bot.app;
    let (old_smes, old_inside) = (smes.replace("NEW", ""), inside.replace("NEW", ""));
    for (old, new) in [(old_smes, smes), (old_inside, inside)] {
        let (old, new) = (ChannelId::from(old.as_str()), ChannelId::from(new.as_str()));
        let left = app.store().renumber_channel(app.installation(), &old, &new);
        assert_eq!(left.await.unwrap(), 0);
    }
    assert!(app.store().parked(app.installation()).await.unwrap().is_empty());
    story.nothing_unread();
}
