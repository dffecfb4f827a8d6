//! What the application makes of a caller whom its credentials describe.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::names::NameList;
use super::{Claimed, ClaimedIn, Known, NamesIn, Principal, Subject, TypedClaims};

/// Rights that the application gives a caller, and what else it knows of it.
pub(crate) struct Rights {
    pub(crate) roles: NameChange,
    pub(crate) scopes: NameChange,
    pub(crate) details: Arc<dyn Any + Send + Sync>,
}

/// What becomes of the names that credentials claim.
#[derive(Default)]
pub(crate) enum NameChange {
    /// They count as they are.
    #[default]
    Unchanged,
    /// These are held too.
    Added(BTreeSet<Box<str>>),
    /// These are held, and no others.
    Replaced(BTreeSet<Box<str>>),
}

/// Whether whoever holds these names holds this one, directly or by what one of them includes.
pub(crate) type Holding<'a> = dyn Fn(NamesIn<'_>, &str) -> bool + 'a;

impl Principal {
    /// The same caller with other rights. `within` is given where scopes must not reach beyond those of the credentials.
    pub(crate) fn with_rights(&self, rights: &Rights, within: Option<&Holding<'_>>) -> Self {
        let (held, known) = (self.scope_set(), &*self.0);
        let scopes = match within {
            None => rights.scopes.change(held),
            Some(holding) => held.map(|held| rights.scopes.change_within(held, holding)),
        };
        Self(Arc::new(Known {
            scheme: known.scheme,
            configuration: known.configuration.clone(),
            issuer: known.issuer.clone(),
            subject: Subject::Own(self.subject().into()),
            subject_claim: known.subject_claim.clone(),
            scopes,
            roles: rights.roles.change(self.role_set()),
            claims: None,
            typed_claims: TypedClaims::default(),
            expires_at: known.expires_at,
            authentication: None,
            details: vec![Arc::clone(&rights.details)],
            by_credentials: Some(self.clone()),
        }))
    }

    /// The caller as its credentials describe it, without rights that the application gave.
    pub(crate) fn by_credentials(&self) -> &Self {
        self.0.by_credentials.as_ref().unwrap_or(self)
    }

    /// Whether the application has given it rights.
    pub(crate) fn has_rights(&self) -> bool {
        self.0.by_credentials.is_some()
    }

