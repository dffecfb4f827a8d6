//! Callers who are forgotten on one machine and, through Redis, on all.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use actix_web::{get, web};
use auth_runtime::api_key::KeyDigest;
use auth_runtime::authorities::AuthorityLoader;
use auth_runtime::opaque::{Holder, Opaque};
use auth_runtime::principal::PrincipalKey;
use auth_runtime::revocation::RedisRevocations;
use auth_runtime::{Auth, Authorities, Jwt, requires};
use tests::Server;

use crate::processes::{Disk, ISSUER, Redis, await_that, now, token};
use crate::{BOUND, RECOVERY, SECOND, tell};

/// What all machines ask: whether everybody is an editor. One query may take its time.
#[derive(Default)]
struct Database {
    no_editors: AtomicBool,
    milliseconds: AtomicU64,
}

/// One machine's access to it.
struct Access {
    database: Arc<Database>,
    loads: AtomicUsize,
}

impl Access {
    async fn ask(&self) -> bool {
        self.loads.fetch_add(1, Ordering::SeqCst);
        let answer = !self.database.no_editors.load(Ordering::SeqCst);
        let takes = self.database.milliseconds.swap(0, Ordering::SeqCst);
        actix_web::rt::time::sleep(Duration::from_millis(takes)).await;
        answer
    }
}

async fn load(_: PrincipalKey, access: web::Data<Access>) -> Result<Option<Authorities>, Infallible> {
    let role = if access.ask().await { "editor" } else { "viewer" };
    Ok(Some(Authorities::default().replace_roles([role])))
}

#[requires(bearer("forget"), role = "editor")]
#[get("/drafts")]
async fn drafts() -> &'static str {
    "drafts"
}

#[requires(bearer("pat"), scope = "edit")]
#[get("/pat")]
async fn pat() -> &'static str {
    "pat"
}

/// One machine, which remembers callers for five minutes.
struct Machine {
    auth: Auth,
    revocations: RedisRevocations,
    access: Arc<Access>,
    server: Server,
}

impl Machine {
    fn start(url: &str, database: &Arc<Database>) -> Self {
        Self::hearing(url, database, true)
    }

    /// It hears of the others by a store that its configurations consult, or by one that was named for that alone.
    fn hearing(url: &str, database: &Arc<Database>, consults: bool) -> Self {
        let revocations = RedisRevocations::builder(url).grace(Duration::from_secs(60)).start().unwrap();
        let access = Arc::new(Access { database: Arc::clone(database), loads: AtomicUsize::new(0) });
        let loader = AuthorityLoader::new(load).remember_for(Duration::from_secs(300));
        let jwt = Jwt::hs256([7; 32]).issuer(ISSUER).audience("api");
        let jwt = if consults { jwt.revocations(revocations.clone()) } else { jwt };
        let asked = Arc::clone(&access);
        let find = move |digest: KeyDigest| {
            let asked = Arc::clone(&asked);
            async move {
                let name = ["alice", "bob"].into_iter().find(|name| digest == KeyDigest::of(opaque(name)));
                let scope = if asked.ask().await { "edit" } else { "read" };
                let holder = |name| Holder::new(name).scopes([scope]).id(format!("of-{name}")).expires_at(now() + 600);
                Ok::<_, Infallible>(name.map(holder))
            }
        };
        let pats = Opaque::lookup(find).prefix("pat_").remember_for(Duration::from_secs(300));
        let pats = if consults { pats.revocations(Arc::new(revocations.clone())) } else { pats };
        let builder = Auth::builder().bearer_named("forget", jwt.authorities(loader)).bearer_named("pat", pats);
        let builder = if consults { builder } else { builder.forget_through(&revocations) };
        let auth = builder.dangerous_allow_unconfigured().build().unwrap();
        let (deciding, given) = (auth.clone(), Arc::clone(&access));
        let server = Server::start(move |config| {
            config.app_data(web::Data::from(Arc::clone(&given)));
            config.service(deciding.scope("").service(drafts).service(pat));
        });
        await_that("current", RECOVERY, || revocations.is_current());
        Self { auth, revocations, access, server }
    }

