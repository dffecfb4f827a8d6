//! Who calls: providers, issuers, schemes, cookies, files of keys and passwords, tokens of your own.
//!
//! # An identity provider
//!
//! You need three things from it: its public keys, the exact text of `iss` in its tokens, and what it puts into `aud` for this
//! service. Read the last two in a real token (its middle part, base64url-decoded) and do not type them from memory: a slash at
//! the end of the issuer counts.
//!
//! ```no_run
//! use auth_runtime::{Auth, Jwt};
//!
//! let auth = Auth::builder()
//!     .realm("orders")
//!     .bearer(
//!         Jwt::jwk_set_file("/etc/orders/jwks.json")
//!             .issuer("https://idp.example/realms/main")
//!             .audience("https://orders.example")
//!             .roles_claim(["realm_access", "roles"]),
//!     )
//!     .build()?;
//! # Ok::<_, auth_runtime::config::ConfigError>(())
//! ```
//!
//! - With the feature `jwks` the keys come from the provider itself: `Jwt::oidc("https://idp.example")` in place of file and
//!   issuer. Until they are there the routes answer 503, which `Auth::is_ready` tells a health check.
//! - Without it, have a timer download the provider's set next to the file and rename it over the old one; it is read again
//!   within two seconds.
//! - Roles in a nested object: [`roles_claim`](crate::Jwt::roles_claim) takes the names one by one, so names with dots or
//!   colons (`"https://example.com/roles"`) need no escape.
//! - Access tokens without `aud`: [`client_id`](crate::Jwt::client_id), after reading its `# Security`.
//! - An ID token must not pass for an access token: [`access_token_profile`](crate::Jwt::access_token_profile), if the provider
//!   follows RFC 9068.
//!
//! # Several issuers
//!
//! One configuration may trust several, each with its own keys, and with bounds on what it may grant. The token's `iss` picks
//! the keys; no other keys are tried.
//!
//! ```
//! # use actix_web::{App, get, test};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, requires};
//! use auth_runtime::jwt::Issuer;
//!
//! #[requires(bearer, scope = "orders:write")]
//! #[get("/")]
//! async fn route() -> &'static str { "" }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let ours = TestIssuer::new();
//! # let partner = TestIssuer::new().named("https://partner.test");
//! // `ours.jwt()` stands for `Jwt::public_pem(…).issuer(…).audience(…)`.
//! let jwt = ours.jwt().add_issuer(
//!     Issuer::new("https://partner.test", partner.verification_key()).grantable_scopes(["orders:read"]),
//! );
//! let auth = Auth::builder().bearer(jwt).build().unwrap();
//! # let app = test::init_service(App::new().service(auth.scope("").service(route))).await;
//! # for (token, status) in [
//! #     (ours.token().scope("orders:write").sign(), 200),
//! #     (partner.token().scope("orders:write").sign(), 403), // more than it may grant
//! #     (partner.token().claim("iss", "https://issuer.test").scope("orders:write").sign(), 401), // in our name
//! # ] {
//! #     let answer = test::call_service(&app, test::TestRequest::get().bearer(token).to_request()).await;
//! #     assert_eq!(answer.status(), status);
//! # }
//! # }
//! ```
//!
//! # Several configurations
//!
//! Where rules differ by route, give each set of rules a name. `bearer` is the one without a name.
//!
//! ```standalone_crate
//! # use actix_web::{App, get, test};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, requires};
//! #[requires(bearer("partner"))]
//! #[get("/partner")]
//! async fn for_partners() -> &'static str { "" }
//!
//! #[requires(any(bearer, bearer("partner")))]
//! #[get("/both")]
//! async fn for_both() -> &'static str { "" }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let ours = TestIssuer::new();
//! # let partner = TestIssuer::new().named("https://partner.test").for_audience("https://partner-api.test");
//! let auth = Auth::builder().bearer(ours.jwt()).bearer_named("partner", partner.jwt()).build().unwrap();
//! # let app = test::init_service(App::new().service(auth.scope("").service(for_partners).service(for_both))).await;
//! # for (uri, token, status) in [
//! #     ("/partner", partner.token().sign(), 200),
//! #     ("/partner", ours.token().sign(), 401),
//! #     ("/both", partner.token().sign(), 200),
//! #     ("/both", ours.token().sign(), 200),
//! # ] {
//! #     let answer = test::call_service(&app, test::TestRequest::get().uri(uri).bearer(token).to_request()).await;
//! #     assert_eq!(answer.status(), status, "{uri}");
//! # }
//! # }
//! ```
//!
//! # Several schemes on one route
//!
//! Under `any(…)` one scheme decides: an explicit credential (a bearer token, an API key in a header) before an ambient one (a
//! cookie, Basic), then the first as written. So a handler takes [`Principal`](crate::Principal), which all have, or
//! [`Optional`](crate::Optional)`<Bearer<C>>` to look closer. Under `optional(…)` there may be no caller at all.
//!
//! ```standalone_crate
//! # use actix_web::{App, get, test};
//! # use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{ApiKeys, Auth, Bearer, Optional, Principal, requires};
//! # use auth_runtime::api_key::{Key, KeyDigest};
//! #[requires(any(bearer, api_key))]
//! #[get("/either")]
//! async fn either(who: Principal) -> String { format!("{} by {}", who.subject(), who.scheme()) }
//!
//! #[requires(optional(bearer))]
//! #[get("/optional")]
//! async fn optional(caller: Optional<Bearer>) -> String {
//!     caller.as_ref().map_or("nobody".into(), |caller| caller.principal().subject().to_owned())
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! let keys = [(KeyDigest::of("test_0123456789abcdef"), Key::new("development"))];
//! let auth = Auth::builder()
//!     .realm("R")
//!     .bearer(issuer.jwt())
//!     .api_key(ApiKeys::header("X-API-Key", keys))
//!     .build()
//!     .unwrap();
//! # let app = test::init_service(App::new().service(auth.scope("").service(either).service(optional))).await;
//! let by_key = test::TestRequest::get().uri("/either").api_key("X-API-Key", "test_0123456789abcdef");
//! let answer = test::call_service(&app, by_key.to_request()).await;
//! assert_eq!(test::read_body(answer).await, "development by api_key");
//!
//! // One line for each challenge.
//! let answer = test::call_service(&app, test::TestRequest::get().uri("/either").to_request()).await;
//! ExpectedDenial::new(401)
//!     .challenge(r#"Bearer realm="R""#)
//!     .challenge(r#"ApiKey realm="R", in="header", name="X-API-Key""#)
//!     .assert(answer)
//!     .await;
//!
//! let answer = test::call_service(&app, test::TestRequest::get().uri("/optional").to_request()).await;
//! assert_eq!(test::read_body(answer).await, "nobody");
//! let expired = test::TestRequest::get().uri("/optional").bearer(issuer.token().expired().sign());
//! assert_eq!(test::call_service(&app, expired.to_request()).await.status(), 401, "never anonymous");
//! # }
//! ```
//!
//! # Cookies and CORS
//!
//! A browser application on another origin that sends `Authorization` itself needs CORS, and must be told to let scripts read
//! the challenge: **expose `WWW-Authenticate`**. Put `actix-cors` around the scope, so that refusals carry its headers too; it
//! answers preflights before any guard.
//!
//! ```
//! # use actix_web::{App, get, http::header, test};
//! # use auth_runtime::testing::TestIssuer;
//! # use auth_runtime::{Auth, requires};
//! use actix_cors::Cors;
//!
//! # #[requires(bearer)]
//! # #[get("/")]
//! # async fn route() -> &'static str { "" }
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! let auth = Auth::builder().realm("R").bearer(issuer.jwt()).build().unwrap();
//! let cors = Cors::default()
//!     .allowed_origin("https://app.example")
//!     .allowed_methods(["GET", "POST"])
//!     .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
//!     .expose_headers([header::WWW_AUTHENTICATE]);
//! let app = test::init_service(App::new().service(auth.scope("").service(route).wrap(cors))).await;
//!
//! let request = test::TestRequest::get().insert_header((header::ORIGIN, "https://app.example"));
//! let answer = test::call_service(&app, request.to_request()).await;
//! assert_eq!(answer.status(), 401);
//! assert_eq!(answer.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN).unwrap(), "https://app.example");
//! assert_eq!(answer.headers().get(header::ACCESS_CONTROL_EXPOSE_HEADERS).unwrap(), "www-authenticate");
//! # }
//! ```
//!
//! A token or key in a cookie is sent by the browser on its own. Say where your pages live, and requests that change something
//! from anywhere else are refused (see [`threats`](crate::manual::threats)):
//!
//! ```
//! # use actix_web::{App, post, http::header, test};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, requires};
//! # #[requires(bearer)]
//! # #[post("/")]
//! # async fn route() -> &'static str { "" }
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! let auth = Auth::builder()
//!     .public_origin("https://shop.example")
//!     .bearer(issuer.jwt().cookie("__Host-token"))
//!     .build()
//!     .unwrap();
//! # let app = test::init_service(App::new().service(auth.scope("").service(route))).await;
//! # for (site, status) in [("same-origin", 200), ("cross-site", 403), ("same-site", 403)] {
//! #     let request = test::TestRequest::post()
//! #         .insert_header((header::COOKIE, format!("__Host-token={}", issuer.token().sign())))
//! #         .insert_header(("Sec-Fetch-Site", site));
//! #     assert_eq!(test::call_service(&app, request.to_request()).await.status(), status, "{site}");
//! # }
//! # }
//! ```
//!
//! # Files and rotation
//!
//! A thread looks at JWK sets, `htpasswd` files and key files once a second, whether requests come or not, and compares their
//! content. Content that cannot be used leaves the last good one in force, with a warning. Replace a file by renaming a complete
//! one over it.
//!
//! - **Signing keys**: publish the next key beside the current one, wait until every service has it, sign with it, then take the
//!   old one away. Removing a key refuses its tokens with the next look. A set with an empty `keys` array takes all away: 503.
//! - **Keys in the configuration**: [`Jwt::add_key`](crate::Jwt::add_key) adds the next one; give both a
//!   [`Key::id`](crate::jwt::Key::id).
//! - **API keys**: [`NewKey`](crate::api_key::NewKey) makes one and the line for the file; show the key once.
//!
//! ```
//! use auth_runtime::api_key::{Key, NewKey};
//!
//! let new = NewKey::generate("live")?;
//! let line = new.line(&Key::new("billing-8").with_scopes(["orders:read"]).expiring_at(1_798_761_600))?;
//! assert!(!line.contains(new.expose_secret()), "only the digest is stored");
//! # Ok::<_, auth_runtime::api_key::KeyFault>(())
//! ```
//!
//! - **Passwords**: `htpasswd -B staff.htpasswd alice`. Verified passwords are remembered for a minute, bound to the stored hash,
//!   so a changed one counts at once. For a function of your own keep
//!   [`Passwords::remembered`](crate::basic::Passwords::remembered) and call `forget` when a user is disabled.
//!
//! # Tokens of your own
//!
//! Random tokens that your database knows by their SHA-256, sent as `Authorization: Bearer mrp_…`, alone or beside JWTs:
//!
//! ```standalone_crate
//! # use actix_web::{App, get, test};
//! # use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! # use std::time::Duration;
//! use auth_runtime::api_key::KeyDigest;
//! use auth_runtime::opaque::Holder;
//! use auth_runtime::{Auth, Opaque, Principal, requires};
//!
//! async fn find_token(digest: KeyDigest) -> Result<Option<Holder>, std::io::Error> {
//!     // SELECT user_id, scopes FROM tokens WHERE sha256 = $1
//!     let is_known = digest == KeyDigest::of("mrp_2b8a1c9d0e7f4a6b");
//!     Ok(is_known.then(|| Holder::new("alice").scopes(["notes:read"])))
//! }
//!
//! #[requires(any(bearer("pat"), bearer), scope = "notes:read")]
//! #[get("/notes")]
//! async fn notes(who: Principal) -> String { who.subject().to_owned() }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! let tokens = Opaque::lookup(find_token).prefix("mrp_").remember_for(Duration::from_secs(30));
//! let auth = Auth::builder().bearer_named("pat", tokens).bearer(issuer.jwt()).build().unwrap();
//! # let app = test::init_service(App::new().service(auth.scope("").service(notes))).await;
//! # for (token, status) in [
//! #     ("mrp_2b8a1c9d0e7f4a6b".to_owned(), 200),
//! #     ("mrp_0000000000000000".to_owned(), 401),
//! #     (issuer.token().scope("notes:read").sign(), 200),
//! # ] {
//! #     let request = test::TestRequest::with_uri("/notes").bearer(&token).to_request();
//! #     assert_eq!(test::call_service(&app, request).await.status(), status, "{token}");
//! # }
//! # }
//! ```
//!
//! - The prefix tells which configuration a token is for, before anything is asked. It also lets scanners find tokens that somebody
//!   published by mistake.
//! - What is remembered counts for that long, but expiry and revocation are judged with each request, and
//!   [`Auth::forget`](crate::Auth::forget) drops it.
//! - Keys in `Authorization` under another word, as in `Token 9944b091…`: [`ApiKeys::authorization`](crate::ApiKeys::authorization).
//! - Keys that are not stored by their SHA-256: [`Opaque::dangerous_lookup_exposed`](crate::Opaque::dangerous_lookup_exposed).
//!   [`opaque`](crate::opaque) has the rest.
