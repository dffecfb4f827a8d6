//! What a session holds, as text that its store keeps.

use serde::{Deserialize, Serialize};

use crate::time::UnixTime;

/// The largest session, in bytes as they are kept.
pub(super) const RECORD_MAX: usize = 16 * 1024;

/// What a session holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Record {
    /// What it is called where its id must not be told: in lists, logs and revocations. Stays when the id changes.
    pub(crate) sid: Box<str>,
    pub(crate) subject: Box<str>,
    /// The provider that it was signed in at, and what is kept of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) login: Option<AtProvider>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) roles: Option<Vec<Box<str>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scopes: Option<Vec<Box<str>>>,
    /// As JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) details: Option<Box<str>>,
    /// When it was signed in, in seconds since 1970; the rest likewise.
    pub(crate) created_at: UnixTime,
    /// When the sign-in began, in milliseconds.
    pub(crate) began_at: u64,
    pub(crate) seen_at: UnixTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) acr: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) amr: Vec<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) auth_time: Option<UnixTime>,
    /// From where it was signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) agent: Option<Box<str>>,
    /// The rights have changed: the next answer gives the browser another id.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) renews: bool,
    /// It goes on under another id.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) replaced: bool,
}

/// Where somebody has signed in that was not here.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct AtProvider {
    /// What it is called here, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<Box<str>>,
    /// Vouches for the subject.
    pub(crate) issuer: Box<str>,
    /// The session there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sid: Option<Box<str>>,
    /// Its tokens, as text that is encrypted; not before the session is [prepared](super::beginning).
    pub(crate) tokens: Box<str>,
    /// Until when one process asks for others, so that no second one does, in milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) refreshing_until: u64,
}

/// Whose sessions: a subject belongs to whoever vouches for it, the application itself where that is nobody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whose<'a> {
    pub(crate) issuer: Option<&'a str>,
    pub(crate) subject: &'a str,
}

impl Record {
    pub(crate) fn whose(&self) -> Whose<'_> {
        Whose { issuer: self.login.as_ref().map(|login| &*login.issuer), subject: &self.subject }
    }

    /// Which session it is, and nothing else of it.
    pub(super) fn named(&self) -> Self {
        let at = |login: &AtProvider| AtProvider { issuer: login.issuer.clone(), ..AtProvider::default() };
        let login = self.login.as_ref().map(at);
        Self { sid: self.sid.clone(), subject: self.subject.clone(), login, ..Self::default() }
    }
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

fn is_false(value: &bool) -> bool {
    !value
}
