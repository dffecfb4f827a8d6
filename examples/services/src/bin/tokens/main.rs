//! A service with a single-page client of its own. Whoever signs in gets an access token for the memory of the page, which counts for
//! minutes, and a refresh token in a cookie that no script reads, which counts once. A refresh token that comes again was copied: all that
//! began with the same sign-in ends. The client is here in three ways: [`client/fetch.js`](client/fetch.js),
//! [`client/axios.js`](client/axios.js), [`client/curl.sh`](client/curl.sh).
//!
//! An application that has no other clients than its own pages is served better by sessions: see the service `bookmarks`.
//!
//! ```text
//! cargo run -p services --bin tokens     # then open http://127.0.0.1:8091/ and sign in as alice, `wonderland`, or bob, `builder`
//! ```

mod families;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, SET_COOKIE};
use actix_web::{App, HttpResponse, HttpServer, Responder, get, post, web};
use auth_runtime::api_key::KeyStore;
use auth_runtime::clock::{Clock as _, SystemClock, UnixTime};
use auth_runtime::config::ConfigError;
use auth_runtime::revocation::InMemoryRevocations;
use auth_runtime::{ApiKey, ApiKeys, Auth, Denial, Jwt, Principal, SignIn, public, requires};
use rusqlite::OptionalExtension as _;
use serde::Deserialize;
use serde_json::json;
use services::{Database, DatabaseError};

use crate::families::{Families, Given, Pair};

const TABLES: &str = include_str!("tables.sql");
/// The cookie of the refresh token. On TLS call it `__Host-refresh` and add `Secure`.
const COOKIE: &str = "refresh";

/// How tokens are made.
#[derive(Clone)]
pub(crate) struct Rules {
    /// This service, which is issuer and audience.
    pub(crate) issuer: Arc<str>,
    pub(crate) secret: Arc<[u8]>,
    pub(crate) access_seconds: i64,
    pub(crate) family_seconds: i64,
}

impl Rules {
    fn new(issuer: &str, access_seconds: i64) -> Self {
        // In production out of a file, the same for all processes.
        Self { issuer: issuer.into(), secret: random().as_bytes().into(), access_seconds, family_seconds: 30 * 86_400 }
    }

    fn now(&self) -> UnixTime {
        SystemClock.now().unwrap_or(UnixTime::MAX)
    }
}

/// 256 random bits as text.
pub(crate) fn random() -> String {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).unwrap_or_else(|error| unreachable!("no random numbers: {error}"));
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
}

/// The new pair: one in the body, the other where scripts do not come.
fn answer(pair: Pair, rules: &Rules) -> HttpResponse {
    let cookie =
        format!("{COOKIE}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict", pair.refresh, rules.family_seconds);
    HttpResponse::Ok()
        .insert_header((SET_COOKIE, cookie))
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(json!({ "access_token": pair.access, "token_type": "Bearer", "expires_in": rules.access_seconds }))
}

/// Takes JSON only, which a form of another site cannot post. `SignIn` counts wrong passwords, before any is looked at.
#[public(reason = "where people sign in")]
#[post("/login")]
async fn log_in(
    claimed: web::Json<Login>,
    sign_in: SignIn,
    db: web::Data<Database>,
    families: web::Data<Families>,
    rules: web::Data<Rules>,
) -> Result<HttpResponse, actix_web::Error> {
    // What proves it is for sessions, in place of which tokens are given here.
    match sign_in.verify(&claimed.name, role_of(&db, &claimed)).await? {
        Some((_, role)) => Ok(answer(families.begin(claimed.into_inner().name, &role).await?, &rules)),
        None => Err(Denial::forbidden("wrong name or password").code("wrong_password").into()),
    }
}

/// The role of whoever has this name and password.
async fn role_of(db: &Database, claimed: &Login) -> Result<Option<String>, actix_web::Error> {
    /// Of no password: an unknown name costs as much as a wrong password.
    const NOBODYS: &str = "$2b$08$n6dRlFRavZKlvVTSymodteJOAAJoc/Q5RYQtjSSGiyt3m18bfK8ze";
    let (asked, password) = (claimed.name.clone(), claimed.password.clone());
    let known = db.ask(move |db| {
        let question = "SELECT password, role FROM people WHERE name = ?1";
        db.query_row(question, [asked], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).optional()
    });
    let known = known.await?;
    let hash = known.as_ref().map_or(NOBODYS.to_owned(), |(hash, _)| hash.clone());
    let is_right = web::block(move || bcrypt::verify(password, &hash).unwrap_or(false)).await?;
    Ok(known.filter(|_| is_right).map(|(_, role)| role))
}

