//! A document completed from the policies: what it says of each route is what the route answers.

use actix_web::{App, HttpResponse, delete, get, post, web};
use auth_runtime::openapi::{self, Description};
use auth_runtime::{Auth, Jwt, Optional, Principal, policy, public, requires, route};
use serde::Serialize;
use serde_json::{Value, json};
use tests::{Answer, Server, Suspending};
use utoipa::{OpenApi, ToSchema};
use utoipa_actix_web::AppExt as _;

use crate::fixture::{KEY, builder, jwt, keys, scoped, token};

#[derive(Serialize, ToSchema)]
struct Order {
    id: u32,
}

#[derive(Serialize, ToSchema)]
struct Secret {
    inner: SecretPart,
}

#[derive(Serialize, ToSchema)]
struct SecretPart {
    id: u32,
}

async fn owns_order() -> bool {
    false
}

#[utoipa::path(params(("id" = u32, Path)), responses((status = 200, description = "the order", body = Order)))]
#[requires(bearer, scope("orders:read") || scope("orders:all"))]
#[get("/orders/{id}")]
async fn show() -> web::Json<Order> {
    web::Json(Order { id: 1 })
}

#[requires(any(api_key, bearer && scope("orders:write")), role("ops") && claim("tenant", "acme") || check(owns_order))]
#[utoipa::path(responses((status = 200, description = "added"), (status = 403, description = "not your order")))]
#[post("/orders")]
async fn add() -> &'static str {
    "added"
}

#[utoipa::path(responses((status = 200, description = "a greeting")))]
#[requires(optional(any(basic, bearer("cookie"))))]
#[get("/greeting")]
async fn greet(_who: Optional<Principal>) -> &'static str {
    "hello"
}

#[utoipa::path(responses((status = 200, description = "alive")))]
#[public(reason = "liveness probe")]
#[get("/health")]
async fn health() -> &'static str {
    "ok"
}

#[utoipa::path(responses((status = 200, description = "what nobody knows of", body = Secret)))]
#[requires(bearer, scope = "admin", hide)]
#[get("/secret")]
async fn secret() -> web::Json<Secret> {
    web::Json(Secret { inner: SecretPart { id: 1 } })
}

#[utoipa::path(responses((status = 200, description = "not often")))]
#[requires(bearer, limit = "1/min")]
#[get("/rare")]
async fn rare() -> &'static str {
    "rare"
}

#[utoipa::path(responses((status = 200, description = "half hidden")))]
#[requires(bearer, scope = "admin", hide = "from_authenticated")]
#[get("/half")]
async fn half() -> &'static str {
    "half"
}

#[utoipa::path(responses((status = 204, description = "gone")))]
#[requires(digest)]
#[delete("/vault")]
async fn empty_vault() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

#[utoipa::path(responses((status = 200, description = "suspended")))]
#[requires(Suspending)]
#[get("/suspended")]
async fn suspended() -> &'static str {
    "suspended"
}

/// Of the body, actix-web answers for itself what it cannot read.
#[utoipa::path(responses(
    (status = 200, description = "read"),
    (status = 400, description = "no JSON", body = String, content_type = "text/plain"),
))]
#[requires(bearer("edge"))]
#[post("/edge")]
async fn edge(_body: web::Json<String>) -> &'static str {
    "read"
}

/// Its path is said where it is mounted.
#[utoipa::path(put, path = "/by-hand/{id}", params(("id" = u32, Path)), responses((status = 200, description = "put")))]
#[requires(api_key("query"))]
async fn by_hand(_id: web::Path<u32>) -> &'static str {
    "put"
}

#[requires(basic)]
#[utoipa::path(get, path = "/by-hand/{id}", params(("id" = u32, Path)), responses((status = 200, description = "got")))]
async fn by_hand_below(_id: web::Path<u32>) -> &'static str {
    "got"
}

#[requires(bearer, role("viewer"))]
mod guarded {
    use actix_web::{get, patch};
    use auth_runtime::requires;

