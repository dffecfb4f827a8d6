//! A search engine behind keys, in the style of Meilisearch. All credentials come as `Authorization: Bearer`: the master key; keys
//! with actions and indexes, which are derived from the master key and stored nowhere; and JWTs that a customer signs with its
//! key, for tenants of its own. Refusals have the statuses, codes and links that clients of the service know.
//!
//! ```text
//! cargo run -p services --bin keys_and_tokens         # prints the keys and a tenant's token: KEY stands for one of them
//! curl -i -H 'Authorization: Bearer KEY' http://127.0.0.1:8087/indexes/movies/search
//! curl -i -H 'Authorization: Bearer KEY' --json '"Alien"' http://127.0.0.1:8087/indexes/movies/documents
//! curl -i -H 'Authorization: Bearer MASTER' --json '{"uid":"guest","actions":["search"],"indexes":["movies"]}' http://127.0.0.1:8087/keys
//! ```

mod keys;
#[cfg(test)]
mod tests;

use actix_web::http::StatusCode;
use actix_web::{App, Error, HttpServer, Responder, delete, get, post, web};
use auth_runtime::config::{ConfigError, DenialBody};
use auth_runtime::denial::Reason;
use auth_runtime::testing::TestIssuer;
use auth_runtime::{Auth, Denial, Details, Opaque, public, requires};
use serde::Deserialize;
use serde_json::json;
use services::{Database, DatabaseError};
use strum::VariantNames as _;

use crate::keys::{Keys, Reach};

/// What a key may be made for. Policies name variants, rows and answers their words.
#[derive(strum::IntoStaticStr, strum::VariantNames)]
enum Action {
    #[strum(serialize = "search")]
    Search,
    #[strum(serialize = "documents.add")]
    DocumentsAdd,
    #[strum(serialize = "keys.manage")]
    KeysManage,
}

const TABLES: &str = include_str!("tables.sql");

/// A key is for some indexes, and a tenant's token for some of those.
async fn reaches_index(index: web::Path<String>, reach: Details<Reach>) -> bool {
    reach.includes(&index)
}

#[requires(bearer, scope = Action::Search, check = reaches_index)]
#[get("/indexes/{index}/search")]
async fn search(
    index: web::Path<String>,
    reach: Details<Reach>,
    db: web::Data<Database>,
) -> Result<impl Responder, Error> {
    let asked = (index.clone(), reach.customer(&index));
    let question = "SELECT title FROM documents WHERE in_index = ?1 AND (?2 IS NULL OR customer = ?2) ORDER BY title";
    let hits = db.ask(move |db| db.prepare(question)?.query_map(asked, |row| row.get(0))?.collect());
    let hits: Vec<String> = hits.await?;
    if hits.is_empty() {
        return Err(Denial::not_found(format!("Index `{index}` not found.")).code("index_not_found").into());
    }
    Ok(web::Json(json!({ "hits": hits })))
}

#[requires(bearer, scope = Action::DocumentsAdd, check = reaches_index)]
#[post("/indexes/{index}/documents")]
async fn add_document(
    index: web::Path<String>,
    title: web::Json<String>,
    db: web::Data<Database>,
) -> Result<impl Responder, DatabaseError> {
    let row = (index.into_inner(), title.into_inner());
    db.ask(move |db| db.execute("INSERT INTO documents VALUES (?1, ?2, NULL)", row)).await?;
    Ok(("accepted", StatusCode::ACCEPTED))
}

#[derive(Deserialize)]
struct NewKey {
    uid: String,
    actions: Vec<String>,
    indexes: Vec<String>,
    expires_at: Option<i64>,
}

