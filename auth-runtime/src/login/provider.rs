//! A provider, ready to be asked.

use std::sync::Arc;

use url::Url;

use crate::denial::is_listed_word;
use crate::fault::Misconfiguration;
use crate::jwt::{IntoSettings as _, Jwt, Presentation, Verifier};
use crate::login::fault::LoginFault;
use crate::login::flow::{FlowCookies, Stronger};
use crate::login::settings::OidcLogin;
use crate::login::tokens::Refreshed;
use crate::provider::Worker;
use crate::provider::discovery::Metadata;
use crate::provider::endpoint::Endpoint;
use crate::provider::fetch_error::{FetchError, Refused};
use crate::provider::granted::Granted;
use crate::provider::limits::flight::Flights;
use crate::provider::published::Published;
use crate::provider::token_endpoint::TokenAsker;
use crate::shares::Lookups;
use crate::telemetry::{foreign, limited};
use crate::time::UnixTime;

/// A provider where people sign in.
pub(super) struct Provider {
    pub(super) settings: OidcLogin,
    pub(super) paths: Paths,
    /// The exact redirect URI.
    pub(super) redirect_uri: String,
    /// Where the provider sends people who have signed out.
    pub(super) signed_out_uri: String,
    pub(super) verifier: Verifier,
    /// Exchanges of codes.
    pub(super) lookups: Lookups,
    asker: TokenAsker,
    published: Arc<Published<Endpoints>>,
    is_secure: bool,
    /// Refreshes under way, by session.
    pub(super) refreshing: Arc<Flights<Box<str>, Refreshed>>,
}

debug_by_name!([] Provider as "Provider";);

/// Where things are served.
#[derive(Debug)]
pub(super) struct Paths {
    pub(super) login: Box<str>,
    pub(super) callback: Box<str>,
    pub(super) logout: Box<str>,
    pub(super) backchannel_logout: Box<str>,
}

/// Where the provider is asked.
#[derive(Debug)]
pub(super) struct Endpoints {
    pub(super) authorization: Endpoint,
    token: Endpoint,
    /// Where a browser is sent to sign out there too.
    pub(super) end_session: Option<Endpoint>,
    /// It names itself in every answer (RFC 9207 section 3).
    pub(super) says_issuer: bool,
}

impl Provider {
    /// # Errors
    /// What is wrong and what to do about it.
    pub(super) fn new(settings: OidcLogin, origin: &str) -> Result<Self, Misconfiguration> {
        let fault = |option: &str, fault: &dyn std::fmt::Display| Misconfiguration::new(format!("`{option}`: {fault}"));
        settings.transport.endpoint(&settings.issuer).map_err(|wrong| fault("issuer", &wrong.0))?;
        if let Some((option, wrong)) = settings.transport.fault().or_else(|| settings.fault()) {
            return Err(fault(option, &wrong));
        }
        let paths = settings.paths();
        if settings.signed_out_path.as_deref().is_some_and(|path| !is_path(path)) {
            return Err(fault("signed_out_path", &"not a path of this service; write it like `/`"));
        }
        for path in [&paths.login, &paths.callback, &paths.logout, &paths.backchannel_logout] {
            if !is_path(path) {
                return Err(fault(path, &"not a path that can be served; write it like `/callback`"));
            }
        }
        for (path, other, options) in [
            (&paths.login, &paths.callback, "`login_path` and `callback_path`"),
            (&paths.logout, &paths.backchannel_logout, "`logout_path` and `backchannel_logout_path`"),
        ] {
            if path == other {
                return Err(Misconfiguration::new(format!("`{path}` is both {options}; give each its own")));
            }
        }
        let client_id = settings.client.id();
        let worker = Worker::shared().map_err(|_| Misconfiguration::new("the process may start no more threads"))?;
        let asker = TokenAsker::new(&settings.client, ("issuer", &settings.issuer), &settings.transport, &worker);
        let asker = asker.map_err(|(option, wrong)| fault(option, &wrong))?;
        let jwt = Jwt::oidc(settings.issuer.clone()).audience(client_id).into_settings().jwt;
        let mut jwt = jwt.ok_or_else(|| Misconfiguration::new("ID tokens cannot be verified"))?;
        jwt.acceptance.issuer.add_authorized_parties([client_id]);
        // Each is seen once.
        jwt.cache_bytes = 0;
        jwt.key_sets.transport = settings.transport.clone();
        // A logout token may name a session and nobody.
        jwt.acceptance.subject_claims = vec!["sub".into(), "sid".into()];
        let mut verifier = jwt.verifier(Presentation::unbound(None)).map_err(|wrong| fault("issuer", &wrong))?;
        verifier.takes_logout_tokens = true;
        let published = Published::new(&settings.issuer, &settings.transport, &worker, Endpoints::read);
        let published = published.map_err(|wrong| fault("issuer", &wrong))?;
        Ok(Self {
            redirect_uri: format!("{origin}{}", paths.callback),
            signed_out_uri: format!("{origin}{}", settings.signed_out_path.as_deref().unwrap_or("/")),
            paths,
            verifier,
            lookups: Lookups::default(),
            asker,
            published: Arc::new(published),
            is_secure: origin.starts_with("https://"),
            refreshing: Arc::default(),
            settings,
        })
    }

