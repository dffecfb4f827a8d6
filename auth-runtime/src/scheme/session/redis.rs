//! Sessions in Redis, for all processes that ask the same one.

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use ::redis::cmd;

use crate::crypto::from_hex;
use crate::fault::Misconfiguration;
use crate::redis::{Link, LinkFault, Lua, Redis, slot};
use crate::scheme::session::store::{
    Added, BARRED_FOR, NewSession, SessionKey, SessionStore, StoreAnswer, StoredSession, SubjectKey,
};
use crate::time::UnixTime;

/// How long Redis may take before a request is answered 503.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long Redis is left alone after it failed.
const PAUSE: Duration = Duration::from_millis(200);
/// How long a session is kept longer than it lasts, in seconds, for clocks that differ: the scheme does not rely on Redis to end it.
const MARGIN: UnixTime = 60;

static PUT: LazyLock<Lua> = LazyLock::new(|| Lua::new(include_str!("redis/put.lua")));
static TOUCH: LazyLock<Lua> = LazyLock::new(|| Lua::new(include_str!("redis/touch.lua")));
static REMOVE: LazyLock<Lua> = LazyLock::new(|| Lua::new(include_str!("redis/remove.lua")));
static OF_SUBJECT: LazyLock<Lua> = LazyLock::new(|| Lua::new(include_str!("redis/of_subject.lua")));
static BAR: LazyLock<Lua> = LazyLock::new(|| Lua::new(include_str!("redis/bar.lua")));
static END_ALL: LazyLock<Lua> = LazyLock::new(|| Lua::new(include_str!("redis/end_all.lua")));

/// A store of sessions in Redis 6.2 or later, or Valkey (features `session` and `redis`), for
/// [`Sessions::redis`](super::Sessions::redis), and for stores of your own that ask it.
///
/// Every request in a session asks Redis once; while Redis is away, it is answered 503.
///
/// # Security
/// Redis must keep what it is given (`maxmemory-policy noeviction`): what it evicts is signed out. Where it fails over to a replica that had not heard
/// of an end of a session yet, the session is back.
#[derive(Clone)]
pub struct RedisSessions(Arc<Shared>);

struct Shared {
    link: Link,
    prefix: String,
}

/// Version, when it was seen, content and subject, as they are: others can write them, too.
type Fields = [Option<Vec<u8>>; 4];

impl RedisSessions {
    /// In this Redis, under keys that begin with `{prefix}:session:`, which is one slot of a cluster.
    ///
    /// # Errors
    /// Where the URL or the prefix cannot be used.
    pub fn new(redis: impl Into<Redis>, prefix: &str) -> Result<Self, impl std::error::Error + Send + Sync + 'static> {
        Self::open(&redis.into(), prefix)
    }

    pub(super) fn open(redis: &Redis, prefix: &str) -> Result<Self, Misconfiguration> {
        let unfit =
            || Misconfiguration::new("the prefix in Redis is empty or has a brace; use the name of the application");
        let prefix = slot(prefix, "session:").ok_or_else(unfit)?;
        let client = redis.open().map_err(|unusable| Misconfiguration::new(unusable.fault()))?;
        let link = Link::new(client, PATIENCE, PAUSE);
        Ok(Self(Arc::new(Shared { link, prefix })))
    }
}

impl Shared {
    fn sessions(&self) -> String {
        format!("{}s:", self.prefix)
    }

    fn subjects(&self) -> String {
        format!("{}u:", self.prefix)
    }

    fn session(&self, key: SessionKey) -> String {
        format!("{}s:{key}", self.prefix)
    }

    fn subject(&self, subject: SubjectKey) -> String {
        format!("{}u:{subject}", self.prefix)
    }

    fn ended(&self, subject: SubjectKey) -> String {
        format!("{}e:{subject}", self.prefix)
    }
}

/// Seconds for which it is kept from now, when its user is seen.
fn lasts(session: &StoredSession) -> UnixTime {
    session.expires_at.saturating_sub(session.seen_at).max(0).saturating_add(MARGIN)
}

/// In milliseconds.
fn barred_for() -> u64 {
    u64::try_from(BARRED_FOR.as_millis()).unwrap_or(u64::MAX)
}

/// The session that stands there, if one does. What cannot be read is a session without content, which nobody has sealed.
fn restored(key: SessionKey, fields: Fields) -> Option<StoredSession> {
    if fields.iter().all(Option::is_none) {
        return None;
    }
    Some(read(key, fields).unwrap_or_else(|| unreadable(key)))
}

fn read(key: SessionKey, [version, seen_at, content, subject]: Fields) -> Option<StoredSession> {
    let subject = match subject {
        Some(name) => Some(SubjectKey::from_bytes(from_hex(&name)?)),
        None => None,
    };
    let seen_at = std::str::from_utf8(&seen_at?).ok()?.parse().ok()?;
    let version = std::str::from_utf8(&version?).ok()?.parse().ok()?;
    // The content says when it expires.
    Some(StoredSession::new(key, subject, version, seen_at, UnixTime::MAX, content?))
}

fn unreadable(key: SessionKey) -> StoredSession {
    StoredSession::new(key, None, 0, 0, UnixTime::MAX, Vec::new())
}

