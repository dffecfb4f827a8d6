//! The `Auth` value.

mod authorities;
mod binding;
mod builder;
#[cfg(feature = "certificates")]
mod certificates;
mod error;
mod forgetting;
mod hierarchies;
mod left_in_requests;
mod mounted;
#[cfg(feature = "outgoing")]
mod outgoing;
mod proxies;
#[cfg(feature = "testing")]
mod rewritten;
#[cfg(feature = "session")]
mod sessions;
mod tokens;
mod words;

use std::any::TypeId;
use std::fmt;
use std::sync::Arc;

use actix_web::HttpRequest;

use crate::auth::forgetting::CallerMemories;
use crate::denial::Denial;
use crate::grant::Standalone;
use crate::guard::observation::Observation;
use crate::guard::{AuditLog, ConfiguredScheme, Decision, Plans, Settings};
use crate::http::parts::RequestParts;
use crate::metadata::Published;
use crate::policy::Policy;
use crate::principal::Principal;
use crate::scheme::Scheme;
use crate::setting::Setting;
pub use builder::AuthBuilder;
pub use error::{ConfigError, ConfigFault, RequiredBy};
pub(crate) use mounted::MountedTable;
pub use mounted::{Matches, MountedRoute};
#[cfg(feature = "session")]
pub use sessions::{SessionInfo, SubjectSessions};

/// Everything the guards of an application need: schemes, keys, hierarchies.
///
/// Built once, cheap to clone, and attached to routes by [`Auth::scope`].
///
/// ```
/// use auth_runtime::{Auth, Jwt};
///
/// let jwt = Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
/// let auth = Auth::builder().realm("orders").bearer(jwt).build()?;
///
/// let weak = Jwt::hs256("guess me").issuer("https://idp.example").audience("https://api.example");
/// let error = Auth::builder().bearer(weak).build().unwrap_err();
/// assert!(error.to_string().contains("HS256 needs 32 random bytes or more"));
/// # Ok::<_, auth_runtime::config::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Auth(pub(crate) Arc<Configuration>);

pub(crate) struct Configuration {
    pub(crate) plans: Plans,
    /// Every scheme as it was configured, by the name that policies call it.
    pub(crate) schemes: Vec<(String, Arc<dyn Scheme>)>,
    configured: Vec<Arc<ConfiguredScheme>>,
    allows_unconfigured: bool,
    memories: CallerMemories,
    pub(crate) settings: Arc<Settings>,
    pub(crate) published: Option<Arc<Published>>,
    #[cfg(feature = "outgoing")]
    outgoing: Option<crate::outgoing::OutgoingTokens>,
    pub(crate) realm: String,
    #[cfg(feature = "session")]
    sessions: sessions::LiveByName,
    pub(crate) mounted: MountedTable,
}

impl Auth {
    /// Starts a configuration.
    pub fn builder() -> AuthBuilder {
        AuthBuilder::new()
    }

    /// Tells `hear` of every decision: which policy, who called, how it ended, why, which check refused, and the request
    /// without its credentials. For audit logs and alarms. Called again, adds.
    ///
    /// The function runs in a thread of its own, so that no request waits for it; one that is too slow misses decisions, and a
    /// warning in the log says so. Of replayed Digest responses and revoked tokens it misses none before the others. What is
    /// told of is what [`DECISIONS`](crate::observe::DECISIONS) counts, except for requests whose policy this `Auth` cannot
    /// enforce. A [`Denial`](crate::Denial) that a handler returns changes no decision.
    ///
    /// ```standalone_crate
    /// use std::sync::mpsc;
    /// use actix_web::{App, get, test};
    /// use auth_runtime::observe::DecisionOutcome;
    /// use auth_runtime::testing::TestIssuer;
    /// use auth_runtime::{Auth, requires};
    ///
    /// #[requires(bearer, scope = "admin")]
    /// #[get("/users")]
    /// async fn users() -> &'static str { "all of them" }
    ///
    /// # #[actix_web::main]
    /// # async fn main() {
    /// let auth = Auth::builder().bearer(TestIssuer::new().jwt()).build().unwrap();
    /// let (sender, decisions) = mpsc::channel();
    /// auth.on_decision(move |decision| {
    ///     let _ = sender.send((decision.outcome(), decision.request().uri().path().to_owned()));
    /// });
    /// let app = test::init_service(App::new().service(auth.scope("").service(users))).await;
    /// test::call_service(&app, test::TestRequest::get().uri("/users").to_request()).await;
    /// assert_eq!(decisions.recv().unwrap(), (DecisionOutcome::Denied, "/users".to_owned()));
    /// # }
    /// ```
    pub fn on_decision(&self, hear: impl Fn(&Decision) + Send + 'static) {
        self.0.settings.audience.add(hear);
    }

    /// Keeps a record of who was refused, who signed in and out, and what was revoked: a line of JSON each. Called again, adds.
    ///
    /// No request waits for the log. What it does not keep up with is missing, and a line says how much; see
    /// [`EVENTS_LOST`](crate::observe::EVENTS_LOST). The [manual](crate::manual::watching) has the names of all that stands in it.
    ///
    /// ```standalone_crate
    /// # use actix_web::{App, get, test};
    /// # use auth_runtime::testing::TestIssuer;
    /// # use auth_runtime::{Auth, requires};
    /// use auth_runtime::observe::AuditLog;
    ///
    /// # #[requires(bearer, scope = "admin")]
    /// # #[get("/users")]
    /// # async fn users() -> &'static str { "all of them" }
    /// # #[actix_web::main]
    /// # async fn main() {
    /// # let auth = Auth::builder().bearer(TestIssuer::new().jwt()).build().unwrap();
    /// # let path = std::env::temp_dir().join(format!("audit-{}.jsonl", std::process::id()));
    /// auth.audit(AuditLog::file(&path).unwrap());
    /// # let app = test::init_service(App::new().service(auth.scope("").service(users))).await;
    /// # test::call_service(&app, test::TestRequest::get().uri("/users").to_request()).await;
    /// // Somebody asks for `/users` without a token …
    /// # while std::fs::read_to_string(&path).unwrap().is_empty() { std::thread::yield_now(); }
    /// let line: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    /// assert_eq!((&line["event.name"], &line["error.type"]), (&"auth.decision".into(), &"credentials_missing".into()));
    /// # std::fs::remove_file(&path).unwrap();
    /// # }
    /// ```
    pub fn audit(&self, log: AuditLog) {
        self.0.settings.audience.add_log(log);
    }

