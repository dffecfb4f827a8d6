//! What is said of sessions when they are configured.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::authorities::{AuthorityLoader, IntoAuthorityLoader};
use crate::fault::Misconfiguration;
use crate::principal::local;
#[cfg(feature = "redis")]
use crate::redis::Redis;
use crate::revocation::{Consulted, Revocations};
use crate::scheme::session::current::TOUCHED_EVERY;
use crate::scheme::session::details::DetailsReader;
use crate::scheme::session::id::SessionCookie;
use crate::scheme::session::landing::Landing;
use crate::scheme::session::live::{LiveSessions, seconds};
#[cfg(feature = "login")]
use crate::scheme::session::login::{Login, LoginSettings};
use crate::scheme::session::memory::MemoryStore;
use crate::scheme::session::old::OldSessions;
#[cfg(feature = "redis")]
use crate::scheme::session::redis::RedisSessions;
use crate::scheme::session::rights::{LoadedRights, SharedLoaders};
use crate::scheme::session::seal::{Seal, SealingKey};
use crate::scheme::session::store::SessionStore;
#[cfg(feature = "login")]
use crate::scheme::session::vault::Vault;
use crate::scheme::session::{NAME, SessionScheme};
use crate::shares::{KnownCallers, Lookups};
use crate::telemetry::EventSource;
use crate::time::Clock;

/// How long a session lasts that is not used: 30 minutes.
const IDLE: Duration = Duration::from_secs(30 * 60);
/// How long a session lasts however it is used: 12 hours.
const ABSOLUTE: Duration = Duration::from_secs(12 * 3600);
/// The longest that a session may last: 400 days, after which browsers forget the cookie.
const LONGEST: Duration = Duration::from_secs(400 * 86_400);
/// How many sessions one subject may have.
const PER_USER: usize = 50;
/// How many sessions are kept in memory.
const CAPACITY: usize = 100_000;

/// Sessions, for [`AuthBuilder::session`](crate::config::AuthBuilder::session); see [the module](super).
#[derive(Clone)]
#[must_use]
pub struct Sessions {
    store: Store,
    idle: Duration,
    absolute: Duration,
    login_page: Option<Box<str>>,
    most: usize,
    capacity: usize,
    keys: Vec<SealingKey>,
    revocations: Option<Consulted>,
    authorities: Option<AuthorityLoader>,
    details: Option<DetailsReader>,
    old: Option<OldSessions>,
    #[cfg(feature = "login")]
    logins: Vec<Arc<dyn LoginSettings>>,
}

#[derive(Clone)]
enum Store {
    Memory,
    #[cfg(feature = "redis")]
    Redis(Redis),
    Own(Arc<dyn SessionStore>),
}

impl Sessions {
    /// In the memory of this process: they are gone when it ends, and other processes do not know them.
    pub fn in_memory() -> Self {
        Self::of(Store::Memory)
    }

    /// In Redis, for all processes that ask the same one, under keys that begin with `{auth}:session:` (feature `redis`). Needs a
    /// [`key`](Self::key). `redis` is a URL, `redis://[user][:password@]host[:port][/database]`, or whatever [`Redis`] describes.
    ///
    /// ```standalone_crate
    /// use auth_runtime::session::Sessions;
    /// # let secret = [7; 32];
    ///
    /// let sessions = Sessions::redis("redis://10.0.0.5").key("2026-11", secret).login_page("/login");
    /// # auth_runtime::Auth::builder().public_origin("https://shop.example").session(sessions).build().unwrap();
    /// ```
    ///
    /// While Redis is away, every request in a session is answered 503. See [`RedisSessions`](super::RedisSessions) for other keys, and for what Redis
    /// must keep.
    #[cfg(feature = "redis")]
    pub fn redis(redis: impl Into<Redis>) -> Self {
        Self::of(Store::Redis(redis.into()))
    }

    /// In a store of your own, which all processes ask. Needs a [`key`](Self::key).
    pub fn store(store: impl SessionStore) -> Self {
        Self::of(Store::Own(Arc::new(store)))
    }

    fn of(store: Store) -> Self {
        Self {
            store,
            idle: IDLE,
            absolute: ABSOLUTE,
            login_page: None,
            most: PER_USER,
            capacity: CAPACITY,
            keys: Vec::new(),
            revocations: None,
            authorities: None,
            details: None,
            old: None,
            #[cfg(feature = "login")]
            logins: Vec::new(),
        }
    }

    #[cfg(feature = "login")]
    pub(crate) fn with_login(mut self, login: impl LoginSettings + 'static) -> Self {
        self.logins.push(Arc::new(login));
        self
    }

    /// How long a session lasts that is not used; 30 minutes by default, at least two. That it was used is noted once a minute, so
    /// that it may end up to a minute earlier.
    pub fn idle(mut self, time: Duration) -> Self {
        self.idle = time;
        self
    }

    /// How long a session lasts however it is used; 12 hours by default.
    pub fn absolute(mut self, time: Duration) -> Self {
        self.absolute = time;
        self
    }

