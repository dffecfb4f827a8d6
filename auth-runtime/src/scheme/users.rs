//! What schemes with users know of them beyond their passwords.

use std::any::type_name;
use std::sync::Arc;

use crate::authorities::AuthorityLoader;
use crate::scheme::SchemeDescription;

/// The application's own function that says which roles a user has.
pub(crate) struct RolesOf<U> {
    function: Arc<Roles<U>>,
    /// For reviewers: with another function, other users may have a role.
    pub(crate) name: &'static str,
}

type Roles<U> = dyn Fn(&U) -> Vec<Box<str>> + Send + Sync;

impl<U> RolesOf<U> {
    pub(crate) fn new<F, R>(roles: F) -> Self
    where
        F: Fn(&U) -> R + Send + Sync + 'static,
        R: IntoIterator<Item: Into<Box<str>>>,
    {
        let function = move |user: &U| roles(user).into_iter().map(Into::into).collect();
        Self { function: Arc::new(function), name: type_name::<F>() }
    }

    pub(crate) fn of(&self, user: &U) -> Vec<Box<str>> {
        (self.function)(user)
    }
}

/// What such a scheme says of its callers.
pub(crate) struct Described {
    /// Adds the type of the users.
    details: fn(SchemeDescription) -> SchemeDescription,
    roles: Option<&'static str>,
    authorities: Option<AuthorityLoader>,
}

impl Described {
    pub(crate) fn new<U: Send + Sync + 'static>(
        roles: Option<&RolesOf<U>>,
        authorities: Option<AuthorityLoader>,
    ) -> Self {
        Self { details: SchemeDescription::details::<U>, roles: roles.map(|roles| roles.name), authorities }
    }

    pub(crate) fn add_to(&self, description: SchemeDescription) -> SchemeDescription {
        let description = (self.details)(description).loaded_by(self.authorities.clone()).counts_attempts();
        match self.roles {
            Some(roles) => description.reads("roles", roles),
            None => description,
        }
    }
}
