//! Identity providers and many machines: which kind of token, how keys rotate, how tokens end early, and what fails how.
//!
//! [JWT or introspection](#jwt-or-introspection) ·
//! [rotation](#rotation) ·
//! [revocation](#revocation) ·
//! [many machines](#many-machines) ·
//! [what fails how](#what-fails-how) ·
//! [readiness](#readiness)
//!
//! # JWT or introspection
//!
//! This service verifies a JWT itself, with a key. Only the issuer knows what an opaque token means, so this service asks it
//! (RFC 7662).
//!
//! | | JWT (feature `jwks`) | opaque token (feature `introspection`) |
//! |---|---|---|
//! | a request whose token was seen before | no call, less than a microsecond | no call while the answer counts: 60 s by default |
//! | a token seen first | one signature, no call | one call to the issuer, shared by all who present the token |
//! | ended at the issuer | good until `exp`, unless this service hears of a [revocation](#revocation) | refused when the remembered answer is over: `max_staleness` |
//! | the issuer is down | good for the lifetime of the keys and the stale limit | what is remembered is good until it is over, then 503 |
//! | what a caller can read in it | everything | nothing |
//!
//! Take JWTs with a short life (five to fifteen minutes) where the issuer offers them. Take introspection where a token must end
//! within seconds of the issuer's word, or must not be readable. One configuration may take both: `Jwt::opaque(introspection)`
//! sends every token that is not a JWT to the endpoint. The form of a token decides, and it is never tried both ways.
//!
//! ```
//! # #[cfg(all(feature = "jwks", feature = "introspection"))]
//! # fn main() -> Result<(), auth_runtime::config::ConfigError> {
//! use auth_runtime::introspection::Introspection;
//! use auth_runtime::{Auth, Jwt};
//!
//! # let secret = "not a secret";
//! let opaque = Introspection::new("https://idp.example/introspect")
//!     .client_secret_basic("orders-api", secret)
//!     .issuer("https://idp.example")
//!     .audience("https://orders.example");
//! let auth = Auth::builder()
//!     .bearer(Jwt::oidc("https://idp.example").audience("https://orders.example").opaque(opaque))
//!     .build()?;
//! assert!(auth.not_ready().eq(["bearer"]), "its keys are being fetched");
//! # Ok(())
//! # }
//! # #[cfg(not(all(feature = "jwks", feature = "introspection")))]
//! # fn main() {}
//! ```
//!
//! The configuration of the common providers, where each has its roles, and what each cannot do, is in `manual::identity_providers`,
//! one page each; a whole program is the example `keycloak_auth0_entra` of the repository.
//!
//! # Rotation
//!
//! You need not do anything when the provider changes its keys.
//!
//! - **A new key** is found by the first token that names it: an unknown `kid` causes one fetch, which that request awaits. Two
//!   such fetches may follow each other, then one in 30 seconds, for each provider: a flood of invented `kid`s causes no flood
//!   of fetches. Of the two, one is kept for subjects whose tokens were good within the last hour, at the address they come from: a
//!   flood does not keep them from a new key. For strangers it waits for the next fetch, 30 seconds at most; their tokens get 503
//!   `keys_busy` until then, never 401.
//! - **A key that was taken out** counts until the next regular fetch: after 80 % of the lifetime that the provider's
//!   `Cache-Control` says, within `jwks_refresh` (by default one minute to one hour). Tokens that were remembered under it are
//!   forgotten with it. For a stolen key, shorten `jwks_refresh` beforehand, or restart.
//! - **Another key under the same `kid`**: a token whose signature does not fit the key it names, and which else looks right, is
//!   answered 401 and has the set fetched, without waiting for it: once in five minutes, and once more for a subject whose tokens
//!   were good before; the next one finds the new key.
//! - **No key at all**, or keys for encryption alone: tokens get 503, the first to come has the set fetched, and without any it is
//!   asked for again within 16 seconds. The event names why each key cannot be used, and the service is not ready.
//! - Publish a new key for one such lifetime before signing with it, and leave an old one in the set until its last token has
//!   expired.
//!
//! # Revocation
//!
//! `Jwt::revocations` gives a configuration a store of revocations. It is asked on every request, about remembered tokens too.
//! You can end one token by its `jti`, a session by its `sid`, and everything issued to a subject up to a moment; see
//! [`revocation`](crate::revocation).
//!
//! - The answer comes from this process's memory, so no request waits for a call.
//! - Tokens need a `jti`. One without is refused, because nobody could end it.
//! - With [`InMemoryRevocations`](crate::revocation::InMemoryRevocations) a revocation is in force in this process, at once, and
//!   gone after a restart. With `RedisRevocations` (feature `redis`) it is in force in every process, by default within 1 second
//!   of being stored (`max_staleness`), and it survives restarts.
//!
//! # Many machines
//!
//! | | shared | how |
//! |---|---|---|
//! | keys of a provider | no | each process fetches them: one request in some minutes |
//! | remembered tokens | no | each process verifies a token once; one with a MAC twice |
//! | remembered answers of introspection | through Redis, on request | `Introspection::shared(SharedResults::redis(url, secret))`: a shared cache of its answers, authenticated by a secret that Redis does not know; no answer counts for longer than `max_staleness`. Without it each process asks for itself |
//! | revocations | through Redis | each process holds all of them, and follows a stream |
//! | authorities and opaque tokens that are remembered | no | each process loads its own; whom [`Auth::forget`](crate::Auth::forget) forgets is told by the stream of revocations |
//! | verified passwords | never | they stay on the machine that verified them |
//!
//! Redis is one server, the primary that Sentinel names, or a Redis Cluster, each also over TLS: see `manual::redis` (feature
//! `redis`).
//!
//! Their clocks must agree within the leeway, by default 60 seconds.
//!
//! # What fails how
//!
//! An outage never lets anybody in. Every 503 carries `Retry-After`, and its reason is in the event `auth decision` and in
//! [`DECISIONS`](crate::observe::DECISIONS). Events are those of `tracing`: install a subscriber, such as
//! `tracing_subscriber::fmt().init()`, to see them.
//!
//! | what fails | what callers get | for how long | what says so | what to do |
//! |---|---|---|---|---|
//! | provider down at start | 503 `keys_unavailable`; the server runs | until the first fetch succeeds; tried again after 1 s, then less often, 16 s at most | error "could not be fetched and there are no usable ones"; `auth_key_fetches_total{outcome="failed"}` | nothing, if it comes back; else see `reason` |
//! | provider down later | nothing: the last good keys serve | their lifetime and `jwks_max_staleness`, by default one hour; then 503 | warning with the seconds left; `auth_key_age_seconds` grows | alert on that age |
//! | provider slow | nothing, except that a token with a new key waits | `provider_timeout`, by default 5 s, then 503 | `reason="timed_out"` | – |
//! | garbage, more than 1 MiB, a cut answer, a redirect | as "provider down": the answer is not used | as there | `reason` names which | a redirect is never followed: configure where it leads, if that is right |
//! | a set without a usable key | 503 | until there is one; asked for every 16 s at most | error "publishes no key that can verify a signature", with each key's fault | tell the provider; for RSA without `alg`, see [`Jwt::key_algorithms`](crate::Jwt::key_algorithms) |
//! | keys or metadata as `text/plain`, or without a media type | nothing: they are read all the same | – | a warning, once | – |
//! | keys the provider has wrong (another `use`, too short) | 401 for tokens of those keys | until the set changes | – | tell the provider |
//! | an answer of introspection is a redirect, a page, too large or no strict JSON | 503 `introspection_unavailable` for that token, nothing for others | until it is answered otherwise | warning | see `error` |
//! | it answers 429 | 503 for that token, and for new tokens of that caller, as long as `Retry-After` says (1 s where it does not, 5 minutes at most) | while it lasts | warning | ask for a higher limit, or lower `calls_per_second` |
//! | introspection endpoint down, slow, or answering errors | what is remembered is good; the rest gets 503 `introspection_unavailable` | after 5 failures in a row nobody asks for 10 s, then one call tries; what one caller may have caused counts once | warning for each failure, error when the pause begins; `auth_introspections_total` | see `error` |
//! | it rejects the credentials of this service | 500 `introspection_refused` | until they are right | error naming the ways to prove who we are | correct id, secret or method, or let the client introspect |
//! | it does not speak for tokens of this kind | 401 | – | warning | verify JWTs by `Jwt`, and give it the rest by `.opaque(…)` |
//! | more new tokens than `calls_per_second` | what is remembered is good; the rest gets 503 | while it lasts | warning "than its budget of calls allows" | raise the budget if they are real |
//! | Redis down, for shared answers of introspection | nothing: the issuer is asked, after 100 ms at most | Redis is tried again every second | warning "are not shared"; `auth_introspections_shared_total{outcome="failed"}` | size `calls_per_second` for it |
//! | Redis down or paused, for revocations | nothing at first: what is known is in force | `max_staleness` and `grace`, by default 1 s and 5 s; then 503 `revocations_stale` for configurations with revocations | `auth_revocations_sync_total{event="lost"}`; `auth_revocations_age_seconds` | a restart within the grace is not noticed |
//! | a revocation while Redis is down | in force in that process; `revoke_…` reports that it is not stored | sent again until Redis takes it | `auth_revocations_total{outcome="unstored"}` | – |
//! | Redis lost its data | 503 for about a second | then every process has sent again what it knows | `event="data_lost"`, `event="sent_again"` | persist it: `appendonly yes` |
//! | the primary of Redis dies, and another takes over | as for "Redis down" until it is found, then as for "lost its data" | the failover, and about a second | as there | a grace in which a failover fits: see `manual::redis` |
//! | a clock that was never set | 503 `clock_unreadable` | until it is set | error | set it |
//!
//! # Readiness
//!
//! [`Auth::is_ready`](crate::Auth::is_ready) says whether every scheme can decide, and [`Auth::not_ready`](crate::Auth::not_ready)
//! which ones cannot. Use it for the *readiness* probe, which keeps traffic away until the keys are there. Never use it for the
//! *liveness* probe: an outage of the provider would restart the service and lose the keys that still serve.
//!
//! ```
//! use actix_web::{HttpResponse, Responder, get, web};
//! use auth_runtime::{Auth, public};
//!
//! #[public(reason = "readiness probe")]
//! #[get("/ready")]
//! async fn ready(auth: web::Data<Auth>) -> impl Responder {
//!     if auth.is_ready() { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() }.finish()
//! }
//! # use actix_web::{App, test};
//! # #[actix_web::main]
//! # async fn main() {
//! # let auth = Auth::builder().dangerous_allow_unconfigured().build().unwrap();
//! # let scope = auth.scope("").app_data(web::Data::new(auth.clone())).service(ready);
//! # let app = test::init_service(App::new().service(scope)).await;
//! # let answer = test::call_service(&app, test::TestRequest::get().uri("/ready").to_request()).await;
//! # assert_eq!(answer.status(), 200);
//! # }
//! ```