impl SessionStore for RedisSessions {
    fn find(&self, key: SessionKey) -> StoreAnswer<Option<StoredSession>> {
        let shared = Arc::clone(&self.0);
        StoreAnswer::pending(async move {
            let mut get = cmd("HMGET");
            get.arg(shared.session(key)).arg(&["version", "seen", "content", "subject"]);
            let ask = async |mut connection| match get.query_async::<Fields>(&mut connection).await {
                Err(error) if error.code() == Some("WRONGTYPE") => Ok(Some(unreadable(key))),
                fields => Ok(restored(key, fields?)),
            };
            shared.link.ask(ask).await
        })
    }

    fn put(&self, new: NewSession) -> StoreAnswer<Added> {
        let shared = Arc::clone(&self.0);
        StoreAnswer::pending(async move {
            let NewSession { session, began_at, most, replaced, continues } = new;
            let Some(subject) = session.subject else { return Ok(Added::Gone) };
            let key = shared.session(session.key);
            let before = replaced.as_ref().map_or_else(|| key.clone(), |replaced| shared.session(replaced.key));
            let keys = [key, shared.subject(subject), shared.ended(subject), before];
            let keys = keys.each_ref().map(String::as_str);
            let ask = async |mut connection| {
                PUT.run::<(String, usize), 4>(&mut connection, keys, |call| {
                    call.arg(shared.sessions()).arg(shared.subjects());
                    call.arg(session.key.to_string()).arg(subject.to_string()).arg(session.version);
                    call.arg(session.seen_at).arg(lasts(&session)).arg(session.content());
                    call.arg(began_at).arg(most.max(1)).arg(u8::from(continues));
                    match &replaced {
                        Some(by) => call
                            .arg(by.key.to_string())
                            .arg(by.version)
                            .arg(by.seen_at)
                            .arg(lasts(by))
                            .arg(by.content()),
                        None => call.arg("").arg(0).arg(0).arg(0).arg(""),
                    };
                })
                .await
            };
            let (added, ended) = shared.link.ask(ask).await?;
            Ok::<_, LinkFault>(match &*added {
                "kept" => Added::Kept { ended },
                "barred" => Added::Barred,
                _ => Added::Gone,
            })
        })
    }

    fn touch(&self, session: StoredSession) -> StoreAnswer<bool> {
        let shared = Arc::clone(&self.0);
        StoreAnswer::pending(async move {
            let key = shared.session(session.key);
            let ask = async |mut connection| {
                TOUCH
                    .run::<bool, 1>(&mut connection, [&*key], |call| {
                        call.arg(shared.subjects()).arg(session.key.to_string()).arg(session.version);
                        call.arg(session.seen_at).arg(lasts(&session)).arg(session.content());
                    })
                    .await
            };
            shared.link.ask(ask).await
        })
    }

    fn remove(&self, key: SessionKey) -> StoreAnswer<bool> {
        let shared = Arc::clone(&self.0);
        StoreAnswer::pending(async move {
            let session = shared.session(key);
            let ask = async |mut connection| {
                REMOVE
                    .run::<bool, 1>(&mut connection, [&*session], |call| {
                        call.arg(shared.subjects()).arg(key.to_string());
                    })
                    .await
            };
            shared.link.ask(ask).await
        })
    }

    fn of_subject(&self, subject: SubjectKey) -> StoreAnswer<Vec<StoredSession>> {
        let shared = Arc::clone(&self.0);
        StoreAnswer::pending(async move {
            let key = shared.subject(subject);
            type Each = (String, Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>);
            let ask = async |mut connection| {
                OF_SUBJECT
                    .run::<Vec<Each>, 1>(&mut connection, [&*key], |call| {
                        call.arg(shared.sessions());
                    })
                    .await
            };
            let found = shared.link.ask(ask).await?;
            let each = found.into_iter().filter_map(|(name, version, seen_at, content)| {
                let key = SessionKey::from_bytes(from_hex(name.as_bytes())?);
                restored(key, [version, seen_at, content, Some(subject.to_string().into_bytes())])
            });
            Ok::<_, LinkFault>(each.collect())
        })
    }

    fn bar(&self, subject: SubjectKey, at: u64) -> StoreAnswer<()> {
        let shared = Arc::clone(&self.0);
        StoreAnswer::pending(async move {
            let key = shared.ended(subject);
            let ask = async |mut connection| {
                BAR.run::<u8, 1>(&mut connection, [&*key], |call| {
                    call.arg(at).arg(barred_for());
                })
                .await
            };
            shared.link.ask(ask).await.map(drop)
        })
    }

    fn end_all(&self, subject: SubjectKey, at: u64) -> StoreAnswer<usize> {
        let shared = Arc::clone(&self.0);
        StoreAnswer::pending(async move {
            let keys = [shared.subject(subject), shared.ended(subject)];
            let keys = keys.each_ref().map(String::as_str);
            let ask = async |mut connection| {
                END_ALL
                    .run::<usize, 2>(&mut connection, keys, |call| {
                        call.arg(shared.sessions()).arg(at).arg(barred_for());
                    })
                    .await
            };
            shared.link.ask(ask).await
        })
    }
}

/// No URL: it may hold a password.
impl fmt::Debug for RedisSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisSessions").field("prefix", &self.0.prefix).finish_non_exhaustive()
    }
}
