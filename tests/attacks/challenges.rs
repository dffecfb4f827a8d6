//! Every challenge, read back by a parser that is not ours (RFC 9110 section 11.6.1).

use actix_web::get;
use auth_runtime::denial::Reason;
use auth_runtime::scheme::{Authentication, Challenge, Context, Credentials, Evidence, SchemeDescription};
use auth_runtime::{Principal, Scheme, requires};
use serde_json::json;

use crate::app::*;

/// Rejects, or cannot decide, for the reason whose place in the list of all the header names.
struct Reasons;
/// As `Reasons`, with a challenge that follows RFC 6750.
struct OauthReasons;
/// Its challenge needs every escape there is, and repeats what the runtime adds by itself.
struct Odd;
/// The same, with a challenge that follows RFC 6750.
struct OddOauth;

fn reason(context: &Context<'_>) -> Option<Reason> {
    let text = context.headers().get("x-reason")?.to_str().ok()?;
    let index: usize = text.parse().ok()?;
    Some(Reason::ALL.get(index).copied().unwrap_or(Reason::Custom("custom")))
}

macro_rules! schemes {
    ($($name:ident => $challenge:expr;)+) => {$(
        impl Scheme for $name {
            fn name(&self) -> &'static str {
                "probe"
            }
            fn describe(&self) -> SchemeDescription {
                SchemeDescription::new($challenge)
            }
            fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
                reason(context).map_or(Credentials::Absent, |reason| Credentials::Explicit(Evidence::new(reason)))
            }
            fn authenticate<'a>(&self, _: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
                match evidence.into_value::<Reason>().unwrap().rejection() {
                    Ok(rejection) => Authentication::refused(rejection),
                    Err(unavailable) => Authentication::unavailable(unavailable),
                }
            }
        }
    )+};
}

const ODD: &str = "a \"quoted\" \\ back\\\\slash, comma=\"x\"; \t\r\n\0 é € \u{7f}end";
/// What of it a quoted string of ASCII can carry.
const ODD_SENT: &str = "a \"quoted\" \\ back\\\\slash, comma=\"x\";    end";

schemes! {
    Reasons => Challenge::new("Probe").parameter("kind", "plain");
    OauthReasons => Challenge::oauth("ProbeOAuth");
    Odd => Challenge::new("Odd").parameter("text", ODD).parameter("empty", "").parameter("realm", "evil").parameter("TEXT", "again");
    OddOauth => Challenge::oauth("OddOAuth")
        .parameter("scope", "evil").parameter("error", "evil").parameter("error_description", "evil").parameter("Realm", "evil");
}

macro_rules! routes {
    ($($path:literal $name:ident ($($policy:tt)+);)+) => {
        $(
            #[requires($($policy)+)]
            #[get($path)]
            async fn $name(_who: Principal) -> &'static str {
                "admitted"
            }
        )+

        fn server() -> Server {
            let auth = builder(&clock())
                .scheme(Reasons)
                .scheme(OauthReasons)
                .scheme(Odd)
                .scheme(OddOauth)
                .build()
                .unwrap();
            Server::start(move |config| {
                config.service(auth.scope("")$(.service($name))+);
            })
        }

        const PATHS: &[&str] = &[$($path),+];
    };
}

routes! {
    "/c/bearer" c_bearer (bearer);
    "/c/bearer/scopes" c_bearer_scopes (bearer, scope = "read write");
    "/c/bearer/punctuation" c_punctuation (bearer, scope("a:b/c.d-e_f~!#$%&'()*+,;<=>?@[]^`{|}"));
    "/c/bearer/expression" c_expression (bearer, scope("read") && (role("ops") || scope("admin")) && (scope("left") || scope("right")));
    "/c/bearer/negation" c_negation (bearer, scope("read") && !scope("banned"));
    "/c/basic" c_basic (basic);
    "/c/key" c_key (api_key);
    "/c/key/query" c_key_query (api_key("query"));
    "/c/key/cookie" c_key_cookie (api_key("cookie"));
    "/c/two/keys" c_two_keys (any(api_key, api_key("query")));
    "/c/two/bearers" c_two_bearers (any(bearer, bearer("partner")), scope = "read");
    "/c/all" c_all (any(basic, api_key, bearer, Reasons, OauthReasons), scope("read") || role("ops"));
    "/c/realm" c_realm (bearer, realm = "a realm, with = and ; and 'quotes'");
    "/c/reasons" c_reasons (any(Reasons, bearer, basic));
    "/c/reasons/oauth" c_reasons_oauth (OauthReasons, scope = "read write");
    "/c/odd" c_odd (Odd);
    "/c/odd/oauth" c_odd_oauth (OddOauth, scope = "read");
}

