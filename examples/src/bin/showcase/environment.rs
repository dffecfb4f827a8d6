//! What the environment says of an identity provider, its introspection endpoint and Redis.

use std::ffi::OsString;
use std::fmt;

/// What is there.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    pub(crate) provider: Option<Provider>,
    pub(crate) login: Option<LoginClient>,
    pub(crate) introspection: Option<Endpoint>,
    pub(crate) redis_url: Option<String>,
    /// Where clients reach this server.
    pub(crate) public_origin: Option<String>,
    /// Where this server listens, which is where browsers reach it unless somebody says otherwise.
    pub(crate) own_origin: Option<String>,
    /// Where who was refused, and who signed in and out, is written down.
    pub(crate) audit_log: Option<String>,
    /// Whether everyone may read what describes the server.
    pub(crate) open_docs: bool,
    /// Where this server listens with TLS too.
    pub(crate) tls_bind: Option<String>,
    /// The addresses of proxies that end TLS.
    pub(crate) trusted_proxies: Option<String>,
}

/// An identity provider whose JWTs are accepted.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) issuer: String,
    /// Our name there.
    pub(crate) audience: String,
}

/// What this server is called at a provider where people sign in.
#[derive(Clone)]
pub(crate) struct LoginClient {
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

/// Who says what an opaque token is.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) url: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) audience: String,
}

/// A variable that lacks another, or its value. Never shows a value: one of them is a secret.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Incomplete(String);

impl Environment {
    /// The origin of the pages.
    pub(crate) fn origin(&self) -> &str {
        self.public_origin.as_deref().or(self.own_origin.as_deref()).unwrap_or("http://127.0.0.1:8080")
    }

    /// The provider, whether people sign in there or send its tokens.
    pub(crate) fn issuer(&self) -> Option<&str> {
        let of_tokens = self.provider.as_ref().map(|provider| &*provider.issuer);
        of_tokens.or(self.login.as_ref().map(|login| &*login.issuer))
    }

