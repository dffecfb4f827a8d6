//! An application with sessions.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::{Error, HttpRequest, HttpResponse, Responder, get, post, web};
use actix_ws::CloseCode;
use auth_runtime::clock::Clock as _;
use auth_runtime::config::AuthBuilder;
use auth_runtime::extract::UntilEnded;
use auth_runtime::session::Sessions;
use auth_runtime::testing::{ManualClock, TestIssuer};
use auth_runtime::{Auth, Denial, Details, Optional, Principal, Session, SignIn, SignOut, public, requires};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tests::{Answer, Request, Server};

pub(crate) const ORIGIN: &str = "https://shop.example";
pub(crate) const NOW: i64 = 1_780_000_000;
pub(crate) const COOKIE: &str = "__Host-session";
pub(crate) const DELETION: &str = "__Host-session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax";
pub(crate) const CHALLENGE: &str = r#"Cookie realm="shop""#;

#[derive(Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) name: String,
}

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
    roles: Option<String>,
    /// What else was proved, beside the password.
    acr: Option<String>,
}

#[public(reason = "where people sign in")]
#[get("/login")]
async fn login() -> &'static str {
    "a form"
}

#[public(reason = "where people sign in")]
#[post("/login")]
async fn log_in(form: web::Form<Login>, sign_in: SignIn<User>) -> Result<impl Responder, Denial> {
    let is_right = async { Ok::<_, Infallible>((form.password == "right").then_some(())) };
    let Some((verified, ())) = sign_in.verify(&form.name, is_right).await? else {
        return Err(Denial::forbidden("wrong name or password"));
    };
    let roles = form.roles.as_deref().unwrap_or("viewer").split(' ').map(str::to_owned);
    let user = User { name: form.name.to_uppercase() };
    let acr = form.acr.as_deref().unwrap_or("pwd");
    verified.subject(&*form.name).roles(roles).details(user).amr(["pwd"]).acr(acr).finish().await
}

/// Says what is asked of whoever signs in here.
#[public(reason = "where people sign in")]
#[post("/login/asked")]
async fn asked(sign_in: SignIn) -> String {
    sign_in.wanted_acr().unwrap_or("-").to_owned()
}

/// Waits until all sessions were ended, or all others, or have other rights.
#[public(reason = "where people sign in")]
#[post("/login/slow/{meanwhile}")]
async fn log_in_slowly(
    sign_in: SignIn<User>,
    meanwhile: web::Path<String>,
    auth: web::Data<Auth>,
    clock: web::Data<ManualClock>,
) -> Result<impl Responder, Denial> {
    clock.advance(Duration::from_secs(1));
    let hers = auth.sessions_of("alice");
    match meanwhile.as_str() {
        "all" => hers.end_all().await?,
        "others" => hers.end_others(&Principal::builder("session", "alice").build()).await?,
        _ => auth.set_rights("alice", ["viewer"]).await?,
    };
    clock.advance(Duration::from_secs(1));
    sign_in.without_password().subject("alice").details(User { name: "late".to_owned() }).finish().await
}

#[public(reason = "where scripts sign in")]
#[post("/api/login")]
async fn log_in_by_script(sign_in: SignIn<User>) -> Result<HttpResponse, Denial> {
    let signed_in =
        sign_in.without_password().subject("alice").details(User { name: "ALICE".to_owned() }).finish().await?;
    Ok(signed_in.with(HttpResponse::NoContent().finish()))
}

#[requires(session)]
#[post("/logout")]
pub(crate) async fn log_out(out: SignOut) -> impl Responder {
    out.here().await
}

#[requires(session)]
#[post("/logout/everywhere")]
pub(crate) async fn log_out_everywhere(out: SignOut) -> impl Responder {
    out.to("/login").clear_cookies().everywhere().await
}

#[requires(session)]
#[get("/me")]
async fn me(session: Session<User>, who: Principal, user: Details<User>) -> String {
    assert_eq!((session.principal(), session.id()), (&who, who.session_id().unwrap()));
    assert_eq!(user.name, session.name);
    let roles: Vec<&str> = who.roles().into_iter().flatten().collect();
    format!("{} {} {} {}", session.name, who.subject(), roles.join(","), who.amr().collect::<String>())
}

#[requires(session)]
#[get("/id")]
async fn session_id(session: Session<User>) -> String {
    format!("{} {} {}", session.id(), session.created_at(), session.ends_at())
}

#[requires(session)]
#[post("/note")]
async fn note(who: Principal) -> String {
    format!("noted by {}", who.subject())
}

#[requires(session, acr = "mfa", max_age = "5m")]
#[get("/pay")]
async fn pay() -> &'static str {
    "paid"
}

#[requires(session, acr("mfa") && acr("phr"))]
#[get("/both")]
async fn both() -> &'static str {
    "both"
}

#[requires(session, role = "editor")]
#[get("/edit")]
async fn edit() -> &'static str {
    "editing"
}

#[requires(any(session, bearer))]
#[get("/either")]
async fn either(who: Principal, session: Optional<Session<User>>) -> String {
    format!("{} {}", who.scheme(), session.is_some())
}

#[requires(optional(session))]
#[get("/maybe")]
async fn maybe(who: Optional<Principal>) -> String {
    who.as_ref().map_or("nobody".to_owned(), |who| who.subject().to_owned())
}

#[requires(session, hide)]
#[get("/hidden")]
async fn hidden() -> &'static str {
    "hidden"
}

#[requires(session)]
#[get("/own-cache")]
async fn own_cache() -> impl Responder {
    HttpResponse::Ok().insert_header(("Cache-Control", "private, max-age=60")).body("kept by the browser")
}

