//! The way to a provider: TLS by a private authority, through a proxy, plain http where it was named, a token for who wants one.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use auth_runtime::Jwt;
use auth_runtime::introspection::Introspection;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use tests::provider::{AUDIENCE, ed25519, issuer};

use crate::providers::{ask, auth, eventually, serve};

/// TEST KEYS, NEVER FOR USE: see the README beside them.
const AUTHORITY: &[u8] = include_bytes!("../../auth-runtime/tests/keys/tls-authority.cert.pem");
const CERTIFICATE: &[u8] = include_bytes!("../../auth-runtime/tests/keys/tls-server.cert.pem");
const PRIVATE_KEY: &[u8] = include_bytes!("../../auth-runtime/tests/keys/tls-server.private.pem");

/// Heads of requests, as they came.
type Heads = Arc<Mutex<Vec<String>>>;

trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

/// Reads a head.
fn head(stream: &mut dyn Read) -> Option<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()
}

/// A provider whose answers are made from the head of a request, with or without TLS; `None` is a 401.
fn provider(tls: bool, answer: impl Fn(&str) -> Option<Value> + Send + Sync + 'static) -> (SocketAddr, Heads) {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let chain = CertificateDer::pem_slice_iter(CERTIFICATE).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(PRIVATE_KEY).unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap());
    let (listener, heads) = (TcpListener::bind("127.0.0.1:0").unwrap(), Heads::default());
    let (address, seen, answer) = (listener.local_addr().unwrap(), Arc::clone(&heads), Arc::new(answer));
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let (config, seen, answer) = (Arc::clone(&config), Arc::clone(&seen), Arc::clone(&answer));
            thread::spawn(move || {
                let mut stream: Box<dyn Stream> = match tls {
                    true => Box::new(StreamOwned::new(ServerConnection::new(config).unwrap(), socket)),
                    false => Box::new(socket),
                };
                let Some(head) = head(&mut stream) else { return };
                let (status, body) = answer(&head).map_or((401, "{}".to_owned()), |body| (200, body.to_string()));
                seen.lock().unwrap().push(head);
                let length = body.len();
                let fields = "Content-Type: application/json\r\nConnection: close";
                let text = format!("HTTP/1.1 {status} X\r\n{fields}\r\nContent-Length: {length}\r\n\r\n{body}");
                let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
            });
        }
    });
    (address, heads)
}

/// A proxy that leads everything to this provider, tunnels and plain requests alike.
fn proxy(provider: SocketAddr) -> (String, Heads) {
    let (listener, heads) = (TcpListener::bind("127.0.0.1:0").unwrap(), Heads::default());
    let (url, seen) = (format!("http://{}", listener.local_addr().unwrap()), Arc::clone(&heads));
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let seen = Arc::clone(&seen);
            thread::spawn(move || {
                let Some(head) = head(&mut client) else { return };
                let mut server = TcpStream::connect(provider).unwrap();
                if head.starts_with("CONNECT ") {
                    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
                } else {
                    server.write_all(head.as_bytes()).unwrap();
                }
                seen.lock().unwrap().push(head);
                let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                thread::spawn(move || std::io::copy(&mut from, &mut to));
                let _ = std::io::copy(&mut server, &mut client);
            });
        }
    });
    (url, heads)
}

fn keys() -> Value {
    json!({"keys": [ed25519(json!({"kid": "a"}))]})
}

/// Metadata and keys of this issuer, wherever they are asked for.
fn published(issuer: &'static str) -> impl Fn(&str) -> Option<Value> + Send + Sync {
    move |head| match head.split(' ').nth(1)? {
        path if path.ends_with("/.well-known/openid-configuration") => {
            Some(json!({"issuer": issuer, "jwks_uri": format!("{issuer}/keys")}))
        }
        path if path.ends_with("/keys") => Some(keys()),
        _ => None,
    }
}

fn token(name: &str) -> String {
    issuer(name).key_id("a").token().subject("alice").sign()
}

