//! Calls that go on: tokens are exchanged once, for those who asked and for nothing more than they asked for.

mod app;
mod endpoint;

use std::thread;
use std::time::{Duration, Instant};

use auth_runtime::config::AuthBuilder;
use auth_runtime::introspection::Introspection;
use auth_runtime::mount::route;
use auth_runtime::outgoing::{OutgoingError, OutgoingToken, OutgoingTokens};
use auth_runtime::revocation::InMemoryRevocations;
use auth_runtime::testing::{TestDpopKey, TestIssuer};
use auth_runtime::{Auth, ServiceConfig, policy};
use serde_json::json;
use tests::{Answer, Denied, Server};

use self::app::{App, cookie, either, order, orders};
use self::endpoint::{Otherwise, SECRET};
use crate::observed::{all, listen, told};

const STOCK: &str = "audience=https://stock.example&scope=stock:read";
const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn the_caller_s_token_is_exchanged_for_one_of_that_audience_and_those_scopes() {
    let app = App::start();
    let token = app.token("alice");
    assert_eq!(app.given(&token, "audience=https://stock.example&scope=stock:write%20stock:read"), "token-1");
    let asked = app.provider.last();
    let form = |name: &str| asked.form.get(name).map(String::as_str);
    assert_eq!(form("grant_type"), Some("urn:ietf:params:oauth:grant-type:token-exchange"));
    assert_eq!(form("subject_token"), Some(&*token));
    for name in ["subject_token_type", "requested_token_type"] {
        assert_eq!(form(name), Some("urn:ietf:params:oauth:token-type:access_token"));
    }
    assert_eq!((form("audience"), form("resource")), (Some("https://stock.example"), None));
    assert_eq!(form("scope"), Some("stock:read stock:write"));
    assert_eq!((form("client_id"), form("client_secret")), (None, None));
    assert!(asked.authorization.unwrap().starts_with("Basic "));
    app.given(&token, "resource=https://stock.example/v1");
    let form = app.provider.last().form;
    assert_eq!((&*form["resource"], form.get("audience"), form.get("scope")), ("https://stock.example/v1", None, None));
    let checked = app.server.get("/checked").bearer(&token).send();
    assert_eq!((checked.status, &*app.provider.last().form["audience"]), (200, "https://rules.example"));
}

