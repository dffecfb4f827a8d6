//! The application under attack, and what the attackers are given: keys, signers, expectations.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use auth_runtime::api_key::{ApiKeys, Key as ApiKeyEntry, KeyDigest};
use auth_runtime::basic::Passwords;
use auth_runtime::config::AuthBuilder;
use auth_runtime::jwt::{Audiences, Issuer, Key, Said};
use auth_runtime::testing::ManualClock;
use auth_runtime::{Algorithm, ApiKey, Auth, Basic, Bearer, Jwt, Optional, Principal, ServiceConfig, requires};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use serde_json::{Value, json};

pub(crate) use tests::{Answer, Denied, Server};

/// 2026-01-01: where the clock of every server here stands.
pub(crate) const NOW: i64 = 1_767_225_600;
pub(crate) const REALM: &str = "attacks";
pub(crate) const ISSUER: &str = "https://idp.example";
pub(crate) const PARTNER: &str = "https://partner.example";
pub(crate) const AUDIENCE: &str = "https://api.example";
pub(crate) const ORIGIN: &str = "https://shop.example";
pub(crate) const ALLOWED_ORIGIN: &str = "https://admin.example:8443";
pub(crate) const SECRET: &[u8; 64] = b"TEST SECRET, NEVER FOR USE: 0123456789abcdef0123456789abcdef!!!!";
/// Stands for a claim to be left out.
pub(crate) const REMOVED: &str = "\u{1}removed";

pub(crate) const RSA_PRIVATE: &[u8] = include_bytes!("../../auth-runtime/tests/keys/rsa-2048.private.pem");
pub(crate) const RSA_PUBLIC: &[u8] = include_bytes!("../../auth-runtime/tests/keys/rsa-2048.public.pem");
pub(crate) const EC_PRIVATE: &[u8] = include_bytes!("../../auth-runtime/tests/keys/ec-p256.private.pem");
pub(crate) const EC_PUBLIC: &[u8] = include_bytes!("../../auth-runtime/tests/keys/ec-p256.public.pem");
pub(crate) const ED_PRIVATE: &[u8] = include_bytes!("../../auth-runtime/tests/keys/ed25519.private.pem");
pub(crate) const ED_PUBLIC: &[u8] = include_bytes!("../../auth-runtime/tests/keys/ed25519.public.pem");
pub(crate) const PARTNER_PRIVATE: &[u8] = include_bytes!("../../examples/keys/partner-es256.private.pem");
pub(crate) const PARTNER_PUBLIC: &[u8] = include_bytes!("../../examples/keys/partner-es256.public.pem");

/// The API key of `robot`, with the scope `read` and the role `ops`.
pub(crate) const API_KEY: &str = "live_0123456789abcdef";
/// The API key of `old`, which expired when the clock says [`NOW`].
pub(crate) const EXPIRED_KEY: &str = "live_expired-0123456789";
/// A key of another environment that the store knows all the same.
pub(crate) const TEST_KEY: &str = "test_0123456789abcdef";
/// The password of `alice`, whose hash is bcrypt.
pub(crate) const PASSWORD: &str = "wonderland";

fn shown(who: &Principal) -> String {
    format!("{} {}", who.scheme(), who.subject())
}

fn shown_or_anonymous(who: &Option<Principal>) -> String {
    who.as_ref().map_or_else(|| "anonymous".to_owned(), shown)
}

/// Handlers that say who was let in.
mod plain {
    use super::*;

    #[requires(bearer)]
    #[get("/bearer")]
    pub(super) async fn bearer_route(who: Principal) -> String {
        shown(&who)
    }

    #[requires(bearer)]
    #[post("/bearer")]
    async fn bearer_write(who: Principal) -> String {
        shown(&who)
    }

    #[requires(bearer, scope = "admin")]
    #[get("/admin")]
    async fn admin(who: Principal) -> String {
        shown(&who)
    }

    #[requires(bearer, role("ops"))]
    #[get("/ops")]
    async fn ops(who: Principal) -> String {
        shown(&who)
    }

    #[requires(bearer("rsa"))]
    #[get("/rsa")]
    async fn rsa(who: Principal) -> String {
        shown(&who)
    }

