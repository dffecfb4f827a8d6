//! The configuration of DPoP.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::crypto::{Algorithm, KeyKind};
use crate::http::target::is_base_path;
use crate::jwt::settings::{Carriers, TokenSettings};
use crate::jwt::{JwtError, Presentation, ReadyJwt};
use crate::revocation::Consulted;
use crate::scheme::dpop::key::KnownKeys;
use crate::scheme::dpop::replays::{Bounds, REPLAYS, Replays};
#[cfg(feature = "redis")]
use crate::scheme::dpop::shared::SharedProofs;
use crate::scheme::dpop::verifier::{Memory, NONCE_LIFETIME, ProofVerifier, WINDOW};
use crate::scheme::dpop::{DpopScheme, NAME};
use crate::scheme::nonce::{Key, Nonces};

/// What proofs are signed by, the most common first.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
];
/// What nonces are told apart by from those of another kind, under whatever key.
const NONCE_PURPOSE: &str = "auth dpop nonce 1";

/// Which tokens the scheme `dpop` accepts, and which proofs it demands of those who present them.
///
/// Give the tokens alone, `.dpop(Jwt::oidc(…).audience(…))`, where all that stands here may be as it is by default.
///
/// ```standalone_crate
/// use auth_runtime::dpop::DpopTokens;
/// use auth_runtime::{Auth, Jwt};
///
/// let jwt = Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
/// let auth = Auth::builder()
///     .public_origin("https://api.example")
///     .dpop(DpopTokens::of(jwt).require_nonce())
///     .build()?;
/// # Ok::<(), auth_runtime::config::ConfigError>(())
/// ```
#[must_use]
pub struct DpopTokens {
    tokens: TokenSettings,
    algorithms: Vec<Algorithm>,
    requires_nonce: bool,
    base_path: String,
    replays: usize,
    #[cfg(feature = "redis")]
    shared: Option<SharedProofs>,
}

impl DpopTokens {
    /// The tokens of this [`Jwt`](crate::Jwt) or introspection that are bound to a key (`cnf.jkt`).
    ///
    /// # Errors
    /// [`build`](crate::config::AuthBuilder::build) fails on tokens that would be in a cookie, a query or a field of their own: they
    /// come in `Authorization: DPoP` alone (RFC 9449 section 7.1).
    pub fn of(tokens: impl ReadyJwt) -> Self {
        Self {
            tokens: tokens.into_settings(),
            algorithms: ALGORITHMS.to_vec(),
            requires_nonce: false,
            base_path: String::new(),
            replays: REPLAYS,
            #[cfg(feature = "redis")]
            shared: None,
        }
    }

    /// Demands that each proof has a nonce of ours (RFC 9449 section 9), which lives for five minutes: a proof that was made
    /// beforehand, or stolen with a device, is then good for nothing. The clock of the client does not count any more.
    ///
    /// A client without one gets it with a 401 `use_dpop_nonce` and asks again; before the nonce gets old, an answer brings the next
    /// one in `DPoP-Nonce`. Nothing is stored for a nonce, it is sealed by a key: of this process, or the one that is
    /// [shared](Self::shared).
    pub fn require_nonce(mut self) -> Self {
        self.requires_nonce = true;
        self
    }

    /// The algorithms that proofs may be signed by, in place of `ES256`, `ES384`, `EdDSA`, `PS256`, `PS384`, `PS512`, `RS256`,
    /// `RS384` and `RS512`: challenges and metadata name them. FAPI 2.0 takes `PS256`, `ES256` and `EdDSA` alone.
    ///
    /// # Errors
    /// [`build`](crate::config::AuthBuilder::build) fails on none, and on one with a shared secret.
    pub fn proof_algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// The path that a proxy in front takes off before it passes a request on, such as `/api`: clients make their proofs for the URL
    /// with it. What a request says of it (`X-Forwarded-Prefix`) does not count.
    ///
    /// # Errors
    /// [`build`](crate::config::AuthBuilder::build) fails on a path that does not begin with `/`, or ends with it.
    pub fn stripped_base_path(mut self, path: impl Into<String>) -> Self {
        self.base_path = path.into();
        self
    }

    /// How many used proofs are remembered in this process, about 100 bytes each, where a proof stays for a minute or two, and with
    /// nonces for five; 1,048,576 by default. One subject has a share of a 64th, one key of a 128th: beyond it that caller is answered
    /// 429. Where all is full, the answer is 503. With [shared](Self::shared) proofs, only the shares count: Redis is bounded by itself,
    /// and proofs stay for some minutes.
    ///
    /// So one key sends 8,192 requests at most, by default, in the time that a proof stays. A gateway that signs for all of its users by one key needs
    /// more, or a key for each.
    pub fn replay_memory(mut self, proofs: usize) -> Self {
        self.replays = proofs;
        self
    }

    /// Shares used proofs, and the key of nonces, with other processes (feature `redis`): a proof counts once for all of them. By
    /// default each process remembers its own alone, and a proof could be used once at each.
    #[cfg(feature = "redis")]
    pub fn shared(mut self, proofs: SharedProofs) -> Self {
        self.shared = Some(proofs);
        self
    }

