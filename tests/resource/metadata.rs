//! Protected resource metadata (RFC 9728) over real connections.

use std::sync::Arc;

use auth_runtime::config::AuthBuilder;
use auth_runtime::dpop::DpopTokens;
use auth_runtime::introspection::Introspection;
use auth_runtime::resource_metadata::ResourceMetadata;
use auth_runtime::{Algorithm, ApiKeys, Auth, Jwt, api_key};
use serde_json::{Value, json};
use tests::{Answer, Server, Token};

use super::*;

const URL: &str = "https://api.example/.well-known/oauth-protected-resource/orders";
const PATH: &str = "/.well-known/oauth-protected-resource/orders";

pub(crate) fn builder(introspection: &str) -> AuthBuilder {
    let jwt = |issuer: &str| Jwt::hs256(SECRET).issuer(issuer).audience(AUDIENCE);
    let asked = Introspection::new(introspection).client_secret_basic("api", "not a secret");
    let none: [(api_key::KeyDigest, api_key::Key); 0] = [];
    Auth::builder()
        .realm("orders")
        .bearer(jwt(ISSUER))
        .bearer_named("query", jwt("https://other.example").dangerous_query_parameter("access_token"))
        .bearer_named("secret", jwt("https://secret.example"))
        .bearer_named("opaque", asked.issuer("https://opaque.example").audience(AUDIENCE))
        .dpop_named(
            "pay",
            DpopTokens::of(jwt("https://bank.example")).proof_algorithms([Algorithm::ES256, Algorithm::EdDSA]),
        )
        .public_origin("https://api.example")
        .api_key(ApiKeys::header("X-API-Key", none))
}

fn metadata() -> ResourceMetadata {
    ResourceMetadata::new().path("/orders").name("Orders").documentation("https://docs.example/orders")
}

fn auth() -> Auth {
    let configured = builder("http://127.0.0.1:1/introspect").public_origin("https://api.example");
    configured.resource_metadata(metadata()).build().unwrap()
}

fn server() -> Server {
    let auth = auth();
    Server::start(move |config| {
        config.service(auth.resource_metadata_service());
        let scope = auth.scope("/orders").service(plain).service(either).service(not).service(hidden).service(internal);
        config
            .service(scope.service(half).service(keys).service(pay).service(any).service(opaque).service(public_route));
    })
}

fn token() -> Token {
    Token::new(ISSUER, AUDIENCE, "alice", SECRET)
}

fn challenges(answer: &Answer) -> Vec<&str> {
    answer.all("www-authenticate")
}

#[test]
fn the_document_is_made_of_configuration_and_policies() {
    let answer = server().get(PATH).header("Origin", "https://evil.example").send();
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({
            "resource": "https://api.example/orders",
            "authorization_servers": [ISSUER, "https://opaque.example", "https://other.example", "https://bank.example"],
            "scopes_supported": ["a", "b", "half", "pay", "read", "write"],
            "bearer_methods_supported": ["header", "query"],
            "dpop_signing_alg_values_supported": ["ES256", "EdDSA"],
            "resource_name": "Orders",
            "resource_documentation": "https://docs.example/orders",
        })
    );
    assert_eq!(answer.only("content-type"), Some("application/json"));
    assert_eq!(answer.only("cache-control"), Some("public, max-age=3600"));
    assert_eq!(answer.only("access-control-allow-origin"), Some("*"));
}

#[test]
fn nothing_of_hidden_policies_is_in_it() {
    let answer = server().get(PATH).send();
    for secret in ["hidden", "internal", "secret.example", "keys", "never"] {
        assert!(!answer.text().contains(secret), "{secret}: {}", answer.text());
    }
}

#[test]
fn the_document_answers_head_and_preflight_and_nothing_else() {
    let server = server();
    let head = server.request("HEAD", PATH).send();
    assert_eq!((head.status, head.only("content-type")), (200, Some("application/json")));
    let preflight = server
        .request("OPTIONS", PATH)
        .header("Origin", "https://client.example")
        .header("Access-Control-Request-Method", "GET")
        .header("Access-Control-Request-Headers", "mcp-protocol-version")
        .send();
    assert_eq!((preflight.status, preflight.only("access-control-allow-headers")), (204, Some("*")));
    assert_eq!(server.post(PATH).send_body("text/plain", "").status, 405);
    for elsewhere in ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/other"] {
        assert_eq!(server.get(elsewhere).send().status, 404, "{elsewhere}");
    }
}

