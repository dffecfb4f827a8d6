//! Revocations that are withdrawn, on one machine and on all.

use crate::processes::{Disk, ISSUER, Node, Redis, await_that, now, token};
use crate::{BOUND, RECOVERY, later, tell};

/// What the machines have, and Redis has not.
const SECRET: (&str, &str) = ("WITHDRAWALS", "a secret of 32 bytes for testing");

/// What is revoked of each kind, as Redis calls it and as the API does, and a token that it concerns.
fn kinds() -> [(&'static str, &'static str, String); 3] {
    [
        ("token", "jti", token("x", "a", "a")),
        ("subject", "subject", token("b", "x", "b")),
        ("session", "session", token("c", "c", "x")),
    ]
}

fn member(kind: &str, id: &str) -> String {
    format!(r#"[\"{kind}\",\"{ISSUER}\",\"{id}\"]"#)
}

/// Another life of the data: all processes read everything.
fn read_anew(redis: &Redis) {
    assert_eq!(redis.command("HSET {auth}:revocations:state run another"), ":0");
}

/// Stores this, and tells it as a revocation is told.
fn forge(redis: &Redis, kind: &str, value: &str) {
    let script = "redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) local seq = redis.call('HINCRBY', KEYS[2], 'seq', 1) \
                  redis.call('XADD', KEYS[3], seq .. '-0', 'member', ARGV[1], 'value', ARGV[2]) return seq";
    let keys = "{auth}:revocations {auth}:revocations:state {auth}:revocations:log";
    let told = redis.command(&format!(r#"EVAL "{script}" 3 {keys} "{}" "{value}""#, member(kind, "x")));
    assert!(told.starts_with(':'), "{told}");
}

#[test]
fn a_forged_revocation_is_withdrawn_on_all_machines_and_a_later_one_counts() {
    let _turn = beside_others!("the withdrawal of a forged revocation");
    let redis = Redis::start(Disk::Nothing);
    let nodes = Node::three(&redis, &[SECRET]);
    let all = |text: &str, status: u16| nodes.iter().all(|node| node.status(text) == status);
    for (kind, what, text) in kinds() {
        let stored =
            redis.command(&format!(r#"HSET {{auth}}:revocations "{}" "{1} {1}""#, member(kind, "x"), i64::MAX));
        assert_eq!(stored, ":1");
        read_anew(&redis);
        await_that("forged", RECOVERY, || all(&text, 401));
        nodes.iter().for_each(Node::await_current);

        assert_eq!(nodes[0].withdraw(what, "x"), 204);
        assert_eq!(nodes[0].status(&text), 200, "at once where it was withdrawn");
        let taken = await_that("withdrawn", BOUND, || all(&text, 200));
        tell(&format!("the withdrawal of a forged {kind}: in force everywhere after {taken:?}"));
        assert_eq!(Node::start(&redis, &[]).status(&text), 503, "closed, as before it has read anything");
        let newcomer = Node::start(&redis, &[SECRET]);
        newcomer.await_current();
        assert_eq!(newcomer.status(&text), 200);
    }
    // All of it is sent to a Redis that has lost it, and whoever comes then knows no revocation.
    assert_eq!(redis.command("FLUSHALL"), "+OK");
    await_that("sent again", RECOVERY, || redis.command("HLEN {auth}:revocations") == ":3");
    nodes.iter().for_each(Node::await_current);
    let newcomer = Node::start(&redis, &[SECRET]);
    newcomer.await_current();
    for (_, what, text) in kinds() {
        assert!(all(&text, 200) && newcomer.status(&text) == 200);
        let until = if what == "subject" { now() } else { later() };
        assert_eq!(newcomer.revoke(what, "x", until), 204);
        await_that("revoked anew", BOUND, || all(&text, 401) && newcomer.status(&text) == 401);
        assert_eq!(nodes[1].withdraw(what, "x"), 204);
        await_that("withdrawn anew", BOUND, || all(&text, 200) && newcomer.status(&text) == 200);
    }
}

#[test]
fn who_can_only_write_to_redis_withdraws_nothing() {
    let _turn = beside_others!("forged withdrawals");
    let redis = Redis::start(Disk::Nothing);
    let nodes = Node::three(&redis, &[SECRET]);
    let keyless = Node::start(&redis, &[]);
    keyless.await_current();
    let text = token("x", "a", "a");
    assert_eq!(nodes[0].revoke("jti", "x", later()), 204);
    let refuses = |node: &Node| node.status(&text) == 401;
    await_that("revoked", BOUND, || nodes.iter().all(refuses) && refuses(&keyless));
    assert_eq!(keyless.withdraw("jti", "x"), 501, "it has no secret");

    // What was withdrawn of another name proves nothing of this one.
    assert_eq!(nodes[0].withdraw("jti", "y"), 204);
    let other = redis.text(&format!(r#"HGET {{auth}}:revocations "{}""#, member("token", "y")));
    let proof = other.rsplit(' ').next().unwrap();
    let until = later() + 86_400;
    for value in [
        format!("{until} -1"),
        format!("{until} -1 {} {proof}", now() + 60),
        other.clone(),
        format!("{until} -1 9223372036854775807 AAAA"),
    ] {
        forge(&redis, "token", &value);
    }
    // One that is told later is heard, so those were heard.
    assert_eq!(nodes[0].revoke("jti", "z", later()), 204);
    await_that("told", RECOVERY, || {
        nodes.iter().chain([&keyless]).all(|node| node.status(&token("z", "a", "a")) == 401)
    });
    assert!(nodes.iter().all(refuses) && refuses(&keyless), "nothing was withdrawn");
    read_anew(&redis);
    await_that("sent again", RECOVERY, || {
        let stored = redis.text(&format!(r#"HGET {{auth}}:revocations "{}""#, member("token", "x")));
        nodes.iter().all(Node::is_current) && stored.split(' ').count() == 2
    });
    assert!(nodes.iter().all(refuses) && refuses(&keyless));
}

/// Two machines, of which one cannot reach Redis when it revokes what the other withdraws.
#[test]
fn what_redis_did_not_take_stays_revoked_whatever_was_withdrawn_meanwhile() {
    let _turn = beside_others!("a withdrawal beside a revocation that was not stored");
    let redis = Redis::start(Disk::Nothing);
    assert_eq!(redis.command("ACL SETUSER machine on >password ~* &* +@all"), "+OK");
    let cut_off =
        Node::at(&redis.url().replace("redis://", "redis://machine:password@"), &[SECRET, ("GRACE_MS", "60000")]);
    let other = Node::start(&redis, &[SECRET]);
    [&cut_off, &other].into_iter().for_each(Node::await_current);
    let text = token("x", "a", "a");
    assert_eq!(other.revoke("jti", "x", later()), 204);
    await_that("revoked", BOUND, || cut_off.status(&text) == 401);

    assert_eq!(redis.command("ACL SETUSER machine -@all"), "+OK");
    assert_eq!(cut_off.revoke("jti", "x", later()), 502);
    assert_eq!(other.withdraw("jti", "x"), 204);
    assert_eq!((cut_off.status(&text), other.status(&text)), (401, 200));
    assert_eq!(cut_off.withdraw("jti", "x"), 502, "nor does it withdraw anything");
    assert_eq!(redis.command("ACL SETUSER machine +@all"), "+OK");
    await_that("revoked everywhere", RECOVERY, || other.status(&text) == 401);
    assert_eq!(cut_off.status(&text), 401);
    // Both know of it now, so that it can be withdrawn.
    cut_off.await_current();
    assert_eq!(cut_off.withdraw("jti", "x"), 204);
    await_that("withdrawn", BOUND, || other.status(&text) == 200 && cut_off.status(&text) == 200);
}
