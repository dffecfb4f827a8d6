//! One request, one decision, one event, wherever several guards are on its way.

use std::time::{Duration, Instant};

use actix_web::dev::{Service as _, ServiceRequest};
use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpResponse, get, web};
use auth_runtime::denial::Unavailable;
use auth_runtime::observe::{DECISIONS, DURATION};
use auth_runtime::scheme::{
    Authentication, Challenge, Context, CredentialForm, Credentials, Evidence, Recognition, SchemeDescription,
};
use auth_runtime::{Denial, Principal, Scheme, policy, requires, route};
use tests::{Answer, Denied, DigestAnswer, DigestChallenge, Server};

use crate::fixture::{auth, builder, scoped, token};
use crate::observed::{self, Event, listen, snapshotter};
use crate::schemes::Stuck;

fn events(handler: &str) -> Vec<Event> {
    observed::events(&format!("http::decisions::{handler}"))
}

/// The decisions about this handler, as the log and the metrics have them.
fn decisions(handler: &str) -> Vec<(String, String)> {
    let events = events(handler);
    let decisions = events.iter().filter(|event| event.field("message") == "auth decision");
    let logged: Vec<_> =
        decisions.map(|event| (event.field("outcome").to_owned(), event.field("reason").to_owned())).collect();
    let metrics = observed::metrics(&format!("http::decisions::{handler}"));
    let counted: u64 = metrics.iter().filter(|((name, _), _)| name == DECISIONS).map(|(_, seen)| seen.count).sum();
    assert_eq!(counted, logged.len() as u64, "{handler}: {logged:?}");
    logged
}

fn listening() {
    listen();
    snapshotter();
}

// Hidden denials where unknown routes have a policy of their own.

#[requires(bearer, scope = "admin", hide)]
#[get("/hidden/token")]
async fn hidden_token() -> &'static str {
    "hidden"
}

#[requires(bearer)]
async fn lost_token(who: Principal) -> HttpResponse {
    HttpResponse::NotFound().body(format!("nothing here, {}", who.subject()))
}

#[requires(digest, role = "admin", hide)]
#[get("/hidden/digest")]
async fn hidden_digest() -> &'static str {
    "hidden"
}

#[requires(digest, hide)]
#[get("/hidden/says-no")]
async fn hidden_says_no() -> Result<&'static str, Denial> {
    Err(Denial::forbidden("not you"))
}

#[requires(digest, hide)]
#[get("/hidden/check", guard = "never")]
async fn hidden_from_all() -> &'static str {
    "never"
}

fn never(_: &actix_web::guard::GuardContext<'_>) -> bool {
    false
}

async fn no() -> bool {
    false
}

#[requires(digest, check(no), hide)]
#[get("/hidden/checked")]
async fn hidden_checked() -> &'static str {
    "hidden"
}

#[requires(digest)]
async fn lost_digest(who: Principal) -> HttpResponse {
    HttpResponse::NotFound().body(format!("nothing here, {}", who.subject()))
}

#[requires(digest, realm = "vault")]
async fn lost_elsewhere(who: Principal) -> HttpResponse {
    HttpResponse::NotFound().body(format!("nothing in the vault, {}", who.subject()))
}

policy! { HiddenArea: digest, role("admin"), hide }

fn digest_server() -> Server {
    Server::start(|app| {
        let area = auth().scope("").service(hidden_digest).service(hidden_says_no).service(hidden_checked);
        let files = web::resource("/file").to(|| async { "file" });
        let area = area.service(hidden_from_all).service_as::<HiddenArea>("/hidden/area", files);
        let vault = auth().scope("/elsewhere").service(hidden_digest).default_service(route::to(lost_elsewhere));
        app.service(vault).service(area.default_service(route::to(lost_digest)));
    })
}

fn digest_of(server: &Server, path: &str) -> DigestAnswer {
    let answer = server.get(path).send();
    DigestChallenge::read(answer.only("www-authenticate").unwrap()).answer("alice", "wonderland", "GET", path, 1)
}

/// What is the same in answers to different nonces. actix keeps fields of different names in no order.
fn shape(answer: Answer) -> (u16, Vec<(String, String)>, String) {
    let answer = answer.without_date();
    let text = answer.text().to_owned();
    let form = |(name, value): (String, String)| match &*name {
        "www-authenticate" => (name, DigestChallenge::read(&value).form()),
        "authentication-info" => (name, value.split(',').filter_map(|parameter| parameter.split('=').next()).collect()),
        _ => (name, value),
    };
    let mut headers: Vec<_> = answer.headers.into_iter().map(form).collect();
    headers.sort();
    (answer.status, headers, text)
}

