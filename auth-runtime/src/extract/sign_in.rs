//! Beginning sessions.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, LOCATION, SET_COOKIE, USER_AGENT};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use serde::Serialize;

use crate::auth::Auth;
use crate::denial::{Denial, Reason};
use crate::http::peer::AddressShare;
use crate::policy::StepUp;
use crate::scheme::session::{LiveSessions, Shortfall, SigningIn, milliseconds, wanted, wanted_strength};
use crate::telemetry::{foreign, limited};

/// The longest `User-Agent` that is kept, in characters.
const AGENT_MAX: usize = 256;

/// Signs somebody in: what a handler takes that finds out who somebody is, such as by a password. `T` is what the session carries beyond
/// subject and rights, for [`Session<T>`](crate::Session).
///
/// ```
/// use actix_web::{Responder, post, web};
/// use auth_runtime::{Denial, SignIn, public};
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct User { name: String }
///
/// #[derive(serde::Deserialize)]
/// struct Login { name: String, password: String }
///
/// /// Looks into the database, and hashes slowly.
/// async fn user_of(login: &Login) -> Result<Option<(i64, User)>, std::io::Error> {
/// #     Ok(None)
/// }
///
/// #[public(reason = "where people sign in")]
/// #[post("/login")]
/// async fn log_in(form: web::Form<Login>, sign_in: SignIn<User>) -> Result<impl Responder, Denial> {
///     // Beyond thirty wrong passwords it answers 429, and does not ask.
///     let found = sign_in.verify(&form.name, user_of(&form)).await?;
///     let (verified, (id, user)) = found.ok_or_else(|| Denial::forbidden("wrong name or password"))?;
///     verified.subject(id.to_string()).roles(["viewer"]).details(user).finish().await
/// }
/// ```
///
/// Where several sessions are configured, it is for the one without a name, or for the one that [`configured`](Self::configured) names.
///
/// # Security
/// A request that another site has caused is refused, with a 403, whatever its method: nobody is signed in as somebody else. A link in an email is
/// such a request, so that it must lead to a page with a button.
#[must_use = "nobody is signed in before `finish`"]
pub struct SignIn<T = ()> {
    pub(super) auth: Auth,
    pub(super) request: HttpRequest,
    pub(super) live: Option<Arc<LiveSessions>>,
    /// The sessions' name.
    pub(super) configuration: Option<Box<str>>,
    /// When it began, in milliseconds since 1970.
    began_at: u64,
    /// How strongly somebody is to sign in who may have done so already.
    wanted: StepUp,
    details: PhantomData<fn(T)>,
}

debug_by_name!([T] SignIn<T> as "SignIn";);

impl<T> SignIn<T> {
    /// For `session("name")`.
    pub fn configured(mut self, name: &str) -> Self {
        self.live = self.auth.live_sessions(Some(name)).cloned();
        self.configuration = Some(name.into());
        self
    }

    /// The class of authentication that the page which was wanted demands, as the parameter `acr_values` of the request says: what whoever signs in
    /// is to prove who they are by, such as a second factor. [`finish`](SessionStart::finish) compares it with what
    /// [`acr`](SessionStart::acr) says.
    ///
    /// ```
    /// use actix_web::{Responder, post, web};
    /// use auth_runtime::{Denial, SignIn, public};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Login { name: String, password: String, code: Option<String> }
    ///
    /// # async fn id_of(login: &Login) -> Result<Option<i64>, std::io::Error> { Ok(None) }
    /// # async fn is_code_of(id: i64, code: &str) -> bool { false }
    /// #[public(reason = "where people sign in")]
    /// #[post("/login")]
    /// async fn log_in(form: web::Form<Login>, sign_in: SignIn) -> Result<impl Responder, Denial> {
    ///     let is_mfa_wanted = sign_in.wanted_acr() == Some("mfa");
    ///     let found = sign_in.verify(&form.name, async {
    ///         let Some(id) = id_of(&form).await? else { return Ok(None) };
    ///         // Within the attempt, so that guesses at codes are counted too.
    ///         let is_right = !is_mfa_wanted || is_code_of(id, form.code.as_deref().unwrap_or_default()).await;
    ///         Ok::<_, std::io::Error>(is_right.then_some(id))
    ///     });
    ///     let (verified, id) = found.await?.ok_or_else(|| Denial::forbidden("wrong name, password or code"))?;
    ///     verified.subject(id.to_string()).acr(if is_mfa_wanted { "mfa" } else { "pwd" }).finish().await
    /// }
    /// ```
    pub fn wanted_acr(&self) -> Option<&str> {
        self.wanted.acr.as_deref()
    }

