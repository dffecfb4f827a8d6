//! How callers prove who they are: the [`Scheme`] trait, and the schemes that come with the crate.

pub mod api_key;
mod backend_error;
#[cfg(feature = "basic")]
pub mod basic;
mod bearer;

pub use api_key::{ApiKeyScheme, Key};
#[cfg(feature = "basic")]
pub use basic::{BasicScheme, User};
pub use bearer::BearerScheme;

use std::cell::OnceCell;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use futures_core::future::LocalBoxFuture;

pub use crate::denial::Challenge;
use crate::denial::{Reason, Rejection};
use crate::principal::Principal;
use crate::time::{Clock, UnixTime};

/// A way for a caller to prove who it is.
///
/// Every built-in scheme is one; implement it for your own and name the type in the attribute,
/// `#[requires(my::Webhook)]`. The runtime asks in this order: [`credentials`](Self::credentials) of every scheme of
/// the policy, then [`authenticate`](Self::authenticate) of the one that decides, then [`answer`](Self::answer) or
/// [`challenge`](Self::challenge).
///
/// ```standalone_crate
/// use actix_web::{App, get, test};
/// use auth_runtime::denial::Reason;
/// use auth_runtime::scheme::{Authentication, Challenge, Context, Credentials, Outcome};
/// use auth_runtime::{Auth, Principal, Scheme, requires};
///
/// /// Callers that the proxy in front has authenticated by their certificate.
/// struct ClientCertificate;
///
/// impl Scheme for ClientCertificate {
///     fn name(&self) -> &'static str {
///         "client_certificate"
///     }
///
///     fn credentials(&self, context: &Context<'_>) -> Credentials {
///         match context.request().headers().contains_key("X-Client-Subject") {
///             true => Credentials::Explicit,
///             false => Credentials::Absent,
///         }
///     }
///
///     fn authenticate(&self, context: &Context<'_>) -> Authentication {
///         let mut subjects = context.request().headers().get_all("X-Client-Subject");
///         Authentication::Ready(match (subjects.next().and_then(|subject| subject.to_str().ok()), subjects.next()) {
///             (Some(subject), None) if !subject.is_empty() => {
///                 Outcome::Verified(Principal::builder(self.name(), subject).build())
///             }
///             _ => Outcome::Rejected(Reason::Custom("subject_unreadable").into()),
///         })
///     }
///
///     fn challenge(&self) -> Challenge {
///         Challenge::new("ClientCertificate")
///     }
/// }
///
/// #[requires(ClientCertificate)]
/// #[get("/")]
/// async fn whoami(who: Principal) -> String {
///     who.subject().to_owned()
/// }
///
/// # #[actix_web::main]
/// # async fn main() {
/// let auth = Auth::builder().scheme(ClientCertificate).build().unwrap();
/// let app = test::init_service(App::new().service(auth.scope("").service(whoami))).await;
/// let request = test::TestRequest::get().insert_header(("X-Client-Subject", "CN=till-7"));
/// assert_eq!(test::call_and_read_body(&app, request.to_request()).await, "CN=till-7");
/// # }
/// ```
///
/// # Security
/// What a scheme calls verified is believed: this one must only be reached through a proxy that sets the header itself and
/// drops it from callers. A panic in a scheme is caught and answered 500; a future that takes too long is answered 503.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no scheme",
    label = "does not implement `Scheme`",
    note = "a path in the place of a scheme names a type of your own that implements `auth_runtime::Scheme`"
)]
pub trait Scheme: Send + Sync + 'static {
    /// Name in logs, metrics and [`Principal::scheme`], in lower case with underscores.
    fn name(&self) -> &'static str;

    /// Whether the request carries credentials of this scheme, well-formed or not, and how they came to be in it.
    ///
    /// What is present decides: malformed credentials must be reported as present, so that they are refused rather
    /// than taken for an anonymous caller.
    fn credentials(&self, context: &Context<'_>) -> Credentials;

    /// Whether this configuration is the one the present credentials were made for. Only asked where a policy names
    /// several configurations of one scheme; where none says yes the first decides.
    fn recognizes(&self, context: &Context<'_>) -> bool {
        let _ = context;
        true
    }

    /// Verifies the credentials. A scheme that needs no I/O answers [`Authentication::Ready`] and allocates no future.
    fn authenticate(&self, context: &Context<'_>) -> Authentication;

    /// What a caller without valid credentials is told. The runtime adds the realm, and for an OAuth challenge the
    /// scopes and the error.
    fn challenge(&self) -> Challenge;

    /// Whether this scheme can decide: not, while keys or a backend it cannot do without were never reached or are away
    /// for too long. For [`Auth::is_ready`](crate::Auth::is_ready); requests are decided all the same.
    fn is_ready(&self) -> bool {
        true
    }

    /// What this scheme owes every answer to credentials of its own: headers such as a nonce, or `Referrer-Policy` where
    /// the URL held them. `principal` is there when the handler ran, and absent on a denial.
    fn answer(&self, request: &HttpRequest, principal: Option<&Principal>, headers: &mut HeaderMap) {
        let _ = (request, principal, headers);
    }
}

/// Whether credentials of a scheme are in a request, and how they came to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// There are none.
    Absent,
    /// The client put them there on purpose: `Authorization: Bearer`, an API-key header, a query parameter.
    Explicit,
    /// A browser adds them by itself, also to requests another site caused: cookies, Basic, Digest.
    Ambient,
}

/// The result of [`Scheme::authenticate`]: at once, or later.
pub enum Authentication {
    /// Decided without waiting.
    Ready(Outcome),
    /// Decided by I/O or by work off the event loop.
    Pending(LocalBoxFuture<'static, Outcome>),
}

/// What a scheme found.
#[derive(Debug)]
pub enum Outcome {
    /// No credentials of this scheme after all.
    Absent,
    /// The caller proved to be this principal.
    Verified(Principal),
    /// The credentials are no good.
    Rejected(Rejection),
    /// The scheme cannot decide now: its keys or its backend are out of reach.
    Unavailable(Reason),
}

/// What a scheme may look at.
pub struct Context<'a> {
    request: &'a HttpRequest,
    clock: &'a Arc<dyn Clock>,
    authorization: OnceCell<crate::http::authorization::Field<'a>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(request: &'a HttpRequest, clock: &'a Arc<dyn Clock>) -> Self {
        Self { request, clock, authorization: OnceCell::new() }
    }

    /// The `Authorization` field, looked up once however many schemes ask for it.
    fn authorization(&self) -> crate::http::authorization::Field<'a> {
        *self.authorization.get_or_init(|| crate::http::authorization::Field::read(self.request))
    }

    /// The request, without its body: bodies are never read for credentials.
    pub fn request(&self) -> &'a HttpRequest {
        self.request
    }

    /// The wall clock of this `Auth`.
    ///
    /// # Errors
    /// [`Reason::ClockUnreadable`] when the clock stands before 2020 or past 9999; answer it as
    /// [`Outcome::Unavailable`].
    pub fn now(&self) -> Result<UnixTime, Reason> {
        Ok(self.clock.now()?)
    }

    /// The clock itself, for a future that outlives this context.
    pub fn clock(&self) -> &'a Arc<dyn Clock> {
        self.clock
    }
}
