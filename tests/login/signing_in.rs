//! Who is signed in, how, and where they are sent.

use std::time::Duration;

use auth_runtime::clock::Clock as _;
use sha2::Digest as _;

use crate::app::{App, COOKIE, ORIGIN, clock, sign_in_where};
use crate::idp::{CLIENT, Idp, Otherwise, at_hash};

#[test]
fn the_whole_way_there_and_back() {
    let clock = clock();
    let idp = Idp::start(&clock);
    let (app, now) = (App::new(&idp, &clock), clock.now().unwrap());
    let browser = app.browser();

    let wanted = browser.open("/me?tab=2");
    assert_eq!((wanted.status, wanted.only("location")), (303, Some("https://shop.example/login?to=%2Fme%3Ftab%3D2")));
    let there = browser.open(wanted.only("location").unwrap());
    assert_eq!((there.status, there.only("cache-control")), (303, Some("no-store")));
    let (url, asked) = idp.asked(there.only("location").unwrap());
    assert!(url.query().unwrap().starts_with("tenant=1&response_type=code&"), "the endpoint's own query stays: {url}");
    let exact = [
        ("client_id", CLIENT),
        ("redirect_uri", "https://shop.example/callback"),
        ("scope", "openid profile email"),
        ("code_challenge_method", "S256"),
    ];
    exact.into_iter().for_each(|(name, value)| assert_eq!(asked[name], value));
    ["state", "nonce", "code_challenge"].into_iter().for_each(|name| assert_eq!(asked[name].len(), 43, "256 bits"));
    let flow = there.only("set-cookie").unwrap();
    assert!(flow.starts_with(&format!("__Host-login.{}=", &asked["state"][..16])), "{flow}");
    assert!(flow.ends_with("; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Lax"), "{flow}");
    for part in ["state", "nonce"] {
        assert!(!flow.split_once('=').unwrap().1.contains(&asked[part]), "{part} is encrypted");
    }

    let back = browser.open(&idp.consent(there.only("location").unwrap()));
    assert_eq!((back.status, back.only("location")), (303, Some("https://shop.example/me?tab=2")));
    assert_eq!((back.only("cache-control"), back.only("referrer-policy")), (Some("no-store"), Some("no-referrer")));
    let session = back.all("set-cookie").into_iter().find(|line| line.starts_with(COOKIE)).unwrap();
    assert!(session.ends_with("; Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax"), "{session}");
    assert_eq!(browser.cookies("__Host-login"), [""; 0], "the sign-in is over");
    let (_, form) = idp.last();
    assert_eq!(form["redirect_uri"], "https://shop.example/callback");
    assert_eq!(tests::base64url(sha2::Sha256::digest(&form["code_verifier"])), asked["code_challenge"]);

    // The provider's word for when and how is not ours to make up.
    assert_eq!(browser.open("/me").text(), "Alice alice - - None ");
    assert_eq!(browser.open("/key").text(), format!("alice at {}", idp.url()));
    assert!(clock.now().unwrap() == now);
}

#[test]
fn what_the_provider_says_of_the_authentication_is_the_principal_s() {
    let clock = clock();
    let idp = Idp::start(&clock);
    let now = clock.now().unwrap();
    let login =
        crate::app::login(&idp).acr(["mfa", "pin"]).max_age(Duration::from_secs(300)).email_authority("shop.example");
    let app = App::with(&clock, auth_runtime::Sessions::in_memory().login(login));
    idp.does(Otherwise {
        id_token: Some(Box::new(move |token| {
            token.claim("acr", "pin").claim("auth_time", now - 200).claim("amr", serde_json::json!(["pin", "hwk"]))
        })),
        ..Otherwise::default()
    });
    let browser = app.browser();
    let (_, asked) = idp.asked(&app.begin(&browser));
    assert_eq!((&*asked["acr_values"], &*asked["max_age"]), ("mfa pin", "300"));
    assert_eq!(app.sign_in(&idp, &browser).status, 303);
    let said = browser.open("/me");
    assert_eq!(said.text(), format!("Alice alice alice@shop.example pin Some({}) pinhwk", now - 200));
}

#[test]
fn one_returns_to_a_page_of_this_service_alone() {
    let (idp, app) = App::started();
    for (to, location) in [
        ("/orders%3Fpage=2", "https://shop.example/orders?page=2"),
        ("//evil.example", "https://shop.example/"),
        ("/%5Cevil.example", "https://shop.example/"),
        ("https://evil.example/", "https://shop.example/"),
        ("/.//evil.example/x", "https://shop.example/"),
        (&format!("/{}", "x".repeat(1100)), "https://shop.example/"),
    ] {
        let browser = app.browser();
        let there = browser.open(&format!("/login?to={to}"));
        let back = browser.open(&idp.consent(there.only("location").unwrap()));
        assert_eq!((back.status, back.only("location")), (303, Some(location)), "{to}");
    }
}

#[test]
fn several_tabs_sign_in_at_once_and_a_browser_keeps_few_that_were_never_finished() {
    let (idp, app) = App::started();
    let browser = app.browser();
    let (first, second) = (app.begin(&browser), app.begin(&browser));
    assert_eq!(browser.open(&idp.consent(&second)).status, 303);
    assert_eq!(browser.open(&idp.consent(&first)).status, 303);
    let begun: Vec<String> = (0..20).map(|_| app.begin(&browser)).collect();
    assert_eq!(browser.cookies("__Host-login").len(), 4);
    // The last ones count, the others are over.
    let statuses = begun.iter().rev().map(|there| browser.open(&idp.consent(there)).status);
    assert_eq!(statuses.collect::<Vec<_>>(), [vec![303; 4], vec![400; 16]].concat());
    assert_eq!(app.sign_in(&idp, &browser).status, 303);
}

#[test]
fn the_session_that_the_browser_had_is_over() {
    let (idp, app) = App::started();
    let (browser, attacker) = (app.browser(), app.browser());
    app.sign_in(&idp, &browser);
    attacker.steal(&browser, COOKIE);
    assert_eq!(attacker.open("/key").status, 200);
    app.sign_in(&idp, &browser);
    assert_eq!((browser.open("/key").status, attacker.open("/key").status), (200, 303));
}

#[test]
fn an_answer_without_issuer_is_good_where_none_was_announced() {
    let (answer, is_signed_in) = sign_in_where(Otherwise { names_no_issuer: true, ..Otherwise::default() });
    assert_eq!(answer.status, 303, "{answer:#?}");
    assert_eq!((answer.status, answer.only("location"), is_signed_in), (303, Some(&*format!("{ORIGIN}/")), true));
}

#[test]
fn a_token_for_others_too_is_good_where_it_was_issued_to_this_client() {
    let (answer, _) = sign_in_where(Otherwise {
        id_token: Some(Box::new(|token| token.claim("aud", serde_json::json!([CLIENT, "other"])).claim("azp", CLIENT))),
        ..Otherwise::default()
    });
    assert_eq!(answer.status, 303);
    let without = Otherwise { id_token: Some(Box::new(|token| token.without("at_hash"))), ..Otherwise::default() };
    assert_eq!(sign_in_where(without).0.status, 303, "`at_hash` may be missing in the code flow");
    let kept = at_hash("an-access-token");
    assert_eq!(kept.len(), 43);
}