    #[utoipa::path(responses((status = 200, description = "all reports")))]
    #[get("/reports")]
    pub(crate) async fn reports() -> &'static str {
        "reports"
    }

    #[requires(scope("reports:write"))]
    #[utoipa::path(responses((status = 200, description = "changed")))]
    #[patch("/reports")]
    pub(crate) async fn change() -> &'static str {
        "changed"
    }
}

policy! {
    Browse: bearer, scope("files");
}

/// No handler of ours, behind a policy of ours.
#[utoipa::path(get, path = "/files/{name}", params(("name" = String, Path)), responses((status = 200, description = "a file")))]
async fn file() -> &'static str {
    "file"
}

#[derive(OpenApi)]
#[openapi(
    paths(
        show,
        add,
        greet,
        health,
        secret,
        rare,
        half,
        empty_vault,
        suspended,
        edge,
        by_hand,
        by_hand_below,
        file,
        guarded::reports,
        guarded::change
    ),
    components(schemas(Order))
)]
struct Document;

fn mount(auth: &Auth) -> impl actix_web::dev::HttpServiceFactory + use<> {
    let files = web::resource("/{name}").to(file);
    auth.scope("")
        .service(show)
        .service(add)
        .service(greet)
        .service(health)
        .service(secret)
        .service(rare)
        .service(half)
        .service(empty_vault)
        .service(suspended)
        .service(edge)
        .service(route::resource(r"/by-hand/{id:\d+}").put(by_hand).get(by_hand_below))
        .service(guarded::reports)
        .service(guarded::change)
        .service_as::<Browse>("/files", files)
}

/// The server, and the `Auth` of what it has mounted.
fn server() -> (Server, Auth) {
    let auth = builder().realm("docs").build().unwrap();
    let own = auth.clone();
    (Server::of(move || App::new().service(mount(&own))).assembled(), auth)
}

fn described() -> (Server, Value) {
    let (server, auth) = server();
    let document = openapi::describe(Document::openapi(), &auth).unwrap();
    openapi::assert_describes(&document, &auth);
    (server, serde_json::to_value(document).unwrap())
}

fn security<'a>(document: &'a Value, method: &str, path: &str) -> &'a Value {
    &document["paths"][path][method]["security"]
}

#[test]
fn each_operation_says_how_to_be_let_in() {
    let (_server, document) = described();
    for (method, path, expected) in [
        // The set that a challenge names.
        ("get", "/orders/{id}", json!([{ "bearer": ["orders:read"] }])),
        ("post", "/orders", json!([{ "api_key": [] }, { "bearer": ["orders:write"] }])),
        ("get", "/greeting", json!([{ "basic": [] }, { "bearer_cookie": [] }, { "bearer_cookie_cookie": [] }, {}])),
        ("get", "/health", json!([])),
        ("get", "/half", json!([{ "bearer": ["admin"] }])),
        ("delete", "/vault", json!([{ "digest": [] }])),
        ("get", "/suspended", json!([{ "Suspending": [] }])),
        ("post", "/edge", json!([{ "bearer_edge": [] }])),
        ("put", "/by-hand/{id}", json!([{ "api_key_query": [] }])),
        ("get", "/by-hand/{id}", json!([{ "basic": [] }])),
        ("get", "/files/{name}", json!([{ "bearer": ["files"] }])),
        ("get", "/reports", json!([{ "bearer": [] }])),
        ("patch", "/reports", json!([{ "bearer": ["reports:write"] }])),
    ] {
        assert_eq!(*security(&document, method, path), expected, "{method} {path}");
    }
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(schemes["bearer"], json!({ "type": "http", "scheme": "bearer", "bearerFormat": "JWT" }));
    assert_eq!(schemes["basic"], json!({ "type": "http", "scheme": "basic" }));
    assert_eq!(schemes["digest"], json!({ "type": "http", "scheme": "digest" }));
    assert_eq!(schemes["api_key"], json!({ "type": "apiKey", "in": "header", "name": "x-api-key" }));
    assert_eq!(schemes["api_key_query"], json!({ "type": "apiKey", "in": "query", "name": "api_key" }));
    assert_eq!(schemes["bearer_cookie_cookie"]["in"], "cookie");
    assert!(schemes.get("bearer_partner").is_none(), "no operation takes it: {schemes}");
}

