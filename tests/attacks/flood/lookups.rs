//! What functions of the application's own must look up for strangers' sake, in a store that is slow.

use std::convert::Infallible;
use std::fmt::Display;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use actix_web::get;
use auth_runtime::api_key::{Key, KeyDigest, KeyStore};
use auth_runtime::basic::{Passwords, UserPass};
use auth_runtime::digest::{DigestUsers, Ha1, StoredUser, UserQuery};
use auth_runtime::opaque::{Holder, Opaque};
use auth_runtime::scheme::ExposedCredential;
use auth_runtime::{ApiKeys, Auth, Authorities, Jwt, Principal, requires};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tests::load::{Load, Told, having};
use tests::{Connection, DigestChallenge, Server, Token};

use crate::{CONNECTIONS, STRANGERS, WINDOW, alone, asks, few_refused};

#[requires(bearer("pat"))]
#[get("/pat")]
async fn pat(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(api_key)]
#[get("/key")]
async fn key(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(basic("directory"))]
#[get("/password")]
async fn directory(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(digest)]
#[get("/digest")]
async fn digest_user(who: Principal) -> String {
    who.subject().to_owned()
}

#[requires(bearer("staff"), role = "editor")]
#[get("/role")]
async fn role(who: Principal) -> String {
    who.subject().to_owned()
}

/// How long the store takes: 32 at once are 320 a second.
async fn slowly() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}

async fn find_token(token: ExposedCredential) -> Result<Option<Holder>, io::Error> {
    slowly().await;
    Ok(token.expose().starts_with(b"pat_good").then(|| Holder::new("alice")))
}

async fn find_key(digest: KeyDigest) -> Result<Option<Key>, io::Error> {
    slowly().await;
    let is_good = (0..1000).any(|number| digest == KeyDigest::of(good("", number)));
    Ok(is_good.then(|| Key::new("billing")))
}

async fn verify(sent: UserPass) -> Result<Option<()>, io::Error> {
    slowly().await;
    Ok((sent.expose_password() == "wonderland").then_some(()))
}

async fn find_digest(query: UserQuery) -> Result<Option<StoredUser<()>>, io::Error> {
    slowly().await;
    let name = query.name().filter(|name| name.starts_with("user-")).map(str::to_owned);
    Ok(name.map(|name| {
        let ha1 = Ha1::of(query.algorithm(), &name, query.realm(), "wonderland");
        StoredUser::new(name, ha1, ())
    }))
}

/// Of 128 at once this is as many a second as of the other stores.
async fn load(_: Principal) -> Result<Option<Authorities>, Infallible> {
    tokio::time::sleep(Duration::from_millis(400)).await;
    Ok(Some(Authorities::default().add_roles(["editor"])))
}

/// A token or key that the store has.
fn good(prefix: &str, number: usize) -> String {
    format!("{prefix}good-{number:012}")
}