    #[requires(bearer("ec"))]
    #[get("/ec")]
    async fn ec(who: Principal) -> String {
        shown(&who)
    }

    #[requires(bearer("ed"))]
    #[get("/ed")]
    async fn ed(who: Principal) -> String {
        shown(&who)
    }

    #[requires(bearer("kid"))]
    #[get("/kid")]
    async fn kid(who: Principal) -> String {
        shown(&who)
    }

    #[requires(bearer("partner"))]
    #[get("/partner")]
    async fn partner(who: Principal) -> String {
        shown(&who)
    }

    #[requires(bearer("profile"))]
    #[get("/profile")]
    async fn profile(who: Principal) -> String {
        shown(&who)
    }

    #[requires(any(bearer, bearer("partner")))]
    #[get("/both")]
    async fn both(who: Principal) -> String {
        shown(&who)
    }

    #[requires(bearer("many"))]
    #[get("/many")]
    async fn many(who: Principal) -> String {
        shown(&who)
    }

    #[requires(bearer("many"), scope = "admin")]
    #[get("/many/admin")]
    async fn many_admin(who: Principal) -> String {
        shown(&who)
    }

    #[requires(bearer("many"), role("ops"))]
    #[get("/many/ops")]
    async fn many_ops(who: Principal) -> String {
        shown(&who)
    }

    #[requires(bearer("cookie"))]
    #[get("/cookie")]
    async fn cookie(who: Principal) -> String {
        shown(&who)
    }

    #[requires(bearer("cookie"))]
    #[post("/cookie")]
    async fn cookie_write(who: Principal) -> String {
        shown(&who)
    }

    #[requires(bearer("query"))]
    #[get("/query")]
    async fn query(who: Principal) -> String {
        shown(&who)
    }

    #[requires(bearer("query"), scope = "admin")]
    #[get("/query/admin")]
    async fn query_admin(who: Principal) -> String {
        shown(&who)
    }

    #[requires(basic)]
    #[get("/basic")]
    pub(super) async fn basic(who: Principal) -> String {
        shown(&who)
    }

    #[requires(basic)]
    #[post("/basic")]
    pub(super) async fn basic_write(who: Principal) -> String {
        shown(&who)
    }

    #[requires(basic, role("ops"))]
    #[get("/basic/ops")]
    async fn basic_ops(who: Principal) -> String {
        shown(&who)
    }

    #[requires(api_key)]
    #[get("/key")]
    async fn key(who: Principal) -> String {
        shown(&who)
    }

    #[requires(api_key)]
    #[post("/key")]
    async fn key_write(who: Principal) -> String {
        shown(&who)
    }

    #[requires(api_key, scope = "admin")]
    #[get("/key/admin")]
    async fn key_admin(who: Principal) -> String {
        shown(&who)
    }

    #[requires(api_key("query"))]
    #[get("/key/query")]
    async fn key_query(who: Principal) -> String {
        shown(&who)
    }

    #[requires(api_key("query"), scope = "admin")]
    #[get("/key/query/admin")]
    async fn key_query_admin(who: Principal) -> String {
        shown(&who)
    }

    #[requires(api_key("cookie"))]
    #[get("/key/cookie")]
    async fn key_cookie(who: Principal) -> String {
        shown(&who)
    }

    #[requires(api_key("cookie"))]
    #[post("/key/cookie")]
    async fn key_cookie_write(who: Principal) -> String {
        shown(&who)
    }

    #[requires(any(bearer, api_key, basic))]
    #[get("/either")]
    async fn either(who: Principal) -> String {
        shown(&who)
    }

    #[requires(any(bearer, api_key, basic))]
    #[post("/either")]
    async fn either_write(who: Principal) -> String {
        shown(&who)
    }

    #[requires(any(bearer, api_key), scope("read") && scope("admin"))]
    #[get("/either/merged")]
    async fn merged(who: Principal) -> String {
        shown(&who)
    }

    #[requires(any(bearer("cookie"), api_key))]
    #[get("/ambient/first")]
    async fn ambient_first(who: Principal) -> String {
        shown(&who)
    }

