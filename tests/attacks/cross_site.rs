//! Requests that another site made a browser send.

use auth_runtime::Auth;
use tests::Request;

use crate::app::*;

fn cross_site() -> Denied {
    Denied::forbidden("cross-site requests are not accepted here")
}

/// The same request with each ambient credential there is, and what its handler answers.
fn ambient(server: &Server, method: &str) -> Vec<(Request, &'static str)> {
    let token = token(&good());
    vec![
        (server.request(method, "/cookie").header("Cookie", format!("__Host-s={token}")), "bearer alice"),
        (server.request(method, "/key/cookie").header("Cookie", format!("__Host-key={API_KEY}")), "api_key robot"),
        (server.request(method, "/basic").basic("alice", PASSWORD), "basic alice"),
        (server.request(method, "/either").basic("alice", PASSWORD), "basic alice"),
    ]
}

fn explicit(server: &Server, method: &str) -> Vec<(Request, &'static str)> {
    vec![
        (server.request(method, "/bearer").bearer(token(&good())), "bearer alice"),
        (server.request(method, "/cookie").bearer(token(&good())), "bearer alice"),
        (server.request(method, "/key").header("X-API-Key", API_KEY), "api_key robot"),
        (server.request(method, "/either").header("X-API-Key", API_KEY), "api_key robot"),
    ]
}

fn with_headers(request: Request, headers: &[(&str, &str)]) -> Request {
    headers.iter().fold(request, |request, (name, value)| request.header(name, value))
}