/// Whether the document describes this answer: its status, its challenges, and the type of its body.
#[track_caller]
fn assert_described(document: &Value, method: &str, path: &str, answer: &Answer) {
    let response = &document["paths"][path][method]["responses"][answer.status.to_string()];
    assert!(response.is_object(), "{method} {path}: {} is not described", answer.status);
    for header in ["WWW-Authenticate", "Retry-After"] {
        let is_described = response["headers"].get(header).is_some();
        let is_sent = !answer.all(&header.to_lowercase()).is_empty();
        // Of the causes of a 403, only a missing scope has a challenge; of those of a 400, only credentials.
        let fits = if matches!(answer.status, 400 | 403) { is_described || !is_sent } else { is_described == is_sent };
        assert!(fits, "{method} {path} {}: {header}", answer.status);
    }
    if answer.status >= 400 {
        let sent = answer.only("content-type").map(|whole| whole.split(';').next().unwrap());
        let described = response["content"].as_object();
        let fits = match sent {
            Some(media_type) => described.is_some_and(|all| all.contains_key(media_type)),
            None => described.is_none(),
        };
        assert!(fits, "{method} {path} {}: {sent:?}, described {described:?}", answer.status);
    }
}

#[test]
fn what_a_route_answers_is_in_the_document() {
    let (server, document) = described();
    let places = [
        ("get", "/orders/{id}", "/orders/1"),
        ("post", "/orders", "/orders"),
        ("get", "/greeting", "/greeting"),
        ("get", "/health", "/health"),
        ("get", "/half", "/half"),
        ("delete", "/vault", "/vault"),
        ("get", "/suspended", "/suspended"),
        ("post", "/edge", "/edge"),
        ("put", "/by-hand/{id}", "/by-hand/1"),
        ("get", "/by-hand/{id}", "/by-hand/1"),
        ("get", "/files/{name}", "/files/a"),
        ("get", "/reports", "/reports"),
        ("patch", "/reports", "/reports"),
    ];
    let mut seen = std::collections::BTreeMap::new();
    for (method, path, target) in places {
        let request = || server.request(&method.to_uppercase(), target);
        let twice = || request().header("Authorization", "Bearer a").header("Authorization", "Bearer b");
        let answers = [
            request().send(),
            request().bearer("nonsense").send(),
            request().bearer(token().sign()).send(),
            request().bearer(scoped("orders:read orders:write admin reports:write files")).send(),
            request().header("X-API-Key", KEY).send(),
            request().basic("alice", "wonderland").header("Sec-Fetch-Site", "cross-site").send(),
            request().basic("alice", "wrong").send(),
            request().header("X-Account", "mallory").send(),
            request().header("X-Edge-Token", "no token").send(),
            request().header("X-Edge-Token", token().sign()).send(),
            twice().send(),
        ];
        for answer in answers {
            assert_described(&document, method, path, &answer);
            *seen.entry(answer.status).or_insert(0) += 1;
        }
    }
    for status in [200, 400, 401, 403, 404] {
        assert!(seen.contains_key(&status), "{status} was not tried: {seen:?}");
    }
}

#[test]
fn a_limit_is_in_the_document_with_the_fields_of_its_answers() {
    let (server, document) = described();
    let bearer = token().sign();
    server.get("/rare").bearer(&bearer).send().expect("rare");
    let refused = server.get("/rare").bearer(&bearer).send();
    assert_eq!(refused.status, 429);
    assert_described(&document, "get", "/rare", &refused);
    let described = &document["paths"]["/rare"]["get"]["responses"]["429"]["headers"];
    for field in ["Retry-After", "RateLimit", "RateLimit-Policy"] {
        assert!(
            described.get(field).is_some() && refused.only(&field.to_lowercase()).is_some(),
            "{field}: {described}"
        );
    }
    assert!(document["paths"]["/half"]["get"]["responses"]["429"].is_null(), "it has no limit");
}