    #[requires(any(basic, api_key, bearer))]
    #[get("/basic/first")]
    async fn basic_first(who: Principal) -> String {
        shown(&who)
    }

    #[requires(any(api_key, bearer))]
    #[get("/key/first")]
    async fn key_first(who: Principal) -> String {
        shown(&who)
    }

    pub(super) fn mount(config: &mut ServiceConfig) {
        config
            .service(bearer_route)
            .service(bearer_write)
            .service(admin)
            .service(ops)
            .service(rsa)
            .service(ec)
            .service(ed)
            .service(kid)
            .service(partner)
            .service(profile)
            .service(both)
            .service(many)
            .service(many_admin)
            .service(many_ops)
            .service(cookie)
            .service(cookie_write)
            .service(query)
            .service(query_admin)
            .service(basic)
            .service(basic_write)
            .service(basic_ops)
            .service(key)
            .service(key_write)
            .service(key_admin)
            .service(key_query)
            .service(key_query_admin)
            .service(key_cookie)
            .service(key_cookie_write)
            .service(either)
            .service(either_write)
            .service(merged)
            .service(ambient_first)
            .service(basic_first)
            .service(key_first);
    }
}

#[requires(optional(bearer))]
#[get("/optional")]
async fn optional(who: Optional<Principal>) -> String {
    shown_or_anonymous(&who.into_inner())
}

#[requires(optional(any(bearer, api_key, basic)))]
#[get("/optional/any")]
async fn optional_any(who: Optional<Principal>) -> String {
    shown_or_anonymous(&who.into_inner())
}

#[requires(optional(bearer("cookie")))]
#[get("/optional/cookie")]
async fn optional_cookie(who: Optional<Principal>) -> String {
    shown_or_anonymous(&who.into_inner())
}

#[requires(optional(bearer("cookie")))]
#[post("/optional/cookie")]
async fn optional_cookie_write(who: Optional<Principal>) -> String {
    shown_or_anonymous(&who.into_inner())
}

#[requires(optional(api_key("query")))]
#[get("/optional/key/query")]
async fn optional_key_query(who: Optional<Principal>) -> String {
    shown_or_anonymous(&who.into_inner())
}

#[requires(optional(basic))]
#[get("/optional/basic")]
async fn optional_basic(who: Optional<Principal>) -> String {
    shown_or_anonymous(&who.into_inner())
}

#[derive(serde::Deserialize)]
struct Tenant {
    #[allow(dead_code)]
    tenant: String,
}

#[requires(bearer)]
#[get("/typed")]
async fn typed(caller: Bearer<Tenant>) -> String {
    shown(caller.principal())
}

#[requires(bearer("many"))]
#[get("/many/who")]
async fn many_who(who: Principal) -> String {
    format!("{} at {}", who.subject(), who.issuer().unwrap_or("nobody"))
}

/// Which identities are there, when several credentials were sent.
#[requires(any(bearer, api_key, basic))]
#[get("/either/identities")]
async fn identities(bearer: Optional<Bearer>, key: Optional<ApiKey>, basic: Optional<Basic>) -> String {
    format!("{} {} {}", bearer.into_inner().is_some(), key.into_inner().is_some(), basic.into_inner().is_some())
}

#[requires(bearer)]
#[post("/form")]
async fn form(who: Principal, body: web::Form<std::collections::HashMap<String, String>>) -> String {
    format!("{} {}", shown(&who), body.len())
}

/// Every method there is, and some that are not.
#[requires(basic)]
async fn any_method(who: Principal) -> String {
    shown(&who)
}

#[requires(bearer("cookie"))]
#[get("/cookie/socket")]
async fn socket(request: HttpRequest, body: web::Payload) -> Result<HttpResponse, actix_web::Error> {
    let (answer, session, _) = actix_ws::handle(&request, body)?;
    session.close(None).await.ok();
    Ok(answer)
}

#[requires(basic)]
#[get("/basic/socket")]
async fn basic_socket(request: HttpRequest, body: web::Payload) -> Result<HttpResponse, actix_web::Error> {
    let (answer, session, _) = actix_ws::handle(&request, body)?;
    session.close(None).await.ok();
    Ok(answer)
}

