//! The asks that people make under load, and what each of them goes through: who does what, in which words.
//!
//! Invariant: a case is one person's ask with a word of its own, each of its steps happens once, and no two cases wait for
//! each other; so that what has to be there follows from what was acknowledged, whatever else went on.

use crate::chance::Chance;

/// Where experts of an area answer, and who they are.
pub struct Area {
    pub channel: &'static str,
    pub internal: &'static str,
    pub experts: [&'static str; 3],
    /// Words that lead there, before and after the case's own.
    pub words: &'static str,
    /// The PM whom those words lead to.
    pub pm: &'static str,
}

pub const AREAS: [Area; 3] = [
    Area {
        channel: "#sme-ci",
        internal: "#sme-ci-internal",
        experts: ["ines", "sam", "lena"],
        words: "How do autoscaling runners behave in",
        pm: "paul",
    },
    Area {
        channel: "#sme-planning",
        internal: "#sme-planning-internal",
        experts: ["oskar", "mei", "noor"],
        words: "How do swimlanes on boards behave in",
        pm: "bo",
    },
    Area {
        channel: "#sme-security",
        internal: "#sme-security-internal",
        experts: ["ada", "yusuf", "tomas"],
        words: "Is there a SAST semgrep rule for",
        pm: "stan",
    },
];

/// A group whose PM is asked: the form's words for it, its channel, its PM.
pub const GROUPS: [(&str, &str, &str); 9] = [
    ("Verify › Runner", "#g_runner", "paul"),
    ("Plan › Boards", "#g_boards", "bo"),
    ("Plan › Portfolios", "#g_portfolios", "pia"),
    ("Create › Source Code", "#g_source_code", "sven"),
    ("Create › Code Review", "#g_code_review", "cora"),
    ("Verify › Pipelines", "#g_pipelines", "pavel"),
    ("Verify › Testing", "#g_testing", "tess"),
    ("Release › Registry", "#g_registry", "rita"),
    ("Secure › Supply Chain", "#g_supply_chain", "suki"),
];

/// Who faces customers: three of the demo's cast, and more.
pub const REQUESTERS: [&str; 20] = [
    "ava", "raj", "cara", "abel", "bela", "cleo", "dana", "elia", "finn", "gwen", "hiro", "ivy", "juno",
    "kira", "liam", "maya", "nils", "olga", "pim", "quin",
];

/// Where they ask. Several: what is told in their threads goes out at one message a second and channel.
pub const FIELDS: [&str; 5] = ["#field", "#field-emea", "#field-apac", "#field-amer", "#field-partners"];

/// How an ask is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `/request-pm words`.
    Command,
    /// The bot is mentioned in the field's channel.
    Mention,
    /// The form, for a roadmap question to a PM.
    Roadmap,
    /// The form, for a PM on a customer call.
    Call,
    /// An SME mentions the bot in the internal channel.
    Inquiry,
}

/// What is done with an ask, once it has a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// An expert presses a button, or a PM, or whoever asked.
    Press { who: &'static str, label: &'static str, event: &'static str },
    /// An expert sets the mark that takes it.
    TakeByReaction { who: &'static str },
    /// Whoever asked says that it is solved, under the message that says so.
    Solved { who: &'static str },
    /// Whoever asked adds something, by a form.
    AddDetail { who: &'static str },
    /// The expert asks the PM, by a form.
    AskPm { who: &'static str },
    /// The PM answers in the thread of the inquiry's card, which stops its clock.
    PmReplies { who: &'static str, behind: bool },
}

impl Act {
    /// What the timeline calls it, and whether that stands on the inquiry behind the ask.
    pub fn event(self) -> (&'static str, bool) {
        match self {
            Self::Press { event, .. } => (event, false),
            Self::TakeByReaction { .. } => ("taken", false),
            Self::Solved { .. } => ("ended", false),
            Self::AddDetail { .. } => ("detail_added", false),
            Self::AskPm { .. } => ("inquiry_opened", false),
            Self::PmReplies { behind, .. } => ("answered", behind),
        }
    }

    pub fn who(self) -> &'static str {
        match self {
            Self::Press { who, .. }
            | Self::TakeByReaction { who }
            | Self::Solved { who }
            | Self::AddDetail { who }
            | Self::AskPm { who }
            | Self::PmReplies { who, .. } => who,
        }
    }
}

/// One ask, as it is planned.
#[derive(Debug, Clone)]
pub struct Plan {
    pub mark: String,
    pub way: Way,
    pub asker: &'static str,
    /// Where it is asked.
    pub field: &'static str,
    /// Where its card goes.
    pub channel: &'static str,
    /// The area's internal channel.
    pub internal: &'static str,
    /// What is said or typed.
    pub words: String,
    /// The form's area.
    pub place: &'static str,
    pub acts: Vec<Act>,
}

/// Who takes part in a case.
struct Cast {
    asker: &'static str,
    expert: &'static str,
    group_pm: &'static str,
    area_pm: &'static str,
}

fn press(who: &'static str, label: &'static str, event: &'static str) -> Act {
    Act::Press { who, label, event }
}

/// How an ask is made, and what becomes of it; there are ten ways.
fn course(choice: u64, cast: &Cast) -> (Way, Vec<Act>) {
    let Cast { asker, expert, group_pm, area_pm } = *cast;
    let (take, answered) = (press(expert, "Take it", "taken"), press(expert, "Answered", "answered"));
    let solved = Act::Solved { who: asker };
    match choice {
        0 | 1 => (Way::Command, vec![take, answered, solved]),
        2 => (Way::Mention, vec![Act::TakeByReaction { who: expert }, answered]),
        3 => (Way::Mention, vec![take, answered, solved]),
        4 => (Way::Command, vec![press(asker, "Withdraw", "ended")]),
        5 => {
            let answered = press(group_pm, "Answered", "answered");
            (Way::Roadmap, vec![press(group_pm, "Seen", "seen"), answered, solved])
        }
        6 => (Way::Inquiry, vec![Act::PmReplies { who: area_pm, behind: false }]),
        7 => {
            let replies = Act::PmReplies { who: area_pm, behind: true };
            (Way::Command, vec![take, Act::AskPm { who: expert }, replies, answered])
        }
        8 => (Way::Call, vec![press(group_pm, "Confirm", "call_confirmed")]),
        _ => (Way::Command, vec![Act::AddDetail { who: asker }, take]),
    }
}

/// The case of that number.
pub fn plan(number: usize, chance: &mut Chance) -> Plan {
    let mark = format!("case{number:05}");
    let area = chance.pick(&AREAS);
    let (place, group, group_pm) = *chance.pick(&GROUPS);
    let field = *chance.pick(&FIELDS);
    let (asker, expert) = (*chance.pick(&REQUESTERS), *chance.pick(&area.experts));
    let cast = Cast { asker, expert, group_pm, area_pm: area.pm };
    let (way, acts) = course(chance.within(0, 10), &cast);
    let (asker, channel) = match way {
        Way::Command | Way::Mention => (asker, area.channel),
        Way::Roadmap | Way::Call => (asker, group),
        Way::Inquiry => (expert, area.internal),
    };
    let words = match way {
        Way::Command | Way::Mention | Way::Inquiry => format!("{} {mark}?", area.words),
        Way::Roadmap => format!("Where does it go in {mark}?"),
        Way::Call => format!("What comes next year, {mark}"),
    };
    Plan { mark, way, asker, field, channel, internal: area.internal, words, place, acts }
}
