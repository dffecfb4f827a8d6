//! Over real HTTP: what clients of such a service rely on.

use auth_runtime::testing::assert_every_policy_denies;
use serde_json::{Value, json};
use services::Database;
use tests::{Answer, Server};

use crate::keys::Keys;
use crate::{TABLES, auth, mount};

const MASTER: &str = "the-master-key-of-the-tests";

fn start() -> (Server, Keys) {
    let db = Database::with(TABLES).expect("sound statements");
    let keys = Keys::new(MASTER.to_owned(), &db);
    let auth = auth(&keys).expect("a sound configuration");
    let served = keys.clone();
    (Server::start(move |app| mount(app, &auth, &served, &db)), keys)
}

fn search(server: &Server, index: &str, key: impl AsRef<str>) -> Answer {
    server.get(&format!("/indexes/{index}/search")).bearer(key).send()
}

fn post(server: &Server, path: &str, key: impl AsRef<str>, body: Value) -> Answer {
    server.post(path).bearer(key).send_body("application/json", body.to_string())
}

/// A token as the customer makes it that has this key.
fn tenant(keys: &Keys, uid: &str, rules: Value) -> String {
    let token = tests::Token::new("", "", "", keys.key_of(uid).as_bytes()).without("aud");
    token.claim("apiKeyUid", uid).claim("searchRules", rules).sign()
}

/// The whole refusal, as the service's clients know it.
#[track_caller]
fn assert_refused(answer: &Answer, status: u16, code: &str, message: &str) {
    let link = format!("https://docs.example/errors#{code}");
    let body = json!({ "message": message, "code": code, "type": "auth", "link": link });
    assert_eq!((answer.status, answer.json()), (status, body), "{answer:#?}");
}

#[track_caller]
fn assert_invalid(answer: &Answer) {
    assert_refused(answer, 403, "invalid_api_key", "The provided API key is invalid.");
}

#[test]
fn a_key_that_is_stored_nowhere_finds_its_row() {
    let (server, keys) = start();
    search(&server, "movies", keys.key_of("search")).expect(r#"{"hits":["Solaris","Stalker"]}"#);
    search(&server, "books", keys.key_of("search")).expect(r#"{"hits":["Roadside Picnic"]}"#);
    search(&server, "movies", keys.key_of("films")).expect(r#"{"hits":["Solaris","Stalker"]}"#);
    assert_invalid(&search(&server, "books", keys.key_of("films")));
    search(&server, "movies", MASTER).expect(r#"{"hits":["Solaris","Stalker"]}"#);
}

#[test]
fn refusals_have_the_statuses_codes_and_links_of_old() {
    let (server, keys) = start();
    let missing = server.get("/indexes/movies/search").send();
    assert_refused(&missing, 401, "missing_authorization_header", "The Authorization header is missing.");
    assert_eq!(missing.all("www-authenticate"), [r#"Bearer realm="search", scope="search""#]);
    let unknown = search(&server, "movies", keys.key_of("nobody"));
    assert_invalid(&unknown);
    assert_eq!(unknown.all("www-authenticate"), Vec::<&str>::new());
    assert_invalid(&search(&server, "movies", keys.key_of("old"))); // expired
    assert_invalid(&search(&server, "movies", "far-too-short"));
    assert_invalid(&search(&server, "books", keys.key_of("movies"))); // of another index
    let gone = search(&server, "songs", keys.key_of("search"));
    assert_refused(&gone, 404, "index_not_found", "Index `songs` not found.");
}

#[test]
fn a_key_is_for_its_actions() {
    let (server, keys) = start();
    let add = |key: String| post(&server, "/indexes/movies/documents", key, json!("Alien"));
    assert_eq!(add(keys.key_of("movies")).status, 202);
    assert_invalid(&add(keys.key_of("search")));
    search(&server, "movies", keys.key_of("movies")).expect(r#"{"hits":["Alien","Solaris","Stalker"]}"#);
    // Refused before the body is read, and told of a bad body only then.
    let body =
        |key: String| server.post("/indexes/movies/documents").bearer(key).send_body("application/json", "{").status;
    assert_eq!((body(keys.key_of("search")), body(keys.key_of("movies"))), (403, 400));
}

#[test]
fn keys_are_made_and_deleted_and_count_at_once() {
    let (server, keys) = start();
    let new = json!({ "uid": "guest", "actions": ["search"], "indexes": ["books"] });
    assert_invalid(&post(&server, "/keys", keys.key_of("movies"), new.clone()));
    let made = post(&server, "/keys", MASTER, new.clone());
    let key = keys.key_of("guest");
    assert_eq!((made.status, made.json()), (201, json!({ "uid": "guest", "key": key })));
    assert_refused(&post(&server, "/keys", MASTER, new), 409, "api_key_already_exists", "There is such a key.");
    search(&server, "books", &key).expect(r#"{"hits":["Roadside Picnic"]}"#);
    assert_invalid(&search(&server, "movies", &key));
    let token = tenant(&keys, "guest", json!({ "books": null }));
    search(&server, "books", &token).expect(r#"{"hits":["Roadside Picnic"]}"#);

    let delete = || server.request("DELETE", "/keys/guest").bearer(MASTER).send();
    assert_eq!(delete().status, 204);
    assert_invalid(&search(&server, "books", &key));
    assert_invalid(&search(&server, "books", &token));
    assert_refused(&delete(), 404, "api_key_not_found", "API key not found.");
    let wrong = post(&server, "/keys", MASTER, json!({ "uid": "song", "actions": ["sing"], "indexes": [] }));
    assert_refused(&wrong, 400, "invalid_api_key_actions", "There is no action `sing`.");
}

#[test]
fn a_tenant_sees_its_own_and_does_nothing_else() {
    let (server, keys) = start();
    let tenant = |uid: &str, rules: Value| tenant(&keys, uid, rules);
    let acme = tenant("movies", json!({ "movies": "acme", "books": null }));
    search(&server, "movies", &acme).expect(r#"{"hits":["Solaris"]}"#);
    // What the key does not reach, its tokens do not either; nor what the token leaves out.
    assert_invalid(&search(&server, "books", &acme));
    assert_invalid(&search(&server, "movies", tenant("search", json!({ "books": null }))));
    // A tenant's token is no key.
    assert_invalid(&post(&server, "/indexes/movies/documents", &acme, json!("Alien")));
    // Signed with another key than the one it names, changed, or of a key that has expired.
    let forged = tests::Token::new("", "", "", keys.key_of("movies").as_bytes()).without("aud");
    let forged = forged.claim("apiKeyUid", "search").claim("searchRules", json!({ "movies": null })).sign();
    assert_invalid(&search(&server, "movies", forged));
    assert_invalid(&search(&server, "movies", format!("{}x", acme)));
    assert_invalid(&search(&server, "movies", tenant("old", json!({ "movies": null }))));
}

#[actix_web::test]
async fn nothing_is_open_but_the_probe() {
    let db = Database::with(TABLES).expect("sound statements");
    let auth = auth(&Keys::new(MASTER.to_owned(), &db)).expect("a sound configuration");
    assert_eq!(assert_every_policy_denies(&auth).await.public, ["keys_and_tokens::health"]);
    let table = auth.policy_table().to_string();
    let words = "any valid bearer token with scope search and the consent of check keys_and_tokens::reaches_index";
    assert!(table.contains(words), "{table}");
}