    fn status(&self, path: &str, token: &str) -> u16 {
        self.server.get(path).bearer(token).send().status
    }

    /// How often the database was asked since this was last said.
    fn loads(&self) -> usize {
        self.access.loads.swap(0, Ordering::SeqCst)
    }
}

fn opaque(name: &str) -> String {
    format!("pat_{name}-0123456789abcdef")
}

fn key(subject: &str) -> PrincipalKey {
    PrincipalKey::new(ISSUER, subject)
}

fn two(redis: &Redis) -> (Arc<Database>, [Machine; 2]) {
    let database = Arc::<Database>::default();
    let machines = [(); 2].map(|()| Machine::start(&redis.url(), &database));
    (database, machines)
}

#[test]
fn whom_one_machine_forgets_the_other_loads_anew_within_the_bound() {
    let _alone = alone!("callers forgotten on all machines");
    let redis = Redis::start(Disk::Nothing);
    let (database, [here, there]) = two(&redis);
    let (alice, bob) = (token("a", "alice", "s"), token("b", "bob", "s"));
    let mut delays = Vec::new();
    for round in 0..20 {
        for _ in 0..2 {
            for machine in [&here, &there] {
                assert_eq!((machine.status("/drafts", &alice), machine.status("/drafts", &bob)), (200, 200));
            }
        }
        let expected = if round == 0 { 2 } else { 1 };
        assert_eq!((here.loads(), there.loads()), (expected, expected), "remembered, bob also from before");
        database.no_editors.store(true, Ordering::SeqCst);
        assert_eq!(there.status("/drafts", &alice), 200);
        let asked = Instant::now();
        here.auth.forget(key("alice"));
        assert_eq!(here.status("/drafts", &alice), 403, "at once where it was said");
        await_that("forgotten there", BOUND, || there.status("/drafts", &alice) == 403);
        delays.push(asked.elapsed());
        assert_eq!((here.status("/drafts", &bob), there.status("/drafts", &bob)), (200, 200), "bob was not meant");
        // Back to what it was, after the echo of one's own word.
        database.no_editors.store(false, Ordering::SeqCst);
        here.auth.forget(key("alice"));
        await_that("both let alice in", BOUND, || {
            here.status("/drafts", &alice) == 200 && there.status("/drafts", &alice) == 200
        });
        here.auth.forget(key("alice"));
        thread::sleep(BOUND / 10);
        let _ = (here.loads(), there.loads());
    }
    delays.sort();
    tell(&format!(
        "a caller forgotten on one machine: forgotten on the other after {:?} (median), {:?} at worst, of {}",
        delays[delays.len() / 2],
        delays[delays.len() - 1],
        delays.len()
    ));
}

#[test]
fn a_load_from_before_serves_no_request_that_comes_after_on_any_machine() {
    let _turn = beside_others!("loads under way elsewhere when a caller is forgotten");
    let redis = Redis::start(Disk::Nothing);
    let (database, [here, there]) = two(&redis);
    let alice = token("a", "alice", "s");
    database.milliseconds.store(3_000, Ordering::SeqCst);
    thread::scope(|threads| {
        let early = threads.spawn(|| there.status("/drafts", &alice));
        await_that("it loads", RECOVERY, || there.access.loads.load(Ordering::SeqCst) == 1);
        database.no_editors.store(true, Ordering::SeqCst);
        here.auth.forget(key("alice"));
        thread::sleep(BOUND);
        assert_eq!(there.status("/drafts", &alice), 403, "it does not wait for the load from before");
        assert!(!early.is_finished());
        assert_eq!(early.join().unwrap(), 200, "it asked before");
    });
    assert_eq!(there.status("/drafts", &alice), 403);
    assert_eq!(there.loads(), 2, "what was loaded after it is remembered");
}

