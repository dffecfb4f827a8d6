//! What a protected answer says to caches (RFC 9111 section 3.5).

use actix_web::http::header::{CACHE_CONTROL, HeaderValue, VARY};
use actix_web::{HttpResponse, get, web};
use auth_runtime::{Optional, Principal, policy, public, requires, route};
use tests::Server;

use crate::fixture::{auth, token};

#[derive(serde::Deserialize)]
struct Said {
    said: Option<String>,
}

fn answer(said: &Said) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    for line in said.said.iter().flat_map(|said| said.split('|')) {
        answer.append_header((CACHE_CONTROL, HeaderValue::from_str(line).unwrap()));
    }
    answer.body("ok")
}

#[requires(bearer)]
#[get("/protected")]
async fn protected(said: web::Query<Said>) -> HttpResponse {
    answer(&said)
}

#[requires(optional(bearer))]
#[get("/optional")]
async fn optional(_who: Optional<Principal>, said: web::Query<Said>) -> HttpResponse {
    answer(&said)
}

#[requires(bearer, shared_cache)]
#[get("/shared")]
async fn shared(said: web::Query<Said>) -> HttpResponse {
    answer(&said)
}

#[public]
#[get("/public")]
async fn open(said: web::Query<Said>) -> HttpResponse {
    answer(&said)
}

#[requires(bearer)]
#[get("/failing")]
async fn failing() -> Result<HttpResponse, actix_web::Error> {
    Err(actix_web::error::ErrorConflict("not now"))
}

policy! { Files: bearer }

async fn file(said: web::Query<Said>) -> HttpResponse {
    answer(&said)
}

fn server() -> Server {
    Server::start(|app| {
        let scope = auth().scope("").service(protected).service(optional).service(shared).service(open);
        app.service(scope.service(failing).service_as::<Files>("/files", web::resource("/file").to(file)));
    })
}

/// What the handler says, and what is sent.
const RULE: &[(&str, &str)] = &[
    ("", "private"),
    ("?said=public", "private"),
    ("?said=public,%20max-age=60", "private, max-age=60"),
    ("?said=max-age=60", "private, max-age=60"),
    ("?said=s-maxage=60,%20must-revalidate", "private, must-revalidate"),
    ("?said=PUBLIC|S-MAXAGE=9|max-age=1", "private, max-age=1"),
    ("?said=no-store", "no-store"),
    ("?said=private,%20max-age=60", "private, max-age=60"),
];

#[test]
fn the_answer_of_a_protected_route_stays_out_of_shared_caches() {
    let server = server();
    for path in ["/protected", "/optional", "/files/file"] {
        for (said, sent) in RULE {
            let answer = server.get(&format!("{path}{said}")).bearer(token().sign()).send();
            answer.expect("ok");
            assert_eq!(answer.all("cache-control"), [*sent], "{path} {said}");
            assert!(answer.all(VARY.as_str()).is_empty());
        }
    }
}

#[test]
fn the_anonymous_answer_of_an_optional_route_stays_out_of_shared_caches() {
    let server = server();
    for (said, sent) in RULE {
        let answer = server.get(&format!("/optional{said}")).send();
        assert_eq!(answer.all("cache-control"), [*sent], "{said}");
    }
}

#[test]
fn a_handlers_own_error_stays_out_of_shared_caches() {
    let server = server();
    let answer = server.get("/failing").bearer(token().sign()).send();
    assert_eq!((answer.status, answer.text()), (409, "not now"));
    assert_eq!(answer.all("cache-control"), ["private"]);
}

#[test]
fn shared_cache_and_public_leave_the_handlers_word_alone() {
    let server = server();
    for path in ["/shared", "/public"] {
        let answer = server.get(path).bearer(token().sign()).send();
        assert!(answer.all("cache-control").is_empty());
        let answer = server.get(&format!("{path}?said=public,%20max-age=60")).bearer(token().sign()).send();
        assert_eq!(answer.all("cache-control"), ["public, max-age=60"]);
    }
}

#[test]
fn a_route_mounted_by_hand_keeps_the_rule() {
    #[requires(bearer)]
    async fn by_hand() -> &'static str {
        "ok"
    }
    let server = Server::start(|app| {
        app.service(auth().scope("").route("/by-hand", route::get().to(by_hand)));
    });
    assert_eq!(server.get("/by-hand").bearer(token().sign()).send().all("cache-control"), ["private"]);
}
