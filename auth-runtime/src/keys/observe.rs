//! What fetching keys leaves behind: events, and metrics over closed sets of labels.

use std::sync::Arc;
use std::time::Duration;

use crate::keys::KeyError;
use crate::provider::fetch_error::FetchError;
use crate::telemetry::{KEY_AGE, KEY_FETCHES, foreign};

pub(crate) fn fetched(provider: &Arc<str>, changed: bool, lifetime: Duration) {
    let (lifetime, outcome) = (lifetime.as_secs(), if changed { "changed" } else { "unchanged" });
    if changed {
        tracing::info!(provider = foreign(provider), lifetime, "the provider's keys changed and are in force");
    } else {
        tracing::debug!(provider = foreign(provider), lifetime, "the provider's keys are as before");
    }
    count(provider, outcome, "none");
    age(provider, Duration::ZERO);
}

/// `left`: how long the last good keys serve, if there are any.
pub(crate) fn failed(
    provider: &Arc<str>,
    error: FetchError,
    fault: Option<&str>,
    failures: u32,
    left: Option<Duration>,
) {
    let fault = fault.map(foreign);
    let fault = fault.as_deref();
    let (provider_name, error_text) = (foreign(provider), foreign(error));
    match left.map(|left| left.as_secs()) {
        Some(seconds @ 1..) => tracing::warn!(
            provider = provider_name,
            reason = error.label(),
            error = error_text,
            fault,
            failures,
            seconds,
            "the provider's keys could not be fetched; the last good ones serve for so many seconds"
        ),
        _ => tracing::error!(
            provider = provider_name,
            reason = error.label(),
            error = error_text,
            fault,
            failures,
            "the provider's keys could not be fetched and there are no usable ones; its tokens are answered 503"
        ),
    }
    count(provider, "failed", error.label());
}

/// The provider's set is one, and no key in it can be used.
pub(crate) fn unusable(provider: &str, fault: &KeyError) {
    tracing::error!(
        provider = foreign(provider),
        fault = foreign(fault),
        "the provider publishes no key that can verify a signature; its tokens are answered 503 until it does"
    );
}

/// The last good keys are too old to serve.
pub(crate) fn outdated(provider: &Arc<str>) {
    tracing::error!(
        provider = foreign(provider),
        "the provider was away for longer than the stale limit; its keys count no more and its tokens are answered 503"
    );
}

pub(crate) fn age(provider: &Arc<str>, age: Duration) {
    metrics::gauge!(KEY_AGE, "provider" => Arc::clone(provider)).set(age.as_secs_f64());
}

fn count(provider: &Arc<str>, outcome: &'static str, reason: &'static str) {
    let provider = Arc::clone(provider);
    metrics::counter!(KEY_FETCHES, "provider" => provider, "outcome" => outcome, "reason" => reason).increment(1);
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

    use super::*;

    /// Keeps the keys of all metrics.
    #[derive(Default)]
    struct Kept(Mutex<Vec<String>>);

    impl Kept {
        fn keep(&self, key: &Key) {
            let labels = key.labels().map(|label| format!(" {}={}", label.key(), label.value()));
            self.0.lock().unwrap().push(key.name().to_owned() + &labels.collect::<String>());
        }
    }

    impl Recorder for Kept {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
            self.keep(key);
            Counter::noop()
        }
        fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
            self.keep(key);
            Gauge::noop()
        }
        fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
            Histogram::noop()
        }
    }

    #[test]
    fn fetches_failures_and_age_are_counted_over_closed_labels() {
        let (kept, provider) = (Kept::default(), Arc::from("https://idp.example"));
        metrics::with_local_recorder(&kept, || {
            fetched(&provider, true, Duration::ZERO);
            fetched(&provider, false, Duration::ZERO);
            failed(&provider, FetchError::Status(418), Some("text\nof an answer"), 1, Some(Duration::ZERO));
            failed(&provider, FetchError::TimedOut, None, 2, None);
            age(&provider, Duration::from_secs(1));
        });
        let age = "auth_key_age_seconds provider=https://idp.example";
        let fetch = "auth_key_fetches_total provider=https://idp.example outcome=";
        let expected = [
            format!("{fetch}changed reason=none"),
            age.into(),
            format!("{fetch}unchanged reason=none"),
            age.into(),
            format!("{fetch}failed reason=status"),
            format!("{fetch}failed reason=timed_out"),
            age.into(),
        ];
        assert_eq!(*kept.0.lock().unwrap(), expected);
    }
}