    /// The same, of which nothing is left to say.
    fn said(self) -> SignIn<DetailsSaid> {
        let Self { auth, request, live, configuration, began_at, wanted, details: _ } = self;
        SignIn { auth, request, live, configuration, began_at, wanted, details: PhantomData }
    }

    pub(super) fn begin(self, subject: Box<str>) -> SessionStart<T> {
        let known = self.live.as_ref().map(|live| signing_in(&self.auth, live, &self.request)).unwrap_or_default();
        let who = SigningIn { subject, began_at: self.began_at, ..known };
        let to = wanted(self.request.query_string());
        SessionStart { sign_in: self, who, to }
    }
}

/// What a request says of whoever signs in by it: with what and from where, and the session that this one replaces.
pub(crate) fn signing_in(auth: &Auth, live: &LiveSessions, request: &HttpRequest) -> SigningIn {
    let agent = request.headers().get(USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
    let address = match auth.settings().address_share(request.into()) {
        share @ (AddressShare::V4(_) | AddressShare::V6(_)) => Some(share.to_string().into()),
        AddressShare::Unknown | AddressShare::UnlistedProxy => None,
    };
    SigningIn {
        agent: agent.map(|agent| agent.chars().take(AGENT_MAX).collect::<String>().into()),
        address,
        before: live.named_by(request.headers()),
        ..SigningIn::default()
    }
}

impl<T> FromRequest for SignIn<T> {
    type Error = Denial;
    type Future = Ready<Result<Self, Denial>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(auth) = request.app_data::<Auth>() else {
            limited!(error, remedy = Reason::AuthMissing.remedy(), "nobody can sign in here: no `Auth` is there");
            return ready(Err(Denial::of(Reason::AuthMissing)));
        };
        let sign_in = Self {
            auth: auth.clone(),
            request: request.clone(),
            live: auth.live_sessions(None).cloned(),
            configuration: None,
            began_at: milliseconds(&*auth.settings().clock),
            wanted: wanted_strength(request.query_string()),
            details: PhantomData,
        };
        if !auth.settings().origins.permits_sign_in(request) {
            limited!(info, path = foreign(request.path()), "a sign-in that another site has caused is refused");
            sign_in.tell_refused(Reason::CrossSite.label());
            return ready(Err(sign_in.denied(Denial::of(Reason::CrossSite))));
        }
        ready(Ok(sign_in))
    }
}

/// [`SessionStart::details`] was called.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum DetailsSaid {}

/// A session of which nothing is left to say: it carries nothing, or what it carries was said.
#[diagnostic::on_unimplemented(
    message = "the session carries a `{Self}`, and nobody has said which",
    label = "call `.details(…)` before",
    note = "where sessions carry nothing, take `SignIn` in place of `SignIn<{Self}>`"
)]
pub trait SessionComplete: complete::Sealed {}

#[diagnostic::do_not_recommend]
impl SessionComplete for () {}
#[diagnostic::do_not_recommend]
impl SessionComplete for DetailsSaid {}

mod complete {
    pub trait Sealed {}

    impl Sealed for () {}
    impl Sealed for super::DetailsSaid {}
}

/// Who signs in, and with what. Made by [`Verified::subject`](super::Verified::subject).
#[must_use = "nobody is signed in before `finish`"]
pub struct SessionStart<T = ()> {
    sign_in: SignIn<T>,
    pub(super) who: SigningIn,
    to: Option<String>,
}

debug_by_name!([T] SessionStart<T> as "SessionStart";);

impl<T> SessionStart<T> {
    /// The roles held. Not kept where [authorities](crate::session::Sessions::authorities) are loaded.
    pub fn roles(mut self, roles: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.who.roles = Some(roles.into_iter().map(Into::into).collect());
        self
    }

    /// The scopes granted. Not kept where [authorities](crate::session::Sessions::authorities) are loaded.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.who.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// How strongly the caller was authenticated: [`Principal::acr`](crate::Principal::acr).
    pub fn acr(mut self, class: impl Into<Box<str>>) -> Self {
        self.who.acr = Some(class.into());
        self
    }

    /// By which methods the caller was authenticated, such as `pwd` and `otp` (RFC 8176).
    pub fn amr(mut self, methods: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.who.amr = methods.into_iter().map(Into::into).collect();
        self
    }

