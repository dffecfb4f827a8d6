//! Signing in at an OpenID provider (feature `login`).
//!
//! [`Sessions::login`](crate::Sessions::login) is all that an application says; the provider's word begins a [session](crate::session),
//! and handlers ask for that as for any other: `#[requires(session)]`.
//!
//! ```
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
//! // `scheme_routes` serves `/login` and `/callback`. Register `https://shop.example/callback` at the provider.
//! let app = App::new().service(auth.scheme_routes()).service(auth.scope("").service(me));
//! # let _ = app;
//! # Ok(())
//! # }
//! ```
//!
//! # Security
//! - The authorization code flow with PKCE (S256), `state` and `nonce` (OpenID Connect Core 1.0, RFC 7636, RFC 9700). All three are bound to the browser
//!   by an encrypted cookie of ten minutes, which ends with the first answer; nothing is stored before somebody is signed in.
//! - The answer must be the provider's own: `iss` (RFC 9207) is compared where it is sent, and demanded where the provider announces it;
//!   each provider has its own callback path.
//! - ID tokens pass the verifier of all tokens: signature, `iss`, `aud`, `azp`, times; then `nonce`, `at_hash`, `acr` and `auth_time`.
//! - Who somebody is, is their issuer and subject: [`Principal::key`](crate::Principal::key). An email address tells nobody apart.
//! - Where signing in does not work, a page says so in one sentence, and an event in the log says why.

mod fault;
mod flow;
mod id_token;
mod identity;
mod page;
mod provider;
mod routes;
mod settings;

use std::sync::Arc;

pub use self::identity::LoginIdentity;
pub use self::settings::OidcLogin;
pub use crate::provider::client_auth::PrivateKeyJwt;

use crate::authorities::AuthorityLoader;
use crate::fault::Misconfiguration;
use crate::scheme::session::Sessions;
use crate::scheme::session::login::{Login, LoginSettings};

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
