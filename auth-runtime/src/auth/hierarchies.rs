//! Roles and scopes that include others, and classes of authentication that are stronger than others.

use crate::auth::{AuthBuilder, ConfigFault};
use crate::denial::is_listed_word;
use crate::policy::Hierarchy;

impl AuthBuilder {
    /// Roles that include other roles, the highest first: `"admin > ops > viewer"`. May be called several times.
    ///
    /// # Errors
    /// [`build`](Self::build) fails on a hierarchy of fewer than two roles, and on one that goes in a circle:
    ///
    /// ```
    /// let error = auth_runtime::Auth::builder().dangerous_allow_unconfigured()
    ///     .role_hierarchy("admin > ops > viewer")
    ///     .role_hierarchy("viewer > admin")
    ///     .build()
    ///     .unwrap_err();
    /// assert!(error.to_string().contains("role `viewer` cannot include `admin`"));
    /// ```
    pub fn role_hierarchy(mut self, order: &str) -> Self {
        let roles: Vec<&str> = order.split('>').map(str::trim).collect();
        if roles.len() < 2 || roles.iter().any(|role| role.is_empty()) {
            let fault =
                format!("role hierarchy `{order}` is incomplete; write at least two roles, as in `admin > viewer`");
            self.faults.push(ConfigFault::HierarchyInvalid { fault });
            return self;
        }
        for pair in roles.windows(2) {
            if let [higher, lower] = pair {
                imply(&mut self.hierarchies.roles, "role", higher, lower, &mut self.faults);
            }
        }
        self
    }

    /// Scopes that a scope includes: whoever was granted `scope` passes where one of `implied` is required. The scopes a
    /// challenge names stay those of the policy.
    ///
    /// # Errors
    /// [`build`](Self::build) fails on implications that go in a circle.
    pub fn scope_implies<'a>(mut self, scope: &str, implied: impl IntoIterator<Item = &'a str>) -> Self {
        for implied in implied {
            imply(&mut self.hierarchies.scopes, "scope", scope, implied, &mut self.faults);
        }
        self
    }

    /// The classes of authentication (`acr`) that an issuer tells, the weakest first: whoever was authenticated by a stronger one passes
    /// where a weaker one is required. Without it, `acr = "mfa"` is met by `mfa` alone. Once for each issuer; people who sign in at this
    /// service are vouched for by `local:session`, or `local:session/NAME` where the sessions have a name. Take it from the issuer's
    /// documentation: nothing in a token says which class is the stronger one.
    ///
    /// ```standalone_crate
    /// use actix_web::{App, get, test};
    /// use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};
    /// use auth_runtime::{Auth, requires};
    ///
    /// #[requires(bearer, acr = "mfa")]
    /// #[get("/payouts")]
    /// async fn payouts() -> &'static str { "none" }
    ///
    /// # #[actix_web::main]
    /// # async fn main() {
    /// let issuer = TestIssuer::new();
    /// let auth = Auth::builder().bearer(issuer.jwt()).acr_order("https://issuer.test", ["pwd", "mfa", "phr"]).build().unwrap();
    /// let app = test::init_service(App::new().service(auth.scope("").service(payouts))).await;
    /// let request = |acr: &str| {
    ///     let token = issuer.token().subject("alice").claim("acr", acr).sign();
    ///     test::TestRequest::get().uri("/payouts").bearer(token).to_request()
    /// };
    /// for strong in ["mfa", "phr"] {
    ///     assert_eq!(test::call_service(&app, request(strong)).await.status(), 200);
    /// }
    /// for weak in ["pwd", "gold"] {
    ///     let answer = test::call_service(&app, request(weak)).await;
    ///     assert_eq!(answer.status(), 401, "what is outside the order is too weak");
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`build`](Self::build) fails on fewer than two classes, on one that is given twice or that no challenge can carry, and on a second
    /// order of one issuer.
    pub fn acr_order<'a>(mut self, issuer: &str, weakest_first: impl IntoIterator<Item = &'a str>) -> Self {
        let order: Vec<Box<str>> = weakest_first.into_iter().map(Box::from).collect();
        let repeated =
            order.iter().enumerate().find(|(place, class)| order.iter().take(*place).any(|known| known == *class));
        let fault = if order.len() < 2 {
            Some("names fewer than two; write the weakest first, as in `[\"pwd\", \"mfa\"]`".to_owned())
        } else if let Some((_, class)) = repeated {
            Some(format!("names `{class}` twice; remove one"))
        } else if let Some(class) = order.iter().find(|class| !is_listed_word(class)) {
            Some(format!(
                "has {class:?}, which no challenge can carry; use printable ASCII without spaces, `\"` and `\\`"
            ))
        } else if !self.hierarchies.acr.add(issuer, order) {
            Some("is the second of this issuer; join the two".to_owned())
        } else {
            None
        };
        if let Some(fault) = fault {
            let fault = format!("the order of `acr` of `{issuer}` {fault}");
            self.faults.push(ConfigFault::HierarchyInvalid { fault });
        }
        self
    }
}

fn imply(hierarchy: &mut Hierarchy, what: &str, higher: &str, lower: &str, faults: &mut Vec<ConfigFault>) {
    if let Err(cycle) = hierarchy.imply(higher, lower) {
        let fault = format!(
            "{what} `{}` cannot include `{}`, which already includes it; remove one of the two",
            cycle.higher, cycle.lower
        );
        faults.push(ConfigFault::HierarchyInvalid { fault });
    }
}
