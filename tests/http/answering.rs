//! A scheme that needs time to complete an answer, such as to write into a store before the caller gets its cookie.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::http::header::{HeaderName, HeaderValue, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use auth_runtime::denial::{Rejection, Unavailable};
use auth_runtime::scheme::{
    Additions, Authentication, Challenge, Context, Credentials, Evidence, Outcome, Response, SchemeDescription,
};
use auth_runtime::{Denial, Principal, Scheme, policy, requires};
use serde_json::json;
use tests::{Answer, Denied, Server};

use crate::fixture::builder;
use crate::observed::{self, Event, events, listen};
use crate::schemes::FORGED;

/// Believes whoever says `good`, and completes the answer as the request asks for.
pub(crate) struct Storing;

const WORD: &str = "x-stored-word";
const HOW: &str = "x-store";
const HIDDEN: &str = "/stored/hidden";
/// How often the answer of a hidden denial was to be completed.
static ASKED: AtomicUsize = AtomicUsize::new(0);
/// How often a handler ran whose answer was replaced.
static ACTED: AtomicUsize = AtomicUsize::new(0);

impl Scheme for Storing {
    fn name(&self) -> &'static str {
        "storing"
    }

    fn describe(&self) -> SchemeDescription {
        SchemeDescription::new(Challenge::new("Storing")).header(WORD)
    }

    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
        match context.headers().get(WORD) {
            Some(word) => Credentials::Explicit(Evidence::new(word.as_bytes().to_vec())),
            None => Credentials::Absent,
        }
    }

    fn authenticate<'a>(&self, _: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        match &*evidence.into_value::<Vec<u8>>().unwrap() {
            b"good" => Authentication::verified(Principal::builder(self.name(), "ali").roles(["ops"]).build()),
            b"slow" => Authentication::pending(async {
                tokio::task::yield_now().await;
                Outcome::Refused(Rejection::custom("word_wrong"))
            }),
            _ => Authentication::refused(Rejection::custom("word_wrong")),
        }
    }

    fn respond(&self, context: &Context<'_>, principal: Option<&Principal>) -> Response {
        if context.uri().path() == HIDDEN {
            ASKED.fetch_add(1, Ordering::SeqCst);
        }
        let cookie = HeaderValue::from_static(if principal.is_some() { "id=admitted" } else { "id=refused" });
        let additions = Additions::new().append(SET_COOKIE, cookie);
        let how = context.headers().get(HOW).map_or(String::new(), |how| how.to_str().unwrap().to_owned());
        match &*how {
            "" => Response::Nothing,
            "at once" => Response::Ready(additions),
            "panics at once" => panic!("a scheme panics before its answer: this is part of a test"),
            _ => Response::pending(async move {
                tokio::time::sleep(Duration::from_millis(10)).await;
                match &*how {
                    "later" => Ok(additions),
                    "redirect" => Ok(additions.see_other(HeaderValue::from_static("https://shop.example/login"))),
                    "never" => std::future::pending().await,
                    "fails" => Err(Unavailable::backend().because(FORGED)),
                    _ => panic!("a scheme panics over its answer: this is part of a test"),
                }
            }),
        }
    }
}

#[requires(Storing)]
#[get("/stored")]
async fn stored(request: HttpRequest) -> HttpResponse {
    if ["fails", "never", "panics"]
        .map(|how| Some(HeaderValue::from_static(how)))
        .contains(&request.headers().get(HOW).cloned())
    {
        ACTED.fetch_add(1, Ordering::SeqCst);
    }
    HttpResponse::Created().insert_header((HeaderName::from_static("x-own"), "1")).body("stored")
}

#[requires(Storing, role = "admin")]
#[get("/stored/admin")]
async fn stored_admin() -> &'static str {
    "admin"
}

#[requires(Storing)]
#[post("/stored/body")]
async fn stored_body(_: web::Json<u32>) -> &'static str {
    "body"
}