#[test]
fn all_that_want_one_at_once_ask_once_and_it_is_remembered_until_shortly_before_it_expires() {
    let app = App::start();
    let token = app.token("alice");
    app.provider.does(Otherwise { takes: Duration::from_millis(300), ..Otherwise::default() });
    let given: Vec<String> = thread::scope(|scope| {
        let asking: Vec<_> = (0..32).map(|_| scope.spawn(|| app.given(&token, STOCK))).collect();
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!((given, app.provider.count()), (vec!["token-1".to_owned(); 32], 1));
    app.provider.does(Otherwise::default());
    app.clock.advance(Duration::from_secs(269));
    assert_eq!(app.given(&token, STOCK), "token-1");
    app.clock.advance(Duration::from_secs(1));
    assert_eq!((app.given(&token, STOCK), app.provider.count()), ("token-2".to_owned(), 2));
}

#[test]
fn none_is_remembered_longer_than_the_caller_s_own_token_counts() {
    let app = App::start();
    app.provider.answers(|answer| answer["expires_in"] = json!(3600));
    let token = app.issuer.token().subject("alice").expires_in(100).sign();
    assert_eq!(app.given(&token, STOCK), "token-1");
    app.clock.advance(Duration::from_secs(99));
    assert_eq!(app.given(&token, STOCK), "token-1");
    // The guard has a minute of leeway: clocks differ. What is handed on has none.
    app.clock.advance(Duration::from_secs(1));
    let ended = Denied::unauthorized("the credentials are not valid any more");
    ended
        .challenge(r#"Bearer realm="api", error="invalid_token", error_description="the credentials are not valid""#)
        .check(&app.get(&token, STOCK));
    assert_eq!(app.provider.count(), 1);
}

#[test]
fn what_does_not_say_when_it_expires_is_not_remembered() {
    let app = App::start();
    app.provider.answers(|answer| drop(answer.as_object_mut().unwrap().remove("expires_in")));
    let token = app.token("alice");
    assert_eq!(app.given(&token, STOCK), "token-1");
    assert_eq!(app.given(&token, STOCK), "token-2");
}

#[test]
fn another_caller_token_audience_resource_or_set_of_scopes_is_another_token() {
    let app = App::start();
    let alice = app.token("alice");
    let other_of_hers = app.issuer.token().subject("alice").expires_in(3600).claim("jti", "2").sign();
    let bob = app.token("bob");
    let asks = [
        (&alice, "audience=a&scope=x%20y", "token-1"),
        (&alice, "audience=a&scope=y%20x%20x", "token-1"),
        (&alice, "audience=a&scope=x", "token-2"),
        (&alice, "audience=a", "token-3"),
        (&alice, "audience=b&scope=x%20y", "token-4"),
        (&alice, "resource=urn:a&scope=x%20y", "token-5"),
        (&other_of_hers, "audience=a&scope=x%20y", "token-6"),
        (&bob, "audience=a&scope=x%20y", "token-7"),
        (&alice, "audience=a&scope=x%20y", "token-1"),
        (&bob, "audience=a&scope=x%20y", "token-7"),
    ];
    for (token, query, given) in asks {
        assert_eq!(app.given(token, query), given, "{query}");
    }
    assert_eq!(app.provider.count(), 7);
}

/// The scope of an answer must be within what was asked.
#[test]
fn an_answer_that_gives_more_or_something_else_is_refused() {
    listen();
    let app = App::start();
    let good: [fn(&mut serde_json::Value); 4] = [
        |answer| answer["scope"] = json!("stock:read"),
        |answer| answer["scope"] = json!(""),
        |answer| answer["token_type"] = json!("bearer"),
        |answer| answer["issued_token_type"] = json!("urn:ietf:params:oauth:token-type:jwt"),
    ];
    let bad: [fn(&mut serde_json::Value); 8] = [
        |answer| answer["scope"] = json!("stock:read stock:write"),
        |answer| answer["scope"] = json!("admin"),
        |answer| answer["scope"] = json!(["admin"]),
        |answer| answer["token_type"] = json!("DPoP"),
        |answer| answer["token_type"] = json!("N_A"),
        |answer| answer["issued_token_type"] = json!("urn:ietf:params:oauth:token-type:refresh_token"),
        |answer| drop(answer.as_object_mut().unwrap().remove("issued_token_type")),
        |answer| answer["access_token"] = json!(""),
    ];
    for (number, change) in good.into_iter().enumerate() {
        app.provider.answers(change);
        app.given(&app.token(&format!("good-{number}")), STOCK);
    }
    for (number, change) in bad.into_iter().enumerate() {
        app.provider.answers(change);
        let answer = app.get(&app.token(&format!("bad-{number}")), STOCK);
        assert_eq!(answer.status, 500, "{number}: {answer:?}");
        Denied::failed().check(&answer);
    }
    let wider = [("fault", "more scopes than were asked for"), ("provider", &*app.provider.url())];
    assert_eq!(told(&wider), 3);
}

#[test]
fn what_the_provider_says_becomes_an_answer_that_tells_nothing_of_it() {
    let app = App::start();
    let refused = Denied::forbidden("the caller may not do this");
    let cases = [
        (400, "invalid_grant", refused.clone()),
        (400, "invalid_request", refused.clone()),
        (400, "access_denied", refused.clone()),
        (403, "access_denied", refused.clone()),
        (400, "invalid_token", refused.clone()),
        (400, "invalid_target", refused.clone()),
        (400, "invalid_scope", refused),
        (401, "invalid_client", Denied::failed()),
        (403, "whatever", Denied::failed()),
        (400, "invalid_client", Denied::failed()),
        (400, "unauthorized_client", Denied::failed()),
        (400, "unsupported_grant_type", Denied::failed()),
        (400, "whatever", Denied::unavailable()),
        (500, "server_error", Denied::unavailable()),
        (503, "temporarily_unavailable", Denied::unavailable()),
        (302, "", Denied::unavailable()),
    ];
    for (number, (status, error, denied)) in cases.into_iter().enumerate() {
        app.provider.refuses(status, error);
        let token = app.token(&format!("caller-{number}"));
        for path in ["/upstream", "/error"] {
            let answer = app.server.get(&format!("{path}?{STOCK}")).bearer(&token).send();
            denied.check(&answer);
            assert!(!answer.text().contains("secret"), "{answer:?}");
        }
        assert_eq!(app.provider.count(), number + 1, "{error}: nobody asks again at once");
    }
    app.provider.does(Otherwise::default());
    thread::sleep(Duration::from_millis(1100));
    app.given(&app.token("caller-0"), STOCK);
}

#[test]
fn a_provider_that_is_not_there_is_503() {
    let app = App::of(|tokens| tokens.token_endpoint("http://127.0.0.1:1/token"));
    Denied::unavailable().check(&app.get(&app.token("alice"), STOCK));
    let app = App::with(
        |_| OutgoingTokens::at("http://127.0.0.1:1").client_secret_basic("orders", SECRET),
        |builder, _, _| builder.bearer(TestIssuer::with_secret([7; 32]).named("http://127.0.0.1:1").jwt()),
        |services| {
            services.service(orders);
        },
    );
    let token = TestIssuer::with_secret([7; 32]).named("http://127.0.0.1:1").token().sign();
    Denied::unavailable().check(&app.get(&token, STOCK));
}

#[test]
fn what_cannot_be_asked_for_is_500_and_the_provider_is_not_asked() {
    let app = App::start();
    let token = app.token("alice");
    for query in ["audience=", "resource=stock", "resource=https://stock.example/%23x", "audience=a&scope=%22"] {
        Denied::failed().check(&app.get(&token, query));
    }
    assert_eq!(app.provider.count(), 0);
}

#[test]
fn what_is_for_callers_belongs_to_the_auth_that_they_called() {
    let provider = endpoint::Provider::start();
    let outgoing = app::outgoing(&provider).build().unwrap();
    let issuer = TestIssuer::new().named(provider.url());
    let auth = || {
        let builder = Auth::builder().bearer(issuer.jwt()).outgoing(outgoing.clone());
        builder.dangerous_allow_unconfigured().build().unwrap()
    };
    let (here, there) = (auth(), auth());
    let server = |auth: &Auth| {
        let auth = auth.clone();
        Server::start(move |services| {
            services.service(auth.scope("").service(orders));
        })
    };
    let (at_here, at_there) = (server(&here), server(&there));
    let token = issuer.token().subject("alice").sign();
    let given = |server: &Server| server.get(&format!("/upstream?{STOCK}")).bearer(&token).send().text().to_owned();
    assert_eq!([given(&at_here), given(&at_there), given(&at_here)], ["token-1", "token-2", "token-1"]);
    here.forget(auth_runtime::principal::PrincipalKey::new(provider.url(), "alice"));
    assert_eq!([given(&at_here), given(&at_there)], ["token-3", "token-2"]);
}

/// Where tokens of callers can be revoked.
fn revocable(routes: fn(&mut ServiceConfig)) -> (App, InMemoryRevocations) {
    let revocations = InMemoryRevocations::new();
    let consulted = revocations.clone();
    let configure =
        move |builder: AuthBuilder, issuer: &TestIssuer, _: &_| builder.bearer(issuer.jwt().revocations(consulted));
    (App::with(|tokens| tokens, configure, routes), revocations)
}

#[test]
fn a_caller_who_is_forgotten_or_revoked_takes_it_along() {
    let (app, revocations) = revocable(|services| {
        services.service(orders);
    });
    let token = |id: &str| app.issuer.token().subject("alice").expires_in(3600).claim("jti", id).sign();
    let (first, second) = (token("1"), token("2"));
    assert_eq!(app.given(&first, STOCK), "token-1");
    assert_eq!(app.given(&second, STOCK), "token-2");
    let who = auth_runtime::principal::PrincipalKey::new(app.provider.url(), "alice");
    app.auth.forget(who);
    assert_eq!(app.given(&first, STOCK), "token-3");
    assert_eq!(app.given(&second, STOCK), "token-4");
    // While a request is under way, which may be a WebSocket.
    let (server, query) = (&app.server, format!("/upstream?{STOCK}&after=1600"));
    let waited = thread::scope(|scope| {
        let asking = scope.spawn(|| server.get(&query).bearer(&first).send());
        thread::sleep(Duration::from_millis(500));
        revocations.revoke_token(&app.provider.url(), "1", i64::MAX / 2);
        asking.join().unwrap()
    });
    assert_eq!(waited.status, 401, "{waited:?}");
    assert_eq!(app.get(&first, STOCK).status, 401);
    assert_eq!(app.provider.count(), 4, "nobody asks for it");
    assert_eq!(app.given(&second, STOCK), "token-5", "it took along what else the caller had");
}

#[test]
fn a_body_that_takes_its_time_does_not_keep_credentials_alive_that_have_ended() {
    let (app, revocations) = revocable(|services| {
        services.service(order);
    });
    let ask = |id: &str, meanwhile: &dyn Fn()| {
        let token = app.issuer.token().subject("alice").claim("jti", id).sign();
        let mut connection = app.server.post("/orders").bearer(token).header("Content-Length", "5").open();
        connection.send("sto");
        thread::sleep(Duration::from_millis(300));
        meanwhile();
        thread::sleep(Duration::from_millis(1100));
        connection.send("ck").answer().status
    };
    assert_eq!((ask("1", &|| ()), app.provider.count()), (200, 1));
    let revoked = ask("2", &|| revocations.revoke_token(&app.provider.url(), "2", i64::MAX / 2));
    assert_eq!((revoked, app.provider.count()), (401, 1));
}

#[test]
fn a_token_of_another_issuer_is_shown_to_the_provider_only_where_that_is_said() {
    let theirs = TestIssuer::new().named("https://theirs.example");
    let configured = theirs.clone();
    let app = App::with(
        |tokens| tokens,
        move |builder, _, _| builder.bearer(configured.jwt()),
        |services| {
            services.service(orders);
        },
    );
    let token = theirs.token().subject("alice").sign();
    Denied::forbidden("the caller may not do this").check(&app.get(&token, STOCK));
    assert_eq!(app.provider.count(), 0);
    let configured = theirs.clone();
    let app = App::with(
        |tokens| tokens.subject_issuers(["https://theirs.example"]),
        move |builder, _, _| builder.bearer(configured.jwt()),
        |services| {
            services.service(orders);
        },
    );
    assert_eq!(app.given(&token, STOCK), "token-1");
}

#[test]
fn it_is_the_very_token_that_was_accepted() {
    let app = App::with(
        |tokens| tokens,
        |builder, issuer, _| builder.bearer_named("cookie", issuer.jwt().header("X-Token").dangerous_set_by_client()),
        |services| {
            services.service(cookie);
        },
    );
    let (accepted, other) = (app.token("alice"), app.token("mallory"));
    let request = app.server.get(&format!("/cookie?{STOCK}")).header("X-Token", &accepted).bearer(&other);
    assert_eq!(request.send().status, 200);
    assert_eq!(app.provider.last().form["subject_token"], accepted);
    let app = App::with(
        |tokens| tokens,
        |builder, issuer, _| builder.bearer_named("cookie", issuer.jwt().cookie("__Host-token")),
        |services| {
            services.service(cookie);
        },
    );
    let accepted = app.token("alice");
    let request = app.server.get(&format!("/cookie?{STOCK}")).header("Cookie", format!("__Host-token={accepted}"));
    assert_eq!(request.header("X-Token", &other).send().status, 200);
    assert_eq!(app.provider.last().form["subject_token"], accepted);
}

#[test]
fn tokens_that_are_introspected_or_bound_to_a_key_are_exchanged_too() {
    let app = App::with(
        |tokens| tokens,
        |builder, issuer, url| {
            let opaque = Introspection::new(format!("{url}/introspect"))
                .client_secret_basic("orders", SECRET)
                .issuer(url)
                .audience("https://api.test");
            builder.bearer(issuer.jwt().opaque(opaque)).dpop(issuer.jwt())
        },
        |services| {
            services.service(orders).service(either);
        },
    );
    assert_eq!(app.given("an-opaque-token", STOCK), "token-1");
    assert_eq!(app.provider.last().form["subject_token"], "an-opaque-token");
    let key = TestDpopKey::new().clock(app.clock.clone());
    let bound = app.issuer.token().subject("alice").expires_in(3600).bound_to(&key).sign();
    let proof = |id: &str| {
        let proof = key.proof("GET", "https://api.test/either").token(&bound);
        proof.claim("jti", id).sign()
    };
    let ask = |id: &str| {
        let request = app.server.get(&format!("/either?{STOCK}"));
        request.header("Authorization", format!("DPoP {bound}")).header("DPoP", proof(id)).send()
    };
    assert_eq!((ask("1").text(), ask("2").text()), ("token-2", "token-2"));
    assert_eq!(app.provider.last().form["subject_token"], bound);
    let bearer = app.server.get(&format!("/either?{STOCK}")).bearer(app.token("alice")).send();
    assert_eq!(bearer.text(), "token-3");
}

#[test]
fn memory_is_bounded_and_can_be_turned_off() {
    let app = App::of(|tokens| tokens.cache_bytes(8 * 1024));
    let token = app.token("alice");
    for number in 0..100 {
        app.given(&token, &format!("audience=a{number}"));
    }
    let before = app.provider.count();
    (0..100).for_each(|number| drop(app.given(&token, &format!("audience=a{number}"))));
    assert!(app.provider.count() - before > 50, "{} of 100 were asked for again", app.provider.count() - before);
    let app = App::of(|tokens| tokens.cache_bytes(0));
    let token = app.token("alice");
    assert_eq!((app.given(&token, STOCK), app.given(&token, STOCK)), ("token-1".to_owned(), "token-2".to_owned()));
}

/// Lookups (6): bounded, and divided by caller.
#[test]
fn a_caller_who_asks_for_much_leaves_others_their_turn() {
    let app = App::start();
    app.provider.does(Otherwise { takes: Duration::from_millis(60), ..Otherwise::default() });
    let (alice, bob) = (app.token("alice"), app.token("bob"));
    // Known by what was given for them: a stranger's share is its address, which all tests have.
    for token in [&alice, &bob] {
        app.given(token, "audience=known");
    }
    thread::scope(|scope| {
        let flood: Vec<_> = (0..200)
            .map(|number| {
                let (app, alice) = (&app, &alice);
                scope.spawn(move || app.get(alice, &format!("audience=flood-{number}")).status)
            })
            .collect();
        let begun = Instant::now();
        while app.provider.most_at_once() < 32 {
            assert!(begun.elapsed() < MINUTE, "{}", app.provider.most_at_once());
            thread::sleep(Duration::from_millis(5));
        }
        app.given(&bob, "audience=bob");
        let place = app.provider.audiences().iter().position(|audience| audience == "bob").unwrap();
        assert!(place < 120, "after {place} of 202");
        let statuses: Vec<u16> = flood.into_iter().map(|one| one.join().unwrap()).collect();
        assert!(statuses.iter().all(|status| [200, 503].contains(status)), "{statuses:?}");
    });
    assert_eq!(app.provider.most_at_once(), 32);
}

#[test]
fn a_service_has_tokens_of_its_own_outside_of_any_request() {
    let provider = endpoint::Provider::start();
    let outgoing = app::outgoing(&provider).build().unwrap();
    let service = outgoing.service_token();
    let run = |future: &dyn Fn() -> Vec<Result<String, OutgoingError>>| future();
    let ask = |times: usize| {
        run(&|| {
            actix_web::rt::System::new().block_on(async {
                let asking = (0..times).map(|_| service.for_audience("https://stock.example", ["stock:count"]));
                let given = futures_util::future::join_all(asking).await;
                given.into_iter().map(|token| token.map(|token| token.expose().to_owned())).collect()
            })
        })
    };
    assert_eq!(ask(32), vec![Ok("token-1".to_owned()); 32]);
    assert_eq!(ask(1), [Ok("token-1".to_owned())], "in another runtime, too");
    let asked = provider.last();
    assert_eq!(asked.form["grant_type"], "client_credentials");
    assert_eq!((&*asked.form["audience"], &*asked.form["scope"]), ("https://stock.example", "stock:count"));
    assert_eq!((asked.form.get("subject_token"), provider.count()), (None, 1));
    assert_eq!(format!("{service:?}"), "ServiceToken { .. }");
    provider.answers(|answer| {
        answer.as_object_mut().unwrap().remove("issued_token_type");
        answer["scope"] = json!("stock:count admin");
    });
    let wider = actix_web::rt::System::new().block_on(service.for_resource("https://stock.example", ["stock:count"]));
    assert_eq!(wider.unwrap_err(), OutgoingError::AnswerUnfit);
    provider.answers(|answer| drop(answer.as_object_mut().unwrap().remove("issued_token_type")));
    let plain = actix_web::rt::System::new().block_on(service.for_audience("https://other.example", ["x"]));
    assert_eq!(plain.unwrap().expose(), "token-3", "nothing was exchanged");
}

#[test]
fn nothing_that_is_told_holds_a_token_or_a_secret() {
    listen();
    let app = App::start();
    let token = app.token("alice");
    app.given(&token, STOCK);
    app.provider.refuses(400, "invalid_grant");
    let answer: Answer = app.get(&app.token("bob"), STOCK);
    assert_eq!(answer.status, 403);
    let outgoing = app::outgoing(&app.provider);
    let shown = format!("{outgoing:?} {:?} {:?}", outgoing.clone().build().unwrap(), app.auth);
    assert!(!shown.contains("32 bytes"), "{shown}");
    let told = format!("{:?}", all());
    assert!(told.contains("invalid_grant") && !told.contains(&token) && !told.contains("a secret of the provider"));
    assert!(!told.contains("32 bytes: %"), "the client's secret");
}

policy! {
    /// For a handler that is not an item of an attribute.
    Caller: bearer;
}

#[test]
fn who_takes_it_where_nobody_gives_any_stops_the_application() {
    let issuer = TestIssuer::new();
    let error = Auth::builder().bearer(issuer.jwt()).build().unwrap_err().to_string();
    let line = error.lines().find(|line| line.contains("`http::outgoing::app::orders`")).unwrap();
    assert!(line.contains("takes `OutgoingToken`, and nobody gives tokens for callers of `bearer`"), "{line}");
    assert!(line.contains("`.outgoing(OutgoingTokens::at(…)…)`"), "{line}");
    let check = error
        .lines()
        .find(|line| line.contains("the check `http::outgoing::app::goes_on` of `http::outgoing::app::checked`"));
    assert!(check.is_some_and(|line| line.contains("takes `OutgoingToken`")), "{error}");
    let faults = [
        (
            OutgoingTokens::at("http://idp.example").client_secret_basic("a", "b"),
            "plain http is for loopback hosts only",
        ),
        (OutgoingTokens::at("https://idp.example").client_secret_basic("a", ""), "the client secret is empty"),
        (OutgoingTokens::at("https://idp.example").client_secret_post("", "b"), "the client id is empty"),
        (OutgoingTokens::at("https://idp.example").client_secret_jwt("a", "short"), "shorter than 32 bytes"),
        (
            OutgoingTokens::at("https://idp.example").client_secret_basic("a", "b").token_endpoint("/token"),
            "`token_endpoint`: not a URL",
        ),
    ];
    for (outgoing, fault) in faults {
        let error = outgoing.build().unwrap_err().to_string();
        assert!(error.contains("tokens for calls that go on") && error.contains(fault), "{error}");
    }
}

async fn plain(upstream: OutgoingToken) -> String {
    drop(upstream);
    String::new()
}

#[test]
#[should_panic(expected = "in scope `` takes `OutgoingToken`, and nobody gives tokens for callers of `bearer`")]
fn a_plain_handler_that_takes_it_is_not_mounted_either() {
    let issuer = TestIssuer::new();
    let auth = Auth::builder().bearer(issuer.jwt()).dangerous_allow_unconfigured().build().unwrap();
    let mounted = auth.scope("").route("/plain", route::get().requires::<Caller>().to(plain));
    actix_web::rt::System::new().block_on(async {
        actix_web::test::init_service(actix_web::App::new().service(mounted)).await;
    });
}