#[test]
fn the_challenge_in_the_document_is_the_one_that_is_sent() {
    let (server, document) = described();
    let answer = server.get("/orders/1").send();
    let header = &document["paths"]["/orders/{id}"]["get"]["responses"]["401"]["headers"]["WWW-Authenticate"];
    assert_eq!(header["example"].as_str(), answer.only("www-authenticate"));
    assert_eq!(header["example"], r#"Bearer realm="docs", scope="orders:read""#);

    let several = &document["paths"]["/orders"]["post"]["responses"]["401"]["description"];
    let text = several.as_str().unwrap();
    for line in server.request("POST", "/orders").send().all("www-authenticate") {
        assert!(text.contains(line), "{text}: {line}");
    }
}

#[test]
fn a_response_of_ones_own_keeps_its_words() {
    let (_server, document) = described();
    let response = &document["paths"]["/orders"]["post"]["responses"]["403"];
    assert_eq!(response["description"], "not your order");
    let schema = "#/components/schemas/DenialProblem";
    assert_eq!(response["content"]["application/problem+json"]["schema"]["$ref"], schema);
    let problem = &document["components"]["schemas"]["DenialProblem"];
    assert_eq!(problem["required"], json!(["type", "title", "status", "detail"]));
}

#[test]
fn a_body_of_the_applications_own_is_not_called_a_problem() {
    let auth = builder().denial_body(|_, _| auth_runtime::config::DenialBody::json(&json!("no"))).build().unwrap();
    let own = auth.clone();
    let _server = Server::of(move || App::new().service(mount(&own))).assembled();
    let document = serde_json::to_value(openapi::describe(Document::openapi(), &auth).unwrap()).unwrap();
    assert!(document["paths"]["/orders/{id}"]["get"]["responses"]["401"].get("content").is_none());
    assert!(document["components"]["schemas"].get("DenialProblem").is_none());
}

#[test]
fn a_hidden_route_is_left_out_with_what_only_it_refers_to() {
    let (_server, auth) = server();
    let whole = serde_json::to_string(&Document::openapi()).unwrap();
    assert!(whole.contains("/secret") && whole.contains("SecretPart"), "{whole}");
    let open = serde_json::to_string(&openapi::describe(Document::openapi(), &auth).unwrap()).unwrap();
    for word in ["secret", "Secret", "nobody knows"] {
        assert!(!open.contains(word), "{word}: {open}");
    }
    assert!(open.contains("#/components/schemas/Order"));

    let internal = Description::of(&auth).with_hidden();
    let document = internal.complete(Document::openapi()).unwrap();
    internal.assert(&document);
    let document = serde_json::to_value(document).unwrap();
    assert_eq!(*security(&document, "get", "/secret"), json!([{ "bearer": ["admin"] }]));
    let statuses: Vec<_> = document["paths"]["/secret"]["get"]["responses"].as_object().unwrap().keys().collect();
    assert_eq!(statuses, ["200", "404"]);
}

#[test]
fn rules_are_told_where_that_is_asked_for() {
    let (_server, auth) = server();
    let open = serde_json::to_string(&openapi::describe(Document::openapi(), &auth).unwrap()).unwrap();
    for word in ["x-policy", "x-roles", "x-checks", "ops", "viewer", "tenant", "acme", "owns_order"] {
        assert!(!open.contains(word), "{word}: {open}");
    }
    let internal = Description::of(&auth).with_rules();
    let document = internal.complete(Document::openapi()).unwrap();
    internal.assert(&document);
    let document = serde_json::to_value(document).unwrap();
    let adding = &document["paths"]["/orders"]["post"];
    let check = "openapi::document::owns_order";
    let words = format!(
        r#"any(api_key, bearer && scope("orders:write")), (role("ops") && claim("tenant", "acme")) || check({check})"#
    );
    assert_eq!(adding["x-policy"], words);
    assert_eq!((&adding["x-roles"], &adding["x-checks"]), (&json!(["ops"]), &json!([check])));
    assert_eq!(document["paths"]["/health"]["get"]["x-policy"], r#"public(reason = "liveness probe")"#);
    assert_eq!(document["paths"]["/reports"]["get"]["x-roles"], json!(["viewer"]));
}

#[test]
fn what_does_not_fit_is_named() {
    #[derive(OpenApi)]
    #[openapi(paths(nowhere, greet, at_odds, health))]
    struct Partly;

    #[utoipa::path(post, path = "/nowhere", responses((status = 200, description = "never")))]
    #[allow(dead_code)]
    fn nowhere() {}

    #[utoipa::path(security(("bearer" = ["other"])), responses((status = 200, description = "")))]
    #[requires(bearer, scope = "orders:read")]
    #[get("/at-odds")]
    async fn at_odds() -> &'static str {
        "at odds"
    }

    let auth = builder().build().unwrap();
    let before = openapi::describe(Partly::openapi(), &auth).err().unwrap();
    assert_eq!(before.faults(), [openapi::DescriptionFault::NothingMounted]);

    let own = auth.clone();
    let _server = Server::of(move || {
        App::new()
            .service(own.scope("/v1").service(show))
            .service(own.scope("").service(greet).service(at_odds).service(health))
    })
    .assembled();
    let error = openapi::describe(Partly::openapi(), &auth).err().unwrap().to_string();
    let line = error.lines().find(|line| line.contains("show")).unwrap_or_default();
    let place = line.split_once("document.rs:").and_then(|(_, rest)| rest.split_once(')')).unwrap().0;
    assert_eq!(
        error,
        format!(
            "the API description and what is mounted do not fit:\n\
             - GET /at-odds says `security` [{{\"bearer\":[\"other\"]}}], and its policy [{{\"bearer\":[\"orders:read\"]}}]; \
             remove `security(…)` from its `#[utoipa::path]`\n\
             - POST /nowhere is in the document, and nothing is mounted there; mount its handler in a scope of the `Auth`, \
             correct the path, or remove the operation\n\
             - GET /v1/orders/{{id}} is mounted, and not in the document: openapi::document::show (tests/openapi/document.rs:{place}); \
             write `#[utoipa::path]` on the handler and add it to the document, or say `.leave_out(\"/v1/orders/{{id}}\")`"
        )
    );

    #[derive(OpenApi)]
    #[openapi(paths(greet, health))]
    struct Rest;
    let rest = Description::of(&auth).leave_out(r"/v1/orders/{id:\d+}").leave_out("/at-odds");
    rest.assert(&rest.complete(Rest::openapi()).unwrap());
}

#[test]
fn an_assertion_shows_each_difference() {
    let (_server, auth) = server();
    let complete = openapi::describe(Document::openapi(), &auth).unwrap();
    let differing = |change: fn(&mut Value)| {
        let mut document = serde_json::to_value(&complete).unwrap();
        change(&mut document);
        let (document, auth) = (serde_json::from_value(document).unwrap(), auth.clone());
        let panic = std::thread::spawn(move || openapi::assert_describes(&document, &auth)).join().unwrap_err();
        let text = panic.downcast::<String>().unwrap();
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        assert_eq!(lines[0], "the API description and the policies differ:");
        assert_eq!(lines.last().unwrap(), "complete the document by `openapi::describe`");
        lines[1..lines.len() - 1].join("\n")
    };
    for (change, expected) in [
        (
            (|document| drop(document["paths"]["/orders/{id}"]["get"].as_object_mut().unwrap().remove("security")))
                as fn(&mut Value),
            r#"- GET /orders/{id} says no `security`, and its policy [{"bearer":["orders:read"]}]"#,
        ),
        (
            |document| {
                let responses = &mut document["paths"]["/vault"]["delete"]["responses"];
                responses.as_object_mut().unwrap().remove("403");
                responses["401"]["headers"] = json!({});
            },
            "- DELETE /vault does not describe the response 401 as it is answered\n\
             - DELETE /vault does not describe the response 403",
        ),
        (
            |document| document["paths"]["/health"]["get"]["x-policy"] = json!("public"),
            "- GET /health tells `x-policy`, which this description leaves out",
        ),
        (
            |document| {
                let schemes = document["components"]["securitySchemes"].as_object_mut().unwrap();
                schemes.remove("digest");
            },
            "- security scheme `digest` is not in the document",
        ),
        (
            |document| {
                let operation = json!({ "responses": { "200": { "description": "known to all" } } });
                document["paths"]["/secret"] = json!({ "get": operation });
            },
            "- GET /secret is hidden by its policy, and in the document",
        ),
        (
            |document| {
                document["components"]["securitySchemes"]["basic"] = json!({ "type": "http", "scheme": "digest" })
            },
            "- the document's security scheme `basic` is for other credentials than the configuration that policies call so; \
             rename or remove it",
        ),
    ] {
        assert_eq!(differing(change), expected);
    }
}

/// A token may be had by a flow that the configuration knows nothing of.
#[test]
fn a_security_scheme_of_ones_own_for_the_same_credentials_is_kept() {
    let (_server, auth) = server();
    let mut document = serde_json::to_value(Document::openapi()).unwrap();
    let flow =
        json!({ "authorizationUrl": "https://idp.example/a", "tokenUrl": "https://idp.example/t", "scopes": {} });
    let oauth = json!({ "type": "oauth2", "flows": { "authorizationCode": flow } });
    document["components"]["securitySchemes"] = json!({ "bearer": oauth });
    let document = openapi::describe(serde_json::from_value(document).unwrap(), &auth).unwrap();
    let document = serde_json::to_value(document).unwrap();
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["type"], "oauth2");
    assert_eq!(*security(&document, "get", "/orders/{id}"), json!([{ "bearer": ["orders:read"] }]));
}

