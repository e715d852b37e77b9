//! Does what was typed at the prompt, over the same HTTP as the tour. Odd names get a sentence, never a panic.

use super::super::cast::Cast;
use super::super::stage::Stage;
use super::grammar::{Deed, Line};
use super::showing;
use crate::sandbox::{Message, NotPossible, OpenView, Person, Submission, Workspace};
use crate::slack::vocabulary::{SHORTCUT_ASK_EXPERT, SHORTCUT_ASK_PM, SHORTCUT_REDIRECT};

/// Why something was not done, in a sentence for the newcomer.
type Told<T> = Result<T, String>;

/// What was done last, so that the next line can leave it out.
#[derive(Debug, Default)]
pub(super) struct Hands {
    actor: Option<String>,
    channel: Option<String>,
    form: Option<(String, usize)>,
}

impl Hands {
    /// Does it. The outer result is the machine's, the inner one the newcomer's.
    pub(super) async fn follow(
        &mut self,
        line: Line,
        stage: &mut Stage,
        cast: &Cast,
    ) -> anyhow::Result<Told<()>> {
        let told = match line {
            Line::Empty | Line::Quit => Ok(()),
            Line::Act { who, deed } => self.act(&who, deed, stage).await,
            Line::Click { label, place } => self.click(None, &label, place.as_deref(), stage, cast).await,
            Line::Wait(span) => {
                let until = stage.now() + span;
                stage.pass_until(until).await?;
                showing::time(stage);
                Ok(())
            }
            Line::Show(place) => showing::place(stage, &place),
            Line::Explain(id) => showing::explain(stage, &id).await?,
            Line::Who => {
                showing::who(stage, cast);
                Ok(())
            }
            Line::Channels => {
                showing::channels(stage);
                Ok(())
            }
            Line::Time => {
                showing::time(stage);
                Ok(())
            }
            Line::Help => {
                showing::help(stage, cast);
                Ok(())
            }
        };
        stage.settle().await?;
        self.show_form(stage);
        Ok(told)
    }

    async fn act(&mut self, who: &str, deed: Deed, stage: &mut Stage) -> Told<()> {
        let name = named(&stage.slack, who)?;
        let person = stage.slack.person(&name);
        self.actor = Some(name.clone());
        match deed {
            Deed::Says { channel, in_thread, text } => {
                self.say(&person, &channel, in_thread, &text, stage).await
            }
            Deed::Dm { text } => person.dm(&text).await.map(|_| ()).map_err(told),
            Deed::Clicks { label, place } => self.press(&person, &label, place.as_deref(), stage).await,
            Deed::Fills { field, value } => fill(&person, &field, &value).await,
            Deed::Submits => submit(&person).await,
            Deed::Closes => person.close().await.map(|_| ()).map_err(told),
            Deed::Reacts { emoji, channel } => {
                let channel = self.channel_or_last(channel.as_deref(), stage)?;
                let last = last_message(&stage.slack, &channel, |_| true)?;
                let emoji = if emoji == "✅" { "white_check_mark" } else { emoji.as_str() };
                person.react(&channel, &last.ts, emoji).await.map_err(told)
            }
            Deed::Uses { shortcut, channel } => {
                let id = shortcut_of(&shortcut)?;
                let channel = self.channel_or_last(channel.as_deref(), stage)?;
                let last = last_message(&stage.slack, &channel, |message| !message.by_bot)?;
                answered(person.message_shortcut(id, &channel, &last.ts).await)
            }
        }
    }

    async fn say(
        &mut self,
        person: &Person,
        channel: &str,
        in_thread: bool,
        text: &str,
        stage: &Stage,
    ) -> Told<()> {
        let channel = channel_named(&stage.slack, channel)?;
        self.channel = Some(channel.clone());
        let text = &with_handles(&stage.slack, text);
        if in_thread {
            let last = last_message(&stage.slack, &channel, |_| true)?;
            return person.reply(&channel, &last.ts, text).await.map(|_| ()).map_err(told);
        }
        if text.starts_with('/') {
            return answered(person.slash_in(&channel, text).await);
        }
        person.say(&channel, text).await.map(|_| ()).map_err(told)
    }

