//! Tokens made to deceive (RFC 8725 sections 2 and 3).

use serde_json::{Value, json};

use crate::app::*;

const INVALID: &str = "the token is not valid";

#[track_caller]
fn refused(server: &Server, path: &str, token: &str, description: &str) {
    let answer = bearer(server, path, token);
    refused_token(description).check(&answer);
    assert_reveals_nothing(&answer, token);
}

#[track_caller]
fn accepted(server: &Server, path: &str, token: &str) {
    bearer(server, path, token).expect("bearer alice");
}

#[test]
fn alg_none_in_every_spelling_is_refused() {
    let server = serve();
    let payload = encode(good().to_string());
    for alg in
        ["none", "None", "NONE", "nOnE", "none ", " none", "no\\u006ee", "\\u006eone", "", "null", "HS256\\u0000"]
    {
        let header = encode(format!(r#"{{"alg":"{alg}"}}"#));
        for signature in ["", "AA", &encode("none")] {
            refused(&server, "/bearer", &format!("{header}.{payload}.{signature}"), INVALID);
        }
    }
}

#[test]
fn alg_missing_mistyped_or_in_another_case_is_refused() {
    let server = serve();
    for header in [
        json!({}),
        json!({"alg": null}),
        json!({"alg": ["HS256"]}),
        json!({"alg": 256}),
        json!({"alg": true}),
        json!({"alg": "hs256"}),
        json!({"alg": "Hs256"}),
        json!({"Alg": "HS256"}),
        json!({"ALG": "HS256"}),
    ] {
        refused(&server, "/bearer", &token_with(&header.to_string(), &good()), INVALID);
    }
}

/// CVE-2015-9235 and its like: the verifier's public key, in every form an attacker can get it, as HMAC secret.
#[test]
fn a_public_key_is_no_hmac_secret() {
    let server = serve();
    for (path, pem, alg) in [("/rsa", RSA_PUBLIC, "RS256"), ("/ec", EC_PUBLIC, "ES256"), ("/ed", ED_PUBLIC, "EdDSA")] {
        let der = pem_body(pem);
        let without_newline = pem.trim_ascii_end();
        let crlf = String::from_utf8_lossy(pem).replace('\n', "\r\n").into_bytes();
        for secret in [pem, without_newline, &crlf, &der] {
            for hmac in [Hmac::HS256, Hmac::HS384, Hmac::HS512] {
                for named in [hmac.name(), alg] {
                    let header = json!({"alg": named}).to_string();
                    refused(&server, path, &hmac.sign(secret, &header, &good().to_string()), INVALID);
                }
            }
        }
    }
}

#[test]
fn alg_must_be_the_keys_own() {
    let server = serve();
    // Rightly signed by the right RSA key, but with another algorithm of the same family, or told to be another.
    for alg in [jsonwebtoken::Algorithm::RS384, jsonwebtoken::Algorithm::RS512, jsonwebtoken::Algorithm::PS256] {
        let header = json!({"alg": format!("{alg:?}")}).to_string();
        refused(&server, "/rsa", &sign_rsa(alg, &header, &good()), INVALID);
    }
    for named in ["RS384", "PS256", "HS256", "ES256", "EdDSA"] {
        let header = json!({"alg": named}).to_string();
        refused(&server, "/rsa", &sign_rsa(jsonwebtoken::Algorithm::RS256, &header, &good()), INVALID);
    }
    // And the same secret under another hash.
    for hmac in [Hmac::HS384, Hmac::HS512] {
        let header = json!({"alg": hmac.name()}).to_string();
        refused(&server, "/bearer", &hmac.sign(SECRET, &header, &good().to_string()), INVALID);
    }
    accepted(&server, "/rsa", &sign_rsa(jsonwebtoken::Algorithm::RS256, r#"{"alg":"RS256"}"#, &good()));
}

#[test]
fn an_empty_or_zero_secret_opens_nothing() {
    let server = serve();
    for path in ["/bearer", "/rsa", "/ec"] {
        for secret in [&b""[..], &[0; 1], &[0; 32], &[0; 64], b"secret", b"null", b"undefined"] {
            refused(&server, path, &Hmac::HS256.sign(secret, r#"{"alg":"HS256"}"#, &good().to_string()), INVALID);
        }
    }
}

#[test]
fn kid_is_compared_and_never_interpreted() {
    let server = serve();
    accepted(&server, "/kid", &token_with(r#"{"alg":"HS256","kid":"a"}"#, &good()));
    for kid in [
        "../../../../../../dev/null",
        "/dev/null",
        "..\\..\\windows\\win.ini",
        "file:///etc/passwd",
        "a' OR '1'='1",
        "a'; DROP TABLE keys;--",
        "x' UNION SELECT 'AAAA';--",
        "a\" || true || \"",
        "|id",
        "$(id)",
        "`id`",
        "${jndi:ldap://127.0.0.1:1/a}",
        "https://evil.example/key",
        "A",
        "a ",
        " a",
        "",
        "a\u{0}",
        "\u{0}a",
        "а", // Cyrillic
        "*",
        "%61",
    ] {
        let header = json!({"alg": "HS256", "kid": kid}).to_string();
        refused(&server, "/kid", &token_with(&header, &good()), INVALID);
        // The secret that such a lookup would find: an empty file, or what the query was made to return.
        for secret in [&b""[..], b"AAAA", kid.as_bytes()] {
            refused(&server, "/kid", &Hmac::HS256.sign(secret, &header, &good().to_string()), INVALID);
        }
    }
    for kid in [json!(null), json!(1), json!(["a"]), json!({"a": 1}), json!(true)] {
        refused(&server, "/kid", &token_with(&json!({"alg": "HS256", "kid": kid}).to_string(), &good()), INVALID);
    }
}

/// `jwk`, `jku`, `x5u`, `x5c` are never followed: neither a forger's key counts, nor does anybody connect.
#[test]
fn keys_that_a_token_brings_along_are_never_followed() {
    let server = serve();
    let bait = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    bait.set_nonblocking(true).unwrap();
    let url = format!("http://{}/keys", bait.local_addr().unwrap());
    let forger = [7; 32];
    let oct = json!({"kty": "oct", "alg": "HS256", "k": encode(forger), "kid": "evil"});
    let ec = ec_jwk(PARTNER_PUBLIC);
    for extra in [
        json!({"jwk": oct}),
        json!({"jwk": oct, "kid": "evil"}),
        json!({"jku": url}),
        json!({"jku": url, "kid": "evil"}),
        json!({"x5u": url, "x5t": "AA", "x5t#S256": "AA"}),
        json!({"x5c": [base64(pem_body(PARTNER_PUBLIC))]}),
        json!({"jwk": oct, "jku": url, "x5u": url, "x5c": ["AA=="]}),
    ] {
        let mut header = extra;
        header["alg"] = json!("HS256");
        refused(&server, "/bearer", &Hmac::HS256.sign(&forger, &header.to_string(), &good().to_string()), INVALID);
        // They are no reason to refuse a good token either.
        accepted(&server, "/bearer", &token_with(&header.to_string(), &good()));
    }
    for extra in [json!({"jwk": ec}), json!({"jku": url}), json!({"x5u": url})] {
        let mut header = extra;
        header["alg"] = json!("ES256");
        refused(&server, "/ec", &sign_ec(PARTNER_PRIVATE, &header.to_string(), &good()), INVALID);
    }
    assert_eq!(bait.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "somebody followed the URL");
}

#[test]
fn unknown_or_empty_crit_is_refused() {
    let server = serve();
    for crit in [
        json!([]),
        json!(["exp"]),
        json!(["b64"]),
        json!(["alg"]),
        json!(["x"]),
        json!(["x", "x"]),
        json!(["http://example.com/UNDEFINED"]),
        json!("b64"),
        json!(null),
        json!({}),
        json!([1]),
        json!(false),
    ] {
        let header = json!({"alg": "HS256", "crit": crit, "b64": true, "exp": 1, "x": 1}).to_string();
        refused(&server, "/bearer", &token_with(&header, &good()), INVALID);
        refused(&server, "/bearer", &token_with(&json!({"alg": "HS256", "crit": crit}).to_string(), &good()), INVALID);
    }
}

/// RFC 7797: a payload that is not encoded means another text to one reader than to the next.
#[test]
fn an_unencoded_payload_is_refused() {
    let server = serve();
    let header = encode(r#"{"alg":"HS256","b64":false,"crit":["b64"]}"#);
    let token = Hmac::HS256.sign_encoded(SECRET, &format!("{header}.{}", encode(good().to_string())));
    refused(&server, "/bearer", &token, INVALID);
    let header = encode(r#"{"alg":"HS256","b64":false}"#);
    let token = Hmac::HS256.sign_encoded(SECRET, &format!("{header}.{}", encode(good().to_string())));
    refused(&server, "/bearer", &token, INVALID);
}

#[test]
fn a_typ_of_another_kind_is_refused() {
    let server = serve();
    const KIND: &str = "the token is of a kind that is not accepted here";
    for typ in ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt"] {
        accepted(&server, "/bearer", &token_with(&json!({"alg": "HS256", "typ": typ}).to_string(), &good()));
    }
    for typ in [
        "logout+jwt",
        "dpop+jwt",
        "secevent+jwt",
        "application/logout+jwt",
        "LOGOUT+JWT",
        "token-introspection+jwt",
        "oauth-authz-req+jwt",
        "entity-statement+jwt",
        "vc+sd-jwt",
        "kb+jwt",
        "refresh+jwt",
        "JWE",
        "JOSE",
        "JOSE+JSON",
        "",
        " JWT",
        "JWT ",
        "at+jwt\u{0}",
        "at+jwt;x=1",
        "application/",
        "application/application/at+jwt",
        "text/at+jwt",
        "ａt+jwt",
    ] {
        refused(&server, "/bearer", &token_with(&json!({"alg": "HS256", "typ": typ}).to_string(), &good()), KIND);
    }
    for typ in [json!(null), json!(1), json!(["JWT"]), json!({"JWT": 1})] {
        refused(&server, "/bearer", &token_with(&json!({"alg": "HS256", "typ": typ}).to_string(), &good()), KIND);
    }
    for header in
        [json!({"alg": "HS256"}), json!({"alg": "HS256", "typ": "JWT"}), json!({"alg": "HS256", "typ": "id+jwt"})]
    {
        refused(&server, "/profile", &token_with(&header.to_string(), &good()), KIND);
    }
    accepted(&server, "/profile", &token_with(r#"{"alg":"HS256","typ":"at+jwt"}"#, &good()));
}

#[test]
fn members_given_twice_are_refused_at_any_depth_after_unescaping() {
    let server = serve();
    for header in [
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256","alg":"none"}"#,
        r#"{"alg":"none","\u0061lg":"HS256"}"#,
        r#"{"\u0061\u006c\u0067":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256","kid":"a","kid":"b"}"#,
        r#"{"alg":"HS256","x":{"y":1,"\u0079":2}}"#,
        r#"{"alg":"HS256","x":[[{"y":1,"y":1}]]}"#,
    ] {
        refused(&server, "/bearer", &token_with(header, &good()), INVALID);
    }
    let claims = good().to_string();
    let open = claims.strip_suffix('}').unwrap();
    for extra in [
        r#""sub":"root""#,
        r#""su\u0062":"root""#,
        r#""\u0073\u0075\u0062":"alice""#,
        r#""exp":9999999999"#,
        r#""\u0065xp":9999999999"#,
        r#""aud":"https://api.example""#,
        r#""x":{"role":"user","role":"admin"}"#,
        r#""x":[{"a":1,"\u0061":1}]"#,
        r#""x":{"\/":1,"/":2}"#,
    ] {
        for payload in [format!("{open},{extra}}}"), format!("{{{extra},{}", &claims[1..])] {
            refused(&server, "/bearer", &Hmac::HS256.sign(SECRET, r#"{"alg":"HS256"}"#, &payload), INVALID);
        }
    }
    // Names that only look alike are others.
    accepted(&server, "/bearer", &token(&with(json!({"Sub": "root", "SUB": "root", "sub ": "root"}))));
}

/// Few members may be compared in another way than many.
#[test]
fn members_given_twice_are_refused_among_few_and_many() {
    let server = serve();
    let open = good().to_string().trim_end_matches('}').to_owned();
    for others in [0, 1, 10, 11, 12, 13, 14, 15, 16, 17, 30, 300] {
        let fillers: String = (0..others).map(|n| format!(",\"m{n}\":{n}")).collect();
        let sign = |payload: String| Hmac::HS256.sign(SECRET, r#"{"alg":"HS256"}"#, &payload);
        accepted(&server, "/bearer", &sign(format!("{open}{fillers}}}")));
        for twice in [r#""sub":"root""#, r#""s\u0075b":"root""#, r#""exp":9999999999"#] {
            refused(&server, "/bearer", &sign(format!("{open}{fillers},{twice}}}")), INVALID);
            refused(&server, "/bearer", &sign(format!("{{{twice},{}{fillers}}}", &open[1..])), INVALID);
        }
        let nested = fillers.trim_start_matches(',');
        let comma = if nested.is_empty() { "" } else { "," };
        refused(&server, "/bearer", &sign(format!("{open},\"x\":{{\"a\":1{comma}{nested},\"\\u0061\":2}}}}")), INVALID);
    }
}

/// serde_json's own encoding of numbers must not be reachable from outside.
#[test]
fn the_reserved_name_of_the_parser_is_no_number() {
    let server = serve();
    let claims = with(json!({"exp": {"$serde_json::private::Number": "9999999999"}}));
    refused(&server, "/bearer", &token(&claims), INVALID);
    let claims = with(json!({"x": {"$serde_json::private::RawValue": "1"}}));
    assert_ne!(bearer(&server, "/bearer", &token(&claims)).status, 500);
}

#[test]
fn size_is_bounded() {
    let server = serve();
    let padded = |bytes: usize| token(&with(json!({"pad": "x".repeat(bytes)})));
    accepted(&server, "/bearer", &padded(11_000));
    refused(&server, "/bearer", &padded(16 * 1024), INVALID);
    for length in [16 * 1024 + 1, 40_000, 60_000] {
        refused(&server, "/bearer", &"A".repeat(length), INVALID);
        refused(&server, "/bearer", &format!("{}.{}.", encode(r#"{"alg":"none"}"#), "A".repeat(length)), INVALID);
    }
    refused(&server, "/bearer", &".".repeat(16 * 1024), INVALID);
}

/// More than the HTTP server takes in header fields is its answer, never the handler's.
#[test]
fn a_token_of_megabytes_gets_nowhere() {
    let server = serve();
    let request = format!("GET /bearer HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\r\n", "A".repeat(3_000_000));
    let answer = server.connect().try_send(request).rest();
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&answer));
    accepted(&server, "/bearer", &token(&good()));
}

#[test]
fn depth_is_bounded() {
    let server = serve();
    let claims = good().to_string();
    let open = claims.strip_suffix('}').unwrap();
    for bomb in [
        format!("{}{}", "[".repeat(5000), "]".repeat(5000)),
        format!("{}1{}", "{\"a\":".repeat(2000), "}".repeat(2000)),
        "[".repeat(8000),
        "{\"a\":".repeat(2000),
    ] {
        let payload = format!("{open},\"x\":{bomb}}}");
        refused(&server, "/bearer", &Hmac::HS256.sign(SECRET, r#"{"alg":"HS256"}"#, &payload), INVALID);
        let header = format!("{{\"alg\":\"HS256\",\"x\":{bomb}}}");
        refused(&server, "/bearer", &token_with(&header, &good()), INVALID);
    }
    accepted(&server, "/bearer", &token(&with(json!({"x": [[[[[[{"a": [1]}]]]]]]}))));
}

#[test]
fn base64url_is_canonical() {
    let server = serve();
    let token = token(&with(json!({"pad": "~~~???"})));
    accepted(&server, "/bearer", &token);
    let parts: Vec<&str> = token.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    // The standard alphabet.
    let standard = token.replace('-', "+").replace('_', "/");
    assert_ne!(standard, token);
    refused(&server, "/bearer", &standard, INVALID);
    // 32 bytes are 43 characters, of whose last the two lowest bits say nothing.
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = ALPHABET.find(&signature[42..]).unwrap();
    for bits in 1..4 {
        let other = &ALPHABET[last + bits..=last + bits];
        refused(&server, "/bearer", &format!("{header}.{payload}.{}{other}", &signature[..42]), INVALID);
    }
    // A single character left over, and characters between.
    for signature in [&signature[..42], &format!("{signature}A"), &format!("{signature}AA"), ""] {
        refused(&server, "/bearer", &format!("{header}.{payload}.{signature}"), INVALID);
    }
}

/// RFC 6750 allows `=` only at the end of the whole token, where it makes no JWT; elsewhere the credentials are malformed.
#[test]
fn padding_is_refused() {
    let server = serve();
    let token = token(&good());
    let parts: Vec<&str> = token.split('.').collect();
    for padding in ["=", "==", "==="] {
        refused(&server, "/bearer", &format!("{token}{padding}"), INVALID);
        for index in 0..2 {
            let mut parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
            parts[index].push_str(padding);
            malformed_bearer().check(&bearer(&server, "/bearer", &parts.join(".")));
        }
    }
}

#[test]
fn invalid_utf8_is_refused() {
    let server = serve();
    for payload in
        [&b"{\"sub\":\"\xff\"}"[..], b"\xef\xbb\xbf{}", b"{\"\xed\xa0\x80\":1}", b"{\"a\":\"\xc0\xaf\"}", b"\xff\xfe{}"]
    {
        let text = format!("{}.{}", encode(r#"{"alg":"HS256"}"#), encode(payload));
        refused(&server, "/bearer", &Hmac::HS256.sign_encoded(SECRET, &text), INVALID);
        let text =
            format!("{}.{}", encode([br#"{"alg":"HS256","x":"#, payload, b"}"].concat()), encode(good().to_string()));
        refused(&server, "/bearer", &Hmac::HS256.sign_encoded(SECRET, &text), INVALID);
    }
    // A BOM, UTF-16, and half of a surrogate pair around otherwise good claims.
    let claims = good().to_string();
    let utf16: Vec<u8> = claims.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let half = claims.replace("alice", "alice\\ud800");
    for payload in [format!("\u{feff}{claims}").into_bytes(), utf16, half.into_bytes()] {
        let text = format!("{}.{}", encode(r#"{"alg":"HS256"}"#), encode(payload));
        refused(&server, "/bearer", &Hmac::HS256.sign_encoded(SECRET, &text), INVALID);
    }
}

#[test]
fn another_shape_is_no_jwt() {
    let server = serve();
    let token = token(&good());
    let parts: Vec<&str> = token.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    for text in [
        ".".to_owned(),
        "..".into(),
        "...".into(),
        "....".into(),
        "abc".into(),
        header.into(),
        format!("{header}.{payload}"),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{signature}"),
        format!("{token}.{token}"),
        format!("{header}..{signature}"),
        format!(".{payload}.{signature}"),
        format!("{header}.{payload}.{signature}.AA.AA"),
        format!("{}.{payload}.{signature}", encode("[]")),
        format!("{}.{payload}.{signature}", encode("\"HS256\"")),
        format!("{}.{payload}.{signature}", encode("{\"alg\":\"HS256\"")),
        format!("{}.{payload}.{signature}", encode("{'alg':'HS256'}")),
    ] {
        refused(&server, "/bearer", &text, INVALID);
    }
    for payload in ["null", "[]", "\"x\"", "1", "{}{}", "{}x", "{'sub':1}", "eyJhbGciOiJIUzI1NiJ9.e30.AA"] {
        refused(&server, "/bearer", &Hmac::HS256.sign(SECRET, r#"{"alg":"HS256"}"#, payload), INVALID);
    }
}

#[test]
fn an_ecdsa_signature_in_der_or_of_zeros_is_refused() {
    let server = serve();
    let good_one = sign_ec(EC_PRIVATE, r#"{"alg":"ES256"}"#, &good());
    accepted(&server, "/ec", &good_one);
    let (text, signature) = good_one.rsplit_once('.').unwrap();
    let signature = decode(signature);
    // CVE-2022-21449: r = s = 0.
    for forged in [vec![0; 64], vec![], vec![0; 2], der_signature(&signature), [&signature[..], &[0]].concat()] {
        refused(&server, "/ec", &format!("{text}.{}", encode(forged)), INVALID);
    }
}

/// RFC 8032 section 5.1.7: S must be below the group's order, else each signature has a twin.
#[test]
fn an_eddsa_signature_has_no_twin() {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let server = serve();
    let good_one = sign_ed(r#"{"alg":"EdDSA"}"#, &good());
    accepted(&server, "/ed", &good_one);
    let (text, signature) = good_one.rsplit_once('.').unwrap();
    let mut twin = decode(signature);
    let mut carry = 0;
    for (digit, order) in twin[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*digit) + u16::from(order) + carry;
        *digit = sum as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    for forged in
        [twin.clone(), vec![0; 64], [vec![1], vec![0; 63]].concat(), twin[..63].to_vec(), [&twin[..], &[0]].concat()]
    {
        refused(&server, "/ed", &format!("{text}.{}", encode(forged)), INVALID);
    }
}

#[test]
fn an_rsa_signature_has_the_length_of_its_key() {
    let server = serve();
    let good_one = sign_rsa(jsonwebtoken::Algorithm::RS256, r#"{"alg":"RS256"}"#, &good());
    let (text, signature) = good_one.rsplit_once('.').unwrap();
    let signature = decode(signature);
    let one = [vec![0; 255], vec![1]].concat();
    for forged in [
        [&[0], &signature[..]].concat(),
        [&signature[..], &[0]].concat(),
        signature[1..].to_vec(),
        signature[..255].to_vec(),
        vec![0; 256],
        vec![0xff; 256],
        one,
        vec![],
    ] {
        refused(&server, "/rsa", &format!("{text}.{}", encode(forged)), INVALID);
    }
}

#[test]
fn one_flipped_bit_anywhere_is_refused() {
    let server = serve();
    let token = token(&good());
    for index in (0..token.len()).step_by(7) {
        let mut bytes = token.clone().into_bytes();
        bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        if changed != token {
            let answer = bearer(&server, "/bearer", &changed);
            assert_eq!(answer.status, 401, "{changed}");
        }
    }
}

#[test]
fn exp_is_required() {
    let server = serve();
    refused(&server, "/bearer", &token(&with(json!({"exp": REMOVED}))), INVALID);
    refused(
        &server,
        "/bearer",
        &token(&with(json!({"exp": REMOVED, "Exp": NOW + 300, "nbf": NOW, "iat": NOW}))),
        INVALID,
    );
}

#[test]
fn exp_is_evaluated_on_each_request() {
    let clock = clock();
    let server = serve_at(&clock);
    let token = token(&with(json!({"exp": NOW + 10})));
    accepted(&server, "/bearer", &token);
    accepted(&server, "/bearer", &token);
    clock.set(NOW + 10 + 59);
    accepted(&server, "/bearer", &token); // the leeway
    clock.set(NOW + 10 + 60);
    refused(&server, "/bearer", &token, "the token has expired");
    clock.set(NOW);
    accepted(&server, "/bearer", &token);
}

#[test]
fn nbf_and_iat_are_checked_where_they_are() {
    let clock = clock();
    let server = serve_at(&clock);
    for claim in ["nbf", "iat"] {
        let token = token(&with(json!({claim: NOW + 61})));
        clock.set(NOW);
        refused(&server, "/bearer", &token, "the token is not valid yet");
        clock.set(NOW + 1);
        accepted(&server, "/bearer", &token);
    }
}

/// A wrong JSON type, a negative, fractional-overflow or non-finite number in a date refuses the token.
#[test]
fn dates_of_a_wrong_type_or_range_are_refused() {
    let server = serve();
    for claim in ["exp", "nbf", "iat"] {
        for value in [
            "true",
            "\"9999999999\"",
            "\"soon\"",
            "[]",
            "[9999999999]",
            "{}",
            "-1",
            "-0.5",
            "-9223372036854775808",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551615",
            "18446744073709551616",
            "1e300",
            "1e18",
            "1767225600000",
            "253402300800",
            "99999999999999999999999999999999999999.5",
            "1.7976931348623157e308",
        ] {
            refused(&server, "/bearer", &raw_claim(claim, value), INVALID);
        }
        // Null is what some serializers write for what is not there; an end must be there.
        match claim {
            "exp" => refused(&server, "/bearer", &raw_claim(claim, "null"), INVALID),
            _ => accepted(&server, "/bearer", &raw_claim(claim, "null")),
        }
        for value in
            ["1e999", "-1e999", "NaN", "Infinity", "-Infinity", "0x7fffffff", "+1", "01", "1.", ".5", "1e", "1_000"]
        {
            refused(&server, "/bearer", &raw_claim(claim, value), INVALID);
        }
    }
    accepted(&server, "/bearer", &raw_claim("exp", &format!("{}.5", NOW + 10)));
    accepted(&server, "/bearer", &raw_claim("exp", &format!("{}e0", NOW + 10)));
}

#[test]
fn fractions_of_a_second_never_prolong() {
    let server = serve();
    refused(&server, "/bearer", &raw_claim("exp", &format!("{}.999", NOW - 60)), "the token has expired");
    refused(&server, "/bearer", &raw_claim("nbf", &format!("{}.001", NOW + 60)), "the token is not valid yet");
}

#[test]
fn a_token_with_cnf_presented_as_bearer_is_refused() {
    let server = serve();
    for cnf in [
        json!({"jkt": "x"}),
        json!({"x5t#S256": "x"}),
        json!({"jwk": {}}),
        json!({}),
        json!("x"),
        json!(false),
        json!([]),
    ] {
        let description = "the token must be presented with proof of possession";
        refused(&server, "/bearer", &token(&with(json!({"cnf": cnf}))), description);
    }
    refused(&server, "/bearer", &raw_claim("cnf", "null"), "the token must be presented with proof of possession");
}

#[test]
fn aud_and_iss_are_required_and_exact() {
    let server = serve();
    let (audience, issuer) =
        ("the token is not meant for this resource", "the token comes from an issuer that is not accepted here");
    for aud in [
        json!(REMOVED),
        json!([]),
        json!(""),
        json!([""]),
        json!("https://other.example"),
        json!("https://api.example/"),
        json!("https://api.exampl"),
        json!("https://API.example"),
        json!("https://api.example "),
        json!("https://api.example,https://other.example"),
        json!(["https://other.example", "https://api.example.evil.example"]),
        json!("*"),
    ] {
        refused(&server, "/bearer", &token(&with(json!({"aud": aud}))), audience);
    }
    for aud in [json!(1), json!({}), json!(true), json!([AUDIENCE, 1]), json!([AUDIENCE, null]), json!([[AUDIENCE]])] {
        refused(&server, "/bearer", &token(&with(json!({"aud": aud}))), INVALID);
    }
    refused(&server, "/bearer", &raw_claim("aud", "null"), INVALID);
    accepted(&server, "/bearer", &token(&with(json!({"aud": ["https://other.example", AUDIENCE]}))));

    for iss in [
        json!(REMOVED),
        json!(""),
        json!("https://idp.example/"),
        json!("https://IDP.example"),
        json!("https://idp.exampl"),
        json!(" https://idp.example"),
        json!("https://idp.example.evil.example"),
        json!("https://idp.example\u{0}"),
        json!("*"),
    ] {
        refused(&server, "/bearer", &token(&with(json!({"iss": iss}))), issuer);
    }
    for iss in [json!([ISSUER]), json!(1), json!({"iss": ISSUER}), json!(true)] {
        refused(&server, "/bearer", &token(&with(json!({"iss": iss}))), INVALID);
    }
    refused(&server, "/bearer", &raw_claim("iss", "null"), INVALID);
}

#[test]
fn a_token_names_its_subject() {
    let server = serve();
    for sub in [json!(REMOVED), json!(""), json!(1), json!(["alice"]), json!({"x": 1}), json!(true)] {
        refused(&server, "/bearer", &token(&with(json!({"sub": sub}))), INVALID);
    }
    refused(&server, "/bearer", &raw_claim("sub", "null"), INVALID);
}

/// The signature decides before any claim: a forger learns nothing of the checks behind it.
#[test]
fn signature_first_then_claims_then_the_users_type() {
    let server = serve();
    let changes = [
        json!({"exp": 1}),
        json!({"aud": "x"}),
        json!({"cnf": {}}),
        json!({"sub": REMOVED}),
        json!({"exp": "soon"}),
        json!({"nbf": NOW + 9999}),
        json!({"tenant": REMOVED}),
    ];
    for changes in changes {
        let forged = Hmac::HS256.sign(&[9; 32], r#"{"alg":"HS256"}"#, &with(changes).to_string());
        refused(&server, "/typed", &forged, INVALID);
    }
    // Expired and unfit: the claims that are always checked speak first.
    refused(&server, "/typed", &token(&with(json!({"exp": NOW - 999}))), "the token has expired");
    refused(&server, "/typed", &token(&good()), "the token lacks what this resource needs");
    accepted(&server, "/typed", &token(&with(json!({"tenant": "t1"}))));
}

#[test]
fn standard_claims_are_checked_whatever_the_type_lacks() {
    let server = serve();
    // The handler's type asks for `tenant` only.
    for changes in [
        json!({"exp": REMOVED}),
        json!({"exp": NOW - 100}),
        json!({"nbf": NOW + 100}),
        json!({"iss": "https://evil.example"}),
        json!({"aud": "https://evil.example"}),
        json!({"sub": REMOVED}),
    ] {
        let mut claims = with(changes);
        claims["tenant"] = json!("t1");
        assert_eq!(bearer(&server, "/typed", &token(&claims)).status, 401, "{claims}");
    }
}

/// Attacks on tokens through a claim that takes part in the decision.
#[test]
fn scopes_and_roles_of_a_wrong_type_grant_nothing() {
    let server = serve();
    for scope in
        [json!({"admin": true}), json!(1), json!(true), json!([["admin"]]), json!([1, "admin"]), json!(["admin", null])]
    {
        assert_eq!(bearer(&server, "/admin", &token(&with(json!({"scope": scope})))).status, 403, "{scope}");
    }
    for scope in
        ["Admin", "ADMIN", "admin2", "xadmin", "admin,read", "read\tadmin", "admin\u{a0}", "admin\u{0}", "\"admin\""]
    {
        assert_eq!(bearer(&server, "/admin", &token(&with(json!({"scope": scope})))).status, 403, "{scope}");
    }
    bearer(&server, "/admin", &token(&with(json!({"scope": "read admin"})))).expect("bearer alice");
    for roles in
        [json!({"ops": true}), json!(1), json!([["ops"]]), json!("ops admin"), json!("ops,admin"), json!(["ops", 1])]
    {
        assert_eq!(bearer(&server, "/ops", &token(&with(json!({"roles": roles})))).status, 403, "{roles}");
    }
    bearer(&server, "/ops", &token(&with(json!({"roles": ["ops"]})))).expect("bearer alice");
}

fn raw_claim(name: &str, value: &str) -> String {
    let mut claims: Value = with(json!({name: REMOVED}));
    claims["marker"] = json!(0);
    let text = claims.to_string().replacen("\"marker\":0", &format!("\"{name}\":{value}"), 1);
    Hmac::HS256.sign(SECRET, r#"{"alg":"HS256"}"#, &text)
}
