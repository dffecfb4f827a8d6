//! The rows about Digest authentication (RFC 7616).

use std::time::Duration;

use actix_web::{get, post};
use auth_runtime::testing::ManualClock;
use auth_runtime::{Auth, Digest, Optional, Principal, policy, requires};
use tests::{Answer, Denied, DigestAnswer, DigestChallenge, Request, Server};

use crate::fixture::{self, Member, auth, builder, token};

#[requires(digest)]
#[get("/me")]
async fn me(caller: Digest) -> String {
    caller.name().to_owned()
}

#[requires(digest, realm = "vault")]
#[post("/vault")]
async fn vault(who: Principal) -> String {
    format!("{} {}", who.scheme(), who.subject())
}

#[requires(digest("members"))]
#[get("/member")]
async fn member(caller: Digest<Member>) -> String {
    caller.number.to_string()
}

#[requires(digest("legacy"))]
#[get("/legacy")]
async fn legacy(caller: Digest) -> String {
    caller.name().to_owned()
}

#[requires(digest("several"))]
#[get("/several")]
async fn several(caller: Digest) -> String {
    caller.name().to_owned()
}

#[requires(digest("proxied"))]
#[get("/proxied")]
async fn proxied(caller: Digest) -> String {
    caller.name().to_owned()
}

#[requires(digest, role = "ops")]
#[get("/ops")]
async fn ops(caller: Digest) -> String {
    caller.principal().subject().to_owned()
}

#[requires(any(bearer, digest))]
#[get("/either")]
async fn either(who: Principal, digest: Optional<Digest>) -> String {
    format!("{} {}", who.scheme(), digest.is_some())
}

#[requires(optional(digest))]
#[get("/optional")]
async fn optional(who: Optional<Digest>) -> String {
    who.as_ref().map_or("nobody".to_owned(), |who| who.name().to_owned())
}

#[requires(digest, hide)]
#[get("/hidden")]
async fn hidden() -> &'static str {
    "hidden"
}

/// Where users of one name are told apart.
#[requires(digest, realm = "vault")]
#[get("/vault/key")]
async fn vault_key(who: Principal) -> String {
    who.key().to_string()
}

#[requires(digest)]
#[get("/key")]
async fn key(who: Principal) -> String {
    who.key().to_string()
}

#[requires(digest("proxied"))]
#[get("/proxied/key")]
async fn proxied_key(who: Principal) -> String {
    who.key().to_string()
}

fn serve(auth: Auth) -> Server {
    Server::start(move |app| {
        let scope = auth
            .scope("")
            .service(vault_key)
            .service(key)
            .service(proxied_key)
            .service(me)
            .service(vault)
            .service(member)
            .service(legacy)
            .service(several);
        app.service(scope.service(proxied).service(ops).service(either).service(optional).service(hidden));
    })
}

fn server() -> Server {
    serve(auth())
}

/// The challenge line without what nobody can foresee.
const FORM: &str =
    r#"Digest realm="orders", qop="auth", algorithm=SHA-256, nonce="N", opaque="O", charset=UTF-8, userhash=true"#;

fn challenge(answer: &Answer) -> DigestChallenge {
    let lines = answer.all("www-authenticate");
    DigestChallenge::read(lines.iter().rfind(|line| line.starts_with("Digest")).expect("a challenge of Digest"))
}

/// A fresh challenge of a route.
fn asked(request: Request) -> DigestChallenge {
    challenge(&request.send())
}

/// The first answer of alice to a fresh challenge of `/me`.
fn alice(server: &Server) -> DigestAnswer {
    asked(server.get("/me")).answer("alice", "wonderland", "GET", "/me", 1)
}

fn get_me(server: &Server, field: &str) -> Answer {
    server.get("/me").header("Authorization", field).send()
}

/// A 401 whose one challenge has this form, with a detail.
#[track_caller]
fn refused(answer: &Answer, form: &str, detail: &str) {
    let challenge = challenge(answer);
    assert_eq!(challenge.form(), form);
    Denied::unauthorized(detail).challenge(&challenge.line).check(answer);
    assert_eq!(answer.only("authentication-info"), None);
}

#[track_caller]
fn wrong(answer: &Answer) {
    refused(answer, FORM, "the credentials are not valid");
}

