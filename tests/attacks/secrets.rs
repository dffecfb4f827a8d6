//! No credential in any output: `Debug`, `Display`, answers, logs.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, OnceLock};

use actix_web::get;
use auth_runtime::api_key::{ApiKeys, Key as ApiKeyEntry, KeyDigest, KeyStore, NewKey};
use auth_runtime::basic::{Passwords, UserPass};
use auth_runtime::jwt::{Issuer, Key};
use auth_runtime::testing::TestIssuer;
use auth_runtime::{Algorithm, ApiKey, Auth, Basic, Bearer, Jwt, Optional, Principal, requires};
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use serde_json::json;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::app::*;

const CANARY: &str = "CanaryBird-0123456789-abcdefghijklmn-SECRET";

/// Neither the text itself nor any eight characters of it, nor its bytes as numbers, nor in base64 or hex.
#[track_caller]
fn hides(shown: &str, secret: &str) {
    for window in secret.as_bytes().windows(8) {
        let piece = std::str::from_utf8(window).unwrap();
        assert!(!shown.contains(piece), "{piece:?} is in {shown}");
    }
    let numbers: Vec<String> = secret.bytes().take(4).map(|byte| byte.to_string()).collect();
    assert!(!shown.contains(&numbers.join(", ")), "bytes are in {shown}");
    let hex: String = secret.bytes().take(8).map(|byte| format!("{byte:02x}")).collect();
    assert!(!shown.to_lowercase().contains(&hex), "hex is in {shown}");
    assert!(!shown.contains(&base64(secret)[..10]) && !shown.contains(&encode(secret)[..10]), "base64 is in {shown}");
}

#[track_caller]
fn debug_hides(value: &impl Debug, secret: &str) {
    hides(&format!("{value:?}"), secret);
    hides(&format!("{value:#?}"), secret);
}