fn first_lines(heads: &Heads) -> Vec<String> {
    heads.lock().unwrap().iter().map(|head| head.lines().next().unwrap().to_owned()).collect()
}

#[test]
fn a_private_authority_counts_where_it_was_given() {
    let (address, heads) = provider(true, |_| Some(keys()));
    let url = format!("https://{address}/keys");
    let jwt = || Jwt::jwks_url(&*url).issuer("https://idp.test").audience(AUDIENCE);
    let strange = auth(jwt());
    thread::sleep(Duration::from_millis(300));
    assert!(!strange.is_ready() && heads.lock().unwrap().is_empty());
    let known = auth(jwt().root_certificate(AUTHORITY));
    eventually(|| known.is_ready());
    assert_eq!(ask(&serve(&known), &token("https://idp.test")).body, b"alice");
    assert!(!strange.is_ready(), "one configuration trusts it, the other does not");
}

#[test]
fn a_provider_behind_a_proxy_is_reached_through_a_tunnel() {
    let (address, _) = provider(true, published("https://idp.test"));
    let (url, heads) = proxy(address);
    let url = url.replace("http://", "http://me:secret@");
    let jwt = Jwt::oidc("https://idp.test").audience(AUDIENCE).proxy(url).root_certificate(AUTHORITY);
    let auth = auth(jwt);
    eventually(|| auth.is_ready());
    assert_eq!(ask(&serve(&auth), &token("https://idp.test")).body, b"alice");
    let heads = heads.lock().unwrap();
    assert!(!heads.is_empty() && heads.iter().all(|head| head.starts_with("CONNECT idp.test:443 HTTP/1.1\r\n")));
    assert!(heads.iter().all(|head| head.to_ascii_lowercase().contains("proxy-authorization: basic ")));
}

/// The environment is that of a whole process, so this starts another one, which runs this very test.
#[test]
fn the_proxy_of_the_environment_is_used_where_that_was_said() {
    const CHILD: &str = "AUTH_TEST_PROXIED";
    if std::env::var_os(CHILD).is_some() {
        let jwt = || Jwt::oidc("https://idp.test").audience(AUDIENCE).root_certificate(AUTHORITY);
        let told = auth(jwt().proxy_from_environment());
        eventually(|| told.is_ready());
        assert_eq!(ask(&serve(&told), &token("https://idp.test")).body, b"alice");
        assert!(!auth(jwt()).is_ready(), "not looked at by default");
        return;
    }
    let (address, _) = provider(true, published("https://idp.test"));
    let (url, heads) = proxy(address);
    let name = "transport::the_proxy_of_the_environment_is_used_where_that_was_said";
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name])
        .env(CHILD, "1")
        .env("HTTPS_PROXY", &url)
        .env("NO_PROXY", "other.example")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(!first_lines(&heads).is_empty());
}

#[test]
fn plain_http_is_spoken_to_a_host_that_was_named() {
    let (address, _) = provider(false, published("http://keycloak:8080/realms/a"));
    let (url, heads) = proxy(address);
    let jwt = || Jwt::oidc("http://keycloak:8080/realms/a").audience(AUDIENCE);
    let refused = auth_runtime::Auth::builder().bearer(jwt()).dangerous_allow_unconfigured().build().unwrap_err();
    assert!(refused.to_string().contains("plain http is for loopback hosts only"), "{refused}");
    let auth = auth(jwt().dangerous_plain_http("keycloak").proxy(url));
    eventually(|| auth.is_ready());
    assert_eq!(ask(&serve(&auth), &token("http://keycloak:8080/realms/a")).body, b"alice");
    assert!(first_lines(&heads).contains(&"GET http://keycloak:8080/realms/a/keys HTTP/1.1".to_owned()));
}

