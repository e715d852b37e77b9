//! Who plays and where: the example directory's company, and beside it outsiders, a guest, other bots, and places of every
//! kind. What people say carries a mark each, so that every word of theirs is known again wherever it turns up.

use std::collections::BTreeMap;

use switchboard::cli::demo::world::FIELD_PEOPLE;

use crate::chance::Chance;
use crate::support::Story;

/// A channel shared with another organisation.
pub const SHARED: &str = "#acme-and-tidewheel";
/// A private channel of a few people, with us in it.
pub const PRIVATE: &str = "#deal-room";
/// Where requesters talk.
pub const FIELD: &str = "#field";
/// A private channel without us.
pub const ELSEWHERE: &str = "#pm-lounge";

/// Somebody of the other organisation.
pub const STRANGER: &str = "olaf";

/// What a channel's name ends in once it has another one.
pub const RENAMED: &str = "-renamed";

/// What people ask about; some of it is nobody's.
const TOPICS: [&str; 14] = [
    "How do we keep autoscaling runners warm in a fleet?",
    "Do swimlanes on kanban boards have a wip limit?",
    "Is that false positive of SAST a known semgrep rule?",
    "Does failover to the secondary site need replication lag below a minute?",
    "Can the npm package registry proxy an upstream?",
    "Why does the merge train drop merge requests?",
    "Which cobertura coverage reports are read?",
    "Can the kubernetes agent roll back with gitops?",
    "Does the pipeline cache survive a matrix job?",
    "What is on the roadmap of value streams?",
    "How large may large files be?",
    "Does the web editor open a devcontainer?",
    "What about that thing we talked of last week?",
    "Is node sizing for an air-gapped installation documented?",
];

/// What somebody might try to smuggle past us.
const BAIT: [&str; 7] = [
    " <!channel> please",
    " @here @everyone",
    " ask @paul or @petra",
    " cc @sme-ci @sme-planning",
    " *bold* _it_ `code` & <b>html</b> [Take it]",
    " <@U0000000> <#C0000000|general> <!subteam^S0000000>",
    "\n> quoted\n```\nfenced @ines\n```",
];

/// The places as they were at the beginning.
pub struct Cast {
    /// Everybody.
    pub everybody: Vec<String>,
    /// Who was in which channel.
    pub members: BTreeMap<String, Vec<String>>,
    /// Where each kind of place is.
    pub places: BTreeMap<String, Place>,
}

/// What kind of place a channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Anybody can read it.
    Public,
    /// A few people.
    Private,
    /// SMEs and PMs of an area.
    Internal,
    /// With another organisation.
    Shared,
    /// One person and us.
    Direct,
}

impl Cast {
    /// Adds whom the directory does not name, then looks around.
    pub async fn join(story: &Story) -> Self {
        let slack = &story.slack;
        slack.add_user("gwen").guest();
        slack.add_user(STRANGER).stranger("T0ACME");
        slack.add_user("flowbot").bot("B0SMEFLOW");
        slack.add_user("buildbot").bot("B0BUILD");
        slack.add_channel(SHARED).members(&["ava", "raj", "ines", "paul", STRANGER]).shared().with_bot();
        slack.add_channel(PRIVATE).members(&["ava", "raj", "cara", "ines", "paul"]).private().with_bot();
        slack.add_channel(ELSEWHERE).members(&["paul", "petra", "ines", "bo"]).private();
        slack.invite("gwen", FIELD);
        story.bot.read_names().await.expect("names");
        story.settle().await;
        Self::around(story)
    }

    /// Whoever and whatever is there now.
    pub fn around(story: &Story) -> Self {
        let slack = &story.slack;
        let bot = "switchboard";
        // Of another organisation: met in the shared channel only.
        let is_ours = |name: &String| name != bot && name != STRANGER;
        let everybody: Vec<String> = slack.user_names().into_iter().filter(is_ours).collect();
        let mut members = BTreeMap::new();
        let mut places = BTreeMap::new();
        for name in slack.channel_names() {
            let name = format!("#{}", name.trim_start_matches('#'));
            let inside = slack.members_of(&name).into_iter().filter(|name| name != bot).collect();
            members.insert(name.clone(), inside);
            let place = match name.as_str() {
                SHARED => Place::Shared,
                PRIVATE | ELSEWHERE | "#switchboard-admins" => Place::Private,
                internal if internal.ends_with("-internal") => Place::Internal,
                _ => Place::Public,
            };
            places.insert(name, place);
        }
        Self { everybody, members, places }
    }

