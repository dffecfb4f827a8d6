//! Declarative route authentication and authorization for actix-web.
#![allow(dead_code, unreachable_pub, unused_imports, missing_docs)] // until the public list below is complete

mod challenge;
mod clock;
mod config;
mod denial;
mod principal;
mod scheme;
mod token;
