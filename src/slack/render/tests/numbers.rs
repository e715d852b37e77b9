//! Numbers in words and as comma-separated values: every line and column, and what leaves one out.

use super::facts::numbers;
use super::fixture::World;
use crate::domain::numbers::{Calls, Exceptions, Numbers, Report};
use crate::slack::render::{report_csv, report_lines};

#[test]
fn every_line_of_a_report() {
    let lines = report_lines(&numbers("gone"), &World::new().org).join("\n");
    insta::assert_snapshot!(lines, @r"
    All areas · Fri 13 Nov 14:10 UTC to Fri 20 Nov 14:10 UTC
    • Questions: 3 asked · 0 taken · 0 answered by SMEs alone · 0 reached a PM · 0 sent over by a PM · 1 where no SMEs are known
    • SMEs asked PMs: 4 times · 2 answered · half within 1 h, nine of ten within 4 h (working time: half within 1 h, nine of ten within 4 h) · 1 late (0 in working time) · 1 still waiting · beside these 1 cancelled
    • Calls: 1 asked for · 1 at short notice · apart from these 3 exceptions asked for: 1 approved, 1 declined, 1 lapsed
    • Against before: PMs asked directly 10 a week, before 20.5 (−51 %) · asks in SME channels 0 a week, before 0 · half of the PMs' answers within 1 h, before 1 h
    CI/CD: 3 asked, 0 answered by SMEs alone, 0 reached a PM; PMs answered 2 of 4, half within 1 h, 1 late; calls 1
    gone: 3 asked, 0 answered by SMEs alone, 0 reached a PM; PMs answered 2 of 4, half within 1 h, 1 late; calls 1
    No area: 3 asked, 0 answered by SMEs alone, 0 reached a PM; PMs answered 2 of 4, half within 1 h, 1 late; calls 1
    By PM
    • Pat: 2 answered, half within 1 h, nine of ten within 4 h, 1 late
    ");
}

/// What was asked below the notice stands apart from the calls that a PM got, and only where there was some.
#[test]
fn exceptions_are_told_apart_where_there_are_some() {
    let told = |asked, approved, declined, lapsed| {
        let exceptions = Exceptions { asked, approved, declined, lapsed };
        let one = Numbers { calls: Calls { asked: 7, short_notice: 2, exceptions }, ..Numbers::default() };
        let report = Report { areas: vec![(None, one)], together: None, people: Vec::new(), ..*numbers("") };
        let lines = report_lines(&report, &World::new().org);
        lines.into_iter().find(|line| line.starts_with("• Calls")).expect("a line of calls")
    };
    insta::assert_snapshot!(told(0, 0, 0, 0), @"• Calls: 7 asked for · 2 at short notice");
    insta::assert_snapshot!(told(1, 1, 0, 0), @"• Calls: 7 asked for · 2 at short notice · apart from these 1 exception asked for: 1 approved, 0 declined, 0 lapsed");
    insta::assert_snapshot!(told(5, 1, 2, 1), @"• Calls: 7 asked for · 2 at short notice · apart from these 5 exceptions asked for: 1 approved, 2 declined, 1 lapsed");
}

#[test]
fn every_column_of_the_values() {
    let values = report_csv(&numbers("=HYPERLINK(\"x\")"));
    let mut lines = values.lines();
    let names: Vec<&str> = lines.next().expect("names").split(',').collect();
    let first: Vec<&str> = lines.next().expect("an area").split(',').collect();
    assert_eq!(names.len(), first.len(), "a value for each name");
    let paired: Vec<String> =
        names.iter().zip(first).map(|(name, value)| format!("{name} {value}")).collect();
    insta::assert_snapshot!(paired.join("\n"), @r"
    area ci
    from 2026-11-13T14:10:00Z
    to 2026-11-20T14:10:00Z
    asked 3
    taken 0
    answered_by_smes 0
    redirected 0
    no_sme_area 1
    reached_a_pm 0
    pm_asked 4
    pm_answered 2
    pm_open 1
    pm_cancelled 1
    pm_p50_seconds 3600
    pm_p90_seconds 14400
    pm_p50_working_seconds 3600
    pm_p90_working_seconds 14400
    pm_missed 1
    pm_missed_working 0
    calls 1
    calls_short_notice 1
    exceptions 3
    exceptions_approved 1
    exceptions_declined 1
    exceptions_lapsed 1
    pm_pings_a_week 10.0
    pm_pings_a_week_before 20.5
    sme_asks_a_week 0.0
    sme_asks_a_week_before 0.0
    internal_p50_seconds 3600
    internal_p50_seconds_before 3600
    internal_p90_seconds 14400
    internal_p90_seconds_before 14400
    ");
    // No spreadsheet takes an area for a formula; what belongs to none has an empty name.
    let others: Vec<String> = lines.map(|line| line.chars().take(30).collect()).collect();
    insta::assert_snapshot!(others.join("\n"), @r#"
    "'=HYPERLINK(""x"")",2026-11-1
    ,2026-11-13T14:10:00Z,2026-11-
    "#);
}
