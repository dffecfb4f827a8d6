//! Nobody locks the others out of the endpoint.

use super::*;

fn is_good(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Verified(_))
}

/// An endpoint that answers well, except about tokens whose name begins with `odd`.
fn odd_about(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Mock {
    Mock::start(move |call| match call.field("token") {
        Some(token) if token.starts_with("odd") => reply(),
        _ => Reply::json(&good()),
    })
}

type Answer = fn() -> Reply;

const ODD: [(&str, Answer); 9] = [
    ("429", || Reply::status(429, "")),
    ("429 for an hour", || Reply { retry_after: Some(3600), ..Reply::status(429, "{}") }),
    ("302", || Reply { location: Some("/login"), ..Reply::status(302, "") }),
    ("a page", || Reply { content_type: "text/html", ..Reply::ok("<html>") }),
    ("an empty answer", || Reply::ok("")),
    ("the connection's end", || Reply { breaks_off: true, ..Reply::ok("") }),
    ("the connection's end within the answer", || Reply { breaks_off: true, ..Reply::json(&good()) }),
    ("no answer in time", || Reply { delay: Duration::from_secs(20), ..Reply::json(&good()) }),
    ("an error", || Reply::status(500, "")),
];

#[actix_web::test]
async fn what_an_endpoint_does_about_one_callers_tokens_leaves_the_others_alone() {
    for (what, reply) in ODD {
        let mock = odd_about(reply);
        let settings = introspection(&mock).max_staleness(Duration::ZERO);
        let scheme = scheme(settings.timeout(Duration::from_millis(300)).breaker(2, Duration::from_secs(60)));
        assert!(is_good(&ask_from(&scheme, 1, "known").await));
        for number in 0..6 {
            let token = format!("odd{number}");
            assert_eq!(unavailable(&ask_from(&scheme, 1, &token).await), Reason::IntrospectionUnavailable, "{what}");
            if number == 0 {
                let calls = mock.calls();
                assert_eq!(unavailable(&ask_from(&scheme, 2, &token).await), Reason::IntrospectionUnavailable);
                assert_eq!(mock.calls(), calls, "{what}: not asked for again at once");
            }
        }
        assert!(is_good(&ask_from(&scheme, 2, "elsewhere").await), "{what}");
        assert!(is_good(&ask_from(&scheme, 1, "known").await), "{what}");
    }
}

/// Behind a proxy that is not listed, or where connections have no address, tokens tell callers apart, and a stranger invents as many
/// as it likes.
#[actix_web::test]
async fn tokens_from_nobody_knows_where_fail_as_one_callers() {
    for (what, reply) in ODD {
        let mock = odd_about(reply);
        let settings = introspection(&mock).max_staleness(Duration::ZERO);
        let scheme = scheme(settings.timeout(Duration::from_millis(300)).breaker(2, Duration::from_secs(60)));
        assert!(is_good(&ask(&scheme, "known").await));
        for number in 0..4 {
            let token = format!("odd{number}");
            assert_eq!(unavailable(&ask(&scheme, &token).await), Reason::IntrospectionUnavailable, "{what}");
        }
        assert!(is_good(&ask(&scheme, "another").await), "{what}");
        assert!(is_good(&ask(&scheme, "known").await), "{what}");
    }
}

/// From as many addresses as the breaker counts failures, and more.
#[actix_web::test]
async fn strangers_of_many_addresses_keep_nobody_out_who_was_good_before() {
    for (what, reply) in ODD {
        let mock = odd_about(reply);
        let settings = introspection(&mock).max_staleness(Duration::ZERO);
        let scheme = scheme(settings.timeout(Duration::from_millis(300)).breaker(2, Duration::from_secs(60)));
        assert!(is_good(&ask_from(&scheme, 1, "known").await));
        for host in 2..6 {
            assert!(!is_good(&ask_from(&scheme, host, &format!("odd{host}")).await), "{what}");
        }
        for host in [1, 2, 9] {
            assert!(is_good(&ask_from(&scheme, host, "known").await), "{what}: from {host}");
        }
        assert!(is_good(&ask_from(&scheme, 9, "new").await), "{what}: it answers, so strangers may ask again");
    }
}

/// Each time that the endpoint comes back, one stranger asks first, about a token that it cannot stand.
#[actix_web::test]
async fn who_loses_the_probe_of_an_endpoint_that_is_back_keeps_it_from_nobody() {
    let is_down = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let down = Arc::clone(&is_down);
    let mock = Mock::start(move |call| match call.field("token") {
        _ if down.load(std::sync::atomic::Ordering::SeqCst) => Reply::status(500, ""),
        Some(token) if token.starts_with("odd") => Reply::status(500, ""),
        _ => Reply::json(&good()),
    });
    let pause = Duration::from_secs(2);
    let scheme = scheme(introspection(&mock).max_staleness(Duration::ZERO).breaker(3, pause));
    for round in 0..2 {
        is_down.store(true, std::sync::atomic::Ordering::SeqCst);
        for host in 2..6 {
            assert!(!is_good(&ask_from(&scheme, host, &format!("good{host}-{round}")).await));
        }
        is_down.store(false, std::sync::atomic::Ordering::SeqCst);
        tokio::time::sleep(pause + Duration::from_millis(100)).await;
        assert!(!is_good(&ask_from(&scheme, 1, &format!("odd{round}")).await), "the probe");
        assert!(!is_good(&ask_from(&scheme, 1, &format!("more{round}")).await), "whose fault it was waits");
        assert!(is_good(&ask_from(&scheme, 9, &format!("good9-{round}")).await), "and nobody else");
        assert!(is_good(&ask_from(&scheme, 1, &format!("again{round}")).await), "it answers");
    }
}

#[actix_web::test]
async fn an_endpoint_that_fails_those_who_were_good_before_is_left_alone() {
    let mock = Mock::start(|call| if call.number < 3 { Reply::json(&good()) } else { Reply::status(500, "") });
    let scheme = scheme(introspection(&mock).max_staleness(Duration::ZERO).breaker(3, Duration::from_secs(60)));
    for token in ["a", "b", "c"] {
        assert!(is_good(&ask(&scheme, token).await));
    }
    for token in ["a", "b", "c", "d"] {
        assert!(!is_good(&ask(&scheme, token).await));
    }
    assert_eq!(mock.calls(), 6);
}

#[actix_web::test]
async fn whose_tokens_get_429_waits_for_as_long_as_the_endpoint_says() {
    let mock = odd_about(|| Reply { retry_after: Some(2), ..Reply::status(429, "") });
    let scheme = scheme(introspection(&mock).max_staleness(Duration::ZERO));
    assert!(is_good(&ask_from(&scheme, 1, "known").await));
    assert!(!is_good(&ask_from(&scheme, 1, "odd").await));
    assert!(!is_good(&ask_from(&scheme, 1, "another").await), "the same caller");
    assert_eq!(mock.calls(), 2);
    assert!(is_good(&ask_from(&scheme, 1, "known").await), "was good before");
    assert!(is_good(&ask_from(&scheme, 2, "another").await), "another caller");
    tokio::time::sleep(Duration::from_millis(2100)).await;
    assert!(is_good(&ask_from(&scheme, 1, "third").await));
}

#[actix_web::test]
async fn an_endpoint_that_is_away_is_left_alone_whoever_asks() {
    let gone = Introspection::new("http://127.0.0.1:1/introspect").client_secret_basic("id", SECRET);
    let scheme = scheme(gone.issuer(ISSUER).audience(AUDIENCE).breaker(3, Duration::from_secs(60)));
    for number in 0..3 {
        assert!(!is_good(&ask_from(&scheme, 1, &format!("t{number}")).await));
    }
    let request = TestRequest::default().peer_addr(([192, 0, 2, 2], 1).into());
    let known = begin_with(&scheme, request, "other", NOW);
    assert!(matches!(known, Authentication::Ready(Outcome::Unavailable(_))), "at once");
}

/// Invented tokens over 64 connections, at an endpoint that could answer 80 a second; beside them tokens from elsewhere that are
/// new each time, and one from the same address that was good before.
#[actix_web::test]
async fn a_flood_of_invented_tokens_refuses_no_good_caller() {
    let mock = Mock::start(|call| match call.field("token") {
        Some(token) if token.starts_with("good") => Reply { delay: Duration::from_millis(50), ..Reply::json(&good()) },
        _ => Reply { delay: Duration::from_millis(50), ..Reply::ok(r#"{"active":false}"#) },
    });
    // What is remembered is not asked about, and would prove nothing here.
    let scheme = scheme(introspection(&mock).max_staleness(Duration::ZERO).calls_at_once(4));
    assert!(is_good(&ask_from(&scheme, 1, "good-known").await));
    let end = Instant::now() + Duration::from_secs(10);
    let flood = |connection: usize| {
        let scheme = &scheme;
        async move {
            let mut refused = 0;
            for number in 0.. {
                if Instant::now() >= end {
                    break;
                }
                let outcome = ask_from(scheme, 1, &format!("bad-{connection}-{number}")).await;
                refused += usize::from(matches!(outcome, Outcome::Unavailable(_)));
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            refused
        }
    };
    let good = |host, token: fn(usize) -> String| {
        let scheme = &scheme;
        async move {
            let (mut asked, mut refused) = (0, 0);
            while Instant::now() < end {
                refused += usize::from(!is_good(&ask_from(scheme, host, &token(asked)).await));
                asked += 1;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            (asked, refused)
        }
    };
    let (floods, elsewhere, known) = futures_util::join!(
        join_all((0..64).map(flood)),
        good(2, |number| format!("good-{number}")),
        good(1, |_| "good-known".to_owned()),
    );
    assert!(floods.iter().sum::<usize>() > 100, "a flood");
    for (asked, refused) in [elsewhere, known] {
        assert!(asked >= 20 && refused * 100 <= asked, "{refused} of {asked} refused");
    }
}
