//! Those who just pass and those who just fail, sent to each route.

mod cases;
mod credentials;
mod kept;
mod outcome;
mod stubs;
mod table;
#[cfg(test)]
mod tests;

use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::marker::PhantomData;
use std::panic::AssertUnwindSafe;
use std::path::Path;

use actix_web::body::MessageBody;
use actix_web::dev::{Service as _, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, Error};
use futures_util::FutureExt as _;

use self::cases::{Case, Cases};
use self::credentials::{Asked, Maker, Makers};
use self::outcome::Outcome;
use self::table::{Answer, RouteAsked};
use crate::auth::{Auth, Matches, MountedRoute};
use crate::mount::pattern::Pattern;
use crate::policy::Rule;
use crate::review::kept::{Reviewer, keep};
use crate::review::{Caller, route};
use crate::testing::TestIssuer;
pub use table::MatrixTable;

/// Sends to each route those who just pass and those who just fail, and compares what it decides with what its policy means.
///
/// The callers are [`Meaning::minimal_callers`](crate::review::Meaning::minimal_callers) and
/// [`minimal_failures`](crate::review::Meaning::minimal_failures) of the route's policy. Each calls with real credentials, through
/// the application that `app` makes. [`Matrix::assert_matches`] keeps what came of it in a file, which people review.
///
/// ```standalone_crate
/// use actix_web::{App, get};
/// use auth_runtime::testing::{TestIssuer, matrix};
/// use auth_runtime::{Auth, requires};
///
/// #[requires(bearer, scope("orders:read") && role("clerk"))]
/// #[get("/orders/{id}")]
/// async fn show_order() -> &'static str { "" }
///
/// # #[actix_web::main]
/// # async fn main() {
/// let issuer = TestIssuer::new();
/// let auth = Auth::builder().bearer(issuer.jwt()).build().unwrap();
/// let table = matrix(&auth, |auth| App::new().service(auth.scope("/shop").service(show_order))).issuer(&issuer).table().await;
///
/// assert_eq!(table.disagreements().count(), 0);
/// assert!(table.to_string().ends_with(r#"
/// GET /shop/orders/{id}
///   rule bearer, scope("orders:read") && role("clerk")
///   passes    a bearer token with scope orders:read and role clerk
///   401       a caller without credentials
///   401       a bearer token that is refused
///   403       a bearer token with role clerk and no scope
///   403       a bearer token with scope orders:read and no role
/// "#), "{table}");
/// # }
/// ```
///
/// Checks do not run: each says what the line says. Nor does a handler, beyond those that let in a caller without credentials,
/// for the `Auth` that `app` is given decides and then lets nobody in.
pub fn matrix<F, T, B>(auth: &Auth, app: F) -> Matrix<F, T>
where
    F: Fn(Auth) -> App<T>,
    T: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + 'static,
    B: MessageBody + 'static,
{
    Matrix { auth: auth.clone(), app, makers: Makers::default(), paths: BTreeMap::new(), app_type: PhantomData }
}

/// What [`matrix`] is to ask, and whose credentials it has.
#[must_use = "nobody is asked before `assert_matches` or `table`"]
pub struct Matrix<F, T> {
    auth: Auth,
    app: F,
    makers: Makers,
    /// By pattern.
    paths: BTreeMap<String, String>,
    app_type: PhantomData<fn() -> T>,
}

impl<F, T> fmt::Debug for Matrix<F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matrix").field("auth", &self.auth).field("paths", &self.paths).finish_non_exhaustive()
    }
}

