//! `switchboard explain`: why an ask went where it went, or where a text would go and what lost.

use std::process::ExitCode;

use anyhow::{Context, bail};

use super::setup;
use crate::clock::Clock;
use crate::config::{Environment, Purpose, Settings};
use crate::domain::command::{Ask, Via};
use crate::domain::decide::ask::{self, AskCase};
use crate::domain::decision::{Decision, Reply, Write};
use crate::domain::directory::Directory;
use crate::domain::engagement::{Body, Pending};
use crate::domain::ids::{ChannelId, EngagementId, UserId};
use crate::domain::names::Names;
use crate::domain::org::{Org, Policy};
use crate::domain::reason::Reason;
use crate::domain::routing::{self, Considered};
use crate::slack::render;
use crate::store::Store;
use crate::worker::names as kept;

/// `switchboard explain`
#[derive(Debug, Clone, clap::Args)]
pub struct ExplainArgs {
    /// The id of an ask (K7Q), or a text as somebody would write it
    #[arg(value_name = "ID|TEXT")]
    pub what: String,
    /// With a text: the reason that would be given (technical, roadmap, …)
    #[arg(long, value_name = "REASON")]
    pub reason: Option<String>,
}

/// Runs the command.
pub async fn run(args: &ExplainArgs, env: Environment) -> anyhow::Result<ExitCode> {
    let (settings, directory) = setup::load(env, Purpose::Look)?;
    match args.what.parse::<EngagementId>() {
        Ok(id) if args.reason.is_none() => explain_id(id, &settings, directory).await,
        Ok(_) | Err(_) => explain_text(args, &settings, &directory),
    }
}

async fn explain_id(id: EngagementId, settings: &Settings, directory: Directory) -> anyhow::Result<ExitCode> {
    let store = Store::open_beside(settings.database_url.expose())
        .await
        .context("no ask can be looked up: the database cannot be opened. Has the bot run here?")?;
    for installation in store.installations().await? {
        let Some(engagement) = store.engagement(installation, id).await? else { continue };
        let timeline = store.timeline(installation, id).await?;
        let names = kept::kept_in(&store, installation).await?.unwrap_or_default();
        let (policy, _) = setup::written(settings, directory).policy(&names);
        for line in render::explain_lines(&engagement, &timeline, &policy.org) {
            println!("{line}");
        }
        store.close().await;
        return Ok(ExitCode::SUCCESS);
    }
    store.close().await;
    bail!("no ask has the id {id}")
}

fn explain_text(args: &ExplainArgs, settings: &Settings, directory: &Directory) -> anyhow::Result<ExitCode> {
    let reason = match &args.reason {
        None => None,
        Some(key) => Some(Reason::from_key(key).with_context(|| {
            let known: Vec<&str> = Reason::ALL.iter().map(|reason| reason.key()).collect();
            format!("no reason is called {key}; there are {}", known.join(", "))
        })?),
    };
    let names = Names::assumed(directory);
    let (org, _) = Org::resolve(directory, &names, &settings.rules, None, &[]);
    let policy = Policy { rules: settings.rules.clone(), org };
    for line in explanation(&args.what, reason, &policy) {
        println!("{line}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Where the text would go, why, and what lost. Assumes that everything the directory names exists.
pub fn explanation(text: &str, reason: Option<Reason>, policy: &Policy) -> Vec<String> {
    let mut lines = Vec::new();
    let routing = routing::route_with_trail(&policy.org, text, None);
    let ask =
        Ask { reason, ..Ask::of(UserId::from("somebody"), Via::Form { channel: None }, text.to_owned()) };
    let case = AskCase {
        next_id: EngagementId(1),
        policy,
        now: Clock::system().now(),
        recent: &[],
        duplicate: None,
        triage: None,
    };
    lines.extend(outcome(&ask::ask(&ask, &case), policy));
    if !routing.trail.is_empty() {
        lines.push("Considered:".to_owned());
    }
    for Considered { place, score, words } in routing.trail.iter().take(8) {
        let name = policy.org.place(place).map_or_else(|| place.to_string(), |place| place.full_name.clone());
        lines.push(format!("  {score:>5.2}  {name}  ({})", words.join(", ")));
    }
    lines
}

fn outcome(decision: &Decision, policy: &Policy) -> Vec<String> {
    let org = &policy.org;
    let Some(engagement) = decision.writes.first().map(Write::engagement) else {
        return match &decision.reply {
            Reply::Refused(refusal) => {
                let scene = render::Scene {
                    org,
                    rules: &policy.rules,
                    engagement: None,
                    related: &[],
                    now: Clock::system().now(),
                };
                vec![format!("Refused: {}", render::refusal_sentence(refusal, &scene).plain())]
            }
            Reply::Form(_) => vec!["The form would ask for more.".to_owned()],
            _ => vec!["Nothing would be sent.".to_owned()],
        };
    };
    let mut lines = Vec::new();
    match (&engagement.home, &engagement.body) {
        (Some(home), _) => lines.push(format!("Goes to {}.", channel_name(&home.channel, org))),
        (None, Body::Question(question)) => lines.push(match &question.pending {
            Some(Pending::Place { candidates }) if candidates.is_empty() => {
                "Names no place: the author would be asked for the area.".to_owned()
            }
            Some(Pending::Place { candidates }) => {
                let names: Vec<String> = candidates
                    .iter()
                    .filter_map(|id| org.place(id).map(|place| place.full_name.clone()))
                    .collect();
                format!("Unclear: the author would be asked which fits: {}.", names.join(" · "))
            }
            Some(_) | None => "Would wait for its author.".to_owned(),
        }),
        (None, _) => lines.push("Would wait for its author.".to_owned()),
    }
    for because in &engagement.because {
        lines.push(format!("  {:?}: {}", because.rule, render::because_sentence(because, org)));
    }
    lines
}

fn channel_name(channel: &ChannelId, org: &Org) -> String {
    org.channel(channel).map_or_else(|| channel.to_string(), |channel| format!("#{}", channel.name))
}
