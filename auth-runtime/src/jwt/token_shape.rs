//! Where a [`Jwt`] finds what it needs in tokens of its issuer's making.

use crate::jwt::grants::Organisation;
use crate::jwt::jwt::Jwt;

/// What the tokens of the issuer look like.
impl<I, A> Jwt<I, A> {
    /// Where a token's roles are: the names of the members to follow, outermost first; by default `["roles"]`. Each name
    /// is taken whole and may contain dots or colons. The value is an array of strings, or a string that is one role.
    ///
    /// Called again, it adds a path, and the roles of all of them count. Where a path is missing, null or of another type,
    /// nothing is known of roles that were not found: `role(…)` admits for one that was, `!role(…)` for none. So it is where the
    /// issuer says that its list is too long for the token (`_claim_names`, `hasgroups`), as Entra ID does above 200 groups.
    ///
    /// ```
    /// use auth_runtime::Jwt;
    ///
    /// // Keycloak: the realm's roles, and those that this client has given, if any.
    /// let jwt = Jwt::hs256([7; 32])
    ///     .roles_claim(["realm_access", "roles"])
    ///     .optional_roles_claim(["resource_access", "orders-api", "roles"]);
    /// # let _ = jwt;
    /// ```
    #[must_use]
    pub fn roles_claim(mut self, path: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.settings.acceptance.roles_claims.add(path, false);
        self
    }

    /// A further path of roles, as [`roles_claim`](Self::roles_claim), that a token without such roles does not have: where it is
    /// missing, no roles are there.
    #[must_use]
    pub fn optional_roles_claim(mut self, path: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.settings.acceptance.roles_claims.add(path, true);
        self
    }

    /// Takes the keys of an object for roles, where one is at the place of roles: those that this organisation holds, whose id
    /// must be in the key's value, as Zitadel writes it. A value there that is null, false or empty does not count. By default an
    /// object is of the wrong type.
    ///
    /// ```
    /// use auth_runtime::Jwt;
    ///
    /// // "urn:zitadel:iam:org:project:roles": {"admin": {"245310": "acme.example"}}
    /// let jwt = Jwt::hs256([7; 32])
    ///     .roles_claim(["urn:zitadel:iam:org:project:roles"])
    ///     .roles_from_keys("245310");
    /// # let _ = jwt;
    /// ```
    #[must_use]
    pub fn roles_from_keys(mut self, organisation: impl Into<Box<str>>) -> Self {
        self.settings.acceptance.roles_form.from_keys = Some(Organisation::This(organisation.into()));
        self
    }

    /// Takes the keys of an object for roles, as [`roles_from_keys`](Self::roles_from_keys), whoever holds them: every key
    /// whose value is not null, false or empty.
    ///
    /// # Security
    /// Where several organisations share an issuer, as with Zitadel, the role that one of them gives to its people counts
    /// for all. Right only where there is one, or where the values are not organisations.
    #[must_use]
    pub fn dangerous_any_organisation(mut self) -> Self {
        self.settings.acceptance.roles_form.from_keys = Some(Organisation::Any);
        self
    }

    /// Takes a string at the place of roles for a list separated by commas, without the spaces around them; by default it is one
    /// role. The items of an array are one role each in any case.
    #[must_use]
    pub fn roles_split_at_commas(mut self) -> Self {
        self.settings.acceptance.roles_form.split_at_commas = true;
        self
    }

    /// Where a token's scopes are: the names of the members to follow, outermost first; by default `scope` and `scp` together.
    /// The value is a string separated by spaces, or an array of strings.
    ///
    /// The first call takes the place of the default, each further one adds a path; what is missing is unknown as with
    /// [`roles_claim`](Self::roles_claim).
    ///
    /// ```
    /// use auth_runtime::Jwt;
    ///
    /// // Auth0 with RBAC: what the user may do, and not what the client asked for.
    /// let jwt = Jwt::hs256([7; 32]).scopes_claim(["permissions"]);
    /// # let _ = jwt;
    /// ```
    #[must_use]
    pub fn scopes_claim(mut self, path: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.settings.acceptance.scopes_claims.add(path, false);
        self
    }

    /// A further path of scopes, as [`scopes_claim`](Self::scopes_claim), that a token without such scopes does not have: where it
    /// is missing, no scopes are there.
    #[must_use]
    pub fn optional_scopes_claim(mut self, path: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.settings.acceptance.scopes_claims.add(path, true);
        self
    }

    /// Which claim identifies the caller; by default `sub`. It must be a string that is not empty, and unique at its
    /// issuer: a token without it is refused.
    ///
    /// Called again, it adds a fallback: the first claim that is there, and not null, counts, even if it cannot be used. Which one
    /// that was says [`Principal::subject_claim`](crate::Principal::subject_claim), and the callers of two claims are never
    /// the same, whatever their names.
    #[must_use]
    pub fn subject_claim(mut self, name: impl Into<Box<str>>) -> Self {
        self.settings.acceptance.subject_claims.push(name.into());
        self
    }

    /// The clients whose tokens count: where a token has `azp` (OpenID Connect Core 1.0 section 2), it must be one of these, and
    /// null is none. A token without `azp` passes. Of the first issuer, and of those that do not say their own; called again, the
    /// lists add up.
    ///
    /// ```
    /// use auth_runtime::Jwt;
    ///
    /// let jwt = Jwt::hs256([7; 32]).authorized_parties(["https://app.example", "https://admin.example"]);
    /// # let _ = jwt;
    /// ```
    #[must_use]
    pub fn authorized_parties(mut self, clients: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.settings.acceptance.issuer.add_authorized_parties(clients);
        self
    }
}
