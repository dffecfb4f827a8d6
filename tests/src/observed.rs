//! What the program under test leaves behind: its events and its metrics.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Mutex, OnceLock};

use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// One event of the program.
#[derive(Clone, Debug, Default)]
pub struct Event {
    /// The module.
    pub target: String,
    /// `ERROR`, `WARN`, `INFO`, `DEBUG` or `TRACE`.
    pub level: String,
    /// What each field says; the message is `message`.
    pub fields: BTreeMap<String, String>,
}

impl Visit for Event {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name().to_owned(), value.to_owned());
    }
}

impl Event {
    /// What this field says, empty where there is none.
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

/// Every event since the first test that listened, of our crate and of actix-web.
pub static EVENTS: Mutex<Vec<Event>> = Mutex::new(Vec::new());

struct Capture;

impl<S: tracing::Subscriber> Layer<S> for Capture {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        let mut seen =
            Event { target: metadata.target().to_owned(), level: metadata.level().to_string(), ..Event::default() };
        event.record(&mut seen);
        // What comes through the `log` crate names its target in a field.
        if let Some(target) = seen.fields.get("log.target") {
            seen.target = target.clone();
        }
        if seen.target.starts_with("auth_runtime") || seen.target.starts_with("actix") {
            EVENTS.lock().unwrap().push(seen);
        }
    }
}

/// The labels of a metric.
pub type Labels = BTreeMap<String, String>;

/// What a metric has seen.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// What a counter has counted.
    pub count: u64,
    /// What a histogram was told, in seconds.
    pub durations: Vec<f64>,
}

/// What was seen of each metric.
pub static METRICS: Mutex<BTreeMap<(String, Labels), Seen>> = Mutex::new(BTreeMap::new());

/// Keeps events from now on.
pub fn listen() {
    static LISTENING: OnceLock<()> = OnceLock::new();
    LISTENING.get_or_init(|| {
        let subscriber = tracing_subscriber::registry().with(Capture);
        tracing::subscriber::set_global_default(subscriber).expect("the only subscriber of this binary");
        tracing_log::LogTracer::init().expect("the only logger of this binary");
    });
}

/// Keeps metrics from now on.
pub fn snapshotter() -> &'static Snapshotter {
    static SNAPSHOTTER: OnceLock<Snapshotter> = OnceLock::new();
    SNAPSHOTTER.get_or_init(|| {
        let recorder = DebuggingRecorder::new();
        let snapshotter = recorder.snapshotter();
        recorder.install().expect("the only recorder of this binary");
        snapshotter
    })
}

/// How many events have these values in their fields, or a part of them.
pub fn told(fields: &[(&str, &str)]) -> usize {
    let has = |event: &&Event| fields.iter().all(|(name, part)| event.field(name).contains(part));
    EVENTS.lock().unwrap().iter().filter(has).count()
}

/// All events.
pub fn all() -> Vec<Event> {
    EVENTS.lock().unwrap().clone()
}

/// The events of the policy of this name.
pub fn events(policy: &str) -> Vec<Event> {
    EVENTS.lock().unwrap().iter().filter(|event| event.field("policy") == policy).cloned().collect()
}

/// The metrics of the policy of this name.
pub fn metrics(policy: &str) -> BTreeMap<(String, Labels), Seen> {
    let mut all = METRICS.lock().unwrap();
    // A snapshot takes what has been counted since the last one.
    for (key, _, _, value) in snapshotter().snapshot().into_vec() {
        let labels = key.key().labels().map(|label| (label.key().to_owned(), label.value().to_owned())).collect();
        let seen = all.entry((key.key().name().to_owned(), labels)).or_default();
        match value {
            DebugValue::Counter(more) => seen.count += more,
            DebugValue::Histogram(more) => seen.durations.extend(more.iter().map(|value| value.0)),
            DebugValue::Gauge(_) => panic!("a gauge: {key:?}"),
        }
    }
    all.iter()
        .filter(|((_, labels), _)| labels.get("policy").is_some_and(|of| of == policy))
        .map(|(key, seen)| (key.clone(), seen.clone()))
        .collect()
}
