//! People who sign in: pages and calls in a session.

use std::convert::Infallible;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, Responder, ResponseError as _, get, post, web};
use auth_runtime::denial::Reason;
use auth_runtime::extract::SignedIn;
use auth_runtime::login::LoginIdentity;
use auth_runtime::{Auth, Denial, Principal, Session, SignIn, SignOut, public, requires};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::routes::{Caller, Unread, tell};

/// What a session carries.
#[derive(Serialize, Deserialize)]
struct Person {
    name: String,
}

/// What it carries of people who have signed in at a provider.
pub(crate) fn from_provider(who: &LoginIdentity) -> impl Serialize + use<> {
    Person { name: who.text("name").unwrap_or(who.subject()).to_owned() }
}

/// Where people are sent who sign in there.
pub(crate) const OIDC_LOGIN: &str = "/oidc/login";

/// Development accounts, whose passwords everyone knows: name, password, role. Yours are hashed, slowly, and looked up.
const PEOPLE: [(&str, &str, &str); 2] = [("alice", "wonderland", "viewer"), ("bob", "builder", "ops")];

fn page(status: HttpResponse, body: &str) -> HttpResponse {
    let (head, _) = status.into_parts();
    let mut answer = head.set_body(actix_web::body::BoxBody::new(format!(
        "<!doctype html><html lang=en><meta name=viewport content='width=device-width'><title>Showcase</title>\
         <style>body {{ font: 1rem/1.5 sans-serif; max-width: 30rem; margin: 3rem auto; padding: 0 1rem }} \
         label {{ display: block; margin: .5rem 0 }}</style>{body}"
    )));
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, html);
    answer
}

/// It posts to the address under which it is shown, which names the page that was wanted.
fn form(status: HttpResponse, said: &str, at_provider: &str) -> HttpResponse {
    page(
        status,
        &format!(
            "<h1>Sign in</h1><p role=alert>{said}</p><form method=post>\
             <label>Name <input name=name autocomplete=username required autofocus></label>\
             <label>Password <input name=password type=password autocomplete=current-password required></label>\
             <button>Sign in</button></form>{at_provider}"
        ),
    )
}

/// The form again, for whoever was not signed in: with the answer's own status and fields, such as `Retry-After`.
fn refused(denial: &Denial, at_provider: &str) -> HttpResponse {
    let answer = denial.error_response();
    let after = answer.headers().get(RETRY_AFTER).and_then(|seconds| seconds.to_str().ok());
    let said = match (denial.reason(), answer.status().as_u16(), after) {
        (_, 429, Some(seconds)) => format!("Too many wrong passwords. Please try again in {seconds} seconds."),
        (_, 503, Some(seconds)) => format!("Nobody can sign in at the moment. Please try again in {seconds} seconds."),
        (Reason::CrossSite, ..) => "Another site has sent this form. Please fill it in here.".to_owned(),
        _ => format!("You are not signed in: {}.", escaped(&denial.problem().detail)),
    };
    form(answer, &said, at_provider)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

/// Whether people can sign in at an identity provider, too.
#[derive(Clone, Copy)]
pub(crate) struct AtProvider(pub(crate) bool);

impl AtProvider {
    /// A button that leads there, and on to the page that was wanted.
    fn button(self, wanted: Option<web::Query<Wanted>>) -> String {
        let to = wanted.and_then(|wanted| wanted.into_inner().to);
        let to = to.map(|to| format!("<input type=hidden name=to value=\"{}\">", escaped(&to)));
        match self.0 {
            true => format!(
                "<form action={OIDC_LOGIN}>{}<button>Use your identity provider</button></form>",
                to.unwrap_or_default()
            ),
            false => String::new(),
        }
    }
}

/// What the login page is told in its address, which `SignIn` reads too.
#[derive(Deserialize, IntoParams)]
struct Wanted {
    /// The page to go to.
    to: Option<String>,
}

#[derive(Deserialize, ToSchema)]
struct Login {
    name: String,
    password: String,
}

#[utoipa::path(responses((status = 200, description = "where to go", body = String, content_type = "text/html")))]
#[public(reason = "it leads to the others, and tells nothing of anybody")]
#[get("/")]
pub(crate) async fn home() -> impl Responder {
    page(
        HttpResponse::Ok().finish(),
        "<h1>Showcase</h1><p><a href=/me>Your page</a>, for whoever has signed in<p><a href=/docs>All routes</a> and \
         <a href=/policies>who may call them</a>, for the role <code>ops</code>",
    )
}

#[utoipa::path(params(Wanted), responses((status = 200, description = "a form", body = String, content_type = "text/html")))]
#[public(reason = "where people sign in")]
#[get("/login")]
pub(crate) async fn login(wanted: Option<web::Query<Wanted>>, there: web::Data<AtProvider>) -> impl Responder {
    form(HttpResponse::Ok().finish(), "", &there.button(wanted))
}

/// Yours asks a database, which may fail.
async fn find(claimed: &Login) -> Result<Option<&'static (&'static str, &'static str, &'static str)>, Infallible> {
    Ok(PEOPLE.iter().find(|(name, password, _)| (*name, *password) == (&*claimed.name, &*claimed.password)))
}