impl<F, T, B> Matrix<F, T>
where
    F: Fn(Auth) -> App<T>,
    T: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + 'static,
    B: MessageBody + 'static,
{
    /// Signs the tokens of every configuration that accepts those of this issuer. Called again, adds.
    pub fn issuer(mut self, issuer: &TestIssuer) -> Self {
        self.makers.issuers.push(issuer.clone());
        self
    }

    /// Makes the credentials of one configuration: a token, a key, or `user:password`, which is sent where the configuration looks
    /// for it. `scheme` is the configuration as policies write it.
    ///
    /// The function gives what this [caller](Caller), who is authenticated, would have, no less and no more; `None` where nobody
    /// can have that, which the table then says.
    ///
    /// ```
    /// # use actix_web::App;
    /// # use auth_runtime::testing::matrix;
    /// # fn f(auth: &auth_runtime::Auth) {
    /// # let _ =
    /// matrix(auth, |auth| App::new().service(auth.scope("")))
    ///     .credential("basic", |_| Some("alice:wonderland".into()))
    ///     .credential(r#"api_key("partner")"#, |caller| match caller.roles().next() {
    ///         None => Some("key_without_roles".into()),
    ///         Some("ops") => Some("key_of_ops".into()),
    ///         Some(_) => None,
    ///     })
    /// # ; }
    /// ```
    pub fn credential(mut self, scheme: impl Into<String>, make: impl Fn(&Caller) -> Option<String> + 'static) -> Self {
        self.makers.own.push((scheme.into(), Maker::Text(Box::new(make))));
        self
    }

    /// As [`credential`](Self::credential), for credentials that are more than one text: the function adds them to the request.
    pub fn request(
        mut self,
        scheme: impl Into<String>,
        make: impl Fn(&Caller, TestRequest) -> Option<TestRequest> + 'static,
    ) -> Self {
        self.makers.own.push((scheme.into(), Maker::Request(Box::new(make))));
        self
    }

    /// The path to ask for where a route has this pattern, as [`Auth::mounted`] tells it. By default `/orders/{id}` is `/orders/1`.
    pub fn path(mut self, pattern: impl Into<String>, path: impl Into<String>) -> Self {
        self.paths.insert(pattern.into(), path.into());
        self
    }

    /// Asks, and compares the table with the file `path`, which the first run writes. It is relative to the folder in which the test
    /// runs, which cargo makes that of the package. Commit it, and review its changes as you review code.
    ///
    /// A later run fails where the table says something else, and `AUTH_MATRIX=accept` accepts that. Where the variable `CI` is
    /// set, nothing is accepted, and a missing file fails. It is the [lock file](crate::review::assert_matches) that tells which
    /// change lets in somebody new, and asks for a reason.
    ///
    /// # Panics
    /// When a request is not decided as the policy means, when the file says something else, and as [`table`](Self::table) does.
    pub async fn assert_matches(self, path: impl AsRef<Path>) {
        let table = self.table().await;
        let disagreements: Vec<String> = table.disagreements().collect();
        if !disagreements.is_empty() {
            let shown = disagreements.iter().take(10).map(|one| format!("{one}\n\n")).collect::<String>();
            let (count, all) = (disagreements.len(), table.requests());
            panic!("{count} of {all} requests are not decided as the policies mean, such as:\n\n{shown}");
        }
        let reviewer = Reviewer::of_environment(kept::ACCEPT);
        keep(path.as_ref(), |path, old| kept::judge(&reviewer, path, old, &table.to_string()));
    }

    /// Asks.
    ///
    /// # Panics
    /// When nothing is mounted, nothing makes the credentials of a configuration, or no path of a pattern is known; and without
    /// `debug_assertions`.
    pub async fn table(&self) -> MatrixTable {
        let mounting = self.auth.rewritten(|_, _| None);
        drop(init_service((self.app)(mounting.clone())).await);
        let mounted: Vec<MountedRoute> = mounting.mounted();
        let mut cases: HashMap<TypeId, Cases> = HashMap::new();
        let mut routes = Vec::new();
        for route in &mounted {
            if let (Some(spec), Some(policy)) = (route.policy(), route.policy_type) {
                cases.entry(policy).or_insert_with(|| Cases::of(&self.auth.meaning_of(spec)));
                routes.push((route, policy));
            }
        }
        assert!(
            !routes.is_empty(),
            "no route with a policy is mounted by the `Auth` that `app` is given; mount its scopes with that one"
        );
        let paths = self.paths_of(&mounted);
        self.check_makers(&mounted);

        let mut asked: Vec<RouteAsked> =
            routes.iter().map(|(route, policy)| asked_of(route, cases.get(policy))).collect();
        let rounds = cases.values().map(|cases| cases.agreeing.len()).max().unwrap_or_default();
        for round in 0..rounds {
            let deciding = self.auth.rewritten(|policy, spec| {
                let agreeing = &cases.get(&policy)?.agreeing;
                Some(stubs::stubbed(spec, agreeing.get(round).or_else(|| agreeing.first())?))
            });
            let app = init_service((self.app)(deciding)).await;
            for ((route, policy), (asked, path)) in routes.iter().zip(asked.iter_mut().zip(&paths)) {
                let of_policy = cases.get(policy).into_iter().flat_map(|cases| &cases.cases);
                for (case, answer) in of_policy.zip(&mut asked.answers).filter(|(case, _)| case.round == round) {
                    let Some(path) = path.as_deref() else { continue };
                    let mut nonce = None;
                    // Once more where a proof needs the nonce of the answer.
                    for _ in 0..2 {
                        let Some(request) = self.request_of(case, route, path, nonce) else { break };
                        let answered = AssertUnwindSafe(async { app.call(request.to_request()).await }).catch_unwind();
                        let answered = answered.await;
                        nonce = wanted_nonce(&answered);
                        answer.outcome = Outcome::of(answered, case, route);
                        if nonce.is_none() {
                            break;
                        }
                    }
                }
            }
        }
        MatrixTable { routes: asked }
    }

    /// The path to ask for by each route that has a policy; `None` where nobody knows it.
    fn paths_of(&self, mounted: &[MountedRoute]) -> Vec<Option<String>> {
        if let Some(unknown) = self.paths.keys().find(|pattern| mounted.iter().all(|route| route.path() != **pattern)) {
            let patterns: BTreeSet<&str> = mounted.iter().map(MountedRoute::path).collect();
            panic!("no route has the pattern `{unknown}`; there are {patterns:?}");
        }
        let mut unknown = BTreeSet::new();
        let paths = mounted.iter().filter(|route| route.policy().is_some()).map(|route| {
            if let Some(path) = self.paths.get(route.path()) {
                return Some(path.clone());
            }
            let path = Pattern::exact(route.path()).ok().and_then(|pattern| pattern.example());
            match (route.is_whole_path(), route.matches(), path) {
                (false, ..) => None,
                (true, Matches::Path | Matches::Below, Some(path)) => Some(path),
                (true, Matches::Unmatched, Some(path)) => Some(format!("{}/no-such-route", path.trim_end_matches('/'))),
                (true, _, None) => {
                    unknown.insert(route.path());
                    None
                }
            }
        });
        let paths = paths.collect();
        assert!(unknown.is_empty(), "say which path to ask for, by `.path(pattern, \"…\")`, for {unknown:?}");
        paths
    }

    /// Fails where nobody makes credentials that some route takes.
    fn check_makers(&self, mounted: &[MountedRoute]) {
        let known: BTreeSet<String> = self.auth.configured().map(|scheme| scheme.name.to_string()).collect();
        if let Some((unknown, _)) = self.makers.own.iter().find(|(name, _)| !known.contains(name)) {
            panic!("`{unknown}` is not configured; there are {known:?}");
        }
        let mut missing = BTreeSet::new();
        for spec in mounted.iter().filter_map(MountedRoute::policy) {
            let names: Vec<_> = Rule::from(spec).alternatives.into_iter().map(|by| by.scheme).collect();
            for scheme in self.auth.configured().filter(|scheme| names.contains(&scheme.name)) {
                if !self.makers.know(scheme, scheme.loads(spec.without_authorities)) {
                    missing.insert(scheme.name.to_string());
                }
            }
        }
        let remedies = missing.iter().map(|name| format!("\n  .credential({name:?}, |caller| …)"));
        let remedies = remedies.collect::<String>();
        assert!(
            missing.is_empty(),
            "nobody makes credentials of some configurations; add `.issuer(&issuer)`, whose tokens they take, or{remedies}"
        );
    }

    fn request_of(
        &self,
        case: &Case,
        route: &MountedRoute,
        path: &str,
        nonce: Option<HeaderValue>,
    ) -> Option<TestRequest> {
        let method = route.method().map_or(Some(Method::GET), |method| Method::from_bytes(method.as_bytes()).ok())?;
        let request = TestRequest::default().method(method.clone()).uri(path);
        match case.caller.scheme_name() {
            None => Some(request),
            Some(name) => {
                let scheme = self.auth.configured().find(|scheme| scheme.name == *name)?;
                let url = format!("{}{path}", self.auth.settings().origins.ours().unwrap_or_default());
                self.makers.put(&case.caller, scheme, request, &Asked { method, path, url, nonce })
            }
        }
    }
}

