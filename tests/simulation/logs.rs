//! What the bot logs as an error while a story is told: there is none without a fault that explains it. Stories are told
//! side by side, each on threads of one name, by which its errors are told apart.

use std::fmt::{Debug, Write as _};
use std::sync::{Mutex, Once, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

static ERRORS: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());
static ONCE: Once = Once::new();

/// Begins to listen; once for all stories of the process.
pub fn listen() {
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::registry().with(Errors);
        tracing::subscriber::set_global_default(subscriber).expect("nobody else listens in this test");
    });
}

/// The name of this thread, which the threads of its stories have too.
pub fn name() -> String {
    std::thread::current().name().unwrap_or_default().to_owned()
}

/// The errors of this thread's story since last time.
pub fn take() -> Vec<String> {
    let own = name();
    let mut errors = ERRORS.lock().unwrap_or_else(PoisonError::into_inner);
    errors.extract_if(.., |(name, _)| *name == own).map(|(_, line)| line).collect()
}

struct Errors;

impl<S: Subscriber> Layer<S> for Errors {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() > Level::ERROR {
            return;
        }
        let mut line = Line(event.metadata().target().to_owned());
        event.record(&mut line);
        ERRORS.lock().unwrap_or_else(PoisonError::into_inner).push((name(), line.0));
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").expect("a string takes everything");
    }
}

#[test]
fn an_error_is_heard_and_a_warning_is_not() {
    let subscriber = tracing_subscriber::registry().with(Errors);
    tracing::subscriber::with_default(subscriber, || {
        tracing::warn!("only a warning");
        tracing::error!(id = 7, "sample of an error");
    });
    let heard = take();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].contains("sample of an error") && heard[0].contains("id=7"));
}
