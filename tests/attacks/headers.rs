//! What can be done to the `Authorization` field, and to the request around it (RFC 9110 sections 5 and 11.6.2).

use tests::Connection;

use crate::app::*;

#[test]
fn the_schemes_name_is_compared_without_case() {
    let server = serve();
    let token = token(&good());
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        server.get("/bearer").header("Authorization", format!("{scheme} {token}")).send().expect("bearer alice");
        server.get("/bearer").header("AUTHORIZATION", format!("{scheme} {token}")).send().expect("bearer alice");
    }
    for scheme in ["Basic", "basic", "BASIC", "bAsIc"] {
        let credentials = base64(format!("alice:{PASSWORD}"));
        server.get("/basic").header("Authorization", format!("{scheme} {credentials}")).send().expect("basic alice");
    }
}

#[test]
fn more_than_one_space_may_follow_the_schemes_name() {
    let server = serve();
    let token = token(&good());
    server.get("/bearer").header("Authorization", format!("Bearer    {token}")).send().expect("bearer alice");
    let credentials = base64(format!("alice:{PASSWORD}"));
    server.get("/basic").header("Authorization", format!("Basic    {credentials}")).send().expect("basic alice");
}

/// Spaces and tabs around a field value belong to no value (RFC 9110 section 5.5).
#[test]
fn leading_and_trailing_whitespace_is_no_part_of_the_field() {
    let server = serve();
    let token = token(&good());
    for (before, after) in [("  ", ""), ("\t", ""), ("", "  "), ("", "\t"), (" \t ", " \t ")] {
        let value = format!("{before}Bearer {token}{after}");
        server.get("/bearer").header("Authorization", value).send().expect("bearer alice");
    }
}

#[test]
fn a_tab_is_no_space_and_makes_nobody_anonymous() {
    let server = serve();
    let token = token(&good());
    for path in ["/bearer", "/optional"] {
        for value in
            [format!("Bearer\t{token}"), format!("Bearer \t{token}"), format!("Bearer\t \t{token}"), "Bearer\t".into()]
        {
            let answer = server.get(path).header("Authorization", &value).send();
            if value.trim_end() == "Bearer" {
                malformed_bearer().check(&answer); // empty, once the server has trimmed it
            } else {
                malformed_bearer().check(&answer);
                assert_reveals_nothing(&answer, &token);
            }
        }
    }
    let credentials = base64(format!("alice:{PASSWORD}"));
    for path in ["/basic", "/optional/basic"] {
        for value in [format!("Basic\t{credentials}"), format!("Basic \t{credentials}"), "Basic\t".into()] {
            wrong_password().check(&server.get(path).header("Authorization", value).send());
        }
    }
}

#[test]
fn malformed_bearer_credentials_are_400() {
    let server = serve();
    let token = token(&good());
    for value in [
        "Bearer".to_owned(),
        "Bearer ".into(),
        format!("Bearer {token} {token}"),
        format!("Bearer {token} x"),
        format!("Bearer {token}, Bearer {token}"),
        format!("Bearer {token},{token}"),
        format!("Bearer {token}, Basic QTpC"),
        format!("Bearer \"{token}\""),
        format!("Bearer '{token}'"),
        format!("Bearer token={token}"),
        format!("Bearer <{token}>"),
        format!("Bearer {token};"),
        format!("Bearer ={token}"),
        "Bearer =".into(),
        format!("Bearer {token}\u{e9}"),
        format!("Bearer {token}%00"),
        format!("Bearer {token}*"),
    ] {
        for path in ["/bearer", "/optional", "/admin"] {
            let answer = server.get(path).header("Authorization", &value).send();
            assert_eq!(answer.status, 400, "{value}: {answer:?}");
            assert_eq!(answer.json()["error"], "invalid_request", "{value}");
        }
        malformed_bearer().check(&server.get("/bearer").header("Authorization", &value).send());
    }
}