/// The nonce that a proof must have, as a refusal gives it (RFC 9449 section 9).
fn wanted_nonce<B>(answered: &std::thread::Result<Result<ServiceResponse<B>, Error>>) -> Option<HeaderValue> {
    const DPOP_NONCE: &str = "dpop-nonce";
    match answered.as_ref().ok()? {
        Ok(answer) if answer.status() == StatusCode::UNAUTHORIZED => answer.headers().get(DPOP_NONCE).cloned(),
        Ok(_) => None,
        Err(error) => error.as_response_error().error_response().headers().get(DPOP_NONCE).cloned(),
    }
}

/// A route before it is asked.
fn asked_of(mounted: &MountedRoute, cases: Option<&Cases>) -> RouteAsked {
    let MountedRoute { is_whole_path, matches, .. } = *mounted;
    let answers = cases.into_iter().flat_map(|cases| &cases.cases).map(|case| Answer {
        caller: case.caller.to_string(),
        is_to_pass: case.is_to_pass,
        outcome: Outcome::NotSent,
    });
    RouteAsked {
        place: route(mounted.method(), mounted.path(), is_whole_path, matches),
        rule: mounted.policy().map(|spec| Rule::from(spec).to_string()).unwrap_or_default(),
        answers: answers.collect(),
        note: cases.and_then(|cases| cases.note),
    }
}
