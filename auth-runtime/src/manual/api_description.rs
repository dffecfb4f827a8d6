//! Describing the API: an OpenAPI document and Swagger UI that cannot disagree with the guards.
//!
//! Needs the feature `openapi` and [utoipa](https://docs.rs/utoipa) 6 with its feature `actix_extras`. What the document says
//! of security comes from the policies: nothing of it is written by hand, and a test fails when it differs.
//!
//! ```
//! use std::sync::OnceLock;
//!
//! use actix_web::error::ErrorInternalServerError;
//! use actix_web::{App, HttpResponse, get, test, web};
//! use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
//! use auth_runtime::{Auth, openapi, requires};
//! use utoipa::OpenApi;
//!
//! #[utoipa::path(responses((status = 200, description = "all orders")))]
//! #[requires(bearer, scope = "orders:read")]
//! #[get("/orders")]
//! async fn list_orders() -> &'static str { "orders" }
//!
//! #[derive(OpenApi)]
//! #[openapi(paths(list_orders, document))]
//! struct Document;
//!
//! // What describes the server is for those who work on it. A document for all is `#[public]` instead.
//! #[utoipa::path(responses((status = 200, description = "this document")))]
//! #[requires(bearer, role = "developer")]
//! #[get("/openapi.json")]
//! async fn document(auth: web::Data<Auth>) -> actix_web::Result<HttpResponse> {
//!     // Once: all workers have assembled the application before the first of them answers.
//!     static JSON: OnceLock<String> = OnceLock::new();
//!     let json = match JSON.get() {
//!         Some(json) => json,
//!         None => {
//!             let described = openapi::describe(Document::openapi(), &auth).map_err(ErrorInternalServerError)?;
//!             JSON.get_or_init(|| described.to_json().unwrap_or_default())
//!         }
//!     };
//!     Ok(HttpResponse::Ok().content_type("application/json").body(json.as_str()))
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let issuer = TestIssuer::new();
//! let auth = Auth::builder().bearer(issuer.jwt()).build().unwrap();
//! let scope = auth.scope("").app_data(web::Data::new(auth.clone())).service(list_orders).service(document);
//! let app = test::init_service(App::new().service(scope)).await;
//!
//! // In your tests: it fails when a handler is mounted and not described, described and not mounted, or described otherwise.
//! openapi::assert_describes(&openapi::describe(Document::openapi(), &auth).unwrap(), &auth);
//!
//! let token = issuer.token().subject("dev").role("developer").sign();
//! let request = test::TestRequest::get().uri("/openapi.json").bearer(token).to_request();
//! let json: serde_json::Value = test::call_and_read_body_json(&app, request).await;
//! let operation = &json["paths"]["/orders"]["get"];
//! assert_eq!(operation["security"], serde_json::json!([{ "bearer": ["orders:read"] }]));
//! assert_eq!(operation["responses"]["403"]["description"], "The caller is known, and may not do this.");
//! # }
//! ```
//!
//! # Where it stands
//!
//! - `#[utoipa::path]` stands above or below `#[requires]` and `#[public]`, on handlers with route attributes, on those mounted by
//!   hand, which write method and path in it, and on the handlers of a guarded module. Leave `security(…)` out of it.
//! - In an application of `utoipa_actix_web`, [`openapi::scope`](crate::openapi::scope())`(auth.scope("/api"))` collects the
//!   operations of what it mounts.
//! - An application with pages beside its API leaves them out, each by its path, and one with several `Auth`s names the others, by
//!   [`Description`](crate::openapi::Description) in place of `describe`:
//!   `Description::of(&auth).leave_out("/account").and(&other).complete(Document::openapi())`.
//! - A function that changes the document, such as one that adds servers, runs before or after.
//!
//! # Swagger UI
//!
//! The crate `utoipa-swagger-ui` serves it; with the feature `vendored` its files are part of the program. Mount it by
//! `service_as`, behind a policy whose credentials a browser can send by itself: a page cannot be opened with a bearer token. Let
//! it fetch the document from where you serve that.
//!
//! ```standalone_crate
//! use auth_runtime::{Auth, policy};
//! use utoipa_swagger_ui::{Config, SwaggerUi};
//!
//! policy! { pub Developers: basic, role("developer"); }
//!
//! # fn main() {
//! # let users = auth_runtime::basic::Passwords::htpasswd(
//! #     "alice:$2y$04$abcdefghijklmnopqrstuujZkTwHUiJ9XdZPwKfcfDo7dMp5DjlTu");
//! # let auth = Auth::builder().basic(users).dangerous_allow_unconfigured().build().unwrap();
//! let config = Config::from("/openapi.json")
//!     // No document, and no setting, out of an address that somebody sends; no credentials left in the browser.
//!     .query_config_enabled(false)
//!     .persist_authorization(false)
//!     // Nobody else is asked whether the document is valid.
//!     .validator_url("none");
//! let scope = auth.scope("").service_as::<Developers>("/docs", SwaggerUi::new("/{_:.*}").config(config));
//! # let _ = scope;
//! # }
//! ```
//!
//! The page is then at `/docs/`. *Authorize* takes credentials for each security scheme, and *Try it out* sends them. The project's
//! `showcase` has all of it.
