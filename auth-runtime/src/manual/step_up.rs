//! Step-up: a caller who is known, and asked to authenticate again before what matters.
//!
//! A session, or a token, may be good and yet not good enough for a payout: it is an hour old, or was begun by a password alone. A policy says
//! what it takes; who lacks it is asked for that, and need not sign out first.
//!
//! # On a route
//!
//! ```standalone_crate
//! use actix_web::{App, post, test};
//! use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};
//! use auth_runtime::{Auth, requires};
//!
//! // By more than a password, and not longer than five minutes ago.
//! #[requires(bearer, scope = "pay", acr = "mfa", max_age = "5m")]
//! #[post("/payouts")]
//! async fn pay_out() -> &'static str {
//!     "paid"
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let issuer = TestIssuer::new();
//! let auth = Auth::builder()
//!     .realm("shop")
//!     .bearer(issuer.jwt())
//!     // As the issuer documents its classes, the weakest first.
//!     .acr_order("https://issuer.test", ["pwd", "mfa", "phr"])
//!     .build()
//!     .unwrap();
//! let app = test::init_service(App::new().service(auth.scope("").service(pay_out))).await;
//! let post = |acr: &str, seconds_ago: i32| {
//!     let token = issuer.token().subject("alice").scope("pay").claim("acr", acr).authenticated_ago(seconds_ago);
//!     test::TestRequest::post().uri("/payouts").bearer(token.sign()).to_request()
//! };
//!
//! assert_eq!(test::call_service(&app, post("phr", 60)).await.status(), 200);
//!
//! let too_old = test::call_service(&app, post("phr", 600)).await;
//! ExpectedDenial::new(401)
//!     .challenge(
//!         "Bearer realm=\"shop\", error=\"insufficient_user_authentication\", \
//!          error_description=\"a stronger or more recent authentication is required\", acr_values=\"mfa\", max_age=\"300\"",
//!     )
//!     .assert(too_old)
//!     .await;
//! # }
//! ```
//!
//! A client sends its user to the authorization server with these `acr_values` and `max_age`, and comes back with another token (RFC 9470
//! sections 4 and 5). Whoever has what was asked for and still lacks something, such as a class of another issuer, is answered 403 and asked no
//! further. `scope` stands in the challenge where the token lacks one too, so that one way there is enough. The 401 is counted and logged as
//! `authentication_too_weak`.
//!
//! The clauses stand on modules and in `policy!`, too. Where a policy has several schemes, demand it of those that tell:
//! `any(api_key, session && max_age("5m"))`. What they mean exactly is said in [`requires`](macro@crate::requires#step-up).
//!
//! # What an issuer must tell
//!
//! `acr` and `auth_time` (OpenID Connect Core section 2; RFC 9068 section 2.2.1 has them in access tokens). Many providers put neither into access
//! tokens unless they are told to. A token without them is too weak, so try one before a policy asks.
//!
//! | | |
//! |---|---|
//! | `auth_time` missing, not an integer, or more than 60 s ahead | too weak |
//! | `acr` missing, or not a string | too weak |
//! | `acr` of an issuer with an [order](crate::config::AuthBuilder::acr_order), outside it | too weak |
//! | an opaque token | what the issuer's introspection tells of it counts (RFC 9470 section 6.2) |
//! | a token that was remembered, a session that is used | as old as before: only another authentication makes it younger |
//!
//! # People who sign in
//!
//! A browser that would show a page is sent to where its session was begun, with both demands: `/login?to=…&acr_values=mfa&max_age=300`. A script gets
//! the 401, whose `Cookie` challenge has the same parameters as a Bearer one.
//!
//! - **At a provider** (feature `login`), `/login` hands both on. Whoever comes back must be whose session it is, by issuer and subject, and the ID
//!   token must say what was asked for; then the session gets another id, and the page that was wanted is shown. Else the session stays as it was, and the
//!   answer is a 403 of its own page: nobody is sent around in circles. `too_weak` and `somebody_else` stand in the log. Where no session is there
//!   to become stronger, anybody may sign in, and the page asks once there is one.
//! - **At a form of your own**, the query says what is asked for, and must come with the form: write `<form method="post">` without an `action`, so that it
//!   goes to the address of its page. [`SignIn::wanted_acr`](crate::SignIn::wanted_acr) has the class. `SignIn` notes the time by itself; say the class by
//!   [`acr`](crate::extract::SessionStart::acr), such as `mfa` once a second factor was checked. Its issuer is `local:session` for
//!   [`acr_order`](crate::config::AuthBuilder::acr_order). The same rules hold: the same subject, and as strong as was asked, else the session stays as it
//!   was and `finish` brings a 403.
//!
//! # Rich requests
//!
//! `authorization_details` (RFC 9396) says more than a scope: which account, up to which amount. Read it in a check, which has the request beside it.
//!
//! ```standalone_crate
//! use actix_web::{App, get, test, web};
//! use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! use auth_runtime::{Auth, Principal, requires};
//! use serde_json::{Value, json};
//!
//! /// One entry that is of this type, and names this account.
//! async fn may_read(who: Principal, account: web::Path<String>) -> bool {
//!     let granted = who.claims().and_then(|claims| claims.get("authorization_details")).and_then(Value::as_array);
//!     granted.into_iter().flatten().any(|entry| {
//!         entry["type"] == "account_information" && entry["identifier"] == json!(*account)
//!     })
//! }
//!
//! #[requires(bearer, check = may_read)]
//! #[get("/accounts/{account}")]
//! async fn show_account(account: web::Path<String>) -> String {
//!     format!("account {account}")
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let issuer = TestIssuer::new();
//! let auth = Auth::builder().bearer(issuer.jwt()).build().unwrap();
//! let app = test::init_service(App::new().service(auth.scope("").service(show_account))).await;
//! let details = json!([{ "type": "account_information", "identifier": "DE02", "actions": ["list_accounts"] }]);
//! let token = issuer.token().subject("alice").claim("authorization_details", details).sign();
//! let get = |account: &str| test::TestRequest::get().uri(&format!("/accounts/{account}")).bearer(&token).to_request();
//! assert_eq!(test::call_service(&app, get("DE02")).await.status(), 200);
//! assert_eq!(test::call_service(&app, get("DE03")).await.status(), 403);
//! # }
//! ```
