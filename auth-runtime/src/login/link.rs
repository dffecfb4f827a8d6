//! Linking: whoever is signed in here signs in at a provider too, and the application notes that both are one.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse};
use futures_core::future::LocalBoxFuture;
use futures_util::FutureExt as _;

use crate::auth::Auth;
use crate::denial::{Denial, Reason};
use crate::extract::{certain, signing_in};
use crate::grant::{FromGrant, Grant, IdentityError, ViaGrant, Yields};
use crate::login::fault::LoginFault;
use crate::login::flow::Stronger;
use crate::login::id_token::{Authenticated, LEEWAY};
use crate::login::identity::LoginIdentity;
use crate::login::routes::AtRequest;
use crate::login::{Tokens, provider_named};
use crate::policy::{MaxAge, Policy, StepUp};
use crate::principal::Principal;
use crate::scheme::SessionScheme;
use crate::scheme::session::{CurrentSession, SigningIn};
use crate::telemetry::{foreign, limited};
use crate::time::UnixTime;

/// How long ago whoever links may have been authenticated, in seconds.
const RECENT: u32 = 300;

/// Notes that somebody at a provider is the holder of an account; whether it may be so.
pub(super) type StoreLink =
    dyn Fn(Principal, LoginIdentity) -> LocalBoxFuture<'static, Result<bool, String>> + Send + Sync;

/// Sends whoever is signed in to a provider, to sign in there as well: what a handler takes that links an account. The session stays as it
/// is; who has signed in there is told to the function that [`OidcLogin::link`](super::OidcLogin::link) was given.
///
/// ```standalone_crate
/// use actix_web::{Responder, post};
/// use auth_runtime::login::Linking;
/// use auth_runtime::{Denial, requires};
///
/// #[requires(session, max_age = "5m")]
/// #[post("/account/link")]
/// async fn link(linking: Linking) -> Result<impl Responder, Denial> {
///     linking.to("/account").begin().await
/// }
/// ```
///
/// # Security
/// Whoever links a stranger's identity to an account has given it away. So linking
/// - begins by a request that changes something, such as a `POST`, and that no other site has caused;
/// - belongs to the session that has asked for it: no other session, and no other browser, can finish it;
/// - needs an authentication of the last five minutes, when it begins and when it ends, whatever the policy says. `max_age = "5m"` in the policy
///   sends people to sign in again where they would be refused here;
/// - asks the provider to authenticate people anew (`max_age=0`), so that nobody is linked because a browser is signed in there as somebody else. A
///   provider that says that it did not is refused; one that does not know this parameter, such as Google, says nothing and has whom it knows
///   linked: `.parameter("prompt", "select_account")` has it ask.
#[must_use = "nobody is sent to the provider before `begin`"]
pub struct Linking {
    request: HttpRequest,
    account: Principal,
    session: Arc<CurrentSession>,
    provider: Option<Box<str>>,
    to: Option<String>,
}

debug_by_name!([] Linking as "Linking";);

impl Linking {
    /// At the provider of this [name](super::OidcLogin::named), where there are several.
    pub fn at(mut self, provider: impl Into<Box<str>>) -> Self {
        self.provider = Some(provider.into());
        self
    }

    /// Where the browser is sent when both are linked: a path of this service; `/` by default.
    pub fn to(mut self, path: impl Into<String>) -> Self {
        self.to = Some(path.into());
        self
    }

