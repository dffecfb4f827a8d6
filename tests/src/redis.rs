//! Where a process of the tests finds Redis.

use auth_runtime::redis::Redis;

/// One URL; `cluster URL URL …`; or `sentinel NAME URL URL …`.
pub fn redis_at(place: &str) -> Redis {
    let words: Vec<&str> = place.split(' ').collect();
    match &words[..] {
        [url] => Redis::at(*url),
        ["cluster", nodes @ ..] => Redis::cluster(nodes.iter().copied()),
        ["sentinel", primary, sentinels @ ..] => Redis::sentinel(sentinels.iter().copied(), *primary),
        _ => panic!("`{place}` is no place of Redis"),
    }
}
