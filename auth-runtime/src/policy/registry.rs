//! Every policy of the program, collected by the linker.

use std::any::TypeId;
use std::fmt;

use linkme::distributed_slice;

use crate::policy::{Policy, PolicySpec};

/// Where the macros put each policy.
#[distributed_slice]
pub static POLICIES: [Linked];

/// Defines `section!()`, the name of the section where the linker finds [`POLICIES`]. linkme gives its names for all systems to
/// a macro of choice; that of the system we are compiled for is kept.
macro_rules! keep_section {
    (
        #![linkme_linux_section = $linux:expr]
        #![linkme_macho_section = $macho:expr]
        #![linkme_windows_section = $windows:expr]
        #![linkme_illumos_section = $illumos:expr]
        #![linkme_bsd_section = $bsd:expr]
        $item:item
    ) => {
        keep_section! { any(target_os = "linux", target_os = "android", target_os = "fuchsia") => $linux }
        keep_section! { any(target_os = "macos", target_os = "ios", target_os = "tvos") => $macho }
        keep_section! { target_os = "windows" => $windows }
        keep_section! { target_os = "illumos" => $illumos }
        keep_section! { any(target_os = "freebsd", target_os = "openbsd") => $bsd }
    };
    ($system:meta => $section:expr) => {
        #[cfg($system)]
        #[doc(hidden)]
        #[macro_export]
        macro_rules! __auth_runtime_section {
            () => {
                $section
            };
        }
    };
}

POLICIES! {
    #![linkme_macro = keep_section]
    const _: () = ();
}

#[doc(hidden)]
pub use __auth_runtime_section as section;

/// One policy of the program: a function, which costs the compiler less than the policy as a value for each of them.
#[derive(Clone, Copy)]
pub struct Linked(fn() -> (TypeId, &'static PolicySpec));

impl fmt::Debug for Linked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.spec().fmt(f)
    }
}

impl Linked {
    /// The entry of policy `P`.
    pub const fn of<P: Policy>() -> Self {
        Self(|| (TypeId::of::<P>(), const { &P::SPEC }))
    }

    pub(crate) fn kind(&self) -> TypeId {
        (self.0)().0
    }

    pub(crate) fn spec(&self) -> &'static PolicySpec {
        (self.0)().1
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
