//! What a decision leaves behind: one event, one counter, one duration, over closed sets of labels.

mod events;
mod limit;

pub use events::EventSource;
pub(crate) use events::{EventName, HearsEvents, SecurityEvent};
pub(crate) use limit::{EventLimit, limited};

/// Counter of decisions, with the labels `policy`, `scheme`, `outcome` and `reason`. Outcomes are `allowed`, `denied`, `failed`,
/// `abandoned` where the caller left before a decision that takes time was made, and `not_run` where a `check_after` waited for
/// arguments that could not be had.
pub const DECISIONS: &str = "auth_decisions_total";
/// Counter of denials that handlers returned, of requests that were allowed and are counted as such in [`DECISIONS`]; with
/// the label `policy`.
pub const HANDLER_DENIALS: &str = "auth_handler_denials_total";
/// Histogram of the time a decision took in seconds, with the labels `policy` and `outcome`.
pub const DURATION: &str = "auth_decision_duration_seconds";
/// Counter of fetches of a provider's keys, with the labels `provider`, `outcome` (`changed`, `unchanged`, `failed`) and
/// `reason`.
#[cfg(feature = "jwks")]
pub const KEY_FETCHES: &str = "auth_key_fetches_total";
/// Gauge of the time since a provider's keys were last fetched or confirmed in seconds, with the label `provider`.
#[cfg(feature = "jwks")]
pub const KEY_AGE: &str = "auth_key_age_seconds";

/// Counter of calls to introspection endpoints, with the label `outcome`: `active`, `refused`, `over_budget`, or why there
/// was no answer.
#[cfg(feature = "introspection")]
pub const INTROSPECTIONS: &str = "auth_introspections_total";
/// Counter of what answers of introspection endpoints that processes share were good for, with the label `outcome`: `found`,
/// `absent`, `refused` (older than `max_staleness`, of a clock that is ahead, or not sealed by our secret), `stored`, `failed`.
#[cfg(all(feature = "introspection", feature = "redis"))]
pub const INTROSPECTIONS_SHARED: &str = "auth_introspections_shared_total";

/// Counter of what was asked of a provider for calls to other services, with the labels `grant` (`token_exchange`, `client_credentials`) and `outcome`: `given`,
/// or why there was no token (`caller_refused`, `target_refused`, `scope_refused`, `answer_unfit`, `client_rejected`, `unavailable`, `busy`).
#[cfg(feature = "outgoing")]
pub const OUTGOING_TOKENS: &str = "auth_outgoing_tokens_total";

/// Counter of revocations asked for in this process, with the labels `kind` (`token`, `subject`, `session`) and `outcome`
/// (`local`, `stored`, `unstored`); with the kind `caller`, those whom other processes were told to forget.
pub const REVOCATIONS: &str = "auth_revocations_total";
/// Counter of revocations that were in force in this process until somebody withdrew them, with the label `kind`.
pub const REVOCATIONS_WITHDRAWN: &str = "auth_revocations_withdrawn_total";
/// Gauge of revocations this process holds, with the label `kind`.
pub const REVOCATIONS_HELD: &str = "auth_revocations_held";
/// Gauge of the time since this process last proved that it knows every revocation in Redis, in seconds.
pub const REVOCATIONS_AGE: &str = "auth_revocations_age_seconds";
/// Counter of what happens between this process and Redis, with the label `event` (`caught_up`, `sent_again`, `lost`,
/// `gap`, `data_lost`, `unreadable`, `capped`, `forged`, `panicked`).
pub const REVOCATIONS_SYNC: &str = "auth_revocations_sync_total";

/// Counter of sign-ins, by a form or at a provider, with the labels `outcome` (`signed_in`, `refused`) and `reason`: `none`, the label of
/// a [`Reason`](crate::denial::Reason), or of what went wrong at a provider.
#[cfg(feature = "session")]
pub const SIGN_INS: &str = "auth_sign_ins_total";

/// Counter of what is missing from an audit log, or was kept from a function of [`Auth::on_decision`](crate::Auth::on_decision), with
/// the label `cause`: `slow` where it takes what it is told too slowly, `write` where a line could not be written.
pub const EVENTS_LOST: &str = "auth_events_lost_total";

/// Longest foreign text that enters a log line, in characters.
pub(crate) const FOREIGN_TEXT: usize = 256;

/// Text of somebody else's making as it may be logged: escaped, and no longer than a line should be.
pub(crate) fn foreign(text: impl std::fmt::Display) -> String {
    let text = text.to_string();
    text.chars().take(FOREIGN_TEXT).flat_map(char::escape_debug).collect()
}