#[test]
fn a_hidden_denial_is_one_decision_and_the_answer_that_an_unknown_route_gets() {
    listening();
    let server = Server::start(|app| {
        app.service(auth().scope("").service(hidden_token).default_service(route::to(lost_token)));
    });
    let unknown = decisions("lost_token").len();
    for (number, (token, reason)) in [
        (None, "credentials_missing"),
        (Some(scoped("read")), "scope_missing"),
        (Some(token().expires_in(-600).sign()), "token_expired"),
        (Some("rubbish".to_owned()), "token_not_jwt"),
    ]
    .into_iter()
    .enumerate()
    {
        let get = |path| match &token {
            Some(token) => server.get(path).bearer(token).send().without_date(),
            None => server.get(path).send().without_date(),
        };
        let hidden = get("/hidden/token");
        assert_eq!(decisions("hidden_token").last(), Some(&("denied".to_owned(), reason.to_owned())));
        assert_eq!(decisions("hidden_token").len(), number + 1);
        assert_eq!(decisions("lost_token").len(), unknown + number, "{reason}: not twice");
        assert_eq!(hidden, get("/unknown"), "{reason}");
        assert_eq!(decisions("lost_token").len(), unknown + number + 1);
    }
    server.get("/hidden/token").bearer(scoped("admin")).send().expect("hidden");
}

#[test]
fn a_hidden_denial_uses_up_a_count_of_digest_once() {
    listening();
    let server = digest_server();
    let get = |path: &str, answer: &DigestAnswer| server.get(path).header("Authorization", answer.field()).send();
    let fresh = |path: &str| get(path, &digest_of(&server, path));
    let unknown = shape(fresh("/unknown"));
    assert_eq!((unknown.0, &*unknown.2), (404, "nothing here, alice"));
    for (path, handler, decision) in [
        ("/hidden/digest", "hidden_digest", ("denied", "role_missing")),
        ("/hidden/checked", "hidden_checked", ("denied", "check_failed")),
        ("/hidden/says-no", "hidden_says_no", ("allowed", "")),
        ("/hidden/area/file", "HiddenArea", ("denied", "role_missing")),
    ] {
        let lost = decisions("lost_digest").len();
        let once = digest_of(&server, path);
        assert_eq!(decisions("lost_digest").len(), lost, "{path}: the challenge");
        let hidden = get(path, &once);
        let proof = hidden.only("authentication-info").expect("the proof of the server").to_owned();
        assert!(proof.contains(&once.rspauth()), "{proof}");
        assert_eq!(shape(hidden), unknown, "{path}");
        assert_eq!(decisions("lost_digest").len(), lost, "{path}: not twice");
        let said = decisions(handler);
        assert_eq!(said.last().map(|(outcome, reason)| (&**outcome, &**reason)), Some(decision), "{path}");
        // Again: refused alike.
        let unknown_again = digest_of(&server, "/unknown");
        let (_, replayed) = (get("/unknown", &unknown_again), get("/unknown", &unknown_again));
        assert_eq!(shape(get(path, &once)), shape(replayed), "{path}");
        let wrong = |path: &str| DigestAnswer { nc: "00000009".to_owned(), ..digest_of(&server, path) };
        assert_eq!(shape(get(path, &wrong(path))), shape(get("/unknown", &wrong("/unknown"))), "{path}");
    }
    // A realm of its own asks anew, for the hidden route and the unknown one alike.
    let elsewhere = |path: &str| shape(get(path, &digest_of(&server, path)));
    assert_eq!(elsewhere("/elsewhere/hidden/digest"), elsewhere("/elsewhere/unknown"));
}

// Middleware between guards.

policy! {
    Around: bearer;
}

#[requires(bearer)]
#[get("/who")]
async fn judged_anew(who: Principal) -> String {
    who.subject().to_owned()
}

/// Puts other credentials in the place of those that the guard around has seen.
fn rewrite(request: &mut ServiceRequest) {
    let Some(other) = request.headers().get("x-other").cloned() else { return };
    request.headers_mut().remove(AUTHORIZATION);
    if let Some(other) = other.to_str().ok().filter(|other| !other.is_empty()) {
        request.headers_mut().insert(AUTHORIZATION, format!("Bearer {other}").parse().unwrap());
    }
}

#[test]
fn credentials_that_middleware_puts_between_guards_are_judged_anew() {
    listening();
    let server = Server::start(|app| {
        let inner = auth().scope("").service(judged_anew).wrap_fn(|mut request, service| {
            rewrite(&mut request);
            service.call(request)
        });
        app.service(auth().scope("").service_as::<Around>("/in", inner));
    });
    let get = |other: Option<&str>| {
        let request = server.get("/in/who").bearer(token().sign());
        other.iter().fold(request, |request, other| request.header("X-Other", other)).send()
    };
    get(None).expect("alice");
    get(Some(&token().claim("sub", "bob").sign())).expect("bob");
    assert_eq!(get(Some(&token().expires_in(-600).sign())).status, 401, "not alice's any more");
    assert_eq!(get(Some("")).status, 401, "there are none any more");
    let said = decisions("judged_anew");
    let reasons: Vec<_> = said.iter().map(|(_, reason)| &**reason).collect();
    assert_eq!(reasons, ["", "", "token_expired", "credentials_missing"]);
    assert!(decisions("Around").is_empty());
}

