//! What a verified token grants: scopes and roles.
//!
//! Missing or mistyped is unknown, not empty: an unknown grant denies, also under `!`.

use std::collections::BTreeSet;

use crate::json::{Json, Object};
use crate::principal::{Claimed, NameList};

/// Which names an issuer may grant; all when it was not said.
pub(crate) type Grantable = Option<BTreeSet<Box<str>>>;

/// The scopes of `scope` (RFC 8693 section 4.2) and `scp`: each a string separated by spaces, or an array of strings.
pub(crate) fn scopes(claims: &Object<'_>, grantable: &Grantable) -> Option<Claimed> {
    let sources = [claims.get("scope"), claims.get("scp")];
    if sources.iter().all(Option::is_none) {
        return None;
    }
    collect(grantable, |names| {
        for source in sources.into_iter().flatten() {
            match source.as_str() {
                Some(list) => names.add_list(&list, source),
                None => names.add_items(source)?,
            }
        }
        Some(())
    })
}

/// The roles at `path`: an array of strings, or a string that is one role and never split.
pub(crate) fn roles(claims: &Object<'_>, path: &[Box<str>], grantable: &Grantable) -> Option<Claimed> {
    let (first, rest) = path.split_first()?;
    let source = rest.iter().try_fold(claims.get(first)?, |value, name| value.member(name))?;
    collect(grantable, |names| {
        match source.as_str() {
            Some(role) => names.add(&role, source, 0),
            None => names.add_items(source)?,
        }
        Some(())
    })
}

/// Names as they are read.
struct Reading<'a> {
    grantable: &'a Grantable,
    granted: NameList,
    disputed: NameList,
    /// Whether names are copied: one of them is escaped where it stands.
    copies: bool,
    escaped: bool,
}

/// What `read` reads. Names stay in the text of the claims unless one of them is escaped there, which is seldom.
fn collect(grantable: &Grantable, read: impl Fn(&mut Reading<'_>) -> Option<()>) -> Option<Claimed> {
    let reading = |copies| {
        let mut names =
            Reading { grantable, granted: NameList::default(), disputed: NameList::default(), copies, escaped: false };
        read(&mut names).map(|()| names)
    };
    let mut names = reading(false)?;
    if names.escaped {
        names = reading(true)?;
    }
    let Reading { granted, disputed, .. } = names;
    let disputed = (!disputed.is_empty()).then(|| Box::new(disputed.into()));
    Some(Claimed { granted: granted.into(), disputed })
}

impl Reading<'_> {
    /// A name that stands in the string `source`, so many bytes from its start.
    fn add(&mut self, name: &str, source: Json<'_>, offset: usize) {
        let granted = self.grantable.as_ref().is_none_or(|grantable| grantable.contains(name));
        let list = if granted { &mut self.granted } else { &mut self.disputed };
        match source.plain_range() {
            _ if self.copies => list.add(name),
            Some(range) => list.add_place(name, range.start + offset),
            None => self.escaped = true,
        }
    }

    /// The names between spaces.
    fn add_list(&mut self, list: &str, source: Json<'_>) {
        let mut start = 0;
        for end in memchr::memchr_iter(b' ', list.as_bytes()).chain([list.len()]) {
            if let Some(name) = list.get(start..end).filter(|name| !name.is_empty()) {
                self.add(name, source, start);
            }
            start = end + 1;
        }
    }

    /// The items of an array of strings; `None` when it is none.
    fn add_items(&mut self, array: Json<'_>) -> Option<()> {
        array.items()?.try_for_each(|item| item.as_str().map(|name| self.add(&name, item, 0)))
    }
}