    /// The cookies of sign-ins to these sessions.
    pub(super) fn cookies(&self, configuration: Option<&str>) -> FlowCookies {
        FlowCookies::new(self.is_secure, configuration, self.settings.name.as_deref())
    }

    /// Where the provider is asked, as it said within the hour, or within the day where it cannot be asked now.
    ///
    /// # Errors
    /// Where it never said, or too long ago.
    pub(super) async fn endpoints(&self) -> Result<Arc<Endpoints>, LoginFault> {
        self.published.get().await.map_err(|error| {
            limited!(
                error,
                provider = foreign(&self.settings.issuer),
                error = foreign(error),
                "a provider where people sign in does not say where it is asked"
            );
            if error == FetchError::Abandoned { LoginFault::Broken } else { LoginFault::ProviderAway }
        })
    }

    /// Where a browser is sent to sign in.
    ///
    /// What is demanded beside the settings comes first: of several classes the provider takes the first that it can.
    pub(super) fn authorization_url(
        &self,
        endpoints: &Endpoints,
        parameters: &[(&str, &str)],
        stronger: Option<&Stronger>,
    ) -> Url {
        let mut url = endpoints.authorization.url().clone();
        let settings = &self.settings;
        let scopes = ["openid"]
            .into_iter()
            .chain(settings.scopes.iter().map(|scope| &**scope).filter(|scope| *scope != "openid"));
        let scopes = scopes.collect::<Vec<_>>().join(" ");
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("response_type", "code").append_pair("client_id", settings.client.id());
            query.append_pair("redirect_uri", &self.redirect_uri).append_pair("scope", &scopes);
            query.extend_pairs(parameters);
            let ages = [settings.max_age.map(|age| age.as_secs()), stronger.and_then(|it| it.max_age).map(u64::from)];
            if let Some(age) = ages.into_iter().flatten().min() {
                query.append_pair("max_age", &age.to_string());
            }
            let first = stronger.and_then(|it| it.acr.as_deref());
            let others = settings.acr.iter().map(|class| &**class).filter(|class| Some(*class) != first);
            let classes: Vec<&str> = first.into_iter().chain(others).collect();
            if !classes.is_empty() {
                query.append_pair("acr_values", &classes.join(" "));
            }
            query.extend_pairs(settings.parameters.iter().map(|(name, value)| (&**name, &**value)));
        }
        url
    }

    /// Exchanges a grant for tokens (RFC 6749 section 4.1.3 and 6).
    ///
    /// # Errors
    /// Where the provider gives none.
    pub(super) async fn exchange(&self, grant: &[(&str, &str)], now: UnixTime) -> Result<Granted, LoginFault> {
        let endpoints = self.endpoints().await?;
        let error = match self.asker.ask(&endpoints.token, grant, now).await {
            Ok(granted) => return Ok(granted),
            Err(error) => error,
        };
        let (provider, error_text) = (foreign(&self.settings.issuer), foreign(error));
        match error {
            FetchError::Refused(Refused::Grant) => {
                limited!(warn, provider, "a provider does not accept the code of a sign-in, or a refresh token");
                Err(LoginFault::CodeRefused)
            }
            FetchError::Status(401 | 403) | FetchError::Refused(Refused::Access) => {
                limited!(
                    error,
                    provider,
                    error = error_text,
                    remedy = "correct client id, secret or key, and method",
                    "a provider does not accept this service"
                );
                Err(LoginFault::ClientRejected)
            }
            _ => {
                limited!(error, provider, error = error_text, "a provider where people sign in gives no tokens");
                Err(match error {
                    FetchError::AssertionUnsigned | FetchError::Abandoned => LoginFault::Broken,
                    _ => LoginFault::ProviderAway,
                })
            }
        }
    }
}

