//! Bookmarks: pages for people who sign in, with sessions in the service's own SQLite.
//!
//! ```text
//! cargo run -p services --bin bookmarks     # then open http://127.0.0.1:8090/ and sign in as alice, `wonderland`, or bob, `builder`
//! ```

mod sessions;
#[cfg(test)]
mod tests;

use actix_web::error::ErrorServiceUnavailable;
use actix_web::{App, HttpResponse, HttpServer, Responder, get, post, web};
use auth_runtime::config::ConfigError;
use auth_runtime::{Auth, Denial, Principal, Session, Sessions, SignIn, SignOut, public, requires};
use rusqlite::OptionalExtension as _;
use serde::{Deserialize, Serialize};
use services::{Database, DatabaseError};

use crate::sessions::SqliteSessions;

const TABLES: &str = include_str!("tables.sql");
/// Where it runs, for cookies and redirects: here for this machine only.
const ORIGIN: &str = "http://127.0.0.1:8090";

/// The cost of bcrypt: for examples. Take 12 or more.
const COST: u32 = 8;

/// What a session carries.
#[derive(Serialize, Deserialize)]
struct Person {
    name: String,
}

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
}

#[derive(Deserialize)]
struct NewPassword {
    password: String,
}

fn page(body: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(format!("<!doctype html><title>Bookmarks</title>{body}"))
}

/// Posts to the address it is shown at, which says where to go on.
#[public(reason = "where people sign in")]
#[get("/login")]
async fn login() -> impl Responder {
    page(
        "<form method=post>Name <input name=name> Password <input name=password type=password> <button>Sign in</button></form>",
    )
}

/// The number and the name of whoever has this name and password. An unknown name costs as much as a wrong password.
async fn verify(claimed: Login, db: &Database) -> Result<Option<(i64, Person)>, DatabaseError> {
    /// Of no password.
    const NOBODYS: &str = "$2b$08$n6dRlFRavZKlvVTSymodteJOAAJoc/Q5RYQtjSSGiyt3m18bfK8ze";
    db.ask(move |db| {
        let question = "SELECT id, password FROM people WHERE name = ?1";
        let known = db.query_row(question, [&claimed.name], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (id, hash): (Option<i64>, String) = known.map_or((None, NOBODYS.to_owned()), |(id, hash)| (Some(id), hash));
        let is_right = bcrypt::verify(&claimed.password, &hash).unwrap_or(false);
        Ok(id.filter(|_| is_right).map(|id| (id, Person { name: claimed.name })))
    })
    .await
}

#[public(reason = "where people sign in")]
#[post("/login")]
async fn log_in(
    form: web::Form<Login>,
    sign_in: SignIn<Person>,
    db: web::Data<Database>,
) -> Result<impl Responder, Denial> {
    let claimed = form.into_inner();
    let name = claimed.name.clone();
    let found = sign_in.verify(&name, verify(claimed, &db)).await?;
    let (verified, (id, person)) = found.ok_or_else(|| Denial::forbidden("wrong name or password"))?;
    verified.subject(id.to_string()).details(person).amr(["pwd"]).finish().await
}

#[requires(session)]
#[post("/logout")]
async fn log_out(out: SignOut) -> impl Responder {
    out.to("/login").here().await
}

#[requires(session)]
#[get("/")]
async fn bookmarks(
    session: Session<Person>,
    who: Principal,
    db: web::Data<Database>,
) -> Result<impl Responder, DatabaseError> {
    let person = who.subject().to_owned();
    let urls: Vec<String> = db
        .ask(move |db| {
            let question = "SELECT url FROM bookmarks WHERE person = ?1";
            db.prepare(question)?.query_map([person], |row| row.get(0))?.collect()
        })
        .await?;
    // Names and addresses are the examples' own; yours go through a template that escapes.
    Ok(page(&format!(
        "<h1>{}</h1><ul><li>{}</ul><form method=post action=/logout><button>Sign out</button></form>",
        session.name,
        urls.join("<li>")
    )))
}

/// Another password ends all other sessions: whoever knew the old one is out.
#[requires(session)]
#[post("/password")]
async fn change_password(
    who: Principal,
    form: web::Form<NewPassword>,
    db: web::Data<Database>,
    auth: web::Data<Auth>,
) -> actix_web::Result<impl Responder> {
    let (person, password) = (who.subject().to_owned(), form.into_inner().password);
    let hashed = web::block(move || bcrypt::hash(password, COST)).await;
    let Ok(Ok(hash)) = hashed else { return Err(Denial::conflict("the password cannot be used").into()) };
    let changed = db.ask(move |db| db.execute("UPDATE people SET password = ?1 WHERE id = ?2", (hash, person)));
    changed.await.map_err(|_| ErrorServiceUnavailable("the database is away; try again"))?;
    auth.sessions_of(who.subject()).end_others(&who).await?;
    Ok(HttpResponse::NoContent())
}

fn configure(db: &Database, key: &[u8]) -> Result<Auth, ConfigError> {
    let sessions = Sessions::store(SqliteSessions(db.clone())).key("1", key).login_page("/login");
    Auth::builder().realm("bookmarks").public_origin(ORIGIN).session(sessions).build()
}

fn routes(app: &mut web::ServiceConfig, auth: &Auth, db: &Database) {
    let scope =
        auth.scope("").service(login).service(log_in).service(log_out).service(bookmarks).service(change_password);
    app.app_data(web::Data::new(db.clone())).app_data(web::Data::new(auth.clone())).service(scope);
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let db = Database::with(TABLES)?;
    // In production out of a file, the same for all processes: the database in memory ends with this one.
    let mut key = [0; 32];
    getrandom::fill(&mut key)?;
    let auth = configure(&db, &key)?;
    let server = HttpServer::new(move || App::new().configure(|app| routes(app, &auth, &db)));
    let listener = services::listener("127.0.0.1:8090")?;
    println!("listening on http://{}, for browsers at {ORIGIN}", listener.local_addr()?);
    Ok(server.listen(listener)?.run().await?)
}
