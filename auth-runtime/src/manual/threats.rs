//! The attacks this crate defends against, the rule for each, and what is left to you.
//!
//! Every rule below holds by default. An option that weakens one says so under `# Security`, and
//! [`defaults`](super::defaults) lists it.
//!
//! # A handler that runs although it should not
//!
//! | threat | rule |
//! |---|---|
//! | a route that somebody forgot to protect | [`Auth::scope`](crate::Auth::scope) takes services that say who may call them, and nothing else; the program does not compile otherwise |
//! | a rule on a path that no longer matches the route | policies sit on handlers and contain no path, so there is nothing to bypass with another spelling of a URL |
//! | a second registration of the same route under a weaker policy | refused while the application is assembled |
//! | a scheme that was never configured | [`AuthBuilder::build`](crate::config::AuthBuilder::build) fails and names each handler with file and line |
//! | an `Auth` that is not attached, a check that errs or panics, a backend that is down, a decision that takes too long | never the handler: 500 or 503, and an error event that names the handler and the remedy |
//! | an expression that means something else than it reads | conditions are Rust's own `&&`, `\|\|`, `!` and parentheses; contradictions, tautologies and branches that another shadows do not compile |
//! | `!role("contractor")` and a token that does not say what roles its owner has | conditions have three values: what the credentials do not say is unknown, `!unknown` is unknown, and unknown denies |
//! | a service function called from a route without a guard | take `&`[`Granted`](crate::Granted)`<P>`; only a handler under policy `P` can come by one |
//! | a handler that trusts an identity its policy does not promise | [`Bearer`](crate::Bearer), [`Basic`](crate::Basic), [`Digest`](crate::Digest), [`ApiKey`](crate::ApiKey) and [`Principal`](crate::Principal) are arguments only where the policy yields them; elsewhere it does not compile |
//!
//! # Work done for callers who may not ask for it
//!
//! - The body is not touched before the decision is made: a handler has one real argument, which decides first and extracts
//!   the others after. A `Json` argument can neither read the body nor answer 400 to a caller who is refused, also while an
//!   asynchronous scheme or check is still at work. Identities are extracted before all other arguments.
//! - A check runs with a body that must not be read. One that reads it is answered 500, whatever it says.
//! - Credentials are never looked for in a body (RFC 6750 section 2.2 allows it; this crate does not).
//! - Tokens are bounded in length and in depth before anything else is done with them. A token without `kid` is tried with
//!   at most four keys.
//! - Passwords are hashed on blocking threads, a few at a time and behind a bounded queue; a dropped connection frees no
//!   place. Password files with absurd costs are refused when they are read.
//!
//! # What a stranger can cause
//!
//! Work that is done before it is known who calls is bounded for all, and what is bounded for all is divided among callers, so that
//! one cannot lock out the others. A caller is an IPv4 address or the /64 network of an IPv6 address; all of a /48 together count
//! as four. Where proxies stand before this service, name them by
//! [`trusted_proxies`](crate::config::AuthBuilder::trusted_proxies): a loopback or private address that sends forwarding headers and
//! is not named is an error event, and callers behind it are told apart by what they present.
//!
//! | what | bound for all | how it is divided | what it costs the others |
//! |---|---|---|---|
//! | password hashes (`htpasswd`) | half the cores at once; 16 wait for each, at most 2 s | callers take turns, and one with fewer requests takes the place of one with more; users whose password was good within the last hour, at the address they come from, have a queue of their own, and three of four turns | a turn of each caller that waits |
//! | calls of your own functions that look up tokens, API keys, passwords or digests | 32 of each function at once; 512 wait in each queue, at most 2 s | callers take turns; tokens and keys that were good within the last hour, and users at the address they come from, have a queue of their own, and three of four turns | a turn of each caller that waits |
//! | loads of [authorities](crate::authorities), by callers who were authenticated | 128 of each function at once; 512 wait in each queue, at most 2 s | the same, by who calls from where | a turn of each caller that waits |
//! | tokens asked for of a provider, for calls to other services | 32 at once; 512 wait in each queue, at most 2 s; what was refused is not asked for again for a second | by who calls from where; callers for whom a token was given within the last hour have a queue of their own, and three of four turns | a turn of each caller that waits |
//! | calls of an introspection endpoint | `Introspection::calls_per_second`, `calls_at_once`; 8 wait for each place, at most `timeout` | callers have alike of what comes in and leave as many calls as they take; one alone has what comes in; for places they take turns; a quarter of the calls, three of four turns and a queue of their own are for tokens that were active within the last hour | with one caller that sends invented tokens, half of the calls of other strangers |
//! | a 429, a redirect, a page, an error, an answer that never comes, about some tokens | nobody asks again about such a token for a second, or for what `Retry-After` says, 5 minutes at most | a 429 keeps the caller waiting for as long, not the others; failures of one caller, a /48 or all from nobody knows where count once towards the `breaker`, which is another one for strangers; tokens that were good before count each | nothing for those who were good before; from as many addresses as the `breaker` counts failures, a 503 for strangers, for its pause or until one who was good before gets an answer |
//! | fetches of keys for a `kid` that is not known | one per 30 s with a burst of two for each key set; 256 wait | one of the two, and a quarter of the places, are for subjects whose tokens were good within the last hour, at the address they come from; a caller leaves half of the places that are free; of two fetches for those who were good before, one caller has one | nothing for known keys, nor for those who were good before; to others a new key is known 30 s later, and with it to all |
//! | fetches of keys for a signature that does not fit | one per 5 min with a burst of two for each key set; nobody waits | the same | a key that was replaced under its `kid` is found 5 min later |
//! | searches for tenants | 10 a second after 50, 32 at once; 256 wait, at most 2 s | callers have alike of what comes in and leave as many as they take; they take turns; a quarter of the searches, and three of four turns, are for subjects whose tokens were good within the last hour, at the address they come from | nothing for known tenants; a turn of each caller that waits |
//! | wrong passwords of an account | 30 in five minutes from wherever, then ever slower; see [limits](crate::manual::limits#of-wrong-credentials) | 100 from each address; an account that was good within the last hour, at the address that it comes from, has a count of its own | its owner, from an address where it was not good of late, gets in only in the moment that a delay is over, five minutes apart at most |
//! | log events of refusals | ten a second for each policy and reason; the rest is one event that counts them | by address; replays, revoked tokens and the first refusal of whoever was good within the last hour are never left out | nothing |
//!
//! Measured, over 64 connections for ten seconds, on two cores: of good callers beside invented passwords, invented tokens that an
//! endpoint or a function of the application's own looks up, invented API keys, invented users of Digest, invented `kid`s, invented
//! tenants, and loads of authorities by strangers who have tokens and hang up, none was refused, be they good before from the flood's
//! own address or unknown and from elsewhere; they waited for little more than a second at most. 5,600 wrong passwords in five
//! seconds left 85 events in the log. Who is unknown and comes from the flood's own address, such as from behind one router with it, is not
//! told from it: beside invented passwords such a caller found no turn.
//!
//! Whoever was good before comes earlier and is judged alike. Only hashes of who that was are kept, under a key of this process, of
//! at most 16,384 users or tokens of a configuration, 64 tokens of one owner, 8 addresses each, for an hour; a changed password, or
//! [`forget`](crate::basic::RememberedPasswords::forget), ends it, as does a token that is found no more, has expired or is revoked, an introspection that says
//! "inactive", and [`Auth::forget`](crate::Auth::forget) of its holder. A stranger who names a known user, from that user's own address,
//! takes turns with that user alone.
//!
//! # Forged and misused tokens
//!
//! | threat | rule | source |
//! |---|---|---|
//! | `alg: none`, an HMAC made with a public key | a key has one algorithm, fixed by the configuration; the token's `alg` must be it | RFC 8725 §3.1 |
//! | a secret that can be guessed | an HMAC secret must be as long as the hash; PEM text is refused as a secret; RSA from 2048 bits | RFC 7518 §3.2, §3.3; RFC 8725 §3.5 |
//! | `jku`, `x5u`, `jwk`, `x5c` in the header | never followed, never used: keys come from the configuration | RFC 8725 §3.10 |
//! | a `kid` with a path or a query in it | compared with the ids of known keys, used for nothing else | RFC 8725 §3.10 |
//! | an extension that changes the meaning of the signature | `crit` and `b64` are refused, since none is understood | RFC 7515 §4.1.11 |
//! | two parsers that see different claims | strict base64url without padding or trailing bits; a member given twice, at any depth, is refused | RFC 7515 §2, §4; RFC 7519 §4 |
//! | an ID token, logout token or DPoP proof as access token | `typ` must be `JWT`, `at+jwt` or absent; [`access_token_profile`](crate::Jwt::access_token_profile) demands `at+jwt` | RFC 8725 §3.11; RFC 9068 §4 |
//! | a token of another issuer | `iss` must be exactly a configured one, and its keys verify no other issuer's tokens | RFC 8725 §3.8 |
//! | a token made for another service | `aud` must name this one; a configuration that does not say so does not compile | RFC 8725 §3.9 |
//! | a token that never ends | `exp` is required; `exp`, `nbf` and `iat` of a wrong type or beyond any date refuse the token | RFC 7519 §4.1 |
//! | a stolen token that is bound to a key | by [`dpop`](super::dpop) it counts with a proof by that key; sent as Bearer it is refused, however it is bound, but for a certificate that the caller shows | RFC 7800 §3; RFC 9449 §7.2 |
//! | a stolen token that is bound to a certificate | with the feature `certificates` it counts where the caller's certificate is that one; the field `Client-Cert` of those who are not listed counts for nothing | RFC 8705 §3; RFC 9440 §4 |
//! | an issuer that grants more than it should | [`grantable_scopes`](crate::Jwt::grantable_scopes), [`grantable_roles`](crate::Jwt::grantable_roles) | |
//! | timing of comparisons | MACs and digests are compared in constant time | |
//! | a remembered token that outlives its keys | a change of keys forgets all; `exp`, `nbf` and the policy are judged on each request; only verified tokens are remembered | |
//!
//! # Which credential counts
//!
//! A request may carry several. One decides alone. Explicit credentials, which a client puts there on purpose, come before
//! ambient ones, which a browser or a proxy adds (cookies, Basic, Digest, a certificate, a token in a header of the proxy's). Among equals the
//! scheme that the policy names first decides. If its credentials are bad the request is refused: no other is tried, nothing is merged, and a handler can take
//! only the identity that decided. Two `Authorization` lines, a key header or a cookie sent twice, a token both in the header
//! and in the query are refused, since nobody can say which one was meant. Credentials of a scheme that the route does not
//! offer count as absent.
//!
//! # Requests that another site causes
//!
//! An ambient credential counts on `GET`, `HEAD` and `OPTIONS`, which must not change anything. On every other method the
//! browser must say `Sec-Fetch-Site: same-origin` or `none`; where it does not send that header, `Origin` must be the
//! [`public_origin`](crate::config::AuthBuilder::public_origin) or an
//! [allowed](crate::config::AuthBuilder::allow_origin) one. A caller that sends neither is not a browser and passes;
//! [`refuse_ambient_without_origin`](crate::config::AuthBuilder::refuse_ambient_without_origin) refuses it. A WebSocket
//! upgrade with an ambient credential needs an `Origin` that is ours or allowed, always. `same-site`, `Origin: null` and
//! repeated headers are refused. Our own origin is never taken from `Host` or `X-Forwarded-Host`, which are the caller's
//! words.
//!
//! Cookies are read byte for byte: names are not percent-decoded, so that `%5F%5FHost-s` is not `__Host-s`, and one bad byte
//! elsewhere does not make the wanted cookie disappear.
//!
//! # Passwords and keys
//!
//! - An unknown user costs the hash that a known one does, and gets the same bytes. Passwords are never cut: bcrypt's limit
//!   of 72 bytes makes longer ones wrong.
//! - A verified password is remembered as a MAC under a key of this process, bound to the stored hash, never as text.
//! - A token that is bound to a key ([`dpop`](crate::dpop)) is of no use to a thief, and each proof counts once: what was used is remembered
//!   for as long as it would be accepted, divided among keys and subjects, and where there is no room the newcomer is refused.
//! - A Digest response counts once: its nonce is a MAC of ours, and each request count with it is remembered, in bounded memory
//!   that strangers cannot fill. What had to be forgotten counts no more. The response is of this method and target alone.
//! - What is stored for Digest is as good as the password, and what is sent can be tried against passwords: prefer other
//!   schemes, and serve it over TLS.
//! - Of API keys only the SHA-256 is stored, which is enough because keys are random: [`NewKey`](crate::api_key::NewKey)
//!   makes 256 bits of it. Do not let people invent them.
//! - Secrets are wiped from this crate's memory when dropped and hidden in `Debug`.
//!
//! # Sessions
//!
//! | threat | rule | source |
//! |---|---|---|
//! | a session that was fixed before signing in | each sign-in makes a new id of 256 random bits and ends the session before; no id of the client's is taken over | OWASP ASVS 5.0 7.2.4 |
//! | another site signs somebody in, as somebody else | a sign-in that another site caused is refused; at a provider, `state`, `nonce` and PKCE are bound to the browser that began | RFC 9700 §4.7 |
//! | a login page that leads elsewhere | `?to=` is judged as browsers read it, and is a page of the public origin or `/` | RFC 9700 §4.11 |
//! | passwords that are guessed | counted by account and by address before any is looked at, see `limits` | OWASP ASVS 5.0 6.3.1 |
//! | a session that outlives its user's rights | ended everywhere by sign-out, revocation and `auth.sessions_of(…)`; what goes on ends with it | OWASP ASVS 5.0 7.4 |
//! | a store that is read or written by others | it holds hashes of ids and records with a MAC; who reads it gets no id, who writes to it makes nobody up | |
//! | providers that are mixed up | each has its own callback; `iss` of the answer is demanded where it is announced | RFC 9207 |
//!
//! # What an answer tells
//!
//! - A refusal says what [`answers`](super::answers) lists and no more: no part of the credentials, no text of an error, the
//!   same for an unknown user and a wrong password, for an unknown API key and an expired one.
//! - With `hide` a refusal is the answer that an unknown route of the same scope gets, in status, headers and body.
//! - Refusals are `no-store`. The answers of protected and optional routes are kept out of shared caches: `private` is
//!   added, or `no-store` where a session decided, `public` and `s-maxage` are taken away, unless the handler says `private` or `no-store` itself or the policy
//!   says `shared_cache`. RFC 9111 section 3.5 protects only requests with `Authorization`, and a handler's `public` undoes
//!   that.
//! - Log events and metrics carry labels from closed sets. The claims of a token are left out of `Debug`, and the caller's
//!   text out of events. An error of your own function is escaped, capped, and withheld where it repeats the password.
//!
//! # What is left to you
//!
//! - **TLS.** Bearer tokens, passwords and API keys can be used by whoever reads them (RFC 6750 section 5.3).
//! - **Keys.** Where signing keys are kept, who can read secrets and password files, and changing them in time.
//! - **Revoking.** A JWT is good until it expires, unless a configuration consults a store of
//!   [revocations](crate::revocation) and somebody revokes it there. Keep lifetimes short.
//! - **Rates before a route.** Wrong credentials are counted, and callers of routes with a `limit`; connections and requests for paths
//!   that do not exist are not. A flood from very many addresses leaves strangers without a turn, and known users with theirs.
//! - **What the handler does** with arguments, and rules over data that only the handler loads. Use a check where the rule can
//!   be decided beforehand.
//! - **The order of registrations** where it [cannot be seen](crate::manual::mounting#what-is-not): behind guards, and beside what
//!   is not mounted through a scope of yours.
//! - **Services without a handler** given to [`service_public`](crate::mount::Scope::service_public), and whatever is mounted
//!   outside of an [`Auth::scope`](crate::Auth::scope): a handler with an attribute is guarded there too, one without is not.
//! - **`GET` that changes something.** The cross-site rule takes actix's methods at their word.
//! - **Logs.** actix's `Logger` writes the query with `%r` and `%U`, and with it a key or token sent there.
//! - **Time of hidden routes.** `hide` does not make a refusal as fast as an unknown route.
//! - **Several machines.** What is remembered, and how much is hashed at once, is counted in each process, except what you
//!   share through Redis: revocations, sessions, limits and wrong credentials, proofs of DPoP,
//!   nonces of Digest, answers of introspection.
//! - **`Expect: 100-continue`** is answered by actix before any guard runs, so such a client may send its body in vain.