    /// Judges the caller of what is not a request of actix-web's, such as a call of gRPC beside it, by the policy `P`: authenticates,
    /// and compares scopes, roles and claims. It is a decision like any other: an event, a count, and told of.
    ///
    /// `None` is for nobody under a policy that is optional. The future may be sent to other threads.
    ///
    /// ```standalone_crate
    /// use actix_web::http::header::{AUTHORIZATION, HeaderMap};
    /// use actix_web::http::{Method, Uri};
    /// use auth_runtime::observe::RequestParts;
    /// use auth_runtime::testing::TestIssuer;
    /// use auth_runtime::{Auth, policy};
    ///
    /// policy! { CanQuery: bearer, scope("query") }
    ///
    /// # #[actix_web::main]
    /// # async fn main() {
    /// let issuer = TestIssuer::new();
    /// let auth = Auth::builder().bearer(issuer.jwt()).build().unwrap();
    /// let mut headers = HeaderMap::new();
    /// let token = issuer.token().subject("alice").scope("query").sign();
    /// headers.insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
    /// let parts = RequestParts::new(Method::POST, Uri::from_static("/orders.Orders/Query"), headers);
    ///
    /// let caller = auth.verify::<CanQuery>(&parts).await.unwrap().expect("somebody: the policy is not optional");
    /// assert_eq!(caller.subject(), "alice");
    ///
    /// let nobody = RequestParts::new(Method::POST, Uri::from_static("/orders.Orders/Query"), HeaderMap::new());
    /// assert_eq!(auth.verify::<CanQuery>(&nobody).await.unwrap_err().status(), 401);
    /// # }
    /// ```
    ///
    /// # Errors
    /// The denial, with status, challenges and problem for whatever the protocol has in their place; the application's own
    /// body is not asked for, and nothing of the scheme's is added. What only a request of actix-web's has, is a refusal:
    ///
    /// - Policies with checks, and schemes with authorities, which take arguments out of the request: 500, and an error event.
    /// - Cookies, Basic, Digest and other credentials that a browser adds by itself: 403, since nobody can say who made it.
    pub fn verify<P: Policy<Access: Standalone>>(
        &self,
        parts: &RequestParts,
    ) -> impl Future<Output = Result<Option<Principal>, Denial>> + Send + 'static + use<P> {
        let plan = self.0.plans.plan(TypeId::of::<P>()).cloned();
        let parts = parts.clone();
        async move {
            match plan {
                Ok(plan) => plan.verify(parts).await,
                Err(reason) => Err(Observation::start(const { &P::SPEC }, true).undecidable(parts.peer(), reason)),
            }
        }
    }

    /// Whether every scheme can decide: the keys of all identity providers were fetched and are not too old. For the
    /// answer of a health check; the server starts and answers 503 where they are lacking.
    pub fn is_ready(&self) -> bool {
        self.0.schemes.iter().all(|(_, scheme)| scheme.is_ready())
    }

    /// Which schemes cannot decide, as a policy writes them: `bearer`, `bearer("partner")`.
    pub fn not_ready(&self) -> impl Iterator<Item = &str> {
        self.0.schemes.iter().filter(|(_, scheme)| !scheme.is_ready()).map(|(name, _)| name.as_str())
    }

    pub(crate) fn published(&self) -> Option<&Arc<Published>> {
        self.0.published.as_ref()
    }

    pub(crate) fn settings(&self) -> &Arc<Settings> {
        &self.0.settings
    }

    pub(crate) fn schemes(&self) -> impl Iterator<Item = &dyn Scheme> {
        self.0.schemes.iter().map(|(_, scheme)| &**scheme)
    }

    /// Every configuration of a scheme, in no particular order.
    pub(crate) fn configured(&self) -> impl Iterator<Item = &ConfiguredScheme> {
        self.0.configured.iter().map(|configured| &**configured)
    }

    /// What reviewers see of what holds for every scheme, hierarchies aside.
    pub(crate) fn reviewed(&self) -> Vec<Setting> {
        let settings = self.settings();
        let mut reviewed = settings.origins.reviewed();
        reviewed.extend(settings.proxies.reviewed());
        #[cfg(feature = "certificates")]
        reviewed.extend(settings.certificate_proxies.reviewed());
        reviewed.extend(settings.attempts.reviewed());
        #[cfg(feature = "outgoing")]
        reviewed.extend(self.outgoing().into_iter().flat_map(|outgoing| outgoing.exchange.reviewed().iter().cloned()));
        reviewed
            .extend(self.0.allows_unconfigured.then(|| Setting::allows("dangerous_allow_unconfigured", "any policy")));
        reviewed
    }

    pub(crate) fn plans(&self) -> &Plans {
        &self.0.plans
    }

    /// Whether `other` is this one, or a clone of it.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The plans of the `Auth` that decides about this request.
    pub(crate) fn plans_for(request: &HttpRequest) -> Option<&Plans> {
        request.app_data::<Self>().map(Self::plans)
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("policies", &self.0.plans.len()).finish_non_exhaustive()
    }
}
