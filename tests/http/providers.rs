//! What identity providers really send: answers to tokens of their shapes, over HTTP on both sides.

use std::time::{Duration, Instant};

use actix_web::{get, post};
use auth_runtime::introspection::Introspection;
use auth_runtime::jwt::{Audiences, ReadyJwt, Said};
use auth_runtime::{Auth, Bearer, Jwt, requires};
use serde_json::{Value, json};
use tests::provider::{AUDIENCE, Provider, ed25519, issuer};
use tests::{Answer, Denied, Server, base64url};

use crate::observed::{events, listen, told};

#[requires(bearer)]
#[get("/who")]
async fn whoami(caller: Bearer) -> String {
    caller.principal().subject().to_owned()
}

#[requires(bearer, role = "admin")]
#[get("/admin")]
async fn admin() -> &'static str {
    "admin"
}

#[requires(bearer, !role("contractor"))]
#[get("/staff")]
async fn staff() -> &'static str {
    "staff"
}

#[requires(bearer, scope = "read")]
#[get("/read")]
async fn read() -> &'static str {
    "read"
}

#[requires(any(bearer, bearer("partner")), scope = "read")]
#[get("/either")]
async fn either() -> &'static str {
    "either"
}

#[requires(bearer)]
#[post("/write")]
async fn write(caller: Bearer) -> String {
    caller.principal().subject().to_owned()
}

pub(crate) fn auth(bearer: impl ReadyJwt) -> Auth {
    Auth::builder().realm("orders").bearer(bearer).dangerous_allow_unconfigured().build().unwrap()
}

pub(crate) fn serve(auth: &Auth) -> Server {
    let auth = auth.clone();
    Server::start(move |services| {
        services.service(auth.scope("").service(whoami).service(admin).service(staff).service(read).service(write));
    })
}

pub(crate) fn ask(server: &Server, token: &str) -> Answer {
    server.get("/who").bearer(token).send()
}

pub(crate) fn eventually(what: impl Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(start.elapsed() < Duration::from_secs(20), "never came true");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn keys_that_appear_are_found_by_the_first_token() {
    let provider = Provider::start();
    provider.keys(&[]);
    let auth = auth(Jwt::jwks_url(provider.url("/keys")).issuer("https://idp.example").audience(AUDIENCE));
    let server = serve(&auth);
    let token = issuer("https://idp.example").key_id("a").token().subject("alice").sign();
    eventually(|| provider.asked("/keys") > 0);
    let answer = ask(&server, &token);
    assert_eq!((answer.status, answer.only("retry-after")), (503, Some("5")));
    assert!(!auth.is_ready());
    provider.keys(&[ed25519(json!({"kid": "a", "alg": "Ed25519"}))]);
    assert_eq!(ask(&server, &token).body, b"alice");
    assert!(auth.is_ready());
}

#[test]
fn a_set_without_a_usable_key_is_told_with_the_cause() {
    listen();
    let provider = Provider::start();
    provider.keys(&[ed25519(json!({"kid": "enc-1", "use": "enc"}))]);
    let url = provider.url("/keys");
    let auth = auth(Jwt::jwks_url(&*url).issuer("https://encrypts.example").audience(AUDIENCE));
    let server = serve(&auth);
    let cause = [("provider", "https://encrypts.example"), ("fault", "kid `enc-1`): `use` or `key_ops`")];
    eventually(|| told(&cause) == 1);
    assert!(auth.not_ready().eq(["bearer"]));
    let token = issuer("https://encrypts.example").key_id("enc-1").token().sign();
    assert_eq!(ask(&server, &token).status, 503);
}

#[requires(bearer)]
#[get("/invented")]
async fn with_invented_keys() -> &'static str {
    "invented"
}

#[requires(bearer)]
#[get("/away")]
async fn with_keys_away() -> &'static str {
    "away"
}

/// What the log says of the last decision about this handler: level, reason and remedy.
#[track_caller]
fn said_last(handler: &str) -> [String; 3] {
    let events = events(&format!("http::providers::{handler}"));
    let last = events.last().expect("an event");
    [&last.level, last.field("reason"), last.field("remedy")].map(str::to_owned)
}