#[test]
fn configurations_say_how_their_credentials_are_sent() {
    let keys = auth_runtime::ApiKeys::authorization("Token", keys());
    let auth = Auth::builder()
        .bearer(Jwt::oidc("https://idp.example/").audience("https://api.example"))
        .bearer_named("edge", jwt().header("X-Edge-Token"))
        .api_key(keys)
        .dangerous_allow_unconfigured()
        .build()
        .unwrap();

    #[utoipa::path(responses((status = 200, description = "")))]
    #[requires(bearer, scope = "a b")]
    #[get("/discovered")]
    async fn discovered() -> &'static str {
        ""
    }

    #[utoipa::path(responses((status = 200, description = "")))]
    #[requires(api_key)]
    #[get("/key")]
    async fn key() -> &'static str {
        ""
    }

    #[derive(OpenApi)]
    #[openapi(paths(discovered, key))]
    struct Document;

    let own = auth.clone();
    let _server = Server::of(move || App::new().service(own.scope("").service(discovered).service(key))).assembled();
    let document = serde_json::to_value(openapi::describe(Document::openapi(), &auth).unwrap()).unwrap();
    let scopes = json!(["a", "b"]);
    assert_eq!(*security(&document, "get", "/discovered"), json!([{ "bearer": scopes }, { "bearer_openid": scopes }]));
    let schemes = &document["components"]["securitySchemes"];
    let metadata = "https://idp.example/.well-known/openid-configuration";
    assert_eq!(schemes["bearer_openid"], json!({ "type": "openIdConnect", "openIdConnectUrl": metadata }));
    // OpenAPI has no word for it: a key that is sent with its word.
    let (token, text) = (&schemes["api_key"], "`Token <credentials>`: the word, a space, then the credentials.");
    assert_eq!((&token["in"], &token["name"]), (&json!("header"), &json!("Authorization")));
    assert_eq!((&token["description"], &token["x-scheme"]), (&json!(text), &json!("Token")));
}

