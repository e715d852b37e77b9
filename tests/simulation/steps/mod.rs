//! What can happen in a step. What people do is chosen from what they really see; what they cannot do is no step.

mod asking;
pub mod forms;
mod homes;
mod pressing;
mod talking;
pub mod weather;

use switchboard::sandbox::NotPossible;

use crate::chance::Chance;
use crate::sim::Sim;

/// The kinds of steps.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Slash,
    Form,
    Direct,
    Shortcut,
    Query,
    Switch,
    Press,
    PressTwice,
    Reply,
    Say,
    Edit,
    Delete,
    React,
    Pass,
    Redeliver,
    Fault,
    Outage,
    Restart,
    Change,
    ReadNames,
    Home,
    Away,
    Pause,
}

/// How often each kind comes, beside the others.
const KINDS: [(usize, Kind); 23] = [
    (7, Kind::Slash),
    (9, Kind::Form),
    (3, Kind::Direct),
    (3, Kind::Shortcut),
    (2, Kind::Query),
    (2, Kind::Switch),
    (32, Kind::Press),
    (2, Kind::PressTwice),
    (14, Kind::Reply),
    (10, Kind::Say),
    (2, Kind::Edit),
    (2, Kind::Delete),
    (4, Kind::React),
    (18, Kind::Pass),
    (3, Kind::Redeliver),
    (3, Kind::Fault),
    (2, Kind::Outage),
    (1, Kind::Restart),
    (3, Kind::Change),
    (2, Kind::ReadNames),
    (4, Kind::Home),
    (3, Kind::Away),
    (1, Kind::Pause),
];

/// Plays one step, and lets everything settle that follows from it.
pub async fn play(sim: &mut Sim, chance: &mut Chance) {
    let kind = chance.weighted(&KINDS);
    sim.count(&format!("{kind:?}"));
    let done = act(sim, chance, kind).await;
    if let Err(NotPossible(why)) = done {
        sim.tell(format!("   (could not: {why})"));
        sim.count("not possible");
    }
    sim.settle().await;
}

async fn act(sim: &mut Sim, chance: &mut Chance, kind: Kind) -> Result<(), NotPossible> {
    match kind {
        Kind::Slash => asking::slash(sim, chance).await,
        Kind::Form => asking::form(sim, chance).await,
        Kind::Direct => asking::direct(sim, chance).await,
        Kind::Shortcut => asking::shortcut(sim, chance).await,
        Kind::Query => asking::query(sim, chance).await,
        Kind::Switch => asking::switch(sim, chance).await,
        Kind::Away => asking::away(sim, chance).await,
        Kind::Pause => asking::pause(sim, chance).await,
        Kind::Home => homes::visit(sim, chance).await,
        Kind::Press => pressing::press(sim, chance, false).await,
        Kind::PressTwice => pressing::press(sim, chance, true).await,
        Kind::Reply => talking::reply(sim, chance).await,
        Kind::Say => talking::say(sim, chance).await,
        Kind::Edit => talking::edit(sim, chance).await,
        Kind::Delete => talking::delete(sim, chance).await,
        Kind::React => talking::react(sim, chance).await,
        Kind::Pass => {
            weather::pass(sim, chance).await;
            Ok(())
        }
        Kind::Redeliver => {
            weather::redeliver(sim).await;
            Ok(())
        }
        Kind::Fault => {
            weather::fault(sim, chance);
            Ok(())
        }
        Kind::Outage => {
            weather::outage(sim, chance).await;
            Ok(())
        }
        Kind::Restart => {
            weather::restart(sim, chance).await;
            Ok(())
        }
        Kind::Change => {
            weather::change(sim, chance).await;
            Ok(())
        }
        Kind::ReadNames => {
            weather::read_names(sim).await;
            Ok(())
        }
    }
}

/// Mends everything that was broken, and lets a day pass: whatever was delayed has to arrive.
pub async fn mend(sim: &mut Sim) {
    weather::mend(sim).await;
}