    /// Whether both are one and the same description of a caller.
    pub(crate) fn is_same_description(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl NameChange {
    /// More of them, of the same sort of change.
    pub(crate) fn add(&mut self, names: impl IntoIterator<Item = impl Into<Box<str>>>) {
        let names = names.into_iter().map(Into::into);
        match self {
            Self::Unchanged => *self = Self::Added(names.collect()),
            Self::Added(known) | Self::Replaced(known) => known.extend(names),
        }
    }

    pub(crate) fn replace(&mut self, names: impl IntoIterator<Item = impl Into<Box<str>>>) {
        *self = Self::Replaced(names.into_iter().map(Into::into).collect());
    }

    /// Length in bytes, with what a set of them takes.
    pub(crate) fn bytes(&self) -> usize {
        const NAME_BYTES: usize = 48;
        match self {
            Self::Unchanged => 0,
            Self::Added(names) | Self::Replaced(names) => {
                names.iter().map(|name| name.len().saturating_add(NAME_BYTES)).fold(0, usize::saturating_add)
            }
        }
    }

    /// What is unknown stays unknown where something is added to it, and so does what is disputed.
    fn change(&self, held: Option<ClaimedIn<'_>>) -> Option<Claimed> {
        match (self, held) {
            (Self::Unchanged, held) => held.map(copied),
            (Self::Added(added), None) => Some(Claimed { is_open: true, ..added.iter().collect() }),
            (Self::Added(added), Some(held)) => {
                let granted = held.granted.iter().chain(added.iter().map(|name| &**name)).collect();
                Some(Claimed { granted, ..copied(held) })
            }
            (Self::Replaced(names), _) => Some(names.iter().collect()),
        }
    }

    /// No more than what is held already.
    fn change_within(&self, held: ClaimedIn<'_>, holding: &Holding<'_>) -> Claimed {
        let Self::Replaced(names) = self else { return copied(held) };
        let given: Claimed = names.iter().collect();
        let given = given.within("");
        let inside = names.iter().map(|name| &**name).filter(|name| holding(held.granted, name));
        let granted = inside.chain(held.granted.iter().filter(|name| holding(given.granted, name))).collect();
        let disputed = listed(held.disputed.iter().filter(|name| holding(given.granted, name)));
        Claimed { granted, disputed, is_open: held.is_open }
    }
}

/// The same names with a text of their own.
fn copied(held: ClaimedIn<'_>) -> Claimed {
    Claimed { granted: held.granted.iter().collect(), disputed: listed(held.disputed.iter()), is_open: held.is_open }
}

/// `None` where there are none.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> Option<Box<super::Names>> {
    let mut list = NameList::default();
    names.for_each(|name| list.add(name));
    (!list.is_empty()).then(|| Box::new(list.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(roles: NameChange, scopes: NameChange) -> Rights {
        Rights { roles, scopes, details: Arc::new("details") }
    }

    fn added(names: &[&str]) -> NameChange {
        let mut change = NameChange::default();
        change.add(names.iter().copied());
        change
    }

    fn replaced(names: &[&str]) -> NameChange {
        let mut change = NameChange::default();
        change.replace(names.iter().copied());
        change
    }

    fn exact(held: NamesIn<'_>, wanted: &str) -> bool {
        held.contains(wanted)
    }

    fn names(names: Option<ClaimedIn<'_>>) -> Option<(Vec<String>, Vec<String>, bool)> {
        let list = |names: NamesIn<'_>| names.iter().map(String::from).collect();
        names.map(|names| (list(names.granted), list(names.disputed), names.is_open))
    }

    fn known(granted: &[&str], open: bool) -> Option<(Vec<String>, Vec<String>, bool)> {
        Some((granted.iter().map(|name| (*name).to_owned()).collect(), Vec::new(), open))
    }

    #[test]
    fn adding_leaves_the_unknown_unknown_and_replacing_makes_it_known() {
        let silent = Principal::builder("bearer", "alice").build();
        let roles = |change| {
            let changed = silent.with_rights(&rights(change, NameChange::Unchanged), None);
            names(changed.role_set())
        };
        assert_eq!(roles(NameChange::Unchanged), None);
        assert_eq!(roles(added(&["editor"])), known(&["editor"], true));
        assert_eq!(roles(replaced(&["editor"])), known(&["editor"], false));

        let told = Principal::builder("bearer", "alice").roles(["viewer"]).build();
        let changed = told.with_rights(&rights(added(&["editor"]), NameChange::Unchanged), None);
        assert_eq!(names(changed.role_set()), known(&["editor", "viewer"], false));
    }

    #[test]
    fn what_is_disputed_stays_so_until_it_is_replaced() {
        let claimed = Claimed { disputed: listed(["admin"].into_iter()), ..["viewer"].iter().collect() };
        let change = |change: NameChange| change.change(Some(claimed.within(""))).unwrap();
        let list = |claimed: &Claimed| claimed.within("").disputed.iter().map(String::from).collect::<Vec<_>>();
        assert_eq!(list(&change(added(&["editor"]))), ["admin"]);
        assert_eq!(list(&change(NameChange::Unchanged)), ["admin"]);
        assert!(list(&change(replaced(&["editor"]))).is_empty());
    }

    #[test]
    fn scopes_reach_no_further_than_those_of_the_credentials() {
        let token = Principal::builder("bearer", "alice").scopes(["read", "write"]).build();
        let scopes = |caller: &Principal, change, within| {
            let changed = caller.with_rights(&rights(NameChange::Unchanged, change), within);
            names(changed.scope_set())
        };
        let within = || Some(&exact as &Holding<'_>);
        assert_eq!(scopes(&token, added(&["admin"]), within()), known(&["read", "write"], false));
        assert_eq!(scopes(&token, replaced(&["admin", "read"]), within()), known(&["read"], false));
        assert_eq!(scopes(&token, replaced(&["admin", "read"]), None), known(&["admin", "read"], false));
        let silent = Principal::builder("bearer", "alice").build();
        assert_eq!(scopes(&silent, replaced(&["admin"]), within()), None, "nobody knows how far the token reaches");
    }

    #[test]
    fn what_a_scope_includes_counts_on_both_sides() {
        let holding =
            |held: NamesIn<'_>, wanted: &str| held.contains(wanted) || wanted == "read" && held.contains("write");
        let meet = |token: &[&str], given: &[&str]| {
            let caller = Principal::builder("bearer", "alice").scopes(token.iter().copied()).build();
            let changed = caller.with_rights(&rights(NameChange::Unchanged, replaced(given)), Some(&holding));
            changed.scopes().unwrap().map(String::from).collect::<Vec<_>>()
        };
        assert_eq!(meet(&["write"], &["read"]), ["read"]);
        assert_eq!(meet(&["read"], &["write"]), ["read"]);
        assert_eq!(meet(&["read"], &["admin"]), [""; 0]);
    }

    #[test]
    fn all_else_is_as_the_credentials_say() {
        let claims = serde_json::json!({"acr": "mfa"}).as_object().unwrap().clone();
        let caller = Principal::builder("bearer", "alice").issuer("i").claims(claims).details(7_u32).build();
        let changed = caller.with_rights(&rights(NameChange::Unchanged, NameChange::Unchanged), None);
        assert_eq!((changed.key(), changed.acr()), (caller.key(), Some("mfa")));
        assert_eq!(
            (changed.details::<u32>().as_deref(), changed.details::<&str>().as_deref()),
            (Some(&7), Some(&"details"))
        );
        assert!(changed.has_rights() && !caller.has_rights());
        assert!(changed.by_credentials().is_same_description(&caller));
    }
}
