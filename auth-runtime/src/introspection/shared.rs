//! Answers shared by many machines through Redis, sealed so that Redis need not be trusted with them.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ::redis::cmd;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::introspection::settings::ANSWER_BYTES;
use crate::principal::PrincipalKey;
use crate::redis::{Link, LinkFault, Redis, SharedRedis};
use crate::telemetry::INTROSPECTIONS_SHARED;
use crate::time::UnixTime;

/// How long Redis may take before the issuer is asked instead.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long Redis is left alone after it failed.
const PAUSE: Duration = Duration::from_secs(1);
/// The shortest `max_staleness` that leaves anything to share: ages are whole seconds, on the high side.
const SHORTEST: Duration = Duration::from_secs(2);
/// How many callers are known to be forgotten; beyond, all are.
const FORGOTTEN_MAX: usize = 10_000;
const MAC_BYTES: usize = 32;
const TIME_BYTES: usize = 8;

/// Answers of the introspection endpoint, shared by all processes with the same Redis and the same secret (features
/// `introspection` and `redis`).
///
/// A token that one process has asked about is known to the others: they judge the same answer anew, by their own
/// configuration and clock. It counts for [`max_staleness`](super::Introspection::max_staleness) from when it was asked for, whoever
/// asked, and never past its `exp`; revocations are consulted as ever. Only answers that let a token in are shared.
///
/// When Redis takes longer than 100 ms or fails, the issuer is asked as without it, and Redis is left alone for a second.
///
/// ```
/// use auth_runtime::introspection::{Introspection, SharedResults};
///
/// # let (secret, key) = ("not a secret", [7; 32]);
/// let introspection = Introspection::new("https://idp.example/introspect")
///     .client_secret_basic("orders-api", secret)
///     .issuer("https://idp.example")
///     .audience("https://orders.example")
///     .shared(SharedResults::redis("redis://10.0.0.5:6379", key));
/// # auth_runtime::Auth::builder().bearer(introspection).build()?;
/// # Ok::<(), auth_runtime::config::ConfigError>(())
/// ```
///
/// # Security
/// - The secret is 32 random bytes or more, known to these processes alone and not to Redis: whoever knows it and can write to
///   Redis makes tokens. Every entry carries an HMAC-SHA256 (RFC 2104) over endpoint, client, token, time and answer: one that
///   was made up, changed, moved to another token or kept for longer is refused, and the issuer is asked. Whoever can write
///   to Redis can take answers out, and can put one back that was withdrawn, for what is left of its `max_staleness`.
/// - Tokens are not in Redis, only a MAC of each. The answers are, in the clear: what they say of people can be read there.
/// - Clocks that differ lengthen or shorten `max_staleness` by as much.
#[derive(Clone)]
pub struct SharedResults {
    redis: SharedRedis,
}

impl SharedResults {
    /// Shares through this Redis under this secret: a URL, `redis://[user][:password@]host[:port][/database]`, or whatever
    /// [`Redis`] describes. `Auth::build()` refuses a URL that cannot be used and a secret of fewer than 32 bytes.
    pub fn redis(redis: impl Into<Redis>, secret: impl AsRef<[u8]>) -> Self {
        Self { redis: SharedRedis::new(redis, secret) }
    }

    /// What the names of all keys begin with, by default `auth`; they are `PREFIX:introspection:…`.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.redis.prefix = prefix.into();
        self
    }

    /// `asked` tells whom this configuration asks, and as whom. `None` where answers do not count for long enough.
    ///
    /// # Errors
    /// What is wrong and what to do.
    pub(crate) fn open(&self, asked: &[&str], max_staleness: Duration) -> Result<Option<Shared>, &'static str> {
        let client = self.redis.open()?;
        let mut configuration = Vec::new();
        asked.iter().for_each(|part| push(&mut configuration, part.as_bytes()));
        Ok((max_staleness >= SHORTEST).then(|| Shared {
            link: Link::new(client, PATIENCE, PAUSE),
            seal: Seal { secret: self.redis.secret.clone(), configuration, max_staleness },
            prefix: self.redis.prefix.clone(),
            forgotten: Mutex::default(),
        }))
    }
}

/// Never the secret, and no URL: it may hold a password.
impl fmt::Debug for SharedResults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedResults").field("prefix", &self.redis.prefix).finish_non_exhaustive()
    }
}

/// The shared results of one configuration.
pub(crate) struct Shared {
    link: Link,
    seal: Seal,
    prefix: String,
    forgotten: Mutex<ForgottenCallers>,
}

/// Since when callers are forgotten: what was asked before may still stand in Redis.
#[derive(Default)]
struct ForgottenCallers {
    since: HashMap<PrincipalKey, Instant>,
    /// For all that are not in there.
    others: Option<Instant>,
}