#[test]
fn a_key_that_a_stranger_invents_is_a_warning_and_keys_that_are_away_an_error() {
    listen();
    let (provider, away) = (Provider::start(), Provider::start());
    provider.keys(&[ed25519(json!({"kid": "a"}))]);
    let of = |provider: &Provider| auth(Jwt::jwks_url(provider.url("/keys")).issuer(ISSUER).audience(AUDIENCE));
    let (auth, without_keys) = (of(&provider), of(&away));
    let ready = auth.clone();
    let server = Server::start(move |services| {
        services.service(auth.scope("/there").service(with_invented_keys));
        services.service(without_keys.scope("/away").service(with_keys_away));
    });
    eventually(|| ready.is_ready());
    let ask = |target: &str, key: &str| server.get(target).bearer(issuer(ISSUER).key_id(key).token().sign()).send();
    server.get("/there/invented").bearer(issuer(ISSUER).key_id("a").token().sign()).send().expect("invented");
    // One of the two fetches is for callers that are known.
    assert_eq!(ask("/there/invented", "x").status, 401);
    let busy = ask("/there/invented", "y");
    let [level, reason, remedy] = said_last("with_invented_keys");
    assert_eq!((&*level, &*reason), ("WARN", "keys_busy"));
    assert!(remedy.contains("more tokens name unknown keys"), "{remedy}");

    let unavailable = ask("/away/away", "a");
    let [level, reason, remedy] = said_last("with_keys_away");
    assert_eq!((&*level, &*reason), ("ERROR", "keys_unavailable"));
    assert!(remedy.contains("out of reach"), "{remedy}");
    Denied::unavailable().check(&busy);
    assert_eq!(busy.without_date(), unavailable.without_date(), "the caller is told the same");
}

#[test]
fn keys_and_metadata_as_plain_text_are_read_and_told_once() {
    listen();
    let provider = Provider::start();
    let name = provider.url("/a");
    provider.set("/keys", "text/plain", json!({"keys": [ed25519(json!({"kid": "a"}))]}));
    let metadata = json!({"issuer": name, "jwks_uri": provider.url("/keys")});
    provider.set("/.well-known/openid-configuration/a", "text/plain; charset=utf-8", metadata);
    let auth = auth(Jwt::oidc(&*name).audience(AUDIENCE));
    let server = serve(&auth);
    eventually(|| auth.is_ready());
    let token = issuer(&name).key_id("a").token().subject("alice").sign();
    assert_eq!(ask(&server, &token).body, b"alice");
    let unknown = issuer(&name).key_id("x").token().sign();
    assert_eq!(ask(&server, &unknown).status, 401, "the set was read once more");
    assert_eq!(told(&[("content_type", "text/plain"), ("endpoint", &provider.url(""))]), 1);
}

#[test]
fn another_key_under_the_same_id_serves_from_the_second_token_on() {
    let provider = Provider::start();
    provider.keys(&[ed25519(json!({"kid": "k", "x": base64url([7; 32])}))]);
    let auth = auth(Jwt::jwks_url(provider.url("/keys")).issuer("https://idp.example").audience(AUDIENCE));
    let server = serve(&auth);
    eventually(|| auth.is_ready());
    provider.keys(&[ed25519(json!({"kid": "k"}))]);
    let token = issuer("https://idp.example").key_id("k").token().subject("alice").sign();
    assert_eq!(ask(&server, &token).status, 401);
    eventually(|| provider.asked("/keys") == 2);
    eventually(|| ask(&server, &token).status == 200);
    assert_eq!(provider.asked("/keys"), 2);
}

