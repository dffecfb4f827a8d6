//! What a competent user would write: an extractor around `jsonwebtoken::decode` whose key and rules are prepared once.

use std::collections::HashMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::error::{ErrorForbidden, ErrorUnauthorized};
use actix_web::http::header::AUTHORIZATION;
use actix_web::test::TestRequest;
use actix_web::{App, Error, FromRequest, HttpRequest, get, web};
use actix_web_httpauth::extractors::basic::BasicAuth;
use auth_runtime::Algorithm;
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::subject::Subject;
use crate::tokens::{API_KEY, AUDIENCE, BCRYPT_COST, ISSUER, SECRET, USER, public_pem};

/// The claims that the application reads.
#[derive(Clone, Deserialize)]
pub struct Claims {
    /// Who calls.
    pub sub: String,
    /// Separated by spaces.
    #[serde(default)]
    pub scope: String,
    /// Names of roles.
    #[serde(default)]
    pub roles: Vec<String>,
}

impl Claims {
    fn has_scope(&self, wanted: &str) -> bool {
        self.scope.split(' ').any(|scope| scope == wanted)
    }

    fn has_role(&self, wanted: &str) -> bool {
        self.roles.iter().any(|role| role == wanted)
    }
}

/// Key and rules, made once.
pub struct Accepted {
    key: DecodingKey,
    validation: Validation,
}

impl Accepted {
    /// What is accepted of this algorithm's issuer.
    pub fn of(algorithm: Algorithm) -> Self {
        let pem = || public_pem(algorithm).as_bytes();
        let (key, algorithm) = match algorithm {
            Algorithm::HS256 => (DecodingKey::from_secret(SECRET), jsonwebtoken::Algorithm::HS256),
            Algorithm::RS256 => (DecodingKey::from_rsa_pem(pem()).unwrap(), jsonwebtoken::Algorithm::RS256),
            Algorithm::ES256 => (DecodingKey::from_ec_pem(pem()).unwrap(), jsonwebtoken::Algorithm::ES256),
            Algorithm::EdDSA => (DecodingKey::from_ed_pem(pem()).unwrap(), jsonwebtoken::Algorithm::EdDSA),
            other => panic!("no key for {other}"),
        };
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.validate_nbf = true;
        Self { key, validation }
    }

    /// The claims of a good token.
    pub fn claims(&self, token: &str) -> jsonwebtoken::errors::Result<Claims> {
        Ok(decode::<Claims>(token, &self.key, &self.validation)?.claims)
    }
}

/// Whoever presents a good token.
struct Caller(Claims);

impl FromRequest for Caller {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let accepted = request.app_data::<web::Data<Accepted>>().expect("configured");
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some(token) = header.and_then(|header| header.strip_prefix("Bearer ")) else {
            return ready(Err(ErrorUnauthorized("missing token")));
        };
        ready(accepted.claims(token).map(Self).map_err(|_| ErrorUnauthorized("invalid token")))
    }
}

/// Whoever presents a good token with the scope `admin`.
struct Admin(Claims);

impl FromRequest for Admin {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Caller::from_request(request, payload).into_inner().and_then(|Caller(claims)| {
            if claims.has_scope("admin") { Ok(Self(claims)) } else { Err(ErrorForbidden("missing scope")) }
        }))
    }
}

#[get("/orders")]
async fn orders(admin: Admin) -> &'static str {
    std::hint::black_box(&admin.0.sub);
    "orders"
}

/// The scope `admin` demanded.
pub async fn subject(algorithm: Algorithm, request: impl Fn() -> TestRequest + 'static) -> Subject {
    let accepted = web::Data::new(Accepted::of(algorithm));
    Subject::new(App::new().app_data(accepted).service(web::scope("/api").service(orders)), request).await
}

/// Adds the route that demands the scope `admin`.
pub fn mount(config: &mut web::ServiceConfig, algorithm: Algorithm) {
    config.app_data(web::Data::new(Accepted::of(algorithm))).service(web::scope("/api").service(orders));
}

#[get("/orders")]
async fn twenty(caller: Caller) -> Result<&'static str, Error> {
    let Caller(claims) = caller;
    let held = (0..10).all(|n| claims.has_scope(SCOPES[n]) || claims.has_role(ROLES[n]));
    if held { Ok("orders") } else { Err(ErrorForbidden("missing scope or role")) }
}

const SCOPES: [&str; 10] = ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9"];
const ROLES: [&str; 10] = ["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9"];

/// Twenty conditions.
pub async fn twenty_conditions(request: impl Fn() -> TestRequest + 'static) -> Subject {
    let accepted = web::Data::new(Accepted::of(Algorithm::HS256));
    Subject::new(App::new().app_data(accepted).service(web::scope("/api").service(twenty)), request).await
}

#[get("/orders")]
async fn perhaps(request: HttpRequest, caller: Option<Caller>) -> Result<&'static str, Error> {
    match caller {
        None if request.headers().contains_key(AUTHORIZATION) => Err(ErrorUnauthorized("invalid token")),
        _ => Ok("orders"),
    }
}

/// A token welcome, none as well.
pub async fn optional(request: impl Fn() -> TestRequest + 'static) -> Subject {
    let accepted = web::Data::new(Accepted::of(Algorithm::HS256));
    Subject::new(App::new().app_data(accepted).service(web::scope("/api").service(perhaps)), request).await
}

#[get("/orders")]
async fn basic_orders(
    credentials: BasicAuth,
    users: web::Data<HashMap<String, String>>,
) -> Result<&'static str, Error> {
    let (user, password) = (credentials.user_id(), credentials.password().unwrap_or_default().as_bytes().to_vec());
    let hash = users.get(user).cloned().ok_or_else(|| ErrorUnauthorized("wrong name or password"))?;
    match web::block(move || bcrypt::verify(password, &hash)).await {
        Ok(Ok(true)) => Ok("orders"),
        _ => Err(ErrorUnauthorized("wrong name or password")),
    }
}

/// Name and password against bcrypt, each time.
pub async fn basic(request: impl Fn() -> TestRequest + 'static) -> Subject {
    let hash = bcrypt::hash(USER.1, BCRYPT_COST).unwrap();
    let users = web::Data::new(HashMap::from([(USER.0.to_owned(), hash)]));
    Subject::new(App::new().app_data(users).service(web::scope("/api").service(basic_orders)), request).await
}

type Keys = HashMap<[u8; 32], Vec<String>>;

#[get("/orders")]
async fn keyed_orders(request: HttpRequest, keys: web::Data<Keys>) -> Result<&'static str, Error> {
    let key = request.headers().get("x-api-key").ok_or_else(|| ErrorUnauthorized("missing key"))?;
    let digest: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    let scopes = keys.get(&digest).ok_or_else(|| ErrorUnauthorized("unknown key"))?;
    if scopes.iter().any(|scope| scope == "admin") { Ok("orders") } else { Err(ErrorForbidden("missing scope")) }
}

/// A key by its digest, and its scope.
pub async fn api_key(request: impl Fn() -> TestRequest + 'static) -> Subject {
    let keys: Keys = HashMap::from([(Sha256::digest(API_KEY).into(), vec!["read".to_owned(), "admin".to_owned()])]);
    let keys = web::Data::new(keys);
    Subject::new(App::new().app_data(keys).service(web::scope("/api").service(keyed_orders)), request).await
}