#[requires(session)]
#[get("/public-cache")]
async fn public_cache() -> impl Responder {
    HttpResponse::Ok().insert_header(("Cache-Control", "public, max-age=60")).body("not kept")
}

#[requires(session("staff"))]
#[get("/staff")]
async fn staff(session: Session) -> String {
    session.principal().key().to_string()
}

#[public(reason = "where people sign in")]
#[post("/staff/login")]
async fn staff_log_in(sign_in: SignIn) -> impl Responder {
    sign_in.configured("staff").without_password().subject("alice").finish().await
}

/// Goes on until the credentials end.
#[requires(any(session, bearer))]
#[get("/ticks")]
async fn going_on(until: UntilEnded) -> HttpResponse {
    let ticks = stream::unfold((), |()| async {
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        Some((Ok::<_, Error>(web::Bytes::from_static(b"tick ")), ()))
    });
    HttpResponse::Ok().streaming(until.stream(ticks))
}

/// The same as a WebSocket that says nothing.
#[requires(any(session, bearer))]
#[get("/socket")]
async fn socket(until: UntilEnded, request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
    let (answer, session, _) = actix_ws::handle(&request, body)?;
    actix_web::rt::spawn(async move {
        until.await;
        let _ = session.close(Some(CloseCode::Policy.into())).await;
    });
    Ok(answer)
}

#[requires(bearer)]
#[get("/bearer")]
async fn bearer() -> &'static str {
    "by token"
}

pub(crate) struct App {
    pub(crate) server: Server,
    pub(crate) auth: Auth,
    pub(crate) clock: ManualClock,
}

pub(crate) fn issuer() -> TestIssuer {
    thread_local!(static ISSUER: TestIssuer = TestIssuer::new().clock(ManualClock::at(NOW)));
    ISSUER.with(TestIssuer::clone)
}

pub(crate) fn sessions() -> Sessions {
    Sessions::in_memory().login_page("/login").details::<User>()
}

impl App {
    pub(crate) fn new() -> Self {
        Self::with(sessions())
    }

    pub(crate) fn with(sessions: Sessions) -> Self {
        Self::built(|builder| builder.session(sessions))
    }

    pub(crate) fn built(configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let clock = ManualClock::at(NOW);
        Self::at(clock, configure)
    }

    pub(crate) fn at(clock: ManualClock, configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        // Another issuer's, without which the policy of two classes would be of nobody.
        let builder = Auth::builder()
            .acr_order("https://elsewhere.example", ["mfa", "phr"])
            .realm("shop")
            .public_origin(ORIGIN)
            .clock(clock.clone())
            .bearer(issuer().jwt());
        let of_staff = Sessions::in_memory();
        let auth = configure(builder).session_named("staff", of_staff).build().unwrap();
        let (served, time) = (auth.clone(), clock.clone());
        let server = Server::start(move |app| {
            let scope = served
                .scope("")
                .service(login)
                .service(log_in)
                .service(asked)
                .service(log_in_slowly)
                .service(log_in_by_script)
                .service(log_out)
                .service(log_out_everywhere)
                .service(me)
                .service(session_id)
                .service(note)
                .service(edit)
                .service(either);
            let scope = scope
                .service(maybe)
                .service(pay)
                .service(both)
                .service(hidden)
                .service(own_cache)
                .service(public_cache)
                .service(staff_log_in)
                .service(staff)
                .service(going_on)
                .service(socket)
                .service(bearer);
            app.app_data(web::Data::new(served.clone())).app_data(web::Data::new(time.clone())).service(scope);
        });
        assert_eq!(clock.now().unwrap(), NOW);
        Self { server, auth, clock }
    }

    pub(crate) fn get(&self, target: &str) -> Request {
        self.server.get(target)
    }

    pub(crate) fn post(&self, target: &str) -> Request {
        self.server.post(target).header("Sec-Fetch-Site", "same-origin")
    }

    /// As a browser asks for a page.
    pub(crate) fn navigate(&self, target: &str) -> Request {
        self.get(target).header("Sec-Fetch-Mode", "navigate").header("Accept", "text/html,*/*;q=0.8")
    }

    /// Signs in and gives the id.
    #[track_caller]
    pub(crate) fn sign_in(&self, name: &str) -> String {
        self.sign_in_as(name, "viewer")
    }

    #[track_caller]
    pub(crate) fn sign_in_as(&self, name: &str, roles: &str) -> String {
        cookie(&self.log_in(self.post("/login"), name, "right", roles))
    }

    pub(crate) fn log_in(&self, request: Request, name: &str, password: &str, roles: &str) -> Answer {
        let form = format!("name={name}&password={password}&roles={roles}");
        request.send_body("application/x-www-form-urlencoded", form)
    }

    pub(crate) fn passes(&self, id: &str) -> bool {
        match self.get("/me").session(id).send().status {
            200 => true,
            401 => false,
            other => panic!("{other}"),
        }
    }
}

pub(crate) trait WithSession {
    fn session(self, id: &str) -> Self;
}

impl WithSession for Request {
    fn session(self, id: &str) -> Self {
        self.header("Cookie", format!("{COOKIE}={id}"))
    }
}

/// The id that an answer gives to the browser.
#[track_caller]
pub(crate) fn cookie(answer: &Answer) -> String {
    let line = answer.only("set-cookie").unwrap_or_else(|| panic!("no cookie in {answer:#?}"));
    let (id, attributes) = line.strip_prefix("__Host-session=").unwrap().split_once(';').unwrap();
    assert_eq!(attributes, " Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax");
    assert_eq!(id.len(), 43, "256 bits");
    id.to_owned()
}
