//! Who may say that whom is away until when, and what is refused; when a status is asked about.

use chrono::TimeZone;
use chrono_tz::Tz;

use super::*;
use crate::domain::absence::Absences;
use crate::domain::directory::{Directory, PersonRef, SmeArea};
use crate::domain::ids::AreaKey;
use crate::domain::names::{Names, Person};
use crate::domain::rules::Rules;

/// A Friday, nine in the morning in London, six in the evening in Tokyo.
fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 9, 0, 0).single().expect("an instant")
}

fn id(user: &str) -> UserId {
    UserId::from(user)
}

fn person(user: &str, zone: Tz) -> Person {
    Person {
        id: id(user),
        name: user.trim_start_matches('U').to_lowercase(),
        email: None,
        time_zone: Some(zone),
        is_gone: user == "UGONE",
        is_bot: user == "UBOT",
        is_guest: user == "UGUEST",
    }
}

/// Lena leads the area of the SME Ines and the PM Paul; Noor leads another; the rest have no part.
fn policy(absences: Vec<Absence>) -> Policy {
    let refs = |users: &[&str]| users.iter().map(|user| PersonRef::Id(id(user))).collect::<Vec<_>>();
    let area = |leads: &[&str], members: &[&str], pms: &[&str]| SmeArea {
        name: "CI".to_owned(),
        leads: refs(leads),
        members: refs(members),
        pms: refs(pms),
        ..SmeArea::default()
    };
    let mut directory = Directory::default();
    directory.sme_areas.insert(AreaKey::from("ci"), area(&["ULENA"], &["UINES"], &["UPAUL", "UTOKYO"]));
    directory.sme_areas.insert(AreaKey::from("plan"), area(&["UNOOR"], &["UMEI"], &[]));
    let here = ["ULENA", "UINES", "UPAUL", "UNOOR", "UMEI", "UADMIN", "UGUEST", "UBOT", "UGONE", "UAVA"];
    let mut people: Vec<Person> = here.iter().map(|user| person(user, Tz::UTC)).collect();
    people.push(person("UTOKYO", Tz::Asia__Tokyo));
    let names = Names { people, ..Names::default() };
    let rules = Rules::default();
    let (org, _) = Org::resolve(&directory, &names, &rules, None, &refs(&["UADMIN"]));
    Policy { rules, org: org.with_absences(absences.into_iter().collect::<Absences>()) }
}

fn away(who: &str, last_day: NaiveDate) -> Absence {
    let until = end_of(last_day, Tz::UTC).expect("an instant");
    Absence { who: id(who), from: now(), until, last_day, cover: None, set_by: id(who) }
}

