//! Where a process of the tests finds Redis.

use auth_runtime::redis::Redis;

/// TEST KEYS, NEVER FOR USE: see the README beside them.
pub const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../auth-runtime/tests/keys/");

/// One URL; `cluster URL URL …`; or `sentinel NAME URL URL …`. Over TLS, by whoever trusts the authority of the tests.
pub fn redis_at(place: &str) -> Redis {
    let redis = untrusting(place);
    if place.contains("rediss://") {
        let authority = std::fs::read(format!("{KEYS}tls-authority.cert.pem")).expect("the authority's certificate");
        return redis.root_certificate(authority);
    }
    redis
}

fn untrusting(place: &str) -> Redis {
    let words: Vec<&str> = place.split(' ').collect();
    match &words[..] {
        [url] => Redis::at(*url),
        ["cluster", nodes @ ..] => Redis::cluster(nodes.iter().copied()),
        ["sentinel", primary, sentinels @ ..] => Redis::sentinel(sentinels.iter().copied(), *primary),
        _ => panic!("`{place}` is no place of Redis"),
    }
}
