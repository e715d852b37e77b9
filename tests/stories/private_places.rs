//! What was said in a private place: its author sees it first, and decides (Confidentiality).

use insta::assert_snapshot;

use crate::support::{Story, hours};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_direct_message_is_previewed() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    ava.dm("How long are compute minutes kept for hosted runners?").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    @ava Switchboard:
    This was said in a private place. It would go to #sme-ci in these words:
    > How long are compute minutes kept for hosted runners?
    [Post] [Edit] [Cancel]
    ");
    ava.click_in_dm("Edit").await.unwrap();
    assert_snapshot!(ava.open_view().unwrap().plain(), @r"
    == Before it is posted ==
    HFJ · Hosted Runners: How long are compute minutes kept for hosted runners?
    Your question: How long are compute minutes kept for hosted runners?
      This is what others read.
    (Post)
    ");
    ava.fill("text", "How long are compute minutes of hosted runners kept?").await.unwrap();
    ava.submit().await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-ci Switchboard:
    *Hosted Runners* · question · *HFJ*
    > How long are compute minutes of hosted runners kept?
    Ava · asked today 09:00
    Here because “Hosted Runners” and “compute minutes” are Hosted Runners, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-ci
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ines @sam @lena]

    @ava (updated) Switchboard:
    Sent to #sme-ci as *HFJ*. If nobody takes it by tomorrow 10:00, I ask the area lead.
    There because “Hosted Runners” and “compute minutes” are Hosted Runners, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]
    ");
    ava.dm("And do merge trains cost more?").await.unwrap();
    story.hear().await;
    ava.click_in_dm("Cancel").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    @ava (updated) Switchboard:
    Dropped; nothing was sent.
    ");
    ava.dm("help").await.unwrap();
    ava.dm("mine").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    @ava Switchboard:
    Ask here and I bring it to the people who know: SMEs first, PMs for roadmap, direction and gaps.
    • `/request-pm` opens a form: choose what it is about, also for a PM on a customer call
    • `/request-pm your question` sends it to SMEs
    • `/request-pm mine` lists what you asked and what you owe
    • `/request-pm status K7Q` says where a question stands and why
    • `/request-pm away until 2026-12-24 cover @x` has others asked while you are away; `/request-pm back` ends it early
    • `/request-pm report` tells leads and PMs the numbers of their areas
    • Mention me in a thread, or use *Ask an expert* on a message
    SMEs are asked to take a question within 24 h; a PM answers SMEs within 4 h; a PM needs 48 h of notice for a call.
    Office hours: ‹CI/CD and Runner Tuesdays 15:00 UTC›; Application Security Every second Thursday, 14:00 UTC

    @ava Switchboard:
    *You asked*
    • ‹HFJ› · Hosted Runners · ● *Open*: nobody has taken it yet · asked just now
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_channel_is_previewed_to_its_author_alone() {
    let story = Story::begin().await;
    story.slack.add_channel("#deal-contoso").private().members(&["ava", "raj"]).with_bot();
    story.slack.deliver_due().await;
    story.bot.read_names().await.unwrap();
    let ava = story.person("ava");
    ava.say("#deal-contoso", "@switchboard Contoso asks whether SAST finds injected scripts").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    @ava Switchboard:
    This was said in a private place. It would go to #sme-security in these words:
    > Contoso asks whether SAST finds injected scripts
    [Post] [Edit] [Cancel]
    ");
    ava.click_in_dm("Post").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-security Switchboard:
    *SAST* · question · *HFJ*
    > Contoso asks whether SAST finds injected scripts
    Ava · asked today 09:00
    Here because it names SAST, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-security
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @ada @yusuf @tomas]

    @ava (updated) Switchboard:
    Sent to #sme-security as *HFJ*. If nobody takes it by tomorrow 10:00, I ask the area lead.
    There because it names SAST, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]
    ");
    let root = ava.say("#deal-contoso", "Contoso: kanban swimlanes?").await.unwrap();
    story.person("raj").reply("#deal-contoso", &root, "@switchboard please").await.unwrap();
    // Her words are not his to post: what he said himself names no place.
    assert_snapshot!(story.hear().await, @r"
    #deal-contoso › thread Switchboard:
    I cannot tell which area that is for. Which one fits?
    [Choose an area] [Drop it]
    ");
    ava.reply("#deal-contoso", &root, "@switchboard please").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    @ava Switchboard:
    This was said in a private place. It would go to #sme-planning in these words:
    > please
    > Contoso: kanban swimlanes?
    [Post] [Edit] [Cancel]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shortcut_in_a_private_channel_asks_the_author_first() {
    let story = Story::begin().await;
    story.slack.add_channel("#deal-contoso").private().members(&["ava", "raj"]).with_bot();
    story.slack.deliver_due().await;
    story.bot.read_names().await.unwrap();
    let ts =
        story.person("ava").say("#deal-contoso", "Contoso: do merge trains work with forks?").await.unwrap();
    story.settle().await;
    story.read();
    story.person("raj").message_shortcut("ask_expert", "#deal-contoso", &ts).await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #deal-contoso (only @raj) switchboard:
    Ava sees it first, and decides whether it is posted.

    @ava Switchboard:
    This was said in a private place. It would go to #sme-planning in these words:
    > Contoso: do merge trains work with forks?
    [Post] [Edit] [Cancel]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_typed_in_a_private_channel_are_previewed_too() {
    let story = Story::begin().await;
    story.slack.add_channel("#deal-contoso").private().members(&["ava", "raj"]).with_bot();
    story.slack.deliver_due().await;
    story.bot.read_names().await.unwrap();
    let ava = story.person("ava");
    let answer = ava.slash_in("#deal-contoso", "/request-pm do merge trains work with forks?").await.unwrap();
    assert_snapshot!(answer.plain(), @r"
    This was said in a private place. It would go to #sme-planning in these words:
    > do merge trains work with forks?
    [Post] [Edit] [Cancel]
    ");
    ava.click_in("#deal-contoso", "Post").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #deal-contoso (only @ava) switchboard:
    Sent to #sme-planning as *HFJ*. If nobody takes it by tomorrow 10:00, I ask the area lead.
    There because it names Merge Trains, whose SMEs answer first.
    [Why there] [Add detail] [Withdraw]

    #sme-planning Switchboard:
    *Merge Trains* · question · *HFJ*
    > do merge trains work with forks?
    Ava · asked today 09:00
    Here because it names Merge Trains, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · @sme-planning
    [Take it] [Ask the PM] [Answered] [… Wrong area · Add detail · Why here · Withdraw]
    [notifies @oskar @mei @noor]
    ");
    story.person("mei").click_in("#sme-planning", "Answered").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    #sme-planning (updated) Switchboard:
    *Merge Trains* · question · *HFJ*
    > do merge trains work with forks?
    Ava · asked today 09:00
    Here because it names Merge Trains, whose SMEs answer first.
    ✓ *Answered*: by Mei, today 09:00
    [Not solved] [… Why here]

    @ava Switchboard:
    Mei answered *HFJ*: ‹open›.
    [That solves it] [Not solved]
    ");
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_direct_message_that_is_unclear_is_placed_then_previewed() {
    let story = Story::begin().await;
    let ava = story.person("ava");
    ava.dm("Contoso asks about merge trains or runners").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    @ava Switchboard:
    That could be *Runner* or *Merge Trains*. Which fits?
    [Runner] [Merge Trains] [Something else] [Drop it]
    ");
    ava.click_in_dm("Merge Trains").await.unwrap();
    assert_snapshot!(story.hear().await, @r"
    @ava (updated) Switchboard:
    This was said in a private place. It would go to #sme-planning in these words:
    > Contoso asks about merge trains or runners
    [Post] [Edit] [Cancel]
    ");
    ava.click_in_dm("Post").await.unwrap();
    story.settle().await;
    assert!(story.last("#sme-planning").contains("*Merge Trains*"));
    story.read();
    story.nothing_unread();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_in_an_internal_channel_stays_there_for_its_author_too() {
    let story = Story::begin().await;
    let inside = "#sme-ci-internal";
    let paul = story.person("paul");
    let ts = paul.say(inside, "Autoscaling runners stay warm from the spring on.").await.unwrap();
    paul.message_shortcut("ask_expert", inside, &ts).await.unwrap();
    let said = story.hear().await;
    assert_snapshot!(said, @r"
    #sme-ci-internal (only @paul) switchboard:
    What is said in an internal channel stays there, so nothing was sent. You can ask in your own words with `/request-pm`.
    [Ask in a form]
    ");
    paul.message_shortcut("redirect_to_smes", inside, &ts).await.unwrap();
    assert_eq!(story.hear().await, said);
    story.pass(hours(100)).await;
    story.nothing_unread();
}
