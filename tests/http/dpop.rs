//! The rows about tokens that are bound to a key (RFC 9449).

use std::collections::BTreeSet;

use actix_web::dev::Service as _;
use actix_web::{App, get, post, web};
use auth_runtime::dpop::DpopTokens;
use auth_runtime::testing::{ManualClock, TestDpopKey, TestProof};
use auth_runtime::{Algorithm, Auth, Bearer, Dpop, Optional, Principal, policy, requires};
use serde_json::{Value, json};
use tests::{Answer, Denied, Request, Server, Token, base64url};

use crate::fixture::{ORIGIN, SECRET, auth, builder, jwt, token};

#[requires(dpop)]
#[get("/dpop")]
async fn me(caller: Dpop, who: Principal) -> String {
    format!("{} by {} {}", who.subject(), who.scheme(), caller.key_thumbprint())
}

#[requires(dpop, scope = "read")]
#[get("/read")]
async fn read() -> &'static str {
    "read"
}

#[requires(dpop)]
#[post("/pay/{id}")]
async fn pay(id: web::Path<String>) -> String {
    format!("paid {id}")
}

#[requires(dpop("nonce"))]
#[get("/nonce")]
async fn nonce() -> &'static str {
    "nonce"
}

/// By what FAPI 2.0 takes, and of whoever has authenticated strongly, and of late.
#[requires(dpop("fapi"), scope = "pay", acr = "mfa", max_age = "5m")]
#[get("/fapi")]
async fn fapi() -> &'static str {
    "fapi"
}

#[requires(dpop("small"))]
#[get("/small")]
async fn small() -> &'static str {
    "small"
}

#[requires(dpop("proxied"))]
#[get("/proxied")]
async fn proxied() -> &'static str {
    "proxied"
}

#[requires(any(dpop, bearer), allow_downgrade)]
#[get("/either")]
async fn either(who: Principal, dpop: Optional<Dpop>, bearer: Optional<Bearer>) -> String {
    assert!(dpop.is_some() != bearer.is_some());
    who.scheme().to_owned()
}

#[requires(any(api_key, dpop), role = "ops", hide)]
#[get("/hidden")]
async fn hidden() -> &'static str {
    "hidden"
}

#[derive(serde::Deserialize)]
struct Claims {
    tenant: String,
}

#[requires(dpop)]
#[get("/tenant")]
async fn tenant(caller: Dpop<Claims>) -> String {
    caller.tenant.clone()
}

policy! {
    /// Those who may see the area in which other guards stand.
    Area: dpop;
}

#[requires(dpop, realm = "vault")]
#[get("/vault")]
async fn vault() -> &'static str {
    "vault"
}

fn server() -> Server {
    Server::start(|config| {
        let scope = auth().scope("").service(me).service(read).service(pay).service(nonce).service(small).service(fapi);
        config.service(scope.service(proxied).service(either).service(hidden).service(tenant));
    })
}

const ALGS: &str = "ES256 ES384 EdDSA PS256 PS384 PS512 RS256 RS384 RS512";

fn key() -> TestDpopKey {
    TestDpopKey::new()
}

fn bound(key: &TestDpopKey) -> Token {
    token().claim("cnf", json!({ "jkt": key.thumbprint() }))
}

fn proof(key: &TestDpopKey, token: &str, path: &str) -> TestProof {
    key.proof("GET", format!("{ORIGIN}{path}")).token(token)
}

fn get_with(server: &Server, path: &str, token: &str, proof: &str) -> Request {
    server.get(path).header("Authorization", format!("DPoP {token}")).header("DPoP", proof)
}

/// A good request.
fn good(server: &Server, key: &TestDpopKey, path: &str) -> Answer {
    let token = bound(key).sign();
    get_with(server, path, &token, &proof(key, &token, path).sign()).send()
}

