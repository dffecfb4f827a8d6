//! Proxies before this service.

use crate::auth::ConfigFault;
use crate::auth::builder::AuthBuilder;
use crate::http::forwarded::Proxies;

impl AuthBuilder {
    /// The proxies before this service, and the one header in which they say whom they speak for: addresses or networks, such
    /// as `10.0.0.0/8`, and `X-Forwarded-For`, `Forwarded` (RFC 7239) or another that lists addresses. Given again, the last
    /// counts.
    ///
    /// Work that is done for callers before it is known who they are, such as hashing passwords, is
    /// [divided by address](crate::manual::threats#what-a-stranger-can-cause). Without this, all who come through one proxy are one
    /// caller. The address is the right-most entry that is not a listed proxy; where there is none or it cannot be read, the
    /// proxy itself is the caller.
    ///
    /// ```
    /// use auth_runtime::Auth;
    ///
    /// let auth = Auth::builder().dangerous_allow_unconfigured().trusted_proxies("X-Forwarded-For", ["10.0.0.0/8"]).build();
    /// assert!(auth.is_ok());
    /// let auth = Auth::builder().dangerous_allow_unconfigured().trusted_proxies("X-Forwarded-For", ["proxy.internal"]).build();
    /// assert!(auth.unwrap_err().to_string().contains("not an address or network"));
    /// ```
    ///
    /// # Errors
    /// [`build`](Self::build) fails on what is not the name of a header, on an empty list, and on what is neither an address nor a
    /// network.
    ///
    /// # Security
    /// List only proxies that write this header themselves, and others nobody: whoever connects from a listed address chooses
    /// as whose its work counts. It decides nothing else: nobody gets in by an address.
    pub fn trusted_proxies(mut self, header: &str, proxies: impl IntoIterator<Item: AsRef<str>>) -> Self {
        let proxies: Vec<_> = proxies.into_iter().collect();
        match Proxies::new(header, proxies.iter().map(AsRef::as_ref)) {
            Ok(proxies) => self.proxies = proxies,
            Err(fault) => self.faults.push(ConfigFault::ProxiesInvalid { source: Box::new(fault) }),
        }
        self
    }
}
