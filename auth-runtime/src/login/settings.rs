//! What is said of a provider where people sign in.

use std::fmt::{self, Display};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::authorities::{AuthorityLoader, IntoAuthorityLoader};
use crate::login::identity::LoginIdentity;
use crate::login::link::StoreLink;
use crate::principal::Principal;
use crate::provider::client_auth::{Client, PrivateKeyJwt};
use crate::provider::transport::{Transport, transport_options};

/// Writes the details of a session as JSON.
pub(super) type WriteDetails = dyn Fn(&LoginIdentity) -> serde_json::Result<String> + Send + Sync;

/// A provider where people sign in, for [`Sessions::login`](crate::Sessions::login); see [the module](super).
///
/// By default the client has a secret, which it shows in `Authorization` (`client_secret_basic`).
#[derive(Clone)]
#[must_use]
pub struct OidcLogin {
    pub(super) issuer: Box<str>,
    pub(super) client: Client,
    pub(super) name: Option<Box<str>>,
    pub(super) scopes: Vec<Box<str>>,
    pub(super) parameters: Vec<(Box<str>, Box<str>)>,
    pub(super) acr: Vec<Box<str>>,
    pub(super) max_age: Option<Duration>,
    pub(super) login_path: Option<Box<str>>,
    pub(super) callback_path: Option<Box<str>>,
    pub(super) logout_path: Option<Box<str>>,
    pub(super) signed_out_path: Option<Box<str>>,
    pub(super) backchannel_logout_path: Option<Box<str>>,
    pub(super) untyped_logout_tokens: bool,
    pub(super) email_domains: Vec<Box<str>>,
    pub(super) details: Option<Arc<WriteDetails>>,
    pub(super) authorities: Option<AuthorityLoader>,
    pub(super) link: Option<Arc<StoreLink>>,
    pub(super) transport: Transport,
}

impl OidcLogin {
    /// The provider with this issuer identifier, the exact `iss` of its tokens, where this service is the client with this id and
    /// secret. Its endpoints and keys are found by discovery.
    pub fn new(issuer: impl Into<Box<str>>, client_id: impl Into<Box<str>>, secret: impl Into<String>) -> Self {
        Self::of(issuer.into(), Client::SecretBasic { id: client_id.into(), secret: Zeroizing::new(secret.into()) })
    }

    /// The same for a client without a secret: PKCE alone says that the code comes back to whoever asked for it.
    pub fn public(issuer: impl Into<Box<str>>, client_id: impl Into<Box<str>>) -> Self {
        Self::of(issuer.into(), Client::Public { id: client_id.into() })
    }

    /// The same for a client that signs with a private key (`private_key_jwt`).
    pub fn private_key(issuer: impl Into<Box<str>>, key: PrivateKeyJwt) -> Self {
        Self::of(issuer.into(), Client::PrivateKey(key))
    }

    fn of(issuer: Box<str>, client: Client) -> Self {
        Self {
            issuer,
            client,
            name: None,
            scopes: Vec::new(),
            parameters: Vec::new(),
            acr: Vec::new(),
            max_age: None,
            login_path: None,
            callback_path: None,
            logout_path: None,
            signed_out_path: None,
            backchannel_logout_path: None,
            untyped_logout_tokens: false,
            email_domains: Vec::new(),
            details: None,
            authorities: None,
            link: None,
            transport: Transport::default(),
        }
    }

    /// Shows the secret in the body instead (`client_secret_post`). A client without a secret stays as it is.
    pub fn client_secret_post(mut self) -> Self {
        self.client = match self.client {
            Client::SecretBasic { id, secret } | Client::SecretJwt { id, secret } => Client::SecretPost { id, secret },
            other => other,
        };
        self
    }

    /// Signs with the secret instead of showing it (`client_secret_jwt`, HS256): it must have 32 bytes at least. A client without a secret stays as it is.
    pub fn client_secret_jwt(mut self) -> Self {
        self.client = match self.client {
            Client::SecretBasic { id, secret } | Client::SecretPost { id, secret } => Client::SecretJwt { id, secret },
            other => other,
        };
        self
    }

