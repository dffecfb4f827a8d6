//! Every policy of the program, collected by the linker.

use std::any::TypeId;
use std::fmt;

use linkme::distributed_slice;

use crate::policy::{Policy, PolicySpec};

/// Where the macros put each policy.
#[distributed_slice]
pub static POLICIES: [Linked];

/// One policy of the program.
#[derive(Clone, Copy)]
pub struct Linked {
    kind: fn() -> TypeId,
    spec: &'static PolicySpec,
}

impl fmt::Debug for Linked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.spec.fmt(f)
    }
}

impl Linked {
    /// The entry of policy `P`.
    pub const fn of<P: Policy>() -> Self {
        Self { kind: TypeId::of::<P>, spec: const { &P::SPEC } }
    }

    pub(crate) fn kind(&self) -> TypeId {
        (self.kind)()
    }

    pub(crate) fn spec(&self) -> &'static PolicySpec {
        self.spec
    }
}

/// All policies linked into this program, named and of handlers, in no particular order.
///
/// ```
/// use auth_runtime::{public, registry};
///
/// #[public(reason = "liveness probe")]
/// async fn health() -> &'static str { "ok" }
///
/// # fn main() {
/// assert!(registry::policies().any(|policy| policy.reason() == Some("liveness probe")));
/// # }
/// ```
pub fn policies() -> impl Iterator<Item = &'static PolicySpec> {
    POLICIES.iter().map(Linked::spec)
}
