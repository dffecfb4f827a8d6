//! How a request is addressed and what its fields say, without its credentials.

use std::fmt;
use std::net::SocketAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHORIZATION};
use actix_web::http::{Method, Uri};

use crate::http::query::is_named;
#[cfg(feature = "certificates")]
use crate::x509::{ClientCertificate, OfConnection};

/// A request without its body: method, target, fields, peer.
///
/// Those that a [`Decision`](crate::observe::Decision) tells of are without credentials: left out are the fields, cookies and
/// parameters of the query in which any configured scheme [says](crate::scheme::SchemeDescription) that it finds some, and
/// always `Authorization`, `Cookie`, `Proxy-Authorization`, `DPoP` and `Client-Cert`; and fields that do not fit into 16 KiB with
/// the others. Those that [`Auth::verify`](crate::Auth::verify) is given are whole.
#[derive(Clone)]
pub struct RequestParts {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    peer: Option<SocketAddr>,
    #[cfg(feature = "certificates")]
    certificate: Option<ClientCertificate>,
}

impl RequestParts {
    /// A request with this method, target and header fields, of an unknown peer.
    pub fn new(method: Method, uri: Uri, headers: HeaderMap) -> Self {
        Self {
            method,
            uri,
            headers,
            peer: None,
            #[cfg(feature = "certificates")]
            certificate: None,
        }
    }

    /// The certificate that the client has shown when it connected (feature `certificates`), for tokens that are bound to it.
    #[cfg(feature = "certificates")]
    #[must_use]
    pub fn with_certificate(self, certificate: ClientCertificate) -> Self {
        Self { certificate: Some(certificate), ..self }
    }

    /// The other end of the connection.
    #[must_use]
    pub fn from_peer(self, peer: SocketAddr) -> Self {
        Self { peer: Some(peer), ..self }
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The target; of a decision's request path and query.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The header fields.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// What they take in memory: an estimate on the high side.
    pub(crate) fn bytes(&self) -> usize {
        /// A place in the map.
        const FIELD: usize = 512;
        let target = self.uri.path().len() + self.uri.query().map_or(0, str::len);
        self.headers.iter().fold(target, |sum, (name, value)| sum + name.as_str().len() + value.len() + FIELD)
    }

    /// The other end of the connection: the client, or the last proxy before this service.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }
}

/// Without the fields, which may be personal, and without the query.
impl fmt::Debug for RequestParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestParts")
            .field("method", &self.method)
            .field("path", &self.uri.path())
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}

/// What schemes look at, wherever it comes from.
#[derive(Clone, Copy)]
pub(crate) struct RequestView<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) peer: Option<SocketAddr>,
    #[cfg(feature = "certificates")]
    pub(crate) certificate: OfConnection<'a>,
}

impl<'a> From<&'a HttpRequest> for RequestView<'a> {
    fn from(request: &'a HttpRequest) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            headers: request.headers(),
            peer: request.peer_addr(),
            #[cfg(feature = "certificates")]
            certificate: crate::x509::of_connection(request),
        }
    }
}

impl<'a> From<&'a RequestParts> for RequestView<'a> {
    fn from(parts: &'a RequestParts) -> Self {
        Self {
            method: &parts.method,
            uri: &parts.uri,
            headers: &parts.headers,
            peer: parts.peer,
            #[cfg(feature = "certificates")]
            certificate: parts.certificate.as_ref().map_or(OfConnection::Nothing, OfConnection::Certificate),
        }
    }
}

/// A request of either kind, to be looked at where somebody needs to.
#[derive(Clone, Copy)]
pub(crate) enum Viewed<'a> {
    Request(&'a HttpRequest),
    Parts(&'a RequestParts),
}

impl<'a> From<Viewed<'a>> for RequestView<'a> {
    fn from(viewed: Viewed<'a>) -> Self {
        match viewed {
            Viewed::Request(request) => request.into(),
            Viewed::Parts(parts) => parts.into(),
        }
    }
}

/// How much of a decision's request is header fields, in bytes.
const FIELDS_BYTES: usize = 16 * 1024;

/// Where in a request credentials may be.
#[derive(Debug)]
pub(crate) struct Redaction {
    fields: Vec<HeaderName>,
    parameters: Vec<Box<str>>,
}

impl Default for Redaction {
    fn default() -> Self {
        let always = ["dpop", "client-cert", "client-cert-chain"].map(HeaderName::from_static);
        let fields = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION].into_iter().chain(always).collect();
        Self { fields, parameters: Vec::new() }
    }
}

impl Redaction {
    /// Leaves out this field.
    pub(crate) fn field(&mut self, name: &str) {
        self.fields.extend(HeaderName::from_bytes(name.as_bytes()));
    }

    /// Leaves out this parameter of the query.
    pub(crate) fn parameter(&mut self, name: &str) {
        self.parameters.push(name.into());
    }

    pub(crate) fn parts(&self, request: RequestView<'_>) -> RequestParts {
        let RequestView { method, uri, headers, peer, .. } = request;
        let (mut kept, mut room) = (HeaderMap::new(), FIELDS_BYTES);
        for (name, value) in headers.iter().filter(|(name, _)| !self.fields.contains(name)) {
            // A copy: a part of what was read would keep all of it.
            if let (Some(left), Ok(mut copy)) =
                (room.checked_sub(name.as_str().len() + value.len()), HeaderValue::from_bytes(value.as_bytes()))
            {
                copy.set_sensitive(value.is_sensitive());
                kept.append(name.clone(), copy);
                room = left;
            }
        }
        RequestParts { peer, ..RequestParts::new(method.clone(), self.uri(uri), kept) }
    }

    fn uri(&self, uri: &Uri) -> Uri {
        let is_kept = |pair: &&str| !self.parameters.iter().any(|name| is_named(pair, name));
        let query = uri.query().map(|query| query.split('&').filter(is_kept).collect::<Vec<_>>().join("&"));
        let target = match query.filter(|query| !query.is_empty()) {
            Some(query) => format!("{}?{query}", uri.path()),
            None => uri.path().to_owned(),
        };
        // What was a target is one without some of its parameters, too.
        target.parse().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn parts_have_no_credentials() {
        let mut redaction = Redaction::default();
        redaction.field("X-API-Key");
        redaction.parameter("access_token");
        let fields = [
            ("Authorization", "secret"),
            ("Proxy-Authorization", "secret"),
            ("Cookie", "id=secret"),
            ("DPoP", "secret"),
            ("Client-Cert", "secret"),
            ("Client-Cert-Chain", "secret"),
            ("x-api-key", "secret"),
            ("User-Agent", "curl"),
            ("X-Request-Id", "1"),
        ];
        for (target, expected) in [
            ("/a?access_token=secret", "/a"),
            ("/a?x=1&access_token=secret&y=2&access_token=secret", "/a?x=1&y=2"),
            ("/a?acc%65ss_token=secret&y", "/a?y"),
            ("/a?access_token", "/a"),
            ("http://secret@host/a?x=1", "/a?x=1"),
            ("/a", "/a"),
        ] {
            let request = fields.into_iter().fold(TestRequest::with_uri(target), TestRequest::append_header);
            let parts = redaction.parts((&request.to_http_request()).into());
            assert_eq!(parts.uri().to_string(), expected);
            let mut names: Vec<_> = parts.headers().keys().map(HeaderName::as_str).collect();
            names.sort_unstable();
            assert_eq!(names, ["user-agent", "x-request-id"]);
            assert!(!format!("{parts:?}").contains("curl"), "{parts:?}");
        }
    }
}