    /// The path of the page where people sign in, such as `/login`. A browser that would be shown a page in a session, and is in none, is sent
    /// there by a 303, with the page that it wanted in `?to=`; [`SignIn`](crate::SignIn) sends it back. Other requests get the 401.
    pub fn login_page(mut self, path: impl Into<Box<str>>) -> Self {
        self.login_page = Some(path.into());
        self
    }

    /// How many sessions one subject may have; 50 by default. Where there is one more, the one that was not used for longest ends.
    pub fn max_per_user(mut self, sessions: usize) -> Self {
        self.most = sessions;
        self
    }

    /// How many sessions are kept in memory, in all; 100,000 by default, of some 1 KiB each. One that the provider has a
    /// name for takes the room of three for its first minutes, and of two then, also when it has ended; for ten times
    /// [`max_per_user`](Self::max_per_user) of one subject at most. Where there is no room, nobody else can sign in, which is a 503
    /// and an error event: who is signed in stays so, and may sign in anew. An id that was replaced is known as such for a minute, and counts
    /// apart, up to the same number.
    pub fn capacity(mut self, sessions: usize) -> Self {
        self.capacity = sessions;
        self
    }

    /// A secret of 32 random bytes or more that these processes share and the store does not have, under a name of your choice, such as the
    /// month in which it was made. Called again, adds: the first seals, all open. A new one is put behind the old one first, until all machines have it, and
    /// then in front; the old one goes when the last session that it has sealed has ended. A machine that lacks a key signs out whoever it meets under
    /// it.
    ///
    /// ```standalone_crate
    /// use auth_runtime::session::Sessions;
    /// # let (new, old) = ([1; 32], [2; 32]);
    /// # fn shared() -> Sessions { Sessions::in_memory() }
    ///
    /// let sessions = shared().key("2026-12", new).key("2026-11", old);
    /// # auth_runtime::Auth::builder().public_origin("https://shop.example").session(sessions).build().unwrap();
    /// ```
    ///
    /// # Errors
    /// [`build`](crate::config::AuthBuilder::build) fails where sessions are kept outside of this process without a key.
    ///
    /// # Security
    /// Whoever has it and can write to the store signs in as anybody. Whoever can write to the store without it can end sessions, and put back what
    /// a session was before.
    pub fn key(mut self, name: impl Into<Box<str>>, secret: impl AsRef<[u8]>) -> Self {
        self.keys.push(SealingKey { name: name.into(), secret: Zeroizing::new(secret.as_ref().to_vec()) });
        self
    }

    /// Consults this store with every request: see [`revocation`](crate::revocation). A session is known there by the issuer `local:session`, or
    /// `local:session("name")`, its subject, and its [id](crate::Principal::session_id) as `sid`; it ends where one of both is revoked.
    pub fn revocations(mut self, store: impl Revocations) -> Self {
        self.revocations = Some(Consulted::new(store));
        self
    }

    /// What the application itself knows of the callers: a function that loads their [authorities](crate::authorities), such as roles out of a
    /// database. It is asked with every request; roles and scopes given at [sign-in](crate::SignIn) are then not kept. Called again, the last
    /// counts.
    ///
    /// [`AuthBuilder::authorities`](crate::config::AuthBuilder::authorities) does the same for those whom an issuer vouches for: `local:session` for
    /// whoever signs in here, `local:session("name")` in a configuration with a name, and the issuer of a provider for whoever signs in
    /// there.
    pub fn authorities<Args>(mut self, load: impl IntoAuthorityLoader<Args>) -> Self {
        self.authorities = Some(load.into_loader());
        self
    }

