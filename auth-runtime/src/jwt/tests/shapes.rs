//! Claims as real providers write them: null for what is not there, roles in several places, in keys, in one string; subjects
//! of several claims; parties.

use crate::jwt::tests::*;
use crate::policy::{CheckResults, Demand, Hierarchies, Requirement, Standard, Step};
use crate::time::SystemClock;

/// Good claims with these, null as it is.
fn plus(more: Value) -> Value {
    let mut claims = good();
    claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    claims
}

/// What is known of these roles and of no other.
#[derive(Debug, PartialEq)]
enum Roles {
    Unknown,
    /// These are held, and there may be more.
    Open(Vec<String>),
    Known(Vec<String>),
}

fn open<const N: usize>(names: [&str; N]) -> Roles {
    Roles::Open(names.map(str::to_owned).to_vec())
}

fn known<const N: usize>(names: [&str; N]) -> Roles {
    Roles::Known(names.map(str::to_owned).to_vec())
}

fn roles(verifier: &Verifier, claims: Value) -> Roles {
    const NOBODY: Requirement = Requirement::Not(&Requirement::role("held by nobody"));
    let principal = accepted(verifier, &hs256(&plus(claims)));
    let step = Demand::of(None, &NOBODY).evaluate(
        &principal,
        Standard::new(&Hierarchies::default(), &SystemClock),
        &CheckResults::new(),
    );
    match principal.roles() {
        None => Roles::Unknown,
        Some(names) if matches!(step, Step::Holds) => Roles::Known(names.map(str::to_owned).collect()),
        Some(names) => Roles::Open(names.map(str::to_owned).collect()),
    }
}

fn scopes(verifier: &Verifier, claims: Value) -> Option<Vec<String>> {
    let principal = accepted(verifier, &hs256(&plus(claims)));
    principal.scopes().map(|scopes| scopes.map(str::to_owned).collect())
}

#[test]
fn null_is_as_if_a_claim_were_not_there_where_that_is_harmless() {
    let verifier = verifier(jwt());
    for name in ["scp", "nbf", "iat", "jti", "roles", "azp", "client_id", "sid"] {
        accepted(&verifier, &hs256(&plus(json!({ name: null }))));
    }
    let read = || Some(vec!["read".to_owned()]);
    assert_eq!(scopes(&verifier, json!({"scope": "read", "scp": null})), read());
    assert_eq!(scopes(&verifier, json!({"scope": null, "scp": "read"})), read());
    assert_eq!(scopes(&verifier, json!({"scope": null, "scp": null})), None, "unknown, not empty");
    assert_eq!(scopes(&verifier, json!({"scope": null})), None);
    assert_eq!(scopes(&verifier, json!({"scope": ["read", null]})), None);
    assert_eq!(roles(&verifier, json!({"roles": null})), Roles::Unknown);
}

#[test]
fn null_never_lifts_a_bound() {
    let any = verifier(Jwt::hs256(SECRET).dangerous_any_issuer().dangerous_any_audience());
    let named = verifier(jwt());
    for (verifier, claims, reason) in [
        (&named, json!({"exp": null}), Reason::ClaimsInvalid),
        (&any, json!({"exp": null}), Reason::ClaimsInvalid),
        (&named, json!({"aud": null}), Reason::ClaimsInvalid),
        (&named, json!({"aud": [null]}), Reason::ClaimsInvalid),
        (&named, json!({"iss": null}), Reason::ClaimsInvalid),
        (&any, json!({"iss": null}), Reason::ClaimsInvalid),
        (&named, json!({"cnf": null}), Reason::TokenBound),
        (&any, json!({"cnf": null}), Reason::TokenBound),
        (&named, json!({"sub": null}), Reason::ClaimsInvalid),
    ] {
        assert_eq!(refused(verifier, &hs256(&plus(claims.clone()))), reason, "{claims}");
    }
    accepted(&any, &hs256(&plus(json!({"aud": null}))));
    let revocable = verifier(jwt().revocations(crate::revocation::InMemoryRevocations::new()));
    assert_eq!(refused(&revocable, &hs256(&plus(json!({"jti": null})))), Reason::ClaimsInvalid);
    accepted(&revocable, &hs256(&plus(json!({"jti": "1", "sid": null}))));
    for header in [json!({"alg": null}), json!({"alg": "HS256", "crit": null})] {
        refused(&named, &sign(Algorithm::HS256, header, &good()));
    }
}

