//! What fetching keys leaves behind: events, and metrics over closed sets of labels.

use std::sync::Arc;
use std::time::Duration;

use super::client::FetchError;
use crate::observe::{KEY_AGE, KEY_FETCHES};

/// Longest foreign text that enters a log line, in characters.
const LOGGED_TEXT: usize = 256;

pub(super) fn fetched(provider: &Arc<str>, changed: bool, lifetime: Duration) {
    let (lifetime, outcome) = (lifetime.as_secs(), if changed { "changed" } else { "unchanged" });
    if changed {
        tracing::info!(provider = &**provider, lifetime, "the provider's keys changed and are in force");
    } else {
        tracing::debug!(provider = &**provider, lifetime, "the provider's keys are as before");
    }
    count(provider, outcome, "none");
    age(provider, Duration::ZERO);
}

/// `left`: how long the last good keys serve, if there are any.
pub(super) fn failed(
    provider: &Arc<str>,
    error: FetchError,
    fault: Option<&str>,
    failures: u32,
    left: Option<Duration>,
) {
    let fault: Option<String> = fault.map(|text| text.chars().take(LOGGED_TEXT).flat_map(char::escape_debug).collect());
    let fault = fault.as_deref();
    let provider_name = &**provider;
    match left.map(|left| left.as_secs()) {
        Some(seconds @ 1..) => tracing::warn!(
            provider = provider_name, reason = error.label(), %error, fault, failures, seconds,
            "the provider's keys could not be fetched; the last good ones serve for so many seconds"
        ),
        _ => tracing::error!(
            provider = provider_name, reason = error.label(), %error, fault, failures,
            "the provider's keys could not be fetched and there are no usable ones; its tokens are answered 503"
        ),
    }
    count(provider, "failed", error.label());
}

/// The last good keys are too old to serve.
pub(super) fn outdated(provider: &Arc<str>) {
    tracing::error!(
        provider = &**provider,
        "the provider was away for longer than the stale limit; its keys count no more and its tokens are answered 503"
    );
}

pub(super) fn age(provider: &Arc<str>, age: Duration) {
    metrics::gauge!(KEY_AGE, "provider" => Arc::clone(provider)).set(age.as_secs_f64());
}

fn count(provider: &Arc<str>, outcome: &'static str, reason: &'static str) {
    let provider = Arc::clone(provider);
    metrics::counter!(KEY_FETCHES, "provider" => provider, "outcome" => outcome, "reason" => reason).increment(1);
}
