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
    for (one, other, said) in [
        (
            good().named("a"),
            good().named("b").callback_path("/callback/a"),
            "providers `a` and `b` are both served at `/callback/a`",
        ),
        (
            good(),
            good().named("b").login_path("/login"),
            "providers without a name and `b` are both served at `/login`",
        ),
        (good().named("a").callback_path("/x"), good().named("b").login_path("/x"), "both served at `/x`"),
        (
            good().named("a"),
            good().named("b").backchannel_logout_path("/backchannel-logout/a"),
            "at `/backchannel-logout/a`",
        ),
    ] {
        let shared = fault(Sessions::in_memory().login(one).login(other));
        assert!(shared.contains(said), "{shared}");
    }
    for (own, said) in [
        (good().callback_path("/login"), "`/login` is both `login_path` and `callback_path`"),
        (good().backchannel_logout_path("/logout"), "`/logout` is both `logout_path` and `backchannel_logout_path`"),
    ] {
        let same = fault(Sessions::in_memory().login(own));
        assert!(same.contains(said), "{same}");
    }
    let loads = fault(Sessions::in_memory().authorities(nobody).login(good().authorities(nobody)));
    assert!(loads.contains("say it on `Sessions` alone"), "{loads}");
    assert!(!format!("{:?}", good()).contains("\"secret\""), "never shown");
}