#[test]
fn debug_of_every_key_hides_it() {
    let jwk = json!({"kty": "oct", "alg": "HS256", "kid": "named", "k": encode(CANARY)}).to_string();
    for key in [
        Key::hs256(CANARY),
        Key::hs384(CANARY),
        Key::hs512(CANARY),
        Key::hs256(CANARY).id("named"),
        Key::jwk(&jwk),
        Key::jwk_set(format!(r#"{{"keys":[{jwk}]}}"#)),
        Key::public_pem(Algorithm::RS256, CANARY),
        Key::public_der(Algorithm::RS256, CANARY),
    ] {
        debug_hides(&key, CANARY);
        debug_hides(&Jwt::key(key.clone()), CANARY);
        debug_hides(&Jwt::key(key.clone()).issuer(ISSUER).audience(AUDIENCE), CANARY);
        debug_hides(&Issuer::new(ISSUER, key), CANARY);
    }
    let issuer = TestIssuer::with_secret(CANARY);
    debug_hides(&issuer.verification_key(), CANARY);
    debug_hides(&issuer.jwt(), CANARY);
}

#[test]
fn errors_of_a_configuration_repeat_no_secret() {
    let jwk = |alg: &str| json!({"kty": "oct", "alg": alg, "k": encode(CANARY)}).to_string();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----\n");
    for key in [
        Key::hs512(CANARY), // too short
        Key::hs256(&pem),
        Key::public_pem(Algorithm::RS256, CANARY),
        Key::public_pem(Algorithm::RS256, &pem),
        Key::public_der(Algorithm::ES256, CANARY),
        Key::jwk(CANARY),
        Key::jwk(jwk("HS512")),
        Key::jwk(jwk(CANARY)),
        Key::jwk_set(CANARY),
        Key::jwk_set(format!(r#"{{"keys":[{}]}}"#, jwk("HS512"))),
        Key::jwk_set(format!(r#"{{"keys":[{{"kty":"{CANARY}"}}]}}"#)),
    ] {
        let error = bare().bearer(Jwt::key(key).issuer(ISSUER).audience(AUDIENCE)).build().map(|_| ()).unwrap_err();
        hides(&format!("{error} {error:?} {error:#?}"), CANARY);
        for fault in error.faults() {
            hides(&format!("{fault} {fault:?}"), CANARY);
        }
    }
    for text in
        [CANARY.to_owned(), format!("alice:{CANARY}"), format!("alice:$2y$04${CANARY}"), format!("alice:$6${CANARY}")]
    {
        let error = bare().basic(Passwords::htpasswd(text)).build().map(|_| ()).unwrap_err();
        hides(&format!("{error} {error:?}"), CANARY);
    }
    for line in [
        CANARY.to_owned(),
        format!(r#"{{"id":"a","sha256":"{CANARY}"}}"#),
        format!(r#"{{"id":"a","key":"{CANARY}"}}"#),
        format!(r#"{{"id":"a","sha256":{{"{CANARY}":1}}}}"#),
        format!(r#"{{"id":"a","sha256":"{}","scopes":"{CANARY}"}}"#, KeyDigest::of("x")),
    ] {
        let error = bare().api_key(ApiKeys::header("X-API-Key", KeyStore::text(line))).build().map(|_| ()).unwrap_err();
        hides(&format!("{error} {error:?}"), CANARY);
    }
    hides(&CANARY.parse::<KeyDigest>().unwrap_err().to_string(), CANARY);
}

#[test]
fn debug_of_stores_hides_what_is_in_them() {
    let text = format!("alice:$2y$04${CANARY}");
    debug_hides(&Passwords::htpasswd(&text), CANARY);
    debug_hides(&Passwords::htpasswd(&text).remembered(), CANARY);
    let secret = CANARY.to_owned();
    let passwords = Passwords::verify_with(move |_: UserPass| {
        let _ = &secret;
        async { Ok::<_, std::io::Error>(Some(())) }
    });
    debug_hides(&passwords, CANARY);

    let digest = KeyDigest::of(CANARY).to_string();
    let line = format!(r#"{{"id":"a","sha256":"{digest}"}}"#);
    for store in [KeyStore::text(line), [(KeyDigest::of(CANARY), ApiKeyEntry::new("a"))].into(), HashMap::new().into()]
    {
        debug_hides(&store, &digest);
        debug_hides(&ApiKeys::header("X-API-Key", store), &digest);
    }
    debug_hides(&KeyDigest::of(CANARY), &digest);
    let new = NewKey::generate("live").unwrap();
    debug_hides(&new, new.expose_secret().strip_prefix("live_").unwrap());
    debug_hides(&auth(), CANARY);
}

#[requires(bearer)]
#[get("/shown/bearer")]
async fn shown_bearer(caller: Bearer, who: Principal) -> String {
    format!("{caller:?} {caller:#?} {who:?} {who:#?}")
}

#[requires(basic)]
#[get("/shown/basic")]
async fn shown_basic(caller: Basic, who: Principal) -> String {
    format!("{caller:?} {caller:#?} {who:?}")
}

#[requires(api_key)]
#[get("/shown/key")]
async fn shown_key(caller: ApiKey, who: Principal) -> String {
    format!("{caller:?} {caller:#?} {who:?}")
}

#[requires(optional(any(bearer, basic, api_key)))]
#[get("/shown/optional")]
async fn shown_optional(bearer: Optional<Bearer>, basic: Optional<Basic>, key: Optional<ApiKey>) -> String {
    format!("{bearer:?} {basic:?} {key:?}")
}

#[requires(basic("function"))]
#[get("/shown/function")]
async fn shown_function(caller: Basic<String>) -> String {
    format!("{} {caller:?}", *caller)
}

#[requires(basic("failing"))]
#[get("/shown/failing")]
async fn shown_failing(_who: Principal) -> &'static str {
    "admitted"
}

#[requires(api_key("failing"))]
#[get("/shown/key/failing")]
async fn shown_key_failing(_who: Principal) -> &'static str {
    "admitted"
}

#[requires(bearer, check(tells))]
#[get("/shown/check")]
async fn shown_check(_who: Principal) -> &'static str {
    "admitted"
}

/// A check whose error repeats what it was given.
async fn tells(request: actix_web::HttpRequest) -> Result<bool, String> {
    Err(format!("cannot decide on {:?}", request.path()))
}

fn auth() -> Auth {
    let alice = format!("alice:{}", bcrypt::hash(CANARY, 4).unwrap());
    let echo = |sent: UserPass| async move { Ok::<_, std::io::Error>(Some(format!("{sent:?}"))) };
    let fail = |sent: UserPass| async move {
        Err::<Option<()>, _>(format!("no {} with {} or {1:?}", sent.user(), sent.expose_password()))
    };
    let lookup =
        |digest: KeyDigest| async move { Err::<Option<ApiKeyEntry>, _>(format!("database gone at {digest:?}")) };
    bare()
        .bearer(Jwt::hs256(CANARY).issuer(ISSUER).audience(AUDIENCE))
        .basic(Passwords::htpasswd(alice))
        .basic_named("function", Passwords::verify_with(echo))
        .basic_named("failing", Passwords::verify_with(fail))
        .api_key(ApiKeys::header("X-API-Key", [(KeyDigest::of(CANARY), ApiKeyEntry::new("robot"))]))
        .api_key_named("failing", ApiKeys::header("X-API-Key", KeyStore::lookup(lookup)))
        .build()
        .unwrap()
}

fn server() -> Server {
    let auth = auth();
    Server::start(move |config| {
        let scope = auth
            .scope("")
            .service(shown_bearer)
            .service(shown_basic)
            .service(shown_key)
            .service(shown_optional)
            .service(shown_function)
            .service(shown_failing)
            .service(shown_key_failing)
            .service(shown_check);
        config.service(scope);
    })
}

/// A token with a claim that nobody else may read.
fn canary_token() -> String {
    Hmac::HS256.sign(CANARY.as_bytes(), r#"{"alg":"HS256"}"#, &with(json!({"iban": CANARY})).to_string())
}

#[test]
fn debug_of_identities_hides_token_claims_password_and_key() {
    let server = server();
    let token = canary_token();
    let signature = token.rsplit('.').next().unwrap();
    for path in ["/shown/bearer", "/shown/optional"] {
        let answer = bearer(&server, path, &token);
        assert_eq!(answer.status, 200);
        hides(answer.text(), CANARY);
        hides(answer.text(), signature);
        assert!(answer.text().contains("alice"), "the subject is no secret: {}", answer.text());
    }
    for (path, request) in [
        ("/shown/basic", server.get("/shown/basic").basic("alice", CANARY)),
        ("/shown/optional", server.get("/shown/optional").basic("alice", CANARY)),
        ("/shown/function", server.get("/shown/function").basic("alice", CANARY)),
        ("/shown/key", server.get("/shown/key").header("X-API-Key", CANARY)),
        ("/shown/optional", server.get("/shown/optional").header("X-API-Key", CANARY)),
    ] {
        let answer = request.send();
        assert_eq!(answer.status, 200, "{path}");
        hides(answer.text(), CANARY);
        hides(answer.text(), &KeyDigest::of(CANARY).to_string());
    }
}

/// All that this process logs about authentication, at every level.
fn log() -> &'static Arc<Mutex<Vec<u8>>> {
    static LOG: OnceLock<Arc<Mutex<Vec<u8>>>> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Arc::new(Mutex::new(Vec::new()));
        let buffer = Arc::clone(&log);
        let layer = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(move || Buffer(Arc::clone(&buffer)))
            .with_filter(Targets::new().with_target("auth_runtime", LevelFilter::TRACE));
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer)).unwrap();
        log
    })
}

struct Buffer(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn metrics() -> &'static Snapshotter {
    static METRICS: OnceLock<Snapshotter> = OnceLock::new();
    METRICS.get_or_init(|| {
        let recorder = DebuggingRecorder::new();
        let snapshotter = recorder.snapshotter();
        recorder.install().unwrap();
        snapshotter
    })
}

/// Good and bad requests with canaries in every place a credential or foreign text can be in.
#[test]
fn no_log_line_and_no_label_has_a_credential_or_foreign_text() {
    const INJECTED: &str = "injected\u{1b}[31m\nlevel=ERROR forged";
    let log = log();
    let snapshotter = metrics();
    let server = server();
    let token = canary_token();
    let header = json!({"alg": "HS256", "kid": CANARY, "typ": CANARY}).to_string();
    let foreign = |claims| Hmac::HS256.sign(CANARY.as_bytes(), r#"{"alg":"HS256"}"#, &with(claims).to_string());
    let tokens = [
        token.clone(),
        format!("{token}x"),
        token.to_lowercase(),
        Hmac::HS256.sign(b"another", &header, &with(json!({"sub": CANARY})).to_string()),
        foreign(json!({"iss": CANARY})),
        foreign(json!({"aud": CANARY})),
        foreign(json!({"sub": INJECTED, "exp": 1})),
        foreign(json!({"iss": INJECTED})),
        foreign(json!({"exp": CANARY})),
        encode(CANARY),
        format!("{}.{}.{}", encode(json!({"alg": CANARY}).to_string()), encode("{}"), encode(CANARY)),
        format!("{}.{}.", encode(json!({"alg": INJECTED}).to_string()), encode("{}")),
        CANARY.to_owned(),
    ];
    for path in ["/shown/bearer", "/shown/optional", "/shown/check"] {
        for token in &tokens {
            let answer = bearer(&server, path, token);
            hides(&format!("{:?}", answer.headers), CANARY);
            if answer.status != 200 {
                hides(answer.text(), CANARY);
            }
        }
        for value in [format!("Bearer {CANARY} {CANARY}"), format!("Bearer\t{CANARY}"), format!("{CANARY} {CANARY}")] {
            hides(&format!("{:?}", server.get(path).header("Authorization", value).send()), CANARY);
        }
    }
    for path in ["/shown/basic", "/shown/function", "/shown/failing", "/shown/optional"] {
        for (user, password) in
            [("alice", CANARY), ("alice", "wrong"), (CANARY, "x"), (CANARY, CANARY), (INJECTED, CANARY)]
        {
            // A function's error is the application's own text; it is kept clear of the password, not of the name.
            if path == "/shown/failing" && user == CANARY {
                continue;
            }
            let answer = server.get(path).basic(user, password).send();
            hides(&format!("{:?}", answer.headers), CANARY);
            // The function takes anybody, and whoever calls as the canary is told its own name.
            if answer.status != 200 {
                hides(answer.text(), CANARY);
            }
        }
        hides(&format!("{:?}", server.get(path).header("Authorization", format!("Basic {CANARY}")).send()), CANARY);
    }
    server.get("/shown/failing").basic("alice", &format!("{CANARY}\"\\'é")).send();
    for path in ["/shown/key", "/shown/key/failing", "/shown/optional"] {
        for key in [CANARY, &format!("{CANARY}x"), "live_wrong"] {
            hides(&format!("{:?}", server.get(path).header("X-API-Key", key).send().headers), CANARY);
        }
    }
    for target in ["/shown/bearer?access_token=", "/shown/key?api_key=", "/shown/optional?"] {
        server.get(&format!("{target}{CANARY}")).send();
    }
    let cookie = format!("session={CANARY}; __Host-s={CANARY}");
    server.get("/shown/bearer").header("Cookie", cookie).header("User-Agent", CANARY).header("Referer", CANARY).send();

    let log = String::from_utf8_lossy(&log.lock().unwrap()).into_owned();
    for piece in [
        CANARY,
        &token[token.len() - 20..],
        &base64(format!("alice:{CANARY}"))[..16],
        &KeyDigest::of(CANARY).to_string(),
    ] {
        let line = log.lines().find(|line| line.contains(piece));
        assert!(line.is_none(), "{piece} is logged: {line:?}");
    }
    hides(&log, CANARY);
    assert!(!log.contains('\u{1b}') && !log.contains("\nlevel=ERROR"), "what is logged must be escaped");
    for expected in [
        "reason=\"token_expired\"",
        "reason=\"credentials_wrong\"",
        "outcome=\"allowed\"",
        "reason=\"check_erred\" check=",
    ] {
        assert!(log.contains(expected), "{expected} is not in the log:\n{log}");
    }

    let handlers: Vec<_> = auth_runtime::registry::policies().map(|policy| policy.handler()).collect();
    let reasons: Vec<_> = auth_runtime::denial::Reason::ALL.iter().map(|reason| reason.label()).collect();
    let mut decisions = 0;
    for (key, _, _, value) in snapshotter.snapshot().into_vec() {
        let (_, key) = key.into_parts();
        for label in key.labels() {
            let closed: &[&str] = match label.key() {
                "policy" => &handlers,
                "scheme" => &["none", "bearer", "basic", "api_key", "probe", "slow"],
                "outcome" => &["allowed", "denied", "failed"],
                "reason" if ["none", "custom"].contains(&label.value()) => continue,
                "reason" => &reasons,
                other => panic!("label {other}"),
            };
            assert!(closed.contains(&label.value()), "{label:?}");
        }
        if let DebugValue::Counter(count) = value {
            decisions += count;
        }
    }
    assert!(decisions > 50, "{decisions} decisions were counted");
}