#[test]
fn without_redis_nothing_that_is_remembered_counts_past_the_bound() {
    let _alone = alone!("remembered authorities without Redis");
    let mut redis = Redis::start(Disk::Nothing);
    let (database, [here, there]) = two(&redis);
    let (alice, mine) = (token("a", "alice", "s"), opaque("alice"));
    let both = |machine: &Machine| (machine.status("/drafts", &alice), machine.status("/pat", &mine));
    assert_eq!((both(&here), both(&there)), ((200, 200), (200, 200)));
    redis.kill();
    let killed = Instant::now();
    database.no_editors.store(true, Ordering::SeqCst);
    here.auth.forget(key("alice"));
    assert_eq!(here.status("/drafts", &alice), 403, "in force where it was said, whatever becomes of Redis");
    await_that("loaded anew", 2 * BOUND, || both(&there) == (403, 403));
    let after = killed.elapsed();
    let _ = there.loads();
    thread::sleep(BOUND);
    for _ in 0..5 {
        assert_eq!(both(&there), (403, 403));
    }
    assert_eq!(there.loads(), 10, "each request loads");
    // What is loaded meanwhile is not remembered past the outage.
    database.no_editors.store(false, Ordering::SeqCst);
    redis.restart();
    await_that("current", RECOVERY, || here.revocations.is_current() && there.revocations.is_current());
    assert_eq!((both(&here), both(&there)), ((200, 200), (200, 200)));
    let _ = there.loads();
    assert_eq!((both(&there), there.loads()), ((200, 200), 0), "remembered again");
    tell(&format!("Redis killed: what was remembered counted no more after {after:?}"));
}

#[test]
fn what_redis_was_not_told_it_is_told_later() {
    let _turn = beside_others!("a caller forgotten by a machine that is cut off from Redis");
    let redis = Redis::start(Disk::Nothing);
    assert_eq!(redis.command("ACL SETUSER cut on >secret ~* +@all"), "+OK");
    let database = Arc::<Database>::default();
    let here = Machine::start(&redis.url().replace("redis://", "redis://cut:secret@"), &database);
    let there = Machine::start(&redis.url(), &database);
    let alice = token("a", "alice", "s");
    assert_eq!((here.status("/drafts", &alice), there.status("/drafts", &alice)), (200, 200));
    assert_eq!(redis.command("ACL SETUSER cut off"), "+OK");
    redis.command("CLIENT KILL USER cut");
    await_that("cut off", RECOVERY, || !here.revocations.is_current());
    database.no_editors.store(true, Ordering::SeqCst);
    here.auth.forget(key("alice"));
    thread::sleep(2 * SECOND);
    assert_eq!(there.status("/drafts", &alice), 200, "the other is current, and was told nothing");
    assert_eq!(redis.command("ACL SETUSER cut on"), "+OK");
    let told = await_that("told", RECOVERY, || there.status("/drafts", &alice) == 403);
    tell(&format!("a machine that was cut off told whom it forgot {told:?} after it was let in again"));
}

