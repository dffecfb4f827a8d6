//! What the crates that a user would pick instead got wrong, each fault as a test. Those that a compiler must catch (a
//! function that is not async, trailing tokens, an undeclared route) are compile-fail cases; here is what happens at run
//! time.

use std::time::Duration;

use actix_web::{HttpResponse, Responder, get, post, web};
use auth_runtime::denial::Rejection;
use auth_runtime::scheme::{
    Authentication, Challenge, Context, Credentials, Evidence, Outcome, Response, SchemeDescription,
};
use auth_runtime::{Denial, Optional, Principal, Scheme, policy, public, requires, route};
use serde_json::json;

use crate::app::*;

/// Needs a moment for each decision, and then verifies everybody.
struct Slow;
/// Panics, at once or after a moment.
struct Panicking;

impl Scheme for Slow {
    fn name(&self) -> &'static str {
        "slow"
    }
    fn describe(&self) -> SchemeDescription {
        SchemeDescription::new(Challenge::new("Slow")).header("x-slow")
    }
    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
        let word = context.headers().get("x-slow");
        word.map_or(Credentials::Absent, |word| Credentials::Explicit(Evidence::new(word == "never")))
    }
    fn authenticate<'a>(&self, _: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        let never = evidence.into_value::<bool>().unwrap();
        Authentication::pending(async move {
            tokio::time::sleep(if never { Duration::from_secs(3600) } else { Duration::from_millis(20) }).await;
            Outcome::Verified(Principal::builder("slow", "tortoise").roles(["ops"]).build())
        })
    }
}

impl Scheme for Panicking {
    fn name(&self) -> &'static str {
        "slow"
    }
    fn describe(&self) -> SchemeDescription {
        SchemeDescription::new(Challenge::new("Panicking")).header("x-panic")
    }
    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
        match context.headers().get("x-panic").map(|word| word.as_bytes()) {
            None => Credentials::Absent,
            Some(b"credentials") => panic!("part of a test"),
            Some(word) => Credentials::Explicit(Evidence::new(word.to_vec())),
        }
    }
    fn authenticate<'a>(&self, _: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        match &*evidence.into_value::<Vec<u8>>().unwrap() {
            b"later" => Authentication::pending(async {
                tokio::task::yield_now().await;
                panic!("part of a test")
            }),
            b"answer" => Authentication::verified(Principal::builder("slow", "hare").roles(["ops"]).build()),
            b"answer to a denial" => Authentication::refused(Rejection::credentials_wrong()),
            _ => panic!("part of a test"),
        }
    }
    fn respond(&self, _: &Context<'_>, _: Option<&Principal>) -> Response {
        panic!("part of a test")
    }
}

policy! {
    Area: bearer, role("ops");
}

// Expressions joined as tokens: `a || b` beside a role let b alone through.

#[requires(bearer, role("ops"), scope("a") || scope("b"))]
#[get("/p/role-then-or")]
async fn role_then_or(_who: Principal) -> &'static str {
    "admitted"
}

#[requires(bearer, scope("a") || scope("b"), role("ops"))]
#[get("/p/or-then-role")]
async fn or_then_role(_who: Principal) -> &'static str {
    "admitted"
}

#[requires(bearer, scope = "c", scope("a") || scope("b"), role("ops") || role("viewer"))]
#[get("/p/two-ors")]
async fn two_ors(_who: Principal) -> &'static str {
    "admitted"
}

#[requires(policy = Area, scope("a") || scope("b"))]
#[get("/p/policy-and-or")]
async fn policy_and_or(_who: Principal) -> &'static str {
    "admitted"
}

#[requires(bearer, scope("a") && scope("b") || role("ops"))]
#[get("/p/precedence")]
async fn precedence(_who: Principal) -> &'static str {
    "admitted"
}

// Negations that hold for whoever says nothing.

#[requires(bearer, !role("contractor"))]
#[get("/p/not-role")]
async fn not_role(_who: Principal) -> &'static str {
    "admitted"
}

#[requires(bearer, !scope("restricted"))]
#[get("/p/not-scope")]
async fn not_scope(_who: Principal) -> &'static str {
    "admitted"
}

