//! What the application itself knows of a caller: loaded by its function, between authentication and conditions.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, get, post, web};
use auth_runtime::api_key::KeyStore;
use auth_runtime::authorities::AuthorityLoader;
use auth_runtime::basic::Passwords;
use auth_runtime::config::AuthBuilder;
use auth_runtime::denial::Rejection;
use auth_runtime::principal::PrincipalKey;
use auth_runtime::scheme::{Authentication, Challenge, Context, Credentials, Evidence, SchemeDescription};
use auth_runtime::{ApiKeys, Auth, Authorities, Details, Jwt, Optional, Principal, Scheme, policy, requires};
use tests::{Answer, Denied, Server, Token};

use crate::fixture::{self, AUDIENCE, DirectoryKey, ISSUER, KEY, Member, SECRET, auth, token};
use crate::observed;

/// What stands for a database.
#[derive(Default)]
struct Db {
    loads: AtomicUsize,
    takes: Duration,
}

impl Db {
    fn slow() -> Self {
        Self { takes: Duration::from_millis(300), ..Self::default() }
    }
}

/// What the database knows of a user.
#[derive(Clone, Debug)]
pub(crate) struct User {
    name: String,
    /// How many loads there had been.
    load: usize,
}

async fn load_user(who: Principal, db: web::Data<Db>) -> Result<Option<Authorities<User>>, String> {
    let key = who.key();
    assert!(key.issuer() == ISSUER || key.issuer().starts_with("local:"), "{key}");
    load(&key, &db).await
}

async fn load_by_key(key: PrincipalKey, db: web::Data<Db>) -> Result<Option<Authorities<User>>, String> {
    load(&key, &db).await
}

async fn load(key: &PrincipalKey, db: &Db) -> Result<Option<Authorities<User>>, String> {
    let load = db.loads.fetch_add(1, Ordering::SeqCst) + 1;
    tokio::time::sleep(db.takes).await;
    let user = Authorities::new(User { name: key.subject().to_uppercase(), load });
    Ok(Some(match key.subject() {
        "alice" | "bob-7" => user.replace_roles(["editor"]),
        "bob" => user.replace_roles(["viewer"]),
        "carol" => user.add_roles(["editor"]),
        "dora" => user.replace_scopes(["read", "admin"]),
        "erin" => user.add_scopes(["admin"]),
        "mallory" => return Ok(None),
        "outage" => return Err("the database is away:\nsecret detail".into()),
        "panics" => panic!("a load panics: this is part of a test"),
        _ => user,
    }))
}

/// Depends on more than the caller.
async fn load_for_shop(who: Principal, shop: web::Path<String>) -> Result<Option<Authorities<String>>, String> {
    let shop = shop.into_inner();
    let is_owner = who.subject() == "alice" && shop == "alices";
    Ok(Some(Authorities::new(shop).replace_roles(is_owner.then_some("owner"))))
}

async fn grant_read(_: Principal) -> Result<Option<Authorities<()>>, String> {
    Ok(Some(Authorities::new(()).replace_scopes(["read"])))
}

/// Callers with a badge; the application knows their roles.
pub(crate) struct Badge;

impl Scheme for Badge {
    fn name(&self) -> &'static str {
        "badge"
    }

    fn describe(&self) -> SchemeDescription {
        SchemeDescription::new(Challenge::new("Badge")).header("X-Badge").details::<u8>().authorities(load_by_key)
    }

    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
        match context.headers().get("X-Badge") {
            Some(badge) => Credentials::Explicit(match badge.to_str() {
                Ok(badge) => Evidence::new(badge.to_owned()),
                Err(_) => Evidence::unreadable(Rejection::credentials_wrong()),
            }),
            None => Credentials::Absent,
        }
    }

    fn authenticate<'a>(&self, _: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        let subject = evidence.into_value::<String>().unwrap();
        Authentication::verified(Principal::builder("badge", subject).details(7_u8).build())
    }
}

const SHARED: &str = "https://shared.example";

