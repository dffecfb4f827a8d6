//! JWTs of the provider, and its keys as they change.

use std::time::Duration;

use auth_runtime::Jwt;
use serde_json::json;
use tests::Denied;

use crate::app::{API, App, claims, outlive, refused, unscoped, watchful, with_header};
use crate::process::{Counts, Provider};
use crate::{SECOND, SOON, await_that, events, tell};

const ALGORITHMS: [&str; 4] = ["ES256", "RS256", "PS256", "EdDSA"];

#[test]
fn tokens_of_every_algorithm_are_accepted_and_altered_ones_are_not() {
    let _alone = alone!("the algorithms of a real provider");
    let provider = Provider::start();
    let resource = |algorithm: &str| format!("https://api.example/{algorithm}");
    let mut jwt = Jwt::oidc(&*provider.issuer).audience(API).access_token_profile();
    for algorithm in ALGORITHMS {
        jwt = jwt.audience(resource(algorithm));
    }
    let app = App::ready(jwt);
    for algorithm in ALGORITHMS {
        let token = provider.token(&resource(algorithm), "read write");
        for _ in 0..3 {
            let answer = app.get(&token);
            answer.expect("caller");
            assert_eq!(answer.only("cache-control"), Some("private"), "{algorithm}");
        }
        unscoped().check(&app.get(&provider.token(&resource(algorithm), "write")));
        let elsewhere = provider.token(&format!("https://other.example/{algorithm}"), "read");
        refused("the token is not meant for this resource").check(&app.get(&elsewhere));

        let (signed, signature) = token.rsplit_once('.').unwrap();
        let other = provider.token(&resource(algorithm), "read write");
        let foreign = other.rsplit_once('.').unwrap().1;
        let invalid = "the token is not valid";
        for (description, wrong) in [
            (invalid, format!("{signed}.{foreign}")),
            (invalid, format!("{signed}.")),
            (invalid, format!("{signed}.{}", &signature[..signature.len() - 4])),
            (invalid, with_header(&token, |header| header["alg"] = json!("none"))),
            (invalid, with_header(&token, |header| header["alg"] = json!("HS256"))),
            (
                "the token is of a kind that is not accepted here",
                with_header(&token, |header| header["typ"] = json!("JWT")),
            ),
        ] {
            refused(description).check(&app.get(&wrong));
        }
        events::assert_secret(signature);
    }
    Denied::missing().challenge(r#"Bearer realm="orders", scope="read""#).check(&app.server.get("/orders").send());
    // The forgeries name keys that are known, under algorithms that are not theirs: up to two more fetches.
    let counts = provider.counts();
    assert_eq!((counts.discovery, counts.introspection), (1, 0));
    assert!((1..=3).contains(&counts.jwks), "{counts:?}");
}

#[test]
fn who_signs_with_the_same_keys_in_another_name_is_refused() {
    let _alone = alone!("the issuer of a real provider's tokens");
    let provider = Provider::start();
    let impostor = provider.impostor();
    let app = App::ready(Jwt::jwks_url(provider.url("/jwks")).issuer(&*provider.issuer).audience(API));
    app.get(&provider.token(API, "read")).expect("caller");
    refused("the token comes from an issuer that is not accepted here").check(&app.get(&impostor.token(API, "read")));
    // Another way to write where it is, but not its name.
    let alias = provider.issuer.replace("127.0.0.1", "localhost");
    let misnamed = App::start(Jwt::oidc(&*alias).audience(API));
    await_that("its name is compared", SOON, || events::failed_fetches(&alias, "issuer_differs") > 0);
    assert!(!misnamed.auth.is_ready());
    refused("the token comes from an issuer that is not accepted here")
        .check(&misnamed.get(&provider.token(API, "read")));
}

#[test]
fn a_token_is_good_to_the_second_and_for_the_leeway_beyond() {
    let _alone = alone!("tokens that live for one second");
    let provider = Provider::start();
    let resource = format!("{API}/brief");
    let jwt = || Jwt::oidc(&*provider.issuer).audience(&*resource);
    let apps = [(App::ready(jwt().leeway(Duration::ZERO)), 0), (App::ready(jwt().leeway(2 * SECOND)), 2)];
    for (app, leeway) in apps {
        // A busy machine may let a token expire before it is first presented.
        let (good, expired) = (0..5)
            .map(|_| {
                let token = provider.token(&resource, "read");
                let end = claims(&token)["exp"].as_u64().unwrap() + leeway;
                outlive(&app, &token, Duration::from_secs(end), &refused("the token has expired"))
            })
            .find(|(good, expired)| *good > 0 && *expired > 0)
            .expect("a token that was good and expired");
        tell(&format!("a token of one second, leeway {leeway} s: good {good} times, then refused {expired} times"));
    }
}

#[test]
fn rotated_keys_are_live_within_one_request_and_old_ones_gone_within_the_interval() {
    let _alone = alone!("keys that are rotated");
    let provider = Provider::start();
    let interval = 2 * SECOND;
    let app = App::ready(watchful(&provider).jwks_refresh(interval..=interval));
    let patient = App::ready(watchful(&provider).jwks_refresh(3600 * SECOND..=3600 * SECOND));
    let old = provider.token(API, "read");
    assert_eq!((app.status(&old), patient.status(&old)), (200, 200));

    provider.rotate();
    let gone = await_that("the old key is gone", SOON, || app.status(&old) != 200);
    assert!(gone < interval + SECOND, "{gone:?}");
    // Nobody asks whom nobody made to.
    assert_eq!(patient.status(&old), 200, "its keys hold for an hour");
    let new = provider.token(API, "read");
    provider.counts();
    let (status, took) = patient.timed(&new);
    assert_eq!((status, provider.counts().jwks.min(1)), (200, 1), "the first request of the new key");
    assert_eq!(app.status(&new), 200);
    refused("the token is not valid").check(&patient.get(&old));
    tell(&format!(
        "rotated: the withdrawn key gone after {gone:?} (interval {interval:?}); the new one live within its first request, \
         in {took:?}"
    ));

    // Both rights to ask are used up: one went for the new key, one for the old.
    provider.rotate();
    let newer = provider.token(API, "read");
    Denied::unavailable().check(&patient.get(&newer));
    assert_eq!(patient.status(&new), 200, "nobody else suffers");
    // This caller's right was used up by the old key, and the other one is for others: it waits for the regular refresh.
    let there = await_that("the newest key is there", SOON, || app.status(&newer) == 200);
    assert!(there < interval + SECOND, "{there:?}");
}

#[test]
fn one_discovery_and_one_key_set_serve_a_thousand_requests() {
    let _alone = alone!("how seldom a real provider is asked");
    let provider = Provider::start();
    let app = App::ready(Jwt::oidc(&*provider.issuer).audience(API));
    let token = provider.token(API, "read");
    for _ in 0..1000 {
        assert_eq!(app.status(&token), 200);
    }
    assert_eq!(provider.counts(), Counts { discovery: 1, jwks: 1, ..Counts::default() });
}

#[test]
fn a_provider_that_knows_the_metadata_of_oauth_only_is_found() {
    let _alone = alone!("a real provider's metadata of RFC 8414");
    let provider = Provider::start();
    for fault in ["missing", "page"] {
        provider.fault("/.well-known/openid-configuration", Some(fault));
        App::ready(Jwt::oidc(&*provider.issuer).audience(API)).get(&provider.token(API, "read")).expect("caller");
        assert_eq!(provider.counts(), Counts { discovery: 2, jwks: 1, ..Counts::default() }, "{fault}");
    }
}