impl Shared {
    /// What another process was told of this token, and how long ago, in whole seconds on the high side.
    pub(crate) async fn find(&self, token: &[u8], now: UnixTime) -> Option<(Vec<u8>, Duration)> {
        let name = self.seal.name(token)?;
        let most = MAC_BYTES + TIME_BYTES + ANSWER_BYTES;
        let mut get = cmd("GETRANGE");
        get.arg(self.key(&name)).arg(0).arg(most);
        let entry: Vec<u8> = self.exchange(&get).await?;
        let found = self.seal.unseal(&name, &entry, now);
        let outcome = match &found {
            _ if entry.is_empty() => "absent",
            Some(_) => "found",
            None => "refused",
        };
        count(outcome);
        found
    }

    /// From now on what was said of these callers' tokens counts no more, and the issuer is asked anew.
    pub(crate) fn forget(&self, callers: &HashSet<PrincipalKey>, now: Instant) {
        let mut forgotten = self.forgotten();
        let may_stand = self.seal.max_staleness;
        forgotten.since.retain(|_, since| now.saturating_duration_since(*since) <= may_stand);
        if forgotten.since.len() + callers.len() > FORGOTTEN_MAX {
            // Rather everybody than nobody.
            *forgotten = ForgottenCallers { since: HashMap::new(), others: Some(now) };
        } else {
            forgotten.since.extend(callers.iter().map(|who| (who.clone(), now)));
        }
    }

    /// Whether this caller was forgotten since.
    pub(crate) fn was_forgotten(&self, who: &PrincipalKey, since: Instant) -> bool {
        let forgotten = self.forgotten();
        forgotten.since.get(who).max(forgotten.others.as_ref()).is_some_and(|at| *at >= since)
    }

    fn forgotten(&self) -> MutexGuard<'_, ForgottenCallers> {
        self.forgotten.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shares what was said of this token at `asked`.
    pub(crate) async fn store(&self, token: &[u8], answer: &str, asked: UnixTime) {
        let Some(name) = self.seal.name(token) else { return };
        let Some(entry) = self.seal.seal(&name, answer.as_bytes(), asked) else { return };
        let lifetime = u64::try_from(self.seal.max_staleness.as_millis()).unwrap_or(u64::MAX);
        let mut set = cmd("SET");
        set.arg(self.key(&name)).arg(entry).arg("PX").arg(lifetime);
        if self.exchange::<()>(&set).await.is_some() {
            count("stored");
        }
    }

    /// Takes back what was said of this token.
    pub(crate) async fn withdraw(&self, token: &[u8]) {
        if let Some(name) = self.seal.name(token) {
            let mut delete = cmd("DEL");
            delete.arg(self.key(&name));
            let _ = self.exchange::<()>(&delete).await;
        }
    }

    fn key(&self, name: &[u8]) -> String {
        format!("{}:introspection:{}", self.prefix, URL_SAFE_NO_PAD.encode(name))
    }

    /// One command and its answer, unless Redis is away.
    async fn exchange<T: ::redis::FromRedisValue>(&self, command: &::redis::Cmd) -> Option<T> {
        match self.link.ask(async |mut connection| command.query_async::<T>(&mut connection).await).await {
            Ok(answer) => return Some(answer),
            Err(LinkFault::Paused) => return None,
            Err(LinkFault::Failed { fault, is_new: true }) => {
                tracing::warn!(
                    fault,
                    "results of introspection are not shared: Redis fails; the issuer is asked instead"
                );
            }
            Err(LinkFault::Failed { .. }) => {}
        }
        count("failed");
        None
    }
}

fn count(outcome: &'static str) {
    metrics::counter!(INTROSPECTIONS_SHARED, "outcome" => outcome).increment(1);
}

/// Names and seals entries.
struct Seal {
    secret: Zeroizing<Vec<u8>>,
    configuration: Vec<u8>,
    max_staleness: Duration,
}

impl Seal {
    /// Stands for a token of this configuration.
    fn name(&self, token: &[u8]) -> Option<[u8; MAC_BYTES]> {
        self.mac("auth introspection name 1", &[token]).map(|mac| mac.finalize().into_bytes().into())
    }

    /// MAC, time, answer.
    fn seal(&self, name: &[u8], answer: &[u8], asked: UnixTime) -> Option<Vec<u8>> {
        let time = asked.to_be_bytes();
        let mac = self.mac("auth introspection answer 1", &[name, &time, answer])?.finalize().into_bytes();
        Some([&*mac, &time, answer].concat())
    }

