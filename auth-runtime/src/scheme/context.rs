//! What a scheme may look at.

use std::cell::{OnceCell, RefCell};
use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::http::{Method, Uri};

use crate::denial::Rejection;
use crate::http::field::Field;
use crate::http::forwarded::Proxies;
use crate::http::parts::RequestView;
use crate::http::peer::AddressShare;
use crate::keys::compact::Compact;
#[cfg(feature = "basic")]
use crate::limits::{Answer, CountedAttempt, Spent};
use crate::limits::{Attempts, Tried};
use crate::principal::Principal;
use crate::time::{Clock, ClockError, UnixTime};
#[cfg(feature = "certificates")]
use crate::x509::{CertificateProxies, OfConnection, Shown};

/// What a scheme may look at: the request without its body, which is never read for credentials, and the clock.
pub struct Context<'a> {
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    peer: Option<SocketAddr>,
    realm: &'a str,
    public_origin: Option<&'a str>,
    proxies: Option<&'a Proxies>,
    #[cfg(feature = "certificates")]
    certificates: (OfConnection<'a>, Option<&'a CertificateProxies>),
    attempts: Option<&'a Arc<Attempts>>,
    reauthentication: Option<Reauthentication<'a>>,
    clock: &'a Arc<dyn Clock>,
    /// Read once however many schemes ask for it.
    #[cfg(feature = "certificates")]
    shown: OnceCell<Shown>,
    /// Looked up once however many schemes ask for it.
    authorization: OnceCell<Field<'a>>,
    /// The token that several configurations look at, taken apart once for all of them.
    compact: RefCell<Option<Compact<'a>>>,
}

/// A caller who is known, and was authenticated too weakly or too long ago: who that is, and how to authenticate again, as the policy
/// demands it (RFC 9470 section 3).
#[derive(Clone, Copy, Debug)]
pub struct Reauthentication<'a> {
    pub(crate) who: &'a Principal,
    pub(crate) acr: Option<&'a str>,
    pub(crate) max_age: Option<u32>,
}

impl<'a> Reauthentication<'a> {
    /// Who is known.
    pub fn principal(&self) -> &'a Principal {
        self.who
    }

    /// The class of authentication that is demanded: `acr_values`.
    pub fn acr(&self) -> Option<&'a str> {
        self.acr
    }

    /// How many seconds ago the caller may have been authenticated: `max_age`.
    pub fn max_age(&self) -> Option<u32> {
        self.max_age
    }
}

impl<'a> Context<'a> {
    pub(crate) fn new(request: impl Into<RequestView<'a>>, clock: &'a Arc<dyn Clock>) -> Self {
        let view = request.into();
        let RequestView { method, uri, headers, peer, .. } = view;
        Self {
            method,
            uri,
            headers,
            peer,
            realm: "",
            public_origin: None,
            proxies: None,
            #[cfg(feature = "certificates")]
            certificates: (view.certificate, None),
            attempts: None,
            reauthentication: None,
            clock,
            #[cfg(feature = "certificates")]
            shown: OnceCell::new(),
            authorization: OnceCell::new(),
            compact: RefCell::new(None),
        }
    }

    pub(crate) fn with_realm(self, realm: &'a str) -> Self {
        Self { realm, ..self }
    }

    pub(crate) fn with_public_origin(self, public_origin: Option<&'a str>) -> Self {
        Self { public_origin, ..self }
    }

    pub(crate) fn with_proxies(self, proxies: &'a Proxies) -> Self {
        Self { proxies: Some(proxies), ..self }
    }

    #[cfg(feature = "certificates")]
    pub(crate) fn with_certificate_proxies(self, proxies: &'a CertificateProxies) -> Self {
        Self { certificates: (self.certificates.0, Some(proxies)), ..self }
    }

    /// The certificate of the caller.
    #[cfg(feature = "certificates")]
    pub(crate) fn certificate(&self) -> &Shown {
        self.shown.get_or_init(|| {
            let (of_connection, proxies) = self.certificates;
            proxies.map_or(Shown::Nothing, |proxies| proxies.shown(self.peer, self.headers, of_connection))
        })
    }

