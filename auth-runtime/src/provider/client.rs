//! HTTP towards a provider, bounded in every direction.

use std::fmt;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, Method, Response, StatusCode, redirect};

use crate::http::url::is_loopback;
use crate::provider::endpoint::Endpoint;
use crate::provider::transport::Transport;
use crate::telemetry::foreign;

/// How long a request may take by default, from the first packet to the last.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);
/// The longest answer that is read by default, in bytes.
pub(crate) const ANSWER_BYTES: usize = 1024 * 1024;
/// How long a connection is kept without use. Servers close theirs after some seconds and firewalls forget theirs silently: a
/// request that is on its way just then would be lost, and whoever presents the token would get 503.
pub(crate) const IDLE: Duration = Duration::from_secs(1);

/// Asks providers, within limits of time and size. Redirects are not followed.
///
/// Its connections live in the runtime that asks: ask from one that outlives the client, such as that of
/// [`Worker`](super::worker::Worker).
#[derive(Clone, Debug)]
pub(crate) struct ProviderClient {
    client: Client,
    /// For what is on this machine, where that is not the same.
    local: Client,
    timeout: Duration,
    answer_bytes: usize,
}

/// A good answer: status 200, within the limits, and not a page for people.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Status 304 instead, to a request with a condition: there is no body.
    pub(crate) not_modified: bool,
}

impl ProviderClient {
    /// # Errors
    /// [`FetchError::ClientUnusable`] where this machine offers no certificates to trust, or the transport is faulty.
    pub(crate) fn new(transport: &Transport) -> Result<Self, FetchError> {
        let certificates = transport.certificates().ok_or(FetchError::ClientUnusable)?;
        let builder = || {
            let builder = Client::builder()
                .user_agent(concat!("auth-runtime/", env!("CARGO_PKG_VERSION")))
                .redirect(redirect::Policy::none())
                .referer(false)
                .connect_timeout(TIMEOUT)
                .pool_idle_timeout(IDLE);
            if certificates.is_empty() { builder } else { builder.tls_certs_merge(certificates.iter().cloned()) }
        };
        let build = |builder: ClientBuilder| builder.build().map_err(|_| FetchError::ClientUnusable);
        let local = build(builder().no_proxy())?;
        let client = match transport.proxy().map_err(|_| FetchError::ClientUnusable)? {
            Some(proxy) => build(builder().no_proxy().proxy(proxy))?,
            None if transport.follows_environment() => build(builder())?,
            None => local.clone(),
        };
        Ok(Self { client, local, timeout: TIMEOUT, answer_bytes: ANSWER_BYTES })
    }

    /// How long a request may take, connecting included. A connection that takes longer than 5 s is given up anyway.
    #[must_use]
    pub(crate) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The longest answer that is read, in bytes.
    #[must_use]
    #[cfg(feature = "introspection")]
    pub(crate) fn answer_bytes(mut self, limit: usize) -> Self {
        self.answer_bytes = limit;
        self
    }

    /// GET with these further headers.
    #[cfg(feature = "jwks")]
    pub(crate) async fn get(&self, endpoint: &Endpoint, headers: HeaderMap) -> Result<Answer, FetchError> {
        self.ask(Method::GET, endpoint, headers, Vec::new()).await
    }

