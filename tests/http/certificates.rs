//! Certificates of clients: over a real TLS connection, and of proxies that end it.

use std::any::Any;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, mpsc};
use std::thread;

use actix_web::dev::Extensions;
use actix_web::{App, HttpServer, get, post};
use auth_runtime::certificate::{self, ClientCertificate, ClientCertificates};
use auth_runtime::config::AuthBuilder;
use auth_runtime::observe::RequestParts;
use auth_runtime::principal::Confirmation;
use auth_runtime::testing::ManualClock;
use auth_runtime::{Auth, Authorities, Bearer, Details, Principal, policy, requires};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};
use serde_json::json;
use tests::{Answer, Connection, Denied, Request, Server, Token};

use crate::fixture::{AUDIENCE, ISSUER, SECRET, builder};
use crate::observed::{self, listen};

macro_rules! key {
    ($name:literal) => {
        include_bytes!(concat!("../../examples/keys/", $name, ".pem"))
    };
}

const AUTHORITY: &[u8] = key!("dev-ca.certificate");
/// Certificate and private key of each.
const SERVER: [&[u8]; 2] = [key!("dev-server.certificate"), key!("dev-server.private")];
const TILL_7: [&[u8]; 2] = [key!("dev-client.certificate"), key!("dev-client.private")];
const TILL_8: [&[u8]; 2] = [key!("dev-client-2.certificate"), key!("dev-client-2.private")];

#[requires(client_certificate)]
#[get("/certificate")]
async fn by_certificate(who: Principal, shown: Details<ClientCertificate>) -> String {
    let Some(Confirmation::CertificateThumbprint(bound)) = who.confirmation() else { return "not bound".into() };
    assert_eq!(&**bound, shown.thumbprint());
    format!("{} of {} by {}", who.subject(), who.issuer().unwrap_or_default(), who.scheme())
}

#[requires(client_certificate, role = "till")]
#[post("/certificate/sell")]
async fn sell() -> &'static str {
    "sold"
}

#[requires(any(client_certificate, bearer))]
#[get("/certificate/either")]
async fn either(who: Principal) -> String {
    format!("{} by {}", who.subject(), who.scheme())
}

#[requires(bearer)]
#[get("/certificate/token")]
async fn by_token(who: Bearer) -> String {
    who.principal().subject().to_owned()
}

#[requires(client_certificate("named"), hide)]
#[get("/certificate/hidden")]
async fn hidden() -> &'static str {
    "seen"
}

policy! {
    ByToken: bearer;
}

pub(crate) fn configured(auth: AuthBuilder) -> AuthBuilder {
    let names = |certificate: &ClientCertificate| {
        assert_eq!(certificate.issuer(), "CN=Development CA,O=Development only");
        certificate.dns_names().next().map(str::to_owned)
    };
    let roles = async |who: Principal| {
        let roles: &[&str] = if who.subject().starts_with("till-7") { &["till"] } else { &[] };
        Ok::<_, String>(Some(Authorities::new(()).add_roles(roles.iter().copied())))
    };
    auth.client_certificate(ClientCertificates::subject_by(names).authorities(roles))
        .client_certificate_named("named", ClientCertificates::subject_by(|_| None))
}

fn services(auth: Auth) -> impl Fn(&mut actix_web::web::ServiceConfig) + Clone + Send + 'static {
    move |app| {
        let scope = auth.scope("").service(by_certificate).service(sell).service(either).service(by_token);
        app.service(scope.service(hidden));
    }
}

/// Over TLS, where clients may have certificates of the development authority.
fn over_tls(auth: Auth) -> SocketAddr {
    over_tls_with(auth, certificate::on_connect)
}

