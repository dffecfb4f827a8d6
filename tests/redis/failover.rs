//! What must hold while a primary is replaced, whoever replaces it.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use auth_runtime::digest::SharedNonces;
use tests::load::Load;
use tests::{Denied, DigestAnswer, Server, redis_at};

use crate::digest::{counted, found, is_stale, machine, send};
use crate::load::{self, Asked};
use crate::processes::{Node, Redis, await_that, token};
use crate::shared::KEY;
use crate::{BOUND, RECOVERY, SECOND, later, tell};

/// Processes that share one Redis, and callers who never stop asking.
pub(crate) struct Failover {
    place: String,
    pub(crate) nodes: [Node; 3],
    /// Closes soon after Redis is away.
    strict: Node,
    digest: Server,
    answer: DigestAnswer,
    pub(crate) good: String,
    /// Revoked before the primary dies.
    before: String,
    /// Revoked after it.
    pub(crate) after: String,
    load: Load<Asked>,
}

/// For how long the primary had been dead by then.
pub(crate) struct Times {
    elected: Duration,
    stored: Duration,
    told: Duration,
}

impl Failover {
    pub(crate) fn of(place: &str) -> Self {
        let nodes = Node::three_at(place, &[("GRACE_MS", "30000")]);
        let strict = Node::at(place, &[("GRACE_MS", "500")]);
        strict.await_current();
        let digest = machine(SharedNonces::redis(redis_at(place), KEY));
        let answer = found(&digest);
        let (good, before, after) = (token("good", "g", "g"), token("before", "b", "b"), token("after", "a", "a"));
        assert_eq!(nodes[0].revoke("jti", "before", later()), 204);
        await_that("refused", BOUND, || nodes.iter().all(|node| node.status(&before) == 401));
        let load = load::start(&nodes, &[&good, &before]);
        Self { place: place.to_owned(), nodes, strict, digest, answer, good, before, after, load }
    }

    /// A revocation is stored once the replica has taken over, and comes into force everywhere.
    pub(crate) fn survive(&self, primary: &mut Redis, replica: &Redis, within: Duration) -> Times {
        let Self { nodes, strict, digest, answer, good, before, after, .. } = self;
        primary.kill();
        let killed = Instant::now();
        await_that("the replica takes over", within, || replica.text("INFO replication").contains("role:master"));
        let elected = killed.elapsed();
        await_that("a revocation is stored", RECOVERY, || nodes[0].revoke("jti", "after", later()) == 204);
        let stored = killed.elapsed();
        await_that("refused", RECOVERY, || nodes.iter().all(|node| node.status(after) == 401));
        let told = killed.elapsed();
        nodes.iter().for_each(Node::await_current);
        strict.await_current();
        assert_eq!((strict.status(good), strict.status(before), strict.status(after)), (200, 401, 401));
        // What was counted before may be lost.
        let again = loop {
            let again = send(digest, &counted(answer, 2));
            if again.status != 503 {
                break again;
            }
            thread::sleep(SECOND / 10);
        };
        assert!(is_stale(&again), "{again:?}");
        found(digest);
        Times { elected, stored, told }
    }

    /// Who comes later knows it all, and nobody was let in or refused meanwhile who should not have been.
    pub(crate) fn end(self, what: &str, times: &Times) -> Survivor {
        let Self { place, strict, good, before, after, load, .. } = self;
        let Times { elected, stored, told } = times;
        let newcomer = Node::at(&place, &[]);
        newcomer.await_current();
        assert_eq!([&good, &before, &after].map(|token| newcomer.status(token)), [200, 401, 401]);
        let told_all = load.end();
        tell(&format!(
            "{what}: the replica had taken over after {elected:?}, a revocation was stored after {stored:?}, and in force \
         everywhere after {told:?}; {} requests meanwhile",
            told_all.len()
        ));
        let statuses = |token| -> BTreeSet<u16> {
            told_all.iter().filter(|told| told.what.token == token).map(|told| told.status).collect()
        };
        assert_eq!((statuses(0), statuses(1)), (BTreeSet::from([200]), BTreeSet::from([401])));
        Survivor { strict, good, after }
    }
}

/// Who is left when the last primary goes.
pub(crate) struct Survivor {
    pub(crate) strict: Node,
    pub(crate) good: String,
    after: String,
}

impl Survivor {
    /// Without a primary the policy closes.
    pub(crate) fn closes(self, within: Duration) {
        let Self { strict, good, after } = self;
        await_that("closed", within, || strict.status(&good) == 503);
        Denied::unavailable().check(&strict.get(&good));
        assert_eq!(strict.status(&after), 401, "what is known to be revoked stays so");
    }
}