    /// POST of a body in the media type that `headers` name.
    #[cfg(any(feature = "introspection", feature = "outgoing"))]
    pub(crate) async fn post(
        &self,
        endpoint: &Endpoint,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Answer, FetchError> {
        self.ask(Method::POST, endpoint, headers, body).await
    }

    async fn ask(
        &self,
        method: Method,
        endpoint: &Endpoint,
        mut headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Answer, FetchError> {
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        let conditional = headers.contains_key(IF_NONE_MATCH) || headers.contains_key(IF_MODIFIED_SINCE);
        let client = if is_loopback(endpoint.url()) { &self.local } else { &self.client };
        let mut request = client.request(method.clone(), endpoint.url().clone()).headers(headers);
        if method != Method::GET {
            request = request.body(body);
        }
        let exchange = async { self.read(request.send().await.map_err(FetchError::from)?, &method, conditional).await };
        tokio::time::timeout(self.timeout, exchange).await.unwrap_or(Err(FetchError::TimedOut))
    }

    /// Reads an answer that is worth reading.
    #[cfg_attr(
        not(any(feature = "introspection", feature = "outgoing")),
        expect(unused_variables, reason = "without these nothing is posted")
    )]
    async fn read(&self, mut response: Response, asked: &Method, conditional: bool) -> Result<Answer, FetchError> {
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_MODIFIED if conditional => {
                let headers = std::mem::take(response.headers_mut());
                return Ok(Answer { headers, body: Vec::new(), not_modified: true });
            }
            StatusCode::NOT_MODIFIED => return Err(FetchError::NotModified),
            status if status.is_redirection() => return Err(FetchError::Redirected),
            #[cfg(any(feature = "introspection", feature = "outgoing"))]
            status @ (StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN) if asked == Method::POST => {
                return Err(refusal(&mut response, status).await);
            }
            StatusCode::TOO_MANY_REQUESTS => return Err(FetchError::TooMany(retry_after(response.headers()))),
            status => return Err(FetchError::Status(status.as_u16())),
        }
        if response.headers().get(CONTENT_TYPE).is_some_and(is_page) {
            return Err(FetchError::ContentTypeWrong);
        }
        let limit = self.answer_bytes;
        if response.content_length().is_some_and(|length| usize::try_from(length).is_ok_and(|length| length > limit)) {
            return Err(FetchError::TooLarge);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(FetchError::from)? {
            if body.len() + chunk.len() > limit {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { headers: std::mem::take(response.headers_mut()), body, not_modified: false })
    }
}

/// The seconds of `Retry-After` (RFC 9110 section 10.2.3); a date says nothing here, where clocks differ.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// What an error answer of OAuth with status 400 is about (RFC 6749 section 5.2); some providers refuse with 403.
#[cfg(any(feature = "introspection", feature = "outgoing"))]
async fn refusal(response: &mut Response, status: StatusCode) -> FetchError {
    use crate::json::Object;
    const LONGEST: usize = 4096;
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST {
            return FetchError::Status(status.as_u16());
        }
    }
    let members = std::str::from_utf8(&body).ok().and_then(|text| Object::parse(text).ok());
    let error = members.as_ref().and_then(|members| members.get("error")).and_then(|error| error.as_str());
    match error.as_deref() {
        #[cfg(feature = "outgoing")]
        Some("access_denied") => FetchError::Refused(Refused::Access),
        // Who is forbidden to ask at all says so in any of the words below.
        _ if status == StatusCode::FORBIDDEN => FetchError::Status(403),
        // That section lets a server say so with 400; RFC 7662 section 2.3 wants 401.
        Some("invalid_client" | "unauthorized_client") => FetchError::Status(401),
        #[cfg(feature = "introspection")]
        Some("unsupported_token_type") => FetchError::TokenUnsupported,
        #[cfg(feature = "outgoing")]
        // The second where a provider exchanges tokens after a draft of RFC 8693.
        Some("invalid_grant" | "invalid_token") => FetchError::Refused(Refused::Grant),
        #[cfg(feature = "outgoing")]
        Some("invalid_request") => FetchError::Refused(Refused::Request),
        #[cfg(feature = "outgoing")]
        Some("invalid_target") => FetchError::Refused(Refused::Target),
        #[cfg(feature = "outgoing")]
        Some("invalid_scope") => FetchError::Refused(Refused::Scope),
        #[cfg(feature = "outgoing")]
        Some("unsupported_grant_type") => FetchError::Refused(Refused::GrantType),
        _ => FetchError::Status(status.as_u16()),
    }
}