/// Adds the configurations of this file.
pub(crate) fn configure(auth: AuthBuilder) -> AuthBuilder {
    let kept = |seconds| AuthorityLoader::new(load_user).remember_for(Duration::from_secs(seconds));
    let shared = Jwt::hs256(SECRET).issuer(SHARED).audience(AUDIENCE);
    auth.bearer_named("db", fixture::jwt().authorities(load_user))
        .bearer_named("db_kept", fixture::jwt().authorities(kept(60)))
        .bearer_named(
            "db_by_key",
            fixture::jwt().authorities(AuthorityLoader::new(load_by_key).remember_for(Duration::from_secs(60))),
        )
        .bearer_named("db_beyond", fixture::jwt().authorities(kept(60).dangerous_scopes_beyond_token()))
        .bearer_named("db_shop", fixture::jwt().authorities(AuthorityLoader::of_request(load_for_shop)))
        .bearer_named(
            "db_shop_kept",
            fixture::jwt().authorities(
                AuthorityLoader::of_request(load_for_shop)
                    .keyed_by(|request: &HttpRequest| request.match_info().query("shop").to_owned())
                    .remember_for(Duration::from_secs(60)),
            ),
        )
        .basic_named("db", Passwords::verify_with(fixture::member).authorities(load_user))
        .basic_named("granted", Passwords::verify_with(fixture::member).authorities(grant_read))
        .api_key_named("db", ApiKeys::header("X-API-Key", KeyStore::lookup(fixture::directory)).authorities(kept(60)))
        .digest_named("db", fixture::digest_users().authorities(load_by_key))
        .scheme(Badge)
        .bearer_named("shared", shared)
        .authorities([SHARED], load_by_key)
}

#[requires(bearer("db"), role = "editor")]
#[get("/drafts")]
async fn drafts(user: Details<User>, who: Principal) -> String {
    let roles: Vec<_> = who.roles().unwrap().collect();
    format!("{} {} {}", user.name, who.subject(), roles.join(","))
}

#[requires(bearer("db"), !role("viewer"))]
#[get("/no-viewer")]
async fn no_viewer() -> &'static str {
    "no viewer"
}

#[requires(bearer("db"))]
#[get("/any")]
async fn any_user() -> &'static str {
    "any user"
}

#[requires(bearer("db"), without_authorities)]
#[get("/me")]
async fn me(who: Principal, user: Optional<Details<User>>) -> String {
    format!("{} {}", who.subject(), user.is_some())
}

#[requires(bearer("db"), scope = "admin")]
#[get("/admin")]
async fn admin() -> &'static str {
    "admin"
}

#[requires(bearer("db_beyond"), scope = "admin")]
#[get("/beyond")]
async fn beyond() -> &'static str {
    "beyond"
}

#[requires(bearer("db_kept"))]
#[get("/kept")]
async fn read_kept(user: Details<User>) -> String {
    user.load.to_string()
}

#[requires(bearer("db_by_key"))]
#[get("/kept-by-key")]
async fn kept_by_key(user: Details<User>) -> String {
    user.load.to_string()
}

#[requires(bearer("db_shop"), role = "owner")]
#[get("/shops/{shop}")]
async fn show_shop(shop: Details<String>) -> String {
    shop.to_string()
}

#[requires(bearer("db_shop_kept"), role = "owner")]
#[get("/kept-shops/{shop}")]
async fn kept_shop(shop: Details<String>) -> String {
    shop.to_string()
}

#[requires(basic("db"), role = "viewer")]
#[get("/basic")]
async fn by_password(user: Details<User>, member: Details<Member>) -> String {
    format!("{} {}", user.name, member.number)
}

#[requires(basic("granted"), scope = "read")]
#[get("/granted")]
async fn granted(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(basic("granted"), scope = "write")]
#[get("/granted-less")]
async fn granted_less() -> &'static str {
    "reached"
}

#[requires(api_key("db"))]
#[get("/key")]
async fn by_key(user: Details<User>, key: Details<DirectoryKey>) -> String {
    format!("{} {} {}", user.name, key.owner, user.load)
}

#[requires(digest("db"), role = "editor")]
#[get("/digest")]
async fn by_digest(user: Details<User>) -> String {
    user.name.clone()
}

#[requires(Badge, role = "editor")]
#[get("/badge")]
async fn by_badge(user: Details<User>, badge: Details<u8>) -> String {
    format!("{} {}", user.name, *badge)
}

#[requires(bearer("shared"), role = "editor")]
#[get("/shared")]
async fn read_shared(user: Details<User>) -> String {
    user.name.clone()
}

async fn is_alice(user: Details<User>) -> bool {
    user.name == "ALICE"
}

#[requires(bearer("db"), check = is_alice)]
#[post("/checked")]
async fn checked() -> &'static str {
    "checked"
}

