//! Calls that go on: a handler calls another service in its caller's name, or in this service's own.
//!
//! The token that a caller sends is meant for this service: its `aud` says so. A service that sends it on teaches the next one to accept tokens that are meant for
//! others, and lets whoever runs it act as the caller everywhere. Instead, exchange it at the provider (RFC 8693) for a token that is meant for the next service, and that
//! allows no more than this call needs.
//!
//! # In three steps
//!
//! 1. At the provider, let this service's client exchange tokens, and name the services that it may call. The grant is
//!    `urn:ietf:params:oauth:grant-type:token-exchange`; for [tokens in its own name](#in-the-services-own-name) it is `client_credentials`.
//! 2. Turn on the feature: `auth-runtime = { version = "0.1", features = ["outgoing"] }`.
//! 3. Say which provider that is, and take [`OutgoingToken`](crate::outgoing::OutgoingToken) in the handler.
//!
//! ```standalone_crate
//! use actix_web::get;
//! use auth_runtime::outgoing::{OutgoingToken, OutgoingTokens};
//! use auth_runtime::{Auth, Denial, Jwt, requires};
//!
//! # async fn call(_: actix_web::http::header::HeaderValue) -> String { String::new() }
//! #[requires(bearer, scope = "orders")]
//! #[get("/orders")]
//! async fn orders(upstream: OutgoingToken) -> Result<String, Denial> {
//!     let token = upstream.for_audience("https://stock.example", ["stock:read"]).await?;
//!     // reqwest, awc: whatever you call with. The value is marked as sensitive.
//!     Ok(call(token.authorization()).await)
//! }
//!
//! # fn main() -> Result<(), auth_runtime::config::ConfigError> {
//! # let secret = "from the environment";
//! let jwt = Jwt::oidc("https://idp.example").audience("https://orders.example");
//! let outgoing = OutgoingTokens::at("https://idp.example").client_secret_basic("orders", secret).build()?;
//! let auth = Auth::builder().bearer(jwt.clone()).outgoing(outgoing).build()?;
//!
//! // Forgotten, it stops the program at its start:
//! let error = Auth::builder().bearer(jwt).build().unwrap_err();
//! assert!(error.to_string().contains("takes `OutgoingToken`, and nobody gives tokens"));
//! # let _ = auth;
//! # Ok(())
//! # }
//! ```
//!
//! Name every scope that the call needs. The provider may give fewer. An answer with one that was not asked for is refused, and an event says which: where a provider adds
//! some to every token, such as `profile`, ask for them too. An answer that does not say its scopes has those that were asked for (RFC 6749 section 5.1): where a provider gives defaults to whoever asks for none, and does not say
//! which, name some.
//!
//! Providers call the next service by a name (`audience`: Keycloak, Auth0, Okta) or by its URL (`resource`, RFC 8707:
//! [`for_resource`](crate::outgoing::OutgoingToken::for_resource)).
//!
//! # Whose token is exchanged
//!
//! | policy | what the provider is shown as `subject_token` |
//! |---|---|
//! | `bearer` | the caller's token: a JWT, or one that is introspected |
//! | `dpop` | the same. It is bound to the caller's key, and what comes of it is not: it is a bearer token of this service's, which nobody else has. Where the next service demands proofs, sign them with a key of this service's |
//! | `session` with [sign-in at the provider](super::signing_in) (feature `login`) | the access token in the session, refreshed before if it is about to expire |
//! | several of these in `any(…)` | that of the scheme which let the caller in |
//!
//! It is the very token by which the guard let the request in, found where the guard has found it, whatever else the request carries. Under other policies
//! `OutgoingToken` does not compile.
//!
//! The provider is shown tokens of its own only, by their `iss`: a caller with a token of somebody else's is answered 403, and an event says so. Where
//! one service exchanges the tokens of several issuers, name them in [`subject_issuers`](crate::outgoing::OutgoingTokensBuilder::subject_issuers).
//!
//! # In the service's own name
//!
//! A job at night has no caller. [`service_token`](crate::outgoing::OutgoingTokens::service_token) works outside of any request, in any runtime:
//!
//! ```no_run
//! # async fn nightly(outgoing: auth_runtime::outgoing::OutgoingTokens) -> Result<(), auth_runtime::outgoing::OutgoingError> {
//! let service = outgoing.service_token();
//! let token = service.for_audience("https://stock.example", ["stock:count"]).await?;
//! # Ok(())
//! # }
//! ```
//!
//! In a handler it is a `web::Data<ServiceToken>`. The next service then sees this service and not the caller, so decide here what the caller may cause by it.
//!
//! # What is remembered
//!
//! | | |
//! |---|---|
//! | by what | the caller; the SHA-256 of its token; what the token is bound to; audience or resource; the set of scopes. Another of these is another token |
//! | how long | until 30 seconds before the token expires, or half its life where that is less; never past the `exp` of the caller's own. A token that does not say when it expires is not remembered |
//! | how often is asked | once, by all requests that want the same at the same time. What was refused is not asked for again for a second |
//! | what ends it | the caller is judged by each request anew, and in one that goes on for a second, before a body has come too, again for each token: expired, revoked or signed out, it gets no more, and what was remembered for it is dropped. [`Auth::forget`](crate::Auth::forget) drops it, with `RedisRevocations` in all processes. Each `Auth` has a memory of its own |
//! | how much | 16 MiB; [`cache_bytes`](crate::outgoing::OutgoingTokensBuilder::cache_bytes) |
//! | how many at once | the provider is asked for 32 tokens at once; further callers take turns, whoever asks for many behind those who ask for one |
//!
//! # How it fails
//!
//! A handler that returns [`Denial`](crate::Denial) passes [`OutgoingError`](crate::outgoing::OutgoingError) on by `?`. Nothing of what the provider said is in the
//! answer; it is in the log.
//!
//! | what | answer | what to do |
//! |---|---|---|
//! | the caller's credentials have ended meanwhile | 401 with the challenges of the policy | the caller brings others |
//! | the provider gives none for this caller (`invalid_grant`, `invalid_request`, `access_denied`), this audience (`invalid_target`) or these scopes (`invalid_scope`) | 403 | look at the event; let the client do so at the provider, or the user |
//! | a token of another issuer, or a session that was not begun at a provider | 403 | `subject_issuers`, if the provider may see it |
//! | the provider does not accept this service, or the grant (`invalid_client`, `unauthorized_client`, `unsupported_grant_type`) | 500 `outgoing_unfit` | correct id, secret or key, and the client's grants |
//! | the answer has more scopes, or is another kind of token | 500 `outgoing_unfit` | see `fault` in the event |
//! | the provider is away, slow, or answers an error | 503 | it passes; what is remembered counts |
//! | more is asked than may wait | 503 | find out who asks for so much |
//!
//! [`OUTGOING_TOKENS`](crate::observe::OUTGOING_TOKENS) counts all that is asked of the provider.
