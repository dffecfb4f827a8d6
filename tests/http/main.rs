//! Every answer of the crate, over real connections: one test for each row of the table of answers, and for each
//! guarantee that shows on the wire.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod answering;
mod any;
mod api_key;
mod attributes;
mod audit;
mod authorities;
mod basic;
mod bearer;
mod body;
mod branches;
mod cache;
mod check_after;
mod checked;
mod checks;
mod conditions;
mod decisions;
mod denials;
mod digest;
mod events;
mod explain;
mod facade;
mod failures;
mod fixture;
mod hide;
mod identities;
mod inner;
mod joint;
mod middleware;
mod mounted;
mod mounting;
mod observed;
mod opaque;
mod optional;
mod permissions;
mod policy_page;
mod policy_table;
mod protocol;
mod providers;
mod routes;
mod schemes;
mod shadowing;
mod transport;
mod verify;
mod websocket;
