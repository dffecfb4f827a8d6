//! Many operations behind one route, each with a policy of its own: tools of MCP, methods of JSON-RPC, fields of GraphQL.
//!
//! A route that serves many operations has one policy, which cannot say that this tool needs `files:write` and that one does not.
//! Write the policy on the operation. The route's guard lets the request in; [`Auth::admit`](crate::Auth::admit) then judges each
//! operation, and nobody calls its function who was not admitted: the compiler asks for the proof.
//!
//! ```standalone_crate
//! use actix_web::{App, HttpRequest, post, test, web};
//! use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};
//! use auth_runtime::{Auth, Denial, requires};
//! use serde_json::{Value, json};
//!
//! #[requires(bearer, scope = "files:read", operation)]
//! fn read_file(name: &str) -> Value {
//!     json!(format!("text of {name}"))
//! }
//!
//! #[requires(bearer, scope = "files:read files:write", operation)]
//! async fn write_file(name: &str) -> Value {
//!     json!(format!("{name} written"))
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Call { method: String, name: String }
//!
//! #[requires(bearer)]
//! #[post("/rpc")]
//! async fn rpc(call: web::Json<Call>, request: HttpRequest, auth: web::Data<Auth>) -> Result<web::Json<Value>, Denial> {
//!     let result = match &*call.method {
//!         "read_file" => read_file(&*auth.admit::<read_file>(&request).await?, &call.name),
//!         "write_file" => write_file(&*auth.admit::<write_file>(&request).await?, &call.name).await,
//!         _ => return Err(Denial::not_found("no such method")),
//!     };
//!     Ok(web::Json(json!({ "result": result })))
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let issuer = TestIssuer::new();
//! let auth = Auth::builder().bearer(issuer.jwt()).operations(20).build().unwrap(); // twenty of each request at most
//! let scope = auth.scope("").app_data(web::Data::new(auth.clone())).service(rpc);
//! let app = test::init_service(App::new().service(scope)).await;
//!
//! let token = issuer.token().scope("files:read").sign();
//! let call = |method| {
//!     let call = json!({ "method": method, "name": "a.txt" });
//!     test::TestRequest::post().uri("/rpc").bearer(&token).set_json(call).to_request()
//! };
//! let read: Value = test::call_and_read_body_json(&app, call("read_file")).await;
//! assert_eq!(read["result"], "text of a.txt");
//! let denied = test::call_service(&app, call("write_file")).await;
//! let challenge = r#"Bearer realm="api", error="insufficient_scope", scope="files:read files:write""#;
//! ExpectedDenial::new(403).challenge(challenge).assert(denied).await;
//! # }
//! ```
//!
//! # What is judged
//!
//! | | |
//! |---|---|
//! | credential | the one that the guard around has accepted, and no other: where the operation's policy does not take it, nobody calls, which is a 401. It is not verified again, so a nonce of Digest counts once |
//! | scopes, roles, claims | anew, with the same hierarchies |
//! | [authorities](crate::authorities) | those that the guard has loaded; else they are loaded once for all operations of the request |
//! | `check` | runs, and sees the request, not what the operation is about: compare that in the function |
//! | `limit` | each operation counts, in a batch too |
//! | how many | as many as the builder's [`operations`](crate::config::AuthBuilder::operations) says; one more is 413 |
//! | a request that goes on, such as a WebSocket | after a second it is asked again whether the credentials count: expired, revoked or signed out is 401 |
//! | realm | that of the guard around; an operation with another takes nobody |
//!
//! Any policy can be given to `admit`: a function with `operation`, a name of [`policy!`](macro@crate::policy), or another handler, whose function
//! [`inner`](macro@crate::requires#inner-functions) makes callable.
//!
//! # What is answered
//!
//! - **One operation in a request:** return the [`Denial`](crate::Denial). It is the answer that a handler with that policy would give: the status,
//!   one challenge with all scopes, `resource_metadata` where that is configured. What a scheme adds to each answer, the guard around adds.
//! - **Several:** each has an error of the protocol's own beside the results of the others, and the status is the batch's.
//!   [`status`](crate::Denial::status), [`problem`](crate::Denial::problem) and [`challenges`](crate::Denial::challenges) tell what to put in it.
//! - **A policy with `hide`:** [`is_hidden`](crate::Denial::is_hidden) says so. Answer as for an operation that does not exist.
//!
//! [`may_admit`](crate::Auth::may_admit) is for lists: which tools there are for this caller. It runs no checks and counts nothing.
//!
//! Each operation is a decision of its own: an event with `kind = "operation"`, a count under the name of its policy, and for
//! [`on_decision`](crate::Auth::on_decision) and the [audit log](crate::manual::watching) too. The request has its own beside them. The policy table lists
//! operations apart, and the scopes they need stand in `scopes_supported` of the [metadata](crate::resource_metadata).
//!
//! # GraphQL
//!
//! Put the request into the context of the query, and let each resolver that needs more than the route ask first. Where anybody may query, the
//! route is `optional(bearer)`: fields that need a caller are then refused with 401 one by one.
//!
//! Serve mutations by POST only. The [cross-site rule](super::threats) lets reads pass, so that with a session a link of another site could change something by
//! a GET.
//!
//! A request of actix-web's stays on its thread, and some libraries want contexts that may be sent to others. A handler's future is on
//! one thread all the same, so the crate `send_wrapper` carries the request there.
//!
//! # The Model Context Protocol
//!
//! `examples/mcp_server` is a server with three tools. `bash tests/scripts/mcp` lets the official clients go the whole way by themselves: 401,
//! metadata, registration, consent, token, a call, the step up to more scopes. Then it runs the published conformance tool.
//!
//! | the specification (2026-07-28) | what does it |
//! |---|---|
//! | a 401 names metadata and scope | the route's policy, and [`resource_metadata`](crate::config::AuthBuilder::resource_metadata) with the path of the route |
//! | tokens are for this server | [`audience`](crate::Jwt::audience) is the public origin and the path |
//! | a call that lacks a scope: 403, `insufficient_scope`, all scopes in one challenge | the denial of `admit`, returned |
//! | lists may show what the caller's scopes permit | `may_admit` for each tool; such a list is `private`, with a `ttlMs` of 0: with more scopes the same caller sees more |
//! | an `Origin` that is not ours: 403 | a check of the route, as in the example |
//! | no sessions | nothing to do. With an earlier revision's, bind the id to [`Principal::key`](crate::Principal::key) and refuse it for another: it identifies nobody |
//! | tokens are not passed on | get one of your own for calls upstream: `OutgoingToken` (feature `outgoing`) |
//!
//! Let a tool ask for the route's scope beside its own. Clients come back with a token for what the challenge names, and some ask for nothing else.
//!
//! The crate `rmcp` has a server of its own, which the example does not mount. It answers what a tool refuses inside a 200, from a task that may be on
//! another thread; the status of the request is decided by then. The example takes its types of the protocol, and dispatches by itself.
