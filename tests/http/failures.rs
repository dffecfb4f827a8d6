//! Closed when in doubt: what cannot be decided never reaches the handler.

use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderValue;
use actix_web::{App, FromRequest, HttpRequest, get, web};
use auth_runtime::__private::{Authorized, Nobody, SchemeUse};
use auth_runtime::api_key::{Key, KeyDigest, KeyStore};
use auth_runtime::basic::Passwords;
use auth_runtime::config::{AuthBuilder, ConfigFault, DenialBody};
use auth_runtime::policy::{Policy, PolicySpec, Presence};
use auth_runtime::testing::ManualClock;
use auth_runtime::{ApiKeys, Auth, Denial, policy, public, requires};
use serde_json::json;
use tests::{Denied, Server};

use crate::fixture::{self, auth, builder, scoped, token};
use crate::schemes::{Failing, Panicking, PanickingLater, Patient, Stuck};

#[requires(bearer, scope = "admin")]
#[get("/admin")]
async fn admin() -> &'static str {
    "admin"
}

#[requires(Stuck)]
#[get("/stuck")]
async fn stuck() -> &'static str {
    "stuck"
}

#[requires(Failing)]
#[get("/failing")]
async fn failing() -> &'static str {
    "failing"
}

#[requires(Panicking)]
#[get("/panicking")]
async fn panicking() -> &'static str {
    "panicking"
}

#[requires(PanickingLater)]
#[get("/panicking-later")]
async fn panicking_later() -> &'static str {
    "panicking later"
}

#[requires(Patient)]
#[get("/patient")]
async fn patient() -> &'static str {
    "patient"
}

async fn never() -> bool {
    std::future::pending().await
}

#[requires(bearer, check(never))]
#[get("/never")]
async fn never_checked() -> &'static str {
    "never"
}

#[test]
fn without_an_auth_the_answer_is_500() {
    let server = Server::of(|| {
        App::new().service(admin).service(web::scope("/scope").service(stuck)).app_data(web::Data::new(auth()))
    });
    for answer in [
        server.get("/admin").send(),
        server.get("/admin").bearer(scoped("admin")).send(),
        server.get("/scope/stuck").send(),
    ] {
        Denied::failed().check(&answer);
    }
}

#[test]
fn a_scheme_that_is_not_configured_is_a_500_even_with_credentials() {
    let server = Server::of(|| {
        let lacking = Auth::builder().dangerous_allow_unconfigured().build().unwrap();
        App::new().app_data(lacking).service(admin).service(patient)
    });
    for answer in [
        server.get("/admin").send(),
        server.get("/admin").bearer(scoped("admin")).send(),
        server.get("/patient").header("X-Word", "open sesame").send(),
    ] {
        Denied::failed().check(&answer);
    }
}