    /// What kind of place this is; a channel that was renamed keeps its kind.
    pub fn place(&self, name: &str) -> Place {
        if name.starts_with('@') {
            return Place::Direct;
        }
        let name = name.trim_end_matches(RENAMED);
        self.places.get(name).copied().unwrap_or(Place::Private)
    }

    /// A channel of one of these kinds.
    pub fn channel(&self, chance: &mut Chance, kinds: &[Place]) -> String {
        let fitting: Vec<&String> =
            self.places.iter().filter(|(_, kind)| kinds.contains(kind)).map(|(name, _)| name).collect();
        (*chance.one(&fitting).expect("there is a channel of every kind")).clone()
    }

    /// Somebody: mostly one who belongs to this channel, sometimes anybody.
    pub fn somebody(&self, chance: &mut Chance, channel: &str) -> String {
        let inside = self.members.get(channel).map(Vec::as_slice).unwrap_or_default();
        let inside = if inside.is_empty() || chance.percent(15) { &self.everybody } else { inside };
        chance.one(inside).expect("somebody is here").clone()
    }

    /// Somebody who faces customers, mostly.
    pub fn requester(&self, chance: &mut Chance) -> String {
        if chance.percent(80) {
            return (*chance.one(&FIELD_PEOPLE).expect("field people")).to_owned();
        }
        chance.one(&self.everybody).expect("somebody is here").clone()
    }
}

/// What a mark may be seen by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Who said it.
    pub author: String,
    /// Where it was said, or the command or button was used.
    pub place: String,
    /// What kind of place that is.
    pub kind: Place,
    /// How it was given.
    pub given: Given,
    /// Its author confirmed a preview of it.
    pub released: bool,
}

/// How words came to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// Said in a channel, to whoever is there.
    Said,
    /// Given to us as the question itself, by command or direct message.
    Question,
    /// Written into a form, and so to be posted.
    Form,
    /// Customer, links, attendees, briefing: for those who help.
    Briefing,
    /// The issue or link that proves a reason.
    Proof,
    /// A word beside a button: why, what is missing.
    Note,
}

/// Every mark that was given out.
#[derive(Default)]
pub struct Marks(Vec<Source>);

impl Marks {
    /// A new mark for words of this source.
    pub fn new_mark(&mut self, source: Source) -> String {
        self.0.push(source);
        format!("zq{}q", self.0.len() - 1)
    }

    /// Where a mark comes from.
    pub fn source(&self, mark: usize) -> Option<&Source> {
        self.0.get(mark)
    }

    /// It was posted where anybody can read it, as the rules want.
    pub fn publish(&mut self, mark: usize) {
        if let Some(source) = self.0.get_mut(mark) {
            source.given = Given::Form;
        }
    }

    /// Its author has confirmed the preview.
    pub fn release(&mut self, mark: usize) {
        if let Some(source) = self.0.get_mut(mark) {
            source.released = true;
        }
    }
}

/// The marks in a text.
pub fn marks_in(text: &str) -> Vec<usize> {
    text.split("zq")
        .skip(1)
        .filter_map(|rest| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            rest[digits.len()..].starts_with('q').then(|| digits.parse().ok()).flatten()
        })
        .collect()
}

/// A question with a mark, sometimes with bait, sometimes long.
pub fn words(chance: &mut Chance, mark: &str) -> String {
    let topic = chance.one(&TOPICS).expect("topics");
    let bait = if chance.percent(30) { chance.one(&BAIT).copied().unwrap_or_default() } else { "" };
    let filler = "and then some more of the same ".repeat(if chance.percent(6) { 80 } else { 0 });
    format!("{mark} {topic} {filler}{bait}").trim().to_owned()
}

/// A short remark with a mark.
pub fn remark(chance: &mut Chance, mark: &str) -> String {
    let bait = if chance.percent(30) { chance.one(&BAIT).copied().unwrap_or_default() } else { "" };
    format!("{mark} as far as I know{bait}")
}

#[test]
fn marks_are_found_again_and_only_whole() {
    assert_eq!(marks_in("a zq12q b zq7q? zqq zq5 zq3x"), [12, 7]);
}
