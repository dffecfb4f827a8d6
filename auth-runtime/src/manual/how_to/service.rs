//! A service as a whole: WebSockets, files, tests, the policy table, logs and metrics.
//!
//! # WebSockets
//!
//! The upgrade is a request like any other: it is refused before 101. Browsers cannot set `Authorization` on it, so pages use a
//! cookie (with [`public_origin`](crate::config::AuthBuilder::public_origin), since an ambient upgrade needs an `Origin` that is
//! known). The connection must not outlive the credentials:
//!
//! ```
//! # use actix_web::{Error, HttpRequest, HttpResponse, get, rt, web};
//! # use auth_runtime::extract::UntilEnded;
//! # use auth_runtime::requires;
//! # use futures_util::StreamExt as _;
//! #[requires(bearer)]
//! #[get("/socket")]
//! async fn socket(until: UntilEnded, request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
//!     let (response, mut session, messages) = actix_ws::handle(&request, body)?;
//!     let mut messages = until.stream(messages);
//!     rt::spawn(async move {
//!         while let Some(Ok(actix_ws::Message::Text(text))) = messages.next().await {
//!             if session.text(text).await.is_err() {
//!                 return;
//!             }
//!         }
//!         let _ = session.close(None).await;
//!     });
//!     Ok(response)
//! }
//! ```
//!
//! [`UntilEnded`](crate::extract::UntilEnded) ends a stream with the caller's session or token, whichever scheme it was: within a second, or five
//! where a store must be asked. It is a future, too: `until.await` beside a loop of your own. A server-sent stream takes it in the same way.
//! Where only the expiry of a token counts, [`Bearer::until_expiry`](crate::Bearer::until_expiry) asks nobody.
//!
//! # A service that is not a handler
//!
//! Static files or a user interface do not say who may call them, so the scope does:
//! [`service_as::<P>`](crate::mount::Scope::service_as) puts a named policy in front, and
//! [`service_public`](crate::mount::Scope::service_public) declares it open, with a reason. Both take the path below which the
//! service is mounted, and everything below it is theirs: mount what stands below it [first](crate::manual::mounting).
//!
//! ```
//! # use actix_web::{App, HttpResponse, test, web};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, policy};
//! policy! { pub Staff: bearer, role("staff"); }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! # let auth = Auth::builder().bearer(issuer.jwt()).build().unwrap();
//! // `web::resource` stands for `actix_files::Files::new("/", "./reports")`.
//! let reports = web::resource("/latest").to(|| async { HttpResponse::Ok().body("figures") });
//! let app = test::init_service(App::new().service(auth.scope("").service_as::<Staff>("/reports", reports))).await;
//!
//! let anonymous = test::TestRequest::get().uri("/reports/latest");
//! assert_eq!(test::call_service(&app, anonymous.to_request()).await.status(), 401);
//! let staff = test::TestRequest::get().uri("/reports/latest").bearer(issuer.token().role("staff").sign());
//! assert_eq!(test::call_service(&app, staff.to_request()).await.status(), 200);
//! # }
//! ```
//!
//! # Testing
//!
//! The feature `testing` signs real tokens and sends them through the real verifier. There is no way to switch a guard off,
//! so a test that passes says something. [`assert_every_policy_denies`](crate::testing::assert_every_policy_denies) runs every
//! guard of the program on a request without credentials; compare its lists, and no route becomes public unnoticed:
//!
//! ```standalone_crate
//! # use actix_web::get;
//! # use auth_runtime::testing::{TestIssuer, assert_every_policy_denies};
//! # use auth_runtime::{Auth, public, requires};
//! # #[requires(bearer)]
//! # #[get("/users")]
//! # async fn users() -> &'static str { "" }
//! # #[public(reason = "liveness probe")]
//! # #[get("/health")]
//! # async fn health() -> &'static str { "" }
//! # #[actix_web::main]
//! # async fn main() {
//! let auth = Auth::builder().bearer(TestIssuer::new().jwt()).build().unwrap();
//! let report = assert_every_policy_denies(&auth).await;
//! assert_eq!(report.public.len(), 1);
//! assert!(report.public[0].ends_with("health"));
//! assert!(report.optional.is_empty());
//! # }
//! ```
//!
//! [`ManualClock`](crate::testing::ManualClock) moves time: give it to the `Auth` and to the issuer. The example `testing` is an
//! application with all of its tests.
//!
//! # The policy table
//!
//! [`Auth::policy_table`](crate::Auth::policy_table) says in words who may call what, over all that is mounted: see
//! [Reviewing policies](crate::manual::review).
//!
//! # Logs and metrics
//!
//! Each decision is one `tracing` event, `auth decision`, with `policy`, `scheme`, `outcome` and `reason`: debug when allowed,
//! info when denied, error when this side failed, with the handler's place, the `cause` and a remedy; a 503 that a stranger
//! can cause at will is a warning. Where a check refused, `check` names it. Of the refusals of one policy for one reason from
//! one address (an IPv4 address or an IPv6 /64) ten a second are written; when the second is over, one more event says how
//! many were `left_out`, from how many `callers` and which were the `largest`. Revoked tokens and replayed Digest responses are
//! always written, and so is, once an hour, the first refusal of whoever was good within the last hour: of a caller who was
//! authenticated, of a token or key that was good and is not any more, of a wrong password for a user who was let in.
//!
//! The `metrics` facade gets the counter [`DECISIONS`](crate::observe::DECISIONS) and the histogram
//! [`DURATION`](crate::observe::DURATION), in seconds; they count every decision, and as `abandoned` those that take time and
//! that the caller did not wait for, which is an event at the level debug only. Of guards around guards the innermost that
//! decides is the one that is counted; a hidden denial is counted once, also where the default service that answers it has a
//! policy. A [`Denial`](crate::Denial) that a handler returns does not change the decision, which
//! was to allow the request; it is counted in [`HANDLER_DENIALS`](crate::observe::HANDLER_DENIALS). Public routes leave
//! nothing.
//!
//! [`Auth::audit`](crate::Auth::audit) keeps a record in lines of JSON; all names stand in [Watching it
//! run](crate::manual::watching). For a record of your own, [`Auth::on_decision`](crate::Auth::on_decision) tells a function of every decision, in a thread
//! of its own: policy, caller, outcome, reason, check, and the request without its credentials. For an access log with the
//! caller's name, [`expose_principal`](crate::config::AuthBuilder::expose_principal) lets middleware find the caller by
//! [`Principal::of`](crate::Principal::of).
//!
//! What is not served by actix-web, such as gRPC beside it, asks [`Auth::verify`](crate::Auth::verify) who calls.
//!
//! Where keys or tokens travel in the query, have your access log leave it out:
//!
//! ```
//! use actix_web::middleware::Logger;
//!
//! let log = Logger::new("%a %{route}xi %s %T")
//!     .custom_request_replace("route", |request| format!("{} {}", request.method(), request.path()));
//! # let _ = log;
//! ```