    /// Every session carries details of this type, which [`SignIn<T>`](crate::SignIn) puts in: handlers may then take
    /// [`Details<T>`](crate::Details) too, under any scheme that gives it, and beside [`Session<T>`](crate::Session).
    pub fn details<T: DeserializeOwned + Send + Sync + 'static>(mut self) -> Self {
        self.details = Some(DetailsReader::of::<T>());
        self
    }

    /// Whoever is signed in by the sessions of another crate can be carried over, once, by
    /// [`CarryOver`](crate::extract::CarryOver); see [the manual](crate::manual::moving::sessions).
    pub fn carry_over(mut self, old: OldSessions) -> Self {
        self.old = Some(old);
        self
    }

    pub(crate) fn consulted(&self) -> Option<&Consulted> {
        self.revocations.as_ref()
    }

    /// The scheme, for a service that browsers reach under `origin`.
    ///
    /// # Errors
    /// What is wrong and what to do about it.
    pub(crate) fn build(
        #[cfg_attr(not(feature = "login"), allow(unused_mut))] mut self,
        name: Option<&str>,
        origin: Option<&str>,
        shared: &SharedLoaders,
        clock: &dyn Clock,
    ) -> Result<SessionScheme, Misconfiguration> {
        let Some(origin) = origin else {
            return Err(Misconfiguration::new(
                "`public_origin` is not said, for which cookies and redirects are made; add `.public_origin(\"https://…\")`",
            ));
        };
        let is_shared = !matches!(self.store, Store::Memory);
        let shortest = Duration::from_secs(2 * TOUCHED_EVERY.unsigned_abs());
        let wrong = [
            (self.idle < shortest, "`idle` is less than two minutes, and use is noted once a minute; raise it"),
            (self.absolute < self.idle, "`absolute` is less than `idle`; raise it, or lower `idle`"),
            (
                self.absolute > LONGEST,
                "`absolute` is more than 400 days, after which browsers forget cookies; lower it",
            ),
            (self.most == 0, "`max_per_user` is 0, so nobody could sign in; give at least 1"),
            (self.capacity == 0, "`capacity` is 0, so nobody could sign in; give at least 1"),
            (
                is_shared && self.keys.is_empty(),
                "the store is outside of this process and could make up sessions; add `.key(\"2026-11\", secret)` with 32 random bytes",
            ),
        ];
        if let Some((_, fault)) = wrong.into_iter().find(|(is_wrong, _)| *is_wrong) {
            return Err(Misconfiguration::new(fault));
        }
        #[cfg(feature = "login")]
        let logins = self.build_logins(origin)?;
        let own = local(NAME, name);
        let issuers = vec![&*own];
        #[cfg(feature = "login")]
        let issuers = [issuers, logins.iter().map(|login| login.issuer()).collect()].concat();
        let loaded = LoadedRights::of(self.authorities.as_ref(), &issuers, shared)?;
        let store: Arc<dyn SessionStore> = match self.store {
            Store::Memory => Arc::new(MemoryStore::new(self.capacity)),
            #[cfg(feature = "redis")]
            Store::Redis(redis) => Arc::new(RedisSessions::open(&redis, "auth")?),
            Store::Own(store) => store,
        };
        // Those in memory need no proof of who has written them.
        let keys = if is_shared { self.keys } else { Vec::new() };
        let cookie = SessionCookie::new(origin, name)?;
        if !cookie.is_secure() {
            tracing::warn!(origin, "the cookie of sessions is not bound to TLS, for this machine only");
        }
        let is_secure = cookie.is_secure();
        #[cfg(feature = "login")]
        let of_vault = keys.clone();
        let seal = Seal::new(origin, name, keys)?;
        let live = LiveSessions {
            configuration: name.map(Into::into),
            issuer: own.into(),
            store,
            #[cfg(feature = "login")]
            vault: Vault::new(seal.application().to_vec(), &of_vault)
                .map_err(|_| Misconfiguration::new("the system gives no random numbers"))?,
            #[cfg(feature = "login")]
            logins,
            seal,
            cookie,
            landing: Landing::new(origin, self.login_page.as_deref())?,
            old: self.old.map(|old| old.build(clock, is_shared, is_secure)).transpose()?,
            idle: self.idle,
            absolute: self.absolute,
            most: self.most,
            revocations: self.revocations,
            details: self.details,
            loaded,
            lookups: Lookups::default(),
            known: KnownCallers::default(),
            events: EventSource::default(),
        };
        debug_assert!(seconds(live.idle) > TOUCHED_EVERY);
        Ok(SessionScheme { live: Arc::new(live), authorities: self.authorities })
    }
}

#[cfg(feature = "login")]
impl Sessions {
    /// The providers, after what they say of all sessions was taken from them.
    fn build_logins(&mut self, origin: &str) -> Result<Vec<Arc<dyn Login>>, Misconfiguration> {
        if self.login_page.is_none() {
            self.login_page = self.logins.first().map(|login| login.login_path().into());
        }
        for load in self.logins.iter().filter_map(|login| login.authorities()) {
            if self.authorities.replace(load.clone()).is_some() {
                return Err(Misconfiguration::new(
                    "`authorities` is said twice, and one function loads the rights in all sessions; say it on `Sessions` alone",
                ));
            }
        }
        let logins: Vec<_> = self.logins.iter().map(|login| login.build(origin)).collect::<Result<_, _>>()?;
        for (place, login) in logins.iter().enumerate() {
            for other in logins.iter().take(place) {
                if other.name() == login.name() {
                    return Err(Misconfiguration::new(
                        "two providers have the same name, or none; give each its own by `OidcLogin::named`",
                    ));
                }
                if let Some((_, path)) = login.own_paths().iter().find(|path| other.own_paths().contains(path)) {
                    let named = |login: &dyn Login| {
                        login.name().map_or("without a name".to_owned(), |name| format!("`{name}`"))
                    };
                    return Err(Misconfiguration::new(format!(
                        "the providers {} and {} are both served at `{path}`, where the answer of one would be taken for the other's; give each its own path",
                        named(&**other),
                        named(&**login),
                    )));
                }
            }
        }
        Ok(logins)
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("idle", &self.idle)
            .field("absolute", &self.absolute)
            .field("login_page", &self.login_page)
            .field("max_per_user", &self.most)
            .finish_non_exhaustive()
    }
}
