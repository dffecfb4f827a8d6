//! Where a request has the token of a [`Jwt`], and how clients are told to ask for one.

use crate::jwt::jwt::Jwt;

/// Where the token is, and what it is asked for with.
impl<I, A> Jwt<I, A> {
    /// Takes the token from this field in place of `Authorization`, such as `Cf-Access-Jwt-Assertion`: the token alone, in one line.
    ///
    /// A proxy that sets such a field does so for whoever its own cookie says is calling, also in requests that another site
    /// caused. So the cross-site rule applies, as to cookies; see [`dangerous_set_by_client`](Self::dangerous_set_by_client).
    ///
    /// ```
    /// use auth_runtime::Jwt;
    ///
    /// let jwt = Jwt::hs256([7; 32]).header("X-Edge-Token");
    /// # let _ = jwt;
    /// ```
    #[must_use]
    pub fn header(mut self, name: impl Into<Box<str>>) -> Self {
        self.carriers.take_from(name);
        self
    }

    /// Takes the field of [`header`](Self::header) for one that clients set themselves, on purpose, as they do `Authorization`:
    /// the cross-site rule does not apply.
    ///
    /// # Security
    /// Where a proxy sets the field after all, every site that a visitor opens can make this service act with that visitor's
    /// rights.
    #[must_use]
    pub fn dangerous_set_by_client(mut self) -> Self {
        self.carriers.set_by_client();
        self
    }

    /// Also takes the token from this cookie, whose name is compared byte for byte. A token in the header wins.
    ///
    /// # Security
    /// A browser sends cookies by itself, also with requests that another site caused: the cross-site rule applies to
    /// them. Give the cookie the prefix `__Host-` and the attributes `Secure`, `HttpOnly` and `SameSite`.
    #[must_use]
    pub fn cookie(mut self, name: impl Into<Box<str>>) -> Self {
        self.carriers.cookie = Some(name.into());
        self
    }

    /// Also takes the token from this parameter of the query (RFC 6750 section 2.3), whose name is compared byte for
    /// byte; the token is not percent-decoded, which no JWT needs. A request with a token in the header too is refused
    /// with 400.
    ///
    /// # Security
    /// URLs end up in logs, histories and the `Referer` of what the page loads next, and the token with them. Answers
    /// carry `Referrer-Policy: no-referrer`; keep queries out of your own logs.
    #[must_use]
    pub fn dangerous_query_parameter(mut self, name: impl Into<Box<str>>) -> Self {
        self.carriers.query_parameter = Some(name.into());
        self
    }

    /// What clients shall ask their authorization server for where a policy demands `scope`, in challenges and in the metadata of
    /// the resource: some servers want another name than their tokens have. By default they are the same. Called again, it adds a
    /// name.
    ///
    /// ```
    /// use auth_runtime::Jwt;
    ///
    /// // Entra ID: asked for as `api://…/read`, and `"scp": "read"` in the token.
    /// let jwt = Jwt::hs256([7; 32]).challenge_scopes("read", "api://6f3c/read");
    /// # let _ = jwt;
    /// ```
    #[must_use]
    pub fn challenge_scopes(mut self, scope: impl Into<Box<str>>, asked_for_as: impl Into<Box<str>>) -> Self {
        self.carriers.scope_names.name(scope, asked_for_as);
        self
    }

    /// The same for every scope that [`challenge_scopes`](Self::challenge_scopes) does not name: with this in front.
    #[must_use]
    pub fn challenge_scope_prefix(mut self, prefix: impl Into<Box<str>>) -> Self {
        self.carriers.scope_names.set_prefix(prefix);
        self
    }
}
