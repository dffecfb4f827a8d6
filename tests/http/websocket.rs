//! WebSockets through actix-ws: denied before the upgrade, ended with the token.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use actix_web::{Error, HttpRequest, HttpResponse, get, web};
use actix_ws::{CloseCode, CloseReason, Message, MessageStream, Session};
use auth_runtime::extract::UntilEnded;
use auth_runtime::revocation::InMemoryRevocations;
use auth_runtime::testing::ManualClock;
use auth_runtime::{ApiKeys, Auth, Bearer, requires};
use futures_util::{Stream, StreamExt as _, stream};
use tests::{Connection, Denied, DigestChallenge, Request, Server};

use crate::certificates;
use crate::fixture::{self, ISSUER, KEY, auth, builder, jwt, keys, scoped, token};

#[requires(bearer, scope = "chat")]
#[get("/chat")]
async fn chat(request: HttpRequest, body: web::Payload, caller: Bearer) -> Result<HttpResponse, Error> {
    let (answer, session, messages) = actix_ws::handle(&request, body)?;
    actix_web::rt::spawn(echo(session, caller.until_expiry(messages)));
    Ok(answer)
}

/// WebSockets for callers who are known by what comes with a request whether its page meant it or not.
macro_rules! ambient {
    ($($name:ident, $path:literal, $scheme:ident $(($configuration:literal))?;)+) => {$(
        #[requires($scheme $(($configuration))?)]
        #[get($path)]
        async fn $name(request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
            let (answer, session, messages) = actix_ws::handle(&request, body)?;
            actix_web::rt::spawn(echo::<MessageStream>(session, messages));
            Ok(answer)
        }
    )+};
}

ambient! {
    chat_by_cookie, "/chat-by-cookie", bearer("cookie");
    chat_by_field, "/chat-by-field", bearer("field");
    chat_by_digest, "/chat-by-digest", digest;
    chat_by_certificate, "/chat-by-certificate", client_certificate;
}

async fn echo<S: Stream<Item = Result<Message, actix_ws::ProtocolError>> + 'static>(mut session: Session, messages: S) {
    let mut messages = std::pin::pin!(messages);
    while let Some(Ok(Message::Text(text))) = messages.next().await {
        session.text(text).await.unwrap();
    }
    let reason = CloseReason { code: CloseCode::Policy, description: Some("the token has expired".to_owned()) };
    let _ = session.close(Some(reason)).await;
}

#[requires(bearer)]
#[get("/ticks")]
async fn ticks(caller: Bearer) -> HttpResponse {
    let ticks = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((Ok::<_, Error>(web::Bytes::from_static(b"tick ")), ()))
    });
    HttpResponse::Ok().streaming(caller.until_expiry(ticks))
}

/// The same, whatever the scheme and however it ends.
#[requires(any(bearer, api_key))]
#[get("/until")]
async fn going_on(until: UntilEnded) -> HttpResponse {
    let endless = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((Ok::<_, Error>(web::Bytes::from_static(b"tick ")), ()))
    });
    HttpResponse::Ok().streaming(until.at_most(Duration::from_secs(4)).stream(endless))
}

fn server() -> Server {
    Server::start(|app| {
        app.service(auth().scope("").service(chat).service(chat_by_cookie));
    })
}

fn upgrade(request: Request) -> Request {
    request
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
}

/// Opens the WebSocket, or fails.
#[track_caller]
fn opened(request: Request) -> Connection {
    let mut connection = upgrade(request).open();
    let answer = connection.answer();
    assert_eq!(answer.status, 101, "{answer:?}");
    assert_eq!(answer.all("sec-websocket-accept"), ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]);
    connection
}

fn send_text(connection: &mut Connection, text: &str) {
    let mask = [7_u8, 1, 9, 4];
    let masked = text.bytes().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
    let length = u8::try_from(text.len()).unwrap();
    connection.send([&[0x81, 0x80 | length][..], &mask, &masked.collect::<Vec<u8>>()].concat());
}

/// The next frame: its first byte and its content.
fn receive(connection: &mut Connection) -> (u8, Vec<u8>) {
    let head = connection.bytes(2);
    assert!(head[1] < 126, "a short frame");
    (head[0], connection.bytes(usize::from(head[1])))
}

#[track_caller]
fn assert_echoes(connection: &mut Connection) {
    for text in ["hello", "again"] {
        send_text(connection, text);
        assert_eq!(receive(connection), (0x81, text.as_bytes().to_vec()));
    }
}

