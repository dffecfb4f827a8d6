//! A forum, in the style of Lemmy. Everybody reads; whoever has signed in and is not banned writes. Who may remove a post depends on
//! the community it is in, which is known once the body is read. Addresses that ask too often wait.
//!
//! ```text
//! cargo run -p services --bin forum         # prints the tokens of ann, ben and troll: TOKEN stands for one of them
//! curl -i http://127.0.0.1:8089/posts
//! curl -i -H 'Authorization: Bearer TOKEN' --json '{"community":"rust","title":"Hello"}' http://127.0.0.1:8089/posts
//! curl -i -H 'Authorization: Bearer TOKEN' --json '{"post":1,"removed":true}' http://127.0.0.1:8089/posts/remove
//! ```

mod limit;
#[cfg(test)]
mod tests;

use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::{App, Error, HttpServer, Responder, post, web};
use auth_runtime::config::{ConfigError, DenialBody};
use auth_runtime::denial::Reason;
use auth_runtime::principal::PrincipalKey;
use auth_runtime::testing::TestIssuer;
use auth_runtime::{Auth, Authorities, Denial, Details, Optional, policy, requires, route};
use rusqlite::OptionalExtension as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use services::{Database, DatabaseError};

use crate::limit::RateLimit;

const ISSUER: &str = "https://forum.example";

const TABLES: &str = include_str!("tables.sql");

/// Who has signed in, as the forum's own database knows them: the token says a number, and nothing else.
struct Person {
    number: String,
    name: String,
    is_admin: bool,
    is_banned: bool,
}

/// Whoever has deleted the account is out, although the token has not expired.
async fn load_person(who: PrincipalKey, db: web::Data<Database>) -> Result<Option<Authorities<Person>>, DatabaseError> {
    let key = (who.issuer().to_owned(), who.subject().to_owned());
    let person = db.ask(move |db| {
        let question = "SELECT subject, name, is_admin, is_banned FROM people WHERE issuer = ?1 AND subject = ?2";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Person { number: row.get(0)?, name: row.get(1)?, is_admin: row.get(2)?, is_banned: row.get(3)? })
        };
        db.query_row(question, key, read).optional()
    });
    Ok(person.await?.map(|person| {
        let roles = person.is_admin.then_some("admin");
        Authorities::new(person).replace_roles(roles)
    }))
}

impl Person {
    async fn moderates(&self, community: String, db: &Database) -> Result<bool, DatabaseError> {
        let row = (community, self.number.clone());
        let question = "SELECT 1 FROM moderators WHERE community = ?1 AND person = ?2";
        Ok(self.is_admin || db.ask(move |db| db.prepare(question)?.exists(row)).await?)
    }
}

async fn is_not_banned(person: Details<Person>) -> Result<(), Denial> {
    if person.is_banned { Err(Denial::forbidden("banned from this forum").code("site_ban")) } else { Ok(()) }
}

policy! {
    /// Whoever may write at all.
    Member: bearer, check(is_not_banned);
}

#[derive(Serialize)]
struct Post {
    id: i64,
    community: String,
    title: String,
}

/// Removed posts are there for those who moderate their community.
#[requires(optional(bearer))]
async fn list_posts(
    viewer: Optional<Details<Person>>,
    db: web::Data<Database>,
) -> Result<impl Responder, DatabaseError> {
    let (number, is_admin) =
        viewer.as_ref().map_or((None, false), |person| (Some(person.number.clone()), person.is_admin));
    let posts = db.ask(move |db| {
        let question = "SELECT id, community, title FROM posts WHERE NOT is_removed OR ?2
            OR community IN (SELECT community FROM moderators WHERE person = ?1) ORDER BY id";
        let read = |row: &rusqlite::Row<'_>| Ok(Post { id: row.get(0)?, community: row.get(1)?, title: row.get(2)? });
        db.prepare(question)?.query_map((number, is_admin), read)?.collect::<Result<Vec<_>, _>>()
    });
    Ok(web::Json(posts.await?))
}

#[derive(Deserialize)]
struct NewPost {
    community: String,
    title: String,
}

/// In a closed community moderators alone begin posts.
async fn may_post(
    new: &web::Json<NewPost>,
    person: Details<Person>,
    db: web::Data<Database>,
) -> Result<bool, DatabaseError> {
    let community = new.community.clone();
    let is_closed = db.ask(|db| db.prepare("SELECT 1 FROM closed WHERE community = ?1")?.exists([community])).await?;
    Ok(!is_closed || person.moderates(new.community.clone(), &db).await?)
}

