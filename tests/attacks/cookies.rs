//! Cookies made to be read differently by two readers.

use serde_json::json;

use crate::app::*;

fn cookie(server: &Server, path: &str, line: impl AsRef<[u8]>) -> Answer {
    server.get(path).header("Cookie", line).send()
}

fn unreadable() -> Denied {
    refused_token("the credentials are not valid")
}

#[test]
fn one_among_many_is_found() {
    let server = serve();
    let token = token(&good());
    for line in [
        format!("__Host-s={token}"),
        format!("a=1; __Host-s={token}; b=2"),
        format!("a=1;__Host-s={token};b=2"),
        format!("a=1;\t__Host-s={token}\t;b=2"),
        format!(";;; __Host-s={token};;"),
    ] {
        cookie(&server, "/cookie", line).expect("bearer alice");
    }
}

#[test]
fn names_are_not_percent_decoded() {
    let server = serve();
    let token = token(&good());
    for name in ["%5F%5FHost-s", "__Host%2Ds", "%5f_Host-s", "__Host-%73"] {
        Denied::missing().challenge(BEARER_CHALLENGE).check(&cookie(&server, "/cookie", format!("{name}={token}")));
        cookie(&server, "/optional/cookie", format!("{name}={token}")).expect("anonymous");
        // And such a one neither hides nor spoils the real one.
        cookie(&server, "/cookie", format!("{name}=x; __Host-s={token}; {name}=y")).expect("bearer alice");
    }
}

#[test]
fn values_are_not_percent_decoded() {
    let server = serve();
    let token = token(&good()).replace('.', "%2E");
    assert_eq!(cookie(&server, "/cookie", format!("__Host-s={token}")).status, 401);
}

#[test]
fn unicode_spaces_are_not_trimmed() {
    let server = serve();
    let token = token(&good());
    for space in ["\u{a0}", "\u{85}", "\u{2003}", "\u{3000}", "\u{feff}", "\u{200b}"] {
        for line in [
            format!("{space}__Host-s={token}"),
            format!("__Host-s{space}={token}"),
            format!("a=1;{space}__Host-s={token}"),
        ] {
            Denied::missing().challenge(BEARER_CHALLENGE).check(&cookie(&server, "/cookie", line));
        }
        unreadable().check(&cookie(&server, "/cookie", format!("__Host-s={token}{space}")));
    }
}

#[test]
fn names_are_compared_with_case_and_whole() {
    let server = serve();
    let token = token(&good());
    for name in [
        "__host-s",
        "__HOST-S",
        "__Host-S",
        "__Secure-s",
        "Host-s",
        "__Host-s2",
        "x__Host-s",
        "__Host-s.",
        "$__Host-s",
        "s",
    ] {
        Denied::missing().challenge(BEARER_CHALLENGE).check(&cookie(&server, "/cookie", format!("{name}={token}")));
    }
}

/// An attacker on a sibling host can plant a second cookie; that must neither win nor make the caller anonymous.
#[test]
fn a_duplicate_is_rejected_never_absent() {
    let server = serve();
    let token = token(&good());
    for line in [
        format!("__Host-s={token}; __Host-s={token}"),
        format!("__Host-s={token}; __Host-s=planted"),
        format!("__Host-s=planted; __Host-s={token}"),
        format!("__Host-s=; __Host-s={token}"),
        format!("__Host-s={token}; __Host-s"),
        format!("__Host-s; __Host-s={token}"),
    ] {
        for path in ["/cookie", "/optional/cookie"] {
            unreadable().check(&cookie(&server, path, &line));
        }
    }
    let answer =
        server.get("/cookie").header("Cookie", format!("__Host-s={token}")).header("Cookie", "__Host-s=planted").send();
    unreadable().check(&answer);
}