#[test]
fn a_key_of_one_tenant_signs_for_no_other() {
    let provider = Provider::start();
    let tenant = |tenant: &str| format!("https://login.example/{tenant}/v2.0");
    provider.keys(&[ed25519(json!({"kid": "k", "issuer": tenant("t1")})), json!({"kid": "odd", "kty": "x"})]);
    let keys = Jwt::jwks_url(provider.url("/keys"));
    let auth = auth(keys.dangerous_any_issuer().audience(AUDIENCE));
    let server = serve(&auth);
    eventually(|| auth.is_ready());
    let of = |name: &str| issuer(&tenant(name)).key_id("k").token().subject("alice").sign();
    assert_eq!(ask(&server, &of("t1")).body, b"alice");
    assert_eq!(ask(&server, &of("t2")).status, 401);
}

const ISSUER: &str = "https://idp.example";

/// What each route answers to a token with these claims: `who`, `admin`, `staff`, `read`.
fn statuses(configure: impl FnOnce(Jwt<Said, Audiences>) -> Jwt<Said, Audiences>, claims: &[Value]) -> Vec<[u16; 4]> {
    let issuer = issuer(ISSUER);
    let auth = auth(configure(issuer.jwt()));
    let server = serve(&auth);
    let of = |claims: &Value| {
        let members = claims.as_object().unwrap().iter();
        let token = members.fold(issuer.token(), |token, (name, value)| token.claim(name, value.clone())).sign();
        ["/who", "/admin", "/staff", "/read"].map(|path| server.get(path).bearer(&token).send().status)
    };
    claims.iter().map(of).collect()
}

#[test]
fn null_beside_what_counts_does_no_harm_and_lifts_no_bound() {
    let claims = [
        json!({"scope": "read", "scp": null, "nbf": null, "jti": null, "roles": null}),
        json!({"aud": null}),
        json!({"exp": null}),
        json!({"cnf": null}),
    ];
    assert_eq!(statuses(|jwt| jwt, &claims), [[200, 403, 403, 200], [401; 4], [401; 4], [401; 4]]);
}

#[test]
fn roles_of_two_places_count_together() {
    let configure = |jwt: Jwt<Said, Audiences>| {
        jwt.roles_claim(["realm_access", "roles"]).roles_claim(["resource_access", "orders", "roles"])
    };
    let claims = [
        json!({"realm_access": {"roles": ["user"]}, "resource_access": {"orders": {"roles": ["admin"]}}}),
        json!({"realm_access": {"roles": ["admin"]}}),
        json!({"realm_access": {"roles": ["user"]}}),
        json!({}),
    ];
    let expected = [[200, 200, 200, 403], [200, 200, 403, 403], [200, 403, 403, 403], [200, 403, 403, 403]];
    assert_eq!(statuses(configure, &claims), expected);
    let optional = |jwt: Jwt<Said, Audiences>| {
        jwt.roles_claim(["realm_access", "roles"]).optional_roles_claim(["resource_access", "orders", "roles"])
    };
    assert_eq!(statuses(optional, &claims)[2], [200, 403, 200, 403]);
    let overage = [json!({"groups": ["admin"], "hasgroups": true}), json!({"_claim_names": {"groups": "src1"}})];
    let groups = |jwt: Jwt<Said, Audiences>| jwt.optional_roles_claim(["groups"]);
    assert_eq!(statuses(groups, &overage), [[200, 200, 403, 403], [200, 403, 403, 403]]);
}

#[test]
fn roles_in_keys_count_for_the_organisation_that_holds_them() {
    let said = [
        json!({"urn:roles": {"admin": {"1": "one.example"}, "contractor": null}}),
        json!({"urn:roles": {"admin": {"2": "two.example"}}}),
        json!({"urn:roles": {"admin": null, "contractor": {"1": "one.example"}}}),
    ];
    let ours = |jwt: Jwt<Said, Audiences>| jwt.roles_claim(["urn:roles"]).roles_from_keys("1");
    assert_eq!(statuses(ours, &said), [[200, 200, 200, 403], [200, 403, 200, 403], [200, 403, 403, 403]]);
    let any = |jwt: Jwt<Said, Audiences>| jwt.roles_claim(["urn:roles"]).dangerous_any_organisation();
    assert_eq!(statuses(any, &said)[1], [200, 200, 200, 403]);
}

