//! Answers as real servers write them.

use super::*;

/// A good answer with these members, null as it is.
fn plus(more: Value) -> Value {
    let mut answer = good();
    answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    answer
}

type Told = Introspection<Said, Audiences, Said>;

async fn told(answer: Value, configure: impl FnOnce(Told) -> Told) -> Outcome {
    let mock = Mock::start(move |_| Reply::json(&answer));
    ask(&scheme(configure(introspection(&mock))), "token").await
}

fn names<'a>(names: Option<impl Iterator<Item = &'a str>>) -> Option<Vec<String>> {
    names.map(|names| names.map(str::to_owned).collect())
}

#[actix_web::test]
async fn null_is_as_if_a_member_were_not_there_where_that_is_harmless() {
    for name in ["scp", "nbf", "iat", "jti", "typ", "token_use", "client_id", "username", "azp"] {
        verified(told(plus(json!({ name: null })), |it| it).await);
    }
    let principal = verified(told(plus(json!({"scp": null})), |it| it).await);
    assert_eq!(names(principal.scopes()), Some(vec!["read".into(), "write".into()]));
    for (changes, reason) in [
        (json!({"exp": null}), Reason::ClaimsInvalid),
        (json!({"cnf": null}), Reason::TokenBound),
        (json!({"aud": null}), Reason::ClaimsInvalid),
        (json!({"iss": null}), Reason::IssuerWrong),
        (json!({"token_type": null}), Reason::TypeWrong),
        (json!({"active": null}), Reason::TokenInactive),
    ] {
        assert_eq!(rejected(&told(plus(changes.clone()), |it| it).await), reason, "{changes}");
    }
    // Where the audience is not bound, or bound by the client.
    let answer = plus(json!({"aud": null, "iss": null, "client_id": "app"}));
    let mock = Mock::start(move |_| Reply::json(&answer));
    let asked = || Introspection::new(mock.url()).client_secret_basic("id", SECRET).dangerous_any_issuer();
    verified(ask(&scheme(asked().dangerous_any_audience()), "token").await);
    verified(ask(&scheme(asked().issued_to("app")), "token").await);
}

#[actix_web::test]
async fn a_client_of_its_own_account_has_no_sub() {
    let configure = |it: Told| it.subject_claim("sub").subject_claim("client_id");
    let user = verified(told(plus(json!({"client_id": "app"})), configure).await);
    assert_eq!((user.subject(), user.subject_claim()), ("alice", Some("sub")));
    let client = verified(told(with(json!({"sub": null, "client_id": "alice"})), configure).await);
    assert_eq!((client.subject(), client.subject_claim()), ("alice", Some("client_id")));
    assert_ne!(user.key(), client.key());
    assert_eq!(rejected(&told(with(json!({"sub": null})), configure).await), Reason::ClaimsInvalid);
}

#[actix_web::test]
async fn roles_scopes_and_parties_are_read_as_those_of_a_token() {
    let answer = with(json!({
        "roles": null, "scope": null, "permissions": ["read"], "azp": "app",
        "realm_access": {"roles": ["ops"]}, "groups": "dev, qa", "orgs": {"admin": {"7": "x"}, "root": {"8": "x"}},
    }));
    let configure = |it: Told| {
        it.scopes_claim(["permissions"])
            .optional_scopes_claim(["more"])
            .roles_claim(["realm_access", "roles"])
            .roles_claim(["groups"])
            .optional_roles_claim(["orgs"])
            .roles_split_at_commas()
            .roles_from_keys("7")
            .authorized_parties(["app"])
    };
    let principal = verified(told(answer.clone(), configure).await);
    assert_eq!(names(principal.scopes()), Some(vec!["read".into()]));
    let expected = ["admin", "dev", "ops", "qa"].map(String::from).to_vec();
    assert_eq!(names(principal.roles()), Some(expected));
    let any = verified(told(answer.clone(), |it| configure(it).dangerous_any_organisation()).await);
    assert_eq!(names(any.roles()).unwrap().len(), 5);
    let foreign = told(answer, |it| it.authorized_parties(["other"])).await;
    assert_eq!(rejected(&foreign), Reason::AudienceWrong);
}
