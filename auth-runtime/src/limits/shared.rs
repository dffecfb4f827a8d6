//! What many processes count together through Redis.

use std::fmt::Display;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use ::redis::{ErrorKind, RedisResult};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::limiter::{Quota, Whose};
use super::spent::Spent;
use crate::redis::{Connection, Link, LinkFault, Lua, SharedRedis, slot};
use crate::telemetry::limited;

/// How long Redis may take before this process counts for itself.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long Redis is left alone after it failed.
const PAUSE: Duration = Duration::from_secs(1);

static TAKE: LazyLock<Lua> = LazyLock::new(|| Lua::new(include_str!("take.lua")));

/// The counters in Redis.
#[derive(Clone)]
pub(crate) struct SharedCounters(Arc<Opened>);

debug_by_name!([] SharedCounters as "SharedCounters";);

struct Opened {
    link: Link,
    secret: Zeroizing<Vec<u8>>,
    /// What the names of all counters begin with.
    names: String,
}

impl SharedCounters {
    /// # Errors
    /// What is wrong and what to do.
    pub(super) fn open(shared: &SharedRedis) -> Result<Self, &'static str> {
        let unfit = "the prefix of shared limits is empty or has a brace; use a name such as that of the application";
        let names = slot(&shared.prefix, "limit:").ok_or(unfit)?;
        let link = Link::new(shared.open()?, PATIENCE, PAUSE);
        Ok(Self(Arc::new(Opened { link, secret: shared.secret.clone(), names })))
    }

    /// What Redis answers. `None` while it is away, which has been logged.
    pub(super) async fn ask<T>(&self, ask: impl AsyncFnOnce(Connection) -> RedisResult<T>) -> Option<T> {
        let away = |fault: LinkFault| {
            if let Some(fault) = fault.news() {
                limited!(error, fault, "Redis, which holds limits, fails; this process counts for itself meanwhile");
            }
        };
        self.0.link.ask(ask).await.map_err(away).ok()
    }

    /// The name of a counter of this purpose, which tells nobody whose it is.
    pub(super) fn name(&self, purpose: &str, parts: &[&dyn Display]) -> Option<String> {
        let Opened { secret, names, .. } = &*self.0;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
        mac.update(format!("auth {purpose} 1").as_bytes());
        // Each with its length before it, so that nothing runs into anything.
        for part in parts {
            let part = part.to_string();
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        Some(names.clone() + &URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    /// A name beside the others that nothing is counted by.
    pub(super) fn nobody(&self) -> String {
        self.0.names.clone()
    }

    /// Takes one out of each bucket, if each has one. `None` while Redis is away, which has been logged.
    pub(super) async fn take(&self, quotas: &[Quota]) -> Option<Result<(), Spent>> {
        let keys = quotas.iter().map(|quota| self.bucket(quota)).collect::<Option<Vec<_>>>()?;
        let rates = |call: &mut ::redis::Cmd| {
            for rate in quotas.iter().map(Quota::rate) {
                call.arg(u64::try_from(rate.period.as_micros()).unwrap_or(u64::MAX)).arg(rate.burst);
            }
        };
        let answer = self.ask(async |mut connection| {
            let (place, wait) = match &*keys {
                [one] => TAKE.run::<(usize, u64), 1>(&mut connection, [one], rates).await?,
                [one, other] => TAKE.run(&mut connection, [one, other], rates).await?,
                _ => return Err((ErrorKind::UnexpectedReturnType, "nothing is asked").into()),
            };
            let spent = place.checked_sub(1).and_then(|place| quotas.get(place));
            Ok(spent.map(|quota| quota.spent(Duration::from_micros(wait))))
        });
        Some(answer.await?.map_or(Ok(()), Err))
    }

    fn bucket(&self, Quota { counted, whose }: &Quota) -> Option<String> {
        let (of, requests, window) = (counted.of, counted.requests, counted.window.as_secs());
        match whose {
            Whose::Caller(who) => {
                let claim = who.claim().unwrap_or_default();
                self.name("limit", &[&of, &requests, &window, &"caller", &who.issuer(), &claim, &who.subject()])
            }
            Whose::Address(share) => self.name("limit", &[&of, &requests, &window, &"address", share]),
            Whose::Network(upper) => self.name("limit", &[&of, &requests, &window, &"network", upper]),
        }
    }
}
