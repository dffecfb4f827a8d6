//! Wrong credentials: beyond so many of an account or an address they are not looked at, and the answer is 429.

use actix_web::get;
use auth_runtime::config::AuthBuilder;
use auth_runtime::limits::Limits;
use auth_runtime::{Principal, requires};
use tests::{Answer, Denied, DigestChallenge, Request, Server};

use crate::fixture::{KEY, KEY_EXPIRED, builder};
use crate::observed::{self, listen};

#[requires(basic)]
#[get("/basic")]
async fn basic(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(basic("members"))]
#[get("/members")]
async fn members(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(basic, hide)]
#[get("/hidden")]
async fn hidden(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(digest)]
#[get("/digest")]
async fn digest(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(api_key)]
#[get("/key")]
async fn by_key(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(api_key("directory"))]
#[get("/directory")]
async fn directory(who: Principal) -> String {
    who.subject().to_owned()
}

const DETAIL: &str = "too many wrong credentials; wait before the next attempt";

/// Three wrong passwords of an account, five from an address, in five minutes.
fn server() -> Server {
    server_of(|auth| auth)
}

fn server_of(configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Server {
    let limits = Limits::in_memory().failed_attempts_per_account(3).failed_attempts_per_address(5);
    let auth = builder().limits(limits).trusted_proxies("X-Forwarded-For", ["127.0.0.1"]);
    let auth = configure(auth).build().unwrap();
    Server::start(move |app| {
        let scope = auth.scope("").service(basic).service(members).service(hidden).service(digest);
        app.service(scope.service(by_key).service(directory));
    })
}

/// Of somebody at 192.0.2.`host`.
fn from(server: &Server, path: &str, host: usize) -> Request {
    server.get(path).header("X-Forwarded-For", format!("192.0.2.{host}"))
}

#[track_caller]
fn waits(answer: &Answer, policy: &str, at_most: u64) {
    Denied::too_many(DETAIL).check(answer);
    let after: u64 = answer.only("retry-after").unwrap().parse().unwrap();
    assert!(after <= at_most && after + 5 >= at_most, "{after}");
    let name = policy.split(';').next().unwrap();
    assert_eq!(answer.all("ratelimit-policy"), [policy]);
    assert_eq!(answer.all("ratelimit"), [format!("{name};r=0;t={after}")]);
}

#[test]
fn an_account_is_guessed_at_a_few_times_whether_it_exists_or_not() {
    for path in ["/basic", "/members"] {
        let server = server();
        for user in ["alice", "bob", "nobody"] {
            let wrong = |host: usize| from(&server, path, host).basic(user, &format!("wrong{host}")).send();
            assert!((1..=3).all(|host| wrong(host).status == 401), "{path} {user}");
            waits(&wrong(4), r#""account";q=3;w=300"#, 100);
        }
        // The right password is answered alike, however its name is written.
        for (user, password) in [("alice", "wonderland"), ("bob", "builder"), (" ALICE", "wonderland")] {
            let right = from(&server, path, 9).basic(user, password).send();
            waits(&right, r#""account";q=3;w=300"#, 100);
        }
    }
}

#[test]
fn an_address_guesses_a_few_times_at_all_accounts_together() {
    let server = server();
    let wrong = |number: usize, host: usize| from(&server, "/basic", host).basic(&format!("user{number}"), "x").send();
    assert!((0..5).all(|number| wrong(number, 1).status == 401));
    waits(&wrong(5, 1), r#""address";q=5;w=300"#, 60);
    waits(&from(&server, "/basic", 1).basic("alice", "wonderland").send(), r#""address";q=5;w=300"#, 60);
    assert_eq!(wrong(6, 2).status, 401);
    // What else is guessed from there waits too, and what is not guessed does not.
    waits(&from(&server, "/key", 1).header("X-API-Key", KEY).send(), r#""address";q=5;w=300"#, 60);
    assert_eq!(from(&server, "/basic", 1).send().status, 401);
}

#[test]
fn who_was_good_from_an_address_is_not_kept_out_by_strangers() {
    let server = server();
    let right = |host: usize| from(&server, "/basic", host).basic("alice", "wonderland").send().status;
    assert_eq!(right(1), 200);
    for host in 2..9 {
        from(&server, "/basic", host).basic("alice", &format!("wrong{host}")).send();
    }
    for number in 0..7 {
        from(&server, "/basic", 1).basic(&format!("user{number}"), "wrong").send();
    }
    assert_eq!((right(9), right(1)), (429, 200));
    // Also while nothing remembers the password: that of a function is not remembered.
    let member = |host: usize| from(&server, "/members", host).basic("bob", "builder").send().status;
    assert_eq!(member(20), 200);
    while from(&server, "/members", 21).basic("bob", "wrong").send().status == 401 {}
    assert_eq!((member(22), member(20)), (429, 200));
}

#[test]
fn good_passwords_do_not_count() {
    let server = server();
    for _ in 0..20 {
        assert_eq!(from(&server, "/members", 1).basic("bob", "builder").send().status, 200);
    }
    let away = || from(&server, "/members", 2).basic("nobody-knows", "x").send().status;
    assert!((0..10).all(|_| away() == 503), "nor do those that nobody can judge");
}

#[test]
fn a_hidden_route_looks_unknown_while_an_account_waits() {
    let server = server();
    for host in 1..9 {
        let answer = from(&server, "/hidden", host).basic("alice", &format!("wrong{host}")).send();
        let unknown = from(&server, "/unknown", host).send();
        assert_eq!(answer.status, 404);
        assert_eq!(answer.without_date(), unknown.without_date());
    }
    assert_eq!(from(&server, "/hidden", 9).basic("alice", "wonderland").send().status, 404);
}

#[test]
fn wrong_responses_of_digest_count_and_replays_do_not() {
    let server = server();
    let challenge = || {
        let answer = from(&server, "/digest", 1).send();
        DigestChallenge::read(answer.only("www-authenticate").unwrap())
    };
    let answer = challenge().answer("alice", "wonderland", "GET", "/digest", 1);
    let send = |field: String, host: usize| from(&server, "/digest", host).header("Authorization", field).send();
    assert_eq!(send(answer.field(), 1).status, 200);
    // Somebody who saw it sends it again: right, seen before, and makes no address known.
    assert!((0..10).all(|_| send(answer.field(), 2).status == 401));
    let wrong = |host: usize| {
        let answer = challenge().answer("alice", "wrong", "GET", "/digest", 1);
        send(answer.field(), host)
    };
    assert!((0..3).all(|_| wrong(2).status == 401), "they counted");
    waits(&wrong(2), r#""account";q=3;w=300"#, 100);
    let right = |host: usize| {
        let answer = challenge().answer("alice", "wonderland", "GET", "/digest", 1);
        send(answer.field(), host).status
    };
    assert_eq!((right(3), right(1)), (429, 200));
}

#[test]
fn unknown_keys_count_by_address_and_keys_that_have_expired_do_not() {
    for path in ["/key", "/directory"] {
        let server = server();
        let send = |key: &str, host: usize| from(&server, path, host).header("X-API-Key", key).send();
        if path == "/key" {
            assert!((0..10).all(|_| send(KEY_EXPIRED, 1).status == 401));
        }
        assert!((1..20).all(|_| send(KEY, 2).status == 200));
        assert!((0..5).all(|number| send(&format!("test_{number:016}"), 1).status == 401), "{path}");
        waits(&send("test_unknown000000000", 1), r#""address";q=5;w=300"#, 60);
        assert_eq!((send(KEY, 1).status, send(KEY, 2).status), (429, 200), "{path}");
    }
}

#[test]
fn wrong_keys_of_others_do_not_keep_out_one_that_was_good_at_their_address() {
    for path in ["/key", "/directory"] {
        let server = server();
        let send = |key: &str, host: usize| from(&server, path, host).header("X-API-Key", key).send();
        assert_eq!([send(KEY, 2).status, send(KEY, 1).status], [200, 200]);
        assert!((0..5).all(|number| send(&format!("test_{number:016}"), 1).status == 401), "{path}");
        for _ in 0..3 {
            waits(&send("test_unknown000000000", 1), r#""address";q=5;w=300"#, 60);
            assert_eq!((send(KEY, 1).status, send(KEY, 2).status), (200, 200), "{path}");
        }
        assert!((0..5).all(|number| send(&format!("test_{number:016}"), 3).status == 401), "{path}");
        waits(&send(KEY, 3), r#""address";q=5;w=300"#, 60);
    }
}

#[test]
fn it_is_one_event() {
    listen();
    let server = server();
    for _ in 0..4 {
        from(&server, "/members", 7).basic("carol", "wrong").send();
    }
    let events = observed::events("http::attempts::members");
    let waiting = events.iter().filter(|event| event.field("reason") == "too_many_attempts");
    let levels: Vec<_> = waiting.map(|event| (event.level.as_str(), event.field("outcome"))).collect();
    assert!(levels.iter().all(|seen| *seen == ("INFO", "denied")) && !levels.is_empty(), "{events:?}");
}

#[test]
fn names_are_one_account_as_the_application_says() {
    let server = server_of(|auth| {
        let limits = Limits::in_memory()
            .failed_attempts_per_account(2)
            .account_of(|name| name.split('@').next().unwrap_or_default().to_owned());
        auth.limits(limits)
    });
    let wrong = |name: &str, host: usize| from(&server, "/basic", host).basic(name, "x").send().status;
    assert_eq!([wrong("dave", 1), wrong("dave@shop.example", 2), wrong("dave@other.example", 3)], [401, 401, 429]);
    assert_eq!(wrong("Dave", 4), 401);
}

#[test]
fn what_cannot_be_counted_is_refused() {
    let fault = |limits: Limits| builder().limits(limits).build().unwrap_err().to_string();
    let memory = Limits::in_memory;
    assert!(fault(memory().failed_attempts_per_account(0)).contains("nobody could sign in"));
    assert!(fault(memory().failed_attempts_per_address(0)).contains("nobody could sign in"));
    assert!(fault(memory().failed_attempts_within(std::time::Duration::ZERO)).contains("within a second to a day"));
}
