//! The store a configuration consults.

use std::fmt;
use std::sync::Arc;

use crate::denial::Reason;
use crate::principal::Principal;
use crate::revocation::{Forgetting, Presented, Revocations, Standing};
use crate::setting::Setting;
use crate::telemetry::EventSource;
use crate::time::UnixTime;

/// A store of revocations as a configuration holds it.
#[derive(Clone)]
pub(crate) struct Consulted(Arc<dyn Revocations>);

/// By what a token can be revoked, besides issuer and subject.
#[derive(Debug)]
pub(crate) struct Revocable {
    /// `jti`, not empty.
    pub(crate) token_id: Box<str>,
    /// `sid`.
    pub(crate) session: Option<Box<str>>,
    /// `iat`, without its fraction.
    pub(crate) issued_at: Option<UnixTime>,
}

impl Revocable {
    /// What the claims of a verified token say.
    pub(crate) fn of_claims(principal: &Principal) -> Self {
        let claim = |name: &str| principal.claims().and_then(|claims| claims.get(name));
        let issued_at = claim("iat").and_then(|iat| iat.as_i64().or_else(|| iat.as_f64().map(|iat| iat as UnixTime)));
        Self {
            token_id: claim("jti").and_then(|jti| jti.as_str()).unwrap_or_default().into(),
            session: principal.session_id().map(Into::into),
            issued_at,
        }
    }
}

impl Consulted {
    pub(crate) fn new(store: impl Revocations) -> Self {
        Self(Arc::new(store))
    }

    pub(crate) fn forgetting(&self) -> Option<Forgetting> {
        self.0.forgetting()
    }

    pub(crate) fn events(&self) -> Option<EventSource> {
        self.0.events()
    }

    /// What reviewers see of it.
    pub(crate) fn reviewed(&self) -> Vec<Setting> {
        let lenience = self.0.lenience().into_iter().map(|(name, value)| Setting::allows(name, value));
        [Setting::demands("revocations", "consulted")].into_iter().chain(lenience).collect()
    }

    /// Whether a verified token still counts.
    ///
    /// # Errors
    /// Why it does not.
    pub(crate) fn check(
        &self,
        principal: &Principal,
        token: &Revocable,
        expires_at: UnixTime,
        now: UnixTime,
    ) -> Result<(), Reason> {
        let standing = self.0.standing(&Presented {
            issuer: principal.issuer().unwrap_or_default(),
            subject: principal.subject(),
            token_id: &token.token_id,
            session: token.session.as_deref(),
            issued_at: token.issued_at,
            expires_at,
            now,
        });
        match standing {
            Standing::Good => Ok(()),
            Standing::Revoked => Err(Reason::TokenRevoked),
            Standing::LivesTooLong => Err(Reason::TokenLivesTooLong),
            Standing::Unknown => Err(Reason::RevocationsStale),
        }
    }
}

impl fmt::Debug for Consulted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Consulted")
    }
}
