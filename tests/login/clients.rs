//! How this service proves to the provider who it is.

use auth_runtime::login::{OidcLogin, PrivateKeyJwt};
use auth_runtime::{Algorithm, Sessions};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::app::{App, clock, details};
use crate::idp::{CLIENT, Form, Idp, SECRET};

/// Signs in as this client, and gives what the provider has seen.
fn asked(client: impl FnOnce(String) -> OidcLogin) -> (Option<String>, Form) {
    let clock = clock();
    let idp = Idp::start(&clock);
    let app = App::with(&clock, Sessions::in_memory().login(client(idp.url()).details(details)));
    assert_eq!(app.sign_in(&idp, &app.browser()).status, 303);
    let (authorization, mut form) = idp.last();
    form.insert("issuer".to_owned(), idp.url());
    (authorization, form)
}

fn part(token: &str, place: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(place).unwrap()).unwrap()).unwrap()
}

#[test]
fn by_secret_in_the_header_or_the_body() {
    let (authorization, form) = asked(|issuer| OidcLogin::new(issuer, CLIENT, SECRET));
    let encoded = "a%20secret%20of%20more%20than%2032%20bytes%3A%20%25%26%2B%C3%A4";
    assert_eq!(authorization.unwrap(), format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{encoded}"))));
    assert!(!form.contains_key("client_secret"));

    let (authorization, form) = asked(|issuer| OidcLogin::new(issuer, CLIENT, SECRET).client_secret_post());
    assert_eq!((authorization, &*form["client_id"], &*form["client_secret"]), (None, CLIENT, SECRET));
}

#[test]
fn by_a_signature() {
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let (authorization, form) = asked(|issuer| OidcLogin::new(issuer, CLIENT, SECRET).client_secret_jwt());
    assert_eq!((authorization, form.contains_key("client_secret")), (None, false));
    let assertion = &form["client_assertion"];
    let claims = part(assertion, 1);
    assert_eq!((part(assertion, 0)["alg"].as_str(), claims["iss"].as_str()), (Some("HS256"), Some(CLIENT)));
    assert_eq!((claims["sub"].as_str(), claims["aud"].as_str()), (Some(CLIENT), Some(&*form["issuer"])));
    let key = jsonwebtoken::DecodingKey::from_secret(SECRET.as_bytes());
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.set_audience(&[&form["issuer"]]);
    jsonwebtoken::decode::<Value>(assertion, &key, &validation).unwrap();

    let pem = include_str!("../../examples/keys/dev-es256.private.pem");
    let (authorization, form) =
        asked(|issuer| OidcLogin::private_key(issuer, PrivateKeyJwt::new(CLIENT, Algorithm::ES256, pem).key_id("k")));
    assert_eq!(authorization, None);
    let assertion = &form["client_assertion"];
    assert_eq!((part(assertion, 0)["kid"].as_str(), part(assertion, 1)["iss"].as_str()), (Some("k"), Some(CLIENT)));
    let public = include_bytes!("../../examples/keys/dev-es256.public.pem");
    let key = jsonwebtoken::DecodingKey::from_ec_pem(public).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.set_audience(&[&form["issuer"]]);
    jsonwebtoken::decode::<Value>(assertion, &key, &validation).unwrap();
}

#[test]
fn a_public_client_by_pkce_alone() {
    let (authorization, form) = asked(|issuer| OidcLogin::public(issuer, CLIENT));
    assert_eq!((authorization, &*form["client_id"]), (None, CLIENT));
    assert!(!form.contains_key("client_secret") && !form.contains_key("client_assertion"));
    assert_eq!(form["code_verifier"].len(), 43);
}
