//! Where sessions are kept: what a store is asked, and what it holds.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::crypto::Hex;
use crate::denial::Unavailable;
use crate::time::UnixTime;

/// How long the end of all sessions of a subject bars those whose sign-in began before it: longer than a sign-in takes, by the time for what is asked
/// of others before its session is kept, and for clocks that differ.
pub(super) const BARRED_FOR: Duration = Duration::from_secs(900);

/// A version that nobody has read, of what a sign-in puts in the place of a session: no session changes so often. Numbers up to twice this are exact
/// wherever they are taken for floating-point ones, as in Lua.
pub(super) const UNREAD: u64 = 1 << 52;

/// Names a session to its store: a SHA-256 over the application and the id that the browser holds, which the store never sees.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionKey([u8; 32]);

/// Names the subject of a session to its store, as a hash: what belongs together, and not who it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubjectKey([u8; 32]);

macro_rules! key {
    ($key:ident) => {
        impl $key {
            /// The key with these bytes, as a store has kept them.
            pub fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// Its bytes, to be kept.
            pub fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        /// In hexadecimal digits.
        impl fmt::Display for $key {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", Hex(&self.0))
            }
        }

        impl fmt::Debug for $key {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($key), "({})"), self)
            }
        }
    };
}

key!(SessionKey);
key!(SubjectKey);

/// A session as a store keeps it: what it is found by, and a content that is the scheme's own affair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSession {
    pub(super) key: SessionKey,
    pub(super) subject: Option<SubjectKey>,
    pub(super) version: u64,
    pub(super) seen_at: UnixTime,
    pub(super) expires_at: UnixTime,
    pub(super) content: Content,
}

/// What only the scheme reads.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Content(pub(super) Arc<[u8]>);

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl StoredSession {
    /// A session as it was kept.
    pub fn new(
        key: SessionKey,
        subject: Option<SubjectKey>,
        version: u64,
        seen_at: UnixTime,
        expires_at: UnixTime,
        content: impl Into<Arc<[u8]>>,
    ) -> Self {
        Self { key, subject, version, seen_at, expires_at, content: Content(content.into()) }
    }

    /// What it is found by.
    pub fn key(&self) -> SessionKey {
        self.key
    }

    /// Whose it is, to list and count the sessions of one subject. `None` for what stays in the place of a session whose id was
    /// replaced: it belongs to nobody.
    pub fn subject(&self) -> Option<SubjectKey> {
        self.subject
    }

    /// Counts its changes, from 1; at most 2<sup>53</sup>.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When its user was last seen, in seconds since 1970: where a subject has too many, the one seen longest ago ends.
    pub fn seen_at(&self) -> UnixTime {
        self.seen_at
    }

    /// From when on it can be forgotten, in seconds since 1970. The scheme does not rely on it.
    pub fn expires_at(&self) -> UnixTime {
        self.expires_at
    }

    /// What the scheme wants back as it is, at most 32 KiB.
    pub fn content(&self) -> &[u8] {
        &self.content.0
    }
}

/// A session that is to be kept from now on.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub(crate) session: StoredSession,
    pub(crate) began_at: u64,
    pub(crate) most: usize,
    pub(crate) replaced: Option<StoredSession>,
    pub(crate) continues: bool,
}

impl NewSession {
    /// The session. Its subject is never `None`.
    pub fn session(&self) -> &StoredSession {
        &self.session
    }

    /// When its sign-in began, in milliseconds since 1970.
    pub fn began_at(&self) -> u64 {
        self.began_at
    }

    /// How many sessions its subject may have, this one included; at least one.
    pub fn most(&self) -> usize {
        self.most
    }

    /// What comes into the place of the session whose id this one replaces, whatever it is, and not where nothing is.
    pub fn replaced(&self) -> Option<&StoredSession> {
        self.replaced.as_ref()
    }

    /// Whether it is the same session under another id: it is only kept if the one that it [replaces](Self::replaced) is there, and
    /// of the version before that of what comes into its place.
    pub fn continues(&self) -> bool {
        self.continues
    }
}

/// What has become of a new session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Added {
    /// It is kept, and as many others of its subject have ended for it.
    Kept {
        /// How many.
        ended: usize,
    },
    /// All sessions of its subject have ended since its sign-in began: it is not kept.
    Barred,
    /// What it continues is not there any more, or was changed: it is not kept.
    Gone,
    /// The store has no room: it is not kept.
    Full,
}