    /// The answer and its age, if this is one of ours, for this token, and neither too old nor of the future.
    fn unseal(&self, name: &[u8], entry: &[u8], now: UnixTime) -> Option<(Vec<u8>, Duration)> {
        let (mac, rest) = entry.split_at_checked(MAC_BYTES)?;
        let (time, answer) = rest.split_first_chunk::<TIME_BYTES>()?;
        // In constant time.
        self.mac("auth introspection answer 1", &[name, time, answer])?.verify_slice(mac).ok()?;
        // Both times are cut to seconds: it may be almost one older than they say.
        let age = now.checked_sub(UnixTime::from_be_bytes(*time)).and_then(|age| u64::try_from(age).ok())?;
        let age = Duration::from_secs(age.saturating_add(1));
        (age <= self.max_staleness).then(|| (answer.to_vec(), age))
    }

    /// Of the parts, each after its length, so that no two lists of parts have the same bytes.
    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Option<Hmac<Sha256>> {
        let mut text = Vec::new();
        for part in [purpose.as_bytes(), &self.configuration].into_iter().chain(parts.iter().copied()) {
            push(&mut text, part);
        }
        let text = Zeroizing::new(text);
        // HMAC takes keys of any length.
        Hmac::<Sha256>::new_from_slice(&self.secret).ok().map(|mac| mac.chain_update(&*text))
    }
}

fn push(text: &mut Vec<u8>, part: &[u8]) {
    text.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
    text.extend_from_slice(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = 1_767_225_600;
    const MAX_AGE: Duration = Duration::from_secs(60);
    const ASKED: [&str; 2] = ["https://idp.example/introspect", "orders-api"];

    fn of(secret: [u8; 32], asked: &[&str]) -> Seal {
        SharedResults::redis("redis://127.0.0.1", secret).open(asked, MAX_AGE).unwrap().unwrap().seal
    }

    fn seal() -> Seal {
        of([7; 32], &ASKED)
    }

    #[test]
    fn what_was_sealed_comes_back_with_its_age() {
        let name = seal().name(b"token").unwrap();
        let entry = seal().seal(&name, b"{\"active\":true}", NOW).unwrap();
        let found = seal().unseal(&name, &entry, NOW + 9);
        assert_eq!(found, Some((b"{\"active\":true}".to_vec(), Duration::from_secs(10))));
    }

    #[test]
    fn too_old_and_of_the_future_is_refused() {
        let name = seal().name(b"token").unwrap();
        let entry = seal().seal(&name, b"{}", NOW).unwrap();
        assert!(seal().unseal(&name, &entry, NOW + 59).is_some());
        assert_eq!(seal().unseal(&name, &entry, NOW + 60), None);
        assert_eq!(seal().unseal(&name, &entry, NOW - 1), None);
        let first = seal().seal(&name, b"{}", UnixTime::MIN).unwrap();
        assert_eq!(seal().unseal(&name, &first, NOW), None);
    }

    #[test]
    fn every_bit_counts_and_so_does_the_length() {
        let name = seal().name(b"token").unwrap();
        let entry = seal().seal(&name, b"{\"active\":true}", NOW).unwrap();
        for place in 0..entry.len() {
            for bit in 0..8 {
                let mut changed = entry.clone();
                changed[place] ^= 1 << bit;
                assert_eq!(seal().unseal(&name, &changed, NOW), None, "bit {bit} of byte {place}");
            }
            assert_eq!(seal().unseal(&name, &entry[..place], NOW), None, "cut to {place}");
        }
        let longer = [&*entry, b" "].concat();
        assert_eq!(seal().unseal(&name, &longer, NOW), None);
    }

    #[test]
    fn another_token_secret_or_configuration_is_refused() {
        let name = seal().name(b"token").unwrap();
        let entry = seal().seal(&name, b"{}", NOW).unwrap();
        let other = seal().name(b"nekot").unwrap();
        assert_eq!(seal().unseal(&other, &entry, NOW), None, "moved to another token");
        let others = [
            of([8; 32], &ASKED),
            of([7; 32], &["https://idp.example/introspect", "billing"]),
            of([7; 32], &["https://evil.example/introspect", "orders-api"]),
            of([7; 32], &["https://idp.example/introspectorders-api"]),
            of([7; 32], &["https://idp.example/introspecto", "rders-api"]),
        ];
        for other in others {
            assert_ne!(other.name(b"token"), Some(name));
            assert_eq!(other.unseal(&name, &entry, NOW), None);
        }
    }

    #[test]
    fn what_cannot_be_used_is_refused_before_any_request() {
        let short = SharedResults::redis("redis://127.0.0.1", [7; 31]).open(&ASKED, MAX_AGE).err();
        assert!(short.is_some_and(|fault| fault.contains("32 bytes")));
        let url = SharedResults::redis("nonsense", [7; 32]).open(&ASKED, MAX_AGE).err();
        assert!(url.is_some_and(|fault| fault.contains("redis://host:port")));
        let shown =
            format!("{:?}", SharedResults::redis("redis://:hidden@127.0.0.1", *b"hidden hidden hidden hidden hidd"));
        assert!(!shown.contains("hidden"), "{shown}");
    }
}
