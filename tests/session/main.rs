//! Sessions over real connections: signing in and out, what ends a session, and what others try.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod app;
mod audit_log;
mod carried_over;
mod cross_site;
mod ending;
mod failing;
mod forms;
mod login_page;
mod rights;
mod signing_in;
mod step_up;
mod stored;
mod until_ended;