    /// The answer that sends the browser to the provider: a 303.
    ///
    /// # Errors
    /// A 403 where another site has caused the request, it changes nothing by its method, or the caller was authenticated more than five
    /// minutes ago. A 500 where no such provider is configured, or none with [`link`](super::OidcLogin::link), which is logged. A 503 where the
    /// provider cannot be asked.
    pub async fn begin(self) -> Result<HttpResponse, Denial> {
        let Self { request, account, session, provider, to } = self;
        let auth = request.app_data::<Auth>().ok_or_else(|| Denial::of(Reason::AuthMissing))?.clone();
        if request.method().is_safe() || !auth.settings().origins.permits_sign_in(&request) {
            limited!(info, path = foreign(request.path()), "a link that another site may have caused is not begun");
            return Err(Denial::of(Reason::CrossSite));
        }
        if !is_recent(&auth, &account) {
            return Err(Denial::forbidden("sign in again, and link within five minutes"));
        }
        let sessions = Arc::clone(session.sessions());
        let provider = provider_named(&sessions, provider.as_deref()).filter(|known| known.settings.link.is_some());
        let Some(provider) = provider else {
            limited!(error, "nobody can be linked there: no such provider, or it has no function; add `.link(…)`");
            return Err(Denial::of(Reason::SchemeUnconfigured));
        };
        let at = AtRequest { provider, sessions, request };
        // Whoever somebody else has signed in there before is not linked without a look.
        let anew = Stronger { acr: None, max_age: Some(0), of: None };
        at.to_provider(to, Some(anew), Some(session.record().sid.clone())).await.map_err(|fault| {
            let reason =
                if fault.status().as_u16() == 503 { Reason::BackendUnavailable } else { Reason::IdentityUnfit };
            Denial::of(reason)
        })
    }
}

#[diagnostic::do_not_recommend]
impl<P: Policy<Access: Yields<SessionScheme>>> FromGrant<P, ViaGrant> for Linking {
    fn from_grant(grant: &Grant<P>, request: &HttpRequest) -> Result<Option<Self>, IdentityError> {
        let Tokens { current: session, principal: account, .. } = certain(grant)?;
        Ok(Some(Self { request: request.clone(), account, session, provider: None, to: None }))
    }
}

fn is_recent(auth: &Auth, account: &Principal) -> bool {
    let recent = StepUp { acr: None, max_age: Some(MaxAge::seconds(RECENT)) };
    recent.is_met(account, &auth.settings().hierarchies.acr, &*auth.settings().clock)
}

impl AtRequest {
    /// Tells the application who has signed in at the provider, for the account in whose session, by its name, this was begun.
    pub(super) async fn link(
        &self,
        auth: &Auth,
        who: Authenticated,
        session: &str,
        began_at: u64,
    ) -> Result<(), LoginFault> {
        let store = self.provider.settings.link.as_ref().ok_or(LoginFault::Broken)?;
        let settings = auth.settings();
        let now = settings.clock.now().map_err(|_| LoginFault::Unavailable)?;
        let account = self.sessions.caller(self.request.headers(), now).await;
        let account = account.map_err(|denial| LoginFault::of_denial(&denial))?;
        let account = account.filter(|account| account.session_id() == Some(session)).ok_or(LoginFault::SessionOver)?;
        // A provider may pass over what it was asked, and tell so (OpenID Connect Core 1.0 section 3.1.3.7).
        let began_at = UnixTime::try_from(began_at / 1000).unwrap_or(UnixTime::MAX);
        let is_of_before = who.auth_time.is_some_and(|at| at < began_at.saturating_sub(LEEWAY));
        if is_of_before || !is_recent(auth, &account) {
            return Err(LoginFault::TooWeak);
        }
        self.admit(auth, &account).await?;
        let identity = who.identity;
        let subject = identity.subject.clone();
        let stored = AssertUnwindSafe(async { store(account.clone(), identity).await }).catch_unwind();
        let fault = |cause: &dyn fmt::Display, fault| {
            limited!(error, cause = foreign(cause), "the application cannot note whom an account is linked with");
            Err(fault)
        };
        match tokio::time::timeout(settings.deadline, stored).await {
            Ok(Ok(Ok(true))) => {
                tracing::info!(
                    account = foreign(account.subject()),
                    provider = foreign(&self.provider.settings.issuer),
                    subject = foreign(&subject),
                    session,
                    "an account is linked"
                );
                let who = SigningIn { subject, ..signing_in(auth, &self.sessions, &self.request) };
                self.sessions.tell_linked(&self.provider.settings.issuer, session, &who);
                Ok(())
            }
            Ok(Ok(Ok(false))) => Err(LoginFault::LinkRefused),
            Ok(Ok(Err(cause))) => fault(&cause, LoginFault::Unavailable),
            Ok(Err(_)) => fault(&"it panicked", LoginFault::Broken),
            Err(_) => fault(&"it took longer than the deadline", LoginFault::Unavailable),
        }
    }
}