#[test]
fn a_string_of_roles_is_one_role_or_a_list() {
    let claims = [json!({"roles": "viewer, admin"})];
    assert_eq!(statuses(|jwt| jwt, &claims), [[200, 403, 200, 403]]);
    assert_eq!(statuses(|jwt| jwt.roles_split_at_commas(), &claims), [[200, 200, 200, 403]]);
}

#[test]
fn scopes_in_another_claim_take_the_place_of_the_usual_ones() {
    let claims = [json!({"permissions": ["read"]}), json!({"scope": "read"})];
    let configure = |jwt: Jwt<Said, Audiences>| jwt.scopes_claim(["permissions"]);
    assert_eq!(statuses(configure, &claims), [[200, 403, 403, 200], [200, 403, 403, 403]]);
    let both = |jwt: Jwt<Said, Audiences>| jwt.scopes_claim(["permissions"]).scopes_claim(["scope"]);
    assert_eq!(statuses(both, &claims), [[200, 403, 403, 200], [200, 403, 403, 200]]);
}

#[test]
fn a_token_of_another_party_is_refused() {
    let claims = [
        json!({}),
        json!({"azp": "https://app.example"}),
        json!({"azp": "https://evil.example"}),
        json!({"azp": null}),
    ];
    let configure = |jwt: Jwt<Said, Audiences>| jwt.authorized_parties(["https://app.example"]);
    let first: Vec<_> = statuses(configure, &claims).into_iter().map(|statuses| statuses[0]).collect();
    assert_eq!(first, [200, 200, 401, 401]);
}

#[test]
fn an_endpoint_may_leave_sub_out_for_clients() {
    let provider = Provider::start();
    let answer = |more: Value| {
        let mut answer = json!({"active": true, "token_type": "Bearer", "iss": ISSUER, "aud": null, "scp": null, "exp": 4_000_000_000_u64});
        answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        answer
    };
    let asked = |introspection: Introspection<Said, Said, Said>| {
        let server = serve(&auth(introspection.subject_claim("sub").subject_claim("client_id")));
        let answer = ask(&server, "opaque");
        (answer.status, answer.text().to_owned())
    };
    let open = || {
        let introspection = Introspection::new(provider.url("/introspect")).client_secret_basic("id", "secret");
        introspection.issuer(ISSUER).dangerous_any_audience()
    };
    provider.set("/introspect", "text/plain", answer(json!({"sub": "alice", "client_id": "app"})));
    assert_eq!(asked(open()), (200, "alice".into()));
    provider.set("/introspect", "application/json", answer(json!({"client_id": "job"})));
    assert_eq!(asked(open()), (200, "job".into()));
    provider.set("/introspect", "application/json", answer(json!({})));
    assert_eq!(asked(open()).0, 401);
}