#[test]
fn a_scope_stands_in_an_application_of_utoipa_actix_web() {
    let auth = builder().build().unwrap();
    let own = auth.clone();
    let (sender, documents) = std::sync::mpsc::channel();
    let server = Server::of(move || {
        let part = |config: &mut openapi::ServiceConfig<'_>| {
            config.service(guarded::reports).map(|config| {
                config.route("/plain", route::get().to(by_hand));
            });
        };
        let inner = openapi::scope(own.scope("/inner")).service(add).map(|scope| scope.app_data(7_u32));
        let scope = openapi::scope(own.scope("/{tenant:[a-z]+}")).service(show).service(inner).configure(part);
        let (app, document) = App::new()
            .into_utoipa_app()
            .service(utoipa_actix_web::scope("/around").service(openapi::scope(own.scope("/v1")).service(health)))
            .service(openapi::scope(own.scope("/v2")).service(secret))
            .service(scope)
            .split_for_parts();
        sender.send(document).unwrap();
        app
    });
    assert_eq!(server.get("/acme/orders/1").bearer(scoped("orders:read")).send().status, 200);
    assert_eq!(server.get("/acme/orders/1").send().status, 401);
    assert_eq!(server.get("/around/v1/health").send().status, 200);

    let document = documents.recv().unwrap();
    let description = Description::of(&auth).leave_out("/{tenant}/plain");
    let document = description.complete(document).unwrap();
    description.assert(&document);
    let paths: Vec<_> = document.paths.paths.keys().map(String::as_str).collect();
    assert_eq!(paths, ["/around/v1/health", "/{tenant}/inner/orders", "/{tenant}/orders/{id}", "/{tenant}/reports"]);
    let document = serde_json::to_value(document).unwrap();
    assert_eq!(*security(&document, "get", "/{tenant}/orders/{id}"), json!([{ "bearer": ["orders:read"] }]));
    let schemas: Vec<_> = document["components"]["schemas"].as_object().unwrap().keys().collect();
    assert_eq!(schemas, ["DenialProblem", "Order"]);
}