#[requires(bearer, !claim("suspended", true))]
#[get("/p/not-claim")]
async fn not_claim(_who: Principal) -> &'static str {
    "admitted"
}

// Functions as people write them.

trait Greeting: 'static {
    const TEXT: &'static str;
}
struct Hello;
impl Greeting for Hello {
    const TEXT: &'static str = "hello";
}

#[requires(bearer)]
async fn generic<G>(_who: Principal) -> String
where
    G: Greeting,
    String: From<&'static str>,
{
    G::TEXT.into()
}

async fn owns(id: web::Path<u64>, who: Principal) -> bool {
    *id == 7 && who.subject() == "alice"
}

/// The argument that the check takes is the handler's all the same; `return` and `?` mean the body's own.
#[requires(bearer, check(owns))]
#[post("/p/items/{id}")]
async fn item(
    id: web::Path<u64>,
    web::Json(mut body): web::Json<Vec<u64>>,
) -> Result<impl Responder, actix_web::Error> {
    if body.is_empty() {
        return Ok(HttpResponse::NoContent().finish());
    }
    body.push(id.into_inner());
    let text = serde_json::to_string(&body)?;
    Ok(HttpResponse::Ok().body(text))
}

#[requires(bearer)]
#[actix_web::route("/p/any", method = "GET", method = "POST")]
async fn any_of_both(_who: Principal) -> &'static str {
    "admitted"
}

// A public route inside a guarded module opens itself alone.
#[requires(bearer, role("ops"))]
mod guarded {
    use super::*;

    #[get("/p/guarded")]
    async fn inherits() -> &'static str {
        "admitted"
    }

    #[requires(scope = "a")]
    #[get("/p/guarded/more")]
    async fn adds() -> &'static str {
        "admitted"
    }

    #[public(reason = "for the test", replace)]
    #[get("/p/guarded/open")]
    async fn open() -> &'static str {
        "open"
    }

    pub(super) fn mount(config: &mut auth_runtime::ServiceConfig) {
        config.service(inherits).service(adds).service(open);
    }
}

// Time.

#[requires(Slow)]
#[post("/p/slow")]
async fn slow(body: web::Json<Vec<u64>>) -> String {
    format!("{}", body.len())
}

#[requires(Panicking)]
#[get("/p/panicking")]
async fn panicking(_who: Principal) -> &'static str {
    "admitted"
}

#[requires(optional(Panicking))]
#[get("/p/panicking/optional")]
async fn panicking_optional(_who: Optional<Principal>) -> &'static str {
    "admitted"
}

async fn panics() -> bool {
    panic!("part of a test")
}

async fn never() -> bool {
    std::future::pending().await
}

async fn errs() -> Result<bool, String> {
    Err("postgres://user:hunter2@db".into())
}

async fn says_why() -> Result<(), Denial> {
    Err(Denial::forbidden("not on a Sunday"))
}

async fn reads_the_body(body: web::Bytes) -> bool {
    drop(body);
    true
}

#[requires(bearer, check(panics) || role("ops"))]
#[get("/p/check/panics")]
async fn check_panics(_who: Principal) -> &'static str {
    "admitted"
}

#[requires(bearer, check(never))]
#[get("/p/check/never")]
async fn check_never(_who: Principal) -> &'static str {
    "admitted"
}

#[requires(bearer, check(errs))]
#[get("/p/check/errs")]
async fn check_errs(_who: Principal) -> &'static str {
    "admitted"
}

#[requires(bearer, check(says_why))]
#[get("/p/check/why")]
async fn check_why(_who: Principal) -> &'static str {
    "admitted"
}

#[requires(bearer, check(reads_the_body))]
#[post("/p/check/body")]
async fn check_body(_who: Principal) -> &'static str {
    "admitted"
}

#[requires(bearer("not-configured"))]
#[get("/p/unconfigured")]
async fn unconfigured(_who: Principal) -> &'static str {
    "admitted"
}

fn server() -> Server {
    server_at(&clock())
}