#[requires(any(bearer("db"), api_key))]
#[get("/either-user")]
async fn either(user: Optional<Details<User>>) -> String {
    user.as_ref().map_or("no user".into(), |user| user.name.clone())
}

policy! {
    StaffArea: bearer("db");
    OpenArea: bearer("db"), without_authorities;
}

#[requires(bearer("db"), role = "editor")]
#[get("/inside")]
async fn inside(user: Details<User>) -> String {
    user.load.to_string()
}

#[requires(bearer("db"), without_authorities)]
#[get("/outside")]
async fn outside(user: Optional<Details<User>>, who: Principal) -> String {
    format!("{} {}", user.is_some(), who.roles().is_some())
}

fn server(db: Db) -> (Server, web::Data<Db>) {
    let db = web::Data::new(db);
    let data = db.clone();
    let server = Server::start(move |app| {
        let inner = || auth().scope("").service(inside).service(outside);
        let scope = auth().scope("").app_data(data.clone());
        let scope =
            scope.service(drafts).service(no_viewer).service(any_user).service(me).service(admin).service(beyond);
        let scope =
            scope.service(read_kept).service(kept_by_key).service(show_shop).service(kept_shop).service(by_password);
        let scope = scope.service(by_key).service(by_digest).service(by_badge).service(read_shared).service(checked);
        let scope = scope.service(either).service(granted).service(granted_less);
        app.service(scope.service_as::<StaffArea>("/staff", inner()).service_as::<OpenArea>("/open", inner()));
    });
    (server, db)
}

/// For tests of what is remembered: whoever is forgotten, what is being loaded meanwhile for others is not remembered either.
fn alone() -> MutexGuard<'static, ()> {
    static REMEMBERING: Mutex<()> = Mutex::new(());
    REMEMBERING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn of(subject: &str) -> Token {
    token().claim("sub", subject)
}

fn loads(db: &Db) -> usize {
    db.loads.load(Ordering::SeqCst)
}

