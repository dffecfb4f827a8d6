//! Signing in at an OpenID provider (feature `login`).
//!
//! [`Sessions::login`](crate::Sessions::login) is all that an application says; the provider's word begins a [session](crate::session),
//! and handlers ask for that as for any other: `#[requires(session)]`.
//!
//! ```standalone_crate
//! use actix_web::{App, get};
//! use auth_runtime::login::OidcLogin;
//! use auth_runtime::{Auth, Session, Sessions, requires};
//!
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct User { name: Option<String> }
//!
//! #[requires(session)]
//! #[get("/me")]
//! async fn me(user: Session<User>) -> String {
//!     format!("hello {}", user.name.as_deref().unwrap_or("you"))
//! }
//!
//! # fn main() -> Result<(), auth_runtime::config::ConfigError> {
//! # let secret = "from the environment";
//! let login = OidcLogin::new("https://idp.example", "shop", secret)
//!     .scopes(["profile"])
//!     .details(|who| User { name: who.text("name").map(str::to_owned) });
//! let auth = Auth::builder()
//!     .public_origin("https://shop.example")
//!     .session(Sessions::in_memory().login(login))
//!     .build()?;
//! // `scheme_routes` serves `/login`, `/callback`, `/logout` and `/backchannel-logout`. Register `https://shop.example/callback` at the provider as
//! // redirect URI, `https://shop.example/` as post-logout redirect URI, and `https://shop.example/backchannel-logout` if it tells of sign-outs.
//! let app = App::new().service(auth.scheme_routes()).service(auth.scope("").service(me));
//! # let _ = app;
//! # Ok(())
//! # }
//! ```
//!
//! # Signing out
//!
//! A form that posts to `/logout` ends the session and signs the browser out at the provider. Where somebody signs out there first, the provider
//! tells it at `/backchannel-logout`, which is answered once the sessions have ended on all machines.
//!
//! # Calls upstream
//!
//! The provider's tokens stay on the server. A handler that takes [`Tokens`] calls other services in the caller's name; what the access token has to
//! be for is asked of the provider by [`scopes`](OidcLogin::scopes) and [`parameter`](OidcLogin::parameter). For tokens that outlive an hour, many
//! providers want the scope `offline_access`.
//!
//! # Accounts of this service's own
//!
//! [`Linking`] sends somebody who is signed in here to a provider, and tells the application who that is there; see
//! [the manual](crate::manual::signing_in#linking-accounts).
//!
//! # Security
//! - The authorization code flow with PKCE (S256), `state` and `nonce` (OpenID Connect Core 1.0, RFC 7636, RFC 9700). All three are bound to the browser
//!   by an encrypted cookie of ten minutes, which ends with the first answer; nothing is stored before somebody is signed in.
//! - The answer must be the provider's own: `iss` (RFC 9207) is compared where it is sent, and demanded where the provider announces it;
//!   each provider has its own callback path.
//! - ID tokens pass the verifier of all tokens: signature, `iss`, `aud`, `azp`, times; then `nonce`, `at_hash`, `acr` and `auth_time`.
//! - Tokens are in the session, encrypted under a key that the store does not have (XChaCha20-Poly1305). A refresh token is used by one process at a
//!   time; where the provider refuses it, because it was revoked or used by somebody else, the session ends.
//! - Sign-out takes a `POST` of this origin's, so that no link ends a session. A logout token is judged as an ID token, counts for five
//!   minutes and once, and bars whoever was about to sign in.
//! - For each address the provider is asked about 300 codes a minute at most, and 600 logout tokens are read.
//! - Who somebody is, is their issuer and subject: [`Principal::key`](crate::Principal::key). An email address tells nobody apart.
//! - Where signing in does not work, a page says so in one sentence, and an event in the log says why.

mod fault;
mod flow;
mod id_token;
mod identity;
mod link;
mod logout;
mod page;
mod provider;
mod routes;
mod settings;
mod tokens;

use std::any::Any;
use std::sync::Arc;

pub use self::identity::LoginIdentity;
pub use self::link::Linking;
pub use self::settings::OidcLogin;
pub use self::tokens::Tokens;
pub use crate::outgoing::AccessToken;
pub use crate::provider::client_auth::PrivateKeyJwt;

use crate::authorities::AuthorityLoader;
use crate::fault::Misconfiguration;
use crate::scheme::session::login::{Login, LoginSettings};
use crate::scheme::session::{LiveSessions, Record, Sessions};

impl Sessions {
    /// Lets people sign in at this provider; see [`login`](crate::login). Called again with another
    /// [name](OidcLogin::named), at that one too. [`Auth::scheme_routes`](crate::Auth::scheme_routes) serves its paths: mount them on the `App` itself,
    /// since they begin at the public origin.
    pub fn login(self, provider: OidcLogin) -> Self {
        let login_path = provider.paths().login;
        self.with_login(Settings { provider, login_path })
    }
}

struct Settings {
    provider: OidcLogin,
    login_path: Box<str>,
}

impl LoginSettings for Settings {
    fn build(&self, origin: &str) -> Result<Arc<dyn Login>, Misconfiguration> {
        Ok(Arc::new(provider::Provider::new(self.provider.clone(), origin)?))
    }

    fn login_path(&self) -> &str {
        &self.login_path
    }

    fn authorities(&self) -> Option<&AuthorityLoader> {
        self.provider.authorities.as_ref()
    }
}

/// The provider where a session began.
fn provider_of(sessions: &LiveSessions, record: &Record) -> Option<Arc<provider::Provider>> {
    let login = record.login.as_ref()?;
    // Of this name there may have been another one.
    provider_named(sessions, login.provider.as_deref()).filter(|known| known.settings.issuer == login.issuer)
}

fn provider_named(sessions: &LiveSessions, name: Option<&str>) -> Option<Arc<provider::Provider>> {
    let known: Arc<dyn Login> = Arc::clone(sessions.login(name)?);
    let known: Arc<dyn Any + Send + Sync> = known;
    Arc::downcast(known).ok()
}
