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
    pub(crate) auth_time: UnixTime,
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

fn is_false(value: &bool) -> bool {
    !value
}