    /// The stores of revocations that are consulted.
    pub(crate) fn revocations(&self) -> impl Iterator<Item = &Consulted> {
        self.tokens.revocations()
    }

    pub(crate) fn build(mut self, configuration: Option<Arc<str>>) -> Result<DpopScheme, JwtError> {
        self.check()?;
        let kept = if self.requires_nonce { NONCE_LIFETIME } else { Duration::from_secs(2 * WINDOW.unsigned_abs()) };
        let (key, memory) = self.memory(configuration.as_deref(), kept)?;
        let nonces = self.requires_nonce.then(|| Nonces::new(NONCE_PURPOSE, key, configuration.as_deref()));
        let nonces = nonces.transpose().map_err(|_| JwtError::OptionInvalid {
            option: "require_nonce",
            fault: "the system gives no random numbers; check its entropy source",
        })?;
        let scope_names = self.tokens.carriers.scope_names.clone();
        let authorities = self.tokens.authorities.take();
        let presented = Presentation::by_holders_of_keys(NAME, configuration);
        let verifier = ProofVerifier { algorithms: self.algorithms, keys: KnownKeys::new(), memory, nonces };
        Ok(DpopScheme {
            tokens: Arc::new(self.tokens.accepted(presented)?),
            scope_names,
            authorities,
            proofs: Arc::new(verifier),
            base_path: self.base_path.into(),
        })
    }

    fn check(&self) -> Result<(), JwtError> {
        const ALONE: &str = "a token that is bound to a key comes in `Authorization` alone; remove it";
        let Carriers { header, cookie, query_parameter, scope_names } = &self.tokens.carriers;
        let checks = [
            (header.is_some(), "header", ALONE),
            (cookie.is_some(), "cookie", ALONE),
            (query_parameter.is_some(), "dangerous_query_parameter", ALONE),
            (self.algorithms.is_empty(), "proof_algorithms", "the list is empty; name what clients sign with"),
            (
                self.algorithms.iter().any(|algorithm| algorithm.kind() == KeyKind::Secret),
                "proof_algorithms",
                "a proof is signed by a private key; leave out algorithms with a shared secret",
            ),
            (
                !is_base_path(&self.base_path),
                "stripped_base_path",
                "not a path without a slash at its end; write it like `/api`",
            ),
            (
                self.replays == 0,
                "replay_memory",
                "no proof could be counted; leave it out, or give a number such as 1048576",
            ),
        ];
        let wrong = checks.into_iter().find(|(is_wrong, ..)| *is_wrong).map(|(_, option, fault)| (option, fault));
        match wrong.or_else(|| scope_names.fault()) {
            Some((option, fault)) => Err(JwtError::OptionInvalid { option, fault }),
            None => Ok(()),
        }
    }

    /// The key of nonces and the memory of proofs: both of this process, or both shared.
    fn memory(&mut self, configuration: Option<&str>, kept: Duration) -> Result<(Option<Key>, Memory), JwtError> {
        let bounds = Bounds::of(self.replays);
        #[cfg(feature = "redis")]
        if let Some(shared) = self.shared.take() {
            // Longer, since the clocks of those who share may differ by as much as that of a client.
            let kept = kept + Duration::from_secs(2 * WINDOW.unsigned_abs());
            let opened = shared.open(configuration, kept, bounds);
            let opened = opened.map_err(|fault| JwtError::OptionInvalid { option: "shared", fault });
            return opened.map(|(key, replays)| (Some(key), Memory::Shared(Arc::new(replays))));
        }
        let _ = (configuration, kept);
        Ok((None, Memory::Own(Replays::new(bounds))))
    }
}

mod sealed {
    use super::DpopTokens;

    pub trait IntoDpop {
        #[doc(hidden)]
        fn into_dpop(self) -> DpopTokens;
    }
}

use sealed::IntoDpop;

/// What `.dpop(…)` takes: tokens as `.bearer(…)` takes them, or [`DpopTokens`] of such.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which tokens are accepted",
    label = "issuer or audience missing",
    note = "start with a key, then say both: `Jwt::oidc(\"https://…\").audience(\"https://…\")`; options of DPoP follow \
            `DpopTokens::of(Jwt::…)`"
)]
pub trait ReadyDpop: IntoDpop {}

impl<J: ReadyJwt> IntoDpop for J {
    fn into_dpop(self) -> DpopTokens {
        DpopTokens::of(self)
    }
}

impl<J: ReadyJwt> ReadyDpop for J {}

impl IntoDpop for DpopTokens {
    fn into_dpop(self) -> DpopTokens {
        self
    }
}

impl ReadyDpop for DpopTokens {}

impl fmt::Debug for DpopTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DpopTokens")
            .field("algorithms", &self.algorithms)
            .field("requires_nonce", &self.requires_nonce)
            .finish_non_exhaustive()
    }
}
