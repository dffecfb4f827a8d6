//! How the authorization server calls the scopes that policies name.

use std::borrow::Cow;

/// Names of scopes for those who ask for tokens: some servers want them asked for by another name than tokens have them.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScopeNames {
    prefix: Option<Box<str>>,
    names: Vec<(Box<str>, Box<str>)>,
}

impl ScopeNames {
    pub(crate) fn name(&mut self, scope: impl Into<Box<str>>, asked_for_as: impl Into<Box<str>>) {
        self.names.push((scope.into(), asked_for_as.into()));
    }

    pub(crate) fn set_prefix(&mut self, prefix: impl Into<Box<str>>) {
        self.prefix = Some(prefix.into());
    }

    /// What to ask for where a policy demands this scope.
    pub(crate) fn asked_for<'a>(&self, scope: &'a str) -> Cow<'a, str> {
        let named = self.names.iter().rev().find(|(name, _)| **name == *scope);
        match (named, &self.prefix) {
            (Some((_, name)), _) => Cow::Owned(name.to_string()),
            (None, Some(prefix)) => Cow::Owned(format!("{prefix}{scope}")),
            (None, None) => Cow::Borrowed(scope),
        }
    }

    /// What is wrong: the option and the remedy.
    pub(crate) fn fault(&self) -> Option<(&'static str, &'static str)> {
        // RFC 6749 section 3.3, in visible ASCII.
        let is_token =
            |name: &str| !name.is_empty() && name.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
        if !self.names.iter().all(|(scope, name)| is_token(scope) && is_token(name)) {
            return Some((
                "challenge_scopes",
                "not the name of one scope; write it without spaces, quotes and backslashes",
            ));
        }
        let wrong = self.prefix.as_deref().is_some_and(|prefix| !is_token(prefix));
        wrong.then_some(("challenge_scope_prefix", "not the beginning of a scope; give it as in `api://app-id/`"))
    }
}
