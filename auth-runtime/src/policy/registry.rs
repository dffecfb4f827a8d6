//! Every policy of the program, collected by the linker.

use std::any::TypeId;
use std::fmt;

use linkme::distributed_slice;

use crate::policy::{Policy, PolicySpec};

/// Where the macros put each policy.
#[distributed_slice]
pub(crate) static POLICIES: [Linked];

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

        #[cfg(test)]
        const SECTIONS: [(&str, &str); 5] =
            [("linux", $linux), ("macos", $macho), ("windows", $windows), ("illumos", $illumos), ("freebsd", $bsd)];
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
/// The linker collects them. On Linux this is tested, with lld and with GNU ld. For macOS, Windows, illumos and the BSDs the names
/// of the sections are compared with what the crate `linkme` documents, and no program was linked there by this project.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Where linkme looks on each system: from the start to the end of the section, by symbols of the linker's own; on Windows,
    /// whose linkers sort the parts of a section by what follows `$`, between `$a` and `$c`.
    #[test]
    fn policies_are_put_where_linkme_looks_on_every_system() {
        for (system, section) in SECTIONS {
            match system {
                "linux" | "freebsd" => assert_eq!(section, "linkme_POLICIES"),
                "illumos" => assert_eq!(section, "set_linkme_POLICIES"),
                "windows" => assert_eq!(section, ".linkme_POLICIES$b"),
                _ => {
                    let parts: Vec<&str> = section.split(',').collect();
                    assert!(
                        matches!(&*parts, ["__DATA", name, "regular", "no_dead_strip"]
                            if name.starts_with("__linkme") && name.len() <= 16),
                        "Mach-O has sixteen bytes for a name: {section}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_section_of_this_system_is_one_of_them() {
        let own = SECTIONS.iter().find(|(system, _)| *system == std::env::consts::OS);
        assert!(own.is_none_or(|(_, section)| *section == section!()), "{own:?}");
    }
}
