//! Every place an attribute may stand in: the handler is guarded in each.

use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpRequest, HttpResponse, Responder, get, post, routes, web};
use auth_runtime::{Bearer, Granted, Principal, policy, public, requires, route};
use serde_json::Value;
use tests::{Denied, Server};

use crate::fixture::{auth, scoped, token};

#[requires(bearer, scope = "admin")]
#[get("/above")]
async fn above() -> &'static str {
    "above"
}

#[get("/below")]
#[requires(bearer, scope = "admin")]
async fn below() -> &'static str {
    "below"
}

#[requires(bearer, scope = "admin")]
#[actix_web::post("/qualified")]
async fn qualified(caller: Bearer, body: web::Json<Value>) -> String {
    format!("{} {}", caller.principal().subject(), *body)
}

#[requires(bearer, scope = "admin")]
#[routes]
#[get("/several")]
#[post("/several")]
#[get("/others")]
async fn several() -> &'static str {
    "several"
}

#[routes]
#[get("/several-below")]
#[post("/several-below")]
#[requires(bearer, scope = "admin")]
async fn several_below() -> &'static str {
    "several below"
}

#[requires(bearer, scope = "admin")]
#[actix_web::route("/methods", method = "GET", method = "PUT")]
async fn methods() -> &'static str {
    "methods"
}

#[requires(bearer, scope = "admin")]
async fn plain(id: web::Path<u32>) -> String {
    format!("plain {id}")
}

#[actix_web::scope("/scoped")]
mod in_actix_scope {
    use actix_web::get;
    use auth_runtime::requires;

    #[requires(bearer, scope = "admin")]
    #[get("/above")]
    pub(crate) async fn above() -> &'static str {
        "scoped above"
    }

    #[get("/below")]
    #[requires(bearer, scope = "admin")]
    pub(crate) async fn below() -> &'static str {
        "scoped below"
    }
}

policy! {
    /// Who may administrate.
    pub(crate) AdminArea: bearer, scope("admin");
    ReadArea: bearer, scope("read"), realm = "reading room";
    Writers: bearer, scope("read") && role("ops");
    Writers => ReadArea;
}

/// Cannot be called but by whom a policy admitted that demands as much as `ReadArea`.
fn page(_: &Granted<ReadArea>) -> &'static str {
    "a page"
}

#[requires(policy = Writers)]
#[get("/weakened")]
async fn weakened(proof: Granted<Writers>) -> String {
    format!("{}, to write on", page(&proof.weaken()))
}

/// Cannot be called but by whom the policy admitted.
fn secret(_: &Granted<AdminArea>) -> &'static str {
    "the secret"
}

#[requires(policy = AdminArea)]
#[get("/named")]
async fn named(proof: Granted<AdminArea>, caller: Bearer) -> String {
    format!("{} for {}", secret(&proof), caller.principal().subject())
}

#[requires(policy = ReadArea, role = "ops")]
#[get("/narrowed")]
async fn narrowed(_proof: Granted<ReadArea>) -> &'static str {
    "narrowed"
}

#[requires(bearer, scope = "admin")]
mod defaulted {
    use actix_web::get;
    use auth_runtime::{public, requires};

    #[get("/default")]
    pub(crate) async fn default() -> &'static str {
        "default"
    }

    #[requires(scope = "more")]
    #[get("/more")]
    pub(crate) async fn more() -> &'static str {
        "more"
    }

    #[requires(basic, replace)]
    #[get("/replaced")]
    pub(crate) async fn replaced() -> &'static str {
        "replaced"
    }

    #[public(replace)]
    #[get("/open")]
    pub(crate) async fn open() -> &'static str {
        "open"
    }

    pub(crate) mod inner {
        use actix_web::get;

        #[get("/inner")]
        pub(crate) async fn inner() -> &'static str {
            "inner"
        }
    }
}

/// Patterns, `mut`, `?`, `return` and attributes keep their meaning.
#[requires(bearer, scope = "admin")]
#[tracing::instrument(skip_all)]
#[post("/forms")]
async fn forms(
    web::Json(Form { n, .. }): web::Json<Form>,
    mut words: web::Query<Vec<(String, String)>>,
) -> Result<impl Responder, actix_web::Error> {
    words.sort();
    if n == 0 {
        return Err(actix_web::error::ErrorConflict("zero"));
    }
    let first = words.first().ok_or_else(|| actix_web::error::ErrorGone("no words"))?;
    Ok(HttpResponse::Accepted().body(format!("{} {}", first.0, n)))
}

#[derive(serde::Deserialize)]
struct Form {
    n: u32,
}

async fn fetch<T>(item: web::Query<Vec<(String, String)>>) -> String
where
    T: Default + std::fmt::Display + Send + 'static,
{
    format!("{} {}", T::default(), item.len())
}

