//! Every answer of the crate, over real connections: one test for each row of the table of answers, and for each
//! guarantee that shows on the wire.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod answering;
mod any;
mod api_key;
mod attempts;
mod attributes;
mod audit;
mod audit_log;
mod authorities;
mod basic;
mod bearer;
mod body;
mod branches;
mod cache;
mod certificates;
mod check_after;
mod checked;
mod checks;
mod conditions;
mod decisions;
mod denials;
mod digest;
mod dpop;
mod events;
mod explain;
mod facade;
mod failures;
mod fixture;
mod hide;
mod identities;
mod inner;
mod joint;
mod limits;
mod middleware;
mod mounted;
mod mounting;
mod opaque;
mod operations;
mod optional;
mod outgoing;
mod permissions;
mod policy_page;
mod policy_table;
mod protocol;
mod providers;
mod routes;
mod schemes;
mod shadowing;
mod step_up;
mod transport;
mod verify;
mod websocket;

use tests::observed;