#[test]
fn roles_of_several_paths_are_united() {
    let keycloak =
        verifier(jwt().roles_claim(["realm_access", "roles"]).roles_claim(["resource_access", "api", "roles"]));
    let both = json!({"realm_access": {"roles": ["ops"]}, "resource_access": {"api": {"roles": ["dev", "ops"]}}});
    assert_eq!(roles(&keycloak, both), known(["dev", "ops"]));
    let realm = json!({"realm_access": {"roles": ["ops"]}});
    // A part that is missing or no good may hold more: what was found is held all the same.
    for (rest, why) in [
        (json!({}), "missing"),
        (json!({"resource_access": {"other": {"roles": ["admin"]}}}), "another client's"),
        (json!({"resource_access": null}), "null on the way"),
        (json!({"resource_access": {"api": {"roles": null}}}), "null"),
        (json!({"resource_access": {"api": {"roles": ["admin", 1]}}}), "mistyped, in part"),
        (json!({"resource_access": {"api": ["roles"]}}), "no object"),
    ] {
        let mut claims = realm.clone();
        claims.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        assert_eq!(roles(&keycloak, claims), open(["ops"]), "{why}");
    }
    assert_eq!(roles(&keycloak, json!({})), Roles::Unknown);
    assert_eq!(roles(&keycloak, json!({"roles": ["admin"]})), Roles::Unknown, "the default is no more");
    let bounded = verifier(jwt().roles_claim(["a"]).roles_claim(["b"]).grantable_roles(["x"]));
    assert_eq!(roles(&bounded, json!({"a": ["x", "admin"], "b": "admin"})), known(["x"]));
}

#[test]
fn a_path_that_was_said_to_be_optional_may_be_missing_and_no_more() {
    let keycloak = verifier(jwt().roles_claim(["realm_access", "roles"]).optional_roles_claim([
        "resource_access",
        "api",
        "roles",
    ]));
    let with_rest = |rest: Value| {
        let mut claims = json!({"realm_access": {"roles": ["ops"]}});
        claims.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        claims
    };
    for rest in [json!({}), json!({"resource_access": {}}), json!({"resource_access": {"other": {}}})] {
        assert_eq!(roles(&keycloak, with_rest(rest.clone())), known(["ops"]), "{rest}");
    }
    for rest in [
        json!({"resource_access": null}),
        json!({"resource_access": {"api": null}}),
        json!({"resource_access": {"api": {"roles": null}}}),
        json!({"resource_access": {"api": {"roles": {"dev": true}}}}),
    ] {
        assert_eq!(roles(&keycloak, with_rest(rest.clone())), open(["ops"]), "{rest}");
    }
    assert_eq!(roles(&verifier(jwt().optional_roles_claim(["groups"])), json!({})), known([]));
}