#[test]
fn building_lists_every_handler_whose_scheme_is_not_configured() {
    let error = Auth::builder().build().expect_err("nothing is configured");
    let line =
        u32::try_from(include_str!("failures.rs").lines().position(|line| line.contains("(bearer, scope")).unwrap());
    let found = error.faults().iter().find_map(|fault| match fault {
        ConfigFault::SchemeMissing { scheme, remedy, required_by } => {
            let by = required_by.iter().find(|by| by.handler == "http::failures::admin")?;
            Some((by.file, by.line, scheme.as_str(), remedy.as_str()))
        }
        _ => None,
    });
    assert_eq!(found, Some(("tests/http/failures.rs", line.unwrap() + 1, "bearer", "`.bearer(…)`")));
    let text = error.to_string();
    // One entry a scheme, its handlers under it, by file and line.
    assert_eq!(text.matches("`bearer` is not configured").count(), 1, "{text}");
    let under: Vec<&str> = text.lines().skip_while(|line| !line.contains("`bearer` is not")).skip(1).collect();
    let under: Vec<&str> = under.into_iter().take_while(|line| line.starts_with("    `")).collect();
    assert!(under.len() > 40 && under.iter().any(|line| line.contains("failures::admin` at tests/http/")), "{text}");
    let files: Vec<&str> =
        under.iter().map(|line| line.rsplit(" at ").next().unwrap().split(':').next().unwrap()).collect();
    assert!(files.is_sorted(), "{files:?}");
    for part in
        ["failures::patient", "Patient", "bearer(\"partner\")", ".bearer_named(\"partner\", …)", "basic(\"members\")"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn a_policy_that_the_linker_does_not_know_is_a_500() {
    enum Unlinked {}
    impl Policy for Unlinked {
        const SPEC: PolicySpec = PolicySpec::new("unlinked", file!(), line!())
            .accepting(Presence::Required, &[SchemeUse::new::<Patient>("Patient")]);
        type Access = Nobody;
    }
    async fn handler(_: Authorized<Unlinked>) -> &'static str {
        "reached"
    }
    let server = Server::of(|| App::new().app_data(auth()).route("/", web::get().to(handler)));
    Denied::failed().check(&server.get("/").header("X-Word", "open sesame").send());
}

#[test]
fn a_decision_past_its_deadline_is_a_503() {
    let server = Server::start(|app| {
        let auth = builder().deadline(Duration::from_millis(500)).build().unwrap();
        app.service(auth.scope("").service(stuck).service(never_checked).service(patient));
    });
    let started = Instant::now();
    Denied::unavailable().check(&server.get("/stuck").header("X-Word", "open sesame").send());
    Denied::unavailable().check(&server.get("/never").bearer(token().sign()).send());
    assert!(started.elapsed() >= Duration::from_secs(1));
    server.get("/patient").header("X-Word", "open sesame").send().expect("patient");
}

#[test]
fn a_scheme_that_cannot_decide_is_a_503() {
    let server = Server::start(|app| {
        app.service(auth().scope("").service(failing));
    });
    Denied::unavailable().check(&server.get("/failing").header("X-Word", "open sesame").send());
    Denied::missing()
        .challenge(r#"Failing realm="orders", hint="say \"please\"""#)
        .check(&server.get("/failing").send());
}

#[test]
fn a_scheme_that_panics_is_a_500_and_the_server_goes_on() {
    let server = Server::start(|app| {
        app.service(auth().scope("").service(panicking).service(panicking_later).service(admin));
    });
    for _ in 0..3 {
        for path in ["/panicking", "/panicking-later"] {
            let mut connection = server.get(path).header("X-Word", "open sesame").open();
            Denied::failed().check(&connection.answer());
            connection.send(server.get("/admin").bearer(scoped("admin")).bytes());
            connection.answer().expect("admin");
        }
    }
}

#[test]
fn a_clock_that_cannot_be_right_is_a_503() {
    let server = Server::start(|app| {
        let auth = builder().clock(ManualClock::at(0)).build().unwrap();
        app.service(auth.scope("").service(admin));
    });
    Denied::unavailable().check(&server.get("/admin").bearer(scoped("admin")).send());
    Denied::missing().challenge(r#"Bearer realm="orders", scope="admin""#).check(&server.get("/admin").send());
}

#[test]
fn an_application_may_replace_the_body_and_its_type_and_nothing_else() {
    let server = Server::start(|app| {
        let auth = builder()
            .denial_body(|request, denial| {
                let problem = denial.problem();
                let error = problem.error.unwrap_or("-");
                let text = format!("{} {} {} {}", request.path(), problem.status, problem.title, error);
                DenialBody::new(HeaderValue::from_static("text/x-denied"), text)
            })
            .build()
            .unwrap();
        app.service(auth.scope("").service(admin).service(failing));
    });
    let answer = server.get("/admin").bearer(scoped("read")).send();
    assert_eq!((answer.status, answer.text()), (403, "/admin 403 Forbidden insufficient_scope"));
    assert_eq!(answer.all("content-type"), ["text/x-denied"]);
    assert_eq!(answer.all("cache-control"), ["no-store"]);
    let challenge = r#"Bearer realm="orders", error="insufficient_scope", scope="admin""#;
    assert_eq!(answer.all("www-authenticate"), [challenge]);

    let answer = server.get("/admin").send();
    assert_eq!((answer.status, answer.text()), (401, "/admin 401 Unauthorized -"));
    assert_eq!(answer.all("www-authenticate"), [r#"Bearer realm="orders", scope="admin""#]);

    let answer = server.get("/failing").header("X-Word", "x").send();
    assert_eq!((answer.status, answer.text()), (503, "/failing 503 Service Unavailable -"));
    assert_eq!(answer.all("retry-after").len(), 1);
    // The handler's own answers are its own.
    server.get("/admin").bearer(scoped("admin")).send().expect("admin");
}

#[requires(bearer)]
#[get("/says-no")]
async fn says_no() -> Result<&'static str, Denial> {
    Err(Denial::forbidden("closed on Sundays"))
}

/// An extractor of the application's own that returns a denial.
struct Refused;

impl FromRequest for Refused {
    type Error = Denial;
    type Future = std::future::Ready<Result<Self, Denial>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Err(Denial::forbidden("not for you")))
    }
}

#[requires(bearer)]
#[get("/extracts-no")]
async fn extracts_no(_: Refused) -> &'static str {
    "reached"
}

#[public]
#[get("/open-says-no")]
async fn open_says_no() -> Result<&'static str, Denial> {
    Err(Denial::forbidden("closed to all"))
}

#[requires(bearer, hide)]
#[get("/hidden-says-no")]
async fn hidden_says_no() -> Result<&'static str, Denial> {
    Err(Denial::forbidden("nothing here"))
}

policy! { NoService: bearer }

