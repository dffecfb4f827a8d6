//! Scopes and roles: what is known, and what an issuer may grant.

use crate::jwt::tests::*;

fn scopes(claims: Value) -> Option<Vec<String>> {
    let principal = accepted(&verifier(jwt()), &hs256(&with(claims)));
    principal.scopes().map(|scopes| scopes.map(str::to_owned).collect())
}

fn roles(verifier: &Verifier, claims: Value) -> Option<Vec<String>> {
    let principal = accepted(verifier, &hs256(&with(claims)));
    principal.roles().map(|roles| roles.map(str::to_owned).collect())
}

fn some<const N: usize>(names: [&str; N]) -> Option<Vec<String>> {
    Some(names.map(str::to_owned).to_vec())
}

#[test]
fn scopes_come_from_scope_and_scp_as_string_or_array() {
    assert_eq!(scopes(json!({"scope": "read write"})), some(["read", "write"]));
    assert_eq!(scopes(json!({"scope": "  read   read "})), some(["read"]));
    assert_eq!(scopes(json!({"scope": ""})), some([]));
    assert_eq!(scopes(json!({"scope": ["read", "write"]})), some(["read", "write"]));
    assert_eq!(scopes(json!({"scp": "read"})), some(["read"]));
    assert_eq!(scopes(json!({"scp": ["a"], "scope": "b"})), some(["a", "b"]));
    assert_eq!(scopes(json!({"scope": "a\tb"})), some(["a\tb"]), "only spaces separate");
    assert_eq!(scopes(json!({"scope": ["a b"]})), some(["a b"]), "an item is one scope");
}

#[test]
fn scopes_missing_or_mistyped_are_unknown() {
    assert_eq!(scopes(json!({})), None);
    for scope in [json!(1), json!(true), json!({"admin": true}), json!(["admin", 1])] {
        assert_eq!(scopes(json!({"scope": scope})), None, "{scope}");
        assert_eq!(scopes(json!({"scope": "admin", "scp": scope})), None, "{scope}");
    }
}

#[test]
fn roles_come_from_the_configured_path() {
    let default = verifier(jwt());
    assert_eq!(roles(&default, json!({"roles": ["ops", "admin"]})), some(["admin", "ops"]));
    assert_eq!(roles(&default, json!({"roles": "one role"})), some(["one role"]), "never split");
    assert_eq!(roles(&default, json!({"roles": []})), some([]));
    let keycloak = verifier(jwt().roles_claim(["realm_access", "roles"]));
    assert_eq!(roles(&keycloak, json!({"realm_access": {"roles": ["ops"]}, "roles": ["admin"]})), some(["ops"]));
    let dotted = verifier(jwt().roles_claim(["https://example.com/my.roles"]));
    assert_eq!(roles(&dotted, json!({"https://example.com/my.roles": ["ops"]})), some(["ops"]));
}

#[test]
fn roles_missing_or_mistyped_are_unknown() {
    let default = verifier(jwt());
    for claims in [json!({}), json!({"roles": 1}), json!({"roles": {"ops": true}}), json!({"roles": ["ops", null]})] {
        assert_eq!(roles(&default, claims.clone()), None, "{claims}");
    }
    let nested = verifier(jwt().roles_claim(["realm_access", "roles"]));
    for claims in [
        json!({"realm_access": ["roles"]}),
        json!({"realm_access": "roles"}),
        json!({"realm_access": {}}),
        json!({"realm_access.roles": ["ops"]}),
    ] {
        assert_eq!(roles(&nested, claims.clone()), None, "{claims}");
    }
}

#[test]
fn an_issuer_grants_only_what_it_may() {
    let bounded = verifier(jwt().grantable_roles(["ops"]).grantable_scopes(["read", "write"]));
    let claims = json!({"roles": ["ops", "admin"], "scope": "read admin"});
    assert_eq!(roles(&bounded, claims.clone()), some(["ops"]));
    let principal = accepted(&bounded, &hs256(&with(claims)));
    assert_eq!(principal.scopes().unwrap().collect::<Vec<_>>(), ["read"]);
    assert_eq!(roles(&bounded, json!({})), None, "unknown stays unknown");
}

/// A name that the issuer may not grant admits nobody, and its absence admits nobody either.
#[test]
fn what_an_issuer_may_not_grant_is_unknown() {
    use crate::policy::Hierarchies;
    use crate::policy::{CheckResults, Demand, Requirement, Standard, Step};
    use crate::time::SystemClock;

    const CONTRACTOR: Requirement = Requirement::role("contractor");
    const ADMIN: Requirement = Requirement::scope("admin");
    let bounded = verifier(jwt().grantable_roles(["ops"]).grantable_scopes(["read"]));
    let holds = |requirement: &'static Requirement, claims: Value| {
        let principal = accepted(&bounded, &hs256(&with(claims)));
        let demand = Demand::of(None, requirement);
        matches!(
            demand.evaluate(&principal, Standard::new(&Hierarchies::default(), &SystemClock), &CheckResults::new()),
            Step::Holds
        )
    };
    let claimed = json!({"roles": ["contractor"], "scope": "admin"});
    let not_claimed = json!({"roles": ["ops"], "scope": "read"});
    for (requirement, negation) in [(&CONTRACTOR, &Requirement::Not(&CONTRACTOR)), (&ADMIN, &Requirement::Not(&ADMIN))]
    {
        assert!(!holds(requirement, claimed.clone()) && !holds(negation, claimed.clone()));
        assert!(!holds(requirement, not_claimed.clone()) && holds(negation, not_claimed.clone()));
    }
}

#[test]
fn names_may_be_escaped_beside_others_that_are_not() {
    let partner = jwt().grantable_scopes(["plain", "cafe", "a\"b"]).roles_claim(["realm", "roles"]);
    let payload = format!(
        r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"\u0061lice","exp":{},"scope":"plain other","scp":["caf\u0065","a\"b","caf\u00e9"],"realm":{{"x":[{{}}],"rol\u0065s":["\ud83d\ude00","ops","ops"]}}}}"#,
        NOW + 600
    );
    let token = sign_text(Algorithm::HS256, &signing_key(Algorithm::HS256), r#"{"alg":"HS256"}"#, &payload);
    let principal = accepted(&verifier(partner), &token);
    assert_eq!(principal.subject(), "alice");
    assert_eq!(principal.scopes().unwrap().collect::<Vec<_>>(), ["a\"b", "cafe", "plain"]);
    let disputed = principal.scope_set().unwrap().disputed;
    assert!(disputed.contains("other") && disputed.contains("café") && !disputed.contains("plain"));
    assert_eq!(principal.roles().unwrap().collect::<Vec<_>>(), ["ops", "😀"]);
}
