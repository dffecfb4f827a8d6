//! Buckets that many processes share through Redis.

use std::fmt::Display;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use ::redis::ErrorKind;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::limiter::{Quota, Whose};
use super::spent::Spent;
use crate::http::peer::AddressShare;
use crate::redis::{Link, LinkFault, Lua, SharedRedis};
use crate::telemetry::limited;

/// How long Redis may take before this process counts for itself.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long Redis is left alone after it failed.
const PAUSE: Duration = Duration::from_secs(1);

static TAKE: LazyLock<Lua> = LazyLock::new(|| Lua::new(include_str!("take.lua")));

/// The buckets in Redis.
#[derive(Clone)]
pub(crate) struct SharedBuckets(Arc<Opened>);

debug_by_name!([] SharedBuckets as "SharedBuckets";);

struct Opened {
    link: Link,
    secret: Zeroizing<Vec<u8>>,
    /// What the names of all buckets begin with.
    names: String,
}

impl SharedBuckets {
    /// # Errors
    /// What is wrong and what to do.
    pub(super) fn open(shared: &SharedRedis) -> Result<Self, &'static str> {
        let SharedRedis { prefix, secret, .. } = shared;
        if prefix.is_empty() || prefix.contains(['{', '}']) {
            return Err(
                "the prefix of shared limits is empty or has a brace; use a name such as that of the application",
            );
        }
        let link = Link::new(shared.open()?, PATIENCE, PAUSE);
        Ok(Self(Arc::new(Opened { link, secret: secret.clone(), names: format!("{{{prefix}}}:limit:") })))
    }

    /// Takes one out of each bucket, if each has one. `None` while Redis is away, which has been logged.
    pub(super) async fn take(&self, quotas: &[Quota]) -> Option<Result<(), Spent>> {
        let Opened { link, .. } = &*self.0;
        let keys = quotas.iter().map(|quota| self.name(quota)).collect::<Option<Vec<_>>>()?;
        let rates = |call: &mut ::redis::Cmd| {
            for rate in quotas.iter().map(Quota::rate) {
                call.arg(u64::try_from(rate.period.as_micros()).unwrap_or(u64::MAX)).arg(rate.burst);
            }
        };
        let answer = link.ask(async |mut connection| {
            let (place, wait) = match &*keys {
                [one] => TAKE.run::<(usize, u64), 1>(&mut connection, [one], rates).await?,
                [one, other] => TAKE.run(&mut connection, [one, other], rates).await?,
                _ => return Err((ErrorKind::UnexpectedReturnType, "nothing is asked").into()),
            };
            let spent = place.checked_sub(1).and_then(|place| quotas.get(place));
            Ok(spent.map(|quota| quota.spent(Duration::from_micros(wait))))
        });
        match answer.await {
            Ok(spent) => Some(spent.map_or(Ok(()), Err)),
            Err(LinkFault::Failed { fault, is_new: true }) => {
                limited!(error, fault, "Redis, which holds limits, fails; this process counts for itself meanwhile");
                None
            }
            Err(LinkFault::Paused | LinkFault::Failed { .. }) => None,
        }
    }

    /// The name of a bucket, which tells nobody whose it is.
    fn name(&self, Quota { counted, whose }: &Quota) -> Option<String> {
        let Opened { secret, names, .. } = &*self.0;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
        mac.update(b"auth limit 1");
        // Each with its length before it, so that nothing runs into anything.
        let mut add = |part: &dyn Display| {
            let part = part.to_string();
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        };
        add(&counted.of);
        add(&counted.requests);
        add(&counted.window.as_secs());
        match whose {
            Whose::Caller(who) => {
                add(&"caller");
                add(&who.issuer());
                add(&who.claim().unwrap_or_default());
                add(&who.subject());
            }
            Whose::Address(share) => {
                add(&"address");
                add(&AddressShare::to_string(share));
            }
            Whose::Network(upper) => {
                add(&"network");
                add(upper);
            }
        }
        Some(names.clone() + &URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }
}