#[requires(policy = Member, check_after = may_post(new))]
async fn create_post(
    author: Details<Person>,
    new: web::Json<NewPost>,
    db: web::Data<Database>,
) -> Result<impl Responder, DatabaseError> {
    let NewPost { community, title } = new.into_inner();
    let row = (community, title, author.number.clone());
    let write = "INSERT INTO posts (community, title, author, is_removed) VALUES (?1, ?2, ?3, 0) RETURNING id";
    let id: i64 = db.ask(move |db| db.query_row(write, row, |row| row.get(0))).await?;
    Ok((web::Json(json!({ "id": id, "author": author.name })), StatusCode::CREATED))
}

#[derive(Deserialize)]
struct Removal {
    post: i64,
    removed: bool,
}

/// The body names a post, and the post its community. A post that is not there has no moderators either.
async fn moderates(
    removal: &web::Json<Removal>,
    person: Details<Person>,
    db: web::Data<Database>,
) -> Result<bool, DatabaseError> {
    let post = removal.post;
    let question = "SELECT community FROM posts WHERE id = ?1";
    match db.ask(move |db| db.query_row(question, [post], |row| row.get(0)).optional()).await? {
        Some(community) => person.moderates(community, &db).await,
        None => Ok(false),
    }
}

#[requires(policy = Member, check_after = moderates(removal))]
#[post("/posts/remove")]
async fn remove_post(removal: web::Json<Removal>, db: web::Data<Database>) -> Result<impl Responder, DatabaseError> {
    let Removal { post, removed } = removal.into_inner();
    db.ask(move |db| db.execute("UPDATE posts SET is_removed = ?2 WHERE id = ?1", (post, removed))).await?;
    Ok(web::Json(json!({ "success": true })))
}

#[derive(Deserialize)]
struct Ban {
    name: String,
}

#[requires(bearer, role = "admin")]
#[post("/bans")]
async fn ban(ban: web::Json<Ban>, db: web::Data<Database>) -> Result<impl Responder, Error> {
    let name = ban.into_inner().name;
    match db.ask(move |db| db.execute("UPDATE people SET is_banned = 1 WHERE name = ?1", [name])).await? {
        0 => Err(Denial::not_found("no such person").code("couldnt_find_person").into()),
        _ => Ok(web::Json(json!({ "banned": true }))),
    }
}

/// The one word that clients of the forum translate for their users.
fn body(denial: &Denial) -> DenialBody {
    let word = denial.problem().code.unwrap_or(match (denial.reason(), denial.problem().status) {
        (Reason::CredentialsMissing, _) => "not_logged_in",
        (_, 401) => "incorrect_login",
        (_, 403) => "not_a_moderator",
        _ => "unknown",
    });
    DenialBody::json(&json!({ "error": word }))
}

/// `login` makes the tokens that a sign-in page would give out.
fn auth(login: &TestIssuer) -> Result<Auth, ConfigError> {
    Auth::builder()
        .realm("forum")
        .bearer(login.jwt())
        .authorities([ISSUER], load_person)
        .denial_body(|_, denial| body(denial))
        .build()
}

fn login() -> TestIssuer {
    TestIssuer::new().named(ISSUER).for_audience(ISSUER)
}

/// How often an address may ask, on all workers together: before anybody asks who it is.
#[derive(Clone)]
struct Limits {
    reading: RateLimit,
    writing: RateLimit,
}

fn mount(app: &mut web::ServiceConfig, auth: &Auth, limits: &Limits, db: &Database) {
    let Limits { reading, writing } = limits.clone();
    let posts = route::resource("/posts")
        .wrap(from_fn(move |request, next| reading.clone().limit(request, next)))
        .route(route::get().to(list_posts))
        .route(route::post().to(create_post).wrap(from_fn(move |request, next| writing.clone().limit(request, next))));
    let scope = auth.scope("").app_data(web::Data::new(db.clone())).service(posts).service(remove_post).service(ban);
    app.service(scope);
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (login, db) = (login(), Database::with(TABLES)?);
    let limits = Limits { reading: RateLimit::per_minute(180), writing: RateLimit::per_minute(6) };
    let auth = auth(&login)?;
    for (number, who) in [("1", "ann, who moderates rust"), ("2", "ben"), ("3", "troll, who is banned")] {
        println!("{who}:\n{}\n", login.token().subject(number).expires_in(3600).sign());
    }
    HttpServer::new(move || App::new().configure(|app| mount(app, &auth, &limits, &db)))
        .listen(services::listener("127.0.0.1:8089")?)?
        .run()
        .await?;
    Ok(())
}