impl Endpoints {
    fn read(metadata: &Metadata<'_>) -> Result<Self, FetchError> {
        let missing = FetchError::Malformed("metadata without an endpoint for authorization or tokens");
        Ok(Self {
            authorization: metadata.endpoint("authorization_endpoint")?.ok_or(missing)?,
            token: metadata.endpoint("token_endpoint")?.ok_or(missing)?,
            end_session: metadata.endpoint("end_session_endpoint")?,
            says_issuer: metadata.is_true("authorization_response_iss_parameter_supported"),
        })
    }
}

/// A path that is served as it stands.
fn is_path(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.starts_with('/') && !path.contains("//") && path.bytes().all(is_plain)
}

impl OidcLogin {
    pub(super) fn paths(&self) -> Paths {
        let path = |said: &Option<Box<str>>, default: &str| {
            said.clone().unwrap_or_else(|| match &self.name {
                Some(name) => format!("/{default}/{name}").into(),
                None => format!("/{default}").into(),
            })
        };
        Paths {
            login: path(&self.login_path, "login"),
            callback: path(&self.callback_path, "callback"),
            // One way out of all sessions.
            logout: self.logout_path.clone().unwrap_or_else(|| "/logout".into()),
            backchannel_logout: path(&self.backchannel_logout_path, "backchannel-logout"),
        }
    }

    /// What is wrong with it: the option and the remedy.
    fn fault(&self) -> Option<(&'static str, &'static str)> {
        const OURS: [&str; 11] = [
            "response_type",
            "client_id",
            "redirect_uri",
            "scope",
            "state",
            "nonce",
            "code_challenge",
            "code_challenge_method",
            "max_age",
            "acr_values",
            "response_mode",
        ];
        let is_plain = |name: &str| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        };
        let checks = [
            (
                self.name.as_deref().is_some_and(|name| !is_plain(name)),
                "named",
                "the name becomes part of paths; use letters, digits, `-`, `_` and `.`",
            ),
            (!self.scopes.iter().all(|scope| is_listed_word(scope)), "scopes", "give each scope alone, without spaces"),
            (!self.acr.iter().all(|class| is_listed_word(class)), "acr", "give each class alone, without spaces"),
            (
                self.parameters.iter().any(|(name, _)| name.is_empty() || OURS.contains(&&**name)),
                "parameter",
                "it is sent already, or has no name; see the methods of `OidcLogin`",
            ),
            (
                self.email_domains.iter().any(|domain| domain.is_empty() || domain.contains(['@', '*'])),
                "email_authority",
                "give a domain alone, as in `shop.example`",
            ),
        ];
        checks.into_iter().find(|(is_wrong, ..)| *is_wrong).map(|(_, option, fault)| (option, fault))
    }
}