#[test]
fn bytes_beyond_ascii_are_malformed() {
    let server = serve();
    for value in [&b"Bearer \xff\xfe"[..], b"Bearer \xc3\xa9.\xc3\xa9.\xc3\xa9", b"Bearer a\x80b.c.d"] {
        malformed_bearer().check(&server.get("/bearer").header("Authorization", value).send());
    }
    for value in [&b"Basic \xff\xfe"[..], b"Basic YWxp\xc3\xa9"] {
        wrong_password().check(&server.get("/basic").header("Authorization", value).send());
    }
    // In the scheme's name: a scheme nobody offers.
    let answer = server.get("/bearer").header("Authorization", b"Bear\xe9r x").send();
    Denied::missing().challenge(BEARER_CHALLENGE).check(&answer);
}

/// Which of two counts nobody can say (RFC 9110 section 5.3).
#[test]
fn a_repeated_authorization_is_400() {
    const DETAIL: &str = "the request has more than one Authorization field";
    let server = serve();
    let token = token(&good());
    let bearer = format!("Bearer {token}");
    let basic = format!("Basic {}", base64(format!("alice:{PASSWORD}")));
    for (first, second) in [
        (&bearer, &bearer),
        (&bearer, &basic),
        (&basic, &bearer),
        (&bearer, &String::new()),
        (&"Digest x".to_owned(), &bearer),
    ] {
        for path in ["/bearer", "/optional"] {
            let answer = server.get(path).header("Authorization", first).header("authorization", second).send();
            Denied::bad_request(DETAIL).challenge(&invalid_request(DETAIL)).check(&answer);
        }
        let answer = server.get("/either").header("Authorization", first).header("Authorization", second).send();
        Denied::bad_request(DETAIL)
            .challenge(&invalid_request(DETAIL))
            .challenge(KEY_CHALLENGE)
            .challenge(BASIC_CHALLENGE)
            .check(&answer);
        let answer = server.get("/basic").header("Authorization", first).header("Authorization", second).send();
        Denied::bad_request(DETAIL).challenge(BASIC_CHALLENGE).check(&answer);
    }
    // A key in a field of its own does not make it clear either, wherever it is declared.
    for path in ["/either", "/basic/first"] {
        let answer = server
            .get(path)
            .header("X-API-Key", API_KEY)
            .header("Authorization", &bearer)
            .header("Authorization", &bearer)
            .send();
        assert!([400, 200].contains(&answer.status), "{answer:?}");
        assert_ne!(answer.body, b"bearer alice");
    }
}

#[test]
fn an_empty_authorization_is_no_credential() {
    let server = serve();
    for value in ["", " ", "\t"] {
        Denied::missing()
            .challenge(BEARER_CHALLENGE)
            .check(&server.get("/bearer").header("Authorization", value).send());
        server.get("/optional").header("Authorization", value).send().expect("anonymous");
    }
}

#[test]
fn a_name_that_only_begins_like_the_scheme_is_another_scheme() {
    let server = serve();
    let token = token(&good());
    for scheme in
        ["Bearerx", "Beare", "Bearer2", "xBearer", "Bearer:", "Bearer,", "Bearer=", "Token", "JWT", "DPoP", "Negotiate"]
    {
        let answer = server.get("/bearer").header("Authorization", format!("{scheme} {token}")).send();
        Denied::missing().challenge(BEARER_CHALLENGE).check(&answer);
    }
    // The bare token, as some clients send it.
    let answer = server.get("/bearer").header("Authorization", &token).send();
    Denied::missing().challenge(BEARER_CHALLENGE).check(&answer);
}

