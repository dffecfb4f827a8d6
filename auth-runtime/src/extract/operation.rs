//! Operations inside a request: a handler asks about each of them.

use std::any::TypeId;
use std::fmt;
use std::ops::Deref;

use actix_web::HttpRequest;

use crate::auth::Auth;
use crate::denial::Denial;
use crate::extract::Granted;
use crate::grant::{Grant, Standalone};
use crate::guard::Admitted;
use crate::guard::decision::decide_operation;
use crate::policy::{Policy, Presence};
use crate::principal::Principal;

/// An operation inside a request that policy `P` has admitted. Made by [`Auth::admit`].
///
/// It dereferences to the [`Granted<P>`](Granted) that functions ask for which must not be called without.
pub struct Operation<P> {
    grant: Grant<P>,
    proof: Granted<P>,
}

impl<P> Operation<P> {
    /// Who called; `None` for nobody under a policy that is optional.
    pub fn caller(&self) -> Option<&Principal> {
        self.grant.caller().principal()
    }
}

impl<P> Deref for Operation<P> {
    type Target = Granted<P>;

    fn deref(&self) -> &Granted<P> {
        &self.proof
    }
}

impl<P> fmt::Debug for Operation<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").field("caller", &self.caller()).finish_non_exhaustive()
    }
}

impl Auth {
    /// Judges an operation inside a request by a policy of its own: a tool of MCP, a method of JSON-RPC, a field of GraphQL, where one
    /// route serves all of them.
    ///
    /// A guard around has let the request in, and has verified its caller; the builder's
    /// [`operations`](crate::config::AuthBuilder::operations) says how many operations a request may have. `P` is judged anew, on that very
    /// credential and on no other: where `P` does not take it, nobody calls. Nothing is authenticated twice, checks of `P` run, and its limit
    /// counts each operation. Checks see the request, not what the operation is about: the function that has the proof compares its own
    /// arguments. Each is a decision of its own, with an event of the kind `operation`. In a request that goes on for
    /// long, such as a WebSocket, nothing is admitted any more once the credentials have ended.
    ///
    /// ```standalone_crate
    /// use actix_web::{App, HttpRequest, get, test, web};
    /// use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};
    /// use auth_runtime::{Auth, Denial, Granted, policy, requires};
    ///
    /// policy! { ReadFiles: bearer, scope("files:read"); WriteFiles: bearer, scope("files:write"); }
    ///
    /// /// Nobody calls it who was not admitted.
    /// fn write_file(_: &Granted<WriteFiles>) -> &'static str { "written" }
    ///
    /// #[requires(bearer)]
    /// #[get("/call/{operation}")]
    /// async fn call(request: HttpRequest, operation: web::Path<String>, auth: web::Data<Auth>) -> Result<&'static str, Denial> {
    ///     match &**operation {
    ///         "write" => Ok(write_file(&*auth.admit::<WriteFiles>(&request).await?)),
    ///         "read" => auth.admit::<ReadFiles>(&request).await.map(|_| "read"),
    ///         _ => Err(Denial::not_found("there is no such operation")),
    ///     }
    /// }
    ///
    /// # #[actix_web::main]
    /// # async fn main() {
    /// let issuer = TestIssuer::new();
    /// let auth = Auth::builder().bearer(issuer.jwt()).operations(10).build().unwrap();
    /// let scope = auth.scope("").app_data(web::Data::new(auth.clone())).service(call);
    /// let app = test::init_service(App::new().service(scope)).await;
    ///
    /// let token = issuer.token().scope("files:read").sign();
    /// let ask = |path| test::TestRequest::get().uri(path).bearer(&token).to_request();
    /// assert_eq!(test::call_and_read_body(&app, ask("/call/read")).await, "read");
    /// let denied = test::call_service(&app, ask("/call/write")).await;
    /// let challenge = r#"Bearer realm="api", error="insufficient_scope", scope="files:write""#;
    /// ExpectedDenial::new(403).challenge(challenge).assert(denied).await;
    /// # }
    /// ```
    ///
    /// # Errors
    /// The denial, with status, challenges and body. Returned by the handler it is the answer of the request; where that has other operations
    /// too, status and problem are what the protocol's own error says. What else is owed to the answer, such as fields that a scheme adds, the
    /// guard around adds. One that [is hidden](Denial::is_hidden) should look like an unknown operation. Without a guard of this `Auth` around, or
    /// without `operations` on its builder, it is 500 and an error event.
    pub fn admit<P: Policy<Access: Standalone>>(
        &self,
        request: &HttpRequest,
    ) -> impl Future<Output = Result<Operation<P>, Denial>> + use<P> {
        let decision = decide_operation(self.plans(), TypeId::of::<P>(), const { &P::SPEC }, request);
        let request = request.clone();
        async move {
            let Admitted { caller, admission } = decision.get().await?;
            if let Some(admission) = admission {
                admission.allowed(&request, &caller);
            }
            let grant = Grant::new(caller);
            Ok(Operation { proof: Granted::of(&grant), grant })
        }
    }

    /// Whether [`admit`](Self::admit) may admit the caller of the request, for a list of what it can do: scopes, roles and claims suffice. Checks
    /// are not run, nothing is counted, and nobody is asked; where the application's own function would have to be, it is `true`.
    pub fn may_admit<P: Policy<Access: Standalone>>(&self, request: &HttpRequest) -> bool {
        P::SPEC.presence() == Presence::Public
            || self.plan(TypeId::of::<P>()).is_some_and(|plan| plan.may_admit(request))
    }
}
