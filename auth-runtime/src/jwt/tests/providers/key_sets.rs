//! Key sets as providers really publish them: empty at first, of the wrong purpose, under another media type, changed in place.

use super::*;

#[actix_web::test]
async fn a_set_that_is_empty_at_first_is_asked_for_again_by_the_first_token() {
    for kid in [Some("a"), None] {
        let provider = MockProvider::start();
        provider.set("/keys", set(&[]));
        let api = Api::of(&provider);
        eventually(|| provider.counts().0 == 1).await;
        settle().await;
        assert!(!api.scheme.is_ready(), "nothing can be verified");
        let mut header = json!({"alg": "ES256"});
        if let Some(kid) = kid {
            header["kid"] = kid.into();
        }
        let token = sign(Algorithm::ES256, header, &good());
        assert_eq!(api.ask_how(&token).await, (Err(Reason::KeysUnavailable), true), "asked, and still empty");
        provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
        assert_eq!(api.ask(&token).await, alice());
        assert!(api.scheme.is_ready());
    }
}

#[actix_web::test]
async fn an_empty_set_is_asked_for_within_the_bucket_and_within_seconds_without_any_token() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[]).header("Cache-Control", "max-age=3600"));
    let api = Api::of(&provider);
    eventually(|| provider.counts().0 == 1).await;
    settle().await;
    for number in 0..50 {
        let answer = api.ask(&token(Algorithm::ES256, &number.to_string())).await;
        assert_eq!(answer, Err(Reason::KeysUnavailable));
    }
    let asked = provider.counts().0;
    assert!(asked <= 4, "{asked} fetches: the first, a burst of two, and at most one that was due");
    // Nobody sends tokens to who is not ready.
    provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
    api.time.advance(16 * SECOND);
    eventually(|| api.scheme.is_ready()).await;
    assert_eq!(api.ask_how(&token(Algorithm::ES256, "a")).await, (alice(), false));
}

#[actix_web::test]
async fn a_set_of_keys_for_encryption_alone_is_not_ready() {
    let provider = MockProvider::start();
    let mut key = published(Algorithm::RS256, "a");
    key["use"] = "enc".into();
    provider.set("/keys", set(&[key]));
    let api = Api::of(&provider);
    eventually(|| provider.counts().0 == 1).await;
    settle().await;
    assert!(!api.scheme.is_ready());
    assert_eq!(api.ask(&token(Algorithm::RS256, "a")).await, Err(Reason::KeysUnavailable));
    // Expired ones cause no fetch.
    let before = provider.counts().0;
    let expired = sign(Algorithm::RS256, json!({"alg": "RS256", "kid": "a"}), &with(json!({"exp": NOW - 3600})));
    assert_eq!(api.ask(&expired).await, Err(Reason::TokenExpired));
    assert!(provider.counts().0 <= before + 1);
}

#[actix_web::test]
async fn whether_an_answer_is_json_is_judged_by_reading_it() {
    let without_type = |reply: Reply| {
        let mut reply = reply;
        reply.headers.retain(|(name, _)| *name != "Content-Type");
        reply
    };
    let of_type = |reply: Reply, content_type: &str| reply.header("Content-Type", content_type);
    for content_type in ["text/plain", "text/plain; charset=utf-8", "application/octet-stream", "text/json", ""] {
        let provider = MockProvider::start();
        let issuer = provider.url("");
        let keys = set(&[published(Algorithm::ES256, "a")]);
        let metadata = Reply::json(json!({"issuer": issuer, "jwks_uri": provider.url("/keys")}));
        let [keys, metadata] = [keys, metadata].map(|reply| match content_type {
            "" => without_type(reply),
            content_type => of_type(reply, content_type),
        });
        provider.set("/keys", keys);
        provider.set("/.well-known/openid-configuration", metadata);
        let api = Api::new(Jwt::oidc(issuer.clone()).audience(AUDIENCE));
        eventually(|| api.scheme.is_ready()).await;
        assert_eq!(api.ask(&of(Algorithm::ES256, &issuer, "a")).await, alice(), "{content_type}");
    }
}

#[actix_web::test]
async fn a_page_at_the_usual_address_of_metadata_leads_on_to_the_next() {
    for page in [
        Reply::json("<html>").header("Content-Type", "text/html"),
        Reply::json("not found").header("Content-Type", "text/plain"),
        Reply::status(404),
    ] {
        let provider = MockProvider::start();
        let issuer = provider.url("/a");
        provider.set("/a/.well-known/openid-configuration", page.clone());
        provider.set("/.well-known/oauth-authorization-server/a", page);
        let metadata = Reply::json(json!({"issuer": issuer, "jwks_uri": provider.url("/keys")}));
        provider.set("/.well-known/openid-configuration/a", metadata);
        provider.set("/keys", set(&[published(Algorithm::ES256, "a")]));
        let api = Api::new(Jwt::oidc(issuer.clone()).audience(AUDIENCE));
        eventually(|| api.scheme.is_ready()).await;
        assert_eq!(api.ask(&of(Algorithm::ES256, &issuer, "a")).await, alice());
    }
}

