//! A scheme that answers back: challenges of one answer, fields of its own, a redirect in place of a 401.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use actix_web::http::Method;
use actix_web::http::header::{CONTENT_LOCATION, HeaderName, HeaderValue, LOCATION, SET_COOKIE, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, Responder, get, web};
use auth_runtime::denial::{Reason, Rejection};
use auth_runtime::scheme::{
    Additions, Authentication, Challenge, Context, Credentials, Evidence, Refusal, Response, SchemeDescription,
    SchemeRoute,
};
use auth_runtime::{Optional, Principal, Scheme, requires};
use tests::{Denied, Server};

use crate::fixture::{auth, scoped, token};

/// Tells a number with each challenge, and takes it back once.
#[derive(Default)]
pub(crate) struct Numbered(Arc<AtomicU32>);

/// A number that is never told.
const STALE: &str = "4000000000";
const FIELD: HeaderName = HeaderName::from_static("x-number");

impl Scheme for Numbered {
    fn name(&self) -> &'static str {
        "numbered"
    }

    fn describe(&self) -> SchemeDescription {
        SchemeDescription::new(Challenge::new("Numbered")).header(FIELD.as_str())
    }

    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
        let Some(sent) = context.headers().get(FIELD) else { return Credentials::Absent };
        Credentials::Explicit(match sent.to_str().ok().and_then(|sent| sent.parse::<u32>().ok()) {
            Some(number) => Evidence::new(number),
            None => Evidence::unreadable(
                Rejection::custom("number_unreadable").header(WWW_AUTHENTICATE, HeaderValue::from_static("Evil")),
            ),
        })
    }

    fn authenticate<'a>(&self, _: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        match evidence.into_value::<u32>() {
            Some(number) if number == self.0.load(Ordering::Relaxed) => {
                Authentication::verified(Principal::builder(self.name(), number.to_string()).roles(["ops"]).build())
            }
            _ => Authentication::refused(Rejection::custom("number_stale")),
        }
    }

    fn challenges(&self, _: &Context<'_>, refusal: &Refusal) -> Option<Vec<Challenge>> {
        let next = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let challenge = |kind| Challenge::new("Numbered").parameter("kind", kind).parameter("next", next.to_string());
        let stale = refusal.is_of_this_scheme() && refusal.reason() == Reason::Custom("number_stale");
        let first = if stale { challenge("first").parameter("stale", "true") } else { challenge("first") };
        Some(vec![first, challenge("second")])
    }

    fn mounts(&self) -> Vec<SchemeRoute> {
        let told = Arc::clone(&self.0);
        let tell = move |_: HttpRequest, _: web::Payload| {
            let number = told.load(Ordering::Relaxed);
            async move { HttpResponse::Ok().body(number.to_string()) }
        };
        let forget = |_: HttpRequest, body: web::Payload| async move {
            let body = body.to_bytes().await.unwrap_or_default();
            HttpResponse::Ok().body(format!("{} bytes forgotten", body.len()))
        };
        vec![
            SchemeRoute::new(Method::GET, "/number", "tells the number", tell),
            SchemeRoute::new(Method::POST, "/number", "forgets", forget),
        ]
    }

    fn respond(&self, context: &Context<'_>, principal: Option<&Principal>) -> Response {
        let seen = HeaderValue::from_static(if principal.is_some() { "admitted" } else { "refused" });
        let additions = Additions::new()
            .set(HeaderName::from_static("x-seen"), seen)
            .append(SET_COOKIE, HeaderValue::from_static("number=1"))
            .append(WWW_AUTHENTICATE, HeaderValue::from_static("Evil"))
            .set(LOCATION, HeaderValue::from_static("https://evil.example"))
            .set(CONTENT_LOCATION, HeaderValue::from_static("/evil"))
            .append(actix_web::http::header::CACHE_CONTROL, HeaderValue::from_static("public"));
        Response::Ready(match context.headers().contains_key("x-browser") {
            true => additions.see_other(HeaderValue::from_static("https://shop.example/login")),
            false => additions,
        })
    }
}

#[requires(Numbered)]
#[get("/numbered")]
async fn numbered() -> impl Responder {
    HttpResponse::Ok().insert_header(("x-seen", "handler")).insert_header((SET_COOKIE, "own=1")).body("numbered")
}

#[requires(any(Numbered, bearer), scope = "read")]
#[get("/numbered/or/bearer")]
async fn numbered_or_bearer(who: Principal) -> String {
    who.scheme().to_owned()
}

#[requires(Numbered, role = "admin")]
#[get("/numbered/admin")]
async fn numbered_admin() -> &'static str {
    "admin"
}

#[requires(Numbered, hide)]
#[get("/numbered/hidden")]
async fn numbered_hidden() -> &'static str {
    "hidden"
}

#[requires(optional(Numbered))]
#[get("/numbered/optional")]
async fn numbered_optional(who: Optional<Principal>) -> String {
    who.as_ref().map_or("nobody".to_owned(), |who| who.subject().to_owned())
}

fn server() -> Server {
    Server::start(|app| {
        let scope = auth().scope("").service(numbered_hidden).service(numbered_admin).service(numbered_or_bearer);
        app.service(scope.service(numbered_optional).service(numbered));
    })
}

