//! What a verified token grants: scopes and roles.
//!
//! Missing or mistyped is unknown, not empty: an unknown grant denies, also under `!`.

use std::collections::BTreeSet;

use super::json::{Json, Object};
use crate::principal::{Claimed, NameList};

/// Which names an issuer may grant; all when it was not said.
pub(super) type Grantable = Option<BTreeSet<Box<str>>>;

/// The scopes of `scope` (RFC 8693 section 4.2) and `scp`: each a string separated by spaces, or an array of strings.
pub(super) fn scopes(claims: &Object<'_>, grantable: &Grantable) -> Option<Claimed> {
    let (scope, scp) = (claims.get("scope"), claims.get("scp"));
    let first = scope.or(scp)?;
    let mut scopes = Claims::new(grantable, first);
    for source in [scope, scp].into_iter().flatten() {
        match source.as_str() {
            Some(list) => scopes.add_list(&list),
            None => scopes.add_items(source)?,
        }
    }
    Some(scopes.into())
}

/// The roles at `path`: an array of strings, or a string that is one role and never split.
pub(super) fn roles(claims: &Object<'_>, path: &[Box<str>], grantable: &Grantable) -> Option<Claimed> {
    let (first, rest) = path.split_first()?;
    let value = rest.iter().try_fold(claims.get(first)?, |value, name| value.member(name))?;
    let mut roles = Claims::new(grantable, value);
    match value.as_str() {
        Some(role) => roles.add(&role),
        None => roles.add_items(value)?,
    }
    Some(roles.into())
}

/// Claimed names as they are read.
struct Claims<'a> {
    grantable: &'a Grantable,
    granted: NameList,
    disputed: NameList,
}

impl<'a> Claims<'a> {
    /// With room for most of what `source` may hold.
    fn new(grantable: &'a Grantable, source: Json<'_>) -> Self {
        let text = source.as_written().as_bytes();
        let names = memchr::memchr2_iter(b' ', b',', text).count() + 1;
        Self { grantable, granted: NameList::with_capacity(names, text.len()), disputed: NameList::default() }
    }

    fn add(&mut self, name: &str) {
        let granted = self.grantable.as_ref().is_none_or(|grantable| grantable.contains(name));
        if granted { self.granted.add(name) } else { self.disputed.add(name) }
    }

    /// The names between spaces.
    fn add_list(&mut self, list: &str) {
        let mut start = 0;
        for end in memchr::memchr_iter(b' ', list.as_bytes()).chain([list.len()]) {
            list.get(start..end).filter(|name| !name.is_empty()).into_iter().for_each(|name| self.add(name));
            start = end + 1;
        }
    }

    /// The items of an array of strings; `None` when it is none.
    fn add_items(&mut self, array: Json<'_>) -> Option<()> {
        array.items()?.try_for_each(|item| item.as_str().map(|name| self.add(&name)))
    }
}

impl From<Claims<'_>> for Claimed {
    fn from(claims: Claims<'_>) -> Self {
        let Claims { granted, disputed, .. } = claims;
        Self { granted: granted.into(), disputed: (!disputed.is_empty()).then(|| Box::new(disputed.into())) }
    }
}