/// The same, where this is told of connections.
fn over_tls_with(auth: Auth, noted: fn(&dyn Any, &mut Extensions)) -> SocketAddr {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(authorities()), Arc::clone(&provider));
    let verifier = verifier.allow_unauthenticated().build().unwrap();
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_client_cert_verifier(verifier);
    let config = config.with_single_cert(chain(SERVER), private_key(SERVER)).unwrap();
    let (started, starting) = mpsc::channel();
    thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let services = services(auth);
            let server = HttpServer::new(move || App::new().configure(services.clone()))
                .workers(1)
                .disable_signals()
                .on_connect(noted)
                .bind_rustls_0_23("127.0.0.1:0", config)
                .unwrap();
            started.send(server.addrs()[0]).unwrap();
            server.run().await.unwrap();
        });
    });
    starting.recv().unwrap()
}

fn authorities() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(AUTHORITY).unwrap()).unwrap();
    roots
}

fn chain([certificate, _]: [&[u8]; 2]) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(certificate).map(Result::unwrap).collect()
}

fn private_key([_, key]: [&[u8]; 2]) -> PrivateKeyDer<'static> {
    PrivateKeyDer::from_pem_slice(key).unwrap()
}

fn read(client: [&[u8]; 2]) -> ClientCertificate {
    ClientCertificate::from_der(&chain(client)[0]).unwrap()
}

/// As `Client-Cert` has it.
fn field(client: [&[u8]; 2]) -> String {
    format!(":{}:", STANDARD.encode(read(client).der()))
}

/// The certificate of a client that is known, as `Client-Cert` has it.
pub(crate) fn of_a_till() -> String {
    field(TILL_7)
}