#[test]
fn an_upgrade_is_denied_before_it_happens() {
    let server = server();
    Denied::missing().challenge(r#"Bearer realm="orders", scope="chat""#).check(&upgrade(server.get("/chat")).send());
    Denied::unauthorized("the token has expired")
        .challenge(
            r#"Bearer realm="orders", error="invalid_token", error_description="the token has expired", scope="chat""#,
        )
        .check(&upgrade(server.get("/chat")).bearer(token().scope("chat").expires_in(-600).sign()).send());
    Denied::forbidden("the credentials lack a required scope")
        .challenge(r#"Bearer realm="orders", error="insufficient_scope", scope="chat""#)
        .check(&upgrade(server.get("/chat")).bearer(scoped("read")).send());
}

#[test]
fn frames_sent_with_a_denied_upgrade_are_no_requests() {
    let server = server();
    let mut connection = upgrade(server.get("/chat")).open();
    assert_eq!(connection.answer().status, 401);
    connection.try_send([0x81, 0x80, 1, 2, 3, 4]).try_send("\r\n\r\n");
    let rest = String::from_utf8(connection.rest()).unwrap();
    assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 400"), "{rest}");
}

#[test]
fn an_upgrade_with_a_token_is_accepted() {
    let server = server();
    let mut connection = opened(server.get("/chat").bearer(scoped("chat")));
    assert_echoes(&mut connection);
}

#[test]
fn an_upgrade_with_a_cookie_needs_an_origin_that_is_ours() {
    let server = server();
    let cookie = format!("__Host-token={}", token().sign());
    assert_needs_own_origin(|| server.get("/chat-by-cookie").header("Cookie", &cookie));
    // In the header it is no ambient credential.
    let explicit = server.get("/chat-by-cookie").bearer(token().sign()).header("Origin", "https://evil.example");
    assert_echoes(&mut opened(explicit));
}

#[test]
fn so_does_one_with_what_a_proxy_or_a_browser_adds() {
    let auth = builder().trusted_certificate_proxies(["127.0.0.1"]).build().unwrap();
    let server = Server::start(move |app| {
        app.service(auth.scope("").service(chat_by_field).service(chat_by_digest).service(chat_by_certificate));
    });
    let challenge = server.get("/chat-by-digest").send();
    let challenge = DigestChallenge::read(challenge.only("www-authenticate").unwrap());
    let mut count = 0;
    let mut digest = || {
        count += 1;
        challenge.answer("alice", "wonderland", "GET", "/chat-by-digest", count).field()
    };
    for field in [("X-Assertion", token().sign()), ("Client-Cert", certificates::of_a_till())] {
        let path = if field.0 == "X-Assertion" { "/chat-by-field" } else { "/chat-by-certificate" };
        assert_needs_own_origin(|| server.get(path).header(field.0, &field.1));
    }
    assert_needs_own_origin(|| server.get("/chat-by-digest").header("Authorization", digest()));
}

/// An upgrade with this ambient credential is refused to every page but our own.
#[track_caller]
fn assert_needs_own_origin(mut request: impl FnMut() -> Request) {
    assert_echoes(&mut opened(request().header("Origin", fixture::ORIGIN)));
    let refused = || Denied::forbidden("cross-site requests are not accepted here");
    refused().check(&upgrade(request()).send());
    refused().check(&upgrade(request().header("Sec-Fetch-Site", "same-origin")).send());
    for origin in ["https://evil.example", "null", "https://shop.example.evil.example"] {
        refused().check(&upgrade(request().header("Origin", origin)).send());
    }
}

/// A token with so many seconds left on a clock that stands, and a server with that clock.
fn expiring(seconds_left: i64) -> (Server, String) {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    let server = Server::start(move |app| {
        let auth = builder().clock(ManualClock::at(now)).build().unwrap();
        app.service(auth.scope("").service(chat).service(ticks));
    });
    (server, token().scope("chat").claim("exp", now + seconds_left).sign())
}

#[track_caller]
fn assert_ended(connection: &mut Connection) {
    let (kind, content) = receive(connection);
    assert_eq!((kind, &content[..2]), (0x88, &1008_u16.to_be_bytes()[..]));
    assert_eq!(&content[2..], b"the token has expired");
    assert!(connection.rest().is_empty());
}

#[test]
fn a_websocket_ends_when_the_token_expires() {
    let (server, token) = expiring(1);
    let started = Instant::now();
    let mut connection = opened(server.get("/chat").bearer(&token));
    assert_echoes(&mut connection);
    assert_ended(&mut connection);
    assert!(started.elapsed() >= Duration::from_millis(900), "not before");
}

#[test]
fn a_websocket_with_a_token_that_only_the_leeway_admits_ends_at_once() {
    let (server, token) = expiring(-30);
    let mut connection = opened(server.get("/chat").bearer(&token));
    assert_ended(&mut connection);
}

#[test]
fn a_streamed_answer_ends_when_the_token_expires() {
    let (server, token) = expiring(1);
    let started = Instant::now();
    let answer = server.get("/ticks").bearer(&token).send();
    assert_eq!(answer.status, 200);
    assert!(answer.text().starts_with("tick tick ") && answer.text().ends_with("tick "));
    assert!(started.elapsed() >= Duration::from_millis(900), "not before");
}

#[test]
fn a_streamed_answer_ends_when_whatever_let_the_caller_in_has_ended() {
    let revocations = InMemoryRevocations::new();
    let bearer = jwt().revocations(revocations.clone());
    let builder = Auth::builder().dangerous_allow_unconfigured().bearer(bearer);
    let auth = builder.api_key(ApiKeys::header("X-API-Key", keys())).build().unwrap();
    let server = Server::start(move |app| {
        app.service(auth.scope("").service(going_on));
    });
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    let token = |id: &str, exp: i64| token().claim("jti", id).claim("exp", now + exp).sign();
    // How long each goes on, in seconds: one expires, one is revoked, two only end by their longest time.
    let took = std::thread::scope(|threads| {
        let ask = |request: Request| {
            threads.spawn(move || {
                let started = Instant::now();
                let answer = request.send();
                assert!(answer.status == 200 && answer.text().starts_with("tick tick "), "{answer:?}");
                started.elapsed().as_secs_f32()
            })
        };
        let all = [
            ask(server.get("/until").bearer(token("expires", 2))),
            ask(server.get("/until").bearer(token("revoked", 600))),
            ask(server.get("/until").bearer(token("good", 600))),
            ask(server.get("/until").header("X-API-Key", KEY)),
        ];
        std::thread::sleep(Duration::from_millis(500));
        revocations.revoke_token(ISSUER, "revoked", now + 600);
        all.map(|thread| thread.join().unwrap())
    });
    assert!((0.5..3.0).contains(&took[0]) && (0.5..2.5).contains(&took[1]), "{took:?}");
    assert!((3.9..6.0).contains(&took[2]) && (3.9..6.0).contains(&took[3]), "{took:?}");
}
