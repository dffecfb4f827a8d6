//! How callers prove who they are: the [`Scheme`] trait, and the schemes that come with the crate.

pub mod api_key;
mod backend_error;
#[cfg(feature = "basic")]
pub mod basic;
mod bearer;
#[cfg(feature = "certificates")]
pub mod client_certificate;
mod context;
mod credentials;
mod description;
pub mod digest;
pub mod dpop;
mod examiner;
mod exposed;
mod form;
mod mounts;
mod nonce;
mod outcome;
#[cfg(test)]
pub(crate) mod probe;
mod proven;
mod recheck;
mod response;
mod reviewed;
mod scope_names;
#[cfg(feature = "session")]
pub mod session;
#[cfg(feature = "basic")]
mod user_pass;
mod users;

pub use api_key::{ApiKeyScheme, Key};
#[cfg(feature = "basic")]
pub use basic::{BasicScheme, User};
pub use bearer::BearerScheme;
#[cfg(feature = "certificates")]
pub use client_certificate::ClientCertificateScheme;
pub use context::{Context, Reauthentication};
pub use credentials::{Credentials, Evidence};
pub(crate) use description::Carrier;
pub use description::SchemeDescription;
pub use digest::DigestScheme;
pub use dpop::DpopScheme;
pub use exposed::ExposedCredential;
pub use form::CredentialForm;
pub use mounts::SchemeRoute;
pub use outcome::{Authentication, Outcome, PendingOutcome, Recognition};
pub(crate) use recheck::LetInAt;
pub use recheck::{PendingRecheck, Recheck};
pub use response::{Additions, PendingAdditions, Refusal, Response};
#[cfg(feature = "session")]
pub use session::SessionScheme;
#[cfg(feature = "basic")]
pub use user_pass::UserPass;

#[cfg(feature = "outgoing")]
pub(crate) use credentials::presented_token;
pub(crate) use credentials::{Read, TokenCarrier};
pub(crate) use description::Carried;
pub(crate) use examiner::Examiner;
pub(crate) use scope_names::ScopeNames;

use crate::denial::Rejection;
pub use crate::denial::{Challenge, Token};
use crate::principal::Principal;
use crate::time::UnixTime;