    pub(crate) fn with_attempts(self, attempts: &'a Arc<Attempts>) -> Self {
        Self { attempts: Some(attempts), ..self }
    }

    pub(crate) fn with_reauthentication(self, reauthentication: Option<Reauthentication<'a>>) -> Self {
        Self { reauthentication, ..self }
    }

    /// What the caller is asked for, where [`Scheme::respond`](super::Scheme::respond) completes a denial of credentials that are good and
    /// not good enough.
    pub fn reauthentication(&self) -> Option<&Reauthentication<'a>> {
        self.reauthentication.as_ref()
    }

    /// Where wrong credentials are counted.
    pub(crate) fn attempts(&self) -> Option<&'a Arc<Attempts>> {
        self.attempts
    }

    /// Whether these credentials may be looked at.
    ///
    /// # Errors
    /// Where too many were wrong of late.
    pub(crate) fn check_attempt(&self, tried: Tried<'_>) -> Result<(), Rejection> {
        Ok(self.attempts.map_or(Ok(()), |attempts| attempts.check(tried))?)
    }

    /// Counts these credentials as wrong, before they are looked at.
    #[cfg(feature = "basic")]
    pub(crate) fn begin_attempt(&self, tried: Tried<'_>) -> Option<Answer<Result<CountedAttempt, Spent>>> {
        self.attempts.map(|attempts| attempts.begin(tried))
    }

    /// Whether what is remembered of these credentials may stand for trying them.
    #[cfg(feature = "basic")]
    pub(crate) fn may_recall(&self, tried: Tried<'_>) -> bool {
        self.attempts.is_none_or(|attempts| attempts.may_recall(tried))
    }

    /// The method.
    pub fn method(&self) -> &'a Method {
        self.method
    }

    /// The request target, as it was received.
    pub fn uri(&self) -> &'a Uri {
        self.uri
    }

    /// The query, without its `?`; empty where there is none.
    pub fn query(&self) -> &'a str {
        self.uri.query().unwrap_or_default()
    }

    /// The header fields.
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// The other end of the connection: the client, or the last proxy before this service.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// As whose the caller's work counts, where it is divided.
    pub(crate) fn address_share(&self) -> AddressShare {
        match self.proxies {
            Some(proxies) => proxies.share(self.peer, self.headers),
            None => AddressShare::of(self.peer),
        }
    }

    /// The realm that the challenges of this route name.
    pub fn realm(&self) -> &'a str {
        self.realm
    }

    /// The origin of this service as it was configured, such as `https://api.example`; never taken from the request.
    pub fn public_origin(&self) -> Option<&'a str> {
        self.public_origin
    }

    /// The wall clock of this `Auth`, in seconds since 1970.
    ///
    /// # Errors
    /// When the clock stands before 2020 or past 9999: a 503, as [`Authentication::unavailable`](super::Authentication)
    /// makes of it.
    pub fn now(&self) -> Result<UnixTime, ClockError> {
        self.clock.now()
    }

    /// The clock itself, for a future that outlives this context.
    pub fn clock(&self) -> &'a Arc<dyn Clock> {
        self.clock
    }

    /// The `Authorization` field.
    pub(crate) fn authorization(&self) -> Field<'a> {
        *self.authorization.get_or_init(|| Field::read(self.headers, AUTHORIZATION))
    }

    /// Looks at this token of the request taken apart; `None` where it does not have the form of a signed one.
    pub(crate) fn with_compact<R>(&self, token: &'a [u8], look: impl FnOnce(Option<&Compact<'a>>) -> R) -> R {
        let mut shared = self.compact.borrow_mut();
        if !shared.as_ref().is_some_and(|compact| compact.is_of(token)) {
            *shared = Compact::split(token);
        }
        look(shared.as_ref())
    }

    /// This token of the request taken apart, with whatever was read of it before.
    pub(crate) fn take_compact(&self, token: &'a [u8]) -> Option<Compact<'a>> {
        let shared = self.compact.take().filter(|compact| compact.is_of(token));
        shared.or_else(|| Compact::split(token))
    }
}

/// How the request is addressed, and nothing of its fields, which hold credentials.
impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("method", &self.method)
            .field("path", &self.uri.path())
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}
