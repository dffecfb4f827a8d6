//! One user: as a file names it, as a function of your own is asked for it, and as it finds it.

use std::sync::Arc;

use crate::scheme::digest::credentials::ClaimedUser;
use crate::scheme::digest::response::{DigestAlgorithm, Ha1};

/// A user of an `htdigest` file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct User {
    name: Arc<str>,
}

impl User {
    pub(super) fn new(name: Arc<str>) -> Self {
        Self { name }
    }

    /// The name, as it stands in the file.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Whose digest a function of your own is asked for.
#[derive(Clone, Debug)]
pub struct UserQuery {
    user: ClaimedUser,
    realm: String,
    algorithm: DigestAlgorithm,
}

impl UserQuery {
    pub(super) fn new(user: ClaimedUser, realm: &str, algorithm: DigestAlgorithm) -> Self {
        Self { user, realm: realm.to_owned(), algorithm }
    }

    /// The user's name, where it was sent.
    pub fn name(&self) -> Option<&str> {
        match &self.user {
            ClaimedUser::Name(name) => Some(name),
            ClaimedUser::Userhash(_) => None,
        }
    }

    /// What was sent in place of the name: the digest of `user:realm` by the algorithm of the query, as hexadecimal digits
    /// in lower case (RFC 7616 section 3.4.4). Store it beside the name to find users by it, or say
    /// [`without_userhash`](super::DigestUsers::without_userhash).
    pub fn userhash(&self) -> Option<&str> {
        match &self.user {
            ClaimedUser::Name(_) => None,
            ClaimedUser::Userhash(hash) => Some(hash.as_str()),
        }
    }

    /// The realm.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// The algorithm that the digest must be of.
    pub fn algorithm(&self) -> DigestAlgorithm {
        self.algorithm
    }
}

/// What a function of your own found.
#[derive(Clone, Debug)]
pub struct StoredUser<U> {
    pub(super) name: String,
    pub(super) ha1: Ha1,
    pub(super) user: U,
}

impl<U> StoredUser<U> {
    /// A user by its name, which becomes the subject of the principal, with the stored digest of its password and what
    /// handlers get to know of it.
    pub fn new(name: impl Into<String>, ha1: Ha1, user: U) -> Self {
        Self { name: name.into(), ha1, user }
    }
}