/// Scheme and parameters of each line; one challenge a line, no parameter twice, the realm first.
#[track_caller]
fn challenges(answer: &Answer) -> Vec<(String, Vec<(String, String)>)> {
    let lines = answer.all("www-authenticate");
    let parsed: Vec<_> = lines
        .iter()
        .map(|line| {
            let parsed = http_auth::parse_challenges(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            let [challenge] = &parsed[..] else { panic!("not one challenge: {line}") };
            let parameters: Vec<_> =
                challenge.params.iter().map(|(name, value)| ((*name).to_owned(), value.to_unescaped())).collect();
            for (index, (name, _)) in parameters.iter().enumerate() {
                let again = parameters[..index].iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
                assert!(!again, "`{name}` twice in {line}");
            }
            assert_eq!(parameters.first().map(|(name, _)| &**name), Some("realm"), "{line}");
            (challenge.scheme.to_owned(), parameters)
        })
        .collect();
    for (index, (scheme, _)) in parsed.iter().enumerate() {
        assert!(
            parsed[..index].iter().all(|(other, _)| !other.eq_ignore_ascii_case(scheme)),
            "{scheme} twice in {lines:?}"
        );
    }
    // Joined, as a proxy may join them, they still read the same.
    if !lines.is_empty() {
        let joined = lines.join(", ");
        let again = http_auth::parse_challenges(&joined).unwrap_or_else(|error| panic!("{error}: {joined}"));
        let schemes: Vec<_> = again.iter().map(|challenge| challenge.scheme).collect();
        assert_eq!(schemes, parsed.iter().map(|(scheme, _)| scheme.as_str()).collect::<Vec<_>>());
    }
    parsed
}

fn one(scheme: &str, parameters: &[(&str, &str)]) -> (String, Vec<(String, String)>) {
    (scheme.to_owned(), parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

const REALM_IS: (&str, &str) = ("realm", REALM);

#[test]
fn every_challenge_parses_to_what_was_meant() {
    let server = server();
    let basic = || one("Basic", &[REALM_IS, ("charset", "UTF-8")]);
    let key = |place, name| one("ApiKey", &[REALM_IS, ("in", place), ("name", name)]);
    let punctuation = "a:b/c.d-e_f~!#$%&'()*+,;<=>?@[]^`{|}";
    for (path, expected) in [
        ("/c/bearer", vec![one("Bearer", &[REALM_IS])]),
        ("/c/bearer/scopes", vec![one("Bearer", &[REALM_IS, ("scope", "read write")])]),
        ("/c/bearer/punctuation", vec![one("Bearer", &[REALM_IS, ("scope", punctuation)])]),
        // All scopes a request needs, on the leftmost branch of each `||`.
        ("/c/bearer/expression", vec![one("Bearer", &[REALM_IS, ("scope", "read left")])]),
        ("/c/bearer/negation", vec![one("Bearer", &[REALM_IS, ("scope", "read")])]),
        ("/c/basic", vec![basic()]),
        ("/c/key", vec![key("header", "X-API-Key")]),
        ("/c/key/query", vec![key("query", "api_key")]),
        ("/c/key/cookie", vec![key("cookie", "__Host-key")]),
        ("/c/two/keys", vec![key("header", "X-API-Key")]),
        ("/c/two/bearers", vec![one("Bearer", &[REALM_IS, ("scope", "read")])]),
        (
            "/c/all",
            vec![
                one("Bearer", &[REALM_IS, ("scope", "read")]),
                key("header", "X-API-Key"),
                one("Probe", &[REALM_IS, ("kind", "plain")]),
                one("ProbeOAuth", &[REALM_IS, ("scope", "read")]),
                basic(),
            ],
        ),
        ("/c/realm", vec![one("Bearer", &[("realm", "a realm, with = and ; and 'quotes'")])]),
    ] {
        let answer = server.get(path).send();
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(challenges(&answer), expected, "{path}");
    }
}

#[test]
fn parameters_are_escaped_and_what_no_field_can_carry_is_dropped() {
    let server = server();
    let answer = server.get("/c/odd").send();
    let parsed = challenges(&answer);
    let (scheme, parameters) = &parsed[0];
    assert_eq!(scheme, "Odd");
    let value = |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(value("realm"), Some(REALM));
    assert_eq!(value("text").map(|text| text.replace(' ', "")), Some(ODD_SENT.replace(' ', "")));
    assert_eq!(value("empty"), Some(""));
}

/// Exactly one realm, scope and error, though a scheme of the user's own names them too.
#[test]
fn each_parameter_stands_at_most_once() {
    let server = server();
    let missing = challenges(&server.get("/c/odd/oauth").send());
    let value = |parsed: &[(String, Vec<(String, String)>)], name: &str| {
        parsed[0].1.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    };
    assert_eq!(value(&missing, "realm").as_deref(), Some(REALM));
    assert_eq!(value(&missing, "scope").as_deref(), Some("read"));
    let index = Reason::ALL.iter().position(|reason| *reason == Reason::TokenExpired).unwrap();
    let refused = challenges(&server.get("/c/odd/oauth").header("X-Reason", index.to_string()).send());
    assert_eq!(value(&refused, "error").as_deref(), Some("invalid_token"));
    assert_eq!(value(&refused, "error_description").as_deref(), Some(Reason::TokenExpired.description()));
    assert_eq!(value(&refused, "scope").as_deref(), Some("read"));
}

/// Each reason there is, sent by a scheme: its status, its challenges, nothing that misleads a client.
#[test]
fn every_reason_makes_a_well_formed_denial() {
    let server = server();
    let mut all: Vec<Reason> = Reason::ALL.to_vec();
    all.push(Reason::Custom("custom"));
    for (index, reason) in all.into_iter().enumerate() {
        for path in ["/c/reasons", "/c/reasons/oauth", "/c/all", "/c/odd", "/c/odd/oauth"] {
            let answer = server.get(path).header("X-Reason", index.to_string()).send();
            let shown = format!("{reason:?} on {path}: {answer:#?}");
            assert_eq!(answer.status, reason.status().as_u16(), "{shown}");
            let parsed = challenges(&answer);
            let body = answer.json();
            assert_eq!(body["status"], json!(answer.status), "{shown}");
            assert_eq!(answer.all("cache-control"), ["no-store"], "{shown}");
            match answer.status {
                400 | 401 => assert!(!parsed.is_empty(), "{shown}"),
                403 => assert!(parsed.is_empty() || reason.oauth_error() == Some("insufficient_scope"), "{shown}"),
                503 => assert!(parsed.is_empty() && answer.only("retry-after").is_some(), "{shown}"),
                413 | 429 | 500 => assert!(parsed.is_empty(), "{shown}"),
                other => panic!("{other}: {shown}"),
            }
            for (scheme, parameters) in &parsed {
                let value =
                    |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
                let attempted = match path {
                    "/c/reasons" | "/c/all" => "Probe",
                    "/c/reasons/oauth" => "ProbeOAuth",
                    "/c/odd" => "Odd",
                    _ => "OddOAuth",
                };
                let oauth = ["Bearer", "ProbeOAuth", "OddOAuth"].contains(&scheme.as_str());
                // `error` only on the scheme attempted, and only where RFC 6750 is followed; or where a client of any scheme must know
                // how strongly to authenticate (RFC 9470).
                let is_step_up = reason.oauth_error() == Some("insufficient_user_authentication");
                if let Some(error) = value("error") {
                    assert!(
                        (oauth || is_step_up) && (scheme == attempted || reason == Reason::AuthorizationRepeated),
                        "{shown}"
                    );
                    assert_eq!(Some(error), reason.oauth_error(), "{shown}");
                    assert_eq!(body["error"], json!(error), "{shown}");
                }
            }
        }
    }
}

/// RFC 6750 section 3 limits the characters; clients search for the names by regular expression.
#[test]
fn descriptions_have_the_allowed_characters_and_name_no_parameter() {
    for reason in Reason::ALL.iter().copied().chain([Reason::Custom("custom")]) {
        let text = reason.description();
        assert!(!text.is_empty());
        assert!(text.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E)), "{text}");
        for forbidden in ["scope=", "error=", "resource_metadata=", "realm=", "=", ","] {
            assert!(!text.contains(forbidden), "{text}");
        }
        if let Some(error) = reason.oauth_error() {
            let known = [
                "invalid_request",
                "invalid_token",
                "insufficient_scope",
                // RFC 9449 section 7.1 and 9, RFC 9470 section 3.
                "invalid_dpop_proof",
                "use_dpop_nonce",
                "insufficient_user_authentication",
            ];
            assert!(known.contains(&error), "{reason:?}");
        }
        let fits = matches!(
            (reason.status().as_u16(), reason.oauth_error()),
            (400, Some("invalid_request"))
                | (401, None | Some("invalid_token" | "invalid_dpop_proof" | "use_dpop_nonce"))
                | (401, Some("insufficient_user_authentication"))
                | (403, None | Some("insufficient_scope"))
                | (413 | 429 | 500 | 503, None)
        );
        // The answer is an extractor's: no challenge has a part in it.
        let fits = fits || (reason == Reason::ArgumentUnfit && reason.oauth_error().is_none());
        assert!(fits, "{reason:?}");
    }
    let labels: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.label()).collect();
    assert_eq!(labels.len(), Reason::ALL.len(), "two reasons have one label");
}