#[test]
fn an_undecodable_cookie_of_the_wanted_name_is_rejected_never_absent() {
    let server = serve();
    let token = token(&good());
    for value in [&b"\xff"[..], b"a b", b"a,b", b"a\"b", b"\"", b"\"a", b"a\\b", b"\xc3\xa9"] {
        for path in ["/cookie", "/optional/cookie"] {
            unreadable().check(&cookie(&server, path, [b"__Host-s=", value].concat()));
            unreadable().check(&cookie(&server, path, [b"a=1; __Host-s=", token.as_bytes(), value, b"; b=2"].concat()));
        }
    }
    unreadable().check(&cookie(&server, "/optional/cookie", "__Host-s"));
    // Readable, and no token: refused as one.
    for value in ["", "x", "a.b.c", &format!("\"{token}\"")] {
        assert_eq!(cookie(&server, "/optional/cookie", format!("__Host-s={value}")).status, 401, "{value}");
    }
}

#[test]
fn another_cookie_however_bad_does_not_lose_ours() {
    let server = serve();
    let token = token(&good());
    for other in
        [&b"\xff\xfe"[..], b"a=\xff", b"=", b"==", b"a=\"", b"b=\xc3\x28", b"%", b"a=%zz", b"\"a\"=b", b"a\xa0=1"]
    {
        cookie(&server, "/cookie", [other, b"; __Host-s=", token.as_bytes()].concat()).expect("bearer alice");
        cookie(&server, "/cookie", [b"__Host-s=", token.as_bytes(), b"; ", other].concat()).expect("bearer alice");
        cookie(&server, "/key/cookie", [other, b"; __Host-key=", API_KEY.as_bytes()].concat()).expect("api_key robot");
    }
}

#[test]
fn a_cookie_inside_another_ones_value_does_not_count() {
    let server = serve();
    let token = token(&good());
    for line in [format!("a=__Host-s={token}"), format!("a=\"x __Host-s={token}\""), format!("a=1,__Host-s={token}")] {
        Denied::missing().challenge(BEARER_CHALLENGE).check(&cookie(&server, "/cookie", line));
    }
    // Quotes do not protect a semicolon: RFC 6265 knows no escape, and so the pair inside counts.
    cookie(&server, "/cookie", format!("a=\"; __Host-s={token}; b=\"")).expect("bearer alice");
}

#[test]
fn a_token_in_a_cookie_is_verified_like_any_other() {
    let server = serve();
    for claims in [with(json!({"exp": NOW - 100})), with(json!({"aud": "x"})), with(json!({"iss": REMOVED}))] {
        assert_eq!(cookie(&server, "/cookie", format!("__Host-s={}", token(&claims))).status, 401);
    }
    let none = format!("{}.{}.", encode(r#"{"alg":"none"}"#), encode(good().to_string()));
    assert_eq!(cookie(&server, "/cookie", format!("__Host-s={none}")).status, 401);
}

#[test]
fn a_cookie_counts_only_where_it_is_configured() {
    let server = serve();
    let token = token(&good());
    for path in ["/bearer", "/kid", "/query"] {
        Denied::missing().challenge(BEARER_CHALLENGE).check(&cookie(&server, path, format!("__Host-s={token}")));
    }
    cookie(&server, "/optional", format!("__Host-s={token}")).expect("anonymous");
}

#[test]
fn api_keys_in_cookies_follow_the_same_rules() {
    const CHALLENGE: &str = r#"ApiKey realm="attacks", in="cookie", name="__Host-key""#;
    let server = serve();
    cookie(&server, "/key/cookie", format!("__Host-key={API_KEY}")).expect("api_key robot");
    let refused = Denied::unauthorized("the credentials are not valid").challenge(CHALLENGE);
    for line in [
        format!("__Host-key={API_KEY}; __Host-key={API_KEY}"),
        format!("__Host-key={API_KEY}; __Host-key=x"),
        format!("__Host-key={API_KEY} x"),
        "__Host-key".into(),
        "__Host-key=".into(),
        format!("__Host-key={TEST_KEY}"),
        format!("__Host-key={EXPIRED_KEY}"),
    ] {
        refused.check(&cookie(&server, "/key/cookie", line));
    }
    let missing = Denied::missing().challenge(CHALLENGE);
    missing.check(&cookie(&server, "/key/cookie", format!("%5F%5FHost-key={API_KEY}")));
    missing.check(&cookie(&server, "/key/cookie", format!("__host-key={API_KEY}")));
}
