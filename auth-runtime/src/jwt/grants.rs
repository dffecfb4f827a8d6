//! What a verified token grants: scopes and roles.
//!
//! Missing, null or mistyped is unknown, not empty: an unknown grant denies, also under `!`.

use std::collections::BTreeSet;

use crate::json::{Json, Object};
use crate::principal::{Claimed, NameList};

/// Which names an issuer may grant; all when it was not said.
pub(crate) type Grantable = Option<BTreeSet<Box<str>>>;

/// Where names are: the paths that were said, whose union counts; by default where most providers have them.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClaimPaths(Vec<ClaimPath>);

/// The members to follow, outermost first.
#[derive(Clone, Debug)]
struct ClaimPath {
    names: Vec<Box<str>>,
    /// Whether it may be missing.
    optional: bool,
}

/// What is at the end of a path.
enum AtPath<'a> {
    Missing,
    /// It cannot be followed: something on the way is null, or no object.
    Broken,
    Value(Json<'a>),
}

/// How roles are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct RolesForm {
    /// Whether they are the keys of an object.
    pub(crate) from_keys: Option<Organisation>,
    /// Whether a string is a list.
    pub(crate) split_at_commas: bool,
}

/// For whom a key must be held.
#[derive(Clone, Debug)]
pub(crate) enum Organisation {
    Any,
    This(Box<str>),
}

/// The scopes of `scope` (RFC 8693 section 4.2) and `scp`, or of the paths that were said: each a string separated by spaces, or
/// an array of strings.
pub(crate) fn scopes(claims: &Object<'_>, paths: &ClaimPaths, grantable: &Grantable) -> Option<Claimed> {
    if !paths.0.is_empty() {
        return paths.union(claims, grantable, |names, source| names.add_scopes(source));
    }
    let sources = [claims.get("scope"), claims.get("scp")].map(|source| source.filter(|source| !source.is_null()));
    if sources.iter().all(Option::is_none) {
        return None;
    }
    collect(grantable, |names| sources.into_iter().flatten().try_for_each(|source| names.add_scopes(source)))
}

/// The roles of `roles`, or of the paths that were said.
pub(crate) fn roles(
    claims: &Object<'_>,
    paths: &ClaimPaths,
    form: &RolesForm,
    grantable: &Grantable,
) -> Option<Claimed> {
    if !paths.0.is_empty() {
        return paths.union(claims, grantable, |names, source| names.add_roles(source, form));
    }
    let source = claims.get("roles")?;
    collect(grantable, |names| names.add_roles(source, form))
}

impl ClaimPaths {
    /// As they were said; one that may be missing with a question mark.
    pub(crate) fn texts(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|path| format!("{}{}", path.names.join("."), if path.optional { "?" } else { "" }))
    }

    pub(crate) fn add(&mut self, path: impl IntoIterator<Item = impl Into<Box<str>>>, optional: bool) {
        self.0.push(ClaimPath { names: path.into_iter().map(Into::into).collect(), optional });
    }

    /// Whether one of them leads nowhere.
    pub(crate) fn is_faulty(&self) -> bool {
        self.0.iter().any(|path| path.names.is_empty())
    }

    /// The names at all paths. Where one is missing that must be there, or is no good, there may be more.
    fn union<'a>(
        &self,
        claims: &Object<'a>,
        grantable: &Grantable,
        add: impl Fn(&mut Reading<'_>, Json<'a>) -> Option<()>,
    ) -> Option<Claimed> {
        let (mut is_open, mut is_known) = (lists_elsewhere(claims), false);
        let mut sources = Vec::with_capacity(self.0.len());
        for path in &self.0 {
            match path.follow(claims) {
                AtPath::Value(source) => sources.push(source),
                AtPath::Missing if path.optional => is_known = true,
                AtPath::Missing | AtPath::Broken => is_open = true,
            }
        }
        collect(grantable, |names| {
            let mut is_known = is_known;
            names.is_open = is_open;
            for &source in &sources {
                let before = (names.granted.len(), names.disputed.len());
                if add(names, source).is_some() {
                    is_known = true;
                } else {
                    names.granted.truncate(before.0);
                    names.disputed.truncate(before.1);
                    names.is_open = true;
                }
            }
            is_known.then_some(())
        })
    }
}

