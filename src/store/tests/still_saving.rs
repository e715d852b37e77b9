//! A disk that hangs in the middle of a COMMIT, seen from Slack: what has begun is never called "not saved", and is done once.
//!
//! A job of ours comes right behind theirs in the same group and waits there: their transaction has begun and does not end.

use std::sync::{Mutex, mpsc};

use rusqlite::Connection;
use tokio::task::{JoinHandle, block_in_place};

use super::*;
use crate::bot::{Bot, Parts};
use crate::cli::demo::world;
use crate::clock::Clock;
use crate::config;
use crate::domain::rules::Rules;
use crate::sandbox::{self, Submission, Workspace, WorkspaceSetup};
use crate::store::StoreError;
use crate::store::writer::{Ending, Work};
use crate::worker::names::Written;

const SECRET: &str = "hanging-signing-secret";
const SWIMLANES: &str = "How do swimlanes work on kanban boards?";

/// A job that says when it has begun, and does not end before it is let go.
struct Hangs {
    begun: mpsc::Sender<()>,
    until: Mutex<mpsc::Receiver<()>>,
}

impl Work for Hangs {
    type Output = ();

    fn run(&self, _: &Connection) -> Result<Ending<()>, StoreError> {
        let _ = self.begun.send(());
        // Let go, or the test has failed.
        let _ = self.until.lock().unwrap().recv();
        Ok(Ending::Keep(()))
    }
}

/// The writer hangs, or will when it comes to that.
struct Hanging {
    begun: mpsc::Receiver<()>,
    let_go: mpsc::Sender<()>,
    job: JoinHandle<Result<(), StoreError>>,
}

impl Hanging {
    fn queued(store: &Store) -> Self {
        let ((begin, begun), (let_go, until)) = (mpsc::channel(), mpsc::channel());
        let (store, hangs) = (store.clone(), Hangs { begun: begin, until: Mutex::new(until) });
        let job = tokio::spawn(async move { store.0.writer.write(hangs).await });
        Self { begun, let_go, job }
    }

    fn has_begun(&self) {
        block_in_place(|| self.begun.recv()).unwrap();
    }

    async fn ends(self) {
        self.let_go.send(()).unwrap();
        self.job.await.unwrap().unwrap();
    }
}

struct Stage {
    slack: Workspace,
    bot: Bot,
    store: Store,
    _folder: TempDir,
}

impl Stage {
    async fn set() -> Self {
        let text = config::example_directory().to_owned();
        let file = config::TextFile { name: "examples/directory.yml".to_owned(), text };
        let rules = Rules::default();
        let (directory, _) = config::load_directory(&file, &rules.hours).unwrap();
        let clock = sandbox::Clock::at(at(0));
        let slack = Workspace::start(WorkspaceSetup::default(), clock.clone()).await.unwrap();
        world::populate(&slack, &directory);
        let folder = TempDir::new().unwrap();
        let store = Store::open(&url(&folder)).await.unwrap();
        let bot = Bot::assemble(Parts {
            store: store.clone(),
            clock: Clock::from_fn(move || clock.now()),
            api_url: slack.api_url(),
            bot_token: slack.bot_token(),
            signing_secrets: vec![SECRET.to_owned()],
            written: Written { directory, rules, ..Written::default() },
        });
        let bot = bot.await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        slack.connect_bot(&format!("http://{}", listener.local_addr().unwrap()), SECRET);
        let router = bot.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        bot.read_names().await.unwrap();
        Self { slack, bot, store, _folder: folder }
    }

    /// How many jobs wait for the writer.
    async fn waits(&self, jobs: usize) {
        let waiting = async {
            while self.store.0.writer.waiting() < jobs {
                tokio::task::yield_now().await;
            }
        };
        let limit = std::time::Duration::from_secs(20);
        let come = tokio::time::timeout(limit, waiting).await;
        assert!(come.is_ok(), "{} of {jobs} wait", self.store.0.writer.waiting());
    }

    async fn settle(&self) {
        self.slack.deliver_due().await;
        self.bot.settle().await.unwrap();
    }

