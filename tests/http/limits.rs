//! `limit`: 429 for who comes too often (RFC 6585 section 4, draft-ietf-httpapi-ratelimit-headers).

use actix_web::{get, post, web};
use auth_runtime::observe::DECISIONS;
use auth_runtime::{Auth, Optional, Principal, ServiceConfig, policy, requires};
use tests::{Answer, Denied, Server, Token};

use crate::fixture::{self, AUDIENCE, ISSUER, SECRET, builder, scoped, token};
use crate::observed::{self, listen, snapshotter};

#[requires(bearer, limit = "3/h")]
#[get("/three")]
async fn three(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(bearer, scope = "write", limit = "2/min")]
#[post("/write")]
async fn write(body: web::Bytes) -> String {
    body.len().to_string()
}

#[requires(optional(bearer), limit("2/h", by = address))]
#[get("/address")]
async fn by_address(_who: Optional<Principal>) -> &'static str {
    "ok"
}

#[requires(optional(bearer), limit = "2/h")]
#[get("/either")]
async fn either(_who: Optional<Principal>) -> &'static str {
    "ok"
}

#[requires(bearer, limit = "1/h", hide)]
#[get("/hidden")]
async fn hidden() -> &'static str {
    "hidden"
}

policy! {
    Reports: bearer, limit = "2/day";
    Area: bearer, limit = "2/h";
}

#[requires(policy = Reports)]
#[get("/report/one")]
async fn report_one() -> &'static str {
    "one"
}

#[requires(policy = Reports)]
#[get("/report/other")]
async fn report_other() -> &'static str {
    "other"
}

#[requires(policy = Reports, limit = "1/day")]
#[get("/report/third")]
async fn report_third() -> &'static str {
    "third"
}

#[requires(bearer, limit = "1/h")]
mod inside {
    use super::*;

    #[get("/module/default")]
    pub(super) async fn default() -> &'static str {
        "default"
    }

    #[requires(limit = "2/h")]
    #[get("/module/own")]
    pub(super) async fn own() -> &'static str {
        "own"
    }
}

/// Inside an area whose limit it takes over.
#[requires(policy = Area)]
#[get("/area")]
async fn in_area() -> &'static str {
    "area"
}

fn area(config: &mut ServiceConfig) {
    config.service(in_area);
}

fn server_of(auth: Auth) -> Server {
    Server::start(move |app| {
        let scope = auth.scope("").service(three).service(write).service(by_address).service(either).service(hidden);
        let scope = scope.service(report_one).service(report_other).service(report_third);
        app.service(scope.service(inside::default).service(inside::own));
    })
}

fn server() -> Server {
    server_of(builder().build().unwrap())
}

fn get(server: &Server, path: &str, subject: &str) -> Answer {
    server.get(path).bearer(Token::new(ISSUER, AUDIENCE, subject, SECRET).sign()).send()
}

fn statuses(server: &Server, path: &str, subject: &str, times: usize) -> Vec<u16> {
    (0..times).map(|_| get(server, path, subject).status).collect()
}

/// The headers that say how often, and the seconds until the next request.
#[track_caller]
fn spent(answer: &Answer, policy: &str, at_most: u64) {
    Denied::too_many("too many requests").check(answer);
    let after: u64 = answer.only("retry-after").unwrap().parse().unwrap();
    assert!(after > 0 && after <= at_most && after + 5 >= at_most, "{after}");
    let name = policy.split(';').next().unwrap();
    assert_eq!(answer.all("ratelimit-policy"), [policy]);
    assert_eq!(answer.all("ratelimit"), [format!("{name};r=0;t={after}")]);
}

