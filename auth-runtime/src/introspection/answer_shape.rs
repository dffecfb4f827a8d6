//! Where an [`Introspection`] finds what it needs in the answers of its endpoint.

use crate::introspection::builder::Introspection;
use crate::jwt::Organisation;

/// What the answers of the endpoint look like.
impl<I, A, C> Introspection<I, A, C> {
    /// Where an answer's roles are; see [`Jwt::roles_claim`](crate::Jwt::roles_claim). Called again, it adds a path.
    #[must_use]
    pub fn roles_claim(mut self, path: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.acceptance.roles_claims.add(path, false);
        self
    }

    /// A further path of roles that may be missing; see [`Jwt::optional_roles_claim`](crate::Jwt::optional_roles_claim).
    #[must_use]
    pub fn optional_roles_claim(mut self, path: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.acceptance.roles_claims.add(path, true);
        self
    }

    /// Takes the keys of an object for roles; see [`Jwt::roles_from_keys`](crate::Jwt::roles_from_keys).
    #[must_use]
    pub fn roles_from_keys(mut self, organisation: impl Into<Box<str>>) -> Self {
        self.acceptance.roles_form.from_keys = Some(Organisation::This(organisation.into()));
        self
    }

    /// The same, whoever holds them; see [`Jwt::dangerous_any_organisation`](crate::Jwt::dangerous_any_organisation).
    ///
    /// # Security
    /// See there.
    #[must_use]
    pub fn dangerous_any_organisation(mut self) -> Self {
        self.acceptance.roles_form.from_keys = Some(Organisation::Any);
        self
    }

    /// Takes a string at the place of roles for a list; see [`Jwt::roles_split_at_commas`](crate::Jwt::roles_split_at_commas).
    #[must_use]
    pub fn roles_split_at_commas(mut self) -> Self {
        self.acceptance.roles_form.split_at_commas = true;
        self
    }

    /// Where an answer's scopes are; see [`Jwt::scopes_claim`](crate::Jwt::scopes_claim). Called again, it adds a path.
    #[must_use]
    pub fn scopes_claim(mut self, path: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.acceptance.scopes_claims.add(path, false);
        self
    }

    /// A further path of scopes that may be missing; see [`Jwt::optional_scopes_claim`](crate::Jwt::optional_scopes_claim).
    #[must_use]
    pub fn optional_scopes_claim(mut self, path: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.acceptance.scopes_claims.add(path, true);
        self
    }

    /// Which member identifies the caller; by default `sub`. Answers about tokens that a client got for itself often have
    /// no `sub`: say `sub` and then `client_id`, and the first that is there counts. See
    /// [`Jwt::subject_claim`](crate::Jwt::subject_claim).
    #[must_use]
    pub fn subject_claim(mut self, name: impl Into<Box<str>>) -> Self {
        self.acceptance.subject_claims.push(name.into());
        self
    }

    /// The clients whose tokens count, where an answer has `azp`; see
    /// [`Jwt::authorized_parties`](crate::Jwt::authorized_parties).
    #[must_use]
    pub fn authorized_parties(mut self, clients: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.acceptance.issuer.add_authorized_parties(clients);
        self
    }
}
