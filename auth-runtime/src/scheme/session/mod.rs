//! Sessions: people who sign in and are known by a cookie (feature `session`).
//!
//! [`Sessions`] says where they are kept and how long they last. A handler that has seen a password, or whatever else proves who somebody is,
//! begins a session by [`SignIn`](crate::SignIn); `#[requires(session)]` asks for one, and hands it over as [`Session<T>`](crate::Session);
//! [`SignOut`](crate::SignOut) ends it.
//!
//! ```standalone_crate
//! use actix_web::{App, Responder, get, post, test, web};
//! use auth_runtime::session::Sessions;
//! use auth_runtime::{Auth, Denial, Session, SignIn, SignOut, public, requires};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct User { name: String }
//!
//! #[derive(Deserialize)]
//! struct Login { name: String, password: String }
//!
//! /// Stands for a look into the database, and a slow hash.
//! async fn user_of(login: &Login) -> Result<Option<&'static str>, std::io::Error> {
//!     Ok(((&*login.name, &*login.password) == ("alice", "wonderland")).then_some("17"))
//! }
//!
//! #[public(reason = "where people sign in")]
//! #[post("/login")]
//! async fn log_in(form: web::Form<Login>, sign_in: SignIn<User>) -> Result<impl Responder, Denial> {
//!     let found = sign_in.verify(&form.name, user_of(&form)).await?;
//!     let (verified, id) = found.ok_or_else(|| Denial::forbidden("wrong name or password"))?;
//!     verified.subject(id).roles(["viewer"]).details(User { name: "Alice".to_owned() }).finish().await
//! }
//!
//! #[requires(session, role = "viewer")]
//! #[get("/me")]
//! async fn me(session: Session<User>) -> String {
//!     format!("hello {}", session.name)
//! }
//!
//! #[requires(session)]
//! #[post("/logout")]
//! async fn log_out(out: SignOut) -> impl Responder {
//!     out.here().await
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let auth = Auth::builder()
//!     .public_origin("https://shop.example")
//!     .session(Sessions::in_memory().login_page("/login"))
//!     .build()
//!     .unwrap();
//! let app = test::init_service(App::new().service(auth.scope("").service(log_in).service(me).service(log_out))).await;
//!
//! let form = [("name", "alice"), ("password", "wonderland")];
//! let signed_in = test::call_service(&app, test::TestRequest::post().uri("/login?to=/me").set_form(form).to_request()).await;
//! assert_eq!((signed_in.status().as_u16(), signed_in.headers().get("Location").unwrap().to_str().unwrap()), (303, "https://shop.example/me"));
//! let cookie = signed_in.headers().get("Set-Cookie").unwrap().to_str().unwrap();
//! assert!(cookie.starts_with("__Host-session=") && cookie.ends_with("; Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax"));
//!
//! let with_cookie = |request: test::TestRequest| request.insert_header(("Cookie", cookie.split(';').next().unwrap())).to_request();
//! assert_eq!(test::call_and_read_body(&app, with_cookie(test::TestRequest::with_uri("/me"))).await, "hello Alice");
//! let signed_out = test::call_service(&app, with_cookie(test::TestRequest::post().uri("/logout"))).await;
//! assert_eq!(signed_out.status(), 303);
//! assert_eq!(test::call_service(&app, with_cookie(test::TestRequest::with_uri("/me"))).await.status(), 401);
//! # }
//! ```
//!
//! # Security
//! - An id is 256 random bits, in a cookie that scripts cannot read and that other hosts, and plain http, can neither read nor set: `__Host-session`,
//!   `Secure`, `HttpOnly`, `SameSite=Lax`. For a [public origin](crate::config::AuthBuilder::public_origin) of plain http, which may only be this machine, it is `session`, and a warning in the log says so.
//! - The store knows an id by a SHA-256. Signing in always makes a new one; the one that the browser had ends.
//! - A browser adds the cookie by itself, so the cross-site rule applies: other sites cannot act in a session, and cannot sign anybody in.
//! - An answer that a session decided is `no-store`, unless the handler says `private`: the back button must not show it after signing out.
//! - A store that cannot be asked is a 503: nobody is let in, and nobody is signed out.

mod beginning;
mod current;
mod details;
#[cfg(feature = "login")]
pub(crate) mod elsewhere;
mod ending;
mod entries;
mod form_proof;
mod id;
mod landing;
mod live;
#[cfg(feature = "login")]
pub(crate) mod login;
mod memory;
mod old;
mod record;
#[cfg(feature = "redis")]
mod redis;
mod rights;
mod roles;
mod seal;
mod sessions;
mod store;
#[cfg(feature = "login")]
pub(crate) mod vault;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

pub use self::old::OldSessions;
#[cfg(feature = "redis")]
pub use self::redis::RedisSessions;
pub use self::sessions::Sessions;
pub use self::store::{
    Added, NewSession, PendingAnswer, SessionKey, SessionStore, StoreAnswer, StoredSession, SubjectKey,
};