/// The cookie comes by itself, so the guard refuses what another site has caused.
#[requires(api_key("refresh"))]
#[post("/token")]
async fn replace(
    given: ApiKey<Given>,
    families: web::Data<Families>,
    rules: web::Data<Rules>,
) -> Result<HttpResponse, actix_web::Error> {
    match families.rotate(&given).await? {
        Some(pair) => Ok(answer(pair, &rules)),
        None => Err(Denial::unauthorized("the refresh token was used before; sign in again").code("reused").into()),
    }
}

#[requires(api_key("refresh"))]
#[post("/logout")]
async fn log_out(given: ApiKey<Given>, families: web::Data<Families>) -> Result<impl Responder, DatabaseError> {
    families.end(&given.family).await?;
    let gone = format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    Ok(HttpResponse::NoContent().insert_header((SET_COOKIE, gone)).finish())
}

#[requires(bearer)]
#[get("/api/me")]
async fn me(who: Principal) -> impl Responder {
    web::Json(json!({ "name": who.subject() }))
}

/// Ends all that a person has signed in to, on all devices.
#[requires(bearer, role = "admin")]
#[post("/api/people/{name}/end")]
async fn end(name: web::Path<String>, families: web::Data<Families>) -> Result<impl Responder, DatabaseError> {
    Ok(web::Json(json!({ "ended": families.end_all(name.into_inner()).await? })))
}

#[public(reason = "the page holds nothing")]
#[get("/")]
async fn page() -> impl Responder {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(include_str!("client/page.html"))
}

#[public(reason = "the script of the page")]
#[get("/fetch.js")]
async fn script() -> impl Responder {
    HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(include_str!("client/fetch.js"))
}

fn configure(rules: &Rules, families: &Families, revocations: &InMemoryRevocations) -> Result<Auth, ConfigError> {
    let jwt = Jwt::hs256(&*rules.secret).issuer(&*rules.issuer).audience(&*rules.issuer);
    // Made and judged by the same clock.
    let jwt = jwt.leeway(std::time::Duration::ZERO).revocations(revocations.clone());
    let families = families.clone();
    let given = KeyStore::lookup(move |digest| families.clone().find(digest));
    Auth::builder()
        .realm("tokens")
        .public_origin(&*rules.issuer)
        .bearer(jwt)
        .api_key_named("refresh", ApiKeys::cookie(COOKIE, given))
        .build()
}

/// What the program is made of.
struct Service {
    rules: Rules,
    db: Database,
    families: Families,
    auth: Auth,
}

impl Service {
    fn new(origin: &str, access_seconds: i64) -> Result<Self, Box<dyn std::error::Error>> {
        // Said, for a build with all features of the workspace has two cryptographies, and `jsonwebtoken` chooses none.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let db = Database::with(TABLES)?;
        let (rules, revocations) = (Rules::new(origin, access_seconds), InMemoryRevocations::new());
        let families = Families::new(&db, &revocations, rules.clone());
        let auth = configure(&rules, &families, &revocations)?;
        Ok(Self { rules, db, families, auth })
    }

    fn mount(&self, app: &mut web::ServiceConfig) {
        let scope = self.auth.scope("").service(log_in).service(replace).service(log_out);
        let scope = scope.service(me).service(end).service(page).service(script);
        app.app_data(web::Data::new(self.rules.clone()))
            .app_data(web::Data::new(self.db.clone()))
            .app_data(web::Data::new(self.families.clone()))
            .service(scope);
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = services::listener("127.0.0.1:8091")?;
    let origin = format!("http://{}", listener.local_addr()?);
    // Shorter than a minute to see it end.
    let access_seconds = std::env::var("ACCESS_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(300);
    let service = Arc::new(Service::new(&origin, access_seconds)?);
    let server = HttpServer::new(move || {
        let service = Arc::clone(&service);
        App::new().configure(move |app| service.mount(app))
    });
    println!("listening on {origin}");
    Ok(server.listen(listener)?.run().await?)
}
