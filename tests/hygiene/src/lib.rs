//! Expansions must not depend on what the user's names mean. This package passes by compiling.
//!
//! The attributes of actix-web are not hygienic to this degree, so handlers are plain here, except where noted.
#![allow(dead_code, missing_docs, unreachable_pub)]

mod no_prelude;
mod shadowed_macros;
mod shadowed_names;