#[test]
fn clients_are_told_to_ask_for_scopes_by_the_names_of_their_server() {
    let (ours, theirs) = (issuer(ISSUER), issuer("https://partner.example"));
    let auth = Auth::builder()
        .realm("orders")
        .bearer(ours.jwt().challenge_scopes("read", "api://app-id/read"))
        .bearer_named("partner", theirs.jwt().challenge_scope_prefix("https://partner.example/scopes/"))
        .dangerous_allow_unconfigured()
        .build()
        .unwrap();
    let server = Server::start(move |services| {
        services.service(auth.scope("").service(read).service(either));
    });
    let challenge = |answer: &Answer| answer.only("www-authenticate").unwrap().to_owned();
    let asked = server.get("/read").send();
    assert_eq!((asked.status, &*challenge(&asked)), (401, r#"Bearer realm="orders", scope="api://app-id/read""#));
    assert_eq!(asked.json()["scope"], "api://app-id/read");
    // In tokens it keeps its name.
    assert_eq!(server.get("/read").bearer(ours.token().scope("read").sign()).send().status, 200);
    let lacking = server.get("/read").bearer(ours.token().scope("api://app-id/read").sign()).send();
    let expected = r#"Bearer realm="orders", error="insufficient_scope", scope="api://app-id/read""#;
    assert_eq!((lacking.status, &*challenge(&lacking)), (403, expected));
    // Of two configurations the one that was attempted names them, else the first.
    let first = server.get("/either").send();
    assert_eq!(challenge(&first), r#"Bearer realm="orders", scope="api://app-id/read""#);
    let partner = server.get("/either").bearer(theirs.token().scope("write").sign()).send();
    let expected = r#"Bearer realm="orders", error="insufficient_scope", scope="https://partner.example/scopes/read""#;
    assert_eq!((partner.status, &*challenge(&partner)), (403, expected));
    for wrong in [
        ours.jwt().challenge_scopes("read", "a b"),
        ours.jwt().challenge_scopes("read", ""),
        ours.jwt().challenge_scope_prefix("\""),
    ] {
        let fault = Auth::builder().bearer(wrong).dangerous_allow_unconfigured().build().unwrap_err().to_string();
        assert!(fault.contains("`.challenge_scope"), "{fault}");
    }
}

#[test]
fn metadata_name_scopes_as_challenges_do() {
    use auth_runtime::resource_metadata::ResourceMetadata;
    let auth = Auth::builder()
        .bearer(issuer(ISSUER).jwt().challenge_scopes("read", "api://app-id/read"))
        .public_origin("https://api.example")
        .resource_metadata(ResourceMetadata::new())
        .dangerous_allow_unconfigured()
        .build()
        .unwrap();
    let server = Server::start(move |services| {
        services.service(auth.resource_metadata_service());
    });
    let document = server.get("/.well-known/oauth-protected-resource").send().json();
    let scopes = document["scopes_supported"].as_array().unwrap();
    assert!(scopes.contains(&json!("api://app-id/read")) && !scopes.contains(&json!("read")), "{document}");
}

#[test]
fn a_token_in_a_field_of_a_proxy_is_ambient() {
    const FIELD: &str = "Cf-Access-Jwt-Assertion";
    let issuer = issuer(ISSUER);
    let token = issuer.token().subject("alice").sign();
    let server = serve(&auth(issuer.jwt().header(FIELD)));
    let get = |token: &str| server.get("/who").header(FIELD, token).send();
    assert_eq!(get(&token).body, b"alice");
    // In place of the usual field, whose token may be for somebody else.
    let missing = server.get("/who").bearer(&token).send();
    assert_eq!((missing.status, missing.only("www-authenticate")), (401, Some(r#"Bearer realm="orders""#)));
    assert_eq!(server.get("/who").bearer("other").header(FIELD, &token).send().body, b"alice");
    for (sent, status) in [("", 400), ("a b", 400), ("abc", 401), (&*format!("Bearer {token}"), 400)] {
        assert_eq!(get(sent).status, status, "{sent}");
    }
    assert_eq!(server.get("/who").header(FIELD, &token).header(FIELD, &token).send().status, 400);
    // What another site causes is refused, as with a cookie.
    let post = |site: &str| {
        server.post("/write").header(FIELD, &token).header("Sec-Fetch-Site", site).send_body("text/plain", "")
    };
    assert_eq!((post("same-origin").status, post("cross-site").status, post("same-site").status), (200, 403, 403));

    let explicit = serve(&auth(issuer.jwt().header(FIELD).dangerous_set_by_client()));
    let cross = explicit.post("/write").header(FIELD, &token).header("Sec-Fetch-Site", "cross-site");
    assert_eq!(cross.send_body("text/plain", "").body, b"alice");
    let both = serve(&auth(issuer.jwt().header(FIELD).dangerous_query_parameter("t").cookie("t")));
    assert_eq!(both.get(&format!("/who?t={token}")).header(FIELD, &token).send().status, 400);
    assert_eq!(both.get(&format!("/who?t={token}")).send().status, 200);
    assert_eq!(both.get("/who").header("Cookie", format!("t={token}")).send().status, 200);
    for name in ["", "Authorization", "cookie", "a b"] {
        let jwt = issuer.jwt().header(name);
        let fault = Auth::builder().bearer(jwt).dangerous_allow_unconfigured().build().unwrap_err().to_string();
        assert!(fault.contains("`.header(…)`"), "{fault}");
    }
}
