//! Kubernetes: projected service account tokens, verified in the cluster.
//!
//! | | |
//! |---|---|
//! | issuer | `https://kubernetes.default.svc.cluster.local`, or as `--service-account-issuer` says |
//! | audience | what the pod's projected volume asks for: one of your own |
//! | scopes, roles | none |
//! | subject | `system:serviceaccount:NAMESPACE:NAME` |
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/provider_shape.rs"));
//! use auth_runtime::Jwt;
//! use auth_runtime::jwt::{Audiences, Said, Unsaid};
//! use serde_json::json;
//!
//! fn kubernetes(cluster: Jwt<Said, Unsaid>) -> Jwt<Said, Audiences> {
//!     cluster.audience("orders")
//! }
//!
//! /// The key set of the cluster this runs in, which wants the pod's own token and has an authority of its own.
//! fn in_cluster(authority: &str) -> Jwt<Said, Unsaid> {
//!     Jwt::jwks_url("https://kubernetes.default.svc/openid/v1/jwks")
//!         .issuer("https://kubernetes.default.svc.cluster.local")
//!         .root_certificate(authority) // /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
//!         .fetch_with_token_file("/var/run/secrets/kubernetes.io/serviceaccount/token")
//! }
//!
//! # #[actix_web::main]
//! # async fn main() {
//! let jwt = kubernetes(in_cluster("-----BEGIN CERTIFICATE-----…"));
//!
//! let token = json!({
//!     "iss": "https://kubernetes.default.svc.cluster.local", "aud": ["orders"], "sub": "system:serviceaccount:shop:checkout",
//!     "kubernetes.io": {"namespace": "shop", "serviceaccount": {"name": "checkout", "uid": "1f"}, "pod": {"name": "c-0", "uid": "2e"}},
//! });
//! assert_eq!(caller(kubernetes, token).await.unwrap().subject, "system:serviceaccount:shop:checkout");
//! # let _ = jwt;
//! # }
//! ```
//!
//! # What it cannot do
//!
//! - A token of a pod or account that was deleted counts until `exp`: the API server is not asked (`TokenReview`). Let volumes ask for ten minutes.
//! - Discovery by `Jwt::oidc` leads to another address of the API server, to which the pod's token is not sent: name the key set as above.
//! - Tokens of the legacy kind, without `exp`, are refused.
