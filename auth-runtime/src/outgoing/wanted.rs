//! What a token is asked for.

use std::collections::BTreeSet;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::denial::is_listed_word;
use crate::outgoing::error::OutgoingError;
use crate::telemetry::{foreign, limited};

/// For whom a token is, and what it is to allow.
pub(crate) struct Wanted {
    target: Target,
    scopes: BTreeSet<Box<str>>,
}

/// The service that is to be called.
enum Target {
    /// A name that the provider knows (RFC 8693 section 2.1).
    Audience(Box<str>),
    /// Where it is (RFC 8707 section 2).
    Resource(Box<str>),
}

impl Wanted {
    pub(crate) fn for_audience<S: AsRef<str>>(
        audience: &str,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self, OutgoingError> {
        if audience.is_empty() || audience.chars().any(char::is_control) {
            return Err(unfit(audience, "name an audience without control characters"));
        }
        Self::new(Target::Audience(audience.into()), scopes)
    }

    pub(crate) fn for_resource<S: AsRef<str>>(
        resource: &str,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self, OutgoingError> {
        // RFC 8707 section 2: an absolute URI without a fragment.
        match Url::parse(resource) {
            Ok(url) if url.fragment().is_none() => Self::new(Target::Resource(resource.into()), scopes),
            _ => Err(unfit(resource, "name a resource by an absolute URI without `#`")),
        }
    }

    fn new<S: AsRef<str>>(target: Target, scopes: impl IntoIterator<Item = S>) -> Result<Self, OutgoingError> {
        let scopes: BTreeSet<Box<str>> = scopes.into_iter().map(|scope| scope.as_ref().into()).collect();
        match scopes.iter().find(|scope| !is_listed_word(scope)) {
            None => Ok(Self { target, scopes }),
            Some(scope) => Err(unfit(scope, "give each scope alone")),
        }
    }

    /// As parameters of a request; no `scope` where none is asked for.
    pub(crate) fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = vec![match &self.target {
            Target::Audience(audience) => ("audience", String::from(&**audience)),
            Target::Resource(resource) => ("resource", String::from(&**resource)),
        }];
        if !self.scopes.is_empty() {
            let scopes: Vec<&str> = self.scopes.iter().map(|scope| &**scope).collect();
            parameters.push(("scope", scopes.join(" ")));
        }
        parameters
    }

    /// Whether an answer gives no more than was asked for. One that does not say gives that (RFC 6749 section 5.1).
    pub(crate) fn covers(&self, given: Option<&Value>) -> bool {
        match given {
            None | Some(Value::Null) => true,
            Some(Value::String(given)) => {
                given.split(' ').filter(|scope| !scope.is_empty()).all(|scope| self.scopes.contains(scope))
            }
            // Nobody can tell what it allows.
            Some(_) => false,
        }
    }

    /// Adds all of it, each part preceded by its length.
    pub(crate) fn fingerprint(&self, into: &mut Sha256) {
        for (name, value) in self.parameters() {
            add(into, name.as_bytes());
            add(into, value.as_bytes());
        }
    }
}

fn unfit(what: &str, remedy: &'static str) -> OutgoingError {
    limited!(error, cause = foreign(what), remedy, "a token for another service cannot be asked for");
    OutgoingError::RequestUnfit
}

/// Preceded by its length, so that no two lists of parts give the same input.
pub(crate) fn add(into: &mut Sha256, part: &[u8]) {
    into.update((part.len() as u64).to_le_bytes());
    into.update(part);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hash(wanted: &Wanted) -> [u8; 32] {
        let mut hash = Sha256::new();
        wanted.fingerprint(&mut hash);
        hash.finalize().into()
    }

    #[test]
    fn scopes_are_a_set_and_what_differs_is_something_else() {
        let audience = |audience: &str, scopes: &[&str]| Wanted::for_audience(audience, scopes).unwrap();
        let stock = audience("https://stock.example", &["read", "write"]);
        assert_eq!(hash(&stock), hash(&audience("https://stock.example", &["write", "read", "write"])));
        let others = [
            audience("https://stock.example", &["read"]),
            audience("https://stock.example", &[]),
            audience("https://other.example", &["read", "write"]),
            Wanted::for_resource("https://stock.example", ["read", "write"]).unwrap(),
        ];
        for other in &others {
            assert_ne!(hash(&stock), hash(other));
        }
        assert_eq!(
            stock.parameters(),
            [("audience", "https://stock.example".to_owned()), ("scope", "read write".to_owned())]
        );
    }

    #[test]
    fn an_answer_is_within_what_was_asked_for() {
        let wanted = Wanted::for_audience("stock", ["read", "write"]).unwrap();
        assert!(wanted.covers(None));
        for good in [json!(null), json!(""), json!("read"), json!("write read"), json!("read read")] {
            assert!(wanted.covers(Some(&good)), "{good:?}");
        }
        for wider in
            [json!("admin"), json!("read admin"), json!("READ"), json!("read\twrite"), json!(["read"]), json!(1)]
        {
            assert!(!wanted.covers(Some(&wider)), "{wider:?}");
        }
        let nothing = Wanted::for_audience("stock", [""; 0]).unwrap();
        assert!(!nothing.covers(Some(&json!("read"))), "nothing was asked for");
    }

    #[test]
    fn what_cannot_be_asked_for_is_not() {
        for scope in ["", "a b", "a\"", "ä"] {
            assert!(Wanted::for_audience("stock", [scope]).is_err(), "{scope:?}");
        }
        assert!(Wanted::for_audience("", ["a"]).is_err() && Wanted::for_audience("a\nb", ["a"]).is_err());
        for resource in ["", "stock", "/stock", "https://stock.example/#x"] {
            assert!(Wanted::for_resource(resource, ["a"]).is_err(), "{resource:?}");
        }
    }
}
