//! The words that policies may name.

use crate::auth::{AuthBuilder, ConfigFault, RequiredBy};
use crate::policy::{PolicySpec, Vocabulary};

impl AuthBuilder {
    /// The scopes that there are. May be called several times; by default every scope may be named.
    ///
    /// # Errors
    /// [`build`](Self::build) fails on each policy that names another one, with the nearest of these:
    ///
    /// ```
    /// # use auth_runtime::{Auth, Jwt, requires};
    /// #[requires(bearer, scope = "orders:raed")]
    /// async fn orders() -> &'static str { "orders" }
    ///
    /// # fn main() {
    /// # let jwt = Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
    /// let error = Auth::builder().bearer(jwt).known_scopes(["orders:read", "orders:write"]).build().unwrap_err();
    /// assert!(error.to_string().contains("scope `orders:raed` is unknown; did you mean `orders:read`?"));
    /// # }
    /// ```
    pub fn known_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.vocabulary.add_scopes(scopes.into_iter().map(Into::into));
        self
    }

    /// The roles that there are. May be called several times; by default every role may be named.
    ///
    /// # Errors
    /// [`build`](Self::build) fails on each policy that names another one, with the nearest of these.
    pub fn known_roles(mut self, roles: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.vocabulary.add_roles(roles.into_iter().map(Into::into));
        self
    }
}

/// What is wrong with the words of these policies. The linker fixes no order; people read by file and line.
pub(super) fn faults_of_words<'a>(
    vocabulary: &Vocabulary,
    policies: impl Iterator<Item = &'a PolicySpec>,
) -> Vec<ConfigFault> {
    let mut faults: Vec<_> = policies
        .flat_map(|spec| vocabulary.faults(spec).into_iter().map(|fault| (RequiredBy::of(spec), fault)))
        .collect();
    faults.sort_by_key(|(policy, _)| (policy.file, policy.line));
    faults.into_iter().map(|(policy, fault)| ConfigFault::PolicyInvalid { policy, fault }).collect()
}