fn server_at(clock: &auth_runtime::testing::ManualClock) -> Server {
    let auth = builder(clock).scheme(Slow).scheme(Panicking).deadline(Duration::from_millis(300)).build().unwrap();
    Server::start(move |config| {
        let scope = auth
            .scope("")
            .service(role_then_or)
            .service(or_then_role)
            .service(two_ors)
            .service(policy_and_or)
            .service(precedence)
            .service(not_role)
            .service(not_scope)
            .service(not_claim)
            .route("/p/generic", route::get().to(generic::<Hello>))
            .service(item)
            .service(any_of_both)
            .configure(guarded::mount)
            .service(slow)
            .service(panicking)
            .service(panicking_optional)
            .service(check_panics)
            .service(check_never)
            .service(check_errs)
            .service(check_why)
            .service(check_body);
        // Outside of any `auth.scope`: no `Auth` is attached.
        config.service(web::scope("/bare").service(actix_only));
        config.service(scope);
    })
}

#[requires(bearer)]
#[get("/route")]
async fn actix_only(_who: Principal) -> &'static str {
    "admitted"
}

fn status(server: &Server, path: &str, claims: serde_json::Value) -> u16 {
    bearer(server, path, &token(&with(claims))).status
}

#[test]
fn a_or_b_beside_a_role_does_not_let_b_alone_through() {
    let server = server();
    for path in ["/p/role-then-or", "/p/or-then-role", "/p/policy-and-or"] {
        for (scope, roles, expected) in [
            ("a", json!(["ops"]), 200),
            ("b", json!(["ops"]), 200),
            ("a", json!([]), 403),
            ("b", json!([]), 403),
            ("b", json!(["viewer"]), 403),
            ("a b", json!(["viewer"]), 403),
            ("c", json!(["ops"]), 403),
            ("", json!(["ops"]), 403),
        ] {
            assert_eq!(
                status(&server, path, json!({"scope": scope, "roles": roles})),
                expected,
                "{path} {scope} {roles}"
            );
        }
        assert_eq!(status(&server, path, json!({"scope": "a b"})), 403);
        assert_eq!(status(&server, path, json!({"roles": ["ops"]})), 403);
    }
    for (scope, roles, expected) in [
        ("c a", json!(["ops"]), 200),
        ("c b", json!(["viewer"]), 200),
        ("a b", json!(["ops"]), 403),
        ("c", json!(["ops"]), 403),
        ("c a", json!(["other"]), 403),
        ("b", json!(["viewer"]), 403),
    ] {
        assert_eq!(status(&server, "/p/two-ors", json!({"scope": scope, "roles": roles})), expected, "{scope} {roles}");
    }
    for (scope, roles, expected) in
        [("a b", json!([]), 200), ("", json!(["ops"]), 200), ("a", json!([]), 403), ("b", json!([]), 403)]
    {
        assert_eq!(
            status(&server, "/p/precedence", json!({"scope": scope, "roles": roles})),
            expected,
            "{scope} {roles}"
        );
    }
}

#[test]
fn a_negation_does_not_admit_who_says_nothing() {
    let server = server();
    assert_eq!(status(&server, "/p/not-role", json!({"roles": ["employee"]})), 200);
    for roles in
        [json!(REMOVED), json!(["contractor"]), json!("contractor"), json!({"contractor": true}), json!([1]), json!(7)]
    {
        assert_eq!(status(&server, "/p/not-role", json!({"roles": roles})), 403, "{roles}");
    }
    assert_eq!(status(&server, "/p/not-scope", json!({"scope": "read"})), 200);
    for scope in [
        json!(REMOVED),
        json!("restricted"),
        json!("read restricted"),
        json!(["restricted"]),
        json!({"a": 1}),
        json!([1]),
    ] {
        assert_eq!(status(&server, "/p/not-scope", json!({"scope": scope})), 403, "{scope}");
    }
    assert_eq!(status(&server, "/p/not-claim", json!({"suspended": false})), 200);
    for claim in [json!(REMOVED), json!(true), json!("true"), json!(1), json!([true]), json!([false, true]), json!({})]
    {
        assert_eq!(status(&server, "/p/not-claim", json!({"suspended": claim})), 403, "{claim}");
    }
}

