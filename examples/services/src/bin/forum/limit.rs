//! How often an address may ask.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use auth_runtime::Denial;

const WINDOW: Duration = Duration::from_secs(60);
/// How many addresses are counted one by one; all others share a count.
const ADDRESSES: usize = 50_000;
const OTHERS: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// So many requests a minute from each address. Clones count together.
#[derive(Clone)]
pub(crate) struct RateLimit {
    requests: u32,
    minute: Arc<Mutex<Minute>>,
}

struct Minute {
    began: Instant,
    counts: HashMap<IpAddr, u32>,
}

impl RateLimit {
    pub(crate) fn per_minute(requests: u32) -> Self {
        Self { requests, minute: Arc::new(Mutex::new(Minute { began: Instant::now(), counts: HashMap::new() })) }
    }

    /// The middleware: what a resource or a route is wrapped in.
    pub(crate) async fn limit(
        self,
        request: ServiceRequest,
        next: Next<impl MessageBody + 'static>,
    ) -> Result<ServiceResponse<impl MessageBody>, Error> {
        let address = request.peer_addr().map_or(OTHERS, |peer| peer.ip());
        match self.wait(address, Instant::now()) {
            // As an answer: what actix makes of an `Err` has no request any more by which its body could be shaped.
            Some(wait) => {
                let denial = Denial::too_many_requests(wait).code("rate_limit_error");
                Ok(request.error_response(denial).map_into_right_body())
            }
            None => Ok(next.call(request).await?.map_into_left_body()),
        }
    }

    /// How long this address has to wait; `None` where it need not.
    pub(crate) fn wait(&self, address: IpAddr, now: Instant) -> Option<Duration> {
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(minute.began) >= WINDOW {
            *minute = Minute { began: now, counts: HashMap::new() };
        }
        let is_full = minute.counts.len() >= ADDRESSES && !minute.counts.contains_key(&address);
        let count = minute.counts.entry(if is_full { OTHERS } else { address }).or_default();
        *count += 1;
        let is_over = *count > self.requests;
        is_over.then(|| WINDOW.saturating_sub(now.duration_since(minute.began)))
    }
}