    /// Reads the variables by their names.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, Incomplete> {
        let read = |name: &'static str| match variable(name).map(OsString::into_string) {
            Some(Ok(value)) if value.trim().is_empty() => {
                Err(Incomplete(format!("`{name}` is set to nothing; give it a value, or unset it")))
            }
            Some(Err(_)) => Err(Incomplete(format!("`{name}` is not Unicode; give it a value that is, or unset it"))),
            value => Ok(value.and_then(Result::ok)),
        };
        let (issuer, audience) = (read("OIDC_ISSUER")?, read("AUDIENCE")?);
        let (url, client_id, client_secret) = (read("INTROSPECTION_URL")?, read("CLIENT_ID")?, read("CLIENT_SECRET")?);
        let (login_id, login_secret) = (read("LOGIN_CLIENT_ID")?, read("LOGIN_CLIENT_SECRET")?);

        let beside = |set: &str, name: &str, value: &Option<String>, what: &str| {
            value.clone().ok_or_else(|| Incomplete(format!("`{set}` is set and `{name}` is not; set it to {what}")))
        };
        let audience_beside =
            |set| beside(set, "AUDIENCE", &audience, "the name that tokens for this service carry in `aud`");
        let login = match login_id {
            Some(client_id) => Some(LoginClient {
                issuer: beside("LOGIN_CLIENT_ID", "OIDC_ISSUER", &issuer, "where people sign in")?,
                client_id,
                client_secret: beside("LOGIN_CLIENT_ID", "LOGIN_CLIENT_SECRET", &login_secret, "its secret there")?,
            }),
            None => None,
        };
        let provider = match issuer {
            // People sign in there, and its tokens are not for this service.
            Some(_) if login.is_some() && audience.is_none() => None,
            Some(issuer) => Some(Provider { issuer, audience: audience_beside("OIDC_ISSUER")? }),
            None => None,
        };
        let introspection = match url {
            Some(url) => Some(Endpoint {
                url,
                client_id: beside("INTROSPECTION_URL", "CLIENT_ID", &client_id, "what this service is called there")?,
                client_secret: beside("INTROSPECTION_URL", "CLIENT_SECRET", &client_secret, "its secret there")?,
                audience: audience_beside("INTROSPECTION_URL")?,
            }),
            None => None,
        };
        let needed = [
            (
                "AUDIENCE",
                audience.is_some(),
                provider.is_some() || introspection.is_some(),
                "OIDC_ISSUER` or `INTROSPECTION_URL",
            ),
            ("CLIENT_ID", client_id.is_some(), introspection.is_some(), "INTROSPECTION_URL"),
            ("CLIENT_SECRET", client_secret.is_some(), introspection.is_some(), "INTROSPECTION_URL"),
            ("LOGIN_CLIENT_SECRET", login_secret.is_some(), login.is_some(), "LOGIN_CLIENT_ID"),
        ];
        match needed.into_iter().find(|&(_, set, used, _)| set && !used) {
            Some((name, .., by)) => {
                Err(Incomplete(format!("`{name}` is set and nothing uses it; set `{by}`, or unset it")))
            }
            None => Ok(Self {
                provider,
                login,
                introspection,
                redis_url: read("REDIS_URL")?,
                public_origin: read("PUBLIC_ORIGIN")?,
                own_origin: None,
                audit_log: read("AUDIT_LOG")?,
                tls_bind: read("TLS_BIND")?,
                trusted_proxies: read("TRUSTED_PROXIES")?,
                open_docs: match read("DOCS")?.as_deref() {
                    None => false,
                    Some("open") => true,
                    Some(_) => {
                        return Err(Incomplete("`DOCS` is set and not to `open`; write that, or unset it".into()));
                    }
                },
            }),
        }
    }
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Incomplete {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Environment, String> {
        Environment::read(|name| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).into()))
            .map_err(|incomplete| incomplete.to_string())
    }

    #[test]
    fn no_variables_add_nothing() {
        let Environment {
            provider,
            login,
            introspection,
            redis_url,
            public_origin,
            audit_log,
            open_docs,
            tls_bind,
            trusted_proxies,
            own_origin: _,
        } = read(&[]).expect("complete");
        assert!(
            provider.is_none()
                && login.is_none()
                && introspection.is_none()
                && redis_url.is_none()
                && public_origin.is_none()
                && audit_log.is_none()
                && !open_docs
                && tls_bind.is_none()
                && trusted_proxies.is_none()
        );
    }

    #[test]
    fn what_belongs_together_is_read_together() {
        let all = [
            ("OIDC_ISSUER", "https://idp.example"),
            ("AUDIENCE", "https://api.example"),
            ("INTROSPECTION_URL", "https://idp.example/introspect"),
            ("CLIENT_ID", "api"),
            ("CLIENT_SECRET", "not a secret"),
            ("REDIS_URL", "redis://127.0.0.1"),
            ("PUBLIC_ORIGIN", "https://api.example"),
            ("DOCS", "open"),
        ];
        let read = read(&all).expect("complete");
        let (provider, endpoint) = (read.provider.expect("set"), read.introspection.expect("set"));
        assert_eq!((&*provider.issuer, &*provider.audience), ("https://idp.example", "https://api.example"));
        assert_eq!((&*endpoint.client_id, &*endpoint.client_secret), ("api", "not a secret"));
        assert_eq!(read.redis_url.as_deref(), Some("redis://127.0.0.1"));
        assert_eq!(read.public_origin.as_deref(), Some("https://api.example"));
        assert!(read.open_docs);
    }

    #[test]
    fn people_may_sign_in_at_a_provider_whose_tokens_are_not_for_this_service() {
        let alone = [("OIDC_ISSUER", "https://idp.example"), ("LOGIN_CLIENT_ID", "shop"), ("LOGIN_CLIENT_SECRET", "s")];
        let Environment { provider, login, .. } = read(&alone).expect("complete");
        let login = login.expect("set");
        assert!(provider.is_none());
        assert_eq!((&*login.issuer, &*login.client_id, &*login.client_secret), ("https://idp.example", "shop", "s"));
        let both: Vec<_> = alone.into_iter().chain([("AUDIENCE", "https://api.example")]).collect();
        let Environment { provider, login, .. } = read(&both).expect("complete");
        assert!(provider.is_some() && login.is_some());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_text_does_not_count_as_unset() {
        use std::os::unix::ffi::OsStringExt as _;
        let read = Environment::read(|name| (name == "REDIS_URL").then(|| OsString::from_vec(vec![0xff])));
        assert!(read.err().is_some_and(|error| error.to_string().starts_with("`REDIS_URL` is not Unicode")));
    }

    #[test]
    fn what_is_missing_is_named() {
        let refused = |variables: &[(&str, &str)]| read(variables).err().unwrap_or_default();
        for (variables, said) in [
            (&[("DOCS", "yes")][..], "`DOCS` is set and not to `open`"),
            (&[("OIDC_ISSUER", "i")], "`OIDC_ISSUER` is set and `AUDIENCE` is not"),
            (&[("INTROSPECTION_URL", "u")], "`INTROSPECTION_URL` is set and `CLIENT_ID` is not"),
            (
                &[("INTROSPECTION_URL", "u"), ("CLIENT_ID", "c")],
                "`INTROSPECTION_URL` is set and `CLIENT_SECRET` is not",
            ),
            (
                &[("INTROSPECTION_URL", "u"), ("CLIENT_ID", "c"), ("CLIENT_SECRET", "s")],
                "`INTROSPECTION_URL` is set and `AUDIENCE` is not",
            ),
            (&[("AUDIENCE", "a")], "`AUDIENCE` is set and nothing uses it; set `OIDC_ISSUER` or `INTROSPECTION_URL`"),
            (&[("CLIENT_SECRET", "hidden")], "`CLIENT_SECRET` is set and nothing uses it; set `INTROSPECTION_URL`"),
            (&[("LOGIN_CLIENT_ID", "c")], "`LOGIN_CLIENT_ID` is set and `OIDC_ISSUER` is not"),
            (
                &[("LOGIN_CLIENT_ID", "c"), ("OIDC_ISSUER", "i")],
                "`LOGIN_CLIENT_ID` is set and `LOGIN_CLIENT_SECRET` is not",
            ),
            (
                &[("LOGIN_CLIENT_SECRET", "hidden")],
                "`LOGIN_CLIENT_SECRET` is set and nothing uses it; set `LOGIN_CLIENT_ID`",
            ),
            (&[("REDIS_URL", " ")], "`REDIS_URL` is set to nothing"),
        ] {
            let found = refused(variables);
            assert!(found.starts_with(said), "{found}");
            assert!(!found.contains("hidden"), "{found}");
        }
    }
}
