//! `switchboard check`, and with `--live` what Slack still lacks: scopes, channels, invitations, people.

use std::collections::BTreeSet;
use std::process::ExitCode;

use anyhow::Context;

use super::check::{self, CheckArgs};
use super::setup;
use crate::config::{Environment, Secret, Settings};
use crate::domain::directory::{ChannelRef, Directory, GroupRef, HolidaySource, PersonRef};
use crate::domain::names::Names;
use crate::domain::org::Unresolved;
use crate::slack::client::{AppSlack, Auth, Slack};
use crate::slack::vocabulary::SCOPES;
use crate::worker::holidays;

/// Checks the files; with `--live`, and when they hold, Slack too.
pub(super) async fn check(args: &CheckArgs, env: Environment) -> anyhow::Result<ExitCode> {
    let outcome = check::offline(args, env);
    check::print(&outcome)?;
    if !outcome.holds() {
        return Ok(ExitCode::FAILURE);
    }
    let (true, Some(settings), Some(directory)) = (args.live, outcome.settings, outcome.directory) else {
        return Ok(ExitCode::SUCCESS);
    };
    let token = settings.slack.bot_token.as_ref().map(Secret::expose);
    let token = token.context("SLACK_BOT_TOKEN is not set, so Slack cannot be asked")?;
    let slack = Slack::new(&settings.slack.api_url, token.to_owned())?;
    let auth = slack.auth().await.context("Slack does not accept the bot's token")?;
    let names = slack.names().await.context("Slack did not tell channels and people")?;
    let mut missing = missing(&auth, &names, &settings, &directory);
    missing.extend(app_token_line(&settings).await?);
    missing.extend(unread_holidays(&settings, &directory).await);
    for line in &missing {
        println!("{line}");
    }
    if missing.is_empty() {
        println!("Slack has everything that the directory names.");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

/// What is wrong with the app's token, if there is one: an address for a websocket is asked for and not used.
async fn app_token_line(settings: &Settings) -> anyhow::Result<Option<String>> {
    let Some(token) = &settings.slack.app_token else { return Ok(None) };
    let client = AppSlack::new(&settings.slack.api_url, token.expose().to_owned())?;
    Ok(client.look().await.err().map(|error| match error.code() {
        Some("missing_scope") => {
            "SLACK_APP_TOKEN lacks the scope connections:write. Make another one: the app's page, Basic Information, App-Level Tokens."
                .to_owned()
        }
        Some(code) => format!(
            "Slack refuses SLACK_APP_TOKEN ({code}). Copy it from the app's page, Basic Information, App-Level Tokens."
        ),
        None => format!("No websocket can be had with SLACK_APP_TOKEN: {error}"),
    }))
}

/// The calendars of holidays on the web that cannot be read, a line each.
async fn unread_holidays(settings: &Settings, directory: &Directory) -> Vec<String> {
    let calendars = directory.holiday_calendars().chain(&settings.rules.holidays.calendars);
    let mut lines = Vec::new();
    for calendar in calendars.collect::<BTreeSet<_>>() {
        let HolidaySource::Address(address) = calendar else { continue };
        if let Err(why) = holidays::read(address).await {
            let host = holidays::host(address);
            lines.push(format!("The calendar of holidays at {host} cannot be read: {why}."));
        }
    }
    lines
}

/// What a person still has to do at Slack, a line each.
fn missing(auth: &Auth, names: &Names, settings: &Settings, directory: &Directory) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(granted) = &auth.scopes {
        let wanted: BTreeSet<&str> = SCOPES.iter().copied().collect();
        let lacking: Vec<&str> = wanted.into_iter().filter(|scope| !granted.contains(*scope)).collect();
        if !lacking.is_empty() {
            lines.push(format!(
                "Scopes are missing: {}. Paste manifests/slack-app.yaml into the app's manifest again and reinstall it.",
                lacking.join(", ")
            ));
        }
    }
    let (_, unresolved) = setup::written(settings, directory.clone()).policy(names);
    lines.extend(unresolved.iter().map(|unresolved| unresolved_line(unresolved, names)));
    for channel in &names.channels {
        let mut wanted = directory.channels().chain(&settings.admin_channel);
        let is_wanted = wanted.any(|wanted| match wanted {
            ChannelRef::Name(name) => *name == channel.name,
            ChannelRef::Id(id) => *id == channel.id,
        });
        if is_wanted && channel.is_private && !channel.is_member {
            lines.push(format!("In #{}: /invite @Switchboard", channel.name));
        }
    }
    lines
}

fn unresolved_line(unresolved: &Unresolved, names: &Names) -> String {
    let spelled = crate::worker::names::spelled(unresolved);
    match unresolved {
        Unresolved::Channel(ChannelRef::Name(name)) => format!(
            "#{name} is not there, or private without the bot. If it exists, say in it: /invite @Switchboard"
        ),
        Unresolved::Channel(ChannelRef::Id(_)) => {
            format!("{spelled} is no channel that the bot can see. In it, say: /invite @Switchboard")
        }
        Unresolved::UnusableChannel(ChannelRef::Name(name)) => {
            let shared = names.channels.iter().any(|channel| channel.name == *name && channel.is_shared);
            if shared {
                format!(
                    "#{name} is shared with another organisation; the bot never posts there. Name another."
                )
            } else {
                format!(
                    "#{name} is archived, or private without the bot. Unarchive it, invite the bot, or name another."
                )
            }
        }
        Unresolved::UnusableChannel(ChannelRef::Id(_)) => format!("{spelled}: name another channel."),
        Unresolved::Person(PersonRef::Email(_) | PersonRef::Id(_)) => {
            format!("{spelled} is nobody in this workspace.")
        }
        Unresolved::Left(PersonRef::Email(_) | PersonRef::Id(_)) => {
            format!("{spelled}: they have left. Name somebody else.")
        }
        Unresolved::Group(GroupRef::Handle(_) | GroupRef::Id(_)) => {
            format!("{spelled} is no user group of this workspace.")
        }
    }
}