    /// A click without a name: by whoever acted last if they see such a button, else by whom it is for.
    async fn click(
        &mut self,
        who: Option<&str>,
        label: &str,
        place: Option<&str>,
        stage: &mut Stage,
        cast: &Cast,
    ) -> Told<()> {
        if let Some(last) = who.map(ToOwned::to_owned).or_else(|| self.actor.clone()) {
            let person = stage.slack.person(&last);
            let own = buttons(&stage.slack, &last, label, place).into_iter().next();
            let in_view = person.open_view().is_some_and(|view| view.plain().contains(&format!("[{label}]")));
            if in_view
                || own.is_some_and(|message| !message.place.starts_with('#') || message.only_for.is_some())
            {
                return self.press(&person, label, place, stage).await;
            }
        }
        let everybody = stage.slack.user_names();
        let found = everybody.iter().flat_map(|name| {
            buttons(&stage.slack, name, label, place).into_iter().map(move |message| (name.clone(), message))
        });
        let Some((name, message)) = found.max_by(|(_, a), (_, b)| a.ts.cmp(&b.ts)) else {
            return Err(format!("Nobody sees a button [{label}]."));
        };
        let name = if message.place == cast.sme_channel {
            cast.sme.clone()
        } else if message.place == cast.internal_channel || message.place == cast.group_channel {
            cast.pm.clone()
        } else if message.place.starts_with('#') && message.only_for.is_none() {
            self.actor.clone().unwrap_or(name)
        } else {
            name
        };
        let label = exact(&message, label);
        stage.screen.act(&format!("{name} clicks [{label}] in {}", message.place));
        self.actor = Some(name.clone());
        answered(stage.slack.person(&name).click_on(&message, &label).await)
    }

    /// A click of one person: in their form, or on the latest message that they see it on.
    async fn press(&mut self, person: &Person, label: &str, place: Option<&str>, stage: &Stage) -> Told<()> {
        if let Some(view) = person.open_view().filter(|_| place.is_none()) {
            if view.plain().lines().last().is_some_and(|last| same(last.trim_matches(['(', ')']), label)) {
                return submit(person).await;
            }
            if let Ok(answer) = person.click_view(label).await {
                return answered(Ok(answer));
            }
        }
        let Some(message) = buttons(&stage.slack, person.name(), label, place).into_iter().next() else {
            return Err(format!("{} sees no button [{label}].", person.name()));
        };
        if message.place.starts_with('#') {
            self.channel = Some(message.place.clone());
        }
        answered(person.click_on(&message, &exact(&message, label)).await)
    }

    fn channel_or_last(&self, channel: Option<&str>, stage: &Stage) -> Told<String> {
        match channel.map(ToOwned::to_owned).or_else(|| self.channel.clone()) {
            Some(channel) => channel_named(&stage.slack, &channel),
            None => Err("Say in which channel: … in #field".to_owned()),
        }
    }

    /// The fields of a form that opened or changed, and how to go on.
    fn show_form(&mut self, stage: &Stage) {
        let Some(name) = &self.actor else { return };
        let Some(view) = stage.slack.person(name).open_view() else {
            self.form = None;
            return;
        };
        let now = (view.id.clone(), view.blocks.len());
        if self.form.as_ref() != Some(&now) {
            showing::how_to_fill(stage, name, &view);
            self.form = Some(now);
        }
    }
}

/// Fills a field, found by how its label begins. A menu that is searched takes what is offered first.
async fn fill(person: &Person, field: &str, value: &str) -> Told<()> {
    let Some(view) = person.open_view() else {
        return Err(format!("{} has no form open.", person.name()));
    };
    let Some((label, block)) = field_named(&view, field) else {
        let known: Vec<String> = showing::labels(&view).into_iter().map(|(label, _)| label).collect();
        return Err(format!("There is no field “{field}”; there are {}.", known.join(" · ")));
    };
    let kind = block["element"]["type"].as_str().unwrap_or_default();
    if kind.ends_with("external_select") {
        let offered = person.type_ahead(&label, value).await.map_err(told)?;
        let best = offered.iter().find(|offer| same(offer, value)).or_else(|| offered.first());
        let Some(best) = best else { return Err(format!("Nothing is offered for “{value}”.")) };
        return person.fill(&label, best.as_str()).await.map_err(told);
    }
    let options = showing::options(&block);
    let starts = |option: &&String| option.to_lowercase().starts_with(&value.to_lowercase());
    let picked = options.iter().find(|option| same(option, value)).or_else(|| options.iter().find(starts));
    person.fill(&label, picked.map_or(value, String::as_str)).await.map_err(told)
}

fn field_named(view: &OpenView, field: &str) -> Option<(String, serde_json::Value)> {
    let labels = showing::labels(view);
    let wanted = field.to_lowercase();
    let exact = labels.iter().position(|(label, _)| label.to_lowercase() == wanted);
    let begins = || labels.iter().position(|(label, _)| label.to_lowercase().starts_with(&wanted));
    exact.or_else(begins).and_then(|index| labels.into_iter().nth(index))
}

