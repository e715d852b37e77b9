//! What the prompt shows beside what lands: places, people, forms, help.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::cast::Cast;
use super::super::place::email;
use super::super::stage::Stage;
use super::super::world::{FIELD_CHANNEL, FIELD_PEOPLE, name_of};
use super::acting::{channel_named, named};
use crate::domain::directory::PersonRef;
use crate::domain::ids::EngagementId;
use crate::sandbox::OpenView;

/// How many messages of a place are shown.
const SHOWN: usize = 12;

/// A few lines to begin with.
pub(super) fn examples(cast: &Cast) -> Vec<String> {
    vec![
        format!("ava in {FIELD_CHANNEL}: /request-pm {}", cast.questions.technical),
        "click Take it        (whoever may)".to_owned(),
        format!("{} in {}: @Switchboard {}", cast.sme, cast.internal_channel, cast.questions.hard),
        "wait 4h · show #channel · who · channels · help · quit".to_owned(),
    ]
}

/// Everything that can be typed.
pub(super) fn help(stage: &Stage, cast: &Cast) {
    let (sme, pm, internal) = (&cast.sme, &cast.pm, &cast.internal_channel);
    for line in [
        format!("ava in {FIELD_CHANNEL}: /request-pm …     a command; without words it opens the form"),
        format!("ava in {FIELD_CHANNEL}: @Switchboard …    says something"),
        format!("{pm} in {internal} thread: …      replies to the last message there"),
        "ava dm: …                         writes to the bot: a question, mine, status K7Q, help".to_owned(),
        format!("{sme} clicks Take it               a button; add `in #channel` where several have it"),
        "click Take it                     the same, by whoever it is for".to_owned(),
        "raj fills Minutes = 45            a field of the open form; then `raj submits` or `raj closes`"
            .to_owned(),
        "raj picks runner                  the area of the open form".to_owned(),
        format!("{sme} reacts ✅ in {}", cast.sme_channel),
        format!(
            "{pm} uses Redirect to SMEs in {FIELD_CHANNEL}     on the last message there; also Ask an expert"
        ),
        "wait 4h · wait 30m · wait 2d      time passes; what falls due happens".to_owned(),
        "show #channel · show @ava · who · channels · time · explain K7Q · quit".to_owned(),
    ] {
        stage.screen.item(&line);
    }
}

/// What time it is.
pub(super) fn time(stage: &Stage) {
    stage.screen.time(&format!("it is {} UTC", stage.now().format("%A, %-d %B %Y, %H:%M")));
}

/// Every channel, with how many people are in it.
pub(super) fn channels(stage: &Stage) {
    let mut names = stage.slack.channel_names();
    names.sort();
    for name in names {
        let name = format!("#{}", name.trim_start_matches('#'));
        let many = stage.slack.members_of(&name).len();
        let said = stage.slack.messages(&name).len();
        stage.screen.item(&format!("{name:32} {many:3} members, {said} messages"));
    }
}

/// The last messages of a channel, or of what somebody was told, in direct messages and beside them.
pub(super) fn place(stage: &Stage, place: &str) -> Result<(), String> {
    let messages = if let Some(name) = place.strip_prefix('@') {
        let name = named(&stage.slack, name)?;
        let mut all = stage.slack.dms_of(&name);
        all.extend(stage.slack.ephemerals_of(&name));
        all.sort_by(|a, b| a.ts.cmp(&b.ts));
        all
    } else {
        let channel = channel_named(&stage.slack, place)?;
        let parents = stage.slack.messages(&channel);
        parents.iter().flat_map(|parent| stage.slack.thread(&channel, &parent.ts)).collect()
    };
    if messages.is_empty() {
        return Err(format!("Nothing was said in {place} yet."));
    }
    let earlier = messages.len().saturating_sub(SHOWN);
    if earlier > 0 {
        stage.screen.item(&format!("({earlier} earlier ones)"));
    }
    for message in &messages[earlier..] {
        let thread =
            if message.thread_ts.as_ref().is_some_and(|ts| *ts != message.ts) { " › thread" } else { "" };
        let at = message.ts.split('.').next().and_then(|seconds| seconds.parse().ok());
        let at = at
            .and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0))
            .unwrap_or_else(|| stage.now());
        stage.screen.landed(at, &format!("{}{thread} {}", message.place, message.author), &message.plain());
    }
    Ok(())
}

/// Why an ask went where it went.
pub(super) async fn explain(stage: &Stage, typed: &str) -> anyhow::Result<Result<(), String>> {
    let Ok(id) = typed.parse::<EngagementId>() else {
        return Ok(Err(format!("{typed} is no id of an ask; they look like K7Q.")));
    };
    match stage.explain(id).await? {
        Some(lines) => lines.iter().for_each(|line| stage.screen.item(line)),
        None => return Ok(Err(format!("No ask has the id {id}."))),
    }
    Ok(Ok(()))
}

/// Everybody with what they are.
pub(super) fn who(stage: &Stage, cast: &Cast) {
    let mut roles: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |person: &PersonRef, role: String| {
        if let Some(email) = email(person) {
            roles.entry(name_of(email)).or_default().push(role);
        }
    };
    for area in cast.directory.sme_areas.values() {
        area.leads.iter().for_each(|lead| add(lead, format!("lead of the SMEs of {}", area.name)));
        area.members.iter().for_each(|member| add(member, format!("SME of {}", area.name)));
    }
    for section in cast.directory.sections.values() {
        section.leader.iter().for_each(|leader| add(leader, format!("product leader of {}", section.name)));
    }
    for stage in cast.directory.stages.values() {
        stage.pm.iter().for_each(|pm| add(pm, format!("PM of {}", stage.name)));
        for group in stage.groups.values() {
            group.pms.iter().for_each(|pm| add(pm, format!("PM of {}", group.name)));
        }
    }
    for name in FIELD_PEOPLE {
        roles.entry(name.to_owned()).or_default().push("faces customers".to_owned());
    }
    let mut names = stage.slack.user_names();
    names.sort_by_key(|name| !roles.contains_key(name));
    for name in names {
        let role = roles.get(&name).map_or_else(String::new, |roles| roles.join(", "));
        stage.screen.item(format!("{name:12} {role}").trim_end());
    }
}

/// The fields of a form with what can be chosen, and how to go on.
pub(super) fn how_to_fill(stage: &Stage, name: &str, view: &OpenView) {
    for (label, block) in labels(view) {
        let options = options(&block);
        if !options.is_empty() {
            stage.screen.item(&format!("{label} is one of: {}", options.join(" · ")));
        }
    }
    let first = labels(view).into_iter().next().map(|(label, _)| label).unwrap_or_default();
    stage.screen.item(&format!("Type: {name} fills {first} = … · {name} submits · {name} closes"));
}

/// The fields of a form, by label.
pub(super) fn labels(view: &OpenView) -> Vec<(String, Value)> {
    let inputs = view.blocks.iter().filter(|block| block["type"] == "input");
    inputs.filter_map(|block| Some((block["label"]["text"].as_str()?.to_owned(), block.clone()))).collect()
}

/// What a menu or a box offers.
pub(super) fn options(block: &Value) -> Vec<String> {
    let element = &block["element"];
    let groups = element["option_groups"].as_array().into_iter().flatten();
    let grouped = groups.flat_map(|group| group["options"].as_array().into_iter().flatten());
    let all = element["options"].as_array().into_iter().flatten().chain(grouped);
    all.filter_map(|option| option["text"]["text"].as_str().map(ToOwned::to_owned)).collect()
}