#[test]
fn each_caller_has_its_limit_and_a_429_beyond_it_says_when_to_come_back() {
    let server = server();
    assert_eq!(statuses(&server, "/three", "alice", 3), [200, 200, 200]);
    spent(&get(&server, "/three", "alice"), r#""caller";q=3;w=3600"#, 1200);
    assert_eq!(get(&server, "/three", "bob").text(), "bob", "it is another's");
}

#[test]
fn who_is_not_let_in_uses_nothing_up() {
    let server = server();
    let post = |token: Option<String>| {
        let request = server.request("POST", "/write");
        let request = token.iter().fold(request, |request, token| request.bearer(token));
        request.send_body("text/plain", "hello")
    };
    for _ in 0..4 {
        assert_eq!(post(None).status, 401);
        assert_eq!(post(Some(scoped("read"))).status, 403);
    }
    assert_eq!((post(Some(scoped("write"))).text(), post(Some(scoped("write"))).status), ("5", 200));
    spent(&post(Some(scoped("write"))), r#""caller";q=2;w=60"#, 30);
    assert_eq!((post(None).status, post(Some(scoped("read"))).status), (401, 403), "as before");
}

#[test]
fn the_body_is_not_read_beyond_the_limit() {
    let server = server();
    let mut connection = server.connect();
    for expected in [200, 200] {
        let answer = server.request("POST", "/write").bearer(scoped("write")).send_body("text/plain", "x");
        assert_eq!(answer.status, expected);
    }
    // The answer comes although the body never does.
    let head = format!(
        "POST /write HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\ncontent-length: 100000\r\n\r\n",
        scoped("write")
    );
    assert_eq!(connection.send(head).answer().status, 429);
}

#[test]
fn addresses_are_counted_whoever_calls() {
    let server = server();
    assert_eq!(get(&server, "/address", "alice").status, 200);
    assert_eq!(server.get("/address").send().status, 200);
    spent(&get(&server, "/address", "bob"), r#""address";q=2;w=3600"#, 1800);
}

#[test]
fn who_is_known_is_counted_apart_from_those_who_are_not() {
    let server = server();
    let anonymous = || server.get("/either").send();
    assert_eq!([anonymous().status, anonymous().status], [200, 200]);
    spent(&anonymous(), r#""address";q=2;w=3600"#, 1800);
    assert_eq!(statuses(&server, "/either", "alice", 3), [200, 200, 429]);
    assert_eq!(statuses(&server, "/either", "bob", 3), [200, 200, 429]);
}

#[test]
fn behind_listed_proxies_callers_have_addresses_of_their_own() {
    let auth = builder().trusted_proxies("X-Forwarded-For", ["127.0.0.1"]).build().unwrap();
    let server = server_of(auth);
    let through = |caller: &str| server.get("/address").header("X-Forwarded-For", caller).send().status;
    assert_eq!([through("192.0.2.1"), through("192.0.2.1"), through("192.0.2.1")], [200, 200, 429]);
    assert_eq!(
        [through("192.0.2.2"), through("1.1.1.1, 192.0.2.1")],
        [200, 429],
        "what the caller wrote does not count"
    );
}

#[test]
fn behind_a_proxy_that_is_not_listed_nobody_knows_who_is_who() {
    let server = server();
    let through = |caller: &str| server.get("/address").header("X-Forwarded-For", caller).send().status;
    assert!((0..5).all(|_| through("192.0.2.1") == 200), "else one caller would keep out all others");
    let known = || server.get("/either").bearer(token().sign()).header("X-Forwarded-For", "192.0.2.1").send().status;
    assert_eq!([known(), known(), known()], [200, 200, 429], "who is known, is counted");
}

#[test]
fn a_hidden_route_looks_unknown_beyond_its_limit_too() {
    let server = server();
    assert_eq!(get(&server, "/hidden", "alice").text(), "hidden");
    let (spent, unknown) = (get(&server, "/hidden", "alice"), get(&server, "/unknown", "alice"));
    assert_eq!(spent.status, 404);
    assert_eq!(spent.without_date(), unknown.without_date());
}

#[test]
fn routes_that_take_a_limit_over_share_it_and_an_own_one_replaces_it() {
    let server = server();
    assert_eq!(get(&server, "/report/one", "alice").status, 200);
    assert_eq!(get(&server, "/report/other", "alice").status, 200);
    assert_eq!(get(&server, "/report/one", "alice").status, 429);
    assert_eq!(statuses(&server, "/report/third", "alice", 2), [200, 429]);
    assert_eq!(statuses(&server, "/module/default", "alice", 2), [200, 429]);
    assert_eq!(statuses(&server, "/module/own", "alice", 3), [200, 200, 429]);
}

#[test]
fn a_request_is_counted_once_however_many_guards_have_the_limit() {
    let auth = builder().build().unwrap();
    let server = Server::start(move |app| {
        let inner = auth.scope("/inner").configure(area);
        app.service(auth.scope("").service_as::<Area>("/outer", inner));
    });
    assert_eq!(statuses(&server, "/outer/inner/area", "alice", 3), [200, 200, 429]);
}

#[test]
fn a_denial_for_the_limit_is_one_event_and_one_count() {
    listen();
    snapshotter();
    let server = server();
    assert_eq!(statuses(&server, "/module/own", "carol", 3), [200, 200, 429]);
    let events = observed::events("http::limits::inside::own");
    let denied: Vec<_> = events.iter().filter(|event| event.field("reason") == "limit_reached").collect();
    assert_eq!(denied.len(), 1, "{events:?}");
    assert_eq!((denied[0].level.as_str(), denied[0].field("outcome")), ("INFO", "denied"));
    let metrics = observed::metrics("http::limits::inside::own");
    let counted = metrics.iter().filter(|((name, labels), _)| {
        name == DECISIONS && labels.get("reason").is_some_and(|reason| reason == "limit_reached")
    });
    assert_eq!(counted.map(|(_, seen)| seen.count).sum::<u64>(), 1);
}

#[test]
fn the_table_says_how_often() {
    let who = |handler: &str| fixture::row(handler).who().to_owned();
    assert_eq!(who("limits::three"), "any valid bearer token; at most 3 requests an hour from each caller");
    let address = "everyone; credentials that are sent must be any valid bearer token; at most 2 requests an hour from each address";
    assert_eq!(who("limits::by_address"), address);
    let row = fixture::row("limits::by_address");
    assert_eq!(row.rule(), Some(r#"optional(bearer), limit("2/h", by = address)"#));
    assert_eq!(row.statuses(), [400, 401, 429, 503]);
    assert_eq!(fixture::row("limits::hidden").rule(), Some(r#"bearer, hide, limit = "1/h""#));
}