#[requires(bearer, scope = Action::KeysManage)]
#[post("/keys")]
async fn create_key(
    new: web::Json<NewKey>,
    keys: web::Data<Keys>,
    db: web::Data<Database>,
) -> Result<impl Responder, Error> {
    let NewKey { uid, actions, indexes, expires_at } = new.into_inner();
    if let Some(action) = actions.iter().find(|action| !Action::VARIANTS.contains(&action.as_str())) {
        let denial = Denial::new(StatusCode::BAD_REQUEST).code("invalid_api_key_actions");
        return Err(denial.detail(format!("There is no action `{action}`.")).into());
    }
    let answer = json!({ "uid": uid, "key": keys.key_of(&uid) });
    let row = (uid, actions.join(" "), indexes.join(" "), expires_at);
    match db.ask(move |db| db.execute("INSERT OR IGNORE INTO keys VALUES (?1, ?2, ?3, ?4)", row)).await? {
        0 => Err(Denial::conflict("There is such a key.").code("api_key_already_exists").into()),
        _ => Ok((web::Json(answer), StatusCode::CREATED)),
    }
}

/// The next request with the key, or with a token that it signed, is refused: neither is remembered.
#[requires(bearer, scope = Action::KeysManage)]
#[delete("/keys/{uid}")]
async fn delete_key(uid: web::Path<String>, db: web::Data<Database>) -> Result<impl Responder, Error> {
    match db.ask(move |db| db.execute("DELETE FROM keys WHERE uid = ?1", [uid.into_inner()])).await? {
        0 => Err(Denial::not_found("API key not found.").code("api_key_not_found").into()),
        _ => Ok(("", StatusCode::NO_CONTENT)),
    }
}

#[public(reason = "probed by the load balancer")]
#[get("/health")]
async fn health() -> &'static str {
    "available"
}

/// The body that clients of the service know: `code` says what went wrong, `link` where to read on.
fn body(denial: &Denial) -> DenialBody {
    let problem = denial.problem();
    let (code, message) = match (problem.code, denial.reason()) {
        (Some(code), _) => (code, &*problem.detail),
        (None, Reason::CredentialsMissing) => ("missing_authorization_header", "The Authorization header is missing."),
        (None, _) if denial.status().is_server_error() => ("internal", &*problem.detail),
        (None, _) => ("invalid_api_key", "The provided API key is invalid."),
    };
    let link = format!("https://docs.example/errors#{code}");
    DenialBody::json(&json!({ "message": message, "code": code, "type": "auth", "link": link }))
}

fn auth(keys: &Keys) -> Result<Auth, ConfigError> {
    let keys = keys.clone(); // no key is stored, nor a digest of one, so the lookup is given what was sent
    let credentials = Opaque::dangerous_lookup_exposed(move |sent| keys.clone().find(sent)).length(1..=4096);
    Auth::builder()
        .realm("search")
        .bearer(credentials.look_up_jwts())
        .known_scopes(Action::VARIANTS.iter().copied())
        .denial_body(|_, denial| body(denial))
        .build()
}

fn mount(app: &mut web::ServiceConfig, auth: &Auth, keys: &Keys, db: &Database) {
    let scope = auth.scope("").app_data(web::Data::new(keys.clone())).app_data(web::Data::new(db.clone()));
    app.service(scope.service(search).service(add_document).service(create_key).service(delete_key).service(health));
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let db = Database::with(TABLES)?;
    let keys = Keys::new(std::env::var("MASTER_KEY").unwrap_or_else(|_| "a-master-key-for-development".into()), &db);
    let auth = auth(&keys)?;
    for (uid, what) in [("search", "searches everywhere"), ("movies", "adds movies, too")] {
        println!("the key `{uid}`, which {what}:\n{}\n", keys.key_of(uid));
    }
    let token = TestIssuer::with_secret(keys.key_of("movies")).token().without("aud").expires_in(3600);
    let token = token.claim("apiKeyUid", "movies").claim("searchRules", json!({ "movies": "acme" })).sign();
    println!("a token for the tenant acme, which a customer signed with it:\n{token}");
    let server = HttpServer::new(move || App::new().configure(|app| mount(app, &auth, &keys, &db)));
    server.listen(services::listener("127.0.0.1:8087")?)?.run().await?;
    Ok(())
}