#[test]
fn a_missing_scope_is_named_with_all_others_and_no_description() {
    let server = server();
    let answer = bearer(&server, "/c/bearer/scopes", &token(&with(json!({"scope": "read"}))));
    let parameters = [REALM_IS, ("error", "insufficient_scope"), ("scope", "read write")];
    assert_eq!((answer.status, challenges(&answer)), (403, vec![one("Bearer", &parameters)]));
    let answer = bearer(&server, "/c/bearer/expression", &token(&with(json!({"scope": "read"}))));
    let parameters = [REALM_IS, ("error", "insufficient_scope"), ("scope", "read left")];
    assert_eq!((answer.status, challenges(&answer)), (403, vec![one("Bearer", &parameters)]));
    // Nothing of the set is missing, so another token of that set would not help.
    let answer = bearer(&server, "/c/bearer/expression", &token(&with(json!({"scope": "read left"}))));
    assert_eq!((answer.status, challenges(&answer)), (403, vec![]));
    let answer = bearer(&server, "/c/bearer/negation", &token(&with(json!({"scope": "read banned"}))));
    assert_eq!((answer.status, challenges(&answer)), (403, vec![]));
}

/// A client library picks the scheme it knows out of several lines, and answers it.
#[test]
fn a_client_library_finds_basic_among_the_others() {
    let server = server();
    let mut client = http_auth::PasswordClient::builder();
    let answer = server.get("/c/reasons").send();
    for line in answer.all("www-authenticate") {
        client = client.challenges(line);
    }
    let response = client
        .build()
        .unwrap()
        .respond(&http_auth::PasswordParams {
            username: "alice",
            password: PASSWORD,
            uri: "/c/reasons",
            method: "GET",
            body: None,
        })
        .unwrap();
    server.get("/c/reasons").header("Authorization", response).send().expect("admitted");
}

/// Never a bare scheme name, never 407, never `Vary: Authorization`, whoever asks what.
#[test]
fn no_answer_has_what_breaks_clients_or_caches() {
    let server = server();
    for path in PATHS {
        for request in [
            server.get(path),
            server.get(path).bearer("x"),
            server.get(path).bearer(""),
            server.get(path).basic("a", "b"),
            server.get(path).header("X-API-Key", "x"),
            server.get(path).bearer(token(&good())),
        ] {
            let answer = request.send();
            assert_ne!(answer.status, 407);
            assert!(answer.all("proxy-authenticate").is_empty());
            assert!(answer.all("vary").iter().all(|vary| !vary.to_ascii_lowercase().contains("authorization")));
            for line in answer.all("www-authenticate") {
                assert!(line.contains(" realm=\""), "{line}");
            }
            if answer.status == 401 {
                assert!(!answer.all("www-authenticate").is_empty(), "{answer:?}");
            }
            challenges(&answer);
        }
    }
}