fn challenge(rest: &str) -> String {
    format!(r#"Bearer realm="orders"{rest}"#)
}

fn unknown() -> Denied {
    let rest = r#", error="invalid_token", error_description="the credentials are not valid""#;
    Denied::unauthorized("the credentials are not valid").challenge(&challenge(rest))
}

#[test]
fn roles_and_details_come_out_of_the_database() {
    let (server, db) = server(Db::default());
    server.get("/drafts").bearer(of("alice").sign()).send().expect("ALICE alice editor");
    Denied::forbidden("the caller lacks a required role").check(&server.get("/drafts").bearer(of("bob").sign()).send());
    // What the token says counts no more once it is replaced, and beside what is added.
    let viewer = of("alice").roles(&["viewer"]).sign();
    server.get("/drafts").bearer(&viewer).send().expect("ALICE alice editor");
    let viewer = of("carol").roles(&["viewer"]).sign();
    server.get("/drafts").bearer(&viewer).send().expect("CAROL carol editor,viewer");
    assert_eq!(loads(&db), 4, "once a request");
}

#[test]
fn what_is_unknown_stays_so_until_it_is_replaced() {
    let (server, _) = server(Db::default());
    let get = |subject: &str| server.get("/no-viewer").bearer(of(subject).sign()).send().status;
    assert_eq!(get("alice"), 200, "replaced: the roles are known");
    assert_eq!(get("carol"), 403, "added: there may be more");
    assert_eq!(get("frank"), 403, "nothing said");
    let told = of("carol").roles(&["clerk"]).sign();
    assert_eq!(server.get("/no-viewer").bearer(told).send().status, 200, "added to what is known");
}

#[test]
fn a_caller_who_is_known_no_more_is_refused_on_every_route() {
    let (server, _) = server(Db::default());
    unknown().check(&server.get("/drafts").bearer(of("mallory").sign()).send());
    unknown().check(&server.get("/any").bearer(of("mallory").sign()).send());
    Denied::missing().challenge(&challenge("")).check(&server.get("/any").send());
    let badge = server.get("/badge").header("X-Badge", "mallory").send();
    Denied::unauthorized("the credentials are not valid").challenge(r#"Badge realm="orders""#).check(&badge);
}

#[test]
fn a_database_that_is_away_is_our_failure_and_an_error_event() {
    observed::listen();
    let (server, _) = server(Db::default());
    Denied::unavailable().check(&server.get("/drafts").bearer(of("outage").sign()).send());
    Denied::failed().check(&server.get("/drafts").bearer(of("panics").sign()).send());
    let events = observed::events("http::authorities::drafts");
    let event = events.iter().find(|event| event.field("reason") == "authorities_unavailable").unwrap();
    assert_eq!((event.level.as_str(), event.field("cause")), ("ERROR", r"the database is away:\nsecret detail"));
}

#[requires(bearer)]
#[get("/queue")]
async fn queue(who: Principal) -> String {
    who.subject().to_owned()
}

#[test]
fn callers_whose_turn_to_be_loaded_does_not_come_are_a_warning() {
    observed::listen();
    static ANSWERS: AtomicBool = AtomicBool::new(false);
    let load = async |_: Principal| {
        while !ANSWERS.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok::<_, String>(Some(Authorities::new(())))
    };
    let jwt = fixture::jwt().authorities(load);
    let auth = Auth::builder().realm("orders").bearer(jwt).dangerous_allow_unconfigured().build().unwrap();
    let server = Server::start(move |app| {
        app.service(auth.scope("").service(queue));
    });
    let ask = |number: usize| server.get("/queue").bearer(of(&format!("user-{number}")).sign()).open();
    let mut asked: Vec<_> = (0..140).map(ask).collect();
    // Nobody waits for longer than two seconds.
    thread::sleep(Duration::from_millis(2500));
    ANSWERS.store(true, Ordering::Relaxed);
    let answers: Vec<_> = asked.iter_mut().map(|asked| asked.answer()).collect();
    let (served, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((served.len(), refused.len()), (128, 12), "as many are loaded at once");
    refused.into_iter().for_each(|answer| Denied::unavailable().check(answer));
    let events = observed::events("http::authorities::queue");
    let refusals: Vec<_> = events.iter().filter(|event| !event.field("remedy").is_empty()).collect();
    assert!(!refusals.is_empty());
    for event in refusals {
        assert_eq!((event.level.as_str(), event.field("reason")), ("WARN", "authorities_busy"));
        assert!(event.field("remedy").contains("the function that loads authorities"), "{event:?}");
    }
}

#[test]
fn data_that_is_not_there_is_our_failure() {
    let server = Server::start(|app| {
        app.service(auth().scope("").service(any_user));
    });
    Denied::failed().check(&server.get("/any").bearer(of("alice").sign()).send());
}

#[test]
fn a_policy_may_do_without() {
    let (server, db) = server(Db::default());
    server.get("/me").bearer(of("mallory").sign()).send().expect("mallory false");
    server.get("/me").bearer(of("outage").sign()).send().expect("outage false");
    assert_eq!(loads(&db), 0);
}

#[test]
fn scopes_reach_no_further_than_the_token() {
    let (server, _) = server(Db::default());
    let status = |subject: &str, scope: Option<&str>, path: &str| {
        let token = of(subject);
        let token = scope.map_or(token.sign(), |scope| of(subject).scope(scope).sign());
        server.get(path).bearer(token).send().status
    };
    assert_eq!(status("dora", Some("read admin"), "/admin"), 200);
    assert_eq!(status("frank", Some("read admin"), "/admin"), 200, "nothing is said of scopes");
    for (subject, scope) in [("dora", Some("read")), ("dora", None), ("erin", Some("read")), ("erin", None)] {
        assert_eq!(status(subject, scope, "/admin"), 403, "{subject} {scope:?}");
        assert_eq!(status(subject, scope, "/beyond"), 200, "{subject} {scope:?}: it was said loudly");
    }
    assert_eq!(status("frank", Some("read"), "/beyond"), 403);
}

#[test]
fn requests_of_one_caller_share_a_load_also_when_the_first_goes_away() {
    let (server, db) = server(Db::slow());
    let alice = of("alice").sign();
    let first = server.get("/drafts").bearer(&alice).open();
    let begun = Instant::now();
    while loads(&db) == 0 {
        assert!(begun.elapsed() < Duration::from_secs(5));
        thread::sleep(Duration::from_millis(5));
    }
    drop(first);
    let others: Vec<Answer> = thread::scope(|threads| {
        let get = || server.get("/drafts").bearer(&alice).send();
        let others: Vec<_> = (0..4).map(|_| threads.spawn(get)).collect();
        others.into_iter().map(|other| other.join().unwrap()).collect()
    });
    for answer in &others {
        answer.expect("ALICE alice editor");
    }
    assert_eq!(loads(&db), 1);
    server.get("/drafts").bearer(&alice).send().expect("ALICE alice editor");
    assert_eq!(loads(&db), 2, "nothing is kept");
}

#[test]
fn callers_are_told_apart_by_all_that_the_function_sees() {
    let _alone = alone();
    let (server, db) = server(Db::default());
    let get = |path: &str, token: &str| server.get(path).bearer(token).send().text().to_owned();
    let (one, other) = (of("alice").sign(), of("alice").scope("read").sign());
    assert_eq!([get("/kept", &one), get("/kept", &one)], ["1", "1"]);
    assert_eq!([get("/kept", &other), get("/kept", &other)], ["2", "2"], "another token");
    assert_eq!([get("/kept", &of("bob").sign()), get("/kept", &one)], ["3", "1"], "another caller");
    assert_eq!([get("/kept-by-key", &one), get("/kept-by-key", &other)], ["4", "4"], "it sees issuer and subject");
    assert_eq!(loads(&db), 4);
}

#[test]
fn other_data_is_another_answer() {
    let _alone = alone();
    let (one, _) = server(Db::default());
    let (other, db) = server(Db::default());
    let alice = of("alice").sign();
    one.get("/kept").bearer(&alice).send().expect("1");
    other.get("/kept").bearer(&alice).send().expect("1");
    assert_eq!(loads(&db), 1, "of its own database");
    // Also of one that stands where another was.
    for _ in 0..40 {
        let (next, db) = server(Db::default());
        next.get("/kept").bearer(&alice).send().expect("1");
        assert_eq!(loads(&db), 1, "of its own database");
    }
}

#[test]
fn what_is_remembered_can_be_forgotten() {
    let _alone = alone();
    let (server, _) = server(Db::default());
    let [gina, henry] = ["gina", "henry"].map(|subject| of(subject).claim("n", 1).sign());
    let get = |token: &str| server.get("/kept").bearer(token).send().text().to_owned();
    assert_eq!([get(&gina), get(&henry), get(&gina)], ["1", "2", "1"]);
    auth().forget(PrincipalKey::new(ISSUER, "gina"));
    assert_eq!([get(&gina), get(&henry)], ["3", "2"]);
    auth().forget(PrincipalKey::new("https://other.example", "gina"));
    assert_eq!(get(&gina), "3", "somebody of the same name elsewhere");
}

#[test]
fn what_began_before_it_was_forgotten_serves_nobody_who_comes_after() {
    let _alone = alone();
    let (server, db) = server(Db::slow());
    // Signed once: the next second's token is another one, and so is what is remembered for it.
    let ida = of("ida").claim("n", 2).sign();
    let get = || server.get("/kept").bearer(&ida).send().text().to_owned();
    thread::scope(|threads| {
        let first = threads.spawn(get);
        while loads(&db) == 0 {
            thread::sleep(Duration::from_millis(5));
        }
        auth().forget(PrincipalKey::new(ISSUER, "ida"));
        let second = threads.spawn(get);
        assert_eq!((first.join().unwrap(), second.join().unwrap()), ("1".to_owned(), "2".to_owned()));
    });
    assert_eq!(get(), "2", "the first was not remembered");
}

#[test]
fn who_is_unknown_is_asked_for_anew() {
    let (server, db) = server(Db::default());
    for _ in 0..2 {
        assert_eq!(server.get("/kept").bearer(of("mallory").sign()).send().status, 401);
    }
    assert_eq!(loads(&db), 2);
}

#[test]
fn a_function_of_the_request_shares_nothing_but_what_its_key_says() {
    let (server, _) = server(Db::default());
    let alice = of("alice").sign();
    for shops in ["/shops", "/kept-shops"] {
        for _ in 0..2 {
            server.get(&format!("{shops}/alices")).bearer(&alice).send().expect("alices");
            assert_eq!(server.get(&format!("{shops}/bobs")).bearer(&alice).send().status, 403);
        }
    }
}

#[test]
fn every_scheme_can_have_them() {
    let _alone = alone();
    let (server, _) = server(Db::default());
    server.get("/basic").basic("bob", "builder").send().expect("BOB 7");
    assert_eq!(server.get("/basic").basic("bob", "wrong").send().status, 401);
    server.get("/badge").header("X-Badge", "alice").send().expect("ALICE 7");
    assert_eq!(server.get("/badge").header("X-Badge", "bob").send().status, 403);
    let key = || server.get("/key").header("X-API-Key", KEY).send().text().to_owned();
    assert_eq!([key(), key()], ["7 carol 4", "7 carol 4"], "one key is one caller, though it was looked up anew");
}

#[test]
fn scopes_are_granted_to_users_with_passwords() {
    let (server, _) = server(Db::default());
    server.get("/granted").basic("bob", "builder").send().expect("bob");
    Denied::forbidden("the credentials lack a required scope")
        .check(&server.get("/granted-less").basic("bob", "builder").send());
}

#[test]
fn a_digest_answer_keeps_what_its_scheme_owes() {
    let (server, _) = server(Db::default());
    let asked = server.get("/digest").send();
    let challenge = tests::DigestChallenge::read(asked.only("www-authenticate").unwrap());
    let sent = challenge.answer("alice", "wonderland", "GET", "/digest", 1);
    let answer = server.get("/digest").header("Authorization", sent.field()).send();
    assert!(answer.expect("ALICE").only("authentication-info").is_some());
}

#[test]
fn one_function_speaks_for_the_issuers_it_names() {
    let (server, _) = server(Db::default());
    let token = |issuer: &str| Token::new(issuer, AUDIENCE, "alice", SECRET).sign();
    server.get("/shared").bearer(token(SHARED)).send().expect("ALICE");
    assert_eq!(server.get("/shared").bearer(token(ISSUER)).send().status, 401);
}

#[test]
fn checks_take_details_too() {
    let (server, _) = server(Db::default());
    server.post("/checked").bearer(of("alice").sign()).send().expect("checked");
    Denied::forbidden("the caller may not do this").check(&server.post("/checked").bearer(of("bob").sign()).send());
}

#[test]
fn what_only_some_schemes_give_is_optional() {
    let (server, _) = server(Db::default());
    server.get("/either-user").bearer(of("alice").sign()).send().expect("ALICE");
    server.get("/either-user").header("X-API-Key", KEY).send().expect("no user");
}

#[test]
fn guards_around_guards_load_once() {
    let (server, db) = server(Db::default());
    let get = |path: &str, subject: &str| server.get(path).bearer(of(subject).sign()).send();
    get("/staff/inside", "alice").expect("1");
    assert_eq!(loads(&db), 1);
    get("/staff/outside", "alice").expect("false false");
    get("/open/inside", "alice").expect("3");
    assert_eq!(loads(&db), 3);
    unknown().check(&get("/staff/outside", "mallory"));
    get("/open/outside", "mallory").expect("false false");
}

#[test]
fn the_table_marks_what_is_open_to_every_token_of_a_user() {
    let notes = |handler: &str| fixture::row(&format!("::authorities::{handler}")).notes().to_vec();
    let mark = "authorities are loaded for any token: no scope is asked for";
    assert_eq!(notes("drafts"), [mark]);
    assert!(!notes("admin").contains(&mark));
    assert_eq!(notes("me"), ["authorities are not loaded"]);
    assert!(
        !notes("by_password").contains(&mark) && !notes("by_key").contains(&mark),
        "their holder is nobody's delegate"
    );
}

#[test]
fn what_cannot_be_meant_is_refused_when_it_is_built() {
    let refused = |auth: AuthBuilder| auth.build().unwrap_err().to_string();
    let loader = || AuthorityLoader::new(load_user).remember_for(Duration::from_secs(301));
    let base = || fixture::builder();
    let error = refused(base().bearer_named("long", fixture::jwt().authorities(loader())));
    assert!(error.contains("at most 300 s"), "{error}");
    let unkeyed = AuthorityLoader::of_request(load_for_shop).remember_for(Duration::from_secs(1));
    let error = refused(base().bearer_named("unkeyed", fixture::jwt().authorities(unkeyed)));
    assert!(error.contains("`keyed_by`"), "{error}");
    let error = refused(base().authorities(["local:basci"], load_by_key));
    assert!(error.contains("no configuration has callers of `local:basci`"), "{error}");
    let error = refused(base().authorities([SHARED], load_by_key));
    assert!(error.contains("two functions load authorities for `https://shared.example`"), "{error}");
}
