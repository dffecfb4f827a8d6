//! What cannot be meant stops the application from being built.

use auth_runtime::login::OidcLogin;
use auth_runtime::{Auth, Sessions};

use crate::app::nobody;

fn fault(sessions: Sessions) -> String {
    let built = Auth::builder().public_origin("https://shop.example").session(sessions).build();
    built.unwrap_err().to_string()
}

fn of(login: OidcLogin) -> String {
    fault(Sessions::in_memory().login(login))
}

fn good() -> OidcLogin {
    OidcLogin::new("https://idp.example", "shop", "secret")
}

#[test]
fn each_says_what_to_do() {
    for (login, remedy) in [
        (OidcLogin::new("http://idp.example", "shop", "secret"), "plain http is for loopback hosts only; use https"),
        (OidcLogin::new("idp.example", "shop", "secret"), "give it whole, as in `https://idp.example`"),
        (OidcLogin::new("https://idp.example", "", "secret"), "give the one this service is registered under"),
        (OidcLogin::new("https://idp.example", "shop", ""), "give the one the server issued"),
        (OidcLogin::public("https://idp.example", ""), "give the one this service is registered under"),
        (good().client_secret_jwt(), "too short to sign with"),
        (good().named("a b"), "use letters, digits, `-`, `_` and `.`"),
        (good().scopes(["a b"]), "give each scope alone"),
        (good().acr([""]), "give each class alone"),
        (good().parameter("state", "x"), "it is sent already"),
        (good().parameter("redirect_uri", "x"), "it is sent already"),
        (good().callback_path("callback"), "write it like `/callback`"),
        (good().callback_path("/{tail}"), "write it like `/callback`"),
        (good().callback_path("/callback?x"), "write it like `/callback`"),
        (good().login_path("//evil.example"), "write it like `/"),
        (good().email_authority("*"), "give a domain alone"),
        (good().root_certificate("x"), "not a certificate"),
    ] {
        let debug = format!("{login:?}");
        let said = of(login);
        assert!(said.contains(remedy), "{said}");
        assert!(!debug.contains("secret") || debug.contains("SecretBasic"), "{debug}");
    }
    let two = fault(Sessions::in_memory().login(good()).login(good()));
    assert!(two.contains("give each its own by `OidcLogin::named`"), "{two}");
    let loads = fault(Sessions::in_memory().authorities(nobody).login(good().authorities(nobody)));
    assert!(loads.contains("say it on `Sessions` alone"), "{loads}");
    assert!(!format!("{:?}", good()).contains("\"secret\""), "never shown");
}
