//! Cards in each state, and what stands behind their *More*.

use super::super::card::card;
use super::super::{briefing, explain_lines, why};
use super::fixture::{World, call, entry, hours, id, inquiry, now, pm_ask, question, runner, user};
use super::samples::WORDS;
use super::shown::plain;
use crate::domain::decision::Event;
use crate::domain::engagement::call::{Agenda, CallStatus};
use crate::domain::engagement::inquiry::{ClockEnd, HowEnded, Pause};
use crate::domain::engagement::{Body, Detail, Engagement, Home, Inquiry, State};
use crate::domain::ids::{ChannelId, Ts};
use crate::domain::reason::{Because, Fact, Rule};

fn drawn(engagement: &Engagement, mention: bool) -> String {
    let mut world = World::new();
    world.related = vec![question(WORDS)];
    plain(&card(engagement, &world.scene(engagement), mention))
}

/// The line of state and the buttons: the last two blocks.
fn state_and_buttons(engagement: &Engagement) -> String {
    let shown = drawn(engagement, false);
    let lines: Vec<&str> = shown.lines().collect();
    lines[lines.len() - 2..].join("\n")
}

#[test]
fn a_question_in_each_state() {
    insta::assert_snapshot!(drawn(&question(WORDS), true), @r"
    *Runner* · technical question · *K7Q*
    > How do we keep runners warm in two regions without paying for idle machines?
    · Ava · asked Fri 20 Nov 14:10 UTC
    · Here because “autoscaling” is Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet · <!subteam^SSME>
    [Take it] [Ask the PM] [Answered] [More ▾ Wrong area · Add detail · Why here · Withdraw]
    ");
    let mut shown = Vec::new();
    for state in [
        State::Open,
        State::Taken,
        State::Answered,
        State::Closed,
        State::Withdrawn,
        State::Redirected,
        State::Lapsed,
        State::Deflected,
    ] {
        shown.push(state_and_buttons(&Engagement {
            state,
            owner: Some(user("UINES")),
            taken_at: Some(now()),
            answered_by: Some(user("UINES")),
            answered_at: Some(now()),
            closed_at: Some(now()),
            ..question(WORDS)
        }));
    }
    insta::assert_snapshot!(shown.join("\n"), @r"
    ● *Open*: nobody has taken it yet
    [Take it] [Ask the PM] [Answered] [More ▾ Wrong area · Add detail · Why here · Withdraw]
    ◐ *Taken*: Ines has it, since Fri 20 Nov 14:10 UTC
    [Answered] [Ask the PM] [Hand back] [More ▾ Wrong area · Add detail · Why here · Withdraw]
    ✓ *Answered*: by Ines, Fri 20 Nov 14:10 UTC
    [Not solved] [More ▾ Why here]
    ✓ *Closed* Fri 20 Nov 14:10 UTC · answered by Ines
    [Why here]
    ○ *Withdrawn* Fri 20 Nov 14:10 UTC
    [Why here]
    → *Redirected*: another question goes on with it
    [Why here]
    ○ *Lapsed* Fri 20 Nov 14:10 UTC
    [Why here]
    ○ *Not sent* Fri 20 Nov 14:10 UTC
    [Why here]
    ");
}

#[test]
fn the_handle_is_mentioned_in_the_sme_channel_only() {
    let elsewhere = Engagement {
        home: Some(Home { channel: ChannelId::from("CPRD"), thread: None, card: None }),
        ..question(WORDS)
    };
    assert!(!drawn(&elsewhere, true).contains("subteam"));
    assert!(!drawn(&question(WORDS), false).contains("subteam"));
}

#[test]
fn a_long_text_lends_its_first_words_to_the_header() {
    let text = format!("{WORDS} {WORDS} {WORDS}");
    insta::assert_snapshot!(drawn(&question(&text), false), @r"
    *Runner* · How do we keep runners warm in two regions without paying… · *K7Q*
    > How do we keep runners warm in two regions without paying for idle machines? How do we keep runners warm in two regions without paying for idle machines? How do we keep runners warm in two regions without paying for idle machines?
    · Ava · technical question · asked Fri 20 Nov 14:10 UTC
    · Here because “autoscaling” is Runner, whose SMEs answer first.
    ● *Open*: nobody has taken it yet
    [Take it] [Ask the PM] [Answered] [More ▾ Wrong area · Add detail · Why here · Withdraw]
    ");
}

#[test]
fn a_pms_ask() {
    insta::assert_snapshot!(drawn(&pm_ask(WORDS), true), @r"
    *Runner* · roadmap · *P4M*
    > How do we keep runners warm in two regions without paying for idle machines?
    · Ava · asked Fri 20 Nov 14:10 UTC
    · Here because roadmap questions go to the PM.
    ● *Open*: with <@UPAT>
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [More ▾ Add detail · Why here · Withdraw]
    ");
    let mut seen = pm_ask(WORDS);
    if let Body::PmAsk(ask) = &mut seen.body {
        ask.seen_by = Some(user("UPAT"));
        ask.due_at = Some(now() + hours(120));
        ask.redirected_to = Some(id("K7Q"));
    }
    insta::assert_snapshot!(drawn(&seen, false), @r"
    *Runner* · roadmap · *P4M*
    > How do we keep runners warm in two regions without paying for idle machines?
    Due Wed 25 Nov 14:10 UTC.
    · Ava · asked Fri 20 Nov 14:10 UTC
    · Here because roadmap questions go to the PM.
    ● *Open*: with Pat, who has seen it
    [Answered] [Seen] [Not mine] [Redirect to SMEs] [More ▾ Add detail · Why here · Withdraw]
    ");
    insta::assert_snapshot!(state_and_buttons(&Engagement { state: State::Redirected, ..seen }), @r"
    → *Redirected*: SMEs go on with it as <https://example.slack.com/archives/CSME/p1700000000000100|K7Q>
    [Why here]
    ");
}

fn with_clock(change: impl Fn(&mut Inquiry)) -> Engagement {
    let mut engagement = inquiry(WORDS);
    if let Body::Inquiry(body) = &mut engagement.body {
        change(body);
    }
    engagement
}

#[test]
fn an_inquiry_and_its_clock() {
    insta::assert_snapshot!(drawn(&inquiry(WORDS), true), @r"
    *Runner* · a PM's answer · *N8V*
    > How do we keep runners warm in two regions without paying for idle machines?
    · Ines · SME · for <https://example.slack.com/archives/CSME/p1700000000000100|K7Q> · asked Fri 20 Nov 14:10 UTC
    · Here because Pat is on duty.
    ● *Open*: <@UPAT>, please reply here by Fri 20 Nov 18:10 UTC (4 h)
    [Seen] [Not mine] [Answered] [More ▾ Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    let begun = |hours_ago| {
        with_clock(move |body| {
            body.seen_by = vec![user("UPAT")];
            body.clock.iter_mut().for_each(|clock| clock.started_at = now() - hours(hours_ago));
        })
    };
    let later = |hours_ago| Engagement { asked_at: now() - hours(hours_ago), ..begun(hours_ago) };
    insta::assert_snapshot!(state_and_buttons(&later(1)), @r"
    ● *Open*: Pat, please reply here by Fri 20 Nov 17:10 UTC (4 h) · seen by Pat
    [Seen] [Not mine] [Answered] [More ▾ Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    insta::assert_snapshot!(state_and_buttons(&later(9)), @r"
    ● *Open*: Pat, please reply here; it was due Fri 20 Nov 09:10 UTC · seen by Pat
    [Seen] [Not mine] [Answered] [More ▾ Waiting on the SME · Answered elsewhere · Not a question · Why here]
    ");
    let pause = Pause { from: now(), to: None, why: "which version?".to_owned(), by: user("UPAT") };
    let paused =
        with_clock(|body| body.clock.iter_mut().for_each(|clock| clock.pauses = vec![pause.clone()]));
    insta::assert_snapshot!(state_and_buttons(&paused), @r"
    ‖ *Paused*: Pat waits on Ines, since Fri 20 Nov 14:10 UTC
    [Seen] [Not mine] [Answered] [More ▾ Answered elsewhere · Not a question · Why here]
    ");
    let end = ClockEnd {
        how: HowEnded::Replied,
        by: Some(user("UPAT")),
        at: now(),
        late: true,
        elapsed_seconds: 17_000,
        working_seconds: 9_000,
    };
    let ended = with_clock(|body| body.clock.iter_mut().for_each(|clock| clock.end = Some(end.clone())));
    insta::assert_snapshot!(state_and_buttons(&Engagement { state: State::Answered, ..ended }), @r"
    ✓ *Answered*: by Pat, Fri 20 Nov 14:10 UTC (4 h 43 min, after the promised time)
    [Ask again] [More ▾ Why here]
    ");
}

#[test]
fn an_inquiry_without_a_clock_says_so() {
    let without = with_clock(|body| body.clock = None);
    let area = crate::domain::ids::AreaKey::from("ci");
    let no_channel = Engagement {
        because: vec![Because { rule: Rule::B3, fact: Fact::NoInternalChannel { area } }],
        ..without.clone()
    };
    insta::assert_snapshot!(state_and_buttons(&no_channel), @r"
    ● *Open*: with Pat; no clock runs
    [Seen] [Not mine] [Answered] [More ▾ Answered elsewhere · Not a question · Why here]
    ");
    insta::assert_snapshot!(state_and_buttons(&Engagement { owner: None, ..without }), @r"
    ● *Open*: no PM is known here, so no clock runs
    [Seen] [Not mine] [Answered] [More ▾ Answered elsewhere · Not a question · Why here]
    ");
}

#[test]
fn a_card_under_the_question_does_not_repeat_it() {
    let thread = Some(Ts::from("1.2"));
    let internal = ChannelId::from("CINT");
    let mut engagement = inquiry(WORDS);
    engagement.origin.channel = internal.clone();
    engagement.home = Some(Home { channel: internal, thread, card: None });
    assert!(!drawn(&engagement, true).contains(WORDS));
}

#[test]
fn a_call_in_both_zones() {
    insta::assert_snapshot!(drawn(&call(WORDS), true), @r"
    *Runner* · PM on a customer call · *C5K*
    > How do we keep runners warm in two regions without paying for idle machines?
    *When* Sun 22 Nov 16:10 UTC (08:10 for the PM), 45 min. Short notice: 50 h, but on the second day.
    Briefing: 2 of 11. Agenda: due Sat 21 Nov 16:10 UTC.
    · Ava · asked Fri 20 Nov 14:10 UTC
    · Here because customer calls with a PM are asked in the group's channel.
    ● *Open*: <@UPAT> is asked
    [Confirm] [Decline] [Propose another time] [Show briefing] [Add agenda] [More ▾ Missing context · Add detail · Reschedule · Cancel · Why here]
    ");
    let mut confirmed = call(WORDS);
    confirmed.state = State::Taken;
    if let Body::Call(body) = &mut confirmed.body {
        body.status = CallStatus::Confirmed { by: user("UPAT") };
        let link = "https://docs.example/agenda".to_owned();
        body.agenda = Some(Agenda { link, by: user("UAVA"), at: now() });
    }
    insta::assert_snapshot!(drawn(&confirmed, false), @r"
    *Runner* · PM on a customer call · *C5K*
    > How do we keep runners warm in two regions without paying for idle machines?
    *When* Sun 22 Nov 16:10 UTC (08:10 for the PM), 45 min. Short notice: 50 h, but on the second day.
    Briefing: 2 of 11. Agenda: there, from Ava.
    · Ava · asked Fri 20 Nov 14:10 UTC
    · Here because customer calls with a PM are asked in the group's channel.
    ◐ *Confirmed*: Pat comes
    [Decline] [Propose another time] [Show briefing] [More ▾ Missing context · Add detail · Reschedule · Cancel · Why here]
    ");
}

#[test]
fn confidential_things_are_behind_the_briefing() {
    let engagement = Engagement {
        links: vec!["https://issues.example/7".to_owned(), "not a link".to_owned()],
        details: vec![Detail { at: now(), by: user("UAVA"), text: "it is on 17.4".to_owned() }],
        ..call(WORDS)
    };
    let card = drawn(&engagement, false);
    assert!(
        !card.contains("Contoso")
            && !card.contains("two platform engineers")
            && !card.contains("issues.example")
    );
    insta::assert_snapshot!(plain(&briefing(&World::new().scene(&engagement))), @r"
    *Runner* · PM on a customer call · *C5K*
    > How do we keep runners warm in two regions without paying for idle machines?
    *Customer* Contoso How do we keep runners warm in two regions without paying for idle machines?
    *Attendees* two platform engineers How do we keep runners warm in two regions without paying for idle machines?
    *Goal* agree on a plan How do we keep runners warm in two regions without paying for idle machines?
    *Tier* Ultimate How do we keep runners warm in two regions without paying for idle machines?
    *In production, in a POC, or not tried?* POC How do we keep runners warm in two regions without paying for idle machines?
    *Links*
    • <https://issues.example/7|https://issues.example/7>
    • not a link
    · Ava added Fri 20 Nov 14:10 UTC
    > it is on 17.4
    ");
}

#[test]
fn why_it_is_here() {
    let engagement = Engagement {
        because: vec![
            Because { rule: Rule::A2, fact: Fact::NoReasonGiven },
            Because {
                rule: Rule::A1,
                fact: Fact::TextNames { words: vec!["autoscaling".to_owned()], place: runner() },
            },
        ],
        ..question(WORDS)
    };
    let pressed = Because { rule: Rule::Roles, fact: Fact::Pressed { by: user("UINES") } };
    let timeline = [
        entry(
            Event::Sent { channel: ChannelId::from("CSME"), place: Some(runner()) },
            engagement.because.clone(),
        ),
        entry(Event::Taken { by: user("UINES") }, vec![pressed]),
    ];
    let mut world = World::new();
    insta::assert_snapshot!(plain(&why(&world.scene(&engagement), &timeline, true)), @r"
    *Runner* · technical question · *K7Q*
    *Why*
    • No reason was given, so SMEs answer first. Technical questions, best practice, demos and discovery are for SMEs.
    • “autoscaling” is Runner. SMEs are asked before PMs.
    *So far*
    • Fri 20 Nov 14:10 UTC sent to <#CSME> for Runner · Ava
    • Fri 20 Nov 14:10 UTC taken by Ines · Ava
    ● *Open*: nobody has taken it yet
    · As you look after this area:
    [Close] [Give it to somebody]
    ");
    insta::assert_snapshot!(explain_lines(&engagement, &timeline, &world.org).join("\n"), @r"
    K7Q · Runner · technical question · Open
    asked 2026-11-20 14:10:00 UTC by Ava
    in #sme-ci
    because no reason was given, so SMEs answer first (A2)
    because “autoscaling” is Runner (A1)
    2026-11-20 14:10:00 UTC sent to #sme-ci for Runner · Ava, because no reason was given, so SMEs answer first (A2); “autoscaling” is Runner (A1)
    2026-11-20 14:10:00 UTC taken by Ines · Ava, because Ines said so (Roles)
    ");
    world.rules.handbook_base = Some("https://handbook.example/handbook/".to_owned());
    assert!(plain(&why(&world.scene(&engagement), &timeline, true)).contains(
        "<https://handbook.example/handbook/solutions-architects/sa-practices/subject-matter-experts/sme-request/|SMEs are asked before PMs.>"
    ));
}