pub(crate) fn basic(user: impl Display, password: &str) -> String {
    format!("Authorization: Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn staff(user: impl Display) -> String {
    format!("Authorization: Bearer {}", Token::new("https://idp.example", "api", &user.to_string(), &[7; 32]).sign())
}

/// A line with the credentials of this user, for the request of this number.
type Line = Arc<dyn Fn(usize, usize) -> String + Send + Sync>;

fn line(line: impl Fn(usize, usize) -> String + Send + Sync + 'static) -> Line {
    Arc::new(line)
}

/// Credentials under a nonce of their own.
fn digests(server: &Server, name: &'static str, password: &'static str) -> Line {
    let challenge = server.get("/digest").send();
    let challenge = DigestChallenge::read(challenge.only("www-authenticate").expect("a challenge"));
    line(move |user, request| {
        let nc = u32::try_from(1 + request).expect("few requests");
        let answer = challenge.answer(&format!("{name}-{user}"), password, "GET", "/digest", nc);
        format!("Authorization: {}", answer.field())
    })
}

/// A caller that asks and hangs up, again and again: what was begun for it goes on. Ten times a second, since it does not wait for
/// answers: 64 of them ask for twice as many loads as there can be, and no more requests than the machine can read.
fn hangs_up<F>(server: &Server, address: &'static str, line: F) -> impl FnMut() -> ((), u16) + use<F>
where
    F: Fn(usize) -> String,
{
    let (server, mut asked) = (server.address(), 0);
    move || {
        std::thread::sleep(Duration::from_millis(100));
        let line = line(asked);
        asked += 1;
        let head = format!("GET /role HTTP/1.1\r\nHost: api\r\nX-Forwarded-For: {address}\r\n{line}\r\n\r\n");
        let _ = Connection::open(server).try_send(head);
        ((), 0)
    }
}

/// What is asked for, how good callers ask who are known or not, and how strangers do.
struct Flooded {
    target: &'static str,
    known: Line,
    elsewhere: Line,
    invented: Line,
}

impl Flooded {
    fn new(target: &'static str, good: fn(usize) -> String, invented: fn(usize) -> String) -> Self {
        let good = line(move |user, _| good(user));
        Self { target, known: Arc::clone(&good), elsewhere: good, invented: line(move |user, _| invented(user)) }
    }

    /// On 64 connections, from four addresses.
    fn flood(&self, server: &Server) -> Load<()> {
        let now = Duration::ZERO;
        Load::start((0..CONNECTIONS).map(|connection| {
            let (target, invented) = (self.target, Arc::clone(&self.invented));
            let line = move |asked: usize| invented(connection * 1_000_000 + asked, asked);
            let address = STRANGERS[connection % STRANGERS.len()];
            // Whoever is authenticated and waits for an answer has one load at a time: too few to be in anybody's way.
            let caller: Box<dyn FnMut() -> ((), u16) + Send> = match target {
                "/role" => Box::new(hangs_up(server, address, line)),
                _ => Box::new(asks(server, address, now, move |asked| (target, line(asked)))),
            };
            caller
        }))
    }

    fn assert_flood(&self, flood: &[Told<()>]) {
        println!("{}: a flood of {} requests, {} times 503", self.target, flood.len(), having(flood, 503));
        let admitted = having(flood, 200);
        assert!(flood.len() > 500 && admitted == 0, "{}: a flood, {} requests", self.target, flood.len());
    }
}

/// Each is flooded on connections of its own. Beside each flood a caller from elsewhere that has other credentials each time, so that
/// nothing is known of it, and one from the flood's address who was good before.
#[test]
fn a_flood_of_what_is_to_be_looked_up_refuses_no_good_caller() {
    let _alone = alone();
    let jwt = Jwt::hs256([7; 32]).issuer("https://idp.example").audience("api");
    let auth = Auth::builder()
        .bearer_named("pat", Opaque::dangerous_lookup_exposed(find_token).prefix("pat_"))
        .bearer_named("staff", jwt.authorities(load))
        .api_key(ApiKeys::header("X-API-Key", KeyStore::lookup(find_key)))
        .basic_named("directory", Passwords::verify_with(verify))
        .digest(DigestUsers::lookup(find_digest).without_userhash())
        .trusted_proxies("X-Forwarded-For", ["127.0.0.1"])
        // What is looked at is the load, beyond what a flood may guess.
        .limits(tests::uncounted())
        .dangerous_allow_unconfigured()
        .build()
        .unwrap();
    let server = Server::start(move |config| {
        config.service(auth.scope("").service(pat).service(key).service(directory).service(digest_user).service(role));
    });
    let digests = |name, password| digests(&server, name, password);
    let flooded = [
        Flooded::new(
            "/pat",
            |user| format!("Authorization: Bearer {}", good("pat_", user)),
            |user| format!("Authorization: Bearer pat_invented{user}"),
        ),
        Flooded::new(
            "/key",
            |user| format!("X-API-Key: {}", good("", user)),
            |user| format!("X-API-Key: invented-{user}"),
        ),
        Flooded::new(
            "/password",
            |user| basic(format_args!("user-{user}"), "wonderland"),
            |user| basic(format_args!("nobody-{user}"), "invented"),
        ),
        Flooded {
            target: "/digest",
            known: digests("user", "wonderland"),
            elsewhere: digests("user", "wonderland"),
            invented: digests("nobody", "invented"),
        },
        Flooded::new("/role", |user| staff(format_args!("user-{user}")), |user| staff(format_args!("stranger-{user}"))),
    ];
    let (now, pause) = (Duration::ZERO, Duration::from_millis(50));
    let floods: Vec<_> = flooded
        .into_iter()
        .map(|flooded| {
            let (target, known) = (flooded.target, &flooded.known);
            assert_eq!(asks(&server, STRANGERS[0], now, |_| (target, known(0, 0)))().1, 200, "known from now on");
            let flood = flooded.flood(&server);
            (flooded, flood)
        })
        .collect();
    std::thread::sleep(Duration::from_millis(500));
    let beside: Vec<_> = floods
        .into_iter()
        .map(|(flooded, flood)| {
            let Flooded { target, known, elsewhere, .. } = &flooded;
            let (target, known, elsewhere) = (*target, Arc::clone(known), Arc::clone(elsewhere));
            let elsewhere = asks(&server, "192.0.2.1", pause, move |asked| (target, elsewhere(1 + asked, 1 + asked)));
            let known = asks(&server, STRANGERS[0], pause, move |asked| (target, known(0, 1 + asked)));
            (flooded, flood, Load::start([elsewhere]), Load::start([known]))
        })
        .collect();
    std::thread::sleep(WINDOW);
    for (flooded, flood, elsewhere, known) in beside {
        let (elsewhere, known, flood) = (elsewhere.end(), known.end(), flood.end());
        flooded.assert_flood(&flood);
        few_refused(&format!("{}, from elsewhere", flooded.target), &elsewhere, 8);
        few_refused(&format!("{}, good before", flooded.target), &known, 8);
    }
}
