//! Redis: what is shared through it, one server or many, and what happens when one dies.
//!
//! # What is shared
//!
//! | what | feature | given to | where Redis is away |
//! |---|---|---|---|
//! | revocations | `redis` | `RedisRevocations::builder(redis)` | what is known counts for `max_staleness` and `grace`, then 503 |
//! | whom [`Auth::forget`](crate::Auth::forget) forgets | `redis` | the same: the stream of revocations tells all processes | nothing that is remembered of callers counts past `max_staleness`: every request loads |
//! | used proofs of DPoP | `redis` | `SharedProofs::redis(redis, secret)` | 503 for requests with good proofs |
//! | sessions, and the provider's tokens in them | `redis`, `session` | `Sessions::redis(redis)` | 503 for requests with a session; nobody is lost |
//! | nonces of Digest | `redis` | `SharedNonces::redis(redis, secret)` | 503 for requests with Digest credentials |
//! | how often callers called a route with a `limit` | `redis` | `Limits::redis(redis, secret)` | each process counts for itself |
//! | wrong passwords and API keys, by account and address | `redis` | the same | each process counts for itself |
//! | answers of introspection | `redis`, `introspection` | `SharedResults::redis(redis, secret)` | the issuer is asked |
//!
//! Each takes a [`Redis`](crate::redis::Redis), or a URL. Redis 6.2 or later, or Valkey; tested with Redis 7.0.
//!
//! # Which one
//!
//! | you have | features | write | when a server dies |
//! |---|---|---|---|
//! | one server | `redis` | `"redis://10.0.0.5"` | wait for its restart |
//! | a primary, replicas, and sentinels that choose another primary | `redis-sentinel` | `Redis::sentinel(urls_of_sentinels, "orders")` | the next primary is followed |
//! | a Redis Cluster | `redis-cluster` | `Redis::cluster(urls_of_nodes)` | the replica that takes over is followed |
//! | a service behind one name that moves by itself | `redis` | its URL | as its provider says |
//!
//! `rediss://` in any of the URLs is TLS (feature `redis-tls`): the system's certificates count, which `SSL_CERT_FILE` replaces, or
//! those of `root_certificate`. A certificate must name the address by which a server is reached, and that is what sentinels and
//! nodes say of each other: where certificates have names, let servers announce names (`sentinel announce-hostnames yes`,
//! `cluster-preferred-endpoint-type hostname`).
//!
//! Prefer Sentinel, or one server, where nothing else asks for a cluster: all revocations are kept on one node, since a reader
//! must see one order of events; nonces of Digest likewise. Answers of introspection are spread over all nodes.
//!
//! ```
//! # #[cfg(all(feature = "redis-sentinel", feature = "redis-cluster"))] {
//! use auth_runtime::digest::SharedNonces;
//! use auth_runtime::redis::Redis;
//! use auth_runtime::revocation::RedisRevocations;
//!
//! # let secret = [7; 32];
//! let watched = Redis::sentinel(
//!     ["redis://10.0.0.5:26379", "redis://10.0.0.6:26379", "redis://10.0.0.7:26379"],
//!     // The name of `sentinel monitor orders …`; a URL with it for a host, where the primary asks for a password.
//!     "redis://auth:secret@orders",
//! );
//! let revocations = RedisRevocations::builder(watched.clone()).start().unwrap();
//! assert!(!revocations.is_current(), "it returns at once; nobody passes before Redis was reached");
//! let nonces = SharedNonces::redis(watched, secret);
//!
//! let cluster = Redis::cluster(["redis://auth:secret@10.0.0.5", "redis://auth:secret@10.0.0.6"]);
//! let revocations = RedisRevocations::builder(cluster).prefix("orders").start().unwrap();
//! # let _ = (nonces, revocations);
//! # }
//! ```
//!
//! A user of Redis for this needs these rights, here with the default prefix `auth`; in a cluster `+cluster|slots` too:
//!
//! ```text
//! ACL SETUSER orders on >secret ~{auth}:* ~auth:introspection:* +@hash +@sortedset +@stream +@string +@scripting +del +exists +expire +pexpire +persist +ttl +time +info
//! ```
//!
//! # When a primary dies
//!
//! Replication of Redis is asynchronous: what a primary has acknowledged a moment before it dies may be lost. So whoever comes next
//! is never trusted to know everything:
//!
//! - Each server process has a random name, its `run_id`. Where another one answers than before, after a failover or a restart,
//!   every process reads all revocations again and sends what it knows beyond them. For the first second nobody counts as
//!   current.
//! - Until then requests are decided by what is known: no token that was refused before is accepted. After `max_staleness` and
//!   `grace`, by default 1 s and 5 s, they are answered 503. Choose a grace in which a failover fits: `down-after-milliseconds`
//!   and about two seconds for Sentinel, `cluster-node-timeout` and about two seconds for a cluster.
//! - A revocation that is asked for meanwhile is in force in its process, is reported as not stored, and is sent to the next
//!   primary.
//! - DPoP proofs from before count no more, since which were used may be lost: they are answered 503, and nonces by a new one.
//! - Nonces of Digest from before count no more: their counts may be lost. Clients are told `stale=true` and ask nobody.
//! - Authorities and opaque tokens that are remembered are loaded anew, by every process.
//! - Answers of introspection that are lost are asked for again.
//! - An old primary that comes back is a replica by then. One that was cut off and does not know it proves itself current to those
//!   who are cut off with it: set `min-replicas-to-write 1`, which makes it refuse.
//!
//! # Revoked in error
//!
//! A revocation can be withdrawn, one that was a mistake and one that somebody forged who can write to Redis: give all processes
//! the same secret, which Redis does not have, and ask any of them.
//!
//! ```no_run
//! # #[cfg(feature = "redis")] {
//! use auth_runtime::revocation::{RedisRevocations, WithdrawError};
//!
//! # fn from_your_secret_store() -> [u8; 32] { [7; 32] }
//! let secret = from_your_secret_store();
//! let revocations = RedisRevocations::builder("redis://10.0.0.5").withdrawals(secret).start().unwrap();
//!
//! /// For a handler that may do this.
//! async fn let_back_in(revocations: &RedisRevocations, subject: &str) -> Result<(), WithdrawError> {
//!     revocations.withdraw_subject("https://idp.example", subject).await
//! }
//! # let _ = (revocations, let_back_in);
//! # }
//! ```
//!
//! - A token, a subject and a session are withdrawn each by the name under which they were revoked, and nothing else with them.
//! - It is in force in that process once Redis has stored it, and in the others within `max_staleness`. Where Redis does not store
//!   it, nothing is withdrawn, and nothing is sent again later.
//! - It outlives a restart of Redis and a failover, as revocations do. What is revoked afterwards is revoked; and so is what a
//!   process without Redis revoked at the same time.
//! - Each process that knew the revocation writes a warning, and counts it in `auth_revocations_withdrawn_total`.
//! - What is withdrawn without the secret counts for nothing and is taken out of Redis; an error event tells of it.
//!
//! # What cannot be seen from here
//!
//! Whoever can write to Redis, or make a sentinel or a node name another server, can take out what is shared and keep news from
//! processes, or have callers forgotten, which costs loads. None of that lets a token pass that a process knows to be revoked, nor
//! makes an answer of introspection: those are authenticated, as withdrawals are. What is forged there bars a caller until it is
//! [withdrawn](#revoked-in-error), and for `max_token_lifetime` at the most. Sessions it can end, and put back one that has ended as it was, until that
//! expires; it makes none up. Counts of limits and of wrong credentials it can delete, so that guessing goes on, or raise, so that somebody waits. Keep Redis and sentinels on a network of their own,
//! with passwords.