/// A way for a caller to prove who it is.
///
/// Every built-in scheme is one; implement it for your own and name the type in the attribute,
/// `#[requires(my::Webhook)]`, or with one of several configurations, `#[requires(my::Webhook("github"))]`. Configure it by
/// [`AuthBuilder::scheme`](crate::config::AuthBuilder::scheme) or
/// [`scheme_named`](crate::config::AuthBuilder::scheme_named).
///
/// A request meets the methods in this order: [`find`](Self::find) of every scheme of the policy, once;
/// [`recognizes`](Self::recognizes) where several claim credentials in one place; [`authenticate`](Self::authenticate) of the
/// one that decides, with what it found; then [`challenges`](Self::challenges) of all where the answer is a 401, and
/// [`respond`](Self::respond) of the one that decided.
///
/// ```standalone_crate
/// use actix_web::{App, get, test};
/// use auth_runtime::denial::Rejection;
/// use auth_runtime::scheme::{Authentication, Challenge, Context, Credentials, Evidence, SchemeDescription};
/// use auth_runtime::{Auth, Principal, Scheme, requires};
///
/// /// Callers that the proxy in front has authenticated by their certificate.
/// struct ClientCertificate;
///
/// impl Scheme for ClientCertificate {
///     fn name(&self) -> &'static str {
///         "proxy_certificate"
///     }
///
///     fn describe(&self) -> SchemeDescription {
///         SchemeDescription::new(Challenge::new("ClientCertificate")).header("X-Client-Subject")
///     }
///
///     fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
///         let mut subjects = context.headers().get_all("X-Client-Subject");
///         // A browser sends its certificate by itself, so the cross-site rule must apply.
///         Credentials::Ambient(match (subjects.next().map(|subject| subject.to_str()), subjects.next()) {
///             (None, _) => return Credentials::Absent,
///             (Some(Ok(subject)), None) if !subject.is_empty() => Evidence::new(subject.to_owned()),
///             _ => Evidence::unreadable(Rejection::custom("subject_unreadable")),
///         })
///     }
///
///     fn authenticate<'a>(&self, _: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
///         match evidence.into_value::<String>() {
///             Some(subject) => Authentication::verified(Principal::builder(self.name(), subject).build()),
///             None => Authentication::refused(Rejection::credentials_wrong()),
///         }
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
    message = "`{Self}` is not a scheme",
    label = "does not implement `Scheme`",
    note = "a path in the place of a scheme names a type of your own that implements `auth_runtime::Scheme`"
)]
pub trait Scheme: Send + Sync + 'static {
    /// Name in logs, metrics and [`Principal::scheme`], in lower case with underscores.
    fn name(&self) -> &'static str;

    /// Where the credentials of this scheme are, which of them are its own, and how it asks for them. Read once, when the
    /// [`Auth`](crate::Auth) is built.
    fn describe(&self) -> SchemeDescription;

    /// Reads the credentials of this scheme that the request carries, well-formed or not, and says how they came to be in it.
    /// What is found decides, and is handed back to the other methods.
    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a>;

    /// Whether this configuration is the one that the credentials were made for, by their form. Only asked where several
    /// configurations of a policy found credentials in one place: the only one that is sure decides, or where none is, the
    /// only one that may be meant; otherwise the request is refused.
    fn recognizes<'a>(&self, context: &Context<'a>, evidence: &Evidence<'a>) -> Recognition {
        let _ = (context, evidence);
        Recognition::Perhaps
    }

    /// Verifies the credentials. A scheme that needs no I/O answers [`Authentication::Ready`] and allocates no future.
    fn authenticate<'a>(&self, context: &Context<'a>, evidence: Evidence<'a>) -> Authentication;

    /// Refuses credentials that none of several configurations recognized; asked of the first. To be overridden where a
    /// refusal must take as long as a verification.
    fn refuse_unrecognized<'a>(&self, context: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        let _ = (context, evidence);
        Authentication::refused(Rejection::credentials_wrong())
    }

    /// The challenges of one answer, where they differ from answer to answer, such as by a nonce. `None`, the default, means
    /// the challenge of the [description](Self::describe), which is written once.
    ///
    /// The runtime adds the realm, and to an OAuth challenge the scopes and the error.
    fn challenges(&self, context: &Context<'_>, refusal: &Refusal) -> Option<Vec<Challenge>> {
        let _ = (context, refusal);
        None
    }

    /// What this scheme owes every answer to credentials of its own: headers such as a nonce, or `Referrer-Policy` where
    /// the URL held them. `principal` is there when the handler ran, and absent on a denial. Not asked on hidden denials.
    ///
    /// A scheme that needs no I/O answers [`Response::Ready`] and allocates no future. Where one has to be waited for,
    /// [`Response::pending`] holds the answer back.
    fn respond(&self, context: &Context<'_>, principal: Option<&Principal>) -> Response {
        let _ = (context, principal);
        Response::Nothing
    }

    /// Whether a caller whom this scheme has verified before still counts, for what goes on after the request: see
    /// [`UntilEnded`](crate::extract::UntilEnded), which asks once a second, or every five where the answer must be waited for, and judges the
    /// expiry itself. It must not count as use. By default nothing but the expiry ends credentials.
    fn recheck(&self, principal: &Principal, now: UnixTime) -> Recheck {
        let _ = (principal, now);
        Recheck::UntilExpiry
    }

    /// Routes that this scheme serves itself, such as where people sign in; mounted by
    /// [`Auth::scheme_routes`](crate::Auth::scheme_routes).
    fn mounts(&self) -> Vec<SchemeRoute> {
        Vec::new()
    }

    /// Whether this scheme can decide: not, while keys or a backend it cannot do without were never reached or are away
    /// for too long. For [`Auth::is_ready`](crate::Auth::is_ready); requests are decided all the same.
    fn is_ready(&self) -> bool {
        true
    }
}