// Two schemes that call the same credentials theirs.

/// Sure of everything.
pub(crate) struct Sure;

impl Scheme for Sure {
    fn name(&self) -> &'static str {
        "sure"
    }

    fn describe(&self) -> SchemeDescription {
        SchemeDescription::new(Challenge::new("Sure")).header("x-sure").form(CredentialForm::Listed)
    }

    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
        match context.headers().get("x-sure") {
            Some(said) => Credentials::Explicit(Evidence::new(said.as_bytes().to_vec())),
            None => Credentials::Absent,
        }
    }

    fn recognizes<'a>(&self, _: &Context<'a>, _: &Evidence<'a>) -> Recognition {
        Recognition::Mine
    }

    fn authenticate<'a>(&self, _: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        match &*evidence.into_value::<Vec<u8>>().unwrap() {
            b"hashing" => Authentication::unavailable(Unavailable::hashing()),
            b"introspection" => Authentication::unavailable(Unavailable::introspection()),
            b"backend" => Authentication::unavailable(Unavailable::backend()),
            _ => Authentication::verified(Principal::builder(self.name(), "ali").build()),
        }
    }
}

#[requires(any(Sure("one"), Sure("other")))]
#[get("/sure/both")]
async fn both_sure() -> &'static str {
    "sure"
}

#[requires(Sure("one"))]
#[get("/sure")]
async fn sure() -> &'static str {
    "sure"
}

#[test]
fn what_two_call_theirs_is_refused_and_an_error() {
    listening();
    let server = Server::start(|app| {
        app.service(auth().scope("").service(both_sure).service(sure));
    });
    server.get("/sure").header("X-Sure", "good").send().expect("sure");
    let answer = server.get("/sure/both").header("X-Sure", "good").send();
    Denied::unauthorized("the credentials are not valid").challenge(r#"Sure realm="orders""#).check(&answer);
    let events = events("both_sure");
    let error = events.iter().find(|event| event.level == "ERROR").expect("an error");
    assert!(error.field("message").contains("two schemes call the same credentials theirs"), "{error:?}");
    assert_eq!(error.field("schemes"), "sure, sure");
    assert_eq!(decisions("both_sure"), [("denied".to_owned(), "credentials_wrong".to_owned())]);
}

#[test]
fn what_a_stranger_can_cause_is_a_warning_and_what_he_cannot_an_error() {
    listening();
    let server = Server::start(|app| {
        app.service(auth().scope("").service(sure));
    });
    for (word, reason, level) in [
        ("hashing", "hashing_busy", "WARN"),
        ("introspection", "introspection_unavailable", "WARN"),
        ("backend", "backend_unavailable", "ERROR"),
    ] {
        Denied::unavailable().check(&server.get("/sure").header("X-Sure", word).send());
        let events = events("sure");
        let levels: Vec<_> =
            events.iter().filter(|event| event.field("reason") == reason).map(|event| &*event.level).collect();
        assert_eq!(levels, [level], "{reason}");
    }
}

// Callers that do not wait.

#[requires(Stuck)]
#[get("/abandoned")]
async fn abandoned() -> &'static str {
    "stuck"
}

#[test]
fn a_decision_that_its_caller_does_not_wait_for_is_counted_and_no_more() {
    listening();
    let auth = builder().deadline(Duration::from_secs(60)).build().unwrap();
    let server = Server::start(move |app| {
        app.service(auth.scope("").service(abandoned));
    });
    let mut connection = server.connect();
    // What is left unread makes the end of the connection a reset.
    connection.send(server.get("/unknown").bytes());
    std::thread::sleep(Duration::from_millis(300));
    connection.send(server.get("/abandoned").header("X-Word", "open sesame").bytes());
    std::thread::sleep(Duration::from_millis(300));
    drop(connection);
    let began = Instant::now();
    let seen = loop {
        let seen = observed::metrics("http::decisions::abandoned");
        if !seen.is_empty() {
            break seen;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "not counted");
        std::thread::sleep(Duration::from_millis(20));
    };
    for ((name, labels), seen) in &seen {
        assert_eq!(labels.get("outcome").map(String::as_str), Some("abandoned"), "{name}");
        match name.as_str() {
            DECISIONS => {
                assert_eq!((seen.count, labels["reason"].as_str(), labels["scheme"].as_str()), (1, "none", "word"));
            }
            DURATION => assert!(seen.durations.len() == 1 && seen.durations[0] > 0.0, "{seen:?}"),
            other => panic!("{other}"),
        }
    }
    let events = events("abandoned");
    let levels: Vec<_> = events.iter().map(|event| (&*event.level, event.field("outcome"))).collect();
    assert_eq!(levels, [("DEBUG", "abandoned")]);
}