#[requires(bearer)]
#[get("/socket")]
async fn bearer_socket(request: HttpRequest, body: web::Payload) -> Result<HttpResponse, actix_web::Error> {
    let (answer, session, _) = actix_ws::handle(&request, body)?;
    session.close(None).await.ok();
    Ok(answer)
}

/// A configuration that trusts [`ISSUER`] with [`SECRET`].
pub(crate) fn jwt() -> Jwt<Said, Audiences> {
    Jwt::hs256(SECRET).issuer(ISSUER).audience(AUDIENCE)
}

fn key_store() -> [(KeyDigest, ApiKeyEntry); 3] {
    [
        (
            KeyDigest::of(API_KEY),
            ApiKeyEntry::new("robot").with_scopes(["read"]).with_roles(["ops"]).of_environment("live"),
        ),
        (KeyDigest::of(EXPIRED_KEY), ApiKeyEntry::new("old").expiring_at(NOW).of_environment("live")),
        (KeyDigest::of(TEST_KEY), ApiKeyEntry::new("tester").of_environment("test")),
    ]
}

/// `alice:wonderland` (bcrypt, cost 4), `bob:builder` (bcrypt, cost 4), `long` with 72 times `x`.
pub(crate) const HTPASSWD: &str = "alice:$2y$04$abcdefghijklmnopqrstuujZkTwHUiJ9XdZPwKfcfDo7dMp5DjlTu\n\
    bob:$2b$04$abcdefghijklmnopqrstuu/GACL4BASs5qZJ2H5JEo0yW9XEj5.iq\n\
    long:$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i\n";

/// Everything configured.
pub(crate) fn builder(clock: &ManualClock) -> AuthBuilder {
    let public = |algorithm, pem: &[u8]| Jwt::public_pem(algorithm, pem).issuer(ISSUER).audience(AUDIENCE);
    let partner = || Key::public_pem(Algorithm::ES256, PARTNER_PUBLIC);
    let bounded = Issuer::new(PARTNER, partner()).grantable_scopes(["read"]).grantable_roles(["viewer"]);
    without_bearer(clock)
        .bearer(jwt())
        .bearer_named("rsa", public(Algorithm::RS256, RSA_PUBLIC))
        .bearer_named("ec", public(Algorithm::ES256, EC_PUBLIC))
        .bearer_named("ed", public(Algorithm::EdDSA, ED_PUBLIC))
        .bearer_named("partner", Jwt::key(partner()).issuer(PARTNER).audience(AUDIENCE))
        .bearer_named("profile", jwt().access_token_profile())
        .bearer_named(
            "kid",
            Jwt::key(Key::hs256(SECRET).id("a")).add_key(Key::hs256([2; 64]).id("b")).issuer(ISSUER).audience(AUDIENCE),
        )
        .bearer_named("many", jwt().add_issuer(bounded))
        .bearer_named("cookie", jwt().cookie("__Host-s"))
        .bearer_named("query", jwt().dangerous_query_parameter("access_token"))
}

fn without_bearer(clock: &ManualClock) -> AuthBuilder {
    Auth::builder()
        .realm(REALM)
        .clock(clock.clone())
        .public_origin(ORIGIN)
        .allow_origin(ALLOWED_ORIGIN)
        .limits(tests::uncounted())
        .dangerous_allow_unconfigured()
        .basic(Passwords::htpasswd(HTPASSWD).roles_of(|user| if user.name() == "bob" { vec!["ops"] } else { vec![] }))
        .api_key(ApiKeys::header("X-API-Key", key_store()).environment("live"))
        .api_key_named("query", ApiKeys::dangerous_query("api_key", key_store()).environment("live"))
        .api_key_named("cookie", ApiKeys::cookie("__Host-key", key_store()).environment("live"))
}

pub(crate) fn clock() -> ManualClock {
    ManualClock::at(NOW)
}

/// A server with everything configured.
pub(crate) fn serve() -> Server {
    serve_at(&clock())
}

pub(crate) fn serve_at(clock: &ManualClock) -> Server {
    serve_auth(builder(clock).build().unwrap())
}