    /// A name that tells several providers apart, of letters, digits, `-`, `_` and `.`. It becomes part of the paths: `/login/name`,
    /// `/callback/name`, `/backchannel-logout/name`.
    pub fn named(mut self, name: impl Into<Box<str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Scopes to ask for beside `openid`, such as `email`, `profile` and `offline_access`. Called again, adds.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Another parameter of the request that sends people to the provider, such as `prompt` or `audience`. Those that this crate sends
    /// itself cannot be given.
    pub fn parameter(mut self, name: impl Into<Box<str>>, value: impl Into<Box<str>>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Asks for an authentication of one of these classes, the best first, and accepts no other.
    pub fn acr(mut self, classes: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.acr.extend(classes.into_iter().map(Into::into));
        self
    }

    /// Asks for an authentication that is no older, and accepts no older one: people who have signed in at the provider longer ago do
    /// so again. In seconds.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Where sign-in begins; `/login` by default. It is the [login page](crate::Sessions::login_page) where none is said.
    pub fn login_path(mut self, path: impl Into<Box<str>>) -> Self {
        self.login_path = Some(path.into());
        self
    }

    /// Where the provider sends people back to; `/callback` by default. Register the [public
    /// origin](crate::config::AuthBuilder::public_origin) with this path as redirect URI, to the letter.
    pub fn callback_path(mut self, path: impl Into<Box<str>>) -> Self {
        self.callback_path = Some(path.into());
        self
    }

    /// Where people sign out, here and at the provider where they signed in (OpenID Connect RP-Initiated Logout 1.0), by a `POST` such as that of a form;
    /// `/logout` by default. It is for all sessions of this configuration, wherever they began.
    pub fn logout_path(mut self, path: impl Into<Box<str>>) -> Self {
        self.logout_path = Some(path.into());
        self
    }

    /// The page where people are who have signed out; `/` by default. Register the public origin with this path at the provider as post-logout
    /// redirect URI.
    pub fn signed_out_path(mut self, path: impl Into<Box<str>>) -> Self {
        self.signed_out_path = Some(path.into());
        self
    }

    /// Where the provider tells that people have signed out there (OpenID Connect Back-Channel Logout 1.0): their sessions here end, before it is
    /// answered. `/backchannel-logout` by default. Register it at the provider as back-channel logout URI.
    pub fn backchannel_logout_path(mut self, path: impl Into<Box<str>>) -> Self {
        self.backchannel_logout_path = Some(path.into());
        self
    }

    /// Takes logout tokens that do not say that they are some: whose `typ` is `JWT`, or nothing. By default it must be `logout+jwt`, as
    /// the standard recommends; older providers leave it out, and are answered 400.
    ///
    /// # Security
    /// Whatever else the provider signs for this client must then be told from a logout token by its claims alone: `events`, and no `nonce`.
    pub fn dangerous_untyped_logout_tokens(mut self) -> Self {
        self.untyped_logout_tokens = true;
        self
    }

    /// Believes this provider about email addresses of this domain: [`LoginIdentity::verified_email`]. Called again, adds.
    ///
    /// # Security
    /// Name the domains whose accounts the provider itself manages. Elsewhere `email_verified` says that somebody could once read a
    /// mail to that address.
    pub fn email_authority(mut self, domain: impl Into<Box<str>>) -> Self {
        self.email_domains.push(domain.into());
        self
    }

    /// What the session carries of whoever has signed in, for [`Session<T>`](crate::Session); nothing by default.
    ///
    /// ```
    /// use auth_runtime::login::{LoginIdentity, OidcLogin};
    ///
    /// #[derive(serde::Serialize)]
    /// struct User { name: Option<String> }
    ///
    /// let login = OidcLogin::new("https://idp.example", "shop", "secret")
    ///     .scopes(["profile"])
    ///     .details(|who: &LoginIdentity| User { name: who.text("name").map(str::to_owned) });
    /// # let _ = login;
    /// ```
    pub fn details<T: Serialize>(mut self, make: impl Fn(&LoginIdentity) -> T + Send + Sync + 'static) -> Self {
        self.details = Some(Arc::new(move |who| serde_json::to_string(&make(who))));
        self
    }

    /// What the application itself knows of the callers: see [`Sessions::authorities`](crate::Sessions::authorities), of which this is another
    /// spelling. The function is asked with every request in any session of this configuration, and once while somebody signs in: whom it does not
    /// know gets no session, and a page that says so.
    ///
    /// # Errors
    /// [`build`](crate::config::AuthBuilder::build) fails where another function is said, for another provider or for the sessions.
    pub fn authorities<Args>(mut self, load: impl IntoAuthorityLoader<Args>) -> Self {
        self.authorities = Some(load.into_loader());
        self
    }

    /// Lets people who are signed in here sign in at this provider too, by [`Linking`](super::Linking), and tells this function that one is the
    /// other: the account in whose session it was asked for, and who has signed in there. Without it nobody is linked.
    ///
    /// It brings `Ok(true)` once that is noted, and `Ok(false)` where it may not be, such as for somebody who belongs to another account: a page
    /// says so. An error is logged, and answered 503. Note provider, issuer and subject under a unique key, so that of two accounts one has them.
    ///
    /// ```
    /// use auth_runtime::Principal;
    /// use auth_runtime::login::{LoginIdentity, OidcLogin};
    ///
    /// #[derive(Clone)]
    /// struct Database;
    ///
    /// impl Database {
    ///     /// `INSERT … ON CONFLICT DO NOTHING`; whether the row is that account's.
    ///     async fn link(&self, account: &str, issuer: &str, subject: &str) -> Result<bool, std::io::Error> {
    /// #       let _ = (account, issuer, subject);
    ///         Ok(true)
    ///     }
    /// }
    ///
    /// let database = Database;
    /// let login = OidcLogin::new("https://idp.example", "shop", "secret").link(move |account: Principal, who: LoginIdentity| {
    ///     let database = database.clone();
    ///     async move { database.link(account.subject(), who.issuer(), who.subject()).await }
    /// });
    /// # let _ = login;
    /// ```
    ///
    /// # Security
    /// The provider lets in whoever it says that this is, from now on and as the account: link none that you would not believe. Tell the account's
    /// holder, and show what is linked where it can be taken back.
    pub fn link<F, E>(mut self, store: impl Fn(Principal, LoginIdentity) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<bool, E>> + 'static,
        E: Display,
    {
        self.link = Some(Arc::new(move |account, who| {
            let stored = store(account, who);
            Box::pin(async move { stored.await.map_err(|error| error.to_string()) })
        }));
        self
    }

    transport_options!(
        "Whoever stands between this service and that host reads the client's secret and signs anybody in."
    );
}

/// Never a secret.
impl fmt::Debug for OidcLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OidcLogin")
            .field("issuer", &self.issuer)
            .field("client", &self.client)
            .field("name", &self.name)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
