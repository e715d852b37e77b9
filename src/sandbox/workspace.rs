//! The running workspace: its address, the way to the bot, time, faults and the record of what was
//! called. Reading what people see is in `reading`, changing the workspace in `setup`.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, watch};
use tokio::task::AbortHandle;

use super::api::Args;
use super::clock::Clock;
use super::delivery::{Attempt, BotAddress, Delivery, Letter, Reply, Sender};
use super::faults::{Fault, FaultRule, Faults};
use super::journal::ApiCall;
use super::landed::Landed;
use super::people::Person;
use super::server;
use super::setup::WorkspaceSetup;
use super::sockets::{Cargo, Sockets};
use super::state::State;

/// How many landed things a slow watcher may be behind.
const WATCHERS_LAG: usize = 4096;

/// A local Slack workspace. Clones are the same workspace; it ends with the last one.
#[derive(Clone)]
pub struct Workspace(pub(super) Arc<Inner>);

pub struct Inner {
    pub clock: Clock,
    address: SocketAddr,
    state: Mutex<State>,
    faults: Mutex<Faults>,
    bot: Mutex<Option<Road>>,
    pub sockets: Arc<Sockets>,
    answer_within: Duration,
    sender: Sender,
    later_retries: [TimeDelta; 2],
    delivering: tokio::sync::Mutex<()>,
    calls: broadcast::Sender<ApiCall>,
    hang: watch::Sender<u64>,
    server: Mutex<Option<AbortHandle>>,
}

/// How the bot is reached.
#[derive(Clone)]
enum Road {
    Http(BotAddress),
    Sockets,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(server) = lock(&self.server).take() {
            server.abort();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    pub fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    pub fn write_journal(&self, call: ApiCall) {
        self.state().journal.push(call.clone());
        // Nobody may be listening; the journal is kept all the same.
        let _ = self.calls.send(call);
    }

    /// Ends when `release_hung` is called next.
    pub fn hung(&self) -> impl Future<Output = ()> + use<> {
        let mut released = self.hang.subscribe();
        async move {
            // An error means that the workspace is gone, which releases as well.
            let _ = released.changed().await;
        }
    }

    pub fn take_fault(&self, method: &str, args: &Args) -> Option<Fault> {
        let asked = args.text("channel").unwrap_or_default();
        let state = self.state();
        lock(&self.faults).take(method, |wanted| {
            let place = state.channel(asked).map(|channel| state.place(&channel.id));
            let person = state.user(asked).map(|user| format!("@{}", user.name));
            wanted == asked || place.as_deref() == Some(wanted) || person.as_deref() == Some(wanted)
        })
    }

    /// Posts a form to the bot, as for commands and interactivity.
    pub async fn post_form(&self, to_commands: bool, body: String) -> Result<Reply, &'static str> {
        let letter = Letter::Form { body };
        let road = lock(&self.bot).clone();
        match road {
            None => Err("connection_failed"),
            Some(Road::Sockets) => {
                self.sockets.send(&Cargo::of(&letter, to_commands), self.answer_within).await
            }
            Some(Road::Http(bot)) => {
                let url = if to_commands { &bot.commands } else { &bot.interactions };
                self.sender.send(url, &bot.secret, letter, self.clock.now()).await
            }
        }
    }

    /// How long the bot has for an answer.
    pub fn answer_within(&self) -> Duration {
        self.answer_within
    }

    /// From now on what happens goes to the bot's websockets.
    pub fn by_sockets(&self) {
        *lock(&self.bot) = Some(Road::Sockets);
        self.state().ever_connected = true;
    }

    async fn attempt(&self, delivery: &mut Delivery) -> Option<Reply> {
        let at = self.clock.now();
        let last = delivery.attempts.last().and_then(|attempt| attempt.failure);
        let retry_num = delivery.attempts.len();
        let retry = last.map(|reason| (retry_num, reason));
        let letter = Letter::Json { body: &delivery.body, retry };
        let road = lock(&self.bot).clone();
        let outcome = match road {
            None => Err("connection_failed"),
            Some(Road::Sockets) => self.sockets.send(&Cargo::of(&letter, false), self.answer_within).await,
            Some(Road::Http(bot)) => self.sender.send(&bot.events, &bot.secret, letter, at).await,
        };
        let (status, failure) = match &outcome {
            Ok(reply) if (200..300).contains(&reply.status) => (Some(reply.status), None),
            Ok(reply) => (Some(reply.status), Some("http_error")),
            Err(reason) => (None, Some(*reason)),
        };
        delivery.attempts.push(Attempt { at, retry_num, status, failure });
        outcome.ok()
    }
}