fn date(month: u32, day: u32) -> NaiveDate {
    let year = if month < 11 { 2027 } else { 2026 };
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

fn wish(by: &str, until: DaySaid) -> AwayWish {
    AwayWish { by: id(by), who: None, from: None, until: WhenSaid::Day(until), cover: None, in_form: false }
}

fn of(who: &str) -> PersonSaid {
    PersonSaid::Id(id(who))
}

fn problem(decision: &Decision) -> &AwayProblem {
    match &decision.reply {
        Reply::Refused(Refusal::Absence { problem }) if decision.is_empty() => problem,
        other => panic!("{other:?}"),
    }
}

fn was_set(decision: &Decision) -> &Absence {
    match decision.absences.as_slice() {
        [AbsenceChange::Set(absence)] => absence,
        other => panic!("{other:?}, {:?}", decision.reply),
    }
}

#[test]
fn an_absence_ends_with_its_last_day_where_the_person_is() {
    let policy = policy(Vec::new());
    let decision = set(&policy, &wish("UPAUL", DaySaid::Today), now());
    let end = Utc.with_ymd_and_hms(2026, 11, 21, 0, 0, 0).single().expect("an instant");
    assert_eq!((was_set(&decision).from, was_set(&decision).until), (now(), end));
    // It is Friday in Tokyo, too, for six more hours.
    let decision = set(&policy, &wish("UTOKYO", DaySaid::Today), now());
    assert_eq!(was_set(&decision).until, now() + chrono::Duration::hours(6));
    // Seven hours later it is Saturday there, and Friday is past.
    let later = now() + chrono::Duration::hours(7);
    let decision = set(&policy, &wish("UTOKYO", DaySaid::Date(date(11, 20))), later);
    assert_eq!(problem(&decision), &AwayProblem::Past { day: date(11, 20) });
    assert_eq!(was_set(&set(&policy, &wish("UPAUL", DaySaid::Today), later)).last_day, date(11, 20));
}

#[test]
fn it_may_begin_later_and_never_earlier() {
    let policy = policy(Vec::new());
    let from =
        |day| AwayWish { from: Some(WhenSaid::Day(day)), ..wish("UPAUL", DaySaid::Date(date(12, 24))) };
    let later = set(&policy, &from(DaySaid::Date(date(12, 21))), now());
    let first = Utc.with_ymd_and_hms(2026, 12, 21, 0, 0, 0).single().expect("an instant");
    assert_eq!(was_set(&later).from, first);
    assert_eq!(was_set(&set(&policy, &from(DaySaid::Today), now())).from, now());
    assert_eq!(was_set(&set(&policy, &from(DaySaid::Date(date(11, 18))), now())).from, now());
    let backwards = set(&policy, &from(DaySaid::Date(date(12, 25))), now());
    let expected = AwayProblem::Backwards { from: date(12, 25), until: date(12, 24) };
    assert_eq!(problem(&backwards), &expected);
}

#[test]
fn days_that_cannot_be_are_refused() {
    let policy = policy(Vec::new());
    let unknown = DaySaid::Unknown("soon".to_owned());
    for (until, expected) in [
        (DaySaid::Date(date(11, 19)), AwayProblem::Past { day: date(11, 19) }),
        (unknown, AwayProblem::NotADay { said: "soon".to_owned() }),
        (DaySaid::OfYear { month: 2, day: 30 }, AwayProblem::NotADay { said: "30.2.".to_owned() }),
        (DaySaid::Date(NaiveDate::MAX), AwayProblem::TooFar { days: LONGEST_DAYS }),
        (
            DaySaid::Date(date(11, 20) + chrono::Duration::days(367)),
            AwayProblem::TooFar { days: LONGEST_DAYS },
        ),
    ] {
        assert_eq!(problem(&set(&policy, &wish("UPAUL", until), now())), &expected);
    }
    let longest = DaySaid::Date(date(11, 20) + chrono::Duration::days(366));
    was_set(&set(&policy, &wish("UPAUL", longest), now()));
}

#[test]
fn a_cover_is_somebody_else_who_is_there_and_can() {
    let policy = policy(vec![away("UMEI", date(11, 30))]);
    let with = |cover| AwayWish { cover, ..wish("UPAUL", DaySaid::Date(date(12, 24))) };
    let named = |name: &str| Some(PersonSaid::Name(name.to_owned()));
    for (cover, expected) in [
        (Some(of("UPAUL")), AwayProblem::CoversSelf),
        (named("@paul"), AwayProblem::CoversSelf),
        (Some(of("UMEI")), AwayProblem::CoverAway { cover: id("UMEI"), until: date(11, 30) }),
        (Some(of("UGUEST")), AwayProblem::CannotCover { cover: id("UGUEST") }),
        (Some(of("UBOT")), AwayProblem::CannotCover { cover: id("UBOT") }),
        (Some(of("UGONE")), AwayProblem::CannotCover { cover: id("UGONE") }),
        (Some(of("UNOBODY")), AwayProblem::CannotCover { cover: id("UNOBODY") }),
        (named("@switchboard"), AwayProblem::Nobody { said: "@switchboard".to_owned() }),
        (named(""), AwayProblem::Nobody { said: String::new() }),
    ] {
        assert_eq!(problem(&set(&policy, &with(cover), now())), &expected);
    }
    assert_eq!(was_set(&set(&policy, &with(named("Ines")), now())).cover, Some(id("UINES")));
    // Mei is back by then.
    let later = AwayWish { from: Some(WhenSaid::Day(DaySaid::Date(date(12, 1)))), ..with(Some(of("UMEI"))) };
    assert_eq!(was_set(&set(&policy, &later, now())).cover, Some(id("UMEI")));
}

#[test]
fn only_they_themselves_their_leads_and_admins_say_so() {
    let policy = policy(vec![away("UINES", date(11, 30))]);
    let set_for = |by: &str, who: &str| {
        let wish = AwayWish { who: Some(of(who)), ..wish(by, DaySaid::Tomorrow) };
        set(&policy, &wish, now())
    };
    for (by, who, may) in [
        ("ULENA", "UPAUL", true),
        ("ULENA", "UINES", true),
        ("UADMIN", "UPAUL", true),
        ("UADMIN", "UAVA", true),
        ("UPAUL", "UPAUL", true),
        ("UNOOR", "UPAUL", false),
        ("UINES", "UPAUL", false),
        ("ULENA", "UAVA", false),
        ("ULENA", "UADMIN", false),
    ] {
        let decision = set_for(by, who);
        let ended = end(&policy, &id(by), Some(&of(who)), now());
        if may {
            was_set(&decision);
            // Whoever is away hears of it from us, unless they said it themselves.
            assert_eq!(decision.notices.len(), usize::from(by != who), "{by} for {who}");
        } else {
            assert_eq!(problem(&decision), &AwayProblem::NotTheirs { who: id(who) }, "{by} for {who}");
            assert_eq!(problem(&ended), &AwayProblem::NotTheirs { who: id(who) }, "{by} for {who}");
        }
    }
    assert_eq!(end(&policy, &id("ULENA"), Some(&of("UINES")), now()).absences.len(), 1);
    let not_set = end(&policy, &id("UPAUL"), None, now());
    assert_eq!(problem(&not_set), &AwayProblem::NotSet { who: id("UPAUL"), own: true });
    // What is over cannot end again.
    let over = now() + chrono::Duration::days(30);
    let ended = end(&policy, &id("UINES"), None, over);
    assert_eq!(problem(&ended), &AwayProblem::NotSet { who: id("UINES"), own: true });
}

#[test]
fn a_lead_sees_who_is_away_in_their_areas() {
    let policy = policy(vec![away("UINES", date(11, 30)), away("UMEI", date(11, 30))]);
    let listed = |by: &str| match listed(&policy, &id(by), now()) {
        Reply::Away(reply) => match *reply {
            AwayReply::List { areas } => areas
                .into_iter()
                .map(|(_, away)| away.into_iter().map(|one| one.who).collect::<Vec<_>>())
                .collect(),
            other => panic!("{other:?}"),
        },
        _ => Vec::new(),
    };
    assert_eq!(listed("ULENA"), [[id("UINES")]]);
    assert_eq!(listed("UADMIN").len(), 2);
    assert!(listed("UINES").is_empty());
}

#[test]
fn a_status_is_asked_about_only_where_somebody_waits() {
    let policy = policy(vec![away("UINES", date(11, 30))]);
    let until = |days| now() + chrono::Duration::days(days);
    let asked = |who: &str, until, owes| {
        let decision = status_says(&policy, &id(who), (until, "mark"), owes, now());
        match decision.notices.as_slice() {
            [] => None,
            [Notice { to: Address::Direct { user }, what: What::StatusSaysAway { until, .. }, .. }] => {
                assert_eq!(*user, id(who));
                Some(*until)
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(asked("UPAUL", until(3), false), Some(date(11, 23)));
    // Nobody's PM or expert, and somebody who owns something all the same.
    assert_eq!(asked("UAVA", until(3), false), None);
    assert_eq!(asked("UAVA", until(3), true), Some(date(11, 23)));
    // Known already, longer than known, soon over, further ahead than we take.
    assert_eq!(asked("UINES", until(3), false), None);
    assert_eq!(asked("UINES", until(30), false), Some(date(12, 20)));
    assert_eq!(asked("UPAUL", now() + chrono::Duration::hours(4), false), None);
    assert_eq!(asked("UPAUL", until(400), false), None);
    assert_eq!(asked("UGONE", until(3), true), None);
    // Until midnight is until the day before.
    let midnight = Utc.with_ymd_and_hms(2026, 11, 24, 0, 0, 0).single().expect("an instant");
    assert_eq!(asked("UPAUL", midnight, false), Some(date(11, 23)));
}

#[test]
fn a_form_says_instants_and_hears_at_its_fields_what_is_wrong() {
    let policy = policy(Vec::new());
    let now = now();
    let wish = |from: Option<i64>, until: i64, cover: Option<&str>| AwayWish {
        from: from.map(|hours| WhenSaid::At(now + Duration::hours(hours))),
        until: WhenSaid::At(now + Duration::hours(until)),
        cover: cover.map(|user| PersonSaid::Id(id(user))),
        in_form: true,
        ..wish("UPAUL", DaySaid::Today)
    };
    for (wish, field) in [
        (wish(None, -1, None), Field::Until),
        (wish(Some(5), 4, None), Field::Until),
        (wish(Some(48), 5, None), Field::Until),
        (wish(None, 24 * 400, None), Field::Until),
        (wish(None, 5, Some("UPAUL")), Field::Cover),
        (wish(None, 5, Some("UNOBODY")), Field::Cover),
    ] {
        let Reply::Form(problems) = set(&policy, &wish, now).reply else { panic!("{wish:?}") };
        assert_eq!(problems.iter().map(|problem| problem.field).collect::<Vec<_>>(), [field], "{wish:?}");
    }
    for (from, expected) in [(None, now), (Some(-3), now), (Some(3), now + Duration::hours(3))] {
        let decision = set(&policy, &wish(from, 5, None), now);
        let [AbsenceChange::Set(absence)] = decision.absences.as_slice() else { panic!("{decision:?}") };
        assert_eq!((absence.from, absence.until), (expected, now + Duration::hours(5)));
    }
}