#[cfg(feature = "login")]
pub(crate) use self::beginning::Beginning;
pub(crate) use self::beginning::{Shortfall, SigningIn};
pub(crate) use self::current::CurrentSession;
pub(crate) use self::form_proof::FormProof;
pub(crate) use self::landing::{wanted, wanted_strength};
#[cfg(feature = "login")]
pub(crate) use self::live::unavailable;
pub(crate) use self::live::{LiveSessions, milliseconds};
#[cfg(all(test, feature = "testing"))]
pub(crate) use self::memory::MemoryStore;
#[cfg(feature = "login")]
pub(crate) use self::record::AtProvider;
pub(crate) use self::record::{Record, Whose};

use crate::authorities::AuthorityLoader;
use crate::denial::{Challenge, Rejection};
use crate::http::cookie::{Cookie, cookie};
use crate::principal::Principal;
#[cfg(feature = "login")]
use crate::scheme::SchemeRoute;
use crate::scheme::{
    Additions, Authentication, Context, Credentials, Evidence, Read, Recheck, Response, Scheme, SchemeDescription,
};
use crate::time::UnixTime;
use actix_web::http::header::SET_COOKIE;

pub(crate) const NAME: &str = "session";

/// The scheme behind `#[requires(session)]`; configured by [`Sessions`].
pub struct SessionScheme {
    live: Arc<LiveSessions>,
    authorities: Option<AuthorityLoader>,
}

impl SessionScheme {
    pub(crate) fn live(&self) -> &Arc<LiveSessions> {
        &self.live
    }
}

#[diagnostic::do_not_recommend]
impl Scheme for SessionScheme {
    fn name(&self) -> &'static str {
        NAME
    }

    fn describe(&self) -> SchemeDescription {
        let live = &self.live;
        let description = SchemeDescription::new(Challenge::new("Cookie"))
            .with_fixed_challenge()
            .never_stored()
            .cookie(live.cookie.name())
            .at_most("idle", live.idle.as_secs(), "s")
            .at_most("absolute", live.absolute.as_secs(), "s")
            .loaded_by(self.authorities.clone());
        let description = match &live.old {
            Some(old) => description.told([old.reviewed()]),
            None => description,
        };
        let description = match live.landing.login_page() {
            Some(_) => description.receives_strangers(),
            None => description,
        };
        let description = match live.cookie.is_secure() {
            true => description,
            false => description.allows("cookie", "over plain http"),
        };
        let description = match &live.revocations {
            Some(revocations) => description.told(revocations.reviewed()),
            None => description,
        };
        #[cfg(feature = "login")]
        let description = live
            .logins
            .iter()
            .fold(description, |description, login| description.told(login.reviewed()).issuer(login.issuer()));
        #[cfg(feature = "login")]
        let description = match live.logins.is_empty() {
            true => description,
            false => description.issuer(&*live.issuer).with_tokens(),
        };
        match &live.details {
            Some(reader) => description.with_details(reader.of),
            None => description,
        }
    }

    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
        Credentials::Ambient(match cookie(context.headers(), self.live.cookie.name()) {
            Cookie::Absent => return Credentials::Absent,
            Cookie::Unreadable => Evidence::unreadable(self.live.over(Rejection::cookie_unreadable())),
            Cookie::Present(id) => Evidence(Read::Key(Cow::Borrowed(id))),
        })
    }

    fn authenticate<'a>(&self, context: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        match evidence.0 {
            Read::Key(id) => self.live.authenticate(&id, context),
            _ => Authentication::refused(Rejection::credentials_wrong()),
        }
    }

    #[cfg(feature = "login")]
    fn mounts(&self) -> Vec<SchemeRoute> {
        let mut routes: Vec<SchemeRoute> = Vec::new();
        for login in &self.live.logins {
            // Several providers share the way out.
            let new = Arc::clone(login).mounts(&self.live);
            routes.extend(
                new.into_iter()
                    .filter(|new| {
                        !routes.iter().any(|known| (known.method(), known.path()) == (new.method(), new.path()))
                    })
                    .collect::<Vec<_>>(),
            );
        }
        routes
    }

    fn recheck(&self, principal: &Principal, now: UnixTime) -> Recheck {
        match principal.details::<CurrentSession>() {
            Some(current) => current.recheck(principal, now),
            None => Recheck::Ended,
        }
    }

    /// Moves a session whose rights have changed to another id, and sends whoever must sign in to the login page.
    fn respond(&self, context: &Context<'_>, principal: Option<&Principal>) -> Response {
        let Some(principal) = principal else {
            #[cfg(feature = "login")]
            let page = context.reauthentication().and_then(|asked| self.live.login_page_of(asked.who));
            #[cfg(not(feature = "login"))]
            let page = None;
            return self.live.landing.login(context, page).map_or(Response::Nothing, Response::Ready);
        };
        match (principal.details::<CurrentSession>().filter(|current| current.renews()), context.now()) {
            (Some(current), Ok(now)) => Response::pending(async move {
                let cookie = current.renew(now).await?;
                Ok(cookie.into_iter().fold(Additions::new(), |additions, cookie| additions.append(SET_COOKIE, cookie)))
            }),
            _ => Response::Nothing,
        }
    }
}

impl fmt::Debug for SessionScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionScheme").field("configuration", &self.live.configuration).finish_non_exhaustive()
    }
}
