//! How to do common things. The tests of this crate run every example here that needs no file and no network.
//!
//! - [`callers`]: [an identity provider](callers#an-identity-provider), [several issuers](callers#several-issuers), [several
//!   configurations](callers#several-configurations), [several schemes on one route](callers#several-schemes-on-one-route),
//!   [cookies and CORS](callers#cookies-and-cors), [files and rotation](callers#files-and-rotation), [tokens of your
//!   own](callers#tokens-of-your-own).
//! - [`conditions`]: [roles and scopes](conditions#roles-and-scopes), [roles out of your
//!   database](conditions#roles-out-of-your-database), [checks](conditions#checks), [load once, and look at the
//!   body](conditions#load-once-and-look-at-the-body).
//! - [`refusals`]: [hiding](refusals#hiding), [denials of your own](refusals#denials-of-your-own), [a body of your
//!   own](refusals#a-body-of-your-own).
//! - [`service`]: [WebSockets](service#websockets), [a service that is not a handler](service#a-service-that-is-not-a-handler),
//!   [testing](service#testing), [the policy table](service#the-policy-table), [logs and metrics](service#logs-and-metrics).
//!
//! Coming from another crate, or from a guard of your own: [`moving`](super::moving).

pub mod callers;
pub mod conditions;
pub mod refusals;
pub mod service;