fn saying_no(builder: fn(AuthBuilder) -> AuthBuilder) -> Server {
    Server::start(move |app| {
        let auth = builder(fixture::builder()).build().unwrap();
        let service = web::resource("/no").to(|| async { Err::<&'static str, _>(Denial::forbidden("no service")) });
        let scope = auth.scope("").service(says_no).service(extracts_no).service(open_says_no).service(hidden_says_no);
        app.service(scope.service_as::<NoService>("/service", service));
    })
}

/// Those of a handler, of an extractor, of an open handler and of a service that is no handler.
const SAID: [(&str, &str); 4] = [
    ("/says-no", "closed on Sundays"),
    ("/extracts-no", "not for you"),
    ("/open-says-no", "closed to all"),
    ("/service/no", "no service"),
];

#[test]
fn a_denial_that_a_handler_returns_is_a_problem() {
    let server = saying_no(|builder| builder);
    for (path, detail) in SAID {
        Denied::forbidden(detail).check(&server.get(path).bearer(token().sign()).send());
    }
}

#[test]
fn a_denial_that_a_handler_returns_is_shaped_as_every_denial() {
    let server = saying_no(|builder| {
        builder.denial_body(|request, denial| {
            DenialBody::json(&json!({ "at": request.path(), "said": denial.problem().detail }))
        })
    });
    for (path, detail) in SAID {
        let answer = server.get(path).bearer(token().sign()).send();
        assert_eq!(answer.status, 403, "{answer:#?}");
        assert_eq!(answer.json(), json!({ "at": path, "said": detail }));
        assert_eq!(answer.all("content-type"), ["application/json"]);
        assert_eq!(answer.all("cache-control"), ["no-store"]);
        assert!(answer.all("www-authenticate").is_empty(), "{answer:#?}");
    }
    // Under `hide` it is what an unknown route is.
    let unknown = server.get("/no-such-route").send();
    let answer = server.get("/hidden-says-no").bearer(token().sign()).send();
    assert_eq!((answer.status, &answer.body), (404, &unknown.body), "{answer:#?}");
}

#[test]
fn a_json_body_is_sent_as_json() {
    let server = Server::start(|app| {
        let auth =
            builder().denial_body(|_, denial| DenialBody::json(&json!({ "code": denial.status().as_u16() }))).build();
        app.service(auth.unwrap().scope("").service(admin));
    });
    let answer = server.get("/admin").send();
    assert_eq!(answer.all("content-type"), ["application/json"]);
    assert_eq!(answer.json(), json!({ "code": 401 }));
}

#[test]
fn a_denial_body_that_panics_leaves_the_standard_one() {
    let server = Server::start(|app| {
        let auth = builder().denial_body(|_, _| panic!("a hook panics: this is part of a test")).build().unwrap();
        app.service(auth.scope("").service(admin).service(patient));
    });
    Denied::missing().challenge(r#"Bearer realm="orders", scope="admin""#).check(&server.get("/admin").send());
    Denied::unauthorized("the credentials are not valid")
        .challenge(r#"Word realm="orders", hint="say \"please\"""#)
        .check(&server.get("/patient").header("X-Word", "please").send());
    server.get("/admin").bearer(scoped("admin")).send().expect("admin");
}

#[test]
fn a_scheme_with_a_fault_of_its_own_is_not_called_missing_as_well() {
    let weak = auth_runtime::Jwt::hs256("short").issuer("https://idp.example").audience("https://api.example");
    let error = auth_runtime::Auth::builder().bearer(weak).build().unwrap_err().to_string();
    assert!(error.contains("`bearer`: key 1"), "{error}");
    assert!(!error.contains("`bearer` is not configured"), "{error}");
    assert!(error.contains("`basic` is not configured; add `.basic(…)`. It is required by\n    `"), "{error}");
}

#[test]
fn the_realm_given_last_counts() {
    builder().realm("bad\"").realm("good").build().expect("the first does not count");
    let error = builder().realm("good").realm("bad\"").build().unwrap_err().to_string();
    assert!(error.contains(r#"realm "bad\"" cannot be sent"#), "{error}");
}

/// Configures a scheme under this name.
type Named = fn(AuthBuilder, &str) -> AuthBuilder;

#[test]
fn a_name_that_no_policy_can_write_is_refused() {
    let named: [(&str, Named); 2] = [
        ("bearer", |builder, name| {
            let jwt = auth_runtime::Jwt::hs256([7; 32]).issuer("https://idp.example");
            builder.bearer_named(name, jwt.audience("https://api.example"))
        }),
        ("api_key", |builder, name| {
            let store = KeyStore::from([(KeyDigest::of(fixture::KEY), Key::new("billing"))]);
            builder.api_key_named(name, ApiKeys::header("X-Other-Key", store))
        }),
    ];
    for (scheme, given) in named {
        for (name, fault) in
            [("", "is empty"), ("a\nb", "has control characters"), ("\u{7f}", "has control characters")]
        {
            let error = given(builder(), name).build().unwrap_err().to_string();
            let expected = format!("the name {name:?} of a configuration of `{scheme}` {fault}; write one");
            assert!(error.contains(&expected), "{error}");
            assert_eq!(error.lines().count(), 2, "{error}");
        }
    }
    let passwords = Passwords::verify_with(async |_| Ok::<Option<()>, &str>(None));
    let error = builder().basic_named("", passwords).build().unwrap_err().to_string();
    assert!(error.contains("configuration of `basic` is empty"), "{error}");
    let error = builder().scheme_named("", Patient).build().unwrap_err().to_string();
    assert!(error.contains("schemes::Patient` is empty"), "{error}");
}
