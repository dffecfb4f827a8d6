//! The lock file: who may call what, as somebody accepted it, and what has changed since.

mod accept;
mod change;
mod compare;
mod configuration;
mod message;
mod policies;
mod read;
#[cfg(test)]
mod tests;
mod write;

use crate::policy::{Hierarchies, Rule, SchemeName};
use crate::setting::{AUTHORITIES, Effect, Setting};
pub use accept::assert_matches;

/// All that is reviewed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Lock {
    /// Whether it stands as it was found, and nobody has looked at it yet.
    is_unreviewed: bool,
    configuration: Vec<Section>,
    routes: Vec<Entry>,
    /// Policies that are linked into the program, and not mounted.
    unmounted: Vec<Entry>,
}

/// What one configuration says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Section {
    /// The scheme; `None` for the `Auth` itself.
    scheme: Option<SchemeName>,
    settings: Vec<Setting>,
    because: Option<String>,
}

/// Who may call one route.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// Method and pattern; the handler of what is not mounted.
    place: String,
    handler: String,
    rule: Rule,
    /// Why those are let in whom it did not let in before.
    because: Option<String>,
}

/// Names of settings that the lock file itself reads.
const ROLE: &str = "role";
const SCOPE: &str = "scope";
const ACR: &str = "acr";

impl Lock {
    fn auth(&self) -> Option<&Section> {
        self.configuration.iter().find(|section| section.scheme.is_none())
    }

    /// Whether the application is asked what it knows of callers by this scheme.
    fn loads(&self, scheme: &SchemeName) -> bool {
        let section = self.configuration.iter().find(|section| section.scheme.as_ref() == Some(scheme));
        section.is_some_and(|section| section.settings.iter().any(|setting| setting.name == AUTHORITIES))
    }

    fn hierarchies(&self) -> Hierarchies {
        let mut hierarchies = Hierarchies::default();
        for setting in self.auth().iter().flat_map(|section| &section.settings) {
            if let Some((hierarchy, [higher, lower])) = arrow(&mut hierarchies, setting) {
                // A circle was refused when the file was read.
                let _ = hierarchy.imply(higher, lower);
            }
        }
        hierarchies
    }
}

/// The role or scope that includes another one, as this setting says.
fn arrow<'a, 's>(
    hierarchies: &'a mut Hierarchies,
    setting: &'s Setting,
) -> Option<(&'a mut crate::policy::Hierarchy, [&'s str; 2])> {
    let Effect::Allows(said) = &setting.effect else { return None };
    let hierarchy = match &*setting.name {
        ROLE => &mut hierarchies.roles,
        SCOPE => &mut hierarchies.scopes,
        _ => return None,
    };
    said.split_once(ARROW).map(|(higher, lower)| (hierarchy, [higher, lower]))
}

const ARROW: &str = " includes ";