#[track_caller]
fn stale(answer: &Answer) {
    refused(answer, &format!("{FORM}, stale=true"), "the nonce is too old");
}

#[test]
fn without_credentials_there_is_a_challenge_with_a_nonce_of_its_own() {
    let server = server();
    let first = server.get("/me").send();
    refused(&first, FORM, "authentication is required");
    assert_ne!(challenge(&first).get("nonce"), asked(server.get("/me")).get("nonce"));
    let of_another_realm = server.post("/vault").send();
    refused(&of_another_realm, &FORM.replace("orders", "vault"), "authentication is required");
    refused(&server.get("/me").bearer(token().sign()).send(), FORM, "authentication is required");
}

#[test]
fn the_right_response_passes_and_the_server_proves_itself() {
    let server = server();
    let mut answer = alice(&server);
    for nc in ["00000001", "00000002", "0000000a", "00000009"] {
        answer.nc = nc.to_owned();
        let passed = get_me(&server, &answer.field());
        passed.expect("alice");
        assert_eq!(passed.all("cache-control"), ["private"]);
        let info = format!("qop=auth, rspauth=\"{}\", cnonce=\"{}\", nc={nc}", answer.rspauth(), answer.cnonce);
        assert_eq!(passed.only("authentication-info"), Some(&*info));
    }
    let answer = asked(server.post("/vault")).answer("alice", "looking glass", "POST", "/vault", 1);
    server.post("/vault").header("Authorization", answer.field()).send().expect("digest alice");
}