#[test]
fn introspection_takes_the_same_ways() {
    let answer = json!({
        "active": true, "token_type": "Bearer", "iss": "https://idp.test", "aud": AUDIENCE, "sub": "alice",
        "exp": 4_000_000_000_u64,
    });
    let (tls, _) = provider(true, {
        let answer = answer.clone();
        move |_| Some(answer.clone())
    });
    let (plain, _) = provider(false, move |_| Some(answer.clone()));
    let introspection = |url: &str| {
        let introspection = Introspection::new(url).client_secret_basic("orders", "secret");
        introspection.issuer("https://idp.test").audience(AUDIENCE)
    };
    let (tunnel, heads) = proxy(tls);
    let proxied = introspection("https://idp.test/introspect").proxy(tunnel).root_certificate(AUTHORITY);
    assert_eq!(ask(&serve(&auth(proxied)), "opaque").body, b"alice");
    assert_eq!(first_lines(&heads), ["CONNECT idp.test:443 HTTP/1.1"]);
    let (forwarding, heads) = proxy(plain);
    let named = introspection("http://idp/introspect").dangerous_plain_http("idp").proxy(forwarding);
    assert_eq!(ask(&serve(&auth(named)), "opaque").body, b"alice");
    assert_eq!(first_lines(&heads), ["POST http://idp/introspect HTTP/1.1"]);
    let unnamed = auth_runtime::Auth::builder().bearer(introspection("http://idp/introspect")).build().unwrap_err();
    assert!(unnamed.to_string().contains("plain http"), "{unnamed}");
}

#[test]
fn a_provider_that_wants_a_token_is_shown_the_one_in_the_file_as_it_is_now() {
    let file = std::env::temp_dir().join(format!("auth-token-file-{}", std::process::id()));
    fs::write(&file, "first\n").unwrap();
    let (address, heads) = provider(true, |head| head.contains("authorization: Bearer second\r\n").then(keys));
    let (elsewhere, strange) = provider(false, |_| Some(keys()));
    let url = format!("https://{address}/openid/v1/jwks");
    let cluster = "https://kubernetes.default.svc.cluster.local";
    let jwt = Jwt::jwks_url(url)
        .issuer(cluster)
        .audience(AUDIENCE)
        .root_certificate(AUTHORITY)
        .fetch_with_token_file(&file)
        .add_issuer(auth_runtime::jwt::Issuer::new(
            "https://other.test",
            auth_runtime::jwt::Key::jwks_url(format!("http://{elsewhere}/keys")),
        ));
    let auth = auth(jwt);
    eventually(|| heads.lock().unwrap().iter().any(|head| head.contains("authorization: Bearer first\r\n")));
    assert!(!auth.is_ready());
    fs::write(&file, "second").unwrap();
    eventually(|| auth.is_ready());
    assert_eq!(ask(&serve(&auth), &token(cluster)).body, b"alice");
    assert!(strange.lock().unwrap().iter().all(|head| !head.contains("authorization")), "of the first issuer only");
    fs::remove_file(&file).unwrap();
}

#[test]
fn the_token_stays_at_the_place_that_was_configured() {
    let file = std::env::temp_dir().join(format!("auth-token-file-elsewhere-{}", std::process::id()));
    fs::write(&file, "secret-of-the-pod").unwrap();
    let (elsewhere, strange) = provider(false, |_| Some(keys()));
    let issuer_of = |address: SocketAddr| format!("http://{address}");
    let place: Arc<Mutex<String>> = Arc::default();
    let named = Arc::clone(&place);
    let (address, heads) = provider(false, move |_| {
        Some(json!({"issuer": *named.lock().unwrap(), "jwks_uri": format!("http://{elsewhere}/keys")}))
    });
    *place.lock().unwrap() = issuer_of(address);
    let auth = auth(Jwt::oidc(issuer_of(address)).audience(AUDIENCE).fetch_with_token_file(&file));
    eventually(|| auth.is_ready());
    assert!(heads.lock().unwrap().iter().all(|head| head.contains("authorization: Bearer secret-of-the-pod\r\n")));
    assert!(strange.lock().unwrap().iter().all(|head| !head.contains("secret-of-the-pod")));
    fs::remove_file(&file).unwrap();
}
