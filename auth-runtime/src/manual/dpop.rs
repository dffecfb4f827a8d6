//! DPoP: tokens that are good for nothing without a key.
//!
//! A bearer token that is stolen, out of a log, a proxy or a browser, is good for the thief until it expires. A token that is bound to a
//! key of the client is not: each request needs a proof, signed by that key, for this method, this URL, this token and this moment
//! ([RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)). Your authorization server must know DPoP, and so must your clients.
//!
//! # In three steps
//!
//! 1. Configure the tokens as you would for `bearer`, and say under which origin clients reach the service: proofs are for URLs.
//! 2. Write `dpop` in place of `bearer`, and take [`Dpop<Claims>`](crate::Dpop) in place of `Bearer<Claims>`.
//! 3. On more than one machine, [share](#several-machines) used proofs.
//!
//! ```standalone_crate
//! use actix_web::{App, get, test};
//! use auth_runtime::testing::{ExpectedDenial, TestDpopKey, TestIssuer, TestRequestExt as _};
//! use auth_runtime::{Auth, Dpop, requires};
//!
//! #[derive(serde::Deserialize)]
//! struct Claims {
//!     sub: String,
//! }
//!
//! #[requires(dpop, scope = "pay")]
//! #[get("/pay")]
//! async fn pay(caller: Dpop<Claims>) -> String {
//!     format!("{} pays", caller.sub)
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! // In production: `.dpop(Jwt::oidc("https://idp.example").audience("https://api.example"))`.
//! let issuer = TestIssuer::new();
//! let auth = Auth::builder().public_origin("https://api.example").dpop(issuer.jwt()).build().unwrap();
//! let app = test::init_service(App::new().service(auth.scope("").service(pay))).await;
//!
//! // What a client does: its key, a token that is bound to it, and a new proof for each request.
//! let key = TestDpopKey::new();
//! let token = issuer.token().subject("alice").scope("pay").bound_to(&key).sign();
//! let proof = || key.proof("GET", "https://api.example/pay").token(&token).sign();
//! let request = test::TestRequest::with_uri("/pay").dpop(&token, proof()).to_request();
//! assert_eq!(test::call_and_read_body(&app, request).await, "alice pays");
//!
//! // What a thief has: the token alone, or a request that was seen.
//! let stolen = test::call_service(&app, test::TestRequest::with_uri("/pay").bearer(&token).to_request()).await;
//! assert_eq!(stolen.status(), 401);
//! let seen = proof();
//! for expected in [200, 401] {
//!     let request = test::TestRequest::with_uri("/pay").dpop(&token, &seen).to_request();
//!     assert_eq!(test::call_service(&app, request).await.status(), expected);
//! }
//! # }
//! ```
//!
//! Opaque tokens work the same way: give `.dpop(…)` an `Introspection`, whose endpoint says in `cnf.jkt` which key a token is bound to.
//!
//! # What a proof must say
//!
//! | part | must be |
//! |---|---|
//! | the field `DPoP` | there once |
//! | `typ` | `dpop+jwt`, in these letters |
//! | `alg` | one of those that the challenge names in `algs`: `ES256`, `ES384`, `EdDSA`, `PS256`, `PS384`, `PS512`, `RS256`, `RS384`, `RS512`, or fewer by [`proof_algorithms`](crate::dpop::DpopTokens::proof_algorithms) |
//! | `jwk` | a public key without its private part, whose SHA-256 thumbprint is the token's `cnf.jkt`; RSA keys have 2048 to 4096 bits and the exponent 65537 |
//! | `htm` | the method |
//! | `htu` | the URL by [`public_origin`](crate::config::AuthBuilder::public_origin), without regard to query and fragment, and however it is spelled by RFC 3986; what a proxy takes off the path is said by [`stripped_base_path`](crate::dpop::DpopTokens::stripped_base_path) |
//! | `iat` | within 60 seconds of our clock, either way; any, where there must be a nonce |
//! | `jti` | one that this key has not used within the time in which the proof is accepted |
//! | `ath` | the SHA-256 of the token |
//! | `nonce` | where [`require_nonce`](crate::dpop::DpopTokens::require_nonce) is said: one of ours, not older than five minutes |
//!
//! A proof that fails in any of these gets the same answer, 401 with `error="invalid_dpop_proof"`; the event in the log names the reason.
//! The token is looked at first: a bad one gets `invalid_token`, whatever its proof.
//!
//! # Nonces
//!
//! A proof can be made beforehand: who has a device in hand for a minute can sign proofs for next year. With
//! `.dpop(DpopTokens::of(…).require_nonce())` that is of no use, and clients whose clocks are wrong are let in. It costs a client one more
//! request when it comes for the first time: 401 with `error="use_dpop_nonce"` and the nonce in `DPoP-Nonce`. From half of its life on,
//! answers bring the next one, so that no request has to be repeated. Pages of other origins can read the field where CORS lets them: it is named in
//! `Access-Control-Expose-Headers`, unless your CORS middleware writes that field itself; then add `DPoP-Nonce` and `WWW-Authenticate`
//! there. Let it allow the request's fields `Authorization` and `DPoP` as well.
//!
//! # Several machines
//!
//! Used proofs are remembered in the process that saw them, so that a proof could be used once at each. With Redis it counts once for
//! all, and all accept the same nonces (feature `redis`):
//!
//! ```
//! # #[cfg(feature = "redis")] {
//! use auth_runtime::dpop::{DpopTokens, SharedProofs};
//! use auth_runtime::{Auth, Jwt};
//!
//! # let secret = [7; 32];
//! let jwt = Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example");
//! let tokens = DpopTokens::of(jwt).shared(SharedProofs::redis("redis://10.0.0.5", secret));
//! let auth = Auth::builder().public_origin("https://api.example").dpop(tokens);
//! # }
//! ```
//!
//! While Redis is away, requests with good proofs are answered 503. What is remembered is bounded: see
//! [`replay_memory`](crate::dpop::DpopTokens::replay_memory). A caller who has used up its share is answered 429, others are not.
//!
//! # What clients find
//!
//! The challenge names the algorithms, and so do the [metadata](crate::resource_metadata) of the service (RFC 9728): with them, whether
//! tokens must be bound to a key, which is so where no policy takes bearer tokens.
//!
//! ```standalone_crate
//! use auth_runtime::resource_metadata::ResourceMetadata;
//! use auth_runtime::testing::TestIssuer;
//! use auth_runtime::{Auth, requires};
//! # use actix_web::{App, get, test};
//!
//! #[requires(dpop, scope = "pay")]
//! #[get("/pay")]
//! async fn pay() -> &'static str {
//!     "paid"
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let auth = Auth::builder()
//!     .public_origin("https://api.example")
//!     .dpop(TestIssuer::new().jwt())
//!     .resource_metadata(ResourceMetadata::new())
//!     .build()
//!     .unwrap();
//! # let app = App::new().service(auth.resource_metadata_service()).service(auth.scope("").service(pay));
//! # let app = test::init_service(app).await;
//! # let ask = test::TestRequest::with_uri("/.well-known/oauth-protected-resource").to_request();
//! # let document: serde_json::Value = test::call_and_read_body_json(&app, ask).await;
//! assert_eq!(document["dpop_bound_access_tokens_required"], true);
//! assert_eq!(document["dpop_signing_alg_values_supported"][0], "ES256");
//! assert_eq!(document["bearer_methods_supported"], serde_json::json!([]));
//! # }
//! ```
//!
//! # Beside bearer tokens
//!
//! While clients move from one to the other, a route can take both: `any(dpop, bearer)` with the clause `allow_downgrade`, which says that
//! tokens without a key are still let in. A token that is bound to a key never counts as a bearer token, and one that is not never
//! counts under `DPoP`, with that clause too. Remove it when the last client has moved: the lock file then shows the policy as
//! stricter.
//!
//! # Which one to choose
//!
//! | | a thief of the token | needs | costs a request |
//! |---|---|---|---|
//! | `bearer` | is the caller until it expires | nothing | nothing where the token is remembered |
//! | `dpop` | has nothing without the key | a client that signs, also in a browser | one signature here, and one at the client |
//! | `dpop` with nonces | has nothing, also of proofs made before | the same, and one request repeated now and then | the same |
//! | `session` | is the caller until it ends: the cookie is `HttpOnly`, and the server can end it at once | a browser and a server of its pages | a look into the store |
//!
//! The signature is nearly all of it, in microseconds, in process (`cargo run --release -p auth-benches --bin dpop`):
//!
//! | proof signed by | a remembered bearer token | the same with a proof | the signature alone |
//! |---|---|---|---|
//! | ES256 | 1.2 | 58 | 52 |
//! | EdDSA | 1.5 | 44 | 40 |
//! | PS256 | 1.3 | 25 | 19 |