    /// Where the browser is sent: a path of this service. By default the page that was wanted, as the parameter `to` of the request says, or `/`; also in place of
    /// what is not such a path.
    pub fn to(mut self, path: impl Into<String>) -> Self {
        self.to = Some(path.into());
        self
    }

    /// What the session carries, as JSON of at most 16 KiB with the rest. Without it a session of `SignIn<T>` does not begin.
    ///
    /// # Security
    /// It is as old as the sign-in. Rights belong into [roles](Self::roles), which [`Auth::set_rights`] changes.
    pub fn details(self, details: T) -> SessionStart<DetailsSaid>
    where
        T: Serialize,
    {
        let Self { sign_in, mut who, to } = self;
        who.details = match serde_json::to_string(&details) {
            Ok(text) => Some(text.into()),
            Err(error) => {
                limited!(error, cause = foreign(error), "the details of a session cannot be written as JSON");
                // What no type reads, so that nobody is taken for somebody without details.
                Some("".into())
            }
        };
        SessionStart { sign_in: sign_in.said(), who, to }
    }

    /// Begins the session under a new id; the one that the browser was in ends.
    ///
    /// Where the browser has a session, and the request says how strongly somebody is to sign in, by `acr_values` and `max_age` as the browser was sent to the
    /// login page with them, this sign-in must be such, and of whom that session is: see [step-up](crate::manual::step_up#people-who-sign-in).
    ///
    /// # Errors
    /// A 503 where the store cannot be asked or has no room; a 403 where the sign-in is too weak or somebody else's for what was asked, where all
    /// sessions of the subject were ended, or it was revoked, since the sign-in began; a 500 where no sessions are configured, or the details cannot be
    /// kept. The browser's session is then as it was. What is ours is logged.
    // Of a type without `T`, so that what is not said is told once, and not again for `.await`.
    pub fn finish(self) -> Pin<Box<dyn Future<Output = Result<SignedIn, Denial>>>>
    where
        T: SessionComplete + 'static,
    {
        Box::pin(self.begin())
    }

    async fn begin(self) -> Result<SignedIn, Denial> {
        let Self { sign_in, who, to } = self;
        let Some(live) = &sign_in.live else {
            limited!(error, remedy = Reason::SchemeUnconfigured.remedy(), "nobody can sign in: no such sessions");
            return Err(Denial::of(Reason::SchemeUnconfigured));
        };
        let settings = sign_in.auth.settings();
        // Whoever is carried over is not asked anew, but by the page that was wanted.
        let is_asked = !who.is_carried_over && !sign_in.wanted.is_empty();
        let beginning = live.prepare(who, &*settings.clock)?;
        if is_asked {
            let (orders, clock) = (&settings.hierarchies.acr, &*settings.clock);
            match live.shortfall(&beginning, &sign_in.wanted, false, orders, clock).await? {
                None => {}
                Some(Shortfall::SomebodyElse) => {
                    return Err(sign_in.refused("somebody_else", "you are signed in as somebody else; sign out first"));
                }
                Some(Shortfall::TooWeak) => {
                    return Err(sign_in.refused("too_weak", "a stronger or more recent sign-in is required"));
                }
            }
        }
        let cookie = live.keep(beginning).await.inspect_err(|denial| {
            // The one thing that is forbidden here.
            let is_barred = denial.status() == StatusCode::FORBIDDEN;
            sign_in.tell_refused(if is_barred { "barred" } else { denial.reason().label() });
        })?;
        Ok(SignedIn { cookie, location: live.landing().location(to.as_deref()) })
    }
}

/// The answer to whoever has signed in: a 303 to the page that was wanted, with the cookie.
#[derive(Debug)]
#[must_use = "the browser gets the cookie in this answer"]
pub struct SignedIn {
    cookie: HeaderValue,
    location: HeaderValue,
}

impl SignedIn {
    /// The same in an answer of your own, such as a 204 for a script: the cookie is given, and nobody is sent anywhere.
    pub fn with<B>(self, mut answer: HttpResponse<B>) -> HttpResponse<B> {
        let headers = answer.headers_mut();
        headers.append(SET_COOKIE, self.cookie);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        answer
    }
}

impl Responder for SignedIn {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.into()
    }
}

/// For a handler that may answer in other ways, too.
impl From<SignedIn> for HttpResponse {
    fn from(signed: SignedIn) -> Self {
        let location = signed.location.clone();
        let mut answer = signed.with(Self::new(StatusCode::SEE_OTHER));
        answer.headers_mut().insert(LOCATION, location);
        answer
    }
}
