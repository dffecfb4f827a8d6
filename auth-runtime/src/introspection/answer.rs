//! What an answer of the endpoint means (RFC 7662 section 2.2).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::denial::Reason;
use crate::json::Object;
use crate::jwt::Times;
use crate::jwt::acceptance::{Acceptance, IssuerTerms, Vouched};
use crate::principal::{Claims, Principal};
use crate::revocation::Revocable;
use crate::time::UnixTime;

/// The type of a token that is bound to a key (RFC 9449 section 5).
const DPOP: &str = "dpop";

/// What an answer must say for a token to be accepted.
#[derive(Debug)]
pub(crate) struct Judge {
    acceptance: Acceptance,
    issuer: IssuerTerms,
    dangerous_any_token_type: bool,
    warned: AtomicBool,
}

/// A token that is good.
#[derive(Clone)]
pub(crate) struct Active {
    pub(crate) principal: Principal,
    pub(crate) times: Times,
    pub(crate) revocable: Option<Arc<Revocable>>,
    /// Length of the answer in bytes.
    pub(crate) bytes: usize,
}

impl Active {
    /// Whether this still counts at `now` without asking: the leeway is for what the issuer has just said.
    pub(crate) fn lasts(&self, now: UnixTime) -> bool {
        now < self.times.expires_at
    }
}

/// The text is not an answer to introspection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoAnswer;

impl Judge {
    pub(crate) fn new((acceptance, issuer): (Acceptance, IssuerTerms), dangerous_any_token_type: bool) -> Self {
        Self { acceptance, issuer, dangerous_any_token_type, warned: AtomicBool::new(false) }
    }

    pub(crate) fn acceptance(&self) -> &Acceptance {
        &self.acceptance
    }

    pub(crate) fn issuer_name(&self) -> Option<&str> {
        self.issuer.name.as_deref()
    }

    /// Judges an answer as of `now`.
    ///
    /// # Errors
    /// For a text that is not a strict JSON object with `active` in it.
    pub(crate) fn judge(&self, text: Vec<u8>, now: UnixTime) -> Result<Result<Active, Reason>, NoAnswer> {
        let text = String::from_utf8(text).map_err(|_| NoAnswer)?;
        let members = Object::parse(&text).map_err(|_| NoAnswer)?;
        match members.get("active") {
            Some(active) if active.is_true() => {}
            // `"true"` and 1 are true to some languages, not here.
            Some(_) => return Ok(Err(Reason::TokenInactive)),
            None => return Err(NoAnswer),
        }
        let accepted = self.check_type(&members).and_then(|()| self.acceptance.vouched(&self.issuer, &members, now));
        let shape = members.shape();
        drop(members);
        Ok(accepted.map(|Vouched { principal, times, revocable }| {
            let bytes = text.len();
            Active { principal: principal.with_claims(Claims::of_text(text, shape)), times, revocable, bytes }
        }))
    }

    /// The endpoint knows refresh tokens and ID tokens too, and calls them active: one of the members by which servers
    /// tell the kinds apart must say that this is an access token, and none that it is not.
    fn check_type(&self, members: &Object<'_>) -> Result<(), Reason> {
        let kinds: [(&str, &[&str]); 3] =
            [("token_type", &["bearer", DPOP]), ("token_use", &["access_token"]), ("typ", &["bearer", "at+jwt"])];
        let mut said = false;
        for (name, accepted) in kinds {
            // Some servers write null for what they do not know.
            let Some(kind) = members.get(name).filter(|kind| !kind.is_null()) else { continue };
            let kind = kind.as_str().ok_or(Reason::ClaimsInvalid)?;
            // Bound to what is not said.
            if kind.eq_ignore_ascii_case(DPOP) && !members.contains("cnf") {
                return Err(Reason::TokenBound);
            }
            if !accepted.iter().any(|it| kind.eq_ignore_ascii_case(it)) {
                return Err(Reason::TypeWrong);
            }
            said = true;
        }
        if said || self.dangerous_any_token_type {
            return Ok(());
        }
        if !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "an introspection answer does not say which kind of token it is about (`token_type`), so the token is \
                 refused; let the server say so, or call `.dangerous_any_token_type()` after reading what that means"
            );
        }
        Err(Reason::TypeWrong)
    }
}
