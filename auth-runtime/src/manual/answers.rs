//! Every answer a caller can get, and what a client should make of it.
//!
//! `R` is the realm: that of the policy, else of the [`Auth`](crate::Auth), else `api`. A **standard** fixes what has a
//! section in the last column; what has none is a choice made here, where the standards are silent.
//!
//! # Refusals
//!
//! Several schemes mean several `WWW-Authenticate` lines, one for each, in the order Bearer, DPoP, others, Digest, Basic;
//! `error` stands only in the challenge of the scheme that was tried. [`Reason`](crate::denial::Reason) is what logs and
//! metrics say; callers see its description only.
//!
//! | situation | reason | status | challenge | source |
//! |---|---|---|---|---|
//! | no credentials, or those of a scheme that the route does not offer | `CredentialsMissing` | 401 | `Bearer realm="R"`, and `scope="a b"` where scopes are required; no `error` | RFC 6750 §3, §3.1; RFC 9110 §15.5.2 |
//! | the same where a session is asked for | `CredentialsMissing` | 401 | `Cookie realm="R"`. A browser that would show a page is sent to the login page instead, by a 303; htmx by `HX-Redirect` | |
//! | two `Authorization` lines | `AuthorizationRepeated` | 400 | `error="invalid_request"` on Bearer; other schemes' plain challenge | RFC 9110 §5.3 |
//! | a bearer token that is empty or has characters no token can have | `CredentialsMalformed` | 400 | `error="invalid_request"` | RFC 6750 §3.1 |
//! | a token in the header and in the query, or twice in the query, where the query is looked at | `TokenRepeated` | 400 | `error="invalid_request"` | RFC 6750 §2 |
//! | a token that is not a JWT | `TokenNotJwt` | 401 | `error="invalid_token"` | RFC 6750 §3.1 |
//! | longer than the limit | `TokenTooLong` | 401 | `error="invalid_token"` | |
//! | `exp` has passed | `TokenExpired` | 401 | `error="invalid_token"` | RFC 7519 §4.1.4 |
//! | `nbf` or `iat` lies ahead | `TokenNotYetValid` | 401 | `error="invalid_token"` | RFC 7519 §4.1.5 |
//! | `aud` does not name this service | `AudienceWrong` | 401 | `error="invalid_token"` | RFC 9068 §4 |
//! | `iss` is not trusted | `IssuerWrong` | 401 | `error="invalid_token"` | RFC 9068 §4 |
//! | `typ` names another kind of token | `TypeWrong` | 401 | `error="invalid_token"` | RFC 8725 §3.11 |
//! | the signature does not verify | `SignatureInvalid` | 401 | `error="invalid_token"` | RFC 9068 §4 |
//! | `alg` is `none`, unknown, or not the key's | `AlgorithmRefused` | 401 | `error="invalid_token"` | RFC 8725 §3.1 |
//! | no key has the token's `kid` | `KeyUnknown` | 401 | `error="invalid_token"` | RFC 6750 §3.1 |
//! | `crit` or `b64` in the header | `CriticalUnknown` | 401 | `error="invalid_token"` | RFC 7515 §4.1.11 |
//! | a registered claim is missing or of a wrong type (with `.revocations(…)` also `jti`), or a member stands twice | `ClaimsInvalid` | 401 | `error="invalid_token"` | RFC 7519 §7.2 |
//! | a good token whose claims do not fit the handler's type | `ClaimsUnfit` | 401 | `error="invalid_token"`; a warning in the log names the field | |
//! | a token that was revoked, see [`revocation`](crate::revocation) | `TokenRevoked` | 401 | `error="invalid_token"` | RFC 6750 §3.1 |
//! | a token that lives longer than revocations are remembered | `TokenLivesTooLong` | 401 | `error="invalid_token"` | |
//! | an opaque token that its issuer calls inactive | `TokenInactive` | 401 | `error="invalid_token"` | RFC 7662 §2.2 |
//! | `Denial::unauthorized` of a check or handler | `ApplicationUnauthorized` | 401 | those of the policy; `error="invalid_token"` on the Bearer by which the caller came | RFC 9110 §15.5.2 |
//! | good credentials of a caller whom the function that loads [authorities](crate::authorities) knows no more | `CallerUnknown` | 401 | `error="invalid_token"` on Bearer; else the plain challenge | |
//! | a token with `cnf` that is sent as Bearer, unless it is bound to the certificate that the caller shows | `TokenBound` | 401 | `error="invalid_token"` | RFC 7800 §3 |
//! | under `DPoP`, a token that is bound to no key | `TokenUnbound` | 401 | `DPoP …, error="invalid_token"` | RFC 9449 §7.1 |
//! | under `DPoP`, a good token without a proof | `ProofMissing` | 401 | `DPoP realm="R", algs="ES256 …", error="invalid_dpop_proof"` | RFC 9449 §7.1 |
//! | two proofs, or one that is not a JWT of the type `dpop+jwt` with `jwk`, `htm`, `htu`, `iat`, `jti` and `ath` | `ProofMalformed` | 401 | `error="invalid_dpop_proof"` | RFC 9449 §4.3 |
//! | a proof of an algorithm or key that is not accepted, such as a private one | `ProofKeyRefused` | 401 | `error="invalid_dpop_proof"` | RFC 9449 §4.3 |
//! | a proof by another key than the token is bound to | `ProofKeyForeign` | 401 | `error="invalid_dpop_proof"` | RFC 9449 §4.3 |
//! | a proof whose signature does not verify | `ProofSignatureInvalid` | 401 | `error="invalid_dpop_proof"` | RFC 9449 §4.3 |
//! | a proof for another method, URL or token | `ProofMismatch` | 401 | `error="invalid_dpop_proof"` | RFC 9449 §4.3 |
//! | a proof made more than 60 seconds ago or ahead | `ProofOutOfTime` | 401 | `error="invalid_dpop_proof"` | RFC 9449 §11.1 |
//! | a proof that was used | `ProofReplayed` | 401 | `error="invalid_dpop_proof"` | RFC 9449 §11.1 |
//! | a proof without a nonce of ours, or with an old one, where there must be one | `ProofNonceWanted` | 401 | `DPoP …, error="use_dpop_nonce"`, and the nonce in `DPoP-Nonce` | RFC 9449 §9 |
//! | wrong user or password, undecodable Basic credentials; unknown API key; a Digest response that is wrong, of another `uri`, `realm` or algorithm, without `qop=auth`, or malformed | `CredentialsWrong` | 401 | `Basic realm="R", charset="UTF-8"`; `ApiKey realm="R", in="header", name="X-API-Key"`; `Digest realm="R", qop="auth", algorithm=SHA-256, nonce="…", opaque="…", charset=UTF-8, userhash=true`, a line for each algorithm | RFC 7617 §2; RFC 7616 §3.3, §3.7 |
//! | a right Digest response whose nonce is too old or not known here | `NonceStale` | 401 | the same with `stale=true` | RFC 7616 §3.3 |
//! | a right Digest response whose request count was seen before | `NonceReplayed` | 401 | as for a wrong one | RFC 7616 §5.4 |
//! | an API key past its expiry | `KeyExpired` | 401 | as for an unknown key | |
//! | an API key of another environment | `KeyOfOtherEnvironment` | 401 | as for an unknown key | |
//! | a client's certificate before `notBefore` or after `notAfter` | `CertificateOutOfTime` | 401 | `ClientCertificate realm="R"`, as for one that is not accepted | C |
//! | a session that has ended: signed out, not used for too long, too old, revoked; or an id that is not of a session | `SessionEnded` | 401 | `Cookie realm="R"`; the cookie is deleted, unless its id was replaced within the last minute. A browser that would show a page is sent to the login page instead, by a 303 | |
//! | a cookie of the wanted name that is sent twice or cannot be read | `CookieUnreadable` | 401 | `error="invalid_token"` on Bearer; else the plain challenge | |
//! | an operation inside a request that goes on for long, whose credentials have ended meanwhile | `CredentialsEnded` | 401 | `error="invalid_token"` on Bearer; else the plain challenge | RFC 6750 §3.1 |
//! | refused by a scheme of your own for a cause of its own | `Custom` | 401 | the scheme's; `error="invalid_token"` if it is an OAuth challenge | |
//! | a caller who is known, and was authenticated too weakly or too long ago for `acr` or `max_age`, or of whom nothing tells; see [step-up](macro@crate::requires#step-up) | `AuthenticationTooWeak` | 401 | `error="insufficient_user_authentication", acr_values="…", max_age="…"`, of the scheme by which the caller came | RFC 9470 §3 |
//! | the same, and a scope is missing | `AuthenticationAndScopeTooWeak` | 401 | `error="insufficient_user_authentication", acr_values="…", max_age="…"`, and `scope="a b"` on an OAuth challenge | RFC 9470 §3 |
//! | a scope is missing | `ScopeMissing` | 403 | `Bearer realm="R", error="insufficient_scope", scope="a b"` if the caller came by an OAuth scheme, else none | RFC 6750 §3.1 |
//! | a scope is present that must not be, or another branch of an `\|\|` needs one | `ScopeUnfit` | 403 | none | RFC 9110 §15.5.4 |
//! | a role is missing, or present that must not be | `RoleMissing` | 403 | none, since another token would not help | RFC 9110 §15.5.4 |
//! | a claim has another value, or `acr` is as strong as was asked for and not what the policy demands | `ClaimMismatch` | 403 | none | RFC 9110 §15.5.4 |
//! | a check says no, or `Denial::forbidden` of a check or handler | `CheckFailed` | 403 | none | RFC 9110 §15.5.4 |
//! | another [`Denial`](crate::Denial) of a check or handler: `not_found`, `conflict`, `too_many_requests`, `new`; `Rejection::forbidden` of a scheme of your own | `ApplicationDenied` | 403 | none; status, body and headers are the denial's: any 4xx but 401 and 407 | |
//! | an argument of a check cannot be extracted, which the request is to blame for, and nothing else stands in the way | `ArgumentUnfit` | 400 | none; status, headers and body are the extractor's: 400, 404, 405, 413, 414, 415 or 422, others become 403 | |
//! | a cross-site request with an ambient credential: a cookie, Basic, Digest, a certificate, or a token in a header that a proxy sets | `CrossSite` | 403 | none | |
//! | an operation inside a request, beyond as many as [`operations`](crate::config::AuthBuilder::operations) allows | `OperationsTooMany` | 413 | none | RFC 9110 §15.5.14 |
//! | more requests than the `limit` of the policy allows this caller, see [limits](crate::manual::limits) | `LimitReached` | 429 | none; `Retry-After`, `RateLimit-Policy`, `RateLimit` | RFC 6585 §4; draft-ietf-httpapi-ratelimit-headers-10 |
//! | too many wrong passwords of this account, or wrong credentials from this address, see [limits](crate::manual::limits#of-wrong-credentials); `SignIn::verify` too | `TooManyAttempts` | 429 | none; `Retry-After`, `RateLimit-Policy`, `RateLimit`; the same for accounts that do not exist, and for the right password | RFC 6585 §4; draft-ietf-httpapi-ratelimit-headers-10 |
//! | as many DPoP proofs of one key or subject as are remembered of one, see [`replay_memory`](crate::dpop::DpopTokens::replay_memory) | `TooManyProofs` | 429 | none; `Retry-After` | RFC 6585 §4 |
//! | any of these on a route with `hide`; only the 403s and `ArgumentUnfit` with `hide = "from_authenticated"` | as above | 404 | none: the answer of an unknown route of the same scope | RFC 9110 §15.5.4 |
//! | the decision took longer than the deadline | `DeadlinePassed` | 503 | none, `Retry-After: 5` | RFC 9110 §15.6.4 |
//! | no usable keys | `KeysUnavailable` | 503 | none, `Retry-After: 5` | |
//! | a key or a tenant that is not known, and no turn to ask for it: more are asked for than may be | `KeysBusy` | 503 | none, `Retry-After: 5` | |
//! | the introspection endpoint gives no usable answer, or its budget is spent | `IntrospectionUnavailable` | 503 | none, `Retry-After: 5` | |
//! | the store of revocations is not current | `RevocationsStale` | 503 | none, `Retry-After: 5` | |
//! | too many passwords are being hashed | `HashingBusy` | 503 | none, `Retry-After: 5` | |
//! | whether a DPoP proof was used cannot be told: the memory of proofs is full, or Redis was emptied | `ReplaysUnknown` | 503 | none, `Retry-After: 5` | |
//! | the machine's clock cannot be right | `ClockUnreadable` | 503 | none, `Retry-After: 5` | |
//! | too many credentials are being looked up by a function of your own | `LookupBusy` | 503 | none, `Retry-After: 5` | |
//! | your own lookup or verification function returned an error | `BackendUnavailable` | 503 | none, `Retry-After: 5` | |
//! | an extractor of a check answers 503 | `CheckUnavailable` | 503 | none, `Retry-After: 5` | RFC 9110 §15.6.4 |
//! | the function that loads [authorities](crate::authorities) returned an error, or takes too long | `AuthoritiesUnavailable` | 503 | none, `Retry-After: 5` | RFC 9110 §15.6.4 |
//! | the authorities of too many callers are being loaded | `AuthoritiesBusy` | 503 | none, `Retry-After: 5` | RFC 9110 §15.6.4 |
//! | no `Auth` attached | `AuthMissing` | 500 | none | |
//! | the route's scheme is not configured | `SchemeUnconfigured` | 500 | none | |
//! | a policy that is not in the link-time registry | `PolicyUnlinked` | 500 | none | |
//! | the handler asks for another user type than the verification returns | `IdentityUnfit` | 500 | none | |
//! | the introspection endpoint refuses our own credentials | `IntrospectionRefused` | 500 | none; the log says what to fix | |
//! | a handler's call to another service lacks a token, since the provider refuses this service or its answer does not fit | `OutgoingUnfit` | 500 | none; the log says what to fix | |
//! | a check returned an error, or an extractor of it answers 5xx, such as `web::Data` that is not there | `CheckErred` | 500 | none; the error goes to the log | |
//! | a `Denial` of another status than it may have; `Denial::unauthorized` under `#[public]` | `DenialUnfit` | 500 | none; an error event names the handler | |
//! | the function that loads authorities asks for `web::Data` that is not there, or an extractor of it answers 5xx | `AuthoritiesErred` | 500 | none; what is missing goes to the log | |
//! | a check takes `Checked<T>`, which a later check loads | `LoadedLater` | 500 | none | |
//! | `Auth::verify` is asked about a policy with a check, or of a scheme with authorities | `VerifyUnfit` | 500 | none; an error event names the policy | |
//! | `Auth::admit` is asked about an operation in a request that no guard of its `Auth` has let in, or without `operations` on the builder | `OperationUnguarded` | 500 | none; an error event names the policy | |
//! | a check read the body | `CheckReadBody` | 500 | none | |
//! | a scheme or a check panicked | `Panicked` | 500 | none | |
//! | a scheme of your own cannot complete an answer, also after the handler has acted | what it says, `DeadlinePassed` or `Panicked` | 503 or 500 | none; nothing of the answer it replaces | |
//!
//! Each carries `Cache-Control: no-store` and a body of type `application/problem+json` (RFC 9457): `type`, `title`,
//! `status`, `detail`, and `error`, `error_description`, `scope` exactly when a challenge has them. Answers with status 500
//! say nothing of the cause; an error event in the log names the handler and the remedy. 407 is never sent.
//!
//! # The scopes a challenge names
//!
//! All that the route needs, whether the caller has some of them or not: so that one more authorization is enough. Where the
//! policy has an `||` they are those of its leftmost branch, in written order; the hierarchy and the caller do not enter, so
//! the 401 and the 403 of a route name the same scopes. `!scope(…)` adds none.
//!
//! ```
//! # use actix_web::{App, get, test};
//! # use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, requires};
//! #[requires(bearer, scope("read") && (scope("write") || scope("admin")))]
//! #[get("/")]
//! async fn route() -> &'static str { "" }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! # let issuer = TestIssuer::new();
//! # let auth = Auth::builder().realm("R").bearer(issuer.jwt()).build().unwrap();
//! # let app = test::init_service(App::new().service(auth.scope("").service(route))).await;
//! let anonymous = test::TestRequest::get();
//! let answer = test::call_service(&app, anonymous.to_request()).await;
//! ExpectedDenial::new(401).challenge(r#"Bearer realm="R", scope="read write""#).assert(answer).await;
//!
//! let reader = test::TestRequest::get().bearer(issuer.token().scope("read").sign());
//! let answer = test::call_service(&app, reader.to_request()).await;
//! ExpectedDenial::new(403)
//!     .challenge(r#"Bearer realm="R", error="insufficient_scope", scope="read write""#)
//!     .member("scope", "read write")
//!     .assert(answer)
//!     .await;
//! # }
//! ```
//!
//! # Answers of handlers that ran
//!
//! | situation | header | source |
//! |---|---|---|
//! | protected and optional routes | `Cache-Control: private`, unless the handler says `private` or `no-store`; `public` and `s-maxage` are taken away | RFC 9111 §3.5, §5.2.2.7 |
//! | the same, decided by a session | `Cache-Control: no-store`, unless the handler says `private` | |
//! | `SignIn` begins a session | 303 to the page that was wanted, or `/`; `Set-Cookie` with a new id, and the session before is over | OWASP ASVS 5.0 7.2.4 |
//! | `SignOut` ends it | 303; the cookie is deleted, `Clear-Site-Data: "cache", "storage"` | OWASP ASVS 5.0 7.4.1 |
//! | the same with `shared_cache` | the handler's own | |
//! | token or API key in the query | `Referrer-Policy: no-referrer` too, also on refusals | RFC 6750 §2.3, §5.3 |
//! | a right Digest response | `Authentication-Info: qop=auth, rspauth="…", cnonce="…", nc=…`, with `nextnonce="…"` from half of the nonce's life on | RFC 7616 §3.5 |
//! | a right DPoP proof whose nonce gets old | `DPoP-Nonce` with the next one, and `Access-Control-Expose-Headers` where the request has an `Origin` | RFC 9449 §8.2 |
//! | `optional(…)` and no credentials of its schemes | the handler runs, the identity is `None` | RFC 9110 §11.6.1 |
//! | `optional(…)` and bad credentials | refused as if they were required | RFC 9110 §11.4 |
//! | `HEAD`, where the route accepts it (actix's `#[get]` does not) | as for `GET`, without the body | RFC 9110 §9.3.2 |
//! | CORS preflight under `actix-cors` | answered by it, before any guard; refusals keep its headers | |
//! | WebSocket upgrade | refused before 101, with the normal challenge | RFC 6455 §4.2.2 |
//!
//! # What clients of Digest take
//!
//! Which of them log in, by the algorithms that are offered, in the order in which they are offered; measured with curl
//! 7.88.1, Python's `requests` 2.34.2 and `httpx` 0.28.1, Chromium 156 and the crate `http-auth` 0.1.10. The last column is
//! a user name beyond ASCII, with `SHA-256` alone.
//!
//! | client | `SHA-256` | `SHA-512-256` | `MD5` | `SHA-256`, `MD5` | `SHA-512-256`, `SHA-256` | name beyond ASCII |
//! |---|---|---|---|---|---|---|
//! | Chromium | yes | no | yes | yes | yes | yes |
//! | Python `httpx` | yes | no | yes | yes | no | from the second request on |
//! | Python `requests` | yes | no | yes | yes | yes | no |
//! | Rust `http-auth` | yes | yes | yes | yes | yes | yes |
//! | curl | yes | no | yes | yes | no | yes |
//!
//! So leave it at the default, `SHA-256` alone. All of them take up the new nonce of a `stale=true` without asking.
//! Python's own `urllib` does not know `SHA-256` in version 3.11.
//!
//! # What a client does
//!
//! | answer | client |
//! |---|---|
//! | 400 `invalid_request` | has a bug; repeating the request will not help |
//! | 401 without `error` | gets a token (for the `scope` named), asks for the password, or adds the key |
//! | 401 `invalid_token` | drops the token, refreshes it once, and tries again; where the new one fails too, logs in |
//! | 401 `insufficient_user_authentication` | sends the user to the authorization server with `acr_values` and `max_age`, and comes back with the new token; the old one is good where less is demanded |
//! | 401 `use_dpop_nonce` | makes its proof again, with the nonce of the answer |
//! | 401 `invalid_dpop_proof` | makes a new proof, and looks at its clock and its URL |
//! | 403 `insufficient_scope` | asks the authorization server for the scopes named, all of them |
//! | 403 without a challenge | tells the user; no other token helps |
//! | 404 | cannot tell a hidden route from none |
//! | 503 | waits `Retry-After` seconds and tries again |