fn challenge(more: &str) -> String {
    format!(r#"DPoP realm="orders", algs="{ALGS}"{more}"#)
}

fn refused(error: &str, description: &str) -> Denied {
    let more = format!(r#", error="{error}", error_description="{description}""#);
    Denied::unauthorized(description).challenge(&challenge(&more))
}

fn bad_proof() -> Denied {
    refused("invalid_dpop_proof", "the DPoP proof is not valid")
}

#[test]
fn a_token_with_a_proof_of_its_key_is_let_in() {
    let (server, key) = (server(), key());
    good(&server, &key, "/dpop").expect(&format!("alice by dpop {}", key.thumbprint()));
}

#[test]
fn without_a_token_the_challenge_names_algorithms_and_scopes() {
    let server = server();
    Denied::missing().challenge(&challenge("")).check(&server.get("/dpop").send());
    Denied::missing().challenge(&challenge(r#", scope="read""#)).check(&server.get("/read").send());
    // A proof alone says nothing, and a good token of another scheme is none.
    let alone = proof(&key(), "", "/dpop").sign();
    Denied::missing().challenge(&challenge("")).check(&server.get("/dpop").header("DPoP", alone).send());
    Denied::missing().challenge(&challenge("")).check(&server.get("/dpop").bearer(token().sign()).send());
}

#[test]
fn beside_bearer_each_scheme_has_its_line() {
    let server = server();
    Denied::missing()
        .challenge(r#"Bearer realm="orders""#)
        .challenge(&challenge(""))
        .check(&server.get("/either").send());
}

#[test]
fn a_missing_scope_is_forbidden_in_the_words_of_the_scheme() {
    let (server, key) = (server(), key());
    Denied::forbidden("the credentials lack a required scope")
        .challenge(&challenge(r#", error="insufficient_scope", scope="read""#))
        .check(&good(&server, &key, "/read"));
    let token = bound(&key).scope("read").sign();
    get_with(&server, "/read", &token, &proof(&key, &token, "/read").sign()).send().expect("read");
}

#[test]
fn malformed_credentials_are_the_fault_of_the_request() {
    let server = server();
    let invalid = |detail: &str| {
        let more = format!(r#", error="invalid_request", error_description="{detail}""#);
        Denied::bad_request(detail).challenge(&challenge(&more))
    };
    for credentials in ["DPoP", "DPoP ", "DPoP a b", "DPoP a,b", "DPoP \"a\""] {
        invalid("the credentials are malformed")
            .check(&server.get("/dpop").header("Authorization", credentials).send());
    }
    let twice = server.get("/dpop").header("Authorization", "DPoP a").header("Authorization", "DPoP a");
    invalid("the request has more than one Authorization field").check(&twice.send());
}

/// The token comes first: of a bad one, nobody learns what its proof is worth.
#[test]
fn a_bad_token_is_refused_before_its_proof_is_looked_at() {
    let (server, key) = (server(), key());
    for (token, description) in [
        (bound(&key).expires_in(-3600), "the token has expired"),
        (bound(&key).claim("aud", "https://other.example"), "the token is not meant for this resource"),
        (bound(&key).secret(b"another secret of 32 bytes......"), "the token is not valid"),
        (token(), "the token is not bound to a key"),
        (
            token().claim("cnf", json!({ "x5t#S256": key.thumbprint() })),
            "the token must be presented with proof of possession",
        ),
    ] {
        let token = token.sign();
        for proof in [proof(&key, &token, "/dpop").sign(), "x".to_owned()] {
            refused("invalid_token", description).check(&get_with(&server, "/dpop", &token, &proof).send());
        }
    }
}

/// Proofs that OpenID's conformance suite for FAPI 2.0 sends to a resource server, one after the other, and some more; `used` is one that was
/// used already.
fn negative_proofs(key: &TestDpopKey, token: &str, used: String) -> Vec<(&'static str, String)> {
    let other = bound(key).claim("sub", "bob").sign();
    let start = || proof(key, token, "/dpop");
    let public = key.public_jwk();
    let with = |name: &str, value: Value| {
        let mut jwk = public.clone();
        jwk[name] = value;
        start().header("jwk", jwk).sign()
    };
    let parts = start().sign();
    let [header, claims, signature] = *parts.split('.').collect::<Vec<_>>() else { panic!("three parts") };
    let unsigned = base64url(json!({ "typ": "dpop+jwt", "alg": "none", "jwk": public }).to_string());
    let stranger = TestDpopKey::new();
    vec![
        ("a proof that is no JWT", "x".to_owned()),
        ("an empty proof", String::new()),
        ("a proof without a signature", format!("{header}.{claims}.")),
        ("two proofs in one field", format!("{}, {}", start().sign(), start().sign())),
        ("`typ` missing", start().without("typ").sign()),
        ("`typ` of any JWT", start().header("typ", "JWT").sign()),
        ("`typ` in capitals", start().header("typ", "DPOP+JWT").sign()),
        ("`alg` missing", start().without("alg").sign()),
        ("`alg` none", format!("{unsigned}.{claims}.")),
        ("`alg` of a shared secret", start().header("alg", "HS256").sign()),
        ("`alg` of another kind of key", start().header("alg", "ES384").sign()),
        ("`crit`", start().header("crit", json!(["x"])).header("x", 1).sign()),
        ("`jwk` missing", start().without("jwk").sign()),
        ("`jwk` of a shared secret", start().header("jwk", json!({ "kty": "oct", "k": base64url(SECRET) })).sign()),
        ("a private key in `jwk`", with("d", base64url([7; 32]).into())),
        ("a key for encryption in `jwk`", with("use", "enc".into())),
        ("a signature of another key", start().wrong_key().sign()),
        ("a signature over something else", format!("{header}.{}.{signature}", base64url(r#"{"jti":"x"}"#))),
        ("`htm` missing", start().without("htm").sign()),
        ("`htm` of another method", start().claim("htm", "POST").sign()),
        ("`htm` in small letters", start().claim("htm", "get").sign()),
        ("`htu` missing", start().without("htu").sign()),
        ("`htu` of another path", start().claim("htu", format!("{ORIGIN}/other")).sign()),
        ("`htu` of another host", start().claim("htu", "https://other.example/dpop").sign()),
        ("`htu` of another scheme", start().claim("htu", "http://shop.example/dpop").sign()),
        ("`iat` missing", start().without("iat").sign()),
        ("`iat` too long ago", start().issued_in(-90).sign()),
        ("`iat` too far ahead", start().issued_in(90).sign()),
        ("`iat` of another type", start().claim("iat", "now").sign()),
        ("`jti` missing", start().without("jti").sign()),
        ("`jti` empty", start().claim("jti", "").sign()),
        ("a proof that was used", used),
        ("`ath` missing", start().without("ath").sign()),
        ("`ath` of another token", start().token(&other).sign()),
        ("a proof by another key than the token's", proof(&stranger, token, "/dpop").sign()),
    ]
}

#[test]
fn the_negative_cases_of_fapi_2_are_refused() {
    let (server, key) = (server(), key());
    let token = bound(&key).sign();
    let start = || proof(&key, &token, "/dpop");
    let used = start().sign();
    get_with(&server, "/dpop", &token, &used).send().expect(&format!("alice by dpop {}", key.thumbprint()));
    let cases = negative_proofs(&key, &token, used);
    let names: BTreeSet<&str> = cases.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), 35, "each once; the suite has 27 with the three below");
    for (name, proof) in &cases {
        let answer = get_with(&server, "/dpop", &token, proof).send();
        assert_eq!(answer.status, 401, "{name}");
        bad_proof().check(&answer);
    }
    bad_proof().check(&server.get("/dpop").header("Authorization", format!("DPoP {token}")).send());
    bad_proof().check(&get_with(&server, "/dpop", &token, &start().sign()).header("DPoP", start().sign()).send());
    Denied::missing().challenge(&challenge("")).check(&server.get("/dpop").bearer(&token).send());
}

fn positive_proofs(key: &TestDpopKey, token: &str) -> Vec<(&'static str, String)> {
    let start = || proof(key, token, "/dpop");
    let url = |url: &str| start().claim("htu", url).sign();
    vec![
        ("as it should be", start().sign()),
        ("`iat` a while ago", start().issued_in(-50).sign()),
        ("`iat` a little ahead", start().issued_in(50).sign()),
        ("`htu` with a query", url("https://shop.example/dpop?x=1")),
        ("`htu` with a fragment", url("https://shop.example/dpop#x")),
        ("`htu` in capitals, with the default port", url("HTTPS://Shop.Example:443/dpop")),
        ("`htu` with what need not be encoded", url("https://shop.example/%64pop")),
        ("a nonce that nobody wants", start().claim("nonce", "of somebody else").sign()),
        ("more claims", start().claim("more", json!({ "a": 1 })).sign()),
        ("more members of the header", start().header("kid", "1").sign()),
        ("a long `jti`", start().claim("jti", "x".repeat(500)).sign()),
    ]
}

#[test]
fn the_positive_cases_of_fapi_2_are_let_in() {
    let (server, key) = (server(), key());
    let token = bound(&key).sign();
    let start = || proof(&key, &token, "/dpop");
    for (name, proof) in positive_proofs(&key, &token) {
        assert_eq!(get_with(&server, "/dpop", &token, &proof).send().status, 200, "{name}");
    }
    assert_eq!(
        get_with(&server, "/dpop?a=1&b=2", &token, &start().sign()).send().status,
        200,
        "the query is not part of it"
    );
    for scheme in ["DPOP", "dpop", "dPoP  "] {
        let request = server.get("/dpop").header("Authorization", format!("{scheme} {token}"));
        assert_eq!(request.header("dpop", start().sign()).send().status, 200, "{scheme}");
    }
    let signed = key.proof("POST", format!("{ORIGIN}/pay/a%20b")).token(&token).sign();
    let request = server.post("/pay/a%20b").header("Authorization", format!("DPoP {token}"));
    request.header("DPoP", signed).send().expect("paid a b");
}

/// The crate `dpop-verifier` judges the same proofs, in a program of its own: its features would change crates that this workspace shares.
#[test]
fn another_verifier_of_proofs_says_the_same_but_where_it_is_less_strict() {
    let target = std::env::var("CARGO_TARGET_DIR");
    let target = target.unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../target").to_owned());
    let program = &*format!("{target}/proofs/debug/proofs");
    if !std::path::Path::new(program).exists() {
        assert!(std::env::var_os("FULL_TESTS").is_none(), "no {program}; `bash tests/full` makes it");
        eprintln!("left out: dpop-verifier; `bash tests/full` builds it");
        return;
    }
    let server = server();
    let p256 = include_str!("../../examples/keys/dev-es256.private.pem");
    for key in [key(), TestDpopKey::with_pem(Algorithm::ES256, p256)] {
        let token = bound(&key).sign();
        let used = proof(&key, &token, "/dpop").sign();
        let mut cases = vec![("the first use", used.clone())];
        cases.extend(positive_proofs(&key, &token));
        cases.extend(negative_proofs(&key, &token, used));
        let asked: Vec<_> = cases
            .iter()
            .map(|(_, proof)| json!({ "proof": proof, "method": "GET", "url": format!("{ORIGIN}/dpop"), "token": token }))
            .collect();
        let theirs = judged_by(program, &json!(asked));
        let differ = cases.iter().zip(theirs).filter_map(|((name, proof), theirs)| {
            let ours = get_with(&server, "/dpop", &token, proof).send().status == 200;
            // Which key a token is bound to is its caller's business.
            let theirs = theirs.as_deref() == Some(&*key.thumbprint());
            (ours != theirs).then_some((*name, ours))
        });
        let expected = [
            // It compares paths as they are encoded.
            ("`htu` with what need not be encoded", true),
            // It ignores members of header and key that it does not know.
            ("`crit`", false),
            ("a key for encryption in `jwk`", false),
            ("`htm` in small letters", false),
            ("`jti` empty", false),
        ];
        assert_eq!(differ.collect::<Vec<_>>(), expected);
    }
}

/// The thumbprints of the keys by which proofs are signed, where they are good.
fn judged_by(program: &str, asked: &Value) -> Vec<Option<String>> {
    use std::process::{Command, Stdio};
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    serde_json::to_writer(child.stdin.take().unwrap(), asked).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_kind_of_key_signs_proofs() {
    let server = server();
    let (rsa, ec) = (
        include_str!("../../examples/keys/dev-rs256.private.pem"),
        include_str!("../../examples/keys/dev-es256.private.pem"),
    );
    use Algorithm::{ES256, ES384, PS256, PS384, PS512, RS256, RS384, RS512};
    let p384 = include_str!("../../examples/keys/dev-es384.private.pem");
    let rsa = [PS256, PS384, PS512, RS256, RS384, RS512].map(|algorithm| TestDpopKey::with_pem(algorithm, rsa));
    let keys = rsa.into_iter().chain([
        TestDpopKey::with_pem(ES256, ec),
        TestDpopKey::with_pem(ES384, p384),
        TestDpopKey::new(),
    ]);
    for key in keys {
        // The second time its key is known.
        for _ in 0..2 {
            assert_eq!(good(&server, &key, "/dpop").status, 200, "{key:?}");
        }
    }
}

#[test]
fn proofs_are_signed_by_the_algorithms_that_are_configured() {
    let server = server();
    let algs = r#"DPoP realm="orders", algs="ES256 EdDSA PS256""#;
    Denied::missing().challenge(&format!(r#"{algs}, scope="pay""#)).check(&server.get("/fapi").send());
    let rsa = include_str!("../../examples/keys/dev-rs256.private.pem");
    let send = |algorithm| {
        let key = TestDpopKey::with_pem(algorithm, rsa);
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let token = bound(&key).scope("pay").claim("acr", "mfa").claim("auth_time", now).sign();
        get_with(&server, "/fapi", &token, &proof(&key, &token, "/fapi").sign()).send()
    };
    send(Algorithm::PS256).expect("fapi");
    let description = "the DPoP proof is not valid";
    for other in [Algorithm::RS256, Algorithm::PS384] {
        Denied::unauthorized(description)
            .challenge(&format!(
                r#"{algs}, error="invalid_dpop_proof", error_description="{description}", scope="pay""#
            ))
            .check(&send(other));
    }
}

/// RFC 9470, in the words of this scheme.
#[test]
fn a_weak_authentication_is_told_by_the_challenge_of_the_scheme() {
    let (server, key) = (server(), key());
    let token = bound(&key).scope("pay").claim("acr", "pwd").sign();
    let answer = get_with(&server, "/fapi", &token, &proof(&key, &token, "/fapi").sign()).send();
    let description = "a stronger or more recent authentication is required";
    let error = format!(r#"error="insufficient_user_authentication", error_description="{description}""#);
    Denied::unauthorized(description)
        .challenge(&format!(
            r#"DPoP realm="orders", algs="ES256 EdDSA PS256", {error}, acr_values="mfa", max_age="300""#
        ))
        .check(&answer);
}

#[test]
fn what_cannot_be_meant_of_proofs_is_a_fault_of_the_configuration() {
    let fault = |tokens: DpopTokens| {
        let error = Auth::builder().public_origin(ORIGIN).dpop(tokens).build().unwrap_err();
        error.to_string()
    };
    let alone = "a token that is bound to a key comes in `Authorization` alone; remove it";
    for (tokens, expected) in [
        (DpopTokens::of(jwt().cookie("token")), alone),
        (DpopTokens::of(jwt().header("X-Token")), alone),
        (DpopTokens::of(jwt().dangerous_query_parameter("token")), alone),
        (DpopTokens::of(jwt()).proof_algorithms([]), "the list is empty; name what clients sign with"),
        (
            DpopTokens::of(jwt()).proof_algorithms([Algorithm::HS256]),
            "a proof is signed by a private key; leave out algorithms with a shared secret",
        ),
        (
            DpopTokens::of(jwt()).stripped_base_path("/api/"),
            "not a path without a slash at its end; write it like `/api`",
        ),
        (
            DpopTokens::of(jwt()).replay_memory(0),
            "no proof could be counted; leave it out, or give a number such as 1048576",
        ),
    ] {
        let error = fault(tokens);
        assert!(error.contains(expected), "{error}");
    }
    let error = Auth::builder().dpop(jwt()).build().unwrap_err().to_string();
    let expected = "proofs are made for the URL of this service; add `.public_origin(\"https://…\")`";
    assert!(error.contains(expected), "{error}");
}

#[test]
fn a_bound_token_counts_in_its_own_scheme_only() {
    let (server, key) = (server(), key());
    good(&server, &key, "/either").expect("dpop");
    server.get("/either").bearer(token().sign()).send().expect("bearer");
    let with_error =
        |error: &str, description: &str| format!(r#", error="{error}", error_description="{description}""#);
    let description = "the token must be presented with proof of possession";
    Denied::unauthorized(description)
        .challenge(&format!(r#"Bearer realm="orders"{}"#, with_error("invalid_token", description)))
        .challenge(&challenge(""))
        .check(&server.get("/either").bearer(bound(&key).sign()).send());
    let unbound = token().sign();
    let description = "the token is not bound to a key";
    Denied::unauthorized(description)
        .challenge(r#"Bearer realm="orders""#)
        .challenge(&challenge(&with_error("invalid_token", description)))
        .check(&get_with(&server, "/either", &unbound, &proof(&key, &unbound, "/either").sign()).send());
}

#[test]
fn a_nonce_is_wanted_given_and_renewed() {
    let clock = ManualClock::at(1_767_225_600);
    let auth = builder().clock(clock.clone()).build().unwrap();
    let server = Server::start(move |config| {
        config.service(auth.scope("").service(nonce));
    });
    let key = key().clock(clock.clone());
    let token = bound(&key).claim("iat", 1_767_225_600).claim("exp", 1_767_235_600).sign();
    let start = || proof(&key, &token, "/nonce");
    let send = |proof: TestProof| get_with(&server, "/nonce", &token, &proof.sign()).send();
    let wanted = |answer: &Answer| {
        refused("use_dpop_nonce", "the DPoP proof needs the nonce of this answer").check(answer);
        answer.only("dpop-nonce").expect("a nonce").to_owned()
    };
    let first = wanted(&send(start()));
    let second = wanted(&send(start().nonce("of somebody else")));
    assert_ne!(first, second);
    // The clock of the client does not count any more.
    for ahead in [0, 4000, -4000] {
        let answer = send(start().nonce(&first).issued_in(ahead));
        answer.expect("nonce");
        assert_eq!(answer.only("dpop-nonce"), None, "it is still fresh");
    }
    let used = start().nonce(&first).sign();
    get_with(&server, "/nonce", &token, &used).send().expect("nonce");
    bad_proof().check(&get_with(&server, "/nonce", &token, &used).send());
    clock.advance(std::time::Duration::from_secs(200));
    bad_proof().check(&get_with(&server, "/nonce", &token, &used).send());
    let answer = send(start().nonce(&first));
    answer.expect("nonce");
    let third = answer.only("dpop-nonce").expect("the next is due").to_owned();
    clock.advance(std::time::Duration::from_secs(101));
    wanted(&send(start().nonce(&first)));
    wanted(&get_with(&server, "/nonce", &token, &used).send());
    send(start().nonce(&third)).expect("nonce");
    // A proof that is bad otherwise gets none.
    let answer = send(start().wrong_key());
    bad_proof().check(&answer);
    assert_eq!(answer.only("dpop-nonce"), None);
}

/// RFC 9449 section 8.2: scripts of other origins may read the nonce.
#[test]
fn a_nonce_can_be_read_across_origins() {
    let clock = ManualClock::at(1_767_225_600);
    let auth = builder().clock(clock.clone()).build().unwrap();
    let server = Server::of(move || {
        let cors = actix_cors::Cors::default().allow_any_origin().allow_any_header();
        App::new().wrap(cors).service(auth.scope("").service(nonce))
    });
    let key = key().clock(clock.clone());
    let token = bound(&key).claim("iat", 1_767_225_600).claim("exp", 1_767_235_600).sign();
    let sent = |given: &str| {
        let proof = proof(&key, &token, "/nonce").nonce(given).sign();
        get_with(&server, "/nonce", &token, &proof)
    };
    let of_other = |given: &str| sent(given).header("Origin", "https://app.example").send();
    let gives_one = |answer: &Answer, status: u16| {
        assert_eq!(answer.status, status);
        assert!(answer.only("access-control-allow-origin").is_some(), "{answer:?}");
        assert_eq!(answer.only("access-control-expose-headers"), Some("DPoP-Nonce, WWW-Authenticate"));
        answer.only("dpop-nonce").expect("a nonce").to_owned()
    };
    let first = gives_one(&of_other("none of ours"), 401);
    assert_eq!(sent("none of ours").send().only("access-control-expose-headers"), None);
    // Also with what is let in, once the next is due.
    let fresh = of_other(&first);
    assert_eq!(
        (fresh.status, fresh.only("dpop-nonce"), fresh.only("access-control-expose-headers")),
        (200, None, None)
    );
    clock.advance(std::time::Duration::from_secs(200));
    gives_one(&of_other(&first), 200);
    assert_eq!(sent(&first).send().only("access-control-expose-headers"), None);
}

#[test]
fn a_full_share_keeps_its_owner_out_and_a_full_memory_all() {
    let server = server();
    let [one, other, third] = [key(), key(), key()];
    let send = |key: &TestDpopKey, subject: &str| {
        let token = bound(key).claim("sub", subject).sign();
        get_with(&server, "/small", &token, &proof(key, &token, "/small").sign()).send()
    };
    let too_many = Denied::too_many("too many requests");
    send(&one, "alice").expect("small");
    too_many.check(&send(&one, "alice"));
    send(&other, "alice").expect("small");
    too_many.check(&send(&third, "alice"));
    let bobs = [key(), key(), key()];
    send(&bobs[0], "bob").expect("small");
    send(&bobs[1], "bob").expect("small");
    too_many.check(&send(&bobs[2], "bob"));
    Denied::unavailable().check(&send(&key(), "carol"));
}

#[test]
fn the_path_that_a_proxy_takes_off_is_part_of_the_url() {
    let (server, key) = (server(), key());
    let token = bound(&key).sign();
    let send = |url: &str| {
        let proof = key.proof("GET", url).token(&token).sign();
        let request = get_with(&server, "/proxied", &token, &proof);
        request.header("X-Forwarded-Prefix", "/other").header("Forwarded", "host=other.example").send()
    };
    send("https://shop.example/api/proxied").expect("proxied");
    for url in
        ["https://shop.example/proxied", "https://shop.example/other/proxied", "https://other.example/api/proxied"]
    {
        bad_proof().check(&send(url));
    }
}

#[test]
fn hidden_denials_and_unfit_claims_are_as_of_every_scheme() {
    let (server, key) = (server(), key());
    let answer = good(&server, &key, "/hidden");
    assert!(answer.status == 404 && answer.body.is_empty() && answer.only("www-authenticate").is_none(), "{answer:?}");
    let unfit = r#", error="invalid_token", error_description="the token lacks what this resource needs""#;
    Denied::unauthorized("the token lacks what this resource needs")
        .challenge(&challenge(unfit))
        .check(&good(&server, &key, "/tenant"));
    let token = bound(&key).claim("tenant", "acme").sign();
    get_with(&server, "/tenant", &token, &proof(&key, &token, "/tenant").sign()).send().expect("acme");
}

/// In another realm it is the same proof.
#[test]
fn guards_around_guards_count_a_proof_once() {
    let server = Server::start(|app| {
        let inner = auth().scope("").service(me).service(vault).wrap_fn(|mut request, service| {
            if let Some(other) = request.headers().get("x-other").cloned() {
                request.headers_mut().insert("DPoP".parse().unwrap(), other);
            }
            service.call(request)
        });
        app.service(auth().scope("/area").service_as::<Area>("/in", inner));
    });
    let key = key();
    let token = bound(&key).sign();
    for path in ["/area/in/dpop", "/area/in/vault"] {
        let once = proof(&key, &token, path).sign();
        assert_eq!(get_with(&server, path, &token, &once).send().status, 200, "{path}");
        assert_eq!(get_with(&server, path, &token, &once).send().status, 401, "{path}: it is used up");
        // What middleware puts in its place is judged anew.
        let fresh = proof(&key, &token, path).sign();
        assert_eq!(get_with(&server, path, &token, &fresh).header("X-Other", &once).send().status, 401, "{path}");
    }
}
