//! What applies to every policy of one `Auth`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::denial::BodyHook;
use crate::guard::Audience;
use crate::http::forwarded::Proxies;
use crate::http::parts::RequestView;
use crate::http::peer::AddressShare;
use crate::limits::{Attempts, Limiter};
use crate::policy::{Hierarchies, Standard};
use crate::time::Clock;

/// Settings shared by all plans.
pub(crate) struct Settings {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) deadline: Duration,
    pub(crate) hierarchies: Hierarchies,
    pub(crate) body: Option<Box<BodyHook>>,
    pub(crate) origins: crate::http::origin::OriginPolicy,
    pub(crate) proxies: Proxies,
    #[cfg(feature = "certificates")]
    pub(crate) certificate_proxies: crate::x509::CertificateProxies,
    pub(crate) limiter: Limiter,
    pub(crate) attempts: Arc<Attempts>,
    /// What OAuth challenges name as `resource_metadata` (RFC 9728 section 5.1).
    pub(crate) metadata_url: Option<String>,
    pub(crate) audience: Audience,
    pub(crate) left: LeftInRequests,
}

/// What a guard leaves in a request that it lets through: nothing, unless somebody asks for it.
#[derive(Clone, Copy, Default)]
pub(crate) struct LeftInRequests {
    /// The caller, for those who are not given it.
    pub(crate) principal: bool,
    /// What operations inside the request are judged by: so many of them.
    pub(crate) operations: Option<u32>,
}

impl Settings {
    /// By what callers are judged, beside their policy.
    pub(crate) fn standard(&self) -> Standard<'_> {
        Standard::new(&self.hierarchies, &*self.clock)
    }

    /// As whose a request counts, where callers are told apart.
    pub(crate) fn address_share(&self, request: RequestView<'_>) -> AddressShare {
        self.proxies.share(request.peer, request.headers)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("deadline", &self.deadline)
            .field("hierarchies", &self.hierarchies)
            .finish_non_exhaustive()
    }
}