async fn submit(person: &Person) -> Told<()> {
    match person.submit().await.map_err(told)? {
        Submission::Closed | Submission::Cleared | Submission::Updated | Submission::Pushed => Ok(()),
        Submission::Errors(_) => {
            let plain = person.open_view().map(|view| view.plain).unwrap_or_default();
            let wrong: Vec<&str> = plain.lines().filter_map(|line| line.strip_prefix("! ")).collect();
            Err(format!("Not sent: {}", wrong.join(" · ")))
        }
        Submission::Failed(why) => Err(format!("The form failed: {why}")),
    }
}

/// The messages on which this person sees such a button, the latest first.
fn buttons(slack: &Workspace, name: &str, label: &str, place: Option<&str>) -> Vec<Message> {
    let has = |message: &Message| message.buttons().iter().any(|button| same(button, label));
    let there = |message: &Message| {
        place.is_none_or(|place| {
            same(message.place.trim_start_matches(['#', '@']), place.trim_start_matches(['#', '@']))
        })
    };
    let mut found: Vec<Message> = slack.dms_of(name).into_iter().chain(slack.ephemerals_of(name)).collect();
    for channel in slack.channel_names() {
        if !slack.members_of(&channel).iter().any(|member| member == name) {
            continue;
        }
        for parent in slack.messages(&channel) {
            found.extend(slack.thread(&channel, &parent.ts));
        }
    }
    found.retain(|message| has(message) && there(message));
    found.sort_by(|a, b| b.ts.cmp(&a.ts));
    found
}

/// The label as the message has it.
fn exact(message: &Message, label: &str) -> String {
    message.buttons().into_iter().find(|button| same(button, label)).unwrap_or_else(|| label.to_owned())
}

fn last_message(slack: &Workspace, channel: &str, wanted: impl Fn(&Message) -> bool) -> Told<Message> {
    let last = slack.messages(channel).into_iter().rfind(wanted);
    last.ok_or_else(|| format!("There is no message in {channel} yet."))
}

fn shortcut_of(words: &str) -> Told<&'static str> {
    let words = words.to_lowercase();
    if words.starts_with("redirect") {
        return Ok(SHORTCUT_REDIRECT);
    }
    if words.starts_with("ask the pm") {
        return Ok(SHORTCUT_ASK_PM);
    }
    if words.starts_with("ask") {
        return Ok(SHORTCUT_ASK_EXPERT);
    }
    Err("There are three shortcuts: Redirect to SMEs, Ask the PM, and Ask an expert.".to_owned())
}

/// The handle that was meant, in whatever case.
pub(super) fn named(slack: &Workspace, who: &str) -> Told<String> {
    let found = slack.user_names().into_iter().find(|name| same(name, who.trim_start_matches('@')));
    found.ok_or_else(|| format!("Nobody is called {who}; `who` lists the people, `help` what can be typed."))
}

/// The channel that was meant, with its `#`.
pub(super) fn channel_named(slack: &Workspace, channel: &str) -> Told<String> {
    let bare = channel.trim_start_matches('#');
    let found = slack.channel_names().into_iter().find(|name| same(name.trim_start_matches('#'), bare));
    found
        .map(|name| format!("#{}", name.trim_start_matches('#')))
        .ok_or_else(|| format!("No channel is called #{bare}; `channels` lists them."))
}

/// Mentions as Slack knows them: `@Paul` is `@paul`.
fn with_handles(slack: &Workspace, text: &str) -> String {
    let mut known = slack.user_names();
    known.push("switchboard".to_owned());
    let is_name = |letter: char| letter.is_alphanumeric() || "._-".contains(letter);
    let mut pieces = text.split('@');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|letter: char| !is_name(letter)).unwrap_or(piece.len());
        let (name, rest) = piece.split_at(end);
        let name = known.iter().find(|handle| same(handle, name)).map_or(name, String::as_str);
        out.push('@');
        out.push_str(name);
        out.push_str(rest);
    }
    out
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn told(NotPossible(why): NotPossible) -> String {
    format!("Not possible: {why}.")
}

fn answered(answer: Result<crate::sandbox::Answer, NotPossible>) -> Told<()> {
    match answer.map_err(told)?.failed {
        None => Ok(()),
        Some(failed) => Err(format!("The bot did not answer: {failed}.")),
    }
}