impl Workspace {
    /// Starts the workspace and listens on loopback. Needs a tokio runtime.
    pub async fn start(setup: WorkspaceSetup, clock: Clock) -> io::Result<Self> {
        let listener = TcpListener::bind(setup.listen).await?;
        let address = listener.local_addr()?;
        let (watchers, _) = broadcast::channel(WATCHERS_LAG);
        let (hang, _) = watch::channel(0);
        let (calls, _) = broadcast::channel(WATCHERS_LAG);
        let answer_within = setup.answer_within;
        let sender = Sender::new(answer_within);
        let later_retries = setup.later_retries;
        let state = setup.into_state(&format!("http://{address}"), watchers, clock.now());
        let inner = Arc::new(Inner {
            clock,
            address,
            state: Mutex::new(state),
            faults: Mutex::new(Faults::default()),
            bot: Mutex::new(None),
            sockets: Arc::default(),
            answer_within,
            sender,
            later_retries,
            delivering: tokio::sync::Mutex::new(()),
            calls,
            hang,
            server: Mutex::new(None),
        });
        let task = tokio::spawn(server::serve(listener, Arc::downgrade(&inner)));
        *lock(&inner.server) = Some(task.abort_handle());
        Ok(Self(inner))
    }

    /// Where the Web API is: `http://127.0.0.1:PORT/api`.
    pub fn api_url(&self) -> String {
        format!("http://{}/api", self.0.address)
    }

    /// The bot's token.
    pub fn bot_token(&self) -> String {
        self.0.state().bot.token.clone()
    }

    /// The workspace's id (`T…`).
    pub fn team_id(&self) -> String {
        self.0.state().team_id.clone()
    }

    /// The bot user's id (`U…`).
    pub fn bot_user_id(&self) -> String {
        self.0.state().bot.user_id.clone()
    }

    /// The app's id (`A…`).
    pub fn app_id(&self) -> String {
        self.0.state().bot.app_id.clone()
    }

    /// The bot's id (`B…`).
    pub fn bot_id(&self) -> String {
        self.0.state().bot.id.clone()
    }

    /// The sandbox's clock; clones share it.
    pub fn clock(&self) -> Clock {
        self.0.clock.clone()
    }

    /// Says where the bot listens (`http://127.0.0.1:PORT`) and the secret that signs. Everything goes to
    /// `/slack/events`, as Bolt apps take it.
    pub fn connect_bot(&self, url: &str, signing_secret: &str) {
        let events = format!("{}/slack/events", url.trim_end_matches('/'));
        self.connect(&events, &events, &events, signing_secret);
    }

    /// The same with commands on `/slack/commands` and clicks on `/slack/interactions`.
    pub fn connect_bot_separately(&self, url: &str, signing_secret: &str) {
        let url = url.trim_end_matches('/');
        let (events, commands) = (format!("{url}/slack/events"), format!("{url}/slack/commands"));
        self.connect(&events, &commands, &format!("{url}/slack/interactions"), signing_secret);
    }

    fn connect(&self, events: &str, commands: &str, interactions: &str, secret: &str) {
        *lock(&self.0.bot) = Some(Road::Http(BotAddress {
            events: events.to_owned(),
            commands: commands.to_owned(),
            interactions: interactions.to_owned(),
            secret: secret.to_owned(),
        }));
        self.0.state().ever_connected = true;
    }

    /// The bot is down: what is sent to it fails, events are tried again later as Slack does.
    pub fn disconnect_bot(&self) {
        *lock(&self.0.bot) = None;
        self.lose_sockets(false);
    }

    /// Sends `url_verification`; whether the bot echoed the challenge.
    pub async fn verify_url(&self) -> bool {
        let Some(Road::Http(bot)) = lock(&self.0.bot).clone() else { return false };
        let body = json!({"type": "url_verification", "token": super::events::VERIFICATION_TOKEN,
            "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY"})
        .to_string();
        let letter = Letter::Json { body: &body, retry: None };
        let reply = self.0.sender.send(&bot.events, &bot.secret, letter, self.0.clock.now()).await;
        reply.is_ok_and(|reply| reply.status == 200 && reply.body.contains("3eZbrw1aBm2rZgRNFdxV2595E9CY"))
    }

    /// What the app is subscribed to, e.g. `["app_mention", "message.channels"]`, instead of the usual.
    pub fn subscribe(&self, events: &[&str]) {
        self.0.state().subscriptions = events.iter().map(|event| (*event).to_owned()).collect();
    }

    /// The person with this handle; an unknown one is noticed at their first act.
    pub fn person(&self, name: &str) -> Person {
        Person::new(self.clone(), name)
    }