    fn cards(&self, channel: &str, words: &str) -> usize {
        self.slack.messages(channel).iter().filter(|message| message.plain().contains(words)).count()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_begun_is_not_called_lost_and_is_done_once() {
    let stage = Stage::set().await;
    let (ava, ines, raj) = (stage.slack.person("ava"), stage.slack.person("ines"), stage.slack.person("raj"));
    ava.slash_in("#field", "/request-pm Do autoscaling runners share their cache?").await.unwrap();
    stage.settle().await;
    raj.slash_in("#field", "/request-pm").await.unwrap();
    raj.fill("What is it about?", "Technical question").await.unwrap();
    raj.fill("Area", "Verify › Runner").await.unwrap();
    raj.fill("Your question", "Can a fleet stay warm?").await.unwrap();
    raj.fill("Customer", "Contoso").await.unwrap();

    // One hangs until a command, a click, a form and an event wait behind it, and one more behind them.
    let before = Hanging::queued(&stage.store);
    before.has_begun();
    let command = format!("/request-pm {SWIMLANES}");
    let asked = async {
        let typed = ava.slash_in("#field", &command);
        let clicked = ines.click_in("#sme-ci", "Take it");
        tokio::join!(typed, clicked, raj.submit())
    };
    let hanging = async {
        stage.waits(4).await;
        let behind = Hanging::queued(&stage.store);
        stage.waits(5).await;
        before.ends().await;
        behind
    };
    let story = async {
        let ((typed, clicked, sent), behind) = tokio::join!(asked, hanging);
        behind.has_begun();
        let (typed, clicked) = (typed.unwrap(), clicked.unwrap());
        assert!(typed.ok() && typed.plain().contains("Saving takes longer"), "{}", typed.plain());
        assert!(clicked.ok(), "{:?}", clicked.failed);
        let Submission::Errors(said) = sent.unwrap() else { panic!("it is not known to be saved") };
        assert!(said.values().all(|words| words.contains("it counts once")), "{said:?}");
        behind.ends().await;
    };
    // Slack repeats an event at once: it is heard when the first hearing is refused, and again later.
    let mentioned = ava.say("#field", "@switchboard Does SAST flag a false positive in semgrep rules?");
    let ((), mentioned) = tokio::join!(story, async {
        let said = mentioned.await;
        stage.slack.deliver_due().await;
        said
    });
    mentioned.unwrap();

    // How it ended: whoever typed hears it there, whoever pressed sees it on the card, the form counts once.
    stage.settle().await;
    let told =
        |name: &str| stage.slack.ephemerals_of(name).iter().map(sandbox::Message::plain).collect::<Vec<_>>();
    assert!(told("ava").iter().any(|told| told.contains("Sent to #sme-planning")), "{:?}", told("ava"));
    assert!(stage.slack.messages("#sme-ci")[0].plain().contains("Ines has it"));
    let again = raj.submit().await.unwrap();
    assert!(matches!(again, Submission::Closed | Submission::Cleared), "{again:?}");
    stage.settle().await;
    stage.slack.pass(TimeDelta::minutes(7)).await;
    stage.settle().await;
    for (channel, words) in [
        ("#sme-ci", "share their cache"),
        ("#sme-ci", "stay warm"),
        ("#sme-planning", "swimlanes"),
        ("#sme-security", "semgrep"),
    ] {
        assert_eq!(stage.cards(channel, words), 1, "{words} in {channel}");
    }
    let highest = stage.store.next_id(stage.bot.app.installation()).await.unwrap().0;
    let ids: Vec<_> = (1..highest).map(EngagementId).collect();
    let kept = stage.store.engagements(stage.bot.app.installation(), &ids).await.unwrap();
    assert_eq!(kept.len(), 4, "each once");
    for name in ["ava", "ines", "raj"] {
        assert!(told(name).iter().all(|told| !told.contains("not saved")), "{:?}", told(name));
    }
    let events = stage.slack.deliveries();
    let statuses = |event: &sandbox::Delivery| -> Vec<_> {
        event.attempts.iter().map(|attempt| attempt.status).collect()
    };
    let heard: Vec<_> = events.iter().filter(|event| event.body.contains("semgrep")).map(statuses).collect();
    assert!(heard.iter().all(|statuses| statuses.last() == Some(&Some(200))), "{heard:?}");
    assert!(heard.iter().any(|statuses| statuses[0] == Some(503)), "repeated, not answered: {heard:?}");
}