/// RFC 9112 section 5.2: a line that begins with a space continued the one before, once. Whatever the server makes of
/// it, the handler must not see a credential put together from two lines.
#[test]
fn a_folded_line_is_no_credential() {
    let server = serve();
    let token = token(&good());
    let (start, end) = token.split_at(20);
    for request in [
        format!("GET /bearer HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer\r\n {token}\r\n\r\n"),
        format!("GET /bearer HTTP/1.1\r\nHost: a\r\nAuthorization:\r\n Bearer {token}\r\n\r\n"),
        format!("GET /bearer HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {start}\r\n\t{end}\r\n\r\n"),
        format!("GET /bearer HTTP/1.1\r\nHost: a\r\nX-Other: a\r\n Authorization: Bearer {token}\r\n\r\n"),
    ] {
        assert_not_admitted(server.connect(), request.as_bytes());
    }
}

/// Bytes that end a string for one reader and not for the next.
#[test]
fn nul_and_control_characters_are_no_credential() {
    let server = serve();
    let token = token(&good());
    for byte in [0_u8, 1, 7, 8, 0x0b, 0x0c, 0x0d, 0x1b, 0x7f] {
        for value in [
            [&b"Bearer "[..], token.as_bytes(), &[byte]].concat(),
            [&b"Bearer "[..], &[byte], token.as_bytes()].concat(),
            [&b"Bearer"[..], &[byte], b" ", token.as_bytes()].concat(),
            [&[byte], &b"Bearer "[..], token.as_bytes()].concat(),
        ] {
            let request = [b"GET /bearer HTTP/1.1\r\nHost: a\r\nAuthorization: ", &value[..], b"\r\n\r\n"].concat();
            assert_not_admitted(server.connect(), &request);
            let request = [b"GET /optional HTTP/1.1\r\nHost: a\r\nAuthorization: ", &value[..], b"\r\n\r\n"].concat();
            let answer = server.connect().try_send(request).rest_of_one();
            // Where the name itself is broken it is another scheme's; a broken token never is nobody's.
            let name_is_whole = value.starts_with(b"Bearer ");
            assert!(!answer.ends_with(b"bearer alice"));
            assert!(!(name_is_whole && answer.ends_with(b"anonymous")), "{byte}: {}", String::from_utf8_lossy(&answer));
        }
    }
}

/// Spellings of the field's name that a lenient server in front might let through.
#[test]
fn a_field_of_almost_that_name_is_no_credential() {
    let server = serve();
    let token = token(&good());
    for name in [
        "Authorization ",
        "Authorization\t",
        "Authorization_",
        "Authorisation",
        "X-Authorization",
        "Proxy-Authorization",
        "HTTP_AUTHORIZATION",
    ] {
        let request = format!("GET /bearer HTTP/1.1\r\nHost: a\r\n{name}: Bearer {token}\r\n\r\n");
        assert_not_admitted(server.connect(), request.as_bytes());
    }
}