    /// Delivers every event whose time has come, in order, each with its immediate retry.
    pub async fn deliver_due(&self) {
        let _one_at_a_time = self.0.delivering.lock().await;
        loop {
            let now = self.0.clock.now();
            let next = {
                let mut state = self.0.state();
                let position = state.queue.iter().position(|delivery| delivery.due <= now);
                position.and_then(|position| state.queue.remove(position))
            };
            let Some(mut delivery) = next else { return };
            let reply = self.0.attempt(&mut delivery).await;
            let stopped = reply.is_some_and(|reply| reply.no_retry);
            let again =
                if delivery.arrived() || stopped { None } else { delivery.next_due(self.0.later_retries) };
            let mut state = self.0.state();
            match again {
                Some(due) => {
                    delivery.due = due;
                    state.queue.push_back(delivery);
                }
                None => state.delivered.push(delivery),
            }
        }
    }

    /// Delivers what is due again and again, for programs where nobody calls `deliver_due`, such as the
    /// demo. Ends with the workspace.
    pub fn deliver_in_background(&self, every: std::time::Duration) {
        let workspace = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                let Some(inner) = workspace.upgrade() else { return };
                Self(inner).deliver_due().await;
            }
        });
    }

    /// Lets time pass: the clock moves to each retry that becomes due on the way, then to the end.
    pub async fn pass(&self, time: TimeDelta) {
        let end = self.0.clock.now() + time;
        self.deliver_due().await;
        loop {
            let next = self.0.state().queue.iter().map(|delivery| delivery.due).min();
            let Some(due) = next.filter(|due| *due <= end) else { break };
            self.0.clock.advance_to(due);
            self.deliver_due().await;
        }
        self.0.clock.advance_to(end);
        self.deliver_due().await;
    }

    /// Delivers the last event once more with the same `event_id`, as Slack sometimes does.
    /// `None` when nothing was delivered yet, else the HTTP status.
    pub async fn redeliver_last(&self) -> Option<u16> {
        let last = self.0.state().delivered.last().map(|delivery| delivery.event_id.clone())?;
        self.redeliver(&last).await
    }

    /// Delivers the event with this id once more.
    pub async fn redeliver(&self, event_id: &str) -> Option<u16> {
        let found = self.0.state().delivered.iter().find(|delivery| delivery.event_id == event_id).cloned();
        let mut delivery = found?;
        self.0.attempt(&mut delivery).await.map(|reply| reply.status)
    }

    /// Events that arrived or were given up, in that order, with every attempt.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.0.state().delivered.clone()
    }

    /// Events that still wait for an attempt.
    pub fn pending(&self) -> Vec<Delivery> {
        self.0.state().queue.iter().cloned().collect()
    }

    /// Forgets the events that wait, as when Slack gave up on them.
    pub fn lose_pending(&self) {
        self.0.state().queue.clear();
    }

    /// Adds a fault.
    pub fn fail(&self, rule: FaultRule) {
        lock(&self.0.faults).add(rule);
    }

    /// Adds a fault for the next call of `method`.
    pub fn fail_once(&self, method: &str, fault: Fault) {
        self.fail(FaultRule::on(method, fault).times(1));
    }

    /// Takes all faults away; hung calls stay hung.
    pub fn clear_faults(&self) {
        lock(&self.0.faults).clear();
    }

    /// Drops the connections of all hung calls.
    pub fn release_hung(&self) {
        self.0.hang.send_modify(|count| *count += 1);
    }

    /// Every call of the Web API so far.
    pub fn calls(&self) -> Vec<ApiCall> {
        self.0.state().journal.clone()
    }

    /// The calls of one method; response URLs are `response_url`.
    pub fn calls_of(&self, method: &str) -> Vec<ApiCall> {
        self.0.state().journal.iter().filter(|call| call.method == method).cloned().collect()
    }

    /// Every call from now on, as it is made: its effect is there, or was kept from it by a fault, and it is not answered
    /// yet. Whoever kills a bot in a certain moment of a call waits for it here.
    pub fn subscribe_calls(&self) -> broadcast::Receiver<ApiCall> {
        self.0.calls.subscribe()
    }

    /// Forgets the calls so far.
    pub fn clear_calls(&self) {
        self.0.state().journal.clear();
    }

    /// Everything that lands from now on, as it lands.
    pub fn subscribe_log(&self) -> broadcast::Receiver<Landed> {
        self.0.state().watchers.subscribe()
    }

    /// Switches Slack's posting rate on or off: one message a second and channel after a burst of three.
    pub fn limits(&self, on: bool) {
        self.0.state().limits = on;
    }
}