impl Answer {
    /// Tells once if the answer has another media type than JSON. Files behind a plain web server have: whether it is JSON is
    /// judged by reading it.
    pub(crate) fn note_type(&self, endpoint: &Endpoint, told: &mut bool) {
        let sent = self.headers.get(CONTENT_TYPE);
        if self.not_modified || *told || sent.is_some_and(is_json) {
            return;
        }
        *told = true;
        tracing::warn!(
            endpoint = foreign(endpoint),
            content_type = foreign(String::from_utf8_lossy(sent.map(HeaderValue::as_bytes).unwrap_or_default())),
            "an answer of the provider does not say that it is JSON; it is read all the same"
        );
    }
}

/// The media type without its parameters, in lower case.
fn essence(value: &HeaderValue) -> Vec<u8> {
    let essence = value.as_bytes().split(|&byte| byte == b';').next().unwrap_or_default();
    essence.trim_ascii().to_ascii_lowercase()
}

/// `application/json` or `application/…+json` (RFC 6839 section 3.1), whatever its parameters.
fn is_json(value: &HeaderValue) -> bool {
    let essence = essence(value);
    essence == b"application/json" || (essence.starts_with(b"application/") && essence.ends_with(b"+json"))
}

/// What a wrong address answers with, such as the front page of an application.
fn is_page(value: &HeaderValue) -> bool {
    matches!(essence(value).as_slice(), b"text/html" | b"application/xhtml+xml")
}

/// Why there is no answer. Never a part of one, of a URL or of what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FetchError {
    /// No client can be made on this machine.
    ClientUnusable,
    /// No connection: name, address, TLS.
    Unreachable,
    /// The answer took too long.
    TimedOut,
    /// The connection broke, or what came is not HTTP.
    Interrupted,
    /// 3xx.
    Redirected,
    /// 304 to a request without condition.
    NotModified,
    /// Another status than 200.
    Status(u16),
    /// 429, and after how long to come again.
    TooMany(Option<Duration>),
    /// The endpoint is not for tokens of this kind (RFC 7009 section 2.2.1).
    #[cfg(feature = "introspection")]
    TokenUnsupported,
    /// The provider gives no tokens for this.
    #[cfg(feature = "outgoing")]
    Refused(Refused),
    /// The answer is a page for people.
    ContentTypeWrong,
    /// More bytes than the limit.
    TooLarge,
    /// JSON that does not say what it must, or no JSON.
    #[cfg(feature = "jwks")]
    Malformed(&'static str),
    /// Metadata of another issuer than the one asked for.
    #[cfg(feature = "jwks")]
    IssuerDiffers,
    /// The file with the token for the provider cannot be read, or holds none.
    #[cfg(feature = "jwks")]
    TokenFileUnusable,
    /// What proves who asks cannot be signed.
    #[cfg(feature = "outgoing")]
    AssertionUnsigned,
    /// The process ends, or has failed while it asked.
    #[cfg(feature = "outgoing")]
    Abandoned,
    /// Metadata that names an address which must not be asked.
    #[cfg(feature = "jwks")]
    AddressRefused(&'static str),
}

/// What a provider gives no tokens for (RFC 6749 section 5.2).
#[cfg(feature = "outgoing")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The code, the refresh token or the token to exchange is not good, or not any more.
    Grant,
    /// The same, where tokens are exchanged (RFC 8693 section 2.2.2); or the request is not what it must be.
    Request,
    /// The audience or resource (RFC 8693 section 2.2.2, RFC 8707 section 2).
    Target,
    Scope,
    /// It has a rule against it (RFC 6749 section 4.1.2.1).
    Access,
    /// It does not know such a request.
    GrantType,
}

