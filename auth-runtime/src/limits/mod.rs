//! How often callers may call: where their requests are counted.
//!
//! A policy says `limit = "100/min"`, or `limit("10/s", by = address)`; see [`requires`](macro@crate::requires). Requests are counted in
//! this process by default. [`Limits`] says where else, for several machines that are to count together:
//!
//! ```standalone_crate
//! use actix_web::{App, get, test};
//! use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! use auth_runtime::{Auth, requires};
//!
//! #[requires(bearer, limit = "2/min")]
//! #[get("/report")]
//! async fn report() -> &'static str {
//!     "a long one"
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let issuer = TestIssuer::new();
//! let auth = Auth::builder().bearer(issuer.jwt()).build().unwrap();
//! let app = test::init_service(App::new().service(auth.scope("").service(report))).await;
//!
//! let ask = |name: &str| {
//!     let token = issuer.token().subject(name).sign();
//!     test::TestRequest::get().uri("/report").bearer(token).to_request()
//! };
//! assert_eq!(test::call_service(&app, ask("alice")).await.status(), 200);
//! assert_eq!(test::call_service(&app, ask("alice")).await.status(), 200);
//! let refused = test::call_service(&app, ask("alice")).await;
//! assert_eq!(refused.status(), 429);
//! assert_eq!(refused.headers().get("Retry-After").unwrap(), "30");
//! assert_eq!(refused.headers().get("RateLimit-Policy").unwrap(), r#""caller";q=2;w=60"#);
//! assert_eq!(refused.headers().get("RateLimit").unwrap(), r#""caller";r=0;t=30"#);
//! assert_eq!(test::call_service(&app, ask("bob")).await.status(), 200, "each has its own");
//! # }
//! ```

mod answer;
mod attempts;
mod bounded;
mod counters;
mod limiter;
mod settings;
#[cfg(feature = "redis")]
mod shared;
mod spent;

pub(crate) use self::answer::Answer;
#[cfg(any(feature = "basic", feature = "session"))]
pub(crate) use self::attempts::CountedAttempt;
pub(crate) use self::attempts::{Attempts, Tried};
pub(crate) use self::limiter::{Counted, Limiter, Taken, Whose};
pub use self::settings::Limits;
pub(crate) use self::spent::Spent;

/// As many as so many addresses has a network.
const ADDRESSES_OF_NETWORK: u32 = 4;
