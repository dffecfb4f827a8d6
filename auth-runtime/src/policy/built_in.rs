//! What is known of the schemes of ours however they are configured: one row for each.

use super::proof::same_text;

/// A scheme of ours. The builder has a method of its keyword, and its refusals are known.
pub(crate) struct BuiltIn {
    pub(crate) keyword: &'static str,
    /// What a caller by it sends.
    pub(crate) sends: &'static str,
    /// The same of a caller who is let in by nothing else: of tokens, that they may be anybody's.
    pub(crate) admits: &'static str,
    pub(crate) conveys: Conveyed,
}

/// What the credentials of a scheme tell of a caller, beside who it is; the rest stays unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Conveyed {
    pub(crate) scopes: bool,
    pub(crate) claims: bool,
    /// How and when the caller was authenticated.
    pub(crate) authentication: bool,
}

impl Conveyed {
    const NOTHING: Self = Self { scopes: false, claims: false, authentication: false };
    pub(crate) const ALL: Self = Self { scopes: true, claims: true, authentication: true };

    /// A scheme of the application's own may tell everything.
    pub(crate) const fn by(keyword: &str) -> Self {
        match built_in(keyword) {
            Some(known) => known.conveys,
            None => Self::ALL,
        }
    }

    /// The same, where the application may add scopes to what the credentials tell.
    pub(crate) const fn and_loaded(self, loads: bool) -> Self {
        Self { scopes: self.scopes || loads, ..self }
    }
}

const BUILT_IN: [BuiltIn; 7] = [
    BuiltIn { keyword: "bearer", sends: "a bearer token", admits: "any valid bearer token", conveys: Conveyed::ALL },
    BuiltIn {
        keyword: "dpop",
        sends: "a token with a proof of its key",
        admits: "any valid token with a proof of the key that it is bound to",
        conveys: Conveyed::ALL,
    },
    BuiltIn {
        keyword: "basic",
        sends: "a user name and password",
        admits: "a user name and password",
        conveys: Conveyed::NOTHING,
    },
    BuiltIn {
        keyword: "digest",
        sends: "a user name and proof of the password",
        admits: "a user name and proof of the password",
        conveys: Conveyed::NOTHING,
    },
    BuiltIn {
        keyword: "api_key",
        sends: "an API key",
        admits: "an API key",
        conveys: Conveyed { scopes: true, ..Conveyed::NOTHING },
    },
    BuiltIn {
        keyword: "session",
        sends: "a session",
        admits: "a session",
        conveys: Conveyed { claims: false, ..Conveyed::ALL },
    },
    BuiltIn {
        keyword: "client_certificate",
        sends: "a client certificate",
        admits: "a client certificate",
        conveys: Conveyed::NOTHING,
    },
];

/// What is known of the scheme of this keyword, where it is one of ours.
pub(crate) const fn built_in(keyword: &str) -> Option<&'static BuiltIn> {
    let mut left: &'static [BuiltIn] = &BUILT_IN;
    while let [known, rest @ ..] = left {
        if same_text(known.keyword, keyword) {
            return Some(known);
        }
        left = rest;
    }
    None
}