/// A server whose `bearer` is this; it has `/bearer` alone.
pub(crate) fn serve_bearer(jwt: impl auth_runtime::jwt::ReadyJwt) -> Server {
    let auth = without_bearer(&clock()).bearer(jwt).build().unwrap();
    Server::start(move |config| {
        config.service(auth.scope("").service(plain::bearer_route));
    })
}

/// A server that has `/basic` alone.
pub(crate) fn serve_basic(auth: Auth) -> Server {
    Server::start(move |config| {
        config.service(auth.scope("").service(plain::basic).service(plain::basic_write));
    })
}

/// A builder with no scheme at all.
pub(crate) fn bare() -> AuthBuilder {
    Auth::builder().realm(REALM).clock(clock()).limits(tests::uncounted()).dangerous_allow_unconfigured()
}

pub(crate) fn serve_auth(auth: Auth) -> Server {
    Server::start(move |config| {
        let scope = auth
            .scope("")
            .configure(plain::mount)
            .route("/methods", auth_runtime::route::any().to(any_method))
            .service(optional)
            .service(optional_any)
            .service(optional_cookie)
            .service(optional_cookie_write)
            .service(optional_key_query)
            .service(optional_basic)
            .service(typed)
            .service(many_who)
            .service(identities)
            .service(form)
            .service(socket)
            .service(basic_socket)
            .service(bearer_socket);
        config.service(scope);
    })
}

/// A GET with this token in the header.
#[track_caller]
pub(crate) fn bearer(server: &Server, path: &str, token: &str) -> Answer {
    server.get(path).bearer(token).send()
}

