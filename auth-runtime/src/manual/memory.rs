//! What is remembered between requests, for how long, and what empties it.
//!
//! Verifying a signature costs far more than everything else a guard does, and a password hash costs a thousand times that.
//! So a guard remembers what it has verified. Beside that it keeps a little, each bounded, of who was good before and of what
//! was asked for in vain; none of it lets anybody in. [Threats](super::threats#what-a-stranger-can-cause) has those bounds.
//!
//! # Verified tokens
//!
//! Each configuration of [`Jwt`](crate::Jwt) has one memory. A token that is in it, byte for byte, is neither decoded nor
//! verified again.
//!
//! | | |
//! |---|---|
//! | what enters | a token whose signature, issuer, audience and times were good; never a refused one, so a flood of bad tokens neither fills nor empties it |
//! | when | with an asymmetric signature at once. With a MAC (`HS256`, …), which is verified about as fast as a token is remembered, when it comes again; until then four bytes of its MAC are kept |
//! | what is kept | the token's text, its [`Principal`](crate::Principal), its times, and its claims as the types that handlers asked for |
//! | how it is found | by a hash of the token's end under a random key of this process, then by comparing the whole text: two tokens with one hash are two tokens |
//! | how much | 32 MiB for each configuration; a token counts 1.5 KiB, its length, and twice what its claims, scopes and roles take, which is somewhat more than it costs: a usual one 3 KiB. [`Jwt::cache_bytes`](crate::Jwt::cache_bytes) changes the bound, zero turns the memory off |
//! | when it is full | the tokens used least make room; many tokens used once do not push out those used often |
//! | how long | until its room is needed; an expired one is refused on the next hit, whatever is remembered |
//!
//! The decision is **not** remembered. Each request is judged anew: `exp`, `nbf` and `iat` against the clock with the
//! leeway, [revocation](crate::revocation) where a store is configured, every condition of the policy, every check.
//!
//! ## What empties it
//!
//! - Any change of the keys: a JWK-set file with other content, and with the feature `jwks` a fetched set that differs. All
//!   tokens of that configuration are verified again, and those of a key that went are refused. A verification that was
//!   under way while the keys changed leaves nothing behind.
//! - The end of the [`Auth`](crate::Auth). Nothing is written to disk or shared between processes.
//!
//! A fixed key (`hs256`, `public_pem`, …) cannot change, so its tokens stay until the room is needed.
//!
//! ```
//! use auth_runtime::Jwt;
//!
//! // A small service with short-lived tokens, each used once or twice:
//! let jwt = Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example").cache_bytes(1 << 20);
//! # assert!(format!("{jwt:?}").contains("1048576"));
//! ```
//!
//! # Headers of tokens
//!
//! The first eight different headers (`alg`, `kid`, `typ`) that verified tokens of a configuration had are kept as read.
//! A header says nothing that is not checked again: the key must still be there, and the signature must be its.
//!
//! # Verified passwords
//!
//! Those of an `htpasswd` file for at most 60 seconds, at most 4096 of them, as a MAC under a random key of this process over
//! configuration, user, stored hash and password. A changed hash in the file makes the entry worthless at once;
//! [`forget`](crate::basic::RememberedPasswords::forget) does so by hand. Passwords that your own function verified
//! are remembered only with [`remember_for`](crate::basic::Passwords::remember_for).
//!
//! # Tokens for other services
//!
//! With the feature `outgoing`: tokens that a provider gave for a caller and another service, 16 MiB at most, until shortly before they expire, and never past the
//! caller's own. The manual's chapter `calls_that_go_on` has the rest.
//!
//! # Proofs of DPoP
//!
//! Each proof that was accepted is remembered, as part of a hash of its key and `jti`, for as long as it would be accepted again: one to two
//! minutes, and with nonces five. About 100 bytes each, so that a full memory takes some 100 MB; it takes what is used of it. Where there
//! is no room for one, its request is refused: see [`replay_memory`](crate::dpop::DpopTokens::replay_memory). The keys of 4096 clients
//! are remembered beside them, ready to verify with.
//!
//! # Nonces of Digest
//!
//! Nothing is kept of a nonce that was issued: it proves itself. Of one that a right response used, its request counts are
//! kept for as long as it lives, 256 nonces of a user and 16,384 in all; which of them goes, and what that means, is said in
//! [`digest`](crate::digest#security).
//!
//! # Authorities, and opaque tokens of your own
//!
//! Only with [`AuthorityLoader::remember_for`](crate::authorities::AuthorityLoader::remember_for) and
//! [`Opaque::remember_for`](crate::Opaque::remember_for), for five minutes at most and 16 MiB each by default. What was found is
//! kept, never that nothing was. Whether an opaque token has expired or is revoked is judged on each request.
//!
//! [`Auth::forget`](crate::Auth::forget) drops what is known of one caller, in this process at once; a load that is under way then
//! is not remembered and serves no later request. Where a configuration consults `RedisRevocations`, or
//! [`forget_through`](crate::config::AuthBuilder::forget_through) names one, every process drops it within the maximum staleness,
//! by default 1 second. A process that does not hear from Redis for so long counts on nothing that it remembers of callers, and
//! one that may have missed something forgets everybody: every request loads until then, so size the database for it.
//!
//! # API keys
//!
//! No answer is remembered: each request looks its key up by digest. Of each listed key, up to eight addresses are known where it was good, in this process,
//! until its file changes; of a key that your function has looked up, up to eight for an hour. They only spare it the
//! [limit on wrong keys](super::limits#of-wrong-credentials).