#[test]
fn several_auths_are_described_together() {
    let (one, other) = (auth_of("one", "X-One"), auth_of("other", "X-Other"));
    let (first, second) = (one.clone(), other.clone());
    let _server = Server::of(move || {
        App::new().service(first.scope("/one").service(key_one)).service(second.scope("/other").service(key_other))
    })
    .assembled();

    #[derive(OpenApi)]
    #[openapi(nest((path = "/one", api = One), (path = "/other", api = Other)))]
    struct Both;
    #[derive(OpenApi)]
    #[openapi(paths(key_one))]
    struct One;
    #[derive(OpenApi)]
    #[openapi(paths(key_other))]
    struct Other;

    assert!(openapi::describe(Both::openapi(), &one).is_err());
    let description = Description::of(&one).and(&other);
    let document = description.complete(Both::openapi()).unwrap();
    description.assert(&document);
    let document = serde_json::to_value(document).unwrap();
    assert_eq!(*security(&document, "get", "/one/key"), json!([{ "api_key": [] }]));
    assert_eq!(*security(&document, "get", "/other/key"), json!([{ "api_key_2": [] }]));
    assert_eq!(document["components"]["securitySchemes"]["api_key_2"]["name"], "x-other");
}

fn auth_of(realm: &str, header: &str) -> Auth {
    let keys = auth_runtime::ApiKeys::header(header, keys());
    Auth::builder().realm(realm).api_key(keys).dangerous_allow_unconfigured().build().unwrap()
}

#[utoipa::path(responses((status = 200, description = "")))]
#[requires(api_key)]
#[get("/key")]
async fn key_one() -> &'static str {
    ""
}

#[utoipa::path(responses((status = 200, description = "")))]
#[requires(api_key)]
#[get("/key")]
async fn key_other() -> &'static str {
    ""
}

/// What describes the server is behind a policy, unless one decides otherwise.
#[test]
fn a_document_is_served_behind_a_policy() {
    #[utoipa::path(responses((status = 200, description = "this document")))]
    #[requires(bearer, role = "ops")]
    #[get("/openapi.json")]
    async fn document(auth: web::Data<Auth>) -> actix_web::Result<HttpResponse> {
        #[derive(OpenApi)]
        #[openapi(paths(document, health))]
        struct Own;
        let document = openapi::describe(Own::openapi(), &auth).map_err(actix_web::error::ErrorInternalServerError)?;
        Ok(HttpResponse::Ok().json(document))
    }

    let own = builder().build().unwrap();
    let server = Server::of(move || {
        App::new().app_data(web::Data::new(own.clone())).service(own.scope("").service(document).service(health))
    });
    assert_eq!(server.get("/openapi.json").send().status, 401);
    assert_eq!(server.get("/openapi.json").bearer(token().sign()).send().status, 403);
    let answer = server.get("/openapi.json").bearer(token().claim("roles", json!(["ops"])).sign()).send();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["paths"]["/openapi.json"]["get"]["security"], json!([{ "bearer": [] }]));
}