const FOREIGN: &[&[(&str, &str)]] = &[
    &[("Sec-Fetch-Site", "cross-site")],
    &[("Sec-Fetch-Site", "same-site")],
    &[("Sec-Fetch-Site", "")],
    &[("Sec-Fetch-Site", "Same-Origin")],
    &[("Sec-Fetch-Site", "same-origin, cross-site")],
    &[("Sec-Fetch-Site", "future-value")],
    &[("Sec-Fetch-Site", "cross-site"), ("Origin", ORIGIN)],
    &[("Sec-Fetch-Site", "same-site"), ("Origin", ORIGIN)],
    &[("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "same-origin")],
    &[("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")],
    &[("Sec-Fetch-Site", "none"), ("Origin", "null")],
    &[("Origin", "https://evil.example")],
    &[("Origin", "null")],
    &[("Origin", "")],
    &[("Origin", "https://shop.example.evil.example")],
    &[("Origin", "https://evil.example/https://shop.example")],
    &[("Origin", "https://shop.example/")],
    &[("Origin", "https://shop.example:443")],
    &[("Origin", "https://shop.example:8443")],
    &[("Origin", "http://shop.example")],
    &[("Origin", "HTTPS://SHOP.EXAMPLE")],
    &[("Origin", "https://sub.shop.example")],
    &[("Origin", "https://shop.example https://evil.example")],
    &[("Origin", "https://shop.example"), ("Origin", "https://shop.example")],
    &[("Origin", "https://shop.example"), ("Origin", "https://evil.example")],
    &[("Origin", "https://admin.example")],
];

const OWN: &[&[(&str, &str)]] = &[
    &[],
    &[("Sec-Fetch-Site", "same-origin")],
    &[("Sec-Fetch-Site", "none")],
    &[("Sec-Fetch-Site", "same-origin"), ("Origin", ORIGIN)],
    &[("Origin", ORIGIN)],
    &[("Origin", ALLOWED_ORIGIN)],
    &[("Origin", ORIGIN), ("Referer", "https://evil.example/")],
];

#[test]
fn a_cross_site_write_with_an_ambient_credential_is_refused() {
    let server = serve();
    for headers in FOREIGN {
        for (request, _) in ambient(&server, "POST") {
            let answer = with_headers(request, headers).send();
            cross_site().check(&answer);
        }
    }
}

#[test]
fn an_own_write_with_an_ambient_credential_passes() {
    let server = serve();
    for headers in OWN {
        for (request, who) in ambient(&server, "POST") {
            with_headers(request, headers).send().expect(who);
        }
    }
}

/// GET, HEAD and OPTIONS change nothing.
#[test]
fn a_read_passes_whatever_its_site() {
    let server = serve();
    for headers in FOREIGN {
        for (request, who) in ambient(&server, "GET") {
            with_headers(request, headers).send().expect(who);
        }
    }
}

/// On an optional route too: a caller whose credential must not count is not let in as nobody.
#[test]
fn a_cross_site_write_is_not_made_anonymous_either() {
    let server = serve();
    let post = || server.post("/optional/cookie").header("Sec-Fetch-Site", "cross-site");
    for value in [token(&good()), "rubbish".into(), String::new(), "\"".into()] {
        cross_site().check(&post().header("Cookie", format!("__Host-s={value}")).send());
    }
    post().send().expect("anonymous");
    post().bearer(token(&good())).send().expect("bearer alice");
}

/// Names are compared with case: `get` is not GET.
#[test]
fn every_method_but_get_head_and_options_is_a_write() {
    let server = serve();
    for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "PROPFIND", "MKCOL", "get", "Get", "HEADER", "X"]
    {
        let request = || server.request(method, "/methods").basic("alice", PASSWORD);
        cross_site().check(&request().header("Sec-Fetch-Site", "cross-site").send());
        cross_site().check(&request().header("Origin", "https://evil.example").send());
        request().header("Sec-Fetch-Site", "same-origin").send().expect("basic alice");
    }
    for method in ["GET", "HEAD", "OPTIONS"] {
        let request = server.request(method, "/methods").basic("alice", PASSWORD);
        assert_eq!(request.header("Sec-Fetch-Site", "cross-site").send().status, 200, "{method}");
    }
    // The override that some frameworks know is a header like any other.
    let request = server.post("/methods").basic("alice", PASSWORD).header("X-HTTP-Method-Override", "GET");
    cross_site().check(&request.header("Sec-Fetch-Site", "cross-site").send());
}

#[test]
fn explicit_credentials_know_no_site() {
    let server = serve();
    for headers in FOREIGN {
        for (request, who) in explicit(&server, "POST") {
            with_headers(request, headers).send().expect(who);
        }
    }
}

/// Explicit beats ambient, so a cookie that a browser adds takes nothing away.
#[test]
fn an_ambient_credential_beside_an_explicit_one_does_not_bring_the_rule_in() {
    let server = serve();
    let token = token(&good());
    let request = server.post("/cookie").bearer(&token).header("Cookie", format!("__Host-s={token}"));
    request.header("Sec-Fetch-Site", "cross-site").send().expect("bearer alice");
}

/// The refusal comes before the credentials are judged: a foreign page learns nothing of them, and no password is hashed.
#[test]
fn whether_the_credentials_are_good_is_not_told_across_sites() {
    let server = serve();
    for request in [
        server.post("/basic").basic("alice", "wrong"),
        server.post("/basic").basic("nobody", "x"),
        server.post("/basic").header("Authorization", "Basic !"),
        server.post("/cookie").header("Cookie", "__Host-s=x"),
        server.post("/key/cookie").header("Cookie", "__Host-key=x"),
    ] {
        cross_site().check(&request.header("Sec-Fetch-Site", "cross-site").send());
    }
}

#[test]
fn an_option_refuses_writes_that_name_no_site() {
    let auth = builder(&clock()).refuse_ambient_without_origin().build().unwrap();
    let server = serve_auth(auth);
    for (request, _) in ambient(&server, "POST") {
        cross_site().check(&request.send());
    }
    for headers in OWN.iter().filter(|headers| !headers.is_empty()) {
        for (request, who) in ambient(&server, "POST") {
            with_headers(request, headers).send().expect(who);
        }
    }
    for (request, who) in ambient(&server, "GET").into_iter().chain(explicit(&server, "POST")) {
        request.send().expect(who);
    }
}

/// Our own origin is configured, never taken from the request.
#[test]
fn host_and_forwarded_fields_make_no_origin_ours() {
    let server = serve();
    let evil = "https://evil.example";
    for (name, value) in [
        ("X-Forwarded-Host", "evil.example"),
        ("Forwarded", "host=evil.example;proto=https"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Server", "evil.example"),
        ("X-Original-Host", "evil.example"),
    ] {
        for (request, _) in ambient(&server, "POST") {
            cross_site().check(&request.header("Origin", evil).header(name, value).send());
        }
    }
    let credentials = base64(format!("alice:{PASSWORD}"));
    for host in ["evil.example", "evil.example:443"] {
        let request = format!(
            "POST /basic HTTP/1.1\r\nHost: {host}\r\nOrigin: {evil}\r\nAuthorization: Basic {credentials}\r\nContent-Length: 0\r\n\r\n"
        );
        cross_site().check(&server.connect().send(request).answer());
    }
    // The address that the client connected to is no word of ours either.
    let own_address = format!("http://{}", server.address());
    for (request, _) in ambient(&server, "POST") {
        cross_site().check(&request.header("Origin", &own_address).send());
    }
}

#[test]
fn without_a_configured_origin_none_is_ours() {
    let auth = Auth::builder()
        .realm(REALM)
        .clock(clock())
        .dangerous_allow_unconfigured()
        .basic(auth_runtime::basic::Passwords::htpasswd(HTPASSWD))
        .build()
        .unwrap();
    let server = serve_basic(auth);
    for origin in [ORIGIN, "null", &format!("http://{}", server.address())] {
        cross_site().check(&server.post("/basic").basic("alice", PASSWORD).header("Origin", origin).send());
    }
    server.post("/basic").basic("alice", PASSWORD).header("Sec-Fetch-Site", "same-origin").send().expect("basic alice");
    server.post("/basic").basic("alice", PASSWORD).send().expect("basic alice");
}

fn upgrade(request: Request) -> Request {
    request
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
}

/// A WebSocket upgrade is a GET, but opens a channel: it needs an origin of ours or an allowed one, always.
#[test]
fn an_ambient_websocket_upgrade_needs_an_origin_that_is_ours_or_allowed() {
    let server = serve();
    let cookie = format!("__Host-s={}", token(&good()));
    let requests = || {
        [server.get("/cookie/socket").header("Cookie", &cookie), server.get("/basic/socket").basic("alice", PASSWORD)]
    };
    for origin in [ORIGIN, ALLOWED_ORIGIN] {
        for request in requests() {
            assert_eq!(upgrade(request.header("Origin", origin)).send().status, 101, "{origin}");
        }
    }
    let absent: &[(&str, &str)] = &[];
    let same_origin_alone: &[(&str, &str)] = &[("Sec-Fetch-Site", "same-origin")];
    let none_alone: &[(&str, &str)] = &[("Sec-Fetch-Site", "none")];
    let foreign_that_says_own: &[(&str, &str)] =
        &[("Sec-Fetch-Site", "same-origin"), ("Origin", "https://evil.example")];
    for headers in FOREIGN.iter().copied().chain([absent, same_origin_alone, none_alone, foreign_that_says_own]) {
        // Here the origin decides alone, whatever `Sec-Fetch-Site` says; of it a repetition matters.
        let origins: Vec<_> = headers.iter().filter(|(name, _)| *name == "Origin").collect();
        let sites = headers.iter().filter(|(name, _)| *name == "Sec-Fetch-Site").count();
        if origins.len() == 1 && origins[0].1 == ORIGIN && sites < 2 {
            continue;
        }
        for request in requests() {
            cross_site().check(&upgrade(with_headers(request, headers)).send());
        }
    }
}

/// Spellings of an upgrade that a library might still take for one.
#[test]
fn an_upgrade_is_known_in_any_spelling() {
    let server = serve();
    for value in ["WebSocket", "WEBSOCKET", "websocket, h2c", "h2c, websocket", "websocket/13", " websocket"] {
        let request = server.get("/basic/socket").basic("alice", PASSWORD).header("Upgrade", value);
        let answer = request.header("Connection", "Upgrade").header("Origin", "https://evil.example").send();
        cross_site().check(&answer);
    }
    let request =
        server.get("/basic/socket").basic("alice", PASSWORD).header("Upgrade", "h2c").header("Upgrade", "websocket");
    cross_site().check(&request.header("Connection", "Upgrade").header("Origin", "https://evil.example").send());
}

#[test]
fn an_explicit_websocket_upgrade_needs_no_origin() {
    let server = serve();
    let request = || upgrade(server.get("/socket").bearer(token(&good())));
    assert_eq!(request().send().status, 101);
    assert_eq!(request().header("Origin", "https://evil.example").send().status, 101);
    let answer = upgrade(server.get("/socket")).header("Origin", ORIGIN).send();
    Denied::missing().challenge(BEARER_CHALLENGE).check(&answer);
}

#[test]
fn no_preflight_or_cors_field_opens_the_way() {
    let server = serve();
    for (name, value) in [
        ("Access-Control-Request-Method", "POST"),
        ("X-Requested-With", "XMLHttpRequest"),
        ("Referer", "https://shop.example/page"),
        ("Sec-Fetch-Mode", "same-origin"),
        ("Sec-Fetch-Dest", "empty"),
        ("Sec-Fetch-User", "?1"),
    ] {
        for (request, _) in ambient(&server, "POST") {
            cross_site().check(&request.header(name, value).header("Origin", "https://evil.example").send());
        }
    }
}