#[cfg(feature = "jwks")]
impl FetchError {
    /// In logs and metrics.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::ClientUnusable => "client_unusable",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Interrupted => "interrupted",
            Self::Redirected => "redirected",
            Self::NotModified => "not_modified",
            Self::Status(_) | Self::TooMany(_) => "status",
            #[cfg(feature = "introspection")]
            Self::TokenUnsupported => "token_unsupported",
            #[cfg(feature = "outgoing")]
            Self::Refused(_) => "refused",
            Self::ContentTypeWrong => "content_type_wrong",
            Self::TooLarge => "too_large",
            Self::Malformed(_) => "malformed",
            Self::IssuerDiffers => "issuer_differs",
            Self::TokenFileUnusable => "token_file_unusable",
            #[cfg(feature = "outgoing")]
            Self::AssertionUnsigned => "assertion_unsigned",
            #[cfg(feature = "outgoing")]
            Self::Abandoned => "abandoned",
            Self::AddressRefused(_) => "address_refused",
        }
    }
}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::TimedOut
        } else if error.is_connect() {
            Self::Unreachable
        } else {
            Self::Interrupted
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClientUnusable => f.write_str("no HTTP client could be made; install the system's CA certificates"),
            Self::Unreachable => f.write_str(
                "no connection; check name, address, network and certificate: a proxy is given by `.proxy(…)`, the certificate \
                 of a private authority by `.root_certificate(…)`",
            ),
            Self::TimedOut => {
                f.write_str("no whole answer in time; the provider is slow, or `.provider_timeout(…)` short")
            }
            Self::Interrupted => f.write_str("the answer broke off, or is not HTTP"),
            Self::Redirected => f.write_str("the answer is a redirect, which is not followed; configure the final URL"),
            Self::NotModified => f.write_str("the answer is 304 to a request without condition"),
            Self::Status(status) => write!(f, "the answer has status {status}"),
            Self::TooMany(_) => f.write_str("the answer has status 429"),
            #[cfg(feature = "introspection")]
            Self::TokenUnsupported => f.write_str(
                "the endpoint is not for tokens of this kind; if they are JWTs, verify them with `Jwt`, and give it what is \
                 opaque by `.opaque(…)`",
            ),
            #[cfg(feature = "outgoing")]
            Self::Refused(refused) => f.write_str(match refused {
                Refused::Grant => "the provider says that the grant is not good (`invalid_grant`)",
                Refused::Request => "the provider says that the request is not good (`invalid_request`)",
                Refused::Target => "the provider does not know the audience or resource (`invalid_target`)",
                Refused::Scope => "the provider does not give these scopes (`invalid_scope`)",
                Refused::Access => "the provider has a rule against it (`access_denied`)",
                Refused::GrantType => "the provider does not know such grants (`unsupported_grant_type`)",
            }),
            Self::ContentTypeWrong => f.write_str("the answer is a page, not JSON; check the URL"),
            Self::TooLarge => f.write_str("the answer is larger than the limit"),
            #[cfg(feature = "jwks")]
            Self::Malformed(what) => write!(f, "the answer cannot be used: {what}"),
            #[cfg(feature = "jwks")]
            Self::IssuerDiffers => {
                f.write_str("the metadata are of another issuer; configure `iss` exactly as the provider writes it")
            }
            #[cfg(feature = "jwks")]
            Self::TokenFileUnusable => f.write_str(
                "the file of `.fetch_with_token_file(…)` cannot be read, or holds no token; check the path and who may read it",
            ),
            #[cfg(feature = "outgoing")]
            Self::AssertionUnsigned => f.write_str("the client's assertion cannot be signed"),
            #[cfg(feature = "outgoing")]
            Self::Abandoned => f.write_str("the process ends, or has failed while it asked"),
            #[cfg(feature = "jwks")]
            Self::AddressRefused(fault) => write!(f, "an address in the metadata is refused: {fault}"),
        }
    }
}

impl std::error::Error for FetchError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_known_by_its_media_type() {
        let is = |value: &'static str| is_json(&HeaderValue::from_static(value));
        assert!(is("application/json") && is("Application/JSON; charset=utf-8") && is("application/jwk-set+json"));
        assert!(!is("text/html") && !is("text/json") && !is("application/jsonp") && !is(""));
        let is_page = |value: &'static str| is_page(&HeaderValue::from_static(value));
        assert!(is_page("Text/HTML;charset=utf-8") && is_page("application/xhtml+xml"));
        assert!(!is_page("text/plain") && !is_page("application/octet-stream") && !is_page(""));
    }
}
