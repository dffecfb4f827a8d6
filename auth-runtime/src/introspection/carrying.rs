//! Where a request has the token of an [`Introspection`], and how clients are told to ask for one.

use crate::introspection::builder::Introspection;

/// Where the token is, and what it is asked for with.
impl<I, A, C> Introspection<I, A, C> {
    /// Also takes the token from this cookie; see [`Jwt::cookie`](crate::Jwt::cookie). Beside a `Jwt` its own setting counts.
    ///
    /// # Security
    /// See [`Jwt::cookie`](crate::Jwt::cookie).
    #[must_use]
    pub fn cookie(mut self, name: impl Into<Box<str>>) -> Self {
        self.carriers.cookie = Some(name.into());
        self
    }

    /// Also takes the token from this parameter of the query; see [`Jwt::dangerous_query_parameter`](crate::Jwt::dangerous_query_parameter). Beside a `Jwt` its own
    /// setting counts.
    ///
    /// # Security
    /// See [`Jwt::dangerous_query_parameter`](crate::Jwt::dangerous_query_parameter).
    #[must_use]
    pub fn dangerous_query_parameter(mut self, name: impl Into<Box<str>>) -> Self {
        self.carriers.query_parameter = Some(name.into());
        self
    }

    /// Takes the token from this field in place of `Authorization`; see [`Jwt::header`](crate::Jwt::header). Beside a `Jwt` its own setting counts.
    #[must_use]
    pub fn header(mut self, name: impl Into<Box<str>>) -> Self {
        self.carriers.take_from(name);
        self
    }

    /// Takes that field for one that clients set themselves; see [`Jwt::dangerous_set_by_client`](crate::Jwt::dangerous_set_by_client).
    ///
    /// # Security
    /// See there.
    #[must_use]
    pub fn dangerous_set_by_client(mut self) -> Self {
        self.carriers.set_by_client();
        self
    }

    /// What clients shall ask their authorization server for where a policy demands `scope`; see [`Jwt::challenge_scopes`](crate::Jwt::challenge_scopes).
    /// Beside a `Jwt` its own setting counts.
    #[must_use]
    pub fn challenge_scopes(mut self, scope: impl Into<Box<str>>, asked_for_as: impl Into<Box<str>>) -> Self {
        self.carriers.scope_names.name(scope, asked_for_as);
        self
    }

    /// The same for all other scopes, with this in front; see [`Jwt::challenge_scope_prefix`](crate::Jwt::challenge_scope_prefix).
    #[must_use]
    pub fn challenge_scope_prefix(mut self, prefix: impl Into<Box<str>>) -> Self {
        self.carriers.scope_names.set_prefix(prefix);
        self
    }
}