/// Where sessions are kept.
///
/// Two stores come with the crate, in the memory of the process and in Redis; implement it for one of your own, which all
/// machines of the service ask. Each method is one atomic step: whoever reads sees all of it or nothing.
///
/// # Security
/// A store is asked with each request that needs a session. It must not answer from a copy that may be old: a session that has ended
/// must be gone for all machines.
///
/// It is not trusted with what it keeps. Ids are known to it by their hashes, and the content carries a MAC under a
/// [key](super::Sessions::key) that it does not have. Whoever can write to it can end sessions, and bring back what a session was
/// before it changed or ended, until it expires.
pub trait SessionStore: Send + Sync + 'static {
    /// The session with this key. Whether what has expired is found does not matter.
    fn find(&self, key: SessionKey) -> StoreAnswer<Option<StoredSession>>;

    /// Keeps a new session, in this order:
    ///
    /// 1. Not, where it does not continue another, and [`bar`](Self::bar) or [`end_all`](Self::end_all) was called for its subject at the
    ///    time its sign-in began, or later: [`Added::Barred`].
    /// 2. Not, where it continues a session that is not there in the right version: [`Added::Gone`].
    /// 3. Puts [`replaced`](NewSession::replaced) in its place, which then belongs to nobody, if something is there.
    /// 4. While its subject has too many, removes the one with the earliest [`seen_at`](StoredSession::seen_at).
    fn put(&self, new: NewSession) -> StoreAnswer<Added>;

    /// Puts this in the place of the session with its key, if that is there, belongs to somebody, and is of the version before; says whether
    /// it did.
    ///
    /// Whoever touches a session has read it a while ago. A sign-in may have ended it since, by what it has put in its place, and the session
    /// must not come back: it would be in no list, and nothing would end it any more.
    fn touch(&self, session: StoredSession) -> StoreAnswer<bool>;

    /// Removes a session; says whether it was there.
    fn remove(&self, key: SessionKey) -> StoreAnswer<bool>;

    /// The sessions of a subject, in any order. Those that have expired may be left out.
    fn of_subject(&self, subject: SubjectKey) -> StoreAnswer<Vec<StoredSession>>;

    /// For fifteen minutes it remembers that it was asked `at` this time, in milliseconds since 1970, for what [`put`](Self::put) is given; where it
    /// is asked again, the later counts. No session ends.
    ///
    /// A sign-in takes ten minutes at most. The other five are for what is asked of others before its session is kept, and for clocks that differ:
    /// what is forgotten earlier lets in whoever was just signed out everywhere.
    fn bar(&self, subject: SubjectKey, at: u64) -> StoreAnswer<()>;

    /// Removes all sessions of a subject and says how many, and [bars](Self::bar) those that are about to begin, in one step.
    fn end_all(&self, subject: SubjectKey, at: u64) -> StoreAnswer<usize>;
}

impl<S: SessionStore + ?Sized> SessionStore for Arc<S> {
    fn find(&self, key: SessionKey) -> StoreAnswer<Option<StoredSession>> {
        (**self).find(key)
    }

    fn put(&self, new: NewSession) -> StoreAnswer<Added> {
        (**self).put(new)
    }

    fn touch(&self, session: StoredSession) -> StoreAnswer<bool> {
        (**self).touch(session)
    }

    fn remove(&self, key: SessionKey) -> StoreAnswer<bool> {
        (**self).remove(key)
    }

    fn of_subject(&self, subject: SubjectKey) -> StoreAnswer<Vec<StoredSession>> {
        (**self).of_subject(subject)
    }

    fn bar(&self, subject: SubjectKey, at: u64) -> StoreAnswer<()> {
        (**self).bar(subject, at)
    }

    fn end_all(&self, subject: SubjectKey, at: u64) -> StoreAnswer<usize> {
        (**self).end_all(subject, at)
    }
}

/// What a store answers: at once, where it is in memory, or later.
#[must_use]
#[non_exhaustive]
pub enum StoreAnswer<T> {
    /// At once.
    Ready(T),
    /// Later. Made by [`pending`](Self::pending).
    Pending(PendingAnswer<T>),
}

/// What a store will answer, or why it cannot.
pub type PendingAnswer<T> = Pin<Box<dyn Future<Output = Result<T, Unavailable>> + Send>>;

impl<T> StoreAnswer<T> {
    /// Known later. An error says that the store cannot tell, such as a database out of reach: the request is answered 503, and the
    /// error is logged.
    pub fn pending<E: fmt::Display>(answer: impl Future<Output = Result<T, E>> + Send + 'static) -> Self {
        Self::Pending(Box::pin(async move { answer.await.map_err(|error| Unavailable::backend().because(error)) }))
    }

    /// The answer itself.
    pub(crate) async fn get(self) -> Result<T, Unavailable> {
        match self {
            Self::Ready(answer) => Ok(answer),
            Self::Pending(answer) => answer.await,
        }
    }
}

impl<T> fmt::Debug for StoreAnswer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ready(_) => "Ready",
            Self::Pending(_) => "Pending",
        })
    }
}