#[requires(Storing)]
#[get("/stored/denied")]
async fn stored_denied() -> Result<&'static str, Denial> {
    Err(Denial::forbidden("not on sundays"))
}

#[requires(Storing, role = "admin", hide)]
#[get("/stored/hidden")]
async fn stored_hidden() -> &'static str {
    "hidden"
}

policy! { StoredFiles: Storing }

fn server() -> Server {
    let auth = builder().deadline(Duration::from_millis(300)).build().unwrap();
    Server::start(move |app| {
        let scope = auth.scope("").service(stored_admin).service(stored_body).service(stored_denied);
        let files = web::resource("/file").to(|| async { "file" });
        let files = web::scope("").service(files);
        app.service(scope.service(stored_hidden).service(stored).service_as::<StoredFiles>("/files", files));
    })
}

fn get(server: &Server, path: &str, word: &str, how: &str) -> Answer {
    server.get(path).header(WORD, word).header(HOW, how).send()
}

fn refused() -> Denied {
    Denied::unauthorized("the credentials are not valid").challenge(r#"Storing realm="orders""#)
}

/// Events about answers of this handler that could not be completed.
fn failures(handler: &str) -> Vec<Event> {
    let events = events(&format!("http::answering::{handler}"));
    events.into_iter().filter(|event| event.field("message").contains("could not complete an answer")).collect()
}

#[test]
fn an_answer_waits_for_what_its_scheme_adds() {
    let server = server();
    for how in ["at once", "later"] {
        let answer = get(&server, "/stored", "good", how);
        assert_eq!((answer.status, answer.text(), answer.all("x-own")), (201, "stored", vec!["1"]), "{how}");
        assert_eq!(answer.all("set-cookie"), ["id=admitted"], "{how}");
        assert_eq!(answer.all("cache-control"), ["private"], "{how}");

        let answer = get(&server, "/files/file", "good", how);
        assert_eq!((answer.text(), answer.all("set-cookie")), ("file", vec!["id=admitted"]), "{how}");

        let answer = get(&server, "/stored/denied", "good", how);
        Denied::forbidden("not on sundays").check(&answer);
        assert_eq!(answer.all("set-cookie"), ["id=admitted"], "{how}: the handler has acted");

        let wrong = ["bad", "slow"].map(|word| get(&server, "/stored", word, how));
        for answer in wrong {
            refused().check(&answer);
            assert_eq!(answer.all("set-cookie"), ["id=refused"], "{how}");
        }
        let answer = get(&server, "/stored/admin", "good", how);
        Denied::forbidden("the caller lacks a required role").check(&answer);
        assert_eq!(answer.all("set-cookie"), ["id=refused"], "{how}");
        let answer = get(&server, "/files/file", "bad", how);
        refused().check(&answer);
        assert_eq!(answer.all("set-cookie"), ["id=refused"], "{how}");
    }
}

#[test]
fn what_a_scheme_adds_is_on_the_answer_of_an_extractor_too() {
    let server = server();
    for how in ["at once", "later"] {
        let request = server.post("/stored/body").header(WORD, "good").header(HOW, how);
        let answer = request.send_body("application/json", "{");
        assert_eq!((answer.status, answer.all("set-cookie")), (400, vec!["id=admitted"]), "{how}: {answer:?}");
        assert_eq!(answer.all("cache-control"), ["private"], "{how}");
    }
}

#[test]
fn a_pending_answer_may_send_a_caller_that_gets_a_401_elsewhere_and_no_other() {
    let server = server();
    let answer = get(&server, "/stored", "bad", "redirect");
    assert_eq!((answer.status, answer.all("location")), (303, vec!["https://shop.example/login"]));
    assert_eq!((answer.all("set-cookie"), answer.all("www-authenticate").len()), (vec!["id=refused"], 0));
    assert_eq!(get(&server, "/stored/admin", "good", "redirect").status, 403);
    assert_eq!(get(&server, "/stored", "good", "redirect").status, 201);
}

#[test]
fn an_answer_that_its_scheme_cannot_complete_is_replaced_and_says_nothing_of_either() {
    listen();
    let server = server();
    for (how, denied, reason) in [
        ("fails", Denied::unavailable(), "backend_unavailable"),
        ("never", Denied::unavailable(), "deadline_passed"),
        ("panics", Denied::failed(), "panicked"),
    ] {
        let post = server.post("/stored/body").header(WORD, "good").header(HOW, how);
        for (handler, answer) in [
            ("stored", get(&server, "/stored", "good", how)),
            ("stored", get(&server, "/stored", "bad", how)),
            ("stored_admin", get(&server, "/stored/admin", "good", how)),
            ("stored_body", post.send_body("application/json", "{")),
            ("StoredFiles", get(&server, "/files/file", "good", how)),
            ("StoredFiles", get(&server, "/files/file", "bad", how)),
        ] {
            denied.check(&answer);
            for left_out in ["set-cookie", "x-own", "location"] {
                assert!(answer.all(left_out).is_empty(), "{how}: {left_out} in {answer:?}");
            }
            let failures = failures(handler);
            let last = failures.last().expect("an event");
            assert_eq!((&*last.level, last.field("scheme"), last.field("reason")), ("ERROR", "storing", reason));
            assert!(!last.field("remedy").is_empty(), "{last:?}");
            assert!(!last.field("cause").contains(['\n', '\r', '\u{1b}', '\u{2028}']), "{last:?}");
        }
    }
    assert_eq!(ACTED.load(Ordering::SeqCst), 3, "the handler had acted");
    // The decision about the request is another, counted once and as it was.
    let decisions = events("http::answering::stored_admin");
    let decisions = decisions.iter().filter(|event| event.field("message") == "auth decision");
    assert!(decisions.map(|event| event.field("reason")).all(|reason| reason == "role_missing"));
}

/// It was to add something, and to do nothing: the answer is what it is without.
#[test]
fn an_answer_whose_scheme_panics_at_once_goes_out_without_what_it_adds() {
    listen();
    let server = server();
    let get = |path, word| get(&server, path, word, "panics at once");
    let lacking = |answer: &Answer| assert!(answer.all("set-cookie").is_empty(), "{answer:?}");
    let answer = get("/stored", "good");
    assert_eq!((answer.status, answer.text(), answer.all("x-own")), (201, "stored", vec!["1"]));
    lacking(&answer);
    let answer = get("/stored", "bad");
    refused().check(&answer);
    lacking(&answer);
    let answer = get("/stored/admin", "good");
    Denied::forbidden("the caller lacks a required role").check(&answer);
    lacking(&answer);
    let told = observed::told(&[("scheme", "storing"), ("message", "a scheme panicked; the answer lacks")]);
    assert!(told >= 1, "an error says so");
}

#[test]
fn the_applications_own_body_is_on_an_answer_that_could_not_be_completed() {
    let body =
        |_: &_, denial: &Denial| auth_runtime::config::DenialBody::json(&json!({ "fault": denial.status().as_u16() }));
    let auth = builder().denial_body(body).build().unwrap();
    let server = Server::start(move |app| {
        app.service(auth.scope("").service(stored));
    });
    let answer = get(&server, "/stored", "bad", "fails");
    assert_eq!((answer.status, answer.json()), (503, json!({ "fault": 503 })));
}

#[test]
fn a_scheme_has_no_part_in_a_hidden_denial() {
    let server = server();
    let unknown = server.get("/nowhere").send().without_date();
    for (word, how) in [("bad", "later"), ("slow", "later"), ("good", "later"), ("good", "never"), ("bad", "fails")] {
        let answer = server.get(HIDDEN).header(WORD, word).header(HOW, how).send();
        assert_eq!(answer.without_date(), unknown, "{word} {how}");
    }
    assert_eq!(ASKED.load(Ordering::SeqCst), 0);
}
