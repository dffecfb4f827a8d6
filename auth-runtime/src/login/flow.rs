//! A sign-in under way: all of it is in the browser, encrypted, so that one that is never finished costs this service nothing.

use actix_web::http::header::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::denial::Unavailable;
use crate::http::cookie::{Cookie, cookie, names};
use crate::login::fault::LoginFault;
use crate::policy::{MaxAge, StepUp};
use crate::scheme::session::LiveSessions;

/// How long a sign-in may take, in milliseconds: stores remember for longer that all sessions of a subject were ended.
pub(super) const LIFETIME: u64 = 600_000;
/// What the cookie is encrypted for.
const KIND: &str = "login flow";
/// How many sign-ins one browser may have under way.
const AT_ONCE: usize = 4;
/// How much of the state is in the name of the cookie.
const IN_NAME: usize = 16;
/// The longest path that is returned to, in bytes: all must fit into one cookie.
const TO_MAX: usize = 1024;

/// A sign-in under way.
#[derive(Serialize, Deserialize)]
pub(super) struct Flow {
    pub(super) state: String,
    pub(super) nonce: String,
    /// Of PKCE (RFC 7636 section 4.1).
    pub(super) verifier: String,
    /// The page that was wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<String>,
    /// How strongly somebody is to sign in who has done so already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) stronger: Option<Stronger>,
    /// The session that is to be linked with whoever signs in, by its name; nothing where another session begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) link: Option<Box<str>>,
    /// In milliseconds since 1970.
    pub(super) began_at: u64,
}

/// What a new authentication must be beyond what every sign-in must (RFC 9470 section 4).
#[derive(Serialize, Deserialize)]
pub(super) struct Stronger {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) acr: Option<Box<str>>,
    /// In seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) max_age: Option<u32>,
    /// Whose session it is that comes back stronger, by issuer, if that is not this service, and subject; nobody's where none was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) of: Option<(Option<Box<str>>, Box<str>)>,
}

impl Stronger {
    pub(super) fn asked(&self) -> StepUp {
        StepUp { acr: self.acr.clone(), max_age: self.max_age.map(MaxAge::seconds) }
    }
}

debug_by_name!([] Flow as "Flow";);

impl Flow {
    /// # Errors
    /// Where the system gives no random numbers.
    pub(super) fn begin(to: Option<String>, stronger: Option<Stronger>, began_at: u64) -> Result<Self, Unavailable> {
        let to = to.filter(|to| to.len() <= TO_MAX);
        Ok(Self { state: random()?, nonce: random()?, verifier: random()?, to, stronger, link: None, began_at })
    }

    /// # Errors
    /// Where it has taken too long.
    pub(super) fn check_age(&self, now: u64) -> Result<(), LoginFault> {
        // Another machine, whose clock is a little ahead, may have begun it.
        if now.saturating_sub(self.began_at) < LIFETIME { Ok(()) } else { Err(LoginFault::TookTooLong) }
    }

    /// What the provider is told of the verifier (RFC 7636 section 4.2).
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.as_bytes()))
    }
}

/// # Errors
/// Where the system gives none.
fn random() -> Result<String, Unavailable> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes).map_err(|error| Unavailable::backend().because(error))?;
    Ok(URL_SAFE_NO_PAD.encode(*bytes))
}

/// The cookies of the sign-ins at one provider.
pub(super) struct FlowCookies {
    prefix: String,
    attributes: &'static str,
    provider: String,
}

impl FlowCookies {
    /// `is_secure` says whether browsers come over TLS.
    pub(super) fn new(is_secure: bool, configuration: Option<&str>, provider: Option<&str>) -> Self {
        let host = if is_secure { "__Host-" } else { "" };
        let part = |name: Option<&str>| name.map(|name| format!("-{name}")).unwrap_or_default();
        let attributes =
            if is_secure { "; Path=/; Secure; HttpOnly; SameSite=Lax" } else { "; Path=/; HttpOnly; SameSite=Lax" };
        Self {
            prefix: format!("{host}login{}{}.", part(configuration), part(provider)),
            attributes,
            provider: provider.unwrap_or_default().to_owned(),
        }
    }

    fn name(&self, state: &str) -> Option<String> {
        let is_ours =
            state.len() == 43 && state.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        Some(format!("{}{}", self.prefix, state.get(..IN_NAME).filter(|_| is_ours)?))
    }

    /// Gives a sign-in to the browser, and takes the oldest from it where it has many.
    ///
    /// # Errors
    /// Where it cannot be encrypted.
    pub(super) fn give(
        &self,
        flow: &Flow,
        sessions: &LiveSessions,
        headers: &HeaderMap,
    ) -> Result<Vec<HeaderValue>, Unavailable> {
        let unusable = || Unavailable::backend().because("a sign-in could not be written into a cookie");
        let text = Zeroizing::new(serde_json::to_vec(flow).map_err(|_| unusable())?);
        let sealed = sessions.vault.encrypt(KIND, &[&self.provider], &text)?;
        let name = self.name(&flow.state).ok_or_else(unusable)?;
        let line = format!("{name}={sealed}; Max-Age={}{}", LIFETIME / 1000, self.attributes);
        let mut value = HeaderValue::from_str(&line).map_err(|_| unusable())?;
        value.set_sensitive(true);
        let under_way: Vec<_> = names(headers, self.prefix.as_bytes()).collect();
        // Browsers send the cookie first that they have had for longest (RFC 6265 section 5.4).
        let too_many = (under_way.len() + 1).saturating_sub(AT_ONCE);
        let oldest =
            under_way.into_iter().take(too_many).filter_map(|name| self.deletion_of(str::from_utf8(name).ok()?));
        Ok([value].into_iter().chain(oldest).collect())
    }

    /// The sign-in that this browser has under way with this state, which is over by that; and the cookie that says so.
    pub(super) fn take(
        &self,
        state: &str,
        sessions: &LiveSessions,
        headers: &HeaderMap,
        now: u64,
    ) -> (Option<HeaderValue>, Result<Flow, LoginFault>) {
        let Some(name) = self.name(state) else { return (None, Err(LoginFault::StateUnknown)) };
        let sealed = match cookie(headers, &name) {
            Cookie::Absent => return (None, Err(LoginFault::StateUnknown)),
            Cookie::Unreadable => return (self.deletion_of(&name), Err(LoginFault::StateUnknown)),
            Cookie::Present(sealed) => sealed,
        };
        let flow = sessions.vault.decrypt(KIND, &[&self.provider], sealed);
        let flow = flow.and_then(|text| serde_json::from_slice::<Flow>(&text).ok());
        let flow = flow.filter(|flow| flow.state.as_bytes().ct_eq(state.as_bytes()).into());
        let flow = flow.ok_or(LoginFault::StateUnknown);
        (self.deletion_of(&name), flow.and_then(|flow| flow.check_age(now).map(|()| flow)))
    }

    fn deletion_of(&self, name: &str) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{name}=; Max-Age=0{}", self.attributes)).ok()
    }
}