#[test]
fn every_oauth_challenge_names_the_document_last() {
    let server = server();
    let get = |path: &str| server.get(path);
    let named = format!("resource_metadata=\"{URL}\"");
    let missing = get("/orders/plain").send();
    assert_eq!(challenges(&missing), [format!("Bearer realm=\"orders\", scope=\"read write\", {named}")]);
    assert_eq!(missing.json().get("resource_metadata"), None);
    assert_eq!(challenges(&get("/orders/not").send()), [format!("Bearer realm=\"orders\", {named}")]);

    let expired = get("/orders/plain").bearer(token().expires_in(-600).sign()).send();
    assert_eq!(
        challenges(&expired),
        [format!(
            "Bearer realm=\"orders\", error=\"invalid_token\", error_description=\"the token has expired\", \
             scope=\"read write\", {named}"
        )]
    );
    let malformed = get("/orders/plain").header("Authorization", "Bearer a b").send();
    assert_eq!(malformed.status, 400);
    assert!(challenges(&malformed)[0].ends_with(&named), "{malformed:?}");
    // Written ahead and written again are the same.
    assert_eq!(challenges(&get("/orders/plain").send()), challenges(&missing));

    let lacking = get("/orders/plain").bearer(token().scope("read").sign()).send();
    assert_eq!(lacking.status, 403);
    assert_eq!(
        challenges(&lacking),
        [format!("Bearer realm=\"orders\", error=\"insufficient_scope\", scope=\"read write\", {named}")]
    );
}

#[test]
fn other_challenges_and_hidden_routes_do_not_name_it() {
    let server = server();
    let several = server.get("/orders/any").send();
    let lines = challenges(&several);
    assert_eq!(lines.len(), 2);
    assert!(lines[0].contains(URL) && !lines[1].contains("resource_metadata"), "{lines:?}");
    assert!(!challenges(&server.get("/orders/keys").send())[0].contains("resource_metadata"));
    let (denied, absent) = (server.get("/orders/hidden").send(), server.get("/orders/unknown").send());
    assert_eq!(denied.without_date(), absent.without_date());
}

#[test]
fn without_it_challenges_are_as_before() {
    let auth = builder("http://127.0.0.1:1/introspect").build().unwrap();
    assert_eq!(auth.resource_metadata_url(), None);
    let server = Server::start(move |config| {
        config.service(auth.scope("").service(plain));
    });
    assert_eq!(challenges(&server.get("/plain").send()), ["Bearer realm=\"orders\", scope=\"read write\""]);
}

#[test]
fn a_service_without_path_is_found_at_the_root() {
    let configured = builder("http://127.0.0.1:1/i").public_origin("http://127.0.0.1:8080");
    let auth = configured.resource_metadata(ResourceMetadata::new()).build().unwrap();
    let served = auth.clone();
    let server = Server::start(move |config| {
        config.service(served.scope("").service(served.resource_metadata_service()).service(plain));
    });
    let document: Value = server.get("/.well-known/oauth-protected-resource").send().json();
    assert_eq!(document["resource"], "http://127.0.0.1:8080");
    assert_eq!(auth.resource_metadata_url(), Some("http://127.0.0.1:8080/.well-known/oauth-protected-resource"));
}

#[test]
fn servers_that_are_named_come_first_and_once() {
    let named = metadata().authorization_server("https://first.example").authorization_server("https://opaque.example");
    let configured = builder("http://127.0.0.1:1/introspect").public_origin("https://api.example");
    let auth = configured.resource_metadata(named).build().unwrap();
    let server = Server::start(move |config| _ = config.service(auth.resource_metadata_service()));
    let servers = server.get(PATH).send().json()["authorization_servers"].clone();
    assert_eq!(
        servers,
        json!([
            "https://first.example",
            "https://opaque.example",
            ISSUER,
            "https://other.example",
            "https://bank.example"
        ])
    );
}

#[test]
fn what_cannot_be_served_is_refused_with_a_remedy() {
    let fault = |builder: AuthBuilder| builder.build().map(drop).unwrap_err().to_string();
    let described = || builder("http://127.0.0.1:1/i").resource_metadata(metadata());
    let nowhere = || Auth::builder().dangerous_allow_unconfigured().resource_metadata(metadata());
    assert!(fault(nowhere()).contains(".public_origin("), "{}", fault(nowhere()));
    assert!(fault(described().public_origin("http://api.example")).contains("https"));

    let mount = |auth: Auth, scope: &'static str| {
        let auth = Arc::new(auth);
        let mounted = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            drop(auth.scope(scope).service(auth.resource_metadata_service()));
        }));
        mounted.map_err(|panic| panic.downcast_ref::<String>().cloned().unwrap_or_default())
    };
    assert!(mount(auth(), "/orders").unwrap_err().contains("mount it on the `App`"));
    assert!(mount(builder("http://127.0.0.1:1/i").build().unwrap(), "").unwrap_err().contains(".resource_metadata("));
    assert!(mount(auth(), "").is_ok());
}
