//! What the runtime reports while the tests run.

use std::fmt::{Debug, Write as _};
use std::sync::{Mutex, OnceLock};

use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// Every event so far: level, then each field.
static EVENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Capture;

#[derive(Default)]
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, " {field}={value}");
    }
}

impl<S: tracing::Subscriber> Layer<S> for Capture {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target().starts_with("auth_runtime") {
            let mut line = Line(event.metadata().level().to_string());
            event.record(&mut line);
            EVENTS.lock().unwrap().push(line.0);
        }
    }
}

pub(crate) fn listen() {
    static LISTENING: OnceLock<()> = OnceLock::new();
    LISTENING.get_or_init(|| {
        let subscriber = tracing_subscriber::registry().with(Capture);
        tracing::subscriber::set_global_default(subscriber).expect("the only subscriber of this binary");
    });
}

/// How many events hold all of these.
pub(crate) fn count(parts: &[&str]) -> usize {
    EVENTS.lock().unwrap().iter().filter(|event| parts.iter().all(|part| event.contains(part))).count()
}

/// Failed fetches of a provider's keys for this reason.
pub(crate) fn failed_fetches(provider: &str, reason: &str) -> usize {
    count(&[&format!(" provider={provider} "), &format!(" reason={reason} "), "could not be fetched"])
}

/// Nothing that was ever reported holds this.
#[track_caller]
pub(crate) fn assert_secret(secret: &str) {
    assert_eq!(count(&[secret]), 0, "a secret was reported");
}