impl ClaimPath {
    fn follow<'a>(&self, claims: &Object<'a>) -> AtPath<'a> {
        let mut names = self.names.iter();
        let Some(mut value) = names.next().and_then(|first| claims.get(first)) else { return AtPath::Missing };
        for name in names {
            let Some(object) = value.object() else { return AtPath::Broken };
            match object.get(name) {
                Some(inner) => value = inner,
                None => return AtPath::Missing,
            }
        }
        AtPath::Value(value)
    }
}

/// Whether the issuer says that a list is too long for the token, and where to ask for it (OpenID Connect Core 1.0 section 5.6.2,
/// and Entra ID's "groups overage").
fn lists_elsewhere(claims: &Object<'_>) -> bool {
    ["_claim_names", "hasgroups"].into_iter().any(|mark| claims.get(mark).is_some_and(|mark| mark.says_something()))
}

/// Names as they are read.
struct Reading<'a> {
    grantable: &'a Grantable,
    granted: NameList,
    disputed: NameList,
    /// Whether there may be more.
    is_open: bool,
    /// Whether names are copied: one of them is escaped where it stands.
    copies: bool,
    escaped: bool,
}

/// What `read` reads. Names stay in the text of the claims unless one of them is escaped there, which is seldom.
fn collect(grantable: &Grantable, read: impl Fn(&mut Reading<'_>) -> Option<()>) -> Option<Claimed> {
    let reading = |copies| {
        let (granted, disputed) = Default::default();
        let mut names = Reading { grantable, granted, disputed, is_open: false, copies, escaped: false };
        read(&mut names).map(|()| names)
    };
    let mut names = reading(false)?;
    if names.escaped {
        names = reading(true)?;
    }
    let Reading { granted, disputed, is_open, .. } = names;
    let disputed = (!disputed.is_empty()).then(|| Box::new(disputed.into()));
    Some(Claimed { granted: granted.into(), disputed, is_open })
}

impl Reading<'_> {
    /// A name, and where it starts in the text of the claims; `None` where something in it is escaped there.
    fn add(&mut self, name: &str, start: Option<usize>) {
        let granted = self.grantable.as_ref().is_none_or(|grantable| grantable.contains(name));
        let list = if granted { &mut self.granted } else { &mut self.disputed };
        match start {
            _ if self.copies => list.add(name),
            Some(start) => list.add_place(name, start),
            None => self.escaped = true,
        }
    }

    /// A string separated by spaces, or an array of strings; `None` when it is neither.
    fn add_scopes(&mut self, source: Json<'_>) -> Option<()> {
        match source.as_str() {
            Some(list) => self.add_list(&list, source, b' '),
            None => self.add_items(source)?,
        }
        Some(())
    }

    /// An array of strings, a string that is one role, or what the form says; `None` when it is none of these.
    fn add_roles(&mut self, source: Json<'_>, form: &RolesForm) -> Option<()> {
        match (source.as_str(), &form.from_keys) {
            (Some(list), _) if form.split_at_commas => self.add_list(&list, source, b','),
            (Some(role), _) => self.add(&role, start(source)),
            (None, Some(organisation)) if source.object().is_some() => self.add_keys(source, organisation),
            (None, _) => self.add_items(source)?,
        }
        Some(())
    }

    /// The names between separators, without the spaces around them.
    fn add_list(&mut self, list: &str, source: Json<'_>, separator: u8) {
        let (text, mut from) = (start(source), 0);
        for end in memchr::memchr_iter(separator, list.as_bytes()).chain([list.len()]) {
            let name = list.get(from..end).unwrap_or_default();
            let spaces = name.len() - name.trim_start_matches(' ').len();
            let name = name.trim_matches(' ');
            if !name.is_empty() {
                self.add(name, text.map(|text| text + from + spaces));
            }
            from = end + 1;
        }
    }

    /// The items of an array of strings; `None` when it is none.
    fn add_items(&mut self, array: Json<'_>) -> Option<()> {
        array.items()?.try_for_each(|item| item.as_str().map(|name| self.add(&name, start(item))))
    }

    /// The keys of an object whose values say that they are held, by this organisation where it matters.
    fn add_keys(&mut self, source: Json<'_>, organisation: &Organisation) {
        let Some(object) = source.object() else { return };
        for (name, start, value) in object.members() {
            let held = match organisation {
                Organisation::Any => value.says_something(),
                Organisation::This(id) => value.member(id).is_some_and(|entry| entry.says_something()),
            };
            if held && !name.is_empty() {
                self.add(name, start);
            }
        }
    }
}

/// Where the value of a string starts in the text.
fn start(source: Json<'_>) -> Option<usize> {
    source.plain_range().map(|range| range.start)
}