/// The challenge of a bearer token that was refused for this reason.
pub(crate) fn invalid_token(description: &str) -> String {
    format!(r#"Bearer realm="{REALM}", error="invalid_token", error_description="{description}""#)
}

/// The answer to a bearer token that is refused.
pub(crate) fn refused_token(description: &str) -> Denied {
    Denied::unauthorized(description).challenge(&invalid_token(description))
}

/// The answer to credentials that break the syntax of `Bearer`.
pub(crate) fn malformed_bearer() -> Denied {
    const DETAIL: &str = "the credentials are malformed";
    Denied::bad_request(DETAIL).challenge(&invalid_request(DETAIL))
}

pub(crate) fn invalid_request(description: &str) -> String {
    format!(r#"Bearer realm="{REALM}", error="invalid_request", error_description="{description}""#)
}

pub(crate) fn wrong_password() -> Denied {
    Denied::unauthorized("the credentials are not valid").challenge(BASIC_CHALLENGE)
}

pub(crate) fn wrong_key() -> Denied {
    Denied::unauthorized("the credentials are not valid").challenge(KEY_CHALLENGE)
}

pub(crate) const BEARER_CHALLENGE: &str = r#"Bearer realm="attacks""#;
pub(crate) const BASIC_CHALLENGE: &str = r#"Basic realm="attacks", charset="UTF-8""#;
pub(crate) const KEY_CHALLENGE: &str = r#"ApiKey realm="attacks", in="header", name="X-API-Key""#;

/// Nothing of the secret, in pieces of eight characters, is in the answer.
#[track_caller]
pub(crate) fn assert_reveals_nothing(answer: &Answer, secret: &str) {
    let shown = format!("{:?} {}", answer.headers, String::from_utf8_lossy(&answer.body));
    for piece in
        secret.as_bytes().chunks(8).filter(|piece| piece.len() == 8 && piece.iter().any(|byte| *byte != piece[0]))
    {
        let piece = String::from_utf8_lossy(piece);
        assert!(!shown.contains(&*piece), "{piece:?} is in {shown}");
    }
}

/// Waits until something is so, for at most ten seconds.
#[track_caller]
pub(crate) fn eventually(what: &str, mut so: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(10);
    while !so() {
        assert!(Instant::now() < until, "not within ten seconds: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// An empty directory for one test.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("attacks-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

// Tokens.

pub(crate) fn good() -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "exp": NOW + 300})
}

/// Good claims with these instead; [`REMOVED`] leaves one out.
pub(crate) fn with(changes: Value) -> Value {
    let mut claims = good();
    let members = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value == REMOVED {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    claims
}

/// A token that `/bearer` accepts if its claims are good.
pub(crate) fn token(claims: &Value) -> String {
    token_with(r#"{"alg":"HS256"}"#, claims)
}

/// The same with another header, signed with HS256 whatever it says.
pub(crate) fn token_with(header: &str, claims: &Value) -> String {
    Hmac::HS256.sign(SECRET, header, &claims.to_string())
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Hmac {
    HS256,
    HS384,
    HS512,
}

impl Hmac {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
        }
    }

    /// Signs texts as they are, well-formed or not.
    pub(crate) fn sign(self, secret: &[u8], header: &str, payload: &str) -> String {
        self.sign_encoded(secret, &format!("{}.{}", encode(header), encode(payload)))
    }

    /// Signs a text that is encoded already.
    pub(crate) fn sign_encoded(self, secret: &[u8], text: &str) -> String {
        let algorithm = match self {
            Self::HS256 => jsonwebtoken::Algorithm::HS256,
            Self::HS384 => jsonwebtoken::Algorithm::HS384,
            Self::HS512 => jsonwebtoken::Algorithm::HS512,
        };
        sign(algorithm, &EncodingKey::from_secret(secret), text)
    }
}

pub(crate) fn sign_rsa(algorithm: jsonwebtoken::Algorithm, header: &str, claims: &Value) -> String {
    let text = format!("{}.{}", encode(header), encode(claims.to_string()));
    sign(algorithm, &EncodingKey::from_rsa_pem(RSA_PRIVATE).unwrap(), &text)
}

pub(crate) fn sign_ec(private: &[u8], header: &str, claims: &Value) -> String {
    let text = format!("{}.{}", encode(header), encode(claims.to_string()));
    sign(jsonwebtoken::Algorithm::ES256, &EncodingKey::from_ec_pem(private).unwrap(), &text)
}

pub(crate) fn sign_ed(header: &str, claims: &Value) -> String {
    let text = format!("{}.{}", encode(header), encode(claims.to_string()));
    sign(jsonwebtoken::Algorithm::EdDSA, &EncodingKey::from_ed_pem(ED_PRIVATE).unwrap(), &text)
}

fn sign(algorithm: jsonwebtoken::Algorithm, key: &EncodingKey, text: &str) -> String {
    let signer = (DEFAULT_PROVIDER.signer_factory)(&algorithm, key).unwrap();
    format!("{text}.{}", encode(signer.try_sign(text.as_bytes()).unwrap()))
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// The bytes inside a PEM block.
pub(crate) fn pem_body(pem: &[u8]) -> Vec<u8> {
    let text: String = std::str::from_utf8(pem).unwrap().lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(text).unwrap()
}

/// A P-256 public key as a JWK without `alg`: its SubjectPublicKeyInfo ends with x and y.
pub(crate) fn ec_jwk(public_pem: &[u8]) -> Value {
    let der = pem_body(public_pem);
    let (x, y) = der[der.len() - 64..].split_at(32);
    json!({"kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y)})
}

/// An RSA public key of 2048 bits and exponent 65537 as a JWK without `alg`: its SubjectPublicKeyInfo ends with the
/// modulus, two bytes of DER, and the exponent.
pub(crate) fn rsa_jwk(public_pem: &[u8]) -> Value {
    let der = pem_body(public_pem);
    let (rest, exponent) = der.split_at(der.len() - 3);
    assert_eq!(exponent, [1, 0, 1]);
    let modulus = &rest[rest.len() - 2 - 256..rest.len() - 2];
    json!({"kty": "RSA", "n": encode(modulus), "e": "AQAB"})
}

/// An ECDSA signature of two times 32 bytes in the ASN.1 form that X.509 uses.
pub(crate) fn der_signature(raw: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let mut digits = number[zeros..].to_vec();
        if digits.first().is_none_or(|first| first & 0x80 != 0) {
            digits.insert(0, 0);
        }
        [vec![2, u8::try_from(digits.len()).unwrap()], digits].concat()
    };
    let body = [integer(&raw[..32]), integer(&raw[32..])].concat();
    [vec![0x30, u8::try_from(body.len()).unwrap()], body].concat()
}
