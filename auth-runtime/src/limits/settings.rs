//! Where requests are counted, as the application says it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::attempts::{Allowance, Attempts};
use super::limiter::Limiter;
#[cfg(feature = "redis")]
use super::shared::SharedCounters;
use crate::fault::Misconfiguration;
#[cfg(feature = "redis")]
use crate::redis::{Redis, SharedRedis};

/// The shortest and the longest time within which failed attempts are counted.
const WINDOW_MIN: Duration = Duration::from_secs(1);
const WINDOW_MAX: Duration = Duration::from_secs(86_400);

/// Where the requests that a `limit` lets in are counted, and how many wrong credentials are too many; for [`AuthBuilder::limits`](crate::config::AuthBuilder::limits).
///
/// ```
/// use auth_runtime::limits::Limits;
///
/// let limits = Limits::in_memory();
/// # #[cfg(feature = "redis")] {
/// # let key = [7; 32];
/// let limits = Limits::redis("redis://10.0.0.5", key).prefix("orders");
/// assert!(!format!("{limits:?}").contains("10.0.0.5"), "the URL may hold a password");
/// # }
/// ```
#[must_use]
pub struct Limits {
    allowance: Allowance,
    #[cfg(feature = "redis")]
    shared: Option<SharedRedis>,
}

impl Limits {
    /// In the memory of this process, which is the default: several processes let in as often what one does. At most 65,536
    /// callers are told apart, of all limits together; when so many have used a part of one, those of a limit that come then share one.
    pub fn in_memory() -> Self {
        Self {
            allowance: Allowance::default(),
            #[cfg(feature = "redis")]
            shared: None,
        }
    }

    /// In Redis, for all processes with the same Redis and the same secret (feature `redis`). A URL or whatever [`Redis`] describes;
    /// `Auth::build()` refuses one that cannot be used, and a secret of fewer than 32 bytes.
    ///
    /// Redis is asked once for each request to a route with a `limit`, and for [wrong credentials](crate::manual::limits#of-wrong-credentials), which
    /// are counted together too. While it is away, each process counts for itself.
    ///
    /// # Security
    /// Redis holds neither names nor addresses, only MACs of them under the secret, and the time at which each may have its whole
    /// limit again. Whoever can write to Redis can lift a limit, also on guessing, and can make a caller wait as long as the limit's own period.
    #[cfg(feature = "redis")]
    pub fn redis(redis: impl Into<Redis>, secret: impl AsRef<[u8]>) -> Self {
        Self { shared: Some(SharedRedis::new(redis, secret)), ..Self::in_memory() }
    }

    /// What the names of all keys in Redis begin with, `auth` by default; they are `{PREFIX}:limit:…`.
    #[cfg(feature = "redis")]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        if let Some(shared) = &mut self.shared {
            shared.prefix = prefix.into();
        }
        self
    }

    /// How many wrong credentials of one account are answered 401 within the [window](Self::failed_attempts_within), 30 by default; the
    /// next have to wait, see [the manual](crate::manual::limits#of-wrong-credentials). Passwords count, of Basic, Digest and
    /// `SignIn`.
    ///
    /// # Errors
    /// `Auth::build()` fails on zero.
    ///
    /// # Security
    /// A larger number lets others guess more.
    pub fn failed_attempts_per_account(mut self, most: u32) -> Self {
        self.allowance.per_account = most;
        self
    }

    /// The same of one address, whatever the account, 100 by default. API keys count, too.
    ///
    /// # Errors
    /// `Auth::build()` fails on zero.
    ///
    /// # Security
    /// A larger number lets others guess more. A smaller one keeps more people waiting who share an address.
    pub fn failed_attempts_per_address(mut self, most: u32) -> Self {
        self.allowance.per_address = most;
        self
    }

    /// In what time so many are allowed, five minutes by default. No delay is longer.
    ///
    /// # Errors
    /// `Auth::build()` fails on less than a second and on more than a day.
    ///
    /// # Security
    /// A shorter time lets others guess more.
    pub fn failed_attempts_within(mut self, window: Duration) -> Self {
        self.allowance.window = window;
        self
    }

    /// Which names are one account, where attempts are counted. By default names are trimmed, brought to NFKC and to lower case.
    /// Say it where your service knows more names of one account, such as the number beside the address of its mail.
    pub fn account_of(mut self, normalize: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.allowance.normalize = Some(Arc::new(normalize));
        self
    }

    /// Where requests and attempts are counted.
    ///
    /// # Errors
    /// For an allowance that cannot be one; what is wrong with Redis, the secret or the prefix.
    pub(crate) fn build(&self) -> Result<(Limiter, Attempts), Misconfiguration> {
        let Allowance { per_account, per_address, window, .. } = &self.allowance;
        if *per_account == 0 || *per_address == 0 {
            return Err(Misconfiguration::new(
                "no failed attempt is allowed, so that nobody could sign in; allow one or more",
            ));
        }
        if !(WINDOW_MIN..=WINDOW_MAX).contains(window) {
            return Err(Misconfiguration::new(
                "failed attempts are counted within a second to a day; change `failed_attempts_within`",
            ));
        }
        let attempts = Attempts::new(self.allowance.clone());
        #[cfg(feature = "redis")]
        if let Some(shared) = &self.shared {
            let counters = SharedCounters::open(shared).map_err(Misconfiguration::new)?;
            return Ok((Limiter::shared(counters.clone()), attempts.shared(counters)));
        }
        Ok((Limiter::default(), attempts))
    }
}

/// Never the secret, and no URL: it may hold a password.
impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Limits");
        #[cfg(feature = "redis")]
        debug.field("prefix", &self.shared.as_ref().map(|shared| &shared.prefix));
        debug.finish_non_exhaustive()
    }
}
