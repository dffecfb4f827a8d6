//! What happens beside the decisions about requests, for those who keep a record of it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// What has happened; its name is what records say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventName {
    #[cfg(feature = "session")]
    SignInRefused,
    #[cfg(feature = "session")]
    SignedIn,
    #[cfg(feature = "session")]
    SignedOut,
    #[cfg(feature = "session")]
    SignedOutEverywhere,
    #[cfg(feature = "session")]
    RightsChanged,
    #[cfg(feature = "session")]
    Replayed,
    #[cfg(feature = "login")]
    Linked,
    Revoked,
    RevocationWithdrawn,
}

impl EventName {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            #[cfg(feature = "session")]
            Self::SignInRefused => "auth.sign_in_refused",
            #[cfg(feature = "session")]
            Self::SignedIn => "auth.signed_in",
            #[cfg(feature = "session")]
            Self::SignedOut => "auth.signed_out",
            #[cfg(feature = "session")]
            Self::SignedOutEverywhere => "auth.signed_out_everywhere",
            #[cfg(feature = "session")]
            Self::RightsChanged => "auth.rights_changed",
            #[cfg(feature = "session")]
            Self::Replayed => "auth.replayed",
            #[cfg(feature = "login")]
            Self::Linked => "auth.linked",
            Self::Revoked => "auth.revoked",
            Self::RevocationWithdrawn => "auth.revocation_withdrawn",
        }
    }
}

/// One thing that has happened, and to whom. No part of it is a credential.
#[derive(Clone, Debug)]
pub(crate) struct SecurityEvent {
    pub(crate) name: EventName,
    pub(crate) issuer: Arc<str>,
    pub(crate) subject: Option<Arc<str>>,
    /// What the session is called: its `sid`, never its id.
    pub(crate) session: Option<Arc<str>>,
    /// The `jti`.
    pub(crate) token: Option<Arc<str>>,
    /// Why it was refused; what has come again.
    pub(crate) reason: Option<&'static str>,
    /// How many sessions it concerns.
    pub(crate) count: Option<usize>,
    pub(crate) address: Option<Arc<str>>,
    pub(crate) agent: Option<Arc<str>>,
}

impl SecurityEvent {
    pub(crate) fn new(name: EventName, issuer: &Arc<str>) -> Self {
        let (subject, session, token, address, agent) = Default::default();
        Self { name, issuer: Arc::clone(issuer), subject, session, token, reason: None, count: None, address, agent }
    }

    /// What it takes in memory.
    pub(crate) fn bytes(&self) -> usize {
        let Self { subject, session, token, address, agent, .. } = self;
        let texts = [subject, session, token, address, agent].into_iter().flatten();
        texts.fold(size_of::<Self>(), |sum, text| sum.saturating_add(text.len()))
    }
}

/// Whoever keeps a record of events.
pub(crate) trait HearsEvents: Send + Sync {
    fn hear(&self, event: SecurityEvent);
}

/// Where events come from that no decision tells of, such as revocations. What
/// [`Revocations::events`](crate::revocation::Revocations::events) of the stores of this crate says; clones are the same.
#[derive(Clone, Default)]
pub struct EventSource(Arc<Mutex<Vec<Weak<dyn HearsEvents>>>>);

impl EventSource {
    /// Tells all who hear, if anybody does.
    pub(crate) fn tell(&self, event: impl FnOnce() -> SecurityEvent) {
        let hearers: Vec<_> =
            self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().filter_map(Weak::upgrade).collect();
        if let Some((last, others)) = hearers.split_last() {
            let event = event();
            others.iter().for_each(|hearer| hearer.hear(event.clone()));
            last.hear(event);
        }
    }

    /// Tells this one too from now on, for as long as it is there; once, however often it is asked to.
    pub(crate) fn add(&self, hearer: &Arc<impl HearsEvents + 'static>) {
        let hearer: Weak<dyn HearsEvents> = Arc::downgrade(hearer) as Weak<_>;
        let mut hearers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hearers.retain(|known| known.strong_count() > 0 && !std::ptr::addr_eq(known.as_ptr(), hearer.as_ptr()));
        hearers.push(hearer);
    }
}

impl fmt::Debug for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventSource")
    }
}
