//! Every default, with its unit, how to change it, and every method that weakens protection.
//!
//! # Defaults
//!
//! | what | default | change by |
//! |---|---|---|
//! | realm of the challenges | `api` | [`AuthBuilder::realm`](crate::config::AuthBuilder::realm); for one route `realm = "…"` |
//! | longest decision, checks included | 5 seconds, then 503 | [`AuthBuilder::deadline`](crate::config::AuthBuilder::deadline) |
//! | `Retry-After` of a 503 | 5 seconds | |
//! | clock | the machine's; before 2020 or past 9999 is 503 | [`AuthBuilder::clock`](crate::config::AuthBuilder::clock) |
//! | the caller in the request, for middleware | not there | [`AuthBuilder::expose_principal`](crate::config::AuthBuilder::expose_principal) |
//! | operations inside a request | none may be asked about | [`AuthBuilder::operations`](crate::config::AuthBuilder::operations) |
//! | decisions that wait for a function of [`Auth::on_decision`](crate::Auth::on_decision) | 8192 in 32 MiB; of replays and revoked tokens 65536 in 128 MiB beside them | |
//! | how soon what goes on ends with its credentials ([`UntilEnded`](crate::extract::UntilEnded)) | a look once a second, or every 5 seconds where a store must be asked; after 3 looks in a row that tell nothing | [`at_most`](crate::extract::UntilEnded::at_most) |
//! | header fields that such a decision tells | 16 KiB; what does not fit is left out | |
//! | body of a refusal | `application/problem+json` | [`AuthBuilder::denial_body`](crate::config::AuthBuilder::denial_body) |
//! | order of `acr` | none: each class is met by itself alone | [`AuthBuilder::acr_order`](crate::config::AuthBuilder::acr_order) |
//! | time of an authentication ahead of our clock | 60 s at most | not configurable |
//! | role hierarchy, scope implication | none | [`AuthBuilder::role_hierarchy`](crate::config::AuthBuilder::role_hierarchy), [`AuthBuilder::scope_implies`](crate::config::AuthBuilder::scope_implies) |
//! | own origin, allowed origins | none: no `Origin` is ours | [`AuthBuilder::public_origin`](crate::config::AuthBuilder::public_origin), [`AuthBuilder::allow_origin`](crate::config::AuthBuilder::allow_origin) |
//! | ambient credentials on a write without `Sec-Fetch-Site` and `Origin` | pass: the caller is not a browser | [`AuthBuilder::refuse_ambient_without_origin`](crate::config::AuthBuilder::refuse_ambient_without_origin) |
//! | a policy whose scheme is not configured | `build()` fails | [`AuthBuilder::dangerous_allow_unconfigured`](crate::config::AuthBuilder::dangerous_allow_unconfigured) |
//! | answers of protected routes | `Cache-Control: private` | `shared_cache` in the attribute |
//! | requests of a route with a `limit` | counted in this process, for 65,536 callers | [`AuthBuilder::limits`](crate::config::AuthBuilder::limits) |
//! | wrong passwords of one account | 30 in five minutes, then growing delays of 10 s to five minutes | [`Limits::failed_attempts_per_account`](crate::limits::Limits::failed_attempts_per_account), [`failed_attempts_within`](crate::limits::Limits::failed_attempts_within) |
//! | wrong credentials from one address | 100 in five minutes, then growing delays of 3 s to five minutes | [`Limits::failed_attempts_per_address`](crate::limits::Limits::failed_attempts_per_address) |
//! | files (JWK sets, `htpasswd`, `htdigest`, API keys) | a thread looks once a second, whether requests come or not; 16 MiB at most | |
//!
//! ## Bearer
//!
//! | what | default | change by |
//! |---|---|---|
//! | issuer, audience | none: you must give both | [`Jwt::issuer`](crate::Jwt::issuer), [`Jwt::audience`](crate::Jwt::audience) |
//! | leeway for `exp`, `nbf`, `iat` | 60 seconds; at most 3600 | [`Jwt::leeway`](crate::Jwt::leeway) |
//! | longest token | 16 KiB (16384 bytes) | [`Jwt::max_token_bytes`](crate::Jwt::max_token_bytes) |
//! | deepest nesting of its JSON | 32 levels | |
//! | most members | 32 of the header, 512 of an object in the claims | |
//! | keys tried on a token without `kid` | 4 | |
//! | algorithm of a key that names none | RS256 for RSA, its curve's for EC and OKP; a secret is refused | [`Jwt::key_algorithms`](crate::Jwt::key_algorithms) |
//! | memory for verified tokens | 32 MiB for each configuration | [`Jwt::cache_bytes`](crate::Jwt::cache_bytes) |
//! | `typ` | `JWT`, `at+jwt` or none | [`Jwt::access_token_profile`](crate::Jwt::access_token_profile) demands `at+jwt` |
//! | claim of the subject | `sub` | [`Jwt::subject_claim`](crate::Jwt::subject_claim) |
//! | claim of the roles | `roles`, an array or one role | [`Jwt::roles_claim`](crate::Jwt::roles_claim), [`Jwt::roles_from_keys`](crate::Jwt::roles_from_keys), [`Jwt::roles_split_at_commas`](crate::Jwt::roles_split_at_commas) |
//! | claims of the scopes | `scope` and `scp` together | [`Jwt::scopes_claim`](crate::Jwt::scopes_claim) |
//! | clients whose tokens count | all | [`Jwt::authorized_parties`](crate::Jwt::authorized_parties), where a token has `azp` |
//! | scopes and roles an issuer may grant | all | [`Jwt::grantable_scopes`](crate::Jwt::grantable_scopes), [`Jwt::grantable_roles`](crate::Jwt::grantable_roles) |
//! | names of scopes in challenges and metadata | as in policies | [`Jwt::challenge_scopes`](crate::Jwt::challenge_scopes), [`Jwt::challenge_scope_prefix`](crate::Jwt::challenge_scope_prefix) |
//! | where the token is | `Authorization: Bearer` | [`Jwt::header`](crate::Jwt::header), [`Jwt::cookie`](crate::Jwt::cookie), [`Jwt::dangerous_query_parameter`](crate::Jwt::dangerous_query_parameter) |
//! | shortest secret | 32, 48, 64 bytes for HS256, HS384, HS512 | |
//! | shortest RSA key | 2048 bits | |
//!
//! ## Identity providers
//!
//! | what | default | change by |
//! |---|---|---|
//! | keys by URL are fetched again | at 80 % of what `Cache-Control` says, within 1 min to 1 h; every 10 min where it is silent (feature `jwks`) | `Jwt::jwks_refresh` |
//! | last good keys count, the provider being away | 1 h (feature `jwks`) | `Jwt::jwks_max_staleness` |
//! | way to a provider | https, directly, the system's certificates (`SSL_CERT_FILE`); plain http to this machine only | `Jwt::dangerous_plain_http`, `Jwt::proxy`, `Jwt::proxy_from_environment`, `Jwt::root_certificate`, and those of `Introspection` |
//! | token shown to a provider of keys | none (feature `jwks`) | `Jwt::fetch_with_token_file` |
//! | longest call to a provider | 5 s (feature `jwks`) | `Jwt::provider_timeout` |
//! | refreshes for a signature that does not fit a known `kid` | one per 5 min, for each key set, with a burst of two, [divided](super::threats#what-a-stranger-can-cause) by caller (feature `jwks`) | |
//! | key set without a usable key is fetched again | after 1 s, then less often, every 16 s at most (feature `jwks`) | |
//! | refreshes for an unknown `kid` | one per 30 s with a burst of two, for each key set, [divided](super::threats#what-a-stranger-can-cause) by caller (feature `jwks`) | |
//! | an introspection's answer counts | 60 s, never past `exp` (feature `introspection`) | `Introspection::max_staleness` |
//! | longest introspection | 2 s (feature `introspection`) | `Introspection::timeout` |
//! | tokens for calls to other services (feature `outgoing`) | 16 MiB are remembered, each until 30 seconds before it expires; 32 are asked for at once | `OutgoingTokensBuilder::cache_bytes` |
//! | answers of introspection in other processes (features `introspection`, `redis`) | not shared | `Introspection::shared` |
//!
//! ## Revocation
//!
//! | what | default | change by |
//! |---|---|---|
//! | revocations | not consulted | [`Jwt::revocations`](crate::Jwt::revocations) |
//! | longest life of a token, where they are | 31 days; one that lives longer is refused | [`max_token_lifetime`](crate::revocation::InMemoryRevocations::max_token_lifetime) of the store |
//! | a revocation is kept | until `exp`, 3600 seconds and 300 seconds | |
//! | in force in other processes (feature `redis`) | within 1 second, as long as Redis answers | `RedisRevocationsBuilder::max_staleness` |
//! | revoked no more | only with a secret that all processes have | `RedisRevocationsBuilder::withdrawals` |
//! | without Redis | 5 seconds beyond that by what is known, then 503 | `RedisRevocationsBuilder::grace` |
//!
//! ## Basic
//!
//! | what | default | change by |
//! |---|---|---|
//! | longest password | 1024 bytes; 72 for bcrypt | |
//! | longest user name in a file | 255 bytes | |
//! | verified passwords of an `htpasswd` file are remembered for | 60 seconds, which is the most | [`Passwords::remember_for`](crate::basic::Passwords::remember_for) |
//! | the same, of your own function | 0 seconds | [`Passwords::remember_for`](crate::basic::Passwords::remember_for) |
//! | how many are remembered | 4096 for each configuration | |
//! | hashed at once | half the cores, at least 1 | |
//! | whose turn it is | [each caller's](super::threats#what-a-stranger-can-cause), by address; proxies are callers themselves | [`trusted_proxies`](crate::config::AuthBuilder::trusted_proxies) |
//! | waiting for that | 16 for each that may run, 2 seconds, then 503 | |
//! | highest costs in a file | bcrypt 15; SHA-512 crypt 1000000 rounds; argon2 256 MiB | |
//! | roles | unknown: a policy that asks for one denies | [`Passwords::roles_of`](crate::basic::Passwords::roles_of) |
//!
//! ## API keys
//!
//! | what | default | change by |
//! |---|---|---|
//! | longest key | 512 bytes | |
//! | expiry | none | [`Key::expiring_at`](crate::api_key::Key::expiring_at), or `expires_at` in the file |
//! | scopes and roles | unknown: a policy that asks for one denies | [`Key::with_scopes`](crate::api_key::Key::with_scopes), [`Key::with_roles`](crate::api_key::Key::with_roles) |
//! | environment | any | [`ApiKeys::environment`](crate::ApiKeys::environment) |
//! | wrong keys of others at its address do not keep out a key that was good there | at 8 addresses, in this process; for an hour where your function looks it up | |
//! | length of a new key | 256 random bits, 43 characters after the prefix | |
//!
//! ## DPoP
//!
//! | what | default | change by |
//! |---|---|---|
//! | algorithms of proofs | `ES256`, `ES384`, `EdDSA`, `PS256`, `PS384`, `PS512`, `RS256`, `RS384`, `RS512` | [`DpopTokens::proof_algorithms`](crate::dpop::DpopTokens::proof_algorithms) |
//! | RSA keys of proofs | 2048 to 4096 bits, exponent 65537 | |
//! | how far `iat` of a proof may be off | 60 seconds, either way | |
//! | nonces | not demanded | [`DpopTokens::require_nonce`](crate::dpop::DpopTokens::require_nonce) |
//! | life of a nonce of DPoP | 300 seconds | |
//! | longest proof | 8 KiB (8192 bytes) | |
//! | used proofs that are remembered | 1,048,576; a 64th for one subject, a 128th for one key | [`DpopTokens::replay_memory`](crate::dpop::DpopTokens::replay_memory) |
//! | proofs used at other processes | not known (feature `redis` shares them) | `DpopTokens::shared` |
//! | keys of proofs that are remembered | 4096, of accepted proofs alone | |
//! | path that a proxy takes off | none | [`DpopTokens::stripped_base_path`](crate::dpop::DpopTokens::stripped_base_path) |
//!
//! ## Digest
//!
//! | what | default | change by |
//! |---|---|---|
//! | algorithms | `SHA-256` alone | [`DigestUsers::algorithms`](crate::digest::DigestUsers::algorithms), [`DigestUsers::dangerous_md5`](crate::digest::DigestUsers::dangerous_md5) |
//! | life of a nonce | 300 seconds; from 1 to 3600 | [`DigestUsers::nonce_lifetime`](crate::digest::DigestUsers::nonce_lifetime) |
//! | `nextnonce` | from half of that life on | |
//! | a nonce from a clock that is ahead | accepted up to 60 seconds ahead, then `stale=true` | |
//! | request counts of a nonce that are told apart | the highest seen and 127 below it; what is lower is `stale=true` | |
//! | nonces that are remembered | 256 of a user, 16,384 in all; with Redis 256 of a user | |
//! | nonces of other processes | not accepted, `stale=true` (feature `redis` shares them) | `DigestUsers::shared` |
//! | hashed user names | offered | [`DigestUsers::without_userhash`](crate::digest::DigestUsers::without_userhash) |
//! | path that a proxy takes off | none | [`DigestUsers::stripped_base_path`](crate::digest::DigestUsers::stripped_base_path) |
//! | roles | unknown | [`DigestUsers::roles_of`](crate::digest::DigestUsers::roles_of) |
//!
//! ## Sessions
//!
//! With the feature `session`; the methods are those of `session::Sessions`.
//!
//! | what | default | change by |
//! |---|---|---|
//! | a session ends that is not used | 30 minutes, at least 2 | `idle` |
//! | a session ends however it is used | 12 hours, at most 400 days | `absolute` |
//! | sessions of one subject | 50 | `max_per_user` |
//! | sessions in memory | 100,000 | `capacity` |
//! | largest session | 16 KiB | |
//! | use is noted | once a minute | |
//! | an id that was replaced is known as such | for a minute | |
//! | a sign-in that began before all sessions of its subject ended is barred | for 15 minutes | |
//! | page to sign in | none: every refusal is a 401 | `login_page` |
//! | cookie | `__Host-session`, `Secure`, `HttpOnly`, `SameSite=Lax`; `session` for a public origin of plain http, which is this machine only | |
//! | answers that a session decided | `Cache-Control: no-store`, unless the handler says `private` | `shared_cache` in the attribute |
//! | details, beside `Session<T>` also as `Details<T>` | none | `details` |
//! | revocations | not consulted | `revocations` |
//! | sessions of another crate | not carried over; for 30 days at most | `carry_over` |
//!
//! ## Signing in at a provider
//!
//! With the feature `login`; the methods are those of `login::OidcLogin`.
//!
//! | what | default | change by |
//! |---|---|---|
//! | how the client proves itself | `client_secret_basic` | `client_secret_post`, `client_secret_jwt`, `private_key`, `public` |
//! | scopes | `openid` | `scopes` |
//! | a sign-in takes | 10 minutes at most | |
//! | sign-ins under way in one browser | 4 | |
//! | paths | `/login`, `/callback`, `/logout`, `/backchannel-logout`; of several providers `/login/name` and so on, and one way out | `login_path`, `callback_path`, `logout_path`, `backchannel_logout_path`, `named` |
//! | page where people are who have signed out | `/` | `signed_out_path` |
//! | an access token is replaced | 30 seconds before it expires, or after half its life | |
//! | a logout token counts | for 5 minutes, once | |
//! | type of a logout token | `logout+jwt` | `dangerous_untyped_logout_tokens` |
//! | what the provider says of itself counts | for an hour; for a day where it cannot be asked again | |
//! | codes exchanged at once | 32 for each provider; then a browser waits 2 seconds for a turn | |
//! | class and age of the authentication | any | `acr`, `max_age` |
//! | email addresses | not believed | `email_authority` |
//! | what the session carries | nothing beyond issuer and subject | `details` |
//! | accounts are linked | not; of whoever was authenticated within 5 minutes | `link` |
//! | way to the provider | https, directly, the system's certificates | `proxy`, `proxy_from_environment`, `root_certificate`, `dangerous_plain_http` |
//!
//! ## Authorities
//!
//! | what | default | change by |
//! |---|---|---|
//! | who loads them | nobody | `.authorities(…)` of a configuration, [`AuthBuilder::authorities`](crate::config::AuthBuilder::authorities) |
//! | where | on every route of the configuration | `without_authorities` in the attribute |
//! | remembered for | 0 seconds; at most 300 | [`AuthorityLoader::remember_for`](crate::authorities::AuthorityLoader::remember_for) |
//! | memory for that | 16 MiB for each function | [`AuthorityLoader::cache_bytes`](crate::authorities::AuthorityLoader::cache_bytes) |
//! | counted for details | their own size and 512 bytes | [`Authorities::details_bytes`](crate::Authorities::details_bytes) |
//! | loads at once | 128 for each configuration; then a caller waits 2 seconds for a turn, among 512 at most, then 503 | |
//! | longest load | the longest decision | [`AuthBuilder::deadline`](crate::config::AuthBuilder::deadline) |
//! | scopes | no further than those of the credentials | [`AuthorityLoader::dangerous_scopes_beyond_token`](crate::authorities::AuthorityLoader::dangerous_scopes_beyond_token) |
//!
//! ## Opaque tokens of your own
//!
//! | what | default | change by |
//! |---|---|---|
//! | prefix | none: whatever is not a JWT is looked up | [`Opaque::prefix`](crate::Opaque::prefix) |
//! | length, with the prefix | 16 to 512 bytes | [`Opaque::length`](crate::Opaque::length) |
//! | characters | those of RFC 6750 section 2.1 | [`Opaque::alphabet`](crate::Opaque::alphabet) |
//! | remembered for | 0 seconds; at most 300 | [`Opaque::remember_for`](crate::Opaque::remember_for) |
//! | memory for that | 16 MiB for each configuration | [`Opaque::cache_bytes`](crate::Opaque::cache_bytes) |
//! | lookups at once | 32; others wait 2 seconds, by turns, then 503 | |
//! | longest lookup | 10 seconds; the decision ends before | [`AuthBuilder::deadline`](crate::config::AuthBuilder::deadline) |
//! | scopes and roles | unknown: a policy that asks for one denies | [`Holder::scopes`](crate::opaque::Holder::scopes), [`Holder::roles`](crate::opaque::Holder::roles) |
//!
//! ## Testing
//!
//! | what | default | change by |
//! |---|---|---|
//! | life of a test token | 300 seconds | [`TestToken::expires_in`](crate::testing::TestToken::expires_in) |
//! | its subject | `test-subject` | [`TestToken::subject`](crate::testing::TestToken::subject) |
//! | its issuer and audience | `https://issuer.test`, `https://api.test` | [`TestIssuer::named`](crate::testing::TestIssuer::named), [`TestIssuer::for_audience`](crate::testing::TestIssuer::for_audience) |
//!
//! # What weakens protection
//!
//! Each of these has a `# Security` section that says what it costs. Search a code base for them:
//!
//! | method | what it gives up |
//! |---|---|
//! | [`Jwt::dangerous_any_issuer`](crate::Jwt::dangerous_any_issuer) | whoever shares the key can vouch for anybody |
//! | [`Jwt::dangerous_any_audience`](crate::Jwt::dangerous_any_audience) | tokens made for other services are accepted |
//! | [`Jwt::client_id`](crate::Jwt::client_id) | tells who asked for a token, but not for which service it is meant |
//! | [`Jwt::leeway`](crate::Jwt::leeway) | an expired token stays usable for as long |
//! | [`Jwt::cookie`](crate::Jwt::cookie), [`ApiKeys::cookie`](crate::ApiKeys::cookie) | a browser adds it by itself; the cross-site rule applies |
//! | [`Jwt::dangerous_query_parameter`](crate::Jwt::dangerous_query_parameter), [`ApiKeys::dangerous_query`](crate::ApiKeys::dangerous_query) | URLs end up in logs and histories |
//! | [`Jwt::dangerous_set_by_client`](crate::Jwt::dangerous_set_by_client) | where a proxy sets the field, other sites act with a visitor's rights |
//! | [`Jwt::dangerous_any_organisation`](crate::Jwt::dangerous_any_organisation) | a role that one organisation gives counts for all |
//! | [`Jwt::dangerous_secrets_beside_public_keys`](crate::Jwt::dangerous_secrets_beside_public_keys) | whoever reads the configuration can sign tokens of that issuer |
//! | `Jwt::jwks_refresh`, `Jwt::jwks_max_staleness` | a key that the provider withdrew counts for as long |
//! | `Jwt::dangerous_plain_http`, `Introspection::dangerous_plain_http`, `OutgoingTokensBuilder::dangerous_plain_http` | whoever is between this service and that host decides which tokens are good |
//! | `Jwt::root_certificate`, `Introspection::root_certificate`, `OutgoingTokensBuilder::root_certificate` | the holder of its key can pass for any provider of the configuration |
//! | `OidcLogin::dangerous_plain_http`, `OidcLogin::root_certificate` | as for `Jwt`; and whoever is in between reads the client's secret |
//! | `OidcLogin::link` | whoever the provider says has signed in there is let in as the account that was linked |
//! | `OidcLogin::email_authority` | email addresses of that domain are believed on the provider's word |
//! | `Jwt::fetch_with_token_file` | the provider can use the token as this service could |
//! | `OutgoingTokensBuilder::subject_issuers` | the provider is shown tokens that others have issued |
//! | `Introspection::max_staleness` | a token revoked at its issuer counts for as long |
//! | `AuthBuilder::resource_metadata`, `Auth::resource_metadata_service` | everyone may read the scopes that visible policies ask for |
//! | `Jwt::tenants` | your function decides whom to trust, on the word of an unverified `iss` |
//! | `Introspection::dangerous_any_issuer`, `Introspection::dangerous_any_audience`, `Introspection::issued_to` | as for `Jwt` |
//! | `Introspection::dangerous_any_token_type` | a refresh token that the endpoint calls active passes for an access token |
//! | `RedisRevocationsBuilder::grace` | for as long a token may be accepted that another process revoked |
//! | `RedisRevocationsBuilder::withdrawals` | whoever has that secret and can write to Redis can let tokens count again that were revoked |
//! | `RedisRevocationsBuilder::dangerous_stay_open_when_stale` | whoever can bring Redis down can use revoked tokens |
//! | [`Limits::failed_attempts_per_account`](crate::limits::Limits::failed_attempts_per_account), [`Limits::failed_attempts_per_address`](crate::limits::Limits::failed_attempts_per_address), [`Limits::failed_attempts_within`](crate::limits::Limits::failed_attempts_within) | passwords are guessed faster |
//! | `SignIn::without_password` | what is tried by it may be tried as often as the machine allows |
//! | `AuthBuilder::trusted_certificate_proxies` | whoever connects from that address can be anybody who has a certificate |
//! | `ClientCertificates::subject_by` | every certificate that the server or proxy lets in is somebody, where your function looks at no issuer |
//! | `Limits::redis` | whoever can write to Redis can lift limits |
//! | [`Passwords::remember_for`](crate::basic::Passwords::remember_for) on your own function | a disabled user may get in for that long |
//! | [`DigestUsers::dangerous_md5`](crate::digest::DigestUsers::dangerous_md5) | passwords are guessed faster from a request that somebody saw |
//! | [`DigestUsers`](crate::digest::DigestUsers) as such | what is stored of a password is as good as the password |
//! | [`Opaque::remember_for`](crate::Opaque::remember_for) | a deleted token counts for that long, unless you call [`Auth::forget`](crate::Auth::forget) |
//! | [`Opaque::dangerous_lookup_exposed`](crate::Opaque::dangerous_lookup_exposed), [`KeyStore::dangerous_lookup_exposed`](crate::api_key::KeyStore::dangerous_lookup_exposed) | your function holds what lets its owner in |
//! | [`Opaque::look_up_jwts`](crate::Opaque::look_up_jwts) | signature, algorithm, issuer, audience and times of a JWT are what your function makes of them |
//! | [`AuthorityLoader::remember_for`](crate::authorities::AuthorityLoader::remember_for) | a role that was taken away counts for that long, unless you call [`Auth::forget`](crate::Auth::forget) |
//! | [`AuthorityLoader::keyed_by`](crate::authorities::AuthorityLoader::keyed_by) | a key that leaves something out gives a caller what it has elsewhere |
//! | [`AuthorityLoader::dangerous_scopes_beyond_token`](crate::authorities::AuthorityLoader::dangerous_scopes_beyond_token) | every program with a token of a user may do what the user may |
//! | `without_authorities` | whoever was removed from the database passes until the credentials expire |
//! | `OidcLogin::dangerous_untyped_logout_tokens` | a logout token is told from others by its claims alone |
//! | `OldSessions::dangerous_in_cookie` | whoever has copied a cookie of `CookieSessionStore` is carried over into a session |
//! | [`AuthBuilder::allow_origin`](crate::config::AuthBuilder::allow_origin) | that origin acts with the rights of its visitors |
//! | [`AuthBuilder::dangerous_allow_unconfigured`](crate::config::AuthBuilder::dangerous_allow_unconfigured) | a forgotten scheme is noticed by the first request, which gets 500 |
//! | [`Auth::scheme_routes`](crate::Auth::scheme_routes) | what a scheme serves is open to everyone |
//! | [`Scope::service_public`](crate::mount::Scope::service_public), `#[public]` | no credentials are asked for |
//! | [`Auth::policy_table`](crate::Auth::policy_table), [`Auth::mounted`](crate::Auth::mounted) | list hidden routes too |
//! | [`review::page`](crate::review::page) | its readers learn of hidden routes, and what each asks for |
//! | `openapi`: `Description::with_rules` | readers of the document learn the names of roles, claims and checks |
//! | `openapi`: `Description::with_hidden` | readers of the document learn of hidden routes |
//! | [`review::assert_matches`](crate::review::assert_matches) | what checks, authorities and handlers do inside is not compared |
//! | `shared_cache` | a shared cache may hand one caller's answer to another |
//!
//! # The same, run
//!
//! ```
//! # use std::time::Duration;
//! # use actix_web::{App, get, test};
//! # use auth_runtime::testing::{ExpectedDenial, ManualClock, TestIssuer, TestRequestExt as _};
//! # use auth_runtime::{Auth, requires};
//! #[requires(bearer)]
//! #[get("/")]
//! async fn route() -> &'static str { "" }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let clock = ManualClock::at(1_900_000_000);
//! let issuer = TestIssuer::new().clock(clock.clone());
//! let auth = Auth::builder().bearer(issuer.jwt()).clock(clock.clone()).build().unwrap();
//! let app = test::init_service(App::new().service(auth.scope("").service(route))).await;
//!
//! // The realm is `api`.
//! let answer = test::call_service(&app, test::TestRequest::get().to_request()).await;
//! ExpectedDenial::new(401).challenge(r#"Bearer realm="api""#).assert(answer).await;
//!
//! // A test token lives for 300 s; the leeway is 60 s.
//! let token = issuer.token().sign();
//! clock.advance(Duration::from_secs(359));
//! let answer = test::call_service(&app, test::TestRequest::get().bearer(&token).to_request()).await;
//! assert_eq!(answer.status(), 200);
//! assert_eq!(answer.headers().get("Cache-Control").unwrap(), "private");
//! clock.advance(Duration::from_secs(1));
//! let answer = test::call_service(&app, test::TestRequest::get().bearer(&token).to_request()).await;
//! assert_eq!(answer.status(), 401);
//! # }
//! ```
