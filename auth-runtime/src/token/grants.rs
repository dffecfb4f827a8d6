//! What a verified token grants: scopes and roles.
//!
//! Missing or mistyped is unknown, not empty: an unknown grant denies, also under `!`.

use std::collections::BTreeSet;

use super::json::{Json, Object};

/// Which names an issuer may grant; all when it was not said.
pub(super) type Grantable = Option<BTreeSet<Box<str>>>;

/// Names that a token claims.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Claimed {
    pub(super) granted: Vec<Box<str>>,
    /// Those its issuer may not grant.
    pub(super) disputed: Vec<Box<str>>,
}

/// The scopes of `scope` (RFC 8693 section 4.2) and `scp`: each a string separated by spaces, or an array of strings.
pub(super) fn scopes(claims: &Object<'_>, grantable: &Grantable) -> Option<Claimed> {
    let sources = [claims.get("scope"), claims.get("scp")];
    if sources.iter().all(Option::is_none) {
        return None;
    }
    let mut scopes = Vec::new();
    for source in sources.into_iter().flatten() {
        match source {
            Json::String(list) => scopes.extend(list.split(' ').filter(|scope| !scope.is_empty()).map(Box::from)),
            Json::Array(items) => {
                for item in items {
                    scopes.push(Box::from(item.as_str()?));
                }
            }
            _ => return None,
        }
    }
    Some(divide(scopes, grantable))
}

/// The roles at `path`: an array of strings, or a string that is one role and never split.
pub(super) fn roles(claims: &Object<'_>, path: &[Box<str>], grantable: &Grantable) -> Option<Claimed> {
    let (first, rest) = path.split_first()?;
    let mut value = claims.get(first)?;
    for name in rest {
        value = value.get(name)?;
    }
    let roles = match value {
        Json::String(role) => vec![Box::from(&**role)],
        Json::Array(items) => items.iter().map(|item| item.as_str().map(Box::from)).collect::<Option<_>>()?,
        _ => return None,
    };
    Some(divide(roles, grantable))
}

fn divide(names: Vec<Box<str>>, grantable: &Grantable) -> Claimed {
    let (granted, disputed) =
        names.into_iter().partition(|name| grantable.as_ref().is_none_or(|grantable| grantable.contains(name)));
    Claimed { granted, disputed }
}