/// The number that an answer's challenges name.
fn next(answer: &tests::Answer) -> u32 {
    let line = answer.all("www-authenticate").into_iter().find(|line| line.starts_with("Numbered")).unwrap();
    line.split("next=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
}

fn lines(number: u32) -> [String; 2] {
    ["first", "second"].map(|kind| format!(r#"Numbered realm="orders", kind="{kind}", next="{number}""#))
}

#[test]
fn challenges_differ_from_answer_to_answer_and_one_scheme_may_send_several() {
    let _turn = turn();
    let server = server();
    for _ in 0..2 {
        let answer = server.get("/numbered").send();
        let [first, second] = lines(next(&answer));
        Denied::missing().challenge(&first).challenge(&second).check(&answer);
    }
    let one = next(&server.get("/numbered").send());
    assert!(next(&server.get("/numbered").send()) > one);
}

#[test]
fn a_scheme_knows_whether_it_was_its_own_credentials_that_were_refused() {
    let _turn = turn();
    let server = server();
    let answer = server.get("/numbered/or/bearer").header("x-number", STALE).send();
    let [first, second] = lines(next(&answer));
    let first = format!("{first}, stale=\"true\"");
    let bearer = r#"Bearer realm="orders", scope="read""#;
    Denied::unauthorized("the credentials are not valid")
        .challenge(bearer)
        .challenge(&first)
        .challenge(&second)
        .check(&answer);

    let answer = server.get("/numbered/or/bearer").bearer("abc").send();
    let [first, second] = lines(next(&answer));
    let bearer =
        r#"Bearer realm="orders", error="invalid_token", error_description="the token is not valid", scope="read""#;
    Denied::unauthorized("the token is not valid")
        .challenge(bearer)
        .challenge(&first)
        .challenge(&second)
        .check(&answer);
    server.get("/numbered/or/bearer").bearer(scoped("read")).send().expect("bearer");
}

#[test]
fn what_a_scheme_adds_is_on_every_answer_to_its_credentials_and_nothing_else_of_the_answer_changes() {
    let _turn = turn();
    let server = server();
    let number = next(&server.get("/numbered").send()).to_string();
    let answer = server.get("/numbered").header("x-number", &number).send();
    answer.expect("numbered");
    assert_eq!(answer.all("x-seen"), ["admitted"], "in the place of what the handler said");
    assert_eq!(answer.all("set-cookie"), ["own=1", "number=1"], "beside what the handler said");
    assert_eq!(answer.all("cache-control"), ["private"]);
    for left_out in ["www-authenticate", "location", "content-location"] {
        assert!(answer.all(left_out).is_empty(), "{left_out} in {answer:?}");
    }

    let answer = server.get("/numbered/admin").header("x-number", &number).send();
    Denied::forbidden("the caller lacks a required role").check(&answer);
    assert_eq!(answer.all("x-seen"), ["refused"]);

    let answer = server.get("/numbered").header("x-number", STALE).send();
    assert_eq!((answer.status, answer.all("x-seen"), answer.all("www-authenticate").len()), (401, vec!["refused"], 2));
    assert!(server.get("/numbered").send().all("x-seen").is_empty(), "no credentials of its own");
    assert!(server.get("/numbered/or/bearer").bearer(token().sign()).send().all("x-seen").is_empty());
}

#[test]
fn a_401_and_nothing_else_may_become_a_redirect() {
    let _turn = turn();
    let server = server();
    let browser =
        |path: &str, number: &str| server.get(path).header("x-browser", "1").header("x-number", number).send();
    let answer = browser("/numbered", STALE);
    assert_eq!((answer.status, answer.all("location")), (303, vec!["https://shop.example/login"]));
    assert_eq!((answer.all("cache-control"), answer.all("set-cookie")), (vec!["no-store"], vec!["number=1"]));
    assert!(answer.all("www-authenticate").is_empty() && answer.body.is_empty(), "{answer:?}");

    let number = next(&server.get("/numbered").send()).to_string();
    assert_eq!(browser("/numbered/admin", &number).status, 403);
    assert_eq!(browser("/numbered", &number).status, 200);
}

#[test]
fn a_hidden_denial_has_nothing_of_the_scheme() {
    let _turn = turn();
    let server = server();
    let unknown = server.get("/nowhere").send().without_date();
    for number in [STALE, "unreadable"] {
        let hidden = server.get("/numbered/hidden").header("x-number", number).header("x-browser", "1").send();
        assert_eq!(hidden.without_date(), unknown);
    }
}

#[test]
fn credentials_that_cannot_be_read_are_refused_on_an_optional_route_too() {
    let _turn = turn();
    let server = server();
    server.get("/numbered/optional").send().expect("nobody");
    let answer = server.get("/numbered/optional").header("x-number", "unreadable").send();
    assert_eq!(answer.status, 401, "{answer:?}");
    assert!(!answer.all("www-authenticate").contains(&"Evil"), "{answer:?}");
}

/// The scheme is one of all tests here: they take turns.
fn turn() -> std::sync::MutexGuard<'static, ()> {
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[test]
fn what_a_scheme_serves_itself_is_mounted_on_demand_and_in_the_table_as_public() {
    let _turn = turn();
    let auth = crate::fixture::builder().build().unwrap();
    let mounting = auth.clone();
    let server = Server::start(move |app| {
        app.service(mounting.scope("/sign").service(mounting.scheme_routes()));
    });
    server.get("/sign/number").send().expect("0");
    server.post("/sign/number").send_body("text/plain", "abc").expect("3 bytes forgotten");
    let mounted = auth.mounted();
    let mine: Vec<_> = mounted
        .iter()
        .filter(|route| route.path() == "/sign/number")
        .map(|route| (route.method(), route.is_public(), route.reason(), route.handler()))
        .collect();
    let expected = [("GET", "tells the number"), ("POST", "forgets")]
        .map(|(method, reason)| (Some(method), true, Some(reason), "scheme_routes"));
    assert_eq!(mine, expected);
}