/// What follows the final chunk is a trailer, never a header (RFC 9110 section 6.5.1).
#[test]
fn a_credential_in_a_trailer_does_not_count() {
    let server = serve();
    let token = token(&good());
    let request = format!(
        "POST /bearer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n\
         0\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    assert_not_admitted(server.connect(), request.as_bytes());
}

/// A request hidden in the body of a denied one is not answered as if it were allowed.
#[test]
fn a_denied_body_is_not_taken_for_the_next_request() {
    let server = serve();
    let token = token(&good());
    let inner = format!("GET /bearer HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n");
    let request = format!("POST /bearer HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{inner}", inner.len());
    assert_not_admitted(server.connect(), request.as_bytes());
    // Nor does what one request proved carry over to the next on the same connection.
    let mut connection = server.connect();
    connection.send(&inner);
    connection.answer().expect("bearer alice");
    connection.send("GET /bearer HTTP/1.1\r\nHost: a\r\n\r\n");
    Denied::missing().challenge(BEARER_CHALLENGE).check(&connection.answer());
}

/// Nothing but the method and path as sent decides which policy applies.
#[test]
fn other_fields_do_not_change_the_route_or_the_method() {
    let server = serve();
    for name in [
        "X-HTTP-Method-Override",
        "X-Method-Override",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Forwarded-Prefix",
        "Forwarded",
    ] {
        for value in ["GET", "/optional", "OPTIONS", "for=127.0.0.1"] {
            let answer = server.get("/admin").header(name, value).send();
            assert_eq!(answer.status, 401, "{name}: {value}");
        }
    }
    for name in ["X-Forwarded-For", "X-Real-IP", "X-Forwarded-User", "X-Remote-User", "X-User", "Remote-User"] {
        assert_eq!(server.get("/admin").header(name, "127.0.0.1").send().status, 401, "{name}");
        assert_eq!(server.get("/admin").header(name, "alice").send().status, 401, "{name}");
    }
}

/// Other spellings of a path: another route or none, never the handler without its policy.
#[test]
fn another_spelling_of_the_path_is_not_a_way_around_the_policy() {
    let server = serve();
    for target in [
        "/admin/",
        "//admin",
        "/./admin",
        "/optional/../admin",
        "/%61dmin",
        "/admin%2f",
        "/admin;x=1",
        "/admin/.",
        "/ADMIN",
        "/admin%00",
        "/admin?x=/optional",
        "/admin#optional",
        "/%2e/admin",
        "/admin%20",
        "http://127.0.0.1/admin",
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        let answer = server.connect().try_send(request).rest_of_one();
        let status = String::from_utf8_lossy(&answer).get(9..12).unwrap_or_default().to_owned();
        assert!(["401", "404", "400", ""].contains(&&*status), "{target}: {}", String::from_utf8_lossy(&answer));
    }
}

/// Over HTTP/2 cookies and credentials come in other frames, by the same rules.
#[test]
fn the_same_holds_over_http2() {
    let server = serve();
    let token = format!("Bearer {}", token(&good()));
    let get = |path: &str, headers: &[(&str, &str)]| tests::http2(server.address(), "GET", path, headers, Some(b""));
    get("/bearer", &[("authorization", &token)]).expect("bearer alice");
    assert_eq!(get("/bearer", &[]).status, 401);
    assert_eq!(get("/bearer", &[("authorization", &token), ("authorization", &token)]).status, 400);
    assert_eq!(get("/bearer", &[("authorization", &format!("{token}x"))]).status, 401);
    assert_eq!(get("/bearer", &[("authorization", &token.replace(' ', "\t"))]).status, 400);
    // Split over several fields, which HTTP/2 allows for cookies (RFC 9113 section 8.2.3).
    let cookie = format!("__Host-s={}", token.strip_prefix("Bearer ").unwrap());
    get("/cookie", &[("cookie", "a=1"), ("cookie", &cookie), ("cookie", "b=2")]).expect("bearer alice");
    assert_eq!(get("/cookie", &[("cookie", &cookie), ("cookie", &cookie)]).status, 401);
}

/// The server refuses the request itself, or the guard denies it.
#[track_caller]
fn assert_not_admitted(mut connection: Connection, request: &[u8]) {
    let answer = connection.try_send(request).rest_of_one();
    let shown = String::from_utf8_lossy(&answer);
    assert!(!shown.contains("alice"), "{:?}\n{shown}", String::from_utf8_lossy(request));
    assert!(answer.is_empty() || shown.starts_with("HTTP/1.1 4"), "{shown}");
}

/// A connection whose server may answer, refuse or hang up.
trait RestOfOne {
    fn rest_of_one(&mut self) -> Vec<u8>;
}

impl RestOfOne for Connection {
    /// All that the server sends when the client sends no more.
    fn rest_of_one(&mut self) -> Vec<u8> {
        self.try_send("GET /no-such-route HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let all = self.rest();
        // Without the answer to the request that closes the connection.
        match all.windows(12).rposition(|window| window == b"HTTP/1.1 404") {
            Some(0) | None => all,
            Some(at) => all[..at].to_vec(),
        }
    }
}