#[utoipa::path(
    params(Wanted),
    request_body(content = Login, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "signed in"),
        (status = 400, description = "not such a form", body = String, content_type = "text/plain"),
        (status = 403, description = "wrong name or password, or a form of another site", body = String, content_type = "text/html"),
        (status = 413, description = "too large a form", body = String, content_type = "text/plain"),
        (status = 415, description = "not a form", body = String, content_type = "text/plain"),
        (status = 429, description = "too many wrong passwords", body = String, content_type = "text/html",
            headers(("Retry-After" = u64), ("RateLimit-Policy" = String), ("RateLimit" = String))),
        (status = 503, description = "sessions cannot be kept", body = String, content_type = "text/html"),
    )
)]
#[public(reason = "where people sign in")]
#[post("/login")]
pub(crate) async fn log_in(
    sign_in: Result<SignIn<Person>, Denial>,
    claimed: web::Form<Login>,
    wanted: Option<web::Query<Wanted>>,
    there: web::Data<AtProvider>,
) -> HttpResponse {
    let at_provider = there.button(wanted);
    match signed_in(sign_in, &claimed).await {
        Ok(Some(signed_in)) => signed_in.into(),
        Ok(None) => {
            let answer = HttpResponse::Forbidden().insert_header((CACHE_CONTROL, "no-store")).finish();
            form(answer, "Wrong name or password.", &at_provider)
        }
        Err(denial) => refused(&denial, &at_provider),
    }
}

/// Begins a session, if the password is right.
async fn signed_in(sign_in: Result<SignIn<Person>, Denial>, claimed: &Login) -> Result<Option<SignedIn>, Denial> {
    let Some((verified, (name, _, role))) = sign_in?.verify(&claimed.name, find(claimed)).await? else {
        return Ok(None);
    };
    let who = verified.subject(*name).roles([*role]).details(Person { name: (*name).to_owned() }).amr(["pwd"]);
    who.finish().await.map(Some)
}

#[derive(Deserialize, IntoParams)]
struct LogOut {
    /// In all browsers.
    #[serde(default)]
    everywhere: bool,
}

#[utoipa::path(params(LogOut), responses(
    (status = 303, description = "signed out"),
    (status = 400, description = "not such a query", body = String, content_type = "text/plain"),
))]
#[requires(session)]
#[post("/logout")]
pub(crate) async fn log_out(out: SignOut, how: web::Query<LogOut>) -> impl Responder {
    let out = out.to("/login");
    if how.everywhere { out.everywhere().await } else { out.here().await }
}

#[utoipa::path(responses((status = 200, description = "who you are", body = String, content_type = "text/html")))]
#[requires(session)]
#[get("/me")]
pub(crate) async fn me(session: Session<Person>) -> impl Responder {
    // A provider's word is anybody's.
    let name = escaped(&session.name);
    // At the provider too, for whoever has signed in there.
    let is_ours = session.principal().issuer().is_some_and(|issuer| issuer.starts_with("local:"));
    let way_out = if is_ours { "/logout" } else { "/oidc/logout" };
    page(
        HttpResponse::Ok().finish(),
        &format!(
            "<h1>Hello {name}</h1><form method=post action={way_out}><button>Sign out</button></form>\
             <form method=post action='/logout?everywhere=true'><button>Sign out everywhere</button></form>"
        ),
    )
}

#[utoipa::path(responses(Caller))]
#[requires(any(session, bearer))]
#[get("/api/me")]
pub(crate) async fn api_me(who: Principal) -> impl Responder {
    tell(Some(&who))
}

#[derive(Serialize, ToSchema)]
struct Noted {
    by: String,
}

#[utoipa::path(responses((status = 200, description = "noted", body = Noted)))]
#[requires(session)]
#[post("/api/note")]
pub(crate) async fn api_note(who: Principal) -> impl Responder {
    web::Json(Noted { by: who.subject().to_owned() })
}

/// A session of the caller's.
#[derive(Serialize, ToSchema)]
struct Listed {
    id: String,
    created_at: i64,
    last_seen_at: i64,
    address: Option<String>,
    agent: Option<String>,
    /// Whether it is the one that asks.
    is_this: bool,
}

#[utoipa::path(responses((status = 200, description = "where the caller is signed in", body = Vec<Listed>)))]
#[requires(session)]
#[get("/sessions")]
pub(crate) async fn sessions(session: Session<Person>, auth: web::Data<Auth>) -> Result<impl Responder, Denial> {
    let all = auth.sessions_of_caller(session.principal()).list().await?;
    let listed = all.into_iter().map(|one| Listed {
        is_this: one.id() == session.id(),
        id: one.id().to_owned(),
        created_at: one.created_at(),
        last_seen_at: one.last_seen_at(),
        address: one.address().map(str::to_owned),
        agent: one.agent().map(str::to_owned),
    });
    Ok(web::Json(listed.collect::<Vec<_>>()))
}

/// Which session is to end.
#[derive(Deserialize, ToSchema)]
struct Ending {
    id: String,
}

#[utoipa::path(responses(
    (status = 204, description = "it has ended"),
    (status = 404, description = "the caller has no such session", body = String, content_type = "application/problem+json"),
    Unread,
))]
#[requires(session)]
#[post("/sessions/end")]
pub(crate) async fn end_session(
    who: Principal,
    ending: web::Json<Ending>,
    auth: web::Data<Auth>,
) -> Result<impl Responder, Denial> {
    match auth.sessions_of_caller(&who).end(&ending.id).await? {
        true => Ok(HttpResponse::NoContent()),
        false => Err(Denial::not_found("no such session")),
    }
}
