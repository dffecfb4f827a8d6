//! HTTP towards a provider, bounded in every direction.

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, Method, Response, StatusCode, redirect};

use crate::http::url::is_loopback;
use crate::provider::endpoint::Endpoint;
use crate::provider::fetch_error::FetchError;
#[cfg(feature = "outgoing")]
use crate::provider::fetch_error::Refused;
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