#[test]
fn every_form_that_clients_send_passes() {
    let server = server();
    let fresh = || alice(&server);
    for (name, value) in [
        ("algorithm", "\"SHA-256\""),
        ("algorithm", "sha-256"),
        ("qop", "\"auth\""),
        ("nc", "\"00000001\""),
        ("username", "alice"),
        ("username*", "UTF-8''alice"),
        ("userhash", "false"),
        ("opaque", "\"whatever\""),
        ("unknown", "\"whatever\""),
    ] {
        let answer = fresh();
        let mut field = answer.field_with(name, Some(value));
        if name == "username*" {
            field = field.replace("username=\"alice\", ", "");
        }
        get_me(&server, &field).expect("alice");
    }
    get_me(&server, &fresh().field().replace(", ", ",").replacen("Digest ", "dIGEST   ", 1)).expect("alice");
    let answer = fresh();
    get_me(&server, &answer.field_with("response", Some(&answer.response().to_uppercase()))).expect("alice");
    // A name beyond ASCII, in each of the three forms.
    let jürgen = || asked(server.get("/me")).answer("jürgen", "schlüssel", "GET", "/me", 1);
    get_me(&server, &jürgen().field()).expect("jürgen");
    let extended = jürgen().field_with("username", None) + ", username*=UTF-8''j%C3%BCrgen";
    get_me(&server, &extended).expect("jürgen");
    let answer = jürgen();
    let hash = format!("\"{}\"", answer.hash("jürgen:orders"));
    get_me(&server, &(answer.field_with("username", Some(&hash)) + ", userhash=true")).expect("jürgen");
    // What must be escaped in the answer comes back escaped.
    let mut answer = fresh();
    answer.cnonce = r#"a "b\"#.to_owned();
    let passed = get_me(&server, &answer.field());
    assert!(passed.only("authentication-info").unwrap().contains(r#"cnonce="a \"b\\","#), "{passed:?}");
}

#[test]
fn a_response_passes_once() {
    let server = server();
    let mut answer = alice(&server);
    get_me(&server, &answer.field()).expect("alice");
    wrong(&get_me(&server, &answer.field()));
    // Another client nonce makes another response of the same count.
    answer.cnonce = "another".to_owned();
    wrong(&get_me(&server, &answer.field()));
    answer.nc = "000000ff".to_owned();
    get_me(&server, &answer.field()).expect("alice");
    answer.nc = "000000fe".to_owned();
    get_me(&server, &answer.field()).expect("alice");
    wrong(&get_me(&server, &answer.field()));
    // So far back that nobody knows any more.
    answer.nc = "00000002".to_owned();
    stale(&get_me(&server, &answer.field()));
}

#[test]
fn requests_side_by_side_pass_each_once() {
    let server = server();
    let answer = alice(&server);
    let statuses: Vec<u16> = std::thread::scope(|threads| {
        let running: Vec<_> = (1..=16_u32)
            .flat_map(|nc| [nc, nc])
            .map(|nc| {
                let field = DigestAnswer { nc: format!("{nc:08x}"), ..answer.clone() }.field();
                let server = &server;
                threads.spawn(move || get_me(server, &field).status)
            })
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for pair in statuses.chunks(2) {
        assert!(matches!(pair, [200, 401] | [401, 200]), "{statuses:?}");
    }
}

#[test]
fn an_unknown_user_and_a_wrong_password_get_the_same_answer() {
    let server = server();
    for (user, password) in [
        ("alice", "looking-glass"),
        ("mallory", "wonderland"),
        ("", "wonderland"),
        ("alice", ""),
        ("Alice", "wonderland"),
    ] {
        let answer = asked(server.get("/me")).answer(user, password, "GET", "/me", 1);
        wrong(&get_me(&server, &answer.field()));
    }
    // The password of another realm.
    wrong(&get_me(&server, &asked(server.get("/me")).answer("alice", "looking glass", "GET", "/me", 1).field()));
    // What matches the digest that unknown users are checked against.
    let mut nobody = asked(server.get("/me")).answer("", "", "GET", "/me", 1);
    nobody.user = "nobody".to_owned();
    wrong(&get_me(&server, &nobody.field()));
}

#[test]
fn what_is_not_this_request_does_not_pass() {
    let server = server();
    let changed = |change: fn(&mut DigestAnswer)| {
        let mut answer = alice(&server);
        change(&mut answer);
        wrong(&get_me(&server, &answer.field()));
    };
    changed(|answer| answer.method = "POST".to_owned());
    changed(|answer| answer.realm = "vault".to_owned());
    for uri in ["/ops", "/me?", "/me?x=1", "/me/", "//me", "/ME", "/m%65", "", "*", "http://127.0.0.1/me", "/me#x"] {
        let mut answer = alice(&server);
        answer.uri = uri.to_owned();
        wrong(&get_me(&server, &answer.field()));
    }
    // Nobody's word for the target counts but that of the request line.
    let mut answer = alice(&server);
    answer.uri = "/ops".to_owned();
    let request = server.get("/me").header("X-Original-URL", "/ops").header("X-Forwarded-Prefix", "/ops");
    wrong(&request.header("Authorization", answer.field()).send());
    // The query is part of the target.
    let answer = asked(server.get("/me")).answer("alice", "wonderland", "GET", "/me?a=b&c=%20", 1);
    server.get("/me?a=b&c=%20").header("Authorization", answer.field()).send().expect("alice");
    wrong(&server.get("/me?a=c&c=%20").header("Authorization", alice(&server).field()).send());
    // Nor does a response to another route's challenge, where that is of another realm or configuration.
    let mut answer = asked(server.post("/vault")).answer("alice", "wonderland", "GET", "/me", 1);
    answer.realm = "orders".to_owned();
    stale(&get_me(&server, &answer.field()));
    let answer = asked(server.get("/several")).answer("alice", "wonderland", "GET", "/me", 1);
    let mut answer = DigestAnswer { algorithm: "SHA-256".to_owned(), ..answer };
    stale(&get_me(&server, &answer.field()));
    // A nonce of one's own making.
    answer.nonce = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned();
    stale(&get_me(&server, &answer.field()));
    answer.password = "looking-glass".to_owned();
    wrong(&get_me(&server, &answer.field()));
}

#[test]
fn what_is_malformed_or_not_offered_is_wrong_and_no_error_of_ours() {
    let server = server();
    for (name, value) in [
        ("qop", None),
        ("qop", Some("auth-int")),
        ("qop", Some("\"auth,auth-int\"")),
        ("nc", None),
        ("nc", Some("1")),
        ("nc", Some("00000000")),
        ("nc", Some("0000000g")),
        ("cnonce", None),
        ("cnonce", Some("\"\"")),
        ("username", None),
        ("username*", Some("UTF-8''alice")),
        ("userhash", Some("true")),
        ("realm", None),
        ("nonce", None),
        ("nonce", Some("\"\"")),
        ("uri", None),
        ("response", None),
        ("response", Some("\"\"")),
        ("algorithm", None),
        ("algorithm", Some("MD5")),
        ("algorithm", Some("SHA-512-256")),
        ("algorithm", Some("SHA-256-sess")),
    ] {
        wrong(&get_me(&server, &alice(&server).field_with(name, value)));
    }
    for (name, value) in alice(&server).parameters() {
        wrong(&get_me(&server, &format!("{}, {name}={value}", alice(&server).field())));
    }
    for field in ["Digest", "Digest ", "Digest\t", "Digest x", "Digest ,", "Digest =", "Digest \"", "Digest a=\"\\"] {
        wrong(&get_me(&server, field));
    }
    // Right in all but the algorithm, which is not offered here.
    let md5 = DigestAnswer { algorithm: "MD5".to_owned(), ..alice(&server) };
    wrong(&get_me(&server, &md5.field()));
    wrong(&get_me(&server, &md5.field_with("algorithm", None)));
}

#[test]
fn two_authorization_lines_are_a_bad_request() {
    let server = server();
    let field = alice(&server).field();
    let twice = server.get("/me").header("Authorization", &field).header("Authorization", &field).send();
    let challenge = challenge(&twice);
    assert_eq!(challenge.form(), FORM);
    Denied::bad_request("the request has more than one Authorization field").challenge(&challenge.line).check(&twice);
}

#[test]
fn an_old_nonce_is_stale_for_whoever_knows_the_password() {
    let clock = ManualClock::at(1_767_225_600);
    let server = serve(builder().clock(clock.clone()).build().unwrap());
    let mut answer = alice(&server);
    get_me(&server, &answer.field()).expect("alice");
    clock.advance(Duration::from_secs(150));
    answer.nc = "00000002".to_owned();
    assert!(!get_me(&server, &answer.field()).only("authentication-info").unwrap().contains("nextnonce"));
    // From half of its life on, the next is told.
    clock.advance(Duration::from_secs(1));
    answer.nc = "00000003".to_owned();
    let passed = get_me(&server, &answer.field());
    let info = passed.only("authentication-info").unwrap();
    let (said, next) = info.split_once(", nextnonce=\"").unwrap();
    assert!(said.ends_with("nc=00000003"), "{info}");
    let next = next.strip_suffix('"').unwrap();
    clock.advance(Duration::from_secs(149));
    answer.nc = "00000004".to_owned();
    get_me(&server, &answer.field()).expect("alice");
    clock.advance(Duration::from_secs(1));
    answer.nc = "00000005".to_owned();
    stale(&get_me(&server, &answer.field()));
    wrong(&get_me(&server, &DigestAnswer { password: "looking-glass".to_owned(), ..answer.clone() }.field()));
    // As the browser goes on.
    let challenge = challenge(&get_me(&server, &answer.field()));
    get_me(&server, &challenge.answer("alice", "wonderland", "GET", "/me", 1).field()).expect("alice");
    get_me(&server, &DigestAnswer { nonce: next.to_owned(), nc: "00000001".to_owned(), ..answer }.field())
        .expect("alice");
}

#[test]
fn a_nonce_from_the_future_is_stale_and_a_clock_set_back_issues_anew() {
    let clock = ManualClock::at(1_767_229_600);
    let server = serve(builder().clock(clock.clone()).build().unwrap());
    let ahead = alice(&server);
    let again = |nc: u32| DigestAnswer { nc: format!("{nc:08x}"), ..ahead.clone() }.field();
    get_me(&server, &again(1)).expect("alice");
    // What clocks differ by.
    clock.set(1_767_229_540);
    get_me(&server, &again(2)).expect("alice");
    clock.set(1_767_229_539);
    stale(&get_me(&server, &again(3)));
    // The clock was wrong by more: nonces go on from what it shows now, and none from before counts again.
    clock.set(1_767_225_600);
    let fresh = alice(&server);
    get_me(&server, &fresh.field()).expect("alice");
    wrong(&get_me(&server, &fresh.field()));
    clock.advance(Duration::from_secs(301));
    stale(&get_me(&server, &DigestAnswer { nc: "00000002".to_owned(), ..fresh }.field()));
    clock.set(1_767_229_600);
    for nc in 1..5 {
        stale(&get_me(&server, &again(nc)));
    }
}

#[test]
fn a_time_that_cannot_be_right_leaves_no_trace_in_nonces() {
    let clock = ManualClock::at(1_767_225_600);
    let server = serve(builder().clock(clock.clone()).build().unwrap());
    let before = alice(&server);
    get_me(&server, &before.field()).expect("alice");
    for broken in [300_000_000_000, 0] {
        clock.set(broken);
        let meanwhile = alice(&server);
        assert_eq!(get_me(&server, &meanwhile.field()).status, 503, "{broken}");
        clock.set(1_767_225_600);
    }
    let after = alice(&server);
    get_me(&server, &after.field()).expect("alice");
    let again = |answer: DigestAnswer| get_me(&server, &DigestAnswer { nc: "00000002".to_owned(), ..answer }.field());
    again(before).expect("alice");
    clock.advance(Duration::from_secs(301));
    stale(&again(after));
}

#[test]
fn a_nonce_of_another_process_is_stale() {
    let (before, after) = (serve(builder().build().unwrap()), serve(builder().build().unwrap()));
    let answer = alice(&before);
    stale(&get_me(&after, &answer.field()));
    get_me(&before, &answer.field()).expect("alice");
}

#[test]
fn each_algorithm_has_a_challenge_of_its_own() {
    let server = server();
    let form = |algorithm: &str| FORM.replace("SHA-256", algorithm);
    let answer = server.get("/several").send();
    let challenges: Vec<_> = answer.all("www-authenticate").into_iter().map(DigestChallenge::read).collect();
    let forms: Vec<_> = challenges.iter().map(DigestChallenge::form).collect();
    assert_eq!(forms, [form("SHA-512-256"), form("SHA-256"), form("MD5")]);
    for challenge in &challenges {
        let answer = challenge.answer("alice", "wonderland", "GET", "/several", 1);
        server.get("/several").header("Authorization", answer.field()).send().expect("alice");
        // Bob has but one line.
        let answer = challenge.answer("bob", "builder", "GET", "/several", 1);
        let status = server.get("/several").header("Authorization", answer.field()).send().status;
        assert_eq!(status, if answer.algorithm == "SHA-256" { 200 } else { 401 }, "{}", answer.algorithm);
        // One line's nonce is none of another's.
        for algorithm in ["SHA-512-256", "SHA-256", "MD5"].into_iter().filter(|it| *it != answer.algorithm) {
            let answer = challenge.answer("alice", "wonderland", "GET", "/several", 2);
            let answer = DigestAnswer { algorithm: algorithm.to_owned(), ..answer };
            let stale = server.get("/several").header("Authorization", answer.field()).send();
            assert!(stale.all("www-authenticate").iter().all(|line| line.ends_with(", stale=true")), "{stale:?}");
        }
    }
    let challenge = asked(server.get("/legacy"));
    assert_eq!(challenge.form(), form("MD5"));
    let answer = challenge.answer("alice", "wonderland", "GET", "/legacy", 1);
    server.get("/legacy").header("Authorization", answer.field_with("algorithm", None)).send().expect("alice");
}

#[test]
fn a_function_of_the_applications_own_finds_the_user() {
    let server = server();
    let form = FORM.replace(", userhash=true", "");
    let ask = |user: &str, password: &str| asked(server.get("/member")).answer(user, password, "GET", "/member", 1);
    let send = |field: &str| server.get("/member").header("Authorization", field).send();
    refused(&server.get("/member").send(), &form, "authentication is required");
    let answer = ask("bob", "builder");
    let passed = send(&answer.field());
    passed.expect("7");
    let rspauth = format!("rspauth=\"{}\"", answer.rspauth());
    assert!(passed.only("authentication-info").unwrap().contains(&rspauth));
    refused(&send(&answer.field()), &form, "the credentials are not valid");
    for (user, password) in [("bob", "wrecker"), ("alice", "wonderland"), ("old-line", "builder")] {
        refused(&send(&ask(user, password).field()), &form, "the credentials are not valid");
    }
    let answer = ask("bob", "builder");
    let hash = format!("\"{}\"", answer.hash("bob:orders"));
    let hashed = answer.field_with("username", Some(&hash)) + ", userhash=true";
    refused(&send(&hashed), &form, "the credentials are not valid");
    let failing = send(&ask("nobody-knows", "hunter2").field());
    Denied::unavailable().check(&failing);
    assert!(!failing.text().contains("secret detail"));
}

#[test]
fn a_path_that_a_proxy_takes_off_is_part_of_the_digested_target() {
    let server = server();
    let ask = |uri: &str| {
        let answer = asked(server.get("/proxied")).answer("alice", "wonderland", "GET", uri, 1);
        server.get("/proxied").header("Authorization", answer.field()).send().status
    };
    assert_eq!(ask("/api/proxied"), 200);
    for other in ["/proxied", "/api", "/api/", "/api//proxied", "/api/api/proxied", "api/proxied", "/API/proxied"] {
        assert_eq!(ask(other), 401, "{other}");
    }
}

#[test]
fn beside_bearer_each_is_told_by_its_name() {
    let server = server();
    let answer = server.get("/either").send();
    let lines = answer.all("www-authenticate");
    assert_eq!(lines[0], r#"Bearer realm="orders""#);
    assert_eq!((lines.len(), DigestChallenge::read(lines[1]).form()), (2, FORM.to_owned()));
    server.get("/either").bearer(token().sign()).send().expect("bearer false");
    let answer = challenge(&answer).answer("alice", "wonderland", "GET", "/either", 1);
    server.get("/either").header("Authorization", answer.field()).send().expect("digest true");
}

#[test]
fn optional_is_anonymous_without_and_never_with_bad_credentials() {
    let server = server();
    server.get("/optional").send().expect("nobody");
    server.get("/optional").basic("alice", "wonderland").send().expect("nobody");
    let bad = server.get("/optional").header("Authorization", "Digest x").send();
    wrong(&bad);
    let answer = challenge(&bad).answer("alice", "wonderland", "GET", "/optional", 1);
    server.get("/optional").header("Authorization", answer.field()).send().expect("alice");
}

#[test]
fn a_hidden_route_shows_no_challenge() {
    let server = server();
    let unknown = server.get("/unknown").send();
    assert_eq!(server.get("/hidden").send().without_date(), unknown.without_date());
    let answer = asked(server.get("/me")).answer("alice", "wonderland", "GET", "/hidden", 1);
    server.get("/hidden").header("Authorization", answer.field()).send().expect("hidden");
}

#[test]
fn a_missing_role_is_forbidden_and_its_count_is_used_up() {
    let server = server();
    let ask = |user: &str, password: &str| asked(server.get("/ops")).answer(user, password, "GET", "/ops", 1);
    let send = |answer: &DigestAnswer| server.get("/ops").header("Authorization", answer.field()).send();
    send(&ask("alice", "wonderland")).expect("alice");
    let answer = ask("jürgen", "schlüssel");
    let denied = send(&answer);
    Denied::forbidden("the caller lacks a required role").check(&denied);
    assert_eq!(denied.only("authentication-info"), None);
    wrong(&send(&answer));
}

#[test]
fn credentials_that_a_browser_sends_by_itself_do_not_count_across_sites() {
    let server = server();
    let post = || {
        let answer = asked(server.post("/vault")).answer("alice", "looking glass", "POST", "/vault", 1);
        server.post("/vault").header("Authorization", answer.field())
    };
    post().send().expect("digest alice");
    post().header("Sec-Fetch-Site", "same-origin").send().expect("digest alice");
    post().header("Origin", fixture::ORIGIN).send().expect("digest alice");
    let refused = || Denied::forbidden("cross-site requests are not accepted here");
    refused().check(&post().header("Sec-Fetch-Site", "cross-site").send());
    refused().check(&post().header("Sec-Fetch-Site", "same-site").send());
    refused().check(&post().header("Origin", "https://evil.example").send());
    refused().check(&post().header("Origin", "null").send());
    get_me_across_sites(&server);
}

fn get_me_across_sites(server: &Server) {
    let field = alice(server).field();
    server.get("/me").header("Authorization", field).header("Sec-Fetch-Site", "cross-site").send().expect("alice");
}

/// Requests on one connection.
struct Caller<'a> {
    server: &'a Server,
    connection: tests::Connection,
}

impl<'a> Caller<'a> {
    fn of(server: &'a Server) -> Self {
        Self { server, connection: server.connect() }
    }

    fn send(&mut self, field: Option<&str>) -> Answer {
        let request = self.server.get("/me");
        let request = match field {
            Some(field) => request.header("Authorization", field),
            None => request,
        };
        self.connection.send(request.bytes()).answer()
    }

    fn asked(&mut self, user: &str, password: &str) -> DigestAnswer {
        challenge(&self.send(None)).answer(user, password, "GET", "/me", 1)
    }
}

#[test]
fn users_of_one_name_in_two_realms_are_two() {
    let server = server();
    let get = |path: &str, password: &str| {
        let answer = asked(server.get(path)).answer("alice", password, "GET", path, 1);
        server.get(path).header("Authorization", answer.field()).send()
    };
    get("/key", "wonderland").expect("alice at local:digest/orders");
    get("/vault/key", "looking glass").expect("alice at local:digest/vault");
    let answer = asked(server.get("/proxied/key")).answer("alice", "wonderland", "GET", "/api/proxied/key", 1);
    let answered = server.get("/proxied/key").header("Authorization", answer.field()).send();
    answered.expect("alice at local:digest(\"proxied\")/orders");
    // Neither displaces a nonce of the other.
    let mut caller = Caller::of(&server);
    let mut answer = caller.asked("alice", "wonderland");
    caller.send(Some(&answer.field())).expect("alice");
    for _ in 0..257 {
        get("/vault/key", "looking glass").expect("alice at local:digest/vault");
    }
    answer.nc = "00000002".to_owned();
    caller.send(Some(&answer.field())).expect("alice");
}

#[test]
fn strangers_and_other_users_displace_no_nonce() {
    let server = serve(builder().build().unwrap());
    let mut caller = Caller::of(&server);
    let mut answer = caller.asked("alice", "wonderland");
    caller.send(Some(&answer.field())).expect("alice");
    // Strangers: of a nonce that nobody used rightly nothing is kept.
    for number in 0..1000 {
        let wrong = caller.asked("alice", "looking-glass");
        assert_eq!(caller.send(Some(&wrong.field())).status, 401);
        let unknown = DigestAnswer { user: format!("mallory-{number}"), ..wrong };
        assert_eq!(caller.send(Some(&unknown.field())).status, 401);
    }
    // A user with a nonce for each request fills its own share.
    let first = caller.asked("bob", "builder");
    caller.send(Some(&first.field())).expect("bob");
    for _ in 0..256 {
        let next = caller.asked("bob", "builder");
        caller.send(Some(&next.field())).expect("bob");
    }
    stale(&caller.send(Some(&first.field())));
    stale(&caller.send(Some(&DigestAnswer { nc: "00000002".to_owned(), ..first }.field())));
    answer.nc = "00000002".to_owned();
    caller.send(Some(&answer.field())).expect("alice");
    wrong(&caller.send(Some(&answer.field())));
}

policy! {
    /// Those who may see the area in which other guards stand.
    Staff: digest;
}

#[test]
fn guards_around_guards_count_a_response_once_and_keep_realms_apart() {
    let server = Server::start(|app| {
        let inner = auth().scope("").service(me).service(vault);
        app.service(auth().scope("/staff").service_as::<Staff>("/in", inner));
    });
    let answer = |method, uri: &str| asked(server.get(uri)).answer("alice", "wonderland", method, uri, 1).field();
    let once = answer("GET", "/staff/in/me");
    server.get("/staff/in/me").header("Authorization", &once).send().expect("alice");
    assert_eq!(server.get("/staff/in/me").header("Authorization", &once).send().status, 401, "its count is used up");

    // Who is known in one realm is not known in another, though the configuration is the same.
    let elsewhere = answer("POST", "/staff/in/vault");
    let refused = server.post("/staff/in/vault").header("Authorization", &elsewhere).send();
    assert_eq!(refused.status, 401, "{refused:?}");
    assert!(refused.all("www-authenticate")[0].starts_with(r#"Digest realm="vault""#), "{refused:?}");
}