#[test]
fn configurations_that_consult_no_revocations_hear_of_the_others_where_they_are_told_to() {
    let _turn = beside_others!("callers forgotten on all machines, without revocations");
    let redis = Redis::start(Disk::Nothing);
    let database = Arc::<Database>::default();
    let [here, there] = [(); 2].map(|()| Machine::hearing(&redis.url(), &database, false));
    let (alice, mine) = (token("a", "alice", "s"), opaque("alice"));
    for machine in [&here, &there] {
        assert_eq!((machine.status("/drafts", &alice), machine.status("/pat", &mine)), (200, 200));
    }
    database.no_editors.store(true, Ordering::SeqCst);
    here.auth.forget(key("alice"));
    await_that("forgotten there", BOUND, || there.status("/drafts", &alice) == 403);
    assert_eq!(there.status("/pat", &mine), 200, "the same name at another issuer is another caller");
    here.auth.forget(PrincipalKey::new(r#"local:bearer("pat")"#, "alice"));
    await_that("forgotten there", BOUND, || there.status("/pat", &mine) == 403);
    assert!(here.revocations.is_empty() && there.revocations.is_empty());
}

#[test]
fn opaque_tokens_are_revoked_by_id_and_forgotten_on_all_machines() {
    let _turn = beside_others!("opaque tokens revoked and forgotten on all machines");
    let redis = Redis::start(Disk::Nothing);
    let (database, [here, there]) = two(&redis);
    for machine in [&here, &there] {
        for name in ["alice", "bob", "alice", "bob"] {
            assert_eq!(machine.status("/pat", &opaque(name)), 200);
        }
        assert_eq!(machine.loads(), 2, "remembered");
    }
    // The row of alice's token lost its scope.
    database.no_editors.store(true, Ordering::SeqCst);
    here.auth.forget(PrincipalKey::new(r#"local:bearer("pat")"#, "alice"));
    assert_eq!(here.status("/pat", &opaque("alice")), 403);
    await_that("looked up anew", BOUND, || there.status("/pat", &opaque("alice")) == 403);
    assert_eq!(there.status("/pat", &opaque("bob")), 200, "bob's is remembered still");
    // Bob's is revoked by its id.
    let stored = here.revocations.revoke_token(r#"local:bearer("pat")"#, "of-bob", now() + 600);
    actix_web::rt::System::new().block_on(stored).unwrap();
    assert_eq!(here.status("/pat", &opaque("bob")), 401);
    await_that("revoked", BOUND, || there.status("/pat", &opaque("bob")) == 401);
    assert_eq!(there.loads(), 1, "judged on each hit, without a lookup");
}

#[test]
fn who_writes_to_the_stream_forgets_callers_and_lets_nobody_in() {
    let _turn = beside_others!("forged entries of the stream");
    let redis = Redis::start(Disk::Nothing);
    let (_, [here, there]) = two(&redis);
    let alice = token("a", "alice", "s");
    assert_eq!((here.status("/drafts", &alice), there.status("/drafts", &alice)), (200, 200));
    let _ = (here.loads(), there.loads());
    let forge = |member: &str, value: &str| {
        let script = "local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1) \
                      redis.call('XADD', KEYS[2], seq .. '-0', 'member', ARGV[1], 'value', ARGV[2]) return seq";
        let keys = "{auth}:revocations:state {auth}:revocations:log";
        let (member, value) = (member.replace('"', "\\\""), value.replace('"', "\\\""));
        let told = redis.command(&format!(r#"EVAL "{script}" 2 {keys} "{member}" "{value}""#));
        assert!(told.starts_with(':'), "{told}");
    };
    // What is no name of a caller changes nothing: it may be of a later version.
    let long = format!(r#"["forgotten","{ISSUER}","{}",null]"#, "x".repeat(40_000));
    for (member, value) in [
        (format!(r#"["forgotten","{ISSUER}","alice",null]"#), "9223372036854775807 0"),
        (format!(r#"["forgotten","{ISSUER}","alice"]"#), ""),
        (format!(r#"["forgotten","{ISSUER}",["alice"],null]"#), ""),
        (format!(r#"["remembered","{ISSUER}","alice",null]"#), ""),
        (r#"["everybody",1]"#.to_owned(), ""),
        (long, ""),
    ] {
        forge(&member, value);
    }
    thread::sleep(BOUND);
    assert_eq!((there.status("/drafts", &alice), there.loads()), (200, 0));
    // What is one costs a load.
    forge(&format!(r#"["forgotten","{ISSUER}","alice",null]"#), "");
    await_that("loaded anew", BOUND, || there.status("/drafts", &alice) == 200 && there.loads() == 1);
    forge(r#"["everybody"]"#, "");
    await_that("loaded anew", BOUND, || there.status("/drafts", &alice) == 200 && there.loads() == 1);
    // In the place of revocations it is none.
    let member = format!(r#"[\"forgotten\",\"{ISSUER}\",\"alice\",null]"#);
    assert_eq!(redis.command(&format!(r#"HSET {{auth}}:revocations "{member}" "9223372036854775807 0""#)), ":1");
    let newcomer = Machine::start(&redis.url(), &Arc::default());
    assert_eq!((newcomer.status("/drafts", &alice), newcomer.revocations.len()), (200, 0));
    // And the stream goes on.
    let stored = here.revocations.revoke_token(ISSUER, "a", now() + 600);
    actix_web::rt::System::new().block_on(stored).unwrap();
    await_that("revoked", BOUND, || [&there, &newcomer].iter().all(|machine| machine.status("/drafts", &alice) == 401));
}