#[actix_web::test]
async fn another_key_under_the_same_id_is_found_by_a_signature_that_does_not_fit() {
    for kid in [Some("k"), None] {
        let provider = MockProvider::start();
        let key = |other: bool| match other {
            false => published(Algorithm::ES256, "k"),
            true => json!({
                "kty": "EC", "crv": "P-256", "kid": "k",
                "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
            }),
        };
        let mut header = json!({"alg": "ES256"});
        if let Some(kid) = kid {
            header["kid"] = kid.into();
        }
        let token = |claims: &Value| sign(Algorithm::ES256, header.clone(), claims);
        provider.set("/keys", set(&[key(true)]));
        let api = Api::ready(&provider).await;
        provider.set("/keys", set(&[key(false)]));
        // Only for a token that else looks right.
        for claims in [with(json!({"exp": NOW - 3600})), with(json!({"aud": "other"}))] {
            assert_eq!(api.ask_how(&token(&claims)).await, (Err(Reason::SignatureInvalid), false));
        }
        settle().await;
        assert_eq!(provider.counts().0, 1);
        assert_eq!(api.ask_how(&token(&good())).await, (Err(Reason::SignatureInvalid), false), "without waiting");
        eventually(|| provider.counts().0 == 2).await;
        settle().await;
        assert_eq!(api.ask_how(&token(&good())).await, (alice(), false));
    }
}

#[actix_web::test]
async fn a_flood_of_bad_signatures_causes_one_fetch_in_five_minutes() {
    let provider = MockProvider::start();
    provider.set("/keys", set(&[published(Algorithm::ES256, "k")]).header("Cache-Control", "max-age=3600"));
    let api = Api::ready(&provider).await;
    let good_one = token(Algorithm::ES256, "k");
    let (signed, _) = good_one.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", encode([7; 64]));
    let flood = async || {
        for _ in 0..200 {
            assert_eq!(api.ask_how(&forged).await, (Err(Reason::SignatureInvalid), false));
        }
        settle().await;
        provider.counts().0
    };
    assert_eq!(flood().await, 2);
    api.time.advance(290 * SECOND);
    assert_eq!(flood().await, 2);
    api.time.advance(10 * SECOND);
    assert_eq!(flood().await, 3);
    assert_eq!(api.ask(&good_one).await, alice());
    // Nor does it use up what a really new key needs.
    provider.set("/keys", set(&[published(Algorithm::ES256, "k"), published(Algorithm::EdDSA, "new")]));
    assert_eq!(api.ask(&token(Algorithm::EdDSA, "new")).await, alice());
}

#[actix_web::test]
async fn a_key_set_for_all_tenants_verifies_tokens_of_the_tenant_that_each_key_is_of() {
    let provider = MockProvider::start();
    let tenant = |tenant: &str| format!("https://login.example/{tenant}/v2.0");
    let own = |algorithm: Algorithm, id: &str, issuer: String| {
        let mut key = published(algorithm, id);
        key["issuer"] = issuer.into();
        key
    };
    let keys = [own(Algorithm::ES256, "any", tenant("{tenantid}")), own(Algorithm::EdDSA, "one", tenant("t-1"))];
    provider.set("/keys", set(&keys));
    let common = provider.url("/keys");
    let find = move |iss: String| {
        let common = common.clone();
        async move {
            let ours = ["https://login.example/t-1/v2.0", "https://login.example/t-2/v2.0"].contains(&&*iss);
            Ok::<_, std::convert::Infallible>(ours.then(|| Issuer::new(iss, Key::jwks_url(common))))
        }
    };
    let api = Api::new(Jwt::tenants(find).audience(AUDIENCE));
    assert_eq!(api.ask(&of(Algorithm::ES256, &tenant("t-1"), "any")).await, alice());
    assert_eq!(api.ask(&of(Algorithm::ES256, &tenant("t-2"), "any")).await, alice());
    assert_eq!(api.ask(&of(Algorithm::EdDSA, &tenant("t-1"), "one")).await, alice());
    assert_eq!(api.ask(&of(Algorithm::EdDSA, &tenant("t-2"), "one")).await, Err(Reason::SignatureInvalid));
    assert_eq!(api.ask(&of(Algorithm::ES256, &tenant("t-3"), "any")).await, Err(Reason::IssuerWrong));
}