/// One request of this client, with these lines of fields.
fn ask(server: SocketAddr, client: Option<[&[u8]; 2]>, target: &str, fields: &str) -> Answer {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(authorities());
    let config = match client {
        Some(client) => config.with_client_auth_cert(chain(client), private_key(client)).unwrap(),
        None => config.with_no_client_auth(),
    };
    let name = ServerName::try_from("localhost").unwrap();
    let session = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(session, TcpStream::connect(server).unwrap());
    let head = format!("{target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{fields}\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    // Read by the client that reads all answers.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut connection = Connection::open(listener.local_addr().unwrap());
    listener.accept().unwrap().0.write_all(&answer).unwrap();
    connection.answer()
}

fn token(bound_to: Option<[&[u8]; 2]>) -> String {
    let token = Token::new(ISSUER, AUDIENCE, "alice", SECRET);
    let token = match bound_to {
        Some(client) => token.claim("cnf", json!({"x5t#S256": read(client).thumbprint()})),
        None => token,
    };
    format!("Authorization: Bearer {}\r\n", token.sign())
}

const CHALLENGE: &str = r#"ClientCertificate realm="orders""#;
const BOUND: &str = r#"Bearer realm="orders", error="invalid_token", error_description="the token must be presented with proof of possession""#;

fn is_bound_elsewhere(answer: &Answer) {
    Denied::unauthorized("the token must be presented with proof of possession").challenge(BOUND).check(answer);
}

#[test]
fn a_client_is_known_by_the_certificate_of_its_connection() {
    let server = over_tls(builder().build().unwrap());
    let answer = ask(server, Some(TILL_7), "GET /certificate", "");
    let issuer = "CN=Development CA,O=Development only";
    answer.expect(&format!("till-7.shop.example of {issuer} by client_certificate"));
    assert_eq!(answer.all("cache-control"), ["private"]);
    Denied::missing().challenge(CHALLENGE).check(&ask(server, None, "GET /certificate", ""));
    // Roles are the application's.
    assert_eq!(ask(server, Some(TILL_7), "POST /certificate/sell", "Content-Length: 0\r\n").status, 200);
    let refused = ask(server, Some(TILL_8), "POST /certificate/sell", "Content-Length: 0\r\n");
    Denied::forbidden("the caller lacks a required role").check(&refused);
    // A certificate whose subject the function does not know.
    assert_eq!(ask(server, Some(TILL_7), "GET /certificate/hidden", "").status, 404);
    // A browser shows it by itself, so that the cross-site rule applies.
    let forged = "Content-Length: 0\r\nSec-Fetch-Site: cross-site\r\n";
    let refused = ask(server, Some(TILL_7), "POST /certificate/sell", forged);
    Denied::forbidden("cross-site requests are not accepted here").check(&refused);
}

#[test]
fn a_token_that_is_bound_counts_with_its_certificate_alone() {
    let server = over_tls(builder().build().unwrap());
    let (free, bound) = (token(None), token(Some(TILL_7)));
    ask(server, Some(TILL_7), "GET /certificate/token", &bound).expect("alice");
    for client in [None, Some(TILL_8)] {
        is_bound_elsewhere(&ask(server, client, "GET /certificate/token", &bound));
        // Also where it was accepted and is remembered.
        is_bound_elsewhere(&ask(server, client, "GET /certificate/token", &bound));
        ask(server, client, "GET /certificate/token", &free).expect("alice");
    }
    ask(server, Some(TILL_7), "GET /certificate/token", &bound).expect("alice");
    // What a client sends on purpose decides before what its connection shows.
    ask(server, Some(TILL_7), "GET /certificate/either", &bound).expect("alice by bearer");
    ask(server, Some(TILL_8), "GET /certificate/either", "").expect("till-8.shop.example by client_certificate");
    let refused = ask(server, Some(TILL_8), "GET /certificate/either", &bound);
    let detail = "the token must be presented with proof of possession";
    Denied::unauthorized(detail).challenge(BOUND).challenge(CHALLENGE).check(&refused);
    // Nobody proves the key of DPoP by a certificate.
    let thumbprint = read(TILL_7).thumbprint().to_owned();
    for cnf in [json!({"jkt": thumbprint}), json!({"x5t#S256": thumbprint, "jkt": thumbprint}), json!({"x5t": "x"})] {
        let token = Token::new(ISSUER, AUDIENCE, "alice", SECRET).claim("cnf", cnf).sign();
        let fields = format!("Authorization: Bearer {token}\r\n");
        is_bound_elsewhere(&ask(server, Some(TILL_7), "GET /certificate/token", &fields));
    }
}

/// Behind a proxy at 127.0.0.1, which the requests come from.
fn behind_proxy(configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Server {
    let auth = configure(builder().trusted_certificate_proxies(["127.0.0.1"])).build().unwrap();
    Server::start(services(auth))
}

fn shows(request: Request, client: [&[u8]; 2]) -> Request {
    request.header("Client-Cert", field(client))
}

#[test]
fn a_listed_proxy_says_which_certificate_its_client_has_shown() {
    let server = behind_proxy(|auth| auth);
    let issuer = "CN=Development CA,O=Development only";
    let answer = shows(server.get("/certificate"), TILL_7).send();
    answer.expect(&format!("till-7.shop.example of {issuer} by client_certificate"));
    Denied::missing().challenge(CHALLENGE).check(&server.get("/certificate").send());
    let wrong = || Denied::unauthorized("the credentials are not valid").challenge(CHALLENGE);
    wrong().check(&shows(shows(server.get("/certificate"), TILL_7), TILL_7).send());
    for value in ["", ":", "::", "x", &field(TILL_7)[1..], &format!("{};a", field(TILL_7))] {
        wrong().check(&server.get("/certificate").header("Client-Cert", value).send());
    }
    let bound = token(Some(TILL_7));
    let bearer = bound.trim().trim_start_matches("Authorization: Bearer ").to_owned();
    shows(server.get("/certificate/token").bearer(&bearer), TILL_7).send().expect("alice");
    is_bound_elsewhere(&shows(server.get("/certificate/token").bearer(&bearer), TILL_8).send());
    is_bound_elsewhere(&server.get("/certificate/token").bearer(&bearer).send());
}

#[test]
fn from_anybody_else_the_field_counts_for_nothing_and_a_warning_says_so() {
    listen();
    let told = || {
        let says = |event: &observed::Event| event.field("message").contains("who is not listed sends `Client-Cert`");
        observed::EVENTS.lock().unwrap().iter().filter(|event| event.level == "WARN" && says(event)).count()
    };
    let (plain, other) = (builder(), builder().trusted_certificate_proxies(["192.0.2.1", "2001:db8::1"]));
    for auth in [plain, other] {
        let server = Server::start(services(auth.build().unwrap()));
        Denied::missing().challenge(CHALLENGE).check(&shows(server.get("/certificate"), TILL_7).send());
    }
    assert!(told() >= 1);
    // Over TLS the client's own certificate counts, whatever else it says.
    let server = over_tls(builder().build().unwrap());
    let forged = format!("Client-Cert: {}\r\n", field(TILL_7));
    assert!(ask(server, Some(TILL_8), "GET /certificate", &forged).text().starts_with("till-8"));
    Denied::missing().challenge(CHALLENGE).check(&ask(server, None, "GET /certificate", &forged));
    // And the own certificate of a listed proxy is not that of its callers.
    let server = over_tls(builder().trusted_certificate_proxies(["127.0.0.1"]).build().unwrap());
    Denied::missing().challenge(CHALLENGE).check(&ask(server, Some(TILL_8), "GET /certificate", ""));
    assert!(ask(server, Some(TILL_8), "GET /certificate", &forged).text().starts_with("till-7"));
}

#[test]
fn who_forgets_to_note_certificates_reads_so_in_the_log() {
    listen();
    let told = || {
        let says = |event: &observed::Event| event.field("message").contains("`.on_connect(certificate::on_connect)`");
        observed::EVENTS.lock().unwrap().iter().filter(|event| event.level == "ERROR" && says(event)).count()
    };
    let noting = over_tls(builder().build().unwrap());
    Denied::missing().challenge(CHALLENGE).check(&ask(noting, None, "GET /certificate", ""));
    assert_eq!(told(), 0, "nobody has shown one");
    let server = over_tls_with(builder().build().unwrap(), |_, _| {});
    ask(server, Some(TILL_7), "GET /certificate/token", &token(None)).expect("alice");
    assert_eq!(told(), 0, "nobody has asked for one");
    Denied::missing().challenge(CHALLENGE).check(&ask(server, Some(TILL_7), "GET /certificate", ""));
    assert_eq!(told(), 1);
}

#[test]
fn times_are_judged_with_each_request() {
    let (first, last) = (read(TILL_7).not_before(), read(TILL_7).not_after());
    let clock = ManualClock::at(last);
    let server = behind_proxy(|auth| auth.clock(clock.clone()));
    let status = || shows(server.get("/certificate"), TILL_7).send();
    assert_eq!(status().status, 200);
    for (now, is_good) in [(last + 1, false), (first - 1, false), (first, true)] {
        clock.set(now);
        let answer = status();
        assert_eq!(answer.status == 200, is_good, "{now}");
        if !is_good {
            Denied::unauthorized("the credentials are not valid").challenge(CHALLENGE).check(&answer);
        }
    }
}

#[test]
fn other_dispatchers_hand_on_the_certificate_of_bound_tokens() {
    let auth = builder().build().unwrap();
    let mut headers = actix_web::http::header::HeaderMap::new();
    let token = token(Some(TILL_7));
    let (name, value) = token.trim().split_once(": ").unwrap();
    headers.insert(name.to_ascii_lowercase().parse().unwrap(), value.parse().unwrap());
    let parts = RequestParts::new(actix_web::http::Method::GET, "/".parse().unwrap(), headers);
    let verified = |parts: RequestParts| actix_web::rt::System::new().block_on(auth.verify::<ByToken>(&parts)).is_ok();
    assert!(verified(parts.clone().with_certificate(read(TILL_7))));
    assert!(!verified(parts.clone().with_certificate(read(TILL_8))));
    assert!(!verified(parts));
}
