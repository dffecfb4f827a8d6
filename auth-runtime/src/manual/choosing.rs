//! Which scheme for whom: a session or a token; and a token as it is, bound to a key, or a certificate.
//!
//! # A session or a token
//!
//! | who calls | take | why |
//! |---|---|---|
//! | people, by pages of your own | a session (feature `session`) | the browser keeps a cookie that no script can read; signing out ends it on every machine at once |
//! | people, by a single-page application of your own | a session, with a server of yours before the API: the example `backend_for_frontend` | tokens in a browser are read by whatever script gets into the page |
//! | people, by an application of others; programs on their behalf | `bearer`, from an identity provider | the application never sees a password, and has the scopes that its user gave it |
//! | your own services and those of partners | `bearer` by client credentials, or a certificate | there is nobody to sign in |
//! | developers, scripts, devices without a provider | API keys, or opaque tokens of your own | one string to paste, and to withdraw |
//!
//! A route may take several: `any(session, bearer)`.
//!
//! # A token as it is, bound to a key, or a certificate
//!
//! | | `bearer` | `dpop` | a token bound to a certificate | `client_certificate` |
//! |---|---|---|---|---|
//! | who has stolen the token | is let in until it ends | is not: the key signs each request | is not: the connection needs the key | there is none |
//! | what clients need | nothing | a key, and a signature for each request; also in browsers | a certificate, and TLS that reaches your proxy | the same |
//! | what the provider needs | nothing | DPoP (RFC 9449) | mutual TLS (RFC 8705) | there is none |
//! | what you need | nothing | one public origin, a memory of proofs | TLS in the server, or a listed proxy | the same, and an authority that issues and withdraws certificates |
//! | who says roles and scopes | the token | the token | the token | your own data |
//! | a request costs | one verification, then nothing while it is remembered | one signature more | a comparison | nothing but your function |
//! | ends | at `exp`, or when revoked | likewise | likewise | at `notAfter`, or when your data says so |
//!
//! - Begin with `bearer`, short-lived tokens and revocation.
//! - Take DPoP where a stolen token costs more than a signature: payments, health, whatever writes logs that others read.
//! - Take certificates between machines that you run, where a mesh or an authority hands them out anyway. Bound tokens add to that
//!   *what* a machine may do, by a provider.
//! - The policies for finance (FAPI 2.0) ask for one of the two bonds.