#[test]
fn where_clauses_and_generics_are_kept() {
    bearer(&server(), "/p/generic", &token(&good())).expect("hello");
    assert_eq!(server().get("/p/generic").send().status, 401);
}

#[test]
fn what_a_check_takes_is_the_handlers_too_and_return_is_the_bodys_own() {
    let server = server();
    let post = |path: &str, body: &str| server.post(path).bearer(token(&good())).send_body("application/json", body);
    post("/p/items/7", "[1,2]").expect("[1,2,7]");
    assert_eq!(post("/p/items/7", "[]").status, 204);
    Denied::forbidden("the caller may not do this").check(&post("/p/items/8", "[1]"));
    // The check's own argument cannot be had: what its extractor says of it, which nobody stores, and not the handler.
    let answer = post("/p/items/x", "[1]");
    assert_eq!((answer.status, answer.text()), (404, "can not parse \"x\" to a u64"));
    assert_eq!(answer.all("cache-control"), ["no-store"]);
    assert!(answer.all("www-authenticate").is_empty(), "{answer:?}");
    // Neither a broken body nor a bad path is told to who may not call.
    Denied::missing().challenge(BEARER_CHALLENGE).check(&server.post("/p/items/x").send_body("application/json", "{"));
    Denied::forbidden("the caller may not do this").check(&post("/p/items/8", "{"));
    assert_eq!(post("/p/items/7", "{").status, 400);
}

#[test]
fn every_method_of_a_route_is_guarded() {
    let server = server();
    for method in ["GET", "POST"] {
        Denied::missing().challenge(BEARER_CHALLENGE).check(&server.request(method, "/p/any").send());
        server.request(method, "/p/any").bearer(token(&good())).send().expect("admitted");
    }
    for method in ["HEAD", "PUT", "get", "TRACE", "X"] {
        let answer = server.request(method, "/p/any").send();
        assert!([401, 404, 405].contains(&answer.status), "{method}: {answer:?}");
    }
}

#[test]
fn a_public_route_in_a_guarded_module_opens_itself_alone() {
    let server = server();
    server.get("/p/guarded/open").send().expect("open");
    server.get("/p/guarded/open").bearer("rubbish").send().expect("open");
    assert_eq!(server.get("/p/guarded").send().status, 401);
    assert_eq!(status(&server, "/p/guarded", json!({})), 403);
    assert_eq!(status(&server, "/p/guarded", json!({"roles": ["ops"]})), 200);
    // What a handler adds is joined to the default, not put in its place.
    assert_eq!(status(&server, "/p/guarded/more", json!({"scope": "a"})), 403);
    assert_eq!(status(&server, "/p/guarded/more", json!({"roles": ["ops"]})), 403);
    assert_eq!(status(&server, "/p/guarded/more", json!({"roles": ["ops"], "scope": "a"})), 200);
}

/// 401 with a challenge and a body for who sends nothing: not 403, not an empty 401.
#[test]
fn missing_credentials_are_401_with_challenge_and_body() {
    let server = serve();
    Denied::missing().challenge(BEARER_CHALLENGE).check(&server.get("/bearer").send());
    Denied::missing().challenge(BASIC_CHALLENGE).check(&server.get("/basic").send());
    Denied::missing().challenge(KEY_CHALLENGE).check(&server.get("/key").send());
    let all = Denied::missing().challenge(BEARER_CHALLENGE).challenge(KEY_CHALLENGE).challenge(BASIC_CHALLENGE);
    all.check(&server.get("/either").send());
}

#[test]
fn nothing_is_read_before_an_async_decision() {
    let server = server();
    // Content is announced and never comes: who is denied is told so all the same.
    let mut connection =
        server.post("/p/slow").header("Content-Length", "100").header("Content-Type", "application/json").open();
    assert_eq!(connection.answer().status, 401);
    let answer = server.post("/p/slow").header("X-Slow", "never").send_body("application/json", "{");
    Denied::unavailable().check(&answer);
    server.post("/p/slow").header("X-Slow", "a little").send_body("application/json", "[1,2]").expect("2");
}