#[test]
fn a_list_that_was_too_long_for_the_token_is_unknown() {
    let groups = verifier(jwt().optional_roles_claim(["groups"]).optional_roles_claim(["roles"]));
    assert_eq!(roles(&groups, json!({"roles": ["app"]})), known(["app"]));
    for mark in
        [json!({"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {}}}), json!({"hasgroups": true})]
    {
        let mut claims = json!({"roles": ["app"]});
        claims.as_object_mut().unwrap().extend(mark.as_object().unwrap().clone());
        assert_eq!(roles(&groups, claims), open(["app"]), "{mark}");
        assert_eq!(roles(&groups, mark.clone()), open([]), "{mark}");
        let required = verifier(jwt().roles_claim(["groups"]));
        assert_eq!(roles(&required, mark.clone()), Roles::Unknown, "{mark}");
    }
    for none in [json!({"hasgroups": false}), json!({"_claim_names": {}}), json!({"_claim_names": null})] {
        assert_eq!(roles(&groups, none.clone()), known([]), "{none}");
    }
}

#[test]
fn roles_may_be_the_keys_of_an_object_that_an_organisation_holds() {
    const CLAIM: &str = "urn:zitadel:iam:org:project:roles";
    let said = json!({CLAIM: {
        "admin": {"org-1": "one.example", "org-2": "two.example"},
        "ops": {"org-2": "two.example"},
        "gone": null, "off": false, "empty": {}, "text": "org-1", "list": ["org-1"], "yes": true,
        "nothing": {"org-1": null}, "un\u{e9}": {"org-1": "x"}, "": {"org-1": "x"},
    }});
    let ours = verifier(jwt().roles_claim([CLAIM]).roles_from_keys("org-1"));
    assert_eq!(roles(&ours, said.clone()), known(["admin", "uné"]));
    let theirs = verifier(jwt().roles_claim([CLAIM]).roles_from_keys("org-2"));
    assert_eq!(roles(&theirs, said.clone()), known(["admin", "ops"]));
    assert_eq!(roles(&verifier(jwt().roles_claim([CLAIM]).roles_from_keys("org-3")), said.clone()), known([]));
    let any = verifier(jwt().roles_claim([CLAIM]).dangerous_any_organisation());
    assert_eq!(roles(&any, said.clone()), known(["admin", "list", "nothing", "ops", "text", "uné", "yes"]));
    // Only where it was said.
    assert_eq!(roles(&verifier(jwt().roles_claim([CLAIM])), said), Roles::Unknown);
    assert_eq!(roles(&verifier(jwt().roles_from_keys("o")), json!({"roles": {"a": {"o": "x"}}})), known(["a"]));
    for none in [json!(null), json!(7), json!(true)] {
        assert_eq!(roles(&any, json!({ CLAIM: none })), Roles::Unknown);
    }
    let bounded = verifier(jwt().roles_from_keys("o").grantable_roles(["b"]));
    assert_eq!(roles(&bounded, json!({"roles": {"a": {"o": "x"}, "b": {"o": "x"}}})), known(["b"]));
    let escaped = payload(r#""roles":{"\u0061dmin":{"o":"x"},"ops":{"\u006f":"x"}}"#);
    let principal = accepted(&verifier(jwt().roles_from_keys("o")), &escaped);
    assert_eq!(principal.roles().unwrap().collect::<Vec<_>>(), ["admin", "ops"]);
}

/// A signed token of good claims and this text.
fn payload(more: &str) -> String {
    let exp = NOW + 600;
    let text = format!(r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"alice","exp":{exp},{more}}}"#);
    sign_text(Algorithm::HS256, &signing_key(Algorithm::HS256), r#"{"alg":"HS256"}"#, &text)
}

#[test]
fn a_string_of_roles_is_split_at_commas_where_that_was_said() {
    let split = verifier(jwt().roles_split_at_commas());
    for (said, expected) in [
        (json!("viewer,admin"), known(["admin", "viewer"])),
        (json!(" viewer , admin,,ops admin,"), known(["admin", "ops admin", "viewer"])),
        (json!("one"), known(["one"])),
        (json!(""), known([])),
        (json!(","), known([])),
        (json!(["a,b"]), known(["a,b"])),
    ] {
        assert_eq!(roles(&split, json!({"roles": said})), expected, "{said}");
    }
    assert_eq!(roles(&verifier(jwt()), json!({"roles": "viewer,admin"})), known(["viewer,admin"]));
    let escaped = accepted(&split, &payload(r#""roles":"vi\u0065wer, admin""#));
    assert_eq!(escaped.roles().unwrap().collect::<Vec<_>>(), ["admin", "viewer"]);
    let nested = verifier(jwt().roles_claim(["x", "y"]).roles_split_at_commas());
    assert_eq!(roles(&nested, json!({"x": {"y": "a, b"}})), known(["a", "b"]));
}

#[test]
fn scopes_are_where_it_was_said_and_nowhere_else() {
    let permissions = verifier(jwt().scopes_claim(["permissions"]));
    let some = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
    let claims = json!({"permissions": ["read:a", "write:a"], "scope": "openid admin"});
    assert_eq!(scopes(&permissions, claims.clone()), some(&["read:a", "write:a"]), "in the place of the default");
    assert_eq!(scopes(&permissions, json!({"scope": "admin"})), None);
    assert_eq!(scopes(&permissions, json!({"permissions": "read:a write:a"})), some(&["read:a", "write:a"]));
    for none in [json!(null), json!({"admin": true}), json!([1])] {
        assert_eq!(scopes(&permissions, json!({ "permissions": none })), None);
    }
    let both = verifier(jwt().scopes_claim(["permissions"]).scopes_claim(["scope"]));
    assert_eq!(scopes(&both, claims), some(&["admin", "openid", "read:a", "write:a"]));
    let nested = verifier(jwt().optional_scopes_claim(["rights", "list"]));
    assert_eq!(scopes(&nested, json!({"rights": {"list": "a b"}})), some(&["a", "b"]));
    assert_eq!(scopes(&nested, json!({"rights": {}})), some(&[]));
    let bounded = verifier(jwt().scopes_claim(["permissions"]).grantable_scopes(["read"]));
    assert_eq!(scopes(&bounded, json!({"permissions": ["read", "admin"]})), some(&["read"]));
}

#[test]
fn the_first_claim_that_is_there_names_the_subject() {
    let fallback = verifier(jwt().subject_claim("sub").subject_claim("client_id"));
    let of = |claims: Value| accepted(&fallback, &hs256(&plus(claims)));
    let person = of(json!({"sub": "7", "client_id": "app"}));
    assert_eq!((person.subject(), person.subject_claim()), ("7", Some("sub")));
    let client = of(json!({"sub": null, "client_id": "7"}));
    assert_eq!((client.subject(), client.subject_claim()), ("7", Some("client_id")));
    // Two callers, whatever their names.
    assert_ne!(person, client);
    assert_ne!(person.key(), client.key());
    assert_eq!((person.key().claim(), client.key().claim()), (None, Some("client_id")));
    assert_eq!(client.key().to_string(), "7 (client_id) at https://idp.example");
    assert_eq!(client, of(json!({"sub": null, "client_id": "7", "scope": "x"})));
    for claims in [json!({"sub": null}), json!({"sub": "", "client_id": "7"}), json!({"sub": 7, "client_id": "7"})] {
        assert_eq!(refused(&fallback, &hs256(&plus(claims.clone()))), Reason::ClaimsInvalid, "{claims}");
    }
    let other = verifier(jwt().subject_claim("oid"));
    let by_oid = accepted(&other, &hs256(&plus(json!({"oid": "alice"}))));
    assert_eq!(by_oid.subject_claim(), Some("oid"));
    assert_ne!(by_oid.key(), accepted(&verifier(jwt()), &hs256(&good())).key());
    assert_eq!(Principal::builder("mine", "7").build().subject_claim(), None);
}

#[test]
fn a_party_that_is_named_must_be_ours() {
    let clerk =
        verifier(jwt().authorized_parties(["https://app.example"]).authorized_parties(["https://admin.example"]));
    for claims in [json!({}), json!({"azp": "https://app.example"}), json!({"azp": "https://admin.example"})] {
        accepted(&clerk, &hs256(&plus(claims)));
    }
    for (azp, reason) in [
        (json!("https://evil.example"), Reason::AudienceWrong),
        (json!("https://app.example/"), Reason::AudienceWrong),
        (json!(""), Reason::AudienceWrong),
        (json!(null), Reason::ClaimsInvalid),
        (json!(["https://app.example"]), Reason::ClaimsInvalid),
    ] {
        assert_eq!(refused(&clerk, &hs256(&plus(json!({ "azp": azp })))), reason, "{azp}");
    }
    // Other issuers have the same, or their own.
    const PARTNER: &str = "https://partner.example";
    let of = |azp: &str| hs256(&plus(json!({"iss": PARTNER, "azp": azp})));
    let jwt = || jwt().authorized_parties(["a"]);
    let same = verifier(jwt().add_issuer(Issuer::new(PARTNER, Key::hs256(SECRET))));
    accepted(&same, &of("a"));
    assert_eq!(refused(&same, &of("b")), Reason::AudienceWrong);
    let own = verifier(jwt().add_issuer(Issuer::new(PARTNER, Key::hs256(SECRET)).authorized_parties(["b"])));
    accepted(&own, &of("b"));
    assert_eq!(refused(&own, &of("a")), Reason::AudienceWrong);
}

#[test]
fn what_cannot_be_meant_fails_in_build() {
    let none = || [""; 0];
    for (fault, option) in [
        (fault(jwt().roles_claim(none())), "roles_claim"),
        (fault(jwt().roles_claim(["a"]).optional_roles_claim(none())), "roles_claim"),
        (fault(jwt().scopes_claim(none())), "scopes_claim"),
        (fault(jwt().roles_from_keys("")), "roles_from_keys"),
        (fault(jwt().subject_claim("sub").subject_claim("")), "subject_claim"),
        (fault(jwt().authorized_parties(none())), "authorized_parties"),
        (fault(jwt().authorized_parties(["a", ""])), "authorized_parties"),
    ] {
        assert!(fault.to_string().starts_with(&format!("`.{option}(…)`: ")), "{fault}");
    }
}
