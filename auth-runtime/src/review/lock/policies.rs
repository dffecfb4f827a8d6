//! The policies of an `Auth`, as the lock file holds them.

use super::{Entry, Lock, configuration};
use crate::auth::{Auth, MountedRoute};
use crate::policy::Rule;
use crate::policy::registry::Linked;
use crate::review::render::route;

impl From<&Auth> for Lock {
    fn from(auth: &Auth) -> Self {
        let mounted = auth.mounted();
        let mut routes: Vec<_> =
            mounted.iter().map(|mounted| (mounted.path(), mounted.method(), entry(mounted))).collect();
        routes
            .sort_by_cached_key(|(path, method, entry)| ((*path).to_owned(), method.map(str::to_owned), entry.order()));
        let mut routes: Vec<_> = routes.into_iter().map(|(.., entry)| entry).collect();
        let mut unmounted: Vec<_> = Auth::unmounted(&mounted)
            .map(Linked::spec)
            .map(|spec| Entry {
                place: plain(spec.handler()),
                handler: plain(spec.handler()),
                rule: spec.into(),
                because: None,
            })
            .collect();
        unmounted.sort_by_cached_key(Entry::order);
        for entries in [&mut routes, &mut unmounted] {
            entries.dedup();
        }
        Self { is_unreviewed: false, configuration: configuration::sections(auth), routes, unmounted }
    }
}

fn entry(mounted: &MountedRoute) -> Entry {
    Entry {
        place: plain(&route(mounted.method(), mounted.path(), mounted.is_whole_path(), mounted.matches())),
        handler: plain(mounted.handler()),
        rule: mounted.policy().map_or_else(|| Rule::public(mounted.reason()), Rule::from),
        because: None,
    }
}

/// What stands on a line of its own.
fn plain(text: &str) -> String {
    text.trim().chars().flat_map(|c| if c.is_control() { c.escape_debug().collect() } else { vec![c] }).collect()
}

impl Entry {
    fn order(&self) -> (String, String, String) {
        (self.place.clone(), self.handler.clone(), self.rule.to_string())
    }
}