#[test]
fn an_unreadable_or_absurd_clock_is_503() {
    let clock = clock();
    let server = serve_at(&clock);
    let eternal = token(&with(json!({"exp": 253_402_300_799_i64})));
    bearer(&server, "/bearer", &eternal).expect("bearer alice");
    for time in [0, 1, 1_500_000_000, 1_577_836_799, 253_402_300_800, i64::MAX / 2] {
        clock.set(time);
        Denied::unavailable().check(&bearer(&server, "/bearer", &eternal));
        Denied::unavailable().check(&bearer(&server, "/optional", &eternal));
        let answer = server.get("/key").header("X-API-Key", EXPIRED_KEY).send();
        Denied::unavailable().check(&answer);
        // Who sends nothing needs no time.
        Denied::missing().challenge(BEARER_CHALLENGE).check(&server.get("/bearer").send());
    }
    clock.set(NOW);
    bearer(&server, "/bearer", &eternal).expect("bearer alice");
}

#[test]
fn a_decision_has_a_deadline_then_503() {
    let server = server();
    let token = token(&good());
    Denied::unavailable().check(&bearer(&server, "/p/check/never", &token));
    let answer = server.post("/p/slow").header("X-Slow", "never").send();
    Denied::unavailable().check(&answer);
}

#[test]
fn a_panic_in_a_scheme_or_check_is_caught() {
    let server = server();
    for path in ["/p/panicking", "/p/panicking/optional"] {
        for when in ["credentials", "now", "later"] {
            Denied::failed().check(&server.get(path).header("X-Panic", when).send());
        }
    }
    Denied::failed().check(&bearer(&server, "/p/check/panics", &token(&with(json!({"roles": []})))));
    // After the decision it changes nothing: neither the verdict, nor the connection.
    let mut connection = server.connect();
    for _ in 0..2 {
        connection.send(server.get("/p/panicking").header("X-Panic", "answer").bytes());
        connection.answer().expect("admitted");
        connection.send(server.get("/p/panicking").header("X-Panic", "answer to a denial").bytes());
        let wrong = Denied::unauthorized("the credentials are not valid").challenge(r#"Panicking realm="attacks""#);
        wrong.check(&connection.answer());
    }
    // A cheap condition that holds already makes the check needless.
    bearer(&server, "/p/check/panics", &token(&with(json!({"roles": ["ops"]})))).expect("admitted");
    bearer(&server, "/p/not-role", &token(&with(json!({"roles": []})))).expect("admitted");
}

#[test]
fn a_denial_says_no_more_than_it_must() {
    let server = server();
    let answer = bearer(&server, "/p/check/errs", &token(&good()));
    Denied::failed().check(&answer);
    assert!(!format!("{answer:?}").contains("hunter2"));
    Denied::forbidden("not on a Sunday").check(&bearer(&server, "/p/check/why", &token(&good())));
    let answer = server.post("/p/check/body").bearer(token(&good())).send_body("text/plain", "content");
    Denied::failed().check(&answer);
}

/// Closed when in doubt: no `Auth`, no scheme, no handler.
#[test]
fn without_its_configuration_a_route_is_500_never_open() {
    let server = server();
    for token in [token(&good()), "x".into()] {
        Denied::failed().check(&bearer(&server, "/bare/route", &token));
    }
    Denied::failed().check(&server.get("/bare/route").send());

    let auth = builder(&clock()).build().unwrap();
    let server = Server::start(move |config| {
        config.service(web::scope("").app_data(auth.clone()).service(unconfigured));
    });
    Denied::failed().check(&server.get("/p/unconfigured").send());
    Denied::failed().check(&bearer(&server, "/p/unconfigured", &token(&good())));
}

/// An algorithm `none` needs no key; without keys nothing must be accepted either.
#[test]
fn without_keys_nothing_is_accepted() {
    for set in [r#"{"keys":[]}"#, r#"{"keys":[{"kty":"none"}]}"#, "{}", "[]", ""] {
        let jwt = auth_runtime::Jwt::jwk_set(set).issuer(ISSUER).audience(AUDIENCE);
        assert!(bare().bearer(jwt).build().is_err(), "{set}");
    }
}
