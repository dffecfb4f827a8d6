//! What revocation leaves behind: events, and metrics over closed sets of labels.

use crate::telemetry::{REVOCATIONS, REVOCATIONS_HELD, REVOCATIONS_WITHDRAWN};
#[cfg(feature = "redis")]
use crate::telemetry::{REVOCATIONS_AGE, REVOCATIONS_SYNC};

/// What is revoked; also a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum RevocationKind {
    Token,
    Subject,
    Session,
}

impl RevocationKind {
    pub(super) const ALL: [Self; 3] = [Self::Token, Self::Subject, Self::Session];

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Subject => "subject",
            Self::Session => "session",
        }
    }
}

/// What became of a revocation that was asked for here; the label `outcome`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    /// In force in this process, which is all there is to do.
    Local,
    /// Stored in Redis.
    #[cfg(feature = "redis")]
    Stored,
    /// In force in this process, and not stored in Redis yet.
    #[cfg(feature = "redis")]
    Unstored,
}

impl Outcome {
    fn label(self) -> &'static str {
        match self {
            Self::Local => "local",
            #[cfg(feature = "redis")]
            Self::Stored => "stored",
            #[cfg(feature = "redis")]
            Self::Unstored => "unstored",
        }
    }
}

/// A revocation was asked for here. Whom it concerns is not logged.
pub(super) fn revoked(kind: RevocationKind, outcome: Outcome) {
    tracing::info!(kind = kind.label(), outcome = outcome.label(), "revoked");
    metrics::counter!(REVOCATIONS, "kind" => kind.label(), "outcome" => outcome.label()).increment(1);
}

/// A revocation that was in force here is not any more, since somebody withdrew it. Whom it concerns is not logged.
pub(super) fn withdrawn(kind: RevocationKind) {
    tracing::warn!(kind = kind.label(), "a revocation was withdrawn");
    metrics::counter!(REVOCATIONS_WITHDRAWN, "kind" => kind.label()).increment(1);
}

/// A caller was forgotten here, and the others were told, or were not. Whom it concerns is not logged.
#[cfg(feature = "redis")]
pub(super) fn forgotten(outcome: Outcome) {
    tracing::info!(outcome = outcome.label(), "forgotten");
    metrics::counter!(REVOCATIONS, "kind" => "caller", "outcome" => outcome.label()).increment(1);
}

/// How many revocations this process holds.
pub(super) fn held(kind: RevocationKind, count: usize) {
    metrics::gauge!(REVOCATIONS_HELD, "kind" => kind.label()).set(count as f64);
}

/// What happens between this process and Redis; the label `event`.
#[cfg(feature = "redis")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SyncEvent {
    /// Everything stored was read.
    CaughtUp,
    /// Redis lacked revocations that this process knew.
    SentAgain,
    /// The connection failed, or could not be made.
    Lost,
    /// The stream went on without this process.
    Gap,
    /// Redis has other data than before.
    DataLost,
    /// An entry in Redis is not a revocation that this version understands.
    Unreadable,
    /// Revocations in Redis were to be kept for longer than tokens live, and are not.
    Capped,
    /// Withdrawals in Redis were made by nobody who has the secret for them.
    Forged,
    /// A bug of this crate.
    Panicked,
}

#[cfg(feature = "redis")]
impl SyncEvent {
    fn label(self) -> &'static str {
        match self {
            Self::CaughtUp => "caught_up",
            Self::SentAgain => "sent_again",
            Self::Lost => "lost",
            Self::Gap => "gap",
            Self::DataLost => "data_lost",
            Self::Unreadable => "unreadable",
            Self::Capped => "capped",
            Self::Forged => "forged",
            Self::Panicked => "panicked",
        }
    }
}

/// Something happened between this process and Redis; `detail` is ours, or escaped and capped.
#[cfg(feature = "redis")]
pub(super) fn sync(event: SyncEvent, detail: &str) {
    let label = event.label();
    match event {
        SyncEvent::CaughtUp => tracing::info!(event = label, detail, "revocations"),
        SyncEvent::SentAgain | SyncEvent::Lost | SyncEvent::Gap | SyncEvent::DataLost => {
            tracing::warn!(event = label, detail, "revocations");
        }
        SyncEvent::Unreadable | SyncEvent::Capped | SyncEvent::Forged | SyncEvent::Panicked => {
            tracing::error!(event = label, detail, "revocations")
        }
    }
    metrics::counter!(REVOCATIONS_SYNC, "event" => label).increment(1);
}

/// So many entries in Redis are not revocations that this version understands.
#[cfg(feature = "redis")]
pub(super) fn unreadable(count: usize) {
    if count > 0 {
        sync(
            SyncEvent::Unreadable,
            &format!(
                "{count} entries in Redis; update this process, give it the secret for withdrawals that the others have, or delete them"
            ),
        );
    }
}

/// How current this process is.
#[cfg(feature = "redis")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Currency {
    /// Redis was never reached.
    Starting,
    /// Within the bound.
    Current,
    /// Past the bound: requests are decided by what is known.
    Behind,
    /// Past the grace: requests are answered with 503.
    Closed,
}

/// How current this process is has changed.
#[cfg(feature = "redis")]
pub(super) fn currency(currency: Currency) {
    match currency {
        Currency::Starting => tracing::warn!("revocations: Redis was not reached yet"),
        Currency::Current => tracing::info!("revocations: current"),
        Currency::Behind => tracing::warn!("revocations: not current; requests are decided by what is known"),
        Currency::Closed => tracing::error!("revocations: not current for too long; requests are answered with 503"),
    }
}

/// How long ago this process proved that it knows everything.
#[cfg(feature = "redis")]
pub(super) fn age(age: Option<std::time::Duration>) {
    metrics::gauge!(REVOCATIONS_AGE).set(age.map_or(f64::INFINITY, |age| age.as_secs_f64()));
}