#[requires(bearer, scope = "admin")]
async fn generic<T>(who: Principal, items: web::Query<Vec<(String, String)>>) -> String
where
    T: Default + std::fmt::Display + Send + 'static,
{
    format!("{} {}", who.subject(), fetch::<T>(items).await)
}

#[public]
async fn open_plain() -> &'static str {
    "open plain"
}

fn missing() -> Denied {
    Denied::missing().challenge(r#"Bearer realm="orders", scope="admin""#)
}

fn insufficient() -> Denied {
    Denied::forbidden("the credentials lack a required scope")
        .challenge(r#"Bearer realm="orders", error="insufficient_scope", scope="admin""#)
}

/// The route denies without credentials and without the scope, and answers `text` with it.
#[track_caller]
fn assert_guarded(server: &Server, method: &str, path: &str, text: &str) {
    missing().check(&server.request(method, path).send());
    insufficient().check(&server.request(method, path).bearer(scoped("read")).send());
    server.request(method, path).bearer(scoped("admin")).send().expect(text);
}

#[test]
fn above_the_route_attribute() {
    let server = Server::start(|app| {
        app.service(auth().scope("/api").service(above).service(qualified));
    });
    assert_guarded(&server, "GET", "/api/above", "above");
    missing().check(&server.post("/api/qualified").send_body("application/json", "{}"));
    let admin = scoped("admin");
    server.post("/api/qualified").bearer(admin).send_body("application/json", "{}").expect("alice {}");
}

#[test]
fn below_the_route_attribute() {
    let server = Server::of(|| App::new().app_data(auth()).service(below).service(above));
    assert_guarded(&server, "GET", "/below", "below");
    assert_guarded(&server, "GET", "/above", "above");
}

#[test]
fn with_several_routes() {
    let server = Server::start(|app| {
        app.service(auth().scope("").service(several).service(methods));
    });
    assert_guarded(&server, "GET", "/several", "several");
    assert_guarded(&server, "POST", "/several", "several");
    assert_guarded(&server, "GET", "/others", "several");
    assert_guarded(&server, "GET", "/methods", "methods");
    assert_guarded(&server, "PUT", "/methods", "methods");
    assert_eq!(server.post("/others").bearer(scoped("admin")).send().status, 404);

    let server = Server::of(|| App::new().app_data(auth()).service(several_below));
    assert_guarded(&server, "GET", "/several-below", "several below");
    assert_guarded(&server, "POST", "/several-below", "several below");
}

#[test]
fn under_actixs_scope_attribute() {
    let server =
        Server::of(|| App::new().app_data(auth()).service(in_actix_scope::above).service(in_actix_scope::below));
    assert_guarded(&server, "GET", "/scoped/above", "scoped above");
    assert_guarded(&server, "GET", "/scoped/below", "scoped below");

    let server = Server::start(|app| {
        app.service(auth().scope("/api").service(in_actix_scope::above));
    });
    assert_guarded(&server, "GET", "/api/scoped/above", "scoped above");
}

#[test]
fn on_a_plain_handler() {
    let server = Server::of(|| {
        App::new()
            .app_data(auth())
            .route("/app/{id}", web::get().to(plain))
            .service(web::resource("/resource/{id}").route(web::post().to(plain)))
            .service(web::scope("/scope").route("/{id}", web::to(plain)))
            .service(auth().scope("/auth").route("/{id}", route::get().to(plain)))
    });
    assert_guarded(&server, "GET", "/app/7", "plain 7");
    assert_guarded(&server, "POST", "/resource/7", "plain 7");
    assert_guarded(&server, "PUT", "/scope/7", "plain 7");
    assert_guarded(&server, "GET", "/auth/7", "plain 7");
}

#[test]
fn by_a_named_policy() {
    let server = Server::start(|app| {
        app.service(auth().scope("").service(named).service(narrowed));
    });
    assert_guarded(&server, "GET", "/named", "the secret for alice");
    Denied::missing().challenge(r#"Bearer realm="reading room", scope="read""#).check(&server.get("/narrowed").send());
    Denied::forbidden("the caller lacks a required role")
        .check(&server.get("/narrowed").bearer(token().scope("read").roles(&[]).sign()).send());
    Denied::forbidden("the credentials lack a required scope")
        .challenge(r#"Bearer realm="reading room", error="insufficient_scope", scope="read""#)
        .check(&server.get("/narrowed").bearer(token().scope("").roles(&["ops"]).sign()).send());
    server.get("/narrowed").bearer(token().scope("read").roles(&["ops"]).sign()).send().expect("narrowed");
}

#[test]
fn proof_of_a_stricter_policy_passes_where_a_weaker_is_asked() {
    let server = Server::start(|app| {
        app.service(auth().scope("").service(weakened));
    });
    let both = token().scope("read").roles(&["ops"]);
    server.get("/weakened").bearer(both.sign()).send().expect("a page, to write on");
    Denied::forbidden("the caller lacks a required role")
        .check(&server.get("/weakened").bearer(token().scope("read").roles(&[]).sign()).send());
}

#[test]
fn by_the_default_of_a_module() {
    let server = Server::start(|app| {
        let scope = auth().scope("").service(defaulted::default).service(defaulted::inner::inner);
        app.service(scope.service(defaulted::more).service(defaulted::replaced).service(defaulted::open));
    });
    assert_guarded(&server, "GET", "/default", "default");
    assert_guarded(&server, "GET", "/inner", "inner");

    let challenge = r#"Bearer realm="orders", scope="admin more""#;
    Denied::missing().challenge(challenge).check(&server.get("/more").send());
    assert_eq!(server.get("/more").bearer(scoped("more")).send().status, 403);
    assert_eq!(server.get("/more").bearer(scoped("admin")).send().status, 403);
    server.get("/more").bearer(scoped("admin more")).send().expect("more");

    let basic = Denied::missing().challenge(r#"Basic realm="orders", charset="UTF-8""#);
    basic.check(&server.get("/replaced").bearer(scoped("admin")).send());
    server.get("/replaced").basic("alice", "wonderland").send().expect("replaced");
    server.get("/open").send().expect("open");
}

#[test]
fn with_patterns_early_returns_and_other_attributes() {
    let server = Server::start(|app| {
        app.service(auth().scope("").service(forms));
    });
    let post =
        |target: &str, body: &str| server.post(target).bearer(scoped("admin")).send_body("application/json", body);
    missing().check(&server.post("/forms?b=1&a=2").send_body("application/json", r#"{"n":1}"#));
    let answer = post("/forms?b=1&a=2", r#"{"n":1}"#);
    assert_eq!((answer.status, answer.text()), (202, "a 1"));
    assert_eq!(post("/forms?b=1", r#"{"n":0}"#).text(), "zero");
    assert_eq!(post("/forms", r#"{"n":1}"#).text(), "no words");
}

#[test]
fn on_a_generic_handler() {
    let server = Server::start(|app| {
        let scope = auth().scope("").route("/u8", route::get().to(generic::<u8>));
        app.service(scope.route("/string", route::get().to(generic::<String>)));
    });
    assert_guarded(&server, "GET", "/u8", "alice 0 0");
    assert_guarded(&server, "GET", "/string", "alice  0");
}

#[test]
fn inside_a_function() {
    #[requires(bearer, scope = "admin")]
    #[get("/inside")]
    async fn inside() -> &'static str {
        "inside"
    }
    let server = Server::start(|app| {
        app.service(auth().scope("").service(inside));
    });
    assert_guarded(&server, "GET", "/inside", "inside");
}

#[test]
fn public_asks_nothing_and_looks_at_nothing() {
    let server = Server::start(|app| {
        app.service(auth().scope("").route("/open", route::get().to(open_plain)));
    });
    server.get("/open").send().expect("open plain");
    server.get("/open").bearer("rubbish").send().expect("open plain");
    server.get("/open").header("Authorization", "Bearer").send().expect("open plain");
    // It needs no `Auth` either.
    let server = Server::of(|| App::new().route("/open", web::get().to(open_plain)));
    server.get("/open").send().expect("open plain");
}

// Options of route attributes.

fn has_version(context: &actix_web::guard::GuardContext<'_>) -> bool {
    context.head().headers().contains_key("x-version")
}

#[requires(bearer, scope = "admin")]
#[get(
    "/options/{id}",
    name = "one option",
    guard = "has_version",
    wrap = "DefaultHeaders::new().add((\"x-wrapped\", \"1\"))"
)]
async fn options(id: web::Path<String>, request: HttpRequest) -> String {
    format!("{id} {}", request.url_for("one option", ["other"]).unwrap().path())
}

#[public]
#[routes]
#[get("/options")]
#[get("/options-too", guard = "has_version")]
async fn link(request: HttpRequest) -> String {
    request.url_for("one option", ["other"]).unwrap().path().to_owned()
}

#[test]
fn options_of_route_attributes_are_actixs() {
    let server = Server::start(|app| {
        app.service(auth().scope("/api").service(options).service(link));
    });
    let admin = scoped("admin");
    let answer = server.get("/api/options/7").header("X-Version", "1").bearer(&admin).send();
    answer.expect("7 /api/options/other");
    assert_eq!(answer.all("x-wrapped"), ["1"]);
    assert_eq!(server.get("/api/options/7").bearer(&admin).send().status, 404, "turned away by the guard");
    let denied = server.get("/api/options/7").header("X-Version", "1").send();
    Denied::missing().challenge(r#"Bearer realm="orders", scope="admin""#).check(&denied);
    assert_eq!(denied.all("x-wrapped"), ["1"], "middleware sees denials");
    server.get("/api/options").send().expect("/api/options/other");
    server.get("/api/options-too").header("X-Version", "1").send().expect("/api/options/other");
    assert_eq!(server.get("/api/options-too").send().status, 404);
}
